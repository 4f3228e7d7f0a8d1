/* SPDX-License-Identifier: GPL-2.0 */
/* Properties of the terminal that reports are printed on. */
#ifndef IPCPROBE_LIB_TERMINAL_H
#define IPCPROBE_LIB_TERMINAL_H

/* terminal_width - characters of a line; 0 = standard output is not a terminal */
unsigned int terminal_width(void);

#endif /* IPCPROBE_LIB_TERMINAL_H */
