/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Synthetic recordings: on each CPU some tasks write to and read from pipes and files
 * and are queued and switched, in random order, so that they compress rather worse than
 * real ones.  They mean nothing to a model.
 */
#ifndef IPCPROBE_SYNTHETIC_H
#define IPCPROBE_SYNTHETIC_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "random.h"
#include "trace/tracefile.h"

#define SYNTHETIC_START_NS	5000000000000ULL
#define SYNTHETIC_NR_TASKS	24

/**
 * struct synthetic - one CPU that makes records
 * @cpu: number of the CPU
 * @now_ns: its clock
 * @seed: seed of the random numbers
 * @pos: bytes that went through the pipe
 * @offset: bytes that went through the file
 * @step: number of records made
 * @rec: the last record
 */
struct synthetic {
	uint32_t cpu;
	uint64_t now_ns;
	uint64_t seed;
	uint32_t pos;
	uint64_t offset;
	uint64_t step;
	union {
		struct ipcprobe_rec rec;
		uint64_t words[IPCPROBE_REC_MAX / 8];
	};
};

static inline void synthetic_init(struct synthetic *s, uint32_t cpu)
{
	memset(s, 0, sizeof(*s));
	s->cpu = cpu;
	s->now_ns = SYNTHETIC_START_NS;
	s->seed = RANDOM_SEED + cpu;
}

static inline uint32_t synthetic_random(struct synthetic *s, uint32_t below)
{
	return (random_next(&s->seed) >> 33) % below;
}

#define SYNTHETIC_RECORD(s, event, task)				\
	struct ipcprobe_rec_##event *r = (void *)&(s)->rec;		\
	memset(r, 0, sizeof(*r));					\
	r->hdr = (struct ipcprobe_rec) {				\
		.len = sizeof(*r), .type = IPCPROBE_REC_##event,	\
		.tid = (task), .ts_ns = (s)->now_ns }

static inline void synthetic_task(struct synthetic *s, uint32_t tid)
{
	SYNTHETIC_RECORD(s, task_snapshot, tid);

	r->pid = tid;
	r->ppid = 1;
	r->start_ns = 1000000000ULL * tid;
	snprintf(r->comm, sizeof(r->comm), "task-%u", tid);
}

static inline void synthetic_pipe_io(struct synthetic *s, uint32_t tid, int is_write)
{
	SYNTHETIC_RECORD(s, pipe_write, tid);

	r->hdr.type = is_write ? IPCPROBE_REC_pipe_write : IPCPROBE_REC_pipe_read;
	r->addr = 0x7f0000000000ULL + tid * 0x10000 + synthetic_random(s, 4) * 4096;
	r->pipe = 70000 + tid % 7;
	r->count = 4096;
	r->ret = synthetic_random(s, 4) ? 4096 : 1 + synthetic_random(s, 4096);
	r->pos = s->pos;
	r->dur_ns = 900 + synthetic_random(s, 1200);
	r->call = is_write ? IPCPROBE_CALL_WRITE : IPCPROBE_CALL_READ;
	r->nr_segs = 1;
	s->pos += is_write ? 0 : r->ret;
}

static inline void synthetic_file_read(struct synthetic *s, uint32_t tid)
{
	SYNTHETIC_RECORD(s, file_read, tid);

	r->addr = 0x7f1000000000ULL;
	r->offset = s->offset;
	r->file = 3;
	r->ret = 4096;
	r->dur_ns = 700 + synthetic_random(s, 3000);
	r->call = IPCPROBE_CALL_READ;
	r->nr_segs = 1;
	s->offset += 4096;
}

static inline void synthetic_wakeup(struct synthetic *s, uint32_t tid, uint32_t waker)
{
	SYNTHETIC_RECORD(s, rq_wakeup, tid);

	r->waker = waker;
	r->delay_ns = 300 + synthetic_random(s, 500);
	r->cpu = s->cpu;
	r->prev_cpu = s->cpu;
	r->prio = 120;
}

static inline void synthetic_enqueue(struct synthetic *s, uint32_t tid, uint32_t by, int is_dequeue)
{
	SYNTHETIC_RECORD(s, rq_enqueue, tid);

	r->hdr.type = is_dequeue ? IPCPROBE_REC_rq_dequeue : IPCPROBE_REC_rq_enqueue;
	r->by = by;
	r->nr_running = is_dequeue ? 1 : 2;
	r->rq_flags = is_dequeue ? 9 : 1;
	r->cpu = s->cpu;
	r->change = 1;
}

static inline void synthetic_switch(struct synthetic *s, uint32_t tid, uint32_t next)
{
	SYNTHETIC_RECORD(s, rq_switch, tid);

	r->next = next;
	r->prev_state = 1;
	r->prev_prio = 120;
	r->next_prio = 120;
	r->cpu = s->cpu;
}

/* Make the next record, in s->rec. */
static inline const struct ipcprobe_rec *synthetic_next(struct synthetic *s)
{
	uint32_t first = 1000 + 100 * s->cpu, writer, reader, copier;

	s->now_ns += 150 + synthetic_random(s, 900);
	if (s->step < SYNTHETIC_NR_TASKS) {
		synthetic_task(s, first + s->step++);
		return &s->rec;
	}
	writer = first + synthetic_random(s, SYNTHETIC_NR_TASKS);
	reader = first + synthetic_random(s, SYNTHETIC_NR_TASKS);
	copier = first + synthetic_random(s, SYNTHETIC_NR_TASKS);
	s->step++;
	switch (synthetic_random(s, 8)) {
	case 0:
		synthetic_pipe_io(s, writer, 1);
		break;
	case 1:
		synthetic_enqueue(s, reader, writer, 0);
		break;
	case 2:
		synthetic_wakeup(s, reader, writer);
		break;
	case 3:
		synthetic_enqueue(s, writer, writer, 1);
		break;
	case 4:
		synthetic_switch(s, writer, reader);
		break;
	case 5:
		synthetic_pipe_io(s, reader, 0);
		break;
	case 6:
		synthetic_file_read(s, copier);
		break;
	case 7:
		synthetic_switch(s, reader, writer);
		break;
	}
	return &s->rec;
}

#endif /* IPCPROBE_SYNTHETIC_H */
