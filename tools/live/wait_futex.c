// SPDX-License-Identifier: GPL-2.0
/*
 * Waits for futexes.
 */
#include "live/need.h"

#include <linux/futex.h>
#include <stdio.h>
#include <string.h>

#define FUTEX_WAITERS_MAX 128U

/* One wait for one word. */
struct word {
	uint64_t addr;
	uint32_t wanted;	/* value that the caller saw there */
	uint32_t op;
	bool is_private;
	bool is_realtime;
	bool has_limit;
};

static uint32_t private_futex(const struct wait *wait, uint64_t addr)
{
	uint32_t object = live_get(wait->live, LIVE_TYPE_FUTEX,
				   (uint64_t)wait->proc->pid << 32, addr, 0);

	live_set_text(live_object_value(wait->live, object, LIVE_COL_NAME), "%#llx in %s[%u]",
		      (unsigned long long)addr, wait->proc->comm, wait->proc->pid);
	return object;
}

static const char *memory_name(const struct wait *wait, const struct live_map *map)
{
	uint32_t object = live_holder_at(wait->live, map->holder)->object;
	const struct live_value *name = live_object_value(wait->live, object, LIVE_COL_NAME);

	if (name->state == LIVE_KNOWN)
		return name->text;
	return *map->path ? map->path : "shared memory";
}

/* The same lock in two processes is one object: its key is the offset in the mapped object. */
static uint32_t shared_futex(const struct wait *wait, const struct live_map *map, uint64_t addr)
{
	uint64_t offset = map->offset + (addr - map->start);
	uint32_t object = live_get(wait->live, LIVE_TYPE_FUTEX, map->dev, map->ino, offset);

	live_set_text(live_object_value(wait->live, object, LIVE_COL_NAME), "%s+0x%llx",
		      memory_name(wait, map), (unsigned long long)offset);
	return object;
}

static void set_word(const struct wait *wait, uint32_t object, const struct word *word)
{
	struct live_value *value = live_object_at(wait->live, object)->value;
	bool is_owned = word->op == FUTEX_LOCK_PI || word->op == FUTEX_LOCK_PI2;
	uint32_t now;

	value[LIVE_COL_ID].state = LIVE_NONE;
	live_set_unknown(&value[LIVE_COL_VALUE]);
	if (wait_read_memory(wait, word->addr, &now, sizeof(now)) != sizeof(now))
		return;
	live_set_text(&value[LIVE_COL_VALUE], "%#x", now);
	if (is_owned && now & FUTEX_TID_MASK)
		live_set_text(&value[LIVE_COL_STATUS], "owned by [%u]", now & FUTEX_TID_MASK);
}

/* ---- what lock it is ---- */

static uint16_t flags_of(const struct word *word)
{
	return (word->is_private ? 0 : IPCPROBE_FUTEX_SHARED) |
	       (word->has_limit ? IPCPROBE_FUTEX_TIMEOUT : 0) |
	       (word->is_realtime ? IPCPROBE_FUTEX_REALTIME : 0);
}

static uint32_t word_in(const struct ipcprobe_rec_futex_block *rec, unsigned int offset)
{
	uint32_t value;

	memcpy(&value, rec->mem + IPCPROBE_FUTEX_NEAR + offset, sizeof(value));
	return value;
}

/* The record that the module makes when a wait begins, made from what is in memory now. */
static struct ipcprobe_rec_futex_block record_of(const struct wait *wait, const struct word *word)
{
	struct ipcprobe_rec_futex_block rec = {
		.addr = word->addr, .val = word->wanted, .op = word->op, .flags = flags_of(word),
	};
	const size_t near = IPCPROBE_FUTEX_NEAR;
	bool is_pi = word->op == FUTEX_LOCK_PI || word->op == FUTEX_LOCK_PI2;

	if (wait_read_memory(wait, word->addr - near, rec.mem, near) == near)
		rec.flags |= IPCPROBE_FUTEX_BELOW;
	if (wait_read_memory(wait, word->addr, rec.mem + near, near) == near)
		rec.flags |= IPCPROBE_FUTEX_ABOVE;
	rec.owner = is_pi ? word_in(&rec, 0) & FUTEX_TID_MASK : word_in(&rec, 8);
	return rec;
}

static void need_word(const struct wait *wait, const struct word *word, uint32_t object,
		      uint32_t memory)
{
	struct live_need need = {
		.condition = LIVE_FOR_WAKE, .object = object, .memory = memory, .is_own_ns = true,
		.is_private = !memory && live_object_at(wait->live, object)->scope >> 32 ==
			      wait->proc->pid,
	};
	struct ipcprobe_rec_futex_block rec;

	if (!wait->thread)
		return;
	rec = record_of(wait, word);
	need.lock = lock_recognise(&rec);
	need.task = need.lock.owner;
	if (need.lock.type == LOCK_MUTEX || need.lock.type == LOCK_RWLOCK)
		need.condition = LIVE_FOR_LOCK;
	else if (word->op == FUTEX_LOCK_PI || word->op == FUTEX_LOCK_PI2)
		need.condition = LIVE_FOR_LOCK, need.task = rec.owner;
	else if (!word->is_private && word_in(&rec, 0) == word->wanted)
		need.task = word->wanted;	/* where a thread's end is waited for, its number is */
	wait_needs(wait, &need);
}

static bool is_posix_sem(const struct wait *wait, const struct live_map *map)
{
	uint32_t object = map->holder ? live_holder_at(wait->live, map->holder)->object : 0;

	return object && live_object_at(wait->live, object)->type == LIVE_TYPE_POSIX_SEM;
}

static void wait_for_word(const struct wait *wait, const struct word *word)
{
	const struct live_map *map = live_map_at(wait->proc, word->addr);
	bool is_shared = !word->is_private && map && map->mode[3] == 's';
	uint32_t object, memory;

	if (word->has_limit)
		wait_has_limit(wait);
	memory = is_shared && map->holder ? live_holder_at(wait->live, map->holder)->object : 0;
	/* a POSIX semaphore is an object of its own */
	if (is_shared && is_posix_sem(wait, map)) {
		live_wait(wait->live, map->holder, wait->name, wait->tid);
		need_word(wait, word, memory, memory);
		return;
	}
	object = is_shared ? shared_futex(wait, map, word->addr) : private_futex(wait, word->addr);
	set_word(wait, object, word);
	wait_outside(wait, object);
	need_word(wait, word, object, memory);
}

/* ---- calls ---- */

void wait_in_futex(const struct wait *wait)
{
	uint64_t op = wait->call.arg[1];
	struct word word = {
		.addr = wait->call.arg[0], .wanted = (uint32_t)wait->call.arg[2],
		.op = (uint32_t)(op & (uint64_t)FUTEX_CMD_MASK), .is_private = op & FUTEX_PRIVATE_FLAG,
		.is_realtime = op & FUTEX_CLOCK_REALTIME, .has_limit = wait->call.arg[3],
	};

	switch (word.op) {
	case FUTEX_WAIT:
	case FUTEX_WAIT_BITSET:
	case FUTEX_WAIT_REQUEUE_PI:
	case FUTEX_LOCK_PI:
	case FUTEX_LOCK_PI2:
		wait_for_word(wait, &word);
		break;
	default:
		wait_needs_condition(wait, LIVE_FOR_UNKNOWN);
	}
}

void wait_in_futex_wait(const struct wait *wait)
{
	wait_for_word(wait, &(struct word){
		.addr = wait->call.arg[0], .wanted = (uint32_t)wait->call.arg[1],
		.op = FUTEX_WAIT_BITSET, .is_private = wait->call.arg[3] & FUTEX_PRIVATE_FLAG,
		.has_limit = wait->call.arg[4],
	});
}

void wait_in_futex_waitv(const struct wait *wait)
{
	struct futex_waitv list[FUTEX_WAITERS_MAX];
	uint64_t nr = wait->call.arg[1];

	if (nr > FUTEX_WAITERS_MAX)
		return;
	nr = wait_read_memory(wait, wait->call.arg[0], list, nr * sizeof(*list)) / sizeof(*list);
	for (uint64_t i = 0; i < nr; i++)
		wait_for_word(wait, &(struct word){
			.addr = list[i].uaddr, .wanted = (uint32_t)list[i].val,
			.op = IPCPROBE_FUTEX_OP_WAITV,
			.is_private = list[i].flags & FUTEX_PRIVATE_FLAG,
			.has_limit = wait->call.arg[3],
		});
	if (nr < wait->call.arg[1])
		wait_needs_condition(wait, LIVE_FOR_UNKNOWN);
}
