package io.github.kpatch.patch;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where a project's patches lie, and for which of its kernels they are wanted. In a project for several kernels, a folder
 * among the patches that is named by a release, or by its beginning up to a character that is neither letter nor digit
 * ({@code 6.1} of {@code 6.1.0-56-amd64}, not of {@code 6.12.1}), holds what is for these kernels only. What lies there
 * stands beside what lies outside, and in place of what has the same name there; the longer a folder's name, the more it
 * counts.
 *
 * @param folder the folder of all patches
 * @param release the kernel's; empty where the project is not for several kernels, and folders mean nothing
 * @param releases those of all kernels of the project
 */
public record PatchSelection(Path folder, Optional<String> release, List<String> releases) {
    public PatchSelection {
        releases = List.copyOf(releases);
    }

    /** All patches of a folder, for whatever kernel. */
    public static PatchSelection all(Path folder) {
        return new PatchSelection(folder, Optional.empty(), List.of());
    }

    /** The same selection in another folder. */
    public PatchSelection in(Path other) {
        return new PatchSelection(other, release, releases);
    }

    /** The folders that are looked into, from the one that counts most to that of all patches. */
    public List<Path> folders() {
        return Stream.concat(
                        release.stream()
                                .flatMap(
                                        own -> PatchFolder.list(folder).stream().filter(name -> isOf(name, own)))
                                .sorted(Comparator.comparing(String::length).reversed())
                                .map(folder::resolve)
                                .filter(Files::isDirectory),
                        Stream.of(folder))
                .toList();
    }

    /** The file that gives the patches their order, of whatever kind it is; empty where their names do. */
    public Optional<Path> series() {
        return folders().stream()
                .map(one -> one.resolve(PatchFolder.SERIES))
                .filter(PatchFolder::exists)
                .findFirst();
    }

    /** Whether a folder of that name holds what is for some kernels of the project only. */
    public boolean isLimit(String name) {
        return release.isPresent() && releases.stream().anyMatch(one -> isOf(name, one));
    }

    private static boolean isOf(String name, String release) {
        return release.startsWith(name)
                && !name.isEmpty()
                && (release.length() == name.length() || !Character.isLetterOrDigit(release.charAt(name.length())));
    }
}
