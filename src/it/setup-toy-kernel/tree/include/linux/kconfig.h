/* SPDX-License-Identifier: GPL-2.0-only */
#define noinline __attribute__((__noinline__))
#define __packed __attribute__((__packed__))
#define __init __attribute__((__section__(".init.text"), __no_instrument_function__))
#define __exit __attribute__((__section__(".exit.text"), __no_instrument_function__))
