package io.github.kpatch.diff;

import io.github.kpatch.arch.TargetOffsets;
import io.github.kpatch.elf.Bytes;
import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.Section;
import io.github.kpatch.elf.SectionData;
import io.github.kpatch.elf.SectionFlags;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolId;
import io.github.kpatch.elf.SymbolType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whether two relocations of twin sections mean the same. Place and type must agree, and so must target and addend,
 * except for string literals, which are compared by their text: the linker merges them, so any new literal shifts the
 * others.
 *
 * <p>The targets agree if they are twins. A name is not enough: where a patch lets one of two callers pass another
 * constant, gcc numbers its clones anew, and a caller that goes on with {@code h.constprop.1} would keep calling what the
 * running kernel knows as {@code h.constprop.0} and what the patch makes of that. Names decide only about what is never
 * related, such as {@code __func__.3}; and where such a variable's value means something, as in {@code CSWTCH.3}, gcc's
 * table for a switch, the value has to agree as well, or nobody would notice that a case returns something else now.
 */
final class RelocationEquality {
    private final Correlation correlation;
    private final Unit original;
    private final Unit patched;
    private final Twins<SymbolId> twins;
    private final SectionId originalBase;
    private final SectionId patchedBase;
    private final TargetOffsets originalOffsets;
    private final TargetOffsets patchedOffsets;

    /** Whether values count; not again inside a value, where nothing says that it ever ends. */
    private final boolean valuesCount;

    RelocationEquality(Correlation correlation, SectionId originalBase, SectionId patchedBase) {
        this(correlation, originalBase, patchedBase, true);
    }

    private RelocationEquality(
            Correlation correlation, SectionId originalBase, SectionId patchedBase, boolean valuesCount) {
        this.correlation = correlation;
        this.valuesCount = valuesCount;
        this.original = correlation.original();
        this.patched = correlation.patched();
        this.twins = correlation.symbols();
        this.originalBase = originalBase;
        this.patchedBase = patchedBase;
        this.originalOffsets = original.arch().targetOffsets(original.section(originalBase));
        this.patchedOffsets = patched.arch().targetOffsets(patched.section(patchedBase));
    }

    /** Whether all relocations agree, one by one: another order is a change. */
    boolean equal(SectionData.Relocations a, SectionData.Relocations b) {
        return equal(a.entries(), b.entries(), 0);
    }

    /**
     * The same where the patched ones stand {@code shift} bytes behind the original ones.
     *
     * @param shift of all of them, in bytes
     */
    boolean equal(List<Relocation> a, List<Relocation> b, long shift) {
        if (a.size() != b.size()) {
            return false;
        }
        for (int i = 0; i < a.size(); i++) {
            if (!equal(a.get(i), b.get(i), shift)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Whether a stretch of the original section equals one of the patched section, bytes and relocations. One that does
     * not lie inside its section equals none.
     *
     * @param length of both, in bytes
     */
    boolean equalStretch(long originalStart, long patchedStart, long length) {
        if (!fits(original, originalBase, originalStart, length) || !fits(patched, patchedBase, patchedStart, length)) {
            return false;
        }
        Bytes a = original.section(originalBase).bytes().slice((int) originalStart, (int) (originalStart + length));
        Bytes b = patched.section(patchedBase).bytes().slice((int) patchedStart, (int) (patchedStart + length));
        return a.equals(b)
                && equal(
                        inside(original, originalBase, originalStart, length),
                        inside(patched, patchedBase, patchedStart, length),
                        patchedStart - originalStart);
    }

    private static boolean fits(Unit unit, SectionId section, long start, long length) {
        long size = unit.section(section).bytes().size();
        return start >= 0 && length >= 0 && start <= size && length <= size - start;
    }

    private static List<Relocation> inside(Unit unit, SectionId section, long start, long length) {
        List<Relocation> inside = new ArrayList<>();
        for (Relocation relocation : unit.elf().relocationsOf(section)) {
            if (relocation.offset() >= start && relocation.offset() < start + length) {
                inside.add(relocation);
            }
        }
        return inside;
    }

    /**
     * Whether two relocations agree.
     *
     * @param shift by how much {@code b} stands behind {@code a}, in bytes
     */
    boolean equal(Relocation a, Relocation b, long shift) {
        if (a.offset() + shift != b.offset() || !a.type().equals(b.type())) {
            return false;
        }
        Symbol symbolA = original.symbol(a.symbol());
        Symbol symbolB = patched.symbol(b.symbol());
        if (patched.arch().isReplacedBeforeUse(symbolA.name()) && patched.arch().isReplacedBeforeUse(symbolB.name())) {
            return true;
        }
        Optional<String> literalA = literal(original, a, originalOffsets);
        Optional<String> literalB = literal(patched, b, patchedOffsets);
        if (literalA.isPresent() || literalB.isPresent()) {
            return literalA.equals(literalB);
        }
        return a.addend() == b.addend() && sameTarget(a.symbol(), b.symbol());
    }

    private boolean sameTarget(SymbolId a, SymbolId b) {
        boolean value = valuesCount && twins.patched(a).isEmpty() && SpecialStatics.holdsValue(original, a);
        return sameNamed(correlation, a, b) && (!value || sameValue(a, b));
    }

    /** Whether the two are twins or, where neither has one, bear names that mean the same. */
    static boolean sameNamed(Correlation correlation, SymbolId a, SymbolId b) {
        Twins<SymbolId> twins = correlation.symbols();
        if (twins.patched(a).isPresent() || twins.original(b).isPresent()) {
            return twins.patched(a).equals(Optional.of(b));
        }
        Symbol original = correlation.original().symbol(a);
        Symbol patched = correlation.patched().symbol(b);
        Optional<SectionId> originalHome = original.home().section();
        Optional<SectionId> patchedHome = patched.home().section();
        // The number of a constant's label says nothing, so what stands there has to be compared with what stood there.
        boolean otherConstants = patched.type().equals(SymbolType.NOTYPE)
                && originalHome.isPresent()
                && !correlation.sections().patched(originalHome.get()).equals(patchedHome);
        boolean sameKind = originalHome.isPresent() == patchedHome.isPresent()
                && !otherConstants
                // A variable that bears the name of what was a function is something else.
                && original.type().equals(patched.type());
        return sameKind && MangledNames.equal(original.name(), patched.name());
    }

    private boolean sameValue(SymbolId a, SymbolId b) {
        Symbol symbolA = original.symbol(a);
        Symbol symbolB = patched.symbol(b);
        SectionId homeA = original.home(a).orElseThrow();
        SectionId homeB = patched.home(b).orElseThrow();
        boolean zeroA = original.section(homeA).data() instanceof SectionData.NoBits;
        boolean zeroB = patched.section(homeB).data() instanceof SectionData.NoBits;
        return symbolA.size() == symbolB.size()
                && zeroA == zeroB
                && (zeroA
                        || new RelocationEquality(correlation, homeA, homeB, false)
                                .equalStretch(symbolA.value(), symbolB.value(), symbolA.size()));
    }

    /** How many bytes a character has; firmware wants its strings in wider ones. */
    private static int characterSize(Section strings) {
        return (int) Math.max(1, Math.min(strings.entrySize(), Integer.BYTES));
    }

    /** The string literal that {@code relocation} points to, if it points to one, one {@code char} a byte. */
    static Optional<String> literal(Unit unit, Relocation relocation, TargetOffsets offsets) {
        Symbol symbol = unit.symbol(relocation.symbol());
        Optional<Section> section = symbol.home().section().map(unit::section);
        if (section.isEmpty() || !section.get().has(SectionFlags.STRINGS)) {
            return Optional.empty();
        }
        Bytes bytes = section.get().bytes();
        long offset = symbol.value() + offsets.of(relocation);
        return offset < 0 || offset >= bytes.size()
                ? Optional.empty()
                : Optional.of(bytes.stringAt((int) offset, characterSize(section.get())));
    }
}
