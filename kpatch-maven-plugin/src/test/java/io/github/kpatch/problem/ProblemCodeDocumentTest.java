package io.github.kpatch.problem;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The documentation's table of codes is made from {@link ProblemCode}: a code without an entry there helps nobody. */
class ProblemCodeDocumentTest {
    private static final Path DOCUMENT = Path.of("..", "docs", "problem-codes.md");
    private static final Path GENERATED = Path.of("target", "problem-codes.md");

    private static final Map<Character, String> STAGES = new TreeMap<>(Map.of(
            '1', "Environment and toolchain",
            '2', "Kernel inputs",
            '3', "Patches",
            '4', "Objects and diff",
            '5', "Module",
            '6', "Boot test",
            '7', "Signing and delivery"));

    @Test
    void documentIsMadeFromTheCodes() throws IOException {
        String generated = generate();
        Files.createDirectories(GENERATED.getParent());
        Files.writeString(GENERATED, generated, StandardCharsets.UTF_8);
        assertThat(Files.readString(DOCUMENT, StandardCharsets.UTF_8))
                .as("%s is out of date: copy %s over it", DOCUMENT, GENERATED)
                .isEqualTo(generated);
    }

    private static String generate() {
        StringBuilder text = new StringBuilder("""
                # Problem codes

                Every refusal of the plugin begins with one of these codes, says where and what, and ends with what to do. A code
                keeps its meaning for ever. Made from `ProblemCode.java` by its test; do not edit.
                """);
        STAGES.forEach((digit, title) -> {
            String rows = Stream.of(ProblemCode.values())
                    .filter(code -> code.id().charAt(2) == digit)
                    .map(code -> "| " + code.id() + " | " + code.cause() + " | " + code.cure() + " |")
                    .sorted()
                    .collect(Collectors.joining("\n"));
            text.append("\n## KP").append(digit).append("xx: ").append(title);
            text.append("\n\n| Code | Cause | Cure |\n|---|---|---|\n")
                    .append(rows)
                    .append('\n');
        });
        return text.toString();
    }
}
