package io.github.kpatch.delivery.signing;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where the key is that modules are signed by. One of {@code key}, {@code keystore} and {@code pkcs11} is given.
 *
 * @param key a PEM file with a private key, perhaps encrypted, and perhaps its certificate
 * @param certificate the key's X.509 certificate in PEM or DER, where the key's file does not hold it
 * @param keystore a PKCS#12 file
 * @param pkcs11 the configuration file of Java's PKCS#11 provider, which names the library of a token
 * @param alias which entry of {@code keystore} or token; empty where there is one with a key
 * @param password of the key, the keystore or the token
 */
public record KeyPlace(
        Optional<Path> key,
        Optional<Path> certificate,
        Optional<Path> keystore,
        Optional<Path> pkcs11,
        Optional<String> alias,
        Secret password) {}
