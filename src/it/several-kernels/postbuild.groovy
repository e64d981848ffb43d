import io.github.kpatch.it.MavenRun

// One project, two kernels: a module for each, as if the project were for that one alone; and what fails for one keeps
// the other from nothing.

def releases = ['6.1.99-toy', '6.12.7-toy']
def coordinates = 'io/github/kpatch/it/several-kernels/1.0/several-kernels-1.0'
def failures = []

def maven(File folder, String... arguments) {
    return MavenRun.in(folder, localRepositoryPath, arguments)
}

def seen = { String what, Closure check ->
    try {
        check()
    } catch (AssertionError | Exception e) {
        failures << "$what: ${e.message?.readLines()?.takeRight(40)?.join('\n')}"
    }
}

def refuses(Map build, String... texts) {
    MavenRun.refuses(build, texts)
}

/** A copy of the project, changed. */
def project = { String name, Closure change = {} ->
    def folder = new File(basedir, "target/$name")
    folder.deleteDir()
    folder.mkdirs()
    new File(folder, 'pom.xml').text = new File(basedir, 'pom.xml').text
    assert ['cp', '-R', new File(basedir, 'src').path, folder.path].execute().waitFor() == 0
    change(folder)
    return folder
}

def module = { File folder, String release -> new File(folder, "target/$release/kpatch-several-kernels.ko") }

/** What a module says of itself under one key; modinfo is root's program. */
def modinfo = { String key, File file ->
    new String(file.bytes, 'ISO-8859-1').findAll(key + '=[^\0]*').collect { it.substring(key.length() + 1) }
}

def same = { File one, File other -> assert java.nio.file.Files.mismatch(one.toPath(), other.toPath()) == -1L : "$one is not $other" }

seen('each module is an artifact with its release as classifier, and an archive of all is the one without') {
    ['repository', 'target/repository-of-floor', 'target/repository-of-next'].each { repository ->
        releases.each {
            same(new File(basedir, "$repository/$coordinates-${it}.ko"), module(basedir, it))
            ['manifest.json', 'sources.tar.xz', 'cyclonedx.json', 'provenance.json'].each { paper ->
                assert new File(basedir, "$repository/$coordinates-$it-$paper").isFile()
            }
        }
        assert !new File(basedir, "$repository/${coordinates}.ko").exists()
        same(new File(basedir, "$repository/${coordinates}.tar.xz"), new File(basedir, 'target/several-kernels-1.0.tar.xz'))
    }
    def listed = ['tar', 'tf', new File(basedir, 'target/several-kernels-1.0.tar.xz').path].execute().text.readLines()
    assert listed == releases.collect { "$it/kpatch-several-kernels.ko".toString() }
}
seen('a consumer gets what it names') {
    def consumed = new File(basedir, 'consumer/target/dependency')
    assert consumed.list().sort() == ['several-kernels-1.0-6.12.7-toy.ko', 'several-kernels-1.0.tar.xz']
    same(new File(consumed, 'several-kernels-1.0-6.12.7-toy.ko'), module(basedir, '6.12.7-toy'))
}
seen('each is for its kernel') {
    releases.each { release ->
        def told = modinfo('vermagic', module(basedir, release)).first()
        assert told.startsWith("$release ")
        assert new File(basedir, "src/main/kpatch/$release/kernel.lock").text.contains(release)
        assert new File(basedir, "src/main/kpatch/$release/kernel.config").isFile()
        assert new File(basedir, "target/kpatch/$release/7-link.json").isFile()
    }
    assert !new File(basedir, 'src/main/kpatch/kernel.config').exists()
}
seen('patches of one kernel are in its module alone') {
    [[releases[0], '6.1'], [releases[1], '6.12']].each { release, series ->
        def told = modinfo('kpatch_source', module(basedir, release)).collect { it.split(' ')[0] }.sort()
        assert told == ['0001-version.patch', "$series/0002-numbers.patch".toString()]
        assert new File(basedir, "target/kpatch/$release/3-check-patches/patched/kernel/numbers.c").text.contains(series == '6.1' ? 'return 8;' : 'return 10;')
    }
}
seen('and it is the module of a project for that kernel alone') {
    def kernels = new File(basedir, 'pom.xml').text.findAll(/(?s)<kernel>.*?<\/kernel>/)
    [releases, kernels].transpose().each { release, kernel ->
        def folder = project('single') {
            def pom = new File(it, 'pom.xml')
            // Its name is in the module.
            def own = new File(it, "src/main/kpatch/patches/${release.replaceFirst(/\.\d+-toy/, '')}/0002-numbers.patch")
            new File(it, 'src/main/kpatch/patches/series').text = "0001-version.patch\n${own.parentFile.name}/$own.name\n"
            pom.text = pom.text.replaceFirst(/(?s)<kernels>.*<\/kernels>/, java.util.regex.Matcher.quoteReplacement(kernel))
        }
        ['kernel.config', 'kernel.lock'].each { new File(folder, "src/main/kpatch/$it").bytes = new File(basedir, "src/main/kpatch/$release/$it").bytes }
        def built = maven(folder, 'package', "-Dkpatch.cache=$basedir/cache-of-single".toString())
        assert built.well && !built.said.contains('] [') : built.said
        same(new File(folder, 'target/kpatch-several-kernels.ko'), module(basedir, release))
        assert new File(folder, 'target/kpatch/7-link.json').isFile()
    }
}
seen('one of them is built alone') {
    def folder = project('one')
    def built = maven(folder, 'package', '-Dkpatch.release=6.12.7-toy')
    assert built.well && built.said.contains('[6.12.7-toy] Linked') && !built.said.contains('[6.1.99-toy]') : built.said
    same(module(folder, '6.12.7-toy'), module(basedir, '6.12.7-toy'))
    refuses(maven(folder, 'package', '-Dkpatch.release=6.6.1'), 'KP106', 'kpatch.release', '6.12.7-toy')
}
seen('nothing is done twice') {
    def built = maven(basedir, 'package')
    assert built.well && built.said.count('(nothing changed)') == 12 : built.said
}
seen('a kernel that fails is named, and the other is built') {
    def folder = project('failing') {
        new File(it, 'src/main/kpatch/patches/0003-numbers.patch').text = new File(basedir, 'numbers.patch').text
    }
    def built = maven(folder, 'verify')
    refuses(built, '1 of 2 kernels failed', '6.12.7-toy in kpatch:check-patches', 'KP301', '[6.12.7-toy] Failed: KP301',
        '[6.1.99-toy] Linked', '[6.1.99-toy] Boot test', '[6.1.99-toy] Papers of', 'kpatch-maven-plugin:1.0.0-SNAPSHOT:report')
    assert module(folder, '6.1.99-toy').isFile() && !module(folder, '6.12.7-toy').exists()
    assert !new File(folder, 'target/several-kernels-1.0.tar.xz').exists()
    refuses(maven(folder, 'compile'), '1 of 2 kernels failed', 'KP301', 'kpatch-maven-plugin:1.0.0-SNAPSHOT:build-objects')
    refuses(maven(folder, 'verify', '-Dkpatch.boot-test.skip=true'), '1 of 2 kernels failed', 'KP301')
    refuses(maven(folder, 'kpatch:check-patches'), '1 of 2 kernels failed', 'KP301')
}
seen('each failing kernel is named with its own problem, wherever it fails') {
    def folder = project('failing-both') {
        new File(it, 'src/main/kpatch/patches/0003-numbers.patch').text = new File(basedir, 'numbers.patch').text
        def pom = new File(it, 'pom.xml')
        pom.text = pom.text.replace('${toy}/Module.symvers', '${toy}/Module-cut-short.symvers')
    }
    refuses(maven(folder, 'verify'), '2 of 2 kernels failed', '6.1.99-toy in kpatch:unpack', 'KP214', '6.12.7-toy in kpatch:check-patches', 'KP301')
}
seen('goals that work on one kernel want to know which') {
    def folder = project('edit')
    refuses(maven(folder, 'kpatch:edit', '-Dkpatch.files=kernel/numbers.c'), 'KP106', '-Dkpatch.release=6.1.99-toy')
    def edited = maven(folder, 'kpatch:edit', '-Dkpatch.files=kernel/numbers.c', '-Dkpatch.release=6.12.7-toy')
    def file = new File(folder, 'edit/kernel/numbers.c')
    assert edited.well && file.text.contains('return 10;') : edited.said
    file.text = file.text.replace('return 10;', 'return 12;')
    def captured = maven(folder, 'kpatch:capture', '-Dkpatch.subject=more toys', '-Dkpatch.release=6.12.7-toy')
    assert captured.well && new File(folder, 'src/main/kpatch/patches/0003-more-toys.patch').text.contains('+\treturn 12;') : captured.said
}
seen('goal config writes for all') {
    def folder = project('config') { new File(it, 'src/main/kpatch').eachFile { file -> if (file.name != 'patches') file.deleteDir() } }
    def written = maven(folder, 'kpatch:config')
    assert written.well : written.said
    releases.each { assert new File(folder, "src/main/kpatch/$it/kernel.lock").text == new File(basedir, "src/main/kpatch/$it/kernel.lock").text }
}
seen('what is not clear is refused') {
    def changed = { String name, String from, String to -> project(name) { new File(it, 'pom.xml').text = new File(it, 'pom.xml').text.replace(from, to) } }
    refuses(maven(changed('both', '<kernels>', '<kernel><release>6.1.99-toy</release></kernel><kernels>'), 'validate'), 'KP106', 'both <kernel> and <kernels>')
    refuses(maven(project('empty') { new File(it, 'pom.xml').text = new File(it, 'pom.xml').text.replaceFirst('(?s)<kernels>.*</kernels>', '<kernels />') }, 'validate'),
        'KP106', 'It names no kernel')
    refuses(maven(changed('twice', '6.12.7-toy', '6.1.99-toy'), 'validate'), 'KP106', '6.1.99-toy twice')
    refuses(maven(changed('none', '<release>6.12.7-toy</release>', ''), 'validate'), 'KP106', 'Kernel 2 has no release')
    refuses(maven(changed('folder', '6.12.7-toy', '../6.12.7'), 'validate'), 'KP201')
    refuses(maven(project('property'), 'validate', '-Dkpatch.vmlinux=vmlinux'), 'KP106', 'kpatch.vmlinux')
}

failures.each { println "NOT SEEN: $it" }
assert failures.empty : failures.join('\n')
return true
