// SPDX-License-Identifier: GPL-2.0
/*
 * A walk over the descriptors of all processes that are pipes or UNIX sockets, a
 * batch at a time: between two batches nothing is held, and it can go on later.
 */
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <net/sock.h>

#include "ipcprobe.h"

/* Return: NULL when the file is no UNIX socket. */
struct sock *ipcprobe_unix_sock_of(struct file *file)
{
	const struct socket *socket = sock_from_file(file);

	return socket && socket->sk && socket->sk->sk_family == AF_UNIX ?
	       socket->sk : NULL;
}

static bool is_looked_for(u32 classes, struct file *file)
{
	return (classes & IPCPROBE_BIT(PIPE) && ipcprobe_pipe_of(file)) ||
	       (classes & IPCPROBE_BIT(UNIX) && ipcprobe_unix_sock_of(file));
}

/* Called by iterate_fd() with the table's lock held. */
static int collect(const void *arg, struct file *file, unsigned int fd)
{
	struct ipcprobe_walk *walk = (struct ipcprobe_walk *)arg;

	walk->next_fd = fd + 1;
	if (!is_looked_for(walk->classes, file))
		return 0;
	walk->entry[walk->nr].fd = fd;
	walk->entry[walk->nr].file = get_file(file);
	return ++walk->nr == ARRAY_SIZE(walk->entry);
}

/**
 * ipcprobe_next_process - walk over all processes
 * @pid: the lowest number to consider
 *
 * Return: the first process numbered @pid or above, referenced; NULL: no more.
 */
struct task_struct *ipcprobe_next_process(pid_t pid)
{
	struct task_struct *task = NULL;
	struct pid *found;

	rcu_read_lock();
	for (found = find_ge_pid(pid, &init_pid_ns); found;
	     found = find_ge_pid(pid_nr(found) + 1, &init_pid_ns)) {
		task = pid_task(found, PIDTYPE_TGID);
		if (task) {
			get_task_struct(task);
			break;
		}
	}
	rcu_read_unlock();
	return task;
}

/* One batch of @task, and where the search goes on. */
static void collect_from(struct ipcprobe_walk *walk, struct task_struct *task)
{
	int is_full;

	if (task->pid != walk->next_pid)
		walk->next_fd = 0;
	walk->pid = task->pid;
	walk->seen_pid = task_tgid_vnr(task);
	task_lock(task);
	is_full = task->files ? iterate_fd(task->files, walk->next_fd, collect,
					   walk) : 0;
	task_unlock(task);
	walk->next_pid = walk->pid + !is_full;
	if (!is_full)
		walk->next_fd = 0;
}

static void put_batch(struct ipcprobe_walk *walk)
{
	while (walk->nr)
		fput(walk->entry[--walk->nr].file);
}

/**
 * ipcprobe_walk_next - the next batch, the last one given back
 * @walk: from ipcprobe_walk_init()
 *
 * Context: process.
 * Return: whether there is one; its files are referenced.
 */
bool ipcprobe_walk_next(struct ipcprobe_walk *walk)
{
	struct task_struct *task;

	put_batch(walk);
	while (!walk->nr && (task = ipcprobe_next_process(walk->next_pid))) {
		collect_from(walk, task);
		put_task_struct(task);
		cond_resched();
	}
	return walk->nr;
}

/**
 * ipcprobe_walk_init - begin a walk
 * @walk: to set up
 * @classes: what to look for: PIPE, UNIX
 * @pid: first process
 * @fd: first descriptor of that process
 */
void ipcprobe_walk_init(struct ipcprobe_walk *walk, u32 classes, pid_t pid,
			unsigned int fd)
{
	walk->classes = classes;
	walk->next_pid = pid;
	walk->next_fd = fd;
	walk->nr = 0;
}

void ipcprobe_walk_deinit(struct ipcprobe_walk *walk)
{
	put_batch(walk);
}
