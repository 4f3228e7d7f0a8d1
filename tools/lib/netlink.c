// SPDX-License-Identifier: GPL-2.0
#include "lib/netlink.h"

#include <errno.h>

#include <netlink/errno.h>

/* netlink_errno - the -errno for an error of libnl, which is below 0 */
int netlink_errno(int nl_err)
{
	switch (-nl_err) {
	case NLE_OBJ_NOTFOUND:
		return -ENOENT;
	case NLE_PERM:
	case NLE_NOACCESS:
		return -EPERM;
	case NLE_NOMEM:
		return -ENOMEM;
	case NLE_DUMP_INTR:
		return -EAGAIN;
	case NLE_OPNOTSUPP:
		return -EOPNOTSUPP;
	default:
		return -EIO;
	}
}
