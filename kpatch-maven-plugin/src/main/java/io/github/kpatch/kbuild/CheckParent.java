package io.github.kpatch.kbuild;

import io.github.kpatch.elf.ByteSource;
import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.elf.SectionType;
import io.github.kpatch.elf.SymbolType;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.source.TargetFacts;
import java.util.ArrayList;
import java.util.List;

/**
 * make builds any object it is asked for, also one that the target's configuration leaves out, or one by a rule that is
 * not the one the kernel uses. So the kernel object that kbuild says it belongs to must really contain the source file:
 * its symbol table names it in a FILE symbol.
 */
public final class CheckParent {
    private CheckParent() {}

    /**
     * What is wrong with an object's place in the kernel; empty when it has one.
     *
     * @param original the object as it is built from the kernel's own source
     */
    public static List<Problem> of(String object, byte[] original, KbuildRecord record, TargetFacts facts) {
        String parent = record.parent();
        if (parent.contains(":")) {
            return List.of(new Problem(
                    ProblemCode.PARENT_MISMATCH,
                    object,
                    "It is part of several modules at once: " + parent.replace(":", ", ") + ".",
                    "A change to shared code of modules is not supported yet."));
        }
        if (facts.linked(parent).isPresent()) {
            // What is shipped names no source files; the differ compares the code.
            return List.of();
        }
        List<String> sources = sourcesOf(object, original);
        if (sources.stream()
                .noneMatch(source -> facts.symbols(parent).blocksNamed(source).isEmpty())) {
            return List.of();
        }
        return List.of(Problem.of(
                ProblemCode.PARENT_MISMATCH,
                object,
                "The target's " + parent + " contains no code of " + String.join(", ", sources) + "."));
    }

    /** The names in an object's FILE symbols. */
    private static List<String> sourcesOf(String object, byte[] bytes) {
        ElfFile elf = ElfFile.open(ByteSource.of(object, bytes));
        List<String> sources = new ArrayList<>();
        elf.section(SectionType.SYMTAB)
                .ifPresent(table -> elf.forEachSymbol(table, symbol -> {
                    if (symbol.type().equals(SymbolType.FILE)) {
                        sources.add(symbol.name());
                    }
                }));
        return sources;
    }
}
