// SPDX-License-Identifier: GPL-2.0
/* The IPC objects that tasks block on. */
#include "model/sched/wait.h"

#include "model/copies/channel.h"

const char *const sched_wait_names[NR_WAIT_KINDS] = {
	[WAIT_NONE] = "none", [WAIT_PIPE] = "pipe", [WAIT_FIFO] = "FIFO",
	[WAIT_FUTEX] = "futex", [WAIT_SEM] = "sem", [WAIT_MSG] = "msg", [WAIT_MQ] = "mq",
	[WAIT_UNIX] = "unix", [WAIT_EVENTFD] = "eventfd",
};

static struct sched_wait pipe_wait(const struct ipcprobe_rec_pipe_block *rec)
{
	return (struct sched_wait){
		.kind = rec->flags & IPCPROBE_IO_FIFO ? WAIT_FIFO : WAIT_PIPE, .key = rec->pipe,
	};
}

static struct sched_wait futex_wait(const struct ipcprobe_rec_futex_block *rec)
{
	return (struct sched_wait){
		.kind = WAIT_FUTEX, .file = rec->file, .key = rec->file ? rec->offset : rec->addr,
	};
}

static struct sched_wait sem_wait(const struct ipcprobe_rec_sem_block *rec)
{
	return (struct sched_wait){ .kind = WAIT_SEM, .key = channel_sysv_key(rec->ns, rec->id) };
}

static struct sched_wait msg_wait(const struct ipcprobe_rec_msg_block *rec)
{
	return (struct sched_wait){ .kind = WAIT_MSG, .key = channel_sysv_key(rec->ns, rec->id) };
}

static struct sched_wait mq_wait(const struct ipcprobe_rec_mq_block *rec)
{
	return (struct sched_wait){ .kind = WAIT_MQ, .key = map_pair(rec->dev, rec->ino) };
}

static struct sched_wait unix_wait(const struct ipcprobe_rec_unix_block *rec)
{
	bool is_full = rec->flags & IPCPROBE_UNIX_FULL;

	/* a channel is what a socket receives */
	return (struct sched_wait){ .kind = WAIT_UNIX, .key = is_full ? rec->peer : rec->sock };
}

static struct sched_wait eventfd_wait(const struct ipcprobe_rec_eventfd_block *rec)
{
	return (struct sched_wait){ .kind = WAIT_EVENTFD, .key = rec->eventfd };
}

/**
 * sched_wait_change - whether the record's task begins or ends to block
 * @ret: object that the task blocks on, if it begins
 */
enum wait_change sched_wait_change(const struct ipcprobe_rec *rec, struct sched_wait *ret)
{
	switch (rec->type) {
	case IPCPROBE_REC_pipe_block:
		*ret = pipe_wait((const void *)rec);
		return WAIT_BEGINS;
	case IPCPROBE_REC_futex_block:
		*ret = futex_wait((const void *)rec);
		return WAIT_BEGINS;
	case IPCPROBE_REC_sem_block:
		*ret = sem_wait((const void *)rec);
		return WAIT_BEGINS;
	case IPCPROBE_REC_msg_block:
		*ret = msg_wait((const void *)rec);
		return WAIT_BEGINS;
	case IPCPROBE_REC_mq_block:
		*ret = mq_wait((const void *)rec);
		return WAIT_BEGINS;
	case IPCPROBE_REC_unix_block:
		*ret = unix_wait((const void *)rec);
		return WAIT_BEGINS;
	case IPCPROBE_REC_eventfd_block:
		*ret = eventfd_wait((const void *)rec);
		return WAIT_BEGINS;
	case IPCPROBE_REC_pipe_unblock:
	case IPCPROBE_REC_pipe_read:
	case IPCPROBE_REC_pipe_write:
	case IPCPROBE_REC_pipe_splice:
	case IPCPROBE_REC_pipe_open:
	case IPCPROBE_REC_futex_wait:
	case IPCPROBE_REC_sem_op:
	case IPCPROBE_REC_msg_send:
	case IPCPROBE_REC_msg_receive:
	case IPCPROBE_REC_mq_send:
	case IPCPROBE_REC_mq_receive:
	case IPCPROBE_REC_unix_unblock:
	case IPCPROBE_REC_unix_connect:
	case IPCPROBE_REC_unix_accept:
	case IPCPROBE_REC_unix_send:
	case IPCPROBE_REC_unix_recv:
	case IPCPROBE_REC_eventfd_read:
	case IPCPROBE_REC_eventfd_write:
		return WAIT_ENDS;
	default:
		return WAIT_UNCHANGED;
	}
}
