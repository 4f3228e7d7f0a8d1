/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tables of commands: those of the program, and those of a command with
 * commands of its own.
 */
#ifndef IPCPROBE_CMD_COMMAND_H
#define IPCPROBE_CMD_COMMAND_H

#include <stdbool.h>
#include <stdio.h>

#define COMMAND_NAME_MAX	48	/* a program's name with its command's words */

/* one command; a table of commands ends with a NULL name */
struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *text;
};

bool command_asks_help(const char *word);
void command_list(FILE *out, const struct command *commands);
const struct command *command_find(const struct command *commands, const char *name);
int command_unknown(const struct command *commands, const char *program, const char *name);
int command_main(const struct command *commands, const char *program,
		 void (*print_usage)(FILE *out), int argc, char **argv);

#endif /* IPCPROBE_CMD_COMMAND_H */
