// SPDX-License-Identifier: GPL-2.0
/* Where bytes went: records that move no bytes, and the model as a whole. */
#include "model/copies/copies.h"

#include <errno.h>
#include <stdlib.h>

#include "model/copies/change.h"
#include "model/copies/unseen.h"

static int note_holder(struct copies *copies, uint32_t number, uint32_t proc, uint16_t flags)
{
	uint32_t end;
	int err;

	if (!number || !proc)
		return 0;
	err = channel_end_get(&copies->channels, number, proc, proc_at(copies->tasks, proc)->image, &end);
	if (!err)
		channel_end_at(&copies->channels, end)->held |=
			flags & (IPCPROBE_IO_READ_END | IPCPROBE_IO_WRITE_END);
	return err;
}

static int apply_holder(struct copies *copies, const struct ipcprobe_rec_pipe_holder *rec)
{
	uint32_t number = pipes_get(&copies->channels, rec->pipe, rec->flags & IPCPROBE_IO_FIFO);

	return note_holder(copies, number, tasks_by_pid(copies->tasks, rec->pid), rec->flags);
}

static int apply_open(struct copies *copies, const struct ipcprobe_rec_pipe_open *rec)
{
	uint32_t number = pipes_get(&copies->channels, rec->pipe, rec->flags & IPCPROBE_IO_FIFO);
	uint32_t task = tasks_by_tid(copies->tasks, rec->hdr.tid);

	if (rec->ret < 0)
		return 0;
	return note_holder(copies, number,
			   proc_real(copies->tasks, task_at(copies->tasks, task)->proc),
			   rec->flags);
}

/* The record does not say whether the number is that of a FIFO or a pipe. */
static void apply_resize(struct copies *copies, const struct ipcprobe_rec_pipe_resize *rec)
{
	uint32_t number = pipes_find(&copies->channels, rec->pipe, false) ?:
			  pipes_find(&copies->channels, rec->pipe, true);

	if (rec->ret > 0)
		channel_at(&copies->channels, number)->capacity = rec->ret;
}

/*
 * Apply a pipe's creation. If its number was used before, settle first what was in
 * the old pipe.
 */
static int apply_create(struct copies *copies, const struct ipcprobe_rec_pipe_create *rec)
{
	uint32_t old = pipes_find(&copies->channels, rec->pipe, false);
	int err = old ? unseen_end(copies, old, 0) : 0;

	if (err)
		return err;
	return pipes_created(&copies->channels, rec) ? 0 : -ENOMEM;
}

/* Apply a close. What the last open file leaves in the pipe cannot be read any more. */
static int apply_close(struct copies *copies, const struct ipcprobe_rec_pipe_close *rec)
{
	uint32_t number = pipes_closed(&copies->channels, rec);
	int err;

	if (!number)
		return 0;
	err = unseen_close(copies, number);
	stream_trim(channel_at(&copies->channels, number));
	return err;
}

static int apply_fork(struct copies *copies, const struct ipcprobe_rec_task_fork *rec)
{
	struct op op = { .is_fork = true, .begin_ns = rec->hdr.ts_ns, .end_ns = rec->hdr.ts_ns };
	struct proc_io *child;

	if (rec->child_pid != rec->child_tid)
		return 0;
	op.proc = tasks_by_pid(copies->tasks, rec->pid);
	op.child = tasks_by_pid(copies->tasks, rec->child_pid);
	if (!op.proc || !op.child || op.proc == op.child)
		return 0;
	op.image = proc_at(copies->tasks, op.proc)->image;
	child = proc_io_get(copies, op.child, proc_at(copies->tasks, op.child)->image);
	if (!child || shm_fork(copies, op.proc, op.child))
		return -ENOMEM;
	return park_submit(copies, &op);
}

static void apply_exec(struct copies *copies, const struct ipcprobe_rec_task_exec *rec)
{
	shm_exec(copies, tasks_by_pid(copies->tasks, rec->pid));
}

static void apply_exit(struct copies *copies, const struct ipcprobe_rec_task_exit *rec)
{
	uint32_t proc = tasks_by_pid(copies->tasks, rec->pid);
	struct proc_io *io;

	call_state_end(copies, tasks_known_tid(copies->tasks, rec->hdr.tid));
	io = proc_io_at(copies, proc);
	if (!io || proc_at(copies->tasks, proc)->nr_tasks)
		return;
	io->has_exited = true;
	if (!io->parked.first)
		proc_io_exit(copies, proc);
}

/*
 * Records may be missing from now until @ts_ns: nothing before is linked to
 * anything after.
 */
static void pass_gap(struct copies *copies, uint64_t ts_ns)
{
	copies->gen++;
	copies->channels.gen++;
	copies->mappings_gen += copies->has_mapping_gap;
	if (ts_ns <= copies->gap_end_ns)
		return;
	copies->gap_end_ns = 0;
	copies->has_mapping_gap = false;
}

static int apply_buffer(struct copies *copies, const struct ipcprobe_rec_io_segment *rec)
{
	struct call_buf buf = { { rec->addr, rec->bytes }, PRINTS_OF(rec), rec->hdr.ts_ns, false };

	return call_buffer(copies, &rec->hdr, &buf);
}

static int apply_procvm_segment(struct copies *copies,
				const struct ipcprobe_rec_procvm_segment *rec)
{
	struct call_buf buf = { { rec->addr, rec->bytes }, PRINTS_OF(rec), rec->hdr.ts_ns,
				rec->is_remote };

	return call_buffer(copies, &rec->hdr, &buf);
}

static int apply_unix(struct copies *copies, const struct ipcprobe_rec *rec)
{
	switch (rec->type) {
	case IPCPROBE_REC_unix_socket:
		return unix_socket(copies, (const void *)rec);
	case IPCPROBE_REC_unix_holder:
		return unix_holder(copies, (const void *)rec);
	case IPCPROBE_REC_unix_pair:
		return unix_pair(copies, (const void *)rec);
	case IPCPROBE_REC_unix_connect:
		return unix_connect(copies, (const void *)rec);
	case IPCPROBE_REC_unix_accept:
		return unix_accept(copies, (const void *)rec);
	case IPCPROBE_REC_unix_segment:
		return unix_segment(copies, (const void *)rec);
	case IPCPROBE_REC_unix_send:
		return op_apply_unix(copies, (const void *)rec, TO);
	case IPCPROBE_REC_unix_recv:
		return op_apply_unix(copies, (const void *)rec, FROM);
	case IPCPROBE_REC_unix_close:
		return unix_close(copies, (const void *)rec);
	default:
		return 0;
	}
}

static int apply_msg(struct copies *copies, const struct ipcprobe_rec *rec)
{
	switch (rec->type) {
	case IPCPROBE_REC_msg_snapshot:
		return msg_snapshot(copies, (const void *)rec);
	case IPCPROBE_REC_msg_create:
		return msg_create(copies, (const void *)rec);
	case IPCPROBE_REC_msg_send:
		return op_apply_msg(copies, (const void *)rec, TO);
	case IPCPROBE_REC_msg_receive:
		return op_apply_msg(copies, (const void *)rec, FROM);
	case IPCPROBE_REC_msg_destroy:
		return msg_destroy(copies, (const void *)rec);
	case IPCPROBE_REC_mq_info:
		return mq_info(copies, (const void *)rec);
	case IPCPROBE_REC_mq_send:
		return op_apply_mq(copies, (const void *)rec, TO);
	case IPCPROBE_REC_mq_receive:
		return op_apply_mq(copies, (const void *)rec, FROM);
	case IPCPROBE_REC_mq_destroy:
		return mq_destroy(copies, (const void *)rec);
	default:
		return 0;
	}
}

static int apply_shm(struct copies *copies, const struct ipcprobe_rec *rec)
{
	switch (rec->type) {
	case IPCPROBE_REC_shm_segment:
		return shm_segment(copies, (const void *)rec);
	case IPCPROBE_REC_shm_create:
		return shm_create(copies, (const void *)rec);
	case IPCPROBE_REC_shm_resize:
		return shm_resize(copies, (const void *)rec);
	case IPCPROBE_REC_shm_destroy:
		shm_destroy(copies, (const void *)rec);
		return 0;
	case IPCPROBE_REC_shm_snapshot:
	case IPCPROBE_REC_shm_inherit:
	case IPCPROBE_REC_shm_map:
		return shm_map(copies, (const void *)rec);
	case IPCPROBE_REC_shm_unmap:
		return shm_unmap(copies, (const void *)rec);
	default:
		return 0;
	}
}

static int apply_procvm(struct copies *copies, const struct ipcprobe_rec *rec)
{
	switch (rec->type) {
	case IPCPROBE_REC_procvm:
		return op_apply_procvm(copies, (const void *)rec);
	case IPCPROBE_REC_procvm_segment:
		return apply_procvm_segment(copies, (const void *)rec);
	default:
		return 0;
	}
}

static int apply_task(struct copies *copies, const struct ipcprobe_rec *rec)
{
	switch (rec->type) {
	case IPCPROBE_REC_task_fork:
		return apply_fork(copies, (const void *)rec);
	case IPCPROBE_REC_task_exec:
		apply_exec(copies, (const void *)rec);
		return 0;
	case IPCPROBE_REC_task_exit:
		apply_exit(copies, (const void *)rec);
		return 0;
	default:
		return 0;
	}
}

static int apply_pipe(struct copies *copies, const struct ipcprobe_rec *rec)
{
	switch (rec->type) {
	case IPCPROBE_REC_pipe_create:
		return apply_create(copies, (const void *)rec);
	case IPCPROBE_REC_pipe_snapshot:
		return pipes_snapshot(&copies->channels, (const void *)rec);
	case IPCPROBE_REC_pipe_holder:
		return apply_holder(copies, (const void *)rec);
	case IPCPROBE_REC_pipe_open:
		return apply_open(copies, (const void *)rec);
	case IPCPROBE_REC_pipe_resize:
		apply_resize(copies, (const void *)rec);
		return 0;
	case IPCPROBE_REC_pipe_close:
		return apply_close(copies, (const void *)rec);
	case IPCPROBE_REC_pipe_block:
		return call_block(copies, (const void *)rec);
	case IPCPROBE_REC_pipe_unblock:
		return call_unblock(copies, (const void *)rec);
	case IPCPROBE_REC_pipe_read:
		return op_apply_pipe_io(copies, (const void *)rec, FROM);
	case IPCPROBE_REC_pipe_write:
		return op_apply_pipe_io(copies, (const void *)rec, TO);
	case IPCPROBE_REC_pipe_splice:
		return op_apply_splice(copies, (const void *)rec);
	case IPCPROBE_REC_pipe_discard:
		return op_apply_discard(copies, (const void *)rec);
	default:
		return 0;
	}
}

/*
 * Apply a file's description. If device, inode and path were seen before under
 * another number, the earlier file was deleted, and this one is a new file of the
 * same name.
 */
static int apply_file_info(struct copies *copies, const struct ipcprobe_rec_file_info *rec)
{
	bool is_known = map_get(&copies->files.by_number, rec->file);
	const struct file *file;
	int err;

	err = files_apply(&copies->files, rec);
	if (err || is_known)
		return err;
	file = file_at(&copies->files, map_get(&copies->files.by_number, rec->file));
	if (file->channel && file->number != rec->file)
		channel_forget(channel_at(&copies->channels, file->channel));
	return 0;
}

static int apply_file(struct copies *copies, const struct ipcprobe_rec *rec)
{
	switch (rec->type) {
	case IPCPROBE_REC_file_info:
		return apply_file_info(copies, (const void *)rec);
	case IPCPROBE_REC_file_read:
		return op_apply_file_io(copies, (const void *)rec, FROM);
	case IPCPROBE_REC_file_write:
		return op_apply_file_io(copies, (const void *)rec, TO);
	case IPCPROBE_REC_file_copy:
		return op_apply_file_copy(copies, (const void *)rec);
	case IPCPROBE_REC_file_rename:
		return files_rename(&copies->files, (const void *)rec);
	case IPCPROBE_REC_file_resize:
		return op_apply_file_resize(copies, (const void *)rec);
	case IPCPROBE_REC_io_segment:
		return apply_buffer(copies, (const void *)rec);
	case IPCPROBE_REC_io_sums:
		return call_sums(copies, (const void *)rec);
	default:
		return 0;
	}
}

static int apply_record(struct copies *copies, const struct ipcprobe_rec *rec)
{
	switch (rec->type >> 8) {
	case IPCPROBE_CLASS_TASK:
		return apply_task(copies, rec);
	case IPCPROBE_CLASS_PIPE:
		return apply_pipe(copies, rec);
	case IPCPROBE_CLASS_FILE:
		return apply_file(copies, rec);
	case IPCPROBE_CLASS_SHM:
		return apply_shm(copies, rec);
	case IPCPROBE_CLASS_MSG:
		return apply_msg(copies, rec);
	case IPCPROBE_CLASS_UNIX:
		return apply_unix(copies, rec);
	case IPCPROBE_CLASS_PROCVM:
		return apply_procvm(copies, rec);
	default:
		return 0;
	}
}

/**
 * copies_apply - apply one record of any class except "sched"; call tasks_apply()
 * with it before
 * Return: 0 or -ENOMEM.
 */
int copies_apply(struct copies *copies, const struct ipcprobe_rec *rec)
{
	int err = 0;

	if (!copies->limits.mark_tasks && sweep_is_due(copies))
		err = sweep_run(copies);
	if (copies->gap_end_ns)
		pass_gap(copies, rec->ts_ns);
	return err ? err : apply_record(copies, rec);
}

/* True if the record names an object, or gives its number to another object. */
static bool has_name(const struct ipcprobe_rec *rec)
{
	switch (rec->type) {
	case IPCPROBE_REC_pipe_create:
	case IPCPROBE_REC_pipe_snapshot:
	case IPCPROBE_REC_pipe_close:
	case IPCPROBE_REC_file_info:
	case IPCPROBE_REC_file_rename:
	case IPCPROBE_REC_mq_info:
	case IPCPROBE_REC_mq_destroy:
	case IPCPROBE_REC_unix_socket:
	case IPCPROBE_REC_unix_pair:
	case IPCPROBE_REC_unix_accept:
	case IPCPROBE_REC_unix_close:
		return true;
	default:
		return false;
	}
}

/**
 * copies_apply_name - instead of copies_apply(), if only names of objects are
 * needed
 * Return: 0 or -ENOMEM.
 */
int copies_apply_name(struct copies *copies, const struct ipcprobe_rec *rec)
{
	return has_name(rec) ? apply_record(copies, rec) : 0;
}

/**
 * copies_lost - records of class @class_id from @begin_ns to @end_ns are missing
 *
 * Operations that wait for a record are given up. Nothing before the gap is linked
 * to anything in or after it.
 *
 * Return: 0 or -ENOMEM.
 */
int copies_lost(struct copies *copies, uint32_t class_id, uint64_t begin_ns, uint64_t end_ns)
{
	int err = park_flush(copies);

	copies->has_gap = true;
	copies->gen++;
	copies->channels.gen++;
	if (class_id == IPCPROBE_CLASS_SHM || class_id == IPCPROBE_CLASS_TASK) {
		copies->mappings_gen++;
		copies->has_mapping_gap = true;
	}
	if (end_ns > copies->gap_end_ns)
		copies->gap_end_ns = end_ns;
	if (end_ns > copies->known_ns)
		copies->known_ns = end_ns;
	paths_mark_gap(&copies->paths, begin_ns);
	return err;
}

/* copies_reset - set all figures to 0, keep the present state */
void copies_reset(struct copies *copies)
{
	paths_reset(&copies->paths);
	channels_reset(&copies->channels);
	calls_reset(&copies->calls);
}

/**
 * copies_finish - there are no more records
 * @end_ns: end of the recording: calls under way waited until then
 *
 * Return: 0 or -ENOMEM.
 */
int copies_finish(struct copies *copies, uint64_t end_ns)
{
	int err = park_flush(copies);
	uint32_t i;

	for (i = 1; i < copies->channels.channel.nr && !err; i++)
		if (channel_is_stream(channel_at(&copies->channels, i)))
			err = unseen_end(copies, i, 0);
	for (i = 1; i < copies->call.nr; i++)
		if (sparse_at(&copies->call, i))
			call_end_wait(copies, sparse_at(&copies->call, i), end_ns);
	if (!err)
		err = change_doubt(copies);
	return err ? err : paths_settle(&copies->paths);
}

int copies_init(struct copies *copies, struct tasks *tasks)
{
	prints_init();
	sums_init();
	*copies = (struct copies){ .tasks = tasks, .parking.max = COPY_PARKED_MAX };
	sweep_limits_init(&copies->limits);
	copies->proc.size = sizeof(struct proc_io);
	copies->call.size = sizeof(struct call_state);
	if (channels_init(&copies->channels) || files_init(&copies->files) ||
	    paths_init(&copies->paths) || calls_init(&copies->calls)) {
		copies_deinit(copies);
		return -ENOMEM;
	}
	return 0;
}

void copies_deinit(struct copies *copies)
{
	uint32_t i;

	parking_deinit(&copies->parking);
	placing_deinit(&copies->placing);
	op_draft_deinit(&copies->draft);
	for (i = 0; i < copies->proc.nr; i++)
		if (proc_io_at(copies, i))
			proc_io_exit(copies, i);
	for (i = 0; i < copies->call.nr; i++)
		call_state_end(copies, i);
	sparse_deinit(&copies->proc);
	sparse_deinit(&copies->call);
	calls_deinit(&copies->calls);
	paths_deinit(&copies->paths);
	files_deinit(&copies->files);
	map_deinit(&copies->segments);
	channels_deinit(&copies->channels);
	free(copies->pieces.v);
	sum_store_deinit(&copies->sums);
	*copies = (struct copies){ 0 };
}
