// SPDX-License-Identifier: GPL-2.0
/*
 * Read a recorded file: a cursor for each CPU holds one chunk, and a heap merges
 * the cursors by time.
 */
#include "trace/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "trace/cursor.h"
#include "trace/event.h"
#include "trace/frame.h"
#include "trace/toc.h"
#include "trace/tracefile.h"

#define INFO_LEN_MAX	(16U << 20)

/* A cursor in the heap; ordered by time, then by CPU. */
struct heap_entry {
	uint64_t ts_ns;
	uint32_t cpu;
};

struct reader {
	struct frame_file file;
	struct toc toc;
	struct reader_info info;
	struct reader_counts *counts;
	char *texts;			/* contents of the INFO frame */
	struct cursors cursors;
	struct heap_entry *heap;	/* array, [info.nr_cpus] */
	uint32_t nr_heap;
	bool is_started;
	/* number of parts found damaged when the file was opened */
	uint32_t nr_damaged;
};

_Static_assert(sizeof(struct reader_counts) == sizeof(struct tracefile_cpu_stats),
	       "copied as a whole");

/* ---- merge ---- */

static inline bool is_before(const struct heap_entry *a, const struct heap_entry *b)
{
	return a->ts_ns < b->ts_ns || (a->ts_ns == b->ts_ns && a->cpu < b->cpu);
}

/* Sink the entry at @i, which may be too large for its position. */
static void heap_sink(struct heap_entry *heap, uint32_t nr, uint32_t i)
{
	struct heap_entry entry = heap[i];

	for (;;) {
		uint32_t child = 2 * i + 1;

		if (child >= nr)
			break;
		if (child + 1 < nr && is_before(&heap[child + 1], &heap[child]))
			child++;
		if (!is_before(&heap[child], &entry))
			break;
		heap[i] = heap[child];
		i = child;
	}
	heap[i] = entry;
}

static int start_merge(struct reader *r)
{
	r->is_started = true;
	for (uint32_t cpu = 0; cpu < r->info.nr_cpus; cpu++) {
		struct cursor *c = &r->cursors.cpu[cpu];
		int ret = cursor_settle(&r->cursors, c);

		if (ret < 0)
			return ret;
		if (ret)
			r->heap[r->nr_heap++] = (struct heap_entry) { event_time(c->rec), cpu };
	}
	for (uint32_t i = r->nr_heap / 2; i-- > 0;)
		heap_sink(r->heap, r->nr_heap, i);
	return 0;
}

/* Advance after the record returned last. */
static int advance_top(struct reader *r)
{
	struct heap_entry *top = &r->heap[0];
	struct cursor *c = &r->cursors.cpu[top->cpu];
	int ret;

	c->rec = event_next(c->rec);
	ret = cursor_settle(&r->cursors, c);
	if (ret < 0)
		return ret;
	if (ret)
		top->ts_ns = event_time(c->rec);
	else
		*top = r->heap[--r->nr_heap];
	if (r->nr_heap)
		heap_sink(r->heap, r->nr_heap, 0);
	return 0;
}

/**
 * reader_next - get the next record of all CPUs in order of time
 * @r: the reader
 * @rec: the record, valid until the next call; event_check() accepted it, but its
 *	type may be unknown
 * @cpu: CPU whose ring the record was in; of records with equal times, that of the
 *	lower CPU comes first
 *
 * Return: 1 with a record, 0 at the end, or -errno.
 */
int reader_next(struct reader *r, const struct ipcprobe_rec **rec, uint32_t *cpu)
{
	int err = 0;

	if (!r->is_started)
		err = start_merge(r);
	else if (r->nr_heap)
		err = advance_top(r);
	if (err)
		return err;
	if (!r->nr_heap)
		return 0;
	*cpu = r->heap[0].cpu;
	*rec = r->cursors.cpu[*cpu].rec;
	return 1;
}

/**
 * reader_set_window - restart, with records of a window only
 * @r: the reader
 * @from_ns: first time of the window; before it only records of class "task" are
 *	returned, since names are needed from the start
 * @until_ns: first time after the window
 *
 * Chunks without wanted records are not read.
 */
void reader_set_window(struct reader *r, uint64_t from_ns, uint64_t until_ns)
{
	cursors_restart(&r->cursors, from_ns, until_ns);
	r->is_started = false;
	r->nr_heap = 0;
	r->info.nr_corrupt_chunks = r->nr_damaged;
	r->info.nr_corrupt_records = 0;
}

/* ---- opening ---- */

/* Payload of a frame that is not a chunk, NUL-terminated; NULL if it is damaged. */
static char *load_frame(struct reader *r, uint64_t offset, uint16_t kind, size_t max,
			size_t *len)
{
	struct tracefile_frame head;
	char *raw;

	if (frame_read_head(&r->file, offset, &head) || head.kind != kind || head.raw_len > max)
		return NULL;
	raw = malloc((size_t)head.raw_len + 1);
	if (raw && frame_read_payload(&r->file, offset, &head, raw)) {
		free(raw);
		return NULL;
	}
	if (raw) {
		raw[head.raw_len] = 0;
		*len = head.raw_len;
	}
	return raw;
}

static void set_text(struct reader_info *info, const char *key, const char *value)
{
	if (!strcmp(key, TRACEFILE_KEY_COMMAND))
		info->command = value;
	else if (!strcmp(key, TRACEFILE_KEY_HOSTNAME))
		info->hostname = value;
	else if (!strcmp(key, TRACEFILE_KEY_KERNEL))
		info->kernel = value;
	else if (!strcmp(key, TRACEFILE_KEY_TOOL_VERSION))
		info->tool_version = value;
	else if (!strcmp(key, TRACEFILE_KEY_CACHES))
		info->caches = value;
	else if (!strcmp(key, TRACEFILE_KEY_CPUS))
		info->cpus = value;
	else if (!strcmp(key, TRACEFILE_KEY_PIDS))
		info->pids = value;
	else if (!strcmp(key, TRACEFILE_KEY_SNAPLEN))
		info->snap_bytes = strtoul(value, NULL, 10);
	else if (!strcmp(key, TRACEFILE_KEY_WORKLOAD_PID))
		info->workload_pid = strtoul(value, NULL, 10);
}

static void load_texts(struct reader *r)
{
	const char *key, *value, *end;
	size_t len;

	r->info.command = "";
	r->info.hostname = "";
	r->info.kernel = "";
	r->info.tool_version = "";
	r->info.caches = "";
	r->info.cpus = "";
	r->info.pids = "";
	r->texts = load_frame(r, r->toc.info_offset, TRACEFILE_INFO, INFO_LEN_MAX, &len);
	if (!r->texts) {
		r->info.nr_corrupt_chunks += !r->toc.is_truncated;
		return;
	}
	end = r->texts + len;
	for (key = r->texts; key < end; key = value + strlen(value) + 1) {
		value = key + strlen(key) + 1;
		if (value >= end)
			break;
		set_text(&r->info, key, value);
	}
}

/*
 * Set the recording's span. Without the times of the program's start and end, the
 * recording's own start and stop are used.
 */
static void set_span(struct reader *r, const struct tracefile_stats *stats)
{
	if (stats->ready_ns < r->info.start_ns || stats->ending_ns < stats->ready_ns ||
	    stats->ending_ns > stats->stop_ns)
		return;
	r->info.ready_ns = stats->ready_ns;
	r->info.ending_ns = stats->ending_ns;
}

static void load_stats(struct reader *r)
{
	size_t counts_len = r->info.nr_cpus * sizeof(*r->counts);
	struct tracefile_stats stats = { 0 };
	size_t len = 0, stats_len = 0;
	char *raw;

	if (!r->toc.stats_offset)
		return;
	raw = load_frame(r, r->toc.stats_offset, TRACEFILE_STATS,
			 sizeof(stats) + counts_len, &len);
	if (raw && (len == sizeof(stats) + counts_len ||
		    len == TRACEFILE_STATS_LEN_0 + counts_len)) {
		stats_len = len - counts_len;
		memcpy(&stats, raw, stats_len);
	}
	if (stats.nr_cpus == r->info.nr_cpus &&
	    tracefile_has_time(r->info.start_ns, stats.stop_ns)) {
		memmove(raw, raw + stats_len, counts_len);
		r->counts = (struct reader_counts *)raw;
		r->info.counts = r->counts;
		r->info.have_stats = true;
		r->info.end_ns = stats.stop_ns;
		set_span(r, &stats);
		r->info.has_workload_status = stats.flags & TRACEFILE_HAS_STATUS;
		r->info.workload_status = stats.workload_status;
		return;
	}
	free(raw);
	r->info.nr_corrupt_chunks++;
}

static void set_info(struct reader *r)
{
	const struct tracefile_header *header = &r->toc.header;

	r->info.nr_cpus = header->nr_cpus;
	r->info.classes = header->classes;
	r->info.page_size = header->page_size;
	r->info.ring_bytes = header->ring_bytes;
	r->info.start_ns = header->start_ns;
	r->info.end_ns = header->start_ns;
	r->info.realtime_offset_ns = header->realtime_offset_ns;
	r->info.truncated = r->toc.is_truncated;
	r->info.nr_corrupt_chunks = r->toc.nr_damaged;
	r->info.nr_chunks = r->toc.nr_chunks;
	r->info.stored_bytes = r->file.size;
	for (size_t i = 0; i < r->toc.nr_chunks; i++)
		if (r->info.end_ns < r->toc.chunks[i].last_ns)
			r->info.end_ns = r->toc.chunks[i].last_ns;
	load_texts(r);
	load_stats(r);
}

/**
 * reader_open_fd - open a recorded file
 * @fd: descriptor, open for reading; reader_close() closes it, or this function on
 *	error
 * @ret: the reader
 *
 * Return: 0 or -errno; reader_strerror() describes the error.
 */
int reader_open_fd(int fd, struct reader **ret)
{
	struct reader *r = calloc(1, sizeof(*r));
	int err = -ENOMEM;

	if (!r)
		return err;
	err = frame_file_init(&r->file, fd);
	if (err)
		goto err_free;
	err = toc_init(&r->toc, &r->file);
	if (err)
		goto err_file_deinit;
	set_info(r);
	r->nr_damaged = r->info.nr_corrupt_chunks;
	err = cursors_init(&r->cursors, &r->file, &r->toc, &r->info);
	if (err)
		goto err_deinit;
	r->heap = calloc(r->info.nr_cpus, sizeof(*r->heap));
	if (r->heap) {
		*ret = r;
		return 0;
	}
	err = -ENOMEM;
err_deinit:
	reader_close(r);
	return err;

err_file_deinit:
	frame_file_deinit(&r->file);
err_free:
	free(r);
	return err;
}

/* reader_open - open the recorded file at @path, like reader_open_fd() */
int reader_open(const char *path, struct reader **ret)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return reader_open_fd(fd, ret);
}

const struct reader_info *reader_info(const struct reader *r)
{
	return &r->info;
}

void reader_close(struct reader *r)
{
	if (!r)
		return;
	cursors_deinit(&r->cursors);
	free(r->heap);
	free(r->counts);
	free(r->texts);
	toc_deinit(&r->toc);
	frame_file_deinit(&r->file);
	free(r);
}

/**
 * reader_strerror - describe a -errno of reader_open() or reader_next()
 * @err: the -errno
 */
const char *reader_strerror(int err)
{
	switch (-err) {
	case EMEDIUMTYPE:
		return "not a file recorded by ipcprobe";
	case EPROTONOSUPPORT:
		return "recorded by another major version of ipcprobe: use that version's tools";
	case EBADMSG:
		return "damaged: neither the header nor its copy at the end can be read";
	case ENODATA:
		return "too short: not even the header was written";
	case ESPIPE:
		return "not a regular file: reading needs one that can be read at any place";
	case ENOENT:
		return "no such file: make one with 'ipcprobe record', or name it with -i";
	default:
		return strerror(-err);
	}
}
