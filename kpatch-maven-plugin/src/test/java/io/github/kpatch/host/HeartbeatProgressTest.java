package io.github.kpatch.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeartbeatProgressTest {
    @ParameterizedTest
    @CsvSource({
        "1, 3, 40, 'about 80 s'",
        "67, 121, 40, 'about 30 s'",
        "119, 120, 119, 'about 10 s'",
        "10, 100, 20, 'about 3 min'",
        "100, 13000, 60, 'about 2 h'",
        "1, 9223372036, 20, 'about 51240956 h'"
    })
    void whatIsLeftIsEstimatedFromWhatIsDone(long done, long total, long seconds, String left) {
        assertThat(HeartbeatProgress.line("Compiling", done, total, "objects", Duration.ofSeconds(seconds)))
                .isEqualTo("Compiling: " + done + " of " + total + " objects, " + left + " left");
    }

    @Test
    void nothingIsEstimatedBeforeTheFirstAndBehindTheLast() {
        Duration minute = Duration.ofMinutes(1);
        assertThat(HeartbeatProgress.line("Compiling", 0, 9, "objects", minute)).isEqualTo("Compiling: 0 of 9 objects");
        assertThat(HeartbeatProgress.line("Compiling", 11, 9, "objects", minute))
                .isEqualTo("Compiling: 9 of 9 objects");
        assertThat(HeartbeatProgress.line("Asking", 7, -1, "folders", minute)).isEqualTo("Asking: 7 folders");
    }
}
