// SPDX-License-Identifier: GPL-2.0
/*
 * Who waits for whom, as text: a line for each wait, and under it those that could end
 * it. A task that was shown is not shown again.
 */
#include "view/waits.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/text.h"

#define NR_RELEASERS_MAX	8U	/* shown of one wait */
#define DEPTH_MAX		32U

/**
 * struct printer - the output, while it is written
 * @waits: what is shown
 * @chosen: by number of a thread: it is to be shown
 * @is_shown: by number of a thread: it was
 * @depth: lines begin with so many steps of blanks
 */
struct printer {
	const struct waits *waits;
	const bool *chosen;
	bool *is_shown;
	unsigned int depth;
};

static void begin_line(const struct printer *printer)
{
	printf("%*s", (int)(2 * printer->depth), "");
}

static void print_name(const struct live_thread *thread)
{
	text_print(stdout, thread->comm);
	if (thread->tid == thread->pid)
		printf("[%u]", thread->pid);
	else
		printf("[%u/%u]", thread->tid, thread->pid);
}

static const struct live_thread *thread_at(const struct printer *printer, uint32_t thread)
{
	return live_thread_at(&printer->waits->threads, thread);
}

/* ---- what a thread does ---- */

static void print_needs(const struct printer *printer, const struct live_thread *thread)
{
	const char *between = thread->needs_all ? " and" : " or";
	uint32_t i, nr = 0;

	for (i = thread->first_need; i; nr++) {
		const struct live_need *need = live_need_at(&printer->waits->threads, i);
		char *text = nr < NR_RELEASERS_MAX ? view_waits_need(printer->waits, thread, need) : NULL;

		if (text) {
			printf("%s ", nr ? between : " for");
			text_print(stdout, text);
		}
		free(text);
		i = need->next;
	}
	if (nr > NR_RELEASERS_MAX)
		printf("%s %u more", between, nr - NR_RELEASERS_MAX);
	if (!nr && !thread->has_limit)
		printf(" for something that is not known");
}

static void print_sleeper(const struct printer *printer, const struct live_thread *thread)
{
	printf(" waits");
	if (thread->call)
		printf(" in %s", thread->call);
	print_needs(printer, thread);
	if (thread->has_limit)
		printf("%s", thread->first_need ? ", until its time limit" : ", until a time");
}

static void print_doing(const struct printer *printer, const struct live_thread *thread)
{
	switch (thread->doing) {
	case LIVE_RUNS:
		printf(" runs");
		break;
	case LIVE_STOPPED:
		printf(" is stopped, until it is sent SIGCONT");
		break;
	case LIVE_TRACED:
		printf(" is stopped by its tracer [%u]", thread->tracer);
		break;
	case LIVE_FROZEN:
		printf(" is frozen with its control group, until that is thawed");
		break;
	case LIVE_ENDED:
		printf(" has ended");
		break;
	default:
		print_sleeper(printer, thread);
	}
}

/* ---- who could end it ---- */

static void print_thread(struct printer *printer, uint32_t thread);

static bool does_wait(const struct live_thread *thread)
{
	return thread->doing == LIVE_SLEEPS && !thread->has_limit;
}

/* A releaser that is a thread: with what it waits for in turn. */
static void print_releaser(struct printer *printer, uint32_t thread)
{
	const struct live_thread *t = thread_at(printer, thread);
	const struct waits_node *node = waits_of_thread(printer->waits, thread);

	begin_line(printer);
	print_name(t);
	if (printer->is_shown[thread]) {
		printf("  ^ see above%s\n", node->knot ? ": a cycle" : "");
		return;
	}
	print_doing(printer, t);
	putchar('\n');
	printer->is_shown[thread] = true;
	if (does_wait(t))
		print_thread(printer, thread);
}

/* Of a process whose threads all wait, each is shown; else the first that does not. */
static void print_process(struct printer *printer, uint32_t number, uint32_t *nr)
{
	const struct live_process *process = live_process_at(&printer->waits->threads, number);
	uint32_t i;

	for (i = 0; i < process->nr_threads; i++) {
		const struct live_thread *t = thread_at(printer, process->first_thread + i);

		if (does_wait(t) || t->doing == LIVE_ENDED)
			continue;
		print_releaser(printer, process->first_thread + i);
		(*nr)++;
		return;
	}
	for (i = 0; i < process->nr_threads && *nr < NR_RELEASERS_MAX; i++, (*nr)++)
		print_releaser(printer, process->first_thread + i);
}

static void print_target(struct printer *printer, uint32_t node, uint32_t *nr)
{
	uint32_t thread = waits_thread_of(printer->waits, node);
	uint32_t process = waits_process_of(printer->waits, node);

	if (thread) {
		print_releaser(printer, thread);
		(*nr)++;
	} else if (process) {
		print_process(printer, process, nr);
	} else if (node == printer->waits->open) {
		begin_line(printer);
		printf("others may, who are not known\n");
		(*nr)++;
	}
}

/* A lock whose owner does not exist, or is of another process, is given back by nobody. */
static void print_nobody(const struct printer *printer, const struct live_need *need)
{
	begin_line(printer);
	if (need->condition == LIVE_FOR_LOCK && need->task)
		printf("its owner [%u] does not exist in the processes that have the lock\n",
		       need->task);
	else
		printf("nobody can end this\n");
}

static void print_releasers(struct printer *printer, uint32_t number)
{
	const struct waits_graph *graph = &printer->waits->graph;
	uint32_t node = printer->waits->need_node[number], i, nr = 0, nr_more = 0;

	for (i = waits_node_at(graph, node)->first; i; i = waits_edge_at(graph, i)->next) {
		if (nr < NR_RELEASERS_MAX)
			print_target(printer, waits_edge_at(graph, i)->to, &nr);
		else
			nr_more++;
	}
	if (!waits_node_at(graph, node)->first)
		print_nobody(printer, live_need_at(&printer->waits->threads, number));
	if (nr_more) {
		begin_line(printer);
		printf("and %u more\n", nr_more);
	}
}

static void print_thread(struct printer *printer, uint32_t thread)
{
	uint32_t i;

	if (printer->depth >= DEPTH_MAX)
		return;
	printer->depth++;
	for (i = thread_at(printer, thread)->first_need; i;
	     i = live_need_at(&printer->waits->threads, i)->next)
		print_releasers(printer, i);
	printer->depth--;
}

/* ---- the whole ---- */

static void print_root(struct printer *printer, uint32_t thread)
{
	if (!printer->chosen[thread] || printer->is_shown[thread])
		return;
	print_releaser(printer, thread);
}

static uint32_t nr_in_knot(const struct printer *printer, uint32_t knot)
{
	uint32_t i, nr = 0;

	for (i = 1; i < printer->waits->threads.thread.nr; i++)
		nr += printer->chosen[i] && waits_of_thread(printer->waits, i)->knot == knot;
	return nr;
}

static void print_knot(struct printer *printer, uint32_t knot)
{
	uint32_t nr = nr_in_knot(printer, knot), i;

	if (nr == 1)
		printf("deadlock: a task waits for itself\n");
	else if (nr)
		printf("deadlock: %u tasks wait for each other\n", nr);
	for (i = 1; nr && i < printer->waits->threads.thread.nr; i++)
		if (waits_of_thread(printer->waits, i)->knot == knot)
			print_root(printer, i);
	if (nr)
		putchar('\n');
}

/* Those of one verdict that were not shown yet. */
static void print_others(struct printer *printer, enum waits_verdict verdict, const char *heading)
{
	uint32_t i, nr = 0;

	for (i = 1; i < printer->waits->threads.thread.nr; i++) {
		if (!printer->chosen[i] || printer->is_shown[i] ||
		    waits_of_thread(printer->waits, i)->verdict != verdict)
			continue;
		if (!nr++)
			printf("%s\n", heading);
		print_root(printer, i);
	}
	if (nr)
		putchar('\n');
}

int view_waits_print(const struct waits *waits, const bool *chosen)
{
	struct printer printer = {
		.waits = waits, .chosen = chosen,
		.is_shown = calloc(waits->threads.thread.nr, sizeof(bool)),
	};
	uint32_t knot;

	if (!printer.is_shown)
		return -ENOMEM;
	for (knot = 1; knot <= waits->graph.nr_knots; knot++)
		print_knot(&printer, knot);
	print_others(&printer, WAITS_IS_STUCK, "stuck for ever: nobody can end these waits");
	print_others(&printer, WAITS_CANNOT_TELL, "whether somebody can end these waits cannot be told");
	print_others(&printer, WAITS_IS_ALIVE, "blocked: these waits can end");
	free(printer.is_shown);
	return 0;
}
