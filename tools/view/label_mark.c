// SPDX-License-Identifier: GPL-2.0
/* Prints the marks that users made. */
#include "view/label.h"

#include <inttypes.h>

#include "lib/text.h"
#include "view/json.h"

/* label_print_mark - "TEXT" (TASK) */
void label_print_mark(FILE *out, const struct mark *mark)
{
	text_print_quoted(out, mark->text);
	fputs(" (", out);
	text_print(out, mark->comm[0] ? mark->comm : "?");
	if (mark->pid && mark->pid != mark->tid)
		fprintf(out, "[%u/%u])", mark->tid, mark->pid);
	else
		fprintf(out, "[%u])", mark->tid);
}

/* Adds the members of a mark to @object. */
static void add_mark(json_t *object, const struct mark *mark)
{
	json_t *task = json_pack("{s:I, s:o, s:o}", "tid", (json_int_t)mark->tid,
				 "pid", view_json_known(mark->pid, mark->pid),
				 "comm", mark->comm[0] ? text_json(mark->comm) : json_null());

	json_object_set_new(object, "ts_ns", view_json_number(mark->ts_ns));
	json_object_set_new(object, "text", text_json(mark->text));
	json_object_set_new(object, "task", task);
}

/* label_mark_json - the mark as an event of its own */
json_t *label_mark_json(const struct mark *mark)
{
	json_t *object = json_pack("{s:s}", "event", "mark");

	add_mark(object, mark);
	return object;
}

/* label_print_marks - a line for each mark; @start_ns: start of the recording */
void label_print_marks(FILE *out, const struct marks *marks, uint64_t start_ns)
{
	for (uint32_t i = 0; i < marks_nr(marks); i++) {
		const struct mark *mark = marks_at(marks, i);

		fprintf(out, "mark at %.9f s: ", (mark->ts_ns - start_ns) / 1e9);
		label_print_mark(out, mark);
		putc('\n', out);
	}
	if (marks->nr_more)
		fprintf(out, "%" PRIu64 " more marks are not shown\n", marks->nr_more);
}

json_t *label_marks_json(const struct marks *marks)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < marks_nr(marks); i++) {
		json_t *object = json_object();

		add_mark(object, marks_at(marks, i));
		json_array_append_new(list, object);
	}
	return list;
}
