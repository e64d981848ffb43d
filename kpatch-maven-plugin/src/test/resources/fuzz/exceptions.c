// Exception tables as they are since 5.17: no fix-up code, a type, labels of C.
int g(int);
#define TRY(type) asm volatile("1: movl (%1), %0\n2:\n.pushsection __ex_table,\"a\"\n.balign 4\n" \
    ".long 1b - ., 2b - ., " #type "\n.popsection" : "=r"(value) : "r"(p))
#define TRY_ELSE(label) asm goto("1: movl (%0), %%eax\n.pushsection __ex_table,\"a\"\n.balign 4\n" \
    ".long 1b - ., %l[" #label "] - ., 3\n.popsection" :: "r"(p) : "rax" : fault, other)
int e(int *p) { int value = 0; TRY(1); return value; }
int f(int *p) { int value = 0; TRY(3); TRY(0x10007); return g(value); }
int h(int *p)
{
    TRY_ELSE(fault);
    TRY_ELSE(other);
    return g(1);
fault:
    return g(2);
other:
    return g(3);
}
int i(int x) { return g(x) + 2 + PATCHED; }
