// SPDX-License-Identifier: GPL-2.0
/*
 * Message queues: a receive takes exactly the message that a send brought.
 *
 * The module numbers messages. Message n has the positions of the queue's stream
 * that begin at n << 32.
 */
#include "model/copies/op.h"

#include <errno.h>
#include <sys/ipc.h>
#include <sys/msg.h>

#include "model/copies/copies.h"
#include "model/copies/unseen.h"

/**
 * struct message - what the records of both kinds of queues contain
 * @call: fields common to all calls
 * @addr: address of the user buffer
 * @prints: fingerprints of the user buffer
 * @bytes: length of the message
 * @seq: number of the message, 0 = not known
 * @queue: channel of the queue
 * @side: TO = the message is sent, FROM = it is received
 * @stays: the message is received and stays in the queue
 */
struct message {
	struct call_rec call;
	uint64_t addr;
	struct prints prints;
	uint32_t bytes;
	uint32_t seq;
	uint32_t queue;
	enum side side;
	bool stays;
};

/**
 * message_reach - message @seq was sent TO @queue or received FROM it
 *
 * Nothing is known of messages before a loss. All are known from the first one on
 * that is seen after the loss.
 */
void message_reach(struct channel *queue, uint32_t seq, enum side side)
{
	queue->has_messages = true;
	if (queue->has_pos)
		return;
	queue->has_pos = true;
	queue->floor_pos = 0;
	queue->base_pos = queue->has_lost ? message_pos(seq) + (side == TO ? 0 : 1ULL << 32) : 0;
}

static int apply_message(struct copies *copies, const struct message *message)
{
	struct channel *queue = channel_at(&copies->channels, message->queue);
	enum side side = message->side;
	struct user_buffer buffer = { message->addr, UINT64_MAX, message->prints, 1 };
	struct op_draft *draft;
	struct op *op;
	int err;

	err = op_begin(copies, &message->call, &draft);
	if (err <= 0 || !message->queue)
		return err < 0 ? err : 0;
	op = &draft->op;
	op_count_wait(queue, message->call.wait_ns, side);
	if (side == TO && !message->call.ret)
		op->bytes = message->bytes;
	op->kind = message->stays ? HOP_TEE : op_kind(side);
	op->side[side].object = object(OBJECT_CHANNEL, message->queue);
	op->copied_bytes = op->bytes;
	if (message->seq)
		message_reach(queue, message->seq, side);
	err = op_count_end(copies, op, side);
	if (!err)
		err = call_addresses(draft, other_side(side), &buffer);
	if (!err && message->seq)
		err = spans_add(&draft->span[side], message_pos(message->seq), op->bytes);
	return err ? err : op_end(copies, draft);
}

/* ---- System V ---- */

int op_apply_msg(struct copies *copies, const struct ipcprobe_rec_msg_io *rec,
		 enum side side)
{
	struct message message = {
		.call = { .hdr = &rec->hdr, .ret = rec->ret, .dur_ns = rec->dur_ns,
			  .wait_ns = rec->blocked_ns, .on = CALL_ON_MSG,
			  .call = side == TO ? IPCPROBE_CALL_MSGSND : IPCPROBE_CALL_MSGRCV },
		.addr = rec->addr, .prints = PRINTS_OF(rec), .bytes = rec->bytes, .seq = rec->seq,
		.side = side,
		.stays = side == FROM && rec->msgflg & MSG_COPY,
	};

	message.queue = channels_get(&copies->channels, CHANNEL_MSG,
				     channel_sysv_key(rec->ns, rec->id));
	return message.queue ? apply_message(copies, &message) : -ENOMEM;
}

int msg_create(struct copies *copies, const struct ipcprobe_rec_msg_create *rec)
{
	uint32_t number = channels_renew(&copies->channels, CHANNEL_MSG,
					 channel_sysv_key(rec->ns, rec->id));

	if (!number)
		return -ENOMEM;
	channel_at(&copies->channels, number)->capacity = rec->max_bytes;
	return 0;
}

int msg_snapshot(struct copies *copies, const struct ipcprobe_rec_msg_snapshot *rec)
{
	uint32_t number = channels_get(&copies->channels, CHANNEL_MSG,
				       channel_sysv_key(rec->ns, rec->id));

	if (!number)
		return -ENOMEM;
	if (rec->max_bytes != UINT32_MAX)
		channel_at(&copies->channels, number)->capacity = rec->max_bytes;
	return 0;
}

/* A queue was removed with @nr_messages in it; UINT32_MAX = not known. */
static int end_queue(struct copies *copies, uint32_t number, uint32_t nr_messages)
{
	struct channel *queue = channel_at(&copies->channels, number);

	if (!number)
		return 0;
	channels_died(&copies->channels, number);
	if (nr_messages != UINT32_MAX)
		stream_contains_messages(queue, nr_messages);
	return unseen_close(copies, number);
}

int msg_destroy(struct copies *copies, const struct ipcprobe_rec_msg_destroy *rec)
{
	return end_queue(copies, channels_find(&copies->channels, CHANNEL_MSG,
					       channel_sysv_key(rec->ns, rec->id)),
			 rec->nr_messages);
}

/* ---- POSIX ---- */

int op_apply_mq(struct copies *copies, const struct ipcprobe_rec_mq_io *rec, enum side side)
{
	struct message message = {
		.call = { .hdr = &rec->hdr, .ret = rec->ret, .dur_ns = rec->dur_ns,
			  .wait_ns = rec->blocked_ns, .on = CALL_ON_MQ,
			  .call = side == TO ? IPCPROBE_CALL_MQ_TIMEDSEND :
					    IPCPROBE_CALL_MQ_TIMEDRECEIVE },
		.addr = rec->addr, .prints = PRINTS_OF(rec), .bytes = rec->bytes, .seq = rec->seq,
		.side = side,
	};

	if (!rec->dev)
		return apply_message(copies, &message);
	message.queue = channels_get(&copies->channels, CHANNEL_MQ, map_pair(rec->dev, rec->ino));
	return message.queue ? apply_message(copies, &message) : -ENOMEM;
}

/* The number of a queue that was removed may be given to another queue. */
int mq_info(struct copies *copies, const struct ipcprobe_rec_mq_info *rec)
{
	uint64_t key = map_pair(rec->dev, rec->ino);
	uint32_t number = channels_find(&copies->channels, CHANNEL_MQ, key);
	struct channel *queue;

	if (number && channel_at(&copies->channels, number)->is_dead)
		number = channels_renew(&copies->channels, CHANNEL_MQ, key);
	else
		number = channels_get(&copies->channels, CHANNEL_MQ, key);
	if (!number)
		return -ENOMEM;
	queue = channel_at(&copies->channels, number);
	queue->dev = rec->dev;
	queue->ino = rec->ino;
	if (rec->max_messages != UINT32_MAX && rec->max_bytes != UINT32_MAX)
		queue->capacity = (uint64_t)rec->max_messages * rec->max_bytes;
	return channel_set_path(queue, rec->name);
}

int mq_destroy(struct copies *copies, const struct ipcprobe_rec_mq_destroy *rec)
{
	return end_queue(copies, channels_find(&copies->channels, CHANNEL_MQ,
					       map_pair(rec->dev, rec->ino)),
			 rec->nr_messages);
}
