package io.github.kpatch.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kpatch.diff.ObjectPair;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.ElfReader;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolType;
import io.github.kpatch.testing.KernelFlags;
import io.github.kpatch.testing.NativeTools;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A second opinion that never says anything would be worth nothing. So here it hears of pairs, from the compiler, in which
 * a change hides, and that the differ had found none; and of others in which nothing has changed that counts.
 */
class VanishedChangesTest {
    private static final String MACROS = """
            __attribute__((cold)) void warn(int);
            int g(int), _printk(const char *, ...), ___might_sleep(const char *, int);
            struct key { int enabled; };
            extern struct key one, two;
            #define ALTERNATIVE(feature, text) asm volatile("1: .byte 0x0f,0x1f,0x00\\n.pushsection .altinstructions,\\"a\\"\\n" \\
                ".long 1b - ., 2f - .\\n.word " #feature "\\n.byte 3, 3f - 2f\\n.popsection\\n" \\
                ".pushsection .altinstr_replacement,\\"ax\\"\\n2: " text "\\n3:\\n.popsection")
            #define TRY(type) asm volatile("1: nop\\n2:\\n.pushsection __ex_table,\\"a\\"\\n.long 1b - ., 2b - ., " #type "\\n.popsection")
            #define TRY_ELSE(label) asm goto("1: nop\\n.pushsection __ex_table,\\"a\\"\\n" \\
                ".long 1b - ., %l[" #label "] - ., 3\\n.popsection" :::: l1, l2)
            #define BUG(file, line, flags) asm volatile("1: ud2\\n.pushsection __bug_table,\\"aw\\"\\n2: .long 1b - ., %c0 - .\\n" \\
                ".word " #line ", " #flags "\\n.popsection" :: "i"(file))
            #define CALL(key) asm volatile("1: call g\\n.pushsection .static_call_sites,\\"aw\\"\\n.long 1b - ., " #key " - .\\n.popsection")
            #define PARAVIRT(type) asm volatile("1: nop\\n.pushsection .parainstructions,\\"a\\"\\n" \\
                ".quad 1b\\n.byte " #type ", 1\\n.balign 8\\n.popsection")
            #define PARAVIRT_UNFILLED(type) asm volatile("1: nop\\n.pushsection .parainstructions,\\"a\\"\\n" \\
                ".quad 1b\\n.byte " #type ", 1\\n.popsection")
            #define ORC(n) asm volatile("1: nop\\n.pushsection .orc_unwind_ip,\\"a\\"\\n.long 1b - .\\n.popsection\\n" \\
                ".pushsection .orc_unwind,\\"a\\"\\n.byte " #n ",0,0,0,0,0\\n.popsection")
            #define SITE(name) asm volatile("1: nop\\n.pushsection " name ",\\"a\\"\\n.long 1b - .\\n.popsection")
            #define PLACES l1: return g(1); l2: return g(2);
            """;

    @TempDir
    private Path folder;

    /** What counts, in code that is otherwise the same. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            ALTERNATIVE(5, "lfence");    | ALTERNATIVE(6, "lfence");
            ALTERNATIVE(5, "lfence");    | ALTERNATIVE(5, "mfence");
            ALTERNATIVE(5, "call g");    | ALTERNATIVE(5, "call h");
            ALTERNATIVE(5, "lfence");    | ALTERNATIVE(5, "");
            TRY(1);                      | TRY(3);
            TRY_ELSE(l1);                | TRY_ELSE(l2);
            BUG("a.c", 5, 1);            | BUG("a.c", 5, 3);
            CALL(one);                   | CALL(two);
            CALL(one);                   | CALL(one + 1);
            PARAVIRT(1);                 | PARAVIRT(2);
            ORC(8);                      | ORC(16);
            SITE(".smp_locks");          | SITE(".retpoline_sites");
            SITE(".some_new_table");     | SITE(".discard.reachable");
            _printk("%d", 3);            | _printk("%d", 4);
            _printk("three");            | _printk("four");
            """)
    void speaksOfWhatCounts(String before, String after) throws Exception {
        ObjectPair pair = pair(function(before), function(after));
        assertThat(VanishedChanges.in(pair, List.of(), SeedPair.SIZES))
                .hasValueSatisfying(change -> assertThat(change).startsWith("f: "));
        assertThat(VanishedChanges.in(pair, List.of("f"), SeedPair.SIZES)).isEmpty();

        String other = "int e(int x) { return g(x) + %d; }";
        ObjectPair withOther = pair(function(before) + other.formatted(1), function(after) + other.formatted(2));
        assertThat(VanishedChanges.in(withOther, List.of("e"), SeedPair.SIZES)).isPresent();
    }

    /** Where warnings stand, and what is about another function. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            BUG("a.c", 5, 1);            | BUG("a.c", 6, 1);
            BUG("a.c", 5, 1);            | BUG("b.h", 5, 1);
            ___might_sleep("a.c", 5);    | ___might_sleep("a.c", 6);
            PARAVIRT(1);                 | PARAVIRT_UNFILLED(1);
            """)
    void isSilentAboutPlacesInTheSource(String before, String after) throws Exception {
        assertThat(VanishedChanges.in(pair(function(before), function(after)), List.of(), SeedPair.SIZES))
                .isEmpty();
    }

    @Test
    void isSilentAboutWhatMovedOnly() throws Exception {
        String before = "int first(int x) { return g(x); }" + function("""
                static int count; count++; ALTERNATIVE(5, "call h"); TRY(1); BUG("a.c", 5, 1); _printk("f");
                """);
        String after =
                "int first(int x) { static int count; count += x; _printk(\"first\"); ALTERNATIVE(9, \"mfence\");"
                        + " TRY(3); BUG(\"b.c\", 1, 7); return g(x); }"
                        + function("""
                static int count; count++; ALTERNATIVE(5, "call h"); TRY(1); BUG("a.c", 5, 1); _printk("f");
                """);
        ObjectPair pair = pair(before, after);
        assertThat(VanishedChanges.in(pair, List.of("first"), SeedPair.SIZES)).isEmpty();
        assertThat(VanishedChanges.in(pair, List.of(), SeedPair.SIZES))
                .hasValueSatisfying(change -> assertThat(change).startsWith("first: "));
    }

    @Test
    void takesPiecesForReplacedWithTheirFunction() throws Exception {
        String source = "int f(int x) { if (x > 3) { TRY(%d); warn(x); return 1; } return g(x); }";
        ObjectPair pair = pair(source.formatted(1), source.formatted(3));
        assertThat(VanishedChanges.in(pair, List.of(), SeedPair.SIZES)).isPresent();
        assertThat(VanishedChanges.in(pair, List.of("f"), SeedPair.SIZES)).isEmpty();
    }

    @Test
    void tellsFunctionsOfOneSectionApart() throws Exception {
        String source = """
                __attribute__((section(".sched.text"), noinline)) int %s(int x) { return g(x) + 1; }
                __attribute__((section(".sched.text"), noinline)) int %s(int x) { return g(x) + 2; }
                """;
        ObjectPair exchanged = pair(source.formatted("a", "b"), source.formatted("b", "a"));
        assertThat(VanishedChanges.in(exchanged, List.of(), SeedPair.SIZES)).isPresent();
    }

    /** Numbers that no compiler gives, which leave what bears them what it is. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            ORC(8);                                | ORC(16);                               | .orc_unwind     | .orc_unwind.0
            ___might_sleep("a.c", 5);              | g(6);                                  | ___might_sleep  | ___might_sleep.0
            if (x > 3) { TRY(1); warn(x); }        | if (x > 3) { TRY(3); warn(x); }        | .text.unlikely.f | .text.unlikely.f.0
            if (x > 3) { TRY(1); warn(x); }        | if (x > 3) { TRY(1); warn(x + 1); }    | .text.unlikely.f | .text.unlikely.f.0
            """)
    void looksThroughNumbers(String before, String after, String name, String numbered) throws Exception {
        ObjectPair same = pair(function(before), function(before));
        assertThat(VanishedChanges.in(renamed(same, name, numbered), List.of(), SeedPair.SIZES))
                .isEmpty();
        ObjectPair other = pair(function(before), function(after));
        assertThat(VanishedChanges.in(renamed(other, name, numbered), List.of(), SeedPair.SIZES))
                .isPresent();
    }

    @Test
    void aLineIsOneUnderANumberedNameToo() throws Exception {
        ObjectPair pair = pair(function("___might_sleep(\"a.c\", 5);"), function("___might_sleep(\"a.c\", 6);"));
        assertThat(VanishedChanges.in(renamed(pair, "___might_sleep", "___might_sleep."), List.of(), SeedPair.SIZES))
                .isEmpty();
    }

    @Test
    void anotherNameOfTheSameCodeIsNoOtherCode() throws Exception {
        String source =
                "__attribute__((section(\".sched.text\"), noinline)) int %s(int x) { TRY(1); return g(x) + %d; }\n";
        String alias = "int __alias(int) __attribute__((alias(\"e\")));";
        String before = source.formatted("e", 1) + source.formatted("h", 2);
        assertThat(VanishedChanges.in(pair(before + alias, before), List.of(), SeedPair.SIZES))
                .isEmpty();
        String after = source.formatted("e", 1) + source.formatted("h", 3);
        assertThat(VanishedChanges.in(pair(before + alias, after), List.of(), SeedPair.SIZES))
                .hasValueSatisfying(change -> assertThat(change).startsWith("h: "));
    }

    @Test
    void aFunctionThatIsNoLongerCalledOneEndsWhereItDid() throws Exception {
        String source = "__attribute__((section(\".sched.text\"), noinline)) int %s(int x) { return g(x) + %d; }\n";
        String before = source.formatted("e", 1) + source.formatted("h", 2);
        ObjectPair same = pair(before, before);
        assertThat(VanishedChanges.in(withoutType(same, "e"), List.of(), SeedPair.SIZES))
                .isEmpty();
        ObjectPair other = pair(before, source.formatted("e", 3) + source.formatted("h", 2));
        assertThat(VanishedChanges.in(withoutType(other, "e"), List.of(), SeedPair.SIZES))
                .hasValueSatisfying(change -> assertThat(change).startsWith("e: "));
    }

    @Test
    void anotherNameOfAVariableIsNoOtherVariable() throws Exception {
        String before = "extern int alias; int v = 1, w = 2; int f(int x) { return g(%s) + x; }";
        String alias = "extern int alias __attribute__((alias(\"v\")));";
        assertThat(VanishedChanges.in(
                        pair(before.formatted("v") + alias, before.formatted("v")), List.of(), SeedPair.SIZES))
                .isEmpty();
        assertThat(VanishedChanges.in(
                        pair(before.formatted("v") + alias, before.formatted("w")), List.of(), SeedPair.SIZES))
                .isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"e", "h"})
    void aFunctionThatIsGoneByNameOnlyLeavesItsNeighboursAlone(String gone) throws Exception {
        String source = "__attribute__((section(\".sched.text\"), noinline)) int %s(int x) { return g(x) + %d; }\n";
        String before = source.formatted("e", 1) + source.formatted("h", 2);
        ObjectPair pair = pair(before, before);
        assertThat(VanishedChanges.in(renamed(pair, gone, "another"), List.of(), SeedPair.SIZES))
                .isEmpty();
        String after =
                gone.equals("e") ? source.formatted("e", 1) + source.formatted("h", 3) : before.replace("+ 1", "+ 3");
        ObjectPair other = renamed(pair(before, after), gone, "another");
        assertThat(VanishedChanges.in(other, List.of(), SeedPair.SIZES)).isPresent();
    }

    /** Such a label stands in the padding, and what is there goes with the function behind. */
    @Test
    void aSectionsNameIsNoFunctions() throws Exception {
        String label =
                "asm(\".pushsection .text.f, \\\"ax\\\"\\n.type .begin, @function\\n.begin: %s\\n.popsection\");";
        String f = "int f(int x) { return g(x) + 1; }";
        ObjectPair pair = pair(label.formatted("call g") + f, label.formatted("call h") + f);
        assertThat(VanishedChanges.in(pair, List.of(), SeedPair.SIZES))
                .hasValueSatisfying(change -> assertThat(change).startsWith("f: "));
        assertThat(VanishedChanges.in(pair, List.of("f"), SeedPair.SIZES)).isEmpty();
    }

    /** What is new goes in whole, with what tables say of it. */
    @Test
    void codeThatGetsANameIsNew() throws Exception {
        String e = "__attribute__((section(\".sched.text\"), noinline)) int e(int x) { TRY(%d); return g(x) + 1; }\n";
        String h = "__attribute__((section(\".sched.text\"), noinline)) int h(int x) { return g(x) + 2; }\n";
        ObjectPair pair = renamed(pair(e.formatted(1) + h, e.formatted(3) + h), "e", "another");
        assertThat(VanishedChanges.in(pair, List.of(), SeedPair.SIZES)).isPresent();
        assertThat(VanishedChanges.in(pair, List.of("another"), SeedPair.SIZES)).isEmpty();
    }

    /** It is found by its function still, whatever else it calls. */
    @Test
    void aPieceIsNotTracedForACallInItsMiddle() throws Exception {
        String source = "void __fentry__(void); int f(int x) { if (x > 3) { warn(x); %s(); return 1; } return g(x); }";
        ObjectPair pair =
                pair("void h(void);" + source.formatted("h"), "void h(void);" + source.formatted("__fentry__"));
        assertThat(VanishedChanges.in(pair, List.of(), SeedPair.SIZES)).isPresent();
        assertThat(VanishedChanges.in(pair, List.of("f"), SeedPair.SIZES)).isEmpty();
    }

    @Test
    void aRelocationThatFillsNothingSaysNothing() throws Exception {
        String source = "void f(void) { asm volatile(\".nop 8; .reloc . - 6, %s, g\"); }";
        ObjectPair nothing = pair(source.formatted("R_X86_64_NONE"), source.replace("; .reloc . - 6, %s, g", ""));
        ObjectPair field = pair(source.formatted("R_X86_64_32S"), source.replace("; .reloc . - 6, %s, g", ""));
        assertThat(VanishedChanges.in(nothing, List.of(), SeedPair.SIZES)).isEmpty();
        assertThat(VanishedChanges.in(field, List.of(), SeedPair.SIZES)).isPresent();
    }

    private static ObjectPair renamed(ObjectPair pair, String name, String other) {
        ElfObject patched = pair.patched();
        return new ObjectPair(
                pair.name(),
                pair.original(),
                new ElfObject(
                        patched.header(),
                        patched.sections().stream()
                                .map(s -> s.name().equals(name) ? s.withName(other) : s)
                                .toList(),
                        patched.symbols().stream()
                                .map(s -> s.name().equals(name) ? s.withName(other) : s)
                                .toList()));
    }

    private static ObjectPair withoutType(ObjectPair pair, String name) {
        ElfObject patched = pair.patched();
        return new ObjectPair(
                pair.name(),
                pair.original(),
                new ElfObject(
                        patched.header(),
                        patched.sections(),
                        patched.symbols().stream()
                                .map(s -> s.name().equals(name)
                                        ? new Symbol(
                                                s.name(),
                                                SymbolType.NOTYPE,
                                                s.binding(),
                                                s.other(),
                                                s.value(),
                                                s.size(),
                                                s.home())
                                        : s)
                                .toList()));
    }

    private static String function(String body) {
        return "int f(int x) { " + body + " return g(x) + 3; PLACES }\n";
    }

    private ObjectPair pair(String original, String patched) throws Exception {
        return new ObjectPair("unit.o", compile(original), compile(patched));
    }

    private ElfObject compile(String source) throws Exception {
        Files.writeString(folder.resolve("unit.c"), MACROS + source);
        List<String> command = new ArrayList<>(List.of("gcc", "-c"));
        command.addAll(KernelFlags.CODE);
        command.addAll(KernelFlags.FTRACE);
        command.addAll(List.of("-o", "unit.o", "unit.c"));
        NativeTools.run(folder, command.toArray(String[]::new));
        return ElfReader.read("unit.o", Files.readAllBytes(folder.resolve("unit.o")));
    }
}
