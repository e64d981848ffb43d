// Alternatives: with nothing in their place, with calls, twice for one place.
int g(int), helper(int);
extern int outside;
#define ENTRY(feature, old, new) ".pushsection .altinstructions,\"a\"\n.long " old "b - ., " new "f - .\n" \
    ".word " #feature "\n.byte 3, " new "1f - " new "f\n.popsection\n"
#define CODE(new, text) ".pushsection .altinstr_replacement,\"ax\"\n" new ": " text "\n" new "1:\n.popsection\n"
#define ALTERNATIVE(feature, text) asm volatile("1: .byte 0x0f,0x1f,0x00\n" ENTRY(feature, "1", "2") CODE("2", text))
int e(int x) { ALTERNATIVE(5, "lfence"); return g(x); }
int f(int x) { ALTERNATIVE(6, "call helper"); ALTERNATIVE(7, ""); return g(x) + 1; }
int h(int x)
{
    asm volatile("1: .byte 0x0f,0x1f,0x00\n" ENTRY(8, "1", "2") ENTRY(9, "1", "3")
        CODE("2", "mfence") CODE("3", "movl outside(%%rip), %%eax") ::: "rax");
    return g(x) * 3;
}
int i(int x) { return g(x) + 2 + PATCHED; }
