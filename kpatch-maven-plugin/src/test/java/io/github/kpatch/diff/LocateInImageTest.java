package io.github.kpatch.diff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kpatch.debuginfo.StructSizes;
import io.github.kpatch.elf.ByteSource;
import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.ElfReader;
import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.kernel.ModuleSymvers;
import io.github.kpatch.kernel.TableSetup;
import io.github.kpatch.kernelimage.LinkedObject;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.testing.KernelFlags;
import io.github.kpatch.testing.NativeTools;
import io.github.kpatch.testing.ToyVmlinux;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two files with functions and variables of the same names, linked as a kernel is, which compiles without a section for
 * each function, and stripped as a kernel is; then a patch of one of them.
 */
class LocateInImageTest {
    private static final String FIRST = """
            static int state[4];
            static __attribute__((noinline)) int show(int x) { state[x & 3]++; return x * 3; }
            int first(int x) { return show(x) + 1; }
            int also(int x) { return x + 5; }
            int too(int x) { return x + 6; }
            """;
    private static final String SECOND = """
            static long state[8];
            static __attribute__((noinline)) int show(int x) { state[x & 7] += 2; return x * 5; }
            static __attribute__((noinline)) int other(int x) { return show(x + 1) * 9; }
            int second(int x) { return show(x) + other(x) + 1; }
            """;
    private static final String THIRD = """
            int state;
            int third(int x) { return state += x; }
            """;

    private static final List<String> UNLIKE_OBJECTS = List.of("-fno-function-sections", "-fno-data-sections");

    @TempDir
    private Path folder;

    private Path compile(String name, String source, List<String> more) {
        List<String> flags = new ArrayList<>(KernelFlags.CODE);
        flags.addAll(KernelFlags.FTRACE);
        flags.addAll(more);
        return NativeTools.compile(folder, name, source, flags.toArray(String[]::new));
    }

    private LinkedObject kernel(String... sources) {
        return LinkedObject.kernel(
                ElfFile.open(ByteSource.of("vmlinux", NativeTools.bytes(ToyVmlinux.link(folder, shipped(sources))))));
    }

    private LinkedObject module(String... sources) {
        NativeTools.run(
                folder,
                Stream.concat(Stream.of("ld", "-r", "-o", "module.ko"), Stream.of(shipped(sources)))
                        .toArray(String[]::new));
        NativeTools.run(folder, "strip", "--strip-debug", "module.ko");
        assertThat(NativeTools.run(folder, "readelf", "-sW", "module.ko").out()).doesNotContain(" FILE ");
        return LinkedObject.module(
                ElfFile.open(ByteSource.of("module.ko", NativeTools.bytes(folder.resolve("module.ko")))));
    }

    /** The sources as the kernel's own build compiles them. */
    private String[] shipped(String... sources) {
        String[] objects = new String[sources.length];
        for (int i = 0; i < sources.length; i++) {
            objects[i] = compile("shipped" + i, sources[i], UNLIKE_OBJECTS)
                    .getFileName()
                    .toString();
        }
        return objects;
    }

    private ElfObject object(String source) {
        return ElfReader.read("unit.o", NativeTools.bytes(compile("unit", source, List.of())));
    }

    private Output patched(String parent, LinkedObject linked, String source, String from, String to) {
        DiffTarget target = new DiffTarget(
                KernelObject.named(parent),
                linked,
                ModuleSymvers.parse(
                        "Module.symvers",
                        "0x00000000\t__fentry__\tvmlinux\tEXPORT_SYMBOL\t\n".getBytes(StandardCharsets.ISO_8859_1)),
                StructSizes.of(Map.of()),
                TableSetup.BY_LOADER,
                Optional.empty());
        DiffOutcome outcome =
                DiffObject.run(new ObjectPair("unit.o", object(source), object(source.replace(from, to))), target);
        assertThat(outcome).isInstanceOf(DiffOutcome.Changed.class);
        return new Output((DiffOutcome.Changed) outcome);
    }

    private static void refused(org.assertj.core.api.ThrowableAssert.ThrowingCallable run, String... texts) {
        assertThatThrownBy(run).isInstanceOf(ProblemException.class).hasMessageContainingAll(texts);
    }

    @Test
    void referencesTellNamesakesApart() {
        for (List<String> order : List.of(List.of(FIRST, THIRD, SECOND), List.of(SECOND, THIRD, FIRST))) {
            LinkedObject kernel = kernel(order.toArray(String[]::new));
            long ofFirst = order.get(0).equals(FIRST) ? 1 : 2;
            Output first = patched("vmlinux", kernel, FIRST, "x * 3", "x * 7");
            Output second = patched("vmlinux", kernel, SECOND, "x * 5", "x * 7");

            assertThat(first.tables().functions().get(0).sympos()).isEqualTo(ofFirst);
            assertThat(second.tables().functions().get(0).sympos()).isEqualTo(3 - ofFirst);
            assertThat(second.tables().functions().get(0).oldSize())
                    .as("the table of a kernel has no sizes; the object's is used")
                    .isPositive();
            assertThat(first.klp()).hasSize(1).doesNotContainAnyElementsOf(second.klp());
        }
    }

    @Test
    void theSameHoldsInAModule() {
        LinkedObject module = module(FIRST, THIRD, SECOND);

        assertThat(patched("some", module, FIRST, "x * 3", "x * 7")
                        .tables()
                        .functions()
                        .get(0)
                        .sympos())
                .isEqualTo(1);
        Output second = patched("some", module, SECOND, "* 9", "* 11");
        assertThat(second.functions()).containsExactly("other");
        assertThat(second.klp()).containsExactly(".text.other: some.show,2");
    }

    private static final String UNREFERRED = """
            static __attribute__((used, noinline)) int hook(int x) { return x * 3; }
            int %s(int x) { return x + 1; }
            """;

    @Test
    void namesakesThatNothingRefersToAreRefused() {
        LinkedObject kernel = kernel(UNREFERRED.formatted("first"), UNREFERRED.formatted("second"));
        String source = UNREFERRED.formatted("second");

        refused(() -> patched("vmlinux", kernel, source, "x * 3", "x * 7"), "KP229", "hook", "2 symbols");
        assertThat(patched("vmlinux", kernel, source, "x + 1", "x + 2").functions())
                .as("what the patch does not need does not matter")
                .containsExactly("second");
    }

    @Test
    void theOnlyOneOfItsNameIsBelievedWhereItIsTheSame() {
        LinkedObject kernel = kernel(UNREFERRED.formatted("first"), THIRD);
        assertThat(patched("vmlinux", kernel, UNREFERRED.formatted("first"), "x * 3", "x * 7")
                        .functions())
                .containsExactly("hook");

        LinkedObject other = kernel(UNREFERRED.formatted("first").replace("x * 3", "x * 1000"), THIRD);
        refused(
                () -> patched("vmlinux", other, UNREFERRED.formatted("first"), "x * 3", "x * 7"),
                "KP229",
                "hook",
                "1 symbols");
    }

    /** In the kernel the compiler had put the helper into its caller; the only one of its name is another file's. */
    @Test
    void aNamesakeIsNotTakenForWhatTheKernelDoesNotHave() {
        String inlined = FIRST.replace("noinline", "always_inline");
        LinkedObject kernel = kernel(inlined, SECOND);

        refused(() -> patched("vmlinux", kernel, FIRST, "x * 3", "x * 7"), "KP229", "show");
    }

    @Test
    void anotherSourceIsNotTakenForThisOne() {
        refused(() -> patched("vmlinux", kernel(SECOND, THIRD), FIRST, "x * 3", "x * 7"), "KP403", "it lacks also");
        String unlike = FIRST.replace("x + ", "x * 1000 - ").replace("show(x) + 1", "show(x * 11)");
        refused(
                () -> patched("vmlinux", kernel(unlike, THIRD), FIRST, "x * 3", "x * 7"),
                "KP403",
                "only 0 are the same");
    }
}
