// SPDX-License-Identifier: GPL-2.0
/*
 * Mutations of an input after which its records are still records: they change fields
 * by their kind, times, types and order, and copy numbers from other records.
 */
#include <string.h>

#include "fuzz.h"
#include "random.h"

#define RECORDS_MAX	1024U

static uint64_t seed;

static uint32_t below(uint32_t n)
{
	uint64_t number = random_next(&seed) >> 33;

	return n ? number % n : 0;
}

/* ---- inputs ---- */

bool fuzz_input_init(struct fuzz_input *input, const uint8_t *data, size_t size)
{
	if (size <= FUZZ_HEAD_LEN || size > FUZZ_LEN_MAX)
		return false;
	*input = (struct fuzz_input){ .command = data[0], .flags = data[1],
				      .records = data + FUZZ_HEAD_LEN,
				      .len = size - FUZZ_HEAD_LEN };
	return true;
}

uint16_t fuzz_record_len(const struct fuzz_input *input, size_t at)
{
	uint16_t len;

	memcpy(&len, input->records + at, sizeof(len));
	return len;
}

size_t fuzz_next(const struct fuzz_input *input, size_t at)
{
	for (; at + sizeof(struct ipcprobe_rec) <= input->len; at += 8) {
		uint16_t len = fuzz_record_len(input, at);

		if (len >= sizeof(struct ipcprobe_rec) && len % 8 == 0 && len <= IPCPROBE_REC_MAX &&
		    len <= input->len - at)
			return at;
	}
	return input->len;
}

size_t fuzz_make_record(uint8_t *room, const struct event_desc *desc, uint64_t ts_ns)
{
	bool has_rest = desc->text_offset || desc->has_data;
	size_t len = (desc->len + (has_rest ? 15U : 7U)) & ~7U;
	struct ipcprobe_rec head = { .len = len, .type = desc->type, .tid = 1000 + below(8),
				     .ts_ns = ts_ns };
	size_t at = sizeof(head);

	memset(room, 0, len);
	memcpy(room, &head, sizeof(head));
	for (unsigned int i = 0; i < desc->nr_fields; i++) {
		size_t field_len = event_kind_len(desc->fields[i].kind);
		uint64_t value = field_len < 4 ? below(4) : below(3) ? below(20) : 4096;

		if (desc->fields[i].kind == EVENT_KIND_ns64)
			value = ts_ns - below(1000);
		if (field_len && field_len <= sizeof(value))
			memcpy(room + at, &value, field_len);
		at += field_len;
	}
	return len;
}

/* ---- one change ---- */

/* An input that is being changed, and where its records begin. */
struct change {
	uint8_t *data;
	size_t size;
	size_t max;
	size_t at[RECORDS_MAX];
	unsigned int nr;
};

static void find_records(struct change *change)
{
	struct fuzz_input input = { .records = change->data, .len = change->size };
	size_t at = FUZZ_HEAD_LEN;

	change->nr = 0;
	while ((at = fuzz_next(&input, at)) < input.len && change->nr < RECORDS_MAX) {
		change->at[change->nr++] = at;
		at += fuzz_record_len(&input, at);
	}
}

static struct ipcprobe_rec head_of(const struct change *change, unsigned int i)
{
	struct ipcprobe_rec head;

	memcpy(&head, change->data + change->at[i], sizeof(head));
	return head;
}

static void set_head(struct change *change, unsigned int i, const struct ipcprobe_rec *head)
{
	memcpy(change->data + change->at[i], head, sizeof(*head));
}

static uint64_t interesting(uint64_t old, uint32_t bits)
{
	switch (below(8)) {
	case 0:
		return 0;
	case 1:
		return ~0ULL;
	case 2:
		return old + below(5) - 2;
	case 3:
		return below(64);
	case 4:
		return 1ULL << below(64);
	case 5:
		return (1ULL << below(64)) - 1;
	case 6:
		return below(1U << 31);
	default:
		return old ^ 1ULL << below(bits);
	}
}

/* Offset of a random number field of record @i, 0 if the record has none. */
static size_t pick_field(const struct change *change, unsigned int i, size_t *len)
{
	struct ipcprobe_rec head = head_of(change, i);
	const struct event_desc *desc = event_by_type(head.type);
	unsigned int field, before;
	size_t at = sizeof(head);

	if (!desc || !desc->nr_fields)
		return 0;
	field = below(desc->nr_fields);
	for (before = 0; before < field; before++)
		at += event_kind_len(desc->fields[before].kind);
	*len = event_kind_len(desc->fields[field].kind);
	return *len && *len <= 8 && at + *len <= head.len ? change->at[i] + at : 0;
}

static void change_field(struct change *change, unsigned int i)
{
	size_t len, from_len, at = pick_field(change, i, &len), from;
	uint64_t value = 0;

	if (!at)
		return;
	memcpy(&value, change->data + at, len);
	if (below(4)) {
		value = interesting(value, 8 * len);
	} else {
		from = pick_field(change, below(change->nr), &from_len);
		if (from)
			memcpy(&value, change->data + from, from_len < len ? from_len : len);
	}
	memcpy(change->data + at, &value, len);
}

static void change_head(struct change *change, unsigned int i)
{
	struct ipcprobe_rec head = head_of(change, i), other = head_of(change, below(change->nr));
	const struct event_desc *desc = &event_table[below(event_table_len)];

	switch (below(5)) {
	case 0:
		head.tid = other.tid;
		break;
	case 1:
		head.tid = below(30);
		break;
	case 2:
		head.ts_ns = other.ts_ns;
		break;
	case 3:
		head.ts_ns += below(20000) - 10000ULL;
		break;
	default:
		if (desc->len <= head.len)
			head.type = desc->type;
	}
	set_head(change, i, &head);
}

static void remove_record(struct change *change, unsigned int i)
{
	size_t at = change->at[i], len = head_of(change, i).len;

	memmove(change->data + at, change->data + at + len, change->size - at - len);
	change->size -= len;
}

static void insert(struct change *change, size_t at, const uint8_t *record, size_t len)
{
	if (change->size + len > change->max)
		return;
	memmove(change->data + at + len, change->data + at, change->size - at);
	memcpy(change->data + at, record, len);
	change->size += len;
}

/* Copy record @i to the position, and perhaps the time, of another record. */
static void repeat_record(struct change *change, unsigned int i)
{
	struct ipcprobe_rec head = head_of(change, i);
	uint8_t room[IPCPROBE_REC_MAX];
	unsigned int place = below(change->nr);

	memcpy(room, change->data + change->at[i], head.len);
	if (below(2))
		head.ts_ns = head_of(change, place).ts_ns;
	memcpy(room, &head, sizeof(head));
	insert(change, change->at[place], room, head.len);
}

static void insert_record(struct change *change)
{
	uint8_t room[IPCPROBE_REC_MAX + 64];
	const struct event_desc *desc = &event_table[below(event_table_len)];
	unsigned int place = below(change->nr);
	struct ipcprobe_rec head = change->nr ? head_of(change, place) : (struct ipcprobe_rec){ 0 };
	size_t len = fuzz_make_record(room, desc, head.ts_ns);

	if (change->nr && below(2))
		memcpy(room + offsetof(struct ipcprobe_rec, tid), &head.tid, sizeof(head.tid));
	insert(change, change->nr ? change->at[place] : FUZZ_HEAD_LEN, room, len);
}

static void change_once(struct change *change)
{
	unsigned int i;

	find_records(change);
	if (!change->nr || !below(12)) {
		insert_record(change);
		return;
	}
	i = below(change->nr);
	switch (below(10)) {
	case 0:
		remove_record(change, i);
		break;
	case 1:
		repeat_record(change, i);
		break;
	case 2:
	case 3:
		change_head(change, i);
		break;
	default:
		change_field(change, i);
	}
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int number)
{
	struct change change = { .data = data, .size = size, .max = max };
	unsigned int times;

	if (max < FUZZ_HEAD_LEN + IPCPROBE_REC_MAX)
		return size;
	seed = number * 88172645463325253ULL + 1;
	below(1);
	if (change.size < FUZZ_HEAD_LEN) {
		memset(data, 0, FUZZ_HEAD_LEN);
		change.size = FUZZ_HEAD_LEN;
	}
	if (!below(6))
		data[0] = below(256);
	if (!below(8))
		data[1] = below(16);
	for (times = 1 + below(6); times; times--)
		change_once(&change);
	return change.size;
}
