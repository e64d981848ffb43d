package io.github.kpatch.fuzz;

import io.github.kpatch.arch.Architectures;
import io.github.kpatch.diff.DiffObject;
import io.github.kpatch.diff.DiffOutcome;
import io.github.kpatch.diff.DiffTarget;
import io.github.kpatch.diff.ObjectPair;
import io.github.kpatch.elf.ElfObject;
import io.github.kpatch.elf.ElfReader;
import io.github.kpatch.elf.ElfWriter;
import io.github.kpatch.elf.Section;
import io.github.kpatch.elf.Symbol;
import io.github.kpatch.elf.SymbolHome;
import io.github.kpatch.intermediate.IntermediateReader;
import io.github.kpatch.intermediate.IntermediateTables;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A valid pair of objects and edits of both, driven by the fuzzer's bytes: which pair, which way round, what is known of
 * the kernel, then one edit after the other. Nothing but an outcome or a coded problem may come out; what changed must
 * be an object with its intermediate tables, byte for byte the same each time; no change of code or of what is said of it
 * may get lost, and no reference lead elsewhere; and an object has never changed against itself.
 */
public final class DifferTarget {
    /** Where {@link Seeds} has put the pairs. */
    static final String PAIRS = "kpatch.fuzzPairs";

    private static final List<SeedPair> SEEDS = SeedPair.in(Path.of(System.getProperty(PAIRS)));
    private static final List<String> STRUCTURES =
            SeedPair.SIZES.keySet().stream().sorted().toList();

    private static final int ITSELF = 1;
    private static final int SWAPPED = 2;
    private static final int OTHER_KLP_ARCH = 4;
    private static final int OTHER_PARENT = 8;
    static final int TABLE_OF_EDITED = 16;

    /** The kinds of edits of what is known of the kernel, behind those of the objects. */
    private static final int KERNEL_KINDS = 6;

    /** How many kinds of edits there are. */
    static final int KINDS = ObjectEdits.KINDS + KERNEL_KINDS;

    private final Script script;
    private final SeedPair pair;
    private final int flags;
    private final ObjectEdits original;
    private final ObjectEdits patched;
    private final Map<String, Integer> sizes;
    private final List<String> table;
    private final List<String> exports;
    private String parent;

    private DifferTarget(byte[] bytes) {
        this.script = new Script(bytes);
        this.pair = SEEDS.get(script.choose(SEEDS.size()));
        this.flags = script.next();
        this.sizes = new TreeMap<>(pair.sizes());
        this.original = new ObjectEdits(has(SWAPPED) ? pair.patched() : pair.original(), pair.sizes());
        this.patched = new ObjectEdits(has(SWAPPED) ? pair.original() : pair.patched(), pair.sizes());
        this.table = SeedPair.table(has(SWAPPED) ? pair.patched() : pair.original());
        this.exports = new ArrayList<>(pair.exports());
        this.parent = has(OTHER_PARENT) ? (pair.parent().equals("vmlinux") ? "some_mod" : "vmlinux") : pair.parent();
    }

    private boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /** Called by the fuzzer. */
    public static void fuzzerTestOneInput(byte[] bytes) {
        run(bytes);
    }

    /** What came out, as text that is the same in every run. */
    static String run(byte[] bytes) {
        return new DifferTarget(bytes).outcome();
    }

    private void edit() {
        while (script.hasMore()) {
            int choice = script.next();
            int kind = (choice & 0x3f) % KINDS;
            int start = script.position();
            if (kind >= ObjectEdits.KINDS) {
                editKernel(kind - ObjectEdits.KINDS);
                continue;
            }
            boolean both = (choice & 0xc0) == 0xc0;
            if (both || (choice & 0xc0) == 0x40) {
                original.edit(kind, script);
            }
            if (both) {
                script.rewind(start);
            }
            if (both || (choice & 0xc0) != 0x40) {
                patched.edit(kind, script);
            }
        }
    }

    private void editKernel(int kind) {
        switch (kind) {
            case 0 -> sizes.remove(STRUCTURES.get(script.choose(STRUCTURES.size())));
            case 1 -> sizes.put(STRUCTURES.get(script.choose(STRUCTURES.size())), 1 + script.next());
            case 2 -> parent = script.oneOf("vmlinux", "some_mod", "other_mod");
            case 3 -> editTable();
            case 4 -> {
                List<Symbol> undefined = pair.patched().symbols().stream()
                        .filter(symbol -> symbol.home() instanceof SymbolHome.Undefined)
                        .toList();
                exports.add(undefined.get(script.choose(undefined.size())).name()
                        + script.oneOf("\tvmlinux", "\tdrivers/other-mod", "\tsome_mod")
                        + "\tEXPORT_SYMBOL_GPL\t"
                        + script.oneOf("", "SPACE"));
            }
            default -> {
                if (!exports.isEmpty()) {
                    exports.remove(script.choose(exports.size()));
                }
            }
        }
    }

    private void editTable() {
        if (table.isEmpty()) {
            return;
        }
        int at = script.choose(table.size());
        switch (script.choose(4)) {
            case 0 -> table.remove(at);
            case 1 -> table.add(script.choose(table.size()), table.get(at));
            case 2 -> table.set(at, table.get(at).replace("LOCAL", "GLOBAL").replace("FUNC", "OBJECT"));
            default -> table.add("99999: ffffffff81000000 0 FILE LOCAL DEFAULT ABS other.c");
        }
    }

    private String outcome() {
        edit();
        ObjectPair objects;
        DiffTarget target;
        DiffOutcome outcome;
        try {
            ElfObject first = original.read("original.o");
            ElfObject second = has(ITSELF) ? first : patched.read("patched.o");
            objects = new ObjectPair("unit.o", first, second);
            target = SeedPair.target(
                    parent,
                    pair.klpArch() != has(OTHER_KLP_ARCH),
                    has(TABLE_OF_EDITED) ? SeedPair.table(first) : table,
                    exports,
                    sizes);
            outcome = DiffObject.run(objects, target);
        } catch (ProblemException e) {
            return e.getMessage();
        }
        return judged(outcome, objects, () -> DiffObject.run(objects, target));
    }

    private String judged(DiffOutcome outcome, ObjectPair objects, Supplier<DiffOutcome> anotherRun) {
        if (outcome instanceof DiffOutcome.Rejected rejected) {
            return "rejected " + rejected.changedFunctions() + rejected.newFunctions() + text(rejected.problems());
        }
        if (outcome instanceof DiffOutcome.Unchanged unchanged) {
            requireNothingLost(objects, List.of());
            requireNothingVanished(objects, List.of());
            return "unchanged " + text(unchanged.warnings());
        }
        DiffOutcome.Changed changed = (DiffOutcome.Changed) outcome;
        byte[] bytes = ElfWriter.write(changed.output());
        ElfObject output = ElfReader.read("output.o", bytes);
        require(output.equals(changed.output()), "the output is read as another object");
        IntermediateTables tables = IntermediateReader.read(
                "output.o",
                output,
                Architectures.of(output.header().machine()).orElseThrow().absolute64());
        DiffOutcome.Changed again = (DiffOutcome.Changed) anotherRun.get();
        require(Arrays.equals(bytes, ElfWriter.write(again.output())), "a second run gives other bytes");
        requireNothingLost(objects, output.sections());
        requireNothingVanished(
                objects,
                Stream.concat(changed.changedFunctions().stream(), changed.newFunctions().stream())
                        .toList());
        References.astray(objects.patched(), output, tables).ifPresent(reference -> {
            throw finding("a reference leads astray", "", reference);
        });
        SecondOpinion.lostEntries(objects.original(), objects.patched(), output).ifPresent(table -> {
            throw finding("entries are lost", table, table);
        });
        if (has(ITSELF)) {
            require(!changed.callbacks().isEmpty(), "an object has changed against itself");
            require(changed.changedFunctions().isEmpty(), "an object's function has changed against itself");
        }
        return "changed " + changed.changedFunctions() + changed.newFunctions() + changed.callbacks()
                + text(changed.warnings()) + changed.reasons() + Arrays.hashCode(bytes);
    }

    private static String text(List<Problem> problems) {
        return problems.stream().map(Problem::toString).collect(Collectors.joining("\n"));
    }

    private void requireNothingLost(ObjectPair objects, List<Section> output) {
        SecondOpinion.lostCode(objects.original(), objects.patched(), output).ifPresent(section -> {
            throw finding("the change of a section is lost", section, section);
        });
    }

    private void requireNothingVanished(ObjectPair objects, List<String> listed) {
        if (sizes.equals(pair.sizes())) {
            VanishedChanges.in(objects, listed, sizes).ifPresent(change -> {
                throw finding("a change is not noticed", change.replaceFirst(" say .*", ""), change);
            });
        }
    }

    private Finding finding(String law, String kind, String details) {
        return new Finding(law, pair.name() + ", " + kind, pair.name() + ", " + details);
    }

    private static void require(boolean law, String broken) {
        if (!law) {
            throw new AssertionError(broken);
        }
    }
}
