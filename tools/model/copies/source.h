/* SPDX-License-Identifier: GPL-2.0 */
/* Where the bytes of an operation came from. */
#ifndef IPCPROBE_MODEL_COPIES_SOURCE_H
#define IPCPROBE_MODEL_COPIES_SOURCE_H

#include "model/copies/range.h"

struct copies;
struct op;
struct proc_io;

int source_take(struct copies *copies, struct proc_io *io, const struct op *op,
		struct pieces *out);

#endif /* IPCPROBE_MODEL_COPIES_SOURCE_H */
