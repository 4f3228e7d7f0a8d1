// SPDX-License-Identifier: GPL-2.0
/*
 * Processes that are not recorded: readers without records, and their effect on
 * occupancy, on bytes left and on totals.
 */
#include "ktap.h"
#include "trace_builder.h"

#define BLOCK	65536U
#define BUF_A	0x10000000ULL
#define BUF_B	0x20000000ULL

static void begin(struct trace *t)
{
	trace_shell(t);
	trace_file(t, 1, "/tmp/big.bin");
	trace_file(t, 2, "/tmp/out.bin");
	trace_spawn(t, 10, 12, "tar");
	trace_spawn(t, 10, 13, "cat");
}

static void close_pipe(struct trace *t, uint32_t pipe, uint32_t unread, uint16_t flags)
{
	TRACE(t, pipe_close, 10, .pipe = pipe, .unread = unread, .flags = flags);
}

/* tar writes @nr full pipes, and no recorded process reads them. */
static void write_blocks(struct trace *t, uint32_t pipe, uint32_t nr)
{
	uint32_t i;

	for (i = 0; i < nr; i++) {
		trace_file_read(t, 12, 1, BUF_A, BLOCK);
		trace_write(t, 12, pipe, i * BLOCK, BUF_A, BLOCK);
	}
}

static struct path find_outcome(struct trace *t, enum hop_outcome outcome)
{
	uint32_t i, nr = trace_nr_paths(t);
	struct path path = { 0 };

	for (i = 0; i < nr; i++) {
		path = trace_path(t, i);
		if (path.outcome == outcome)
			return path;
	}
	return (struct path){ 0 };
}

/* End the trace; expect so many bytes read by unrecorded processes, and left. */
static void expect_ends(struct trace *t, uint64_t unseen, uint64_t left, const char *what)
{
	struct path_total total;

	trace_finish(t);
	total = path_total(&t->model.copies);
	ktap_eq(total.unseen_bytes, unseen);
	ktap_eq(total.left_bytes, left);
	ktap_result("%s (%llu unrecorded, %llu left)", what,
		    (unsigned long long)total.unseen_bytes,
		    (unsigned long long)total.left_bytes);
	trace_deinit(t);
}

static void test_no_reader(void)
{
	struct path_total total;
	struct path path;
	struct trace t;
	uint64_t left;

	begin(&t);
	trace_pipe(&t, 10, 77);
	write_blocks(&t, 77, 1000);
	trace_file_read(&t, 12, 2, BUF_B, 100);
	trace_finish(&t);
	left = channel_left_bytes(trace_pipe_of(&t, 77));
	total = path_total(&t.model.copies);
	ktap_eq(left, BLOCK);
	ktap_result("a pipe without a recorded reader: what it can hold is left (%llu)",
		    (unsigned long long)left);
	path = find_outcome(&t, OUTCOME_UNSEEN);
	ktap_eq(path.bytes, 999ULL * BLOCK);
	ktap_eq(path.nr_hops, 3);
	ktap_eq(path.nr_copies, 2);
	ktap_eq(find_outcome(&t, OUTCOME_LEFT).bytes, BLOCK);
	ktap_result("the rest is a path of its own, read unrecorded (%llu in %u hops, %llu left)",
		    (unsigned long long)path.bytes, path.nr_hops,
		    (unsigned long long)find_outcome(&t, OUTCOME_LEFT).bytes);
	ktap_eq(total.unseen_bytes, 999ULL * BLOCK);
	ktap_eq(total.delivered_bytes, 100);
	ktap_eq(path_amplification(&total), 1);
	ktap_result("the ratio is that of what was delivered (%llu delivered, x%.2f)",
		    (unsigned long long)total.delivered_bytes, path_amplification(&total));
	ktap_eq(channel_pair_at(&t.model.copies.channels, trace_pipe_of(&t, 77)->first_pair)->bytes,
		999ULL * BLOCK);
	ktap_result("the pipe has a pair with an unknown reader");
	trace_deinit(&t);
}

static void test_left_ratio(void)
{
	struct path_total total;
	struct trace t;

	begin(&t);
	trace_pipe(&t, 10, 77);
	write_blocks(&t, 77, 1);
	trace_file_read(&t, 12, 2, BUF_B, 1000);
	trace_finish(&t);
	total = path_total(&t.model.copies);
	ktap_eq(total.left_bytes, BLOCK);
	ktap_eq(total.unseen_bytes, 0);
	ktap_eq(path_amplification(&total), 1);
	ktap_eq(total.delivery_bytes, 1000);
	ktap_eq(total.copied_bytes, 1000 + 2 * BLOCK);
	ktap_result("what is left is not in the ratio (x%.2f, %llu of %llu copied)",
		    path_amplification(&total), (unsigned long long)total.delivery_bytes,
		    (unsigned long long)total.copied_bytes);
	trace_deinit(&t);
}

/* Each release of an open file records the number of bytes in the pipe at that time. */
static void test_close(void)
{
	struct trace t;
	uint64_t left;

	begin(&t);
	trace_pipe(&t, 10, 77);
	trace_write(&t, 12, 77, 0, BUF_A, 4000);
	close_pipe(&t, 77, 1000, IPCPROBE_IO_READ_END);
	trace_write(&t, 12, 77, 4000, BUF_A, 500);
	trace_finish(&t);
	left = channel_left_bytes(trace_pipe_of(&t, 77));
	ktap_eq(left, 1500);
	ktap_eq(path_total(&t.model.copies).unseen_bytes, 3000);
	ktap_eq(path_total(&t.model.copies).left_bytes, 1500);
	ktap_result("a close that is not the last has the contents (%llu left, %llu unrecorded)",
		    (unsigned long long)left,
		    (unsigned long long)path_total(&t.model.copies).unseen_bytes);
	trace_deinit(&t);

	begin(&t);
	trace_pipe(&t, 10, 77);
	trace_write(&t, 12, 77, 0, BUF_A, 4000);
	close_pipe(&t, 77, 0, IPCPROBE_IO_LAST);
	trace_pipe(&t, 10, 77);
	trace_write(&t, 12, 77, 0, BUF_A, 10);
	expect_ends(&t, 4000, 10, "a pipe that was empty at its end has left nothing");
}

/* A recorded reader's records may come after much has been written. */
static void test_late_reader(void)
{
	struct trace t;
	uint32_t i;

	begin(&t);
	trace_pipe(&t, 10, 77);
	for (i = 0; i < 3; i++)
		trace_write(&t, 12, 77, i * BLOCK, BUF_A, BLOCK);
	close_pipe(&t, 77, BLOCK, IPCPROBE_IO_READ_END);
	for (i = 0; i < 3; i++)
		trace_read(&t, 13, 77, i * BLOCK, BUF_B, BLOCK);
	trace_finish(&t);
	ktap_eq(trace_pair(&t, 77, 12, 13), 3 * BLOCK);
	ktap_false(path_total(&t.model.copies).unseen_bytes);
	ktap_result("records of readers that come late are not missed (%llu of %u)",
		    (unsigned long long)trace_pair(&t, 77, 12, 13), 3 * BLOCK);
	trace_deinit(&t);
}

/* One of two readers is recorded. */
static void test_two_readers(void)
{
	struct trace t;

	begin(&t);
	trace_pipe(&t, 10, 77);
	trace_write(&t, 12, 77, 0, BUF_A, 3000);
	trace_read(&t, 13, 77, 2000, BUF_B, 500);
	expect_ends(&t, 2000, 500, "what lies before a recorded read was read by another");
}

/* Writers take turns and no recorded process reads: the model's memory is bounded. */
static void test_bound(void)
{
	const struct channel *pipe;
	struct trace t;
	uint32_t i;

	begin(&t);
	trace_pipe(&t, 10, 77);
	for (i = 0; i < 100000; i++)
		trace_write(&t, 12 + i % 2, 77, i * 4096, BUF_A, 4096);
	pipe = trace_pipe_of(&t, 77);
	ktap_lt(pipe->cap_segs, 4 * STREAM_SEGS_OLD);
	ktap_result("bytes that must have been read are dropped (%u kept)", pipe->nr_segs);
	trace_finish(&t);
	ktap_eq(path_total(&t.model.copies).unseen_bytes, 100000ULL * 4096 - BLOCK);
	ktap_eq(path_total(&t.model.copies).left_bytes, BLOCK);
	ktap_result("and counted (%llu)",
		    (unsigned long long)path_total(&t.model.copies).unseen_bytes);
	trace_deinit(&t);
}

/* The same for a pipe whose capacity is not known. */
static void test_segments_bound(void)
{
	struct channel channel = { .kind = CHANNEL_PIPE };
	uint64_t unseen;
	uint32_t i, nr = 10 * STREAM_SEGS_MAX;
	int err = 0;

	for (i = 0; i < nr && !err; i++) {
		struct stream_seg seg = { .start = i, .end = i + 1, .hop = 1 + i % 2 };

		err = stream_put(&channel, &seg, &unseen);
	}
	ktap_false(err);
	ktap_le(channel.cap_segs, 2 * STREAM_SEGS_MAX);
	ktap_result("a stream keeps %u segments at most (room for %u)", STREAM_SEGS_MAX,
		    channel.cap_segs);
	free(channel.seg);
}

static void test_socket(void)
{
	struct trace t;

	begin(&t);
	TRACE(&t, unix_pair, 10, .sock = 5, .peer = 6, .ino = 55, .peer_ino = 66, .type = 1);
	TRACE(&t, unix_send, 12, .addr = BUF_A, .sock = 5, .peer = 6, .count = 1000, .ret = 1000,
	      .call = IPCPROBE_CALL_WRITE, .nr_segs = 1);
	TRACE(&t, unix_close, 13, .sock = 6, .unread = 100);
	expect_ends(&t, 900, 100, "a socket's close has its contents, too");
}

static void test_messages(void)
{
	struct trace t;
	uint32_t i;

	begin(&t);
	TRACE(&t, msg_create, 12, .ns = 7, .id = 6, .max_bytes = 16384);
	for (i = 1; i <= 3; i++)
		TRACE(&t, msg_send, 12, .addr = BUF_A, .ns = 7, .id = 6, .seq = i, .bytes = 100);
	TRACE(&t, msg_destroy, 10, .ns = 7, .id = 6, .nr_messages = 1);
	expect_ends(&t, 200, 100, "of three messages one was in the queue at its end");
}

int main(void)
{
	ktap_begin(14);
	test_no_reader();
	test_left_ratio();
	test_close();
	test_late_reader();
	test_two_readers();
	test_bound();
	test_segments_bound();
	test_socket();
	test_messages();
	return ktap_end();
}
