// SPDX-License-Identifier: GPL-2.0
/*
 * Records the state at the start of a session: pipes and UNIX sockets with
 * their holders, and the members of the run queues.
 */
#include <linux/cpu.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/stop_machine.h>
#include <net/sock.h>

#include "class.h"
#include "clock.h"
#include "emit.h"
#include "epoch.h"
#include "group.h"
#include "missed.h"
#include "online.h"
#include "pipe.h"
#include "rq.h"
#include "session.h"
#include "snapshot.h"
#include "sock.h"
#include "walk.h"

/* ---- pipes and UNIX sockets ---- */

/**
 * struct files_snapshot - state of a snapshot of the pipes and sockets that
 *	descriptors refer to
 * @walk: position of the walk
 * @session: session that gets the records
 * @number: number of the snapshot
 * @pipe: entry for the next pipe that has none; NULL: used, or no memory
 * @sock: entry for the next socket that has none; NULL: used, or no memory
 * @peer: entry for the other end of that socket; NULL: used, or no memory
 * @no_memory: there was no memory for those of @pipe, @sock and @peer that are NULL
 * @no_pipe: reason why some pipe has no entry; 0: all pipes have entries
 * @no_sock: reason why some socket has no entry; 0: all sockets have entries
 */
struct files_snapshot {
	struct ipcprobe_walk walk;
	struct ipcprobe_session *session;
	u32 number;
	struct ipcprobe_pipe *pipe;
	struct ipcprobe_sock *sock;
	struct ipcprobe_sock *peer;
	bool no_memory;
	enum ipcprobe_reason no_pipe;
	enum ipcprobe_reason no_sock;
};

static atomic_t last_number;

static void emit_pipe_holder(const struct files_snapshot *snapshot,
			     const struct ipcprobe_found *found,
			     const struct ipcprobe_pipe *obj)
{
	struct ipcprobe_rec_pipe_holder rec = {
		.hdr.tid = snapshot->walk.tid,
		.pipe = obj->id,
		.pid = snapshot->walk.pid,
		.fd = found->fd,
		.flags = obj->flags,
	};

	if (found->file->f_mode & FMODE_READ)
		rec.flags |= IPCPROBE_IO_READ_END;
	if (found->file->f_mode & FMODE_WRITE)
		rec.flags |= IPCPROBE_IO_WRITE_END;
	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT_ONLY(pipe_holder, &rec, snapshot->session);
}

/*
 * Describes a pipe, unless it is described already. A task may hold the mutex
 * of a pipe as long as it likes (a splice to a terminal that nobody reads):
 * then the pipe is described later, when it is used next. Printing a path may
 * take long, so it ends the step.
 */
static void describe_pipe(struct files_snapshot *snapshot,
			  struct ipcprobe_pipe *obj,
			  const struct ipcprobe_found *found)
{
	if (obj->epoch == READ_ONCE(ipcprobe_epoch) ||
	    obj->snapshot == snapshot->number || !mutex_trylock(&found->pipe->mutex))
		return;
	obj->snapshot = snapshot->number;
	if (!obj->is_synced)
		ipcprobe_pipe_sync(obj);
	ipcprobe_pipe_describe(obj, &found->file->f_path, snapshot->session,
			       obj->write_pos, obj->read_pos);
	mutex_unlock(&found->pipe->mutex);
	snapshot->walk.left = 0;
}

/*
 * Records a pipe and its holder. The file keeps the pipe, and the pipe keeps
 * its entry. Return: false: entries must be allocated first.
 */
static bool snapshot_pipe(struct files_snapshot *snapshot,
			  const struct ipcprobe_found *found)
{
	struct ipcprobe_pipe *obj = ipcprobe_pipe_find(found->pipe);

	if (!obj && snapshot->pipe)
		obj = ipcprobe_pipe_add(file_inode(found->file), found->pipe,
					&snapshot->pipe);
	else if (!obj && !snapshot->no_memory)
		return false;
	if (!obj) {
		snapshot->no_pipe = ipcprobe_pipe_reason(found->pipe);
		return true;
	}
	describe_pipe(snapshot, obj, found);
	emit_pipe_holder(snapshot, found, obj);
	return true;
}

static void emit_unix_holder(const struct files_snapshot *snapshot,
			     const struct ipcprobe_found *found,
			     const struct ipcprobe_sock *obj)
{
	struct ipcprobe_rec_unix_holder rec = {
		.hdr.tid = snapshot->walk.tid,
		.sock = obj->id,
		.pid = snapshot->walk.pid,
		.fd = found->fd,
	};

	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT_ONLY(unix_holder, &rec, snapshot->session);
}

/* Return: the entry of the socket, added from *@unused if necessary; NULL: none. */
static struct ipcprobe_sock *get_sock(struct sock *sk, struct ipcprobe_sock **unused)
{
	struct ipcprobe_sock *obj = ipcprobe_sock_find(sk);

	return obj || !*unused ? obj : ipcprobe_sock_add(sk, unused);
}

static void describe_sock(struct files_snapshot *snapshot,
			  struct ipcprobe_sock *obj, struct sock *sk)
{
	if (obj->epoch == READ_ONCE(ipcprobe_epoch) || obj->snapshot == snapshot->number)
		return;
	obj->snapshot = snapshot->number;
	ipcprobe_sock_describe(obj, sk, snapshot->session);
}

static bool snapshot_socket(struct files_snapshot *snapshot,
			    const struct ipcprobe_found *found)
{
	struct sock *peer_sk = ipcprobe_sock_peer(found->sk);
	struct ipcprobe_sock *obj = get_sock(found->sk, &snapshot->sock);
	struct ipcprobe_sock *peer = peer_sk ? get_sock(peer_sk, &snapshot->peer) : NULL;

	if (!snapshot->no_memory &&
	    ((!obj && !snapshot->sock) || (peer_sk && !peer && !snapshot->peer)))
		return false;
	if (obj)
		describe_sock(snapshot, obj, found->sk);
	if (peer)
		describe_sock(snapshot, peer, peer_sk);
	if (obj)
		emit_unix_holder(snapshot, found, obj);
	else
		snapshot->no_sock = ipcprobe_sock_reason(found->sk);
	return true;
}

static bool visit_descriptor(struct ipcprobe_walk *walk, const struct ipcprobe_found *found)
{
	struct files_snapshot *snapshot = container_of(walk, struct files_snapshot, walk);

	return found->sk ? snapshot_socket(snapshot, found) :
			   snapshot_pipe(snapshot, found);
}

/* Allocates entries, so that no step needs memory while it holds a lock. */
static void get_entries(struct files_snapshot *snapshot)
{
	u32 classes = snapshot->walk.classes;

	if (classes & IPCPROBE_BIT(PIPE) && !snapshot->pipe)
		snapshot->pipe = ipcprobe_pipe_alloc(GFP_KERNEL);
	if (classes & IPCPROBE_BIT(UNIX) && !snapshot->sock)
		snapshot->sock = ipcprobe_sock_alloc(GFP_KERNEL);
	if (classes & IPCPROBE_BIT(UNIX) && !snapshot->peer)
		snapshot->peer = ipcprobe_sock_alloc(GFP_KERNEL);
	snapshot->no_memory = (classes & IPCPROBE_BIT(PIPE) && !snapshot->pipe) ||
			      (classes & IPCPROBE_BIT(UNIX) &&
			       (!snapshot->sock || !snapshot->peer));
}

/**
 * ipcprobe_snapshot_files - record every pipe and UNIX socket that a descriptor
 *	refers to
 * @session: session that gets the pipe_snapshot, pipe_holder, unix_socket and
 *	unix_holder records
 *
 * Context: process.  Return: 0 or -EINTR.
 */
int ipcprobe_snapshot_files(struct ipcprobe_session *session)
{
	struct files_snapshot snapshot = {
		.session = session,
		.number = atomic_inc_return(&last_number),
	};

	ipcprobe_walk_init(&snapshot.walk, session->classes, visit_descriptor, 1, 0);
	do {
		get_entries(&snapshot);
	} while (ipcprobe_walk_step(&snapshot.walk) && !fatal_signal_pending(current));
	if (snapshot.no_pipe)
		ipcprobe_session_missed(session, IPCPROBE_CLASS_PIPE, snapshot.no_pipe, 0);
	if (snapshot.no_sock)
		ipcprobe_session_missed(session, IPCPROBE_CLASS_UNIX, snapshot.no_sock, 0);
	kfree(snapshot.pipe);
	kfree(snapshot.sock);
	kfree(snapshot.peer);
	return fatal_signal_pending(current) ? -EINTR : 0;
}

/* ---- run queues ---- */

struct queues_snapshot {
	struct ipcprobe_session *session;
	bool has_throttled;
};

/*
 * True if a task is throttled. On a kernel where the tasks of a throttled group
 * leave the queue, these tasks are in no list of the queue.
 */
static bool has_throttled(void)
{
	struct task_struct *task;
	bool found = false;
	pid_t tid = 1;

	if (!IPCPROBE_THROTTLES_TASKS)
		return false;
	while (!found && (task = ipcprobe_next_thread(tid))) {
		tid = task->pid + 1;
		found = ipcprobe_task_throttled(task);
		put_task_struct(task);
		cond_resched();
	}
	return found;
}

/* Context: irqs off on this CPU and on all other CPUs. */
static int snapshot_stopped(void *arg)
{
	const struct queues_snapshot *snapshot = arg;

	ipcprobe_rq_snapshot(snapshot->session, snapshot->has_throttled, true);
	return 0;
}

/* Context: an interrupt on the CPU whose queue is recorded. */
static void snapshot_locked(void *arg)
{
	const struct queues_snapshot *snapshot = arg;

	ipcprobe_rq_snapshot(snapshot->session, snapshot->has_throttled, false);
}

/* Takes the snapshots of the CPUs one after another. */
static void snapshot_each(struct queues_snapshot *snapshot)
{
	int cpu;

	cpus_read_lock();
	for_each_online_cpu(cpu) {
		smp_call_function_single(cpu, snapshot_locked, snapshot, 1);
		cond_resched();
	}
	cpus_read_unlock();
}

/**
 * snapshot_queues - record the members of every CPU's queue
 * @session: session that gets the rq_snapshot and rq_snapshot_end records
 *
 * Each CPU writes its own ring, and holds the lock of its queue while it writes, for
 * some microseconds per hundred tasks in the queue. Therefore a task that joins or
 * leaves does so before or after the whole snapshot of the queue. If the lock is not
 * known, the machine is stopped.
 *
 * Context: process.  Return: 0 or -ENOMEM.
 */
static int snapshot_queues(struct ipcprobe_session *session)
{
	struct queues_snapshot snapshot = {
		.session = session,
		.has_throttled = has_throttled(),
	};
	int err = 0;

	if (ipcprobe_rq_has_lock())
		snapshot_each(&snapshot);
	else
		err = stop_machine(snapshot_stopped, &snapshot, cpu_online_mask);
	if (!err)
		ipcprobe_snapshot_offline(session);
	return err;
}

/**
 * ipcprobe_snapshot_sched - record the task groups and the members of every CPU's
 *	queue
 * @session: session that gets the rq_group, rq_quota, rq_snapshot and
 *	rq_snapshot_end records
 *
 * Context: process.  Return: 0, -ENOMEM or -EINTR.
 */
int ipcprobe_snapshot_sched(struct ipcprobe_session *session)
{
	int err = ipcprobe_snapshot_groups(session);

	return err ?: snapshot_queues(session);
}
