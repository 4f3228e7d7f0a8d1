/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Page tables and page frames in /proc: pagemap, kpageflags, kpagecount,
 * clear_refs.
 */
#ifndef IPCPROBE_VM_PAGE_TABLE_H
#define IPCPROBE_VM_PAGE_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "vm/share.h"

/* bits that page_map_clear() clears */
enum page_map_bits {
	PAGE_MAP_REFERENCED = 3,	/* referenced, for pages of objects */
	PAGE_MAP_WRITTEN = 4,		/* soft-dirty */
};

int page_map_open(uint32_t pid);
int page_map_read(int fd, struct vm_process *proc);
int page_map_confirm(int fd, struct vm_process *proc);
int page_map_frames(struct vm_process *proc, uint32_t nr, uint64_t *vague_ksm);
int page_map_clear(uint32_t pid, enum page_map_bits bits);
bool page_map_has_written(void);

#endif /* IPCPROBE_VM_PAGE_TABLE_H */
