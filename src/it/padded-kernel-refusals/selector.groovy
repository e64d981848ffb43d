// The patches are of the source of 6.12, which the distribution has beside its default kernel.
def release = new File(basedir, '../setup-debian-kernel/kernel.properties').text.trim().replaceFirst('.*=', '')
def fits = release.startsWith('6.12.')
if (!fits) {
    println "Skipped: kernel $release has no such functions. -Dit.kernel=6.12 runs this test."
}
return fits
