// SPDX-License-Identifier: GPL-2.0
/*
 * ipcprobe waits --hang: runs a command, and if it hangs, reports who waits for whom in it
 * and ends it.
 *
 * A command hangs if none of its threads has run for so long, or if one of them has been
 * stuck for so long while others run: a timer, or a thread that watches.
 */
#include "cmd/waits.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cmd/report.h"
#include "lib/clock.h"
#include "live/family.h"
#include "trace/workload.h"
#include "waits/stuck.h"

/* exit status, as of timeout(1) */
enum {
	STATUS_HUNG = 124,
	STATUS_FAILED = 125,
};

#define NSEC		1000000000ULL
#define LOOK_MAX_NS	NSEC		/* between two looks */
#define GRACE_NS	(5 * NSEC)	/* from SIGTERM to SIGKILL */

/**
 * struct hang - a command that may hang
 * @opts: what the user asked for
 * @workload: the command
 * @signals: those that this program waits for
 * @runs: what its threads had run at the last look
 * @idle_since_ns: since when no thread has run
 * @stuck_ns: when stuck threads were sought
 * @stuck: those that were found
 */
struct hang {
	const struct waits_opts *opts;
	struct workload workload;
	sigset_t signals;
	struct family_runs runs;
	uint64_t idle_since_ns;
	uint64_t stuck_ns;
	struct stuck stuck;
};

/*
 * Waits for @ns, or until the command or another child ends.  Passes on what ends
 * programs; what a terminal sends, the command has got as well.
 */
static void wait_for(const struct hang *hang, uint64_t ns)
{
	struct timespec limit = { ns / NSEC, ns % NSEC };
	siginfo_t info;
	int signal = sigtimedwait(&hang->signals, &info, &limit);

	if (signal > 0 && signal != SIGCHLD && info.si_code != SI_KERNEL)
		kill(hang->workload.pid, signal);
}

/* Collects children that the command left behind; not the command itself. */
static void reap_orphans(const struct hang *hang)
{
	siginfo_t info = { 0 };

	while (!waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) && info.si_pid &&
	       info.si_pid != hang->workload.pid) {
		waitpid(info.si_pid, NULL, 0);
		info.si_pid = 0;
	}
}

/* ---- looks ---- */

/* Only what the command's processes wait for; all there is, if they are too many to name. */
static void name_processes(const struct family *family, struct view_waits *view)
{
	view->is_all = true;
	view->pids.nr = 0;
	if (family->nr > IPCPROBE_NR_PIDS_MAX)
		return;
	while (view->pids.nr < family->nr) {
		view->pids.pid[view->pids.nr] = family->pid[view->pids.nr];
		view->pids.nr++;
	}
}

/* The report goes to stderr, as stdout is the command's, and to the file if there is one. */
static void report(const struct waits_look *look, const struct waits_opts *opts)
{
	struct waits_opts as_text = *opts;

	as_text.format = WAITS_TEXT;
	dup2(STDERR_FILENO, STDOUT_FILENO);
	waits_show(look, &as_text);
	if (!opts->output.path)
		return;
	report_begin();
	waits_print(look, opts);
}

/*
 * Reads who waits for whom among @family, and with @is_reported reports it.  Return: 0
 * or -errno.
 */
static int look_for_stuck(struct hang *hang, const struct family *family, bool is_reported)
{
	struct waits_opts opts = *hang->opts;
	struct waits_look look;
	int err;

	name_processes(family, &opts.view);
	err = waits_look_read(&look, &opts.view);
	if (!err)
		err = stuck_update(&hang->stuck, &look.waits, look.chosen,
				   clock_ns(CLOCK_MONOTONIC));
	if (err >= 0 && is_reported)
		report(&look, &opts);
	waits_look_deinit(&look);
	return err < 0 ? err : 0;
}

static void look_for_runs(struct hang *hang, const struct family *family)
{
	struct family_runs runs = family_count_runs(family);

	if (runs.ns == hang->runs.ns && runs.nr == hang->runs.nr)
		return;
	hang->runs = runs;
	hang->idle_since_ns = clock_ns(CLOCK_MONOTONIC);
}

static bool is_over(const struct hang *hang, uint64_t since_ns)
{
	return clock_ns(CLOCK_MONOTONIC) - since_ns >= hang->opts->hang_ns;
}

/* Return: 1 if the command hangs, 0, or -errno. */
static int look_again(struct hang *hang)
{
	struct family family;
	int err = family_read(&family, getpid());

	if (!err)
		look_for_runs(hang, &family);
	if (!err && clock_ns(CLOCK_MONOTONIC) - hang->stuck_ns >= hang->opts->hang_ns / 2) {
		err = look_for_stuck(hang, &family, false);
		hang->stuck_ns = clock_ns(CLOCK_MONOTONIC);
	}
	family_deinit(&family);
	if (err)
		return err;
	return is_over(hang, hang->idle_since_ns) ||
	       (hang->stuck.nr && is_over(hang, hang->stuck.oldest_ns));
}

/* ---- the end ---- */

static void report_hang(struct hang *hang)
{
	struct family family;
	int err = family_read(&family, getpid());

	fprintf(stderr, "ipcprobe: waits: %s hangs: for %g s %s\n", hang->opts->command[0],
		hang->opts->hang_ns / 1e9,
		hang->stuck.nr ? "threads are stuck" : "none of its threads has run");
	if (!err)
		err = look_for_stuck(hang, &family, true);
	if (err)
		waits_fail(err);
	family_deinit(&family);
}

/* Sends @signal to all descendants. Return: how many there are. */
static uint32_t signal_family(int signal)
{
	struct family family;
	uint32_t i, nr;

	family_read(&family, getpid());
	nr = family.nr;
	for (i = 0; i < nr; i++)
		kill(family.pid[i], signal);
	family_deinit(&family);
	return nr;
}

static void end_command(struct hang *hang)
{
	uint64_t start_ns = clock_ns(CLOCK_MONOTONIC), now_ns = start_ns;
	uint32_t nr = signal_family(SIGTERM);

	signal_family(SIGCONT);	/* who is stopped takes no SIGTERM */
	while (nr && now_ns - start_ns < 2 * GRACE_NS) {
		wait_for(hang, NSEC / 10);
		workload_poll(&hang->workload);
		reap_orphans(hang);
		now_ns = clock_ns(CLOCK_MONOTONIC);
		nr = signal_family(now_ns - start_ns < GRACE_NS ? 0 : SIGKILL);
	}
	if (nr)
		fprintf(stderr, "ipcprobe: waits: %u processes of %s do not end\n", nr,
			hang->opts->command[0]);
}

static int run(struct hang *hang)
{
	uint64_t interval_ns = hang->opts->hang_ns / 5;
	int result = 0;

	if (interval_ns > LOOK_MAX_NS)
		interval_ns = LOOK_MAX_NS;
	hang->idle_since_ns = clock_ns(CLOCK_MONOTONIC);
	hang->stuck_ns = hang->idle_since_ns;
	while (!workload_poll(&hang->workload) && !result) {
		wait_for(hang, interval_ns);
		reap_orphans(hang);
		result = workload_poll(&hang->workload) ? 0 : look_again(hang);
	}
	if (result < 0) {
		waits_fail(result);
		workload_wait(&hang->workload);
	}
	if (result <= 0)
		return workload_exit_status(&hang->workload);
	report_hang(hang);
	end_command(hang);
	return STATUS_HUNG;
}

int waits_hang(const struct waits_opts *opts)
{
	struct hang hang = { .opts = opts };
	int err, status = STATUS_FAILED;
	sigset_t before;

	sigemptyset(&hang.signals);
	sigaddset(&hang.signals, SIGCHLD);
	sigaddset(&hang.signals, SIGINT);
	sigaddset(&hang.signals, SIGTERM);
	sigaddset(&hang.signals, SIGHUP);
	sigprocmask(SIG_BLOCK, &hang.signals, &before);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	err = workload_init(&hang.workload, opts->command, &before);
	if (!err)
		err = workload_start(&hang.workload);
	if (err)
		waits_fail(err);
	else
		status = run(&hang);
	if (workload_exec_error(&hang.workload))
		fprintf(stderr, "ipcprobe: waits: %s: %s\n", opts->command[0],
			strerror(workload_exec_error(&hang.workload)));
	stuck_deinit(&hang.stuck);
	workload_deinit(&hang.workload);
	return status;
}
