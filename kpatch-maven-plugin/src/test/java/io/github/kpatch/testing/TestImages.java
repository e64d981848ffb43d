package io.github.kpatch.testing;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Boot images around any packed content. */
public final class TestImages {
    private static final int SECTOR = 512;
    private static final int PAYLOAD = 3 * SECTOR + 16;

    private TestImages() {}

    /**
     * A setup header with two setup sectors, the payload 16 bytes into the protected-mode part. Like kbuild, it appends
     * the unpacked size to all but gzip's output.
     */
    public static byte[] of(byte[] packed, int unpackedSize) {
        boolean gzip = packed[0] == 0x1f;
        int length = packed.length + (gzip ? 0 : Integer.BYTES);
        ByteBuffer image = ByteBuffer.allocate(PAYLOAD + length).order(ByteOrder.LITTLE_ENDIAN);
        image.put(0x1f1, (byte) 2);
        image.putInt(0x202, 0x53726448);
        image.putShort(0x206, (short) 0x20f);
        image.putInt(0x248, 16);
        image.putInt(0x24c, length);
        image.put(PAYLOAD, packed);
        if (!gzip) {
            image.putInt(PAYLOAD + packed.length, unpackedSize);
        }
        return image.array();
    }
}
