/* SPDX-License-Identifier: GPL-2.0 */
/*
 * io_uring for tests: a ring by its system calls, and bytes from which their position
 * follows.
 */
#ifndef URING_H
#define URING_H

#include "capture.h"

#include <linux/io_uring.h>
#include <sys/uio.h>

#define ENTRIES		8

/* ---- a ring of io_uring, one request at a time ---- */

struct uring {
	int fd;
	uint32_t *sq_tail;
	uint32_t *cq_head;
	uint32_t *cq_tail;
	uint32_t *sq_array;
	struct io_uring_sqe *sqes;
	struct io_uring_cqe *cqes;
};

/* @flags: IORING_SETUP_*.  Return: 0 or -errno. */
static MAYBE_UNUSED int uring_open_flags(struct uring *uring, uint32_t flags)
{
	struct io_uring_params params = { .flags = flags };
	size_t len;
	char *ring;

	uring->fd = syscall(SYS_io_uring_setup, ENTRIES, &params);
	if (uring->fd < 0)
		return -errno;
	len = params.cq_off.cqes + params.cq_entries * sizeof(*uring->cqes);
	ring = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, uring->fd,
		    IORING_OFF_SQ_RING);
	uring->sqes = mmap(NULL, ENTRIES * sizeof(*uring->sqes), PROT_READ | PROT_WRITE,
			   MAP_SHARED, uring->fd, IORING_OFF_SQES);
	if (ring == MAP_FAILED || uring->sqes == MAP_FAILED)
		return -errno;
	uring->sq_tail = (uint32_t *)(ring + params.sq_off.tail);
	uring->sq_array = (uint32_t *)(ring + params.sq_off.array);
	uring->cq_head = (uint32_t *)(ring + params.cq_off.head);
	uring->cq_tail = (uint32_t *)(ring + params.cq_off.tail);
	uring->cqes = (struct io_uring_cqe *)(ring + params.cq_off.cqes);
	return 0;
}

static MAYBE_UNUSED int uring_open(struct uring *uring)
{
	return uring_open_flags(uring, 0);
}

static MAYBE_UNUSED struct io_uring_sqe *
uring_put(struct uring *uring, uint8_t opcode, int fd, const void *addr, uint32_t len)
{
	uint32_t tail = *uring->sq_tail, slot = tail % ENTRIES;

	uring->sqes[slot] = (struct io_uring_sqe) {
		.opcode = opcode,
		.fd = fd,
		.addr = (uintptr_t)addr,
		.len = len,
		.off = opcode == IORING_OP_READ || opcode == IORING_OP_WRITE ? -1 : 0,
	};
	uring->sq_array[slot] = slot;
	__atomic_store_n(uring->sq_tail, tail + 1, __ATOMIC_RELEASE);
	return &uring->sqes[slot];
}

static MAYBE_UNUSED void uring_submit(struct uring *uring, unsigned int nr)
{
	CHECK(syscall(SYS_io_uring_enter, uring->fd, nr, 0, 0, NULL, 0) == (int)nr);
}

static MAYBE_UNUSED bool uring_is_done(const struct uring *uring)
{
	return __atomic_load_n(uring->cq_tail, __ATOMIC_ACQUIRE) != *uring->cq_head;
}

static MAYBE_UNUSED void uring_sleep(const struct uring *uring)
{
	while (!uring_is_done(uring))
		CHECK(!syscall(SYS_io_uring_enter, uring->fd, 0, 1, IORING_ENTER_GETEVENTS,
			       NULL, 0) || errno == EINTR);
}

/* Wait for the oldest completion that was not taken yet.  Return: its user_data. */
static MAYBE_UNUSED uint64_t uring_data(const struct uring *uring)
{
	uring_sleep(uring);
	return uring->cqes[*uring->cq_head % (2 * ENTRIES)].user_data;
}

/* Wait for the oldest completion that was not taken yet.  Return: its result. */
static MAYBE_UNUSED int uring_wait(struct uring *uring)
{
	uint32_t head = *uring->cq_head;
	int res;

	uring_sleep(uring);
	res = uring->cqes[head % (2 * ENTRIES)].res;
	__atomic_store_n(uring->cq_head, head + 1, __ATOMIC_RELEASE);
	return res;
}

/* Free room for completions; some may have found none. */
static MAYBE_UNUSED void uring_forget(const struct uring *uring)
{
	__atomic_store_n(uring->cq_head, __atomic_load_n(uring->cq_tail, __ATOMIC_ACQUIRE),
			 __ATOMIC_RELEASE);
}

static MAYBE_UNUSED int uring_do(struct uring *uring, uint8_t opcode, int fd, const void *addr,
				 uint32_t len, uint8_t flags)
{
	uring_put(uring, opcode, fd, addr, len)->flags = flags;
	uring_submit(uring, 1);
	return uring_wait(uring);
}

/* Register @buf for requests with a fixed buffer, as number 0. */
static MAYBE_UNUSED void uring_register(const struct uring *uring, void *buf, size_t len)
{
	struct iovec iov = { buf, len };

	CHECK(!syscall(SYS_io_uring_register, uring->fd, IORING_REGISTER_BUFFERS, &iov, 1));
}

/* In a child: a task that used io_uring before a session starts loses an operation. */
static MAYBE_UNUSED bool has_io_uring(void)
{
	struct uring uring;
	pid_t pid = fork();
	int status;

	if (!pid)
		_exit(uring_open(&uring) != 0);
	return waitpid(pid, &status, 0) == pid && !status;
}

/* ---- bytes from which their position follows ---- */

static inline uint8_t stamp(size_t n)
{
	return n % 251;
}

static MAYBE_UNUSED void fill(uint8_t *buf, size_t len, size_t first)
{
	size_t i;

	for (i = 0; i < len; i++)
		buf[i] = stamp(first + i);
}

static MAYBE_UNUSED bool is_filled(const uint8_t *buf, size_t len, size_t first)
{
	size_t i;

	for (i = 0; i < len && buf[i] == stamp(first + i); i++)
		;
	return i == len;
}

#endif /* URING_H */
