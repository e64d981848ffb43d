// Debug information and unwind tables as vendor kernels keep them.
// flags: -g -fasynchronous-unwind-tables
int g(int);
static int counter;
int e(int x) { counter += x; return g(counter); }
int f(int x) { return g(x) + 1 + PATCHED; }
