// All tables about code, and references from code into them.
// exports: printk=vmlinux h=vmlinux
#define BUG(line) asm volatile("1: lea 2f(%%rip), %%rdi\nud2\n.pushsection __bug_table,\"aw\"\n" \
    "2: .long 1b - ., 0\n.word " #line ", 0\n.popsection" ::: "rdi")
#define TRY(n) asm volatile("1: movl (%%rdi), %%eax\n2:\n.pushsection .fixup,\"ax\"\n3: movl $" #n ", %%eax\n" \
    "jmp 2b\n.popsection\n.pushsection __ex_table,\"a\"\n.long 1b - ., 3b - ., 0\n.popsection" ::: "rax")
#define ALTERNATIVE(n) asm volatile("1: nop\n.pushsection .altinstructions,\"a\"\n.long 1b - ., 2f - .\n" \
    ".word " #n "\n.byte 1, 1\n.popsection\n.pushsection .altinstr_replacement,\"ax\"\n2: ret\n.popsection")
#define ORC(n) asm volatile("1: nop\n.pushsection .orc_unwind_ip,\"a\"\n.long 1b - .\n.popsection\n" \
    ".pushsection .orc_unwind,\"a\"\n.byte " #n ",0,0,0,0,0\n.popsection")
#define SITE(name) asm volatile("1: nop\n.pushsection " name ",\"a\"\n.long 1b - .\n.popsection")
#define PARAVIRT(n, tail) asm volatile("1: nop\n.pushsection .parainstructions,\"a\"\n" \
    ".quad 1b\n.byte " #n ", 1\n.short 5\n" tail "\n.popsection")
#define INDEX asm volatile(".pushsection .printk_index,\"a\"\n.quad 1f\n.popsection\n1:")
int h(int), printk(const char *, ...);
extern int nowhere;

int e(int x)
{
    BUG(5); TRY(1); ORC(1); ALTERNATIVE(5); SITE(".return_sites"); SITE(".retpoline_sites"); INDEX;
    PARAVIRT(1, ".long 0");
    return h(x);
}

int f(int x)
{
    BUG(6); TRY(3); TRY(4); ORC(2); ORC(3); ALTERNATIVE(6); SITE(".return_sites"); SITE(".smp_locks"); INDEX;
    PARAVIRT(2, "");
    return printk("f %d", h(x)) + 1 + PATCHED;
}

int g(int x) { BUG(7); TRY(5); ORC(4); SITE(".call_sites"); return h(x); }
