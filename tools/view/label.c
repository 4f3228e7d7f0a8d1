// SPDX-License-Identifier: GPL-2.0
/*
 * Names that views print for processes, objects, channels and losses.
 */
#include "view/label.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/decimal.h"
#include "lib/text.h"
#include "trace/event.h"

const char *label_bytes(char buf[LABEL_MAX], uint64_t bytes, bool is_complete)
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	const char *least = is_complete ? "" : ">= ";
	double value = bytes / 1024.0;
	unsigned int i = 0;

	if (bytes < 1024) {
		snprintf(buf, LABEL_MAX, "%s%u B", least, (unsigned int)bytes);
		return buf;
	}
	for (; value >= 1023.95 && i < 5; i++)
		value /= 1024;
	snprintf(buf, LABEL_MAX, "%s%.1f %s", least, value, units[i]);
	return buf;
}

double label_right_percent(uint64_t nr_right, uint64_t nr)
{
	double share = 100.0 * nr_right / nr;

	return nr_right < nr && share > 99.99 ? 99.99 : share;
}

const char *label_ns(char buf[LABEL_MAX], uint64_t ns)
{
	if (ns < 1000)
		snprintf(buf, LABEL_MAX, "%u ns", (unsigned int)ns);
	else if (ns < 1000000)
		snprintf(buf, LABEL_MAX, "%.1f %ss", ns / 1e3, text_sign(SIGN_MICRO));
	else if (ns < 1000000000)
		snprintf(buf, LABEL_MAX, "%.1f ms", ns / 1e6);
	else
		snprintf(buf, LABEL_MAX, "%.3f s", ns / 1e9);
	return buf;
}

/*
 * Writes a name: text_print() to stdout; put_raw() into a table, which escapes
 * harmful characters itself.
 */
typedef void (*put_fn)(FILE *out, const char *text);

static void put_raw(FILE *out, const char *text)
{
	fputs(text, out);
}

/* ---- processes ---- */

static void put_image(FILE *out, const struct model *model, uint32_t image, put_fn put)
{
	const struct image *img = image_at(&model->tasks, image);

	put(out, img->comm);
	if (img->is_many)
		fputs("[*]", out);
	else if (image)
		fprintf(out, "[%u]", proc_at(&model->tasks, img->proc)->pid);
}

static void put_task(FILE *out, const struct model *model, uint32_t task, put_fn put)
{
	const struct task *t = task_at(&model->tasks, task);

	if (task)
		put(out, t->comm[0] ? t->comm : "?");
	else
		put(out, "idle");
	if (task && !t->tid)
		fputs("[*]", out);
	else if (task)
		fprintf(out, "[%u]", t->tid);
}

/* ---- objects ---- */

#define KIND_MAX	8		/* longer than "pipe:[" */
#define INITIAL_IPC_NS	0xefffffffU	/* inode number of the initial IPC namespace */

/* "shm:[5]"; in another namespace than the initial one "shm:[5@4026532208]" */
void label_print_sysv(FILE *out, const char *kind, uint64_t key)
{
	uint32_t ns = channel_sysv_ns(key);

	fprintf(out, "%s:[%u", kind, channel_sysv_id(key));
	if (ns != INITIAL_IPC_NS)
		fprintf(out, "@%u", ns);
	putc(']', out);
}

/* "pipe:[5]"; printed for each wait for a pipe, so not by fprintf(), which is slow */
static void put_numbered(FILE *out, const char *kind, uint32_t number)
{
	char text[KIND_MAX + DECIMAL_MAX + 1], *at = text + KIND_MAX, *first;
	size_t len = strlen(kind);

	first = decimal_write(at, number);
	at[DECIMAL_MAX] = ']';
	memcpy(first -= 2, ":[", 2);
	memcpy(first -= len, kind, len);
	fwrite_unlocked(first, 1, at + DECIMAL_MAX + 1 - first, out);
}

/* All anonymous shared memory has the same path, so only the inode number identifies it. */
static void put_file(FILE *out, const struct file *file, put_fn put)
{
	if (file->is_many)
		fputs("file:[*]", out);
	else if (file->path && !strcmp(file->path, "/dev/zero (deleted)"))
		fprintf(out, "anonymous:[%llu]", (unsigned long long)file->ino);
	else if (file->path && file->path[0])
		put(out, file->path);
	else
		fprintf(out, "file:[%u]", file->number);
}

/* Prints one name for all channels of a kind that are not counted separately. */
static void put_many_channels(FILE *out, const struct channel *channel)
{
	static const char *const names[] = {
		[CHANNEL_PIPE] = "pipe", [CHANNEL_FIFO] = "FIFO", [CHANNEL_MSG] = "msg",
		[CHANNEL_MQ] = "mq", [CHANNEL_UNIX] = "unix", [CHANNEL_SHM] = "shm",
		[CHANNEL_FILE] = "file", [CHANNEL_PROCESS] = "memory",
	};

	fprintf(out, "%s:[*]", names[channel->kind]);
}

static void put_channel(FILE *out, const struct model *model, const struct channel *channel,
			put_fn put)
{
	if (channel->is_many) {
		put_many_channels(out, channel);
		return;
	}
	switch ((enum channel_kind)channel->kind) {
	case CHANNEL_PIPE:
	case CHANNEL_FIFO:
		if (channel->path)
			put(out, channel->path);
		else
			put_numbered(out, channel->kind == CHANNEL_FIFO ? "FIFO" : "pipe",
				     channel->key);
		break;
	case CHANNEL_MQ:
		fputs("mq:", out);
		put(out, channel->path ?: "?");
		break;
	case CHANNEL_MSG:
		label_print_sysv(out, "msg", channel->key);
		break;
	case CHANNEL_SHM:
		label_print_sysv(out, "shm", channel->key);
		break;
	case CHANNEL_UNIX:
		if (channel->ino)
			fprintf(out, "unix:[%llu]", (unsigned long long)channel->ino);
		else
			fprintf(out, "unix:#%u", (uint32_t)channel->key);
		break;
	case CHANNEL_FILE:
		put_file(out, file_at(&model->copies.files, channel->key), put);
		break;
	case CHANNEL_PROCESS:
		fputs("memory:", out);
		put_image(out, model, channel->key, put);
		break;
	case NR_CHANNEL_KINDS:
		break;
	}
}

static void put_object(FILE *out, const struct model *model, uint32_t object, put_fn put)
{
	uint32_t number = object_number(object);

	switch (object_type(object)) {
	case OBJECT_CHANNEL:
		put_channel(out, model, channel_at(&model->copies.channels, number), put);
		break;
	case OBJECT_FILE:
		put_file(out, file_at(&model->copies.files, number), put);
		break;
	case OBJECT_OTHER:
		put(out, "other-object");
		break;
	case OBJECT_MEMORY:
		put(out, "memory");
		break;
	}
}

void label_print_image(FILE *out, const struct model *model, uint32_t image)
{
	put_image(out, model, image, text_print);
}

void label_print_task(FILE *out, const struct model *model, uint32_t task)
{
	put_task(out, model, task, text_print);
}

void label_print_channel(FILE *out, const struct model *model, const struct channel *channel)
{
	put_channel(out, model, channel, text_print);
}

void label_print_object(FILE *out, const struct model *model, uint32_t object)
{
	put_object(out, model, object, text_print);
}

/* ---- strings for tables ---- */

static char *put_string(void (*put_it)(FILE *out, const struct model *model, uint32_t number,
				       put_fn put),
			const struct model *model, uint32_t number)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	put_it(out, model, number, put_raw);
	fclose(out);
	return text;
}

char *label_image(const struct model *model, uint32_t image)
{
	return put_string(put_image, model, image);
}

char *label_proc(const struct model *model, uint32_t proc)
{
	return label_image(model, proc ? proc_at(&model->tasks, proc)->image : 0);
}

char *label_task(const struct model *model, uint32_t task)
{
	return put_string(put_task, model, task);
}

char *label_object(const struct model *model, uint32_t object)
{
	return put_string(put_object, model, object);
}

/**
 * label_end_image - image by which to call a process at a channel
 *
 * The image that last moved bytes there; if there is none, the image that the
 * process runs now.
 */
uint32_t label_end_image(const struct model *model, const struct channel_end *end)
{
	if (!end->proc || end->bytes[TO] || end->bytes[FROM])
		return end->image;
	return proc_at(&model->tasks, end->proc)->image;
}

#define ENDS_SHOWN	3U	/* names printed if there are many */

static uint32_t count_ends(const struct channels *channels, const struct channel *channel,
			   uint16_t held)
{
	uint32_t end, nr = 0;

	for (end = channel->first_end; end; end = channel_end_at(channels, end)->next)
		nr += !!(channel_end_at(channels, end)->held & held);
	return nr;
}

/*
 * Returns the processes that were seen at an end of @channel: "cat[12],cat[13]", or
 * with "7-others" at the end.
 */
char *label_ends(const struct model *model, const struct channel *channel, uint16_t held)
{
	const struct channels *channels = &model->copies.channels;
	const char *comma = "";
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	uint32_t end, nr = count_ends(channels, channel, held), left;

	if (!out)
		return NULL;
	/* "and 1 other" would be no shorter than the name */
	left = nr > ENDS_SHOWN + 1 ? ENDS_SHOWN : nr;
	for (end = channel->first_end; end && left; end = channel_end_at(channels, end)->next) {
		if (!(channel_end_at(channels, end)->held & held))
			continue;
		left--;
		fputs(comma, out);
		put_image(out, model, label_end_image(model, channel_end_at(channels, end)),
			  put_raw);
		comma = ",";
	}
	if (nr > ENDS_SHOWN + 1)
		fprintf(out, ",%u-others", nr - ENDS_SHOWN);
	fclose(out);
	return text;
}

/* label_print_file - print the file that has number @number in records */
void label_print_file(FILE *out, const struct model *model, uint32_t number)
{
	const struct files *files = &model->copies.files;
	uint32_t file = map_get(&files->by_number, number);

	if (file)
		put_file(out, file_at(files, file), text_print);
	else
		fprintf(out, "file:[%u]", number);
}

void label_set(struct table *table, unsigned int column, char *label)
{
	table_set(table, column, "%s", label ?: "?");
	free(label);
}

void label_set_bytes(struct table *table, unsigned int column, uint64_t bytes, bool is_complete)
{
	char buf[LABEL_MAX];

	if (table_is_exact())
		table_set(table, column, "%s%" PRIu64, is_complete ? "" : ">=", bytes);
	else
		table_set(table, column, "%s", label_bytes(buf, bytes, is_complete));
}

void label_set_ns(struct table *table, unsigned int column, uint64_t ns)
{
	char buf[LABEL_MAX];

	if (table_is_exact())
		table_set(table, column, "%" PRIu64, ns);
	else
		table_set(table, column, "%s", label_ns(buf, ns));
}

const char *label_word_ns(char buf[LABEL_MAX], uint64_t ns)
{
	char *blank;

	if (table_is_exact()) {
		snprintf(buf, LABEL_MAX, "%" PRIu64, ns);
		return buf;
	}
	label_ns(buf, ns);
	blank = strchr(buf, ' ');
	if (blank)
		memmove(blank, blank + 1, strlen(blank));
	return buf;
}

void label_set_since(struct table *table, unsigned int column, int64_t ns, int digits)
{
	if (table_is_exact())
		table_set(table, column, "%" PRId64, ns);
	else
		table_set(table, column, "%.*f s", digits, ns / 1e9);
}

/* ---- relations ---- */

const char *label_kin(enum kinship kin)
{
	static const char *const names[] = {
		[KIN_UNKNOWN] = "unknown", [KIN_SAME] = "same", [KIN_PARENT] = "parent",
		[KIN_CHILD] = "child", [KIN_SIBLING] = "sibling", [KIN_ANCESTOR] = "ancestor",
		[KIN_DESCENDANT] = "descendant", [KIN_COMMON] = "common ancestor",
		[KIN_UNRELATED] = "unrelated",
	};

	return names[kin];
}

/*
 * Returns how the process that writes is related to the process that reads; "writer-is-parent":
 * it is the reader's parent.
 */
char *label_relation(const struct model *model, uint32_t writer, uint32_t reader)
{
	struct relation rel = tasks_relation(&model->tasks, writer, reader);
	char *common = label_proc(model, rel.common), *text = NULL;
	int len = -1;

	switch (rel.kin) {
	case KIN_SIBLING:
		len = asprintf(&text, "siblings,children-of:%s", common ?: "?");
		break;
	case KIN_COMMON:
		len = asprintf(&text, "common-ancestor:%s", common ?: "?");
		break;
	case KIN_SAME:
		len = asprintf(&text, "same-process");
		break;
	case KIN_UNKNOWN:
	case KIN_UNRELATED:
		len = asprintf(&text, "%s", label_kin(rel.kin));
		break;
	default:
		len = asprintf(&text, "writer-is-%s", label_kin(rel.kin));
		break;
	}
	free(common);
	return len < 0 ? NULL : text;
}

/* ---- JSON ---- */

json_t *label_image_json(const struct model *model, uint32_t image)
{
	const struct image *img = image_at(&model->tasks, image);

	if (!image)
		return json_null();
	if (img->is_many)
		return json_pack("{s:n, s:o}", "pid", "comm", text_json(img->comm));
	return json_pack("{s:I, s:o}", "pid",
			 (json_int_t)proc_at(&model->tasks, img->proc)->pid,
			 "comm", text_json(img->comm));
}

json_t *label_task_json(const struct model *model, uint32_t task)
{
	const struct task *t = task_at(&model->tasks, task);

	if (!task)
		return json_null();
	if (!t->tid)
		return json_pack("{s:n, s:n, s:o}", "tid", "pid", "comm", text_json(t->comm));
	return json_pack("{s:I, s:I, s:o}", "tid", (json_int_t)t->tid, "pid",
			 (json_int_t)proc_at(&model->tasks, t->proc)->pid,
			 "comm", text_json(t->comm));
}

static json_t *file_json(const struct file *file)
{
	if (file->is_many)
		return json_pack("{s:s, s:b}", "type", "file", "many", 1);
	return json_pack("{s:s, s:I, s:I, s:o}", "type", "file", "inode", (json_int_t)file->ino,
			 "dev", (json_int_t)file->dev,
			 "path", file->path ? text_json(file->path) : json_null());
}

const char *label_channel_type(const struct channel *channel)
{
	static const char *const names[] = {
		[CHANNEL_PIPE] = "pipe", [CHANNEL_FIFO] = "fifo", [CHANNEL_MSG] = "msg",
		[CHANNEL_MQ] = "mq", [CHANNEL_UNIX] = "unix", [CHANNEL_SHM] = "shm",
		[CHANNEL_FILE] = "file", [CHANNEL_PROCESS] = "process",
	};

	return names[channel->kind];
}

/* label_channel_json - the members that identify a channel */
json_t *label_channel_json(const struct model *model, const struct channel *channel)
{
	const char *type = label_channel_type(channel);

	if (channel->is_many)
		return json_pack("{s:s, s:b}", "type", type, "many", 1);
	switch ((enum channel_kind)channel->kind) {
	case CHANNEL_MSG:
	case CHANNEL_SHM:
		return json_pack("{s:s, s:I, s:I}", "type", type,
				 "ns", (json_int_t)channel_sysv_ns(channel->key),
				 "id", (json_int_t)channel_sysv_id(channel->key));
	case CHANNEL_FILE:
		return file_json(file_at(&model->copies.files, channel->key));
	case CHANNEL_PROCESS:
		return json_pack("{s:s, s:o}", "type", type,
				 "process", label_image_json(model, channel->key));
	case CHANNEL_UNIX:
	case CHANNEL_MQ:
		return json_pack("{s:s, s:I, s:o}", "type", type,
				 "inode", (json_int_t)channel->ino,
				 "path", channel->path ? text_json(channel->path) : json_null());
	default:
		return json_pack("{s:s, s:I, s:o}", "type", type,
				 "number", (json_int_t)(uint32_t)channel->key,
				 "path", channel->path ? text_json(channel->path) : json_null());
	}
}

json_t *label_object_json(const struct model *model, uint32_t object)
{
	uint32_t number = object_number(object);

	switch (object_type(object)) {
	case OBJECT_CHANNEL:
		return label_channel_json(model, channel_at(&model->copies.channels, number));
	case OBJECT_FILE:
		return file_json(file_at(&model->copies.files, number));
	case OBJECT_OTHER:
		return json_pack("{s:s}", "type", "other");
	default:
		return json_pack("{s:s}", "type", "memory");
	}
}

/* ---- loss ---- */

static json_t *reasons_json(uint32_t reasons)
{
	json_t *list = json_array();

	for (unsigned int bit = 0; event_reason_name(bit); bit++)
		if (reasons >> bit & 1)
			json_array_append_new(list, json_string(event_reason_name(bit)));
	return list;
}

json_t *label_loss_json(const struct model_loss *loss, uint32_t id)
{
	return json_pack("{s:s, s:I, s:I, s:o}", "class", event_class_name(id) ?: "unknown",
			 "records", (json_int_t)loss->nr_lost,
			 "gaps", (json_int_t)loss->nr_gaps,
			 "reasons", reasons_json(loss->reasons));
}

json_t *label_losses_json(const struct model *model)
{
	json_t *list = json_array();
	uint32_t id;

	for (id = 0; id < IPCPROBE_NR_CLASSES; id++)
		if (model->loss[id].nr_gaps)
			json_array_append_new(list, label_loss_json(&model->loss[id], id));
	return list;
}

void label_print_loss(FILE *out, const struct model_loss *loss, uint32_t id)
{
	if (loss->nr_lost)
		fprintf(out, "lost: %llu records of class %s in %llu %s",
			(unsigned long long)loss->nr_lost, event_class_name(id) ?: "unknown",
			(unsigned long long)loss->nr_gaps, loss->nr_gaps == 1 ? "gap" : "gaps");
	else
		fprintf(out, "lost: an unknown number of records of class %s",
			event_class_name(id) ?: "unknown");
	if (loss->reasons) {
		fputs(": ", out);
		event_print_reasons(out, loss->reasons);
	}
	putc('\n', out);
}

/* Losses are always printed. */
void label_print_losses(FILE *out, const struct model *model)
{
	uint32_t id;

	for (id = 0; id < IPCPROBE_NR_CLASSES; id++)
		if (model->loss[id].nr_gaps)
			label_print_loss(out, &model->loss[id], id);
}
