// SPDX-License-Identifier: GPL-2.0
/*
 * Generic netlink family "ipcprobe": queries about the whole module. The family
 * requires the same capability as /dev/ipcprobe and obeys the same lockdown,
 * but it does not check the permissions of the device node. The stream of
 * events never goes through netlink. Spec:
 * Documentation/netlink/specs/ipcprobe.yaml
 */
#include <linux/fs.h>
#include <linux/sched/signal.h>
#include <net/genetlink.h>

#include "attach.h"
#include "class.h"
#include "control.h"
#include "dev.h"
#include "file.h"
#include "hook.h"
#include "limit.h"
#include "pipe.h"
#include "record.h"
#include "session.h"
#include "walk.h"

static struct genl_family family;

/* Return: 0 or -EPERM. */
static int check_access(struct sk_buff *request)
{
	return ipcprobe_check_access(netlink_capable(request, CAP_PERFMON) ||
				     netlink_capable(request, CAP_SYS_ADMIN));
}

/* ---- info ---- */

static int put_info(struct sk_buff *skb)
{
	if (nla_put_u32(skb, IPCPROBE_A_INFO_ABI_MAJOR, IPCPROBE_ABI_MAJOR) ||
	    nla_put_u32(skb, IPCPROBE_A_INFO_ABI_MINOR, IPCPROBE_ABI_MINOR) ||
	    nla_put_u32(skb, IPCPROBE_A_INFO_CLASSES, __IPCPROBE_CLASSES_ALL) ||
	    nla_put_u32(skb, IPCPROBE_A_INFO_ATTACHED, ipcprobe_hooks_attached()) ||
	    nla_put_u32(skb, IPCPROBE_A_INFO_NR_SESSIONS,
			ipcprobe_limit_taken(IPCPROBE_LIMIT_OPEN)) ||
	    nla_put_u32(skb, IPCPROBE_A_INFO_NR_PIPES, ipcprobe_pipe_count()) ||
	    nla_put_u32(skb, IPCPROBE_A_INFO_NR_FILES, ipcprobe_file_count()))
		return -EMSGSIZE;
	return 0;
}

static int info_doit(struct sk_buff *request, struct genl_info *info)
{
	int err = check_access(request);
	struct sk_buff *skb;
	void *head;

	if (err)
		return err;
	skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!skb)
		return -ENOMEM;
	head = genlmsg_put_reply(skb, info, &family, 0, IPCPROBE_CMD_INFO_GET);
	if (!head || put_info(skb)) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, head);
	return genlmsg_reply(skb, info);
}

/* ---- sessions ---- */

static int put_count(struct sk_buff *skb, u32 class_id, u64 produced, u64 lost)
{
	struct nlattr *nest = nla_nest_start(skb, IPCPROBE_A_SESSION_COUNT);

	if (!nest ||
	    nla_put_u32(skb, IPCPROBE_A_COUNT_CLASS, class_id) ||
	    nla_put_u64_64bit(skb, IPCPROBE_A_COUNT_PRODUCED, produced,
			      IPCPROBE_A_COUNT_PAD) ||
	    nla_put_u64_64bit(skb, IPCPROBE_A_COUNT_LOST, lost,
			      IPCPROBE_A_COUNT_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_counts(struct sk_buff *skb, struct ipcprobe_session *session)
{
	u64 produced[IPCPROBE_NR_CLASSES] = {}, lost[IPCPROBE_NR_CLASSES] = {};
	struct ipcprobe_stats stats = {};
	u32 class_id;
	int err = 0;

	for_each_possible_cpu(stats.cpu) {
		ipcprobe_session_stats(session, &stats);
		for (class_id = 0; class_id < IPCPROBE_NR_CLASSES; class_id++) {
			produced[class_id] += stats.produced[class_id];
			lost[class_id] += stats.lost[class_id];
		}
	}
	for (class_id = 0; !err && class_id < IPCPROBE_NR_CLASSES; class_id++)
		if (session->classes & BIT(class_id) || produced[class_id])
			err = put_count(skb, class_id, produced[class_id],
					lost[class_id]);
	return err;
}

static u32 count_rings(const struct ipcprobe_session *session)
{
	u32 nr = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		nr += !!session->rings[cpu];
	return nr;
}

/* Does not wait for the session: reads only what CONFIGURE has published. */
static int put_session(struct sk_buff *skb, struct ipcprobe_session *session)
{
	u32 bytes = smp_load_acquire(&session->ring_bytes); /* session.c:configure_session() */

	if (nla_put_u32(skb, IPCPROBE_A_SESSION_ID, session->id) ||
	    nla_put_u32(skb, IPCPROBE_A_SESSION_PID,
			ipcprobe_session_owner(session)) ||
	    nla_put_string(skb, IPCPROBE_A_SESSION_COMM, session->comm) ||
	    nla_put_u32(skb, IPCPROBE_A_SESSION_CLASSES,
			bytes ? session->classes : 0) ||
	    nla_put_u32(skb, IPCPROBE_A_SESSION_FILTERED,
			bytes ? session->filtered : 0) ||
	    nla_put_u8(skb, IPCPROBE_A_SESSION_RUNNING,
		       READ_ONCE(session->running)) ||
	    nla_put_u32(skb, IPCPROBE_A_SESSION_RING_BYTES, bytes) ||
	    nla_put_u32(skb, IPCPROBE_A_SESSION_NR_RINGS,
			bytes ? count_rings(session) : 0))
		return -EMSGSIZE;
	return bytes ? put_counts(skb, session) : 0;
}

static int dump_session(struct sk_buff *skb, struct netlink_callback *cb,
			struct ipcprobe_session *session)
{
	void *head = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				 cb->nlh->nlmsg_seq, &family, NLM_F_MULTI,
				 IPCPROBE_CMD_SESSION_GET);

	if (!head)
		return -EMSGSIZE;
	if (put_session(skb, session)) {
		genlmsg_cancel(skb, head);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, head);
	return 0;
}

/* Resumes after the last session written; session ids only grow. */
static int sessions_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct ipcprobe_session *session;
	int err = check_access(cb->skb);

	if (err)
		return err;
	while (!err && (session = ipcprobe_session_get_next(cb->args[0]))) {
		err = dump_session(skb, cb, session);
		if (!err)
			cb->args[0] = session->id;
		ipcprobe_session_put(session);
	}
	return skb->len;
}

/* ---- hooks ---- */

static int put_hook(struct sk_buff *skb, struct ipcprobe_hook *hook)
{
	if (nla_put_string(skb, IPCPROBE_A_HOOK_NAME, hook->name) ||
	    nla_put_u8(skb, IPCPROBE_A_HOOK_KIND, hook->kind) ||
	    nla_put_u32(skb, IPCPROBE_A_HOOK_CLASSES, hook->classes) ||
	    nla_put_u8(skb, IPCPROBE_A_HOOK_OPTIONAL, ipcprobe_hook_optional(hook)) ||
	    nla_put_u8(skb, IPCPROBE_A_HOOK_ATTACHED, hook->attached) ||
	    nla_put_u32(skb, IPCPROBE_A_HOOK_ERROR, -hook->error) ||
	    nla_put_u64_64bit(skb, IPCPROBE_A_HOOK_MISSED,
			      atomic64_read(&hook->missed), IPCPROBE_A_HOOK_PAD))
		return -EMSGSIZE;
	return 0;
}

static int hooks_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	int err = check_access(cb->skb);
	struct ipcprobe_hook *hook;
	void *head;

	if (err)
		return err;
	while ((hook = ipcprobe_hook_nth(cb->args[0]))) {
		head = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				   cb->nlh->nlmsg_seq, &family, NLM_F_MULTI,
				   IPCPROBE_CMD_HOOK_GET);
		if (!head)
			break;
		if (put_hook(skb, hook)) {
			genlmsg_cancel(skb, head);
			break;
		}
		genlmsg_end(skb, head);
		cb->args[0]++;
	}
	return skb->len;
}

/* ---- objects ---- */

#define WAITS_MAX	1000	/* further waits are not counted: interrupts are off */

static u32 count_waits(struct wait_queue_head *wait)
{
	unsigned long irqflags;
	struct list_head *pos;
	u32 nr = 0;

	spin_lock_irqsave(&wait->lock, irqflags);
	list_for_each(pos, &wait->head)
		if (++nr == WAITS_MAX)
			break;
	spin_unlock_irqrestore(&wait->lock, irqflags);
	return nr;
}

/* If another task holds the mutex, the number of bytes is not known and is left out. */
static int put_bytes(struct sk_buff *skb, struct pipe_inode_info *pipe)
{
	u32 bytes;

	if (!mutex_trylock(&pipe->mutex))
		return 0;
	bytes = ipcprobe_pipe_bytes(pipe);
	mutex_unlock(&pipe->mutex);
	return nla_put_u32(skb, IPCPROBE_A_OBJECT_BYTES, bytes);
}

/**
 * struct objects_dump - state of an answer to OBJECT_GET
 * @walk: position of the walk
 * @skb: message that is being filled
 * @cb: callback state of the request
 * @is_full: the message has no room for the next descriptor
 */
struct objects_dump {
	struct ipcprobe_walk walk;
	struct sk_buff *skb;
	struct netlink_callback *cb;
	bool is_full;
};

/* Counting many waits takes long: it lowers the cost that is left for this step. */
static int put_waits(struct objects_dump *dump, struct pipe_inode_info *pipe)
{
	u32 reads = count_waits(&pipe->rd_wait), writes = count_waits(&pipe->wr_wait);

	dump->walk.left -= reads + writes;
	return nla_put_u32(dump->skb, IPCPROBE_A_OBJECT_READ_WAITS, reads) ?:
	       nla_put_u32(dump->skb, IPCPROBE_A_OBJECT_WRITE_WAITS, writes);
}

static int put_pipe(struct objects_dump *dump, const struct inode *inode,
		    struct pipe_inode_info *pipe)
{
	struct sk_buff *skb = dump->skb;

	if (nla_put_u32(skb, IPCPROBE_A_OBJECT_CLASS, IPCPROBE_CLASS_PIPE) ||
	    nla_put_u32(skb, IPCPROBE_A_OBJECT_DEV, inode->i_sb->s_dev) ||
	    nla_put_u64_64bit(skb, IPCPROBE_A_OBJECT_INO, inode->i_ino,
			      IPCPROBE_A_OBJECT_PAD) ||
	    nla_put_u32(skb, IPCPROBE_A_OBJECT_CAPACITY,
			READ_ONCE(pipe->max_usage) * PAGE_SIZE) ||
	    put_bytes(skb, pipe) ||
	    nla_put_u32(skb, IPCPROBE_A_OBJECT_READERS,
			READ_ONCE(pipe->readers)) ||
	    nla_put_u32(skb, IPCPROBE_A_OBJECT_WRITERS,
			READ_ONCE(pipe->writers)) ||
	    put_waits(dump, pipe))
		return -EMSGSIZE;
	return 0;
}

static int dump_object(struct objects_dump *dump,
		       const struct ipcprobe_found *found)
{
	struct sk_buff *skb = dump->skb;
	void *head = genlmsg_put(skb, NETLINK_CB(dump->cb->skb).portid,
				 dump->cb->nlh->nlmsg_seq, &family, NLM_F_MULTI,
				 IPCPROBE_CMD_OBJECT_GET);

	if (!head)
		return -EMSGSIZE;
	if (nla_put_u32(skb, IPCPROBE_A_OBJECT_PID, dump->walk.seen_pid) ||
	    nla_put_u32(skb, IPCPROBE_A_OBJECT_FD, found->fd) ||
	    put_pipe(dump, file_inode(found->file), found->pipe)) {
		genlmsg_cancel(skb, head);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, head);
	return 0;
}

static bool visit_descriptor(struct ipcprobe_walk *walk, const struct ipcprobe_found *found)
{
	struct objects_dump *dump = container_of(walk, struct objects_dump, walk);

	if (walk->seen_pid)
		dump->is_full = dump_object(dump, found);
	return !dump->is_full;
}

/* Resumes at the thread and descriptor for which the message had no room. */
static int objects_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct objects_dump dump = { .skb = skb, .cb = cb };
	int err = check_access(cb->skb);

	if (err)
		return err;
	ipcprobe_walk_init(&dump.walk, IPCPROBE_BIT(PIPE), visit_descriptor,
			   cb->args[0] ?: 1, cb->args[1]);
	while (!dump.is_full && !fatal_signal_pending(current) &&
	       ipcprobe_walk_step(&dump.walk))
		;
	cb->args[0] = dump.walk.next_tid;
	cb->args[1] = dump.walk.next_fd;
	return skb->len;
}

/* ---- the family ---- */

static const struct genl_ops ops[] = {
	{ .cmd = IPCPROBE_CMD_INFO_GET, .doit = info_doit },
	{ .cmd = IPCPROBE_CMD_SESSION_GET, .dumpit = sessions_dumpit },
	{ .cmd = IPCPROBE_CMD_HOOK_GET, .dumpit = hooks_dumpit },
	{ .cmd = IPCPROBE_CMD_OBJECT_GET, .dumpit = objects_dumpit },
};

/*
 * No policy: requests with any attribute are refused, from resv_start_op on.
 * Parallel: the handlers have locks of their own. Generic netlink calls the
 * handlers with a lock that keeps families from being registered and
 * unregistered, so no handler waits for a session or for hooks to be attached.
 */
static struct genl_family family __ro_after_init = {
	.name = IPCPROBE_GENL_NAME,
	.version = IPCPROBE_GENL_VERSION,
	.module = THIS_MODULE,
	.ops = ops,
	.n_ops = ARRAY_SIZE(ops),
	.resv_start_op = IPCPROBE_CMD_INFO_GET,
	.netnsok = true,
	.parallel_ops = true,
};

int ipcprobe_control_init(void)
{
	return genl_register_family(&family);
}

void ipcprobe_control_exit(void)
{
	genl_unregister_family(&family);
}
