package io.github.kpatch.diff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.ElfObjectBuilder;
import io.github.kpatch.elf.ElfReader;
import io.github.kpatch.elf.ElfWriter;
import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.Section;
import io.github.kpatch.elf.SectionData;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.SectionLink;
import io.github.kpatch.elf.SectionType;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolBinding;
import io.github.kpatch.elf.SymbolHome;
import io.github.kpatch.elf.SymbolId;
import io.github.kpatch.elf.SymbolType;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Damaged objects end in a coded problem or in an answer, never in anything else. */
class MalformedObjectsTest {
    private static final String SOURCE = """
            #define BUG(line) asm volatile("1: ud2\\n.pushsection __bug_table,\\"aw\\"\\n" \\
                "2: .long 1b - ., 0\\n.word " #line ", 0\\n.popsection")
            int printk(const char *, ...);
            static int table[4] = {1, 2, 3};
            __attribute__((cold)) void warn(int);
            static __attribute__((noinline)) int local(int x) { static int count; BUG(7); return count += table[x & 3]; }
            int f(int x) { if (x > 4) { warn(x); return printk("many %d", x); } return local(x) + 1; }
            int (*pointer)(int) = f;
            """;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void anyBytesMayBeWrong(int seed) {
        Scenario scenario = Scenario.of(SOURCE, SOURCE.replace("+ 1", "+ 2"));
        byte[] original = ElfWriter.write(scenario.compileOriginal());
        byte[] patched = ElfWriter.write(scenario.compilePatched());
        DiffTarget target = scenario.target(ElfReader.read("original", original));
        Random random = new Random(seed);
        for (int round = 0; round < 400; round++) {
            byte[] damaged = patched.clone();
            for (int i = random.nextInt(3); i >= 0; i--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            Throwable thrown = catchThrowable(() -> compare(original, damaged, target));
            assertThat(thrown)
                    .as("seed %d, round %d", seed, round)
                    .satisfiesAnyOf(
                            none -> assertThat(none).isNull(),
                            problem -> assertThat(problem).isInstanceOf(ProblemException.class));
        }
    }

    private static void compare(byte[] original, byte[] patched, DiffTarget target) {
        ObjectPair pair =
                new ObjectPair("unit.o", ElfReader.read("original", original), ElfReader.read("patched", patched));
        if (DiffObject.run(pair, target) instanceof DiffOutcome.Changed changed) {
            ElfObject output = changed.output();
            assertThat(ElfReader.read("output", ElfWriter.write(output))).isEqualTo(output);
        }
    }

    @ParameterizedTest
    @CsvSource({"4, 1, 0, .text", "3, 0, 16, .text", "3, 0, 0, .rela.text.f"})
    void symbolsThatNoCompilerMakes(int type, int binding, long value, String home) {
        String source = "int g(int); int f(int x) { return g(x); }";
        Scenario.of(source, source)
                .editPatched(object -> ElfObjectBuilder.from(object)
                        .replace(
                                new SymbolId(2),
                                new Symbol(
                                        "odd",
                                        new SymbolType(type),
                                        new SymbolBinding(binding),
                                        0,
                                        value,
                                        0,
                                        new SymbolHome.InSection(
                                                object.sectionNamed(home).orElseThrow())))
                        .build())
                .assertError(ProblemCode.OBJECT_UNSUPPORTED);
    }

    @Test
    void groupByTheNameOfLiterals() {
        String source = "int f(int x) { return x; }";
        Scenario.of(source, source.replace("x;", "x + 1;"))
                .editOriginal(MalformedObjectsTest::withGroupOfLiterals)
                .editPatched(MalformedObjectsTest::withGroupOfLiterals)
                .assertError(ProblemCode.OBJECT_INVALID);
    }

    private static ElfObject withGroupOfLiterals(ElfObject object) {
        SectionData group = new SectionData.Group(new SymbolId(1), 0, List.of());
        ElfObjectBuilder builder = ElfObjectBuilder.from(object);
        builder.add(new Section(".rodata.str1.1", SectionType.GROUP, 0, 0, 4, 4, SectionLink.NONE, group));
        return builder.build();
    }

    /** The entries of one of them would be lost. */
    @Test
    void twoRelocationSectionsForOneSection() {
        String source = "int g(int); int f(int x) { return g(x); }";
        Scenario.of(source, source.replace("g(x)", "g(x) + 1"))
                .editPatched(MalformedObjectsTest::withMoreRelocations)
                .assertError(ProblemCode.OBJECT_UNSUPPORTED);
    }

    private static ElfObject withMoreRelocations(ElfObject object) {
        SectionId code = object.sectionNamed(".text.f").orElseThrow();
        SectionData more = new SectionData.Relocations(code, List.of());
        ElfObjectBuilder builder = ElfObjectBuilder.from(object);
        builder.add(new Section(".rela.more", SectionType.RELA, 0, 0, 24, 8, SectionLink.NONE, more));
        return builder.build();
    }

    /** One after the other, which no comparison of each by itself sees. */
    @ParameterizedTest
    @ValueSource(longs = {0, 3})
    void twoRelocationsOfOneField(long behind) {
        String source = "int g(int), h(int); int f(int x) { return g(x) + 1; } int e(int x) { return h(x); }";
        Scenario.of(source, source)
                .editOriginal(object -> withTwiceFilledField(object, behind))
                .editPatched(object -> withTwiceFilledField(object, behind))
                .assertError(ProblemCode.OBJECT_UNSUPPORTED);
    }

    private static ElfObject withTwiceFilledField(ElfObject object, long behind) {
        SectionId id = object.relocationSectionOf(object.sectionNamed(".text.f").orElseThrow())
                .orElseThrow();
        SectionData.Relocations all =
                (SectionData.Relocations) object.section(id).data();
        Relocation last = all.entries().get(all.entries().size() - 1);
        List<Relocation> entries = new ArrayList<>(all.entries());
        entries.add(new Relocation(last.offset() + behind, last.type(), last.symbol(), last.addend()));
        return ElfObjectBuilder.from(object)
                .replace(id, object.section(id).with(new SectionData.Relocations(all.target(), entries)))
                .build();
    }

    @Test
    void codeThatRefersToWhatIsNotLoaded() {
        String source = "asm(\".pushsection .comment\\nnote: .byte 0\\n.popsection\");"
                + " long f(void) { long x; asm(\"movq note(%%rip), %0\" : \"=r\"(x)); return x; }";
        Scenario.of(source, source).assertError(ProblemCode.OBJECT_UNSUPPORTED);
    }

    /** The patched object's then goes by that name as well. */
    @Test
    void callSiteUnderAnotherName() {
        String source = "int g(int); int f(int x) { return g(x) + 1; }";
        Scenario.of(source, source + " int fresh(int x) { return x; }")
                .editOriginal(object -> new ElfObject(
                        object.header(),
                        object.sections(),
                        object.symbols().stream()
                                .map(symbol ->
                                        symbol.name().equals("__fentry__") ? symbol.withName("__fentry__.0") : symbol)
                                .toList()))
                .assertError(ProblemCode.OBJECT_INVALID);
    }

    /** The linker would refuse it, and a name says nothing of two symbols. */
    @Test
    void twoGlobalSymbolsOfOneName() {
        String source = "int f(int x) { return x; } int g(int x) { return x + 1; }";
        Scenario.of(source, source.replace("+ 1", "+ 2"))
                .editPatched(object -> new ElfObject(
                        object.header(),
                        object.sections(),
                        object.symbols().stream()
                                .map(symbol -> symbol.name().equals("f") ? symbol.withName("g") : symbol)
                                .toList()))
                .assertError(ProblemCode.OBJECT_UNSUPPORTED);
    }

    /** A relocation that fills nothing only keeps what it refers to. */
    @Test
    void aFieldMayBeMarkedBesides() {
        String source =
                "int g(int); int f(int x) { asm(\".reloc 1f, R_X86_64_NONE, g\\n1: call g\"); return g(x) + 1; }";
        Scenario.of(source, source).assertUnchanged();
        Scenario.of(source, source.replace("+ 1", "+ 2")).changed().changes("f");
    }

    /** Rules for data would take a change of it for none. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                ".rodata.f",
                ".data..once",
                ".modinfo",
                ".debug_x",
                "__mcount_loc",
                "__bug_table",
                "__ksymtab+f",
                "__tracepoints"
            })
    void codeUnderTheNameOfData(String section) {
        String source = "asm(\".pushsection " + section
                + ",\\\"ax\\\"\\n.type f, @function\\nf: nop\\nret\\n.size f, .-f\\n.popsection\");";
        Scenario.of(source, source).assertError(ProblemCode.OBJECT_UNSUPPORTED);
    }

    /** Neither a rule for code nor one for data would be about it, and its change would be none. */
    @ParameterizedTest
    @CsvSource({".text.f, 6, 6", ".text.f, 8, 6", ".text.f, 1, 4", ".data.v, 6, 3", ".rodata.c, 0x70000002, 2"})
    void sectionsOfTypesThatNoCompilerGives(String section, String type, long flags) {
        String source = "int v = 3; const int c = 4; int f(int x) { return x + 1; }";
        Scenario.of(source, source.replace("+ 1", "+ 2"))
                .editOriginal(object -> typed(object, section, Integer.decode(type), flags))
                .editPatched(object -> typed(object, section, Integer.decode(type), flags))
                .assertError(ProblemCode.OBJECT_UNSUPPORTED);
    }

    private static ElfObject typed(ElfObject object, String name, int type, long flags) {
        SectionId id = object.sectionNamed(name).orElseThrow();
        Section old = object.section(id);
        return ElfObjectBuilder.from(object)
                .replace(
                        id,
                        new Section(
                                name,
                                new SectionType(type),
                                flags,
                                old.address(),
                                old.alignment(),
                                old.entrySize(),
                                old.link(),
                                old.data()))
                .build();
    }

    @Test
    void codeThatIsDiscardedIsTheCompilersOwn() {
        String source = "asm(\".pushsection .discard.text,\\\"ax\\\"\\nret\\n.popsection\");";
        Scenario.of(source, source).assertUnchanged();
    }

    /** As if the linker could store a pointer where the file has no bytes. */
    @Test
    void relocationsOfASectionWithoutBytes() {
        String source = "extern int outside; int f(int x) { return x + outside; }";
        Scenario.of(source, source + "\nint *fresh = &outside;")
                .entry("ffffffff82000000 4 OBJECT GLOBAL outside")
                .editPatched(MalformedObjectsTest::withoutBytes)
                .assertError(ProblemCode.OBJECT_INVALID);
    }

    private static ElfObject withoutBytes(ElfObject object) {
        SectionId id = object.sectionNamed(".data.fresh").orElseThrow();
        Section section = object.section(id);
        return ElfObjectBuilder.from(object)
                .replace(
                        id,
                        new Section(
                                section.name(),
                                SectionType.NOBITS,
                                section.flags(),
                                section.address(),
                                section.alignment(),
                                section.entrySize(),
                                section.link(),
                                new SectionData.NoBits(8)))
                .build();
    }
}
