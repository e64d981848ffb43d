// Half a gigabyte is packed again, and a cache of its own filled.
def wanted = repackaged == 'true'
if (!wanted) {
    println 'Skipped: -Dit.repackaged=true packs the kernel as RPM packages and runs this test.'
}
return wanted
