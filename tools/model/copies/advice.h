/* SPDX-License-Identifier: GPL-2.0 */
/* Copies in a finished model that another system call would have avoided. */
#ifndef IPCPROBE_MODEL_COPIES_ADVICE_H
#define IPCPROBE_MODEL_COPIES_ADVICE_H

#include <stdint.h>

#include "lib/scope.h"
#include "model/copies/copies.h"

/**
 * struct advice - advice about a process that only passes bytes on
 * @call: system call that would pass the bytes on without a copy
 * @image: image of the process
 * @from: object that the process reads
 * @to: object that the process writes all of these bytes to; it writes them nowhere
 *	else
 * @bytes: bytes that the process passed on
 * @copied_bytes: bytes copied to pass them on
 * @saved_bytes: part of @copied_bytes that @call would not have copied
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
 * struct advice_list - all advice about one model; the largest saving comes first
 */
struct advice_list {
	struct advice *v;
	uint32_t nr;
};

int advice_list_init(struct advice_list *list, const struct copies *copies,
		     const struct scope *scope);
void advice_list_deinit(struct advice_list *list);

#endif /* IPCPROBE_MODEL_COPIES_ADVICE_H */
