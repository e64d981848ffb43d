package io.github.kpatch.boot;

import io.github.kpatch.elf.ByteSource;
import io.github.kpatch.elf.ElfFile;
import io.github.kpatch.host.SearchPath;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The two programs of the host that a boot test stands on.
 *
 * @param qemu the emulator
 * @param busybox a statically linked busybox, which becomes the guest's whole userland
 */
record BootTools(Path qemu, Path busybox) {
    private static final List<String> BUSYBOX = List.of("busybox", "busybox.static");

    /**
     * Finds both among the folders of {@code searchPath}.
     *
     * @param machine what has to be emulated
     * @param searchPath folders in the form of the variable {@code PATH}
     * @throws ProblemException with {@link ProblemCode#BOOT_INPUT_MISSING} when one is missing, or busybox needs shared
     *     libraries, which the guest does not have
     */
    static BootTools find(BootMachine machine, String searchPath) {
        SearchPath folders = SearchPath.of(searchPath);
        Path qemu = folders.programs(machine.emulator())
                .findFirst()
                .map(Path::toAbsolutePath)
                .orElseThrow(() -> missing(machine.emulator(), "QEMU is not installed.", machine.emulatorPackage()));
        List<Path> candidates = BUSYBOX.stream()
                .flatMap(folders::programs)
                .map(Path::toAbsolutePath)
                .toList();
        if (candidates.isEmpty()) {
            throw missing("busybox", "A static busybox is not installed.", "busybox-static");
        }
        Path busybox = candidates.stream()
                .filter(BootTools::isStatic)
                .findFirst()
                .orElseThrow(() -> missing(
                        candidates.get(0).toString(),
                        "This busybox needs shared libraries, which the test machine does not have.",
                        "busybox-static"));
        return new BootTools(qemu, busybox);
    }

    private static boolean isStatic(Path program) {
        try (ByteSource source = ByteSource.open(program)) {
            return ProgramHeaders.of(ElfFile.open(source)).stream()
                    .noneMatch(header -> header.type() == ProgramHeaders.INTERP);
        } catch (IOException | ProblemException unreadable) {
            return false;
        }
    }

    private static ProblemException missing(String where, String what, String debianPackage) {
        return ProblemException.input(new Problem(
                ProblemCode.BOOT_INPUT_MISSING, where, what, "Install it: apt-get install " + debianPackage));
    }
}
