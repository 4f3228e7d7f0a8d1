/* SPDX-License-Identifier: GPL-2.0 */
/* One operation: its bytes take one more hop. */
#ifndef IPCPROBE_MODEL_COPIES_FLOW_H
#define IPCPROBE_MODEL_COPIES_FLOW_H

#include <stdint.h>

struct copies;
struct op;

/**
 * struct flow_watch - an observer of moving bytes
 * @moved: bytes @done ... of @op took hop @hop; called before the bytes are at
 *	their destination
 */
struct flow_watch {
	void (*moved)(struct flow_watch *watch, const struct op *op, uint64_t done,
		      uint64_t bytes, uint32_t hop);
};

int flow_run(struct copies *copies, const struct op *op);

#endif /* IPCPROBE_MODEL_COPIES_FLOW_H */
