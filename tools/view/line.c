// SPDX-License-Identifier: GPL-2.0
/*
 * Prints parts of lines, for views that print a line when a record is read.
 */
#include "view/line.h"

#include <stdio.h>
#include <string.h>

#include "lib/text.h"
#include "view/json.h"
#include "view/label.h"
#include "view/label_sched.h"

#define NUMBER_MAX	20	/* maximum number of digits */

/*
 * Prints a number like printf(), but faster: numbers are most of a line's cost.
 * Returns the printed length.
 */
static int put_number(uint64_t number, int width, char fill)
{
	char text[NUMBER_MAX];
	int at = NUMBER_MAX, len;

	do {
		text[--at] = '0' + number % 10;
		number /= 10;
	} while (number);
	while (NUMBER_MAX - at < width)
		text[--at] = fill;
	len = NUMBER_MAX - at;
	fwrite_unlocked(text + at, 1, len, stdout);
	return len;
}

static void put_spaces(int nr)
{
	static const char spaces[] = "                                ";
	const int most = sizeof(spaces) - 1;

	for (; nr > most; nr -= most)
		fwrite_unlocked(spaces, 1, most, stdout);
	if (nr > 0)
		fwrite_unlocked(spaces, 1, nr, stdout);
}

void line_time(uint64_t ns)
{
	put_number(ns / 1000000000, 8, ' ');
	putchar_unlocked('.');
	put_number(ns / 1000 % 1000000, 6, '0');
}

void line_cpu(uint32_t cpu)
{
	fputs_unlocked(" [", stdout);
	put_number(cpu, 4, '0');
	fputs_unlocked("] ", stdout);
}

void line_ms(uint64_t ns)
{
	put_spaces(2);
	put_number(ns / 1000000, 9, ' ');
	putchar_unlocked('.');
	put_number(ns / 1000 % 1000, 3, '0');
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
}

void line_ms_known(bool is_known, uint64_t ns)
{
	if (is_known)
		line_ms(ns);
	else
		printf("%*s", LINE_MS_WIDTH, "-");
}

/* Prints "comm[tid]"; returns its length without escaping. */
static int put_task(const struct model *model, uint32_t number)
{
	const struct task *task = task_at(&model->tasks, number);
	uint32_t pid = proc_at(&model->tasks, task->proc)->pid;
	const char *comm = !number ? "<idle>" : task->comm[0] ? task->comm : "?";
	int len = strlen(comm);

	text_print(stdout, comm);
	if (!number)
		return len;
	if (!task->tid) {	/* the task stands for many tasks */
		fputs_unlocked("[*]", stdout);
		return len + 3;
	}
	putchar_unlocked('[');
	len += put_number(task->tid, 0, ' ') + 2;
	if (pid != task->tid) {
		putchar_unlocked('/');
		len += put_number(pid, 0, ' ') + 1;
	}
	putchar_unlocked(']');
	return len;
}

/* Prints blanks up to column @width, but at least one. */
static void pad_to(int len, int width)
{
	if (width)
		put_spaces(len < width ? width - len : 1);
}

void line_task(const struct model *model, uint32_t number, int width)
{
	pad_to(put_task(model, number), width);
}

static int put_waker(const struct model *model, const struct sched_waker *waker)
{
	int len;

	switch (waker->kind) {
	case WAKER_TASK:
		return put_task(model, waker->task);
	case WAKER_UNKNOWN:
		return printf("?");
	default:
		len = printf("%s on ", label_waker_kind(waker->kind));
		return len + put_task(model, waker->task);
	}
}

void line_waker(const struct model *model, const struct sched_waker *waker, int width)
{
	pad_to(put_waker(model, waker), width);
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
