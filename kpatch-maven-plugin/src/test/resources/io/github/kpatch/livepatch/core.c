/* Stands in for the livepatch core: prints what it is handed and calls it. */
#include <linux/kernel.h>
#include <linux/livepatch.h>

struct module { int unused; } __this_module;
int init_module(void);
void cleanup_module(void);

static void print(const char *what, struct klp_patch *patch)
{
	struct klp_object *object;
	struct klp_func *func;

	printf("%s replace=%d\n", what, patch->replace);
	for (object = patch->objs; object->funcs || object->name; object++) {
		printf("object %s\n", object->name ? object->name : "NULL");
		for (func = object->funcs; func->old_name || func->new_func; func++)
			printf("  %s,%lu returns %d\n", func->old_name, func->old_sympos,
			       ((int (*)(void))func->new_func)());
		if (object->callbacks.pre_patch)
			printf("  pre_patch returns %d\n", object->callbacks.pre_patch(object));
		if (object->callbacks.post_unpatch)
			printf("  has post_unpatch\n");
	}
}

int klp_enable_patch(struct klp_patch *patch)
{
	print("enable", patch);
	return 0;
}

#ifdef REGISTERS
int klp_register_patch(struct klp_patch *patch)
{
	print("register", patch);
	return 0;
}

int klp_unregister_patch(struct klp_patch *patch)
{
	puts("unregister");
	return 0;
}
#endif

int main(void)
{
	int error = init_module();

	cleanup_module();
	return error ? 1 : 0;
}
