package io.github.kpatch.debuginfo;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kpatch.elf.ByteSource;
import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.testing.NativeTools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What of a changed declaration moves members of objects, on what the compiler makes of it. */
class LayoutChangeTest {
    @TempDir
    private Path folder;

    private List<LayoutChange> between(String before, String after, String... flags) throws IOException {
        return LayoutChange.between(layouts("before", before, flags), layouts("after", after, flags));
    }

    private TypeLayouts layouts(String name, String source, String... flags) throws IOException {
        String[] all = new String[flags.length + 3];
        all[0] = "-g";
        all[1] = "-gdwarf-4";
        all[2] = "-fno-eliminate-unused-debug-types";
        System.arraycopy(flags, 0, all, 3, flags.length);
        Path object = NativeTools.compile(folder, name, source + "\nint f(int x) { return x; }\n", all);
        return TypeLayouts.read(ElfFile.open(ByteSource.of(name, Files.readAllBytes(object))));
    }

    /** The table of changes that a live patch cannot make: each with the type and the difference that is told. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // member added
                "struct a | size 8 -> 12 | struct a { int x; int y; }; | struct a { int x; int n; int y; };",
                "struct a | member n added at offset 4 (int) | struct a { int x; int y; }; | struct a { int x; int n; int y; };",
                "struct a | member y offset 4 -> offset 8 | struct a { int x; int y; }; | struct a { int x; int n; int y; };",
                // in padding
                "struct a | member n added at offset 4 (char) | struct a { int x; long y; }; | struct a { int x; char n; long y; };",
                // at the end
                "struct a | member n added at offset 16 (struct a *) | struct a { int x; long y; }; | struct a { int x; long y; struct a *n; };",
                // reordered
                "struct a | member x offset 0 -> offset 4 | struct a { int x; int y; }; | struct a { int y; int x; };",
                // bit field
                "struct a | member y offset 0, bits 3 to 5 -> offset 0, bits 4 to 6 | struct a { unsigned x : 3, y : 3; }; | struct a { unsigned x : 4, y : 3; };",
                "struct a | member n added at offset 0, bits 3 to 3 (unsigned int) | struct a { unsigned x : 3; }; | struct a { unsigned x : 3, n : 1; };",
                // enum
                "enum a | Y 1 -> 2 | enum a { X, Y }; | enum a { X, Z, Y };",
                "enum a | Y (1) is gone | enum a { X, Y }; | enum a { X };",
                "enum a | size 4 -> 8 | enum a { X }; | enum a { X, Y = 1L << 40 };",
                "enumerator Y | Y 1 -> 2 | enum { X, Y }; | enum { X, Z, Y };",
                // union
                "union a | size 4 -> 8 | union a { int x; }; | union a { int x; long n; };",
                "union a | member n added at offset 0 (short int) | union a { int x; }; | union a { int x; short n; };",
                // anonymous, in a member, in none, under a typedef, behind a pointer, of a variable
                "struct a | member in.y offset 4 -> offset 8 | struct a { struct { int x, y; } in; }; | struct a { struct { long x; int y; } in; };",
                "struct a | member y offset 4 -> offset 8 | struct a { struct { int x, y; }; }; | struct a { struct { long x; int y; }; };",
                "typedef a | member y offset 4 -> offset 8 | typedef struct { int x, y; } a; | typedef struct { long x; int y; } a;",
                "struct a | member p struct { int x at offset 0; size 4 } * -> struct { long int x at offset 0; size 8 } * | struct a { struct { int x; } *p; }; | struct a { struct { long x; } *p; };",
                "variable v | member x int -> long int | static struct { int x; } v; int *g(void) { return &v.x; } | static struct { long x; } v; void *g(void) { return &v.x; }",
                // size only by alignment
                "struct a | size 4 -> 8 | struct a { int x; }; | struct a { int x; } __attribute__((aligned(8)));",
                "struct a | size 16 -> 12 | struct a { int x; long y; }; | struct a { int x; long y; } __attribute__((packed));",
                // type of a member, by name and by what it is
                "struct a | member x int -> unsigned int | struct a { int x; }; | struct a { unsigned x; };",
                "struct a | member f int (*)(int) -> int (*)(int, int) | struct a { int (*f)(int); }; | struct a { int (*f)(int, int); };",
                "struct a | member x int[2] -> int[3] | struct a { int x[2]; }; | struct a { int x[3]; };",
                "typedef t | unsigned int -> long unsigned int | typedef unsigned int t; | typedef unsigned long t;",
                "struct b | member in size 4 -> 8 | struct a { int x; }; struct b { struct a in; }; | struct a { long x; }; struct b { struct a in; };",
                // local to a function, on the stack alone
                "struct a | size 4 -> 8 | int g(int x) { struct a { int x; } v = { x }; return v.x; } | int g(int x) { struct a { long x; } v = { x }; return v.x; }",
                // another name
                "struct a | it is gone, and struct b came | struct a { int x; }; | struct b { int x; };",
            })
    void tellsTypeAndDifference(String type, String difference, String before, String after) throws IOException {
        assertThat(between(before, after)).anySatisfy(change -> {
            assertThat(change.type()).isEqualTo(type);
            assertThat(change.differences()).contains(difference);
        });
        assertThat(between(before, before)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // new type
                "struct a { int x; }; | struct a { int x; }; struct b { int x; }; enum { N }; typedef long t;",
                "struct b; struct a { struct b *x; }; | struct b { int x; }; struct a { struct b *x; };",
                // prototype, macro, spelling
                "int g(int); struct a { int x; }; | int g(int, int); struct a { int x; };",
                "/**/#define N 4~struct a { int x[N]; }; | #define M 2~#define N (M + M)~struct a { int x[N]; };",
                "struct a { unsigned x; }; | struct a { unsigned int /* the x */ x; };",
                // qualifiers
                "struct a { int *x; }; | struct a { const int *volatile x; };",
                // enumerators that shift none
                "enum a { X, Y }; | enum a { X, Y, Z };",
                "enum a { X, Y }; enum { V = 5 }; | enum { V = 5, W }; enum a { Y = 1, X = 0 };",
                // gone, and nothing in its place
                "struct a { int x; }; struct b { int x; }; | struct a { int x; };",
            })
    void passesWhatMovesNothing(String before, String after) throws IOException {
        assertThat(between(before.replace('~', '\n'), after.replace('~', '\n'))).isEmpty();
    }

    @Test
    void namesTheMembersThatCame() throws IOException {
        assertThat(between("struct a { int x; };", "struct a { int x; struct a *next; char name[8]; };"))
                .singleElement()
                .satisfies(change -> assertThat(change.added())
                        .containsExactly(
                                new TypeLayout.Member("next", 64, 0, 8, "struct a *"),
                                new TypeLayout.Member("name", 128, 0, 8, "char[8]")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-gdwarf-5", "-gdwarf-3", "-gz=zlib", "-femit-struct-debug-detailed=any"})
    void readsOtherFormsOfDebugInformation(String flag) throws IOException {
        assertThat(between("struct a { int x; int y : 3; };", "struct a { int x; int n : 2; int y : 3; };", flag))
                .singleElement()
                .satisfies(change -> assertThat(change.differences())
                        .contains("member y offset 4, bits 0 to 2 -> offset 4, bits 2 to 4"));
    }
}
