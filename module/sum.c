// SPDX-License-Identifier: GPL-2.0
/*
 * Writes checksums of the bytes that a call moved, for sessions that want them:
 * io_sums records, before the record of the call. The bytes are read in the way
 * of data.c, but at most IPCPROBE_SUMMED_MAX of one call: preemption is off
 * during the reads.
 */
#include <linux/align.h>
#include <linux/minmax.h>
#include <linux/percpu.h>
#include <linux/uaccess.h>
#include <linux/uio.h>
#include <linux/ipcprobe_print.h>

#include "clock.h"
#include "data.h"
#include "emit.h"
#include "sum.h"

#define WORDS_OF(bytes)	((bytes) / sizeof(u64))

/**
 * struct summing - a record under construction
 * @rec: head of the record
 * @sums: the checksums of @rec.sums
 * @words: bytes that are being summed up: part of a page
 *
 * One for each CPU, used in task context with preemption off, like struct piece of
 * data.c.
 */
struct summing {
	struct ipcprobe_rec_io_sums rec;
	u32 sums[IPCPROBE_NR_SUMS_MAX];
	u64 words[WORDS_OF(IPCPROBE_DATA_MAX)];
};

static DEFINE_PER_CPU(struct summing, summings);

/*
 * Writes the record if it has any checksums, and begins the next record, for
 * the bytes after it.
 */
static void flush_sums(struct summing *summing, const struct ipcprobe_moved *moved)
{
	struct ipcprobe_rec_io_sums *rec = &summing->rec;
	u32 len = ALIGN(sizeof(*rec) + rec->bytes, 8);

	if (!rec->bytes)
		return;
	if (rec->bytes % 8)
		summing->sums[rec->bytes / sizeof(u32)] = 0;
	scoped_guard(irqsave) {
		rec->hdr.ts_ns = ipcprobe_clock();
		IPCPROBE_EMIT_NAME(io_sums, rec, len, s,
				   s->has_sums && ipcprobe_session_wants(s, moved->class_id,
									 moved->tid, moved->tid,
									 -1));
	}
	rec->addr += rec->span;
	rec->offset += rec->span;
	rec->span = 0;
	rec->bytes = 0;
}

static void add_sum(struct summing *summing, const struct ipcprobe_moved *moved, u32 bytes,
		    u32 sum)
{
	struct ipcprobe_rec_io_sums *rec = &summing->rec;

	summing->sums[rec->bytes / sizeof(u32)] = sum;
	rec->bytes += sizeof(u32);
	rec->span += bytes;
	if (rec->bytes == sizeof(summing->sums))
		flush_sums(summing, moved);
}

/* Adds the checksums of @bytes in one page; the bytes belong to one or more blocks. */
static void sum_up(struct summing *summing, const struct ipcprobe_moved *moved, u64 addr,
		   u32 bytes)
{
	bool is_there = !copy_from_user_nofault(summing->words, (void __user *)addr, bytes);
	u32 done, part;

	for (done = 0; done < bytes; done += part) {
		u64 block[WORDS_OF(IPCPROBE_SUM_BYTES)] = {};

		part = IPCPROBE_SUM_BYTES - (addr + done) % IPCPROBE_SUM_BYTES;
		part = min(part, bytes - done);
		if (is_there)
			memcpy(block, (u8 *)summing->words + done, part);
		add_sum(summing, moved, part, is_there ? ipcprobe_sum(block, part) : 0);
	}
}

static u32 sum_buffer(struct summing *summing, const struct ipcprobe_moved *moved, u32 before,
		      u64 addr, u64 room)
{
	u64 end = addr + min_t(u64, room, IPCPROBE_SUMMED_MAX - before);
	u32 bytes;

	end = min_t(u64, end, addr + moved->bytes - before);
	room = end - addr;
	summing->rec = (struct ipcprobe_rec_io_sums) {
		.hdr.tid = moved->tid,
		.addr = addr,
		.offset = before,
	};
	for (; addr < end; addr += bytes) {
		bytes = min_t(u64, end - addr, IPCPROBE_DATA_MAX - addr % IPCPROBE_DATA_MAX);
		sum_up(summing, moved, addr, bytes);
	}
	flush_sums(summing, moved);
	return before + room;
}

/**
 * ipcprobe_sums_emit - write checksums of the bytes that a call moved
 * @moved: the transfer of the call
 *
 * Context: same as ipcprobe_data_emit().
 */
void ipcprobe_sums_emit(const struct ipcprobe_moved *moved)
{
	struct summing *summing = this_cpu_ptr(&summings);
	const struct iovec *iov;
	u32 done;

	if (moved->bytes <= 0)
		return;
	done = sum_buffer(summing, moved, 0, moved->addr, moved->room);
	for (iov = moved->more; iov < moved->more + moved->nr_more; iov++)
		done = sum_buffer(summing, moved, done, (unsigned long)iov->iov_base,
				  iov->iov_len);
}
