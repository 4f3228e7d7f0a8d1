// SPDX-License-Identifier: GPL-2.0
/*
 * Tables of commands.
 */
#include "cmd/command.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "cmd/cmd.h"

/* command_list - print names and descriptions of the commands, for --help */
void command_list(FILE *out, const struct command *commands)
{
	const struct command *command;
	int width = 8;

	for (command = commands; command->name; command++)
		if ((int)strlen(command->name) > width)
			width = strlen(command->name);
	fprintf(out, "\nCommands:\n");
	for (command = commands; command->name; command++)
		fprintf(out, "  %-*s %s\n", width, command->name, command->text);
}

static size_t smallest_of(size_t a, size_t b, size_t c)
{
	size_t ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* Returns how many letters must be changed, added or left out to turn @a into @b. */
static size_t edit_distance(const char *a, const char *b)
{
	size_t len = strlen(b);
	size_t row[COMMAND_NAME_MAX + 1];

	if (len > COMMAND_NAME_MAX)
		return len;
	for (size_t j = 0; j <= len; j++)
		row[j] = j;
	for (size_t i = 1; *a; a++, i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= len; j++) {
			size_t above = row[j];

			row[j] = smallest_of(above + 1, row[j - 1] + 1,
					     diagonal + (*a != b[j - 1]));
			diagonal = above;
		}
	}
	return row[len];
}

/* command_asks_help - true if @word is an option that asks for help */
bool command_asks_help(const char *word)
{
	return !strcmp(word, "--help") || !strcmp(word, "-h") || !strcmp(word, "-?");
}

/* command_find - the command called @name; NULL: there is none */
const struct command *command_find(const struct command *commands, const char *name)
{
	for (; commands->name; commands++)
		if (!strcmp(commands->name, name))
			return commands;
	return NULL;
}

/**
 * command_unknown - print that there is no command called @name
 * @commands: the existing commands
 * @program: program that has these commands, for example "ipcprobe"
 * @name: the user's word
 *
 * Return: the exit status.
 */
int command_unknown(const struct command *commands, const char *program, const char *name)
{
	const struct command *nearest = commands, *command;

	for (command = commands + 1; command->name; command++)
		if (edit_distance(command->name, name) < edit_distance(nearest->name, name))
			nearest = command;
	if (2 * edit_distance(nearest->name, name) < strlen(name))
		fprintf(stderr, "%s: '%s': no such command: did you mean '%s'?\n",
			program, name, nearest->name);
	else
		fprintf(stderr, "%s: '%s': no such command: '%s --help' lists them\n",
			program, name, program);
	return CMD_USAGE;
}

/* Run a command; messages and --help call it "@program COMMAND". */
static int run_command(const struct command *command, const char *program, int argc, char **argv)
{
	char name[COMMAND_NAME_MAX];

	snprintf(name, sizeof(name), "%s %s", program, command->name);
	argv[0] = name;
	program_invocation_name = name;
	program_invocation_short_name = name;
	return command->run(argc, argv);
}

/**
 * command_main - run the command that the first word names
 * @commands: the commands
 * @program: program that has these commands, for example "ipcprobe"
 * @print_usage: prints help: to stdout if the user asks for it, to stderr if there is
 *	no word
 * @argc: number of words
 * @argv: the words; the first is the program's name
 *
 * Return: the exit status.
 */
int command_main(const struct command *commands, const char *program,
		 void (*print_usage)(FILE *out), int argc, char **argv)
{
	const struct command *command;

	if (argc < 2) {
		print_usage(stderr);
		return CMD_USAGE;
	}
	if (command_asks_help(argv[1])) {
		print_usage(stdout);
		return CMD_OK;
	}
	command = command_find(commands, argv[1]);
	if (!command)
		return command_unknown(commands, program, argv[1]);
	return run_command(command, program, argc - 1, argv + 1);
}
