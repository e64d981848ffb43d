// SPDX-License-Identifier: GPL-2.0-only
/* What the plugin looks for in a vmlinux: the banner, ftrace's entry, exports, and the structures of special sections. */
#include <linux/kernel.h>
#include <linux/livepatch.h>
#include <generated/utsrelease.h>

const char linux_banner[] =
	"Linux version " UTS_RELEASE " (toy@toy) (" TOY_COMPILER ", toy ld) #1 SMP PREEMPT_DYNAMIC Toy 6.1.99-1 (2026-01-01)\n";

asm(".globl __fentry__\n__fentry__:\n\tret\n");

int klp_enable_patch(struct klp_patch *patch)
{
	return patch ? 0 : -1;
}

int _printk(const char *format, ...)
{
	return format ? 0 : -1;
}

int strcmp(const char *one, const char *other)
{
	while (*one && *one == *other) {
		one++;
		other++;
	}
	return *one - *other;
}

struct alt_instr { int instr_offset, repl_offset; unsigned short cpuid; unsigned char instrlen, replacementlen; } __packed;
struct bug_entry { int bug_addr_disp, file_disp; unsigned short line, flags; };
struct exception_table_entry { int insn, fixup, data; };
struct jump_entry { int code, target; long key; };
struct orc_entry { short sp_offset, bp_offset; unsigned short bits; } __packed;
struct paravirt_patch_site { unsigned char *instr; unsigned char type, len; };
struct static_call_site { int addr, key; };
struct static_call_tramp_key { int tramp, key; };
struct pi_entry { const char *fmt, *func, *file; unsigned int line; };

struct {
	struct alt_instr alternative;
	struct bug_entry bug;
	struct exception_table_entry exception;
	struct jump_entry jump;
	struct orc_entry orc;
	struct paravirt_patch_site paravirt;
	struct static_call_site static_call;
	struct static_call_tramp_key trampoline;
	struct pi_entry print_index;
} toy_structures;
