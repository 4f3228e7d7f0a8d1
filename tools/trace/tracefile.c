// SPDX-License-Identifier: GPL-2.0
/*
 * Writer of ipcprobe.data: it collects the records of each CPU, and writes them
 * compressed, one chunk at a time.
 */
#include "trace/tracefile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include <zlib.h>
#include <zstd.h>

#include "lib/write_all.h"
#include "trace/event.h"

/*
 * A chunk is complete when it has CHUNK_BYTES. Records are appended in portions of
 * about APPEND_BYTES.
 */
#define CHUNK_BYTES	(256U << 10)
#define APPEND_BYTES	(64U << 10)

/*
 * Full chunks wait, so that the recorded programs do not pay for compression: they
 * wait until there are this many, or until tracefile_write_one(), _flush() or
 * _finish() is called. Then only the oldest waiting chunk is written, because the
 * caller that appends must empty rings.
 */
#define WAITING_MAX	128U

/*
 * Measured on synthetic records of 38 bytes on average (selftests/host/
 * synthetic.h): level 1 compresses a record to 10.4 bytes, level -3 to 13.1 bytes
 * in two thirds of the time; level 3 gains nothing.
 */
#define ZSTD_LEVEL	1

/**
 * struct cpu_buffer - records of one CPU that have not been written yet
 * @raw: buffer of CHUNK_BYTES, allocated at the first record
 * @head: head of the chunk that is being collected
 * @read: number of records ever appended, per class
 */
struct cpu_buffer {
	char *raw;
	struct tracefile_frame head;
	uint64_t read[IPCPROBE_NR_CLASSES];
};

/* A full chunk that waits to be written. */
struct waiting {
	struct tracefile_frame head;
	char *raw;
};

struct tracefile {
	int fd;
	int err;			/* first error; nothing is written after it */
	uint64_t offset;		/* end of the last complete frame */
	uint32_t lost_classes;
	uint32_t lost_reasons[IPCPROBE_NR_CLASSES];
	struct tracefile_header header;
	struct cpu_buffer *cpus;	/* array, [header.nr_cpus] */
	struct waiting *waiting;	/* circular queue of waiting chunks */
	unsigned int first_waiting, nr_waiting, max_waiting;
	struct tracefile_index *index;
	size_t nr_index, max_index;
	ZSTD_CCtx *zstd;
	size_t stored_max;
	char *stored;
};

uint32_t tracefile_crc(const void *bytes, size_t len)
{
	return crc32_z(0, bytes, len);
}

uint32_t tracefile_header_crc(const struct tracefile_header *header)
{
	return tracefile_crc(header, offsetof(struct tracefile_header, crc));
}

uint32_t tracefile_frame_crc(const struct tracefile_frame *frame)
{
	struct tracefile_frame copy = *frame;

	copy.head_crc = 0;
	return tracefile_crc(&copy, sizeof(copy));
}

uint32_t tracefile_trailer_crc(const struct tracefile_trailer *trailer)
{
	return tracefile_crc(trailer, offsetof(struct tracefile_trailer, crc));
}

/*
 * Append to the file, all or nothing: if only a part could be written (the disk is
 * full), the part is removed.
 */
static int append_bytes(struct tracefile *file, const void *bytes, size_t len)
{
	if (file->err)
		return file->err;
	file->err = write_all(file->fd, bytes, len);
	if (!file->err)
		file->offset += len;
	else if (!ftruncate(file->fd, file->offset))
		lseek(file->fd, file->offset, SEEK_SET);
	return file->err;
}

/* Write head and payload in one write; this function completes @head. */
static int put_frame(struct tracefile *file, struct tracefile_frame *head, const void *raw)
{
	char *payload = file->stored + sizeof(*head);
	size_t room = file->stored_max - sizeof(*head) - 8;
	size_t len = ZSTD_compress2(file->zstd, payload, room, raw, head->raw_len);

	if (ZSTD_isError(len)) {
		file->err = -EIO;
		return file->err;
	}
	head->magic = TRACEFILE_FRAME_MAGIC;
	head->flags = TRACEFILE_COMPRESSED;
	head->stored_len = len;
	head->payload_crc = tracefile_crc(payload, len);
	head->head_crc = tracefile_frame_crc(head);
	memcpy(file->stored, head, sizeof(*head));
	memset(payload + len, 0, 8);
	return append_bytes(file, file->stored, sizeof(*head) + TRACEFILE_ALIGN(len));
}

/* Make room for a frame of @raw_len bytes in file->stored. */
static int reserve_stored(struct tracefile *file, size_t raw_len)
{
	size_t need = sizeof(struct tracefile_frame) + ZSTD_compressBound(raw_len) + 8;
	char *stored;

	if (need > TRACEFILE_STORED_MAX)
		return -EFBIG;
	if (need <= file->stored_max)
		return 0;
	stored = realloc(file->stored, need);
	if (!stored)
		return -ENOMEM;
	file->stored = stored;
	file->stored_max = need;
	return 0;
}

static int put_plain_frame(struct tracefile *file, uint16_t kind, const void *raw, size_t len)
{
	struct tracefile_frame head = { .kind = kind, .raw_len = len };
	int err = reserve_stored(file, len);

	if (err)
		return err;
	return put_frame(file, &head, raw);
}

static int put_info(struct tracefile *file, const struct tracefile_pair *pairs)
{
	size_t len = 0;
	char *raw, *p;
	int err;

	for (const struct tracefile_pair *pair = pairs; pair->key; pair++)
		len += strlen(pair->key) + strlen(pair->value) + 2;
	raw = malloc(len + 1);
	if (!raw)
		return -ENOMEM;
	p = raw;
	for (const struct tracefile_pair *pair = pairs; pair->key; pair++) {
		p = stpcpy(p, pair->key) + 1;
		p = stpcpy(p, pair->value) + 1;
	}
	err = put_plain_frame(file, TRACEFILE_INFO, raw, len);
	free(raw);
	return err;
}

static int put_header(struct tracefile *file, const struct tracefile_header *header)
{
	struct tracefile_header *h = &file->header;

	*h = *header;
	memcpy(h->magic, TRACEFILE_MAGIC, sizeof(h->magic));
	h->major = TRACEFILE_MAJOR;
	h->minor = TRACEFILE_MINOR;
	h->abi_major = IPCPROBE_ABI_MAJOR;
	h->abi_minor = IPCPROBE_ABI_MINOR;
	h->header_len = sizeof(*h);
	h->crc = tracefile_header_crc(h);
	return append_bytes(file, h, sizeof(*h));
}

/**
 * tracefile_create - begin a file
 * @fd: empty file, open for writing; the caller closes it
 * @header: nr_cpus, page_size, classes, ring_bytes and times; the function sets the
 *	rest
 * @pairs: keys and values of the INFO frame; a NULL key ends the list
 * @ret: the writer
 *
 * Return: 0 or -errno.
 */
int tracefile_create(int fd, const struct tracefile_header *header,
		     const struct tracefile_pair *pairs, struct tracefile **ret)
{
	struct tracefile *file = calloc(1, sizeof(*file));
	int err = -ENOMEM;

	if (!file)
		return err;
	file->fd = fd;
	file->cpus = calloc(header->nr_cpus, sizeof(*file->cpus));
	file->max_waiting = WAITING_MAX + header->nr_cpus;
	file->waiting = calloc(file->max_waiting, sizeof(*file->waiting));
	file->zstd = ZSTD_createCCtx();
	if (!file->cpus || !file->waiting || !file->zstd)
		goto err_destroy;
	ZSTD_CCtx_setParameter(file->zstd, ZSTD_c_compressionLevel, ZSTD_LEVEL);
	err = reserve_stored(file, CHUNK_BYTES);
	if (err)
		goto err_destroy;
	err = put_header(file, header);
	if (err)
		goto err_destroy;
	err = put_info(file, pairs);
	if (err)
		goto err_destroy;
	*ret = file;
	return 0;

err_destroy:
	tracefile_destroy(file);
	return err;
}

static struct tracefile_index *add_index(struct tracefile *file)
{
	if (file->nr_index == file->max_index) {
		size_t max = file->max_index ? 2 * file->max_index : 256;
		void *index = reallocarray(file->index, max, sizeof(*file->index));

		if (!index)
			return NULL;
		file->index = index;
		file->max_index = max;
	}
	return &file->index[file->nr_index];
}

static int put_chunk(struct tracefile *file, struct tracefile_frame *head, const char *raw)
{
	struct tracefile_index *index = add_index(file);
	int err;

	if (!index)
		return -ENOMEM;
	index->offset = file->offset;
	index->first_ns = head->first_ns;
	index->last_ns = head->last_ns;
	index->cpu = head->cpu;
	index->nr_records = head->nr_records;
	memcpy(index->count, head->count, sizeof(index->count));
	err = put_frame(file, head, raw);
	if (!err)
		file->nr_index++;
	return err;
}

/**
 * tracefile_write_one - write the oldest waiting chunk, if there is one
 * Return: 0 or -errno, as from tracefile_append().
 */
int tracefile_write_one(struct tracefile *file)
{
	struct waiting *waiting = &file->waiting[file->first_waiting];
	int err;

	if (!file->nr_waiting)
		return 0;
	err = put_chunk(file, &waiting->head, waiting->raw);
	free(waiting->raw);
	file->first_waiting = (file->first_waiting + 1) % file->max_waiting;
	file->nr_waiting--;
	return err;
}

/* Put a chunk at the end of the queue, in which there is room. */
static void seal_chunk(struct tracefile *file, struct cpu_buffer *buffer)
{
	unsigned int last = (file->first_waiting + file->nr_waiting) % file->max_waiting;

	if (!buffer->head.raw_len)
		return;
	file->waiting[last] = (struct waiting){ .head = buffer->head, .raw = buffer->raw };
	file->nr_waiting++;
	buffer->raw = NULL;
	memset(&buffer->head, 0, sizeof(buffer->head));
}

/* Put a full chunk at the end of the queue; if there is no room, write a chunk first. */
static int seal_full_chunk(struct tracefile *file, struct cpu_buffer *buffer)
{
	int err = 0;

	if (file->nr_waiting >= WAITING_MAX)
		err = tracefile_write_one(file);
	if (!err)
		seal_chunk(file, buffer);
	return err;
}

static int start_chunk(struct cpu_buffer *buffer, uint32_t cpu)
{
	if (!buffer->raw) {
		buffer->raw = malloc(CHUNK_BYTES);
		if (!buffer->raw)
			return -ENOMEM;
	}
	buffer->head.kind = TRACEFILE_CHUNK;
	buffer->head.cpu = cpu;
	memcpy(buffer->head.before, buffer->read, sizeof(buffer->read));
	return 0;
}

static void note_lost(struct tracefile *file, const struct ipcprobe_rec_lost *lost)
{
	file->lost_classes |= 1U << lost->class_id;
	file->lost_reasons[lost->class_id] |= lost->reasons;
}

static void count_record(struct tracefile *file, struct cpu_buffer *buffer,
			 const struct ipcprobe_rec *rec)
{
	struct tracefile_frame *head = &buffer->head;
	unsigned int class_id = event_class(rec);

	if (!head->nr_records++)
		head->first_ns = rec->ts_ns;
	head->last_ns = rec->ts_ns;
	if (class_id < IPCPROBE_NR_CLASSES) {
		head->count[class_id]++;
		buffer->read[class_id]++;
	}
	if (rec->type == IPCPROBE_REC_lost)
		note_lost(file, (const void *)rec);
}

static int append_record(struct tracefile *file, uint32_t cpu, const struct ipcprobe_rec *rec)
{
	struct cpu_buffer *buffer = &file->cpus[cpu];
	int err = 0;

	if (buffer->head.raw_len + rec->len > CHUNK_BYTES)
		err = seal_full_chunk(file, buffer);
	if (!err && !buffer->head.raw_len)
		err = start_chunk(buffer, cpu);
	if (err)
		return err;
	memcpy(buffer->raw + buffer->head.raw_len, rec, rec->len);
	buffer->head.raw_len += rec->len;
	count_record(file, buffer, rec);
	return 0;
}

/**
 * tracefile_append - add records of one CPU
 * @file: the writer
 * @cpu: CPU number, less than the header's nr_cpus
 * @records: complete records, as in the CPU's ring
 * @len: number of bytes of these records, not 0
 *
 * Takes only a little more than APPEND_BYTES in one call, so that the caller can
 * free room in the ring before the next chunk is compressed.
 *
 * Return: the number of bytes taken; -EBADMSG if the first record is damaged; or
 * -errno of a failed write: then the file is complete up to its last chunk, and
 * only tracefile_destroy() may be called.
 */
ssize_t tracefile_append(struct tracefile *file, uint32_t cpu, const void *records, size_t len)
{
	const struct ipcprobe_rec *rec = records;
	size_t done = 0;

	if (cpu >= file->header.nr_cpus)
		return -EINVAL;
	while (done < len && done < APPEND_BYTES) {
		int err = event_check(rec, len - done);

		if (!err)
			err = append_record(file, cpu, rec);
		if (err)
			return done ? (ssize_t)done : err;
		done += rec->len;
		rec = event_next(rec);
	}
	return done;
}

/**
 * tracefile_seal - put the collected records into the queue of waiting chunks, as
 * far as there is room
 *
 * They are in the file after as many calls of tracefile_write_one() as this
 * function returns.
 *
 * Return: the number of waiting chunks.
 */
unsigned int tracefile_seal(struct tracefile *file)
{
	uint32_t cpu;

	for (cpu = 0; cpu < file->header.nr_cpus && file->nr_waiting < file->max_waiting; cpu++)
		seal_chunk(file, &file->cpus[cpu]);
	return file->nr_waiting;
}

/**
 * tracefile_flush - write all collected records
 *
 * Return: 0 or -errno, as from tracefile_append().
 */
int tracefile_flush(struct tracefile *file)
{
	int err = 0;

	while (!err && tracefile_seal(file))
		err = tracefile_write_one(file);
	return err;
}

/**
 * tracefile_take_lost - get the classes of "lost" records appended since the last
 * call, as a mask
 */
uint32_t tracefile_take_lost(struct tracefile *file)
{
	uint32_t classes = file->lost_classes;

	file->lost_classes = 0;
	return classes;
}

/* tracefile_lost_reasons - IPCPROBE_REASON_* bits of all losses of @class_id so far */
uint32_t tracefile_lost_reasons(const struct tracefile *file, uint32_t class_id)
{
	return file->lost_reasons[class_id];
}

/* tracefile_read_counts - number of records of @cpu appended so far, per class */
const uint64_t *tracefile_read_counts(const struct tracefile *file, uint32_t cpu)
{
	return file->cpus[cpu].read;
}

/* tracefile_bytes - size of the file so far */
uint64_t tracefile_bytes(const struct tracefile *file)
{
	return file->offset;
}

static int put_stats(struct tracefile *file, const struct tracefile_stats *stats,
		     const struct tracefile_cpu_stats *cpus)
{
	size_t cpus_len = stats->nr_cpus * sizeof(*cpus);
	char *raw = malloc(sizeof(*stats) + cpus_len);
	int err;

	if (!raw)
		return -ENOMEM;
	memcpy(raw, stats, sizeof(*stats));
	memcpy(raw + sizeof(*stats), cpus, cpus_len);
	err = put_plain_frame(file, TRACEFILE_STATS, raw, sizeof(*stats) + cpus_len);
	free(raw);
	return err;
}

static int put_trailer(struct tracefile *file, uint64_t stats_offset, uint64_t index_offset)
{
	struct tracefile_trailer trailer = {
		.header = file->header,
		.index_offset = index_offset,
		.stats_offset = stats_offset,
	};

	trailer.crc = tracefile_trailer_crc(&trailer);
	memcpy(trailer.magic, TRACEFILE_END_MAGIC, sizeof(trailer.magic));
	return append_bytes(file, &trailer, sizeof(trailer));
}

/**
 * tracefile_finish - write the collected records, the statistics and the index
 * @file: the writer
 * @stats: statistics of the recording
 * @cpus: statistics by CPU, [stats->nr_cpus]
 *
 * Return: 0 or -errno; after an error the file can be read up to its last complete
 * chunk.
 */
int tracefile_finish(struct tracefile *file, const struct tracefile_stats *stats,
		     const struct tracefile_cpu_stats *cpus)
{
	uint64_t stats_offset, index_offset;
	int err;

	err = tracefile_flush(file);
	if (err)
		return err;
	stats_offset = file->offset;
	err = put_stats(file, stats, cpus);
	if (err)
		return err;
	index_offset = file->offset;
	err = put_plain_frame(file, TRACEFILE_INDEX, file->index,
			      file->nr_index * sizeof(*file->index));
	if (err)
		return err;
	return put_trailer(file, stats_offset, index_offset);
}

/* tracefile_destroy - free the writer; the descriptor stays open */
void tracefile_destroy(struct tracefile *file)
{
	if (!file)
		return;
	for (uint32_t cpu = 0; file->cpus && cpu < file->header.nr_cpus; cpu++)
		free(file->cpus[cpu].raw);
	for (; file->nr_waiting; file->nr_waiting--)
		free(file->waiting[file->first_waiting++ % file->max_waiting].raw);
	free(file->waiting);
	free(file->cpus);
	free(file->index);
	free(file->stored);
	ZSTD_freeCCtx(file->zstd);
	free(file);
}
