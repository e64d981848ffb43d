package io.github.kpatch.stages;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kpatch.host.KeptFile;
import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.testing.TestConsole;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClosingWordsTest {
    @TempDir
    Path folder;

    private List<String> said(SortedMap<KernelObject, List<String>> functions) throws IOException {
        Path file = Files.write(folder.resolve("kpatch-my-fix.ko"), new byte[2049]);
        TestConsole console = new TestConsole();
        ClosingWords.say(
                new LinkedModule(
                        new KeptFile(file.getFileName(), "0".repeat(64)),
                        true,
                        functions,
                        List.of(),
                        Optional.empty(),
                        List.of()),
                "6.1.0-56-amd64",
                file,
                console);
        return console.told;
    }

    @Test
    void theyNameTheModuleItsFunctionsAndTheCommands() throws IOException {
        SortedMap<KernelObject, List<String>> functions = new TreeMap<>();
        functions.put(KernelObject.VMLINUX, List.of("one", "two"));
        functions.put(KernelObject.named("xfs"), List.of());

        assertThat(said(functions))
                .containsExactly(
                        "kpatch-my-fix.ko, 3 KiB, for 6.1.0-56-amd64",
                        "  replaces in vmlinux: one, two",
                        "  load it:      insmod " + folder.resolve("kpatch-my-fix.ko"),
                        "  take it back: echo 0 > /sys/kernel/livepatch/kpatch_my_fix/enabled, and rmmod kpatch_my_fix when"
                                + " that is gone");
    }

    @Test
    void aLongListIsCutShort() throws IOException {
        SortedMap<KernelObject, List<String>> functions = new TreeMap<>();
        functions.put(
                KernelObject.VMLINUX,
                IntStream.rangeClosed(1, 20).mapToObj(number -> "f" + number).toList());

        assertThat(said(functions).get(1))
                .isEqualTo("  replaces in vmlinux: f1, f2, f3, f4, f5, f6, f7, f8 and 12 more");
    }
}
