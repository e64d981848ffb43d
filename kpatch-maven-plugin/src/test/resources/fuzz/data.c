// Changed data, which no live patch can carry, beside new data, which one can.
int g(int);
int d = 1 + PATCHED;
const int table[3 + PATCHED] = {1, 2, 3};
int *pointer = &d;
static int kept __attribute__((section(".data..read_mostly"))) = 2;
int f(int x) { return d + table[x] + kept + g(x); }
#if PATCHED
static int fresh = 5;
int visible = 6;
int added(int x) { return g(x) + fresh + visible++; }
int e(int x) { return added(x); }
#else
int e(int x) { return g(x); }
#endif
