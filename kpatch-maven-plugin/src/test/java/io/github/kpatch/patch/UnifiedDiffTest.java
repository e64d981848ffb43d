package io.github.kpatch.patch;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kpatch.testing.NativeTools;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnifiedDiffTest {
    @TempDir
    private Path folder;

    private static String diff(String before, String after) {
        return new String(
                UnifiedDiff.of(
                        "fs/a.c",
                        Optional.of(before.getBytes(StandardCharsets.ISO_8859_1)),
                        Optional.of(after.getBytes(StandardCharsets.ISO_8859_1))),
                StandardCharsets.ISO_8859_1);
    }

    @Test
    void aChangeHasItsContextAndItsFunction() {
        assertThat(diff("int f(void)\n{\n\t1;\n\t2;\n\t3;\n\t4;\n}\n", "int f(void)\n{\n\t1;\n\t2;\n\t3;\n\tX;\n}\n"))
                .isEqualTo("""
                        diff --git a/fs/a.c b/fs/a.c
                        --- a/fs/a.c
                        +++ b/fs/a.c
                        @@ -3,5 +3,5 @@ int f(void)
                         \t1;
                         \t2;
                         \t3;
                        -\t4;
                        +\tX;
                         }
                        """);
    }

    @Test
    void theSameIsNoDifference() {
        assertThat(diff("a\n", "a\n")).isEmpty();
    }

    @Test
    void newAndDeletedFilesAreSaidToBe() {
        byte[] content = "a\n".getBytes(StandardCharsets.ISO_8859_1);

        assertThat(new String(UnifiedDiff.of("a.c", Optional.empty(), Optional.of(content)), StandardCharsets.US_ASCII))
                .isEqualTo(
                        "diff --git a/a.c b/a.c\nnew file mode 100644\n--- /dev/null\n+++ b/a.c\n@@ -0,0 +1 @@\n+a\n");
        assertThat(new String(UnifiedDiff.of("a.c", Optional.of(content), Optional.empty()), StandardCharsets.US_ASCII))
                .isEqualTo(
                        "diff --git a/a.c b/a.c\ndeleted file mode 100644\n--- a/a.c\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n");
    }

    /** GNU patch is the judge: what it makes of the difference must be the other file, byte for byte, without fuzz. */
    @Test
    void patchMakesTheOtherFileOfIt() throws IOException {
        Random random = new Random(7);
        for (int round = 0; round < 150; round++) {
            byte[] before = text(random);
            byte[] after = round % 10 == 0 ? text(random) : edited(before, random);
            byte[] patch = UnifiedDiff.of("a.c", Optional.of(before), Optional.of(after));
            Path file = Files.write(folder.resolve("a.c"), before);
            Files.write(folder.resolve("a.patch"), patch);
            if (patch.length > 0) {
                NativeTools.run(
                        folder, "patch", "--strip=1", "--fuzz=0", "--force", "--binary", "--input=a.patch", "a.c");
            }

            assertThat(file).as(new String(patch, StandardCharsets.ISO_8859_1)).hasBinaryContent(after);
        }
    }

    private static byte[] text(Random random) {
        StringBuilder text = new StringBuilder("first\n");
        for (int i = random.nextInt(60); i > 0; i--) {
            text.append(line(random)).append('\n');
        }
        return (random.nextBoolean() ? text + "\u00e9 no end" : text.toString()).getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String line(Random random) {
        return List.of("", "\t{", "\t}", "int f" + random.nextInt(3), "\r", "-- x", "\u00ff")
                .get(random.nextInt(7));
    }

    private static byte[] edited(byte[] before, Random random) {
        List<String> lines = new ArrayList<>(List.of(new String(before, StandardCharsets.ISO_8859_1).split("\n", -1)));
        for (int i = random.nextInt(5); i >= 0; i--) {
            int at = random.nextInt(lines.size());
            switch (random.nextInt(3)) {
                case 0 -> lines.add(at, line(random));
                case 1 -> lines.set(at, line(random));
                default -> {
                    if (lines.size() > 2) {
                        lines.remove(at);
                    }
                }
            }
        }
        return String.join("\n", lines).getBytes(StandardCharsets.ISO_8859_1);
    }
}
