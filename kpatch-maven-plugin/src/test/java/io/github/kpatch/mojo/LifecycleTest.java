package io.github.kpatch.mojo;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.github.kpatch.stages.Stage;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/** Which goal belongs to which phase stands in three places: in the stages, in the goals and in the packaging. */
class LifecycleTest {
    private static final JavaClasses MOJOS = new ClassFileImporter().importPackages("io.github.kpatch.mojo");

    /** Phases by goal, of all stages. */
    private static Map<String, String> ofStages() {
        Map<String, String> phases = new TreeMap<>();
        Stream.of(Stage.values()).forEach(stage -> phases.put(stage.goal(), stage.phase()));
        return phases;
    }

    @Test
    void theGoalsAskForThePhasesOfTheStages() {
        Map<String, String> phases = new TreeMap<>();
        // The annotation is in the class files only.
        MOJOS.stream()
                .filter(type -> type.isAnnotatedWith(Mojo.class))
                .map(type -> type.getAnnotationOfType(Mojo.class))
                .filter(mojo -> mojo.defaultPhase() != LifecyclePhase.NONE)
                .forEach(mojo -> phases.put(mojo.name(), mojo.defaultPhase().id()));

        assertThat(phases).isEqualTo(ofStages());
    }

    @Test
    void thePackagingBindsThemThere() throws IOException, SAXException, ParserConfigurationException {
        Map<String, String> phases = new TreeMap<>();
        for (Element phase : boundPhases(0)) {
            String goal = phase.getTextContent().replaceAll(".*:", "");
            if (phase.getTextContent().contains("kpatch")) {
                phases.put(goal, phase.getTagName());
            }
        }

        assertThat(phases).isEqualTo(ofStages());
    }

    @Test
    void theStagesAreInTheOrderOfTheirPhases() {
        List<String> order = Stream.of(LifecyclePhase.values())
                .map(LifecyclePhase::id)
                .filter(ofStages()::containsValue)
                .toList();

        assertThat(Stream.of(Stage.values())).extracting(Stage::phase).containsExactlyElementsOf(order);
    }

    @Test
    void aKitIsMadeByItsOwnPackaging() throws IOException, SAXException, ParserConfigurationException {
        assertThat(boundPhases(1))
                .extracting(phase ->
                        phase.getTagName() + " " + phase.getTextContent().replaceAll(".*:", ""))
                .containsExactly("package kernel-kit", "install install", "deploy deploy");
    }

    /**
     * The phases with their goals.
     *
     * @param packaging which packaging's, in the order of the file
     */
    private static List<Element> boundPhases(int packaging)
            throws IOException, SAXException, ParserConfigurationException {
        try (InputStream components = LifecycleTest.class.getResourceAsStream("/META-INF/plexus/components.xml")) {
            NodeList nodes = ((Element) DocumentBuilderFactory.newInstance()
                            .newDocumentBuilder()
                            .parse(components)
                            .getElementsByTagName("phases")
                            .item(packaging))
                    .getElementsByTagName("*");
            List<Element> phases = new ArrayList<>();
            for (int i = 0; i < nodes.getLength(); i++) {
                phases.add((Element) nodes.item(i));
            }
            return phases;
        }
    }
}
