// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <answer.h>

static int shown;

static int show(struct seq_file *m, void *v)
{
	shown++;
	seq_printf(m, "answer %d, shown %d times\n", answer(), shown);
	return 0;
}

static int __init start(void)
{
	return proc_create_single("oot_user", 0444, NULL, show) ? 0 : -ENOMEM;
}

static void __exit stop(void)
{
	remove_proc_entry("oot_user", NULL);
}

module_init(start);
module_exit(stop);
MODULE_LICENSE("GPL");
