package io.github.kpatch.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A kernel of a few objects: linked at a kernel's address, with a table of its symbols in one of the forms that
 * {@code scripts/kallsyms.c} has written over the years, and stripped as in a boot image.
 */
public final class ToyVmlinux {
    /** Where the code begins. */
    public static final long BASE = 0xffffffff81000000L;

    private static final String TABLE = ".kallsyms";
    private static final long TABLE_ADDRESS = BASE + 0x4000000;

    private ToyVmlinux() {}

    /**
     * A form of the table.
     *
     * @param addressesFirst whether the addresses precede the names (to 6.4) or follow the tokens
     * @param absolutePercpu whether an offset that is not negative is an address itself
     * @param order whether the order by name is there (since 6.2)
     * @param markerSize bytes of a marker: 4, or 8 before 4.20
     * @param fromTheirPlaces whether each address is relative to where it stands, and not to a base, and parts are
     *     aligned to 4 bytes (since 7.0)
     */
    public record Form(
            boolean addressesFirst, boolean absolutePercpu, boolean order, int markerSize, boolean fromTheirPlaces) {
        /** That of 6.1 as Debian has it. */
        public static final Form OF_6_1 = new Form(true, true, true, 4, false);

        /** That of 7.0 and newer. */
        public static final Form OF_7_0 = new Form(false, false, true, 4, true);
    }

    /** A symbol as {@code nm} prints it. */
    public record Symbol(long address, char type, String name) {}

    /** Links the objects in {@code folder} to a stripped {@code vmlinux} with a table of all their symbols. */
    public static Path link(Path folder, String... objects) {
        return link(folder, Form.OF_6_1, objects);
    }

    /** The same with the table in another form. */
    public static Path link(Path folder, Form form, String... objects) {
        NativeTools.compile(folder, "fentry", "asm(\".globl __fentry__\\n__fentry__: ret\");");
        String[] command = Stream.concat(
                        Stream.of(
                                "ld",
                                "-static",
                                "-e",
                                "0",
                                "--unresolved-symbols=ignore-all",
                                "-Ttext=" + hex(BASE),
                                "-o",
                                "linked",
                                "fentry.o"),
                        Stream.of(objects))
                .toArray(String[]::new);
        NativeTools.run(folder, command);
        List<Symbol> symbols = NativeTools.run(folder, "nm", "linked")
                .out()
                .lines()
                .filter(line -> line.matches("[0-9a-f]{16} . .+"))
                .map(line -> new Symbol(
                        Long.parseUnsignedLong(line.substring(0, 16), 16), line.charAt(17), line.substring(19)))
                .sorted(Comparator.comparing(Symbol::address, Long::compareUnsigned))
                .toList();
        return withTable(folder, "linked", table(form, symbols));
    }

    /** Puts a table into a linked file and strips it; type information stays, as BTF does in a kernel. */
    public static Path withTable(Path folder, String linked, byte[] table) {
        try {
            Files.write(folder.resolve("table"), table);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        NativeTools.run(
                folder,
                "objcopy",
                "-S",
                "-w",
                "--keep-section=.debug_*",
                "--add-section=" + TABLE + "=table",
                "--set-section-flags=" + TABLE + "=alloc,readonly,data,contents",
                "--change-section-address=" + TABLE + "=" + hex(TABLE_ADDRESS),
                linked,
                "vmlinux");
        return folder.resolve("vmlinux");
    }

    private static String hex(long address) {
        return "0x" + Long.toHexString(address);
    }

    /** The table of {@code symbols}, which are in the order of their addresses, with other data before and behind it. */
    public static byte[] table(Form form, List<Symbol> symbols) {
        Writer writer = new Writer(form.fromTheirPlaces() ? 4 : 8);
        writer.bytes("some text that is no part of it".getBytes(StandardCharsets.US_ASCII));
        if (form.addressesFirst()) {
            writer.addresses(form, symbols);
        }
        writer.align();
        writer.number(symbols.size(), writer.alignment);
        List<Integer> markers = new ArrayList<>();
        int names = writer.out.size();
        for (int i = 0; i < symbols.size(); i++) {
            if (i % 256 == 0) {
                markers.add(writer.out.size() - names);
            }
            writer.name(symbols.get(i));
        }
        writer.align();
        markers.forEach(marker -> writer.number(marker, form.markerSize()));
        if (form.order() && form.addressesFirst()) {
            writer.order(symbols);
        }
        writer.tokens();
        if (!form.addressesFirst()) {
            writer.addresses(form, symbols);
            if (form.order()) {
                writer.order(symbols);
            }
        }
        writer.bytes(new byte[40]);
        return writer.out.toByteArray();
    }

    /** Every character is its own token; two pairs have one beside, so that names do shrink. */
    private static final class Writer {
        private static final List<String> PAIRS = List.of("__", "in");
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private final int alignment;

        private Writer(int alignment) {
            this.alignment = alignment;
        }

        private void bytes(byte[] bytes) {
            out.writeBytes(bytes);
        }

        private void number(long value, int size) {
            ByteBuffer buffer = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            out.write(buffer.putLong(value).array(), 0, size);
        }

        private void align() {
            while (out.size() % alignment != 0) {
                out.write(0);
            }
        }

        private void addresses(Form form, List<Symbol> symbols) {
            align();
            if (form.fromTheirPlaces()) {
                symbols.forEach(symbol -> number(symbol.address() - TABLE_ADDRESS - out.size(), 4));
                return;
            }
            for (Symbol symbol : symbols) {
                boolean absolute = form.absolutePercpu() && symbol.address() >= 0;
                long offset = form.absolutePercpu() ? BASE - 1 - symbol.address() : symbol.address() - BASE;
                number(absolute ? symbol.address() : offset, 4);
            }
            align();
            number(BASE, 8);
        }

        private void name(Symbol symbol) {
            String text = symbol.type() + symbol.name();
            for (int i = 0; i < PAIRS.size(); i++) {
                text = text.replace(PAIRS.get(i), Character.toString((char) (i + 1)));
            }
            byte[] packed = text.getBytes(StandardCharsets.ISO_8859_1);
            if (packed.length < 0x80) {
                out.write(packed.length);
            } else {
                out.write((packed.length & 0x7f) | 0x80);
                out.write(packed.length >> 7);
            }
            out.writeBytes(packed);
        }

        private void order(List<Symbol> symbols) {
            align();
            List<Symbol> byName =
                    symbols.stream().sorted(Comparator.comparing(Symbol::name)).toList();
            byName.forEach(symbol -> {
                int number = symbols.indexOf(symbol);
                out.write(number >> 16);
                out.write(number >> 8);
                out.write(number);
            });
        }

        private void tokens() {
            align();
            List<Integer> offsets = new ArrayList<>();
            int start = out.size();
            for (int code = 0; code < 256; code++) {
                offsets.add(out.size() - start);
                boolean pair = code > 0 && code <= PAIRS.size();
                String token = pair ? PAIRS.get(code - 1) : code < ' ' ? "" : Character.toString((char) code);
                out.writeBytes((token + "\0").getBytes(StandardCharsets.ISO_8859_1));
            }
            align();
            offsets.forEach(offset -> number(offset, 2));
        }
    }
}
