package io.github.kpatch.debuginfo;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A type of which two builds of an object know different layouts, or that one of them lost.
 *
 * <p>A type that only the patched build knows is no change: no object of it is there yet. Nor is a new enumerator where all
 * older ones keep their values and the enumeration its size and sign: code that is not replaced meets at most a number it
 * never heard of, as it does when a patch stores any new number. A new member is a change even where it lies in padding: objects
 * that were made before, and by code that is not replaced, do not have it initialised.
 *
 * @param type its name, as in {@link TypeLayout#name()}
 * @param differences what differs, each for people
 * @param added members that came, without those that only moved
 */
public record LayoutChange(String type, List<String> differences, List<TypeLayout.Member> added) {
    private static final String ENUM = "enum ";
    private static final String TYPEDEF = "typedef ";
    private static final Set<String> KINDS = Set.of("struct ", "union ", ENUM);

    public LayoutChange {
        differences = List.copyOf(differences);
        added = List.copyOf(added);
    }

    /** All changes between the original build of an object and the patched one, in the order of their names. */
    public static List<LayoutChange> between(TypeLayouts original, TypeLayouts patched) {
        Set<String> came = new HashSet<>(patched.byName().keySet());
        came.removeAll(original.byName().keySet());
        Set<String> ofNamed = enumeratorsOfNamed(original);
        List<LayoutChange> changes = new ArrayList<>();
        original.byName().forEach((name, before) -> {
            Set<TypeLayout> after = patched.byName().getOrDefault(name, Set.of());
            if (ofNamed.contains(name)) {
                return;
            }
            if (after.isEmpty()) {
                went(name, before, came, changes);
            } else if (!before.equals(after)) {
                compare(name, before, after, changes);
            }
        });
        return changes;
    }

    /** Of these their enumeration tells. */
    private static Set<String> enumeratorsOfNamed(TypeLayouts original) {
        return original.byName().entrySet().stream()
                .filter(type -> type.getKey().startsWith(ENUM))
                .flatMap(type -> type.getValue().stream())
                .flatMap(layout -> layout.enumerators().keySet().stream())
                .map(enumerator -> TypeLayout.ENUMERATOR + enumerator)
                .collect(Collectors.toSet());
    }

    /** What went is a change where something came that may be the same objects under another name. */
    private static void went(String name, Set<TypeLayout> before, Set<String> came, List<LayoutChange> changes) {
        String kind = name.substring(0, name.indexOf(' ') + 1);
        boolean isObjects = KINDS.contains(kind)
                || before.stream().anyMatch(layout -> !layout.members().isEmpty() && kind.equals(TYPEDEF));
        if (kind.equals(TypeLayout.ENUMERATOR)) {
            changes.add(new LayoutChange(name, List.of("it is gone"), List.of()));
        } else if (isObjects) {
            came.stream()
                    .filter(other -> other.startsWith(kind))
                    .sorted()
                    .findFirst()
                    .ifPresent(other -> changes.add(
                            new LayoutChange(name, List.of("it is gone, and " + other + " came"), List.of())));
        }
    }

    private static void compare(
            String name, Set<TypeLayout> before, Set<TypeLayout> after, List<LayoutChange> changes) {
        List<TypeLayout> lost =
                before.stream().filter(one -> !after.contains(one)).toList();
        List<TypeLayout> gained =
                after.stream().filter(one -> !before.contains(one)).toList();
        if (before.size() != 1 || after.size() != 1) {
            changes.add(new LayoutChange(
                    name,
                    List.of("%d definitions of this name differ, of %d before and %d after"
                            .formatted(Math.max(lost.size(), gained.size()), before.size(), after.size())),
                    List.of()));
            return;
        }
        List<String> differences = new ArrayList<>();
        List<TypeLayout.Member> added = new ArrayList<>();
        compare(lost.get(0), gained.get(0), differences, added);
        if (!differences.isEmpty()) {
            changes.add(new LayoutChange(name, differences, added));
        }
    }

    private static void compare(
            TypeLayout before, TypeLayout after, List<String> differences, List<TypeLayout.Member> added) {
        if (before.size() != after.size()) {
            differences.add("size %d -> %d".formatted(before.size(), after.size()));
        }
        if (!before.type().equals(after.type())) {
            differences.add("%s -> %s".formatted(before.type(), after.type()));
        }
        Map<String, TypeLayout.Member> now = byPath(after);
        Map<String, TypeLayout.Member> was = byPath(before);
        for (TypeLayout.Member member : after.members()) {
            if (!was.containsKey(member.path())) {
                differences.add("member %s added at %s (%s)".formatted(member.path(), member.place(), member.type()));
                added.add(member);
            }
        }
        for (TypeLayout.Member member : before.members()) {
            if (!now.containsKey(member.path())) {
                differences.add("member %s at %s is gone".formatted(member.path(), member.place()));
            }
        }
        for (TypeLayout.Member member : before.members()) {
            if (now.containsKey(member.path())) {
                compare(member, now.get(member.path()), differences);
            }
        }
        before.enumerators().forEach((name, value) -> {
            Long other = after.enumerators().get(name);
            if (other == null) {
                differences.add("%s (%d) is gone".formatted(name, value));
            } else if (!other.equals(value)) {
                differences.add("%s %d -> %d".formatted(name, value, other));
            }
        });
    }

    private static void compare(TypeLayout.Member before, TypeLayout.Member after, List<String> differences) {
        if (before.offset() != after.offset() || before.width() != after.width()) {
            differences.add("member %s %s -> %s".formatted(before.path(), before.place(), after.place()));
        }
        if (!before.type().equals(after.type())) {
            differences.add("member %s %s -> %s".formatted(before.path(), before.type(), after.type()));
        }
        if (before.size() != after.size()) {
            differences.add("member %s size %d -> %d".formatted(before.path(), before.size(), after.size()));
        }
    }

    private static Map<String, TypeLayout.Member> byPath(TypeLayout layout) {
        Map<String, TypeLayout.Member> members = new HashMap<>();
        layout.members().forEach(member -> members.put(member.path(), member));
        return members;
    }
}
