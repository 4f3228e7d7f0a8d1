/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where a command writes its report: standard output, or the file that -o
 * names.  What cannot be written is said when the program ends, whatever
 * command it was, with status CMD_FAILED.
 */
#ifndef IPCPROBE_CMD_REPORT_H
#define IPCPROBE_CMD_REPORT_H

#include <stdbool.h>

/* report_init - for main(), before anything is printed */
void report_init(void);

/**
 * report_open - open the file for the report; what is printed goes on to stdout
 * @path: as the user gave it, "-" = standard output
 *
 * Return: 0, or -errno after saying on stderr what is wrong.
 */
int report_open(const char *path);

/* report_begin - from here on what is printed goes to the file, if there is one */
void report_begin(void);

/* report_has_failed - something could not be written; it will be said at the end */
bool report_has_failed(void);

#endif /* IPCPROBE_CMD_REPORT_H */
