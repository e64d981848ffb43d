import java.nio.file.Files
import java.nio.file.Path

def run(String... line) {
    def process = line.execute()
    def output = new StringBuilder()
    process.waitForProcessOutput(output, output)
    assert process.exitValue() == 0 : "${line.join(' ')}\n$output"
    return output.toString()
}

// Kept between runs: the package with vmlinux is close to a gigabyte.
def kernel = new Properties()
new File(basedir, '../setup-debian-kernel/kernel.properties').withReader { kernel.load(it) }
def pieces = Path.of(piecesFolder, kernel.kernelRelease)
run('sh', new File(basedir, 'pieces.sh').path, kernel.kernelRelease, pieces.toString())
Files.createSymbolicLink(basedir.toPath().resolve('pieces'), pieces)
new File(basedir, 'source-before').text = run('sh', new File(basedir, 'digest.sh').path, pieces.resolve('source').toString())

// A patch with new code, strings and data of its own.
def patches = Path.of(repository, 'src/it/static-local/src/main/kpatch/patches')
['one', 'far/away/two', 'three'].each { copy ->
    def target = Files.createDirectories(basedir.toPath().resolve(copy).resolve('src/main/kpatch/patches'))
    Files.list(patches).withCloseable { files -> files.forEach { Files.copy(it, target.resolve(it.fileName)) } }
}
return true
