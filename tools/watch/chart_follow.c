// SPDX-License-Identifier: GPL-2.0
/*
 * A chart follows the model of the run queues: whatever has changed after a record
 * ended at the time of the record.
 */
#include "watch/chart.h"

#include <errno.h>
#include <string.h>

#include "trace/event.h"

/* ---- CPUs ---- */

/*
 * Number of a task's name. Only a task that is drawn gets a name. The number is
 * stored with the task, because there can be many names.
 */
static uint32_t name_of(struct chart *chart, const struct sched *sched, uint32_t number)
{
	const struct task *task = task_at(sched->tasks, number);
	struct chart_task *named;

	if (!*task->comm || !task_in_scope(sched->tasks, number, chart->scope))
		return 0;
	if (number >= chart->task.nr)
		return chart_name(chart, task->comm);
	named = pool_at(&chart->task, number);
	if (strncmp(chart->name[named->name].comm, task->comm, sizeof(task->comm)))
		named->name = chart_name(chart, task->comm);
	return named->name;
}

static struct chart_cpu *reach_cpu(struct chart *chart, uint32_t cpu)
{
	struct chart_cpu *grown;

	grown = array_reserve_zeroed(chart->cpu, &chart->nr_cpus, cpu + 1, sizeof(*grown));
	if (!grown)
		return NULL;
	chart->cpu = grown;
	return &grown[cpu];
}

/* As in the model, the time before a failed audit does not count. */
static int end_length(struct chart *chart, const struct sched_cpu *now, uint32_t cpu,
		      uint64_t ts_ns)
{
	struct chart_cpu *old = &chart->cpu[cpu];
	uint64_t since_ns = old->length_since_ns;

	old->length_since_ns = ts_ns;
	if (!old->is_known || old->is_wrong || (now->is_known && now->is_wrong) ||
	    old->length < 0 || old->length > TASK_TID_MAX)
		return 0;
	return chart_add_length(chart, cpu, since_ns, ts_ns, old->length);
}

static int end_current(struct chart *chart, const struct sched *sched, uint32_t cpu,
		       uint64_t ts_ns)
{
	struct chart_cpu *old = &chart->cpu[cpu];
	uint64_t since_ns = old->current_since_ns;

	old->current_since_ns = ts_ns;
	if (!old->is_known || !stretch_is_drawn(&chart->window, since_ns, ts_ns))
		return 0;
	return chart_add_run(chart, cpu, since_ns, ts_ns, old->current,
			     name_of(chart, sched, old->current));
}

static int follow_cpu(struct chart *chart, const struct sched *sched, uint32_t cpu, uint64_t ts_ns)
{
	const struct sched_cpu *now;
	struct chart_cpu *old;
	int err = 0;

	if (cpu >= sched->nr_cpus || !scope_has_cpu(chart->scope, cpu))
		return 0;
	now = &sched->cpu[cpu];
	old = reach_cpu(chart, cpu);
	if (!old)
		return -ENOMEM;
	if (old->is_known != now->is_known || old->is_wrong != now->is_wrong ||
	    old->length != now->length)
		err = end_length(chart, now, cpu, ts_ns);
	if (!err && (old->is_known != now->is_known || old->current != now->current))
		err = end_current(chart, sched, cpu, ts_ns);
	old->is_known = now->is_known;
	old->is_wrong = now->is_wrong;
	old->length = now->length;
	old->current = now->current;
	return err;
}

/*
 * If the task that is switched from is not the current one, it is not known which
 * task ran.
 */
static int follow_switch(struct chart *chart, const struct sched *sched,
			 const struct ipcprobe_rec_rq_switch *rec)
{
	uint32_t prev = tasks_known_tid(sched->tasks, rec->hdr.tid);

	if (rec->cpu < chart->nr_cpus && chart->cpu[rec->cpu].current != prev)
		chart->cpu[rec->cpu].current_since_ns = rec->hdr.ts_ns;
	return follow_cpu(chart, sched, rec->cpu, rec->hdr.ts_ns);
}

/* ---- tasks ---- */

static struct chart_task waiting_now(const struct sched *sched, uint32_t number, uint64_t ts_ns)
{
	const struct sched_task *task = sched_task_at(sched, number);
	struct chart_task now = { .is_seen = true, .cpu = SCHED_NO_CPU, .since_ns = ts_ns };

	if (task->gen == sched->gen && task->state != SCHED_RUNNING &&
	    task->state != SCHED_ASLEEP && task->state != SCHED_UNKNOWN) {
		now.state = task->state;
		now.cpu = task->cpu;
	}
	return now;
}

static int end_wait(struct chart *chart, const struct sched *sched, uint32_t number,
		    uint64_t ts_ns)
{
	const struct chart_task *old = pool_at(&chart->task, number);

	if (!old->is_seen || old->cpu == SCHED_NO_CPU ||
	    !scope_has_cpu(chart->scope, old->cpu) || !stretch_is_drawn(&chart->window, old->since_ns, ts_ns))
		return 0;
	return chart_add_wait(chart, old->cpu, &(struct chart_wait){
		.from_ns = old->since_ns, .until_ns = ts_ns, .task = number,
		.name = name_of(chart, sched, number), .state = old->state });
}

/* Keep the list of waiting tasks. */
static int list_waiter(struct chart *chart, struct chart_task *task, uint32_t number)
{
	uint32_t *grown;

	if (task->place)
		return 0;
	grown = array_reserve(chart->waiter, &chart->cap_waiters, chart->nr_waiters + 1,
			      sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	chart->waiter = grown;
	grown[chart->nr_waiters++] = number;
	task->place = chart->nr_waiters;
	return 0;
}

static void unlist_waiter(struct chart *chart, struct chart_task *task)
{
	uint32_t last;

	if (!task->place)
		return;
	last = chart->waiter[--chart->nr_waiters];
	chart->waiter[task->place - 1] = last;
	((struct chart_task *)pool_at(&chart->task, last))->place = task->place;
	task->place = 0;
}

static int follow_task(struct chart *chart, const struct sched *sched, uint32_t number,
		       uint64_t ts_ns)
{
	struct chart_task now, *old;

	if (!number || number >= sched->task.nr)
		return 0;
	now = waiting_now(sched, number, ts_ns);
	old = pool_reach(&chart->task, number);
	if (!old)
		return -ENOMEM;
	if (old->is_seen && old->state == now.state && old->cpu == now.cpu)
		return 0;
	if (end_wait(chart, sched, number, ts_ns))
		return -ENOMEM;
	now.name = old->name;
	now.place = old->place;
	*old = now;
	if (now.cpu != SCHED_NO_CPU)
		return list_waiter(chart, old, number);
	unlist_waiter(chart, old);
	return 0;
}

static int follow_tid(struct chart *chart, const struct sched *sched, uint32_t tid,
		      uint64_t ts_ns)
{
	return follow_task(chart, sched, tasks_known_tid(sched->tasks, tid), ts_ns);
}

/* What happens to a whole queue may change any of its members. */
static int follow_members(struct chart *chart, const struct sched *sched, uint32_t cpu,
			  uint64_t ts_ns)
{
	int err = follow_cpu(chart, sched, cpu, ts_ns);
	uint32_t task = 0;

	while (!err && cpu < sched->nr_cpus &&
	       (task = sched_next_member(sched, &sched->cpu[cpu], task)))
		err = follow_task(chart, sched, task, ts_ns);
	return err;
}

/* ---- all CPUs and tasks ---- */

/*
 * Update what may have changed for all: each CPU, and each waiting task. A task
 * that begins to wait is a member of a queue that was updated just before.
 */
static int follow_all(struct chart *chart, const struct sched *sched, uint64_t ts_ns)
{
	uint32_t i;
	int err = 0;

	for (i = 0; i < sched->nr_cpus && !err; i++)
		err = follow_cpu(chart, sched, i, ts_ns);
	/* if a wait ends, the last waiter takes its place */
	for (i = chart->nr_waiters; i-- && !err;)
		err = follow_task(chart, sched, chart->waiter[i], ts_ns);
	return err;
}

static int follow_snapshot(struct chart *chart, const struct sched *sched,
			   const struct ipcprobe_rec_rq_snapshot_end *rec)
{
	int err = follow_all(chart, sched, rec->hdr.ts_ns);

	return err ? err : follow_members(chart, sched, rec->cpu, rec->hdr.ts_ns);
}

static int on_record(void *arg, const struct sched *sched, const struct ipcprobe_rec *rec)
{
	struct chart *chart = arg;
	const struct ipcprobe_rec_rq_switch *sw = (const void *)rec;
	uint64_t ts_ns = rec->ts_ns;
	int err;

	switch (rec->type) {
	case IPCPROBE_REC_rq_switch:
		err = follow_switch(chart, sched, sw);
		if (!err)
			err = follow_tid(chart, sched, sw->next, ts_ns);
		break;
	case IPCPROBE_REC_rq_enqueue:
		err = follow_cpu(chart, sched, ((const struct ipcprobe_rec_rq_enqueue *)rec)->cpu,
				 ts_ns);
		break;
	case IPCPROBE_REC_rq_dequeue:
		err = follow_cpu(chart, sched, ((const struct ipcprobe_rec_rq_dequeue *)rec)->cpu,
				 ts_ns);
		break;
	case IPCPROBE_REC_rq_change:
		return follow_members(chart, sched,
				      ((const struct ipcprobe_rec_rq_change *)rec)->cpu, ts_ns);
	case IPCPROBE_REC_rq_throttle:
		return follow_members(chart, sched,
				      ((const struct ipcprobe_rec_rq_throttle *)rec)->cpu, ts_ns);
	case IPCPROBE_REC_rq_wakeup:
		err = 0;
		break;
	case IPCPROBE_REC_rq_snapshot_end:
		return follow_snapshot(chart, sched, (const void *)rec);
	case IPCPROBE_REC_lost:
		return follow_all(chart, sched, event_time(rec));
	default:
		return 0;
	}
	return err ? err : follow_tid(chart, sched, rec->tid, ts_ns);
}

static int on_finish(void *arg, const struct sched *sched, uint64_t until_ns)
{
	struct chart *chart = arg;
	uint32_t i;
	int err = 0;

	for (i = 0; i < chart->nr_cpus && i < sched->nr_cpus && !err; i++) {
		err = end_length(chart, &sched->cpu[i], i, until_ns);
		if (!err)
			err = end_current(chart, sched, i, until_ns);
	}
	for (i = 1; i < chart->task.nr && !err; i++)
		err = end_wait(chart, sched, i, until_ns);
	return err;
}

struct sched_watch chart_watch(struct chart *chart)
{
	return (struct sched_watch){
		.on_record = on_record, .on_finish = on_finish, .arg = chart,
	};
}
