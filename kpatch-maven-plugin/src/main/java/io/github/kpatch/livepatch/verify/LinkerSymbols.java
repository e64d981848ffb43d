package io.github.kpatch.livepatch.verify;

import io.github.kpatch.elf.SectionId;
import io.github.kpatch.intermediate.IntermediateLayout;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The places of a module that its own source calls by names which our linker script defines. */
final class LinkerSymbols {
    /** What tables are called in a finished module, where they go once they have been read. */
    static final String INIT = ".init";

    /** The kinds of callbacks that livepatch knows. */
    static final List<String> CALLBACK_KINDS = List.of("pre_patch", "post_patch", "pre_unpatch", "post_unpatch");

    private static final String FUNCTIONS_END = "kpatch_functions_end";
    private static final Map<String, String> BEGINNINGS = Map.of(
            "kpatch_functions", INIT + IntermediateLayout.FUNCTIONS,
            "kpatch_pre_patch_callbacks", callbacks("pre_patch"),
            "kpatch_post_patch_callbacks", callbacks("post_patch"),
            "kpatch_pre_unpatch_callbacks", callbacks("pre_unpatch"),
            "kpatch_post_unpatch_callbacks", callbacks("post_unpatch"));

    private LinkerSymbols() {}

    /** The section of callbacks of a kind. */
    static String callbacks(String kind) {
        return INIT + IntermediateLayout.CALLBACKS_PREFIX + kind;
    }

    /** Where in the module the name has to lead; empty for a name of another kind. */
    static Optional<Spot> at(FinishedModule module, String name) {
        if (name.equals(FUNCTIONS_END)) {
            return only(module, INIT + IntermediateLayout.FUNCTIONS)
                    .map(id -> new Spot(id, module.section(id).data().size()));
        }
        return Optional.ofNullable(BEGINNINGS.get(name))
                .flatMap(section -> only(module, section))
                .map(id -> new Spot(id, 0));
    }

    private static Optional<SectionId> only(FinishedModule module, String section) {
        return module.object().sectionsNamed(section).size() == 1
                ? module.object().sectionNamed(section)
                : Optional.empty();
    }
}
