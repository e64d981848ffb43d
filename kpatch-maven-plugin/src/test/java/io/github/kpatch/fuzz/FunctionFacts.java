package io.github.kpatch.fuzz;

import io.github.kpatch.elf.Bytes;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.Section;
import io.github.kpatch.elf.SectionData;
import io.github.kpatch.elf.SectionFlags;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.Symbol;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Everything that one object says of each of its functions, as text, so that two objects can be compared by comparing
 * text: the code, what it refers to, and every entry of every table that is about it. A reference is told by what it leads
 * to (a function and a place in it, a variable, the text of a literal, the bytes of what has no name), never by
 * number, for numbers differ between builds.
 */
final class FunctionFacts {
    /** What a field relative to the next instruction is short of, where no immediate follows it. */
    private static final int FIELD = 4;

    /** An address, a type and a length ({@code struct paravirt_patch_site}), without what aligns the next one. */
    private static final int PARAVIRT_SITE = 10;

    /** The flag by which the running kernel remembers a warning that comes once. */
    private static final int WARNED_ALREADY = 1 << 2;

    /** In place of the name of what is referred to. */
    static final String LITERAL = "";

    private static final List<Integer> IMMEDIATES = List.of(0, 1, 2, 4);

    private static final Set<Integer> RELATIVE = Set.of(2, 4);
    /** {@code R_X86_64_NONE}. */
    private static final int FILLS_NOTHING = 0;
    /** Replacement code refers to code, fix-up code to code; nothing more is behind another reference. */
    private static final int DEEPEST = 2;

    private static final int LONGEST = 1 << 10;
    private static final String OWN = ".text.";
    private static final List<String> PLACES = List.of(".text.unlikely.", ".text.hot.");
    private static final List<String> PADDING = List.of("__pfx_", "__cfi_");

    private final ElfObject object;
    private final Map<String, Integer> sizes;
    private final Set<String> shared;
    private final Set<String> steady;
    private final Map<SectionId, NavigableSet<Long>> starts = new HashMap<>();
    private final Map<SectionId, NavigableMap<Long, Function>> functions = new HashMap<>();

    private FunctionFacts(ElfObject object, Map<String, Integer> sizes, Set<String> shared, Set<String> steady) {
        this.object = object;
        this.sizes = sizes;
        this.shared = shared;
        this.steady = steady;
    }

    /**
     * What is said of one function.
     *
     * @param names all of them, aliases too
     * @param inside functions that begin there in this object alone, so that they do not divide it
     * @param start of what belongs to it in its section: the padding before the first function is the first's
     * @param end of it: where the next one starts
     * @param code its bytes
     * @param references from its code, by place
     * @param targets the symbol of each, by its place in the code
     * @param tables what each table says of it, entry by entry in the table's order
     */
    record Function(
            Set<String> names,
            Set<String> inside,
            long start,
            long end,
            Bytes code,
            List<String> references,
            NavigableMap<Long, String> targets,
            Map<String, List<String>> tables) {}

    /** The names, without numbers, of what at least one of the two objects calls a function, and both have in code. */
    static Set<String> shared(ElfObject original, ElfObject patched) {
        Set<String> shared = names(original, Symbol::isFunction);
        shared.addAll(names(patched, Symbol::isFunction));
        shared.retainAll(names(original, symbol -> true));
        shared.retainAll(names(patched, symbol -> true));
        return shared;
    }

    /** The names of the sections of code that are as long in both objects. */
    static Set<String> steady(ElfObject original, ElfObject patched) {
        Set<String> steady = new TreeSet<>();
        for (Section section : patched.sections()) {
            List<SectionId> twins = original.sectionsNamed(section.name());
            if (section.isText()
                    && twins.size() == 1
                    && original.section(twins.get(0)).data().size()
                            == section.data().size()) {
                steady.add(section.name());
            }
        }
        return steady;
    }

    private static Set<String> names(ElfObject object, Predicate<Symbol> wanted) {
        return object.symbols().stream()
                .filter(symbol -> !symbol.isSection()
                        && symbol.home()
                                .section()
                                .filter(id -> object.section(id).isText())
                                .isPresent()
                        && wanted.test(symbol))
                .map(symbol -> SecondOpinion.withoutNumbers(symbol.name()))
                .collect(Collectors.toSet());
    }

    /**
     * The functions of {@code object} whose names and places cannot be mistaken.
     *
     * @param shared {@link #shared names} that both objects have: in a section made for one function no other begins, and
     *     another name for a place in it changes nothing about what is there; nor does it whether it is still called one
     * @param steady {@link #steady sections} from which no code went and to which none came, so that names alone did
     */
    static Collection<Function> in(
            ElfObject object, Map<String, Integer> sizes, Set<String> shared, Set<String> steady) {
        FunctionFacts facts = new FunctionFacts(object, sizes, shared, steady);
        facts.findFunctions();
        facts.findStarts();
        facts.readCode();
        facts.readTables();
        return facts.functions.values().stream()
                .flatMap(inSection -> inSection.values().stream())
                .toList();
    }

    private void findFunctions() {
        Map<SectionId, TreeMap<Long, List<Symbol>>> symbols = new LinkedHashMap<>();
        for (Symbol symbol : object.symbols()) {
            Optional<SectionId> home = symbol.home().section().filter(id -> isCode(object.section(id)));
            boolean isShared = shared.contains(SecondOpinion.withoutNumbers(symbol.name()));
            if ((symbol.isFunction() || isShared)
                    && !symbol.isSection()
                    && isFunctionName(symbol.name())
                    && home.isPresent()
                    && PADDING.stream().noneMatch(symbol.name()::startsWith)
                    && (isShared || !onlySharedBegin(object.section(home.get())))
                    && symbol.value() >= 0
                    && symbol.value() < object.section(home.get()).bytes().size()) {
                symbols.computeIfAbsent(home.get(), id -> new TreeMap<>())
                        .computeIfAbsent(symbol.value(), value -> new ArrayList<>())
                        .add(symbol);
            }
        }
        symbols.forEach((id, byValue) -> {
            NavigableMap<Long, Function> found = new TreeMap<>();
            Bytes bytes = object.section(id).bytes();
            byValue.forEach((value, aliases) -> {
                long start = value.equals(byValue.firstKey()) ? 0 : value;
                Long next = byValue.higherKey(value);
                long end = next == null ? bytes.size() : next;
                found.put(
                        start,
                        new Function(
                                aliases.stream().map(Symbol::name).collect(Collectors.toCollection(TreeSet::new)),
                                inside(id, start, end),
                                start,
                                end,
                                bytes.slice((int) start, (int) end),
                                new ArrayList<>(),
                                new TreeMap<>(),
                                new TreeMap<>()));
            });
            functions.put(id, found);
        });
    }

    /** A name such as a section's is none that C has. */
    private static boolean isFunctionName(String name) {
        return !name.isEmpty() && !name.startsWith(".");
    }

    private Set<String> inside(SectionId section, long start, long end) {
        return object.symbols().stream()
                .filter(symbol -> symbol.isFunction()
                        && symbol.home().section().equals(Optional.of(section))
                        && !shared.contains(SecondOpinion.withoutNumbers(symbol.name()))
                        && symbol.value() >= start
                        && symbol.value() < end)
                .map(symbol -> SecondOpinion.withoutNumbers(symbol.name()))
                .collect(Collectors.toSet());
    }

    private boolean onlySharedBegin(Section section) {
        return isOneFunctions(section) || steady.contains(section.name());
    }

    private static boolean isOneFunctions(Section section) {
        return section.name().startsWith(OWN);
    }

    private static boolean isCode(Section section) {
        return section.isText() && !TableShapes.saysNothing(section.name()) && !TableShapes.isOutOfLine(section.name());
    }

    /** What anything refers to begins there, so that something without a name ends there. */
    private void findStarts() {
        for (Section section : object.sections()) {
            if (section.data() instanceof SectionData.Relocations relocations
                    && object.section(relocations.target()).has(SectionFlags.ALLOC)) {
                boolean code = object.section(relocations.target()).isText();
                relocations
                        .entries()
                        .forEach(relocation -> home(relocation)
                                .ifPresent(id -> starts.computeIfAbsent(id, key -> new TreeSet<>())
                                        .add(place(relocation, code))));
            }
        }
    }

    private Optional<SectionId> home(Relocation relocation) {
        return object.symbol(relocation.symbol()).home().section();
    }

    private long place(Relocation relocation, boolean fromCode) {
        boolean relative = fromCode && RELATIVE.contains(relocation.type().value());
        return object.symbol(relocation.symbol()).value() + relocation.addend() + (relative ? FIELD : 0);
    }

    private Optional<Function> functionAt(SectionId section, long place) {
        return Optional.ofNullable(functions.get(section))
                .map(found -> found.floorEntry(place))
                .map(Map.Entry::getValue)
                .filter(function -> place < function.end());
    }

    private void readCode() {
        functions.forEach((id, inSection) -> sorted(id)
                .forEach(relocation -> functionAt(id, relocation.offset()).ifPresent(function -> {
                    long at = relocation.offset() - function.start();
                    function.references().add(at + ": " + reference(relocation, true, 0));
                    function.targets()
                            .put(
                                    at,
                                    isLiteral(relocation)
                                            ? LITERAL
                                            : object.symbol(relocation.symbol()).name());
                })));
    }

    private boolean isLiteral(Relocation relocation) {
        return home(relocation)
                .filter(id -> object.section(id).has(SectionFlags.STRINGS))
                .isPresent();
    }

    /** The relocations that fill something, in order. */
    private List<Relocation> sorted(SectionId id) {
        return object.relocationsOf(id).stream()
                .filter(relocation -> relocation.type().value() != FILLS_NOTHING)
                .sorted(Comparator.comparingLong(Relocation::offset))
                .toList();
    }

    private void readTables() {
        for (int i = 0; i < object.sections().size(); i++) {
            SectionId id = new SectionId(i);
            Section section = object.section(id);
            if (section.data() instanceof SectionData.Contents
                    && section.has(SectionFlags.ALLOC)
                    && !section.isText()
                    && !TableShapes.saysNothing(SecondOpinion.withoutNumbers(section.name()))
                    && !TableShapes.isVariable(section.name())
                    && object.symbols().stream()
                            .noneMatch(symbol ->
                                    symbol.isObject() && symbol.home().section().equals(Optional.of(id)))) {
                readTable(id, section);
            }
        }
    }

    private void readTable(SectionId id, Section section) {
        List<Relocation> relocations = sorted(id);
        long size = section.bytes().size();
        String name = SecondOpinion.withoutNumbers(section.name());
        OptionalInt entry = TableShapes.entrySize(name, sizes);
        TreeMap<Long, List<Relocation>> entries = new TreeMap<>();
        for (Relocation relocation : relocations) {
            if (entry.isPresent()) {
                entries.computeIfAbsent(
                                Math.floorDiv(relocation.offset(), (long) entry.getAsInt()) * entry.getAsInt(),
                                at -> new ArrayList<>())
                        .add(relocation);
            } else if (about(relocation).isPresent() || !entries.isEmpty()) {
                boolean begins = about(relocation).isPresent();
                long at = begins ? relocation.offset() : entries.lastKey();
                entries.computeIfAbsent(at, key -> new ArrayList<>()).add(relocation);
            }
        }
        for (Map.Entry<Long, List<Relocation>> each : entries.entrySet()) {
            long start = each.getKey();
            Long next = entries.higherKey(start);
            long end = entry.isPresent() ? start + entry.getAsInt() : next == null ? size : next;
            about(each.getValue().get(0))
                    .ifPresent(function -> function.tables()
                            .computeIfAbsent(name, key -> new ArrayList<>())
                            .add(entry(name, section, start, Math.min(end, size), each.getValue())));
        }
    }

    private Optional<Function> about(Relocation relocation) {
        return home(relocation).flatMap(id -> functionAt(id, place(relocation, false)));
    }

    private String entry(String name, Section table, long start, long end, List<Relocation> relocations) {
        byte[] bytes = start < 0 || start > end
                ? new byte[0]
                : table.bytes().slice((int) start, (int) end).toArray();
        if (name.equals(".parainstructions")) {
            // The macro aligns before each entry, so what fills up the last one belongs to none.
            bytes = Arrays.copyOf(bytes, Math.min(bytes.length, PARAVIRT_SITE));
        }
        boolean located = name.equals("__bug_table") && bytes.length == 12;
        if (located) {
            // The file's name, also below, and the line: a warning prints them, and nothing else depends on them.
            Arrays.fill(bytes, 4, 10, (byte) 0);
            bytes[10] &= ~WARNED_ALREADY;
        }
        StringBuilder text = new StringBuilder(HexFormat.of().formatHex(bytes));
        for (Relocation relocation : relocations) {
            long at = relocation.offset() - start;
            if (!(located && at == 4)) {
                boolean replacement = name.equals(".altinstructions") && at == 4 && bytes.length > 11;
                OptionalInt length = replacement
                        ? OptionalInt.of(bytes[bytes.length == 13 ? 11 : bytes.length - 1] & 0xff)
                        : OptionalInt.empty();
                text.append(", ").append(at).append(": ").append(reference(relocation, false, 0, length));
            }
        }
        if (name.equals(".orc_unwind_ip")) {
            text.append(", ").append(unwinding(start / 4));
        }
        return text.toString();
    }

    private String unwinding(long number) {
        int size = sizes.getOrDefault("orc_entry", 0);
        Bytes all = object.sections().stream()
                .filter(section -> section.data() instanceof SectionData.Contents
                        && SecondOpinion.withoutNumbers(section.name()).equals(TableShapes.UNWINDING))
                .map(Section::bytes)
                .findFirst()
                .orElse(Bytes.EMPTY);
        return size == 0 || (number + 1) * size > all.size()
                ? "nothing"
                : HexFormat.of()
                        .formatHex(all.slice((int) number * size, (int) (number + 1) * size)
                                .toArray());
    }

    private String reference(Relocation relocation, boolean fromCode, int depth) {
        return reference(relocation, fromCode, depth, OptionalInt.empty());
    }

    private String reference(Relocation relocation, boolean fromCode, int depth, OptionalInt length) {
        return relocation.type().value() + " "
                + home(relocation)
                        .map(id -> led(relocation, id, place(relocation, fromCode), depth, length))
                        .orElseGet(() -> SecondOpinion.withoutNumbers(
                                        object.symbol(relocation.symbol()).name()) + "+" + relocation.addend());
    }

    private String led(Relocation relocation, SectionId id, long place, int depth, OptionalInt length) {
        Section section = object.section(id);
        if (section.has(SectionFlags.STRINGS)) {
            return place < 0 || place >= section.bytes().size()
                    ? "no text"
                    : '"' + section.bytes().stringAt((int) place) + '"';
        }
        // Whoever leads there means the code, whatever names it bears.
        if (TableShapes.isOutOfLine(section.name())) {
            return content(id, place, depth, length);
        }
        // Names of functions come and go without moving anything.
        if (isCode(section) && isOneFunctions(section)) {
            return at(withoutPlace(section), place);
        }
        Optional<Function> function = functionAt(id, place);
        if (function.isPresent()) {
            return at(nameOf(function.get()), place - function.get().start());
        }
        Symbol symbol = object.symbol(relocation.symbol());
        if (!symbol.isSection() && !symbol.name().startsWith(".")) {
            return at(symbol.name(), place - symbol.value());
        }
        // Its entries are compared by themselves; a section without any only bears the name.
        String name = SecondOpinion.withoutNumbers(section.name());
        if (TableShapes.isTable(name) && object.relocationSectionOf(id).isPresent()) {
            return name;
        }
        // What runs before alternatives are applied only; which feature it asks for stands in the entry as well.
        if (section.name().equals(".altinstr_aux")) {
            return section.name();
        }
        // What sanitizers print; no two builds number it alike.
        if (section.name().contains("Lubsan_")) {
            return "a sanitizer's note";
        }
        return variable(id, place).orElseGet(() -> content(id, place, depth, length));
    }

    /** Of several names one that both objects have: another alias leads to the same code. */
    private String nameOf(Function function) {
        return function.names().stream()
                .filter(name -> shared.contains(SecondOpinion.withoutNumbers(name)))
                .findFirst()
                .orElse(function.names().iterator().next());
    }

    /** Whether a function is seldom or often called, its callers do not say; its cold piece is something else. */
    private String withoutPlace(Section section) {
        return PLACES.stream()
                .filter(section.name()::startsWith)
                .map(place -> OWN + section.name().substring(place.length()))
                .filter(plain -> object.sections().stream()
                        .noneMatch(other ->
                                SecondOpinion.withoutNumbers(other.name()).equals(SecondOpinion.withoutNumbers(plain))))
                .findFirst()
                .orElse(section.name());
    }

    private static String at(String name, long offset) {
        return SecondOpinion.withoutNumbers(name) + "+" + offset;
    }

    /** The variable at {@code place}, or at a little more: how long an immediate is after the field is not known here. */
    private Optional<String> variable(SectionId id, long place) {
        String own = object.section(id).name();
        List<Symbol> inSection = object.symbols().stream()
                .filter(symbol -> !symbol.isSection()
                        && !symbol.name().isEmpty()
                        && !symbol.name().startsWith(".L")
                        && symbol.home().section().equals(Optional.of(id)))
                .sorted(Comparator.comparing(symbol -> !own.endsWith("." + symbol.name())))
                .toList();
        // Other names in a variable's own section change nothing about what is there.
        if (inSection.size() == 1
                || (!inSection.isEmpty() && own.endsWith("." + inSection.get(0).name()))) {
            return Optional.of(
                    at(inSection.get(0).name(), place - inSection.get(0).value()));
        }
        for (long immediate : IMMEDIATES) {
            for (Symbol symbol : inSection) {
                long offset = place + immediate - symbol.value();
                if (offset == 0 || (offset > 0 && offset < symbol.size())) {
                    return Optional.of(at(symbol.name(), offset));
                }
            }
        }
        return Optional.empty();
    }

    /** The bytes of what has no name, with what they refer to. */
    private String content(SectionId id, long place, int depth, OptionalInt length) {
        Section section = object.section(id);
        long size = section.bytes().size();
        if (place < 0 || place > size || depth == DEEPEST) {
            return section.name();
        }
        Long next = starts.getOrDefault(id, new TreeSet<>()).higher(place);
        long end = length.isPresent()
                ? place + length.getAsInt()
                : section.has(SectionFlags.MERGE) && section.entrySize() > 0
                        ? place + section.entrySize()
                        : next == null ? size : next;
        long last = Math.min(Math.min(end, size), place + LONGEST);
        boolean sized = length.isPresent() || section.has(SectionFlags.MERGE);
        StringBuilder text = new StringBuilder("[").append(hex(section.bytes(), (int) place, (int) last, !sized));
        for (Relocation relocation : sorted(id)) {
            if (relocation.offset() >= place && relocation.offset() < last) {
                text.append(' ')
                        .append(relocation.offset() - place)
                        .append(": ")
                        .append(reference(relocation, section.isText(), depth + 1));
            }
        }
        return text.append(']').toString();
    }

    /** Zeroes at the end of what has no size may be padding before a new neighbour. */
    private static String hex(Bytes bytes, int from, int to, boolean withoutPadding) {
        int end = to;
        while (withoutPadding && end > from && bytes.at(end - 1) == 0) {
            end--;
        }
        return HexFormat.of().formatHex(bytes.toArray(), from, end);
    }
}
