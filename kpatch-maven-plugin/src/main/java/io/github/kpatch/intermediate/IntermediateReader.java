package io.github.kpatch.intermediate;

import static io.github.kpatch.intermediate.IntermediateLayout.ARCH_SIZE;
import static io.github.kpatch.intermediate.IntermediateLayout.CALLBACK_SIZE;
import static io.github.kpatch.intermediate.IntermediateLayout.FUNCTION_SIZE;
import static io.github.kpatch.intermediate.IntermediateLayout.RELOCATION_SIZE;
import static io.github.kpatch.intermediate.IntermediateLayout.SYMBOL_SIZE;

import io.github.kpatch.elf.Bytes;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.RelocationType;
import io.github.kpatch.elf.SectionData;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolBinding;
import io.github.kpatch.elf.SymbolType;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the intermediate tables back from a linked module, where those of several objects have been joined. What is a
 * pointer is read from the relocation at its offset: the bytes there mean nothing before the module is loaded.
 */
public final class IntermediateReader {
    private final String where;
    private final ElfObject object;
    private final RelocationType absolute64;
    private final SectionId stringsId;
    private final Bytes strings;

    private IntermediateReader(String where, ElfObject object, RelocationType absolute64) {
        this.where = where;
        this.object = object;
        this.absolute64 = absolute64;
        this.stringsId = only(IntermediateLayout.STRINGS);
        this.strings = object.section(stringsId).bytes();
    }

    /**
     * The tables of {@code object}.
     *
     * @param where what to call the object in messages
     * @param absolute64 the machine's relocation that stores symbol plus addend in 64 bits
     * @throws ProblemException ({@link ProblemCode#INTERMEDIATE_INVALID}) where a table is missing or malformed, or
     *     where there are not as many symbols as relocations
     */
    public static IntermediateTables read(String where, ElfObject object, RelocationType absolute64) {
        return new IntermediateReader(where, object, absolute64).tables();
    }

    private IntermediateTables tables() {
        Table functions = table(only(IntermediateLayout.FUNCTIONS), FUNCTION_SIZE);
        Table relocations = table(only(IntermediateLayout.RELOCATIONS), RELOCATION_SIZE);
        Table symbols = table(only(IntermediateLayout.SYMBOLS), SYMBOL_SIZE);
        if (symbols.count != relocations.count) {
            throw invalid("There are " + symbols.count + " klp symbols but " + relocations.count + " klp relocations.");
        }
        List<PatchedFunction> patched = new ArrayList<>();
        for (int at = 0; at < functions.end(); at += FUNCTION_SIZE) {
            patched.add(function(functions, at));
        }
        List<KlpSymbol> klpSymbols = new ArrayList<>();
        for (int at = 0; at < symbols.end(); at += SYMBOL_SIZE) {
            klpSymbols.add(symbol(symbols, at));
        }
        List<KlpRelocation> klpRelocations = new ArrayList<>();
        for (int at = 0; at < relocations.end(); at += RELOCATION_SIZE) {
            klpRelocations.add(relocation(relocations, symbols, at));
        }
        return new IntermediateTables(patched, klpSymbols, klpRelocations, archSections(), callbacks());
    }

    private PatchedFunction function(Table table, int at) {
        Relocation pointer = table.pointer(at);
        if (!object.symbol(pointer.symbol()).isFunction() || pointer.addend() != 0) {
            throw invalid(table, at, "It does not point to the beginning of a function.");
        }
        return new PatchedFunction(
                pointer.symbol(),
                table.data.getLong(at + 8),
                table.data.getLong(at + 16),
                table.data.getLong(at + 24),
                table.data.getLong(at + 32),
                string(table, at + 40),
                string(table, at + 48));
    }

    private KlpSymbol symbol(Table table, int at) {
        int binding = table.data.get(at + 16) & 0xff;
        int type = table.data.get(at + 17) & 0xff;
        if (binding > SymbolBinding.WEAK.value() || type > SymbolType.FUNC.value()) {
            throw invalid(table, at, "Its symbol has binding " + binding + " and type " + type + ".");
        }
        return new KlpSymbol(
                string(table, at + 24),
                string(table, at + 32),
                table.data.getLong(at),
                table.data.getLong(at + 8),
                new SymbolBinding(binding),
                new SymbolType(type));
    }

    private KlpRelocation relocation(Table table, Table symbols, int at) {
        Place field = place(table, at);
        Place symbol = place(table, at + 32);
        if (field.offset >= object.section(field.section).data().size()
                || object.section(field.section).bytes().size() == 0) {
            throw invalid(table, at, "It applies to a place outside its section.");
        }
        if (!symbol.section.equals(symbols.section)
                || symbol.offset % SYMBOL_SIZE != 0
                || symbol.offset >= symbols.end()) {
            throw invalid(table, at, "It refers to no entry of " + IntermediateLayout.SYMBOLS + ".");
        }
        return new KlpRelocation(
                field.section,
                field.offset,
                new RelocationType(table.data.getInt(at + 8)),
                table.data.getInt(at + 12) != 0,
                table.data.getLong(at + 16),
                string(table, at + 24),
                (int) (symbol.offset / SYMBOL_SIZE));
    }

    private List<ArchSection> archSections() {
        List<SectionId> ids = object.sectionsNamed(IntermediateLayout.ARCH);
        if (ids.isEmpty()) {
            return List.of();
        }
        Table table = table(only(IntermediateLayout.ARCH), ARCH_SIZE);
        List<ArchSection> archSections = new ArrayList<>();
        for (int at = 0; at < table.end(); at += ARCH_SIZE) {
            Place place = place(table, at);
            if (place.offset != 0) {
                throw invalid(table, at, "It does not refer to the beginning of a section.");
            }
            archSections.add(new ArchSection(place.section, string(table, at + 8)));
        }
        return archSections;
    }

    private List<Callback> callbacks() {
        List<Callback> callbacks = new ArrayList<>();
        for (SectionId id : object.sectionIds()) {
            if (object.section(id).name().startsWith(IntermediateLayout.CALLBACKS_PREFIX)
                    && object.section(id).data() instanceof SectionData.Contents) {
                Table table = table(id, CALLBACK_SIZE);
                for (int at = 0; at < table.end(); at += CALLBACK_SIZE) {
                    if (table.isEmptyEntry(at)) {
                        continue;
                    }
                    table.pointer(at);
                    callbacks.add(new Callback(id, at, string(table, at + 8)));
                }
            }
        }
        return callbacks;
    }

    private SectionId only(String name) {
        List<SectionId> ids = object.sectionsNamed(name);
        if (ids.size() != 1) {
            throw invalid("It has " + ids.size() + " sections " + name + " instead of one.");
        }
        if (!(object.section(ids.get(0)).data() instanceof SectionData.Contents)) {
            throw invalid("The section " + name + " holds no data.");
        }
        return ids.get(0);
    }

    /** A table's bytes and the pointers in it, by offset. */
    private final class Table {
        private final SectionId section;
        private final ByteBuffer data;
        private final int count;
        private final Map<Long, Relocation> pointers = new HashMap<>();

        Table(SectionId id, int entrySize) {
            this.section = id;
            this.data = object.section(id).bytes().buffer(object.header().order());
            this.count = data.limit() / entrySize;
            if (data.limit() % entrySize != 0) {
                throw invalid("The size of " + name() + " is not a multiple of " + entrySize + ".");
            }
            for (Relocation relocation : object.relocationsOf(id)) {
                if (pointers.put(relocation.offset(), relocation) != null) {
                    throw invalid(this, relocation.offset(), "It is relocated twice.");
                }
            }
        }

        String name() {
            return object.section(section).name();
        }

        int end() {
            return data.limit();
        }

        /** Whether this is the empty entry by which the module's linker script ends a table of callbacks. */
        boolean isEmptyEntry(int at) {
            return !pointers.containsKey((long) at)
                    && !pointers.containsKey(at + 8L)
                    && data.getLong(at) == 0
                    && data.getLong(at + 8) == 0;
        }

        Relocation pointer(long offset) {
            Relocation pointer = pointers.get(offset);
            if (pointer == null) {
                throw invalid(this, offset, "It lacks the relocation that makes it a pointer.");
            }
            if (!pointer.type().equals(absolute64)) {
                throw invalid(this, offset, "Its relocation has type " + pointer.type() + ".");
            }
            return pointer;
        }
    }

    private Table table(SectionId id, int entrySize) {
        return new Table(id, entrySize);
    }

    /** A byte of a section. */
    private record Place(SectionId section, long offset) {}

    private Place place(Table table, long at) {
        Relocation pointer = table.pointer(at);
        Symbol symbol = object.symbol(pointer.symbol());
        Optional<SectionId> section = symbol.home().section();
        long offset = symbol.value() + pointer.addend();
        if (section.isEmpty() || offset < 0) {
            throw invalid(table, at, "It points to nothing in this object.");
        }
        return new Place(section.get(), offset);
    }

    private String string(Table table, long at) {
        Place place = place(table, at);
        if (!place.section.equals(stringsId) || place.offset >= strings.size()) {
            throw invalid(table, at, "It points to no string of " + IntermediateLayout.STRINGS + ".");
        }
        String string = strings.stringAt((int) place.offset);
        if (string.isEmpty() || place.offset + string.length() == strings.size()) {
            throw invalid(table, at, "It points to a string that is empty or has no end.");
        }
        return string;
    }

    private ProblemException invalid(Table table, long offset, String what) {
        return ProblemException.input(
                ProblemCode.INTERMEDIATE_INVALID, String.format("%s, %s+0x%x", where, table.name(), offset), what);
    }

    private ProblemException invalid(String what) {
        return ProblemException.input(ProblemCode.INTERMEDIATE_INVALID, where, what);
    }
}
