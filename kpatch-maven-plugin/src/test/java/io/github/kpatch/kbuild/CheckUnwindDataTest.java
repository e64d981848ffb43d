package io.github.kpatch.kbuild;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kpatch.kernel.KernelConfig;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.testing.NativeTools;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckUnwindDataTest {
    private static final KernelConfig ORC = config("CONFIG_OBJTOOL=y\nCONFIG_UNWINDER_ORC=y\n");

    @TempDir
    Path folder;

    private static KernelConfig config(String text) {
        return KernelConfig.parse("config", text.getBytes(StandardCharsets.US_ASCII));
    }

    private Path compiled(String source) throws IOException {
        Files.writeString(folder.resolve("unit.c"), source);
        NativeTools.run(folder, "gcc", "-c", "-ffunction-sections", "-fno-asynchronous-unwind-tables", "unit.c");
        return folder.resolve("unit.o");
    }

    @Test
    void codeWithoutUnwindDataIsRefused() throws IOException {
        Path object = compiled("int f(int x) { return x + 1; }\n");
        assertThat(CheckUnwindData.of("a/unit.o", object, ORC)).singleElement().satisfies(problem -> {
            assertThat(problem.code()).isEqualTo(ProblemCode.OBJECT_NOT_PROCESSED);
            assertThat(problem.where()).isEqualTo("a/unit.o");
        });
    }

    @Test
    void codeWithUnwindDataPasses() throws IOException {
        Path object = compiled("""
                int f(int x) { return x + 1; }
                asm(".pushsection .orc_unwind_ip,\\"a\\"\\n.long f - .\\n.popsection");
                """);
        assertThat(CheckUnwindData.of("a/unit.o", object, ORC)).isEmpty();
    }

    @Test
    void dataAloneNeedsNone() throws IOException {
        assertThat(CheckUnwindData.of("a/unit.o", compiled("int data = 3;\n"), ORC))
                .isEmpty();
    }

    @Test
    void kernelsThatUnwindByFramePointersNeedNone() throws IOException {
        Path object = compiled("int f(int x) { return x + 1; }\n");
        assertThat(CheckUnwindData.of(
                        "a/unit.o", object, config("CONFIG_OBJTOOL=y\nCONFIG_UNWINDER_FRAME_POINTER=y\n")))
                .isEmpty();
    }
}
