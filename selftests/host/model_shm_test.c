// SPDX-License-Identifier: GPL-2.0
/*
 * Bytes through memory that processes share: System V segments, mapped files, memory of
 * other processes.
 */
#include <errno.h>

#include "ktap.h"
#include "trace_builder.h"

#define BLOCK	65536
#define SERVER	11
#define CLIENT	12
#define IN	1	/* the server's file */
#define OUT	2	/* the client's file */
#define SHM	3	/* the object */
#define AT_SERVER	0x7f0000000000ULL
#define AT_CLIENT	0x7e0000000000ULL
#define BUF	0x10000000ULL

static void begin(struct trace *t)
{
	trace_init(t, MODEL_COPIES);
	trace_snapshot(t, 1, 0, "init");
	trace_snapshot(t, 10, 1, "lab");
	trace_file(t, IN, "/tmp/in");
	trace_file(t, OUT, "/tmp/out");
	trace_spawn(t, 10, SERVER, "server");
	trace_spawn(t, 10, CLIENT, "client");
}

static void map_at(struct trace *t, uint32_t pid, uint64_t addr, uint64_t bytes, uint64_t offset)
{
	TRACE(t, shm_map, pid, .addr = addr, .bytes = bytes, .offset = offset, .object = SHM,
	      .pid = pid, .prot = 3, .call = IPCPROBE_CALL_MMAP);
}

static void attach(struct trace *t, uint32_t pid, uint64_t addr)
{
	TRACE(t, shm_map, pid, .addr = addr, .bytes = BLOCK, .object = SHM, .pid = pid, .prot = 3,
	      .call = IPCPROBE_CALL_SHMAT, .is_sysv = 1);
}

static void unmap(struct trace *t, uint32_t pid, uint64_t addr, uint64_t bytes)
{
	TRACE(t, shm_unmap, pid, .addr = addr, .bytes = bytes, .object = SHM, .pid = pid,
	      .call = IPCPROBE_CALL_MUNMAP);
}

/* Expect two copies: file to segment by the server, segment to file by the client. */
static void expect_two_copies(struct trace *t, uint64_t bytes)
{
	struct path path = trace_path(t, 0);

	ktap_eq(path.nr_hops, 2);
	ktap_eq(path.nr_copies, 2);
	ktap_eq(path.bytes, bytes);
	ktap_eq(path.copied_bytes, 2.0 * bytes);
	ktap_ne(path.grade, GRADE_INFERRED);
	ktap_eq(t->err, 0);
	ktap_true(object_channel(&t->model.copies, trace_hop(t, &path, 0)->key.to));
	ktap_eq(trace_hop(t, &path, 0)->key.to, trace_hop(t, &path, 1)->key.from);
}

static void test_sysv(void)
{
	uint32_t i, number;
	struct trace t;

	begin(&t);
	TRACE(&t, shm_create, SERVER, .bytes = BLOCK, .ns = 7, .ret = 5, .is_new = 1,
	      .call = IPCPROBE_CALL_SHMGET);
	TRACE(&t, shm_segment, SERVER, .bytes = BLOCK, .object = SHM, .ns = 7, .id = 5);
	attach(&t, SERVER, AT_SERVER);
	attach(&t, CLIENT, AT_CLIENT);
	for (i = 0; i < 16; i++) {
		trace_file_read(&t, SERVER, IN, AT_SERVER, BLOCK);
		trace_file_write(&t, CLIENT, OUT, AT_CLIENT, BLOCK);
	}
	trace_finish(&t);
	expect_two_copies(&t, 16 * BLOCK);
	ktap_eq(trace_nr_paths(&t), 1);
	ktap_result("a segment: one path of two copies, exact");
	number = channels_find(&t.model.copies.channels, CHANNEL_SHM, channel_sysv_key(7, 5));
	ktap_eq(trace_flow(&t, number, SERVER, CLIENT), 16 * BLOCK);
	ktap_eq(channel_at(&t.model.copies.channels, number)->capacity, BLOCK);
	ktap_result("server and client are its two sides");
	trace_deinit(&t);
}

static void test_namespaces(void)
{
	struct path path;
	struct trace t;

	begin(&t);
	TRACE(&t, shm_segment, SERVER, .object = SHM, .ns = 7, .id = 5);
	TRACE(&t, shm_segment, CLIENT, .object = SHM + 1, .ns = 8, .id = 5);
	attach(&t, SERVER, AT_SERVER);
	TRACE(&t, shm_map, CLIENT, .addr = AT_CLIENT, .bytes = BLOCK, .object = SHM + 1,
	      .pid = CLIENT, .prot = 3, .is_sysv = 1);
	trace_file_read(&t, SERVER, IN, AT_SERVER, BLOCK);
	trace_file_write(&t, CLIENT, OUT, AT_CLIENT, BLOCK);
	trace_finish(&t);
	path = trace_path(&t, 0);
	ktap_eq(trace_nr_paths(&t), 2);
	ktap_eq(path.nr_hops, 1);
	ktap_result("the same id in two namespaces is two segments");
	trace_deinit(&t);
}

/* Ranges: each byte has its own origin, wherever it is mapped. */
static void test_offsets(void)
{
	struct path path;
	struct trace t;

	begin(&t);
	trace_file(&t, 4, "/tmp/other");
	map_at(&t, SERVER, AT_SERVER, 2 * BLOCK, 0);
	map_at(&t, CLIENT, AT_CLIENT, BLOCK, BLOCK);
	trace_file_read(&t, SERVER, 4, AT_SERVER, BLOCK);
	trace_file_read(&t, SERVER, IN, AT_SERVER + BLOCK, BLOCK);
	trace_file_write(&t, CLIENT, OUT, AT_CLIENT, BLOCK);
	trace_finish(&t);
	expect_two_copies(&t, BLOCK);
	ktap_eq(trace_nr_paths(&t), 2);
	path = trace_path(&t, 0);
	ktap_eq(object_number(trace_hop(&t, &path, 0)->key.from),
		files_by_number(&t.model.copies.files, IN));
	ktap_result("bytes are found by their offset in the object");
	trace_deinit(&t);
}

/* One buffer of which half is shared. */
static void test_cut(void)
{
	struct path path, first;
	struct trace t;

	begin(&t);
	map_at(&t, SERVER, AT_SERVER, BLOCK, 0);
	map_at(&t, CLIENT, AT_CLIENT, BLOCK, 0);
	trace_file_read(&t, SERVER, IN, AT_SERVER - BLOCK, 3 * BLOCK);
	trace_file_write(&t, SERVER, OUT, AT_SERVER + BLOCK, BLOCK / 2);
	trace_file_write(&t, CLIENT, OUT, AT_CLIENT, BLOCK);
	trace_finish(&t);
	expect_two_copies(&t, BLOCK);
	ktap_result("of a buffer the part in the mapping is shared");
	path = trace_path(&t, 1);
	ktap_eq(path.nr_hops, 2);
	ktap_eq(path.bytes, BLOCK / 2);
	ktap_ne(path.grade, GRADE_INFERRED);
	ktap_eq(trace_hop(&t, &path, 0)->bytes, 2 * BLOCK);
	ktap_eq(trace_hop(&t, &path, 0)->key.to, OBJECT_MEMORY);
	ktap_result("the parts before and behind are the process's own");
	first = trace_path(&t, 0);
	ktap_eq(trace_hop(&t, &path, 0)->copy_ns + trace_hop(&t, &first, 0)->copy_ns, TRACE_DUR_NS);
	ktap_result("the costs of the parts add up");
	trace_deinit(&t);
}

static void test_unmap(void)
{
	struct path path;
	struct trace t;

	begin(&t);
	map_at(&t, SERVER, AT_SERVER, 4 * BLOCK, 0);
	map_at(&t, CLIENT, AT_CLIENT, 4 * BLOCK, 0);
	unmap(&t, CLIENT, AT_CLIENT + BLOCK, BLOCK);
	trace_file_read(&t, SERVER, IN, AT_SERVER, 4 * BLOCK);
	trace_file_write(&t, CLIENT, OUT, AT_CLIENT + BLOCK, BLOCK);
	trace_file_write(&t, CLIENT, OUT, AT_CLIENT + 2 * BLOCK, 2 * BLOCK);
	trace_finish(&t);
	path = trace_path(&t, 0);
	ktap_eq(path.nr_hops, 2);
	ktap_eq(path.bytes, 2 * BLOCK);
	ktap_result("what is behind a hole keeps its offset");
	ktap_eq(trace_nr_paths(&t), 3);
	ktap_result("what is unmapped is shared no more");
	trace_deinit(&t);
}

static void test_fork_exec(void)
{
	struct trace t;

	begin(&t);
	map_at(&t, SERVER, AT_SERVER, BLOCK, 0);
	trace_fork(&t, SERVER, 20);
	trace_file_read(&t, SERVER, IN, AT_SERVER, BLOCK);
	trace_file_write(&t, 20, OUT, AT_SERVER, BLOCK);
	trace_finish(&t);
	expect_two_copies(&t, BLOCK);
	ktap_result("a child has its parent's mappings");
	trace_deinit(&t);

	begin(&t);
	map_at(&t, SERVER, AT_SERVER, BLOCK, 0);
	trace_fork(&t, SERVER, 20);
	trace_exec(&t, 20, "other");
	trace_file_read(&t, SERVER, IN, AT_SERVER, BLOCK);
	trace_file_write(&t, 20, OUT, AT_SERVER, BLOCK);
	trace_finish(&t);
	ktap_eq(trace_nr_paths(&t), 2);
	ktap_result("a new program has none of them");
	trace_deinit(&t);
}

/* A memfd is written and then read where it is mapped, and the reverse. */
static void test_memfd(void)
{
	struct path path;
	struct trace t;

	begin(&t);
	trace_file(&t, SHM, "/memfd:lab (deleted)");
	TRACE(&t, shm_create, SERVER, .object = SHM, .ret = 3, .is_new = 1,
	      .call = IPCPROBE_CALL_MEMFD_CREATE);
	trace_file_read(&t, SERVER, IN, BUF, BLOCK);
	trace_file_write(&t, SERVER, SHM, BUF, BLOCK);
	map_at(&t, CLIENT, AT_CLIENT, BLOCK, 0);
	trace_file_write(&t, CLIENT, OUT, AT_CLIENT, BLOCK);
	trace_finish(&t);
	path = trace_path(&t, 0);
	ktap_eq(path.nr_hops, 3);
	ktap_eq(path.nr_copies, 3);
	ktap_eq(path.bytes, BLOCK);
	ktap_ne(path.grade, GRADE_INFERRED);
	ktap_result("written into a memfd, taken from its mapping: one object");
	trace_deinit(&t);

	begin(&t);
	TRACE(&t, shm_resize, SERVER, .bytes = BLOCK, .object = SHM,
	      .call = IPCPROBE_CALL_TRUNCATE);
	map_at(&t, SERVER, AT_SERVER, BLOCK, 0);
	trace_file_read(&t, SERVER, IN, AT_SERVER, BLOCK);
	trace_file_read(&t, CLIENT, SHM, BUF, BLOCK);
	trace_file_write(&t, CLIENT, OUT, BUF, BLOCK);
	trace_finish(&t);
	path = trace_path(&t, 0);
	ktap_eq(path.nr_hops, 3);
	ktap_eq(path.bytes, BLOCK);
	ktap_ne(path.grade, GRADE_INFERRED);
	ktap_result("put into a mapping, read from the file: one object");
	trace_deinit(&t);
}

/* Bytes that a process stored there, not read in by a call. */
static void test_stores(void)
{
	struct path path;
	struct trace t;

	begin(&t);
	map_at(&t, SERVER, AT_SERVER, BLOCK, 0);
	map_at(&t, CLIENT, AT_CLIENT, BLOCK, 0);
	trace_file_read(&t, SERVER, IN, BUF, BLOCK);
	trace_file_write(&t, CLIENT, OUT, AT_CLIENT, BLOCK);
	trace_finish(&t);
	path = trace_path(&t, 0);
	ktap_eq(trace_nr_paths(&t), 2);
	ktap_eq(path.nr_hops, 1);
	ktap_ne(path.grade, GRADE_INFERRED);
	ktap_eq(trace_hop(&t, &(struct path){ .hop = { trace_path(&t, 1).hop[0] } }, 0)->key.origin,
		ORIGIN_OBJECT);
	ktap_result("what was stored in shared memory is linked to nothing");
	trace_deinit(&t);
}

/*
 * The server's read of a pipe waits for its writer's record; the client's write has its
 * record.
 */
static void test_late_writer(void)
{
	struct path path;
	struct trace t;

	begin(&t);
	trace_spawn(&t, 10, 13, "cat");
	trace_pipe(&t, 10, 77);
	map_at(&t, SERVER, AT_SERVER, BLOCK, 0);
	map_at(&t, CLIENT, AT_CLIENT, BLOCK, 0);
	trace_file_read(&t, 13, IN, BUF, BLOCK);
	trace_read(&t, SERVER, 77, 0, AT_SERVER, BLOCK);
	trace_file_write(&t, CLIENT, OUT, AT_CLIENT, BLOCK);
	ktap_eq(t.model.copies.parking.nr, 2);
	ktap_result("a read of bytes whose writer's record is missing waits");
	trace_write(&t, 13, 77, 0, BUF, BLOCK);
	ktap_false(t.model.copies.parking.nr);
	ktap_result("no read waits after that record");
	trace_finish(&t);
	path = trace_path(&t, 0);
	ktap_eq(path.nr_hops, 4);
	ktap_eq(path.bytes, BLOCK);
	ktap_ne(path.grade, GRADE_INFERRED);
	ktap_eq(trace_nr_paths(&t), 1);
	ktap_result("file, pipe, shared memory, file: one path");
	trace_deinit(&t);
}

static void test_loss(void)
{
	struct path path;
	struct trace t;

	begin(&t);
	map_at(&t, SERVER, AT_SERVER, BLOCK, 0);
	map_at(&t, CLIENT, AT_CLIENT, BLOCK, 0);
	trace_file_read(&t, SERVER, IN, AT_SERVER, BLOCK);
	TRACE_LOST(&t, t.now_ns, 1, PIPE);
	trace_file_write(&t, CLIENT, OUT, AT_CLIENT, BLOCK);
	trace_finish(&t);
	path = trace_path(&t, 0);
	ktap_eq(trace_nr_paths(&t), 2);
	ktap_eq(path.nr_hops, 1);
	ktap_result("nothing is linked across a gap");
	trace_deinit(&t);

	begin(&t);
	map_at(&t, SERVER, AT_SERVER, BLOCK, 0);
	TRACE_LOST(&t, t.now_ns, 1, SHM);
	trace_file_read(&t, SERVER, IN, AT_SERVER, BLOCK);
	map_at(&t, CLIENT, AT_CLIENT, BLOCK, 0);
	trace_file_read(&t, CLIENT, IN, AT_CLIENT, BLOCK);
	trace_finish(&t);
	ktap_eq(trace_nr_paths(&t), 2);
	ktap_result("after a loss of mappings none is known");
	trace_deinit(&t);
}

/* ---- memory of other processes ---- */

static void vm(struct trace *t, uint32_t tid, uint32_t target, uint64_t local, uint64_t remote,
	       int32_t ret, uint8_t call)
{
	TRACE(t, procvm, tid, .local = local, .remote = remote, .target = target, .count = ret,
	      .ret = ret, .dur_ns = TRACE_DUR_NS, .call = call, .nr_local = 1, .nr_remote = 1);
}

/* The only path: through two processes, with each copy linked by more than time. */
static struct path expect_one_path(struct trace *t)
{
	struct path path = trace_path(t, 0);

	ktap_eq(path.nr_hops, 3);
	ktap_eq(path.nr_copies, 3);
	ktap_eq(path.bytes, BLOCK);
	ktap_ne(path.grade, GRADE_INFERRED);
	ktap_eq(trace_nr_paths(t), 1);
	ktap_false(t->err);
	return path;
}

static void test_procvm(void)
{
	struct path path;
	struct trace t;

	begin(&t);
	trace_file_read(&t, SERVER, IN, BUF, BLOCK);
	vm(&t, CLIENT, SERVER, BUF + 512, BUF, BLOCK, IPCPROBE_CALL_PROCESS_VM_READV);
	trace_file_write(&t, CLIENT, OUT, BUF + 512, BLOCK);
	trace_finish(&t);
	path = expect_one_path(&t);
	ktap_result("process_vm_readv is one copy more, linked on both sides");
	ktap_eq(trace_flow(&t, object_number(trace_hop(&t, &path, 1)->key.from), SERVER, CLIENT),
		BLOCK);
	ktap_result("it went from the other process to the caller");
	trace_deinit(&t);

	begin(&t);
	trace_file_read(&t, SERVER, IN, BUF, BLOCK);
	vm(&t, SERVER, CLIENT, BUF, BUF + 512, BLOCK, IPCPROBE_CALL_PROCESS_VM_WRITEV);
	trace_file_write(&t, CLIENT, OUT, BUF + 512, BLOCK);
	trace_finish(&t);
	path = expect_one_path(&t);
	ktap_result("process_vm_writev is one copy more, linked on both sides");
	ktap_eq(trace_flow(&t, object_number(trace_hop(&t, &path, 1)->key.to), SERVER, CLIENT),
		BLOCK);
	ktap_result("it went from the caller to the other process");
	trace_deinit(&t);
}

static void test_procvm_vectors(void)
{
	struct path path;
	struct trace t;

	begin(&t);
	trace_file_read(&t, SERVER, IN, BUF, BLOCK);
	trace_file_read(&t, SERVER, IN, BUF + 2 * BLOCK, BLOCK);
	TRACE(&t, procvm_segment, CLIENT, .addr = BUF, .bytes = BLOCK, .target = SERVER,
	      .is_remote = 1);
	TRACE(&t, procvm_segment, CLIENT, .addr = BUF + 2 * BLOCK, .bytes = BLOCK,
	      .target = SERVER, .index = 1, .is_remote = 1);
	t.dur_ns = 4000;
	TRACE(&t, procvm, CLIENT, .local = BUF + 1, .remote = BUF, .target = SERVER,
	      .count = 2 * BLOCK, .ret = 2 * BLOCK, .dur_ns = 4000,
	      .call = IPCPROBE_CALL_PROCESS_VM_READV, .nr_local = 1, .nr_remote = 2);
	t.dur_ns = TRACE_DUR_NS;
	trace_file_write(&t, CLIENT, OUT, BUF + 1, 2 * BLOCK);
	trace_finish(&t);
	path = trace_path(&t, 0);
	ktap_eq(path.nr_hops, 3);
	ktap_eq(path.bytes, 2 * BLOCK);
	ktap_ne(path.grade, GRADE_INFERRED);
	ktap_result("several ranges of the other process");
	trace_deinit(&t);
}

/* The target's memory may be shared with a third process. */
static void test_procvm_shared(void)
{
	struct trace t;

	begin(&t);
	trace_spawn(&t, 10, 13, "debugger");
	map_at(&t, SERVER, AT_SERVER, BLOCK, 0);
	map_at(&t, CLIENT, AT_CLIENT, BLOCK, 0);
	trace_file_read(&t, 13, IN, BUF, BLOCK);
	vm(&t, 13, SERVER, BUF, AT_SERVER, BLOCK, IPCPROBE_CALL_PROCESS_VM_WRITEV);
	trace_file_write(&t, CLIENT, OUT, AT_CLIENT, BLOCK);
	trace_finish(&t);
	ktap_eq(trace_path(&t, 0).nr_hops, 3);
	ktap_eq(trace_path(&t, 0).bytes, BLOCK);
	ktap_result("written into a mapping of another process: a third one takes them");
	trace_deinit(&t);
}

static void append(struct trace *t, uint32_t pid, uint32_t file, uint64_t offset)
{
	TRACE(t, file_write, pid, .addr = BUF, .offset = offset, .file = file, .ret = BLOCK,
	      .dur_ns = 400, .call = IPCPROBE_CALL_WRITE, .nr_segs = 1,
	      .flags = IPCPROBE_IO_APPEND);
}

/* Two appenders began at the same size: in fact one of them wrote after the other. */
static void test_appenders(void)
{
	struct trace t;
	uint32_t number;

	begin(&t);
	map_at(&t, CLIENT, AT_CLIENT, 4 * BLOCK, 0);
	append(&t, SERVER, SHM, 0);
	trace_file_write(&t, CLIENT, OUT, AT_CLIENT, BLOCK);
	number = files_by_number(&t.model.copies.files, SHM);
	number = file_at(&t.model.copies.files, number)->channel;
	ktap_true(number);
	ktap_eq(trace_flow(&t, number, SERVER, CLIENT), BLOCK);
	ktap_result("the only appender's bytes are where the file ended");
	append(&t, 10, SHM, BLOCK);
	append(&t, SERVER, SHM, BLOCK);
	trace_file_write(&t, CLIENT, OUT, AT_CLIENT + BLOCK, 2 * BLOCK);
	trace_finish(&t);
	ktap_eq(trace_flow(&t, number, SERVER, CLIENT), BLOCK);
	ktap_false(trace_flow(&t, number, 10, CLIENT));
	ktap_result("the bytes of two appenders have no known writer");
	trace_deinit(&t);
}

/* ---- files that are written and read, and not mapped ---- */

static void write_at(struct trace *t, uint32_t pid, uint32_t file, uint64_t offset, uint64_t bytes)
{
	TRACE(t, file_write, pid, .addr = BUF, .offset = offset, .file = file, .ret = bytes,
	      .dur_ns = 400, .call = IPCPROBE_CALL_WRITE, .nr_segs = 1);
}

static void read_at(struct trace *t, uint32_t pid, uint32_t file, uint64_t offset, uint64_t bytes)
{
	TRACE(t, file_read, pid, .addr = BUF, .offset = offset, .file = file, .ret = bytes,
	      .dur_ns = 400, .call = IPCPROBE_CALL_READ, .nr_segs = 1);
}

static struct path hand_over(struct trace *t, bool is_mapped)
{
	begin(t);
	trace_file(t, SHM, "/tmp/handover");
	if (is_mapped)
		map_at(t, 10, AT_SERVER, 4096, 0);
	read_at(t, SERVER, IN, 0, BLOCK);
	write_at(t, SERVER, SHM, 0, BLOCK);
	read_at(t, CLIENT, SHM, 0, BLOCK);
	write_at(t, CLIENT, OUT, 0, BLOCK);
	trace_finish(t);
	return trace_path(t, 0);
}

static void test_handover(void)
{
	struct path path;
	struct trace t;
	uint32_t number;

	path = hand_over(&t, false);
	number = file_at(&t.model.copies.files, files_by_number(&t.model.copies.files, SHM))->channel;
	ktap_eq(path.nr_hops, 4);
	ktap_eq(path.nr_copies, 4);
	ktap_eq(path.bytes, BLOCK);
	ktap_eq(trace_nr_paths(&t), 1);
	ktap_result("a file from one process to another: four copies (%u in %u paths)",
		    path.nr_copies, trace_nr_paths(&t));
	ktap_eq(trace_flow(&t, number, SERVER, CLIENT), BLOCK);
	ktap_result("writer and reader are known (%llu)",
		    (unsigned long long)trace_flow(&t, number, SERVER, CLIENT));
	trace_deinit(&t);
	path = hand_over(&t, true);
	ktap_eq(path.nr_hops, 4);
	ktap_eq(trace_nr_paths(&t), 1);
	ktap_result("a bystander's mapping changes nothing (%u hops in %u paths)", path.nr_hops,
		    trace_nr_paths(&t));
	trace_deinit(&t);
}

/* A process copies twice; in between another process maps the file. */
static void test_mapped_late(void)
{
	struct trace t;
	uint32_t i;

	begin(&t);
	for (i = 0; i < 2; i++) {
		read_at(&t, SERVER, SHM, i * BLOCK, BLOCK);
		write_at(&t, SERVER, OUT, i * BLOCK, BLOCK);
		map_at(&t, 10, AT_SERVER, 4096, 0);
	}
	trace_finish(&t);
	ktap_eq(trace_nr_paths(&t), 1);
	ktap_result("before and after a file is mapped: one path (%u)", trace_nr_paths(&t));
	trace_deinit(&t);
}

/* Some of the written bytes are read, and other bytes that were there before. */
static void test_file_offsets(void)
{
	struct path path;
	struct trace t;

	begin(&t);
	trace_file(&t, SHM, "/tmp/handover");
	read_at(&t, SERVER, IN, 0, 3000);
	write_at(&t, SERVER, SHM, 1000, 3000);
	read_at(&t, CLIENT, SHM, 0, 2000);
	write_at(&t, CLIENT, OUT, 0, 2000);
	trace_finish(&t);
	path = trace_path(&t, 0);
	ktap_eq(trace_nr_paths(&t), 3);
	ktap_eq(path.nr_hops, 1 + 1);
	ktap_eq(path.bytes, 2000);
	ktap_result("bytes of a file differ by offset (%u paths, %u hops, %llu bytes)",
		    trace_nr_paths(&t), path.nr_hops, (unsigned long long)path.bytes);
	trace_deinit(&t);
}

/* unlink(2), creat(2): both the inode number and the name are used again */
static void test_new_file(void)
{
	struct trace t;

	begin(&t);
	TRACE_STR(&t, file_info, SERVER, "/tmp/a.out", .ino = 500, .dev = 8, .file = 7);
	read_at(&t, SERVER, IN, 0, BLOCK);
	write_at(&t, SERVER, 7, 0, BLOCK);
	TRACE_STR(&t, file_info, SERVER, "/tmp/a.out", .ino = 500, .dev = 8, .file = 8);
	read_at(&t, CLIENT, 8, 0, BLOCK);
	trace_finish(&t);
	ktap_eq(trace_nr_paths(&t), 2);
	ktap_eq(trace_path(&t, 0).nr_hops, 2);
	ktap_eq(trace_path(&t, 1).nr_hops, 1);
	ktap_result("a new file of the same name holds nothing of the old one (%u, %u hops)",
		    trace_path(&t, 0).nr_hops, trace_path(&t, 1).nr_hops);
	trace_deinit(&t);
}

static void test_file_grows(void)
{
	const struct channel *channel;
	struct trace t;
	uint32_t file;

	begin(&t);
	TRACE(&t, shm_resize, SERVER, .bytes = 3, .object = SHM, .call = IPCPROBE_CALL_TRUNCATE);
	write_at(&t, SERVER, SHM, 0, 32768);
	trace_finish(&t);
	file = files_by_number(&t.model.copies.files, SHM);
	channel = channel_at(&t.model.copies.channels, file_at(&t.model.copies.files, file)->channel);
	ktap_eq(channel->capacity, 32768);
	ktap_result("a file grows by what is written behind its end (%llu)",
		    (unsigned long long)channel->capacity);
	trace_deinit(&t);
}

/*
 * malloc's mapping is removed, a shared one is mapped and unmapped there, and malloc
 * maps again
 */
static void test_mapped_over(void)
{
	struct trace t;

	begin(&t);
	trace_file_read(&t, SERVER, IN, AT_SERVER, BLOCK);
	map_at(&t, SERVER, AT_SERVER, BLOCK, 0);
	unmap(&t, SERVER, AT_SERVER, BLOCK);
	trace_file_write(&t, SERVER, OUT, AT_SERVER, BLOCK);
	trace_finish(&t);
	ktap_ne(trace_path(&t, 0).grade, GRADE_ADDRESS);
	ktap_result("memory that was mapped anew holds nothing of what was read there (%s)",
		    grade_name(trace_path(&t, 0).grade));
	trace_deinit(&t);
}

/* ---- private mappings of files ---- */

static void map_private(struct trace *t, uint32_t pid, uint64_t addr, uint64_t offset)
{
	TRACE(t, shm_map, pid, .addr = addr, .bytes = BLOCK, .offset = offset, .object = IN,
	      .pid = pid, .prot = 1, .call = IPCPROBE_CALL_MMAP, .is_private = 1);
}

/* @pid writes @bytes of the memory at @addr to OUT; expect that @from of them come from IN. */
static void expect_from(struct trace *t, uint32_t pid, uint64_t addr, uint32_t bytes,
			uint64_t from, const char *what)
{
	uint64_t came = 0;
	uint32_t i, file;

	trace_file_write(t, pid, OUT, addr, bytes);
	trace_finish(t);
	file = files_by_number(&t->model.copies.files, IN);
	for (i = 0; i < trace_nr_paths(t); i++) {
		const struct path path = trace_path(t, i);
		const struct hop *hop = trace_hop(t, &path, path.nr_hops - 1);

		if (hop->key.kind == HOP_WRITE && hop->key.from == object(OBJECT_FILE, file) &&
		    path.grade == GRADE_ADDRESS)
			came += path.bytes;
	}
	ktap_false(t->err);
	ktap_eq(came, from);
	ktap_result("%s: %llu bytes of the file", what, (unsigned long long)came);
	trace_deinit(t);
}

static void test_private(void)
{
	struct trace t;

	begin(&t);
	map_private(&t, SERVER, AT_SERVER, 0);
	expect_from(&t, SERVER, AT_SERVER + 4096, 8192, 8192, "written out of a private mapping");

	begin(&t);
	map_private(&t, SERVER, AT_SERVER, 0);
	expect_from(&t, SERVER, AT_SERVER + BLOCK - 1000, 8192, 1000, "and of what lies behind it");

	begin(&t);
	trace_file(&t, SHM, "/tmp/third");
	map_private(&t, SERVER, AT_SERVER, 0);
	trace_file_read(&t, SERVER, SHM, AT_SERVER + 5000, 2000);
	expect_from(&t, SERVER, AT_SERVER + 4096, 8192, 6192, "in which other bytes were read");

	begin(&t);
	map_private(&t, SERVER, AT_SERVER, 0);
	unmap(&t, SERVER, AT_SERVER + 4096, 4096);
	expect_from(&t, SERVER, AT_SERVER, 16384, 12288, "which has a hole");

	begin(&t);
	map_private(&t, SERVER, AT_SERVER, 0);
	trace_fork(&t, SERVER, 13);
	expect_from(&t, 13, AT_SERVER, 4096, 4096, "which a child has, too");

	begin(&t);
	map_private(&t, SERVER, AT_SERVER, 0);
	trace_exec(&t, SERVER, "other");
	expect_from(&t, SERVER, AT_SERVER, 4096, 0, "which another program has not");
}

/* The bytes are at the mapping's offset in the file, and are found there. */
static void test_private_offset(void)
{
	struct path path;
	struct trace t;

	begin(&t);
	trace_file(&t, SHM, "/tmp/third");
	trace_file_read(&t, CLIENT, SHM, BUF, 2000);
	TRACE(&t, file_write, CLIENT, .addr = BUF, .offset = 70000, .file = IN, .ret = 2000,
	      .dur_ns = t.dur_ns, .call = IPCPROBE_CALL_PWRITE64, .nr_segs = 1);
	map_private(&t, SERVER, AT_SERVER, 65536);
	trace_file_write(&t, SERVER, OUT, AT_SERVER + 70000 - 65536, 2000);
	trace_finish(&t);
	path = trace_path(&t, 0);
	ktap_eq(path.nr_hops, 3);
	ktap_eq(path.bytes, 2000);
	ktap_eq(path.grade, GRADE_ADDRESS);
	ktap_result("what another wrote into the file (%u hops, %llu bytes)", path.nr_hops,
		    (unsigned long long)path.bytes);
	trace_deinit(&t);
}

/* ---- files: sizes and names ---- */

/* Number of bytes that the client got from the server through the file SHM. */
static uint64_t came_through(struct trace *t)
{
	uint32_t channel = file_at(&t->model.copies.files,
				   files_by_number(&t->model.copies.files, SHM))->channel;

	return trace_flow(t, channel, SERVER, CLIENT);
}

/* Bytes behind the new end are removed, whether class shm or class file records the change. */
static void test_shorter(bool is_shm, uint64_t bytes, int32_t ret)
{
	uint64_t kept = ret < 0 ? 1000 : bytes, came;
	struct trace t;

	begin(&t);
	trace_file(&t, SHM, "/tmp/shared");
	trace_file_write(&t, SERVER, SHM, BUF, 1000);
	if (is_shm)
		TRACE(&t, shm_resize, SERVER, .bytes = bytes, .old_bytes = 1000, .object = SHM,
		      .ret = ret, .call = IPCPROBE_CALL_OPEN);
	else
		TRACE(&t, file_resize, SERVER, .bytes = bytes, .old_bytes = 1000, .file = SHM,
		      .ret = ret, .call = IPCPROBE_CALL_TRUNCATE);
	trace_file_read(&t, CLIENT, SHM, BUF, 1000);
	trace_finish(&t);
	came = came_through(&t);
	ktap_false(t.err);
	ktap_eq(came, kept);
	ktap_result("a file of 1000 bytes cut to %llu (%s %d): %llu of them came",
		    (unsigned long long)bytes, is_shm ? "shm" : "file", ret,
		    (unsigned long long)came);
	trace_deinit(&t);
}

static uint64_t size_of(struct trace *t)
{
	return channel_at(&t->model.copies.channels, file_at(&t->model.copies.files,
			  files_by_number(&t->model.copies.files, SHM))->channel)->capacity;
}

static void test_size(void)
{
	uint64_t unknown, grown;
	struct trace t;

	begin(&t);
	trace_file(&t, SHM, "/tmp/shared");
	trace_file_write(&t, SERVER, SHM, BUF, 3);
	unknown = size_of(&t);
	TRACE(&t, file_resize, SERVER, .bytes = 0, .old_bytes = 3, .file = SHM, .ret = 4,
	      .call = IPCPROBE_CALL_OPEN);
	trace_file_write(&t, SERVER, SHM, BUF, 3);
	map_at(&t, SERVER, AT_SERVER, BLOCK, 0);
	trace_file_write(&t, SERVER, SHM, BUF, BLOCK);
	grown = size_of(&t);
	ktap_false(unknown);
	ktap_eq(grown, BLOCK);
	ktap_result("a file is as long as it was made and then written (%llu)",
		    (unsigned long long)grown);
	trace_deinit(&t);
}

#define RENAME(t, file_, nr, to)						\
	TRACE_TEXT(t, file_rename, SERVER, names, to, .file = file_, .nr_names = nr)

static const char *path_of_file(struct trace *t, uint32_t number)
{
	return file_at(&t->model.copies.files,
		       files_by_number(&t->model.copies.files, number))->path;
}

static void test_names(void)
{
	struct trace t;

	begin(&t);
	trace_file(&t, SHM, "/tmp/a/x.tmp");
	trace_file_write(&t, SERVER, SHM, BUF, 1000);
	RENAME(&t, SHM, 1, "x");
	ktap_str_eq(path_of_file(&t, SHM), "/tmp/a/x");
	ktap_result("renamed: %s", path_of_file(&t, SHM));
	RENAME(&t, SHM, 2, "b/c/y");
	ktap_str_eq(path_of_file(&t, SHM), "/tmp/b/c/y");
	ktap_result("moved: %s", path_of_file(&t, SHM));
	RENAME(&t, SHM, 5, "z");
	RENAME(&t, 77, 1, "z");
	ktap_str_eq(path_of_file(&t, SHM), "/tmp/b/c/y");
	ktap_result("more names than the path has, or another file, change nothing");
	trace_file(&t, SHM + 1, "/tmp/a/x.tmp");
	TRACE_STR(&t, file_info, 0, "/tmp/b/c/y", .ino = 1000 + SHM, .dev = 8, .file = SHM + 2);
	TRACE_STR(&t, file_info, 0, "/tmp/a/x.tmp", .ino = 1000 + SHM, .dev = 8, .file = SHM + 3);
	ktap_eq(files_by_number(&t.model.copies.files, SHM),
		files_by_number(&t.model.copies.files, SHM + 2));
	ktap_ne(files_by_number(&t.model.copies.files, SHM),
		files_by_number(&t.model.copies.files, SHM + 3));
	ktap_result("it is known again by its new name, and not by the old one");
	trace_deinit(&t);
}

int main(void)
{
	ktap_begin(51);
	test_private();
	test_private_offset();
	test_shorter(false, 100, 0);
	test_shorter(false, 0, 3);
	test_shorter(false, 100, -EFBIG);
	test_shorter(true, 0, 3);
	test_size();
	test_names();
	test_handover();
	test_mapped_late();
	test_file_offsets();
	test_new_file();
	test_file_grows();
	test_mapped_over();
	test_sysv();
	test_namespaces();
	test_offsets();
	test_cut();
	test_unmap();
	test_fork_exec();
	test_memfd();
	test_stores();
	test_late_writer();
	test_loss();
	test_procvm();
	test_procvm_vectors();
	test_procvm_shared();
	test_appenders();
	return ktap_end();
}
