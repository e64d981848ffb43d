package io.github.kpatch.special;

import io.github.kpatch.elf.Relocation;
import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.util.Optional;

/**
 * Static calls: each entry names a call instruction and the key that says whom to call. As with {@link JumpTable}, the
 * kernel patches the calls before references into other modules are resolved, so the key has to be vmlinux's. The calls
 * behind tracepoints ({@code __SCK__tp_func_}) may stay unpatched, for their tracepoints stay off.
 */
public final class StaticCallSites implements SpecialSection {
    @Override
    public String name() {
        return ".static_call_sites";
    }

    @Override
    public EntryLayout entries() {
        return new EntryLayout.Struct("static_call_site");
    }

    /** Offsets to the call and to the key, whose low bits say whether it is a tail call. */
    @Override
    public Optional<EntryMeaning> meaning(int size) {
        return size == 8 ? Optional.of(SpecialSections.ALL_COUNTS) : Optional.empty();
    }

    @Override
    public Verdict judge(TableEntry entry, TableContext context) {
        if (entry.relocations().size() != 2) {
            throw ProblemException.input(
                    ProblemCode.SPECIAL_SECTION_INVALID,
                    context.where(),
                    "The entry at offset " + entry.offset() + " has "
                            + entry.relocations().size() + " relocations instead of two.");
        }
        Relocation code = entry.relocations().get(0);
        Relocation key = entry.relocations().get(1);
        boolean usable = context.owner(key)
                .filter(owner -> !owner.equals(KernelObject.VMLINUX.name()))
                .isEmpty();
        if (usable) {
            return new Verdict.Keep();
        }
        String keyName = context.symbol(key).name();
        if (keyName.startsWith("__SCK__tp_func_")) {
            return new Verdict.Drop();
        }
        return new Verdict.Reject(Problem.of(
                ProblemCode.STATIC_CALL_IN_MODULE,
                context.where() + ", function " + context.symbol(code).name(),
                "The function uses the static call " + keyName + " of "
                        + context.owner(key).orElseThrow() + ", which cannot be patched when the module loads."));
    }
}
