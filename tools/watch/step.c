// SPDX-License-Identifier: GPL-2.0
/* What each task did. */
#include "watch/step.h"

#include <errno.h>
#include <stdlib.h>

const char *const step_kind_names[NR_STEP_KINDS] = {
	[STEP_UNKNOWN] = "unknown", [STEP_RAN] = "ran", [STEP_WAKING] = "waking",
	[STEP_QUEUED] = "queued", [STEP_THROTTLED] = "throttled", [STEP_MOVED] = "moved",
	[STEP_SLEPT] = "slept", [STEP_SLEEPS] = "sleeps",
};

static const uint8_t delay_steps[NR_DELAY_KINDS] = {
	[DELAY_WAKING] = STEP_WAKING, [DELAY_SIGNALLED] = STEP_WAKING,
	[DELAY_QUEUED] = STEP_QUEUED, [DELAY_THROTTLED] = STEP_THROTTLED,
	[DELAY_MOVED] = STEP_MOVED, [DELAY_PUT_BACK] = STEP_MOVED,
};

/* ---- lines ---- */

static int push_step(struct step_line *line, const struct step *step)
{
	struct step *grown;

	grown = array_reserve(line->step, &line->cap, line->nr + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	line->step = grown;
	grown[line->nr++] = *step;
	return 0;
}

static uint64_t line_end_ns(const struct step_line *line)
{
	return line->nr ? line->step[line->nr - 1].until_ns : 0;
}

/* Add a step that begins at @from_ns; what is between it and the last one is unknown. */
static int add_step(struct step_line *line, uint64_t from_ns, const struct step *step)
{
	struct step unknown = { .until_ns = from_ns, .cpu = SCHED_NO_CPU };
	int err = 0;

	if (!line->nr)
		line->from_ns = from_ns;
	if (step->until_ns <= (line->nr ? line_end_ns(line) : from_ns))
		return 0;
	if (line->nr && from_ns > line_end_ns(line))
		err = push_step(line, &unknown);
	return err ? err : push_step(line, step);
}

/* Add the parts of a delay; a part without an end goes on until @now_ns. */
static int add_delay(struct step_line *line, const struct sched_delay *delay, uint64_t now_ns)
{
	uint32_t i;
	int err = 0;

	for (i = 0; i < delay->nr && delay->is_known && !err; i++) {
		const struct delay_part *part = &delay->part[i];
		struct step step = {
			.until_ns = part->until_ns ? part->until_ns : now_ns,
			.group = part->group, .kind = delay_steps[part->kind],
			.cpu = part->cpu == DELAY_SEVERAL_CPUS ? SCHED_NO_CPU : part->cpu,
		};

		err = add_step(line, part->from_ns, &step);
	}
	return err;
}

/*
 * Begin of a sleep that has ended, or goes on; a new task "slept" since it was made. A
 * task that never ran in a complete recording has slept from its begin on; otherwise
 * it may have run unseen.
 */
static uint64_t sleep_begin_ns(const struct sched *sched, const struct sched_task *task,
			       uint64_t until_ns)
{
	uint64_t made_ns = task_at(sched->tasks, task->number)->start_ns;
	uint64_t begin_ns = until_ns;

	if (sched->is_partial)
		return until_ns;
	if (task->out_ns)
		begin_ns = task->out_ns;
	else if (sched->gen <= 1)
		begin_ns = made_ns > sched->from_ns ? made_ns : sched->from_ns;
	return begin_ns < until_ns ? begin_ns : until_ns;
}

/* Add the sleep of @task, which has ended at @until_ns or goes on then. */
static int add_sleep(struct step_line *line, const struct sched *sched,
		     const struct sched_task *task, uint64_t until_ns, bool has_ended)
{
	struct step step = {
		.until_ns = until_ns, .wait = sched_wait_of(sched, task), .cpu = SCHED_NO_CPU,
		.kind = has_ended ? STEP_SLEPT : STEP_SLEEPS,
	};

	if (has_ended)
		step.waker = task->waker;
	return add_step(line, sleep_begin_ns(sched, task, until_ns), &step);
}

/* Add what the task did since its last run, until it runs again or until the end. */
static int add_absence(struct step_line *line, const struct sched *sched,
		       const struct sched_task *task, uint64_t now_ns)
{
	uint64_t woken_ns = delay_begin_ns(&task->delay);
	int err = 0;

	if (task->wake_ns && woken_ns)
		err = add_sleep(line, sched, task, woken_ns, true);
	return err ? err : add_delay(line, &task->delay, now_ns);
}

/* ---- runs ---- */

static struct step_cpu *reach_cpu(struct steps *steps, uint32_t cpu)
{
	struct step_cpu *grown = steps->cpu;

	if (cpu >= steps->nr_cpus)
		grown = array_reserve_zeroed(steps->cpu, &steps->nr_cpus, cpu + 1, sizeof(*grown));
	if (!grown)
		return NULL;
	steps->cpu = grown;
	return &grown[cpu];
}

static int push_run(struct step_cpu *cpu, const struct step_run *run)
{
	struct step_run *grown;

	if (cpu->nr && run->until_ns <= cpu->run[cpu->nr - 1].until_ns)
		return 0;
	grown = array_reserve(cpu->run, &cpu->cap, cpu->nr + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	cpu->run = grown;
	grown[cpu->nr++] = *run;
	return 0;
}

/* The run on CPU @number ends at @ts_ns. */
static int end_run(struct steps *steps, const struct sched *sched, uint32_t number,
		   uint64_t ts_ns)
{
	const struct sched_cpu *now = &sched->cpu[number];
	struct step_cpu *cpu = reach_cpu(steps, number);
	int err;

	if (!cpu)
		return -ENOMEM;
	if (!now->is_known) {
		cpu->has_gap = true;
		return push_run(cpu, &(struct step_run){ .until_ns = ts_ns });
	}
	err = cpu->nr && !cpu->has_gap ? 0 :
	      push_run(cpu, &(struct step_run){ .until_ns = now->current_since_ns });
	cpu->has_gap = false;
	return err ? err : push_run(cpu, &(struct step_run){ .until_ns = ts_ns, .is_known = true,
							     .task = now->current });
}

/* ---- functions that the model calls ---- */

static int end_task_run(struct steps *steps, const struct sched *sched, uint32_t number,
			uint64_t ts_ns)
{
	const struct sched_task *task = sched_task_at(sched, number);
	struct step_line *line = pool_reach(&steps->line, number);
	struct step step = { .until_ns = ts_ns, .cpu = task->run_cpu, .kind = STEP_RAN };

	if (!line)
		return -ENOMEM;
	if (task->gen != sched->gen || task->state != SCHED_RUNNING)
		return 0;
	return add_step(line, task->since_ns, &step);
}

static int on_switch(void *arg, const struct sched *sched, const struct sched_switch *sw)
{
	uint64_t ts_ns = sw->rec->hdr.ts_ns;
	struct steps *steps = arg;
	struct step_line *line;
	int err = sw->rec->cpu < sched->nr_cpus ? end_run(steps, sched, sw->rec->cpu, ts_ns) : 0;

	if (!err && sw->prev && sw->prev < sched->task.nr)
		err = end_task_run(steps, sched, sw->prev, ts_ns);
	if (err || !sw->next || sw->next >= sched->task.nr)
		return err;
	line = pool_reach(&steps->line, sw->next);
	return line ? add_absence(line, sched, sched_task_at(sched, sw->next), ts_ns) : -ENOMEM;
}

/* The CPU's records are missing from @ts_ns on: what is known ends there. */
static int lose_cpu(struct steps *steps, const struct sched *sched, uint32_t number,
		    uint64_t ts_ns)
{
	uint32_t task = sched->cpu[number].current;
	int err;

	if (!sched->cpu[number].is_known)
		return 0;
	err = end_run(steps, sched, number, ts_ns);
	if (!err && task)
		err = end_task_run(steps, sched, task, ts_ns);
	if (!err)
		steps->cpu[number].has_gap = true;
	return err;
}

static int on_lost(void *arg, const struct sched *sched, const struct sched_gap *gap)
{
	uint32_t i;
	int err = 0;

	for (i = 0; i < sched->nr_cpus && !err; i++)
		if (sched_gap_has(gap, i))
			err = lose_cpu(arg, sched, i, gap->begin_ns);
	return err;
}

static int end_task(struct steps *steps, const struct sched *sched, uint32_t number)
{
	const struct sched_task *task = sched_task_at(sched, number);
	struct step_line *line = pool_reach(&steps->line, number);

	if (!line)
		return -ENOMEM;
	if (task->gen != sched->gen)
		return 0;
	if (task->state == SCHED_RUNNING)
		return end_task_run(steps, sched, number, steps->end_ns);
	if (task->state == SCHED_ASLEEP || task->state == SCHED_DELAYED)
		return add_sleep(line, sched, task, steps->end_ns, false);
	return sched_is_waiting(task) ? add_absence(line, sched, task, steps->end_ns) : 0;
}

static int on_end(void *arg, const struct sched *sched, uint64_t until_ns)
{
	struct steps *steps = arg;
	uint32_t i;
	int err = 0;

	steps->end_ns = until_ns;
	for (i = 0; i < sched->nr_cpus && !err; i++)
		err = end_run(steps, sched, i, until_ns);
	for (i = 1; i < sched->task.nr && !err; i++)
		err = end_task(steps, sched, i);
	return err;
}

/* ---- */

const struct step_line *steps_of(const struct steps *steps, uint32_t task)
{
	return pool_at(&steps->line, task < steps->line.nr ? task : 0);
}

int64_t step_line_find(const struct step_line *line, uint64_t ts_ns)
{
	uint32_t low = 0, high = line->nr;

	if (!line->nr || ts_ns <= line->from_ns || ts_ns > line_end_ns(line))
		return -1;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (line->step[middle].until_ns < ts_ns)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int steps_init(struct steps *steps)
{
	*steps = (struct steps){
		.watch = { .on_switch = on_switch, .on_lost = on_lost, .on_end = on_end,
			   .arg = steps },
	};
	return pool_init(&steps->line, sizeof(struct step_line));
}

void steps_deinit(struct steps *steps)
{
	uint32_t i;

	for (i = 0; i < steps->line.nr; i++)
		free(((struct step_line *)pool_at(&steps->line, i))->step);
	for (i = 0; i < steps->nr_cpus; i++)
		free(steps->cpu[i].run);
	free(steps->cpu);
	pool_deinit(&steps->line);
}
