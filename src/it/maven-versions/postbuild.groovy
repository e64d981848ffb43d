def log = new File(basedir, 'build.log').text.replaceAll(/\u001B\[[0-9;]*m/, '')
assert log.findAll(/(?m)^Apache Maven (\S+)/) { it[1] } == mavenVersions.split(',').toList()
assert log.count('BUILD SUCCESS') == 4
return true
