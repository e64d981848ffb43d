// Livepatch before 5.8, which applies alternatives and paravirt entries itself.
// parent: some_mod
// klp-arch
#define ALTERNATIVE(n) asm volatile("1: nop\n.pushsection .altinstructions,\"a\"\n.long 1b - ., 2f - .\n" \
    ".word " #n "\n.byte 1, 5\n.popsection\n.pushsection .altinstr_replacement,\"ax\"\n2: call h\n.popsection")
#define PARAVIRT(n) asm volatile("1: nop\n.pushsection .parainstructions,\"a\"\n.quad 1b\n.byte " #n ", 1\n" \
    ".short 5\n.long 0\n.popsection")
int h(int);
int e(int x) { ALTERNATIVE(5); PARAVIRT(1); return h(x); }
int f(int x) { ALTERNATIVE(6); PARAVIRT(2); return h(x) + 1 + PATCHED; }
