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
 * A reader refuses another major number and ignores the additions of a higher
 * minor number: it skips unknown record types, and of a record that is longer
 * than known it reads the known part.
 */
#define IPCPROBE_ABI_MAJOR	1
#define IPCPROBE_ABI_MINOR	7

#define IPCPROBE_DEVICE		"/dev/ipcprobe"

/* ---- classes and record types ---- */

#define IPCPROBE_NR_CLASSES	16	/* room in arrays; numbers in use: below */

#define IPCPROBE_E(up, id, low, text)	IPCPROBE_CLASS_##up = id,
enum ipcprobe_class { IPCPROBE_CLASSES(IPCPROBE_E) };
#undef IPCPROBE_E

#define IPCPROBE_E(up, id, low, text)	| (1U << id)
/* Mask of every class known here; META is always on and is not part of any mask. */
enum { __IPCPROBE_CLASSES_ALL = (0U IPCPROBE_CLASSES(IPCPROBE_E)) & ~1U };
#undef IPCPROBE_E

#define IPCPROBE_EVENT_NUMBER(name, cls, number, text)	IPCPROBE_REC_##name = number,
enum ipcprobe_type { IPCPROBE_EVENTS(IPCPROBE_EVENT_NUMBER) };
#undef IPCPROBE_EVENT_NUMBER

/**
 * struct ipcprobe_rec - head of every record
 * @len: bytes of the whole record, head included; a multiple of 8
 * @type: enum ipcprobe_type; @type >> 8 is the class
 * @tid: task that the event is about: for run-queue events the task that was
 *	queued, woken or switched out; for snapshots the described task (0: none);
 *	for all other events the task that acted
 * @ts_ns: time when the record was written (CLOCK_MONOTONIC); never decreases
 *	within one CPU's ring
 */
struct ipcprobe_rec {
	__u16 len;
	__u16 type;
	__u32 tid;
	__u64 ts_ns;
};

/* declaration in C of each type of the event table */
#define IPCPROBE_MEMBER_u8(n)		__u8 n;
#define IPCPROBE_MEMBER_u16(n)		__u16 n;
#define IPCPROBE_MEMBER_u32(n)		__u32 n;
#define IPCPROBE_MEMBER_u64(n)		__u64 n;
#define IPCPROBE_MEMBER_s16(n)		__s16 n;
#define IPCPROBE_MEMBER_s32(n)		__s32 n;
#define IPCPROBE_MEMBER_s64(n)		__s64 n;
#define IPCPROBE_MEMBER_comm(n)		char n[16];
#define IPCPROBE_MEMBER_mem(n)		__u8 n[IPCPROBE_FUTEX_MEM];
#define IPCPROBE_MEMBER_str(n)		char n[];
#define IPCPROBE_MEMBER_data(n)		__u8 n[];
#define IPCPROBE_MEMBER_pad16(n)	__u16 n;
#define IPCPROBE_MEMBER_pad32(n)	__u32 n;

#define IPCPROBE_MEMBER(kind, name, text)	IPCPROBE_BY_STORED(IPCPROBE_MEMBER_, kind)(name)
#define IPCPROBE_STRUCT(name, cls, number, text)			\
	struct ipcprobe_rec_##name {					\
		struct ipcprobe_rec hdr;				\
		IPCPROBE_FIELDS_##name(IPCPROBE_MEMBER)			\
	};
#define IPCPROBE_NO_STRUCT(name, cls, number, text)
__IPCPROBE_EVENTS(IPCPROBE_STRUCT, IPCPROBE_NO_STRUCT)
#undef IPCPROBE_NO_STRUCT
#undef IPCPROBE_STRUCT
#undef IPCPROBE_MEMBER

/*
 * Size of the largest record: a path of IPCPROBE_PATH_MAX bytes and the fields
 * before it.
 */
#define IPCPROBE_REC_MAX	2048
#define IPCPROBE_PATH_MAX	1984

/* Value of ret when the end of an operation was not seen. */
#define IPCPROBE_RET_UNKNOWN	(-2147483647 - 1)
#define IPCPROBE_NR_UNKNOWN	0xffffffffU	/* value of nr_running if it is not available */

#define IPCPROBE_GROUP_AUTO	0x80000000U	/* set in the number of an autogroup */
#define IPCPROBE_QUOTA_NONE	0xffffffffffffffffULL	/* value of quota_ns: no limit */

/* ---- a session: one open file of /dev/ipcprobe ---- */

/* flags of struct ipcprobe_config */
/*
 * no events of the opener's process, except those of classes task, sched,
 * signal, pick
 */
#define IPCPROBE_F_EXCLUDE_SELF	0x1
#define IPCPROBE_F_NO_SNAPSHOT	0x2	/* START writes no snapshot records */
#define IPCPROBE_F_SUMS		0x4	/* checksums of all moved bytes (io_sums); since ABI 1.2 */
#define __IPCPROBE_F_ALL	0x7

#define IPCPROBE_RING_BYTES_DEFAULT	(4U << 20)
#define IPCPROBE_RING_BYTES_MIN		4096U
#define IPCPROBE_RING_BYTES_MAX		(1U << 30)
#define IPCPROBE_NR_PIDS_MAX		1024U
#define IPCPROBE_SNAP_BYTES_MAX		65536U
#define IPCPROBE_NR_SESSIONS_MAX	512U	/* sessions open at the same time */
#define IPCPROBE_NR_RUNNING_MAX		32U	/* sessions running at the same time */

/**
 * struct ipcprobe_config - IPCPROBE_IOC_CONFIGURE, before the first START
 * @classes: mask of 1 << enum ipcprobe_class; not 0
 * @filtered: subset of @classes whose events must pass the pid filter
 * @flags: IPCPROBE_F_*
 * @ring_bytes: data bytes of each CPU's ring: a power of two, at least one
 *	page; 0 = IPCPROBE_RING_BYTES_DEFAULT
 * @wakeup_bytes: poll() reports a ring that holds at least this number of bytes;
 *	0 = a quarter of the ring
 * @nr_pids: length of @pids; 0 = no pid filter
 * @pids: address of __u32[]: processes, each given by the id of any of its threads.
 *	The events of these processes pass, and those of every task that they create
 *	from CONFIGURE on
 * @cpus: address of a bit mask of __u64 words: CPUs to record; 0 = all
 * @nr_cpu_words: words in @cpus
 * @snap_bytes: bytes to record of each transfer (io_data), at most
 *	IPCPROBE_SNAP_BYTES_MAX; 0 = none.  Since ABI 1.2.
 * @resv: zero
 *
 * Errors: EINVAL (an unknown bit, a reserved field not zero, a size out of
 * range, @filtered without @pids, an empty or too large CPU mask), ESRCH (no
 * such pid), EBUSY (already configured), ENOSPC (the rings and filters of all
 * sessions together would take more than a quarter of the memory), ENOMEM,
 * EINTR, EFAULT; with @pids also the errors of attaching hooks (see START).
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
	__u32 snap_bytes;
	__u32 resv[4];
};

/**
 * struct ipcprobe_info - IPCPROBE_IOC_INFO
 * @abi_major: IPCPROBE_ABI_MAJOR of the module
 * @abi_minor: IPCPROBE_ABI_MINOR of the module
 * @classes: mask of the classes that the module knows
 * @nr_cpus: all CPU numbers are below @nr_cpus
 * @page_size: page size of the kernel
 * @ring_bytes: data bytes of each ring; 0 before CONFIGURE
 * @stride: distance between the mmap offsets of two CPUs
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
 * @cpu: in: the requested CPU
 * @resv: zero
 * @produced: out: per class, events that passed the filter on this CPU.
 *	For each class, records read plus @lost is @produced; META is not counted
 *	in any of them.
 * @lost: out: per class, those events of @produced that are not in the stream, for
 *	any reason: the sum over the lost records
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
 * EBUSY (ftrace is off), EUSERS (IPCPROBE_NR_RUNNING_MAX sessions run), ENOMEM,
 * EINTR (killed).
 * STOP: EBADFD, EALREADY; after STOP no record is added.
 * RESYNC, for use after loss, writes the snapshot records again: EBADFD (not
 * running), ENOMEM, EINTR. RESYNC_QUEUES (since ABI 1.4) writes only the snapshot
 * records of class sched, and no other object is described again: the errors of
 * RESYNC, and EINVAL (the class is not recorded).
 */
#define IPCPROBE_IOC_INFO	_IOR(0xb7, 0x00, struct ipcprobe_info)
#define IPCPROBE_IOC_CONFIGURE	_IOW(0xb7, 0x01, struct ipcprobe_config)
#define IPCPROBE_IOC_START	_IO(0xb7, 0x02)
#define IPCPROBE_IOC_STOP	_IO(0xb7, 0x03)
#define IPCPROBE_IOC_STATS	_IOWR(0xb7, 0x04, struct ipcprobe_stats)
#define IPCPROBE_IOC_RESYNC	_IO(0xb7, 0x05)
#define IPCPROBE_IOC_RESYNC_QUEUES	_IO(0xb7, 0x06)

/*
 * mmap layout.  The ring of CPU n is at offset n * stride:
 *
 *	+ 0			one page, read-write, MAP_SHARED
 *				struct ipcprobe_ring_consumer
 *	+ page_size		one page, read-only, MAP_SHARED
 *				struct ipcprobe_ring_producer
 *	+ 2 * page_size		ring_bytes of data, read-only
 *	+ 2 * page_size + ring_bytes
 *				the data again, so that no record is ever
 *				cut at the end of the ring
 *
 * Two mappings, of exactly these sizes: the first page alone, PROT_READ |
 * PROT_WRITE; all the rest (page_size + 2 * ring_bytes), PROT_READ.
 * Errors: EINVAL (offset or length), EPERM (protection, MAP_PRIVATE), ENXIO
 * (that CPU has no ring), EBADFD (not configured), EACCES (the open mode
 * of the descriptor does not permit the mapping).
 */

/**
 * struct ipcprobe_ring_consumer - page written by the reader
 * @consumer_pos: bytes ever consumed.  The kernel uses it in one subtraction;
 *	a wrong value makes the reader lose its own records and harms no other session.
 */
struct ipcprobe_ring_consumer {
	__u64 consumer_pos;
};

/**
 * struct ipcprobe_ring_producer - page written by the kernel
 * @producer_pos: bytes ever produced; load-acquire it, then read the records
 *	in [consumer_pos, producer_pos) at pos & (ring_bytes - 1), then
 *	store-release consumer_pos
 * @ring_bytes: size of the data
 * @cpu: CPU of the ring
 * @produced: same as in struct ipcprobe_stats
 * @lost: same as in struct ipcprobe_stats
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
	IPCPROBE_A_INFO_CLASSES,	/* u32 mask of the classes that the module knows */
	IPCPROBE_A_INFO_ATTACHED,	/* u32 mask of classes attached now */
	IPCPROBE_A_INFO_NR_SESSIONS,	/* u32 */
	IPCPROBE_A_INFO_NR_PIPES,	/* u32 number of pipes and FIFOs seen */
	IPCPROBE_A_INFO_NR_FILES,	/* u32 number of files described */
	__IPCPROBE_A_INFO_AFTER_LAST,
	IPCPROBE_A_INFO_MAX = __IPCPROBE_A_INFO_AFTER_LAST - 1
};

enum ipcprobe_session_attr {
	IPCPROBE_A_SESSION_UNSPEC,
	IPCPROBE_A_SESSION_ID,		/* u32 */
	IPCPROBE_A_SESSION_PID,		/* u32 process that opened the session; 0: it has ended */
	IPCPROBE_A_SESSION_COMM,	/* string */
	IPCPROBE_A_SESSION_CLASSES,	/* u32 mask */
	IPCPROBE_A_SESSION_FILTERED,	/* u32 mask */
	IPCPROBE_A_SESSION_RUNNING,	/* u8 */
	IPCPROBE_A_SESSION_RING_BYTES,	/* u32 bytes of each CPU */
	IPCPROBE_A_SESSION_NR_RINGS,	/* u32 */
	IPCPROBE_A_SESSION_COUNT,	/* nested, one for each class: IPCPROBE_A_COUNT_* */
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
	/*
	 * u8: 0 = the classes need it, 1 = another hook can replace it, 2 = the
	 * classes work without it, but its records are missing
	 */
	IPCPROBE_A_HOOK_OPTIONAL,
	IPCPROBE_A_HOOK_ATTACHED,	/* u8 */
	IPCPROBE_A_HOOK_ERROR,		/* u32 errno of the last attempt, 0 = none */
	IPCPROBE_A_HOOK_MISSED,		/* u64 hits without a record: no memory or no slot */
	__IPCPROBE_A_HOOK_AFTER_LAST,
	IPCPROBE_A_HOOK_MAX = __IPCPROBE_A_HOOK_AFTER_LAST - 1
};

/* One message for each descriptor that refers to a pipe. */
enum ipcprobe_object_attr {
	IPCPROBE_A_OBJECT_UNSPEC,
	IPCPROBE_A_OBJECT_PAD,
	IPCPROBE_A_OBJECT_PID,		/* u32 holder, in the requester's pid namespace */
	IPCPROBE_A_OBJECT_FD,		/* u32 descriptor */
	IPCPROBE_A_OBJECT_CLASS,	/* u32 enum ipcprobe_class: PIPE */
	IPCPROBE_A_OBJECT_DEV,		/* u32 device of the inode: major << 20 | minor */
	IPCPROBE_A_OBJECT_INO,		/* u64 */
	IPCPROBE_A_OBJECT_CAPACITY,	/* u32 bytes */
	IPCPROBE_A_OBJECT_BYTES,	/* u32 bytes in the pipe; absent if the pipe is locked */
	IPCPROBE_A_OBJECT_READERS,	/* u32 open files that can read */
	IPCPROBE_A_OBJECT_WRITERS,	/* u32 open files that can write */
	IPCPROBE_A_OBJECT_READ_WAITS,	/* u32 waits for bytes: read, poll, epoll */
	IPCPROBE_A_OBJECT_WRITE_WAITS,	/* u32 waits for room */
	__IPCPROBE_A_OBJECT_AFTER_LAST,
	IPCPROBE_A_OBJECT_MAX = __IPCPROBE_A_OBJECT_AFTER_LAST - 1
};

#endif /* _UAPI_LINUX_IPCPROBE_H */
