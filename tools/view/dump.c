// SPDX-License-Identifier: GPL-2.0
/*
 * Keeps and prints the bytes of transfers; see dump.h.
 */
#include "view/dump.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define LINE_BYTES	16

/* More than the bytes of any transfer need, into whatever pieces they are divided. */
#define LEN_MAX		(1U << 20)

/**
 * struct dump - bytes that one task's call has moved
 * @pieces: io_data records, one after the other
 * @len: length of the records in bytes
 * @cap: size of the memory at @pieces
 */
struct dump {
	char *pieces;
	uint32_t len;
	uint32_t cap;
};

int dumps_init(struct dumps *dumps)
{
	*dumps = (struct dumps){ 0 };
	return pool_init(&dumps->dump, sizeof(struct dump));
}

static void drop_dump(struct dump *dump)
{
	free(dump->pieces);
	*dump = (struct dump){ 0 };
}

void dumps_forget(struct dumps *dumps)
{
	for (uint32_t i = 0; i < dumps->dump.nr; i++)
		drop_dump(pool_at(&dumps->dump, i));
}

void dumps_deinit(struct dumps *dumps)
{
	dumps_forget(dumps);
	pool_deinit(&dumps->dump);
	map_deinit(&dumps->tasks);
}

/* Returns the dump of a task, or NULL if the task has none. */
static struct dump *find_dump(const struct dumps *dumps, uint32_t tid)
{
	uint32_t number = map_get(&dumps->tasks, tid);

	return number ? pool_at(&dumps->dump, number) : NULL;
}

static struct dump *find_or_add(struct dumps *dumps, uint32_t tid)
{
	struct dump *dump = find_dump(dumps, tid);
	uint32_t number;

	if (dump)
		return dump;
	dump = pool_add(&dumps->dump, &number);
	return dump && !map_set(&dumps->tasks, tid, number) ? dump : NULL;
}

int dumps_add(struct dumps *dumps, const struct ipcprobe_rec_io_data *rec)
{
	struct dump *dump = find_or_add(dumps, rec->hdr.tid);
	char *grown;

	if (!dump)
		return -ENOMEM;
	if (!rec->offset || dump->len > LEN_MAX)
		dump->len = 0;
	grown = array_reserve(dump->pieces, &dump->cap, dump->len + rec->hdr.len, 1);
	if (!grown)
		return -ENOMEM;
	dump->pieces = grown;
	memcpy(grown + dump->len, rec, rec->hdr.len);
	dump->len += rec->hdr.len;
	return 0;
}

/* ---- printing ---- */

/* One line of bytes that are consecutive in the transfer. */
struct dump_line {
	uint32_t offset;
	uint32_t nr;
	uint8_t byte[LINE_BYTES];
};

/* "    0x0010:  6865 6c6c 6f                              hello" */
static void end_line(struct dump_line *line, FILE *out)
{
	if (!line->nr)
		return;
	fprintf(out, "    0x%04" PRIx32 ": ", line->offset);
	for (uint32_t i = 0; i < LINE_BYTES; i++) {
		if (i % 2 == 0)
			putc(' ', out);
		if (i < line->nr)
			fprintf(out, "%02x", line->byte[i]);
		else
			fputs("  ", out);
	}
	fputs("  ", out);
	for (uint32_t i = 0; i < line->nr; i++)
		putc(line->byte[i] < 0x80 && isprint(line->byte[i]) ? line->byte[i] : '.', out);
	putc('\n', out);
	line->offset += line->nr;
	line->nr = 0;
}

static void print_piece(struct dump_line *line, const struct ipcprobe_rec_io_data *piece, FILE *out)
{
	if (piece->missing || line->offset + line->nr != piece->offset) {
		end_line(line, out);
		line->offset = piece->offset;
	}
	for (uint32_t i = 0; i < piece->bytes; i++) {
		line->byte[line->nr++] = piece->data[i];
		if (line->nr == LINE_BYTES)
			end_line(line, out);
	}
	if (piece->missing)
		fprintf(out, "    0x%04" PRIx32 ":  %u bytes were not in memory\n",
			piece->offset + piece->bytes, piece->missing);
}

static void print_dump(const struct dump *dump, FILE *out)
{
	struct dump_line line = { 0 };
	const struct ipcprobe_rec_io_data *piece;

	for (uint32_t at = 0; at < dump->len; at += piece->hdr.len) {
		piece = (const void *)(dump->pieces + at);
		print_piece(&line, piece, out);
	}
	end_line(&line, out);
}

/* True if the record is of a call that may have moved bytes of a buffer. */
static bool is_of_call(const struct ipcprobe_rec *rec)
{
	switch (rec->type) {
	case IPCPROBE_REC_pipe_read:
	case IPCPROBE_REC_pipe_write:
	case IPCPROBE_REC_pipe_splice:
	case IPCPROBE_REC_file_read:
	case IPCPROBE_REC_file_write:
	case IPCPROBE_REC_unix_send:
	case IPCPROBE_REC_unix_recv:
	case IPCPROBE_REC_msg_send:
	case IPCPROBE_REC_msg_receive:
	case IPCPROBE_REC_mq_send:
	case IPCPROBE_REC_mq_receive:
	case IPCPROBE_REC_procvm:
		return true;
	default:
		return false;
	}
}

void dumps_print(struct dumps *dumps, const struct ipcprobe_rec *rec, FILE *out)
{
	const struct dump *dump = find_dump(dumps, rec->tid);

	if (!dump || !is_of_call(rec))
		return;
	print_dump(dump, out);
	dumps_drop(dumps, rec);
}

void dumps_drop(struct dumps *dumps, const struct ipcprobe_rec *rec)
{
	struct dump *dump = find_dump(dumps, rec->tid);

	if (dump && is_of_call(rec))
		drop_dump(dump);
}
