// SPDX-License-Identifier: GPL-2.0
/* The tasks that ran on each CPU. */
#include "watch/runs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct run {
	uint64_t from_ns;
	uint64_t until_ns;
	uint32_t task;
};

/**
 * struct runs_cpu - the runs of a CPU; each begins at the end of the one before
 * @run: runs, [@nr], the oldest first
 * @next_ns: begin of the current run; 0 = not known
 */
struct runs_cpu {
	struct run *run;
	uint32_t nr;
	uint64_t next_ns;
};

/**
 * struct run_past - sums of runs that are no longer kept
 * @part_ns: begin of the part of the waiting task's delay in which the runs were
 * @part: part of the delay that begins at @part_ns
 */
struct run_past {
	uint64_t part_ns;
	uint64_t until_ns;
	struct run_sums sums;
};

static struct runs_cpu *cpu_of(struct runs *runs, uint32_t cpu)
{
	struct runs_cpu *grown = runs->cpu;

	if (cpu >= runs->nr_cpus)
		grown = array_reserve_zeroed(runs->cpu, &runs->nr_cpus, cpu + 1, sizeof(*grown));
	if (!grown)
		return NULL;
	runs->cpu = grown;
	return &grown[cpu];
}

/* ---- sums ---- */

static int add_run(struct run_sums *sums, uint32_t task, uint64_t ns, uint32_t nr)
{
	struct run_sum *grown;
	uint32_t i;

	for (i = 0; i < sums->nr && sums->v[i].task != task; i++)
		;
	if (i == sums->nr) {
		grown = array_reserve(sums->v, &sums->cap, sums->nr + 1, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		sums->v = grown;
		grown[sums->nr++] = (struct run_sum){ .task = task };
	}
	sums->v[i].ns += ns;
	sums->v[i].nr += nr;
	return 0;
}

/* Add the part of the run between @from_ns and @until_ns. */
static int add_overlap(struct run_sums *sums, const struct run *run, uint64_t from_ns,
		       uint64_t until_ns)
{
	if (from_ns < run->from_ns)
		from_ns = run->from_ns;
	if (until_ns > run->until_ns)
		until_ns = run->until_ns;
	return from_ns < until_ns ? add_run(sums, run->task, until_ns - from_ns, 1) : 0;
}

static int compare_sums(const void *a, const void *b)
{
	const struct run_sum *x = a, *y = b;

	if (!x->task != !y->task)
		return x->task ? -1 : 1;
	if (x->ns != y->ns)
		return x->ns < y->ns ? 1 : -1;
	return x->task < y->task ? -1 : x->task > y->task;
}

/* run_sums_sort - sort by time, longest first, the idle CPU last */
void run_sums_sort(struct run_sums *sums)
{
	if (sums->nr)
		qsort(sums->v, sums->nr, sizeof(*sums->v), compare_sums);
}

/* ---- runs that are dropped ---- */

static int add_past(struct runs *runs, const struct runs_cpu *cpu, uint32_t nr, uint32_t task,
		    const struct delay_part *part)
{
	uint64_t until_ns = cpu->run[nr - 1].until_ns;
	struct run_past *past;
	uint32_t i;
	int err = 0;

	if (part->from_ns >= until_ns)
		return 0;
	past = sparse_reach(&runs->past, task);
	if (!past)
		return -ENOMEM;
	if (past->part_ns != part->from_ns)
		past->sums.nr = 0;
	past->part_ns = part->from_ns;
	past->until_ns = until_ns;
	for (i = 0; i < nr && !err; i++)
		err = add_overlap(&past->sums, &cpu->run[i], part->from_ns, until_ns);
	return err;
}

/* Drop the older half of the runs, after adding them to the sums of each waiting task. */
static int drop_half(struct runs *runs, const struct sched *sched, uint32_t number)
{
	struct runs_cpu *cpu = &runs->cpu[number];
	uint32_t task = 0, half = cpu->nr / 2;
	int err = 0;

	while (!err && (task = sched_next_member(sched, &sched->cpu[number], task))) {
		const struct sched_delay *delay = &sched_task_at(sched, task)->delay;

		if (delay->nr && !delay->part[delay->nr - 1].until_ns)
			err = add_past(runs, cpu, half, task, &delay->part[delay->nr - 1]);
	}
	memmove(cpu->run, cpu->run + half, (cpu->nr - half) * sizeof(*cpu->run));
	cpu->nr -= half;
	return err;
}

/* ---- events ---- */

/* Begin of the current run; 0 = not known. */
static uint64_t current_begin(const struct runs_cpu *cpu, const struct sched_cpu *now)
{
	if (cpu->next_ns)
		return cpu->next_ns;
	return now->is_known ? now->current_since_ns : 0;
}

/**
 * runs_switch - a switch is about to happen: end the current run
 * Return: 0 or -ENOMEM.
 */
int runs_switch(struct runs *runs, const struct sched *sched, const struct sched_switch *sw)
{
	struct runs_cpu *cpu = cpu_of(runs, sw->rec->cpu);
	uint64_t ts_ns = sw->rec->hdr.ts_ns, since_ns;
	int err = 0;

	if (!cpu)
		return -ENOMEM;
	since_ns = current_begin(cpu, &sched->cpu[sw->rec->cpu]);
	if (!cpu->run)
		cpu->run = calloc(RUNS_KEPT, sizeof(*cpu->run));
	if (!cpu->run)
		return -ENOMEM;
	if (cpu->nr == RUNS_KEPT)
		err = drop_half(runs, sched, sw->rec->cpu);
	if (since_ns && ts_ns > since_ns)
		cpu->run[cpu->nr++] = (struct run){ .from_ns = since_ns, .until_ns = ts_ns,
						    .task = sw->prev };
	cpu->next_ns = ts_ns;
	return err;
}

/*
 * runs_forget - records are missing in @gap: it is not known which tasks ran there
 * until now
 */
void runs_forget(struct runs *runs, const struct sched_gap *gap)
{
	uint32_t i;

	for (i = 0; i < runs->nr_cpus; i++) {
		if (!sched_gap_has(gap, i))
			continue;
		runs->cpu[i].nr = 0;
		runs->cpu[i].next_ns = 0;
	}
}

/*
 * runs_fold - replace tasks that ended by those that they are folded into: see
 * sched_watch
 */
void runs_fold(struct runs *runs, const uint32_t *into, uint32_t nr)
{
	struct run_past *past;
	uint32_t i, j;

	for (i = 0; i < runs->nr_cpus; i++)
		for (j = 0; j < runs->cpu[i].nr; j++)
			runs->cpu[i].run[j].task = sched_folded(into, nr, runs->cpu[i].run[j].task);
	for (i = 0; i < runs->past.nr; i++) {
		past = sparse_at(&runs->past, i);
		for (j = 0; past && j < past->sums.nr; j++)
			past->sums.v[j].task = sched_folded(into, nr, past->sums.v[j].task);
	}
}

/* The current run, until @now_ns. */
static struct run current_run(const struct runs_cpu *cpu, const struct sched_cpu *now,
			      uint64_t now_ns)
{
	uint64_t since_ns = current_begin(cpu, now);

	return (struct run){ .from_ns = since_ns ? since_ns : now_ns, .until_ns = now_ns,
			     .task = now->current };
}

/**
 * runs_during - list the tasks that ran on the CPU of @part, of @task's delay, in
 * the time of that part
 * @now_ns: time of the last record; nothing is known of later times
 * @ret: tasks that ran, in no order; the rest of the length of @part is not known;
 *	the memory is reused by the next call
 *
 * Return: 0 or -ENOMEM.
 */
int runs_during(const struct runs *runs, const struct sched *sched, uint32_t task,
		const struct delay_part *part, uint64_t now_ns, struct run_sums *ret)
{
	uint64_t from_ns = part->from_ns, until_ns = part->until_ns ? part->until_ns : now_ns;
	const struct run_past *past = sparse_at(&runs->past, task);
	const struct runs_cpu *cpu;
	struct run last;
	uint32_t i;
	int err = 0;

	ret->nr = 0;
	if (part->cpu >= runs->nr_cpus)
		return 0;
	cpu = &runs->cpu[part->cpu];
	if (past && past->part_ns == part->from_ns) {
		for (i = 0; i < past->sums.nr && !err; i++)
			err = add_run(ret, past->sums.v[i].task, past->sums.v[i].ns,
				      past->sums.v[i].nr);
		from_ns = past->until_ns;
	}
	for (i = cpu->nr; i && !err && cpu->run[i - 1].until_ns > from_ns; i--)
		err = add_overlap(ret, &cpu->run[i - 1], from_ns, until_ns);
	last = current_run(cpu, &sched->cpu[part->cpu], now_ns);
	return err ? err : add_overlap(ret, &last, from_ns, until_ns);
}

void runs_init(struct runs *runs)
{
	*runs = (struct runs){ .past = { .size = sizeof(struct run_past) } };
}

void runs_deinit(struct runs *runs)
{
	struct run_past *past;
	uint32_t i;

	for (i = 0; i < runs->past.nr; i++) {
		past = sparse_at(&runs->past, i);
		if (past)
			free(past->sums.v);
	}
	for (i = 0; i < runs->nr_cpus; i++)
		free(runs->cpu[i].run);
	sparse_deinit(&runs->past);
	free(runs->cpu);
}
