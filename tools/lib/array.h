/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IPCPROBE_LIB_ARRAY_H
#define IPCPROBE_LIB_ARRAY_H

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

#endif /* IPCPROBE_LIB_ARRAY_H */
