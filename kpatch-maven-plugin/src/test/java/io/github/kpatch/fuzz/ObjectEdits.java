package io.github.kpatch.fuzz;

import io.github.kpatch.elf.Bytes;
import io.github.kpatch.elf.ElfHeader;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.ElfReader;
import io.github.kpatch.elf.ElfWriter;
import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.RelocationType;
import io.github.kpatch.elf.Section;
import io.github.kpatch.elf.SectionData;
import io.github.kpatch.elf.SectionFlags;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.SectionLink;
import io.github.kpatch.elf.SectionType;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolBinding;
import io.github.kpatch.elf.SymbolHome;
import io.github.kpatch.elf.SymbolId;
import io.github.kpatch.elf.SymbolType;
import java.io.ByteArrayOutputStream;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * An object while a script edits it. Random bytes hardly ever get past the reader; edits of the model keep the object
 * readable, so that the passes behind the reader meet what no compiler makes. What the model cannot express (broken
 * headers, files cut off) is done to the written bytes.
 */
final class ObjectEdits {
    private static final int LARGEST_GROWTH = 255;

    /** Names that some rule of the engine looks for. */
    private static final List<String> NAMES = List.of(
            "__bug_table",
            "__ex_table",
            ".fixup",
            "__jump_table",
            "__tracepoints",
            ".printk_index",
            ".smp_locks",
            ".parainstructions",
            ".altinstructions",
            ".altinstr_replacement",
            ".altinstr_aux",
            ".static_call_sites",
            ".call_sites",
            ".retpoline_sites",
            ".return_sites",
            ".orc_unwind_ip",
            ".orc_unwind",
            "__mcount_loc",
            "__patchable_function_entries",
            "__dyndbg",
            ".data..once",
            ".data.once",
            ".data..read_mostly",
            ".rodata",
            ".rodata.str1.1",
            ".rodata.cst16",
            ".toc",
            ".init.text",
            ".modinfo",
            ".discard.x",
            ".llvm.x",
            ".debug_info",
            ".eh_frame",
            ".sframe",
            ".kpatch.callbacks.pre_patch",
            ".kpatch.callbacks.post_unpatch",
            ".kpatch.force",
            ".kpatch.ignore.sections",
            ".kpatch.ignore.functions",
            ".kpatch.funcs",
            ".kpatch.strings",
            ".kpatch.symbols",
            ".kpatch.relocations",
            ".kpatch.arch",
            ".data..Lubsan_data0",
            ".data..L__unnamed_1",
            "__fentry__",
            "__warn_printk",
            "__UNIQUE_ID_x1",
            "__UNIQUE_ID_x2.3",
            "__kpatch_force_func_f",
            "__kpatch_ignore_func_f",
            "__UNIQUE_ID_kpatch_ignore_section_1",
            "__key.1",
            "__func__.2",
            "__already_done.3",
            "__SCK__tp_func_x",
            "__tracepoint_x",
            "kpatch_shadow_get",
            ".LC0",
            "");

    private static final List<String> PREFIXES = List.of(
            ".text.",
            ".text.unlikely.",
            ".text.hot.",
            ".data.",
            ".data.rel.",
            ".data.rel.ro.",
            ".rodata.",
            ".bss.",
            ".rela",
            "__pfx_",
            "__cfi_",
            ".kpatch.callbacks.",
            "__tracepoint_",
            "__SCK__");
    private static final List<String> SUFFIXES =
            List.of(".0", ".1", ".cold", ".cold.7", ".part.0", ".constprop.0", ".isra.3", ".str1.1", ".", "7");

    private final ElfObject unedited;
    private final Map<String, Integer> sizes;
    private boolean edited;
    private ElfHeader header;
    private final List<Section> sections;
    private final List<Symbol> symbols;
    private final List<Integer> sectionOrder;
    private final List<Integer> symbolOrder;
    private final Map<Integer, Byte> overwritten = new TreeMap<>();
    private int cutOff;

    /**
     * @param object to edit
     * @param sizes of the kernel's structures
     */
    ObjectEdits(ElfObject object, Map<String, Integer> sizes) {
        this.unedited = object;
        this.sizes = sizes;
        this.header = object.header();
        this.sections = new ArrayList<>(object.sections());
        this.symbols = new ArrayList<>(object.symbols());
        this.sectionOrder = inOrder(sections.size());
        this.symbolOrder = inOrder(symbols.size());
    }

    private static List<Integer> inOrder(int size) {
        return new ArrayList<>(IntStream.range(0, size).boxed().toList());
    }

    /** How many kinds of edits there are. */
    static final int KINDS = 54;

    /** Does one edit; what it cannot apply to stays as it is. */
    void edit(int kind, Script script) {
        edited = true;
        switch (kind) {
            case 0 -> header(script);
            case 1 -> overwritten.put(script.next() << 8 | script.next(), (byte) script.next());
            case 2 -> overwritten.put(script.next(), (byte) script.next());
            case 3 -> cutOff = script.next() << script.choose(10);
            case 4, 5, 6, 7, 8, 9 -> sectionField(kind, script);
            case 10, 11, 12, 13, 14, 15 -> contents(kind, script);
            case 16 -> newSection(script);
            case 17 -> removeSection(script.choose(Math.max(1, sections.size())));
            case 18 -> swap(sectionOrder, script);
            case 19 -> group(script);
            case 20, 21, 22, 23, 24, 25, 26 -> relocation(kind, script);
            case 27 -> relocateAlso(script);
            case 28, 29, 30, 31, 32, 33, 34 -> symbolField(kind, script);
            case 35 -> newSymbol(script);
            case 36 -> removeSymbol(script);
            case 37 -> swap(symbolOrder, script);
            case 38 -> newRelocation(script);
            case 39 -> swapContents(script);
            case 40 -> retarget(script);
            case 41 -> wholeEntry(script);
            default -> mutate(script);
        }
    }

    private void mutate(Script script) {
        List<Mutations.Place> places = places(script.oneOf(Mutation.values()));
        if (!places.isEmpty()) {
            places.get(script.choose(places.size())).mutate().run();
        }
    }

    /** Where a mutation can be made in the object as it is now. */
    List<Mutations.Place> places(Mutation kind) {
        return new Mutations(sections, symbols, sizes).of(kind);
    }

    /** What the engine reads of the file with a mutation at one of {@link #places}, which is then taken back. */
    ElfObject mutated(Mutations.Place place) {
        List<Section> sectionsBefore = new ArrayList<>(sections);
        List<Symbol> symbolsBefore = new ArrayList<>(symbols);
        try {
            place.mutate().run();
            return ElfReader.read("mutant.o", bytes());
        } finally {
            Collections.copy(sections, sectionsBefore);
            Collections.copy(symbols, symbolsBefore);
        }
    }

    private void header(Script script) {
        ElfHeader h = header;
        header = switch (script.choose(6)) {
            case 0 ->
                new ElfHeader(h.order(), script.next(), h.abiVersion(), h.type(), h.machine(), h.entry(), h.flags(), 0);
            case 1 ->
                new ElfHeader(h.order(), h.osAbi(), script.next(), h.type(), h.machine(), h.entry(), h.flags(), 0);
            case 2 -> new ElfHeader(h.order(), h.osAbi(), h.abiVersion(), script.next(), h.machine(), 0, h.flags(), 0);
            case 3 ->
                new ElfHeader(
                        h.order(), h.osAbi(), h.abiVersion(), h.type(), script.oneOf(21, 22, 62, 183, 258), 0, 0, 0);
            case 4 ->
                new ElfHeader(h.order(), 0, 0, h.type(), h.machine(), script.number(0), (int) script.number(0), 0);
            default -> new ElfHeader(ByteOrder.BIG_ENDIAN, 0, 0, h.type(), h.machine(), 0, 0, 0);
        };
    }

    private static void swap(List<Integer> order, Script script) {
        if (!order.isEmpty()) {
            Collections.swap(order, script.choose(order.size()), script.choose(order.size()));
        }
    }

    private int chooseSection(Script script) {
        int index = sections.isEmpty() ? -1 : script.choose(sections.size());
        return index >= 0 && sections.get(index) != null ? index : -1;
    }

    private SectionId anySection(Script script) {
        return new SectionId(Math.max(0, chooseSection(script)));
    }

    /** Any section but one of relocations, which the reader refuses to see relocated. */
    private SectionId relocatable(Script script) {
        SectionId id = anySection(script);
        Section section = sections.get(id.index());
        return section != null && section.data() instanceof SectionData.Relocations relocations
                ? relocations.target()
                : id;
    }

    private SymbolId anySymbol(Script script) {
        return new SymbolId(script.choose(symbols.size()));
    }

    private String name(String near, Script script) {
        return switch (script.choose(6)) {
            case 0 -> NAMES.get(script.choose(NAMES.size()));
            case 1 -> {
                int other = chooseSection(script);
                yield other < 0 ? near : sections.get(other).name();
            }
            case 2 -> {
                Symbol other = symbols.get(anySymbol(script).index());
                yield other == null ? near : other.name();
            }
            case 3 -> PREFIXES.get(script.choose(PREFIXES.size())) + near;
            case 4 -> near + SUFFIXES.get(script.choose(SUFFIXES.size()));
            default -> near.substring(0, Math.max(0, near.length() - 1 - script.choose(4)));
        };
    }

    private void sectionField(int kind, Script script) {
        int index = chooseSection(script);
        if (index < 0) {
            return;
        }
        Section s = sections.get(index);
        String name = kind == 4 ? name(s.name(), script) : s.name();
        SectionType type = kind == 5 ? new SectionType(script.oneOf(1, 7, 14, 3, 8, 0x6fff4c00, 6)) : s.type();
        long flags = kind == 6 ? s.flags() ^ (1L << script.oneOf(0, 1, 2, 4, 5, 6, 7, 9, 11, 20, 31, 62)) : s.flags();
        long alignment = kind == 7 ? script.number(s.alignment()) : s.alignment();
        long entrySize = kind == 8 ? script.number(s.entrySize()) : s.entrySize();
        SectionLink link = kind == 9 ? link(script) : s.link();
        sections.set(index, new Section(name, type, flags, s.address(), alignment, entrySize, link, s.data()));
        if (kind == 4 && script.choose(4) > 0) {
            nameRelocations(index);
        }
    }

    /** Calls the relocation sections of a section as compilers do. */
    private void nameRelocations(int base) {
        sections.replaceAll(s -> s != null
                        && s.data() instanceof SectionData.Relocations relocations
                        && relocations.target().index() == base
                ? new Section(
                        ".rela" + sections.get(base).name(),
                        s.type(),
                        s.flags(),
                        s.address(),
                        s.alignment(),
                        s.entrySize(),
                        s.link(),
                        s.data())
                : s);
    }

    private SectionLink link(Script script) {
        return switch (script.choose(3)) {
            case 0 -> SectionLink.NONE;
            case 1 -> new SectionLink.SymbolTable();
            default -> new SectionLink.To(anySection(script));
        };
    }

    private void contents(int kind, Script script) {
        int index = chooseSection(script);
        if (index < 0) {
            return;
        }
        Section section = sections.get(index);
        if (section.data() instanceof SectionData.NoBits noBits) {
            sections.set(index, section.with(new SectionData.NoBits(script.number(noBits.size()))));
        } else if (section.data() instanceof SectionData.Contents contents) {
            byte[] bytes = contents.bytes().toArray();
            if (kind == 15) {
                sections.set(index, noBits(section, script.number(bytes.length)));
            } else {
                sections.set(index, section.with(new SectionData.Contents(Bytes.copyOf(edited(kind, bytes, script)))));
            }
        }
    }

    private static Section noBits(Section s, long size) {
        return new Section(
                s.name(),
                SectionType.NOBITS,
                s.flags(),
                s.address(),
                s.alignment(),
                s.entrySize(),
                s.link(),
                new SectionData.NoBits(size));
    }

    private static byte[] edited(int kind, byte[] bytes, Script script) {
        int at = bytes.length == 0 ? 0 : script.choose(bytes.length);
        if (kind == 10 || kind == 11) {
            if (bytes.length > 0) {
                bytes[at] = (byte) script.next();
            }
            return bytes;
        }
        if (kind == 12) {
            return Arrays.copyOf(bytes, at);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(bytes, 0, at);
        int length = script.choose(LARGEST_GROWTH + 1);
        if (kind == 13) {
            byte[] fresh = new byte[length];
            Arrays.fill(fresh, (byte) script.next());
            out.writeBytes(fresh);
            out.write(bytes, at, bytes.length - at);
        } else {
            int rest = Math.min(bytes.length, at + length);
            out.write(bytes, rest, bytes.length - rest);
        }
        return out.toByteArray();
    }

    /** Both the bytes of another place and the relocations there, as a table with one more entry has them. */
    private void wholeEntry(Script script) {
        int index = chooseSection(script);
        if (index < 0 || !(sections.get(index).data() instanceof SectionData.Contents contents)) {
            return;
        }
        int size = script.oneOf(4, 6, 8, 12, 16, 44);
        byte[] old = contents.bytes().toArray();
        if (old.length < size) {
            return;
        }
        int from = script.choose(old.length / size) * size;
        byte[] grown = Arrays.copyOf(old, old.length + size);
        System.arraycopy(old, from, grown, old.length, size);
        sections.set(index, sections.get(index).with(new SectionData.Contents(Bytes.copyOf(grown))));
        for (int i = 0; i < sections.size(); i++) {
            if (sections.get(i) != null
                    && sections.get(i).data() instanceof SectionData.Relocations all
                    && all.target().index() == index) {
                List<Relocation> entries = new ArrayList<>(all.entries());
                for (Relocation entry : all.entries()) {
                    if (entry.offset() >= from && entry.offset() < from + size) {
                        entries.add(new Relocation(
                                entry.offset() - from + old.length, entry.type(), entry.symbol(), entry.addend()));
                    }
                }
                sections.set(i, sections.get(i).with(new SectionData.Relocations(all.target(), entries)));
            }
        }
    }

    private void swapContents(Script script) {
        int a = chooseSection(script);
        int b = chooseSection(script);
        if (a >= 0
                && b >= 0
                && sections.get(a).data() instanceof SectionData.Contents dataA
                && sections.get(b).data() instanceof SectionData.Contents dataB) {
            sections.set(a, sections.get(a).with(dataB));
            sections.set(b, sections.get(b).with(dataA));
        }
    }

    private void newSection(Script script) {
        int index = chooseSection(script);
        if (index < 0) {
            return;
        }
        Section s = sections.get(index);
        sections.add(new Section(
                name(s.name(), script),
                s.type(),
                s.flags(),
                s.address(),
                s.alignment(),
                s.entrySize(),
                s.link(),
                s.data()));
        sectionOrder.add(sections.size() - 1);
    }

    private void removeSection(int index) {
        if (index < sections.size()) {
            sections.set(index, null);
        }
    }

    private void group(Script script) {
        SectionId member = anySection(script);
        int index = -1;
        for (int i = 0; i < sections.size(); i++) {
            if (sections.get(i) != null && sections.get(i).data() instanceof SectionData.Group) {
                index = i;
            }
        }
        if (index < 0) {
            sections.add(new Section(
                    ".group",
                    SectionType.GROUP,
                    0,
                    0,
                    4,
                    4,
                    SectionLink.NONE,
                    new SectionData.Group(anySymbol(script), 1, List.of(member))));
            sectionOrder.add(sections.size() - 1);
            return;
        }
        SectionData.Group old = (SectionData.Group) sections.get(index).data();
        List<SectionId> members = new ArrayList<>(old.members());
        SymbolId signature = old.signature();
        int flags = old.flags();
        switch (script.choose(4)) {
            case 0 -> members.add(member);
            case 1 -> members.remove(member);
            case 2 -> signature = anySymbol(script);
            default -> flags = script.next();
        }
        sections.set(index, sections.get(index).with(new SectionData.Group(signature, flags, members)));
    }

    /** The relocation section that {@code script} chooses, or -1 where there is none. */
    private int chooseRelocations(Script script) {
        int[] all = IntStream.range(0, sections.size())
                .filter(i -> sections.get(i) != null
                        && sections.get(i).data() instanceof SectionData.Relocations relocations
                        && !relocations.entries().isEmpty())
                .toArray();
        return all.length == 0 ? -1 : all[script.choose(all.length)];
    }

    private void relocation(int kind, Script script) {
        int index = chooseRelocations(script);
        if (index < 0) {
            return;
        }
        SectionData.Relocations all =
                (SectionData.Relocations) sections.get(index).data();
        List<Relocation> entries = new ArrayList<>(all.entries());
        int at = script.choose(entries.size());
        Relocation r = entries.get(at);
        switch (kind) {
            case 20 -> entries.set(at, new Relocation(script.number(r.offset()), r.type(), r.symbol(), r.addend()));
            case 21 ->
                entries.set(
                        at,
                        new Relocation(
                                r.offset(),
                                new RelocationType(script.oneOf(0, 1, 2, 4, 9, 10, 11, 24, 42, 77)),
                                r.symbol(),
                                r.addend()));
            case 22 -> entries.set(at, new Relocation(r.offset(), r.type(), anySymbol(script), r.addend()));
            case 23 -> entries.set(at, new Relocation(r.offset(), r.type(), r.symbol(), script.number(r.addend())));
            case 24 -> entries.remove(at);
            case 25 -> entries.add(script.choose(entries.size()), r);
            default -> Collections.swap(entries, at, script.choose(entries.size()));
        }
        sections.set(index, sections.get(index).with(new SectionData.Relocations(all.target(), entries)));
    }

    private void newRelocation(Script script) {
        int index = chooseRelocations(script);
        if (index >= 0) {
            SectionData.Relocations all =
                    (SectionData.Relocations) sections.get(index).data();
            List<Relocation> entries = new ArrayList<>(all.entries());
            entries.add(new Relocation(
                    script.number(0),
                    new RelocationType(script.oneOf(0, 1, 2, 4, 11)),
                    anySymbol(script),
                    script.number(0)));
            sections.set(index, sections.get(index).with(new SectionData.Relocations(all.target(), entries)));
        }
    }

    private void relocateAlso(Script script) {
        SectionId target = relocatable(script);
        int from = chooseRelocations(script);
        List<Relocation> entries = from < 0
                ? List.of()
                : ((SectionData.Relocations) sections.get(from).data()).entries();
        sections.add(Section.ofRelocations(name(".rela.x", script), target, entries));
        sectionOrder.add(sections.size() - 1);
    }

    private void retarget(Script script) {
        int index = chooseRelocations(script);
        if (index >= 0) {
            SectionData.Relocations all =
                    (SectionData.Relocations) sections.get(index).data();
            sections.set(
                    index, sections.get(index).with(new SectionData.Relocations(relocatable(script), all.entries())));
        }
    }

    private void symbolField(int kind, Script script) {
        int index = anySymbol(script).index();
        Symbol s = symbols.get(index);
        if (index == 0 || s == null) {
            return;
        }
        symbols.set(
                index,
                new Symbol(
                        kind == 28 ? name(s.name(), script) : s.name(),
                        kind == 29 ? new SymbolType(script.oneOf(0, 1, 2, 3, 4, 6, 10)) : s.type(),
                        kind == 30 ? new SymbolBinding(script.oneOf(0, 1, 2, 10)) : s.binding(),
                        kind == 31 ? script.next() : s.other(),
                        kind == 32 ? script.number(s.value()) : s.value(),
                        kind == 33 ? script.number(s.size()) : s.size(),
                        kind == 34 ? home(script) : s.home()));
    }

    private SymbolHome home(Script script) {
        return switch (script.choose(8)) {
            case 0 -> new SymbolHome.Undefined();
            case 1 -> new SymbolHome.Absolute();
            case 2 -> new SymbolHome.Common();
            case 3 -> new SymbolHome.Reserved(0xff20);
            default -> new SymbolHome.InSection(anySection(script));
        };
    }

    private void newSymbol(Script script) {
        Symbol s = symbols.get(anySymbol(script).index());
        if (s != null) {
            symbols.add(new Symbol(
                    name(s.name(), script), s.type(), s.binding(), s.other(), s.value(), s.size(), s.home()));
            symbolOrder.add(symbols.size() - 1);
        }
    }

    private void removeSymbol(Script script) {
        int index = anySymbol(script).index();
        if (index > 0) {
            symbols.set(index, null);
        }
    }

    /** What the engine reads of the file with all edits. */
    ElfObject read(String name) {
        return edited ? ElfReader.read(name, bytes()) : unedited;
    }

    private byte[] bytes() {
        byte[] bytes = ElfWriter.write(new Renumbering().object());
        overwritten.forEach((at, value) -> bytes[at % bytes.length] = value);
        return Arrays.copyOf(bytes, Math.max(0, bytes.length - cutOff));
    }

    /** Closes the gaps that removed elements left, and puts local symbols first, as the specification demands. */
    private final class Renumbering {
        private final int[] sectionNumbers = new int[sections.size()];
        private final int[] symbolNumbers = new int[symbols.size()];
        private final List<Integer> keptSections = new ArrayList<>();
        private final List<Integer> keptSymbols = new ArrayList<>();

        ElfObject object() {
            sections.replaceAll(section -> section != null
                            && section.data() instanceof SectionData.Relocations relocations
                            && isRemoved(relocations.target())
                    ? null
                    : section);
            Arrays.fill(sectionNumbers, -1);
            for (int index : sectionOrder) {
                if (sections.get(index) != null) {
                    sectionNumbers[index] = keptSections.size();
                    keptSections.add(index);
                }
            }
            Arrays.fill(symbolNumbers, -1);
            keep(0);
            for (boolean local : new boolean[] {true, false}) {
                for (int index : symbolOrder) {
                    Symbol symbol = symbols.get(index);
                    boolean kept = index != 0
                            && symbol != null
                            && symbol.isLocal() == local
                            && symbol.home().section().filter(this::isRemoved).isEmpty();
                    if (kept) {
                        keep(index);
                    }
                }
            }
            return new ElfObject(
                    header,
                    keptSections.stream()
                            .map(index -> renumbered(sections.get(index)))
                            .toList(),
                    keptSymbols.stream()
                            .map(index -> renumbered(symbols.get(index)))
                            .toList());
        }

        private void keep(int symbol) {
            symbolNumbers[symbol] = keptSymbols.size();
            keptSymbols.add(symbol);
        }

        private boolean isRemoved(SectionId id) {
            return id.index() >= sections.size() || sections.get(id.index()) == null;
        }

        private SectionId renumbered(SectionId id) {
            return new SectionId(sectionNumbers[id.index()]);
        }

        private SymbolId renumbered(SymbolId id) {
            return new SymbolId(symbolNumbers[id.index()]);
        }

        private boolean isKept(SymbolId id) {
            return symbolNumbers[id.index()] >= 0;
        }

        private Symbol renumbered(Symbol symbol) {
            return symbol.home() instanceof SymbolHome.InSection in
                    ? new Symbol(
                            symbol.name(),
                            symbol.type(),
                            symbol.binding(),
                            symbol.other(),
                            symbol.value(),
                            symbol.size(),
                            new SymbolHome.InSection(renumbered(in.id())))
                    : symbol;
        }

        private Section renumbered(Section s) {
            SectionLink link = s.link();
            long flags = s.flags();
            if (link instanceof SectionLink.To to) {
                link = isRemoved(to.id()) ? SectionLink.NONE : new SectionLink.To(renumbered(to.id()));
            }
            if (link.equals(SectionLink.NONE)) {
                flags &= ~SectionFlags.LINK_ORDER;
            }
            return new Section(
                    s.name(), s.type(), flags, s.address(), s.alignment(), s.entrySize(), link, renumbered(s.data()));
        }

        private SectionData renumbered(SectionData data) {
            if (data instanceof SectionData.Relocations relocations) {
                return new SectionData.Relocations(
                        renumbered(relocations.target()),
                        relocations.entries().stream()
                                .filter(entry -> isKept(entry.symbol()))
                                .map(entry -> new Relocation(
                                        entry.offset(), entry.type(), renumbered(entry.symbol()), entry.addend()))
                                .toList());
            }
            if (data instanceof SectionData.Group group) {
                return new SectionData.Group(
                        isKept(group.signature()) ? renumbered(group.signature()) : SymbolId.NULL,
                        group.flags(),
                        group.members().stream()
                                .filter(member -> !isRemoved(member))
                                .map(this::renumbered)
                                .filter(Objects::nonNull)
                                .toList());
            }
            return data;
        }
    }
}
