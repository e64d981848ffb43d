package io.github.kpatch.livepatch.verify;

import io.github.kpatch.arch.Architecture;
import io.github.kpatch.arch.TargetOffsets;
import io.github.kpatch.elf.Bytes;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.Section;
import io.github.kpatch.elf.SectionFlags;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A function whose code the patch changes has to be in the module. The comparison is a plain one: what is longer, has
 * references at other places or to something of another name or text, or other bytes, has changed. It takes no notice of
 * the numbers in names, nor of where in a section something lies, which change with every build; nor of line numbers that
 * a message is given.
 */
final class CheckNothingMissing {
    private static final String CODE = ".text.";
    private static final String IGNORED = ".kpatch.ignore.functions";
    /** How far behind the load of an argument the call may stand. */
    private static final int LONGEST_CALL = 96;

    private final ElfObject original;
    private final ElfObject patched;
    private final Architecture arch;
    private final Map<SectionId, Symbol> oldOwners;
    private final Map<SectionId, Symbol> newOwners;

    private CheckNothingMissing(ElfObject original, ElfObject patched, Architecture arch) {
        this.original = original;
        this.patched = patched;
        this.arch = arch;
        this.oldOwners = owners(original);
        this.newOwners = owners(patched);
    }

    static void check(List<Origin> origins, MatchPieces pieces, Architecture arch, Findings findings) {
        for (Origin origin : origins) {
            origin.unit().ifPresent(unit -> {
                for (Symbol function : changed(unit, arch)) {
                    if (!pieces.isPlaced(origin, function.home().section().orElseThrow())) {
                        findings.add(
                                origin + ": " + function.name(),
                                "The patch changes the function, and the module does not hold it.");
                    }
                }
            });
        }
    }

    /** The functions of the patched object that the patch changes. */
    static List<Symbol> changed(CompiledUnit unit, Architecture arch) {
        CheckNothingMissing check = new CheckNothingMissing(unit.original(), unit.patched(), arch);
        return unit.patched().symbolIds().stream()
                .filter(check::isChanged)
                .map(unit.patched()::symbol)
                .toList();
    }

    private boolean isChanged(SymbolId id) {
        Symbol function = patched.symbol(id);
        Optional<SectionId> now = home(patched, function);
        Optional<Symbol> before = original.symbolsNamed(function.name()).stream()
                .map(original::symbol)
                .filter(symbol -> home(original, symbol).isPresent())
                .findFirst();
        if (now.isEmpty() || before.isEmpty() || isIgnored(id)) {
            return false;
        }
        SectionId then = home(original, before.get()).orElseThrow();
        return !isAlike(then, now.get());
    }

    /** The section that a function has for itself. */
    private static Optional<SectionId> home(ElfObject object, Symbol symbol) {
        return symbol.isFunction()
                ? symbol.home()
                        .section()
                        .filter(home -> object.section(home).name().startsWith(CODE))
                : Optional.empty();
    }

    private boolean isIgnored(SymbolId function) {
        return patched.sectionNamed(IGNORED).map(patched::relocationsOf).orElse(List.of()).stream()
                .anyMatch(relocation -> relocation.symbol().equals(function)
                        || patched.symbol(relocation.symbol())
                                .home()
                                .equals(patched.symbol(function).home()));
    }

    private boolean isAlike(SectionId then, SectionId now) {
        Section old = original.section(then);
        Section code = patched.section(now);
        List<Relocation> before = original.relocationsOf(then);
        List<Relocation> after = patched.relocationsOf(now);
        if (old.bytes().size() != code.bytes().size() || before.size() != after.size()) {
            return false;
        }
        TargetOffsets oldOffsets = arch.targetOffsets(old);
        TargetOffsets newOffsets = arch.targetOffsets(code);
        for (int i = 0; i < before.size(); i++) {
            Relocation one = before.get(i);
            Relocation other = after.get(i);
            if (one.offset() != other.offset()
                    || !one.type().equals(other.type())
                    || !name(original, oldOwners, one, oldOffsets)
                            .equals(name(patched, newOwners, other, newOffsets))) {
                return false;
            }
        }
        return isAlikeButLines(old, code, after);
    }

    /** What a relocation refers to, as far as it means the same in two builds. */
    private static String name(
            ElfObject object, Map<SectionId, Symbol> owners, Relocation relocation, TargetOffsets offsets) {
        Symbol symbol = object.symbol(relocation.symbol());
        Optional<Section> home = symbol.home().section().map(object::section);
        if (home.filter(section -> section.has(SectionFlags.STRINGS)).isPresent()) {
            long at = symbol.value() + offsets.of(relocation);
            Bytes texts = home.get().bytes();
            return at >= 0 && at < texts.size()
                    ? texts.stringAt((int) at, (int) Math.max(1, home.get().entrySize()))
                    : "";
        }
        Symbol named =
                symbol.isSection() ? symbol.home().section().map(owners::get).orElse(symbol) : symbol;
        String name = named.name().replaceAll("\\d+", "");
        return named.isObject() ? name + (symbol.value() + relocation.addend() - named.value()) : name;
    }

    /** The symbols that have a section for themselves. */
    private static Map<SectionId, Symbol> owners(ElfObject object) {
        Map<SectionId, Symbol> owners = new HashMap<>();
        Set<SectionId> shared = new HashSet<>();
        for (Symbol symbol : object.symbols()) {
            Optional<SectionId> home = symbol.home().section();
            if (!symbol.isSection() && home.isPresent() && owners.put(home.get(), symbol) != null) {
                shared.add(home.get());
            }
        }
        owners.keySet().removeAll(shared);
        return owners;
    }

    private boolean isAlikeButLines(Section old, Section code, List<Relocation> relocations) {
        Bytes before = old.bytes();
        Bytes after = code.bytes();
        for (int at = 0; at < after.size(); ) {
            int length = arch.instructionLength(code, at);
            if (!before.slice(at, at + length).equals(after.slice(at, at + length))) {
                int start = at;
                boolean line = relocations.stream()
                        .filter(call -> call.offset() > start && call.offset() < start + LONGEST_CALL)
                        .anyMatch(call -> arch.loadLineNumbers(
                                before,
                                after,
                                start,
                                patched.symbol(call.symbol()).name()));
                if (!line) {
                    return false;
                }
            }
            at += length;
        }
        return true;
    }
}
