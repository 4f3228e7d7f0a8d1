// SPDX-License-Identifier: GPL-2.0
/*
 * Pipes: which bytes went from which writer to which reader, positions, waits,
 * occupancy; and how processes are related.
 */
#include "ktap.h"
#include "trace_builder.h"

#define BUF_A	0x10000000ULL
#define BUF_B	0x20000000ULL

/* Begin with a pipe with number 77; processes 11 ... 14 are children of sh[10]. */
static void begin(struct trace *t)
{
	uint32_t pid;

	trace_shell(t);
	trace_pipe(t, 10, 77);
	for (pid = 11; pid <= 14; pid++)
		trace_spawn(t, 10, pid, "prog");
}

static void test_two_writers(void)
{
	struct trace t;

	begin(&t);
	trace_write(&t, 11, 77, 0, BUF_A, 1000);
	trace_write(&t, 12, 77, 1000, BUF_A, 500);
	trace_read(&t, 13, 77, 0, BUF_B, 1200);
	trace_read(&t, 13, 77, 1200, BUF_B, 300);
	trace_finish(&t);
	ktap_eq(trace_pair(&t, 77, 11, 13), 1000);
	ktap_eq(trace_pair(&t, 77, 12, 13), 500);
	ktap_result("a read that spans two writers is shared out exactly");
	trace_deinit(&t);
}

/* Two packets of 100 bytes, of which 10 and all are read; the records come in either order. */
static void test_packets(bool is_late)
{
	struct trace t;
	uint32_t i;
	uint64_t gone = 0, left = 0;

	begin(&t);
	if (!is_late)
		trace_write(&t, 11, 77, 0, BUF_A, 100);
	TRACE(&t, pipe_discard, 13, .pipe = 77, .pos = 10, .bytes = 90);
	trace_read(&t, 13, 77, 0, BUF_B, 10);
	if (is_late)
		trace_write(&t, 11, 77, 0, BUF_A, 100);
	trace_write(&t, 12, 77, 100, BUF_A, 100);
	trace_read(&t, 13, 77, 100, BUF_B, 100);
	trace_finish(&t);
	for (i = 0; i < trace_nr_paths(&t); i++) {
		const struct path path = trace_path(&t, i);

		gone += path.outcome == OUTCOME_DISCARDED ? path.bytes : 0;
		left += path.outcome == OUTCOME_LEFT ? path.bytes : 0;
	}
	ktap_eq(gone, 90);
	ktap_false(left);
	ktap_false(channel_left_bytes(trace_pipe_of(&t, 77)));
	ktap_eq(trace_pair(&t, 77, 11, 13), 10);
	ktap_eq(trace_pair(&t, 77, 12, 13), 100);
	ktap_result("the rest of a packet is discarded, not left (%llu, %llu)%s",
		    (unsigned long long)gone, (unsigned long long)left,
		    is_late ? ", the write's record being late" : "");
	trace_deinit(&t);
}

static void test_any_order(void)
{
	struct trace t;

	begin(&t);
	trace_read(&t, 13, 77, 900, BUF_B, 600);
	trace_write(&t, 12, 77, 1000, BUF_A, 500);
	trace_read(&t, 14, 77, 0, BUF_B, 900);
	trace_write(&t, 11, 77, 0, BUF_A, 1000);
	trace_finish(&t);
	ktap_eq(trace_pair(&t, 77, 11, 13), 100);
	ktap_eq(trace_pair(&t, 77, 12, 13), 500);
	ktap_eq(trace_pair(&t, 77, 11, 14), 900);
	ktap_false(trace_pair(&t, 77, 0, 13));
	ktap_result("writers and readers in any order of records: every byte has its writer");
	trace_deinit(&t);
}

/* 4 writers, 4 readers, random sizes; each CPU delays its records by another time. */
static void test_many(void)
{
	uint64_t written[4] = { 0 }, pairs[4] = { 0 };
	uint32_t seed = 7, write_pos = 0, read_pos = 0, i, w, r;
	struct {
		uint32_t who, pos, bytes;
	} late[4] = { { 0 } };
	struct trace t;

	begin(&t);
	for (pid_t pid = 21; pid <= 24; pid++)
		trace_spawn(&t, 10, pid, "writer");
	for (i = 0; i < 20000; i++) {
		seed = seed * 1103515245 + 12345;
		w = (seed >> 16) % 4;
		if (late[w].bytes)
			trace_write(&t, 21 + w, 77, late[w].pos, BUF_A, late[w].bytes);
		late[w].pos = write_pos;
		late[w].bytes = 1 + (seed >> 8) % 3000;
		written[w] += late[w].bytes;
		write_pos += late[w].bytes;
		if (i % 3)
			continue;
		r = (seed >> 20) % 4;
		trace_read(&t, 11 + r, 77, read_pos, BUF_B, write_pos - read_pos);
		read_pos = write_pos;
	}
	trace_read(&t, 11, 77, read_pos, BUF_B, write_pos - read_pos);
	for (w = 0; w < 4; w++)
		trace_write(&t, 21 + w, 77, late[w].pos, BUF_A, late[w].bytes);
	trace_finish(&t);
	for (w = 0; w < 4; w++)
		for (r = 0; r < 4; r++)
			pairs[w] += trace_pair(&t, 77, 21 + w, 11 + r);
	ktap_mem_eq(written, pairs, sizeof(pairs));
	ktap_eq(t.model.copies.parking.nr, 0);
	ktap_result("many writers and readers: each writer's total is exact");
	trace_deinit(&t);
}

static void test_wrap(void)
{
	uint32_t pos = UINT32_MAX - 100000, i;
	struct trace t;

	trace_init(&t, MODEL_COPIES);
	trace_snapshot(&t, 11, 1, "writer");
	trace_snapshot(&t, 13, 1, "reader");
	TRACE_STR(&t, pipe_snapshot, 0, "", .pipe = 77, .write_pos = pos, .read_pos = pos,
	      .capacity = 65536);
	for (i = 0; i < 300; i++, pos += 1000) {
		if (i % 2)
			trace_write(&t, 11, 77, pos, BUF_A, 1000);
		trace_read(&t, 13, 77, pos, BUF_B, 1000);
		if (!(i % 2))
			trace_write(&t, 11, 77, pos, BUF_A, 1000);
	}
	trace_finish(&t);
	ktap_eq(trace_pair(&t, 77, 11, 13), 300000);
	ktap_eq(channel_left_bytes(trace_pipe_of(&t, 77)), 0);
	ktap_result("positions that pass 2^32 are followed");
	trace_deinit(&t);
}

static void block(struct trace *t, uint32_t tid, uint32_t pos, uint32_t bytes, uint64_t begin_ns,
		  uint64_t wait_ns)
{
	TRACE(t, pipe_block, tid, .pipe = 77, .pos = pos, .bytes = bytes,
	      .dur_ns = t->now_ns - begin_ns,
	      .flags = IPCPROBE_IO_FULL | IPCPROBE_IO_WRITE_END);
	t->now_ns += wait_ns - TRACE_STEP_NS;
	TRACE(t, pipe_unblock, tid, .pipe = 77, .flags = IPCPROBE_IO_FULL);
}

static void test_segments(void)
{
	const struct hop *hop;
	uint64_t begin_ns;
	struct path path;
	struct trace t;

	begin(&t);
	trace_file(&t, 1, "/tmp/a");
	trace_file_read(&t, 11, 1, BUF_A, 200000);
	begin_ns = t.now_ns;
	t.now_ns += 1000;
	block(&t, 11, 0, 65536, begin_ns, 50000);
	trace_read(&t, 13, 77, 0, BUF_B, 65536);
	trace_write(&t, 12, 77, 65536, BUF_A, 100);
	block(&t, 11, 65636, 65436, begin_ns, 70000);
	trace_read(&t, 13, 77, 65536, BUF_B, 65536);
	TRACE(&t, pipe_write, 11, .addr = BUF_A, .pipe = 77, .pos = 131072, .count = 150000,
	      .ret = 150000, .dur_ns = t.now_ns - begin_ns, .call = IPCPROBE_CALL_WRITE,
	      .nr_segs = 1, .flags = IPCPROBE_IO_BLOCKED);
	trace_read(&t, 13, 77, 131072, BUF_B, 19028);
	trace_finish(&t);
	ktap_eq(trace_pair(&t, 77, 11, 13), 150000);
	ktap_eq(trace_pair(&t, 77, 12, 13), 100);
	ktap_result("a write that waited twice, with another one in between: all its parts are placed");
	path = trace_path(&t, 0);
	hop = trace_hop(&t, &path, 1);
	ktap_eq(path.nr_hops, 3);
	ktap_eq(path.bytes, 150000);
	ktap_ne(path.grade, GRADE_INFERRED);
	ktap_eq(hop->bytes, 150000);
	ktap_eq(hop->nr_calls, 1);
	ktap_result("its bytes are linked to what was read");
	ktap_eq(hop->blocked_ns, 120000);
	ktap_eq(trace_pipe_of(&t, 77)->wait_ns[TO], 120000);
	ktap_eq(trace_pipe_of(&t, 77)->nr_waits[TO], 2);
	ktap_result("its waits are counted, and as no copy cost");
	trace_deinit(&t);
}

/* Writers take turns, and no recorded process reads. */
static void test_unread(void)
{
	struct channel channel = { 0 };
	uint64_t unseen;
	uint32_t i;
	int err = 0;

	for (i = 0; i < 10 * STREAM_SEGS_MAX && !err; i++) {
		struct stream_seg seg = { .start = 100ULL * i, .end = 100ULL * i + 100,
					  .writer = 1 + i % 2 };

		err = stream_put(&channel, &seg, &unseen);
	}
	if (err || channel.cap_segs > STREAM_SEGS_MAX)
		ktap_note("%u segments: error %d, room for %u", i, err, channel.cap_segs);
	ktap_false(err);
	ktap_le(channel.cap_segs, STREAM_SEGS_MAX);
	ktap_result("unread bytes are dropped from some length on");
	free(channel.seg);
}

/* Statistics of a pipe that is freed, and of a task that has ended. */
static void test_ended(void)
{
	const struct channel *drained, *left;
	const struct call_state *state;
	struct trace t;
	uint32_t task;

	begin(&t);
	trace_pipe(&t, 10, 78);
	trace_write(&t, 11, 77, 0, BUF_A, 100);
	block(&t, 12, 0, 10, t.now_ns, 1000);
	trace_write(&t, 11, 78, 0, BUF_A, 100);
	trace_read(&t, 13, 77, 0, BUF_B, 100);
	task = tasks_known_tid(&t.model.tasks, 12);
	trace_exit(&t, 12);
	drained = trace_pipe_of(&t, 77);
	left = trace_pipe_of(&t, 78);
	TRACE(&t, pipe_close, 11, .pipe = 77, .flags = IPCPROBE_IO_LAST);
	TRACE(&t, pipe_close, 11, .pipe = 78, .flags = IPCPROBE_IO_LAST, .unread = 100);
	state = sparse_at(&t.model.copies.call, task);
	if (drained->nr_segs != drained->cap_segs || left->cap_segs != left->nr_segs)
		ktap_note("room for %u and %u segments, %u and %u in it", drained->cap_segs,
			  left->cap_segs, drained->nr_segs, left->nr_segs);
	ktap_eq(drained->cap_segs, drained->nr_segs);
	ktap_eq(left->cap_segs, left->nr_segs);
	ktap_result("a freed pipe keeps only the bytes that were left in it");
	ktap_true(task);
	ktap_false(state);
	ktap_result("a task that has ended keeps nothing of its calls");
	trace_finish(&t);
	trace_deinit(&t);
}

static void test_blocked_reader(void)
{
	struct trace t;

	begin(&t);
	TRACE(&t, pipe_block, 13, .pipe = 77, .dur_ns = 100,
	      .flags = IPCPROBE_IO_EMPTY | IPCPROBE_IO_READ_END);
	trace_write(&t, 11, 77, 0, BUF_A, 10);
	TRACE(&t, pipe_unblock, 13, .pipe = 77, .flags = IPCPROBE_IO_EMPTY);
	TRACE(&t, pipe_read, 13, .addr = BUF_B, .pipe = 77, .count = 100, .ret = 10,
	      .dur_ns = 3100, .call = IPCPROBE_CALL_READ, .nr_segs = 1,
	      .flags = IPCPROBE_IO_BLOCKED);
	TRACE(&t, pipe_block, 13, .pipe = 77, .dur_ns = 100,
	      .flags = IPCPROBE_IO_EMPTY | IPCPROBE_IO_READ_END);
	t.now_ns += 1000000;
	trace_finish(&t);
	ktap_eq(trace_pipe_of(&t, 77)->wait_ns[FROM], 2000 + 1001000);
	ktap_result("time empty is counted, to the end for a reader that still waits");
	trace_deinit(&t);
}

static void test_occupancy(void)
{
	const struct channel *pipe;
	struct trace t;

	begin(&t);
	trace_write(&t, 11, 77, 0, BUF_A, 4000);
	trace_write(&t, 11, 77, 4000, BUF_A, 4000);
	trace_read(&t, 13, 77, 0, BUF_B, 6000);
	trace_write(&t, 11, 77, 8000, BUF_A, 1000);
	TRACE(&t, pipe_resize, 11, .pipe = 77, .ret = 131072);
	TRACE(&t, pipe_close, 13, .pipe = 77, .unread = 3000, .flags = IPCPROBE_IO_LAST);
	trace_finish(&t);
	pipe = trace_pipe_of(&t, 77);
	ktap_eq(pipe->peak_bytes, 8000);
	ktap_false(pipe->peak_at_least);
	ktap_eq(pipe->capacity, 131072);
	ktap_eq(channel_left_bytes(pipe), 3000);
	ktap_result("peak occupancy, capacity and what was left in it");
	ktap_eq(path_total(&t.model.copies).left_bytes, 3000);
	ktap_eq(trace_path(&t, 1).outcome, OUTCOME_LEFT);
	ktap_result("bytes left in a pipe are a path of their own");
	trace_deinit(&t);
}

static void test_number_reuse(void)
{
	struct trace t;

	begin(&t);
	trace_write(&t, 11, 77, 0, BUF_A, 100);
	TRACE(&t, pipe_close, 11, .pipe = 77, .unread = 100, .flags = IPCPROBE_IO_LAST);
	trace_pipe(&t, 10, 77);
	trace_write(&t, 12, 77, 0, BUF_A, 100);
	trace_read(&t, 13, 77, 0, BUF_B, 100);
	trace_finish(&t);
	ktap_eq(trace_pair(&t, 77, 12, 13), 100);
	ktap_false(trace_pair(&t, 77, 11, 13));
	ktap_result("a pipe's number that is used again is another pipe");
	trace_deinit(&t);
}

static void test_snapshot(void)
{
	struct trace t;

	trace_init(&t, MODEL_COPIES);
	trace_snapshot(&t, 11, 1, "writer");
	trace_snapshot(&t, 13, 1, "reader");
	TRACE_STR(&t, pipe_snapshot, 0, "", .pipe = 77, .write_pos = 1000, .read_pos = 400,
	      .capacity = 65536);
	TRACE(&t, pipe_holder, 0, .pipe = 77, .pid = 11, .fd = 1, .flags = IPCPROBE_IO_WRITE_END);
	trace_write(&t, 11, 77, 1000, BUF_A, 100);
	trace_read(&t, 13, 77, 400, BUF_B, 700);
	ktap_false(t.model.copies.parking.nr);
	ktap_eq(trace_pair(&t, 77, 0, 13), 600);
	ktap_eq(trace_pair(&t, 77, 11, 13), 100);
	ktap_result("bytes older than the recording have no known writer, and no read waits for one");
	ktap_eq(trace_pipe_of(&t, 77)->peak_bytes, 700);
	ktap_result("it counts for the occupancy");
	trace_deinit(&t);
}

static void test_resync(void)
{
	struct trace t;

	begin(&t);
	trace_write(&t, 11, 77, 0, BUF_A, 100);
	TRACE(&t, pipe_write, 11, .addr = BUF_A, .pipe = 77, .pos = 5000, .count = 10, .ret = 10,
	      .dur_ns = 10, .call = IPCPROBE_CALL_WRITE, .nr_segs = 1,
	      .flags = IPCPROBE_IO_RESYNC);
	trace_read(&t, 13, 77, 4900, BUF_B, 110);
	trace_finish(&t);
	ktap_eq(trace_pair(&t, 77, 0, 13), 100);
	ktap_eq(trace_pair(&t, 77, 11, 13), 10);
	ktap_result("positions that start anew: what was before has no known writer");
	trace_deinit(&t);
}

/*
 * The records after 50 bytes went in unrecorded, after the first 100 bytes: all bytes
 * in the pipe count as after position 100, the last one known.
 */
static void test_unseen(void)
{
	struct trace t;

	begin(&t);
	trace_write(&t, 11, 77, 0, BUF_A, 100);
	TRACE(&t, pipe_write, 12, .addr = BUF_A, .pipe = 77, .pos = 250, .count = 100, .ret = 100,
	      .dur_ns = 10, .call = IPCPROBE_CALL_WRITE, .nr_segs = 1,
	      .flags = IPCPROBE_IO_RESYNC);
	trace_read(&t, 13, 77, 100, BUF_B, 100);
	trace_read(&t, 13, 77, 200, BUF_B, 50);
	ktap_false(trace_pair(&t, 77, 11, 13));
	ktap_false(trace_pair(&t, 77, 12, 13));
	ktap_result("bytes of an unrecorded writer have no other writer");
	trace_read(&t, 13, 77, 250, BUF_B, 100);
	trace_finish(&t);
	ktap_eq(trace_pair(&t, 77, 12, 13), 100);
	ktap_false(trace_pair(&t, 77, 11, 13));
	ktap_result("what was written after them is known");
	trace_deinit(&t);
}

static void test_unseen_splice(void)
{
	struct trace t;

	begin(&t);
	trace_write(&t, 11, 77, 0, BUF_A, 100);
	TRACE(&t, pipe_splice, 12, .addr = ~0ULL, .in = 1, .out = 77, .in_pos = 0, .out_pos = 100,
	      .ret = 50, .dur_ns = 10, .call = IPCPROBE_CALL_SPLICE,
	      .flags = IPCPROBE_IO_OUT_PIPE | IPCPROBE_IO_RESYNC);
	trace_read(&t, 13, 77, 0, BUF_B, 100);
	trace_finish(&t);
	ktap_false(trace_pair(&t, 77, 11, 13));
	ktap_result("a splice beside unrecorded bytes: the writer is unknown");
	trace_deinit(&t);
}

static void test_fifo(void)
{
	const struct channels *pipes;
	struct path path;
	struct trace t;

	trace_init(&t, MODEL_COPIES);
	trace_snapshot(&t, 1, 0, "init");
	trace_snapshot(&t, 20, 1, "cat");
	trace_snapshot(&t, 30, 1, "cat");
	TRACE_STR(&t, pipe_snapshot, 0, "/tmp/fifo", .pipe = 1, .ino = 9, .capacity = 65536,
		  .flags = IPCPROBE_IO_FIFO);
	TRACE(&t, pipe_open, 20, .pipe = 1, .ret = 3,
	      .flags = IPCPROBE_IO_FIFO | IPCPROBE_IO_WRITE_END);
	trace_file_read(&t, 20, 1, BUF_A, 500);
	TRACE(&t, pipe_write, 20, .addr = BUF_A, .pipe = 1, .count = 500, .ret = 500, .dur_ns = 10,
	      .call = IPCPROBE_CALL_WRITE, .nr_segs = 1, .flags = IPCPROBE_IO_FIFO);
	TRACE(&t, pipe_read, 30, .addr = BUF_B, .pipe = 1, .count = 500, .ret = 500, .dur_ns = 10,
	      .call = IPCPROBE_CALL_READ, .nr_segs = 1, .flags = IPCPROBE_IO_FIFO);
	trace_file_write(&t, 30, 2, BUF_B, 500);
	trace_finish(&t);
	pipes = &t.model.copies.channels;
	path = trace_path(&t, 0);
	ktap_eq(path.nr_copies, 4);
	ktap_eq(path.bytes, 500);
	ktap_str_eq(channel_at(pipes, pipes_find(pipes, 1, true))->path, "/tmp/fifo");
	ktap_result("a FIFO: the same four copies, with its path");
	ktap_eq(tasks_relation(&t.model.tasks, trace_proc(&t, 20), trace_proc(&t, 30)).kin,
		KIN_UNRELATED);
	ktap_result("its processes are unrelated: init alone is no relation");
	trace_deinit(&t);
}

static enum kinship kin(struct trace *t, uint32_t a, uint32_t b)
{
	return tasks_relation(&t->model.tasks, trace_proc(t, a), trace_proc(t, b)).kin;
}

static void test_relations(void)
{
	struct trace t;

	begin(&t);
	trace_spawn(&t, 11, 15, "grandchild");
	trace_exit(&t, 11);
	trace_spawn(&t, 1, 11, "reused");
	trace_spawn(&t, 10, 16, "late");
	TRACE(&t, pipe_read, 99, .pipe = 77, .ret = 0);
	trace_finish(&t);
	ktap_eq(kin(&t, 10, 12), KIN_PARENT);
	ktap_eq(kin(&t, 12, 10), KIN_CHILD);
	ktap_eq(kin(&t, 12, 13), KIN_SIBLING);
	ktap_eq(kin(&t, 12, 12), KIN_SAME);
	ktap_result("parent, child, sibling, same");
	ktap_eq(kin(&t, 10, 15), KIN_ANCESTOR);
	ktap_eq(kin(&t, 15, 10), KIN_DESCENDANT);
	ktap_eq(kin(&t, 15, 16), KIN_COMMON);
	ktap_result("ancestor, descendant, common ancestor");
	ktap_eq(kin(&t, 11, 15), KIN_UNRELATED);
	ktap_eq(kin(&t, 12, 99), KIN_UNKNOWN);
	ktap_result("a reused pid is no relation; a process without records is unknown");
	trace_deinit(&t);
}

int main(void)
{
	ktap_begin(27);
	test_two_writers();
	test_packets(false);
	test_packets(true);
	test_any_order();
	test_many();
	test_wrap();
	test_segments();
	test_unread();
	test_ended();
	test_blocked_reader();
	test_occupancy();
	test_number_reuse();
	test_snapshot();
	test_resync();
	test_unseen();
	test_unseen_splice();
	test_fifo();
	test_relations();
	return ktap_end();
}
