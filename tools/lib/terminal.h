/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The terminal that reports go to.
 */
#ifndef IPCPROBE_LIB_TERMINAL_H
#define IPCPROBE_LIB_TERMINAL_H

/* terminal_width - characters of a line; 0 = standard output is no terminal */
unsigned int terminal_width(void);

#endif /* IPCPROBE_LIB_TERMINAL_H */
