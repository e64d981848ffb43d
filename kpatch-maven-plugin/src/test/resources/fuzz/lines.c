// Nothing but line numbers differs, in code and in tables.
int __warn_printk(const char *, int), printk(const char *, ...);
#define BUG(line) asm volatile("1: ud2\n.pushsection __bug_table,\"aw\"\n2: .long 1b - ., 0\n.word %c0, 0\n.popsection" :: "i"(line))
int f(int x) { __warn_printk("f", 10 + PATCHED); return x; }
int e(int x) { BUG(12 + PATCHED); return printk("e", x); }
int g(int x) { printk("g", 20 + PATCHED, 30 + PATCHED); return x; }
