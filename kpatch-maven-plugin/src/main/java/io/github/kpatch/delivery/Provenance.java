package io.github.kpatch.delivery;

import io.github.kpatch.host.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the module was built from and by what, as an in-toto statement with SLSA provenance. Nobody has signed it, and no
 * platform vouches for the machine: it is worth what its reader thinks of who published it, SLSA's build level 1 at most.
 * It stands bare and not in an envelope, for an envelope is for signatures.
 *
 * <p>Source: in-toto attestation framework, statement v1; SLSA provenance v1.
 */
public final class Provenance {
    private static final String BUILD_TYPE = "urn:kpatch:maven-build:1";
    private static final String BUILDER = "urn:kpatch:any-machine";

    private Provenance() {}

    /** The statement as JSON. */
    public static String of(Shipment shipment) {
        Manifest manifest = shipment.manifest();
        Map<String, Object> definition = new LinkedHashMap<>();
        definition.put("buildType", BUILD_TYPE);
        definition.put("externalParameters", parameters(manifest));
        definition.put(
                "internalParameters", Map.of("compiler", manifest.kernel().compiler()));
        definition.put("resolvedDependencies", dependencies(shipment));
        Map<String, Object> builder = new LinkedHashMap<>();
        builder.put("id", BUILDER);
        builder.put("version", Map.of("kpatch-maven-plugin", manifest.madeBy().split(":", -1)[2]));
        Map<String, Object> predicate = new LinkedHashMap<>();
        predicate.put("buildDefinition", definition);
        predicate.put("runDetails", Map.of("builder", builder));
        Map<String, Object> statement = new LinkedHashMap<>();
        statement.put("_type", "https://in-toto.io/Statement/v1");
        statement.put("subject", List.of(subject(shipment)));
        statement.put("predicateType", "https://slsa.dev/provenance/v1");
        statement.put("predicate", predicate);
        return Json.write(statement);
    }

    private static Map<String, Object> subject(Shipment shipment) {
        Map<String, Object> subject = new LinkedHashMap<>();
        subject.put("name", shipment.manifest().module().file());
        subject.put("uri", shipment.module());
        subject.put("digest", digest(shipment.manifest().module().sha256()));
        return subject;
    }

    private static Map<String, Object> parameters(Manifest manifest) {
        Manifest.Coordinates artifact = manifest.coordinates();
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put(
                "artifact", String.join(":", artifact.groupId(), artifact.artifactId(), "ko", artifact.version()));
        parameters.put("kernelRelease", manifest.kernel().release());
        parameters.put("moduleName", manifest.module().file().replaceFirst("\\.ko$", ""));
        parameters.put("replace", manifest.module().replaces());
        parameters.put(
                "patches", manifest.patches().stream().map(Manifest.Patch::name).toList());
        return parameters;
    }

    private static List<Object> dependencies(Shipment shipment) {
        Manifest manifest = shipment.manifest();
        Manifest.Kernel kernel = manifest.kernel();
        List<Object> dependencies = new ArrayList<>();
        for (Manifest.Patch patch : manifest.patches()) {
            dependencies.add(dependency("patches/" + patch.name(), patch.sha256()));
        }
        dependencies.add(dependency("kernel config", kernel.configSha256()));
        Map<String, Object> source = dependency("kernel source " + kernel.sourceVersion(), kernel.sourceSha256());
        source.put("annotations", Map.of("digestOf", "the archive, or names and contents of a folder"));
        dependencies.add(source);
        dependencies.add(named("kernel " + kernel.release(), shipment.kernel()));
        dependencies.add(named("plugin", shipment.maker()));
        return dependencies;
    }

    private static Map<String, Object> dependency(String name, String sha256) {
        Map<String, Object> dependency = new LinkedHashMap<>();
        dependency.put("name", name);
        dependency.put("digest", digest(sha256));
        return dependency;
    }

    private static Map<String, Object> named(String name, String uri) {
        Map<String, Object> dependency = new LinkedHashMap<>();
        dependency.put("name", name);
        dependency.put("uri", uri);
        return dependency;
    }

    private static Map<String, Object> digest(String sha256) {
        return Map.of("sha256", sha256);
    }
}
