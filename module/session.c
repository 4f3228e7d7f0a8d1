// SPDX-License-Identifier: GPL-2.0
/*
 * A session: one open file of /dev/ipcprobe with its rings, filter and
 * counters.  Life: create (open) -> configure -> start <-> stop -> destroy
 * (last close).  Running sessions are on an RCU list that the probes walk.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "ipcprobe.h"

static struct ipcprobe_ring no_ring;	/* of no class */
DEFINE_PER_CPU(struct ipcprobe_ring *, ipcprobe_only_ring);
LIST_HEAD(ipcprobe_sessions);
LIST_HEAD(ipcprobe_all_sessions);
DEFINE_MUTEX(ipcprobe_session_mutex);	/* both lists; a session's life */
u32 ipcprobe_epoch;

static u32 last_id;	/* ipcprobe_session_mutex */

struct ipcprobe_session *ipcprobe_session_create(void)
{
	struct ipcprobe_session *session;

	session = kzalloc(sizeof(*session), GFP_KERNEL_ACCOUNT);
	if (!session)
		return NULL;
	init_waitqueue_head(&session->wait);
	session->owner = current->tgid;
	get_task_comm(session->comm, current);
	mutex_lock(&ipcprobe_session_mutex);
	session->id = ++last_id;
	list_add_tail(&session->node, &ipcprobe_all_sessions);
	mutex_unlock(&ipcprobe_session_mutex);
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

static void unconfigure(struct ipcprobe_session *session)
{
	free_rings(session);
	ipcprobe_filter_deinit(&session->filter);
	free_cpumask_var(session->cpus);
	kvfree(session->pids);
	session->pids = NULL;
	session->nr_pids = 0;
}

void ipcprobe_session_destroy(struct ipcprobe_session *session)
{
	if (session->running)
		ipcprobe_session_stop(session);
	mutex_lock(&ipcprobe_session_mutex);
	list_del(&session->node);
	mutex_unlock(&ipcprobe_session_mutex);
	if (session->ring_bytes)
		unconfigure(session);
	kfree(session);
}

/* ---- configure ---- */

static int check_config(const struct ipcprobe_config *config)
{
	u32 bytes = config->ring_bytes ?: IPCPROBE_RING_BYTES_DEFAULT;

	if (!config->classes || config->classes & ~__IPCPROBE_CLASSES_ALL ||
	    config->filtered & ~config->classes ||
	    config->flags & ~__IPCPROBE_F_ALL ||
	    memchr_inv(config->resv, 0, sizeof(config->resv)))
		return -EINVAL;
	if (!is_power_of_2(bytes) || bytes < PAGE_SIZE ||
	    bytes < IPCPROBE_RING_BYTES_MIN || bytes > IPCPROBE_RING_BYTES_MAX ||
	    config->wakeup_bytes > bytes)
		return -EINVAL;
	if (config->nr_pids > IPCPROBE_NR_PIDS_MAX ||
	    (config->filtered && !config->nr_pids) ||
	    config->nr_cpu_words > BITS_TO_U64(CONFIG_NR_CPUS))
		return -EINVAL;
	/* A quarter of the memory for one session is a mistake, not a wish. */
	if ((u64)bytes * num_present_cpus() >
	    (u64)totalram_pages() * PAGE_SIZE / 4)
		return -ENOMEM;
	return 0;
}

static int set_cpus(struct ipcprobe_session *session,
		    const struct ipcprobe_config *config)
{
	const u64 __user *from = u64_to_user_ptr(config->cpus);
	u32 word, bit;
	u64 bits;

	session->all_cpus = !config->nr_cpu_words;
	for (word = 0; word < config->nr_cpu_words; word++) {
		if (get_user(bits, from + word))
			return -EFAULT;
		for (bit = 0; bit < 64; bit++) {
			if (!(bits & BIT_ULL(bit)))
				continue;
			if (word * 64 + bit >= nr_cpu_ids)
				return -EINVAL;
			cpumask_set_cpu(word * 64 + bit, session->cpus);
		}
	}
	return session->all_cpus || !cpumask_empty(session->cpus) ? 0 : -EINVAL;
}

static int set_pids(struct ipcprobe_session *session,
		    const struct ipcprobe_config *config)
{
	u32 i;
	int err;

	if (!config->nr_pids)
		return 0;
	session->pids = vmemdup_user(u64_to_user_ptr(config->pids),
				     array_size(config->nr_pids, sizeof(u32)));
	if (IS_ERR(session->pids)) {
		err = PTR_ERR(session->pids);
		session->pids = NULL;
		return err;
	}
	err = ipcprobe_filter_init(&session->filter);
	/* Only a check now: START does it again, when no fork can be missed. */
	for (i = 0; !err && i < config->nr_pids; i++)
		err = ipcprobe_filter_add_process(&session->filter,
						  session->pids[i]);
	session->nr_pids = config->nr_pids;
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

/* Each ring has a copy, for ipcprobe_only_ring. */
static void set_plain(struct ipcprobe_session *session)
{
	int cpu;

	if (session->all_cpus)
		session->plain = session->classes & ~session->filtered &
				 ~session->not_self;
	for_each_present_cpu(cpu)
		if (session->rings[cpu])
			session->rings[cpu]->plain = session->plain;
}

static int configure(struct ipcprobe_session *session,
		     const struct ipcprobe_config *config)
{
	u32 bytes = config->ring_bytes ?: IPCPROBE_RING_BYTES_DEFAULT;
	int err;

	if (!zalloc_cpumask_var(&session->cpus, GFP_KERNEL_ACCOUNT))
		return -ENOMEM;
	err = set_cpus(session, config);
	if (!err)
		err = set_pids(session, config);
	if (!err)
		err = make_rings(session, bytes,
				 config->wakeup_bytes ?: bytes / 4);
	if (err) {
		unconfigure(session);
		return err;
	}
	session->classes = config->classes;
	session->filtered = config->filtered;
	session->not_self = config->flags & IPCPROBE_F_EXCLUDE_SELF ?
		IPCPROBE_OP_CLASSES : 0;
	set_plain(session);
	session->has_snapshot = !(config->flags & IPCPROBE_F_NO_SNAPSHOT);
	/* mmap() and STATS look without the mutex: publish last */
	smp_store_release(&session->ring_bytes, bytes);
	return 0;
}

/* Errors: see struct ipcprobe_config.  Context: process. */
int ipcprobe_session_configure(struct ipcprobe_session *session,
			       const struct ipcprobe_config *config)
{
	int err = check_config(config);

	if (err)
		return err;
	guard(mutex)(&ipcprobe_session_mutex);
	if (session->ring_bytes)
		return -EBUSY;
	return configure(session, config);
}

/* ---- start, stop ---- */

static int snapshot(struct ipcprobe_session *session)
{
	int err = 0;

	WRITE_ONCE(ipcprobe_epoch, ipcprobe_epoch + 1);	/* describe again */
	ipcprobe_snapshot_tasks(session);
	if (session->classes & (IPCPROBE_BIT(PIPE) | IPCPROBE_BIT(UNIX)))
		err = ipcprobe_snapshot_files(session);
	if (!err && session->classes & IPCPROBE_BIT(SHM))
		err = ipcprobe_snapshot_shm(session);
	if (!err && session->classes & (IPCPROBE_BIT(SEM) | IPCPROBE_BIT(MSG)))
		err = ipcprobe_snapshot_ipc(session);
	if (!err && session->classes & IPCPROBE_BIT(SCHED))
		err = ipcprobe_snapshot_groups(session);
	if (!err && session->classes & IPCPROBE_BIT(SCHED))
		err = ipcprobe_snapshot_queues(session);
	return err;
}

static void follow_pids(struct ipcprobe_session *session)
{
	u32 i;

	if (session->nr_pids)
		bitmap_zero(session->filter.tids, PID_MAX_LIMIT);
	/* A process that has ended since CONFIGURE makes no events. */
	for (i = 0; i < session->nr_pids; i++)
		ipcprobe_filter_add_process(&session->filter,
					    session->pids[i]);
}

/*
 * Before a session joins the list, and after one left it: the probes that find
 * a ring here do not look at the list.
 */
static void set_only(struct ipcprobe_session *only)
{
	int cpu;

	for_each_possible_cpu(cpu)
		WRITE_ONCE(per_cpu(ipcprobe_only_ring, cpu),
			   (only ? only->rings[cpu] : NULL) ?: &no_ring);
}

/* No pointer in a module's per-CPU data can be initialised by the compiler. */
void __init ipcprobe_session_init(void)
{
	set_only(NULL);
}

static void update_only(void)
{
	bool is_alone = list_is_singular(&ipcprobe_sessions);

	set_only(is_alone ? list_first_entry(&ipcprobe_sessions,
					     struct ipcprobe_session,
					     active_node) : NULL);
}

static void deactivate(struct ipcprobe_session *session)
{
	session->running = false;
	list_del_rcu(&session->active_node);
	update_only();
	ipcprobe_hooks_put(session->classes);
	synchronize_rcu();	/* probes run with preemption off */
	ipcprobe_session_flush_lost(session);
}

/* What no hook of this kernel sees is missing from here on. */
static void say_incomplete(struct ipcprobe_session *session)
{
	u32 lacking = ipcprobe_hooks_incomplete(session->classes);
	u32 class_id;

	for (class_id = 0; class_id < IPCPROBE_NR_CLASSES; class_id++)
		if (lacking & BIT(class_id))
			ipcprobe_session_missed(session, class_id,
						IPCPROBE_REASON_NO_HOOK);
}

/* Return: 0, -EBADFD, -EALREADY, -ENOENT (a hook is missing), -ENOMEM. */
int ipcprobe_session_start(struct ipcprobe_session *session)
{
	int err;

	guard(mutex)(&ipcprobe_session_mutex);
	if (!session->ring_bytes)
		return -EBADFD;
	if (session->running)
		return -EALREADY;
	err = ipcprobe_hooks_get(session->classes);
	if (err)
		return err;
	session->running = true;
	WRITE_ONCE(ipcprobe_epoch, ipcprobe_epoch + 1);	/* describe again */
	set_only(NULL);
	list_add_tail_rcu(&session->active_node, &ipcprobe_sessions);
	update_only();
	say_incomplete(session);
	/* Every fork from here on is seen by ipcprobe_session_fork(). */
	synchronize_rcu();
	follow_pids(session);
	if (session->has_snapshot)
		err = snapshot(session);
	if (err)
		deactivate(session);
	return err;
}

int ipcprobe_session_stop(struct ipcprobe_session *session)
{
	guard(mutex)(&ipcprobe_session_mutex);
	if (!session->ring_bytes)
		return -EBADFD;
	if (!session->running)
		return -EALREADY;
	deactivate(session);
	return 0;
}

int ipcprobe_session_resync(struct ipcprobe_session *session)
{
	guard(mutex)(&ipcprobe_session_mutex);
	if (!session->running)
		return -EBADFD;
	return snapshot(session);
}

/**
 * ipcprobe_session_fork - the sessions' filters learn of a new task
 * @parent: thread id of the creator
 * @child: thread id of the new task, which has not run yet
 *
 * Context: the creator, preemption off.
 */
void ipcprobe_session_fork(u32 parent, u32 child)
{
	struct ipcprobe_session *session;

	list_for_each_entry_rcu(session, &ipcprobe_sessions, active_node)
		if (session->filter.tids)
			ipcprobe_filter_inherit(&session->filter, parent, child);
}

/* Return: 0, -EINVAL, -ENXIO, -EBADFD; fills @stats->produced and ->lost. */
int ipcprobe_session_stats(struct ipcprobe_session *session,
			   struct ipcprobe_stats *stats)
{
	struct ipcprobe_ring *ring;

	if (stats->resv)
		return -EINVAL;
	if (!smp_load_acquire(&session->ring_bytes)) /* configure() */
		return -EBADFD;
	if (stats->cpu >= nr_cpu_ids || !cpu_possible(stats->cpu))
		return -ENXIO;
	ring = session->rings[stats->cpu];
	if (ring) {
		memcpy(stats->produced, ring->producer->produced,
		       sizeof(stats->produced));
		memcpy(stats->lost, ring->producer->lost, sizeof(stats->lost));
	} else {
		memcpy(stats->produced, session->no_ring[stats->cpu],
		       sizeof(stats->produced));
		memcpy(stats->lost, stats->produced, sizeof(stats->lost));
	}
	return 0;
}
