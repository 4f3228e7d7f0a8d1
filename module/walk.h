/* SPDX-License-Identifier: GPL-2.0 */
/* Walks over threads, processes, their address spaces and their descriptors. */
#ifndef IPCPROBE_WALK_H
#define IPCPROBE_WALK_H

#include <linux/types.h>

struct file;
struct ipcprobe_session;
struct mm_struct;
struct pipe_inode_info;
struct sock;
struct task_struct;

/**
 * struct ipcprobe_found - a descriptor found by a walk
 * @file: open file of the descriptor; the descriptor table keeps the file open
 *	during the visit
 * @fd: the descriptor
 * @pipe: pipe that the descriptor refers to; NULL: not a pipe
 * @sk: UNIX socket that the descriptor refers to; NULL: not a UNIX socket
 */
struct ipcprobe_found {
	struct file *file;
	unsigned int fd;
	struct pipe_inode_info *pipe;
	struct sock *sk;
};

/**
 * struct ipcprobe_walk - position of a walk over all threads' descriptors
 * @classes: mask of the classes to look for: PIPE, UNIX
 * @visit: called for each descriptor found, with a spinlock held.  Returns
 *	false to end the step: the next step begins with the same descriptor.
 * @tid: thread whose descriptors are visited
 * @pid: process of the thread
 * @seen_pid: id of the process in the pid namespace of the current task; 0 = it has none
 * @next_tid: thread with which the walk continues
 * @next_fd: descriptor with which the walk continues
 * @left: cost that is left for the step; 0: the step ends with this visit
 */
struct ipcprobe_walk {
	u32 classes;
	bool (*visit)(struct ipcprobe_walk *walk,
		      const struct ipcprobe_found *found);
	pid_t tid;
	pid_t pid;
	pid_t seen_pid;
	pid_t next_tid;
	unsigned int next_fd;
	int left;
};

void ipcprobe_walk_init(struct ipcprobe_walk *walk, u32 classes,
			bool (*visit)(struct ipcprobe_walk *walk,
				      const struct ipcprobe_found *found),
			pid_t tid, unsigned int fd);
bool ipcprobe_walk_step(struct ipcprobe_walk *walk);
struct sock *ipcprobe_unix_sock_of(struct file *file);
int ipcprobe_walk_mms(struct ipcprobe_session *session,
		      int (*visit)(struct ipcprobe_session *session,
				   const struct task_struct *process,
				   struct mm_struct *mm));
struct task_struct *ipcprobe_next_thread(pid_t tid);
struct task_struct *ipcprobe_next_process(pid_t pid);

#endif /* IPCPROBE_WALK_H */
