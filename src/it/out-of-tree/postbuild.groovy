def log = new File(basedir, 'build.log').text
assert log.contains('out-of-tree/main.o: changed function: show')
assert log.contains('out-of-tree/part/answer.o: changed function: answer')
assert log =~ /Booted .*, loaded kpatch-out-of-tree.ko, ran 3 script calls, unloaded/
assert !new File(basedir, 'modules/user').listFiles().any { it.name.startsWith('kpatch') }
return true
