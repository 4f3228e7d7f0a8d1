// SPDX-License-Identifier: GPL-2.0
/*
 * Recognises locks of glibc 2.36, 2.41 and 2.43 on 64-bit, by their layout and
 * by what must be true of each lock while a task waits. A lock that may be
 * something else is reported as a futex.
 *
 * A wait by glibc is recognised by its clock: even without a time limit it
 * names CLOCK_REALTIME, which no other program has a reason to do. glibc does
 * so for all locks but mutexes and barriers.
 */
#include "live/lock_type.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define FUTEX_WAITERS	0x80000000U
#define FUTEX_TID_MASK	0x3fffffffU

#define MANY		(1U << 20)	/* no lock has as many threads */

/* bits of __kind of a pthread_mutex_t */
#define KIND_TYPE	0x03
#define KIND_ROBUST	0x10
#define KIND_INHERIT	0x20
#define KIND_SHARED	0x80
#define KIND_ELISION	0x300	/* elision requested or refused; every "normal" mutex refuses it */

/* Value by which sem_t and pthread_barrier_t mark a shared object. */
#define MARK_SHARED	128

const char *lock_type_name(enum lock_type type)
{
	static const char *const names[] = {
		[LOCK_FUTEX] = "futex", [LOCK_MUTEX] = "mutex", [LOCK_COND] = "cond",
		[LOCK_RWLOCK] = "rwlock", [LOCK_BARRIER] = "barrier", [LOCK_SEM] = "sem",
	};

	return names[type];
}

/* ---- reading the memory ---- */

/* @offset: relative to the futex, -IPCPROBE_FUTEX_NEAR to IPCPROBE_FUTEX_NEAR - 4 */
static uint32_t word_at(const struct ipcprobe_rec_futex_block *rec, int offset)
{
	uint32_t value;

	memcpy(&value, rec->mem + IPCPROBE_FUTEX_NEAR + offset, sizeof(value));
	return value;
}

static uint64_t wide_at(const struct ipcprobe_rec_futex_block *rec, int offset)
{
	return word_at(rec, offset) | (uint64_t)word_at(rec, offset + 4) << 32;
}

static bool is_zero(const struct ipcprobe_rec_futex_block *rec, int from, int to)
{
	for (; from < to; from++)
		if (rec->mem[IPCPROBE_FUTEX_NEAR + from])
			return false;
	return true;
}

static bool is_shared(const struct ipcprobe_rec_futex_block *rec)
{
	return rec->flags & IPCPROBE_FUTEX_SHARED;
}

static bool has_halves(const struct ipcprobe_rec_futex_block *rec, uint16_t halves)
{
	return (rec->flags & halves) == halves;
}

static bool is_count(uint32_t value)
{
	return value && value < MANY;
}

/* True if the wait names a clock, as waits of glibc without a time limit do. */
static bool is_clocked(const struct ipcprobe_rec_futex_block *rec)
{
	return rec->op == IPCPROBE_FUTEX_OP_WAIT_BITSET &&
	       (rec->flags & (IPCPROBE_FUTEX_REALTIME | IPCPROBE_FUTEX_TIMEOUT));
}

static bool is_by_glibc(const struct ipcprobe_rec_futex_block *rec)
{
	return is_clocked(rec) && !(rec->flags & IPCPROBE_FUTEX_TIMEOUT);
}

/* ---- pthread_mutex_t: lock, count, owner, nusers, kind, spins, list ---- */

/* True if the futex holds the owner's tid and a bit for waiters, as in a robust or PI mutex. */
static bool is_owner_word(const struct ipcprobe_rec_futex_block *rec)
{
	return (word_at(rec, 0) & FUTEX_TID_MASK) == (word_at(rec, 8) & FUTEX_TID_MASK);
}

static bool waits_for_robust(const struct ipcprobe_rec_futex_block *rec)
{
	return rec->op != IPCPROBE_FUTEX_OP_LOCK_PI && rec->op != IPCPROBE_FUTEX_OP_LOCK_PI2 &&
	       rec->val & FUTEX_WAITERS && is_owner_word(rec);
}

static bool waits_for_pi(const struct ipcprobe_rec_futex_block *rec)
{
	return (rec->op == IPCPROBE_FUTEX_OP_LOCK_PI || rec->op == IPCPROBE_FUTEX_OP_LOCK_PI2) &&
	       is_owner_word(rec);
}

static bool waits_for_plain(const struct ipcprobe_rec_futex_block *rec)
{
	return (rec->op == IPCPROBE_FUTEX_OP_WAIT || rec->op == IPCPROBE_FUTEX_OP_WAIT_BITSET) &&
	       rec->val == 2 && word_at(rec, 0) <= 2;
}

/*
 * True if the list of the mutex fits its kind: a robust mutex is on a list of
 * its owner, other mutexes are on no list.
 */
static bool is_special_mutex(const struct ipcprobe_rec_futex_block *rec, uint32_t kind)
{
	bool is_listed = wide_at(rec, 24) && wide_at(rec, 32);

	return is_count(word_at(rec, 4)) &&
	       (kind & KIND_ROBUST ? is_listed : is_zero(rec, 20, 40)) &&
	       (kind & KIND_INHERIT ? waits_for_pi(rec) : waits_for_robust(rec));
}

static bool is_plain_mutex(const struct ipcprobe_rec_futex_block *rec, uint32_t kind)
{
	bool is_recursive = (kind & KIND_TYPE) == 1, is_adaptive = (kind & KIND_TYPE) == 3;

	return waits_for_plain(rec) && (is_recursive ? word_at(rec, 4) : !word_at(rec, 4)) &&
	       (is_adaptive || is_zero(rec, 20, 24)) && is_zero(rec, 24, 40);
}

static bool is_mutex(const struct ipcprobe_rec_futex_block *rec)
{
	uint32_t kind = word_at(rec, 16);
	bool is_special = kind & (KIND_ROBUST | KIND_INHERIT);

	if (!has_halves(rec, IPCPROBE_FUTEX_ABOVE) || rec->addr % 8 ||
	    kind & ~(KIND_TYPE | KIND_ROBUST | KIND_INHERIT | KIND_SHARED |
		  KIND_ELISION))
		return false;
	/* The kernel itself wakes the waiters of a robust mutex, always as shared. */
	if (is_shared(rec) != !!(kind & (KIND_SHARED | KIND_ROBUST)))
		return false;
	if (!rec->owner || !word_at(rec, 8) || !is_count(word_at(rec, 12)))
		return false;
	return is_special ? is_special_mutex(rec, kind) : is_plain_mutex(rec, kind);
}

static const char *mutex_kind(const struct ipcprobe_rec_futex_block *rec)
{
	static const char *const names[] = { "normal", "recursive", "errorcheck", "adaptive" };
	uint32_t kind = word_at(rec, 16);

	if (kind & KIND_ROBUST)
		return kind & KIND_INHERIT ? "robust PI" : "robust";
	return kind & KIND_INHERIT ? "PI" : names[kind & KIND_TYPE];
}

/* ---- pthread_cond_t ---- */

/**
 * struct cond_layout - offsets of a pthread_cond_t
 * @refs: offset of g_refs[2]; -1: this version has no g_refs
 *
 * wseq is at offset 0, g1_start at offset 8. The lowest bit of both is the
 * group that new waiters join. The two lowest bits of orig_size are a lock. The
 * three lowest bits of wrefs are flags; the first flag means shared. The other
 * fields are counts.
 */
struct cond_layout {
	int refs;
	int orig_size;
	int wrefs;
	int signals;
	int end;
};

static const struct cond_layout cond_layouts[] = {
	{ .refs = 16, .orig_size = 32, .wrefs = 36, .signals = 40, .end = 48 },	/* 2.36 */
	{ .refs = -1, .orig_size = 24, .wrefs = 28, .signals = 32, .end = 40 },	/* 2.41 */
};

static int cond_base(const struct ipcprobe_rec_futex_block *rec, const struct cond_layout *layout)
{
	return -layout->signals - (int)(rec->addr % 8);
}

/* True if new waiters join a group that begins where the other group ends. */
static bool is_joining(uint64_t wseq, uint64_t g1_start, uint32_t orig_size, uint64_t group)
{
	uint64_t first = (g1_start >> 1) + (orig_size >> 2);

	return (wseq & 1) == group && (g1_start & 1) == group &&
	       wseq >> 1 > first && (wseq >> 1) - first < MANY;
}

static bool is_cond_as(const struct ipcprobe_rec_futex_block *rec,
		       const struct cond_layout *layout)
{
	int base = cond_base(rec, layout), group = rec->addr % 8 / 4;
	uint64_t wseq = wide_at(rec, base), g1_start = wide_at(rec, base + 8);
	uint32_t orig_size = word_at(rec, base + layout->orig_size), refs;
	uint32_t wrefs = word_at(rec, base + layout->wrefs), waiters = wrefs >> 3;

	if (!is_count(waiters) || (wrefs & 1) != is_shared(rec) || wseq >> 1 < waiters ||
	    g1_start >> 1 >= wseq >> 1 || wseq >> 1 >= 1ULL << 40 || (orig_size & 3) > 2)
		return false;
	/*
	 * A signal may have closed the group just now; that the wait is by
	 * glibc is proof enough.
	 */
	if (!is_by_glibc(rec) && !is_joining(wseq, g1_start, orig_size, group))
		return false;
	if (layout->refs < 0)
		return is_zero(rec, base + layout->end, base + layout->end + 8);
	refs = word_at(rec, base + layout->refs + 4 * group) >> 1;
	return refs && refs <= waiters;
}

static const struct cond_layout *find_cond(const struct ipcprobe_rec_futex_block *rec)
{
	if (!has_halves(rec, IPCPROBE_FUTEX_BELOW | IPCPROBE_FUTEX_ABOVE) || !is_clocked(rec))
		return NULL;
	for (size_t i = 0; i < sizeof(cond_layouts) / sizeof(*cond_layouts); i++)
		if (is_cond_as(rec, &cond_layouts[i]))
			return &cond_layouts[i];
	return NULL;
}

/* ---- pthread_rwlock_t ---- */

/*
 * Returns the lock's offset from the futex. The futex is wrphase_futex (8) or
 * writers_futex (12); its value is 0 or 1, plus 2 if the futex is used.
 */
static int rwlock_base(const struct ipcprobe_rec_futex_block *rec)
{
	return rec->addr % 8 ? -12 : -8;
}

static bool is_rwlock(const struct ipcprobe_rec_futex_block *rec)
{
	int base = rwlock_base(rec);

	if (!has_halves(rec, IPCPROBE_FUTEX_BELOW | IPCPROBE_FUTEX_ABOVE) || !is_clocked(rec))
		return false;
	return (rec->val == 3 || (rec->val == 2 && base == -8)) && word_at(rec, 0) <= 3 &&
	       word_at(rec, base) && (word_at(rec, base + 4) & ~FUTEX_WAITERS) < MANY &&
	       word_at(rec, base + 8) <= 3 && word_at(rec, base + 12) <= 3 &&
	       is_zero(rec, base + 16, base + 24) &&
	       word_at(rec, base + 28) == (uint32_t)is_shared(rec) &&
	       is_zero(rec, base + 32, base + 48) && word_at(rec, base + 48) <= 2;
}

/* ---- pthread_barrier_t: in, current round, count, shared, out ---- */

/*
 * True for a barrier, but not in the first round of a private barrier: its
 * memory looks like any small numbers.
 */
static bool is_barrier(const struct ipcprobe_rec_futex_block *rec)
{
	uint32_t in = word_at(rec, -4), round = word_at(rec, 0), count = word_at(rec, 4);
	uint32_t out = word_at(rec, 12);

	if (!has_halves(rec, IPCPROBE_FUTEX_BELOW | IPCPROBE_FUTEX_ABOVE) || rec->addr % 8 != 4 ||
	    rec->op != IPCPROBE_FUTEX_OP_WAIT || rec->flags & IPCPROBE_FUTEX_TIMEOUT ||
	    !is_count(count) || (!round && !is_shared(rec)))
		return false;
	return rec->val == round && word_at(rec, 8) == (is_shared(rec) ? MARK_SHARED : 0) &&
	       round % count == 0 && in - round - 1 < count - 1 && out <= round &&
	       round - out <= count;
}

/* ---- sem_t: value, waiters, shared ---- */

static bool is_sem(const struct ipcprobe_rec_futex_block *rec)
{
	return has_halves(rec, IPCPROBE_FUTEX_ABOVE) && rec->addr % 8 == 0 &&
	       (is_shared(rec) ? is_clocked(rec) : is_by_glibc(rec)) && !rec->val &&
	       word_at(rec, 0) < MANY && is_count(word_at(rec, 4)) &&
	       word_at(rec, 8) == (is_shared(rec) ? MARK_SHARED : 0);
}

/**
 * lock_recognise - recognise the lock that a waiter waits for
 * @rec: record that event_check() accepted
 *
 * Return: the lock, by value; its type is LOCK_FUTEX if the lock is uncertain.
 */
struct lock lock_recognise(const struct ipcprobe_rec_futex_block *rec)
{
	struct lock lock = { .type = LOCK_FUTEX, .addr = rec->addr };
	const struct cond_layout *cond;

	if (is_mutex(rec)) {
		lock.type = LOCK_MUTEX;
		lock.kind = mutex_kind(rec);
		lock.owner = rec->owner;
		return lock;
	}
	cond = find_cond(rec);
	if (cond) {
		lock.type = LOCK_COND;
		lock.addr += cond_base(rec, cond);
	} else if (is_rwlock(rec)) {
		lock.type = LOCK_RWLOCK;
		lock.addr += rwlock_base(rec);
		lock.owner = word_at(rec, rwlock_base(rec) + 24);
	} else if (is_barrier(rec)) {
		lock.type = LOCK_BARRIER;
		lock.addr -= 4;
	} else if (is_sem(rec)) {
		lock.type = LOCK_SEM;
	}
	return lock;
}
