import org.sonatype.plexus.components.cipher.DefaultPlexusCipher

def run(List<String> command, File folder) {
    def process = command.execute(null as List, folder)
    def output = new StringBuilder()
    process.waitForProcessOutput(output, output)
    assert process.exitValue() == 0 : "$command: $output"
}

def keys = new File(basedir, 'keys')
keys.mkdirs()
run(['openssl', 'req', '-x509', '-nodes', '-batch', '-newkey', 'rsa:2048', '-subj', '/CN=Toy Makers', '-keyout', 'ours.key', '-out', 'ours.crt'], keys)
run(['openssl', 'pkcs8', '-topk8', '-v2', 'aes-256-cbc', '-in', 'ours.key', '-out', 'locked.key', '-passout', 'pass:not to be seen'], keys)
run(['openssl', 'pkcs12', '-export', '-inkey', 'ours.key', '-in', 'ours.crt', '-name', 'ours', '-out', 'ours.p12', '-passout', 'pass:rather open'], keys)
run(['openssl', 'req', '-x509', '-nodes', '-batch', '-newkey', 'rsa:2048', '-subj', '/CN=others', '-keyout', 'others.key', '-out', 'others.crt'], keys)

// What mvn --encrypt-master-password and --encrypt-password print.
def cipher = new DefaultPlexusCipher()
new File(basedir, 'settings-security.xml').text =
    "<settingsSecurity><master>${cipher.encryptAndDecorate('master', 'settings.security')}</master></settingsSecurity>"
def encrypted = { String password -> cipher.encryptAndDecorate(password, 'master') }
new File(basedir, 'settings.xml').text = """\
    <settings>
      <servers>
        <server><id>encrypted</id><passphrase>${encrypted('not to be seen')}</passphrase></server>
        <server><id>wrong</id><passphrase>${encrypted('wrong horse')}</passphrase></server>
        <server><id>clear</id><passphrase>not to be seen</passphrase></server>
      </servers>
    </settings>
    """.stripIndent()
return true
