/* SPDX-License-Identifier: GPL-2.0 */
/* An operation under way: its kind, and what is known of it. */
#ifndef IPCPROBE_OP_STATE_H
#define IPCPROBE_OP_STATE_H

#include <linux/types.h>
#include <linux/uio.h>

#include "buffer.h"

struct file;
struct inode;
struct ipcprobe_pipe;
struct ipcprobe_sock;
struct msghdr;
struct pipe_inode_info;

enum ipcprobe_op_kind {
	IPCPROBE_OP_NONE,
	IPCPROBE_OP_PIPE_READ,
	IPCPROBE_OP_PIPE_WRITE,
	IPCPROBE_OP_PIPE_OPEN,
	IPCPROBE_OP_PIPE_CLOSE,
	IPCPROBE_OP_PIPE_RESIZE,
	IPCPROBE_OP_SPLICE,
	IPCPROBE_OP_FILE_COPY,
	IPCPROBE_OP_UNIX_SEND,
	IPCPROBE_OP_UNIX_RECV,
	IPCPROBE_OP_UNIX_CONNECT,
	IPCPROBE_OP_UNIX_ACCEPT,
	IPCPROBE_OP_FILE_READ,
	IPCPROBE_OP_FILE_WRITE,
	IPCPROBE_OP_FILE_RESIZE,
	IPCPROBE_OP_SHM_GET,
	IPCPROBE_OP_MEMFD,
	IPCPROBE_OP_SHM_MOVE,
	IPCPROBE_OP_SHM_ATTACH,
	IPCPROBE_OP_SHM_DETACH,
	IPCPROBE_OP_SHM_REMOVE,
	IPCPROBE_OP_SHM_RESIZE,
	IPCPROBE_OP_SHM_SEAL,
	IPCPROBE_OP_SEM_CREATE,
	IPCPROBE_OP_SEM_SET,
	IPCPROBE_OP_SEM_OP,		/* hook_wait.c watches from here ... */
	IPCPROBE_OP_MSG_SEND,
	IPCPROBE_OP_MSG_RECEIVE,
	IPCPROBE_OP_MQ_SEND,
	IPCPROBE_OP_MQ_RECEIVE,		/* ... to here */
	IPCPROBE_OP_MSG_CREATE,
	IPCPROBE_OP_MQ_OPEN,
	IPCPROBE_OP_MQ_UNLINK,
	IPCPROBE_OP_MQ_NOTIFY,
	IPCPROBE_OP_FUTEX,
	IPCPROBE_OP_EVENTFD_READ,
	IPCPROBE_OP_EVENTFD_WRITE,
	IPCPROBE_OP_PROCVM,
	IPCPROBE_OP_LATE,		/* keeps others from beginning in this call */
	IPCPROBE_OP_PIPE_READ_REQUEST,	/* by io_uring or AIO */
	IPCPROBE_OP_PIPE_WRITE_REQUEST,
};

/* Of a longer vector, io_segment records are written when the operation begins. */
#define IPCPROBE_NR_LATE_SEGS	7

/**
 * struct ipcprobe_op - an operation under way; touched by its task alone
 * @place: its entry in the table (op_table.c)
 * @idle: what stands there between operations
 * @work_depth: not 0: io_uring carries requests out in the task, between calls
 * @is_new: op.c has not seen it yet
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
 * @in_offset: position in a file, out_offset likewise
 * @in_file: number of a regular file
 * @out_file: number of a regular file
 * @shm: class shm, and FILE_RESIZE; what a kind uses, it sets when it begins
 * @wait_begin_ns: when it first gave up the CPU to wait, 0 = never (hook_wait.c)
 * @wait_end_ns: when it last had it back
 * @fault_ip: valid if wait_begin_ns is IPCPROBE_IN_FAULT: the instruction that faulted
 * @is_wait_over: valid if wait_begin_ns is a time: it does not wait any more
 * @sem: of SEM_*
 * @msg: of MSG_*
 * @mq: of MQ_*
 * @io: of PIPE_*, FILE_*, UNIX_*: @epoch of requests at the begin of a
 *	PIPE_*_REQUEST (op.c); the first buffers behind the first, and whether
 *	their records are written at the end (vector.c)
 * @futex: FUTEX: see there; @flags are IPCPROBE_FUTEX_*
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
	struct ipcprobe_op_end {
		struct ipcprobe_pipe *obj;
		const struct pipe_inode_info *pipe;	/* to compare with */
		u64 pos;	/* first byte since the last wait */
		u32 bytes;	/* moved since the last wait */
		u32 id;		/* as in obj */
		u16 obj_flags;	/* as in obj */
		u16 waiting;	/* IPCPROBE_IO_FULL, _EMPTY or 0 */
	} end[2];
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
		struct {
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
		} shm;
		struct {
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
			/* the one that cannot go on; likewise */
			u16 block_num;
			s16 block_op;
			s16 block_value;
			/* SEM_SET */
			u16 cmd;
			s32 set_num;
			s32 set_value;
		} sem;
		struct {
			s64 type;
			u32 ns;
			s32 id;
			u32 seq;
			u32 bytes;
			u16 msgflg;
		} msg;
		struct {
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
		} mq;
		struct {
			u64 addr[2];	/* of the futex, of a second one */
			u64 offset[2];	/* in these files */
			u32 file[2];	/* 0: the process's own memory */
			u32 val;	/* expected; waiters to wake; length of a vector */
			u32 val2;	/* waiters to move, or to wake of the second */
			u32 mask;	/* bits to match; third value of futex(2) */
			u16 nr_queued;	/* of a vector, this time */
			u8 cmd;		/* enum ipcprobe_futex_op */
			const void *first_q;	/* of a vector: only compared */
		} futex;
		struct {
			u64 value;
			u64 wait_begin;	/* stamp, 0 = did not wait */
			u32 wait_ns;
			u32 id;
			bool is_semaphore;
		} eventfd;
		struct {
			u32 epoch;
			u8 nr;
			bool is_late;
			struct iovec iov[IPCPROBE_NR_LATE_SEGS];
		} io;
		struct {
			u64 local;
			u64 remote;
			u32 target;
			u8 nr_local;
			u8 nr_remote;
		} procvm;
	};
	struct ipcprobe_op_sock {
		struct ipcprobe_sock *obj;	/* referenced */
		struct msghdr *msg;	/* sendmsg's, as long as it sends */
		const wait_queue_head_t *queue;	/* where it would wait; to compare with */
		u64 begin;	/* stamp; of this message */
		u64 wait_begin;	/* stamp; valid while waiting */
		u64 addr;
		union ipcprobe_buffer buffer;	/* as above */
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
	} sock;
};

#define IPCPROBE_OP_OUT	0	/* index in end[]: bytes leave this pipe */
#define IPCPROBE_OP_IN	1	/* bytes enter this pipe */

#endif /* IPCPROBE_OP_STATE_H */
