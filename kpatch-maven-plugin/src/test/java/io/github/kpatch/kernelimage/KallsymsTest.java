package io.github.kpatch.kernelimage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kpatch.elf.ByteSource;
import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.testing.NativeTools;
import io.github.kpatch.testing.ToyVmlinux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tables in the forms of many kernels, in a linked file that is otherwise empty. */
class KallsymsTest {
    @TempDir
    private Path folder;

    private List<Kallsyms.Symbol> read(byte[] table) throws IOException {
        NativeTools.compile(folder, "empty", "int nothing;");
        NativeTools.run(folder, "ld", "-static", "-e", "0", "-Ttext=0xffffffff81000000", "-o", "empty", "empty.o");
        Path vmlinux = ToyVmlinux.withTable(folder, "empty", table);
        return Kallsyms.of(ElfFile.open(ByteSource.of("vmlinux", Files.readAllBytes(vmlinux))));
    }

    /** 700 symbols: with variables of each processor in front, two of one name, and names of all lengths. */
    private static List<ToyVmlinux.Symbol> symbols() {
        List<ToyVmlinux.Symbol> symbols = new ArrayList<>();
        symbols.add(new ToyVmlinux.Symbol(0, 'A', "__per_cpu_start"));
        symbols.add(new ToyVmlinux.Symbol(0x1000, 'A', "cpu_info"));
        for (int i = 0; i < 700; i++) {
            String name = i % 100 == 7 ? "show" : "__init_" + i + "x".repeat(i % 300);
            symbols.add(new ToyVmlinux.Symbol(ToyVmlinux.BASE + 0x10L * (i / 2), i % 3 == 0 ? 'T' : 't', name));
        }
        return symbols;
    }

    private static List<Kallsyms.Symbol> expected(List<ToyVmlinux.Symbol> symbols) {
        return symbols.stream()
                .map(symbol -> new Kallsyms.Symbol(symbol.type(), symbol.name(), symbol.address()))
                .toList();
    }

    @ParameterizedTest
    @CsvSource({
        "true, true, true, 4, false",
        "true, true, false, 4, false",
        "true, true, false, 8, false",
        "false, true, true, 4, false",
        "true, false, true, 4, false",
        "false, false, true, 4, false",
        "false, false, true, 4, true",
    })
    void readsTheFormOfEachKernel(
            boolean addressesFirst, boolean absolutePercpu, boolean order, int markerSize, boolean fromTheirPlaces)
            throws IOException {
        ToyVmlinux.Form form = new ToyVmlinux.Form(addressesFirst, absolutePercpu, order, markerSize, fromTheirPlaces);
        List<ToyVmlinux.Symbol> symbols = absolutePercpu ? symbols() : symbols().subList(2, 702);

        assertThat(read(ToyVmlinux.table(form, symbols))).isEqualTo(expected(symbols));
    }

    @Test
    void refusesWhatIsNoWholeTable() throws IOException {
        refusesParts(ToyVmlinux.table(ToyVmlinux.Form.OF_6_1, symbols()), symbols());
        List<ToyVmlinux.Symbol> withoutNumbers = symbols().subList(2, 702);
        byte[] table = ToyVmlinux.table(ToyVmlinux.Form.OF_7_0, withoutNumbers);
        refusesParts(table, withoutNumbers);
        byte[] otherOrder = table.clone();
        otherOrder[table.length - 41]++;
        refuses(otherOrder);
        byte[] otherAddress = table.clone();
        otherAddress[table.length - 40 - 3 * 700 - 1]--;
        refuses(otherAddress);
    }

    private void refusesParts(byte[] table, List<ToyVmlinux.Symbol> symbols) throws IOException {
        byte[] otherName = table.clone();
        otherName[table.length / 2] ^= 1;
        byte[] otherLength = table.clone();
        for (int i = 0; i < table.length - 8; i++) {
            if (table[i] == 's' && table[i + 1] == 'h' && table[i + 2] == 'o' && table[i + 3] == 'w') {
                otherLength[i - 2]++;
            }
        }
        for (byte[] damaged : List.of(
                new byte[4096],
                Arrays.copyOf(table, table.length - 700),
                Arrays.copyOfRange(table, 3000, table.length),
                otherLength)) {
            refuses(damaged);
        }
        assertThat(read(otherName)).isNotEqualTo(expected(symbols));
    }

    private void refuses(byte[] damaged) {
        assertThatThrownBy(() -> read(damaged))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("KP228");
    }
}
