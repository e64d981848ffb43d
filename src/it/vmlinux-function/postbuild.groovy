import groovy.json.JsonSlurper
import io.github.kpatch.delivery.JsonSchema
import java.nio.file.Files

def calls = basedir.toPath().resolve('calls-1')
assert Files.readAllLines(calls).any { it.startsWith('make ') } : 'the first build calls make by way of the shim'
def again = basedir.toPath().resolve('calls-2')
assert !Files.exists(again) : "a build without a change called:\n${Files.readString(again)}"
assert new File(basedir, 'target/kpatch-vmlinux-function.ko').file

// The papers say what the boot has shown: after the second build too, for it is the same module.
def json = new File(basedir, 'target/kpatch-vmlinux-function-manifest.json').getText('UTF-8')
JsonSchema.ofManifests().takes(json)
def shown = new JsonSlurper().parseText(json).bootTest
assert shown.objects*.name == ['vmlinux']
assert shown.objects[0].functions.any { it.startsWith('version_proc_show,') }
assert shown.scripts*.moment.unique() == ['before', 'after', 'unloaded']
return true
