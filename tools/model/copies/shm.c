// SPDX-License-Identifier: GPL-2.0
/*
 * Shared memory: its objects, and where processes map them; files that processes
 * map privately.
 *
 * System V segments and files share their numbers. A file is shared memory if it is
 * mapped, or was made by memfd_create(), or is on tmpfs and gets a size, as with
 * shm_open().
 */
#include "model/copies/copies.h"

#include <errno.h>

/* ---- objects ---- */

static uint32_t file_channel(struct copies *copies, uint32_t number)
{
	uint32_t channel = files_follow(&copies->files, &copies->channels, number);

	if (channel)
		channel_at(&copies->channels, channel)->is_shared = true;
	return channel;
}

/*
 * Channel of a segment. Its id is normally recorded before it is mapped; if not,
 * the segment gets its number as the key.
 */
static uint32_t segment_channel(struct copies *copies, uint32_t number)
{
	uint32_t found = map_get(&copies->segments, number);

	return found ? found : channels_get(&copies->channels, CHANNEL_SHM,
					    channel_sysv_key(UINT32_MAX, number));
}

int shm_segment(struct copies *copies, const struct ipcprobe_rec_shm_segment *rec)
{
	uint32_t number = channels_get(&copies->channels, CHANNEL_SHM,
				       channel_sysv_key(rec->ns, rec->id));

	if (!number)
		return -ENOMEM;
	channel_at(&copies->channels, number)->capacity = rec->bytes;
	return map_set(&copies->segments, rec->object, number);
}

int shm_create(struct copies *copies, const struct ipcprobe_rec_shm_create *rec)
{
	if (rec->ret < 0 || !rec->is_new)
		return 0;
	if (rec->call == IPCPROBE_CALL_MEMFD_CREATE)
		return !rec->object || file_channel(copies, rec->object) ? 0 : -ENOMEM;
	return channels_renew(&copies->channels, CHANNEL_SHM,
			      channel_sysv_key(rec->ns, rec->ret)) ? 0 : -ENOMEM;
}

void shm_destroy(struct copies *copies, const struct ipcprobe_rec_shm_destroy *rec)
{
	uint32_t number = channels_find(&copies->channels, CHANNEL_SHM,
					channel_sysv_key(rec->ns, rec->id));

	if (number)
		channels_died(&copies->channels, number);
}

int shm_resize(struct copies *copies, const struct ipcprobe_rec_shm_resize *rec)
{
	uint32_t file = files_by_number(&copies->files, rec->object), number;

	if (rec->ret < 0 || !rec->object)
		return 0;
	/* A file that is emptied when it is opened need not be shared memory. */
	number = rec->bytes || rec->is_memfd ? file_channel(copies, rec->object) :
					       file_at(&copies->files, file)->channel;
	if (!number)
		return rec->bytes || rec->is_memfd ? -ENOMEM : 0;
	return channel_resize(channel_at(&copies->channels, number), rec->bytes, rec->old_bytes);
}

/* ---- mappings ---- */

/* Mappings of @io; empty if the known ones are invalid. */
static struct intervals **mappings_of(const struct copies *copies, struct proc_io *io)
{
	if (io->mappings_gen != copies->mappings_gen) {
		intervals_put(io->mappings);
		io->mappings = NULL;
		io->mappings_gen = copies->mappings_gen;
	}
	return &io->mappings;
}

/* The process maps @channel: it can read it, and write it if @prot allows that. */
static int note_end(struct copies *copies, uint32_t channel, uint32_t proc, uint16_t prot)
{
	uint32_t end;
	int err;

	err = channel_end_get(&copies->channels, channel, proc,
			      proc_at(copies->tasks, proc)->image, &end);
	if (!err)
		channel_end_at(&copies->channels, end)->held |=
			IPCPROBE_IO_READ_END | (prot & 2 ? IPCPROBE_IO_WRITE_END : 0);
	return err;
}

/* shm_map - a mapping; shm_snapshot and shm_inherit records have the same fields */
int shm_map(struct copies *copies, const struct ipcprobe_rec_mapping *rec)
{
	uint32_t proc = tasks_by_pid(copies->tasks, rec->pid);
	struct mapping mapping = { .at = { rec->addr, rec->addr + rec->bytes },
				   .offset = rec->offset };
	struct proc_io *io;
	int err;

	if (!proc || !rec->object)
		return 0;
	io = sparse_reach(&copies->proc, proc);
	if (rec->is_private)
		mapping.file = files_by_number(&copies->files, rec->object);
	else
		mapping.channel = rec->is_sysv ? segment_channel(copies, rec->object) :
						 file_channel(copies, rec->object);
	if (!io || (!mapping.channel && !mapping.file))
		return -ENOMEM;
	err = mappings_set(mappings_of(copies, io), &mapping);
	if (!err)
		err = ranges_forget(&io->memory.ranges, rec->addr, rec->bytes);
	return err || rec->is_private ? err : note_end(copies, mapping.channel, proc, rec->prot);
}

int shm_unmap(struct copies *copies, const struct ipcprobe_rec_shm_unmap *rec)
{
	uint32_t proc = tasks_by_pid(copies->tasks, rec->pid);
	uint64_t end = rec->addr + rec->bytes;
	struct proc_io *io = proc_io_at(copies, proc);
	int err;

	if (!io || end < rec->addr)
		return 0;
	err = intervals_clear(mappings_of(copies, io), rec->addr, end);
	return err ? err : ranges_forget(&io->memory.ranges, rec->addr, rec->bytes);
}

/* shm_fork - give the child a copy of its parent's address space */
int shm_fork(struct copies *copies, uint32_t parent, uint32_t child)
{
	struct proc_io *from = sparse_reach(&copies->proc, parent);
	struct proc_io *to = sparse_reach(&copies->proc, child);

	if (!from || !to)
		return -ENOMEM;
	intervals_put(to->mappings);
	to->mappings = intervals_get(*mappings_of(copies, from));
	to->mappings_gen = copies->mappings_gen;
	return 0;
}

/* shm_exec - give the process an empty address space, for its new program */
void shm_exec(struct copies *copies, uint32_t proc)
{
	struct proc_io *io = proc_io_at(copies, proc);

	if (!io)
		return;
	intervals_put(io->mappings);
	io->mappings = NULL;
}
