// SPDX-License-Identifier: GPL-2.0
/*
 * Prints parts of lines, for views that print a line when a record is read.
 */
#include "view/line.h"

#include <stdio.h>
#include <string.h>

#include "lib/decimal.h"
#include "lib/text.h"
#include "view/json.h"
#include "view/label.h"
#include "view/label_sched.h"

#define PART_MAX	96	/* longer than any part, with its blanks */

/* Text to be printed with one call: such calls are most of a line's cost. */
struct line_part {
	char text[PART_MAX];
	uint32_t len;
};

static void print_part(const struct line_part *part)
{
	fwrite_unlocked(part->text, 1, part->len, stdout);
}

static void add_text(struct line_part *part, const char *text, uint32_t len)
{
	memcpy(part->text + part->len, text, len);
	part->len += len;
}

static void add_spaces(struct line_part *part, int nr)
{
	memset(part->text + part->len, ' ', nr);
	part->len += nr;
}

/* Adds a number as printf() prints it, filled up to @width with @fill. */
static void add_number(struct line_part *part, uint64_t number, int width, char fill)
{
	char text[DECIMAL_MAX], *first = decimal_write(text, number);
	int len = text + DECIMAL_MAX - first;

	for (; width > len; width--)
		part->text[part->len++] = fill;
	add_text(part, first, len);
}

void line_time(uint64_t ns)
{
	struct line_part part;

	part.len = 0;
	add_number(&part, ns / 1000000000, 8, ' ');
	add_text(&part, ".", 1);
	add_number(&part, ns / 1000 % 1000000, 6, '0');
	print_part(&part);
}

void line_cpu(uint32_t cpu)
{
	struct line_part part;

	part.len = 0;
	add_text(&part, " [", 2);
	add_number(&part, cpu, 4, '0');
	add_text(&part, "] ", 2);
	print_part(&part);
}

static void add_ms(struct line_part *part, uint64_t ns)
{
	add_text(part, "  ", 2);
	add_number(part, ns / 1000000, 9, ' ');
	add_text(part, ".", 1);
	add_number(part, ns / 1000 % 1000, 3, '0');
}

void line_ms(const uint64_t *ns, uint32_t nr)
{
	struct line_part part;
	uint32_t i;

	part.len = 0;
	for (i = 0; i < nr && i < LINE_NR_MS; i++) {
		if (ns[i] == LINE_UNKNOWN) {
			add_spaces(&part, LINE_MS_WIDTH - 1);
			add_text(&part, "-", 1);
		} else {
			add_ms(&part, ns[i]);
		}
	}
	print_part(&part);
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

/* Prints @comm, or adds it to @part if no character needs escaping. */
static void add_comm(struct line_part *part, const char *comm, int len)
{
	if (text_is_plain(comm))
		add_text(part, comm, len);
	else
		text_print(stdout, comm);
}

/* Adds "[tid]", or "[tid/pid]" for a thread, or "[*]" for a task that stands for many. */
static void add_ids(struct line_part *part, const struct model *model, const struct task *task)
{
	uint32_t pid = proc_at(&model->tasks, task->proc)->pid;

	if (!task->tid) {
		add_text(part, "[*]", 3);
		return;
	}
	add_text(part, "[", 1);
	add_number(part, task->tid, 0, ' ');
	if (pid != task->tid) {
		add_text(part, "/", 1);
		add_number(part, pid, 0, ' ');
	}
	add_text(part, "]", 1);
}

/* Blanks after @len characters up to column @width, but at least one; 0 = none. */
static int nr_blanks(int len, int width)
{
	return !width ? 0 : len < width ? width - len : 1;
}

/* A character that is escaped counts as one character. */
void line_task(const struct model *model, uint32_t number, int width)
{
	const struct task *task = task_at(&model->tasks, number);
	const char *comm = !number ? "<idle>" : task->comm[0] ? task->comm : "?";
	int len = strlen(comm), begin;
	struct line_part part;

	part.len = 0;
	add_comm(&part, comm, len);
	begin = part.len;
	if (number)
		add_ids(&part, model, task);
	add_spaces(&part, nr_blanks(len + part.len - begin, width));
	print_part(&part);
}

void line_waker(const struct model *model, const struct sched_waker *waker, int width)
{
	int len = 0;

	if (waker->kind == WAKER_UNKNOWN) {
		printf("?%*s", nr_blanks(1, width), "");
		return;
	}
	if (waker->kind != WAKER_TASK)
		len = printf("%s on ", label_waker_kind(waker->kind));
	line_task(model, waker->task, len < width ? width - len : width ? 1 : 0);
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
	if (view->is_json) {
		view_json_print(lost_json(sched, gap));
		return;
	}
	line_time(gap->begin_ns - view->start_ns);
	fputs(" records lost", stdout);
	put_cpus(sched, gap);
	printf(": unknown until %.6f\n", (gap->end_ns - view->start_ns) / 1e9);
}
