package io.github.kpatch.livepatch.verify;

import io.github.kpatch.arch.Architecture;
import io.github.kpatch.elf.Bytes;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.ElfObjectBuilder;
import io.github.kpatch.elf.ElfReader;
import io.github.kpatch.elf.ElfWriter;
import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.RelocationType;
import io.github.kpatch.elf.Section;
import io.github.kpatch.elf.SectionData;
import io.github.kpatch.elf.SectionFlags;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolHome;
import io.github.kpatch.elf.SymbolId;
import io.github.kpatch.kernel.ModuleSymvers;
import io.github.kpatch.livepatch.KlpNames;
import io.github.kpatch.livepatch.ModuleFolder;
import io.github.kpatch.special.EntryLayout;
import io.github.kpatch.special.SpecialSection;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Wrong modules, each made of a right one by one small change of the kinds that a defect of the differ, of the last step or
 * of a linker could come to. The places are always the same ones.
 */
final class ModuleMutations {
    /** How many places of a kind are taken in one module. */
    private static final int EACH = 3;

    private static final String FUNCTIONS = ".init.kpatch.funcs";
    private static final String CALLBACKS = ".init.kpatch.callbacks.";
    private static final String THIS_MODULE = ".gnu.linkonce.this_module";
    private static final String VERSIONS = "__versions";
    private static final int FUNCTION_SIZE = 56;
    private static final int CALLBACK_SIZE = 16;
    private static final int VERSION_SIZE = 64;
    private static final Architecture X86 = ModuleFolder.X86;
    private static final RelocationType ABSOLUTE_32 = new RelocationType(10);
    private static final RelocationType ABSOLUTE_32S = new RelocationType(11);
    private static final RelocationType RELATIVE_32 = new RelocationType(2);

    private final MadeModule made;
    private final ElfObject module;
    private final Map<String, List<Place>> places = new LinkedHashMap<>();

    /** A place for a change. */
    private record Place(String what, Supplier<ElfObject> changed) {}

    /**
     * A wrong module.
     *
     * @param kind of what kind the change is
     * @param what where it is
     * @param module the wrong module
     */
    record Mutant(String kind, String what, Bytes module) {}

    private ModuleMutations(MadeModule made) {
        this.made = made;
        this.module = ElfReader.read(made.name(), made.module().toArray());
    }

    /**
     * Wrong modules made of a right one, a few of each kind.
     *
     * @param wanted whether one more of the kind is wanted
     * @param consumer takes them, one after another
     */
    static void of(MadeModule made, Predicate<String> wanted, Consumer<Mutant> consumer) {
        ModuleMutations mutations = new ModuleMutations(made);
        mutations.ofCode();
        mutations.ofReferences();
        mutations.ofKlpReferences();
        mutations.ofRedirections();
        mutations.ofCallbacks();
        mutations.ofTables();
        mutations.ofData();
        mutations.ofSections();
        mutations.ofSymbols();
        mutations.ofOwnSource();
        mutations.places.forEach((kind, all) -> {
            List<Place> taken = new ArrayList<>(all);
            Collections.shuffle(taken, new Random(made.name().hashCode() * 31L + kind.hashCode()));
            taken.stream()
                    .limit(EACH)
                    .filter(place -> wanted.test(kind))
                    .forEach(place -> consumer.accept(new Mutant(
                            kind,
                            place.what(),
                            Bytes.copyOf(ElfWriter.write(place.changed().get())))));
        });
    }

    private void add(String kind, String what, Supplier<ElfObject> changed) {
        places.computeIfAbsent(kind, any -> new ArrayList<>()).add(new Place(what, changed));
    }

    private ElfObject with(SectionId id, Section section) {
        return ElfObjectBuilder.from(module).replace(id, section).build();
    }

    private ElfObject with(SymbolId id, Symbol symbol) {
        return ElfObjectBuilder.from(module).replace(id, symbol).build();
    }

    private ElfObject withBytes(SectionId id, Consumer<byte[]> change) {
        byte[] bytes = module.section(id).bytes().toArray();
        change.accept(bytes);
        return with(id, module.section(id).with(new SectionData.Contents(Bytes.copyOf(bytes))));
    }

    /** A list of relocations, of the compiler's kind or of livepatch's. */
    private record Listed(SectionId list, SectionId target, List<Relocation> entries) {}

    private List<Listed> lists(boolean klp) {
        return module.sectionIds().stream()
                .filter(id -> module.section(id).data() instanceof SectionData.Relocations
                        && module.section(id).name().startsWith(".klp.rela.") == klp)
                .map(id -> {
                    SectionData.Relocations all =
                            (SectionData.Relocations) module.section(id).data();
                    return new Listed(id, all.target(), all.entries());
                })
                .filter(list -> module.section(list.target()).has(SectionFlags.ALLOC))
                .toList();
    }

    private ElfObject with(Listed list, Function<List<Relocation>, List<Relocation>> change) {
        return with(
                list.list(),
                module.section(list.list())
                        .with(new SectionData.Relocations(
                                list.target(), change.apply(new ArrayList<>(list.entries())))));
    }

    private ElfObject withEntry(Listed list, int index, Relocation relocation) {
        return with(list, entries -> {
            entries.set(index, relocation);
            return entries;
        });
    }

    private ElfObject without(Listed list, int index) {
        return with(list, entries -> {
            entries.remove(index);
            return entries;
        });
    }

    private String at(SectionId section, long offset) {
        return module.section(section).name() + "+0x" + Long.toHexString(offset);
    }

    private BitSet relocated(SectionId section) {
        BitSet fields = new BitSet();
        for (boolean klp : new boolean[] {false, true}) {
            for (Listed list : lists(klp)) {
                if (list.target().equals(section)) {
                    for (Relocation entry : list.entries()) {
                        fields.set(
                                (int) entry.offset(),
                                (int) entry.offset()
                                        + X86.relocationFieldSize(entry.type()).orElse(0));
                    }
                }
            }
        }
        return fields;
    }

    private List<SectionId> sections(boolean code) {
        return module.sectionIds().stream()
                .filter(id -> module.section(id).isText() == code
                        && module.section(id).has(SectionFlags.ALLOC)
                        && module.section(id).bytes().size() > 0)
                .toList();
    }

    private void ofCode() {
        for (SectionId id : sections(true)) {
            Section section = module.section(id);
            Bytes code = section.bytes();
            BitSet fields = relocated(id);
            if (section.name().startsWith(".altinstr") || section.name().equals(".fixup")) {
                continue;
            }
            for (int at = 0; at < code.size(); ) {
                int start = at;
                int length = X86.instructionLength(section, at);
                int last = at + length - 1;
                if (!fields.get(start)) {
                    add("opcode changed", at(id, start), () -> withBytes(id, bytes -> bytes[start] ^= 1));
                }
                if (length > 2 && !fields.get(last)) {
                    add("constant changed", at(id, last), () -> withBytes(id, bytes -> bytes[last]++));
                }
                boolean shortJump = length == 2 && ((code.at(start) & 0xf0) == 0x70 || code.at(start) == 0xeb);
                boolean longJump = length >= 5
                        && !fields.get(last)
                        && (code.at(start) == 0xe9 || (code.at(start) == 0x0f && (code.at(start + 1) & 0xf0) == 0x80));
                if (shortJump || longJump) {
                    int distance = shortJump ? code.at(last) : code.at(last - 3);
                    add(
                            "branch off by an instruction",
                            at(id, start),
                            () -> withBytes(
                                    id, bytes -> bytes[shortJump ? last : last - 3] = (byte) (distance + length)));
                }
                at += length;
            }
        }
    }

    private List<SymbolId> functions() {
        return module.symbolIds().stream()
                .filter(id -> module.symbol(id).isFunction()
                        && module.symbol(id).home().section().isPresent())
                .toList();
    }

    private void ofReferences() {
        List<SymbolId> functions = functions();
        List<SymbolId> undefined = module.symbolIds().stream()
                .filter(id -> module.symbol(id).home() instanceof SymbolHome.Undefined)
                .toList();
        for (Listed list : lists(false)) {
            boolean code = module.section(list.target()).isText();
            for (int i = 0; i < list.entries().size(); i++) {
                int index = i;
                Relocation entry = list.entries().get(i);
                Symbol symbol = module.symbol(entry.symbol());
                String what = at(list.target(), entry.offset());
                if (isOfObjtool(list.target(), entry)) {
                    continue;
                }
                add("reference lost", what, () -> without(list, index));
                add("reference further on", what, () -> withEntry(list, index, entry.withAddend(entry.addend() + 8)));
                add("reference moved", what, () -> withEntry(list, index, entry.movedBy(1)));
                if (entry.type().equals(ABSOLUTE_32S) || entry.type().equals(RELATIVE_32)) {
                    add(
                            "reference of another kind",
                            what,
                            () -> withEntry(
                                    list,
                                    index,
                                    new Relocation(entry.offset(), ABSOLUTE_32, entry.symbol(), entry.addend())));
                }
                if (code && symbol.home() instanceof SymbolHome.Undefined) {
                    undefined.stream()
                            .filter(other -> !other.equals(entry.symbol()))
                            .findFirst()
                            .ifPresent(other -> add(
                                    "call of another export",
                                    what,
                                    () -> withEntry(list, index, entry.withSymbol(other))));
                    functions.stream()
                            .findFirst()
                            .ifPresent(other -> add(
                                    "call of a function of the module",
                                    what,
                                    () -> withEntry(list, index, entry.withSymbol(other))));
                }
                boolean cold = symbol.home()
                        .section()
                        .filter(home -> module.section(home).name().startsWith(".text.unlikely"))
                        .isPresent();
                if (cold) {
                    functions.stream()
                            .filter(other -> !module.symbol(other).home().equals(symbol.home()))
                            .findFirst()
                            .ifPresent(other -> add(
                                    "cold half exchanged",
                                    what,
                                    () -> withEntry(list, index, entry.withSymbol(other))));
                }
            }
        }
    }

    /**
     * Whether an entry is unwind data of the module's own code, in which the test stands in for objtool: it reads that code
     * when it is linked, so that there is nothing compiled to hold it against.
     */
    private boolean isOfObjtool(SectionId table, Relocation entry) {
        return module.section(table).name().equals(".orc_unwind_ip")
                && module.symbol(entry.symbol()).name().equals("init_module");
    }

    private void ofKlpReferences() {
        List<SymbolId> klpSymbols = module.symbolIds().stream()
                .filter(id -> module.symbol(id).home().equals(new SymbolHome.Reserved(KlpNames.SHN_LIVEPATCH)))
                .toList();
        for (Listed list : lists(true)) {
            Section section = module.section(list.list());
            for (int i = 0; i < list.entries().size(); i++) {
                int index = i;
                Relocation entry = list.entries().get(i);
                String what = at(list.target(), entry.offset());
                add("klp reference lost", what, () -> without(list, index));
                add(
                        "klp reference twice",
                        what,
                        () -> with(list, entries -> {
                            entries.add(entry);
                            return entries;
                        }));
                add(
                        "klp reference further on",
                        what,
                        () -> withEntry(list, index, entry.withAddend(entry.addend() + 4)));
                add("klp reference moved", what, () -> withEntry(list, index, entry.movedBy(1)));
                add(
                        "klp reference of another kind",
                        what,
                        () -> withEntry(
                                list,
                                index,
                                new Relocation(entry.offset(), ABSOLUTE_32, entry.symbol(), entry.addend())));
                klpSymbols.stream()
                        .filter(other -> !other.equals(entry.symbol()))
                        .findFirst()
                        .ifPresent(other -> add(
                                "klp reference to another symbol",
                                what,
                                () -> withEntry(list, index, entry.withSymbol(other))));
            }
            KlpNames.parseRelocations(section.name())
                    .ifPresent(klp -> add(
                            "klp references wait for another object",
                            section.name(),
                            () -> with(list.list(), section.withName(".klp.rela.another." + klp.target()))));
        }
        for (SymbolId id : klpSymbols) {
            Symbol symbol = module.symbol(id);
            KlpNames.Symbol klp = KlpNames.parseSymbol(symbol.name()).orElseThrow();
            // A position of 1 means the same as 0 where the name is unique.
            rename(id, "wrong position", klp.objectName(), klp.name(), Math.max(2, klp.sympos() + 1));
            rename(id, "another object's symbol", "another", klp.name(), klp.sympos());
            String namesake = made
                    .running()
                    .symbols()
                    .apply(made.parts().units().get(0).parent())
                    .entries()
                    .stream()
                    .filter(entry -> !entry.isFile()
                            && !entry.name().isEmpty()
                            && !entry.name().equals(klp.name()))
                    .findFirst()
                    .orElseThrow()
                    .name();
            rename(id, "another symbol of the object", klp.objectName(), namesake, 1);
            made.running().symbols().apply(made.parts().units().get(0).parent()).entries().stream()
                    .filter(entry -> !entry.isFile()
                            && !entry.name().equals(klp.name())
                            && KernelSymbols.baseName(entry.name()).equals(KernelSymbols.baseName(klp.name())))
                    .findFirst()
                    .ifPresent(other -> rename(id, "another static of the name", klp.objectName(), other.name(), 1));
        }
    }

    private void rename(SymbolId id, String kind, String object, String name, long sympos) {
        String symbol = ".klp.sym." + object + "." + name + "," + sympos;
        add(kind, symbol, () -> with(id, module.symbol(id).withName(symbol)));
    }

    private Optional<Listed> listOf(String table) {
        return lists(false).stream()
                .filter(list -> module.section(list.target()).name().equals(table))
                .findFirst();
    }

    private void ofRedirections() {
        SectionId table = module.sectionNamed(FUNCTIONS).orElseThrow();
        Listed list = listOf(FUNCTIONS).orElseThrow();
        int count = module.section(table).bytes().size() / FUNCTION_SIZE;
        for (int i = 0; i < count; i++) {
            int at = i * FUNCTION_SIZE;
            String what = at(table, at);
            add("redirection of another position", what, () -> number(table, at + 32, 2));
            add("wrong size of the new function", what, () -> number(table, at + 8, 1));
            add("wrong address of the old function", what, () -> number(table, at + 16, 64));
            add("redirection dropped", what, () -> withoutEntry(table, at, FUNCTION_SIZE));
            add("redirection twice", what, () -> withEntryTwice(table, at, FUNCTION_SIZE));
            int name = indexAt(list, at + 40);
            int object = indexAt(list, at + 48);
            int code = indexAt(list, at);
            add(
                    "redirection of another function's name",
                    what,
                    () -> withEntry(
                            list,
                            name,
                            list.entries()
                                    .get(name)
                                    .withAddend(list.entries().get(object).addend())));
            add(
                    "redirection in another object",
                    what,
                    () -> withEntry(
                            list,
                            object,
                            list.entries()
                                    .get(object)
                                    .withAddend(list.entries().get(name).addend())));
            add(
                    "redirection into a function",
                    what,
                    () -> withEntry(list, code, list.entries().get(code).withAddend(5)));
            for (SymbolId other : functions()) {
                if (!other.equals(list.entries().get(code).symbol())) {
                    add(
                            "redirection to another function",
                            what + " to " + module.symbol(other).name(),
                            () -> withEntry(list, code, list.entries().get(code).withSymbol(other)));
                }
            }
        }
    }

    private static int indexAt(Listed list, long offset) {
        for (int i = 0; i < list.entries().size(); i++) {
            if (list.entries().get(i).offset() == offset) {
                return i;
            }
        }
        throw new AssertionError("no pointer at " + offset);
    }

    private ElfObject number(SectionId table, int at, long more) {
        return withBytes(table, bytes -> {
            ByteBuffer numbers = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            numbers.putLong(at, numbers.getLong(at) + more);
        });
    }

    private void ofCallbacks() {
        for (String kind : LinkerSymbols.CALLBACK_KINDS) {
            SectionId table = module.sectionNamed(CALLBACKS + kind).orElseThrow();
            listOf(CALLBACKS + kind).ifPresent(list -> {
                int code = indexAt(list, 0);
                int object = indexAt(list, 8);
                add("callback dropped", kind, () -> withoutEntry(table, 0, CALLBACK_SIZE));
                add("callback twice", kind, () -> withEntryTwice(table, 0, CALLBACK_SIZE));
                add(
                        "callback of another object",
                        kind,
                        () -> withEntry(list, object, list.entries().get(object).withAddend(0)));
                functions().stream()
                        .filter(other -> !other.equals(list.entries().get(code).symbol()))
                        .forEach(other -> add(
                                "callback exchanged",
                                kind + " to " + module.symbol(other).name(),
                                () -> withEntry(
                                        list, code, list.entries().get(code).withSymbol(other))));
            });
        }
    }

    /** Bytes cut out of a section, with the references in them. */
    private ElfObject withoutEntry(SectionId table, int at, int size) {
        return spliced(table, at, at + size, 0);
    }

    private ElfObject withEntryTwice(SectionId table, int at, int size) {
        return spliced(table, at + size, at + size, size);
    }

    /** Takes away the bytes from one place to another, then puts the {@code repeated} bytes before it there once more. */
    private ElfObject spliced(SectionId table, int from, int to, int repeated) {
        ElfObjectBuilder builder = ElfObjectBuilder.from(module);
        splice(builder, table, from, to, repeated);
        return builder.build();
    }

    private void splice(ElfObjectBuilder builder, SectionId table, int from, int to, int repeated) {
        byte[] old = module.section(table).bytes().toArray();
        byte[] bytes = new byte[old.length - (to - from) + repeated];
        System.arraycopy(old, 0, bytes, 0, from);
        System.arraycopy(old, from - repeated, bytes, from, repeated);
        System.arraycopy(old, to, bytes, from + repeated, old.length - to);
        builder.replace(table, module.section(table).with(new SectionData.Contents(Bytes.copyOf(bytes))));
        for (boolean klp : new boolean[] {false, true}) {
            for (Listed list : lists(klp)) {
                if (list.target().equals(table)) {
                    List<Relocation> entries = new ArrayList<>();
                    for (Relocation entry : list.entries()) {
                        if (entry.offset() < from) {
                            entries.add(entry);
                        }
                        if (entry.offset() >= from - repeated && entry.offset() < from) {
                            entries.add(entry.movedBy(repeated));
                        }
                        if (entry.offset() >= to) {
                            entries.add(entry.movedBy(repeated - (to - from)));
                        }
                    }
                    builder.replace(
                            list.list(), module.section(list.list()).with(new SectionData.Relocations(table, entries)));
                }
            }
        }
    }

    private void ofTables() {
        Map<String, Integer> sizes = new LinkedHashMap<>();
        for (SpecialSection special : X86.specialSections()) {
            if (special.entries() instanceof EntryLayout.Struct struct) {
                made.running().structSizes().get(struct.structure()).ifPresent(size -> sizes.put(special.name(), size));
            } else if (special.entries() instanceof EntryLayout.Fixed fixed) {
                sizes.put(special.name(), fixed.size());
            }
        }
        sizes.put(X86.callSiteList(), 8);
        sizes.forEach((name, size) -> module.sectionsNamed(name).forEach(table -> ofTable(table, size)));
        module.sectionNamed(".orc_unwind_ip").ifPresent(this::ofUnwindData);
    }

    private void ofTable(SectionId table, int size) {
        String name = module.section(table).name();
        Bytes bytes = module.section(table).bytes();
        BitSet fields = relocated(table);
        for (int start = 0; start + size <= bytes.size(); start += size) {
            int at = start;
            String what = at(table, at);
            add("entry lost: " + name, what, () -> withoutEntry(table, at, size));
            add("entry twice: " + name, what, () -> withEntryTwice(table, at, size));
            int free = fields.nextClearBit(at);
            if (free < at + size) {
                add("entry changed: " + name, what, () -> withBytes(table, changed -> changed[free] ^= 1));
            }
            for (Listed list : lists(false)) {
                if (list.target().equals(table)) {
                    for (int i = 0; i < list.entries().size(); i++) {
                        int index = i;
                        Relocation entry = list.entries().get(i);
                        if (entry.offset() >= at && entry.offset() < at + size) {
                            add(
                                    "entry about another place: " + name,
                                    what,
                                    () -> withEntry(list, index, entry.withAddend(entry.addend() + 1)));
                        }
                    }
                }
            }
        }
    }

    private void ofUnwindData(SectionId addresses) {
        SectionId data = module.sectionNamed(".orc_unwind").orElseThrow();
        int size = made.running().structSizes().get("orc_entry").orElseThrow();
        for (int index = 0; index < module.section(addresses).bytes().size() / 4; index++) {
            int at = index;
            String what = at(addresses, at * 4L);
            if (isOfObjtool(addresses, module.relocationsOf(addresses).get(at))) {
                continue;
            }
            add("entry lost: .orc_unwind", what, () -> {
                ElfObjectBuilder builder = ElfObjectBuilder.from(module);
                splice(builder, addresses, at * 4, at * 4 + 4, 0);
                splice(builder, data, at * size, (at + 1) * size, 0);
                return builder.build();
            });
            add("entry twice: .orc_unwind", what, () -> {
                ElfObjectBuilder builder = ElfObjectBuilder.from(module);
                splice(builder, addresses, at * 4 + 4, at * 4 + 4, 4);
                splice(builder, data, (at + 1) * size, (at + 1) * size, size);
                return builder.build();
            });
            add("entry changed: .orc_unwind", what, () -> withBytes(data, bytes -> bytes[at * size] ^= 8));
            Listed list = listOf(".orc_unwind_ip").orElseThrow();
            add(
                    "entry about another place: .orc_unwind",
                    what,
                    () -> withEntry(
                            list,
                            at,
                            list.entries()
                                    .get(at)
                                    .withAddend(list.entries().get(at).addend() + 1)));
        }
    }

    private void ofData() {
        for (SectionId id : sections(false)) {
            Section section = module.section(id);
            boolean data = section.name().startsWith(".rodata")
                    || section.name().startsWith(".data")
                    || section.name().equals("__dyndbg");
            if (!data || section.isRelocations()) {
                continue;
            }
            BitSet fields = relocated(id);
            for (int i = fields.nextClearBit(0); i < section.bytes().size(); i = fields.nextClearBit(i + 1)) {
                int at = i;
                boolean text = section.has(SectionFlags.STRINGS);
                if (!text || section.bytes().at(at) != 0) {
                    add(
                            text ? "text changed" : "data changed",
                            at(id, at),
                            () -> withBytes(id, bytes -> bytes[at] ^= 1));
                }
            }
        }
    }

    private void ofSections() {
        for (SectionId id : module.sectionIds()) {
            Section section = module.section(id);
            boolean piece = section.name().startsWith(".text.")
                    || section.name().startsWith(".rodata.")
                    || section.name().startsWith(".data.")
                    || section.name().startsWith(".bss.");
            if (!piece || section.isRelocations() || section.data().size() == 0) {
                continue;
            }
            add(
                    "kind of a section",
                    section.name(),
                    () -> with(id, section.withFlags(section.flags() ^ SectionFlags.WRITE)));
            if (section.alignment() > 1) {
                add(
                        "alignment lost",
                        section.name(),
                        () -> with(
                                id,
                                new Section(
                                        section.name(),
                                        section.type(),
                                        section.flags(),
                                        section.address(),
                                        1,
                                        section.entrySize(),
                                        section.link(),
                                        section.data())));
            }
            if (section.data() instanceof SectionData.NoBits noBits) {
                add(
                        "variable too small",
                        section.name(),
                        () -> with(id, section.with(new SectionData.NoBits(noBits.size() / 2))));
            } else if (section.isText()) {
                sections(true).stream()
                        .filter(other -> !other.equals(id)
                                && module.section(other).bytes().size()
                                        >= section.bytes().size())
                        .findFirst()
                        .ifPresent(other -> add(
                                "code of another function",
                                section.name(),
                                () -> with(
                                        id,
                                        section.with(new SectionData.Contents(module.section(other)
                                                .bytes()
                                                .slice(0, section.bytes().size()))))));
            }
        }
        add("code that nothing leads to", ".text.extra", () -> withSection(SectionFlags.EXECINSTR, ".text.extra"));
        add("data that nothing leads to", ".data.extra", () -> withSection(SectionFlags.WRITE, ".data.extra"));
    }

    private ElfObject withSection(long kind, String name) {
        ElfObjectBuilder builder = ElfObjectBuilder.from(module);
        builder.add(Section.ofBytes(name, SectionFlags.ALLOC | kind, 16, Bytes.copyOf(new byte[] {(byte) 0xc3})));
        return builder.build();
    }

    private void ofSymbols() {
        for (SymbolId id : functions()) {
            Symbol symbol = module.symbol(id);
            boolean used = lists(false).stream()
                    .flatMap(list -> list.entries().stream())
                    .anyMatch(entry -> entry.symbol().equals(id));
            if (used) {
                add(
                        "function begins elsewhere",
                        symbol.name(),
                        () -> with(id, symbol.at(symbol.home(), symbol.value() + 5)));
            }
        }
        listOf(FUNCTIONS).orElseThrow().entries().stream()
                .map(Relocation::symbol)
                .filter(id -> module.symbol(id).isFunction())
                .forEach(id -> add(
                        "new function of another name",
                        module.symbol(id).name(),
                        () -> with(id, module.symbol(id).withName("another"))));
        ofVersions();
    }

    private void ofVersions() {
        SectionId versions = module.sectionNamed(VERSIONS).orElseThrow();
        Bytes bytes = module.section(versions).bytes();
        List<ModuleSymvers.Export> exports = made.required().symvers().exports();
        for (int start = 0; start + VERSION_SIZE <= bytes.size(); start += VERSION_SIZE) {
            int at = start;
            String name = bytes.stringAt(at + 8);
            add("wrong version of an export", name, () -> withBytes(versions, changed -> changed[at] ^= 1));
            ModuleSymvers.Export other = exports.stream()
                    .filter(export -> export.owner().equals("vmlinux")
                            && export.namespace().isEmpty()
                            && export.symbol().length() < 50
                            && module.symbolsNamed(export.symbol()).isEmpty())
                    .findFirst()
                    .orElseThrow();
            module.symbolsNamed(name).stream()
                    .findFirst()
                    .ifPresent(id -> add("another export with its version", name, () -> {
                        byte[] changed = bytes.toArray();
                        Arrays.fill(changed, at, at + VERSION_SIZE, (byte) 0);
                        ByteBuffer entry = ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN);
                        entry.putLong(at, Integer.toUnsignedLong(other.crc()));
                        entry.put(at + 8, other.symbol().getBytes(StandardCharsets.US_ASCII));
                        return ElfObjectBuilder.from(module)
                                .replace(
                                        versions,
                                        module.section(versions).with(new SectionData.Contents(Bytes.copyOf(changed))))
                                .replace(id, module.symbol(id).withName(other.symbol()))
                                .build();
                    }));
        }
    }

    private void ofOwnSource() {
        SectionId patch = module.sectionNamed(".data.kpatch_patch").orElseThrow();
        int flag = module.section(patch).bytes().size() - 8;
        add("replaces no other patches", ".data.kpatch_patch", () -> withBytes(patch, bytes -> bytes[flag] ^= 1));
        Listed called = listOf(THIS_MODULE).orElseThrow();
        add(
                "called in the wrong order",
                THIS_MODULE,
                () -> with(called, entries -> {
                    Relocation first = entries.get(0);
                    Relocation second = entries.get(1);
                    return List.of(first.withSymbol(second.symbol()), second.withSymbol(first.symbol()));
                }));
        for (String name :
                List.of("kpatch_functions", "kpatch_functions_end", "init_module", "kpatch_pre_patch_callbacks")) {
            SymbolId id = module.symbolsNamed(name).get(0);
            Symbol symbol = module.symbol(id);
            add("place of the linker's", name, () -> with(id, symbol.at(symbol.home(), Math.abs(symbol.value() - 8))));
        }
    }
}
