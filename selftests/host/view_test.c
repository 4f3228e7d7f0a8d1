// SPDX-License-Identifier: GPL-2.0
/*
 * The views' text and JSON, compared with the files in golden/.
 *
 *	view_test [DIRECTORY]	folder of the files (default: golden/ beside it)
 *
 * With UPDATE_GOLDEN set in the environment the files are written anew: check the
 * difference before you commit it.
 */
#include <libgen.h>
#include <locale.h>

#include "address_space.h"
#include "ktap.h"
#include "lib/array.h"
#include "trace_builder.h"
#include "view/copies.h"
#include "view/dump.h"
#include "view/explain.h"
#include "view/json.h"
#include "view/label.h"
#include "view/label_sched.h"
#include "view/migrations.h"
#include "view/runq.h"
#include "view/sched_views.h"
#include "view/switches.h"
#include "view/timehist.h"
#include "view/vm.h"

#define BUF_A	0x10000000ULL
#define BUF_B	0x20000000ULL
#define US	1000ULL

static char directory[4096];

static char *read_golden(const char *path)
{
	FILE *in = fopen(path, "r");
	char *text = NULL;
	size_t size = 0;

	if (!in)
		return NULL;
	if (getdelim(&text, &size, 0, in) < 0) {
		free(text);
		text = NULL;
	}
	fclose(in);
	return text;
}

static void write_golden(const char *path, const char *text)
{
	FILE *out = fopen(path, "w");

	if (!out)
		return;
	fputs(text, out);
	fclose(out);
}

/* Views write to stdout: run one with another stdout, and return its text. */
static char *capture(int (*view)(const struct model *model, const void *opts),
		     const struct model *model, const void *opts)
{
	FILE *terminal = stdout;
	char *text = NULL;
	size_t len;

	view_json_restart();
	fflush(stdout);
	stdout = open_memstream(&text, &len);
	if (view(model, opts))
		fputs("the view failed", stdout);
	fclose(stdout);
	stdout = terminal;
	return text;
}

static void compare(const char *name, char *text)
{
	char path[4200], *golden;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	if (getenv("UPDATE_GOLDEN"))
		write_golden(path, text);
	golden = read_golden(path);
	ktap_true(golden);
	ktap_str_eq(text, golden);
	ktap_result("the view is as in golden/%s", name);
	free(golden);
	free(text);
}

/* ---- copies ---- */

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

/* ---- run queues ---- */

static int runq_text(const struct model *model, const void *opts)
{
	return view_runq_print(model, opts);
}

static int runq_json(const struct model *model, const void *opts)
{
	return view_runq_json(model, opts);
}

static int map_text(const struct model *model, const void *opts)
{
	return view_map_print(model, opts);
}

static int map_json(const struct model *model, const void *opts)
{
	return view_map_json(model, opts);
}

static int at_text(const struct model *model, const void *opts)
{
	return view_at_print(model, opts);
}

static int at_json(const struct model *model, const void *opts)
{
	return view_at_json(model, opts);
}

/* Two tasks take turns on CPU 0, one runs on CPU 1 until records are lost. */
static void queues(struct trace *t, uint32_t what)
{
	uint32_t i;

	trace_init(t, what);
	trace_snapshot(t, 11, 1, "ping");
	trace_snapshot(t, 12, 1, "pong");
	trace_snapshot(t, 13, 1, "hog");
	t->now_ns = 2000 * US;
	TRACE(t, rq_snapshot_end, 0, .cpu = 0);
	TRACE(t, rq_snapshot, 13, .cpu = 1, .is_current = 1);
	TRACE(t, rq_snapshot_end, 13, .nr_running = 1, .nr_members = 1, .cpu = 1);
	for (i = 0; i < 20; i++) {
		uint32_t tid = 11 + i % 2;

		t->now_ns = (3000 + 400 * i) * US;
		TRACE(t, rq_enqueue, tid, .nr_running = 1, .change = 1);
		TRACE(t, rq_wakeup, tid, .delay_ns = 500 + i * 10);
		TRACE(t, rq_switch, 0, .next = tid);
		t->now_ns += (100 + 5 * i) * US;
		TRACE(t, rq_dequeue, tid, .nr_running = 0, .change = 1);
		TRACE(t, rq_switch, tid, .prev_state = 1);
	}
	TRACE(t, rq_enqueue, 11, .nr_running = 1, .change = 1);
	TRACE(t, rq_switch, 0, .next = 11);
	TRACE(t, rq_enqueue, 12, .nr_running = 2, .change = 1);
	TRACE(t, rq_change, 0, .change = 1, .nr_running = 3);
	TRACE(t, rq_enqueue, 13, .nr_running = 9, .cpu = 1, .change = 1);
	t->now_ns += 2000 * US;
}

static void test_queues(void)
{
	struct view_runq view = { .scope = &trace_all, .top = VIEW_RUNQ_TOP, .width = 60,
				  .start_ns = 1000 * US };
	struct trace t;

	queues(&t, MODEL_RUNQ | MODEL_TIMELINE);
	trace_finish(&t);
	view.at_ns = t.now_ns;
	compare("runq.txt", capture(runq_text, &t.model, &view));
	compare("runq.json", capture(runq_json, &t.model, &view));
	compare("runq-map.txt", capture(map_text, &t.model, &view));
	compare("runq-map.json", capture(map_json, &t.model, &view));
	compare("runq-at.txt", capture(at_text, &t.model, &view));
	compare("runq-at.json", capture(at_json, &t.model, &view));
	trace_deinit(&t);
}

static void test_lost_queues(void)
{
	struct view_runq view = { .scope = &trace_all, .width = 40, .start_ns = 1000 * US };
	struct trace t;
	uint64_t ns;

	queues(&t, MODEL_RUNQ | MODEL_TIMELINE);
	ns = t.now_ns;
	t.now_ns += 5000 * US;
	TRACE(&t, lost, 0, .begin_ns = ns, .nr_lost = 100, .class_id = IPCPROBE_CLASS_SCHED);
	TRACE(&t, rq_snapshot_end, 0, .cpu = 0);
	t.now_ns += 1000 * US;
	trace_finish(&t);
	view.at_ns = t.now_ns;
	compare("runq-lost.txt", capture(runq_text, &t.model, &view));
	compare("runq-lost-map.txt", capture(map_text, &t.model, &view));
	compare("runq-lost-at.txt", capture(at_text, &t.model, &view));
	trace_deinit(&t);
}

/* The same loss, of the queue of CPU 1 alone. */
static void test_lost_queue(void)
{
	struct view_runq view = { .scope = &trace_all, .width = 40, .start_ns = 1000 * US };
	struct trace t;
	uint64_t ns;

	queues(&t, MODEL_RUNQ | MODEL_TIMELINE);
	ns = t.now_ns;
	t.now_ns += 5000 * US;
	TRACE(&t, lost, 0, .begin_ns = ns, .nr_lost = 100, .class_id = IPCPROBE_CLASS_SCHED,
	      .queues = 2);
	t.now_ns += 1000 * US;
	trace_finish(&t);
	view.at_ns = t.now_ns;
	compare("runq-lost-one.json", capture(runq_json, &t.model, &view));
	compare("runq-lost-one-map.txt", capture(map_text, &t.model, &view));
	compare("runq-lost-one-at.txt", capture(at_text, &t.model, &view));
	trace_deinit(&t);
}

/*
 * A group is throttled, a task moves to another CPU, and the kernel's members at the
 * end differ by a task.
 */
static void groups(struct trace *t)
{
	trace_init(t, MODEL_RUNQ);
	trace_snapshot(t, 11, 1, "ping");
	trace_snapshot(t, 12, 1, "pong");
	trace_snapshot(t, 13, 1, "urgent");
	t->now_ns = 2000 * US;
	TRACE_TEXT(t, rq_group, 0, path, "/user.slice", .group = 5, .parent = 1);
	TRACE(t, rq_snapshot_end, 0, .cpu = 0);
	t->now_ns = 3000 * US;
	TRACE(t, rq_enqueue, 11, .nr_running = 1, .change = 1, .group = 5,
	      .sched_class = IPCPROBE_SCHED_FAIR, .prio = 120);
	TRACE(t, rq_enqueue, 12, .nr_running = 2, .change = 1, .group = IPCPROBE_GROUP_AUTO | 7,
	      .sched_class = IPCPROBE_SCHED_FAIR, .prio = 120);
	TRACE(t, rq_enqueue, 13, .nr_running = 3, .change = 1, .group = 9,
	      .sched_class = IPCPROBE_SCHED_RT, .prio = 40);
	TRACE(t, rq_switch, 0, .next = 13);
	TRACE(t, rq_throttle, 0, .group = 5, .is_throttled = 1);
	TRACE(t, rq_change, 0, .change = -1, .nr_running = 2);
	t->now_ns = 5000 * US;
}

/* The kernel's list of members at the end: 12 has left unrecorded. */
static void differ(struct trace *t)
{
	TRACE(t, rq_snapshot, 11, .group = 5, .sched_class = IPCPROBE_SCHED_FAIR,
	      .member_state = IPCPROBE_RQ_THROTTLED);
	TRACE(t, rq_snapshot, 13, .is_current = 1, .group = 9, .sched_class = IPCPROBE_SCHED_RT);
	TRACE(t, rq_snapshot_end, 13, .nr_running = 1, .nr_members = 2);
}

static void test_groups(void)
{
	struct view_runq view = { .scope = &trace_all, .top = VIEW_RUNQ_TOP,
				  .start_ns = 1000 * US };
	struct trace t;

	groups(&t);
	trace_finish(&t);
	view.at_ns = t.now_ns;
	compare("runq-groups-at.txt", capture(at_text, &t.model, &view));
	compare("runq-groups-at.json", capture(at_json, &t.model, &view));
	trace_deinit(&t);

	groups(&t);
	differ(&t);
	trace_finish(&t);
	compare("runq-end.txt", capture(runq_text, &t.model, &view));
	compare("runq-end.json", capture(runq_json, &t.model, &view));
	trace_deinit(&t);
}

/* CPU 1 is offline for 3 of 8 ms, and busy for 1 ms of the others. */
static void test_offline(void)
{
	struct view_runq view = { .scope = &trace_all, .top = VIEW_RUNQ_TOP, .start_ns = 1000 * US };
	struct trace t;

	trace_init(&t, MODEL_RUNQ);
	trace_snapshot(&t, 11, 1, "ping");
	t.now_ns = 2000 * US;
	TRACE(&t, rq_snapshot_end, 0, .cpu = 0);
	t.now_ns = 2000 * US;
	TRACE(&t, rq_snapshot, 11, .cpu = 1, .is_current = 1);
	t.now_ns = 2000 * US;
	TRACE(&t, rq_snapshot_end, 11, .cpu = 1, .nr_running = 1, .nr_members = 1);
	t.now_ns = 3000 * US;
	TRACE(&t, rq_dequeue, 11, .cpu = 1, .nr_running = 0, .change = 1);
	t.now_ns = 3000 * US;
	TRACE(&t, rq_switch, 11, .cpu = 1, .next = 0, .prev_state = 1);
	t.now_ns = 4000 * US;
	TRACE(&t, rq_online, 0, .cpu = 1, .is_online = 0);
	t.now_ns = 7000 * US;
	TRACE(&t, rq_online, 0, .cpu = 1, .is_online = 1);
	t.now_ns = 10000 * US;
	trace_finish(&t);
	compare("runq-offline.txt", capture(runq_text, &t.model, &view));
	trace_deinit(&t);
}

/* ---- the scheduler ---- */

/*
 * ping blocks on a pipe and is woken by pong; hog preempts ping, is moved to CPU 1, and
 * dies; then records are lost.
 */
static void schedule(struct trace *t)
{
	t->now_ns = 2000 * US;
	trace_snapshot(t, 11, 1, "ping");
	trace_snapshot(t, 12, 1, "pong");
	trace_thread(t, 12, 13);
	TRACE(t, task_comm, 13, .comm = "hog\033");
	TRACE(t, rq_snapshot, 11, .cpu = 0, .is_current = 1);
	TRACE(t, rq_snapshot_end, 11, .nr_running = 1, .nr_members = 1, .cpu = 0);
	TRACE(t, rq_snapshot, 12, .cpu = 1, .is_current = 1);
	TRACE(t, rq_snapshot_end, 12, .nr_running = 1, .nr_members = 1, .cpu = 1);
	TRACE_TEXT(t, rq_site, 0, function, "detach_tasks.isra.0", .site = 3);
	t->now_ns = 2500 * US;
	TRACE(t, pipe_block, 11, .pipe = 345, .flags = IPCPROBE_IO_EMPTY | IPCPROBE_IO_READ_END);
	TRACE(t, rq_dequeue, 11, .nr_running = 0, .change = 1);
	TRACE(t, rq_switch, 11, .next = 0, .prev_state = 1);
	t->now_ns = 3000 * US;
	TRACE(t, rq_enqueue, 11, .by = 12, .nr_running = 1, .change = 1);
	TRACE(t, rq_wakeup, 11, .waker = 12, .delay_ns = 7000);
	TRACE(t, rq_switch, 0, .next = 11);
	TRACE(t, pipe_unblock, 11, .pipe = 345, .flags = IPCPROBE_IO_EMPTY);
	t->now_ns = 3400 * US;
	TRACE(t, rq_enqueue, 13, .by = 0, .nr_running = 2, .change = 1);
	TRACE(t, rq_wakeup, 13, .waker = 0, .delay_ns = 2000, .is_new = 1);
	TRACE(t, rq_switch, 11, .next = 13, .preempt = 1);
	t->now_ns = 3900 * US;
	TRACE(t, rq_switch, 13, .next = 11);
	TRACE(t, rq_dequeue, 13, .nr_running = 1, .change = 1);
	TRACE(t, rq_migrate, 13, .by = 12, .from_cpu = 0, .to_cpu = 1, .site = 3,
	      .context = IPCPROBE_CONTEXT_SOFTIRQ);
	TRACE(t, rq_enqueue, 13, .nr_running = 2, .cpu = 1, .change = 1);
	t->now_ns = 4100 * US;
	TRACE(t, rq_switch, 12, .next = 13, .cpu = 1);
	t->now_ns = 4300 * US;
	TRACE(t, rq_dequeue, 13, .nr_running = 1, .cpu = 1, .change = 1);
	TRACE(t, rq_switch, 13, .next = 12, .prev_state = 0x80, .cpu = 1);
	t->now_ns = 4800 * US;
	TRACE(t, lost, 0, .begin_ns = 4500 * US, .nr_lost = 9, .class_id = IPCPROBE_CLASS_SCHED);
	TRACE(t, rq_switch, 0, .next = 12, .cpu = 1);
	TRACE(t, rq_snapshot_end, 0, .cpu = 0);
	t->now_ns = 5000 * US;
	trace_finish(t);
}

/* arguments of these views */
static const bool text = false, json = true;

static struct view_runq sched_view(const bool *is_json)
{
	return (struct view_runq){ .scope = &trace_all, .is_json = *is_json,
				   .top = VIEW_RUNQ_TOP, .start_ns = 1000 * US };
}

static int stat_view(const struct model *model, const void *opts)
{
	struct view_runq runq = sched_view(opts);
	struct blocked blocked;
	struct view_stat view = { .runq = &runq, .blocked = &blocked };
	struct trace t;
	int err;

	(void)model;
	trace_init(&t, MODEL_RUNQ | MODEL_WAITS);
	if (blocked_init(&blocked))
		abort();
	t.model.sched.watch = &blocked.watch;
	schedule(&t);
	err = runq.is_json ? view_stat_json(&t.model, &view) :
				  view_stat_print(&t.model, &view);
	blocked_deinit(&blocked);
	trace_deinit(&t);
	return t.err ?: err;
}

/* ---- quotas ---- */

static void quota_join(struct trace *t, uint32_t tid, uint32_t group, uint16_t cpu, uint32_t nr)
{
	TRACE(t, rq_enqueue, tid, .nr_running = nr, .change = 1, .cpu = cpu, .group = group,
	      .sched_class = IPCPROBE_SCHED_FAIR, .prio = 120);
}

/* @tid runs 20 ms of the 100 ms from @ms on, on CPU 0. */
static void quota_period(struct trace *t, uint64_t ms, uint32_t tid, uint32_t group)
{
	t->now_ns = ms * 1000 * US;
	TRACE(t, rq_switch, 0, .next = tid);
	t->now_ns = (ms + 20) * 1000 * US;
	TRACE(t, rq_throttle, 0, .group = group, .is_throttled = 1);
	TRACE(t, rq_change, 0, .change = -1, .nr_running = 0);
	TRACE(t, rq_switch, tid, .next = 0);
	t->now_ns = (ms + 100) * 1000 * US;
	TRACE(t, rq_throttle, 0, .group = group);
	TRACE(t, rq_change, 0, .change = 1, .nr_running = 1);
}

/*
 * limited is in a group inside a group with a quota, which is changed after half of the
 * time; free runs all the time on CPU 1, in a group without a limit.
 */
static void quotas(struct trace *t, bool is_told)
{
	const uint64_t ms = 1000 * US;

	t->now_ns = 90 * ms;
	trace_snapshot(t, 11, 1, "limited");
	trace_snapshot(t, 12, 1, "free");
	TRACE_TEXT(t, rq_group, 0, path, "/", .group = 1);
	TRACE_TEXT(t, rq_group, 0, path, "/limited", .group = 5, .parent = 1);
	TRACE_TEXT(t, rq_group, 0, path, "/limited/inner", .group = 6, .parent = 5);
	TRACE_TEXT(t, rq_group, 0, path, "/free", .group = 7, .parent = 1);
	if (is_told) {
		TRACE(t, rq_quota, 0, .group = 5, .quota_ns = 20 * ms, .period_ns = 100 * ms);
		TRACE(t, rq_quota, 0, .group = 6, .quota_ns = IPCPROBE_QUOTA_NONE,
		      .period_ns = 100 * ms);
		TRACE(t, rq_quota, 0, .group = 7, .quota_ns = IPCPROBE_QUOTA_NONE,
		      .period_ns = 100 * ms);
	}
	t->now_ns = 100 * ms;
	TRACE(t, rq_snapshot_end, 0, .cpu = 0);
	t->now_ns = 100 * ms;
	TRACE(t, rq_snapshot_end, 0, .cpu = 1);
	t->now_ns = 100 * ms;
	quota_join(t, 12, 7, 1, 1);
	TRACE(t, rq_switch, 0, .next = 12, .cpu = 1);
	t->now_ns = 100 * ms;
	quota_join(t, 11, 6, 0, 1);
	quota_period(t, 100, 11, 5);
	quota_period(t, 200, 11, 5);
	if (is_told)
		TRACE(t, rq_quota, 0, .group = 5, .quota_ns = 10 * ms, .period_ns = 50 * ms,
		      .burst_ns = 5 * ms);
	quota_period(t, 300, 11, 5);
	quota_period(t, 400, 11, 5);
	t->now_ns = 500 * ms;
	trace_finish(t);
}

/* Six tasks are throttled at once on one CPU. */
static void crowd(struct trace *t)
{
	const uint64_t ms = 1000 * US;
	uint32_t i;

	t->now_ns = 90 * ms;
	TRACE_TEXT(t, rq_group, 0, path, "/", .group = 1);
	TRACE_TEXT(t, rq_group, 0, path, "/crowd", .group = 5, .parent = 1);
	TRACE(t, rq_quota, 0, .group = 5, .quota_ns = 20 * ms, .period_ns = 100 * ms);
	t->now_ns = 100 * ms;
	TRACE(t, rq_snapshot_end, 0, .cpu = 0);
	for (i = 0; i < 6; i++) {
		t->now_ns = 100 * ms;
		quota_join(t, 21 + i, 5, 0, 1 + i);
	}
	t->now_ns = 100 * ms;
	TRACE(t, rq_switch, 0, .next = 21);
	t->now_ns = 120 * ms;
	TRACE(t, rq_throttle, 0, .group = 5, .is_throttled = 1);
	TRACE(t, rq_change, 0, .change = -6, .nr_running = 0);
	t->now_ns = 120 * ms;
	TRACE(t, rq_switch, 21, .next = 0);
	t->now_ns = 200 * ms;
	trace_finish(t);
}

static bool is_quota_told, is_crowd;

static int quota_view(const struct model *model, const void *opts)
{
	struct view_runq runq = sched_view(opts);
	struct latency latency;
	struct view_latency view = { .runq = &runq, .latency = &latency };
	struct trace t;
	int err;

	(void)model;
	trace_init(&t, MODEL_RUNQ);
	if (latency_init(&latency, runq.scope, LATENCY_BY_CGROUP))
		abort();
	t.model.sched.watch = &latency.watch;
	if (is_crowd)
		crowd(&t);
	else
		quotas(&t, is_quota_told);
	err = runq.is_json ? view_latency_json(&t.model, &view) :
				  view_latency_print(&t.model, &view);
	latency_deinit(&latency);
	trace_deinit(&t);
	return t.err ?: err;
}

static enum latency_by latency_by;

static int latency_view(const struct model *model, const void *opts)
{
	struct view_runq runq = sched_view(opts);
	struct latency latency;
	struct view_latency view = { .runq = &runq, .latency = &latency, .has_histogram = true,
				     .is_each = latency_by == LATENCY_BY_CPU,
				     .has_parts = latency_by == LATENCY_BY_CGROUP };
	struct trace t;
	int err;

	(void)model;
	trace_init(&t, MODEL_RUNQ);
	if (latency_init(&latency, runq.scope, latency_by))
		abort();
	t.model.sched.watch = &latency.watch;
	schedule(&t);
	err = runq.is_json ? view_latency_json(&t.model, &view) :
				  view_latency_print(&t.model, &view);
	latency_deinit(&latency);
	trace_deinit(&t);
	return t.err ?: err;
}

/* options of timehist */
static struct timehist timehist_flags;

static int timehist_view(const struct model *model, const void *opts)
{
	struct view_runq runq = sched_view(opts);
	struct timehist th;
	struct trace t;
	int err;

	(void)model;
	trace_init(&t, MODEL_RUNQ | MODEL_WAITS);
	if (timehist_init(&th, &t.model, &runq))
		abort();
	th.has_wakeups = timehist_flags.has_wakeups;
	th.has_migrations = timehist_flags.has_migrations;
	th.has_next = timehist_flags.has_next;
	th.has_state = timehist_flags.has_state;
	th.has_cpus = timehist_flags.has_cpus;
	th.is_precise = timehist_flags.is_precise;
	th.has_summary = timehist_flags.has_summary;
	t.model.sched.watch = &th.watch;
	timehist_print_head(&th);
	schedule(&t);
	err = timehist_print(&t.model, &th);
	timehist_deinit(&th);
	trace_deinit(&t);
	return t.err ?: err;
}

static int switches_view(const struct model *model, const void *opts)
{
	struct view_runq runq = sched_view(opts);
	struct switches sw;
	struct trace t;
	int err;

	(void)model;
	trace_init(&t, MODEL_RUNQ);
	if (switches_init(&sw, &t.model, &runq))
		abort();
	t.model.sched.watch = &sw.watch;
	schedule(&t);
	err = switches_print(&t.model, &sw);
	switches_deinit(&sw);
	trace_deinit(&t);
	return t.err ?: err;
}

static int migrations_view(const struct model *model, const void *opts)
{
	struct view_runq runq = sched_view(opts);
	struct migrations mig;
	struct trace t;
	int err;

	(void)model;
	trace_init(&t, MODEL_RUNQ);
	if (migrations_init(&mig, &t.model, &runq))
		abort();
	t.model.sched.watch = &mig.watch;
	migrations_print_head(&mig);
	schedule(&t);
	err = migrations_print(&t.model, &mig);
	migrations_deinit(&mig);
	trace_deinit(&t);
	return t.err ?: err;
}

static void test_sched(void)
{
	compare("sched-stat.txt", capture(stat_view, NULL, &text));
	compare("sched-stat.json", capture(stat_view, NULL, &json));
	latency_by = LATENCY_BY_TASK;
	compare("sched-latency.txt", capture(latency_view, NULL, &text));
	compare("sched-latency.json", capture(latency_view, NULL, &json));
	latency_by = LATENCY_BY_WAKER;
	compare("sched-latency-waker.txt", capture(latency_view, NULL, &text));
	latency_by = LATENCY_BY_CPU;
	compare("sched-latency-cpu.txt", capture(latency_view, NULL, &text));
	latency_by = LATENCY_BY_CGROUP;
	compare("sched-latency-cgroup.txt", capture(latency_view, NULL, &text));
	compare("sched-quota-unknown.txt", capture(quota_view, NULL, &text));
	is_quota_told = true;
	compare("sched-quota.txt", capture(quota_view, NULL, &text));
	compare("sched-quota.json", capture(quota_view, NULL, &json));
	is_crowd = true;
	compare("sched-quota-crowd.txt", capture(quota_view, NULL, &text));
	compare("sched-timehist.txt", capture(timehist_view, NULL, &text));
	timehist_flags = (struct timehist){ .has_wakeups = true, .has_migrations = true,
		.has_next = true, .has_state = true, .has_cpus = true, .has_summary = true };
	compare("sched-timehist-all.txt", capture(timehist_view, NULL, &text));
	compare("sched-timehist.json", capture(timehist_view, NULL, &json));
	timehist_flags = (struct timehist){ .is_precise = true };
	compare("sched-precise.txt", capture(timehist_view, NULL, &text));
	compare("sched-precise.json", capture(timehist_view, NULL, &json));
	compare("sched-map.txt", capture(switches_view, NULL, &text));
	compare("sched-map.json", capture(switches_view, NULL, &json));
	compare("sched-migrations.txt", capture(migrations_view, NULL, &text));
	compare("sched-migrations.json", capture(migrations_view, NULL, &json));
}

/* ---- reasons of the scheduler's choices ---- */

#define MS	1000000LL
#define ZERO	5000000000ULL

static void explain_candidate(struct trace *t, uint32_t tid, uint32_t group, int64_t vruntime,
			      int64_t deadline, uint16_t flags)
{
	TRACE(t, pick_candidate, tid, .vruntime = ZERO + vruntime, .deadline = ZERO + deadline,
	      .weight = 1048576, .slice_ns = 3 * MS, .group = group, .pick_flags = flags);
}

/* ping sleeps on a pipe; pong, in a group, runs; ping is woken and preempts it. */
static void explain_fair(struct trace *t)
{
	t->now_ns = 3000 * US;
	TRACE(t, pipe_block, 11, .pipe = 345, .flags = IPCPROBE_IO_EMPTY | IPCPROBE_IO_READ_END);
	TRACE(t, rq_dequeue, 11, .nr_running = 2, .change = 1, .rq_flags = 1);
	explain_candidate(t, 0, 5, 0, 3 * MS, 0);
	explain_candidate(t, 13, 0, 1 * MS, 5 * MS, 0);
	TRACE(t, fair_pick, 0, .zero_vruntime = ZERO, .sum_w_vruntime = 1024 * MS,
	      .sum_weight = 2048, .group = 1, .nr_queued = 2, .nr_recorded = 2,
	      .pick_flags = IPCPROBE_PICK_EEVDF);
	explain_candidate(t, 12, 0, 0, 3 * MS, 0);
	TRACE(t, fair_pick, 0, .zero_vruntime = ZERO, .sum_weight = 1024, .group = 5,
	      .nr_queued = 1, .nr_recorded = 1, .pick_flags = IPCPROBE_PICK_EEVDF);
	TRACE(t, rq_switch, 11, .next = 12, .prev_state = 1, .prev_prio = 120, .next_prio = 120);
	t->now_ns = 4000 * US;
	TRACE(t, rq_enqueue, 11, .nr_running = 3, .change = 1, .group = 1,
	      .sched_class = IPCPROBE_SCHED_FAIR, .prio = 120);
	TRACE(t, rq_resched, 12, .lead = 2 * MS, .running = 12, .task = 11, .site = 7);
	TRACE(t, rq_wakeup, 11, .waker = 14, .delay_ns = 9000, .prev_cpu = 1, .prio = 120,
	      .nr_allowed = 1);
	t->now_ns = 4100 * US;
	explain_candidate(t, 0, 5, 1 * MS, 3 * MS, IPCPROBE_PICK_CURR);
	explain_candidate(t, 11, 0, -1 * MS, 2 * MS, 0);
	explain_candidate(t, 13, 0, 1 * MS, 5 * MS, 0);
	TRACE(t, fair_pick, 0, .zero_vruntime = ZERO, .sum_weight = 2048, .group = 1,
	      .nr_queued = 3, .nr_recorded = 3, .pick_flags = IPCPROBE_PICK_EEVDF);
	TRACE(t, rq_switch, 12, .next = 11, .prev_prio = 120, .next_prio = 120);
}

/* ping yields to pong, and pong to ping; no candidates were recorded. */
static void explain_yield(struct trace *t)
{
	t->now_ns = 4500 * US;
	TRACE(t, rq_resched, 11, .lead = INT64_MIN, .running = 11, .site = 9);
	TRACE(t, rq_switch, 11, .next = 12, .prev_prio = 120, .next_prio = 120);
	TRACE(t, rq_resched, 12, .lead = INT64_MIN, .running = 12, .site = 9);
	TRACE(t, rq_switch, 12, .next = 11, .prev_prio = 120, .next_prio = 120);
}

/* The function that compares classes jumped to that of the fair class: pong preempts. */
static void explain_jump(struct trace *t)
{
	t->now_ns = 4700 * US;
	TRACE(t, rq_resched, 11, .lead = MS, .running = 11, .task = 12, .site = 8);
	TRACE(t, rq_switch, 11, .next = 12, .prev_prio = 120, .next_prio = 120);
	TRACE(t, rq_resched, 12, .lead = INT64_MIN, .running = 12, .site = 9);
	TRACE(t, rq_switch, 12, .next = 11, .prev_prio = 120, .next_prio = 120);
}

/* A real-time task wakes up; then CPU 1's task ends and leaves the CPU idle. */
static void explain_class(struct trace *t)
{
	t->now_ns = 5000 * US;
	TRACE(t, rq_enqueue, 15, .nr_running = 4, .change = 1, .group = 1,
	      .sched_class = IPCPROBE_SCHED_RT, .prio = 49);
	TRACE(t, rq_resched, 11, .lead = INT64_MIN, .running = 11, .task = 15, .site = 8);
	TRACE(t, rq_wakeup, 15, .waker = 0, .delay_ns = 3000, .prio = 49, .nr_allowed = 2,
	      .prev_allowed = 1);
	TRACE(t, rq_switch, 11, .next = 15, .prev_prio = 120, .next_prio = 49);
	t->now_ns = 5500 * US;
	TRACE(t, rq_dequeue, 14, .nr_running = 0, .change = 1, .rq_flags = 1, .cpu = 1);
	TRACE(t, rq_switch, 14, .next = 0, .prev_state = 0x80, .prev_prio = 120, .next_prio = 140,
	      .cpu = 1);
}

static void explain_trace(struct trace *t)
{
	t->now_ns = 2000 * US;
	trace_snapshot(t, 11, 1, "ping");
	trace_snapshot(t, 12, 1, "pong");
	trace_snapshot(t, 13, 1, "hog");
	trace_snapshot(t, 14, 1, "waker");
	trace_snapshot(t, 15, 1, "urgent");
	TRACE_TEXT(t, rq_group, 0, path, "/", .group = 1);
	TRACE_TEXT(t, rq_group, 0, path, "/user\033.slice", .group = 5, .parent = 1);
	TRACE_TEXT(t, rq_site, 0, function, "check_preempt_wakeup_fair", .site = 7);
	TRACE_TEXT(t, rq_site, 0, function, "wakeup_preempt", .site = 8);
	TRACE_TEXT(t, rq_site, 0, function, "do_sched_yield", .site = 9);
	TRACE(t, rq_snapshot, 11, .is_current = 1, .group = 1, .sched_class = IPCPROBE_SCHED_FAIR,
	      .prio = 120);
	TRACE(t, rq_snapshot, 12, .group = 5, .sched_class = IPCPROBE_SCHED_FAIR, .prio = 120);
	TRACE(t, rq_snapshot, 13, .group = 1, .sched_class = IPCPROBE_SCHED_FAIR, .prio = 120);
	TRACE(t, rq_snapshot_end, 11, .nr_running = 3, .nr_members = 3);
	TRACE(t, rq_snapshot, 14, .cpu = 1, .is_current = 1, .group = 1,
	      .sched_class = IPCPROBE_SCHED_FAIR, .prio = 120);
	TRACE(t, rq_snapshot_end, 14, .cpu = 1, .nr_running = 1, .nr_members = 1);
	explain_fair(t);
	explain_yield(t);
	explain_jump(t);
	explain_class(t);
	t->now_ns = 6000 * US;
	trace_finish(t);
}

static enum explain_mode explain_mode;
static const char *explain_name = "ping";

static int explain_view(const struct model *model, const void *opts)
{
	struct view_runq runq = sched_view(opts);
	struct explain explain;
	struct trace t;
	int err;

	(void)model;
	trace_init(&t, MODEL_RUNQ | MODEL_WAITS | MODEL_PICKS);
	if (explain_init(&explain, &t.model, runq.scope) || explain_keep(&explain, 4))
		abort();
	explain.mode = explain_mode;
	explain.start_ns = runq.start_ns;
	explain.name = explain_name;
	explain.cache = "0-1;2-3";
	explain.show = runq.is_json ? view_explain_case_json : view_explain_case;
	explain.show_wakeup = runq.is_json ? view_explain_wakeup_json : view_explain_wakeup;
	t.model.sched.watch = &explain.watch;
	explain_trace(&t);
	err = runq.is_json ? view_explain_json(&t.model, &explain) :
			     view_explain_print(&t.model, &explain, &runq.columns);
	explain_deinit(&explain);
	trace_deinit(&t);
	return t.err ?: err;
}

static void test_explain(void)
{
	explain_mode = EXPLAIN_WORST;
	compare("sched-explain.txt", capture(explain_view, NULL, &text));
	compare("sched-explain.json", capture(explain_view, NULL, &json));
	explain_mode = EXPLAIN_AT;
	compare("sched-explain-at.txt", capture(explain_view, NULL, &text));
	explain_mode = EXPLAIN_TASK;
	compare("sched-explain-task.txt", capture(explain_view, NULL, &text));
	explain_name = "pong";
	compare("sched-explain-group.txt", capture(explain_view, NULL, &text));
}

/* ---- delays ---- */

struct delay_case {
	const struct delay_report *report;
	uint32_t task;
};

static int delay_text(const struct model *model, const void *opts)
{
	const struct delay_case *told = opts;

	view_delay_print(model, told->report, told->task);
	return 0;
}

static int delay_json(const struct model *model, const void *opts)
{
	const struct delay_case *told = opts;
	json_t *list = view_delay_json(model, told->report);
	char *text = json_dumps(list, JSON_INDENT(1) | JSON_SORT_KEYS);

	puts(text);
	free(text);
	json_decref(list);
	return 0;
}

static uint32_t known(struct trace *t, uint32_t tid)
{
	return tasks_known_tid(&t->model.tasks, tid);
}

/* Task 20 has class fair, 21 real time, 22 deadline; 11 to 17 ran. */
static void delay_trace(struct trace *t)
{
	uint32_t i;

	trace_init(t, MODEL_RUNQ);
	for (i = 11; i <= 17; i++)
		trace_snapshot(t, i, 1, "hog");
	for (i = 20; i <= 22; i++)
		trace_snapshot(t, i, 1, "victim");
	TRACE_TEXT(t, rq_group, 0, path, "/li\033mited", .group = 4, .parent = 1);
	TRACE_TEXT(t, rq_site, 0, function, "detach_tasks.isra.0", .site = 3);
	TRACE(t, rq_snapshot, 20, .is_current = 1, .sched_class = IPCPROBE_SCHED_FAIR);
	TRACE(t, rq_snapshot, 21, .sched_class = IPCPROBE_SCHED_RT);
	TRACE(t, rq_snapshot, 22, .sched_class = IPCPROBE_SCHED_DL);
	TRACE(t, rq_snapshot_end, 20, .nr_running = 3, .nr_members = 3);
}

/*
 * The delay has a part of each kind; five of the tasks that ran meanwhile are named,
 * and the idle CPU.
 */
static void test_delay(void)
{
	static const uint32_t times[] = { 700, 600, 500, 400, 300, 20, 10 };
	struct run_sum hogs[8] = { { 0 } }, two[2] = { { 0 } }, five[5] = { { 0 } }, idle[7];
	struct delay_part parts[] = {
		{ .kind = DELAY_WAKING, .cpu = 1 },
		{ .kind = DELAY_SIGNALLED, .cpu = 1 },
		{ .kind = DELAY_QUEUED, .cpu = 1 },
		{ .kind = DELAY_MOVED, .cpu = 1, .site = 3, .context = IPCPROBE_CONTEXT_SWITCH },
		{ .kind = DELAY_THROTTLED, .cpu = 2, .group = 4 },
		{ .kind = DELAY_PUT_BACK, .cpu = 2 },
		{ .kind = DELAY_QUEUED, .cpu = DELAY_SEVERAL_CPUS },
		{ .kind = DELAY_THROTTLED, .cpu = 3 },
		{ .kind = DELAY_PUT_BACK, .cpu = 3 },
		{ .kind = DELAY_QUEUED, .cpu = 0 },
		{ .kind = DELAY_QUEUED, .cpu = 0 },
		{ .kind = DELAY_MOVED, .cpu = 3 },
	};
	struct run_sums ran[ARRAY_SIZE(parts)] = { { 0 } };
	struct delay_report report = { .nr = ARRAY_SIZE(parts), .part = parts, .ran = ran };
	struct delay_case told = { .report = &report };
	uint64_t at_ns = 5000 * US;
	struct trace t;
	uint32_t i;

	delay_trace(&t);
	for (i = 0; i < 7; i++)
		hogs[i] = (struct run_sum){ .task = known(&t, 11 + i), .ns = times[i] * US, .nr = 1 + i };
	hogs[7] = (struct run_sum){ .ns = 70 * US, .nr = 3 };
	two[0] = (struct run_sum){ .task = known(&t, 11), .ns = 900 * US, .nr = 2 };
	two[1] = (struct run_sum){ .ns = 100 * US, .nr = 1 };
	memcpy(five, hogs, sizeof(five));
	memcpy(idle, hogs, sizeof(idle));
	idle[6] = (struct run_sum){ .ns = 8 * US, .nr = 1 };
	ran[2] = (struct run_sums){ .v = hogs, .nr = 8 };
	ran[4] = (struct run_sums){ .v = two, .nr = 2 };
	ran[7] = (struct run_sums){ .v = five, .nr = 5 };
	ran[9] = (struct run_sums){ .v = idle, .nr = 7 };
	ran[10] = (struct run_sums){ .v = &idle[6], .nr = 1 };
	parts[3].by = known(&t, 12);
	for (i = 0; i < report.nr; i++) {
		parts[i].from_ns = at_ns;
		at_ns += (i == 2 || i == 7 || i == 9 ? 3000 : i == 4 ? 1000 : 2 + i) * US;
		parts[i].until_ns = at_ns;
	}
	for (i = 0; i < 3; i++) {
		static const char *const names[] = {
			"sched-delay.txt", "sched-delay-rt.txt", "sched-delay-dl.txt",
		};

		told.task = known(&t, 20 + i);
		compare(names[i], capture(delay_text, &t.model, &told));
	}
	compare("sched-delay.json", capture(delay_json, &t.model, &told));
	trace_deinit(&t);
}

/* ---- address spaces ---- */

static const char space_server[] =
	"10000-18000 r-xp 00000000 fd:01 11  /lib/libc.so.6\n"
	"18000-1c000 rw-p 00008000 fd:01 11  /lib/libc.so.6\n"
	"1c000-1e000 rw-p 00000000 00:00 0   \n"
	"20000-80000 rw-p 00000000 00:00 0   [heap]\n"
	"100000-108000 rw-s 00000000 00:01 7   /SYSV0000002a (deleted)\n"
	"200000-204000 rw-s 00000000 00:01 8   /memfd:\033[1mbold (deleted)\n";
static const char space_client[] =
	"40000-48000 r-xp 00000000 fd:01 11  /lib/libc.so.6\n"
	"48000-4c000 rw-p 00008000 fd:01 11  /lib/libc.so.6\n"
	"60000-80000 rw-p 00000000 00:00 0   [heap]\n"
	"100000-108000 rw-s 00000000 00:01 7   /SYSV0000002a (deleted)\n";

static void space_fill(struct vm_sample *sample)
{
	struct vm_share *share = &sample->share;

	*sample = (struct vm_sample){ .at_ns = 1000000000ULL * 86400, .took_ns = 1500000 };
	space_init(share, 2);
	space_process(share, 0, "server", NULL, space_server);
	space_process(share, 1, "client", NULL, space_client);
	space_pages(share, 0, 0x10000, 6, 1000, 2, SPACE_FILE);
	space_pages(share, 0, 0x18000, 1, 1008, 2, SPACE_FILE);
	space_pages(share, 0, 0x19000, 2, 2000, 1, SPACE_FRAME);
	space_pages(share, 0, 0x1c000, 1, 2010, 1, SPACE_FRAME);
	space_pages(share, 0, 0x20000, 30, 3000, 1, SPACE_FRAME);
	for (uint64_t i = 0; i < 3; i++)
		space_pages(share, 0, 0x50000 + i * VM_PAGE_SIZE, 1, 5, 9,
			    SPACE_FRAME | VM_PAGE_ZERO);
	space_pages(share, 0, 0x53000, 1, 0x105, 0, VM_PAGE_SWAPPED);
	space_pages(share, 0, 0x54000, 1, 3100, 1, SPACE_FRAME | VM_PAGE_CHANGED);
	space_pages(share, 0, 0x100000, 5, 4000, 2, SPACE_FILE | VM_PAGE_WRITTEN);
	space_pages(share, 0, 0x105000, 2, 4005, 1, SPACE_FILE);
	space_pages(share, 0, 0x200000, 4, 4100, 3, SPACE_FILE);
	space_pages(share, 1, 0x40000, 6, 1000, 2, SPACE_FILE);
	space_pages(share, 1, 0x48000, 1, 1008, 2, SPACE_FILE);
	space_pages(share, 1, 0x49000, 2, 5000, 1, SPACE_FRAME);
	space_pages(share, 1, 0x60000, 3, 5010, 1, SPACE_FRAME);
	space_pages(share, 1, 0x100000, 2, 4000, 2, SPACE_FILE | VM_PAGE_WRITTEN);
	space_pages(share, 1, 0x102000, 2, 4002, 2, SPACE_FILE);
	space_pages(share, 1, 0x104000, 1, 4004, 2, SPACE_FILE | VM_PAGE_WRITTEN);
	sample->before = calloc(2, sizeof(*sample->before));
	if (space_parse(&sample->before[0], NULL, space_server) || vm_share_count(share))
		abort();
}

static const struct vm_sample *space;

static int vm_text(const struct model *model, const void *opts)
{
	(void)model;
	return view_vm_print(space, opts);
}

static int share_text(const struct model *model, const void *opts)
{
	(void)model;
	return view_share_print(space, opts);
}

static int watch_text(const struct model *model, const void *opts)
{
	(void)model;
	return view_watch_print(space, opts);
}

static int vm_json(const struct model *model, const void *opts)
{
	(void)model;
	(void)opts;
	return view_vm_json(space);
}

static void test_address_spaces(void)
{
	struct view_vm one = { .table = view_vm_usual, .top = VIEW_SHARE_TOP };
	struct view_vm several = { .table = view_share_usual, .top = VIEW_SHARE_TOP };
	struct view_vm watched = { .table = view_watch_usual, .top = VIEW_SHARE_TOP };
	struct vm_sample sample;

	space_fill(&sample);
	space = &sample;
	compare("vm.txt", capture(vm_text, NULL, &one));
	compare("vm-share.txt", capture(share_text, NULL, &several));
	compare("vm.json", capture(vm_json, NULL, NULL));
	sample.watch = WATCH_WRITTEN;
	sample.watched_ns = 1000000000;
	compare("vm-written.txt", capture(watch_text, NULL, &watched));
	vm_sample_deinit(&sample);
}

/* ---- bytes of transfers ---- */

#define PIECE_MAX	64

/* @missing: bytes whose data is missing */
static void add_piece(struct dumps *dumps, uint32_t tid, uint32_t offset, const char *bytes,
		      uint16_t nr, bool missing)
{
	union {
		struct ipcprobe_rec_io_data rec;
		char room[sizeof(struct ipcprobe_rec_io_data) + PIECE_MAX];
	} piece = { .rec = {
		.hdr = { .len = sizeof(piece.rec) + (missing ? 0 : (nr + 7) & ~7), .tid = tid,
			 .type = IPCPROBE_REC_io_data },
		.addr = BUF_A + offset, .offset = offset,
		.bytes = missing ? 0 : nr, .missing = missing ? nr : 0,
	} };

	memcpy(piece.rec.data, bytes, missing ? 0 : nr);
	dumps_add(dumps, &piece.rec);
}

static void print_call(struct dumps *dumps, uint32_t tid, uint16_t type, FILE *out)
{
	const struct ipcprobe_rec rec = { .type = type, .tid = tid, .len = sizeof(rec) };

	fprintf(out, "call of task %u\n", tid);
	dumps_print(dumps, &rec, out);
}

static void test_dump(void)
{
	struct dumps dumps;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	dumps_init(&dumps);
	add_piece(&dumps, 12, 0, "two tasks", 9, false);
	add_piece(&dumps, 13, 0, "several pieces, of one", 22, false);
	add_piece(&dumps, 13, 22, " transfer\n\0\x1b[1m\x80\xff\x7f~", 19, false);
	print_call(&dumps, 13, IPCPROBE_REC_pipe_block, out);
	print_call(&dumps, 13, IPCPROBE_REC_pipe_write, out);
	print_call(&dumps, 13, IPCPROBE_REC_pipe_read, out);
	print_call(&dumps, 12, IPCPROBE_REC_file_read, out);
	add_piece(&dumps, 12, 0, "0123456789abcdef0123456789abcdef", 32, false);
	print_call(&dumps, 12, IPCPROBE_REC_unix_send, out);
	add_piece(&dumps, 12, 0, "before", 6, false);
	add_piece(&dumps, 12, 6, "", 1024, true);
	add_piece(&dumps, 12, 1030, "behind", 6, false);
	print_call(&dumps, 12, IPCPROBE_REC_msg_send, out);
	add_piece(&dumps, 12, 0, "of a call that is lost", 22, false);
	dumps_forget(&dumps);
	print_call(&dumps, 12, IPCPROBE_REC_procvm, out);
	add_piece(&dumps, 12, 0, "of a call that ended unseen", 27, false);
	add_piece(&dumps, 12, 0, "of the next", 11, false);
	print_call(&dumps, 12, IPCPROBE_REC_mq_receive, out);
	fclose(out);
	dumps_deinit(&dumps);
	compare("script-data.txt", text);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		snprintf(directory, sizeof(directory), "%s", argv[1]);
	else
		snprintf(directory, sizeof(directory), "%s/golden", dirname(strdupa(argv[0])));
	setenv("TZ", "UTC", 1);
	setlocale(LC_CTYPE, "C.UTF-8");
	ktap_begin(66);
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
	test_queues();
	test_lost_queues();
	test_lost_queue();
	test_groups();
	test_offline();
	test_sched();
	test_explain();
	test_delay();
	test_address_spaces();
	test_dump();
	return ktap_end();
}
