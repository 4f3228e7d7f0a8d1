// SPDX-License-Identifier: GPL-2.0
/*
 * Computes what address spaces share, page by page: all page table entries are
 * sorted by frame, so that the entries of one frame are neighbours.
 */
#include "vm/share.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Keys of frames with unknown numbers; no frame number has these bits. */
#define KEY_OBJECT	(1ULL << 63)	/* | object number; key[1]: index in the object */
#define KEY_PRIVATE	(1ULL << 62)	/* | process number; key[1]: index in the process */
#define KEY_ZERO	(1ULL << 61)

/* ---- objects ---- */

static const struct region *page_region(const struct vm_process *proc, const struct vm_page *page)
{
	return &proc->maps.region[page->region];
}

static uint64_t region_ns(const struct vm_process *proc, const struct region *region)
{
	return region->kind == REGION_SYSV ? proc->ipc_ns : 0;
}

static uint64_t object_hash(const struct region *region, uint64_t ipc_ns)
{
	if (!region_has_object(region))
		return region->kind;
	return map_hash(map_pair(region->major, region->minor) ^ map_hash(ipc_ns)) + region->inode;
}

static bool is_object(const struct vm_object *object, const struct region *region, uint64_t ipc_ns)
{
	const struct region *first = object->region;

	if (!region_has_object(region))
		return object->kind == region->kind;
	return region_has_object(first) && object->ipc_ns == ipc_ns &&
	       first->inode == region->inode && first->major == region->major &&
	       first->minor == region->minor &&
	       (first->kind == REGION_SYSV) == (region->kind == REGION_SYSV);
}

static int add_object(struct vm_share *share, struct region *region, uint64_t ipc_ns)
{
	uint64_t hash = object_hash(region, ipc_ns);
	struct vm_object *object = pool_add(&share->object, &region->object);

	if (!object)
		return -ENOMEM;
	object->kind = region->kind;
	object->region = region;
	object->ipc_ns = ipc_ns;
	object->next = map_get(&share->object_of, hash);
	return map_set(&share->object_of, hash, region->object);
}

static int find_object(struct vm_share *share, struct region *region, uint64_t ipc_ns)
{
	uint32_t number = map_get(&share->object_of, object_hash(region, ipc_ns));

	while (number && !is_object(vm_object_at(share, number), region, ipc_ns))
		number = vm_object_at(share, number)->next;
	region->object = number;
	return number ? 0 : add_object(share, region, ipc_ns);
}

static int find_objects(struct vm_share *share, uint32_t number)
{
	struct vm_process *proc = &share->proc[number];
	int err = 0;

	for (uint32_t i = 0; i < proc->maps.nr && !err; i++) {
		struct region *region = &proc->maps.region[i];

		err = find_object(share, region, region_ns(proc, region));
		if (!err)
			vm_object_at(share, region->object)->procs |= 1ULL << number;
	}
	return err;
}

/* ---- entries by frame ---- */

/*
 * Sets in @ret the key that identifies the frame of a page. Returns false if
 * the frame cannot be identified.
 */
static bool page_key(const struct vm_process *proc, uint32_t number, uint32_t place,
		     struct vm_ref *ret)
{
	const struct vm_page *page = &proc->page[place];
	const struct region *region = page_region(proc, page);

	*ret = (struct vm_ref){ .proc = number, .page = place };
	if (!(page->flags & VM_PAGE_PRESENT) || page->flags & (VM_PAGE_CHANGED | VM_PAGE_RAW))
		return false;
	if (page->frame) {
		ret->key[0] = page->frame;
	} else if (page->flags & VM_PAGE_ZERO) {
		ret->key[0] = KEY_ZERO;
	} else if (page->flags & VM_PAGE_FILE) {
		ret->key[0] = KEY_OBJECT | region->object;
		ret->key[1] = region_index(region, page->address);
	} else if (page->flags & VM_PAGE_EXCLUSIVE) {
		ret->key[0] = KEY_PRIVATE | number;
		ret->key[1] = place;
	} else {
		return false;
	}
	return true;
}

static int compare_refs(const void *a, const void *b)
{
	const struct vm_ref *x = a, *y = b;

	for (int i = 0; i < 2; i++)
		if (x->key[i] != y->key[i])
			return x->key[i] < y->key[i] ? -1 : 1;
	if (x->proc != y->proc)
		return x->proc < y->proc ? -1 : 1;
	return x->page < y->page ? -1 : x->page > y->page;
}

static int sort_refs(struct vm_share *share)
{
	uint64_t nr = 0;

	for (uint32_t i = 0; i < share->nr; i++)
		nr += share->proc[i].nr_pages;
	share->ref = calloc(nr + 1, sizeof(*share->ref));
	if (!share->ref)
		return -ENOMEM;
	for (uint32_t i = 0; i < share->nr; i++)
		for (uint32_t place = 0; place < share->proc[i].nr_pages; place++)
			share->nr_refs += page_key(&share->proc[i], i, place,
						   &share->ref[share->nr_refs]);
	qsort(share->ref, share->nr_refs, sizeof(*share->ref), compare_refs);
	return 0;
}

static bool is_same_frame(const struct vm_ref *a, const struct vm_ref *b)
{
	return a->key[0] == b->key[0] && a->key[1] == b->key[1];
}

/* ---- frames ---- */

/* all entries that refer to one frame */
struct run {
	const struct vm_ref *ref;
	uint32_t nr;
};

static struct vm_page *ref_page(const struct vm_share *share, const struct vm_ref *ref)
{
	return &share->proc[ref->proc].page[ref->page];
}

static const struct region *ref_region(const struct vm_share *share, const struct vm_ref *ref)
{
	return page_region(&share->proc[ref->proc], ref_page(share, ref));
}

static uint64_t run_procs(const struct run *run)
{
	uint64_t procs = 0;

	for (uint32_t i = 0; i < run->nr; i++)
		procs |= 1ULL << run->ref[i].proc;
	return procs;
}

static bool is_several(uint64_t procs)
{
	return procs & (procs - 1);
}

/* True if processes that the user did not name have the frame mapped, too. */
static bool has_others(const struct run *run, const struct vm_page *page)
{
	if (page->mapcount)
		return page->mapcount > run->nr;
	return run->nr == 1 && !(page->flags & VM_PAGE_EXCLUSIVE);
}

/*
 * A page on the border of two parts of a file is mapped in both; the part that
 * is first in enum region_part counts.
 */
static const struct region *run_region(const struct vm_share *share, const struct run *run)
{
	const struct region *ret = ref_region(share, run->ref);

	for (uint32_t i = 1; i < run->nr; i++) {
		const struct region *region = ref_region(share, &run->ref[i]);

		if (region_part(region) < region_part(ret))
			ret = region;
	}
	return ret;
}

/* True if one of the processes may write the frame so that all others see it. */
static bool has_writer(const struct vm_share *share, const struct run *run)
{
	for (uint32_t i = 0; i < run->nr; i++) {
		const struct region *region = ref_region(share, &run->ref[i]);

		if (region_is_shared(region) && region->prot[1] == 'w')
			return true;
	}
	return false;
}

static enum vm_cause private_cause(const struct run *run, const struct vm_page *page,
				   const struct region *region)
{
	if (is_several(run_procs(run)) || has_others(run, page))
		return CAUSE_FORK;
	return region_has_object(region) ? CAUSE_COPY : CAUSE_OWN;
}

static enum vm_cause run_cause(const struct vm_share *share, const struct run *run,
			       const struct vm_page *page, const struct region *region)
{
	if (page->flags & VM_PAGE_ZERO)
		return CAUSE_ZERO;
	if (region->kind == REGION_KERNEL)
		return CAUSE_KERNEL;
	if (page->flags & VM_PAGE_KSM)
		return CAUSE_KSM;
	if (has_writer(share, run))
		return CAUSE_MEMORY;
	if (region_is_shared(region))
		return CAUSE_CACHE;
	if (!(page->flags & VM_PAGE_FILE))
		return private_cause(run, page, region);
	return region_part(region) == PART_DATA ? CAUSE_UNWRITTEN : CAUSE_CACHE;
}

/* Computed as in smaps. The zero page is not in any process's share. */
static uint64_t page_pss(const struct vm_page *page)
{
	if (page->flags & VM_PAGE_ZERO)
		return 0;
	return (VM_PAGE_SIZE << VM_PSS_SHIFT) / (page->mapcount ? page->mapcount : 1);
}

/* ---- groups ---- */

static int procs_number(struct vm_share *share, uint64_t procs, uint32_t *ret)
{
	*ret = map_get(&share->procs_of, procs);
	if (*ret)
		return 0;
	*ret = share->procs_of.nr + 1;
	return map_set(&share->procs_of, procs, *ret);
}

static struct vm_group *find_group(struct vm_share *share, const struct vm_group *like)
{
	struct vm_group *group;
	uint32_t procs, number;
	uint64_t key;

	if (procs_number(share, like->procs, &procs))
		return NULL;
	key = map_pair(like->object, procs) << 8 | like->part << 4 | like->cause;
	number = map_get(&share->group_of, key);
	if (number)
		return vm_group_at(share, number);
	group = pool_add(&share->group, &number);
	if (!group || map_set(&share->group_of, key, number))
		return NULL;
	*group = *like;
	return group;
}

static int count_run(struct vm_share *share, const struct run *run)
{
	const struct region *region = run_region(share, run);
	struct vm_page *page = ref_page(share, run->ref);
	struct vm_group *group, like = {
		.object = region->object,
		.part = region_part(region),
		.cause = run_cause(share, run, page, region),
		.procs = run_procs(run),
	};
	uint16_t flags = is_several(like.procs) ? VM_PAGE_TOGETHER : 0;

	if (has_others(run, page))
		flags |= VM_PAGE_OTHERS;
	group = find_group(share, &like);
	if (!group)
		return -ENOMEM;
	group->frames++;
	group->mapped += run->nr;
	group->others += !!(flags & VM_PAGE_OTHERS);
	for (uint32_t i = 0; i < run->nr; i++) {
		ref_page(share, &run->ref[i])->flags |= flags;
		group->pss += page_pss(page);
	}
	return 0;
}

static int count_runs(struct vm_share *share)
{
	uint64_t next;
	int err = 0;

	for (uint64_t i = 0; i < share->nr_refs && !err; i = next) {
		for (next = i + 1; next < share->nr_refs; next++)
			if (!is_same_frame(&share->ref[i], &share->ref[next]))
				break;
		share->nr_frames++;
		err = count_run(share, &(struct run){ &share->ref[i], next - i });
	}
	return err;
}

/* ---- regions ---- */

static bool is_known(const struct vm_page *page)
{
	return page->frame || page->flags & (VM_PAGE_FILE | VM_PAGE_EXCLUSIVE);
}

static void count_kind(struct vm_counts *counts, const struct vm_page *page)
{
	if (page->flags & VM_PAGE_CHANGED)
		counts->unknown++;
	else if (page->flags & VM_PAGE_ZERO)
		counts->zero++;
	else if (page->flags & VM_PAGE_RAW)
		counts->raw++;
	else if (page->flags & VM_PAGE_TOGETHER)
		counts->together++;
	else if (page->flags & VM_PAGE_OTHERS)
		counts->others++;
	else if (is_known(page))
		counts->own++;
	else
		counts->unknown++;
}

static void count_page(struct vm_counts *counts, const struct vm_page *page,
		       const struct region *region)
{
	counts->changed += !!(page->flags & VM_PAGE_CHANGED);
	counts->written += !!(page->flags & VM_PAGE_WRITTEN);
	counts->swapped += !!(page->flags & VM_PAGE_SWAPPED);
	if (!(page->flags & VM_PAGE_PRESENT))
		return;
	counts->present++;
	count_kind(counts, page);
	counts->ksm += !!(page->flags & VM_PAGE_KSM);
	counts->huge += !!(page->flags & VM_PAGE_HUGE);
	counts->hugetlb += !!(page->flags & VM_PAGE_HUGETLB);
	if (page->flags & (VM_PAGE_ZERO | VM_PAGE_RAW))
		return;
	counts->copies += region_has_object(region) && !(page->flags & VM_PAGE_FILE);
	counts->mapped_once += page->mapcount < 2;
	counts->mapped_more += page->mapcount >= 2;
	counts->pss += page_pss(page);
}

static void add_counts(struct vm_counts *sum, const struct vm_counts *one)
{
	uint64_t *to = (uint64_t *)sum;
	const uint64_t *from = (const uint64_t *)one;

	for (size_t i = 0; i < sizeof(*sum) / sizeof(*to); i++)
		to[i] += from[i];
}

static void count_regions(struct vm_process *proc)
{
	for (uint32_t i = 0; i < proc->nr_pages; i++) {
		const struct vm_page *page = &proc->page[i];

		count_page(&proc->region[page->region], page, page_region(proc, page));
	}
	for (uint32_t i = 0; i < proc->maps.nr; i++)
		add_counts(&proc->sum, &proc->region[i]);
}

/* ---- */

static int number_objects(struct vm_share *share)
{
	int err = pool_init(&share->object, sizeof(struct vm_object));

	for (uint32_t i = 0; i < share->nr && !err; i++)
		err = find_objects(share, i);
	return err;
}

static int count_processes(struct vm_share *share)
{
	for (uint32_t i = 0; i < share->nr; i++) {
		struct vm_process *proc = &share->proc[i];

		proc->region = calloc(proc->maps.nr + 1, sizeof(*proc->region));
		if (!proc->region)
			return -ENOMEM;
		count_regions(proc);
	}
	return 0;
}

/**
 * vm_share_count - compare all pages: fill the groups, and the counts of
 * regions
 * @share: zeroed except for the caller's fields; call vm_share_deinit() after
 *	an error, too
 *
 * Return: 0 or -ENOMEM.
 */
int vm_share_count(struct vm_share *share)
{
	int err = number_objects(share);

	if (!err)
		err = pool_init(&share->group, sizeof(struct vm_group));
	if (!err)
		err = sort_refs(share);
	if (!err)
		err = count_runs(share);
	if (!err)
		err = count_processes(share);
	return err;
}

void vm_share_deinit(struct vm_share *share)
{
	for (uint32_t i = 0; i < share->nr; i++) {
		proc_maps_deinit(&share->proc[i].maps);
		free(share->proc[i].page);
		free(share->proc[i].region);
	}
	free(share->proc);
	free(share->ref);
	map_deinit(&share->object_of);
	map_deinit(&share->procs_of);
	map_deinit(&share->group_of);
	pool_deinit(&share->object);
	pool_deinit(&share->group);
	*share = (struct vm_share){ 0 };
}

bool vm_group_is_together(const struct vm_share *share, const struct vm_group *group)
{
	(void)share;
	return is_several(group->procs);
}

bool vm_group_is_apart(const struct vm_share *share, const struct vm_group *group)
{
	return !is_several(group->procs) && group->cause != CAUSE_ZERO &&
	       is_several(vm_object_at(share, group->object)->procs);
}
