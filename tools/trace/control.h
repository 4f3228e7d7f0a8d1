/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Requests to the module about the whole system, over generic netlink; see
 * Documentation/netlink/specs/ipcprobe.yaml.
 */
#ifndef IPCPROBE_TRACE_CONTROL_H
#define IPCPROBE_TRACE_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/ipcprobe.h>

/* Answer to IPCPROBE_CMD_INFO_GET. */
struct control_info {
	uint32_t abi_major;
	uint32_t abi_minor;
	uint32_t classes;
	uint32_t attached;
	uint32_t nr_sessions;
	uint32_t nr_pipes;
	uint32_t nr_files;
};

/* One hook, from IPCPROBE_CMD_HOOK_GET. */
struct control_hook {
	char name[64];
	uint8_t kind;		/* IPCPROBE_HOOK_* */
	uint32_t classes;
	bool is_optional;
	bool is_gap;
	bool is_attached;
	uint32_t error;		/* errno of the last attempt to attach the hook, 0 = none */
	uint64_t nr_missed;
};

/* One descriptor of a pipe or FIFO, from IPCPROBE_CMD_OBJECT_GET. */
struct control_object {
	uint32_t pid;
	uint32_t fd;
	uint32_t class_id;
	uint32_t dev;		/* major << 20 | minor */
	uint64_t ino;
	uint32_t capacity;
	bool has_bytes;
	uint32_t bytes;
	uint32_t readers;
	uint32_t writers;
	uint32_t read_waits;
	uint32_t write_waits;
};

struct control;

int control_create(struct control **ret);
void control_destroy(struct control *control);

int control_get_info(struct control *control, struct control_info *ret);
int control_get_hooks(struct control *control, struct control_hook **ret, size_t *nr);
int control_get_objects(struct control *control, struct control_object **ret, size_t *nr);

#endif /* IPCPROBE_TRACE_CONTROL_H */
