/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The user's selection of what to show: processes, CPUs, a part of the time.
 * Watchers of the model and views read the selection; the command line sets it.
 */
#ifndef IPCPROBE_LIB_SCOPE_H
#define IPCPROBE_LIB_SCOPE_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/ipcprobe.h>

#define CPU_SET_MAX	8192U	/* CPU numbers are less than this. */

/**
 * struct cpu_set - CPUs named by the user
 * @word: bit mask
 * @nr_words: number of words, up to the highest CPU named; 0 = the user named no
 *	CPU
 */
struct cpu_set {
	uint64_t word[CPU_SET_MAX / 64];
	uint32_t nr_words;
};

/**
 * struct pid_list - processes named by the user
 * @pid: process ids
 * @nr: number of processes; 0 = the user named no process
 */
struct pid_list {
	uint32_t pid[IPCPROBE_NR_PIDS_MAX];
	uint32_t nr;
};

/**
 * struct moment - an instant of a recording, named by the user
 * @ns: time since the recording began
 * @is_before_end: @ns counts back from the recording's end
 * @mark: text of a mark at this instant, @mark_len bytes; NULL: @ns says when it is
 */
struct moment {
	uint64_t ns;
	bool is_before_end;
	const char *mark;
	int mark_len;
};

/**
 * struct time_window - a part of a recording, named by the user
 * @from: first instant of the window
 * @until: first instant after the window; UINT64_MAX = the end of the recording
 */
struct time_window {
	struct moment from;
	struct moment until;
};

/**
 * struct scope - what is shown; all zero: everything
 * @pids: show only these processes; empty: all processes
 * @cpus: show only these CPUs; empty: all CPUs
 */
struct scope {
	struct pid_list pids;
	struct cpu_set cpus;
};

static inline bool cpu_set_has(const struct cpu_set *set, uint32_t cpu)
{
	return cpu / 64 < set->nr_words && set->word[cpu / 64] >> cpu % 64 & 1;
}

bool pid_list_has(const struct pid_list *list, uint32_t pid);

/* True if the user named @pid, or named no process. */
bool scope_has_pid(const struct scope *scope, uint32_t pid);

/* True if the user named @cpu, or named no CPU. */
static inline bool scope_has_cpu(const struct scope *scope, uint32_t cpu)
{
	return !scope->cpus.nr_words || cpu_set_has(&scope->cpus, cpu);
}

#endif /* IPCPROBE_LIB_SCOPE_H */
