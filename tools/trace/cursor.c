// SPDX-License-Identifier: GPL-2.0
/* One CPU's records: chunk after chunk, with the gaps between the chunks. */
#include "trace/cursor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "trace/event.h"
#include "trace/tracefile.h"

_Static_assert(sizeof(struct ipcprobe_rec_lost) % 8 == 0, "gaps are walked as records");

/* True if the record is valid for its type, and its time is not before the recording. */
static bool record_is_sound(const struct ipcprobe_rec *rec, size_t left, uint64_t start_ns)
{
	return !event_check(rec, left) && tracefile_has_time(start_ns, rec->ts_ns) &&
	       (rec->type != IPCPROBE_REC_lost ||
		((const struct ipcprobe_rec_lost *)rec)->begin_ns >= start_ns);
}

/* True if the records are those that @head describes. */
static bool records_are_sound(const struct tracefile_frame *head, const char *raw,
			      uint64_t start_ns)
{
	uint32_t count[IPCPROBE_NR_CLASSES] = { 0 };
	const struct ipcprobe_rec *rec = (const void *)raw;
	size_t left = head->raw_len;

	while (left) {
		unsigned int class_id;

		if (!record_is_sound(rec, left, start_ns))
			return false;
		class_id = event_class(rec);
		if (class_id < IPCPROBE_NR_CLASSES)
			count[class_id]++;
		left -= rec->len;
		rec = event_next(rec);
	}
	return !memcmp(count, head->count, sizeof(count));
}

static int reserve_raw(struct cursor *c, size_t len)
{
	if (len <= c->raw_max)
		return 0;
	free(c->raw);
	c->raw = malloc(len);
	c->raw_max = c->raw ? len : 0;
	return c->raw ? 0 : -ENOMEM;
}

/* Read and check a chunk. Return: 0, -EBADMSG if the chunk is damaged, -ENOMEM. */
static int read_chunk(struct cursors *cursors, struct cursor *c,
		      const struct tracefile_index *index, struct tracefile_frame *head)
{
	uint64_t start_ns = cursors->info->start_ns;
	int err;

	err = frame_read_head(cursors->file, index->offset, head);
	if (err)
		return -EBADMSG;
	if (head->kind != TRACEFILE_CHUNK || head->cpu != index->cpu ||
	    !head->raw_len || head->raw_len > TRACEFILE_RAW_MAX ||
	    !tracefile_has_time(start_ns, head->first_ns) ||
	    !tracefile_has_time(start_ns, head->last_ns))
		return -EBADMSG;
	err = reserve_raw(c, head->raw_len);
	if (err)
		return err;
	err = frame_read_payload(cursors->file, index->offset, head, c->raw);
	if (err)
		return err == -ENOMEM ? err : -EBADMSG;
	return records_are_sound(head, c->raw, start_ns) ? 0 : -EBADMSG;
}

/*
 * The recorder had written @before records of each class, and the cursor has read
 * c->read: the difference is missing. Return: the number of gaps made.
 */
static unsigned int make_gaps(struct cursors *cursors, struct cursor *c, const uint64_t *before,
			      uint64_t ts_ns)
{
	unsigned int nr = 0;

	for (unsigned int id = 0; c->is_read_known && id < IPCPROBE_NR_CLASSES; id++) {
		if (before[id] <= c->read[id])
			continue;
		cursors->info->nr_corrupt_records += before[id] - c->read[id];
		c->gaps[nr++] = (struct ipcprobe_rec_lost) {
			.hdr.len = sizeof(struct ipcprobe_rec_lost),
			.hdr.type = IPCPROBE_REC_lost,
			.hdr.ts_ns = ts_ns,
			.begin_ns = c->last_ns,
			.nr_lost = before[id] - c->read[id],
			.class_id = id,
			.reasons = IPCPROBE_REASON_DAMAGED,
		};
	}
	return nr;
}

static void use_gaps(struct cursor *c, unsigned int nr)
{
	c->rec = &c->gaps[0].hdr;
	c->end = &c->gaps[nr];
}

static void use_chunk(struct cursors *cursors, struct cursor *c, const struct tracefile_frame *head)
{
	unsigned int nr_gaps = make_gaps(cursors, c, head->before, head->first_ns);

	c->chunk = c->raw;
	c->chunk_end = c->raw + head->raw_len;
	use_gaps(c, nr_gaps);
	c->last_ns = head->last_ns;
	c->is_read_known = true;
	for (unsigned int id = 0; id < IPCPROBE_NR_CLASSES; id++)
		c->read[id] = head->before[id] + head->count[id];
}

/*
 * After the last chunk: compare with the statistics, to find chunks missing at the
 * end.
 */
static bool use_end(struct cursors *cursors, struct cursor *c)
{
	const struct reader_counts *counts = cursors->info->counts;
	unsigned int nr_gaps;

	if (!counts)
		return false;
	nr_gaps = make_gaps(cursors, c, counts[c - cursors->cpu].read, cursors->info->end_ns);
	c->is_read_known = false;
	use_gaps(c, nr_gaps);
	return nr_gaps > 0;
}

/*
 * True if the chunk has records that the window needs. Names of tasks are needed
 * from the start.
 */
static bool is_wanted(const struct cursors *cursors, const struct tracefile_index *chunk)
{
	return chunk->last_ns >= cursors->from_ns || chunk->count[IPCPROBE_CLASS_TASK];
}

/*
 * Go on to the next chunk. Return: 1 if there is a further record, 0 if not, or
 * -errno.
 */
static int next_chunk(struct cursors *cursors, struct cursor *c)
{
	const struct toc *toc = cursors->toc;
	struct tracefile_frame head;

	if (c->chunk) {
		c->rec = c->chunk;
		c->end = c->chunk_end;
		c->chunk = NULL;
		return 1;
	}
	while (c->next < c->last) {
		const struct tracefile_index *chunk = &toc->chunks[cursors->order[c->next++]];
		int err;

		if (chunk->first_ns >= cursors->until_ns)
			return 0;
		if (!is_wanted(cursors, chunk)) {
			c->is_read_known = false;
			continue;
		}
		err = read_chunk(cursors, c, chunk, &head);
		if (!err) {
			use_chunk(cursors, c, &head);
			return (const void *)c->rec == c->end ? next_chunk(cursors, c) : 1;
		}
		if (err != -EBADMSG)
			return err;
		cursors->info->nr_corrupt_chunks++;
	}
	return use_end(cursors, c);
}

/**
 * cursor_settle - make c->rec the next record that is wanted
 * @cursors: all cursors
 * @c: cursor to settle; the record that c->rec points to is the first candidate
 *
 * Return: 1 if there is a wanted record, 0 if there is none, or -errno.
 */
int cursor_settle(struct cursors *cursors, struct cursor *c)
{
	for (;;) {
		if ((const void *)c->rec == c->end) {
			int ret = next_chunk(cursors, c);

			if (ret <= 0)
				return ret;
		}
		if (c->rec->ts_ns >= cursors->until_ns)
			return 0;
		if (c->rec->ts_ns >= cursors->from_ns || event_class(c->rec) == IPCPROBE_CLASS_TASK)
			return 1;
		c->rec = event_next(c->rec);
	}
}

/* Sort the chunks by CPU, and in file order for each CPU: count, then distribute. */
static void sort_chunks(struct cursors *cursors)
{
	const struct toc *toc = cursors->toc;
	size_t place = 0;

	for (size_t i = 0; i < toc->nr_chunks; i++)
		cursors->cpu[toc->chunks[i].cpu].last++;
	for (uint32_t cpu = 0; cpu < cursors->info->nr_cpus; cpu++) {
		struct cursor *c = &cursors->cpu[cpu];
		size_t nr = c->last;

		c->first = place;
		c->last = place;
		place += nr;
	}
	for (size_t i = 0; i < toc->nr_chunks; i++)
		cursors->order[cursors->cpu[toc->chunks[i].cpu].last++] = i;
}

/**
 * cursors_init - set up cursors at the start of a file
 * @cursors: cursors to set up
 * @file: the file
 * @toc: table of contents of @file
 * @info: information about the recording, complete except for damage found later
 *
 * Return: 0 or -ENOMEM.
 */
int cursors_init(struct cursors *cursors, struct frame_file *file, const struct toc *toc,
		 struct reader_info *info)
{
	cursors->file = file;
	cursors->toc = toc;
	cursors->info = info;
	cursors->order = calloc(toc->nr_chunks + 1, sizeof(*cursors->order));
	cursors->cpu = calloc(info->nr_cpus, sizeof(*cursors->cpu));
	if (!cursors->order || !cursors->cpu) {
		cursors_deinit(cursors);
		return -ENOMEM;
	}
	sort_chunks(cursors);
	cursors_restart(cursors, 0, UINT64_MAX);
	return 0;
}

void cursors_deinit(struct cursors *cursors)
{
	for (uint32_t cpu = 0; cursors->cpu && cpu < cursors->info->nr_cpus; cpu++)
		free(cursors->cpu[cpu].raw);
	free(cursors->cpu);
	free(cursors->order);
	cursors->cpu = NULL;
	cursors->order = NULL;
}

/* cursors_restart - go back to the start of the file, with another window */
void cursors_restart(struct cursors *cursors, uint64_t from_ns, uint64_t until_ns)
{
	cursors->from_ns = from_ns;
	cursors->until_ns = until_ns;
	for (uint32_t cpu = 0; cpu < cursors->info->nr_cpus; cpu++) {
		struct cursor *c = &cursors->cpu[cpu];

		c->rec = NULL;
		c->end = NULL;
		c->chunk = NULL;
		c->next = c->first;
		c->last_ns = cursors->info->start_ns;
		c->is_read_known = true;
		memset(c->read, 0, sizeof(c->read));
	}
}
