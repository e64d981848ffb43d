package io.github.kpatch.fuzz;

import io.github.kpatch.diff.ObjectPair;
import io.github.kpatch.fuzz.FunctionFacts.Function;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A second opinion on what may be called unchanged: no function of which the two objects say different things, whether in
 * its code, in a table about it, or in what either refers to. It knows far less than the differ of what is the same thing
 * in both, and so is silent about functions whose names could be mistaken.
 */
final class VanishedChanges {
    private static final Set<Integer> LOADS_OF_ARGUMENTS = Set.of(0xbe, 0xba);
    private static final int IMMEDIATE = 4;
    private static final List<Integer> ENDBR64 = List.of(0xf3, 0x0f, 0x1e, 0xfa);

    /** Functions whose second or third argument is nothing but the line they are called from. */
    private static final Pattern TAKES_LINE = Pattern.compile("warn_slowpath_\\w+|__might_sleep|___might_sleep"
            + "|__might_fault|lockdep_rcu_suspicious|__btrfs_abort_transaction|__btrfs_handle_fs_error|__btrfs_panic");

    private static final Pattern LOOKED_PAST = Pattern.compile("(__func__|__warned|__already_done).*");
    private static final Pattern PIECE = Pattern.compile("(.+?)\\.(cold|part).*");

    private final Map<String, Integer> sizes;
    private final Set<String> listed;

    private VanishedChanges(Map<String, Integer> sizes, Set<String> listed) {
        this.sizes = sizes;
        this.listed = listed;
    }

    /**
     * A function that should have been listed, and what differs about it.
     *
     * @param listed the functions that the differ calls changed or new
     * @param sizes of the kernel's structures
     */
    static Optional<String> in(ObjectPair objects, Collection<String> listed, Map<String, Integer> sizes) {
        if (objects.patched().sections().stream()
                .anyMatch(section -> section.name().startsWith(".kpatch.ignore."))) {
            return Optional.empty();
        }
        Set<String> names =
                listed.stream().map(SecondOpinion::withoutNumbers).collect(Collectors.toCollection(TreeSet::new));
        return new VanishedChanges(sizes, names).in(objects);
    }

    private Optional<String> in(ObjectPair objects) {
        Set<String> shared = FunctionFacts.shared(objects.original(), objects.patched());
        Set<String> steady = FunctionFacts.steady(objects.original(), objects.patched());
        Map<String, List<Function>> originals = byName(FunctionFacts.in(objects.original(), sizes, shared, steady));
        Map<String, List<Function>> all = byName(FunctionFacts.in(objects.patched(), sizes, shared, steady));
        for (Map.Entry<String, List<Function>> each : all.entrySet()) {
            List<Function> twins = originals.getOrDefault(each.getKey(), List.of());
            if (twins.size() == 1 && each.getValue().size() == 1) {
                Function patched = each.getValue().get(0);
                Optional<String> difference = difference(twins.get(0), patched);
                if (difference.isPresent() && !isReplaced(patched) && !holdsNewFunction(patched)) {
                    return Optional.of(each.getKey() + ": " + difference.get());
                }
            }
        }
        return Optional.empty();
    }

    private static Map<String, List<Function>> byName(Collection<Function> functions) {
        return functions.stream()
                .flatMap(function ->
                        function.names().stream().map(name -> Map.entry(SecondOpinion.withoutNumbers(name), function)))
                .collect(Collectors.groupingBy(
                        Map.Entry::getKey, TreeMap::new, Collectors.mapping(Map.Entry::getValue, Collectors.toList())));
    }

    /** Code that had no name and has one now is all new, with what tables say of it. */
    private boolean holdsNewFunction(Function function) {
        return function.inside().stream().anyMatch(name -> !function.names().contains(name) && listed.contains(name));
    }

    /** A piece that ftrace cannot redirect is replaced with the function it was cut from. */
    private boolean isReplaced(Function function) {
        boolean traced = "__fentry__".equals(function.targets().get(firstCall(function)));
        return function.names().stream()
                .map(SecondOpinion::withoutNumbers)
                .anyMatch(name -> listed.contains(name)
                        || (!traced
                                && PIECE.matcher(name)
                                        .results()
                                        .anyMatch(piece ->
                                                listed.stream().anyMatch(parent -> name.startsWith(parent + ".")))));
    }

    /** Where the field of a call is that the function begins with, or has behind {@code endbr64}. */
    private static long firstCall(Function function) {
        boolean marked = function.code().size() > ENDBR64.size()
                && IntStream.range(0, ENDBR64.size())
                        .allMatch(i -> (function.code().at(i) & 0xff) == ENDBR64.get(i));
        return marked ? ENDBR64.size() + 1L : 1;
    }

    private static Optional<String> difference(Function original, Function patched) {
        if (!original.references().equals(patched.references())) {
            return Optional.of(what("references", original, patched, f -> f.references()));
        }
        if (!sameCode(original, patched)) {
            return Optional.of("code");
        }
        Set<String> tables = new TreeSet<>(original.tables().keySet());
        tables.addAll(patched.tables().keySet());
        return tables.stream()
                .filter(table -> !original.tables()
                        .getOrDefault(table, List.of())
                        .equals(patched.tables().getOrDefault(table, List.of())))
                .map(table -> what(table, original, patched, f -> f.tables().getOrDefault(table, List.of())))
                .findFirst();
    }

    private static String what(
            String place,
            Function original,
            Function patched,
            java.util.function.Function<Function, List<String>> facts) {
        List<String> says = new ArrayList<>(facts.apply(patched));
        List<String> said = new ArrayList<>(facts.apply(original));
        while (!says.isEmpty() && !said.isEmpty() && says.get(0).equals(said.get(0))) {
            says.remove(0);
            said.remove(0);
        }
        return place + " say " + says.stream().findFirst() + ", said "
                + said.stream().findFirst();
    }

    private static boolean sameCode(Function original, Function patched) {
        int size = patched.code().size();
        if (original.code().size() != size) {
            return false;
        }
        int excused = 0;
        for (int i = 0; i < size; i++) {
            boolean equal = original.code().at(i) == patched.code().at(i);
            if (!equal && i >= excused) {
                return false;
            }
            if (equal && LOADS_OF_ARGUMENTS.contains(patched.code().at(i)) && nextCallTakesLine(patched, i + 1)) {
                excused = i + 1 + IMMEDIATE;
            }
        }
        return true;
    }

    private static boolean nextCallTakesLine(Function function, long from) {
        return function.targets().tailMap(from, true).values().stream()
                .filter(name -> !name.equals(FunctionFacts.LITERAL)
                        && !LOOKED_PAST.matcher(name).matches())
                .findFirst()
                .map(SecondOpinion::withoutNumbers)
                .filter(name -> TAKES_LINE.matcher(name).matches())
                .isPresent();
    }
}
