// SPDX-License-Identifier: GPL-2.0
/*
 * generate MILLIONS FILE: write a recording like one of four CPUs with eight pairs of
 * processes each. A pair wakes up, reads from a file, passes messages to and fro over
 * two pipes, and sleeps again when the turn of the next pair comes.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "trace/tracefile.h"

#define CPUS		4
#define NR_PAIRS	8
#define NR_MESSAGES	500	/* messages of one pair until it sleeps */
#define BUFFER_BYTES	(256U << 10)
#define START_NS	1000000000ULL
#define ALL_CLASSES	(0x1e | 1 << IPCPROBE_CLASS_PICK)
#define ROOT_GROUP	1

/**
 * struct player - one process of a pair
 * @tid: thread id
 * @pipe: pipe from which the process reads
 * @pos: bytes read from @pipe
 * @block_ns: time when the process began to wait for @pipe
 */
struct player {
	uint32_t tid;
	uint32_t pipe;
	uint32_t pos;
	uint64_t block_ns;
};

struct cpu {
	uint32_t id;
	uint64_t now_ns;
	uint32_t seed;
	uint32_t nr_running;
	uint32_t used;
	uint64_t offset;
	struct player player[NR_PAIRS][2];
	char buffer[BUFFER_BYTES];
};

static struct tracefile *file;
static uint64_t nr_records;

static void check(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "generate: %s\n", what);
	exit(1);
}

static void flush(struct cpu *c)
{
	uint32_t at = 0;

	while (at < c->used) {
		ssize_t taken = tracefile_append(file, c->id, c->buffer + at, c->used - at);

		check(taken > 0, "cannot write");
		at += taken;
	}
	c->used = 0;
}

static void push(struct cpu *c, struct ipcprobe_rec *rec, size_t len)
{
	if (c->used + len > BUFFER_BYTES)
		flush(c);
	memcpy(c->buffer + c->used, rec, len);
	c->used += len;
	c->seed = c->seed * 1103515245 + 12345;
	c->now_ns += 200 + (c->seed >> 16) % 800;
	nr_records++;
}

#define PUSH(c, event, task, ...) do {						\
	struct ipcprobe_rec_##event pushed = {					\
		.hdr = { .len = sizeof(pushed), .type = IPCPROBE_REC_##event,	\
			 .tid = (task), .ts_ns = (c)->now_ns }, __VA_ARGS__ };	\
	push(c, &pushed.hdr, sizeof(pushed));					\
} while (0)

/* Append a record whose final string is empty. */
#define PUSH_NAMELESS(c, event, task, ...) do {					\
	union {									\
		struct ipcprobe_rec_##event rec;				\
		char bytes[sizeof(struct ipcprobe_rec_##event) + 8];		\
	} pushed = { .rec = {							\
		.hdr = { .len = sizeof(pushed), .type = IPCPROBE_REC_##event,	\
			 .tid = (task), .ts_ns = (c)->now_ns }, __VA_ARGS__ } };\
	push(c, &pushed.rec.hdr, sizeof(pushed));				\
} while (0)

/* ---- scheduling ---- */

static void wake(struct cpu *c, uint32_t tid, uint32_t waker)
{
	PUSH(c, rq_enqueue, tid, .by = waker, .nr_running = ++c->nr_running, .rq_flags = 9,
	     .cpu = c->id, .change = 1, .group = ROOT_GROUP,
	     .sched_class = IPCPROBE_SCHED_FAIR, .prio = 120);
	PUSH(c, rq_wakeup, tid, .waker = waker, .delay_ns = 700, .cpu = c->id,
	     .prev_cpu = c->id, .prio = 120);
}

/* Emit a search in which @next is the only candidate. */
static void pick(struct cpu *c, uint32_t prev, uint32_t next)
{
	PUSH(c, pick_candidate, next, .vruntime = c->now_ns, .deadline = c->now_ns + 3000000,
	     .weight = 1048576, .slice_ns = 3000000, .cpu = c->id);
	PUSH(c, fair_pick, prev, .zero_vruntime = c->now_ns, .sum_weight = 1024,
	     .group = ROOT_GROUP, .nr_queued = 1, .nr_recorded = 1,
	     .pick_flags = IPCPROBE_PICK_EEVDF, .cpu = c->id);
}

static void run_next(struct cpu *c, uint32_t prev, uint32_t next)
{
	if (next)
		pick(c, prev, next);
	PUSH(c, rq_switch, prev, .next = next, .prev_state = !!prev, .prev_prio = 120,
	     .next_prio = 120, .cpu = c->id);
}

static void sleep_until_woken(struct cpu *c, uint32_t tid, uint32_t next)
{
	PUSH(c, rq_dequeue, tid, .by = tid, .nr_running = --c->nr_running, .rq_flags = 9,
	     .cpu = c->id, .change = 1);
	run_next(c, tid, next);
}

/* ---- pipes ---- */

static void begin_read(struct cpu *c, struct player *p)
{
	p->block_ns = c->now_ns;
	PUSH(c, pipe_block, p->tid, .pipe = p->pipe, .pos = p->pos, .dur_ns = 200,
	     .flags = IPCPROBE_IO_EMPTY | IPCPROBE_IO_READ_END);
}

static void end_read(struct cpu *c, struct player *p)
{
	PUSH(c, pipe_unblock, p->tid, .pipe = p->pipe, .flags = IPCPROBE_IO_EMPTY);
	PUSH(c, pipe_read, p->tid, .addr = 0x7ffc00000000ULL + 16 * p->tid, .pipe = p->pipe,
	     .pos = p->pos, .count = 100, .ret = 100, .dur_ns = c->now_ns - p->block_ns,
	     .call = IPCPROBE_CALL_READ, .nr_segs = 1, .flags = IPCPROBE_IO_BLOCKED);
	p->pos += 100;
}

/* Task @from, which runs, writes to @to, which waits; then @from waits for the answer. */
static void pass_message(struct cpu *c, struct player *from, struct player *to)
{
	wake(c, to->tid, from->tid);
	PUSH(c, pipe_write, from->tid, .addr = 0x7ffc00000000ULL + 16 * from->tid,
	     .pipe = to->pipe, .pos = to->pos, .count = 100, .ret = 100, .dur_ns = 2500,
	     .call = IPCPROBE_CALL_WRITE, .nr_segs = 1);
	begin_read(c, from);
	sleep_until_woken(c, from->tid, to->tid);
	end_read(c, to);
}

static void take_turn(struct cpu *c, struct player pair[2])
{
	wake(c, pair[0].tid, 0);
	run_next(c, 0, pair[0].tid);
	PUSH(c, file_read, pair[0].tid, .addr = 0x7ffd00000000ULL, .offset = c->offset,
	     .file = 1, .ret = 4096, .dur_ns = 3000, .call = IPCPROBE_CALL_READ, .nr_segs = 1);
	c->offset += 4096;
	for (int i = 0; i < NR_MESSAGES; i++) {
		pass_message(c, &pair[0], &pair[1]);
		pass_message(c, &pair[1], &pair[0]);
	}
	/* pair[1] waits for a message of the pair's next turn. */
	sleep_until_woken(c, pair[0].tid, 0);
}

/* ---- objects that exist at the start ---- */

static void make_player(struct cpu *c, struct player *p, uint32_t number)
{
	p->tid = 1000 + number;
	p->pipe = 20000 + number;
	PUSH(c, task_snapshot, p->tid, .start_ns = 1000 + number, .pid = p->tid, .ppid = 1,
	     .comm = "player");
	PUSH_NAMELESS(c, pipe_snapshot, p->tid, .ino = p->pipe, .dev = 12, .pipe = p->pipe,
	     .capacity = 65536);
	PUSH(c, pipe_holder, p->tid, .pipe = p->pipe, .pid = p->tid, .fd = 3,
	     .flags = IPCPROBE_IO_READ_END);
	PUSH(c, pipe_holder, p->tid ^ 1, .pipe = p->pipe, .pid = p->tid ^ 1, .fd = 4,
	     .flags = IPCPROBE_IO_WRITE_END);
}

static void make_cpu(struct cpu *c, uint32_t id)
{
	c->id = id;
	c->seed = id + 1;
	c->now_ns = START_NS + 1000;
	for (uint32_t i = 0; i < NR_PAIRS * 2; i++)
		make_player(c, &c->player[i / 2][i % 2], id * NR_PAIRS * 2 + i);
	PUSH_NAMELESS(c, file_info, 1000, .ino = 77, .dev = 12, .file = 1);
	PUSH(c, rq_snapshot_end, 0, .cpu = id);
	for (int i = 0; i < NR_PAIRS; i++) {
		struct player *reader = &c->player[i][1];

		wake(c, reader->tid, 0);
		run_next(c, 0, reader->tid);
		begin_read(c, reader);
		sleep_until_woken(c, reader->tid, 0);
	}
}

static void finish(struct cpu *cpus)
{
	static struct tracefile_cpu_stats counts[CPUS];
	struct tracefile_stats stats = { .nr_cpus = CPUS };

	for (int i = 0; i < CPUS; i++) {
		flush(&cpus[i]);
		if (stats.stop_ns < cpus[i].now_ns)
			stats.stop_ns = cpus[i].now_ns;
		memcpy(counts[i].read, tracefile_read_counts(file, i), sizeof(counts[i].read));
		memcpy(counts[i].produced, counts[i].read, sizeof(counts[i].read));
	}
	check(!tracefile_finish(file, &stats, counts), "cannot write");
	tracefile_destroy(file);
}

int main(int argc, char **argv)
{
	static const struct tracefile_header header = {
		.page_size = 4096, .nr_cpus = CPUS, .classes = ALL_CLASSES,
		.ring_bytes = 4 << 20, .start_ns = START_NS,
	};
	static const struct tracefile_pair pairs[] = { { NULL, NULL } };
	static struct cpu cpus[CPUS];
	uint64_t wanted, turn;
	int fd;

	check(argc == 3, "usage: generate MILLIONS FILE");
	wanted = strtoull(argv[1], NULL, 10) * 1000000;
	fd = open(argv[2], O_WRONLY | O_CREAT | O_TRUNC, 0600);
	check(fd >= 0 && !tracefile_create(fd, &header, pairs, &file), argv[2]);
	for (int i = 0; i < CPUS; i++)
		make_cpu(&cpus[i], i);
	for (turn = 0; nr_records < wanted; turn++)
		for (int i = 0; i < CPUS; i++)
			take_turn(&cpus[i], cpus[i].player[turn % NR_PAIRS]);
	finish(cpus);
	printf("%llu\n", (unsigned long long)nr_records);
	return 0;
}
