// SPDX-License-Identifier: GPL-2.0
/*
 * Operations between their entry and their end.
 *
 * A function entry hook begins one, hooks on the way (hook_pipe.c) note its
 * progress, and the sys_exit tracepoint, which has the result, ends it: one
 * record for a call, at a tenth of the cost of return probes.  The state lives
 * in a fixed table that only the task itself touches; a task finds its slot by
 * its thread id.  A task has one operation at a time, the outermost: what
 * sendfile does inside is not counted again.
 *
 * So an operation begins only inside a system call that is known to end it:
 * what kernel threads and a core dump do is counted as missed, and the pipes
 * they move bytes through start their positions anew (IPCPROBE_IO_RESYNC).
 * Requests of io_uring and AIO to a pipe end inside the function that carries
 * them out (hook_pipe_io.c), those to a file when they complete (hook_uring.c).
 */
#include <linux/compat.h>
#include <linux/file.h>
#include <linux/preempt.h>
#include <linux/sched/task_stack.h>
#include <linux/vmalloc.h>
#include <asm/syscall.h>
#include <trace/syscall.h>
#include <trace/events/sched.h>
#include <trace/events/syscalls.h>

#include "ipcprobe.h"

struct ipcprobe_op *ipcprobe_ops;
u32 ipcprobe_op_tids[BIT(IPCPROBE_OP_BITS)];

/* Disabled, all seem displaced: one look tells that beginning is not simple. */
#define DISABLED	BIT(30)
atomic_t ipcprobe_op_displaced = ATOMIC_INIT(DISABLED);

bool ipcprobe_op_enabled;
static u32 requests_epoch;	/* grows when what ends requests has gone */

int ipcprobe_op_init(void)
{
	u32 i;

	ipcprobe_ops = vcalloc(BIT(IPCPROBE_OP_BITS), sizeof(*ipcprobe_ops));
	if (!ipcprobe_ops)
		return -ENOMEM;
	for (i = 0; i < BIT(IPCPROBE_OP_BITS); i++)
		ipcprobe_ops[i].slot = i;
	return 0;
}

void ipcprobe_op_exit(void)
{
	vfree(ipcprobe_ops);
}

/* Off: no operation begins any more once a grace period has passed. */
void ipcprobe_op_enable(bool on)
{
	if (on == ipcprobe_op_enabled)
		return;
	WRITE_ONCE(ipcprobe_op_enabled, on);
	atomic_add(on ? -DISABLED : DISABLED, &ipcprobe_op_displaced);
}

/* No hook may be attached: forgets the operations of tasks that still wait. */
void ipcprobe_op_reset(void)
{
	u32 i;

	for (i = 0; i < BIT(IPCPROBE_OP_BITS); i++)
		if (ipcprobe_op_tids[i])
			ipcprobe_op_free(&ipcprobe_ops[i]);
}

static bool is_rw(const struct ipcprobe_op *op)
{
	return op->kind == IPCPROBE_OP_PIPE_READ ||
	       op->kind == IPCPROBE_OP_PIPE_WRITE || ipcprobe_op_is_request(op);
}

/**
 * ipcprobe_op_set_end - one side of an operation is a pipe
 * @op: operation, no plain read or write
 * @side: IPCPROBE_OP_OUT or IPCPROBE_OP_IN
 * @inode: of the pipe
 * @pipe: the kernel's pipe, which the caller keeps from being freed
 *
 * Context: task context, preemption off.  Return: false without memory.
 */
bool ipcprobe_op_set_end(struct ipcprobe_op *op, int side, struct inode *inode,
			 struct pipe_inode_info *pipe)
{
	struct ipcprobe_pipe *obj = ipcprobe_pipe_get(inode, pipe);

	if (unlikely(!obj))
		return false;
	refcount_inc(&obj->refs);
	ipcprobe_op_use_end(&op->end[side], obj, pipe);
	return true;
}

static void put_ends(struct ipcprobe_op *op)
{
	if (op->end[0].obj)
		ipcprobe_pipe_put(op->end[0].obj);
	if (op->end[1].obj)
		ipcprobe_pipe_put(op->end[1].obj);
}

void ipcprobe_op_free(struct ipcprobe_op *op)
{
	if (!is_rw(op))
		put_ends(op);
	op->end[0].obj = NULL;
	op->end[1].obj = NULL;
	op->end[0].waiting = 0;
	op->end[1].waiting = 0;
	if (op->sock.obj) {
		ipcprobe_sock_put(op->sock.obj);
		op->sock.obj = NULL;
	}
	if (op->kind == IPCPROBE_OP_SPLICE && op->file)
		fput(op->file);
	ipcprobe_op_release(op);
}

/*
 * No hook of class pipe may be attached: a request may end unseen now, its
 * slot waits for the task's next operation.
 */
void ipcprobe_op_forget_requests(void)
{
	WRITE_ONCE(requests_epoch, requests_epoch + 1);
}

/* Were hooks away since a request began?  It need not be the same any more. */
bool ipcprobe_op_is_forgotten(const struct ipcprobe_op *op)
{
	return op->request.epoch != READ_ONCE(requests_epoch);
}

/* A request is over, or left without a sign of its end; no record. */
void ipcprobe_op_drop(struct ipcprobe_op *op)
{
	ipcprobe_pipe_end_waits(op);
	ipcprobe_op_free(op);
}

/* The operation that the task begins another in; a request has none in it. */
static struct ipcprobe_op *find_outer(void)
{
	struct ipcprobe_op *op = ipcprobe_op_find();

	if (likely(!op || !ipcprobe_op_is_request(op)))
		return op;
	ipcprobe_op_drop(op);
	return NULL;
}

/* Return: a slot for the task; NULL: both are taken. */
static __always_inline struct ipcprobe_op *claim(u32 tid)
{
	u32 slot = ipcprobe_op_slot(tid);

	if (unlikely(cmpxchg_acquire(&ipcprobe_op_tids[slot], 0, tid))) {
		atomic_inc(&ipcprobe_op_displaced);
		slot = ipcprobe_op_second_slot(tid);
		if (cmpxchg_acquire(&ipcprobe_op_tids[slot], 0, tid)) {
			atomic_dec(&ipcprobe_op_displaced);
			return NULL;
		}
	}
	return &ipcprobe_ops[slot];
}

/* Field by field: memset() is a string instruction, at a cycle a byte or so. */
static __always_inline void clear(struct ipcprobe_op *op)
{
	int side;

	op->nr_segs = 0;
	op->flags = 0;
	op->addr = 0;
	for (side = 0; side < 2; side++) {
		op->end[side].obj = NULL;
		op->end[side].pos = 0;
		op->end[side].bytes = 0;
		op->end[side].waiting = 0;
	}
	op->iter = NULL;
	op->file = NULL;
	op->inode = NULL;
	op->count = 0;
	op->copied = 0;
	op->in_file = 0;
	op->out_file = 0;
	op->wait_begin_ns = 0;
}

/* The system calls that end an operation; all others are IPCPROBE_CALL_OTHER, 0. */
const u8 ipcprobe_calls[IPCPROBE_NR_CALLS] = {
#define CALL(up, low)	[__NR_##low] = IPCPROBE_CALL_##up
	CALL(READ, read),
	CALL(WRITE, write),
	CALL(READV, readv),
	CALL(WRITEV, writev),
	CALL(PREAD64, pread64),
	CALL(PWRITE64, pwrite64),
	CALL(PREADV, preadv),
	CALL(PWRITEV, pwritev),
	CALL(PREADV2, preadv2),
	CALL(PWRITEV2, pwritev2),
	CALL(SENDFILE, sendfile),
	CALL(COPY_FILE_RANGE, copy_file_range),
	CALL(SPLICE, splice),
	CALL(TEE, tee),
	CALL(VMSPLICE, vmsplice),
#ifdef __NR_open
	CALL(OPEN, open),
#endif
	CALL(OPEN, openat),
	CALL(OPEN, openat2),
	CALL(FCNTL, fcntl),
	CALL(SHMGET, shmget),
	CALL(SHMAT, shmat),
	CALL(SHMDT, shmdt),
	CALL(SHMCTL, shmctl),
	CALL(MMAP, mmap),
	CALL(MMAP, remap_file_pages),
	CALL(MUNMAP, munmap),
	CALL(MREMAP, mremap),
	CALL(TRUNCATE, ftruncate),
	CALL(MEMFD_CREATE, memfd_create),
	CALL(FALLOCATE, fallocate),
	CALL(SEMGET, semget),
	CALL(SEMOP, semop),
	CALL(SEMTIMEDOP, semtimedop),
	CALL(SEMCTL, semctl),
	CALL(MSGGET, msgget),
	CALL(MSGSND, msgsnd),
	CALL(MSGRCV, msgrcv),
	CALL(MQ_OPEN, mq_open),
	CALL(MQ_UNLINK, mq_unlink),
	CALL(MQ_TIMEDSEND, mq_timedsend),
	CALL(MQ_TIMEDRECEIVE, mq_timedreceive),
	CALL(MQ_NOTIFY, mq_notify),
	CALL(FUTEX, futex),
	CALL(FUTEX, restart_syscall),
	CALL(FUTEX_WAITV, futex_waitv),
	CALL(FUTEX_WAIT, futex_wait),
	CALL(FUTEX_WAKE, futex_wake),
	CALL(FUTEX_REQUEUE, futex_requeue),
	CALL(SENDTO, sendto),
	CALL(RECVFROM, recvfrom),
	CALL(SENDMSG, sendmsg),
	CALL(RECVMSG, recvmsg),
	CALL(SENDMMSG, sendmmsg),
	CALL(RECVMMSG, recvmmsg),
	CALL(CONNECT, connect),
	CALL(ACCEPT, accept),
	CALL(ACCEPT, accept4),
	CALL(PROCESS_VM_READV, process_vm_readv),
	CALL(PROCESS_VM_WRITEV, process_vm_writev),
#undef CALL
};

static __always_inline u8 call_of(unsigned long nr)
{
	return nr < IPCPROBE_NR_CALLS ? ipcprobe_calls[nr] : IPCPROBE_CALL_OTHER;
}

/*
 * Is the current task in a system call that will end the operation?
 * 32-bit programs number their calls differently: theirs are told as "other",
 * and only the ones that never end an operation are told apart, by numbers
 * that all tables share.
 */
static __always_inline bool in_own_call(u8 *call)
{
	struct pt_regs *regs = task_pt_regs(current);
	long nr;

	if (current->flags & IPCPROBE_PF_NO_CALL || ipcprobe_op_is_over(regs))
		return false;
	nr = syscall_get_nr(current, regs);
	if (unlikely(in_compat_syscall())) {
		*call = IPCPROBE_CALL_OTHER;
		return nr > 0 && nr < __NR_io_uring_setup;
	}
	*call = call_of(nr);
	return *call != IPCPROBE_CALL_OTHER;
}

/* Context: task context.  Return: would the current call end an operation? */
bool ipcprobe_op_in_call(void)
{
	u8 call;

	return in_own_call(&call);
}

/**
 * ipcprobe_op_call - the system call that the current task is in
 *
 * Context: task context of user space.  Return: enum ipcprobe_call.
 */
u8 ipcprobe_op_call(void)
{
	if (unlikely(in_compat_syscall()))
		return IPCPROBE_CALL_OTHER;
	return call_of(syscall_get_nr(current, task_pt_regs(current)));
}

/* The class of the record that an operation ends in. */
static u32 class_of(u8 kind)
{
	switch (kind) {
	case IPCPROBE_OP_UNIX_SEND ... IPCPROBE_OP_UNIX_ACCEPT:
		return IPCPROBE_CLASS_UNIX;
	case IPCPROBE_OP_FILE_COPY:
	case IPCPROBE_OP_FILE_READ:
	case IPCPROBE_OP_FILE_WRITE:
		return IPCPROBE_CLASS_FILE;
	case IPCPROBE_OP_SHM_GET ... IPCPROBE_OP_SHM_SEAL:
		return IPCPROBE_CLASS_SHM;
	case IPCPROBE_OP_SEM_CREATE ... IPCPROBE_OP_SEM_OP:
		return IPCPROBE_CLASS_SEM;
	case IPCPROBE_OP_MSG_SEND ... IPCPROBE_OP_MQ_NOTIFY:
		return IPCPROBE_CLASS_MSG;
	case IPCPROBE_OP_FUTEX:
		return IPCPROBE_CLASS_FUTEX;
	case IPCPROBE_OP_EVENTFD_READ:
	case IPCPROBE_OP_EVENTFD_WRITE:
		return IPCPROBE_CLASS_EVENTFD;
	case IPCPROBE_OP_PROCVM:
		return IPCPROBE_CLASS_PROCVM;
	default:
		return IPCPROBE_CLASS_PIPE;
	}
}

static struct ipcprobe_op *begin(struct ipcprobe_hook *hook, u8 kind, u8 call)
{
	u32 tid = current->pid;
	struct ipcprobe_op *op = claim(tid);

	if (unlikely(!op)) {
		ipcprobe_missed(hook, class_of(kind), IPCPROBE_REASON_NO_SLOT);
		return NULL;
	}
	clear(op);
	op->tid = tid;
	op->kind = kind;
	op->call = call;
	op->begin = ipcprobe_stamp();
	return op;
}

/**
 * ipcprobe_op_begin - the current task enters an operation
 * @hook: counts a miss: no slot is free, or nothing would end it
 * @kind: enum ipcprobe_op_kind
 *
 * Context: function entry, task context, preemption off.
 * Return: its slot, cleared but for the begin; NULL: it is part of a larger
 * operation, or missed.
 */
struct ipcprobe_op *ipcprobe_op_begin(struct ipcprobe_hook *hook, u8 kind)
{
	u8 call;

	if (unlikely(!READ_ONCE(ipcprobe_op_enabled) || !in_task() || find_outer()))
		return NULL;
	if (unlikely(!in_own_call(&call))) {
		ipcprobe_missed(hook, class_of(kind), IPCPROBE_REASON_UNSEEN);
		return NULL;
	}
	return begin(hook, kind, call);
}

/**
 * ipcprobe_op_begin_close - the current task releases a pipe's open file
 * @hook: counts a miss
 *
 * It ends inside pipe_release() itself, so any context will do.
 *
 * Context, return: as ipcprobe_op_begin().
 */
struct ipcprobe_op *ipcprobe_op_begin_close(struct ipcprobe_hook *hook)
{
	if (!READ_ONCE(ipcprobe_op_enabled) || !in_task() || !current->pid ||
	    find_outer())
		return NULL;
	return begin(hook, IPCPROBE_OP_PIPE_CLOSE, IPCPROBE_CALL_OTHER);
}

/* AIO carries its requests to a pipe out in the call that submits them. */
static u8 request_call(void)
{
	struct pt_regs *regs = task_pt_regs(current);

	if (current->flags & IPCPROBE_PF_NO_CALL || ipcprobe_op_is_over(regs) ||
	    syscall_get_nr(current, regs) != __NR_io_submit)
		return IPCPROBE_CALL_IO_URING;
	return IPCPROBE_CALL_OTHER;
}

/**
 * ipcprobe_op_begin_request - the current task carries out a request of
 *	io_uring or AIO to a pipe
 * @hook: counts a miss
 * @kind: IPCPROBE_OP_PIPE_READ_REQUEST or IPCPROBE_OP_PIPE_WRITE_REQUEST
 *
 * It ends inside the function that begins it.
 *
 * Context, return: as ipcprobe_op_begin().
 */
struct ipcprobe_op *ipcprobe_op_begin_request(struct ipcprobe_hook *hook, u8 kind)
{
	struct ipcprobe_op *op;

	if (!READ_ONCE(ipcprobe_op_enabled) || !in_task())
		return NULL;
	if (find_outer()) {
		ipcprobe_missed(hook, class_of(kind), IPCPROBE_REASON_UNSEEN);
		return NULL;
	}
	op = begin(hook, kind, request_call());
	if (op)
		op->request.epoch = READ_ONCE(requests_epoch);
	return op;
}

/* ---- the end ---- */

/* What is rare, or has references. */
static noinline void finish_slowly(struct ipcprobe_op *op, long result)
{
	s32 ret = clamp_t(long, result, -INT_MAX, INT_MAX);

	switch (op->kind) {
	case IPCPROBE_OP_SPLICE:
		ipcprobe_splice_finish(op, ret);
		break;
	case IPCPROBE_OP_FILE_COPY:
		ipcprobe_file_finish_copy(op, ret);
		break;
	case IPCPROBE_OP_PIPE_READ:
	case IPCPROBE_OP_PIPE_WRITE:
		ipcprobe_pipe_finish_rw(op, ret);
		break;
	case IPCPROBE_OP_PIPE_READ_REQUEST:
	case IPCPROBE_OP_PIPE_WRITE_REQUEST:
		ipcprobe_pipe_end_waits(op);
		break;
	case IPCPROBE_OP_SHM_GET:
	case IPCPROBE_OP_MEMFD:
	case IPCPROBE_OP_SHM_MOVE:
	case IPCPROBE_OP_SHM_ATTACH:
	case IPCPROBE_OP_SHM_DETACH:
	case IPCPROBE_OP_SHM_REMOVE:
	case IPCPROBE_OP_SHM_RESIZE:
	case IPCPROBE_OP_SHM_SEAL:
		ipcprobe_shm_finish(op, ret);
		break;
	case IPCPROBE_OP_SEM_CREATE:
	case IPCPROBE_OP_SEM_SET:
		ipcprobe_sem_finish(op, ret);
		break;
	case IPCPROBE_OP_MSG_CREATE:
		ipcprobe_msg_finish_create(op, ret);
		break;
	case IPCPROBE_OP_MQ_OPEN:
	case IPCPROBE_OP_MQ_UNLINK:
	case IPCPROBE_OP_MQ_NOTIFY:
		ipcprobe_mq_finish(op, ret);
		break;
	case IPCPROBE_OP_UNIX_CONNECT:
	case IPCPROBE_OP_UNIX_ACCEPT:
		ipcprobe_unix_finish(op, ret);
		break;
	default:
		ipcprobe_pipe_finish(op, ret);
		break;
	}
	/* What splice or sendfile did with a socket is told besides. */
	if (op->sock.obj && (op->kind == IPCPROBE_OP_SPLICE ||
			     op->kind == IPCPROBE_OP_FILE_COPY))
		ipcprobe_unix_finish_io(op, ret);
	ipcprobe_op_free(op);
}

/*
 * What is frequent gives its slot back itself, as its last step.  Not inlined:
 * nearly every system call of the machine is none of ours.
 */
static noinline void finish(struct ipcprobe_op *op, long ret)
{
	switch (op->kind) {
	case IPCPROBE_OP_FILE_READ:
		ipcprobe_file_finish_read(op, ret);
		break;
	case IPCPROBE_OP_FILE_WRITE:
		ipcprobe_file_finish_write(op, ret);
		break;
	case IPCPROBE_OP_FUTEX:
		ipcprobe_futex_finish(op, ret);
		break;
	case IPCPROBE_OP_UNIX_SEND:
	case IPCPROBE_OP_UNIX_RECV:
		ipcprobe_unix_finish_call(op, ret);
		break;
	case IPCPROBE_OP_EVENTFD_READ:
		ipcprobe_eventfd_finish_read(op, ret);
		break;
	case IPCPROBE_OP_EVENTFD_WRITE:
		ipcprobe_eventfd_finish_write(op, ret);
		break;
	case IPCPROBE_OP_MSG_SEND:
		ipcprobe_msg_finish_send(op, ret);
		break;
	case IPCPROBE_OP_MSG_RECEIVE:
		ipcprobe_msg_finish_receive(op, ret);
		break;
	case IPCPROBE_OP_MQ_SEND:
	case IPCPROBE_OP_MQ_RECEIVE:
		ipcprobe_mq_finish_transfer(op, ret);
		break;
	case IPCPROBE_OP_SEM_OP:
		ipcprobe_sem_finish_op(op, ret);
		break;
	case IPCPROBE_OP_PROCVM:
		ipcprobe_procvm_finish(op, ret);
		break;
	default:
		finish_slowly(op, ret);
		break;
	}
}

static void probe_sys_exit(void *data, struct pt_regs *regs, long ret)
{
	struct ipcprobe_op *op;

	guard(preempt_notrace)();
	op = ipcprobe_op_find();
	if (unlikely(op))
		finish(op, ret);
}

/* Nothing should be left here; a slot must not outlive its task. */
static void probe_task_exit(void *data, IPCPROBE_SCHED_PROCESS_EXIT_ARGS)
{
	struct ipcprobe_op *op;

	guard(preempt_notrace)();
	op = find_outer();
	if (unlikely(op))
		ipcprobe_op_free(op);
}

struct ipcprobe_hook ipcprobe_op_hooks[] = {
	IPCPROBE_TP("sys_exit", probe_sys_exit, IPCPROBE_OP_CLASSES),
	IPCPROBE_TP("sched_process_exit", probe_task_exit, IPCPROBE_OP_CLASSES),
	{}
};

static inline void check_types(void)
{
	check_trace_callback_type_sys_exit(probe_sys_exit);
	check_trace_callback_type_sched_process_exit(probe_task_exit);
}
