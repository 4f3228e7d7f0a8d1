/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which copies of a finished model another system call would not have made.
 */
#ifndef IPCPROBE_MODEL_COPIES_ADVICE_H
#define IPCPROBE_MODEL_COPIES_ADVICE_H

#include <stdint.h>

#include "lib/scope.h"
#include "model/copies/copies.h"

/**
 * struct advice - a process that only passes bytes on
 * @call: the system call that would do it
 * @image: the process
 * @from: object that it reads
 * @to: object that it writes, all of these bytes and no others of them elsewhere
 * @bytes: that it passed on
 * @copied_bytes: copied by that
 * @saved_bytes: of these, @call would not have copied
 */
struct advice {
	const char *call;
	uint32_t image;
	uint32_t from;
	uint32_t to;
	uint64_t bytes;
	uint64_t copied_bytes;
	uint64_t saved_bytes;
};

/**
 * struct advice_list - all of a copies, what saves most first
 */
struct advice_list {
	struct advice *v;
	uint32_t nr;
};

int advice_list_init(struct advice_list *list, const struct copies *copies,
		     const struct scope *scope);
void advice_list_deinit(struct advice_list *list);

#endif /* IPCPROBE_MODEL_COPIES_ADVICE_H */
