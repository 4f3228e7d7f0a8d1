// SPDX-License-Identifier: GPL-2.0
/*
 * Table of contents of a recorded file: from the index at its end, or, if the file
 * is truncated or the index is damaged, by a walk from frame to frame.
 */
#include "trace/toc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool is_header(const struct tracefile_header *header)
{
	return !memcmp(header->magic, TRACEFILE_MAGIC, sizeof(header->magic)) &&
	       header->crc == tracefile_header_crc(header);
}

static int check_header(const struct tracefile_header *header)
{
	if (header->major != TRACEFILE_MAJOR || header->abi_major != IPCPROBE_ABI_MAJOR)
		return -EPROTONOSUPPORT;
	if (!header->nr_cpus || header->nr_cpus > TRACEFILE_NR_CPUS_MAX ||
	    header->header_len < sizeof(*header) || header->header_len % 8 ||
	    header->start_ns > TRACEFILE_NS_MAX)
		return -EBADMSG;
	return 0;
}

/* No header is usable: return the error that says why. */
static int header_error(const struct tracefile_header *header)
{
	if (memcmp(header->magic, TRACEFILE_MAGIC, sizeof(header->magic)))
		return -EMEDIUMTYPE;
	return header->major > TRACEFILE_MAJOR ? -EPROTONOSUPPORT : -EBADMSG;
}

static bool read_trailer(const struct frame_file *file, struct tracefile_trailer *trailer)
{
	return file->size >= sizeof(*trailer) &&
	       !frame_read_bytes(file, file->size - sizeof(*trailer), trailer, sizeof(*trailer)) &&
	       !memcmp(trailer->magic, TRACEFILE_END_MAGIC, sizeof(trailer->magic)) &&
	       trailer->crc == tracefile_trailer_crc(trailer) &&
	       is_header(&trailer->header);
}

static bool times_are_sound(const struct toc *toc, uint64_t first_ns, uint64_t last_ns)
{
	return tracefile_has_time(toc->header.start_ns, first_ns) &&
	       tracefile_has_time(toc->header.start_ns, last_ns);
}

static bool chunks_are_sound(const struct toc *toc, const struct frame_file *file)
{
	for (size_t i = 0; i < toc->nr_chunks; i++)
		if (toc->chunks[i].cpu >= toc->header.nr_cpus ||
		    toc->chunks[i].offset >= file->size ||
		    !times_are_sound(toc, toc->chunks[i].first_ns, toc->chunks[i].last_ns))
			return false;
	return true;
}

static int load_index(struct toc *toc, struct frame_file *file, uint64_t offset)
{
	struct tracefile_frame head;
	int err;

	err = frame_read_head(file, offset, &head);
	if (err)
		return err;
	/* Every chunk has a head in the file, so the index cannot have more entries. */
	if (head.kind != TRACEFILE_INDEX || head.raw_len % sizeof(*toc->chunks) ||
	    head.raw_len / sizeof(*toc->chunks) > file->size / sizeof(head))
		return -EBADMSG;
	toc->chunks = malloc((size_t)head.raw_len + 1);
	if (!toc->chunks)
		return -ENOMEM;
	toc->nr_chunks = head.raw_len / sizeof(*toc->chunks);
	err = frame_read_payload(file, offset, &head, toc->chunks);
	if (!err && !chunks_are_sound(toc, file))
		err = -EBADMSG;
	if (err)
		toc_deinit(toc);
	return err;
}

static int add_chunk(struct toc *toc, uint64_t offset, const struct tracefile_frame *head)
{
	struct tracefile_index *chunk;

	if (!(toc->nr_chunks & (toc->nr_chunks - 1))) {
		size_t max = toc->nr_chunks ? 2 * toc->nr_chunks : 1;
		void *chunks = reallocarray(toc->chunks, max, sizeof(*toc->chunks));

		if (!chunks)
			return -ENOMEM;
		toc->chunks = chunks;
	}
	chunk = &toc->chunks[toc->nr_chunks++];
	chunk->offset = offset;
	chunk->first_ns = head->first_ns;
	chunk->last_ns = head->last_ns;
	chunk->cpu = head->cpu;
	chunk->nr_records = head->nr_records;
	memcpy(chunk->count, head->count, sizeof(chunk->count));
	return 0;
}

static int add_sound_chunk(struct toc *toc, uint64_t offset, const struct tracefile_frame *head)
{
	if (times_are_sound(toc, head->first_ns, head->last_ns))
		return add_chunk(toc, offset, head);
	toc->nr_damaged++;
	return 0;
}

static int add_frame(struct toc *toc, uint64_t offset, const struct tracefile_frame *head)
{
	if (head->kind == TRACEFILE_STATS)
		toc->stats_offset = offset;
	else if (head->kind == TRACEFILE_INDEX)
		toc->is_truncated = false;
	else if (head->kind == TRACEFILE_CHUNK && head->cpu < toc->header.nr_cpus)
		return add_sound_chunk(toc, offset, head);
	return 0;
}

/* Walk from frame to frame; after a damaged frame, continue with the next valid one. */
static int scan_frames(struct toc *toc, const struct frame_file *file)
{
	uint64_t offset = toc->header.header_len;
	struct tracefile_frame head;
	int err;

	while (offset < file->size) {
		err = frame_read_head(file, offset, &head);
		if (!err) {
			err = add_frame(toc, offset, &head);
			if (err)
				return err;
			offset = frame_end(offset, &head);
			continue;
		}
		if (err == -ENODATA || frame_find(file, offset + 8, &offset))
			break;
		toc->nr_damaged++;
	}
	return 0;
}

/**
 * toc_init - read the table of contents of a file
 * @toc: table to set up; on error there is nothing to free
 * @file: the file
 *
 * Return: 0; -EMEDIUMTYPE if the file is not a recording, -EPROTONOSUPPORT if it
 * has another major version, -EBADMSG if the header is damaged and the file has no
 * copy at its end, -ENODATA if the file is too short for a header; or -errno.
 */
int toc_init(struct toc *toc, struct frame_file *file)
{
	struct tracefile_trailer trailer;
	bool has_trailer = read_trailer(file, &trailer);
	int err;

	memset(toc, 0, sizeof(*toc));
	err = frame_read_bytes(file, 0, &toc->header, sizeof(toc->header));
	if (err)
		return err;
	if (!is_header(&toc->header)) {
		if (!has_trailer)
			return header_error(&toc->header);
		toc->header = trailer.header;
		toc->nr_damaged++;
	}
	err = check_header(&toc->header);
	if (err)
		return err;
	toc->info_offset = toc->header.header_len;
	toc->is_truncated = !has_trailer;
	if (has_trailer && !load_index(toc, file, trailer.index_offset)) {
		toc->stats_offset = trailer.stats_offset;
		return 0;
	}
	err = scan_frames(toc, file);
	/* The end of the file exists, so the index or the trailer must be damaged. */
	if (!toc->is_truncated)
		toc->nr_damaged++;
	if (err)
		toc_deinit(toc);
	return err;
}

void toc_deinit(struct toc *toc)
{
	free(toc->chunks);
	toc->chunks = NULL;
	toc->nr_chunks = 0;
}
