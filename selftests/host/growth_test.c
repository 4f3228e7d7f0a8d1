// SPDX-License-Identifier: GPL-2.0
/*
 * The memory of an analysis grows with the objects that live, not with those that ever
 * were: make and analyse recordings of many short processes, and compare the program's
 * peak memory.
 *
 *	growth_test [PROCESSES]		(default: 50000; 400000 takes a minute)
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ktap.h"
#include "trace/tracefile.h"

#define NR_PROCESSES	50000U
#define NR_TASKS	75000U
#define FIRST_PID	1000U
#define START_NS	1000000000ULL
#define STEP_NS		500U		/* time between two records */
#define JSON_KIB	2048		/* JSON may take so much more than text */
#define MOST_KIB	131072		/* limit for any number of processes */

static char program[4096], data[] = "/tmp/growth_test.XXXXXX";

/* ---- recordings ---- */

struct recording {
	struct tracefile *file;
	uint64_t now_ns;
};

static void add(struct recording *r, const struct ipcprobe_rec *rec)
{
	if (tracefile_append(r->file, 0, rec, rec->len) < 0)
		abort();
	r->now_ns += STEP_NS;
}

#define ADD(r, event, task, ...) do {						\
	struct ipcprobe_rec_##event add_rec = {					\
		.hdr = { .len = sizeof(add_rec), .type = IPCPROBE_REC_##event,	\
			 .tid = (task), .ts_ns = (r)->now_ns }, __VA_ARGS__ };	\
	add(r, &add_rec.hdr);							\
} while (0)

static void add_file(struct recording *r, uint32_t number, const char *path)
{
	union {
		struct ipcprobe_rec_file_info rec;
		char room[IPCPROBE_REC_MAX];
	} info = { .rec = { .hdr = { .type = IPCPROBE_REC_file_info, .ts_ns = r->now_ns },
			    .ino = 1000 + number, .dev = 8, .file = number } };

	strcpy(info.rec.path, path);
	info.rec.hdr.len = (sizeof(info.rec) + strlen(path) + 8) & ~7U;
	add(r, &info.rec.hdr);
}

static void add_snapshot(struct recording *r, uint32_t pid, const char *comm)
{
	struct ipcprobe_rec_task_snapshot rec = { .hdr = { .len = sizeof(rec),
		.type = IPCPROBE_REC_task_snapshot, .tid = pid, .ts_ns = r->now_ns },
		.start_ns = pid, .pid = pid, .ppid = 1 };

	strcpy(rec.comm, comm);
	add(r, &rec.hdr);
}

static void add_spawn(struct recording *r, uint32_t parent, uint32_t child, const char *comm)
{
	struct ipcprobe_rec_task_exec rec = { .hdr = { .len = sizeof(rec),
		.type = IPCPROBE_REC_task_exec, .tid = child }, .old_tid = child, .pid = child };

	ADD(r, task_fork, parent, .start_ns = r->now_ns, .child_tid = child, .child_pid = child,
	    .pid = parent, .ppid = parent, .comm = "sh");
	strcpy(rec.comm, comm);
	rec.hdr.ts_ns = r->now_ns;
	add(r, &rec.hdr);
}

/* A process that has a pipe to its parent and reads its own file. */
static void short_process(struct recording *r, uint32_t i)
{
	uint32_t pid = FIRST_PID + i, pipe = 5000 + i, file = 10 + i;
	char path[32];

	add_spawn(r, 10, pid, "cc");
	ADD(r, pipe_create, pid, .pipe = pipe, .capacity = 65536);
	snprintf(path, sizeof(path), "/tmp/f%u", i);
	add_file(r, file, path);
	ADD(r, file_read, pid, .addr = 0x10000, .file = 1, .ret = 4096, .dur_ns = 400,
	    .call = IPCPROBE_CALL_READ, .nr_segs = 1);
	ADD(r, file_write, pid, .addr = 0x10000, .file = file, .ret = 4096, .dur_ns = 400,
	    .call = IPCPROBE_CALL_WRITE, .nr_segs = 1);
	ADD(r, pipe_write, pid, .addr = 0x20000, .pipe = pipe, .count = 100, .ret = 100,
	    .dur_ns = 400, .call = IPCPROBE_CALL_WRITE, .nr_segs = 1);
	ADD(r, pipe_read, 10, .addr = 0x30000, .pipe = pipe, .count = 100, .ret = 100,
	    .dur_ns = 400, .call = IPCPROBE_CALL_READ, .nr_segs = 1);
	ADD(r, pipe_close, pid, .pipe = pipe, .flags = IPCPROBE_IO_LAST);
	ADD(r, task_exit, pid, .pid = pid);
}

static void make_processes(struct recording *r, uint32_t nr)
{
	uint32_t i;

	add_snapshot(r, 10, "sh");
	add_file(r, 1, "/tmp/in");
	for (i = 0; i < nr; i++)
		short_process(r, i);
}

/* Tasks that are woken, run, sleep on a pipe and end. */
static void make_tasks(struct recording *r, uint32_t nr)
{
	uint32_t i;

	add_snapshot(r, 10, "sh");
	for (i = 0; i < nr; i++) {
		uint32_t tid = FIRST_PID + i;

		add_spawn(r, 10, tid, "cc");
		ADD(r, rq_enqueue, tid, .by = 10, .nr_running = 1, .change = 1);
		ADD(r, rq_wakeup, tid, .waker = 10, .is_new = 1);
		ADD(r, rq_switch, 0, .next = tid);
		ADD(r, rq_dequeue, tid, .nr_running = 0, .change = 1);
		ADD(r, rq_switch, tid, .prev_state = 16);
		ADD(r, task_exit, tid, .pid = tid);
	}
}

typedef void (*make_fn)(struct recording *r, uint32_t nr);

static int write_file(int fd, make_fn make, uint32_t nr)
{
	struct tracefile_header header = { .page_size = 4096, .nr_cpus = 1,
		.classes = __IPCPROBE_CLASSES_ALL, .ring_bytes = 4 << 20, .start_ns = START_NS };
	struct tracefile_pair pairs[] = { { TRACEFILE_KEY_KERNEL, "Linux 6.12.0" }, { NULL, NULL } };
	struct tracefile_cpu_stats cpu = { 0 };
	struct tracefile_stats stats = { .nr_cpus = 1 };
	struct recording r = { .now_ns = START_NS + STEP_NS };

	if (tracefile_create(fd, &header, pairs, &r.file))
		return 1;
	make(&r, nr);
	stats.stop_ns = r.now_ns;
	memcpy(cpu.read, tracefile_read_counts(r.file, 0), sizeof(cpu.read));
	memcpy(cpu.produced, cpu.read, sizeof(cpu.read));
	return tracefile_finish(r.file, &stats, &cpu) != 0;
}

/* Write the file in a separate process, whose memory does not count. */
static bool make_file(make_fn make, uint32_t nr)
{
	int fd = open(data, O_RDWR | O_TRUNC | O_CLOEXEC), status;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (!child)
		_exit(write_file(fd, make, nr));
	close(fd);
	return waitpid(child, &status, 0) == child && !status;
}

/* ---- measuring ---- */

/* Peak memory of the program in KiB, -1 if it failed. */
static long peak_kib(const char *const *argv)
{
	struct rusage usage;
	int status;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (!child) {
		if (!freopen("/dev/null", "w", stdout))
			_exit(126);
		execv(program, (char *const *)argv);
		_exit(127);
	}
	if (wait4(child, &status, 0, &usage) != child || status)
		return -1;
	return usage.ru_maxrss;
}

#define PEAK(...)	peak_kib((const char *const []){ program, __VA_ARGS__, "-i", data, NULL })

static void check_json(const char *what, uint32_t nr, long text_kib, long json_kib)
{
	ktap_note("%s: %u processes: %ld KiB as text, %ld KiB as JSON", what, nr, text_kib,
		  json_kib);
	ktap_gt(text_kib, 0);
	ktap_gt(json_kib, 0);
	ktap_le(json_kib, text_kib + JSON_KIB);
	ktap_result("JSON takes no more memory than text: %s", what);
}

/* Twice as many processes take hardly more memory. */
static void check_growth(const char *what, uint32_t nr, long kib, long twice_kib)
{
	ktap_note("%s: %u processes: %ld KiB, %u: %ld KiB, of at most %u KiB", what, nr, kib,
		  2 * nr, twice_kib, MOST_KIB);
	ktap_gt(kib, 0);
	ktap_gt(twice_kib, 0);
	ktap_le(twice_kib, kib + kib / 4);
	ktap_le(twice_kib, MOST_KIB);
	ktap_result("past processes take no memory: %s", what);
}

static void make_or_note(make_fn make, uint32_t nr)
{
	if (!make_file(make, nr))
		ktap_note("the recording could not be made");
}

static void test_processes(uint32_t nr)
{
	long kib;

	make_or_note(make_processes, nr);
	kib = PEAK("copies");
	check_json("copies", nr, kib, PEAK("copies", "-J"));
	make_or_note(make_processes, 2 * nr);
	check_growth("copies", nr, kib, PEAK("copies"));
}

/* [NR_ANALYSES], of scheduling */
static const char *const analyses[][4] = {
	{ "runq" }, { "runq", "--map" }, { "sched", "stat" }, { "sched", "latency" },
	{ "sched", "latency", "--antagonists" }, { "sched", "timehist" },
	{ "sched", "migrations" }, { "sched", "map" }, { "sched", "map", "--timeline" },
};

#define NR_ANALYSES	(sizeof(analyses) / sizeof(analyses[0]))

/* Measure the peak memory of each analysis. */
static void measure(long kib[NR_ANALYSES])
{
	for (unsigned int i = 0; i < NR_ANALYSES; i++) {
		const char *const *words = analyses[i];

		kib[i] = !words[1] ? PEAK(words[0]) :
			 !words[2] ? PEAK(words[0], words[1]) : PEAK(words[0], words[1], words[2]);
	}
}

static void test_tasks(uint32_t nr)
{
	long once[NR_ANALYSES], twice[NR_ANALYSES];
	char name[64];

	make_or_note(make_tasks, nr);
	measure(once);
	check_json("runq", nr, once[0], PEAK("runq", "-J"));
	check_json("sched stat", nr, once[2], PEAK("sched", "stat", "-J"));
	check_json("sched latency", nr, once[3], PEAK("sched", "latency", "-J"));
	check_json("sched timehist -S", nr, PEAK("sched", "timehist", "-S"),
		   PEAK("sched", "timehist", "-S", "-J"));
	make_or_note(make_tasks, 2 * nr);
	measure(twice);
	for (unsigned int i = 0; i < NR_ANALYSES; i++) {
		const char *const *words = analyses[i];

		snprintf(name, sizeof(name), "%s %s %s", words[0], words[1] ?: "", words[2] ?: "");
		check_growth(name, nr, once[i], twice[i]);
	}
}

int main(int argc, char **argv)
{
	uint32_t nr = argc > 1 ? strtoul(argv[1], NULL, 10) : NR_PROCESSES;
	char path[4000];

	snprintf(path, sizeof(path), "%s", argv[0]);
	snprintf(program, sizeof(program), "%s/../../tools/ipcprobe", dirname(path));
	if (mkstemp(data) < 0)
		return 1;
	ktap_begin(15);
	test_processes(nr);
	test_tasks(argc > 1 ? nr : NR_TASKS);
	unlink(data);
	return ktap_end();
}
