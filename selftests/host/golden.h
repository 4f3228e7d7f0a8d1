/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Compare the text and JSON of views with the files in golden/.
 *
 * With UPDATE_GOLDEN set in the environment the files are written anew: check the
 * difference before you commit it.
 */
#ifndef IPCPROBE_GOLDEN_H
#define IPCPROBE_GOLDEN_H

#include <libgen.h>
#include <locale.h>

#include "ktap.h"
#include "trace_builder.h"
#include "view/json.h"

static char golden_directory[4096];

static inline char *read_golden(const char *path)
{
	FILE *in = fopen(path, "r");
	char *text = NULL;
	size_t size = 0;

	if (!in)
		return NULL;
	if (getdelim(&text, &size, 0, in) < 0) {
		free(text);
		text = NULL;
	}
	fclose(in);
	return text;
}

static inline void write_golden(const char *path, const char *text)
{
	FILE *out = fopen(path, "w");

	if (!out)
		return;
	fputs(text, out);
	fclose(out);
}

/* Views write to stdout: run one with another stdout, and return its text. */
static inline char *capture(int (*view)(const struct model *model, const void *opts),
			    const struct model *model, const void *opts)
{
	FILE *terminal = stdout;
	char *text = NULL;
	size_t len;

	view_json_restart();
	fflush(stdout);
	stdout = open_memstream(&text, &len);
	if (view(model, opts))
		fputs("the view failed", stdout);
	fclose(stdout);
	stdout = terminal;
	return text;
}

static inline void compare(const char *name, char *text)
{
	char path[4200], *golden;

	snprintf(path, sizeof(path), "%s/%s", golden_directory, name);
	if (getenv("UPDATE_GOLDEN"))
		write_golden(path, text);
	golden = read_golden(path);
	ktap_true(golden);
	ktap_str_eq(text, golden);
	ktap_result("the view is as in golden/%s", name);
	free(golden);
	free(text);
}

static inline void golden_begin(const char *program, unsigned int nr_results)
{
	snprintf(golden_directory, sizeof(golden_directory), "%s/golden",
		 dirname(strdupa(program)));
	setenv("TZ", "UTC", 1);
	setlocale(LC_CTYPE, "C.UTF-8");
	ktap_begin(nr_results);
}

#endif /* IPCPROBE_GOLDEN_H */
