package io.github.kpatch.problem;

/**
 * Every code a user can meet, in one place, with its usual cause and cure; the documentation's table of codes is made
 * from this list. Ranges follow the stage: {@code KP1xx} environment and toolchain, {@code KP2xx} kernel inputs,
 * {@code KP3xx} patches, {@code KP4xx} objects and diff, {@code KP5xx} module, {@code KP6xx} boot test, {@code KP7xx}
 * signing and delivery. A published number keeps its meaning for ever.
 */
public enum ProblemCode {
    TOOL_MISSING(101, "A program the build runs is not installed.", "Install the package the message names."),
    COMPILER_MISMATCH(
            102,
            "The compiler is not the one that built the target kernel.",
            "Install the compiler named in the message, or name it with kpatch.compiler."),
    TOOL_FAILED(103, "A program ended with an error.", "Read the first error line and the log file in the message."),
    STAGE_MISSING(104, "A goal ran by itself before the goals it builds on.", "Run the phase the message names."),
    WORK_FOLDER_UNUSABLE(
            105, "A folder could not be written or locked.", "Free space, or mend the permissions of the folder."),
    DISK_FULL(110, "A disk is full.", "Free space on the disk the message names, or use a folder on another one."),
    PARAMETER_INVALID(106, "A parameter of the plugin has a value it cannot have.", "Correct the parameter."),
    STAGE_OUTDATED(
            107,
            "A goal ran by itself, and what the goals before it left was not made from what is there now.",
            "Run the phase the message names."),
    KEPT_FILE_CHANGED(
            108,
            "A file that an earlier goal left was changed or deleted since.",
            "Run the whole build again, and leave the files in target alone."),
    PATH_NOT_PLAIN(
            109,
            "A path or name holds characters that make or a shell would take for something else.",
            "Use one of ASCII letters, digits and the characters / . _ + - alone."),

    RELEASE_UNKNOWN(
            201,
            "The kernel release does not exist here.",
            "Choose one of the releases that goal kpatch:releases lists."),
    KERNEL_OPTION_MISSING(
            202, "The kernel's config lacks an option that live patching needs.", "Patch a kernel that has it."),
    KERNEL_OPTION_UNSUPPORTED(
            203, "The kernel's config has an option this version does not support.", "Patch another kernel."),
    CONFIG_CHANGED(
            204,
            "The source tree changed the config it was given.",
            "Use the source of the very kernel, its compiler and the tools the message names."),
    SOURCE_VERSION_MISMATCH(
            205, "The source is not the version of the target kernel.", "Give the source of the very version."),
    CHECKSUM_MISMATCH(206, "An archive does not have the given SHA-256.", "Fetch it again, or correct the checksum."),
    ARCHIVE_DAMAGED(207, "An archive is cut short or damaged.", "Fetch the archive again."),
    ARCHIVE_UNSAFE(208, "An archive holds an entry that would leave its folder.", "Do not use this archive."),
    NOT_ELF(209, "A file that should be ELF is not.", "Give the uncompressed ELF file the message names."),
    INPUT_MISSING(210, "A file or package of the kernel is missing.", "Provide the input the message names."),
    CONFIG_DIFFERS(
            211,
            "The project's kernel.config differs from the target kernel's.",
            "Run the goal config to take the target's, or name the right kernel release."),
    STRUCT_SIZES_MISSING(
            212,
            "vmlinux has neither BTF nor DWARF with the structures needed.",
            "Give the vmlinux with debug information."),
    SYMBOLS_MISSING(
            213, "A kernel object has no symbol table with FILE symbols.", "Give the file with debug information."),
    SYMVERS_INVALID(
            214, "Module.symvers is truncated or malformed.", "Take the one from the kernel's headers package."),
    OFFLINE(215, "Maven is offline and a package is needed.", "Install the packages the message names, or go online."),
    ELF_MALFORMED(216, "An ELF file breaks the ELF specification.", "Fetch or build the file again."),
    CONFIG_MALFORMED(217, "A kernel config is malformed.", "Give the .config the kernel was built with."),
    CACHE_DAMAGED(
            218,
            "A file in the cache was damaged or removed.",
            "Run the build again from its beginning: it makes anew what is damaged."),
    STRUCT_SIZE_WRONG(
            219,
            "A structure's size does not divide the kernel's own table of such structures.",
            "Give the vmlinux of the very kernel, with the type information it was built with."),
    OBJTOOL_RULES_UNKNOWN(
            223,
            "The kernel leaves objtool until everything is linked, by rules this version does not know.",
            "Use the kernel's unchanged source, or report it with the file."),
    BOOT_IMAGE_UNREADABLE(
            227,
            "The kernel in a boot image cannot be read.",
            "Fetch the image again, or give the vmlinux with debug information."),
    KALLSYMS_UNREADABLE(
            228,
            "A kernel's own table of its symbols cannot be read.",
            "Give the vmlinux with debug information, or report it with the boot image."),
    PLACE_UNDECIDED(
            229,
            "Symbols of one name cannot be told apart by the code of the running kernel.",
            "Give the kernel object with debug information: its table says which source file each symbol is of. A kernel kit"
                    + " has these tables when it is made with kpatch.debugPackage=always."),
    KIT_NOT_FOUND(
            240,
            "A kernel kit, or what lies beside it, is in no repository that was asked.",
            "Correct the coordinates in <kit>, name the repository that the kit was deployed to, or run once without"
                    + " --offline."),
    KIT_DAMAGED(
            241,
            "A kernel kit, or what lies beside it, is not what its manifest says.",
            "Delete it from the local repository and run the build again. If it is the same again, make the kit anew by"
                    + " kpatch:kernel-kit."),
    KIT_OF_ANOTHER_KERNEL(
            242,
            "A kernel kit is of another kernel than the one to be patched.",
            "Name the kit of that very kernel, or the kernel of that kit."),
    KIT_INCOMPLETE(
            243,
            "A kernel kit lacks something that is needed here.",
            "Give what the message names, or make the kit with it by kpatch:kernel-kit."),
    KIT_FORMAT_UNKNOWN(
            244,
            "A kernel kit was made in a format that this version does not read.",
            "Use the version of the plugin that made it, or make the kit anew by kpatch:kernel-kit."),
    SOURCE_ARTIFACT_NOT_FOUND(
            245,
            "The artifact that is to be the kernel's source cannot be had.",
            "Check its coordinates and the project's repositories; offline, resolve it once online."),
    ARCHIVE_FORM_UNKNOWN(
            260,
            "An archive or package has a form that is not read.",
            "Unpack it by its own tools, and give the folder or the files."),
    DISTRIBUTION_UNKNOWN(
            261,
            "Nothing is known of the packages of a distribution.",
            "Name the one whose kernels are meant with kpatch.distribution, tell its packages' names with"
                    + " kpatch.distributionTable, or give the kernel's pieces or a kernel kit."),
    SOURCE_RECIPE_UNKNOWN(
            262,
            "A source package does more to its archive than apply plain patches.",
            "Give the source as that package's own tools prepare it (rpmbuild -bp), as a folder or an archive."),
    DISTRIBUTION_TABLE_INVALID(
            263,
            "A table of distributions is malformed or leads nowhere.",
            "Write it as the plugin's own: distributions.json beside its classes."),

    PATCH_DOES_NOT_APPLY(301, "A hunk does not fit the kernel source.", "Port the patch to this kernel's source."),
    PATCH_MALFORMED(302, "A file is not a unified diff.", "Give a patch made by diff -u or git."),
    PATCH_TARGET_UNSUPPORTED(
            303, "The patch changes a file that cannot be live-patched.", "Leave that change out of the live patch."),
    PATCH_LEAVES_TREE(304, "The patch names a path outside the source tree.", "Correct the path in the patch."),
    PATCH_SERIES_INVALID(305, "The series file names a patch that is not there.", "Correct the series file."),
    PATCH_FUZZ(306, "A hunk applies only with an offset or fuzz.", "Refresh the patch against this kernel's source."),
    NO_PATCHES(307, "The project has no patches.", "Put patches into src/main/kpatch/patches."),
    PATCH_CHANGE_IGNORED(
            308,
            "The patch changes something that never reaches a kernel object, such as documentation.",
            "Nothing to do: the rest of the patch is used."),
    PATCH_NOT_IN_SERIES(
            309, "A patch lies in the folder and the series file does not name it.", "Name it there, or remove it."),
    PATCH_LINE_ENDS(
            310,
            "Every line of a patch ends in carriage return and newline.",
            "Nothing to do where the patch came by mail; else convert it with dos2unix."),
    PATCH_UNREADABLE(
            311,
            "Something among the patches has a patch's name, and is no file that can be read.",
            "Put the patch itself there, or remove the entry."),
    PATCH_FOLDER_ENTRY_IGNORED(
            312,
            "Something among the patches is no patch by its name.",
            "Name it *.patch or *.diff where it is one, else move it elsewhere."),
    LAYOUT_CHANGED(
            315,
            "The patch changes how a type lies in memory, and code outside the patch may know objects of that type.",
            "Keep the type as it is: hold what is new in a shadow variable, or in a type of its own."),
    PREPARED_FILE_CHANGED(
            316,
            "The patch changes a file from which the kernel's build makes what all of the kernel was built with.",
            "Leave that change out of the live patch."),
    FILE_NOT_BUILT(
            317,
            "The patch changes a file that the target's configuration does not build.",
            "Nothing to do: the rest of the patch is used."),
    CONTENTS_UNKNOWN(
            318,
            "What the target kernel is made of cannot be found out, so the reach of a header is not known.",
            "Leave the change of the header out, and report the kernel's version and config."),

    CONFIG_SHAPED(
            319,
            "The patch changes the kernel's configuration, which is fixed in a running one.",
            "Leave the change of the Kconfig file out of the live patch."),
    PARTS_CHANGED(
            320,
            "The patch changes what the kernel is made of in a way that a running one cannot follow.",
            "Leave that out of the live patch, or keep the object where it is."),
    WORKING_COPY_OUTDATED(
            331,
            "The working copy was made from another kernel's source than the project has now.",
            "Capture what is in it, delete the folder, and run kpatch:edit again."),
    NOTHING_TO_CAPTURE(332, "Nothing was changed in the working copy.", "Change a file there, then capture."),
    PATCH_NOT_CAPTURED(
            333,
            "A patch that would be overwritten was not made by kpatch:capture from this working copy, or was changed since.",
            "Move it elsewhere, or give the new patch another name by kpatch.patchName."),

    NO_FUNCTIONAL_CHANGE(401, "The patches change no function.", "Check that the patch is the one you meant."),
    COMPILE_FAILED(402, "The kernel's source does not compile.", "Mend the error the compiler names."),
    PARENT_MISMATCH(
            403,
            "The kernel object that should contain a source file does not.",
            "Patch only files that the target's configuration builds."),
    OBJECT_INVALID(404, "A kernel object is malformed.", "Build it again with a supported compiler."),
    OBJECT_UNSUPPORTED(405, "An object holds something the engine does not know.", "Report it with the object."),
    OBJECTS_NOT_COMPARABLE(
            406,
            "Original and patched object cannot be compared.",
            "Keep the change to what a live patch can express."),
    DATA_CHANGED(
            407,
            "The patch changes existing data, which cannot be replaced in a running kernel.",
            "Change the data from code, in a callback or through a shadow variable."),
    SECTION_CHANGED(408, "A section changed that cannot be replaced.", "Leave that change out of the live patch."),
    FUNCTION_NOT_TRACEABLE(409, "A changed function has no ftrace call site.", "Change its callers instead."),
    STATIC_LOCAL_REMOVED(
            410, "A static local variable lost a user.", "Keep the reference, or keep the variable in use."),
    SYMBOL_NOT_FOUND(
            411, "A symbol cannot be found in the target kernel.", "Check kernel release, config and compiler."),
    SYMBOL_AMBIGUOUS(412, "A symbol matches several in the target kernel.", "Report it with the objects."),
    STATIC_KEY_IN_MODULE(
            413, "A changed function uses a static key of a module.", "Use static_key_enabled() in the patch."),
    STATIC_CALL_IN_MODULE(
            414, "A changed function uses a static call of a module.", "Use KPATCH_STATIC_CALL() in the patch."),
    SPECIAL_SECTION_INVALID(415, "A special section does not have its expected shape.", "Report it with the object."),
    GROUP_CHANGED(416, "A COMDAT group changed.", "Leave that change out of the live patch."),
    EXPORT_CHANGED(
            417, "A patch changes the version of an exported symbol.", "Keep the exported function's type as it is."),
    FUNCTION_UNREACHABLE(418, "A changed function would not be reached.", "Change its callers as well."),
    RELOCATION_UNSUPPORTED(419, "A relocation cannot be resolved when the module loads.", "Report it with the object."),
    CALLBACK_INVALID(420, "A callback macro is used in a way that cannot work.", "Use one callback a kind and object."),
    INTERMEDIATE_INVALID(
            421,
            "The tables between differ and module are missing or malformed.",
            "Report it with the objects the message names."),
    STATIC_LOCAL_NEW(
            422, "A static local variable seems to be new.", "Check that no existing variable was meant by that name."),
    IGNORED_FUNCTION_UNCHANGED(
            423, "A function marked to be ignored has not changed.", "Remove the mark, or check the name."),
    AUTHOR_MARK_INVALID(
            424, "A macro of the patch author names something that is not in the object.", "Correct the name."),
    SYMBOL_CHANGED(
            425,
            "A symbol became another kind of symbol or moved to another section.",
            "Keep the kind, the linkage and the section of existing functions and variables."),
    STATIC_KEY_UNSUPPORTED(
            426,
            "A changed function uses a static key on a kernel before 5.8.",
            "Use static_key_enabled() in the patch."),
    SYMBOL_POSITION_UNSURE(
            427,
            "Symbols of one name are told apart by their order in a symbol table.",
            "See in the boot test that the right one was patched."),
    CONSTANT_SPLIT(
            428,
            "Code that is not patched keeps using the old value of a changed constant.",
            "Change that code too if it must see the new value."),
    COLLECTED_LIST_CHANGED(
            429,
            "The patch adds to or takes from a list that the kernel collects when it is linked or loaded, such as its"
                    + " parameters, initcalls, exports or trace events.",
            "Leave that out of the live patch, or do its work in a callback."),
    OBJECT_NOT_PROCESSED(
            435,
            "objtool has not processed an object, so its functions could not be unwound.",
            "Leave that file out of the live patch, or report it with the kernel's version."),
    RUNTIME_CONSTANT(
            436,
            "A function of the patch has a constant that the kernel writes into it at boot.",
            "Leave the function as it is, and change its callers instead."),
    BRANCH_TARGET_SEALED(
            437,
            "The patch takes the address of a function that the kernel may know to be called by name only.",
            "Add a function to the patch that calls it, and take that one's address."),

    MODULE_NAME_INVALID(501, "The module's name is longer than 55 or empty.", "Set a shorter kpatch.moduleName."),
    LINK_FAILED(502, "The module does not link.", "Read the first error line and the log file in the message."),
    VERMAGIC_MISMATCH(503, "The module's vermagic is not the target's.", "Report it with the build log."),
    MODVERSION_MISMATCH(
            504, "An export's CRC differs from the target's.", "Use the source and config of the very kernel."),
    MODULE_INVALID(505, "The finished module breaks a rule of the kernel's livepatch loader.", "Report it."),
    LIVEPATCH_INTERFACE_UNKNOWN(
            506,
            "The kernel's livepatch interface is not one that this version knows.",
            "Patch a kernel of version 4.15 or newer, or report it with the header."),
    KLP_NAME_INVALID(
            507,
            "A symbol's or object's name does not fit into a klp symbol.",
            "Keep the function with this name out of the live patch."),
    FUNCTION_PATCHED_TWICE(508, "Two objects of the patch replace the same function.", "Report it with the objects."),
    OTHER_OBJECT_NEEDED(
            516,
            "What the patch brings for one kernel object leads to new code for a module that may not be loaded.",
            "Put the new code into a file of the object that uses it, or let it refer to nothing but exports of vmlinux."),
    MODULE_NOT_AS_COMPILED(
            517,
            "The finished module is not what the compiler made of the patched source.",
            "Do not load it: build it again, and report it with the module and the objects if it happens again."),

    BOOT_FAILED(601, "The target kernel did not boot in QEMU.", "Read the console log."),
    LOAD_FAILED(602, "The kernel refused the module.", "Read the kernel's reason in the console log."),
    TRANSITION_STUCK(
            603, "Tasks never left the patched functions.", "Read the stacks of the tasks in the console log."),
    TEST_SCRIPT_FAILED(604, "A script of src/test/kpatch failed.", "Read the script's output."),
    KERNEL_COMPLAINED(605, "The kernel logged a warning or worse after the load.", "Read the console log."),
    BOOT_INPUT_MISSING(606, "Boot image, QEMU or busybox is missing.", "Install what the message names."),
    TARGET_MODULE_NOT_LOADED(
            607,
            "A module that the patch changes does not load in QEMU.",
            "Prove the patch on a machine where the module loads."),
    PATCH_INCOMPLETE(
            608, "The loaded patch does not replace what was built to be replaced.", "Report it with the console log."),
    UNLOAD_FAILED(609, "The kernel did not remove the module.", "Read the kernel's reason in the console log."),

    ARTIFACT_ALREADY_SET(701, "Another goal has already set the project's main artifact.", "Remove one execution."),
    CVE_INVALID(
            702,
            "What is given as a CVE identifier is none.",
            "Write it as CVE-YYYY-NNNN, with four digits or more at the end."),
    CVE_CONTRADICTED(
            703,
            "A vulnerability is said to be mended, and not to be live-patchable.",
            "Take it out of notLivepatchable, or out of cves and the headers of the patches."),
    NO_LIVEPATCH_MODULE(
            704,
            "A file is not the module of a live patch, or not one that this version reads.",
            "Give the uncompressed .ko file of a live patch."),
    SIGNING_KEY_INVALID(
            710,
            "The key that modules are to be signed by, or its certificate, is not there or cannot be read.",
            "Name a PEM file with the key and its certificate, a PKCS#12 file, or the configuration of a PKCS#11 token."),
    SIGNING_PASSWORD_WRONG(
            711,
            "The password of the signing key is missing, wrong, or stands somewhere in the clear.",
            "Encrypt it by mvn --encrypt-password as the passphrase of a server in settings.xml and name that server, or"
                    + " set KPATCH_SIGNING_PASSWORD in the environment."),
    SIGNING_KEY_UNSUITABLE(
            712,
            "The target kernel would not take a signature by this key.",
            "Sign by an RSA key whose certificate is valid and whose issuer the kernel trusts."),
    SIGNATURE_MALFORMED(
            713, "The signature at the end of a module is malformed.", "Sign the module's unsigned bytes again."),
    PUBLISHED_MODULE_NOT_FOUND(
            714,
            "A published module, its manifest or its sources cannot be had.",
            "Check the coordinates and the repositories; only what was deployed with its papers can be built again."),
    REBUILT_MODULE_DIFFERS(
            715,
            "What the published sources make is not the published module.",
            "Compare the two, with the compiler, binutils and plugin of then.");

    private final int number;
    private final String cause;
    private final String cure;

    ProblemCode(int number, String cause, String cure) {
        this.number = number;
        this.cause = cause;
        this.cure = cure;
    }

    /** The stable code as users see it, such as {@code KP301}. */
    public String id() {
        return "KP" + number;
    }

    /** The usual cause, one sentence. */
    public String cause() {
        return cause;
    }

    /** The usual cure, one sentence; a {@link Problem} gives a more exact one where it can. */
    public String cure() {
        return cure;
    }
}
