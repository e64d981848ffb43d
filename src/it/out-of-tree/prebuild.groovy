// Builds the modules as their users do: against the headers that the distribution ships for its kernel.
def kernel = new Properties()
new File(basedir, '../setup-debian-kernel/kernel.properties').withInputStream { kernel.load(it) }
def make = { folder, exports ->
    def line = ['make', '-C', "/lib/modules/${kernel.kernelRelease}/build", "M=$basedir/modules/$folder", 'modules'] + exports
    def process = new ProcessBuilder(line.collect { it.toString() }).redirectErrorStream(true).start()
    def said = process.inputStream.text
    assert process.waitFor() == 0 : "linux-headers-${kernel.kernelRelease} is needed, which ./check installs: $said"
}
make('base', [])
make('user', ["KBUILD_EXTRA_SYMBOLS=$basedir/modules/base/Module.symvers"])
return true
