package io.github.kpatch.kernel;

import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.elf.RawSymbol;
import io.github.kpatch.elf.SectionFlags;
import io.github.kpatch.elf.SectionHeader;
import io.github.kpatch.elf.SectionType;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which build a vmlinux is. A livepatch module fits one build only: its release and source version are in the banner
 * that the kernel prints at boot, its compilers in {@code .comment}.
 *
 * @param banner the text of {@code linux_banner} without its line feed, such as {@code Linux version 6.1.0-56-amd64
 *     (debian-kernel@lists.debian.org) (gcc-12 …) #1 SMP … Debian 6.1.192-2 (…)}
 * @param release what {@code uname -r} says
 * @param compilers the different texts of {@code .comment}, sorted; empty where it was stripped
 */
public record KernelIdentity(String banner, KernelRelease release, List<String> compilers) {
    private static final Pattern BANNER = Pattern.compile("Linux version (\\S+) .*");
    private static final int LONGEST_BANNER = 4096;

    public KernelIdentity {
        compilers = List.copyOf(compilers);
    }

    /**
     * Reads the identity of a vmlinux.
     *
     * @throws ProblemException with {@link ProblemCode#SYMBOLS_MISSING} when it has no symbol table, {@link
     *     ProblemCode#INPUT_MISSING} when the file is no vmlinux with its contents
     */
    public static KernelIdentity of(ElfFile vmlinux) {
        SectionHeader table = vmlinux.section(SectionType.SYMTAB)
                .orElseThrow(() -> ParentSymbols.missing(vmlinux.name(), "It has no symbol table: it was stripped."));
        List<RawSymbol> banners = new ArrayList<>();
        vmlinux.forEachSymbol(table, symbol -> {
            if (symbol.name().equals("linux_banner") && !symbol.isUndefined() && !symbol.reserved()) {
                banners.add(symbol);
            }
        });
        if (banners.isEmpty()) {
            throw noKernel(vmlinux, "It has no symbol linux_banner.");
        }
        return of(vmlinux, stringAt(vmlinux, banners.get(0)));
    }

    /**
     * The identity of a vmlinux whose {@code linux_banner} has been found.
     *
     * @throws ProblemException with {@link ProblemCode#INPUT_MISSING} when that is no banner
     */
    public static KernelIdentity of(ElfFile vmlinux, String linuxBanner) {
        String banner = linuxBanner.stripTrailing();
        Matcher matcher = BANNER.matcher(banner);
        if (!matcher.matches() || !KernelRelease.isValid(matcher.group(1))) {
            throw noKernel(vmlinux, "Its linux_banner does not begin with 'Linux version' and a release.");
        }
        return new KernelIdentity(banner, new KernelRelease(matcher.group(1)), compilers(vmlinux));
    }

    private static String stringAt(ElfFile file, RawSymbol symbol) {
        SectionHeader section = file.sections().get(symbol.sectionIndex());
        long offset = symbol.value() - section.address();
        if (section.type().equals(SectionType.NOBITS) || offset < 0 || offset >= section.size()) {
            throw noKernel(file, "Its linux_banner has no contents here; it may hold debug information only.");
        }
        file.checkInside(section);
        int length = (int) Math.min(LONGEST_BANNER, section.size() - offset);
        ByteBuffer bytes = file.source().read(section.offset() + offset, length);
        return strings(bytes).stream().findFirst().orElse("");
    }

    /** The different texts of a file's {@code .comment}, sorted; empty where it was stripped. */
    public static List<String> compilers(ElfFile file) {
        return file.section(".comment")
                .filter(section -> (section.flags() & SectionFlags.COMPRESSED) == 0)
                .map(section -> List.copyOf(new TreeSet<>(strings(file.contents(section)))))
                .orElse(List.of());
    }

    /** The strings before, between and behind the NULs, without empty ones. */
    static List<String> strings(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        List<String> strings = new ArrayList<>();
        for (String string : new String(copy, StandardCharsets.ISO_8859_1).split("\0")) {
            if (!string.isEmpty()) {
                strings.add(string);
            }
        }
        return strings;
    }

    private static ProblemException noKernel(ElfFile file, String what) {
        return ProblemException.input(ProblemCode.INPUT_MISSING, file.name(), what + " It is not the vmlinux needed.");
    }
}
