// SPDX-License-Identifier: GPL-2.0
/* Where bytes went: pipelines, inference, splice, fork, exec, loss, cycles. */
#include "ktap.h"
#include "trace_builder.h"

#define BLOCK	131072
#define BUF_A	0x10000000ULL
#define BUF_B	0x20000000ULL
#define BUF_C	0x30000000ULL

/* Begin with a shell, process 10, and its parent. */
static void begin(struct trace *t)
{
	trace_shell(t);
	trace_file(t, 1, "/tmp/big.bin");
	trace_file(t, 2, "/tmp/out.bin");
}

/* One process of a pipeline passes on @bytes at position @pos. */
static void pass(struct trace *t, uint32_t pid, uint32_t in, uint32_t out, uint32_t pos,
		 uint32_t bytes)
{
	trace_read(t, pid, in, pos, BUF_A, bytes);
	trace_write(t, pid, out, pos, BUF_A, bytes);
}

static void test_four_copies(void)
{
	uint32_t i, nr = 512;
	struct trace t;
	struct path path;

	begin(&t);
	trace_pipe(&t, 10, 77);
	trace_spawn(&t, 10, 12, "cat");
	trace_spawn(&t, 10, 13, "cat");
	for (i = 0; i < nr; i++) {
		trace_file_read(&t, 12, 1, BUF_A, BLOCK);
		trace_write(&t, 12, 77, i * BLOCK, BUF_A, BLOCK);
		trace_read(&t, 13, 77, i * BLOCK, BUF_B, BLOCK);
		trace_file_write(&t, 13, 2, BUF_B, BLOCK);
	}
	trace_file_read(&t, 12, 1, BUF_A, 0);
	trace_finish(&t);
	path = trace_path(&t, 0);
	ktap_eq(path.nr_hops, 4);
	ktap_eq(path.nr_copies, 4);
	ktap_eq(path.bytes, (uint64_t)nr * BLOCK);
	for (i = 0; i < 4; i++) {
		ktap_eq(trace_hop(&t, &path, i)->bytes, (uint64_t)nr * BLOCK);
		ktap_eq(trace_hop(&t, &path, i)->nr_calls, nr);
	}
	ktap_eq(path.copied_bytes, 4.0 * nr * BLOCK);
	ktap_ne(path.grade, GRADE_INFERRED);
	ktap_false(t.err);
	ktap_eq(trace_nr_paths(&t), 1);
	ktap_result("cat big | cat > out: one path, four copies, exact");
	ktap_eq(tasks_relation(&t.model.tasks, trace_proc(&t, 12), trace_proc(&t, 13)).kin,
		KIN_SIBLING);
	ktap_result("both cats are siblings");
	trace_deinit(&t);
}

static void test_six_copies(void)
{
	uint32_t i, nr = 8;
	struct path path;
	struct trace t;

	begin(&t);
	trace_pipe(&t, 10, 77);
	trace_pipe(&t, 10, 78);
	trace_spawn(&t, 10, 12, "cat");
	trace_spawn(&t, 10, 13, "cat");
	trace_spawn(&t, 10, 14, "cat");
	for (i = 0; i < nr; i++) {
		trace_file_read(&t, 12, 1, BUF_A, BLOCK);
		trace_write(&t, 12, 77, i * BLOCK, BUF_A, BLOCK);
		pass(&t, 13, 77, 78, i * BLOCK, BLOCK);
		trace_read(&t, 14, 78, i * BLOCK, BUF_B, BLOCK);
		trace_file_write(&t, 14, 2, BUF_B, BLOCK);
	}
	trace_finish(&t);
	path = trace_path(&t, 0);
	ktap_eq(path.nr_hops, 6);
	ktap_eq(path.nr_copies, 6);
	ktap_eq(path.bytes, (uint64_t)nr * BLOCK);
	ktap_eq(path.copied_bytes, 6.0 * nr * BLOCK);
	ktap_result("three stages: six copies");
	trace_deinit(&t);
}

/* The records of the reader and of the next reader come before the writer's. */
static void test_late_writer(void)
{
	struct path path;
	struct trace t;
	uint32_t i;

	begin(&t);
	trace_pipe(&t, 10, 77);
	trace_pipe(&t, 10, 78);
	trace_spawn(&t, 10, 12, "cat");
	trace_spawn(&t, 10, 13, "cat");
	trace_spawn(&t, 10, 14, "cat");
	for (i = 0; i < 4; i++) {
		trace_file_read(&t, 12, 1, BUF_A, 4096);
		trace_read(&t, 14, 78, i * 4096, BUF_B, 4096);
		trace_file_write(&t, 14, 2, BUF_B, 4096);
		pass(&t, 13, 77, 78, i * 4096, 4096);
		trace_write(&t, 12, 77, i * 4096, BUF_A, 4096);
	}
	ktap_false(t.model.copies.parking.nr);
	ktap_result("nothing waits any more once all writers are known");
	trace_finish(&t);
	path = trace_path(&t, 0);
	ktap_eq(path.nr_hops, 6);
	ktap_eq(path.bytes, 16384);
	ktap_eq(trace_nr_paths(&t), 1);
	ktap_ne(path.grade, GRADE_INFERRED);
	ktap_result("records of readers before those of their writers: same path");
	trace_deinit(&t);
}

static void test_inference(void)
{
	struct path path;
	struct trace t;

	begin(&t);
	trace_spawn(&t, 10, 12, "sort");
	trace_file_read(&t, 12, 1, BUF_A, BLOCK);
	trace_file_write(&t, 12, 2, BUF_B, BLOCK / 2);
	trace_finish(&t);
	path = trace_path(&t, 0);
	ktap_eq(path.nr_hops, 2);
	ktap_eq(path.grade, GRADE_INFERRED);
	ktap_eq(path.bytes, BLOCK / 2);
	ktap_result("a write from other memory is linked by inference, and has this grade");
	trace_deinit(&t);
}

static void test_no_inference(void)
{
	struct path path;
	struct trace t;

	begin(&t);
	trace_file(&t, 3, "/lib/libc.so.6");
	trace_pipe(&t, 10, 77);
	trace_spawn(&t, 10, 12, "ls");
	trace_file_read(&t, 12, 3, BUF_C, 832);
	trace_write(&t, 12, 77, 0, BUF_A, 100);
	trace_file_read(&t, 12, 1, BUF_C, 5000);
	trace_write(&t, 12, 77, 100, BUF_A, 9000);
	trace_write(&t, 12, 77, 9100, BUF_A, 200);
	trace_finish(&t);
	path = trace_path(&t, 0);
	ktap_eq(path.nr_hops, 1);
	ktap_eq(path.bytes, 9300);
	ktap_eq(path.outcome, OUTCOME_LEFT);
	ktap_ne(path.grade, GRADE_INFERRED);
	ktap_result("what a process makes is not linked to its configuration or to less than it made");
	ktap_eq(trace_hop(&t, &path, 0)->key.origin, ORIGIN_MADE);
	ktap_result("its bytes count as made by the process");
	trace_deinit(&t);
}

/* Memory is used again: the loader's stack, a buffer that a device filled. */
static void test_reused_memory(void)
{
	struct path path;
	struct trace t;
	uint32_t i;

	begin(&t);
	trace_file(&t, 3, "/usr/lib/libc.so.6");
	trace_pipe(&t, 10, 77);
	trace_spawn(&t, 10, 12, "head");
	trace_file_read(&t, 12, 3, BUF_A + 1000, 832);
	for (i = 0; i < 3; i++)
		trace_write(&t, 12, 77, i * 8192, BUF_A, 8192);
	trace_finish(&t);
	path = trace_path(&t, 0);
	ktap_eq(path.nr_hops, 1);
	ktap_eq(path.bytes, 3 * 8192);
	ktap_result("what the dynamic loader read is no origin, though it lay in the same memory");
	trace_deinit(&t);

	begin(&t);
	trace_spawn(&t, 10, 12, "prog");
	trace_file_read(&t, 12, 1, BUF_A, 8192);
	for (i = 0; i < 3; i++)
		trace_file_write(&t, 12, 2, BUF_A, 8192);
	trace_file(&t, 4, "/tmp/other");
	trace_file_write(&t, 12, 4, BUF_A, 8192);
	trace_finish(&t);
	ktap_eq(trace_nr_paths(&t), 3);
	ktap_eq(trace_path(&t, 0).nr_hops, 2);
	ktap_eq(trace_path(&t, 1).nr_hops, 2);
	ktap_eq(trace_path(&t, 2).bytes, 16384);
	ktap_result("bytes go to an object once, and to another one too");
	trace_deinit(&t);
}

static void test_splice(void)
{
	struct path path;
	struct trace t;

	begin(&t);
	trace_pipe(&t, 10, 77);
	trace_spawn(&t, 10, 12, "pv");
	TRACE(&t, pipe_splice, 12, .addr = 0, .in = 1, .out = 77, .out_pos = 0, .ret = 65536,
	      .dur_ns = 100, .call = IPCPROBE_CALL_SPLICE, .flags = IPCPROBE_IO_OUT_PIPE);
	TRACE(&t, pipe_splice, 12, .in = 77, .out = 2, .in_pos = 0, .ret = 65536, .copied = 65536,
	      .dur_ns = 100, .call = IPCPROBE_CALL_SPLICE, .flags = IPCPROBE_IO_IN_PIPE);
	trace_finish(&t);
	path = trace_path(&t, 0);
	ktap_eq(path.nr_hops, 2);
	ktap_eq(path.nr_copies, 1);
	ktap_eq(path.copied_bytes, 65536);
	ktap_str_eq(path_hop_how(trace_hop(&t, &path, 0)), "reference");
	ktap_str_eq(path_hop_how(trace_hop(&t, &path, 1)), "copy");
	ktap_result("splice file to pipe to file: one by reference, one copy in the kernel");
	ktap_eq(path_total(&t.model.copies).referenced_bytes, 65536);
	ktap_result("page references are summed apart from copies");
	trace_deinit(&t);
}

static void test_tee(void)
{
	struct trace t;
	struct path a, b;

	begin(&t);
	trace_pipe(&t, 10, 77);
	trace_pipe(&t, 10, 78);
	trace_spawn(&t, 10, 12, "teeprog");
	trace_spawn(&t, 10, 13, "cat");
	trace_file_read(&t, 13, 1, BUF_A, 4096);
	trace_write(&t, 13, 77, 0, BUF_A, 4096);
	TRACE(&t, pipe_splice, 12, .in = 77, .out = 78, .in_pos = 0, .out_pos = 0, .ret = 4096,
	      .dur_ns = 100, .call = IPCPROBE_CALL_TEE,
	      .flags = IPCPROBE_IO_IN_PIPE | IPCPROBE_IO_OUT_PIPE);
	trace_read(&t, 12, 77, 0, BUF_B, 4096);
	trace_read(&t, 13, 78, 0, BUF_C, 4096);
	trace_finish(&t);
	a = trace_path(&t, 0);
	b = trace_path(&t, 1);
	ktap_eq(trace_nr_paths(&t), 2);
	ktap_eq(a.bytes, 4096);
	ktap_eq(b.bytes, 4096);
	ktap_eq(a.nr_hops + b.nr_hops, 3 + 4);
	ktap_eq(a.nr_copies, 3);
	ktap_eq(b.nr_copies, 3);
	ktap_result("tee: both copies of the bytes have a path, the duplicate by reference");
	ktap_eq((uint64_t)(a.copied_bytes + b.copied_bytes), path_total(&t.model.copies).copied_bytes);
	ktap_result("the shares of all paths add up to all bytes copied");
	trace_deinit(&t);
}

static void test_vmsplice(void)
{
	struct path path;
	struct trace t;

	begin(&t);
	trace_pipe(&t, 10, 77);
	trace_spawn(&t, 10, 12, "giver");
	trace_spawn(&t, 10, 13, "taker");
	trace_file_read(&t, 12, 1, BUF_A, 8192);
	TRACE(&t, pipe_splice, 12, .addr = BUF_A, .out = 77, .ret = 8192, .nr_segs = 1,
	      .dur_ns = 100, .call = IPCPROBE_CALL_VMSPLICE, .flags = IPCPROBE_IO_OUT_PIPE);
	TRACE(&t, pipe_splice, 13, .addr = BUF_B, .in = 77, .ret = 8192, .copied = 8192,
	      .nr_segs = 1, .dur_ns = 100, .call = IPCPROBE_CALL_VMSPLICE,
	      .flags = IPCPROBE_IO_IN_PIPE);
	trace_file_write(&t, 13, 2, BUF_B, 8192);
	trace_finish(&t);
	path = trace_path(&t, 0);
	ktap_eq(path.nr_hops, 4);
	ktap_eq(path.nr_copies, 3);
	ktap_ne(path.grade, GRADE_INFERRED);
	ktap_result("vmsplice: user pages by reference, out of the pipe by copy, linked exactly");
	trace_deinit(&t);
}

static void test_file_copy(void)
{
	struct path path;
	struct trace t;

	begin(&t);
	trace_spawn(&t, 10, 12, "cp");
	TRACE(&t, file_copy, 12, .in = 1, .out = 2, .ret = 8192, .dur_ns = 100,
	      .call = IPCPROBE_CALL_SENDFILE);
	TRACE(&t, file_copy, 12, .in = 1, .out = 0, .ret = 4096, .dur_ns = 100,
	      .call = IPCPROBE_CALL_COPY_FILE_RANGE, .flags = IPCPROBE_IO_OFFLOAD);
	trace_finish(&t);
	path = trace_path(&t, 0);
	ktap_eq(path.nr_copies, 1);
	ktap_eq(path.copied_bytes, 8192);
	ktap_eq(trace_path(&t, 1).nr_copies, 0);
	ktap_result("sendfile is one copy; what a file system may have shared is none");
	trace_deinit(&t);
}

static void test_vectors(void)
{
	struct path path;
	struct trace t;

	begin(&t);
	trace_pipe(&t, 10, 77);
	trace_spawn(&t, 10, 12, "prog");
	trace_file_read(&t, 12, 1, BUF_A, 1000);
	trace_file_read(&t, 12, 1, BUF_B, 3000);
	t.dur_ns = 5000;
	TRACE(&t, io_segment, 12, .addr = BUF_B, .bytes = 3000);
	TRACE(&t, pipe_write, 12, .addr = BUF_A, .pipe = 77, .count = 4000, .ret = 3500,
	      .dur_ns = 5000, .call = IPCPROBE_CALL_WRITEV, .nr_segs = 2);
	trace_finish(&t);
	path = trace_path(&t, 0);
	ktap_eq(path.bytes, 3500);
	ktap_eq(path.nr_hops, 2);
	ktap_ne(path.grade, GRADE_INFERRED);
	ktap_result("a vectored write is linked by all its buffers, short as it was");
	trace_deinit(&t);
}

static void test_fork_and_exec(void)
{
	struct path path;
	struct trace t;

	begin(&t);
	trace_spawn(&t, 10, 12, "prog");
	trace_file_read(&t, 12, 1, BUF_A, 8192);
	trace_fork(&t, 12, 13);
	trace_file_write(&t, 13, 2, BUF_A, 8192);
	trace_finish(&t);
	path = trace_path(&t, 0);
	ktap_eq(path.nr_hops, 2);
	ktap_ne(path.grade, GRADE_INFERRED);
	ktap_eq(path.bytes, 8192);
	ktap_result("a child passes on what its parent read before the fork");
	trace_deinit(&t);

	begin(&t);
	trace_spawn(&t, 10, 12, "prog");
	trace_file_read(&t, 12, 1, BUF_A, 8192);
	trace_exec(&t, 12, "other");
	trace_file_write(&t, 12, 2, BUF_A, 8192);
	trace_finish(&t);
	ktap_eq(trace_nr_paths(&t), 2);
	ktap_eq(trace_path(&t, 0).nr_hops, 1);
	ktap_result("exec clears the memory: nothing is linked across it");
	trace_deinit(&t);
}

static void test_threads(void)
{
	struct path path;
	struct trace t;

	begin(&t);
	trace_spawn(&t, 10, 12, "prog");
	trace_thread(&t, 12, 20);
	trace_file_read(&t, 20, 1, BUF_A, 8192);
	trace_file_write(&t, 12, 2, BUF_A, 8192);
	trace_finish(&t);
	path = trace_path(&t, 0);
	ktap_eq(path.nr_hops, 2);
	ktap_ne(path.grade, GRADE_INFERRED);
	ktap_result("threads share their memory");
	ktap_eq(trace_hop(&t, &path, 0)->key.image, trace_hop(&t, &path, 1)->key.image);
	ktap_result("threads are one process");
	trace_deinit(&t);
}

static void test_parked_fork(void)
{
	struct path path;
	struct trace t;

	begin(&t);
	trace_pipe(&t, 10, 77);
	trace_spawn(&t, 10, 11, "cat");
	trace_spawn(&t, 10, 12, "prog");
	trace_file_read(&t, 11, 1, BUF_A, 4096);
	trace_read(&t, 12, 77, 0, BUF_B, 4096);
	trace_fork(&t, 12, 13);
	trace_file_write(&t, 13, 2, BUF_B, 4096);
	trace_exit(&t, 13);
	trace_write(&t, 11, 77, 0, BUF_A, 4096);
	trace_finish(&t);
	path = trace_path(&t, 0);
	ktap_eq(path.nr_hops, 4);
	ktap_eq(path.bytes, 4096);
	ktap_eq(trace_nr_paths(&t), 1);
	ktap_result("a fork waits too, when its parent's read waits for the writer");
	trace_deinit(&t);
}

static void test_pid_reuse(void)
{
	struct trace t;

	begin(&t);
	trace_spawn(&t, 10, 12, "first");
	trace_file_read(&t, 12, 1, BUF_A, 8192);
	trace_exit(&t, 12);
	trace_spawn(&t, 10, 12, "second");
	trace_file_write(&t, 12, 2, BUF_A, 8192);
	trace_finish(&t);
	ktap_eq(trace_nr_paths(&t), 2);
	ktap_result("a reused pid is another process with other memory");
	trace_deinit(&t);
}

static void test_loss(void)
{
	struct trace t;
	uint64_t begin_ns;

	begin(&t);
	trace_pipe(&t, 10, 77);
	trace_spawn(&t, 10, 12, "cat");
	trace_spawn(&t, 10, 13, "cat");
	trace_file_read(&t, 12, 1, BUF_A, 4096);
	trace_write(&t, 12, 77, 0, BUF_A, 4096);
	trace_file_read(&t, 12, 1, BUF_A, 4096);
	begin_ns = t.now_ns;
	t.now_ns += 100000;
	TRACE_LOST(&t, begin_ns, 3, PIPE);
	trace_read(&t, 13, 77, 0, BUF_B, 4096);
	trace_file_write(&t, 12, 2, BUF_A, 4096);
	trace_finish(&t);
	ktap_eq(trace_pair(&t, 77, 12, 13), 0);
	ktap_eq(trace_pair(&t, 77, 0, 13), 4096);
	ktap_result("after loss a pipe's bytes have no known writer");
	ktap_ne(trace_hop(&t, &(struct path){ .hop = { trace_path(&t, 0).hop[0] } }, 0)->key.origin,
		ORIGIN_MADE);
	ktap_false(copies_is_complete(&t.model.copies));
	ktap_result("after loss no bytes count as made by a process");
	ktap_le(trace_path(&t, 0).nr_hops, 2);
	ktap_le(trace_path(&t, 1).nr_hops, 2);
	ktap_le(trace_path(&t, 2).nr_hops, 2);
	ktap_result("no path leads across the gap");
	trace_deinit(&t);
}

/* A kernel has no place for a hook: the number of missing events is not known. */
static void test_absent_hook(void)
{
	struct trace t;

	begin(&t);
	trace_pipe(&t, 10, 77);
	TRACE(&t, lost, 0, .begin_ns = t.now_ns, .class_id = IPCPROBE_CLASS_PIPE,
	      .reasons = IPCPROBE_REASON_NO_HOOK);
	trace_spawn(&t, 10, 12, "cat");
	trace_write(&t, 12, 77, 0, BUF_A, 4096);
	trace_finish(&t);
	ktap_false(copies_is_complete(&t.model.copies));
	ktap_false(t.model.loss[IPCPROBE_CLASS_PIPE].nr_lost);
	ktap_eq(t.model.loss[IPCPROBE_CLASS_PIPE].reasons, IPCPROBE_REASON_NO_HOOK);
	ktap_result("a loss of an unknown number makes figures lower bounds, and keeps its reason");
	trace_deinit(&t);
}

/* The reader delivers a lost record in the order of its begin. */
static void test_early_loss(void)
{
	struct trace t;
	uint64_t now_ns;
	uint32_t i;

	begin(&t);
	trace_spawn(&t, 10, 12, "cat");
	trace_file_read(&t, 12, 1, BUF_A, 4096);
	now_ns = t.now_ns;
	t.now_ns = now_ns + 10000;
	TRACE_LOST(&t, now_ns, 3, FILE);
	t.now_ns = now_ns;
	trace_file_write(&t, 12, 2, BUF_A, 4096);
	trace_file_read(&t, 12, 1, BUF_A, 4096);
	trace_file_write(&t, 12, 2, BUF_A, 4096);
	t.now_ns = now_ns + 20000;
	trace_file_write(&t, 12, 2, BUF_A, 4096);
	trace_finish(&t);
	for (i = 0; i < trace_nr_paths(&t); i++)
		ktap_eq(trace_path(&t, i).nr_hops, 1);
	ktap_result("within a gap nothing is linked to anything");
	trace_deinit(&t);
}

static void test_ping_pong(void)
{
	struct trace t;
	uint32_t i;

	begin(&t);
	trace_pipe(&t, 10, 77);
	trace_pipe(&t, 10, 78);
	trace_spawn(&t, 10, 12, "ping");
	trace_spawn(&t, 10, 13, "pong");
	for (i = 0; i < 20000; i++) {
		trace_write(&t, 12, 77, i, BUF_A, 1);
		trace_read(&t, 13, 77, i, BUF_B, 1);
		trace_write(&t, 13, 78, i, BUF_B, 1);
		trace_read(&t, 12, 78, i, BUF_A, 1);
	}
	trace_finish(&t);
	ktap_lt(t.model.copies.paths.hop.nr, 10);
	ktap_true(trace_path(&t, 0).has_cycle);
	ktap_eq(trace_path(&t, 0).bytes, 1);
	ktap_result("ping-pong: a byte that goes round makes no new hops");
	trace_deinit(&t);
}

/* make's job server: tokens pass among many processes in any order. */
static void test_jobserver(void)
{
	uint32_t i, who, nr = 10, seed = 1;
	struct trace t;

	begin(&t);
	trace_pipe(&t, 10, 77);
	for (i = 0; i < nr; i++)
		trace_spawn(&t, 10, 20 + i, "make");
	trace_write(&t, 20, 77, 0, BUF_C, 1);
	for (i = 0; i < 20000; i++) {
		seed = seed * 1103515245 + 12345;
		who = 20 + (seed >> 16) % nr;
		trace_read(&t, who, 77, i, BUF_A, 1);
		trace_write(&t, who, 77, i + 1, BUF_A, 1);
	}
	trace_finish(&t);
	ktap_le(t.model.copies.paths.hop.nr, 2 * (nr + 1) * (nr + 1));
	ktap_result("job server: hops grow with processes, not with turns");
	ktap_eq(trace_pipe_of(&t, 77)->peak_bytes, 1);
	ktap_eq(channel_left_bytes(trace_pipe_of(&t, 77)), 1);
	ktap_result("job server: one token in the pipe at most, and one left");
	trace_deinit(&t);
}

static void test_calls(void)
{
	const struct call_stat *stat;
	struct trace t;

	begin(&t);
	trace_pipe(&t, 10, 77);
	trace_spawn(&t, 10, 12, "prog");
	trace_write(&t, 12, 77, 0, BUF_A, 100);
	trace_write(&t, 12, 77, 0, BUF_A, -11);
	trace_write(&t, 12, 77, 0, BUF_A, -32);
	trace_file_read(&t, 12, 1, BUF_A, 0);
	trace_file_read(&t, 12, 1, BUF_A, IPCPROBE_RET_UNKNOWN);
	trace_finish(&t);
	stat = call_stat_at(&t.model.copies.calls, 1);
	ktap_eq(stat->nr_calls, 3);
	ktap_eq(stat->nr_errors, 2);
	ktap_eq(stat->bytes, 100);
	ktap_eq(stat->call, IPCPROBE_CALL_WRITE);
	ktap_eq(stat->on, CALL_ON_PIPE);
	ktap_result("EAGAIN and EPIPE are calls without bytes");
	stat = call_stat_at(&t.model.copies.calls, 2);
	ktap_eq(stat->nr_calls, 2);
	ktap_eq(stat->nr_unknown, 1);
	ktap_false(stat->bytes);
	ktap_result("a read at the end of a file is a call; an unrecorded result is unknown");
	ktap_eq(trace_path(&t, 0).bytes, 100);
	ktap_result("failed calls move nothing");
	trace_deinit(&t);
}

static void test_bounds(void)
{
	struct trace t;
	uint32_t i;

	begin(&t);
	trace_pipe(&t, 10, 77);
	trace_spawn(&t, 10, 12, "reader");
	t.model.copies.parking.max = 100;
	for (i = 0; i < 5000; i++)
		trace_read(&t, 12, 77, i, BUF_A, 1);
	ktap_le(t.model.copies.parking.nr, 100);
	ktap_result("reads without a writer's record do not pile up");
	trace_finish(&t);
	ktap_eq(trace_pair(&t, 77, 0, 12), 5000);
	ktap_result("their writer is unknown");
	trace_deinit(&t);

	begin(&t);
	trace_spawn(&t, 10, 12, "prog");
	for (i = 0; i < 20000; i++) {
		trace_file_read(&t, 12, 1, BUF_A + i * 8192ULL, 4096);
		trace_file_write(&t, 12, 2, BUF_A + i * 8192ULL, i % 2 ? 4096 : 1000);
	}
	trace_finish(&t);
	ktap_eq(trace_path(&t, 0).bytes, 10000ULL * 5096);
	ktap_eq(trace_path(&t, 0).nr_hops, 2);
	ktap_result("many buffers: what is passed on at once is linked, memory stays bounded");
	trace_deinit(&t);
}

static void test_window(void)
{
	struct trace t;

	trace_init(&t, MODEL_COPIES);
	model_set_from(&t.model, t.now_ns + 100000);
	trace_file(&t, 1, "/tmp/big.bin");
	trace_snapshot(&t, 10, 1, "sh");
	trace_spawn(&t, 10, 12, "cat");
	trace_file_read(&t, 12, 1, BUF_A, 4096);
	t.now_ns += 200000;
	trace_file_write(&t, 12, 2, BUF_A, 4096);
	trace_finish(&t);
	ktap_eq(trace_path(&t, 0).bytes, 4096);
	ktap_eq(trace_path(&t, 0).nr_hops, 2);
	ktap_eq(path_total(&t.model.copies).copied_bytes, 4096);
	ktap_result("a window counts only its own records, with names from before it");
	trace_deinit(&t);
}

int main(void)
{
	ktap_begin(38);
	test_four_copies();
	test_six_copies();
	test_late_writer();
	test_inference();
	test_no_inference();
	test_reused_memory();
	test_splice();
	test_tee();
	test_vmsplice();
	test_file_copy();
	test_vectors();
	test_fork_and_exec();
	test_threads();
	test_parked_fork();
	test_pid_reuse();
	test_loss();
	test_absent_hook();
	test_early_loss();
	test_ping_pong();
	test_jobserver();
	test_calls();
	test_bounds();
	test_window();
	return ktap_end();
}
