// SPDX-License-Identifier: GPL-2.0
/* Run queues: add times to figures. */
#include "model/sched/runqueue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The time from which an interval that began at @since_ns counts. */
static uint64_t counted_from(const struct sched *sched, uint64_t since_ns)
{
	return since_ns > sched->from_ns ? since_ns : sched->from_ns;
}

static int count_length(struct sched_cpu *cpu, uint64_t ns)
{
	uint32_t length = cpu->length;
	uint64_t *grown;

	grown = array_reserve_zeroed(cpu->length_ns, &cpu->nr_lengths, length + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	cpu->length_ns = grown;
	grown[length] += ns;
	return 0;
}

/*
 * End an interval in which the queue had its length. @is_right: the length is
 * reliable. While a CPU is down, no task can join its queue: this does not count as
 * length 0.
 */
int sched_end_length(struct sched *sched, struct sched_cpu *cpu, uint64_t ts_ns, bool is_right)
{
	uint64_t from_ns = counted_from(sched, cpu->length_since_ns);
	int err;

	cpu->length_since_ns = ts_ns;
	if (sched->is_over || !is_right || ts_ns <= from_ns || cpu->length < 0 || cpu->length > TASK_TID_MAX)
		return 0;
	err = cpu->is_offline ? 0 : count_length(cpu, ts_ns - from_ns);
	if (!err && sched->timeline)
		err = timeline_add_length(sched->timeline, cpu - sched->cpu, from_ns, ts_ns,
					  cpu->length);
	return err;
}

/* End an interval in which the CPU's current task ran. */
int sched_end_current(struct sched *sched, struct sched_cpu *cpu, uint64_t ts_ns)
{
	uint64_t from_ns = counted_from(sched, cpu->current_since_ns);

	cpu->current_since_ns = ts_ns;
	if (sched->is_over || ts_ns <= from_ns)
		return 0;
	*(cpu->is_offline ? &cpu->offline_ns : cpu->current ? &cpu->busy_ns : &cpu->idle_ns) +=
		ts_ns - from_ns;
	if (!sched->timeline)
		return 0;
	return timeline_add_run(sched->timeline, cpu - sched->cpu, from_ns, ts_ns, cpu->current);
}

static void count_sleep(const struct sched *sched, struct sched_task *task, uint64_t ts_ns,
			uint64_t ns)
{
	*(task->state == SCHED_ASLEEP ? &task->sleep_ns : &task->delayed_ns) += ns;
	task->blocked_ns[sched_wait_of(sched, task).kind] += ns;
	if (sched_is_watched(sched, ts_ns) && sched->watch->on_slept)
		sched->watch->on_slept(sched->watch->arg, sched, task, ns);
}

/* End an interval in which a group throttled the task, unless @next is the same group. */
void sched_end_throttled(const struct sched *sched, const struct sched_task *task,
			 uint64_t ts_ns, uint32_t next)
{
	const struct sched_delay *delay = &task->delay;
	const struct delay_part *part = delay->nr ? &delay->part[delay->nr - 1] : NULL;
	uint64_t from_ns;

	if (!part || part->kind != DELAY_THROTTLED || part->group == next || sched->is_over)
		return;
	from_ns = counted_from(sched, part->from_ns);
	if (ts_ns > from_ns)
		sched_groups_count(&sched->groups, part->group, ts_ns - from_ns);
}

/* Count what the task did until now. */
void sched_end_state(const struct sched *sched, struct sched_task *task, uint64_t ts_ns)
{
	uint64_t from_ns = counted_from(sched, task->since_ns);

	if (sched->is_over || ts_ns <= from_ns)
		return;
	switch ((enum sched_state)task->state) {
	case SCHED_RUNNING:
		task->run_ns += ts_ns - from_ns;
		break;
	case SCHED_QUEUED:
		task->wait_ns += ts_ns - from_ns;
		break;
	case SCHED_ASLEEP:
	case SCHED_DELAYED:
		count_sleep(sched, task, ts_ns, ts_ns - from_ns);
		break;
	case SCHED_THROTTLED:
		task->throttled_ns += ts_ns - from_ns;
		sched_end_throttled(sched, task, ts_ns, 0);
		break;
	case SCHED_MIGRATING:
		task->migrating_ns += ts_ns - from_ns;
		break;
	case SCHED_UNKNOWN:
		break;
	}
}

uint64_t sched_run_ns(const struct sched *sched, uint32_t task, uint32_t cpu, uint64_t until_ns)
{
	const struct sched_task *t;
	uint64_t from_ns;

	if (!task || task >= sched->task.nr)
		return 0;
	t = sched_task_at(sched, task);
	from_ns = counted_from(sched, t->since_ns);
	if (t->gen != sched->gen || t->state != SCHED_RUNNING || t->run_cpu != cpu ||
	    until_ns < from_ns)
		return 0;
	return until_ns - from_ns;
}

void sched_enter_state(const struct sched *sched, struct sched_task *task, uint64_t ts_ns,
		       enum sched_state state)
{
	if (task->state == state)
		return;
	sched_end_state(sched, task, ts_ns);
	task->state = state;
	task->since_ns = ts_ns;
	task->is_since_least = false;
}

/* ---- loss, window, end ---- */

/* End intervals of the running and queued tasks of a known CPU. */
static void end_states(struct sched *sched, struct sched_cpu *cpu, uint64_t ts_ns)
{
	uint32_t number;

	for (number = cpu->first; number; number = sched_task_at(sched, number)->next) {
		sched_end_state(sched, sched_task_at(sched, number), ts_ns);
		sched_task_at(sched, number)->is_since_least = true;
	}
}

/* End intervals of tasks that sleep and are not members of a queue. */
static void end_sleep(const struct sched *sched, uint64_t ts_ns)
{
	uint32_t i;

	for (i = 0; i < sched->nr_seen; i++) {
		struct sched_task *task = sched_task_at(sched, sched->seen[i]);

		if (task->gen == sched->gen && task->state == SCHED_ASLEEP)
			sched_end_state(sched, task, ts_ns);
	}
}

/* Retract audits that failed because of the loss: they prove nothing. */
static void retract_disagreements(struct sched *sched, const struct sched_gap *gap)
{
	uint32_t i, nr = 0;

	if (sched->nr_disagreements > SCHED_NR_DISAGREEMENTS)
		return;
	for (i = 0; i < sched->nr_disagreements; i++) {
		const struct sched_disagreement *d = &sched->disagreement[i];

		if (d->ts_ns >= gap->begin_ns && sched_gap_has(gap, d->cpu))
			sched->cpu[d->cpu].nr_audits--;
		else
			sched->disagreement[nr++] = *d;
	}
	sched->nr_disagreements = nr;
}

/* Forget the state of the queue. */
static int lose_cpu(struct sched *sched, struct sched_cpu *cpu, uint64_t begin_ns)
{
	int err;

	cpu->nr_snapshot = 0;
	cpu->nr_throttled = 0;
	cpu->has_throttle = false;
	if (!cpu->is_known)
		return 0;
	err = sched_end_length(sched, cpu, begin_ns, true);
	if (!err)
		err = sched_end_current(sched, cpu, begin_ns);
	end_states(sched, cpu, begin_ns);
	sched_drop_members(sched, cpu);
	cpu->is_known = false;
	return err;
}

/* Keep the state of a task of the previous generation. */
static void keep_task(struct sched *sched, uint32_t number)
{
	struct sched_task *task = sched_task_at(sched, number);

	if (!number || task->gen != sched->gen - 1)
		return;
	task->gen = sched->gen;
	/* nr_seen was not lower in that generation */
	sched->seen[sched->nr_seen++] = number;
}

/*
 * Keep the state of tasks that are on the queue or just leave it: they are not on
 * any other queue.
 */
static void keep_tasks(struct sched *sched, const struct sched_cpu *cpu)
{
	uint32_t number = 0;

	if (!cpu->is_known)
		return;
	while ((number = sched_next_member(sched, cpu, number)))
		keep_task(sched, number);
	keep_task(sched, cpu->current);
}

/**
 * sched_lost - records are missing in @gap
 *
 * The queues that the missing records were about are unknown until their next
 * snapshot. So is the state of all tasks that are not known to be on another queue.
 *
 * Return: 0 or -ENOMEM.
 */
int sched_lost(struct sched *sched, const struct sched_gap *gap)
{
	uint32_t i;
	int err = 0;

	if (sched_is_watched(sched, gap->end_ns) && sched->watch->on_lost)
		err = sched->watch->on_lost(sched->watch->arg, sched, gap);
	retract_disagreements(sched, gap);
	for (i = 0; i < sched->nr_cpus && !err; i++)
		if (sched_gap_has(gap, i))
			err = lose_cpu(sched, &sched->cpu[i], gap->begin_ns);
	end_sleep(sched, gap->begin_ns);
	sched->nr_seen = 0;
	sched->gen++;
	for (i = 0; i < sched->nr_cpus; i++)
		keep_tasks(sched, &sched->cpu[i]);
	sched_gaps_add(&sched->gaps, gap);
	return err;
}

bool sched_cpu_is_exact(const struct sched *sched, uint32_t cpu)
{
	const struct sched_cpu *c = &sched->cpu[cpu];

	return !sched->is_partial && !sched_gaps_have(&sched->gaps, cpu) &&
	       c->nr_agreed == c->nr_audits && !c->nr_failures;
}

static void reset_cpu(struct sched_cpu *cpu)
{
	if (cpu->length_ns)
		memset(cpu->length_ns, 0, cpu->nr_lengths * sizeof(*cpu->length_ns));
	cpu->busy_ns = 0;
	cpu->idle_ns = 0;
	cpu->offline_ns = 0;
	cpu->nr_switches = 0;
	cpu->nr_wakeups = 0;
	cpu->nr_unknown_wakers = 0;
	cpu->nr_in = 0;
	cpu->nr_out = 0;
	cpu->nr_audits = 0;
	cpu->nr_agreed = 0;
	cpu->nr_checks = 0;
	cpu->nr_same = 0;
	cpu->nr_failures = 0;
}

static void reset_task(struct sched_task *task)
{
	task->run_ns = 0;
	task->wait_ns = 0;
	task->sleep_ns = 0;
	task->delayed_ns = 0;
	task->throttled_ns = 0;
	task->migrating_ns = 0;
	memset(task->blocked_ns, 0, sizeof(task->blocked_ns));
	task->nr_wakeups = 0;
	task->nr_voluntary = 0;
	task->nr_preempted = 0;
	task->nr_migrations = 0;
	hist_deinit(&task->latency);
}

/* sched_reset - set all figures to 0; figures then cover @from_ns and later */
int sched_reset(struct sched *sched, uint64_t from_ns)
{
	uint32_t i;

	sched->from_ns = from_ns;
	sched->nr_disagreements = 0;
	memset(sched->check, 0, sizeof(sched->check));
	sched->nr_failures = 0;
	for (i = 0; i < sched->nr_cpus; i++)
		reset_cpu(&sched->cpu[i]);
	for (i = 0; i < sched->task.nr; i++)
		reset_task(sched_task_at(sched, i));
	sched_groups_reset(&sched->groups);
	return 0;
}

/**
 * sched_end_figures - end the figures at @until_ns: later records count in no
 * figure
 * Return: 0 or -ENOMEM.
 */
int sched_end_figures(struct sched *sched, uint64_t until_ns)
{
	uint32_t i;
	int err = 0;

	if (sched->is_over)
		return 0;

	if (sched_is_watched(sched, until_ns) && sched->watch->on_end)
		err = sched->watch->on_end(sched->watch->arg, sched, until_ns);
	sched->until_ns = until_ns;
	for (i = 0; i < sched->nr_cpus && !err; i++) {
		struct sched_cpu *cpu = &sched->cpu[i];

		if (!cpu->is_known)
			continue;
		err = sched_end_length(sched, cpu, until_ns, true);
		if (!err)
			err = sched_end_current(sched, cpu, until_ns);
	}
	for (i = 1; i < sched->task.nr; i++)
		if (sched_task_at(sched, i)->gen == sched->gen)
			sched_end_state(sched, sched_task_at(sched, i), until_ns);
	sched->is_over = true;
	return err;
}

uint64_t sched_known_ns(const struct sched_cpu *cpu)
{
	uint64_t sum = 0;
	uint32_t i;

	for (i = 0; i < cpu->nr_lengths; i++)
		sum += cpu->length_ns[i];
	return sum;
}

/* sched_mean_length - mean length, weighted by time */
double sched_mean_length(const struct sched_cpu *cpu)
{
	uint64_t known_ns = sched_known_ns(cpu);
	double sum = 0;
	uint32_t i;

	for (i = 0; i < cpu->nr_lengths; i++)
		sum += (double)cpu->length_ns[i] * i;
	return known_ns ? sum / known_ns : 0;
}

uint32_t sched_max_length(const struct sched_cpu *cpu)
{
	uint32_t i, max = 0;

	for (i = 0; i < cpu->nr_lengths; i++)
		if (cpu->length_ns[i])
			max = i;
	return max;
}
