// SPDX-License-Identifier: GPL-2.0
/*
 * A session: one open file of /dev/ipcprobe with its rings, filter and
 * counters. Life of a session: create (open) -> configure -> start <-> stop ->
 * destroy (last close). Running sessions are on an RCU list that the probes
 * walk.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/mm.h>
#include <linux/nospec.h>
#include <linux/rculist.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "attach.h"
#include "class.h"
#include "epoch.h"
#include "filter.h"
#include "limit.h"
#include "missed.h"
#include "record.h"
#include "ring.h"
#include "session.h"
#include "setup.h"

static struct ipcprobe_ring no_ring;	/* plain is 0: no class is on the fast path */
DEFINE_PER_CPU(struct ipcprobe_ring *, ipcprobe_sole_ring);
LIST_HEAD(ipcprobe_sessions);
u32 ipcprobe_snap_bytes;
bool ipcprobe_has_sums;

static LIST_HEAD(all_sessions);
static u32 last_id;
/* protects both lists, last_id, and what update_running() sets; no holder sleeps */
static DEFINE_SPINLOCK(list_lock);

/**
 * ipcprobe_session_create - make a session that is not configured yet
 *
 * Context: process; does not wait.  Return: the session or an ERR_PTR: -ENOMEM;
 * -EUSERS: IPCPROBE_NR_SESSIONS_MAX sessions are open.
 */
struct ipcprobe_session *ipcprobe_session_create(void)
{
	struct ipcprobe_session *session;

	if (!ipcprobe_limit_take(IPCPROBE_LIMIT_OPEN, 1))
		return ERR_PTR(-EUSERS);
	session = kzalloc(sizeof(*session), GFP_KERNEL_ACCOUNT);
	if (!session) {
		ipcprobe_limit_give(IPCPROBE_LIMIT_OPEN, 1);
		return ERR_PTR(-ENOMEM);
	}
	refcount_set(&session->refs, 1);
	mutex_init(&session->mutex);
	init_waitqueue_head(&session->wait);
	session->opener = get_task_struct(current);
	session->owner = current->signal;
	get_task_comm(session->comm, current);
	guard(spinlock)(&list_lock);
	session->id = ++last_id;
	list_add_tail(&session->node, &all_sessions);
	return session;
}

static void free_rings(struct ipcprobe_session *session)
{
	int cpu;

	if (session->rings)
		for (cpu = 0; cpu < nr_cpu_ids; cpu++)
			ipcprobe_ring_destroy(session->rings[cpu]);
	kvfree(session->rings);
	session->rings = NULL;
	kvfree(session->no_ring);
	session->no_ring = NULL;
}

static void free_memory(struct ipcprobe_session *session)
{
	free_rings(session);
	free_cpumask_var(session->cpus);
	ipcprobe_limit_give(IPCPROBE_LIMIT_BYTES, session->bytes);
	session->bytes = 0;
}

/* ---- configure ---- */

static int set_cpus(struct ipcprobe_session *session,
		    const struct ipcprobe_setup *setup)
{
	u32 word, bit;

	session->all_cpus = !setup->config.nr_cpu_words;
	for (word = 0; word < setup->config.nr_cpu_words; word++) {
		for (bit = 0; bit < 64; bit++) {
			if (!(setup->cpus[word] & BIT_ULL(bit)))
				continue;
			if (word * 64 + bit >= nr_cpu_ids)
				return -EINVAL;
			cpumask_set_cpu(word * 64 + bit, session->cpus);
		}
	}
	return session->all_cpus || !cpumask_empty(session->cpus) ? 0 : -EINVAL;
}

/* The filter needs the hooks of class task, which see every new task. */
static int start_filter(struct ipcprobe_filter *filter)
{
	int err = ipcprobe_hooks_get(IPCPROBE_BIT(TASK));

	if (err)
		return err;
	err = ipcprobe_filter_init(filter);
	if (err)
		ipcprobe_hooks_put(IPCPROBE_BIT(TASK));
	return err;
}

static void stop_filter(struct ipcprobe_filter *filter)
{
	if (!filter->tids)
		return;
	ipcprobe_filter_deinit(filter);
	ipcprobe_hooks_put(IPCPROBE_BIT(TASK));
}

static int set_filter(struct ipcprobe_session *session,
		      const struct ipcprobe_setup *setup)
{
	u32 i;
	int err;

	if (!setup->config.nr_pids)
		return 0;
	err = start_filter(&session->filter);
	for (i = 0; !err && i < setup->config.nr_pids; i++)
		err = ipcprobe_filter_add_process(&session->filter,
						  setup->pids[i]);
	return err;
}

static int make_rings(struct ipcprobe_session *session, u32 bytes,
		      u32 wakeup_bytes)
{
	int cpu;

	session->rings = kvcalloc(nr_cpu_ids, sizeof(*session->rings),
				  GFP_KERNEL_ACCOUNT);
	session->no_ring = kvcalloc(nr_cpu_ids, sizeof(*session->no_ring),
				    GFP_KERNEL_ACCOUNT);
	if (!session->rings || !session->no_ring)
		return -ENOMEM;
	for_each_present_cpu(cpu) {
		session->rings[cpu] = ipcprobe_ring_create(cpu, bytes,
							   wakeup_bytes,
							   &session->wait);
		if (!session->rings[cpu])
			return -ENOMEM;
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	return 0;
}

/*
 * Each ring has a copy of session->plain, for ipcprobe_sole_ring. The copy is
 * without the classes whose calls write more than one record.
 */
static void set_plain(struct ipcprobe_session *session)
{
	u32 slow = session->snap_bytes || session->has_sums ? IPCPROBE_DATA_CLASSES : 0;
	int cpu;

	if (session->all_cpus)
		session->plain = session->classes & ~session->filtered &
				 ~session->not_self;
	for_each_present_cpu(cpu)
		if (session->rings[cpu])
			session->rings[cpu]->plain = session->plain & ~slow;
}

/* Memory that make_rings() and ipcprobe_filter_init() are about to take. */
static u64 bytes_of(const struct ipcprobe_setup *setup, u32 ring_bytes)
{
	u64 nr_pages = 2 + (ring_bytes >> PAGE_SHIFT);
	u64 of_ring = nr_pages * (PAGE_SIZE + 2 * sizeof(struct page *));

	return num_present_cpus() * of_ring +
	       (setup->config.nr_pids ? ipcprobe_filter_bytes() : 0);
}

static int make_parts(struct ipcprobe_session *session,
		      const struct ipcprobe_setup *setup, u32 ring_bytes)
{
	u64 bytes = bytes_of(setup, ring_bytes);
	int err;

	if (!ipcprobe_limit_take(IPCPROBE_LIMIT_BYTES, bytes))
		return -ENOSPC;
	session->bytes = bytes;
	err = set_cpus(session, setup);
	if (!err)
		err = set_filter(session, setup);
	if (!err)
		err = make_rings(session, ring_bytes,
				 setup->config.wakeup_bytes ?: ring_bytes / 4);
	return err;
}

static int configure_session(struct ipcprobe_session *session,
			     const struct ipcprobe_setup *setup)
{
	const struct ipcprobe_config *config = &setup->config;
	u32 bytes = ipcprobe_setup_ring_bytes(config);
	int err;

	if (session->ring_bytes)
		return -EBUSY;
	if (!zalloc_cpumask_var(&session->cpus, GFP_KERNEL_ACCOUNT))
		return -ENOMEM;
	err = make_parts(session, setup, bytes);
	if (err) {
		stop_filter(&session->filter);
		free_memory(session);
		return err;
	}
	session->classes = config->classes;
	session->filtered = config->filtered;
	session->not_self = config->flags & IPCPROBE_F_EXCLUDE_SELF ?
		IPCPROBE_OP_CLASSES : 0;
	session->snap_bytes = config->snap_bytes;
	session->has_sums = config->flags & IPCPROBE_F_SUMS;
	set_plain(session);
	session->has_snapshot = !(config->flags & IPCPROBE_F_NO_SNAPSHOT);
	/* mmap(), STATS and netlink read without the mutex: publish last */
	smp_store_release(&session->ring_bytes, bytes);
	return 0;
}

/**
 * ipcprobe_session_configure - make the filter and the rings of a session
 * @session: session that is not configured yet
 * @setup: configuration from ipcprobe_setup_init()
 *
 * Context: process.  Return: 0 or an error of struct ipcprobe_config.
 */
int ipcprobe_session_configure(struct ipcprobe_session *session,
			       const struct ipcprobe_setup *setup)
{
	int err;

	if (mutex_lock_killable(&session->mutex))
		return -EINTR;
	err = configure_session(session, setup);
	mutex_unlock(&session->mutex);
	return err;
}

/* ---- start, stop ---- */

/*
 * Called before a session joins the list, and after a session has left it: a
 * probe that finds a ring with the class in its plain mask does not read the
 * list. Release: the probe finds an initialised ring.
 */
static void set_sole_ring(struct ipcprobe_session *sole)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct ipcprobe_ring *ring = sole ? sole->rings[cpu] : NULL;

		/* pairs with ipcprobe_sole_reserve(), whose reads depend on the pointer */
		smp_store_release(&per_cpu(ipcprobe_sole_ring, cpu), ring ?: &no_ring);
	}
}

/* The compiler cannot initialise a pointer in the per-CPU data of a module. */
void __init ipcprobe_session_init(void)
{
	set_sole_ring(NULL);
}

/* Updates the variables that depend on the list of running sessions. */
static void update_running(void)
{
	bool is_sole = list_is_singular(&ipcprobe_sessions);
	struct ipcprobe_session *session;
	bool has_sums = false;
	u32 snap_bytes = 0;

	list_for_each_entry(session, &ipcprobe_sessions, active_node) {
		snap_bytes = max(snap_bytes, session->snap_bytes);
		has_sums |= session->has_sums;
	}
	WRITE_ONCE(ipcprobe_snap_bytes, snap_bytes);
	WRITE_ONCE(ipcprobe_has_sums, has_sums);
	set_sole_ring(is_sole ? list_first_entry(&ipcprobe_sessions,
						 struct ipcprobe_session,
						 active_node) : NULL);
}

/* Marks as lost, from now on, the events that no hook of this kernel sees. */
static void mark_incomplete(struct ipcprobe_session *session)
{
	u32 lacking = ipcprobe_hooks_incomplete(session->classes);
	u32 class_id;

	for (class_id = 0; class_id < IPCPROBE_NR_CLASSES; class_id++)
		if (lacking & BIT(class_id))
			ipcprobe_session_missed(session, class_id, IPCPROBE_REASON_NO_HOOK,
						IPCPROBE_QUEUES_ALL);
}

/*
 * Objects are described again twice. The first time, so that a probe that finds
 * the session on the list describes the objects that it uses. The second time,
 * for probes that were reading the list without the session, and marked an
 * object as described to all sessions.
 */
static void activate_session(struct ipcprobe_session *session)
{
	WRITE_ONCE(session->running, true);
	ipcprobe_describe_again();
	scoped_guard(spinlock, &list_lock) {
		set_sole_ring(NULL);
		list_add_tail_rcu(&session->active_node, &ipcprobe_sessions);
		update_running();
	}
	mark_incomplete(session);
	synchronize_rcu();	/* probes run with preemption off */
	ipcprobe_describe_again();
}

static void deactivate_session(struct ipcprobe_session *session)
{
	scoped_guard(spinlock, &list_lock) {
		list_del_rcu(&session->active_node);
		update_running();
	}
	ipcprobe_hooks_put(session->classes);
	synchronize_rcu();	/* probes run with preemption off */
	ipcprobe_session_flush_lost(session);
	WRITE_ONCE(session->running, false);
	ipcprobe_limit_give(IPCPROBE_LIMIT_RUNNING, 1);
}

static int start_session(struct ipcprobe_session *session)
{
	int err;

	if (!session->ring_bytes)
		return -EBADFD;
	if (session->running)
		return -EALREADY;
	if (!ipcprobe_limit_take(IPCPROBE_LIMIT_RUNNING, 1))
		return -EUSERS;
	err = ipcprobe_hooks_get(session->classes);
	if (err) {
		ipcprobe_limit_give(IPCPROBE_LIMIT_RUNNING, 1);
		return err;
	}
	activate_session(session);
	if (session->has_snapshot)
		err = ipcprobe_classes_snapshot(session, session->classes);
	if (err)
		deactivate_session(session);
	return err;
}

static int stop_session(struct ipcprobe_session *session)
{
	if (!session->ring_bytes)
		return -EBADFD;
	if (!session->running)
		return -EALREADY;
	deactivate_session(session);
	return 0;
}

static int resync_session(struct ipcprobe_session *session)
{
	if (!session->running)
		return -EBADFD;
	ipcprobe_describe_again();
	return ipcprobe_classes_snapshot(session, session->classes);
}

static int resync_queues(struct ipcprobe_session *session)
{
	if (!session->running)
		return -EBADFD;
	if (!(session->classes & IPCPROBE_BIT(SCHED)))
		return -EINVAL;
	return ipcprobe_classes_snapshot(session, IPCPROBE_BIT(SCHED));
}

/*
 * Runs one step of a session at a time; a task that waits for its turn can be
 * killed.
 */
static int take_turn(struct ipcprobe_session *session,
		     int (*step)(struct ipcprobe_session *session))
{
	int err;

	if (mutex_lock_killable(&session->mutex))
		return -EINTR;
	err = step(session);
	mutex_unlock(&session->mutex);
	return err;
}

/* Errors of the next four functions: see IPCPROBE_IOC_START. Context: process. */
int ipcprobe_session_start(struct ipcprobe_session *session)
{
	return take_turn(session, start_session);
}

int ipcprobe_session_stop(struct ipcprobe_session *session)
{
	return take_turn(session, stop_session);
}

int ipcprobe_session_resync(struct ipcprobe_session *session)
{
	return take_turn(session, resync_session);
}

int ipcprobe_session_resync_queues(struct ipcprobe_session *session)
{
	return take_turn(session, resync_queues);
}

/* Fills @stats->produced and @stats->lost. Return: 0, -EINVAL, -ENXIO or -EBADFD. */
int ipcprobe_session_stats(struct ipcprobe_session *session,
			   struct ipcprobe_stats *stats)
{
	struct ipcprobe_ring *ring;
	u32 cpu;

	if (stats->resv)
		return -EINVAL;
	if (!smp_load_acquire(&session->ring_bytes)) /* configure_session() */
		return -EBADFD;
	if (stats->cpu >= nr_cpu_ids || !cpu_possible(stats->cpu))
		return -ENXIO;
	cpu = array_index_nospec(stats->cpu, nr_cpu_ids);
	ring = session->rings[cpu];
	if (ring) {
		memcpy(stats->produced, ring->producer->produced,
		       sizeof(stats->produced));
		memcpy(stats->lost, ring->producer->lost, sizeof(stats->lost));
	} else {
		memcpy(stats->produced, session->no_ring[cpu],
		       sizeof(stats->produced));
		memcpy(stats->lost, stats->produced, sizeof(stats->lost));
	}
	return 0;
}

/* ---- references, end ---- */

/**
 * ipcprobe_session_get_next - get the sessions one after another, by id
 * @id: id of the previous session; 0: get the first session
 *
 * A session that is closed meanwhile keeps its memory until
 * ipcprobe_session_put().
 *
 * Context: process; does not wait.  Return: the session; NULL: there are no more.
 */
struct ipcprobe_session *ipcprobe_session_get_next(u32 id)
{
	struct ipcprobe_session *session;

	guard(spinlock)(&list_lock);
	list_for_each_entry(session, &all_sessions, node) {
		if (session->id <= id)
			continue;
		refcount_inc(&session->refs);
		return session;
	}
	return NULL;
}

/* Context: process; does not wait. */
void ipcprobe_session_put(struct ipcprobe_session *session)
{
	if (!refcount_dec_and_test(&session->refs))
		return;
	if (session->ring_bytes)
		free_memory(session);
	put_task_struct(session->opener);
	kfree(session);
	ipcprobe_limit_give(IPCPROBE_LIMIT_OPEN, 1);
}

/* Return: id of the process that opened the session; 0: that process has ended. */
u32 ipcprobe_session_owner(const struct ipcprobe_session *session)
{
	guard(rcu)();
	return pid_nr(READ_ONCE(session->owner->pids[PIDTYPE_TGID]));
}

/* Destroys a session whose file is closed: no ioctl is under way. */
void ipcprobe_session_destroy(struct ipcprobe_session *session)
{
	if (session->running)
		deactivate_session(session);
	stop_filter(&session->filter);
	scoped_guard(spinlock, &list_lock)
		list_del(&session->node);
	ipcprobe_session_put(session);
}
