package io.github.kpatch.patch;

import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Why a change to a certain file cannot become a live patch. The list is decided by where the kernel's build links a
 * file, not by what the file contains: a live patch replaces functions of objects that ftrace can hook in a running
 * kernel, and these never get there as such. First match wins, so the order tells a user the reason that counts most.
 *
 * @param applies whether the rule concerns a change
 * @param what why not, one sentence
 * @param cure what to do instead
 */
record TargetRule(Predicate<FileChange> applies, String what, String cure) {
    private static final String LEAVE_OUT = "Leave that change out of the live patch.";
    private static final String FIX_CALLERS = "Leave that change out, or change the functions that call it instead.";
    private static final String NOT_YET = "Leave that change out, or express it inside the .c files that need it.";

    /** Files that no kernel object is made of, so that a change to them says nothing to a running kernel. */
    private static final Pattern WITHOUT_OBJECT = Pattern.compile(
            "Documentation/(?!(.*/)?Kconfig).*|LICENSES/.*|tools/testing/.*|MAINTAINERS|CREDITS|COPYING|README|.*\\.rst"
                    + "|arch/[^/]+/configs/.*|kernel/configs/.*|(.*/)?\\.(gitignore|gitattributes|mailmap|clang-format"
                    + "|cocciconfig|get_maintainer\\.ignore|rustfmt\\.toml|kunitconfig)",
            Pattern.DOTALL);

    private static final Pattern SOURCE = Pattern.compile(".*\\.[ch]", Pattern.DOTALL);
    private static final Pattern RULE = Pattern.compile("(.*/)?(Makefile|Kbuild|Kconfig[^/]*)", Pattern.DOTALL);

    /** Every rule, in order of precedence. */
    static final List<TargetRule> ALL = List.of(
            path(
                    ".*\\.[sS]",
                    "Assembly has no ftrace call site through which a live patch could replace it.",
                    FIX_CALLERS),
            path(
                    "arch/.*/vdso[^/]*/.*",
                    "The vDSO runs in user space, mapped into each process when it starts.",
                    LEAVE_OUT),
            path("arch/[^/]+/realmode/.*", "Real-mode code runs only while a CPU starts.", LEAVE_OUT),
            path("arch/[^/]+/boot/.*", "Boot code has run before a live patch can be loaded.", LEAVE_OUT),
            path(
                    "arch/[^/]+/purgatory/.*",
                    "The purgatory is a program of its own that kexec runs between two kernels.",
                    LEAVE_OUT),
            path(
                    "drivers/firmware/efi/libstub/.*",
                    "The EFI stub has run before a live patch can be loaded.",
                    LEAVE_OUT),
            path(
                    "tools/.*|scripts/.*|usr/.*|arch/[^/]+/tools/.*",
                    "Host tools and the initramfs are used while a kernel is built and are no part of a running one.",
                    LEAVE_OUT),
            path(
                    "(arch/[^/]+/)?(Makefile|Kbuild)[^/]*",
                    "This makefile says how all of the kernel is compiled, and the running one is.",
                    LEAVE_OUT),
            path(
                    "(.*/)?(Makefile|Kbuild)[^/]+",
                    "Of the kernel's makefiles only Makefile and Kbuild can be followed, not what they include.",
                    NOT_YET),
            new TargetRule(
                    change -> change.kind() == FileChange.Kind.BINARY,
                    "Binary changes and symbolic links cannot be applied.",
                    LEAVE_OUT),
            new TargetRule(
                    change -> !SOURCE.matcher(change.path()).matches() && !isRule(change.path()),
                    "Only C source files and headers (.c, .h), Makefile, Kbuild and Kconfig can be followed.",
                    LEAVE_OUT),
            new TargetRule(
                    change -> !change.path().matches("[A-Za-z0-9._/+,@~=-]+"),
                    "The name of the file holds characters that no kernel source file has.",
                    "Correct the path in the patch."));

    /** Whether {@code change} leaves every kernel object as it is, so that it can be passed over. */
    static boolean withoutObject(FileChange change) {
        if (change.kind() == FileChange.Kind.MODE_CHANGED) {
            return true;
        }
        return withoutObject(change.path())
                && change.from().map(TargetRule::withoutObject).orElse(true);
    }

    /** Whether a file says what the kernel is made of, rather than being what it is made of. */
    static boolean isRule(String path) {
        return RULE.matcher(path).matches();
    }

    private static boolean withoutObject(String path) {
        return WITHOUT_OBJECT.matcher(path).matches();
    }

    private static TargetRule path(String regex, String what, String cure) {
        Pattern pattern = Pattern.compile(regex, Pattern.DOTALL);
        return new TargetRule(
                change -> pattern.matcher(change.path()).matches()
                        || change.from()
                                .filter(from -> pattern.matcher(from).matches())
                                .isPresent(),
                what,
                cure);
    }
}
