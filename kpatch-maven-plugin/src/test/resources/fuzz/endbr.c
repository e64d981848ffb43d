// Functions that begin with endbr64, padding before them, and the structures of 6.12.
// flags: -fcf-protection=branch -fpatchable-function-entry=16,16 -falign-functions=16
// sizes: alt_instr=14
int g(int), helper(int);
#define ALTERNATIVE(feature, flags, text) asm volatile("1: .byte 0x0f,0x1f,0x00\n.pushsection .altinstructions,\"a\"\n" \
    ".long 1b - ., 2f - .\n.4byte " #feature " | " #flags " << 16\n.byte 3, 3f - 2f\n.popsection\n" \
    ".pushsection .altinstr_replacement,\"ax\"\n2: " text "\n3:\n.popsection")
#define TRY(type) asm volatile("1: movl (%1), %0\n2:\n.pushsection __ex_table,\"a\"\n.balign 4\n" \
    ".long 1b - ., 2b - ., " #type "\n.popsection" : "=r"(value) : "r"(p))
#define SITE(name) asm volatile("1: nop\n.pushsection " name ",\"a\"\n.long 1b - .\n.popsection")
static __attribute__((noinline)) int callee(int x) { ALTERNATIVE(4, 0, "lfence"); return g(x); }
int e(int x) { ALTERNATIVE(5, 1, "call helper"); return g(x) + callee(x); }
int f(int *p) { int value = 0; TRY(3); SITE(".call_sites"); SITE(".return_sites"); return callee(value) + 1; }
__attribute__((no_instrument_function)) int silent(int x) { ALTERNATIVE(6, 0, ""); return g(x); }
int i(int x) { return g(x) + 2 + PATCHED; }
