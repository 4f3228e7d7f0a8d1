/* SPDX-License-Identifier: GPL-2.0 */
/* Checksums of the bytes that a call moved. */
#ifndef IPCPROBE_SUM_H
#define IPCPROBE_SUM_H

struct ipcprobe_moved;

void ipcprobe_sums_emit(const struct ipcprobe_moved *moved);

#endif /* IPCPROBE_SUM_H */
