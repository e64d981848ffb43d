package io.github.kpatch;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Who may know whom: a direction that only prose holds up does not stay. */
class PackagesTest {
    private static final String ROOT = "io.github.kpatch.";

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.github.kpatch");

    private static final List<String> FACTS = List.of("problem", "elf", "debuginfo");
    private static final List<String> RULES = with(FACTS, "kernel", "intermediate", "special", "arch");
    private static final List<String> TOOLS = with(RULES, "host");
    private static final List<String> PARTS =
            List.of("kbuild", "compare", "source", "patch", "diff", "livepatch", "boot", "delivery");

    /** For each package all that it may know beside itself. */
    private static final Map<String, List<String>> MAY_KNOW = Map.ofEntries(
            Map.entry("problem", List.of()),
            Map.entry("host", List.of("problem")),
            Map.entry("elf", List.of("problem")),
            Map.entry("debuginfo", List.of("problem", "elf")),
            Map.entry("kernel", FACTS),
            Map.entry("kernelimage", with(FACTS, "kernel")),
            Map.entry("intermediate", FACTS),
            Map.entry("special", with(FACTS, "kernel", "intermediate")),
            Map.entry("arch", with(FACTS, "kernel", "intermediate", "special")),
            Map.entry("diff", with(RULES, "kernelimage")),
            Map.entry("livepatch", with(RULES, "kernelimage")),
            Map.entry("source", with(TOOLS, "kernelimage")),
            Map.entry("patch", TOOLS),
            Map.entry("boot", with(TOOLS, "kernelimage")),
            Map.entry("delivery", TOOLS),
            Map.entry("kbuild", with(TOOLS, "source", "kernelimage")),
            Map.entry("compare", with(TOOLS, "diff", "kernelimage")),
            Map.entry("stages", with(with(TOOLS, "kernelimage"), PARTS.toArray(String[]::new))),
            Map.entry("mojo", List.of("problem", "host", "stages")));

    private static List<String> with(List<String> some, String... more) {
        List<String> all = new ArrayList<>(some);
        all.addAll(List.of(more));
        return List.copyOf(all);
    }

    private static Stream<String> packages() {
        return CLASSES.stream()
                .map(type -> type.getPackageName().substring(ROOT.length()).replaceAll("\\..*", ""))
                .collect(Collectors.toCollection(TreeSet::new))
                .stream();
    }

    @ParameterizedTest
    @MethodSource("packages")
    void aPackageKnowsOnlyThoseBelowIt(String name) {
        assertThat(MAY_KNOW).as("the list of packages").containsKey(name);
        String[] known = Stream.concat(Stream.of(name), MAY_KNOW.get(name).stream())
                .map(one -> ROOT + one + "..")
                .toArray(String[]::new);
        classes()
                .that(resideInAPackage(ROOT + name + ".."))
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(known).or(resideOutsideOfPackage("io.github.kpatch..")))
                .check(CLASSES);
    }

    @Test
    void mavenIsKnownToTheMojosAlone() {
        noClasses()
                .that(resideOutsideOfPackage(ROOT + "mojo.."))
                .should()
                .dependOnClassesThat(resideInAPackage("org.apache.maven.."))
                .check(CLASSES);
    }

    @Test
    void processesAreStartedInOnePlace() {
        noClasses()
                .that(resideOutsideOfPackage(ROOT + "host.."))
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.lang.ProcessBuilder")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.lang.Process")
                .orShould()
                .dependOnClassesThat(resideInAPackage("org.codehaus.plexus.util.cli.."))
                .check(CLASSES);
    }

    @Test
    void differAndModuleMakerKnowNoFiles() {
        noClasses()
                .that(resideInAnyPackage(ROOT + "diff..", ROOT + "livepatch.."))
                .should()
                .dependOnClassesThat(resideInAnyPackage("java.nio.file.."))
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.io.File")
                .check(CLASSES);
    }

    @Test
    void everyPackageSaysWhyItExists() throws IOException {
        Path sources = Path.of("src/main/java");
        try (Stream<Path> files = Files.walk(sources)) {
            assertThat(files.filter(file -> file.toString().endsWith(".java"))
                            .map(Path::getParent)
                            .distinct())
                    .isNotEmpty()
                    .allSatisfy(folder ->
                            assertThat(folder.resolve("package-info.java")).isRegularFile());
        }
    }
}
