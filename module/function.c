// SPDX-License-Identifier: GPL-2.0
/*
 * Hooks the entries of kernel functions with ftrace.
 *
 * All functions share two ftrace_ops, because unregistering an ops costs a
 * grace period of RCU tasks, while changing the functions of an ops does not.
 * A hit's handler is looked up by the function's address.
 *
 * The address comes from a kprobe that is registered disabled and removed at
 * once: this is the public way to find the address of a function to probe.  No
 * function found in this way is ever called.
 *
 * All functions except the handlers are called by attach.c with its mutex held.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/ftrace.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/slab.h>

#include "class.h"
#include "function.h"
#include "hook.h"
#include "hot.h"

/*
 * A slot is filled before its address is traced.  If the function's module is
 * unloaded, searches pass over the slot, and another hook may fill it.
 */
struct slot {
	unsigned long ip;
	struct ipcprobe_hook *hook;
	void (*entry)(struct ipcprobe_hook *hook, struct ftrace_regs *fregs);
	/* NULL: call @entry */
	void (*entry_from)(struct ipcprobe_hook *hook, struct ftrace_regs *fregs,
			   unsigned long parent_ip);
};

/*
 * 30 times the number of hooks.  A hit costs 30 instructions more if its hook is
 * not in the first possible slot; this is so for about two hooks of a kernel.
 */
#define NR_SLOTS	4096

static struct slot slots[NR_SLOTS];

#define NO_LONGER_THERE	1	/* no function's address */

static struct ipcprobe_hook *search_hook(unsigned long ip)
{
	struct ipcprobe_hook *hook;
	unsigned int n;

	ipcprobe_for_each_hook(hook, n)
		if (hook->ip && ip - hook->ip < 16)
			return hook;
	return NULL;
}

/* Addresses of functions are at least 16 bytes apart. */
static __always_inline struct slot *slot_of(unsigned long ip)
{
	return &slots[(ip >> 4) % NR_SLOTS];
}

static struct slot *next_slot(struct slot *slot)
{
	return slot == &slots[NR_SLOTS - 1] ? slots : slot + 1;
}

/* Finds the hook of an address that is not in its first possible slot. */
static struct ipcprobe_hook *find_hook(unsigned long ip)
{
	struct slot *slot = slot_of(ip);

	while (slot->ip != ip) {
		if (unlikely(!slot->ip))
			return search_hook(ip);
		slot = next_slot(slot);
	}
	return slot->hook;
}

static unsigned long hot_ips[IPCPROBE_NR_HOT];		/* [hot] = address; filled like slots */
static struct ipcprobe_hook *hot_hooks[IPCPROBE_NR_HOT];

static bool is_of_scheduler(const struct ipcprobe_hook *hook)
{
	return !(hook->classes & ~(IPCPROBE_BIT(SCHED) | IPCPROBE_BIT(PICK)));
}

static void add_slot(struct ipcprobe_hook *hook)
{
	struct slot *slot = slot_of(hook->ip);

	while (slot->ip > NO_LONGER_THERE && slot->ip != hook->ip)
		slot = next_slot(slot);
	hot_hooks[hook->hot] = hook;
	slot->hook = hook;
	slot->entry_from = hook->has_from ? hook->entry_from : NULL;
	slot->entry = hook->has_from ? NULL : hook->entry;
	smp_wmb(); /* function_entry() runs only after ftrace has patched the code */
	slot->ip = hook->ip;
	if (hook->hot)
		hot_ips[hook->hot] = hook->ip;
}

static void forget_slot(unsigned long ip)
{
	struct slot *slot;

	for (slot = slots; slot < slots + NR_SLOTS; slot++)
		if (slot->ip == ip)
			slot->ip = NO_LONGER_THERE;
}

/*
 * Slow path of cold_entry(); a separate function, so that the fast path needs no stack
 * frame.
 */
static noinline void find_and_enter(unsigned long ip, unsigned long parent_ip,
				    struct ftrace_regs *fregs)
{
	struct ipcprobe_hook *hook = find_hook(ip);

	if (unlikely(!hook))
		return;
	if (hook->has_from)
		hook->entry_from(hook, fregs, parent_ip);
	else
		hook->entry(hook, fregs);
}

/* Calls the handler of a function that is not hot; usually it is in the first slot. */
static __always_inline void cold_entry(unsigned long ip, unsigned long parent_ip,
				       struct ftrace_regs *fregs)
{
	const struct slot *slot = slot_of(ip);

	if (unlikely(ip != slot->ip))
		find_and_enter(ip, parent_ip, fregs);
	else if (unlikely(slot->entry_from))
		slot->entry_from(slot->hook, fregs, parent_ip);
	else
		slot->entry(slot->hook, fregs);
}

#define IS_HOT(ip, name)	((ip) == hot_ips[IPCPROBE_HOT_##name])
#define HOT(name)		hot_hooks[IPCPROBE_HOT_##name]

static void function_entry(unsigned long ip, unsigned long parent_ip,
			   struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	guard(preempt_notrace)();
	if (IS_HOT(ip, MUTEX_UNLOCK))
		ipcprobe_entry_mutex_unlock(NULL, fregs);
	else if (IS_HOT(ip, PIPE_READ))
		ipcprobe_entry_pipe_read(HOT(PIPE_READ), fregs);
	else if (IS_HOT(ip, PIPE_WRITE))
		ipcprobe_entry_pipe_write(HOT(PIPE_WRITE), fregs);
	else
		cold_entry(ip, parent_ip, fregs);
}

static void scheduler_entry(unsigned long ip, unsigned long parent_ip,
			    struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	guard(preempt_notrace)();
	if (IS_HOT(ip, DEQUEUE_ENTITIES))
		ipcprobe_entry_dequeue_entities(NULL, fregs);
	else if (IS_HOT(ip, ENQUEUE))
		ipcprobe_entry_enqueue_fair(NULL, fregs);
	else if (IS_HOT(ip, SEARCH))
		ipcprobe_entry_search(HOT(SEARCH), fregs, parent_ip);
	else if (IS_HOT(ip, DEQUEUE))
		ipcprobe_entry_dequeue_fair(NULL, fregs);
	else if (IS_HOT(ip, RESCHED))
		ipcprobe_entry_resched(NULL, fregs, parent_ip);
	else if (IS_HOT(ip, PREEMPT_FAIR))
		ipcprobe_entry_wakeup_preempt_fair(NULL, fregs);
	else if (IS_HOT(ip, PICK_DL))
		ipcprobe_entry_pick_dl(NULL, fregs);
	else if (IS_HOT(ip, YIELD))
		ipcprobe_entry_yield(HOT(YIELD), fregs);
	else
		cold_entry(ip, parent_ip, fregs);
}

/*
 * The scheduler's functions have an ops of their own, so that a handler need
 * not test which functions it was called for.  The ops are permanent:
 * kernel.ftrace_enabled=0 is refused instead of losing hits.
 */
static struct function_set {
	struct ftrace_ops ops;
	bool is_registered;
} function_sets[] = {
	{ .ops = { .func = function_entry, .flags = FTRACE_OPS_FL_PERMANENT } },
	{ .ops = { .func = scheduler_entry, .flags = FTRACE_OPS_FL_PERMANENT } },
};						/* hooks_mutex */

#define for_each_set(set)	\
	for (set = function_sets; set < function_sets + ARRAY_SIZE(function_sets); set++)

static bool is_in_set(const struct ipcprobe_hook *hook, const struct function_set *set)
{
	return set == &function_sets[is_of_scheduler(hook)];
}

/*
 * True if @classes want the hook.  A fallback is wanted only if no alternative
 * was found.
 */
static bool is_wanted(const struct ipcprobe_hook *wanted, u32 classes)
{
	const struct ipcprobe_hook *hook;

	if (!(wanted->classes & classes))
		return false;
	if (!wanted->is_fallback)
		return true;
	for (hook = wanted->alternative; hook != wanted; hook = hook->alternative)
		if (hook->ip)
			return false;
	return true;
}

/* ---- addresses ---- */

/*
 * Return: 0 if ftrace can patch the function at @ip. ftrace does not use an ops
 * any more after its filter was freed.
 */
static int check_traceable(unsigned long ip)
{
	struct ftrace_ops scratch = { .func = function_entry };
	int err = ftrace_set_filter_ip(&scratch, ip, 0, 1);

	ftrace_free_filter(&scratch);
	return err;
}

static void resolve_hook(struct ipcprobe_hook *hook, struct kprobe *kp)
{
	kp->symbol_name = hook->name;
	kp->flags = KPROBE_FLAG_DISABLED;
	hook->error = register_kprobe(kp);
	if (hook->error)
		return;
	hook->error = check_traceable((unsigned long)kp->addr);
	if (!hook->error) {
		hook->ip = (unsigned long)kp->addr;
		add_slot(hook);
	}
}

static bool is_to_resolve(const struct ipcprobe_hook *hook, u32 classes)
{
	return hook->kind == IPCPROBE_HOOK_FUNCTION && !hook->ip &&
	       hook->classes & classes;
}

/**
 * ipcprobe_functions_resolve - find the functions of @classes not found so far
 * @classes: mask
 *
 * After the call each of these hooks has its address or its error.
 *
 * Context: process.  Return: 0 or -ENOMEM.
 */
int ipcprobe_functions_resolve(u32 classes)
{
	struct kprobe *kps, **registered;
	struct ipcprobe_hook *hook;
	unsigned int n, nr = 0, nr_to_do = 0;

	ipcprobe_for_each_hook(hook, n)
		nr_to_do += is_to_resolve(hook, classes);
	if (!nr_to_do)
		return 0;
	kps = kcalloc(nr_to_do, sizeof(*kps), GFP_KERNEL);
	registered = kcalloc(nr_to_do, sizeof(*registered), GFP_KERNEL);
	if (!kps || !registered) {
		kfree(kps);
		kfree(registered);
		return -ENOMEM;
	}
	nr_to_do = 0;
	ipcprobe_for_each_hook(hook, n) {
		if (!is_to_resolve(hook, classes))
			continue;
		resolve_hook(hook, &kps[nr_to_do]);
		if (kps[nr_to_do].addr)
			registered[nr++] = &kps[nr_to_do];
		nr_to_do++;
	}
	if (nr)
		unregister_kprobes(registered, nr);
	kfree(kps);
	kfree(registered);
	return 0;
}

/**
 * ipcprobe_functions_forget - forget the functions of a module
 * @module: the module, which is being unloaded
 *
 * ftrace itself removes its records of these functions.
 *
 * Context: process.  Return: mask of the classes that are no longer complete.
 */
u32 ipcprobe_functions_forget(const struct module *module)
{
	struct ipcprobe_hook *hook;
	unsigned int n;
	u32 classes = 0;

	ipcprobe_for_each_hook(hook, n) {
		if (!hook->ip || !within_module(hook->ip, module))
			continue;
		forget_slot(hook->ip);
		hook->ip = 0;
		hook->attached = false;
		hook->error = -ENOENT;
		classes |= hook->classes;
	}
	return classes;
}

/* ---- sets ---- */

static bool is_dead;	/* ftrace is dead, and our functions are still patched */

/*
 * Keeps the module loaded: handlers can still be called, so all that they use
 * must stay until a reboot.
 */
static void keep_module(int err)
{
	if (is_dead)
		return;
	is_dead = true;
	__module_get(THIS_MODULE);
	pr_err("ftrace does not take the hooks away any more (%d): the module cannot be unloaded before a reboot\n",
	       err);
}

static int remove_set(struct function_set *set)
{
	struct ipcprobe_hook *hook;
	unsigned int n;
	int err;

	if (!set->is_registered)
		return 0;
	err = unregister_ftrace_function(&set->ops);
	if (err) {
		keep_module(err);
		return err;
	}
	set->is_registered = false;
	ipcprobe_for_each_hook(hook, n)
		if (hook->kind == IPCPROBE_HOOK_FUNCTION && is_in_set(hook, set))
			hook->attached = false;
	return 0;
}

/* Lists the set's functions that @classes want.  Return: their number. */
static unsigned int list_wanted(const struct function_set *set, u32 classes,
				unsigned long *ips)
{
	struct ipcprobe_hook *hook;
	unsigned int n, nr = 0;

	ipcprobe_for_each_hook(hook, n)
		if (hook->ip && is_in_set(hook, set) && is_wanted(hook, classes))
			ips[nr++] = hook->ip;
	return nr;
}

/*
 * Stores the result of ftrace in the set's hooks: those that @classes want, and
 * those that are being detached.
 */
static void note_result(const struct function_set *set, u32 classes, int err)
{
	struct ipcprobe_hook *hook;
	unsigned int n;

	ipcprobe_for_each_hook(hook, n) {
		if (!hook->ip || !is_in_set(hook, set))
			continue;
		if (!err)
			hook->attached = is_wanted(hook, classes);
		hook->error = is_wanted(hook, classes) && !hook->attached ? err : 0;
	}
}

/* Makes ftrace call us for exactly the set's functions that @classes want. */
static int update_set(struct function_set *set, u32 classes)
{
	static unsigned long ips[IPCPROBE_NR_HOOKS_MAX];	/* hooks_mutex */
	unsigned int nr = list_wanted(set, classes, ips);
	int err;

	if (!nr)		/* an empty filter would mean every function */
		return remove_set(set);
	err = ftrace_set_filter_ips(&set->ops, ips, nr, 0, 1);
	if (!err && !set->is_registered) {
		err = register_ftrace_function(&set->ops);
		set->is_registered = !err;
	}
	note_result(set, classes, err);
	return err;
}

/**
 * ipcprobe_functions_set - hook the functions that @classes want, and no others
 * @classes: mask; their functions have been resolved
 *
 * If ftrace refuses to change a set, the set stays unchanged.
 *
 * Context: process.  Return: 0, or the error of ftrace: -EBUSY while
 * kernel.ftrace_enabled is 0, -ENODEV after ftrace has died, -ENOMEM.
 */
int ipcprobe_functions_set(u32 classes)
{
	struct function_set *set;
	int err = 0, set_err;

	for_each_set(set) {
		set_err = update_set(set, classes);
		err = err ?: set_err;
	}
	return err;
}

/* True if handlers of functions can be running. */
bool ipcprobe_functions_hooked(void)
{
	const struct function_set *set;

	for_each_set(set)
		if (set->is_registered)
			return true;
	return false;
}

/**
 * ipcprobe_functions_dead - True if ftrace has died with functions still hooked
 *
 * Handlers may then be called at any time; what they use must not be freed.
 */
bool ipcprobe_functions_dead(void)
{
	return is_dead;
}

/*
 * The module is being unloaded, and no hook is wanted.  If ftrace has died
 * since the last user left, waiting for ever is better than a call to code that
 * was freed.
 */
void ipcprobe_functions_exit(void)
{
	struct function_set *set;

	while (is_dead)
		schedule_timeout_idle(MAX_SCHEDULE_TIMEOUT);
	for_each_set(set)
		ftrace_free_filter(&set->ops);
}
