package io.github.kpatch.delivery;

import io.github.kpatch.delivery.signing.Signature;
import io.github.kpatch.host.Json;
import io.github.kpatch.kernel.CveId;
import io.github.kpatch.kernel.KernelObject;
import java.util.List;
import java.util.Optional;

/**
 * The facts about a module that is shipped, on one page: what it is, which kernel it is for, what it was made from, what it
 * changes and what was shown. Its text depends on nothing else: no folder, no user, no clock. The schema is the resource
 * {@code manifest.schema.json} beside this class.
 *
 * @param format counts changes of what a manifest holds
 * @param madeBy the plugin, {@code groupId:artifactId:version}
 * @param coordinates the artifact
 * @param module the module's file
 * @param kernel the kernel it is for
 * @param patches the patches in it, in the order they were applied
 * @param cves the vulnerabilities that it mends, sorted: those that patches name, and those that the project names
 * @param notLivepatchable vulnerabilities of the kernel that no live patch can mend, as the project says, sorted
 * @param objects what it changes, by kernel object, sorted
 * @param acceptedLayouts types whose changed layout the patches' author accepts, sorted
 * @param bootTest what was shown by a boot of the kernel with this very module; empty where none took place
 */
public record Manifest(
        int format,
        String madeBy,
        Coordinates coordinates,
        Module module,
        Kernel kernel,
        List<Patch> patches,
        List<CveId> cves,
        List<CveId> notLivepatchable,
        List<PatchedObject> objects,
        List<String> acceptedLayouts,
        Optional<BootTest> bootTest) {
    /** The format that is written. */
    public static final int FORMAT = 1;

    public Manifest {
        patches = List.copyOf(patches);
        cves = List.copyOf(cves);
        notLivepatchable = List.copyOf(notLivepatchable);
        objects = List.copyOf(objects);
        acceptedLayouts = List.copyOf(acceptedLayouts);
    }

    /** Where the artifact is found in a repository; its type is {@code ko}. */
    public record Coordinates(String groupId, String artifactId, String version) {}

    /**
     * The module's file.
     *
     * @param name by which the running kernel knows the module
     * @param file the file's name, from which {@code modprobe} takes the module's
     * @param size in bytes
     * @param sha256 of its bytes, hexadecimal
     * @param replaces whether it takes the place of all live patches loaded before
     * @param signature the signature at its end; empty where it is not signed
     */
    public record Module(
            String name, String file, long size, String sha256, boolean replaces, Optional<Signature> signature) {}

    /**
     * The kernel that the module is for.
     *
     * @param release what {@code uname -r} says on it
     * @param architecture the name of its architecture, such as {@code x86_64}
     * @param banner what it greets with, which tells builds of one release apart
     * @param compiler what the compiler that made it writes into its objects
     * @param configSha256 SHA-256 of its config, hexadecimal
     * @param sourceVersion version of its source's package, or of the source where it came in none
     * @param sourceSha256 SHA-256 of the source archive, or of names and contents of a source folder, hexadecimal
     */
    public record Kernel(
            String release,
            String architecture,
            String banner,
            String compiler,
            String configSha256,
            String sourceVersion,
            String sourceSha256) {}

    /**
     * A patch.
     *
     * @param name its name in the project's patches folder
     * @param sha256 of its bytes, hexadecimal
     * @param subject what it changes, one line
     * @param author who made it
     * @param cves the vulnerabilities that it names, sorted
     */
    public record Patch(
            String name, String sha256, Optional<String> subject, Optional<String> author, List<CveId> cves) {
        public Patch {
            cves = List.copyOf(cves);
        }
    }

    /**
     * A kernel object that the module changes.
     *
     * @param name {@code vmlinux} or a module's name
     * @param sources what each of its object files brings, sorted by path
     */
    public record PatchedObject(KernelObject name, List<Source> sources) {
        public PatchedObject {
            sources = List.copyOf(sources);
        }
    }

    /**
     * An object file of the kernel's build.
     *
     * @param path in the kernel tree
     * @param changedFunctions functions that are redirected
     * @param newFunctions functions that come with the patch
     * @param callbacks kinds of the author's callbacks
     */
    public record Source(
            String path, List<String> changedFunctions, List<String> newFunctions, List<String> callbacks) {
        public Source {
            changedFunctions = List.copyOf(changedFunctions);
            newFunctions = List.copyOf(newFunctions);
            callbacks = List.copyOf(callbacks);
        }
    }

    /**
     * What a boot of the target kernel has shown: the module was loaded, its transition ended, it was unloaded, and the
     * kernel did not complain.
     *
     * @param objects what the kernel said it had patched
     * @param scripts the project's scripts, each of which ended well
     */
    public record BootTest(List<SeenObject> objects, List<Script> scripts) {
        public BootTest {
            objects = List.copyOf(objects);
            scripts = List.copyOf(scripts);
        }
    }

    /**
     * A kernel object that the running kernel said is patched.
     *
     * @param functions as the kernel names them, with their place among namesakes: {@code version_proc_show,1}
     */
    public record SeenObject(KernelObject name, List<String> functions) {
        public SeenObject {
            functions = List.copyOf(functions);
        }
    }

    /**
     * A call of a script.
     *
     * @param name its file name
     * @param moment {@code before}, {@code after} or {@code unloaded}
     */
    public record Script(String name, String moment) {}

    /** The manifest as JSON, its members in a fixed order. */
    public String toJson() {
        return Json.write(this);
    }
}
