/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tasks, processes and their ancestors.
 *
 * Thread ids are reused. Therefore everything else refers to tasks, processes and
 * images by their numbers in the pools below; a number means one object until that
 * object is dropped. An image is a process between two calls of exec.
 */
#ifndef IPCPROBE_MODEL_TASK_H
#define IPCPROBE_MODEL_TASK_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/ipcprobe.h>

#include "lib/hash.h"
#include "lib/pool.h"
#include "lib/scope.h"

#define TASK_TID_MAX	(1U << 22)	/* the kernel's PID_MAX_LIMIT */
#define TASK_KIN_MAX	64U		/* number of generations that are searched */
/* number of names that can stand for several processes */
#define TASK_MANY_MAX	256U

/**
 * struct task - a thread
 * @start_ns: time of the start, 0 = no record of the start yet
 * @tid: thread id
 * @proc: process of the thread
 * @comm: name of the thread
 * @has_exited: the end of the thread was recorded
 * @exit_number: number of tasks that had ended before it
 */
struct task {
	uint64_t start_ns;
	uint32_t tid;
	uint32_t proc;
	char comm[16];
	bool has_exited;
	uint32_t exit_number;
};

/**
 * struct proc - a process
 * @start_ns: time of the start, 0 = no record of the start yet
 * @pid: process id
 * @parent: parent process in the first record, 0 = unknown
 * @image: current image
 * @same_as: process of which this one turned out to be a thread; 0 = it is a
 *	process
 * @nr_tasks: number of live threads
 * @old_comm: name of the image before it was last renamed
 * @has_lost_parent: the parent was dropped
 * @has_exited: the end of its last thread was recorded
 */
struct proc {
	uint64_t start_ns;
	uint32_t pid;
	uint32_t parent;
	uint32_t image;
	uint32_t same_as;
	uint32_t nr_tasks;
	char old_comm[16];
	bool has_lost_parent;
	bool has_exited;
};

/**
 * struct image - a program that a process runs, from exec to exec
 * @is_older: the image began before the recording, or its exec record is missing; a
 *	child of fork inherits the value
 * @is_many: the image is the sum of all folded images of its name; so is its
 *	process
 * @has_folded: some hops of the image are counted in the folded image only
 * @is_partial: the image may repeat a hop that was folded
 * @is_changer: in a folded hop, the image changed data in place
 * @order: sequence number of the image's begin
 * @changed_bytes: changed_bytes of all folded hops, see struct hop
 * @agreed_bytes: agreed_bytes of all folded hops, see struct hop
 */
struct image {
	uint32_t proc;
	char comm[16];
	bool is_older;
	bool is_many;
	bool has_folded;
	bool is_partial;
	bool is_changer;
	uint32_t order;
	uint64_t changed_bytes;
	uint64_t agreed_bytes;
};

#define IDS_SHIFT	10
#define IDS_PAGES	((TASK_TID_MAX >> IDS_SHIFT) + 1)

/**
 * struct ids - numbers by id up to TASK_TID_MAX
 * @page: arrays of 1 << IDS_SHIFT numbers, NULL = all are 0
 */
struct ids {
	uint32_t *page[IDS_PAGES];
};

/**
 * struct tasks - all tasks and processes, by number and by current id
 * @later: struct ipcprobe_rec_task_snapshot: records to come about tasks
 * @by_later: for each thread id, its first record in @later, 0 = none
 * @now_ns: time of the record that is being applied
 */
struct tasks {
	struct pool task;	/* struct task */
	struct pool proc;	/* struct proc */
	struct pool image;	/* struct image */
	struct ids by_tid;	/* task that has the thread id now, 0 = none */
	struct ids by_pid;	/* process that has the process id now, 0 = none */
	/* image that stands for several processes, by hash of its name */
	struct map many;
	struct map many_task;	/* task that stands for several tasks, by its image */
	uint32_t nr_exits;
	uint32_t nr_images;	/* number of images ever added */
	struct pool later;
	struct ids by_later;
	uint64_t now_ns;
};

/* Relation of process a to process b: a is b's ... */
enum kinship {
	KIN_UNKNOWN, KIN_SAME, KIN_PARENT, KIN_CHILD, KIN_SIBLING,
	KIN_ANCESTOR, KIN_DESCENDANT, KIN_COMMON, KIN_UNRELATED,
};

/**
 * struct relation - how two processes are related
 * @kin: KIN_COMMON: some other common ancestor below init;
 *	KIN_UNRELATED: none below init
 * @common: with KIN_SIBLING and KIN_COMMON: the nearest common ancestor
 */
struct relation {
	enum kinship kin;
	uint32_t common;
};

int tasks_init(struct tasks *tasks);
void tasks_deinit(struct tasks *tasks);
int tasks_apply(struct tasks *tasks, const struct ipcprobe_rec *rec);
int tasks_expect(struct tasks *tasks, const struct ipcprobe_rec_task_snapshot *rec);

uint32_t tasks_by_tid(struct tasks *tasks, uint32_t tid);
uint32_t tasks_by_pid(struct tasks *tasks, uint32_t pid);
uint32_t tasks_known_pid(const struct tasks *tasks, uint32_t pid);
uint32_t tasks_known_tid(const struct tasks *tasks, uint32_t tid);
int tasks_many(struct tasks *tasks, const char comm[16], uint32_t *ret);
int tasks_many_task(struct tasks *tasks, const char comm[16], uint32_t *ret);
bool tasks_is_current(const struct tasks *tasks, uint32_t task, uint32_t recent);
int tasks_drop_task(struct tasks *tasks, uint32_t task);
int tasks_drop_proc(struct tasks *tasks, uint32_t proc);
struct relation tasks_relation(const struct tasks *tasks, uint32_t a, uint32_t b);

/* True if the thread has this name, of which the kernel keeps 15 characters. */
bool task_is_named(const struct task *task, const char *name);

static inline struct task *task_at(const struct tasks *tasks, uint32_t task)
{
	return pool_at(&tasks->task, task);
}

static inline struct image *image_at(const struct tasks *tasks, uint32_t image)
{
	return pool_at(&tasks->image, image);
}

/* Resolve process @proc, if it turned out to be a thread of another process. */
static inline uint32_t proc_real(const struct tasks *tasks, uint32_t proc)
{
	const struct proc *p = pool_at(&tasks->proc, proc);

	return p->same_as ? p->same_as : proc;
}

static inline struct proc *proc_at(const struct tasks *tasks, uint32_t proc)
{
	return pool_at(&tasks->proc, proc_real(tasks, proc));
}

static inline bool proc_in_scope(const struct tasks *tasks, uint32_t proc,
				 const struct scope *scope)
{
	return scope_has_pid(scope, proc_at(tasks, proc)->pid);
}

static inline bool task_in_scope(const struct tasks *tasks, uint32_t task,
				 const struct scope *scope)
{
	return proc_in_scope(tasks, task_at(tasks, task)->proc, scope);
}

#endif /* IPCPROBE_MODEL_TASK_H */
