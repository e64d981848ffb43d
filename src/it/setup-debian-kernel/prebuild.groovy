// Which kernels the archive has changes from week to week: ask, and tell the other tests.
def process = [repository + '/.ci/kernel-release', kernel == 'default' ? '' : kernel].execute()
def release = new StringBuilder()
def errors = new StringBuilder()
process.waitForProcessOutput(release, errors)
assert process.exitValue() == 0 : "apt knows no such kernel: $errors"
new File(basedir, 'kernel.properties').text = "kernelRelease=${release.toString().trim()}\n"
return true
