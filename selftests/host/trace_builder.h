/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Small synthetic traces that are consistent: each call below makes one record and
 * applies it to a model at once.  TRACE() takes any event with its fields by name.
 */
#ifndef IPCPROBE_TRACE_BUILDER_H
#define IPCPROBE_TRACE_BUILDER_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/copies/path_list.h"
#include "model/model.h"

#define TRACE_STEP_NS	1000U	/* time between two records, unless "now" is set */
#define TRACE_DUR_NS	400U	/* duration of an operation, unless "dur_ns" is set */

/**
 * struct trace - a model that gets records
 * @model: the model
 * @now_ns: time of the next record
 * @dur_ns: duration of the next operation
 * @prints: fingerprints of its buffer
 * @err: first error of model_apply()
 */
struct trace {
	struct model model;
	uint64_t now_ns;
	uint32_t dur_ns;
	struct prints prints;
	int err;
};

#define TRACE_PRINTS(t)	.span = (t)->prints.span, .head = (t)->prints.head,		\
			.mid = (t)->prints.mid, .tail = (t)->prints.tail

static inline void trace_init(struct trace *t, uint32_t what)
{
	*t = (struct trace){ .now_ns = 1000000, .dur_ns = TRACE_DUR_NS };
	if (model_init(&t->model, what))
		abort();
}

static inline void trace_deinit(struct trace *t)
{
	model_deinit(&t->model);
}

static inline void trace_apply(struct trace *t, const struct ipcprobe_rec *rec)
{
	struct ipcprobe_rec_rq_switch sw;
	int err;

	/* set as in the kernel: a task that goes to sleep leaves voluntarily */
	if (rec->type == IPCPROBE_REC_rq_switch) {
		memcpy(&sw, rec, sizeof(sw));
		sw.voluntary = sw.prev_state && !sw.preempt;
		rec = (const struct ipcprobe_rec *)&sw;
	}
	err = model_apply(&t->model, rec, 0);
	t->err = t->err ? t->err : err;
	t->now_ns += TRACE_STEP_NS;
}

static inline void trace_finish(struct trace *t)
{
	int err = model_finish(&t->model, t->now_ns);

	t->err = t->err ? t->err : err;
}

#define TRACE(t, event, task, ...) do {						\
	struct ipcprobe_rec_##event trace_rec = {				\
		.hdr = { .len = sizeof(trace_rec), .type = IPCPROBE_REC_##event,	\
			 .tid = (task), .ts_ns = (t)->now_ns }, __VA_ARGS__ };	\
	trace_apply(t, &trace_rec.hdr);						\
} while (0)

/* @nr records of class @up are missing since @from_ns, because the ring was full. */
#define TRACE_LOST(t, from_ns, nr, up)						\
	TRACE(t, lost, 0, .begin_ns = (from_ns), .nr_lost = (nr),		\
	      .class_id = IPCPROBE_CLASS_##up,					\
	      .reasons = IPCPROBE_REASON_RING_FULL)

/* An event that ends with a string: a path, or a name. */
#define TRACE_STR(t, event, task, text, ...)					\
	TRACE_TEXT(t, event, task, path, text, __VA_ARGS__)
#define TRACE_NAME(t, event, task, text, ...)					\
	TRACE_TEXT(t, event, task, name, text, __VA_ARGS__)

#define TRACE_TEXT(t, event, task, field, text, ...) do {			\
	union {									\
		struct ipcprobe_rec_##event rec;				\
		char room[IPCPROBE_REC_MAX];					\
	} trace_buf = { .rec = {						\
		.hdr = { .type = IPCPROBE_REC_##event, .tid = (task),		\
			 .ts_ns = (t)->now_ns }, __VA_ARGS__ } };		\
	snprintf(trace_buf.rec.field, IPCPROBE_PATH_MAX, "%s", text);		\
	trace_buf.rec.hdr.len = (sizeof(trace_buf.rec) + strlen(text) + 8) & ~7U;	\
	trace_apply(t, &trace_buf.rec.hdr);					\
} while (0)

/* ---- tasks ---- */

static inline void trace_snapshot(struct trace *t, uint32_t pid, uint32_t ppid, const char *comm)
{
	struct ipcprobe_rec_task_snapshot rec = { .hdr = { .len = sizeof(rec),
		.type = IPCPROBE_REC_task_snapshot, .tid = pid, .ts_ns = t->now_ns },
		.start_ns = pid, .pid = pid, .ppid = ppid };

	snprintf(rec.comm, sizeof(rec.comm), "%s", comm);
	trace_apply(t, &rec.hdr);
}

static inline void trace_fork(struct trace *t, uint32_t parent, uint32_t child)
{
	const struct task *task = task_at(&t->model.tasks,
					  tasks_known_tid(&t->model.tasks, parent));
	struct ipcprobe_rec_task_fork rec = { .hdr = { .len = sizeof(rec),
		.type = IPCPROBE_REC_task_fork, .tid = parent, .ts_ns = t->now_ns },
		.start_ns = t->now_ns, .child_tid = child, .child_pid = child,
		.pid = parent, .ppid = parent };

	memcpy(rec.comm, task->comm, sizeof(rec.comm));
	trace_apply(t, &rec.hdr);
}

static inline void trace_thread(struct trace *t, uint32_t pid, uint32_t tid)
{
	TRACE(t, task_fork, pid, .start_ns = t->now_ns, .child_tid = tid, .child_pid = pid,
	      .pid = pid, .ppid = 1, .comm = "thread");
}

static inline void trace_exec(struct trace *t, uint32_t pid, const char *comm)
{
	struct ipcprobe_rec_task_exec rec = { .hdr = { .len = sizeof(rec),
		.type = IPCPROBE_REC_task_exec, .tid = pid, .ts_ns = t->now_ns },
		.old_tid = pid, .pid = pid };

	snprintf(rec.comm, sizeof(rec.comm), "%s", comm);
	trace_apply(t, &rec.hdr);
}

/* Fork and exec: a new program. */
static inline void trace_spawn(struct trace *t, uint32_t parent, uint32_t child, const char *comm)
{
	trace_fork(t, parent, child);
	trace_exec(t, child, comm);
}

/* A model of copies with a shell, process 10, and its parent. */
static inline void trace_shell(struct trace *t)
{
	trace_init(t, MODEL_COPIES | MODEL_CALLS);
	trace_snapshot(t, 1, 0, "init");
	trace_snapshot(t, 10, 1, "sh");
}

static inline void trace_exit(struct trace *t, uint32_t pid)
{
	TRACE(t, task_exit, pid, .pid = pid);
}

/* ---- bytes ---- */

static inline void trace_file(struct trace *t, uint32_t file, const char *path)
{
	TRACE_STR(t, file_info, 0, path, .ino = 1000 + file, .dev = 8, .file = file);
}

static inline void trace_file_read(struct trace *t, uint32_t tid, uint32_t file, uint64_t addr,
				   int32_t ret)
{
	TRACE(t, file_read, tid, .addr = addr, .file = file, .ret = ret, .dur_ns = t->dur_ns,
	      .call = IPCPROBE_CALL_READ, .nr_segs = 1, TRACE_PRINTS(t));
}

static inline void trace_file_write(struct trace *t, uint32_t tid, uint32_t file, uint64_t addr,
				    int32_t ret)
{
	TRACE(t, file_write, tid, .addr = addr, .file = file, .ret = ret, .dur_ns = t->dur_ns,
	      .call = IPCPROBE_CALL_WRITE, .nr_segs = 1, TRACE_PRINTS(t));
}

static inline void trace_pipe(struct trace *t, uint32_t tid, uint32_t pipe)
{
	TRACE(t, pipe_create, tid, .pipe = pipe, .capacity = 65536);
}

static inline void trace_read(struct trace *t, uint32_t tid, uint32_t pipe, uint32_t pos,
			      uint64_t addr, int32_t ret)
{
	TRACE(t, pipe_read, tid, .addr = addr, .pipe = pipe, .pos = pos, .count = 131072,
	      .ret = ret, .dur_ns = t->dur_ns, .call = IPCPROBE_CALL_READ, .nr_segs = 1, TRACE_PRINTS(t));
}

static inline void trace_write(struct trace *t, uint32_t tid, uint32_t pipe, uint32_t pos,
			       uint64_t addr, int32_t ret)
{
	TRACE(t, pipe_write, tid, .addr = addr, .pipe = pipe, .pos = pos,
	      .count = ret > 0 ? ret : 1, .ret = ret, .dur_ns = t->dur_ns,
	      .call = IPCPROBE_CALL_WRITE, .nr_segs = 1, TRACE_PRINTS(t));
}

/* ---- results of the model ---- */

static const struct scope trace_all;

/* The @i-th path in the view's order, by bytes; 0 = the first. */
static inline struct path trace_path(struct trace *t, uint32_t i)
{
	struct path_list list;
	struct path path = { 0 };

	if (path_list_init(&list, &t->model.copies, &trace_all, GRADE_INFERRED))
		abort();
	if (i < list.nr)
		path_of(&t->model.copies, list.last[i], &path);
	path_list_deinit(&list);
	return path;
}

static inline uint32_t trace_nr_paths(struct trace *t)
{
	struct path_list list;
	uint32_t nr;

	if (path_list_init(&list, &t->model.copies, &trace_all, GRADE_INFERRED))
		abort();
	nr = list.nr;
	path_list_deinit(&list);
	return nr;
}

static inline const struct hop *trace_hop(struct trace *t, const struct path *path, uint32_t i)
{
	return hop_at(&t->model.copies.paths, path->hop[i]);
}

static inline uint32_t trace_proc(struct trace *t, uint32_t pid)
{
	return tasks_known_pid(&t->model.tasks, pid);
}

static inline const struct channel *trace_pipe_of(struct trace *t, uint32_t pipe)
{
	return channel_at(&t->model.copies.channels,
		       pipes_find(&t->model.copies.channels, pipe, false));
}

/* Number of bytes that went from @writer (0 = unknown) to @reader through a channel. */
static inline uint64_t trace_flow(struct trace *t, uint32_t channel, uint32_t writer,
				  uint32_t reader)
{
	const struct channels *channels = &t->model.copies.channels;
	uint32_t from = writer ? trace_proc(t, writer) : 0, i;

	for (i = channel_at(channels, channel)->first_pair; i;
	     i = channel_pair_at(channels, i)->next) {
		const struct channel_pair *pair = channel_pair_at(channels, i);

		if (channel_end_at(channels, pair->writer)->proc == from &&
		    channel_end_at(channels, pair->reader)->proc == trace_proc(t, reader))
			return pair->bytes;
	}
	return 0;
}

/* The same through pipe @pipe. */
static inline uint64_t trace_pair(struct trace *t, uint32_t pipe, uint32_t writer,
				  uint32_t reader)
{
	return trace_flow(t, pipes_find(&t->model.copies.channels, pipe, false), writer, reader);
}

static inline const struct sched_task *trace_sched(struct trace *t, uint32_t tid)
{
	return sched_task_at(&t->model.sched, tasks_known_tid(&t->model.tasks, tid));
}

#endif /* IPCPROBE_TRACE_BUILDER_H */
