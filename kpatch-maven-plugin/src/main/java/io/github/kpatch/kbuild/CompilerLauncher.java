package io.github.kpatch.kbuild;

import io.github.kpatch.source.Compiler;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A program that calls the compiler in make's place, and spares it the work or hands it to other machines: ccache, sccache,
 * distcc, icecc. It is there for objects alone, of which there can be thousands. What a tree is prepared with, and the
 * records of that, are the same with it and without.
 *
 * @param command a name on the {@code PATH}, or a path
 */
public record CompilerLauncher(String command) {
    private static final String COMPILER = "CC=";

    /** What such programs are steered by; see their manuals. */
    private static final List<String> VARIABLES = List.of("CCACHE_", "SCCACHE_", "DISTCC_", "ICECC_", "XDG_");

    /** kbuild lets objtool change objects in place, which are not to be those that ccache keeps. */
    private static final Map<String, String> ALWAYS = Map.of("CCACHE_NOHARDLINK", "true");

    /**
     * The same variables for make, with the compiler called by the launcher. kbuild asks whom it calls for its version, and
     * not every launcher lets the compiler answer by the name that it was called by, so the answer is given.
     *
     * @param compiler the compiler itself
     */
    List<String> in(List<String> makeVariables, Compiler compiler) {
        String version = compiler.version().replace("#", "").replace("$", "$$");
        return Stream.concat(
                        makeVariables.stream()
                                .map(variable -> variable.startsWith(COMPILER)
                                        ? COMPILER + command + " " + variable.substring(COMPILER.length())
                                        : variable),
                        Stream.of("CC_VERSION_TEXT=" + version))
                .toList();
    }

    /**
     * Variables that the launcher is to see.
     *
     * @param caller the environment that it is steered by
     */
    static Map<String, String> environment(Map<String, String> caller) {
        Map<String, String> environment = new TreeMap<>(caller);
        environment.keySet().removeIf(name -> VARIABLES.stream().noneMatch(name::startsWith));
        environment.putAll(ALWAYS);
        return environment;
    }
}
