/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Words of the command line: sizes, CPU lists, process lists, classes, times.
 * All are strict: empty words, rubbish after a number and overflow are errors.
 */
#ifndef IPCPROBE_TRACE_PARSE_H
#define IPCPROBE_TRACE_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/ipcprobe.h>

#define PARSE_NR_CPUS_MAX	8192U

/**
 * struct cpu_set - CPUs named by the user
 * @word: bit mask
 * @nr_words: words up to the highest CPU named; 0 = the user named none
 */
struct cpu_set {
	uint64_t word[PARSE_NR_CPUS_MAX / 64];
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

static inline bool cpu_set_has(const struct cpu_set *set, uint32_t cpu)
{
	return cpu / 64 < set->nr_words && set->word[cpu / 64] >> cpu % 64 & 1;
}

int parse_u64(const char *word, uint64_t max, uint64_t *ret);
int parse_size(const char *word, uint64_t max, uint64_t *ret);
int parse_cpus(const char *word, struct cpu_set *ret);
int parse_pids(const char *word, struct pid_list *ret);
int parse_classes(const char *word, uint32_t *ret);
int parse_seconds(const char *word, uint64_t *ret);
int parse_window(const char *word, struct time_window *ret);

/* the words that give these back, "" for none; to be freed; NULL without memory */
char *parse_cpus_text(const struct cpu_set *set);
char *parse_pids_text(const struct pid_list *list);

/* "a, b, c" of the classes in @mask */
char *parse_class_list(uint32_t mask, const char *separator, char *buf, size_t size);

#endif /* IPCPROBE_TRACE_PARSE_H */
