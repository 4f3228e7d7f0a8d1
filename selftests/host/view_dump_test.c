// SPDX-License-Identifier: GPL-2.0
/* Views, compared with golden/: bytes of transfers. */
#include "golden.h"
#include "lib/array.h"
#include "view/dump.h"

#define BUF_A	0x10000000ULL

#define PIECE_MAX	64

/* @missing: bytes whose data is missing */
static void add_piece(struct dumps *dumps, uint32_t tid, uint32_t offset, const char *bytes,
		      uint16_t nr, bool missing)
{
	union {
		struct ipcprobe_rec_io_data rec;
		char room[sizeof(struct ipcprobe_rec_io_data) + PIECE_MAX];
	} piece = { .rec = {
		.hdr = { .len = sizeof(piece.rec) + (missing ? 0 : (nr + 7) & ~7), .tid = tid,
			 .type = IPCPROBE_REC_io_data },
		.addr = BUF_A + offset, .offset = offset,
		.bytes = missing ? 0 : nr, .missing = missing ? nr : 0,
	} };

	memcpy(piece.rec.data, bytes, missing ? 0 : nr);
	dumps_add(dumps, &piece.rec);
}

static void print_call(struct dumps *dumps, uint32_t tid, uint16_t type, FILE *out)
{
	const struct ipcprobe_rec rec = { .type = type, .tid = tid, .len = sizeof(rec) };

	fprintf(out, "call of task %u\n", tid);
	dumps_print(dumps, &rec, out);
}

static void test_dump(void)
{
	struct dumps dumps;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	dumps_init(&dumps);
	add_piece(&dumps, 12, 0, "two tasks", 9, false);
	add_piece(&dumps, 13, 0, "several pieces, of one", 22, false);
	add_piece(&dumps, 13, 22, " transfer\n\0\x1b[1m\x80\xff\x7f~", 19, false);
	print_call(&dumps, 13, IPCPROBE_REC_pipe_block, out);
	print_call(&dumps, 13, IPCPROBE_REC_pipe_write, out);
	print_call(&dumps, 13, IPCPROBE_REC_pipe_read, out);
	print_call(&dumps, 12, IPCPROBE_REC_file_read, out);
	add_piece(&dumps, 12, 0, "0123456789abcdef0123456789abcdef", 32, false);
	print_call(&dumps, 12, IPCPROBE_REC_unix_send, out);
	add_piece(&dumps, 12, 0, "before", 6, false);
	add_piece(&dumps, 12, 6, "", 1024, true);
	add_piece(&dumps, 12, 1030, "behind", 6, false);
	print_call(&dumps, 12, IPCPROBE_REC_msg_send, out);
	add_piece(&dumps, 12, 0, "of a call that is lost", 22, false);
	dumps_forget(&dumps);
	print_call(&dumps, 12, IPCPROBE_REC_procvm, out);
	add_piece(&dumps, 12, 0, "of a call that ended unseen", 27, false);
	add_piece(&dumps, 12, 0, "of the next", 11, false);
	print_call(&dumps, 12, IPCPROBE_REC_mq_receive, out);
	fclose(out);
	dumps_deinit(&dumps);
	compare("script-data.txt", text);
}

int main(int argc, char **argv)
{
	(void)argc;
	golden_begin(argv[0], 1);
	test_dump();
	return ktap_end();
}
