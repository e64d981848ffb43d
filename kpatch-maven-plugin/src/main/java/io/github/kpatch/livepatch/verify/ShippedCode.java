package io.github.kpatch.livepatch.verify;

import io.github.kpatch.arch.Architecture;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.Section;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolId;
import io.github.kpatch.kernel.ParentSymbols;
import io.github.kpatch.kernelimage.LinkedObject;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What the code of a kernel object as it is shipped says of the original object's symbols. Functions whose name the kernel
 * has once are read where they are: as far as their bytes are the original's, what the linker wrote into their fields says
 * where each symbol that they refer to came to lie. Of functions with namesakes the one counts whose code is the same the
 * longest.
 */
final class ShippedCode {
    private final LinkedObject linked;
    private final ElfObject original;
    private final Architecture arch;
    private final Map<SectionId, BitSet> fields = new HashMap<>();
    private final Map<SymbolId, Set<Long>> seen = new HashMap<>();

    ShippedCode(LinkedObject linked, ElfObject original, Architecture arch) {
        this.linked = linked;
        this.original = original;
        this.arch = arch;
        for (SymbolId id : original.symbolIds()) {
            Symbol symbol = original.symbol(id);
            if (symbol.isFunction() && symbol.home().section().isPresent()) {
                List<ParentSymbols.Entry> named = namesakes(symbol.name());
                if (named.size() == 1 && named.get(0).isLocal() == symbol.isLocal()) {
                    read(symbol, named.get(0));
                }
            }
        }
    }

    private List<ParentSymbols.Entry> namesakes(String name) {
        List<ParentSymbols.Entry> all = new ArrayList<>(linked.symbols().localsNamed(name));
        all.addAll(linked.symbols().globalsNamed(name));
        return all;
    }

    /** Whether nothing says that the original object's local symbol of the entry's name is another one of the kernel's. */
    boolean mayBe(ParentSymbols.Entry entry) {
        Optional<SymbolId> symbol = original.symbolsNamed(entry.name()).stream()
                .filter(id -> original.symbol(id).isLocal()
                        && !original.symbol(id).isSection()
                        && original.symbol(id).home().section().isPresent())
                .findFirst();
        if (symbol.isEmpty()) {
            return false;
        }
        Set<Long> addresses = seen.getOrDefault(symbol.get(), Set.of());
        if (!addresses.isEmpty()) {
            return addresses.contains(linked.address(entry));
        }
        Symbol function = original.symbol(symbol.get());
        if (!function.isFunction()) {
            return true;
        }
        int alike = alike(function, entry);
        return namesakes(entry.name()).stream().noneMatch(other -> alike(function, other) > alike);
    }

    /** Notes where the symbols lie that a function refers to. */
    private void read(Symbol function, ParentSymbols.Entry entry) {
        SectionId code = function.home().section().orElseThrow();
        int alike = alike(function, entry);
        for (Relocation relocation : original.relocationsOf(code)) {
            int size = arch.relocationFieldSize(relocation.type()).orElse(0);
            long at = relocation.offset() - function.value();
            if (at >= 0 && at + size <= alike) {
                place(relocation, linked.address(entry) + at, size).ifPresent(place -> note(relocation, place));
            }
        }
    }

    /** Where the symbol of a relocation lies, by what stands in the field at an address. */
    private OptionalLong place(Relocation relocation, long address, int size) {
        Optional<LinkedObject.Reference> reference = linked.referenceAt(address);
        if (reference.isPresent()) {
            return reference.get().address().isPresent()
                            && reference.get().type().equals(relocation.type())
                    ? OptionalLong.of(
                            reference.get().address().get() + reference.get().addend() - relocation.addend())
                    : OptionalLong.empty();
        }
        ByteBuffer field = linked.bytes(address, size);
        return field.remaining() == size ? arch.linkedAddress(relocation, field, address) : OptionalLong.empty();
    }

    private void note(Relocation relocation, long address) {
        Symbol named = original.symbol(relocation.symbol());
        Optional<SectionId> home = named.home().section();
        if (!named.isSection()) {
            seen.computeIfAbsent(relocation.symbol(), any -> new HashSet<>()).add(address);
        } else if (home.isPresent()) {
            // With a section for each symbol, the section's place is the symbol's.
            List<SymbolId> owners = original.symbolIds().stream()
                    .filter(id -> !original.symbol(id).isSection()
                            && original.symbol(id).home().equals(named.home()))
                    .toList();
            if (owners.size() == 1) {
                seen.computeIfAbsent(owners.get(0), any -> new HashSet<>())
                        .add(address + original.symbol(owners.get(0)).value());
            }
        }
    }

    /** How many bytes of a function are the same as those at an entry; what linkers fill in counts as the same. */
    private int alike(Symbol function, ParentSymbols.Entry entry) {
        SectionId code = function.home().section().orElseThrow();
        Section section = original.section(code);
        int start = (int) function.value();
        int size = (int) Math.min(function.size(), section.bytes().size() - function.value());
        ByteBuffer there = linked.bytes(linked.address(entry), Math.max(0, size));
        BitSet filled = fields.computeIfAbsent(code, this::fields);
        int alike = 0;
        while (alike < there.remaining()
                && (filled.get(start + alike)
                        || (there.get(there.position() + alike) & 0xff)
                                == section.bytes().at(start + alike))) {
            alike++;
        }
        return alike;
    }

    private BitSet fields(SectionId code) {
        BitSet filled = new BitSet();
        for (Relocation relocation : original.relocationsOf(code)) {
            OptionalInt size = arch.relocationFieldSize(relocation.type());
            filled.set((int) relocation.offset(), (int) relocation.offset() + size.orElse(0));
        }
        return filled;
    }
}
