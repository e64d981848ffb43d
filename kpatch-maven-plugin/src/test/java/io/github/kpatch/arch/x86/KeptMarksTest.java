package io.github.kpatch.arch.x86;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kpatch.elf.ByteSource;
import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.elf.SectionType;
import io.github.kpatch.kernel.BranchTargets;
import io.github.kpatch.testing.NativeTools;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A linked file with a list of sealed functions stands for a vmlinux. */
class KeptMarksTest {
    private static final String SOURCE = """
            static __attribute__((noinline, noipa)) int unmarked(int x) { return x + 1; }
            int kept(int x) { return unmarked(x) + 2; }
            int sealed(int x) { return kept(x) + 3; }
            int kept_too(int x) { return sealed(x) + 4; }
            """;
    private static final String LIST =
            "asm(\".pushsection .ibt_endbr_seal, \\\"a\\\"; .long sealed - .; .popsection\");\n";

    @TempDir
    private Path folder;

    private ElfFile vmlinux(String source) {
        NativeTools.compile(folder, "kernel", source, "-fcf-protection=branch");
        NativeTools.run(folder, "ld", "-Ttext=0xffffffff81000000", "-e", "kept", "-o", "vmlinux", "kernel.o");
        return open("vmlinux");
    }

    private ElfFile open(String name) {
        return ElfFile.open(ByteSource.of(name, NativeTools.bytes(folder.resolve(name))));
    }

    private static Optional<BranchTargets> targets(ElfFile vmlinux) {
        return new X86_64().branchTargets(vmlinux);
    }

    private static Map<String, Long> addresses(ElfFile file) {
        Map<String, Long> addresses = new HashMap<>();
        file.forEachSymbol(
                file.section(SectionType.SYMTAB).orElseThrow(), symbol -> addresses.put(symbol.name(), symbol.value()));
        return addresses;
    }

    @Test
    void functionsThatHaveAMarkAndAreNotSealed() {
        ElfFile vmlinux = vmlinux(SOURCE + LIST);
        BranchTargets targets = targets(vmlinux).orElseThrow();
        Map<String, Long> addresses = addresses(vmlinux);
        BranchTargets again = BranchTargets.ofText("text", targets.toText());
        for (BranchTargets each : new BranchTargets[] {targets, again}) {
            assertThat(each.contains(addresses.get("kept"))).isTrue();
            assertThat(each.contains(addresses.get("kept_too"))).isTrue();
            assertThat(each.contains(addresses.get("sealed"))).isFalse();
            assertThat(each.contains(addresses.get("unmarked"))).isFalse();
        }
        assertThat(new String(targets.toText(), StandardCharsets.ISO_8859_1).lines())
                .hasSize(2);
    }

    @Test
    void aFileWithoutTheListOrItsContentsDoesNotSay() {
        assertThat(targets(vmlinux(SOURCE))).isEmpty();
        vmlinux(SOURCE + LIST);
        NativeTools.run(folder, "objcopy", "--only-keep-debug", "vmlinux", "debug-only");
        assertThat(targets(open("debug-only"))).isEmpty();
    }

    @Test
    void aListThatIsCutShort() {
        ElfFile vmlinux = vmlinux(SOURCE + LIST.replace(".long sealed - .", ".byte 1, 2, 3, 4, 5, 6"));
        assertThatThrownBy(() -> targets(vmlinux)).hasMessageContaining(".ibt_endbr_seal");
    }
}
