/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Options that several sub-commands have, for use in their argp parsers. A bad
 * word ends the program with a message that names the word, and with status 2.
 */
#ifndef IPCPROBE_CMD_OPTIONS_H
#define IPCPROBE_CMD_OPTIONS_H

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/parse.h"

/**
 * option_parse - argp_parse() for a sub-command, with the option that all have:
 * -h
 * @argp: argp of the sub-command
 * @flags: ARGP_IN_ORDER if options after the first word do not belong to the
 *	sub-command
 * @input: passed to the sub-command's parser
 */
void option_parse(const struct argp *argp, int argc, char **argv, unsigned int flags,
		  void *input);

/* option_no_words - refuse @word: the sub-command has options only */
void option_no_words(struct argp_state *state, const char *word);

void option_pids(struct argp_state *state, const char *word, struct pid_list *ret);
void option_cpus(struct argp_state *state, const char *word, struct cpu_set *ret);
void option_classes(struct argp_state *state, const char *word, uint32_t *ret);
void option_ring_bytes(struct argp_state *state, const char *word, uint32_t *ret);
void option_snap_bytes(struct argp_state *state, const char *word, uint32_t *ret);
void option_window(struct argp_state *state, const char *word, struct time_window *ret);

/**
 * struct option_instant - an instant as the user gives it: "1.5" or "@1234.5"
 * @is_given: the user gave the instant
 * @is_absolute: @ns is CLOCK_MONOTONIC; else it is since the start of the
 *	recording
 */
struct option_instant {
	bool is_given;
	bool is_absolute;
	uint64_t ns;
};

void option_at(struct argp_state *state, const char *word, struct option_instant *ret);
void option_interval(struct argp_state *state, const char *name, const char *word, uint64_t *ret);

/*
 * option_task - --task: a task's number, or its name; the other one is left as it is
 */
void option_task(struct argp_state *state, const char *word, uint32_t *tid, const char **name);

void option_count(struct argp_state *state, const char *name, const char *word, uint32_t least,
		  uint32_t *ret);

/*
 * classes recorded by default: class pick, which explains the scheduler's
 * choices, costs most and is seldom needed
 */
enum { OPTION_CLASSES_DEFAULT = __IPCPROBE_CLASSES_ALL & ~(1U << IPCPROBE_CLASS_PICK) };

char **option_command(struct argp_state *state);
char *option_join(int argc, char **argv);

#endif /* IPCPROBE_CMD_OPTIONS_H */
