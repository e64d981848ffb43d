package io.github.kpatch.special;

import io.github.kpatch.elf.Relocation;
import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.kernel.TableSetup;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.util.Optional;

/**
 * Static keys ({@code static_branch_likely()} and its kin): each entry names a branch instruction, where it jumps to, and
 * the key that decides. The kernel patches the branches when a module loads, before it can resolve references to symbols
 * of other modules: a key in a module would be read through an address that is not there yet. So only keys of vmlinux
 * (and new ones, which the patch brings) can go along.
 *
 * <p>Tracepoints and dynamic debug messages are built on static keys too. Without their entry they stay off, which is
 * harmless, so in a module they are left behind quietly.
 *
 * <p>Before 5.8 references into vmlinux were resolved too late as well, and no key can be used at all.
 */
public final class JumpTable implements SpecialSection {
    @Override
    public String name() {
        return "__jump_table";
    }

    @Override
    public EntryLayout entries() {
        return new EntryLayout.Struct("jump_entry");
    }

    /** Offsets to code, target and key since 4.20, addresses before. The key's low bit says which way is the usual one. */
    @Override
    public Optional<EntryMeaning> meaning(int size) {
        return size == 16 || size == 24 ? Optional.of(SpecialSections.ALL_COUNTS) : Optional.empty();
    }

    @Override
    public Verdict judge(TableEntry entry, TableContext context) {
        if (entry.relocations().size() != 3) {
            throw ProblemException.input(
                    ProblemCode.SPECIAL_SECTION_INVALID,
                    context.where(),
                    "The entry at offset " + entry.offset() + " has "
                            + entry.relocations().size() + " relocations instead of three.");
        }
        Relocation code = entry.relocations().get(0);
        Relocation key = entry.relocations().get(2);
        String keyName = context.symbol(key).name();
        boolean harmlessWhenOff = keyName.startsWith("__tracepoint_") || context.isDynamicDebug(key);
        boolean byLivepatch = context.tableSetup() == TableSetup.BY_LIVEPATCH;
        boolean usable = !byLivepatch
                && context.owner(key)
                        .filter(owner -> !owner.equals(KernelObject.VMLINUX.name()))
                        .isEmpty();
        if (usable) {
            return new Verdict.Keep();
        }
        if (harmlessWhenOff) {
            return new Verdict.Drop();
        }
        String function = context.symbol(code).name();
        return new Verdict.Reject(Problem.of(
                byLivepatch ? ProblemCode.STATIC_KEY_UNSUPPORTED : ProblemCode.STATIC_KEY_IN_MODULE,
                context.where() + ", function " + function,
                "The function uses the static key " + keyName
                        + context.owner(key).map(owner -> " of " + owner).orElse("")
                        + " in a branch that cannot be patched when the module loads."));
    }
}
