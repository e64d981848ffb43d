package io.github.kpatch.diff;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.Section;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.testing.Row;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Numbers in compiler-made names, string literals, and static variables inside functions. */
class NamesAndLocalsTest {
    /** What a compiler with another counter would have called things. */
    static UnaryOperator<ElfObject> renaming(String from, String to) {
        return object -> new ElfObject(
                object.header(),
                object.sections().stream()
                        .map(section -> new Section(
                                section.name().replace(from, to),
                                section.type(),
                                section.flags(),
                                section.address(),
                                section.alignment(),
                                section.entrySize(),
                                section.link(),
                                section.data()))
                        .toList(),
                object.symbols().stream()
                        .map(symbol -> new Symbol(
                                symbol.name().replace(from, to),
                                symbol.type(),
                                symbol.binding(),
                                symbol.other(),
                                symbol.value(),
                                symbol.size(),
                                symbol.home()))
                        .toList());
    }

    private static final String CLONE = """
            int sink;
            static __attribute__((noinline)) int h(int a, int b) { sink += a; return a * b + sink; }
            int f(int x) { return h(x, 7) + 1; }
            """;

    @Test
    @Row("23")
    void renumberedCloneIsTheSame() {
        Scenario.of(CLONE, CLONE)
                .editPatched(renaming("h.constprop.0", "h.constprop.35"))
                .assertUnchanged();
    }

    @Test
    @Row("23")
    void renumberedCloneKeepsItsOldName() {
        Scenario.of(CLONE, CLONE.replace("+ sink", "- sink"))
                .editPatched(renaming("h.constprop.0", "h.constprop.35"))
                .changed()
                .changes("h.constprop.0");
    }

    @Test
    @Row("24")
    void clonesAreMatchedInOrder() {
        String clones = """
                static __attribute__((noinline)) int g_constprop_0(int a) { sink += a; return a * 7 + 1; }
                static __attribute__((noinline)) int g_constprop_1(int a) { sink += a; return a * 9 + sink; }
                int f1(int x) { return g_constprop_0(x) + 1; }
                int f2(int x) { return g_constprop_1(x) + 2; }
                """;
        String original = "int sink;\n" + clones;
        Scenario.of(original, original.replace("a * 9", "a * 11"))
                .editOriginal(renaming("_constprop_", ".constprop."))
                .editPatched(renaming("g_constprop_0", "g.constprop.4")
                        .andThen(renaming("g_constprop_1", "g.constprop.5"))::apply)
                .changed()
                .changes("g.constprop.1");
    }

    /** A clone for the constant 7, and in front of it one for 9 which only the patch has, and which takes its number. */
    @Test
    void callerOfARenumberedCloneFollowsIt() {
        String seven = "static __attribute__((noinline)) int h_constprop_%d(int a) { sink += a; return a * 7 + 1; }\n";
        String callers = """
                int f(int x) { return h_constprop_%d(x) + 1; }
                int g(int x) { return h_constprop_%d(x) + 2; }
                """;
        Output output = Scenario.of(
                        "int sink;\n" + seven.formatted(0) + callers.formatted(0, 0),
                        "int sink;\n" + seven.formatted(0).replace("7", "9") + seven.formatted(1)
                                + callers.formatted(1, 0))
                .editOriginal(renaming("_constprop_", ".constprop."))
                .editPatched(renaming("_constprop_", ".constprop."))
                .changed();
        output.changes("h.constprop.0", "f").adds("h.constprop.1");
        assertThat(output.relocations(".text.f")).anyMatch(entry -> entry.startsWith("h.constprop.1-4 "));
    }

    @Test
    void newStaticFunctionInPlaceOfAnExternalOne() {
        Scenario.of(
                        "int helper(int);\nint f(int x) { return helper(x) + 1; }",
                        "static __attribute__((noinline)) int helper(int x) { return x * 5; }\n"
                                + "int f(int x) { return helper(x) + 1; }")
                .changed()
                .changes("f")
                .adds("helper");
    }

    @Test
    void newStaticLocalNamedLikeAnExistingVariable() {
        String file = "static int count = 1;\nint f(int x) { count += x; return count + 1; }\n";
        String local = "int e(int x) { static int count = 3; count -= x; return count; }\n";
        for (String patched : new String[] {local + file, file + local}) {
            Output output = Scenario.of(file, patched.replace("+ 1", "+ 2")).changed();
            output.changes("f").adds("e");
            assertThat(output.klp()).isNotEmpty().containsOnly(".text.f: vmlinux.count,1");
            assertThat(output.hasSection(".data.count")).isFalse();
        }
    }

    @Test
    void newVariableOfTheFileNamedLikeAStaticLocal() {
        String local = "int f(int x) { FIRST static int count = 1; count += x; return count; }\n";
        Output output = Scenario.of(
                        local.replace("FIRST", ""),
                        "static int count = 5;\n" + local.replace("FIRST", "count ^= x; if (x == 9) return count; {")
                                + "}")
                .changed();
        output.changes("f");
        assertThat(output.defines("count")).isTrue();
        assertThat(output.klp()).isNotEmpty().containsOnly(".text.f: vmlinux.count.0,1");
    }

    @Test
    @Row("25")
    void uniqueIdentifiersOfGccAreRenumberedFreely() {
        String source = "int f(int x) { static int mark = 1; mark += x; return mark + 1; }";
        Output output = Scenario.of(source, source.replace("+ 1", "+ 2"))
                .editOriginal(renaming("mark.0", "__UNIQUE_ID_ddebug1131.186"))
                .editPatched(renaming("mark.0", "__UNIQUE_ID_ddebug1132.187"))
                .changed();
        output.changes("f");
        assertThat(output.klp()).isNotEmpty().containsOnly(".text.f: vmlinux.__UNIQUE_ID_ddebug1131.186,1");
    }

    @Test
    @Row("26")
    void uniqueIdentifiersOfClangAreRenumberedFreely() {
        String source = "int f(int x) { static int __UNIQUE_ID_ddebug7 = 1; return __UNIQUE_ID_ddebug7 += x + 1; }";
        Output output = Scenario.of(
                        source, source.replace("+ 1", "+ 2").replace("__UNIQUE_ID_ddebug7", "__UNIQUE_ID_ddebug9"))
                .byClang()
                .changed();
        output.changes("f");
        assertThat(output.klp()).isNotEmpty().containsOnly(".text.f: vmlinux.f.__UNIQUE_ID_ddebug7,1");
    }

    private static String literal(String label, String section) {
        return """
                	.file	"unit.c"
                	.section .text.f,"ax",@progbits
                	.globl f
                	.type f, @function
                f:	call __fentry__
                	movq $%1$s, %%rdi
                	ret
                	.size f, .-f
                	.section %2$s,"aMS",@progbits,1
                	.asciz "before"
                %1$s:	.asciz "hello"
                """.formatted(label, section);
    }

    @Test
    @Row("27")
    void labelsOfLiteralsMoveFreely() {
        String original = literal("label", ".rodata.str1.1");
        UnaryOperator<ElfObject> labelled = renaming("label", ".LC5");
        Scenario.ofAssembler(original, original)
                .editOriginal(labelled)
                .editPatched(renaming("label", ".LC9"))
                .assertUnchanged();
        Scenario.ofAssembler(original, literal("label", ".rodata.str1.8"))
                .editOriginal(labelled)
                .editPatched(labelled)
                .assertUnchanged();
        Scenario.ofAssembler(original, original.replace("hello", "hallo"))
                .editOriginal(labelled)
                .editPatched(renaming("label", ".LC9"))
                .changed()
                .changes("f");
    }

    private static final String LITERALS = """
            int printk(const char *, ...);
            int f(int x) { return printk("first %d", x); }
            int g(int x) { return printk("second %d", x); }
            """;

    @Test
    @Row("28")
    void growingLiteralShiftsOthers() {
        Scenario.of(LITERALS, LITERALS.replace("first", "the very first"))
                .flags("-fmerge-constants", "-fno-data-sections")
                .changed()
                .changes("f");
    }

    @Test
    @Row("29")
    void otherTextAtTheSamePlace() {
        Scenario.of(LITERALS, LITERALS.replace("second", "zecond")).changed().changes("g");
    }

    private static final String COUNTER = """
            int f(int x) { static int count = 1; count += x; return count; }
            """;

    @Test
    @Row("30")
    void renumberedStaticLocal() {
        Output output = Scenario.of(
                        COUNTER, "int e(int x) { static int count = 3; count -= x; return count; }\n" + COUNTER)
                .changed();
        output.changes().adds("e");
        assertThat(output.outcome().warnings()).extracting(Problem::code).containsExactly(ProblemCode.STATIC_LOCAL_NEW);
    }

    @Test
    @Row("31")
    void staticLocalNoLongerUsed() {
        assertThat(Scenario.of(COUNTER, "int f(int x) { return x; }")
                        .assertRejected(ProblemCode.STATIC_LOCAL_REMOVED)
                        .get(0)
                        .what())
                .contains("used by f");
    }

    @Test
    @Row("32")
    void newStaticLocal() {
        Output output = Scenario.of(
                        COUNTER,
                        "int f(int x) { static int count = 1, more = 2; count += x; more ^= x; return count + more; }")
                .changed();
        output.changes("f");
        assertThat(output.outcome().warnings()).hasSize(1);
        assertThat(output.klp()).allMatch(entry -> entry.contains("vmlinux.count."));
    }

    @Test
    @Row("33")
    void staticLocalsOfOneNameAreMatchedByTheirOrder() {
        String source = """
                int f(int x) {
                    { static int n = 1; n += x; x += n; }
                    { static int n = 2; n -= x; x ^= n; }
                    return x;
                }
                """;
        // Both builds call them n.0 and n.1, whichever is which.
        UnaryOperator<ElfObject> swap =
                renaming("n.0", "n.tmp").andThen(renaming("n.1", "n.0")).andThen(renaming("n.tmp", "n.1"))::apply;
        Scenario.of(source, source).editPatched(swap).assertUnchanged();
        assertThat(Scenario.of(source, source.replace("return x", "return x + 1"))
                        .editPatched(swap)
                        .changed()
                        .klp()
                        .get(0))
                .isEqualTo(Scenario.of(source, source.replace("return x", "return x + 1"))
                        .changed()
                        .klp()
                        .get(0));
    }

    @Test
    @Row("34")
    void staticLocalsOfOneNameAreMatchedBySize() {
        String source = """
                int f(int x) {
                    if (x) { static int n = 1; n += x; x += n; }
                    else { static long n = 2; n -= x; x ^= n; }
                    return x;
                }
                """;
        Output output = Scenario.of(source, source.replace("return x", "return x + 1"))
                .editPatched(
                        renaming("n.0", "n.tmp").andThen(renaming("n.1", "n.0")).andThen(renaming("n.tmp", "n.1"))
                                ::apply)
                .changed();
        output.changes("f");
        assertThat(output.outcome().warnings()).isEmpty();
    }

    @Test
    @Row("35")
    void useOfStaticLocalMovesToAPieceAndBack() {
        String whole = """
                void warn(int *);
                int f(int x) { static int seen = 1; if (x == 77) { warn(&seen); return -1; } return x; }
                """;
        String split = whole.replace("if (x == 77)", "if (__builtin_expect(x == 77, 0))")
                .replace("void warn", "__attribute__((cold)) void warn");
        Output there = Scenario.of(whole, split).changed();
        there.changes("f");
        assertThat(there.defines("f.cold")).isTrue();
        assertThat(there.outcome().warnings()).isEmpty();
        Output back = Scenario.of(split, whole).changed();
        back.changes("f");
        assertThat(back.outcome().warnings()).isEmpty();
    }

    @Test
    @Row("35")
    void useOfStaticLocalMovesToAPartialPieceAndBack() {
        String split = """
                int sink(int);
                int f(int *p) {
                    static int n = 4;
                    if (!p) return 0;
                    int total = 0;
                    for (int i = 0; i < *p; i++) { total += sink(i) * 3 + n; n ^= total; total -= sink(i + 7); }
                    return total;
                }
                int a(int *p) { return f(p) + 1; }
                int b(int *p) { return f(p) + 2; }
                """;
        String whole = split.replace("int f(int", "__attribute__((noinline)) int f(int");
        Output there = Scenario.of(whole, split).flags(PARTIAL_INLINING).changed();
        there.changes("f", "a", "b");
        assertThat(there.defines("f.part.0")).isTrue();
        assertThat(there.klp()).contains(".text.f.part.0: vmlinux.n.0,1");
        assertThat(there.outcome().warnings()).isEmpty();

        Output back = Scenario.of(split, whole).flags(PARTIAL_INLINING).changed();
        back.changes("f", "a", "b");
        assertThat(back.klp()).contains(".text.f: vmlinux.n.0,1");
        assertThat(back.outcome().warnings()).isEmpty();
    }

    private static final String[] PARTIAL_INLINING = {"-fpartial-inlining", "--param", "max-inline-insns-auto=4"};

    @Test
    @Row("36")
    void staticLocalLosesOneOfItsUsers() {
        String source = """
                static inline __attribute__((always_inline)) int next(int x) { static int n = 1; n += x; return n; }
                int f(int x) { return next(x) + 1; }
                int g(int x) { return next(x) + 2; }
                """;
        assertThat(Scenario.of(source, source.replace("next(x) + 2", "x + 2"))
                        .assertRejected(ProblemCode.STATIC_LOCAL_REMOVED)
                        .get(0)
                        .what())
                .contains("used by g");
    }

    @Test
    @Row("37")
    void staticLocalThatRefersToItself() {
        String source = """
                int f(int x) { static struct s { struct s *next; int n; } head = {&head, 4}; head.n += x; return head.next->n; }
                """;
        Output output = Scenario.of(source, source.replace("+= x", "-= x"))
                .editPatched(renaming("head.0", "head.5"))
                .changed();
        output.changes("f");
        assertThat(output.klp()).isNotEmpty().allMatch(entry -> entry.contains("vmlinux.head.0,"));
    }

    @Test
    @Row("38")
    void unbundledStaticLocal() {
        String source = """
                int f(int x) { static int n __attribute__((section(".data..read_mostly"))) = 1; n += x; return n; }
                """;
        Output output = Scenario.of(source, source.replace("+= x", "-= x"))
                .editPatched(renaming("n.0", "n.8"))
                .changed();
        assertThat(output.klp()).isNotEmpty().allMatch(entry -> entry.equals(".text.f: vmlinux.n.0,1"));
    }

    private static final String FUNCTION_NAME = """
            int printk(const char *, ...);
            int fu(int x) { return printk("%s %d", __func__, x) + 1; }
            """;

    @Test
    @Row("39")
    void specialStaticsAreRenumberedFreely() {
        Scenario.of(FUNCTION_NAME, FUNCTION_NAME)
                .editPatched(renaming("__func__.0", "__func__.3"))
                .assertUnchanged();
        Output output = Scenario.of(FUNCTION_NAME, FUNCTION_NAME.replace("+ 1", "+ 2"))
                .editPatched(renaming("__func__.0", "__func__.3"))
                .changed();
        assertThat(output.defines("__func__.3")).isTrue();
    }

    @Test
    @Row("39")
    void onceFlagsComeAlong() {
        String source = """
                void warn(int);
                int f(int x) {
                    static int __already_done __attribute__((section(".data.once")));
                    if (x > 3 && !__already_done) { __already_done = 1; warn(x); }
                    return x + 1;
                }
                """;
        Output output = Scenario.of(source, source.replace("+ 1", "+ 2"))
                .editPatched(renaming("__already_done.0", "__already_done.9"))
                .changed();
        output.changes("f");
        assertThat(output.defines("__already_done.9")).isTrue();
    }

    /** As in a patch that takes out one of several WARN_ONCE(): their flags share a section, which shrinks. */
    @Test
    void onceFlagsMayGo() {
        String once = """
                    static int __already_done __attribute__((section(".data.once")));
                    if (x > 3 && !__already_done) { __already_done = 1; warn(x); }
                """;
        String source = """
                void warn(int);
                int f(int x) {
                    %s
                    return x + 1;
                }
                int g(int x) {
                    %s
                    return x + 2;
                }
                """;
        Output output = Scenario.of(source.formatted(once, once), source.formatted("", once))
                .changed();
        output.changes("f");
        assertThat(output.hasSection(".data.once")).isFalse();
    }

    @Test
    @Row("40")
    void printkIndexEntriesChangeWithTheirLine() {
        String source = """
                struct pi_entry { const char *fmt, *func, *file; unsigned line; const char *level, *subsys; };
                int printk(const char *);
                int f(int x) {
                    static const struct pi_entry _entry = {"hello", __func__, "unit.c", LINE};
                    static const struct pi_entry *_entry_ptr __attribute__((used, section(".printk_index"))) = &_entry;
                    return printk("hello") + x;
                }
                """;
        Scenario.of(source.replace("LINE", "7"), source.replace("LINE", "8")).assertUnchanged();
        assertThat(Scenario.of(
                                source.replace("LINE", "7"),
                                source.replace("LINE", "8").replace("+ x", "- x"))
                        .changed()
                        .hasSection(".printk_index"))
                .isFalse();
    }

    @Test
    @Row("41")
    void sanitizerDataIsTakenWholesale() {
        String source = """
                void handle(void *);
                static struct { int line; } marker = {5};
                int f(int x) { if (x > 9) handle(&marker); return x + 1; }
                """;
        Output output = Scenario.of(source, source.replace("+ 1", "+ 2").replace("{5}", "{6}"))
                .editOriginal(
                        renaming("data.marker", "data..Lubsan_data7").andThen(renaming("marker", ".Lubsan_data7"))
                                ::apply)
                .editPatched(
                        renaming("data.marker", "data..Lubsan_data9").andThen(renaming("marker", ".Lubsan_data9"))
                                ::apply)
                .changed();
        output.changes("f");
        assertThat(output.hasSection(".data..Lubsan_data9")).isTrue();
    }

    @Test
    @Row("41")
    void unnamedDataOfClangIsTakenWholesale() {
        String source = """
                int table[8];
                int h(int);
                int f(int x) { return table[x] + h(x << x) + 1; }
                """;
        String before = "int e(int x) { return h(9 << x); }\n";
        Output output = Scenario.of(source, source.replace("+ 1", "+ 2").replace("int f", before + "int f"))
                .byClang()
                .flags("-fsanitize=shift,array-bounds")
                .changed();
        output.changes("f").adds("e");
        assertThat(output.relocations(".text.f"))
                .anyMatch(entry -> entry.startsWith(".data..L__unnamed_"))
                .noneMatch(entry -> entry.startsWith(".data..L__unnamed_1+"));
        assertThat(output.klp()).noneMatch(entry -> entry.contains("unnamed"));
    }

    @Test
    void localVariableDefinedNowhereIsNotMatchedByItsUses() {
        String source = "asm(\".type gone.1, @object\\ngone.1 = 7\"); extern char gone __asm__(\"gone.1\");\n"
                + "char *f(int x) { return &gone + x; }";
        Scenario.of(source, source.replace("+ x", "- x")).changed().changes("f");
    }

    @Test
    void globalsAreNeverNewJustForTheirPlace() {
        String source = """
                int d __attribute__((section(".data..L__unnamed_1"))) = 1;
                int e __attribute__((section("__dyndbg"))) = 2;
                int f(void) { return d + e; }
                """;
        assertThat(Scenario.of(source, source).run()).isNotInstanceOf(DiffOutcome.Changed.class);
    }

    /** As in the quirk tables of sound/usb. */
    @Test
    void variablesWithoutANameThatOnlyOthersOfThatKindReferTo() {
        String source = """
                struct inner { int *value; };
                struct middle { const struct inner *inner; };
                struct outer { const struct middle *middle; };
                const struct outer table[] = {
                    { &(const struct middle) { &(const struct inner) { &(int) { 1 } } } },
                    { &(const struct middle) { &(const struct inner) { &(int) { 2 } } } },
                };
                int f(int x) { return *table[x].middle->inner->value; }
                """;
        String innerFirst = "-fno-toplevel-reorder";
        Scenario.of(source, source.replace("inner->value;", "inner->value + 1;"))
                .flags(innerFirst)
                .changed()
                .changes("f");
        assertThat(Scenario.of(source, source).flags(innerFirst).run()).isInstanceOf(DiffOutcome.Unchanged.class);
    }
}
