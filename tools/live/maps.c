// SPDX-License-Identifier: GPL-2.0
/*
 * Reads the mappings of a process: which shared memory the process has
 * attached, and which object a futex's address belongs to.
 */
#include "live/sources.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "lib/maps_line.h"

/**
 * live_parse_map - parse a line of /proc/PID/maps; @ret->path points into @line
 * Return: 0 or -EINVAL.
 */
int live_parse_map(char *line, struct live_map *ret)
{
	struct maps_line map;
	int err = maps_line_parse(line, &map);

	*ret = (struct live_map){ 0 };
	if (err)
		return err;
	ret->start = map.start;
	ret->end = map.end;
	ret->offset = map.offset;
	ret->dev = makedev(map.major, map.minor);
	ret->ino = map.inode;
	memcpy(ret->mode, map.prot, sizeof(ret->mode));
	ret->path = line + (map.name - line);
	return 0;
}

/* The inode number of a SysV segment is its identifier. */
static uint32_t find_segment(struct live *live, const struct live_proc *proc,
			     const struct live_map *map)
{
	return live_find(live, LIVE_TYPE_SHM, proc->ipc_ns, map->ino, 0);
}

static uint32_t find_object(struct live *live, const struct live_proc *proc,
			    const struct live_map *map)
{
	uint32_t object;
	char path[64];
	struct stat st;
	int err = 0;

	if (!strncmp(map->path, "/SYSV", 5))
		return find_segment(live, proc, map);
	object = live_memory_object(live, map->path, map->dev, map->ino);
	if (!object || live_object_value(live, object, LIVE_COL_INODE)->state == LIVE_KNOWN)
		return object;
	snprintf(path, sizeof(path), "map_files/%llx-%llx", (unsigned long long)map->start,
		 (unsigned long long)map->end);
	if (!fstatat(proc->dir, path, &st, 0)) {
		live_set_stat(live, object, &st);
		live_set_file(live, object, &st);
	} else {
		err = -errno;
	}
	/* this semaphore has lost its name, so it was not read from its folder */
	if (!err && live_object_at(live, object)->type == LIVE_TYPE_POSIX_SEM)
		err = live_read_sem(live, object, proc->dir, path);
	if (err && err != -ENOENT && err != -ESRCH)
		live_miss(live, LIVE_GAP_PROCESS, err);
	return object;
}

static void hold_mapping(struct live *live, struct live_proc *proc, struct live_map *map)
{
	uint32_t object = find_object(live, proc, map);
	uint32_t holder;

	if (!object)
		return;
	holder = live_proc_hold(live, proc, object, -1, LIVE_MAPPED);
	map->holder = holder;
	live_set_text(live_holder_value(live, holder, LIVE_COL_ACCESS), "%s %s",
		      live_object_at(live, object)->type == LIVE_TYPE_SHM ? "attached" : "mapped",
		      map->mode);
	live_set_text(live_holder_value(live, holder, LIVE_COL_MODE), "%.3s", map->mode);
	live_set(live_holder_value(live, holder, LIVE_COL_ADDR), map->start);
	live_set(live_holder_value(live, holder, LIVE_COL_OFFSET), map->offset);
	live_set(live_holder_value(live, holder, LIVE_COL_MAPLEN), map->end - map->start);
}

static int keep_map(struct live_proc *proc, const struct live_map *map)
{
	struct live_map *grown;

	if (!(proc->nr_maps & (proc->nr_maps - 1))) {
		grown = reallocarray(proc->maps, proc->nr_maps ? proc->nr_maps * 2 : 1,
				     sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		proc->maps = grown;
	}
	proc->maps[proc->nr_maps] = *map;
	proc->maps[proc->nr_maps].path = strdup(map->path);
	if (!proc->maps[proc->nr_maps].path)
		return -ENOMEM;
	proc->nr_maps++;
	return 0;
}

void live_read_maps(struct live *live, struct live_proc *proc)
{
	char *text = live_read_file(proc->dir, "maps"), *rest = text, *line;
	struct live_map map;

	if (!text) {
		if (errno == EACCES || errno == EPERM)
			live_miss(live, LIVE_GAP_PROCESS, -errno);
		return;
	}
	while ((line = live_line(&rest))) {
		if (live_parse_map(line, &map))
			continue;
		if (*map.path == '/')
			hold_mapping(live, proc, &map);
		if (keep_map(proc, &map))
			live->is_out_of_memory = true;
	}
	free(text);
}

void live_free_maps(struct live_proc *proc)
{
	for (size_t i = 0; i < proc->nr_maps; i++)
		free(proc->maps[i].path);
	free(proc->maps);
}

/* live_map_at - the mapping that contains @addr, or NULL */
struct live_map *live_map_at(const struct live_proc *proc, uint64_t addr)
{
	for (size_t i = 0; i < proc->nr_maps; i++)
		if (addr >= proc->maps[i].start && addr < proc->maps[i].end)
			return &proc->maps[i];
	return NULL;
}
