package io.github.kpatch.testing;

import java.util.List;

/** How kbuild compiles for a live patch on x86_64, as far as it shapes small objects. */
public final class KernelFlags {
    /** All but what concerns ftrace. */
    public static final List<String> CODE = List.of(
            "-O2",
            "-ffreestanding",
            "-fno-pic",
            "-fno-pie",
            "-mcmodel=kernel",
            "-mno-sse",
            "-mno-red-zone",
            "-fno-asynchronous-unwind-tables",
            "-fno-stack-protector",
            "-fcf-protection=none",
            "-ffunction-sections",
            "-fdata-sections",
            "-fno-jump-tables",
            "-w");

    /** A call of ftrace at the begin of each function. */
    public static final List<String> FTRACE = List.of("-pg", "-mfentry");

    /** Room before each function, and marks where indirect branches may land, as in kernels since 6.2. */
    public static final List<String> PADDING =
            List.of("-fpatchable-function-entry=16,16", "-falign-functions=16", "-fcf-protection=branch");

    private KernelFlags() {}
}
