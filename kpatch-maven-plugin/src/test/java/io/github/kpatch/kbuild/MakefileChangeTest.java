package io.github.kpatch.kbuild;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MakefileChangeTest {
    private static final String BEFORE = "# comment\nobj-y := a.o\nccflags-y := -I.\nifdef CONFIG_X\nendif\n";

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "GOALS; # another comment",
                "GOALS; obj-y += b.o",
                "GOALS; obj-$(CONFIG_B) += b.o below/",
                "GOALS; a-y += \\|\tlibx/x_export.o \\|\tinclude.o",
                "GOALS; a-objs := b.o subdir-c.o",
                "FOLDER; ccflags-y += -DX",
                "FOLDER; ccflags-$(CONFIG_B) += -DX",
                "FOLDER; CFLAGS_a.o := -O1",
                "FOLDER; KCOV_INSTRUMENT_a.o := n",
                "FOLDER; else",
                "FOLDER; a-y := $(if $(x),b=c.o)",
                "BELOW; subdir-ccflags-y := -DX",
                "BELOW; KBUILD_CFLAGS += -DX",
                "BELOW; export X",
                "BELOW; include $(src)/other.mk",
                "BELOW; -include other.mk",
            })
    void theLinesThatChangeSayHowFarItReaches(MakefileChange change, String line) {
        String after = BEFORE.replace("endif", line.replace("|", "\n") + "\nendif");

        assertThat(MakefileChange.between(BEFORE, after)).isEqualTo(change);
        assertThat(MakefileChange.between(after, BEFORE)).isEqualTo(change);
    }

    @ParameterizedTest
    @CsvSource({"'obj-y := a.o','obj-y  :=\ta.o'", "# comment,"})
    void whatMakeReadsAlikeIsTheSame(String line, String other) {
        assertThat(MakefileChange.between(BEFORE, BEFORE.replace(line, other == null ? "" : other)))
                .isEqualTo(MakefileChange.GOALS);
    }
}
