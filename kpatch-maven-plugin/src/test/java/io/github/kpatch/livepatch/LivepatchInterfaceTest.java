package io.github.kpatch.livepatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import org.junit.jupiter.api.Test;

class LivepatchInterfaceTest {
    private static final String COMMON = """
            /* bool replace; int klp_register_patch( is only talk */
            struct klp_func {
                const char *old_name; // what
                unsigned long old_sympos;
            };
            struct klp_object { struct klp_callbacks callbacks; };
            int klp_enable_patch(struct klp_patch *);
            """;

    @Test
    void tellsTheFormsApart() {
        assertThat(LivepatchInterface.probe("livepatch.h", COMMON + "struct klp_patch { bool replace; };"))
                .isEqualTo(new LivepatchInterface(false, true));
        assertThat(LivepatchInterface.probe("livepatch.h", COMMON + "int klp_register_patch(struct klp_patch *);"))
                .isEqualTo(new LivepatchInterface(true, false));
        assertThat(
                        LivepatchInterface.probe(
                                "livepatch.h",
                                COMMON
                                        + "struct klp_patch { bool replace; };\nint klp_register_patch(struct klp_patch *patch);"))
                .isEqualTo(new LivepatchInterface(true, true));
    }

    @Test
    void refusesFormsItDoesNotKnow() {
        refuses(COMMON, "neither klp_register_patch() nor replace");
        refuses(COMMON + "struct klp_patch { unsigned int replace_set; };", "neither klp_register_patch() nor replace");
        String modern = COMMON + "struct klp_patch { bool replace; };";
        refuses(modern.replace("old_sympos", "old_addr"), "no old_sympos");
        refuses(modern.replace("klp_callbacks", "other"), "no callbacks");
        refuses(modern.replace("klp_enable_patch", "klp_other"), "no klp_enable_patch()");
        refuses("", "no old_sympos");
    }

    private static void refuses(String header, String what) {
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> LivepatchInterface.probe("include/linux/livepatch.h", header))
                .satisfies(
                        e -> assertThat(e.problems().get(0).code()).isEqualTo(ProblemCode.LIVEPATCH_INTERFACE_UNKNOWN))
                .withMessageContaining("include/linux/livepatch.h")
                .withMessageContaining(what);
    }
}
