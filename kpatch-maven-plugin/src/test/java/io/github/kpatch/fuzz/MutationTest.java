package io.github.kpatch.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kpatch.diff.DiffObject;
import io.github.kpatch.diff.DiffOutcome;
import io.github.kpatch.diff.DiffTarget;
import io.github.kpatch.diff.ObjectPair;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.problem.ProblemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Changes the small objects that the fuzzer begins with by one mutation after the other, of every kind and at every place,
 * and lets the differ compare: a mutant may not be called unchanged, and together with an ordinary change of another
 * function nothing that a mutation says of a function may get lost. What may stay unnoticed is written down here, each with
 * the reason why it does not matter to a running kernel.
 */
class MutationTest {
    private static final Mutation[] ANY = Mutation.values();

    /** The reasons, each with the pairs and places it is about. */
    private static final List<Harmless> HARMLESS = List.of(
            new Harmless(
                    "only linkers ask who else sees a symbol, and the kernel's link is over",
                    ".*",
                    Mutation.SYMBOL_VISIBILITY),
            new Harmless(
                    "how long a function is, its code says, which is compared",
                    ".*: (FUNC|FILE|NOTYPE) .*",
                    Mutation.SYMBOL_SIZE),
            new Harmless(
                    "where code stands says nothing of what it does",
                    ".*: (\\.text|\\.text\\..*|\\.init\\.text|\\.sched\\.text|\\.fixup|\\.altinstr_replacement)",
                    Mutation.SECTION_ALIGNMENT),
            new Harmless(
                    "which warning it is, not what it does: its line, its file's name, that it has been given",
                    ".*: __bug_table\\+\\d+|warnings-c: \\.rodata\\.[ef]\\.str1\\.1.*",
                    Mutation.TABLE_BYTE,
                    Mutation.TABLE_TARGET,
                    Mutation.TABLE_ADDEND,
                    Mutation.LITERAL_BYTE,
                    Mutation.SECTION_DROPPED),
            new Harmless(
                    "the line that a debug helper is told, in pairs whose lines may have moved",
                    "lines-c: \\.text\\.[fg]\\+\\d+",
                    Mutation.CODE_BYTE),
            new Harmless(
                    "the order of entries counts where they are about one function", ".*", Mutation.ENTRIES_SWAPPED),
            new Harmless(
                    "the other code that the entry leads to is the same, or the alternative is nothing at all",
                    "(tables|oldkernel)-c: \\.altinstructions\\+4|alternatives-c: \\.altinstructions\\+28",
                    Mutation.TABLE_ADDEND),
            new Harmless("frames follow from the code, which is compared", ".*: \\.(eh_frame|debug_).*", ANY),
            new Harmless("what the kernel's loader asked when it loaded the object", ".*: \\.modinfo.*", ANY),
            new Harmless(
                    "formats for tools that look for changed ones; no entry is about a function",
                    ".*: \\.printk_index.*",
                    ANY),
            new Harmless("made anew from the call sites", ".*: __patchable_function_entries.*", ANY),
            new Harmless(
                    "nothing is in it, or it is never loaded",
                    ".*: \\.(text|data|bss|comment|note\\.GNU-stack|group)",
                    Mutation.SECTION_DROPPED),
            new Harmless(
                    "what linkers are told of the object, and the kernel's throws away",
                    ".*: \\.note\\.gnu\\.property",
                    Mutation.SECTION_DROPPED),
            new Harmless(
                    "nothing refers to the function or variable any more",
                    ".*: \\.((text|data)\\.\\w+|init\\.text)",
                    Mutation.SECTION_DROPPED),
            new Harmless("it holds the name of the function it is in", ".*: (OBJECT |\\.rodata\\.)__func__\\.0.*", ANY),
            new Harmless(
                    "a flag of what has happened once may start anew",
                    ".*: (OBJECT once\\.7|\\.data\\.once.*)",
                    Mutation.SYMBOL_SIZE,
                    Mutation.DATA_BYTE));

    /** What may stay unnoticed where the second opinion has nothing to say either. */
    private record Harmless(String reason, Pattern place, Set<Mutation> kinds) {
        Harmless(String reason, String place, Mutation... kinds) {
            this(reason, Pattern.compile(place), Set.of(kinds));
        }

        boolean covers(Mutation kind, String pairAndPlace) {
            return kinds.contains(kind) && place.matcher(pairAndPlace).matches();
        }
    }

    private final Map<Mutation, Integer> mutants = new EnumMap<>(Mutation.class);
    private final List<String> survivors = new ArrayList<>();
    private final Map<String, Integer> harmless = new TreeMap<>();

    @Test
    @SuppressWarnings("SystemOut")
    void everyMutantIsNoticed() throws Exception {
        Seeds seeds = Seeds.compiledIn(Path.of("target", "mutation-test"));
        for (SeedPair pair : SeedPair.in(seeds.pairs())) {
            for (Mutation kind : Mutation.values()) {
                mutate(pair, kind);
            }
        }
        System.out.printf(
                "mutations of the differ's inputs: %d mutants of %d kinds, %d of them harmless by rule, %d survivors%n",
                mutants.values().stream().mapToInt(Integer::intValue).sum(),
                mutants.size(),
                harmless.values().stream().mapToInt(Integer::intValue).sum(),
                survivors.size());
        assertThat(survivors).isEmpty();
        assertThat(harmless)
                .as("rules that a mutant needs")
                .containsOnlyKeys(HARMLESS.stream().map(Harmless::reason).toList());
        assertThat(mutants).as("kinds that have a place").containsOnlyKeys(Mutation.values());
    }

    private void mutate(SeedPair pair, Mutation kind) {
        mutants(pair.original(), pair, kind).forEach((place, mutant) -> {
            compare(pair, kind, place, pair.original(), mutant, true);
            compare(pair, kind, place, mutant, pair.original(), true);
        });
        mutants(pair.patched(), pair, kind)
                .forEach((place, mutant) -> compare(pair, kind, place, pair.original(), mutant, false));
    }

    /** Each place and what the object is with that mutation, where it can be read at all and is another object. */
    private static Map<String, ElfObject> mutants(ElfObject object, SeedPair pair, Mutation kind) {
        ObjectEdits edits = new ObjectEdits(object, pair.sizes());
        Map<String, ElfObject> mutants = new LinkedHashMap<>();
        for (Mutations.Place place : edits.places(kind)) {
            try {
                ElfObject mutant = edits.mutated(place);
                if (!mutant.equals(object)) {
                    mutants.put(place.name(), mutant);
                }
            } catch (ProblemException e) {
                assertThat(e.problems()).isNotEmpty();
            }
        }
        return mutants;
    }

    private void compare(
            SeedPair pair, Mutation kind, String place, ElfObject original, ElfObject patched, boolean alone) {
        mutants.merge(kind, 1, Integer::sum);
        DiffOutcome outcome;
        ObjectPair objects = new ObjectPair("unit.o", original, patched);
        DiffTarget target =
                SeedPair.target(pair.parent(), pair.klpArch(), SeedPair.table(original), pair.exports(), pair.sizes());
        try {
            outcome = DiffObject.run(objects, target);
        } catch (ProblemException e) {
            return;
        }
        if (outcome instanceof DiffOutcome.Rejected) {
            return;
        }
        List<String> listed = outcome instanceof DiffOutcome.Changed changed
                ? Stream.concat(changed.changedFunctions().stream(), changed.newFunctions().stream())
                        .toList()
                : List.of();
        String mutant = pair.name() + ": " + kind + " at " + place;
        Optional<String> vanished = VanishedChanges.in(objects, listed, pair.sizes());
        if (vanished.isPresent()) {
            survivors.add(mutant + (alone ? "" : " beside another change") + " (" + vanished.get() + ")");
        } else if (alone && outcome instanceof DiffOutcome.Unchanged) {
            String where = pair.name() + ": " + place;
            HARMLESS.stream()
                    .filter(rule -> rule.covers(kind, where))
                    .findFirst()
                    .ifPresentOrElse(
                            rule -> harmless.merge(rule.reason(), 1, Integer::sum), () -> survivors.add(mutant));
        }
    }
}
