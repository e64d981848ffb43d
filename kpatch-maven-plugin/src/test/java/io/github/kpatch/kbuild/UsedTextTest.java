package io.github.kpatch.kbuild;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UsedTextTest {
    private static final String REST = "struct s { int m; }; int used(int); int top(int x) { return used(x); }";

    private static Optional<String> digest(String text) {
        return UsedText.digest(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** What a header brings, and nothing else mentions. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "int f(int);",
                "extern struct s *f(struct s *p, int (*callback)(int)) __attribute__((nonnull(1)));",
                "extern __attribute__((noreturn)) void f(void);",
                "static inline int f(int x) { return x; }",
                "static inline __attribute__((always_inline)) int *f(void) { static int a[] = {1, 2}; return a; }",
                "static inline int f(int x) __attribute__((pure)); static inline int f(int x) { if (x) { x++; } return x; }",
                "static inline int g(int x) { return x; } static inline int f(int x) { return g(x); }",
                "# 12 \"include/linux/f.h\" 3\n"
            })
    void doesNotCountUnused(String declarations) {
        assertThat(digest(declarations + REST)).isEqualTo(digest(REST)).isPresent();
        assertThat(digest(REST + "\n" + declarations.replace("return x", "return x + 1")))
                .isEqualTo(digest(REST));
    }

    /** The same and more, mentioned. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "int f(int);",
                "static inline int f(int x) { return x; }",
                "static inline int g(int); static inline int f(int x) { return g(x); }",
            })
    void countsWhatIsUsed(String declarations) {
        String user = " int user(int x) { return f(x); }";
        assertThat(digest(declarations + REST + user)).isNotEqualTo(digest(REST + user));
    }

    @Test
    void countsWhatIsUsedByWhatIsUsed() {
        String inline = "static inline int g(int x) { return x; } static inline int f(int x) { return g(x); } ";
        String user = "int user(int x) { return f(x); }";
        assertThat(digest(inline + user)).isNotEqualTo(digest(inline.replace("return x", "return x + 1") + user));
        assertThat(digest("int f(int); struct t { int f; };")).isNotEqualTo(digest("struct t { int f; };"));
    }

    /** What can matter although nobody mentions it, and what is not understood. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "static inline __attribute__((__used__)) int f(int x) { return x; }",
                "static inline __attribute__((constructor)) void f(void) { }",
                "static int f(int x) { return x; }",
                "inline int f(int x) { return x; }",
                "int f(int x) { return x; }",
                "int f;",
                "extern int f;",
                "extern int (*f)(void);",
                "extern struct s (*f)(void);",
                "typedef int f(int);",
                "extern typeof(used) f;",
                "int f(int) asm(\"g\");",
                "int f(int), g(int);",
                "int f(int) __attribute__((alias(\"used\")));",
                "void *memcpy(void *, const void *, unsigned long);",
                "static inline void *memset(void *p, int c, unsigned long n) { return p; }",
                "void __stack_chk_fail(void);",
                "struct t { int f; };",
                "enum t { f };",
                "_Static_assert(1, \"f\");",
                "asm(\".globl f\");",
                "#pragma GCC optimize(\"O0\")\n",
                "static inline int f(int x) { return x; } int v = 1;",
                "static inline int f(int x) __attribute__((pure)) int g(int); { return x; } int v = 1;",
            })
    void countsEverythingElse(String declarations) {
        assertThat(digest(declarations + REST)).isNotEqualTo(digest(REST));
    }

    @ParameterizedTest
    @ValueSource(strings = {"asm(\".include \\\"f.h\\\"\");", "asm(\".incbin \\\"f\\\"\");"})
    void saysNothingWhereTheAssemblerTakesInFiles(String text) {
        assertThat(digest(text + REST)).isEmpty();
    }

    /** Texts hold brackets and quotes that divide nothing. */
    @Test
    void literalsAreTokens() {
        String first = "char *s = \"} int f(int); \\\" {\"; char c = '\\''; int f(int);";
        assertThat(digest(first)).isEqualTo(digest("char *s = \"} int f(int); \\\" {\"; char c = '\\'';"));
        assertThat(digest(first)).isNotEqualTo(digest(first.replace("{\"", "\"")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\"",
                "'",
                "{",
                "}",
                ")",
                ";",
                "#",
                "static inline int f(",
                "int f(int",
                "f(",
                "__attribute__("
            })
    void takesAnyText(String text) {
        assertThat(digest(text)).isPresent();
    }
}
