/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What address spaces share, page by page: a pure function of their regions and
 * page tables.
 *
 * Two pages are the same if they lie in the same frame of physical memory.
 * Without the right to see frames, pages of one object at the same place in it
 * are the same (the page cache has one only), and private pages are told apart
 * from shared ones, but not with whom they are shared.
 */
#ifndef IPCPROBE_VM_SHARE_H
#define IPCPROBE_VM_SHARE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/hash.h"
#include "lib/pool.h"
#include "vm/maps.h"

#define VM_PROCS_MAX	64U
#define VM_PAGE_SHIFT	12
#define VM_PAGE_SIZE	(1ULL << VM_PAGE_SHIFT)
#define VM_PSS_SHIFT	12	/* binary places of proportional shares, as in the kernel */

/* flags of a page, and of what is known of its frame */
enum {
	VM_PAGE_PRESENT		= 1 << 0,
	VM_PAGE_SWAPPED		= 1 << 1,
	VM_PAGE_FILE		= 1 << 2,	/* belongs to an object, not to this process */
	VM_PAGE_EXCLUSIVE	= 1 << 3,	/* mapped once in the whole system */
	VM_PAGE_ZERO		= 1 << 4,	/* the kernel's page of zeros */
	VM_PAGE_WRITTEN		= 1 << 5,	/* soft-dirty */
	VM_PAGE_CHANGED		= 1 << 6,	/* the second reading found another page */
	VM_PAGE_KSM		= 1 << 7,
	VM_PAGE_HUGE		= 1 << 8,	/* of a transparent huge page */
	VM_PAGE_HUGETLB		= 1 << 9,
	VM_PAGE_RAW		= 1 << 10,	/* not counted by the kernel */
	/* found by vm_share_count() */
	VM_PAGE_TOGETHER	= 1 << 11,	/* another of the processes has it, too */
	VM_PAGE_OTHERS		= 1 << 12,	/* a process that was not asked for has it, too */
};

/**
 * struct vm_page - a page that is mapped or swapped out
 * @address: virtual
 * @frame: number of the frame; 0 = not known
 * @region: index in the process's maps
 * @mapcount: page table entries in the whole system; 0 = not known
 * @flags: VM_PAGE_*
 */
struct vm_page {
	uint64_t address;
	uint64_t frame;
	uint32_t region;
	uint32_t mapcount;
	uint16_t flags;
};

/**
 * struct vm_counts - pages; of a region, or of several
 * @present: mapped; each is one of the next six kinds
 * @zero: the kernel's page of zeros
 * @raw: memory that the kernel does not count (devices, its own data)
 * @own: mapped by this process alone
 * @together: mapped by another one of the processes, too
 * @others: mapped by processes that were not asked for, by none of those asked for
 * @unknown: shared, but not known with whom, or changed meanwhile
 * @swapped: in swap
 * @changed: not the same in both readings
 * @ksm: of @present, merged with pages of the same content
 * @huge: of @present, in transparent huge pages
 * @hugetlb: of @present, from hugetlbfs
 * @copies: of @present, private pages in place of a file's
 * @written: soft-dirty
 * @mapped_once: neither zero nor raw, mapped once in the whole system
 * @mapped_more: neither zero nor raw, mapped more than once
 * @pss: proportional share of the last two, in bytes << VM_PSS_SHIFT
 */
struct vm_counts {
	uint64_t present, zero, raw, own, together, others, unknown;
	uint64_t swapped, changed, ksm, huge, hugetlb, copies, written;
	uint64_t mapped_once, mapped_more, pss;
};

/**
 * struct vm_process - one address space
 * @pid: number
 * @comm: name
 * @ipc_ns: its namespace of SysV objects; 0 = not known
 * @maps: regions
 * @page: pages, by address
 * @nr_pages: length of @page
 * @cap_pages: pages there is room for
 * @region: what the pages of each region are, [maps.nr]
 * @sum: of all regions
 */
struct vm_process {
	uint32_t pid;
	char comm[64];
	uint64_t ipc_ns;
	struct proc_maps maps;
	struct vm_page *page;
	uint32_t nr_pages, cap_pages;
	struct vm_counts *region;
	struct vm_counts sum;
};

/* why a frame is where it is */
enum vm_cause {
	CAUSE_MEMORY,		/* of an object that one of them may write for all */
	CAUSE_CACHE,		/* of an object that none of them may write */
	CAUSE_UNWRITTEN,	/* of an object; a write will copy it */
	CAUSE_FORK,		/* private, in several processes */
	CAUSE_KSM,
	CAUSE_ZERO,
	CAUSE_KERNEL,		/* the kernel's own */
	CAUSE_COPY,		/* private, in place of a file's page */
	CAUSE_OWN,		/* private */
	NR_VM_CAUSES
};

/**
 * struct vm_object - what regions map; private memory is one for each kind
 * @kind: kind of its first region
 * @region: the first region that maps it
 * @ipc_ns: the namespace of a SysV segment, else 0
 * @procs: processes that map it, by bit
 * @next: further object with the same hash, 0 = none
 */
struct vm_object {
	enum region_kind kind;
	const struct region *region;
	uint64_t ipc_ns;
	uint64_t procs;
	uint32_t next;
};

/**
 * struct vm_group - frames that have in common: object, part, cause, holders
 * @object: number
 * @part: of the file
 * @cause: why the frames are where they are
 * @procs: processes that have them mapped, by bit
 * @frames: how many
 * @mapped: pages, of all processes
 * @others: frames that processes not asked for have mapped, too
 * @pss: sum of the proportional shares of @procs, bytes << VM_PSS_SHIFT
 */
struct vm_group {
	uint32_t object;
	enum region_part part;
	enum vm_cause cause;
	uint64_t procs;
	uint64_t frames, mapped, others, pss;
};

/* one page table entry that refers to a frame */
struct vm_ref {
	uint64_t key[2];	/* what identifies the frame */
	uint32_t proc, page;
};

/**
 * struct vm_share - address spaces, compared
 * @proc: the processes, [nr]; filled by the caller, owned by this
 * @nr: how many, up to VM_PROCS_MAX; the caller's
 * @has_frames: are frames known? The caller's
 * @vague_ksm: bytes merged by KSM, it is not known in which pages; the caller's
 * @object: struct vm_object, by number
 * @group: struct vm_group, by number
 * @object_of: number of the last object with this hash
 * @procs_of: a number for each set of processes
 * @group_of: number of a group by what its members have in common
 * @ref: by frame
 * @nr_refs: length of @ref
 * @nr_frames: different frames
 */
struct vm_share {
	struct vm_process *proc;
	uint32_t nr;
	bool has_frames;
	uint64_t vague_ksm;
	struct pool object;
	struct pool group;
	struct map object_of, procs_of, group_of;
	struct vm_ref *ref;
	uint64_t nr_refs;
	uint64_t nr_frames;
};

int vm_share_count(struct vm_share *share);
void vm_share_deinit(struct vm_share *share);

/* several of the processes have these frames / could have them, but only one does */
bool vm_group_is_together(const struct vm_share *share, const struct vm_group *group);
bool vm_group_is_apart(const struct vm_share *share, const struct vm_group *group);

static inline struct vm_object *vm_object_at(const struct vm_share *share, uint32_t number)
{
	return pool_at(&share->object, number);
}

static inline struct vm_group *vm_group_at(const struct vm_share *share, uint32_t number)
{
	return pool_at(&share->group, number);
}

/* place of @address in the object of @region, in pages */
static inline uint64_t region_index(const struct region *region, uint64_t address)
{
	return (address - region->start + region->offset) >> VM_PAGE_SHIFT;
}

#endif /* IPCPROBE_VM_SHARE_H */
