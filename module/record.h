/* SPDX-License-Identifier: GPL-2.0 */
/* The records and the rest of the UAPI, each struct checked for holes. */
#ifndef IPCPROBE_RECORD_H
#define IPCPROBE_RECORD_H

#include <linux/types.h>

/* A hole in a record would copy old contents of memory to user space. */
#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wpadded"
#include <linux/ipcprobe.h>
#pragma GCC diagnostic pop

#endif /* IPCPROBE_RECORD_H */
