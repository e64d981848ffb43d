package io.github.kpatch.delivery.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.kpatch.kernel.KernelConfig;
import io.github.kpatch.kernel.ModuleSignature;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.testing.NativeTools;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys are made by OpenSSL, and what was signed by them is judged by OpenSSL. */
class SignModuleTest {
    private static final byte[] MODULE = "what stands for a module".getBytes(StandardCharsets.US_ASCII);
    private static final String PASSWORD = "not to be seen";

    @TempDir
    Path folder;

    private static KernelConfig config(String... lines) {
        List<String> all = new ArrayList<>(List.of("CONFIG_MODULE_SIG=y", "CONFIG_MODULE_SIG_HASH=\"sha512\""));
        all.addAll(List.of(lines));
        return KernelConfig.parse(".config", String.join("\n", all).getBytes(StandardCharsets.US_ASCII));
    }

    /** A key and its certificate, {@code NAME.key} and {@code NAME.crt}. */
    private void key(String name, String... kind) {
        List<String> command = new ArrayList<>(List.of("openssl", "req", "-x509", "-nodes", "-batch", "-newkey"));
        command.addAll(List.of(kind));
        command.addAll(List.of("-subj", "/CN=" + name, "-keyout", name + ".key", "-out", name + ".crt"));
        NativeTools.run(folder, command.toArray(String[]::new));
    }

    private void rsa(String name) {
        key(name, "rsa:2048");
    }

    private KeyPlace place(
            String key, String certificate, String keystore, String pkcs11, String alias, String password) {
        return new KeyPlace(
                Optional.ofNullable(key).map(folder::resolve),
                Optional.ofNullable(certificate).map(folder::resolve),
                Optional.ofNullable(keystore).map(folder::resolve),
                Optional.ofNullable(pkcs11).map(folder::resolve),
                Optional.ofNullable(alias),
                new Secret(() -> Optional.ofNullable(password).map(String::toCharArray)));
    }

    private SigningKey pem(String name) {
        return ReadSigningKey.from(place(name + ".key", name + ".crt", null, null, null, null));
    }

    private static byte[] sign(SigningKey key, KernelConfig config) {
        return SignModule.sign("x.ko", MODULE, key, config);
    }

    /** Wants OpenSSL to find that the message in {@code file} signs the module by the certificate. */
    private void verify(byte[] file, String certificate) throws IOException {
        ModuleSignature signature = ModuleSignature.of("x.ko", file).orElseThrow();
        Files.write(folder.resolve("module"), signature.module().toArray());
        Files.write(folder.resolve("message"), signature.message().toArray());
        NativeTools.run(
                folder,
                "openssl",
                "cms",
                "-verify",
                "-binary",
                "-inform",
                "DER",
                "-in",
                "message",
                "-content",
                "module",
                "-certfile",
                certificate,
                "-noverify",
                "-out",
                "/dev/null");
    }

    @ParameterizedTest
    @CsvSource({"rsa:2048,''", "rsa:4096,''", "ec,ec_paramgen_curve:P-256", "ec,ec_paramgen_curve:P-384"})
    void aSignatureIsOneAndTheSameEachTime(String kind, String option) throws IOException {
        if (option.isEmpty()) {
            key("ours", kind);
        } else {
            key("ours", kind, "-pkeyopt", option);
        }
        byte[] signed = sign(pem("ours"), config("CONFIG_CRYPTO_ECDSA=y"));

        assertThat(signed).startsWith(MODULE).isEqualTo(sign(pem("ours"), config("CONFIG_CRYPTO_ECDSA=y")));
        verify(signed, "ours.crt");
        assertThat(Signer.of(
                                "x.ko",
                                ModuleSignature.of("x.ko", signed).orElseThrow().message())
                        .issuer())
                .isEqualTo("CN=ours");
    }

    @ParameterizedTest
    @ValueSource(strings = {"sha1", "sha224", "sha256", "sha384", "sha512", "sha3-256", "sha3-384", "sha3-512"})
    void theDigestIsTheOneOfTheConfig(String hash) throws IOException {
        rsa("ours");
        KernelConfig config = KernelConfig.parse(
                ".config",
                ("CONFIG_MODULE_SIG=y\nCONFIG_MODULE_SIG_HASH=\"" + hash + "\"").getBytes(StandardCharsets.US_ASCII));
        byte[] signed = sign(pem("ours"), config);

        verify(signed, "ours.crt");
        assertThat(NativeTools.run(folder, "openssl", "cms", "-cmsout", "-print", "-inform", "DER", "-in", "message")
                        .out())
                .contains("algorithm: " + hash + " (")
                .contains("algorithm: rsaEncryption (")
                .containsPattern("signedAttrs:\\s+<ABSENT>")
                .containsPattern("certificates:\\s+<ABSENT>");
    }

    /** A PEM file as the kernel's own build makes it holds both. */
    @Test
    void keyAndCertificateMayLieInOneFile() throws IOException {
        rsa("ours");
        Files.writeString(
                folder.resolve("both.pem"),
                Files.readString(folder.resolve("ours.key")) + Files.readString(folder.resolve("ours.crt")));

        verify(sign(ReadSigningKey.from(place("both.pem", null, null, null, null, null)), config()), "ours.crt");
    }

    @ParameterizedTest
    @ValueSource(strings = {"pkcs8", "rsa -traditional"})
    void anEncryptedKeyIsOpenedByItsPassword(String form) throws IOException {
        rsa("ours");
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(
                form.equals("pkcs8")
                        ? List.of("pkcs8", "-topk8", "-v2", "aes-256-cbc")
                        : List.of("rsa", "-traditional", "-aes256"));
        command.addAll(List.of("-in", "ours.key", "-out", "locked.key", "-passout", "pass:" + PASSWORD));
        NativeTools.run(folder, command.toArray(String[]::new));

        verify(
                sign(ReadSigningKey.from(place("locked.key", "ours.crt", null, null, null, PASSWORD)), config()),
                "ours.crt");
        assertThatThrownBy(() -> ReadSigningKey.from(place("locked.key", "ours.crt", null, null, null, "other")))
                .hasMessageContaining("KP711")
                .hasMessageNotContaining("other");
        assertThatThrownBy(() -> ReadSigningKey.from(place("locked.key", "ours.crt", null, null, null, null)))
                .hasMessageContaining("KP711")
                .hasMessageContaining("none is given");
    }

    @Test
    void aKeystoreIsOpenedByItsPassword() throws IOException {
        rsa("ours");
        keystore("ours");

        verify(sign(ReadSigningKey.from(place(null, null, "ours.p12", null, null, PASSWORD)), config()), "ours.crt");
        assertThatThrownBy(() -> ReadSigningKey.from(place(null, null, "ours.p12", null, null, "other")))
                .hasMessageContaining("KP711");
        assertThatThrownBy(() -> ReadSigningKey.from(place(null, null, "ours.p12", null, "else", PASSWORD)))
                .hasMessageContaining("KP710")
                .hasMessageContaining("Name one of them as alias: ours.");
        assertThatThrownBy(() -> ReadSigningKey.from(place(null, null, "ours.crt", null, null, PASSWORD)))
                .hasMessageContaining("KP710")
                .hasMessageContaining("It is no PKCS#12 file.");
    }

    private void keystore(String name) {
        NativeTools.run(
                folder,
                "openssl",
                "pkcs12",
                "-export",
                "-inkey",
                name + ".key",
                "-in",
                name + ".crt",
                "-name",
                name,
                "-out",
                name + ".p12",
                "-passout",
                "pass:" + PASSWORD);
    }

    @Test
    void aTokenSigns() throws IOException {
        Path library = softHsm();
        Files.createDirectory(folder.resolve("tokens"));
        Files.writeString(folder.resolve("softhsm.conf"), "directories.tokendir = " + folder.resolve("tokens") + "\n");
        Files.writeString(
                folder.resolve("token.cfg"),
                "name = Test\nlibrary = " + library + "\nslotListIndex = 0\nattributes(*, CKO_PRIVATE_KEY, *) = {\n"
                        + "  CKA_SIGN = true\n}\n");
        // The library reads its configuration from the environment of the process that it is loaded into.
        String token = String.join(
                "\n",
                "set -e",
                "export SOFTHSM2_CONF=" + folder.resolve("softhsm.conf"),
                "softhsm2-util --init-token --free --label test --so-pin 4321 --pin 1234",
                "keytool -genkeypair -storetype PKCS11 -providerClass sun.security.pkcs11.SunPKCS11 -providerArg token.cfg"
                        + " -storepass 1234 -alias ours -keyalg RSA -keysize 2048 -dname CN=ours -validity 10",
                "keytool -exportcert -rfc -storetype PKCS11 -providerClass sun.security.pkcs11.SunPKCS11 -providerArg"
                        + " token.cfg -storepass 1234 -alias ours -file ours.crt",
                "exec " + Path.of(System.getProperty("java.home"), "bin", "java") + " -cp '"
                        + System.getProperty("java.class.path") + "' '" + SignByToken.class.getName()
                        + "' token.cfg signed");
        NativeTools.run(folder, "sh", "-c", token);

        byte[] signed = Files.readAllBytes(folder.resolve("signed"));
        assertThat(signed).startsWith(MODULE);
        verify(signed, "ours.crt");
    }

    /** Signs by a token, and wants a wrong PIN to be refused. */
    static final class SignByToken {
        private SignByToken() {}

        public static void main(String[] arguments) throws IOException {
            try {
                ReadSigningKey.from(place(arguments[0], "9999"));
                throw new IllegalStateException("The token takes any PIN.");
            } catch (ProblemException e) {
                if (!e.getMessage().contains("KP711")) {
                    throw e;
                }
            }
            Files.write(Path.of(arguments[1]), sign(ReadSigningKey.from(place(arguments[0], "1234")), config()));
        }

        private static KeyPlace place(String token, String pin) {
            return new KeyPlace(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of(Path.of(token)),
                    Optional.empty(),
                    new Secret(() -> Optional.of(pin.toCharArray())));
        }
    }

    @SuppressWarnings("SystemOut")
    private static Path softHsm() {
        Optional<Path> library = List.of("/usr/lib/softhsm", "/usr/lib64/softhsm", "/usr/local/lib/softhsm").stream()
                .map(path -> Path.of(path, "libsofthsm2.so"))
                .filter(Files::isRegularFile)
                .findFirst();
        if (library.isEmpty()) {
            System.out.println("SKIPPED: a test of PKCS#11, for there is no SoftHSM (Debian's package softhsm2)");
        }
        assumeTrue(library.isPresent(), "no SoftHSM");
        return library.orElseThrow();
    }

    @Test
    void aTokenThatIsNotThereIsRefused() throws IOException {
        Files.writeString(folder.resolve("token.cfg"), "name = None\nlibrary = /no/such/library.so\n");

        assertThatThrownBy(() -> ReadSigningKey.from(place(null, null, null, "token.cfg", null, "1234")))
                .hasMessageContaining("KP710")
                .hasMessageContaining("The token cannot be reached.");
    }

    @Test
    void whatIsNoKeyIsRefused() throws IOException {
        rsa("ours");
        Files.writeString(folder.resolve("text"), "-----BEGIN PRIVATE KEY-----\nnonsense\n");

        assertThatThrownBy(() -> ReadSigningKey.from(place(null, "ours.crt", null, null, null, null)))
                .hasMessageContaining("KP710")
                .hasMessageContaining("It names no key.");
        assertThatThrownBy(() -> ReadSigningKey.from(place("ours.key", null, "ours.p12", null, null, null)))
                .hasMessageContaining("more than one place");
        assertThatThrownBy(() -> ReadSigningKey.from(place("none", "ours.crt", null, null, null, null)))
                .hasMessageContaining("It cannot be read.");
        assertThatThrownBy(() -> ReadSigningKey.from(place("ours.crt", null, null, null, null, null)))
                .hasMessageContaining("It holds no private key.");
        assertThatThrownBy(() -> ReadSigningKey.from(place("text", null, null, null, null, null)))
                .hasMessageContaining("KP710");
        assertThatThrownBy(() -> ReadSigningKey.from(place("ours.key", null, null, null, null, null)))
                .hasMessageContaining("No certificate lies beside the key.");
        assertThatThrownBy(() -> ReadSigningKey.from(place("ours.key", "ours.key", null, null, null, null)))
                .hasMessageContaining("It is no X.509 certificate");
    }

    @Test
    void theCertificateOfAnotherKeyIsRefused() {
        rsa("ours");
        rsa("others");
        SigningKey mixed = ReadSigningKey.from(place("ours.key", "others.crt", null, null, null, null));

        assertThatThrownBy(() -> sign(mixed, config()))
                .hasMessageContaining("KP712")
                .hasMessageContaining("The certificate is not the key's.");
    }

    @Test
    void anExpiredCertificateIsRefused() {
        NativeTools.run(folder, "openssl", "genrsa", "-out", "old.key", "2048");
        NativeTools.run(
                folder, "openssl", "req", "-new", "-batch", "-subj", "/CN=old", "-key", "old.key", "-out", "old.csr");
        NativeTools.run(
                folder,
                "openssl",
                "x509",
                "-req",
                "-in",
                "old.csr",
                "-signkey",
                "old.key",
                "-days",
                "-1",
                "-out",
                "old.crt");

        assertThatThrownBy(() -> sign(pem("old"), config()))
                .hasMessageContaining("KP712")
                .hasMessageContaining("CN=old: The certificate was valid until");
    }

    @Test
    void keysThatTheKernelDoesNotKnowAreRefused() {
        key("curve", "ec", "-pkeyopt", "ec_paramgen_curve:P-256");
        key("long", "ec", "-pkeyopt", "ec_paramgen_curve:P-521");
        key("edwards", "ed25519");

        assertThatThrownBy(() -> sign(pem("curve"), config("CONFIG_CRYPTO_ECDSA=m")))
                .hasMessageContaining("KP712")
                .hasMessageContaining("CONFIG_CRYPTO_ECDSA is not built into the kernel");
        assertThatThrownBy(() -> sign(pem("long"), config("CONFIG_CRYPTO_ECDSA=y")))
                .hasMessageContaining("a curve of 521 bits");
        assertThatThrownBy(() -> sign(pem("edwards"), config())).hasMessageContaining("Kernels know no EdDSA keys");
    }

    @Test
    void aKernelThatReadsNoSignaturesIsRefused() {
        rsa("ours");

        assertThatThrownBy(() -> sign(
                        pem("ours"),
                        KernelConfig.parse(".config", "CONFIG_MODULES=y".getBytes(StandardCharsets.US_ASCII))))
                .hasMessageContaining("KP712")
                .hasMessageContaining("CONFIG_MODULE_SIG");
    }
}
