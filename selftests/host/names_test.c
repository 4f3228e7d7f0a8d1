// SPDX-License-Identifier: GPL-2.0
/*
 * Names whose records come after they are needed: a snapshot that took long, in a
 * recording that does not say when it was complete, or one after a loss.  And names of
 * objects that tasks block on, when bytes are not followed.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "cmd/analysis.h"
#include "ktap.h"
#include "trace/tracefile.h"
#include "trace_builder.h"
#include "view/label.h"

#define START_NS	5000000000000ULL
#define US		1000ULL
#define NR_SEEN		8U

/* ---- a file ---- */

static struct tracefile *file;
static uint64_t now_ns;

static void append(const struct ipcprobe_rec *rec)
{
	if (tracefile_append(file, 0, rec, rec->len) != rec->len)
		abort();
	now_ns += 10 * US;
}

#define APPEND(event, task, ...) do {						\
	struct ipcprobe_rec_##event rec = {					\
		.hdr = { .len = sizeof(rec), .type = IPCPROBE_REC_##event,	\
			 .tid = (task), .ts_ns = now_ns }, __VA_ARGS__ };	\
	append(&rec.hdr);							\
} while (0)

static void append_snapshot(uint32_t tid, uint64_t start_ns, const char *comm)
{
	struct ipcprobe_rec_task_snapshot rec = {
		.hdr = { .len = sizeof(rec), .type = IPCPROBE_REC_task_snapshot, .tid = tid,
			 .ts_ns = now_ns },
		.start_ns = start_ns, .pid = tid, .ppid = 1,
	};

	snprintf(rec.comm, sizeof(rec.comm), "%s", comm);
	append(&rec.hdr);
}

/*
 * 11 to 13 run, one after another, before the records with their names; then 11 with
 * another name.
 */
static void append_all(void)
{
	now_ns = START_NS + 100 * US;
	APPEND(rq_snapshot_end, 0, .cpu = 0);
	APPEND(rq_switch, 0, .next = 11);
	APPEND(rq_switch, 11, .next = 12);
	APPEND(rq_switch, 12, .next = 13);
	APPEND(rq_switch, 13, .next = 0);
	append_snapshot(11, START_NS - 1, "early");
	append_snapshot(12, START_NS - 1, "other");
	append_snapshot(13, now_ns - 1, "younger");
	APPEND(task_comm, 11, .comm = "renamed");
	append_snapshot(11, START_NS - 1, "renamed");
	APPEND(rq_switch, 0, .next = 11);
}

/* @ready_us: time after the start when the snapshot was complete; 0 = not known */
static int make_file(uint64_t ready_us, uint64_t nr_lost)
{
	const struct tracefile_pair none[] = { { NULL, NULL } };
	struct tracefile_header header = {
		.page_size = 4096, .nr_cpus = 1, .start_ns = START_NS,
		.classes = 1U << IPCPROBE_CLASS_TASK | 1U << IPCPROBE_CLASS_SCHED,
	};
	struct tracefile_cpu_stats counts = { 0 };
	struct tracefile_stats stats = { .nr_cpus = 1 };
	int fd = memfd_create("names_test", 0);

	if (fd < 0 || tracefile_create(fd, &header, none, &file))
		abort();
	append_all();
	stats.stop_ns = now_ns;
	stats.ready_ns = ready_us ? START_NS + ready_us * US : 0;
	stats.ending_ns = ready_us ? now_ns : 0;
	memcpy(counts.read, tracefile_read_counts(file, 0), sizeof(counts.read));
	memcpy(counts.produced, counts.read, sizeof(counts.read));
	counts.produced[IPCPROBE_CLASS_TASK] += nr_lost;
	counts.lost[IPCPROBE_CLASS_TASK] += nr_lost;
	if (tracefile_finish(file, &stats, &counts))
		abort();
	tracefile_destroy(file);
	return fd;
}

/* ---- names at the start of each run ---- */

/* The name of each task when it begins to run. */
static char seen[NR_SEEN][16];
static uint32_t nr_seen;

static int on_switch(void *arg, const struct sched *sched, const struct sched_switch *sw)
{
	(void)arg;
	if (sw->next && nr_seen < NR_SEEN)
		memcpy(seen[nr_seen++], task_at(sched->tasks, sw->next)->comm, 16);
	return 0;
}

static int print_nothing(const struct model *model, const void *view)
{
	(void)model;
	(void)view;
	return 0;
}

static void watch(uint64_t ready_us, uint64_t nr_lost)
{
	const struct sched_watch watch = { .on_switch = on_switch };
	struct source_opts source = SOURCE_OPTS_INIT;
	struct model model;
	struct analysis analysis = {
		.source = &source, .model = &model, .what = MODEL_RUNQ, .until_ns = UINT64_MAX,
		.watch = &watch, .print = print_nothing,
	};
	int fd = make_file(ready_us, nr_lost);
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	source.input = path;
	source.needs_history = true;
	nr_seen = 0;
	memset(seen, 0, sizeof(seen));
	if (source_open(&source, &analysis.reader) || analysis_run(&analysis))
		abort();
	source_close(&source, analysis.reader, 0);
	close(fd);
}

static void expect_seen(uint32_t place, const char *comm)
{
	ktap_lt(place, nr_seen);
	ktap_str_eq(seen[place], comm);
}

/*
 * The snapshot's record is of a task that is known already, so it is ignored: a new
 * task has the id.
 */
static void test_dropped(void)
{
	struct ipcprobe_rec_task_snapshot told = {
		.hdr = { .len = sizeof(told), .type = IPCPROBE_REC_task_snapshot, .tid = 14 },
		.start_ns = 100, .pid = 14, .comm = "dropped",
	};
	struct trace t;
	const struct task *task;

	trace_init(&t, MODEL_RUNQ);
	if (tasks_expect(&t.model.tasks, &told))
		abort();
	TRACE(&t, task_fork, 1, .start_ns = 100, .child_tid = 14, .child_pid = 14, .pid = 1,
	      .comm = "forked");
	if (tasks_drop_task(&t.model.tasks, tasks_known_tid(&t.model.tasks, 14)))
		abort();
	task = task_at(&t.model.tasks, tasks_by_tid(&t.model.tasks, 14));
	ktap_false(task->comm[0]);
	ktap_result("nor that of one whose beginning was recorded: '%s'", task->comm);
	trace_deinit(&t);
}

/* Expect that the object which the task blocks on is called @name. */
static void check_name(const struct trace *t, struct sched_wait wait, const char *name)
{
	char *is = label_wait(&t->model, &wait);

	ktap_str_eq(is, name);
	ktap_result("%s", name);
	free(is);
}

/* Describe objects; the second of each kind has the number that the first one had. */
static void tell_objects(struct trace *t)
{
	TRACE_STR(t, pipe_snapshot, 0, "/run/fifo", .pipe = 7, .flags = IPCPROBE_IO_FIFO);
	TRACE_NAME(t, unix_socket, 1, "", .sock = 3, .ino = 49);
	TRACE(t, unix_close, 1, .sock = 3);
	TRACE(t, unix_pair, 1, .sock = 3, .peer = 4, .ino = 50, .peer_ino = 51);
	TRACE(t, unix_accept, 1, .sock = 5, .ino = 52);
	TRACE_NAME(t, unix_socket, 1, "", .sock = 6, .ino = 53);
	TRACE_NAME(t, mq_info, 1, "before", .dev = 20, .ino = 9);
	TRACE(t, mq_destroy, 1, .dev = 20, .ino = 9);
	TRACE_NAME(t, mq_info, 1, "queue", .dev = 20, .ino = 9);
	TRACE_STR(t, file_info, 1, "/tmp/file", .ino = 60, .dev = 8, .file = 2);
	TRACE_TEXT(t, file_rename, 1, names, "renamed", .file = 2, .nr_names = 1);
}

static void test_objects(void)
{
	struct trace t;

	trace_init(&t, MODEL_RUNQ | MODEL_WAITS);
	tell_objects(&t);
	check_name(&t, (struct sched_wait){ .kind = WAIT_FIFO, .key = 7 }, "/run/fifo");
	check_name(&t, (struct sched_wait){ .kind = WAIT_PIPE, .key = 7 }, "pipe:[7]");
	check_name(&t, (struct sched_wait){ .kind = WAIT_UNIX, .key = 3 }, "unix:[50]");
	check_name(&t, (struct sched_wait){ .kind = WAIT_UNIX, .key = 4 }, "unix:[51]");
	check_name(&t, (struct sched_wait){ .kind = WAIT_UNIX, .key = 5 }, "unix:[52]");
	check_name(&t, (struct sched_wait){ .kind = WAIT_UNIX, .key = 6 }, "unix:[53]");
	check_name(&t, (struct sched_wait){ .kind = WAIT_MQ, .key = map_pair(20, 9) }, "mq:queue");
	check_name(&t, (struct sched_wait){ .kind = WAIT_FUTEX, .file = 2, .key = 16 },
		   "futex:[/tmp/renamed+0x10]");
	trace_deinit(&t);
}

int main(void)
{
	ktap_begin(13);
	test_objects();
	watch(0, 0);
	ktap_eq(nr_seen, 4);
	expect_seen(0, "early");
	expect_seen(1, "other");
	ktap_result("a task that runs before its record in the snapshot has its name");
	expect_seen(2, "");
	ktap_result("but not that of one that began later");
	test_dropped();
	expect_seen(3, "renamed");
	ktap_result("a name that is changed is the new one from then on");
	watch(1, 5);
	ktap_eq(nr_seen, 4);
	expect_seen(0, "early");
	expect_seen(1, "other");
	ktap_result("the same where records of tasks were lost");
	return ktap_end();
}
