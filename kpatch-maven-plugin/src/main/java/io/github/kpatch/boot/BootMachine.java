package io.github.kpatch.boot;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Every question of the boot test whose answer depends on the architecture. No method has a default: a new machine must
 * answer each one, and is its own file and one line in {@link #ALL}.
 */
interface BootMachine {
    /** All of them. */
    List<BootMachine> ALL = List.of(new X86_64BootMachine());

    /** The machine that runs code of that {@code e_machine}. */
    static Optional<BootMachine> of(int machine) {
        return ALL.stream().filter(candidate -> candidate.machine() == machine).findFirst();
    }

    /** {@code e_machine} of the kernel and its modules. */
    int machine();

    /** QEMU's program for it. */
    String emulator();

    /** The Debian package that ships {@link #emulator}. */
    String emulatorPackage();

    /** The kernel's name for the first serial port, which carries its console. */
    String console();

    /** The guest's name for the second serial port, which carries its report: a file of {@code /dev}. */
    String reportDevice();

    /** What the kernel has to be told only where it is emulated in software. */
    List<String> emulatedKernelArguments();

    /**
     * A form of {@code image} that starts faster under software emulation, made once and kept in {@code cache}.
     *
     * @return empty where the image must be booted as it is
     */
    Optional<Path> emulatedImage(Path image, Path cache) throws IOException;
}
