/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A delay: the time for which a task wanted a CPU before it had one, as a list of
 * parts without a gap. It begins with the waker's call, or when the task lost its
 * CPU although it wanted to run on, and ends when the task runs.
 *
 *	woken		 waking | queued on CPU 0 | moved | queued on CPU 1
 *	preempted	 queued on CPU 0 | throttled | queued on CPU 0
 *
 * The model keeps the delay of each waiting task; the sum of the parts is its
 * length.
 */
#ifndef IPCPROBE_MODEL_SCHED_DELAY_H
#define IPCPROBE_MODEL_SCHED_DELAY_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/ipcprobe.h>

/* maximum number of parts; above it the older half is summed up by kind */
#define DELAY_PARTS_MAX		128U
#define DELAY_SEVERAL_CPUS	UINT16_MAX

enum delay_kind {
	DELAY_WAKING,		/* from the waker's call until it put the task on a queue */
	/*
	 * from the waker's call until the chosen CPU, which the waker notified,
	 * queued the task
	 */
	DELAY_SIGNALLED,
	DELAY_QUEUED,		/* on a queue, while other tasks ran */
	DELAY_THROTTLED,	/* the task, its group or its class had used up its time */
	DELAY_MOVED,		/* between two queues */
	DELAY_PUT_BACK,		/* taken off its queue for a change, and put back on it */
	NR_DELAY_KINDS
};

/* Names of the kinds in text and JSON. */
extern const char *const delay_kind_names[NR_DELAY_KINDS];

/**
 * struct delay_part - a time with one reason why the task did not run
 * @until_ns: end of the part; 0 = it has not ended
 * @group: with DELAY_THROTTLED: task group that was throttled, 0 = none
 * @by: task in whose context the part began, with DELAY_MOVED the task that moved
 *	it; 0 = the idle task, or not known
 * @site: with DELAY_MOVED: as in the rq_migrate record
 * @context: with DELAY_MOVED: as in the rq_migrate record
 * @cpu: CPU of the queue, with DELAY_MOVED of the queue that the task left; or
 *	DELAY_SEVERAL_CPUS
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
 * struct sched_delay - a delay that has not ended, or that has just ended
 * @part: parts in order of time; each begins at the end of the one before
 * @nr: number of parts; 0 = no delay
 * @cap: number of parts that @part has room for
 * @is_known: the begin of the delay is known
 * @is_moving: the last part is DELAY_MOVED, and a migration to another queue was
 *	seen
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

/* Begin of a delay; its begin must be known. */
static inline uint64_t delay_begin_ns(const struct sched_delay *delay)
{
	return delay->nr && delay->is_known ? delay->part[0].from_ns : 0;
}

/* Length of a delay that has ended; 0 = not known. */
static inline uint64_t delay_ns(const struct sched_delay *delay)
{
	return delay->nr && delay->is_known ?
	       delay->part[delay->nr - 1].until_ns - delay->part[0].from_ns : 0;
}

/* Sum of the parts of one kind of a delay that has ended. */
uint64_t delay_kind_ns(const struct sched_delay *delay, enum delay_kind kind);

/* Length of a part; a part without an end is counted until @now_ns. */
static inline uint64_t delay_part_ns(const struct delay_part *part, uint64_t now_ns)
{
	uint64_t until_ns = part->until_ns ? part->until_ns : now_ns;

	return until_ns > part->from_ns ? until_ns - part->from_ns : 0;
}

#endif /* IPCPROBE_MODEL_SCHED_DELAY_H */
