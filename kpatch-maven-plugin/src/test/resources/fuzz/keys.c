// Static keys, static calls and tracepoints of vmlinux; a key that is new.
struct key { int enabled; void *entries; };
extern struct key outside, __tracepoint_x;
struct key own = {1};
#if PATCHED
static struct key fresh = {1};
#define SECOND fresh
#else
#define SECOND own
#endif
#define BRANCH(key, label) asm goto(".byte 0x0f,0x1f,0x44,0,0\n.pushsection __jump_table,\"aw\"\n.balign 8\n" \
    ".long .Lhere%= - ., %l[" #label "] - .\n.quad %c0 - .\n.popsection\n.Lhere%=:" :: "i"(&key) :: label)
#define CALL(key) asm volatile("1: call __SCT__" #key "\n.pushsection .static_call_sites,\"aw\"\n" \
    ".long 1b - ., __SCK__" #key " - .\n.popsection" ::: "memory")
int h(int);

int f(int x)
{
    BRANCH(outside, on);
    BRANCH(SECOND, on);
    CALL(x);
    return h(x) + 1 + PATCHED;
on:
    return h(x) + 9;
}

int g(int x)
{
    BRANCH(__tracepoint_x, on);
    CALL(tp_func_x);
    return h(x) + 3;
on:
    return h(x) + 7;
}
