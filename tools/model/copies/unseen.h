/* SPDX-License-Identifier: GPL-2.0 */
/* Bytes that left a stream without a recorded read. */
#ifndef IPCPROBE_MODEL_COPIES_UNSEEN_H
#define IPCPROBE_MODEL_COPIES_UNSEEN_H

#include <stdint.h>

struct copies;
struct op;

int unseen_discard(struct copies *copies, const struct op *op);
int unseen_end(struct copies *copies, uint32_t number, uint64_t slack_bytes);
int unseen_close(struct copies *copies, uint32_t number);

#endif /* IPCPROBE_MODEL_COPIES_UNSEEN_H */
