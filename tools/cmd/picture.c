// SPDX-License-Identifier: GPL-2.0
/*
 * --svg: draws the analysed records as a picture.
 */
#include "cmd/picture.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"

enum { OPTION_SVG = 0x400 };

static const struct argp_option options[] = {
	{ "svg", OPTION_SVG, "FILE", 0, "Write a picture (SVG) to FILE, - = stdout", 0 },
	{ 0 }
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct picture *picture = state->input;

	if (key != OPTION_SVG)
		return ARGP_ERR_UNKNOWN;
	picture->path = arg;
	return 0;
}

const struct argp picture_argp = { .options = options, .parser = parse_option };

/* last argument of the function that prints the model */
struct job {
	FILE *out;
	const struct picture_drawing *drawing;
	uint64_t start_ns;
};

static int write_drawing(const struct model *model, const void *view)
{
	const struct job *job = view;

	return job->drawing->write(job->drawing->arg, job->out, model, job->start_ns);
}

static int say_cannot_write(const struct picture *picture)
{
	fprintf(stderr, "ipcprobe: --svg: %s: cannot write: %s\n", picture->path, strerror(errno));
	return CMD_FAILED;
}

/* Reads all records and writes the picture to @out. */
static int draw_picture(const struct source_opts *source, struct reader *r,
			const struct picture_drawing *drawing, FILE *out)
{
	struct job job = {
		.out = out, .drawing = drawing, .start_ns = reader_info(r)->start_ns,
	};
	struct model model;
	struct analysis analysis = {
		.source = source,
		.reader = r,
		.model = &model,
		.what = drawing->what,
		.watch = drawing->watch,
		.until_ns = source_until_ns(source, r),
		.print = write_drawing,
		.view = &job,
	};

	return analysis_run(&analysis);
}

/*
 * Sets the time to draw: the recording, or the user's window of it; returns
 * false if nothing is left.
 */
static bool span_of(const struct source_opts *source, const struct reader *r, uint64_t *from_ns,
		    uint64_t *until_ns)
{
	const struct reader_info *info = reader_info(r);

	*from_ns = source_run_from_ns(source, r);
	*until_ns = source_run_until_ns(source, r);
	if (*from_ns < *until_ns)
		return true;
	fprintf(stderr, "ipcprobe: --time: the recording covers 0 to %.9f seconds\n",
		(info->end_ns - info->start_ns) / 1e9);
	return false;
}

static int write_picture(const struct picture *picture, const struct picture_drawing *drawing,
			 const struct source_opts *source, struct reader *r)
{
	bool is_stdout = !strcmp(picture->path, "-");
	FILE *out = is_stdout ? stdout : fopen(picture->path, "we");
	int err, status;

	if (!out) {
		status = say_cannot_write(picture);
		source_close(source, r, 0);
		return status;
	}
	err = draw_picture(source, r, drawing, out);
	status = source_close(source, r, err == -EIO ? 0 : err);
	if ((is_stdout ? fflush(out) : fclose(out)) || err == -EIO)
		return say_cannot_write(picture);
	return status;
}

/**
 * picture_write - record or read, and draw
 * Return: the exit status of the sub-command.
 */
int picture_write(const struct picture *picture, const struct picture_drawing *drawing,
		  struct source_opts *source)
{
	uint64_t from_ns, until_ns;
	struct reader *r;
	int status;

	if (source_open(source, &r))
		return CMD_FAILED;
	if (!span_of(source, r, &from_ns, &until_ns)) {
		source_close(source, r, 0);
		return CMD_USAGE;
	}
	if (drawing->begin(drawing->arg, &source->scope, from_ns, until_ns))
		return source_close(source, r, -ENOMEM);
	status = write_picture(picture, drawing, source, r);
	drawing->end(drawing->arg);
	return status;
}
