// SPDX-License-Identifier: GPL-2.0
/* Views, compared with golden/: copies. */
#include "golden.h"
#include "view/copies.h"
#include "view/label.h"

#define BUF_A	0x10000000ULL
#define BUF_B	0x20000000ULL

static int copies_text(const struct model *model, const void *opts)
{
	return view_copies_print(model, opts);
}

static int copies_json(const struct model *model, const void *opts)
{
	return view_copies_json(model, opts);
}

static void begin_copies(struct trace *t)
{
	trace_shell(t);
	trace_file(t, 1, "/tmp/big.bin");
	trace_file(t, 2, "/tmp/out.bin");
	trace_file(t, 3, "/lib/libc.so.6");
	trace_pipe(t, 10, 345);
	trace_spawn(t, 10, 12, "cat");
	trace_spawn(t, 10, 13, "cat");
}

static void pipeline(struct trace *t, uint32_t nr)
{
	uint32_t i;

	trace_file_read(t, 12, 3, BUF_B, 832);
	trace_file_read(t, 13, 3, BUF_B, 832);
	t->prints = (struct prints){ .span = 65536, .head = 0x12345678, .tail = 0x9abcdef0 };
	for (i = 0; i < nr; i++) {
		trace_file_read(t, 12, 1, BUF_A, 65536);
		trace_write(t, 12, 345, i * 65536, BUF_A, 65536);
		trace_read(t, 13, 345, i * 65536, BUF_B, 65536);
		trace_file_write(t, 13, 2, BUF_B, 65536);
	}
	t->prints = (struct prints){ 0 };
}

static void compare_copies(struct trace *t, const char *text, const char *json,
			   const char *grade, bool has_calls)
{
	struct view_copies view = { .scope = &trace_all, .top = VIEW_COPIES_TOP,
				    .worst = GRADE_INFERRED, .has_calls = has_calls };

	compare(text, capture(copies_text, &t->model, &view));
	view.top = 0;
	if (grade) {
		view.worst = GRADE_EXACT;
		compare(grade, capture(copies_text, &t->model, &view));
		view.worst = GRADE_INFERRED;
	}
	if (json)
		compare(json, capture(copies_json, &t->model, &view));
}

static void test_pipeline(void)
{
	struct trace t;

	begin_copies(&t);
	pipeline(&t, 1024);
	trace_finish(&t);
	compare_copies(&t, "copies-pipeline.txt", "copies-pipeline.json", NULL, true);
	trace_deinit(&t);
}

/* A member of the view's JSON, which must be one object. */
static json_t *copies_member(struct trace *t, const struct view_copies *view, const char *key)
{
	char *text = capture(copies_json, &t->model, view);
	json_t *root = json_loads(text, 0, NULL);
	json_t *member = json_incref(json_object_get(root, key));

	json_decref(root);
	free(text);
	return member;
}

static void test_calls(void)
{
	struct view_copies view = { .scope = &trace_all, .worst = GRADE_INFERRED };
	json_t *none, *all, *two;
	struct trace t;

	begin_copies(&t);
	pipeline(&t, 1);
	trace_finish(&t);
	none = copies_member(&t, &view, "calls");
	view.has_calls = true;
	all = copies_member(&t, &view, "calls");
	view.top_calls = 2;
	two = copies_member(&t, &view, "calls");
	ktap_note("calls: %zu rows, %zu of at most 2", json_array_size(all), json_array_size(two));
	ktap_false(none);
	ktap_gt(json_array_size(all), 2);
	ktap_eq(json_array_size(two), 2);
	ktap_result("JSON has calls if they are wanted, and as many");
	json_decref(all);
	json_decref(two);
	trace_deinit(&t);
}

static uint32_t count(const char *text, const char *part)
{
	uint32_t nr = 0;

	while ((text = strstr(text, part))) {
		text += strlen(part);
		nr++;
	}
	return nr;
}

static void expect_count(const char *text, const char *part, unsigned int nr)
{
	if (!ktap_eq(count(text, part), nr))
		ktap_note("looked for '%s' in:\n%s", part, text);
}

/* A part of the bytes is linked by address: text shows one path, the sum. */
static void test_merged_paths(void)
{
	struct view_copies view = { .scope = &trace_all, .worst = GRADE_INFERRED };
	char *all, *exact;
	struct trace t;

	begin_copies(&t);
	pipeline(&t, 2);
	trace_file_read(&t, 12, 1, BUF_A, 65536);
	trace_write(&t, 12, 345, 131072, BUF_A, 65536);
	trace_read(&t, 13, 345, 131072, BUF_B, 65536);
	trace_file_write(&t, 13, 2, BUF_B, 65536);
	trace_finish(&t);
	all = capture(copies_text, &t.model, &view);
	view.worst = GRADE_EXACT;
	exact = capture(copies_text, &t.model, &view);
	expect_count(all, "/tmp/out.bin: ", 1);
	expect_count(all, "/tmp/out.bin: 192.0 KiB delivered, 4 copies, ×4.00, by address\n", 1);
	expect_count(all, "copy 192.0KiB     3", 4);
	ktap_result("paths that differ only in their grade are shown as one");
	expect_count(exact, "/tmp/out.bin: 128.0 KiB delivered, 4 copies, ×4.00, exact\n", 1);
	ktap_result("--grade shows only paths of this grade or a better one");
	free(all);
	free(exact);
	trace_deinit(&t);
}

static void test_shared_hops(void)
{
	struct view_copies view = { .scope = &trace_all, .worst = GRADE_INFERRED };
	json_t *nr, *paths;
	const char *figures;
	struct path path;
	struct trace t;

	begin_copies(&t);
	pipeline(&t, 1);
	trace_finish(&t);
	path = trace_path(&t, 0);
	t.model.copies.paths.nr_folded = 5;
	image_at(&t.model.tasks, trace_hop(&t, &path, 0)->key.image)->is_partial = true;
	nr = copies_member(&t, &view, "hops_not_kept_apart");
	paths = copies_member(&t, &view, "paths");
	figures = json_string_value(json_object_get(json_array_get(paths, 0), "figures"));
	ktap_note("%lld hops, figures: %s", json_integer_value(nr), figures ?: "none");
	ktap_eq(json_integer_value(nr), 5);
	ktap_true(figures);
	ktap_str_eq(figures, "at least");
	ktap_result("JSON has the number of hops that were not kept separately");
	json_decref(nr);
	json_decref(paths);
	trace_deinit(&t);
}

/* Each anonymous mapping has the name that ls gives it. */
static void test_anonymous_futexes(void)
{
	struct sched_wait wait = { .kind = WAIT_FUTEX, .file = 1 };
	char *text = NULL;
	struct trace t;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	trace_init(&t, MODEL_COPIES);
	trace_file(&t, 1, "/dev/zero (deleted)");
	trace_file(&t, 2, "/dev/zero (deleted)");
	label_print_wait(out, &t.model, &wait);
	wait.file = 2;
	wait.key = 8;
	label_print_wait(out, &t.model, &wait);
	fclose(out);
	ktap_str_eq(text, "futex:[anonymous:[1001]+0x0]futex:[anonymous:[1002]+0x8]");
	ktap_result("locks in anonymous memory differ: %s", text);
	free(text);
	trace_deinit(&t);
}

/* In a locale without the special characters of the reports. */
static void test_ascii(void)
{
	struct view_copies view = { .scope = &trace_all, .top = VIEW_COPIES_TOP,
				    .worst = GRADE_INFERRED };
	struct trace t;

	begin_copies(&t);
	pipeline(&t, 1);
	trace_finish(&t);
	setlocale(LC_CTYPE, "C");
	compare("copies-ascii.txt", capture(copies_text, &t.model, &view));
	setlocale(LC_CTYPE, "C.UTF-8");
	trace_deinit(&t);
}

/* No recorded process reads what @nr processes write. */
static void compare_writers(const char *name, uint32_t nr)
{
	struct trace t;

	begin_copies(&t);
	for (uint32_t i = 0; i < nr; i++) {
		trace_spawn(&t, 10, 100 + i, "cc");
		trace_write(&t, 100 + i, 345, 10 * i, BUF_A, 10);
	}
	trace_finish(&t);
	compare_copies(&t, name, NULL, NULL, false);
	trace_deinit(&t);
}

static void test_mixture(void)
{
	struct trace t;
	uint64_t ns;

	begin_copies(&t);
	pipeline(&t, 2);
	ns = t.now_ns;
	t.now_ns += 50000;
	TRACE(&t, lost, 0, .begin_ns = ns, .nr_lost = 7, .class_id = IPCPROBE_CLASS_PIPE);
	trace_read(&t, 13, 345, 131072, BUF_B, 4096);
	trace_file_write(&t, 13, 2, BUF_A, 2048);
	trace_pipe(&t, 10, 346);
	trace_spawn(&t, 12, 14, "evil\033[1m");
	TRACE(&t, pipe_splice, 14, .in = 1, .out = 346, .ret = 65536, .dur_ns = 100,
	      .call = IPCPROBE_CALL_SPLICE, .flags = IPCPROBE_IO_OUT_PIPE);
	TRACE(&t, pipe_splice, 14, .in = 346, .out = 0, .ret = 1000, .copied = 0, .dur_ns = 100,
	      .call = IPCPROBE_CALL_SPLICE, .flags = IPCPROBE_IO_IN_PIPE);
	trace_finish(&t);
	compare_copies(&t, "copies-mixture.txt", "copies-mixture.json", "copies-exact.txt",
		       false);
	trace_deinit(&t);
}

/* One path through each kind of object. */
static void test_objects(void)
{
	struct trace t;

	begin_copies(&t);
	trace_file(&t, 4, "/memfd:shared (deleted)");
	trace_file(&t, 5, "/dev/zero (deleted)");
	TRACE(&t, shm_map, 12, .addr = BUF_A + 0x100000, .bytes = 65536, .object = 5, .pid = 12,
	      .prot = 3, .call = IPCPROBE_CALL_MMAP);
	trace_file_read(&t, 12, 1, BUF_A + 0x100000, 4096);
	TRACE(&t, shm_segment, 12, .bytes = 65536, .object = 9, .ns = 0xefffffff, .id = 5);
	TRACE(&t, shm_map, 12, .addr = BUF_A, .bytes = 65536, .object = 9, .pid = 12, .prot = 3,
	      .call = IPCPROBE_CALL_SHMAT, .is_sysv = 1);
	TRACE(&t, shm_create, 12, .object = 4, .ret = 3, .is_new = 1,
	      .call = IPCPROBE_CALL_MEMFD_CREATE);
	trace_file_read(&t, 12, 1, BUF_A, 65536);
	TRACE(&t, msg_create, 12, .ns = 77, .id = 6, .max_bytes = 16384);
	TRACE(&t, msg_send, 12, .addr = BUF_A, .ns = 77, .id = 6, .seq = 1, .bytes = 8192,
	      .dur_ns = 400);
	TRACE(&t, msg_receive, 13, .addr = BUF_B, .ns = 77, .id = 6, .seq = 1, .bytes = 8192,
	      .ret = 8192, .dur_ns = 400, .blocked_ns = 300);
	trace_file_write(&t, 13, 4, BUF_B, 8192);
	TRACE_NAME(&t, mq_info, 13, "queue", .dev = 20, .ino = 9, .max_messages = 10,
		   .max_bytes = 100);
	TRACE(&t, mq_send, 13, .addr = BUF_B, .dev = 20, .ino = 9, .seq = 2, .bytes = 100,
	      .dur_ns = 400);
	TRACE(&t, unix_pair, 10, .sock = 1, .peer = 2, .ino = 50, .peer_ino = 51, .type = 1);
	TRACE(&t, unix_send, 12, .addr = BUF_A, .sock = 1, .peer = 2, .count = 100, .ret = 100,
	      .dur_ns = 400, .call = IPCPROBE_CALL_SENDTO, .nr_segs = 1);
	TRACE(&t, unix_recv, 13, .addr = BUF_B, .sock = 2, .peer = 1, .count = 100, .ret = 100,
	      .dur_ns = 400, .call = IPCPROBE_CALL_RECVFROM, .nr_segs = 1);
	TRACE(&t, procvm, 12, .local = BUF_B, .remote = BUF_B, .target = 13, .count = 100,
	      .ret = 100, .dur_ns = 400, .call = IPCPROBE_CALL_PROCESS_VM_READV, .nr_local = 1,
	      .nr_remote = 1);
	trace_file_write(&t, 12, 2, BUF_B, 100);
	trace_finish(&t);
	compare_copies(&t, "copies-objects.txt", "copies-objects.json", NULL, true);
	trace_deinit(&t);
}

int main(int argc, char **argv)
{
	(void)argc;
	golden_begin(argv[0], 15);
	test_pipeline();
	test_calls();
	test_merged_paths();
	test_shared_hops();
	test_ascii();
	test_anonymous_futexes();
	compare_writers("copies-writers-4.txt", 4);
	compare_writers("copies-writers-52.txt", 52);
	test_mixture();
	test_objects();
	return ktap_end();
}
