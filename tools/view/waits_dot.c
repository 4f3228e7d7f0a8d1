// SPDX-License-Identifier: GPL-2.0
/*
 * Who waits for whom, as a graph in the language of dot(1): a box for each thread, an
 * ellipse for what it waits for, and arrows to those that could end it.
 */
#include "view/waits.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/**
 * struct drawing - the output, while it is written
 * @out: stream
 * @waits: what is drawn
 * @is_drawn: by number of a node
 */
struct drawing {
	FILE *out;
	const struct waits *waits;
	bool *is_drawn;
};

/* ---- nodes ---- */

/* A comm may have any bytes. */
static void put_quoted(const struct drawing *drawing, const char *text)
{
	for (; *text; text++) {
		unsigned char byte = *text;

		if (byte == '"' || byte == '\\')
			fputc('\\', drawing->out);
		fputc(byte < ' ' ? '?' : byte, drawing->out);
	}
}

static const char *colour_of(const struct waits_node *node)
{
	if (node->knot)
		return "red";
	if (node->verdict == WAITS_IS_STUCK)
		return "orange";
	return node->verdict == WAITS_CANNOT_TELL ? "gray50" : "black";
}

static const char *doing_text(const struct live_thread *thread)
{
	switch (thread->doing) {
	case LIVE_RUNS:
		return "runs";
	case LIVE_STOPPED:
		return "stopped";
	case LIVE_TRACED:
		return "stopped by its tracer";
	case LIVE_FROZEN:
		return "frozen with its control group";
	case LIVE_ENDED:
		return "has ended";
	default:
		return thread->has_limit ? "waits, until a time" : "waits";
	}
}

static bool begin_node(const struct drawing *drawing, uint32_t node)
{
	if (drawing->is_drawn[node])
		return false;
	drawing->is_drawn[node] = true;
	fprintf(drawing->out, "\tn%u [color=%s, label=\"", node,
		colour_of(waits_node_at(&drawing->waits->graph, node)));
	return true;
}

static void draw_thread(const struct drawing *drawing, uint32_t number)
{
	const struct live_thread *thread = live_thread_at(&drawing->waits->threads, number);

	if (!begin_node(drawing, drawing->waits->thread_node[number]))
		return;
	put_quoted(drawing, thread->comm);
	if (thread->tid == thread->pid)
		fprintf(drawing->out, "[%u]", thread->tid);
	else
		fprintf(drawing->out, "[%u/%u]", thread->tid, thread->pid);
	fprintf(drawing->out, "\\n%s", doing_text(thread));
	if (thread->doing == LIVE_SLEEPS && thread->call)
		fprintf(drawing->out, " in %s", thread->call);
	fprintf(drawing->out, "\"];\n");
}

static void draw_process(const struct drawing *drawing, uint32_t number)
{
	const struct live_process *process = live_process_at(&drawing->waits->threads, number);

	if (begin_node(drawing, drawing->waits->process_node[number]))
		fprintf(drawing->out, "process %u\\n%u threads\"];\n", process->pid,
			process->nr_threads);
}

static void draw_unknown(const struct drawing *drawing, uint32_t node)
{
	if (begin_node(drawing, node))
		fprintf(drawing->out, "%s\", shape=plaintext];\n",
			node == drawing->waits->open ? "others, who are not known" : "others");
}

/* ---- arrows ---- */

static void draw_arrow(const struct drawing *drawing, uint32_t from, uint32_t to,
		       const char *attributes)
{
	const struct waits_graph *graph = &drawing->waits->graph;
	uint32_t knot = waits_node_at(graph, from)->knot;

	fprintf(drawing->out, "\tn%u -> n%u [%s%s];\n", from, to,
		knot && knot == waits_node_at(graph, to)->knot ? "color=red, " : "", attributes);
}

/* A process with one thread is drawn as this thread. Return: the node that was drawn. */
static uint32_t draw_target(const struct drawing *drawing, uint32_t node)
{
	const struct waits *waits = drawing->waits;
	uint32_t thread = waits_thread_of(waits, node);
	uint32_t number = waits_process_of(waits, node), i;
	const struct live_process *process = live_process_at(&waits->threads, number);

	if (number && process->nr_threads == 1)
		thread = process->first_thread;
	if (thread) {
		draw_thread(drawing, thread);
		return waits->thread_node[thread];
	}
	if (!number) {
		draw_unknown(drawing, node);
		return node;
	}
	if (drawing->is_drawn[node])
		return node;
	draw_process(drawing, number);
	for (i = process->first_thread; i < process->first_thread + process->nr_threads; i++) {
		draw_thread(drawing, i);
		draw_arrow(drawing, node, waits->thread_node[i], "arrowhead=none");
	}
	return node;
}

static void draw_releasers(const struct drawing *drawing, uint32_t node)
{
	static const char *const styles[] = {
		[WAITS_CERTAIN] = "style=bold", [WAITS_CANDIDATE] = "style=solid",
		[WAITS_POSSIBLE] = "style=dashed",
	};
	const struct waits_graph *graph = &drawing->waits->graph;
	uint32_t i;

	for (i = waits_node_at(graph, node)->first; i; i = waits_edge_at(graph, i)->next) {
		const struct waits_edge *edge = waits_edge_at(graph, i);

		draw_arrow(drawing, node, draw_target(drawing, edge->to), styles[edge->certainty]);
	}
}

/* Return: 0 or -ENOMEM. */
static int draw_waits(const struct drawing *drawing, uint32_t number)
{
	const struct waits *waits = drawing->waits;
	const struct live_thread *thread = live_thread_at(&waits->threads, number);
	uint32_t i, node;

	draw_thread(drawing, number);
	for (i = thread->first_need; i; i = live_need_at(&waits->threads, i)->next) {
		node = waits->need_node[i];
		if (!node)
			continue;
		draw_arrow(drawing, waits->thread_node[number], node,
			   thread->needs_all ? "label=\"all of\"" : "");
		if (begin_node(drawing, node)) {
			char *text = view_waits_need(waits, thread, live_need_at(&waits->threads, i));

			if (!text)
				return -ENOMEM;
			put_quoted(drawing, text);
			free(text);
			fprintf(drawing->out, "\", shape=ellipse];\n");
			draw_releasers(drawing, node);
		}
	}
	return 0;
}

int view_waits_dot(const struct waits *waits, const bool *chosen, FILE *out)
{
	struct drawing drawing = {
		.out = out, .waits = waits,
		.is_drawn = calloc(waits->graph.node.nr, sizeof(bool)),
	};
	uint32_t i;
	int err = drawing.is_drawn ? 0 : -ENOMEM;

	fprintf(out, "digraph waits {\n\trankdir=LR;\n\tnode [shape=box, fontname=\"sans-serif\"];\n");
	for (i = 1; i < waits->threads.thread.nr && !err; i++)
		if (chosen[i])
			err = draw_waits(&drawing, i);
	fprintf(out, "}\n");
	free(drawing.is_drawn);
	return err;
}
