package io.github.kpatch.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kpatch.delivery.signing.Signature;
import io.github.kpatch.kernel.CveId;
import io.github.kpatch.kernel.KernelObject;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ManifestTest {
    private static final String DIGEST = "0123456789abcdef".repeat(4);

    /** A manifest that has something of everything. */
    static Manifest manifest(List<CveId> cves, List<CveId> notLivepatchable, Optional<Manifest.BootTest> bootTest) {
        return manifest(
                Optional.of(new Signature("CN=Example", DIGEST, "sha256", DIGEST)), cves, notLivepatchable, bootTest);
    }

    private static Manifest manifest(
            Optional<Signature> signature,
            List<CveId> cves,
            List<CveId> notLivepatchable,
            Optional<Manifest.BootTest> bootTest) {
        return new Manifest(
                Manifest.FORMAT,
                "io.github.kpatch:kpatch-maven-plugin:1.0",
                new Manifest.Coordinates("com.example", "fix", "1.2"),
                new Manifest.Module("kpatch_fix", "kpatch-fix.ko", 4711, DIGEST, true, signature),
                new Manifest.Kernel(
                        "6.1.0-56-amd64",
                        "x86_64",
                        "Linux version 6.1.0-56-amd64 (someone) (gcc) #1 SMP",
                        "GCC: (Debian 12.2.0-14) 12.2.0",
                        DIGEST,
                        "6.1.192-2",
                        DIGEST),
                List.of(
                        new Manifest.Patch("0001-one.patch", DIGEST, Optional.of("one"), Optional.of("A <a@b>"), cves),
                        new Manifest.Patch("two.diff", DIGEST, Optional.empty(), Optional.empty(), List.of())),
                cves,
                notLivepatchable,
                List.of(new Manifest.PatchedObject(
                        KernelObject.VMLINUX,
                        List.of(new Manifest.Source(
                                "fs/one.o", List.of("one"), List.of("two"), List.of("pre_patch"))))),
                List.of("struct one"),
                bootTest);
    }

    static Manifest manifest() {
        return manifest(
                List.of(new CveId("CVE-2026-0001")),
                List.of(new CveId("CVE-2026-0003")),
                Optional.of(new Manifest.BootTest(
                        List.of(new Manifest.SeenObject(KernelObject.VMLINUX, List.of("one,1"))),
                        List.of(new Manifest.Script("seen.sh", "after")))));
    }

    @Test
    void theSchemaTakesWhatIsWritten() throws IOException {
        JsonSchema.ofManifests().takes(manifest().toJson());
        JsonSchema.ofManifests()
                .takes(manifest(Optional.empty(), List.of(), List.of(), Optional.empty())
                        .toJson());
    }

    @Test
    void membersComeInTheirOrder() {
        assertThat(manifest().toJson())
                .containsSubsequence(
                        "\"format\": 1",
                        "\"coordinates\"",
                        "\"module\"",
                        "\"kernel\"",
                        "\"patches\"",
                        "\"cves\"",
                        "\"notLivepatchable\"",
                        "\"objects\"",
                        "\"acceptedLayouts\"",
                        "\"bootTest\"");
        assertThat(manifest(List.of(), List.of(), Optional.empty()).toJson())
                .contains("\"bootTest\": null", "\"subject\": null");
    }

    @ParameterizedTest
    @CsvSource({
        "\"format\": 1, \"format\": 2",
        "CVE-2026-0001, CVE-26-1",
        "\"moment\": \"after\", \"moment\": \"later\"",
        "kpatch-fix.ko, kpatch fix.ko",
        "\"size\": 4711, \"length\": 4711",
        "\"replaces\": true, \"replaces\": \"yes\"",
        "abcdef\", abcde\"",
    })
    void theSchemaTakesNothingElse(String written, String wrong) throws IOException {
        String json = manifest().toJson();

        assertThat(json).contains(written);
        assertThat(JsonSchema.ofManifests().complaints(json.replace(written, wrong)))
                .isNotEmpty();
    }
}
