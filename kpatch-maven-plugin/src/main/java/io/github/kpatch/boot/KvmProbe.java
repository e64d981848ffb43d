package io.github.kpatch.boot;

import io.github.kpatch.host.Command;
import io.github.kpatch.host.CommandResult;
import io.github.kpatch.host.CommandRunner;
import io.github.kpatch.host.Folders;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Finds out whether KVM can boot the target kernel. That {@code /dev/kvm} exists and opens says little: on some nested
 * or shared machines a guest's firmware runs and its kernel then hangs for ever, eating a processor. So the kernel is
 * started for real, with nothing to mount as root: it panics and QEMU ends, within a second or two where KVM works.
 *
 * <p>The answer is kept in the cache for as long as the host stays up, so that a machine with a broken KVM pays the time
 * limit once.
 */
final class KvmProbe {
    /** Several times what a kernel needs to find out that it has no root, on a slow machine whose KVM works. */
    static final Duration TIME_LIMIT = Duration.ofSeconds(8);

    private static final String SIGN_OF_LIFE = "Linux version ";

    private final Path device;
    private final Path bootId;
    private final Duration timeLimit;
    private final CommandRunner runner;

    /**
     * @param device the host's KVM device, {@code /dev/kvm}
     * @param bootId a file whose content changes with each start of the host
     * @param timeLimit how long the kernel may take to start and panic
     */
    KvmProbe(Path device, Path bootId, Duration timeLimit, CommandRunner runner) {
        this.device = device;
        this.bootId = bootId;
        this.timeLimit = timeLimit;
        this.runner = runner;
    }

    /**
     * @param machine what the kernel is for
     * @param qemu its emulator
     * @param kernel the image to start
     * @param cache folder that keeps the answer
     */
    Accelerator choose(BootMachine machine, Path qemu, Path kernel, Path cache) throws IOException {
        if (!Files.isReadable(device) || !Files.isWritable(device)) {
            return Accelerator.TCG;
        }
        String question = Files.isReadable(bootId)
                ? Files.readString(bootId, StandardCharsets.US_ASCII).trim() + " "
                : "";
        Path answers = cache.resolve("kvm-probe");
        if (!question.isEmpty() && Files.isRegularFile(answers)) {
            String answer = Files.readString(answers, StandardCharsets.UTF_8);
            for (Accelerator accelerator : Accelerator.values()) {
                if (answer.equals(question + accelerator)) {
                    return accelerator;
                }
            }
        }
        Accelerator accelerator = boots(machine, qemu, kernel, cache) ? Accelerator.KVM : Accelerator.TCG;
        Folders.write(answers, question + accelerator);
        return accelerator;
    }

    private boolean boots(BootMachine machine, Path qemu, Path kernel, Path cache) throws IOException {
        Files.createDirectories(cache);
        Path console = Files.createTempFile(cache, "kvm-probe", ".log");
        try {
            CommandResult result = runner.run(Command.of(
                            cache,
                            List.of(
                                    qemu.toString(),
                                    "-accel",
                                    "kvm",
                                    "-no-user-config",
                                    "-nodefaults",
                                    "-display",
                                    "none",
                                    "-no-reboot",
                                    "-m",
                                    "512M",
                                    "-kernel",
                                    kernel.toString(),
                                    "-append",
                                    "console=" + machine.console() + " panic=-1",
                                    "-serial",
                                    "file:" + console))
                    .within(timeLimit));
            return result.succeeded()
                    && Files.readString(console, StandardCharsets.ISO_8859_1).contains(SIGN_OF_LIFE);
        } finally {
            Files.deleteIfExists(console);
        }
    }
}
