/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Regular files: the session's numbers for them, tied to device, inode, path.
 */
#ifndef IPCPROBE_MODEL_COPIES_FILE_H
#define IPCPROBE_MODEL_COPIES_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/ipcprobe.h>

#include "lib/hash.h"
#include "lib/pool.h"
#include "model/copies/channel.h"

#define FILE_NUMBERS_MAX	(1U << 15)	/* older ones may be forgotten */

/**
 * struct file - a regular file
 * @path: as the task that met it saw it, but for names that changed since;
 *	NULL = no file_info record yet
 * @ino: its inode number
 * @dev: device of its file system
 * @number: the session's (first) number for it
 * @last_number: the one that a record called it by last
 * @channel: not 0: it was written or is mapped, what is in it is followed there
 * @appender: thread that appended to it first, 0 = none yet
 * @has_appenders: so did another
 * @same_as: not 0: turned out to be this file, met before under another number
 * @is_many: it stands for all files that are not kept apart
 * @used: the higher, the later a record was about it
 *
 * A file is device, inode and path: inode numbers are reused as soon as a
 * file is deleted, and a file reached by two paths is shown under both.
 */
struct file {
	char *path;
	uint64_t ino;
	uint32_t dev;
	uint32_t number;
	uint32_t last_number;
	uint32_t channel;
	uint32_t appender;
	bool has_appenders;
	bool is_many;
	uint32_t same_as;
	uint64_t used;
};

struct files {
	struct pool file;	/* struct file */
	struct map by_number;
	struct map by_identity;
	uint64_t clock;		/* of the last use of any */
	uint32_t last_number;	/* that was told */
	uint32_t many;		/* the file that stands for those not kept apart, 0 = none yet */
};

int files_init(struct files *files);
void files_deinit(struct files *files);
int files_apply(struct files *files, const struct ipcprobe_rec_file_info *rec);
int files_rename(struct files *files, const struct ipcprobe_rec_file_rename *rec);
uint32_t files_by_number(struct files *files, uint32_t number);
uint32_t files_many(struct files *files);
int files_forget_numbers(struct files *files);
int files_drop(struct files *files, uint32_t file);
uint32_t files_follow(struct files *files, struct channels *channels, uint32_t number);

/* the file @number really is; brings the number up to that */
static inline struct file *files_real(const struct files *files, uint32_t *number)
{
	struct file *f = pool_at(&files->file, *number);

	if (f->same_as)
		*number = f->same_as;
	return pool_at(&files->file, *number);
}

static inline const struct file *file_at(const struct files *files, uint32_t file)
{
	const struct file *f = pool_at(&files->file, file);

	return f->same_as ? pool_at(&files->file, f->same_as) : f;
}

#endif /* IPCPROBE_MODEL_COPIES_FILE_H */
