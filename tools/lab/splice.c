// SPDX-License-Identifier: GPL-2.0
/*
 * Transports that move pages through a pipe by reference: splice, sendfile,
 * vmsplice.
 */
#include "lab/lab.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <unistd.h>

#include <linux/ipcprobe.h>

#define CLASSES	(1U << IPCPROBE_CLASS_PIPE | 1U << IPCPROBE_CLASS_FILE)

static int prepare_pipe(struct lab *lab)
{
	return pipe2(lab->fd, O_CLOEXEC) ? lab_error(lab, "pipe") : 0;
}

/* ---- splice on both sides ---- */

static int splice_all(const struct lab *lab, int from, int to)
{
	uint64_t done = 0;

	while (done < lab->size) {
		ssize_t n = splice(from, NULL, to, NULL, lab_next(lab, done), 0);

		errno = n < 0 ? errno : EPIPE;
		if (n <= 0)
			return lab_error(lab, "splice");
		done += n;
	}
	return 0;
}

static int serve_splice(struct lab *lab)
{
	return splice_all(lab, lab->in, lab->fd[1]);
}

static int receive_splice(struct lab *lab)
{
	return splice_all(lab, lab->fd[0], lab->out);
}

const struct lab_transport lab_splice = {
	.name = "splice",
	.text = "splice() from the file to a pipe and from there to the file",
	.classes = CLASSES,
	.prepare = prepare_pipe,
	.serve = serve_splice,
	.receive = receive_splice,
};

/* ---- sendfile into a pipe ---- */

static int serve_sendfile(struct lab *lab)
{
	uint64_t done = 0;

	while (done < lab->size) {
		ssize_t n = sendfile(lab->fd[1], lab->in, NULL, lab_next(lab, done));

		errno = n < 0 ? errno : EIO;
		if (n <= 0)
			return lab_error(lab, "sendfile");
		done += n;
	}
	return 0;
}

static int receive_stream(struct lab *lab)
{
	return lab_pump(lab, lab->fd[0], lab->out);
}

const struct lab_transport lab_sendfile = {
	.name = "sendfile",
	.text = "sendfile() from the file to a pipe; read() and write()",
	.classes = CLASSES,
	.prepare = prepare_pipe,
	.serve = serve_sendfile,
	.receive = receive_stream,
};

/* ---- vmsplice ---- */

/*
 * Allocates the blocks for vmsplice. Memory in the pipe must not be written
 * again before it is read; so the server uses the blocks in turn, and there are
 * so many blocks that the pipe never holds the next one.
 */
static char *make_blocks(const struct lab *lab, uint64_t *nr)
{
	int capacity = fcntl(lab->fd[1], F_GETPIPE_SZ);
	char *blocks;

	*nr = (capacity > 0 ? capacity : 65536) / lab->block + 2;
	blocks = mmap(NULL, *nr * lab->block, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return blocks == MAP_FAILED ? NULL : blocks;
}

static int put_pages(const struct lab *lab, char *block, uint64_t bytes)
{
	struct iovec iov = { block, bytes };

	while (iov.iov_len) {
		ssize_t n = vmsplice(lab->fd[1], &iov, 1, 0);

		if (n < 0)
			return lab_error(lab, "vmsplice");
		iov.iov_base = (char *)iov.iov_base + n;
		iov.iov_len -= n;
	}
	return 0;
}

static int serve_vmsplice(struct lab *lab)
{
	uint64_t done, bytes, nr, i = 0;
	char *blocks = make_blocks(lab, &nr);
	int err = 0;

	if (!blocks)
		return lab_error(lab, "mmap");
	for (done = 0; done < lab->size && !err; done += bytes, i = (i + 1) % nr) {
		bytes = lab_next(lab, done);
		err = lab_read_full(lab, blocks + i * lab->block, bytes);
		if (!err)
			err = put_pages(lab, blocks + i * lab->block, bytes);
	}
	return err;
}

const struct lab_transport lab_vmsplice = {
	.name = "vmsplice",
	.text = "read(), vmsplice() into a pipe; read() and write()",
	.classes = CLASSES,
	.prepare = prepare_pipe,
	.serve = serve_vmsplice,
	.receive = receive_stream,
};
