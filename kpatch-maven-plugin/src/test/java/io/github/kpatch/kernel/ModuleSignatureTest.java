package io.github.kpatch.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kpatch.elf.Bytes;
import io.github.kpatch.problem.ProblemException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModuleSignatureTest {
    private static final int MARKER_LENGTH = "~Module signature appended~\n".length();

    private final ModuleSignature signature = new ModuleSignature(
            Bytes.copyOf("module".getBytes(StandardCharsets.US_ASCII)),
            Bytes.copyOf("message".getBytes(StandardCharsets.US_ASCII)));

    @Test
    void whatIsPutTogetherComesApart() {
        byte[] file = signature.toFile();

        assertThat(file).startsWith("modulemessage".getBytes(StandardCharsets.US_ASCII));
        assertThat(file).hasSize("modulemessage".length() + 12 + MARKER_LENGTH);
        assertThat(ModuleSignature.of("x.ko", file)).contains(signature);
    }

    @Test
    void aFileWithoutMarkerIsNotSigned() {
        byte[] file = signature.toFile();

        assertThat(ModuleSignature.of("x.ko", new byte[0])).isEmpty();
        assertThat(ModuleSignature.of("x.ko", Arrays.copyOf(file, file.length - 1)))
                .isEmpty();
    }

    /** Of the 12 bytes before the marker, the third says that the message is CMS, and the last four how long it is. */
    @ParameterizedTest
    @ValueSource(ints = {2, 8, 9})
    void aHeaderThatLiesIsRefused(int at) {
        byte[] file = signature.toFile();
        file[file.length - MARKER_LENGTH - 12 + at] ^= (byte) 0x80;

        assertThatThrownBy(() -> ModuleSignature.of("x.ko", file))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("KP713");
    }

    @Test
    void aMarkerAloneIsRefused() {
        byte[] file = signature.toFile();
        byte[] marker = Arrays.copyOfRange(file, file.length - MARKER_LENGTH, file.length);

        assertThatThrownBy(() -> ModuleSignature.of("x.ko", marker)).hasMessageContaining("KP713");
    }
}
