// SPDX-License-Identifier: GPL-2.0
/*
 * Pieces of the lines that views print as records come.
 */
#include "line.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "label.h"
#include "label_sched.h"
#include "text.h"
#include "view_json.h"

void line_time(uint64_t ns)
{
	printf("%8" PRIu64 ".%06" PRIu64, ns / 1000000000, ns / 1000 % 1000000);
}

void line_ms(uint64_t ns)
{
	printf("  %9" PRIu64 ".%03" PRIu64, ns / 1000000, ns / 1000 % 1000);
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

static int name_task(const struct model *model, uint32_t number, char name[LABEL_MAX])
{
	const struct task *task = task_at(&model->tasks, number);
	uint32_t pid = proc_at(&model->tasks, task->proc)->pid;
	const char *comm = task->comm[0] ? task->comm : "?";

	if (!number)
		return snprintf(name, LABEL_MAX, "<idle>");
	if (pid == task->tid)
		return snprintf(name, LABEL_MAX, "%s[%u]", comm, pid);
	return snprintf(name, LABEL_MAX, "%s[%u/%u]", comm, task->tid, pid);
}

static void put_name(const char *name, int len, int width)
{
	text_print(stdout, name);
	if (width)
		printf("%*s", len < width ? width - len : 1, "");
}

void line_task(const struct model *model, uint32_t number, int width)
{
	char name[LABEL_MAX];
	int len = name_task(model, number, name);

	put_name(name, len, width);
}

void line_waker(const struct model *model, const struct sched_waker *waker, int width)
{
	char name[LABEL_MAX], text[2 * LABEL_MAX];
	int len = name_task(model, waker->task, name);

	if (waker->kind == WAKER_TASK) {
		put_name(name, len, width);
		return;
	}
	if (waker->kind == WAKER_UNKNOWN)
		len = snprintf(text, sizeof(text), "?");
	else
		len = snprintf(text, sizeof(text), "%s on %s", label_waker_kind(waker->kind), name);
	put_name(text, len, width);
}

/* by the kernel's own bits of a state; the first with all its bits set counts */
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

void line_lost(const struct view_runq *view, uint64_t begin_ns, uint64_t end_ns)
{
	if (view->source->json) {
		view_json_print(json_pack("{s:s, s:o, s:o}", "event", "lost",
					  "begin_ns", view_json_number(begin_ns),
					  "end_ns", view_json_number(end_ns)));
		return;
	}
	line_time(begin_ns - view->start_ns);
	printf(" records lost: unknown until %.6f\n", (end_ns - view->start_ns) / 1e9);
}
