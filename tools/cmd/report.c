// SPDX-License-Identifier: GPL-2.0
/*
 * Where a command writes its report. Part of the command line: errors are
 * printed here, on stderr.
 *
 * The file is opened before a command is recorded, so that an error comes
 * before the command runs. The file takes the place of file descriptor 1 after
 * the command has ended, so that the command's own output goes where it always
 * does.
 */
#include "cmd/report.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "view/json.h"

static struct {
	const char *path;	/* NULL = standard output */
	int fd;			/* the file until the report begins, then -1 */
	int failure;		/* exit status if it cannot be written */
} report = { .fd = -1, .failure = CMD_FAILED };

static int say_cannot_write(int err)
{
	fprintf(stderr, "ipcprobe: %s: cannot write: %s\n", report.path ?: "standard output",
		strerror(err));
	return -err;
}

/* returns 0 or the positive errno */
static int flush_report(void)
{
	if (fflush(stdout))
		return errno;
	if (!ferror(stdout))
		return 0;
	/* the errno of an earlier error is lost; writing one more byte gives it again */
	putchar('\n');
	return fflush(stdout) ? errno : EIO;
}

/* Is called last at exit, where exit() must not be called again. */
static void close_report(void)
{
	int err = flush_report();

	/* some file systems report errors only on close */
	if (!err && report.path && close(STDOUT_FILENO))
		err = errno;
	if (!err)
		return;
	say_cannot_write(err);
	_exit(report.failure);
}

void report_init(void)
{
	/* a write beyond the file size limit is then an error like others, and is printed */
	signal(SIGXFSZ, SIG_IGN);
	atexit(close_report);
}

int report_open(const char *path)
{
	if (!strcmp(path, "-"))
		return 0;
	report.path = path;
	report.fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (report.fd >= 0)
		return 0;
	say_cannot_write(errno);
	report.path = NULL;
	return -EIO;
}

void report_set_failure(int status)
{
	report.failure = status;
}

void report_begin(void)
{
	view_json_restart();
	if (report.fd < 0)
		return;
	fflush(stdout);
	dup2(report.fd, STDOUT_FILENO);
	close(report.fd);
	report.fd = -1;
}

bool report_has_failed(void)
{
	return ferror(stdout);
}
