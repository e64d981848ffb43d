package io.github.kpatch.stages;

import io.github.kpatch.debuginfo.LayoutChange;
import io.github.kpatch.debuginfo.TypeLayout;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A changed layout in words: what changes, who uses it, and the two ways on, worked out for this very change. */
final class LayoutFinding {
    private static final int SHOWN = 6;
    private static final String TYPEDEF = "typedef ";

    private final LayoutChange change;
    private final List<String> users = new ArrayList<>();

    LayoutFinding(LayoutChange change) {
        this.change = change;
    }

    void addUser(String object) {
        users.add(object);
    }

    /** How {@code KPATCH_ALLOW_LAYOUT} names the type. */
    String acceptedAs() {
        return change.type().startsWith(TYPEDEF) ? change.type().substring(TYPEDEF.length()) : change.type();
    }

    /**
     * The finding.
     *
     * @param outside how many objects of the kernel can know the type and are not changed by the patch
     */
    Problem problem(int outside) {
        String what =
                "The patch changes how it lies in memory: %s. Changed code in %s knows it; of the objects that stay as they are, %s."
                        .formatted(
                                shown(change.differences(), "; "),
                                shown(users, ", "),
                                outside == 0
                                        ? "none includes what changed"
                                        : "up to %d can know it".formatted(outside));
        return new Problem(ProblemCode.LAYOUT_CHANGED, change.type(), what, cure());
    }

    private static String shown(List<String> all, String separator) {
        String first = all.stream().limit(SHOWN).collect(Collectors.joining(separator));
        return all.size() > SHOWN ? "%s%sand %d more".formatted(first, separator, all.size() - SHOWN) : first;
    }

    private String cure() {
        String keep = change.added().isEmpty()
                ? ProblemCode.LAYOUT_CHANGED.cure()
                : "Keep the type as it is and hold what is new beside each object: "
                        + change.added().stream().limit(SHOWN).map(this::shadow).collect(Collectors.joining(" "))
                        + " (Documentation/livepatch/shadow-vars.rst).";
        return keep + " Or, where no object of it is ever seen by code that is not replaced, accept it by name in the"
                + " patched source: #include \"kpatch-macros.h\" and KPATCH_ALLOW_LAYOUT(" + acceptedAs() + ");";
    }

    /** In the place where the member would be used, and where the object is freed. */
    private String shadow(TypeLayout.Member member) {
        String object = change.type().substring(change.type().indexOf(' ') + 1);
        String name = member.path().substring(member.path().lastIndexOf('.') + 1);
        String id = "KPATCH_%s_%s".formatted(object, name).toUpperCase(Locale.ROOT);
        String size = member.width() > 0 || member.size() == 0 || !isPlain(member.type())
                ? Long.toString(Math.max(1, member.size()))
                : "sizeof(%s)".formatted(member.type());
        return "%s = klp_shadow_get_or_alloc(%s, %s, %s, GFP_KERNEL, NULL, NULL) for %s->%s, klp_shadow_get(%s, %s) where it may be missing, and klp_shadow_free(%s, %s, NULL) where the %s is freed; #define %s is a number of your own."
                .formatted(name, object, id, size, object, member.path(), object, id, object, id, object, id);
    }

    private static boolean isPlain(String type) {
        return !type.contains("{");
    }
}
