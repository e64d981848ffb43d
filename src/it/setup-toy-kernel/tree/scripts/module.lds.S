/* SPDX-License-Identifier: GPL-2.0-only */
SECTIONS {
	/DISCARD/ : { *(.discard) *(.discard.*) }
	__mcount_loc 0 : { KEEP(*(__mcount_loc)) }
}
