/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the user wants to see: processes, CPUs, a part of the time.  Watchers of the model and views
 * take it; the command line fills it.
 */
#ifndef IPCPROBE_LIB_SCOPE_H
#define IPCPROBE_LIB_SCOPE_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/ipcprobe.h>

#define CPU_SET_MAX	8192U	/* numbers of CPUs are below this */

/**
 * struct cpu_set - CPUs named by the user
 * @word: bit mask
 * @nr_words: words up to the highest CPU named; 0 = the user named none
 */
struct cpu_set {
	uint64_t word[CPU_SET_MAX / 64];
	uint32_t nr_words;
};

/**
 * struct pid_list - processes named by the user
 * @pid: their numbers
 * @nr: how many; 0 = the user named none
 */
struct pid_list {
	uint32_t pid[IPCPROBE_NR_PIDS_MAX];
	uint32_t nr;
};

/**
 * struct time_window - a part of a recording, named by the user
 * @from_ns: its first time, since the recording began
 * @until_ns: the first time after it; UINT64_MAX = the end
 * @is_from_end: @from_ns is before the recording's end instead
 * @is_until_end: likewise @until_ns
 */
struct time_window {
	uint64_t from_ns;
	uint64_t until_ns;
	bool is_from_end;
	bool is_until_end;
};

/**
 * struct scope - what is shown; all zero: everything
 * @pids: these processes only; none named: all
 * @cpus: these CPUs only; none named: all
 */
struct scope {
	struct pid_list pids;
	struct cpu_set cpus;
};

static inline bool cpu_set_has(const struct cpu_set *set, uint32_t cpu)
{
	return cpu / 64 < set->nr_words && set->word[cpu / 64] >> cpu % 64 & 1;
}

/* True if @pid was named, or none was. */
bool scope_has_pid(const struct scope *scope, uint32_t pid);

/* True if @cpu was named, or none was. */
static inline bool scope_has_cpu(const struct scope *scope, uint32_t cpu)
{
	return !scope->cpus.nr_words || cpu_set_has(&scope->cpus, cpu);
}

#endif /* IPCPROBE_LIB_SCOPE_H */
