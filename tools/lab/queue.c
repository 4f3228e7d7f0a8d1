// SPDX-License-Identifier: GPL-2.0
/*
 * Message queues. A block is one message, so it is no larger than the largest
 * message.
 */
#include "lab/lab.h"

#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <unistd.h>

#include <linux/ipcprobe.h>

#define MESSAGE_MAX	8192U	/* if the system does not report its limit */
#define MQ_MESSAGES	4

/* Returns a number from a file in /proc/sys, or @otherwise if there is none. */
static uint64_t read_limit(const char *path, uint64_t otherwise)
{
	unsigned long long value;
	FILE *file = fopen(path, "re");

	if (!file)
		return otherwise;
	if (fscanf(file, "%llu", &value) != 1)
		value = otherwise;
	fclose(file);
	return value;
}

static void lower_block(struct lab *lab, uint64_t most)
{
	if (lab->block > most)
		lab->block = most;
}

/* ---- System V ---- */

struct message {
	long type;
	char text[];
};

static int prepare_msg(struct lab *lab)
{
	lower_block(lab, read_limit("/proc/sys/kernel/msgmax", MESSAGE_MAX));
	lab->id = msgget(IPC_PRIVATE, 0600);
	return lab->id < 0 ? lab_call_failed(lab, "msgget") : 0;
}

static int serve_msg(struct lab *lab)
{
	struct message *message = (void *)lab->buf;
	uint64_t done, bytes;
	int err;

	message->type = 1;
	for (done = 0; done < lab->size; done += bytes) {
		bytes = lab_next(lab, done);
		err = lab_read_full(lab, message->text, bytes);
		if (err)
			return err;
		if (msgsnd(lab->id, message, bytes, 0))
			return lab_error(lab, "msgsnd");
	}
	return 0;
}

static int receive_msg(struct lab *lab)
{
	struct message *message = (void *)lab->buf;
	uint64_t done = 0;

	while (done < lab->size) {
		ssize_t n = msgrcv(lab->id, message, lab->block, 0, 0);
		int err;

		if (n < 0)
			return lab_error(lab, "msgrcv");
		err = lab_write_full(lab, lab->out, message->text, n);
		if (err)
			return err;
		done += n;
	}
	return 0;
}

static void clean_msg(struct lab *lab)
{
	msgctl(lab->id, IPC_RMID, NULL);
}

const struct lab_transport lab_msg = {
	.name = "msg",
	.text = "messages of a System V queue",
	.classes = 1U << IPCPROBE_CLASS_MSG | 1U << IPCPROBE_CLASS_FILE,
	.prepare = prepare_msg,
	.serve = serve_msg,
	.receive = receive_msg,
	.clean = clean_msg,
};

/* ---- POSIX ---- */

static int prepare_mq(struct lab *lab)
{
	struct mq_attr attr = { .mq_maxmsg = MQ_MESSAGES };
	char name[64];

	lower_block(lab, read_limit("/proc/sys/fs/mqueue/msgsize_max", MESSAGE_MAX));
	attr.mq_msgsize = lab->block;
	snprintf(name, sizeof(name), "/ipcprobe-lab.%d", getpid());
	lab->mq = mq_open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600, &attr);
	if (lab->mq < 0)
		return lab_call_failed(lab, "mq_open");
	mq_unlink(name);
	return 0;
}

static int serve_mq(struct lab *lab)
{
	uint64_t done, bytes;
	int err;

	for (done = 0; done < lab->size; done += bytes) {
		bytes = lab_next(lab, done);
		err = lab_read_full(lab, lab->buf, bytes);
		if (err)
			return err;
		if (mq_send(lab->mq, lab->buf, bytes, 0))
			return lab_error(lab, "mq_send");
	}
	return 0;
}

static int receive_mq(struct lab *lab)
{
	uint64_t done = 0;

	while (done < lab->size) {
		ssize_t n = mq_receive(lab->mq, lab->buf, lab->block, NULL);
		int err;

		if (n < 0)
			return lab_error(lab, "mq_receive");
		err = lab_write_full(lab, lab->out, lab->buf, n);
		if (err)
			return err;
		done += n;
	}
	return 0;
}

const struct lab_transport lab_mq = {
	.name = "mq",
	.text = "messages of a POSIX queue",
	.classes = 1U << IPCPROBE_CLASS_MSG | 1U << IPCPROBE_CLASS_FILE,
	.prepare = prepare_mq,
	.serve = serve_mq,
	.receive = receive_mq,
};
