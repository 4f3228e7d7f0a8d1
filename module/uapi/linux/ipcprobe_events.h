/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The one declaration of every event: name, class, number, fields, meaning.
 *
 * The record structs (ipcprobe.h), the tracepoints (module/trace.h), the
 * decoder and the printers (tools/trace/event.c), and the event reference
 * (Documentation/events.rst) are all made from the lists below.
 *
 * IPCPROBE_EVENTS(E) calls E(name, class, number, text) for each event, and
 * IPCPROBE_FIELDS_<name>(F) calls F(kind, name, text) for each of its fields,
 * in the order of the fields in memory.  Numbers are <class> << 8 | n; numbers are
 * only appended, never reused.
 *
 * Field kinds (IPCPROBE_KIND_<kind> below defines how a kind is stored and shown):
 *   u8 u16 u32 u64       decimal numbers
 *   s16 s32 s64          decimal numbers with a sign; the least s32 is "unknown"
 *   ret                  s32: return value of a call, -errno if the call failed
 *   x64                  an address or a mask, printed in hexadecimal
 *   ns32 ns64            nanoseconds; ns32 saturates at 2^32 - 1
 *   tid                  thread id in the initial pid namespace, 0 = unknown
 *   call                 enum ipcprobe_call
 *   dev                  device number, major << 20 | minor
 *   comm                 char[16], NUL-terminated
 *   mem                  96 bytes of user memory
 *   print                fingerprint of 8 bytes of user memory, 0 = not read
 *   str                  the rest of the record: a NUL-terminated string
 *   data                 the rest of the record: as many bytes as the field bytes says
 *   pad16 pad32          zero
 *   all others           numbers that have names: see ipcprobe_names.h
 */
#ifndef _UAPI_LINUX_IPCPROBE_EVENTS_H
#define _UAPI_LINUX_IPCPROBE_EVENTS_H

#include <linux/ipcprobe_names.h>

/*
 * Each kind of field: how it is stored, how it is shown, and the list in
 * ipcprobe_names.h with the names of its numbers.  Ways to show a field:
 *   number          decimal
 *   ret             decimal, or the name of the error
 *   x64 dev print   see the field kinds at the top of this file
 *   text memory     text: quoted; memory: two hexadecimal digits for each byte
 *   symbol          one name; signed_symbol: name of a number with a sign
 *   flags           names of bits
 *   call reasons    like symbol and like flags, from lists with three columns
 *   pad             not at all
 */
#define IPCPROBE_NO_NAMES(F)
#define IPCPROBE_KIND_u8		u8, number, IPCPROBE_NO_NAMES
#define IPCPROBE_KIND_u16		u16, number, IPCPROBE_NO_NAMES
#define IPCPROBE_KIND_u32		u32, number, IPCPROBE_NO_NAMES
#define IPCPROBE_KIND_u64		u64, number, IPCPROBE_NO_NAMES
#define IPCPROBE_KIND_s16		s16, number, IPCPROBE_NO_NAMES
#define IPCPROBE_KIND_s32		s32, number, IPCPROBE_NO_NAMES
#define IPCPROBE_KIND_s64		s64, number, IPCPROBE_NO_NAMES
#define IPCPROBE_KIND_ret		s32, ret, IPCPROBE_NO_NAMES
#define IPCPROBE_KIND_x64		u64, x64, IPCPROBE_NO_NAMES
#define IPCPROBE_KIND_ns32		u32, number, IPCPROBE_NO_NAMES
#define IPCPROBE_KIND_ns64		u64, number, IPCPROBE_NO_NAMES
#define IPCPROBE_KIND_tid		u32, number, IPCPROBE_NO_NAMES
#define IPCPROBE_KIND_dev		u32, dev, IPCPROBE_NO_NAMES
#define IPCPROBE_KIND_comm		comm, text, IPCPROBE_NO_NAMES
#define IPCPROBE_KIND_mem		mem, memory, IPCPROBE_NO_NAMES
#define IPCPROBE_KIND_print		u32, print, IPCPROBE_NO_NAMES
#define IPCPROBE_KIND_str		str, text, IPCPROBE_NO_NAMES
#define IPCPROBE_KIND_data		data, memory, IPCPROBE_NO_NAMES
#define IPCPROBE_KIND_pad16		pad16, pad, IPCPROBE_NO_NAMES
#define IPCPROBE_KIND_pad32		pad32, pad, IPCPROBE_NO_NAMES
#define IPCPROBE_KIND_call		u8, call, IPCPROBE_CALLS
#define IPCPROBE_KIND_futex_op		u8, symbol, IPCPROBE_FUTEX_OPS
#define IPCPROBE_KIND_socket_type	u8, symbol, IPCPROBE_SOCKET_TYPES
#define IPCPROBE_KIND_socket_state	u8, symbol, IPCPROBE_SOCKET_STATES
#define IPCPROBE_KIND_sched_class	u16, symbol, IPCPROBE_SCHED_CLASSES
#define IPCPROBE_KIND_sem_command	u16, symbol, IPCPROBE_SEM_COMMANDS
#define IPCPROBE_KIND_notification	s32, signed_symbol, IPCPROBE_NOTIFICATIONS
#define IPCPROBE_KIND_signal		u16, symbol, IPCPROBE_SIGNALS
#define IPCPROBE_KIND_signal32		u32, symbol, IPCPROBE_SIGNALS
#define IPCPROBE_KIND_signal_code	s32, signed_symbol, IPCPROBE_SIGNAL_CODES
#define IPCPROBE_KIND_signal_result	u8, symbol, IPCPROBE_SIGNAL_RESULTS
#define IPCPROBE_KIND_flags		u16, flags, IPCPROBE_IO_FLAGS
#define IPCPROBE_KIND_futex_flags	u16, flags, IPCPROBE_FUTEX_FLAGS
#define IPCPROBE_KIND_unix_flags	u16, flags, IPCPROBE_UNIX_FLAGS
#define IPCPROBE_KIND_rq_flags		u16, flags, IPCPROBE_RQ_FLAGS
#define IPCPROBE_KIND_context_flags	u16, flags, IPCPROBE_CONTEXT_FLAGS
#define IPCPROBE_KIND_pick_flags	u16, flags, IPCPROBE_PICK_FLAGS
#define IPCPROBE_KIND_task_flags	u32, flags, IPCPROBE_TASK_FLAGS
#define IPCPROBE_KIND_prot_flags	u16, flags, IPCPROBE_PROT_FLAGS
#define IPCPROBE_KIND_shmat_flags	u32, flags, IPCPROBE_SHMAT_FLAGS
#define IPCPROBE_KIND_seal_flags	u32, flags, IPCPROBE_SEAL_FLAGS
#define IPCPROBE_KIND_semop_flags	u16, flags, IPCPROBE_SEMOP_FLAGS
#define IPCPROBE_KIND_msgop_flags	u16, flags, IPCPROBE_MSGOP_FLAGS
#define IPCPROBE_KIND_open_flags	u32, flags, IPCPROBE_OPEN_FLAGS
#define IPCPROBE_KIND_sigaction_flags	u32, flags, IPCPROBE_SIGACTION_FLAGS
#define IPCPROBE_KIND_reasons		u32, reasons, IPCPROBE_REASONS

/* Every kind: a new kind has a line above and an entry here. */
#define IPCPROBE_KINDS(K)						\
	K(u8)								\
	K(u16)								\
	K(u32)								\
	K(u64)								\
	K(s16)								\
	K(s32)								\
	K(s64)								\
	K(ret) K(x64)							\
	K(ns32) K(ns64) K(tid) K(dev) K(comm) K(mem) K(print) K(str)	\
	K(data) K(pad16) K(pad32) K(call) K(futex_op) K(socket_type)	\
	K(socket_state) K(sched_class) K(sem_command) K(notification)	\
	K(signal) K(signal32) K(signal_code) K(signal_result) K(flags)	\
	K(futex_flags) K(unix_flags) K(rq_flags) K(context_flags)	\
	K(pick_flags) K(task_flags) K(prot_flags) K(shmat_flags)	\
	K(seal_flags) K(semop_flags) K(msgop_flags) K(open_flags)	\
	K(sigaction_flags) K(reasons)

/* IPCPROBE_BY_STORED(P_, kind): for example P_u8; IPCPROBE_BY_SHOWN: P_number. */
#define __IPCPROBE_PASTE(a, b)		a##b
#define __IPCPROBE_STORED(prefix, stored, shown, names)	__IPCPROBE_PASTE(prefix, stored)
#define __IPCPROBE_SHOWN(prefix, stored, shown, names)	__IPCPROBE_PASTE(prefix, shown)
#define __IPCPROBE_NAMES(prefix, stored, shown, names)	names
#define __IPCPROBE_KIND(get, ...)	get(__VA_ARGS__)
#define IPCPROBE_BY_STORED(prefix, kind)					\
	__IPCPROBE_KIND(__IPCPROBE_STORED, prefix, IPCPROBE_KIND_##kind)
#define IPCPROBE_BY_SHOWN(prefix, kind)					\
	__IPCPROBE_KIND(__IPCPROBE_SHOWN, prefix, IPCPROBE_KIND_##kind)
#define IPCPROBE_NAMES_OF(kind)						\
	__IPCPROBE_KIND(__IPCPROBE_NAMES, none, IPCPROBE_KIND_##kind)

/* bytes of memory recorded around a futex's address, half of them on each side */
#define IPCPROBE_FUTEX_MEM	96
#define IPCPROBE_FUTEX_NEAR	(IPCPROBE_FUTEX_MEM / 2)

/* bytes of data in one io_data record, at most */
#define IPCPROBE_DATA_MAX	1024

/* bytes of the text of one mark, at most */
#define IPCPROBE_MARK_MAX	255

/*
 * checksums in one io_sums record, at most; bytes of one call that get
 * checksums, at most
 */
#define IPCPROBE_NR_SUMS_MAX	128
#define IPCPROBE_SUMMED_MAX	(1U << 20)

#define IPCPROBE_CLASSES(C)						\
	C(META,  0, meta,  "the stream itself: what was lost")		\
	C(TASK,  1, task,  "life of tasks: fork, exec, exit, names")	\
	C(PIPE,  2, pipe,  "pipes and FIFOs, splice, tee, vmsplice")	\
	C(FILE,  3, file,  "copies to and from the page cache of regular files") \
	C(SCHED, 4, sched, "run queues: members, switches, wake-ups, migrations") \
	C(SHM,   5, shm,   "shared memory: SysV, POSIX, memfd, shared mappings") \
	C(SEM,   6, sem,   "System V semaphores")				\
	C(MSG,   7, msg,   "message queues: System V and POSIX")		\
	C(FUTEX, 8, futex, "futexes: locks, condition variables, POSIX semaphores") \
	C(UNIX,  9, unix,  "UNIX sockets and the descriptors they pass")	\
	C(SIGNAL, 10, signal, "signals: sender, receiver, number")		\
	C(EVENTFD, 11, eventfd, "eventfd counters")			\
	C(PROCVM, 12, procvm, "process_vm_readv and process_vm_writev")	\
	C(PICK, 13, pick, "why the scheduler chose: candidates, causes of switches")

/*
 * Events whose records have one layout share one struct. The first of these
 * events has a row E, which declares the struct; the other events have a row T.
 */
#define ipcprobe_rec_pipe_read		ipcprobe_rec_pipe_io
#define ipcprobe_rec_pipe_write		ipcprobe_rec_pipe_io
#define ipcprobe_rec_file_read		ipcprobe_rec_file_io
#define ipcprobe_rec_file_write		ipcprobe_rec_file_io
#define ipcprobe_rec_shm_snapshot	ipcprobe_rec_mapping
#define ipcprobe_rec_shm_map		ipcprobe_rec_mapping
#define ipcprobe_rec_shm_inherit	ipcprobe_rec_mapping
#define ipcprobe_rec_msg_send		ipcprobe_rec_msg_io
#define ipcprobe_rec_msg_receive	ipcprobe_rec_msg_io
#define ipcprobe_rec_mq_send		ipcprobe_rec_mq_io
#define ipcprobe_rec_mq_receive		ipcprobe_rec_mq_io
#define ipcprobe_rec_unix_send		ipcprobe_rec_unix_io
#define ipcprobe_rec_unix_recv		ipcprobe_rec_unix_io
#define ipcprobe_rec_eventfd_write	ipcprobe_rec_eventfd_io
#define ipcprobe_rec_eventfd_read	ipcprobe_rec_eventfd_io

#define IPCPROBE_EVENTS(E)	__IPCPROBE_EVENTS(E, E)

#define __IPCPROBE_EVENTS(E, T)						\
	E(lost,           META,  0x0001, "events of one class are not in the stream, for the reasons given") \
	E(task_snapshot,  TASK,  0x0101, "a task that existed when the session started") \
	E(task_fork,      TASK,  0x0102, "a task created another")	\
	E(task_exec,      TASK,  0x0103, "a task replaced its program")	\
	E(task_exit,      TASK,  0x0104, "a task ended")		\
	E(task_comm,      TASK,  0x0105, "a task changed its name")	\
	E(task_mark,      TASK,  0x0106, "a task marked this instant: it wrote to the device") \
	E(pipe_snapshot,  PIPE,  0x0201, "a pipe or FIFO that existed before, or is used for the first time") \
	E(pipe_holder,    PIPE,  0x0202, "a process that held one end of a pipe when the session started") \
	E(pipe_create,    PIPE,  0x0203, "pipe(2) made a pipe")		\
	E(pipe_open,      PIPE,  0x0204, "open(2) of a FIFO returned")	\
	E(pipe_read,      PIPE,  0x0205, "a read from a pipe or FIFO returned") \
	T(pipe_write,     PIPE,  0x0206, "a write to a pipe or FIFO returned") \
	E(pipe_block,     PIPE,  0x0207, "an operation found the pipe empty or full and began to wait") \
	E(pipe_unblock,   PIPE,  0x0208, "the wait ended")		\
	E(pipe_resize,    PIPE,  0x0209, "fcntl(F_SETPIPE_SZ) returned")	\
	E(pipe_close,     PIPE,  0x020a, "an open file of a pipe or FIFO was released") \
	E(pipe_splice,    PIPE,  0x020b, "splice, tee, vmsplice or sendfile with a pipe returned") \
	E(pipe_discard,   PIPE,  0x020c, "the rest of a packet was thrown away: the read that follows had no room for it") \
	E(file_info,      FILE,  0x0301, "a regular file is used for the first time in this session") \
	E(file_read,      FILE,  0x0302, "a read from a regular file returned") \
	T(file_write,     FILE,  0x0303, "a write to a regular file returned") \
	E(file_copy,      FILE,  0x0304, "sendfile or copy_file_range between files returned") \
	E(io_segment,     FILE,  0x0305, "one further user buffer of the vectored call whose record follows") \
	E(file_rename,    FILE,  0x0306, "a regular file that was used before has a new name") \
	E(file_resize,    FILE,  0x0307, "a call that sets the size of a regular file used before returned") \
	E(io_data,        FILE,  0x0308, "bytes that the call whose record follows moved; for sessions that ask for them") \
	E(io_sums,        FILE,  0x0309, "checksums of bytes that the call whose record follows moved; for sessions that ask for them") \
	E(rq_switch,      SCHED, 0x0401, "a CPU switched from one task to another") \
	E(rq_enqueue,     SCHED, 0x0402, "a task joined a run queue")	\
	E(rq_dequeue,     SCHED, 0x0403, "a task left a run queue")	\
	E(rq_change,      SCHED, 0x0404, "a run queue changed by tasks that are not named (throttling)") \
	E(rq_wakeup,      SCHED, 0x0405, "a task was woken and its CPU chosen") \
	E(rq_migrate,     SCHED, 0x0406, "a task is moved to another CPU") \
	E(rq_snapshot,    SCHED, 0x0407, "a member of a run queue when the session started or was resynchronised") \
	E(rq_snapshot_end, SCHED, 0x0408, "the members of one CPU's run queue are complete") \
	E(rq_throttle,    SCHED, 0x0409, "a task group's queue on one CPU was throttled, or no more") \
	E(rq_group,       SCHED, 0x040a, "a task group: a control group of the cpu controller") \
	E(rq_site,        SCHED, 0x040b, "a function of the scheduler that other records name by number") \
	E(rq_online,      SCHED, 0x040c, "a CPU comes up, with an empty queue, or is down") \
	E(rq_quota,       SCHED, 0x040d, "CPU time that a task group may use: at the start, when it is made, or as set") \
	E(shm_snapshot,   SHM,   0x0501, "a shared mapping that existed when the session started") \
	E(shm_segment,    SHM,   0x0502, "a System V segment is used for the first time in this session") \
	E(shm_create,     SHM,   0x0503, "shmget or memfd_create returned") \
	T(shm_map,        SHM,   0x0504, "a process mapped a shared object, or a file for itself") \
	T(shm_inherit,    SHM,   0x0505, "a new process has a shared mapping of its parent") \
	E(shm_unmap,      SHM,   0x0506, "a range of such a mapping was unmapped") \
	E(shm_attach,     SHM,   0x0507, "shmat returned")		\
	E(shm_detach,     SHM,   0x0508, "shmdt returned")		\
	E(shm_remove,     SHM,   0x0509, "shmctl(IPC_RMID) returned")	\
	E(shm_destroy,    SHM,   0x050a, "a System V segment ceased to exist") \
	E(shm_resize,     SHM,   0x050b, "a call that sets the size of a shared-memory object returned") \
	E(shm_seal,       SHM,   0x050c, "fcntl(F_ADD_SEALS) returned")	\
	E(shm_fault,      SHM,   0x050d, "a process touched a page of shared memory for the first time")	\
	E(sem_snapshot,   SEM,   0x0601, "a semaphore set that existed when the session started") \
	E(sem_value,      SEM,   0x0602, "a value: of the sem_snapshot before, or set by the SETALL that follows") \
	E(sem_create,     SEM,   0x0603, "semget(2) made a semaphore set")	\
	E(sem_op,         SEM,   0x0604, "semop or semtimedop returned")	\
	E(sem_sop,        SEM,   0x0605, "a further operation of the sem_op that follows; counts if that succeeded") \
	E(sem_block,      SEM,   0x0606, "semop or semtimedop had to wait") \
	E(sem_set,        SEM,   0x0607, "semctl(SETVAL or SETALL) returned")	\
	E(sem_undo,       SEM,   0x0608, "a semaphore is adjusted because a process with SEM_UNDO ends") \
	E(sem_destroy,    SEM,   0x0609, "a semaphore set was removed")	\
	E(msg_snapshot,   MSG,   0x0701, "a System V message queue that existed when the session started") \
	E(msg_create,     MSG,   0x0702, "msgget(2) made a message queue")	\
	E(msg_send,       MSG,   0x0703, "msgsnd returned")		\
	T(msg_receive,    MSG,   0x0704, "msgrcv returned")		\
	E(msg_block,      MSG,   0x0705, "msgsnd found no room, or msgrcv no message, and began to wait") \
	E(msg_destroy,    MSG,   0x0706, "a System V message queue was removed") \
	E(mq_info,        MSG,   0x0707, "a POSIX message queue that existed before, or is used for the first time") \
	E(mq_open,        MSG,   0x0708, "mq_open returned")		\
	E(mq_unlink,      MSG,   0x0709, "mq_unlink returned")		\
	E(mq_send,        MSG,   0x070a, "mq_timedsend returned")	\
	T(mq_receive,     MSG,   0x070b, "mq_timedreceive returned")	\
	E(mq_block,       MSG,   0x070c, "mq_timedsend or mq_timedreceive began to wait") \
	E(mq_notify,      MSG,   0x070d, "mq_notify returned")		\
	E(mq_destroy,     MSG,   0x070e, "a POSIX message queue without a name was closed for the last time")	\
	E(futex_wait,     FUTEX, 0x0801, "a wait, or taking a PI lock, returned") \
	E(futex_block,    FUTEX, 0x0802, "a waiter was queued and goes to sleep") \
	E(futex_wake,     FUTEX, 0x0803, "a wake, or giving back a PI lock, returned") \
	E(futex_woken,    FUTEX, 0x0804, "a task took another out of its wait") \
	E(futex_requeue,  FUTEX, 0x0805, "a requeue returned: waiters moved from one futex to another") \
	E(futex_wake_op,  FUTEX, 0x0806, "FUTEX_WAKE_OP returned") \
	E(futex_waitv,    FUTEX, 0x0807, "one futex of the vector that futex_waitv() begins to wait for")	\
	E(unix_socket,    UNIX,  0x0901, "a UNIX socket that existed before, is first used, or was given a name") \
	E(unix_holder,    UNIX,  0x0902, "a process that held a UNIX socket when the session started") \
	E(unix_pair,      UNIX,  0x0903, "socketpair(2) made two connected sockets") \
	E(unix_connect,   UNIX,  0x0904, "connect(2) returned")		\
	E(unix_accept,    UNIX,  0x0905, "accept(2) returned")		\
	E(unix_send,      UNIX,  0x0906, "a sending call returned, or one message of sendmmsg(2) was sent") \
	T(unix_recv,      UNIX,  0x0907, "a receiving call returned, or one message of recvmmsg(2) was received") \
	E(unix_segment,   UNIX,  0x0908, "bytes that the call whose record follows moved before those in its record") \
	E(unix_block,     UNIX,  0x0909, "an operation on a socket began to wait") \
	E(unix_unblock,   UNIX,  0x090a, "the wait ended")		\
	E(unix_fd,        UNIX,  0x090b, "a descriptor was passed along with bytes, or a passed one was received") \
	E(unix_close,     UNIX,  0x090c, "the last open file of a socket was released") \
	E(signal_send,    SIGNAL, 0x0a01, "a signal was sent to a task")	\
	E(signal_take,    SIGNAL, 0x0a02, "a task takes a signal")	\
	E(eventfd_write,  EVENTFD, 0x0b01, "a write to an eventfd returned") \
	T(eventfd_read,   EVENTFD, 0x0b02, "a read from an eventfd returned") \
	E(eventfd_block,  EVENTFD, 0x0b03, "a read or write of an eventfd began to wait") \
	E(eventfd_signal, EVENTFD, 0x0b04, "the kernel itself added to an eventfd (AIO, io_uring, KVM)") \
	E(eventfd_close,  EVENTFD, 0x0b05, "the last open file of an eventfd was released: its number is free") \
	E(procvm,         PROCVM, 0x0c01, "process_vm_readv or process_vm_writev returned: one copy") \
	E(procvm_segment, PROCVM, 0x0c02, "one of several ranges of the procvm record that follows") \
	E(pick_candidate, PICK,  0x0d01, "an entity that competes in the fair_pick that follows") \
	E(fair_pick,      PICK,  0x0d02, "the fair class looks for the next entity of one queue") \
	E(rq_resched,     PICK,  0x0d03, "the task that runs on a CPU is asked to give it up") \
	E(dl_params,      PICK,  0x0d04, "a task competes as the deadline class looks for the next one")

/*
 * Fingerprints of the data in the user buffer at the (first) address of the
 * record: of received data when the call ends, of data to be sent when the call
 * begins. <linux/ipcprobe_print.h> has the function, and defines the place of
 * mid. Data of less than 8 bytes has only head: the fingerprint of these bytes
 * followed by zeroes.
 */
#define __IPCPROBE_FIELDS_prints(F)					\
	F(u32,   span,      "bytes, from the address on, whose fingerprints follow; 0 = none were taken") \
	F(print, head,      "of the first 8 bytes of the span")		\
	F(print, mid,       "of the 8 bytes at the roundest address in the span") \
	F(print, tail,      "of the last 8 bytes of the span")

#define IPCPROBE_FIELDS_lost(F)						\
	F(ns64,  begin_ns,  "time of the first event lost; the record's own time is not before the last") \
	F(u64,   nr_lost,   "events lost: exactly where RING_FULL is the only reason, else at least; 0: any number") \
	F(u32,   class_id,  "their class")				\
	F(reasons, reasons, "why")					\
	F(x64,   queues,    "classes sched and pick: CPUs whose queues they were about, of CPU n bit n % 64; 0 = any")

#define IPCPROBE_FIELDS_task_snapshot(F)				\
	F(ns64,  start_ns,  "when the task started (CLOCK_MONOTONIC)")	\
	F(u32,   pid,       "its process (tgid)")			\
	F(u32,   ppid,      "process of its parent")			\
	F(comm,  comm,      "its name")

#define IPCPROBE_FIELDS_task_fork(F)					\
	F(ns64,  start_ns,  "when the child started (CLOCK_MONOTONIC)")	\
	F(tid,   child_tid, "the new task")				\
	F(u32,   child_pid, "its process (tgid): equal to child_tid for a new process") \
	F(u32,   pid,       "process of the task that called fork")	\
	F(u32,   ppid,      "process of the child's parent (differs from pid with CLONE_PARENT)") \
	F(comm,  comm,      "the child's name")

#define IPCPROBE_FIELDS_task_exec(F)					\
	F(tid,   old_tid,   "thread id before (differs when a thread other than the first called)") \
	F(u32,   pid,       "its process (tgid)")			\
	F(comm,  comm,      "its new name")

#define IPCPROBE_FIELDS_task_exit(F)					\
	F(u32,   pid,       "its process (tgid)")			\
	F(u32,   exit_code, "as in wait(2): status << 8 | signal")

#define IPCPROBE_FIELDS_task_comm(F)					\
	F(comm,  comm,      "its new name")

#define IPCPROBE_FIELDS_task_mark(F)					\
	F(str,   text,      "text of the mark")

/*
 * pipe: for a pipe, its inode number on pipefs; for a FIFO (IPCPROBE_IO_FIFO
 * set in flags), a number given by the module, which pipe_snapshot connects
 * with device, inode and path. Positions count the bytes that ever went in
 * (write side) or out (read side), modulo 2^32: byte n read is byte n written.
 */
#define IPCPROBE_FIELDS_pipe_snapshot(F)				\
	F(u64,   ino,       "inode number")				\
	F(dev,   dev,       "device of the inode's file system")	\
	F(u32,   pipe,      "pipe")					\
	F(u32,   write_pos, "position of the next byte written")	\
	F(u32,   read_pos,  "position of the next byte read")		\
	F(u32,   capacity,  "bytes it can hold")			\
	F(flags, flags,     "FIFO")					\
	F(u16,   nr_bufs,   "page-sized slots in use")			\
	F(str,   path,      "path of a FIFO, else empty")

#define IPCPROBE_FIELDS_pipe_holder(F)					\
	F(u32,   pipe,      "pipe")					\
	F(u32,   pid,       "process (tgid)")				\
	F(u32,   fd,        "its descriptor")				\
	F(flags, flags,     "FIFO, READ_END, WRITE_END")		\
	F(pad16, __pad,     "")

#define IPCPROBE_FIELDS_pipe_create(F)					\
	F(u32,   pipe,      "pipe")					\
	F(u32,   capacity,  "bytes it can hold")

#define IPCPROBE_FIELDS_pipe_open(F)					\
	F(u32,   pipe,      "pipe")					\
	F(ret,   ret,       "descriptor or -errno")			\
	F(ns32,  dur_ns,    "time in open(2), waiting for the other end included") \
	F(flags, flags,     "FIFO, READ_END, WRITE_END")		\
	F(pad16, __pad,     "")

#define IPCPROBE_FIELDS_pipe_read(F)	IPCPROBE_FIELDS_pipe_io(F)
#define IPCPROBE_FIELDS_pipe_write(F)	IPCPROBE_FIELDS_pipe_io(F)

#define IPCPROBE_FIELDS_pipe_io(F)					\
	F(x64,   addr,      "user buffer; of a vectored call the first segment") \
	F(u32,   pipe,      "pipe")					\
	F(u32,   pos,       "position of the first byte moved since the last wait") \
	F(u32,   count,     "bytes asked for, or to write")				\
	F(ret,   ret,       "bytes moved or -errno; -2147483648 = unknown") \
	F(ns32,  dur_ns,    "entry, waiting included, until the pipe was given back; if ret < count, to exit") \
	F(call,  call,      "system call")				\
	F(u8,    nr_segs,   "user buffers (255 = more); those after the first have io_segment records") \
	F(flags, flags,     "FIFO, BLOCKED, NONBLOCK, RESYNC")		\
	__IPCPROBE_FIELDS_prints(F)

#define IPCPROBE_FIELDS_pipe_block(F)					\
	F(u32,   pipe,      "pipe waited for")				\
	F(u32,   pos,       "position of the first byte moved since the last wait") \
	F(u32,   bytes,     "bytes moved since the last wait")		\
	F(ns32,  dur_ns,    "time since the operation began")		\
	F(flags, flags,     "FIFO, FULL or EMPTY: what is waited for; WRITE_END (bytes went in) or READ_END (out)") \
	F(pad16, __pad,     "")						\
	F(pad32, __pad2,    "")

#define IPCPROBE_FIELDS_pipe_unblock(F)					\
	F(u32,   pipe,      "pipe waited for")				\
	F(flags, flags,     "FIFO, FULL or EMPTY")			\
	F(pad16, __pad,     "")

#define IPCPROBE_FIELDS_pipe_resize(F)					\
	F(u32,   pipe,      "pipe")					\
	F(ret,   ret,       "new capacity in bytes or -errno")

#define IPCPROBE_FIELDS_pipe_close(F)					\
	F(u32,   pipe,      "pipe")					\
	F(u32,   unread,    "bytes in it at that time")			\
	F(u16,   readers,   "open files for reading left")		\
	F(u16,   writers,   "open files for writing left")		\
	F(flags, flags,     "FIFO, READ_END, WRITE_END")		\
	F(pad16, __pad,     "")

#define IPCPROBE_FIELDS_pipe_splice(F)					\
	F(x64,   addr,      "vmsplice: user buffer; else position in the file, all ones if it has none") \
	F(u32,   in,        "where the bytes came from: pipe (flag IN_PIPE) or file (0 = another object)") \
	F(u32,   out,       "where they went: pipe (flag OUT_PIPE) or file (0 = another object)") \
	F(u32,   in_pos,    "IN_PIPE: position of the first byte since the last wait") \
	F(u32,   out_pos,   "OUT_PIPE: position of the first byte since the last wait") \
	F(ret,   ret,       "bytes moved or -errno; -2147483648 = unknown") \
	F(ns32,  dur_ns,    "entry to exit, waiting included")		\
	F(u32,   copied,    "of ret, bytes that the CPU copied; the rest moved by page reference") \
	F(call,  call,      "system call")				\
	F(u8,    nr_segs,   "vmsplice: user buffers (255 = more)")	\
	F(flags, flags,     "IN_PIPE, OUT_PIPE, IN_FIFO, OUT_FIFO, BLOCKED, NONBLOCK, RESYNC") \
	__IPCPROBE_FIELDS_prints(F)

#define IPCPROBE_FIELDS_pipe_discard(F)					\
	F(u32,   pipe,      "pipe")					\
	F(u32,   pos,       "position of the first byte thrown away")	\
	F(u32,   bytes,     "bytes thrown away")			\
	F(flags, flags,     "FIFO")					\
	F(pad16, __pad,     "")

#define IPCPROBE_FIELDS_file_info(F)					\
	F(u64,   ino,       "inode number")				\
	F(dev,   dev,       "device of the inode's file system; on btrfs and overlayfs two files may share dev and ino") \
	F(u32,   file,      "number that the records of this session use") \
	F(str,   path,      "path as the task sees it that used it first")

#define IPCPROBE_FIELDS_file_read(F)	IPCPROBE_FIELDS_file_io(F)
#define IPCPROBE_FIELDS_file_write(F)	IPCPROBE_FIELDS_file_io(F)

#define IPCPROBE_FIELDS_file_io(F)					\
	F(x64,   addr,      "user buffer; of a vectored call the first segment") \
	F(u64,   offset,    "position in the file; with APPEND its size at entry") \
	F(u32,   file,      "file")					\
	F(ret,   ret,       "bytes moved or -errno; -2147483648 = unknown") \
	F(ns32,  dur_ns,    "entry to exit")				\
	F(call,  call,      "system call")				\
	F(u8,    nr_segs,   "user buffers (255 = more); those after the first have io_segment records") \
	F(flags, flags,     "APPEND, DIRECT")				\
	__IPCPROBE_FIELDS_prints(F)

#define IPCPROBE_FIELDS_file_copy(F)					\
	F(u64,   in_offset, "position in the file read, all ones if it has none") \
	F(u64,   out_offset, "position in the file written, all ones if it has none") \
	F(u32,   in,        "file read (0 = not a regular file)")	\
	F(u32,   out,       "file written (0 = not a regular file, for example a socket)") \
	F(ret,   ret,       "bytes or -errno; -2147483648 = unknown")	\
	F(ns32,  dur_ns,    "entry to exit")				\
	F(call,  call,      "system call")				\
	F(u8,    nr_segs,   "0")						\
	F(flags, flags,     "OFFLOAD: the file system may have shared or moved blocks, no copy is claimed") \
	F(pad32, __pad,     "")

#define IPCPROBE_FIELDS_io_segment(F)					\
	F(x64,   addr,      "user buffer")				\
	F(u64,   bytes,     "its length")				\
	__IPCPROBE_FIELDS_prints(F)

/* The last nr_names names of the known path are replaced by other names. */
#define IPCPROBE_FIELDS_file_rename(F)					\
	F(u32,   file,      "file")					\
	F(u32,   nr_names,  "names at the end of its path that are replaced") \
	F(str,   names,     "what stands there now, with slashes between them")

#define IPCPROBE_FIELDS_file_resize(F)					\
	F(u64,   bytes,     "size asked for")				\
	F(u64,   old_bytes, "size at entry")				\
	F(u32,   file,      "file")					\
	F(ret,   ret,       "0 or -errno; of open a descriptor")	\
	F(ns32,  dur_ns,    "entry to exit")				\
	F(call,  call,      "system call: truncate, fallocate, open with O_TRUNC") \
	F(u8,    is_shm,    "1: it is on tmpfs; sessions with class shm have shm_resize instead") \
	F(pad16, __pad,     "")

/*
 * The first bytes of a transfer are written in as many records as they need, in
 * order. Each record is about one buffer and, within the buffer, ends at a
 * multiple of IPCPROBE_DATA_MAX at the latest. Either bytes or missing is 0.
 */
#define IPCPROBE_FIELDS_io_data(F)					\
	F(x64,   addr,      "where they stand in the process's memory")	\
	F(u32,   offset,    "how many bytes of the transfer stand before them") \
	F(u16,   bytes,     "how many follow here")			\
	F(u16,   missing,   "how many do not, because they were not in memory when the call ended") \
	F(data,  data,      "the bytes")

/*
 * Checksums of blocks of IPCPROBE_SUM_BYTES, which begin at multiples of
 * IPCPROBE_SUM_BYTES. A block at one of the two ends of the moved bytes in a
 * buffer has a checksum of the moved bytes in the block. ipcprobe_sum() in
 * <linux/ipcprobe_print.h> makes a u32 of each block; 0 = the block was not in
 * memory.
 */
#define IPCPROBE_FIELDS_io_sums(F)					\
	F(x64,   addr,      "where the bytes stand in the process's memory") \
	F(u32,   offset,    "how many bytes of the transfer stand before them") \
	F(u32,   span,      "how many bytes they are of")		\
	F(u16,   bytes,     "how many bytes follow, 4 for each block")	\
	F(pad16, __pad,     "")						\
	F(pad32, __pad2,    "")						\
	F(data,  sums,      "the checksums")

#define IPCPROBE_FIELDS_rq_switch(F)					\
	F(tid,   next,      "task that runs now; the record's tid is the one that ran; 0 = idle") \
	F(task_flags, prev_state, "state of the task that ran, as in sched:sched_switch; 0 = still runnable") \
	F(s16,   prev_prio, "its priority, kernel scale (-1 deadline, 0-99 real time, 100-139 fair)") \
	F(s16,   next_prio, "priority of the task that runs now")	\
	F(u8,    preempt,   "1: it was preempted inside the kernel")	\
	F(u8,    voluntary, "1: the kernel counts the switch as voluntary, also if a signal kept prev_state at 0") \
	F(u16,   cpu,       "CPU")

/*
 * A task group has a number: rq_group describes the number of a control group;
 * the number of an autogroup (sched(7)) has the highest bit set; 0 = not known.
 */
#define IPCPROBE_FIELDS_rq_enqueue(F)					\
	F(tid,   by,        "task in whose context it happened")	\
	F(u32,   nr_running, "the kernel's own length of the queue after it; all ones = not available") \
	F(u32,   rq_flags,  "the kernel's ENQUEUE_ flags")		\
	F(u16,   cpu,       "CPU of the queue")				\
	F(u16,   change,    "by how much the queue grew: 1, or 0 in a throttled group") \
	F(u32,   group,     "task group")				\
	F(sched_class, sched_class, "scheduling class")			\
	F(s16,   prio,      "its priority, kernel scale")

#define IPCPROBE_FIELDS_rq_dequeue(F)					\
	F(tid,   by,        "task in whose context it happened")	\
	F(u32,   nr_running, "the kernel's own length of the queue after it; all ones = not available") \
	F(u32,   rq_flags,  "the kernel's DEQUEUE_ flags, and IPCPROBE_DEQUEUE_THROTTLE and YIELD") \
	F(u16,   cpu,       "CPU of the queue")				\
	F(u16,   change,    "by how much the queue shrank: 1, or 0 in a throttled group")

#define IPCPROBE_FIELDS_rq_change(F)					\
	F(s32,   change,    "by how much the queue's length changed")	\
	F(u32,   nr_running, "the kernel's own length of the queue after it; all ones = not available") \
	F(u16,   cpu,       "CPU of the queue")				\
	F(pad16, __pad,     "")						\
	F(pad32, __pad2,    "")

#define IPCPROBE_FIELDS_rq_wakeup(F)					\
	F(tid,   waker,     "task that woke it, or that an interrupt was on top of: see context") \
	F(ns32,  delay_ns,  "from the waker's call until it was put on its CPU") \
	F(u16,   cpu,       "CPU chosen")				\
	F(u16,   prev_cpu,  "CPU it was on before")			\
	F(u16,   is_new,    "1: first wake-up of a new task")		\
	F(s16,   prio,      "its priority, kernel scale")		\
	F(u16,   nr_allowed, "CPUs that it may run on, 1 if it must not move now") \
	F(u16,   prev_allowed, "1: prev_cpu is one of them")		\
	F(context_flags, context,   "what called: HARDIRQ, SOFTIRQ; 0 = the waker itself; UNKNOWN") \
	F(u16,   waker_cpu, "CPU on which it called")

#define IPCPROBE_FIELDS_rq_migrate(F)					\
	F(tid,   by,        "task in whose context it happened")	\
	F(u16,   from_cpu,  "CPU it leaves")				\
	F(u16,   to_cpu,    "CPU it goes to")				\
	F(u32,   site,      "the function that moves it, as in rq_site; 0 = not known") \
	F(context_flags, context,   "where it was called: SOFTIRQ and others") \
	F(pad16, __pad,     "")

#define IPCPROBE_FIELDS_rq_snapshot(F)					\
	F(u16,   cpu,       "CPU of the queue")				\
	F(u16,   is_current, "1: it is the running task")		\
	F(s16,   prio,      "its priority, kernel scale")		\
	F(rq_flags, member_state, "DELAYED, THROTTLED")			\
	F(u32,   group,     "task group")				\
	F(sched_class, sched_class, "scheduling class")			\
	F(pad16, __pad,     "")

#define IPCPROBE_FIELDS_rq_snapshot_end(F)				\
	F(u32,   nr_running, "the kernel's own length of the queue; all ones = not available") \
	F(u32,   nr_members, "rq_snapshot records of this CPU")		\
	F(u16,   cpu,       "CPU of the queue; the record's tid is the running task, 0 = idle") \
	F(pad16, __pad,     "")						\
	F(pad32, __pad2,    "")

#define IPCPROBE_FIELDS_rq_throttle(F)					\
	F(u32,   group,     "task group")				\
	F(u16,   cpu,       "CPU of the queue")				\
	F(u16,   is_throttled, "1: its tasks and those of groups in it wait for the next period; 0: they go on")

#define IPCPROBE_FIELDS_rq_group(F)					\
	F(u64,   cgroup,    "the control group's id: the inode number of its directory") \
	F(u32,   group,     "task group")				\
	F(u32,   parent,    "the group it is in, 0 = none")		\
	F(str,   path,      "the control group's path")

#define IPCPROBE_FIELDS_rq_site(F)					\
	F(u32,   site,      "number")					\
	F(pad32, __pad,     "")						\
	F(str,   function,  "name of the function")

#define IPCPROBE_FIELDS_rq_online(F)					\
	F(u16,   cpu,       "CPU")					\
	F(u16,   is_online, "1: it comes up; 0: it is down, or was when the session started") \
	F(pad32, __pad,     "")

#define IPCPROBE_FIELDS_rq_quota(F)					\
	F(u64,   quota_ns,  "CPU time for its tasks and those of groups in it, per period; all ones = no limit") \
	F(u64,   period_ns, "period")					\
	F(u32,   group,     "task group")				\
	F(pad32, __pad,     "")						\
	F(u64,   burst_ns,  "unused time of earlier periods that may be used in one, too; since ABI 1.6")

/*
 * The data that the fair class uses when it looks for the next entity: a task
 * or a group, in the queue of the entities of one group on one CPU. From the
 * top group down to a task there is one fair_pick for each level. The
 * candidates of a fair_pick come before it: the running entity, then the queue
 * in its own order (6.1: by vruntime, later: by deadline). nr_recorded of nr_queued
 * candidates are recorded: at least up to the first that is eligible.
 */
#define IPCPROBE_FIELDS_pick_candidate(F)				\
	F(u64,   vruntime,  "virtual run time")				\
	F(u64,   deadline,  "virtual deadline; 0 before Linux 6.6")	\
	F(u32,   weight,    "load weight, 1048576 = nice 0")		\
	F(u32,   slice_ns,  "slice; 0 before Linux 6.6")		\
	F(u32,   group,     "the group that the entity stands for, 0 = the record's task") \
	F(pick_flags, pick_flags, "CURR and others")			\
	F(u16,   cpu,       "CPU of the queue")

#define IPCPROBE_FIELDS_fair_pick(F)					\
	F(u64,   zero_vruntime, "vruntimes are measured from here (6.1: min_vruntime)") \
	F(s64,   sum_w_vruntime, "sum of (vruntime - zero_vruntime) * weight of those queued, not the running one") \
	F(u64,   sum_weight, "sum of these weights (nice 0 is 1024; in 7.2 it is 1048576)") \
	F(u32,   group,     "task group whose queue it is")		\
	F(u32,   nr_queued, "entities that compete, the running one included") \
	F(u32,   site,      "the function that looks, as in rq_site")	\
	F(tid,   task,      "wake-up check: the task that was woken")	\
	F(u16,   nr_recorded, "pick_candidate records before")		\
	F(pick_flags, pick_flags, "EEVDF and others")			\
	F(u16,   cpu,       "CPU of the queue")				\
	F(u16,   shift,     "weights are shifted right by it (7.2)")

#define IPCPROBE_FIELDS_rq_resched(F)					\
	F(s64,   lead,      "by how much its vruntime is ahead of task's if they compete; least s64 = not known") \
	F(tid,   running,   "task that is asked, 0 = idle")		\
	F(tid,   task,      "task that was enqueued last by this CPU, 0 = none") \
	F(u32,   site,      "the function that asks, as in rq_site")	\
	F(u16,   cpu,       "CPU")					\
	F(context_flags, context,   "where it was called: SOFTIRQ and others")

#define IPCPROBE_FIELDS_dl_params(F)					\
	F(u64,   deadline,  "absolute deadline, by the run queue's own clock") \
	F(s64,   runtime_ns, "run time left")				\
	F(u64,   period_ns, "period")					\
	F(u16,   cpu,       "CPU of the queue")				\
	F(pad16, __pad,     "")						\
	F(pad32, __pad2,    "")

/*
 * A shared mapping (MAP_SHARED, shmat, shared anonymous memory) of an object. A
 * file_info record describes the object: its number, which file_read and
 * file_write use, too, its device, inode and path. A shm_segment record also
 * connects the number of a System V segment with (ipc namespace, id).
 * shm_snapshot, shm_inherit and shm_map add mappings to a process, and each
 * replaces all mappings in its range; shm_unmap removes mappings. task_exec and
 * the end of the process remove all mappings.
 */
#define IPCPROBE_FIELDS_shm_snapshot(F)	IPCPROBE_FIELDS_mapping(F)
#define IPCPROBE_FIELDS_shm_map(F)	IPCPROBE_FIELDS_mapping(F)
#define IPCPROBE_FIELDS_shm_inherit(F)	IPCPROBE_FIELDS_mapping(F)

#define IPCPROBE_FIELDS_mapping(F)					\
	F(x64,   addr,      "where it begins")				\
	F(u64,   bytes,     "its length; may include neighbours that it was merged with") \
	F(u64,   offset,    "position in the object of its first byte")	\
	F(u32,   object,    "what is mapped")				\
	F(u32,   pid,       "process (tgid)")				\
	F(prot_flags, prot,      "READ, WRITE, EXEC")			\
	F(call,  call,      "system call; other for those found or inherited") \
	F(u8,    is_sysv,   "1: object is a System V segment")		\
	F(u16,   is_private, "1: not shared: what the process writes there is its own") \
	F(pad16, __pad,     "")

#define IPCPROBE_FIELDS_shm_segment(F)					\
	F(u64,   bytes,     "its size")					\
	F(u32,   object,    "its number")				\
	F(u32,   ns,        "inode number of the ipc namespace")	\
	F(s32,   id,        "its id in that namespace")			\
	F(s32,   key,       "its key, 0 = IPC_PRIVATE")

#define IPCPROBE_FIELDS_shm_create(F)					\
	F(u64,   bytes,     "size asked for; memfd: 0")			\
	F(u32,   ns,        "shmget: inode number of the ipc namespace") \
	F(s32,   key,       "shmget: key, 0 = IPC_PRIVATE")		\
	F(u32,   object,    "memfd: its number")			\
	F(ret,   ret,       "shmget: id; memfd_create: descriptor; or -errno") \
	F(ns32,  dur_ns,    "entry to exit")				\
	F(call,  call,      "shmget or memfd_create")			\
	F(u8,    is_new,    "1: the object was made by this call")	\
	F(u16,   options,   "low bits of the call's own flags")

#define IPCPROBE_FIELDS_shm_unmap(F)					\
	F(x64,   addr,      "where the range begins")			\
	F(u64,   bytes,     "its length")				\
	F(u32,   object,    "what was mapped there")			\
	F(u32,   pid,       "process (tgid)")				\
	F(u16,   is_end,    "1: the whole address space goes, by exec or exit") \
	F(call,  call,      "system call; other by exec and exit")	\
	F(u8,    is_sysv,   "1: object is a System V segment")		\
	F(u16,   is_private, "1: the mapping was not shared")	\
	F(pad16, __pad,     "")

#define IPCPROBE_FIELDS_shm_attach(F)					\
	F(x64,   addr,      "where it was attached; of a call that failed the address asked for") \
	F(u32,   ns,        "inode number of the ipc namespace")	\
	F(s32,   id,        "segment")					\
	F(ret,   ret,       "0 or -errno")				\
	F(ns32,  dur_ns,    "entry to exit")				\
	F(shmat_flags, options,   "the call's own flags (SHM_RDONLY, ...)") \
	F(u32,   object,    "its number; 0 if the call failed")

#define IPCPROBE_FIELDS_shm_detach(F)					\
	F(x64,   addr,      "address given")				\
	F(ret,   ret,       "0 or -errno")				\
	F(ns32,  dur_ns,    "entry to exit")

#define IPCPROBE_FIELDS_shm_remove(F)					\
	F(u32,   ns,        "inode number of the ipc namespace")	\
	F(s32,   id,        "segment: it ends when no process has it attached")	\
	F(ret,   ret,       "0 or -errno")				\
	F(ns32,  dur_ns,    "entry to exit")

#define IPCPROBE_FIELDS_shm_destroy(F)					\
	F(u32,   ns,        "inode number of the ipc namespace")	\
	F(s32,   id,        "segment; the record's tid removed or detached it last")	\
	F(s32,   key,       "its key; 0 also after IPC_RMID")		\
	F(pad32, __pad,     "")

#define IPCPROBE_FIELDS_shm_resize(F)					\
	F(u64,   bytes,     "new size")					\
	F(u64,   old_bytes, "size before")				\
	F(u32,   object,    "shared-memory object: memfd, file on tmpfs")	\
	F(ret,   ret,       "result of the call or -errno")		\
	F(ns32,  dur_ns,    "entry to exit")				\
	F(call,  call,      "truncate (also ftruncate), fallocate, open with O_TRUNC")	\
	F(u8,    is_memfd,  "1: memfd, 0: file on tmpfs")		\
	F(pad16, __pad,     "")

#define IPCPROBE_FIELDS_shm_seal(F)					\
	F(u32,   object,    "memfd")					\
	F(seal_flags, seals,     "seals to add")			\
	F(ret,   ret,       "0 or -errno")				\
	F(ns32,  dur_ns,    "entry to exit")

#define IPCPROBE_FIELDS_shm_fault(F)					\
	F(x64,   addr,      "page touched")				\
	F(u64,   offset,    "its position in the object")		\
	F(u32,   object,    "shared-memory object")			\
	F(u16,   is_write,  "1: by a store")				\
	F(u16,   around,    "pages, this one included, that the kernel may have mapped with it")

/*
 * System V objects: ns is the inode number of the IPC namespace, and id is the
 * id that semget or msgget returns; the two together name one object for good.
 *
 * Values of semaphores are those under the lock of the semaphore: before and
 * after the one operation, whichever other tasks wait; -1 where not known.
 */
#define IPCPROBE_FIELDS_sem_snapshot(F)					\
	F(u32,   ns,        "IPC namespace")				\
	F(s32,   id,        "semaphore set")				\
	F(u32,   key,       "its key, 0 = IPC_PRIVATE")			\
	F(u32,   nsems,     "semaphores in it; 0 = not known")

#define IPCPROBE_FIELDS_sem_value(F)					\
	F(u32,   ns,        "IPC namespace")				\
	F(s32,   id,        "semaphore set")				\
	F(u16,   num,       "semaphore")				\
	F(s16,   value,     "its value")				\
	F(u32,   pid,       "process that changed it last, 0 = none or not known")

#define IPCPROBE_FIELDS_sem_create(F)					\
	F(u32,   ns,        "IPC namespace")				\
	F(s32,   id,        "semaphore set")				\
	F(u32,   key,       "its key, 0 = IPC_PRIVATE")			\
	F(u32,   nsems,     "semaphores in it; 0 = not known")

#define IPCPROBE_FIELDS_sem_op(F)					\
	F(u32,   ns,        "IPC namespace")				\
	F(s32,   id,        "semaphore set, as the caller named it")	\
	F(ret,   ret,       "0 or -errno; -2147483648 = unknown")	\
	F(ns32,  dur_ns,    "entry to exit, waiting included")		\
	F(ns32,  blocked_ns, "of it, from giving up the CPU to wait until it had it back; 0 = did not wait") \
	F(u16,   nsops,     "operations (65535 = more); if 64 at most, further ones have sem_sop records") \
	F(u16,   num,       "first operation: semaphore")		\
	F(s16,   op,        "its sem_op")				\
	F(s16,   before,    "value before, at the try that ended the call; -1 = not known") \
	F(s16,   after,     "value after; -1 = not known, or the call failed") \
	F(semop_flags, sem_flg,   "its sem_flg")

#define IPCPROBE_FIELDS_sem_sop(F)					\
	F(s32,   id,        "semaphore set")				\
	F(u16,   index,     "which operation of the call, from 1 (the first is in sem_op)") \
	F(u16,   num,       "semaphore")				\
	F(s16,   op,        "sem_op")					\
	F(s16,   before,    "value before, operations with a smaller index done") \
	F(s16,   after,     "value after")				\
	F(semop_flags, sem_flg,   "sem_flg")

#define IPCPROBE_FIELDS_sem_block(F)					\
	F(u32,   ns,        "IPC namespace")				\
	F(s32,   id,        "semaphore set")				\
	F(u16,   num,       "semaphore that does not let it go on")	\
	F(s16,   op,        "the sem_op that does not: 0 waits for zero, below 0 for that much; 1 = not known") \
	F(s16,   value,     "value it found; -1 = not known")		\
	F(u16,   nsops,     "operations in the call (65535 = more)")

#define IPCPROBE_FIELDS_sem_set(F)					\
	F(u32,   ns,        "IPC namespace")				\
	F(s32,   id,        "semaphore set, as the caller named it")	\
	F(ret,   ret,       "0 or -errno; -2147483648 = unknown")	\
	F(ns32,  dur_ns,    "entry to exit")				\
	F(s32,   num,       "SETVAL: semaphore, as the caller named it") \
	F(s16,   value,     "SETVAL: the value")			\
	F(sem_command, cmd,       "SETVAL or SETALL")

#define IPCPROBE_FIELDS_sem_undo(F)					\
	F(u32,   ns,        "IPC namespace")				\
	F(s32,   id,        "semaphore set; -1 = the process may have more adjustments, without records") \
	F(u16,   num,       "semaphore")				\
	F(s16,   adjust,    "what is added to its value, which stays within 0 and 32767") \
	F(pad32, __pad,     "")

#define IPCPROBE_FIELDS_sem_destroy(F)					\
	F(u32,   ns,        "IPC namespace")				\
	F(s32,   id,        "semaphore set")

/*
 * seq is a number for the messages of both kinds, in the order in which they
 * are first seen, modulo 2^32 and without 0. A receive has the number of the
 * send that its message came from; 0: the message was sent before any hook was
 * attached, or the call failed.
 */
#define IPCPROBE_FIELDS_msg_snapshot(F)					\
	F(u32,   ns,        "IPC namespace")				\
	F(s32,   id,        "message queue")				\
	F(u32,   key,       "its key, 0 = IPC_PRIVATE")			\
	F(u32,   nr_messages, "messages in it; all ones = not known")	\
	F(u32,   bytes,     "bytes in them; all ones = not known")	\
	F(u32,   max_bytes, "bytes it may hold, and messages; all ones = not known") \
	F(u32,   send_pid,  "process that sent last, 0 = none")		\
	F(u32,   receive_pid, "process that received last, 0 = none")

#define IPCPROBE_FIELDS_msg_create(F)					\
	F(u32,   ns,        "IPC namespace")				\
	F(s32,   id,        "message queue")				\
	F(u32,   key,       "its key, 0 = IPC_PRIVATE")			\
	F(u32,   max_bytes, "bytes it may hold, and messages")

#define IPCPROBE_FIELDS_msg_send(F)	IPCPROBE_FIELDS_msg_io(F)
#define IPCPROBE_FIELDS_msg_receive(F)	IPCPROBE_FIELDS_msg_io(F)

#define IPCPROBE_FIELDS_msg_io(F)					\
	F(x64,   addr,      "user buffer: the text, after the type")	\
	F(s64,   type,      "the message's type; receive without a message: the type asked for") \
	F(u32,   ns,        "IPC namespace")				\
	F(s32,   id,        "message queue, as the caller named it")	\
	F(u32,   seq,       "the message's number")			\
	F(u32,   bytes,     "bytes of the text sent; receive: ret is smaller with MSG_NOERROR and a small buffer") \
	F(ret,   ret,       "send: 0, receive: bytes received; or -errno; -2147483648 = unknown") \
	F(ns32,  dur_ns,    "entry to exit, waiting included; receive: 0 = it waited already when the session started") \
	F(ns32,  blocked_ns, "of it, from giving up the CPU to wait until it had it back; 0 = did not wait") \
	F(msgop_flags, msgflg,    "IPC_NOWAIT; receive: MSG_NOERROR, MSG_EXCEPT, MSG_COPY") \
	F(pad16, __pad,     "")						\
	__IPCPROBE_FIELDS_prints(F)

#define IPCPROBE_FIELDS_msg_block(F)					\
	F(s64,   type,      "EMPTY: type asked for (0 any, below 0 any up to its negative); FULL: the message's") \
	F(u32,   ns,        "IPC namespace")				\
	F(s32,   id,        "message queue")				\
	F(u32,   bytes,     "EMPTY: size of the buffer; FULL: of the message") \
	F(msgop_flags, msgflg,    "MSG_NOERROR, MSG_EXCEPT")		\
	F(flags, flags,     "FULL or EMPTY: what is waited for to end")

#define IPCPROBE_FIELDS_msg_destroy(F)					\
	F(u32,   ns,        "IPC namespace")				\
	F(s32,   id,        "message queue")				\
	F(u32,   nr_messages, "messages that were in it; all ones = not known") \
	F(u32,   bytes,     "bytes in them; all ones = not known")

/* POSIX queues: identified by the device of their mqueue file system and the inode. */
#define IPCPROBE_FIELDS_mq_info(F)					\
	F(dev,   dev,       "device of the mqueue file system")		\
	F(u32,   ino,       "inode number")				\
	F(u32,   ns,        "IPC namespace, 0 = not known")		\
	F(u32,   nr_messages, "messages in it; all ones = not known")	\
	F(u32,   max_messages, "messages it may hold; all ones = not known") \
	F(u32,   max_bytes, "bytes a message may have; all ones = not known") \
	F(str,   name,      "its name, without the slash")

#define IPCPROBE_FIELDS_mq_open(F)					\
	F(dev,   dev,       "device of the mqueue file system, 0 without a queue") \
	F(u32,   ino,       "inode number, 0 without a queue")		\
	F(ret,   ret,       "descriptor or -errno; -2147483648 = unknown") \
	F(open_flags, oflag,     "as given: 0 = O_RDONLY")		\
	F(ns32,  dur_ns,    "entry to exit")				\
	F(pad32, __pad,     "")						\
	F(str,   name,      "its name, without the slash; empty if it cannot be read")

#define IPCPROBE_FIELDS_mq_unlink(F)					\
	F(dev,   dev,       "device of the mqueue file system, 0 without a queue") \
	F(u32,   ino,       "inode number, 0 without a queue")		\
	F(ret,   ret,       "0 or -errno; -2147483648 = unknown")	\
	F(ns32,  dur_ns,    "entry to exit")

#define IPCPROBE_FIELDS_mq_send(F)	IPCPROBE_FIELDS_mq_io(F)
#define IPCPROBE_FIELDS_mq_receive(F)	IPCPROBE_FIELDS_mq_io(F)

#define IPCPROBE_FIELDS_mq_io(F)					\
	F(x64,   addr,      "user buffer")				\
	F(dev,   dev,       "device of the mqueue file system, 0 = the descriptor is no queue's") \
	F(u32,   ino,       "inode number")				\
	F(s32,   fd,        "descriptor")				\
	F(u32,   seq,       "the message's number")			\
	F(u32,   bytes,     "bytes of the message; receive without one: size of the buffer") \
	F(u32,   prio,      "its priority")				\
	F(ret,   ret,       "send: 0, receive: bytes received; or -errno; -2147483648 = unknown") \
	F(ns32,  dur_ns,    "entry to exit, waiting included; receive: 0 = it waited already when the session started") \
	F(ns32,  blocked_ns, "of it, from giving up the CPU to wait until it had it back; 0 = did not wait") \
	F(flags, flags,     "NONBLOCK")					\
	F(pad16, __pad,     "")						\
	__IPCPROBE_FIELDS_prints(F)

#define IPCPROBE_FIELDS_mq_block(F)					\
	F(dev,   dev,       "device of the mqueue file system")		\
	F(u32,   ino,       "inode number")				\
	F(s32,   fd,        "descriptor")				\
	F(flags, flags,     "FULL or EMPTY: what is waited for to end")	\
	F(pad16, __pad,     "")

#define IPCPROBE_FIELDS_mq_notify(F)					\
	F(dev,   dev,       "device of the mqueue file system, 0 = the descriptor is no queue's") \
	F(u32,   ino,       "inode number")				\
	F(s32,   fd,        "descriptor")				\
	F(ret,   ret,       "0 or -errno; -2147483648 = unknown")	\
	F(notification, notify,    "how the receiver is notified, REMOVE = no more")	\
	F(signal32, signo,     "SIGEV_SIGNAL: the signal")

#define IPCPROBE_FIELDS_mq_destroy(F)					\
	F(dev,   dev,       "device of the mqueue file system")		\
	F(u32,   ino,       "inode number")				\
	F(u32,   nr_messages, "messages that were in it; all ones = not known") \
	F(pad32, __pad,     "")

/*
 * A futex is identified by (process, addr) if file is 0. If file is not 0,
 * which requires the flag SHARED, a futex is identified by (file, offset), in
 * any process and at any address; file_info describes the file: shared
 * anonymous memory and SysV segments are files, too. UNRESOLVED: the futex is
 * shared, but the mapping could not be looked up at that time; another record
 * of the same process and address may have file and offset.
 */
#define IPCPROBE_FIELDS_futex_wait(F)					\
	F(x64,   addr,      "address of the futex")			\
	F(u64,   offset,    "position in the file")			\
	F(u32,   file,      "file that a shared futex is in, 0 = the process's own memory") \
	F(u32,   val,       "value expected there; WAITV: number of futexes") \
	F(u32,   mask,      "bits that a wake must share (WAIT_BITSET)") \
	F(ret,   ret,       "0, WAITV: index of a futex that was woken; or -errno") \
	F(ns32,  dur_ns,    "entry to exit, sleep included")		\
	F(call,  call,      "system call")				\
	F(futex_op, op,     "operation")				\
	F(futex_flags, flags, "SHARED, UNRESOLVED, BLOCKED, TIMEOUT, REALTIME")

#define IPCPROBE_FIELDS_futex_block(F)					\
	F(x64,   addr,      "address of the futex; WAITV: of the first") \
	F(u64,   offset,    "position in the file")			\
	F(u32,   file,      "file that a shared futex is in, 0 = the process's own memory") \
	F(u32,   val,       "value expected there; WAITV: number of futexes") \
	F(tid,   owner,     "PI: the holder; else the task named where a pthread_mutex_t has its owner: see mem") \
	F(call,  call,      "system call")				\
	F(futex_op, op,     "operation")				\
	F(futex_flags, flags, "SHARED, UNRESOLVED, TIMEOUT, REALTIME; BELOW, ABOVE: which half of mem was read") \
	F(mem,   mem,       "memory from 48 bytes below the address to 48 above it")

#define IPCPROBE_FIELDS_futex_wake(F)					\
	F(x64,   addr,      "address of the futex")			\
	F(u64,   offset,    "position in the file")			\
	F(u32,   file,      "file that a shared futex is in, 0 = the process's own memory") \
	F(u32,   nr_wake,   "waiters to wake at most")			\
	F(u32,   mask,      "bits that a waiter must share (WAKE_BITSET)") \
	F(ret,   ret,       "waiters woken or -errno; UNLOCK_PI: 0 or -errno") \
	F(ns32,  dur_ns,    "entry to exit")				\
	F(call,  call,      "system call")				\
	F(futex_op, op,     "operation")				\
	F(futex_flags, flags, "SHARED, UNRESOLVED")

#define IPCPROBE_FIELDS_futex_woken(F)					\
	F(x64,   addr,      "address that it waited at; IN_FILE: position in the file; 0 = not known") \
	F(tid,   wakee,     "the task that waited; the record's tid is the one that woke it") \
	F(call,  call,      "system call of the one that woke it, other = it exits") \
	F(futex_op, op,     "its operation")				\
	F(futex_flags, flags, "IN_FILE")

#define IPCPROBE_FIELDS_futex_requeue(F)				\
	F(x64,   addr,      "address of the futex they leave")		\
	F(x64,   addr2,     "address of the futex they go to")		\
	F(u64,   offset,    "position in the file")			\
	F(u64,   offset2,   "position in the file, of the second")	\
	F(u32,   file,      "file that a shared futex is in, 0 = the process's own memory") \
	F(u32,   file2,     "the second's")				\
	F(u32,   nr_wake,   "waiters to wake at most")			\
	F(u32,   nr_requeue, "further waiters to move at most")		\
	F(u32,   val,       "CMP_REQUEUE: value expected at the first")	\
	F(ret,   ret,       "waiters woken and moved, or -errno")	\
	F(ns32,  dur_ns,    "entry to exit")				\
	F(call,  call,      "system call")				\
	F(futex_op, op,     "operation")				\
	F(futex_flags, flags, "SHARED, UNRESOLVED; SHARED2, UNRESOLVED2")

#define IPCPROBE_FIELDS_futex_wake_op(F)				\
	F(x64,   addr,      "address of the first futex")		\
	F(x64,   addr2,     "address of the second, whose value is changed") \
	F(u64,   offset,    "position in the file")			\
	F(u64,   offset2,   "position in the file, of the second")	\
	F(u32,   file,      "file that a shared futex is in, 0 = the process's own memory") \
	F(u32,   file2,     "the second's")				\
	F(u32,   nr_wake,   "waiters of the first to wake at most")	\
	F(u32,   nr_wake2,  "waiters of the second to wake at most, if its old value compares") \
	F(u32,   val,       "what to do with the value and what to compare, as in futex(2)") \
	F(ret,   ret,       "waiters woken, of both, or -errno")	\
	F(ns32,  dur_ns,    "entry to exit")				\
	F(call,  call,      "system call")				\
	F(futex_op, op,     "operation")				\
	F(futex_flags, flags, "SHARED, UNRESOLVED; SHARED2, UNRESOLVED2")

#define IPCPROBE_FIELDS_futex_waitv(F)					\
	F(x64,   addr,      "address of the futex")			\
	F(u64,   offset,    "position in the file")			\
	F(u32,   file,      "file that a shared futex is in, 0 = the process's own memory") \
	F(u32,   val,       "value expected there")			\
	F(u16,   index,     "place in the vector, from 0")		\
	F(futex_flags, flags, "SHARED, UNRESOLVED")			\
	F(pad32, __pad,     "")

/*
 * sock, peer: numbers given by the module, never used twice while the module is
 * loaded; unix_socket connects a number with its inode number, type, name and
 * other end.
 *
 * pos: for a stream, the position of the byte among all bytes ever sent to the
 * receiving socket, modulo 2^32; for datagrams and sequenced packets, the
 * number of the message among all messages sent to that socket. Byte (message)
 * n received is byte (message) n sent, even if several tasks send. A number may
 * be unused (a send that failed half way). Bytes of several senders may be
 * received in another order than that of their numbers; if the bytes of a call
 * are not one run, unix_segment has the runs.
 */
#define IPCPROBE_FIELDS_unix_socket(F)					\
	F(u32,   sock,      "socket")					\
	F(u32,   peer,      "socket it is connected to, 0 = none")	\
	F(u32,   ino,       "inode number, 0 = not accepted yet")	\
	F(u32,   ns,        "inode number of its network namespace")	\
	F(u32,   write_pos, "position of the next byte (message) sent to it") \
	F(u32,   read_pos,  "position of the next byte (message) it receives") \
	F(socket_type, type,      "STREAM, DGRAM, SEQPACKET")		\
	F(socket_state, state,     "CONNECTED, UNCONNECTED, LISTENING")	\
	F(unix_flags, flags, "0")					\
	F(pad32, __pad,     "")						\
	F(str,   name,      "bound path, @ and abstract name, or empty")

#define IPCPROBE_FIELDS_unix_holder(F)					\
	F(u32,   sock,      "socket")					\
	F(u32,   pid,       "process (tgid)")				\
	F(u32,   fd,        "its descriptor")				\
	F(pad32, __pad,     "")

#define IPCPROBE_FIELDS_unix_pair(F)					\
	F(u32,   sock,      "one end")					\
	F(u32,   peer,      "the other")				\
	F(u32,   ino,       "inode number of sock")			\
	F(u32,   peer_ino,  "inode number of peer")			\
	F(socket_type, type,      "STREAM, DGRAM, SEQPACKET")		\
	F(socket_state, state,     "CONNECTED")				\
	F(unix_flags, flags, "0")					\
	F(pad32, __pad,     "")

#define IPCPROBE_FIELDS_unix_connect(F)					\
	F(u32,   sock,      "socket")					\
	F(u32,   peer,      "the other end: a stream's is a new socket, for accept(2) to take; 0 = none") \
	F(u32,   listener,  "the listening socket; 0 = none")		\
	F(ret,   ret,       "0 or -errno; -2147483648 = unknown")	\
	F(ns32,  dur_ns,    "entry to exit")				\
	F(ns32,  wait_ns,   "of dur_ns, time waited for room in the queue of the listening socket") \
	F(call,  call,      "system call")				\
	F(socket_type, type,      "STREAM, DGRAM, SEQPACKET")		\
	F(unix_flags, flags, "BLOCKED, NONBLOCK")			\
	F(pad32, __pad,     "")

#define IPCPROBE_FIELDS_unix_accept(F)					\
	F(u32,   sock,      "the new socket, 0 = none")			\
	F(u32,   listener,  "the listening socket")			\
	F(u32,   peer,      "the socket that connected")		\
	F(u32,   ino,       "inode number of sock")			\
	F(ret,   ret,       "descriptor or -errno; -2147483648 = unknown") \
	F(ns32,  dur_ns,    "entry to exit")				\
	F(ns32,  wait_ns,   "of dur_ns, time waited for a connection")	\
	F(call,  call,      "system call")				\
	F(socket_type, type,      "STREAM, SEQPACKET")			\
	F(unix_flags, flags, "BLOCKED, NONBLOCK")

#define IPCPROBE_FIELDS_unix_send(F)	IPCPROBE_FIELDS_unix_io(F)
#define IPCPROBE_FIELDS_unix_recv(F)	IPCPROBE_FIELDS_unix_io(F)

#define IPCPROBE_FIELDS_unix_io(F)					\
	F(x64,   addr,      "user buffer; of a vectored call the first segment; 0 with PAGES") \
	F(u32,   sock,      "the caller's socket")			\
	F(u32,   peer,      "send: the receiver; receive: the sender; 0 = not known or none") \
	F(u32,   pos,       "of the message or the first byte after unix_segments; only if ret > 0 (message: >= 0)") \
	F(u32,   count,     "bytes to send or asked for; with PAGES maybe only of the first part")\
	F(ret,   ret,       "bytes or -errno; -2147483648 = unknown; with TRUNC only min(ret, count) bytes were copied: MSG_TRUNC asks for the message's length") \
	F(ns32,  dur_ns,    "entry to exit, waiting included")		\
	F(ns32,  wait_ns,   "of dur_ns, time waited for room or bytes")	\
	F(call,  call,      "system call")				\
	F(u8,    nr_segs,   "user buffers (255 = more); those after the first have io_segment records") \
	F(unix_flags, flags, "BLOCKED, NONBLOCK, RESYNC, PEEK, TRUNC, FDS, PAGES, MESSAGE; UNPLACED: the filter of the receiving socket dropped the message that was sent, or a BPF program (sockmap) redirected what is received: peer and pos are 0") \
	__IPCPROBE_FIELDS_prints(F)

#define IPCPROBE_FIELDS_unix_segment(F)					\
	F(u32,   sock,      "the caller's socket")			\
	F(u32,   pos,       "position of the first byte")		\
	F(u32,   bytes,     "how many")					\
	F(unix_flags, flags, "SENT: they were sent, else received; PEEK") \
	F(pad16, __pad,     "")

#define IPCPROBE_FIELDS_unix_block(F)					\
	F(u32,   sock,      "the caller's socket")			\
	F(u32,   peer,      "the other end, of connect(2) the listening socket; 0 = not known") \
	F(ns32,  dur_ns,    "time since the operation began")		\
	F(unix_flags, flags, "EMPTY: for bytes, a message or a connection; FULL: for room") \
	F(pad16, __pad,     "")

#define IPCPROBE_FIELDS_unix_unblock(F)					\
	F(u32,   sock,      "the caller's socket")			\
	F(unix_flags, flags, "EMPTY or FULL")				\
	F(pad16, __pad,     "")

#define IPCPROBE_FIELDS_unix_fd(F)					\
	F(u64,   ino,       "inode number of what it refers to; of a pipe or socket the one in /proc/PID/fd") \
	F(dev,   dev,       "device of the inode's file system")	\
	F(u32,   sock,      "the caller's socket")			\
	F(u32,   pos,       "position of the byte or message it goes with") \
	F(s32,   fd,        "descriptor: the receiver's; sent: the sender's, -1 = not known")	\
	F(u16,   mode,      "type and permission bits of the inode; type 0 = anonymous (eventfd, epoll, ...)") \
	F(u16,   index,     "which of the descriptors passed together, from 0") \
	F(unix_flags, flags, "SENT: it was passed, else received; PEEK") \
	F(pad16, __pad,     "")

#define IPCPROBE_FIELDS_unix_close(F)					\
	F(u32,   sock,      "socket")					\
	F(u32,   unread,    "bytes (messages) sent to it and never received; connections never accepted")

#define IPCPROBE_FIELDS_signal_send(F)					\
	F(tid,   target,    "task it was sent to; tid: the sender, or the task interrupted when the kernel sent it") \
	F(u32,   pid,       "process (tgid) of target")			\
	F(signal_code, code,      "si_code; positive ones that have no name depend on the signal") \
	F(signal, sig,       "signal")					\
	F(u8,    is_group,  "1: sent to the process: any of its threads may take it") \
	F(signal_result, result,    "QUEUED, IGNORED, PENDING: it was already, LOST: no memory, NO_SIGINFO: queued without")

#define IPCPROBE_FIELDS_signal_take(F)				\
	F(x64,   handler,   "address of the handler, 0 = default action") \
	F(sigaction_flags, sa_flags,  "flags of sigaction(2)")		\
	F(signal_code, code,      "si_code, as in signal_send")		\
	F(signal, sig,       "signal; 9 when another one ends the whole process") \
	F(pad16, __pad,     "")						\
	F(pad32, __pad2,    "")

/*
 * eventfd: the number in /proc/PID/fdinfo; after eventfd_close the kernel may
 * give the number to another eventfd.
 */
#define IPCPROBE_FIELDS_eventfd_write(F)	IPCPROBE_FIELDS_eventfd_io(F)
#define IPCPROBE_FIELDS_eventfd_read(F)		IPCPROBE_FIELDS_eventfd_io(F)

#define IPCPROBE_FIELDS_eventfd_io(F)					\
	F(u64,   value,     "what was added or read; all ones = not known") \
	F(u32,   eventfd,   "eventfd")					\
	F(ret,   ret,       "8 or -errno; -2147483648 = unknown")	\
	F(ns32,  dur_ns,    "entry to exit, waiting included")		\
	F(ns32,  wait_ns,   "of dur_ns, time waited")			\
	F(call,  call,      "system call")				\
	F(u8,    is_semaphore, "1: made with EFD_SEMAPHORE")		\
	F(flags, flags,     "BLOCKED, NONBLOCK")			\
	F(pad32, __pad,     "")

#define IPCPROBE_FIELDS_eventfd_block(F)				\
	F(u32,   eventfd,   "eventfd waited for")			\
	F(flags, flags,     "EMPTY: a read waits; FULL: a write waits")	\
	F(pad16, __pad,     "")

#define IPCPROBE_FIELDS_eventfd_signal(F)				\
	F(u32,   eventfd,   "eventfd")					\
	F(u32,   value,     "what was added")

#define IPCPROBE_FIELDS_eventfd_close(F)				\
	F(u32,   eventfd,   "eventfd")					\
	F(pad32, __pad,     "")

#define IPCPROBE_FIELDS_procvm(F)					\
	F(x64,   local,     "address in the caller, of the first range") \
	F(x64,   remote,    "address in the other process, of the first range") \
	F(u32,   target,    "the other process (tgid), 0 = there is none") \
	F(u32,   count,     "length of all local ranges; all ones = not known") \
	F(ret,   ret,       "bytes copied or -errno; -2147483648 = unknown") \
	F(ns32,  dur_ns,    "entry to exit")				\
	F(call,  call,      "system call: the direction")		\
	F(u8,    nr_local,  "local ranges (255 = more)")		\
	F(u16,   nr_remote, "remote ranges (255 = more)")		\
	F(pad32, __pad,     "")						\
	__IPCPROBE_FIELDS_prints(F)

#define IPCPROBE_FIELDS_procvm_segment(F)				\
	F(x64,   addr,      "where it begins")				\
	F(u64,   bytes,     "its length")				\
	F(u32,   target,    "the other process (tgid)")			\
	F(u16,   index,     "place in its list, from 0")		\
	F(u16,   is_remote, "1: in the other process")			\
	__IPCPROBE_FIELDS_prints(F)

#endif /* _UAPI_LINUX_IPCPROBE_EVENTS_H */
