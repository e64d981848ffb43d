package io.github.kpatch.livepatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kpatch.elf.Bytes;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.ElfReader;
import io.github.kpatch.elf.Relocation;
import io.github.kpatch.elf.Section;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.testing.NativeTools;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the macros for patch authors leave in an object: the shapes that the differ and the module's source look for. */
class AuthorMacrosTest {
    @TempDir
    Path folder;

    @BeforeEach
    void copyHeaders() throws Exception {
        new ModuleFolder(folder);
        for (AuthorHeaders.Header header : AuthorHeaders.all()) {
            Files.write(folder.resolve(header.name()), header.content().toArray());
        }
    }

    private ElfObject compile(String source) {
        Path file = NativeTools.compile(
                folder,
                "patched",
                source,
                "-I.",
                "-Iinclude",
                "-Wall",
                "-Werror",
                "-ffunction-sections",
                "-fdata-sections",
                "-fno-asynchronous-unwind-tables");
        return ElfReader.read("patched.o", NativeTools.bytes(file));
    }

    private static List<Relocation> relocationsOf(ElfObject object, String section) {
        return object.relocationsOf(object.sectionNamed(section).orElseThrow());
    }

    private static String functionAt(ElfObject object, Relocation pointer) {
        Symbol symbol = object.symbol(pointer.symbol());
        SectionId home = symbol.home().section().orElseThrow();
        return object.section(home).name().replace(".text.", "");
    }

    @Test
    void callbacksAreOneEntryEachWithoutTheObjectsName() {
        ElfObject object = compile("""
                #include "kpatch-macros.h"
                static int before(patch_object *object) { return object != 0; }
                static void after(patch_object *object) { (void)object; }
                KPATCH_PRE_PATCH_CALLBACK(before);
                KPATCH_POST_PATCH_CALLBACK(after);
                KPATCH_PRE_UNPATCH_CALLBACK(after);
                KPATCH_POST_UNPATCH_CALLBACK(after);
                """);

        for (String kind : List.of("pre_patch", "post_patch", "pre_unpatch", "post_unpatch")) {
            String name = ".kpatch.callbacks." + kind;
            assertThat(object.section(object.sectionNamed(name).orElseThrow())
                            .data()
                            .size())
                    .isEqualTo(16);
            List<Relocation> pointers = relocationsOf(object, name);
            assertThat(pointers).extracting(Relocation::offset).containsExactly(0L);
            assertThat(functionAt(object, pointers.get(0))).isEqualTo(kind.equals("pre_patch") ? "before" : "after");
        }
    }

    @Test
    void whatIsToBeIgnoredIsNamed() {
        ElfObject object = compile("""
                #include "kpatch-macros.h"
                void changed(void) { }
                KPATCH_IGNORE_SECTION(".data.one");
                KPATCH_IGNORE_SECTION(".data.two");
                KPATCH_IGNORE_FUNCTION(changed);
                KPATCH_FORCE_UNSAFE(changed);
                """);

        assertThat(relocationsOf(object, ".kpatch.ignore.sections"))
                .extracting(relocation -> stringAt(object, relocation))
                .containsExactlyInAnyOrder(".data.one", ".data.two");
        for (String name : List.of(".kpatch.ignore.functions", ".kpatch.force")) {
            assertThat(relocationsOf(object, name))
                    .extracting(relocation -> functionAt(object, relocation))
                    .containsExactly("changed");
        }
        assertThat(object.symbolsNamed("__kpatch_ignore_func_changed")).hasSize(1);
        assertThat(object.symbolsNamed("__kpatch_force_func_changed")).hasSize(1);
        assertThat(object.symbols().stream()
                        .map(Symbol::name)
                        .filter(name -> name.startsWith("__UNIQUE_ID_kpatch_ignore_section_")))
                .hasSize(2);
    }

    private static String stringAt(ElfObject object, Relocation pointer) {
        Symbol symbol = object.symbol(pointer.symbol());
        Bytes strings = object.section(symbol.home().section().orElseThrow()).bytes();
        return strings.stringAt((int) (symbol.value() + pointer.addend()));
    }

    @Test
    void printingLeavesTheFunctionInOnePiece() {
        String source = """
                #include "kpatch-macros.h"
                int work(int);
                int other(int);
                int function(int x)
                {
                    int sum = 0;
                    for (int i = 0; i < x; i++) {
                        if (work(i) == 3) {
                            %s
                            return other(i) * 7 + other(sum);
                        }
                        sum += work(sum);
                    }
                    return sum;
                }
                """;

        assertThat(sectionNames(compile(source.formatted("printk(\"x %d\\n\", i);"))))
                .as("the effect that the macro avoids")
                .contains(".text.unlikely.function");
        assertThat(sectionNames(compile(source.formatted("KPATCH_PRINTK(\"x %d\\n\", i);"))))
                .doesNotContain(".text.unlikely.function");
        assertThat(sectionNames(compile(source.formatted("KPATCH_PRINTK_DEFERRED(\"plain\\n\");"))))
                .doesNotContain(".text.unlikely.function");
    }

    private static List<String> sectionNames(ElfObject object) {
        return object.sections().stream().map(Section::name).toList();
    }

    @Test
    void aStaticCallIsMadeThroughItsKey() {
        ElfObject object = compile("""
                #include <linux/static_call.h>
                #include "kpatch-macros.h"
                extern struct static_call_key STATIC_CALL_KEY(some);
                int STATIC_CALL_TRAMP(some)(int);
                int function(int x) { return KPATCH_STATIC_CALL(some)(x) + 1; }
                """);

        assertThat(relocationsOf(object, ".text.function"))
                .extracting(relocation -> object.symbol(relocation.symbol()).name())
                .containsExactly("__SCK__some");
    }

    @Test
    void aSystemCallsBodyIsANewFunction() {
        ElfObject object = compile("""
                #include "kpatch-syscall.h"
                long work(int, void *);
                KPATCH_SYSCALL_DEFINE2(some, int, number, void *, pointer)
                {
                    return work(number, pointer) + 7;
                }
                """);

        assertThat(object.symbols().stream().filter(Symbol::isFunction).map(Symbol::name))
                .containsExactlyInAnyOrder("__kpatch_do_sys_some", "__se_sys_some");
        assertThat(relocationsOf(object, ".kpatch.ignore.sections"))
                .extracting(relocation -> stringAt(object, relocation))
                .containsExactlyInAnyOrder("__syscalls_metadata", "_ftrace_events");
        assertThat(sectionNames(object)).contains("__syscalls_metadata", "_ftrace_events");
    }
}
