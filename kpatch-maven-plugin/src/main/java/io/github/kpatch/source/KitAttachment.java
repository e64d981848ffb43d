package io.github.kpatch.source;

import java.util.Arrays;
import java.util.Optional;

/** What is too large for a kernel kit itself, and lies beside it in the Maven repository. */
public enum KitAttachment {
    /** The archive of the kernel's source. */
    SOURCE("source"),
    /** The image the kernel boots from. */
    BOOT_IMAGE("boot-image"),
    /** An archive of the kernel's modules as shipped. */
    MODULES("modules");

    private final String classifier;

    KitAttachment(String classifier) {
        this.classifier = classifier;
    }

    /** The classifier of the artifact. */
    public String classifier() {
        return classifier;
    }

    /** The attachment of that classifier. */
    public static Optional<KitAttachment> of(String classifier) {
        return Arrays.stream(values())
                .filter(attachment -> attachment.classifier.equals(classifier))
                .findFirst();
    }
}
