package io.github.kpatch.intermediate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.kpatch.elf.Bytes;
import io.github.kpatch.elf.ElfHeader;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.ElfObjectBuilder;
import io.github.kpatch.elf.ElfReader;
import io.github.kpatch.elf.ElfWriter;
import io.github.kpatch.elf.RelocationType;
import io.github.kpatch.elf.Section;
import io.github.kpatch.elf.SectionData;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.SymbolBinding;
import io.github.kpatch.elf.SymbolId;
import io.github.kpatch.elf.SymbolType;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.testing.NativeTools;
import io.github.kpatch.testing.Row;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IntermediateTablesTest {
    private static final RelocationType ABS64 = new RelocationType(1);
    private static final RelocationType PLT32 = new RelocationType(4);

    @TempDir
    Path folder;

    private static ElfObject read(Path file) {
        return ElfReader.read(file.getFileName().toString(), NativeTools.bytes(file));
    }

    private void write(String name, ElfObject object) throws IOException {
        Files.write(folder.resolve(name), ElfWriter.write(object));
    }

    private ElfObject object(String function) {
        return read(NativeTools.compile(
                folder,
                function + "-source",
                "int other(void); int " + function + "(int x) { return other() + x; }\n"
                        + "static int hook(void *o) { return 0; }\n"
                        + "static struct { int (*f)(void *); char *name; } cb"
                        + " __attribute__((used, section(\".kpatch.callbacks.pre_patch\"))) = { hook, 0 };\n",
                "-ffunction-sections",
                "-fdata-sections",
                "-fno-asynchronous-unwind-tables",
                "-fcf-protection=none"));
    }

    private static IntermediateTables tables(ElfObject object, String function, String parent) {
        SymbolId symbol = object.symbolsNamed(function).get(0);
        SectionId text = object.sectionNamed(".text." + function).orElseThrow();
        SectionId callbacks = object.sectionNamed(".kpatch.callbacks.pre_patch").orElseThrow();
        return new IntermediateTables(
                List.of(new PatchedFunction(symbol, 17, 0xffffffff81000010L, 33, 2, function, parent)),
                List.of(
                        new KlpSymbol(
                                "other", "vmlinux", 0xffffffff81234560L, 3, SymbolBinding.GLOBAL, SymbolType.NOTYPE),
                        new KlpSymbol("thing", "some_mod", 0, 0, SymbolBinding.LOCAL, SymbolType.OBJECT)),
                List.of(
                        new KlpRelocation(text, 5, PLT32, false, -4, parent, 0),
                        new KlpRelocation(text, 9, PLT32, true, 0x80000000L, parent, 1)),
                List.of(new ArchSection(text, parent)),
                List.of(new Callback(callbacks, 0, parent)));
    }

    private ElfObject intermediate(String function, String parent) {
        ElfObject object = object(function);
        return IntermediateWriter.add(object, tables(object, function, parent), parent, ABS64);
    }

    @Test
    void whatIsWrittenIsReadBack() {
        ElfObject object = object("fix");
        ElfObject written = ElfReader.read("fix.o", ElfWriter.write(intermediate("fix", "vmlinux")));

        // Global symbols move behind the added section symbols, so ids are translated by name.
        IntermediateTables expected = tables(object, "fix", "vmlinux");
        PatchedFunction function = expected.functions().get(0);
        assertThat(IntermediateReader.read("fix.o", written, ABS64))
                .isEqualTo(new IntermediateTables(
                        List.of(new PatchedFunction(
                                written.symbolsNamed("fix").get(0),
                                function.newSize(),
                                function.oldAddress(),
                                function.oldSize(),
                                function.sympos(),
                                function.name(),
                                function.objectName())),
                        expected.symbols(),
                        expected.relocations(),
                        expected.archSections(),
                        expected.callbacks()));
    }

    @Test
    void layoutIsTheFields() throws IOException {
        ElfObject written = intermediate("fix", "vmlinux");

        assertThat(written.section(written.sectionNamed(".kpatch.strings").orElseThrow())
                        .bytes())
                .isEqualTo(
                        Bytes.copyOf("vmlinux\0fix\0other\0thing\0some_mod\0".getBytes(StandardCharsets.ISO_8859_1)));
        assertThat(written.sections().stream()
                        .map(Section::name)
                        .filter(name -> name.contains("kpatch") && !name.contains("callbacks")))
                .containsExactly(
                        ".kpatch.strings",
                        ".kpatch.funcs",
                        ".rela.kpatch.funcs",
                        ".kpatch.relocations",
                        ".rela.kpatch.relocations",
                        ".kpatch.symbols",
                        ".rela.kpatch.symbols",
                        ".kpatch.arch",
                        ".rela.kpatch.arch");
        Section functions =
                written.section(written.sectionNamed(".kpatch.funcs").orElseThrow());
        assertThat(functions.flags()).isEqualTo(2);
        assertThat(functions.alignment()).isEqualTo(8);
        assertThat(functions.entrySize()).isEqualTo(56);
        assertThat(functions.bytes().buffer(ByteOrder.LITTLE_ENDIAN).getLong(8)).isEqualTo(17);
        assertThat(written.relocationsOf(written.sectionNamed(".kpatch.funcs").orElseThrow()).stream()
                        .map(relocation -> relocation.offset()))
                .containsExactly(0L, 40L, 48L);
        assertThat(written
                        .relocationsOf(
                                written.sectionNamed(".kpatch.relocations").orElseThrow())
                        .stream()
                        .map(relocation -> relocation.offset()))
                .containsExactly(0L, 24L, 32L, 40L, 64L, 72L);
        write("fix.o", written);
        assertThat(NativeTools.run(folder, "readelf", "-aW", "fix.o").toString())
                .doesNotContain("Warning", "Error", "corrupt");
    }

    @Test
    void numbersAreInTheTargetsByteOrder() {
        ElfObject little = object("fix");
        ElfHeader header = little.header();
        ElfObject big = new ElfObject(
                new ElfHeader(
                        ByteOrder.BIG_ENDIAN,
                        header.osAbi(),
                        header.abiVersion(),
                        header.type(),
                        22,
                        header.entry(),
                        header.flags(),
                        header.programHeaders()),
                little.sections(),
                little.symbols());

        ElfObject written = IntermediateWriter.add(big, tables(big, "fix", "vmlinux"), "vmlinux", ABS64);

        Bytes functions = written.section(written.sectionNamed(".kpatch.funcs").orElseThrow())
                .bytes();
        assertThat(functions.buffer(ByteOrder.BIG_ENDIAN).getLong(8)).isEqualTo(17);
        assertThat(IntermediateReader.read("big.o", written, ABS64)
                        .relocations()
                        .get(1)
                        .addend())
                .isEqualTo(0x80000000L);
    }

    @Test
    void linkingJoinsTheTablesOfSeveralObjects() throws IOException {
        write("one.o", intermediate("one", "vmlinux"));
        write("two.o", intermediate("two", "some_mod"));
        NativeTools.run(folder, "ld", "-r", "-o", "linked.o", "one.o", "two.o");

        ElfObject linked = read(folder.resolve("linked.o"));
        IntermediateTables tables = IntermediateReader.read("linked.o", linked, ABS64);

        assertThat(tables.functions()).extracting(PatchedFunction::name).containsExactly("one", "two");
        assertThat(tables.functions())
                .extracting(function -> linked.symbol(function.function()).name())
                .containsExactly("one", "two");
        assertThat(tables.functions()).extracting(PatchedFunction::objectName).containsExactly("vmlinux", "some_mod");
        assertThat(tables.relocations()).extracting(KlpRelocation::symbolIndex).containsExactly(0, 1, 2, 3);
        assertThat(tables.relocations())
                .extracting(relocation -> linked.section(relocation.section()).name())
                .containsExactly(".text.one", ".text.one", ".text.two", ".text.two");
        assertThat(tables.callbacks()).extracting(Callback::objectName).containsExactly("vmlinux", "some_mod");
        assertThat(tables.callbacks()).extracting(Callback::offset).containsExactly(0L, 16L);
    }

    @Test
    @Row("101")
    void refusesMissingAndMalformedTables() {
        ElfObject good = intermediate("fix", "vmlinux");
        SectionId relocations = good.sectionNamed(".kpatch.relocations").orElseThrow();
        SectionId symbols = good.sectionNamed(".kpatch.symbols").orElseThrow();
        SectionId strings = good.sectionNamed(".kpatch.strings").orElseThrow();
        SectionId functionPointers = good.sectionNamed(".rela.kpatch.funcs").orElseThrow();

        refuses(object("fix"), ".kpatch.strings instead of one");
        refuses(changed(good, symbols, bytes -> bytes.slice(0, 40)), "1 klp symbols but 2 klp relocations");
        refuses(changed(good, relocations, bytes -> bytes.slice(0, 79)), "not a multiple of 40");
        refuses(changed(good, strings, bytes -> bytes.slice(0, 4)), "points to no string");
        refuses(changed(good, strings, bytes -> bytes.slice(0, bytes.size() - 1)), "no end");
        ElfObjectBuilder edit = ElfObjectBuilder.from(good);
        edit.replace(
                functionPointers,
                good.section(functionPointers)
                        .with(new SectionData.Relocations(
                                good.sectionNamed(".kpatch.funcs").orElseThrow(), List.of())));
        refuses(edit.build(), "lacks the relocation");
    }

    private static ElfObject changed(ElfObject object, SectionId id, UnaryOperator<Bytes> change) {
        ElfObjectBuilder edit = ElfObjectBuilder.from(object);
        Section section = object.section(id);
        edit.replace(id, section.with(new SectionData.Contents(change.apply(section.bytes()))));
        return edit.build();
    }

    private static void refuses(ElfObject object, String what) {
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> IntermediateReader.read("bad.o", object, ABS64))
                .satisfies(e -> assertThat(e.problems().get(0).code()).isEqualTo(ProblemCode.INTERMEDIATE_INVALID))
                .withMessageContaining(what)
                .withMessageContaining("bad.o");
    }
}
