// SPDX-License-Identifier: GPL-2.0
/*
 * Names that the views of address spaces print, and how far the figures can be
 * trusted.
 */
#include "view/vm.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/text.h"
#include "view/label.h"

/* ---- regions ---- */

const char *view_vm_what(char buf[VIEW_VM_LABEL_MAX], enum region_kind kind,
			 enum region_part part)
{
	static const char *const image[] = {
		[PART_NONE] = "", [PART_SHARED] = ", shared", [PART_TEXT] = " text",
		[PART_DATA] = " data", [PART_CONST] = " constants", [PART_BARRED] = ", no access",
	};
	static const char *const file[] = {
		[PART_NONE] = "", [PART_SHARED] = ", shared", [PART_TEXT] = ", private",
		[PART_DATA] = ", private", [PART_CONST] = ", private",
		[PART_BARRED] = ", no access",
	};
	const char *how = file[part];

	if (kind == REGION_PROGRAM || kind == REGION_LIBRARY)
		how = image[part];
	else if (part == PART_SHARED && kind != REGION_FILE && kind != REGION_DEVICE)
		how = "";
	snprintf(buf, VIEW_VM_LABEL_MAX, "%s%s", region_kind_name(kind), how);
	return buf;
}

static bool has_suffix(const char *text, const char *with)
{
	size_t len = strlen(text), end = strlen(with);

	return len >= end && !strcmp(text + len - end, with);
}

/* Returns "name" for "/memfd:name (deleted)"; the kernel calls every memfd deleted. */
static char *memfd_name(const char *name)
{
	char *copy = strdup(name + strlen("/memfd:"));

	if (copy && has_suffix(copy, " (deleted)"))
		copy[strlen(copy) - strlen(" (deleted)")] = 0;
	return copy;
}

/* view_vm_object - what a region maps, to be freed; a path, or only its last part */
char *view_vm_object(const struct region *region, bool is_short)
{
	const char *slash = strrchr(region->name, '/');
	char *ret = NULL;
	int len = 0;

	switch (region->kind) {
	case REGION_SYSV:
		len = asprintf(&ret, is_short ? "id:%" PRIu64 ",key:0x%.8s" :
						"id %" PRIu64 ", key 0x%.8s",
			       region->inode, region->name + strlen("/SYSV"));
		break;
	case REGION_MEMFD:
		return memfd_name(region->name);
	case REGION_SHARED_ANON:
		len = asprintf(&ret, is_short ? "inode:%" PRIu64 : "inode %" PRIu64, region->inode);
		break;
	case REGION_HEAP:
	case REGION_STACK:
		return strdup("");
	case REGION_PROGRAM:
	case REGION_LIBRARY:
		return strdup(is_short && slash ? slash + 1 : region->name);
	default:
		return strdup(region->name);
	}
	return len < 0 ? NULL : ret;
}

char *view_vm_process(const struct vm_process *proc)
{
	char *ret;

	return asprintf(&ret, "%s[%u]", proc->comm, proc->pid) < 0 ? NULL : ret;
}

/* ---- causes ---- */

static const struct {
	const char *name;
	const char *together;
	const char *alone;
} causes[NR_VM_CAUSES] = {
	[CAUSE_MEMORY] = { "shared-memory",
		"one object, writable: what one stores the others load",
		"one object, writable; the others have not touched these pages" },
	[CAUSE_CACHE] = { "page-cache",
		"the object's own pages, read-only here: one copy serves all",
		"the object's own pages, which the others have not touched" },
	[CAUSE_UNWRITTEN] = { "unwritten",
		"the file's own pages until written: a write makes a private copy",
		"the file's own pages, not written; the others have not touched them" },
	[CAUSE_FORK] = { "fork",
		"as it was at the fork until written: a write makes a private copy",
		"as it was at a fork, shared with processes not named here" },
	[CAUSE_KSM] = { "ksm",
		"same content, merged by the kernel (KSM) until written",
		"same content as elsewhere, merged by the kernel (KSM)" },
	[CAUSE_ZERO] = { "zero-page",
		"read, never written: the kernel's page of zeros stands for all",
		"read, never written: the kernel's page of zeros" },
	[CAUSE_KERNEL] = { "kernel",
		"the kernel's own, mapped into every process",
		"the kernel's own" },
	[CAUSE_COPY] = { "copy",
		"",
		"private copies of the file's pages, made by writes" },
	[CAUSE_OWN] = { "own",
		"",
		"private memory" },
};

const char *view_vm_cause(enum vm_cause cause)
{
	return causes[cause].name;
}

const char *view_vm_why(enum vm_cause cause, bool is_together)
{
	return is_together ? causes[cause].together : causes[cause].alone;
}

/* ---- figures ---- */

void view_vm_set(struct table *table, unsigned int column, char *label)
{
	if (label)
		table_set(table, column, "%s", label);
	free(label);
}

void view_vm_set_bytes(struct table *table, unsigned int column, uint64_t bytes)
{
	label_set_bytes(table, column, bytes, true);
}

uint64_t view_vm_resident(const struct vm_share *share, const struct smaps *smaps,
			  const struct vm_counts *counts)
{
	if (share->has_frames)
		return (counts->mapped_once + counts->mapped_more) << VM_PAGE_SHIFT;
	return smaps->rss + smaps->shared_hugetlb + smaps->private_hugetlb;
}

uint64_t view_vm_pss(const struct vm_share *share, const struct smaps *smaps,
		     const struct vm_counts *counts)
{
	return share->has_frames ? counts->pss >> VM_PSS_SHIFT : smaps->pss;
}

struct smaps view_vm_smaps(const struct vm_process *proc)
{
	struct smaps sum = { 0 };

	for (uint32_t i = 0; i < proc->maps.nr; i++)
		smaps_add(&sum, &proc->maps.region[i].smaps);
	return sum;
}

/* ---- trust ---- */

bool view_vm_agrees(const struct region *region, const struct vm_counts *counts)
{
	const struct smaps *smaps = &region->smaps;
	uint64_t once = counts->mapped_once << VM_PAGE_SHIFT;
	uint64_t more = counts->mapped_more << VM_PAGE_SHIFT;

	if (counts->hugetlb)
		return once == smaps->private_hugetlb && more == smaps->shared_hugetlb;
	return once == smaps->private_clean + smaps->private_dirty &&
	       more == smaps->shared_clean + smaps->shared_dirty &&
	       counts->pss >> (VM_PSS_SHIFT + 10) == smaps->pss >> 10;
}

static void print_agreement(const struct vm_share *share)
{
	uint32_t nr = 0, nr_agreed = 0;

	for (uint32_t i = 0; i < share->nr; i++) {
		const struct vm_process *proc = &share->proc[i];

		nr += proc->maps.nr;
		for (uint32_t j = 0; j < proc->maps.nr; j++)
			nr_agreed += view_vm_agrees(&proc->maps.region[j], &proc->region[j]);
	}
	printf("check: in %u of %u regions the pages agree with the kernel's own sums (smaps)%s\n",
	       nr_agreed, nr, nr_agreed == nr ? "" : ", read a moment before");
}

/* view_vm_print_doubts - print what is unknown, and whether the known figures agree with smaps */
void view_vm_print_doubts(const struct vm_sample *sample)
{
	const struct vm_share *share = &sample->share;
	uint64_t nr_changed = 0;
	char vague[LABEL_MAX];

	for (uint32_t i = 0; i < share->nr; i++)
		nr_changed += share->proc[i].sum.changed;
	if (nr_changed)
		printf("%" PRIu64 " %s changed while being read, counted as unknown\n", nr_changed,
		       nr_changed == 1 ? "page" : "pages");
	if (share->vague_ksm)
		printf("%s are merged by KSM; in which pages this kernel does not tell: taken for fork\n",
		       label_bytes(vague, share->vague_ksm, true));
	if (share->has_frames) {
		print_agreement(share);
		return;
	}
	puts("Page frames are not shown to this user (that takes CAP_SYS_ADMIN): pages of files and\n"
	     "of shared memory are told by their place in the object; with whom private pages are\n"
	     "shared, what KSM has merged and who else maps a page cannot be known.");
}

/* view_vm_print_sample - print when the sample was taken, and that it shows one instant */
void view_vm_print_sample(const struct vm_sample *sample)
{
	time_t seconds = sample->at_ns / 1000000000;
	char when[32], took[LABEL_MAX];
	struct tm tm;

	strftime(when, sizeof(when), "%F %T", localtime_r(&seconds, &tm));
	printf("a sample in time: %s.%03u, page tables read twice in %s, nobody was stopped\n",
	       when, (unsigned int)(sample->at_ns % 1000000000 / 1000000),
	       label_ns(took, sample->took_ns));
}
