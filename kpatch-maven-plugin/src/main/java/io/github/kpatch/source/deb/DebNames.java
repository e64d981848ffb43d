package io.github.kpatch.source.deb;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;

/**
 * What the packages of a distribution's kernels are called, and where in them the pieces lie, in the family of Debian. In
 * names and paths {@code {release}} stands for the kernel's release, {@code {series}} for its first two numbers,
 * {@code {upstream}} for its first three, {@code {flavour}} for its flavour and {@code {source}} for the source package that
 * the image was built from.
 *
 * @param distribution the distribution, for messages
 * @param release what its releases look like, with the flavour as the first group
 * @param flavour the usual flavour
 * @param meta package that depends on the image of a flavour's newest release
 * @param layouts how the pieces are divided, of which the first that fits holds
 * @param config in a small package, to see early whether the kernel can be patched
 * @param symvers its {@code Module.symvers}
 * @param vmlinux with debug information
 * @param debugModules folder of modules with debug information
 * @param source archive of the patched source
 * @param sourceFrom package that says which source package the kernel was built from; empty where that has no part in names
 * @param offered packages that have to be there in one version for a release to be offered
 * @param foreignFlavours beginnings of flavours whose source is not the archive's
 */
public record DebNames(
        String distribution,
        String release,
        String flavour,
        String meta,
        List<Layout> layouts,
        Place config,
        Place symvers,
        Place vmlinux,
        Place debugModules,
        Place source,
        Optional<String> sourceFrom,
        List<String> offered,
        List<String> foreignFlavours) {
    /** The same with nothing that is missing in the table. */
    public DebNames {
        sourceFrom = sourceFrom == null ? Optional.empty() : sourceFrom;
        foreignFlavours = foreignFlavours == null ? List.of() : List.copyOf(foreignFlavours);
        layouts = layouts == null ? List.of() : List.copyOf(layouts);
        offered = offered == null ? List.of() : List.copyOf(offered);
    }

    /** What the names lack to be of use, as a sentence. */
    public Optional<String> missing() {
        boolean complete = Stream.of(distribution, release, flavour, meta).noneMatch(Objects::isNull)
                && Stream.of(config, symvers, vmlinux, debugModules, source).allMatch(Place::isComplete)
                && !layouts.isEmpty()
                && !offered.isEmpty()
                && layouts.stream().allMatch(Layout::isComplete);
        if (!complete) {
            return Optional.of("something is missing that Debian's have.");
        }
        try {
            return Pattern.compile(release).matcher("").groupCount() < 1
                    ? Optional.of("release has no group for the flavour.")
                    : Optional.empty();
        } catch (PatternSyntaxException e) {
            return Optional.of("release is no regular expression.");
        }
    }

    /** A file or folder of a package. */
    public record Place(String name, String path) {
        static boolean isComplete(Place place) {
            return place != null && place.name() != null && place.path() != null;
        }
    }

    /**
     * How the pieces are divided between packages.
     *
     * @param image the package whose version is the kernel's
     * @param needs a package that the image depends on where the pieces are divided so; empty where that does not matter
     * @param config as shipped
     * @param bootImage the image it boots from
     * @param modules folders of modules, of which the first has to be there
     * @param debugPaths paths of {@code vmlinux} and of the modules with debug information where they are not the usual ones
     */
    public record Layout(
            String image,
            Optional<String> needs,
            Place config,
            Place bootImage,
            List<Place> modules,
            Optional<DebugPaths> debugPaths) {
        public Layout {
            needs = needs == null ? Optional.empty() : needs;
            debugPaths = debugPaths == null ? Optional.empty() : debugPaths;
            modules = modules == null ? List.of() : List.copyOf(modules);
        }

        boolean isComplete() {
            return image != null
                    && Place.isComplete(config)
                    && Place.isComplete(bootImage)
                    && !modules.isEmpty()
                    && modules.stream().allMatch(Place::isComplete);
        }
    }

    /** Where in the debug package things lie. */
    public record DebugPaths(String vmlinux, String modules) {}
}
