/* SPDX-License-Identifier: GPL-2.0 */
/*
 * --svg: the analysed records as a picture. Part of the command line: errors
 * are printed here, on stderr.
 *
 * A sub-command has a struct picture, gives picture_argp as an argp child with
 * that struct as its input, describes the drawing, and then:
 *
 *	if (picture.path)
 *		return picture_write(&picture, &drawing, &source);
 */
#ifndef IPCPROBE_CMD_PICTURE_H
#define IPCPROBE_CMD_PICTURE_H

#include <argp.h>
#include <stdint.h>
#include <stdio.h>

#include "cmd/analysis.h"
#include "cmd/source.h"

/**
 * struct picture - option of the user
 * @path: --svg: file to write, NULL = none
 */
struct picture {
	const char *path;
};

/**
 * struct picture_drawing - the drawing
 * @what: MODEL_* flags
 * @watch: watcher of the model of the run queues; set by @begin
 * @begin: prepares to draw from @from_ns to @until_ns: 0 or -ENOMEM
 * @write: writes the picture: 0 or -errno
 * @end: frees what @begin has allocated
 * @arg: first argument of these functions
 */
struct picture_drawing {
	uint32_t what;
	const struct sched_watch *watch;
	int (*begin)(void *arg, const struct scope *scope, uint64_t from_ns, uint64_t until_ns);
	int (*write)(void *arg, FILE *out, const struct model *model, uint64_t start_ns);
	void (*end)(void *arg);
	void *arg;
};

extern const struct argp picture_argp;

int picture_write(const struct picture *picture, const struct picture_drawing *drawing,
		  struct source_opts *source);

#endif /* IPCPROBE_CMD_PICTURE_H */
