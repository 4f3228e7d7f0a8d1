// SPDX-License-Identifier: GPL-2.0
/* Marks: a write to the device puts its text into the stream of every session. */
#include <linux/align.h>
#include <linux/fs.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/uio.h>

#include "class.h"
#include "emit.h"
#include "mark.h"

/*
 * A record with the longest text; the text ends with a zero byte. An initialiser sets the
 * first member, which is therefore the one that is as long as all.
 */
union mark {
	u8 room[sizeof(struct ipcprobe_rec_task_mark) + ALIGN(IPCPROBE_MARK_MAX + 1, 8)];
	struct ipcprobe_rec_task_mark rec;
};

static void emit_mark(struct ipcprobe_rec_task_mark *rec, u32 text_len)
{
	u32 len = ALIGN(sizeof(*rec) + text_len + 1, 8);

	rec->hdr.tid = current->pid;
	guard(irqsave)();
	rec->hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT_NAME(task_mark, rec, len, s, s->classes & IPCPROBE_BIT(TASK));
}

/**
 * ipcprobe_mark_write - record a mark
 * @iocb: open file of the device
 * @from: the text, with or without a line feed at its end; its parts are one mark
 *
 * Every running session with class task gets the mark, whichever tasks and CPUs it
 * is limited to. Without a session nothing is recorded, and that is no error.
 *
 * Context: process.  Return: bytes written, all; -EINVAL: there is no text, or a zero
 * byte in it; -EMSGSIZE: more than IPCPROBE_MARK_MAX bytes; -EFAULT.
 */
ssize_t ipcprobe_mark_write(struct kiocb *iocb, struct iov_iter *from)
{
	size_t len = iov_iter_count(from), text_len = len;
	union mark mark = {};
	char *text = mark.rec.text;

	if (len > IPCPROBE_MARK_MAX + 1)
		return -EMSGSIZE;
	if (!copy_from_iter_full(text, len, from))
		return -EFAULT;
	if (len && text[len - 1] == '\n')
		text[--text_len] = '\0';
	if (text_len > IPCPROBE_MARK_MAX)
		return -EMSGSIZE;
	if (!text_len || memchr(text, '\0', text_len))
		return -EINVAL;
	emit_mark(&mark.rec, text_len);
	return len;
}
