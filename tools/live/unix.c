// SPDX-License-Identifier: GPL-2.0
/*
 * UNIX sockets: a dump by sock_diag(7), and /proc/net/unix where the kernel
 * cannot give that.
 */
#include "live/sources.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/array.h"

/* states of sockets, of the kernel's <net/tcp_states.h> */
enum { STATE_ESTABLISHED = 1, STATE_SYN_SENT = 2, STATE_CLOSE = 7, STATE_LISTEN = 10 };

/* One socket, as either source tells of it. */
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

/* An abstract name begins with a zero, and may contain more; they become '@'. */
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
 * Of a listening socket the kernel tells how many connections wait to be accepted,
 * of a datagram socket the bytes of the next message, of others all bytes inside.
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

static void set_attribute(struct live_object *object, const struct rtattr *attr,
			  const struct unix_diag_msg *msg)
{
	static const char *const directions[] = { "none", "read", "write", "both" };
	const void *data = RTA_DATA(attr);
	size_t len = RTA_PAYLOAD(attr);

	switch (attr->rta_type) {
	case UNIX_DIAG_PEER:
		if (len >= sizeof(uint32_t))
			memcpy(&object->peer_ino, data, sizeof(uint32_t));
		break;
	case UNIX_DIAG_RQLEN:
		if (len >= sizeof(struct unix_diag_rqlen))
			set_queues(object->value, data, msg);
		break;
	case UNIX_DIAG_SHUTDOWN:
		if (len >= 1)
			live_set_text(&object->value[LIVE_COL_SHUTDOWN], "%s",
				      directions[*(const uint8_t *)data & 3]);
		break;
	}
}

static void parse_socket(struct live *live, const struct unix_diag_msg *msg, int len,
			 uint64_t netns)
{
	struct unix_socket sock = {
		.ino = msg->udiag_ino,
		.type = msg->udiag_type,
		.status = diag_status(msg->udiag_state),
	};
	const struct rtattr *first = (const void *)(msg + 1), *attr;
	uint32_t object;
	int left = len;

	if (!sock.ino)	/* not accepted yet */
		return;
	for (attr = first; RTA_OK(attr, left); attr = RTA_NEXT(attr, left)) {
		if (attr->rta_type != UNIX_DIAG_NAME)
			continue;
		sock.name = RTA_DATA(attr);
		sock.name_len = RTA_PAYLOAD(attr);
		if (sock.name_len && *sock.name)	/* a path may come with its zero */
			sock.name_len = strnlen(sock.name, sock.name_len);
	}
	object = add_socket(live, &sock, netns);
	left = len;
	for (attr = first; RTA_OK(attr, left); attr = RTA_NEXT(attr, left))
		set_attribute(live_object_at(live, object), attr, msg);
}

/**
 * live_parse_unix - the sockets in one piece of a dump
 * Return: 0: more is to come, 1: that was the last, or -errno.
 */
int live_parse_unix(struct live *live, const void *buf, size_t size, uint64_t netns)
{
	const struct nlmsghdr *head = buf;
	int left = (int)size, len;

	for (; NLMSG_OK(head, left); head = NLMSG_NEXT(head, left)) {
		if (head->nlmsg_type == NLMSG_DONE)
			return 1;
		len = (int)NLMSG_PAYLOAD(head, 0);
		if (head->nlmsg_type == NLMSG_ERROR)
			return len >= (int)sizeof(int) && *(const int *)NLMSG_DATA(head) ?
			       *(const int *)NLMSG_DATA(head) : -EPROTO;
		len -= (int)NLMSG_ALIGN(sizeof(struct unix_diag_msg));
		if (head->nlmsg_type == SOCK_DIAG_BY_FAMILY && len >= 0)
			parse_socket(live, NLMSG_DATA(head), len, netns);
	}
	return 0;
}

static int ask(int fd)
{
	struct {
		struct nlmsghdr head;
		struct unix_diag_req req;
	} request = {
		.head = {
			.nlmsg_len = sizeof(request),
			.nlmsg_type = SOCK_DIAG_BY_FAMILY,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
		},
		.req = {
			.sdiag_family = AF_UNIX,
			.udiag_states = ~0U,
			.udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_PEER | UDIAG_SHOW_RQLEN,
		},
	};

	return send(fd, &request, sizeof(request), 0) < 0 ? -errno : 0;
}

static int read_dump(struct live *live, uint64_t netns)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG), err;
	static uint64_t buf[4096];	/* aligned */

	if (fd < 0)
		return -errno;
	err = ask(fd);
	while (!err) {
		ssize_t got = recv(fd, buf, sizeof(buf), 0);

		if (got < 0 && errno == EINTR)
			continue;
		err = got <= 0 ? -EIO : live_parse_unix(live, buf, (size_t)got, netns);
	}
	close(fd);
	return err < 0 ? err : 0;
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
	/* "self" is the thread whose namespace it is, also inside another one */
	char *text = live_read_file(-1, "/proc/thread-self/net/unix"), *rest = text, *line;

	while (text && (line = live_line(&rest)))
		parse_line(live, line, netns);
	free(text);
}

/* ---- all ---- */

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

/* Called when all sockets and their holders are known. */
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
