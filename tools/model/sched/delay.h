/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A delay: for how long a task wanted a CPU before it had one, as a list of
 * parts without a gap.  It begins with the waker's call, or when the task lost
 * its CPU although it wanted to run on, and ends when the task runs.
 *
 *	woken		 waking | queued on CPU 0 | moved | queued on CPU 1
 *	preempted	 queued on CPU 0 | throttled | queued on CPU 0
 *
 * The model keeps the delay of each task that waits; its parts add up to it.
 */
#ifndef IPCPROBE_MODEL_SCHED_DELAY_H
#define IPCPROBE_MODEL_SCHED_DELAY_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/ipcprobe.h>

#define DELAY_PARTS_MAX		128U	/* then the older half is summed up by kind */
#define DELAY_SEVERAL_CPUS	UINT16_MAX

enum delay_kind {
	DELAY_WAKING,		/* from the waker's call until it put the task on a queue */
	DELAY_SIGNALLED,	/* the same, but the CPU chosen put it there, notified by the waker */
	DELAY_QUEUED,		/* on a queue, where others ran */
	DELAY_THROTTLED,	/* its group, its class, or itself had used up its time */
	DELAY_MOVED,		/* on its way from one queue to another */
	DELAY_PUT_BACK,		/* taken off its queue for a change, and put back there */
	NR_DELAY_KINDS
};

/* what a kind is called in text and JSON */
extern const char *const delay_kind_names[NR_DELAY_KINDS];

/**
 * struct delay_part - a time in which one thing held the task up
 * @until_ns: 0 = it goes on
 * @group: DELAY_THROTTLED: the task group that was throttled, 0 = none was
 * @by: in whose context it began: DELAY_MOVED: who moved it; 0 = the idle task, or
 *	not known
 * @site: DELAY_MOVED: see the rq_migrate record
 * @context: likewise
 * @cpu: of the queue; DELAY_MOVED: from whose queue; or DELAY_SEVERAL_CPUS
 * @kind: enum delay_kind
 */
struct delay_part {
	uint64_t from_ns;
	uint64_t until_ns;
	uint32_t group;
	uint32_t by;
	uint32_t site;
	uint16_t context;
	uint16_t cpu;
	uint8_t kind;
};

/**
 * struct sched_delay - a delay that goes on, or that has just ended
 * @part: in order of time, each beginning where the one before ends
 * @nr: parts; 0 = no delay
 * @cap: room for so many
 * @is_known: its beginning is known
 * @is_moving: the last part, which is DELAY_MOVED, was seen to lead to another queue
 */
struct sched_delay {
	struct delay_part *part;
	uint16_t nr;
	uint16_t cap;
	bool is_known;
	bool is_moving;
};

void delay_clear(struct sched_delay *delay);
void delay_deinit(struct sched_delay *delay);

int delay_enter(struct sched_delay *delay, uint64_t ts_ns, const struct delay_part *part);
int delay_woken(struct sched_delay *delay, uint64_t wake_ns, uint32_t waker);
void delay_migrate(struct sched_delay *delay, const struct ipcprobe_rec_rq_migrate *rec,
		   uint32_t by);
void delay_end(struct sched_delay *delay, uint64_t ts_ns);

/* when a delay that is known began */
static inline uint64_t delay_begin_ns(const struct sched_delay *delay)
{
	return delay->nr && delay->is_known ? delay->part[0].from_ns : 0;
}

/* the length of a delay that has ended; 0 = not known */
static inline uint64_t delay_ns(const struct sched_delay *delay)
{
	return delay->nr && delay->is_known ?
	       delay->part[delay->nr - 1].until_ns - delay->part[0].from_ns : 0;
}

/* of a delay that has ended: the parts of one kind */
uint64_t delay_kind_ns(const struct sched_delay *delay, enum delay_kind kind);

/* the length of a part, of one that goes on until @now_ns */
static inline uint64_t delay_part_ns(const struct delay_part *part, uint64_t now_ns)
{
	uint64_t until_ns = part->until_ns ? part->until_ns : now_ns;

	return until_ns > part->from_ns ? until_ns - part->from_ns : 0;
}

#endif /* IPCPROBE_MODEL_SCHED_DELAY_H */
