/* SPDX-License-Identifier: GPL-2.0-only */
int strcmp(const char *one, const char *other);
