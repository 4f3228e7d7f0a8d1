/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The numbers in records that have names: "ipcprobe script" and the tracepoints
 * print the names in these lists.
 *
 * Each list calls F(NAME, number) for each of its names. The lists ..._FLAGS
 * contain bits, all other lists contain values. IPCPROBE_KIND_* in
 * ipcprobe_events.h define which list a kind of field uses.
 */
#ifndef _UAPI_LINUX_IPCPROBE_NAMES_H
#define _UAPI_LINUX_IPCPROBE_NAMES_H

/* R(NAME, bit, text): the reasons of a lost record: why events are not in the stream */
#define IPCPROBE_REASONS(R)						\
	R(RING_FULL, 0x0001, "the ring was full")			\
	R(NO_RING,   0x0002, "the CPU has no ring")			\
	R(NO_SLOT,   0x0004, "no place for one more operation under way") \
	R(NO_MEMORY, 0x0008, "no memory")				\
	R(LIMIT,     0x0010, "a table has reached its limit")		\
	R(NO_HOOK,   0x0020, "this kernel has no place to hook")	\
	R(LATE_HOOK, 0x0040, "a hook was attached late")		\
	R(COMPAT,    0x0080, "a 32-bit call that is not followed")	\
	R(UNSEEN,    0x0100, "it happened in a place without a hook")	\
	R(DAMAGED,   0x0200, "the file is damaged")	/* set by the tools, never by the kernel */

#define IPCPROBE_E(up, bit, text)	IPCPROBE_REASON_##up = bit,
enum ipcprobe_reason { IPCPROBE_REASONS(IPCPROBE_E) };
#undef IPCPROBE_E

/* call: system calls in records; IPCPROBE_CALL_* in upper case */
#define IPCPROBE_CALLS(C)						\
	C(OTHER, 0, other)						\
	C(READ, 1, read)	C(WRITE, 2, write)			\
	C(READV, 3, readv)	C(WRITEV, 4, writev)			\
	C(PREAD64, 5, pread64)	C(PWRITE64, 6, pwrite64)		\
	C(PREADV, 7, preadv)	C(PWRITEV, 8, pwritev)			\
	C(PREADV2, 9, preadv2)	C(PWRITEV2, 10, pwritev2)		\
	C(SENDFILE, 11, sendfile)					\
	C(COPY_FILE_RANGE, 12, copy_file_range)				\
	C(SPLICE, 13, splice)	C(TEE, 14, tee)	C(VMSPLICE, 15, vmsplice) \
	C(OPEN, 16, open)	C(FCNTL, 17, fcntl)			\
	C(SHMGET, 20, shmget)	C(SHMAT, 21, shmat)			\
	C(SHMDT, 22, shmdt)	C(SHMCTL, 23, shmctl)			\
	C(MMAP, 24, mmap)	C(MUNMAP, 25, munmap)			\
	C(MREMAP, 26, mremap)	C(TRUNCATE, 27, truncate)		\
	C(MEMFD_CREATE, 28, memfd_create)				\
	C(FALLOCATE, 29, fallocate)	\
	C(SEMGET, 30, semget)	C(SEMOP, 31, semop)			\
	C(SEMTIMEDOP, 32, semtimedop)	C(SEMCTL, 33, semctl)		\
	C(MSGGET, 36, msgget)	C(MSGSND, 37, msgsnd)			\
	C(MSGRCV, 38, msgrcv)						\
	C(MQ_OPEN, 39, mq_open)	C(MQ_UNLINK, 40, mq_unlink)		\
	C(MQ_TIMEDSEND, 41, mq_timedsend)				\
	C(MQ_TIMEDRECEIVE, 42, mq_timedreceive)				\
	C(MQ_NOTIFY, 43, mq_notify)	\
	C(FUTEX, 46, futex)	C(FUTEX_WAITV, 47, futex_waitv)		\
	C(FUTEX_WAIT, 48, futex_wait)					\
	C(FUTEX_WAKE, 49, futex_wake)					\
	C(FUTEX_REQUEUE, 63, futex_requeue)	\
	C(SENDTO, 50, sendto)	C(RECVFROM, 51, recvfrom)		\
	C(SENDMSG, 52, sendmsg)	C(RECVMSG, 53, recvmsg)			\
	C(SENDMMSG, 54, sendmmsg)	C(RECVMMSG, 55, recvmmsg)	\
	C(CONNECT, 56, connect)	C(ACCEPT, 57, accept)			\
	C(BIND, 59, bind)						\
	C(PROCESS_VM_READV, 60, process_vm_readv)			\
	C(PROCESS_VM_WRITEV, 61, process_vm_writev)			\
	C(IO_URING, 62, io_uring)

#define IPCPROBE_E(up, id, low)	IPCPROBE_CALL_##up = id,
enum ipcprobe_call { IPCPROBE_CALLS(IPCPROBE_E) };
#undef IPCPROBE_E

/* flags of the pipe and file records */
#define IPCPROBE_IO_FLAGS(F)						\
	F(FIFO, 0x0001)		/* pipe is the number of a FIFO */	\
	F(BLOCKED, 0x0002)	/* waited at least once: see the pipe_block records */ \
	F(NONBLOCK, 0x0004)	/* O_NONBLOCK or the call's own flag */	\
	F(RESYNC, 0x0008)	/* bytes moved before without a record: positions start again */ \
	F(READ_END, 0x0010)						\
	F(WRITE_END, 0x0020)						\
	F(FULL, 0x0040)							\
	F(EMPTY, 0x0080)						\
	F(IN_PIPE, 0x0100)	/* in is a pipe */			\
	F(OUT_PIPE, 0x0200)	/* out is a pipe */			\
	F(IN_FIFO, 0x0400)	/* in is the number of a FIFO */	\
	F(OUT_FIFO, 0x0800)	/* out is the number of a FIFO */	\
	F(APPEND, 0x1000)						\
	F(DIRECT, 0x2000)	/* O_DIRECT: page cache not used, no CPU copy is claimed */ \
	F(OFFLOAD, 0x4000)						\
	F(LAST, 0x8000)		/* pipe_close: no process has the pipe open any more */

#define IPCPROBE_E(up, bit)	IPCPROBE_IO_##up = bit,
enum ipcprobe_io_flag { IPCPROBE_IO_FLAGS(IPCPROBE_E) };
#undef IPCPROBE_E

/* flags of the futex records */
#define IPCPROBE_FUTEX_FLAGS(F)						\
	F(SHARED, 0x0001)	/* without FUTEX_PRIVATE_FLAG */	\
	F(UNRESOLVED, 0x0002)	/* the mapping of the futex could not be looked up */ \
	F(SHARED2, 0x0004)	/* the second futex is shared */	\
	F(UNRESOLVED2, 0x0008)						\
	F(BLOCKED, 0x0010)	/* slept: see the futex_block records */ \
	F(TIMEOUT, 0x0020)	/* the call has a time limit */		\
	F(BELOW, 0x0040)	/* the first half of mem could be read */ \
	F(ABOVE, 0x0080)	/* the second half of mem could be read */ \
	F(IN_FILE, 0x0100)	/* futex_woken: addr is a position in a file */ \
	F(REALTIME, 0x0200)	/* FUTEX_CLOCK_REALTIME, with or without a time limit */

#define IPCPROBE_E(up, bit)	IPCPROBE_FUTEX_##up = bit,
enum ipcprobe_futex_flag { IPCPROBE_FUTEX_FLAGS(IPCPROBE_E) };
#undef IPCPROBE_E

/* op: operation on a futex; values below 64 as in <linux/futex.h> */
#define IPCPROBE_FUTEX_OPS(F)						\
	F(WAIT, 0)	F(WAKE, 1)	F(REQUEUE, 3)	F(CMP_REQUEUE, 4) \
	F(WAKE_OP, 5)	F(LOCK_PI, 6)	F(UNLOCK_PI, 7)	F(TRYLOCK_PI, 8) \
	F(WAIT_BITSET, 9)	F(WAKE_BITSET, 10)			\
	F(WAIT_REQUEUE_PI, 11)	F(CMP_REQUEUE_PI, 12)			\
	F(LOCK_PI2, 13)							\
	F(WAITV, 64)	/* futex_waitv(2) */				\
	F(EXIT, 65)	/* a task that exits wakes the tasks that wait for it */

#define IPCPROBE_E(up, number)	IPCPROBE_FUTEX_OP_##up = number,
enum ipcprobe_futex_op { IPCPROBE_FUTEX_OPS(IPCPROBE_E) };
#undef IPCPROBE_E

/* flags of the unix records */
#define IPCPROBE_UNIX_FLAGS(F)						\
	F(BLOCKED, 0x0001)	/* waited at least once: see the unix_block records */ \
	F(NONBLOCK, 0x0002)	/* O_NONBLOCK or MSG_DONTWAIT */	\
	F(RESYNC, 0x0004)	/* data was sent before without a record: positions start again */ \
	F(PEEK, 0x0008)		/* MSG_PEEK: the data stays in the queue */ \
	F(TRUNC, 0x0010)	/* the buffer was too small: min(ret, count) bytes were copied */ \
	F(FDS, 0x0020)		/* descriptors were passed: see the unix_fd records before */ \
	F(PAGES, 0x0040)	/* data of a pipe or file (splice, sendfile), not user memory */ \
	F(MESSAGE, 0x0080)	/* pos is the number of a message */	\
	F(SENT, 0x0100)							\
	F(EMPTY, 0x0200)						\
	F(FULL, 0x0400)							\
	F(UNPLACED, 0x0800)	/* data went past the queues of the sockets: no peer, no pos */

#define IPCPROBE_E(up, bit)	IPCPROBE_UNIX_##up = bit,
enum ipcprobe_unix_flag { IPCPROBE_UNIX_FLAGS(IPCPROBE_E) };
#undef IPCPROBE_E

/* type and state of a socket: numbers of the kernel */
#define IPCPROBE_SOCKET_TYPES(F)					\
	F(STREAM, 1)	F(DGRAM, 2)	F(SEQPACKET, 5)

#define IPCPROBE_SOCKET_STATES(F)					\
	F(CONNECTED, 1)	F(UNCONNECTED, 7)	F(LISTENING, 10)

/* sched_class: scheduling classes, highest first */
#define IPCPROBE_SCHED_CLASSES(F)					\
	F(UNKNOWN, 0)							\
	F(STOP, 1)							\
	F(DL, 2)	/* deadline */					\
	F(RT, 3)	/* real time */					\
	F(FAIR, 4)							\
	F(EXT, 5)							\
	F(IDLE, 6)

#define IPCPROBE_E(up, number)	IPCPROBE_SCHED_##up = number,
enum ipcprobe_sched_class { IPCPROBE_SCHED_CLASSES(IPCPROBE_E) };
#undef IPCPROBE_E

/* member_state of rq_snapshot */
#define IPCPROBE_RQ_FLAGS(F)						\
	F(DELAYED, 0x0001)	/* sleeps, still queued */		\
	F(THROTTLED, 0x0002)	/* in a throttled group, not counted in nr_running */

#define IPCPROBE_E(up, bit)	IPCPROBE_RQ_##up = bit,
enum ipcprobe_rq_flag { IPCPROBE_RQ_FLAGS(IPCPROBE_E) };
#undef IPCPROBE_E

/*
 * Flags in rq_flags of rq_dequeue that have the same value on every kernel. The
 * task could run but is throttled until its next rq_enqueue: the task or its
 * group has used up its time, or the task has given up the rest of its time
 * (sched_yield() of a deadline task).
 */
#define IPCPROBE_DEQUEUE_THROTTLE	0x00020000U	/* value of Linux 7.2 itself */
#define IPCPROBE_DEQUEUE_YIELD		0x80000000U	/* set together with THROTTLE */

/* context: where the scheduler was called */
#define IPCPROBE_CONTEXT_FLAGS(F)					\
	F(SOFTIRQ, 0x0001)	/* periodic balancing, a packet, a timer */ \
	F(STOPPER, 0x0002)	/* migration thread */			\
	F(HARDIRQ, 0x0004)	/* interrupt: tick, wake-up, timer, device */ \
	F(SWITCH, 0x0008)	/* in schedule(): balancing of a CPU that becomes idle */ \
	F(OFFLINE, 0x0010)	/* the CPU that the task leaves goes offline */ \
	F(UNKNOWN, 0x0020)	/* wake-up: context, waker, its CPU and the delay are not known */ \
	F(LAZY, 0x0040)		/* not urgent: at the next tick or return to user space */

#define IPCPROBE_E(up, bit)	IPCPROBE_CONTEXT_##up = bit,
enum ipcprobe_context_flag { IPCPROBE_CONTEXT_FLAGS(IPCPROBE_E) };
#undef IPCPROBE_E

/* pick_flags: the first four belong to fair_pick, the others to pick_candidate */
#define IPCPROBE_PICK_FLAGS(F)						\
	F(EEVDF, 0x0001)	/* earliest eligible virtual deadline first; not set: CFS */ \
	F(WAKEUP, 0x0002)	/* no switch, but a check if the woken task preempts */ \
	F(UNPROTECTED, 0x0004)	/* protection of the running entity and the buddy do not count */ \
	F(BUDDY_FIRST, 0x0008)	/* the next buddy was the group: no search */ \
	F(CURR, 0x0010)		/* the running entity */		\
	F(PROTECTED, 0x0020)	/* run to parity: the slice is protected */ \
	F(DELAYED, 0x0040)	/* sleeps, still queued: leaves the queue when picked */ \
	F(NEXT, 0x0080)		/* next buddy */			\
	F(LAST, 0x0100)		/* last buddy (6.1) */			\
	F(SKIP, 0x0200)		/* skip buddy: the entity yielded (6.1) */

#define IPCPROBE_E(up, bit)	IPCPROBE_PICK_##up = bit,
enum ipcprobe_pick_flag { IPCPROBE_PICK_FLAGS(IPCPROBE_E) };
#undef IPCPROBE_E

/* prev_state: bits of the kernel, with the same values from Linux 6.1 to 7.2 */
#define IPCPROBE_TASK_FLAGS(F)						\
	F(INTERRUPTIBLE, 0x0001)	F(UNINTERRUPTIBLE, 0x0002)	\
	F(STOPPED, 0x0004)		F(TRACED, 0x0008)		\
	F(EXIT_DEAD, 0x0010)		F(EXIT_ZOMBIE, 0x0020)		\
	F(PARKED, 0x0040)		F(DEAD, 0x0080)			\
	F(WAKEKILL, 0x0100)		F(WAKING, 0x0200)		\
	F(NOLOAD, 0x0400)		F(NEW, 0x0800)			\
	F(RTLOCK_WAIT, 0x1000)		F(FREEZABLE, 0x2000)

/* prot of a mapping */
#define IPCPROBE_PROT_FLAGS(F)						\
	F(READ, 1)	F(WRITE, 2)	F(EXEC, 4)

/* flags of shmat(2), fcntl(2), semop(2), msgop(2), mq_open(3) */
#define IPCPROBE_SHMAT_FLAGS(F)						\
	F(SHM_RDONLY, 0x1000)	F(SHM_RND, 0x2000)			\
	F(SHM_REMAP, 0x4000)	F(SHM_EXEC, 0x8000)

#define IPCPROBE_SEAL_FLAGS(F)						\
	F(SEAL, 0x01)	F(SHRINK, 0x02)	F(GROW, 0x04)	F(WRITE, 0x08)	\
	F(FUTURE_WRITE, 0x10)	F(EXEC, 0x20)

#define IPCPROBE_SEMOP_FLAGS(F)						\
	F(IPC_NOWAIT, 0x0800)	F(SEM_UNDO, 0x1000)

#define IPCPROBE_SEM_COMMANDS(F)					\
	F(SETVAL, 16)	F(SETALL, 17)

#define IPCPROBE_MSGOP_FLAGS(F)						\
	F(IPC_NOWAIT, 0x0800)	F(MSG_NOERROR, 0x1000)			\
	F(MSG_EXCEPT, 0x2000)	F(MSG_COPY, 0x4000)

#define IPCPROBE_OPEN_FLAGS(F)						\
	F(O_WRONLY, 0x00001)	F(O_RDWR, 0x00002)			\
	F(O_CREAT, 0x00040)	F(O_EXCL, 0x00080)			\
	F(O_NONBLOCK, 0x00800)	F(O_CLOEXEC, 0x80000)

/* notify of mq_notify; REMOVE: a null pointer was given */
#define IPCPROBE_NOTIFICATIONS(F)					\
	F(SIGEV_SIGNAL, 0)	F(SIGEV_NONE, 1)	F(SIGEV_THREAD, 2) \
	F(REMOVE, 0xffffffff)

/*
 * Numbers of the kernel: the C library reserves the first real-time signals for
 * itself.
 */
#define IPCPROBE_SIGNALS(F)						\
	F(SIGHUP, 1)	F(SIGINT, 2)	F(SIGQUIT, 3)	F(SIGILL, 4)	\
	F(SIGTRAP, 5)	F(SIGABRT, 6)	F(SIGBUS, 7)	F(SIGFPE, 8)	\
	F(SIGKILL, 9)	F(SIGUSR1, 10)	F(SIGSEGV, 11)	F(SIGUSR2, 12)	\
	F(SIGPIPE, 13)	F(SIGALRM, 14)	F(SIGTERM, 15)	F(SIGSTKFLT, 16) \
	F(SIGCHLD, 17)	F(SIGCONT, 18)	F(SIGSTOP, 19)	F(SIGTSTP, 20)	\
	F(SIGTTIN, 21)	F(SIGTTOU, 22)	F(SIGURG, 23)	F(SIGXCPU, 24)	\
	F(SIGXFSZ, 25)	F(SIGVTALRM, 26)	F(SIGPROF, 27)	F(SIGWINCH, 28) \
	F(SIGIO, 29)	F(SIGPWR, 30)	F(SIGSYS, 31)			\
	F(SIGRTMIN, 32)	F(SIGRT_1, 33)	F(SIGRT_2, 34)	F(SIGRT_3, 35)	\
	F(SIGRT_4, 36)	F(SIGRT_5, 37)	F(SIGRT_6, 38)	F(SIGRT_7, 39)	\
	F(SIGRT_8, 40)	F(SIGRT_9, 41)	F(SIGRT_10, 42)	F(SIGRT_11, 43)	\
	F(SIGRT_12, 44)	F(SIGRT_13, 45)	F(SIGRT_14, 46)	F(SIGRT_15, 47)	\
	F(SIGRT_16, 48)	F(SIGRT_17, 49)	F(SIGRT_18, 50)	F(SIGRT_19, 51)	\
	F(SIGRT_20, 52)	F(SIGRT_21, 53)	F(SIGRT_22, 54)	F(SIGRT_23, 55)	\
	F(SIGRT_24, 56)	F(SIGRT_25, 57)	F(SIGRT_26, 58)	F(SIGRT_27, 59)	\
	F(SIGRT_28, 60)	F(SIGRT_29, 61)	F(SIGRT_30, 62)	F(SIGRT_31, 63)	\
	F(SIGRT_32, 64)

/* code: origin of a signal, as 32 bits; other positive values depend on the signal */
#define IPCPROBE_SIGNAL_CODES(F)					\
	F(SI_USER, 0)	/* kill(2) */					\
	F(SI_KERNEL, 0x80)						\
	F(SI_QUEUE, 0xffffffff)	/* sigqueue(3) */			\
	F(SI_TIMER, 0xfffffffe)						\
	F(SI_MESGQ, 0xfffffffd)						\
	F(SI_ASYNCIO, 0xfffffffc)					\
	F(SI_SIGIO, 0xfffffffb)						\
	F(SI_TKILL, 0xfffffffa)						\
	F(SI_DETHREAD, 0xfffffff9)					\
	F(SI_ASYNCNL, 0xffffffc4)

/* result of signal_send */
#define IPCPROBE_SIGNAL_RESULTS(F)					\
	F(QUEUED, 0)							\
	F(IGNORED, 1)							\
	F(PENDING, 2)		/* the signal was already pending */	\
	F(LOST, 3)		/* no memory */				\
	F(NO_SIGINFO, 4)	/* queued without siginfo */

/* flags of sigaction(2) */
#define IPCPROBE_SIGACTION_FLAGS(F)					\
	F(SA_NOCLDSTOP, 0x00000001)	F(SA_NOCLDWAIT, 0x00000002)	\
	F(SA_SIGINFO, 0x00000004)	F(SA_UNSUPPORTED, 0x00000400)	\
	F(SA_EXPOSE_TAGBITS, 0x00000800)	F(SA_RESTORER, 0x04000000) \
	F(SA_ONSTACK, 0x08000000)	F(SA_RESTART, 0x10000000)	\
	F(SA_NODEFER, 0x40000000)	F(SA_RESETHAND, 0x80000000)

#endif /* _UAPI_LINUX_IPCPROBE_NAMES_H */
