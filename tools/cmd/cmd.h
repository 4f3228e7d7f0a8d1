/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The sub-commands: each is one file <name>.c and one row in ipcprobe.c.
 */
#ifndef IPCPROBE_CMD_CMD_H
#define IPCPROBE_CMD_CMD_H

/* exit status of every sub-command, unless the sub-command returns the status of a workload */
enum {
	CMD_OK = 0,
	CMD_FAILED = 1,		/* the reason is on stderr */
	CMD_USAGE = 2,		/* the command line is wrong */
};

int cmd_record(int argc, char **argv);
int cmd_script(int argc, char **argv);
int cmd_copies(int argc, char **argv);
int cmd_runq(int argc, char **argv);
int cmd_sched(int argc, char **argv);
int cmd_path(int argc, char **argv);
int cmd_vm(int argc, char **argv);
int cmd_stat(int argc, char **argv);
int cmd_ls(int argc, char **argv);
int cmd_waits(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_mark(int argc, char **argv);
int cmd_lab(int argc, char **argv);

#endif /* IPCPROBE_CMD_CMD_H */
