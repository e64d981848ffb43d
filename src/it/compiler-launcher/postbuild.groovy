import java.nio.file.Files

// With a launcher the module is the same, byte for byte; the launcher is seen at work; and another compiler is refused.

def module = new File(basedir, 'target/kpatch-compiler-launcher.ko')
def plain = module.bytes
def failures = []

/** A build of everything anew. */
def build = { String launcher, Map<String, String> environment, String... arguments ->
    new File(basedir, 'cache-of-launcher').deleteDir()
    def line = ['mvn', '--batch-mode', '--offline', '--legacy-local-repository', "-Dmaven.repo.local=$localRepositoryPath".toString(),
        "-Dkpatch.cache=$basedir/cache-of-launcher".toString(), "-Dkpatch.compilerLauncher=$launcher".toString()] + arguments.toList()
    assert new File(basedir, 'target').deleteDir()
    def builder = new ProcessBuilder(line).directory(basedir).redirectErrorStream(true)
    builder.environment().putAll(environment)
    def process = builder.start()
    def said = process.inputStream.getText('UTF-8').replaceAll(/\u001B\[[0-9;]*m/, '')
    return [well: process.waitFor() == 0, said: said]
}

def builds = { String launcher, Map<String, String> environment ->
    def built = build(launcher, environment, 'package')
    assert built.well && built.said.contains(launcher) : built.said
    assert Arrays.equals(module.bytes, plain) : "the module of $launcher is another one"
    def record = new File(basedir, 'cache-of-launcher/objects').listFiles()[0]
    assert new File(record, 'kernel/.numbers.o.cmd').text.contains(":= $launcher gcc") : 'the original was not compiled by it'
}

def seen = { String what, Closure check ->
    try {
        check()
    } catch (AssertionError | Exception e) {
        failures << "$what: ${e.message?.readLines()?.takeRight(40)?.join('\n')}"
    }
}

def refuses(Map build, String... texts) {
    assert !build.well && texts.every { build.said.contains(it) } && !build.said.contains('\tat ') : build.said
}

seen('ccache compiles once') {
    // The user's own settings may not let it share with another folder, or at all.
    def environment = [CCACHE_DIR: "$basedir/ccache".toString(), CCACHE_CONFIGPATH: '/dev/null', CCACHE_HARDLINK: 'true']
    def statistics = {
        def process = new ProcessBuilder('ccache', '--print-stats')
        process.environment().putAll(environment)
        def counts = process.start().inputStream.text.readLines().collectEntries { it.split('\t').toList() }
        return [hits: (counts.direct_cache_hit as int) + (counts.preprocessed_cache_hit as int), misses: counts.cache_miss as int]
    }
    builds('ccache', environment)
    def first = statistics()
    assert first.hits == 0 && first.misses == 2
    builds('ccache', environment)
    assert statistics() == [hits: 2, misses: 2]
}
seen('distcc hands all to another machine, which is this one') {
    def port = new ServerSocket(0).withCloseable { it.localPort }
    def log = new File(basedir, 'distccd.log')
    def server = new ProcessBuilder('distccd', '--no-detach', '--daemon', '--listen', '127.0.0.1', '--allow', '127.0.0.1', '--port', "$port".toString(),
        '--jobs', '2', '--log-stderr', '--verbose').redirectErrorStream(true).redirectOutput(log).start()
    new File(basedir, 'distcc').mkdirs()
    try {
        for (int i = 0; i < 100 && server.alive && !log.text.contains('listening on'); i++) {
            Thread.sleep(100)
        }
        builds('distcc', [DISTCC_HOSTS: "127.0.0.1:$port".toString(), DISTCC_FALLBACK: '0', DISTCC_DIR: "$basedir/distcc".toString()])
        assert log.text.findAll(/COMPILE_OK exit:0 .*numbers\.c/).size() == 2
    } finally {
        server.descendants().forEach { it.destroy() }
        server.destroy()
        server.waitFor()
    }
}
seen('a launcher that is not there is missing like any program') {
    refuses(build('no-such-launcher', [:], 'validate'), 'KP101 no-such-launcher')
    refuses(build('two words', [:], 'validate'), 'KP109 two words')
}
seen('what another compiler made is refused') {
    refuses(build("$basedir/bin/other-compiler", [:], 'package'), 'KP102 kernel/numbers.o', 'GCC: (Other) 99.1', 'other-compiler')
    assert !module.exists()
    def objects = new File(basedir, 'cache-of-launcher/objects')
    assert !objects.exists() || objects.listFiles().every { !new File(it, 'kernel/numbers.o').exists() }
}

failures.each { println "NOT SEEN: $it" }
assert failures.empty : failures.join('\n')
return true
