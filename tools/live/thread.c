// SPDX-License-Identifier: GPL-2.0
/*
 * The threads of a process, from /proc/PID/task/TID/status.
 */
#include "live/thread.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "live/sources.h"

const char *live_condition_text(enum live_condition condition)
{
	static const char *const texts[] = {
#define X(id, text)	[LIVE_FOR_##id] = text,
		LIVE_CONDITIONS(X)
#undef X
	};

	return texts[condition];
}

int live_threads_init(struct live_threads *threads)
{
	*threads = (struct live_threads){ 0 };
	if (pool_init(&threads->thread, sizeof(struct live_thread)) ||
	    pool_init(&threads->process, sizeof(struct live_process)))
		return -ENOMEM;
	return pool_init(&threads->need, sizeof(struct live_need));
}

void live_threads_deinit(struct live_threads *threads)
{
	pool_deinit(&threads->thread);
	pool_deinit(&threads->process);
	pool_deinit(&threads->need);
	map_deinit(&threads->by_pid);
	map_deinit(&threads->by_tid);
}

struct live_need *live_need_add(struct live_threads *threads, uint32_t thread,
				const struct live_need *need)
{
	struct live_thread *waiter = live_thread_at(threads, thread);
	struct live_need *added;
	uint32_t number;

	added = pool_add(&threads->need, &number);
	if (!added)
		return NULL;
	*added = *need;
	if (waiter->last_need)
		live_need_at(threads, waiter->last_need)->next = number;
	else
		waiter->first_need = number;
	waiter->last_need = number;
	return added;
}

/* ---- status ---- */

static enum live_doing doing_of(char state)
{
	switch (state) {
	case 'R':
		return LIVE_RUNS;
	case 'T':
		return LIVE_STOPPED;
	case 't':
		return LIVE_TRACED;
	case 'Z':
	case 'X':
		return LIVE_ENDED;
	default:
		return LIVE_SLEEPS;
	}
}

/* The last of the ids of "NSpid: 712 4 1": the one in the innermost namespace. */
static uint32_t last_number(const char *list)
{
	const char *last = strrchr(list, '\t');

	return (uint32_t)strtoul(last ? last + 1 : list, NULL, 10);
}

void live_parse_status(char *text, struct live_status *ret)
{
	char *line;

	*ret = (struct live_status){ .doing = LIVE_SLEEPS };
	while ((line = live_line(&text))) {
		unsigned long long number;
		char state;

		if (!strncmp(line, "Name:\t", 6))
			snprintf(ret->comm, sizeof(ret->comm), "%s", line + 6);
		else if (sscanf(line, "State: %c", &state) == 1)
			ret->doing = doing_of(state);
		else if (sscanf(line, "PPid: %llu", &number) == 1)
			ret->ppid = (uint32_t)number;
		else if (sscanf(line, "TracerPid: %llu", &number) == 1)
			ret->tracer = (uint32_t)number;
		else if (!strncmp(line, "NSpid:\t", 7))
			ret->ns_tid = last_number(line + 7);
		else if (sscanf(line, "SigBlk: %llx", &number) == 1)
			ret->blocked = number;
		else if (sscanf(line, "SigCgt: %llx", &number) == 1)
			ret->caught = number;
		else if (sscanf(line, "voluntary_ctxt_switches: %llu", &number) == 1 ||
			 sscanf(line, "nonvoluntary_ctxt_switches: %llu", &number) == 1)
			ret->nr_switches += number;
	}
}

static int read_status(int dir, const char *path, struct live_status *ret)
{
	char *text = live_read_file(dir, path);

	if (!text)
		return -errno;
	live_parse_status(text, ret);
	free(text);
	return 0;
}

/* ---- the threads of a process ---- */

static uint32_t add_thread(struct live *live, const struct live_proc *proc, uint32_t tid,
			   const struct live_status *status)
{
	struct live_threads *threads = live->threads;
	struct live_thread *thread;
	uint32_t number;

	thread = pool_add(&threads->thread, &number);
	if (!thread || map_set(&threads->by_tid, tid, number)) {
		live->is_out_of_memory = true;
		return 0;
	}
	thread->tid = tid;
	thread->pid = proc->pid;
	thread->ns_tid = status->ns_tid ? status->ns_tid : tid;
	thread->tracer = status->tracer;
	thread->doing = status->doing;
	thread->blocked = status->blocked;
	thread->nr_switches = status->nr_switches;
	memcpy(thread->comm, status->comm, sizeof(thread->comm));
	return number;
}

uint32_t live_read_thread(struct live *live, const struct live_proc *proc, uint32_t tid)
{
	struct live_status status;
	char path[40];

	snprintf(path, sizeof(path), "task/%u/status", tid);
	if (read_status(proc->dir, path, &status))
		return 0;
	if (proc->is_frozen && (status.doing == LIVE_SLEEPS || status.doing == LIVE_RUNS))
		status.doing = LIVE_FROZEN;
	return add_thread(live, proc, tid, &status);
}

uint32_t live_add_process(struct live *live, const struct live_proc *proc)
{
	struct live_threads *threads = live->threads;
	struct live_process *process;
	struct live_status status;
	uint32_t number;

	if (read_status(proc->dir, "status", &status))
		return 0;
	process = pool_add(&threads->process, &number);
	if (!process || map_set(&threads->by_pid, proc->pid, number)) {
		live->is_out_of_memory = true;
		return 0;
	}
	process->pid = proc->pid;
	process->ppid = status.ppid;
	process->ns_pid = status.ns_tid ? status.ns_tid : proc->pid;
	process->caught = status.caught;
	process->first_thread = threads->thread.nr;
	return number;
}
