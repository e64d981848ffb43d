// Warnings: files, lines and flags in the table, and messages with constants.
int g(int);
void __warn_printk(const char *, ...), _printk(const char *, ...), dump(const char *, int, int);
#define BUG(file, line, flags) asm volatile("1: ud2\n.pushsection __bug_table,\"aw\"\n2: .long 1b - ., %c0 - .\n" \
    ".word " #line ", " #flags "\n.org 2b+12\n.popsection" :: "i"(file))
int e(int x) { if (x > 3) BUG("here.c", 5, 0x901); return g(x); }
int f(int x) { if (x > 5) { BUG("here.c", 9, 0x903); BUG("there.h", 19, 0x909); } return g(x) + 1; }
int h(int x)
{
    _printk("%d of %d\n", 3, 4);
    if (x > 7) { __warn_printk("%d\n", 17); BUG("here.c", 31, 0x901); }
    dump("key", 5, 6);
    return g(x);
}
int i(int x) { return g(x) + 2 + PATCHED; }
