// The worked example of the archetype's README is this very patch.
def patch = new File(repository, 'src/it/shadow-variable/src/main/kpatch/patches/eventfd-count-writes.patch')
def readme = new File(repository, 'kpatch-archetype/src/main/resources/archetype-resources/README.md')
def shown = readme.text.replace('${pound}', '#')
def indented = patch.readLines().collect { it.isEmpty() ? it : '    ' + it }.join('\n')
assert shown.contains(indented)

def log = new File(basedir, 'build.log').text
['do_eventfd', 'eventfd_write', 'eventfd_release', 'eventfd_ctx_put', 'eventfd_show_fdinfo'].each {
    assert log.contains("fs/eventfd.o: changed function: $it")
}
assert log.contains('fs/eventfd.o: callback: post_unpatch')
assert log.contains('  function eventfd_write <- the function changed')
assert log.contains('  function eventfd_forget_writes <- a callback of the patch\'s author')
return true
