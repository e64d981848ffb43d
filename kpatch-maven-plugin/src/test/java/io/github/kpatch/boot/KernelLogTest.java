package io.github.kpatch.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Console lines as the kernel's own sources print them. */
class KernelLogTest {
    private static KernelLog log(String... lines) {
        return new KernelLog(List.of(lines));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[    2.5] Unpatched return thunk in use. This should not happen!",
                "[    2.5] Missing ENDBR: kpatch_f+0x0/0x20 [kpatch_p1]",
                "[    2.5] sh[90] control protection ip:7f00 sp:7ffc ssp:7f10 error:3(endbr) in kpatch_p1",
                "[    2.5] SMP alternatives: ALT_FLAG_DIRECT_CALL set for unrecognized indirect call",
                "[    2.5] SMP alternatives: ITS page allocation failed",
                "[    2.5] unexpected static_call insn opcode 0x90 at f+0x1/0x20 [kpatch_p1]",
                "[    2.5] trampoline signature fail",
                "[    2.5] x86/modules: Invalid relocation target, existing value is nonzero for type 2, loc 1, val 2",
                "[    2.5] CFI failure at do_one_initcall+0x4f/0x230 (target: f+0x0/0x10; expected type: 0x1)",
                "[    2.5] callthunks: Invalid padding area for f+0x0/0x20 [kpatch_p1]",
                "[    2.5] kpatch_p1: loading module not compiled with retpoline compiler.",
                "[    3.1] WARNING: CPU: 0 PID: 101 at fs/proc/version.c:8 kp_version+0x5/0x1a [kpatch_warns]",
                "[    3.1][  T101] BUG: kernel NULL pointer dereference, address: 0000000000000008",
                "[    3.1] Oops: 0000 [#1] PREEMPT SMP NOPTI",
                "[    3.1] kernel BUG at fs/inode.c:1!",
                "[    3.1] invalid opcode: 0000 [#1] PREEMPT SMP PTI",
                "[    3.1] general protection fault, probably for non-canonical address 0xdead: 0000 [#1] SMP",
                "[   40.1] rcu: INFO: rcu_preempt self-detected stall on CPU",
                "[   40.1] rcu: INFO: rcu_preempt detected stalls on CPUs/tasks: {",
                "[   40.1] rcu: rcu_preempt kthread starved for 2500 jiffies! g5 f0x0",
                "[   40.1] watchdog: BUG: soft lockup - CPU#0 stuck for 26s! [insmod:90]",
                "[  250.1] INFO: task stuckd:89 blocked for more than 120 seconds.",
                "[    3.1] Kernel panic - not syncing: Fatal exception",
                "[    3.1] BUG: sleeping function called from invalid context at mm/util.c:1",
                "** 33 printk messages dropped **",
            })
    void complaintsAreSeen(String line) {
        assertThat(log("[    3.0] kpatch-boot-test: load a", line).complaintsFrom("load a"))
                .hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[    2.5] kpatch_good: loading out-of-tree module taints kernel.",
                "[    2.5] kpatch_good: tainting kernel with TAINT_LIVEPATCH",
                "[    2.5] kpatch_good: module verification failed: signature and/or required key missing - tainting kernel",
                "[    2.6] livepatch: enabling patch 'kpatch_good'",
                "[    2.6] livepatch: 'kpatch_good': starting patching transition",
                "[    2.6] rcu: Hierarchical SRCU implementation.",
                "[    2.6] XFS (loop0): Mounting V5 Filesystem",
            })
    void whatIsExpectedIsNoComplaint(String line) {
        assertThat(log("[    3.0] kpatch-boot-test: load a", line).complaintsFrom("load a"))
                .isEmpty();
    }

    @Test
    void whatCameBeforeTheLoadDoesNotCount() {
        KernelLog log = log(
                "[    1.0] WARNING: CPU: 0 PID: 1 at drivers/a.c:1",
                "[    2.0] kpatch-boot-test: script before 1.sh",
                "[    2.1] BUG: from the script",
                "[    3.0] kpatch-boot-test: load a",
                "[    3.1] livepatch: enabling patch 'a'",
                "[    4.0] kpatch-boot-test: script after 1.sh",
                "[    4.1] WARNING: late");

        assertThat(log.complaintsFrom("load a"))
                .containsExactly(new KernelLog.Complaint(7, "script after 1.sh", "WARNING: late"));
        assertThat(log.during("load a")).containsExactly("livepatch: enabling patch 'a'");
        assertThat(log.complaintsFrom("load b")).isEmpty();
    }

    @Test
    void oneEventIsOneComplaint() {
        KernelLog log = log(
                "[    3.0] kpatch-boot-test: load a",
                "[    3.1] BUG: kernel NULL pointer dereference, address: 0000000000000008",
                "[    3.1] #PF: supervisor read access in kernel mode",
                "[    3.1] Oops: 0000 [#1] PREEMPT SMP NOPTI",
                "[    3.1] RIP: 0010:kp_version+0x5/0x1a [a]",
                "[    3.1] ---[ end trace 0000000000000000 ]---",
                "[    3.2] WARNING: CPU: 0 PID: 1 at kernel/exit.c:1",
                "[    3.2] ---[ end trace 0000000000000000 ]---");

        assertThat(log.complaintsFrom("load a"))
                .extracting(KernelLog.Complaint::lineNumber)
                .containsExactly(2, 7);
    }

    @Test
    void theEndMarkMakesItComplete() {
        assertThat(log("[    3.0] kpatch-boot-test: end", "[    3.1] reboot: Power down")
                        .isComplete())
                .isTrue();
        assertThat(log("[    3.0] kpatch-boot-test: unload a").isComplete()).isFalse();
    }
}
