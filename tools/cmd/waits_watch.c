// SPDX-License-Identifier: GPL-2.0
/*
 * ipcprobe waits --watch: looks again and again, and reports when threads are stuck that
 * were not.
 */
#include "cmd/waits.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "cmd/cmd.h"
#include "cmd/report.h"
#include "lib/clock.h"
#include "view/json.h"
#include "waits/stuck.h"

/* Waits for @ns, or until a signal that ends the program. Return: true if it came. */
static bool is_ended(const sigset_t *ending, uint64_t ns)
{
	struct timespec limit = { ns / 1000000000, ns % 1000000000 };

	while (sigtimedwait(ending, NULL, &limit) < 0)
		if (errno != EINTR)
			return false;
	return true;
}

static void print_time(void)
{
	time_t now = time(NULL);
	char text[40];

	strftime(text, sizeof(text), "%F %T", localtime(&now));
	printf("# %s\n", text);
}

/* Return: 0 or -errno. */
static int look_again(const struct waits_opts *opts, struct stuck *stuck, int *status)
{
	struct waits_look look;
	int nr_new = waits_look_read(&look, &opts->view);

	if (!nr_new)
		nr_new = stuck_update(stuck, &look.waits, look.chosen, clock_ns(CLOCK_MONOTONIC));
	if (nr_new > 0) {
		view_json_restart();
		if (opts->format == WAITS_TEXT)
			print_time();
		*status = waits_show(&look, opts);
		fflush(stdout);
	}
	waits_look_deinit(&look);
	return nr_new < 0 ? nr_new : 0;
}

int waits_watch(const struct waits_opts *opts)
{
	struct stuck stuck = { 0 };
	int err, status = CMD_OK;
	sigset_t ending;

	sigemptyset(&ending);
	sigaddset(&ending, SIGINT);
	sigaddset(&ending, SIGTERM);
	sigaddset(&ending, SIGHUP);
	sigprocmask(SIG_BLOCK, &ending, NULL);
	do {
		err = look_again(opts, &stuck, &status);
	} while (!err && !report_has_failed() && !is_ended(&ending, opts->watch_ns));
	stuck_deinit(&stuck);
	return err ? waits_fail(err) : status;
}
