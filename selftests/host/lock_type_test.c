// SPDX-License-Identifier: GPL-2.0
/*
 * Locks of this machine's glibc, with a thread that really waits for each lock: where
 * and how it waits is read from /proc, and the other fields are those that the module
 * would record.
 */
#include <errno.h>
#include <inttypes.h>
#include <linux/futex.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "ktap.h"
#include "lib/array.h"
#include "live/lock_type.h"

#define PATIENCE_MS	10000
#define NEAR	IPCPROBE_FUTEX_NEAR

/* An object with other memory around it. */
struct place {
	char below[64];
	union {
		pthread_mutex_t mutex;
		struct {
			pthread_cond_t cond;
			pthread_mutex_t cond_mutex;
		};
		pthread_rwlock_t rwlock;
		pthread_barrier_t barrier;
		sem_t sem;
		uint32_t word;
		pthread_once_t once;
		pthread_t thread;
		char bytes[128];
	} of;
	char above[64];
};

struct lock_case {
	const char *name;
	enum lock_type type;
	const char *kind;
	void (*prepare)(struct place *place);
	void (*block)(struct place *place);
};

static const struct timespec far = { .tv_sec = 1L << 32 };

/* ---- mutexes: the first thread holds them ---- */

static void hold_mutex(struct place *place, int type, int is_shared, int is_robust, int protocol)
{
	pthread_mutexattr_t attr;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_settype(&attr, type);
	pthread_mutexattr_setpshared(&attr, is_shared);
	pthread_mutexattr_setrobust(&attr, is_robust);
	pthread_mutexattr_setprotocol(&attr, protocol);
	pthread_mutex_init(&place->of.mutex, &attr);
	pthread_mutex_lock(&place->of.mutex);
}

#define HOLD(name, type, shared, robust, protocol)			\
static void hold_##name(struct place *place)				\
{									\
	hold_mutex(place, PTHREAD_MUTEX_##type, shared, robust, protocol); \
}
HOLD(normal, NORMAL, 0, 0, 0)
HOLD(recursive, RECURSIVE, 0, 0, 0)
HOLD(errorcheck, ERRORCHECK, 0, 0, 0)
HOLD(adaptive, ADAPTIVE_NP, 0, 0, 0)
HOLD(shared, NORMAL, 1, 0, 0)
HOLD(robust, NORMAL, 0, 1, 0)
HOLD(shared_robust, NORMAL, 1, 1, 0)
HOLD(pi, NORMAL, 0, 0, PTHREAD_PRIO_INHERIT)
HOLD(shared_pi, RECURSIVE, 1, 0, PTHREAD_PRIO_INHERIT)

static void lock(struct place *place)
{
	pthread_mutex_lock(&place->of.mutex);
}

static void lock_timed(struct place *place)
{
	pthread_mutex_timedlock(&place->of.mutex, &far);
}

/* ---- condition variables ---- */

static void init_cond(struct place *place, int is_shared, clockid_t clock)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setpshared(&attr, is_shared);
	pthread_condattr_setclock(&attr, clock);
	pthread_cond_init(&place->of.cond, &attr);
	pthread_mutex_init(&place->of.cond_mutex, NULL);
}

static void make_cond(struct place *place)
{
	init_cond(place, 0, CLOCK_REALTIME);
}

static void make_shared_cond(struct place *place)
{
	init_cond(place, 1, CLOCK_MONOTONIC);
}

static void wait_cond(struct place *place)
{
	pthread_mutex_lock(&place->of.cond_mutex);
	pthread_cond_wait(&place->of.cond, &place->of.cond_mutex);
	pthread_mutex_unlock(&place->of.cond_mutex);
}

static void wait_cond_timed(struct place *place)
{
	pthread_mutex_lock(&place->of.cond_mutex);
	pthread_cond_timedwait(&place->of.cond, &place->of.cond_mutex, &far);
	pthread_mutex_unlock(&place->of.cond_mutex);
}

static pid_t start(void (*function)(struct place *), struct place *place, pthread_t *thread);
static bool find_wait(pid_t tid, const struct place *place, struct ipcprobe_rec_futex_block *rec);

/* Let the two groups of waiters take turns once. */
static void use_cond(struct place *place)
{
	struct ipcprobe_rec_futex_block rec;
	int patience = PATIENCE_MS;
	pthread_t thread;
	pid_t tid;

	make_cond(place);
	tid = start(wait_cond, place, &thread);
	while (!find_wait(tid, place, &rec) && --patience)
		usleep(1000);
	pthread_cond_signal(&place->of.cond);
	pthread_join(thread, NULL);
}

/* ---- read-write locks ---- */

static void init_rwlock(struct place *place, int is_shared)
{
	pthread_rwlockattr_t attr;

	pthread_rwlockattr_init(&attr);
	pthread_rwlockattr_setpshared(&attr, is_shared);
	pthread_rwlock_init(&place->of.rwlock, &attr);
}

static void hold_for_writing(struct place *place)
{
	init_rwlock(place, 0);
	pthread_rwlock_wrlock(&place->of.rwlock);
}

static void hold_for_reading(struct place *place)
{
	init_rwlock(place, 0);
	pthread_rwlock_rdlock(&place->of.rwlock);
}

static void hold_shared_for_writing(struct place *place)
{
	init_rwlock(place, 1);
	pthread_rwlock_wrlock(&place->of.rwlock);
}

static void read_lock(struct place *place)
{
	pthread_rwlock_rdlock(&place->of.rwlock);
}

static void write_lock(struct place *place)
{
	pthread_rwlock_wrlock(&place->of.rwlock);
}

/* ---- barriers and semaphores ---- */

static void pass_barrier(struct place *place)
{
	pthread_barrier_wait(&place->of.barrier);
}

static void make_barrier(struct place *place)
{
	pthread_barrier_init(&place->of.barrier, NULL, 2);
}

static void make_shared_barrier(struct place *place)
{
	pthread_barrierattr_t attr;

	pthread_barrierattr_init(&attr);
	pthread_barrierattr_setpshared(&attr, 1);
	pthread_barrier_init(&place->of.barrier, &attr, 2);
}

static void use_barrier(struct place *place)
{
	pthread_t thread;

	make_barrier(place);
	start(pass_barrier, place, &thread);
	pass_barrier(place);
	pthread_join(thread, NULL);
}

static void make_sem(struct place *place)
{
	sem_init(&place->of.sem, 0, 0);
}

static void make_shared_sem(struct place *place)
{
	sem_init(&place->of.sem, 1, 0);
}

static void take_sem(struct place *place)
{
	sem_wait(&place->of.sem);
}

static void take_sem_timed(struct place *place)
{
	sem_timedwait(&place->of.sem, &far);
}

/* ---- memory that is no lock ---- */

static void clear(struct place *place)
{
	memset(place, 0, sizeof(*place));
}

static void wait_word(struct place *place)
{
	syscall(SYS_futex, &place->of.word, FUTEX_WAIT_PRIVATE, place->of.word, NULL, NULL, 0);
}

static void wait_word_bitset(struct place *place)
{
	syscall(SYS_futex, &place->of.word, FUTEX_WAIT_BITSET_PRIVATE, place->of.word, NULL, NULL,
		~0);
}

static void like_a_sem(struct place *place)
{
	memset(place, 0, sizeof(*place));
	(&place->of.word)[1] = 1;
}

static void like_a_mutex(struct place *place)
{
	memset(place, 0, sizeof(*place));
	place->of.word = 2;
}

static void linger(struct place *place)
{
	(void)place;
	pause();
}

static void make_thread(struct place *place)
{
	memset(place, 0, sizeof(*place));
	start(linger, place, &place->of.thread);
}

static void join(struct place *place)
{
	pthread_join(place->of.thread, NULL);
}

static void init_never(void)
{
	pause();
}

static void run_once(struct place *place)
{
	pthread_once(&place->of.once, init_never);
}

static void begin_once(struct place *place)
{
	pthread_t thread;

	memset(place, 0, sizeof(*place));
	start(run_once, place, &thread);
	while (!__atomic_load_n(&place->of.once, __ATOMIC_ACQUIRE))
		usleep(1000);
}

static const struct lock_case cases[] = {
	{ "mutex", LOCK_MUTEX, "normal", hold_normal, lock },
	{ "mutex with a time limit", LOCK_MUTEX, "normal", hold_normal, lock_timed },
	{ "recursive mutex", LOCK_MUTEX, "recursive", hold_recursive, lock },
	{ "errorcheck mutex", LOCK_MUTEX, "errorcheck", hold_errorcheck, lock },
	{ "adaptive mutex", LOCK_MUTEX, "adaptive", hold_adaptive, lock },
	{ "shared mutex", LOCK_MUTEX, "normal", hold_shared, lock },
	{ "robust mutex", LOCK_MUTEX, "robust", hold_robust, lock },
	{ "shared robust mutex", LOCK_MUTEX, "robust", hold_shared_robust, lock },
	{ "PI mutex", LOCK_MUTEX, "PI", hold_pi, lock },
	{ "shared PI mutex", LOCK_MUTEX, "PI", hold_shared_pi, lock },
	{ "condition variable", LOCK_COND, NULL, make_cond, wait_cond },
	{ "condition variable, second group", LOCK_COND, NULL, use_cond, wait_cond },
	{ "condition variable, time limit", LOCK_COND, NULL, make_cond, wait_cond_timed },
	{ "shared condition variable", LOCK_COND, NULL, make_shared_cond, wait_cond },
	{ "shared condition variable, time limit", LOCK_COND, NULL, make_shared_cond,
	  wait_cond_timed },
	{ "rwlock, reader after writer", LOCK_RWLOCK, NULL, hold_for_writing, read_lock },
	{ "rwlock, writer after writer", LOCK_RWLOCK, NULL, hold_for_writing, write_lock },
	{ "rwlock, writer after reader", LOCK_RWLOCK, NULL, hold_for_reading, write_lock },
	{ "shared rwlock", LOCK_RWLOCK, NULL, hold_shared_for_writing, read_lock },
	{ "shared barrier", LOCK_BARRIER, NULL, make_shared_barrier, pass_barrier },
	{ "barrier, second round", LOCK_BARRIER, NULL, use_barrier, pass_barrier },
	{ "semaphore", LOCK_SEM, NULL, make_sem, take_sem },
	{ "shared semaphore", LOCK_SEM, NULL, make_shared_sem, take_sem },
	{ "shared semaphore, time limit", LOCK_SEM, NULL, make_shared_sem, take_sem_timed },
	/* not certain */
	{ "barrier, first round", LOCK_FUTEX, NULL, make_barrier, pass_barrier },
	{ "semaphore, time limit", LOCK_FUTEX, NULL, make_sem, take_sem_timed },
	{ "pthread_once", LOCK_FUTEX, NULL, begin_once, run_once },
	{ "pthread_join", LOCK_FUTEX, NULL, make_thread, join },
	{ "a word", LOCK_FUTEX, NULL, clear, wait_word },
	{ "a word, with a mask", LOCK_FUTEX, NULL, clear, wait_word_bitset },
	{ "a word and a count", LOCK_FUTEX, NULL, like_a_sem, wait_word_bitset },
	{ "a lock without an owner", LOCK_FUTEX, NULL, like_a_mutex, wait_word },
};

/* ---- the record that the module would write ---- */

struct job {
	void (*function)(struct place *place);
	struct place *place;
	pid_t tid;
};

static void *run_job(void *arg)
{
	struct job *job = arg;

	__atomic_store_n(&job->tid, gettid(), __ATOMIC_RELEASE);
	job->function(job->place);
	return NULL;
}

static pid_t start(void (*function)(struct place *), struct place *place, pthread_t *thread)
{
	struct job *job = calloc(1, sizeof(*job));

	job->function = function;
	job->place = place;
	if (pthread_create(thread, NULL, run_job, job))
		abort();
	while (!__atomic_load_n(&job->tid, __ATOMIC_ACQUIRE))
		usleep(1000);
	return job->tid;
}

/* The task of this process that has the number, or 0. */
static uint32_t own_task(uint32_t number)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/task/%u", number);
	return number && !access(path, F_OK) ? number : 0;
}

static void fill_record(struct ipcprobe_rec_futex_block *rec, const uint64_t *args)
{
	uint32_t op = args[1] & ~(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME), number;
	bool is_pi = op == FUTEX_LOCK_PI || op == FUTEX_LOCK_PI2;
	const char *at = (const char *)(uintptr_t)args[0];

	memset(rec, 0, sizeof(*rec));
	rec->addr = args[0];
	rec->op = op;
	rec->val = is_pi ? 0 : args[2];
	rec->flags = IPCPROBE_FUTEX_BELOW | IPCPROBE_FUTEX_ABOVE;
	rec->flags |= args[1] & FUTEX_PRIVATE_FLAG ? 0 : IPCPROBE_FUTEX_SHARED;
	rec->flags |= args[1] & FUTEX_CLOCK_REALTIME ? IPCPROBE_FUTEX_REALTIME : 0;
	rec->flags |= args[3] ? IPCPROBE_FUTEX_TIMEOUT : 0;
	memcpy(rec->mem, at - NEAR, sizeof(rec->mem));
	memcpy(&number, at + (is_pi ? 0 : 8), sizeof(number));
	rec->owner = own_task(is_pi ? number & FUTEX_TID_MASK : number);
}

/* True if the thread sleeps in futex(2), at @place or, if that is NULL, anywhere. */
static bool find_wait(pid_t tid, const struct place *place, struct ipcprobe_rec_futex_block *rec)
{
	uint64_t args[4];
	char path[64];
	long nr = -1;
	int n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/task/%d/syscall", tid);
	f = fopen(path, "r");
	if (f) {
		n = fscanf(f, "%ld 0x%" SCNx64 " 0x%" SCNx64 " 0x%" SCNx64 " 0x%" SCNx64, &nr,
			   &args[0], &args[1], &args[2], &args[3]);
		fclose(f);
	}
	if (n != 5 || nr != SYS_futex)
		return false;
	if (place && args[0] - (uintptr_t)place >= sizeof(*place))
		return false;
	fill_record(rec, args);
	return true;
}

/* pthread_join() waits on a word in the thread's own descriptor. */
static bool waits_elsewhere(const struct lock_case *test)
{
	return test->block == join;
}

static bool is_right(const struct lock_case *test, struct place *place, const struct lock *lock)
{
	if (lock->type != test->type)
		return false;
	if (test->type != LOCK_FUTEX && lock->addr != (uintptr_t)&place->of)
		return false;
	if (test->type == LOCK_MUTEX && (strcmp(lock->kind, test->kind) ||
					 lock->owner != (uint32_t)gettid()))
		return false;
	return test->prepare != hold_for_writing || lock->owner == (uint32_t)gettid();
}

/* @fill: contents of the memory around the lock */
static bool try_case(const struct lock_case *test, uint8_t fill)
{
	struct place *place = aligned_alloc(64, (sizeof(*place) + 63) & ~63UL);
	struct ipcprobe_rec_futex_block rec;
	pthread_t thread;
	struct lock lock;
	int patience = PATIENCE_MS;
	pid_t tid;

	memset(place, fill, sizeof(*place));
	test->prepare(place);
	tid = start(test->block, place, &thread);
	while (!find_wait(tid, waits_elsewhere(test) ? NULL : place, &rec) && --patience)
		usleep(1000);
	if (!patience) {
		ktap_note("the thread does not wait");
		return false;
	}
	lock = lock_recognise(&rec);
	if (is_right(test, place, &lock))
		return true;
	ktap_note("fill %02x: %s %s at %d of owner %u; op %u val %u flags %x", fill,
		  lock_type_name(lock.type), lock.kind ?: "",
		  (int)(lock.addr - (uintptr_t)&place->of), lock.owner, rec.op, rec.val, rec.flags);
	for (int i = 0; i < 2 * NEAR; i += 4)
		ktap_note("%4d %08x", i - NEAR, *(uint32_t *)(rec.mem + i));
	return false;
}

/* Random memory, much of it zeroes and small numbers, is recognised as no lock. */
static void test_random(void)
{
	static const uint8_t ops[] = { IPCPROBE_FUTEX_OP_WAIT, IPCPROBE_FUTEX_OP_WAIT_BITSET,
				       IPCPROBE_FUTEX_OP_LOCK_PI, IPCPROBE_FUTEX_OP_WAITV };
	unsigned int nr_found = 0, nr = 2000000;

	srandom(1);
	for (unsigned int i = 0; i < nr; i++) {
		struct ipcprobe_rec_futex_block rec = {
			.addr = 0x1000 + random() % 16 * 4,
			.op = ops[random() % ARRAY_SIZE(ops)],
			.flags = random() & ~IPCPROBE_FUTEX_REALTIME,
			.owner = random() % 2 * 1000,
		};

		for (unsigned int at = 0; at < sizeof(rec.mem); at += 4) {
			uint32_t value = random();

			value = value >> (random() % 4 * 8 + 7);
			memcpy(rec.mem + at, &value, 4);
		}
		memcpy(&rec.val, rec.mem + NEAR, 4);
		nr_found += lock_recognise(&rec).type != LOCK_FUTEX;
	}
	ktap_lt(nr_found, nr / 100000);
	ktap_result("random memory is no lock (%u of %u)", nr_found, nr);
}

int main(void)
{
	ktap_begin(ARRAY_SIZE(cases) + 1);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		ktap_true(try_case(&cases[i], 0));
		ktap_true(try_case(&cases[i], 0xa5));
		ktap_result("%s: %s", cases[i].name, lock_type_name(cases[i].type));
	}
	test_random();
	fflush(stdout);
	_exit(ktap_end());	/* the threads wait for ever */
}
