// SPDX-License-Identifier: GPL-2.0-only
/* Something to patch: two functions of which the second calls the first. */
#include <linux/kernel.h>

static int version_shown;

static noinline int version_length(const char *text)
{
	int length = 0;

	while (text[length])
		length++;
	return length;
}

int version_show(char *buffer, int size)
{
	int length = version_length(linux_banner);

	if (length > size)
		return -1;
	version_shown++;
	for (size = 0; size < length; size++)
		buffer[size] = linux_banner[size];
	return length;
}
