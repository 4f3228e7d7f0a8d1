// SPDX-License-Identifier: GPL-2.0
/*
 * Walks: over the threads and processes, over their address spaces, and over the
 * descriptors of all processes that are pipes or UNIX sockets.
 *
 * The last one goes in steps.  A step looks at a part of one descriptor table, with the
 * lock of that table held: as long as it holds the lock, the table keeps the
 * files open, so that no reference is taken whose return would delay the end of
 * a file, or make the walk the one that closes it.  A step looks at so few
 * descriptors that the lock is held for a short time, however many there are.
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

/* What one step may cost: a slot of the table is 1, a visit more. */
#define STEP_COST	512
#define VISIT_COST	8

/* Return: NULL when the file is no UNIX socket. */
struct sock *ipcprobe_unix_sock_of(struct file *file)
{
	const struct socket *socket = sock_from_file(file);

	return socket && socket->sk && socket->sk->sk_family == AF_UNIX ?
	       socket->sk : NULL;
}

/* Is it a kind of object that the walk looks for? */
static bool identify(const struct ipcprobe_walk *walk, struct file *file,
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

/* Context: the table's lock is held.  Return: whether its end is reached. */
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
		if (!file || !identify(walk, file, &found))
			continue;
		walk->left -= VISIT_COST;
		if (!walk->visit(walk, &found))
			return false;
	}
	return true;
}

/* How many threads with tables of their own are told apart in one process. */
#define TABLES_MAX	64

/*
 * Threads share a table unless they asked for one of their own: does one before
 * @task in its process have the same?  Behind very many different tables one may
 * be visited again.
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

/* Return: whether the thread's table is done. */
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
 * @tid: the lowest number to consider
 *
 * Context: process.
 * Return: the first one numbered @tid or above, referenced; NULL: no more.
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
 * @pid: the lowest number to consider
 *
 * Context: process.
 * Return: the first thread of the first process numbered @pid or above,
 * referenced, which may have ended before others; NULL: no more.
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
 * @walk: from ipcprobe_walk_init()
 *
 * Context: process.  Return: whether there may be more.
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
 * @walk: to set up
 * @classes: what to look for: PIPE, UNIX
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
 * ipcprobe_walk_mms - visit the address space of every process
 * @session: passed on
 * @visit: called for each; not 0 ends the walk
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
