package io.github.kpatch.source;

import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.elf.RawSymbol;
import io.github.kpatch.elf.SectionHeader;
import io.github.kpatch.elf.SectionType;
import io.github.kpatch.kernel.KernelRelease;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The text that a kernel greets with, {@code linux_banner} in {@code init/version.c}: the one place where a built
 * kernel itself says which release, compiler and package version it is.
 *
 * @param text the whole line, such as {@code Linux version 6.1.0-56-amd64 (…) (gcc-12 …) #1 SMP … Debian 6.1.192-2 (…)}
 */
record KernelBanner(String text) {
    private static final Pattern FORM = Pattern.compile("Linux version (\\S+) .*", Pattern.DOTALL);
    private static final Pattern DEBIAN = Pattern.compile(" Debian (\\d\\S*) \\(\\d{4}-\\d{2}-\\d{2}\\)");
    private static final int LONGEST = 4096;

    /** Reads it from a vmlinux. */
    static KernelBanner of(ElfFile vmlinux) {
        SectionHeader table = vmlinux.section(SectionType.SYMTAB)
                .orElseThrow(() ->
                        ProblemException.input(ProblemCode.SYMBOLS_MISSING, vmlinux.name(), "It has no symbol table."));
        RawSymbol[] found = new RawSymbol[1];
        vmlinux.forEachSymbol(table, symbol -> {
            if (symbol.name().equals("linux_banner")) {
                found[0] = symbol;
            }
        });
        return Optional.ofNullable(found[0])
                .flatMap(symbol -> text(vmlinux, symbol))
                .filter(text -> FORM.matcher(text).matches())
                .map(KernelBanner::new)
                .orElseThrow(() -> ProblemException.input(
                        ProblemCode.SYMBOLS_MISSING,
                        vmlinux.name(),
                        "It is not a vmlinux: it has no linux_banner that begins with 'Linux version'."));
    }

    private static Optional<String> text(ElfFile vmlinux, RawSymbol symbol) {
        if (symbol.reserved() || symbol.isUndefined()) {
            return Optional.empty();
        }
        SectionHeader section = vmlinux.sections().get(symbol.sectionIndex());
        ByteBuffer bytes = vmlinux.contents(section);
        long offset = symbol.value() - section.address();
        if (offset < 0 || offset >= bytes.limit()) {
            return Optional.empty();
        }
        int end = (int) offset;
        int limit = (int) Math.min(bytes.limit(), offset + LONGEST);
        while (end < limit && bytes.get(end) != 0) {
            end++;
        }
        byte[] text = new byte[end - (int) offset];
        bytes.get((int) offset, text);
        return Optional.of(new String(text, StandardCharsets.UTF_8).strip());
    }

    /** The release, as {@code uname -r} says it. */
    KernelRelease release() {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches() || !KernelRelease.isValid(matcher.group(1))) {
            throw ProblemException.input(
                    ProblemCode.SYMBOLS_MISSING, "vmlinux", "Its banner names no release: " + text);
        }
        return new KernelRelease(matcher.group(1));
    }

    /** The version of the Debian package the kernel was built as; empty for kernels of others. */
    Optional<String> debianVersion() {
        Matcher matcher = DEBIAN.matcher(text);
        return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
    }
}
