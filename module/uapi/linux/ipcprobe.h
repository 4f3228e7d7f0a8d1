/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The whole interface between ipcprobe.ko and user space: records, session
 * ioctls, mmap layout, generic netlink.  Prose: Documentation/uapi.rst.
 *
 * Every time is CLOCK_MONOTONIC in nanoseconds.  Task and process ids are
 * those of the initial pid namespace.  No kernel address appears anywhere.
 */
#ifndef _UAPI_LINUX_IPCPROBE_H
#define _UAPI_LINUX_IPCPROBE_H

#include <linux/ioctl.h>
#include <linux/types.h>

#include <linux/ipcprobe_events.h>

/*
 * A reader refuses another major number and ignores what a higher minor adds:
 * unknown record types are skipped, longer known ones are read as far as known.
 */
#define IPCPROBE_ABI_MAJOR	1
#define IPCPROBE_ABI_MINOR	0

#define IPCPROBE_DEVICE		"/dev/ipcprobe"

/* ---- classes and record types ---- */

#define IPCPROBE_NR_CLASSES	16	/* room in arrays; numbers in use: below */

#define IPCPROBE_E(up, id, low, text)	IPCPROBE_CLASS_##up = id,
enum ipcprobe_class { IPCPROBE_CLASSES(IPCPROBE_E) };
#undef IPCPROBE_E

#define IPCPROBE_E(up, id, low, text)	| (1U << id)
/* Every class known here; META is always on and is not part of any mask. */
enum { __IPCPROBE_CLASSES_ALL = (0U IPCPROBE_CLASSES(IPCPROBE_E)) & ~1U };
#undef IPCPROBE_E

#define IPCPROBE_EVENT_NUMBER(name, cls, number, text)	IPCPROBE_REC_##name = number,
enum ipcprobe_type { IPCPROBE_EVENTS(IPCPROBE_EVENT_NUMBER) };
#undef IPCPROBE_EVENT_NUMBER

/**
 * struct ipcprobe_rec - head of every record
 * @len: bytes of the whole record, head included; a multiple of 8
 * @type: enum ipcprobe_type; @type >> 8 is the class
 * @tid: the task the event is about: for run-queue events the task that was
 *	queued, woken or switched out, for snapshots the one described (0: none),
 *	for all others the task that acted
 * @ts_ns: when the record was written (CLOCK_MONOTONIC); never decreases
 *	within one CPU's ring
 */
struct ipcprobe_rec {
	__u16 len;
	__u16 type;
	__u32 tid;
	__u64 ts_ns;
};

#define IPCPROBE_FUTEX_NEAR	48	/* bytes of memory told on each side of a futex's address */

#define IPCPROBE_MEMBER_u8(n)		__u8 n;
#define IPCPROBE_MEMBER_u16(n)		__u16 n;
#define IPCPROBE_MEMBER_u32(n)		__u32 n;
#define IPCPROBE_MEMBER_u64(n)		__u64 n;
#define IPCPROBE_MEMBER_s16(n)		__s16 n;
#define IPCPROBE_MEMBER_s32(n)		__s32 n;
#define IPCPROBE_MEMBER_s64(n)		__s64 n;
#define IPCPROBE_MEMBER_x64(n)		__u64 n;
#define IPCPROBE_MEMBER_ns32(n)		__u32 n;
#define IPCPROBE_MEMBER_ns64(n)		__u64 n;
#define IPCPROBE_MEMBER_tid(n)		__u32 n;
#define IPCPROBE_MEMBER_call(n)		__u8 n;
#define IPCPROBE_MEMBER_flags(n)	__u16 n;
#define IPCPROBE_MEMBER_futex_op(n)	__u8 n;
#define IPCPROBE_MEMBER_futex_flags(n)	__u16 n;
#define IPCPROBE_MEMBER_unix_flags(n)	__u16 n;
#define IPCPROBE_MEMBER_reasons(n)	__u32 n;
#define IPCPROBE_MEMBER_dev(n)		__u32 n;
#define IPCPROBE_MEMBER_comm(n)		char n[16];
#define IPCPROBE_MEMBER_mem(n)		__u8 n[2 * IPCPROBE_FUTEX_NEAR];
#define IPCPROBE_MEMBER_str(n)		char n[];
#define IPCPROBE_MEMBER_pad16(n)	__u16 n;
#define IPCPROBE_MEMBER_pad32(n)	__u32 n;

#define IPCPROBE_MEMBER(kind, name, text)	IPCPROBE_MEMBER_##kind(name)
#define IPCPROBE_STRUCT(name, cls, number, text)			\
	struct ipcprobe_rec_##name {					\
		struct ipcprobe_rec hdr;				\
		IPCPROBE_FIELDS_##name(IPCPROBE_MEMBER)			\
	};
IPCPROBE_EVENTS(IPCPROBE_STRUCT)
#undef IPCPROBE_STRUCT
#undef IPCPROBE_MEMBER

/* Largest record: a path of 2000 bytes and what stands before it. */
#define IPCPROBE_REC_MAX	2048
#define IPCPROBE_PATH_MAX	1984

/* Value of ret when the end of an operation was not seen. */
#define IPCPROBE_RET_UNKNOWN	(-2147483647 - 1)
#define IPCPROBE_NR_UNKNOWN	0xffffffffU	/* nr_running not available */

/* sched_class: scheduling classes, the more important first */
#define IPCPROBE_SCHED_UNKNOWN	0
#define IPCPROBE_SCHED_STOP	1
#define IPCPROBE_SCHED_DL	2	/* deadline */
#define IPCPROBE_SCHED_RT	3	/* real time */
#define IPCPROBE_SCHED_FAIR	4
#define IPCPROBE_SCHED_EXT	5
#define IPCPROBE_SCHED_IDLE	6

#define IPCPROBE_GROUP_AUTO	0x80000000U	/* set in the number of an autogroup */

/* member_state of rq_snapshot */
#define IPCPROBE_RQ_DELAYED		0x0001	/* sleeps, still queued */
#define IPCPROBE_RQ_THROTTLED	0x0002	/* in a throttled group, not counted */

/* context: where the scheduler was called */
#define IPCPROBE_CONTEXT_SOFTIRQ	0x0001	/* periodic balancing */
#define IPCPROBE_CONTEXT_STOPPER	0x0002	/* migration thread */
#define IPCPROBE_CONTEXT_HARDIRQ	0x0004	/* interrupt: tick, wake-up */
#define IPCPROBE_CONTEXT_SWITCH		0x0008	/* in schedule(): newly idle balancing */
#define IPCPROBE_CONTEXT_OFFLINE	0x0010	/* the CPU it leaves goes offline */

/* pick_flags of fair_pick */
#define IPCPROBE_PICK_EEVDF	0x0001	/* earliest eligible virtual deadline first; else CFS */
#define IPCPROBE_PICK_WAKEUP	0x0002	/* no switch: does the woken task preempt? */
#define IPCPROBE_PICK_UNPROTECTED 0x0004 /* the running one's protection and the buddy do not count */
#define IPCPROBE_PICK_BUDDY_FIRST 0x0008 /* the group was found as next buddy: no search */
/* pick_flags of pick_candidate */
#define IPCPROBE_PICK_CURR	0x0010	/* it is the running one */
#define IPCPROBE_PICK_PROTECTED	0x0020	/* run to parity: its slice is protected */
#define IPCPROBE_PICK_DELAYED	0x0040	/* sleeps, still queued: picked, it leaves */
#define IPCPROBE_PICK_NEXT	0x0080	/* next buddy */
#define IPCPROBE_PICK_LAST	0x0100	/* last buddy (6.1) */
#define IPCPROBE_PICK_SKIP	0x0200	/* skip buddy: it yielded (6.1) */

/* flags of the pipe and file records */
#define IPCPROBE_IO_FIFO	0x0001	/* pipe is a number of a FIFO */
#define IPCPROBE_IO_BLOCKED	0x0002	/* waited at least once: see the pipe_block records */
#define IPCPROBE_IO_NONBLOCK	0x0004	/* O_NONBLOCK or the call's own flag */
#define IPCPROBE_IO_RESYNC	0x0008	/* bytes moved unseen before: positions start anew */
#define IPCPROBE_IO_READ_END	0x0010
#define IPCPROBE_IO_WRITE_END	0x0020
#define IPCPROBE_IO_FULL	0x0040
#define IPCPROBE_IO_EMPTY	0x0080
#define IPCPROBE_IO_IN_PIPE	0x0100	/* in is a pipe */
#define IPCPROBE_IO_OUT_PIPE	0x0200	/* out is a pipe */
#define IPCPROBE_IO_IN_FIFO	0x0400	/* in is a FIFO's number */
#define IPCPROBE_IO_OUT_FIFO	0x0800	/* out is a FIFO's number */
#define IPCPROBE_IO_APPEND	0x1000
#define IPCPROBE_IO_DIRECT	0x2000	/* O_DIRECT: the page cache is bypassed, no CPU copy is claimed */
#define IPCPROBE_IO_OFFLOAD	0x4000
#define IPCPROBE_IO_LAST	0x8000	/* pipe_close: nobody has it open any more */

/* flags of the futex records */
#define IPCPROBE_FUTEX_SHARED		0x0001	/* without FUTEX_PRIVATE_FLAG */
#define IPCPROBE_FUTEX_UNRESOLVED	0x0002	/* its mapping could not be looked up */
#define IPCPROBE_FUTEX_SHARED2		0x0004	/* of the second futex */
#define IPCPROBE_FUTEX_UNRESOLVED2	0x0008
#define IPCPROBE_FUTEX_BLOCKED		0x0010	/* slept: see its futex_block records */
#define IPCPROBE_FUTEX_TIMEOUT		0x0020	/* the call has a time limit */
#define IPCPROBE_FUTEX_BELOW		0x0040	/* the first half of mem could be read */
#define IPCPROBE_FUTEX_ABOVE		0x0080	/* the second half of mem could be read */
#define IPCPROBE_FUTEX_IN_FILE		0x0100	/* futex_woken: addr is a position in a file */
#define IPCPROBE_FUTEX_REALTIME		0x0200	/* FUTEX_CLOCK_REALTIME, with or without a time limit */

/* F(NAME, number): what is done with a futex; below 64 as in <linux/futex.h> */
#define IPCPROBE_FUTEX_OPS(F)						\
	F(WAIT, 0)	F(WAKE, 1)	F(REQUEUE, 3)	F(CMP_REQUEUE, 4) \
	F(WAKE_OP, 5)	F(LOCK_PI, 6)	F(UNLOCK_PI, 7)	F(TRYLOCK_PI, 8) \
	F(WAIT_BITSET, 9)	F(WAKE_BITSET, 10)			\
	F(WAIT_REQUEUE_PI, 11)	F(CMP_REQUEUE_PI, 12)			\
	F(LOCK_PI2, 13)							\
	F(WAITV, 64)	/* futex_waitv(2) */				\
	F(EXIT, 65)	/* a task that exits wakes those who wait for it */

#define IPCPROBE_E(up, number)	IPCPROBE_FUTEX_OP_##up = number,
enum ipcprobe_futex_op { IPCPROBE_FUTEX_OPS(IPCPROBE_E) };
#undef IPCPROBE_E
/* flags of the unix records */
#define IPCPROBE_UNIX_BLOCKED	0x0001	/* waited at least once: see the unix_block records */
#define IPCPROBE_UNIX_NONBLOCK	0x0002	/* O_NONBLOCK or MSG_DONTWAIT */
#define IPCPROBE_UNIX_RESYNC	0x0004	/* something was sent unseen before: positions start anew */
#define IPCPROBE_UNIX_PEEK	0x0008	/* MSG_PEEK: it stays in the queue */
#define IPCPROBE_UNIX_TRUNC	0x0010	/* the buffer was too small, the rest of the message is lost */
#define IPCPROBE_UNIX_FDS	0x0020	/* with descriptors: see the unix_fd records before */
#define IPCPROBE_UNIX_PAGES	0x0040	/* from or to a pipe or file (splice, sendfile), not user memory */
#define IPCPROBE_UNIX_MESSAGE	0x0080	/* pos is the number of a message */
#define IPCPROBE_UNIX_SENT	0x0100
#define IPCPROBE_UNIX_EMPTY	0x0200
#define IPCPROBE_UNIX_FULL	0x0400

/* R(NAME, bit, text): why events are not in the stream, the reasons of a lost record */
#define IPCPROBE_REASONS(R)						\
	R(RING_FULL, 0, "the ring was full")				\
	R(NO_RING,   1, "the CPU has no ring")				\
	R(NO_SLOT,   2, "no place for one more operation under way")	\
	R(NO_MEMORY, 3, "no memory")					\
	R(LIMIT,     4, "a table has reached its limit")		\
	R(NO_HOOK,   5, "this kernel has no place to hook")		\
	R(LATE_HOOK, 6, "a hook was attached late")			\
	R(COMPAT,    7, "a 32-bit call that is not followed")		\
	R(UNSEEN,    8, "it happened where no hook looks")		\
	R(DAMAGED,   9, "the file is damaged")	/* of the tools, not the kernel's */

#define IPCPROBE_E(up, bit, text)	IPCPROBE_REASON_##up = 1U << bit,
enum ipcprobe_reason { IPCPROBE_REASONS(IPCPROBE_E) };
#undef IPCPROBE_E

/* C(NAME, number, name): the system calls that records name */
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

/* ---- a session: one open file of /dev/ipcprobe ---- */

/* flags of struct ipcprobe_config */
#define IPCPROBE_F_EXCLUDE_SELF	0x1	/* no pipe, file and shm events of the opener's process */
#define IPCPROBE_F_EXCLUDE_SELF	0x1	/* no pipe, file and futex events of the opener's process */
#define IPCPROBE_F_NO_SNAPSHOT	0x2	/* START writes no snapshot records */
#define __IPCPROBE_F_ALL	0x3

#define IPCPROBE_RING_BYTES_DEFAULT	(4U << 20)
#define IPCPROBE_RING_BYTES_MIN		4096U
#define IPCPROBE_RING_BYTES_MAX		(1U << 30)
#define IPCPROBE_NR_PIDS_MAX		1024U

/**
 * struct ipcprobe_config - IPCPROBE_IOC_CONFIGURE, before the first START
 * @classes: mask of 1 << enum ipcprobe_class; not 0
 * @filtered: subset of @classes whose events must pass the pid filter
 * @flags: IPCPROBE_F_*
 * @ring_bytes: data bytes of each CPU's ring: a power of two, at least one
 *	page; 0 = IPCPROBE_RING_BYTES_DEFAULT
 * @wakeup_bytes: poll() reports a ring that holds at least so much; 0 = a
 *	quarter of the ring
 * @nr_pids: length of @pids; 0 = no pid filter
 * @pids: address of __u32[]: processes (any thread id of theirs) whose events
 *	pass, with everything they create from then on
 * @cpus: address of a bit mask of __u64 words: CPUs recorded; 0 = all
 * @nr_cpu_words: words in @cpus
 * @resv: zero
 *
 * Errors: EINVAL (an unknown bit, a reserved field not zero, a size out of
 * range, @filtered without @pids, an empty or too large CPU mask), ESRCH (no
 * such pid), EBUSY (already configured), ENOMEM (also: rings of more than a
 * quarter of the memory), EINTR, EFAULT.
 */
struct ipcprobe_config {
	__u32 classes;
	__u32 filtered;
	__u32 flags;
	__u32 ring_bytes;
	__u32 wakeup_bytes;
	__u32 nr_pids;
	__u64 pids;
	__u64 cpus;
	__u32 nr_cpu_words;
	__u32 resv[5];
};

/**
 * struct ipcprobe_info - IPCPROBE_IOC_INFO
 * @abi_major: IPCPROBE_ABI_MAJOR of the module
 * @abi_minor: IPCPROBE_ABI_MINOR of the module
 * @classes: classes the module knows
 * @nr_cpus: CPU numbers are below this
 * @page_size: of the kernel
 * @ring_bytes: of each ring; 0 before CONFIGURE
 * @stride: distance in the mmap offset between two CPUs
 * @session: number of this session, as netlink shows it
 * @running: 1 between START and STOP
 * @resv: zero
 */
struct ipcprobe_info {
	__u32 abi_major;
	__u32 abi_minor;
	__u32 classes;
	__u32 nr_cpus;
	__u32 page_size;
	__u32 ring_bytes;
	__u64 stride;
	__u32 session;
	__u32 running;
	__u32 resv[6];
};

/**
 * struct ipcprobe_stats - IPCPROBE_IOC_STATS
 * @cpu: in: the CPU asked for
 * @resv: zero
 * @produced: out: per class, events that passed the filter on this CPU.
 *	Records read plus @lost is @produced, for each class; META is counted
 *	in neither.
 * @lost: out: per class, those of @produced that are not in the stream, for
 *	whatever reason: the sum of the lost records
 *
 * Errors: EINVAL (resv), ENXIO (no such CPU), EBADFD (not configured), EFAULT.
 */
struct ipcprobe_stats {
	__u32 cpu;
	__u32 resv;
	__u64 produced[IPCPROBE_NR_CLASSES];
	__u64 lost[IPCPROBE_NR_CLASSES];
};

/*
 * START: EBADFD (not configured), EALREADY, ENOENT (a needed hook is missing),
 * EBUSY (ftrace is off), ENOMEM, EINTR.
 * STOP: EBADFD, EALREADY; after it no record is added.
 * RESYNC, after loss, writes the snapshot records again: EBADFD (not running),
 * ENOMEM, EINTR.
 */
#define IPCPROBE_IOC_INFO	_IOR(0xb7, 0x00, struct ipcprobe_info)
#define IPCPROBE_IOC_CONFIGURE	_IOW(0xb7, 0x01, struct ipcprobe_config)
#define IPCPROBE_IOC_START	_IO(0xb7, 0x02)
#define IPCPROBE_IOC_STOP	_IO(0xb7, 0x03)
#define IPCPROBE_IOC_STATS	_IOWR(0xb7, 0x04, struct ipcprobe_stats)
#define IPCPROBE_IOC_RESYNC	_IO(0xb7, 0x05)

/*
 * mmap layout.  CPU n's ring lies at offset n * stride:
 *
 *	+ 0			one page, read-write, MAP_SHARED
 *				struct ipcprobe_ring_consumer
 *	+ page_size		one page, read-only, MAP_SHARED
 *				struct ipcprobe_ring_producer
 *	+ 2 * page_size		ring_bytes of data, read-only
 *	+ 2 * page_size + ring_bytes
 *				the same data again, so that no record is
 *				ever cut at the end of the ring
 *
 * Two mappings, of exactly these sizes: the first page alone, PROT_READ |
 * PROT_WRITE; all the rest (page_size + 2 * ring_bytes), PROT_READ.
 * Errors: EINVAL (offset or length), EPERM (protection, MAP_PRIVATE), ENXIO
 * (that CPU has no ring), EBADFD (not configured).
 */

/**
 * struct ipcprobe_ring_consumer - written by the reader
 * @consumer_pos: bytes consumed ever.  The kernel uses it in one subtraction;
 *	a wrong value makes the reader lose its own records and harms nobody.
 */
struct ipcprobe_ring_consumer {
	__u64 consumer_pos;
};

/**
 * struct ipcprobe_ring_producer - written by the kernel
 * @producer_pos: bytes produced ever; load-acquire it, then read the records
 *	in [consumer_pos, producer_pos) at pos & (ring_bytes - 1), then
 *	store-release consumer_pos
 * @ring_bytes: size of the data
 * @cpu: this ring's CPU
 * @produced: as in struct ipcprobe_stats
 * @lost: as in struct ipcprobe_stats
 */
struct ipcprobe_ring_producer {
	__u64 producer_pos;
	__u32 ring_bytes;
	__u32 cpu;
	__u64 produced[IPCPROBE_NR_CLASSES];
	__u64 lost[IPCPROBE_NR_CLASSES];
};

/* ---- generic netlink: Documentation/netlink/specs/ipcprobe.yaml ---- */

#define IPCPROBE_GENL_NAME	"ipcprobe"
#define IPCPROBE_GENL_VERSION	1

enum ipcprobe_cmd {
	IPCPROBE_CMD_UNSPEC,
	IPCPROBE_CMD_INFO_GET,		/* do: IPCPROBE_A_INFO_* */
	IPCPROBE_CMD_SESSION_GET,	/* dump: IPCPROBE_A_SESSION_* */
	IPCPROBE_CMD_HOOK_GET,		/* dump: IPCPROBE_A_HOOK_* */
	IPCPROBE_CMD_OBJECT_GET,	/* dump: IPCPROBE_A_OBJECT_* */
	__IPCPROBE_CMD_AFTER_LAST,
	IPCPROBE_CMD_MAX = __IPCPROBE_CMD_AFTER_LAST - 1
};

enum ipcprobe_info_attr {
	IPCPROBE_A_INFO_UNSPEC,
	IPCPROBE_A_INFO_ABI_MAJOR,	/* u32 */
	IPCPROBE_A_INFO_ABI_MINOR,	/* u32 */
	IPCPROBE_A_INFO_CLASSES,	/* u32 mask the module knows */
	IPCPROBE_A_INFO_ATTACHED,	/* u32 mask of classes attached now */
	IPCPROBE_A_INFO_NR_SESSIONS,	/* u32 */
	IPCPROBE_A_INFO_NR_PIPES,	/* u32 pipes and FIFOs tracked */
	IPCPROBE_A_INFO_NR_FILES,	/* u32 files named */
	__IPCPROBE_A_INFO_AFTER_LAST,
	IPCPROBE_A_INFO_MAX = __IPCPROBE_A_INFO_AFTER_LAST - 1
};

enum ipcprobe_session_attr {
	IPCPROBE_A_SESSION_UNSPEC,
	IPCPROBE_A_SESSION_ID,		/* u32 */
	IPCPROBE_A_SESSION_PID,		/* u32 process that opened it */
	IPCPROBE_A_SESSION_COMM,	/* string */
	IPCPROBE_A_SESSION_CLASSES,	/* u32 mask */
	IPCPROBE_A_SESSION_FILTERED,	/* u32 mask */
	IPCPROBE_A_SESSION_RUNNING,	/* u8 */
	IPCPROBE_A_SESSION_RING_BYTES,	/* u32, of each CPU */
	IPCPROBE_A_SESSION_NR_RINGS,	/* u32 */
	IPCPROBE_A_SESSION_COUNT,	/* nested, one per class: IPCPROBE_A_COUNT_* */
	__IPCPROBE_A_SESSION_AFTER_LAST,
	IPCPROBE_A_SESSION_MAX = __IPCPROBE_A_SESSION_AFTER_LAST - 1
};

enum ipcprobe_count_attr {
	IPCPROBE_A_COUNT_UNSPEC,
	IPCPROBE_A_COUNT_PAD,
	IPCPROBE_A_COUNT_CLASS,		/* u32 */
	IPCPROBE_A_COUNT_PRODUCED,	/* u64, all CPUs */
	IPCPROBE_A_COUNT_LOST,		/* u64, all CPUs */
	__IPCPROBE_A_COUNT_AFTER_LAST,
	IPCPROBE_A_COUNT_MAX = __IPCPROBE_A_COUNT_AFTER_LAST - 1
};

/* IPCPROBE_A_HOOK_KIND */
#define IPCPROBE_HOOK_TRACEPOINT	0
#define IPCPROBE_HOOK_FUNCTION		1	/* entry, by ftrace */

enum ipcprobe_hook_attr {
	IPCPROBE_A_HOOK_UNSPEC,
	IPCPROBE_A_HOOK_PAD,
	IPCPROBE_A_HOOK_NAME,		/* string: tracepoint or function */
	IPCPROBE_A_HOOK_KIND,		/* u8 */
	IPCPROBE_A_HOOK_CLASSES,	/* u32 mask of the classes that need it */
	IPCPROBE_A_HOOK_OPTIONAL,	/* u8: 1 = not on every kernel: under another name, or not needed */
	IPCPROBE_A_HOOK_ATTACHED,	/* u8 */
	IPCPROBE_A_HOOK_ERROR,		/* u32 errno of the last try, 0 = none */
	IPCPROBE_A_HOOK_MISSED,		/* u64 hits that made no record for want of memory or a slot */
	__IPCPROBE_A_HOOK_AFTER_LAST,
	IPCPROBE_A_HOOK_MAX = __IPCPROBE_A_HOOK_AFTER_LAST - 1
};

/* Each pipe as often as descriptors refer to it. */
enum ipcprobe_object_attr {
	IPCPROBE_A_OBJECT_UNSPEC,
	IPCPROBE_A_OBJECT_PAD,
	IPCPROBE_A_OBJECT_PID,		/* u32 holder, as the asker numbers it */
	IPCPROBE_A_OBJECT_FD,		/* u32 its descriptor */
	IPCPROBE_A_OBJECT_CLASS,	/* u32 enum ipcprobe_class: PIPE */
	IPCPROBE_A_OBJECT_DEV,		/* u32 of the inode: major << 20 | minor */
	IPCPROBE_A_OBJECT_INO,		/* u64 */
	IPCPROBE_A_OBJECT_CAPACITY,	/* u32 bytes */
	IPCPROBE_A_OBJECT_BYTES,	/* u32 inside; absent: it is locked for long */
	IPCPROBE_A_OBJECT_READERS,	/* u32 open files that can read */
	IPCPROBE_A_OBJECT_WRITERS,	/* u32 open files that can write */
	IPCPROBE_A_OBJECT_READ_WAITS,	/* u32 waits for bytes: read, poll, epoll */
	IPCPROBE_A_OBJECT_WRITE_WAITS,	/* u32 waits for room */
	__IPCPROBE_A_OBJECT_AFTER_LAST,
	IPCPROBE_A_OBJECT_MAX = __IPCPROBE_A_OBJECT_AFTER_LAST - 1
};

#endif /* _UAPI_LINUX_IPCPROBE_H */
