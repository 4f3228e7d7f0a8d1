/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where shared memory and files are mapped in a process's address space. A child of
 * fork shares the table of its parent until one of the two changes.
 */
#ifndef IPCPROBE_MODEL_COPIES_MAPPINGS_H
#define IPCPROBE_MODEL_COPIES_MAPPINGS_H

#include <stdint.h>

#include "lib/interval.h"

/* maximum for one address space: the kernel's default limit */
#define MAPPINGS_MAX	65536U

/**
 * struct mapping - addresses that are bytes of a channel or a file
 * @offset: offset in the channel or file of the byte at the first address
 * @channel: channel that is mapped; 0 = the mapping is private
 * @file: of a private mapping: number of the file in files->file
 */
struct mapping {
	struct interval at;
	uint64_t offset;
	uint32_t channel;
	uint32_t file;
};

int mappings_set(struct intervals **mappings, const struct mapping *mapping);

/* Offset in what is mapped of @address, which lies in the mapping. */
static inline uint64_t mapping_offset(const struct mapping *mapping, uint64_t address)
{
	return mapping->offset + (address - mapping->at.start);
}

#endif /* IPCPROBE_MODEL_COPIES_MAPPINGS_H */
