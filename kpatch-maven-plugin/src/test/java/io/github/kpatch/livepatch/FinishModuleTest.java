package io.github.kpatch.livepatch;

import static io.github.kpatch.livepatch.ModuleFolder.ABS32S;
import static io.github.kpatch.livepatch.ModuleFolder.ABS64;
import static io.github.kpatch.livepatch.ModuleFolder.MODERN;
import static io.github.kpatch.livepatch.ModuleFolder.X86;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.kpatch.debuginfo.StructSizes;
import io.github.kpatch.elf.Bytes;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.ElfObjectBuilder;
import io.github.kpatch.elf.ElfReader;
import io.github.kpatch.elf.ElfWriter;
import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.Section;
import io.github.kpatch.elf.SectionData;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolBinding;
import io.github.kpatch.elf.SymbolHome;
import io.github.kpatch.elf.SymbolType;
import io.github.kpatch.intermediate.ArchSection;
import io.github.kpatch.intermediate.IntermediateTables;
import io.github.kpatch.intermediate.IntermediateWriter;
import io.github.kpatch.intermediate.KlpRelocation;
import io.github.kpatch.intermediate.KlpSymbol;
import io.github.kpatch.kernel.KernelRelease;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.testing.NativeTools;
import io.github.kpatch.testing.Row;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FinishModuleTest {
    private static final KernelRelease RELEASE = new KernelRelease("6.1.0-56-amd64");

    @TempDir
    Path folder;

    private ModuleFolder module;

    @BeforeEach
    void setUp() {
        module = new ModuleFolder(folder);
    }

    private byte[] linked() {
        return NativeTools.bytes(module.link(
                ModuleFolder.description("x", true),
                MODERN,
                List.of(
                        module.unit("first", 11, "vmlinux", "vmlinux", true),
                        module.unit("second", 22, "some_mod", "some_mod", false),
                        module.unit("third", 33, "vmlinux", "vmlinux", false))));
    }

    @Test
    @Row("100")
    void makesKlpSymbolsAndRelocations() throws Exception {
        byte[] finished = FinishModule.finish("x.ko", linked(), RELEASE, X86, sizes(0));
        Path file = Files.write(folder.resolve("x.ko"), finished);

        String sections =
                NativeTools.run(folder, "readelf", "-SW", file.toString()).out();
        // Name, type, size of one relocation, and flags, in which o is SHF_RELA_LIVEPATCH.
        assertThat(sections.lines()
                        .filter(line -> line.contains(".klp."))
                        .map(line -> line.replaceAll(
                                "^ *\\[ *\\d+\\] (\\S+) +(\\S+) +\\S+ \\S+ (\\S+) \\S+ (\\S+) .*", "$1 $2 $3 $4")))
                .containsExactly(
                        ".klp.rela.vmlinux..data.pointer_first RELA 000018 AIo",
                        ".klp.rela.some_mod..data.pointer_second RELA 000018 AIo",
                        ".klp.rela.vmlinux..data.pointer_third RELA 000018 AIo");
        assertThat(sections)
                .doesNotContain(".kpatch.symbols", ".kpatch.relocations")
                .contains(".kpatch.strings");
        assertThat(NativeTools.run(folder, "readelf", "-sW", file.toString())
                        .out()
                        .lines()
                        .filter(line -> line.contains(".klp.sym"))
                        .map(line -> line.replaceAll("^ *\\d+: ", "")))
                .containsExactly(
                        "0000000000000000     0 OBJECT  LOCAL  DEFAULT OS [0xff20] .klp.sym.vmlinux.hidden,2",
                        "0000000000000000     0 OBJECT  LOCAL  DEFAULT OS [0xff20] .klp.sym.some_mod.hidden,2");
        assertThat(NativeTools.run(folder, "readelf", "-rW", file.toString()).out())
                .contains("R_X86_64_32S           0000000000000000 .klp.sym.vmlinux.hidden,2 + 5");
        assertThat(NativeTools.run(folder, "readelf", "-aW", file.toString()).toString())
                .doesNotContain("readelf: Warning", "readelf: Error");
    }

    @Test
    void tablesOfUseAtLoadOnlyAreFreedWithTheInitialisationCode() {
        ElfObject finished = ElfReader.read("x.ko", FinishModule.finish("x.ko", linked(), RELEASE, X86, sizes(0)));

        SectionId functions = finished.sectionNamed(".init.kpatch.funcs").orElseThrow();
        assertThat(finished.section(functions).data().size()).isEqualTo(3 * 56);
        assertThat(finished.relocationsOf(functions)).hasSize(9);
        assertThat(finished.sectionNamed(".init.kpatch.callbacks.pre_patch")).isPresent();
        assertThat(finished.sectionNamed(".kpatch.funcs")).isEmpty();
    }

    @Test
    void sameInputSameBytes() {
        byte[] linked = linked();

        assertThat(FinishModule.finish("x.ko", linked, RELEASE, X86, sizes(0)))
                .isEqualTo(FinishModule.finish("x.ko", linked, RELEASE, X86, sizes(0)));
    }

    @Test
    void sectionsOfOneNameGetTheirOwnRelocations() {
        Path file = NativeTools.compile(folder, "twin", "int a[2] = { 0, 1 }; int b[2] = { 0, 1 };", "-fdata-sections");
        ElfObject object = ElfReader.read("twin.o", NativeTools.bytes(file));
        SectionId a = object.sectionNamed(".data.a").orElseThrow();
        SectionId b = object.sectionNamed(".data.b").orElseThrow();
        Section section = object.section(b);
        ElfObject twins = ElfObjectBuilder.from(object)
                .replace(
                        b,
                        new Section(
                                ".data.a",
                                section.type(),
                                section.flags(),
                                section.address(),
                                section.alignment(),
                                section.entrySize(),
                                section.link(),
                                section.data()))
                .build();
        IntermediateTables tables = new IntermediateTables(
                List.of(),
                List.of(symbol("s", "vmlinux"), symbol("s", "vmlinux")),
                List.of(relocation(a, 0), relocation(b, 1)),
                List.of(),
                List.of());

        ElfObject finished = finish(twins, tables, RELEASE, 0);

        assertThat(finished.sectionsNamed(".klp.rela.vmlinux..data.a"))
                .extracting(id -> finished.section(id).data())
                .extracting(data -> ((SectionData.Relocations) data).target())
                .containsExactly(a, b);
        assertThat(finished.symbolsNamed(".klp.sym.vmlinux.s,1")).hasSize(1);
    }

    private static KlpSymbol symbol(String name, String owner) {
        return new KlpSymbol(name, owner, 0, 1, SymbolBinding.GLOBAL, SymbolType.NOTYPE);
    }

    private static KlpRelocation relocation(SectionId section, int symbol) {
        return new KlpRelocation(section, 0, ABS32S, false, 0, "vmlinux", symbol);
    }

    /** @param paravirt size in bytes of {@code struct paravirt_patch_site}; 0 where the kernel's is not known */
    private static StructSizes sizes(int paravirt) {
        return StructSizes.of(paravirt == 0 ? Map.of() : Map.of("paravirt_patch_site", paravirt));
    }

    private static ElfObject finish(ElfObject object, IntermediateTables tables, KernelRelease release, int size) {
        byte[] linked = ElfWriter.write(IntermediateWriter.add(object, tables, "vmlinux", ABS64));
        return ElfReader.read("x.ko", FinishModule.finish("x.ko", linked, release, X86, sizes(size)));
    }

    @Test
    @Row("102")
    void olderKernelsGetTheirArchSectionsByObject() {
        Path file = NativeTools.compile(folder, "arch", """
                asm(".pushsection .parainstructions, \\"a\\"\\n.quad target\\n.byte 1, 2\\n.popsection\\n"
                    ".section .parainstructions, \\"a\\", unique, 1\\n.quad target + 8\\n.byte 3\\n.text\\n"
                    ".section .altinstructions, \\"a\\"\\n.byte 4\\n.data\\n.globl target\\ntarget: .quad 0");
                """);
        ElfObject object = ElfReader.read("arch.o", NativeTools.bytes(file));
        List<SectionId> paravirt = object.sectionsNamed(".parainstructions");
        SectionId alternatives = object.sectionNamed(".altinstructions").orElseThrow();
        assertThat(paravirt).hasSize(2);
        IntermediateTables tables = new IntermediateTables(
                List.of(),
                List.of(),
                List.of(),
                List.of(
                        new ArchSection(paravirt.get(0), "vmlinux"),
                        new ArchSection(alternatives, "vmlinux"),
                        new ArchSection(paravirt.get(1), "vmlinux")),
                List.of());

        ElfObject finished = finish(object, tables, new KernelRelease("5.4.0-1-amd64"), 16);

        SectionId joined =
                finished.sectionNamed(".klp.arch.vmlinux..parainstructions").orElseThrow();
        Bytes bytes = finished.section(joined).bytes();
        assertThat(bytes.size()).isEqualTo(16 + 9);
        assertThat(List.of(bytes.at(8), bytes.at(9), bytes.at(10), bytes.at(24)))
                .containsExactly(1, 2, 0, 3);
        assertThat(finished.relocationsOf(joined))
                .extracting(Relocation::offset)
                .containsExactly(0L, 16L);
        assertThat(finished.relocationsOf(joined))
                .extracting(Relocation::addend)
                .containsExactly(0L, 8L);
        assertThat(finished.sectionNamed(".klp.arch.vmlinux..altinstructions")).isPresent();
        assertThat(finished.sectionNamed(".parainstructions")).isEmpty();
        assertThat(finished.sectionNamed(".altinstructions")).isEmpty();
    }

    private List<PatchUnit> unitsWithArchSections() {
        return List.of(
                module.unitWithArchSections("first", "vmlinux"),
                module.unitWithArchSections("second", "some_mod"),
                module.unitWithArchSections("third", "vmlinux"));
    }

    @Test
    @Row({"100", "102"})
    void archSectionsStayApartThroughBothLinksOfOlderKernels() {
        KernelRelease old = new KernelRelease("5.4.0-1-amd64");
        byte[] linked = NativeTools.bytes(module.linkTwice(unitsWithArchSections(), LinkerOptions.of(old, X86)));
        assertThat(ElfReader.read("x.ko", linked).sectionsNamed(".parainstructions"))
                .hasSize(3);

        ElfObject finished = ElfReader.read("x.ko", FinishModule.finish("x.ko", linked, old, X86, sizes(16)));

        assertThat(relocated(finished, ".klp.arch.vmlinux..parainstructions")).containsExactly("first@0", "third@16");
        assertThat(relocated(finished, ".klp.arch.some_mod..parainstructions")).containsExactly("second@0");
        assertThat(relocated(finished, ".klp.arch.vmlinux..altinstructions")).containsExactly("first@0", "third@12");
        assertThat(relocated(finished, ".klp.arch.some_mod..altinstructions")).containsExactly("second@0");
        assertThat(finished.sectionNamed(".parainstructions")).isEmpty();
        assertThat(finished.sectionNamed(".altinstructions")).isEmpty();
    }

    /** What each relocation of the section points into, and where it stands. */
    private static List<String> relocated(ElfObject object, String section) {
        return object.relocationsOf(object.sectionNamed(section).orElseThrow()).stream()
                .map(relocation -> object.section(object.symbol(relocation.symbol())
                                        .home()
                                        .section()
                                        .orElseThrow())
                                .name()
                                .replace(".text.", "")
                        + "@" + relocation.offset())
                .toList();
    }

    @Test
    void joinedArchSectionsAreRefused() {
        byte[] linked = NativeTools.bytes(module.linkTwice(unitsWithArchSections(), List.of()));

        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(
                        () -> FinishModule.finish("x.ko", linked, new KernelRelease("5.4.0-1-amd64"), X86, sizes(16)))
                .satisfies(e -> assertThat(e.problems().get(0).code()).isEqualTo(ProblemCode.INTERMEDIATE_INVALID))
                .withMessageContaining("does not refer to the beginning of a section");
    }

    @Test
    void onlyOlderKernelsNeedThemApart() {
        assertThat(LinkerOptions.of(new KernelRelease("5.8.0-1"), X86)).isEmpty();
        assertThat(LinkerOptions.of(RELEASE, X86)).isEmpty();
        assertThat(LinkerOptions.of(new KernelRelease("5.7.19"), X86))
                .containsExactly("--unique=.parainstructions", "--unique=.altinstructions");
        assertThat(LinkerOptions.of(new KernelRelease("4.19.0-27-amd64"), X86)).hasSize(2);
    }

    @Test
    void refusesNamesTheLivepatchCoreWouldCut() {
        ElfObject object = ElfReader.read(
                "o", NativeTools.bytes(NativeTools.compile(folder, "o", "int a[2] = { 0, 1 };", "-fdata-sections")));
        SectionId section = object.sectionNamed(".data.a").orElseThrow();
        KernelRelease old = new KernelRelease("5.10.0-1");

        assertThat(named(object, section, "s".repeat(127), "vmlinux", old)
                        .symbolsNamed(".klp.sym.vmlinux." + "s".repeat(127) + ",1"))
                .hasSize(1);
        refuses(object, section, "s".repeat(128), "vmlinux", old, "takes 127");
        assertThat(named(object, section, "s".repeat(511), "m".repeat(55), RELEASE))
                .isNotNull();
        refuses(object, section, "s".repeat(512), "vmlinux", RELEASE, "takes 511");
        refuses(object, section, "s", "m".repeat(56), RELEASE, "longer than 55");
        refuses(object, section, "s", "a.b", RELEASE, "holds a dot");
        refuses(object, section, "a,b", "vmlinux", RELEASE, "comma");
    }

    private static ElfObject named(
            ElfObject object, SectionId section, String symbol, String owner, KernelRelease release) {
        return finish(
                object,
                new IntermediateTables(
                        List.of(),
                        List.of(symbol(symbol, owner)),
                        List.of(relocation(section, 0)),
                        List.of(),
                        List.of()),
                release,
                0);
    }

    private static void refuses(
            ElfObject object, SectionId section, String symbol, String owner, KernelRelease release, String what) {
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> named(object, section, symbol, owner, release))
                .satisfies(e -> assertThat(e.problems().get(0).code()).isEqualTo(ProblemCode.KLP_NAME_INVALID))
                .withMessageContaining(what);
    }

    @Test
    void refusesWhatRefersToATableThatGoes() {
        ElfObject object = ElfReader.read(
                "o",
                NativeTools.bytes(
                        NativeTools.compile(folder, "o", "int *p[2] = { 0, (int *) 1 };", "-fdata-sections")));
        ElfObject intermediate = IntermediateWriter.add(
                object,
                new IntermediateTables(List.of(), List.of(), List.of(), List.of(), List.of()),
                "vmlinux",
                ABS64);
        SectionId strings = intermediate.sectionNamed(".kpatch.strings").orElseThrow();
        ElfObjectBuilder builder = ElfObjectBuilder.from(intermediate);
        var symbol = builder.add(new Symbol(
                "inside",
                SymbolType.NOTYPE,
                SymbolBinding.LOCAL,
                0,
                0,
                0,
                new SymbolHome.InSection(
                        intermediate.sectionNamed(".kpatch.symbols").orElseThrow())));
        SectionId functions = intermediate.sectionNamed(".kpatch.funcs").orElseThrow();
        SectionId relocations = intermediate.relocationSectionOf(functions).orElseThrow();
        builder.replace(
                relocations,
                intermediate
                        .section(relocations)
                        .with(new SectionData.Relocations(strings, List.of(new Relocation(0, ABS64, symbol, 0)))));
        byte[] linked = ElfWriter.write(builder.build());

        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> FinishModule.finish("x.ko", linked, RELEASE, X86, sizes(0)))
                .satisfies(e -> assertThat(e.problems().get(0).code()).isEqualTo(ProblemCode.INTERMEDIATE_INVALID))
                .withMessageContaining("inside");
    }
}
