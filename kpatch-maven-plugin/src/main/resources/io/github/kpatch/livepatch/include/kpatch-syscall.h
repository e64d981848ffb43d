/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * System calls that a live patch can replace. The kernel's own SYSCALL_DEFINEn()
 * puts the body into an inline function, which ftrace cannot redirect and which
 * therefore cannot be replaced unless the compiler happens to inline it, and
 * makes new records for tracing, which a live patch cannot add. Write
 * KPATCH_SYSCALL_DEFINEn() in its place in the patched source, with the same
 * arguments.
 */
#ifndef KPATCH_SYSCALL_H
#define KPATCH_SYSCALL_H

#include <linux/syscalls.h>

#include "kpatch-macros.h"

/*
 * The kernel's tracing records of the call stay in force. An entry of our own
 * keeps both sections in being, so that they can be named to be left alone.
 */
#ifdef CONFIG_FTRACE_SYSCALLS
#define KPATCH_KEEP_SYSCALL_METADATA(sname)				\
	static void *kpatch_syscall_metadata##sname			\
		KPATCH_IN_SECTION("__syscalls_metadata");		\
	static void *kpatch_syscall_event##sname			\
		KPATCH_IN_SECTION("_ftrace_events");			\
	KPATCH_IGNORE_SECTION("__syscalls_metadata");			\
	KPATCH_IGNORE_SECTION("_ftrace_events");
#else
#define KPATCH_KEEP_SYSCALL_METADATA(sname)
#endif

/*
 * The body goes into a function that is new, so that it needs no ftrace call of
 * its own, and the kernel's inline function becomes a mere call to it.
 */
#define KPATCH_SYSCALL_DEFINEx(x, sname, ...)				\
	KPATCH_KEEP_SYSCALL_METADATA(sname)				\
	static noinline long __kpatch_do_sys##sname(__MAP(x, __SC_DECL, __VA_ARGS__)); \
	__SYSCALL_DEFINEx(x, sname, __VA_ARGS__)			\
	{								\
		return __kpatch_do_sys##sname(__MAP(x, __SC_ARGS, __VA_ARGS__)); \
	}								\
	static noinline long __kpatch_do_sys##sname(__MAP(x, __SC_DECL, __VA_ARGS__))

#define KPATCH_SYSCALL_DEFINE1(name, ...) KPATCH_SYSCALL_DEFINEx(1, _##name, __VA_ARGS__)
#define KPATCH_SYSCALL_DEFINE2(name, ...) KPATCH_SYSCALL_DEFINEx(2, _##name, __VA_ARGS__)
#define KPATCH_SYSCALL_DEFINE3(name, ...) KPATCH_SYSCALL_DEFINEx(3, _##name, __VA_ARGS__)
#define KPATCH_SYSCALL_DEFINE4(name, ...) KPATCH_SYSCALL_DEFINEx(4, _##name, __VA_ARGS__)
#define KPATCH_SYSCALL_DEFINE5(name, ...) KPATCH_SYSCALL_DEFINEx(5, _##name, __VA_ARGS__)
#define KPATCH_SYSCALL_DEFINE6(name, ...) KPATCH_SYSCALL_DEFINEx(6, _##name, __VA_ARGS__)

#endif /* KPATCH_SYSCALL_H */
