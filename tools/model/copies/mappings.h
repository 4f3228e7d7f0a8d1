/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where shared memory and files are mapped in a process's address space. A child of
 * fork shares the table of its parent until one of the two changes.
 */
#ifndef IPCPROBE_MODEL_COPIES_MAPPINGS_H
#define IPCPROBE_MODEL_COPIES_MAPPINGS_H

#include <stdint.h>

/* maximum for one address space: the kernel's default limit */
#define MAPPINGS_MAX	65536U

/**
 * struct mapping - addresses @start ... @end are bytes of a channel or a file
 * @offset: offset in the channel or file of the byte at @start
 * @channel: channel that is mapped; 0 = the mapping is private
 * @file: of a private mapping: number of the file in files->file
 */
struct mapping {
	uint64_t start;
	uint64_t end;
	uint64_t offset;
	uint32_t channel;
	uint32_t file;
};

/**
 * struct mappings - the mappings of an address space, in order, none overlapping
 * @nr_sharing: number of processes that refer to the table
 */
struct mappings {
	uint32_t nr_sharing;
	uint32_t nr;
	uint32_t cap;
	struct mapping v[];
};

struct mappings *mappings_get(struct mappings *mappings);
void mappings_put(struct mappings *mappings);

int mappings_set(struct mappings **mappings, const struct mapping *mapping);
int mappings_clear(struct mappings **mappings, uint64_t start, uint64_t end);
const struct mapping *mappings_next(const struct mappings *mappings, uint64_t address);

#endif /* IPCPROBE_MODEL_COPIES_MAPPINGS_H */
