// SPDX-License-Identifier: GPL-2.0
/*
 * The UNIX sockets seen so far, with the positions of the data sent to them.
 *
 * Data that is sent to a socket waits in the receive queue of the socket, in
 * one struct sk_buff for each message, or for each run of bytes, of one sender.
 * Therefore a position belongs to an sk_buff: the sender labels the sk_buff
 * with the position, and each receiver reads the label, in any order and any
 * number of times (MSG_PEEK). An sk_buff has no label if it was sent before any
 * hook was attached, or if its label was overwritten. Then the received data is
 * assumed to follow the data that was received last.
 *
 * An entry is found by the address of the kernel's struct sock, and stays in
 * the table until that struct is destroyed (hook on unix_sock_destructor()).
 */
#include <linux/hash.h>
#include <linux/net_namespace.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/un.h>
#include <linux/vmalloc.h>
#include <net/af_unix.h>
#include <net/scm.h>
#include <net/sock.h>

#include "btf.h"
#include "class.h"
#include "clock.h"
#include "emit.h"
#include "epoch.h"
#include "session.h"
#include "sock.h"
#include "table.h"

#define LABEL_BITS	15

struct ipcprobe_table ipcprobe_socks = {
	.lock = __RAW_SPIN_LOCK_UNLOCKED(ipcprobe_socks.lock),
};

static atomic_t last_id;

/*
 * A label: 32 bits of the address of the sk_buff, then the position. The label
 * is one word, so that it can be read and written whole without a lock. 0:
 * free.
 */
static u64 *labels;

/* Offsets of members of struct unix_skb_parms, which is private in later kernels. */
static int parms_offsets[] = { -1, -1 };
enum { PARMS_FP, PARMS_CONSUMED };

static void find_parms(void)
{
#ifdef UNIXCB
	parms_offsets[PARMS_FP] = offsetof(struct unix_skb_parms, fp);
	parms_offsets[PARMS_CONSUMED] = offsetof(struct unix_skb_parms, consumed);
#else
	static const char *const members[] = {
		[PARMS_FP] = "fp *scm_fp_list",
		[PARMS_CONSUMED] = "consumed 4",
	};

	ipcprobe_btf_offsets("unix_skb_parms", members, parms_offsets,
			     ARRAY_SIZE(members));
#endif
}

int ipcprobe_sock_init(void)
{
	labels = vcalloc(BIT(LABEL_BITS), sizeof(*labels));
	if (!labels)
		return -ENOMEM;
	find_parms();
	return 0;
}

void ipcprobe_sock_exit(void)
{
	ipcprobe_sock_reset();
	rcu_barrier();
	vfree(labels);
}

/* ---- labels ---- */

static __always_inline u32 label_tag(const struct sk_buff *skb)
{
	/*
	 * sk_buffs are aligned to cache lines. The tag is not 0: a label of 0
	 * is free.
	 */
	return (u32)((unsigned long)skb >> 6) ?: 1;
}

static __always_inline u64 *label_slot(u32 tag)
{
	return &labels[hash_32(tag, LABEL_BITS)];
}

/* The neighbour of a slot, used if the slot is taken. */
static __always_inline u64 *label_second(u64 *slot)
{
	return &labels[(slot - labels) ^ 1];
}

/* Labels an sk_buff with a position.  Context: before other tasks see the sk_buff. */
void ipcprobe_sock_label(const struct sk_buff *skb, u32 pos)
{
	u32 tag = label_tag(skb);
	u64 *slot = label_slot(tag), *second = label_second(slot);

	if (unlikely(READ_ONCE(*second) >> 32 == tag ||
		     (*slot && *slot >> 32 != tag && !READ_ONCE(*second))))
		slot = second;
	WRITE_ONCE(*slot, (u64)tag << 32 | pos);
}

static void clear_label(u64 *slot, u32 tag)
{
	u64 label = READ_ONCE(*slot);

	if (label >> 32 == tag)
		cmpxchg(slot, label, 0);
}

/*
 * Removes the label of an earlier sk_buff at the same address, for an sk_buff
 * that gets no label. Context: before other tasks see the sk_buff.
 */
void ipcprobe_sock_unlabel(const struct sk_buff *skb)
{
	u32 tag = label_tag(skb);
	u64 *slot = label_slot(tag);

	clear_label(slot, tag);
	clear_label(label_second(slot), tag);
}

/* Reads the position of an sk_buff. Return: false: the sk_buff has no label. */
bool ipcprobe_sock_read_label(const struct sk_buff *skb, u32 *pos)
{
	u32 tag = label_tag(skb);
	u64 *slot = label_slot(tag), label = READ_ONCE(*slot);

	if (unlikely(label >> 32 != tag))
		label = READ_ONCE(*label_second(slot));
	*pos = label;
	return label >> 32 == tag;
}

/* ---- the table ---- */

/*
 * Return: inode number; 0: none. The inode is readable: it is freed after an
 * RCU grace period.
 */
static u32 inode_number(const struct sock *sk)
{
	struct socket *socket = READ_ONCE(sk->sk_socket);

	return socket ? SOCK_INODE(socket)->i_ino : 0;
}

/**
 * ipcprobe_sock_queued - count the bytes (messages, connections) in the receive
 *	queue of a socket
 * @obj: entry of the socket
 * @sk: the socket
 * @units: set to the number of bytes (messages, connections)
 *
 * Does not wait for the lock of the queue.  Return: false: the lock is taken.
 */
bool ipcprobe_sock_queued(const struct ipcprobe_sock *obj, struct sock *sk,
			  u32 *units)
{
	bool has_bytes = obj->type == SOCK_STREAM && sk->sk_state != TCP_LISTEN;
	struct sk_buff_head *queue = &sk->sk_receive_queue;
	int consumed = parms_offsets[PARMS_CONSUMED];
	const struct sk_buff *skb;
	unsigned long flags;
	u32 nr = 0;

	*units = 0;
	if (!spin_trylock_irqsave(&queue->lock, flags))
		return false;
	if (!has_bytes)
		nr = skb_queue_len(queue);
	else if (consumed >= 0)
		skb_queue_walk(queue, skb)
			nr += skb->len - *(u32 *)(skb->cb + consumed);
	spin_unlock_irqrestore(&queue->lock, flags);
	*units = nr;
	return true;
}

/*
 * Allocates an entry for ipcprobe_sock_add(). The caller frees an unused entry
 * with kfree().
 */
struct ipcprobe_sock *ipcprobe_sock_alloc(gfp_t gfp)
{
	return kzalloc(sizeof(struct ipcprobe_sock), gfp | __GFP_ACCOUNT | __GFP_NOWARN);
}

/**
 * ipcprobe_sock_add - get the entry of a socket; if there is none, add an
 *	allocated one
 * @sk: socket, as for ipcprobe_sock_get()
 * @unused: entry from ipcprobe_sock_alloc(); set to NULL if it was added
 *
 * Context: task context, preemption off.  Return: the entry; NULL: the table is
 * full.
 */
struct ipcprobe_sock *ipcprobe_sock_add(struct sock *sk,
					struct ipcprobe_sock **unused)
{
	struct ipcprobe_sock *obj = *unused;
	struct ipcprobe_entry *entry;
	u32 units;

	obj->entry.key = sk;
	obj->type = sk->sk_type;
	obj->ino = inode_number(sk);
	obj->epoch = READ_ONCE(ipcprobe_epoch) - 1;
	obj->is_synced = ipcprobe_sock_queued(obj, sk, &units);
	atomic_set(&obj->write_pos, units);
	obj->id = atomic_inc_return(&last_id);
	entry = ipcprobe_table_add(&ipcprobe_socks, &obj->entry);
	if (entry == &obj->entry)
		*unused = NULL;
	return entry ? container_of(entry, struct ipcprobe_sock, entry) : NULL;
}

/* Context, return: same as ipcprobe_sock_get(). */
struct ipcprobe_sock *ipcprobe_sock_create(struct sock *sk)
{
	struct ipcprobe_sock *unused = ipcprobe_sock_alloc(GFP_NOWAIT), *obj;

	if (!unused)
		return NULL;
	obj = ipcprobe_sock_add(sk, &unused);
	kfree(unused);
	return obj;
}

/* Return: the reason why a socket has no entry. */
enum ipcprobe_reason ipcprobe_sock_reason(const struct sock *sk)
{
	return ipcprobe_table_reason(&ipcprobe_socks, sk);
}

/*
 * Empties the table and the labels. No hook is attached any more: sockets may
 * be destroyed without being seen.
 */
void ipcprobe_sock_reset(void)
{
	ipcprobe_table_reset(&ipcprobe_socks);
	memset(labels, 0, BIT(LABEL_BITS) * sizeof(*labels));
}

/* ---- descriptors that travel ---- */

/* Return: the files that are passed with an sk_buff; NULL: none. */
const struct scm_fp_list *ipcprobe_sock_files(const struct sk_buff *skb)
{
	int fp = parms_offsets[PARMS_FP];

	return fp < 0 ? NULL : *(struct scm_fp_list **)(skb->cb + fp);
}

/* ---- what a socket is ---- */

/* Return: the number of the other end; 0: it has no entry. */
u32 ipcprobe_sock_peer_id(const struct sock *sk)
{
	const struct ipcprobe_sock *peer =
		ipcprobe_sock_find(READ_ONCE(unix_peer(sk)));

	return peer ? peer->id : 0;
}

#define NAME_MAX_BYTES	ALIGN(UNIX_PATH_MAX + 1, 8)

static DEFINE_PER_CPU(u8[sizeof(struct ipcprobe_rec_unix_socket) +
			 NAME_MAX_BYTES], socket_buf) __aligned(8);

/*
 * Prints the name of a socket, which never changes and is freed with the
 * socket. Return: bytes filled.
 */
static u32 print_name(const struct sock *sk, char *buf)
{
	const struct unix_address *addr;
	int i, len = 0;

	memset(buf, 0, NAME_MAX_BYTES);
	addr = smp_load_acquire(&unix_sk(sk)->addr); /* the kernel's unix_bind_*() */
	if (addr)
		len = addr->len - offsetof(struct sockaddr_un, sun_path);
	len = clamp(len, 0, UNIX_PATH_MAX);
	if (len)
		memcpy(buf, addr->name->sun_path, len);
	if (len && !buf[0])	/* an abstract name may have bytes of any value */
		for (i = 0; i < len; i++)
			if (!buf[i])
				buf[i] = '@';
	return ALIGN(strlen(buf) + 1, 8);
}

/**
 * ipcprobe_sock_describe - write a unix_socket record
 * @obj: entry of the socket
 * @sk: the socket; the caller keeps it from being destroyed
 * @only: session that gets the record; NULL: all sessions.  If further sessions
 *	run, the socket is described to all of them when it is used next.
 *
 * Context: task context, preemption off.
 */
void ipcprobe_sock_describe(struct ipcprobe_sock *obj, struct sock *sk,
			    struct ipcprobe_session *only)
{
	struct ipcprobe_rec_unix_socket *rec = (void *)this_cpu_ptr(socket_buf);
	u32 len;

	if (!obj->ino)
		obj->ino = inode_number(sk);
	*rec = (struct ipcprobe_rec_unix_socket) {
		.sock = obj->id,
		.peer = ipcprobe_sock_peer_id(sk),
		.ino = obj->ino,
		.ns = sock_net(sk)->ns.inum,
		.write_pos = atomic_read(&obj->write_pos),
		.read_pos = READ_ONCE(obj->read_pos),
		.type = obj->type,
		.state = READ_ONCE(sk->sk_state),
	};
	len = offsetof(struct ipcprobe_rec_unix_socket, name) +
	      print_name(sk, rec->name);
	guard(irqsave)();
	rec->hdr.ts_ns = ipcprobe_clock();
	if (!only || ipcprobe_session_is_sole(only))
		WRITE_ONCE(obj->epoch, READ_ONCE(ipcprobe_epoch));
	IPCPROBE_EMIT_NAME(unix_socket, rec, len, s,
			   only ? s == only : s->classes & IPCPROBE_BIT(UNIX));
}

/**
 * ipcprobe_sock_peer - get the other end of a socket, if the other end cannot
 *	change
 * @sk: socket; the caller keeps it from being closed
 *
 * A connected stream socket keeps its other end.  The other end of a datagram socket
 * may change at any time: it is described when data is sent to it.
 *
 * Return: the other end; NULL: none.
 */
struct sock *ipcprobe_sock_peer(const struct sock *sk)
{
	return sk->sk_type == SOCK_DGRAM ? NULL : READ_ONCE(unix_peer(sk));
}

/**
 * ipcprobe_sock_describe_pair - describe a socket, and its other end if necessary
 * @obj: entry of the socket
 * @sk: the socket; the caller keeps it from being closed
 *
 * Context: task context, preemption off; no lock of sockets held.
 */
void ipcprobe_sock_describe_pair(struct ipcprobe_sock *obj, struct sock *sk)
{
	struct sock *peer_sk = ipcprobe_sock_peer(sk);
	struct ipcprobe_sock *peer = peer_sk ? ipcprobe_sock_get(peer_sk) : NULL;

	ipcprobe_sock_describe(obj, sk, NULL);
	if (peer && peer->epoch != READ_ONCE(ipcprobe_epoch))
		ipcprobe_sock_describe(peer, peer_sk, NULL);
}
