import java.nio.file.Files

// A module must hold what its project holds now, whatever an earlier build left.

def projects = basedir.parentFile

def start(File project, List<String> arguments) {
    def line = ['mvn', '--batch-mode', '--offline', '--legacy-local-repository', "-Dmaven.repo.local=$localRepositoryPath".toString()] + arguments
    return new ProcessBuilder(line).directory(project).redirectErrorStream(true).start()
}

def finish(Process process) {
    def said = process.inputStream.getText('UTF-8').replaceAll(/\u001B\[[0-9;]*m/, '')
    return [well: process.waitFor() == 0, said: said]
}

def maven(File project, String... arguments) {
    return finish(start(project, arguments.toList()))
}

def build(File project, String... arguments) {
    def build = maven(project, 'package', *arguments)
    assert build.well : build.said
    return build.said
}

def module(File project) { new File(project, 'target/kpatch-stale-results.ko') }
def left(File project, String path) { new File(project, "target/kpatch/$path") }
def patch(File project) { new File(project, 'src/main/kpatch/patches/numbers.patch') }
def edit(File project, int number) { patch(project).text = patch(project).text.replaceFirst(/return \d+;\n }/, "return $number;\n }") }

/** A copy beside the project, so that its parent is where it was. */
def copy(File project, String name, boolean withTarget) {
    def there = new File(project.parentFile, name)
    there.deleteDir()
    assert ['cp', '-a', project.path, there.path].execute().waitFor() == 0
    new File(there, 'cache').deleteDir()
    if (!withTarget) {
        new File(there, 'target').deleteDir()
    }
    return there
}

def refuses(Map build, String... texts) {
    assert !build.well && texts.every { build.said.contains(it) } : build.said
}

def failures = []
def seen = { String what, Closure check ->
    try {
        check()
    } catch (AssertionError | Exception e) {
        failures << "$what: ${e.message?.readLines()?.takeRight(25)?.join('\n')}"
    }
}

def first = module(basedir).bytes

seen('an intermediate object changed by hand is made again') {
    left(basedir, '6-diff/kernel/numbers.o') << 'x'
    def said = build(basedir)
    assert said.contains('6-diff/kernel/numbers.o is not what kpatch:diff left there: made again') && module(basedir).bytes == first
}
seen('it is not linked by goal link alone') {
    left(basedir, '6-diff/kernel/numbers.o') << 'x'
    refuses(maven(basedir, 'kpatch:link'), 'KP108', '6-diff/kernel/numbers.o', 'mvn process-classes')
    build(basedir)
}
seen('a patched object changed by hand is made again') {
    left(basedir, '5-build-objects/patched/kernel/numbers.o') << 'x'
    def said = build(basedir)
    assert said.contains('5-build-objects/patched/kernel/numbers.o is not what') && module(basedir).bytes == first
}
seen('a patched source changed by hand is made again') {
    def source = left(basedir, '3-check-patches/corrected/kernel/numbers.c')
    source.text = source.text.replace('return 8', 'return 88')
    left(basedir, '5-build-objects.json').delete()
    build(basedir)
    assert module(basedir).bytes == first
}
seen('modinfo does not claim a patch that was not built') {
    edit(basedir, 9)
    assert maven(basedir, 'kpatch:check-patches').well
    refuses(maven(basedir, 'kpatch:link'), 'KP107', 'kpatch:build-objects', 'mvn process-classes')
    build(basedir)
    assert module(basedir).bytes != first
}
edit(basedir, 8)
build(basedir)

seen('boot-test alone proves nothing of a module that was changed') {
    module(basedir) << 'x'
    refuses(maven(basedir, 'kpatch:boot-test'), 'KP108', 'kpatch-stale-results.ko')
    build(basedir)
    assert module(basedir).bytes == first
}
seen('a copy with its target builds what it holds itself') {
    def other = copy(basedir, 'stale-results-copy', true)
    edit(basedir, 10)
    build(basedir)
    build(other, '-Dkpatch.moduleVersion=2')
    def warm = module(other).bytes
    new File(other, 'target').deleteDir()
    build(other, '-Dkpatch.moduleVersion=2')
    assert module(other).bytes == warm
}
edit(basedir, 8)
build(basedir)

seen('another vmlinux of the same release is another kernel') {
    def namesake = "-Dkpatch.vmlinux=$projects/setup-toy-kernel/target/toy/vmlinux-namesake".toString()
    build(basedir, namesake)
    def warm = module(basedir).bytes
    left(basedir, '').deleteDir()
    build(basedir, namesake)
    assert module(basedir).bytes == warm && warm != first
    build(basedir)
    assert module(basedir).bytes == first
}
seen('a patch behind links is noticed when it is edited') {
    def linked = copy(basedir, 'stale-results-linked', false)
    def patches = patch(linked).parentFile
    def elsewhere = new File(linked, 'elsewhere')
    assert patches.renameTo(elsewhere)
    Files.createSymbolicLink(patches.toPath(), elsewhere.toPath())
    build(linked)
    assert module(linked).bytes == first
    edit(linked, 11)
    build(linked)
    assert module(linked).bytes != first
}
seen('another release in the POM is one line') {
    def text = maven(basedir, 'package', '-Dtoy.release=6.1.98-toy')
    refuses(text, 'KP211', '6.1.99-toy', '6.1.98-toy', 'kpatch:config')
    assert text.said.count('KP211') <= 2 : text.said
}
seen('a folder whose name a shell would run is only a name') {
    for (name in ['stale-results `touch pwned` $(touch pwned)', "stale-results'\"#%&;(*", 'stale-results:~']) {
        def evil = copy(basedir, name, false)
        build(evil)
        assert module(evil).bytes == first
        evil.deleteDir()
    }
    def untold = copy(basedir, 'stale-results\\x', false)
    refuses(maven(untold, 'package'), 'KP109', 'backslash')
    assert !new File(projects, 'stale-results/x').exists()
    projects.eachFileRecurse { assert it.name != 'pwned' }
}
seen('two builds of one project take turns') {
    def busy = copy(basedir, 'stale-results-busy', false)
    def both = [start(busy, ['package']), start(busy, ['package'])].collect { finish(it) }
    assert both.every { it.well } : both*.said.join('\n')
    assert module(busy).bytes == first
    edit(busy, 12)
    both = [start(busy, ['package']), start(busy, ['process-classes'])].collect { finish(it) }
    assert both.every { it.well } : both*.said.join('\n')
    def warm = module(busy).bytes
    new File(busy, 'target').deleteDir()
    build(busy)
    assert module(busy).bytes == warm && warm != first
}

failures.each { println "NOT SEEN: $it" }
assert failures.empty : failures.join('\n')
return true
