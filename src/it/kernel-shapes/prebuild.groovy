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
wanted.each { shape ->
    def kernel = run(['sh', new File(basedir, 'build-shape.sh').path, source.path, shape, 'gcc', cache.path], basedir)
    def project = new File(basedir, shape)
    project.mkdirs()
    new File(project, 'pom.xml').text = """\
        <project xmlns="http://maven.apache.org/POM/4.0.0">
          <modelVersion>4.0.0</modelVersion>
          <parent>
            <groupId>io.github.kpatch.it</groupId>
            <artifactId>kernel-shapes</artifactId>
            <version>1.0</version>
          </parent>
          <artifactId>$shape</artifactId>
          <packaging>kpatch</packaging>
          <properties>
            <shape.kernel>$kernel</shape.kernel>
            <shape.release>${new File(kernel, 'release').text.trim()}</shape.release>
            <shape.source>$source</shape.source>
          </properties>
        </project>
        """.stripIndent()
}
def pom = new File(basedir, 'pom.xml')
pom.text = pom.text.replace('<!-- shapes -->', wanted.collect { "<module>$it</module>" }.join('\n    '))
return true
