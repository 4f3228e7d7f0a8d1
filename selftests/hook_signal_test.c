// SPDX-License-Identifier: GPL-2.0
/* Class signal: each signal that is sent or taken gives exactly one record. */
#include <kselftest_harness.h>

#include "capture.h"

FIXTURE(signal)
{
	struct capture cap;
};

FIXTURE_SETUP(signal)
{
	struct ipcprobe_config config = {
		.classes = CLASS_BIT(SIGNAL),
		.flags = IPCPROBE_F_NO_SNAPSHOT,
		.ring_bytes = 1 << 20,
		.wakeup_bytes = 1,
	};

	ASSERT_EQ(0, capture_open(&self->cap, &config));
	ASSERT_EQ(0, capture_start(&self->cap));
}

FIXTURE_TEARDOWN(signal)
{
	capture_close(&self->cap);
}

static volatile int nr_handled;

static void handle(int sig MAYBE_UNUSED)
{
	nr_handled++;
}

static void expect_send(struct __test_metadata *_metadata,
			const struct ipcprobe_rec_signal_send *rec, pid_t target, int sig, int code,
			int is_group, int result)
{
	EXPECT_EQ(target, rec->target);
	EXPECT_EQ(target, rec->pid);
	EXPECT_EQ(sig, rec->sig);
	EXPECT_EQ(code, rec->code);
	EXPECT_EQ(is_group, rec->is_group);
	EXPECT_EQ(result, rec->result);
}

static void expect_take(struct __test_metadata *_metadata,
			const struct ipcprobe_rec_signal_take *rec, int sig, int code,
			void (*handler)(int))
{
	EXPECT_EQ(sig, rec->sig);
	EXPECT_EQ(code, rec->code);
	EXPECT_EQ((uintptr_t)handler, rec->handler);
}

/* ---- to the task itself: handled, ignored, pending ---- */

static void send_to_self(void *unused MAYBE_UNUSED)
{
	struct sigaction action = { .sa_handler = handle, .sa_flags = SA_NODEFER };
	sigset_t set;

	CHECK(!sigaction(SIGUSR1, &action, NULL));
	CHECK(!kill(getpid(), SIGUSR1) && nr_handled == 1);
	CHECK(!syscall(SYS_tgkill, getpid(), gettid(), SIGUSR1) && nr_handled == 2);
	CHECK(signal(SIGUSR2, SIG_IGN) == SIG_DFL);
	CHECK(!kill(getpid(), SIGUSR2));
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	CHECK(!sigprocmask(SIG_BLOCK, &set, NULL));
	CHECK(!kill(getpid(), SIGUSR1));
	CHECK(!kill(getpid(), SIGUSR1));
	CHECK(nr_handled == 2);
	CHECK(!sigprocmask(SIG_UNBLOCK, &set, NULL));
	CHECK(nr_handled == 3);
}

TEST_F(signal, to_oneself)
{
	pid_t tid = SPAWN(send_to_self, NULL);
	struct cursor cursor;

	REAP(tid);
	FINISH(&self->cap);
	cursor = records_of(&self->cap, tid);
	expect_send(_metadata, NEXT(&cursor, signal_send), tid, SIGUSR1, SI_USER, 1, 0);
	expect_take(_metadata, NEXT(&cursor, signal_take), SIGUSR1, SI_USER, handle);
	expect_send(_metadata, NEXT(&cursor, signal_send), tid, SIGUSR1, SI_TKILL, 0, 0);
	expect_take(_metadata, NEXT(&cursor, signal_take), SIGUSR1, SI_TKILL, handle);
	expect_send(_metadata, NEXT(&cursor, signal_send), tid, SIGUSR2, SI_USER, 1, 1);
	expect_send(_metadata, NEXT(&cursor, signal_send), tid, SIGUSR1, SI_USER, 1, 0);
	expect_send(_metadata, NEXT(&cursor, signal_send), tid, SIGUSR1, SI_USER, 1, 2);
	expect_take(_metadata, NEXT(&cursor, signal_take), SIGUSR1, SI_USER, handle);
	/* the parent gets a signal about the end */
	expect_send(_metadata, NEXT(&cursor, signal_send), getpid(), SIGCHLD, CLD_EXITED, 1, 1);
	NO_MORE(&cursor);
}

/* ---- to another task, which sleeps and is killed ---- */

static void sleep_for_ever(void *unused MAYBE_UNUSED)
{
	for (;;)
		pause();
}

static void do_kill(pid_t *target)
{
	union sigval value = { .sival_int = 1 };

	CHECK(!sigqueue(*target, SIGTERM, value));
}

TEST_F(signal, that_kills)
{
	pid_t target = SPAWN(sleep_for_ever, NULL);
	pid_t tid = SPAWN(do_kill, &target);
	struct cursor cursor;
	int status;

	REAP(tid);
	ASSERT_EQ(target, waitpid(target, &status, 0));
	ASSERT_EQ(SIGTERM, status);
	FINISH(&self->cap);
	cursor = records_of(&self->cap, tid);
	expect_send(_metadata, NEXT(&cursor, signal_send), target, SIGTERM, SI_QUEUE, 1, 0);
	cursor = records_of(&self->cap, target);
	/* each thread takes SIGKILL for a signal that ends the whole process */
	expect_take(_metadata, NEXT(&cursor, signal_take), SIGKILL, SI_USER, SIG_DFL);
	expect_send(_metadata, NEXT(&cursor, signal_send), getpid(), SIGCHLD, CLD_KILLED, 1, 1);
	NO_MORE(&cursor);
}

/* ---- by the kernel: a fault, a broken pipe ---- */

static void do_fault(void *unused MAYBE_UNUSED)
{
	static char *volatile nowhere = (char *)16;

	*nowhere = 1;
}

static void break_pipe(void *unused MAYBE_UNUSED)
{
	int fds[2];

	CHECK(!pipe(fds) && !close(fds[0]));
	CHECK(signal(SIGPIPE, handle) == SIG_DFL);
	CHECK(write(fds[1], "x", 1) == -1 && errno == EPIPE && nr_handled == 1);
}

TEST_F(signal, of_the_kernel)
{
	pid_t fault = SPAWN(do_fault, NULL), broken = SPAWN(break_pipe, NULL);
	struct cursor cursor;
	int status;

	ASSERT_EQ(fault, waitpid(fault, &status, 0));
	ASSERT_EQ(SIGSEGV, status & 0x7f);
	REAP(broken);
	FINISH(&self->cap);
	cursor = records_of(&self->cap, fault);
	expect_send(_metadata, NEXT(&cursor, signal_send), fault, SIGSEGV, SEGV_MAPERR, 0, 0);
	expect_take(_metadata, NEXT(&cursor, signal_take), SIGSEGV, SEGV_MAPERR, SIG_DFL);
	cursor = records_of(&self->cap, broken);
	expect_send(_metadata, NEXT(&cursor, signal_send), broken, SIGPIPE, SI_USER, 0, 0);
	expect_take(_metadata, NEXT(&cursor, signal_take), SIGPIPE, SI_USER, handle);
}

/* ---- counts ---- */

#define MANY	1000

static void send_many(void *unused MAYBE_UNUSED)
{
	union sigval value = {};
	int i;

	CHECK(signal(SIGRTMIN, handle) == SIG_DFL);
	for (i = 0; i < MANY; i++)
		CHECK(!sigqueue(getpid(), SIGRTMIN, value));
	CHECK(nr_handled == MANY);
}

TEST_F(signal, each_of_many)
{
	pid_t tid = SPAWN(send_many, NULL);
	const struct ipcprobe_rec *rec;
	int nr_sent = 0, nr_taken = 0;
	struct cursor cursor;

	REAP(tid);
	FINISH(&self->cap);
	cursor = records_of(&self->cap, tid);
	while ((rec = cursor_next(&cursor))) {
		nr_sent += rec->type == IPCPROBE_REC_signal_send;
		nr_taken += rec->type == IPCPROBE_REC_signal_take;
	}
	EXPECT_EQ(MANY + 1, nr_sent);	/* one more is SIGCHLD */
	EXPECT_EQ(MANY, nr_taken);
}

TEST_HARNESS_MAIN
