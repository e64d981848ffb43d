// Static variables inside functions, literals, constants without a name, once-flags.
int printk(const char *, ...), sink(int *);
__attribute__((cold)) void warn(int);
#if PATCHED
int first(int x) { static int count = 3; count -= x; return count; }
#endif
int f(int x) { static int count = 1, total; count += x; total ^= count; return printk("f %d", total) + PATCHED; }
int g(int x)
{
    static char once __attribute__((section(".data.once")));
    static const char __func__name[] = "g";
    { static int n = 1; n += x; x += n; }
    { static int n = 2; n -= x; x ^= n; }
    if (!once) { once = 1; warn(x + PATCHED); }
    return printk("%s", __func__name) + x;
}
int h(int x) { int table[8] = {1, 2, 3, 4, 5, 6, 7, 8 + PATCHED}; return sink(table) + table[x & 7]; }
static inline int shared(int x) { static int uses; return uses += x; }
int i(int x) { return shared(x); }
int j(int x) { return shared(x + PATCHED); }
struct node { struct node *next; };
struct node *k(void) { static struct node list = {&list}; return list.next + PATCHED; }
double sum(float);
const char *names[] = {"one", "two", "three"};
const char *l(int x) { return names[x]; }
