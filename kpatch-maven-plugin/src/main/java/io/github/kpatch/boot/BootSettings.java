package io.github.kpatch.boot;

import java.util.List;
import java.util.OptionalInt;

/**
 * The machine of a boot test, and how much is asked of the patch in it.
 *
 * @param processors how many virtual processors the guest has. With one, a transition takes a moment, with more at least a
 *     second, because idle processors are switched at the kernel's next try only
 * @param memory the guest's memory in MiB, at least 128; empty for as much as its contents need
 * @param limits how long the steps may take
 * @param rounds how often the patch is loaded and taken back, at least once; the scripts are run in the first round
 * @param busy whether the guest's processors are kept busy in the rounds after the first
 * @param kernelArguments for the kernel's command line, after those of the test
 * @param qemuArguments for QEMU, after those of the test
 */
public record BootSettings(
        int processors,
        OptionalInt memory,
        BootLimits limits,
        int rounds,
        boolean busy,
        List<String> kernelArguments,
        List<String> qemuArguments) {
    /** A kernel of a distribution unpacks its initramfs in no less. */
    public static final int LEAST_MEMORY = 128;

    /** What suits most kernels. */
    public static final BootSettings DEFAULT =
            new BootSettings(2, OptionalInt.empty(), BootLimits.DEFAULT, 2, false, List.of(), List.of());

    public BootSettings {
        if (processors < 1 || rounds < 1 || memory.orElse(LEAST_MEMORY) < LEAST_MEMORY) {
            throw new IllegalArgumentException("a boot test needs a processor, a round and memory");
        }
        kernelArguments = List.copyOf(kernelArguments);
        qemuArguments = List.copyOf(qemuArguments);
    }
}
