// Cold parts of functions with entries of tables of their own, and sections that several functions share.
__attribute__((cold)) void warn(const char *, int);
int g(int);
#define BUG(line, flags) asm volatile("1: ud2\n.pushsection __bug_table,\"aw\"\n2: .long 1b - ., 0\n" \
    ".word " #line ", " #flags "\n.popsection")
#define TRY(type) asm volatile("1: nop\n2:\n.pushsection __ex_table,\"a\"\n.long 1b - ., 2b - ., " #type "\n.popsection")
#define SCHED __attribute__((section(".sched.text"), noinline))
int e(int x) { if (x > 3) { warn("e", 3); BUG(5, 0x901); TRY(1); return 1; } return g(x); }
int f(int x) { if (x > 4) { warn("f", 4); BUG(6, 0x903); TRY(3); return 2; } return g(x) + 1; }
SCHED int first(int x) { TRY(5); return g(x) * 3; }
SCHED int second(int x) { TRY(6); BUG(7, 1); return g(x) * 5; }
int i(int x) { return g(x) + first(x) + second(x) + 2 + PATCHED; }
