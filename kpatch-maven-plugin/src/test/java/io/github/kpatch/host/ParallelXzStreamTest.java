package io.github.kpatch.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/** That a file is let go of again, whether it is decoded here or left to the plain decoder. */
class ParallelXzStreamTest {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    @TempDir
    private Path folder;

    private static byte[] xz(String... blocks) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (XZOutputStream xz = new XZOutputStream(packed, new LZMA2Options(1))) {
            for (String block : blocks) {
                xz.write(block.getBytes(StandardCharsets.US_ASCII));
                xz.endBlock();
            }
        }
        return packed.toByteArray();
    }

    /** What was decoded; empty where that is left to the plain decoder. */
    private Optional<String> decoded(byte[] bytes) throws IOException {
        Path file = Files.write(folder.resolve("file.xz"), bytes);
        try (FileReading reading = new FileReading(file, Progress.NONE.start("reading", 1, "MiB"))) {
            Optional<InputStream> stream = ParallelXzStream.open(reading, file, bytes.length);
            if (stream.isEmpty()) {
                return Optional.empty();
            }
            try (InputStream in = stream.get()) {
                return Optional.of(new String(in.readAllBytes(), StandardCharsets.US_ASCII));
            }
        }
    }

    /** How often this process has the file open. */
    private long open() throws IOException {
        Path file = folder.toRealPath().resolve("file.xz");
        try (Stream<Path> descriptors = Files.list(DESCRIPTORS)) {
            return descriptors
                    .filter(descriptor -> {
                        try {
                            return Files.readSymbolicLink(descriptor).equals(file);
                        } catch (IOException closedMeanwhile) {
                            return false;
                        }
                    })
                    .count();
        }
    }

    @Test
    void blocksAreDecodedInOrder() throws IOException {
        assertThat(decoded(xz("one ", "two ", "three"))).contains("one two three");
        assertThat(open()).isZero();
    }

    @Test
    void whatIsLeftToThePlainDecoderIsClosed() throws IOException {
        byte[] damaged = xz("one ", "two");
        damaged[damaged.length - 1] ^= 1;
        for (byte[] file :
                List.of("no xz at all".getBytes(StandardCharsets.US_ASCII), damaged, xz("one"), xz("", ""))) {
            assertThat(decoded(file)).isEmpty();
            assertThat(open()).isZero();
        }
    }
}
