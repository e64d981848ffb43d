package io.github.kpatch.livepatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModuleDescriptionTest {
    private static ModuleDescription named(String name) {
        return new ModuleDescription(name, "", "", "", true, List.of(), List.of(), List.of());
    }

    @ParameterizedTest
    @CsvSource({
        "cve-2026-1, kpatch-cve-2026-1",
        "kpatch-xfs, kpatch-xfs",
        "livepatch-xfs, livepatch-xfs",
        "kpatchwork, kpatch-kpatchwork",
        "a.b c_d, kpatch-a-b-c_d"
    })
    void defaultNameComesFromTheArtifactId(String artifactId, String name) {
        assertThat(ModuleDescription.defaultName(artifactId)).isEqualTo(name);
    }

    @Test
    void theKernelKnowsNoDashes() {
        assertThat(named("kpatch-a-b_c").kernelName()).isEqualTo("kpatch_a_b_c");
        assertThat(named("x".repeat(55)).kernelName()).hasSize(55);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a.b", "a/b", "\u00e4", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"})
    void refusesNamesNoModuleCanHave(String name) {
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> named(name))
                .satisfies(e -> assertThat(e.problems().get(0).code()).isEqualTo(ProblemCode.MODULE_NAME_INVALID));
    }
}
