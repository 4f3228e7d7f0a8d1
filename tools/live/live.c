// SPDX-License-Identifier: GPL-2.0
/*
 * The inventory of IPC objects, with the functions by which sources fill it.
 */
#include "live/live.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/array.h"

/* ---- types ---- */

static const char *const type_names[] = {
	[LIVE_TYPE_PIPE] = "pipe", [LIVE_TYPE_FIFO] = "fifo", [LIVE_TYPE_SHM] = "shm",
	[LIVE_TYPE_SEM] = "sem", [LIVE_TYPE_MSG] = "msg", [LIVE_TYPE_POSIX_SHM] = "posix-shm",
	[LIVE_TYPE_POSIX_SEM] = "posix-sem", [LIVE_TYPE_MQ] = "mq",
	[LIVE_TYPE_MEMFD] = "memfd", [LIVE_TYPE_ANON_SHM] = "anon-shm",
	[LIVE_TYPE_UNIX] = "unix",
	[LIVE_TYPE_EVENTFD] = "eventfd", [LIVE_TYPE_FUTEX] = "futex",
};

const char *live_type_name(enum live_type type)
{
	return type_names[type];
}

static uint32_t find_type(const char *name, size_t len)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(type_names); i++)
		if (strlen(type_names[i]) == len && !strncmp(type_names[i], name, len))
			return 1U << i;
	return 0;
}

/* live_types_parse - parse "pipe,shm" into a mask of types; 0 or -EINVAL */
int live_types_parse(const char *word, uint32_t *types)
{
	*types = 0;
	for (;;) {
		size_t len = strcspn(word, ",");
		uint32_t type = find_type(word, len);

		if (!type)
			return -EINVAL;
		*types |= type;
		if (!word[len])
			return 0;
		word += len + 1;
	}
}

/* ---- values ---- */

struct live_value *live_object_value(struct live *live, uint32_t object, enum live_column column)
{
	return &live_object_at(live, object)->value[column];
}

struct live_value *live_holder_value(struct live *live, uint32_t holder, enum live_column column)
{
	return &live_holder_at(live, holder)->value[column - LIVE_NR_OBJECT_COLUMNS];
}

void live_set(struct live_value *value, uint64_t number)
{
	value->state = LIVE_KNOWN;
	value->number = number;
}

/* If memory is short, the value becomes unknown. */
void live_set_text(struct live_value *value, const char *format, ...)
{
	char *text = NULL;
	va_list args;
	int len;

	va_start(args, format);
	len = vasprintf(&text, format, args);
	va_end(args);
	free(value->text);
	value->text = len < 0 ? NULL : text;
	value->state = value->text ? LIVE_KNOWN : LIVE_UNKNOWN;
}

void live_set_at_least(struct live_value *value, uint64_t number)
{
	value->state = LIVE_AT_LEAST;
	value->number = number;
}

void live_set_unknown(struct live_value *value)
{
	value->state = LIVE_UNKNOWN;
}

void live_miss(struct live *live, enum live_gap gap, int err)
{
	if (!live->loss[gap].nr++)
		live->loss[gap].err = err;
}

/* ---- objects ---- */

static uint64_t key_of(enum live_type type, uint64_t scope, uint64_t id, uint64_t offset)
{
	return map_hash(map_hash(map_hash(scope) + id) + offset) + type;
}

static bool is_same(const struct live_object *object, enum live_type type, uint64_t scope,
		    uint64_t id, uint64_t offset)
{
	return object->type == type && object->scope == scope && object->id == id &&
	       object->offset == offset;
}

/* live_find - number of the object; 0 if the inventory does not have it */
uint32_t live_find(const struct live *live, enum live_type type, uint64_t scope, uint64_t id,
		   uint64_t offset)
{
	uint32_t number = map_get(&live->by_key, key_of(type, scope, id, offset));

	while (number && !is_same(live_object_at(live, number), type, scope, id, offset))
		number = live_object_at(live, number)->next_alike;
	return number;
}

static uint32_t out_of_memory(struct live *live)
{
	live->is_out_of_memory = true;
	return 0;
}

/* live_get - number of the object; adds the object if it is new */
uint32_t live_get(struct live *live, enum live_type type, uint64_t scope, uint64_t id,
		  uint64_t offset)
{
	uint32_t number = live_find(live, type, scope, id, offset);
	uint64_t key = key_of(type, scope, id, offset);
	struct live_object *object;

	if (number)
		return number;
	object = pool_add(&live->object, &number);
	if (!object)
		return out_of_memory(live);
	object->type = type;
	object->scope = scope;
	object->id = id;
	object->offset = offset;
	object->next_alike = map_get(&live->by_key, key);
	if (map_set(&live->by_key, key, number))
		return out_of_memory(live);
	live_set_text(&object->value[LIVE_COL_TYPE], "%s", live_type_name(type));
	live_set(&object->value[LIVE_COL_ID], id);
	live_set(&object->value[LIVE_COL_WAITERS], 0);
	return number;
}

/* live_hold - add a holder of @object */
uint32_t live_hold(struct live *live, uint32_t object, uint32_t pid, int fd, uint32_t how)
{
	struct live_object *held = live_object_at(live, object);
	struct live_holder *holder;
	uint32_t number;

	holder = pool_add(&live->holder, &number);
	if (!holder)
		return out_of_memory(live);
	*holder = (struct live_holder){ .object = object, .pid = pid, .fd = fd, .how = how };
	live_set(live_holder_value(live, number, LIVE_COL_PID), pid);
	if (fd >= 0)
		live_set(live_holder_value(live, number, LIVE_COL_FD), (uint64_t)fd);
	if (held->last_holder)
		live_holder_at(live, held->last_holder)->next = number;
	else
		held->first_holder = number;
	held->last_holder = number;
	return number;
}

/* live_wait - mark the holder as a waiter: its thread @tid waits in @call for the object */
void live_wait(struct live *live, uint32_t holder, const char *call, uint32_t tid)
{
	struct live_object *object = live_object_at(live, live_holder_at(live, holder)->object);
	struct live_value *waits = live_holder_value(live, holder, LIVE_COL_WAITS);
	char *before = waits->text;

	waits->text = NULL;
	live_set_text(waits, "%s%s%s[%u]", before ?: "", before ? ", " : "", call, tid);
	free(before);
	object->nr_waiters++;
	live_set(&object->value[LIVE_COL_WAITERS], object->nr_waiters);
}

/* ---- the whole inventory ---- */

int live_init(struct live *live)
{
	*live = (struct live){ 0 };
	if (pool_init(&live->object, sizeof(struct live_object)) ||
	    pool_init(&live->holder, sizeof(struct live_holder)) || tasks_init(&live->tasks)) {
		live_deinit(live);
		return -ENOMEM;
	}
	return 0;
}

static void free_values(struct live_value *value, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		free(value[i].text);
}

void live_deinit(struct live *live)
{
	for (uint32_t i = 0; i < live->object.nr; i++)
		free_values(live_object_at(live, i)->value, LIVE_NR_OBJECT_COLUMNS);
	for (uint32_t i = 0; i < live->holder.nr; i++)
		free_values(live_holder_at(live, i)->value, LIVE_NR_HOLDER_COLUMNS);
	pool_deinit(&live->object);
	pool_deinit(&live->holder);
	map_deinit(&live->by_key);
	tasks_deinit(&live->tasks);
}
