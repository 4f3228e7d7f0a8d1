// SPDX-License-Identifier: GPL-2.0
/* Generic netlink, by libnl. */
#include "trace/control.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include "lib/netlink.h"

/*
 * Number of times that a dump is requested again, because the objects changed
 * during it.
 */
#define NR_TRIES	5

struct control {
	struct nl_sock *sock;
	int family;
};

/**
 * struct list - the array that a dump fills
 * @items: the array
 * @nr: number of items
 * @size: size of one item, bytes
 * @parse: fills one zeroed item from a message's attributes
 */
struct list {
	char *items;
	size_t nr;
	size_t size;
	void (*parse)(struct nlattr *attrs, int len, void *item);
};

/**
 * control_create - connect to the module
 *
 * Return: 0, -ENOENT if the module is not loaded, or -errno.
 */
int control_create(struct control **ret)
{
	struct control *control = calloc(1, sizeof(*control));
	int err = -ENOMEM;

	if (!control)
		return err;
	control->sock = nl_socket_alloc();
	if (!control->sock)
		goto err_destroy;
	err = genl_connect(control->sock);
	if (err) {
		err = netlink_errno(err);
		goto err_destroy;
	}
	control->family = genl_ctrl_resolve(control->sock, IPCPROBE_GENL_NAME);
	if (control->family < 0) {
		err = netlink_errno(control->family);
		goto err_destroy;
	}
	*ret = control;
	return 0;

err_destroy:
	control_destroy(control);
	return err;
}

void control_destroy(struct control *control)
{
	if (!control)
		return;
	nl_socket_free(control->sock);
	free(control);
}

static int on_message(struct nl_msg *msg, void *arg)
{
	struct genlmsghdr *head = nlmsg_data(nlmsg_hdr(msg));
	struct list *list = arg;
	char *items;

	items = reallocarray(list->items, list->nr + 1, list->size);
	if (!items)
		return -NLE_NOMEM;
	list->items = items;
	memset(items + list->nr * list->size, 0, list->size);
	list->parse(genlmsg_attrdata(head, 0), genlmsg_attrlen(head, 0),
		    items + list->nr * list->size);
	list->nr++;
	return NL_OK;
}

static int send_request(struct control *control, uint8_t cmd, int flags)
{
	struct nl_msg *msg = nlmsg_alloc();
	int err = -NLE_NOMEM;

	if (!msg)
		return err;
	if (genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, control->family, 0, flags, cmd,
			IPCPROBE_GENL_VERSION))
		err = nl_send_auto(control->sock, msg);
	nlmsg_free(msg);
	return err < 0 ? err : 0;
}

static int ask_once(struct control *control, uint8_t cmd, int flags, struct list *list)
{
	int err;

	nl_socket_modify_cb(control->sock, NL_CB_VALID, NL_CB_CUSTOM, on_message, list);
	err = send_request(control, cmd, flags);
	if (!err)
		err = nl_recvmsgs_default(control->sock);
	/*
	 * A dump ends with a final message of its own; another request ends with an
	 * acknowledgment.
	 */
	if (err >= 0 && !(flags & NLM_F_DUMP))
		err = nl_wait_for_ack(control->sock);
	return err < 0 ? netlink_errno(err) : 0;
}

static int request_list(struct control *control, uint8_t cmd, int flags, struct list *list)
{
	int err = -EAGAIN;

	for (int i = 0; i < NR_TRIES && err == -EAGAIN; i++) {
		list->nr = 0;
		err = ask_once(control, cmd, flags, list);
	}
	if (!err)
		return 0;
	free(list->items);
	list->items = NULL;
	return err;
}

static void parse_info(struct nlattr *attrs, int len, void *item)
{
	struct control_info *info = item;
	uint32_t *const members[IPCPROBE_A_INFO_MAX + 1] = {
		[IPCPROBE_A_INFO_ABI_MAJOR] = &info->abi_major,
		[IPCPROBE_A_INFO_ABI_MINOR] = &info->abi_minor,
		[IPCPROBE_A_INFO_CLASSES] = &info->classes,
		[IPCPROBE_A_INFO_ATTACHED] = &info->attached,
		[IPCPROBE_A_INFO_NR_SESSIONS] = &info->nr_sessions,
		[IPCPROBE_A_INFO_NR_PIPES] = &info->nr_pipes,
		[IPCPROBE_A_INFO_NR_FILES] = &info->nr_files,
	};
	struct nlattr *attr;
	int left;

	nla_for_each_attr(attr, attrs, len, left) {
		int type = nla_type(attr);

		if (type <= IPCPROBE_A_INFO_MAX && members[type] && nla_len(attr) == 4)
			*members[type] = nla_get_u32(attr);
	}
}

static uint32_t get_u32(struct nlattr *attr)
{
	return nla_len(attr) >= 4 ? nla_get_u32(attr) : 0;
}

static uint64_t get_u64(struct nlattr *attr)
{
	return nla_len(attr) >= 8 ? nla_get_u64(attr) : 0;
}

static uint8_t get_u8(struct nlattr *attr)
{
	return nla_len(attr) >= 1 ? nla_get_u8(attr) : 0;
}

static void parse_hook(struct nlattr *attrs, int len, void *item)
{
	struct control_hook *hook = item;
	struct nlattr *attr;
	int left;

	nla_for_each_attr(attr, attrs, len, left) {
		switch (nla_type(attr)) {
		case IPCPROBE_A_HOOK_NAME:
			nla_strlcpy(hook->name, attr, sizeof(hook->name));
			break;
		case IPCPROBE_A_HOOK_KIND:
			hook->kind = get_u8(attr);
			break;
		case IPCPROBE_A_HOOK_CLASSES:
			hook->classes = get_u32(attr);
			break;
		case IPCPROBE_A_HOOK_OPTIONAL:
			hook->is_optional = get_u8(attr);
			hook->is_gap = get_u8(attr) == 2;
			break;
		case IPCPROBE_A_HOOK_ATTACHED:
			hook->is_attached = get_u8(attr);
			break;
		case IPCPROBE_A_HOOK_ERROR:
			hook->error = get_u32(attr);
			break;
		case IPCPROBE_A_HOOK_MISSED:
			hook->nr_missed = get_u64(attr);
			break;
		}
	}
}

static void parse_object(struct nlattr *attrs, int len, void *item)
{
	struct control_object *object = item;
	uint32_t *const members[IPCPROBE_A_OBJECT_MAX + 1] = {
		[IPCPROBE_A_OBJECT_PID] = &object->pid,
		[IPCPROBE_A_OBJECT_FD] = &object->fd,
		[IPCPROBE_A_OBJECT_CLASS] = &object->class_id,
		[IPCPROBE_A_OBJECT_DEV] = &object->dev,
		[IPCPROBE_A_OBJECT_CAPACITY] = &object->capacity,
		[IPCPROBE_A_OBJECT_BYTES] = &object->bytes,
		[IPCPROBE_A_OBJECT_READERS] = &object->readers,
		[IPCPROBE_A_OBJECT_WRITERS] = &object->writers,
		[IPCPROBE_A_OBJECT_READ_WAITS] = &object->read_waits,
		[IPCPROBE_A_OBJECT_WRITE_WAITS] = &object->write_waits,
	};
	struct nlattr *attr;
	int left;

	nla_for_each_attr(attr, attrs, len, left) {
		int type = nla_type(attr);

		if (type == IPCPROBE_A_OBJECT_INO)
			object->ino = get_u64(attr);
		else if (type <= IPCPROBE_A_OBJECT_MAX && members[type])
			*members[type] = get_u32(attr);
		object->has_bytes |= type == IPCPROBE_A_OBJECT_BYTES;
	}
}

/* control_get_info - get information about the module; 0 or -errno */
int control_get_info(struct control *control, struct control_info *ret)
{
	struct list list = { .size = sizeof(*ret), .parse = parse_info };
	int err = request_list(control, IPCPROBE_CMD_INFO_GET, NLM_F_REQUEST, &list);

	if (err)
		return err;
	if (list.nr)
		memcpy(ret, list.items, sizeof(*ret));
	free(list.items);
	return list.nr ? 0 : -EPROTO;
}

/* control_get_hooks - get all hooks; the caller frees the array; 0 or -errno */
int control_get_hooks(struct control *control, struct control_hook **ret, size_t *nr)
{
	struct list list = { .size = sizeof(**ret), .parse = parse_hook };
	int err = request_list(control, IPCPROBE_CMD_HOOK_GET, NLM_F_REQUEST | NLM_F_DUMP, &list);

	*ret = (struct control_hook *)list.items;
	*nr = err ? 0 : list.nr;
	return err;
}

/*
 * control_get_objects - get all descriptors of pipes; the caller frees the array; 0
 * or -errno
 */
int control_get_objects(struct control *control, struct control_object **ret, size_t *nr)
{
	struct list list = { .size = sizeof(**ret), .parse = parse_object };
	int err = request_list(control, IPCPROBE_CMD_OBJECT_GET, NLM_F_REQUEST | NLM_F_DUMP, &list);

	*ret = (struct control_object *)list.items;
	*nr = err ? 0 : list.nr;
	return err;
}
