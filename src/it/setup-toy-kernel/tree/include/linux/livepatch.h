/* SPDX-License-Identifier: GPL-2.0-only */
struct klp_patch;
int klp_enable_patch(struct klp_patch *patch);
