// SPDX-License-Identifier: GPL-2.0
/*
 * Lifelines follow the model of the run queues: whatever has changed for a task
 * after a record ended at the time of the record.
 */
#include "watch/lifeline.h"

#include <errno.h>

#include "trace/event.h"

static bool is_asleep(const struct sched_task *task)
{
	return task->state == SCHED_ASLEEP || task->state == SCHED_DELAYED;
}

static enum lifeline_state state_of(const struct sched *sched, const struct sched_task *task)
{
	static const uint8_t states[] = {
		[SCHED_UNKNOWN] = LIFELINE_UNKNOWN, [SCHED_ASLEEP] = LIFELINE_ASLEEP,
		[SCHED_QUEUED] = LIFELINE_QUEUED, [SCHED_DELAYED] = LIFELINE_ASLEEP,
		[SCHED_RUNNING] = LIFELINE_RUNNING, [SCHED_THROTTLED] = LIFELINE_THROTTLED,
		[SCHED_MIGRATING] = LIFELINE_MOVED,
	};

	if (task->gen != sched->gen)
		return LIFELINE_UNKNOWN;
	if (is_asleep(task) && sched_wait_of(sched, task).kind)
		return LIFELINE_BLOCKED;
	return states[task->state];
}

static uint16_t cpu_of(const struct sched_task *task, enum lifeline_state state)
{
	if (state == LIFELINE_RUNNING)
		return task->run_cpu;
	return state == LIFELINE_QUEUED || state == LIFELINE_THROTTLED ? task->cpu : LIFELINE_CPUS;
}

static bool is_wanted(const struct lifelines *lines, const struct sched *sched, uint32_t number)
{
	return task_in_scope(sched->tasks, number, lines->scope);
}

static int follow_task(struct lifelines *lines, const struct sched *sched, uint32_t number,
		       uint64_t ts_ns)
{
	const struct sched_task *task;
	enum lifeline_state state;
	struct lifeline *line;
	uint16_t cpu;
	int err = 0;

	if (!number || number >= sched->task.nr)
		return 0;
	task = sched_task_at(sched, number);
	line = pool_reach(&lines->line, number);
	if (!line)
		return -ENOMEM;
	state = state_of(sched, task);
	cpu = cpu_of(task, state);
	if (line->is_seen && line->state == state && line->cpu == cpu)
		return 0;
	if (line->is_seen && is_wanted(lines, sched, number))
		err = lifeline_end(lines, line, ts_ns, sched_wait_of(sched, task));
	line->is_seen = true;
	line->state = state;
	line->cpu = cpu;
	line->since_ns = ts_ns;
	return err;
}

static int follow_tid(struct lifelines *lines, const struct sched *sched, uint32_t tid,
		      uint64_t ts_ns)
{
	return follow_task(lines, sched, tasks_known_tid(sched->tasks, tid), ts_ns);
}

/* What happens to a whole queue may change any of its members. */
static int follow_members(struct lifelines *lines, const struct sched *sched, uint32_t cpu,
			  uint64_t ts_ns)
{
	uint32_t task = 0;
	int err = 0;

	while (!err && cpu < sched->nr_cpus &&
	       (task = sched_next_member(sched, &sched->cpu[cpu], task)))
		err = follow_task(lines, sched, task, ts_ns);
	return err;
}

/* Update what may have changed for all tasks. */
static int follow_all(struct lifelines *lines, const struct sched *sched, uint64_t ts_ns)
{
	uint32_t i;
	int err = 0;

	for (i = 1; i < lines->line.nr && !err; i++)
		if (lifeline_at(lines, i)->is_seen)
			err = follow_task(lines, sched, i, ts_ns);
	return err;
}

/* ---- callbacks of the model ---- */

static int note_waker(void *arg, const struct sched *sched, const struct ipcprobe_rec_rq_wakeup *rec,
		      uint32_t task, const struct sched_waker *waker)
{
	struct lifelines *lines = arg;
	struct lifeline *line = pool_reach(&lines->line, task);

	(void)sched;
	if (!line)
		return -ENOMEM;
	line->wake_ns = rec->hdr.ts_ns;
	line->waker = *waker;
	return 0;
}

static int on_record(void *arg, const struct sched *sched, const struct ipcprobe_rec *rec)
{
	struct lifelines *lines = arg;
	const struct ipcprobe_rec_rq_snapshot_end *end = (const void *)rec;
	int err = 0;

	switch (rec->type) {
	case IPCPROBE_REC_rq_switch:
		err = follow_tid(lines, sched, ((const struct ipcprobe_rec_rq_switch *)rec)->next,
				 rec->ts_ns);
		break;
	case IPCPROBE_REC_rq_change:
		return follow_members(lines, sched,
				      ((const struct ipcprobe_rec_rq_change *)rec)->cpu, rec->ts_ns);
	case IPCPROBE_REC_rq_throttle:
		return follow_members(lines, sched,
				      ((const struct ipcprobe_rec_rq_throttle *)rec)->cpu,
				      rec->ts_ns);
	case IPCPROBE_REC_rq_snapshot_end:
		err = follow_all(lines, sched, rec->ts_ns);
		return err ? err : follow_members(lines, sched, end->cpu, rec->ts_ns);
	case IPCPROBE_REC_lost:
		return follow_all(lines, sched, event_time(rec));
	case IPCPROBE_REC_rq_enqueue:
	case IPCPROBE_REC_rq_dequeue:
	case IPCPROBE_REC_rq_wakeup:
	case IPCPROBE_REC_rq_migrate:
		break;
	default:
		return 0;
	}
	return err ? err : follow_tid(lines, sched, rec->tid, rec->ts_ns);
}

static int on_finish(void *arg, const struct sched *sched, uint64_t until_ns)
{
	struct lifelines *lines = arg;
	uint32_t i;
	int err = 0;

	for (i = 1; i < lines->line.nr && !err; i++) {
		struct lifeline *line = lifeline_at(lines, i);

		if (line->is_seen && is_wanted(lines, sched, i))
			err = lifeline_end(lines, line, until_ns,
					   sched_wait_of(sched, sched_task_at(sched, i)));
	}
	return err;
}

struct sched_watch lifelines_watch(struct lifelines *lines)
{
	return (struct sched_watch){
		.on_wakeup = note_waker, .on_record = on_record, .on_finish = on_finish,
		.arg = lines,
	};
}
