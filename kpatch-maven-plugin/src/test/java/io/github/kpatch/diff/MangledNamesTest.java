package io.github.kpatch.diff;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MangledNamesTest {
    @ParameterizedTest
    @CsvSource({
        "f, f",
        "foo.isra.35, foo.isra.1",
        "foo, foo.3",
        "foo.3, foo",
        "foo.cold, foo.cold.7",
        "foo.llvm.111, foo.llvm.222",
        "f.constprop.18.cold.27, f.constprop.3.cold.1",
        "foo., foo",
        "__UNIQUE_ID_ddebug1131.186, __UNIQUE_ID_ddebug1132.187",
        "f.__UNIQUE_ID_ddebug7, f.__UNIQUE_ID_ddebug9",
        "__UNIQUE_ID_license12, __UNIQUE_ID_license7",
        ".rodata.f.str1.8, .rodata.f.str1.8",
    })
    void same(String original, String patched) {
        assertThat(MangledNames.equal(original, patched)).isTrue();
        assertThat(MangledNames.key(original)).isEqualTo(MangledNames.key(patched));
    }

    @ParameterizedTest
    @CsvSource({
        "f, false",
        "f.cold, false",
        ".text.unlikely.f, false",
        ".rodata.f.str1.8, false",
        "f.isra.0, true",
        "count.7, true",
        "__UNIQUE_ID_license12, true",
    })
    void numbered(String name, boolean numbered) {
        assertThat(MangledNames.isNumbered(name)).isEqualTo(numbered);
    }

    @ParameterizedTest
    @CsvSource({
        "f, g",
        "f1, f2",
        "foo.isra.35, foo.isra.35.part.36",
        "foo, foo.constprop.0",
        "foo.1x, foo.x",
        "f, f.3.4",
        "__UNIQUE_ID_license12, __UNIQUE_ID_author12",
        ".rodata.f.str1.1, .rodata.f.str1.8",
    })
    void different(String original, String patched) {
        assertThat(MangledNames.equal(original, patched)).isFalse();
    }
}
