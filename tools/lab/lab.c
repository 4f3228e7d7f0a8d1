// SPDX-License-Identifier: GPL-2.0
/*
 * Functions that all transports of the laboratory use.
 */
#include "lab/lab.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/write_all.h"

/* lab_error - print that @what failed, with the text of errno; return -errno */
int lab_error(const struct lab *lab, const char *what)
{
	int err = errno ? -errno : -EIO;

	fprintf(stderr, "ipcprobe: lab: %s: %s: %s\n", lab->transport->name, what,
		strerror(-err));
	return err;
}

/* lab_missing - store that this system does not have @what, with errno; -ENOTSUP */
int lab_missing(struct lab *lab, const char *what)
{
	snprintf(lab->shared->result.missing, sizeof(lab->shared->result.missing), "%s: %s", what,
		 strerror(errno));
	return -ENOTSUP;
}

/*
 * lab_call_failed - error of the first call of its kind; some kernels are built
 * without the call
 */
int lab_call_failed(struct lab *lab, const char *call)
{
	return errno == ENOSYS ? lab_missing(lab, call) : lab_error(lab, call);
}

/* lab_next - size of the next block after @done bytes are handed over */
uint64_t lab_next(const struct lab *lab, uint64_t done)
{
	return lab->size - done < lab->block ? lab->size - done : lab->block;
}

/* lab_read_full - read @bytes of the server's file into @buf */
int lab_read_full(const struct lab *lab, void *buf, size_t bytes)
{
	size_t done = 0;

	while (done < bytes) {
		ssize_t n = read(lab->in, (char *)buf + done, bytes - done);

		errno = n < 0 ? errno : EIO;
		if (n <= 0)
			return lab_error(lab, "cannot read the server's file");
		done += n;
	}
	return 0;
}

int lab_write_full(const struct lab *lab, int fd, const void *buf, size_t bytes)
{
	int err = write_all(fd, buf, bytes);

	if (!err)
		return 0;
	errno = -err;
	return lab_error(lab, "cannot write");
}

/* lab_pump - read() and write() until all bytes are written, as cat does */
int lab_pump(const struct lab *lab, int from, int to)
{
	uint64_t done = 0;
	int err = 0;

	while (done < lab->size && !err) {
		ssize_t n = read(from, lab->buf, lab->block);

		errno = n < 0 ? errno : EPIPE;
		if (n <= 0)
			return lab_error(lab, "cannot read");
		err = lab_write_full(lab, to, lab->buf, n);
		done += n;
	}
	return err;
}

/* lab_wait - wait for a semaphore, even if signals interrupt the wait */
int lab_wait(sem_t *sem)
{
	while (sem_wait(sem))
		if (errno != EINTR)
			return -errno;
	return 0;
}
