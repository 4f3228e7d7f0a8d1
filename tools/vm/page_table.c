// SPDX-License-Identifier: GPL-2.0
/*
 * Reads page tables and page frames from /proc.
 */
#include "vm/page_table.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

/* bits of an entry of pagemap */
#define ENTRY_FRAME	((1ULL << 55) - 1)	/* for a swapped page: its slot in swap */
#define ENTRY_WRITTEN	(1ULL << 55)
#define ENTRY_EXCLUSIVE	(1ULL << 56)
#define ENTRY_FILE	(1ULL << 61)
#define ENTRY_SWAPPED	(1ULL << 62)
#define ENTRY_PRESENT	(1ULL << 63)

/* bits of an entry of kpageflags */
#define FRAME_HUGETLB	(1ULL << 17)
#define FRAME_NONE	(1ULL << 20)
#define FRAME_KSM	(1ULL << 21)
#define FRAME_HUGE	(1ULL << 22)
#define FRAME_ZERO	(1ULL << 24)

/* ioctl PAGEMAP_SCAN, since Linux 6.7: lists pages by category, without their frames */
struct scan {
	uint64_t size, flags, start, end, walk_end;
	uint64_t range, nr_ranges, max_pages;
	uint64_t inverted, mask, anyof_mask, return_mask;
};

struct scan_range {
	uint64_t start, end, categories;
};

#define SCAN		_IOWR('f', 16, struct scan)
#define SCAN_PRESENT	(1ULL << 3)
#define SCAN_SWAPPED	(1ULL << 4)
#define SCAN_ZERO	(1ULL << 5)

#define NR_ENTRIES	4096U	/* number of entries in one read */
#define NR_RANGES	256U
#define KERNEL_HALF	(1ULL << 63)	/* the vsyscall page is not in the page table */

/* page_map_open - descriptor for the address space of the program that runs now; or -errno */
int page_map_open(uint32_t pid)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%u/pagemap", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/*
 * Reads 64-bit numbers from a file, beginning with number @at. Returns how many
 * were read, or -errno; 0 = the address space does not exist any more.
 */
static ssize_t read_numbers(int fd, uint64_t *number, uint64_t nr, uint64_t at)
{
	ssize_t len;

	do
		len = pread(fd, number, nr * sizeof(*number), at * sizeof(*number));
	while (len < 0 && errno == EINTR);
	return len < 0 ? -errno : len / (ssize_t)sizeof(*number);
}

/* ---- pages ---- */

static uint16_t entry_flags(uint64_t entry)
{
	uint16_t flags = 0;

	if (entry & ENTRY_PRESENT)
		flags |= VM_PAGE_PRESENT;
	if (entry & ENTRY_SWAPPED)
		flags |= VM_PAGE_SWAPPED;
	if (entry & ENTRY_FILE)
		flags |= VM_PAGE_FILE;
	if (entry & ENTRY_EXCLUSIVE)
		flags |= VM_PAGE_EXCLUSIVE;
	if (entry & ENTRY_WRITTEN)
		flags |= VM_PAGE_WRITTEN;
	return flags;
}

static int add_page(struct vm_process *proc, const struct vm_page *page)
{
	void *grown = array_reserve(proc->page, &proc->cap_pages, proc->nr_pages + 1,
				    sizeof(*page));

	if (!grown)
		return -ENOMEM;
	proc->page = grown;
	proc->page[proc->nr_pages++] = *page;
	return 0;
}

/* A range of pages in one region; all pages have @flags. */
struct stretch {
	uint64_t start, end;
	uint32_t region;
	uint16_t flags;
};

static int add_entries(struct vm_process *proc, const struct stretch *stretch, uint64_t start,
		       const uint64_t *entry, ssize_t nr)
{
	int err = 0;

	for (ssize_t i = 0; i < nr && !err; i++) {
		struct vm_page page = {
			.address = start + ((uint64_t)i << VM_PAGE_SHIFT),
			.frame = entry[i] & ENTRY_FRAME,
			.region = stretch->region,
			.mapcount = !!(entry[i] & ENTRY_EXCLUSIVE),
			.flags = entry_flags(entry[i]) | stretch->flags,
		};

		if (page.flags & (VM_PAGE_PRESENT | VM_PAGE_SWAPPED))
			err = add_page(proc, &page);
	}
	return err;
}

static int read_stretch(int fd, struct vm_process *proc, const struct stretch *stretch)
{
	uint64_t entry[NR_ENTRIES], at = stretch->start;

	while (at < stretch->end) {
		uint64_t left = (stretch->end - at) >> VM_PAGE_SHIFT;
		ssize_t nr = read_numbers(fd, entry, left < NR_ENTRIES ? left : NR_ENTRIES,
					  at >> VM_PAGE_SHIFT);
		int err;

		if (nr <= 0)
			return nr ?: -ESRCH;
		err = add_entries(proc, stretch, at, entry, nr);
		if (err)
			return err;
		at += (uint64_t)nr << VM_PAGE_SHIFT;
	}
	return 0;
}

/*
 * Uses PAGEMAP_SCAN, by which the kernel leaves out absent pages; -ENOTTY if
 * the kernel does not have it. PAGEMAP_SCAN also reports the zero page without
 * showing its frame.
 */
static int scan_stretch(int fd, struct vm_process *proc, const struct stretch *stretch)
{
	struct scan_range range[NR_RANGES];
	struct scan scan = {
		.size = sizeof(scan), .start = stretch->start, .end = stretch->end,
		.range = (uintptr_t)range, .nr_ranges = NR_RANGES,
		.anyof_mask = SCAN_PRESENT | SCAN_SWAPPED,
		.return_mask = SCAN_PRESENT | SCAN_SWAPPED | SCAN_ZERO,
	};
	int err = 0;

	while (scan.start < scan.end && !err) {
		int nr = ioctl(fd, SCAN, &scan);

		if (nr < 0)
			return -errno;
		for (int i = 0; i < nr && !err; i++) {
			struct stretch part = *stretch;

			part.start = range[i].start;
			part.end = range[i].end;
			if (range[i].categories & SCAN_ZERO)
				part.flags |= VM_PAGE_ZERO;
			err = read_stretch(fd, proc, &part);
		}
		scan.start = scan.walk_end;
	}
	return err;
}

/**
 * page_map_read - read all pages of all regions of @proc
 * Return: 0; -ESRCH if the address space does not exist any more, -ENOMEM or
 * another -errno.
 */
int page_map_read(int fd, struct vm_process *proc)
{
	int err = 0;

	for (uint32_t i = 0; i < proc->maps.nr && !err; i++) {
		const struct region *region = &proc->maps.region[i];
		struct stretch stretch = {
			.start = region->start, .end = region->end, .region = i,
			.flags = region->is_raw ? VM_PAGE_RAW : 0,
		};

		if (region->start >= KERNEL_HALF)
			continue;
		err = scan_stretch(fd, proc, &stretch);
		if (err == -ENOTTY)
			err = read_stretch(fd, proc, &stretch);
	}
	return err;
}

/* ---- the second reading ---- */

static bool is_same_page(const struct vm_page *page, uint64_t entry)
{
	const uint16_t kept = VM_PAGE_PRESENT | VM_PAGE_SWAPPED | VM_PAGE_FILE;

	return page->frame == (entry & ENTRY_FRAME) &&
	       !((page->flags ^ entry_flags(entry)) & kept);
}

/*
 * Reads entries once and compares pages from @first on with them; returns the
 * next page to compare, or -errno.
 */
static int64_t confirm_some(int fd, struct vm_process *proc, uint32_t first)
{
	uint64_t entry[NR_ENTRIES], start = proc->page[first].address;
	uint64_t left = (proc->maps.region[proc->page[first].region].end - start) >> VM_PAGE_SHIFT;
	ssize_t nr = read_numbers(fd, entry, left < NR_ENTRIES ? left : NR_ENTRIES,
				  start >> VM_PAGE_SHIFT);
	uint32_t i;

	if (nr <= 0)
		return nr ?: -ESRCH;
	for (i = first; i < proc->nr_pages; i++) {
		uint64_t place = (proc->page[i].address - start) >> VM_PAGE_SHIFT;

		if (place >= (uint64_t)nr)
			break;
		if (!is_same_page(&proc->page[i], entry[place]))
			proc->page[i].flags |= VM_PAGE_CHANGED;
	}
	return i;
}

/**
 * page_map_confirm - read the page table again, and mark pages that have
 * changed
 *
 * Pages of all processes that are equal in both readings existed at the same
 * time: at any instant between the end of the first reading and the start of
 * the second. @proc has at least one region.
 *
 * Return: 0; -ESRCH if the address space does not exist any more, or another
 * -errno.
 */
int page_map_confirm(int fd, struct vm_process *proc)
{
	uint64_t entry;
	ssize_t nr = read_numbers(fd, &entry, 1, proc->maps.region[0].start >> VM_PAGE_SHIFT);
	int64_t next = 0;

	if (nr <= 0)
		return nr ?: -ESRCH;
	while (next >= 0 && next < proc->nr_pages)
		next = confirm_some(fd, proc, next);
	return next < 0 ? next : 0;
}

/* ---- a page of our own, to learn what the kernel reports ---- */

/*
 * Returns the entry of a private page that was just written, 0 = none. @ret:
 * the page, to be unmapped by the caller.
 */
static uint64_t own_entry(void **ret)
{
	uint64_t entry = 0;
	int fd;

	*ret = mmap(NULL, VM_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (*ret == MAP_FAILED)
		return 0;
	*(volatile char *)*ret = 1;
	fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		read_numbers(fd, &entry, 1, (uintptr_t)*ret >> VM_PAGE_SHIFT);
		close(fd);
	}
	return entry;
}

/* page_map_has_written - true if the kernel reports soft-dirty pages, as new pages are */
bool page_map_has_written(void)
{
	void *page;
	uint64_t entry = own_entry(&page);

	if (page != MAP_FAILED)
		munmap(page, VM_PAGE_SIZE);
	return entry & ENTRY_WRITTEN;
}

/*
 * True if the kernel reports even a new page as merged by KSM: some kernels
 * (6.12) report this for every private page.
 */
static bool is_ksm_false(int flags_fd)
{
	void *page;
	uint64_t frame = own_entry(&page) & ENTRY_FRAME, flags = 0;

	if (frame)
		read_numbers(flags_fd, &flags, 1, frame);
	if (page != MAP_FAILED)
		munmap(page, VM_PAGE_SIZE);
	return flags & FRAME_KSM;
}

/*
 * Corrects the KSM flags of pages by smaps, for kernels on which
 * is_ksm_false(): in a region all private pages are merged, or none, or it is
 * unknown which. Returns the bytes of regions where it is unknown.
 */
static uint64_t correct_ksm(struct vm_process *proc)
{
	uint64_t vague = 0;

	for (uint32_t i = 0; i < proc->nr_pages; i++) {
		const struct smaps *smaps = &proc->maps.region[proc->page[i].region].smaps;

		if (!smaps->ksm || smaps->ksm != smaps->anonymous)
			proc->page[i].flags &= ~VM_PAGE_KSM;
	}
	for (uint32_t i = 0; i < proc->maps.nr; i++) {
		const struct smaps *smaps = &proc->maps.region[i].smaps;

		if (smaps->ksm != smaps->anonymous)
			vague += smaps->ksm;
	}
	return vague;
}

/* ---- frames ---- */

struct frame_page {
	uint64_t frame;
	struct vm_page *page;
};

static int compare_frames(const void *a, const void *b)
{
	const struct frame_page *x = a, *y = b;

	return x->frame < y->frame ? -1 : x->frame > y->frame;
}

/* Returns all pages with a known frame, sorted by frame; to be freed. */
static struct frame_page *sort_frames(struct vm_process *proc, uint32_t nr, uint64_t *ret)
{
	struct frame_page *list;
	uint64_t nr_pages = 0;

	for (uint32_t i = 0; i < nr; i++)
		nr_pages += proc[i].nr_pages;
	list = calloc(nr_pages + 1, sizeof(*list));
	*ret = 0;
	if (!list)
		return NULL;
	for (uint32_t i = 0; i < nr; i++) {
		for (uint32_t j = 0; j < proc[i].nr_pages; j++) {
			struct vm_page *page = &proc[i].page[j];

			if (page->frame && page->flags & VM_PAGE_PRESENT)
				list[(*ret)++] = (struct frame_page){ page->frame, page };
		}
	}
	qsort(list, *ret, sizeof(*list), compare_frames);
	return list;
}

static void set_frame(struct vm_page *page, uint64_t flags, uint64_t count)
{
	page->mapcount = count;
	if (flags & FRAME_ZERO)
		page->flags |= VM_PAGE_ZERO;
	if (flags & FRAME_KSM)
		page->flags |= VM_PAGE_KSM;
	if (flags & FRAME_HUGE)
		page->flags |= VM_PAGE_HUGE;
	if (flags & FRAME_HUGETLB)
		page->flags |= VM_PAGE_HUGETLB;
	if (flags & FRAME_NONE)
		page->flags |= VM_PAGE_RAW;
}

/* Returns the next page to set, or -errno. Frames beyond the end of memory belong to devices. */
static int64_t set_some(int flags_fd, int count_fd, const struct frame_page *list, uint64_t first,
			uint64_t nr_pages)
{
	uint64_t flags[NR_ENTRIES], count[NR_ENTRIES], i, last = first;
	uint64_t start = list[first].frame, span;
	ssize_t nr;

	while (last + 1 < nr_pages && list[last + 1].frame - list[last].frame < 64 &&
	       list[last + 1].frame - start < NR_ENTRIES)
		last++;
	span = list[last].frame - start + 1;
	nr = read_numbers(flags_fd, flags, span, start);
	if (nr > 0)
		nr = read_numbers(count_fd, count, nr, start);
	if (nr < 0)
		return nr;
	for (i = first; i <= last; i++) {
		uint64_t place = list[i].frame - start;

		if (place < (uint64_t)nr)
			set_frame(list[i].page, flags[place], count[place]);
		else
			list[i].page->flags |= VM_PAGE_RAW;
	}
	return i;
}

static int set_frames(int flags_fd, int count_fd, struct vm_process *proc, uint32_t nr)
{
	uint64_t nr_pages;
	struct frame_page *list = sort_frames(proc, nr, &nr_pages);
	int64_t next = 0;

	if (!list)
		return -ENOMEM;
	while (next >= 0 && (uint64_t)next < nr_pages)
		next = set_some(flags_fd, count_fd, list, next, nr_pages);
	free(list);
	if (next < 0)
		return next;
	return nr_pages ? 0 : -EPERM;
}

/*
 * In a mixed mapping, a page that is mapped but whose frame has a mapcount of 0
 * is not counted by the kernel.
 */
static void set_uncounted(struct vm_process *proc)
{
	for (uint32_t i = 0; i < proc->nr_pages; i++) {
		struct vm_page *page = &proc->page[i];

		if (proc->maps.region[page->region].is_mixed && page->frame && !page->mapcount)
			page->flags |= VM_PAGE_RAW;
	}
}

/**
 * page_map_frames - read what the kernel knows of the frames of all pages
 * @proc: processes with their pages
 * @nr: number of processes
 * @vague_ksm: bytes that KSM merged in unknown pages
 *
 * Return: 0; -EPERM or -EACCES without permission to see frames, or another
 * -errno.
 */
int page_map_frames(struct vm_process *proc, uint32_t nr, uint64_t *vague_ksm)
{
	int flags_fd = open("/proc/kpageflags", O_RDONLY | O_CLOEXEC);
	int count_fd = open("/proc/kpagecount", O_RDONLY | O_CLOEXEC);
	int err;

	if (flags_fd < 0 || count_fd < 0)
		err = -errno;
	else
		err = set_frames(flags_fd, count_fd, proc, nr);
	for (uint32_t i = 0; !err && i < nr; i++)
		set_uncounted(&proc[i]);
	*vague_ksm = 0;
	if (!err && is_ksm_false(flags_fd))
		for (uint32_t i = 0; i < nr; i++)
			*vague_ksm += correct_ksm(&proc[i]);
	if (flags_fd >= 0)
		close(flags_fd);
	if (count_fd >= 0)
		close(count_fd);
	return err;
}

/* ---- written and referenced pages ---- */

/* page_map_clear - begin to observe a process by clearing @bits; 0 or -errno */
int page_map_clear(uint32_t pid, enum page_map_bits bits)
{
	char path[64], digit = '0' + bits;
	int fd, err = 0;

	snprintf(path, sizeof(path), "/proc/%u/clear_refs", pid);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, &digit, 1) != 1)
		err = -errno;
	close(fd);
	return err;
}
