// Nothing but line numbers differs, in code and in tables.
int ___might_sleep(const char *, int), lockdep_rcu_suspicious(const char *, int, const char *), printk(const char *, ...);
#define BUG(line) asm volatile("1: ud2\n.pushsection __bug_table,\"aw\"\n2: .long 1b - ., 0\n.word %c0, 0\n.popsection" :: "i"(line))
int f(int x) { ___might_sleep("f", 10 + PATCHED); return x; }
int e(int x) { BUG(12 + PATCHED); return printk("e", x); }
int g(int x) { lockdep_rcu_suspicious("g", 20 + PATCHED, "why"); return x; }
