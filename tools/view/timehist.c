// SPDX-License-Identifier: GPL-2.0
/*
 * Prints a line for each switch when its record is read. Keeps only the sums of
 * the summary, which timehist_sums.c prints.
 */
#include "view/timehist.h"

#include <errno.h>
#include <stdio.h>

#include "lib/array.h"
#include "view/json.h"
#include "view/label.h"
#include "view/label_sched.h"
#include "view/line.h"

#define NAME_WIDTH	30

static bool wants_task(const struct timehist *th, uint32_t task)
{
	return task && task_in_scope(&th->model->tasks, task, th->runq->scope);
}

static const struct sched_task *sched_of(const struct timehist *th, uint32_t task)
{
	return sched_task_at(&th->model->sched, task);
}

/* ---- text ---- */

/* Adds the columns of CPUs like perf. */
static void add_cpus(struct line *line, const struct timehist *th, uint32_t cpu, char mark)
{
	const struct sched *sched = &th->model->sched;
	uint32_t i;

	if (!th->has_cpus)
		return;
	line_add_char(line, ' ');
	for (i = 0; i < sched->nr_cpus; i++)
		if (sched->cpu[i].is_seen)
			line_add_char(line, i == cpu ? mark : ' ');
	line_add_char(line, ' ');
}

static void begin_line(struct line *line, const struct timehist *th, uint64_t ts_ns,
		       uint32_t cpu, char mark)
{
	line->len = 0;
	line_add_time(line, ts_ns - th->runq->start_ns);
	line_add_cpu(line, cpu);
	add_cpus(line, th, cpu, mark);
	line_add_char(line, ' ');
}

static void end_line(struct line *line)
{
	line_add_char(line, '\n');
	line_print(line);
}

/* Adds the part of a delay in which the task did not wait for other tasks. */
static void add_throttled(struct line *line, const struct sched_task *task)
{
	uint64_t ns = delay_kind_ns(&task->delay, DELAY_THROTTLED);
	char buf[LABEL_MAX];

	if (!ns)
		return;
	line_add_text(line, "  throttled: ");
	line_add_text(line, label_ns(buf, ns));
}

static void print_switch(const struct timehist *th, const struct sched_switch *sw, uint64_t run_ns)
{
	const struct sched_task *task = sched_of(th, sw->prev);
	struct line line;

	begin_line(&line, th, sw->rec->hdr.ts_ns, sw->rec->cpu, 's');
	line_add_task(&line, th->model, sw->prev, NAME_WIDTH);
	line_add_ms(&line, task->off_ns);
	line_add_ms(&line, delay_ns(&task->delay));
	line_add_ms(&line, run_ns);
	if (th->has_state) {
		line_add_text(&line, "      ");
		line_add_char(&line, line_state(sw->rec));
	}
	if (th->has_next) {
		line_add_text(&line, "  next: ");
		line_add_task(&line, th->model, sw->next, 0);
	}
	add_throttled(&line, task);
	end_line(&line);
}

/* Adds why the task left its CPU the last time; an object is printed, with what is before. */
static void add_reason(struct line *line, const struct timehist *th, const struct sched_task *task)
{
	struct sched_wait wait = sched_wait_of(&th->model->sched, task);

	if (!task->out_ns) {
		line_add_char(line, '-');
	} else if (task->is_preempted) {
		line_add_text(line, "preempted");
	} else if (wait.kind) {
		line_print(line);
		label_print_wait(stdout, th->model, &wait);
	} else {
		line_add_text(line, line_state_name(task->out_state));
	}
}

static void print_precise(const struct timehist *th, const struct sched_switch *sw)
{
	const struct sched_task *task = sched_of(th, sw->next);
	uint64_t ts_ns = sw->rec->hdr.ts_ns, ready_ns = sched_ready_ns(task);
	bool is_ready = ready_ns && ready_ns <= ts_ns;
	struct line line;

	line.len = 0;
	line_add_time(&line, ts_ns - th->runq->start_ns);
	line_add_spaces(&line, 2);
	line_add_task(&line, th->model, sw->next, NAME_WIDTH);
	if (task->wake_ns) {
		line_add_waker(&line, th->model, &task->waker, NAME_WIDTH);
	} else {
		line_add_char(&line, '-');
		line_add_spaces(&line, NAME_WIDTH - 1);
	}
	line_add_ms(&line, is_ready ? ts_ns - ready_ns : LINE_UNKNOWN);
	line_add_ms(&line, task->out_ns ? ts_ns - task->out_ns : LINE_UNKNOWN);
	line_add_char(&line, ' ');
	line_add_cpu(&line, sw->rec->cpu);
	line_add_char(&line, ' ');
	line_add_task(&line, th->model, sw->prev, NAME_WIDTH);
	add_reason(&line, th, task);
	add_throttled(&line, task);
	end_line(&line);
}

/* Adds what happened to another task, where the times of a switch would be. */
static void add_event(struct line *line, const struct timehist *th, const char *event,
		      uint32_t task)
{
	line_add_spaces(line, 3 * LINE_MS_WIDTH);
	line_add_text(line, event);
	line_add_task(line, th->model, task, 0);
}

static void print_wakeup(const struct timehist *th, const struct ipcprobe_rec_rq_wakeup *rec,
			 uint32_t task, const struct sched_waker *waker)
{
	struct line line;

	begin_line(&line, th, rec->hdr.ts_ns, rec->cpu, 'w');
	line_add_waker(&line, th->model, waker, NAME_WIDTH);
	add_event(&line, th, "  awakened: ", task);
	end_line(&line);
}

static void print_migration(const struct timehist *th, const struct ipcprobe_rec_rq_migrate *rec,
			    uint32_t task, uint32_t by)
{
	struct line line;

	begin_line(&line, th, rec->hdr.ts_ns, rec->from_cpu, 'm');
	line_add_task(&line, th->model, by, NAME_WIDTH);
	add_event(&line, th, "  migrated: ", task);
	line_print(&line);
	printf(" cpu %u => %u\n", rec->from_cpu, rec->to_cpu);
}

/* timehist_print_head - print the columns' names */
void timehist_print_head(const struct timehist *th)
{
	if (!th->has_lines || th->runq->is_json)
		return;
	if (th->is_precise) {
		printf("%15s  %-*s%-*s%*s%*s  %-6s  %-*s%s\n", "time", NAME_WIDTH, "new task",
		       NAME_WIDTH, "readying task", LINE_MS_WIDTH, "ready (ms)", LINE_MS_WIDTH,
		       "wait (ms)", "cpu", NAME_WIDTH, "previous task", "wait reason");
		return;
	}
	printf("%15s %-6s %s%-*s%*s%*s%*s%s\n", "time", "cpu", th->has_cpus ? " CPUs  " : " ",
	       NAME_WIDTH, "task name [tid/pid]", LINE_MS_WIDTH, "wait time", LINE_MS_WIDTH,
	       "sch delay", LINE_MS_WIDTH, "run time", th->has_state ? "  state" : "");
}

/* ---- JSON ---- */

static json_t *switch_json(const struct timehist *th, const struct sched_switch *sw,
			   uint64_t run_ns)
{
	const struct sched_task *task = sched_of(th, sw->prev);
	char state[2] = { line_state(sw->rec) };

	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:o}", "event", "switch",
			 "ts_ns", view_json_number(sw->rec->hdr.ts_ns),
			 "cpu", view_json_number(sw->rec->cpu),
			 "task", label_task_json(th->model, sw->prev),
			 "wait_ns", view_json_number(task->off_ns),
			 "latency_ns", view_json_number(delay_ns(&task->delay)),
			 "throttled_ns", view_json_number(delay_kind_ns(&task->delay,
									DELAY_THROTTLED)),
			 "run_ns", view_json_number(run_ns),
			 "state", state,
			 "next", label_task_json(th->model, sw->next));
}

static json_t *precise_json(const struct timehist *th, const struct sched_switch *sw)
{
	const struct sched_task *task = sched_of(th, sw->next);
	uint64_t ts_ns = sw->rec->hdr.ts_ns, ready_ns = sched_ready_ns(task);
	struct sched_wait wait = sched_wait_of(&th->model->sched, task);
	struct sched_waker waker = task->wake_ns ? task->waker : (struct sched_waker){ 0 };
	const char *reason = task->is_preempted ? "preempted" : line_state_name(task->out_state);

	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:s?, s:o, s:o, s:o, s:s?, s:o, s:o}", "event", "run",
			 "ts_ns", view_json_number(ts_ns),
			 "cpu", view_json_number(sw->rec->cpu),
			 "task", label_task_json(th->model, sw->next),
			 "waker", label_waker_json(th->model, &waker),
			 "interrupted", label_interrupted_json(th->model, &waker),
			 "waker_context", task->wake_ns ? label_waker_kind(waker.kind) : NULL,
			 "ready_ns", view_json_known(ready_ns && ready_ns <= ts_ns,
						     ts_ns - ready_ns),
			 "throttled_ns", view_json_number(delay_kind_ns(&task->delay,
									DELAY_THROTTLED)),
			 "wait_ns", view_json_known(task->out_ns, ts_ns - task->out_ns),
			 "reason", task->out_ns ? reason : NULL,
			 "object", task->is_preempted ? json_null() :
				   label_wait_json(th->model, &wait),
			 "prev", label_task_json(th->model, sw->prev));
}

static json_t *wakeup_json(const struct timehist *th, const struct ipcprobe_rec_rq_wakeup *rec,
			   uint32_t task, const struct sched_waker *waker)
{
	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:s}", "event", "wakeup",
			 "ts_ns", view_json_number(rec->hdr.ts_ns),
			 "cpu", view_json_number(rec->cpu),
			 "task", label_task_json(th->model, task),
			 "waker", label_waker_json(th->model, waker),
			 "interrupted", label_interrupted_json(th->model, waker),
			 "waker_context", label_waker_kind(waker->kind));
}

static json_t *migration_json(const struct timehist *th,
			      const struct ipcprobe_rec_rq_migrate *rec, uint32_t task,
			      uint32_t by)
{
	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o}", "event", "migration",
			 "ts_ns", view_json_number(rec->hdr.ts_ns),
			 "from", view_json_number(rec->from_cpu),
			 "to", view_json_number(rec->to_cpu),
			 "task", label_task_json(th->model, task),
			 "by", label_task_json(th->model, by));
}

/* ---- functions that the model calls ---- */

static int count_run(struct timehist *th, uint32_t task, uint64_t run_ns)
{
	struct timehist_row *row = pool_reach(&th->row, task);

	if (!row)
		return -ENOMEM;
	if (!row->count || run_ns < row->min_ns)
		row->min_ns = run_ns;
	if (run_ns > row->max_ns)
		row->max_ns = run_ns;
	row->count++;
	row->sum_ns += run_ns;
	row->sum_squares += (double)run_ns * run_ns;
	return 0;
}

static int show_precise(const struct timehist *th, const struct sched_switch *sw)
{
	if (!wants_task(th, sw->next))
		return 0;
	if (th->runq->is_json)
		return view_json_print(precise_json(th, sw));
	print_precise(th, sw);
	return 0;
}

static int on_switch(void *arg, const struct sched *sched, const struct sched_switch *sw)
{
	struct timehist *th = arg;
	uint64_t run_ns;
	int err = 0;

	if (!scope_has_cpu(th->runq->scope, sw->rec->cpu))
		return 0;
	if (th->has_lines && th->is_precise)
		err = show_precise(th, sw);
	if (err || !wants_task(th, sw->prev))
		return err;
	run_ns = sched_run_ns(sched, sw->prev, sw->rec->cpu, sw->rec->hdr.ts_ns);
	err = count_run(th, sw->prev, run_ns);
	if (err || !th->has_lines || th->is_precise)
		return err;
	if (th->runq->is_json)
		return view_json_print(switch_json(th, sw, run_ns));
	print_switch(th, sw, run_ns);
	return 0;
}

static int on_wakeup(void *arg, const struct sched *sched,
		     const struct ipcprobe_rec_rq_wakeup *rec, uint32_t task,
		     const struct sched_waker *waker)
{
	const struct timehist *th = arg;

	(void)sched;
	if (!th->has_lines || !th->has_wakeups || !scope_has_cpu(th->runq->scope, rec->cpu) ||
	    !(wants_task(th, task) || wants_task(th, waker->task)))
		return 0;
	if (th->runq->is_json)
		return view_json_print(wakeup_json(th, rec, task, waker));
	print_wakeup(th, rec, task, waker);
	return 0;
}

static int on_migrate(void *arg, const struct sched *sched,
		      const struct ipcprobe_rec_rq_migrate *rec, uint32_t task, uint32_t by)
{
	struct timehist *th = arg;
	struct timehist_row *row;

	(void)sched;
	if (!wants_task(th, task) || !(scope_has_cpu(th->runq->scope, rec->from_cpu) ||
				       scope_has_cpu(th->runq->scope, rec->to_cpu)))
		return 0;
	row = pool_reach(&th->row, task);
	if (!row)
		return -ENOMEM;
	row->nr_migrations++;
	if (!th->has_lines || !th->has_migrations)
		return 0;
	if (th->runq->is_json)
		return view_json_print(migration_json(th, rec, task, by));
	print_migration(th, rec, task, by);
	return 0;
}

static int on_lost(void *arg, const struct sched *sched, const struct sched_gap *gap)
{
	const struct timehist *th = arg;

	if (th->has_lines)
		line_lost(th->runq, sched, gap);
	return 0;
}

static void on_mark(void *arg, const struct mark *mark)
{
	const struct timehist *th = arg;

	if (th->has_lines)
		line_mark(th->runq, mark);
}

static void add_row(struct timehist_row *sum, const struct timehist_row *row)
{
	if (row->count && (!sum->count || row->min_ns < sum->min_ns))
		sum->min_ns = row->min_ns;
	if (row->max_ns > sum->max_ns)
		sum->max_ns = row->max_ns;
	sum->count += row->count;
	sum->sum_ns += row->sum_ns;
	sum->sum_squares += row->sum_squares;
	sum->nr_migrations += row->nr_migrations;
}

/* Adds the sums of ended tasks to the row for all ended tasks with this name. */
static int on_fold(void *arg, const uint32_t *into, uint32_t nr)
{
	struct timehist *th = arg;
	uint32_t i;

	for (i = 1; i < nr && i < th->row.nr; i++) {
		struct timehist_row *row = pool_at(&th->row, i), *sum;

		if (!into[i])
			continue;
		sum = pool_reach(&th->row, into[i]);
		if (!sum)
			return -ENOMEM;
		add_row(sum, row);
		*row = (struct timehist_row){ 0 };
	}
	return 0;
}

int timehist_init(struct timehist *th, const struct model *model, const struct view_runq *runq)
{
	*th = (struct timehist){
		.watch = { .on_switch = on_switch, .on_wakeup = on_wakeup,
			   .on_migrate = on_migrate, .on_lost = on_lost, .on_mark = on_mark,
			   .on_fold = on_fold, .arg = th },
		.model = model, .runq = runq, .has_lines = true,
	};
	return pool_init(&th->row, sizeof(struct timehist_row));
}

void timehist_deinit(struct timehist *th)
{
	pool_deinit(&th->row);
}
