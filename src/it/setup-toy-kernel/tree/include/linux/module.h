/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LINUX_MODULE_H
#define _LINUX_MODULE_H
#include <linux/init.h>
#include <linux/kernel.h>
#include <generated/utsrelease.h>

#define VERMAGIC_STRING UTS_RELEASE " SMP preempt mod_unload modversions "

#define __JOIN(one, other) one##other
#define __UNIQUE(name, line) __JOIN(name, line)
#define MODULE_INFO(tag, info) \
	static const char __UNIQUE(__modinfo_##tag, __COUNTER__)[] __section(".modinfo") \
		__attribute__((__used__, __aligned__(1))) = #tag "=" info
#define MODULE_LICENSE(text) MODULE_INFO(license, text)
#define MODULE_AUTHOR(text) MODULE_INFO(author, text)
#define MODULE_DESCRIPTION(text) MODULE_INFO(description, text)
#define MODULE_VERSION(text) MODULE_INFO(version, text)

struct module {
	char name[56];
	int (*init)(void);
	void (*exit)(void);
};
struct modversion_info {
	unsigned long crc;
	char name[56];
};
extern struct module __this_module;
#define THIS_MODULE (&__this_module)
#endif
