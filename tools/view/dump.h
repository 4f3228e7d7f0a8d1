/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The bytes of transfers: kept from their io_data records until the record of
 * the call comes, then shown as hexadecimal digits and text.
 */
#ifndef IPCPROBE_VIEW_DUMP_H
#define IPCPROBE_VIEW_DUMP_H

#include <stdint.h>
#include <stdio.h>

#include <linux/ipcprobe.h>

#include "lib/hash.h"
#include "lib/pool.h"

/**
 * struct dumps - the bytes of calls whose records have not come yet
 * @tasks: number in @dump by thread id
 * @dump: struct dump of each task that had one
 */
struct dumps {
	struct map tasks;
	struct pool dump;
};

/* Return: 0 or -ENOMEM. */
int dumps_init(struct dumps *dumps);
void dumps_deinit(struct dumps *dumps);

/* Return: 0 or -ENOMEM. */
int dumps_add(struct dumps *dumps, const struct ipcprobe_rec_io_data *rec);

/* Records are missing: what is kept may be of other calls than those that follow. */
void dumps_forget(struct dumps *dumps);

/* If @rec is the record of a call, show what belongs to it, and keep it no more. */
void dumps_print(struct dumps *dumps, const struct ipcprobe_rec *rec, FILE *out);

/* The same, but not shown. */
void dumps_drop(struct dumps *dumps, const struct ipcprobe_rec *rec);

#endif /* IPCPROBE_VIEW_DUMP_H */
