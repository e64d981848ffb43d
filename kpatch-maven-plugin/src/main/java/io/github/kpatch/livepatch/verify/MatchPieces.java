package io.github.kpatch.livepatch.verify;

import io.github.kpatch.arch.Architecture;
import io.github.kpatch.arch.TargetOffsets;
import io.github.kpatch.elf.Bytes;
import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.Section;
import io.github.kpatch.elf.SectionData;
import io.github.kpatch.elf.SectionFlags;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolHome;
import io.github.kpatch.elf.SymbolId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The walk through the module. It begins where somebody says that a compiled section stands at a place of the module, and
 * follows every reference from there: the bytes have to be those that the compiler made, and each reference has to lead to
 * the same, be it in the module or in the running kernel. What it leads to in the module is walked through in turn. So
 * names decide nothing here: namesakes are told apart by what refers to them.
 *
 * <p>Linkers join sections of one name and keep their order and their bytes, so that a compiled section stands in the
 * module as a whole. Exceptions are literals, which are compared by their text, and tables about code ({@link MatchTables}).
 */
final class MatchPieces {
    private static final long KIND = SectionFlags.ALLOC | SectionFlags.WRITE | SectionFlags.EXECINSTR;

    private final List<Origin> origins;
    private final FinishedModule module;
    private final KernelSymbols kernel;
    private final Architecture arch;
    private final Findings findings;
    private final MatchTables tables;
    private final Map<Origin, Map<SectionId, Spot>> places = new HashMap<>();
    private final Deque<Piece> next = new ArrayDeque<>();
    private final List<LeftToKernel> leftToKernel = new ArrayList<>();
    private final Map<Section, TargetOffsets> targetOffsets = new HashMap<>();

    /** A compiled section that is to be matched. */
    private record Piece(Origin origin, SectionId section) {}

    /** A reference to something defined in the compiled object for which the module refers to the kernel. */
    private record LeftToKernel(Origin origin, Spot target, boolean pointer, Spot at) {}

    MatchPieces(
            List<Origin> origins,
            FinishedModule module,
            RunningKernel running,
            KernelSymbols kernel,
            Architecture arch,
            Findings findings) {
        this.origins = origins;
        this.module = module;
        this.kernel = kernel;
        this.arch = arch;
        this.findings = findings;
        this.tables = new MatchTables(origins, module, running, kernel, arch, findings, this);
    }

    /** Says that a section of a compiled object begins at {@code spot} of the module. */
    void place(Origin origin, SectionId section, Spot spot, Spot because) {
        Spot known = places.computeIfAbsent(origin, any -> new TreeMap<>()).putIfAbsent(section, spot);
        if (known == null) {
            next.add(new Piece(origin, section));
        } else if (!known.equals(spot)) {
            findings.add(
                    module.where(because),
                    "It leads to " + module.where(spot) + ", and other code to "
                            + module.where(known) + ", for what is one thing in " + origin + ": "
                            + origin.object().section(section).name() + ".");
        }
    }

    /** Where in the module a place of a compiled object has come to stand, as far as the walk has come. */
    Optional<Spot> translated(Origin origin, Spot spot) {
        Spot place = places.getOrDefault(origin, Map.of()).get(spot.section());
        return place == null ? tables.translated(origin, spot) : Optional.of(place.plus(spot.offset()));
    }

    /** Whether the walk has come to a section of a compiled object. */
    boolean isPlaced(Origin origin, SectionId section) {
        return places.getOrDefault(origin, Map.of()).containsKey(section);
    }

    /** Whether a section of that name is a table about code. */
    boolean isTable(String section) {
        return tables.isTable(section);
    }

    /** All compiled sections of an origin that stand in the module, with their places. */
    Map<SectionId, Spot> placed(Origin origin) {
        return places.getOrDefault(origin, Map.of());
    }

    /** Walks on until nothing new is reached. */
    void walk() {
        do {
            while (!next.isEmpty()) {
                Piece piece = next.remove();
                match(piece.origin(), piece.section());
            }
            tables.matchEntries();
        } while (!next.isEmpty());
    }

    /** What can be judged only when everything has been reached. */
    void finish() {
        tables.finish();
        for (LeftToKernel each : leftToKernel) {
            if (isPlaced(each.origin(), each.target().section()) && !each.pointer()) {
                findings.add(
                        module.where(each.at()),
                        "It leads to the running kernel's " + each.origin().where(each.target())
                                + ", which stands in the module.");
            }
        }
    }

    private void match(Origin origin, SectionId id) {
        Spot place = places.get(origin).get(id);
        Section there = module.section(place.section());
        Origin.Content content = origin.unit().isPresent() ? origin.withCall(id) : origin.compiled(id);
        Section expected = content.section();
        long size = expected.data().size();
        boolean fits = place.offset() >= 0
                && place.offset() + size <= there.data().size()
                && (there.flags() & KIND) == (expected.flags() & KIND)
                && (there.data() instanceof SectionData.NoBits) == (expected.data() instanceof SectionData.NoBits)
                && (expected.alignment() == 0
                        || (there.alignment() >= expected.alignment() && place.offset() % expected.alignment() == 0));
        if (!fits) {
            findings.add(
                    module.where(place),
                    "Here should stand " + expected.name() + " of " + origin + ", " + size
                            + " bytes, which does not fit this section by its size, its alignment or its kind.");
            return;
        }
        if (!module.account(place.section(), place.offset(), place.offset() + size)) {
            findings.add(
                    module.where(place),
                    "Here should stand " + expected.name() + " of " + origin + ", and something else stands here too.");
        }
        compare(expected.bytes(), place, origin, expected.name());
        compareReferences(origin, content, place, size);
    }

    /** The bytes at {@code place} against those expected; tells of the first that differs. */
    void compare(Bytes expected, Spot place, Origin origin, String what) {
        Bytes there = module.section(place.section()).bytes();
        for (int i = 0; i < expected.size(); i++) {
            int found = there.at((int) place.offset() + i);
            if (found != expected.at(i)) {
                findings.add(
                        module.where(place.plus(i)),
                        String.format(
                                "The byte 0x%02x stands here; %s of %s has 0x%02x at 0x%x.",
                                found, what, origin, expected.at(i), i));
                return;
            }
        }
    }

    private void compareReferences(Origin origin, Origin.Content content, Spot place, long size) {
        Map<Long, Relocation> expected = new TreeMap<>();
        content.relocations().forEach(each -> expected.put(each.offset(), each));
        for (Relocation each : expected.values()) {
            compareReference(origin, content.section(), each, place.plus(each.offset()));
        }
        for (FinishedModule.Reference found :
                module.references(place.section(), place.offset(), place.offset() + size)) {
            if (!expected.containsKey(found.relocation().offset() - place.offset())) {
                found.account();
                findings.add(
                        module.where(
                                new Spot(place.section(), found.relocation().offset())),
                        "It refers to " + found + "; " + content.section().name() + " of " + origin
                                + " has no reference there.");
            }
        }
    }

    /**
     * One reference of the compiled object against that of the module.
     *
     * @param base what the compiled one is a reference of
     * @param at where the module's has to stand
     */
    void compareReference(Origin origin, Section base, Relocation expected, Spot at) {
        Optional<FinishedModule.Reference> found = module.referenceAt(at);
        if (found.isEmpty()) {
            findings.add(
                    module.where(at),
                    "It refers to nothing; " + base.name() + " of " + origin + " refers to " + text(origin, expected)
                            + ".");
            return;
        }
        found.get().account();
        if (!found.get().relocation().type().equals(expected.type())) {
            findings.add(
                    module.where(at),
                    "The reference to " + found.get() + " is of type "
                            + arch.relocationName(found.get().relocation().type()) + "; " + origin + " has "
                            + arch.relocationName(expected.type()) + ".");
            return;
        }
        if (!leadsToTheSame(origin, base, expected, found.get(), at)) {
            findings.add(
                    module.where(at),
                    "It refers to " + found.get() + "; " + origin + " refers to " + text(origin, expected) + " there.");
        }
    }

    private static String text(Origin origin, Relocation relocation) {
        String name = origin.object().symbol(relocation.symbol()).name();
        return relocation.addend() == 0 ? name : name + String.format("%+d", relocation.addend());
    }

    private boolean leadsToTheSame(
            Origin origin, Section base, Relocation expected, FinishedModule.Reference found, Spot at) {
        Symbol symbol = origin.object().symbol(expected.symbol());
        Optional<SectionId> home = symbol.home().section();
        if (home.isPresent()) {
            Spot target = new Spot(home.get(), symbol.value() + expected.addend());
            return found.spot().isPresent()
                    ? leadsInside(origin, base, expected, target, found, at)
                    : leadsToKernel(origin, expected, target, found, at);
        }
        if (symbol.home() instanceof SymbolHome.Undefined && !expected.symbol().equals(SymbolId.NULL)) {
            return (found.relocation().addend() == expected.addend()
                            && found.spot().isEmpty())
                    ? kernel.meansNamed(origin, symbol.name(), found)
                    : leadsToOtherOrigin(origin, symbol.name(), expected.addend(), found, at);
        }
        return found.relocation().addend() == expected.addend()
                && found.symbol().home().equals(symbol.home())
                && found.symbol().value() == symbol.value()
                && found.symbol().name().equals(symbol.name());
    }

    private boolean leadsInside(
            Origin origin, Section base, Relocation expected, Spot target, FinishedModule.Reference found, Spot at) {
        Section section = origin.object().section(target.section());
        Spot there = found.spot().orElseThrow();
        if (isText(section)) {
            long shift = shift(base, expected);
            int width = (int) Math.max(1, section.entrySize());
            Optional<String> text = module.textAt(there.plus(shift), width);
            long from = target.offset() + shift;
            if (!isText(module.section(there.section()))
                    || module.section(there.section()).alignment() < section.alignment()
                    || text.isEmpty()
                    || from < 0
                    || from >= section.bytes().size()
                    || !section.bytes().stringAt((int) from, width).equals(text.get())) {
                return false;
            }
            long start = there.offset() + shift;
            long end = Math.min(
                    start + text.get().length() + width,
                    module.section(there.section()).data().size());
            module.account(there.section(), start, end);
            return true;
        }
        if (tables.isTable(section.name())) {
            long shift = shift(base, expected);
            return tables.request(origin, target.plus(shift), there.plus(shift));
        }
        if (isPointerToExisting(origin, expected, target)) {
            findings.add(
                    module.where(at),
                    "The address of the module's own " + origin.where(target)
                            + " is stored, which somebody may call after the module is gone.");
        }
        place(origin, target.section(), there.plus(-target.offset()), at);
        return true;
    }

    /** How far from "symbol and addend" the place is that is meant: a field relative to the program counter is biased. */
    private long shift(Section base, Relocation relocation) {
        return targetOffsets.computeIfAbsent(base, arch::targetOffsets).of(relocation) - relocation.addend();
    }

    private static boolean isText(Section section) {
        return section.has(SectionFlags.STRINGS) && !section.has(SectionFlags.WRITE);
    }

    private boolean isPointerToExisting(Origin origin, Relocation relocation, Spot target) {
        return origin.unit().isPresent()
                && origin.functionsIn(target.section()).stream()
                        .filter(id -> origin.object().symbol(id).value() == target.offset())
                        .anyMatch(id -> arch.storesFunctionPointer(
                                        origin.object(),
                                        relocation.withSymbol(id).withAddend(0))
                                && kernel.hasOriginalOf(
                                        origin, origin.object().symbol(id).name()));
    }

    private boolean leadsToKernel(
            Origin origin, Relocation expected, Spot target, FinishedModule.Reference found, Spot at) {
        if (origin.unit().isEmpty()) {
            return false;
        }
        leftToKernel.add(new LeftToKernel(origin, target, isPointerToExisting(origin, expected, target), at));
        for (SymbolId id : origin.symbolsIn(target.section())) {
            Symbol symbol = origin.object().symbol(id);
            if (!symbol.isSection()
                    && target.offset() - symbol.value() == found.relocation().addend()
                    && kernel.means(origin, id, found)) {
                return true;
            }
        }
        return false;
    }

    /** What one compiled object defines for another of its kind, and our linker script for the module's own source. */
    private boolean leadsToOtherOrigin(
            Origin origin, String name, long addend, FinishedModule.Reference found, Spot at) {
        Optional<Spot> there = found.spot().map(spot -> spot.plus(-addend));
        if (there.isEmpty()) {
            return false;
        }
        for (Origin other : origins) {
            for (SymbolId id : other.object().symbolsNamed(name)) {
                Symbol symbol = other.object().symbol(id);
                boolean defined = !symbol.isLocal() && symbol.home().section().isPresent();
                if (defined && other.unit().isPresent() == origin.unit().isPresent()) {
                    place(other, symbol.home().section().get(), there.get().plus(-symbol.value()), at);
                    return true;
                }
            }
        }
        return origin.unit().isEmpty()
                && LinkerSymbols.at(module, name).filter(there.get()::equals).isPresent();
    }
}
