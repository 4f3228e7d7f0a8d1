// SPDX-License-Identifier: GPL-2.0
/*
 * Attaching to the kernel: tracepoint probes, and function entries by ftrace.
 *
 * A class is attached while somebody wants it: a running session (get/put) or
 * a user of one of its tracepoints (trace_reg/trace_unreg).  Function entries
 * share two ftrace_ops, because taking an ops away costs a grace period of RCU
 * tasks, while changing the functions of one in place does not; which handler
 * a hit belongs to is looked up by its address.
 *
 * An address comes from a kprobe that is registered disabled and removed at
 * once: the public way to say where a function of this kernel is that shall be
 * probed.  Nothing found that way is ever called.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/ftrace.h>
#include <linux/hash.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/tracepoint.h>
#include <linux/workqueue.h>

#include "ipcprobe.h"

static struct ipcprobe_hook *const tables[] = {
	ipcprobe_task_hooks,
	ipcprobe_op_hooks,
	ipcprobe_pipe_hooks,
	ipcprobe_splice_hooks,
	ipcprobe_file_hooks,
	ipcprobe_shm_hooks,
	ipcprobe_unix_hooks,
	ipcprobe_unix_io_hooks,
	ipcprobe_unix_skb_hooks,
	ipcprobe_signal_hooks,
	ipcprobe_eventfd_hooks,
	ipcprobe_procvm_hooks,
	ipcprobe_sched_hooks,
	ipcprobe_pick_hooks,
	ipcprobe_wait_hooks,
	ipcprobe_sem_hooks,
	ipcprobe_msg_hooks,
	ipcprobe_mq_hooks,
	ipcprobe_futex_hooks,
	ipcprobe_uring_hooks,
};

static DEFINE_MUTEX(hooks_mutex);
static unsigned int session_users[IPCPROBE_NR_CLASSES];	/* hooks_mutex */
static atomic_t trace_users[IPCPROBE_NR_CLASSES];
static u32 attached_classes;				/* hooks_mutex */
static bool is_ready;		/* what handlers use is there; hooks_mutex */

/**
 * ipcprobe_hooks_nth - walk all hooks by number
 * @n: from 0
 *
 * Return: NULL behind the last one.
 */
struct ipcprobe_hook *ipcprobe_hooks_nth(unsigned int n)
{
	struct ipcprobe_hook *hook;
	unsigned int t;

	for (t = 0; t < ARRAY_SIZE(tables); t++)
		for (hook = tables[t]; hook->name; hook++)
			if (!n--)
				return hook;
	return NULL;
}

#define for_each_hook(hook, n)	\
	for (n = 0; (hook = ipcprobe_hooks_nth(n)); n++)

/* ---- tracepoints ---- */

static void match_tracepoint(struct tracepoint *tp, void *priv)
{
	struct ipcprobe_hook *hook = priv;

	if (!strcmp(tp->name, hook->name))
		hook->tp = tp;
}

static int attach_tracepoint(struct ipcprobe_hook *hook)
{
	if (!hook->tp)
		for_each_kernel_tracepoint(match_tracepoint, hook);
	if (!hook->tp)
		return -ENOENT;
	return tracepoint_probe_register(hook->tp, hook->probe, hook);
}

/* ---- function entries ---- */

#define NR_SLOTS	512	/* several times the number of hooks */

/* Filled before an address is traced, emptied never. */
struct slot {
	unsigned long ip;
	struct ipcprobe_hook *hook;
	void (*entry)(struct ipcprobe_hook *hook, struct ftrace_regs *fregs);
	/* NULL: entry it is */
	void (*entry_from)(struct ipcprobe_hook *hook, struct ftrace_regs *fregs,
			   unsigned long parent_ip);
};

/* The scheduler's functions have their own ops, and these slots. */
static struct slot slots[NR_SLOTS], scheduler_slots[NR_SLOTS];

static struct ipcprobe_hook *search_hook(unsigned long ip)
{
	struct ipcprobe_hook *hook;
	unsigned int n;

	for_each_hook(hook, n)
		if (hook->ip && ip - hook->ip < 16)
			return hook;
	return NULL;
}

/* Functions are 16 bytes apart or more. */
static __always_inline struct slot *slot_of(struct slot *table, unsigned long ip)
{
	return &table[(ip >> 4) % NR_SLOTS];
}

static struct slot *next_slot(struct slot *table, struct slot *slot)
{
	return slot == &table[NR_SLOTS - 1] ? table : slot + 1;
}

/* The one that is nearly always at the first place was not. */
static noinline struct ipcprobe_hook *find_hook(struct slot *table, unsigned long ip)
{
	struct slot *slot = slot_of(table, ip);

	while (slot->ip != ip) {
		if (unlikely(!slot->ip))
			return search_hook(ip);
		slot = next_slot(table, slot);
	}
	return slot->hook;
}

static unsigned long hot_ips[IPCPROBE_NR_HOT];		/* as slots */
static struct ipcprobe_hook *hot_hooks[IPCPROBE_NR_HOT];

static bool is_of_scheduler(const struct ipcprobe_hook *hook)
{
	return !(hook->classes & ~(IPCPROBE_BIT(SCHED) | IPCPROBE_BIT(PICK)));
}

static void add_slot(struct ipcprobe_hook *hook)
{
	struct slot *table = is_of_scheduler(hook) ? scheduler_slots : slots;
	struct slot *slot = slot_of(table, hook->ip);

	while (slot->ip && slot->ip != hook->ip)
		slot = next_slot(table, slot);
	hot_hooks[hook->hot] = hook;
	slot->hook = hook;
	if (hook->has_from)
		slot->entry_from = hook->entry_from;
	else
		slot->entry = hook->entry;
	smp_wmb(); /* function_entry() runs only after ftrace has patched the code */
	slot->ip = hook->ip;
	if (hook->hot)
		hot_ips[hook->hot] = hook->ip;
}

/* Neither hot nor, most likely, any other than the slot's own. */
static __always_inline void cold_entry(struct slot *table, unsigned long ip,
				       unsigned long parent_ip,
				       struct ftrace_regs *fregs)
{
	const struct slot *slot = slot_of(table, ip);
	struct ipcprobe_hook *hook;

	if (likely(ip == slot->ip)) {
		if (unlikely(slot->entry_from))
			slot->entry_from(slot->hook, fregs, parent_ip);
		else
			slot->entry(slot->hook, fregs);
		return;
	}
	hook = find_hook(table, ip);
	if (unlikely(!hook))
		return;
	if (hook->has_from)
		hook->entry_from(hook, fregs, parent_ip);
	else
		hook->entry(hook, fregs);
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
		cold_entry(slots, ip, parent_ip, fregs);
}

static void scheduler_entry(unsigned long ip, unsigned long parent_ip,
			    struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	guard(preempt_notrace)();
	if (IS_HOT(ip, SEARCH))
		ipcprobe_entry_search(HOT(SEARCH), fregs, parent_ip);
	else if (IS_HOT(ip, NR_RUNNING))
		ipcprobe_entry_nr_running(NULL, fregs);
	else if (IS_HOT(ip, ENQUEUE))
		ipcprobe_entry_enqueue_fair(NULL, fregs);
	else if (IS_HOT(ip, DEQUEUE_ENTITIES))
		ipcprobe_entry_dequeue_entities(NULL, fregs);
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
		cold_entry(scheduler_slots, ip, parent_ip, fregs);
}

/*
 * The scheduler's functions have an ops of their own, so that these and the
 * others need not be told apart.  Permanent: kernel.ftrace_enabled=0 is refused
 * instead of losing hits.
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

/* Does @classes want it?  A fallback, only if no other of its number is there. */
static bool is_wanted(const struct ipcprobe_hook *wanted, u32 classes)
{
	const struct ipcprobe_hook *hook;
	unsigned int n;

	if (!(wanted->classes & classes))
		return false;
	for_each_hook(hook, n)
		if (wanted->is_fallback && hook != wanted && hook->ip &&
		    hook->alt == wanted->alt)
			return false;
	return true;
}

/* Is there a place for ftrace to patch?  An ops whose filter was freed is dead. */
static int check_traceable(unsigned long ip)
{
	struct ftrace_ops scratch = { .func = function_entry };
	int err = ftrace_set_filter_ip(&scratch, ip, 0, 1);

	ftrace_free_filter(&scratch);
	return err;
}

static void resolve_function(struct ipcprobe_hook *hook, struct kprobe *kp)
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

/* Finds the addresses of all functions of @classes that have none yet. */
static int resolve_functions(u32 classes)
{
	struct ipcprobe_hook *hook;
	struct kprobe *kps, **registered;
	unsigned int n, nr = 0, nr_hooks = 0;

	for_each_hook(hook, n)
		nr_hooks++;
	kps = kcalloc(nr_hooks, sizeof(*kps), GFP_KERNEL);
	registered = kcalloc(nr_hooks, sizeof(*registered), GFP_KERNEL);
	if (!kps || !registered) {
		kfree(kps);
		kfree(registered);
		return -ENOMEM;
	}
	for_each_hook(hook, n) {
		if (hook->kind != IPCPROBE_HOOK_FUNCTION || hook->ip ||
		    !(hook->classes & classes))
			continue;
		resolve_function(hook, &kps[n]);
		if (kps[n].addr)
			registered[nr++] = &kps[n];
	}
	if (nr)
		unregister_kprobes(registered, nr);
	kfree(kps);
	kfree(registered);
	return 0;
}

static int remove_set(struct function_set *set)
{
	if (!set->is_registered)
		return 0;
	set->is_registered = false;
	return unregister_ftrace_function(&set->ops);
}

/* Makes ftrace call us for exactly those of the set's functions that @classes want. */
static int update_set(struct function_set *set, u32 classes)
{
	static unsigned long ips[NR_SLOTS];	/* hooks_mutex */
	struct ipcprobe_hook *hook;
	unsigned int n, nr = 0;
	int err;

	for_each_hook(hook, n)
		if (hook->ip && is_wanted(hook, classes) && is_in_set(hook, set) &&
		    nr < NR_SLOTS)
			ips[nr++] = hook->ip;
	if (!nr)		/* an empty filter would mean every function */
		return remove_set(set);
	err = ftrace_set_filter_ips(&set->ops, ips, nr, 0, 1);
	if (err || set->is_registered)
		return err;
	err = register_ftrace_function(&set->ops);
	set->is_registered = !err;
	return err;
}

static int set_functions(u32 classes)
{
	struct function_set *set;
	int err = 0;

	for_each_set(set)
		err = err ?: update_set(set, classes);
	return err;
}

static bool has_functions(void)
{
	const struct function_set *set;
	bool has = false;

	for_each_set(set)
		has = has || set->is_registered;
	return has;
}

/* ---- classes ---- */

static void detach_unwanted(u32 wanted)
{
	struct ipcprobe_hook *hook;
	unsigned int n;

	for_each_hook(hook, n) {
		if (!hook->attached || hook->classes & wanted)
			continue;
		if (hook->kind == IPCPROBE_HOOK_TRACEPOINT)
			tracepoint_probe_unregister(hook->tp, hook->probe, hook);
		hook->attached = false;
	}
}

static int attach_wanted(u32 wanted)
{
	struct ipcprobe_hook *hook;
	unsigned int n;
	int err = 0;

	if (wanted & ~attached_classes)
		err = resolve_functions(wanted);
	if (!err)
		err = set_functions(wanted);
	if (err)
		return err;
	for_each_hook(hook, n) {
		if (hook->attached || !is_wanted(hook, wanted))
			continue;
		if (hook->kind == IPCPROBE_HOOK_TRACEPOINT)
			hook->error = attach_tracepoint(hook);
		hook->attached = !hook->error;
	}
	return 0;
}

static bool alternative_attached(const struct ipcprobe_hook *missing)
{
	struct ipcprobe_hook *hook;
	unsigned int n;

	for_each_hook(hook, n)
		if (hook->attached && hook->alt == missing->alt)
			return true;
	return false;
}

/* Return: the first hook that @wanted cannot do without and has not got. */
static const struct ipcprobe_hook *find_missing(u32 wanted)
{
	struct ipcprobe_hook *hook;
	unsigned int n;

	for_each_hook(hook, n) {
		if (hook->attached || !(hook->classes & wanted) ||
		    hook->alt == IPCPROBE_HOOK_EXTRA)
			continue;
		if (!hook->alt || !alternative_attached(hook))
			return hook;
	}
	return NULL;
}

/* Is all there that ends operations?  Else none may begin. */
static bool ends_attached(void)
{
	const struct ipcprobe_hook *hook;

	for (hook = ipcprobe_op_hooks; hook->name; hook++)
		if (!hook->attached)
			return false;
	return true;
}

static u32 wanted_classes(void)
{
	u32 class_id, wanted = 0;

	for (class_id = 0; class_id < IPCPROBE_NR_CLASSES; class_id++)
		if (session_users[class_id] || atomic_read(&trace_users[class_id]))
			wanted |= BIT(class_id);
	return wanted & __IPCPROBE_CLASSES_ALL;
}

/* Makes what is attached what is wanted. */
static int update(void)
{
	u32 wanted = wanted_classes();
	int err = 0;

	lockdep_assert_held(&hooks_mutex);
	if (wanted == attached_classes)
		return 0;
	if (wanted & ~attached_classes & IPCPROBE_BIT(PIPE))
		ipcprobe_pipe_unsync();
	if (wanted & ~attached_classes & IPCPROBE_BIT(UNIX))
		ipcprobe_sock_reset();
	if (wanted)
		ipcprobe_clock_enable(true);
	if (!(wanted & IPCPROBE_OP_CLASSES))
		ipcprobe_op_enable(false);
	/*
	 * Functions go before tracepoints: a call that began an operation and
	 * ends after sys_exit was taken away must not meet it again.
	 */
	err = attach_wanted(wanted);
	if (err)
		wanted |= attached_classes;	/* still there: what they use stays, too */
	detach_unwanted(wanted);
	/*
	 * Probes and handlers that were taken away have returned after these, also
	 * those of tasks preempted on their way into a handler.
	 */
	tracepoint_synchronize_unregister();
	if (attached_classes & ~wanted && has_functions())
		synchronize_rcu_tasks();
	synchronize_rcu();
	if (wanted & IPCPROBE_OP_CLASSES) {
		ipcprobe_op_enable(ends_attached());
	} else {
		/* Pipes' entries last as long as operations may refer to them. */
		ipcprobe_op_reset();
		ipcprobe_pipe_reset();
	}
	if (!(wanted & IPCPROBE_BIT(PIPE)))
		ipcprobe_op_forget_requests();
	if (!(wanted & IPCPROBE_BIT(FILE)))
		ipcprobe_uring_reset();
	if (!(wanted & IPCPROBE_BIT(PICK)))
		ipcprobe_pick_reset();
	if (!(wanted & IPCPROBE_BIT(MSG)))
		ipcprobe_message_reset();
	if (!(wanted & IPCPROBE_BIT(UNIX)))
		ipcprobe_sock_reset();
	if (!wanted)
		ipcprobe_clock_enable(false);
	attached_classes = wanted;
	if (!err && find_missing(wanted))
		err = -ENOENT;
	return err;
}

static void count_users(u32 classes, int delta)
{
	u32 class_id;

	for (class_id = 0; class_id < IPCPROBE_NR_CLASSES; class_id++)
		if (classes & BIT(class_id))
			session_users[class_id] += delta;
}

/**
 * ipcprobe_hooks_get - attach what @classes need
 * @classes: mask
 *
 * Context: process.  Return: 0; -ENOENT when this kernel lacks a hook that is
 * needed (netlink tells which); what ftrace says.
 */
int ipcprobe_hooks_get(u32 classes)
{
	int err;

	guard(mutex)(&hooks_mutex);
	count_users(classes, 1);
	err = update();
	if (err) {
		count_users(classes, -1);
		update();
	}
	return err;
}

void ipcprobe_hooks_put(u32 classes)
{
	guard(mutex)(&hooks_mutex);
	count_users(classes, -1);
	update();
}

u32 ipcprobe_hooks_attached(void)
{
	return READ_ONCE(attached_classes);
}

/* ---- users of our tracepoints ---- */

static void update_for_trace(struct work_struct *work)
{
	int err;

	guard(mutex)(&hooks_mutex);
	err = is_ready ? update() : 0;
	if (err)
		pr_warn("cannot attach all hooks for a tracepoint user: %d (see 'ipcprobe check')\n",
			err);
}

static DECLARE_WORK(trace_work, update_for_trace);

/*
 * Called with the tracepoint core's mutex held, which attaching a tracepoint
 * takes as well: so the work is done a moment later, elsewhere.  The module
 * stays while the user is there.
 */
int ipcprobe_hooks_trace_reg(u32 class_id)
{
	if (!try_module_get(THIS_MODULE))
		return -ENODEV;
	atomic_inc(&trace_users[class_id]);
	WRITE_ONCE(ipcprobe_epoch, READ_ONCE(ipcprobe_epoch) + 1);
	schedule_work(&trace_work);
	return 0;
}

void ipcprobe_hooks_trace_unreg(u32 class_id)
{
	atomic_dec(&trace_users[class_id]);
	schedule_work(&trace_work);
	module_put(THIS_MODULE);
}

/*
 * The last step of loading: tracepoints have been there since before the first
 * one, and may have users already.
 */
void ipcprobe_hooks_init(void)
{
	scoped_guard(mutex, &hooks_mutex)
		is_ready = true;
	schedule_work(&trace_work);
}

/* Loading failed: nothing was attached, and nothing will be. */
void ipcprobe_hooks_give_up(void)
{
	cancel_work_sync(&trace_work);
}

void ipcprobe_hooks_exit(void)
{
	struct function_set *set;

	cancel_work_sync(&trace_work);
	guard(mutex)(&hooks_mutex);
	update();
	for_each_set(set) {
		remove_set(set);
		ftrace_free_filter(&set->ops);
	}
}
