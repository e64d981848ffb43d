package io.github.kpatch.arch.x86;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.kpatch.elf.Bytes;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.ElfReader;
import io.github.kpatch.elf.Section;
import io.github.kpatch.testing.NativeTools;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The decoder against objdump, over code from a compiler and over hand-written code with what compilers rarely emit. */
class InstructionLengthTest {
    private static final Pattern LINE = Pattern.compile("\\s*([0-9a-f]+):\\t((?:[0-9a-f]{2} )+)\\s*\\t?(.*)");

    @TempDir
    Path folder;

    /** One instruction as objdump prints it. */
    private record Printed(int offset, int length, String text) {}

    @Test
    void agreesWithObjdumpOnCompiledCode() throws Exception {
        String source = """
                #include <stddef.h>
                struct big { long a[9]; double d; char c; } arr[40];
                extern int ext(int, ...);
                int table(int x) {
                    switch (x) { case 0: return 5; case 1: return ext(x); case 2: return 77; case 3: return x * 3;
                    case 4: return x / 7; case 5: return arr[x].c; default: return -1; }
                }
                void fill(float *a, const float *b, size_t n) { for (size_t i = 0; i < n; i++) a[i] = a[i] * b[i] + 3.5f; }
                long mix(struct big *b, unsigned long k) {
                    b->a[k & 7] = 0x123456789abcdefL; b->c = 7; arr[3].a[2] = 4; b->d /= 3;
                    return __builtin_popcountl(k) + __atomic_fetch_add(&b->a[1], 5, 5) + (b->a[k % 9] == 0x1234567);
                }
                int recurse(int n) { return n < 2 ? 1 : recurse(n - 1) + ext(n, 1.5, "x") + (n > 300 ? (short) n : n ^ 0x55aa); }
                """;
        int instructions = 0;
        for (String flags : List.of(
                "-O2 -mcmodel=kernel -mno-red-zone -fno-pie",
                "-O0",
                "-Os -fcf-protection=branch -fno-pie",
                "-O3 -mavx512f -mavx512vl -mavx512bw -mfma",
                "-O3 -mavx2 -mfma4 -mxop -mtbm",
                "-O3 -mavx2 -mbmi2 -mtune=znver3")) {
            Path object = NativeTools.compile(folder, "code", source, flags.split(" "));
            instructions += checkText(object);
        }
        assertThat(instructions).isGreaterThan(500);
    }

    @Test
    void agreesWithObjdumpOnEveryKindOfEncoding() throws Exception {
        Path source = folder.resolve("code.s");
        try (InputStream resource = InstructionLengthTest.class.getResourceAsStream("instructions.s")) {
            Files.copy(resource, source);
        }
        Path object = folder.resolve("code.o");
        NativeTools.run(folder, "gcc", "-c", source.toString(), "-o", object.toString());

        assertThat(checkText(object)).isGreaterThan(200);
    }

    /** Decodes the whole of .text and every strict prefix of each instruction, which must never decode. */
    private int checkText(Path object) throws Exception {
        ElfObject elf = ElfReader.read("code.o", Files.readAllBytes(object));
        Section text = elf.section(elf.sectionNamed(".text").orElseThrow());
        List<Printed> expected = disassemble(object);
        for (Printed instruction : expected) {
            assertThat(InstructionLength.at(text.bytes(), instruction.offset()))
                    .as(instruction.text())
                    .isEqualTo(instruction.length());
            for (int end = instruction.offset() + 1; end < instruction.offset() + instruction.length(); end++) {
                Bytes cut = text.bytes().slice(0, end);
                assertThatExceptionOfType(UndecodableInstructionException.class)
                        .as("%s, cut to %d bytes", instruction.text(), end - instruction.offset())
                        .isThrownBy(() -> InstructionLength.at(cut, instruction.offset()))
                        .satisfies(e -> assertThat(e.offset()).isEqualTo(instruction.offset()));
            }
        }
        Printed last = expected.get(expected.size() - 1);
        assertThat(last.offset() + last.length()).isEqualTo(text.bytes().size());
        return expected.size();
    }

    private static List<Printed> disassemble(Path object) throws Exception {
        String output = NativeTools.run(
                        object.getParent(),
                        "objdump",
                        "-d",
                        "-w",
                        "-j",
                        ".text",
                        "--insn-width=16",
                        "-M",
                        "intel",
                        object.toString())
                .out();
        List<Printed> instructions = new ArrayList<>();
        for (String line : output.lines().toList()) {
            Matcher matcher = LINE.matcher(line);
            if (matcher.matches()) {
                instructions.add(new Printed(
                        Integer.parseInt(matcher.group(1), 16), matcher.group(2).length() / 3, matcher.group(3)));
            }
        }
        return instructions;
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "", // nothing there
                "06", // push %es left 64-bit mode
                "9a0000000000000000", // so did a direct far call
                "82c001", // and this second form of the first arithmetic group
                "0fff", // ud0 has a ModRM byte for Intel alone
                "66e800000000", // AMD reads 16 bits, Intel 32
                "660f8400000000", // the same for a conditional branch
                "660f78c00102", // extrq
                "8fc8", // neither pop nor XOP
                "66c5f877", // VEX after 0x66
                "48c5f877", // VEX after REX
                "62f47c08ff07", // APX
                "666666666666666666666666666666c3", // sixteen bytes
                "0f2000", // a control register is never moved to memory
            })
    void refuses(String hex) {
        Bytes code = Bytes.copyOf(HexFormat.of().parseHex(hex));

        assertThatExceptionOfType(UndecodableInstructionException.class)
                .isThrownBy(() -> InstructionLength.at(code, 0));
    }
}
