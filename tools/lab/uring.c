// SPDX-License-Identifier: GPL-2.0
/*
 * io_uring: reads from and writes to a pipe without a system call for each.
 */
#include "lab/lab.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/io_uring.h>
#include <linux/ipcprobe.h>

/**
 * struct ring - an io_uring with room for one request
 * @fd: descriptor of the io_uring
 * @sq: submission ring
 * @cq: completion ring
 * @sqe: the request
 */
struct ring {
	int fd;
	struct io_uring_params params;
	char *sq;
	char *cq;
	struct io_uring_sqe *sqe;
};

static void *map_ring(const struct ring *ring, size_t bytes, off_t offset)
{
	void *map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring->fd,
			 offset);

	return map == MAP_FAILED ? NULL : map;
}

static int ring_setup(struct ring *ring)
{
	const struct io_sqring_offsets *sq = &ring->params.sq_off;
	const struct io_cqring_offsets *cq = &ring->params.cq_off;

	memset(ring, 0, sizeof(*ring));
	ring->fd = syscall(SYS_io_uring_setup, 1, &ring->params);
	if (ring->fd < 0)
		return -errno;
	ring->sq = map_ring(ring, sq->array + ring->params.sq_entries * sizeof(uint32_t),
			    IORING_OFF_SQ_RING);
	ring->cq = map_ring(ring, cq->cqes + ring->params.cq_entries * sizeof(struct io_uring_cqe),
			    IORING_OFF_CQ_RING);
	ring->sqe = map_ring(ring, ring->params.sq_entries * sizeof(*ring->sqe), IORING_OFF_SQES);
	return ring->sq && ring->cq && ring->sqe ? 0 : -ENOMEM;
}

static uint32_t *sq_word(const struct ring *ring, uint32_t offset)
{
	return (uint32_t *)(ring->sq + offset);
}

static uint32_t *cq_word(const struct ring *ring, uint32_t offset)
{
	return (uint32_t *)(ring->cq + offset);
}

/* Submits the request and waits until it is complete; returns its result, or -errno. */
static int ring_do(const struct ring *ring)
{
	const struct io_sqring_offsets *sq = &ring->params.sq_off;
	const struct io_cqring_offsets *cq = &ring->params.cq_off;
	uint32_t tail = *sq_word(ring, sq->tail), head = *cq_word(ring, cq->head);
	const struct io_uring_cqe *cqe = (void *)(ring->cq + cq->cqes);
	uint32_t to_submit = 1;

	sq_word(ring, sq->array)[tail & *sq_word(ring, sq->ring_mask)] = 0;
	__atomic_store_n(sq_word(ring, sq->tail), tail + 1, __ATOMIC_RELEASE);
	while (__atomic_load_n(cq_word(ring, cq->tail), __ATOMIC_ACQUIRE) == head) {
		int n = syscall(SYS_io_uring_enter, ring->fd, to_submit, 1,
				IORING_ENTER_GETEVENTS, NULL, 0);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0)
			to_submit = 0;
	}
	cqe += head & *cq_word(ring, cq->ring_mask);
	__atomic_store_n(cq_word(ring, cq->head), head + 1, __ATOMIC_RELEASE);
	return cqe->res;
}

static int ring_io(const struct ring *ring, uint8_t opcode, int fd, void *buf, uint32_t bytes,
		   uint64_t offset)
{
	*ring->sqe = (struct io_uring_sqe){ .opcode = opcode, .fd = fd, .addr = (uintptr_t)buf,
					    .len = bytes, .off = offset };
	return ring_do(ring);
}

/*
 * Reads and writes until all bytes are written. A pipe has no file offset; the
 * file's offset is @done.
 */
static int pump_ring(const struct lab *lab, const struct ring *ring, int from, bool from_is_file,
		     int to)
{
	uint64_t done = 0;

	while (done < lab->size) {
		int n = ring_io(ring, IORING_OP_READ, from, lab->buf, lab->block,
				from_is_file ? done : UINT64_MAX), written = 0;

		while (n > 0 && written < n) {
			int part = ring_io(ring, IORING_OP_WRITE, to, lab->buf + written,
					   n - written,
					   from_is_file ? UINT64_MAX : done + written);

			if (part <= 0)
				n = part ? part : -EIO;
			else
				written += part;
		}
		errno = n < 0 ? -n : EPIPE;
		if (n <= 0)
			return lab_error(lab, "io_uring");
		done += n;
	}
	return 0;
}

static int prepare_pipe(struct lab *lab)
{
	struct ring ring;

	if (ring_setup(&ring))
		return lab_missing(lab, "io_uring_setup");
	close(ring.fd);
	return pipe2(lab->fd, O_CLOEXEC) ? lab_error(lab, "pipe") : 0;
}

static int serve_ring(struct lab *lab)
{
	struct ring ring;

	errno = -ring_setup(&ring);
	return errno ? lab_error(lab, "io_uring_setup") :
		       pump_ring(lab, &ring, lab->in, true, lab->fd[1]);
}

static int receive_ring(struct lab *lab)
{
	struct ring ring;

	errno = -ring_setup(&ring);
	return errno ? lab_error(lab, "io_uring_setup") :
		       pump_ring(lab, &ring, lab->fd[0], false, lab->out);
}

const struct lab_transport lab_uring = {
	.name = "io_uring",
	.text = "io_uring's reads and writes through a pipe",
	.classes = 1U << IPCPROBE_CLASS_PIPE | 1U << IPCPROBE_CLASS_FILE,
	.prepare = prepare_pipe,
	.serve = serve_ring,
	.receive = receive_ring,
};
