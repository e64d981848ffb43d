package io.github.kpatch.fuzz;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * How the kernel's tables about code are divided, and which say nothing. Written down a second time, from the kernel's
 * headers, for a second opinion must not look at what it judges.
 */
final class TableShapes {
    private static final Map<String, String> STRUCTURES = Map.of(
            "__bug_table", "bug_entry",
            "__ex_table", "exception_table_entry",
            "__jump_table", "jump_entry",
            ".altinstructions", "alt_instr",
            ".parainstructions", "paravirt_patch_site",
            ".static_call_sites", "static_call_site");

    /** Each entry is the distance to an instruction. */
    private static final List<String> DISTANCES = List.of(
            ".smp_locks", ".call_sites", ".retpoline_sites", ".return_sites", ".ibt_endbr_seal", ".orc_unwind_ip");

    /** The other half of {@code .orc_unwind_ip}: it has no references, and its entries count by their place. */
    static final String UNWINDING = ".orc_unwind";

    private TableShapes() {}

    /**
     * The size of an entry in bytes; empty for a table that is not known here, whose entries are then taken to reach from
     * one reference to code to the next.
     */
    static OptionalInt entrySize(String table, Map<String, Integer> sizes) {
        if (DISTANCES.contains(table)) {
            return OptionalInt.of(4);
        }
        Integer size = STRUCTURES.containsKey(table) ? sizes.get(STRUCTURES.get(table)) : null;
        return size == null ? OptionalInt.empty() : OptionalInt.of(size);
    }

    /** Whether it is one of the tables about code, the unwinder's included. */
    static boolean isTable(String section) {
        return STRUCTURES.containsKey(section) || DISTANCES.contains(section) || section.equals(UNWINDING);
    }

    /** Whether a section holds code that only the entries of tables lead to. */
    static boolean isOutOfLine(String section) {
        return section.equals(".altinstr_replacement") || section.equals(".fixup");
    }

    /** Whether a section is by its name a variable's own, whose content is no statement about the functions it refers to. */
    static boolean isVariable(String section) {
        return section.startsWith(".data.") || section.startsWith(".rodata.") || section.startsWith(".bss.");
    }

    /** Whether a section says nothing of code that code itself, which is compared, does not say. */
    static boolean saysNothing(String section) {
        // The call sites of ftrace, which stand in the code; the output gets them anew.
        return section.equals("__mcount_loc")
                || section.equals("__patchable_function_entries")
                // Frames, for debuggers and vendors' unwinders: they follow from the code.
                || section.startsWith(".eh_frame")
                || section.equals(".sframe")
                // Thrown away when the kernel or a module is linked.
                || section.startsWith(".discard")
                || section.startsWith(".llvm")
                // Addresses that the code of another machine goes through: who uses one refers to it.
                || section.equals(".toc")
                // Texts about the module, and code that runs before alternatives are applied: neither lists anything.
                || section.equals(".modinfo")
                || section.equals(".altinstr_aux")
                // What an author says to the differ.
                || section.startsWith(".kpatch.")
                // Descriptions of messages that can be switched on, and trace points: variables, which no function is
                // found by.
                || section.equals("__dyndbg")
                || section.equals("__tracepoints")
                // Formats of messages for tools that look for changed ones: no entry is about a function.
                || section.equals(".printk_index");
    }
}
