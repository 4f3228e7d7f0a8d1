// SPDX-License-Identifier: GPL-2.0
/*
 * Checksums of all bytes that an operation moved.
 *
 * What is brought into memory has its sums kept as a set, to which the ranges
 * refer by number: they are cut, shared and dropped as they are, and find the
 * blocks by their places.  Of all sets the oldest are forgotten when there are
 * too many.
 */
#include "model/copies/checksum.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/ipcprobe_events.h>
#include <linux/ipcprobe_print.h>

#include "lib/pool.h"

int sums_add(struct checksums *sums, const struct checksum *sum)
{
	struct checksum *grown;

	grown = array_reserve(sums->v, &sums->cap, sums->nr + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	sums->v = grown;
	grown[sums->nr++] = *sum;
	return 0;
}

/* The first of @v that begins at @at or behind it. */
static uint32_t find(const struct checksum *v, uint32_t nr, uint64_t at)
{
	uint32_t low = 0, high = nr;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (v[middle].at < at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* sums_cut - add those that lie in @bytes from @first on, counted from there */
int sums_cut(struct checksums *sums, const struct checksum *v, uint32_t nr, uint64_t first, uint64_t bytes)
{
	uint32_t i;
	int err = 0;

	for (i = find(v, nr, first); i < nr && v[i].at < first + bytes && !err; i++) {
		struct checksum sum = v[i];

		if (sum.at + sum.bytes > first + bytes)
			break;
		sum.at -= first;
		err = sums_add(sums, &sum);
	}
	return err;
}

/* ---- what is kept ---- */

static struct checksums *set_of(const struct sum_store *store, uint32_t number)
{
	return &store->set[number % SUM_SETS_MAX];
}

static void forget_oldest(struct sum_store *store)
{
	struct checksums *set = set_of(store, store->oldest++);

	store->nr -= set->nr;
	free(set->v);
	*set = (struct checksums){ 0 };
}

void sum_store_deinit(struct sum_store *store)
{
	while (store->set && store->oldest != store->next)
		forget_oldest(store);
	free(store->set);
	*store = (struct sum_store){ 0 };
}

static int make_room(struct sum_store *store, uint32_t nr)
{
	if (!store->set) {
		store->set = calloc(SUM_SETS_MAX, sizeof(*store->set));
		store->oldest = 1;
		store->next = 1;
	}
	if (!store->set)
		return -ENOMEM;
	while (store->oldest != store->next &&
	       (store->nr + nr > SUMS_MAX || store->next - store->oldest >= SUM_SETS_MAX))
		forget_oldest(store);
	store->next += !store->next;
	return 0;
}

/**
 * sum_store_add - keep an operation's sums of @bytes from @first of its places on
 * @start: where these bytes lie
 * @ret: number of the set; 0 = there are none
 *
 * Return: 0 or -ENOMEM.
 */
int sum_store_add(struct sum_store *store, const struct checksum *v, uint32_t nr, uint64_t first,
		  uint64_t start, uint64_t bytes, uint32_t *ret)
{
	struct checksums sums = { 0 };
	uint32_t i;
	int err = sums_cut(&sums, v, nr, first, bytes);

	*ret = 0;
	if (!err && sums.nr)
		err = make_room(store, sums.nr);
	if (err || !sums.nr) {
		free(sums.v);
		return err;
	}
	for (i = 0; i < sums.nr; i++)
		sums.v[i].at += start;
	*ret = store->next++;
	*set_of(store, *ret) = sums;
	store->nr += sums.nr;
	return 0;
}

/* sum_store_get - set @number; NULL: there is none, or it is forgotten */
const struct checksums *sum_store_get(const struct sum_store *store, uint32_t number)
{
	if (!number || number - store->oldest >= store->next - store->oldest)
		return NULL;
	return set_of(store, number);
}

/* ---- comparing ---- */

/* those of blocks whose bytes have one value */
static uint32_t constant[IPCPROBE_SUM_BYTES + 1][256];

/* sums_init - once, before the first sums_compare(); again does no harm */
void sums_init(void)
{
	__u64 words[IPCPROBE_SUM_BYTES / 8];
	uint32_t byte, bytes;

	for (bytes = 1; bytes <= IPCPROBE_SUM_BYTES; bytes++) {
		for (byte = 0; byte < 256; byte++) {
			memset(words, 0, sizeof(words));
			memset(words, byte, bytes);
			constant[bytes][byte] = ipcprobe_sum(words, bytes);
		}
	}
}

/* Do all bytes of the block have one value? */
static bool is_constant(const struct checksum *sum)
{
	uint32_t byte;

	for (byte = 0; byte < 256; byte++)
		if (constant[sum->bytes % (IPCPROBE_SUM_BYTES + 1)][byte] == sum->hash)
			return true;
	return false;
}

/* PRINTS_UNKNOWN: they agree and are constant. */
static enum print_match match(const struct checksum *known, const struct checksum *now)
{
	if (known->hash != now->hash)
		return PRINTS_DIFFER;
	return is_constant(now) ? PRINTS_UNKNOWN : PRINTS_AGREE;
}

/* where a comparison is: the next of both */
struct pair {
	const struct checksum *known, *known_end;
	const struct checksum *now, *now_end;
	uint64_t shift;		/* from an operation's places to those in memory */
};

/* Go on to the next block that both have the sum of, which lies before @end. */
static bool find_pair(struct pair *pair, uint64_t end)
{
	while (pair->known < pair->known_end && pair->now < pair->now_end) {
		uint64_t known = pair->known->at, now = pair->now->at + pair->shift;

		if (known + pair->known->bytes > end || now + pair->now->bytes > end)
			return false;
		if (known == now && pair->known->bytes == pair->now->bytes)
			return true;
		if (known <= now)
			pair->known++;
		if (now <= known)
			pair->now++;
	}
	return false;
}

/*
 * Constant data proves little by itself; among others that agree it is what it
 * was.
 */
static bool goes_on(enum print_match *run, enum print_match next)
{
	if (*run == PRINTS_DIFFER || next == PRINTS_DIFFER)
		return *run == next;
	if (next == PRINTS_AGREE)
		*run = PRINTS_AGREE;
	return true;
}

/**
 * sums_compare - what sums say of the bytes from @start on, up to @end at most
 * @known: of what was brought there
 * @v: of the operation that takes them out
 * @first: its place that lies at @from
 */
struct sum_run sums_compare(const struct checksums *known, const struct checksum *v, uint32_t nr,
			    uint64_t first, uint64_t from, uint64_t start, uint64_t end)
{
	struct pair pair = {
		.known = known->v + find(known->v, known->nr, start),
		.known_end = known->v + known->nr,
		.now = v + find(v, nr, start - from + first), .now_end = v + nr,
		.shift = from - first,
	};
	struct sum_run run = { .end = end, .match = PRINTS_UNKNOWN };

	if (!find_pair(&pair, end))
		return run;
	if (pair.known->at > start) {
		run.end = pair.known->at;
		return run;
	}
	run.is_compared = true;
	run.match = match(pair.known, pair.now);
	do {
		run.end = pair.known->at + pair.known->bytes;
		pair.known++;
	} while (find_pair(&pair, end) && pair.known->at == run.end &&
		 goes_on(&run.match, match(pair.known, pair.now)));
	return run;
}
