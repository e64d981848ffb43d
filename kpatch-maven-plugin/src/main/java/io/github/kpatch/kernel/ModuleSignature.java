package io.github.kpatch.kernel;

import io.github.kpatch.elf.Bytes;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * The signature at the end of a module's file, where no ELF reader looks: a CMS message, {@code struct module_signature}, and
 * a marker by which the kernel knows that there is one.
 *
 * <p>Source: {@code include/linux/module_signature.h}; the message is CMS ({@code PKEY_ID_PKCS7}) since kernel 4.3.
 *
 * @param module what was signed: all bytes before the message
 * @param message the CMS message, in DER
 */
public record ModuleSignature(Bytes module, Bytes message) {
    private static final byte[] MARKER = "~Module signature appended~\n".getBytes(StandardCharsets.US_ASCII);
    private static final int HEADER_SIZE = 12;
    private static final int KIND_AT = 2;
    private static final int LENGTH_AT = 8;
    private static final byte CMS = 2;

    /** Whether the marker is there, whatever stands before it. */
    public static boolean isIn(byte[] file) {
        int at = file.length - MARKER.length;
        return at >= 0 && Arrays.equals(file, at, file.length, MARKER, 0, MARKER.length);
    }

    /**
     * Takes a module's file apart.
     *
     * @param where what to call it in messages
     * @return empty where it is not signed
     * @throws ProblemException KP713 when the marker is there and no CMS message before it
     */
    public static Optional<ModuleSignature> of(String where, byte[] file) {
        if (!isIn(file)) {
            return Optional.empty();
        }
        int header = file.length - MARKER.length - HEADER_SIZE;
        ByteBuffer numbers = ByteBuffer.wrap(file);
        if (header < 0 || numbers.get(header + KIND_AT) != CMS) {
            throw malformed(where, "What stands before the marker is no CMS message.");
        }
        long length = Integer.toUnsignedLong(numbers.getInt(header + LENGTH_AT));
        if (length > header) {
            throw malformed(where, "Its message is said to have " + length + " bytes, and the file has no such many.");
        }
        int message = (int) (header - length);
        return Optional.of(new ModuleSignature(
                Bytes.copyOf(Arrays.copyOf(file, message)), Bytes.copyOf(Arrays.copyOfRange(file, message, header))));
    }

    /** The module's file with the signature at its end. */
    public byte[] toFile() {
        ByteBuffer file = ByteBuffer.allocate(module.size() + message.size() + HEADER_SIZE + MARKER.length);
        file.put(module.toArray()).put(message.toArray());
        int header = file.position();
        file.put(header + KIND_AT, CMS).putInt(header + LENGTH_AT, message.size());
        file.position(header + HEADER_SIZE);
        return file.put(MARKER).array();
    }

    private static ProblemException malformed(String where, String what) {
        return ProblemException.input(ProblemCode.SIGNATURE_MALFORMED, where, what);
    }
}
