package io.github.kpatch.stages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kpatch.boot.BootReport;
import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.SAXException;

class BootTestResultsTest {
    @TempDir
    Path folder;

    private Document written(BootTestResults results) throws IOException, SAXException, ParserConfigurationException {
        Path file = BootTestResults.file(folder, "kpatch-a-6.1.0");
        results.write(file);
        assertThat(file.getFileName()).hasToString("TEST-kpatch.kpatch-a-6.1.0.xml");
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
    }

    private static List<String> children(Document document, String tag, String attribute) {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < document.getElementsByTagName(tag).getLength(); i++) {
            values.add(((Element) document.getElementsByTagName(tag).item(i)).getAttribute(attribute));
        }
        return values;
    }

    @Test
    void aStepIsATestCase() throws IOException, SAXException, ParserConfigurationException {
        Problem failed = Problem.of(ProblemCode.TEST_SCRIPT_FAILED, "a.sh after", "It ended with <1>.");
        Problem complaint = Problem.of(ProblemCode.KERNEL_COMPLAINED, "console.log:3", "The kernel said \u0000.");
        BootTestResults results = new BootTestResults("kpatch-a-6.1.0");
        results.add(new BootReport.Finished(
                List.of(
                        new BootReport.Failure("script after a.sh", failed),
                        new BootReport.Failure("nowhere", complaint)),
                List.of(
                        new BootReport.Step("load kpatch_a", Duration.ofMillis(1250)),
                        new BootReport.Step("script after a.sh", Duration.ofMillis(20)),
                        new BootReport.Step("end", Duration.ZERO)),
                List.of(new BootReport.ScriptRun("after", "a.sh", 1, List.of("a \u001b[1m & b"))),
                List.of(new BootReport.PatchedObject(KernelObject.VMLINUX, true, List.of("f,1"))),
                folder.resolve("console.log"),
                "tcg",
                Duration.ofSeconds(2),
                Duration.ofSeconds(4)));
        Document document = written(results);

        Element suite = document.getDocumentElement();
        assertThat(suite.getAttribute("tests")).isEqualTo("4");
        assertThat(suite.getAttribute("failures")).isEqualTo("2");
        assertThat(suite.getAttribute("skipped")).isEqualTo("0");
        assertThat(children(document, "testcase", "name"))
                .containsExactly("load kpatch_a", "script after a.sh", "object vmlinux", "nowhere");
        assertThat(children(document, "testcase", "time")).startsWith("1.250", "0.020");
        assertThat(children(document, "failure", "type")).containsExactly("KP604", "KP605");
        assertThat(document.getElementsByTagName("failure").item(0).getTextContent())
                .contains("It ended with <1>.");
        assertThat(document.getElementsByTagName("system-out").item(0).getTextContent())
                .isEqualTo("a ?[1m & b");
    }

    @Test
    void aTestThatDidNotTakePlaceIsSkipped() throws IOException, SAXException, ParserConfigurationException {
        BootTestResults results = new BootTestResults("kpatch-a-6.1.0");
        results.add(new BootReport.Skipped(Problem.of(ProblemCode.BOOT_INPUT_MISSING, "QEMU", "It is not there.")));
        Document document = written(results);

        assertThat(document.getDocumentElement().getAttribute("skipped")).isEqualTo("1");
        assertThat(children(document, "skipped", "message"))
                .singleElement()
                .asString()
                .contains("KP606 QEMU");
    }

    @Test
    void whatIsOutOfRangeIsRefusedAtOnce() {
        TestScripts scripts = new TestScripts(folder, Optional.empty(), List.of());

        assertThatThrownBy(() -> BootTestRequest.of(scripts, 0, 64, 1, 1, 1, 0, false, "", List.of(), false, folder))
                .hasMessageContaining("KP106 kpatch.bootTest.processors: 0 is too small.")
                .hasMessageContaining("kpatch.bootTest.memory: 64 is too small. Give 128 or more.")
                .hasMessageContaining("kpatch.bootTest.rounds");
    }
}
