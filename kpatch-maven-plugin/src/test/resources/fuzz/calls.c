// Static calls, branches of static keys with the value that stands in the key's low bits, call and lock sites, ORC.
struct key { int enabled; void *entries; };
extern struct key outside, another;
int h(int), ordinary(int);
#define BRANCH(key, likely, label) asm goto("1: .byte 0x0f,0x1f,0x44,0,0\n.pushsection __jump_table,\"aw\"\n.balign 8\n" \
    ".long 1b - ., %l[" #label "] - .\n.quad %c0 + " #likely " - .\n.popsection" :: "i"(&key) :: label)
#define CALL(key, tail) asm volatile("1: call __SCT__" #key "\n.pushsection .static_call_sites,\"aw\"\n.balign 4\n" \
    ".long 1b - ., __SCK__" #key " + " #tail " - .\n.popsection" ::: "memory")
#define SITE(name) asm volatile("1: nop\n.pushsection " name ",\"a\"\n.long 1b - .\n.popsection")
#define ORC(n) asm volatile("1: nop\n.pushsection .orc_unwind_ip,\"a\"\n.long 1b - .\n.popsection\n" \
    ".pushsection .orc_unwind,\"a\"\n.byte " #n ",0,0,0,5,0\n.popsection")
#define PARAVIRT(type) asm volatile("1: call *ops+8\n.pushsection .parainstructions,\"a\"\n.balign 8\n" \
    ".quad 1b\n.byte " #type ", 7\n.balign 8\n.popsection")
int e(int x) { ORC(8); SITE(".smp_locks"); SITE(".return_sites"); CALL(one, 0); CALL(two, 1); return h(x); }
int f(int x)
{
    ORC(16); SITE(".retpoline_sites"); SITE(".call_sites"); PARAVIRT(4); PARAVIRT(9);
    BRANCH(outside, 0, on);
    BRANCH(another, 1, off);
    return h(x);
on:
    return ordinary(x);
off:
    return h(x) + 9;
}
int i(int x) { return h(x) + 2 + PATCHED; }
