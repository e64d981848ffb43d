package io.github.kpatch.mojo;

import java.io.File;

/** What a project's POM says in {@code <signing>}. Maven fills the fields, whose names are those of the XML elements. */
public class SigningParameters {
    /** A PEM file with the private key, perhaps encrypted, and perhaps its certificate. */
    private File key;

    /** The key's X.509 certificate, in PEM or DER, where it does not lie beside the key. */
    private File certificate;

    /** A PKCS#12 file with key and certificate. */
    private File keystore;

    /** The configuration file of Java's PKCS#11 provider, which names the library of a token. */
    private File pkcs11;

    /** Which entry of the keystore or the token; not needed where one alone has a key. */
    private String alias;

    /**
     * The server in {@code settings.xml} whose {@code passphrase}, or else {@code password}, is that of the key. Both have to
     * be encrypted. Without it the password is that in the environment's {@code KPATCH_SIGNING_PASSWORD}.
     */
    private String server;

    File key() {
        return key;
    }

    File certificate() {
        return certificate;
    }

    File keystore() {
        return keystore;
    }

    File pkcs11() {
        return pkcs11;
    }

    String alias() {
        return alias;
    }

    String server() {
        return server;
    }
}
