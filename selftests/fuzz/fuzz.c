// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz each sub-command that reads a recording, by libFuzzer: an input is the number of
 * a command line, flags, and records. The records are put into a file with correct
 * frames, so that the code behind the checks is tested.
 *
 *	fuzz [LIBFUZZER-OPTION...] FOLDER	take inputs from FOLDER
 *	fuzz --seeds FOLDER			write first inputs
 *	fuzz --commands				list the command lines
 *
 * FUZZ_COMMAND=N in the environment: use only that command line.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "fuzz.h"
#include "lib/array.h"
#include "synthetic.h"
#include "trace/event.h"
#include "trace/tracefile.h"

#define FUZZ_CPUS		2
#define NR_SEED_RECORDS	24
#define ARGS_MAX	12

static const char *const commands[][ARGS_MAX] = {
	{ "copies" },
	{ "copies", "-J", "--calls" },
	{ "copies", "--calls", "--top", "0" },
	{ "copies", "--time", "0.000002,", "-p", "12,1003" },
	{ "runq" },
	{ "runq", "-J" },
	{ "runq", "--map", "--width", "40" },
	{ "runq", "--map", "-J" },
	{ "runq", "--at", "0.00001" },
	{ "runq", "--at", "0.00001", "-J" },
	{ "runq", "--svg", "/dev/null" },
	{ "runq", "--time", "0.000001,0.00002", "-C", "0" },
	{ "sched", "explain", "--worst", "3" },
	{ "sched", "explain", "-J", "--task", "1003" },
	{ "sched", "explain", "--at", "0.00002" },
	{ "sched", "latency", "--by", "waker", "--histogram" },
	{ "sched", "latency", "-J" },
	{ "sched", "latency", "--by", "cpu" },
	{ "sched", "timehist", "-wMnV", "--state" },
	{ "sched", "timehist", "-S", "--precise" },
	{ "sched", "timehist", "-J", "-wMnV" },
	{ "sched", "map" },
	{ "sched", "map", "--timeline", "--width", "20" },
	{ "sched", "map", "--svg", "/dev/null" },
	{ "sched", "migrations" },
	{ "sched", "migrations", "-s", "-J" },
	{ "sched", "stat" },
	{ "sched", "stat", "-J" },
	{ "path", "--task", "1003" },
	{ "path", "--task", "1003", "--links" },
	{ "path", "--task", "12", "-J" },
	{ "script" },
	{ "script", "-J" },
	{ "script", "--clock", "wall", "-e", "pipe,lost" },
	{ "stat" },
	{ "stat", "-J" },
	{ "stat", "-p", "12" },
};

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} runs[] = {
	{ "copies", cmd_copies }, { "runq", cmd_runq }, { "sched", cmd_sched },
	{ "script", cmd_script }, { "stat", cmd_stat },
};

/* argp reorders a copy of the arguments: the original is kept to free the strings. */
static void run(unsigned int number, const char *path)
{
	char *args[ARGS_MAX + 3], *given[ARGS_MAX + 3];
	int argc = 0, i;

	for (i = 0; i < ARGS_MAX && commands[number][i]; i++)
		args[argc++] = strdup(commands[number][i]);
	args[argc++] = strdup("-i");
	args[argc++] = strdup(path);
	args[argc] = NULL;
	memcpy(given, args, sizeof(given));
	for (size_t r = 0; r < ARRAY_SIZE(runs); r++)
		if (!strcmp(args[0], runs[r].name))
			runs[r].run(argc, given);
	fflush(stdout);
	for (i = 0; i < argc; i++)
		free(args[i]);
}

/* ---- an input as a file ---- */

/* Write the valid records of @input, and leave out the others. */
static void put_records(struct tracefile *file, const struct fuzz_input *input)
{
	uint64_t words[IPCPROBE_REC_MAX / 8];
	const struct ipcprobe_rec *rec = (void *)words;
	size_t at = 0;

	while ((at = fuzz_next(input, at)) < input->len) {
		memcpy(words, input->records + at, fuzz_record_len(input, at));
		at += fuzz_record_len(input, at);
		if (tracefile_append(file, input->flags & FUZZ_TWO_CPUS ? rec->ts_ns >> 2 & 1 : 0,
				     rec, rec->len) == -EBADMSG)
			continue;
		if (input->flags & FUZZ_SHORT_CHUNKS && rec->ts_ns % 32 == 0)
			tracefile_flush(file);
	}
}

static void finish(struct tracefile *file)
{
	struct tracefile_stats stats = { .nr_cpus = FUZZ_CPUS, .stop_ns = 2 * SYNTHETIC_START_NS };
	struct tracefile_cpu_stats cpus[FUZZ_CPUS] = { 0 };

	for (uint32_t cpu = 0; cpu < FUZZ_CPUS; cpu++) {
		memcpy(cpus[cpu].read, tracefile_read_counts(file, cpu), sizeof(cpus[cpu].read));
		memcpy(cpus[cpu].produced, cpus[cpu].read, sizeof(cpus[cpu].read));
	}
	if (tracefile_finish(file, &stats, cpus))
		abort();
}

static int make_file(const struct fuzz_input *input)
{
	const struct tracefile_pair pairs[] = {
		{ TRACEFILE_KEY_COMMAND, "fuzz" },
		{ TRACEFILE_KEY_KERNEL, input->flags & FUZZ_OLD_KERNEL ? "Linux 6.1.1 x" :
									 "Linux 6.12.1 x" },
		{ TRACEFILE_KEY_CACHES, input->flags & FUZZ_OLD_KERNEL ? "0;1" : "0-1" },
		{ NULL, NULL }
	};
	struct tracefile_header header = {
		.page_size = 4096, .nr_cpus = FUZZ_CPUS, .classes = __IPCPROBE_CLASSES_ALL,
		.ring_bytes = IPCPROBE_RING_BYTES_DEFAULT, .start_ns = SYNTHETIC_START_NS,
	};
	struct tracefile *file;
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	if (fd < 0 || tracefile_create(fd, &header, pairs, &file))
		abort();
	put_records(file, input);
	finish(file);
	tracefile_destroy(file);
	if (input->flags & FUZZ_CUT_OFF && ftruncate(fd, lseek(fd, 0, SEEK_END) - 60))
		abort();
	return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *only = getenv("FUZZ_COMMAND");
	struct fuzz_input input;
	char path[64];
	int fd;

	if (!fuzz_input_init(&input, data, size))
		return 0;
	fd = make_file(&input);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	run((only ? strtoul(only, NULL, 10) : input.command) % ARRAY_SIZE(commands), path);
	close(fd);
	return 0;
}

/* ---- seeds ---- */

/* Fill a seed: one record after another, then some of each kind with small numbers. */
static size_t fill_seed(uint8_t *data, unsigned int command)
{
	size_t len = FUZZ_HEAD_LEN;
	struct synthetic s;

	memset(data, 0, FUZZ_HEAD_LEN);
	data[0] = command;
	data[1] = command % 8;
	synthetic_init(&s, 0);
	for (unsigned int i = 0; i < SYNTHETIC_NR_TASKS + NR_SEED_RECORDS; i++) {
		const struct ipcprobe_rec *rec = synthetic_next(&s);

		memcpy(data + len, rec, rec->len);
		len += rec->len;
	}
	for (unsigned int i = command % 8; i < event_table_len; i += 8)
		len += fuzz_make_record(data + len, &event_table[i], s.now_ns += 500);
	return len;
}

static int write_seeds(const char *folder)
{
	static uint8_t data[FUZZ_LEN_MAX + IPCPROBE_REC_MAX];

	for (unsigned int i = 0; i < ARRAY_SIZE(commands); i++) {
		size_t len = fill_seed(data, i);
		char path[4096];
		FILE *out;

		snprintf(path, sizeof(path), "%s/seed-%02u", folder, i);
		out = fopen(path, "w");
		if (!out || fwrite(data, len, 1, out) != 1 || fclose(out))
			return 1;
	}
	return 0;
}

static int list_commands(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		printf("%zu:", i);
		for (int arg = 0; arg < ARGS_MAX && commands[i][arg]; arg++)
			printf(" %s", commands[i][arg]);
		putchar('\n');
	}
	return fflush(stdout) != 0;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	if (*argc == 3 && !strcmp((*argv)[1], "--seeds"))
		exit(write_seeds((*argv)[2]));
	if (*argc == 2 && !strcmp((*argv)[1], "--commands"))
		exit(list_commands());
	return 0;
}
