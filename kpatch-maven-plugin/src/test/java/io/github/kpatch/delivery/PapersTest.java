package io.github.kpatch.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kpatch.kernel.CveId;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.cyclonedx.parsers.JsonParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Papers against their schemas, by libraries that did not write them where there are such. */
class PapersTest {
    private static final Optional<Instant> TIME = Optional.of(Instant.parse("2026-01-01T00:00:00Z"));
    private static final List<CveId> MENDED = List.of(new CveId("CVE-2026-0001"), new CveId("CVE-2026-0002"));
    private static final List<CveId> OPEN = List.of(new CveId("CVE-2026-0003"));

    private static Shipment shipment(List<CveId> mended, List<CveId> open, Optional<Instant> time) {
        return Shipment.of(ManifestTest.manifest(mended, open, Optional.empty()), "Somebody", time, Optional.empty());
    }

    private static final Shipment WHOLE = shipment(MENDED, OPEN, TIME);

    private static void takenByTheLibrary(String bom) throws IOException {
        assertThat(new JsonParser().validate(bom, CycloneDx.VERSION)).as(bom).isEmpty();
    }

    @Test
    void theBillOfMaterialsIsOne() throws IOException {
        takenByTheLibrary(CycloneDx.of(WHOLE));
        takenByTheLibrary(CycloneDx.of(shipment(List.of(), List.of(), Optional.empty())));
        assertThat(new JsonParser().validate(CycloneDx.of(WHOLE).replace("resolved", "mended"), CycloneDx.VERSION))
                .isNotEmpty();
    }

    @Test
    void theBillOfMaterialsNamesModuleKernelPatchesAndVulnerabilities() {
        assertThat(CycloneDx.of(WHOLE))
                .contains(
                        "pkg:maven/com.example/fix@1.2?type=ko",
                        "pkg:generic/linux@6.1.0-56-amd64?arch=x86_64",
                        "0001-one.patch sha256:",
                        "\"vmlinux:one\"",
                        "\"resolved\"",
                        "\"exploitable\"",
                        "\"monkey\"",
                        "2026-01-01T00:00:00Z");
    }

    @Test
    void noPaperKnowsTheClock() throws InterruptedException {
        List<String> first = List.of(CycloneDx.of(WHOLE), OpenVex.of(WHOLE), Provenance.of(WHOLE));
        Thread.sleep(1100);

        assertThat(List.of(CycloneDx.of(WHOLE), OpenVex.of(WHOLE), Provenance.of(WHOLE)))
                .isEqualTo(first);
        assertThat(CycloneDx.of(shipment(MENDED, OPEN, Optional.empty()))).doesNotContain("timestamp");
    }

    @Test
    void otherContentsHaveOtherNames() {
        assertThat(WHOLE.name("openvex"))
                .isNotEqualTo(WHOLE.name("cyclonedx"))
                .isNotEqualTo(shipment(MENDED, List.of(), TIME).name("openvex"));
    }

    @Test
    void scannersAreToldByTheSchema() throws IOException {
        String vex = OpenVex.of(WHOLE);

        JsonSchema.of("openvex.schema.json").takes(vex);
        assertThat(vex)
                .containsSubsequence(
                        "CVE-2026-0001", "\"fixed\"", "CVE-2026-0002", "CVE-2026-0003", "\"affected\"", "Reboot");
        assertThat(JsonSchema.of("openvex.schema.json").complaints(vex.replace("action_statement", "status_notes")))
                .isNotEmpty();
    }

    @Test
    void scannersAreToldNothingOfNothing() {
        assertThat(OpenVex.isPossible(WHOLE)).isTrue();
        assertThat(OpenVex.isPossible(shipment(List.of(), OPEN, TIME))).isTrue();
        assertThat(OpenVex.isPossible(shipment(List.of(), List.of(), TIME))).isFalse();
        assertThat(OpenVex.isPossible(shipment(MENDED, OPEN, Optional.empty()))).isFalse();
    }

    @Test
    void theProvenanceIsByTheSchema() throws IOException {
        String provenance = Provenance.of(WHOLE);

        JsonSchema.of("provenance.schema.json").takes(provenance);
        assertThat(provenance).contains("com.example:fix:ko:1.2", "patches/0001-one.patch", "patches/two.diff");
        assertThat(JsonSchema.of("provenance.schema.json").complaints(provenance.replace("\"builder\"", "\"maker\"")))
                .isNotEmpty();
    }

    @Test
    void theKernelMayHaveANameThatScannersKnow() {
        String url = "pkg:deb/debian/linux-image-6.1.0-56-amd64@6.1.192-2?arch=amd64";
        Shipment shipment = Shipment.of(ManifestTest.manifest(), "Somebody", TIME, Optional.of(url));

        assertThat(shipment.kernel()).isEqualTo(url);
        assertThat(OpenVex.of(shipment)).contains(url);
    }

    @ParameterizedTest
    @CsvSource({"linux", "pkg:deb", "http://example.org"})
    void anotherNameIsRefused(String url) {
        assertThatThrownBy(() -> Shipment.of(ManifestTest.manifest(), "Somebody", TIME, Optional.of(url)))
                .hasMessageStartingWith("KP106 kpatch.kernelPurl: '" + url);
    }
}
