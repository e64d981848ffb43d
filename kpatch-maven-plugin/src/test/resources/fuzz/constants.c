// Changed constants that have names, and users of them that have not changed.
int g(int);
const int table[4] = {1, 2, 3, 4 + PATCHED};
int f(int x) { return table[x & 3] + g(x) + PATCHED; }
int e(int x) { return table[x & 1] + g(x); }
