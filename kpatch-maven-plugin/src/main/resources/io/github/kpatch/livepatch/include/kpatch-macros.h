/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the author of a patch can tell the differ and the module, for source
 * code that is compiled into a live patch. The macros leave variables in
 * sections of their own, which never reach the module as they are.
 */
#ifndef KPATCH_MACROS_H
#define KPATCH_MACROS_H

#include <linux/compiler.h>
#include <linux/livepatch.h>
#include <linux/printk.h>

#define KPATCH_JOIN_EXPANDED(a, b) a##b
#define KPATCH_JOIN(a, b) KPATCH_JOIN_EXPANDED(a, b)
#define KPATCH_IN_SECTION(name) __attribute__((__used__, __section__(name)))

/*
 * Callbacks. Each is called for the object (vmlinux or a module) that the
 * source file belongs to, once of a kind and object:
 *
 *   pre_patch     before the object is patched; an error keeps the patch, or
 *                 the module that is just being loaded, from being loaded
 *   post_patch    when every task runs the new code
 *   pre_unpatch   before the object returns to the old code
 *   post_unpatch  when every task runs the old code again
 */
typedef struct klp_object patch_object;

/* The module's source fills in the name of the object. */
#define KPATCH_CALLBACK(kind, result, function)				\
	static struct {							\
		result (*callback)(patch_object *);			\
		const char *object_name;				\
	} kpatch_##kind##_callback					\
		KPATCH_IN_SECTION(".kpatch.callbacks." #kind) = { function, 0 }

#define KPATCH_PRE_PATCH_CALLBACK(function) KPATCH_CALLBACK(pre_patch, int, function)
#define KPATCH_POST_PATCH_CALLBACK(function) KPATCH_CALLBACK(post_patch, void, function)
#define KPATCH_PRE_UNPATCH_CALLBACK(function) KPATCH_CALLBACK(pre_unpatch, void, function)
#define KPATCH_POST_UNPATCH_CALLBACK(function) KPATCH_CALLBACK(post_unpatch, void, function)

/*
 * Leave a section as it is in the running kernel although the patch changes it:
 * for data whose initial values no longer matter. The name is a string such as
 * ".data.some_variable".
 */
#define KPATCH_IGNORE_SECTION(name)					\
	static const char *KPATCH_JOIN(__UNIQUE_ID_kpatch_ignore_section_, __COUNTER__) \
		KPATCH_IN_SECTION(".kpatch.ignore.sections") = name

/* Leave a function as it is in the running kernel although the patch changes it. */
#define KPATCH_IGNORE_FUNCTION(function)				\
	static void *__kpatch_ignore_func_##function			\
		KPATCH_IN_SECTION(".kpatch.ignore.functions") = (void *)(function)

/*
 * Accept that the patch changes how a type lies in memory, for an author who
 * knows that no object of it is ever seen by code that is not replaced:
 *
 *   KPATCH_ALLOW_LAYOUT(struct foo);
 *
 * at file scope of a C file whose object changes. It leaves nothing in the
 * object; the module's modinfo names the type.
 */
#ifdef KPATCH_LAYOUTS
#define KPATCH_ALLOW_LAYOUT(type)					\
	static const char KPATCH_JOIN(__UNIQUE_ID_kpatch_layout_, __COUNTER__)[] \
		KPATCH_IN_SECTION(".discard.kpatch.layouts") = #type
#else
#define KPATCH_ALLOW_LAYOUT(type) _Static_assert(1, #type)
#endif

/*
 * Accepted so that older patches build: it once let a function be replaced while
 * a task was in it. The kernel's livepatch core has no such exception.
 */
#define KPATCH_FORCE_UNSAFE(function)					\
	static void *__kpatch_force_func_##function			\
		KPATCH_IN_SECTION(".kpatch.force") = (void *)(function)

/*
 * Print without changing the layout of the function around it. The kernel
 * declares its printing functions cold, so a new call makes the compiler move
 * code into another part of the function, and the patch grows. A pointer whose
 * target the compiler cannot see has no such effect.
 */
#ifdef printk
#define KPATCH_PRINTK_FUNCTION _printk
#define KPATCH_PRINTK_DEFERRED_FUNCTION _printk_deferred
#else
#define KPATCH_PRINTK_FUNCTION printk
#define KPATCH_PRINTK_DEFERRED_FUNCTION printk_deferred
#endif

#define KPATCH_PRINT_BY(function, ...)					\
({									\
	typeof(&function) kpatch_print = function;			\
									\
	OPTIMIZER_HIDE_VAR(kpatch_print);				\
	(void)kpatch_print(__VA_ARGS__);				\
})

#define KPATCH_PRINTK(fmt, ...)						\
	KPATCH_PRINT_BY(KPATCH_PRINTK_FUNCTION, fmt, ##__VA_ARGS__)
#define KPATCH_PRINTK_DEFERRED(fmt, ...)				\
	KPATCH_PRINT_BY(KPATCH_PRINTK_DEFERRED_FUNCTION, fmt, ##__VA_ARGS__)

/*
 * Call what a static call currently leads to, as in
 * KPATCH_STATIC_CALL(name)(arguments). The call sites of a patch cannot be
 * registered with a static call that belongs to a module.
 */
#define KPATCH_STATIC_CALL(name)					\
	((typeof(STATIC_CALL_TRAMP(name)) *)(STATIC_CALL_KEY(name).func))

#endif /* KPATCH_MACROS_H */
