def script = new File(basedir, 'make-toy-kernel.sh')
def process = ['sh', script.path, new File(basedir, 'target/toy').path, basedir.path].execute()
def output = new StringBuilder()
process.waitForProcessOutput(output, output)
assert process.exitValue() == 0 : output.toString()
return true
