package io.github.kpatch.delivery.signing;

import io.github.kpatch.host.Digests;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;

/**
 * A key that modules are signed by, with the certificate by which the kernel knows it.
 *
 * @param key the private key, which may be no more than a handle of a token
 * @param certificate its certificate
 * @param provider what computes with the key
 */
public record SigningKey(PrivateKey key, X509Certificate certificate, Provider provider) {
    /** SHA-256 of the certificate in DER, hexadecimal: says which key it is, and nothing of it. */
    public String certificateSha256() {
        try {
            return Digests.of(certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was read has an encoding", e);
        }
    }

    /** Whose key it is. */
    public String subject() {
        return certificate.getSubjectX500Principal().getName();
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "the key of " + subject() + ", certificate " + certificateSha256();
    }
}
