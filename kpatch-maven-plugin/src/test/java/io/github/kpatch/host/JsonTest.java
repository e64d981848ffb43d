package io.github.kpatch.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.reflect.TypeToken;
import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.kernel.KernelRelease;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class JsonTest {
    /** A record as the build's own files hold it. */
    record Result(KernelRelease release, KernelObject parent, SortedMap<KernelObject, List<String>> functions) {}

    private static final TypeToken<Result> TYPE = TypeToken.get(Result.class);

    @Test
    void namesAreText() {
        Result result = new Result(
                new KernelRelease("6.1.0-56-amd64"),
                KernelObject.named("nf-tables"),
                new TreeMap<>(Map.of(KernelObject.VMLINUX, List.of("one"))));

        String text = Json.write(result);

        assertThat(text).contains("\"release\": \"6.1.0-56-amd64\"", "\"parent\": \"nf_tables\"", "\"vmlinux\": [");
        assertThat(Json.read(text, TYPE)).isEqualTo(result);
    }

    @Test
    void aNameThatCannotBeIsRefused() {
        assertThatThrownBy(() -> Json.read("{\"parent\": \"nf-tables\"}", TYPE)).isInstanceOf(RuntimeException.class);
        assertThatThrownBy(() -> Json.read("{\"release\": \"x\"}", TYPE)).isInstanceOf(RuntimeException.class);
    }

    @Test
    void whatEarlierVersionsWroteIsRead() {
        assertThat(Json.read("{\"release\": {\"value\": \"6.1.0\"}}", TYPE).release())
                .isEqualTo(new KernelRelease("6.1.0"));
    }
}
