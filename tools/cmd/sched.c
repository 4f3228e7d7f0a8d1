// SPDX-License-Identifier: GPL-2.0
/*
 * ipcprobe sched: the table of its commands.
 */
#include "cmd/sched_common.h"

#include <stdio.h>

#include "cmd/command.h"

static const struct command commands[] = {
	{ "explain", cmd_sched_explain, "show why a task ran when and where it did" },
	{ "latency", cmd_sched_latency, "show for how long tasks wanted a CPU before they ran" },
	{ "map", cmd_sched_map, "show who ran on each CPU, switch by switch or as a timeline" },
	{ "migrations", cmd_sched_migrations, "show who was moved from which CPU to which" },
	{ "stat", cmd_sched_stat, "show each CPU's use and queue, and each task's time in each state" },
	{ "timehist", cmd_sched_timehist, "show every switch: how long who waited, and ran" },
	{ NULL, NULL, NULL }
};

static void print_usage(FILE *out)
{
	fprintf(out, "Usage: ipcprobe sched COMMAND [OPTION...]\n");
	fprintf(out, "\nShow what the scheduler did.\n");
	command_list(out, commands);
	fprintf(out, "\n'ipcprobe sched COMMAND --help' lists its options, ");
	fprintf(out, "'ipcprobe help sched' shows the manual page.\n");
}

int cmd_sched(int argc, char **argv)
{
	return command_main(commands, "ipcprobe sched", print_usage, argc, argv);
}
