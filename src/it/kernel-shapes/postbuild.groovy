// The boot test has judged what the guest said. What is left: that both functions were patched, and that the console, which
// is quiet until the guest's first process asks for all messages, holds no complaint, of whatever step.
new File(basedir, 'shapes').list()*.replaceFirst(/\.fragment$/, '').findAll { new File(basedir, "$it/pom.xml").file }.each { shape ->
    def folder = new File(basedir, "$shape/target/kpatch/8-boot-test")
    def guest = new File(folder, 'guest.log').readLines()
    ['function vmlinux cmdline_proc_show,1', 'function rng_core rng_available_show,1', 'unload 0'].each {
        assert guest.contains('@kpatch ' + it) : "$shape: no '$it'"
    }
    def complaints = new File(folder, 'console.log').readLines().findAll {
        it =~ /WARNING|BUG:|Oops|Unpatched return thunk|(?i:missing ENDBR)|CFI|Invalid padding|not compiled with retpoline/
    }
    assert complaints.empty : "$shape: $complaints"
}
return true
