# Encodings for InstructionLengthTest: every addressing form, every immediate size, every prefix and opcode map.
 .text
sym:
 mov (%rax), %rax
 movl $0x11223344, (%rax)
 movw $0x1122, (%rax)
 movb $1, (%rax)
 movq $-5, (%rax)
 addl $1, (%rax)
 testb $3, (%rax)
 testl $0x1234567, (%rax)
 testw $0x1234, (%rax)
 testq $0x1234567, (%rax)
 notl (%rax)
 negb (%rax)
 shll $3, (%rax)
 pop (%rax)
 imul $0x12345, (%rax), %rdx
 imul $3, (%rax), %rdx
 vmovdqa64 (%rax), %zmm17
 vpternlogq $0x96, (%rax), %zmm1, %zmm2{%k3}{z}
 vpaddd (%rax), %ymm3, %ymm4
 vpermq $3, (%rax), %ymm4
 pshufb (%rax), %xmm1
 palignr $4, (%rax), %xmm1
 pfadd (%rax), %mm1
 vpcmov %xmm3, (%rax), %xmm1, %xmm2
 vprotd $3, (%rax), %xmm2
 bextr $0x12345678, (%rax), %rdx
 vcvtph2ps (%rax), %ymm1
 cmpxchg16b (%rax)
 btl $3, (%rax)
 shld $3, %eax, (%rax)
 mov 8(%rax), %rax
 movl $0x11223344, 8(%rax)
 movw $0x1122, 8(%rax)
 movb $1, 8(%rax)
 movq $-5, 8(%rax)
 addl $1, 8(%rax)
 testb $3, 8(%rax)
 testl $0x1234567, 8(%rax)
 testw $0x1234, 8(%rax)
 testq $0x1234567, 8(%rax)
 notl 8(%rax)
 negb 8(%rax)
 shll $3, 8(%rax)
 pop 8(%rax)
 imul $0x12345, 8(%rax), %rdx
 imul $3, 8(%rax), %rdx
 vmovdqa64 8(%rax), %zmm17
 vpternlogq $0x96, 8(%rax), %zmm1, %zmm2{%k3}{z}
 vpaddd 8(%rax), %ymm3, %ymm4
 vpermq $3, 8(%rax), %ymm4
 pshufb 8(%rax), %xmm1
 palignr $4, 8(%rax), %xmm1
 pfadd 8(%rax), %mm1
 vpcmov %xmm3, 8(%rax), %xmm1, %xmm2
 vprotd $3, 8(%rax), %xmm2
 bextr $0x12345678, 8(%rax), %rdx
 vcvtph2ps 8(%rax), %ymm1
 cmpxchg16b 8(%rax)
 btl $3, 8(%rax)
 shld $3, %eax, 8(%rax)
 mov 0x12345(%rax), %rax
 movl $0x11223344, 0x12345(%rax)
 movw $0x1122, 0x12345(%rax)
 movb $1, 0x12345(%rax)
 movq $-5, 0x12345(%rax)
 addl $1, 0x12345(%rax)
 testb $3, 0x12345(%rax)
 testl $0x1234567, 0x12345(%rax)
 testw $0x1234, 0x12345(%rax)
 testq $0x1234567, 0x12345(%rax)
 notl 0x12345(%rax)
 negb 0x12345(%rax)
 shll $3, 0x12345(%rax)
 pop 0x12345(%rax)
 imul $0x12345, 0x12345(%rax), %rdx
 imul $3, 0x12345(%rax), %rdx
 vmovdqa64 0x12345(%rax), %zmm17
 vpternlogq $0x96, 0x12345(%rax), %zmm1, %zmm2{%k3}{z}
 vpaddd 0x12345(%rax), %ymm3, %ymm4
 vpermq $3, 0x12345(%rax), %ymm4
 pshufb 0x12345(%rax), %xmm1
 palignr $4, 0x12345(%rax), %xmm1
 pfadd 0x12345(%rax), %mm1
 vpcmov %xmm3, 0x12345(%rax), %xmm1, %xmm2
 vprotd $3, 0x12345(%rax), %xmm2
 bextr $0x12345678, 0x12345(%rax), %rdx
 vcvtph2ps 0x12345(%rax), %ymm1
 cmpxchg16b 0x12345(%rax)
 btl $3, 0x12345(%rax)
 shld $3, %eax, 0x12345(%rax)
 mov (%rsp), %rax
 movl $0x11223344, (%rsp)
 movw $0x1122, (%rsp)
 movb $1, (%rsp)
 movq $-5, (%rsp)
 addl $1, (%rsp)
 testb $3, (%rsp)
 testl $0x1234567, (%rsp)
 testw $0x1234, (%rsp)
 testq $0x1234567, (%rsp)
 notl (%rsp)
 negb (%rsp)
 shll $3, (%rsp)
 pop (%rsp)
 imul $0x12345, (%rsp), %rdx
 imul $3, (%rsp), %rdx
 vmovdqa64 (%rsp), %zmm17
 vpternlogq $0x96, (%rsp), %zmm1, %zmm2{%k3}{z}
 vpaddd (%rsp), %ymm3, %ymm4
 vpermq $3, (%rsp), %ymm4
 pshufb (%rsp), %xmm1
 palignr $4, (%rsp), %xmm1
 pfadd (%rsp), %mm1
 vpcmov %xmm3, (%rsp), %xmm1, %xmm2
 vprotd $3, (%rsp), %xmm2
 bextr $0x12345678, (%rsp), %rdx
 vcvtph2ps (%rsp), %ymm1
 cmpxchg16b (%rsp)
 btl $3, (%rsp)
 shld $3, %eax, (%rsp)
 mov 8(%rsp), %rax
 movl $0x11223344, 8(%rsp)
 movw $0x1122, 8(%rsp)
 movb $1, 8(%rsp)
 movq $-5, 8(%rsp)
 addl $1, 8(%rsp)
 testb $3, 8(%rsp)
 testl $0x1234567, 8(%rsp)
 testw $0x1234, 8(%rsp)
 testq $0x1234567, 8(%rsp)
 notl 8(%rsp)
 negb 8(%rsp)
 shll $3, 8(%rsp)
 pop 8(%rsp)
 imul $0x12345, 8(%rsp), %rdx
 imul $3, 8(%rsp), %rdx
 vmovdqa64 8(%rsp), %zmm17
 vpternlogq $0x96, 8(%rsp), %zmm1, %zmm2{%k3}{z}
 vpaddd 8(%rsp), %ymm3, %ymm4
 vpermq $3, 8(%rsp), %ymm4
 pshufb 8(%rsp), %xmm1
 palignr $4, 8(%rsp), %xmm1
 pfadd 8(%rsp), %mm1
 vpcmov %xmm3, 8(%rsp), %xmm1, %xmm2
 vprotd $3, 8(%rsp), %xmm2
 bextr $0x12345678, 8(%rsp), %rdx
 vcvtph2ps 8(%rsp), %ymm1
 cmpxchg16b 8(%rsp)
 btl $3, 8(%rsp)
 shld $3, %eax, 8(%rsp)
 mov 0x1000(%rsp,%rbx,8), %rax
 movl $0x11223344, 0x1000(%rsp,%rbx,8)
 movw $0x1122, 0x1000(%rsp,%rbx,8)
 movb $1, 0x1000(%rsp,%rbx,8)
 movq $-5, 0x1000(%rsp,%rbx,8)
 addl $1, 0x1000(%rsp,%rbx,8)
 testb $3, 0x1000(%rsp,%rbx,8)
 testl $0x1234567, 0x1000(%rsp,%rbx,8)
 testw $0x1234, 0x1000(%rsp,%rbx,8)
 testq $0x1234567, 0x1000(%rsp,%rbx,8)
 notl 0x1000(%rsp,%rbx,8)
 negb 0x1000(%rsp,%rbx,8)
 shll $3, 0x1000(%rsp,%rbx,8)
 pop 0x1000(%rsp,%rbx,8)
 imul $0x12345, 0x1000(%rsp,%rbx,8), %rdx
 imul $3, 0x1000(%rsp,%rbx,8), %rdx
 vmovdqa64 0x1000(%rsp,%rbx,8), %zmm17
 vpternlogq $0x96, 0x1000(%rsp,%rbx,8), %zmm1, %zmm2{%k3}{z}
 vpaddd 0x1000(%rsp,%rbx,8), %ymm3, %ymm4
 vpermq $3, 0x1000(%rsp,%rbx,8), %ymm4
 pshufb 0x1000(%rsp,%rbx,8), %xmm1
 palignr $4, 0x1000(%rsp,%rbx,8), %xmm1
 pfadd 0x1000(%rsp,%rbx,8), %mm1
 vpcmov %xmm3, 0x1000(%rsp,%rbx,8), %xmm1, %xmm2
 vprotd $3, 0x1000(%rsp,%rbx,8), %xmm2
 bextr $0x12345678, 0x1000(%rsp,%rbx,8), %rdx
 vcvtph2ps 0x1000(%rsp,%rbx,8), %ymm1
 cmpxchg16b 0x1000(%rsp,%rbx,8)
 btl $3, 0x1000(%rsp,%rbx,8)
 shld $3, %eax, 0x1000(%rsp,%rbx,8)
 mov (,%rcx,4), %rax
 movl $0x11223344, (,%rcx,4)
 movw $0x1122, (,%rcx,4)
 movb $1, (,%rcx,4)
 movq $-5, (,%rcx,4)
 addl $1, (,%rcx,4)
 testb $3, (,%rcx,4)
 testl $0x1234567, (,%rcx,4)
 testw $0x1234, (,%rcx,4)
 testq $0x1234567, (,%rcx,4)
 notl (,%rcx,4)
 negb (,%rcx,4)
 shll $3, (,%rcx,4)
 pop (,%rcx,4)
 imul $0x12345, (,%rcx,4), %rdx
 imul $3, (,%rcx,4), %rdx
 vmovdqa64 (,%rcx,4), %zmm17
 vpternlogq $0x96, (,%rcx,4), %zmm1, %zmm2{%k3}{z}
 vpaddd (,%rcx,4), %ymm3, %ymm4
 vpermq $3, (,%rcx,4), %ymm4
 pshufb (,%rcx,4), %xmm1
 palignr $4, (,%rcx,4), %xmm1
 pfadd (,%rcx,4), %mm1
 vpcmov %xmm3, (,%rcx,4), %xmm1, %xmm2
 vprotd $3, (,%rcx,4), %xmm2
 bextr $0x12345678, (,%rcx,4), %rdx
 vcvtph2ps (,%rcx,4), %ymm1
 cmpxchg16b (,%rcx,4)
 btl $3, (,%rcx,4)
 shld $3, %eax, (,%rcx,4)
 mov 0(%r13), %rax
 movl $0x11223344, 0(%r13)
 movw $0x1122, 0(%r13)
 movb $1, 0(%r13)
 movq $-5, 0(%r13)
 addl $1, 0(%r13)
 testb $3, 0(%r13)
 testl $0x1234567, 0(%r13)
 testw $0x1234, 0(%r13)
 testq $0x1234567, 0(%r13)
 notl 0(%r13)
 negb 0(%r13)
 shll $3, 0(%r13)
 pop 0(%r13)
 imul $0x12345, 0(%r13), %rdx
 imul $3, 0(%r13), %rdx
 vmovdqa64 0(%r13), %zmm17
 vpternlogq $0x96, 0(%r13), %zmm1, %zmm2{%k3}{z}
 vpaddd 0(%r13), %ymm3, %ymm4
 vpermq $3, 0(%r13), %ymm4
 pshufb 0(%r13), %xmm1
 palignr $4, 0(%r13), %xmm1
 pfadd 0(%r13), %mm1
 vpcmov %xmm3, 0(%r13), %xmm1, %xmm2
 vprotd $3, 0(%r13), %xmm2
 bextr $0x12345678, 0(%r13), %rdx
 vcvtph2ps 0(%r13), %ymm1
 cmpxchg16b 0(%r13)
 btl $3, 0(%r13)
 shld $3, %eax, 0(%r13)
 mov (%r12), %rax
 movl $0x11223344, (%r12)
 movw $0x1122, (%r12)
 movb $1, (%r12)
 movq $-5, (%r12)
 addl $1, (%r12)
 testb $3, (%r12)
 testl $0x1234567, (%r12)
 testw $0x1234, (%r12)
 testq $0x1234567, (%r12)
 notl (%r12)
 negb (%r12)
 shll $3, (%r12)
 pop (%r12)
 imul $0x12345, (%r12), %rdx
 imul $3, (%r12), %rdx
 vmovdqa64 (%r12), %zmm17
 vpternlogq $0x96, (%r12), %zmm1, %zmm2{%k3}{z}
 vpaddd (%r12), %ymm3, %ymm4
 vpermq $3, (%r12), %ymm4
 pshufb (%r12), %xmm1
 palignr $4, (%r12), %xmm1
 pfadd (%r12), %mm1
 vpcmov %xmm3, (%r12), %xmm1, %xmm2
 vprotd $3, (%r12), %xmm2
 bextr $0x12345678, (%r12), %rdx
 vcvtph2ps (%r12), %ymm1
 cmpxchg16b (%r12)
 btl $3, (%r12)
 shld $3, %eax, (%r12)
 mov (%rbp,%rax), %rax
 movl $0x11223344, (%rbp,%rax)
 movw $0x1122, (%rbp,%rax)
 movb $1, (%rbp,%rax)
 movq $-5, (%rbp,%rax)
 addl $1, (%rbp,%rax)
 testb $3, (%rbp,%rax)
 testl $0x1234567, (%rbp,%rax)
 testw $0x1234, (%rbp,%rax)
 testq $0x1234567, (%rbp,%rax)
 notl (%rbp,%rax)
 negb (%rbp,%rax)
 shll $3, (%rbp,%rax)
 pop (%rbp,%rax)
 imul $0x12345, (%rbp,%rax), %rdx
 imul $3, (%rbp,%rax), %rdx
 vmovdqa64 (%rbp,%rax), %zmm17
 vpternlogq $0x96, (%rbp,%rax), %zmm1, %zmm2{%k3}{z}
 vpaddd (%rbp,%rax), %ymm3, %ymm4
 vpermq $3, (%rbp,%rax), %ymm4
 pshufb (%rbp,%rax), %xmm1
 palignr $4, (%rbp,%rax), %xmm1
 pfadd (%rbp,%rax), %mm1
 vpcmov %xmm3, (%rbp,%rax), %xmm1, %xmm2
 vprotd $3, (%rbp,%rax), %xmm2
 bextr $0x12345678, (%rbp,%rax), %rdx
 vcvtph2ps (%rbp,%rax), %ymm1
 cmpxchg16b (%rbp,%rax)
 btl $3, (%rbp,%rax)
 shld $3, %eax, (%rbp,%rax)
 mov sym(%rip), %rax
 movl $0x11223344, sym(%rip)
 movw $0x1122, sym(%rip)
 movb $1, sym(%rip)
 movq $-5, sym(%rip)
 addl $1, sym(%rip)
 testb $3, sym(%rip)
 testl $0x1234567, sym(%rip)
 testw $0x1234, sym(%rip)
 testq $0x1234567, sym(%rip)
 notl sym(%rip)
 negb sym(%rip)
 shll $3, sym(%rip)
 pop sym(%rip)
 imul $0x12345, sym(%rip), %rdx
 imul $3, sym(%rip), %rdx
 vmovdqa64 sym(%rip), %zmm17
 vpternlogq $0x96, sym(%rip), %zmm1, %zmm2{%k3}{z}
 vpaddd sym(%rip), %ymm3, %ymm4
 vpermq $3, sym(%rip), %ymm4
 pshufb sym(%rip), %xmm1
 palignr $4, sym(%rip), %xmm1
 pfadd sym(%rip), %mm1
 vpcmov %xmm3, sym(%rip), %xmm1, %xmm2
 vprotd $3, sym(%rip), %xmm2
 bextr $0x12345678, sym(%rip), %rdx
 vcvtph2ps sym(%rip), %ymm1
 cmpxchg16b sym(%rip)
 btl $3, sym(%rip)
 shld $3, %eax, sym(%rip)
 mov (%r13,%r14,2), %rax
 movl $0x11223344, (%r13,%r14,2)
 movw $0x1122, (%r13,%r14,2)
 movb $1, (%r13,%r14,2)
 movq $-5, (%r13,%r14,2)
 addl $1, (%r13,%r14,2)
 testb $3, (%r13,%r14,2)
 testl $0x1234567, (%r13,%r14,2)
 testw $0x1234, (%r13,%r14,2)
 testq $0x1234567, (%r13,%r14,2)
 notl (%r13,%r14,2)
 negb (%r13,%r14,2)
 shll $3, (%r13,%r14,2)
 pop (%r13,%r14,2)
 imul $0x12345, (%r13,%r14,2), %rdx
 imul $3, (%r13,%r14,2), %rdx
 vmovdqa64 (%r13,%r14,2), %zmm17
 vpternlogq $0x96, (%r13,%r14,2), %zmm1, %zmm2{%k3}{z}
 vpaddd (%r13,%r14,2), %ymm3, %ymm4
 vpermq $3, (%r13,%r14,2), %ymm4
 pshufb (%r13,%r14,2), %xmm1
 palignr $4, (%r13,%r14,2), %xmm1
 pfadd (%r13,%r14,2), %mm1
 vpcmov %xmm3, (%r13,%r14,2), %xmm1, %xmm2
 vprotd $3, (%r13,%r14,2), %xmm2
 bextr $0x12345678, (%r13,%r14,2), %rdx
 vcvtph2ps (%r13,%r14,2), %ymm1
 cmpxchg16b (%r13,%r14,2)
 btl $3, (%r13,%r14,2)
 shld $3, %eax, (%r13,%r14,2)
 ret
 ret $8
 lretq
 lretq $16
 enter $0x1234, $1
 leave
 movabs $0x1122334455667788, %rax
 movabs 0x1122334455667788, %al
 movabs 0x1122334455667788, %rax
 movabs %eax, 0x1122334455667788
 .byte 0x67, 0xa1, 1, 2, 3, 4
 mov $1, %eax
 mov $1, %ax
 mov $1, %r9b
 mov $-1, %rax
 push $1
 push $0x12345
 pushw $0x1234
 push %r12
 test $0x12, %al
 test $0x1234, %ax
 test $0x12345678, %eax
 test $0x12345678, %rax
 cmp $0x7, %eax
 cmp $0x1234, %ax
 cmp $0x12345678, %rax
 jmp sym
 call sym
 jne sym
 jmp *%rax
 jmp *sym(,%rax,8)
 call *sym(%rip)
 bnd jmp *%rax
 notrack jmp *%rax
 1: jmp 1b
 jrcxz 1b
 loop 1b
 je 1b
 xbegin sym
 xabort $3
 int $0x80
 int3
 ud2
 ud1 %ecx, %eax
 ud1 8(%rax), %eax
 in $0x60, %al
 in (%dx), %eax
 out %al, $0x60
 lock incl (%rax)
 lock cmpxchg %rcx, 8(%rdx)
 rep movsb
 rep stosq
 repne scasb
 rep ret
 pause
 endbr64
 cpuid
 rdtsc
 rdmsr
 syscall
 sysretq
 swapgs
 iretq
 clac
 stac
 wbinvd
 xgetbv
 lfence
 mfence
 clflushopt (%rax)
 clwb 8(%rax)
 mov %cr3, %rax
 mov %rax, %cr8
 mov %db7, %rax
 lgdt 8(%rax)
 invlpg (%rax)
 invpcid (%rax), %rcx
 invept (%rax), %rcx
 vmread %rax, %rcx
 vmlaunch
 vmmcall
 encls
 movbe (%rax), %rcx
 crc32b %al, %ecx
 crc32q 8(%rax), %rcx
 adcx %rax, %rcx
 adox %rax, %rcx
 popcnt %rax, %rcx
 tzcnt 8(%rax), %rcx
 bswap %r10
 xadd %eax, 8(%rcx)
 cmovne 8(%rax), %ecx
 setne 0x100(%rcx)
 prefetchnta 8(%rax)
 nopw 0x0(%rax,%rax,1)
 .byte 0x66
 cs nopw 0x0(%rax,%rax,1)
 movq %xmm0, %rax
 movntdqa (%rax), %xmm1
 pshufd $3, 8(%rax), %xmm1
 psrldq $4, %xmm1
 pinsrw $3, %eax, %xmm1
 pextrq $1, %xmm1, 8(%rax)
 cmpps $2, %xmm1, %xmm2
 shufps $3, 8(%rax), %xmm2
 aesenc 8(%rax), %xmm1
 aeskeygenassist $3, %xmm0, %xmm1
 pclmulqdq $0x11, 8(%rax), %xmm1
 sha1rnds4 $2, %xmm0, %xmm1
 emms
 femms
 fldl 8(%rax)
 fnstcw 8(%rax)
 fninit
 fxsave64 (%rax)
 xsaves64 (%rax)
 vzeroupper
 vzeroall
 vpslld $3, %xmm1, %xmm2
 vpsrldq $4, %ymm1, %ymm2
 vcmpps $3, %ymm1, %ymm2, %ymm3
 vpinsrw $1, %eax, %xmm1, %xmm2
 vshufpd $1, %ymm1, %ymm2, %ymm3
 vinserti128 $1, 8(%rax), %ymm1, %ymm2
 vgf2p8affineqb $7, %ymm1, %ymm2, %ymm3
 vpclmulqdq $1, %zmm1, %zmm2, %zmm3
 kmovq %k1, %rax
 kmovw 8(%rax), %k1
 kortestw %k1, %k2
 kshiftlw $3, %k1, %k2
 vpcmpd $2, 64(%rax){1to16}, %zmm1, %k1
 vpsrld $3, 64(%rax), %zmm2
 vpshufd $3, 0x123(%rax), %zmm2
 vcmppd $2, 64(%rax), %zmm1, %k1{%k2}
 vpgatherdd (%rax,%zmm1,4), %zmm2{%k1}
 vpscatterdd %zmm2, 0x100(%rax,%zmm1,4){%k1}
 vaddph 64(%rax), %zmm1, %zmm2
 vfmadd213ph %zmm1, %zmm2, %zmm3
 vpopcntd 64(%rax), %zmm2
 ldtilecfg (%rax)
 tdpbssd %tmm0, %tmm1, %tmm2
 andn %rax, %rcx, %rdx
 rorx $3, 8(%rax), %rcx
 blsr %rax, %rcx
 vfmaddps %xmm0, 8(%rax), %xmm2, %xmm3
 lwpins $0x12345678, 8(%rax), %ecx
 blcfill 8(%rax), %ecx
 vphaddbd %xmm1, %xmm2
 pfrcp %mm0, %mm1
 mov %fs:0x28, %rax
 mov %gs:8(%rax), %eax
 addr32 mov 8(%eax), %eax
 mov %gs:sym(%rip), %rax
 addr32 mov sym(%eip), %eax
 rex.W call sym
 .byte 0x66
 rex.W call sym
 xstore-rng
 rdrand %rax
 rdpid %rax
 hreset $0
 getsec
 monitorx
 encodekey128 %eax, %ecx
 movdir64b (%rax), %rcx
 enqcmd (%rax), %rcx
 wrssq %rax, 8(%rcx)
 incsspq %rax
 rstorssp (%rax)
