/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The time of every record: CLOCK_MONOTONIC in nanoseconds.
 *
 * ktime_get_mono_fast_ns() reads it through two calls by pointer, 45
 * instructions in all, up to five times a context switch.  Where the time
 * stamp counter is the clock source, the same sum is done inline with a copy
 * of the timekeeper's factors, which the kernel hands out whenever it changes
 * them (as it does for KVM's guests).
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

/* ns = base_ns + ((cycles * mult + addend) >> shift), modulo 2^64 up to the shift */
struct ipcprobe_clock_factors {
	u64 base_ns;
	u64 addend;
	u32 mult;
	u32 shift;
};

/*
 * A latch: seq is odd while copy 0 is written, even while copy 1 is, and the
 * reader takes the other.  seq 0: the clock source cannot be read inline.
 */
struct ipcprobe_clock_latch {
	u64 seq;
	struct ipcprobe_clock_factors copy[2];
};

extern struct ipcprobe_clock_latch ipcprobe_clock_latch;

/* Durations in records: saturate instead of wrapping. */
static __always_inline u32 ipcprobe_ns32(u64 ns)
{
	return ns > U32_MAX ? U32_MAX : ns;
}

/*
 * A stamp is a time to measure from: cheaper than the clock, as it is turned
 * into nanoseconds only at the end.  Odd: cycles.  Even: nanoseconds.
 *
 * The factors hold for ten minutes' cycles, ns32 for four seconds'.  Between
 * these lie 2^35 cycles, whatever the processor.
 *
 * Of an operation during which the machine was suspended the duration may be
 * wrong: the counter does not tell whether it ran on or began anew.
 */
#define STAMP_CYCLES_MAX	BIT_ULL(35)

/* As ipcprobe_stamp(), without a call; 0: it takes one. */
static __always_inline u64 ipcprobe_stamp_try(void)
{
#ifdef CONFIG_X86_64
	if (likely(READ_ONCE(ipcprobe_clock_latch.seq)))
		return rdtsc_ordered() | 1;
#endif
	return 0;
}

/**
 * ipcprobe_stamp - now, for ipcprobe_clock_since()
 *
 * Context: any.
 */
static __always_inline u64 ipcprobe_stamp(void)
{
	return ipcprobe_stamp_try() ?: ktime_get_mono_fast_ns() & ~1ULL;
}

/* Some time has passed since the machine was switched on: the compiler may know. */
static __always_inline u64 ipcprobe_clock_known(u64 ns)
{
	if (!ns)
		__builtin_unreachable();
	return ns;
}

#ifdef CONFIG_X86_64
/* Factors and what they make of the time stamp counter, read all at once. */
struct ipcprobe_clock_reading {
	u64 cycles;
	u64 ns;
	u32 mult;
	u32 shift;
};

/* Return: false: the clock source is another, or the factors have just changed. */
static __always_inline bool ipcprobe_clock_read(struct ipcprobe_clock_reading *now)
{
	u64 seq = smp_load_acquire(&ipcprobe_clock_latch.seq); /* clock.c */
	const struct ipcprobe_clock_factors *f = &ipcprobe_clock_latch.copy[seq & 1];

	if (unlikely(!seq))
		return false;
	now->mult = f->mult;
	now->shift = f->shift;
	now->cycles = rdtsc_ordered();
	/* signed: this CPU's counter may be a little behind the one that set the base */
	now->ns = f->base_ns +
		  ((s64)(now->cycles * now->mult + f->addend) >> now->shift);
	smp_rmb(); /* clock.c */
	return likely(READ_ONCE(ipcprobe_clock_latch.seq) == seq);
}
#endif

/**
 * ipcprobe_clock_since - now, and the time since a stamp
 * @stamp: from ipcprobe_stamp(), or 0: not known
 * @dur_ns: set to the nanoseconds since then, saturating; 0 when that is
 *	not known, or the clock source changed meanwhile
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

/* Fewer cycles than this are less than 4 s where a cycle is less than 4 ns. */
#define STAMP_CYCLES_BITS	30

/**
 * ipcprobe_clock_try - ipcprobe_clock_since() when all is as nearly always
 * @stamp: from ipcprobe_stamp()
 * @ns: set to the time
 * @dur_ns: set to the nanoseconds since @stamp
 *
 * It calls nothing, so that who asks has no registers to save.
 *
 * Context: any.  Return: false: ask ipcprobe_clock_since().
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
 * ipcprobe_clock - now
 *
 * Context: any.
 */
static __always_inline u64 ipcprobe_clock(void)
{
	u32 unused;

	return ipcprobe_clock_since(0, &unused);
}

/**
 * ipcprobe_clock_try_now - ipcprobe_clock() when all is as nearly always
 *
 * Context: any.  Return: 0: ask ipcprobe_clock().
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
