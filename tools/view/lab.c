// SPDX-License-Identifier: GPL-2.0
/*
 * The results of the laboratory, as a table and as JSON.
 */
#include "view/lab.h"

#include <errno.h>
#include <stdio.h>

#include "lab/counter.h"
#include "lib/table.h"
#include "lib/text.h"
#include "view/copies.h"
#include "view/json.h"
#include "view/label.h"

enum {
	COL_TRANSPORT, COL_BLOCK, COL_COPIES, COL_COPIED, COL_AMPLIFICATION, COL_COST,
	COL_SWITCHES, COL_CALLS, COL_ELAPSED, COL_GRADE, COL_NOTE,
};

const struct table_column view_lab_columns[] = {
	{ "TRANSPORT", false }, { "BLOCK", true }, { "COPIES", true }, { "CPU-COPIED", true },
	{ "AMPLIFIED", true }, { "PER-KiB", true }, { "SWITCHES", true }, { "SYSCALLS", true },
	{ "ELAPSED", true }, { "GRADE", false }, { "NOTE", false }, { NULL, false }
};

static bool has_paths(const struct lab_row *row)
{
	return row->has_trace && row->trace.last;
}

static double per_kib(const struct lab_trace *trace)
{
	return trace->bytes ? trace->copy_ns * 1024 / trace->bytes : 0;
}

static uint64_t elapsed_ns(const struct lab_result *result)
{
	const struct lab_side *server = &result->side[LAB_SERVER];
	const struct lab_side *client = &result->side[LAB_CLIENT];
	uint64_t begin = server->begin_ns < client->begin_ns ? server->begin_ns : client->begin_ns;

	return (server->end_ns > client->end_ns ? server->end_ns : client->end_ns) - begin;
}

static bool has_calls(const struct lab_result *result)
{
	return result->side[LAB_SERVER].has_calls && result->side[LAB_CLIENT].has_calls;
}

/* ---- text ---- */

static void set_trace(struct table *table, const struct lab_trace *trace)
{
	bool is_complete = copies_is_complete(&trace->model.copies);

	table_set(table, COL_COPIES, "%u", trace->nr_copies);
	label_set_bytes(table, COL_COPIED, trace->copied_bytes, is_complete);
	table_set(table, COL_AMPLIFICATION, "%s%.2f", text_sign(SIGN_TIMES),
		  trace->copied_bytes / trace->bytes);
	label_set_ns(table, COL_COST, per_kib(trace));
	table_set_phrase(table, COL_GRADE, is_complete ? grade_name(trace->grade) : "in doubt");
}

static void set_counts(struct table *table, const struct lab_row *row)
{
	const struct lab_result *result = &row->result;

	label_set_bytes(table, COL_BLOCK, result->block, true);
	table_set(table, COL_SWITCHES, "%s%llu", row->trace.has_switches ? "" : ">= ",
		  (unsigned long long)row->trace.nr_switches);
	if (has_calls(result))
		table_set(table, COL_CALLS, "%llu",
			  (unsigned long long)(result->side[LAB_SERVER].nr_calls +
					       result->side[LAB_CLIENT].nr_calls));
	else
		table_set(table, COL_CALLS, "unknown");
	label_set_ns(table, COL_ELAPSED, elapsed_ns(result));
}

static void add_row(struct table *table, const struct lab_row *row)
{
	table_add(table);
	table_set(table, COL_TRANSPORT, "%s", row->transport->name);
	if (row->has_trace)
		set_counts(table, row);
	if (has_paths(row))
		set_trace(table, &row->trace);
	table_set(table, COL_NOTE, "%s", row->note);
}

static void print_hops(const struct lab_row *row)
{
	printf("\n%s: %s\n", row->transport->name, row->transport->text);
	if (has_paths(row))
		view_path_print(&row->trace.model, row->trace.last);
	else
		printf("%s\n", row->note);
}

/**
 * view_lab_print - print a row for each transport
 * Return: 0 or -errno.
 */
int view_lab_print(const struct lab_row *rows, uint32_t nr, uint64_t size, bool has_hops,
		   const struct table_view *view)
{
	struct table *table = table_create_view(view_lab_columns, view);
	char buf[LABEL_MAX];
	uint32_t i;

	if (!view->is_chosen)
		printf("a file of %s from a server to a client, which writes it to a file\n",
		       label_bytes(buf, size, true));
	for (i = 0; i < nr; i++)
		add_row(table, &rows[i]);
	table_print(table);
	table_destroy(table);
	if (view->is_chosen)
		return 0;
	printf("SYSCALLS: counted by the kernel (%s); all others from the trace\n",
	       LAB_CALLS_SOURCE);
	for (i = 0; i < nr && has_hops; i++)
		print_hops(&rows[i]);
	return 0;
}

/* ---- JSON ---- */

static json_t *side_json(const struct lab_side *side)
{
	return json_pack("{s:I, s:o, s:o}", "pid", (json_int_t)side->pid,
			 "kernel_context_switches", view_json_number(side->nr_switches),
			 "system_calls", view_json_known(side->has_calls, side->nr_calls));
}

static void add_trace_json(json_t *obj, const struct lab_trace *trace)
{
	json_object_set_new(obj, "copies", json_integer(trace->nr_copies));
	json_object_set_new(obj, "delivered_bytes", view_json_number(trace->bytes));
	json_object_set_new(obj, "copied_bytes", view_json_number(trace->copied_bytes));
	json_object_set_new(obj, "amplification", json_real(trace->copied_bytes / trace->bytes));
	json_object_set_new(obj, "copy_ns_per_kib", json_real(per_kib(trace)));
	json_object_set_new(obj, "grade", json_string(grade_name(trace->grade)));
	json_object_set_new(obj, "paths", json_integer(trace->nr_paths));
	json_object_set_new(obj, "path", view_path_json(&trace->model, trace->last));
}

static json_t *row_json(const struct lab_row *row)
{
	json_t *obj;

	obj = json_pack("{s:s, s:s, s:o}", "transport", row->transport->name,
			"text", row->transport->text,
			"note", row->note[0] ? text_json(row->note) : json_null());
	if (!row->has_trace)
		return obj;
	json_object_set_new(obj, "verified", json_boolean(row->is_right));
	json_object_set_new(obj, "block_bytes", view_json_number(row->result.block));
	json_object_set_new(obj, "context_switches",
			    view_json_known(row->trace.has_switches, row->trace.nr_switches));
	json_object_set_new(obj, "elapsed_ns", view_json_number(elapsed_ns(&row->result)));
	json_object_set_new(obj, "server", side_json(&row->result.side[LAB_SERVER]));
	json_object_set_new(obj, "client", side_json(&row->result.side[LAB_CLIENT]));
	if (has_paths(row))
		add_trace_json(obj, &row->trace);
	json_object_set_new(obj, "lost", label_losses_json(&row->trace.model));
	return obj;
}

/**
 * view_lab_json - print everything as one JSON object on one line
 * Return: 0 or -ENOMEM.
 */
int view_lab_json(const struct lab_row *rows, uint32_t nr, uint64_t size)
{
	json_t *list = json_array();
	uint32_t i;

	for (i = 0; i < nr; i++)
		json_array_append_new(list, row_json(&rows[i]));
	return view_json_print(json_pack("{s:o, s:s, s:o}", "size_bytes", view_json_number(size),
					 "system_calls_source", LAB_CALLS_SOURCE,
					 "transports", list));
}
