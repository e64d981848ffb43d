package io.github.kpatch.source;

import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/**
 * What a project's {@code kernel.config} was taken from, kept beside it as {@code kernel.lock}: a config alone does not
 * say which kernel it belongs to, and two kernels with one config can differ in every function.
 *
 * @param release the kernel's release
 * @param sourceVersion version of the source package, or of the source where it came in none
 * @param sourceSha256 SHA-256 of the source archive
 * @param compiler what the compiler writes into its objects
 * @param configSha256 SHA-256 of {@code kernel.config}
 */
public record KernelLock(
        String release, String sourceVersion, String sourceSha256, String compiler, String configSha256) {
    private static final String RELEASE = "release";
    private static final String SOURCE_VERSION = "source.version";
    private static final String SOURCE_SHA256 = "source.sha256";
    private static final String COMPILER = "compiler";
    private static final String CONFIG_SHA256 = "config.sha256";

    /** The content of {@code kernel.lock}. */
    public String toText() {
        return """
                # The kernel that kernel.config was taken from. Written by kpatch:config; keep both under version control.
                %s=%s
                %s=%s
                %s=%s
                %s=%s
                %s=%s
                """.formatted(
                        RELEASE,
                        release,
                        SOURCE_VERSION,
                        sourceVersion,
                        SOURCE_SHA256,
                        sourceSha256,
                        COMPILER,
                        compiler,
                        CONFIG_SHA256,
                        configSha256);
    }

    /**
     * Reads the content of {@code kernel.lock}.
     *
     * @param where what to call it in messages
     */
    public static KernelLock parse(String where, String text) {
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(text));
        } catch (IOException | IllegalArgumentException e) {
            throw ProblemException.input(
                    ProblemCode.CONFIG_DIFFERS, where, "The file is malformed (" + e.getMessage() + ").");
        }
        return new KernelLock(
                value(where, properties, RELEASE),
                value(where, properties, SOURCE_VERSION),
                value(where, properties, SOURCE_SHA256),
                value(where, properties, COMPILER),
                value(where, properties, CONFIG_SHA256));
    }

    private static String value(String where, Properties properties, String key) {
        String value = properties.getProperty(key);
        if (value == null) {
            throw ProblemException.input(ProblemCode.CONFIG_DIFFERS, where, "The file does not say " + key + ".");
        }
        return value;
    }

    /** Where this lock says another kernel than {@code actual}, one line each. */
    public List<String> differencesTo(KernelLock actual) {
        List<String> differences = new ArrayList<>();
        compare(differences, RELEASE, release, actual.release);
        compare(differences, SOURCE_VERSION, sourceVersion, actual.sourceVersion);
        compare(differences, SOURCE_SHA256, sourceSha256, actual.sourceSha256);
        compare(differences, COMPILER, compiler, actual.compiler);
        compare(differences, CONFIG_SHA256, configSha256, actual.configSha256);
        return differences;
    }

    private static void compare(List<String> differences, String key, String here, String there) {
        if (!here.equals(there)) {
            differences.add(key + ": " + here + " locked, " + there + " found");
        }
    }
}
