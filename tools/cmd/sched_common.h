/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Code that the commands of "ipcprobe sched" share. Each command is one file
 * sched_<name>.c and one row in sched.c: it has a struct sched_cmd, gives
 * sched_argp as an argp child with that struct as its input, sets what it needs
 * and how to print it, and calls sched_cmd_run().
 */
#ifndef IPCPROBE_CMD_SCHED_COMMON_H
#define IPCPROBE_CMD_SCHED_COMMON_H

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>

#include "cmd/cmd.h"
#include "cmd/output.h"
#include "cmd/source.h"
#include "model/model.h"
#include "view/runq.h"

/**
 * struct sched_cmd - one command of "ipcprobe sched"
 * @source: options of all analyses
 * @output: options of its table
 * @view: what to show; @start_ns is valid once printing begins
 * @has_top: --top was given
 * @model: model; valid while records are read and printed
 * @what: MODEL_* flags
 * @watch: watcher of the model, see struct analysis
 * @look: checks the recording before it is read: an exit status, CMD_OK to go
 *	on; NULL = no check
 * @begin: prints the lines before the first record; NULL = none
 * @print, @arg: print(model, arg) shows the finished model
 */
struct sched_cmd {
	struct source_opts source;
	struct output_opts output;
	struct view_runq view;
	bool has_top;
	struct model model;
	uint32_t what;
	const struct sched_watch *watch;
	int (*look)(struct sched_cmd *cmd, const struct reader_info *info);
	void (*begin)(const void *arg);
	int (*print)(const struct model *model, const void *arg);
	const void *arg;
};

/* argp child: the options of all analyses; input: struct sched_cmd */
extern const struct argp sched_argp;

/* argp child: --top; input: struct sched_cmd */
extern const struct argp sched_top_argp;

void sched_cmd_choose(struct sched_cmd *cmd, struct argp_state *state,
		      const struct output_table *table);
void sched_cmd_init(struct sched_cmd *cmd,
		    int (*print)(const struct model *model, const void *arg), const void *arg);
int sched_cmd_run(struct sched_cmd *cmd);
int sched_cmd_no_memory(void);

int cmd_sched_explain(int argc, char **argv);
int cmd_sched_latency(int argc, char **argv);
int cmd_sched_map(int argc, char **argv);
int cmd_sched_migrations(int argc, char **argv);
int cmd_sched_stat(int argc, char **argv);
int cmd_sched_timehist(int argc, char **argv);

#endif /* IPCPROBE_CMD_SCHED_COMMON_H */
