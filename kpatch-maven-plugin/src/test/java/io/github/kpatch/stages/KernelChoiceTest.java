package io.github.kpatch.stages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which of a project's kernels are worked on, and what is not clear enough. */
class KernelChoiceTest {
    private static List<Optional<String>> releases(String... releases) {
        return Arrays.stream(releases).map(Optional::ofNullable).toList();
    }

    private static List<String> problems(
            List<Optional<String>> releases, boolean single, String asked, String... properties) {
        return catchThrowableOfType(
                        ProblemException.class,
                        () -> KernelChoice.of(releases, single, Optional.ofNullable(asked), List.of(properties)))
                .problems()
                .stream()
                .map(Problem::toString)
                .toList();
    }

    @Test
    void allAreInTheOrderOfTheProject() {
        assertThat(KernelChoice.of(releases("6.12.1", "6.1.2"), false, Optional.empty(), List.of())
                        .chosen())
                .containsExactly("6.12.1", "6.1.2");
    }

    @Test
    void oneCanBeAskedFor() {
        KernelChoice choice = KernelChoice.of(releases("6.12.1", "6.1.2"), false, Optional.of("6.1.2"), List.of());

        assertThat(choice.chosen()).containsExactly("6.1.2");
        assertThat(choice.one()).isEqualTo("6.1.2");
        assertThat(problems(releases("6.12.1", "6.1.2"), false, "6.1"))
                .singleElement()
                .asString()
                .startsWith("KP106 kpatch.release: The project has no kernel 6.1.");
    }

    @Test
    void whereOneIsMeantItMustBeSaid() {
        assertThat(KernelChoice.of(releases("6.1.2"), false, Optional.empty(), List.of())
                        .one())
                .isEqualTo("6.1.2");
        assertThatThrownBy(() -> KernelChoice.of(releases("6.12.1", "6.1.2"), false, Optional.empty(), List.of())
                        .one())
                .hasMessageStartingWith("KP106 kpatch.release:")
                .hasMessageContaining("6.12.1, 6.1.2");
    }

    @Test
    void allThatIsWrongIsSaidAtOnce() {
        assertThat(problems(releases("6.1.2", null, "../6.1", "6.1.2"), true, null, "kpatch.vmlinux"))
                .satisfiesExactly(
                        one -> assertThat(one)
                                .startsWith("KP106 kernels: The project says both <kernel> and <kernels>."),
                        one -> assertThat(one).startsWith("KP106 kpatch.vmlinux:"),
                        one -> assertThat(one).startsWith("KP106 kernels: Kernel 2 has no release."),
                        one -> assertThat(one).startsWith("KP201 ../6.1:"),
                        one -> assertThat(one).startsWith("KP106 kernels: It names 6.1.2 twice."));
        assertThat(problems(List.of(), false, null))
                .singleElement()
                .asString()
                .startsWith("KP106 kernels: It names no kernel.");
    }
}
