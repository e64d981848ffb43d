package io.github.kpatch.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Runs a target once over each of some inputs, without the fuzzer, and prints what came out, a number an input. So a
 * finding is reproduced and coverage measured; and as collections without an order have another one in each process,
 * two runs show whether the outcome hangs on it.
 */
public final class Replay {
    private Replay() {}

    /** The target's class name, then inputs or folders of them. */
    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) throws IOException {
        Function<byte[], String> target = target(arguments[0]);
        for (String argument : List.of(arguments).subList(1, arguments.length)) {
            for (Path input : inputs(Path.of(argument))) {
                int outcome = target.apply(Files.readAllBytes(input)).hashCode();
                System.out.println(input.getFileName() + " " + Integer.toHexString(outcome));
            }
        }
    }

    /** Only the class that is asked for is loaded: each wants its own seeds. */
    private static Function<byte[], String> target(String name) {
        if (name.equals(DifferTarget.class.getName())) {
            return DifferTarget::run;
        }
        if (name.equals(KernelImageTarget.class.getName())) {
            return KernelImageTarget::run;
        }
        return name.equals(RpmTarget.class.getName()) ? RpmTarget::run : ElfReaderTarget::run;
    }

    private static List<Path> inputs(Path place) throws IOException {
        if (!Files.isDirectory(place)) {
            return List.of(place);
        }
        try (Stream<Path> entries = Files.list(place)) {
            return entries.sorted().toList();
        }
    }
}
