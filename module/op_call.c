// SPDX-License-Identifier: GPL-2.0
/*
 * Finds the system call that the current task is in, by the call numbers of
 * 64-bit and of 32-bit programs.
 */
#include <linux/compat.h>
#include <linux/ipc.h>
#include <linux/net.h>
#include <linux/string.h>
#include <asm/syscall.h>
#ifdef CONFIG_IA32_EMULATION
#include <asm/unistd_32_ia32.h>
#endif

#include "op_call.h"
#include "op_kind.h"

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
#ifdef __NR_creat
	CALL(OPEN, creat),
#endif
	CALL(OPEN, openat),
	CALL(OPEN, openat2),
	CALL(OPEN, open_by_handle_at),
	CALL(FCNTL, fcntl),
	CALL(SHMGET, shmget),
	CALL(SHMAT, shmat),
	CALL(SHMDT, shmdt),
	CALL(SHMCTL, shmctl),
	CALL(MMAP, mmap),
	CALL(MMAP, remap_file_pages),
	CALL(MUNMAP, munmap),
	CALL(MREMAP, mremap),
	CALL(TRUNCATE, truncate),
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

static_assert(IPCPROBE_CALL_FUTEX_REQUEUE < 64);	/* see ipcprobe_op_ends() */

#ifdef CONFIG_IA32_EMULATION

#define NR_IA32_CALLS	(__NR_ia32_futex_waitv + 8)	/* includes futex_requeue */

static const u8 ia32_calls[NR_IA32_CALLS] = {
#define CALL(up, low)	[__NR_ia32_##low] = IPCPROBE_CALL_##up
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
	CALL(SENDFILE, sendfile64),
	CALL(COPY_FILE_RANGE, copy_file_range),
	CALL(SPLICE, splice),
	CALL(TEE, tee),
	CALL(VMSPLICE, vmsplice),
	CALL(OPEN, open),
	CALL(OPEN, creat),
	CALL(OPEN, openat),
	CALL(OPEN, openat2),
	CALL(OPEN, open_by_handle_at),
	CALL(FCNTL, fcntl),
	CALL(FCNTL, fcntl64),
	CALL(SHMGET, shmget),
	CALL(SHMAT, shmat),
	CALL(SHMDT, shmdt),
	CALL(SHMCTL, shmctl),
	CALL(MMAP, mmap),
	CALL(MMAP, mmap2),
	CALL(MMAP, remap_file_pages),
	CALL(MUNMAP, munmap),
	CALL(MREMAP, mremap),
	CALL(TRUNCATE, truncate),
	CALL(TRUNCATE, truncate64),
	CALL(TRUNCATE, ftruncate),
	CALL(TRUNCATE, ftruncate64),
	CALL(MEMFD_CREATE, memfd_create),
	CALL(FALLOCATE, fallocate),
	CALL(SEMGET, semget),
	CALL(SEMCTL, semctl),
	CALL(SEMTIMEDOP, semtimedop_time64),
	CALL(MSGGET, msgget),
	CALL(MSGSND, msgsnd),
	CALL(MSGRCV, msgrcv),
	CALL(MQ_OPEN, mq_open),
	CALL(MQ_UNLINK, mq_unlink),
	CALL(MQ_TIMEDSEND, mq_timedsend),
	CALL(MQ_TIMEDSEND, mq_timedsend_time64),
	CALL(MQ_TIMEDRECEIVE, mq_timedreceive),
	CALL(MQ_TIMEDRECEIVE, mq_timedreceive_time64),
	CALL(MQ_NOTIFY, mq_notify),
	CALL(FUTEX, futex),
	CALL(FUTEX, futex_time64),
	CALL(FUTEX, restart_syscall),
	CALL(FUTEX_WAITV, futex_waitv),
	/* New calls have the same number on all architectures. */
	[__NR_futex_wait] = IPCPROBE_CALL_FUTEX_WAIT,
	[__NR_futex_wake] = IPCPROBE_CALL_FUTEX_WAKE,
	[__NR_futex_requeue] = IPCPROBE_CALL_FUTEX_REQUEUE,
	CALL(SENDTO, sendto),
	CALL(RECVFROM, recvfrom),
	CALL(SENDMSG, sendmsg),
	CALL(RECVMSG, recvmsg),
	CALL(SENDMMSG, sendmmsg),
	CALL(RECVMMSG, recvmmsg),
	CALL(RECVMMSG, recvmmsg_time64),
	CALL(CONNECT, connect),
	CALL(ACCEPT, accept4),
	CALL(PROCESS_VM_READV, process_vm_readv),
	CALL(PROCESS_VM_WRITEV, process_vm_writev),
#undef CALL
};

/* The first argument of ipc() and socketcall() selects what the call does. */
static const u8 ipc_calls[] = {
	[SEMOP] = IPCPROBE_CALL_SEMOP,
	[SEMGET] = IPCPROBE_CALL_SEMGET,
	[SEMCTL] = IPCPROBE_CALL_SEMCTL,
	[SEMTIMEDOP] = IPCPROBE_CALL_SEMTIMEDOP,
	[MSGSND] = IPCPROBE_CALL_MSGSND,
	[MSGRCV] = IPCPROBE_CALL_MSGRCV,
	[MSGGET] = IPCPROBE_CALL_MSGGET,
	[SHMAT] = IPCPROBE_CALL_SHMAT,
	[SHMDT] = IPCPROBE_CALL_SHMDT,
	[SHMGET] = IPCPROBE_CALL_SHMGET,
	[SHMCTL] = IPCPROBE_CALL_SHMCTL,
};

static const u8 socket_calls[] = {
	[SYS_BIND] = IPCPROBE_CALL_BIND,
	[SYS_CONNECT] = IPCPROBE_CALL_CONNECT,
	[SYS_ACCEPT] = IPCPROBE_CALL_ACCEPT,
	[SYS_ACCEPT4] = IPCPROBE_CALL_ACCEPT,
	[SYS_SEND] = IPCPROBE_CALL_SENDTO,
	[SYS_SENDTO] = IPCPROBE_CALL_SENDTO,
	[SYS_SENDMSG] = IPCPROBE_CALL_SENDMSG,
	[SYS_SENDMMSG] = IPCPROBE_CALL_SENDMMSG,
	[SYS_RECV] = IPCPROBE_CALL_RECVFROM,
	[SYS_RECVFROM] = IPCPROBE_CALL_RECVFROM,
	[SYS_RECVMSG] = IPCPROBE_CALL_RECVMSG,
	[SYS_RECVMMSG] = IPCPROBE_CALL_RECVMMSG,
};

static u8 compat_call(const struct pt_regs *regs, unsigned long nr)
{
	u32 first = regs->bx;

	if (!in_ia32_syscall())		/* x32 */
		return IPCPROBE_CALL_OTHER;
	if (nr == __NR_ia32_ipc) {
		first &= 0xffff;	/* the upper bits are a version */
		return first < ARRAY_SIZE(ipc_calls) ? ipc_calls[first] : IPCPROBE_CALL_OTHER;
	}
	if (nr == __NR_ia32_socketcall)
		return first < ARRAY_SIZE(socket_calls) ? socket_calls[first] :
							  IPCPROBE_CALL_OTHER;
	return nr < NR_IA32_CALLS ? ia32_calls[nr] : IPCPROBE_CALL_OTHER;
}

static bool __init compat_has(u8 call)
{
	return memchr(ia32_calls, call, sizeof(ia32_calls)) ||
	       memchr(ipc_calls, call, sizeof(ipc_calls)) ||
	       memchr(socket_calls, call, sizeof(socket_calls));
}

#define COMPAT_IO_SUBMIT	__NR_ia32_io_submit

#else

/* The numbers of calls of 32-bit programs are not known in this configuration. */
static u8 compat_call(const struct pt_regs *regs, unsigned long nr)
{
	return IPCPROBE_CALL_OTHER;
}

static bool __init compat_has(u8 call)
{
	return true;
}

#define COMPAT_IO_SUBMIT	-1

#endif /* CONFIG_IA32_EMULATION */

/**
 * ipcprobe_op_calls_are_found - true if the tables have each call that ends @kind
 * @kind: enum ipcprobe_op_kind
 *
 * A call that is missing there would make no record.
 *
 * Context: module load.
 */
bool __init ipcprobe_op_calls_are_found(u8 kind)
{
	u8 call;

	for (call = IPCPROBE_CALL_OTHER + 1; call < 64; call++)
		if (ipcprobe_op_ends(kind, call) &&
		    !(memchr(ipcprobe_calls, call, sizeof(ipcprobe_calls)) && compat_has(call)))
			return false;
	return true;
}

/**
 * ipcprobe_op_call - find the system call that the current task is in
 *
 * Context: task context of user space.  Return: enum ipcprobe_call;
 * IPCPROBE_CALL_OTHER: a call that ends no operation, or no call.
 */
u8 ipcprobe_op_call(void)
{
	struct pt_regs *regs = task_pt_regs(current);
	unsigned long nr = syscall_get_nr(current, regs);

	if (unlikely(in_compat_syscall()))
		return compat_call(regs, nr);
	return nr < IPCPROBE_NR_CALLS ? ipcprobe_calls[nr] : IPCPROBE_CALL_OTHER;
}

/*
 * True if the current task is in io_submit(), which carries out the requests of
 * AIO.  Context: task context of user space.
 */
bool ipcprobe_is_io_submit(void)
{
	int nr = syscall_get_nr(current, task_pt_regs(current));

	return nr == (in_compat_syscall() ? COMPAT_IO_SUBMIT : __NR_io_submit);
}

/*
 * True if the current task is inside this call.  After the end of the call the
 * registers already hold its result; messages may be freed then, when the last
 * descriptor of a queue is closed.
 */
bool ipcprobe_is_in_call(long nr)
{
	struct pt_regs *regs = task_pt_regs(current);

	return !(current->flags & PF_KTHREAD) && !in_compat_syscall() &&
	       syscall_get_nr(current, regs) == nr &&
	       syscall_get_error(current, regs) == -ENOSYS;
}
