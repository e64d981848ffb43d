import io.github.kpatch.elf.Bytes
import io.github.kpatch.elf.ElfReader
import io.github.kpatch.elf.ElfWriter
import io.github.kpatch.it.BuildLog
import io.github.kpatch.it.MavenRun
import io.github.kpatch.kernel.ModuleSignature

// A module that is what the project compiles passes, and no other file does.

def module = new File(basedir, 'target/kpatch-verify-module.ko')
def built = module.bytes

def verify = { File given ->
    return MavenRun.in(basedir, localRepositoryPath, 'kpatch:verify-module', "-Dkpatch.module=$given".toString())
}
def refuses = { File given, String... texts ->
    MavenRun.refuses(verify(given), texts)
    assert module.bytes == built
}
def file = { String name, byte[] bytes ->
    def given = new File(basedir, "target/given/$name")
    given.parentFile.mkdirs()
    given.bytes = bytes
    return given
}

BuildLog.of(basedir, 1).succeeds()

// A copy passes, with a signature behind it too.
def copy = verify(file('copy.ko', built))
assert copy.well && copy.said.contains('Verified ') && copy.said.contains('1 redirected function') : copy.said
def signed = verify(file('signed.ko', new ModuleSignature(Bytes.copyOf(built), Bytes.copyOf([0x30, 0] as byte[])).toFile()))
assert signed.well : signed.said

// One byte of the new function: it returns 9 instead of 8.
def object = ElfReader.read('module', built)
def code = object.section(object.sectionNamed('.text.number_of_toys').get()).bytes().toArray()
def at = Collections.indexOfSubList(built.toList(), code.toList())
assert at > 0 && code.toList().count { it == 8 } == 1
def flipped = built.clone()
flipped[at + code.toList().findIndexOf { it == 8 }] = (byte) 9
refuses(file('flipped.ko', flipped), 'KP517', 'number_of_toys', '0x09', '0x08')

// The module of another patch by the same name, of another project, of another kernel, and one that was not finished.
def patch = new File(basedir, 'src/main/kpatch/patches/numbers.patch')
def other = new File(basedir.parentFile, 'verify-module-other')
other.deleteDir()
assert ['cp', '-a', basedir.path, other.path].execute().waitFor() == 0
def otherPatch = new File(other, 'src/main/kpatch/patches/numbers.patch')
otherPatch.text = patch.text.replace('return 8', 'return 12')
def make = { String... arguments ->
    def run = MavenRun.in(other, localRepositoryPath, 'package', *arguments)
    assert run.well : run.said
    return other
}
make()
refuses(new File(other, 'target/kpatch-verify-module.ko'), 'KP517', 'number_of_toys', '0x0c')
make('-Dkpatch.moduleName=another')
refuses(new File(other, 'target/another.ko'), 'KP505', 'name=[another]')
def foreign = new String(built, 'ISO-8859-1').replace('vermagic=6.1.99-toy', 'vermagic=6.1.98-toy').getBytes('ISO-8859-1')
refuses(file('foreign.ko', foreign), 'KP503', '6.1.98-toy')
refuses(new File(basedir, 'target/kpatch/6-diff/kernel/numbers.o'), 'KP704', 'no kernel module')
refuses(new File(basedir, 'target/kpatch/7-link/module/kpatch-verify-module.ko'), 'KP505', 'left over')
refuses(file('cut.ko', Arrays.copyOf(built, built.length >> 1)), 'KP216')
refuses(file('text.ko', 'no module'.bytes), 'KP209')
refuses(new File(basedir, 'no-such.ko'), 'KP210', 'no-such.ko')

// What the project compiles has to be there, and to be what it was.
patch.text = patch.text.replace('return 8', 'return 10')
refuses(file('copy.ko', built), 'KP107', 'mvn package')
return true
