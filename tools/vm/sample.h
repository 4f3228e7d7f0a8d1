/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Address spaces of running processes: reading and comparing them.
 */
#ifndef IPCPROBE_VM_SAMPLE_H
#define IPCPROBE_VM_SAMPLE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/parse.h"
#include "vm/page_table.h"
#include "vm/share.h"

/* what to observe for a while before the address spaces are read */
enum vm_watch {
	WATCH_NONE,
	WATCH_WRITTEN,		/* soft-dirty pages of shared mappings */
	WATCH_TOUCHED,		/* referenced bytes of shared mappings */
};

/**
 * struct vm_sample - address spaces at one instant
 * @share: the processes
 * @at_ns: time of the reading, CLOCK_REALTIME
 * @took_ns: time from the first reading to the end of the second
 * @watch: what was observed
 * @watched_ns: duration of the observation
 * @before: the mappings when the observation began, [share.nr]; only with
 *	@watch
 * @concerned: process to which an error belongs; 0 = none
 */
struct vm_sample {
	struct vm_share share;
	uint64_t at_ns;
	uint64_t took_ns;
	enum vm_watch watch;
	uint64_t watched_ns;
	struct proc_maps *before;
	uint32_t concerned;
};

int vm_sample_init(struct vm_sample *sample, const struct pid_list *pids, enum vm_watch watch,
		   uint64_t interval_ns);
void vm_sample_deinit(struct vm_sample *sample);

bool vm_sample_was_mapped(const struct vm_sample *sample, uint32_t proc,
			  const struct region *region);

#endif /* IPCPROBE_VM_SAMPLE_H */
