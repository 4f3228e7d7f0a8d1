// SPDX-License-Identifier: GPL-2.0
/*
 * Regular files.
 */
#include "model/copies/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t identity_hash(uint64_t ino, uint32_t dev, const char *path)
{
	uint64_t hash = map_hash(ino) ^ map_hash((uint64_t)dev << 32 | 1);
	const char *p;

	for (p = path; *p; p++)
		hash = (hash ^ (unsigned char)*p) * 0x100000001b3ULL;
	return hash;
}

/**
 * files_by_number - get the file that has @number now
 * Return: the file, a new one if none is known; 0 for number 0 or without memory.
 */
uint32_t files_by_number(struct files *files, uint32_t number)
{
	uint32_t found = map_get(&files->by_number, number);
	struct file *file;

	if (!number)
		return 0;
	file = found ? pool_at(&files->file, found) : pool_add(&files->file, &found);
	if (!file || (!file->number && map_set(&files->by_number, number, found)))
		return 0;
	if (!file->number)
		file->number = number;
	file->last_number = number;
	file->used = ++files->clock;
	return found;
}

/* files_many - get the file that is the sum of all folded files; 0 without memory */
uint32_t files_many(struct files *files)
{
	struct file *file;

	if (files->many)
		return files->many;
	file = pool_add(&files->file, &files->many);
	if (!file)
		return files->many = 0;
	file->is_many = true;
	return files->many;
}

static bool is_number_of(void *arg, uint64_t key, uint32_t number)
{
	const struct files *files = arg;
	const struct file *file = pool_at(&files->file, number);

	return key == file->number || key == file->last_number ||
	       (file->number && key + FILE_NUMBERS_MAX > files->last_number);
}

/**
 * files_forget_numbers - forget the numbers of dropped files, and old numbers of
 * files that have had very many
 *
 * If a record uses a forgotten number again, it is that of a file of which nothing
 * else is known.
 *
 * Return: 0 or -ENOMEM.
 */
int files_forget_numbers(struct files *files)
{
	return map_filter(&files->by_number, is_number_of, files);
}

/**
 * files_drop - free a file to which nothing refers and which has no channel
 *
 * Return: 0 or -ENOMEM.
 */
int files_drop(struct files *files, uint32_t number)
{
	struct file *file = pool_at(&files->file, number);
	uint64_t key = file->path ? identity_hash(file->ino, file->dev, file->path) : 0;

	if (key && map_get(&files->by_identity, key) == number)
		map_remove(&files->by_identity, key);
	free(file->path);
	return pool_free(&files->file, number);
}

/**
 * files_follow - follow the contents of file @number from now on
 * Return: the file's channel, 0 for number 0 or without memory.
 */
uint32_t files_follow(struct files *files, struct channels *channels, uint32_t number)
{
	uint32_t found = files_by_number(files, number);
	struct file *file = files_real(files, &found);

	if (!file->channel && found)
		file->channel = channels_get(channels, CHANNEL_FILE, found);
	return file->channel;
}

static int describe_file(struct files *files, uint32_t number, uint64_t key,
			 const struct ipcprobe_rec_file_info *rec)
{
	struct file *file = pool_at(&files->file, number);

	free(file->path);
	file->path = strdup(rec->path);
	file->ino = rec->ino;
	file->dev = rec->dev;
	if (!file->path)
		return -ENOMEM;
	return map_set(&files->by_identity, key, number);
}

/**
 * files_apply - apply one file_info record
 *
 * The record describes a number for the first time, renames a file, or gives the
 * number to another file.
 *
 * Return: 0 or -ENOMEM.
 */
int files_apply(struct files *files, const struct ipcprobe_rec_file_info *rec)
{
	uint64_t key = identity_hash(rec->ino, rec->dev, rec->path);
	uint32_t same = map_get(&files->by_identity, key);
	uint32_t now = map_get(&files->by_number, rec->file);
	struct file *file = pool_at(&files->file, now);

	if (rec->file > files->last_number)
		files->last_number = rec->file;
	if (!rec->file || (same && same == now))
		return 0;
	if (now && same && !file->path)
		file->same_as = same;
	if (same) {
		((struct file *)pool_at(&files->file, same))->used = ++files->clock;
		return map_set(&files->by_number, rec->file, same);
	}
	if (now && file->path && (file->ino != rec->ino || file->dev != rec->dev)) {
		map_remove(&files->by_number, rec->file);
		now = 0;
	}
	if (!now)
		now = files_by_number(files, rec->file);
	return now ? describe_file(files, now, key, rec) : -ENOMEM;
}

/* The @nr-th slash from the end of @path; NULL = there are fewer. */
static const char *last_slash(const char *path, uint32_t nr)
{
	const char *p = path + strlen(path);

	while (p > path)
		if (*--p == '/' && !--nr)
			return p;
	return NULL;
}

/**
 * files_rename - apply one file_rename record: views show the new name for all
 * times, also before the record
 * Return: 0 or -ENOMEM.
 */
int files_rename(struct files *files, const struct ipcprobe_rec_file_rename *rec)
{
	uint32_t number = map_get(&files->by_number, rec->file);
	struct file *file = files_real(files, &number);
	const char *slash;
	char *path;

	slash = number && file->path && rec->nr_names ? last_slash(file->path, rec->nr_names) : NULL;
	if (!slash)
		return 0;
	if (asprintf(&path, "%.*s/%s", (int)(slash - file->path), file->path, rec->names) < 0)
		return -ENOMEM;
	map_remove(&files->by_identity, identity_hash(file->ino, file->dev, file->path));
	free(file->path);
	file->path = path;
	return map_set(&files->by_identity, identity_hash(file->ino, file->dev, path), number);
}

int files_init(struct files *files)
{
	*files = (struct files){ 0 };
	return pool_init(&files->file, sizeof(struct file));
}

void files_deinit(struct files *files)
{
	uint32_t i;

	for (i = 0; i < files->file.nr; i++)
		free(((struct file *)pool_at(&files->file, i))->path);
	pool_deinit(&files->file);
	map_deinit(&files->by_number);
	map_deinit(&files->by_identity);
}
