// SPDX-License-Identifier: GPL-2.0
/*
 * ipcprobe stat: number and size of events by type, and lost records.
 */
#include "cmd/cmd.h"

#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/options.h"
#include "cmd/output.h"
#include "cmd/source.h"
#include "lib/table.h"
#include "lib/text.h"
#include "trace/event.h"
#include "trace/names.h"
#include "view/json.h"
#include "view/label.h"

#define NR_TYPES	(event_table_len + 1)	/* the last one stands for unknown types */

/* number of records, and their bytes in the ring */
struct tally {
	uint64_t nr;
	uint64_t bytes;
};

/**
 * struct stat_counts - the counts
 * @source: options
 * @output: options of the tables
 * @top: maximum number of event types to show, the most frequent ones; 0 = all
 * @columns: columns of the table of events; if the user named them, only it is printed
 * @names: names of tasks, with -p
 * @info: description of the recording
 * @from_ns: first counted time, as in records
 * @until_ns: first time that is not counted
 * @types: counts by index in event_table, [NR_TYPES]
 * @cpus: counts by CPU, [info->nr_cpus]
 * @total: count of all records
 * @loss: loss of each class
 */
struct stat_counts {
	struct source_opts source;
	struct output_opts output;
	struct table_view columns;
	uint32_t top;
	struct names names;
	const struct reader_info *info;
	uint64_t from_ns;
	uint64_t until_ns;
	struct tally *types;
	struct tally *cpus;
	struct tally total;
	struct model_loss loss[IPCPROBE_NR_CLASSES];
};

enum { OPTION_TOP = 0x200 };

static const struct argp_option options[] = {
	{ "top", OPTION_TOP, "N", 0, "Show so many events, the most frequent ones, 0 = all (default)",
	  0 },
	{ 0 }
};

static const struct table_column type_columns[] = {
	{ "EVENT", false }, { "CLASS", false }, { "COUNT", true }, { "PER-SECOND", true },
	{ "BYTES", true }, { "BYTES-EACH", true }, { 0 }
};

static const struct output_table columns[] = { { "of events", type_columns, NULL }, { 0 } };

static const struct argp_child children[] = {
	{ &source_cpus_argp, 0, NULL, 0 }, { &output_table_argp, 0, NULL, 0 }, { 0 }
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct stat_counts *stat = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &stat->source;
		state->child_inputs[1] = &stat->output;
		return 0;
	case OPTION_TOP:
		option_count(state, "--top", arg, 0, &stat->top);
		return 0;
	case ARGP_KEY_END:
		output_choose(state, &stat->output, stat->source.json, columns, &stat->columns);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse_option,
	.children = children,
	.args_doc = "[--] [COMMAND [ARG...]]",
	.doc = "Count recorded events by type, class and CPU, and show what was lost.\n"
	       "\vExamples:\n"
	       "    ipcprobe stat -i r.data\n"
	       "    ipcprobe stat -C 0-3 --time 1.5, -i r.data",
};

static void tally_add(struct tally *tally, const struct ipcprobe_rec *rec)
{
	tally->nr++;
	tally->bytes += rec->len;
}

static bool is_wanted(const struct stat_counts *stat, const struct ipcprobe_rec *rec, uint32_t cpu)
{
	if (!scope_has_cpu(&stat->source.scope, cpu))
		return false;
	return rec->type == IPCPROBE_REC_lost || scope_has_pid(&stat->source.scope, rec->tid) ||
	       scope_has_pid(&stat->source.scope, names_get(&stat->names, rec->tid)->pid);
}

static void add_loss(struct stat_counts *stat, const struct ipcprobe_rec_lost *lost)
{
	model_loss_add(&stat->loss[lost->class_id], lost);
}

static int count_records(struct stat_counts *stat, struct reader *r)
{
	const struct ipcprobe_rec *rec;
	uint32_t cpu;
	int ret;

	while ((ret = reader_next(r, &rec, &cpu)) > 0) {
		const struct event_desc *desc = event_by_type(rec->type);

		if (stat->source.scope.pids.nr && names_apply(&stat->names, rec))
			return -ENOMEM;
		if (rec->ts_ns < stat->from_ns || !is_wanted(stat, rec, cpu))
			continue;
		tally_add(&stat->types[desc ? desc - event_table : NR_TYPES - 1], rec);
		tally_add(&stat->cpus[cpu], rec);
		tally_add(&stat->total, rec);
		if (rec->type == IPCPROBE_REC_lost)
			add_loss(stat, (const void *)rec);
	}
	return ret;
}

static double counted_seconds(const struct stat_counts *stat)
{
	uint64_t from_ns = stat->from_ns, until_ns = stat->until_ns;

	if (from_ns < stat->info->start_ns)
		from_ns = stat->info->start_ns;
	if (until_ns > stat->info->end_ns)
		until_ns = stat->info->end_ns;
	return until_ns > from_ns ? (until_ns - from_ns) / 1e9 : 0;
}

/* true if no part of the recording was left out */
static bool is_whole(const struct stat_counts *stat)
{
	return stat->from_ns <= stat->info->start_ns && stat->until_ns > stat->info->end_ns &&
	       !stat->source.scope.cpus.nr_words && !stat->source.scope.pids.nr;
}

static double divide_by(double value, double unit)
{
	return unit > 0 ? value / unit : 0;
}

/* ---- text ---- */

static const char *type_name(unsigned int i)
{
	return i < event_table_len ? event_table[i].name : "(unknown)";
}

static const char *type_class(unsigned int i)
{
	return i < event_table_len ? event_class_name(event_table[i].class_id) : "-";
}

static void print_recording(const struct stat_counts *stat)
{
	const struct reader_info *info = stat->info;

	text_print(stdout, info->command);
	printf(": %.6f s, %" PRIu64 " events (%.0f/s), %.1f bytes each in the ring",
	       counted_seconds(stat), stat->total.nr,
	       divide_by(stat->total.nr, counted_seconds(stat)),
	       divide_by(stat->total.bytes, stat->total.nr));
	if (is_whole(stat))
		printf(", %.1f in the file", divide_by(info->stored_bytes, stat->total.nr));
	putchar('\n');
	if (info->snap_bytes)
		printf("The first %u bytes of each transfer are recorded (--snaplen).\n",
		       info->snap_bytes);
}

/* True if the type is one of the @top most frequent ones; of equals the first ones are. */
static bool is_in_top(const struct stat_counts *stat, unsigned int type)
{
	uint32_t nr_before = 0;

	for (unsigned int i = 0; i < NR_TYPES; i++)
		nr_before += stat->types[i].nr > stat->types[type].nr ||
			     (i < type && stat->types[i].nr == stat->types[type].nr);
	return !stat->top || nr_before < stat->top;
}

static void print_types(const struct stat_counts *stat)
{
	struct table *table = table_create_view(type_columns, &stat->columns);

	for (unsigned int i = 0; i < NR_TYPES; i++) {
		const struct tally *tally = &stat->types[i];

		if (!tally->nr || !is_in_top(stat, i))
			continue;
		table_add(table);
		table_set(table, 0, "%s", type_name(i));
		table_set(table, 1, "%s", type_class(i));
		table_set(table, 2, "%" PRIu64, tally->nr);
		table_set(table, 3, "%.0f", divide_by(tally->nr, counted_seconds(stat)));
		table_set(table, 4, "%" PRIu64, tally->bytes);
		table_set(table, 5, "%.1f", divide_by(tally->bytes, tally->nr));
	}
	table_print(table);
	table_destroy(table);
}

static void print_cpus(const struct stat_counts *stat)
{
	static const struct table_column columns[] = {
		{ "CPU", true }, { "COUNT", true }, { "PER-SECOND", true }, { "BYTES", true }, { 0 }
	};
	struct table *table = table_create(columns);

	for (uint32_t cpu = 0; cpu < stat->info->nr_cpus; cpu++) {
		const struct tally *tally = &stat->cpus[cpu];

		if (!tally->nr)
			continue;
		table_add(table);
		table_set(table, 0, "%u", cpu);
		table_set(table, 1, "%" PRIu64, tally->nr);
		table_set(table, 2, "%.0f", divide_by(tally->nr, counted_seconds(stat)));
		table_set(table, 3, "%" PRIu64, tally->bytes);
	}
	table_print(table);
	table_destroy(table);
}

static void print_counts(const struct stat_counts *stat)
{
	static const struct table_column columns[] = {
		{ "CPU", true }, { "CLASS", false }, { "PRODUCED", true }, { "READ", true },
		{ "LOST", true }, { "LOST%", true }, { 0 }
	};
	struct table *table;

	if (!stat->info->have_stats) {
		printf("What was lost is not known: the end of the file is missing or damaged.\n");
		return;
	}
	table = table_create(columns);
	for (uint32_t cpu = 0; cpu < stat->info->nr_cpus; cpu++) {
		const struct reader_counts *counts = &stat->info->counts[cpu];

		for (unsigned int id = 1; id < IPCPROBE_NR_CLASSES; id++) {
			if (!counts->produced[id] || !scope_has_cpu(&stat->source.scope, cpu))
				continue;
			table_add(table);
			table_set(table, 0, "%u", cpu);
			table_set(table, 1, "%s", event_class_name(id) ?: "?");
			table_set(table, 2, "%" PRIu64, counts->produced[id]);
			table_set(table, 3, "%" PRIu64, counts->read[id]);
			table_set(table, 4, "%" PRIu64, counts->lost[id]);
			table_set(table, 5,
				  "%.2f", 100 * divide_by(counts->lost[id], counts->produced[id]));
		}
	}
	table_print(table);
	table_destroy(table);
}

static void print_losses(const struct stat_counts *stat)
{
	for (unsigned int id = 0; id < IPCPROBE_NR_CLASSES; id++)
		if (stat->loss[id].nr_gaps)
			label_print_loss(stdout, &stat->loss[id], id);
}

static void print_text(const struct stat_counts *stat)
{
	if (stat->columns.is_chosen) {
		print_types(stat);
		return;
	}
	print_recording(stat);
	putchar('\n');
	print_types(stat);
	putchar('\n');
	print_cpus(stat);
	putchar('\n');
	print_counts(stat);
	print_losses(stat);
}

/* ---- JSON: one object per line; "row" is its kind ---- */

static json_t *new_row(const char *row)
{
	json_t *object = json_object();

	json_object_set_new(object, "row", json_string(row));
	return object;
}

static void set_number(json_t *object, const char *key, uint64_t value)
{
	json_object_set_new(object, key, json_integer((json_int_t)value));
}

static void set_text(json_t *object, const char *key, const char *value)
{
	json_object_set_new(object, key, text_json(value));
}

static void print_json_recording(const struct stat_counts *stat)
{
	const struct reader_info *info = stat->info;
	json_t *row = new_row("recording");

	set_text(row, "command", info->command);
	set_text(row, "hostname", info->hostname);
	set_text(row, "kernel", info->kernel);
	set_text(row, "tool_version", info->tool_version);
	set_number(row, "snaplen", info->snap_bytes);
	set_number(row, "start_ns", info->start_ns);
	set_number(row, "end_ns", info->end_ns);
	set_number(row, "events", stat->total.nr);
	set_number(row, "bytes", stat->total.bytes);
	set_number(row, "file_bytes", info->stored_bytes);
	json_object_set_new(row, "truncated", json_boolean(info->truncated));
	set_number(row, "corrupt_chunks", info->nr_corrupt_chunks);
	set_number(row, "corrupt_records", info->nr_corrupt_records);
	json_object_set_new(row, "have_stats", json_boolean(info->have_stats));
	view_json_print_row(row);
}

static void print_json_tally(json_t *row, const struct tally *tally)
{
	set_number(row, "count", tally->nr);
	set_number(row, "bytes", tally->bytes);
	view_json_print_row(row);
}

static void print_json_types(const struct stat_counts *stat)
{
	for (unsigned int i = 0; i < NR_TYPES; i++) {
		json_t *row;

		if (!stat->types[i].nr || !is_in_top(stat, i))
			continue;
		row = new_row("event");
		set_text(row, "event", type_name(i));
		set_text(row, "class", type_class(i));
		print_json_tally(row, &stat->types[i]);
	}
}

static void print_json_cpus(const struct stat_counts *stat)
{
	for (uint32_t cpu = 0; cpu < stat->info->nr_cpus; cpu++) {
		json_t *row;

		if (!stat->cpus[cpu].nr)
			continue;
		row = new_row("cpu");
		set_number(row, "cpu", cpu);
		print_json_tally(row, &stat->cpus[cpu]);
	}
}

static void print_json_counts(const struct stat_counts *stat, uint32_t cpu)
{
	const struct reader_counts *counts = &stat->info->counts[cpu];

	for (unsigned int id = 1; id < IPCPROBE_NR_CLASSES; id++) {
		json_t *row;

		if (!counts->produced[id] || !scope_has_cpu(&stat->source.scope, cpu))
			continue;
		row = new_row("class");
		set_number(row, "cpu", cpu);
		set_text(row, "class", event_class_name(id) ?: "?");
		set_number(row, "produced", counts->produced[id]);
		set_number(row, "read", counts->read[id]);
		set_number(row, "lost", counts->lost[id]);
		view_json_print_row(row);
	}
}

static void print_json_losses(const struct stat_counts *stat)
{
	for (unsigned int id = 0; id < IPCPROBE_NR_CLASSES; id++) {
		json_t *row;

		if (!stat->loss[id].nr_gaps)
			continue;
		row = new_row("lost");
		json_object_update_new(row, label_loss_json(&stat->loss[id], id));
		view_json_print_row(row);
	}
}

static void print_json(const struct stat_counts *stat)
{
	print_json_recording(stat);
	print_json_types(stat);
	print_json_cpus(stat);
	for (uint32_t cpu = 0; stat->info->have_stats && cpu < stat->info->nr_cpus; cpu++)
		print_json_counts(stat, cpu);
	print_json_losses(stat);
}

static int show_counts(struct stat_counts *stat, struct reader *r)
{
	int err;

	stat->types = calloc(NR_TYPES, sizeof(*stat->types));
	stat->cpus = calloc(stat->info->nr_cpus, sizeof(*stat->cpus));
	if (!stat->types || !stat->cpus)
		return -ENOMEM;
	err = count_records(stat, r);
	if (err)
		return err;
	if (stat->source.json)
		print_json(stat);
	else
		print_text(stat);
	return 0;
}

int cmd_stat(int argc, char **argv)
{
	struct stat_counts stat = { .source = SOURCE_OPTS_INIT, .names = NAMES_INIT };
	struct reader *r;
	int err;

	output_parse(&argp, argc, argv, ARGP_IN_ORDER, &stat, columns);
	if (source_open(&stat.source, &r))
		return CMD_FAILED;
	stat.info = reader_info(r);
	stat.from_ns = source_from_ns(&stat.source, r);
	stat.until_ns = source_until_ns(&stat.source, r);
	err = show_counts(&stat, r);
	names_deinit(&stat.names);
	free(stat.types);
	free(stat.cpus);
	return source_close(&stat.source, r, err);
}
