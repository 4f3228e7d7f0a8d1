/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The map of the module: what each file offers to the others, in the order in
 * which an event travels.  hook_<class>.c -> trace.h -> session.c (with
 * filter.c) -> ring.c; everything else serves these.
 */
#ifndef IPCPROBE_H
#define IPCPROBE_H

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/compat.h>
#include <linux/cpumask.h>
#include <linux/fs.h>
#include <linux/hash.h>
#include <linux/ipc_namespace.h>
#include <linux/irq_work.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/nsproxy.h>
#include <linux/percpu.h>
#include <linux/pipe_fs_i.h>
#include <linux/rculist.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <linux/string.h>
#include <linux/types.h>
#include <linux/uio.h>
#include <linux/wait.h>
#include <asm/syscall.h>

/* A hole in a record would carry what was in memory before to user space. */
#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wpadded"
#include <linux/ipcprobe.h>
#pragma GCC diagnostic pop

#include "clock.h"

struct ftrace_regs;
struct ipcprobe_hook;
struct ipcprobe_op;
struct iov_iter;
struct kern_ipc_perm;
struct kiocb;
struct module;
struct msg_msg;
struct scm_fp_list;
struct sk_buff;
struct sock;
struct socket;
struct tracepoint;
struct vfsmount;

/* ring.c: one CPU's ring of one session; design at the head of ring.c */

struct ipcprobe_ring {
	/* written by the CPU that owns the ring, irqs off */
	u64 limit;		/* records end at or before it; 0 while lost_classes is not */
	u64 wakeup_pos;		/* beyond it a reader is woken; also written by poll(), both WRITE_ONCE */
	/* constant while the ring exists */
	struct ipcprobe_ring_producer *producer;
	u8 *data;
	u64 mask;		/* size of the data - 1 */
	u32 plain;		/* as of the session, less the classes that it wants data of */
	struct ipcprobe_ring_consumer *consumer;	/* user space writes it */
	void *area;		/* consumer page, producer page, data, data again */
	struct page **pages;	/* of the area, the second data left out */
	wait_queue_head_t *wait;
	u32 wakeup_bytes;
	/* as limit */
	u32 lost_classes;	/* mask: losses that no record says yet */
	u32 lost_pending[IPCPROBE_NR_CLASSES];
	u32 lost_reasons[IPCPROBE_NR_CLASSES];
	u64 lost_begin_ns[IPCPROBE_NR_CLASSES];
	struct irq_work wakeup;
};

struct ipcprobe_ring *ipcprobe_ring_create(int cpu, u32 size, u32 wakeup_bytes,
					   wait_queue_head_t *wait);
void ipcprobe_ring_destroy(struct ipcprobe_ring *ring);
bool ipcprobe_ring_make_room(struct ipcprobe_ring *ring, u32 class_id, u32 len,
			     u64 ts_ns);
void ipcprobe_ring_miss(struct ipcprobe_ring *ring, u32 class_id, u32 reason,
			u32 nr);
void ipcprobe_ring_adopt(struct ipcprobe_ring *ring, u32 class_id, u32 nr,
			 u64 begin_ns);
void ipcprobe_ring_wake(struct ipcprobe_ring *ring);
void ipcprobe_ring_flush_lost(struct ipcprobe_ring *ring);
bool ipcprobe_ring_readable(struct ipcprobe_ring *ring);

/**
 * ipcprobe_ring_reserve - room for one record; its loss is counted here
 * @ring: this CPU's ring
 * @len: bytes of the record, a multiple of 8
 * @class_id: class that the record, or its loss, is counted for
 * @ts_ns: its time
 * @end: set to the position behind it, for ipcprobe_ring_commit()
 *
 * Context: on the ring's CPU, irqs off until ipcprobe_ring_commit(); not NMI.
 * Return: where to write, or NULL: the ring is full.
 */
static __always_inline void *
ipcprobe_ring_reserve(struct ipcprobe_ring *ring, u32 len, u32 class_id,
		      u64 ts_ns, u64 *end)
{
	struct ipcprobe_ring_producer *producer = ring->producer;
	u64 pos = producer->producer_pos;

	producer->produced[class_id]++;
	if (unlikely(pos + len > ring->limit)) {
		if (!ipcprobe_ring_make_room(ring, class_id, len, ts_ns))
			return NULL;
		pos = producer->producer_pos;
	}
	*end = pos + len;
	return ring->data + (pos & ring->mask);
}

/* Makes the record reserved last visible. */
static __always_inline void ipcprobe_ring_commit(struct ipcprobe_ring *ring,
						 u64 end)
{
	smp_store_release(&ring->producer->producer_pos, end); /* B in ring.c */
	if (unlikely(end > READ_ONCE(ring->wakeup_pos)))
		ipcprobe_ring_wake(ring);
}

/* filter.c: which tasks a session follows */

struct ipcprobe_filter {
	unsigned long *tids;	/* bit per thread id; NULL: everybody */
	spinlock_t lock;	/* whose number is it? */
	struct list_head node;	/* of all filters; RCU */
};

size_t ipcprobe_filter_bytes(void);
int ipcprobe_filter_init(struct ipcprobe_filter *filter);
void ipcprobe_filter_deinit(struct ipcprobe_filter *filter);
int ipcprobe_filter_add_process(struct ipcprobe_filter *filter, u32 tid);
void ipcprobe_filter_fork(u32 parent, u32 child);

static __always_inline bool
ipcprobe_filter_pass(const struct ipcprobe_filter *filter, u32 tid)
{
	return test_bit(tid, filter->tids);
}

/* setup.c: what CONFIGURE asks for */

/**
 * struct ipcprobe_setup - a configuration, copied from user space
 * @config: as given; its @pids and @cpus are not looked at again
 * @cpus: copy of the mask, NULL: all CPUs
 * @pids: copy of the list, NULL: no filter
 */
struct ipcprobe_setup {
	struct ipcprobe_config config;
	u64 *cpus;
	u32 *pids;
};

int ipcprobe_setup_init(struct ipcprobe_setup *setup, const void __user *from);
void ipcprobe_setup_deinit(struct ipcprobe_setup *setup);

static inline u32 ipcprobe_setup_ring_bytes(const struct ipcprobe_config *config)
{
	return config->ring_bytes ?: IPCPROBE_RING_BYTES_DEFAULT;
}

/* limit.c: what all sessions may take together */

/**
 * enum ipcprobe_limit - what there is a limit of
 * @IPCPROBE_LIMIT_OPEN: open sessions
 * @IPCPROBE_LIMIT_RUNNING: running sessions: each costs every event
 * @IPCPROBE_LIMIT_BYTES: memory of rings and filters
 * @IPCPROBE_NR_LIMITS: number of limits
 */
enum ipcprobe_limit {
	IPCPROBE_LIMIT_OPEN,
	IPCPROBE_LIMIT_RUNNING,
	IPCPROBE_LIMIT_BYTES,
	IPCPROBE_NR_LIMITS
};

bool ipcprobe_limit_take(enum ipcprobe_limit limit, u64 amount);
void ipcprobe_limit_give(enum ipcprobe_limit limit, u64 amount);
u64 ipcprobe_limit_taken(enum ipcprobe_limit limit);

/* session.c: an open file of /dev/ipcprobe */

struct ipcprobe_session {
	struct list_head active_node;	/* ipcprobe_sessions; RCU */
	/* set by CONFIGURE, constant afterwards */
	u32 classes;
	u32 plain;			/* classes that no filter applies to */
	u32 filtered;			/* classes that the pid filter applies to */
	u32 not_self;			/* classes without events of @owner */
	u32 snap_bytes;			/* of each transfer that it wants */
	bool has_sums;			/* it wants checksums */
	struct task_struct *opener;	/* the task that opened it; referenced */
	const struct signal_struct *owner;	/* its process, which @opener keeps */
	struct ipcprobe_filter filter;
	bool all_cpus;
	bool has_snapshot;
	cpumask_var_t cpus;
	struct ipcprobe_ring **rings;	/* [nr_cpu_ids]; NULL: CPU was not present */
	u32 ring_bytes;
	/* events of CPUs without a ring: [nr_cpu_ids][IPCPROBE_NR_CLASSES] */
	u64 (*no_ring)[IPCPROBE_NR_CLASSES];
	u64 no_ring_begin_ns;		/* the first of them since START; 0: none */
	u64 no_ring_flushed[IPCPROBE_NR_CLASSES];	/* of them in lost records */
	u64 bytes;			/* taken of IPCPROBE_LIMIT_BYTES */
	bool running;			/* written with @mutex */
	struct mutex mutex;		/* one of CONFIGURE, START, STOP and RESYNC at a time */
	refcount_t refs;		/* the open file, and who looks at it */
	u32 id;
	struct list_head node;		/* all sessions */
	char comm[TASK_COMM_LEN];
	wait_queue_head_t wait;
};

/* While one session runs alone, its ring of each CPU; else one of no class.  RCU. */
DECLARE_PER_CPU(struct ipcprobe_ring *, ipcprobe_only_ring);
extern struct list_head ipcprobe_sessions;	/* running ones; RCU */
extern u32 ipcprobe_snap_bytes;	/* the most that a running session wants */
extern bool ipcprobe_has_sums;	/* a running session wants checksums */
extern u32 ipcprobe_epoch;	/* objects described before it changed are described again */

void ipcprobe_session_init(void);
bool ipcprobe_session_is_alone(const struct ipcprobe_session *session);
struct ipcprobe_session *ipcprobe_session_create(void);
void ipcprobe_session_destroy(struct ipcprobe_session *session);
struct ipcprobe_session *ipcprobe_session_get_next(u32 id);
void ipcprobe_session_put(struct ipcprobe_session *session);
u32 ipcprobe_session_owner(const struct ipcprobe_session *session);
int ipcprobe_session_configure(struct ipcprobe_session *session,
			       const struct ipcprobe_setup *setup);
int ipcprobe_session_start(struct ipcprobe_session *session);
int ipcprobe_session_stop(struct ipcprobe_session *session);
int ipcprobe_session_resync(struct ipcprobe_session *session);
int ipcprobe_session_resync_queues(struct ipcprobe_session *session);
int ipcprobe_session_stats(struct ipcprobe_session *session,
			   struct ipcprobe_stats *stats);
void ipcprobe_describe_again(void);

/* trace.h includes this file; the hooks call the emitters of emit.h */

#define IPCPROBE_TRACE_LEVELS	4
#define IPCPROBE_TRACE_MAX	256	/* bytes of a record without a string */

/**
 * struct ipcprobe_trace_copies - the records that tracepoints' users are given
 * @level: how many are in use
 * @buf: one for each level
 *
 * Of one CPU, with irqs off.
 */
struct ipcprobe_trace_copies {
	unsigned int level;
	u8 buf[IPCPROBE_TRACE_LEVELS][IPCPROBE_TRACE_MAX] __aligned(8);
};

/* trace.c */
DECLARE_PER_CPU(struct ipcprobe_trace_copies, ipcprobe_trace_copies);

/* hooks.c: what is attached, and when */

/**
 * struct ipcprobe_hook - one place in the kernel where events come from
 * @name: tracepoint or function
 * @kind: IPCPROBE_HOOK_TRACEPOINT or IPCPROBE_HOOK_FUNCTION
 * @alt: 0: the class needs it.  Else the class needs at least one hook with
 *	the same number: kernels name the place differently.
 *	IPCPROBE_HOOK_EXTRA: the class does without, and misses what it gives;
 *	of an IPCPROBE_HOOK_EXTRA_GROUP() one is enough.
 *	IPCPROBE_HOOK_NONE: this kernel has not what it stands for.
 * @hot: enum ipcprobe_hot
 * @is_fallback: not attached where another with the same @alt is
 * @classes: mask of the classes that use it
 * @probe: tracepoint probe, called with the hook as its data
 * @entry: function entry handler
 * @entry_from: one that is told, too, where the function will return to
 * @has_from: it is @entry_from
 * @tp: the tracepoint, once found
 * @ip: the function's address, once found; 0 again when its module has gone
 * @attached: protected by hooks.c's mutex
 * @error: -errno of the last attach, 0 = none
 * @missed: hits that made no record though they should: ipcprobe_missed()
 */
struct ipcprobe_hook {
	const char *name;
	u8 kind;
	u8 alt;
	u8 hot;
	bool has_from;
	bool is_fallback;
	u32 classes;
	union {
		void *probe;
		void (*entry)(struct ipcprobe_hook *hook,
			      struct ftrace_regs *fregs);
		void (*entry_from)(struct ipcprobe_hook *hook,
				   struct ftrace_regs *fregs,
				   unsigned long parent_ip);
	};
	struct tracepoint *tp;
	unsigned long ip;
	bool attached;
	int error;
	atomic64_t missed;
};

#define IPCPROBE_HOOK_EXTRA	255
#define IPCPROBE_HOOK_NONE	254
#define IPCPROBE_HOOK_EXTRA_GROUP(n)	(200 + (n))

/* @alt where @condition holds in this kernel. */
#define IPCPROBE_HOOK_IF(condition, alt)	((condition) ? (alt) : IPCPROBE_HOOK_NONE)

/* A table of hooks ends with a row without a name. */
#define IPCPROBE_TP(tp_name, fn, class_mask) {				\
	.name = tp_name, .kind = IPCPROBE_HOOK_TRACEPOINT,		\
	.probe = fn, .classes = class_mask }
#define IPCPROBE_FN(fn_name, fn, class_mask, alt_group) {		\
	.name = fn_name, .kind = IPCPROBE_HOOK_FUNCTION,		\
	.entry = fn, .classes = class_mask, .alt = alt_group }
#define IPCPROBE_FN_FROM(fn_name, fn, class_mask, alt_group) {		\
	.name = fn_name, .kind = IPCPROBE_HOOK_FUNCTION, .has_from = true, \
	.entry_from = fn, .classes = class_mask, .alt = alt_group }
#define IPCPROBE_HOT_FN(fn_name, fn, class_mask, alt_group, hot_nr) {	\
	.name = fn_name, .kind = IPCPROBE_HOOK_FUNCTION, .entry = fn,	\
	.classes = class_mask, .alt = alt_group, .hot = hot_nr }
#define IPCPROBE_HOT_FN_FROM(fn_name, fn, class_mask, alt_group, hot_nr) { \
	.name = fn_name, .kind = IPCPROBE_HOOK_FUNCTION, .has_from = true, \
	.entry_from = fn, .classes = class_mask, .alt = alt_group, .hot = hot_nr }

#define IPCPROBE_BIT(up)	BIT(IPCPROBE_CLASS_##up)

/* Classes that copy bytes and know where these lie. */
#define IPCPROBE_IO_CLASSES	(IPCPROBE_BIT(PIPE) | IPCPROBE_BIT(FILE))

/* Classes whose calls move bytes between user buffers and elsewhere. */
#define IPCPROBE_DATA_CLASSES	(IPCPROBE_IO_CLASSES | IPCPROBE_BIT(UNIX) | \
				 IPCPROBE_BIT(MSG) | IPCPROBE_BIT(PROCVM))

/* Classes that follow operations from entry to end (op.c). */
#define IPCPROBE_OP_CLASSES	(IPCPROBE_IO_CLASSES | IPCPROBE_BIT(SHM) | \
				 IPCPROBE_BIT(SEM) | IPCPROBE_BIT(MSG) | \
				 IPCPROBE_BIT(FUTEX) | IPCPROBE_BIT(UNIX) | \
				 IPCPROBE_BIT(EVENTFD) | IPCPROBE_BIT(PROCVM))

/*
 * Handlers of functions that run at every switch, wake-up, mutex or pipe
 * operation of the machine: found by compares instead of the table, called
 * directly.
 */
enum ipcprobe_hot {
	IPCPROBE_COLD,
	IPCPROBE_HOT_MUTEX_UNLOCK,
	IPCPROBE_HOT_PIPE_READ,
	IPCPROBE_HOT_PIPE_WRITE,
	IPCPROBE_HOT_ENQUEUE,
	IPCPROBE_HOT_DEQUEUE,
	IPCPROBE_HOT_DEQUEUE_ENTITIES,
	IPCPROBE_HOT_NR_RUNNING,
	IPCPROBE_HOT_SEARCH,
	IPCPROBE_HOT_RESCHED,
	IPCPROBE_HOT_PREEMPT_FAIR,
	IPCPROBE_HOT_PICK_DL,
	IPCPROBE_HOT_YIELD,
	IPCPROBE_NR_HOT
};

void ipcprobe_entry_mutex_unlock(struct ipcprobe_hook *hook,
				 struct ftrace_regs *fregs);
void ipcprobe_entry_pipe_read(struct ipcprobe_hook *hook,
			      struct ftrace_regs *fregs);
void ipcprobe_entry_pipe_write(struct ipcprobe_hook *hook,
			       struct ftrace_regs *fregs);
void ipcprobe_entry_enqueue_fair(struct ipcprobe_hook *hook,
				 struct ftrace_regs *fregs);
void ipcprobe_entry_dequeue_fair(struct ipcprobe_hook *hook,
				 struct ftrace_regs *fregs);
void ipcprobe_entry_dequeue_entities(struct ipcprobe_hook *hook,
				     struct ftrace_regs *fregs);
void ipcprobe_entry_nr_running(struct ipcprobe_hook *hook,
			       struct ftrace_regs *fregs);
void ipcprobe_entry_search(struct ipcprobe_hook *hook, struct ftrace_regs *fregs,
			   unsigned long parent_ip);
void ipcprobe_entry_resched(struct ipcprobe_hook *hook, struct ftrace_regs *fregs,
			    unsigned long parent_ip);
void ipcprobe_entry_wakeup_preempt_fair(struct ipcprobe_hook *hook,
					struct ftrace_regs *fregs);
void ipcprobe_entry_pick_dl(struct ipcprobe_hook *hook,
			    struct ftrace_regs *fregs);
void ipcprobe_entry_yield(struct ipcprobe_hook *hook,
			  struct ftrace_regs *fregs);

extern struct ipcprobe_hook ipcprobe_task_hooks[];
extern struct ipcprobe_hook ipcprobe_pipe_hooks[];
extern struct ipcprobe_hook ipcprobe_splice_hooks[];
extern struct ipcprobe_hook ipcprobe_file_hooks[];
extern struct ipcprobe_hook ipcprobe_shm_hooks[];
extern struct ipcprobe_hook ipcprobe_unix_hooks[];
extern struct ipcprobe_hook ipcprobe_unix_io_hooks[];
extern struct ipcprobe_hook ipcprobe_unix_skb_hooks[];
extern struct ipcprobe_hook ipcprobe_signal_hooks[];
extern struct ipcprobe_hook ipcprobe_eventfd_hooks[];
extern struct ipcprobe_hook ipcprobe_procvm_hooks[];
extern struct ipcprobe_hook ipcprobe_op_hooks[];
extern struct ipcprobe_hook ipcprobe_wait_hooks[];
extern struct ipcprobe_hook ipcprobe_sem_hooks[];
extern struct ipcprobe_hook ipcprobe_msg_hooks[];
extern struct ipcprobe_hook ipcprobe_mq_hooks[];
extern struct ipcprobe_hook ipcprobe_sched_hooks[];
extern struct ipcprobe_hook ipcprobe_pick_hooks[];
extern struct ipcprobe_hook ipcprobe_futex_hooks[];
extern struct ipcprobe_hook ipcprobe_uring_hooks[];

int ipcprobe_hooks_get(u32 classes);
void ipcprobe_hooks_put(u32 classes);
int ipcprobe_hooks_trace_reg(u32 class_id);
void ipcprobe_hooks_trace_unreg(u32 class_id);
u32 ipcprobe_hooks_attached(void);
u32 ipcprobe_hooks_incomplete(u32 classes);
u8 ipcprobe_hook_optional(const struct ipcprobe_hook *hook);
void ipcprobe_hooks_init(void);
void ipcprobe_hooks_start(void);
void ipcprobe_hooks_exit(void);

#define IPCPROBE_NR_HOOKS_MAX	256

struct ipcprobe_hook *ipcprobe_hooks_nth(unsigned int n);

#define ipcprobe_for_each_hook(hook, n)	\
	for (n = 0; (hook = ipcprobe_hooks_nth(n)); n++)

/* function.c: entries of functions, for hooks.c alone */

int ipcprobe_functions_resolve(u32 classes);
u32 ipcprobe_functions_forget(const struct module *module);
int ipcprobe_functions_set(u32 classes);
bool ipcprobe_functions_hooked(void);
bool ipcprobe_functions_dead(void);
void ipcprobe_functions_exit(void);

/* missed.c: what happened and is not in the stream */

void ipcprobe_missed(struct ipcprobe_hook *hook, u32 class_id,
		     enum ipcprobe_reason reason);
void ipcprobe_session_missed(struct ipcprobe_session *session, u32 class_id,
			     enum ipcprobe_reason reason);
void ipcprobe_session_ringless(struct ipcprobe_session *session, int cpu,
			       u32 class_id);
void ipcprobe_session_flush_lost(struct ipcprobe_session *session);

/* btf.c: members of private kernel structs */

void ipcprobe_btf_load(void);
void ipcprobe_btf_unload(void);
int ipcprobe_btf_offsets(const char *struct_name, const char *const *members,
			 int *offsets, unsigned int nr);

/* main.c: the limit of the tables of objects */

#define IPCPROBE_OBJECTS_MAX	(1 << 19)	/* entries of a table */
#define IPCPROBE_CHAIN_MAX	64		/* of them in one chain */

extern unsigned int ipcprobe_objects_max;	/* a lower limit that the administrator sets */

/* May a table that has @nr entries have one more? */
static inline bool ipcprobe_objects_have_room(u32 nr)
{
	return nr < min_t(u32, READ_ONCE(ipcprobe_objects_max), IPCPROBE_OBJECTS_MAX);
}

/* May one more be put into a table of chains, into this one? */
static inline bool ipcprobe_table_has_room(u32 nr, const struct hlist_head *chain)
{
	const struct hlist_node *node;
	u32 len = 0;

	hlist_for_each(node, chain)
		len++;
	return len < IPCPROBE_CHAIN_MAX && ipcprobe_objects_have_room(nr);
}

/* Why an object has no entry in a table that @has_room for it. */
static inline enum ipcprobe_reason ipcprobe_objects_reason(bool has_room)
{
	return has_room ? IPCPROBE_REASON_NO_MEMORY : IPCPROBE_REASON_LIMIT;
}

/* pipe.c: the pipes met so far, with their byte positions */

/**
 * struct ipcprobe_pipe - one pipe or FIFO
 * @node: in the table; RCU
 * @pipe: the kernel's pipe, NULL once that is freed; looked into only under
 *	its mutex
 * @ino: inode number
 * @dev: device of the inode
 * @id: what records call it
 * @flags: IPCPROBE_IO_FIFO or 0
 * @epoch: value of ipcprobe_epoch when it was last described to all sessions
 * @snapshot: number of the snapshot that it was described in last
 * @is_synced: positions agree with the contents; pipe's mutex; cleared without
 *	it when bytes are going to move unseen
 * @is_special: one of the next two is set
 * @has_packets: reads throw the rest of a packet away (O_DIRECT); sticky
 * @nr_checks: so many operations more are compared with all of the contents:
 *	somebody may still move bytes unseen
 * @write_pos: bytes ever put in; pipe's mutex
 * @read_pos: bytes ever taken out; pipe's mutex
 * @refs: the table and operations under way
 * @rcu: frees it
 */
struct ipcprobe_pipe {
	struct hlist_node node;
	struct pipe_inode_info *pipe;
	u64 ino;
	dev_t dev;
	u32 id;
	u16 flags;
	u32 epoch;
	u32 snapshot;
	bool is_synced;
	union {
		u16 is_special;
		struct {
			bool has_packets;
			u8 nr_checks;
		};
	};
	u64 write_pos;
	u64 read_pos;
	refcount_t refs;
	struct rcu_head rcu;
};

#define IPCPROBE_PIPE_TABLE_BITS	17

extern struct hlist_head ipcprobe_pipe_table[];

int ipcprobe_pipe_init(void);
void ipcprobe_pipe_exit(void);
void ipcprobe_pipe_unsync(void);
void ipcprobe_pipe_reset(void);
struct pipe_inode_info *ipcprobe_pipe_of(const struct file *file);
struct ipcprobe_pipe *ipcprobe_pipe_alloc(gfp_t gfp);
struct ipcprobe_pipe *ipcprobe_pipe_add(struct inode *inode,
					struct pipe_inode_info *pipe,
					struct ipcprobe_pipe **unused);
struct ipcprobe_pipe *ipcprobe_pipe_create(struct inode *inode,
					   struct pipe_inode_info *pipe);
void ipcprobe_pipe_put(struct ipcprobe_pipe *obj);
enum ipcprobe_reason ipcprobe_pipe_reason(const struct pipe_inode_info *pipe);
void ipcprobe_pipe_forget(const struct pipe_inode_info *pipe);
u32 ipcprobe_pipe_bytes(const struct pipe_inode_info *pipe);
bool ipcprobe_pipe_holds_packets(const struct pipe_inode_info *pipe);
void ipcprobe_pipe_sync(struct ipcprobe_pipe *obj);
void ipcprobe_pipe_unseen(struct inode *inode, struct pipe_inode_info *pipe);
void ipcprobe_pipe_describe(struct ipcprobe_pipe *obj, const struct path *path,
			    struct ipcprobe_session *only, u64 write_pos,
			    u64 read_pos);
u32 ipcprobe_pipe_count(void);

static __always_inline struct hlist_head *
ipcprobe_pipe_bucket(const struct pipe_inode_info *pipe)
{
	return &ipcprobe_pipe_table[hash_ptr(pipe, IPCPROBE_PIPE_TABLE_BITS)];
}

/* Context: preemption off.  Return: NULL when the pipe was never met. */
static __always_inline struct ipcprobe_pipe *
ipcprobe_pipe_find(const struct pipe_inode_info *pipe)
{
	struct ipcprobe_pipe *obj;

	hlist_for_each_entry_rcu(obj, ipcprobe_pipe_bucket(pipe), node)
		if (obj->pipe == pipe)
			return obj;
	return NULL;
}

/**
 * ipcprobe_pipe_get - the entry of a pipe, made when there is none
 * @inode: its inode
 * @pipe: the kernel's pipe, which the caller keeps from being freed
 *
 * Context: task context, preemption off.
 * Return: NULL for ipcprobe_pipe_reason().
 */
static __always_inline struct ipcprobe_pipe *
ipcprobe_pipe_get(struct inode *inode, struct pipe_inode_info *pipe)
{
	struct ipcprobe_pipe *obj = ipcprobe_pipe_find(pipe);

	return likely(obj) ? obj : ipcprobe_pipe_create(inode, pipe);
}

/* file.c: the regular files met so far */

int ipcprobe_file_init(void);
void ipcprobe_file_exit(void);
u32 ipcprobe_file_id(struct file *file);
u32 ipcprobe_file_known(const struct inode *inode);
void ipcprobe_file_renamed(const struct dentry *old, const struct dentry *new);
u32 ipcprobe_file_count(void);
int ipcprobe_path_print(const struct path *path, char *buf, int size);

/* sock.c: the UNIX sockets met so far, with their positions */

/**
 * struct ipcprobe_sock - one UNIX socket
 * @node: in the table; RCU
 * @sk: the kernel's socket, to compare with
 * @id: what records call it
 * @ino: inode number, 0 before accept(2)
 * @epoch: value of ipcprobe_epoch when it was last described to all sessions
 * @snapshot: number of the snapshot that it was described in last
 * @type: SOCK_STREAM, SOCK_DGRAM or SOCK_SEQPACKET
 * @is_synced: what it held when it was met is counted in write_pos
 * @write_pos: bytes (messages) ever sent to it
 * @read_pos: bytes (messages) ever received from it; iolock of the socket
 * @refs: the table and operations under way
 * @rcu: frees it
 */
struct ipcprobe_sock {
	struct hlist_node node;
	const struct sock *sk;
	u32 id;
	u32 ino;
	u32 epoch;
	u32 snapshot;
	u8 type;
	bool is_synced;
	atomic_t write_pos;
	u32 read_pos;
	refcount_t refs;
	struct rcu_head rcu;
};

int ipcprobe_sock_init(void);
void ipcprobe_sock_exit(void);
void ipcprobe_sock_reset(void);
struct ipcprobe_sock *ipcprobe_sock_alloc(gfp_t gfp);
struct ipcprobe_sock *ipcprobe_sock_add(struct sock *sk,
					struct ipcprobe_sock **unused);
struct ipcprobe_sock *ipcprobe_sock_create(struct sock *sk);
void ipcprobe_sock_put(struct ipcprobe_sock *obj);
enum ipcprobe_reason ipcprobe_sock_reason(const struct sock *sk);
void ipcprobe_sock_forget(const struct sock *sk);
bool ipcprobe_sock_queued(const struct ipcprobe_sock *obj, struct sock *sk,
			  u32 *units);
void ipcprobe_sock_label(const struct sk_buff *skb, u32 pos);
void ipcprobe_sock_unlabel(const struct sk_buff *skb);
bool ipcprobe_sock_read_label(const struct sk_buff *skb, u32 *pos);
const struct scm_fp_list *ipcprobe_sock_files(const struct sk_buff *skb);
u32 ipcprobe_sock_peer_id(const struct sock *sk);
void ipcprobe_sock_describe(struct ipcprobe_sock *obj, struct sock *sk,
			    struct ipcprobe_session *only);
struct sock *ipcprobe_sock_peer(const struct sock *sk);
void ipcprobe_sock_introduce(struct ipcprobe_sock *obj, struct sock *sk);

#define IPCPROBE_SOCK_TABLE_BITS	17

extern struct hlist_head ipcprobe_sock_table[];

static __always_inline struct hlist_head *
ipcprobe_sock_bucket(const struct sock *sk)
{
	return &ipcprobe_sock_table[hash_ptr(sk, IPCPROBE_SOCK_TABLE_BITS)];
}

/**
 * ipcprobe_sock_find - the entry of a socket
 * @sk: is only compared with
 *
 * Context: preemption off.  Return: NULL when it was never met.
 */
static __always_inline struct ipcprobe_sock *
ipcprobe_sock_find(const struct sock *sk)
{
	struct ipcprobe_sock *obj;

	hlist_for_each_entry_rcu(obj, ipcprobe_sock_bucket(sk), node)
		if (obj->sk == sk)
			return obj;
	return NULL;
}

/**
 * ipcprobe_sock_get - the entry of a socket, made when there is none
 * @sk: of family AF_UNIX; the caller keeps it from being destroyed and does
 *	not hold the lock of its receive queue
 *
 * Context: task context, preemption off.
 * Return: NULL for ipcprobe_sock_reason().
 */
static __always_inline struct ipcprobe_sock *ipcprobe_sock_get(struct sock *sk)
{
	struct ipcprobe_sock *obj = ipcprobe_sock_find(sk);

	return likely(obj) ? obj : ipcprobe_sock_create(sk);
}

/* op.c: operations between their entry and their end */

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

/**
 * struct ipcprobe_prints - what records tell of the data in a user buffer
 * @span: bytes of it that the fingerprints are of; 0: none, all are 0
 * @head: fingerprint of the first word
 * @mid: of the one at the roundest address
 * @tail: of the last
 */
struct ipcprobe_prints {
	u32 span;
	u32 head;
	u32 mid;
	u32 tail;
};

/**
 * union ipcprobe_buffer - what is known of a user buffer until a call ends
 * @prints: of what takes data out: of the data, as of the begin
 * @room: of what brings data in: its size
 *
 * All 0: it is not known, or the kernel's own.
 */
union ipcprobe_buffer {
	struct ipcprobe_prints prints;
	u64 room;
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

/* vector.c: the buffers of vectored calls, behind the first */

void ipcprobe_vector_add(struct ipcprobe_op *op, const struct iovec *iov, u8 nr_segs,
			 u32 class_id, bool is_brought);
void ipcprobe_vector_end(const struct ipcprobe_op *op, u64 first, s64 ret, u32 class_id);

/* data.c: the bytes that a call moved */

/**
 * struct ipcprobe_moved - what a call moved, in the current task's memory
 * @class_id: class of the call
 * @tid: of its record
 * @addr: first user buffer
 * @room: size of that, or more if all that was moved is in it
 * @nr_more: further buffers
 * @more: these
 * @bytes: that were moved, or -errno
 */
struct ipcprobe_moved {
	u32 class_id;
	u32 tid;
	u64 addr;
	u64 room;
	u32 nr_more;
	const struct iovec *more;
	s64 bytes;
};

void ipcprobe_tell_moved(const struct ipcprobe_moved *moved);
void ipcprobe_tell_op(const struct ipcprobe_op *op, u32 class_id, u64 room, u32 nr_more,
		      s64 bytes);

/* sum.c: their checksums */

void ipcprobe_tell_sums(const struct ipcprobe_moved *moved);

#define IPCPROBE_OP_OUT	0	/* index in end[]: bytes leave this pipe */
#define IPCPROBE_OP_IN	1	/* bytes enter this pipe */

/* Tasks that are in no system call of their own. */
#define IPCPROBE_PF_NO_CALL	(PF_KTHREAD | PF_IO_WORKER | PF_USER_WORKER |	\
				 PF_EXITING | PF_SIGNALED | PF_DUMPCORE)

/* op_call.c: which system call it is */

#define IPCPROBE_NR_CALLS	(__NR_futex_requeue + 1)

extern const u8 ipcprobe_calls[];	/* enum ipcprobe_call by system call; IPCPROBE_NR_CALLS */

u8 ipcprobe_op_call(void);
bool ipcprobe_is_io_submit(void);

#define __IPCPROBE_CALL(up)	BIT_ULL(IPCPROBE_CALL_##up)
#define __IPCPROBE_READS						\
	(__IPCPROBE_CALL(READ) | __IPCPROBE_CALL(READV) | __IPCPROBE_CALL(PREAD64) | \
	 __IPCPROBE_CALL(PREADV) | __IPCPROBE_CALL(PREADV2))
#define __IPCPROBE_WRITES						\
	(__IPCPROBE_CALL(WRITE) | __IPCPROBE_CALL(WRITEV) | __IPCPROBE_CALL(PWRITE64) | \
	 __IPCPROBE_CALL(PWRITEV) | __IPCPROBE_CALL(PWRITEV2))

/* E(KIND, calls): the system calls whose end is that of the operation */
#define IPCPROBE_OP_ENDS(E)						\
	E(PIPE_READ, __IPCPROBE_READS)					\
	E(PIPE_WRITE, __IPCPROBE_WRITES)				\
	E(PIPE_OPEN, __IPCPROBE_CALL(OPEN))				\
	E(PIPE_RESIZE, __IPCPROBE_CALL(FCNTL))				\
	E(SPLICE, __IPCPROBE_CALL(SPLICE) | __IPCPROBE_CALL(TEE) |	\
		  __IPCPROBE_CALL(VMSPLICE) | __IPCPROBE_CALL(SENDFILE)) \
	E(FILE_COPY, __IPCPROBE_CALL(SENDFILE) | __IPCPROBE_CALL(COPY_FILE_RANGE)) \
	E(UNIX_SEND, __IPCPROBE_WRITES | __IPCPROBE_CALL(SENDTO) |	\
		     __IPCPROBE_CALL(SENDMSG) | __IPCPROBE_CALL(SENDMMSG) | \
		     __IPCPROBE_CALL(SENDFILE) | __IPCPROBE_CALL(SPLICE)) \
	E(UNIX_RECV, __IPCPROBE_READS | __IPCPROBE_CALL(RECVFROM) |	\
		     __IPCPROBE_CALL(RECVMSG) | __IPCPROBE_CALL(RECVMMSG) | \
		     __IPCPROBE_CALL(SENDFILE) | __IPCPROBE_CALL(SPLICE)) \
	E(UNIX_CONNECT, __IPCPROBE_CALL(CONNECT))			\
	E(UNIX_ACCEPT, __IPCPROBE_CALL(ACCEPT))				\
	E(FILE_READ, __IPCPROBE_READS)					\
	E(FILE_WRITE, __IPCPROBE_WRITES)				\
	E(SHM_GET, __IPCPROBE_CALL(SHMGET))				\
	E(MEMFD, __IPCPROBE_CALL(MEMFD_CREATE))				\
	E(SHM_MOVE, __IPCPROBE_CALL(MREMAP))				\
	E(SHM_ATTACH, __IPCPROBE_CALL(SHMAT))				\
	E(SHM_DETACH, __IPCPROBE_CALL(SHMDT))				\
	E(SHM_REMOVE, __IPCPROBE_CALL(SHMCTL))				\
	E(FILE_RESIZE, __IPCPROBE_CALL(TRUNCATE) | __IPCPROBE_CALL(OPEN)) \
	E(SHM_RESIZE, __IPCPROBE_CALL(TRUNCATE) | __IPCPROBE_CALL(FALLOCATE) | \
		      __IPCPROBE_CALL(OPEN))				\
	E(SHM_SEAL, __IPCPROBE_CALL(FCNTL))				\
	E(SEM_CREATE, __IPCPROBE_CALL(SEMGET))				\
	E(SEM_SET, __IPCPROBE_CALL(SEMCTL))				\
	E(SEM_OP, __IPCPROBE_CALL(SEMOP) | __IPCPROBE_CALL(SEMTIMEDOP))	\
	E(MSG_SEND, __IPCPROBE_CALL(MSGSND))				\
	E(MSG_RECEIVE, __IPCPROBE_CALL(MSGRCV))				\
	E(MQ_SEND, __IPCPROBE_CALL(MQ_TIMEDSEND))			\
	E(MQ_RECEIVE, __IPCPROBE_CALL(MQ_TIMEDRECEIVE))			\
	E(MSG_CREATE, __IPCPROBE_CALL(MSGGET))				\
	E(MQ_OPEN, __IPCPROBE_CALL(MQ_OPEN))				\
	E(MQ_UNLINK, __IPCPROBE_CALL(MQ_UNLINK))			\
	E(MQ_NOTIFY, __IPCPROBE_CALL(MQ_NOTIFY))			\
	E(FUTEX, __IPCPROBE_CALL(FUTEX) | __IPCPROBE_CALL(FUTEX_WAITV) | \
		 __IPCPROBE_CALL(FUTEX_WAIT) | __IPCPROBE_CALL(FUTEX_WAKE) | \
		 __IPCPROBE_CALL(FUTEX_REQUEUE))			\
	E(EVENTFD_READ, __IPCPROBE_READS)				\
	E(EVENTFD_WRITE, __IPCPROBE_WRITES)				\
	E(PROCVM, __IPCPROBE_CALL(PROCESS_VM_READV) | __IPCPROBE_CALL(PROCESS_VM_WRITEV))

/* Does the end of this call end an operation of this kind? */
static __always_inline bool ipcprobe_op_ends(u8 kind, u8 call)
{
	u64 calls = 0;

	switch (kind) {
#define E(up, mask)	case IPCPROBE_OP_##up: calls = mask; break;
	IPCPROBE_OP_ENDS(E)
#undef E
	}
	return calls >> call & 1;
}

/* op_table.c: the operation of each task; see there */

#define IPCPROBE_OP_LEAF_BITS	9

struct ipcprobe_op_leaf {
	unsigned long places[BIT(IPCPROBE_OP_LEAF_BITS)];
};

/* Bits of a place; neither: the address of the operation that the task is in. */
#define IPCPROBE_OP_IDLE	1UL	/* it is in none */
#define IPCPROBE_OP_SLOW	2UL	/* ipcprobe_op_begin() decides whether one begins */

extern struct ipcprobe_op_leaf *ipcprobe_op_leaves[];	/* by thread id; never NULL */

int ipcprobe_op_table_init(void);
struct ipcprobe_op *ipcprobe_op_own(void);
struct ipcprobe_op *ipcprobe_op_made(void);
void ipcprobe_op_update(struct ipcprobe_op *op);
void ipcprobe_op_discard(void);
void ipcprobe_op_table_clear(void (*put)(struct ipcprobe_op *op));
void ipcprobe_op_table_exit(void);

static __always_inline unsigned long *ipcprobe_op_place(u32 tid)
{
	struct ipcprobe_op_leaf *leaf =
		READ_ONCE(ipcprobe_op_leaves[tid >> IPCPROBE_OP_LEAF_BITS]);

	return &leaf->places[tid & (BIT(IPCPROBE_OP_LEAF_BITS) - 1)];
}

/* Never NULL, which the compiler cannot know: it would test for it. */
static __always_inline struct ipcprobe_op *ipcprobe_op_at(unsigned long address)
{
	struct ipcprobe_op *op = (struct ipcprobe_op *)address;

	if (!op)
		__builtin_unreachable();
	return op;
}

/* The operation of the task @tid, which cannot end it meanwhile; or NULL. */
static __always_inline struct ipcprobe_op *ipcprobe_op_of(u32 tid)
{
	unsigned long entry = READ_ONCE(*ipcprobe_op_place(tid));

	return likely(entry & IPCPROBE_OP_IDLE) ? NULL : ipcprobe_op_at(entry);
}

/**
 * ipcprobe_op_find - the operation that the current task is in
 *
 * Context: task context, preemption off.  Return: NULL when there is none.
 */
static __always_inline struct ipcprobe_op *ipcprobe_op_find(void)
{
	return ipcprobe_op_of(current->pid);
}

/* Ends an operation that has no references. */
static __always_inline void ipcprobe_op_release(struct ipcprobe_op *op)
{
	WRITE_ONCE(*op->place, op->idle);
}

/* op.c */

extern bool ipcprobe_op_enabled;	/* what ends operations is attached */

int ipcprobe_op_init(void);
void ipcprobe_op_exit(void);
void ipcprobe_op_enable(bool on);
void ipcprobe_op_reset(void);
struct ipcprobe_op *ipcprobe_op_begin_close(struct ipcprobe_hook *hook);
struct ipcprobe_op *ipcprobe_op_begin_request(struct ipcprobe_hook *hook, u8 kind);
void ipcprobe_op_drop(struct ipcprobe_op *op);
void ipcprobe_op_forget_requests(void);
bool ipcprobe_op_is_forgotten(const struct ipcprobe_op *op);
bool ipcprobe_op_set_end(struct ipcprobe_op *op, int side, struct inode *inode,
			 struct pipe_inode_info *pipe);
struct ipcprobe_op *ipcprobe_op_begin(struct ipcprobe_hook *hook, u8 kind);
void ipcprobe_op_free(struct ipcprobe_op *op);

static __always_inline bool ipcprobe_op_is_request(const struct ipcprobe_op *op)
{
	return op->kind >= IPCPROBE_OP_PIPE_READ_REQUEST;
}

/* Of a call whose number is known: those of x32 have a bit that no other has. */
static __always_inline bool ipcprobe_is_32bit(void)
{
#ifdef CONFIG_X86_64
	return in_ia32_syscall();
#else
	return in_compat_syscall();
#endif
}

/* What is left of ipcprobe_op_begin_call() and _begin_bare(), the call known. */
static __always_inline struct ipcprobe_op *ipcprobe_op_claim(u8 kind, u8 call)
{
	unsigned long *place = ipcprobe_op_place(current->pid);
	unsigned long entry = *place;
	struct ipcprobe_op *op;

	if (unlikely(current->flags & IPCPROBE_PF_NO_CALL || ipcprobe_is_32bit() ||
		     (entry & (IPCPROBE_OP_IDLE | IPCPROBE_OP_SLOW)) != IPCPROBE_OP_IDLE))
		return NULL;
	op = ipcprobe_op_at(entry - IPCPROBE_OP_IDLE);
	op->kind = kind;
	op->call = call;
	op->begin = ipcprobe_stamp();
	WRITE_ONCE(*place, (unsigned long)op);
	return op;
}

/**
 * ipcprobe_op_begin_call - the current task enters an operation by a certain
 *	system call
 * @kind: enum ipcprobe_op_kind
 * @nr: number of that call
 * @call: enum ipcprobe_call of it
 *
 * Context: as ipcprobe_op_begin().
 * Return: it, with tid, kind, call and begin set and nothing else;
 * NULL: ask ipcprobe_op_begin(), which knows all cases.
 */
static __always_inline struct ipcprobe_op *
ipcprobe_op_begin_call(u8 kind, long nr, u8 call)
{
	if (unlikely(syscall_get_nr(current, task_pt_regs(current)) != nr))
		return NULL;
	return ipcprobe_op_claim(kind, call);
}

/**
 * ipcprobe_op_try_begin - the current task enters an operation, if all is as
 *	nearly always
 * @kind: enum ipcprobe_op_kind
 *
 * Context: as ipcprobe_op_begin().
 * Return: it, as of ipcprobe_op_begin_bare(); NULL: it may be in one.
 */
static __always_inline struct ipcprobe_op *ipcprobe_op_try_begin(u8 kind)
{
	unsigned long nr = syscall_get_nr(current, task_pt_regs(current));

	if (unlikely(nr >= IPCPROBE_NR_CALLS ||
		     !ipcprobe_op_ends(kind, ipcprobe_calls[nr])))
		return NULL;
	return ipcprobe_op_claim(kind, ipcprobe_calls[nr]);
}

/**
 * ipcprobe_op_begin_bare - ipcprobe_op_begin() for what happens often
 * @hook: counts a miss
 * @kind: enum ipcprobe_op_kind
 *
 * Context: as ipcprobe_op_begin().
 * Return: likewise, but nothing is cleared: tid, kind, call and begin are
 * set, and there is no pipe or socket.
 */
static __always_inline struct ipcprobe_op *
ipcprobe_op_begin_bare(struct ipcprobe_hook *hook, u8 kind)
{
	struct ipcprobe_op *op = ipcprobe_op_try_begin(kind);

	return likely(op) ? op : ipcprobe_op_begin(hook, kind);
}

/* One side of a read or write is a pipe. */
static __always_inline void
ipcprobe_op_use_end(struct ipcprobe_op_end *end, struct ipcprobe_pipe *obj,
		    const struct pipe_inode_info *pipe)
{
	end->obj = obj;
	end->pipe = pipe;
	end->id = obj->id;
	end->obj_flags = obj->flags;
	end->bytes = 0;
	end->pos = 0;
	end->waiting = 0;
}

/* hook_pipe_io.c */

void ipcprobe_entry_prepare_to_wait(struct ipcprobe_hook *hook,
				    struct ftrace_regs *fregs);
void ipcprobe_entry_finish_wait(struct ipcprobe_hook *hook,
				struct ftrace_regs *fregs);
void ipcprobe_pipe_finish_rw(struct ipcprobe_op *op, s32 ret);
void ipcprobe_pipe_end_waits(struct ipcprobe_op *op);

/* hook_pipe.c: at the unlock of the pipe's mutex */

void ipcprobe_pipe_opening(struct ipcprobe_op *op, const struct mutex *lock);
void ipcprobe_pipe_closing(struct ipcprobe_op *op);

/* In place of when a wait began: the task handles a page fault or did so. */
#define IPCPROBE_IN_FAULT	U64_MAX

bool ipcprobe_fault_is_over(unsigned long ip);

/* hook_wait.c measures it.  How long an operation waited; 0: it did not. */
static __always_inline u32 ipcprobe_op_blocked_ns(const struct ipcprobe_op *op)
{
	if (likely(!op->wait_begin_ns) || op->wait_end_ns < op->wait_begin_ns)
		return 0;
	return max(ipcprobe_ns32(op->wait_end_ns - op->wait_begin_ns), 1U);
}

/* sysv.c: System V objects and IPC namespaces */

/* index of the kernel's ipc_namespace.ids[] */
#define IPCPROBE_SYSV_SEM	0
#define IPCPROBE_SYSV_MSG	1

/* Context: task context, in a system call or exit_sem(). */
static __always_inline u32 ipcprobe_ipc_ns(void)
{
	return current->nsproxy->ipc_ns->ns.inum;
}

struct kern_ipc_perm *ipcprobe_sysv_find(int kind, int id);
int ipcprobe_snapshot_ipc(struct ipcprobe_session *session);

/* message.c: the messages on their way */

int ipcprobe_message_init(void);
void ipcprobe_message_exit(void);
void ipcprobe_message_reset(void);
enum ipcprobe_reason ipcprobe_message_reason(const struct msg_msg *msg);
u32 ipcprobe_message_add(const struct msg_msg *msg);
u32 ipcprobe_message_find(const struct msg_msg *msg);
u32 ipcprobe_message_remove(const struct msg_msg *msg);

/* hook_sem.c */

void ipcprobe_sem_init(void);
void ipcprobe_sem_finish(struct ipcprobe_op *op, s32 ret);
void ipcprobe_sem_finish_op(struct ipcprobe_op *op, s32 ret);
void ipcprobe_sem_block(struct ipcprobe_op *op);
void ipcprobe_sem_describe(struct ipcprobe_session *session, u32 ns,
			   struct kern_ipc_perm *perm);

/* hook_msg.c */

void ipcprobe_msg_init(void);
void ipcprobe_msg_finish_create(struct ipcprobe_op *op, s32 ret);
void ipcprobe_msg_finish_send(struct ipcprobe_op *op, s32 ret);
void ipcprobe_msg_finish_receive(struct ipcprobe_op *op, s32 ret);
void ipcprobe_msg_block(struct ipcprobe_op *op);
bool ipcprobe_msg_in_call(long nr);
void ipcprobe_msg_describe(struct ipcprobe_session *session, u32 ns,
			   struct kern_ipc_perm *perm);

/* hook_mq.c */

void ipcprobe_mq_init(void);
void ipcprobe_mq_finish(struct ipcprobe_op *op, s32 ret);
void ipcprobe_mq_finish_transfer(struct ipcprobe_op *op, s32 ret);
void ipcprobe_mq_block(struct ipcprobe_op *op);
struct ipcprobe_op *ipcprobe_mq_begin_late(struct ipcprobe_hook *hook);
int ipcprobe_mq_snapshot(struct ipcprobe_session *session,
			 struct vfsmount *mnt, u32 ns);

/*
 * hook_pipe.c, hook_splice.c, hook_file.c, hook_futex.c: ends of operations,
 * called by op.c.  Here and below, what op.c's finish() calls releases the operation.
 */

void ipcprobe_pipe_finish(struct ipcprobe_op *op, s32 ret);
void ipcprobe_splice_finish(struct ipcprobe_op *op, s32 ret);
u16 ipcprobe_file_position(const struct file *file, bool is_write,
			   unsigned int rwf, u64 *offset);
void ipcprobe_file_finish_read(struct ipcprobe_op *op, s32 ret);
void ipcprobe_file_finish_write(struct ipcprobe_op *op, s32 ret);
void ipcprobe_file_finish_copy(const struct ipcprobe_op *op, s32 ret);
void ipcprobe_file_begin_resize(struct ipcprobe_hook *hook, u8 kind,
				const struct inode *inode, u32 id, u64 bytes);
void ipcprobe_file_finish_resize(const struct ipcprobe_op *op, s32 ret);

/* hook_shm.c */

void ipcprobe_shm_init(void);
void ipcprobe_shm_finish(struct ipcprobe_op *op, s32 ret);
void ipcprobe_shm_describe(const struct file *file, u32 id);
int ipcprobe_shm_snapshot(struct ipcprobe_session *only,
			  const struct task_struct *task, struct mm_struct *mm);
void ipcprobe_futex_finish(struct ipcprobe_op *op, s32 ret);

/* hook_unix.c, hook_unix_io.c */

struct ipcprobe_op *ipcprobe_unix_begin(struct ipcprobe_hook *hook,
					struct socket *socket, u8 kind,
					bool is_send);
u32 ipcprobe_unix_meet(struct ipcprobe_hook *hook, struct sock *sk);
void ipcprobe_unix_files_sent(struct ipcprobe_op *op, const struct sk_buff *skb,
			      u32 pos);
void ipcprobe_unix_finish_wait(struct ipcprobe_op *op,
			       const wait_queue_head_t *queue);
void ipcprobe_unix_end_wait(struct ipcprobe_op *op);
void ipcprobe_unix_finish_io(struct ipcprobe_op *op, s32 ret);
void ipcprobe_unix_finish(struct ipcprobe_op *op, s32 ret);
void ipcprobe_unix_finish_call(struct ipcprobe_op *op, s32 ret);

/* hook_eventfd.c, hook_procvm.c */

void ipcprobe_eventfd_init(void);
void ipcprobe_eventfd_fault(struct ipcprobe_op *op, unsigned long ip);
void ipcprobe_eventfd_finish_read(struct ipcprobe_op *op, s32 ret);
void ipcprobe_eventfd_finish_write(struct ipcprobe_op *op, s32 ret);
void ipcprobe_procvm_finish(struct ipcprobe_op *op, s32 ret);

/* hook_uring.c */

u64 ipcprobe_uring_addr(const struct kiocb *iocb);
void ipcprobe_uring_init(void);
void ipcprobe_uring_reset(void);

/* group.c: task groups */

void ipcprobe_entry_group_online(struct ipcprobe_hook *hook, struct ftrace_regs *fregs);
void ipcprobe_entry_group_refill(struct ipcprobe_hook *hook, struct ftrace_regs *fregs);

/* online.c */

int ipcprobe_online_init(void);
void ipcprobe_online_exit(void);
void ipcprobe_snapshot_offline(struct ipcprobe_session *only);

/* hook_sched.c */

void ipcprobe_sched_reset(void);
bool ipcprobe_rq_has_lock(void);
void ipcprobe_rq_snapshot(struct ipcprobe_session *only, bool has_throttled, bool is_stopped);

/* hook_pick.c */

void ipcprobe_pick_reset(void);

/* walk.c: the pipes and UNIX sockets that descriptors refer to */

/**
 * struct ipcprobe_found - a descriptor that a walk came to
 * @file: its open file; its descriptor table keeps it open during the visit
 * @fd: the descriptor
 * @pipe: what it refers to: a pipe ...
 * @sk: ... or a UNIX socket; the other is NULL
 */
struct ipcprobe_found {
	struct file *file;
	unsigned int fd;
	struct pipe_inode_info *pipe;
	struct sock *sk;
};

/**
 * struct ipcprobe_walk - where a walk over all threads' descriptors is
 * @classes: what is looked for: PIPE, UNIX
 * @visit: called for each descriptor found, with a spinlock held.  Returns
 *	false to end the step: the next one begins with the same descriptor.
 * @tid: thread whose descriptors are visited
 * @pid: its process
 * @seen_pid: the process's number as the current task sees it, 0 = not at all
 * @next_tid: the search goes on here
 * @next_fd: and here
 * @left: what the step may cost yet; 0: it ends with this visit
 */
struct ipcprobe_walk {
	u32 classes;
	bool (*visit)(struct ipcprobe_walk *walk,
		      const struct ipcprobe_found *found);
	pid_t tid;
	pid_t pid;
	pid_t seen_pid;
	pid_t next_tid;
	unsigned int next_fd;
	int left;
};

void ipcprobe_walk_init(struct ipcprobe_walk *walk, u32 classes,
			bool (*visit)(struct ipcprobe_walk *walk,
				      const struct ipcprobe_found *found),
			pid_t tid, unsigned int fd);
bool ipcprobe_walk_step(struct ipcprobe_walk *walk);
struct sock *ipcprobe_unix_sock_of(struct file *file);
struct task_struct *ipcprobe_next_thread(pid_t tid);
struct task_struct *ipcprobe_next_process(pid_t pid);

/* hook_futex.c */

void ipcprobe_futex_init(void);

/* snapshot.c: what exists when a session starts */

void ipcprobe_snapshot_tasks(struct ipcprobe_session *session);
int ipcprobe_snapshot_files(struct ipcprobe_session *session);
int ipcprobe_snapshot_shm(struct ipcprobe_session *session);
int ipcprobe_snapshot_queues(struct ipcprobe_session *session);
int ipcprobe_snapshot_groups(struct ipcprobe_session *session);

/* dev.c, control.c: the two ways in */

int ipcprobe_check_access(bool is_capable);
int ipcprobe_dev_init(void);
void ipcprobe_dev_exit(void);
int ipcprobe_control_init(void);
void ipcprobe_control_exit(void);

#endif /* IPCPROBE_H */
