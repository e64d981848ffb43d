/* SPDX-License-Identifier: GPL-2.0-only */
/* Included before everything else, as in a kernel. */
#define noinline __attribute__((__noinline__))
#define __packed __attribute__((__packed__))
#define __section(name) __attribute__((__section__(name)))
#define __init __section(".init.text") __attribute__((__no_instrument_function__))
#define __initdata __section(".init.data")
#define __exit __section(".exit.text") __attribute__((__no_instrument_function__))
