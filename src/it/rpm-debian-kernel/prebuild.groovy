def release = new File(basedir, '../setup-debian-kernel/kernel.properties').text.trim().replaceFirst('.*=', '')
def process = new ProcessBuilder('sh', new File(basedir, 'make-packages.sh').path, release, new File(basedir, 'packages').path)
    .redirectErrorStream(true).start()
def said = process.inputStream.getText('UTF-8')
assert process.waitFor() == 0 : said
new File(basedir, 'cache').deleteDir()
return true
