// SPDX-License-Identifier: GPL-2.0
/*
 * Attaches and detaches hooks: tracepoint probes in this file, function entries
 * in function.c.
 *
 * A class is attached while it has a user: a running session (get/put) or a
 * user of one of its tracepoints (trace_reg/trace_unreg).  A class is attached
 * with all hooks that it needs, or not at all: a class that this kernel does
 * not support does not prevent other classes from being attached.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/tracepoint.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "attach.h"
#include "class.h"
#include "clock.h"
#include "epoch.h"
#include "function.h"
#include "hook.h"
#include "op.h"
#include "pipe.h"

static DEFINE_MUTEX(hooks_mutex);
static unsigned int session_users[IPCPROBE_NR_CLASSES];	/* hooks_mutex */
static atomic_t trace_users[IPCPROBE_NR_CLASSES];
static u32 attached_classes;				/* hooks_mutex */
static bool is_unsettled;	/* the last change failed; hooks_mutex */
static bool is_ready;		/* all that handlers use is initialised; hooks_mutex */

/* ---- tracepoints ---- */

static void match_tracepoint(struct tracepoint *tp, void *priv)
{
	struct ipcprobe_hook *hook = priv;

	if (!strcmp(tp->name, hook->name))
		hook->tp = tp;
}

static void find_tracepoints(u32 classes)
{
	struct ipcprobe_hook *hook;
	unsigned int n;

	ipcprobe_for_each_hook(hook, n) {
		if (hook->kind != IPCPROBE_HOOK_TRACEPOINT || hook->tp ||
		    !(hook->classes & classes))
			continue;
		for_each_kernel_tracepoint(match_tracepoint, hook);
		hook->error = hook->tp ? 0 : -ENOENT;
	}
}

/* Attaches @hook if it is wanted, else detaches it.  Return: the error. */
static int set_tracepoint(struct ipcprobe_hook *hook, bool is_wanted)
{
	if (is_wanted == hook->attached)
		return 0;
	if (is_wanted)
		hook->error = tracepoint_probe_register(hook->tp, hook->probe, hook);
	else
		tracepoint_probe_unregister(hook->tp, hook->probe, hook);
	hook->attached = is_wanted && !hook->error;
	return is_wanted ? hook->error : 0;
}

/* Attaches the tracepoints that @classes want, and detaches all others. */
static int set_tracepoints(u32 classes)
{
	struct ipcprobe_hook *hook;
	unsigned int n;
	int err = 0, hook_err;

	ipcprobe_for_each_hook(hook, n) {
		if (!hook->tp)
			continue;
		hook_err = set_tracepoint(hook, hook->classes & classes);
		err = err ?: hook_err;
	}
	return err;
}

/* ---- classes ---- */

static bool is_found(const struct ipcprobe_hook *hook)
{
	return hook->ip || hook->tp;
}

static bool is_attached(const struct ipcprobe_hook *hook)
{
	return hook->attached;
}

/* True if @needed, or an alternative to it, passes the test @there. */
static bool has_hook(const struct ipcprobe_hook *needed,
		     bool (*there)(const struct ipcprobe_hook *hook))
{
	const struct ipcprobe_hook *hook = needed;

	do {
		if (there(hook))
			return true;
		hook = hook->alternative;
	} while (hook != needed);
	return false;
}

/* Return: those of @classes that have all hooks that they need. */
static u32 complete_ones(u32 classes, bool (*there)(const struct ipcprobe_hook *hook))
{
	const struct ipcprobe_hook *hook;
	unsigned int n;

	ipcprobe_for_each_hook(hook, n)
		if (hook->classes & classes && !hook->is_optional && !has_hook(hook, there))
			classes &= ~hook->classes;
	return classes;
}

static u32 wanted_classes(void)
{
	u32 class_id, wanted = 0;

	for (class_id = 0; class_id < IPCPROBE_NR_CLASSES; class_id++)
		if (session_users[class_id] || atomic_read(&trace_users[class_id]))
			wanted |= BIT(class_id);
	return wanted & __IPCPROBE_CLASSES_ALL;
}

/* Prepares @classes; called before the first hook of a class is attached. */
static void prepare_classes(u32 classes)
{
	u32 joining = classes & ~attached_classes;

	ipcprobe_classes_attach(joining);
	if (classes)
		ipcprobe_clock_enable(true);
	if (!(classes & IPCPROBE_OP_CLASSES))
		ipcprobe_op_enable(false);
}

/*
 * Hooks the functions of @classes.  If ftrace refuses, classes that were not
 * attached before are removed from @classes.
 */
static int set_functions(u32 *classes)
{
	int err = ipcprobe_functions_set(*classes);

	if (err) {
		*classes &= attached_classes;
		ipcprobe_functions_set(*classes);
	}
	return err;
}

/*
 * Waits until all detached probes and handlers have returned, also those of
 * tasks that were preempted on their way into a handler.
 */
static void wait_for_handlers(u32 leaving)
{
	tracepoint_synchronize_unregister();
	if (leaving && ipcprobe_functions_hooked())
		synchronize_rcu_tasks();
	synchronize_rcu();
}

/* Frees what only classes other than @classes use.  No handler uses it any more. */
static void clean_up(u32 classes)
{
	if (ipcprobe_functions_dead())
		return;
	if (!(classes & IPCPROBE_OP_CLASSES)) {
		/* Entries of pipes are kept as long as operations may refer to them. */
		ipcprobe_op_reset();
		ipcprobe_table_reset(&ipcprobe_pipes);
	}
	ipcprobe_classes_detach(classes);
	if (!classes)
		ipcprobe_clock_enable(false);
}

/* ---- users of our tracepoints wait for an answer ---- */

static DECLARE_WAIT_QUEUE_HEAD(answers);
static atomic_t nr_asked;	/* requests of trace users so far */
static u32 nr_answered;		/* requests answered so far; written under hooks_mutex */
static int class_errors[IPCPROBE_NR_CLASSES];	/* written under hooks_mutex */

/*
 * Answers the first @asked requests: the functions of the classes @served are
 * hooked.  @err is the error for all other classes.
 */
static void answer_users(u32 asked, u32 served, int err)
{
	u32 class_id;

	for (class_id = 0; class_id < IPCPROBE_NR_CLASSES; class_id++)
		WRITE_ONCE(class_errors[class_id],
			   served & BIT(class_id) ? 0 : err ?: -ENOENT);
	/* pairs with is_answered(): who sees the number sees the errors, too */
	smp_store_release(&nr_answered, asked);
	wake_up_all(&answers);
}

/* ---- changing what is attached ---- */

/*
 * Functions are detached before tracepoints, and attached before them: a call
 * that began an operation and ends after sys_exit was detached must not find
 * this operation again.  Operations begin only where all hooks that end them
 * are attached.
 */
static int change_hooks(u32 asked, u32 classes, int err)
{
	u32 leaving;
	int functions_err, tracepoints_err;

	prepare_classes(classes);
	functions_err = set_functions(&classes);
	answer_users(asked, classes, err ?: functions_err);
	leaving = attached_classes & ~classes;
	tracepoints_err = set_tracepoints(classes);
	wait_for_handlers(leaving);
	WRITE_ONCE(attached_classes, complete_ones(classes, is_attached));
	ipcprobe_op_enable(attached_classes & IPCPROBE_OP_CLASSES);
	clean_up(classes);
	return functions_err ?: tracepoints_err;
}

/*
 * Attaches the wanted classes that this kernel supports, and detaches all
 * others.
 *
 * Return: 0, also if this kernel does not support a class; else the error of
 * ftrace.
 */
static int update_hooks(void)
{
	u32 asked = atomic_read_acquire(&nr_asked);	/* read before trace_users */
	u32 wanted = wanted_classes(), classes;
	int err = 0;

	lockdep_assert_held(&hooks_mutex);
	if (wanted & ~attached_classes) {
		err = ipcprobe_functions_resolve(wanted);
		find_tracepoints(wanted);
	}
	classes = complete_ones(wanted, is_found);
	if (classes != attached_classes || is_unsettled)
		err = change_hooks(asked, classes, err) ?: err;
	else
		answer_users(asked, classes, err);
	is_unsettled = err;
	return err;
}

/* Return: a value of the netlink attribute IPCPROBE_A_HOOK_OPTIONAL. */
u8 ipcprobe_hook_optional(const struct ipcprobe_hook *hook)
{
	return hook->is_optional && !has_hook(hook, is_attached) ? 2 :
	       hook->is_optional || hook->one_of;
}

static void count_users(u32 classes, int delta)
{
	u32 class_id;

	for (class_id = 0; class_id < IPCPROBE_NR_CLASSES; class_id++)
		if (classes & BIT(class_id))
			session_users[class_id] += delta;
}

/**
 * ipcprobe_hooks_get - attach the hooks that @classes need
 * @classes: mask
 *
 * Context: process.  Return: 0 when every hook that @classes need is attached;
 * -ENOENT when this kernel lacks a hook (netlink reports which); -EINTR when killed;
 * else the error of ftrace, see ipcprobe_functions_set().
 */
int ipcprobe_hooks_get(u32 classes)
{
	int err;

	if (mutex_lock_killable(&hooks_mutex))
		return -EINTR;
	count_users(classes, 1);
	err = update_hooks();
	if (classes & ~attached_classes) {
		count_users(classes, -1);
		update_hooks();
		err = err ?: -ENOENT;
	} else {
		err = 0;
	}
	mutex_unlock(&hooks_mutex);
	return err;
}

void ipcprobe_hooks_put(u32 classes)
{
	guard(mutex)(&hooks_mutex);
	count_users(classes, -1);
	update_hooks();
}

u32 ipcprobe_hooks_attached(void)
{
	return READ_ONCE(attached_classes);
}

/**
 * ipcprobe_hooks_incomplete - find the classes that miss events in this kernel
 * @classes: mask of attached classes
 *
 * Context: process.  Return: those of @classes that lack an optional hook.
 */
u32 ipcprobe_hooks_incomplete(u32 classes)
{
	const struct ipcprobe_hook *hook;
	unsigned int n;
	u32 lacking = 0;

	guard(mutex)(&hooks_mutex);
	ipcprobe_for_each_hook(hook, n)
		if (hook->is_optional && !has_hook(hook, is_attached))
			lacking |= hook->classes & classes;
	return lacking;
}

/* ---- users of our tracepoints ---- */

static void serve_trace_users(struct work_struct *work);
static DECLARE_WORK(trace_work, serve_trace_users);
static DECLARE_DELAYED_WORK(retry_work, serve_trace_users);

/* Logs when users of tracepoints get no events, and when they get them later. */
static void report_result(int err)
{
	static int last_err;	/* hooks_mutex */

	if (err && err != last_err)
		pr_warn("cannot attach hooks for a tracepoint's user: %d%s (see 'ipcprobe check')\n",
			err, err == -ENOENT ? "" : "; trying again until it works");
	else if (!err && last_err)
		pr_info("the hooks for a tracepoint's user are attached now\n");
	last_err = err;
}

static void serve_trace_users(struct work_struct *work)
{
	int err;

	guard(mutex)(&hooks_mutex);
	if (!is_ready)
		return;
	err = update_hooks();
	if (!err && wanted_classes() & ~attached_classes)
		err = -ENOENT;
	report_result(err);
	if (err && err != -ENOENT)
		schedule_delayed_work(&retry_work, HZ);
}

/* True if request number @mine was answered. */
static bool is_answered(u32 mine)
{
	/* pairs with the release after class_errors[] is written */
	return (s32)(smp_load_acquire(&nr_answered) - mine) >= 0;
}

/*
 * Waits until the functions of the class are hooked, or have failed to be.
 * Waiting for the end of the work is impossible: the work attaches to
 * tracepoints, and our caller holds their mutex.  Attaching the functions in
 * this task is impossible, too: with function_graph, the tracepoints' mutex is
 * taken under ftrace's.  The wait has a time limit, because the work may itself
 * wait for a task that waits for our caller; the user is then served later,
 * without an answer.
 */
static int wait_for_answer(u32 class_id, u32 mine)
{
	if (wait_event_killable_timeout(answers, is_answered(mine), 2 * HZ) <= 0)
		return 0;
	return READ_ONCE(class_errors[class_id]);
}

/*
 * Called with the tracepoint core's mutex held.  Attaching a tracepoint takes
 * this mutex, too, so a work item attaches the hooks, the tracepoints last and
 * a moment later.  The module cannot be unloaded while it has the user.
 *
 * Return: 0; -ENODEV while the module is being unloaded; else the reason why
 * the user would see no event.
 */
int ipcprobe_hooks_trace_reg(u32 class_id)
{
	u32 mine;
	int err;

	if (!try_module_get(THIS_MODULE))
		return -ENODEV;
	atomic_inc(&trace_users[class_id]);
	ipcprobe_describe_again();
	mine = atomic_inc_return(&nr_asked);	/* full barrier before the read of is_ready */
	if (!READ_ONCE(is_ready))
		return 0;	/* ipcprobe_hooks_start() will serve the user */
	if (!(BIT(class_id) & __IPCPROBE_CLASSES_ALL))
		return 0;	/* the module's own events need no hook */
	schedule_work(&trace_work);
	err = wait_for_answer(class_id, mine);
	if (err)
		ipcprobe_hooks_trace_unreg(class_id);
	return err;
}

void ipcprobe_hooks_trace_unreg(u32 class_id)
{
	atomic_dec(&trace_users[class_id]);
	if (READ_ONCE(is_ready))
		schedule_work(&trace_work);
	module_put(THIS_MODULE);
}

/* ---- other modules ---- */

/*
 * Functions that we hook may belong to a module: their addresses are valid
 * until the module is unloaded.
 */
static int module_changes(struct notifier_block *block, unsigned long state, void *module)
{
	u32 lost = 0;

	if (state != MODULE_STATE_GOING && state != MODULE_STATE_LIVE)
		return NOTIFY_DONE;
	guard(mutex)(&hooks_mutex);
	if (state == MODULE_STATE_GOING)
		lost = ipcprobe_functions_forget(module) & attached_classes;
	if (lost) {
		WRITE_ONCE(attached_classes, complete_ones(attached_classes, is_attached));
		is_unsettled = true;
	}
	if (lost || (state == MODULE_STATE_LIVE && wanted_classes() & ~attached_classes))
		schedule_work(&trace_work);
	return NOTIFY_DONE;
}

static struct notifier_block module_notifier = { .notifier_call = module_changes };

/* ---- life ---- */

/*
 * The last step of loading.  Our tracepoints exist since before the first step,
 * and may have users already.  If a step of loading fails, this function is not
 * called, and no work ever runs.
 */
void __init ipcprobe_hooks_start(void)
{
	register_module_notifier(&module_notifier);
	scoped_guard(mutex, &hooks_mutex)
		WRITE_ONCE(is_ready, true);
	schedule_work(&trace_work);
}

void ipcprobe_hooks_exit(void)
{
	unregister_module_notifier(&module_notifier);
	cancel_work_sync(&trace_work);
	cancel_delayed_work_sync(&retry_work);
	scoped_guard(mutex, &hooks_mutex)
		update_hooks();
	ipcprobe_functions_exit();
}
