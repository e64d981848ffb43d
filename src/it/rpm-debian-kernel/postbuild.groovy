import io.github.kpatch.it.BuildLog

// The boot test has judged the module that was made from the RPM packages. What is left: that it is the same module.
BuildLog.of(basedir, 1).succeeds().says('Booted ')
def module = { String project -> new File(basedir, "$project/target/kpatch-rpm-debian-kernel.ko").bytes }
assert module('rpm') == module('deb')
return true
