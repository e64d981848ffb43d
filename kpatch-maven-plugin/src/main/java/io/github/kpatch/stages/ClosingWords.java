package io.github.kpatch.stages;

import io.github.kpatch.host.Console;
import java.nio.file.Path;
import java.util.List;

/**
 * The last words of a build: what was made, for which kernel, and the commands that put it in force and take it back, for who
 * has come so far wants nothing else.
 */
final class ClosingWords {
    private static final int SHOWN_FUNCTIONS = 8;
    private static final int KIBIBYTE = 1 << 10;

    private ClosingWords() {}

    /**
     * Says them.
     *
     * @param release the kernel's
     * @param file the module's file
     */
    static void say(LinkedModule module, String release, Path file, Console console) {
        String name = file.getFileName().toString().replaceFirst("\\.ko$", "").replace('-', '_');
        long size = (file.toFile().length() + KIBIBYTE - 1) / KIBIBYTE;
        console.info("%s, %d KiB, for %s".formatted(file.getFileName(), size, release));
        module.functions().forEach((object, functions) -> {
            if (!functions.isEmpty()) {
                console.info("  replaces in %s: %s".formatted(object, listed(functions)));
            }
        });
        console.info("  load it:      insmod " + file);
        console.info("  take it back: echo 0 > /sys/kernel/livepatch/%s/enabled, and rmmod %s when that is gone"
                .formatted(name, name));
    }

    private static String listed(List<String> functions) {
        String shown =
                String.join(", ", functions.stream().limit(SHOWN_FUNCTIONS).toList());
        return functions.size() > SHOWN_FUNCTIONS
                ? shown + " and " + (functions.size() - SHOWN_FUNCTIONS) + " more"
                : shown;
    }
}
