package io.github.kpatch.kernel;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What livepatch patches as one thing and calls by one name: {@code vmlinux}, or a module. Files and Makefiles write a
 * module's name with {@code -} where the kernel says {@code _}; here it has the kernel's form, so that equal names mean
 * the same object.
 *
 * @param name the kernel's name for it; never empty and without {@code -}
 */
public record KernelObject(String name) implements Comparable<KernelObject> {
    /** The kernel itself. */
    public static final KernelObject VMLINUX = new KernelObject("vmlinux");

    private static final Pattern MODULE_FILE = Pattern.compile("(?:.*/)?([^/]+)\\.ko(?:\\.(?:gz|xz|zst|bz2|debug))?");

    /**
     * @throws IllegalArgumentException when {@code name} is none that the kernel gives
     */
    public KernelObject {
        if (name.isEmpty() || name.indexOf('-') >= 0) {
            throw new IllegalArgumentException("no name of a kernel object: " + name);
        }
    }

    /** The object that a file, a Makefile or modprobe's configuration calls {@code name}. */
    public static KernelObject named(String name) {
        return new KernelObject(name.replace('-', '_'));
    }

    /**
     * The module that a file holds, by the rule that kbuild, modprobe and the kernel share: its name is the file's.
     *
     * @param path name or path of the file, such as {@code kernel/net/netfilter/nf-tables.ko.xz}
     * @return empty where no module's file, plain, compressed whole or with its debug information alone ({@code .ko.debug}),
     *     is called so
     */
    public static Optional<KernelObject> ofModuleFile(String path) {
        Matcher matcher = MODULE_FILE.matcher(path);
        return matcher.matches() ? Optional.of(named(matcher.group(1))) : Optional.empty();
    }

    /** Whether it can be loaded and unloaded. */
    public boolean isModule() {
        return !equals(VMLINUX);
    }

    @Override
    public int compareTo(KernelObject other) {
        return name.compareTo(other.name);
    }

    /** The name. */
    @Override
    public String toString() {
        return name;
    }
}
