package io.github.kpatch.delivery.signing;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.security.GeneralSecurityException;
import java.security.Signature;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.DefaultSignatureAlgorithmIdentifierFinder;
import org.bouncycastle.operator.RuntimeOperatorException;

/**
 * Signs by a key of an elliptic curve with a number that follows from key and message, where the usual one is random, so that
 * a module that is made again is the same module.
 *
 * <p>Source: RFC 6979; who verifies sees no difference.
 */
final class RepeatableSigner implements ContentSigner {
    private final SigningKey key;
    private final String digest;
    private final ByteArrayOutputStream message = new ByteArrayOutputStream();

    /** @param digest as Java names it */
    RepeatableSigner(SigningKey key, String digest) {
        this.key = key;
        this.digest = digest;
    }

    @Override
    public AlgorithmIdentifier getAlgorithmIdentifier() {
        return new DefaultSignatureAlgorithmIdentifierFinder().find(digest + "withECDSA");
    }

    @Override
    public OutputStream getOutputStream() {
        return message;
    }

    @Override
    public byte[] getSignature() {
        try {
            Signature signature = Signature.getInstance(digest + "withECDDSA", key.provider());
            signature.initSign(key.key());
            signature.update(message.toByteArray());
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new RuntimeOperatorException("cannot sign by " + key.subject(), e);
        }
    }
}
