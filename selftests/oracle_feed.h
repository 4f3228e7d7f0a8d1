/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Make the module's records of what oracle_trace.c saw and apply them to a model:
 * tasks, pipes and regular files, with fingerprints of the data.
 */
#ifndef ORACLE_FEED_H
#define ORACLE_FEED_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/model.h"
#include "oracle.h"
#include "prints_of.h"

#define FEED_OBJECTS_MAX	65536U

/* An object of the trace. @number: its number in records; the positions are of a pipe. */
struct feed_object {
	uint64_t dev;
	uint64_t ino;
	uint8_t kind;
	uint32_t number;
	uint64_t read_pos;
	uint64_t write_pos;
};

struct feed {
	struct model *model;
	uint32_t nr_objects;
	struct feed_object object[FEED_OBJECTS_MAX];
};

static inline void feed_record(struct feed *feed, const struct ipcprobe_rec *rec)
{
	if (model_apply(feed->model, rec, 0))
		abort();
}

#define FEED(feed, event, task, ns, ...) do {					\
	struct ipcprobe_rec_##event fed = {					\
		.hdr = { .len = sizeof(fed), .type = IPCPROBE_REC_##event,	\
			 .tid = (task), .ts_ns = (ns) }, __VA_ARGS__ };		\
	feed_record(feed, &fed.hdr);						\
} while (0)

/* Feed an event with the name of @e's task. */
#define FEED_NAMED(feed, event, e, ...) do {					\
	struct ipcprobe_rec_##event fed = {					\
		.hdr = { .len = sizeof(fed), .type = IPCPROBE_REC_##event,	\
			 .tid = (e)->tid, .ts_ns = (e)->end_ns }, __VA_ARGS__ };	\
	memcpy(fed.comm, (e)->comm, sizeof(fed.comm));				\
	feed_record(feed, &fed.hdr);						\
} while (0)

/* ---- objects ---- */

static inline void feed_file_info(struct feed *feed, const struct oracle_event *e,
				  const char *path, uint32_t number)
{
	union {
		struct ipcprobe_rec_file_info rec;
		char room[IPCPROBE_REC_MAX];
	} info = { .rec = { .hdr = { .type = IPCPROBE_REC_file_info, .tid = e->tid,
				     .ts_ns = e->end_ns },
			    .ino = e->ino, .dev = e->dev, .file = number } };

	snprintf(info.rec.path, IPCPROBE_PATH_MAX, "%s", path);
	info.rec.hdr.len = (sizeof(info.rec) + strlen(info.rec.path) + 8) & ~7U;
	feed_record(feed, &info.rec.hdr);
}

/* The object of @e; a new object is described to the model first. */
static inline struct feed_object *feed_object(struct feed *feed, const struct oracle_event *e,
					      const char *path)
{
	struct feed_object *object = feed->object;

	for (; object < feed->object + feed->nr_objects; object++)
		if (object->ino == e->ino && object->dev == e->dev)
			return object;
	if (feed->nr_objects == FEED_OBJECTS_MAX)
		abort();
	*object = (struct feed_object){ .dev = e->dev, .ino = e->ino, .kind = e->object,
					.number = ++feed->nr_objects };
	if (e->object == ORACLE_FILE)
		feed_file_info(feed, e, path, object->number);
	else
		FEED(feed, pipe_create, e->tid, e->end_ns, .pipe = object->number,
		     .capacity = 65536);
	return object;
}

/* ---- calls ---- */

#define FEED_PRINTS(p)	.span = (p).span, .head = (p).head, .mid = (p).mid, .tail = (p).tail

/* A record for each buffer after the first one. */
static inline void feed_segments(struct feed *feed, const struct oracle_event *e,
				 const struct oracle_buf *buf, const uint8_t *data)
{
	uint64_t done = 0;
	uint32_t i;

	for (i = 0; i < e->nr_bufs; i++) {
		uint64_t span = e->nr_data - done;
		struct prints prints;

		if (span > buf[i].bytes)
			span = buf[i].bytes;
		prints = prints_of(data + done, buf[i].addr, span);
		if (i)
			FEED(feed, io_segment, e->tid, e->end_ns, .addr = buf[i].addr,
			     .bytes = buf[i].bytes, FEED_PRINTS(prints));
		done += span;
	}
}

static inline void feed_pipe(struct feed *feed, const struct oracle_event *e,
			     const struct oracle_buf *buf, struct feed_object *object,
			     const struct prints *prints)
{
	bool is_out = e->kind == ORACLE_OUT;
	uint64_t *pos = is_out ? &object->write_pos : &object->read_pos;
	struct ipcprobe_rec_pipe_read rec = {
		.hdr = { .len = sizeof(rec), .tid = e->tid, .ts_ns = e->end_ns,
			 .type = is_out ? IPCPROBE_REC_pipe_write : IPCPROBE_REC_pipe_read },
		.addr = buf[0].addr, .pipe = object->number, .pos = *pos, .count = e->asked,
		.ret = e->ret, .dur_ns = e->end_ns - e->begin_ns, .call = e->call,
		.nr_segs = e->nr_bufs < 255 ? e->nr_bufs : 255, FEED_PRINTS(*prints),
	};

	*pos += e->ret;
	feed_record(feed, &rec.hdr);
}

static inline void feed_file(struct feed *feed, const struct oracle_event *e,
			     const struct oracle_buf *buf, const struct feed_object *object,
			     const struct prints *prints)
{
	struct ipcprobe_rec_file_read rec = {
		.hdr = { .len = sizeof(rec), .tid = e->tid, .ts_ns = e->end_ns,
			 .type = e->kind == ORACLE_OUT ? IPCPROBE_REC_file_write :
							IPCPROBE_REC_file_read },
		.addr = buf[0].addr, .offset = e->offset, .file = object->number, .ret = e->ret,
		.dur_ns = e->end_ns - e->begin_ns, .call = e->call,
		.nr_segs = e->nr_bufs < 255 ? e->nr_bufs : 255,
		.flags = e->is_append ? IPCPROBE_IO_APPEND : 0, FEED_PRINTS(*prints),
	};

	feed_record(feed, &rec.hdr);
}

static inline void feed_call(struct feed *feed, const struct oracle_event *e,
			     const struct oracle_buf *buf, const char *path,
			     const uint8_t *data)
{
	uint64_t first = e->nr_data < buf[0].bytes ? e->nr_data : buf[0].bytes;
	struct prints prints = prints_of(data, buf[0].addr, first);
	struct feed_object *object;

	if ((e->object != ORACLE_FILE && e->object != ORACLE_PIPE) || !e->nr_bufs)
		return;
	object = feed_object(feed, e, path);
	feed_segments(feed, e, buf, data);
	if (e->object == ORACLE_PIPE)
		feed_pipe(feed, e, buf, object, &prints);
	else
		feed_file(feed, e, buf, object, &prints);
}

/* feed_event - make the records of one event of the trace */
static inline void feed_event(struct feed *feed, const struct oracle_event *e,
			      const struct oracle_buf *buf, const char *path,
			      const uint8_t *data)
{
	switch (e->kind) {
	case ORACLE_START:
		FEED_NAMED(feed, task_snapshot, e, .start_ns = e->end_ns, .pid = e->pid);
		break;
	case ORACLE_FORK:
		FEED_NAMED(feed, task_fork, e, .start_ns = e->end_ns, .pid = e->pid,
			   .ppid = e->pid, .child_tid = e->child_tid, .child_pid = e->child_pid);
		break;
	case ORACLE_EXEC:
		FEED_NAMED(feed, task_exec, e, .old_tid = e->tid, .pid = e->pid);
		break;
	case ORACLE_EXIT:
		FEED(feed, task_exit, e->tid, e->end_ns, .pid = e->pid);
		break;
	default:
		feed_call(feed, e, buf, path, data);
	}
}

#endif /* ORACLE_FEED_H */
