/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A session with the module: one open file of /dev/ipcprobe and its rings.
 */
#ifndef IPCPROBE_TRACE_SESSION_H
#define IPCPROBE_TRACE_SESSION_H

#include <stddef.h>
#include <stdint.h>

#include <linux/ipcprobe.h>

#include "trace/ring.h"

/**
 * struct session - an open session
 * @fd: descriptor of the session, -1 when closed; poll(2) reports filled rings on
 *	it
 * @info: information about the module and, after the configuration, about the
 *	session
 * @rings: rings by CPU, [info.nr_cpus]; see ring_exists()
 * @why: after an error: what failed, why, and what to do about it
 */
struct session {
	int fd;
	struct ipcprobe_info info;
	struct ring *rings;
	char why[256];
};

#define SESSION_INIT	{ .fd = -1 }

int session_why_open(char *why, size_t size, int err);
int session_open(struct session *session);
void session_close(struct session *session);

int session_configure(struct session *session, const struct ipcprobe_config *config);
int session_start(struct session *session);
int session_stop(struct session *session);
int session_resync(struct session *session);
int session_resync_queues(struct session *session);
int session_stats(struct session *session, uint32_t cpu, struct ipcprobe_stats *ret);

#endif /* IPCPROBE_TRACE_SESSION_H */
