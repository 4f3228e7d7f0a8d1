/* SPDX-License-Identifier: GPL-2.0 */
/* A session: an open file of /dev/ipcprobe. */
#ifndef IPCPROBE_SESSION_H
#define IPCPROBE_SESSION_H

#include <linux/cpumask.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/wait.h>

#include "filter.h"
#include "record.h"

struct ipcprobe_ring;
struct ipcprobe_setup;
struct signal_struct;

struct ipcprobe_session {
	struct list_head active_node;	/* in the list ipcprobe_sessions; RCU */
	/* set by CONFIGURE, constant after that */
	u32 classes;
	u32 plain;			/* classes without any filter */
	u32 filtered;			/* classes that the pid filter applies to */
	u32 not_self;			/* classes without events of @owner */
	u32 snap_bytes;			/* bytes wanted of each transfer */
	bool has_sums;			/* the session wants checksums */
	struct task_struct *opener;	/* task that opened the session; referenced */
	const struct signal_struct *owner;	/* process of @opener, which keeps it */
	struct ipcprobe_filter filter;
	bool all_cpus;
	bool has_snapshot;
	cpumask_var_t cpus;
	struct ipcprobe_ring **rings;	/* [nr_cpu_ids]; NULL: the CPU was not present */
	u32 ring_bytes;
	/* events of CPUs without a ring: [nr_cpu_ids][IPCPROBE_NR_CLASSES] */
	u64 (*no_ring)[IPCPROBE_NR_CLASSES];
	u64 no_ring_begin_ns;		/* first event of no_ring since START; 0: none */
	u64 no_ring_flushed[IPCPROBE_NR_CLASSES];	/* events already in lost records */
	u64 bytes;			/* amount taken from IPCPROBE_LIMIT_BYTES */
	bool running;			/* written under @mutex */
	struct mutex mutex;		/* serialises CONFIGURE, START, STOP and RESYNC */
	refcount_t refs;		/* references: the open file, and netlink queries */
	u32 id;
	struct list_head node;		/* in the list of all sessions */
	char comm[TASK_COMM_LEN];
	wait_queue_head_t wait;
};

/*
 * The ring of the sole session on this CPU; if no session or several sessions
 * run, a ring whose plain mask is 0. RCU.
 */
DECLARE_PER_CPU(struct ipcprobe_ring *, ipcprobe_sole_ring);
extern struct list_head ipcprobe_sessions;	/* list of the running sessions; RCU */
extern u32 ipcprobe_snap_bytes;	/* largest snap_bytes of the running sessions */
extern bool ipcprobe_has_sums;	/* true if a running session wants checksums */

/* True if @session, which runs, is the sole session. Context: any. */
static inline bool ipcprobe_session_is_sole(const struct ipcprobe_session *session)
{
	return READ_ONCE(ipcprobe_sessions.next) == &session->active_node &&
	       READ_ONCE(session->active_node.next) == &ipcprobe_sessions;
}

void ipcprobe_session_init(void);
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

#endif /* IPCPROBE_SESSION_H */
