// SPDX-License-Identifier: GPL-2.0
/* Switches, with everything that explains them. */
#include "watch/explain.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "watch/cause.h"

#define STATE_DEAD	0x80U

/* ---- parts of a case ---- */

static uint8_t class_of(const struct sched *sched, uint32_t task)
{
	return task && task < sched->task.nr ? sched_task_at(sched, task)->sched_class :
					       IPCPROBE_SCHED_UNKNOWN;
}

/*
 * Reason of a request. If the compiler turned last calls into jumps, the function
 * that all classes begin with stands for the function that it jumped to.
 */
static enum sched_request request_of(const struct sched *sched, const struct pick_request *request)
{
	enum sched_request why = sched_request_of(sched_site_name(&sched->groups, request->site));
	uint8_t woken = class_of(sched, request->task);

	/* in the class of BPF schedulers, the tick never finds another task's turn */
	if (why == REQUEST_TICK && class_of(sched, request->running) == IPCPROBE_SCHED_EXT)
		return REQUEST_SLICE;
	if (why != REQUEST_CLASS || woken != class_of(sched, request->running))
		return why;
	switch (woken) {
	case IPCPROBE_SCHED_FAIR:
		return REQUEST_WAKEUP;
	case IPCPROBE_SCHED_RT:
		return REQUEST_PRIO;
	case IPCPROBE_SCHED_DL:
		return REQUEST_DEADLINE;
	default:
		return why;
	}
}

static uint8_t loss_of(const struct sched *sched, const struct sched_switch *sw,
		       const struct pick_request *request, enum sched_request why)
{
	const struct ipcprobe_rec_rq_switch *rec = sw->rec;
	const struct sched_task *prev = sched_task_at(sched, sw->prev);

	if (!sw->prev)
		return LOSS_IDLE;
	if (rec->prev_state & STATE_DEAD && !rec->preempt)
		return LOSS_EXIT;
	if (rec->prev_state && !rec->preempt)
		return LOSS_SLEEP;
	if (prev->gen == sched->gen && prev->is_throttled)
		return LOSS_THROTTLED;
	if (prev->gen == sched->gen && prev->cpu == SCHED_NO_CPU &&
	    rec->cpu < sched->nr_cpus && sched->cpu[rec->cpu].is_known)
		return LOSS_MOVED;
	if (why == REQUEST_YIELD)
		return LOSS_YIELD;
	return request->ts_ns || request->task ? LOSS_ASKED : LOSS_UNKNOWN;
}

static int copy_level(struct pick_level *to, const struct pick_level *from)
{
	struct pick_entity *entity;
	uint32_t cap = to->cap;

	entity = array_reserve(to->entity, &cap, from->nr ? from->nr : 1, sizeof(*entity));
	if (!entity)
		return -ENOMEM;
	if (from->nr)
		memcpy(entity, from->entity, from->nr * sizeof(*entity));
	*to = *from;
	to->entity = entity;
	to->cap = cap;
	return 0;
}

static int copy_levels(struct explain_case *c, const struct pick_chain *chain)
{
	uint32_t i;
	int err = 0;

	c->nr_levels = 0;
	for (i = 0; chain->is_used && i < chain->nr && !err; i++) {
		err = copy_level(&c->level[i], &chain->level[i]);
		c->nr_levels += !err;
	}
	return err;
}

static void copy_members(struct explain_case *c, const struct model *model)
{
	const struct sched *sched = &model->sched;
	uint32_t number = 0;

	c->nr_members = 0;
	if (c->by_class.rule == PICK_BY_UNDECIDED || c->cpu >= sched->nr_cpus)
		return;
	while ((number = sched_next_member(sched, &sched->cpu[c->cpu], number)) &&
	       c->nr_members < EXPLAIN_NR_MEMBERS) {
		const struct sched_task *task = sched_task_at(sched, number);

		c->member[c->nr_members++] = (struct explain_member){
			.task = number, .group = task->group, .prio = task->prio,
			.sched_class = task->sched_class, .state = task->state,
			.deadline = *picks_deadline(&model->picks, number),
		};
	}
}

/*
 * Copy the request. Linux 7.2 makes a request for a task of a higher class without
 * a call that could be hooked; then the next task is of a higher class.
 */
static void copy_request(struct explain_case *c, const struct sched *sched,
			 const struct pick_cpu *pick)
{
	uint8_t prev = class_of(sched, c->prev), next = class_of(sched, c->next);

	c->request = (struct pick_request){ .lead = INT64_MIN };
	if (pick && pick->cause.ts_ns)
		c->request = pick->cause;
	else if (pick && next && next < prev)
		c->request.task = c->next;
	c->why = c->request.ts_ns ? request_of(sched, &c->request) :
		 c->request.task ? REQUEST_CLASS : REQUEST_UNKNOWN;
}

static int fill_case(struct explain *explain, struct explain_case *c, const struct sched_switch *sw)
{
	const struct sched *sched = &explain->model->sched;
	const struct pick_cpu *pick = picks_cpu(&explain->model->picks, sw->rec->cpu);
	const struct sched_task *next = sched_task_at(sched, sw->next);
	const struct explain_wakeup *wakeup = pool_reach(&explain->wakeup, sw->next);
	int err;

	if (!wakeup)
		return -ENOMEM;
	c->ts_ns = sw->rec->hdr.ts_ns;
	c->cpu = sw->rec->cpu;
	c->prev = sw->prev;
	c->next = sw->next;
	c->prev_state = sw->rec->prev_state;
	c->run_ns = sched_run_ns(sched, sw->prev, c->cpu, c->ts_ns);
	c->wakeup = next->wake_ns && wakeup->ts_ns >= next->wake_ns ?
		*wakeup : (struct explain_wakeup){ 0 };
	copy_request(c, sched, pick);
	c->loss = loss_of(sched, sw, &c->request, c->why);
	c->wait = sched_wait_of(sched, sched_task_at(sched, sw->prev));
	c->by_class = pick ? pick->by_class : (struct pick_class){ 0 };
	copy_members(c, explain->model);
	c->nr_levels = 0;
	err = pick ? copy_levels(c, &pick->chain) : 0;
	return err ? err : delay_report_fill(&c->delay, &explain->runs, sched, sw->next, c->ts_ns);
}

/* ---- cases that are kept ---- */

/* Keep the worst cases, in order: a worse one takes the room of the last one. */
static int keep_worst(struct explain *explain, const struct sched_switch *sw)
{
	uint64_t ns = delay_ns(&sched_task_at(&explain->model->sched, sw->next)->delay);
	struct explain_case *c;
	uint32_t i;

	if (!sw->next || !ns || !explain->nr_worst)
		return 0;
	if (explain->nr_kept < explain->nr_worst) {
		c = calloc(1, sizeof(*c));
		if (!c)
			return -ENOMEM;
		explain->kept[explain->nr_kept++] = c;
	} else if (ns <= explain->kept[explain->nr_kept - 1]->delay.ns) {
		return 0;
	}
	c = explain->kept[explain->nr_kept - 1];
	for (i = explain->nr_kept - 1; i && explain->kept[i - 1]->delay.ns < ns; i--)
		explain->kept[i] = explain->kept[i - 1];
	explain->kept[i] = c;
	return fill_case(explain, c, sw);
}

static int keep_last(struct explain *explain, const struct sched_switch *sw)
{
	struct explain_case **grown;
	uint32_t cpu = sw->rec->cpu;

	grown = array_reserve_zeroed(explain->kept, &explain->nr_kept, cpu + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	explain->kept = grown;
	if (!explain->kept[cpu])
		explain->kept[cpu] = calloc(1, sizeof(**explain->kept));
	return explain->kept[cpu] ? fill_case(explain, explain->kept[cpu], sw) : -ENOMEM;
}

static bool is_task(const struct explain *explain, uint32_t number)
{
	const struct task *task = task_at(&explain->model->tasks, number);

	if (!number)
		return false;
	return explain->name ? task_is_named(task, explain->name) :
			       task->tid == explain->tid;
}

static int show_task(struct explain *explain, const struct sched_switch *sw)
{
	int err;

	if (!is_task(explain, sw->next))
		return 0;
	err = fill_case(explain, explain->room, sw);
	explain->nr_shown++;
	return err || !explain->show ? err : explain->show(explain, explain->room);
}

static bool is_wanted(const struct explain *explain, const struct sched_switch *sw)
{
	const struct tasks *tasks = &explain->model->tasks;

	if (!scope_has_cpu(explain->scope, sw->rec->cpu))
		return false;
	return task_in_scope(tasks, sw->next, explain->scope) ||
	       (explain->mode == EXPLAIN_AT && task_in_scope(tasks, sw->prev, explain->scope));
}

/* ---- callbacks of the model ---- */

static int on_switch(void *arg, const struct sched *sched, const struct sched_switch *sw)
{
	struct explain *explain = arg;
	int err = runs_switch(&explain->runs, sched, sw);

	if (err || !is_wanted(explain, sw))
		return err;
	switch (explain->mode) {
	case EXPLAIN_WORST:
		return keep_worst(explain, sw);
	case EXPLAIN_AT:
		return keep_last(explain, sw);
	default:
		return show_task(explain, sw);
	}
}

static uint8_t idle_of(const struct sched *sched, uint32_t cpu)
{
	if (cpu >= sched->nr_cpus || !sched->cpu[cpu].is_known)
		return IDLE_UNKNOWN;
	return sched->cpu[cpu].current ? IDLE_NO : IDLE_YES;
}

static int on_wakeup(void *arg, const struct sched *sched,
		     const struct ipcprobe_rec_rq_wakeup *rec, uint32_t task,
		     const struct sched_waker *waker)
{
	struct explain *explain = arg;
	struct explain_wakeup *wakeup = pool_reach(&explain->wakeup, task);

	if (!wakeup)
		return -ENOMEM;
	*wakeup = (struct explain_wakeup){
		.ts_ns = rec->hdr.ts_ns, .wake_ns = rec->hdr.ts_ns - rec->delay_ns,
		.waker = *waker, .cpu = rec->cpu, .prev_cpu = rec->prev_cpu, .nr_allowed = rec->nr_allowed,
		.is_prev_allowed = rec->prev_allowed, .is_new = rec->is_new,
		.cpu_idle = idle_of(sched, rec->cpu), .prev_idle = idle_of(sched, rec->prev_cpu),
	};
	if (explain->mode != EXPLAIN_TASK || !is_task(explain, task) ||
	    !scope_has_cpu(explain->scope, rec->cpu) ||
	    !task_in_scope(&explain->model->tasks, task, explain->scope))
		return 0;
	explain->nr_shown++;
	return explain->show_wakeup ? explain->show_wakeup(explain, task, wakeup) : 0;
}

static int on_lost(void *arg, const struct sched *sched, const struct sched_gap *gap)
{
	struct explain *explain = arg;

	(void)sched;
	runs_forget(&explain->runs, gap);
	return 0;
}

int explain_init(struct explain *explain, const struct model *model, const struct scope *scope)
{
	*explain = (struct explain){
		.watch = { .on_switch = on_switch, .on_wakeup = on_wakeup, .on_lost = on_lost,
			   .arg = explain },
		.model = model, .scope = scope,
	};
	runs_init(&explain->runs);
	explain->room = calloc(1, sizeof(*explain->room));
	return explain->room ? pool_init(&explain->wakeup, sizeof(struct explain_wakeup)) : -ENOMEM;
}

/* explain_keep - set the number of worst cases to keep */
int explain_keep(struct explain *explain, uint32_t nr)
{
	explain->nr_worst = nr;
	explain->kept = calloc(nr ? nr : 1, sizeof(*explain->kept));
	return explain->kept ? 0 : -ENOMEM;
}

bool explain_knows_task(const struct explain *explain)
{
	uint32_t i;

	for (i = 1; i < explain->model->tasks.task.nr; i++)
		if (is_task(explain, i))
			return true;
	return false;
}

static void destroy_case(struct explain_case *c)
{
	uint32_t i;

	if (!c)
		return;
	for (i = 0; i < PICK_NR_LEVELS; i++)
		free(c->level[i].entity);
	delay_report_deinit(&c->delay);
	free(c);
}

void explain_deinit(struct explain *explain)
{
	uint32_t i;

	for (i = 0; explain->kept && i < explain->nr_kept; i++)
		destroy_case(explain->kept[i]);
	destroy_case(explain->room);
	free(explain->kept);
	runs_deinit(&explain->runs);
	pool_deinit(&explain->wakeup);
}
