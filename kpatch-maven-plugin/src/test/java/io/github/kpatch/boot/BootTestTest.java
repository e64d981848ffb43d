package io.github.kpatch.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kpatch.host.CommandRunner;
import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.kernel.KernelRelease;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.testing.NativeTools;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole test against an emulator that plays back what a machine once said: every way in which a boot test can fail,
 * without a kernel.
 */
class BootTestTest {
    private static final String CONSOLE = """
            [    2.1] kpatch-boot-test: script before 10-a.sh
            [    2.5] kpatch-boot-test: load kpatch_a
            [    2.5] kpatch_a: loading out-of-tree module taints kernel.
            [    2.6] livepatch: 'kpatch_a': patching complete
            [    2.6] kpatch-boot-test: wait for the transition
            [    2.6] kpatch-boot-test: script after 10-a.sh
            [    2.7] kpatch-boot-test: disable kpatch_a
            [    2.7] kpatch-boot-test: unload kpatch_a
            [    2.7] kpatch-boot-test: script unloaded 10-a.sh
            [    2.8] kpatch-boot-test: round 2: load kpatch_a
            [    2.8] kpatch-boot-test: round 2: wait for the transition
            [    2.9] kpatch-boot-test: round 2: disable kpatch_a
            [    2.9] kpatch-boot-test: round 2: unload kpatch_a
            [    2.9] kpatch-boot-test: late: take out xfs
            [    3.0] kpatch-boot-test: late: load kpatch_a
            [    3.0] kpatch-boot-test: late: wait for the transition
            [    3.0] kpatch-boot-test: late: load target module xfs
            [    3.1] kpatch-boot-test: late: disable kpatch_a
            [    3.1] kpatch-boot-test: late: unload kpatch_a
            [    3.2] kpatch-boot-test: end
            [    3.2] reboot: Power down
            """;

    private static final String REPORT = """
            @kpatch booted 2.56
            @kpatch step load target module xfs
            @kpatch module 0 needed xfs
            @kpatch step script before 10-a.sh
            @kpatch | Linux version 6.1.0-56-amd64
            @kpatch script 0 before 10-a.sh
            @kpatch step load kpatch_a
            @kpatch load 0
            @kpatch step wait for the transition
            @kpatch transition done
            @kpatch object 1 vmlinux
            @kpatch function vmlinux version_proc_show,1
            @kpatch function vmlinux cmdline_proc_show,1
            @kpatch object 1 xfs
            @kpatch function xfs xfs_fs_sync_fs,1
            @kpatch step script after 10-a.sh
            @kpatch | This has been patched!
            @kpatch |\s
            @kpatch | Linux version 6.1.0-56-amd64
            @kpatch script 0 after 10-a.sh
            @kpatch step disable kpatch_a
            @kpatch disable done
            @kpatch step unload kpatch_a
            @kpatch unload 0
            @kpatch step script unloaded 10-a.sh
            @kpatch script 0 unloaded 10-a.sh
            @kpatch step round 2: load kpatch_a
            @kpatch again 2 load 0
            @kpatch step round 2: wait for the transition
            @kpatch again 2 transition done
            @kpatch again 2 object 1 vmlinux
            @kpatch again 2 object 1 xfs
            @kpatch step round 2: disable kpatch_a
            @kpatch again 2 disable done
            @kpatch step round 2: unload kpatch_a
            @kpatch again 2 unload 0
            @kpatch step late: take out xfs
            @kpatch step late: load kpatch_a
            @kpatch again late load 0
            @kpatch step late: wait for the transition
            @kpatch again late transition done
            @kpatch again late object 1 vmlinux
            @kpatch again late object 0 xfs
            @kpatch step late: load target module xfs
            @kpatch again late module 0 needed xfs
            @kpatch again late object 1 vmlinux
            @kpatch again late object 1 xfs
            @kpatch step late: disable kpatch_a
            @kpatch again late disable done
            @kpatch step late: unload kpatch_a
            @kpatch again late unload 0
            @kpatch step end
            @kpatch end 9.75
            """.replaceAll("(?m)^@kpatch step ", "@kpatch step 4.50 ");

    @TempDir
    private Path folder;

    private final List<String> steps = new CopyOnWriteArrayList<>();
    private Path programs;
    private Path scripts;
    private Path modules;
    private String behaviour = "";
    private BootSettings settings = BootSettings.DEFAULT;

    @BeforeEach
    void machine() throws IOException {
        programs = Files.createDirectory(folder.resolve("bin"));
        NativeTools.compile(programs, "program", "void _start(void) {}");
        NativeTools.run(programs, "gcc", "-static", "-nostdlib", "-o", "busybox", "program.o");
        scripts = Files.createDirectory(folder.resolve("scripts"));
        Files.writeString(scripts.resolve("10-a.sh"), "head -n1 /proc/version\n");
        modules = Files.createDirectory(folder.resolve("modules"));
        TestModules.module(modules.resolve("kernel/fs/xfs.ko"), "depends=");
        TestModules.module(folder.resolve("kpatch-a.ko"), "name=kpatch_a", "livepatch=Y");
        Files.write(folder.resolve("vmlinuz"), new byte[4096]);
    }

    private final SortedMap<KernelObject, List<String>> objects = new TreeMap<>(Map.of(
            KernelObject.VMLINUX,
            List.of("version_proc_show", "cmdline_proc_show"),
            KernelObject.named("xfs"),
            List.of("xfs_fs_sync_fs")));

    private BootRequest request() {
        return new BootRequest(
                new KernelRelease("6.1.0-56-amd64"),
                Optional.of(folder.resolve("vmlinuz")),
                Optional.of(modules),
                Optional.empty(),
                folder.resolve("kpatch-a.ko"),
                objects,
                Optional.of(scripts),
                folder.resolve("boot"),
                folder.resolve("cache"),
                programs.toString(),
                settings);
    }

    private BootReport run(String console, String report) throws IOException {
        Files.writeString(folder.resolve("console"), console, StandardCharsets.ISO_8859_1);
        Files.writeString(folder.resolve("report"), report, StandardCharsets.ISO_8859_1);
        Path qemu = Files.writeString(programs.resolve("qemu-system-x86_64"), """
                #!/bin/sh
                for a; do case $a in file:*) console=$report; report=${a#file:};; esac; done
                cat %1$s/console > "$console"; cat %1$s/report > "$report"
                %2$s
                """.formatted(folder, behaviour));
        assertThat(qemu.toFile().setExecutable(true)).isTrue();
        CommandRunner runner = new CommandRunner(command -> {});
        KvmProbe noKvm = new KvmProbe(folder.resolve("kvm"), folder.resolve("id"), Duration.ofSeconds(1), runner);
        return new BootTest(runner, noKvm).run(request(), steps::add);
    }

    private BootReport.Finished finished(String console, String report) throws IOException {
        BootReport result = run(console, report);
        assertThat(result).isInstanceOf(BootReport.Finished.class);
        return (BootReport.Finished) result;
    }

    private static String replaced(String text, String old, String by) {
        assertThat(text).contains(old);
        return text.replace(old, by);
    }

    private static String upTo(String text, String last) {
        assertThat(text).contains(last);
        return text.substring(0, text.indexOf(last) + last.length());
    }

    @Test
    void aGoodPatchProvesItself() throws IOException {
        BootReport.Finished report = finished(CONSOLE, REPORT);

        assertThat(report.problems()).isEmpty();
        assertThat(report.passed()).isTrue();
        assertThat(report.bootTime()).isEqualTo(Duration.ofMillis(2560));
        assertThat(report.accelerator()).isEqualTo("tcg");
        assertThat(report.consoleLog())
                .isEqualTo(folder.resolve("boot/console.log"))
                .hasContent(CONSOLE);
        assertThat(report.scripts())
                .containsExactly(
                        new BootReport.ScriptRun("before", "10-a.sh", 0, List.of("Linux version 6.1.0-56-amd64")),
                        new BootReport.ScriptRun(
                                "after",
                                "10-a.sh",
                                0,
                                List.of("This has been patched!", "", "Linux version 6.1.0-56-amd64")),
                        new BootReport.ScriptRun("unloaded", "10-a.sh", 0, List.of()));
        assertThat(report.objects())
                .containsExactly(
                        new BootReport.PatchedObject(
                                KernelObject.VMLINUX, true, List.of("version_proc_show,1", "cmdline_proc_show,1")),
                        new BootReport.PatchedObject(KernelObject.named("xfs"), true, List.of("xfs_fs_sync_fs,1")));
        assertThat(steps)
                .containsExactly(
                        "load target module xfs",
                        "script before 10-a.sh",
                        "load kpatch_a",
                        "wait for the transition",
                        "script after 10-a.sh",
                        "disable kpatch_a",
                        "unload kpatch_a",
                        "script unloaded 10-a.sh",
                        "round 2: load kpatch_a",
                        "round 2: wait for the transition",
                        "round 2: disable kpatch_a",
                        "round 2: unload kpatch_a",
                        "late: take out xfs",
                        "late: load kpatch_a",
                        "late: wait for the transition",
                        "late: load target module xfs",
                        "late: disable kpatch_a",
                        "late: unload kpatch_a");
        assertThat(report.steps())
                .extracting(BootReport.Step::title)
                .startsWith("load target module xfs")
                .endsWith("late: unload kpatch_a", "end");
    }

    @Test
    void theMachineIsGivenEverythingInADeterministicArchive() throws IOException {
        Files.createDirectory(scripts.resolve("data"));
        Files.writeString(scripts.resolve("data/image"), "x");
        finished(CONSOLE, REPORT);
        byte[] first = Files.readAllBytes(folder.resolve("boot/initramfs.cpio"));
        finished(CONSOLE, REPORT);

        assertThat(folder.resolve("boot/initramfs.cpio")).hasBinaryContent(first);
        Path unpacked = Files.createDirectory(folder.resolve("unpacked"));
        NativeTools.run(unpacked, "cpio", "--quiet", "-i", "-F", "../boot/initramfs.cpio");
        assertThat(unpacked.resolve("init")).isExecutable();
        NativeTools.run(unpacked, "sh", "-n", "init");
        assertThat(unpacked.resolve("bin/busybox")).hasSameBinaryContentAs(programs.resolve("busybox"));
        assertThat(unpacked.resolve("kpatch/patch.ko")).hasSameBinaryContentAs(folder.resolve("kpatch-a.ko"));
        assertThat(unpacked.resolve("kpatch/modules/0.ko")).hasSameBinaryContentAs(modules.resolve("kernel/fs/xfs.ko"));
        assertThat(unpacked.resolve("kpatch/modules/list")).hasContent("needed 0.ko xfs\n");
        assertThat(unpacked.resolve("kpatch/scripts/data/image")).hasContent("x");
        assertThat(unpacked.resolve("kpatch/settings")).content().contains("REPORT=/dev/ttyS1\n", "MODULE=kpatch_a\n");
    }

    /** An object with callbacks, or with symbols that new functions refer to, and no function to replace. */
    @Test
    void anObjectOfWhichNoFunctionIsReplacedIsPatchedAllTheSame() throws IOException {
        objects.put(KernelObject.named("dummy"), List.of());
        TestModules.module(modules.resolve("kernel/dummy.ko"), "depends=");
        String report = replaced(REPORT, "@kpatch module 0", "@kpatch module 0 needed dummy\n@kpatch module 0");

        assertThat(finished(
                                CONSOLE,
                                replaced(
                                        report, "@kpatch object 1 xfs", "@kpatch object 1 dummy\n@kpatch object 1 xfs"))
                        .problems())
                .isEmpty();
        only(finished(CONSOLE, report), ProblemCode.PATCH_INCOMPLETE, "dummy", "does not know this object");
    }

    private static void only(BootReport.Finished report, ProblemCode code, String... words) {
        assertThat(report.passed()).isFalse();
        assertThat(report.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.code()).isEqualTo(code);
            assertThat(problem.toString()).contains(words);
        });
    }

    @Test
    void aRefusedModuleIsReportedWithTheKernelsReason() throws IOException {
        String console = upTo(CONSOLE, "taints kernel.\n")
                + "[    2.6] livepatch: failed to enable patch 'kpatch_a'\n"
                + "[    2.6] livepatch: failed to enable patch 'kpatch_a'\n"
                + "[    2.8] kpatch-boot-test: end\n";
        String report = upTo(REPORT, "step 4.50 load kpatch_a\n")
                + "@kpatch | insmod: can't insert: Device or resource busy\n@kpatch load 1\n@kpatch end 9.75\n";

        BootReport.Finished finished = finished(console, report);

        only(finished, ProblemCode.LOAD_FAILED, "kpatch_a", "resource busy\n    livepatch: failed to enable");
        assertThat(finished.problems().get(0).what())
                .doesNotContain("taints kernel")
                .containsOnlyOnce("failed to enable");
    }

    @Test
    void aStuckTransitionNamesTasksAndStacks() throws IOException {
        String console = upTo(CONSOLE, "wait for the transition\n") + "[    9.8] kpatch-boot-test: end\n";
        String report = upTo(REPORT, "step 4.50 wait for the transition\n") + """
                @kpatch | [<0>] stuck_thread+0x11/0x21 [stuck_target]
                @kpatch | [<0>] kthread+0xda/0x100
                @kpatch task 89 stuck d
                @kpatch transition stuck
                @kpatch end 9.75
                """;

        only(
                finished(console, report),
                ProblemCode.TRANSITION_STUCK,
                "within 60 s",
                "stuck d (task 89)\n      [<0>] stuck_thread+0x11/0x21 [stuck_target]\n");
    }

    @Test
    void aStuckWayBackIsReported() throws IOException {
        String console = upTo(CONSOLE, "disable kpatch_a\n") + "[    9.8] kpatch-boot-test: end\n";
        String report = upTo(REPORT, "step 4.50 disable kpatch_a\n") + """
                @kpatch task 89 stuckd
                @kpatch disable stuck
                @kpatch end 9.75
                """;

        only(finished(console, report), ProblemCode.TRANSITION_STUCK, "The transition back", "stuckd (task 89)");
    }

    @Test
    void failingScriptsAreAllReported() throws IOException {
        String report = replaced(REPORT, "script 0 before", "script 1 before");
        report = replaced(report, "script 0 after", "script 137 after");

        assertThat(finished(CONSOLE, report).problems())
                .extracting(Problem::toString)
                .satisfiesExactly(
                        first -> assertThat(first)
                                .startsWith("KP604 10-a.sh before: It ended with exit code 1.")
                                .contains("\n    Linux version 6.1.0-56-amd64\n"),
                        second -> assertThat(second)
                                .startsWith("KP604 10-a.sh after")
                                .contains("limit is 120 s"));
    }

    @Test
    void aKernelThatComplainsAfterTheLoadFails() throws IOException {
        String console = replaced(
                CONSOLE,
                "[    2.7] kpatch-boot-test: disable",
                "[    2.7] WARNING: CPU: 0 PID: 1 at fs/a.c:1\n[    2.7] kpatch-boot-test: disable");

        only(
                finished(console, REPORT),
                ProblemCode.KERNEL_COMPLAINED,
                "console.log:7",
                "script after 10-a.sh",
                "at fs/a.c:1");
    }

    @Test
    void aKernelThatComplainedBeforeDoesNot() throws IOException {
        String console = "[    1.0] WARNING: CPU: 0 PID: 1 at fs/a.c:1\n" + CONSOLE;

        assertThat(finished(console, REPORT).problems()).isEmpty();
    }

    @Test
    void aTargetModuleThatDoesNotLoadIsReportedOnce() throws IOException {
        String report = replaced(
                upTo(REPORT, "script 0 unloaded 10-a.sh\n"),
                "@kpatch module 0",
                "@kpatch | insmod: can't insert: No such device\n@kpatch module 1");
        report = replaced(report, "object 1 xfs", "object 0 xfs")
                + "@kpatch again 2 load 0\n@kpatch again 2 unload 0\n@kpatch again late kept xfs\n@kpatch end 9.75\n";

        only(finished(CONSOLE, report), ProblemCode.TARGET_MODULE_NOT_LOADED, "xfs", "No such device");
    }

    @Test
    void whatIsPatchedMustBeWhatWasMeant() throws IOException {
        only(
                finished(CONSOLE, replaced(REPORT, "@kpatch object 1 xfs", "@kpatch object 0 xfs")),
                ProblemCode.PATCH_INCOMPLETE,
                "xfs",
                "not patched");
        only(
                finished(CONSOLE, replaced(REPORT, "@kpatch function vmlinux cmdline_proc_show,1\n", "")),
                ProblemCode.PATCH_INCOMPLETE,
                "vmlinux",
                "[version_proc_show] where [cmdline_proc_show, version_proc_show] were meant");
        only(
                finished(CONSOLE, replaced(REPORT, "@kpatch object 1 xfs\n", "")),
                ProblemCode.PATCH_INCOMPLETE,
                "xfs",
                "does not know this object");
        only(
                finished(
                        CONSOLE,
                        replaced(REPORT, "@kpatch object 1 xfs", "@kpatch object 1 ext4\n@kpatch object 1 xfs")),
                ProblemCode.PATCH_INCOMPLETE,
                "ext4",
                "nobody meant");
    }

    @Test
    void aSecondLoadThatFailsIsReported() throws IOException {
        String report = upTo(REPORT, "step 4.50 round 2: load kpatch_a\n")
                + "@kpatch | insmod: can't insert: File exists\n@kpatch again 2 load 1\n@kpatch end 9.75\n";

        only(finished(CONSOLE, report), ProblemCode.LOAD_FAILED, "round 2: kpatch_a", "File exists");
    }

    @Test
    void aSecondTransitionThatDoesNotEndIsReportedWithItsTasks() throws IOException {
        String report = upTo(REPORT, "step 4.50 round 2: wait for the transition\n") + """
                @kpatch | [<0>] version_proc_show+0x5/0x30
                @kpatch again 2 task 42 cat
                @kpatch again 2 transition stuck
                @kpatch end 9.75
                """;

        only(
                finished(CONSOLE, report),
                ProblemCode.TRANSITION_STUCK,
                "round 2: kpatch_a",
                "cat (task 42)",
                "version_proc_show");
    }

    @Test
    void aModuleThatIsLoadedAfterThePatchMustBePatched() throws IOException {
        only(
                finished(CONSOLE, replaced(REPORT, "again late object 1 xfs", "again late object 0 xfs")),
                ProblemCode.PATCH_INCOMPLETE,
                "xfs",
                "when the patch was in force already");
    }

    @Test
    void aModuleThatCannotBeTakenOutIsLeft() throws IOException {
        String report = upTo(REPORT, "late: take out xfs\n") + "@kpatch again late kept xfs\n@kpatch end 9.75\n";

        assertThat(finished(CONSOLE, report).problems()).isEmpty();
    }

    /** While the patch is gone the kernel may say of its own modules what it likes. */
    @Test
    void complaintsOfAModuleThatIsTakenOutAreNotThePatchs() throws IOException {
        String console = replaced(
                CONSOLE, "late: take out xfs\n", "late: take out xfs\n[    2.9] WARNING: CPU: 0 PID: 1 at fs/xfs\n");

        assertThat(finished(console, REPORT).problems()).isEmpty();
    }

    @Test
    void kernelsThatDoNotSayWhetherAnObjectIsPatchedAreBelieved() throws IOException {
        assertThat(finished(CONSOLE, replaced(REPORT, "object 1 ", "object - ")).problems())
                .isEmpty();
    }

    @Test
    void aModuleThatStaysIsReported() throws IOException {
        String report = upTo(REPORT, "step 4.50 unload kpatch_a\n")
                + "@kpatch | rmmod: Resource temporarily unavailable\n@kpatch unload 1\n@kpatch end 9.75\n";

        only(finished(CONSOLE, report), ProblemCode.UNLOAD_FAILED, "Resource temporarily unavailable");
    }

    @Test
    void aMachineThatDiesIsReportedWithItsLastWords() throws IOException {
        String console = upTo(CONSOLE, "script after 10-a.sh\n") + "[    2.7] Kernel panic - not syncing: bad\n";
        String report = upTo(REPORT, "step 4.50 script after 10-a.sh\n") + "@kpa";

        assertThat(finished(console, report).problems())
                .extracting(Problem::code)
                .containsExactly(ProblemCode.BOOT_FAILED, ProblemCode.KERNEL_COMPLAINED);
        assertThat(finished(console, report).problems().get(0).what())
                .contains("during: script after 10-a.sh", "    [    2.7] Kernel panic - not syncing: bad\n");
    }

    @Test
    void aMachineThatHangsIsEnded() throws IOException {
        BootLimits limits = new BootLimits(Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(1));
        settings = new BootSettings(1, OptionalInt.empty(), limits, 2, false, List.of(), List.of());
        Files.delete(scripts.resolve("10-a.sh"));
        behaviour = "sleep 1000";

        only(
                finished("[    1.0] last words\n", ""),
                ProblemCode.BOOT_FAILED,
                "time limit of 7 s",
                "during: the kernel's start",
                "last words");
    }

    @Test
    void anEmulatorThatRefusesIsQuoted() throws IOException {
        behaviour = "echo 'qemu: bad option' >&2; exit 1";

        only(finished("", ""), ProblemCode.BOOT_FAILED, "exit code 1", "qemu: bad option");
    }

    @Test
    void aLostAnswerIsNoSuccess() throws IOException {
        for (String answer : List.of(
                "@kpatch module 0 needed xfs\n",
                "@kpatch script 0 before 10-a.sh\n",
                "@kpatch load 0\n",
                "@kpatch transition done\n",
                "@kpatch script 0 after 10-a.sh\n",
                "@kpatch disable done\n",
                "@kpatch unload 0\n",
                "@kpatch script 0 unloaded 10-a.sh\n",
                "@kpatch again 2 unload 0\n",
                "@kpatch again late unload 0\n")) {
            only(finished(CONSOLE, replaced(REPORT, answer, "")), ProblemCode.BOOT_FAILED, "lost an answer");
        }
    }

    @Test
    void aConsoleThatLostItsEndIsNoSuccess() throws IOException {
        only(
                finished(upTo(CONSOLE, "unload kpatch_a\n"), REPORT),
                ProblemCode.BOOT_FAILED,
                "console log has lost its end");
    }

    @Test
    void bytesThatAreNoTextDoNoHarm() throws IOException {
        String noise = "\u0000\u00ff@kpatch transition\r\n@kpatch \r\n@kpatch script x y\r\n@kpatch booted x\r\n";

        assertThat(finished(CONSOLE.replace("\n", "\r\n") + noise, noise + REPORT.replace("\n", "\r\n"))
                        .problems())
                .isEmpty();
    }

    @Test
    void whatIsMissingSkipsTheTestVisibly() throws IOException {
        Files.delete(programs.resolve("busybox"));
        assertThat(run(CONSOLE, REPORT))
                .isInstanceOfSatisfying(
                        BootReport.Skipped.class,
                        skipped -> assertThat(skipped.reason().toString()).contains("KP606", "busybox-static"));

        Files.delete(folder.resolve("vmlinuz"));
        assertThat(run(CONSOLE, REPORT))
                .isInstanceOfSatisfying(
                        BootReport.Skipped.class,
                        skipped -> assertThat(skipped.reason().toString()).contains("KP606", "boot image"));
        assertThat(steps).isEmpty();
    }
}
