package io.github.kpatch.stages;

import io.github.kpatch.host.Folders;
import io.github.kpatch.host.WallTime;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import io.github.kpatch.source.KitAttachment;
import io.github.kpatch.source.KitRequest;
import io.github.kpatch.source.MadeKit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** Goal {@code kernel-kit}: what a livepatch needs of one kernel, for machines that have nothing of it. */
public final class MakeKernelKit {
    private static final double MEBIBYTE = 1 << 20;

    private MakeKernelKit() {}

    /**
     * Makes the kit.
     *
     * @param file the kit's file
     * @param attachments classifiers of what is to lie beside it, with commas between them
     * @throws ProblemException KP106 when something else is to lie there, or the kernel is not one that a kit can be made
     *     of; KP1xx, KP2xx
     */
    static KernelKitFiles run(WantedKernel wanted, Path file, String attachments, BuildContext context) {
        long start = System.nanoTime();
        if (wanted.outOfTree().given().isPresent()) {
            throw ProblemException.input(new Problem(
                    ProblemCode.PARAMETER_INVALID,
                    "outOfTree",
                    "A kernel kit is of the kernel alone.",
                    "Leave it out here, and give it where the kit is used."));
        }
        MadeKit made = context.kernels()
                .locate(wanted.request(context.jobs()))
                .makeKit(new KitRequest(file, parse(attachments)));
        context.console()
                .info(String.format(
                        Locale.ROOT,
                        "Kernel kit of %s in %s: %s, %.1f MiB, %s FILE symbols",
                        made.release(),
                        WallTime.since(start),
                        made.file(),
                        mebibytes(made.file()),
                        made.fileSymbols() ? "with" : "without"));
        List<KernelKitFiles.Attached> attached = made.attached().stream()
                .map(one -> new KernelKitFiles.Attached(one.attachment().classifier(), one.extension(), one.file()))
                .toList();
        attached.forEach(one -> context.console()
                .info(String.format(Locale.ROOT, "Beside it: %s, %.1f MiB", one.classifier(), mebibytes(one.file()))));
        return new KernelKitFiles(made.file(), attached);
    }

    private static double mebibytes(Path file) {
        return Folders.doing(file, () -> Files.size(file)) / MEBIBYTE;
    }

    private static Set<KitAttachment> parse(String attachments) {
        Set<KitAttachment> parsed = EnumSet.noneOf(KitAttachment.class);
        Arrays.stream(attachments.split(",", -1))
                .map(String::strip)
                .filter(name -> !name.isEmpty() && !name.equals("none"))
                .forEach(name -> parsed.add(KitAttachment.of(name)
                        .orElseThrow(() -> ProblemException.input(
                                ProblemCode.PARAMETER_INVALID,
                                "kpatch.kitAttachments",
                                "'" + name + "' is none of "
                                        + Arrays.stream(KitAttachment.values())
                                                .map(KitAttachment::classifier)
                                                .collect(Collectors.joining(", "))
                                        + " and none."))));
        return parsed;
    }
}
