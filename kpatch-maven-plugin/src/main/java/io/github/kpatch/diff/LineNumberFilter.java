package io.github.kpatch.diff;

import io.github.kpatch.arch.Architecture;
import io.github.kpatch.arch.TargetOffsets;
import io.github.kpatch.elf.Bytes;
import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.Section;
import io.github.kpatch.elf.SectionId;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Tells whether code differs in nothing but line numbers.
 *
 * <p>Only asked for pairs whose lines may have moved, see {@link ObjectPair.LineNumbers}. {@code __LINE__} in a macro such as {@code WARN} becomes a constant in the code, so every function below the
 * patched place "changes". The pattern is narrow: the constant goes into the register of the second or third argument,
 * and the next call goes to a function known to take a line number there and nothing else, which {@code printk} is not:
 *
 * <pre>
 *   be 2e 04 00 00          mov  $0x42e,%esi
 *   48 c7 c7 ..             mov  $.rodata.str,%rdi     (a string, looked past)
 *   e8 ..                   call warn_slowpath_null
 * </pre>
 *
 * Anything else that differs is a change: a line number that feeds other arithmetic cannot be told from a real constant.
 */
final class LineNumberFilter {
    private static final List<String> LOOKED_PAST = List.of("__warned.", "__already_done.", "__func__.");

    private final Unit patched;
    private final Architecture arch;

    LineNumberFilter(Unit patched) {
        this.patched = patched;
        this.arch = patched.arch();
    }

    /**
     * Whether {@code twin} and the code of {@code section}, of the same size and with equal relocations, differ in line
     * numbers alone.
     */
    boolean excuses(Section twin, SectionId section) {
        Bytes original = twin.bytes();
        Bytes code = patched.section(section).bytes();
        List<Relocation> relocations = patched.elf().relocationsOf(section);
        TargetOffsets offsets = arch.targetOffsets(patched.section(section));
        for (int at = 0; at < code.size(); ) {
            int length = arch.instructionLength(patched.section(section), at);
            if (at + length > code.size() || arch.instructionLength(twin, at) != length) {
                return false;
            }
            boolean differs = !code.slice(at, at + length).equals(original.slice(at, at + length));
            boolean excused = differs
                    && nextCallee(relocations, at + length, offsets)
                            .filter(isLineOf(original, code, at))
                            .isPresent();
            if (differs && !excused) {
                return false;
            }
            at += length;
        }
        return true;
    }

    private Predicate<String> isLineOf(Bytes original, Bytes code, int at) {
        return function -> arch.loadLineNumbers(original, code, at, function);
    }

    private Optional<String> nextCallee(List<Relocation> relocations, int from, TargetOffsets offsets) {
        for (Relocation relocation : relocations) {
            if (relocation.offset() < from) {
                continue;
            }
            Optional<String> literal = RelocationEquality.literal(patched, relocation, offsets);
            String name = patched.symbol(relocation.symbol()).name();
            if (literal.isEmpty() && LOOKED_PAST.stream().noneMatch(name::startsWith)) {
                return Optional.of(name);
            }
        }
        return Optional.empty();
    }
}
