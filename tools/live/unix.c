// SPDX-License-Identifier: GPL-2.0
/*
 * Reads UNIX sockets: by a dump of sock_diag(7), or from /proc/net/unix where
 * the kernel cannot give the dump.
 */
#include "live/sources.h"

#include <errno.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>

#include "lib/array.h"
#include "lib/netlink.h"

/* states of sockets, from the kernel's <net/tcp_states.h> */
enum { STATE_ESTABLISHED = 1, STATE_SYN_SENT = 2, STATE_CLOSE = 7, STATE_LISTEN = 10 };

/* One socket, from either source. */
struct unix_socket {
	uint32_t ino;
	unsigned int type;
	const char *status;
	const char *name;
	size_t name_len;
};

static const char *type_name(unsigned int type)
{
	switch (type) {
	case SOCK_STREAM:
		return "stream";
	case SOCK_DGRAM:
		return "dgram";
	case SOCK_SEQPACKET:
		return "seqpacket";
	default:
		return "?";
	}
}

/* An abstract name begins with a zero byte, and may contain more; each becomes '@'. */
static void set_name(struct live_value *value, const char *name, size_t len)
{
	live_set_text(value, "%.*s", (int)len, name);
	if (!value->text)
		return;
	free(value->text);
	value->text = malloc(len + 1);
	if (!value->text) {
		live_set_unknown(value);
		return;
	}
	for (size_t i = 0; i < len; i++)
		value->text[i] = name[i] ?: '@';
	value->text[len] = 0;
}

static uint32_t add_socket(struct live *live, const struct unix_socket *sock, uint64_t netns)
{
	uint32_t object = live_get(live, LIVE_TYPE_UNIX, 0, sock->ino, 0);
	struct live_value *value = live_object_at(live, object)->value;

	live_set_text(&value[LIVE_COL_SOCKTYPE], "%s", type_name(sock->type));
	live_set_text(&value[LIVE_COL_STATUS], "%s", sock->status);
	if (sock->name_len)
		set_name(&value[LIVE_COL_NAME], sock->name, sock->name_len);
	if (netns)
		live_set(&value[LIVE_COL_NETNS], netns);
	return object;
}

/* ---- netlink ---- */

static const char *diag_status(unsigned int state)
{
	switch (state) {
	case STATE_ESTABLISHED:
		return "connected";
	case STATE_SYN_SENT:
		return "connecting";
	case STATE_LISTEN:
		return "listening";
	default:
		return "unconnected";
	}
}

/*
 * For a listening socket the kernel reports the number of connections to
 * accept, for a datagram socket the bytes of the next message, for other
 * sockets all bytes in the queue.
 */
static void set_queues(struct live_value *value, const struct unix_diag_rqlen *queues,
		       const struct unix_diag_msg *msg)
{
	if (msg->udiag_state == STATE_LISTEN)
		live_set(&value[LIVE_COL_MSGS], queues->udiag_rqueue);
	else if (msg->udiag_type == SOCK_DGRAM && queues->udiag_rqueue)
		live_set_at_least(&value[LIVE_COL_USED], queues->udiag_rqueue);
	else
		live_set(&value[LIVE_COL_USED], queues->udiag_rqueue);
	live_set(&value[LIVE_COL_WQUEUE], queues->udiag_wqueue);
}

static void set_shutdown(struct live_value *value, uint8_t shutdown)
{
	static const char *const directions[] = { "none", "read", "write", "both" };

	live_set_text(value, "%s", directions[shutdown & 3]);
}

/* A path may come with its zero. */
static size_t name_len(const char *name, size_t len)
{
	return len && *name ? strnlen(name, len) : len;
}

/**
 * live_add_unix - add the socket that one message of a dump is about
 *
 * A message that is too short, or about a socket that is not accepted yet, adds none.
 */
void live_add_unix(struct live *live, const struct nlmsghdr *head, uint64_t netns)
{
	static const struct nla_policy policy[UNIX_DIAG_MAX + 1] = {
		[UNIX_DIAG_PEER] = { .type = NLA_U32 },
		[UNIX_DIAG_RQLEN] = { .minlen = sizeof(struct unix_diag_rqlen) },
		[UNIX_DIAG_SHUTDOWN] = { .type = NLA_U8 },
	};
	const struct unix_diag_msg *msg = nlmsg_data(head);
	struct nlattr *attr[UNIX_DIAG_MAX + 1];
	struct unix_socket sock;
	struct live_object *object;

	if (nlmsg_parse((struct nlmsghdr *)head, sizeof(*msg), attr, UNIX_DIAG_MAX, policy) < 0 ||
	    !msg->udiag_ino)
		return;
	sock = (struct unix_socket){
		.ino = msg->udiag_ino,
		.type = msg->udiag_type,
		.status = diag_status(msg->udiag_state),
	};
	if (attr[UNIX_DIAG_NAME]) {
		sock.name = nla_data(attr[UNIX_DIAG_NAME]);
		sock.name_len = name_len(sock.name, (size_t)nla_len(attr[UNIX_DIAG_NAME]));
	}
	object = live_object_at(live, add_socket(live, &sock, netns));
	if (attr[UNIX_DIAG_PEER])
		object->peer_ino = nla_get_u32(attr[UNIX_DIAG_PEER]);
	if (attr[UNIX_DIAG_RQLEN])
		set_queues(object->value, nla_data(attr[UNIX_DIAG_RQLEN]), msg);
	if (attr[UNIX_DIAG_SHUTDOWN])
		set_shutdown(&object->value[LIVE_COL_SHUTDOWN], nla_get_u8(attr[UNIX_DIAG_SHUTDOWN]));
}

struct dump {
	struct live *live;
	uint64_t netns;
};

static int on_socket(struct nl_msg *msg, void *arg)
{
	const struct dump *dump = arg;

	live_add_unix(dump->live, nlmsg_hdr(msg), dump->netns);
	return NL_OK;
}

/* Return: 0 or an error of libnl. */
static int receive_dump(struct nl_sock *sock, struct dump *dump)
{
	struct unix_diag_req req = {
		.sdiag_family = AF_UNIX,
		.udiag_states = ~0U,
		.udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_PEER | UDIAG_SHOW_RQLEN,
	};
	int err = nl_connect(sock, NETLINK_SOCK_DIAG);

	if (err)
		return err;
	nl_socket_modify_cb(sock, NL_CB_VALID, NL_CB_CUSTOM, on_socket, dump);
	err = nl_send_simple(sock, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, &req, sizeof(req));
	return err < 0 ? err : nl_recvmsgs_default(sock);
}

static int read_dump(struct live *live, uint64_t netns)
{
	struct dump dump = { .live = live, .netns = netns };
	struct nl_sock *sock = nl_socket_alloc();
	int err;

	if (!sock)
		return -ENOMEM;
	err = receive_dump(sock, &dump);
	nl_socket_free(sock);
	return err < 0 ? netlink_errno(err) : 0;
}

/* ---- /proc/net/unix ---- */

static const char *table_status(unsigned int flags, unsigned int state)
{
	static const char *const names[] = { "free", "unconnected", "connecting", "connected",
					     "disconnecting" };

	if (flags & 1U << 16)	/* SO_ACCEPTCON */
		return "listening";
	return state < ARRAY_SIZE(names) ? names[state] : "?";
}

/* "Num RefCount Protocol Flags Type St Inode Path" */
static void parse_line(struct live *live, const char *line, uint64_t netns)
{
	static const enum live_column unknown[] = { LIVE_COL_USED, LIVE_COL_PEER, LIVE_COL_WQUEUE,
						    LIVE_COL_SHUTDOWN };
	unsigned int flags, type, state, ino;
	int name = 0;
	struct unix_socket sock;
	uint32_t object;

	if (sscanf(line, "%*[0-9a-f]: %*x %*x %x %x %x %u%n", &flags, &type, &state, &ino,
		   &name) != 4 || !ino)
		return;
	sock = (struct unix_socket) {
		.ino = ino,
		.type = type,
		.status = table_status(flags, state),
		.name = line + name + (line[name] == ' '),
		.name_len = strlen(line + name + (line[name] == ' ')),
	};
	object = add_socket(live, &sock, netns);
	for (unsigned int i = 0; i < ARRAY_SIZE(unknown); i++)
		live_set_unknown(live_object_value(live, object, unknown[i]));
}

static void read_table(struct live *live, uint64_t netns)
{
	/*
	 * "thread-self" is this thread, so the file is of the namespace that
	 * the thread has entered
	 */
	char *text = live_read_file(-1, "/proc/thread-self/net/unix"), *rest = text, *line;

	while (text && (line = live_line(&rest)))
		parse_line(live, line, netns);
	free(text);
}

/* ---- both sources ---- */

static void read_ns(struct live *live, uint64_t netns)
{
	int err = read_dump(live, netns);

	if (!err)
		return;
	live_miss(live, LIVE_GAP_UNIX, err);
	read_table(live, netns);
}

void live_read_unix(struct live *live, uint32_t types)
{
	(void)types;
	live_each_ns(live, "net", LIVE_GAP_NETNS, read_ns);
}

/* Must be called after all sockets and their holders are known. */
void live_find_peers(struct live *live, uint32_t types)
{
	(void)types;
	for (uint32_t i = 1; i < live->object.nr; i++) {
		struct live_object *object = live_object_at(live, i);
		const struct live_object *peer;

		if (object->type != LIVE_TYPE_UNIX || !object->peer_ino)
			continue;
		object->peer = live_find(live, LIVE_TYPE_UNIX, 0, object->peer_ino, 0);
		peer = live_object_at(live, object->peer);
		if (peer->first_holder)
			live_set_text(&object->value[LIVE_COL_PEER], "%u %s", object->peer_ino,
				      live_holder_value(live, peer->first_holder,
							LIVE_COL_PROCESS)->text ?: "");
		else
			live_set_text(&object->value[LIVE_COL_PEER], "%u", object->peer_ino);
	}
}
