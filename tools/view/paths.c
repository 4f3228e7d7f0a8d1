// SPDX-License-Identifier: GPL-2.0
/*
 * The paths of bytes, as text.
 */
#include "view/copies.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/hash.h"
#include "lib/table.h"
#include "lib/text.h"
#include "model/copies/path_list.h"
#include "trace/event.h"
#include "view/label.h"

enum {
	COL_HOP, COL_PROCESS, COL_CALL, COL_FROM, COL_TO, COL_HOW, COL_BYTES, COL_CALLS,
	COL_COST, COL_COPY, COL_BLOCKED, COL_GRADE, COL_PATH,
};

const struct table_column view_hops_columns[] = {
	{ "HOP", true }, { "PROCESS", false }, { "CALL", false }, { "FROM", false },
	{ "TO", false }, { "HOW", false }, { "BYTES", true }, { "CALLS", true },
	{ "PER-KiB", true }, { "COPYING", true }, { "BLOCKED", true }, { "GRADE", false },
	{ "PATH", true }, { NULL, false }
};

const struct table_view view_hops_usual = {
	.column = { COL_HOP, COL_PROCESS, COL_CALL, COL_FROM, COL_TO, COL_HOW, COL_BYTES,
		    COL_CALLS, COL_COST, COL_COPY, COL_BLOCKED, COL_GRADE },
	.nr = 12,
};

/**
 * struct course - a path, together with all paths that are merged with it
 * @path: the first path; its bytes, copied bytes and grade are those of all
 *	paths
 * @hop: sum of each hop over all paths
 */
struct course {
	struct path path;
	struct hop hop[PATH_DEPTH_MAX];
};

static const struct hop *hop_of(const struct course *course, uint32_t i)
{
	return &course->hop[i];
}

static void add_hop(struct hop *sum, const struct hop *hop)
{
	sum->bytes += hop->bytes;
	sum->copied_bytes += hop->copied_bytes;
	sum->nr_calls += hop->nr_calls;
	sum->copy_ns += hop->copy_ns;
	sum->blocked_ns += hop->blocked_ns;
	sum->calls |= hop->calls;
	sum->has_gap |= hop->has_gap;
	sum->is_direct |= hop->is_direct;
	if (hop->key.grade > sum->key.grade)
		sum->key.grade = hop->key.grade;
}

/* Adds the path that ends with @last; @seen: hops that are counted already. */
static int add_path(struct course *course, const struct model *model, uint32_t last,
		    struct map *seen)
{
	struct path path;
	uint32_t i;
	int err = 0;

	path_of(&model->copies, last, &path);
	for (i = 0; i < path.nr_hops && !err; i++) {
		const struct hop *hop = hop_at(&model->copies.paths, path.hop[i]);

		if (map_get(seen, path.hop[i]))
			continue;
		if (course->path.nr_hops)
			add_hop(&course->hop[i], hop);
		else
			course->hop[i] = *hop;
		err = map_set(seen, path.hop[i], 1);
	}
	if (!course->path.nr_hops) {
		course->path = path;
		return err;
	}
	course->path.bytes += path.bytes;
	course->path.copied_bytes += path.copied_bytes;
	course->path.has_cycle |= path.has_cycle;
	if (path.grade > course->path.grade)
		course->path.grade = path.grade;
	return err;
}

/* Adds the path that ends with @last, and the paths merged with it, which @next links. */
static int make_course(struct course *course, const struct model *model, uint32_t last,
		       const uint32_t *next)
{
	struct map seen = { 0 };
	int err = 0;

	course->path.nr_hops = 0;
	for (; last && !err; last = next ? next[last] : 0)
		err = add_path(course, model, last, &seen);
	map_deinit(&seen);
	return err;
}

static void print_arrow(void)
{
	printf(" %s ", text_sign(SIGN_ARROW));
}

/* Prints what precedes the first hop's process. */
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
 * True if the process of @hop is printed already: the bytes stayed in the
 * memory of the process that did the hop before.
 */
static bool is_named(const struct hop *hop, const struct hop *before)
{
	return before && hop->key.from == OBJECT_MEMORY && before->key.image == hop->key.image;
}

static void print_chain(const struct model *model, const struct course *course)
{
	const struct hop *before = NULL;
	uint32_t i;

	print_origin(model, hop_of(course, 0));
	for (i = 0; i < course->path.nr_hops; i++) {
		const struct hop *hop = hop_of(course, i);

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

static const char *outcome_name(const struct model *model, const struct course *course)
{
	uint32_t to = hop_of(course, course->path.nr_hops - 1)->key.to;

	if (course->path.outcome == OUTCOME_DELIVERED)
		return "delivered";
	if (course->path.outcome == OUTCOME_UNSEEN)
		return "read by somebody not recorded";
	if (course->path.outcome == OUTCOME_DISCARDED)
		return "thrown away, the reader's buffer was too small";
	return channel_is_pipe(channel_at(&model->copies.channels, object_number(to))) ?
	       "left in the pipe" : "left there";
}

/* Prints the grade of the links, if there are any, and what precedes the first hop. */
static void print_grade(const struct course *course)
{
	uint8_t origin = hop_of(course, 0)->key.origin;

	if (course->path.nr_hops > 1)
		printf(", %s", grade_name(course->path.grade));
	else if (hop_of(course, 0)->has_gap)
		fputs(", in doubt", stdout);
	if (origin == ORIGIN_UNKNOWN)
		fputs(", unknown origin", stdout);
	else if (origin == ORIGIN_MADE && course->path.nr_hops == 1)
		fputs(", made here", stdout);
	putchar('\n');
}

static void print_head(const struct model *model, const struct course *course)
{
	char buf[LABEL_MAX];

	print_chain(model, course);
	printf(": %s %s, %u %s", label_bytes(buf, course->path.bytes, course->path.is_exact),
	       outcome_name(model, course), course->path.nr_copies,
	       course->path.nr_copies == 1 ? "copy" : "copies");
	if (course->path.outcome == OUTCOME_DELIVERED)
		printf(", %s%.2f", text_sign(SIGN_TIMES),
		       course->path.copied_bytes / course->path.bytes);
	if (course->path.has_cycle)
		fputs(", went round", stdout);
	print_grade(course);
}

/* "read,pread64" */
static void set_calls(struct table *table, uint64_t mask)
{
	char text[256] = "";
	size_t len = 0;
	uint32_t i;

	for (i = 0; i < 64 && len < sizeof(text); i++)
		if (mask & 1ULL << i)
			len += snprintf(text + len, sizeof(text) - len, "%s%s",
					len ? "," : "", call_name(i));
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
	double per_kib = hop->bytes ? hop->copy_ns * 1024.0 / hop->bytes : 0;

	if (hop->bytes && per_kib < 100 && !table_is_exact())
		table_set(table, COL_COST, "%.1f ns", per_kib);
	else if (hop->bytes)
		label_set_ns(table, COL_COST, per_kib);
	label_set_ns(table, COL_COPY, hop->copy_ns);
	label_set_ns(table, COL_BLOCKED, hop->blocked_ns);
}

static void add_hops(struct table *table, const struct model *model, const struct course *course,
		     uint32_t number)
{
	uint32_t i;

	for (i = 0; i < course->path.nr_hops; i++) {
		const struct hop *hop = hop_of(course, i);

		table_add(table);
		table_set(table, COL_PATH, "%u", number);
		table_set(table, COL_HOP, "%u", i + 1);
		label_set(table, COL_PROCESS, label_image(model, hop->key.image));
		set_calls(table, hop->calls);
		label_set(table, COL_FROM, label_object(model, hop->key.from));
		label_set(table, COL_TO, label_object(model, hop->key.to));
		table_set_phrase(table, COL_HOW, path_hop_how(hop));
		label_set_bytes(table, COL_BYTES, hop->bytes, course->path.is_exact);
		table_set(table, COL_CALLS, "%u", hop->nr_calls);
		set_costs(table, hop);
		table_set_phrase(table, COL_GRADE, grade_text(hop));
	}
}

static void print_hops(const struct model *model, const struct course *course)
{
	struct table *table = table_create_view(view_hops_columns, &view_hops_usual);

	add_hops(table, model, course, 0);
	table_print(table);
	table_destroy(table);
}

static void print_rest(const struct model *model, const struct path_list *list, uint32_t from)
{
	uint64_t bytes = 0;
	char buf[LABEL_MAX];
	uint32_t i, last;

	if (from >= list->nr)
		return;
	for (i = from; i < list->nr; i++)
		for (last = list->last[i]; last; last = list->next[last])
			bytes += hop_at(&model->copies.paths, last)->end_bytes;
	printf("%u further %s, %s\n\n", list->nr - from, list->nr - from == 1 ? "path" : "paths",
	       label_bytes(buf, bytes, copies_is_complete(&model->copies)));
}

static int print_course(const struct model *model, uint32_t last, const uint32_t *next)
{
	static struct course course;
	int err = make_course(&course, model, last, next);

	if (err)
		return err;
	print_head(model, &course);
	print_hops(model, &course);
	return 0;
}

/* Prints one table of the hops of the first @nr paths. */
static int print_table(const struct model *model, const struct path_list *list, uint32_t nr,
		       const struct table_view *view)
{
	static struct course course;
	struct table *table = table_create_view(view_hops_columns, view);
	int err = 0;

	for (uint32_t i = 0; i < nr && !err; i++) {
		err = make_course(&course, model, list->last[i], list->next);
		if (!err)
			add_hops(table, model, &course, i + 1);
	}
	if (!err)
		table_print(table);
	table_destroy(table);
	return err;
}

/* view_path_print - print one path with its hops; 0 or -ENOMEM */
int view_path_print(const struct model *model, uint32_t last)
{
	return print_course(model, last, NULL);
}

/**
 * view_paths_print - print each path with its hops, most important first
 * Return: 0 or -ENOMEM.
 */
int view_paths_print(const struct model *model, const struct view_copies *view)
{
	struct path_list list;
	uint32_t i, nr;
	int err;

	err = path_list_merged(&list, &model->copies, view->scope, view->worst);
	if (err)
		return err;
	nr = view->top ? list.nr_main : list.nr;
	if (view->top && nr > view->top)
		nr = view->top;
	if (view->columns.is_chosen) {
		err = print_table(model, &list, nr, &view->columns);
	} else {
		for (i = 0; i < nr && !err; i++) {
			err = print_course(model, list.last[i], list.next);
			putchar('\n');
		}
		print_rest(model, &list, nr);
	}
	path_list_deinit(&list);
	return err;
}
