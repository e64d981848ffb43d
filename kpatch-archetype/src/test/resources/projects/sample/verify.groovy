def project = new File(basedir, 'project/sample')
['README.md', '.gitignore', 'src/main/kpatch/kernel.config', 'src/main/kpatch/kernel.lock', 'target/kpatch-sample.ko'].each {
    assert new File(project, it).file : "$it is missing"
}
// Headings and C code went through Velocity.
assert new File(project, 'README.md').text.contains('## 2. Build and try it')
assert new File(project, 'README.md').text.contains('#include <linux/livepatch.h>')

def seen = new File(project, 'target/kpatch/8-boot-test/guest.log').text
assert seen =~ /first line of .proc.version, before: Linux version /
assert seen.contains('first line of /proc/version, after: This has been patched!')
assert seen =~ /first line of .proc.version, unloaded: Linux version /
return true
