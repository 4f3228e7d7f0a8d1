/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Address spaces of running processes, read and compared.
 */
#ifndef IPCPROBE_VM_SAMPLE_H
#define IPCPROBE_VM_SAMPLE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/parse.h"
#include "vm/page_table.h"
#include "vm/share.h"

/* what to observe for a while before */
enum vm_watch {
	WATCH_NONE,
	WATCH_WRITTEN,		/* pages of shared mappings, soft-dirty */
	WATCH_TOUCHED,		/* bytes of shared mappings, referenced */
};

/**
 * struct vm_sample - what was read
 * @share: the processes
 * @at_ns: when, CLOCK_REALTIME
 * @took_ns: from the first reading to the end of the second
 * @watch: what was observed
 * @watched_ns: for how long
 * @before: with @watch the mappings at its begin, [share.nr]
 * @concerned: on error, the process concerned; 0 = none
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
