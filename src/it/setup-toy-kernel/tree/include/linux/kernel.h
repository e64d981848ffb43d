/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LINUX_KERNEL_H
#define _LINUX_KERNEL_H
#define NULL ((void *)0)
typedef _Bool bool;
typedef unsigned long size_t;
#define true 1
#define false 0
extern const char linux_banner[];
int number_of_toys(void);
#endif
