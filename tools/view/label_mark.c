// SPDX-License-Identifier: GPL-2.0
/* Prints the marks that users made. */
#include "view/label.h"

#include <inttypes.h>

#include "lib/text.h"

/* label_print_mark - "TEXT" (TASK) */
void label_print_mark(FILE *out, const struct mark *mark)
{
	text_print_quoted(out, mark->text);
	fputs(" (", out);
	text_print(out, mark->comm[0] ? mark->comm : "?");
	fprintf(out, "[%u])", mark->tid);
}

json_t *label_mark_json(const struct mark *mark)
{
	return json_pack("{s:I, s:o, s:I, s:o}", "ts_ns", (json_int_t)mark->ts_ns,
			 "text", text_json(mark->text), "tid", (json_int_t)mark->tid,
			 "comm", text_json(mark->comm));
}

/* label_print_marks - a line for each mark; @start_ns: start of the recording */
void label_print_marks(FILE *out, const struct marks *marks, uint64_t start_ns)
{
	for (uint32_t i = 0; i < marks->nr; i++) {
		fprintf(out, "mark at %.9f s: ", (marks->v[i].ts_ns - start_ns) / 1e9);
		label_print_mark(out, &marks->v[i]);
		putc('\n', out);
	}
	if (marks->nr_more)
		fprintf(out, "%" PRIu64 " more marks are not shown\n", marks->nr_more);
}

json_t *label_marks_json(const struct marks *marks)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < marks->nr; i++)
		json_array_append_new(list, label_mark_json(&marks->v[i]));
	return list;
}
