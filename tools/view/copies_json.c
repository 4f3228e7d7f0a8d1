// SPDX-License-Identifier: GPL-2.0
/*
 * Paths of bytes and how often the bytes were copied, as JSON. The keys are
 * documented in ipcprobe-copies(1).
 */
#include "view/copies.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/text.h"
#include "model/copies/path_list.h"
#include "trace/event.h"
#include "view/json.h"
#include "view/label.h"

static const char *figures_label(const struct model *model)
{
	return copies_is_complete(&model->copies) ? "exact" : "at least";
}

/* ---- paths ---- */

static const char *const kinds[] = {
	[HOP_READ] = "read", [HOP_WRITE] = "write", [HOP_MOVE] = "move", [HOP_TEE] = "tee",
	[HOP_UNSEEN] = "unseen", [HOP_DISCARD] = "discard",
};

static const char *const origins[] = {
	[ORIGIN_BEFORE] = "hop", [ORIGIN_OBJECT] = "object", [ORIGIN_MADE] = "made",
	[ORIGIN_UNKNOWN] = "unknown", [ORIGIN_CYCLE] = "cycle",
};

static json_t *calls_of(uint64_t mask)
{
	json_t *list = json_array();
	uint32_t i;

	for (i = 0; i < 64; i++)
		if (mask & 1ULL << i)
			json_array_append_new(list, json_string(call_name(i)));
	return list;
}

static json_t *hop_json(const struct model *model, const struct path *path, uint32_t number_of)
{
	const struct hop *hop = hop_at(&model->copies.paths, number_of);
	double share = path_hop_share(&model->copies, path, number_of);

	return json_pack("{s:o, s:s, s:o, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:s}",
			 "process", label_image_json(model, hop->key.image),
			 "kind", kinds[hop->key.kind],
			 "calls", calls_of(hop->calls),
			 "from", label_object_json(model, hop->key.from),
			 "to", label_object_json(model, hop->key.to),
			 "how", path_hop_how(hop),
			 "bytes", view_json_number(hop->bytes),
			 "copied_bytes", view_json_number(hop->copied_bytes),
			 "path_bytes", view_json_number((uint64_t)(hop->bytes * share + 0.5)),
			 "nr_calls", view_json_number(hop->nr_calls),
			 "copy_ns", view_json_number(hop->copy_ns),
			 "blocked_ns", view_json_number(hop->blocked_ns),
			 "grade", grade_name(hop_grade(hop)));
}

/* Returns the path's bytes if @outcome is the path's outcome; else 0. */
static json_t *bytes_if(const struct path *path, enum hop_outcome outcome)
{
	return view_json_number(path->outcome == outcome ? path->bytes : 0);
}

/* view_path_json - one path with its hops */
json_t *view_path_json(const struct model *model, uint32_t last)
{
	json_t *hops = json_array(), *amplification;
	const struct hop *first;
	struct path path;
	uint32_t i;

	path_of(&model->copies, last, &path);
	first = hop_at(&model->copies.paths, path.hop[0]);
	for (i = 0; i < path.nr_hops; i++)
		json_array_append_new(hops, hop_json(model, &path, path.hop[i]));
	amplification = path.outcome == OUTCOME_DELIVERED ?
			json_real(path.copied_bytes / path.bytes) : json_null();
	return json_pack("{s:o, s:s, s:I, s:o, s:o, s:o, s:o, s:o, s:s, s:b, s:s}",
			 "hops", hops,
			 "origin", origins[first->key.origin],
			 "copies", (json_int_t)path.nr_copies,
			 "delivered_bytes", bytes_if(&path, OUTCOME_DELIVERED),
			 "left_bytes", bytes_if(&path, OUTCOME_LEFT),
			 "unrecorded_bytes", bytes_if(&path, OUTCOME_UNSEEN),
			 "discarded_bytes", bytes_if(&path, OUTCOME_DISCARDED),
			 "amplification", amplification,
			 "grade", grade_name(path.grade),
			 "cycle", (int)path.has_cycle,
			 "figures", path.is_exact ? "exact" : "at least");
}

static void put_paths(struct view_json *json, const struct model *model,
		      const struct view_copies *view)
{
	struct path_list paths;
	uint32_t i;

	if (path_list_init(&paths, &model->copies, view->scope, view->worst)) {
		view_json_fail(json, -ENOMEM);
		return;
	}
	view_json_array_begin(json, "paths");
	for (i = 0; i < paths.nr && (!view->top || i < view->top); i++)
		view_json_element(json, view_path_json(model, paths.last[i]));
	view_json_array_end(json);
	path_list_deinit(&paths);
}

/* ---- channels ---- */

static json_t *end_json(const struct model *model, const struct channel_end *end)
{
	json_t *holds = json_array();

	if (end->held & IPCPROBE_IO_READ_END)
		json_array_append_new(holds, json_string("read"));
	if (end->held & IPCPROBE_IO_WRITE_END)
		json_array_append_new(holds, json_string("write"));
	return json_pack("{s:o, s:o, s:o, s:o}",
			 "process", label_image_json(model, label_end_image(model, end)),
			 "holds", holds,
			 "written_bytes", view_json_number(end->bytes[TO]),
			 "read_bytes", view_json_number(end->bytes[FROM]));
}

static json_t *ends_json(const struct model *model, const struct channel *channel)
{
	const struct channels *channels = &model->copies.channels;
	json_t *list = json_array();
	uint32_t end;

	for (end = channel->first_end; end; end = channel_end_at(channels, end)->next)
		json_array_insert_new(list, 0, end_json(model, channel_end_at(channels, end)));
	return list;
}

static json_t *flow_json(const struct model *model, const struct channel_pair *pair)
{
	uint32_t writer = view_end_proc(model, pair->writer);
	uint32_t reader = view_end_proc(model, pair->reader);
	struct relation rel = tasks_relation(&model->tasks, writer, reader);
	uint32_t common = proc_at(&model->tasks, rel.common)->image;

	return json_pack("{s:o, s:o, s:o, s:s, s:o}",
			 "writer", label_image_json(model, view_end_image(model, pair->writer)),
			 "reader", label_image_json(model, view_end_image(model, pair->reader)),
			 "bytes", view_json_number(pair->bytes),
			 "relation", label_kin(rel.kin),
			 "common_ancestor", label_image_json(model, rel.common ? common : 0));
}

static json_t *flows_json(const struct model *model, const struct channel *channel)
{
	const struct channels *channels = &model->copies.channels;
	uint32_t nr, i, *pairs = view_pairs_sorted(model, channel, &nr);
	json_t *list = json_array();

	for (i = 0; pairs && i < nr; i++)
		json_array_append_new(list, flow_json(model, channel_pair_at(channels, pairs[i])));
	free(pairs);
	return list;
}

/* Adds the members that only streams have. */
static void add_stream_json(json_t *obj, const struct model *model,
			    const struct channel *channel)
{
	bool is_exact = copies_is_complete(&model->copies) && !channel->peak_at_least;

	json_object_set_new(obj, "left_bytes", view_json_number(channel_left_bytes(channel)));
	json_object_set_new(obj, "full_ns", view_json_number(channel->wait_ns[TO]));
	json_object_set_new(obj, "empty_ns", view_json_number(channel->wait_ns[FROM]));
	json_object_set_new(obj, "nr_full", view_json_number(channel->nr_waits[TO]));
	json_object_set_new(obj, "nr_empty", view_json_number(channel->nr_waits[FROM]));
	if (!channel_is_pipe(channel))
		return;
	json_object_set_new(obj, "inode", view_json_number(channel->ino));
	json_object_set_new(obj, "peak_bytes", view_json_number(channel->peak_bytes));
	json_object_set_new(obj, "peak", json_string(is_exact ? "exact" : "at least"));
}

static json_t *channel_json(const struct model *model, const struct channel *channel)
{
	json_t *obj = label_channel_json(model, channel);

	if (channel->is_many)
		json_object_set_new(obj, "nr_folded", view_json_number(channel->nr_folded));
	json_object_set_new(obj, "capacity_bytes",
			    view_json_known(channel->capacity, channel->capacity));
	json_object_set_new(obj, "written_bytes", view_json_number(channel->bytes[TO]));
	json_object_set_new(obj, "read_bytes", view_json_number(channel->bytes[FROM]));
	if (channel_is_stream(channel))
		add_stream_json(obj, model, channel);
	json_object_set_new(obj, "ends", ends_json(model, channel));
	json_object_set_new(obj, "flows", flows_json(model, channel));
	json_object_set_new(obj, "figures", json_string(figures_label(model)));
	return obj;
}

static void put_channels(struct view_json *json, const struct model *model,
			 const struct view_copies *view, bool is_pipe)
{
	uint32_t nr, i, *list = view_channels_sorted(model, view, is_pipe, &nr);

	if (!list)
		view_json_fail(json, -ENOMEM);
	view_json_array_begin(json, is_pipe ? "pipes" : "objects");
	for (i = 0; list && i < nr && (!view->top || i < view->top); i++)
		view_json_element(json, channel_json(model, channel_at(&model->copies.channels,
								       list[i])));
	view_json_array_end(json);
	free(list);
}

/* ---- calls, total ---- */

static json_t *call_json(const struct model *model, const struct call_stat *stat)
{
	return json_pack("{s:o, s:s, s:s, s:o, s:o, s:o, s:o}",
			 "process", label_image_json(model,
						     proc_at(&model->tasks, stat->proc)->image),
			 "call", call_name(stat->call),
			 "on", call_on_name(stat->on),
			 "calls", view_json_number(stat->nr_calls),
			 "errors", view_json_number(stat->nr_errors),
			 "unknown", view_json_number(stat->nr_unknown),
			 "bytes", view_json_number(stat->bytes));
}

static void put_calls(struct view_json *json, const struct model *model,
		      const struct view_copies *view)
{
	uint32_t nr, nr_left_out, i, *list = view_calls_sorted(model, view, &nr, &nr_left_out);

	if (!list)
		view_json_fail(json, -ENOMEM);
	view_json_array_begin(json, "calls");
	for (i = 0; list && i < nr; i++)
		view_json_element(json, call_json(model, call_stat_at(&model->copies.calls,
								      list[i])));
	view_json_array_end(json);
	free(list);
}

static json_t *total_json(const struct model *model)
{
	struct path_total total = path_total(&model->copies);
	double ratio = path_amplification(&total);

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s}",
			 "delivered_bytes", view_json_number(total.delivered_bytes),
			 "left_bytes", view_json_number(total.left_bytes),
			 "unrecorded_bytes", view_json_number(total.unseen_bytes),
			 "discarded_bytes", view_json_number(total.discarded_bytes),
			 "copied_bytes", view_json_number(total.copied_bytes),
			 "delivery_bytes", view_json_number(total.delivery_bytes),
			 "referenced_bytes", view_json_number(total.referenced_bytes),
			 "amplification", total.delivered_bytes ? json_real(ratio) : json_null(),
			 "figures", figures_label(model));
}

/* Returns what was left out of the recording. */
static json_t *scope_json(const struct model *model)
{
	json_t *classes = json_array();
	uint32_t id;

	for (id = 0; id < IPCPROBE_NR_CLASSES; id++)
		if (model->missing_classes & 1U << id)
			json_array_append_new(classes, json_string(event_class_name(id)));
	return json_pack("{s:o, s:o, s:o}", "classes", classes,
			 "all_cpus_but", text_json(model->cpus),
			 "all_pids_but", text_json(model->pids));
}

/**
 * view_copies_json - print everything as one JSON object on one line
 * Return: 0 or -errno.
 */
int view_copies_json(const struct model *model, const struct view_copies *view)
{
	struct view_json json;

	view_json_begin(&json);
	put_paths(&json, model, view);
	put_channels(&json, model, view, true);
	put_channels(&json, model, view, false);
	if (view->has_calls)
		put_calls(&json, model, view);
	view_advice_put(&json, model, view);
	view_json_member(&json, "total", total_json(model));
	view_json_member(&json, "lost", label_losses_json(model));
	view_json_member(&json, "hops_not_kept_apart",
			 view_json_number(model->copies.paths.nr_folded));
	view_json_member(&json, "not_recorded", scope_json(model));
	return view_json_end(&json);
}
