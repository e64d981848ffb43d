package io.github.kpatch.diff;

import io.github.kpatch.arch.Architecture;
import java.util.List;
import java.util.Set;

/**
 * What section and symbol names mean to the differ. The compilers and the kernel's macros say by name what ELF cannot
 * express; every such convention is spelt here once.
 */
final class SectionNames {
    static final String CALLBACKS = ".kpatch.callbacks.";
    static final String FORCE = ".kpatch.force";
    static final String IGNORE_SECTIONS = ".kpatch.ignore.sections";
    static final String IGNORE_FUNCTIONS = ".kpatch.ignore.functions";
    static final String MODINFO = ".modinfo";
    static final String PATCHABLE_ENTRIES = "__patchable_function_entries";

    private static final Set<String> CALLBACK_KINDS = Set.of("pre_patch", "post_patch", "pre_unpatch", "post_unpatch");
    private static final Set<String> ONCE_FLAGS =
            Set.of(".data.unlikely", ".data..unlikely", ".data.once", ".data..once");
    private static final List<String> SANITIZER_DATA = List.of(
            ".data.rel.local..Lubsan_data",
            ".data..Lubsan_type",
            ".Lubsan_data",
            ".data..Lubsan_data",
            ".rela.data..Lubsan_data",
            ".rela.data.rel.local..Lubsan_data");

    /** What belongs to static keys. */
    static final Set<String> STATIC_KEY_TABLES =
            Set.of("__jump_table", "__tracepoints", "__tracepoints_ptrs", "__tracepoints_strings");

    private static final List<String> DATA = List.of(".data", ".rodata", ".bss", ".Lubsan_data", ".kpatch.");

    private static final List<String> RUNTIME_CONSTANTS = List.of("runtime_ptr_", "runtime_shift_", "runtime_mask_");

    private SectionNames() {}

    /** Debug information; {@code .eh_frame} too, since some vendors' kernels unwind with DWARF. */
    static boolean isDebug(String base) {
        return base.startsWith(".debug_") || base.startsWith(".eh_frame");
    }

    /** String literals, which move freely between builds, unless a variable owns the section. */
    static boolean isStringLiterals(String name) {
        return name.startsWith(".rodata.") && name.contains(".str");
    }

    /** Data of the undefined-behaviour sanitizer, numbered arbitrarily and taken wholesale. */
    static boolean isSanitizerData(String name) {
        for (String prefix : SANITIZER_DATA) {
            if (name.startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }

    /** Clang's data without a name of its own. */
    static boolean isUnnamedData(String name) {
        return name.startsWith(".data..L__unnamed_") || name.startsWith(".data.__unnamed_");
    }

    /** Dynamic debug descriptors; {@code __verbose} before 5.12. */
    static boolean isDynamicDebug(String name) {
        return name.equals("__verbose") || name.equals("__dyndbg");
    }

    /** A table of one callback that the patch's author declared. */
    static boolean isCallback(String base) {
        return base.startsWith(CALLBACKS) && CALLBACK_KINDS.contains(base.substring(CALLBACKS.length()));
    }

    /** Flags that say "has happened once", which may start again in the patch module. */
    static boolean isOnceFlags(String name) {
        return ONCE_FLAGS.contains(name);
    }

    /** Sections whose content the output gets anew or never, so that a difference says nothing. */
    static boolean isRegenerated(Architecture arch, String base) {
        return base.equals(arch.callSiteList()) || base.equals(PATCHABLE_ENTRIES) || base.equals(".sframe");
    }

    /** What a file exports: the kernel's own table, or since 6.4 notes of which modpost makes the table. */
    static boolean isExports(String base) {
        return base.startsWith("__ksymtab") || base.equals(".export_symbol");
    }

    /** The list of places that allocate memory, of kernels that count by place; since 6.13 under its longer name. */
    static boolean isAllocationTags(String base) {
        return base.equals("alloc_tags") || base.equals(".codetag.alloc_tags");
    }

    /** Lists of places that the kernel overwrites with a constant when it boots; no loader reads them. */
    static boolean isRuntimeConstants(String name) {
        return RUNTIME_CONSTANTS.stream().anyMatch(name::startsWith);
    }

    /**
     * Names of data, which compilers and the kernel give to no code, while a rule takes what bears them for what they say.
     * What is discarded is none of them: old kernels measure memory with functions that the link throws away.
     */
    static boolean isNeverCode(Architecture arch, String name) {
        return DATA.stream().anyMatch(name::startsWith)
                || isDebug(name)
                || name.equals(MODINFO)
                || isDynamicDebug(name)
                || isExports(name)
                || isAllocationTags(name)
                || isRuntimeConstants(name)
                || STATIC_KEY_TABLES.contains(name)
                || isRegenerated(arch, name)
                || arch.discards(name)
                || (!arch.isWithoutSymbols(name)
                        && arch.specialSections().stream()
                                .anyMatch(table -> table.name().equals(name)));
    }

    /** By-products of the compiler and the module build that no module carries. */
    static boolean isDiscarded(String base) {
        return base.startsWith(".discard")
                || base.startsWith(".llvm_addrsig")
                || base.startsWith(".llvm.")
                || base.equals(MODINFO)
                || isRuntimeConstants(base);
    }

    /** What the compiler tells linkers about an object; the kernel's link throws it away, and its loader only shows notes. */
    static boolean isForLinkers(String name) {
        return name.equals(".note.gnu.property");
    }

    /** Which of the compiler's places for code a section is; a function that moves between them has changed. */
    static TextPlace textPlace(String name) {
        if (name.startsWith(".text.unlikely.")) {
            return TextPlace.UNLIKELY;
        }
        return name.startsWith(".text.hot.") ? TextPlace.HOT : TextPlace.OTHER;
    }

    /** The compiler's places for code. */
    enum TextPlace {
        UNLIKELY,
        HOT,
        OTHER
    }
}
