/* SPDX-License-Identifier: GPL-2.0 */
/* Regular files: the session's numbers of files, with device, inode and path. */
#ifndef IPCPROBE_MODEL_COPIES_FILE_H
#define IPCPROBE_MODEL_COPIES_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/ipcprobe.h>

#include "lib/hash.h"
#include "lib/pool.h"
#include "model/copies/channel.h"

/* above this many numbers, old ones may be forgotten */
#define FILE_NUMBERS_MAX	(1U << 15)

/**
 * struct file - a regular file
 * @path: path as seen by the task that used the file first, updated by renames;
 *	NULL = no file_info record yet
 * @ino: inode number
 * @dev: device of the file system
 * @number: first number that the session gave the file
 * @last_number: number of the file in the last record about it
 * @channel: channel that follows the contents, because the file was written or is
 *	mapped; 0 = none
 * @appender: first thread that appended to the file, 0 = none yet
 * @has_appenders: more than one thread appended to the file
 * @same_as: the file, seen before under another number, that this one turned out to
 *	be; 0 = none
 * @is_many: the entry is the sum of all folded files
 * @used: value of files->clock at the last record about the file
 *
 * A file is identified by device, inode and path: an inode number is reused when
 * its file has been deleted, and a file with two paths is shown under both.
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
	uint64_t clock;		/* last value given to a file's @used */
	uint32_t last_number;	/* highest number that a record described */
	uint32_t many;		/* file that is the sum of the folded ones, 0 = none yet */
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

/* Resolve file @number, and update @number, if it turned out to be another file. */
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
