package io.github.kpatch.stages;

import io.github.kpatch.boot.BootReport;
import io.github.kpatch.host.Folders;
import io.github.kpatch.problem.Problem;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/**
 * What a boot test came to in the form that Surefire and Failsafe leave, which CI systems show: a test case for each step,
 * and one for each kernel object that was seen to be patched.
 *
 * <p>Source: {@code surefire-test-report.xsd}.
 */
final class BootTestResults {
    private final String suite;
    private final List<Case> cases = new ArrayList<>();

    /** @param suite the module and the kernel it is for */
    BootTestResults(String suite) {
        this.suite = suite;
    }

    /** One test case; what it said, and what was wrong. */
    private record Case(
            String name, Duration time, List<String> output, List<Problem> failures, Optional<Problem> skipped) {}

    /** The file in the folder of results, by the name that CI systems look for. */
    static Path file(Path folder, String suite) {
        return folder.resolve("TEST-kpatch." + suite + ".xml");
    }

    /** A machine that was started. */
    void add(BootReport.Finished finished) {
        List<BootReport.Failure> left = new ArrayList<>(finished.failures());
        for (BootReport.Step step : finished.steps()) {
            if (!step.title().equals("end")) {
                add(step.title(), step.time(), output(step.title(), finished), left);
            }
        }
        for (BootReport.PatchedObject object : finished.objects()) {
            add("object " + object.object(), Duration.ZERO, object.functions(), left);
        }
        while (!left.isEmpty()) {
            add(left.get(0).step(), Duration.ZERO, List.of(), left);
        }
    }

    private void add(String name, Duration time, List<String> output, List<BootReport.Failure> left) {
        List<Problem> failures = left.stream()
                .filter(failure -> failure.step().equals(name))
                .map(BootReport.Failure::problem)
                .toList();
        left.removeIf(failure -> failure.step().equals(name));
        cases.add(new Case(name, time, output, failures, Optional.empty()));
    }

    /** A test that did not take place. */
    void add(BootReport.Skipped skipped) {
        cases.add(new Case("boot", Duration.ZERO, List.of(), List.of(), Optional.of(skipped.reason())));
    }

    private static List<String> output(String step, BootReport.Finished finished) {
        return finished.scripts().stream()
                .filter(script -> step.equals("script " + script.phase() + " " + script.script()))
                .flatMap(script -> script.output().stream())
                .toList();
    }

    /** Writes the file. */
    void write(Path file) {
        StringWriter text = new StringWriter();
        try {
            write(XMLOutputFactory.newFactory().createXMLStreamWriter(text));
        } catch (XMLStreamException e) {
            throw new IllegalStateException("a text can be written to", e);
        }
        Folders.write(file, text + "\n");
    }

    private void write(XMLStreamWriter xml) throws XMLStreamException {
        Duration all = cases.stream().map(Case::time).reduce(Duration.ZERO, Duration::plus);
        xml.writeStartDocument("UTF-8", "1.0");
        xml.writeStartElement("testsuite");
        xml.writeAttribute("name", suite);
        xml.writeAttribute("time", seconds(all));
        xml.writeAttribute("tests", Integer.toString(cases.size()));
        xml.writeAttribute("errors", "0");
        xml.writeAttribute(
                "skipped",
                count(cases.stream().filter(one -> one.skipped().isPresent()).count()));
        xml.writeAttribute(
                "failures",
                count(cases.stream().filter(one -> !one.failures().isEmpty()).count()));
        for (Case one : cases) {
            write(one, xml);
        }
        xml.writeEndElement();
        xml.writeEndDocument();
        xml.flush();
    }

    private void write(Case one, XMLStreamWriter xml) throws XMLStreamException {
        xml.writeStartElement("testcase");
        xml.writeAttribute("name", allowed(one.name()));
        xml.writeAttribute("classname", suite);
        xml.writeAttribute("time", seconds(one.time()));
        if (one.skipped().isPresent()) {
            xml.writeEmptyElement("skipped");
            xml.writeAttribute("message", allowed(one.skipped().get().toString()));
        }
        for (Problem failure : one.failures()) {
            xml.writeStartElement("failure");
            xml.writeAttribute("type", failure.code().id());
            xml.writeAttribute(
                    "message", allowed(failure.what().lines().findFirst().orElse("")));
            xml.writeCharacters(allowed(failure.toString()));
            xml.writeEndElement();
        }
        if (!one.output().isEmpty()) {
            xml.writeStartElement("system-out");
            xml.writeCharacters(allowed(String.join("\n", one.output())));
            xml.writeEndElement();
        }
        xml.writeEndElement();
    }

    private static String count(long number) {
        return Long.toString(number);
    }

    private static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%.3f", time.toMillis() / 1000.0);
    }

    /** Without what XML 1.0 has no place for: a script may write any byte. */
    private static String allowed(String text) {
        return text.codePoints()
                .map(c -> isAllowed(c) ? c : '?')
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    /** {@code Char} of the XML specification, carriage returns aside. */
    private static boolean isAllowed(int c) {
        boolean printed = (c >= ' ' && c < 0xd800) || (c >= 0xe000 && c < 0xfffe);
        return printed || c == '\n' || c == '\t' || c > 0xffff;
    }
}
