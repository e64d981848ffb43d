// Not in target, which a clean deletes. What an earlier run deployed and cached would be taken for this run's.
['repository', 'cache', 'cache-of-single'].each { new File(basedir, it).deleteDir() }
new File(localRepositoryPath, 'io/github/kpatch/it/several-kernels').deleteDir()
def script = new File(basedir, 'make-other-kernel.sh')
def process = ['sh', script.path, new File(basedir, 'target-kernel').path, new File(basedir, '../setup-toy-kernel').canonicalPath].execute()
def output = new StringBuilder()
process.waitForProcessOutput(output, output)
assert process.exitValue() == 0 : output.toString()
return true
