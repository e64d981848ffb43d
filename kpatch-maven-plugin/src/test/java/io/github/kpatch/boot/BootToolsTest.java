package io.github.kpatch.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.testing.NativeTools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A PATH with programs of this test's own making. */
class BootToolsTest {
    @TempDir
    private Path folder;

    private Path one;
    private Path two;

    @BeforeEach
    void folders() throws IOException {
        one = Files.createDirectory(folder.resolve("one"));
        two = Files.createDirectory(folder.resolve("two"));
    }

    private String searchPath() {
        return one + "::" + folder.resolve("absent") + ":" + two;
    }

    private static void staticProgram(Path file) {
        NativeTools.compile(file.getParent(), "program", "void _start(void) {}");
        NativeTools.run(file.getParent(), "gcc", "-static", "-nostdlib", "-o", file.toString(), "program.o");
    }

    private static void dynamicProgram(Path file) {
        NativeTools.compile(file.getParent(), "program", "int main(void) { return 0; }");
        NativeTools.run(file.getParent(), "gcc", "-no-pie", "-o", file.toString(), "program.o");
    }

    private static Consumer<ProblemException> saying(String... words) {
        return e -> {
            Problem problem = e.problems().get(0);
            assertThat(problem.code()).isEqualTo(ProblemCode.BOOT_INPUT_MISSING);
            assertThat(problem.toString()).contains(words);
        };
    }

    @Test
    void findsBothAlongThePath() {
        staticProgram(two.resolve("qemu-system-x86_64"));
        staticProgram(two.resolve("busybox"));

        assertThat(BootTools.find(new X86_64BootMachine(), searchPath()))
                .isEqualTo(new BootTools(two.resolve("qemu-system-x86_64"), two.resolve("busybox")));
    }

    @Test
    void passesOverABusyboxWithSharedLibraries() {
        staticProgram(two.resolve("qemu-system-x86_64"));
        dynamicProgram(one.resolve("busybox"));
        staticProgram(two.resolve("busybox.static"));

        assertThat(BootTools.find(new X86_64BootMachine(), searchPath()).busybox())
                .isEqualTo(two.resolve("busybox.static"));
    }

    @Test
    void refusesABusyboxWithSharedLibraries() {
        staticProgram(two.resolve("qemu-system-x86_64"));
        dynamicProgram(one.resolve("busybox"));

        assertThatThrownBy(() -> BootTools.find(new X86_64BootMachine(), searchPath()))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        saying("KP606", "one/busybox", "shared libraries", "apt-get install busybox-static"));
    }

    @Test
    void namesWhatIsMissing() throws IOException {
        assertThatThrownBy(() -> BootTools.find(new X86_64BootMachine(), searchPath()))
                .isInstanceOfSatisfying(ProblemException.class, saying("apt-get install qemu-system-x86"));
        staticProgram(one.resolve("qemu-system-x86_64"));
        assertThatThrownBy(() -> BootTools.find(new X86_64BootMachine(), searchPath()))
                .isInstanceOfSatisfying(ProblemException.class, saying("apt-get install busybox-static"));
        Files.writeString(one.resolve("busybox"), "not executable");
        assertThatThrownBy(() -> BootTools.find(new X86_64BootMachine(), searchPath()))
                .isInstanceOfSatisfying(ProblemException.class, saying("not installed"));
    }
}
