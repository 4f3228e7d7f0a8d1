// SPDX-License-Identifier: GPL-2.0
/* Keeps the copy of the timekeeper's factors that clock.h computes with. */
#include <linux/cleanup.h>
#include <linux/clocksource.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/pvclock_gtod.h>
#include <linux/suspend.h>
#include <linux/timekeeper_internal.h>

#include "clock.h"

struct ipcprobe_clock_latch ipcprobe_clock_latch;

#ifdef CONFIG_X86_64

static void fill_factors(struct ipcprobe_clock_factors *f, const struct tk_read_base *tkr)
{
	WRITE_ONCE(f->base_ns, ktime_to_ns(tkr->base));
	WRITE_ONCE(f->addend, tkr->xtime_nsec - tkr->cycle_last * tkr->mult);
	WRITE_ONCE(f->mult, tkr->mult);
	WRITE_ONCE(f->shift, tkr->shift);
}

/*
 * Each barrier keeps a copy from being written before the readers use the other
 * copy. The barriers pair with those of ipcprobe_clock_read().
 */
static void publish_factors(u64 seq, const struct tk_read_base *tkr)
{
	struct ipcprobe_clock_latch *latch = &ipcprobe_clock_latch;

	WRITE_ONCE(latch->seq, seq + 1);
	smp_wmb(); /* ipcprobe_clock_read() */
	fill_factors(&latch->copy[0], tkr);
	smp_wmb(); /* ipcprobe_clock_read() */
	WRITE_ONCE(latch->seq, seq + 2);
	smp_wmb(); /* ipcprobe_clock_read() */
	fill_factors(&latch->copy[1], tkr);
}

/* The kernel calls it at each change of the timekeeper: timekeeper locked, irqs off. */
static int timekeeper_changed(struct notifier_block *nb, unsigned long unused,
			      void *priv)
{
	const struct tk_read_base *tkr = &((struct timekeeper *)priv)->tkr_mono;
	struct ipcprobe_clock_latch *latch = &ipcprobe_clock_latch;

	/* STAMP_CYCLES_BITS requires that a cycle is shorter than 4 ns. */
	if (tkr->clock->vdso_clock_mode != VDSO_CLOCKMODE_TSC ||
	    tkr->mult >> tkr->shift >= 4) {
		WRITE_ONCE(latch->seq, 0);
	} else if (latch->seq) {
		publish_factors(latch->seq, tkr);
	} else {
		fill_factors(&latch->copy[0], tkr);
		fill_factors(&latch->copy[1], tkr);
		smp_store_release(&latch->seq, 2); /* ipcprobe_clock_read() */
	}
	return NOTIFY_OK;
}

static struct notifier_block notifier = {
	.notifier_call = timekeeper_changed,
};

static DEFINE_MUTEX(mutex);	/* protects the next three variables */
static bool is_on, is_suspending, is_following;

/*
 * Registering and unregistering take the timekeeper's lock: when they return,
 * no notifier call is under way.
 */
static void update_following(void)
{
	bool should_follow = is_on && !is_suspending;

	lockdep_assert_held(&mutex);
	if (should_follow == is_following)
		return;
	is_following = should_follow;
	if (should_follow) {
		pvclock_gtod_register_notifier(&notifier);
	} else {
		pvclock_gtod_unregister_notifier(&notifier);
		WRITE_ONCE(ipcprobe_clock_latch.seq, 0);
	}
}

/**
 * ipcprobe_clock_enable - start or stop following the timekeeper
 * @on: true: before the first probe is attached; false: after the last probe has
 *	returned
 *
 * Context: process.
 */
void ipcprobe_clock_enable(bool on)
{
	guard(mutex)(&mutex);
	is_on = on;
	update_following();
}

/*
 * While the machine is suspended, the time stamp counter may run on or restart,
 * and the timekeeper has not corrected its factors yet. Therefore the kernel's
 * own clock, which does not advance during a suspend, is read from before the
 * first task is frozen until after the last task is thawed.
 */
static int power_changed(struct notifier_block *nb, unsigned long event,
			 void *unused)
{
	guard(mutex)(&mutex);
	is_suspending = event == PM_SUSPEND_PREPARE ||
			event == PM_HIBERNATION_PREPARE ||
			event == PM_RESTORE_PREPARE;
	update_following();
	return NOTIFY_OK;
}

static struct notifier_block power_notifier = {
	.notifier_call = power_changed,
};

/**
 * ipcprobe_clock_init - register for notifications of suspends
 *
 * Context: process.  Return: 0 or -errno.
 */
int ipcprobe_clock_init(void)
{
	return register_pm_notifier(&power_notifier);
}

void ipcprobe_clock_exit(void)
{
	unregister_pm_notifier(&power_notifier);
}

#else

void ipcprobe_clock_enable(bool on)
{
}

int ipcprobe_clock_init(void)
{
	return 0;
}

void ipcprobe_clock_exit(void)
{
}

#endif
