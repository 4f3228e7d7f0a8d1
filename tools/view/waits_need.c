// SPDX-License-Identifier: GPL-2.0
/*
 * What a thread waits for, in words.
 */
#include "view/waits.h"

#include <stdio.h>
#include <stdlib.h>

static void put_object(FILE *out, const struct waits *waits, uint32_t number)
{
	const struct live_object *object = live_object_at(&waits->live, number);
	const struct live_value *name = &object->value[LIVE_COL_NAME];

	if (object->type == LIVE_TYPE_UNIX)
		fprintf(out, "socket:[%llu]", (unsigned long long)object->id);
	else if (name->state == LIVE_KNOWN)
		fprintf(out, "%s", name->text);
	else
		fprintf(out, "%s %llu", live_type_name(object->type),
			(unsigned long long)object->id);
}

/* How full a pipe or socket is, as far as it is known. */
static void put_fill(FILE *out, const struct waits *waits, uint32_t number)
{
	const struct live_value *value = live_object_at(&waits->live, number)->value;

	if (value[LIVE_COL_USED].state == LIVE_KNOWN && value[LIVE_COL_SIZE].state == LIVE_KNOWN)
		fprintf(out, ", %llu of %llu bytes",
			(unsigned long long)value[LIVE_COL_USED].number,
			(unsigned long long)value[LIVE_COL_SIZE].number);
	else if (value[LIVE_COL_USED].state == LIVE_KNOWN)
		fprintf(out, ", %llu bytes", (unsigned long long)value[LIVE_COL_USED].number);
}

static void put_lock(FILE *out, const struct waits *waits, const struct live_need *need)
{
	fprintf(out, "%s", lock_type_name(need->lock.type));
	if (need->lock.kind)
		fprintf(out, " (%s)", need->lock.kind);
	fputc(' ', out);
	put_object(out, waits, need->object);
}

static void put_semaphore(FILE *out, const struct waits *waits, const struct live_need *need)
{
	fprintf(out, "semaphore %u of ", need->index);
	put_object(out, waits, need->object);
	if (need->condition == LIVE_FOR_ZERO)
		fprintf(out, " to become 0");
	else
		fprintf(out, " to become %u", need->amount);
}

static void put_about(FILE *out, const struct waits *waits, const struct live_need *need,
		      const char *words)
{
	fprintf(out, "%s ", words);
	put_object(out, waits, need->object);
	put_fill(out, waits, need->object);
}

/* A word that holds a thread's number is cleared as the thread ends. */
static void put_wake(FILE *out, const struct waits *waits, const struct live_thread *waiter,
		     const struct live_need *need)
{
	uint32_t thread = waits_named_thread(waits, waiter, need);
	const struct live_thread *named = live_thread_at(&waits->threads, thread);

	if (thread) {
		fprintf(out, "the end of thread %s[%u]", named->comm, named->tid);
		return;
	}
	fprintf(out, "a wake-up at ");
	put_lock(out, waits, need);
}

static void put_need(FILE *out, const struct waits *waits, const struct live_thread *waiter,
		     const struct live_need *need)
{
	switch (need->condition) {
	case LIVE_FOR_BYTES:
		put_about(out, waits, need, "bytes or end of file from");
		break;
	case LIVE_FOR_ROOM:
		put_about(out, waits, need, "room in");
		break;
	case LIVE_FOR_EITHER:
		put_about(out, waits, need, "bytes from or room in");
		break;
	case LIVE_FOR_CONNECTION:
		put_about(out, waits, need, "a connection to");
		break;
	case LIVE_FOR_OTHER_END:
		put_about(out, waits, need, "somebody to open the other end of");
		break;
	case LIVE_FOR_VALUE:
	case LIVE_FOR_ZERO:
		put_semaphore(out, waits, need);
		break;
	case LIVE_FOR_LOCK:
		put_lock(out, waits, need);
		break;
	case LIVE_FOR_WAKE:
		put_wake(out, waits, waiter, need);
		break;
	default:
		fprintf(out, "%s", live_condition_text(need->condition));
	}
}

char *view_waits_need(const struct waits *waits, const struct live_thread *waiter,
		      const struct live_need *need)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	put_need(out, waits, waiter, need);
	if (!fclose(out))
		return text;
	free(text);
	return NULL;
}
