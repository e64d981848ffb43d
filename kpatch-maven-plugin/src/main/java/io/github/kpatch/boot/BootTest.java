package io.github.kpatch.boot;

import io.github.kpatch.host.Command;
import io.github.kpatch.host.CommandResult;
import io.github.kpatch.host.CommandRunner;
import io.github.kpatch.host.Folders;
import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The boot test: the target kernel's own image in a machine of its own, with nothing in it but a busybox, the patch, the
 * modules it patches and the project's scripts.
 *
 * <p>The kernel's console and the guest's report go through two serial ports into two files: whole, apart from each
 * other, and there even when the machine has to be killed.
 */
public final class BootTest {
    /**
     * {@code panic=-1} ends a crashed machine at once; {@code printk.devkmsg=on} keeps the step marks from being rate
     * limited; the kernel's self-tests of its ciphers cost a sixth of the boot and prove nothing here.
     */
    private static final String KERNEL_ARGUMENTS = "quiet panic=-1 printk.devkmsg=on log_buf_len=1M cryptomgr.notests";

    private static final int BASE_MEMORY_MIB = 512;

    private final CommandRunner runner;
    private final KvmProbe kvm;

    /** A boot test on this machine. */
    public BootTest(CommandRunner runner) {
        this(
                runner,
                new KvmProbe(
                        Path.of("/dev/kvm"), Path.of("/proc/sys/kernel/random/boot_id"), KvmProbe.TIME_LIMIT, runner));
    }

    BootTest(CommandRunner runner, KvmProbe kvm) {
        this.runner = runner;
        this.kvm = kvm;
    }

    /**
     * Runs the test.
     *
     * @param steps told what is going on, a line each, while it goes on; maybe from another thread
     * @throws ProblemException when the patch or a module it needs is missing or malformed
     */
    public BootReport run(BootRequest request, Consumer<String> steps) {
        Optional<Problem> missing = missing(request);
        if (missing.isPresent()) {
            return new BootReport.Skipped(missing.get());
        }
        int code = Folders.doing(request.patch(), () -> GuestPlan.patch(request).machine());
        Optional<BootMachine> machine = BootMachine.of(code);
        if (machine.isEmpty()) {
            return new BootReport.Skipped(new Problem(
                    ProblemCode.BOOT_INPUT_MISSING,
                    request.patch().toString(),
                    "No machine to boot is known for ELF machine " + code + ".",
                    "Prove the patch on a machine where the module loads."));
        }
        BootTools tools;
        try {
            tools = BootTools.find(machine.get(), request.searchPath());
        } catch (ProblemException e) {
            return new BootReport.Skipped(e.problems().get(0));
        }
        return Folders.doing(request.workFolder(), () -> run(request, machine.get(), tools, steps));
    }

    private static Optional<Problem> missing(BootRequest request) {
        String release = request.release().value();
        if (request.bootImage().filter(Files::isRegularFile).isEmpty()) {
            return Optional.of(new Problem(
                    ProblemCode.BOOT_INPUT_MISSING,
                    request.bootImage().map(Path::toString).orElse(release),
                    "The target kernel's boot image is not there.",
                    "Give vmlinuz-" + release + ", as the kernel's image package ships it."));
        }
        if (!request.targetModules().isEmpty()
                && request.modules().isEmpty()
                && request.otherModules().isEmpty()) {
            return Optional.of(new Problem(
                    ProblemCode.BOOT_INPUT_MISSING,
                    release,
                    "The patch changes " + listed(request.targetModules())
                            + ", and the target kernel's modules are not there.",
                    "Give the folder lib/modules/" + release + ", as the kernel's image package ships it."));
        }
        return Optional.empty();
    }

    private static String listed(List<KernelObject> objects) {
        return objects.stream().map(KernelObject::name).collect(Collectors.joining(", "));
    }

    private BootReport run(BootRequest request, BootMachine machine, BootTools tools, Consumer<String> steps)
            throws IOException {
        GuestPlan plan = GuestPlan.of(request);
        Path work = Files.createDirectories(request.workFolder()).toAbsolutePath();
        Path initramfs = work.resolve("initramfs.cpio");
        plan.write(request, machine, tools.busybox(), initramfs);

        Path image = request.bootImage().orElseThrow().toAbsolutePath();
        Path cache = Files.createDirectories(request.cache()).toAbsolutePath();
        Accelerator accelerator = kvm.choose(machine, tools.qemu(), image, cache);
        Path kernel = accelerator == Accelerator.KVM
                ? image
                : machine.emulatedImage(image, cache).orElse(image);

        Path console = work.resolve("console.log");
        Path report = work.resolve("guest.log");
        Path qemuLog = work.resolve("qemu.log");
        for (Path file : List.of(console, report, qemuLog)) {
            Files.deleteIfExists(file);
        }
        Duration limit = request.settings().limits().whole(plan.scriptCount(), plan.loads());
        Command emulation = Command.of(
                        work,
                        arguments(request, machine, tools.qemu(), accelerator, kernel, initramfs, console, report))
                .loggedTo(qemuLog)
                .within(limit);
        CommandResult result;
        try (GuestFollower follower = new GuestFollower(report, steps)) {
            follower.start();
            result = runner.run(emulation);
        }
        GuestTranscript guest = GuestTranscript.parse(lines(report));
        return new BootReport.Finished(
                Verdict.of(request, plan, guest, new KernelLog(lines(console)), result),
                guest.steps(),
                guest.all(GuestEvent.Script.class).map(GuestEvent.Script::run).toList(),
                guest.patchedObjects(),
                console,
                accelerator.name().toLowerCase(Locale.ROOT),
                guest.the(GuestEvent.Booted.class).map(GuestEvent.Booted::after).orElse(Duration.ZERO),
                result.duration());
    }

    private static List<String> arguments(
            BootRequest request,
            BootMachine machine,
            Path qemu,
            Accelerator accelerator,
            Path kernel,
            Path initramfs,
            Path console,
            Path report)
            throws IOException {
        BootSettings settings = request.settings();
        long memory = settings.memory().isPresent()
                ? settings.memory().getAsInt()
                : BASE_MEMORY_MIB + 2 * (Files.size(initramfs) >> 20);
        List<String> arguments = new ArrayList<>(List.of(qemu.toString()));
        arguments.addAll(List.of("-accel", accelerator.name().toLowerCase(Locale.ROOT)));
        arguments.addAll(List.of("-cpu", accelerator == Accelerator.KVM ? "host" : "max"));
        arguments.addAll(List.of("-m", memory + "M", "-smp", Integer.toString(settings.processors())));
        arguments.addAll(List.of("-no-user-config", "-nodefaults", "-display", "none", "-no-reboot"));
        arguments.addAll(List.of("-kernel", kernel.toString(), "-initrd", initramfs.toString()));
        List<String> append = new ArrayList<>(List.of("console=" + machine.console(), KERNEL_ARGUMENTS));
        if (accelerator == Accelerator.TCG) {
            append.addAll(machine.emulatedKernelArguments());
        }
        append.addAll(settings.kernelArguments());
        arguments.addAll(List.of("-append", String.join(" ", append)));
        arguments.addAll(List.of("-serial", "file:" + console, "-serial", "file:" + report));
        arguments.addAll(settings.qemuArguments());
        return arguments;
    }

    /** The lines of a serial port, which nobody promises to be well-formed text. */
    private static List<String> lines(Path file) throws IOException {
        if (!Files.exists(file)) {
            return List.of();
        }
        String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        return Stream.of(text.split("\n"))
                .filter(line -> !line.isEmpty())
                .map(line -> line.endsWith("\r") ? line.substring(0, line.length() - 1) : line)
                .toList();
    }
}
