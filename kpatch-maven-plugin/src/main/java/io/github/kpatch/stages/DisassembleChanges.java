package io.github.kpatch.stages;

import io.github.kpatch.host.Command;
import io.github.kpatch.host.Folders;
import io.github.kpatch.host.KeptFile;
import io.github.kpatch.host.Tools;
import io.github.kpatch.patch.UnifiedDiff;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Shows an author what became of the machine code of each changed function: the difference of its disassemblies, in a file
 * beside the intermediate object. Where code moves, the addresses of all that follows change, and that is not shown. To
 * disassemble a large object takes objdump less than a tenth of a second. It is for people: nothing reads the file.
 */
final class DisassembleChanges {
    private static final String SUFFIX = ".diff";

    /** The line above a function: {@code 0000000000000000 <name>:}. */
    private static final Pattern FUNCTION = Pattern.compile("[0-9a-f]+ <(.+)>:");

    /** What a compiler appends to the name of a part or a variant of a function. */
    private static final Pattern VARIANT = Pattern.compile("\\.(isra|constprop|part|cold|lto_priv)\\b.*");

    /** An instruction's or a relocation's own address. */
    private static final Pattern ADDRESS = Pattern.compile("^\\s*[0-9a-f]+:\\s*");

    /** What depends on where code or a string lies: {@code 9d9 <name+0x9d9>}, {@code .rodata.str1.1+0x20}. */
    private static final Pattern PLACE = Pattern.compile("\\b[0-9a-f]+ <[^>]*>|(?<=\\.str[18]\\.[18])\\+0x[0-9a-f]+");

    private final BuildContext context;

    DisassembleChanges(BuildContext context) {
        this.context = context;
    }

    /**
     * Writes the difference for each object that lacks it, and says where. Does nothing where there is no objdump.
     *
     * @param built what the objects were made of
     */
    void write(List<DiffedObject> changed, BuiltObjects built) {
        Optional<Path> objdump = new Tools(context.runner(), context.cache().memo()).find("objdump");
        if (objdump.isEmpty()) {
            return;
        }
        List<Path> files = new ArrayList<>();
        for (BuiltObject object : built.objects()) {
            changed.stream()
                    .filter(one -> one.name().equals(object.name()))
                    .filter(one -> !one.changedFunctions().isEmpty())
                    .filter(one -> !Files.exists(file(one, context)))
                    .forEach(one -> {
                        Folders.write(file(one, context), difference(one, object, objdump.get()));
                        files.add(file(one, context));
                    });
        }
        if (!files.isEmpty()) {
            context.console()
                    .info("Machine code before and after: " + files.get(0)
                            + (files.size() == 1 ? "" : " and %d more".formatted(files.size() - 1)));
        }
    }

    /** Says where an object's difference is, if it was written. */
    static void tell(DiffedObject object, BuildContext context) {
        Path file = file(object, context);
        if (Files.isRegularFile(file)) {
            context.console().info(object.name() + ": machine code before and after: " + file);
        }
    }

    private static Path file(DiffedObject object, BuildContext context) {
        Path intermediate = context.workspace().locate(object.intermediate());
        return intermediate.resolveSibling(intermediate.getFileName() + SUFFIX);
    }

    private String difference(DiffedObject changed, BuiltObject object, Path objdump) {
        return difference(
                changed.changedFunctions(),
                functions(objdump, object.original()),
                functions(objdump, object.patched()));
    }

    private Map<String, List<String>> functions(Path objdump, KeptFile object) {
        Path file = context.workspace().locate(object);
        List<String> lines = new ArrayList<>();
        context.runner()
                .run(
                        Command.of(
                                file.getParent(),
                                objdump.toString(),
                                "--disassemble",
                                "--reloc",
                                "--no-show-raw-insn",
                                file.getFileName().toString()),
                        lines::add);
        return functions(lines);
    }

    /** The lines of each function in what objdump prints, by its name. */
    static Map<String, List<String>> functions(List<String> lines) {
        Map<String, List<String>> functions = new TreeMap<>();
        List<String> current = new ArrayList<>();
        for (String line : lines) {
            Matcher function = FUNCTION.matcher(line);
            if (function.matches()) {
                current = functions.computeIfAbsent(function.group(1), name -> new ArrayList<>());
            } else if (ADDRESS.matcher(line).find()) {
                current.add(line.stripTrailing() + "\n");
            }
        }
        return functions;
    }

    /** What became of each function and of its parts, one after the other. */
    static String difference(
            List<String> changed, Map<String, List<String>> original, Map<String, List<String>> patched) {
        StringBuilder text = new StringBuilder();
        for (String function : changed) {
            List<String> before = code(function, original);
            List<String> after = code(function, patched);
            String moved = UnifiedDiff.of(
                    function, before, after, (one, other) -> withoutPlaces(one).equals(withoutPlaces(other)));
            // Where nothing but a destination changed, the places are what changed.
            text.append(
                    moved.isEmpty()
                            ? UnifiedDiff.of(
                                    function,
                                    before,
                                    after,
                                    (one, other) -> withoutAddress(one).equals(withoutAddress(other)))
                            : moved);
        }
        return text.toString();
    }

    /** A function with its parts; under another variant's name where the compiler made another one. */
    private static List<String> code(String function, Map<String, List<String>> functions) {
        String name = functions.containsKey(function)
                ? function
                : functions.keySet().stream()
                        .filter(other -> !other.contains(".cold") && base(other).equals(base(function)))
                        .findFirst()
                        .orElse(function);
        List<String> code = new ArrayList<>(functions.getOrDefault(name, List.of()));
        functions.forEach((other, lines) -> {
            if (other.startsWith(name + ".cold")) {
                code.addAll(lines);
            }
        });
        return code;
    }

    private static String base(String name) {
        return VARIANT.matcher(name).replaceFirst("");
    }

    private static String withoutAddress(String line) {
        return ADDRESS.matcher(line).replaceFirst("");
    }

    private static String withoutPlaces(String line) {
        return PLACE.matcher(withoutAddress(line)).replaceAll("");
    }
}
