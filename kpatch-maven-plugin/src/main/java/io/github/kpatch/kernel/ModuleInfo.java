package io.github.kpatch.kernel;

import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.elf.SectionHeader;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a kernel module says of itself in {@code .modinfo}: {@code key=value} strings, keys in any number. The kernel
 * decides by them whether it loads the module ({@code vermagic}), whether it is a livepatch, and what goes before it.
 */
public final class ModuleInfo {
    private static final Pattern SOFT_PRE = Pattern.compile("(?:^|\\s)pre:\\s*((?:(?!post:|pre:)\\S+\\s*)*)");

    private final Map<String, List<String>> values;

    private ModuleInfo(Map<String, List<String>> values) {
        this.values = values;
    }

    /**
     * Reads the {@code .modinfo} of a module, uncompressed.
     *
     * @throws ProblemException with {@link ProblemCode#OBJECT_INVALID} when it has none
     */
    public static ModuleInfo of(ElfFile module) {
        SectionHeader section = module.section(".modinfo")
                .orElseThrow(() -> ProblemException.input(
                        ProblemCode.OBJECT_INVALID, module.name(), "It has no .modinfo: it is no kernel module."));
        Map<String, List<String>> values = new LinkedHashMap<>();
        for (String entry : KernelIdentity.strings(module.contents(section))) {
            int equals = entry.indexOf('=');
            if (equals > 0) {
                values.computeIfAbsent(entry.substring(0, equals), key -> new ArrayList<>(1))
                        .add(entry.substring(equals + 1));
            }
        }
        return new ModuleInfo(values);
    }

    /** All values of {@code key}, in file order. */
    public List<String> all(String key) {
        return Collections.unmodifiableList(values.getOrDefault(key, List.of()));
    }

    /** The first value of {@code key}. */
    public Optional<String> first(String key) {
        return all(key).stream().findFirst();
    }

    /** The module's name as the kernel knows it; modules of kernels before 4.11 do not say it. */
    public Optional<String> name() {
        return first("name");
    }

    /** The modules whose exports it uses, hence to be loaded before it, in file order. */
    public List<KernelObject> depends() {
        return all("depends").stream()
                .flatMap(list -> Stream.of(list.split(",")))
                .filter(name -> !name.isEmpty())
                .map(KernelObject::named)
                .toList();
    }

    /**
     * Modules or aliases to be loaded before it, if they exist ({@code MODULE_SOFTDEP}), as the kernel knows them.
     * libcrc32c, and with it xfs and nf_tables, does not load without the one it names.
     */
    public List<String> softDependencies() {
        return names(all("softdep").stream()
                .flatMap(value -> SOFT_PRE.matcher(value).results())
                .flatMap(match -> Stream.of(match.group(1).split("\\s+"))));
    }

    /** Other names under which it may be asked for, with {@code _} for {@code -}. */
    public List<String> aliases() {
        return names(all("alias").stream());
    }

    private static List<String> names(Stream<String> names) {
        return names.filter(name -> !name.isEmpty())
                .map(name -> name.replace('-', '_'))
                .toList();
    }

    /** Release and options it was built for. */
    public Optional<String> vermagic() {
        return first("vermagic");
    }

    /** Whether it is a livepatch. */
    public boolean isLivepatch() {
        return first("livepatch").filter("Y"::equals).isPresent();
    }

    /** The namespaces of exports it uses. */
    public List<String> importedNamespaces() {
        return all("import_ns");
    }
}
