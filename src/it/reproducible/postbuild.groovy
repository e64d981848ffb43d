def modules = ['one', 'far/away/two', 'three'].collect { new File(basedir, "$it/target/kpatch-reproducible.ko") }
modules.tail().each { assert it.bytes == modules[0].bytes : "$it differs from ${modules[0]}" }

def digest = ['sh', new File(basedir, 'digest.sh').path, new File(basedir, 'pieces/source').canonicalPath].execute().text
assert digest == new File(basedir, 'source-before').text : 'the given source folder was written to'

// Two gigabytes each.
['cache-one', 'cache-two'].each { assert new File(basedir, it).deleteDir() }
return true
