/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The bytes of transfers: kept from their io_data records until the record of
 * the call comes, then printed as hexadecimal digits and text.
 */
#ifndef IPCPROBE_VIEW_DUMP_H
#define IPCPROBE_VIEW_DUMP_H

#include <stdint.h>
#include <stdio.h>

#include <linux/ipcprobe.h>

#include "lib/hash.h"
#include "lib/pool.h"

/**
 * struct dumps - bytes of calls whose records have not come yet
 * @tasks: index in @dump by thread id
 * @dump: struct dump of each task that has had one
 */
struct dumps {
	struct map tasks;
	struct pool dump;
};

/* Returns 0 or -ENOMEM. */
int dumps_init(struct dumps *dumps);
void dumps_deinit(struct dumps *dumps);

/* Keeps the bytes of an io_data record. Returns 0 or -ENOMEM. */
int dumps_add(struct dumps *dumps, const struct ipcprobe_rec_io_data *rec);

/*
 * Forgets all bytes. Call it after a loss: the bytes may be of other calls than
 * the records that follow.
 */
void dumps_forget(struct dumps *dumps);

/* If @rec is the record of a call, prints the bytes of the call and forgets them. */
void dumps_print(struct dumps *dumps, const struct ipcprobe_rec *rec, FILE *out);

/* If @rec is the record of a call, forgets the bytes of the call. */
void dumps_drop(struct dumps *dumps, const struct ipcprobe_rec *rec);

#endif /* IPCPROBE_VIEW_DUMP_H */
