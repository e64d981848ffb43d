package io.github.kpatch.elf;

import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * An object as text, for people and for tests that compare with a stored text. Everything is called by name and nothing
 * by index, so that one more symbol is one more line and not a difference in all of them. Where several sections or
 * symbols share a name, the second is {@code name#2}.
 */
public final class ElfDump {
    private static final int BYTES_A_LINE = 16;

    private final ElfObject object;
    private final boolean withContents;
    private final String[] sectionNames;
    private final String[] symbolNames;
    private final StringBuilder text = new StringBuilder();

    private ElfDump(ElfObject object, boolean withContents) {
        this.object = object;
        this.withContents = withContents;
        this.sectionNames =
                distinct(object.sections().stream().map(Section::name).toList());
        this.symbolNames = distinct(object.symbols().stream()
                .map(symbol -> symbol.isSection() ? "[" + symbol.name() + "]" : symbol.name())
                .toList());
    }

    /** Header, sections, relocations and symbols. */
    public static String of(ElfObject object) {
        return new ElfDump(object, false).dump();
    }

    /** The same with the bytes of every section. */
    public static String withContents(ElfObject object) {
        return new ElfDump(object, true).dump();
    }

    private static String[] distinct(List<String> names) {
        Map<String, Integer> seen = new HashMap<>();
        return names.stream()
                .map(name -> {
                    int count = seen.merge(name, 1, Integer::sum);
                    return printable(name) + (count == 1 ? "" : "#" + count);
                })
                .toArray(String[]::new);
    }

    private static String printable(String name) {
        StringBuilder printable = new StringBuilder(name.length());
        for (int i = 0; i < name.length(); i++) {
            char character = name.charAt(i);
            if (character > ' ' && character < 0x7f) {
                printable.append(character);
            } else {
                printable.append(String.format("\\x%02x", (int) character));
            }
        }
        return printable.toString();
    }

    private String dump() {
        ElfHeader header = object.header();
        String order = header.order().equals(ByteOrder.LITTLE_ENDIAN) ? "little" : "big";
        line(String.format(
                "elf64 %s-endian type=%d machine=%d flags=0x%x abi=%d.%d entry=0x%x programs=%d",
                order,
                header.type(),
                header.machine(),
                header.flags(),
                header.osAbi(),
                header.abiVersion(),
                header.entry(),
                header.programHeaders()));
        for (int i = 0; i < object.sections().size(); i++) {
            section(sectionNames[i], object.sections().get(i));
        }
        for (int i = 1; i < object.symbols().size(); i++) {
            symbol(symbolNames[i], object.symbols().get(i));
        }
        return text.toString();
    }

    private void line(String line) {
        text.append(line).append('\n');
    }

    private void section(String name, Section section) {
        line(String.format(
                "section %s %s flags=%s size=0x%x align=%d entry=%d%s%s",
                name,
                section.type(),
                flags(section.flags()),
                section.data().size(),
                section.alignment(),
                section.entrySize(),
                section.address() == 0 ? "" : String.format(" address=0x%x", section.address()),
                link(section.link())));
        if (section.data() instanceof SectionData.Relocations relocations) {
            line(String.format("  to %s", name(relocations.target())));
            for (Relocation relocation : relocations.entries()) {
                line(String.format(
                        "  0x%x type=%s %s%s",
                        relocation.offset(),
                        relocation.type(),
                        symbolNames[relocation.symbol().index()],
                        addend(relocation.addend())));
            }
        } else if (section.data() instanceof SectionData.Group group) {
            line(String.format(
                    "  signature %s flags=0x%x", symbolNames[group.signature().index()], group.flags()));
            group.members().forEach(member -> line(String.format("  member %s", name(member))));
        } else if (withContents) {
            hex(section.bytes());
        }
    }

    private String name(SectionId id) {
        return sectionNames[id.index()];
    }

    private String link(SectionLink link) {
        if (link instanceof SectionLink.To to) {
            return " link=" + name(to.id());
        }
        return link instanceof SectionLink.SymbolTable ? " link=(symbols)" : "";
    }

    private static String addend(long addend) {
        return addend < 0 ? "-0x" + Long.toHexString(-addend) : "+0x" + Long.toHexString(addend);
    }

    private static String flags(long flags) {
        StringBuilder letters = new StringBuilder();
        long rest = flags;
        for (Flag flag : Flag.values()) {
            if ((rest & flag.mask) != 0) {
                letters.append(flag);
                rest &= ~flag.mask;
            }
        }
        if (rest != 0) {
            letters.append("+0x").append(Long.toHexString(rest));
        }
        return letters.isEmpty() ? "-" : letters.toString();
    }

    /** The letters that readelf prints for flags. */
    private enum Flag {
        W(SectionFlags.WRITE),
        A(SectionFlags.ALLOC),
        X(SectionFlags.EXECINSTR),
        M(SectionFlags.MERGE),
        S(SectionFlags.STRINGS),
        I(SectionFlags.INFO_LINK),
        L(SectionFlags.LINK_ORDER),
        G(SectionFlags.GROUP),
        C(SectionFlags.COMPRESSED);

        private final long mask;

        Flag(long mask) {
            this.mask = mask;
        }
    }

    private void hex(Bytes bytes) {
        HexFormat format = HexFormat.ofDelimiter(" ");
        for (int start = 0; start < bytes.size(); start += BYTES_A_LINE) {
            byte[] row = bytes.slice(start, Math.min(start + BYTES_A_LINE, bytes.size()))
                    .toArray();
            String hex = format.formatHex(row);
            text.append("  ").append(format.toHexDigits(start, 6)).append("  ").append(hex);
            text.append(" ".repeat(3 * BYTES_A_LINE - hex.length() + 1));
            for (byte value : row) {
                text.append(value >= ' ' && value < 0x7f ? (char) value : '.');
            }
            text.append('\n');
        }
    }

    private void symbol(String name, Symbol symbol) {
        line(String.format(
                "symbol %s %s %s in=%s value=0x%x size=%s%s",
                name,
                symbol.type(),
                symbol.binding(),
                home(symbol.home()),
                symbol.value(),
                Long.toUnsignedString(symbol.size()),
                symbol.other() == 0 ? "" : String.format(" other=0x%x", symbol.other())));
    }

    private String home(SymbolHome home) {
        if (home instanceof SymbolHome.InSection in) {
            return name(in.id());
        }
        if (home instanceof SymbolHome.Reserved reserved) {
            return String.format("(0x%x)", reserved.index());
        }
        if (home instanceof SymbolHome.Absolute) {
            return "(absolute)";
        }
        return home instanceof SymbolHome.Common ? "(common)" : "(undefined)";
    }
}
