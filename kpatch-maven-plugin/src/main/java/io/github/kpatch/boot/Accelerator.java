package io.github.kpatch.boot;

/** Who runs the guest's instructions. */
enum Accelerator {
    /** The processor itself. */
    KVM,
    /** QEMU, translating them: everywhere available, several times slower. */
    TCG
}
