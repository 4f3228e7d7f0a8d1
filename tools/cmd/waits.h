/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ipcprobe waits: one look, a look again and again, or a command that may hang.
 */
#ifndef IPCPROBE_CMD_WAITS_H
#define IPCPROBE_CMD_WAITS_H

#include <stdbool.h>
#include <stdint.h>

#include "cmd/output.h"
#include "view/waits.h"

/* exit status, besides CMD_OK: nothing that is shown is stuck */
enum {
	WAITS_ARE_STUCK = 1,
	WAITS_UNKNOWN = 2,	/* it cannot be told, or an error */
};

enum waits_format {
	WAITS_TEXT,
	WAITS_JSON,
	WAITS_DOT,
	WAITS_SVG,	/* made by dot(1) */
};

/**
 * struct waits_opts - what the user asked for
 * @view: what to show
 * @format: how
 * @output: file for the report
 * @watch_ns: look again after so long; 0 = look once
 * @hang_ns: run @command until it hangs for so long; 0 = no command
 * @command: the command and its arguments; NULL = none
 */
struct waits_opts {
	struct view_waits view;
	enum waits_format format;
	struct output_opts output;
	uint64_t watch_ns;
	uint64_t hang_ns;
	char **command;
};

/**
 * struct waits_look - one look
 * @waits: all waits
 * @chosen: by number of a thread: its wait is to be shown
 */
struct waits_look {
	struct waits waits;
	bool *chosen;
};

/* Return: 0 or -errno; waits_look_deinit() is to be called in any case. */
int waits_look_read(struct waits_look *look, const struct view_waits *view);
void waits_look_deinit(struct waits_look *look);

/* Each returns the exit status of the command. */
int waits_once(const struct waits_opts *opts);
int waits_watch(const struct waits_opts *opts);
int waits_hang(const struct waits_opts *opts);

/*
 * waits_show - print the chosen waits, and what could not be read
 * Return: the exit status that they mean.
 */
int waits_show(const struct waits_look *look, const struct waits_opts *opts);

/*
 * waits_print - write the chosen waits
 * Return: 0 or -errno, after the reason was printed.
 */
int waits_print(const struct waits_look *look, const struct waits_opts *opts);

/* waits_fail - say what failed; Return: WAITS_UNKNOWN */
int waits_fail(int err);

#endif /* IPCPROBE_CMD_WAITS_H */
