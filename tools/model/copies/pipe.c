// SPDX-License-Identifier: GPL-2.0
/* Pipes and FIFOs: the records that describe them. */
#include "model/copies/channel.h"

#include <errno.h>

static enum channel_kind kind_of(bool is_fifo)
{
	return is_fifo ? CHANNEL_FIFO : CHANNEL_PIPE;
}

/* pipes_find - find the pipe that has @number now; 0 = none is known */
uint32_t pipes_find(const struct channels *channels, uint32_t number, bool is_fifo)
{
	return channels_find(channels, kind_of(is_fifo), number);
}

/* pipes_get - get the pipe that has @number now, or add one; 0 without memory */
uint32_t pipes_get(struct channels *channels, uint32_t number, bool is_fifo)
{
	return channels_get(channels, kind_of(is_fifo), number);
}

/**
 * pipes_created - add a new, empty pipe
 * Return: the pipe, or 0 without memory.
 */
uint32_t pipes_created(struct channels *channels, const struct ipcprobe_rec_pipe_create *rec)
{
	uint32_t number = channels_renew(channels, CHANNEL_PIPE, rec->pipe);
	struct channel *pipe = channel_at(channels, number);

	if (!number)
		return 0;
	pipe->capacity = rec->capacity;
	pipe->has_pos = true;
	pipe->pos[TO] = 1ULL << 32;
	pipe->pos[FROM] = pipe->pos[TO];
	pipe->floor_pos = pipe->pos[TO];
	pipe->base_pos = pipe->pos[TO];
	return number;
}

/* Set a pipe's positions from a snapshot, unless better ones are known. */
static void take_positions(struct channel *pipe, const struct ipcprobe_rec_pipe_snapshot *rec)
{
	if (pipe->has_pos)
		return;
	pipe->has_pos = true;
	pipe->pos[FROM] = (1ULL << 32) + rec->read_pos;
	pipe->pos[TO] = pipe->pos[FROM] + (uint32_t)(rec->write_pos - rec->read_pos);
	pipe->floor_pos = pipe->pos[FROM];
	pipe->base_pos = pipe->pos[TO];
	if (pipe->pos[TO] - pipe->pos[FROM] > pipe->peak_bytes)
		pipe->peak_bytes = pipe->pos[TO] - pipe->pos[FROM];
}

/**
 * pipes_snapshot - describe a pipe that existed before the recording, or whose path
 * becomes known now
 * Return: 0 or -ENOMEM.
 */
int pipes_snapshot(struct channels *channels, const struct ipcprobe_rec_pipe_snapshot *rec)
{
	bool is_fifo = rec->flags & IPCPROBE_IO_FIFO;
	uint32_t number = pipes_find(channels, rec->pipe, is_fifo);
	struct channel *pipe;

	if (number && !is_fifo && channel_at(channels, number)->is_dead)
		number = channels_renew(channels, CHANNEL_PIPE, rec->pipe);
	else
		number = pipes_get(channels, rec->pipe, is_fifo);
	if (!number)
		return -ENOMEM;
	pipe = channel_at(channels, number);
	pipe->ino = rec->ino;
	pipe->dev = rec->dev;
	pipe->capacity = rec->capacity;
	take_positions(pipe, rec);
	return channel_set_path(pipe, rec->path);
}

/**
 * pipes_closed - an open file of a pipe was released; the record has the pipe's
 * contents
 * Return: the pipe, if that was its last open file; else 0.
 */
uint32_t pipes_closed(struct channels *channels, const struct ipcprobe_rec_pipe_close *rec)
{
	uint32_t number = pipes_get(channels, rec->pipe, rec->flags & IPCPROBE_IO_FIFO);
	struct channel *pipe = channel_at(channels, number);

	if (!number)
		return 0;
	stream_contains(pipe, rec->unread);
	if (!(rec->flags & IPCPROBE_IO_LAST))
		return 0;
	channels_died(channels, number);
	pipe->left_bytes += rec->unread;
	return number;
}
