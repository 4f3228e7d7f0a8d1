// SPDX-License-Identifier: GPL-2.0
/*
 * Tasks, processes and their ancestors.
 *
 * The record that describes a task may come a little after the first other record
 * about it (the snapshot is taken while the machine runs, and the clocks of two
 * CPUs differ a little). A task or process that is seen before its description is
 * added without a start time; the description then completes it in place.
 */
#include "model/task.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char unknown[16] = "?";

static void set_comm(char to[16], const char from[16])
{
	memcpy(to, from, 16);
	to[15] = 0;
}

/* ---- by id ---- */

static uint32_t ids_get(const struct ids *ids, uint32_t id)
{
	const uint32_t *page = id <= TASK_TID_MAX ? ids->page[id >> IDS_SHIFT] : NULL;

	return page ? page[id & ((1U << IDS_SHIFT) - 1)] : 0;
}

/* @id is at most TASK_TID_MAX. */
static int ids_set(struct ids *ids, uint32_t id, uint32_t number)
{
	uint32_t **page = &ids->page[id >> IDS_SHIFT];

	if (!*page)
		*page = calloc(1U << IDS_SHIFT, sizeof(**page));
	if (!*page)
		return -ENOMEM;
	(*page)[id & ((1U << IDS_SHIFT) - 1)] = number;
	return 0;
}

static void ids_deinit(struct ids *ids)
{
	uint32_t i;

	for (i = 0; i < IDS_PAGES; i++)
		free(ids->page[i]);
}

/* tasks_known_pid - find the process that has @pid now; 0 = none is known */
uint32_t tasks_known_pid(const struct tasks *tasks, uint32_t pid)
{
	return ids_get(&tasks->by_pid, pid);
}

/* tasks_known_tid - find the task that has @tid now; 0 = none is known */
uint32_t tasks_known_tid(const struct tasks *tasks, uint32_t tid)
{
	return ids_get(&tasks->by_tid, tid);
}

/* ---- objects seen for the first time ---- */

static int add_image(struct tasks *tasks, uint32_t proc, const char comm[16])
{
	struct image *image;
	uint32_t number;

	image = pool_add(&tasks->image, &number);
	if (!image)
		return -ENOMEM;
	image->proc = proc;
	image->order = ++tasks->nr_images;
	set_comm(image->comm, comm);
	proc_at(tasks, proc)->image = number;
	return 0;
}

/* Add a process of which only the process id is known. */
static int add_proc(struct tasks *tasks, uint32_t pid, uint32_t *ret)
{
	struct proc *proc;

	proc = pool_add(&tasks->proc, ret);
	if (!proc)
		return -ENOMEM;
	proc->pid = pid;
	if (add_image(tasks, *ret, unknown))
		return -ENOMEM;
	image_at(tasks, proc->image)->is_older = true;
	return ids_set(&tasks->by_pid, pid, *ret);
}

/**
 * tasks_by_pid - get the process that has @pid now
 * Return: the process, a new one if none is known; 0 for process id 0 or without
 * memory.
 */
uint32_t tasks_by_pid(struct tasks *tasks, uint32_t pid)
{
	uint32_t proc;

	if (!pid || pid > TASK_TID_MAX)
		return 0;
	proc = tasks_known_pid(tasks, pid);
	if (proc || !add_proc(tasks, pid, &proc))
		return proc_real(tasks, proc);
	return 0;
}

static int add_task(struct tasks *tasks, uint32_t tid, uint32_t pid, uint32_t *ret)
{
	uint32_t proc = tasks_by_pid(tasks, pid);
	struct task *task;

	if (!proc)
		return -ENOMEM;
	task = pool_add(&tasks->task, ret);
	if (!task)
		return -ENOMEM;
	task->tid = tid;
	task->proc = proc;
	proc_at(tasks, proc)->nr_tasks++;
	return ids_set(&tasks->by_tid, tid, *ret);
}

static int begin_later(struct tasks *tasks, uint32_t tid);

/**
 * tasks_by_tid - get the task that has thread id @tid now
 *
 * If no record has described the thread yet, the description expected for it is
 * used; without one, the thread counts as a process until a record describes it.
 *
 * Return: the task; 0 for thread id 0 or without memory.
 */
uint32_t tasks_by_tid(struct tasks *tasks, uint32_t tid)
{
	uint32_t task = tasks_known_tid(tasks, tid);

	if (task || !tid || tid > TASK_TID_MAX || begin_later(tasks, tid))
		return task;
	task = tasks_known_tid(tasks, tid);
	if (!task && add_task(tasks, tid, tid, &task))
		return 0;
	return task;
}

/* Process @pid starts, or is described for the first time. */
static int begin_proc(struct tasks *tasks, uint32_t pid, uint32_t ppid, uint64_t start_ns,
		      const char comm[16])
{
	uint32_t number = tasks_known_pid(tasks, pid);
	struct proc *proc;
	int err;

	if (!number || proc_at(tasks, number)->start_ns) {
		err = add_proc(tasks, pid, &number);
		if (err)
			return err;
	}
	proc = proc_at(tasks, number);
	proc->start_ns = start_ns;
	proc->parent = tasks_by_pid(tasks, ppid);
	if (proc->parent == number)
		proc->parent = 0;
	set_comm(image_at(tasks, proc->image)->comm, comm);
	return 0;
}

/* A task that was added as a process turns out to be a thread of @pid. */
static void join_proc(struct tasks *tasks, struct task *task, uint32_t pid)
{
	uint32_t real = tasks_by_pid(tasks, pid);
	struct proc *guess = pool_at(&tasks->proc, task->proc);

	if (!real || real == task->proc)
		return;
	if (guess->nr_tasks)
		guess->nr_tasks--;
	if (guess->pid == task->tid && !guess->start_ns)
		guess->same_as = real;
	task->proc = real;
	proc_at(tasks, real)->nr_tasks++;
}

static const struct ipcprobe_rec_task_snapshot *later_of(const struct tasks *tasks, uint32_t tid)
{
	uint32_t number = ids_get(&tasks->by_later, tid);

	return number ? pool_at(&tasks->later, number) : NULL;
}

/*
 * Forget the expected description: this task has been described; a later task with
 * its id is another one.
 */
static void forget_later(struct tasks *tasks, uint32_t tid, uint64_t start_ns)
{
	const struct ipcprobe_rec_task_snapshot *rec = later_of(tasks, tid);

	if (rec && rec->start_ns == start_ns)
		ids_set(&tasks->by_later, tid, 0);
}

/* A task starts, or a snapshot describes it for the first time. */
static int begin_task(struct tasks *tasks, uint32_t tid, uint32_t pid, uint32_t ppid,
		      uint64_t start_ns, const char comm[16])
{
	uint32_t number = tasks_known_tid(tasks, tid);
	struct task *task;
	int err = 0;

	if (!tid || !pid || tid > TASK_TID_MAX || pid > TASK_TID_MAX)
		return 0;
	if (tid == pid)
		err = begin_proc(tasks, pid, ppid, start_ns, comm);
	if (!err && (!number || task_at(tasks, number)->start_ns))
		err = add_task(tasks, tid, pid, &number);
	if (err)
		return err;
	task = task_at(tasks, number);
	join_proc(tasks, task, pid);
	task->start_ns = start_ns;
	set_comm(task->comm, comm);
	forget_later(tasks, tid, start_ns);
	return 0;
}

static int apply_snapshot(struct tasks *tasks, const struct ipcprobe_rec_task_snapshot *rec)
{
	uint32_t number = tasks_known_tid(tasks, rec->hdr.tid);

	if (number && task_at(tasks, number)->start_ns >= rec->start_ns)
		return 0;
	return begin_task(tasks, rec->hdr.tid, rec->pid, rec->ppid, rec->start_ns, rec->comm);
}

/*
 * Describe @tid by its expected record, if that task has existed since before now;
 * 0 or -ENOMEM.
 */
static int begin_later(struct tasks *tasks, uint32_t tid)
{
	const struct ipcprobe_rec_task_snapshot *rec = later_of(tasks, tid);

	return rec && rec->start_ns <= tasks->now_ns ? apply_snapshot(tasks, rec) : 0;
}

/**
 * tasks_expect - announce a snapshot record that will come
 *
 * Other records about the task may come before it, because the snapshot takes time,
 * or because the record of the task's start was lost.
 *
 * Return: 0 or -ENOMEM.
 */
int tasks_expect(struct tasks *tasks, const struct ipcprobe_rec_task_snapshot *rec)
{
	struct ipcprobe_rec_task_snapshot *kept;
	uint32_t number;

	if (!rec->hdr.tid || rec->hdr.tid > TASK_TID_MAX || later_of(tasks, rec->hdr.tid))
		return 0;
	kept = pool_add(&tasks->later, &number);
	if (!kept)
		return -ENOMEM;
	memcpy(kept, rec, sizeof(*kept));
	return ids_set(&tasks->by_later, rec->hdr.tid, number);
}

static int apply_fork(struct tasks *tasks, const struct ipcprobe_rec_task_fork *rec)
{
	uint32_t number = tasks_known_tid(tasks, rec->child_tid);

	if (number && task_at(tasks, number)->start_ns == rec->start_ns)
		return 0;
	return begin_task(tasks, rec->child_tid, rec->child_pid, rec->ppid, rec->start_ns,
			  rec->comm);
}

/* The thread that calls exec gets the thread id of the first thread. */
static void take_over_tid(struct tasks *tasks, uint32_t old_tid, uint32_t tid)
{
	uint32_t number = tasks_known_tid(tasks, old_tid);

	if (!number || !tid || tid > TASK_TID_MAX || ids_set(&tasks->by_tid, tid, number))
		return;
	if (old_tid != tid)
		ids_set(&tasks->by_tid, old_tid, 0);
	task_at(tasks, number)->tid = tid;
}

/*
 * Apply an exec. The kernel renames a task before it reports the exec: give the
 * image that ends here its old name back.
 */
static int apply_exec(struct tasks *tasks, const struct ipcprobe_rec_task_exec *rec)
{
	uint32_t number, proc = tasks_by_pid(tasks, rec->pid);
	struct image *image;

	if (rec->old_tid != rec->hdr.tid)
		take_over_tid(tasks, rec->old_tid, rec->hdr.tid);
	number = tasks_by_tid(tasks, rec->hdr.tid);
	if (!number || !proc)
		return 0;
	set_comm(task_at(tasks, number)->comm, rec->comm);
	image = image_at(tasks, proc_at(tasks, proc)->image);
	if (proc_at(tasks, proc)->old_comm[0] && !strncmp(image->comm, rec->comm, 15))
		set_comm(image->comm, proc_at(tasks, proc)->old_comm);
	proc_at(tasks, proc)->old_comm[0] = 0;
	return add_image(tasks, proc, rec->comm);
}

static int apply_exit(struct tasks *tasks, const struct ipcprobe_rec_task_exit *rec)
{
	uint32_t number = tasks_by_tid(tasks, rec->hdr.tid);
	struct proc *proc;
	struct task *task;

	if (!number)
		return 0;
	task = task_at(tasks, number);
	join_proc(tasks, task, rec->pid);
	proc = proc_at(tasks, task->proc);
	if (!task->has_exited && proc->nr_tasks)
		proc->nr_tasks--;
	proc->has_exited = !proc->nr_tasks;
	if (!task->has_exited)
		task->exit_number = tasks->nr_exits++;
	task->has_exited = true;
	return 0;
}

static int apply_comm(struct tasks *tasks, const struct ipcprobe_rec_task_comm *rec)
{
	uint32_t number = tasks_by_tid(tasks, rec->hdr.tid);
	struct image *image;
	struct proc *proc;
	struct task *task;

	if (!number)
		return 0;
	task = task_at(tasks, number);
	set_comm(task->comm, rec->comm);
	proc = proc_at(tasks, task->proc);
	if (proc->pid != task->tid)
		return 0;
	image = image_at(tasks, proc->image);
	set_comm(proc->old_comm, image->comm);
	set_comm(image->comm, rec->comm);
	return 0;
}

/**
 * tasks_apply - apply one record of class "task"
 * Return: 0 or -ENOMEM.
 */
int tasks_apply(struct tasks *tasks, const struct ipcprobe_rec *rec)
{
	switch (rec->type) {
	case IPCPROBE_REC_task_snapshot:
		return apply_snapshot(tasks, (const void *)rec);
	case IPCPROBE_REC_task_fork:
		return apply_fork(tasks, (const void *)rec);
	case IPCPROBE_REC_task_exec:
		return apply_exec(tasks, (const void *)rec);
	case IPCPROBE_REC_task_exit:
		return apply_exit(tasks, (const void *)rec);
	case IPCPROBE_REC_task_comm:
		return apply_comm(tasks, (const void *)rec);
	default:
		return 0;
	}
}

/*
 * List the ancestors of @proc, beginning with itself. The list is complete if it
 * ends with init or with a process whose record says that it has no parent.
 */
static uint32_t list_ancestors(const struct tasks *tasks, uint32_t proc,
			       uint32_t line[TASK_KIN_MAX], bool *is_complete)
{
	const struct proc *p = NULL;
	uint32_t nr = 0;

	for (; proc && nr < TASK_KIN_MAX; proc = p->parent) {
		p = proc_at(tasks, proc);
		line[nr++] = proc_real(tasks, proc);
		if (p->pid == 1)
			break;
	}
	*is_complete = p && (p->pid == 1 || (!p->parent && !p->has_lost_parent && p->start_ns));
	return nr;
}

static enum kinship kin_by_steps(uint32_t up_from_a, uint32_t up_from_b)
{
	if (!up_from_a)
		return up_from_b == 1 ? KIN_PARENT : up_from_b ? KIN_ANCESTOR : KIN_SAME;
	if (!up_from_b)
		return up_from_a == 1 ? KIN_CHILD : KIN_DESCENDANT;
	return up_from_a == 1 && up_from_b == 1 ? KIN_SIBLING : KIN_COMMON;
}

static bool is_init(const struct tasks *tasks, uint32_t proc)
{
	return proc_at(tasks, proc)->pid == 1;
}

/**
 * tasks_relation - relation of process @a to process @b
 */
struct relation tasks_relation(const struct tasks *tasks, uint32_t a, uint32_t b)
{
	uint32_t line_a[TASK_KIN_MAX], line_b[TASK_KIN_MAX];
	bool is_complete_a, is_complete_b;
	uint32_t nr_a, nr_b, i, j;

	if (!a || !b)
		return (struct relation){ .kin = KIN_UNKNOWN };
	nr_a = list_ancestors(tasks, a, line_a, &is_complete_a);
	nr_b = list_ancestors(tasks, b, line_b, &is_complete_b);
	for (i = 0; i < nr_a; i++)
		for (j = 0; j < nr_b; j++)
			if (line_a[i] == line_b[j] && !(i && j && is_init(tasks, line_a[i])))
				return (struct relation){ .kin = kin_by_steps(i, j),
							  .common = line_a[i] };
	if (!is_complete_a || !is_complete_b)
		return (struct relation){ .kin = KIN_UNKNOWN };
	return (struct relation){ .kin = KIN_UNRELATED };
}

/* ---- ended tasks ---- */

static uint64_t comm_hash(const char comm[16])
{
	uint64_t word[2];

	memcpy(word, comm, sizeof(word));
	return map_hash(map_hash(word[0]) + word[1]) ?: 1;
}

/**
 * tasks_many - get the image that is the sum of all folded ones named @comm
 *
 * If there are very many names, some names share an image.
 *
 * Return: 0 or -ENOMEM.
 */
int tasks_many(struct tasks *tasks, const char comm[16], uint32_t *ret)
{
	bool is_full = tasks->many.nr >= TASK_MANY_MAX - 1;
	uint64_t key = comm_hash(comm);
	struct image *image;
	uint32_t proc;

	*ret = map_get(&tasks->many, key);
	if (!*ret && is_full) {
		comm = unknown;
		key = comm_hash(comm);
		*ret = map_get(&tasks->many, key);
	}
	if (*ret)
		return 0;
	if (!pool_add(&tasks->proc, &proc) || add_image(tasks, proc, comm))
		return -ENOMEM;
	*ret = proc_at(tasks, proc)->image;
	image = image_at(tasks, *ret);
	image->is_many = true;
	return map_set(&tasks->many, key, *ret);
}

/*
 * tasks_many_task - get the task that is the sum of all folded ones named @comm; 0
 * or -ENOMEM
 */
int tasks_many_task(struct tasks *tasks, const char comm[16], uint32_t *ret)
{
	struct task *task;
	uint32_t image;
	int err = tasks_many(tasks, comm, &image);

	*ret = err ? 0 : map_get(&tasks->many_task, image);
	if (err || *ret)
		return err;
	task = pool_add(&tasks->task, ret);
	if (!task)
		return -ENOMEM;
	task->proc = image_at(tasks, image)->proc;
	set_comm(task->comm, image_at(tasks, image)->comm);
	return map_set(&tasks->many_task, image, *ret);
}

/**
 * tasks_is_current - true if @task lives, or is among the last @recent that ended
 *
 * Records may still name a task shortly after its end.
 */
bool tasks_is_current(const struct tasks *tasks, uint32_t task, uint32_t recent)
{
	const struct task *t = task_at(tasks, task);

	if (t->has_exited)
		return tasks->nr_exits - t->exit_number <= recent;
	return tasks_known_tid(tasks, t->tid) == task;
}

/* tasks_drop_task - free a task to which nothing refers; 0 or -ENOMEM */
int tasks_drop_task(struct tasks *tasks, uint32_t task)
{
	uint32_t tid = task_at(tasks, task)->tid;

	if (tasks_known_tid(tasks, tid) == task)
		ids_set(&tasks->by_tid, tid, 0);
	return pool_free(&tasks->task, task);
}

/*
 * tasks_drop_proc - free a process to which nothing refers, but not its images; 0
 * or -ENOMEM
 */
int tasks_drop_proc(struct tasks *tasks, uint32_t proc)
{
	const struct proc *p = pool_at(&tasks->proc, proc);

	if (tasks_known_pid(tasks, p->pid) == proc)
		ids_set(&tasks->by_pid, p->pid, 0);
	return pool_free(&tasks->proc, proc);
}

int tasks_init(struct tasks *tasks)
{
	*tasks = (struct tasks){ 0 };
	if (pool_init(&tasks->task, sizeof(struct task)) ||
	    pool_init(&tasks->proc, sizeof(struct proc)) ||
	    pool_init(&tasks->image, sizeof(struct image)) ||
	    pool_init(&tasks->later, sizeof(struct ipcprobe_rec_task_snapshot))) {
		tasks_deinit(tasks);
		return -ENOMEM;
	}
	set_comm(image_at(tasks, 0)->comm, unknown);
	return 0;
}

void tasks_deinit(struct tasks *tasks)
{
	pool_deinit(&tasks->task);
	pool_deinit(&tasks->proc);
	pool_deinit(&tasks->image);
	ids_deinit(&tasks->by_pid);
	ids_deinit(&tasks->by_tid);
	pool_deinit(&tasks->later);
	ids_deinit(&tasks->by_later);
	map_deinit(&tasks->many);
	map_deinit(&tasks->many_task);
	*tasks = (struct tasks){ 0 };
}

bool task_is_named(const struct task *task, const char *name)
{
	return !strncmp(task->comm, name, sizeof(task->comm) - 1);
}
