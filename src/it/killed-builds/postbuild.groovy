import io.github.kpatch.it.KilledBuilds

// In the second folder make cannot work, so that the build goes on in a temporary one.
def blank = new File(basedir, 'with a blank/killed-builds')
assert blank.mkdirs()
assert ['cp', '-a', new File(basedir, 'pom.xml').path, new File(basedir, 'src').path, blank.path].execute().waitFor() == 0
def pom = new File(blank, 'pom.xml')
pom.text = pom.text.replace('../setup-toy-kernel', '../../../setup-toy-kernel')

new KilledBuilds(basedir, localRepositoryPath, new File(System.getProperty('maven.home'))).run([basedir, blank], kills as int)
return true
