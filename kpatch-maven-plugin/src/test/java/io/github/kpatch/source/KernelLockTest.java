package io.github.kpatch.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class KernelLockTest {
    private static final KernelLock LOCK =
            new KernelLock("6.1.0-56-amd64", "6.1.192-2", "ab12", "GCC: (Debian 12.2.0-14+deb12u1) 12.2.0", "cd34");

    @Test
    void theTextIsStableAndCanBeReadBack() {
        assertThat(LOCK.toText().lines().filter(line -> !line.startsWith("#")))
                .containsExactly(
                        "release=6.1.0-56-amd64",
                        "source.version=6.1.192-2",
                        "source.sha256=ab12",
                        "compiler=GCC: (Debian 12.2.0-14+deb12u1) 12.2.0",
                        "config.sha256=cd34");
        assertThat(KernelLock.parse("kernel.lock", LOCK.toText())).isEqualTo(LOCK);
    }

    @Test
    void differencesAreNamed() {
        KernelLock other = new KernelLock("6.1.0-56-amd64", "6.1.192-3", "ab12", LOCK.compiler(), "cd34");
        assertThat(LOCK.differencesTo(LOCK)).isEmpty();
        assertThat(LOCK.differencesTo(other)).containsExactly("source.version: 6.1.192-2 locked, 6.1.192-3 found");
    }

    @Test
    void aDamagedFileIsACodedProblem() {
        assertThatThrownBy(() -> KernelLock.parse("kernel.lock", "release=6.1\n"))
                .hasMessageContaining("KP211")
                .hasMessageContaining("source.version");
        assertThatThrownBy(() -> KernelLock.parse("kernel.lock", "release=\\u12"))
                .hasMessageContaining("KP211");
    }
}
