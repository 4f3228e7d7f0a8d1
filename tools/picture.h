/* SPDX-License-Identifier: GPL-2.0 */
/*
 * --svg: the run queues of what is analysed as a picture.  Part of the command
 * line: what goes wrong is said here, on stderr.
 *
 * A sub-command has a struct picture, gives picture_argp as an argp child with
 * that struct as its input, and then:
 *
 *	if (picture.path)
 *		return picture_write(&picture, &source);
 */
#ifndef IPCPROBE_PICTURE_H
#define IPCPROBE_PICTURE_H

#include <argp.h>

#include "source.h"

/**
 * struct picture - what is asked for
 * @path: --svg: file to write, NULL = none
 */
struct picture {
	const char *path;
};

extern const struct argp picture_argp;

int picture_write(const struct picture *picture, const struct source_opts *source);

#endif /* IPCPROBE_PICTURE_H */
