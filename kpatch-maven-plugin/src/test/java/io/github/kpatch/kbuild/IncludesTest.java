package io.github.kpatch.kbuild;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.reflect.TypeToken;
import io.github.kpatch.host.Json;
import io.github.kpatch.host.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each test says one thing about who includes {@code fs/deep/changed.h} or its like. */
class IncludesTest {
    @TempDir
    private Path tree;

    @BeforeEach
    void makeTree() throws IOException {
        write("arch/x86/include/generated/asm/made.h", "#include <asm-generic/made.h>\n");
        write("include/asm-generic/made.h", "");
        write("include/linux/common.h", "");
        write("fs/changed.h", "");
    }

    private void write(String file, String text) throws IOException {
        Files.createDirectories(tree.resolve(file).getParent());
        Files.writeString(tree.resolve(file), text);
    }

    private Includes scan() {
        return Includes.scan(tree, Progress.NONE.start("", -1, ""));
    }

    private List<String> reaching(String... changed) {
        return scan().reaching(List.of(changed)).stream().sorted().toList();
    }

    @Test
    void inclusionsLeadThroughOtherFilesAndAllBranches() throws IOException {
        write("fs/inner.h", "#ifdef NEVER\n  #  include \"changed.h\"\n#endif\n");
        write("fs/outer.c", "#include \"inner.h\"\n");
        write("fs/other.c", "/*\n * #include \"changed.h\" is not for us\n */\n#include <linux/common.h>\n");

        assertThat(reaching("fs/changed.h")).containsExactly("fs/changed.h", "fs/inner.h", "fs/outer.c");
    }

    @Test
    void aFileBesideIsMeantBeforeOneOfTheSameNameElsewhere() throws IOException {
        write("net/changed.h", "");
        write("net/main.c", "#include \"changed.h\"\n");
        write("fs/main.c", "#include \"changed.h\"\n");

        assertThat(reaching("fs/changed.h")).containsExactly("fs/changed.h", "fs/main.c");
    }

    @Test
    void aNameInACommonFolderIsMeantBeforeOneInAnOddPlace() throws IOException {
        write("drivers/odd/linux/common.h", "");
        write("include/uapi/linux/common.h", "");
        write("fs/main.c", "#include <linux/common.h>\n");

        assertThat(reaching("drivers/odd/linux/common.h")).containsExactly("drivers/odd/linux/common.h");
        assertThat(reaching("include/uapi/linux/common.h")).contains("fs/main.c");
        assertThat(reaching("include/linux/common.h")).contains("fs/main.c");
    }

    @Test
    void aNameThatNoCommonFolderHasMayBeAnyFileWhosePathEndsSo() throws IOException {
        write("drivers/gpu/inc/dc/types.h", "");
        write("drivers/net/main.c", "#include <dc/types.h>\n");
        write("drivers/net/up.c", "#include \"../gpu/inc/dc/types.h\"\n");
        write("drivers/net/not.c", "#include <abc/types.h>\n");

        assertThat(reaching("drivers/gpu/inc/dc/types.h"))
                .containsExactly("drivers/gpu/inc/dc/types.h", "drivers/net/main.c", "drivers/net/up.c");
    }

    @Test
    void generatedHeadersStandBetween() throws IOException {
        write("fs/main.c", "#include <asm/made.h>\n");

        assertThat(reaching("include/asm-generic/made.h")).contains("fs/main.c");
    }

    @Test
    void aComputedNameIsWhatItsMacroMayBeAndEverythingWhereNobodyKnows() throws IOException {
        write("fs/user.h", "#define OTHER_FILE <linux/common.h>\n");
        write("fs/known.c", "#include OTHER_FILE\n");
        write("fs/unknown.c", "#include SOME_FILE\n");
        write("fs/option.c", "#include CONFIG_FILE\n");

        assertThat(reaching("include/linux/common.h"))
                .containsExactly("fs/known.c", "fs/unknown.c", "include/linux/common.h");
        assertThat(reaching("fs/changed.h")).containsExactly("fs/changed.h", "fs/unknown.c");
    }

    @Test
    void traceHeadersIncludeWhatTheyName() throws IOException {
        write("include/trace/define.h", "#include TRACE_INCLUDE(TRACE_INCLUDE_FILE)\n");
        write("fs/changed.h", "#define TRACE_SYSTEM changed\n#include <trace/define.h>\n");
        write("fs/trace.h", "#define TRACE_INCLUDE_FILE changed\n#include <trace/define.h>\n");

        assertThat(reaching("fs/changed.h")).containsExactly("fs/changed.h", "fs/trace.h");
    }

    @Test
    void aFileThatIsNotThereIsIncludedByWhoAsksForIt() throws IOException {
        write("security/errata.h", "#if __has_include(\"errata/abi-1.h\")\n#endif\n");
        write("security/setup.c", "#include \"errata.h\"\n");
        write("security/fs.c", "#include \"other/abi-1.h\"\n");

        assertThat(reaching("security/errata/abi-1.h"))
                .containsExactly("security/errata.h", "security/errata/abi-1.h", "security/setup.c");
    }

    @Test
    void anAddedFileMayTakeThePlaceOfAnother() throws IOException {
        write("fs/main.c", "#include <linux/common.h>\n");

        assertThat(reaching("arch/x86/include/linux/common.h")).contains("fs/main.c");
    }

    @Test
    void anAddedFileIsFoundOnlyWhereTheCompilerLooks() throws IOException {
        write("net/debug.h", "");
        write("net/main.c", "#include \"debug.h\"\n");
        write("net/core/Makefile", "ccflags-y += -I$(srctree)/net\n");
        write("net/core/main.c", "#include \"debug.h\"\n");

        assertThat(reaching("fs/ntfs/debug.h")).containsExactly("fs/ntfs/debug.h");

        write("net/core/Makefile", "ccflags-y += $(if $(WHAT),-I $(srctree)/fs/ntfs/) -I$(srctree)/net\n");

        assertThat(reaching("fs/ntfs/debug.h")).containsExactly("fs/ntfs/debug.h", "net/core/main.c");
    }

    @Test
    void aFolderThatAVariableNamesMayBeAny() throws IOException {
        write("net/main.c", "#include \"debug.h\"\n");
        write("net/Makefile", "subdir-ccflags-y += -I$(ELSEWHERE)/ntfs\n");

        assertThat(reaching("fs/ntfs/debug.h")).contains("net/main.c");
        assertThat(reaching("fs/ext4/debug.h")).doesNotContain("net/main.c");

        write("net/Makefile", "ccflags-y += $(addprefix -I,$(FOLDERS))\n");

        assertThat(reaching("fs/ext4/debug.h")).contains("net/main.c");
    }

    @ParameterizedTest
    @CsvSource({
        "HERE = $(srctree)/fs, true",
        "HERE := $(TOP)/ntfs/..|TOP=$(src)/../fs, true",
        "HERE := $(srctree)/net, false",
        "# HERE := -I$(ANY), false",
        "HERE = $(srctree)/net|HERE = $(srctree)/fs, true",
        "HERE ?= $(srctree)/net, true",
        "HERE = $(srctree)/net|HERE += -I$(srctree)/fs, true",
        "HERE = $(srctree)/net|main.o: HERE = $(srctree)/fs, true",
        "HERE = $(shell find), true",
        "HERE = $(srctree)/net|main.o: more = -isystem $(shell $(CC) -print-file-name=include), false",
        "HERE = $(HERE), true"
    })
    void whatAVariableStandsForIsReadWhereItIsSetOnce(String lines, boolean found) throws IOException {
        write("net/main.c", "#include \"debug.h\"\n");
        String use = lines.startsWith("#") ? "" : "ccflags-y += -I$(HERE)\n";
        write("net/Makefile", lines.replace('|', '\n') + "\n" + use);

        assertThat(reaching("fs/debug.h").contains("net/main.c")).isEqualTo(found);
    }

    @Test
    void aHeaderFindsAnAddedFileByTheOptionsOfWhoIncludesIt() throws IOException {
        write("include/linux/odd.h", "#include <debug.h>\n");
        write("fs/ntfs/Makefile", "CFLAGS_main.o := -I$(src)\n");
        write("fs/ntfs/main.c", "#include <linux/odd.h>\n");
        write("net/main.c", "#include <linux/odd.h>\n");

        assertThat(reaching("fs/ntfs/debug.h")).contains("fs/ntfs/main.c").doesNotContain("net/main.c");
    }

    @Test
    void optionsOfMakefilesIncludeForTheirFolder() throws IOException {
        write("Makefile", "LINUXINCLUDE := -include $(srctree)/include/linux/common.h\n");
        write("fs/Makefile", "CFLAGS_main.o += -include $(src)/changed.h\n");
        write("fs/main.c", "");
        write("net/main.c", "");

        assertThat(reaching("fs/changed.h")).contains("fs/main.c").doesNotContain("net/main.c");
        assertThat(reaching("include/linux/common.h")).contains("fs/main.c", "net/main.c");
    }

    @Test
    void otherArchitecturesAndToolsAreNotOfThisKernel() throws IOException {
        write("arch/arm/main.c", "#include <linux/common.h>\n");
        write("tools/main.c", "#include <linux/common.h>\n");

        assertThat(reaching("include/linux/common.h")).containsExactly("include/linux/common.h");
    }

    @Test
    void whatWasFoundOutSurvivesTheCache() throws IOException {
        write("fs/main.c", "#include \"changed.h\"\n#include SOME_FILE\nasm(\".incbin \\\"x\\\"\");\n");
        Includes scanned = scan();

        assertThat(Json.read(Json.write(scanned), TypeToken.get(Includes.class)))
                .isEqualTo(scanned);
        assertThat(scanned.embeds("fs/main.c")).isTrue();
        assertThat(scanned.embeds("fs/changed.h")).isFalse();
    }
}
