#include <stdbool.h>
struct module;
struct klp_object;
struct klp_func {
	const char *old_name;
	void *new_func;
	unsigned long old_sympos;
};
struct klp_callbacks {
	int (*pre_patch)(struct klp_object *);
	void (*post_patch)(struct klp_object *);
	void (*pre_unpatch)(struct klp_object *);
	void (*post_unpatch)(struct klp_object *);
};
struct klp_object {
	const char *name;
	struct klp_func *funcs;
	struct klp_callbacks callbacks;
};
struct klp_patch {
	struct module *mod;
	struct klp_object *objs;
	bool replace;
};
int klp_enable_patch(struct klp_patch *patch);
#ifdef REGISTERS
int klp_register_patch(struct klp_patch *patch);
int klp_unregister_patch(struct klp_patch *patch);
#endif
