// SPDX-License-Identifier: GPL-2.0
/*
 * Draws one address space: its regions in order of addresses, and what each
 * page is.
 */
#include "view/vm.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/text.h"
#include "view/label.h"

#define BAR_WIDTH	16U	/* number of cells */

enum {
	COL_RANGE, COL_SIZE, COL_PROT, COL_RESIDENT, COL_SHARE, COL_PAGES, COL_WHAT, COL_BACKING,
	COL_OWN, COL_SHARED, COL_COPIES, COL_ZERO, COL_SWAP, COL_KSM, COL_HUGE,
	COL_HUGETLB, COL_REFERENCED, COL_OFFSET, COL_DEVICE, COL_INODE, COL_RSS, COL_PSS,
};

const struct table_column view_vm_columns[] = {
	{ "RANGE", false }, { "SIZE", true }, { "PROT", false }, { "RESIDENT", true },
	{ "SHARE", true }, { "PAGES", false }, { "WHAT", false }, { "BACKING", false },
	{ "OWN", true }, { "SHARED", true }, { "COPIES", true }, { "ZERO", true },
	{ "SWAP", true }, { "KSM", true }, { "HUGE", true }, { "HUGETLB", true },
	{ "REFERENCED", true }, { "OFFSET", true }, { "DEVICE", true }, { "INODE", true },
	{ "RSS", true }, { "PSS", true }, { NULL, false }
};

const struct table_view view_vm_usual = {
	.column = { COL_RANGE, COL_SIZE, COL_PROT, COL_RESIDENT, COL_SHARE, COL_PAGES, COL_WHAT,
		    COL_BACKING },
	.nr = 8,
};

/* ---- the bar ---- */

/* Kinds of pages, one letter each. If two kinds are equally frequent, the first one is shown. */
enum letter { LETTER_OWN, LETTER_SHARED, LETTER_ZERO, LETTER_SWAPPED, LETTER_RAW, LETTER_UNKNOWN,
	      NR_LETTERS };

static const char capitals[] = "OSZWK?", small[] = "oszwk?";

static enum letter page_letter(const struct vm_page *page)
{
	if (page->flags & VM_PAGE_CHANGED)
		return LETTER_UNKNOWN;
	if (!(page->flags & VM_PAGE_PRESENT))
		return LETTER_SWAPPED;
	if (page->flags & VM_PAGE_ZERO)
		return LETTER_ZERO;
	if (page->flags & VM_PAGE_RAW)
		return LETTER_RAW;
	if (page->mapcount)
		return page->mapcount > 1 ? LETTER_SHARED : LETTER_OWN;
	return page->frame || page->flags & VM_PAGE_FILE ? LETTER_SHARED : LETTER_UNKNOWN;
}

/* Returns the most frequent letter; a capital if all pages of the cell are of this kind. */
static char cell_letter(const uint64_t *nr, uint64_t cell_pages)
{
	unsigned int most = 0;

	for (unsigned int i = 1; i < NR_LETTERS; i++)
		if (nr[i] > nr[most])
			most = i;
	if (!nr[most])
		return '.';
	return nr[most] == cell_pages ? capitals[most] : small[most];
}

static uint64_t region_pages(const struct region *region)
{
	return region_bytes(region) >> VM_PAGE_SHIFT;
}

/*
 * Draws the bar of a region. A cell is a part of the region; in a small region
 * it is one page. @first: the first page of the process that may be in the
 * region. Returns the first page after the region.
 */
static uint32_t draw_bar(const struct vm_process *proc, uint32_t number, uint32_t first,
			 char bar[BAR_WIDTH + 1])
{
	const struct region *region = &proc->maps.region[number];
	uint64_t pages = region_pages(region);
	uint64_t cells = pages < BAR_WIDTH ? pages : BAR_WIDTH;
	uint64_t nr[BAR_WIDTH][NR_LETTERS] = { 0 };
	uint32_t i;

	for (i = first; i < proc->nr_pages && proc->page[i].region == number; i++) {
		uint64_t place = (proc->page[i].address - region->start) >> VM_PAGE_SHIFT;

		nr[((place + 1) * cells - 1) / pages][page_letter(&proc->page[i])]++;
	}
	for (uint64_t cell = 0; cell < cells; cell++)
		bar[cell] = cell_letter(nr[cell], (cell + 1) * pages / cells - cell * pages / cells);
	bar[cells] = 0;
	return i;
}

/* ---- rows ---- */

static void set_pages(struct table *table, unsigned int column, uint64_t pages)
{
	view_vm_set_bytes(table, column, pages << VM_PAGE_SHIFT);
}

static void set_counts(struct table *table, const struct vm_counts *counts)
{
	set_pages(table, COL_OWN, counts->own);
	set_pages(table, COL_SHARED, counts->together + counts->others);
	set_pages(table, COL_COPIES, counts->copies);
	set_pages(table, COL_ZERO, counts->zero);
	set_pages(table, COL_SWAP, counts->swapped);
	set_pages(table, COL_KSM, counts->ksm);
	set_pages(table, COL_HUGE, counts->huge);
	set_pages(table, COL_HUGETLB, counts->hugetlb);
}

static void set_region(struct table *table, const struct region *region)
{
	table_set(table, COL_RANGE, "%012" PRIx64 "-%012" PRIx64, region->start, region->end);
	view_vm_set_bytes(table, COL_SIZE, region_bytes(region));
	table_set(table, COL_PROT, "%s", region->prot);
	table_set(table, COL_OFFSET, "0x%" PRIx64, region->offset);
	table_set(table, COL_DEVICE, "%x:%x", region->major, region->minor);
	table_set(table, COL_INODE, "%" PRIu64, region->inode);
	view_vm_set_bytes(table, COL_REFERENCED, region->smaps.referenced);
	view_vm_set_bytes(table, COL_RSS, region->smaps.rss);
	view_vm_set_bytes(table, COL_PSS, region->smaps.pss);
}

/*
 * A region without a name directly after a file's data is the file's memory
 * without content (bss).
 */
static char *backing_label(const struct proc_maps *maps, uint32_t number)
{
	const struct region *region = &maps->region[number], *before = region - 1;
	char *name, *ret;
	int len;

	if (number && region->kind == REGION_ANON && !region->name[0] && region->prot[1] == 'w' &&
	    region_part(before) == PART_DATA && before->end == region->start) {
		name = view_vm_object(before, true);
		len = asprintf(&ret, "bss-of:%s", name ?: "?");
		free(name);
		return len < 0 ? NULL : ret;
	}
	return view_vm_object(region, false);
}

/*
 * True if there is a gap before the region; between the halves of the address
 * space nothing can be mapped.
 */
static bool has_gap(const struct region *region)
{
	return region[-1].end < region->start && region[-1].start >> 63 == region->start >> 63;
}

static void add_gap(struct table *table, uint64_t bytes)
{
	table_add(table);
	view_vm_set_bytes(table, COL_SIZE, bytes);
	table_set(table, COL_WHAT, "not-mapped");
}

static uint32_t add_region(struct table *table, const struct vm_share *share, uint32_t number,
			   uint32_t first_page)
{
	const struct vm_process *proc = &share->proc[0];
	const struct region *region = &proc->maps.region[number];
	const struct vm_counts *counts = &proc->region[number];
	char bar[BAR_WIDTH + 1], what[VIEW_VM_LABEL_MAX];
	uint32_t next = draw_bar(proc, number, first_page, bar);

	table_add(table);
	set_region(table, region);
	set_counts(table, counts);
	view_vm_set_bytes(table, COL_RESIDENT, view_vm_resident(share, &region->smaps, counts));
	view_vm_set_bytes(table, COL_SHARE, view_vm_pss(share, &region->smaps, counts));
	table_set(table, COL_PAGES, "%s", bar);
	table_set_phrase(table, COL_WHAT, view_vm_what(what, region->kind, region_part(region)));
	view_vm_set(table, COL_BACKING, backing_label(&proc->maps, number));
	return next;
}

static void print_regions(const struct vm_share *share, const struct table_view *view)
{
	const struct proc_maps *maps = &share->proc[0].maps;
	struct table *table = table_create_view(view_vm_columns, view);
	uint32_t page = 0;

	for (uint32_t i = 0; i < maps->nr; i++) {
		if (i && has_gap(&maps->region[i]))
			add_gap(table, maps->region[i].start - maps->region[i - 1].end);
		page = add_region(table, share, i, page);
	}
	table_print(table);
	table_destroy(table);
}

/* ---- sums ---- */

enum {
	SUM_WHAT, SUM_REGIONS, SUM_SIZE, SUM_RESIDENT, SUM_SHARE, SUM_OWN, SUM_SHARED, SUM_ZERO,
	SUM_SWAP,
};

static const struct table_column sum_columns[] = {
	{ "WHAT", false }, { "REGIONS", true }, { "SIZE", true }, { "RESIDENT", true },
	{ "SHARE", true }, { "OWN", true }, { "SHARED", true }, { "ZERO", true },
	{ "SWAP", true }, { NULL, false }
};

/* all regions of one kind and part */
struct sum {
	uint32_t nr_regions;
	uint64_t size, resident, pss;
	uint64_t own, shared, zero, swapped;
};

static void add_to_sum(struct sum *sum, const struct vm_share *share, uint32_t number)
{
	const struct region *region = &share->proc[0].maps.region[number];
	const struct vm_counts *counts = &share->proc[0].region[number];

	sum->nr_regions++;
	sum->size += region_bytes(region);
	sum->resident += view_vm_resident(share, &region->smaps, counts);
	sum->pss += view_vm_pss(share, &region->smaps, counts);
	sum->own += counts->own;
	sum->shared += counts->together + counts->others;
	sum->zero += counts->zero;
	sum->swapped += counts->swapped;
}

static void add_sum(struct table *table, const struct sum *sum, const char *what)
{
	table_add(table);
	table_set_phrase(table, SUM_WHAT, what);
	table_set(table, SUM_REGIONS, "%u", sum->nr_regions);
	view_vm_set_bytes(table, SUM_SIZE, sum->size);
	view_vm_set_bytes(table, SUM_RESIDENT, sum->resident);
	view_vm_set_bytes(table, SUM_SHARE, sum->pss);
	set_pages(table, SUM_OWN, sum->own);
	set_pages(table, SUM_SHARED, sum->shared);
	set_pages(table, SUM_ZERO, sum->zero);
	set_pages(table, SUM_SWAP, sum->swapped);
}

static void print_sums(const struct vm_share *share)
{
	const struct proc_maps *maps = &share->proc[0].maps;
	struct sum sum[NR_REGION_KINDS][NR_REGION_PARTS] = { 0 }, total = { 0 };
	char what[VIEW_VM_LABEL_MAX];
	struct table *table = table_create(sum_columns);

	for (uint32_t i = 0; i < maps->nr; i++) {
		const struct region *region = &maps->region[i];

		add_to_sum(&sum[region->kind][region_part(region)], share, i);
		add_to_sum(&total, share, i);
	}
	for (unsigned int kind = 0; kind < NR_REGION_KINDS; kind++)
		for (unsigned int part = 0; part < NR_REGION_PARTS; part++)
			if (sum[kind][part].nr_regions)
				add_sum(table, &sum[kind][part], view_vm_what(what, kind, part));
	add_sum(table, &total, "all");
	table_print(table);
	table_destroy(table);
}

static void print_head(const struct vm_sample *sample)
{
	const struct vm_process *proc = &sample->share.proc[0];
	struct smaps smaps = view_vm_smaps(proc);
	uint64_t bytes = 0;
	char size[LABEL_MAX], resident[LABEL_MAX], share[LABEL_MAX];

	for (uint32_t i = 0; i < proc->maps.nr; i++)
		bytes += region_bytes(&proc->maps.region[i]);
	text_print(stdout, proc->comm);
	printf("[%u]: %u regions of %s, %s of it in memory, its proportional share %s\n", proc->pid,
	       proc->maps.nr, label_bytes(size, bytes, true),
	       label_bytes(resident, view_vm_resident(&sample->share, &smaps, &proc->sum), true),
	       label_bytes(share, view_vm_pss(&sample->share, &smaps, &proc->sum), true));
	view_vm_print_sample(sample);
}

/**
 * view_vm_print - print the regions of the first process, and sums by kind
 * Return: 0.
 */
int view_vm_print(const struct vm_sample *sample, const struct view_vm *view)
{
	if (view->table.is_chosen) {
		print_regions(&sample->share, &view->table);
		return 0;
	}
	print_head(sample);
	putchar('\n');
	print_regions(&sample->share, &view->table);
	puts("\nPAGES: O own (mapped by this process alone), S shared, Z the kernel's page of zeros,\n"
	     "W in swap, K not counted by the kernel, ? not known, . not in memory; a small letter:\n"
	     "some of the pages there. SHARE: each page divided by the number of its mappings.\n");
	print_sums(&sample->share);
	putchar('\n');
	view_vm_print_doubts(sample);
	return 0;
}
