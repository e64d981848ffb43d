// What the patch's author says with macros.
int d = 4 + PATCHED;
int g(int);
int e(int x) { return g(x) - 1; }
int f(int x) { return g(x) + 1 + PATCHED; }
int ignored(int x) { return g(x) * (2 + PATCHED); }
#if PATCHED
struct klp_object;
struct callback { int (*run)(struct klp_object *); char *name; };
static int before(struct klp_object *object) { return g(7); }
static void after(struct klp_object *object) { g(8); }
#define HOOK(kind, function) static struct callback __UNIQUE_ID_##kind \
    __attribute__((used, section(".kpatch.callbacks." #kind))) = {(void *)function};
HOOK(pre_patch, before)
HOOK(post_unpatch, after)
char *__UNIQUE_ID_kpatch_ignore_section_1 __attribute__((section(".kpatch.ignore.sections"))) = ".data.d";
void *__kpatch_ignore_func_ignored __attribute__((section(".kpatch.ignore.functions"))) = ignored;
void *__kpatch_ignore_func_e __attribute__((section(".kpatch.ignore.functions"))) = e;
void *__kpatch_force_func_e __attribute__((section(".kpatch.force"))) = e;
void *__kpatch_force_func_f __attribute__((section(".kpatch.force"))) = f;
#endif
