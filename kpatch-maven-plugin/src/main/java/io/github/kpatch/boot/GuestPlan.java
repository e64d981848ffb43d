package io.github.kpatch.boot;

import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the guest is given and will be asked to do. It goes into the initramfs, whose script {@code init} plays it, and to
 * the verdict, which misses every answer that did not come back.
 *
 * @param module the patch's name as the kernel sees it
 * @param modules what is loaded before the patch, in order
 * @param scripts folder with the scripts; empty for none
 * @param files all that it holds, relative to it, sorted
 * @param rounds how often the patch is loaded and taken back
 */
record GuestPlan(String module, List<LoadOrder.Step> modules, Optional<Path> scripts, List<Path> files, int rounds) {
    /** Safe to be written into the guest's settings, which a shell reads. */
    private static final Pattern MODULE_NAME = Pattern.compile("[A-Za-z0-9_]+");

    private static final int SCRIPT_OUTPUT_BYTES = 1 << 18;
    private static final String GUEST = "kpatch";
    private static final String SCRIPT = ".sh";

    GuestPlan {
        modules = List.copyOf(modules);
        files = List.copyOf(files);
    }

    static GuestPlan of(BootRequest request) throws IOException {
        return new GuestPlan(
                moduleName(patch(request)),
                request.targetModules().isEmpty()
                        ? List.of()
                        : LoadOrder.of(ModuleFolder.open(folders(request)), request.targetModules()),
                request.scripts(),
                files(request.scripts()),
                request.settings().rounds());
    }

    private static List<Path> folders(BootRequest request) {
        return Stream.concat(request.modules().stream(), request.otherModules().stream())
                .toList();
    }

    /** The patch of {@code request}, which has to be there. */
    static ModuleFile patch(BootRequest request) {
        Path patch = request.patch();
        if (!Files.isRegularFile(patch)) {
            throw ProblemException.input(
                    ProblemCode.INPUT_MISSING, patch.toString(), "The live-patch module is not there.");
        }
        return ModuleFile.of(patch)
                .orElseThrow(() -> ProblemException.input(
                        ProblemCode.MODULE_NAME_INVALID,
                        patch.toString(),
                        "The file's name does not end in .ko: it is no module's."));
    }

    private static String moduleName(ModuleFile file) throws IOException {
        String name = file.info().name().orElse(file.module().name());
        if (!MODULE_NAME.matcher(name).matches()) {
            throw ProblemException.input(
                    ProblemCode.MODULE_NAME_INVALID,
                    file.path().toString(),
                    "The kernel has no module names like \"" + name + "\".");
        }
        return name;
    }

    private static List<Path> files(Optional<Path> folder) throws IOException {
        if (folder.filter(Files::isDirectory).isEmpty()) {
            return List.of();
        }
        try (Stream<Path> walk = Files.walk(folder.get())) {
            return walk.filter(Files::isRegularFile)
                    .map(folder.get()::relativize)
                    .sorted()
                    .toList();
        }
    }

    /** How often the patch is loaded: once a round, and once more before the modules that it is for. */
    int loads() {
        return rounds + (modules.isEmpty() ? 0 : 1);
    }

    /** How many scripts are run in each phase: those directly in the folder whose name a shell's {@code *} matches. */
    int scriptCount() {
        return (int) files.stream()
                .filter(file -> file.getNameCount() == 1
                        && file.toString().endsWith(SCRIPT)
                        && !file.toString().startsWith("."))
                .count();
    }

    /** Writes the initramfs; equal inputs give equal bytes. */
    void write(BootRequest request, BootMachine machine, Path busybox, Path target) throws IOException {
        try (InitramfsWriter initramfs = new InitramfsWriter(new BufferedOutputStream(Files.newOutputStream(target)))) {
            for (String folder : List.of("dev", "proc", "sys", GUEST + "/modules", GUEST + "/scripts")) {
                initramfs.folder(folder);
            }
            initramfs.file("init", resource("init"));
            initramfs.file("bin/busybox", Files.readAllBytes(busybox));
            initramfs.file(GUEST + "/settings", text(settings(request.settings(), machine)));
            initramfs.file(GUEST + "/patch.ko", Files.readAllBytes(request.patch()));
            initramfs.file(GUEST + "/modules/list", text(moduleList()));
            for (int i = 0; i < modules.size(); i++) {
                initramfs.file(
                        GUEST + "/modules/" + i + ".ko", modules.get(i).file().bytes());
            }
            for (Path file : files) {
                initramfs.file(
                        GUEST + "/scripts/" + file,
                        Files.readAllBytes(scripts.orElseThrow().resolve(file)));
            }
        }
    }

    private String settings(BootSettings settings, BootMachine machine) {
        return """
                REPORT=/dev/%s
                MODULE=%s
                OUTPUT_BYTES=%d
                SCRIPT_SECONDS=%d
                TRANSITION_SECONDS=%d
                ROUNDS=%d
                BUSY=%d
                """.formatted(
                        machine.reportDevice(),
                        module,
                        SCRIPT_OUTPUT_BYTES,
                        settings.limits().script().toSeconds(),
                        settings.limits().transition().toSeconds(),
                        settings.rounds(),
                        settings.busy() ? 1 : 0);
    }

    private String moduleList() {
        StringBuilder list = new StringBuilder();
        for (int i = 0; i < modules.size(); i++) {
            list.append(modules.get(i).needed() ? "needed " : "wanted ")
                    .append(i)
                    .append(".ko ")
                    .append(modules.get(i).file().module())
                    .append('\n');
        }
        return list.toString();
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = BootTest.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("resource " + name + " is missing");
            }
            return in.readAllBytes();
        }
    }
}
