// The boot test has judged what the guest said. What is left: that the patch was loaded again, and that the module was loaded
// once more when the patch was in force; and that a CI system finds all of it.
def results = new groovy.xml.XmlSlurper().parse(new File(basedir, 'target/failsafe-reports').listFiles({ it.name.endsWith('.xml') } as FileFilter).first())
assert results.@failures == '0' && results.@skipped == '0'
def cases = results.testcase.collect { it.@name.text() }
['load kpatch_module_function', 'object xfs', 'round 2: load kpatch_module_function', 'late: load kpatch_module_function', 'late: load target module xfs',
    'late: unload kpatch_module_function'].each { assert it in cases : "$it: $cases" }
return true
