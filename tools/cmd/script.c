// SPDX-License-Identifier: GPL-2.0
/*
 * ipcprobe script: every record as one line of text or JSON.
 */
#include "cmd/cmd.h"

#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cmd/options.h"
#include "cmd/report.h"
#include "cmd/source.h"
#include "lib/array.h"
#include "lib/text.h"
#include "live/lock_type.h"
#include "trace/class_list.h"
#include "trace/event.h"
#include "trace/names.h"
#include "view/dump.h"
#include "view/json.h"

#define NS_PER_S	1000000000

/* the first snapshot of a session is complete within this time */
#define SNAPSHOT_NS	1000000000ULL

enum { OPTION_CLOCK = 0x200 };

/* clock of the printed times */
enum clock { CLOCK_START, CLOCK_MONO, CLOCK_WALL };

static const char *const clock_names[] = { "start", "mono", "wall" };

/**
 * struct script - state of the command
 * @source: common options
 * @clock: clock of the printed times
 * @is_filtered: -e was given
 * @wanted: the events of -e, by index in event_table
 * @has_memory: -v was given
 * @has_dumps: -x was given
 * @dumps: bytes of transfers, with -x
 * @names: names of tasks
 * @info: description of the recording
 * @from_ns: first time to print
 */
struct script {
	struct source_opts source;
	enum clock clock;
	bool is_filtered;
	bool wanted[256];
	bool has_memory;
	bool has_dumps;
	struct dumps dumps;
	struct names names;
	const struct reader_info *info;
	uint64_t from_ns;
};

static const struct argp_option options[] = {
	{ "events", 'e', "LIST", 0,
	  "Show these classes and events only, for example sched,pipe_write", 0 },
	{ "hex", 'x', NULL, 0,
	  "Show the bytes of each transfer below its event, where record --snaplen has them", 0 },
	{ "verbose", 'v', NULL, 0,
	  "Show what the memory around a futex held, too, where a thread waits for it", 0 },
	{ "clock", OPTION_CLOCK, "start|mono|wall", 0,
	  "Time to show: in seconds since the recording began (default), by the monotonic clock, or of the day", 0 },
	{ 0 }
};

static bool want_events(struct script *script, const char *word)
{
	bool is_known = false;

	for (unsigned int i = 0; i < event_table_len; i++) {
		const struct event_desc *desc = &event_table[i];

		if (strcmp(desc->name, word) && strcmp(event_class_name(desc->class_id), word))
			continue;
		script->wanted[i] = true;
		script->source.uses |= 1U << desc->class_id;
		is_known = true;
	}
	return is_known;
}

static void refuse_event(struct argp_state *state, const char *word)
{
	char list[4096] = "", classes[128];
	size_t len = 0;

	for (unsigned int i = 0; i < event_table_len && len < sizeof(list); i++)
		len += snprintf(list + len, sizeof(list) - len, " %s", event_table[i].name);
	argp_error(state,
		   "-e '%s': no such class or event; classes: meta %s; events:%s",
		   word, parse_class_list(__IPCPROBE_CLASSES_ALL, " ", classes, sizeof(classes)),
		   list);
}

static void option_events(struct argp_state *state, char *list, struct script *script)
{
	char *word, *rest = list;

	script->is_filtered = true;
	while ((word = strsep(&rest, ",")))
		if (!want_events(script, word))
			refuse_event(state, word);
}

static void option_clock(struct argp_state *state, const char *word, struct script *script)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(clock_names); i++) {
		if (strcmp(word, clock_names[i]))
			continue;
		script->clock = i;
		return;
	}
	argp_error(state, "--clock '%s': there are start, mono and wall", word);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct script *script = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &script->source;
		return 0;
	case 'e':
		option_events(state, arg, script);
		return 0;
	case 'v':
		script->has_memory = true;
		return 0;
	case 'x':
		script->has_dumps = true;
		return 0;
	case ARGP_KEY_SUCCESS:	/* at this point the source's options are complete */
		if (script->has_dumps && script->source.is_live)
			argp_error(state,
				   "-x and what is recorded now: record the bytes with 'ipcprobe record --snaplen', then show the file");
		return 0;
	case OPTION_CLOCK:
		option_clock(state, arg, script);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = { { &source_cpus_argp, 0, NULL, 0 }, { 0 } };

static const struct argp argp = {
	.options = options,
	.parser = parse_option,
	.children = children,
	.args_doc = "[--] [COMMAND [ARG...]]",
	.doc = "Show every recorded event on a line of its own.\n"
	       "\vExamples:\n"
	       "    ipcprobe script -e pipe,file_read --time ,0.5 -i r.data\n"
	       "    ipcprobe script -J -i r.data\n"
	       "    ipcprobe script -x -e pipe -i r.data\n"
	       "    ipcprobe script --clock wall -- ls",
};

/*
 * True if the record is to be printed. Loss is printed whatever processes -p
 * names: it may concern them. A mark is printed also if it was made on another CPU:
 * it is about the time.
 */
static bool is_wanted(const struct script *script, const struct ipcprobe_rec *rec, uint32_t cpu)
{
	const struct event_desc *desc = event_by_type(rec->type);

	if (rec->ts_ns < script->from_ns)
		return false;
	if (script->is_filtered && (!desc || !script->wanted[desc - event_table]))
		return false;
	if (rec->type == IPCPROBE_REC_task_mark)
		return true;
	if (!scope_has_cpu(&script->source.scope, cpu))
		return false;
	return rec->type == IPCPROBE_REC_lost ||
	       scope_has_pid(&script->source.scope, rec->tid) ||
	       scope_has_pid(&script->source.scope, names_get(&script->names, rec->tid)->pid);
}

static void print_seconds(int64_t ns)
{
	const char *sign = ns < 0 ? "-" : "";
	uint64_t value = ns < 0 ? -(uint64_t)ns : (uint64_t)ns;

	printf("%s%" PRIu64 ".%09" PRIu64, sign, value / NS_PER_S, value % NS_PER_S);
}

static void print_wall(int64_t ns)
{
	time_t seconds = ns / NS_PER_S;
	struct tm tm;
	char text[32];

	localtime_r(&seconds, &tm);
	strftime(text, sizeof(text), "%F %T", &tm);
	printf("%s.%09" PRId64, text, (int64_t)(ns % NS_PER_S));
}

static void print_time(const struct script *script, uint64_t ts_ns)
{
	if (script->clock == CLOCK_WALL)
		print_wall(ts_ns + script->info->realtime_offset_ns);
	else if (script->clock == CLOCK_MONO)
		print_seconds(ts_ns);
	else
		print_seconds(ts_ns - script->info->start_ns);
}

/* Thread 0 is the idle task of a CPU, but only in records of run queues. */
static const struct name *name_of(const struct script *script, const struct ipcprobe_rec *rec)
{
	static const struct name nobody = { .comm = "-" };

	if (!rec->tid && event_class(rec) != IPCPROBE_CLASS_SCHED)
		return &nobody;
	return names_get(&script->names, rec->tid);
}

/* Prints the lock that a waiter of a futex waits for, after the record's fields. */
static void print_lock(const struct ipcprobe_rec *rec)
{
	struct lock lock;

	if (rec->type != IPCPROBE_REC_futex_block)
		return;
	lock = lock_recognise((const struct ipcprobe_rec_futex_block *)rec);
	printf(" lock=%s", lock_type_name(lock.type));
	if (lock.type == LOCK_FUTEX)
		return;
	if (lock.kind)
		printf(" (%s)", lock.kind);
	printf(" at=0x%" PRIx64, lock.addr);
	if (lock.owner)
		printf(" held_by=%u", lock.owner);
}

static json_t *lock_json(const struct ipcprobe_rec *rec)
{
	struct lock lock = lock_recognise((const struct ipcprobe_rec_futex_block *)rec);
	json_t *object = json_object();

	json_object_set_new(object, "type", json_string(lock_type_name(lock.type)));
	json_object_set_new(object, "kind", lock.kind ? json_string(lock.kind) : json_null());
	json_object_set_new(object, "addr", json_sprintf("0x%" PRIx64, lock.addr));
	json_object_set_new(object, "held_by", lock.owner ? json_integer(lock.owner) : json_null());
	return object;
}

static void print_line(struct script *script, const struct ipcprobe_rec *rec, uint32_t cpu)
{
	const struct name *name = name_of(script, rec);

	for (size_t i = strlen(name->comm); i < sizeof(name->comm); i++)
		putchar(' ');
	text_print(stdout, name->comm);
	printf(" %u/%u [%03u] ", name->pid, rec->tid, cpu);
	print_time(script, rec->ts_ns);
	putchar(' ');
	event_print(stdout, rec, script->has_memory);
	print_lock(rec);
	putchar('\n');
	if (script->has_dumps)
		dumps_print(&script->dumps, rec, stdout);
}

static void print_json(const struct script *script, const struct ipcprobe_rec *rec, uint32_t cpu)
{
	const struct name *name = name_of(script, rec);
	const struct event_desc *desc = event_by_type(rec->type);
	json_t *line = json_object();

	json_object_set_new(line, "ts_ns", json_integer(rec->ts_ns));
	json_object_set_new(line, "cpu", json_integer(cpu));
	json_object_set_new(line, "comm", text_json(name->comm));
	json_object_set_new(line, "pid", json_integer(name->pid));
	json_object_set_new(line, "tid", json_integer(rec->tid));
	json_object_set_new(line, "type", json_integer(rec->type));
	json_object_set_new(line, "event", desc ? json_string(desc->name) : json_null());
	json_object_set_new(line, "fields", event_fields_json(rec));
	if (rec->type == IPCPROBE_REC_futex_block)
		json_object_set_new(line, "lock", lock_json(rec));
	view_json_print_row(line);
}

/*
 * Learns the names in the snapshot first: the first events of a task come
 * before the snapshot contains it.
 */
static int read_snapshot(struct script *script, struct reader *r)
{
	uint64_t until_ns = script->info->start_ns + SNAPSHOT_NS;
	const struct ipcprobe_rec *rec;
	uint32_t cpu;
	int ret;

	reader_set_window(r, until_ns, until_ns);
	while ((ret = reader_next(r, &rec, &cpu)) > 0) {
		if (rec->type == IPCPROBE_REC_task_snapshot &&
		    !names_get(&script->names, rec->tid)->pid)
			ret = names_apply(&script->names, rec);
		if (ret < 0)
			break;
	}
	source_set_window(&script->source, r);
	return ret;
}

/* Keeps the bytes of a transfer; drops the bytes of calls that are not printed. */
static int keep_bytes(struct script *script, const struct ipcprobe_rec *rec, bool is_shown)
{
	if (rec->type == IPCPROBE_REC_io_data)
		return dumps_add(&script->dumps, (const void *)rec);
	if (rec->type == IPCPROBE_REC_lost)
		dumps_forget(&script->dumps);
	else if (!is_shown)
		dumps_drop(&script->dumps, rec);
	return 0;
}

static int show_record(struct script *script, const struct ipcprobe_rec *rec, uint32_t cpu)
{
	bool is_shown = is_wanted(script, rec, cpu);
	int err = script->has_dumps ? keep_bytes(script, rec, is_shown) : 0;

	if (err || !is_shown || (script->has_dumps && rec->type == IPCPROBE_REC_io_data))
		return err;
	if (script->source.json)
		print_json(script, rec, cpu);
	else
		print_line(script, rec, cpu);
	return report_has_failed() ? -EIO : 0;
}

static int show_records(struct script *script, struct reader *r)
{
	const struct ipcprobe_rec *rec;
	uint32_t cpu;
	int ret;

	ret = read_snapshot(script, r);
	if (ret)
		return ret;
	while ((ret = reader_next(r, &rec, &cpu)) > 0) {
		ret = names_apply(&script->names, rec);
		if (!ret)
			ret = show_record(script, rec, cpu);
		if (ret)
			break;
	}
	return ret;
}

static bool has_bytes(const struct script *script)
{
	if (!script->has_dumps || script->info->snap_bytes)
		return true;
	fprintf(stderr,
		"ipcprobe: -x: no bytes of transfers were recorded: record with --snaplen, for example --snaplen 64\n");
	return false;
}

int cmd_script(int argc, char **argv)
{
	struct script script = { .source = SOURCE_OPTS_INIT, .names = NAMES_INIT };
	struct reader *r;
	int err;

	option_parse(&argp, argc, argv, ARGP_IN_ORDER, &script);
	/* In JSON the bytes are in the io_data events. */
	script.has_dumps = script.has_dumps && !script.source.json;
	if (script.is_filtered)
		script.source.classes = OPTION_CLASSES_DEFAULT | script.source.uses;
	if (source_open(&script.source, &r))
		return CMD_FAILED;
	script.info = reader_info(r);
	if (!has_bytes(&script)) {
		reader_close(r);
		return CMD_FAILED;
	}
	script.from_ns = source_from_ns(&script.source, r);
	err = dumps_init(&script.dumps) ?: show_records(&script, r);
	dumps_deinit(&script.dumps);
	names_deinit(&script.names);
	return source_close(&script.source, r, err);
}
