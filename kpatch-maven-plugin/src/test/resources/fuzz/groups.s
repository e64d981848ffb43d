# A section group; its member, its caller.
	.file	"unit.c"
	.section .text.member,"axG",@progbits,member,comdat
	.weak member
	.type member, @function
member:
	call __fentry__
	movl $1, %eax
	ret
	.size member, .-member
	.section .text.f,"ax",@progbits
	.globl f
	.type f, @function
f:
	call __fentry__
	call member
	movl $PATCHED, %eax
	ret
	.size f, .-f
	.section .data.linked,"awo",@progbits,.text.f
	.quad f
	.section .text.g,"ax",@progbits
	.type g, @function
g:
	.byte 0x0f, 0x1f, 0x44, 0x00, 0x00
	.reloc g+1, R_X86_64_NONE, __fentry__-4
	movl $PATCHED, %eax
	ret
	.size g, .-g
