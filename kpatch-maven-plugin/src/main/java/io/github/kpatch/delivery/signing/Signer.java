package io.github.kpatch.delivery.signing;

import io.github.kpatch.elf.Bytes;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.SignerId;
import org.bouncycastle.cms.SignerInformation;

/**
 * Who a signature says it is by, which proves nothing: a kernel looks for the certificate of that issuer and number among
 * those that it trusts.
 *
 * @param issuer who issued the certificate; empty where the signature names it by its key alone
 * @param serial the certificate's serial number, hexadecimal; the identifier of the key where {@code issuer} is empty
 */
public record Signer(String issuer, String serial) {
    /**
     * The signer in a message.
     *
     * @param where what to call the module in messages
     * @param message a CMS message in DER
     * @throws ProblemException KP713 when it is none, or has not one signer
     */
    public static Signer of(String where, Bytes message) {
        try {
            List<SignerInformation> signers = List.copyOf(
                    new CMSSignedData(message.toArray()).getSignerInfos().getSigners());
            if (signers.size() != 1) {
                throw malformed(where, "The message has " + signers.size() + " signers.");
            }
            SignerId id = signers.get(0).getSID();
            return id.getIssuer() == null
                    ? new Signer("", HexFormat.of().formatHex(id.getSubjectKeyIdentifier()))
                    : new Signer(id.getIssuer().toString(), id.getSerialNumber().toString(16));
        } catch (CMSException | IllegalArgumentException e) {
            throw malformed(where, "The message is no CMS signature.");
        }
    }

    /** As in {@code by certificate 1f of CN=Example}. */
    @Override
    public String toString() {
        return issuer.isEmpty() ? "by key " + serial : "by certificate " + serial + " of " + issuer;
    }

    private static ProblemException malformed(String where, String what) {
        return ProblemException.input(ProblemCode.SIGNATURE_MALFORMED, where, what);
    }
}
