package io.github.kpatch.diff;

import io.github.kpatch.elf.Section;
import io.github.kpatch.elf.SectionFlags;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.problem.ProblemCode;
import java.util.List;
import java.util.Optional;

/**
 * What an author can do instead of changing a variable's initial value, worked out for the variable at hand. A constant can
 * have a second one beside it, which the functions that read it are pointed at: they change, and so are replaced. What
 * can be written is set by a callback, for the running kernel may have changed it since.
 */
final class DataAdvice {
    private DataAdvice() {}

    /** The advice for the variable that a section of the patched object holds. */
    static String of(Unit patched, SectionId id) {
        SectionId base = patched.base(id);
        Optional<String> variable = variable(patched, base);
        if (variable.isEmpty()) {
            return ProblemCode.DATA_CHANGED.cure();
        }
        String name = variable.get();
        Section section = patched.section(base);
        boolean constant = !section.has(SectionFlags.WRITE) || section.name().startsWith(".data.rel.ro");
        return constant ? ofConstant(name, Users.of(patched, base)) : ofVariable(name);
    }

    private static String ofConstant(String name, Users users) {
        if (users.isEmpty()) {
            return "Leave " + name + " as it was: no function of this object refers to it, so what reads it stands"
                    + " elsewhere. Change the code there.";
        }
        return "Leave %1$s as it was, define %1$s_patched beside it with the new contents, and let what refers to %1$s refer to %1$s_patched: %2$s. Where one of these hands the address to code that keeps it, that code goes on with the old contents."
                .formatted(name, users.shown());
    }

    private static String ofVariable(String name) {
        return "Leave the initial value of %1$s as it was and set the new one from code: #include \"kpatch-macros.h\", a function static void %1$s_set(patch_object *object) that writes %1$s, and KPATCH_POST_PATCH_CALLBACK(%1$s_set); another by KPATCH_PRE_UNPATCH_CALLBACK that writes the old one back."
                .formatted(name);
    }

    /** The only variable in the section. */
    private static Optional<String> variable(Unit patched, SectionId section) {
        List<String> names = patched.elf().symbolIds().stream()
                .filter(symbol -> patched.symbol(symbol).isObject()
                        && patched.home(symbol).equals(Optional.of(section)))
                .map(symbol -> patched.symbol(symbol).name())
                .distinct()
                .toList();
        return names.size() == 1 ? Optional.of(names.get(0)) : Optional.empty();
    }
}
