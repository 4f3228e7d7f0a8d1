// SPDX-License-Identifier: GPL-2.0
/*
 * Who could end a wait: whoever holds what it takes, by kind of object.
 */
#include "waits/releaser.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* One condition while its releasers are found. */
struct target {
	struct waits *waits;
	const struct live_thread *waiter;
	const struct live_need *need;
	uint32_t node;
};

static int link_to(const struct target *target, uint32_t node, enum waits_certainty certainty)
{
	return waits_link(&target->waits->graph, target->node, node, certainty);
}

/* Somebody else could, whom nobody knows. */
static int link_open(const struct target *target)
{
	return link_to(target, target->waits->open, WAITS_CANDIDATE);
}

static int link_process(const struct target *target, uint32_t pid, enum waits_certainty certainty)
{
	uint32_t number = map_get(&target->waits->threads.by_pid, pid);

	return number ? link_to(target, target->waits->process_node[number], certainty) :
			link_open(target);
}

/* ---- objects that processes hold ---- */

/*
 * Each process that holds @object in one of the ways @how; once, though it has more
 * descriptors. If some processes could not be read, they may hold it, too.
 */
static int link_holders(const struct target *target, uint32_t object, uint32_t how,
			enum waits_certainty certainty)
{
	const struct live *live = &target->waits->live;
	uint32_t i = live_object_at(live, object)->first_holder, last = 0;
	const struct live_holder *holder;
	int err = 0;

	for (; i && !err; i = holder->next) {
		holder = live_holder_at(live, i);
		if (!(holder->how & how) || holder->pid == last)
			continue;
		last = holder->pid;
		err = link_process(target, holder->pid, certainty);
	}
	return err || !live->loss[LIVE_GAP_PROCESS].nr ? err : link_open(target);
}

static uint32_t access_for(enum live_condition condition)
{
	switch (condition) {
	case LIVE_FOR_BYTES:
		return LIVE_WRITE;
	case LIVE_FOR_ROOM:
		return LIVE_READ;
	default:
		return LIVE_READ | LIVE_WRITE;
	}
}

static bool has_text(const struct live_object *object, enum live_column column, const char *text)
{
	const struct live_value *value = &object->value[column];

	return value->state == LIVE_KNOWN && !strcmp(value->text, text);
}

/* Bytes come from the other end, and room too; a connection from anybody. */
static int link_socket(const struct target *target, const struct live_object *object)
{
	if (has_text(object, LIVE_COL_STATUS, "listening"))
		return link_to(target, target->waits->outside, WAITS_CANDIDATE);
	if (!object->peer)
		return link_open(target);
	return link_holders(target, object->peer, LIVE_READ | LIVE_WRITE, WAITS_CANDIDATE);
}

/* Whoever knows its name can open the object, unless it has none any more. */
static int link_name(const struct target *target, const struct live_object *object)
{
	const struct live_value *is_deleted = &object->value[LIVE_COL_DELETED];

	return is_deleted->state == LIVE_KNOWN && is_deleted->number ? 0 : link_open(target);
}

static int link_object(const struct target *target)
{
	const struct live_object *object = live_object_at(&target->waits->live,
							  target->need->object);
	uint32_t how = access_for(target->need->condition);
	int err;

	switch (object->type) {
	case LIVE_TYPE_PIPE:
		return link_holders(target, target->need->object, how, WAITS_CANDIDATE);
	case LIVE_TYPE_EVENTFD:
		return link_holders(target, target->need->object, LIVE_READ | LIVE_WRITE,
				    WAITS_CANDIDATE);
	case LIVE_TYPE_FIFO:
	case LIVE_TYPE_MQ:
		err = link_holders(target, target->need->object, how, WAITS_CANDIDATE);
		return err ? err : link_name(target, object);
	case LIVE_TYPE_UNIX:
		return link_socket(target, object);
	default:
		return link_open(target);
	}
}

/* ---- SysV semaphores ---- */

/* The number at @index of a list "12,0,7"; -1: the list is not known. */
static int64_t number_in(const struct live_value *list, uint32_t index)
{
	const char *p = list->text;
	char *end;

	if (list->state != LIVE_KNOWN)
		return -1;
	for (;; p = end + (*end == ',')) {
		int64_t number = strtoll(p, &end, 10);

		if (end == p)
			return -1;
		if (!index--)
			return number;
	}
}

/*
 * A value that is too small was made so by the process that changed it last: that one
 * has taken it, and may give it back. If that is the waiter itself, or a process that
 * is gone, any process might add to it.
 */
static int link_semaphore(const struct target *target)
{
	const struct live_object *object = live_object_at(&target->waits->live,
							  target->need->object);
	int64_t pid = number_in(&object->value[LIVE_COL_SEMPIDS], target->need->index);
	int64_t value = number_in(&object->value[LIVE_COL_VALUE], target->need->index);

	if (pid <= 0 || pid == target->waiter->pid || value < 0 ||
	    target->need->condition == LIVE_FOR_ZERO || value >= target->need->amount)
		return link_open(target);
	return link_process(target, (uint32_t)pid, WAITS_CANDIDATE);
}

/* ---- words in memory ---- */

static uint32_t thread_in(const struct waits *waits, uint32_t pid, uint32_t ns_tid)
{
	uint32_t number = map_get(&waits->threads.by_pid, pid), i;
	const struct live_process *process = live_process_at(&waits->threads, number);

	for (i = 0; number && i < process->nr_threads; i++) {
		const struct live_thread *thread = live_thread_at(&waits->threads,
								  process->first_thread + i);

		if (thread->ns_tid == ns_tid && thread->doing != LIVE_ENDED)
			return process->first_thread + i;
	}
	return 0;
}

/* A thread of another process that has the memory, too. */
static uint32_t thread_beside(const struct waits *waits, const struct live_need *need)
{
	uint32_t i = live_object_at(&waits->live, need->memory)->first_holder, thread;
	const struct live_holder *holder;

	for (; i; i = holder->next) {
		holder = live_holder_at(&waits->live, i);
		thread = holder->how & LIVE_MAPPED ? thread_in(waits, holder->pid, need->task) : 0;
		if (thread)
			return thread;
	}
	return 0;
}

uint32_t waits_named_thread(const struct waits *waits, const struct live_thread *waiter,
			    const struct live_need *need)
{
	uint32_t thread = need->task ? thread_in(waits, waiter->pid, need->task) : 0;

	if (thread || !need->task || need->condition != LIVE_FOR_LOCK || need->is_private)
		return thread;
	return need->memory ? thread_beside(waits, need) :
			      map_get(&waits->threads.by_tid, need->task);
}

/*
 * True if the process has a handler for a signal that comes by itself or from another
 * process: the handler could add to a semaphore.
 */
static bool has_handler(const struct waits *waits, uint32_t pid)
{
	const uint64_t real_time = ~0ULL << (34 - 1);	/* glibc keeps 32 and 33 for itself */
	uint64_t signals = 1ULL << (SIGALRM - 1) | 1ULL << (SIGVTALRM - 1) |
			   1ULL << (SIGPROF - 1) | 1ULL << (SIGCHLD - 1) | 1ULL << (SIGIO - 1) |
			   1ULL << (SIGUSR1 - 1) | 1ULL << (SIGUSR2 - 1) | real_time;
	uint32_t number = map_get(&waits->threads.by_pid, pid);

	return live_process_at(&waits->threads, number)->caught & signals;
}

/* Any thread that can reach the word could wake the waiter. */
static int link_memory(const struct target *target)
{
	const struct live_need *need = target->need;
	bool may_be_post = need->lock.type == LOCK_SEM || need->lock.type == LOCK_FUTEX;
	int err = 0;

	if (may_be_post && has_handler(target->waits, target->waiter->pid))
		err = link_open(target);
	if (err)
		return err;
	if (need->is_private)
		return link_process(target, target->waiter->pid, WAITS_POSSIBLE);
	if (!need->memory)
		return link_open(target);
	err = link_holders(target, need->memory, LIVE_MAPPED | LIVE_READ | LIVE_WRITE, WAITS_POSSIBLE);
	return err ? err : link_name(target, live_object_at(&target->waits->live, need->memory));
}

/* An owner that is gone, or a thread of another process, gives no lock back: nobody does. */
static int link_lock(const struct target *target)
{
	uint32_t thread;

	if (!target->need->task)
		return link_memory(target);
	thread = waits_named_thread(target->waits, target->waiter, target->need);
	if (thread)
		return link_to(target, target->waits->thread_node[thread], WAITS_CERTAIN);
	/* in another PID namespace the number means another task */
	return target->waiter->ns_tid != target->waiter->tid && !target->need->is_private ?
	       link_open(target) : 0;
}

static int link_word(const struct target *target)
{
	uint32_t thread = waits_named_thread(target->waits, target->waiter, target->need);

	if (thread)
		return link_to(target, target->waits->thread_node[thread], WAITS_CERTAIN);
	return link_memory(target);
}

/* ---- children ---- */

int waits_link_children(struct waits *waits, uint32_t pid, uint32_t ns_pid, uint32_t node)
{
	uint32_t i;
	int err = 0;

	for (i = 1; i < waits->threads.process.nr && !err; i++) {
		const struct live_process *process = live_process_at(&waits->threads, i);

		if (process->ppid == pid && (!ns_pid || process->ns_pid == ns_pid))
			err = waits_link(&waits->graph, node, waits->process_node[i], WAITS_CERTAIN);
	}
	return err;
}

/* By its number in the waiter's PID namespace, or by a pidfd, which need not be of a child. */
static int link_children(const struct target *target)
{
	const struct live_need *need = target->need;
	int err;

	if (!need->is_own_ns)
		return link_process(target, need->task, WAITS_CERTAIN);
	err = waits_link_children(target->waits, target->waiter->pid, need->task, target->node);
	return err || waits_node_at(&target->waits->graph, target->node)->first ? err :
	       link_open(target);
}

int waits_link_releasers(struct waits *waits, uint32_t waiter, const struct live_need *need,
			 uint32_t node)
{
	struct target target = {
		.waits = waits, .waiter = live_thread_at(&waits->threads, waiter),
		.need = need, .node = node,
	};

	switch (need->condition) {
	case LIVE_FOR_BYTES:
	case LIVE_FOR_ROOM:
	case LIVE_FOR_EITHER:
		return link_object(&target);
	case LIVE_FOR_VALUE:
	case LIVE_FOR_ZERO:
		return link_semaphore(&target);
	case LIVE_FOR_LOCK:
		return link_lock(&target);
	case LIVE_FOR_WAKE:
		return link_word(&target);
	case LIVE_FOR_FILE_LOCK:
		return link_process(&target, need->task, WAITS_CERTAIN);
	case LIVE_FOR_CHILD:
		return link_children(&target);
	case LIVE_FOR_CONNECTION:
	case LIVE_FOR_SIGNAL:
	case LIVE_FOR_OUTSIDE:
		return link_to(&target, waits->outside, WAITS_CANDIDATE);
	default:
		return link_open(&target);
	}
}
