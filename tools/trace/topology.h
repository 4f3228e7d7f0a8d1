/* SPDX-License-Identifier: GPL-2.0 */
/* CPUs of this machine that share a last-level cache. */
#ifndef IPCPROBE_TRACE_TOPOLOGY_H
#define IPCPROBE_TRACE_TOPOLOGY_H

#define TOPOLOGY_ROOT	"/sys/devices/system/cpu"

/*
 * Lists such as "0-3;4-7", which the caller frees; "" = not known; NULL without
 * memory.
 */
char *topology_caches(const char *root);

#endif /* IPCPROBE_TRACE_TOPOLOGY_H */
