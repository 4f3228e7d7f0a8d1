// SPDX-License-Identifier: GPL-2.0
/*
 * The paths of bytes, as text.
 */
#include "view_copies.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "event.h"
#include "label.h"
#include "path_list.h"
#include "table.h"
#include "text.h"

enum {
	COL_HOP, COL_PROCESS, COL_CALL, COL_FROM, COL_TO, COL_HOW, COL_BYTES, COL_CALLS,
	COL_COST, COL_COPY, COL_BLOCKED, COL_GRADE,
};

static const struct table_column columns[] = {
	{ "HOP", true }, { "PROCESS", false }, { "CALL", false }, { "FROM", false },
	{ "TO", false }, { "HOW", false }, { "BYTES", true }, { "CALLS", true },
	{ "PER-KiB", true }, { "COPYING", true }, { "BLOCKED", true }, { "GRADE", false },
	{ NULL, false }
};

static const struct hop *hop_of(const struct model *model, const struct path *path, uint32_t i)
{
	return hop_at(&model->copies.paths, path->hop[i]);
}

static void print_arrow(void)
{
	printf(" %s ", text_sign(SIGN_ARROW));
}

/* What stands before the first hop's process. */
static void print_origin(const struct model *model, const struct hop *hop)
{
	switch (hop->key.origin) {
	case ORIGIN_UNKNOWN:
		putchar('?');
		print_arrow();
		break;
	case ORIGIN_CYCLE:
		fputs(text_sign(SIGN_DOTS), stdout);
		print_arrow();
		break;
	default:
		break;
	}
	if (object_type(hop->key.from) != OBJECT_MEMORY) {
		label_print_object(stdout, model, hop->key.from);
		print_arrow();
	}
}

/*
 * Who does a hop stands there once: not again where the bytes stayed in its
 * memory, or came there by another's hand.
 */
static bool is_named(const struct hop *hop, const struct hop *before)
{
	return before && hop->key.from == OBJECT_MEMORY && before->key.image == hop->key.image;
}

static void print_chain(const struct model *model, const struct path *path)
{
	const struct hop *before = NULL;
	uint32_t i;

	print_origin(model, hop_of(model, path, 0));
	for (i = 0; i < path->nr_hops; i++) {
		const struct hop *hop = hop_of(model, path, i);

		if (!is_named(hop, before)) {
			if (before)
				print_arrow();
			label_print_image(stdout, model, hop->key.image);
		}
		if (hop->key.to != OBJECT_MEMORY) {
			print_arrow();
			label_print_object(stdout, model, hop->key.to);
		}
		before = hop;
	}
}

static const char *outcome(const struct model *model, const struct path *path)
{
	uint32_t to = hop_of(model, path, path->nr_hops - 1)->key.to;

	if (path->outcome == OUTCOME_DELIVERED)
		return "delivered";
	if (path->outcome == OUTCOME_UNSEEN)
		return "read by somebody not recorded";
	return channel_is_pipe(channel_at(&model->copies.channels, object_number(to))) ?
	       "left in the pipe" : "left there";
}

/* How sure the links are, if there are any, and what stands before the first hop. */
static void print_grade(const struct model *model, const struct path *path)
{
	uint8_t origin = hop_of(model, path, 0)->key.origin;

	if (path->nr_hops > 1)
		printf(", %s", grade_name(path->grade));
	else if (hop_of(model, path, 0)->has_gap)
		fputs(", in doubt", stdout);
	if (origin == ORIGIN_UNKNOWN)
		fputs(", unknown origin", stdout);
	else if (origin == ORIGIN_MADE && path->nr_hops == 1)
		fputs(", made here", stdout);
	putchar('\n');
}

static void print_head(const struct model *model, const struct path *path)
{
	char buf[LABEL_MAX];

	print_chain(model, path);
	printf(": %s %s, %u %s", label_bytes(buf, path->bytes, path->is_exact),
	       outcome(model, path), path->nr_copies,
	       path->nr_copies == 1 ? "copy" : "copies");
	if (path->outcome == OUTCOME_DELIVERED)
		printf(", %s%.2f", text_sign(SIGN_TIMES),
		       path->copied_bytes / path->bytes);
	if (path->has_cycle)
		fputs(", went round", stdout);
	print_grade(model, path);
}

/* "read, pread64" */
static void set_calls(struct table *table, uint64_t mask)
{
	char text[256] = "";
	size_t len = 0;
	uint32_t i;

	for (i = 0; i < 64 && len < sizeof(text); i++)
		if (mask & 1ULL << i)
			len += snprintf(text + len, sizeof(text) - len, "%s%s",
					len ? ", " : "", call_name(i));
	table_set(table, COL_CALL, "%s", text);
}

static const char *grade_text(const struct hop *hop)
{
	static const char *const origins[] = {
		[ORIGIN_BEFORE] = "", [ORIGIN_OBJECT] = "origin",
		[ORIGIN_MADE] = "made here", [ORIGIN_UNKNOWN] = "unknown origin",
		[ORIGIN_CYCLE] = "came back",
	};

	if (hop->has_gap)
		return "in doubt";
	return hop->key.before ? grade_name(hop->key.grade) : origins[hop->key.origin];
}

static void set_costs(struct table *table, const struct hop *hop)
{
	char buf[LABEL_MAX];

	double per_kib = hop->bytes ? hop->copy_ns * 1024.0 / hop->bytes : 0;

	if (hop->bytes)
		table_set(table, COL_COST, "%.*f ns", per_kib < 100 ? 1 : 0, per_kib);
	table_set(table, COL_COPY, "%s", label_ns(buf, hop->copy_ns));
	table_set(table, COL_BLOCKED, "%s", label_ns(buf, hop->blocked_ns));
}

static void print_hops(const struct model *model, const struct path *path)
{
	struct table *table = table_create(columns);
	char buf[LABEL_MAX];
	uint32_t i;

	for (i = 0; i < path->nr_hops; i++) {
		const struct hop *hop = hop_of(model, path, i);

		table_add(table);
		table_set(table, COL_HOP, "%u", i + 1);
		label_set(table, COL_PROCESS, label_image(model, hop->key.image));
		set_calls(table, hop->calls);
		label_set(table, COL_FROM, label_object(model, hop->key.from));
		label_set(table, COL_TO, label_object(model, hop->key.to));
		table_set(table, COL_HOW, "%s", path_hop_how(hop));
		table_set(table, COL_BYTES, "%s", label_bytes(buf, hop->bytes, path->is_exact));
		table_set(table, COL_CALLS, "%u", hop->nr_calls);
		set_costs(table, hop);
		table_set(table, COL_GRADE, "%s", grade_text(hop));
	}
	table_print(table);
	table_destroy(table);
}

static void print_rest(const struct model *model, const struct path_list *list, uint32_t from)
{
	uint64_t bytes = 0;
	char buf[LABEL_MAX];
	uint32_t i;

	if (from >= list->nr)
		return;
	for (i = from; i < list->nr; i++)
		bytes += hop_at(&model->copies.paths, list->last[i])->end_bytes;
	printf("%u further %s, %s\n\n", list->nr - from, list->nr - from == 1 ? "path" : "paths",
	       label_bytes(buf, bytes, model_copies_complete(model)));
}

/* view_path_print - one path with its hops */
void view_path_print(const struct model *model, uint32_t last)
{
	struct path path;

	path_of(model, last, &path);
	print_head(model, &path);
	print_hops(model, &path);
}

/**
 * view_paths_print - each path with its hops, the most telling first
 * Return: 0 or -ENOMEM.
 */
int view_paths_print(const struct model *model, const struct view_copies *view)
{
	struct path_list list;
	uint32_t i, nr;
	int err;

	err = path_list_init(&list, model, view->source, view->worst);
	if (err)
		return err;
	nr = view->top ? list.nr_main : list.nr;
	if (view->top && nr > view->top)
		nr = view->top;
	for (i = 0; i < nr; i++) {
		view_path_print(model, list.last[i]);
		putchar('\n');
	}
	print_rest(model, &list, nr);
	path_list_deinit(&list);
	return 0;
}
