/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LINUX_KERNEL_H
#define _LINUX_KERNEL_H
#define NULL ((void *)0)
#define true 1
#define false 0
typedef _Bool bool;
typedef unsigned long size_t;

#define KERN_ERR "\0013"
#define pr_err(format, ...) _printk(KERN_ERR pr_fmt(format), ##__VA_ARGS__)
int _printk(const char *format, ...);

extern const char linux_banner[];
int number_of_toys(void);
#endif
