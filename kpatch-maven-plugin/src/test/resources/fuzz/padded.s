# Padding before functions, under symbols of its own.
	.file	"unit.c"
	.section .text.f,"ax",@progbits
	.p2align 4
	.type __pfx_f, @function
	.size __pfx_f, 16
__pfx_f:
	.fill 16, 1, 0x90
	.globl f
	.type f, @function
f:
	call __fentry__
	movl $PATCHED, %eax
	movq $f, %rdi
	cmpl $7, counter+4(%rip)
	call g
	ret
	.size f, .-f
	.local counter
	.comm counter, 8, 4
	.section __patchable_function_entries,"awo",@progbits,.text.f
	.quad .text.f
