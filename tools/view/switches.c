// SPDX-License-Identifier: GPL-2.0
/*
 * Prints a line for each switch with the task that runs on each CPU; tasks have
 * codes of two characters.
 */
#include "view/switches.h"

#include <errno.h>
#include <stdio.h>

#include "view/json.h"
#include "view/label.h"
#include "view/line.h"

static const char first_letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
static const char second_letters[] =
	"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

#define NR_FIRST	(sizeof(first_letters) - 1)
#define NR_CODES	(NR_FIRST * (sizeof(second_letters) - 1))

/* Prints code A0, B0, ... Z0, a0, ... z0, A1, ...; ## after all codes are used. */
static void put_code(uint32_t number)
{
	if (number > NR_CODES) {
		fputs("##", stdout);
		return;
	}
	putchar(first_letters[(number - 1) % NR_FIRST]);
	putchar(second_letters[(number - 1) / NR_FIRST]);
}

static uint32_t known_code(const struct switches *sw, uint32_t task)
{
	return task < sw->code.nr ? *(uint32_t *)pool_at(&sw->code, task) : 0;
}

static void put_task(const struct switches *sw, uint32_t task)
{
	if (!task)
		fputs(". ", stdout);
	else if (known_code(sw, task))
		put_code(known_code(sw, task));
	else
		fputs("--", stdout);
}

static void put_cpus(const struct switches *sw, const struct sched *sched,
		     const struct sched_switch *event)
{
	uint32_t i;

	for (i = 0; i < sched->nr_cpus; i++) {
		const struct sched_cpu *cpu = &sched->cpu[i];

		if (!cpu->is_seen || !scope_has_cpu(sw->runq->scope, i))
			continue;
		fputs(i == event->rec->cpu ? " *" : "  ", stdout);
		if (i == event->rec->cpu)
			put_task(sw, event->next);
		else if (cpu->is_known)
			put_task(sw, cpu->current);
		else
			fputs("??", stdout);
	}
}

static void print_line(const struct switches *sw, const struct sched *sched,
		       const struct sched_switch *event, bool is_new)
{
	struct line line;

	put_cpus(sw, sched, event);
	line.len = 0;
	line_add_char(&line, ' ');
	line_add_time(&line, event->rec->hdr.ts_ns - sw->runq->start_ns);
	line_add_text(&line, " secs");
	line_print(&line);
	if (is_new) {
		putchar(' ');
		put_code(known_code(sw, event->next));
		fputs(" => ", stdout);
		line_task(sw->model, event->next, 0);
	}
	putchar('\n');
}

static json_t *running_json(const struct switches *sw, const struct sched *sched,
			    const struct sched_switch *event)
{
	json_t *list = json_array();
	uint32_t i;

	for (i = 0; i < sched->nr_cpus; i++) {
		const struct sched_cpu *cpu = &sched->cpu[i];
		bool is_changed = i == event->rec->cpu;
		uint32_t task = is_changed ? event->next : cpu->current;

		if (!cpu->is_seen || !scope_has_cpu(sw->runq->scope, i))
			continue;
		json_array_append_new(list, json_pack("{s:o, s:b, s:o}",
						      "cpu", view_json_number(i),
						      "known", is_changed || cpu->is_known,
						      "task", label_task_json(sw->model, task)));
	}
	return json_pack("{s:s, s:o, s:o, s:o}", "event", "switch",
			 "ts_ns", view_json_number(event->rec->hdr.ts_ns),
			 "changed", view_json_number(event->rec->cpu), "cpus", list);
}

/*
 * Gives the task a code. Sets @is_new if the line must explain the code: the
 * code is new, or is ##.
 */
static int give_code(struct switches *sw, uint32_t task, bool *is_new)
{
	uint32_t *code = pool_reach(&sw->code, task);

	*is_new = false;
	if (!code)
		return -ENOMEM;
	if (task && (!*code || *code > NR_CODES))
		*is_new = true;
	if (task && !*code)
		*code = ++sw->nr_codes;
	return 0;
}

static int on_switch(void *arg, const struct sched *sched, const struct sched_switch *event)
{
	struct switches *sw = arg;
	bool is_new;
	int err;

	if (!scope_has_cpu(sw->runq->scope, event->rec->cpu) ||
	    !(task_in_scope(&sw->model->tasks, event->prev, sw->runq->scope) ||
	      task_in_scope(&sw->model->tasks, event->next, sw->runq->scope)))
		return 0;
	if (sw->runq->is_json)
		return view_json_print(running_json(sw, sched, event));
	err = give_code(sw, event->next, &is_new);
	if (!err)
		print_line(sw, sched, event, is_new);
	return err;
}

static int on_lost(void *arg, const struct sched *sched, const struct sched_gap *gap)
{
	const struct switches *sw = arg;

	line_lost(sw->runq, sched, gap);
	return 0;
}

static void on_mark(void *arg, const struct mark *mark)
{
	const struct switches *sw = arg;

	line_mark(sw->runq, mark);
}

/* A number of an ended task may be reused for another task, which needs a new code. */
static int on_fold(void *arg, const uint32_t *into, uint32_t nr)
{
	struct switches *sw = arg;
	uint32_t i;

	for (i = 1; i < nr && i < sw->code.nr; i++)
		if (into[i])
			*(uint32_t *)pool_at(&sw->code, i) = 0;
	return 0;
}

int switches_init(struct switches *sw, const struct model *model, const struct view_runq *runq)
{
	*sw = (struct switches){
		.watch = { .on_switch = on_switch, .on_lost = on_lost, .on_mark = on_mark,
			   .on_fold = on_fold, .arg = sw },
		.model = model, .runq = runq,
	};
	return pool_init(&sw->code, sizeof(uint32_t));
}

void switches_deinit(struct switches *sw)
{
	pool_deinit(&sw->code);
}

/* switches_print - print the lines after the last switch; returns 0 */
int switches_print(const struct model *model, const struct switches *sw)
{
	if (sw->runq->is_json)
		return 0;
	puts("\n*  what changed; . idle; -- not shown before; ?? unknown");
	label_print_losses(stdout, model);
	return 0;
}
