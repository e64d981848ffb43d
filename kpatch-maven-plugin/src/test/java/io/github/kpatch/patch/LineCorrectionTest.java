package io.github.kpatch.patch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is compiled has the tokens of the patched file and the line numbers of the original one, by GCC's own account. */
class LineCorrectionTest {
    private static final List<List<String>> CONFIGURATIONS = List.of(List.of(), List.of("-DCONFIG_X", "-DCONFIG_Y=1"));

    /** Kernel-like C with all that a directive must keep out of. */
    private static final String SOURCE = """
            #include <linux/kernel.h>
            #define SINGLE(x) ((x) + __LINE__)
            #define MULTI(x, y) \\
            	do { \\
            		call(x, __LINE__); \\
            		call(y); /* a comment \\
            		that goes on */ \\
            	} while (0)
            /* A comment with "quotes', #if and ( in it,
             * over several lines;
             */
            static const char *text = "a /* no comment ( \\" ;" \\
            	"continued ;";
            static int table[] = {
            	1, 2, '(', '\\'', '"',
            	3,
            };

            #ifdef CONFIG_X
            static int in_x(int a,
            		int b)
            {
            	WARN_ON(a > b &&
            		SINGLE(b),
            		a);
            	return a;
            }
            #else
            static int not_in_x(int a) { return a; }
            static int also_not(int a)
            {
            	asm volatile("nop;"
            		: : "r" (a)
            		: "memory");
            	return MULTI
            		(a, a);
            }
            #if CONFIG_Y
            int in_y;
            # elif defined(CONFIG_Z) /* a comment
              that goes on */
            int in_z;
            #endif
            #endif
            #if 0
            Don't mind ( what stands here;
            int never;
            #endif

            int last(struct thing *thing) // a comment \\
            	that ( goes on ;
            {
            	if (SINGLE(1) &&
            #ifdef CONFIG_X
            	    thing->x(1, 2) &&
            #endif
            	    thing->y)
            		return MULTI(SINGLE(1),
            			SINGLE(2));
            	for (int i = 0; i < 10; i++) {
            		call(i, i);
            	}
            	call(thing, 1);
            	return SINGLE(2);
            }
            int end_of_file;
            """;

    @TempDir
    Path work;

    private final Map<List<String>, Map<Integer, Set<Integer>>> originalNumbers = new HashMap<>();

    @Test
    void setsTheNumberBehindAnInsertionAndARemoval() {
        assertThat(corrected("a;\nb;\nc;\nd;\ne;\n", "a;\nnew;\nb;\nc;\ne;\n"))
                .isEqualTo("a;\nnew;\n#line 2\nb;\nc;\n#line 5\ne;\n");
    }

    @Test
    void leavesAReplacementOfEqualLengthAndAnAppendixAlone() {
        assertThat(corrected("a;\nb;\nc;\n", "a;\nB;\nc;\nnew;\n")).isEqualTo("a;\nB;\nc;\nnew;\n");
        assertThat(corrected("a;\nb;\n", "a;\n")).isEqualTo("a;\n");
        assertThat(corrected("", "")).isEmpty();
    }

    @Test
    void keepsALastLineWithoutNewlineAndOtherBytes() {
        assertThat(corrected("a;\n\u00e4\r", "new;\na;\n\u00e4\r")).isEqualTo("new;\n#line 1\na;\n\u00e4\r");
    }

    @Test
    void waitsForTheEndOfContinuationsCommentsAndParentheses() {
        assertThat(corrected("#define A \\\n b \\\n c\nx;\n", "#define A \\\n new \\\n b \\\n c\nx;\n"))
                .isEqualTo("#define A \\\n new \\\n b \\\n c\n#line 4\nx;\n");
        assertThat(corrected("/* a\n b\n */ x;\ny;\n", "/* a\n new\n b\n */ x;\ny;\n"))
                .isEqualTo("/* a\n new\n b\n */ x;\n#line 4\ny;\n");
        assertThat(corrected("f(a,\n b,\n c);\ny;\n", "f(a,\n new,\n b,\n c);\ny;\n"))
                .isEqualTo("f(a,\n new,\n b,\n c);\n#line 4\ny;\n");
        assertThat(corrected("int x = F\n/* */\n(a);\ny;\n", "new;\nint x = F\n/* */\n(a);\ny;\n"))
                .isEqualTo("new;\n#line 1\nint x = F\n/* */\n(a);\ny;\n");
        assertThat(corrected("int x = F\n/* */\n(a);\ny;\n", "int x = F\n/* */\n\n(a);\ny;\n"))
                .isEqualTo("int x = F\n/* */\n\n(a);\n#line 4\ny;\n");
    }

    @Test
    void setsTheNumberAgainBehindEachBranchThatMayBeSkipped() {
        assertThat(corrected("#if A\na;\nb;\n#else\nc;\n#endif\nd;\n", "#if A\na;\nnew;\nb;\n#else\nc;\n#endif\nd;\n"))
                .isEqualTo("#if A\na;\nnew;\n#line 3\nb;\n#else\n#line 5\nc;\n#endif\n#line 7\nd;\n");
        assertThat(corrected("#if 0\na;\nb;\n#endif\nd;\n", "#if 0\na;\nnew;\nb;\n#endif\nd;\n"))
                .isEqualTo("#if 0\na;\nnew;\nb;\n#endif\n#line 5\nd;\n");
    }

    @Test
    void leavesFilesAloneThatNumberTheirLinesThemselves() {
        for (String own : List.of("#line 7", "# 7 \"x.y\"", "char *s = R\"(\n)\";")) {
            assertThat(corrected("a;\n" + own + "\nb;\n", "a;\n" + own + "\nnew;\nb;\n"))
                    .isEqualTo("a;\n" + own + "\nnew;\nb;\n");
        }
    }

    @Test
    void stopsWhereParenthesesCannotBeFollowed() {
        String unclear = "#ifdef A\nf(1,\n#endif\n2);\nb;\n";
        assertThat(corrected(unclear, unclear + "new;\n")).isEqualTo(unclear + "new;\n");
        assertThat(corrected(unclear + "c;\n", unclear + "new;\nc;\n")).isEqualTo(unclear + "new;\nc;\n");
        String agreeing = "#ifdef A\nf(1,\n#else\ng(1,\n#endif\n2);\n";
        assertThat(corrected(agreeing + "c;\n", agreeing + "new;\nc;\n")).isEqualTo(agreeing + "new;\n#line 7\nc;\n");
    }

    @BeforeEach
    void askGccAboutTheOriginal() throws IOException {
        for (List<String> configuration : CONFIGURATIONS) {
            originalNumbers.put(configuration, new GccLines(work).numbers(text(SOURCE), text(SOURCE), configuration));
        }
    }

    @Test
    void followsEditsAtEveryLineOfRealisticSource() throws IOException {
        SourceText original = text(SOURCE);
        int right = 0;
        int wrong = 0;
        for (int line = 0; line < original.lines().size(); line++) {
            List<String> edited = new ArrayList<>(original.lines());
            edited.add(line, original.lines().get(Math.max(line - 1, 0)).endsWith("\\") ? " \\" : "");
            edited.add(line, edited.get(line));
            Counts counts = judge(original, new SourceText(edited, true));
            right += counts.right();
            wrong += counts.wrong();
        }
        assertThat(right).isGreaterThan(2000);
        assertThat(wrong).isLessThan(right / 30);
    }

    @Test
    void followsRandomEdits() throws IOException {
        SourceText original = text(SOURCE);
        Random random = new Random(4711);
        int right = 0;
        for (int round = 0; round < 60; round++) {
            List<String> edited = new ArrayList<>(original.lines());
            for (int edits = 1 + random.nextInt(4); edits > 0; edits--) {
                int line = random.nextInt(edited.size());
                switch (random.nextInt(3)) {
                    case 0 -> edited.add(line, "added(1, 2);");
                    case 1 -> edited.remove(line);
                    default -> edited.set(line, edited.get(line) + " changed(3);");
                }
            }
            right += judge(original, new SourceText(edited, true)).right();
        }
        assertThat(right).isGreaterThan(1500);
    }

    private record Counts(int right, int wrong) {}

    /** Fails unless the tokens are the same and every line before which a directive may stand has its number. */
    private Counts judge(SourceText original, SourceText patched) throws IOException {
        SourceText corrected = LineCorrection.of(original, patched);
        int[] originals = LineCorrection.originalLines(original.lines(), patched.lines());
        LineScanner.Lines scanned = LineScanner.scan(patched.lines()).orElseThrow();
        GccLines gcc = new GccLines(work);
        int right = 0;
        int wrong = 0;
        for (List<String> configuration : CONFIGURATIONS) {
            if (!gcc.accepts(patched, configuration)) {
                continue;
            }
            assertThat(gcc.tokens(corrected, configuration)).isEqualTo(gcc.tokens(patched, configuration));
            Map<Integer, Set<Integer>> before = originalNumbers.get(configuration);
            for (Map.Entry<Integer, Set<Integer>> entry :
                    gcc.numbers(patched, corrected, configuration).entrySet()) {
                int line = entry.getKey();
                if (originals[line] < 0 || !before.containsKey(originals[line])) {
                    continue;
                }
                boolean same = before.get(originals[line]).equals(entry.getValue());
                right += same ? 1 : 0;
                wrong += same ? 0 : 1;
                assertThat(same || !scanned.safe().get(line))
                        .as("line %d of%n%s", line + 1, new String(corrected.bytes(), StandardCharsets.ISO_8859_1))
                        .isTrue();
            }
        }
        return new Counts(right, wrong);
    }

    private static String corrected(String original, String patched) {
        return new String(LineCorrection.of(text(original), text(patched)).bytes(), StandardCharsets.ISO_8859_1);
    }

    private static SourceText text(String text) {
        return SourceText.of(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
