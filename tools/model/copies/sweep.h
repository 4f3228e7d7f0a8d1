/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is over and can have no more consequences is folded: memory grows with
 * what lives, not with what was.
 *
 * Whenever there are twice as many objects as after the last sweep, it is found
 * out which of them exist, and to which something refers that exists: bytes in a
 * stream or in memory, an operation that waits, a call that goes on.  Of hops
 * that nothing refers to so many are kept as the user may want to see; the others
 * become part of hops that stand for many (path_fold.c).  Then whatever no hop
 * tells of goes: channels, whose figures are added up per kind; files, processes
 * and their images, tasks.  Their numbers are used again.
 *
 *	sweep_mark.c	what exists, and what is referred to
 *	sweep_ends.c	processes that are gone, at channels that exist
 *	sweep.c		what goes
 */
#ifndef IPCPROBE_MODEL_COPIES_SWEEP_H
#define IPCPROBE_MODEL_COPIES_SWEEP_H

#include <stdbool.h>
#include <stdint.h>

struct copies;

#ifndef SWEEP_EAGER
#define SWEEP_HOPS	(1U << 16)	/* kept apart of those that are over */
#define SWEEP_SHAPES	(1U << 13)	/* hops that stand for many, by where the bytes came from */
#define SWEEP_FILES	(1U << 13)	/* whose names and contents are kept, last used */
#define SWEEP_ENDED	1024U		/* that records may still name, last ended, of each kind */
#define SWEEP_ENDS	1024U		/* processes at one channel */
#define SWEEP_TASKS	(1U << 15)	/* that ended, with figures of their own */
#define SWEEP_OBJECTS	(1U << 18)	/* fewer are not looked at */
#else					/* for the fuzzer: what is over goes soon */
#define SWEEP_HOPS	4U
#define SWEEP_SHAPES	4U
#define SWEEP_FILES	2U
#define SWEEP_ENDED	1U
#define SWEEP_ENDS	2U
#define SWEEP_TASKS	2U
#define SWEEP_OBJECTS	16U
#endif

/* marks by number; objects that are made meanwhile have none */
struct sweep_marks {
	uint8_t *v;
	uint32_t nr;
};

/**
 * struct sweep_limits - how much of what is over is kept
 * @hops: kept apart
 * @shapes: hops that stand for many of which it is known what was before
 * @files: whose names and contents are kept
 * @ended: tasks, and channels, that records may still name
 * @ends: processes at one channel; then half as many are kept of those that are gone
 * @objects: fewer are not looked at
 * @next: look when there are so many
 * @pause: records until they are counted again
 * @tasks: that ended, kept apart with their figures
 * @keeps_tasks: others have their numbers, too
 * @mark_tasks: marks tasks that are not to go besides; NULL = there are none
 * @arg: its first argument
 * @pid: processes whose hops are kept whatever they carried
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

/* how far an object has to do with what exists */
enum sweep_mark {
	SWEEP_NONE,
	SWEEP_NAMED,		/* something tells of it */
	SWEEP_LIVE,		/* it exists, as far as is known */
};

/**
 * struct sweep - what is found out
 * @hop: whether bytes that took it may go on
 * @proc: of a process that is named: generations of its ancestors that are kept
 * @is_changer: by image, see flow_changers()
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
