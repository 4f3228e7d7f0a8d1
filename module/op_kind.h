/* SPDX-License-Identifier: GPL-2.0 */
/* The kinds of operations. */
#ifndef IPCPROBE_OP_KIND_H
#define IPCPROBE_OP_KIND_H

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/types.h>

#include "record.h"

/**
 * enum ipcprobe_op_flag - properties of a kind of operation
 * @IPCPROBE_OP_WAITS: wait.c measures how long the operation sleeps
 * @IPCPROBE_OP_IS_REQUEST: a request of io_uring or AIO: no system call ends it
 * @IPCPROBE_OP_BORROWS: the operation has no reference to its pipe: the open file
 *	keeps the pipe
 * @IPCPROBE_OP_HOLDS: the operation has a reference to its file, if @file is set
 * @IPCPROBE_OP_IS_DIRECT: op_end.c calls the finish function directly, not through
 *	the class
 */
enum ipcprobe_op_flag {
	IPCPROBE_OP_WAITS = 1,
	IPCPROBE_OP_IS_REQUEST = 2,
	IPCPROBE_OP_BORROWS = 4,
	IPCPROBE_OP_HOLDS = 8,
	IPCPROBE_OP_IS_DIRECT = 16,
};

#define __IPCPROBE_CALL(up)	BIT_ULL(IPCPROBE_CALL_##up)
#define __IPCPROBE_READS						\
	(__IPCPROBE_CALL(READ) | __IPCPROBE_CALL(READV) | __IPCPROBE_CALL(PREAD64) | \
	 __IPCPROBE_CALL(PREADV) | __IPCPROBE_CALL(PREADV2))
#define __IPCPROBE_WRITES						\
	(__IPCPROBE_CALL(WRITE) | __IPCPROBE_CALL(WRITEV) | __IPCPROBE_CALL(PWRITE64) | \
	 __IPCPROBE_CALL(PWRITEV) | __IPCPROBE_CALL(PWRITEV2))

/*
 * K(KIND, CLASS, flags, calls): the class of the record that ends the
 * operation; flags of enum ipcprobe_op_flag; the system calls whose end is the
 * end of the operation.  IPCPROBE_OP_LATE prevents other operations from
 * beginning in the same call.
 */
#define IPCPROBE_OP_KINDS(K)							\
	K(PIPE_READ, PIPE, IPCPROBE_OP_BORROWS, __IPCPROBE_READS)			\
	K(PIPE_WRITE, PIPE, IPCPROBE_OP_BORROWS, __IPCPROBE_WRITES)			\
	K(PIPE_OPEN, PIPE, 0, __IPCPROBE_CALL(OPEN))					\
	K(PIPE_CLOSE, PIPE, 0, 0)							\
	K(PIPE_RESIZE, PIPE, 0, __IPCPROBE_CALL(FCNTL))					\
	K(SPLICE, PIPE, IPCPROBE_OP_HOLDS, __IPCPROBE_CALL(SPLICE) |			\
	  __IPCPROBE_CALL(TEE) | __IPCPROBE_CALL(VMSPLICE) |				\
	  __IPCPROBE_CALL(SENDFILE))							\
	K(FILE_COPY, FILE, 0, __IPCPROBE_CALL(SENDFILE) |				\
	  __IPCPROBE_CALL(COPY_FILE_RANGE))						\
	K(UNIX_SEND, UNIX, IPCPROBE_OP_IS_DIRECT, __IPCPROBE_WRITES |			\
	  __IPCPROBE_CALL(SENDTO) | __IPCPROBE_CALL(SENDMSG) |				\
	  __IPCPROBE_CALL(SENDMMSG) | __IPCPROBE_CALL(SENDFILE) |			\
	  __IPCPROBE_CALL(SPLICE))							\
	K(UNIX_RECV, UNIX, IPCPROBE_OP_IS_DIRECT, __IPCPROBE_READS |			\
	  __IPCPROBE_CALL(RECVFROM) | __IPCPROBE_CALL(RECVMSG) |			\
	  __IPCPROBE_CALL(RECVMMSG) | __IPCPROBE_CALL(SENDFILE) |			\
	  __IPCPROBE_CALL(SPLICE))							\
	K(UNIX_CONNECT, UNIX, 0, __IPCPROBE_CALL(CONNECT))				\
	K(UNIX_ACCEPT, UNIX, 0, __IPCPROBE_CALL(ACCEPT))				\
	K(FILE_READ, FILE, IPCPROBE_OP_IS_DIRECT, __IPCPROBE_READS)			\
	K(FILE_WRITE, FILE, IPCPROBE_OP_IS_DIRECT, __IPCPROBE_WRITES)			\
	K(FILE_RESIZE, FILE, 0, __IPCPROBE_CALL(TRUNCATE) | __IPCPROBE_CALL(OPEN))	\
	K(SHM_GET, SHM, 0, __IPCPROBE_CALL(SHMGET))					\
	K(MEMFD, SHM, 0, __IPCPROBE_CALL(MEMFD_CREATE))					\
	K(SHM_MOVE, SHM, 0, __IPCPROBE_CALL(MREMAP))					\
	K(SHM_ATTACH, SHM, 0, __IPCPROBE_CALL(SHMAT))					\
	K(SHM_DETACH, SHM, 0, __IPCPROBE_CALL(SHMDT))					\
	K(SHM_REMOVE, SHM, 0, __IPCPROBE_CALL(SHMCTL))					\
	K(SHM_RESIZE, SHM, 0, __IPCPROBE_CALL(TRUNCATE) |				\
	  __IPCPROBE_CALL(FALLOCATE) | __IPCPROBE_CALL(OPEN))				\
	K(SHM_SEAL, SHM, 0, __IPCPROBE_CALL(FCNTL))					\
	K(SEM_CREATE, SEM, 0, __IPCPROBE_CALL(SEMGET))					\
	K(SEM_SET, SEM, 0, __IPCPROBE_CALL(SEMCTL))					\
	K(SEM_OP, SEM, IPCPROBE_OP_WAITS | IPCPROBE_OP_IS_DIRECT,			\
	  __IPCPROBE_CALL(SEMOP) | __IPCPROBE_CALL(SEMTIMEDOP))				\
	K(MSG_SEND, MSG, IPCPROBE_OP_WAITS | IPCPROBE_OP_IS_DIRECT,			\
	  __IPCPROBE_CALL(MSGSND))							\
	K(MSG_RECEIVE, MSG, IPCPROBE_OP_WAITS | IPCPROBE_OP_IS_DIRECT,			\
	  __IPCPROBE_CALL(MSGRCV))							\
	K(MQ_SEND, MSG, IPCPROBE_OP_WAITS | IPCPROBE_OP_IS_DIRECT,			\
	  __IPCPROBE_CALL(MQ_TIMEDSEND))						\
	K(MQ_RECEIVE, MSG, IPCPROBE_OP_WAITS | IPCPROBE_OP_IS_DIRECT,			\
	  __IPCPROBE_CALL(MQ_TIMEDRECEIVE))						\
	K(MSG_CREATE, MSG, 0, __IPCPROBE_CALL(MSGGET))					\
	K(MQ_OPEN, MSG, 0, __IPCPROBE_CALL(MQ_OPEN))					\
	K(MQ_UNLINK, MSG, 0, __IPCPROBE_CALL(MQ_UNLINK))				\
	K(MQ_NOTIFY, MSG, 0, __IPCPROBE_CALL(MQ_NOTIFY))				\
	K(FUTEX, FUTEX, IPCPROBE_OP_IS_DIRECT, __IPCPROBE_CALL(FUTEX) |			\
	  __IPCPROBE_CALL(FUTEX_WAITV) | __IPCPROBE_CALL(FUTEX_WAIT) |			\
	  __IPCPROBE_CALL(FUTEX_WAKE) | __IPCPROBE_CALL(FUTEX_REQUEUE))			\
	K(EVENTFD_READ, EVENTFD, IPCPROBE_OP_IS_DIRECT, __IPCPROBE_READS)		\
	K(EVENTFD_WRITE, EVENTFD, IPCPROBE_OP_IS_DIRECT, __IPCPROBE_WRITES)		\
	K(PROCVM, PROCVM, IPCPROBE_OP_IS_DIRECT, __IPCPROBE_CALL(PROCESS_VM_READV) |	\
	  __IPCPROBE_CALL(PROCESS_VM_WRITEV))						\
	K(LATE, META, 0, 0)								\
	K(PIPE_READ_REQUEST, PIPE, IPCPROBE_OP_BORROWS | IPCPROBE_OP_IS_REQUEST, 0)	\
	K(PIPE_WRITE_REQUEST, PIPE, IPCPROBE_OP_BORROWS | IPCPROBE_OP_IS_REQUEST, 0)

enum ipcprobe_op_kind {
	IPCPROBE_OP_NONE,
#define K(up, class, flags, calls)	IPCPROBE_OP_##up,
	IPCPROBE_OP_KINDS(K)
#undef K
	IPCPROBE_NR_OP_KINDS
};

static_assert(IPCPROBE_NR_OP_KINDS <= 64);	/* see ipcprobe_op_has() */

/* Return: enum ipcprobe_class of the record that ends the operation. */
static __always_inline u32 ipcprobe_op_class(u8 kind)
{
	switch (kind) {
#define K(up, class, flags, calls)	case IPCPROBE_OP_##up: return IPCPROBE_CLASS_##class;
	IPCPROBE_OP_KINDS(K)
#undef K
	}
	return IPCPROBE_CLASS_META;
}

/* True if operations of this kind have the flag.  @flag is a constant. */
static __always_inline bool ipcprobe_op_has(u8 kind, enum ipcprobe_op_flag flag)
{
	u64 kinds = 0;

#define K(up, class, flags, calls)	\
	kinds |= (flags) & flag ? BIT_ULL(IPCPROBE_OP_##up) : 0;
	IPCPROBE_OP_KINDS(K)
#undef K
	return kinds >> kind & 1;
}

/* True if the end of this system call ends an operation of this kind. */
static __always_inline bool ipcprobe_op_ends(u8 kind, u8 call)
{
	u64 mask = 0;

	switch (kind) {
#define K(up, class, flags, calls)	case IPCPROBE_OP_##up: mask = calls; break;
	IPCPROBE_OP_KINDS(K)
#undef K
	}
	return mask >> call & 1;
}

#endif /* IPCPROBE_OP_KIND_H */
