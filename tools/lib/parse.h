/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Words of the command line: sizes, CPU lists, process lists, times.
 * All are strict: empty words, rubbish after a number and overflow are errors.
 */
#ifndef IPCPROBE_LIB_PARSE_H
#define IPCPROBE_LIB_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/scope.h"

int parse_u64(const char *word, uint64_t max, uint64_t *ret);
int parse_size(const char *word, uint64_t max, uint64_t *ret);
int parse_cpus(const char *word, struct cpu_set *ret);
int parse_pids(const char *word, struct pid_list *ret);
int parse_seconds(const char *word, uint64_t *ret);
int parse_window(const char *word, struct time_window *ret);

/*
 * These functions convert parsed values back to text: "" for an empty list, NULL
 * without memory. The caller frees the text.
 */
char *parse_cpus_text(const struct cpu_set *set);
char *parse_pids_text(const struct pid_list *list);

#endif /* IPCPROBE_LIB_PARSE_H */
