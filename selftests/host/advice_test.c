// SPDX-License-Identifier: GPL-2.0
/* Advice to save copies, and where none is given. */
#include "ktap.h"
#include "model/copies/advice.h"
#include "trace_builder.h"

#define BUF	0x10000000ULL
#define OTHER	0x20000000ULL
#define BLOCK	8192

enum { IN = 1, OUT, LOG, FAR, PROC };

static void begin(struct trace *t)
{
	trace_shell(t);
	trace_file(t, IN, "/tmp/in");
	trace_file(t, OUT, "/tmp/out");
	trace_file(t, LOG, "/tmp/log");
	TRACE_STR(t, file_info, 0, "/mnt/far", .ino = 5, .dev = 9, .file = FAR);
	TRACE_STR(t, file_info, 0, "/proc/kmsg", .ino = 6, .dev = 3, .file = PROC);
	trace_pipe(t, 10, 77);
	trace_pipe(t, 10, 78);
	trace_spawn(t, 10, 12, "cat");
	t->prints = (struct prints){ BLOCK, 0x1234567, 0x2345678, 0x3456789 };
}

/* Set fingerprints of the first half of a block, or of the other half. */
static void show_half(struct trace *t, bool is_first)
{
	if (is_first)
		t->prints = (struct prints){ .span = BLOCK / 2, .head = 0x1234567 };
	else
		t->prints = (struct prints){ .span = BLOCK / 2, .tail = 0x3456789 };
}

/* Expect exactly one advice, @call, with @saved and @copied bytes; NULL = no advice. */
static void expect(struct trace *t, const char *call, uint64_t saved, uint64_t copied,
		   const char *what)
{
	struct advice_list list;

	trace_finish(t);
	if (advice_list_init(&list, &t->model.copies, &trace_all))
		abort();
	ktap_eq(list.nr, call ? 1 : 0);
	if (call) {
		ktap_str_eq(list.v[0].call, call);
		ktap_eq(list.v[0].saved_bytes, saved);
		ktap_eq(list.v[0].copied_bytes, copied);
	}
	ktap_result("%s: %s", what, call ? call : "nothing is advised");
	advice_list_deinit(&list);
	trace_deinit(t);
}

static void test_places(void)
{
	struct trace t;
	uint32_t i;

	begin(&t);
	for (i = 0; i < 3; i++) {
		trace_file_read(&t, 12, IN, BUF, BLOCK);
		trace_write(&t, 12, 77, i * BLOCK, BUF, BLOCK);
	}
	expect(&t, "splice", 6 * BLOCK, 6 * BLOCK, "file to pipe");

	begin(&t);
	trace_write(&t, 10, 77, 0, OTHER, BLOCK);
	trace_read(&t, 12, 77, 0, BUF, BLOCK);
	trace_write(&t, 12, 78, 0, BUF, BLOCK);
	expect(&t, "splice", 2 * BLOCK, 2 * BLOCK, "pipe to pipe");

	begin(&t);
	trace_write(&t, 10, 77, 0, OTHER, BLOCK);
	trace_read(&t, 12, 77, 0, BUF, BLOCK);
	trace_file_write(&t, 12, OUT, BUF, BLOCK);
	expect(&t, "splice", BLOCK, 2 * BLOCK, "pipe to file");

	begin(&t);
	trace_file_read(&t, 12, IN, BUF, BLOCK);
	trace_file_write(&t, 12, OUT, BUF, BLOCK);
	expect(&t, "copy_file_range", BLOCK, 2 * BLOCK, "file to file");

	begin(&t);
	trace_file_read(&t, 12, IN, BUF, BLOCK);
	trace_file_write(&t, 12, FAR, BUF, BLOCK);
	expect(&t, "sendfile", BLOCK, 2 * BLOCK, "to a file of another file system");

	begin(&t);
	trace_file_read(&t, 12, PROC, BUF, BLOCK);
	trace_file_write(&t, 12, OUT, BUF, BLOCK);
	expect(&t, NULL, 0, 0, "from a file without a page cache");
}

/* The bytes that a process reads are not all just passed on. */
static void test_uses(void)
{
	struct trace t;

	begin(&t);
	trace_file_read(&t, 12, IN, BUF, BLOCK);
	trace_write(&t, 12, 77, 0, BUF, BLOCK);
	trace_file_read(&t, 12, IN, BUF, BLOCK);
	trace_write(&t, 12, 78, 0, BUF, BLOCK);
	expect(&t, NULL, 0, 0, "to two places by turns");

	begin(&t);
	trace_file_read(&t, 12, IN, BUF, BLOCK);
	show_half(&t, true);
	trace_write(&t, 12, 77, 0, BUF, BLOCK / 2);
	expect(&t, NULL, 0, 0, "half of them");

	begin(&t);
	trace_file_read(&t, 12, IN, BUF, BLOCK);
	trace_write(&t, 12, 77, 0, BUF, BLOCK);
	trace_file_write(&t, 12, LOG, BUF, BLOCK);
	expect(&t, NULL, 0, 0, "to two places, as tee does");

	begin(&t);
	trace_file_read(&t, 12, IN, BUF, BLOCK);
	show_half(&t, true);
	trace_write(&t, 12, 77, 0, BUF, BLOCK / 2);
	show_half(&t, false);
	trace_write(&t, 12, 77, BLOCK / 2, BUF + BLOCK / 2, BLOCK / 2);
	expect(&t, NULL, 0, 0, "in two writes");

	begin(&t);
	trace_file_read(&t, 12, IN, BUF, BLOCK);
	trace_file_read(&t, 12, IN, OTHER, BLOCK);
	trace_write(&t, 12, 77, 0, OTHER, BLOCK);
	trace_write(&t, 12, 77, BLOCK, BUF, BLOCK);
	expect(&t, NULL, 0, 0, "in another order");

	begin(&t);
	trace_file_read(&t, 12, IN, BUF, BLOCK);
	trace_write(&t, 12, 77, 0, OTHER, BLOCK);
	expect(&t, NULL, 0, 0, "from other memory");

	begin(&t);
	trace_file_read(&t, 12, IN, BUF, BLOCK);
	TRACE(&t, file_write, 12, .addr = BUF, .file = LOG, .ret = BLOCK, .dur_ns = t.dur_ns,
	      .call = IPCPROBE_CALL_WRITE, .nr_segs = 1, .flags = IPCPROBE_IO_APPEND,
	      TRACE_PRINTS(&t));
	expect(&t, NULL, 0, 0, "appended to a file");

	begin(&t);
	trace_file_read(&t, 12, IN, BUF, BLOCK);
	trace_write(&t, 12, 77, 0, BUF, BLOCK);
	TRACE(&t, lost, 0, .begin_ns = t.now_ns, .nr_lost = 1, .class_id = IPCPROBE_CLASS_FILE);
	expect(&t, NULL, 0, 0, "where records are missing");
}

int main(void)
{
	ktap_begin(14);
	test_places();
	test_uses();
	return ktap_end();
}
