// SPDX-License-Identifier: GPL-2.0
/*
 * Which pages of its shared mappings each process wrote, or how many bytes of
 * them it referenced, during the observation.
 */
#include "view/vm.h"

#include <inttypes.h>
#include <stdlib.h>

#include "lib/search.h"
#include "view/label.h"

#define CELL_RANGES	12U	/* maximum number of ranges of pages in one cell */

enum {
	COL_PROCESS, COL_WHAT, COL_OBJECT, COL_MAPPED, COL_RESIDENT, COL_USED, COL_WHICH,
	COL_RANGE, COL_PROT,
};

const struct table_column view_watch_columns[] = {
	{ "PROCESS", false }, { "WHAT", false }, { "OBJECT", false }, { "SIZE", true },
	{ "RESIDENT", true }, { "USED", true }, { "PAGES", false },
	{ "RANGE", false }, { "PROT", false }, { NULL, false }
};

const struct table_view view_watch_usual = {
	.column = { COL_PROCESS, COL_WHAT, COL_OBJECT, COL_MAPPED, COL_RESIDENT, COL_USED,
		    COL_WHICH },
	.nr = 7,
};

static bool is_written(const struct vm_page *page, uint32_t region)
{
	return page->region == region && page->flags & VM_PAGE_WRITTEN;
}

/* "0-3,17": indexes of written pages in the object; to be freed */
static char *written_pages(const struct vm_process *proc, uint32_t number, uint32_t first)
{
	const struct region *region = &proc->maps.region[number];
	uint32_t nr = 0, next;
	char *ret = NULL;
	size_t size;
	FILE *out = open_memstream(&ret, &size);

	if (!out)
		return NULL;
	for (uint32_t i = first; i < proc->nr_pages && proc->page[i].region <= number; i = next) {
		uint64_t from = region_index(region, proc->page[i].address), to = from;

		next = i + 1;
		if (!is_written(&proc->page[i], number))
			continue;
		if (nr++ == CELL_RANGES) {
			fputs(",...", out);
			break;
		}
		while (next < proc->nr_pages && is_written(&proc->page[next], number) &&
		       region_index(region, proc->page[next].address) == to + 1) {
			next++;
			to++;
		}
		fprintf(out, "%s%" PRIu64, nr > 1 ? "," : "", from);
		if (to > from)
			fprintf(out, "-%" PRIu64, to);
	}
	return fclose(out) ? NULL : ret;
}

static bool is_in_or_after(const void *pages, uint32_t i, uint64_t region)
{
	const struct vm_page *page = pages;

	return page[i].region >= region;
}

/* Returns the first page of the region, or where it would be in the list. */
static uint32_t first_page(const struct vm_process *proc, uint32_t region)
{
	return search_first(proc->page, 0, proc->nr_pages, region, is_in_or_after);
}

static void add_region(struct table *table, const struct vm_sample *sample, uint32_t number,
		       uint32_t region_number)
{
	const struct vm_process *proc = &sample->share.proc[number];
	const struct region *region = &proc->maps.region[region_number];
	const struct vm_counts *counts = &proc->region[region_number];
	char what[VIEW_VM_LABEL_MAX];

	table_add(table);
	view_vm_set(table, COL_PROCESS, view_vm_process(proc));
	table_set_phrase(table, COL_WHAT, view_vm_what(what, region->kind, region_part(region)));
	view_vm_set(table, COL_OBJECT, view_vm_object(region, true));
	table_set(table, COL_RANGE, "%012" PRIx64 "-%012" PRIx64, region->start, region->end);
	table_set(table, COL_PROT, "%s", region->prot);
	view_vm_set_bytes(table, COL_MAPPED, region_bytes(region));
	view_vm_set_bytes(table, COL_RESIDENT, counts->present << VM_PAGE_SHIFT);
	if (!vm_sample_was_mapped(sample, number, region)) {
		table_set_phrase(table, COL_WHICH, "not known: mapped meanwhile");
		return;
	}
	if (sample->watch == WATCH_TOUCHED) {
		view_vm_set_bytes(table, COL_USED, region->smaps.referenced);
		return;
	}
	view_vm_set_bytes(table, COL_USED, counts->written << VM_PAGE_SHIFT);
	view_vm_set(table, COL_WHICH,
		    written_pages(proc, region_number, first_page(proc, region_number)));
}

static void print_note(const struct vm_sample *sample)
{
	char interval[LABEL_MAX];

	label_ns(interval, sample->watched_ns);
	if (sample->watch == WATCH_WRITTEN)
		printf("USED: written at least once within %s (sampled by soft-dirty bits; a page that left\n"
		       "the page table meanwhile is missing). PAGES: places in the object, in pages.\n",
		       interval);
	else
		printf("USED: referenced within %s (sampled by accessed bits: a translation that a CPU still\n"
		       "has cached sets none, and a page that another process reads from the file or unmaps\n"
		       "counts as well; which pages it were the kernel does not tell).\n",
		       interval);
}

/**
 * view_watch_print - print all shared mappings
 * Return: 0.
 */
int view_watch_print(const struct vm_sample *sample, const struct view_vm *view)
{
	struct table *table = table_create_view(view_watch_columns, &view->table);
	uint32_t nr = 0;

	for (uint32_t i = 0; i < sample->share.nr; i++) {
		const struct vm_process *proc = &sample->share.proc[i];

		for (uint32_t j = 0; j < proc->maps.nr; j++) {
			if (!region_is_shared(&proc->maps.region[j]))
				continue;
			add_region(table, sample, i, j);
			nr++;
		}
	}
	if (nr)
		table_print(table);
	else if (!view->table.is_chosen)
		puts("no shared mappings");
	table_destroy(table);
	if (view->table.is_chosen)
		return 0;
	putchar('\n');
	print_note(sample);
	view_vm_print_sample(sample);
	return 0;
}
