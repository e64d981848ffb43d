package io.github.kpatch.delivery.signing;

/**
 * What is known of a module's signature to who made it.
 *
 * @param signer the subject of the certificate
 * @param certificateSha256 SHA-256 of the certificate in DER, hexadecimal
 * @param hash the digest that was signed, as {@code MODULE_SIG_HASH} names it
 * @param unsignedSha256 SHA-256 of the module without its signature, hexadecimal: what a rebuild by somebody else makes
 */
public record Signature(String signer, String certificateSha256, String hash, String unsignedSha256) {}
