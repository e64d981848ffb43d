package io.github.kpatch.diff;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.testing.KernelFlags;
import io.github.kpatch.testing.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Kernels with {@code CONFIG_MEM_ALLOC_PROFILING} count memory by the place in the source that allocates it: a static local
 * of each place in one section, with a counter for each processor ({@code linux/alloc_tag.h}).
 */
class AllocationTagsTest {
    private static final String SOURCE = """
            struct codetag { unsigned flags, lineno; const char *modname, *function, *filename; };
            struct alloc_tag_counters { unsigned long bytes, calls; };
            struct alloc_tag { struct codetag ct; struct alloc_tag_counters *counters; } __attribute__((aligned(8)));
            extern struct alloc_tag *current_tag;
            #define DEFINE_ALLOC_TAG(tag) \\
                static __attribute__((section(".data..percpu"))) struct alloc_tag_counters _alloc_tag_cntr; \\
                static struct alloc_tag tag __attribute__((used, aligned(8), section("SECTION"))) = { .ct = { .modname = "m", \\
                    .function = __func__, .filename = __FILE__, .lineno = __LINE__, .flags = 0 }, .counters = &_alloc_tag_cntr };
            #define alloc_hooks(call) ({ DEFINE_ALLOC_TAG(_alloc_tag); struct alloc_tag *old = current_tag; \\
                current_tag = &_alloc_tag; void *memory = call; current_tag = old; memory; })
            void *kmalloc_noprof(unsigned long);
            #define kmalloc(size) alloc_hooks(kmalloc_noprof(size))
            int h(void *);
            int e(int x) { return h(kmalloc(4)); }
            int f(int x) { if (x == 1) return h(kmalloc(8)) + h(kmalloc(24)); return 2; }
            int g(int x) { return h(kmalloc(16)); }
            """;

    private static Scenario scenario(String section, String from, String to) {
        String original = SOURCE.replace("SECTION", section);
        return Scenario.of(original, original.replace(from, to))
                .flags(KernelFlags.PADDING.toArray(String[]::new))
                .entry("ffffffff82000000 8 OBJECT GLOBAL current_tag")
                .entry("ffffffff82000010 8 FUNC GLOBAL kmalloc_noprof")
                .entry("ffffffff82000020 8 FUNC GLOBAL h");
    }

    @ParameterizedTest
    @ValueSource(strings = {"alloc_tags", ".codetag.alloc_tags"})
    void existingPlacesGoOnCounting(String section) {
        Output output = scenario(section, "return 2", "return 3").changed().changes("f");
        assertThat(output.klp()).anyMatch(reference -> reference.startsWith(".text.f: vmlinux._alloc_tag."));
        assertThat(output.hasSection(section)).isFalse();
        assertThat(output.hasSection(".data..percpu")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"alloc_tags", ".codetag.alloc_tags"})
    void newPlaceIsRefused(String section) {
        assertThat(scenario(section, "return 2", "return h(kmalloc(32))").assertRejected(ProblemCode.DATA_CHANGED))
                .anySatisfy(problem -> {
                    assertThat(problem.where()).contains(section);
                    assertThat(problem.what()).contains("CONFIG_MEM_ALLOC_PROFILING");
                    assertThat(problem.cure()).contains("kmalloc_noprof()");
                });
    }

    @Test
    @Row("124")
    void newCodeAllocatesUncounted() {
        Output output = scenario("alloc_tags", "return 2", "return h(kmalloc_noprof(32))")
                .changed()
                .changes("f");
        assertThat(output.hasSection("alloc_tags")).isFalse();
    }

    @Test
    @Row("124")
    void placeThatIsGoneIsRefused() {
        assertThat(scenario("alloc_tags", " + h(kmalloc(24))", "").assertRejected(ProblemCode.STATIC_LOCAL_REMOVED))
                .anySatisfy(problem -> assertThat(problem.what()).contains("no longer used by f"));
    }
}
