// Cold and partial pieces, clones, aliases, weak functions, functions that move.
// flags: -fpartial-inlining --param max-inline-insns-auto=4
__attribute__((cold)) void warn(int);
int sink(int), state;
int f(int x) { if (x > 4) { warn(x + 1 + PATCHED); return -1; } return sink(x); }
static int part(int *p)
{
    if (!p)
        return 0;
    int total = 0;
    for (int i = 0; i < *p; i++) { total += sink(i) * 3 + 5 + PATCHED; total ^= sink(total); total -= sink(i + 7); }
    return total;
}
int a(int *p) { return part(p) + 1; }
int b(int *p) { return part(p) + 2; }
int c(int *p) { return part(p) + 3; }
static __attribute__((noinline)) int clone(int a, int b) { state += a; return a * b + state; }
int d(int x) { return clone(x, 7) + clone(x + 1, 7); }
#if PATCHED
#define PLACE __attribute__((cold))
#else
#define PLACE
#endif
PLACE int moves(int x) { return sink(x) + 1; }
int second(int) __attribute__((alias("moves")));
__attribute__((weak)) int soft(int x) { return sink(x) + PATCHED; }
__attribute__((no_instrument_function)) int untraced(int x) { return sink(x); }
__attribute__((section(".init.text"))) int boot(int x) { return sink(x); }
