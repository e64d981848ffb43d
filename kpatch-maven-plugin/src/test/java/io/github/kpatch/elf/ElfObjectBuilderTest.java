package io.github.kpatch.elf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kpatch.testing.NativeTools;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ElfObjectBuilderTest {
    private static final int X86_64 = 62;

    @TempDir
    private static Path folder;

    private static ElfObject real;

    @BeforeAll
    static void compileARealObject() {
        Path file = NativeTools.compile(folder, "real", """
                static int state = 7;
                extern int outside(int);
                static int __attribute__((noinline)) helper(int x) { return outside(x) + state++; }
                int entry(int x) { return helper(x) + helper(x * 2); }
                int other(void) { return 3; }
                """, "-ffunction-sections", "-fdata-sections");
        real = ElfReader.read("real.o", NativeTools.bytes(file));
    }

    private static void link(ElfObject object) throws IOException {
        Files.write(folder.resolve("built.o"), ElfWriter.write(object));
        assertThat(NativeTools.run(folder, "readelf", "-aW", "built.o").err()).isEmpty();
        NativeTools.run(folder, "ld", "-r", "-o", "linked.o", "built.o");
    }

    @Test
    void changesNothingByItself() {
        assertThat(ElfObjectBuilder.from(real).build()).isEqualTo(real);
    }

    @Test
    void putsAddedLocalsBeforeGlobalsAndKeepsEveryReference() throws IOException {
        ElfObjectBuilder builder = ElfObjectBuilder.from(real);
        SectionId text = builder.add(Section.ofBytes(
                ".text.added", SectionFlags.ALLOC | SectionFlags.EXECINSTR, 16, Bytes.copyOf(new byte[] {
                    (byte) 0xe8, 0, 0, 0, 0, (byte) 0xc3
                })));
        SymbolId entry = real.symbolsNamed("entry").get(0);
        builder.add(Section.ofRelocations(
                ".rela.text.added", text, List.of(new Relocation(1, new RelocationType(4), entry, -4))));
        builder.add(new Symbol("added", SymbolType.FUNC, SymbolBinding.LOCAL, 0, 0, 6, new SymbolHome.InSection(text)));
        ElfObject built = builder.build();
        link(built);
        SectionId added = built.sectionNamed(".text.added").orElseThrow();
        assertThat(built.relocationsOf(added)).singleElement().satisfies(relocation -> {
            assertThat(built.symbol(relocation.symbol()).name()).isEqualTo("entry");
        });
        assertThat(NativeTools.run(folder, "objdump", "-dr", "-j", ".text.added", "built.o")
                        .out())
                .contains("<added>")
                .contains("R_X86_64_PLT32\tentry-0x4");
    }

    @Test
    void removesASectionWithItsRelocationsAndSymbols() throws IOException {
        SectionId entry = real.sectionNamed(".text.entry").orElseThrow();
        ElfObjectBuilder builder = ElfObjectBuilder.from(real).remove(entry);
        real.sectionsNamed(".eh_frame").forEach(builder::remove);
        ElfObject built = builder.build();
        link(built);
        assertThat(built.symbolsNamed("entry")).isEmpty();
        assertThat(built.sectionNamed(".rela.text.entry")).isEmpty();
        SectionId helper = built.sectionNamed(".text.helper").orElseThrow();
        assertThat(built.relocationsOf(helper))
                .extracting(relocation -> built.symbol(relocation.symbol()).name())
                .contains("outside");
    }

    @Test
    void renamesSectionSymbolsWithTheirSections() {
        ElfObjectBuilder builder = ElfObjectBuilder.empty(ElfHeader.relocatable(ByteOrder.LITTLE_ENDIAN, X86_64, 0));
        SectionId old = builder.add(Section.ofBytes(".old", 0, 1, Bytes.EMPTY));
        builder.add(
                new Symbol(".old", SymbolType.SECTION, SymbolBinding.LOCAL, 0, 0, 0, new SymbolHome.InSection(old)));
        builder.replace(old, Section.ofBytes(".new", 0, 1, Bytes.EMPTY));
        ElfObject built = builder.build();
        assertThat(built.symbolsNamed(".new")).hasSize(1);
        assertThat(ElfReader.read("built.o", ElfWriter.write(built))).isEqualTo(built);
    }

    @Test
    void keepsGroupsInOrder() {
        ElfObjectBuilder builder = ElfObjectBuilder.empty(ElfHeader.relocatable(ByteOrder.LITTLE_ENDIAN, X86_64, 0));
        SymbolId signature = builder.add(
                new Symbol("sig", SymbolType.NOTYPE, SymbolBinding.LOCAL, 0, 0, 0, new SymbolHome.Absolute()));
        SectionId first = builder.add(Section.ofBytes(".first", SectionFlags.GROUP, 1, Bytes.EMPTY));
        SectionId second = builder.add(Section.ofBytes(".second", SectionFlags.GROUP, 1, Bytes.EMPTY));
        SectionId group = builder.add(new Section(
                ".group",
                SectionType.GROUP,
                0,
                0,
                4,
                4,
                SectionLink.NONE,
                new SectionData.Group(signature, 1, List.of(first, second))));
        ElfObject withoutFirst =
                ElfObjectBuilder.from(builder.build()).remove(first).build();
        assertThat(withoutFirst
                        .section(withoutFirst.sectionNamed(".group").orElseThrow())
                        .data())
                .isEqualTo(new SectionData.Group(signature, 1, List.of(new SectionId(0))));
        ElfObject withoutGroup =
                ElfObjectBuilder.from(builder.build()).remove(group).build();
        assertThat(withoutGroup.sections())
                .allSatisfy(
                        section -> assertThat(section.has(SectionFlags.GROUP)).isFalse());
        ElfObject withoutMembers = ElfObjectBuilder.from(builder.build())
                .remove(first)
                .remove(second)
                .build();
        assertThat(withoutMembers.sections()).isEmpty();
    }

    @Test
    void refusesToLeaveAReferenceToSomethingRemoved() {
        ElfObjectBuilder builder =
                ElfObjectBuilder.from(real).remove(real.symbolsNamed("outside").get(0));
        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(".rela.text.helper refers to the removed symbol "
                        + real.symbolsNamed("outside").get(0).index());
        assertThatThrownBy(() -> builder.remove(SymbolId.NULL)).isInstanceOf(IllegalArgumentException.class);
    }
}
