// SPDX-License-Identifier: GPL-2.0
/* Address spaces compared: page tables are given, and each sum is known. */
#include "address_space.h"
#include "ktap.h"

/* Two processes with the same regions; C shares only the text. */
static const char maps_ab[] =
	"10000-18000 r-xp 00000000 fd:01 11  /lib/libc.so.6\n"
	"18000-1c000 rw-p 00008000 fd:01 11  /lib/libc.so.6\n"
	"20000-28000 rw-p 00000000 00:00 0   [heap]\n"
	"30000-38000 rw-s 00000000 00:01 7   /SYSV00000000 (deleted)\n"
	"40000-44000 r--p 00000000 00:00 0   [vvar]\n"
	"VmFlags: rd pf io\n";
static const char maps_c[] =
	"50000-58000 r-xp 00000000 fd:01 11  /lib/libc.so.6\n";

enum { A, B, C };

#define PAGE_PSS	(VM_PAGE_SIZE << VM_PSS_SHIFT)
#define AB	(1 << A | 1 << B)
#define ABC	(AB | 1 << C)

static void begin(struct vm_share *share, uint32_t nr)
{
	space_init(share, nr);
	space_process(share, A, "a", NULL, maps_ab);
	space_process(share, B, "b", NULL, maps_ab);
	if (nr > 2)
		space_process(share, C, "c", NULL, maps_c);
}

static const struct vm_group *find(const struct vm_share *share, enum region_kind kind,
				   enum vm_cause cause, uint64_t procs)
{
	static const struct vm_group none;

	for (uint32_t i = 1; i < share->group.nr; i++) {
		const struct vm_group *group = vm_group_at(share, i);

		if (vm_object_at(share, group->object)->kind == kind && group->cause == cause &&
		    group->procs == procs)
			return group;
	}
	return &none;
}

static uint64_t frames(const struct vm_share *share, enum region_kind kind, enum vm_cause cause,
		       uint64_t procs)
{
	return find(share, kind, cause, procs)->frames;
}

static void count(struct vm_share *share)
{
	if (vm_share_count(share))
		abort();
}

static void test_library(void)
{
	struct vm_share share;
	const struct vm_counts *data;

	begin(&share, 3);
	for (int i = A; i <= B; i++) {
		space_pages(&share, i, 0x10000, 6, 1000, 3, SPACE_FILE);
		space_pages(&share, i, 0x18000, 1, 1008, 2, SPACE_FILE);
		space_pages(&share, i, 0x19000, 2, 2000 + 10 * i, 1, SPACE_FRAME);
	}
	space_pages(&share, C, 0x50000, 7, 1000, 3, SPACE_FILE);
	share.proc[C].page[6].mapcount = 1;
	count(&share);
	ktap_eq(frames(&share, REGION_LIBRARY, CAUSE_CACHE, ABC), 6);
	ktap_eq(find(&share, REGION_LIBRARY, CAUSE_CACHE, ABC)->mapped, 18);
	ktap_result("text is in memory once, for all processes");
	ktap_eq(frames(&share, REGION_LIBRARY, CAUSE_CACHE, 1 << C), 1);
	ktap_result("text that only one process touched is its own");
	ktap_eq(frames(&share, REGION_LIBRARY, CAUSE_UNWRITTEN, AB), 1);
	ktap_result("data that was never written is shared");
	ktap_eq(frames(&share, REGION_LIBRARY, CAUSE_COPY, 1 << A), 2);
	ktap_eq(frames(&share, REGION_LIBRARY, CAUSE_COPY, 1 << B), 2);
	ktap_result("written data is a copy for each");
	data = &share.proc[A].region[1];
	ktap_eq(data->present, 3);
	ktap_eq(data->together, 1);
	ktap_eq(data->own, 2);
	ktap_eq(data->copies, 2);
	ktap_result("the region's pages are what they are");
	ktap_eq(share.proc[A].sum.pss, 6 * (PAGE_PSS / 3) + PAGE_PSS / 2 + 2 * PAGE_PSS);
	ktap_result("proportional shares add up as in the kernel");
	ktap_eq(share.nr_frames, 6 + 1 + 1 + 4);
	ktap_result("each frame is counted once");
	vm_share_deinit(&share);
}

static void test_memory(void)
{
	struct vm_share share;

	begin(&share, 2);
	space_pages(&share, A, 0x30000, 5, 300, 2, SPACE_FILE);
	space_pages(&share, B, 0x30000, 4, 300, 2, SPACE_FILE);
	share.proc[A].page[4].mapcount = 1;
	count(&share);
	ktap_eq(frames(&share, REGION_SYSV, CAUSE_MEMORY, AB), 4);
	ktap_eq(frames(&share, REGION_SYSV, CAUSE_MEMORY, 1 << A), 1);
	ktap_result("a segment is shared where both have touched it");
	ktap_true(vm_group_is_apart(&share, find(&share, REGION_SYSV, CAUSE_MEMORY, 1 << A)));
	ktap_true(vm_group_is_together(&share, find(&share, REGION_SYSV, CAUSE_MEMORY, AB)));
	ktap_result("and could be where one has");
	vm_share_deinit(&share);
}

static void test_namespaces(void)
{
	struct vm_share share;

	begin(&share, 2);
	share.proc[B].ipc_ns = 2;
	space_pages(&share, A, 0x30000, 4, 300, 1, SPACE_FILE);
	space_pages(&share, B, 0x30000, 4, 400, 1, SPACE_FILE);
	count(&share);
	ktap_ne(share.proc[A].maps.region[3].object, share.proc[B].maps.region[3].object);
	ktap_result("the same id in two IPC namespaces is two objects");
	ktap_eq(share.proc[A].maps.region[0].object, share.proc[B].maps.region[0].object);
	ktap_result("the same file is one object");
	vm_share_deinit(&share);
}

static void test_read_only(void)
{
	static const char read_only[] = "30000-38000 r--s 00000000 fd:01 9   /tmp/cache\n";
	static const char writable[] = "30000-38000 rw-s 00000000 fd:01 9   /tmp/cache\n";
	struct vm_share share;

	space_init(&share, 2);
	space_process(&share, A, "a", NULL, read_only);
	space_process(&share, B, "b", NULL, read_only);
	space_pages(&share, A, 0x30000, 2, 300, 2, SPACE_FILE);
	space_pages(&share, B, 0x30000, 2, 300, 2, SPACE_FILE);
	count(&share);
	ktap_eq(frames(&share, REGION_FILE, CAUSE_CACHE, AB), 2);
	ktap_result("mapped shared, but read-only by all: no process stores");
	vm_share_deinit(&share);

	space_init(&share, 2);
	space_process(&share, A, "a", NULL, read_only);
	space_process(&share, B, "b", NULL, writable);
	space_pages(&share, A, 0x30000, 2, 300, 2, SPACE_FILE);
	space_pages(&share, B, 0x30000, 2, 300, 2, SPACE_FILE);
	count(&share);
	ktap_eq(frames(&share, REGION_FILE, CAUSE_MEMORY, AB), 2);
	ktap_result("one writer makes it shared memory");
	vm_share_deinit(&share);
}

static void test_fork(void)
{
	struct vm_share share;

	begin(&share, 2);
	space_pages(&share, A, 0x18000, 1, 40, 2, SPACE_FRAME);
	space_pages(&share, A, 0x20000, 3, 50, 2, SPACE_FRAME);
	space_pages(&share, A, 0x23000, 2, 60, 1, SPACE_FRAME);
	space_pages(&share, A, 0x25000, 1, 70, 3, SPACE_FRAME);
	space_pages(&share, B, 0x18000, 1, 40, 2, SPACE_FRAME);
	space_pages(&share, B, 0x20000, 3, 50, 2, SPACE_FRAME);
	space_pages(&share, B, 0x23000, 2, 80, 1, SPACE_FRAME);
	count(&share);
	ktap_eq(frames(&share, REGION_HEAP, CAUSE_FORK, AB), 3);
	ktap_eq(frames(&share, REGION_LIBRARY, CAUSE_FORK, AB), 1);
	ktap_result("private frames of two processes are left from a fork");
	ktap_eq(frames(&share, REGION_HEAP, CAUSE_OWN, 1 << A), 2);
	ktap_eq(frames(&share, REGION_HEAP, CAUSE_OWN, 1 << B), 2);
	ktap_result("written since: own ones");
	ktap_eq(frames(&share, REGION_HEAP, CAUSE_FORK, 1 << A), 1);
	ktap_eq(share.proc[A].region[2].others, 1);
	ktap_result("a private frame with more mappings is shared with processes that are not selected");
	vm_share_deinit(&share);
}

static void test_special(void)
{
	struct vm_share share;
	const struct vm_counts *heap;

	begin(&share, 2);
	for (int i = A; i <= B; i++) {
		space_pages(&share, i, 0x20000, 1, 5, 9, SPACE_FRAME | VM_PAGE_ZERO);
		space_pages(&share, i, 0x21000, 1, 5, 9, SPACE_FRAME | VM_PAGE_ZERO);
		space_pages(&share, i, 0x22000, 1, 90, 2, SPACE_FRAME | VM_PAGE_KSM);
		space_pages(&share, i, 0x23000, 1, 0x105, 0, VM_PAGE_SWAPPED);
		space_pages(&share, i, 0x24000, 1, 91 + i, 1, SPACE_FRAME | VM_PAGE_CHANGED);
		space_pages(&share, i, 0x40000, 1, 99, 0, SPACE_FRAME | VM_PAGE_RAW);
	}
	count(&share);
	heap = &share.proc[A].region[2];
	ktap_eq(frames(&share, REGION_HEAP, CAUSE_ZERO, AB), 1);
	ktap_eq(find(&share, REGION_HEAP, CAUSE_ZERO, AB)->mapped, 4);
	ktap_eq(heap->zero, 2);
	ktap_result("the zero page is one frame, mapped often");
	ktap_eq(frames(&share, REGION_HEAP, CAUSE_KSM, AB), 1);
	ktap_eq(heap->ksm, 1);
	ktap_result("KSM is not taken for a fork");
	ktap_eq(heap->swapped, 1);
	ktap_eq(heap->present, 4);
	ktap_result("swapped pages are not in memory");
	ktap_eq(heap->changed, 1);
	ktap_eq(heap->unknown, 1);
	ktap_result("changed pages are not known");
	ktap_false(frames(&share, REGION_KERNEL, CAUSE_KERNEL, AB));
	ktap_eq(share.proc[A].region[4].raw, 1);
	ktap_result("memory that the kernel does not count is left out");
	ktap_eq(heap->mapped_once + heap->mapped_more, 2);
	ktap_result("memory that smaps does not count is not resident");
	vm_share_deinit(&share);
}

/* A page on the border between two parts of a file is mapped in both. */
static void test_twice(void)
{
	static const char text[] =
		"10000-12000 r-xp 00000000 fd:01 11  /lib/libc.so.6\n"
		"12000-14000 r--p 00001000 fd:01 11  /lib/libc.so.6\n";
	struct vm_share share;

	space_init(&share, 1);
	space_process(&share, A, "a", NULL, text);
	space_pages(&share, A, 0x11000, 1, 500, 2, SPACE_FILE);
	space_pages(&share, A, 0x12000, 1, 500, 2, SPACE_FILE);
	count(&share);
	ktap_eq(share.nr_frames, 1);
	ktap_eq(share.proc[A].sum.own, 2);
	ktap_false(share.proc[A].sum.others);
	ktap_result("a frame that one process maps twice is its own");
	ktap_eq(find(&share, REGION_LIBRARY, CAUSE_CACHE, 1 << A)->part, PART_TEXT);
	ktap_result("and counts as text");
	vm_share_deinit(&share);
}

static void test_no_frames(void)
{
	struct vm_share share;

	begin(&share, 2);
	share.has_frames = false;
	for (int i = A; i <= B; i++) {
		space_pages(&share, i, 0x10000, 2, 0, 0, SPACE_FILE);
		space_pages(&share, i, 0x20000, 3, 0, 1, SPACE_FRAME | VM_PAGE_EXCLUSIVE);
		space_pages(&share, i, 0x23000, 1, 0, 0, SPACE_FRAME);
		space_pages(&share, i, 0x24000, 1, 0, 0, SPACE_FRAME | VM_PAGE_ZERO);
		space_pages(&share, i, 0x30000, 4, 0, 0, SPACE_FILE);
	}
	count(&share);
	ktap_eq(frames(&share, REGION_SYSV, CAUSE_MEMORY, AB), 4);
	ktap_eq(frames(&share, REGION_LIBRARY, CAUSE_CACHE, AB), 2);
	ktap_result("without frames, pages of objects are identified by their offsets");
	ktap_eq(share.proc[A].sum.own, 3);
	ktap_eq(share.proc[A].sum.zero, 1);
	ktap_eq(frames(&share, REGION_HEAP, CAUSE_OWN, 1 << A), 3);
	ktap_result("pages mapped once are own ones");
	ktap_eq(share.proc[A].sum.unknown, 1);
	ktap_result("the other users of a private page stay unknown");
	vm_share_deinit(&share);
}

/* More page tables than any small table holds, and one equation that all of them fulfil. */
static void test_many(void)
{
	static const char text[] = "100000-8100000 rw-s 00000000 00:01 7  /memfd:x (deleted)\n";
	struct vm_share share;
	uint64_t mapped = 0, frames_sum = 0;

	space_init(&share, VM_PROCS_MAX);
	for (uint32_t i = 0; i < VM_PROCS_MAX; i++) {
		space_process(&share, i, "p", NULL, text);
		space_pages(&share, i, 0x100000 + i * 4096ULL, 64, 10000 + i, 0, SPACE_FILE);
	}
	count(&share);
	for (uint32_t i = 1; i < share.group.nr; i++) {
		mapped += vm_group_at(&share, i)->mapped;
		frames_sum += vm_group_at(&share, i)->frames;
	}
	ktap_eq(mapped, 64 * VM_PROCS_MAX);
	ktap_eq(frames_sum, share.nr_frames);
	ktap_eq(share.nr_frames, 64 + VM_PROCS_MAX - 1);
	ktap_result("groups of %u processes have every page once", VM_PROCS_MAX);
	ktap_eq(share.group.nr - 1, 64 + VM_PROCS_MAX - 1);
	ktap_eq(share.object.nr - 1, 1);
	ktap_result("each set of holders is a group");
	vm_share_deinit(&share);
}

int main(void)
{
	ktap_begin(7 + 2 + 2 + 2 + 3 + 6 + 2 + 3 + 2);
	test_library();
	test_memory();
	test_namespaces();
	test_read_only();
	test_fork();
	test_special();
	test_twice();
	test_no_frames();
	test_many();
	return ktap_end();
}
