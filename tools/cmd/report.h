/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where a command writes its report: to standard output, or to the file that -o
 * names. If the report cannot be written, the program prints this when it ends,
 * whatever command it was, and exits with status CMD_FAILED, or the one that the
 * command set.
 */
#ifndef IPCPROBE_CMD_REPORT_H
#define IPCPROBE_CMD_REPORT_H

#include <stdbool.h>

/* report_init - called by main() before anything is printed */
void report_init(void);

/**
 * report_open - open the file for the report; output still goes to stdout
 * @path: as the user gave it, "-" = standard output
 *
 * Return: 0, or -errno after printing the reason on stderr.
 */
int report_open(const char *path);

/* report_begin - from this call on, output goes to the file, if there is one */
void report_begin(void);

/* report_set_failure - end with this status, not CMD_FAILED, if the report cannot be written */
void report_set_failure(int status);

/* report_has_failed - true if a write failed; the program prints the error when it ends */
bool report_has_failed(void);

#endif /* IPCPROBE_CMD_REPORT_H */
