/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which CPUs of this machine share their last-level cache.
 */
#ifndef IPCPROBE_TRACE_TOPOLOGY_H
#define IPCPROBE_TRACE_TOPOLOGY_H

#define TOPOLOGY_ROOT	"/sys/devices/system/cpu"

/* "0-3;4-7", to be freed; "": not known; NULL without memory */
char *topology_caches(const char *root);

#endif /* IPCPROBE_TRACE_TOPOLOGY_H */
