package io.github.kpatch.livepatch;

import io.github.kpatch.intermediate.KlpSymbol;
import io.github.kpatch.kernel.KernelRelease;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names by which a module tells the livepatch core what to resolve. The core reads them with {@code sscanf}, whose
 * separators and field widths are the limits here; a longer name would be cut there and resolved to something else.
 *
 * <p>Source: {@code Documentation/livepatch/module-elf-format.rst} and {@code kernel/livepatch/core.c}.
 */
public final class KlpNames {
    /** {@code SHN_LIVEPATCH}. */
    public static final int SHN_LIVEPATCH = 0xff20;
    /** {@code SHF_RELA_LIVEPATCH}. */
    static final long SHF_RELA_LIVEPATCH = 0x00100000;

    static final String RELOCATIONS_PREFIX = ".klp.rela.";
    /** What the names of tables by patched object begin with, behind which its name stands and a dot. */
    public static final String ARCH_PREFIX = ".klp.arch.";

    private static final Pattern SYMBOL = Pattern.compile("\\.klp\\.sym\\.([^.]{1,55})\\.([^,]+),(\\d{1,9})");
    private static final Pattern RELOCATIONS = Pattern.compile("\\.klp\\.rela\\.([^.]{1,55})\\.(.+)");
    private static final Pattern OBJECT = Pattern.compile("[^.]{1,55}");

    private KlpNames() {}

    /** What a klp symbol's name says. */
    public record Symbol(String objectName, String name, long sympos) {}

    /** What the name of a section of klp relocations says. */
    public record Section(String objectName, String target) {}

    /** What a klp symbol's name says; empty where the livepatch core could not read it. */
    public static Optional<Symbol> parseSymbol(String name) {
        Matcher matcher = SYMBOL.matcher(name);
        return matcher.matches()
                ? Optional.of(new Symbol(matcher.group(1), matcher.group(2), Long.parseLong(matcher.group(3))))
                : Optional.empty();
    }

    /** What the name of a section of klp relocations says; empty for another section. */
    public static Optional<Section> parseRelocations(String name) {
        Matcher matcher = RELOCATIONS.matcher(name);
        return matcher.matches() ? Optional.of(new Section(matcher.group(1), matcher.group(2))) : Optional.empty();
    }

    /** {@code KSYM_NAME_LEN} less the NUL. */
    static int longestSymbol(KernelRelease release) {
        return release.isAtLeast(6, 1) ? 511 : 127;
    }

    static String symbol(String where, KlpSymbol symbol, KernelRelease release) {
        checkSymbol(where, symbol.name(), symbol.objectName(), release);
        if (symbol.sympos() < 0 || symbol.sympos() > 999_999_999) {
            throw invalid(where, symbol.name(), "Its position " + symbol.sympos() + " is impossible.");
        }
        return ".klp.sym." + symbol.objectName() + "." + symbol.name() + "," + symbol.sympos();
    }

    static String relocations(String where, String objectName, String targetName) {
        checkObject(where, objectName);
        return RELOCATIONS_PREFIX + objectName + "." + targetName;
    }

    static void checkSymbol(String where, String name, String objectName, KernelRelease release) {
        checkObject(where, objectName);
        if (name.length() > longestSymbol(release)) {
            throw invalid(
                    where,
                    name,
                    "The symbol's name is " + name.length() + " characters long; the livepatch core of " + release
                            + " takes " + longestSymbol(release) + ".");
        }
        if (name.isEmpty() || name.contains(",")) {
            throw invalid(where, name, "The symbol's name is empty or holds a comma.");
        }
    }

    private static void checkObject(String where, String objectName) {
        if (!OBJECT.matcher(objectName).matches()) {
            throw invalid(
                    where,
                    objectName,
                    "The name of the object to patch is longer than " + ModuleDescription.LONGEST_NAME
                            + ", empty or holds a dot.");
        }
    }

    private static ProblemException invalid(String where, String name, String what) {
        return ProblemException.input(ProblemCode.KLP_NAME_INVALID, where + ": " + name, what);
    }
}
