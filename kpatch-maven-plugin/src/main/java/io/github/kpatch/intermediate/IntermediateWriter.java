package io.github.kpatch.intermediate;

import static io.github.kpatch.intermediate.IntermediateLayout.ARCH_SIZE;
import static io.github.kpatch.intermediate.IntermediateLayout.FUNCTION_SIZE;
import static io.github.kpatch.intermediate.IntermediateLayout.RELOCATION_SIZE;
import static io.github.kpatch.intermediate.IntermediateLayout.SYMBOL_SIZE;

import io.github.kpatch.elf.Bytes;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.ElfObjectBuilder;
import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.RelocationType;
import io.github.kpatch.elf.Section;
import io.github.kpatch.elf.SectionData;
import io.github.kpatch.elf.SectionFlags;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.SectionLink;
import io.github.kpatch.elf.SectionType;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolId;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Adds the intermediate tables to an object. Pointers are relocations and never bytes, since only the linker knows where
 * things end up; numbers are in the target's byte order, whatever machine runs this.
 */
public final class IntermediateWriter {
    private static final int ALIGNMENT = 8;

    private final ElfObjectBuilder builder;
    private final ElfObject object;
    private final RelocationType absolute64;
    private final Map<SectionId, SymbolId> sectionSymbols = new HashMap<>();
    private final Strings strings = new Strings();
    private final SymbolId stringsSymbol;
    private final SectionId stringsSection;

    private IntermediateWriter(ElfObject object, RelocationType absolute64) {
        this.object = object;
        this.absolute64 = absolute64;
        this.builder = ElfObjectBuilder.from(object);
        this.stringsSection = builder.add(table(IntermediateLayout.STRINGS, 1, 1, Bytes.EMPTY));
        this.stringsSymbol = sectionSymbolOf(stringsSection);
    }

    /**
     * The object with the tables added, as sections after all others; {@code .kpatch.arch} is left out where there is
     * nothing for it.
     *
     * @param object what the tables refer to; its section and symbol ids are those in {@code tables}
     * @param parent the object that is patched: {@code vmlinux} or a module's name
     * @param absolute64 the machine's relocation that stores symbol plus addend in 64 bits
     */
    public static ElfObject add(ElfObject object, IntermediateTables tables, String parent, RelocationType absolute64) {
        return new IntermediateWriter(object, absolute64).write(tables, parent);
    }

    private ElfObject write(IntermediateTables tables, String parent) {
        strings.offsetOf(parent);
        addFunctions(tables.functions());
        // The order in which strings are first used: symbol, its owner, the object patched, relocation by relocation.
        for (KlpRelocation relocation : tables.relocations()) {
            KlpSymbol symbol = tables.symbols().get(relocation.symbolIndex());
            strings.offsetOf(symbol.name());
            strings.offsetOf(symbol.objectName());
            strings.offsetOf(relocation.objectName());
        }
        addRelocationsAndSymbols(tables);
        if (!tables.archSections().isEmpty()) {
            addArch(tables.archSections());
        }
        tables.callbacks().forEach(this::nameObject);
        builder.replace(stringsSection, table(IntermediateLayout.STRINGS, 1, 1, strings.bytes()));
        return builder.build();
    }

    private void addFunctions(List<PatchedFunction> functions) {
        ByteBuffer data = buffer(functions.size(), FUNCTION_SIZE);
        List<Relocation> relocations = new ArrayList<>();
        for (PatchedFunction function : functions) {
            int at = data.position();
            relocations.add(new Relocation(at, absolute64, function.function(), 0));
            relocations.add(pointerTo(at + 40, function.name()));
            relocations.add(pointerTo(at + 48, function.objectName()));
            data.putLong(0);
            data.putLong(function.newSize());
            data.putLong(function.oldAddress());
            data.putLong(function.oldSize());
            data.putLong(function.sympos());
            data.putLong(0);
            data.putLong(0);
        }
        addTable(IntermediateLayout.FUNCTIONS, FUNCTION_SIZE, data, relocations);
    }

    private void addRelocationsAndSymbols(IntermediateTables tables) {
        ByteBuffer symbolData = buffer(tables.symbols().size(), SYMBOL_SIZE);
        List<Relocation> symbolRelocations = new ArrayList<>();
        for (KlpSymbol symbol : tables.symbols()) {
            int at = symbolData.position();
            symbolRelocations.add(pointerTo(at + 24, symbol.name()));
            symbolRelocations.add(pointerTo(at + 32, symbol.objectName()));
            symbolData.putLong(symbol.address());
            symbolData.putLong(symbol.sympos());
            symbolData.put((byte) symbol.binding().value());
            symbolData.put((byte) symbol.type().value());
            symbolData.position(at + SYMBOL_SIZE);
        }
        SectionId relocationTable =
                builder.add(table(IntermediateLayout.RELOCATIONS, ALIGNMENT, RELOCATION_SIZE, Bytes.EMPTY));
        SectionId relocationTableRelocations =
                builder.add(relocations(IntermediateLayout.RELOCATIONS, relocationTable));
        SectionId symbolTable = addTable(IntermediateLayout.SYMBOLS, SYMBOL_SIZE, symbolData, symbolRelocations);
        SymbolId symbolTableSymbol = sectionSymbolOf(symbolTable);

        ByteBuffer data = buffer(tables.relocations().size(), RELOCATION_SIZE);
        List<Relocation> relocations = new ArrayList<>();
        for (KlpRelocation relocation : tables.relocations()) {
            int at = data.position();
            // The section symbol, not the function's: the linker may move a function symbol against its section.
            relocations.add(new Relocation(at, absolute64, sectionSymbolOf(relocation.section()), relocation.offset()));
            relocations.add(pointerTo(at + 24, relocation.objectName()));
            relocations.add(new Relocation(
                    at + 32, absolute64, symbolTableSymbol, (long) relocation.symbolIndex() * SYMBOL_SIZE));
            data.putLong(0);
            data.putInt(relocation.type().value());
            data.putInt(relocation.external() ? 1 : 0);
            data.putLong(relocation.addend());
            data.putLong(0);
            data.putLong(0);
        }
        builder.replace(
                relocationTable,
                table(IntermediateLayout.RELOCATIONS, ALIGNMENT, RELOCATION_SIZE, Bytes.copyOf(data.flip())));
        setRelocations(relocationTableRelocations, relocationTable, relocations);
    }

    private void addArch(List<ArchSection> archSections) {
        ByteBuffer data = buffer(archSections.size(), ARCH_SIZE);
        List<Relocation> relocations = new ArrayList<>();
        for (ArchSection arch : archSections) {
            int at = data.position();
            relocations.add(new Relocation(at, absolute64, sectionSymbolOf(arch.section()), 0));
            relocations.add(pointerTo(at + 8, arch.objectName()));
            data.position(at + ARCH_SIZE);
        }
        addTable(IntermediateLayout.ARCH, ARCH_SIZE, data, relocations);
    }

    private void nameObject(Callback callback) {
        SectionId id = object.relocationSectionOf(callback.section())
                .orElseThrow(() -> new IllegalArgumentException("a callback without a function"));
        List<Relocation> entries = new ArrayList<>(object.relocationsOf(callback.section()));
        entries.add(pointerTo(callback.offset() + 8, callback.objectName()));
        setRelocations(id, callback.section(), entries);
    }

    private Relocation pointerTo(long offset, String string) {
        return new Relocation(offset, absolute64, stringsSymbol, strings.offsetOf(string));
    }

    private SymbolId sectionSymbolOf(SectionId id) {
        return sectionSymbols.computeIfAbsent(
                id,
                section -> section.index() < object.sections().size()
                                && object.sectionSymbolOf(section).isPresent()
                        ? object.sectionSymbolOf(section).get()
                        : builder.add(Symbol.ofSection(section(section).name(), section)));
    }

    private Section section(SectionId id) {
        return builder.section(id).orElseThrow();
    }

    private ByteBuffer buffer(int entries, int size) {
        return ByteBuffer.allocate(Math.multiplyExact(entries, size))
                .order(object.header().order());
    }

    private SectionId addTable(String name, int entrySize, ByteBuffer data, List<Relocation> relocations) {
        SectionId table = builder.add(table(name, ALIGNMENT, entrySize, Bytes.copyOf(data.flip())));
        setRelocations(builder.add(relocations(name, table)), table, relocations);
        return table;
    }

    private void setRelocations(SectionId id, SectionId target, List<Relocation> relocations) {
        builder.replace(id, section(id).with(new SectionData.Relocations(target, relocations)));
    }

    private static Section table(String name, int alignment, int entrySize, Bytes bytes) {
        return new Section(
                name,
                SectionType.PROGBITS,
                SectionFlags.ALLOC,
                0,
                alignment,
                entrySize,
                SectionLink.NONE,
                new SectionData.Contents(bytes));
    }

    private static Section relocations(String tableName, SectionId table) {
        return Section.ofRelocations(".rela" + tableName, table, List.of());
    }

    /** Strings, each once, in the order of their first use. */
    private static final class Strings {
        private final Map<String, Long> offsets = new HashMap<>();
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        long offsetOf(String string) {
            return offsets.computeIfAbsent(string, added -> {
                long offset = bytes.size();
                bytes.writeBytes(added.getBytes(StandardCharsets.ISO_8859_1));
                bytes.write(0);
                return offset;
            });
        }

        Bytes bytes() {
            return Bytes.copyOf(bytes.toByteArray());
        }
    }
}
