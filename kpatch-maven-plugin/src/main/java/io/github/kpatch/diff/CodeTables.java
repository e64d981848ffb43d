package io.github.kpatch.diff;

import io.github.kpatch.elf.SectionData;
import io.github.kpatch.elf.SectionId;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.special.EntryLayout;
import io.github.kpatch.special.SpecialSection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * All tables about code of one object, divided into entries. Each is divided whether the patch needs it or not, because a
 * table that cannot be divided cannot be compared either.
 *
 * @param tables each table by its section, in the architecture's order
 * @param accountedFor the sections of which nothing counts but the entries, each for the code that it is about
 */
record CodeTables(Map<SectionId, TableEntries> tables, Set<SectionId> accountedFor) {
    CodeTables {
        tables = Collections.unmodifiableMap(new LinkedHashMap<>(tables));
        accountedFor = Set.copyOf(accountedFor);
    }

    /**
     * The tables of {@code unit}.
     *
     * @throws ProblemException KP212 when the size of a structure is not known, KP415 when a table has not the shape of
     *     the target kernel's
     */
    static CodeTables in(Unit unit, DiffTarget target) {
        Map<SectionId, TableEntries> tables = new LinkedHashMap<>();
        checkSingle(unit, unit.arch().replacementCode());
        for (SpecialSection special : unit.arch().specialSections()) {
            checkSingle(unit, special.name());
            if (special.entries() instanceof EntryLayout.Paired paired) {
                checkSingle(unit, paired.companion());
            }
            unit.elf()
                    .sectionNamed(special.name())
                    .ifPresent(id -> tables.put(id, TableEntries.of(unit, id, special, target)));
        }
        return new CodeTables(tables, AccountedFor.in(unit, tables));
    }

    /** Assemblers and linkers join tables of one name; the entries of another one would be lost. */
    private static void checkSingle(Unit unit, String name) {
        List<SectionId> all = unit.elf().sectionsNamed(name);
        if (all.size() > 1) {
            throw ProblemException.input(
                    ProblemCode.SPECIAL_SECTION_INVALID,
                    unit.where(all.get(1)),
                    "The object has " + all.size() + " sections of this name.");
        }
        all.stream()
                .filter(id -> !(unit.section(id).data() instanceof SectionData.Contents))
                .findFirst()
                .ifPresent(id -> {
                    throw ProblemException.input(
                            ProblemCode.SPECIAL_SECTION_INVALID,
                            unit.where(id),
                            "A section of this name holds no bytes.");
                });
    }

    /** The table of that name. */
    Optional<TableEntries> named(String name) {
        return tables.values().stream()
                .filter(table -> table.special().name().equals(name))
                .findFirst();
    }

    /** The sections with code that counts for the entries that lead to it. */
    Set<String> outOfLineSections() {
        return AccountedFor.outOfLineSections(tables);
    }
}
