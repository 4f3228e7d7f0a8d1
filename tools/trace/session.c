// SPDX-License-Identifier: GPL-2.0
/* Sessions with the module, and the messages for the user when one fails. */
#include "trace/session.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/why.h"

#define fail(session, err, ...)							\
	why_set((session)->why, sizeof((session)->why), err, __VA_ARGS__)

/* session_why_open - store why the device could not be opened; returns @err */
int session_why_open(char *why, size_t size, int err)
{
	switch (-err) {
	case ENOENT:
	case ENXIO:
	case ENODEV:
		return why_set(why, size, err, IPCPROBE_DEVICE
			       ": the module is not loaded: load it with 'modprobe ipcprobe' or 'insmod ipcprobe.ko'");
	case EACCES:
	case EPERM:
		return why_set(why, size, err, IPCPROBE_DEVICE
			       ": not permitted: run as root, or with CAP_PERFMON and access to the device, on a kernel that is not locked down for confidentiality");
	case EUSERS:
		return why_set(why, size, err, IPCPROBE_DEVICE
			       ": there are %u sessions already, the most that can be: close some ('ipcprobe check' counts them)",
			       IPCPROBE_NR_SESSIONS_MAX);
	default:
		return why_set(why, size, err, IPCPROBE_DEVICE ": %s", strerror(-err));
	}
}

static int check_info(struct session *session)
{
	const struct ipcprobe_info *info = &session->info;

	if (info->abi_major != IPCPROBE_ABI_MAJOR)
		return fail(session, -EPROTONOSUPPORT,
			    "the module speaks ABI %u.%u, this program %u.%u: use a module and tools of one version",
			    info->abi_major, info->abi_minor,
			    IPCPROBE_ABI_MAJOR, IPCPROBE_ABI_MINOR);
	if (!info->nr_cpus || !info->page_size)
		return fail(session, -EPROTO, "the module tells of no CPUs or no page size");
	return 0;
}

/**
 * session_open - open the device and check the version of its ABI
 * @session: session to set up; on error only its @why is valid
 *
 * Return: 0 or -errno.
 */
int session_open(struct session *session)
{
	int err;

	memset(session, 0, sizeof(*session));
	session->fd = open(IPCPROBE_DEVICE, O_RDWR | O_CLOEXEC);
	if (session->fd < 0)
		return session_why_open(session->why, sizeof(session->why), -errno);
	if (ioctl(session->fd, IPCPROBE_IOC_INFO, &session->info)) {
		err = fail(session, -errno, IPCPROBE_DEVICE
			   ": no answer (%m): is it another module's device?");
		goto err_close;
	}
	err = check_info(session);
	if (err)
		goto err_close;
	return 0;

err_close:
	session_close(session);
	return err;
}

/* session_close - unmap and close; records that were not read are discarded */
void session_close(struct session *session)
{
	for (uint32_t cpu = 0; session->rings && cpu < session->info.nr_cpus; cpu++)
		ring_deinit(&session->rings[cpu]);
	free(session->rings);
	session->rings = NULL;
	if (session->fd >= 0)
		close(session->fd);
	session->fd = -1;
}

static int fail_configure(struct session *session, int err, const struct ipcprobe_config *config)
{
	switch (-err) {
	case ESRCH:
		return fail(session, err,
			    "no such process: one of those to be recorded has ended or never was");
	case ENOMEM:
		return fail(session, err,
			    "no memory for rings of %u KiB on each CPU: use smaller ones (-m)",
			    config->ring_bytes >> 10);
	case ENOSPC:
		return fail(session, err,
			    "with rings of %u KiB on each CPU all sessions together would take more than a quarter of the memory: use smaller ones (-m), or close other sessions",
			    config->ring_bytes >> 10);
	case EINVAL:
		return fail(session, err,
			    "the module refused the configuration (classes %#x, rings of %u bytes)",
			    config->classes, config->ring_bytes);
	default:
		return fail(session, err, "cannot configure the session: %s", strerror(-err));
	}
}

static int map_rings(struct session *session)
{
	session->rings = calloc(session->info.nr_cpus, sizeof(*session->rings));
	if (!session->rings)
		return fail(session, -ENOMEM, "no memory for the list of rings");
	for (uint32_t cpu = 0; cpu < session->info.nr_cpus; cpu++) {
		int err = ring_init(&session->rings[cpu], session->fd, cpu, &session->info);

		if (err && err != -ENXIO)
			return fail(session, err, "cannot map the ring of CPU %u: %s",
				    cpu, strerror(-err));
	}
	return 0;
}

/**
 * session_configure - set the configuration and map the rings; only once for each
 * session
 *
 * Return: 0, or -errno; then session->why is set.
 */
int session_configure(struct session *session, const struct ipcprobe_config *config)
{
	if (ioctl(session->fd, IPCPROBE_IOC_CONFIGURE, config))
		return fail_configure(session, -errno, config);
	if (ioctl(session->fd, IPCPROBE_IOC_INFO, &session->info))
		return fail(session, -errno, "cannot ask for the session's rings: %m");
	return map_rings(session);
}

/* session_start - start recording; 0 or -errno */
int session_start(struct session *session)
{
	if (!ioctl(session->fd, IPCPROBE_IOC_START))
		return 0;
	if (errno == ENOENT)
		return fail(session, -errno,
			    "a hook is missing in this kernel: 'ipcprobe check' names it");
	if (errno == EUSERS)
		return fail(session, -errno,
			    "%u sessions are recording already, the most that can at a time: stop one",
			    IPCPROBE_NR_RUNNING_MAX);
	if (errno == EBUSY)
		return fail(session, -errno,
			    "function tracing (ftrace) is switched off: switch it on with 'sysctl kernel.ftrace_enabled=1'");
	return fail(session, -errno, "cannot start the session: %m");
}

/*
 * session_stop - stop recording: afterwards no record is added to any ring; 0 or
 * -errno
 */
int session_stop(struct session *session)
{
	if (!ioctl(session->fd, IPCPROBE_IOC_STOP))
		return 0;
	return fail(session, -errno, "cannot stop the session: %m");
}

/* session_resync - request all snapshot records again; 0 or -errno */
int session_resync(struct session *session)
{
	if (!ioctl(session->fd, IPCPROBE_IOC_RESYNC))
		return 0;
	return fail(session, -errno, "cannot resynchronise after loss: %m");
}

/*
 * session_resync_queues - request the snapshot records of class sched again; a
 * module before ABI 1.4 writes all; 0 or -errno
 */
int session_resync_queues(struct session *session)
{
	if (!ioctl(session->fd, IPCPROBE_IOC_RESYNC_QUEUES))
		return 0;
	if (errno == ENOTTY)
		return session_resync(session);
	return fail(session, -errno, "cannot write down the run queues: %m");
}

/**
 * session_stats - get the statistics of @cpu's records
 *
 * Return: 0, -ENXIO if @cpu does not exist, or -errno.
 */
int session_stats(struct session *session, uint32_t cpu, struct ipcprobe_stats *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->cpu = cpu;
	if (!ioctl(session->fd, IPCPROBE_IOC_STATS, ret))
		return 0;
	return fail(session, -errno, "no statistics of CPU %u: %m", cpu);
}
