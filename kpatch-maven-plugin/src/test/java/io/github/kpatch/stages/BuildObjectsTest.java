package io.github.kpatch.stages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.kpatch.arch.Architectures;
import io.github.kpatch.elf.ElfReader;
import io.github.kpatch.host.Folders;
import io.github.kpatch.host.KeptFile;
import io.github.kpatch.intermediate.IntermediateReader;
import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.source.PreparedKernel;
import io.github.kpatch.testing.NativeTools;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The stages from patches to intermediate objects, on a toy kernel. */
class BuildObjectsTest {
    private static final String CHANGE_ONE = """
            --- a/fs/one.c
            +++ b/fs/one.c
            @@ -1,5 +1,5 @@
             int one_value = 1;
             int one(int a)
             {
            -	return a + one_value;
            +	return a - one_value * 3;
             }
            """;
    private static final String CHANGE_UNUSED = """
            --- a/fs/unused.c
            +++ b/fs/unused.c
            @@ -1,4 +1,4 @@
             int unused(int a)
             {
            -	return a - 1;
            +	return a - 2;
             }
            """;
    private static final String INCLUDE_MACROS = """
            --- a/fs/one.c
            +++ b/fs/one.c
            @@ -1,5 +1,8 @@
             int one_value = 1;
            +#if !__has_include("kpatch-macros.h") || !__has_include("kpatch-syscall.h")
            +#error the headers for authors are not on the include path
            +#endif
             int one(int a)
             {
            -	return a + one_value;
            +	return a - one_value * 3;
             }
            """;
    private static final String CHANGE_INLINE = """
            --- a/include/toy.h
            +++ b/include/toy.h
            @@ -1,4 +1,4 @@
             static inline int toy_inline(int a)
             {
            -	return a + 1;
            +	return a + 2;
             }
            """;
    private static final String CHANGE_MODULE = """
            --- a/drivers/toy/main.c
            +++ b/drivers/toy/main.c
            @@ -1,4 +1,4 @@
             int toy_main(int a)
             {
            -	return a ^ 5;
            +	return a ^ 6;
             }
            """;

    @TempDir
    private Path folder;

    private PreparedToyKernel kernel;
    private TestBuild build;
    private List<String> treeBefore;

    @BeforeEach
    void makeKernel() throws IOException {
        kernel = new PreparedToyKernel(folder);
        treeBefore = kernel.contents();
        build = new TestBuild(folder);
    }

    /** The project's folder with these patches, checked. */
    private PatchedSources patches(String... patches) throws IOException {
        Path sources = folder.resolve("patches");
        Folders.delete(sources);
        Files.createDirectories(sources);
        for (int i = 0; i < patches.length; i++) {
            Files.writeString(sources.resolve(i + ".patch"), patches[i]);
        }
        return CheckSeries.run(kernel.prepared(), sources, 2, build.context());
    }

    private BuiltObjects built(PatchedSources sources) {
        return BuildObjects.run(kernel.prepared(), sources, DebugFacts.none(build.context()), build.context());
    }

    private DiffedObjects diff(PatchedSources sources) {
        return diff(sources, DiffObjects.Detail.NONE);
    }

    private DiffedObjects diff(PatchedSources sources, DiffObjects.Detail detail) {
        return DiffObjects.run(
                kernel.prepared(), built(sources), DebugFacts.none(build.context()), detail, build.context());
    }

    private Path file(KeptFile kept) {
        return build.context().workspace().locate(kept);
    }

    private long makeCalls() {
        return build.ran.stream().filter(command -> command.startsWith("make ")).count();
    }

    @Test
    void objectsOfKernelAndModulesAreBuiltTwiceByOneMakeEach() throws IOException {
        BuiltObjects built = built(patches(CHANGE_ONE, CHANGE_MODULE));

        assertThat(built.objects())
                .extracting(BuiltObject::name, BuiltObject::parent)
                .containsExactly(
                        tuple("drivers/toy/main.o", KernelObject.named("toy")),
                        tuple("fs/one.o", KernelObject.VMLINUX));
        assertThat(built.objects())
                .allSatisfy(object -> assertThat(file(object.original())).isRegularFile())
                .allSatisfy(object -> assertThat(Files.mismatch(file(object.original()), file(object.patched())))
                        .isNotNegative());
        assertThat(makeCalls()).isEqualTo(2);
        assertThat(kernel.contents()).isEqualTo(treeBefore);
    }

    @Test
    void originalsAreBuiltOnceForAllPatches() throws IOException {
        BuiltObjects first = built(patches(CHANGE_ONE));
        byte[] original = Files.readAllBytes(file(first.objects().get(0).original()));
        long calls = makeCalls();

        BuiltObjects second = built(patches(CHANGE_ONE.replace("* 3", "* 4")));

        assertThat(second.originalsBuilt()).isZero();
        assertThat(makeCalls() - calls).isEqualTo(1);
        assertThat(file(second.objects().get(0).original())).hasBinaryContent(original);
    }

    @Test
    void nothingRunsWhereNothingChanged() throws IOException {
        DiffedObjects before = diff(patches(CHANGE_ONE));
        build.ran.clear();

        DiffedObjects after = diff(patches(CHANGE_ONE));

        assertThat(after).isEqualTo(before);
        assertThat(build.ran).isEmpty();
    }

    @Test
    void thePatchedSourceFindsTheHeadersForAuthors() throws IOException {
        DiffedObjects diffed = diff(patches(INCLUDE_MACROS));

        assertThat(diffed.functionsByParent()).isEqualTo(Map.of(KernelObject.VMLINUX, List.of("one")));
    }

    @Test
    void theDifferNamesWhatChanged() throws IOException {
        DiffedObjects diffed = diff(patches(CHANGE_ONE, CHANGE_MODULE));

        assertThat(diffed.functionsByParent())
                .isEqualTo(
                        Map.of(KernelObject.named("toy"), List.of("toy_main"), KernelObject.VMLINUX, List.of("one")));
        assertThat(diffed.changed())
                .allSatisfy(object -> assertThat(file(object.intermediate())).isRegularFile());
        assertThat(build.told).contains("fs/one.o: changed function: one");
    }

    @Test
    void whyAndWhatAreToldOnRequestThoughNothingRunsAgain() throws IOException {
        DiffedObjects before = diff(patches(CHANGE_ONE));
        assertThat(build.told).noneMatch(line -> line.contains("why each element"));

        DiffedObjects after = diff(patches(CHANGE_ONE), new DiffObjects.Detail(true, true, true));

        assertThat(after).isEqualTo(before);
        assertThat(build.told)
                .contains("Compared 1 object pair; functions: 1 changed, 0 new (nothing changed)")
                .contains("fs/one.o: why each element is in the patch:", "  function one <- the function changed");
        Path dump = file(after.changed().get(0).intermediate()).resolveSibling("one.o.dump");
        assertThat(build.told).contains("fs/one.o: the intermediate object as text: " + dump);
        assertThat(dump).content().contains("section .kpatch.funcs ", "symbol one ");
        Path code = dump.resolveSibling("one.o.diff");
        assertThat(build.told)
                .contains("Machine code before and after: " + code, "fs/one.o: machine code before and after: " + code);
        assertThat(code)
                .content()
                .startsWith("--- a/one\n+++ b/one\n@@ ")
                .containsPattern("\n[+].*sub ")
                .contains("one_value");
    }

    @Test
    void aPatchThatChangesNoCodeIsAFinding() throws IOException {
        PatchedSources sources = patches(CHANGE_ONE.replace("a - one_value * 3", "one_value + a"));

        assertThatThrownBy(() -> diff(sources))
                .isInstanceOfSatisfying(
                        ProblemException.class, e -> assertThat(e.kind()).isEqualTo(ProblemException.Kind.FINDINGS))
                .hasMessageContaining("KP401 fs/one.o");
    }

    @Test
    void aPatchThatDoesNotCompileIsToldByItsFirstError() throws IOException {
        PatchedSources sources = patches(CHANGE_ONE.replace("one_value * 3", "no_such_value"));

        assertThatThrownBy(() -> built(sources))
                .isInstanceOfSatisfying(
                        ProblemException.class, e -> assertThat(e.kind()).isEqualTo(ProblemException.Kind.FINDINGS))
                .hasMessageContaining("KP402 fs/one.c:4")
                .hasMessageContaining("no_such_value")
                .hasMessageContaining("build-objects.log");
        assertThat(kernel.contents()).isEqualTo(treeBefore);
    }

    /** Since 6.13 the makefile of all folders is told where the sources lie. */
    @Test
    void kbuildIsAskedAsKernelsSinceSixThirteenWant() throws IOException {
        folderMakefile("src := $(srcroot)/$(obj)");
        PatchedSources one = patches(CHANGE_ONE);
        assertThat(built(one).objects()).extracting(BuiltObject::name).containsExactly("fs/one.o");

        PatchedSources unused = patches(CHANGE_UNUSED);
        assertThatThrownBy(() -> built(unused))
                .hasMessageContaining("KP403 fs/unused.c")
                .hasMessageContaining("CONFIG_UNUSED is off");
    }

    /** Of variables without a value nobody can tell that they would have one. */
    @Test
    void aFolderWhoseMakefileMakeDoesNotFindIsNotTakenForEmpty() throws IOException {
        folderMakefile("src := $(elsewhere)/$(obj)");

        assertThat(built(patches(CHANGE_ONE)).objects())
                .extracting(BuiltObject::name)
                .containsExactly("fs/one.o");
    }

    private void folderMakefile(String first) throws IOException {
        Path makefile = kernel.tree().resolve("scripts/Makefile.build");
        Files.createDirectories(makefile.getParent());
        Files.writeString(makefile, first + """

                        include $(src)/Makefile
                        real-obj-y := $(addprefix $(obj)/,$(obj-y))
                        subdir-ym :=
                        """);
        Files.createDirectories(kernel.tree().resolve("arch/x86/include/generated"));
        Path config = kernel.tree().resolve("include/config");
        Files.delete(config);
        Files.createDirectories(config);
        Files.writeString(config.resolve("auto.conf"), "CONFIG_LIVEPATCH=y\n");
    }

    @Test
    void aFileThatTheTargetDoesNotContainIsRefused() throws IOException {
        PatchedSources sources = patches(CHANGE_UNUSED);

        assertThatThrownBy(() -> built(sources))
                .hasMessageContaining("KP403 fs/unused.o")
                .hasMessageContaining("unused.c");
    }

    @Test
    void aChangedHeaderRebuildsWhoIncludesItAndKeepsWhatDiffers() throws IOException {
        kernel.addFolderMakefile();
        treeBefore = kernel.contents();
        PatchedSources sources = patches(CHANGE_INLINE);
        BuiltObjects built = built(sources);

        assertThat(built.objects())
                .extracting(BuiltObject::name, BuiltObject::parent)
                .containsExactly(tuple("fs/inlining.o", KernelObject.VMLINUX));
        assertThat(built.built()).isEqualTo(1);
        assertThat(compilations("fs/including.o")).isZero();
        assertThat(build.told)
                .containsOnlyOnce("The patch can reach 2 objects of 1 kernel object: vmlinux 2")
                .contains("Of 2 objects that the headers reach, 1 uses nothing of what changes there.")
                .anyMatch(line -> line.startsWith("Built 1 object twice (0 of the originals from the cache)"));
        assertThat(diff(sources).functionsByParent()).isEqualTo(Map.of(KernelObject.VMLINUX, List.of("inlining")));
        assertThat(kernel.contents()).isEqualTo(treeBefore);
    }

    @Test
    void theSecondPatchOfAHeaderAsksNobodyAndCompilesHalf() throws IOException {
        kernel.addFolderMakefile();
        built(patches(CHANGE_INLINE));
        long calls = makeCalls();

        BuiltObjects second = built(patches(CHANGE_INLINE.replace("a + 2", "a + 3")));

        assertThat(second.originalsBuilt()).isZero();
        assertThat(makeCalls() - calls)
                .as("the preprocessor for the patched source, and the compiler")
                .isEqualTo(2);
    }

    @Test
    void aHeaderThatNoObjectIncludesIsRefusedForThat() throws IOException {
        kernel.addFolderMakefile();
        Files.writeString(kernel.tree().resolve("include/unused.h"), "int unused_one;\n");

        assertThatThrownBy(() -> built(patches("""
                --- a/include/unused.h
                +++ b/include/unused.h
                @@ -1 +1 @@
                -int unused_one;
                +int unused_two;
                """)))
                .hasMessageContaining("KP403 include/unused.h")
                .hasMessageContaining("No object of the target's configuration is made of this file");
    }

    @Test
    void aFileThatTheTargetDoesNotBuildIsPassedOverBesideOthers() throws IOException {
        kernel.addFolderMakefile();
        Files.writeString(kernel.tree().resolve("include/unused.h"), "int unused_one;\n");

        BuiltObjects built = built(patches(CHANGE_INLINE, """
                --- a/include/unused.h
                +++ b/include/unused.h
                @@ -1 +1 @@
                -int unused_one;
                +int unused_two;
                """));

        assertThat(built.objects()).extracting(BuiltObject::name).containsExactly("fs/inlining.o");
        assertThat(build.warned).anyMatch(line -> line.contains("KP317 include/unused.h"));
    }

    /** A header with a structure, an object that uses it and one that only includes it. */
    private void addStructure() throws IOException {
        kernel.addFolderMakefile();
        Files.writeString(
                kernel.tree().resolve("include/toy.h"),
                "#define TOY_LENGTH 4\nstruct toy { int x; long y; char name[TOY_LENGTH]; };\nint toy_use(struct toy *);\n");
        Files.writeString(
                kernel.tree().resolve("fs/inlining.c"),
                "#include <toy.h>\nint inlining(int a)\n{\n\treturn a * sizeof(struct toy);\n}\n");
    }

    private static String changeHeader(String line, String... changed) {
        int at = line.startsWith("#") ? 1 : line.startsWith("struct") ? 2 : 3;
        return "--- a/include/toy.h\n+++ b/include/toy.h\n@@ -%d +%d,%d @@\n-%s\n+%s\n"
                .formatted(at, at, changed.length, line, String.join("\n+", changed));
    }

    private static final String STRUCTURE = "struct toy { int x; long y; char name[TOY_LENGTH]; };";
    private static final String CHANGE_USER = """
            --- a/fs/inlining.c
            +++ b/fs/inlining.c
            @@ -3 +3 @@
             {
            -	return a * sizeof(struct toy);
            +	return a + sizeof(struct toy);
            """.replace("@@ -3 +3 @@", "@@ -3,2 +3,2 @@");

    @Test
    void aChangedLayoutIsRefusedWithTheWayAround() throws IOException {
        addStructure();

        assertThatThrownBy(() -> built(patches(
                        changeHeader(STRUCTURE, "struct toy { int x; int more; long y; char name[TOY_LENGTH]; };"),
                        CHANGE_USER)))
                .hasMessageContaining("KP315 struct toy: ")
                .hasMessageContaining("member more added at offset 4 (int)")
                .hasMessageContaining("Changed code in fs/inlining.o knows it")
                .hasMessageContaining("up to 1 can know it")
                .hasMessageContaining("klp_shadow_get_or_alloc(toy, KPATCH_TOY_MORE, sizeof(int), ")
                .hasMessageContaining("KPATCH_ALLOW_LAYOUT(struct toy);");
        assertThat(compilations("fs/including.o")).as("needed for the verdict").isZero();
    }

    @Test
    void aTypeThatOnlyOthersKnewIsRefusedWhereItsDefinitionChanges() throws IOException {
        addStructure();

        assertThatThrownBy(() -> built(patches(
                        changeHeader(STRUCTURE, "struct toy { int x; int more; long y; char name[TOY_LENGTH]; };"),
                        """
                --- a/fs/one.c
                +++ b/fs/one.c
                @@ -1,5 +1,6 @@
                +#include <toy.h>
                 int one_value = 1;
                 int one(int a)
                 {
                -	return a + one_value;
                +	return a + one_value + ((struct toy *)0)->more;
                 }
                """)))
                .hasMessageContaining("KP315 struct toy: ")
                .hasMessageContaining("fs/one.o did not know it before");
    }

    @Test
    void aMacroThatShapesATypeElsewhereIsRefused() throws IOException {
        addStructure();

        assertThatThrownBy(() -> built(patches(changeHeader("#define TOY_LENGTH 4", "#define TOY_LENGTH 9"))))
                .hasMessageContaining("KP315 struct toy: ")
                .hasMessageContaining("member name char[4] -> char[9]");
    }

    @Test
    void declarationsThatMoveNothingPass() throws IOException {
        addStructure();

        BuiltObjects built = built(patches(
                changeHeader("#define TOY_LENGTH 4", "#define TOY_LENGTH (2 + 2)", "#define TOY_MORE 1"), CHANGE_USER));

        assertThat(built.layouts()).isEmpty();
        assertThat(built.objects()).extracting(BuiltObject::name).containsExactly("fs/inlining.o");
        assertThat(compilations("fs/inlining.o")).isEqualTo(4);
        assertThat(compilations("fs/including.o")).isEqualTo(2);
    }

    @Test
    void whatTouchesNoDeclarationIsCompiledOnceOnEachSide() throws IOException {
        addStructure();
        built(patches(CHANGE_USER));

        assertThat(compilations("fs/inlining.o")).isEqualTo(2);
        assertThat(build.ran).noneMatch(command -> command.contains("KPATCH_LAYOUTS"));
    }

    @Test
    void theAuthorAcceptsALayoutByName() throws IOException {
        addStructure();
        Path headers = Files.createDirectories(kernel.tree().resolve("include/linux"));
        for (String header : List.of("compiler.h", "livepatch.h", "printk.h")) {
            Files.writeString(headers.resolve(header), "");
        }
        String accepting = """
                --- a/fs/inlining.c
                +++ b/fs/inlining.c
                @@ -1,5 +1,9 @@
                 #include <toy.h>
                +struct klp_object;
                +#include "kpatch-macros.h"
                +KPATCH_ALLOW_LAYOUT(struct toy);
                +KPATCH_ALLOW_LAYOUT(struct  other);
                 int inlining(int a)
                 {
                -	return a * sizeof(struct toy);
                +	return a + sizeof(struct toy);
                 }
                """;
        PatchedSources sources =
                patches(changeHeader(STRUCTURE, "struct toy { int x; int more; long y; char name[4]; };"), accepting);
        DiffedObjects diffed = diff(sources);

        assertThat(diffed.layouts()).containsExactly("struct toy");
        assertThat(build.warned)
                .contains("The author accepts the changed layout of struct toy.")
                .anyMatch(line -> line.startsWith("KPATCH_ALLOW_LAYOUT(struct other) accepts nothing"));
        BuiltObject object = built(sources).objects().get(0);
        assertThat(ElfReader.read("patched", build.context().workspace().read(object.patched()))
                        .sections())
                .noneMatch(section ->
                        section.name().contains("layout") || section.name().contains("debug"));
    }

    private long compilations(String object) {
        return build.ran.stream()
                .filter(command -> command.startsWith("make ") && command.contains(" " + object))
                .count();
    }

    @Test
    void offsetsThatAssemblyWasBuiltWithMayNotChange() throws IOException {
        kernel.addFolderMakefile();
        kernel.addOffsets();
        treeBefore = kernel.contents();

        assertThat(built(patches(CHANGE_INLINE)).objects()).hasSize(1);
        assertThatThrownBy(() -> built(patches(CHANGE_INLINE
                        .replace("+\treturn a + 2;", "+\treturn a + 2;\n+\t/* 9 */")
                        .replace("@@ -1,4 +1,4 @@", "@@ -1,4 +1,5 @@"))))
                .hasMessageContaining("KP316 kernel/bounds.s")
                .hasMessageContaining("->LINES 5");
        assertThat(kernel.contents()).isEqualTo(treeBefore);
    }

    @Test
    void anExportWhoseTypeChangesIsRefused() throws IOException {
        PatchedSources sources = patches("""
                --- a/fs/two.c
                +++ b/fs/two.c
                @@ -1,4 +1,4 @@
                -int toy_export(int a) /* EXPORTED */
                +int toy_export(int a, int b) /* EXPORTED */
                 {
                -	return a * 2;
                +	return a * b;
                 }
                """);

        assertThatThrownBy(() -> built(sources))
                .hasMessageContaining("KP417 fs/two.o")
                .hasMessageContaining("toy_export from 0x00000002 to 0x00000003");
    }

    @Test
    void sourceWhoseExportsAreNotTheTargetsIsRefused() throws IOException {
        PreparedKernel other = kernel.withExports("0x00000009\ttoy_export\tvmlinux\tEXPORT_SYMBOL\t\n");
        PatchedSources sources = patches("""
                --- a/fs/two.c
                +++ b/fs/two.c
                @@ -1,4 +1,4 @@
                 int toy_export(int a) /* EXPORTED */
                 {
                -	return a * 2;
                +	return a * 7;
                 }
                """);

        assertThatThrownBy(() -> BuildObjects.run(other, sources, DebugFacts.none(build.context()), build.context()))
                .hasMessageContaining("KP504 fs/two.o")
                .hasMessageContaining("0x00000009");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "my project", "a:b", "a`touch pwned`b", "a$(touch pwned)b", "it's", "a\"b", "a$b", "a#b", "a(b",
                        "a;touch pwned",
                "a&b", "a%b", "a*b", "a\\b", "a=b", "a|b", "a<b", "~a", "a\nb", "\u00e4"
            })
    void aProjectIsBuiltInAFolderOfAnyName(String name) throws IOException {
        assumeTrue(
                Charset.forName(System.getProperty("sun.jnu.encoding"))
                        .newEncoder()
                        .canEncode(name),
                "files cannot be called so in this locale: " + name);
        folder = Files.createDirectory(folder.resolve(name));
        build = new TestBuild(folder);

        assertThat(diff(patches(CHANGE_ONE)).compared()).isEqualTo(1);
        assertThat(build.ran).filteredOn(command -> command.startsWith("make ")).isNotEmpty();
        try (Stream<Path> files = Files.walk(folder.getParent())) {
            assertThat(files).noneMatch(file -> file.endsWith("pwned"));
        }
    }

    @Test
    void whatWasChangedByHandIsMadeAgainAndNeverBelieved() throws IOException {
        DiffedObjects before = diff(patches(CHANGE_ONE));
        BuiltObject object = built(patches(CHANGE_ONE)).objects().get(0);
        PatchedSource source = patches(CHANGE_ONE).files().get(0);

        for (KeptFile kept : List.of(
                source.corrected(),
                source.patched(),
                object.original(),
                object.patched(),
                before.changed().get(0).intermediate())) {
            build = new TestBuild(folder);
            Files.write(file(kept), new byte[] {0}, StandardOpenOption.APPEND);

            assertThat(diff(patches(CHANGE_ONE))).isEqualTo(before);
            assertThat(build.warned)
                    .singleElement()
                    .asString()
                    .contains(file(kept).toString(), "made again");
            assertThat(build.context().workspace().holds(kept)).isTrue();
        }
    }

    @Test
    void aCopyOfAProjectBuildsWhatItHoldsItself() throws IOException {
        DiffedObjects first = diff(patches(CHANGE_ONE));
        Path original = folder;
        Path copy = Files.createDirectory(folder.resolve("copy"));
        NativeTools.run(original, "cp", "-a", "work", "patches", "copy");
        // The original goes on with another patch; the copy's own records and files must not follow.
        diff(patches(CHANGE_ONE.replace("* 3", "* 4")));
        folder = copy;
        build = new TestBuild(folder);

        DiffedObjects copied = diff(patches(CHANGE_ONE));

        assertThat(copied).isEqualTo(first);
        assertThat(build.told).allMatch(line -> !line.contains(" in ") || line.contains("(nothing changed)"));
        assertThat(file(copied.changed().get(0).intermediate())).startsWith(copy);
        assertThat(build.context().workspace().holds(copied.changed().get(0).intermediate()))
                .isTrue();
    }

    @Test
    void anotherSymbolTableOfTheSameReleaseIsAnotherKernel() throws IOException {
        long before = position(diff(patches(CHANGE_ONE)));
        PreparedKernel other = kernel.withNamesake();

        PatchedSources sources = CheckSeries.run(other, folder.resolve("patches"), 2, build.context());
        BuiltObjects built = BuildObjects.run(other, sources, DebugFacts.none(build.context()), build.context());
        DiffedObjects after = DiffObjects.run(
                other, built, DebugFacts.none(build.context()), DiffObjects.Detail.NONE, build.context());

        assertThat(position(after)).isNotEqualTo(before);
    }

    /** Which of the functions of its name the changed one is. */
    private long position(DiffedObjects diffed) throws IOException {
        Path file = file(diffed.changed().get(0).intermediate());
        return IntermediateReader.read(
                        file.toString(),
                        ElfReader.read(file.toString(), Files.readAllBytes(file)),
                        Architectures.ALL.get(0).absolute64())
                .functions()
                .get(0)
                .sympos();
    }

    private Path cached(String name) throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("cache"))) {
            return files.filter(file -> file.endsWith(name)).findFirst().orElseThrow();
        }
    }

    @Test
    void anOriginalInTheCacheThatIsCutShortIsBuiltAgain() throws IOException {
        damagedOriginalIsBuiltAgain(() -> {
            try (FileChannel object = FileChannel.open(cached("one.o"), StandardOpenOption.WRITE)) {
                object.truncate(object.size() / 2);
            }
        });
    }

    @Test
    void anOriginalInTheCacheThatLostItsRecordIsBuiltAgain() throws IOException {
        damagedOriginalIsBuiltAgain(() -> Files.delete(cached(".one.o.cmd")));
    }

    @Test
    void anOriginalInTheCacheWhoseRecordIsAnotherIsBuiltAgain() throws IOException {
        damagedOriginalIsBuiltAgain(() -> Files.writeString(cached(".one.o.cmd"), "#\n", StandardOpenOption.APPEND));
    }

    private interface Damage {
        void run() throws IOException;
    }

    private void damagedOriginalIsBuiltAgain(Damage damage) throws IOException {
        BuiltObjects first = built(patches(CHANGE_ONE));
        Folders.delete(folder.resolve("work"));
        damage.run();

        BuiltObjects again = built(patches(CHANGE_ONE));

        assertThat(again).isEqualTo(first);
        assertThat(again.originalsBuilt()).isEqualTo(1);
        assertThat(build.warned).singleElement().asString().contains("fs/one.o", "damaged");
        Folders.delete(folder.resolve("work"));
        assertThat(built(patches(CHANGE_ONE)).originalsBuilt()).isZero();
    }
}
