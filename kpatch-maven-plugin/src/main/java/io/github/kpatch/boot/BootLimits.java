package io.github.kpatch.boot;

import java.time.Duration;

/**
 * How long the steps of a boot test may take. Software emulation is slow and build machines are busy, so the defaults
 * are meant to be met by nothing but a kernel that hangs.
 *
 * @param boot the kernel's start and all that has no limit of its own (module loads, unload, power off), on the host's
 *     clock
 * @param transition one transition, on the guest's clock. The kernel pokes reluctant tasks every 15 seconds, so anything
 *     shorter judges too early
 * @param script one call of one script, on the guest's clock
 */
public record BootLimits(Duration boot, Duration transition, Duration script) {
    /** Limits that only a kernel that hangs will meet. */
    public static final BootLimits DEFAULT =
            new BootLimits(Duration.ofMinutes(5), Duration.ofMinutes(1), Duration.ofMinutes(2));

    public BootLimits {
        if (boot.toSeconds() < 1 || transition.toSeconds() < 1 || script.toSeconds() < 1) {
            throw new IllegalArgumentException("a time limit of the boot test is shorter than a second");
        }
    }

    /**
     * How long a machine may live: the guest watches each step, this the guest.
     *
     * @param scripts how many scripts it runs
     * @param loads how often it loads the patch
     */
    Duration whole(int scripts, int loads) {
        return boot.plus(transition.multipliedBy(2L * loads)).plus(script.multipliedBy(3L * scripts));
    }
}
