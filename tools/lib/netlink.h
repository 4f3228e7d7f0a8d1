/* SPDX-License-Identifier: GPL-2.0 */
/* What users of libnl share. */
#ifndef IPCPROBE_LIB_NETLINK_H
#define IPCPROBE_LIB_NETLINK_H

int netlink_errno(int nl_err);

#endif /* IPCPROBE_LIB_NETLINK_H */
