// SPDX-License-Identifier: GPL-2.0
/*
 * ipcprobe: the table of sub-commands.
 */
#include <argp.h>
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/command.h"
#include "cmd/report.h"
#include "lib/version.h"

static int cmd_help(int argc, char **argv);

static const struct command commands[] = {
	{ "record", cmd_record, "record events of a command, of processes or of the whole system" },
	{ "script", cmd_script, "show every recorded event" },
	{ "copies", cmd_copies, "show where the bytes went and how often they were copied" },
	{ "runq",   cmd_runq,   "show who was on each CPU's run queue" },
	{ "sched",  cmd_sched,  "show what the scheduler did: latencies, switches, migrations" },
	{ "path",   cmd_path,   "show where the time until a task's end went, across tasks" },
	{ "vm",     cmd_vm,     "show address spaces, and what they share page by page" },
	{ "waits",  cmd_waits,  "who waits for whom now, and whether it is a deadlock" },
	{ "ls",     cmd_ls,     "list the IPC objects that exist now, with their holders" },
	{ "mark",   cmd_mark,   "put a text into the recordings that run now" },
	{ "stat",   cmd_stat,   "count recorded events, and what was lost" },
	{ "lab",    cmd_lab,    "hand a file over in many ways, and show how often it was copied" },
	{ "check",  cmd_check,  "see whether everything needed is there" },
	{ "help",   cmd_help,   "show the manual page of a command" },
	{ NULL, NULL, NULL }
};

static void print_usage(FILE *out)
{
	fprintf(out, "Usage: ipcprobe COMMAND [OPTION...]\n");
	fprintf(out, "\nTrace IPC copies and run queues.\n");
	command_list(out, commands);
	fprintf(out, "\n'ipcprobe COMMAND --help' lists its options, ");
	fprintf(out, "'ipcprobe help COMMAND' shows its manual page.\n");
}

/*
 * Writes to @path the file of manual page @name in the source tree that
 * contains the running program.
 *
 * Return: false if the program is not in a source tree.
 */
static bool find_tree_page(char *path, size_t size, const char *name)
{
	char program[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", program, sizeof(program) - 1);

	if (len < 0)
		return false;
	program[len] = '\0';
	if ((size_t)snprintf(path, size, "%s/../Documentation/man/%s.1", dirname(program),
			     name) >= size)
		return false;
	return !access(path, R_OK);
}

static int cmd_help(int argc, char **argv)
{
	char name[COMMAND_NAME_MAX] = "ipcprobe", path[PATH_MAX];

	if (argc < 2 || command_asks_help(argv[1])) {
		print_usage(stdout);
		return CMD_OK;
	}
	if (!command_find(commands, argv[1]))
		return command_unknown(commands, "ipcprobe", argv[1]);
	if (strcmp(argv[1], "help"))
		snprintf(name, sizeof(name), "ipcprobe-%s", argv[1]);
	execlp("man", "man", find_tree_page(path, sizeof(path), name) ? path : name,
	       (char *)NULL);
	fprintf(stderr, "ipcprobe: man: %s: try 'ipcprobe %s --help'\n", strerror(errno), argv[1]);
	return CMD_FAILED;
}

int main(int argc, char **argv)
{
	setlocale(LC_CTYPE, "");	/* names in the user's locale, but numbers always as in C */
	report_init();
	argp_err_exit_status = CMD_USAGE;
	argp_program_version = "ipcprobe " IPCPROBE_TOOLS_VERSION;
	if (argc > 1 && (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V"))) {
		puts(argp_program_version);
		return CMD_OK;
	}
	return command_main(commands, "ipcprobe", print_usage, argc, argv);
}
