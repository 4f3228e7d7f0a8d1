/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Fold what has ended and can have no more effects: memory grows with the number of
 * existing objects, not with the number of all that ever existed.
 *
 * When there are twice as many objects as after the last sweep, a sweep finds out
 * which of them exist, and which are referred to by something that exists: bytes in
 * a stream or in memory, a waiting operation, a call under way. Of hops that
 * nothing refers to, as many are kept as the user may want to see; the others are
 * folded into hops that stand for many (path_fold.c). Then everything that no hop
 * refers to is freed: channels, whose figures are summed per kind; files;
 * processes, their images and tasks. Their numbers are used again.
 *
 *	sweep_mark.c	what exists, and what is referred to
 *	sweep_ends.c	ended processes at channels that exist
 *	sweep.c		folds and frees the rest
 */
#ifndef IPCPROBE_MODEL_COPIES_SWEEP_H
#define IPCPROBE_MODEL_COPIES_SWEEP_H

#include <stdbool.h>
#include <stdint.h>

struct copies;

#ifndef SWEEP_EAGER
#define SWEEP_HOPS	(1U << 16)	/* ended hops kept separately */
/* hops that stand for many and keep their link to the hop before */
#define SWEEP_SHAPES	(1U << 13)
/* files whose names and contents are kept, most recently used */
#define SWEEP_FILES	(1U << 13)
/* ended objects of each kind that records may still name */
#define SWEEP_ENDED	1024U
#define SWEEP_ENDS	1024U		/* processes at one channel */
#define SWEEP_TASKS	(1U << 15)	/* ended tasks with figures of their own */
#define SWEEP_OBJECTS	(1U << 18)	/* with fewer objects there is no sweep */
#else					/* for the fuzzer: sweeps begin early */
#define SWEEP_HOPS	4U
#define SWEEP_SHAPES	4U
#define SWEEP_FILES	2U
#define SWEEP_ENDED	1U
#define SWEEP_ENDS	2U
#define SWEEP_TASKS	2U
#define SWEEP_OBJECTS	16U
#endif

/* Marks by number; objects added after the marks have none. */
struct sweep_marks {
	uint8_t *v;
	uint32_t nr;
};

/**
 * struct sweep_limits - how much of what has ended is kept
 * @hops: ended hops kept separately
 * @shapes: hops that stand for many and keep their link to the hop before
 * @files: files whose names and contents are kept
 * @ended: ended tasks, and channels, that records may still name
 * @ends: processes at one channel; if there are more, ended ones are folded until
 *	half as many remain
 * @objects: with fewer objects there is no sweep
 * @next: number of objects at which the next sweep begins
 * @pause: number of records until objects are counted again
 * @tasks: ended tasks kept separately with their figures
 * @keeps_tasks: tasks are not freed, because others refer to their numbers
 * @mark_tasks: marks further tasks that must be kept; NULL = none
 * @arg: first argument of @mark_tasks
 * @pid: processes whose hops are kept, even if they carried little
 */
struct sweep_limits {
	uint32_t hops;
	uint32_t shapes;
	uint32_t files;
	uint32_t ended;
	uint32_t ends;
	uint32_t objects;
	uint32_t next;
	uint32_t pause;
	uint32_t tasks;
	bool keeps_tasks;
	void (*mark_tasks)(void *arg, struct sweep_marks *tasks);
	void *arg;
	const uint32_t *pid;
	uint32_t nr_pids;
};

/* Relation of an object to what exists. */
enum sweep_mark {
	SWEEP_NONE,
	SWEEP_NAMED,		/* something that is kept refers to the object */
	SWEEP_LIVE,		/* the object exists, as far as is known */
};

/**
 * struct sweep - state of a sweep
 * @hop: by hop: bytes that took the hop may go on
 * @proc: for a named process: number of generations of its ancestors that are kept
 * @is_changer: by image: result of change_programs()
 */
struct sweep {
	struct copies *copies;
	bool *hop;
	struct sweep_marks channel;
	struct sweep_marks file;
	struct sweep_marks image;
	struct sweep_marks proc;
	struct sweep_marks task;
	bool *is_changer;
};

static inline uint8_t sweep_mark_of(const struct sweep_marks *marks, uint32_t number)
{
	return number < marks->nr ? marks->v[number] : SWEEP_LIVE;
}

static inline void sweep_mark(struct sweep_marks *marks, uint32_t number, uint8_t mark)
{
	if (number < marks->nr && marks->v[number] < mark)
		marks->v[number] = mark;
}

/* sweep_mark.c */
bool sweep_is_wanted(const struct sweep_limits *limits, uint32_t pid);
void sweep_mark_living(struct sweep *sweep);
void sweep_mark_object(struct sweep *sweep, uint32_t object, enum sweep_mark mark);
void sweep_mark_named(struct sweep *sweep);
void sweep_mark_wanted(struct sweep *sweep);

/* sweep_ends.c */
int sweep_ends(const struct sweep *sweep);

/* sweep.c */
void sweep_limits_init(struct sweep_limits *limits);
uint32_t sweep_nr_objects(const struct copies *copies);
bool sweep_is_due(struct copies *copies);
int sweep_run(struct copies *copies);

#endif /* IPCPROBE_MODEL_COPIES_SWEEP_H */
