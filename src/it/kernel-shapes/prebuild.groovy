def run(List<String> command, File folder) {
    def process = command.execute(null as List, folder)
    def output = new StringBuilder()
    def errors = new StringBuilder()
    process.waitForProcessOutput(output, errors)
    assert process.exitValue() == 0 : "$command: $errors"
    return output.toString().trim()
}

// The archive drops old packages, so apt is asked for the newest; one that was fetched before is not fetched again.
def cache = new File(piecesFolder, 'shapes')
cache.mkdirs()
def record = run(['apt-cache', 'show', '--no-all-versions', 'linux-source-6.12'], basedir).readLines()
def source = new File(cache, record.find { it.startsWith('Filename: ') }.replaceFirst('.*/', ''))
if (!source.file) {
    def partial = new File(cache, 'download')
    partial.deleteDir()
    partial.mkdirs()
    run(['apt-get', '-q', 'download', 'linux-source-6.12'], partial)
    assert partial.listFiles().first().renameTo(source)
}
def sum = record.find { it.startsWith('SHA256: ') }.substring('SHA256: '.length())
assert run(['sha256sum', source.path], basedir).startsWith(sum) : "$source is not what the archive has"

def known = new File(basedir, 'shapes').list()*.replaceFirst(/\.fragment$/, '') - 'common'
def wanted = shapes == 'all' ? known.sort() : shapes.split(',') as List
assert known.containsAll(wanted) : "the shapes are $known"
// The project of a shape. Where it is one of several for its kernel, what it makes is in a folder of its own.
def project = { String name, String kernel, Map<String, Object> more ->
    def folder = new File(basedir, name)
    folder.mkdirs()
    def properties = ['shape.kernel': kernel, 'shape.release': new File(kernel, 'release').text.trim(), 'shape.source': source] + more
    new File(folder, 'pom.xml').text = """\
        <project xmlns="http://maven.apache.org/POM/4.0.0">
          <modelVersion>4.0.0</modelVersion>
          <parent>
            <groupId>io.github.kpatch.it</groupId>
            <artifactId>kernel-shapes</artifactId>
            <version>1.0</version>
          </parent>
          <artifactId>$name</artifactId>
          <packaging>kpatch</packaging>
          <properties>
            ${properties.collect { key, value -> "<$key>$value</$key>" }.join('\n            ')}
          </properties>
        </project>
        """.stripIndent()
    return folder
}

def projects = []
wanted.each { shape ->
    def kernel = run(['sh', new File(basedir, 'build-shape.sh').path, source.path, shape, 'gcc', cache.path], basedir)
    if (shape != 'signed') {
        project(shape, kernel, [:])
        projects << shape
        return
    }
    // A kernel that takes no module but those that are signed by a key it knows: it is shown one without a signature, one
    // by a foreign key, and one that was changed afterwards, before it is given the right one.
    def guest = new File(basedir, 'signed-guest')
    guest.mkdirs()
    ['guest/acts.sh', 'signed/refused.sh'].each { new File(guest, new File(it).name).text = new File(basedir, it).text }
    run(['openssl', 'req', '-x509', '-nodes', '-batch', '-newkey', 'rsa:2048', '-subj', '/CN=foreign', '-keyout', 'foreign.key', '-out', 'foreign.crt'], basedir)
    def aside = { String name -> ['shape.directory': "$guest/$name", 'kpatch.workDirectory': "$basedir/$name-work", 'kpatch.boot-test.skip': true] }
    project('unsigned', kernel, aside('unsigned'))
    project('foreign', kernel, aside('foreign') + ['kpatch.signing.key': "$basedir/foreign.key", 'kpatch.signing.certificate': "$basedir/foreign.crt"])
    project('signed', kernel, ['kpatch.signing.key': "$kernel/signing_key.pem", 'kpatch.testScripts': guest])
    projects.addAll(['unsigned', 'foreign', 'signed'])
}
def pom = new File(basedir, 'pom.xml')
pom.text = pom.text.replace('<!-- shapes -->', projects.collect { "<module>$it</module>" }.join('\n    '))
return true
