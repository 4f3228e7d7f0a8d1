/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names of tasks, for printing: the last name and process of each thread id.
 * History and relations are in model/task.h.
 */
#ifndef IPCPROBE_TRACE_NAMES_H
#define IPCPROBE_TRACE_NAMES_H

#include <stdint.h>

#include <linux/ipcprobe.h>

/* Name and process of a thread; pid 0 = unknown thread. */
struct name {
	uint32_t pid;
	char comm[16];
};

/* Names by thread id. */
struct names {
	struct name *name;
	uint32_t nr;
};

#define NAMES_INIT	{ 0 }

int names_apply(struct names *names, const struct ipcprobe_rec *rec);
const struct name *names_get(const struct names *names, uint32_t tid);
void names_deinit(struct names *names);

#endif /* IPCPROBE_TRACE_NAMES_H */
