// SPDX-License-Identifier: GPL-2.0
/*
 * Names of the IPC objects that tasks block on. A channel has the name that the
 * views of copies print, if their model has the channel.
 */
#include "view/label.h"

#include <inttypes.h>

static const enum channel_kind channel_kinds[NR_WAIT_KINDS] = {
	[WAIT_PIPE] = CHANNEL_PIPE, [WAIT_FIFO] = CHANNEL_FIFO, [WAIT_MSG] = CHANNEL_MSG,
	[WAIT_MQ] = CHANNEL_MQ, [WAIT_UNIX] = CHANNEL_UNIX,
};

/* Returns the channel that the task waits for; an unknown channel has only a key. */
static struct channel channel_of(const struct model *model, const struct sched_wait *wait)
{
	enum channel_kind kind = channel_kinds[wait->kind];
	uint32_t number = channels_find(&model->copies.channels, kind, wait->key);

	if (number)
		return *channel_at(&model->copies.channels, number);
	return (struct channel){ .kind = kind, .key = wait->key };
}

static void print_futex(FILE *out, const struct model *model, const struct sched_wait *wait)
{
	fputs("futex:[", out);
	if (wait->file)
		label_print_file(out, model, wait->file);
	fprintf(out, "%s0x%" PRIx64 "]", wait->file ? "+" : "", wait->key);
}

void label_print_wait(FILE *out, const struct model *model, const struct sched_wait *wait)
{
	struct channel channel;

	switch ((enum wait_kind)wait->kind) {
	case WAIT_PIPE:
	case WAIT_FIFO:
	case WAIT_MSG:
	case WAIT_MQ:
	case WAIT_UNIX:
		channel = channel_of(model, wait);
		label_print_channel(out, model, &channel);
		break;
	case WAIT_FUTEX:
		print_futex(out, model, wait);
		break;
	case WAIT_SEM:
		label_print_sysv(out, "sem", wait->key);
		break;
	case WAIT_EVENTFD:
		fprintf(out, "eventfd:[%" PRIu64 "]", wait->key);
		break;
	case WAIT_NONE:
	case NR_WAIT_KINDS:
		break;
	}
}

/* label_wait - name of the object as a string, to be freed; NULL without memory */
char *label_wait(const struct model *model, const struct sched_wait *wait)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	label_print_wait(out, model, wait);
	fclose(out);
	return text;
}

json_t *label_wait_json(const struct model *model, const struct sched_wait *wait)
{
	struct channel channel;

	switch ((enum wait_kind)wait->kind) {
	case WAIT_PIPE:
	case WAIT_FIFO:
	case WAIT_MSG:
	case WAIT_MQ:
	case WAIT_UNIX:
		channel = channel_of(model, wait);
		return label_channel_json(model, &channel);
	case WAIT_FUTEX:
		return json_pack("{s:s, s:I, s:I}", "type", "futex", "file",
				 (json_int_t)wait->file, wait->file ? "offset" : "addr",
				 (json_int_t)wait->key);
	case WAIT_SEM:
		return json_pack("{s:s, s:I, s:I}", "type", "sem",
				 "ns", (json_int_t)channel_sysv_ns(wait->key),
				 "id", (json_int_t)channel_sysv_id(wait->key));
	case WAIT_EVENTFD:
		return json_pack("{s:s, s:I}", "type", "eventfd", "number",
				 (json_int_t)wait->key);
	default:
		return json_null();
	}
}
