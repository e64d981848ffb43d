package io.github.kpatch.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CveIdTest {
    @ParameterizedTest
    @ValueSource(strings = {"CVE-1999-0001", "CVE-2026-1234567", " CVE-2026-0001 "})
    void identifiersAreTaken(String text) {
        assertThat(CveId.parse("pom", text)).hasToString(text.strip());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "CVE-2026-123", "cve-2026-1234", "CVE-26-1234", "2026-1234", "CVE-2026-1234 and more"})
    void anythingElseIsRefused(String text) {
        assertThatThrownBy(() -> CveId.parse("kpatch.cves", text))
                .hasMessageStartingWith("KP702 kpatch.cves: '" + text);
    }

    @Test
    void nothingAtAllIsRefused() {
        assertThatThrownBy(() -> CveId.parse("kpatch.cves", null)).hasMessageStartingWith("KP702 kpatch.cves");
    }

    @Test
    void aTextMayNameSeveral() {
        assertThat(CveId.in("Fixes (CVE-2026-2000), CVE-2026-1000; CVE-2026-1000. Not XCVE-2026-3000, CVE-2026-4000x"))
                .extracting(CveId::value)
                .containsExactly("CVE-2026-1000", "CVE-2026-2000");
    }
}
