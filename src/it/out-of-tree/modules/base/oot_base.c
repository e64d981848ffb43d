// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>

int oot_base_value(void)
{
	return 40;
}
EXPORT_SYMBOL_GPL(oot_base_value);

int oot_base_step(int value)
{
	return value + 1;
}
EXPORT_SYMBOL_GPL(oot_base_step);

MODULE_LICENSE("GPL");
