package io.github.kpatch.arch.x86;

import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.elf.RawSymbol;
import io.github.kpatch.elf.SectionHeader;
import io.github.kpatch.elf.SectionType;
import io.github.kpatch.elf.SymbolType;
import io.github.kpatch.kernel.BranchTargets;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which functions of a vmlinux begin with a mark for indirect branches that the kernel does not wipe out. It wipes out
 * those that {@code .ibt_endbr_seal} lists, each by the distance from its entry.
 *
 * <p>Source: {@code apply_seal_endbr()} of {@code arch/x86/kernel/alternative.c}.
 */
final class KeptMarks {
    private static final String SEALED = ".ibt_endbr_seal";
    private static final int ENTRY_SIZE = 4;

    private KeptMarks() {}

    /**
     * Empty where the file does not say: without the list, and where code or list have no contents.
     *
     * @param mark the instruction
     * @throws ProblemException with {@link ProblemCode#ELF_MALFORMED} when the list does not consist of entries
     */
    static Optional<BranchTargets> in(ElfFile vmlinux, byte[] mark) {
        Optional<SectionHeader> list =
                vmlinux.section(SEALED).filter(section -> section.type().equals(SectionType.PROGBITS));
        Optional<SectionHeader> symbols = vmlinux.section(SectionType.SYMTAB);
        if (list.isEmpty() || symbols.isEmpty()) {
            return Optional.empty();
        }
        Set<Long> unmarked = unmarkedAtBoot(vmlinux, list.get());
        Map<Integer, ByteBuffer> code = new HashMap<>();
        Set<Long> kept = new HashSet<>();
        vmlinux.forEachSymbol(symbols.get(), symbol -> {
            boolean function = symbol.type().equals(SymbolType.FUNC) && !symbol.isUndefined() && !symbol.reserved();
            if (function && !unmarked.contains(symbol.value()) && isMarked(vmlinux, symbol, code, mark)) {
                kept.add(symbol.value());
            }
        });
        return Optional.of(new BranchTargets(kept));
    }

    private static Set<Long> unmarkedAtBoot(ElfFile vmlinux, SectionHeader list) {
        if (list.size() % ENTRY_SIZE != 0) {
            throw ProblemException.input(
                    ProblemCode.ELF_MALFORMED,
                    vmlinux.name() + ", section " + SEALED,
                    "Its " + list.size() + " bytes are no entries of " + ENTRY_SIZE + " bytes.");
        }
        ByteBuffer entries = vmlinux.contents(list);
        Set<Long> addresses = new HashSet<>();
        for (int offset = 0; offset < list.size(); offset += ENTRY_SIZE) {
            addresses.add(list.address() + offset + entries.getInt(offset));
        }
        return addresses;
    }

    private static boolean isMarked(ElfFile vmlinux, RawSymbol symbol, Map<Integer, ByteBuffer> code, byte[] mark) {
        SectionHeader home = vmlinux.sections().get(symbol.sectionIndex());
        ByteBuffer bytes = code.computeIfAbsent(symbol.sectionIndex(), index -> vmlinux.contents(home));
        long offset = symbol.value() - home.address();
        if (offset < 0 || offset > bytes.limit() - mark.length) {
            return false;
        }
        for (int i = 0; i < mark.length; i++) {
            if (bytes.get((int) offset + i) != mark[i]) {
                return false;
            }
        }
        return true;
    }
}
