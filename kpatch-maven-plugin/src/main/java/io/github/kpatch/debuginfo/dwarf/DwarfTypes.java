package io.github.kpatch.debuginfo.dwarf;

import io.github.kpatch.debuginfo.TypeLayout;
import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The types of one object, from its DWARF. Types with a name are written by it; a type without one is taken apart
 * wherever it stands: as members of what holds it, or in the words for a pointer to it. Variables are listed where their
 * type has no name, for nothing else would tell of it.
 */
public final class DwarfTypes {
    private final TypeEntries entries;
    private final SortedMap<String, Set<TypeLayout>> found = new TreeMap<>();

    private DwarfTypes(TypeEntries entries) {
        this.entries = entries;
    }

    /** Whether the file has DWARF with types. */
    public static boolean areIn(ElfFile file) {
        return DwarfReader.isIn(file);
    }

    /**
     * All types that the file defines, by name.
     *
     * @throws ProblemException with {@link ProblemCode#ELF_MALFORMED} when the DWARF is damaged or newer than this version
     */
    public static SortedMap<String, Set<TypeLayout>> read(ElfFile file) {
        try {
            DwarfTypes types = new DwarfTypes(TypeEntries.of(file));
            for (TypeEntry entry : types.entries.all()) {
                types.add(entry);
            }
            return types.found;
        } catch (IOException e) {
            throw DebugSections.unreadable(file, e);
        }
    }

    private void add(TypeEntry entry) throws IOException {
        if (entry.declaration) {
            return;
        }
        switch (entry.tag) {
            case TypeEntry.STRUCTURE, TypeEntry.UNION, TypeEntry.ENUMERATION -> {
                if (!entry.name.isEmpty()) {
                    addLayout(keyword(entry) + " " + entry.name, Optional.of(entry));
                }
                if (entry.tag == TypeEntry.ENUMERATION) {
                    addEnumerators(entry);
                }
            }
            case TypeEntry.TYPEDEF -> addLayout("typedef " + entry.name, entries.at(entry.type));
            case TypeEntry.VARIABLE -> {
                Optional<TypeEntry> type = unqualified(entries.at(entry.type));
                Optional<TypeEntry> element = type;
                while (element.isPresent()
                        && (element.get().tag == TypeEntry.ARRAY || element.get().tag == TypeEntry.POINTER)) {
                    element = unqualified(entries.at(element.get().type));
                }
                if (entry.isStatic
                        && element.isPresent()
                        && element.get().isAggregate()
                        && element.get().name.isEmpty()) {
                    addLayout("variable " + entry.name, type);
                }
            }
            default -> {}
        }
    }

    private void addEnumerators(TypeEntry enumeration) {
        enumerators(enumeration).forEach((name, value) -> {
            String key = TypeLayout.ENUMERATOR + name;
            found.computeIfAbsent(key, any -> new HashSet<>())
                    .add(new TypeLayout(key, 0, "", List.of(), new TreeMap<>(Map.of(name, value))));
        });
    }

    private static SortedMap<String, Long> enumerators(TypeEntry enumeration) {
        SortedMap<String, Long> values = new TreeMap<>();
        enumeration.children.stream()
                .filter(child -> child.tag == TypeEntry.ENUMERATOR)
                .forEach(child -> values.put(child.name, child.value));
        return values;
    }

    private void addLayout(String name, Optional<TypeEntry> type) throws IOException {
        Optional<TypeEntry> plain = unqualified(type);
        boolean isTakenApart = plain.isPresent()
                && (plain.get().name.isEmpty() || name.equals(keyword(plain.get()) + " " + plain.get().name));
        List<TypeLayout.Member> members = new ArrayList<>();
        SortedMap<String, Long> enumerators = new TreeMap<>();
        String words = "";
        if (isTakenApart && plain.get().isAggregate()) {
            members(plain.get(), "", 0, members);
        } else if (isTakenApart && plain.get().tag == TypeEntry.ENUMERATION) {
            enumerators.putAll(enumerators(plain.get()));
            words = words(entries.at(plain.get().type), "");
        } else {
            words = words(plain, "");
        }
        found.computeIfAbsent(name, any -> new HashSet<>())
                .add(new TypeLayout(name, size(plain), words, members, enumerators));
    }

    private void members(TypeEntry aggregate, String path, long base, List<TypeLayout.Member> members)
            throws IOException {
        for (TypeEntry member : aggregate.children) {
            if (member.tag != TypeEntry.MEMBER) {
                continue;
            }
            Optional<TypeEntry> type = unqualified(entries.at(member.type));
            long offset = base + offset(member, type);
            String name = path.isEmpty() || member.name.isEmpty() ? path + member.name : path + "." + member.name;
            if (type.isPresent() && type.get().isAggregate() && type.get().name.isEmpty()) {
                members(type.get(), name, offset, members);
            } else {
                members.add(new TypeLayout.Member(
                        name,
                        offset,
                        member.bitSize == TypeEntry.NONE ? 0 : member.bitSize,
                        size(type),
                        words(type, "")));
            }
        }
    }

    /** In bits. Up to DWARF 3, and with gcc in 4, a bit field is counted from the most significant bit of its unit. */
    private long offset(TypeEntry member, Optional<TypeEntry> type) throws IOException {
        if (member.dataBitOffset != TypeEntry.NONE) {
            return member.dataBitOffset;
        }
        long bytes = member.location == TypeEntry.NONE ? 0 : member.location;
        if (member.bitOffset == TypeEntry.NONE) {
            return bytes * Byte.SIZE;
        }
        long unit = member.size == TypeEntry.NONE ? size(type) : member.size;
        return (bytes + unit) * Byte.SIZE - member.bitOffset - member.bitSize;
    }

    private Optional<TypeEntry> unqualified(Optional<TypeEntry> type) throws IOException {
        Optional<TypeEntry> plain = type;
        while (plain.isPresent() && plain.get().isQualifier()) {
            plain = entries.at(plain.get().type);
        }
        return plain;
    }

    /** In bytes; 0 where it has none. */
    private long size(Optional<TypeEntry> qualified) throws IOException {
        Optional<TypeEntry> type = unqualified(qualified);
        if (type.isEmpty()) {
            return 0;
        }
        if (type.get().size != TypeEntry.NONE) {
            return type.get().size;
        }
        long size = switch (type.get().tag) {
            case TypeEntry.TYPEDEF, TypeEntry.ARRAY -> size(entries.at(type.get().type));
            default -> 0;
        };
        for (TypeEntry dimension : type.get().children) {
            if (dimension.tag == TypeEntry.SUBRANGE) {
                size *= Math.max(0, dimension.bound);
            }
        }
        return size;
    }

    private static String keyword(TypeEntry entry) {
        return switch (entry.tag) {
            case TypeEntry.STRUCTURE -> "struct";
            case TypeEntry.UNION -> "union";
            case TypeEntry.ENUMERATION -> "enum";
            default -> "";
        };
    }

    /**
     * A type as C writes it.
     *
     * @param declarator what stands where the name of a variable would
     */
    private String words(Optional<TypeEntry> qualified, String declarator) throws IOException {
        Optional<TypeEntry> plain = unqualified(qualified);
        if (plain.isEmpty()) {
            return joined("void", declarator);
        }
        TypeEntry type = plain.get();
        return switch (type.tag) {
            case TypeEntry.BASE, TypeEntry.TYPEDEF -> joined(type.name, declarator);
            case TypeEntry.POINTER -> words(entries.at(type.type), pointer(type, declarator));
            case TypeEntry.ARRAY -> words(entries.at(type.type), declarator + dimensions(type));
            case TypeEntry.SUBROUTINE -> words(entries.at(type.type), declarator + parameters(type));
            case TypeEntry.STRUCTURE, TypeEntry.UNION, TypeEntry.ENUMERATION ->
                joined(keyword(type) + " " + (type.name.isEmpty() ? contents(type) : type.name), declarator);
            default -> throw new IOException("type of tag " + type.tag);
        };
    }

    private static String joined(String type, String declarator) {
        return declarator.isEmpty() || declarator.startsWith("[") ? type + declarator : type + " " + declarator;
    }

    private String pointer(TypeEntry pointer, String declarator) throws IOException {
        Optional<TypeEntry> target = unqualified(entries.at(pointer.type));
        boolean needsBrackets =
                target.isPresent() && (target.get().tag == TypeEntry.SUBROUTINE || target.get().tag == TypeEntry.ARRAY);
        return needsBrackets ? "(*" + declarator + ")" : "*" + declarator;
    }

    private static String dimensions(TypeEntry array) {
        StringBuilder dimensions = new StringBuilder();
        array.children.stream()
                .filter(child -> child.tag == TypeEntry.SUBRANGE)
                .forEach(child -> dimensions
                        .append('[')
                        .append(child.bound == TypeEntry.NONE ? "" : Long.toString(child.bound))
                        .append(']'));
        return dimensions.toString();
    }

    private String parameters(TypeEntry function) throws IOException {
        List<String> parameters = new ArrayList<>();
        for (TypeEntry child : function.children) {
            if (child.tag == TypeEntry.PARAMETER) {
                parameters.add(words(entries.at(child.type), ""));
            } else if (child.tag == TypeEntry.UNSPECIFIED_PARAMETERS) {
                parameters.add("...");
            }
        }
        return "(" + String.join(", ", parameters) + ")";
    }

    private String contents(TypeEntry anonymous) throws IOException {
        if (anonymous.tag == TypeEntry.ENUMERATION) {
            return "{ " + String.join(", ", enumerators(anonymous).keySet()) + " }";
        }
        List<TypeLayout.Member> members = new ArrayList<>();
        members(anonymous, "", 0, members);
        StringBuilder contents = new StringBuilder("{ ");
        members.forEach(member -> contents.append(member.type())
                .append(' ')
                .append(member.path())
                .append(" at ")
                .append(member.place())
                .append("; "));
        return contents.append("size ").append(anonymous.size).append(" }").toString();
    }
}
