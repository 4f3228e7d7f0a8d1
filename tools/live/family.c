// SPDX-License-Identifier: GPL-2.0
#include "live/family.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/pool.h"
#include "live/sources.h"

/* all processes of the machine, while descendants are sought among them */
struct census {
	struct {
		pid_t pid;
		pid_t parent;
		bool is_ours;
	} *process;
	uint32_t nr;
	uint32_t cap;
	bool is_out_of_memory;
};

static bool note_process(void *arg, int dir, uint32_t pid)
{
	struct census *census = arg;
	struct live_stat stat;
	char *text = live_read_file(dir, "stat");
	bool is_there = text && !live_parse_stat(text, &stat);
	void *grown;

	free(text);
	if (!is_there)
		return true;	/* the process has ended */
	grown = array_reserve(census->process, &census->cap, census->nr + 1,
			      sizeof(*census->process));
	if (!grown) {
		census->is_out_of_memory = true;
		return false;
	}
	census->process = grown;
	census->process[census->nr].pid = pid;
	census->process[census->nr].parent = stat.ppid;
	census->process[census->nr++].is_ours = false;
	return true;
}

static void list_children(struct family *family, struct census *census, pid_t pid)
{
	for (uint32_t i = 0; i < census->nr; i++) {
		if (census->process[i].is_ours || census->process[i].parent != pid)
			continue;
		census->process[i].is_ours = true;
		family->pid[family->nr++] = census->process[i].pid;
	}
}

static int list_descendants(struct family *family, struct census *census, pid_t root)
{
	family->pid = calloc(census->nr + 1UL, sizeof(*family->pid));
	if (!family->pid)
		return -ENOMEM;
	list_children(family, census, root);
	for (uint32_t i = 0; i < family->nr; i++)
		list_children(family, census, family->pid[i]);
	return 0;
}

int family_read(struct family *family, pid_t root)
{
	struct census census = { 0 };
	int err;

	*family = (struct family){ 0 };
	err = live_each_process(note_process, &census);
	if (!err && census.is_out_of_memory)
		err = -ENOMEM;
	if (!err)
		err = list_descendants(family, &census, root);
	free(census.process);
	return err;
}

void family_deinit(struct family *family)
{
	free(family->pid);
	*family = (struct family){ 0 };
}

/* ---- how much they run ---- */

/* Adds what one thread has run: "ns-run ns-waited runs". */
static void add_thread(struct family_runs *runs, int tasks, const char *tid)
{
	uint64_t ns, nr;
	char path[40];
	char *text;

	snprintf(path, sizeof(path), "%.20s/schedstat", tid);
	text = live_read_file(tasks, path);
	if (text && sscanf(text, "%" SCNu64 " %*u %" SCNu64, &ns, &nr) == 2) {
		runs->ns += ns;
		runs->nr += nr;
	}
	free(text);
}

static void add_process(struct family_runs *runs, pid_t pid)
{
	struct dirent *entry;
	char path[40];
	DIR *tasks;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	tasks = opendir(path);
	if (!tasks)
		return;		/* the process has ended */
	while ((entry = readdir(tasks)))
		if (isdigit(*entry->d_name))
			add_thread(runs, dirfd(tasks), entry->d_name);
	closedir(tasks);
}

struct family_runs family_count_runs(const struct family *family)
{
	struct family_runs runs = { 0 };

	for (uint32_t i = 0; i < family->nr; i++)
		add_process(&runs, family->pid[i]);
	return runs;
}
