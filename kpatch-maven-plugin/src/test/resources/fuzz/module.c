// A module that uses its own, vmlinux's and other modules' symbols, with namespaces.
// parent: some_mod
// exports: outside=vmlinux printk=vmlinux:CORE foreign=drivers/other-mod mine=drivers/some-mod __tracepoint_x=other-mod __SCK__tp_func_x=other-mod __SCK__x=vmlinux
struct key { int enabled; void *entries; };
extern struct key outside, __tracepoint_x;
int printk(const char *, ...), foreign(int), mine(int), hidden(int);
static int counter;
int shared;
static __attribute__((noinline)) int local(int x) { counter += x; return foreign(counter); }
static __attribute__((noinline)) int stored(int x) { return x - 1; }
int (*keep)(int);
asm(".pushsection .modinfo,\"a\"\n.asciz \"license=GPL\"\n.asciz \"unit.import_ns=ONE\"\n"
    ".asciz \"import_ns=TWO\"\n.popsection");
#define BRANCH(key, label) asm goto(".byte 0x0f,0x1f,0x44,0,0\n.pushsection __jump_table,\"aw\"\n.balign 8\n" \
    ".long .Lhere%= - ., %l[" #label "] - .\n.quad %c0 - .\n.popsection\n.Lhere%=:" :: "i"(&key) :: label)

int f(int x)
{
    BRANCH(outside, on);
    BRANCH(__tracepoint_x, on);
    asm volatile("1: call __SCT__tp_func_x\n.pushsection .static_call_sites,\"aw\"\n"
        ".long 1b - ., __SCK__tp_func_x - .\n.long 1b - ., __SCK__x - .\n.popsection" ::: "memory");
    keep = stored;
    return local(x) + mine(x) + hidden(x) + shared++ + 1 + PATCHED;
on:
    return printk("on %d", x);
}
