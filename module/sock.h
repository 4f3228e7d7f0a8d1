/* SPDX-License-Identifier: GPL-2.0 */
/* The UNIX sockets seen so far, with the positions of their data. */
#ifndef IPCPROBE_SOCK_H
#define IPCPROBE_SOCK_H

#include <linux/atomic.h>
#include <linux/types.h>

#include "record.h"
#include "table.h"

struct ipcprobe_session;
struct scm_fp_list;
struct sk_buff;
struct sock;

/**
 * struct ipcprobe_sock - one UNIX socket
 * @entry: in the table of sockets; its key is the kernel's socket
 * @id: number of the socket in records
 * @ino: inode number; 0 before accept(2)
 * @epoch: value of ipcprobe_epoch when the socket was last described to all sessions
 * @snapshot: number of the last snapshot that described the socket
 * @type: SOCK_STREAM, SOCK_DGRAM or SOCK_SEQPACKET
 * @is_synced: @write_pos includes the data that was in the socket when it was first seen
 * @write_pos: bytes (messages) ever sent to the socket
 * @read_pos: bytes (messages) ever received from the socket; protected by the
 *	iolock of the socket
 */
struct ipcprobe_sock {
	struct ipcprobe_entry entry;
	u32 id;
	u32 ino;
	u32 epoch;
	u32 snapshot;
	u8 type;
	bool is_synced;
	atomic_t write_pos;
	u32 read_pos;
};

static_assert(!offsetof(struct ipcprobe_sock, entry));	/* a socket is freed through its entry */

int ipcprobe_sock_init(void);
void ipcprobe_sock_exit(void);
void ipcprobe_sock_reset(void);
struct ipcprobe_sock *ipcprobe_sock_alloc(gfp_t gfp);
struct ipcprobe_sock *ipcprobe_sock_add(struct sock *sk,
					struct ipcprobe_sock **unused);
struct ipcprobe_sock *ipcprobe_sock_create(struct sock *sk);
enum ipcprobe_reason ipcprobe_sock_reason(const struct sock *sk);
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
void ipcprobe_sock_describe_pair(struct ipcprobe_sock *obj, struct sock *sk);

extern struct ipcprobe_table ipcprobe_socks;

/**
 * ipcprobe_sock_find - find the entry of a socket
 * @sk: address of the socket; only compared, never read
 *
 * Context: preemption off.  Return: the entry; NULL: the socket was never seen.
 */
static __always_inline struct ipcprobe_sock *
ipcprobe_sock_find(const struct sock *sk)
{
	struct ipcprobe_entry *entry = ipcprobe_table_find(&ipcprobe_socks, sk);

	return entry ? container_of(entry, struct ipcprobe_sock, entry) : NULL;
}

/**
 * ipcprobe_sock_get - get the entry of a socket; make one if there is none
 * @sk: socket of family AF_UNIX; the caller keeps it from being destroyed and does
 *	not hold the lock of its receive queue
 *
 * Context: task context, preemption off.
 * Return: the entry; NULL: none, ipcprobe_sock_reason() says why.
 */
static __always_inline struct ipcprobe_sock *ipcprobe_sock_get(struct sock *sk)
{
	struct ipcprobe_sock *obj = ipcprobe_sock_find(sk);

	return likely(obj) ? obj : ipcprobe_sock_create(sk);
}

#endif /* IPCPROBE_SOCK_H */
