package io.github.kpatch.delivery.signing;

import io.github.kpatch.elf.Bytes;
import io.github.kpatch.kernel.KernelConfig;
import io.github.kpatch.kernel.ModuleSignature;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.IOException;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSignerInfoGeneratorBuilder;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;

/**
 * Signs a finished module as {@code scripts/sign-file} does: a detached CMS message without attributes and certificates, whose
 * signer is named by issuer and serial number. Nothing of it depends on the time, so that the same key gives the same bytes.
 *
 * <p>Source: {@code crypto/asymmetric_keys/pkcs7_parser.c}, {@code public_key.c} and {@code kernel/module/signing.c}.
 */
public final class SignModule {
    /** The digests that {@code MODULE_SIG_HASH} can name, as Java names them. */
    private static final Map<String, String> DIGESTS = Map.of(
            "sha1", "SHA1",
            "sha224", "SHA224",
            "sha256", "SHA256",
            "sha384", "SHA384",
            "sha512", "SHA512",
            "sha3-256", "SHA3-256",
            "sha3-384", "SHA3-384",
            "sha3-512", "SHA3-512");

    /** Sizes in bits of the curves that {@code crypto/ecdsa.c} has had since 5.13. */
    private static final Set<Integer> CURVES = Set.of(256, 384);

    private final String where;
    private final SigningKey key;
    private final String hash;

    private SignModule(String where, SigningKey key, String hash) {
        this.where = where;
        this.key = key;
        this.hash = hash;
    }

    /**
     * The digest that the kernel wants modules to be signed by.
     *
     * @param config the target kernel's
     * @throws ProblemException KP712 when the kernel reads no signatures
     */
    public static String hash(KernelConfig config) {
        if (!config.isEnabled("MODULE_SIG")) {
            throw unsuitable(
                    "CONFIG_MODULE_SIG",
                    "The kernel was built without it, and reads no signature of a module.",
                    "Leave signing out of a project for this kernel.");
        }
        return config.text("MODULE_SIG_HASH")
                .filter(DIGESTS::containsKey)
                .orElseThrow(() -> unsuitable(
                        "CONFIG_MODULE_SIG_HASH",
                        "'" + config.text("MODULE_SIG_HASH").orElse("") + "' is no digest that this version knows.",
                        ProblemCode.SIGNING_KEY_UNSUITABLE.cure()));
    }

    /**
     * Signs a module.
     *
     * @param where what to call it in messages
     * @param module the finished module, which nothing may change afterwards
     * @param config the target kernel's
     * @return the module with its signature
     * @throws ProblemException KP712 when the kernel would not take a signature by this key
     */
    public static byte[] sign(String where, byte[] module, SigningKey key, KernelConfig config) {
        String hash = hash(config);
        check(key, config);
        return new SignModule(where, key, hash).sign(module);
    }

    /**
     * Refuses a key by which no signature would be taken, whatever the module.
     *
     * @param config the target kernel's
     * @throws ProblemException KP712
     */
    public static void check(SigningKey key, KernelConfig config) {
        X509Certificate certificate = key.certificate();
        try {
            certificate.checkValidity();
        } catch (CertificateExpiredException e) {
            throw unsuitable(
                    key.subject(),
                    "The certificate was valid until "
                            + certificate.getNotAfter().toInstant() + ".",
                    e);
        } catch (CertificateNotYetValidException e) {
            throw unsuitable(
                    key.subject(),
                    "The certificate is valid from "
                            + certificate.getNotBefore().toInstant() + " on.",
                    e);
        }
        PublicKey publicKey = certificate.getPublicKey();
        if (publicKey instanceof ECPublicKey curve) {
            int size = curve.getParams().getCurve().getField().getFieldSize();
            if (!config.text("CRYPTO_ECDSA").filter("y"::equals).isPresent()) {
                throw unsuitable(
                        key.subject(),
                        "Its key is one of an elliptic curve, and CONFIG_CRYPTO_ECDSA is not built into the kernel.",
                        "Sign by an RSA key.");
            }
            if (!CURVES.contains(size)) {
                throw unsuitable(
                        key.subject(),
                        "Its key is one of a curve of " + size + " bits.",
                        "Sign by an RSA key, or one of curve P-256 or P-384.");
            }
        } else if (!(publicKey instanceof RSAPublicKey)) {
            throw unsuitable(
                    key.subject(),
                    "Kernels know no " + publicKey.getAlgorithm() + " keys of modules.",
                    "Sign by an RSA key.");
        }
    }

    private byte[] sign(byte[] module) {
        try {
            CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
            generator.addSignerInfoGenerator(
                    new JcaSignerInfoGeneratorBuilder(new JcaDigestCalculatorProviderBuilder().build(), this::named)
                            .setDirectSignature(true)
                            .build(signer(), key.certificate()));
            CMSSignedData signed = generator.generate(new CMSProcessableByteArray(module), false);
            checkCertificate(signed);
            return new ModuleSignature(Bytes.copyOf(module), Bytes.copyOf(signed.getEncoded("DER"))).toFile();
        } catch (CMSException | OperatorCreationException | CertificateEncodingException | IOException e) {
            throw unsuitable(where, "It cannot be signed by " + key.subject() + " (" + e.getMessage() + ").", e);
        }
    }

    /** The kernel knows RSA signatures by {@code rsaEncryption} alone, whatever the digest. */
    private AlgorithmIdentifier named(AlgorithmIdentifier signature) {
        return key.certificate().getPublicKey() instanceof RSAPublicKey
                ? new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE)
                : signature;
    }

    private ContentSigner signer() throws OperatorCreationException {
        boolean isCurve = key.certificate().getPublicKey() instanceof ECPublicKey;
        if (isCurve && key.provider() instanceof BouncyCastleProvider) {
            return new RepeatableSigner(key, DIGESTS.get(hash));
        }
        // A token decides by itself how it makes a signature of a curve.
        return new JcaContentSignerBuilder(DIGESTS.get(hash) + (isCurve ? "withECDSA" : "withRSA"))
                .setProvider(key.provider())
                .build(key.key());
    }

    private void checkCertificate(CMSSignedData signed) throws CMSException, OperatorCreationException {
        SignerInformation signer = signed.getSignerInfos().iterator().next();
        Optional<CMSException> refused = Optional.empty();
        boolean verified = false;
        try {
            verified = signer.verify(new JcaSimpleSignerInfoVerifierBuilder()
                    .build(key.certificate().getPublicKey()));
        } catch (CMSException e) {
            refused = Optional.of(e);
        }
        if (!verified) {
            throw unsuitable(key.subject(), "The certificate is not the key's.", refused.orElse(null));
        }
    }

    private static ProblemException unsuitable(String where, String what, String cure) {
        return ProblemException.input(new Problem(ProblemCode.SIGNING_KEY_UNSUITABLE, where, what, cure));
    }

    private static ProblemException unsuitable(String where, String what, Exception cause) {
        return ProblemException.input(Problem.of(ProblemCode.SIGNING_KEY_UNSUITABLE, where, what), cause);
    }
}
