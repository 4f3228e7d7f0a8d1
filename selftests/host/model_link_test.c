// SPDX-License-Identifier: GPL-2.0
/* Which bytes are linked to which, and how often: never more than were read. */
#include "ktap.h"
#include "trace_builder.h"

#define BLOCK	8192
#define BUF_A	0x10000000ULL
#define BUF_B	0x20000000ULL

enum { BIG = 1, OUT, CONF, LOG };

static void begin(struct trace *t)
{
	trace_shell(t);
	trace_file(t, BIG, "/tmp/big.bin");
	trace_file(t, OUT, "/tmp/out.bin");
	trace_file(t, CONF, "/etc/prog.conf");
	trace_file(t, LOG, "/tmp/log");
	trace_pipe(t, 10, 77);
	trace_pipe(t, 10, 78);
	trace_spawn(t, 10, 12, "prog");
	trace_spawn(t, 10, 13, "other");
}

static uint32_t file_of(struct trace *t, uint32_t object)
{
	return object_type(object) == OBJECT_FILE ?
	       file_at(&t->model.copies.files, object_number(object))->number : 0;
}

/* Number of bytes of second hops whose first hop read @file. */
static uint64_t linked(struct trace *t, uint32_t file)
{
	const struct paths *paths = &t->model.copies.paths;
	uint64_t sum = 0;
	uint32_t i;

	for (i = 1; i < paths->hop.nr; i++) {
		const struct hop_key *key = &hop_at(paths, i)->key;
		const struct hop_key *before = &hop_at(paths, key->before)->key;

		if (key->before && !before->before && file_of(t, before->from) == file)
			sum += hop_at(paths, i)->bytes;
	}
	return sum;
}

/* After one read the buffer is scratch space for several outputs in turn. */
static void test_outputs_in_turn(void)
{
	struct trace t;
	uint32_t i;

	begin(&t);
	for (i = 5; i < 13; i++)
		trace_file(&t, i, "/tmp/more");
	trace_file_read(&t, 12, CONF, BUF_A, BLOCK);
	for (i = 0; i < 1000; i++) {
		trace_file_write(&t, 12, OUT, BUF_A, BLOCK);
		trace_file_write(&t, 12, LOG, BUF_A, BLOCK);
	}
	trace_finish(&t);
	ktap_eq(linked(&t, CONF), 2 * BLOCK);
	ktap_result("8 KiB read once and written to two files in turn: once to each (%llu KiB)",
		    (unsigned long long)linked(&t, CONF) / 1024);
	trace_deinit(&t);

	begin(&t);
	for (i = 5; i < 13; i++)
		TRACE_STR(&t, file_info, 0, "/tmp/more", .ino = i, .dev = 8, .file = i);
	trace_file_read(&t, 12, CONF, BUF_A, BLOCK);
	for (i = 0; i < 1000; i++)
		trace_file_write(&t, 12, 5 + i % 8, BUF_A, BLOCK);
	trace_finish(&t);
	ktap_eq(linked(&t, CONF), 8 * BLOCK);
	ktap_result("the same with eight files (%llu KiB)",
		    (unsigned long long)linked(&t, CONF) / 1024);
	trace_deinit(&t);
}

/* Bytes that go to two files leave the process once. */
static void test_half_twice(void)
{
	uint64_t stayed = 0;
	struct trace t;
	uint32_t i;

	begin(&t);
	trace_file_read(&t, 12, BIG, BUF_A, BLOCK);
	trace_file_write(&t, 12, OUT, BUF_A, BLOCK / 2);
	trace_file_write(&t, 12, LOG, BUF_A, BLOCK / 2);
	trace_finish(&t);
	for (i = 1; i < t.model.copies.paths.hop.nr; i++)
		if (hop_at(&t.model.copies.paths, i)->key.to == OBJECT_MEMORY)
			stayed += hop_at(&t.model.copies.paths, i)->end_bytes;
	ktap_eq(stayed, BLOCK / 2);
	ktap_result("a half of what was read goes to two files: the other half stays (%llu)",
		    (unsigned long long)stayed);
	trace_deinit(&t);
}

/* Small writes of other data are inferred; then the very bytes that were read are written. */
static void test_not_more_than_read(void)
{
	struct trace t;
	uint32_t i;

	begin(&t);
	for (i = 0; i < 100; i++) {
		trace_file_read(&t, 12, BIG, BUF_A, BLOCK);
		trace_write(&t, 12, 77, i * 60, BUF_B, 60);
		trace_file_write(&t, 12, OUT, BUF_A, BLOCK);
	}
	trace_finish(&t);
	ktap_eq(linked(&t, BIG), 100 * BLOCK);
	ktap_result("no more bytes are linked than were read, exact ones first (%llu of %u)",
		    (unsigned long long)linked(&t, BIG), 100 * BLOCK);
	trace_deinit(&t);
}

/* journald peeks for the size first; sd-bus reads into a small buffer. */
static void test_truncated(void)
{
	struct path_total total;
	struct trace t;

	begin(&t);
	TRACE(&t, unix_pair, 10, .sock = 5, .peer = 6, .ino = 55, .peer_ino = 66, .type = 2);
	TRACE(&t, unix_send, 12, .addr = BUF_A, .sock = 5, .peer = 6, .count = 1000, .ret = 1000,
	      .call = IPCPROBE_CALL_SENDTO, .nr_segs = 1, .flags = IPCPROBE_UNIX_MESSAGE);
	TRACE(&t, unix_recv, 13, .sock = 6, .peer = 5, .ret = 1000, .nr_segs = 1,
	      .call = IPCPROBE_CALL_RECVFROM, .flags = IPCPROBE_UNIX_MESSAGE |
	      IPCPROBE_UNIX_PEEK | IPCPROBE_UNIX_TRUNC);
	TRACE(&t, unix_recv, 13, .addr = BUF_B, .sock = 6, .peer = 5, .count = 4096, .ret = 1000,
	      .call = IPCPROBE_CALL_RECVFROM, .nr_segs = 1, .flags = IPCPROBE_UNIX_MESSAGE);
	trace_finish(&t);
	total = path_total(&t.model.copies);
	ktap_eq(total.copied_bytes, 2000);
	ktap_eq(total.delivered_bytes, 1000);
	ktap_result("MSG_PEEK | MSG_TRUNC into nothing copies nothing (%llu copied, %llu delivered)",
		    (unsigned long long)total.copied_bytes,
		    (unsigned long long)total.delivered_bytes);
	trace_deinit(&t);

	begin(&t);
	TRACE(&t, unix_pair, 10, .sock = 5, .peer = 6, .ino = 55, .peer_ino = 66, .type = 2);
	trace_file_read(&t, 13, BIG, BUF_B + 16, 4096);
	TRACE(&t, unix_send, 12, .addr = BUF_A, .sock = 5, .peer = 6, .count = 1000, .ret = 1000,
	      .call = IPCPROBE_CALL_SENDTO, .nr_segs = 1, .flags = IPCPROBE_UNIX_MESSAGE);
	TRACE(&t, unix_recv, 13, .addr = BUF_B, .sock = 6, .peer = 5, .count = 16, .ret = 1000,
	      .call = IPCPROBE_CALL_RECVFROM, .nr_segs = 1,
	      .flags = IPCPROBE_UNIX_MESSAGE | IPCPROBE_UNIX_TRUNC);
	trace_file_write(&t, 13, OUT, BUF_B + 16, 4096);
	trace_finish(&t);
	ktap_eq(linked(&t, BIG), 4096);
	ktap_result("memory behind the buffer is not touched (%llu of 4096)",
		    (unsigned long long)linked(&t, BIG));
	trace_deinit(&t);
}

/* Begin a chain of @nr processes, each of which copies from one pipe to the next. */
static struct path chain(struct trace *t, uint32_t nr)
{
	uint32_t i;

	begin(t);
	for (i = 0; i < nr; i++) {
		trace_pipe(t, 10, 100 + i);
		trace_spawn(t, 10, 20 + i, "cat");
	}
	trace_file_read(t, 20, BIG, BUF_A, 4096);
	for (i = 0; i < nr - 1; i++) {
		trace_write(t, 20 + i, 100 + i, 0, BUF_A, 4096);
		trace_read(t, 21 + i, 100 + i, 0, BUF_A, 4096);
	}
	trace_file_write(t, 20 + nr - 1, OUT, BUF_A, 4096);
	trace_finish(t);
	return trace_path(t, 0);
}

static void test_long_chain(void)
{
	struct path path;
	struct trace t;

	path = chain(&t, 40);
	ktap_eq(path.nr_copies, 80);
	ktap_eq(file_of(&t, trace_hop(&t, &path, 0)->key.from), BIG);
	ktap_result("a chain of 40 processes is one path from the file on (%u copies)",
		    path.nr_copies);
	trace_deinit(&t);

	path = chain(&t, PATH_DEPTH_MAX);
	ktap_false(t.err);
	ktap_le(path.nr_hops, PATH_DEPTH_MAX);
	ktap_false(path_total(&t.model.copies).left_bytes);
	ktap_eq(path_total(&t.model.copies).copied_bytes, 2ULL * PATH_DEPTH_MAX * 4096);
	ktap_eq(path_total(&t.model.copies).delivered_bytes, 3 * 4096);
	ktap_result("a path that is too long is cut where it has come to a process (%u hops, %llu bytes copied, %llu delivered)",
		    path.nr_hops, (unsigned long long)path_total(&t.model.copies).copied_bytes,
		    (unsigned long long)path_total(&t.model.copies).delivered_bytes);
	trace_deinit(&t);
}

/* Two stages of a pipeline use one segment at different places. */
static void test_segment_twice(void)
{
	const uint64_t shm = 0x7f0000000000;
	struct path path;
	struct trace t;

	begin(&t);
	TRACE(&t, shm_segment, 12, .bytes = 1 << 20, .object = 9, .ns = 7, .id = 3);
	TRACE(&t, shm_map, 12, .addr = shm, .bytes = 1 << 20, .object = 9, .pid = 12, .prot = 3,
	      .is_sysv = 1);
	TRACE(&t, shm_map, 13, .addr = shm, .bytes = 1 << 20, .object = 9, .pid = 13, .prot = 3,
	      .is_sysv = 1);
	trace_file_read(&t, 12, BIG, shm, 65536);
	trace_write(&t, 12, 77, 0, shm, 65536);
	trace_read(&t, 13, 77, 0, shm + 65536, 65536);
	trace_file_write(&t, 13, OUT, shm + 65536, 65536);
	trace_finish(&t);
	path = trace_path(&t, 0);
	ktap_eq(path.nr_copies, 4);
	ktap_eq(path.copied_bytes, 4.0 * 65536);
	ktap_false(path.has_cycle);
	ktap_result("file, segment, pipe, segment, file: four copies (%u, x%.2f, %s)",
		    path.nr_copies, path.copied_bytes / path.bytes,
		    path.has_cycle ? "went round" : "straight");
	trace_deinit(&t);

	begin(&t);
	TRACE(&t, shm_segment, 12, .bytes = 1 << 20, .object = 9, .ns = 7, .id = 3);
	TRACE(&t, shm_map, 12, .addr = shm, .bytes = 1 << 20, .object = 9, .pid = 12, .prot = 3,
	      .is_sysv = 1);
	for (uint32_t i = 0; i < 1000; i++) {
		trace_write(&t, 12, 77, i * 4096, shm, 4096);
		trace_read(&t, 12, 77, i * 4096, shm, 4096);
	}
	trace_finish(&t);
	ktap_lt(t.model.copies.paths.hop.nr, 50);
	ktap_result("a segment and a pipe in turn make few hops (%u)",
		    t.model.copies.paths.hop.nr);
	trace_deinit(&t);
}

/*
 * Client and server: the server's answer is linked to the request by inference only,
 * and the client passes the answer on unchanged.
 */
static void test_inferred_circle(void)
{
	struct trace t;
	uint32_t i, nr;
	bool is_round = false;
	double most = 0;

	begin(&t);
	for (i = 0; i < 100; i++) {
		trace_write(&t, 12, 77, i * 4096, BUF_A, 4096);
		trace_read(&t, 13, 77, i * 4096, BUF_A, 4096);
		trace_write(&t, 13, 78, i * 4096, BUF_B, 4096);
		trace_read(&t, 12, 78, i * 4096, BUF_A, 4096);
	}
	trace_finish(&t);
	nr = trace_nr_paths(&t);
	for (i = 0; i < nr; i++) {
		struct path path = trace_path(&t, i);

		is_round |= path.has_cycle;
		if (path.copied_bytes / path.bytes / path.nr_hops > most)
			most = path.copied_bytes / path.bytes / path.nr_hops;
	}
	ktap_false(is_round);
	ktap_le(most, 1);
	ktap_result("a circle with an inferred link is none: no more copies than hops (%s, x%.2f each)",
		    is_round ? "went round" : "straight", most);
	trace_deinit(&t);
}

/* dd of a template, a page cached by a server */
static void test_sent_again(void)
{
	uint64_t made = 0, unknown = 0;
	struct trace t;
	uint32_t i;

	begin(&t);
	trace_file_read(&t, 12, BIG, BUF_A, 65536);
	for (i = 0; i < 4; i++)
		trace_write(&t, 12, 77, i * 65536, BUF_A, 65536);
	trace_finish(&t);
	for (i = 1; i < t.model.copies.paths.hop.nr; i++) {
		const struct hop *hop = hop_at(&t.model.copies.paths, i);

		made += hop->key.origin == ORIGIN_MADE ? hop->bytes : 0;
		unknown += hop->key.origin == ORIGIN_UNKNOWN && hop->key.kind == HOP_WRITE ?
			   hop->bytes : 0;
	}
	ktap_false(made);
	ktap_eq(unknown, 3 * 65536);
	ktap_result("bytes sent again have an unknown origin (%llu, and %llu made)",
		    (unsigned long long)unknown, (unsigned long long)made);
	trace_deinit(&t);
}

static enum hop_origin first_origin(struct trace *t)
{
	struct path path = trace_path(t, 0);

	return trace_hop(t, &path, 0)->key.origin;
}

/* A process older than the recording may send what it had read before. */
static void test_older_process(void)
{
	enum hop_origin origin, after;
	struct trace t;

	begin(&t);
	trace_snapshot(&t, 14, 1, "httpd");
	trace_fork(&t, 14, 15);
	trace_write(&t, 15, 77, 0, BUF_A, 4096);
	trace_finish(&t);
	origin = first_origin(&t);
	trace_deinit(&t);
	begin(&t);
	trace_snapshot(&t, 14, 1, "httpd");
	trace_exec(&t, 14, "httpd");
	trace_write(&t, 14, 77, 0, BUF_A, 4096);
	trace_finish(&t);
	after = first_origin(&t);
	ktap_eq(origin, ORIGIN_UNKNOWN);
	ktap_eq(after, ORIGIN_MADE);
	ktap_result("memory older than the recording, or its copy, is of unknown origin, until exec (%u, %u)",
		    origin, after);
	trace_deinit(&t);
}

/* The loader reads a library's head into a stack buffer that is then used for other data. */
static void test_library_names(void)
{
	static const struct {
		const char *path;
		bool is_library;
	} names[] = {
		{ "/usr/lib/libc.so", true }, { "/usr/lib/libc.so.6", true },
		{ "/home/x.son/lib.so.6", true }, { "/usr/lib/a.so/readme", false },
		{ "/tmp/sofa.sound", false },
	};
	uint32_t i, nr_wrong = 0;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct trace t;

		begin(&t);
		trace_file(&t, 9, names[i].path);
		trace_file_read(&t, 12, 9, BUF_A, 832);
		trace_file_write(&t, 12, OUT, BUF_A, 832);
		trace_finish(&t);
		if (!linked(&t, 9) != names[i].is_library) {
			ktap_note("%s: %llu bytes linked", names[i].path,
				  (unsigned long long)linked(&t, 9));
			nr_wrong++;
		}
		trace_deinit(&t);
	}
	ktap_false(nr_wrong);
	ktap_result("a library is known by its name, not by its folder's (%u wrong)", nr_wrong);
}

/* One process reads 32 MiB, and a few bytes are passed on by inference. */
static void test_order(void)
{
	struct path path;
	struct trace t;
	uint32_t i;

	begin(&t);
	trace_file_read(&t, 13, CONF, BUF_A, 4096);
	trace_file_write(&t, 13, LOG, BUF_B, 39);
	for (i = 0; i < 512; i++)
		trace_file_read(&t, 12, BIG, BUF_A, 65536);
	trace_finish(&t);
	path = trace_path(&t, 0);
	ktap_eq(path.bytes, 32 << 20);
	ktap_eq(trace_path(&t, 1).bytes, 39);
	ktap_result("what carried most comes first, scraps behind it (%llu, %llu bytes)",
		    (unsigned long long)path.bytes,
		    (unsigned long long)trace_path(&t, 1).bytes);
	trace_deinit(&t);

	begin(&t);
	trace_file_read(&t, 12, BIG, BUF_A, 65536);
	trace_file_write(&t, 12, OUT, BUF_B, 65536);
	trace_file_read(&t, 13, BIG, BUF_A, 50000);
	trace_file_write(&t, 13, LOG, BUF_A, 50000);
	trace_finish(&t);
	ktap_eq(trace_path(&t, 0).grade, GRADE_ADDRESS);
	ktap_eq(trace_path(&t, 1).grade, GRADE_INFERRED);
	ktap_result("of two alike in size the surer one comes first (%s, %s)",
		    grade_name(trace_path(&t, 0).grade), grade_name(trace_path(&t, 1).grade));
	trace_deinit(&t);
}

/* "record -e pipe": bytes that were read from a file meanwhile are in the same memory. */
static void test_partial(void)
{
	static const char *const cpus[] = { "", "0-1" };
	uint32_t i, classes[] = { 1U << IPCPROBE_CLASS_PIPE, MODEL_COPIES_CLASSES };

	for (i = 0; i < 2; i++) {
		enum hop_origin origin;
		struct path path;
		struct trace t;

		begin(&t);
		t.prints = (struct prints){ .span = 4096, .head = 0x12345678 };
		model_set_scope(&t.model, classes[i], cpus[i], "");
		trace_write(&t, 12, 77, 0, BUF_A, 4096);
		trace_read(&t, 13, 77, 0, BUF_A, 4096);
		trace_write(&t, 13, 78, 0, BUF_A, 4096);
		trace_finish(&t);
		path = trace_path(&t, 0);
		origin = trace_hop(&t, &path, 0)->key.origin;
		ktap_eq(path.nr_hops, 3);
		ktap_eq(path.grade, GRADE_ADDRESS);
		ktap_false(path.is_exact);
		ktap_eq(origin, ORIGIN_UNKNOWN);
		ktap_result("%s left out: never exact, never made here (%u hops, %s, origin %u)",
			    i ? "CPUs" : "classes", path.nr_hops, grade_name(path.grade),
			    origin);
		trace_deinit(&t);
	}
}

int main(void)
{
	ktap_begin(18);
	test_partial();
	test_older_process();
	test_library_names();
	test_order();
	test_outputs_in_turn();
	test_half_twice();
	test_not_more_than_read();
	test_truncated();
	test_long_chain();
	test_segment_twice();
	test_inferred_circle();
	test_sent_again();
	return ktap_end();
}
