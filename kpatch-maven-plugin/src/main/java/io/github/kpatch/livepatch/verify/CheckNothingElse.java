package io.github.kpatch.livepatch.verify;

import io.github.kpatch.elf.Bytes;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.Section;
import io.github.kpatch.elf.SectionData;
import io.github.kpatch.elf.SectionFlags;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolBinding;
import io.github.kpatch.intermediate.IntermediateLayout;
import io.github.kpatch.livepatch.KlpNames;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Whatever the loader takes into memory has to be accounted for. What nothing leads to may be there by a rule only: all
 * that kbuild compiled for the module itself; literals, which go along whole; a new global, which another unit of the patch
 * may use; a function that the patch's author forces in; namespaces that modpost asks for; and the linker's notes.
 */
final class CheckNothingElse {
    /** What linkers write themselves, or anew: notes, and unwind data in DWARF, which no kernel acts upon. */
    private static final List<String> OF_LINKER = List.of(".note.gnu.", ".eh_frame");

    private static final String INFORMATION = ".modinfo";
    private static final String NAMESPACE = "import_ns=";
    private static final String FORCE = ".kpatch.force";

    private final List<Origin> origins;
    private final FinishedModule module;
    private final MatchPieces pieces;
    private final Findings findings;

    CheckNothingElse(List<Origin> origins, FinishedModule module, MatchPieces pieces, Findings findings) {
        this.origins = origins;
        this.module = module;
        this.pieces = pieces;
        this.findings = findings;
    }

    private List<SectionId> loaded() {
        return module.object().sectionIds().stream()
                .filter(id -> module.section(id).has(SectionFlags.ALLOC)
                        && !module.section(id).isRelocations()
                        && OF_LINKER.stream().noneMatch(module.section(id).name()::startsWith))
                .toList();
    }

    /** Finds the place of what may be there although nothing leads to it, and walks on from there. */
    void placeUnreferenced() {
        pieces.walk();
        boolean grown = true;
        while (grown) {
            grown = false;
            for (SectionId id : loaded()) {
                while (placeOneUnreferenced(id)) {
                    pieces.walk();
                    grown = true;
                }
            }
        }
    }

    private boolean placeOneUnreferenced(SectionId id) {
        Section section = module.section(id);
        BitSet accounted = module.accounted(id);
        int size = (int) section.data().size();
        for (int from = accounted.nextClearBit(0); from < size; ) {
            int next = accounted.nextSetBit(from);
            int end = next < 0 ? size : next;
            for (Origin origin : origins) {
                for (SectionId each : origin.object().sectionsNamed(section.name())) {
                    OptionalLong place = pieces.isPlaced(origin, each) || !mayBeUnreferenced(origin, each)
                            ? OptionalLong.empty()
                            : place(origin.object().section(each), section, from, end);
                    if (place.isPresent()) {
                        Spot spot = new Spot(id, place.getAsLong());
                        pieces.place(origin, each, spot, spot);
                        return true;
                    }
                }
            }
            from = accounted.nextClearBit(end);
        }
        return false;
    }

    /** The first place between two others, at the alignment that it has to have, where the bytes of a section stand. */
    private static OptionalLong place(Section compiled, Section section, long from, long end) {
        long alignment = Math.max(1, compiled.alignment());
        long size = compiled.data().size();
        long at = (from + alignment - 1) / alignment * alignment;
        while (size > 0 && at + size <= end) {
            if (stands(compiled, section, (int) at)) {
                return OptionalLong.of(at);
            }
            at += alignment;
        }
        return OptionalLong.empty();
    }

    private static boolean stands(Section compiled, Section section, int at) {
        if (compiled.data() instanceof SectionData.NoBits) {
            return section.data() instanceof SectionData.NoBits;
        }
        Bytes bytes = compiled.bytes();
        return section.data() instanceof SectionData.Contents
                && section.bytes().slice(at, at + bytes.size()).equals(bytes);
    }

    private boolean mayBeUnreferenced(Origin origin, SectionId id) {
        if (origin.unit().isEmpty() || isLiterals(origin.object().section(id))) {
            return !pieces.isTable(origin.object().section(id).name());
        }
        ElfObject original = origin.unit().get().original();
        boolean isNew = origin.symbolsIn(id).stream()
                .map(origin.object()::symbol)
                .anyMatch(symbol -> symbol.binding().equals(SymbolBinding.GLOBAL)
                        && original.symbolsNamed(symbol.name()).stream()
                                .noneMatch(other ->
                                        original.symbol(other).home().section().isPresent()));
        return isNew || isForced(origin, id);
    }

    private static boolean isLiterals(Section section) {
        return !section.has(SectionFlags.WRITE)
                && (section.name().equals(".rodata")
                        || (section.name().startsWith(".rodata.") && section.has(SectionFlags.MERGE)));
    }

    private static boolean isForced(Origin origin, SectionId id) {
        ElfObject object = origin.object();
        return object.sectionNamed(FORCE).map(object::relocationsOf).orElse(List.of()).stream()
                .anyMatch(relocation -> object.symbol(relocation.symbol())
                        .home()
                        .section()
                        .filter(id::equals)
                        .isPresent());
    }

    /** Tells of all that nobody has accounted for. */
    void check() {
        Set<String> names = names();
        Set<String> literals = literals();
        for (SectionId id : loaded()) {
            Section section = module.section(id);
            checkBytes(id, section.name().equals(IntermediateLayout.STRINGS) ? names : literals);
            module.references(id).values().stream()
                    .filter(reference -> !reference.isAccountedFor())
                    .forEach(reference -> findings.add(
                            module.where(new Spot(id, reference.relocation().offset())),
                            "It refers to " + reference + ", which is a reference of no compiled object."));
        }
    }

    private void checkBytes(SectionId id, Set<String> texts) {
        Section section = module.section(id);
        boolean isText = section.has(SectionFlags.STRINGS)
                || section.name().equals(IntermediateLayout.STRINGS)
                || section.name().equals(INFORMATION);
        BitSet accounted = module.accounted(id);
        int size = (int) section.data().size();
        for (int from = accounted.nextClearBit(0); from < size; ) {
            int next = accounted.nextSetBit(from);
            int end = next < 0 ? size : next;
            boolean known = isText
                    ? isKnownText(section, from, end, texts)
                    : next >= 0 && end - from < section.alignment() && isPadding(section, from, end);
            if (!known) {
                findings.add(
                        module.where(new Spot(id, from)),
                        "Nothing in the compiled objects accounts for the " + (end - from) + " bytes here.");
            }
            from = accounted.nextClearBit(end);
        }
    }

    /** Linkers fill gaps with zeroes, in code with no-ops; nothing leads there. */
    private static boolean isPadding(Section section, int from, int end) {
        if (section.isText() || section.data() instanceof SectionData.NoBits) {
            return true;
        }
        for (int i = from; i < end; i++) {
            if (section.bytes().at(i) != 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean isKnownText(Section section, int from, int end, Set<String> texts) {
        int width = (int) Math.max(1, section.entrySize());
        for (int at = from; at < end; ) {
            String text = section.bytes().stringAt(at, width);
            boolean namespace = section.name().equals(INFORMATION) && text.startsWith(NAMESPACE);
            if (!text.isEmpty() && !texts.contains(text) && !namespace) {
                return false;
            }
            at += text.length() + width;
        }
        return true;
    }

    /** All texts of the compiled objects' literals. */
    private Set<String> literals() {
        Set<String> texts = new HashSet<>();
        for (Origin origin : origins) {
            for (Section section : origin.object().sections()) {
                if (section.has(SectionFlags.STRINGS | SectionFlags.ALLOC)) {
                    int width = (int) Math.max(1, section.entrySize());
                    for (int at = 0; at < section.bytes().size(); ) {
                        String text = section.bytes().stringAt(at, width);
                        texts.add(text);
                        at += text.length() + width;
                    }
                }
            }
        }
        return texts;
    }

    /** The names that tables of the link referred to, which the last step has turned into klp symbols. */
    private Set<String> names() {
        Set<String> names = new HashSet<>();
        for (Symbol symbol : module.object().symbols()) {
            names.add(symbol.name());
            KlpNames.parseSymbol(symbol.name()).ifPresent(klp -> names.addAll(List.of(klp.objectName(), klp.name())));
        }
        origins.stream()
                .flatMap(origin -> origin.unit().stream())
                .forEach(unit -> names.add(unit.parent().name()));
        return names;
    }
}
