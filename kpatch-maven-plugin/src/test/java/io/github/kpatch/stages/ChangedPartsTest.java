package io.github.kpatch.stages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.github.kpatch.host.Folders;
import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.source.PreparedKernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Patches that change what a kernel is made of, on a toy kernel whose makefiles are read. */
class ChangedPartsTest {
    private static final String CALL_EXTRA = """
            --- a/fs/one.c
            +++ b/fs/one.c
            @@ -1,5 +1,6 @@
             int one_value = 1;
            +int extra(int a);
             int one(int a)
             {
            -	return a + one_value;
            +	return a + extra(one_value);
             }
            """;
    private static final String CHANGE_ONE = """
            --- a/fs/one.c
            +++ b/fs/one.c
            @@ -3,3 +3,3 @@
             {
            -	return a + one_value;
            +	return a - one_value * 3;
             }
            """;
    private static final String LIST_EXTRA = """
            --- a/fs/Makefile
            +++ b/fs/Makefile
            @@ -1,2 +1,3 @@
             obj-y += one.o two.o
             obj-y += inlining.o including.o
            +obj-y += extra.o
            """;
    private static final String WITHOUT_TWO = """
            --- a/fs/Makefile
            +++ b/fs/Makefile
            @@ -1,2 +1,2 @@
            -obj-y += one.o two.o
            +obj-y += one.o
             obj-y += inlining.o including.o
            """;
    private static final String DELETE_TWO = """
            diff --git a/fs/two.c b/fs/two.c
            deleted file mode 100644
            --- a/fs/two.c
            +++ /dev/null
            @@ -1,4 +0,0 @@
            -int toy_export(int a) /* EXPORTED */
            -{
            -	return a * 2;
            -}
            """;
    private static final String RENAME_ONE = """
            diff --git a/fs/one.c b/fs/uno.c
            similarity index 100%
            rename from fs/one.c
            rename to fs/uno.c
            diff --git a/fs/Makefile b/fs/Makefile
            --- a/fs/Makefile
            +++ b/fs/Makefile
            @@ -1,2 +1,2 @@
            -obj-y += one.o two.o
            +obj-y += uno.o two.o
             obj-y += inlining.o including.o
            """;

    @TempDir
    private Path folder;

    private PreparedToyKernel kernel;
    private PreparedKernel prepared;
    private TestBuild build;
    private List<String> treeBefore;

    @BeforeEach
    void makeKernel() throws IOException {
        kernel = new PreparedToyKernel(folder);
        kernel.addMakefiles();
        kernel.addConfig();
        treeBefore = kernel.contents();
        prepared = kernel.prepared();
        build = new TestBuild(folder);
    }

    private static String adding(String path, String text) {
        List<String> lines = text.lines().toList();
        return "diff --git a/%1$s b/%1$s\nnew file mode 100644\n--- /dev/null\n+++ b/%1$s\n@@ -0,0 +1,%2$d @@\n+%3$s\n"
                .formatted(path, lines.size(), String.join("\n+", lines));
    }

    private static String extra(String text) {
        return adding("fs/extra.c", text) + LIST_EXTRA;
    }

    private PatchedSources patches(String... patches) throws IOException {
        Path sources = folder.resolve("patches");
        Folders.delete(sources);
        Files.createDirectories(sources);
        for (int i = 0; i < patches.length; i++) {
            Files.writeString(sources.resolve(i + ".patch"), patches[i]);
        }
        return CheckSeries.run(prepared, sources, 2, build.context());
    }

    private BuiltObjects built(String... patches) throws IOException {
        return BuildObjects.run(prepared, patches(patches), DebugFacts.none(build.context()), build.context());
    }

    private DiffedObjects diff(String... patches) throws IOException {
        return DiffObjects.run(
                prepared, built(patches), DebugFacts.none(build.context()), DiffObjects.Detail.NONE, build.context());
    }

    private static List<String> functions(DiffedObjects diffed, String object) {
        return diffed.changed().stream()
                .filter(one -> one.name().equals(object))
                .flatMap(one -> one.newFunctions().stream())
                .toList();
    }

    @Test
    void aNewObjectOfVmlinuxGoesInWhole() throws IOException {
        DiffedObjects diffed = diff(
                extra("static int twice(int a)\n{\n\treturn a * 2;\n}\nint (*volatile times)(int) = twice;\n"
                        + "int extra(int a)\n{\n\treturn times(a);\n}"),
                CALL_EXTRA);

        assertThat(diffed.changed())
                .extracting(DiffedObject::name, DiffedObject::parent)
                .containsExactly(tuple("fs/extra.o", KernelObject.VMLINUX), tuple("fs/one.o", KernelObject.VMLINUX));
        assertThat(functions(diffed, "fs/extra.o")).containsExactlyInAnyOrder("twice", "extra");
        assertThat(diffed.functionsByParent()).isEqualTo(Map.of(KernelObject.VMLINUX, List.of("one")));
        assertThat(build.told).contains("vmlinux gets fs/extra.o");
        assertThat(kernel.contents()).isEqualTo(treeBefore);
    }

    @Test
    void aNewObjectOfAModuleIsThatModules() throws IOException {
        DiffedObjects diffed = diff(adding("drivers/toy/sub/more.c", "int more(int a)\n{\n\treturn a * 7;\n}"), """
                --- a/drivers/toy/Makefile
                +++ b/drivers/toy/Makefile
                @@ -1,2 +1,2 @@
                 obj-m := toy.o
                -toy-y := main.o
                +toy-y := main.o sub/more.o
                --- a/drivers/toy/main.c
                +++ b/drivers/toy/main.c
                @@ -1,4 +1,5 @@
                +int more(int a);
                 int toy_main(int a)
                 {
                -	return a ^ 5;
                +	return a ^ more(5);
                 }
                """);

        assertThat(diffed.changed())
                .extracting(DiffedObject::name, DiffedObject::parent)
                .containsExactly(
                        tuple("drivers/toy/main.o", KernelObject.named("toy")),
                        tuple("drivers/toy/sub/more.o", KernelObject.named("toy")));
    }

    @Test
    void aNewModuleIsRefusedWithAdvice() {
        assertThatThrownBy(() -> built(adding("drivers/toy/other.c", "int other(int a)\n{\n\treturn a;\n}"), """
                --- a/drivers/toy/Makefile
                +++ b/drivers/toy/Makefile
                @@ -1,2 +1,2 @@
                -obj-m := toy.o
                +obj-m := toy.o other.o
                 toy-y := main.o
                """))
                .isInstanceOfSatisfying(
                        ProblemException.class, e -> assertThat(e.kind()).isEqualTo(ProblemException.Kind.FINDINGS))
                .hasMessageContaining("KP320 drivers/toy/other.o: The patch adds the module other")
                .hasMessageContaining("Build the new module by itself");
    }

    @Test
    void aModuleThatGoesAsAWholeIsRefusedWithAdvice() {
        assertThatThrownBy(() -> built("""
                --- a/drivers/toy/Makefile
                +++ b/drivers/toy/Makefile
                @@ -1,2 +1 @@
                -obj-m := toy.o
                 toy-y := main.o
                """))
                .hasMessageContaining("KP320 drivers/toy/main.o: The patch takes the module toy away")
                .hasMessageContaining("blacklist");
    }

    @Test
    void initCodeOfANewObjectIsRefused() {
        assertThatThrownBy(() -> diff(
                        extra("int __attribute__((section(\".init.text\"))) extra(int a)\n{\n\treturn a * 2;\n}"),
                        CALL_EXTRA))
                .hasMessageContaining("KP408 fs/extra.o, section .init.text");
    }

    @Test
    void anInitcallOfANewObjectIsRefused() {
        assertThatThrownBy(() -> diff(
                        extra(
                                "int extra(int a)\n{\n\treturn a * 2;\n}\n"
                                        + "static int (*start)(int) __attribute__((used, section(\".initcall6.init\"))) = extra;"),
                        CALL_EXTRA))
                .hasMessageContaining("KP429 fs/extra.o");
    }

    @Test
    void anExportOfANewObjectIsRefused() {
        assertThatThrownBy(() -> diff(
                        extra("int extra(int a)\n{\n\treturn a * 2;\n}\n"
                                + "asm(\".section ___ksymtab+extra, \\\"a\\\"\\n.long extra - .\\n.previous\");"),
                        CALL_EXTRA))
                .hasMessageContaining("fs/extra.o, section ___ksymtab+extra");
    }

    @Test
    void aDeletedObjectThatNobodyNeedsStaysLoadedAndUnused() throws IOException {
        DiffedObjects diffed = diff(DELETE_TWO + WITHOUT_TWO, CHANGE_ONE);

        assertThat(diffed.changed()).extracting(DiffedObject::name).containsExactly("fs/one.o");
        assertThat(build.told).anyMatch(line -> line.startsWith("fs/two.o falls out of vmlinux"));
        assertThat(kernel.contents()).isEqualTo(treeBefore);
    }

    @Test
    void aDeletedObjectThatThePatchStillNeedsIsRefused() {
        assertThatThrownBy(() -> built(DELETE_TWO + WITHOUT_TWO, CALL_EXTRA.replace("extra", "toy_export")))
                .hasMessageContaining("KP320 fs/two.o: The patch takes it away, and fs/one.o needs its toy_export");
    }

    @ParameterizedTest
    @ValueSource(strings = {"__weak", "__attribute__((weak))", "__attribute__ (( __weak__ ))"})
    void aDeletedObjectThatAWeakFunctionTakesThePlaceOfIsRefused(String weak) throws IOException {
        Files.createDirectories(kernel.tree().resolve("kernel"));
        Files.writeString(
                kernel.tree().resolve("kernel/weak.c"),
                "int %s other(int a)\n{\n\treturn a;\n}\nint %s\ntoy_export(int a)\n{\n\treturn 0;\n}\n"
                        .formatted(weak, weak));

        assertThatThrownBy(() -> built(DELETE_TWO + WITHOUT_TWO, CHANGE_ONE))
                .hasMessageContaining("KP320 fs/two.o: ")
                .hasMessageContaining("toy_export would be the weak one of kernel/weak.c")
                .hasMessageNotContaining("other");
    }

    @Test
    void aDeletedObjectInAListOfTheKernelIsRefused() throws IOException {
        Files.writeString(kernel.tree().resolve("fs/two.c"), """
                static int two(int a)
                {
                	return a * 2;
                }
                static int (*start)(int) __attribute__((used, section(".initcall6.init"))) = two;
                """);
        prepared = kernel.linked();

        assertThatThrownBy(() -> diff("""
                        diff --git a/fs/two.c b/fs/two.c
                        deleted file mode 100644
                        --- a/fs/two.c
                        +++ /dev/null
                        @@ -1,5 +0,0 @@
                        -static int two(int a)
                        -{
                        -	return a * 2;
                        -}
                        -static int (*start)(int) __attribute__((used, section(".initcall6.init"))) = two;
                        """ + WITHOUT_TWO, CHANGE_ONE)).hasMessageContaining("KP429 fs/two.o");
    }

    @Test
    void aDeletedFileThatTheMakefileStillNamesDoesNotCompile() {
        assertThatThrownBy(() -> built(DELETE_TWO, CHANGE_ONE))
                .hasMessageContaining("KP402 fs/two.c: The patch takes it away, and kbuild goes on to make fs/two.o");
    }

    @Test
    void aRenamedFileIsComparedWithWhatItWas() throws IOException {
        DiffedObjects diffed = diff(RENAME_ONE, CHANGE_ONE.replace("one.c", "uno.c"));

        assertThat(diffed.changed()).extracting(DiffedObject::name).containsExactly("fs/uno.o");
        assertThat(diffed.functionsByParent()).isEqualTo(Map.of(KernelObject.VMLINUX, List.of("one")));
        assertThat(build.told).contains("fs/one.o of vmlinux goes on as fs/uno.o");
    }

    @Test
    void aRenameAloneChangesNothing() {
        assertThatThrownBy(() -> diff(RENAME_ONE)).hasMessageContaining("KP401 fs/uno.o");
    }

    @Test
    void aFunctionThatMovesToANewFileIsRefused() {
        assertThatThrownBy(() -> diff(
                        DELETE_TWO
                                + WITHOUT_TWO.replace("+obj-y += one.o", "+obj-y += one.o extra.o")
                                + adding("fs/extra.c", "int toy_export(int a)\n{\n\treturn a * 3;\n}"),
                        CHANGE_ONE))
                .hasMessageContaining("KP418 fs/extra.o, symbol toy_export")
                .hasMessageContaining("vmlinux has it already");
    }

    @Test
    void anotherFlagOfAnObjectShowsInItsCode() throws IOException {
        Files.writeString(
                kernel.tree().resolve("fs/two.c"),
                "#ifndef TIMES\n#define TIMES 2\n#endif\nint toy_export(int a)\n{\n\treturn a * TIMES;\n}\n");

        DiffedObjects diffed = diff("""
                --- a/fs/Makefile
                +++ b/fs/Makefile
                @@ -1,2 +1,3 @@
                 obj-y += one.o two.o
                 obj-y += inlining.o including.o
                +CFLAGS_two.o := -DTIMES=3
                """);

        assertThat(diffed.functionsByParent()).isEqualTo(Map.of(KernelObject.VMLINUX, List.of("toy_export")));
    }

    @Test
    void aMakefileThatComesToTheSameChangesNothing() {
        assertThatThrownBy(() -> diff("""
                --- a/fs/Makefile
                +++ b/fs/Makefile
                @@ -1,2 +1,4 @@
                -obj-y += one.o two.o
                +# one
                +obj-y += one.o
                +obj-y += two.o
                 obj-y += inlining.o including.o
                """)).hasMessageContaining("KP401");
        assertThat(build.told).noneMatch(line -> line.contains("gets"));
    }

    @Test
    void anOptionThatChangesNothingPasses() throws IOException {
        DiffedObjects diffed = diff("""
                --- a/fs/Kconfig
                +++ b/fs/Kconfig
                @@ -1,2 +1,3 @@
                 CONFIG_LIVEPATCH=y
                 CONFIG_SIZE=3
                +# CONFIG_MORE is not set
                """, CHANGE_ONE);

        assertThat(diffed.changed()).extracting(DiffedObject::name).containsExactly("fs/one.o");
        assertThat(kernel.contents()).isEqualTo(treeBefore);
    }

    @Test
    void anOptionThatWouldChangeTheConfigIsRefusedByName() {
        assertThatThrownBy(() -> built("""
                        --- a/fs/Kconfig
                        +++ b/fs/Kconfig
                        @@ -1,2 +1,3 @@
                         CONFIG_LIVEPATCH=y
                        -CONFIG_SIZE=3
                        +CONFIG_SIZE=4
                        +CONFIG_MORE=y
                        """, CHANGE_ONE))
                .hasMessageContaining("KP319 fs/Kconfig: CONFIG_SIZE is 3 in the running kernel, and would be 4")
                .hasMessageContaining("KP319 fs/Kconfig: CONFIG_MORE is not set in the running kernel, and would be y");
    }

    @Test
    void aNewHeaderOfANewFileIsUsed() throws IOException {
        DiffedObjects diffed = diff(
                adding("fs/extra.h", "#define TIMES 2")
                        + extra("#include \"extra.h\"\nint extra(int a)\n{\n\treturn a * TIMES;\n}"),
                CALL_EXTRA);

        assertThat(functions(diffed, "fs/extra.o")).containsExactly("extra");
        assertThat(build.warned).isEmpty();
    }

    @Test
    void aNewFileThatNothingIsMadeOfIsPassedOver() throws IOException {
        BuiltObjects built = built(adding("fs/lonely.c", "int lonely;"), CHANGE_ONE);

        assertThat(built.objects()).extracting(BuiltObject::name).containsExactly("fs/one.o");
        assertThat(build.warned).anyMatch(line -> line.contains("KP317 fs/lonely.c"));
    }

    @Test
    void aFileThatWasNotBuiltAndIsNowIsNew() throws IOException {
        DiffedObjects diffed = diff(
                LIST_EXTRA.replace("extra.o", "unused.o"),
                CALL_EXTRA.replace("extra", "unused"),
                "--- a/fs/unused.c\n+++ b/fs/unused.c\n@@ -2,3 +2,3 @@\n {\n-\treturn a - 1;\n+\treturn a - 2;\n }\n");

        assertThat(functions(diffed, "fs/unused.o")).containsExactly("unused");
        assertThat(build.warned).isEmpty();
    }

    @Test
    void anObjectThatMovesFromOneKernelObjectToAnotherIsRefused() {
        assertThatThrownBy(() -> built("""
                --- a/drivers/toy/Makefile
                +++ b/drivers/toy/Makefile
                @@ -1,2 +1,3 @@
                 obj-m := toy.o
                -toy-y := main.o
                +obj-y := main.o
                +toy-y := other.o
                """))
                .hasMessageContaining("KP320 drivers/toy/main.o")
                .hasMessageContaining("The patch makes it part of vmlinux, and it was part of toy.");
    }

    @Test
    void aNewMemberOfAnArchiveIsRefused() {
        assertThatThrownBy(() -> built(
                        adding("fs/extra.c", "int extra(int a)\n{\n\treturn a;\n}")
                                + LIST_EXTRA.replace("obj-y += extra.o", "lib-y := $(obj)/extra.o"),
                        CHANGE_ONE))
                .hasMessageContaining("KP320 fs/extra.o")
                .hasMessageContaining("members of an archive");
    }

    @Test
    void aLayoutThatOnlyANewObjectKnowsIsRefused() throws IOException {
        Files.writeString(kernel.tree().resolve("include/toy.h"), "struct toy { int x; };\n");
        Files.writeString(kernel.tree().resolve("fs/inlining.c"), "int inlining(int a)\n{\n\treturn a * 3;\n}\n");
        prepared = kernel.linked();

        assertThatThrownBy(() -> built(
                        """
                        --- a/include/toy.h
                        +++ b/include/toy.h
                        @@ -1 +1 @@
                        -struct toy { int x; };
                        +struct toy { int y; int x; };
                        """,
                        extra("#include <toy.h>\nint extra(int a)\n{\n\treturn ((struct toy *)0)->x + a;\n}"),
                        CALL_EXTRA))
                .hasMessageContaining("KP315 struct toy")
                .hasMessageContaining("fs/extra.o did not know it before");
    }

    @Test
    void partsOfOutOfTreeModulesAreNotFollowedYet() throws IOException {
        prepared = kernel.laidOver("drivers/toy");

        assertThatThrownBy(() -> patches(adding("other.c", "int other;")))
                .hasMessageContaining("KP303 other.c: Of out-of-tree modules");
    }

    @Test
    void aPatchOfExistingFilesAsksNothing() throws IOException {
        built(CHANGE_ONE);

        assertThat(build.ran).noneMatch(command -> command.contains("kpatch-folder"));
    }
}
