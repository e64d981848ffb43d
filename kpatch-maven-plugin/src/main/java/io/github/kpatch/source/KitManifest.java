package io.github.kpatch.source;

import com.google.gson.reflect.TypeToken;
import io.github.kpatch.host.Json;
import io.github.kpatch.kernel.KernelObject;
import io.github.kpatch.kernel.KernelRelease;
import io.github.kpatch.problem.Problem;
import io.github.kpatch.problem.ProblemCode;
import io.github.kpatch.problem.ProblemException;
import java.util.Collections;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a kernel kit says of itself: which kernel it is of, and what each of its parts must be. It is the first member of
 * the kit, as JSON, so that a kit of the wrong kernel is refused before the rest is read.
 *
 * @param format counts changes of what a kit holds; a kit of another one is not read
 * @param release what {@code uname -r} says on the kernel
 * @param machine the name of its architecture, such as {@code x86_64}
 * @param compiler what the compiler that built it writes into its objects
 * @param sourceVersion version of the package its source came in, where it came in one
 * @param vmlinuxAsShipped whether the symbols of vmlinux are those of the boot image, which has no FILE symbols, and not
 *     a member of the kit
 * @param modulesAsShipped the same of modules, whose symbols are those of the attached ones
 * @param members size and digest of each member but this one, by its path in the kit
 * @param attachments what lies beside the kit, by classifier; see {@link KitAttachment}
 */
record KitManifest(
        int format,
        String release,
        String machine,
        String compiler,
        Optional<String> sourceVersion,
        boolean vmlinuxAsShipped,
        boolean modulesAsShipped,
        SortedMap<String, Content> members,
        SortedMap<String, Attached> attachments) {
    /** The member that holds it. */
    static final String NAME = "manifest.json";

    /** The format that is written and read. */
    static final int FORMAT = 1;

    private static final String SYMBOLS = KernelFacts.SYMBOLS + "/";
    private static final String SYMBOL_TABLE = ".symtab";

    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    /** No other member is written, so that none can become a file that a kit is not to bring. */
    private static final Pattern MEMBER = Pattern.compile(String.join(
            "|",
            Pattern.quote(KernelFacts.CONFIG),
            Pattern.quote(KernelFacts.SYMVERS),
            Pattern.quote(KernelFacts.IDENTITY),
            SYMBOLS + "[^/-]+" + Pattern.quote(SYMBOL_TABLE),
            SYMBOLS + "[^/-]+" + Pattern.quote(TargetKernel.BRANCH_TARGETS)));

    private static final Set<String> NEEDED = Set.of(KernelFacts.CONFIG, KernelFacts.SYMVERS, KernelFacts.IDENTITY);

    private static final Pattern EXTENSION = Pattern.compile("[a-z0-9]+(\\.[a-z0-9]+)*");

    KitManifest {
        check(
                Stream.of(release, machine, compiler, sourceVersion, members, attachments)
                        .allMatch(Objects::nonNull),
                "the kit without release, machine, compiler, sourceVersion, members or attachments");
        check(KernelRelease.isValid(release), "the release '" + release + "'");
        members = Collections.unmodifiableSortedMap(new TreeMap<>(members));
        attachments = Collections.unmodifiableSortedMap(new TreeMap<>(attachments));
        members.forEach((name, content) ->
                check(content != null && MEMBER.matcher(name).matches(), "the member '" + name + "'"));
        check(members.keySet().containsAll(NEEDED), "the kit without " + NEEDED);
        attachments.forEach((classifier, attached) -> check(
                attached != null && KitAttachment.of(classifier).isPresent(), "the attachment '" + classifier + "'"));
        check(attachments.containsKey(KitAttachment.SOURCE.classifier()), "the kit without source");
        check(
                vmlinuxAsShipped
                        ? attachments.containsKey(KitAttachment.BOOT_IMAGE.classifier())
                        : members.containsKey(symbolTable(KernelObject.VMLINUX)),
                "the kit without symbols of vmlinux");
    }

    /**
     * What one file must be.
     *
     * @param sha256 its SHA-256, hexadecimal
     * @param size its length in bytes
     */
    record Content(String sha256, long size) {
        Content {
            check(sha256 != null && SHA256.matcher(sha256).matches() && size >= 0, "SHA-256 or size");
        }
    }

    /**
     * What lies beside the kit.
     *
     * @param extension of the artifact
     * @param sha256 SHA-256 of its file, hexadecimal
     * @param size length of its file in bytes
     * @param attached whether it is an artifact of the repository; if not, the file is only named, for who has it
     */
    record Attached(String extension, String sha256, long size, boolean attached) {
        Attached {
            check(extension != null && EXTENSION.matcher(extension).matches(), "an extension");
            check(sha256 != null && SHA256.matcher(sha256).matches() && size >= 0, "SHA-256 or size");
        }
    }

    /** The member that holds the symbol table of a kernel object, as {@code readelf --symbols --wide} prints it. */
    static String symbolTable(KernelObject object) {
        return SYMBOLS + object + SYMBOL_TABLE;
    }

    /** What every manifest of any format has. */
    private record Format(int format) {}

    /** Its text; the same for equal ones. */
    String toText() {
        return Json.write(this);
    }

    /**
     * Reads its text.
     *
     * @param where what to call the kit in messages
     * @throws ProblemException KP241 when it is none, KP244 when it is one of another format
     */
    static KitManifest parse(String where, String text) {
        try {
            int format = Json.read(text, TypeToken.get(Format.class)).format();
            if (format != FORMAT) {
                throw ProblemException.input(
                        ProblemCode.KIT_FORMAT_UNKNOWN,
                        where,
                        "The kit has format " + format + ", and this version reads format " + FORMAT + ".");
            }
            return Json.read(text, TypeToken.get(KitManifest.class));
        } catch (ProblemException unknown) {
            throw unknown;
        } catch (RuntimeException malformed) {
            throw ProblemException.input(
                    Problem.of(
                            ProblemCode.KIT_DAMAGED,
                            where,
                            "Its " + NAME + " is malformed ("
                                    + innermost(malformed).getMessage() + ")."),
                    malformed);
        }
    }

    /** The library wraps what a record says of its components in a message with all of them. */
    private static Throwable innermost(Throwable thrown) {
        return thrown.getCause() == null ? thrown : innermost(thrown.getCause());
    }

    /** The kernel object whose symbol table the member of that name holds; empty for other members. */
    static Optional<KernelObject> symbolTableOf(String member) {
        return member.startsWith(SYMBOLS) && member.endsWith(SYMBOL_TABLE)
                ? Optional.of(
                        new KernelObject(member.substring(SYMBOLS.length(), member.length() - SYMBOL_TABLE.length())))
                : Optional.empty();
    }

    private static void check(boolean good, String what) {
        if (!good) {
            throw new IllegalArgumentException(what + " is none that a kit has");
        }
    }
}
