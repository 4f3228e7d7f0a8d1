/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bytes that came to known places of a memory or a file: each place keeps the last byte
 * put there.  Copies share pages until one of them changes.
 */
#ifndef ORACLE_SHADOW_H
#define ORACLE_SHADOW_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define SHADOW_PAGE	4096U
#define SHADOW_SLOTS	4096U

/* Result of comparing a byte with the known one. */
enum shadow_match { SHADOW_NONE, SHADOW_SAME, SHADOW_OTHER };

/* A page of bytes; @nr_users shadows share it. */
struct shadow_data {
	uint32_t nr_users;
	uint8_t byte[SHADOW_PAGE];
	uint8_t is_known[SHADOW_PAGE];
};

/* Address and data of a page. */
struct shadow_ref {
	struct shadow_ref *next;
	uint64_t number;
	struct shadow_data *data;
};

struct shadow {
	struct shadow_ref *slot[SHADOW_SLOTS];
};

static inline void *shadow_alloc(size_t bytes)
{
	void *memory = calloc(1, bytes);

	if (!memory)
		abort();
	return memory;
}

static inline struct shadow *shadow_new(void)
{
	return shadow_alloc(sizeof(struct shadow));
}

static inline struct shadow_ref **shadow_slot(struct shadow *shadow, uint64_t number)
{
	return &shadow->slot[number * 0x9e3779b97f4a7c15ULL >> 52];
}

static inline struct shadow_data *shadow_find(struct shadow *shadow, uint64_t number)
{
	struct shadow_ref *ref = *shadow_slot(shadow, number);

	while (ref && ref->number != number)
		ref = ref->next;
	return ref ? ref->data : NULL;
}

/* Return the page; unshare it from other shadows first. */
static inline struct shadow_data *shadow_edit(struct shadow *shadow, uint64_t number)
{
	struct shadow_ref **slot = shadow_slot(shadow, number), *ref = *slot;
	struct shadow_data *copy;

	while (ref && ref->number != number)
		ref = ref->next;
	if (!ref) {
		ref = shadow_alloc(sizeof(*ref));
		*ref = (struct shadow_ref){ *slot, number, shadow_alloc(sizeof(*ref->data)) };
		ref->data->nr_users = 1;
		*slot = ref;
	}
	if (ref->data->nr_users == 1)
		return ref->data;
	copy = shadow_alloc(sizeof(*copy));
	*copy = *ref->data;
	copy->nr_users = 1;
	ref->data->nr_users--;
	ref->data = copy;
	return copy;
}

static inline struct shadow *shadow_copy(const struct shadow *from)
{
	struct shadow *shadow = shadow_new();
	const struct shadow_ref *ref;
	struct shadow_ref *copy;
	uint32_t i;

	for (i = 0; i < SHADOW_SLOTS; i++) {
		for (ref = from->slot[i]; ref; ref = ref->next) {
			copy = shadow_alloc(sizeof(*copy));
			*copy = *ref;
			copy->next = shadow->slot[i];
			copy->data->nr_users++;
			shadow->slot[i] = copy;
		}
	}
	return shadow;
}

static inline uint64_t shadow_part(uint64_t addr, uint64_t bytes)
{
	uint64_t room = SHADOW_PAGE - addr % SHADOW_PAGE;

	return bytes < room ? bytes : room;
}

/* Put @bytes at @addr. */
static inline void shadow_put(struct shadow *shadow, uint64_t addr, const uint8_t *data,
			      uint64_t bytes)
{
	uint64_t part;

	for (; bytes; bytes -= part, addr += part, data += part) {
		struct shadow_data *page = shadow_edit(shadow, addr / SHADOW_PAGE);

		part = shadow_part(addr, bytes);
		memcpy(page->byte + addr % SHADOW_PAGE, data, part);
		memset(page->is_known + addr % SHADOW_PAGE, 1, part);
	}
}

/* Compare @bytes at @addr with the known ones; set an enum shadow_match for each. */
static inline void shadow_match(struct shadow *shadow, uint64_t addr, const uint8_t *data,
				uint64_t bytes, uint8_t *match)
{
	uint64_t i;

	for (i = 0; i < bytes; i++) {
		const struct shadow_data *page = shadow_find(shadow, (addr + i) / SHADOW_PAGE);
		uint64_t at = (addr + i) % SHADOW_PAGE;

		match[i] = SHADOW_NONE;
		if (page && page->is_known[at])
			match[i] = page->byte[at] == data[i] ? SHADOW_SAME : SHADOW_OTHER;
	}
}

#endif /* ORACLE_SHADOW_H */
