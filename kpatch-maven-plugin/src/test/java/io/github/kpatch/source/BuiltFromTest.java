package io.github.kpatch.source;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BuiltFromTest {
    @Test
    void bannersOfDistributionsAreRead() {
        assertThat(BuiltFrom.in("Linux version 6.1.0-56-amd64 (a@b) (gcc-12) #1 SMP Debian 6.1.192-2 (2026-11-16)"))
                .contains(new BuiltFrom("6.1.192-2", "6.1.192"));
        assertThat(BuiltFrom.in("Linux version 7.1-amd64 (a@b) (gcc-15) #1 SMP Debian 7.1-1~exp1 (2026-11-16)"))
                .contains(new BuiltFrom("7.1-1~exp1", "7.1.0"));
        assertThat(BuiltFrom.in("Linux version 6.8.0-45-generic (buildd@x) (x86_64-linux-gnu-gcc-13) #45-Ubuntu SMP"
                        + " PREEMPT_DYNAMIC Fri Aug 30 12:02:04 UTC 2024 (Ubuntu 6.8.0-45.45-generic 6.8.12)"))
                .contains(new BuiltFrom("6.8.0-45.45", "6.8.12"));
    }

    @Test
    void othersSayNothing() {
        assertThat(BuiltFrom.in("Linux version 5.14.0-427.el9.x86_64 (a@b) (gcc) #1 SMP"))
                .isEmpty();
    }
}
