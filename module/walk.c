// SPDX-License-Identifier: GPL-2.0
/*
 * Walks over threads and processes, over their address spaces, and over the
 * descriptors of all processes that refer to pipes or UNIX sockets.
 *
 * The walk over descriptors goes in steps. A step examines a part of one
 * descriptor table, with the lock of that table held. While the step holds the
 * lock, the table keeps the files open, so that no reference to a file is
 * needed: the release of a reference could delay the end of a file, or make the
 * walk close the file. A step examines so few descriptors that it holds the
 * lock only for a short time, however many descriptors exist.
 */
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <net/sock.h>

#include "class.h"
#include "pipe.h"
#include "walk.h"

/* Cost limit of one step: each slot of the table costs 1, and a visit costs more. */
#define STEP_COST	512
#define VISIT_COST	8

/* Return: the socket; NULL: the file is not a UNIX socket. */
struct sock *ipcprobe_unix_sock_of(struct file *file)
{
	const struct socket *socket = sock_from_file(file);

	return socket && socket->sk && socket->sk->sk_family == AF_UNIX ?
	       socket->sk : NULL;
}

/* True if the file is a kind of object that the walk looks for; fills @found. */
static bool identify_object(const struct ipcprobe_walk *walk, struct file *file,
			    struct ipcprobe_found *found)
{
	found->file = file;
	found->fd = walk->next_fd;
	found->pipe = walk->classes & IPCPROBE_BIT(PIPE) ?
		      ipcprobe_pipe_of(file) : NULL;
	found->sk = walk->classes & IPCPROBE_BIT(UNIX) ?
		    ipcprobe_unix_sock_of(file) : NULL;
	return found->pipe || found->sk;
}

/*
 * Return: true if the end of the table is reached. Context: the table's lock is
 * held.
 */
static bool walk_slots(struct ipcprobe_walk *walk, struct files_struct *files)
{
	const struct fdtable *table = files_fdtable(files);
	struct ipcprobe_found found;
	struct file *file;

	walk->left = STEP_COST;
	for (; walk->next_fd < table->max_fds; walk->next_fd++) {
		if (walk->left-- <= 0)
			return false;
		file = files_lookup_fd_raw(files, walk->next_fd);
		if (!file || !identify_object(walk, file, &found))
			continue;
		walk->left -= VISIT_COST;
		if (!walk->visit(walk, &found))
			return false;
	}
	return true;
}

/* Number of different tables that are distinguished in one process. */
#define TABLES_MAX	64

/*
 * True if a thread before @task in its process has the same table: threads
 * share a table unless they asked for tables of their own. After TABLES_MAX
 * different tables, a table may be visited twice.
 */
static bool is_shared(struct task_struct *task, const struct files_struct *files)
{
	const struct files_struct *other, *last = NULL;
	struct task_struct *thread;
	unsigned int nr = 0;

	guard(rcu)();
	for_each_thread(task, thread) {
		if (thread == task || nr == TABLES_MAX)
			return false;
		other = READ_ONCE(thread->files);
		if (other == files)
			return true;
		nr += other && other != last;
		last = other ?: last;
	}
	return false;
}

/* Return: true if the thread's table is finished. */
static bool walk_thread(struct ipcprobe_walk *walk, struct task_struct *task)
{
	struct files_struct *files;
	bool is_done = true;

	walk->tid = task->pid;
	walk->pid = task->tgid;
	walk->seen_pid = task_tgid_vnr(task);
	task_lock(task);
	files = task->files;
	if (files && !is_shared(task, files)) {
		spin_lock(&files->file_lock);
		is_done = walk_slots(walk, files);
		spin_unlock(&files->file_lock);
	}
	task_unlock(task);
	return is_done;
}

/**
 * ipcprobe_next_thread - walk over all threads of all processes
 * @tid: the lowest thread id to consider
 *
 * Context: process.
 * Return: the first thread with id @tid or above, referenced; NULL: no more.
 */
struct task_struct *ipcprobe_next_thread(pid_t tid)
{
	struct task_struct *task;
	struct pid *found;

	for (;; cond_resched()) {
		guard(rcu)();
		found = find_ge_pid(tid, &init_pid_ns);
		if (!found)
			return NULL;
		task = pid_task(found, PIDTYPE_PID);
		if (task)
			return get_task_struct(task);
		tid = pid_nr(found) + 1;
	}
}

/**
 * ipcprobe_next_process - walk over all processes
 * @pid: the lowest process id to consider
 *
 * Context: process.
 * Return: the first thread of the first process with id @pid or above,
 * referenced; that thread may have ended before others; NULL: no more.
 */
struct task_struct *ipcprobe_next_process(pid_t pid)
{
	struct task_struct *task;

	while ((task = ipcprobe_next_thread(pid)) && !thread_group_leader(task)) {
		pid = task->pid + 1;
		put_task_struct(task);
		cond_resched();
	}
	return task;
}

/**
 * ipcprobe_walk_step - visit some more descriptors
 * @walk: walk from ipcprobe_walk_init()
 *
 * Context: process.  Return: true if there may be more descriptors.
 */
bool ipcprobe_walk_step(struct ipcprobe_walk *walk)
{
	struct task_struct *task = ipcprobe_next_thread(walk->next_tid);

	if (!task)
		return false;
	if (task->pid != walk->next_tid)
		walk->next_fd = 0;
	walk->next_tid = task->pid;
	if (walk_thread(walk, task)) {
		walk->next_tid++;
		walk->next_fd = 0;
	}
	put_task_struct(task);
	cond_resched();
	return true;
}

/**
 * ipcprobe_walk_init - begin a walk
 * @walk: filled
 * @classes: mask of the classes to look for: PIPE, UNIX
 * @visit: called for each descriptor found; see struct ipcprobe_walk
 * @tid: first thread
 * @fd: first descriptor of that thread
 */
void ipcprobe_walk_init(struct ipcprobe_walk *walk, u32 classes,
			bool (*visit)(struct ipcprobe_walk *walk,
				      const struct ipcprobe_found *found),
			pid_t tid, unsigned int fd)
{
	walk->classes = classes;
	walk->visit = visit;
	walk->next_tid = tid;
	walk->next_fd = fd;
}

/* ---- address spaces ---- */

/*
 * Return: the address space of a process; its first thread may have ended
 * before the others.
 */
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
 * ipcprobe_walk_mms - visit the address space of every process
 * @session: passed to @visit
 * @visit: called for each process; a return value other than 0 ends the walk
 *
 * Context: process.  Return: 0 or what @visit returned last.
 */
int ipcprobe_walk_mms(struct ipcprobe_session *session,
		      int (*visit)(struct ipcprobe_session *session,
				   const struct task_struct *process,
				   struct mm_struct *mm))
{
	struct task_struct *task;
	struct mm_struct *mm;
	pid_t pid = 1;
	int err = 0;

	while (!err && (task = ipcprobe_next_process(pid))) {
		pid = task->pid + 1;
		mm = mm_of(task);
		if (mm) {
			err = visit(session, task, mm);
			mmput(mm);
		}
		put_task_struct(task);
		cond_resched();
	}
	return err;
}
