// SPDX-License-Identifier: GPL-2.0
#include "session.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

void die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, ": %s\n", strerror(errno));
	exit(1);
}

static void map_ring(struct bench_session *session)
{
	uint32_t page = session->info.page_size;
	size_t len = page + 2 * (size_t)session->info.ring_bytes;
	char *at;

	session->consumer = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED,
				 session->fd, 0);
	at = mmap(NULL, len, PROT_READ, MAP_SHARED | MAP_POPULATE, session->fd, page);
	if (session->consumer == MAP_FAILED || at == MAP_FAILED)
		die("mmap of the ring");
	session->producer = (void *)at;
	session->data = at + page;
	session->consumer->consumer_pos = 0;	/* maps the page now, not while time is measured */
}

/**
 * bench_session_start - attach and record
 * @session: session to set up
 * @classes: mask of classes to record
 * @filter_pid: record only this process, in all classes; 0: all processes
 * @flags: IPCPROBE_F_* besides NO_SNAPSHOT
 */
void bench_session_start(struct bench_session *session, uint32_t classes,
			 uint32_t filter_pid, uint32_t flags)
{
	struct ipcprobe_config config = {
		.classes = classes,
		.filtered = filter_pid ? classes : 0,
		.flags = IPCPROBE_F_NO_SNAPSHOT | flags,
		.ring_bytes = 16 << 20,
		.wakeup_bytes = 16 << 20,
		.nr_pids = filter_pid ? 1 : 0,
		.pids = filter_pid ? (uintptr_t)&filter_pid : 0,
	};

	session->fd = open(IPCPROBE_DEVICE, O_RDWR | O_CLOEXEC);
	if (session->fd < 0)
		die(IPCPROBE_DEVICE);
	if (ioctl(session->fd, IPCPROBE_IOC_CONFIGURE, &config))
		die("CONFIGURE");
	if (ioctl(session->fd, IPCPROBE_IOC_INFO, &session->info))
		die("INFO");
	map_ring(session);
	if (ioctl(session->fd, IPCPROBE_IOC_START))
		die("START");
}

void bench_session_stop(struct bench_session *session)
{
	if (ioctl(session->fd, IPCPROBE_IOC_STOP))
		die("STOP");
}

void bench_session_close(struct bench_session *session)
{
	if (session->fd < 0)
		return;
	munmap(session->producer, session->info.page_size + 2 * (size_t)session->info.ring_bytes);
	munmap(session->consumer, session->info.page_size);
	close(session->fd);
	session->fd = -1;
}

/* Number of records lost so far, in all classes. */
uint64_t bench_session_lost(const struct bench_session *session)
{
	uint64_t lost = 0;

	for (int id = 0; id < IPCPROBE_NR_CLASSES; id++)
		lost += session->producer->lost[id];
	return lost;
}

/* Add the records of [@from, @until) to @count. */
void bench_session_count(const struct bench_session *session, uint64_t from,
			 uint64_t until, struct bench_count *count)
{
	while (from < until) {
		const struct ipcprobe_rec *rec =
			(const void *)(session->data + (from & (session->info.ring_bytes - 1)));

		if (rec->len < sizeof(*rec) || rec->len > IPCPROBE_REC_MAX)
			die("a record of %u bytes", rec->len);
		if (rec->type < BENCH_NR_TYPES)
			count->nr[rec->type]++;
		count->all++;
		count->bytes += rec->len;
		from += rec->len;
	}
}
