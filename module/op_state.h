/* SPDX-License-Identifier: GPL-2.0 */
/* The state of an operation under way. */
#ifndef IPCPROBE_OP_STATE_H
#define IPCPROBE_OP_STATE_H

#include <linux/types.h>
#include <linux/uio.h>

#include "buffer.h"
#include "op_kind.h"

struct file;
struct inode;
struct ipcprobe_pipe;
struct ipcprobe_sock;
struct msghdr;
struct pipe_inode_info;

/*
 * Buffers of a vector kept until the end; for a longer vector, io_segment
 * records are written when the operation begins.
 */
#define IPCPROBE_NR_LATE_SEGS	7

/* One side of an operation: the pipe that bytes leave or enter. */
struct ipcprobe_op_end {
	struct ipcprobe_pipe *obj;
	const struct pipe_inode_info *pipe;	/* only compared */
	u64 pos;	/* first byte since the last wait */
	u32 bytes;	/* moved since the last wait */
	u32 id;		/* copy of obj->id */
	u16 obj_flags;	/* copy of obj->flags */
	u16 waiting;	/* IPCPROBE_IO_FULL, _EMPTY or 0 */
};

/* State of SHM_*, MEMFD and FILE_RESIZE; written by hook_shm.c and hook_file.c. */
struct ipcprobe_op_shm {
	u64 bytes;
	u64 old_bytes;
	u32 ns;		/* ipc namespace */
	s32 id;		/* id of the segment; shmget: key */
	u32 options;	/* flags argument of the call */
	u32 object;	/* number of the file (file.c) */
	bool is_new;
	bool is_shmem;
	bool is_memfd;
	bool is_sysv;
	bool is_private;
};

/* State of SEM_*; written by hook_sem.c. */
struct ipcprobe_op_sem {
	const void *queue;	/* the kernel's struct sem_queue; only compared */
	const void __user *sops;
	u32 ns;
	s32 id;
	u16 nsops;
	/* the first operation of the list; written under the semaphore's lock */
	u16 num;
	s16 op;
	s16 before;
	s16 after;
	u16 sem_flg;
	/*
	 * the operation of the list that must wait; written under the
	 * semaphore's lock
	 */
	u16 block_num;
	s16 block_op;
	s16 block_value;
	/* only SEM_SET */
	u16 cmd;
	s32 set_num;
	s32 set_value;
};

/* State of MSG_SEND and MSG_RECEIVE; written by hook_msg.c. */
struct ipcprobe_op_msg {
	s64 type;
	u32 ns;
	s32 id;
	u32 seq;
	u32 bytes;
	u16 msgflg;
};

/* State of MQ_*; written by hook_mq.c. */
struct ipcprobe_op_mq {
	const char __user *name;
	dev_t dev;
	u32 ino;
	s32 fd;
	u32 seq;
	u32 bytes;
	u32 prio;
	u32 oflag;
	s32 notify;
	u32 signo;
};

/* State of FUTEX; written by hook_futex.c. op->flags holds IPCPROBE_FUTEX_*. */
struct ipcprobe_op_futex {
	u64 addr[2];	/* addresses of the first and the second futex */
	u64 offset[2];	/* offsets in the files @file */
	u32 file[2];	/* numbers of the files; 0: memory of the process */
	u32 val;	/* expected value; number of waiters to wake; length of a vector */
	u32 val2;	/* number of waiters to move, or to wake on the second futex */
	u32 mask;	/* bits to match; val3 of futex(2) */
	u16 nr_queued;	/* elements of the vector queued in the current try */
	u8 cmd;		/* enum ipcprobe_futex_op */
	const void *first_q;	/* futex_q of the vector's first element; only compared */
};

/* State of EVENTFD_*; written by hook_eventfd.c. */
struct ipcprobe_op_eventfd {
	u64 value;
	u64 wait_begin;	/* stamp; 0: did not wait */
	u32 wait_ns;
	u32 id;
	bool is_semaphore;
};

/*
 * State of PIPE_*, FILE_*, UNIX_*: requests (op.c) and buffers of a vector
 * (vector.c).
 */
struct ipcprobe_op_io {
	u32 epoch;	/* only requests: op.c's requests_epoch at the begin */
	u8 nr;		/* number of buffers in @iov */
	bool is_late;	/* the records of @iov are written at the end */
	struct iovec iov[IPCPROBE_NR_LATE_SEGS];
};

/* State of PROCVM; written by hook_procvm.c. */
struct ipcprobe_op_procvm {
	u64 local;
	u64 remote;
	u32 target;
	u8 nr_local;
	u8 nr_remote;
};

/* State of an operation's UNIX socket; written by hook_unix_io.c. */
struct ipcprobe_op_sock {
	struct ipcprobe_sock *obj;	/* referenced */
	struct msghdr *msg;	/* argument of sendmsg; valid while the call sends */
	const wait_queue_head_t *queue;	/* wait queue of a wait; only compared */
	u64 begin;	/* stamp: begin of this message */
	u64 wait_begin;	/* stamp; valid while waiting */
	u64 addr;
	union ipcprobe_buffer buffer;
	u32 count;
	u32 peer;
	u32 pos;	/* position of this run of bytes */
	u32 bytes;	/* bytes of this run */
	u32 total;	/* bytes of all runs */
	u32 last_pos;	/* position of the unit received last */
	u32 wait_ns;
	u32 nr_before;	/* number of earlier messages of the same call */
	union {
		u32 listener;	/* connect: the listening socket */
		u32 accepted;	/* accept: the new socket */
	};
	u32 ino;	/* inode number of @accepted */
	u16 nr_fds;	/* descriptors received */
	u16 flags;	/* IPCPROBE_UNIX_* */
	u16 waiting;	/* IPCPROBE_UNIX_EMPTY, _FULL or 0 */
	u8 nr_segs;
	bool is_send;
	bool is_done;	/* a transfer was seen, maybe of 0 bytes */
};

/**
 * struct ipcprobe_op - an operation under way; accessed only by its own task
 * @place: the task's entry in the table (op_table.c)
 * @idle: the value of that entry between operations
 * @work_depth: not 0: io_uring carries requests out in the task, between calls
 * @is_new: op.c has not initialised the structure yet
 * @is_late: the task may be in work of io_uring that began before the hooks were
 *	attached
 * @tid: thread id of the task
 * @kind: enum ipcprobe_op_kind
 * @nr_segs: number of user buffers
 * @flags: IPCPROBE_IO_*
 * @call: enum ipcprobe_call
 * @begin: stamp of the entry
 * @addr: address of the first user buffer
 * @buffer: state of the first user buffer
 * @end: the pipes that the operation moves bytes out of [0] and into [1]; obj is
 *	NULL if there is no pipe on this side, and always between operations.  A
 *	read or write has no reference to its pipe: its call holds the open file.
 * @iter: pipe read and write: the iterator that shows the progress
 * @file: read, write or open: the file, not referenced, valid inside the call;
 *	vmsplice: the file, referenced
 * @inode: PIPE_OPEN: inode of the FIFO
 * @left: bytes left in @iter when it was last read
 * @count: bytes requested
 * @copied: bytes moved into a pipe that the CPU copied; requests: all bytes moved
 * @in_file: number of the regular file that bytes come from
 * @out_file: number of the regular file that bytes go to
 * @in_offset: position in @in_file
 * @out_offset: position in @out_file
 * @wait_begin_ns: when the task first gave up the CPU to wait, 0 = never (wait.c)
 * @wait_end_ns: when the task last got the CPU back after a wait
 * @fault_ip: valid if wait_begin_ns is IPCPROBE_IN_FAULT: the instruction that faulted
 * @is_wait_over: valid if wait_begin_ns is a time: the wait has ended
 * @shm: state of SHM_*, MEMFD and FILE_RESIZE
 * @sem: state of SEM_*
 * @msg: state of MSG_SEND, MSG_RECEIVE
 * @mq: state of MQ_*
 * @futex: state of FUTEX
 * @eventfd: state of EVENTFD_*
 * @io: state of PIPE_*, FILE_*, UNIX_*
 * @procvm: state of PROCVM
 *	@shm to @procvm share memory: each kind sets its own member when it begins
 * @sock: state of the operation's UNIX socket; sock.obj is NULL if there is no
 *	socket, and always between operations
 */
struct ipcprobe_op {
	unsigned long *place;
	unsigned long idle;
	u32 tid;
	u8 work_depth;
	bool is_new;
	bool is_late;
	u8 kind;
	u8 call;
	u8 nr_segs;
	u16 flags;
	u64 begin;
	u64 addr;
	union ipcprobe_buffer buffer;
	struct ipcprobe_op_end end[2];
	const struct iov_iter *iter;
	struct file *file;
	struct inode *inode;
	size_t left;
	u32 count;
	u32 copied;
	u32 in_file;
	u32 out_file;
	u64 in_offset;
	u64 out_offset;
	u64 wait_begin_ns;
	u64 wait_end_ns;
	unsigned long fault_ip;
	bool is_wait_over;
	union {
		struct ipcprobe_op_shm shm;
		struct ipcprobe_op_sem sem;
		struct ipcprobe_op_msg msg;
		struct ipcprobe_op_mq mq;
		struct ipcprobe_op_futex futex;
		struct ipcprobe_op_eventfd eventfd;
		struct ipcprobe_op_io io;
		struct ipcprobe_op_procvm procvm;
	};
	struct ipcprobe_op_sock sock;
};

#define IPCPROBE_OP_OUT	0	/* index in end[]: bytes leave this pipe */
#define IPCPROBE_OP_IN	1	/* bytes enter this pipe */

#endif /* IPCPROBE_OP_STATE_H */
