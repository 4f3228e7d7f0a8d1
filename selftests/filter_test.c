// SPDX-License-Identifier: GPL-2.0
/* Filters: processes with all their descendants, CPUs, the session's own process. */
#include <kselftest_harness.h>

#include "capture.h"

#include <pthread.h>
#include <sys/prctl.h>

/* Tasks enter their ids here, so that the test knows which tasks to expect. */
struct roll {
	uint32_t nr;
	uint32_t go;
	uint32_t tid[4096];
	uint32_t nr_uses[4096];
};

FIXTURE(filter)
{
	struct capture cap;
	struct roll *roll;
	int fd[2];
};

FIXTURE_SETUP(filter)
{
	self->roll = shared_memory(sizeof(*self->roll));
	ASSERT_NE(NULL, self->roll);
	ASSERT_EQ(0, pipe(self->fd));
}

FIXTURE_TEARDOWN(filter)
{
	capture_close(&self->cap);
}

static int use_fd[2];

static void use_pipe(void)
{
	char byte = 0;

	CHECK(write(use_fd[1], &byte, 1) == 1);
	CHECK(read(use_fd[0], &byte, 1) == 1);
}

/* Run as a new task that uses the pipe once, and enter it on the roll. */
static void take_part(struct roll *roll)
{
	uint32_t n = __atomic_fetch_add(&roll->nr, 1, __ATOMIC_RELAXED);

	CHECK(n < NR(roll->tid));
	roll->tid[n] = gettid();
	use_pipe();
}

static void await(uint32_t *flag)
{
	while (!__atomic_load_n(flag, __ATOMIC_ACQUIRE))
		sched_yield();
}

static void set(uint32_t *flag)
{
	__atomic_store_n(flag, 1, __ATOMIC_RELEASE);
}

static int open_filtered(struct capture *cap, uint32_t pid, uint32_t flags)
{
	struct ipcprobe_config config = {
		.classes = CLASS_BIT(TASK) | CLASS_BIT(PIPE),
		.filtered = pid ? CLASS_BIT(PIPE) : 0,
		.flags = IPCPROBE_F_NO_SNAPSHOT | flags,
		.ring_bytes = 4 << 20,
		.wakeup_bytes = 1,
		.nr_pids = pid ? 1 : 0,
		.pids = (uintptr_t)&pid,
	};

	return capture_open(cap, &config);
}

/* Number of records of class pipe by task @tid. */
static size_t count_uses(const struct capture *cap, uint32_t tid)
{
	size_t i, nr = 0;

	for (i = 0; i < cap->nr; i++)
		nr += cap->recs[i].rec->tid == tid &&
		      (cap->recs[i].rec->type == IPCPROBE_REC_pipe_write ||
		       cap->recs[i].rec->type == IPCPROBE_REC_pipe_read);
	return nr;
}

static bool is_on(const struct roll *roll, uint32_t tid)
{
	uint32_t i;

	for (i = 0; i < roll->nr; i++)
		if (roll->tid[i] == tid)
			return true;
	return false;
}

/* Expect both records of each task on the roll, and no other task. */
static void expect_roll(struct __test_metadata *_metadata, const struct capture *cap,
			const struct roll *roll)
{
	uint32_t i;

	for (i = 0; i < roll->nr; i++)
		EXPECT_LE(2, count_uses(cap, roll->tid[i])) TH_LOG("task %u is missing", i);
	for (i = 0; i < cap->nr; i++) {
		const struct ipcprobe_rec *rec = cap->recs[i].rec;

		if (rec->type >> 8 == IPCPROBE_CLASS_PIPE && rec->tid)
			EXPECT_TRUE(is_on(roll, rec->tid)) TH_LOG("task %u is none of them",
								  rec->tid);
	}
}

/* ---- descendants ---- */

static void *thread_takes_part(void *roll)
{
	take_part(roll);
	return NULL;
}

static void *thread_execs(void *roll)
{
	char number[2][16];

	take_part(roll);
	snprintf(number[0], sizeof(number[0]), "%d", use_fd[0]);
	snprintf(number[1], sizeof(number[1]), "%d", use_fd[1]);
	/* the new program uses the pipe as the process's first thread */
	execl("/proc/self/exe", "filter_test", "--use", number[0], number[1], NULL);
	_exit(1);
}

static void grandchildren(struct roll *roll)
{
	pid_t pid = fork();

	if (!pid) {
		/* its parent ends at once: the task becomes an orphan */
		if (!fork()) {
			while (getppid() != 1)
				sched_yield();
			take_part(roll);
			set(&roll->go);
			_exit(0);
		}
		take_part(roll);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

static void do_descendants(struct roll *roll)
{
	pthread_t thread;
	pid_t pid;

	await(&roll->go);
	roll->go = 0;
	take_part(roll);
	CHECK(!pthread_create(&thread, NULL, thread_takes_part, roll));
	pthread_join(thread, NULL);
	grandchildren(roll);
	await(&roll->go);
	pid = fork();
	if (!pid) {
		/* once for the thread before execve(), once for the program after it */
		roll->tid[__atomic_fetch_add(&roll->nr, 1, __ATOMIC_RELAXED)] = gettid();
		CHECK(!pthread_create(&thread, NULL, thread_execs, roll));
		for (;;)
			pause();
	}
	waitpid(pid, NULL, 0);
}

static void do_others(struct roll *roll MAYBE_UNUSED)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		pid_t pid = fork();

		use_pipe();
		if (!pid)
			_exit(0);
		waitpid(pid, NULL, 0);
	}
}

TEST_F(filter, descendants_and_no_others)
{
	pid_t pid, other;

	memcpy(use_fd, self->fd, sizeof(use_fd));
	pid = SPAWN(do_descendants, self->roll);
	ASSERT_EQ(0, pipe(use_fd));
	other = SPAWN(do_others, self->roll);
	ASSERT_EQ(0, open_filtered(&self->cap, pid, 0));
	ASSERT_EQ(0, capture_start(&self->cap));
	set(&self->roll->go);
	REAP(pid);
	FINISH(&self->cap);
	kill(other, SIGKILL);
	waitpid(other, NULL, 0);
	EXPECT_EQ(6, self->roll->nr);
	expect_roll(_metadata, &self->cap, self->roll);
}

/* The id of any thread selects the whole process. */
static void *thread_waits(void *arg)
{
	struct roll *roll = arg;
	uint32_t n = __atomic_fetch_add(&roll->nr, 1, __ATOMIC_RELAXED);

	__atomic_store_n(&roll->tid[n], gettid(), __ATOMIC_RELEASE);
	await(&roll->go);
	use_pipe();
	return NULL;
}

static void do_threads(struct roll *roll)
{
	pthread_t thread[3];
	size_t i;

	for (i = 0; i < NR(thread); i++)
		CHECK(!pthread_create(&thread[i], NULL, thread_waits, roll));
	thread_waits(roll);
	for (i = 0; i < NR(thread); i++)
		pthread_join(thread[i], NULL);
}

TEST_F(filter, any_thread_names_the_process)
{
	pid_t pid;
	size_t i;

	memcpy(use_fd, self->fd, sizeof(use_fd));
	pid = SPAWN(do_threads, self->roll);
	for (i = 0; i < 4; i++)
		await(&self->roll->tid[i]);
	ASSERT_EQ(0, open_filtered(&self->cap, self->roll->tid[2], 0));
	ASSERT_EQ(0, capture_start(&self->cap));
	set(&self->roll->go);
	REAP(pid);
	FINISH(&self->cap);
	expect_roll(_metadata, &self->cap, self->roll);
}

/* ---- a process that creates threads all the time ---- */

static struct roll *clone_roll;
static uint32_t want_parts;

static void *thread_of_storm(void *arg)
{
	/* only threads that begin while the session runs are on the roll */
	if (__atomic_load_n(&clone_roll->go, __ATOMIC_ACQUIRE) == 1)
		take_part(clone_roll);
	return arg;
}

static void *make_threads(void *arg)
{
	pthread_t thread;

	while (__atomic_load_n(&clone_roll->nr, __ATOMIC_RELAXED) < want_parts)
		if (!pthread_create(&thread, NULL, thread_of_storm, NULL))
			pthread_join(thread, NULL);
	return arg;
}

static void do_storm(struct roll *roll)
{
	pthread_t makers[3];
	size_t i;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	clone_roll = roll;
	for (i = 0; i < NR(makers); i++)
		CHECK(!pthread_create(&makers[i], NULL, make_threads, NULL));
	for (i = 0; i < NR(makers); i++)
		pthread_join(makers[i], NULL);
}

TEST_F(filter, no_thread_is_missed_while_they_are_made)
{
	int i;

	memcpy(use_fd, self->fd, sizeof(use_fd));
	want_parts = 30;
	for (i = 0; i < 5; i++) {
		pid_t pid;

		memset(self->roll, 0, sizeof(*self->roll));
		pid = SPAWN(do_storm, self->roll);
		if (i)
			capture_close(&self->cap);
		ASSERT_EQ(0, open_filtered(&self->cap, pid, 0));
		ASSERT_EQ(0, capture_start(&self->cap));
		set(&self->roll->go);
		REAP(pid);
		FINISH(&self->cap);
		EXPECT_LE(want_parts, self->roll->nr);
		expect_roll(_metadata, &self->cap, self->roll);
	}
}

/* ---- process ids that are used again, and ends ---- */

static void do_wait_and_use(struct roll *roll)
{
	await(&roll->go);
	take_part(roll);
}

/* Let the next task get id @pid.  Return: false if the kernel cannot do that. */
static bool give_number(pid_t pid)
{
	int fd = open("/proc/sys/kernel/ns_last_pid", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return false;
	CHECK(dprintf(fd, "%d", pid - 1) > 0);
	close(fd);
	return true;
}

#define NO_NUMBERS	"the kernel has no ns_last_pid"

/* A process that ended while the session ran is not confused with a later one of that id. */
TEST_F(filter, a_number_used_again_is_another_process)
{
	pid_t pid, other;

	memcpy(use_fd, self->fd, sizeof(use_fd));
	pid = SPAWN(do_wait_and_use, self->roll);
	ASSERT_EQ(0, open_filtered(&self->cap, pid, 0));
	ASSERT_EQ(0, capture_start(&self->cap));
	set(&self->roll->go);
	REAP(pid);
	self->roll->go = 0;
	if (!give_number(pid))
		SKIP(return, NO_NUMBERS);
	other = SPAWN(do_wait_and_use, self->roll);
	if (other != pid)
		SKIP(return, "the number was taken by another task");
	set(&self->roll->go);
	REAP(other);
	FINISH(&self->cap);
	EXPECT_EQ(2, count_uses(&self->cap, pid));
}

/* The same for a process that ended between CONFIGURE and START. */
TEST_F(filter, a_number_used_again_before_start)
{
	pid_t pid, other;

	memcpy(use_fd, self->fd, sizeof(use_fd));
	pid = SPAWN(do_wait_and_use, self->roll);
	ASSERT_EQ(0, open_filtered(&self->cap, pid, 0));
	set(&self->roll->go);
	REAP(pid);
	self->roll->go = 0;
	if (!give_number(pid))
		SKIP(return, NO_NUMBERS);
	other = SPAWN(do_wait_and_use, self->roll);
	if (other != pid)
		SKIP(return, "the number was taken by another task");
	ASSERT_EQ(0, capture_start(&self->cap));
	set(&self->roll->go);
	REAP(other);
	FINISH(&self->cap);
	EXPECT_EQ(0, count_uses(&self->cap, pid));
}

/* ---- STOP and START again ---- */

static void await_value(uint32_t *flag, uint32_t value)
{
	while (__atomic_load_n(flag, __ATOMIC_ACQUIRE) != value)
		sched_yield();
}

/* Fork a child at each of the first three signs; all use the pipe at the fourth. */
static void do_family(struct roll *roll)
{
	uint32_t i;

	for (i = 1; i <= 3; i++) {
		await_value(&roll->go, i);
		if (!fork()) {
			await_value(&roll->go, 4);
			take_part(roll);
			_exit(0);
		}
		set(&roll->nr_uses[i]);
	}
	while (wait(NULL) > 0)
		;
}

/* Children forked before START, while the session runs and after STOP are all followed. */
TEST_F(filter, stop_and_start_lose_no_process)
{
	uint32_t i;
	pid_t pid;

	memcpy(use_fd, self->fd, sizeof(use_fd));
	pid = SPAWN(do_family, self->roll);
	ASSERT_EQ(0, open_filtered(&self->cap, pid, 0));
	for (i = 1; i <= 3; i++) {
		int err = i == 2 ? capture_start(&self->cap) : i == 3 ? capture_stop(&self->cap) : 0;

		ASSERT_EQ(0, err);
		__atomic_store_n(&self->roll->go, i, __ATOMIC_RELEASE);
		await(&self->roll->nr_uses[i]);
	}
	ASSERT_EQ(0, capture_start(&self->cap));
	__atomic_store_n(&self->roll->go, 4, __ATOMIC_RELEASE);
	REAP(pid);
	FINISH(&self->cap);
	EXPECT_EQ(3, self->roll->nr);
	expect_roll(_metadata, &self->cap, self->roll);
}

/* ---- CPUs ---- */

static void do_use_on_cpu(struct roll *roll)
{
	uint32_t n = roll->nr++;

	roll->tid[n] = gettid();
	pin_to(n);
	use_pipe();
}

TEST_F(filter, cpus)
{
	uint64_t mask = 1 << 1;
	struct ipcprobe_config config = {
		.classes = CLASS_BIT(PIPE),
		.flags = IPCPROBE_F_NO_SNAPSHOT,
		.ring_bytes = 65536,
		.cpus = (uintptr_t)&mask,
		.nr_cpu_words = 1,
	};
	uint32_t i;

	memcpy(use_fd, self->fd, sizeof(use_fd));
	ASSERT_EQ(0, capture_open(&self->cap, &config));
	ASSERT_EQ(0, capture_start(&self->cap));
	for (i = 0; i < 2; i++) {
		pid_t pid = SPAWN(do_use_on_cpu, self->roll);

		REAP(pid);
	}
	FINISH(&self->cap);
	EXPECT_EQ(0, count_uses(&self->cap, self->roll->tid[0]));
	EXPECT_EQ(2, count_uses(&self->cap, self->roll->tid[1]));
	/* a description of the pipe is recorded on all CPUs */
	for (i = 0; i < self->cap.nr; i++)
		if (self->cap.recs[i].rec->type != IPCPROBE_REC_pipe_snapshot)
			EXPECT_EQ(1, self->cap.recs[i].cpu);
}

/* For run queues the CPU of the queue counts, not the CPU of the task that changed it. */
TEST_F(filter, cpus_of_run_queues)
{
	uint64_t mask = 1 << 1;
	struct ipcprobe_config config = {
		.classes = CLASS_BIT(SCHED),
		.flags = IPCPROBE_F_NO_SNAPSHOT,
		.ring_bytes = 1 << 20,
		.cpus = (uintptr_t)&mask,
		.nr_cpu_words = 1,
	};
	size_t nr_enqueues = 0, i;

	memcpy(use_fd, self->fd, sizeof(use_fd));
	pin_to(0);
	ASSERT_EQ(0, capture_open(&self->cap, &config));
	ASSERT_EQ(0, capture_start(&self->cap));
	for (i = 0; i < 2; i++) {
		pid_t pid = SPAWN(do_use_on_cpu, self->roll);

		REAP(pid);
	}
	FINISH(&self->cap);
	for (i = 0; i < self->cap.nr; i++) {
		const struct ipcprobe_rec_rq_enqueue *rec = (const void *)self->cap.recs[i].rec;

		if (rec->hdr.type != IPCPROBE_REC_rq_enqueue)
			continue;
		EXPECT_EQ(1, rec->cpu);
		nr_enqueues += rec->hdr.tid == self->roll->tid[1];
	}
	EXPECT_LE(1, nr_enqueues);
}

/* ---- the session's own process ---- */

TEST_F(filter, exclude_self)
{
	pid_t pid;

	memcpy(use_fd, self->fd, sizeof(use_fd));
	ASSERT_EQ(0, open_filtered(&self->cap, 0, IPCPROBE_F_EXCLUDE_SELF));
	ASSERT_EQ(0, capture_start(&self->cap));
	use_pipe();
	pid = SPAWN(take_part, self->roll);
	use_pipe();
	REAP(pid);
	FINISH(&self->cap);
	EXPECT_EQ(0, count_uses(&self->cap, getpid()));
	EXPECT_EQ(2, count_uses(&self->cap, pid));
}

static int do_open(void *cap)
{
	_exit(open_filtered(cap, 0, IPCPROBE_F_EXCLUDE_SELF));
}

/* The opener ends, its descriptor remains open, and another process gets its id. */
TEST_F(filter, exclude_self_is_not_a_number)
{
	static char stack[65536] __attribute__((aligned(16)));
	pid_t pid, other;

	memcpy(use_fd, self->fd, sizeof(use_fd));
	pid = clone(do_open, stack + sizeof(stack), CLONE_VM | CLONE_FILES | SIGCHLD, &self->cap);
	ASSERT_LT(0, pid);
	REAP(pid);
	if (!give_number(pid))
		SKIP(return, NO_NUMBERS);
	other = SPAWN(do_wait_and_use, self->roll);
	if (other != pid)
		SKIP(return, "the number was taken by another task");
	ASSERT_EQ(0, capture_start(&self->cap));
	set(&self->roll->go);
	REAP(other);
	FINISH(&self->cap);
	EXPECT_EQ(2, count_uses(&self->cap, other));
}

/* ---- classes ---- */

TEST_F(filter, only_the_classes_asked_for)
{
	const uint32_t classes[] = { IPCPROBE_CLASS_TASK, IPCPROBE_CLASS_PIPE,
				     IPCPROBE_CLASS_FILE, IPCPROBE_CLASS_SCHED };
	char path[32];
	size_t k, i;
	int file;

	memcpy(use_fd, self->fd, sizeof(use_fd));
	snprintf(path, sizeof(path), "/tmp/file.%d", getpid());
	file = open(path, O_RDWR | O_CREAT, 0600);
	unlink(path);
	for (k = 0; k < NR(classes); k++) {
		struct ipcprobe_config config = { .classes = 1U << classes[k] };
		pid_t pid;

		if (k)
			capture_close(&self->cap);
		self->roll->nr = 0;
		ASSERT_EQ(0, capture_open(&self->cap, &config));
		ASSERT_EQ(0, capture_start(&self->cap));
		pid = SPAWN(take_part, self->roll);
		REAP(pid);
		ASSERT_EQ(1, write(file, "", 1));
		FINISH(&self->cap);
		EXPECT_NE(0, self->cap.nr);
		for (i = 0; i < self->cap.nr; i++)
			EXPECT_EQ(classes[k], self->cap.recs[i].rec->type >> 8);
	}
}

/* Run as the program that thread_execs() executes. */
__attribute__((constructor)) static void be_the_new_program(int argc, char **argv)
{
	if (argc != 4 || strcmp(argv[1], "--use"))
		return;
	use_fd[0] = atoi(argv[2]);
	use_fd[1] = atoi(argv[3]);
	use_pipe();
	_exit(0);
}

TEST_HARNESS_MAIN
