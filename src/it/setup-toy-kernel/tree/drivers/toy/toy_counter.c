// SPDX-License-Identifier: GPL-2.0-only
/* Something to patch in a module. */
#include <linux/kernel.h>

static int toy_count;

int toy_counter_next(void)
{
	return toy_count += number_of_toys();
}
