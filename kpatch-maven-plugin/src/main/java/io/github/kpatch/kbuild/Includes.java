package io.github.kpatch.kbuild;

import io.github.kpatch.host.Folders;
import io.github.kpatch.host.Progress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Which files of a prepared tree can include which. A kernel that was built knows this exactly, from its compiler; this
 * one was not, and reading the text of every source is enough, as long as each doubt counts as an inclusion:
 *
 * <ul>
 *   <li>conditionals are not looked at: a file includes what any of its branches does, or asks for by {@code
 *       __has_include};
 *   <li>a name between quotes that lies beside the including file is that file, as for the compiler. Another name is each
 *       file that it fits in one of the folders every command line names, in no order, generated ones among them; without
 *       one there, any file of the tree whose path ends so, for Makefiles add folders of their own;
 *   <li>a computed name is every name that its macro is defined to anywhere, and one that is defined nowhere includes
 *       everything. The headers of trace events define what includes them again;
 *   <li>what a Makefile includes by {@code -include} is included by all files below its folder;
 *   <li>a file that the patch adds is found by those who ask for it beside themselves, where every command line looks, or
 *       where an option of a Makefile above what is compiled lets the compiler look.
 * </ul>
 *
 * @param files the files by their path relative to the tree
 */
public record Includes(SortedMap<String, Scanned> files) {
    private static final Pattern SOURCE = Pattern.compile(".*\\.(c|h|S|inc|def|lds|tbl|c_shipped|h_shipped)");
    private static final Pattern MAKEFILE = Pattern.compile("(.*/)?(Makefile|Kbuild)[^/]*");
    private static final Pattern DIRECTIVE = Pattern.compile("#[ \\t]*(include(?:_next)?|define|if|elif)\\b([^\\n]*)");
    private static final Pattern NAME = Pattern.compile("[ \\t]*(?:\"([^\"]+)\"|<([^>]+)>)");
    private static final Pattern COMPUTED = Pattern.compile("[ \\t]*([A-Za-z_]\\w*)[ \\t]*(\\()?");
    private static final Pattern ASKED = Pattern.compile("__has_include(?:_next)?[ \\t]*\\(([^)]*)");
    private static final Pattern DEFINED = Pattern.compile("[ \\t]+([A-Za-z_]\\w*)([ \\t]+(?:\"[^\"]+\"|<[^>]+>))");
    private static final Pattern TRACED =
            Pattern.compile("[ \\t]+(?:TRACE_SYSTEM|TRACE_INCLUDE_FILE)[ \\t]+(\\w[\\w-]*)");
    private static final Pattern BY_OPTION = Pattern.compile("-include[ \\t]+(\\S+)");
    private static final Pattern EXPORTED =
            Pattern.compile("(?m)^[ \\t]*EXPORT_(?:PER_CPU_)?SYMBOL(?:_\\w+)?[ \\t]*\\([ \\t]*([A-Za-z_]\\w*)");
    private static final String EXPORT = "EXPORT_";
    private static final String EMBEDS = ".incbin";
    /** Macros that only the config defines. */
    private static final String OPTION = "CONFIG_";

    private static final String TRACE_INCLUDE = "TRACE_INCLUDE";

    /** Folders whose files are compiled into no kernel object. */
    private static final Set<String> WITHOUT_KERNEL_CODE = Set.of("Documentation", "samples", "tools");

    /** Folders of Makefiles whose options every compile has; the folders that they name are the common ones. */
    private static final Set<String> FOR_ALL = Set.of("", "scripts/");

    private static final Pattern COMMON_FOLDER = Pattern.compile("(arch/[^/]+/)?include/(generated/)?(uapi/)?");

    /** Puts the files in order. */
    public Includes {
        files = new TreeMap<>(files);
    }

    /**
     * What one file's text says.
     *
     * @param beside names between quotes
     * @param named names between angle brackets, or from computed or optional places: looked for everywhere
     * @param computed macros whose value it includes
     * @param defined macros that it defines to the name of a file, each with the name after a blank
     * @param folders what a Makefile adds to the folders that are looked in, see {@link IncludeFolders}
     * @param exports what it exports to modules, as far as its text spells the names out
     * @param embeds whether it takes in files that are not source
     */
    public record Scanned(
            List<String> beside,
            List<String> named,
            List<String> computed,
            List<String> defined,
            List<String> folders,
            List<String> exports,
            boolean embeds) {
        public Scanned {
            beside = List.copyOf(beside);
            named = List.copyOf(named);
            computed = List.copyOf(computed);
            defined = List.copyOf(defined);
            folders = List.copyOf(folders);
            exports = List.copyOf(exports);
        }
    }

    /** Reads all source text of a tree that the kernel of its architecture can be made of. */
    static Includes scan(Path tree, Progress.Task task) {
        List<String> paths = KernelFiles.in(
                tree,
                WITHOUT_KERNEL_CODE,
                path -> SOURCE.matcher(path).matches() || MAKEFILE.matcher(path).matches());
        SortedMap<String, Scanned> files = new ConcurrentSkipListMap<>();
        paths.parallelStream().forEach(path -> {
            files.put(path, scanned(path, text(tree.resolve(path))));
            task.advance(1);
        });
        return new Includes(files);
    }

    private static String text(Path file) {
        return Folders.doing(file, () -> Files.readString(file, StandardCharsets.ISO_8859_1));
    }

    /** Reads the text of one file. */
    static Scanned scanned(String path, String text) {
        Set<String> beside = new TreeSet<>();
        Set<String> named = new TreeSet<>();
        Set<String> computed = new TreeSet<>();
        Set<String> defined = new TreeSet<>();
        if (MAKEFILE.matcher(path).matches()) {
            Matcher option = BY_OPTION.matcher(text);
            while (option.find()) {
                named.add(option.group(1).replaceFirst("^\\$[({]\\w+[)}]/", ""));
            }
            return new Scanned(
                    List.of(),
                    List.copyOf(named),
                    List.of(),
                    List.of(),
                    IncludeFolders.in(path, text),
                    List.of(),
                    false);
        }
        for (int hash = text.indexOf('#'); hash >= 0; hash = text.indexOf('#', hash + 1)) {
            Matcher directive = DIRECTIVE.matcher(text).region(hash, text.length());
            if (!beginsLine(text, hash) || !directive.lookingAt()) {
                continue;
            }
            String rest = directive.group(2);
            switch (directive.group(1)) {
                case "define" -> {
                    Matcher traced = TRACED.matcher(rest);
                    Matcher name = DEFINED.matcher(rest);
                    if (traced.lookingAt()) {
                        addUnlessItself(path, traced.group(1) + ".h", named);
                    } else if (name.lookingAt()) {
                        defined.add(name.group(1) + " " + name.group(2).strip());
                    }
                }
                case "if", "elif" -> {
                    Matcher asked = ASKED.matcher(rest);
                    while (asked.find()) {
                        addName(asked.group(1), beside, named, computed);
                    }
                }
                default -> addName(rest, beside, named, computed);
            }
        }
        return new Scanned(
                List.copyOf(beside),
                List.copyOf(named),
                List.copyOf(computed),
                List.copyOf(defined),
                List.of(),
                exported(text),
                text.contains(EMBEDS));
    }

    private static List<String> exported(String text) {
        return text.contains(EXPORT)
                ? EXPORTED.matcher(text)
                        .results()
                        .map(export -> export.group(1))
                        .distinct()
                        .sorted()
                        .toList()
                : List.of();
    }

    private static boolean beginsLine(String text, int at) {
        int before = at - 1;
        while (before >= 0 && (text.charAt(before) == ' ' || text.charAt(before) == '\t')) {
            before--;
        }
        return before < 0 || text.charAt(before) == '\n';
    }

    private static void addUnlessItself(String path, String name, Set<String> named) {
        if (!path.endsWith("/" + name)) {
            named.add(name);
        }
    }

    private static void addName(String text, Set<String> beside, Set<String> named, Set<String> computed) {
        Matcher name = NAME.matcher(text);
        Matcher macro = COMPUTED.matcher(text);
        if (name.lookingAt()) {
            if (name.group(1) != null) {
                beside.add(name.group(1));
            } else {
                named.add(name.group(2));
            }
        } else if (macro.lookingAt()) {
            computed.add(macro.group(1));
        }
    }

    /**
     * The files that can include any of {@code changed}, directly or through others, and those themselves.
     *
     * @param changed files relative to the tree; those that the tree does not have are included by whoever asks for a
     *     name that their path ends in
     */
    public Set<String> reaching(Collection<String> changed) {
        return reachingSomeOf(changed).apply(changed);
    }

    /** The same for any of the files {@code changed}, asked for as often as wanted. */
    Function<Collection<String>, Set<String>> reachingSomeOf(Collection<String> changed) {
        Map<String, List<String>> includers = includers(changed);
        return some -> {
            Set<String> reached = new HashSet<>(some);
            Deque<String> toFollow = new ArrayDeque<>(reached);
            while (!toFollow.isEmpty()) {
                for (String includer : includers.getOrDefault(toFollow.remove(), List.of())) {
                    if (reached.add(includer)) {
                        toFollow.add(includer);
                    }
                }
            }
            return reached;
        };
    }

    /** For each name that is exported to modules somewhere, the files that do that, in order. */
    Map<String, List<String>> exporters() {
        Map<String, List<String>> exporters = new HashMap<>();
        files.forEach((file, scanned) -> scanned.exports()
                .forEach(name -> exporters
                        .computeIfAbsent(name, added -> new ArrayList<>(1))
                        .add(file)));
        return exporters;
    }

    /** Whether a file takes in files that are not source, so that its includes do not tell what it is made of. */
    boolean embeds(String file) {
        return files.containsKey(file) && files.get(file).embeds();
    }

    private Map<String, List<String>> includers(Collection<String> changed) {
        Map<String, List<String>> byName = new HashMap<>();
        for (String file : files.keySet()) {
            byName.computeIfAbsent(lastName(file), none -> new ArrayList<>()).add(file);
        }
        Set<String> added = new TreeSet<>(changed);
        added.removeAll(files.keySet());
        Map<String, List<String>> definitions = definitions();
        List<String> folders = commonFolders();
        List<String> makefiles = makefilesWithFolders();
        Map<String, List<String>> includers = new HashMap<>();
        Map<String, List<String>> found = new HashMap<>();
        files.forEach((file, scanned) -> {
            Set<String> included = new HashSet<>();
            Set<String> askedElsewhere = new TreeSet<>(scanned.named());
            for (String name : scanned.beside()) {
                String beside = normalized(parent(file) + name);
                if (files.containsKey(beside) || added.contains(beside)) {
                    included.add(beside);
                } else {
                    askedElsewhere.add(name);
                }
            }
            for (String macro : scanned.computed()) {
                List<String> names = definitions.get(macro);
                if (names != null) {
                    askedElsewhere.addAll(names);
                } else if (!macro.equals(TRACE_INCLUDE) && !macro.startsWith(OPTION)) {
                    included.addAll(changed);
                }
            }
            for (String name : askedElsewhere) {
                included.addAll(found.computeIfAbsent(name, asked -> anywhere(asked, folders, byName)));
            }
            boolean makefile = MAKEFILE.matcher(file).matches();
            for (String one : included) {
                includers.computeIfAbsent(one, any -> new ArrayList<>()).addAll(makefile ? below(file) : List.of(file));
            }
            for (String name : askedElsewhere) {
                for (String one : added) {
                    if (endsIn(one, plain(name))) {
                        includers
                                .computeIfAbsent(one, any -> new ArrayList<>())
                                .addAll(makefile ? below(file) : findersOf(one, name, file, folders, makefiles));
                    }
                }
            }
        });
        return includers;
    }

    /**
     * Who can come upon an added file because {@code file} asks for {@code name}: itself, or, where only the options of a
     * Makefile lead to it, what is compiled with these.
     */
    private Collection<String> findersOf(
            String added, String name, String file, List<String> commonFolders, List<String> makefiles) {
        String folder = added.substring(0, added.length() - plain(name).length());
        boolean upwards = !plain(name).equals(normalized(name));
        if (upwards
                || commonFolders.contains(folder)
                || COMMON_FOLDER.matcher(folder).matches()) {
            return List.of(file);
        }
        Set<String> finders = new TreeSet<>();
        for (String makefile : makefiles) {
            if (files.get(makefile).folders().stream().anyMatch(said -> IncludeFolders.mayBe(said, folder))) {
                finders.addAll(file.startsWith(parent(makefile)) ? List.of(file) : below(makefile));
            }
        }
        return finders;
    }

    /** The Makefiles that add folders to the common ones for what is below them. */
    private List<String> makefilesWithFolders() {
        return files.entrySet().stream()
                .filter(file -> !file.getValue().folders().isEmpty() && !isForAll(file.getKey()))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** The files that a Makefile's options are for; the top one's and those of {@code scripts} are for all. */
    private Collection<String> below(String makefile) {
        String folder = parent(makefile);
        return isForAll(makefile)
                ? files.keySet()
                : files.subMap(folder, folder + Character.MAX_VALUE).keySet();
    }

    private static boolean isForAll(String makefile) {
        return FOR_ALL.contains(parent(makefile));
    }

    /** The folders that each compiler command line names, the generated ones among them. */
    private List<String> commonFolders() {
        return files.keySet().stream()
                .filter(file -> file.matches("(arch/[^/]+/)?include/.*"))
                .map(file -> file.replaceFirst("^((?:arch/[^/]+/)?include/(?:generated/)?(?:uapi/)?).*", "$1"))
                .flatMap(folder -> Stream.of(folder, folder.replaceFirst("(?:generated/)?(?:uapi/)?$", "")))
                .distinct()
                .toList();
    }

    private Map<String, List<String>> definitions() {
        Map<String, List<String>> definitions = new HashMap<>();
        files.values().stream().flatMap(file -> file.defined().stream()).forEach(definition -> {
            int blank = definition.indexOf(' ');
            definitions
                    .computeIfAbsent(definition.substring(0, blank), added -> new ArrayList<>())
                    .add(definition.substring(blank + 2, definition.length() - 1));
        });
        return definitions;
    }

    private static List<String> anywhere(String name, List<String> folders, Map<String, List<String>> byName) {
        String plain = plain(name);
        List<String> fitting = byName.getOrDefault(lastName(plain), List.of()).stream()
                .filter(file -> endsIn(file, plain))
                .toList();
        List<String> common = fitting.stream()
                .filter(file -> folders.contains(file.substring(0, file.length() - plain.length())))
                .toList();
        return common.isEmpty() ? fitting : common;
    }

    /** A name without the steps upwards that it begins with. */
    private static String plain(String name) {
        return normalized(name).replaceFirst("^(\\.\\./)+", "");
    }

    private static boolean endsIn(String file, String name) {
        return file.endsWith(name)
                && (file.length() == name.length() || file.charAt(file.length() - name.length() - 1) == '/');
    }

    private static String lastName(String file) {
        return file.substring(file.lastIndexOf('/') + 1);
    }

    static String parent(String file) {
        return file.substring(0, file.lastIndexOf('/') + 1);
    }

    private static String normalized(String file) {
        return Path.of(file).normalize().toString();
    }
}
