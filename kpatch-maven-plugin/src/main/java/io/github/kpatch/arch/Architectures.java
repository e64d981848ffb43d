package io.github.kpatch.arch;

import io.github.kpatch.arch.x86.X86_64;
import io.github.kpatch.kernel.KernelConfig;
import java.util.List;
import java.util.Optional;

/** The architectures there are. A new one is its own file and one line here. */
public final class Architectures {
    /** All of them. */
    public static final List<Architecture> ALL = List.of(new X86_64());

    private Architectures() {}

    /** The architecture of the kernel that has that config. */
    public static Optional<Architecture> of(KernelConfig config) {
        return ALL.stream()
                .filter(arch -> config.isEnabled(arch.configOption()))
                .findFirst();
    }

    /** The architecture whose objects carry that {@code e_machine}. */
    public static Optional<Architecture> of(int machine) {
        return ALL.stream().filter(arch -> arch.machine() == machine).findFirst();
    }
}
