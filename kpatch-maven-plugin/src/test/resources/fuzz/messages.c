// Literals, constants and addends of code that does not change.
int g(int), show(const char *, ...);
extern int array[16], errors[4];
static const char *const words[] = {"one", "two"};
int e(int x) { return show("e says %d\n", 5) + array[3]; }
int f(int x) { array[2] = 7; return show("f says %s\n", words[x]); }
int h(int x) { return errors[1] ? g((long)&array[9]) : show(__func__); }
int k(int x) { struct { long a, b, c; } s = {11, 12, 13}; return show("%p", &s); }
int i(int x) { return g(x) + 2 + PATCHED; }
