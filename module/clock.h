/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The time of every record: CLOCK_MONOTONIC in nanoseconds.
 *
 * ktime_get_mono_fast_ns() reads this clock through two calls by pointer, 45
 * instructions in all, and up to five reads are needed for one context switch.
 * Where the time stamp counter is the clock source, the same sum is computed
 * inline from a copy of the timekeeper's factors. The kernel passes these
 * factors to a notifier whenever they change (KVM uses the same notifier for
 * its guests).
 */
#ifndef IPCPROBE_CLOCK_H
#define IPCPROBE_CLOCK_H

#include <linux/bits.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/types.h>
#ifdef CONFIG_X86_64
#include <asm/msr.h>
#include <asm/tsc.h>
#endif

/* ns = base_ns + ((cycles * mult + addend) >> shift); modulo 2^64 before the shift */
struct ipcprobe_clock_factors {
	u64 base_ns;
	u64 addend;
	u32 mult;
	u32 shift;
};

/*
 * A latch: seq is odd while copy 0 is written and even while copy 1 is written;
 * a reader uses the copy that is not written. seq 0: the clock source cannot be
 * read inline.
 */
struct ipcprobe_clock_latch {
	u64 seq;
	struct ipcprobe_clock_factors copy[2];
};

extern struct ipcprobe_clock_latch ipcprobe_clock_latch;

/* A duration for a record: it saturates instead of wrapping. */
static __always_inline u32 ipcprobe_ns32(u64 ns)
{
	return ns > U32_MAX ? U32_MAX : ns;
}

/*
 * A stamp is a time to measure from. A stamp is cheaper than the clock, because
 * it is converted to nanoseconds only at the end. Odd: cycles. Even:
 * nanoseconds.
 *
 * The factors are valid for the cycles of ten minutes; a u32 of nanoseconds
 * holds four seconds. 2^35 cycles are between these two on every processor.
 *
 * If the machine was suspended during an operation, the duration of the
 * operation may be wrong: the counter does not show whether it ran on or
 * restarted.
 */
#define STAMP_CYCLES_MAX	BIT_ULL(35)

/* Like ipcprobe_stamp(), but without a function call; 0: a function call is needed. */
static __always_inline u64 ipcprobe_stamp_try(void)
{
#ifdef CONFIG_X86_64
	if (likely(READ_ONCE(ipcprobe_clock_latch.seq)))
		return rdtsc_ordered() | 1;
#endif
	return 0;
}

/**
 * ipcprobe_stamp - the current time, for ipcprobe_clock_since()
 *
 * Context: any.
 */
static __always_inline u64 ipcprobe_stamp(void)
{
	return ipcprobe_stamp_try() ?: ktime_get_mono_fast_ns() & ~1ULL;
}

/* Lets the compiler assume that a time is never 0: some time has passed since boot. */
static __always_inline u64 ipcprobe_clock_known(u64 ns)
{
	if (!ns)
		__builtin_unreachable();
	return ns;
}

#ifdef CONFIG_X86_64
/*
 * The time stamp counter, the factors, and the time computed from both, read at
 * once.
 */
struct ipcprobe_clock_reading {
	u64 cycles;
	u64 ns;
	u32 mult;
	u32 shift;
};

/*
 * Return: false if the clock source is not the counter, or if the factors have
 * just changed.
 */
static __always_inline bool ipcprobe_clock_read(struct ipcprobe_clock_reading *now)
{
	u64 seq = smp_load_acquire(&ipcprobe_clock_latch.seq); /* publish_factors() */
	const struct ipcprobe_clock_factors *f = &ipcprobe_clock_latch.copy[seq & 1];

	if (unlikely(!seq))
		return false;
	now->mult = f->mult;
	now->shift = f->shift;
	now->cycles = rdtsc_ordered();
	/*
	 * signed: the counter of this CPU may be slightly lower than that of
	 * the CPU which set the base
	 */
	now->ns = f->base_ns +
		  ((s64)(now->cycles * now->mult + f->addend) >> now->shift);
	smp_rmb(); /* publish_factors() */
	return likely(READ_ONCE(ipcprobe_clock_latch.seq) == seq);
}
#endif

/**
 * ipcprobe_clock_since - the current time, and the time since a stamp
 * @stamp: from ipcprobe_stamp(); 0: not known
 * @dur_ns: set to the nanoseconds since @stamp, saturating; 0 if @stamp is not
 *	known, or if the clock source has changed since then
 *
 * Context: any.
 */
static __always_inline u64 ipcprobe_clock_since(u64 stamp, u32 *dur_ns)
{
	u64 ns;
#ifdef CONFIG_X86_64
	struct ipcprobe_clock_reading now;
	u64 cycles;

	while (READ_ONCE(ipcprobe_clock_latch.seq)) {
		if (!ipcprobe_clock_read(&now))
			continue;
		cycles = now.cycles - stamp;
		if (unlikely(cycles > STAMP_CYCLES_MAX))
			cycles = (s64)cycles < 0 ? 0 : STAMP_CYCLES_MAX;
		*dur_ns = stamp & 1 ? ipcprobe_ns32((cycles * now.mult) >> now.shift) : 0;
		return now.ns;
	}
#endif
	ns = ktime_get_mono_fast_ns();
	*dur_ns = stamp & 1 || !stamp ? 0 : ipcprobe_ns32(ns - stamp);
	return ns;
}

/* Fewer cycles than 2^30 are less than 4 s where a cycle is shorter than 4 ns. */
#define STAMP_CYCLES_BITS	30

/**
 * ipcprobe_clock_try - fast path of ipcprobe_clock_since()
 * @stamp: from ipcprobe_stamp()
 * @ns: set to the time
 * @dur_ns: set to the nanoseconds since @stamp
 *
 * The fast path calls no function, so that the caller has no registers to save.
 *
 * Context: any.  Return: false: the caller must use ipcprobe_clock_since().
 */
static __always_inline bool ipcprobe_clock_try(u64 stamp, u64 *ns, u32 *dur_ns)
{
#ifdef CONFIG_X86_64
	struct ipcprobe_clock_reading now;
	u64 cycles;

	if (unlikely(!ipcprobe_clock_read(&now)))
		return false;
	cycles = now.cycles - stamp;
	if (unlikely(!(stamp & 1) || cycles >> STAMP_CYCLES_BITS))
		return false;
	*ns = ipcprobe_clock_known(now.ns);
	*dur_ns = (cycles * now.mult) >> now.shift;
	return true;
#else
	return false;
#endif
}

/**
 * ipcprobe_clock - the current time
 *
 * Context: any.
 */
static __always_inline u64 ipcprobe_clock(void)
{
	u32 unused;

	return ipcprobe_clock_since(0, &unused);
}

/**
 * ipcprobe_clock_try_now - fast path of ipcprobe_clock()
 *
 * Context: any.  Return: 0: the caller must use ipcprobe_clock().
 */
static __always_inline u64 ipcprobe_clock_try_now(void)
{
#ifdef CONFIG_X86_64
	struct ipcprobe_clock_reading now;

	return likely(ipcprobe_clock_read(&now)) ? ipcprobe_clock_known(now.ns) : 0;
#else
	return 0;
#endif
}

void ipcprobe_clock_enable(bool on);
int ipcprobe_clock_init(void);
void ipcprobe_clock_exit(void);

#endif /* IPCPROBE_CLOCK_H */
