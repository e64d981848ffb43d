import groovy.json.JsonSlurper
import io.github.kpatch.host.Digests
import io.github.kpatch.it.BuildLog
import io.github.kpatch.kernel.ModuleSignature
import io.github.kpatch.problem.ProblemCode

(1..4).each { BuildLog.of(basedir, it).succeeds() }
BuildLog.of(basedir, 2).says('signed by CN=Toy Makers')

// A signature adds to the module and changes nothing of it; the same key, wherever it is kept, makes the same one.
def module = { int build -> new File(basedir, "target/$build/kpatch-signing.ko").bytes }
def signature = ModuleSignature.of('2', module(2)).get()
assert ModuleSignature.of('1', module(1)).empty
assert signature.module().toArray() == module(1)
assert module(3) == module(2)
assert module(4) == module(2)

// OpenSSL takes it for the certificate's.
def folder = new File(basedir, 'target')
new File(folder, 'message').bytes = signature.message().toArray()
def openssl = ['openssl', 'cms', '-verify', '-binary', '-inform', 'DER', '-in', 'message', '-content', '1/kpatch-signing.ko', '-certfile', '../keys/ours.crt',
    '-noverify', '-out', '/dev/null'].execute(null as List, folder)
def said = new StringBuilder()
openssl.waitForProcessOutput(said, said)
assert openssl.exitValue() == 0 : said

// The manifest says who signed, and what there was before.
def manifest = new JsonSlurper().parse(new File(folder, '2/kpatch-signing-manifest.json'))
assert manifest.module.sha256 == Digests.of(module(2))
assert manifest.module.signature.signer == 'CN=Toy Makers'
assert manifest.module.signature.hash == 'sha256'
assert manifest.module.signature.unsignedSha256 == Digests.of(module(1))

BuildLog.of(basedir, 5).refuses(ProblemCode.SIGNING_PASSWORD_WRONG, "server 'clear' of settings.xml", 'in the clear')
BuildLog.of(basedir, 6).refuses(ProblemCode.SIGNING_PASSWORD_WRONG, 'locked.key', 'does not open it')
BuildLog.of(basedir, 7).refuses(ProblemCode.SIGNING_PASSWORD_WRONG, "server 'none' of settings.xml", 'no such server')
BuildLog.of(basedir, 8).refuses(ProblemCode.SIGNING_PASSWORD_WRONG, "server 'encrypted' of settings.xml", 'cannot be decrypted')
BuildLog.of(basedir, 9).refuses(ProblemCode.SIGNING_KEY_INVALID, 'others.crt', 'holds no private key')
BuildLog.of(basedir, 10).succeeds().says('of CN=Toy Makers, not checked')

// No secret anywhere.
def secrets = ['not to be seen', 'rather open', 'wrong horse']
def written = [new File(basedir, 'build.log')]
new File(basedir, 'target').eachFileRecurse(groovy.io.FileType.FILES) { written << it }
written.each { file -> secrets.each { assert !new String(file.bytes, 'ISO-8859-1').contains(it) : "$file: $it" } }
return true
