// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hands the functions that the patch replaces to the kernel's livepatch core.
 * Which ones they are stands in tables that the linker has collected from the
 * patch's objects; this file turns them into the structures of
 * <linux/livepatch.h>.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/errno.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/livepatch.h>
#include <linux/module.h>
#include <linux/string.h>

/* How many objects are patched, vmlinux among them, and how many functions. */
#define KPATCH_OBJECTS @OBJECT_COUNT@
#define KPATCH_FUNCTIONS @FUNCTION_COUNT@
/* Whether this patch takes the place of all patches loaded before it. */
#define KPATCH_REPLACE @REPLACE@
/* Whether a patch must be registered before it can be enabled (before 5.1). */
#define KPATCH_REGISTER @REGISTER@

/* An entry of .kpatch.funcs. */
struct kpatch_function {
	unsigned long new_address;
	unsigned long new_size;
	unsigned long old_address;
	unsigned long old_size;
	unsigned long sympos;
	const char *name;
	const char *object_name;
};

/* An entry of .kpatch.callbacks.*; an empty one ends each table. */
struct kpatch_callback {
	void *function;
	const char *object_name;
};

/* Symbols of the linker script. */
extern const struct kpatch_function kpatch_functions[];
extern const struct kpatch_function kpatch_functions_end[];
extern const struct kpatch_callback kpatch_pre_patch_callbacks[];
extern const struct kpatch_callback kpatch_post_patch_callbacks[];
extern const struct kpatch_callback kpatch_pre_unpatch_callbacks[];
extern const struct kpatch_callback kpatch_post_unpatch_callbacks[];

/*
 * The names of all objects. One may have neither functions nor callbacks: code
 * of the patch that refers to its symbols waits for it all the same, and the
 * core relocates code for the objects of a patch only.
 */
static const char *const kpatch_object_names[KPATCH_OBJECTS] = { @OBJECT_NAMES@ };

/* The livepatch core wants an empty entry at the end of each array. */
static struct klp_object kpatch_objects[KPATCH_OBJECTS + 1];
static struct klp_func kpatch_funcs[KPATCH_FUNCTIONS + KPATCH_OBJECTS];

static struct klp_patch kpatch_patch = {
	.mod = THIS_MODULE,
	.objs = kpatch_objects,
#if KPATCH_REPLACE
	.replace = true,
#endif
};

static bool __init kpatch_is(const struct klp_object *object, const char *name)
{
	return !strcmp(object->name ? object->name : "vmlinux", name);
}

/* The object of that name; a name not seen before takes the next free one. */
static struct klp_object * __init kpatch_object(const char *name)
{
	static int count __initdata;
	int i;

	for (i = 0; i < count; i++)
		if (kpatch_is(&kpatch_objects[i], name))
			return &kpatch_objects[i];
	if (count == KPATCH_OBJECTS)
		return NULL;
	if (strcmp(name, "vmlinux"))
		kpatch_objects[count].name = name;
	return &kpatch_objects[count++];
}

#define kpatch_add_callbacks(kind)					\
({									\
	const struct kpatch_callback *entry = kpatch_##kind##_callbacks; \
	int error = 0;							\
									\
	for (; entry->function && !error; entry++) {			\
		struct klp_object *object = kpatch_object(entry->object_name); \
									\
		if (!object || object->callbacks.kind)			\
			error = -EINVAL;				\
		else							\
			object->callbacks.kind = entry->function;	\
	}								\
	error;								\
})

static int __init kpatch_add_objects(void)
{
	const struct kpatch_function *entry;
	int error, i;

	if (kpatch_functions_end - kpatch_functions != KPATCH_FUNCTIONS)
		return -EINVAL;
	for (entry = kpatch_functions; entry < kpatch_functions_end; entry++)
		if (!kpatch_object(entry->object_name))
			return -EINVAL;
	error = kpatch_add_callbacks(pre_patch) ?:
		kpatch_add_callbacks(post_patch) ?:
		kpatch_add_callbacks(pre_unpatch) ?:
		kpatch_add_callbacks(post_unpatch);
	for (i = 0; i < KPATCH_OBJECTS && !error; i++)
		if (!kpatch_object(kpatch_object_names[i]))
			error = -EINVAL;
	return error;
}

static void __init kpatch_add_functions(void)
{
	const struct kpatch_function *entry;
	struct klp_func *func = kpatch_funcs;
	int i;

	for (i = 0; i < KPATCH_OBJECTS; i++) {
		kpatch_objects[i].funcs = func;
		for (entry = kpatch_functions; entry < kpatch_functions_end; entry++) {
			if (!kpatch_is(&kpatch_objects[i], entry->object_name))
				continue;
			func->old_name = entry->name;
			func->old_sympos = entry->sympos;
			func->new_func = (void *)entry->new_address;
			func++;
		}
		func++;
	}
}

static int __init kpatch_init(void)
{
	int error = kpatch_add_objects();

	if (error) {
		pr_err("the tables of functions and callbacks contradict each other\n");
		return error;
	}
	kpatch_add_functions();

#if KPATCH_REGISTER
	error = klp_register_patch(&kpatch_patch);
	if (error)
		return error;
	error = klp_enable_patch(&kpatch_patch);
	if (error)
		WARN_ON(klp_unregister_patch(&kpatch_patch));
	return error;
#else
	return klp_enable_patch(&kpatch_patch);
#endif
}

/* A patch can be unloaded once it is disabled, which the core sees to. */
static void __exit kpatch_exit(void)
{
#if KPATCH_REGISTER
	WARN_ON(klp_unregister_patch(&kpatch_patch));
#endif
}

module_init(kpatch_init);
module_exit(kpatch_exit);
MODULE_LICENSE("GPL");
MODULE_INFO(livepatch, "Y");
@MODINFO@
