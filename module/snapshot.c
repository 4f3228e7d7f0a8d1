// SPDX-License-Identifier: GPL-2.0
/*
 * What exists when a session starts: pipes and UNIX sockets with their holders,
 * shared mappings, and the members of the run queues.  (Tasks: hook_task.c.)
 */
#include <linux/cpu.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/stop_machine.h>
#include <net/sock.h>

#include "ipcprobe.h"
#include "emit.h"

/* ---- pipes and UNIX sockets ---- */

static void emit_holder(struct ipcprobe_session *session, pid_t pid,
			const struct file *file, unsigned int fd,
			const struct ipcprobe_pipe *obj)
{
	struct ipcprobe_rec_pipe_holder rec = {
		.hdr.tid = pid,
		.pipe = obj->id,
		.pid = pid,
		.fd = fd,
		.flags = obj->flags,
	};

	if (file->f_mode & FMODE_READ)
		rec.flags |= IPCPROBE_IO_READ_END;
	if (file->f_mode & FMODE_WRITE)
		rec.flags |= IPCPROBE_IO_WRITE_END;
	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT_ONLY(pipe_holder, &rec, session);
}

/* Without its mutex a pipe is described later, when it is first used. */
static void describe_pipe(struct ipcprobe_session *session,
			  struct ipcprobe_pipe *obj, const struct file *file)
{
	struct pipe_inode_info *pipe = ipcprobe_pipe_of(file);

	if (obj->epoch == READ_ONCE(ipcprobe_epoch) || !ipcprobe_pipe_lock_briefly(pipe))
		return;
	preempt_disable();
	if (!obj->is_synced)
		ipcprobe_pipe_sync(obj);
	ipcprobe_pipe_describe(obj, &file->f_path, session, obj->write_pos,
			       obj->read_pos);
	preempt_enable();
	mutex_unlock(&pipe->mutex);
}

/* The file keeps the pipe, and the pipe its entry. */
static int snapshot_pipe(struct ipcprobe_session *session, pid_t pid,
			 struct file *file, unsigned int fd)
{
	struct ipcprobe_pipe *obj;

	preempt_disable();
	obj = ipcprobe_pipe_get(file_inode(file), ipcprobe_pipe_of(file));
	preempt_enable();
	if (!obj)
		return -ENOMEM;
	describe_pipe(session, obj, file);
	preempt_disable();
	emit_holder(session, pid, file, fd, obj);
	preempt_enable();
	return fatal_signal_pending(current) ? -EINTR : 0;
}

static int snapshot_socket(struct ipcprobe_session *session, pid_t pid,
			   struct sock *sk, unsigned int fd)
{
	struct ipcprobe_rec_unix_holder rec = {
		.hdr.tid = pid,
		.pid = pid,
		.fd = fd,
	};
	struct ipcprobe_sock *obj;

	guard(preempt)();
	obj = ipcprobe_sock_get(sk);
	if (!obj)
		return -ENOMEM;
	if (obj->epoch != READ_ONCE(ipcprobe_epoch))
		ipcprobe_sock_introduce(obj, sk, session);
	rec.sock = obj->id;
	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT_ONLY(unix_holder, &rec, session);
	return fatal_signal_pending(current) ? -EINTR : 0;
}

static int snapshot_file(struct ipcprobe_session *session, pid_t pid,
			 struct file *file, unsigned int fd)
{
	struct sock *sk = ipcprobe_unix_sock_of(file);

	return sk ? snapshot_socket(session, pid, sk, fd) :
		    snapshot_pipe(session, pid, file, fd);
}

static int snapshot_batch(struct ipcprobe_session *session,
			  const struct ipcprobe_walk *walk)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < walk->nr && !err; i++)
		err = snapshot_file(session, walk->pid, walk->entry[i].file,
				    walk->entry[i].fd);
	return err;
}

/**
 * ipcprobe_snapshot_files - every pipe and UNIX socket that a descriptor
 *	refers to
 * @session: gets pipe_snapshot, pipe_holder, unix_socket and unix_holder records
 *
 * Context: process.  Return: 0, -ENOMEM or -EINTR.
 */
int ipcprobe_snapshot_files(struct ipcprobe_session *session)
{
	struct ipcprobe_walk *walk;
	int err = 0;

	walk = kmalloc(sizeof(*walk), GFP_KERNEL);
	if (!walk)
		return -ENOMEM;
	ipcprobe_walk_init(walk, session->classes, 1, 0);
	while (!err && ipcprobe_walk_next(walk))
		err = snapshot_batch(session, walk);
	ipcprobe_walk_deinit(walk);
	kfree(walk);
	return err;
}

/* ---- shared mappings ---- */

/* The first thread may have ended before the others. */
static struct mm_struct *mm_of(struct task_struct *process)
{
	struct mm_struct *mm = NULL;
	struct task_struct *thread;

	rcu_read_lock();
	for_each_thread(process, thread) {
		mm = get_task_mm(thread);
		if (mm)
			break;
	}
	rcu_read_unlock();
	return mm;
}

/**
 * ipcprobe_snapshot_shm - the shared mappings of every process
 * @session: gets shm_snapshot records
 *
 * Context: process.  Return: 0 or -EINTR.
 */
int ipcprobe_snapshot_shm(struct ipcprobe_session *session)
{
	struct task_struct *task;
	struct mm_struct *mm;
	pid_t pid = 1;
	int err = 0;

	while (!err && (task = ipcprobe_next_process(pid))) {
		pid = task->pid + 1;
		mm = mm_of(task);
		if (mm) {
			err = ipcprobe_shm_snapshot(session, task, mm);
			mmput(mm);
		}
		put_task_struct(task);
		cond_resched();
	}
	return err;
}

/* ---- run queues ---- */

static int snapshot_queue(void *session)
{
	ipcprobe_rq_snapshot(session);
	return 0;
}

/**
 * ipcprobe_snapshot_queues - the members of every CPU's queue at one instant
 * @session: gets rq_snapshot and rq_snapshot_end records
 *
 * The machine is stopped for it, some microseconds for each hundred tasks:
 * only then do the queues of all CPUs belong to the same instant, and each
 * CPU can write its own ring.
 *
 * Context: process.
 */
int ipcprobe_snapshot_queues(struct ipcprobe_session *session)
{
	return stop_machine(snapshot_queue, session, cpu_online_mask);
}
