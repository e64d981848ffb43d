package io.github.kpatch.compare;

import io.github.kpatch.diff.IncludedElement;
import io.github.kpatch.host.Console;
import java.util.List;

/**
 * Answers "why is this in my patch?" on the console: one line for each element, its chain after it, the nearest cause
 * first.
 */
public final class Explanation {
    private Explanation() {}

    /**
     * Tells why each element of an object is in the patch; nothing where none is.
     *
     * @param object what to call the object
     */
    public static void tell(String object, List<IncludedElement> included, Console console) {
        if (included.isEmpty()) {
            return;
        }
        console.info(object + ": why each element is in the patch:");
        for (IncludedElement element : included) {
            console.info(
                    "  " + element.kind() + " " + element.name() + " <- " + String.join(" <- ", element.because()));
        }
    }
}
