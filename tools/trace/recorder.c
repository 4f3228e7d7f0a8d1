// SPDX-License-Identifier: GPL-2.0
/* The recorder: preparation, main loop, and end of a recording. */
#include "trace/recorder.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "lib/array.h"
#include "lib/clock.h"
#include "lib/version.h"
#include "lib/why.h"
#include "trace/class_list.h"
#include "trace/event.h"
#include "trace/topology.h"
#include "trace/tracefile.h"

/*
 * The recorder wakes when rings fill. Otherwise it wakes only at this interval, to
 * disturb the recorded programs as little as possible.
 */
#define POLL_MS			500
#define RESYNC_INTERVAL_MS	100
#define RESYNC_INTERVAL_NS	(RESYNC_INTERVAL_MS * 1000000ULL)
#define FLUSH_INTERVAL_NS	1000000000ULL

/*
 * Classes whose loss leaves the model with a wrong state, which only a snapshot
 * corrects.
 */
#define CLASSES_TO_RESYNC	(1U << IPCPROBE_CLASS_SCHED | 1U << IPCPROBE_CLASS_TASK)
#define CLASSES_UNFILTERED	(CLASSES_TO_RESYNC | 1U << IPCPROBE_CLASS_PICK)

#define fail(rec, err, ...)	why_set((rec)->why, sizeof((rec)->why), err, __VA_ARGS__)

static int fail_session(struct recording *rec, int err)
{
	return fail(rec, err, "%s", rec->session.why);
}

/* ---- preparation ---- */

static int start_watch(struct recording *rec)
{
	const struct pid_list *pids = &rec->opts->pids;
	int err = watch_init(&rec->watch, pids, rec->session.fd);

	if (!err)
		return 0;
	if (rec->watch.nr_running == pids->nr)
		return fail(rec, err, "cannot wait for signals: %s", strerror(-err));
	if (err == -EINVAL)
		return fail(rec, err, "%u is a thread: give the number of its process",
			    pids->pid[rec->watch.nr_running]);
	return fail(rec, err, "process %u: %s", pids->pid[rec->watch.nr_running], strerror(-err));
}

static int start_workload(struct recording *rec)
{
	int err;

	if (!rec->opts->command)
		return 0;
	err = workload_init(&rec->workload, rec->opts->command, &rec->watch.signals);
	return err ? fail(rec, err, "cannot run a command: %s", strerror(-err)) : 0;
}

static int configure_session(struct recording *rec)
{
	const struct record_opts *opts = rec->opts;
	uint32_t workload_pid = rec->workload.pid;
	struct ipcprobe_config config = {
		.classes = opts->classes | 1U << IPCPROBE_CLASS_TASK,
		.flags = IPCPROBE_F_EXCLUDE_SELF | (opts->has_sums ? IPCPROBE_F_SUMS : 0),
		.ring_bytes = opts->ring_bytes,
		.snap_bytes = opts->snap_bytes,
		.cpus = (uintptr_t)opts->cpus.word,
		.nr_cpu_words = opts->cpus.nr_words,
	};
	int err;

	if (!opts->cpus.nr_words)
		config.cpus = 0;
	if (opts->pids.nr) {
		config.pids = (uintptr_t)opts->pids.pid;
		config.nr_pids = opts->pids.nr;
	} else if (workload_pid && !opts->is_all) {
		config.pids = (uintptr_t)&workload_pid;
		config.nr_pids = 1;
	}
	if (config.nr_pids)
		config.filtered = config.classes & ~CLASSES_UNFILTERED;
	err = session_configure(&rec->session, &config);
	return err ? fail_session(rec, err) : 0;
}

static int check_cpus(struct recording *rec)
{
	const struct cpu_set *cpus = &rec->opts->cpus;

	for (uint32_t cpu = rec->session.info.nr_cpus; cpu < 64 * cpus->nr_words; cpu++)
		if (cpu_set_has(cpus, cpu))
			return fail(rec, -ENXIO, "there is no CPU %u: the numbers are below %u",
				    cpu, rec->session.info.nr_cpus);
	return 0;
}

static int check_classes(struct recording *rec)
{
	uint32_t unknown = rec->opts->classes & ~rec->session.info.classes;
	char names[128];

	if (!unknown)
		return 0;
	return fail(rec, -EINVAL,
		    "the module does not know class %s: leave it out, or use a newer module",
		    parse_class_list(unknown, ",", names, sizeof(names)));
}

/*
 * Check that the module is new enough: before ABI 1.2 it refuses what these options
 * need.
 */
static int check_abi(struct recording *rec)
{
	const struct ipcprobe_info *info = &rec->session.info;

	if ((!rec->opts->snap_bytes && !rec->opts->has_sums) || info->abi_minor >= 2)
		return 0;
	return fail(rec, -EOPNOTSUPP,
		    "%s: the module (ABI %u.%u) is older than this program and does not know it: load the module of this version",
		    rec->opts->has_sums ? "--verify" : "--snaplen", info->abi_major, info->abi_minor);
}

static int open_session(struct recording *rec)
{
	int err = session_open(&rec->session);

	if (err)
		return fail_session(rec, err);
	err = check_abi(rec);
	if (!err)
		err = check_classes(rec);
	return err ? err : check_cpus(rec);
}

/**
 * record_init - prepare a recording: session, rings, the command's process
 * @rec: recording to set up; record_deinit() must be called on error, too
 * @opts: options of the recording; they must exist as long as @rec
 *
 * Return: 0, or -errno; then rec->why is set.
 */
int record_init(struct recording *rec, const struct record_opts *opts)
{
	static int (*const steps[])(struct recording *rec) = {
		open_session, start_watch, start_workload, configure_session,
	};

	memset(rec, 0, sizeof(*rec));
	rec->opts = opts;
	rec->session.fd = -1;
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		int err = steps[i](rec);

		if (err)
			return err;
	}
	return 0;
}

void record_deinit(struct recording *rec)
{
	workload_deinit(&rec->workload);
	free(rec->cpus);
	tracefile_destroy(rec->file);
	session_close(&rec->session);
	watch_deinit(&rec->watch);
	rec->cpus = NULL;
	rec->file = NULL;
}

/* ---- the file ---- */

static int create_file(struct recording *rec, int fd)
{
	const struct session *session = &rec->session;
	struct tracefile_header header = {
		.page_size = session->info.page_size,
		.nr_cpus = session->info.nr_cpus,
		.classes = rec->opts->classes | 1U << IPCPROBE_CLASS_TASK,
		.ring_bytes = session->info.ring_bytes,
	};
	struct utsname uts = { 0 };
	char kernel[sizeof(uts)], pid[16], snaplen[16], *caches = topology_caches(TOPOLOGY_ROOT);
	char *cpus = parse_cpus_text(&rec->opts->cpus), *pids = parse_pids_text(&rec->opts->pids);
	bool is_family = rec->workload.pid && !rec->opts->is_all && !rec->opts->pids.nr;
	const struct tracefile_pair pairs[] = {
		{ TRACEFILE_KEY_COMMAND, rec->opts->command_line },
		{ TRACEFILE_KEY_HOSTNAME, uts.nodename },
		{ TRACEFILE_KEY_KERNEL, kernel },
		{ TRACEFILE_KEY_TOOL_VERSION, IPCPROBE_TOOLS_VERSION },
		{ TRACEFILE_KEY_WORKLOAD_PID, pid },
		{ TRACEFILE_KEY_CACHES, caches ?: "" },
		{ TRACEFILE_KEY_CPUS, cpus ?: "" },
		{ TRACEFILE_KEY_PIDS, is_family ? pid : pids ?: "" },
		{ TRACEFILE_KEY_SNAPLEN, snaplen },
		{ NULL, NULL },
	};
	int err;

	uname(&uts);
	snprintf(kernel, sizeof(kernel), "%s %s %s %s",
		 uts.sysname, uts.release, uts.version, uts.machine);
	snprintf(pid, sizeof(pid), "%d", rec->workload.pid);
	snprintf(snaplen, sizeof(snaplen), "%u", rec->opts->snap_bytes);
	rec->start_ns = clock_ns(CLOCK_MONOTONIC);
	rec->flush_ns = rec->start_ns;
	header.start_ns = rec->start_ns;
	header.realtime_offset_ns = clock_ns(CLOCK_REALTIME) - rec->start_ns;
	err = tracefile_create(fd, &header, pairs, &rec->file);
	free(caches);
	free(cpus);
	free(pids);
	return err ? fail(rec, err, "cannot write: %s", strerror(-err)) : 0;
}

static int fail_write(struct recording *rec, int err)
{
	rec->bytes = tracefile_bytes(rec->file);
	return fail(rec, err,
		    "cannot write: %s: recording stopped, the first %llu bytes can be read",
		    strerror(-err), (unsigned long long)rec->bytes);
}

static int fail_append(struct recording *rec, uint32_t cpu, int err)
{
	if (err == -EBADMSG)
		return fail(rec, err,
			    "internal error: a damaged record at position %llu of CPU %u's ring",
			    (unsigned long long)rec->session.rings[cpu].consumer_pos, cpu);
	return fail_write(rec, err);
}

/* Move the records in a CPU's ring into the file. */
static int drain_cpu(struct recording *rec, uint32_t cpu)
{
	struct ring *ring = &rec->session.rings[cpu];
	const void *records;
	size_t len = ring_peek(ring, &records);

	while (len) {
		ssize_t taken = tracefile_append(rec->file, cpu, records, len);

		if (taken < 0)
			return fail_append(rec, cpu, taken);
		ring_consume(ring, taken);
		records = (const char *)records + taken;
		len -= taken;
	}
	return 0;
}

static int drain_rings(struct recording *rec)
{
	for (uint32_t cpu = 0; cpu < rec->session.info.nr_cpus; cpu++) {
		int err = 0;

		if (ring_exists(&rec->session.rings[cpu]))
			err = drain_cpu(rec, cpu);
		if (err)
			return err;
	}
	rec->lost_classes |= tracefile_take_lost(rec->file) & CLASSES_TO_RESYNC;
	return 0;
}

/* ---- the loop ---- */

/*
 * Request a snapshot after a loss. A snapshot takes room in the rings that were
 * just too small: so at most one at each interval. If the request fails, it is
 * repeated; the gap is in the file in any case.
 */
static void resync_state(struct recording *rec)
{
	uint64_t now_ns = clock_ns(CLOCK_MONOTONIC);
	int err;

	if (!rec->lost_classes || now_ns - rec->resync_ns < RESYNC_INTERVAL_NS)
		return;
	rec->resync_ns = now_ns;
	if (rec->lost_classes == 1U << IPCPROBE_CLASS_SCHED)
		err = session_resync_queues(&rec->session);
	else
		err = session_resync(&rec->session);
	if (!err)
		rec->lost_classes = 0;
}

/*
 * Write a part of the file at each interval: if the recorder is killed, or power
 * fails, at most about the last second is lost. One chunk is written at a time, and
 * the rings are emptied before the next.
 */
static int flush_file(struct recording *rec)
{
	uint64_t now_ns = clock_ns(CLOCK_MONOTONIC);
	int err;

	if (now_ns - rec->flush_ns >= FLUSH_INTERVAL_NS) {
		rec->flush_ns = now_ns;
		rec->nr_to_flush = tracefile_seal(rec->file);
	}
	if (!rec->nr_to_flush)
		return 0;
	rec->nr_to_flush--;
	err = tracefile_write_one(rec->file);
	return err ? fail_write(rec, err) : 0;
}

static int wait_ms(const struct recording *rec)
{
	if (rec->nr_to_flush)
		return 0;
	return rec->lost_classes ? RESYNC_INTERVAL_MS : POLL_MS;
}

static bool is_over(struct recording *rec)
{
	if (rec->workload.pid && workload_poll(&rec->workload))
		return true;
	return watch_is_over(&rec->watch);
}

static int run_loop(struct recording *rec)
{
	int err;

	do {
		err = watch_wait(&rec->watch, wait_ms(rec));
		if (err)
			return fail(rec, err, "cannot wait for records: %s", strerror(-err));
		err = drain_rings(rec);
		if (err)
			return err;
		resync_state(rec);
		err = flush_file(rec);
		if (err)
			return err;
	} while (!is_over(rec));
	return 0;
}

/* ---- end ---- */

/* Check that every record was either read or lost; if not, there is a bug. */
static int check_counts(struct recording *rec, uint32_t cpu)
{
	const struct tracefile_cpu_stats *stats = &rec->cpus[cpu];

	for (unsigned int id = 1; id < IPCPROBE_NR_CLASSES; id++) {
		rec->nr_events += stats->read[id];
		rec->lost[id] += stats->lost[id];
	}
	for (unsigned int id = 1; id < IPCPROBE_NR_CLASSES; id++)
		if (stats->produced[id] != stats->read[id] + stats->lost[id])
			return fail(rec, -EPROTO,
				    "internal error: CPU %u, class %s: %llu records produced, but %llu read and %llu lost",
				    cpu, event_class_name(id) ?: "?",
				    (unsigned long long)stats->produced[id],
				    (unsigned long long)stats->read[id],
				    (unsigned long long)stats->lost[id]);
	return 0;
}

/*
 * Collect the statistics. Return: 0 or -errno; -EPROTO if counts are inconsistent,
 * but the file can be completed.
 */
static int collect_stats(struct recording *rec)
{
	uint32_t nr_cpus = rec->session.info.nr_cpus;
	int err = 0;

	rec->cpus = calloc(nr_cpus, sizeof(*rec->cpus));
	if (!rec->cpus)
		return fail(rec, -ENOMEM, "no memory for statistics");
	for (unsigned int id = 1; id < IPCPROBE_NR_CLASSES; id++)
		rec->lost_reasons[id] = tracefile_lost_reasons(rec->file, id);
	for (uint32_t cpu = 0; cpu < nr_cpus; cpu++) {
		struct tracefile_cpu_stats *stats = &rec->cpus[cpu];
		struct ipcprobe_stats kstats;
		int ret = session_stats(&rec->session, cpu, &kstats);

		if (ret && ret != -ENXIO)
			return fail_session(rec, ret);
		if (ret)
			continue;
		memcpy(stats->produced, kstats.produced, sizeof(stats->produced));
		memcpy(stats->lost, kstats.lost, sizeof(stats->lost));
		memcpy(stats->read, tracefile_read_counts(rec->file, cpu), sizeof(stats->read));
		ret = check_counts(rec, cpu);
		if (!err)
			err = ret;
	}
	return err;
}

static int finish_file(struct recording *rec)
{
	struct tracefile_stats stats = {
		.stop_ns = rec->stop_ns,
		.ready_ns = rec->ready_ns,
		.ending_ns = rec->ending_ns,
		.nr_cpus = rec->session.info.nr_cpus,
		.flags = rec->workload.has_ended ? TRACEFILE_HAS_STATUS : 0,
		.workload_status = rec->workload.status,
	};
	int err = tracefile_finish(rec->file, &stats, rec->cpus);

	rec->bytes = tracefile_bytes(rec->file);
	if (!err)
		return 0;
	return fail(rec, err,
		    "cannot write: %s: the end is missing, the first %llu bytes can be read",
		    strerror(-err), (unsigned long long)rec->bytes);
}

/*
 * Record the run queues' members at the end, so that the file can be checked. If
 * there is no memory for that, only they are missing.
 */
static void write_end(struct recording *rec)
{
	if (rec->opts->classes & 1U << IPCPROBE_CLASS_SCHED)
		session_resync_queues(&rec->session);
}

static int finish_recording(struct recording *rec)
{
	int err, stats_err;

	rec->ending_ns = clock_ns(CLOCK_MONOTONIC);
	err = drain_rings(rec);
	if (err)
		return err;
	write_end(rec);
	err = session_stop(&rec->session);
	if (err)
		return fail_session(rec, err);
	rec->stop_ns = clock_ns(CLOCK_MONOTONIC);
	err = drain_rings(rec);
	if (err)
		return err;
	stats_err = collect_stats(rec);
	if (stats_err && stats_err != -EPROTO)
		return stats_err;
	err = finish_file(rec);
	return err ? err : stats_err;
}

static int begin_recording(struct recording *rec)
{
	int err = session_start(&rec->session);

	if (err)
		return fail_session(rec, err);
	rec->ready_ns = clock_ns(CLOCK_MONOTONIC);
	if (!rec->workload.pid)
		return 0;
	err = workload_start(&rec->workload);
	return err ? fail(rec, err, "cannot start the command: %s", strerror(-err)) : 0;
}

/**
 * record_run - record until the end
 * @rec: recording, from record_init()
 * @fd: empty file to write to; the caller closes it
 *
 * The file is complete when this function returns, also after most errors. The
 * command may still be running: see record_wait().
 *
 * Return: 0, or -errno; then rec->why is set. -ENOEXEC: the command could not be
 * run, and the file contains nothing of use.
 */
int record_run(struct recording *rec, int fd)
{
	int err, exec_error;

	err = create_file(rec, fd);
	if (!err)
		err = begin_recording(rec);
	if (!err)
		err = run_loop(rec);
	if (!err)
		err = finish_recording(rec);
	else
		session_stop(&rec->session);
	exec_error = workload_exec_error(&rec->workload);
	if (exec_error)
		return fail(rec, -ENOEXEC, "%s: %s", rec->opts->command[0], strerror(exec_error));
	return err;
}

/**
 * record_wait - wait for the command
 *
 * If a signal ended the recording, the command is asked to end, too. From now on
 * signals have their usual effect on the caller.
 *
 * Return: the command's exit status as a shell reports it; 0 if there was no
 * command.
 */
int record_wait(struct recording *rec)
{
	watch_release_signals(&rec->watch);
	if (!rec->workload.pid || !workload_is_started(&rec->workload))
		return 0;
	if (rec->watch.is_stopped_by_signal && !workload_poll(&rec->workload))
		kill(rec->workload.pid, SIGTERM);
	workload_wait(&rec->workload);
	return workload_exit_status(&rec->workload);
}
