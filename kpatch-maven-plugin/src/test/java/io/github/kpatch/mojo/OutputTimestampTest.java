package io.github.kpatch.mojo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class OutputTimestampTest {
    @Test
    void theProjectsTimeComesFirst() {
        assertThat(OutputTimestamp.of("2026-01-01T01:00:00+01:00", "5"))
                .contains(Instant.parse("2026-01-01T00:00:00Z"));
        assertThat(OutputTimestamp.of("7", "5")).contains(Instant.ofEpochSecond(7));
    }

    @Test
    void thenTheEnvironments() {
        assertThat(OutputTimestamp.of(null, "5")).contains(Instant.ofEpochSecond(5));
        assertThat(OutputTimestamp.of("-", "5")).contains(Instant.ofEpochSecond(5));
        assertThat(OutputTimestamp.of(null, " ")).isEmpty();
        assertThat(OutputTimestamp.of(null, null)).isEmpty();
    }

    @Test
    void anythingElseIsRefused() {
        assertThatThrownBy(() -> OutputTimestamp.of("yesterday", null))
                .hasMessageContaining("KP106")
                .hasMessageContaining("yesterday");
        assertThatThrownBy(() -> OutputTimestamp.of(null, "99999999999999999999"))
                .hasMessageContaining("KP106");
        assertThatThrownBy(() -> OutputTimestamp.of("9999999999999999999", null))
                .hasMessageContaining("KP106");
    }
}
