// SPDX-License-Identifier: GPL-2.0
/*
 * Checksums of all bytes that an operation moved.
 *
 * The checksums of bytes that an operation brings into memory are kept as a set.
 * Ranges refer to the set by its number. A range may be cut, shared or dropped
 * without a change to the set: blocks are found by their addresses. When there are
 * too many sets, the oldest are forgotten.
 */
#include "model/copies/checksum.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/ipcprobe_events.h>
#include <linux/ipcprobe_print.h>

#include "lib/pool.h"
#include "lib/search.h"

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

static bool begins_at_or_after(const void *sums, uint32_t i, uint64_t at)
{
	const struct checksum *sum = sums;

	return sum[i].at >= at;
}

/* Index of the first checksum in @v whose block begins at @at or later. */
static uint32_t first_block(const struct checksum *v, uint32_t nr, uint64_t at)
{
	return search_first(v, 0, nr, at, begins_at_or_after);
}

/*
 * sums_cut - add the checksums of blocks within @bytes from @first on; their places
 * are counted from @first
 */
int sums_cut(struct checksums *sums, const struct checksum *v, uint32_t nr, uint64_t first, uint64_t bytes)
{
	uint32_t i;
	int err = 0;

	for (i = first_block(v, nr, first); i < nr && v[i].at < first + bytes && !err; i++) {
		struct checksum sum = v[i];

		if (sum.at + sum.bytes > first + bytes)
			break;
		sum.at -= first;
		err = sums_add(sums, &sum);
	}
	return err;
}

/* ---- the store ---- */

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
 * sum_store_add - keep the checksums of @bytes of an operation, from place @first
 * on
 * @start: address of these bytes
 * @ret: number of the set; 0 = there are no checksums
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

/* sum_store_get - set @number; NULL = none, or it has been forgotten */
const struct checksums *sum_store_get(const struct sum_store *store, uint32_t number)
{
	if (!number || number - store->oldest >= store->next - store->oldest)
		return NULL;
	return set_of(store, number);
}

/* ---- comparison ---- */

/* checksums of blocks whose bytes all have one value */
static uint32_t constant[IPCPROBE_SUM_BYTES + 1][256];

/* sums_init - call before the first sums_compare(); further calls are harmless */
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

/* True if all bytes of the block have one value. */
static bool is_constant(const struct checksum *sum)
{
	uint32_t byte;

	for (byte = 0; byte < 256; byte++)
		if (constant[sum->bytes % (IPCPROBE_SUM_BYTES + 1)][byte] == sum->hash)
			return true;
	return false;
}

/*
 * Compare two checksums of one block. PRINTS_UNKNOWN: they agree, but the data is
 * constant.
 */
static enum print_match match_sums(const struct checksum *known, const struct checksum *now)
{
	if (known->hash != now->hash)
		return PRINTS_DIFFER;
	return is_constant(now) ? PRINTS_UNKNOWN : PRINTS_AGREE;
}

/* State of a comparison: the next checksum on each side. */
struct pair {
	const struct checksum *known, *known_end;
	const struct checksum *now, *now_end;
	/* added to a place in the operation, gives the address in memory */
	uint64_t shift;
};

/* Advance to the next block before @end of which both sides have the checksum. */
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
 * True if the run goes on with the result @next. Constant data proves little by
 * itself: it takes the result of the blocks beside it that agree.
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
 * sums_compare - compare the checksums of the bytes from @start on, at most up to
 * @end
 * @known: checksums of the bytes that were brought there
 * @v: checksums of the operation that takes the bytes out
 * @first: the operation's place whose byte is at @from
 */
struct sum_run sums_compare(const struct checksums *known, const struct checksum *v, uint32_t nr,
			    uint64_t first, uint64_t from, uint64_t start, uint64_t end)
{
	struct pair pair = {
		.known = known->v + first_block(known->v, known->nr, start),
		.known_end = known->v + known->nr,
		.now = v + first_block(v, nr, start - from + first), .now_end = v + nr,
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
	run.match = match_sums(pair.known, pair.now);
	do {
		run.end = pair.known->at + pair.known->bytes;
		pair.known++;
	} while (find_pair(&pair, end) && pair.known->at == run.end &&
		 goes_on(&run.match, match_sums(pair.known, pair.now)));
	return run;
}
