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

static void fill(struct ipcprobe_clock_factors *f, const struct tk_read_base *tkr)
{
	WRITE_ONCE(f->base_ns, ktime_to_ns(tkr->base));
	WRITE_ONCE(f->addend, tkr->xtime_nsec - tkr->cycle_last * tkr->mult);
	WRITE_ONCE(f->mult, tkr->mult);
	WRITE_ONCE(f->shift, tkr->shift);
}

/*
 * Each barrier keeps a copy from being written before its readers are turned
 * away; they pair with those of ipcprobe_clock().
 */
static void publish(u64 seq, const struct tk_read_base *tkr)
{
	struct ipcprobe_clock_latch *latch = &ipcprobe_clock_latch;

	WRITE_ONCE(latch->seq, seq + 1);
	smp_wmb(); /* ipcprobe_clock() */
	fill(&latch->copy[0], tkr);
	smp_wmb(); /* ipcprobe_clock() */
	WRITE_ONCE(latch->seq, seq + 2);
	smp_wmb(); /* ipcprobe_clock() */
	fill(&latch->copy[1], tkr);
}

/* Called with the timekeeper locked, irqs off, at each change. */
static int timekeeper_changed(struct notifier_block *nb, unsigned long unused,
			      void *priv)
{
	const struct tk_read_base *tkr = &((struct timekeeper *)priv)->tkr_mono;
	struct ipcprobe_clock_latch *latch = &ipcprobe_clock_latch;

	/* STAMP_CYCLES_BITS asks for cycles below 4 ns. */
	if (tkr->clock->vdso_clock_mode != VDSO_CLOCKMODE_TSC ||
	    tkr->mult >> tkr->shift >= 4) {
		WRITE_ONCE(latch->seq, 0);
	} else if (latch->seq) {
		publish(latch->seq, tkr);
	} else {
		fill(&latch->copy[0], tkr);
		fill(&latch->copy[1], tkr);
		smp_store_release(&latch->seq, 2); /* ipcprobe_clock() */
	}
	return NOTIFY_OK;
}

static struct notifier_block notifier = {
	.notifier_call = timekeeper_changed,
};

static DEFINE_MUTEX(mutex);	/* the next three */
static bool is_on, is_suspending, is_following;

/* Registering takes the timekeeper's lock: no call is under way after it. */
static void update(void)
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
 * ipcprobe_clock_enable - follow the timekeeper, or stop doing so
 * @on: before the first probe is attached; off: after the last has returned
 *
 * Context: process.
 */
void ipcprobe_clock_enable(bool on)
{
	guard(mutex)(&mutex);
	is_on = on;
	update();
}

/*
 * While the machine is suspended the time stamp counter may run on or start
 * anew, and the timekeeper's factors wait for it to be set right.  From before
 * the first task is frozen until after the last is thawed, the kernel's own
 * clock is asked, which stands still meanwhile.
 */
static int power_changed(struct notifier_block *nb, unsigned long event,
			 void *unused)
{
	guard(mutex)(&mutex);
	is_suspending = event == PM_SUSPEND_PREPARE ||
			event == PM_HIBERNATION_PREPARE ||
			event == PM_RESTORE_PREPARE;
	update();
	return NOTIFY_OK;
}

static struct notifier_block power_notifier = {
	.notifier_call = power_changed,
};

/**
 * ipcprobe_clock_init - learn of suspends
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
