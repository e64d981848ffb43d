// What sanitizers and clang leave behind, and dynamic debug descriptors.
int g(void *);
static int type __attribute__((used, section(".data..Lubsan_type0"))) = 1;
static int where __attribute__((used, section(".data..Lubsan_data1"))) = 2;
static int unnamed __attribute__((used, section(".data..L__unnamed_1"))) = 3;
static int descriptor __attribute__((used, section("__dyndbg"))) = 4;
static int unique __asm__("__UNIQUE_ID_ddebug7.3") = 5;
static int key __asm__("__key.4") = 6;
asm(".pushsection .discard.x,\"a\"\n.long 0\n.popsection\n.pushsection .llvm_addrsig,\"\"\n.byte 1\n.popsection");
int f(void) { return g(&type) + g(&where) + g(&unnamed) + g(&descriptor) + g(&unique) + g(&key) + PATCHED; }
