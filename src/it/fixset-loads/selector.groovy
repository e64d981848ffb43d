// The sets are changes of the 6.1 series.
def release = new File(basedir, '../setup-debian-kernel/kernel.properties').text.trim().replaceFirst('.*=', '')
def fits = release.startsWith('6.1.')
if (!fits) {
    println "Skipped: the source of $release is not what these sets are of."
}
return fits
