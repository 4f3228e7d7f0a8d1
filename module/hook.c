// SPDX-License-Identifier: GPL-2.0
/* The list of all hooks, made from the tables of all classes. */
#include <linux/bug.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "class.h"
#include "hook.h"

static struct ipcprobe_hook *hooks[IPCPROBE_NR_HOOKS_MAX];	/* constant after loading */
static unsigned int nr_hooks;

/**
 * ipcprobe_hook_nth - walk all hooks by number
 * @n: number of the hook, from 0
 *
 * Return: NULL after the last hook.
 */
struct ipcprobe_hook *ipcprobe_hook_nth(unsigned int n)
{
	return n < nr_hooks ? hooks[n] : NULL;
}

/* Puts @hook into the ring of the hooks with the same @one_of. */
static void __init join_alternatives(struct ipcprobe_hook *hook)
{
	struct ipcprobe_hook *other;
	unsigned int n;

	hook->alternative = hook;
	ipcprobe_for_each_hook(other, n) {
		if (!hook->one_of || !other->one_of || strcmp(hook->one_of, other->one_of))
			continue;
		hook->alternative = other->alternative;
		other->alternative = hook;
		return;
	}
}

static void __init add_table(struct ipcprobe_hook *table, u32 classes)
{
	struct ipcprobe_hook *hook;

	for (hook = table; hook->name; hook++) {
		hook->classes = hook->classes ?: classes;
		if (hook->is_absent || WARN_ON(nr_hooks == ARRAY_SIZE(hooks)))
			continue;
		join_alternatives(hook);
		hooks[nr_hooks++] = hook;
	}
}

/* The first step of loading: puts all hooks into one array. */
void __init ipcprobe_hook_init(void)
{
	struct ipcprobe_hook *const *table;
	u32 id;

	for (table = ipcprobe_shared_hooks; *table; table++)
		add_table(*table, 0);
	for (id = 0; id < IPCPROBE_NR_CLASS_IDS; id++)
		for (table = ipcprobe_classes[id]->hooks; *table; table++)
			add_table(*table, BIT(id));
}
