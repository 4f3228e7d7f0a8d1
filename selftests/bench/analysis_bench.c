// SPDX-License-Identifier: GPL-2.0
/*
 * How fast the models take in records, and how much memory they need: each
 * workload is made in memory, a part at a time, and only model_apply() is
 * timed.  One process per workload, so that each has its own peak.
 *
 *	analysis_bench [MILLIONS]	records of each workload (default: 10)
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "model/model.h"

#define PART_BYTES	(4U << 20)
#define BUF		0x7f0000000000ULL

/**
 * struct feed - records to be applied to a model
 * @part: buffer for records
 * @used: bytes used in @part
 * @nr: number of records applied
 * @busy_ns: time spent in model_apply()
 */
struct feed {
	struct model model;
	char *part;
	uint32_t used;
	uint64_t nr;
	uint64_t now_ns;
	uint64_t busy_ns;
	uint32_t seed;
};

/* Read CPU time, because other work on the machine does not count in it. */
static uint64_t clock_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static void drain(struct feed *f)
{
	uint64_t begin_ns = clock_ns();
	uint32_t at = 0;

	while (at < f->used) {
		const struct ipcprobe_rec *rec = (const void *)(f->part + at);

		if (model_apply(&f->model, rec, 0))
			abort();
		at += rec->len;
		f->nr++;
	}
	f->busy_ns += clock_ns() - begin_ns;
	f->used = 0;
}

static void push(struct feed *f, const struct ipcprobe_rec *rec)
{
	memcpy(f->part + f->used, rec, rec->len);
	f->used += rec->len;
	f->now_ns += 700;
	if (f->used > PART_BYTES - IPCPROBE_REC_MAX)
		drain(f);
}

#define PUSH(f, event, task, ...) do {						\
	struct ipcprobe_rec_##event pushed = {					\
		.hdr = { .len = sizeof(pushed), .type = IPCPROBE_REC_##event,	\
			 .tid = (task), .ts_ns = (f)->now_ns }, __VA_ARGS__ };	\
	push(f, &pushed.hdr);							\
} while (0)

static uint32_t random_below(struct feed *f, uint32_t below)
{
	f->seed = f->seed * 1103515245 + 12345;
	return (f->seed >> 8) % below;
}

static void make_tasks(struct feed *f, uint32_t nr)
{
	uint32_t i;

	for (i = 0; i < nr; i++)
		PUSH(f, task_snapshot, 100 + i, .start_ns = 1 + i, .pid = 100 + i, .ppid = 1,
		     .comm = "task");
}

static void push_io(struct feed *f, uint32_t tid, bool is_write, uint32_t pipe, uint32_t pos,
		    uint32_t bytes)
{
	struct ipcprobe_rec_pipe_read rec = { .hdr = { .len = sizeof(rec), .tid = tid,
		.type = is_write ? IPCPROBE_REC_pipe_write : IPCPROBE_REC_pipe_read,
		.ts_ns = f->now_ns }, .addr = BUF, .pipe = pipe, .pos = pos, .count = bytes,
		.ret = bytes, .dur_ns = 400, .nr_segs = 1,
		.call = is_write ? IPCPROBE_CALL_WRITE : IPCPROBE_CALL_READ };

	push(f, &rec.hdr);
}

static void push_file(struct feed *f, uint32_t tid, bool is_write, uint32_t file)
{
	struct ipcprobe_rec_file_read rec = { .hdr = { .len = sizeof(rec), .tid = tid,
		.type = is_write ? IPCPROBE_REC_file_write : IPCPROBE_REC_file_read,
		.ts_ns = f->now_ns }, .addr = BUF, .file = file, .ret = 4096, .dur_ns = 400,
		.nr_segs = 1, .call = is_write ? IPCPROBE_CALL_WRITE : IPCPROBE_CALL_READ };

	push(f, &rec.hdr);
}

/* file | cat | cat > file; every other reader's record comes before its writer's. */
static void make_pipeline(struct feed *f, uint64_t nr)
{
	uint32_t pos = 0;

	make_tasks(f, 3);
	PUSH(f, pipe_create, 100, .pipe = 7, .capacity = 65536);
	for (; f->nr + f->used / 48 < nr; pos += 4096) {
		bool is_late = pos & 4096;

		push_file(f, 101, false, 1);
		if (!is_late)
			push_io(f, 101, true, 7, pos, 4096);
		push_io(f, 102, false, 7, pos, 4096);
		push_file(f, 102, true, 2);
		if (is_late)
			push_io(f, 101, true, 7, pos, 4096);
	}
}

/* 20 groups of 20 senders and 20 receivers with one pipe each; messages of 100 bytes. */
static void make_hackbench(struct feed *f, uint64_t nr)
{
	static uint32_t pos[400];

	make_tasks(f, 800);
	while (f->nr + f->used / 48 < nr) {
		uint32_t group = random_below(f, 20), i;

		for (i = 0; i < 20; i++) {
			uint32_t pipe = group * 20 + random_below(f, 20);
			uint32_t writer = 100 + group * 40 + i;

			push_io(f, writer, true, 1000 + pipe, pos[pipe], 100);
			push_io(f, 100 + group * 40 + 20 + pipe % 20, false, 1000 + pipe,
				pos[pipe], 100);
			pos[pipe] += 100;
		}
	}
}

/* A build: short processes that each read a few of many files and write one file. */
static void make_build(struct feed *f, uint64_t nr)
{
	uint32_t tid = 200, i;

	make_tasks(f, 2);
	while (f->nr + f->used / 48 < nr) {
		PUSH(f, task_fork, 101, .start_ns = f->now_ns, .child_tid = tid, .child_pid = tid,
		     .pid = 101, .ppid = 101, .comm = "make");
		PUSH(f, task_exec, tid, .old_tid = tid, .pid = tid, .comm = "cc");
		for (i = 0; i < 60; i++)
			push_file(f, tid, false, 1 + random_below(f, 3000));
		for (i = 0; i < 20; i++)
			push_file(f, tid, true, 3001 + tid % 3000);
		PUSH(f, task_exit, tid, .pid = tid);
		tid = tid < 4000000 ? tid + 1 : 200;
	}
}

/* 200 tasks on 4 CPUs that wake each other. */
static void make_switches(struct feed *f, uint64_t nr)
{
	uint32_t running[4] = { 0 }, i, cpu = 0;

	make_tasks(f, 200);
	for (i = 0; i < 4; i++)
		PUSH(f, rq_snapshot_end, 0, .cpu = i);
	while (f->nr + f->used / 40 < nr) {
		uint32_t tid = 100 + cpu * 50 + random_below(f, 50), prev = running[cpu];

		if (tid == prev)
			continue;
		PUSH(f, rq_enqueue, tid, .by = prev, .nr_running = 1 + !!prev, .cpu = cpu,
		     .change = 1);
		PUSH(f, rq_wakeup, tid, .waker = prev, .delay_ns = 300, .cpu = cpu,
		     .prev_cpu = cpu);
		if (prev)
			PUSH(f, rq_dequeue, prev, .by = prev, .nr_running = 1, .cpu = cpu,
			     .change = 1);
		PUSH(f, rq_switch, prev, .next = tid, .prev_state = 1, .cpu = cpu);
		running[cpu] = tid;
		cpu = random_below(f, 4);
	}
}

static const struct workload {
	const char *name;
	uint32_t what;
	void (*make)(struct feed *f, uint64_t nr);
} workloads[] = {
	{ "copies, pipeline", MODEL_COPIES, make_pipeline },
	{ "copies, hackbench", MODEL_COPIES, make_hackbench },
	{ "copies, build", MODEL_COPIES, make_build },
	{ "runq, switches", MODEL_RUNQ, make_switches },
	{ "runq --map, switches", MODEL_RUNQ | MODEL_TIMELINE, make_switches },
};

/* Abort if an audit failed: the speed of a wrong model means nothing. */
static void check_audits(const struct sched *sched)
{
	uint32_t i;

	for (i = 0; i < 4; i++)
		if (!sched->cpu[i].nr_audits || sched->cpu[i].nr_audits != sched->cpu[i].nr_agreed)
			abort();
}

static void run(const struct workload *workload, uint64_t nr)
{
	struct feed f = { .now_ns = 1000000, .seed = 1 };
	struct rusage usage;
	uint64_t begin_ns;

	f.part = malloc(PART_BYTES);
	if (!f.part || model_init(&f.model, workload->what))
		abort();
	workload->make(&f, nr);
	drain(&f);
	begin_ns = clock_ns();
	if (model_finish(&f.model, f.now_ns))
		abort();
	f.busy_ns += clock_ns() - begin_ns;
	getrusage(RUSAGE_SELF, &usage);
	printf("%-22s %5.1f million records, %5.2f million records/s, peak %4.0f MiB\n",
	       workload->name, f.nr / 1e6, f.nr * 1e3 / f.busy_ns, usage.ru_maxrss / 1024.0);
	if (workload->what & MODEL_RUNQ)
		check_audits(&f.model.sched);
	model_deinit(&f.model);
	free(f.part);
}

int main(int argc, char **argv)
{
	uint64_t nr = (argc > 1 ? strtoull(argv[1], NULL, 10) : 10) * 1000000;
	int status, failed = 0;
	size_t i;

	for (i = 0; i < sizeof(workloads) / sizeof(*workloads); i++) {
		fflush(stdout);
		if (!fork()) {
			run(&workloads[i], nr);
			return 0;
		}
		wait(&status);
		failed |= status;
	}
	return failed ? 1 : 0;
}
