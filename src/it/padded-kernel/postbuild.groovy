import io.github.kpatch.elf.ElfReader

// What the loader of such a kernel is given: every table that the patched code is described by, nothing that would undo the
// marks of its functions, and no constant left for a boot that is long past.
def module = ElfReader.read('module', new File(basedir, 'target/kpatch-padded-kernel.ko').bytes)
def names = module.sections()*.name() as Set
def wanted = ['.altinstructions', '.altinstr_replacement', '__ex_table', '__jump_table', '.static_call_sites', '.call_sites', '.return_sites',
        '.orc_unwind', '.orc_unwind_ip', '__mcount_loc']
assert names.containsAll(wanted) : "missing: ${wanted - names}"
assert !names.any { it.contains('ibt_endbr_seal') || it.contains('runtime_') } : names

def guest = new File(basedir, 'target/kpatch/8-boot-test/guest.log').readLines()
['vmlinux filldir64', 'vmlinux proc_pid_readdir', 'vmlinux __set_task_comm', 'vmlinux meminfo_proc_show', '8021q vlan_seq_show'].each { function ->
    assert guest.any { it.startsWith("@kpatch function $function,") } : "$function is not patched"
}
def console = new File(basedir, 'target/kpatch/8-boot-test/console.log').readLines()
def complaints = console.findAll { it =~ /WARNING|BUG:|Oops|Unpatched return thunk|(?i:missing ENDBR)|CFI|Invalid padding|not compiled with retpoline/ }
assert complaints.empty : complaints
return true
