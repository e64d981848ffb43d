package io.github.kpatch.boot;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** QEMU's PC: its serial ports are 8250s, its kernel a {@code bzImage}. */
final class X86_64BootMachine implements BootMachine {
    private static final int EM_X86_64 = 62;

    @Override
    public int machine() {
        return EM_X86_64;
    }

    @Override
    public String emulator() {
        return "qemu-system-x86_64";
    }

    @Override
    public String emulatorPackage() {
        return "qemu-system-x86";
    }

    @Override
    public String console() {
        return "ttyS0";
    }

    @Override
    public String reportDevice() {
        return "ttyS1";
    }

    /**
     * On a busy host the emulated kernel may measure its time stamp counter wrong by a factor of twenty, and every
     * watchdog bites twenty times too early. The emulated timers do not suffer from that.
     */
    @Override
    public List<String> emulatedKernelArguments() {
        return List.of("notsc");
    }

    @Override
    public Optional<Path> emulatedImage(Path image, Path cache) throws IOException {
        return KernelImage.unpack(image, cache);
    }
}
