// SPDX-License-Identifier: GPL-2.0
/*
 * Address spaces, as JSON.  The keys are documented in ipcprobe-vm(1).
 */
#include "view/vm.h"

#include <inttypes.h>
#include <stdlib.h>

#include "lib/text.h"
#include "view/json.h"

static json_t *bytes_json(uint64_t pages)
{
	return view_json_number(pages << VM_PAGE_SHIFT);
}

/* null without permission to see frames */
static json_t *framed_json(const struct vm_share *share, uint64_t pages)
{
	return share->has_frames ? bytes_json(pages) : json_null();
}

static json_t *label_json(char *label)
{
	json_t *string = text_json(label ?: "");

	free(label);
	return string;
}

static json_t *part_json(enum region_part part)
{
	static const char *const names[NR_REGION_PARTS] = {
		[PART_SHARED] = "shared", [PART_TEXT] = "text", [PART_DATA] = "data",
		[PART_CONST] = "constants", [PART_BARRED] = "no-access",
	};

	return names[part] ? json_string(names[part]) : json_null();
}

/* ---- regions ---- */

static json_t *counts_json(const struct vm_share *share, const struct vm_counts *counts)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
			 "present", bytes_json(counts->present),
			 "own", bytes_json(counts->own),
			 "together", bytes_json(counts->together),
			 "others", bytes_json(counts->others),
			 "unknown", bytes_json(counts->unknown),
			 "zero", bytes_json(counts->zero),
			 "raw", bytes_json(counts->raw),
			 "swapped", bytes_json(counts->swapped),
			 "changed", bytes_json(counts->changed),
			 "copies", bytes_json(counts->copies),
			 "ksm", framed_json(share, counts->ksm),
			 "huge", framed_json(share, counts->huge),
			 "hugetlb", framed_json(share, counts->hugetlb),
			 "mapped_once", framed_json(share, counts->mapped_once),
			 "mapped_more", framed_json(share, counts->mapped_more));
}

static json_t *smaps_json(const struct smaps *smaps)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
			 "rss", view_json_number(smaps->rss),
			 "pss", view_json_number(smaps->pss),
			 "shared", view_json_number(smaps->shared_clean + smaps->shared_dirty),
			 "private", view_json_number(smaps->private_clean + smaps->private_dirty),
			 "referenced", view_json_number(smaps->referenced),
			 "anonymous", view_json_number(smaps->anonymous),
			 "swap", view_json_number(smaps->swap),
			 "shared_hugetlb", view_json_number(smaps->shared_hugetlb),
			 "private_hugetlb", view_json_number(smaps->private_hugetlb),
			 "ksm", view_json_number(smaps->ksm));
}

static json_t *written_json(const struct vm_process *proc, uint32_t number)
{
	const struct region *region = &proc->maps.region[number];
	json_t *list = json_array();

	for (uint32_t i = 0; i < proc->nr_pages; i++) {
		const struct vm_page *page = &proc->page[i];

		if (page->region == number && page->flags & VM_PAGE_WRITTEN)
			json_array_append_new(list, view_json_number(region_index(region,
										  page->address)));
	}
	return list;
}

/* Sets what was observed of a shared mapping; null for other mappings, and if it is unknown. */
static void set_watch(json_t *object, const struct vm_sample *sample, uint32_t proc,
		      uint32_t number)
{
	const struct region *region = &sample->share.proc[proc].maps.region[number];
	bool is_known = region_is_shared(region) && vm_sample_was_mapped(sample, proc, region);

	if (sample->watch == WATCH_WRITTEN)
		json_object_set_new(object, "written_pages",
				    is_known ? written_json(&sample->share.proc[proc], number) :
					       json_null());
	if (sample->watch == WATCH_TOUCHED)
		json_object_set_new(object, "touched_bytes",
				    view_json_known(is_known, region->smaps.referenced));
}

static json_t *region_json(const struct vm_sample *sample, uint32_t proc, uint32_t number)
{
	const struct vm_share *share = &sample->share;
	const struct region *region = &share->proc[proc].maps.region[number];
	const struct vm_counts *counts = &share->proc[proc].region[number];
	char range[40];
	json_t *object;

	snprintf(range, sizeof(range), "%" PRIx64 "-%" PRIx64, region->start, region->end);
	object = json_pack("{s:s, s:o, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
			   "range", range,
			   "bytes", view_json_number(region_bytes(region)),
			   "prot", region->prot,
			   "kind", region_kind_name(region->kind),
			   "part", part_json(region_part(region)),
			   "backing", label_json(view_vm_object(region, false)),
			   "offset", view_json_number(region->offset),
			   "inode", view_json_number(region->inode),
			   "object", view_json_number(region->object),
			   "share", view_json_number(view_vm_pss(share, &region->smaps, counts)),
			   "pages", counts_json(share, counts),
			   "smaps", smaps_json(&region->smaps),
			   "agrees", share->has_frames ?
				     json_boolean(view_vm_agrees(region, counts)) : json_null());
	if (sample->watch != WATCH_NONE)
		set_watch(object, sample, proc, number);
	return object;
}

static json_t *process_json(const struct vm_sample *sample, uint32_t number)
{
	const struct vm_share *share = &sample->share;
	const struct vm_process *proc = &share->proc[number];
	struct smaps smaps = view_vm_smaps(proc);
	json_t *regions = json_array();

	for (uint32_t i = 0; i < proc->maps.nr; i++)
		json_array_append_new(regions, region_json(sample, number, i));
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}",
			 "pid", view_json_number(proc->pid),
			 "comm", text_json(proc->comm),
			 "share", view_json_number(view_vm_pss(share, &smaps, &proc->sum)),
			 "pages", counts_json(share, &proc->sum),
			 "smaps", smaps_json(&smaps),
			 "regions", regions);
}

/* ---- groups ---- */

static json_t *procs_json(const struct vm_share *share, uint64_t procs)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < share->nr; i++)
		if (procs >> i & 1)
			json_array_append_new(list, view_json_number(share->proc[i].pid));
	return list;
}

static json_t *group_json(const struct vm_share *share, const struct vm_group *group)
{
	const struct vm_object *object = vm_object_at(share, group->object);

	return json_pack("{s:o, s:o, s:s, s:o, s:s, s:s, s:o, s:o, s:o, s:o}",
			 "pids", procs_json(share, group->procs),
			 "object", view_json_number(group->object),
			 "kind", region_kind_name(object->kind),
			 "part", part_json(group->part),
			 "cause", view_vm_cause(group->cause),
			 "why", view_vm_why(group->cause, vm_group_is_together(share, group)),
			 "bytes", bytes_json(group->frames),
			 "mapped", bytes_json(group->mapped),
			 "others", framed_json(share, group->others),
			 "share", share->has_frames ?
				  view_json_number(group->pss >> VM_PSS_SHIFT) : json_null());
}

static json_t *groups_json(const struct vm_share *share)
{
	json_t *list = json_array();

	for (uint32_t i = 1; i < share->group.nr; i++)
		json_array_append_new(list, group_json(share, vm_group_at(share, i)));
	return list;
}

static json_t *object_json(const struct vm_share *share, uint32_t number)
{
	const struct vm_object *object = vm_object_at(share, number);

	return json_pack("{s:o, s:s, s:o, s:o, s:o}",
			 "object", view_json_number(number),
			 "kind", region_kind_name(object->kind),
			 "name", label_json(view_vm_object(object->region, false)),
			 "inode", view_json_number(object->region->inode),
			 "pids", procs_json(share, object->procs));
}

static json_t *objects_json(const struct vm_share *share)
{
	json_t *list = json_array();

	for (uint32_t i = 1; i < share->object.nr; i++)
		json_array_append_new(list, object_json(share, i));
	return list;
}

static json_t *processes_json(const struct vm_sample *sample)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < sample->share.nr; i++)
		json_array_append_new(list, process_json(sample, i));
	return list;
}

/**
 * view_vm_json - print everything as one JSON object on one line
 * Return: 0 or -ENOMEM.
 */
int view_vm_json(const struct vm_sample *sample)
{
	const struct vm_share *share = &sample->share;

	return view_json_print(json_pack("{s:o, s:o, s:b, s:o, s:o, s:o, s:o}",
		"at_ns", view_json_number(sample->at_ns),
		"took_ns", view_json_number(sample->took_ns),
		"has_frames", share->has_frames,
		"watched_ns", view_json_known(sample->watch != WATCH_NONE, sample->watched_ns),
		"processes", processes_json(sample),
		"objects", objects_json(share),
		"groups", groups_json(share)));
}
