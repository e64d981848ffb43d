package io.github.kpatch.delivery.signing;

import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidParameterException;
import java.security.Key;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.ProviderException;
import java.security.Security;
import java.security.UnrecoverableKeyException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8DecryptorProviderBuilder;
import org.bouncycastle.openssl.jcajce.JcePEMDecryptorProviderBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.pkcs.PKCSException;

/** Gets a signing key from where it is kept: a PEM file, a PKCS#12 file, or a token behind PKCS#11. */
public final class ReadSigningKey {
    private static final String TOKENS = "SunPKCS11";

    private final KeyPlace place;
    private final Provider bouncyCastle = new BouncyCastleProvider();

    private ReadSigningKey(KeyPlace place) {
        this.place = place;
    }

    /**
     * Reads the key.
     *
     * @throws ProblemException KP710 when there is no key or no certificate of it, KP711 when the password is missing or
     *     wrong
     */
    public static SigningKey from(KeyPlace place) {
        long places = Stream.of(place.key(), place.keystore(), place.pkcs11())
                .filter(Optional::isPresent)
                .count();
        if (places != 1) {
            throw ProblemException.input(new Problem(
                    ProblemCode.SIGNING_KEY_INVALID,
                    "signing",
                    places == 0 ? "It names no key." : "It names more than one place of a key.",
                    "Name one of key, keystore and pkcs11."));
        }
        ReadSigningKey reader = new ReadSigningKey(place);
        if (place.key().isPresent()) {
            return reader.fromPem(place.key().get());
        }
        return place.keystore().isPresent()
                ? reader.fromKeystore(place.keystore().get())
                : reader.fromToken(place.pkcs11().orElseThrow());
    }

    private SigningKey fromPem(Path file) {
        List<X509Certificate> certificates = new ArrayList<>();
        Optional<PrivateKey> key = Optional.empty();
        String text = new String(read(file), StandardCharsets.ISO_8859_1);
        try (PEMParser pem = new PEMParser(new StringReader(text))) {
            for (Object part = pem.readObject(); part != null; part = pem.readObject()) {
                if (part instanceof X509CertificateHolder holder) {
                    certificates.add(new JcaX509CertificateConverter().getCertificate(holder));
                } else if (key.isEmpty()) {
                    key = privateKey(file, part);
                }
            }
        } catch (IOException | CertificateException | RuntimeException e) {
            if (e instanceof ProblemException problem) {
                throw problem;
            }
            throw invalid(file, "It is no PEM file of a key.", e);
        }
        if (key.isEmpty()) {
            throw invalid(file, "It holds no private key.", null);
        }
        return with(file, key.get(), bouncyCastle, certificates);
    }

    /** The private key in a part of a PEM file; empty where it is something else. */
    private Optional<PrivateKey> privateKey(Path file, Object part) throws IOException {
        if (part instanceof PEMKeyPair pair) {
            return Optional.of(converted(pair.getPrivateKeyInfo()));
        }
        if (part instanceof PrivateKeyInfo info) {
            return Optional.of(converted(info));
        }
        try {
            if (part instanceof PKCS8EncryptedPrivateKeyInfo encrypted) {
                return Optional.of(
                        converted(encrypted.decryptPrivateKeyInfo(new JceOpenSSLPKCS8DecryptorProviderBuilder()
                                .setProvider(bouncyCastle)
                                .build(password(file)))));
            }
            if (part instanceof PEMEncryptedKeyPair encrypted) {
                return Optional.of(converted(encrypted
                        .decryptKeyPair(new JcePEMDecryptorProviderBuilder()
                                .setProvider(bouncyCastle)
                                .build(password(file)))
                        .getPrivateKeyInfo()));
            }
        } catch (IOException | PKCSException | OperatorCreationException e) {
            throw wrongPassword(file, e);
        }
        return Optional.empty();
    }

    private PrivateKey converted(PrivateKeyInfo info) throws IOException {
        return new JcaPEMKeyConverter().setProvider(bouncyCastle).getPrivateKey(info);
    }

    private SigningKey fromKeystore(Path file) {
        char[] password = password(file);
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(new ByteArrayInputStream(read(file)), password);
            return entry(file, store, password, bouncyCastle);
        } catch (IOException e) {
            throw isOfPassword(e) ? wrongPassword(file, e) : invalid(file, "It is no PKCS#12 file.", e);
        } catch (UnrecoverableKeyException e) {
            throw wrongPassword(file, e);
        } catch (GeneralSecurityException e) {
            throw invalid(file, "It is no PKCS#12 file.", e);
        }
    }

    private SigningKey fromToken(Path configuration) {
        read(configuration);
        Provider base = Security.getProvider(TOKENS);
        if (base == null) {
            throw invalid(configuration, "This Java has no PKCS#11 provider.", null);
        }
        try {
            Provider token = base.configure(configuration.toString());
            KeyStore store = KeyStore.getInstance("PKCS11", token);
            char[] pin = password(configuration);
            store.load(null, pin);
            return entry(configuration, store, pin, token);
        } catch (IOException e) {
            throw isOfPassword(e)
                    ? wrongPassword(configuration, e)
                    : invalid(configuration, "The token cannot be read.", e);
        } catch (GeneralSecurityException | InvalidParameterException | ProviderException e) {
            throw invalid(configuration, "The token cannot be reached.", e);
        }
    }

    /** As {@link KeyStore#load} says it. */
    private static boolean isOfPassword(IOException e) {
        return e.getCause() instanceof UnrecoverableKeyException;
    }

    private SigningKey entry(Path where, KeyStore store, char[] password, Provider provider)
            throws GeneralSecurityException {
        List<String> keys = new ArrayList<>();
        for (String alias : Collections.list(store.aliases())) {
            if (store.isKeyEntry(alias)) {
                keys.add(alias);
            }
        }
        Collections.sort(keys);
        List<String> chosen =
                keys.stream().filter(place.alias().orElse("")::equalsIgnoreCase).toList();
        if (place.alias().isEmpty()) {
            chosen = keys;
        }
        if (chosen.size() != 1) {
            throw ProblemException.input(new Problem(
                    ProblemCode.SIGNING_KEY_INVALID,
                    where.toString(),
                    keys.isEmpty()
                            ? "It holds no private key."
                            : place.alias()
                                    .map(alias -> "It holds no key '" + alias + "'.")
                                    .orElse("It holds several keys."),
                    keys.isEmpty()
                            ? ProblemCode.SIGNING_KEY_INVALID.cure()
                            : "Name one of them as alias: " + String.join(", ", keys) + "."));
        }
        String alias = chosen.get(0);
        Key key = store.getKey(alias, password);
        if (!(key instanceof PrivateKey signing)) {
            throw invalid(where, "'" + alias + "' is no private key.", null);
        }
        List<X509Certificate> certificates = new ArrayList<>();
        Certificate[] chain = store.getCertificateChain(alias);
        if (chain != null) {
            Stream.of(chain)
                    .filter(X509Certificate.class::isInstance)
                    .map(X509Certificate.class::cast)
                    .forEach(certificates::add);
        }
        return with(where, signing, provider, certificates);
    }

    /** The key with its certificate, which is the given one, or the first that lies beside it. */
    private SigningKey with(Path where, PrivateKey key, Provider provider, List<X509Certificate> beside) {
        Optional<X509Certificate> certificate = place.certificate()
                .map(this::certificate)
                .or(() -> beside.stream().findFirst());
        return new SigningKey(
                key,
                certificate.orElseThrow(() -> ProblemException.input(new Problem(
                        ProblemCode.SIGNING_KEY_INVALID,
                        where.toString(),
                        "No certificate lies beside the key.",
                        "Name the file with the key's X.509 certificate as certificate."))),
                provider);
    }

    private X509Certificate certificate(Path file) {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(read(file)));
        } catch (CertificateException e) {
            throw invalid(file, "It is no X.509 certificate in PEM or DER.", e);
        }
    }

    private char[] password(Path where) {
        return place.password()
                .get()
                .orElseThrow(() -> ProblemException.input(new Problem(
                        ProblemCode.SIGNING_PASSWORD_WRONG,
                        where.toString(),
                        "It wants a password, and none is given.",
                        ProblemCode.SIGNING_PASSWORD_WRONG.cure())));
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw invalid(file, "It cannot be read.", e);
        }
    }

    /** What the cryptographic libraries say goes to the log of -X alone: it may quote what it was given. */
    private static ProblemException wrongPassword(Path where, Exception cause) {
        return ProblemException.input(
                Problem.of(ProblemCode.SIGNING_PASSWORD_WRONG, where.toString(), "The password does not open it."),
                cause);
    }

    private static ProblemException invalid(Path where, String what, Exception cause) {
        return ProblemException.input(Problem.of(ProblemCode.SIGNING_KEY_INVALID, where.toString(), what), cause);
    }
}
