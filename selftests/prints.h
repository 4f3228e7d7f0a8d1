/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Fingerprints that a test's child computes from its own memory, for each buffer of
 * each of its calls in the order of the records, to be compared with the records'. None
 * of the module's formulas is used.
 *
 * Include this file after kselftest_harness.h.
 */
#ifndef PRINTS_H
#define PRINTS_H

#include "capture.h"
#include "random.h"

#include <sys/uio.h>

struct prints {
	uint32_t span;
	uint32_t head;
	uint32_t mid;
	uint32_t tail;
};

/* Expected fingerprints, in memory that child and test share. */
struct prints_log {
	int fd[2];
	int id;
	unsigned int nr;
	struct prints want[100];
};

static MAYBE_UNUSED uint32_t word_print(const void *at, size_t len)
{
	unsigned __int128 word = 0;

	memcpy(&word, at, len);
	return word * 0x9e3779b97f4a7c15 % ((unsigned __int128)1 << 64) / (1ULL << 32) + 1;
}

/* Try each power of two, the largest first. */
static MAYBE_UNUSED uintptr_t roundest(uintptr_t addr, size_t span)
{
	uint64_t unit = 1ULL << 46;
	uintptr_t first;

	for (;; unit /= 2) {
		first = (addr + unit - 1) / unit * unit;
		if (first <= addr + span - 8)
			return first;
	}
}

/* Expect the fingerprints of @span bytes, of which only the first @readable are in memory. */
static MAYBE_UNUSED void expect_cut(struct prints_log *log, const void *buffer, size_t span,
				    size_t readable)
{
	struct prints *want = &log->want[log->nr++];
	uintptr_t addr = (uintptr_t)buffer, mid;

	CHECK(log->nr < NR(log->want));
	*want = (struct prints) { .span = span };
	if (span && span < 8 && readable >= span)
		want->head = word_print(buffer, span);
	if (span < 8 || readable < 8)
		return;
	want->head = word_print(buffer, 8);
	mid = roundest(addr, span);
	if (mid + 8 > addr + readable)
		return;
	want->mid = word_print((void *)mid, 8);
	if (span <= readable)
		want->tail = word_print(buffer + span - 8, 8);
}

/* Expect the present contents' fingerprints in the next record that has a buffer. */
static MAYBE_UNUSED void expect_prints(struct prints_log *log, const void *buffer, size_t span)
{
	expect_cut(log, buffer, span, span);
}

/* Fill the buffer with words that all differ, also from those of other calls. */
static MAYBE_UNUSED void fill_words(void *buffer, size_t len)
{
	static uint64_t state = RANDOM_SEED;
	uint8_t *byte = buffer;

	while (len--)
		*byte++ = random_next(&state);
}

/* Map @bytes of valid memory with an invalid page after them, and fill them. */
static MAYBE_UNUSED char *filled_edge(size_t bytes)
{
	char *memory = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(memory != MAP_FAILED);
	munmap(memory + 4096, 4096);
	fill_words(memory, 4096);
	return memory + 4096 - bytes;
}

/* ---- calls that move bytes into log->fd[1] and out of log->fd[0], in order ---- */

static char prints_from[8192] __attribute__((aligned(4096)));
static char prints_to[8192] __attribute__((aligned(4096)));

static MAYBE_UNUSED void move_single(struct prints_log *log)
{
	char *from = prints_from, *to = prints_to, *edge = filled_edge(15);
	size_t len;

	fill_words(from, sizeof(prints_from));
	expect_prints(log, from + 3, 5000);
	CHECK(write(log->fd[1], from + 3, 5000) == 5000);
	CHECK(read(log->fd[0], to + 1, 4000) == 4000);
	expect_prints(log, to + 1, 4000);
	CHECK(read(log->fd[0], to + 4090, 2000) == 1000);
	expect_prints(log, to + 4090, 1000);
	/* also across the border of a page */
	for (len = 1; len <= 9; len++) {
		expect_prints(log, from + 4093, len);
		CHECK(write(log->fd[1], from + 4093, len) == (ssize_t)len);
		CHECK(read(log->fd[0], to + 4089 + len, 100) == (ssize_t)len);
		expect_prints(log, to + 4089 + len, len);
	}
	/* the last bytes in memory */
	expect_prints(log, edge, 15);
	CHECK(write(log->fd[1], edge, 15) == 15);
	fill_words(edge, 15);
	CHECK(read(log->fd[0], edge, 2000) == 15);
	expect_prints(log, edge, 15);
	expect_prints(log, edge + 10, 5);
	CHECK(write(log->fd[1], edge + 10, 5) == 5);
	CHECK(read(log->fd[0], edge + 10, 5) == 5);
	expect_prints(log, edge + 10, 5);
}

/* The first buffer of a vector is in the call's record, which comes last. */
static MAYBE_UNUSED void move_vectors(struct prints_log *log)
{
	char *from = prints_from, *to = prints_to;
	struct iovec out[3] = { { from, 10 }, { from + 101, 20 }, { from + 4090, 30 } };
	struct iovec in[4] = {
		{ to + 7, 12 }, { to + 4085, 25 }, { to + 302, 40 }, { to + 400, 8 },
	};
	struct iovec many[9];
	int i, nr;

	fill_words(from, sizeof(prints_from));
	for (i = 1; i < 3; i++)
		expect_prints(log, out[i].iov_base, out[i].iov_len);
	expect_prints(log, from, 10);
	CHECK(writev(log->fd[1], out, 3) == 60);
	CHECK(readv(log->fd[0], in, 4) == 60);
	expect_prints(log, in[1].iov_base, 25);
	expect_prints(log, in[2].iov_base, 23);
	expect_prints(log, NULL, 0);
	expect_prints(log, in[0].iov_base, 12);
	for (i = 0; i < 9; i++)
		many[i] = (struct iovec) { to + 20 * i, 10 };
	/* The module keeps 7 buffers of a call, and of a longer one only the first buffer. */
	for (nr = 8; nr <= 9; nr++) {
		expect_prints(log, from, 10 * nr);
		CHECK(write(log->fd[1], from, 10 * nr) == 10 * nr);
		CHECK(readv(log->fd[0], many, nr) == 10 * nr);
		for (i = 1; i < nr; i++)
			expect_prints(log, many[i].iov_base, nr == 8 ? 10 : 0);
		expect_prints(log, many[0].iov_base, 10);
	}
}

/* This function is the last one: kernels differ in how many bytes these calls move. */
static MAYBE_UNUSED void move_cut(struct prints_log *log)
{
	char *edge = filled_edge(20), *volatile nowhere = (char *)16;

	expect_cut(log, edge, 2000, 20);
	CHECK(write(log->fd[1], edge, 2000) < 2000);
	expect_cut(log, nowhere, 10, 0);
	CHECK(write(log->fd[1], nowhere, 10) < 0);
}

static MAYBE_UNUSED void move_all(struct prints_log *log)
{
	move_single(log);
	move_vectors(log);
	move_cut(log);
}

/* Return: false if the record has no buffer. */
static MAYBE_UNUSED bool prints_in(const struct ipcprobe_rec *record, struct prints *prints)
{
	switch (record->type) {
#define PRINTS(name)							\
	case IPCPROBE_REC_##name: {					\
		const struct ipcprobe_rec_##name *__rec = (const void *)record; \
		*prints = (struct prints) { __rec->span, __rec->head, __rec->mid, __rec->tail }; \
		return true;						\
	}
	PRINTS(pipe_read) PRINTS(pipe_write) PRINTS(pipe_splice) PRINTS(file_read)
	PRINTS(file_write) PRINTS(io_segment) PRINTS(unix_send) PRINTS(unix_recv)
	PRINTS(msg_send) PRINTS(msg_receive) PRINTS(mq_send) PRINTS(mq_receive)
	PRINTS(procvm) PRINTS(procvm_segment)
#undef PRINTS
	}
	return false;
}

static MAYBE_UNUSED void expect_logged(struct __test_metadata *_metadata,
				       const struct capture *cap, pid_t tid,
				       const struct prints_log *log)
{
	struct cursor cursor = records_of(cap, tid);
	const struct ipcprobe_rec *record;
	unsigned int nr = 0;
	struct prints has;

	while ((record = cursor_next(&cursor))) {
		if (!prints_in(record, &has))
			continue;
		ASSERT_GT(log->nr, nr) record_print(record);
		EXPECT_EQ(log->want[nr].span, has.span) record_print(record);
		EXPECT_EQ(log->want[nr].head, has.head) record_print(record);
		EXPECT_EQ(log->want[nr].mid, has.mid) record_print(record);
		EXPECT_EQ(log->want[nr].tail, has.tail) record_print(record);
		nr++;
	}
	EXPECT_EQ(log->nr, nr);
}

#endif /* PRINTS_H */
