/* SPDX-License-Identifier: GPL-2.0 */
/* An operation under way: its kind, and what is known of it. */
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

/* Of a longer vector, io_segment records are written when the operation begins. */
#define IPCPROBE_NR_LATE_SEGS	7

/* One side of an operation: the pipe that bytes leave or enter. */
struct ipcprobe_op_end {
	struct ipcprobe_pipe *obj;
	const struct pipe_inode_info *pipe;	/* to compare with */
	u64 pos;	/* first byte since the last wait */
	u32 bytes;	/* moved since the last wait */
	u32 id;		/* copy of obj->id */
	u16 obj_flags;	/* copy of obj->flags */
	u16 waiting;	/* IPCPROBE_IO_FULL, _EMPTY or 0 */
};

/* Of SHM_*, MEMFD and FILE_RESIZE: set by hook_shm.c and hook_file.c. */
struct ipcprobe_op_shm {
	u64 bytes;
	u64 old_bytes;
	u32 ns;		/* ipc namespace */
	s32 id;		/* of the segment; shmget: key */
	u32 options;	/* the call's own flags */
	u32 object;	/* number in file.c */
	bool is_new;
	bool is_shmem;
	bool is_memfd;
	bool is_sysv;
	bool is_private;
};

/* Of SEM_*: hook_sem.c. */
struct ipcprobe_op_sem {
	const void *queue;	/* the kernel's; to compare with */
	const void __user *sops;
	u32 ns;
	s32 id;
	u16 nsops;
	/* the first operation; under the semaphore's lock */
	u16 num;
	s16 op;
	s16 before;
	s16 after;
	u16 sem_flg;
	/* the one that cannot go on; under the semaphore's lock */
	u16 block_num;
	s16 block_op;
	s16 block_value;
	/* SEM_SET */
	u16 cmd;
	s32 set_num;
	s32 set_value;
};

/* Of MSG_SEND, MSG_RECEIVE: hook_msg.c. */
struct ipcprobe_op_msg {
	s64 type;
	u32 ns;
	s32 id;
	u32 seq;
	u32 bytes;
	u16 msgflg;
};

/* Of MQ_*: hook_mq.c. */
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

/* Of FUTEX: hook_futex.c; op->flags are IPCPROBE_FUTEX_*. */
struct ipcprobe_op_futex {
	u64 addr[2];	/* of the futex, of a second one */
	u64 offset[2];	/* in these files */
	u32 file[2];	/* 0: the process's own memory */
	u32 val;	/* expected; waiters to wake; length of a vector */
	u32 val2;	/* waiters to move, or to wake of the second */
	u32 mask;	/* bits to match; third value of futex(2) */
	u16 nr_queued;	/* of a vector, this time */
	u8 cmd;		/* enum ipcprobe_futex_op */
	const void *first_q;	/* of a vector: only compared */
};

/* Of EVENTFD_*: hook_eventfd.c. */
struct ipcprobe_op_eventfd {
	u64 value;
	u64 wait_begin;	/* stamp, 0 = did not wait */
	u32 wait_ns;
	u32 id;
	bool is_semaphore;
};

/* Of PIPE_*, FILE_*, UNIX_*: requests (op.c) and buffers of a vector (vector.c). */
struct ipcprobe_op_io {
	u32 epoch;	/* of a request: op.c's epoch of requests when it began */
	u8 nr;		/* buffers in iov */
	bool is_late;	/* their records are written at the end */
	struct iovec iov[IPCPROBE_NR_LATE_SEGS];
};

/* Of PROCVM: hook_procvm.c. */
struct ipcprobe_op_procvm {
	u64 local;
	u64 remote;
	u32 target;
	u8 nr_local;
	u8 nr_remote;
};

/* What an operation does with a UNIX socket: hook_unix_io.c. */
struct ipcprobe_op_sock {
	struct ipcprobe_sock *obj;	/* referenced */
	struct msghdr *msg;	/* sendmsg's, as long as it sends */
	const wait_queue_head_t *queue;	/* where it would wait; to compare with */
	u64 begin;	/* stamp; of this message */
	u64 wait_begin;	/* stamp; valid while waiting */
	u64 addr;
	union ipcprobe_buffer buffer;
	u32 count;
	u32 peer;
	u32 pos;	/* of this run of bytes */
	u32 bytes;	/* of this run */
	u32 total;	/* bytes of all runs */
	u32 last_pos;	/* of what was received last */
	u32 wait_ns;
	u32 nr_before;	/* messages of the same call before this one */
	union {
		u32 listener;	/* connect */
		u32 accepted;	/* accept: the new socket */
	};
	u32 ino;	/* of accepted */
	u16 nr_fds;	/* descriptors received */
	u16 flags;	/* IPCPROBE_UNIX_* */
	u16 waiting;	/* IPCPROBE_UNIX_EMPTY, _FULL or 0 */
	u8 nr_segs;
	bool is_send;
	bool is_done;	/* something moved, maybe 0 bytes */
};

/**
 * struct ipcprobe_op - an operation under way; touched by its task alone
 * @place: its entry in the table (op_table.c)
 * @idle: what stands there between operations
 * @work_depth: not 0: io_uring carries requests out in the task, between calls
 * @is_new: op.c has not looked at it yet
 * @is_late: the task may be in such work since before the hooks came
 * @tid: the task
 * @kind: enum ipcprobe_op_kind
 * @nr_segs: user buffers
 * @flags: IPCPROBE_IO_*
 * @call: enum ipcprobe_call
 * @begin: stamp of the entry
 * @addr: first user buffer
 * @buffer: of it
 * @end: per side, the pipe it moves bytes out of [0] or into [1]; obj is NULL
 *	when there is none, and always so between operations.  A read or write
 *	does without a reference to it: its call holds the open file.
 * @iter: pipe read and write: progress is read from it
 * @file: of a read, write or open, not referenced: valid inside that call;
 *	of vmsplice, referenced
 * @inode: PIPE_OPEN: of the FIFO
 * @left: bytes that @iter still had at the last look
 * @count: bytes asked for
 * @copied: bytes moved into a pipe that the CPU copied; of a request, all
 * @in_file: number of the regular file that bytes come from
 * @out_file: number of the regular file that bytes go to
 * @in_offset: position in @in_file
 * @out_offset: position in @out_file
 * @wait_begin_ns: when it first gave up the CPU to wait, 0 = never (wait.c)
 * @wait_end_ns: when it last had it back
 * @fault_ip: valid if wait_begin_ns is IPCPROBE_IN_FAULT: the instruction that faulted
 * @is_wait_over: valid if wait_begin_ns is a time: it does not wait any more
 * @shm: state of SHM_*, MEMFD and FILE_RESIZE
 * @sem: state of SEM_*
 * @msg: state of MSG_SEND, MSG_RECEIVE
 * @mq: state of MQ_*
 * @futex: state of FUTEX
 * @eventfd: state of EVENTFD_*
 * @io: state of PIPE_*, FILE_*, UNIX_*
 * @procvm: state of PROCVM
 *	one of these: each kind sets its own when it begins
 * @sock: what it does with a UNIX socket; sock.obj is NULL when nothing, and
 *	always so between operations
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
