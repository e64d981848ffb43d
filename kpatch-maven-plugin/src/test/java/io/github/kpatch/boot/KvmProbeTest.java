package io.github.kpatch.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kpatch.host.CommandRunner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Emulators that answer, fail and hang. */
class KvmProbeTest {
    @TempDir
    private Path folder;

    private final List<String> commands = new ArrayList<>();
    private Path device;
    private Path bootId;

    @BeforeEach
    void machine() throws IOException {
        device = Files.createFile(folder.resolve("kvm"));
        bootId = Files.writeString(folder.resolve("boot_id"), "first\n");
    }

    private Accelerator choose(String emulator) throws IOException {
        Path qemu = Files.writeString(
                folder.resolve("qemu"),
                "#!/bin/sh\nfor a; do case $a in file:*) console=${a#file:};; esac; done\n" + emulator + "\n");
        assertThat(qemu.toFile().setExecutable(true)).isTrue();
        // Long enough for any start of a shell, short enough to be waited for.
        return new KvmProbe(device, bootId, Duration.ofSeconds(3), new CommandRunner(commands::add))
                .choose(new X86_64BootMachine(), qemu, folder.resolve("vmlinuz"), folder.resolve("cache"));
    }

    @Test
    void aKernelThatStartsAndEndsProvesKvm() throws IOException {
        assertThat(choose("echo '[    0.000000] Linux version 6.1.0-56-amd64' > $console"))
                .isEqualTo(Accelerator.KVM);
        assertThat(commands)
                .singleElement()
                .asString()
                .contains("-accel kvm", "-no-reboot", "vmlinuz", "console=ttyS0 panic=-1");
    }

    @Test
    void aMachineThatHangsIsEndedAndRemembered() throws IOException {
        assertThat(choose("sleep 1000")).isEqualTo(Accelerator.TCG);
        assertThat(choose("echo 'Linux version 6.1' > $console")).isEqualTo(Accelerator.TCG);
        assertThat(commands).hasSize(1);
        assertThat(folder.resolve("cache").toFile().list()).containsExactly("kvm-probe");
    }

    @Test
    void theAnswerHoldsUntilTheHostStartsAgain() throws IOException {
        assertThat(choose("exit 1")).isEqualTo(Accelerator.TCG);
        Files.writeString(bootId, "second\n");
        assertThat(choose("echo 'Linux version 6.1' > $console")).isEqualTo(Accelerator.KVM);
        assertThat(choose("exit 1")).isEqualTo(Accelerator.KVM);
        assertThat(commands).hasSize(2);
    }

    @Test
    void anEmulatorThatEndsWithoutAKernelProvesNothing() throws IOException {
        assertThat(choose("exit 0")).isEqualTo(Accelerator.TCG);
    }

    @Test
    void withoutADeviceNothingIsStarted() throws IOException {
        Files.delete(device);

        assertThat(choose("exit 0")).isEqualTo(Accelerator.TCG);
        assertThat(commands).isEmpty();
    }
}
