// SPDX-License-Identifier: GPL-2.0
/*
 * Lines for views that print one when a record is read. A line is put together and
 * printed with one call: such calls are most of its cost.
 */
#include "view/line.h"

#include <stdio.h>
#include <string.h>

#include "lib/decimal.h"
#include "lib/text.h"
#include "view/json.h"
#include "view/label.h"
#include "view/label_sched.h"

/* Prints what the line has so far if @len more characters have no room. */
static void make_room(struct line *line, uint32_t len)
{
	if (line->len + len > LINE_MAX)
		line_print(line);
}

void line_print(struct line *line)
{
	fwrite_unlocked(line->text, 1, line->len, stdout);
	line->len = 0;
}

static void add_bytes(struct line *line, const char *text, uint32_t len)
{
	make_room(line, len);
	memcpy(line->text + line->len, text, len);
	line->len += len;
}

void line_add_text(struct line *line, const char *text)
{
	add_bytes(line, text, strlen(text));
}

void line_add_char(struct line *line, char c)
{
	make_room(line, 1);
	line->text[line->len++] = c;
}

void line_add_spaces(struct line *line, uint32_t nr)
{
	make_room(line, nr);
	memset(line->text + line->len, ' ', nr);
	line->len += nr;
}

static void add_number(struct line *line, uint64_t number)
{
	char text[DECIMAL_MAX], *first = decimal_write(text, number);

	add_bytes(line, first, text + DECIMAL_MAX - first);
}

/* Adds a number, filled up to @width with @fill. */
static void add_padded(struct line *line, uint64_t number, uint32_t width, char fill)
{
	uint64_t rest = number;
	char *first, *at;

	make_room(line, width);
	first = line->text + line->len;
	at = first + width;
	do {
		*--at = '0' + rest % 10;
		rest /= 10;
	} while (rest && at > first);
	if (rest) {
		add_number(line, number);
		return;
	}
	while (at > first)
		*--at = fill;
	line->len += width;
}

void line_add_time(struct line *line, uint64_t ns)
{
	add_padded(line, ns / 1000000000, 8, ' ');
	line_add_char(line, '.');
	add_padded(line, ns / 1000 % 1000000, 6, '0');
}

void line_add_cpu(struct line *line, uint32_t cpu)
{
	add_bytes(line, " [", 2);
	add_padded(line, cpu, 4, '0');
	add_bytes(line, "] ", 2);
}

void line_add_ms(struct line *line, uint64_t ns)
{
	if (ns == LINE_UNKNOWN) {
		line_add_spaces(line, LINE_MS_WIDTH - 1);
		line_add_char(line, '-');
		return;
	}
	add_bytes(line, "  ", 2);
	add_padded(line, ns / 1000000, 9, ' ');
	line_add_char(line, '.');
	add_padded(line, ns / 1000 % 1000, 3, '0');
}

void line_duration(uint64_t ns)
{
	char buf[LABEL_MAX];

	fputs(label_ns(buf, ns), stdout);
}

void line_quota(const struct sched_quota *quota)
{
	if (!sched_quota_is_known(quota)) {
		fputs("not known", stdout);
		return;
	}
	if (sched_quota_is_limit(quota))
		line_duration(quota->quota_ns);
	else
		fputs("all there is", stdout);
	fputs(" of ", stdout);
	line_duration(quota->period_ns);
	if (!sched_quota_has_burst(quota))
		return;
	fputs(" with a burst of ", stdout);
	line_duration(quota->burst_ns);
}

/* Adds @comm; if a character needs escaping, prints the line so far and @comm. */
static void add_comm(struct line *line, const char *comm, int len)
{
	if (text_is_plain(comm)) {
		add_bytes(line, comm, len);
		return;
	}
	line_print(line);
	text_print(stdout, comm);
}

/*
 * Adds "[tid]", or "[tid/pid]" for a thread, or "[*]" for a task that stands for many;
 * returns the number of characters.
 */
static uint32_t add_ids(struct line *line, const struct model *model, const struct task *task)
{
	uint32_t pid = proc_at(&model->tasks, task->proc)->pid, begin;

	make_room(line, 2 * DECIMAL_MAX + 3);
	begin = line->len;
	if (!task->tid) {
		add_bytes(line, "[*]", 3);
		return line->len - begin;
	}
	line_add_char(line, '[');
	add_number(line, task->tid);
	if (pid != task->tid) {
		line_add_char(line, '/');
		add_number(line, pid);
	}
	line_add_char(line, ']');
	return line->len - begin;
}

/* Blanks after @len characters up to column @width, but at least one; 0 = none. */
static int nr_blanks(int len, int width)
{
	return !width ? 0 : len < width ? width - len : 1;
}

/* A character that is escaped counts as one character. */
void line_add_task(struct line *line, const struct model *model, uint32_t number, int width)
{
	const struct task *task = task_at(&model->tasks, number);
	const char *comm = !number ? "<idle>" : task->comm[0] ? task->comm : "?";
	int len = strlen(comm);

	add_comm(line, comm, len);
	if (number)
		len += add_ids(line, model, task);
	line_add_spaces(line, nr_blanks(len, width));
}

void line_add_waker(struct line *line, const struct model *model,
		    const struct sched_waker *waker, int width)
{
	const char *kind;
	int len = 0;

	if (waker->kind == WAKER_UNKNOWN) {
		line_add_char(line, '?');
		line_add_spaces(line, nr_blanks(1, width));
		return;
	}
	if (waker->kind != WAKER_TASK) {
		kind = label_waker_kind(waker->kind);
		line_add_text(line, kind);
		line_add_text(line, " on ");
		len = strlen(kind) + strlen(" on ");
	}
	line_add_task(line, model, waker->task, len < width ? width - len : width ? 1 : 0);
}

void line_task(const struct model *model, uint32_t task, int width)
{
	struct line line;

	line.len = 0;
	line_add_task(&line, model, task, width);
	line_print(&line);
}

/*
 * Letters by the kernel's bits of a state; the first row with all its bits set
 * in the state counts.
 */
static const struct {
	uint32_t bits;
	char letter;
	const char *name;
} states[] = {
	{ 0x402, 'I', "idle kernel thread" }, { 0x102, 'D', "killable sleep" },
	{ 0x002, 'D', "uninterruptible sleep" }, { 0x001, 'S', "sleep" },
	{ 0x004, 'T', "stopped" }, { 0x008, 't', "traced" }, { 0x080, 'X', "exit" },
	{ 0x040, 'P', "parked" }, { 0x1000, 'D', "lock" }, { 0x8000, 'D', "frozen" },
	{ 0, 'R', "runnable" },
};

static uint32_t state_index(uint32_t state)
{
	uint32_t i;

	for (i = 0; (state & states[i].bits) != states[i].bits; i++)
		;
	return i;
}

char line_state(const struct ipcprobe_rec_rq_switch *rec)
{
	return rec->preempt ? 'R' : states[state_index(rec->prev_state)].letter;
}

const char *line_state_name(uint32_t state)
{
	return states[state_index(state)].name;
}

/*
 * Returns the next CPU, from @cpu on, that is seen and is in @gap, or not;
 * sched->nr_cpus: none.
 */
static uint32_t next_cpu(const struct sched *sched, const struct sched_gap *gap, uint32_t cpu,
			 bool is_in_gap)
{
	while (cpu < sched->nr_cpus &&
	       (!sched->cpu[cpu].is_seen || sched_gap_has(gap, cpu) != is_in_gap))
		cpu++;
	return cpu;
}

static json_t *lost_json(const struct sched *sched, const struct sched_gap *gap)
{
	json_t *cpus = json_array();
	uint32_t i;

	for (i = next_cpu(sched, gap, 0, true); i < sched->nr_cpus;
	     i = next_cpu(sched, gap, i + 1, true))
		json_array_append_new(cpus, view_json_number(i));
	return json_pack("{s:s, s:o, s:o, s:o}", "event", "lost",
			 "begin_ns", view_json_number(gap->begin_ns),
			 "end_ns", view_json_number(gap->end_ns), "cpus", cpus);
}

/* Prints the CPUs of @gap, or nothing if it covers all CPUs. */
static void put_cpus(const struct sched *sched, const struct sched_gap *gap)
{
	const char *before = " of CPU ";
	uint32_t i;

	if (next_cpu(sched, gap, 0, false) == sched->nr_cpus)
		return;
	for (i = next_cpu(sched, gap, 0, true); i < sched->nr_cpus;
	     i = next_cpu(sched, gap, i + 1, true)) {
		printf("%s%u", before, i);
		before = ",";
	}
}

void line_lost(const struct view_runq *view, const struct sched *sched, const struct sched_gap *gap)
{
	struct line line;

	if (view->is_json) {
		view_json_print(lost_json(sched, gap));
		return;
	}
	line.len = 0;
	line_add_time(&line, gap->begin_ns - view->start_ns);
	line_add_text(&line, " records lost");
	line_print(&line);
	put_cpus(sched, gap);
	printf(": unknown until %.6f\n", (gap->end_ns - view->start_ns) / 1e9);
}

void line_mark(const struct view_runq *view, const struct mark *mark)
{
	struct line line;

	if (view->is_json) {
		view_json_print(label_mark_json(mark));
		return;
	}
	line.len = 0;
	line_add_time(&line, mark->ts_ns - view->start_ns);
	line_add_text(&line, " mark: ");
	line_print(&line);
	label_print_mark(stdout, mark);
	putchar('\n');
}
