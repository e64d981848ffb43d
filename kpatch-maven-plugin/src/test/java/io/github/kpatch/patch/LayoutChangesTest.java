package io.github.kpatch.patch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LayoutChangesTest {
    private static List<String> types(String before, String after) {
        return List.copyOf(
                LayoutChanges.between(List.of(before), List.of(after)).types());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "struct a | struct a { int x; }; | struct a { int x; int y; };",
                "struct a | struct a { int x; int y; }; | struct a { int y; int x; };",
                "struct a | struct a { int x; }; | struct a { long x; };",
                "struct a | struct a { unsigned x : 3; }; | struct a { unsigned x : 4; };",
                "struct a | struct a { int x; }; | struct a { int x; } __packed;",
                "struct a | struct __aligned(8) a { int x; }; | struct __aligned(8) a { };",
                "union a | union a { int x; }; | union a { int x; long y; };",
                "enum a | enum a { X, Y }; | enum a { X, Z, Y };",
                "enum | enum { X, Y }; | enum { X, Z, Y };",
                "struct … v | static struct { int x; } v; | static struct { long x; } v;",
                "struct a | struct a { struct { int x; } in; }; | struct a { struct { char x; } in; };",
                "typedef t | typedef unsigned int t; | typedef unsigned long t;",
                "TP_STRUCT__entry | TRACE_EVENT(e, TP_STRUCT__entry(__field(int, x)), x); | TRACE_EVENT(e, TP_STRUCT__entry(__field(long, x)), x);",
            })
    void whatADefinitionSaysCounts(String type, String before, String after) {
        assertThat(types(before, after)).contains(type);
        assertThat(types(before, before)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "struct a { int x; }; | struct a { /* the x */ int   x; }; // of a",
                "struct a { int x; }; | struct a { int x; }; struct b { int x; };",
                "struct a { int x; }; enum { X }; | struct a { int x; }; enum { X }; enum { Y, Z };",
                "static struct a f(void) { return x; } | static struct a f(void) { return y; }",
                "static inline enum a f(int b) { return b; } | static inline enum a f(int b) { return 0; }",
                "static inline struct a *f(void) { return x; } | static inline struct a *f(void) { return y; }",
                "extern struct a v; | extern struct a w; struct b;",
                "static struct a v = { .x = 1 }; | static struct a v = { .x = 2 };",
            })
    void allElseDoesNot(String before, String after) {
        assertThat(types(before, after)).isEmpty();
    }

    @Test
    void whatMovesToAnotherFileIsTheSame() {
        assertThat(LayoutChanges.between(List.of("struct a { int x; };", ""), List.of("", "struct a { int x; };"))
                        .types())
                .isEmpty();
    }

    @Test
    void conditionalsInADefinitionCount() {
        assertThat(types("struct a {\n#ifdef X\nint x;\n#endif\n};", "struct a {\n#ifdef Y\nint x;\n#endif\n};"))
                .containsExactly("struct a");
    }

    @Test
    void whatGoesIsTouched() {
        assertThat(types("struct a { int x; }; enum { X };", "struct b { int x; };"))
                .containsExactly("enum", "struct a");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "/**/#define A 1~#define B(x) ((x) + 1)~#define C~ | #define A 2~#define B(x) ((x) + 1) /* same */~#define D~ | A C D",
                "/**/#ifdef X~struct a { int x; };~#endif~ | #ifdef Y~struct a { int x; };~#endif~ | #ifdef",
                "/**/#include <a.h>~ | #include <b.h>~ | #include",
                "/**/#pragma pack(1)~ | ~ | #pragma",
                "DECLARE_TYPE(a, int x); | DECLARE_TYPE(a, long x); | DECLARE_TYPE",
                "int f(void) { return MAX(1); } | int f(void) { return MAX(2); } | ``",
                "int f(void) { asm(\"#\"); return 1; } | int f(void) { asm(\"#\"); return 2; } | ``",
            })
    void whatCanShapeATypeIsTouched(String before, String after, String touched) {
        assertThat(String.join(
                        " ",
                        LayoutChanges.between(List.of(before.replace('~', '\n')), List.of(after.replace('~', '\n')))
                                .others()))
                .isEqualTo(touched);
    }
}
