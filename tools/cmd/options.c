// SPDX-License-Identifier: GPL-2.0
/*
 * Parses options that several sub-commands have, or refuses them with a reason.
 */
#include "cmd/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/task.h"
#include "trace/class_list.h"

#define OPTION_COUNT_MAX	(1U << 20)

/* ---- all sub-commands ---- */

static const struct argp_option common_options[] = {
	{ NULL, 'h', NULL, OPTION_HIDDEN, NULL, 0 },	/* same meaning as argp's own -? */
	{ 0 }
};

static error_t parse_common(int key, char *arg, struct argp_state *state)
{
	(void)arg;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = state->input;
		return 0;
	case 'h':
		argp_state_help(state, state->out_stream, ARGP_HELP_STD_HELP);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

void option_parse(const struct argp *argp, int argc, char **argv, unsigned int flags, void *input)
{
	/* each text must be shown only once */
	struct argp own = *argp;
	const struct argp_child children[] = { { &own, 0, NULL, 0 }, { 0 } };
	const struct argp whole = {
		.options = common_options, .parser = parse_common,
		.args_doc = argp->args_doc, .doc = argp->doc, .children = children,
	};

	own.args_doc = NULL;
	own.doc = NULL;
	argp_parse(&whole, argc, argv, flags, NULL, input);
}

/* ---- words ---- */

static const char *error_reason(int err)
{
	switch (-err) {
	case ERANGE:
		return "out of range";
	case E2BIG:
		return "too many";
	default:
		return "not understood";
	}
}

void option_no_words(struct argp_state *state, const char *word)
{
	argp_error(state, "'%s': nothing but options is expected", word);
}

void option_pids(struct argp_state *state, const char *word, struct pid_list *ret)
{
	int err = parse_pids(word, ret);

	if (err)
		argp_error(state, "-p '%s': %s: give up to %u process numbers such as 12,345",
			   word, error_reason(err), IPCPROBE_NR_PIDS_MAX);
}

void option_cpus(struct argp_state *state, const char *word, struct cpu_set *ret)
{
	int err = parse_cpus(word, ret);

	if (err)
		argp_error(state, "-C '%s': %s: give CPU numbers such as 0-3,7", word,
			   error_reason(err));
}

void option_classes(struct argp_state *state, const char *word, uint32_t *ret)
{
	char known[128];

	if (parse_classes(word, ret))
		argp_error(state, "-e '%s': not a list of classes: there are %s", word,
			   parse_class_list(__IPCPROBE_CLASSES_ALL, ",", known, sizeof(known)));
}

void option_ring_bytes(struct argp_state *state, const char *word, uint32_t *ret)
{
	uint64_t bytes = 0;
	int err = parse_size(word, IPCPROBE_RING_BYTES_MAX, &bytes);

	if (err || bytes < IPCPROBE_RING_BYTES_MIN || (bytes & (bytes - 1)))
		argp_error(state, "-m '%s': %s: give a power of two from %uk to %uM, such as 16M",
			   word, err ? error_reason(err) : "not such a size",
			   IPCPROBE_RING_BYTES_MIN >> 10, IPCPROBE_RING_BYTES_MAX >> 20);
	*ret = bytes;
}

void option_snap_bytes(struct argp_state *state, const char *word, uint32_t *ret)
{
	uint64_t bytes = 0;
	int err = parse_size(word, IPCPROBE_SNAP_BYTES_MAX, &bytes);

	if (err || !bytes)
		argp_error(state, "--snaplen '%s': %s: give bytes from 1 to %uk, such as 64", word,
			   err ? error_reason(err) : "no byte at all",
			   IPCPROBE_SNAP_BYTES_MAX >> 10);
	*ret = bytes;
}

void option_window(struct argp_state *state, const char *word, struct time_window *ret)
{
	int err = parse_window(word, ret);

	if (err)
		argp_error(state,
			   "--time '%s': %s: give START,STOP in seconds since the recording began, such as 1.5,2, or before its end, such as -10, or mark:TEXT",
			   word, error_reason(err));
}

void option_at(struct argp_state *state, const char *word, struct option_instant *ret)
{
	ret->is_given = true;
	ret->is_absolute = *word == '@';
	if (parse_seconds(word + ret->is_absolute, &ret->ns))
		argp_error(state,
			   "--at: '%s' is not a time: give seconds since the recording began, such as 1.5, or @ and the clock's",
			   word);
}

void option_interval(struct argp_state *state, const char *name, const char *word, uint64_t *ret)
{
	int err = parse_seconds(word, ret);

	if (err || !*ret)
		argp_error(state, "%s '%s': %s: give seconds such as 0.5", name, word,
			   err ? error_reason(err) : "no time at all");
}

void option_task(struct argp_state *state, const char *word, uint32_t *tid, const char **name)
{
	uint64_t value;

	if (!*word)
		argp_error(state, "--task: give a task's number or name");
	if (!parse_u64(word, TASK_TID_MAX, &value))
		*tid = value;
	else
		*name = word;
}

void option_count(struct argp_state *state, const char *name, const char *word, uint32_t least,
		  uint32_t *ret)
{
	uint64_t value = 0;

	if (parse_u64(word, OPTION_COUNT_MAX, &value) || value < least)
		argp_error(state, "%s: '%s' is not a number from %u to %u", name, word, least,
			   OPTION_COUNT_MAX);
	*ret = value;
}

/**
 * option_command - the remaining words; argp has just passed the first of them
 *
 * Needs ARGP_IN_ORDER, so that options after this word are the command's.
 */
char **option_command(struct argp_state *state)
{
	char **command = &state->argv[state->next - 1];

	state->next = state->argc;
	return command;
}

/* option_join - all words, separated by blanks, to be freed; NULL without memory */
char *option_join(int argc, char **argv)
{
	size_t len = 1;
	char *line, *p;

	for (int i = 0; i < argc; i++)
		len += strlen(argv[i]) + 1;
	line = malloc(len);
	if (!line)
		return NULL;
	p = line;
	*p = 0;
	for (int i = 0; i < argc; i++) {
		if (i)
			p = stpcpy(p, " ");
		p = stpcpy(p, argv[i]);
	}
	return line;
}
