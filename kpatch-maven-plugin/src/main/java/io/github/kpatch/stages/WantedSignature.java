package io.github.kpatch.stages;

import io.github.kpatch.delivery.signing.KeyPlace;
import io.github.kpatch.delivery.signing.ReadSigningKey;
import io.github.kpatch.delivery.signing.Secret;
import io.github.kpatch.delivery.signing.SigningKey;
import io.github.kpatch.problem.ProblemException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The signature that a project wants on its modules: where its key is. One of {@code key}, {@code keystore} and {@code
 * pkcs11} is to be given.
 *
 * @param key a PEM file with the private key, and perhaps its certificate
 * @param certificate the certificate, in PEM or DER
 * @param keystore a PKCS#12 file
 * @param pkcs11 the configuration file of Java's PKCS#11 provider
 * @param alias which entry of the keystore or the token
 * @param password brings the password of the key, the keystore or the token; empty where there is none
 */
public record WantedSignature(
        Optional<Path> key,
        Optional<Path> certificate,
        Optional<Path> keystore,
        Optional<Path> pkcs11,
        Optional<String> alias,
        Supplier<Optional<char[]>> password) {
    /** Whether any place of a key is given. */
    public boolean isGiven() {
        return key.isPresent() || keystore.isPresent() || pkcs11.isPresent();
    }

    /**
     * The key.
     *
     * @throws ProblemException KP710 and KP711 when it cannot be had
     */
    SigningKey read() {
        return ReadSigningKey.from(new KeyPlace(key, certificate, keystore, pkcs11, alias, new Secret(password)));
    }
}
