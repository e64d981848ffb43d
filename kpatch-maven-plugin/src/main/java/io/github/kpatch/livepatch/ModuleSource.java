package io.github.kpatch.livepatch;

import io.github.kpatch.arch.Architecture;
import io.github.kpatch.elf.Bytes;
import io.github.kpatch.elf.ElfWriter;
import io.github.kpatch.intermediate.Callback;
import io.github.kpatch.intermediate.IntermediateReader;
import io.github.kpatch.intermediate.IntermediateTables;
import io.github.kpatch.intermediate.PatchedFunction;
import io.github.kpatch.kernel.CveId;
import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The folder from which kbuild makes the module, as an external module of the kernel's tree: C source, linker script and
 * Kbuild file from our templates, and the intermediate objects. The same input always gives the same bytes.
 *
 * <p>Only kbuild knows how a given kernel links its modules (version checksums, {@code vermagic}, linker scripts), so it
 * does that; the templates leave it nothing else to do. Names of the module's parts hold a dot or a slash, which no
 * module's name does, so that they never collide with it.
 */
public final class ModuleSource {
    /** What kbuild compiles the module's own source to, in its folder. */
    public static final String OBJECT = "kpatch.module.o";

    private static final String MAIN = "kpatch.module.c";
    private static final String LINKER_SCRIPT = "kpatch.lds";
    private static final String OBJECTS = "objects/";
    private static final Pattern PLACEHOLDER = Pattern.compile("@([A-Z_]+)@");
    private static final Pattern OBJECT_PATH = Pattern.compile("(?:[A-Za-z0-9_+.-]+/)*[A-Za-z0-9_+.-]+\\.o");

    private final ModuleDescription description;
    private final LivepatchInterface api;
    private final List<PatchUnit> units;
    private final List<String> linkerOptions;
    private int functions;
    private final TreeSet<String> objects = new TreeSet<>();

    private ModuleSource(
            ModuleDescription description, LivepatchInterface api, List<PatchUnit> units, List<String> linkerOptions) {
        this.description = description;
        this.api = api;
        this.units = units;
        this.linkerOptions = linkerOptions;
    }

    /**
     * All files of the module's folder, by their path in it, in the order of the paths.
     *
     * @param api the livepatch interface of the kernel
     * @param units the intermediate objects, in the order in which they are to be linked
     * @param arch the machine that the objects are for
     * @param linkerOptions what {@link LinkerOptions} wants for the kernel
     * @throws ProblemException with findings ({@link ProblemCode#CALLBACK_INVALID}, {@link
     *     ProblemCode#FUNCTION_PATCHED_TWICE}) where the livepatch core would refuse what the units ask for together
     */
    public static SortedMap<String, Bytes> files(
            ModuleDescription description,
            LivepatchInterface api,
            List<PatchUnit> units,
            Architecture arch,
            List<String> linkerOptions) {
        ModuleSource source = new ModuleSource(description, api, units, linkerOptions);
        source.readTables(arch);
        return source.render();
    }

    private void readTables(Architecture arch) {
        Map<String, String> functionUnits = new HashMap<>();
        Map<String, String> callbackUnits = new HashMap<>();
        List<Problem> problems = new ArrayList<>();
        for (PatchUnit unit : units) {
            IntermediateTables tables = IntermediateReader.read(unit.path(), unit.object(), arch.absolute64());
            for (PatchedFunction function : tables.functions()) {
                functions++;
                objects.add(function.objectName());
                String key = function.objectName() + ":" + function.name() + "," + function.sympos();
                String other = functionUnits.putIfAbsent(key, unit.path());
                if (other != null) {
                    problems.add(Problem.of(
                            ProblemCode.FUNCTION_PATCHED_TWICE,
                            unit.path() + ": " + function.name(),
                            "The function of " + function.objectName() + " is replaced in " + other + " too."));
                }
            }
            for (Callback callback : tables.callbacks()) {
                objects.add(callback.objectName());
                String kind = unit.object().section(callback.section()).name();
                String other = callbackUnits.putIfAbsent(kind + " " + callback.objectName(), unit.path());
                if (other != null) {
                    problems.add(Problem.of(
                            ProblemCode.CALLBACK_INVALID,
                            unit.path() + ": " + kind,
                            "The object " + callback.objectName() + " has a callback of this kind in " + other
                                    + " already."));
                }
            }
            addWaiting(tables, objects);
        }
        if (!problems.isEmpty()) {
            throw ProblemException.findings(problems);
        }
    }

    /** The objects that code of a unit waits for, be there functions of theirs to replace or not. */
    private static void addWaiting(IntermediateTables tables, Set<String> objects) {
        tables.relocations().forEach(relocation -> objects.add(relocation.objectName()));
        tables.archSections().forEach(section -> objects.add(section.objectName()));
    }

    /**
     * The objects that the module will name to the livepatch core: those with functions to replace, with callbacks, or
     * with symbols that the patch's code waits for. A unit that brings nothing but new functions may name none.
     *
     * @param arch the machine that the objects are for
     */
    public static SortedSet<KernelObject> objects(List<PatchUnit> units, Architecture arch) {
        Set<String> names = new TreeSet<>();
        for (PatchUnit unit : units) {
            IntermediateTables tables = IntermediateReader.read(unit.path(), unit.object(), arch.absolute64());
            tables.functions().forEach(function -> names.add(function.objectName()));
            tables.callbacks().forEach(callback -> names.add(callback.objectName()));
            addWaiting(tables, names);
        }
        return names.stream().map(KernelObject::named).collect(Collectors.toCollection(TreeSet::new));
    }

    private SortedMap<String, Bytes> render() {
        SortedMap<String, Bytes> files = new TreeMap<>();
        StringBuilder names = new StringBuilder();
        for (PatchUnit unit : units) {
            if (!OBJECT_PATH.matcher(unit.path()).matches() || unit.path().contains("..")) {
                throw new IllegalArgumentException("not the path of an object: " + unit.path());
            }
            String path = OBJECTS + unit.path();
            if (files.put(path, Bytes.copyOf(ElfWriter.write(unit.object()))) != null) {
                throw new IllegalArgumentException("two objects " + unit.path());
            }
            // kbuild takes an object it did not make only with the record of how it was made, be it empty.
            int slash = path.lastIndexOf('/') + 1;
            files.put(path.substring(0, slash) + "." + path.substring(slash) + ".cmd", Bytes.EMPTY);
            names.append(" \\\n\t").append(path);
        }
        Map<String, String> values = Map.of(
                "NAME", description.name(),
                "OBJECTS", names.toString(),
                "LINKER_OPTIONS",
                        linkerOptions.stream().map(option -> " " + option).collect(Collectors.joining()),
                "OBJECT_COUNT", Integer.toString(objects.size()),
                "OBJECT_NAMES", objects.stream().map(CString::literal).collect(Collectors.joining(", ")),
                "FUNCTION_COUNT", Integer.toString(functions),
                "REPLACE", description.replace() && api.replaces() ? "1" : "0",
                "REGISTER", api.registers() ? "1" : "0",
                "MODINFO", modinfo());
        files.put("Kbuild", rendered("Kbuild", values));
        files.put("COPYING", Resources.read("COPYING"));
        files.put(LINKER_SCRIPT, rendered("module.lds", values));
        files.put(MAIN, rendered("module.c", values));
        return Collections.unmodifiableSortedMap(files);
    }

    private String modinfo() {
        List<String> lines = new ArrayList<>();
        addLine(lines, "MODULE_DESCRIPTION(%s);", description.description());
        addLine(lines, "MODULE_AUTHOR(%s);", description.author());
        addLine(lines, "MODULE_VERSION(%s);", description.version());
        for (PatchSource patch : description.patches()) {
            addLine(lines, "MODULE_INFO(kpatch_source, %s);", patch.file() + " sha256:" + patch.sha256());
        }
        for (String layout : description.layouts()) {
            addLine(lines, "MODULE_INFO(kpatch_layout, %s);", layout);
        }
        for (CveId cve : description.cves()) {
            addLine(lines, "MODULE_INFO(kpatch_cve, %s);", cve.value());
        }
        return String.join("\n", lines);
    }

    private static void addLine(List<String> lines, String form, String text) {
        if (!text.isBlank()) {
            lines.add(String.format(form, CString.literal(text)));
        }
    }

    private static Bytes rendered(String template, Map<String, String> values) {
        String text = new String(Resources.read(template).toArray(), StandardCharsets.US_ASCII);
        String rendered =
                PLACEHOLDER.matcher(text).replaceAll(match -> Matcher.quoteReplacement(values.get(match.group(1))));
        return Bytes.copyOf(rendered.getBytes(StandardCharsets.US_ASCII));
    }
}
