/* SPDX-License-Identifier: GPL-2.0 */
/* Synthetic address spaces: regions as text of smaps, and their pages one by one. */
#ifndef IPCPROBE_ADDRESS_SPACE_H
#define IPCPROBE_ADDRESS_SPACE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vm/share.h"

#define SPACE_FRAME	(VM_PAGE_PRESENT)
#define SPACE_FILE	(VM_PAGE_PRESENT | VM_PAGE_FILE)

static inline int space_parse(struct proc_maps *maps, const char *exe, const char *text)
{
	FILE *file = fmemopen((void *)text, strlen(text), "r");
	int err;

	*maps = (struct proc_maps){ 0 };
	err = proc_maps_parse(file, exe, maps);
	fclose(file);
	return err;
}

static inline void space_init(struct vm_share *share, uint32_t nr)
{
	*share = (struct vm_share){
		.proc = calloc(nr, sizeof(*share->proc)), .nr = nr, .has_frames = true,
	};
}

static inline void space_process(struct vm_share *share, uint32_t number, const char *comm,
				 const char *exe, const char *text)
{
	struct vm_process *proc = &share->proc[number];

	proc->pid = 100 + number;
	proc->ipc_ns = 1;
	snprintf(proc->comm, sizeof(proc->comm), "%s", comm);
	if (space_parse(&proc->maps, exe, text))
		abort();
}

/*
 * Add @nr pages from @address on, in frames from @frame on (0: not known); in ascending
 * order.
 */
static inline void space_pages(struct vm_share *share, uint32_t number, uint64_t address,
			       uint32_t nr, uint64_t frame, uint32_t mapcount, uint16_t flags)
{
	struct vm_process *proc = &share->proc[number];
	uint32_t region = 0;

	while (address >= proc->maps.region[region].end)
		region++;
	proc->page = reallocarray(proc->page, proc->nr_pages + nr, sizeof(*proc->page));
	for (uint32_t i = 0; i < nr; i++)
		proc->page[proc->nr_pages++] = (struct vm_page){
			.address = address + i * VM_PAGE_SIZE,
			.frame = frame ? frame + i : 0,
			.region = region, .mapcount = mapcount, .flags = flags,
		};
}

#endif /* IPCPROBE_ADDRESS_SPACE_H */
