import groovy.io.FileType
import groovy.json.JsonSlurper
import io.github.kpatch.delivery.CycloneDx
import io.github.kpatch.delivery.JsonSchema
import io.github.kpatch.host.Archives
import io.github.kpatch.host.Digests
import io.github.kpatch.host.Folders
import io.github.kpatch.host.Progress
import io.github.kpatch.it.BuildLog
import io.github.kpatch.problem.ProblemCode
import org.cyclonedx.parsers.JsonParser

def papers = ['manifest.json', 'sources.tar.xz', 'cyclonedx.json', 'openvex.json', 'provenance.json']

def file = { String project, String paper -> new File(basedir, "$project/target/kpatch-papers-$paper") }
def module = new File(basedir, 'one/target/kpatch-papers.ko')

// Papers are of phase verify, which nobody has asked for in the first build.
BuildLog.of(basedir, 1).succeeds().says('Linked ')
assert new File(basedir, 'build.log').text.count('Papers of ') == 4
BuildLog.of(basedir, 2).succeeds().says('Papers of kpatch-papers.ko: manifest, sources, cyclonedx, openvex, provenance', 'no boot test has shown anything')

// Two builds, the same bytes, and those are what is deployed and consumed.
assert module.bytes == new File(basedir, 'far/away/two/target/kpatch-papers.ko').bytes
papers.each { paper ->
    def written = file('one', paper).bytes
    assert written == file('far/away/two', paper).bytes : paper
    assert written == new File(basedir, "repository/io/github/kpatch/it/papers/1.0/papers-1.0-$paper").bytes : paper
    assert written == new File(basedir, "consumer/target/dependency/papers-1.0-$paper").bytes : paper
}

// The manifest is by its schema, and says what is so.
def json = file('one', 'manifest.json').getText('UTF-8')
JsonSchema.ofManifests().takes(json)
def manifest = new JsonSlurper().parseText(json)
assert manifest.coordinates == [groupId: 'io.github.kpatch.it', artifactId: 'papers', version: '1.0']
assert manifest.module == [name: 'kpatch_papers', file: 'kpatch-papers.ko', size: module.size(), sha256: Digests.of(module.toPath()), replaces: true, signature: null]
assert manifest.kernel.release == '6.1.99-toy' && manifest.kernel.architecture == 'x86_64'
assert manifest.kernel.configSha256 == Digests.of(new File(basedir, 'one/src/main/kpatch/kernel.config').toPath())
assert manifest.patches.size() == 1
assert manifest.patches[0].subject == 'numbers: one toy more' && manifest.patches[0].author == 'Jürgen <juergen@example.org>'
assert manifest.patches[0].sha256 == Digests.of(new File(basedir, 'one/src/main/kpatch/patches/numbers.patch').toPath())
assert manifest.cves == ['CVE-2026-0001', 'CVE-2026-0002']
assert manifest.objects == [[name: 'vmlinux', sources: [[path: 'kernel/numbers.o', changedFunctions: ['number_of_toys'], newFunctions: [], callbacks: []]]]]
assert manifest.bootTest == null
[basedir.path, System.getProperty('user.home'), java.time.LocalDate.now().toString()].each { assert !json.contains(it) : it }

// The sources are the project's, without what is not the project's.
def sources = new File(basedir, 'target/sources').toPath()
Folders.delete(sources)
new Archives(Progress.NONE).unpack('Unpacking', file('one', 'sources.tar.xz').toPath(), Optional.empty(), sources)
def members = []
sources.toFile().eachFileRecurse(FileType.FILES) { members << sources.relativize(it.toPath()).toString() }
assert members.sort() == ['COPYING', 'include/kpatch-macros.h', 'include/kpatch-syscall.h', 'src/main/kpatch/kernel.config', 'src/main/kpatch/kernel.lock',
    'src/main/kpatch/patches/numbers.patch', 'src/test/kpatch/toys.sh']
members.findAll { it.startsWith('src/') }.each { assert sources.resolve(it).toFile().bytes == new File(basedir, "one/$it").bytes : it }

// What scanners are told is by the schemas, and names the vulnerabilities.
def bom = file('one', 'cyclonedx.json').getText('UTF-8')
assert new JsonParser().validate(bom, CycloneDx.VERSION) == []
def known = new JsonSlurper().parseText(bom)
assert known.metadata.timestamp == '2026-01-01T00:00:00Z'
assert known.metadata.component.hashes == [[alg: 'SHA-256', content: manifest.module.sha256]]
assert known.vulnerabilities.collectEntries { [it.id, it.analysis.state] } ==
    ['CVE-2026-0001': 'resolved', 'CVE-2026-0002': 'resolved', 'CVE-2026-0003': 'exploitable']
assert known.vulnerabilities.collectEntries { [it.id, it.affects*.ref] } == [
    'CVE-2026-0001': ['pkg:maven/io.github.kpatch.it/papers@1.0?type=ko'], 'CVE-2026-0002': ['pkg:maven/io.github.kpatch.it/papers@1.0?type=ko'],
    'CVE-2026-0003': ['pkg:generic/linux@6.1.99-toy?arch=x86_64']]
def vex = file('one', 'openvex.json').getText('UTF-8')
JsonSchema.of('openvex.schema.json').takes(vex)
def told = new JsonSlurper().parseText(vex)
assert told.author == 'Toy Makers'
assert told.statements.collectEntries { [it.vulnerability.name, it.status] } ==
    ['CVE-2026-0001': 'fixed', 'CVE-2026-0002': 'fixed', 'CVE-2026-0003': 'affected']
assert told.statements[0].products[0]['@id'] == 'pkg:maven/io.github.kpatch.it/papers@1.0?type=ko'
assert told.statements[0].products[0].subcomponents[0]['@id'] == 'pkg:generic/linux@6.1.99-toy?arch=x86_64'

// The provenance is by its schema, and names what went in by the digests of now.
def provenance = file('one', 'provenance.json').getText('UTF-8')
JsonSchema.of('provenance.schema.json').takes(provenance)
def statement = new JsonSlurper().parseText(provenance)
assert statement.subject == [[name: 'kpatch-papers.ko', uri: 'pkg:maven/io.github.kpatch.it/papers@1.0?type=ko', digest: [sha256: manifest.module.sha256]]]
def inputs = statement.predicate.buildDefinition.resolvedDependencies.collectEntries { [it.name, it.digest?.sha256] }
assert inputs['patches/numbers.patch'] == manifest.patches[0].sha256
assert inputs['kernel config'] == manifest.kernel.configSha256
assert inputs['kernel source 6.1.99'] == manifest.kernel.sourceSha256

// The module says the essentials itself.
def modinfo = new String(module.bytes, 'ISO-8859-1')
assert modinfo.contains('kpatch_cve=CVE-2026-0001\0') && modinfo.contains('kpatch_cve=CVE-2026-0002\0')

// What is no CVE identifier is refused before anything is made.
BuildLog.of(basedir, 5).refuses(ProblemCode.CVE_INVALID, 'kpatch.cves', "'CVE-2026-1'")
BuildLog.of(basedir, 6).refuses(ProblemCode.CVE_CONTRADICTED, 'kpatch.notLivepatchable', 'CVE-2026-0001')
BuildLog.of(basedir, 7).refuses(ProblemCode.PARAMETER_INVALID, 'kpatch.kernelPurl', "'linux'")

// A module that somebody found tells what it is.
BuildLog.of(basedir, 9).succeeds().says("papers-1.0.ko: ${module.size()} bytes, SHA-256 ${manifest.module.sha256}".toString(),
    'kpatch_papers', '6.1.99-toy, x86_64', 'GPL', 'vmlinux: number_of_toys', "numbers.patch sha256:${manifest.patches[0].sha256}".toString(),
    'CVE-2026-0001, CVE-2026-0002', 'signature        none')
BuildLog.of(basedir, 10).refuses(ProblemCode.NO_LIVEPATCH_MODULE, 'kpatch-papers-sources.tar.xz', 'compressed', 'xz -dk')
BuildLog.of(basedir, 11).refuses(ProblemCode.INPUT_MISSING, 'no-such.ko')

// A project that names no time makes no statement that needs one, and says so.
BuildLog.of(basedir, 12).succeeds().says('No OpenVEX document', 'project.build.outputTimestamp')
assert file('timeless', 'cyclonedx.json').file && !file('timeless', 'openvex.json').exists()

// From what was deployed, and with a cache of its own, the same module is made again.
BuildLog.of(basedir, 13).succeeds().says('Rebuilt io.github.kpatch.it:papers:1.0: the module is the one that was published', manifest.module.sha256)
BuildLog.of(basedir, 14).refuses(ProblemCode.PUBLISHED_MODULE_NOT_FOUND, 'io.github.kpatch.it:papers')
return true
