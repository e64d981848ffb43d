/**
 * ELF64 as the specification knows it, and nothing of Linux: {@link io.github.kpatch.elf.ElfFile} looks into a file of
 * any size and reads only what is asked for; {@link io.github.kpatch.elf.ElfObject} is the whole of a relocatable
 * object as immutable records, made by {@link io.github.kpatch.elf.ElfReader} and turned into bytes by {@link
 * io.github.kpatch.elf.ElfWriter}. The model holds logical content only: symbol and string tables, offsets and indices
 * are the writer's business.
 */
package io.github.kpatch.elf;
