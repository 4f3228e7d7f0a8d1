// SPDX-License-Identifier: GPL-2.0
/* Keeps the copy of the timekeeper's factors that clock.h computes with. */
#include <linux/clocksource.h>
#include <linux/notifier.h>
#include <linux/pvclock_gtod.h>
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

/**
 * ipcprobe_clock_enable - follow the timekeeper, or stop doing so
 * @on: before the first probe is attached; off: after the last has returned
 *
 * Context: process.
 */
void ipcprobe_clock_enable(bool on)
{
	static bool is_on;	/* hooks.c's mutex */

	if (on == is_on)
		return;
	is_on = on;
	if (on) {
		pvclock_gtod_register_notifier(&notifier);
	} else {
		pvclock_gtod_unregister_notifier(&notifier);
		WRITE_ONCE(ipcprobe_clock_latch.seq, 0);
	}
}

#else

void ipcprobe_clock_enable(bool on)
{
}

#endif
