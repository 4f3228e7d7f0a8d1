/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Shared by the tests of class msg: a recording, and a queue of each kind.  For a file
 * that includes kselftest_harness.h first.
 */
#ifndef IPCPROBE_MSG_FIXTURE_H
#define IPCPROBE_MSG_FIXTURE_H

#include "capture.h"

#include <mqueue.h>
#include <sys/ipc.h>
#include <sys/msg.h>

#define UNKNOWN		0xffffffffU

#define QUEUE_NAME	"/ipcprobe_test"

struct message {
	long type;
	char text[8192];
};

static struct message message;

/* Queue that a child works on, and results that only the child knows. */
struct job {
	int id;
	mqd_t mq;
	volatile int step;
};

FIXTURE(msg)
{
	struct capture cap;
	struct job *job;
	uint32_t ns;
	bool has_btf;
};

static uint32_t ipc_namespace(void)
{
	struct stat st;

	return stat("/proc/self/ns/ipc", &st) ? 0 : st.st_ino;
}

static int open_session(struct capture *cap, uint32_t flags)
{
	struct ipcprobe_config config = {
		.classes = CLASS_BIT(MSG),
		.flags = flags,
		.ring_bytes = 1 << 20,
		.wakeup_bytes = 1,
	};
	int err = capture_open(cap, &config);

	return err ?: capture_start(cap);
}

FIXTURE_SETUP(msg)
{
	struct mq_attr attr = { .mq_maxmsg = 4, .mq_msgsize = 64 };

	self->ns = ipc_namespace();
	self->has_btf = has_btf();
	self->job = shared_memory(sizeof(*self->job));
	mq_unlink(QUEUE_NAME);
	self->job->id = msgget(IPC_PRIVATE, 0600);
	self->job->mq = mq_open(QUEUE_NAME, O_RDWR | O_CREAT | O_EXCL, 0600, &attr);
	ASSERT_LE(0, self->job->id);
	ASSERT_LE(0, self->job->mq);
	ASSERT_EQ(0, open_session(&self->cap, IPCPROBE_F_NO_SNAPSHOT));
}

FIXTURE_TEARDOWN(msg)
{
	msgctl(self->job->id, IPC_RMID, NULL);
	mq_close(self->job->mq);
	mq_unlink(QUEUE_NAME);
	capture_close(&self->cap);
}

/* Wait until the child has begun to wait. */
#define BLOCK_OF(tid, name)	\
	ASSERT_NE(NULL, capture_wait(&self->cap, IPCPROBE_REC_##name, tid))

/*
 * True if the kernel's functions can be hooked: without 32-bit calls the compiler may
 * merge two into one.
 */
static bool has_hooks(void)
{
	FILE *file = fopen("/proc/kallsyms", "r");
	char name[128];
	bool found = false;

	while (!found && fscanf(file, "%*s %*s %127s%*[^\n]", name) == 1)
		found = !strcmp(name, "do_mq_timedsend");
	fclose(file);
	return found;
}

#define INLINED	"the kernel has inlined do_mq_timedsend"

static void nothing(int sig)
{
	(void)sig;
}

#endif /* IPCPROBE_MSG_FIXTURE_H */
