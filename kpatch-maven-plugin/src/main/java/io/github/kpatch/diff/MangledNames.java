package io.github.kpatch.diff;

/**
 * Decides whether two names mean the same thing in two builds of one file.
 *
 * <p>Compilers number what the source does not name apart: gcc's {@code f.isra.35}, {@code f.constprop.0}, {@code
 * count.7}, {@code f.cold.4}, LLVM's {@code f.llvm.123}, and the kernel's own {@code __UNIQUE_ID_ddebug1131.186}, whose
 * digits come from {@code __COUNTER__}. Any line added to the source may shift all of these numbers. So digits after a
 * dot say nothing, and neither do the digits that end a unique id. The suffix words themselves ({@code isra},
 * {@code constprop}, …) do count: a clone is another function than its origin.
 *
 * <p>The relation is not transitive ({@code f} equals {@code f.3}, which equals {@code f.3.4}, which does not equal
 * {@code f}), so an index can only narrow the search; see {@link #key}.
 */
final class MangledNames {
    private static final String UNIQUE_ID = "__UNIQUE_ID_";
    private static final String DYNAMIC_DEBUG_ID = "__UNIQUE_ID_ddebug";
    /** Part of the names of sections with mergeable strings, which look mangled but are not. */
    private static final String STRING_SECTION = ".str1.";

    private MangledNames() {}

    /** Whether {@code original}, a name of the original object, and {@code patched} mean the same. */
    static boolean equal(String original, String patched) {
        if (original.contains(STRING_SECTION)) {
            return original.equals(patched);
        }
        return isUniqueId(original) ? equalUniqueIds(original, patched) : equalButNumbers(original, patched);
    }

    private static boolean isUniqueId(String name) {
        return name.startsWith(UNIQUE_ID) || name.contains(DYNAMIC_DEBUG_ID);
    }

    private static boolean equalUniqueIds(String original, String patched) {
        int common = 0;
        while (common < original.length()
                && common < patched.length()
                && original.charAt(common) == patched.charAt(common)) {
            common++;
        }
        return isEndOrDigitTail(original, skipDigits(original, common))
                && isEndOrDigitTail(patched, skipDigits(patched, common));
    }

    private static boolean equalButNumbers(String original, String patched) {
        int a = 0;
        int b = 0;
        while (a < original.length() && b < patched.length() && original.charAt(a) == patched.charAt(b)) {
            boolean dot = original.charAt(a) == '.';
            a++;
            b++;
            if (dot && isDigitAt(original, a)) {
                if (!isDigitAt(patched, b)) {
                    return false;
                }
                a = skipDigits(original, a);
                b = skipDigits(patched, b);
            }
        }
        boolean originalEnds = a == original.length();
        boolean patchedEnds = b == patched.length();
        return (originalEnds && isEndOrDigitTail(patched, b)) || (patchedEnds && isEndOrDigitTail(original, a));
    }

    private static boolean isDigitAt(String name, int index) {
        return index < name.length() && isDigit(name.charAt(index));
    }

    private static boolean isDigit(char character) {
        return character >= '0' && character <= '9';
    }

    private static int skipDigits(String name, int from) {
        int index = from;
        while (isDigitAt(name, index)) {
            index++;
        }
        return index;
    }

    /** Whether nothing is left, or a dot and digits; a lone dot counts. */
    private static boolean isEndOrDigitTail(String name, int from) {
        return from == name.length() || (name.charAt(from) == '.' && skipDigits(name, from + 1) == name.length());
    }

    /** Whether a part of {@code name} says nothing, so that other names may be equal to it. */
    static boolean isNumbered(String name) {
        return !key(name).equals(name);
    }

    /**
     * A key that all names equal to {@code name} share, for hash indexes; names with one key are candidates only and
     * must be put to {@link #equal}.
     */
    static String key(String name) {
        if (name.contains(STRING_SECTION)) {
            return name;
        }
        boolean uniqueId = isUniqueId(name);
        StringBuilder key = new StringBuilder(name.length());
        for (int i = 0; i < name.length(); i++) {
            key.append(name.charAt(i));
            if (name.charAt(i) == '.') {
                i = skipDigits(name, i + 1) - 1;
            }
        }
        int end = key.length();
        while (end > 0 && (key.charAt(end - 1) == '.' || (uniqueId && isDigit(key.charAt(end - 1))))) {
            end--;
        }
        return key.substring(0, end);
    }
}
