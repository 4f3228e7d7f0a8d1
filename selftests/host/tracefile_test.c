// SPDX-License-Identifier: GPL-2.0
/*
 * Recorded files: records that are written come back; a file that is cut or damaged is
 * read as far as it is intact, is reported, and never makes anything crash.  To be
 * built with -fsanitize=address,undefined, too.
 *
 *	tracefile_test			run the tests
 *	tracefile_test FILE NR CPUS [CLASSES]	only write a synthetic file
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ktap.h"
#include "lib/array.h"
#include "lib/parse.h"
#include "synthetic.h"
#include "trace/class_list.h"
#include "trace/event.h"
#include "trace/reader.h"
#include "trace/tracefile.h"

#define CPUS		2
#define EVENTS		48000
#define PAGE		4096

/* The contents of a file, as a reader found them. */
struct result {
	int open_err;
	int end_err;
	uint64_t nr_records;		/* without "lost" records that the reader made */
	uint64_t nr_missing;		/* sum of the losses in "lost" records */
	uint64_t hash;			/* of all records in order */
	bool is_ordered;
	bool is_truncated;
	bool has_stats;
	uint32_t nr_corrupt_chunks;
	uint64_t nr_corrupt_records;
	uint32_t nr_chunks;
};

static uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t len)
{
	const uint64_t *word = bytes;

	for (size_t i = 0; i < len / 8; i++)
		hash = (hash ^ word[i]) * 0x100000001b3ULL;
	return hash;
}

/* ---- writing ---- */

static int write_records(struct tracefile *file, uint64_t nr_events, uint32_t nr_cpus)
{
	struct synthetic *cpus = calloc(nr_cpus, sizeof(*cpus));
	int err = 0;

	for (uint32_t cpu = 0; cpu < nr_cpus; cpu++)
		synthetic_init(&cpus[cpu], cpu);
	for (uint64_t i = 0; i < nr_events && !err; i++) {
		struct synthetic *s = &cpus[i % nr_cpus];
		const struct ipcprobe_rec *rec = synthetic_next(s);
		ssize_t ret = tracefile_append(file, s->cpu, rec, rec->len);

		err = ret < 0 ? ret : 0;
	}
	free(cpus);
	return err;
}

static void get_stats(struct tracefile *file, uint32_t nr_cpus, struct tracefile_cpu_stats *cpus)
{
	for (uint32_t cpu = 0; cpu < nr_cpus; cpu++) {
		memcpy(cpus[cpu].read, tracefile_read_counts(file, cpu), sizeof(cpus[cpu].read));
		memcpy(cpus[cpu].produced, cpus[cpu].read, sizeof(cpus[cpu].read));
	}
}

static int write_file(int fd, uint64_t nr_events, uint32_t nr_cpus, uint32_t classes)
{
	const struct tracefile_pair pairs[] = {
		{ TRACEFILE_KEY_COMMAND, "record synthetic" },
		{ TRACEFILE_KEY_HOSTNAME, "nowhere" },
		{ TRACEFILE_KEY_CACHES, "0-1;2-3" },
		{ TRACEFILE_KEY_CPUS, "0-1" },
		{ TRACEFILE_KEY_PIDS, "12,34" },
		{ NULL, NULL }
	};
	struct tracefile_header header = {
		.page_size = PAGE, .nr_cpus = nr_cpus, .classes = classes,
		.ring_bytes = IPCPROBE_RING_BYTES_DEFAULT, .start_ns = SYNTHETIC_START_NS,
		.realtime_offset_ns = 1700000000000000000LL,
	};
	struct tracefile_stats stats = { .nr_cpus = nr_cpus };
	struct tracefile_cpu_stats *cpus = calloc(nr_cpus, sizeof(*cpus));
	struct tracefile *file;
	int err;

	err = tracefile_create(fd, &header, pairs, &file);
	if (err)
		return err;
	err = write_records(file, nr_events, nr_cpus);
	get_stats(file, nr_cpus, cpus);
	stats.stop_ns = SYNTHETIC_START_NS + 600 * nr_events / nr_cpus;
	if (!err)
		err = tracefile_finish(file, &stats, cpus);
	tracefile_destroy(file);
	free(cpus);
	return err;
}

/* ---- reading ---- */

static void read_records(struct reader *r, struct result *result)
{
	const struct ipcprobe_rec *rec;
	uint64_t before_ns = 0;
	uint32_t cpu, before_cpu = 0;

	while ((result->end_err = reader_next(r, &rec, &cpu)) > 0) {
		/* a loss is sorted by its begin */
		uint64_t now_ns = rec->type == IPCPROBE_REC_lost ?
			((const struct ipcprobe_rec_lost *)rec)->begin_ns : rec->ts_ns;

		if (now_ns < before_ns || (now_ns == before_ns && cpu < before_cpu))
			result->is_ordered = false;
		before_ns = now_ns;
		before_cpu = cpu;
		if (event_check(rec, rec->len))
			result->is_ordered = false;
		if (rec->type == IPCPROBE_REC_lost) {
			result->nr_missing += ((const struct ipcprobe_rec_lost *)rec)->nr_lost;
			continue;
		}
		result->nr_records++;
		result->hash = hash_bytes(result->hash, rec, rec->len);
	}
}

static struct result read_fd(int fd)
{
	struct result result = { .is_ordered = true };
	struct reader *r;

	result.open_err = reader_open_fd(dup(fd), &r);
	if (result.open_err)
		return result;
	result.nr_chunks = reader_info(r)->nr_chunks;
	read_records(r, &result);
	result.is_truncated = reader_info(r)->truncated;
	result.has_stats = reader_info(r)->have_stats;
	result.nr_corrupt_chunks = reader_info(r)->nr_corrupt_chunks;
	result.nr_corrupt_records = reader_info(r)->nr_corrupt_records;
	reader_close(r);
	return result;
}

/* Read a file in memory of which @len bytes exist. */
static struct result read_bytes(const char *bytes, size_t len)
{
	int fd = memfd_create("tracefile_test", MFD_CLOEXEC);
	struct result result = { 0 };

	if (fd < 0 || write(fd, bytes, len) != (ssize_t)len)
		abort();
	result = read_fd(fd);
	close(fd);
	return result;
}

static bool says_so(const struct result *result)
{
	return result->open_err || result->is_truncated || result->nr_corrupt_chunks;
}

/* True if the result is possible for a damaged file, whatever the damage. */
static bool is_sane(const struct result *result, const struct result *whole)
{
	if (result->open_err)
		return result->open_err < 0;
	return result->end_err == 0 && result->is_ordered &&
	       result->nr_records <= whole->nr_records &&
	       result->nr_missing == result->nr_corrupt_records &&
	       (!result->has_stats ||
		result->nr_records + result->nr_missing == whole->nr_records);
}

/* ---- tests ---- */

static uint64_t expected_hash(void)
{
	struct synthetic cpus[CPUS];
	bool is_used[CPUS];
	uint64_t left[CPUS], hash = 0;

	for (uint32_t cpu = 0; cpu < CPUS; cpu++) {
		synthetic_init(&cpus[cpu], cpu);
		synthetic_next(&cpus[cpu]);
		left[cpu] = EVENTS / CPUS;
		is_used[cpu] = true;
	}
	for (;;) {
		struct synthetic *first = NULL;

		for (uint32_t cpu = 0; cpu < CPUS; cpu++)
			if (is_used[cpu] && (!first || cpus[cpu].rec.ts_ns < first->rec.ts_ns))
				first = &cpus[cpu];
		if (!first)
			return hash;
		hash = hash_bytes(hash, &first->rec, first->rec.len);
		synthetic_next(first);
		is_used[first->cpu] = --left[first->cpu] > 0;
	}
}

static void test_round_trip(const struct result *whole)
{
	ktap_false(whole->open_err);
	ktap_false(whole->end_err);
	ktap_eq(whole->nr_records, EVENTS);
	ktap_eq(whole->hash, expected_hash());
	ktap_true(whole->is_ordered);
	ktap_result("every record comes back, in order of time");
	ktap_false(says_so(whole));
	ktap_true(whole->has_stats);
	ktap_false(whole->nr_missing);
	ktap_result("an intact file is not called damaged");
}

static void test_cut_bytes(const char *bytes, const struct result *whole)
{
	size_t nr_bad = 0;

	for (size_t len = 0; len < 8192; len++) {
		struct result result = read_bytes(bytes, len);

		nr_bad += !is_sane(&result, whole) || !says_so(&result);
	}
	ktap_false(nr_bad);
	ktap_result("cut at every byte of the first 8 KiB: read, with a warning");
}

/* Number of records in complete chunks before the cut: none of them may be missing. */
static uint64_t records_before(const char *bytes, size_t len)
{
	size_t offset = sizeof(struct tracefile_header);
	uint64_t nr = 0;

	while (offset + sizeof(struct tracefile_frame) <= len) {
		const struct tracefile_frame *head = (const void *)(bytes + offset);

		if (head->magic != TRACEFILE_FRAME_MAGIC)
			break;
		offset += sizeof(*head) + TRACEFILE_ALIGN(head->stored_len);
		if (offset <= len && head->kind == TRACEFILE_CHUNK)
			nr += head->nr_records;
	}
	return nr;
}

static void test_cut_pages(const char *bytes, size_t len, const struct result *whole)
{
	size_t nr_bad = 0, nr_incomplete = 0;

	for (size_t cut = PAGE; cut < len; cut += PAGE) {
		struct result result = read_bytes(bytes, cut);

		nr_bad += !is_sane(&result, whole) || !says_so(&result);
		nr_incomplete += result.nr_records != records_before(bytes, cut);
	}
	for (size_t cut = len - 1; cut > len - 300; cut--) {
		struct result result = read_bytes(bytes, cut);

		nr_bad += !is_sane(&result, whole) || !says_so(&result);
	}
	ktap_false(nr_bad);
	ktap_result("cut at every 4 KiB and near the end: read, with a warning");
	ktap_false(nr_incomplete);
	ktap_result("exactly the complete chunks of a cut file are read");
}

/*
 * Each flip must be found, except in padding.  With the statistics intact, each missing
 * record is counted.
 */
static void test_flips(char *bytes, size_t len, const struct result *whole)
{
	size_t nr_bad = 0, nr_unseen = 0, nr_flips = 0;

	for (size_t i = 0; i < len; i += i < 1024 || i > len - 1024 ? 1 : 2039) {
		struct result result;

		bytes[i] ^= 1 << i % 8;
		result = read_bytes(bytes, len);
		bytes[i] ^= 1 << i % 8;
		nr_flips++;
		if (!is_sane(&result, whole)) {
			ktap_note("flip at %zu: %d, %lu records, %lu missing", i, result.open_err,
				  result.nr_records, result.nr_missing);
			nr_bad++;
		}
		nr_unseen += !says_so(&result);
	}
	ktap_false(nr_bad);
	ktap_result("%zu single bits flipped: what is missing is counted exactly", nr_flips);
	ktap_le(nr_unseen, 32);
	ktap_result("all of them are found, except in padding (%zu not found)", nr_unseen);
}

static size_t find_chunk(const char *bytes, uint32_t cpu, unsigned int skip)
{
	size_t offset = sizeof(struct tracefile_header);

	for (;;) {
		const struct tracefile_frame *head = (const void *)(bytes + offset);

		if (head->kind == TRACEFILE_CHUNK && head->cpu == cpu && !skip--)
			return offset;
		offset += sizeof(*head) + TRACEFILE_ALIGN(head->stored_len);
	}
}

static void test_middle(char *bytes, size_t len, const struct result *whole)
{
	size_t offset = find_chunk(bytes, 1, 1);
	struct tracefile_frame *head = (void *)(bytes + offset);
	uint32_t nr_records = head->nr_records;
	struct result result;

	bytes[offset + 200] ^= 1;
	result = read_bytes(bytes, len);
	bytes[offset + 200] ^= 1;
	ktap_eq(result.nr_corrupt_chunks, 1);
	ktap_eq(result.nr_missing, nr_records);
	ktap_eq(result.nr_records, whole->nr_records - nr_records);
	ktap_false(result.is_truncated);
	ktap_result("a damaged chunk is skipped, and given as a gap of exactly its records");

	head->magic ^= 1;
	result = read_bytes(bytes, len - 4096);
	head->magic ^= 1;
	ktap_eq(result.nr_corrupt_chunks, 1);
	ktap_eq(result.nr_missing, nr_records);
	ktap_true(result.is_truncated);
	ktap_result("without index and with a damaged chunk's head, too");
}

/*
 * Hostile files: change contents and correct all CRCs, so that the code behind the
 * checks is reached.
 */
static void mend_crcs(char *bytes, size_t len)
{
	struct tracefile_trailer *trailer = (void *)(bytes + len - sizeof(*trailer));
	struct tracefile_header *header = (void *)bytes;
	size_t offset = sizeof(*header);

	while (offset + sizeof(struct tracefile_frame) <= len - sizeof(*trailer)) {
		struct tracefile_frame *head = (void *)(bytes + offset);

		if (head->magic != TRACEFILE_FRAME_MAGIC ||
		    head->stored_len > len - offset - sizeof(*head))
			break;
		head->payload_crc = tracefile_crc(head + 1, head->stored_len);
		head->head_crc = tracefile_frame_crc(head);
		offset += sizeof(*head) + TRACEFILE_ALIGN(head->stored_len);
	}
	header->crc = tracefile_header_crc(header);
	trailer->header.crc = tracefile_header_crc(&trailer->header);
	trailer->crc = tracefile_trailer_crc(trailer);
}

/* Choose a place to change: heads more often than payloads. */
static size_t pick_place(struct synthetic *dice, const char *bytes, size_t len)
{
	uint32_t cpu;

	switch (synthetic_random(dice, 4)) {
	case 0:
		return synthetic_random(dice, sizeof(struct tracefile_header));
	case 1:
		return len - 1 - synthetic_random(dice, 600);
	case 2:
		cpu = synthetic_random(dice, CPUS);
		return find_chunk(bytes, cpu, synthetic_random(dice, 2)) +
		       synthetic_random(dice, sizeof(struct tracefile_frame) + 64);
	default:
		return synthetic_random(dice, len);
	}
}

static void test_fuzz(const char *bytes, size_t len, unsigned int nr_rounds)
{
	struct synthetic dice;
	char *copy = malloc(len);
	unsigned int nr_bad = 0;

	synthetic_init(&dice, 12345);
	for (unsigned int round = 0; round < nr_rounds; round++) {
		struct result result;

		memcpy(copy, bytes, len);
		for (unsigned int i = synthetic_random(&dice, 4) + 1; i > 0; i--)
			copy[pick_place(&dice, bytes, len)] = synthetic_random(&dice, 256);
		if (round % 4)
			mend_crcs(copy, len);
		result = read_bytes(copy, len - (round % 8 ? 0 : synthetic_random(&dice, len)));
		nr_bad += !result.open_err && result.end_err;
	}
	free(copy);
	ktap_false(nr_bad);
	ktap_result("%u files changed at random, most with right CRCs: read to an end",
		    nr_rounds);
}

/* The records themselves are hostile, in chunks that are right. */
static void test_bad_records(void)
{
	struct {
		struct ipcprobe_rec rec;
		uint64_t more[6];
	} bad[] = {
		{ .rec = { .len = 0, .type = IPCPROBE_REC_lost } },
		{ .rec = { .len = 15, .type = IPCPROBE_REC_lost } },
		{ .rec = { .len = 16, .type = IPCPROBE_REC_lost } },
		{ .rec = { .len = 65528, .type = 0x0777 } },
		{ .rec = { .len = 48, .type = IPCPROBE_REC_task_snapshot },
		  .more = { 0, 0, ~0ULL, ~0ULL } },
		{ .rec = { .len = 48, .type = IPCPROBE_REC_file_info },
		  .more = { 0, 0, ~0ULL, ~0ULL } },
		{ .rec = { .len = 40, .type = IPCPROBE_REC_lost },
		  .more = { 0, 0, IPCPROBE_NR_CLASSES } },
		{ .rec = { .len = 40, .type = IPCPROBE_REC_lost, .ts_ns = 5 },
		  .more = { ~0ULL - 1000, 1, 1 } },
		{ .rec = { .len = 48, .type = IPCPROBE_REC_task_snapshot, .ts_ns = 5 },
		  .more = { 1ULL << 40 } },
		{ .rec = { .len = 56, .type = IPCPROBE_REC_task_fork, .ts_ns = 5 },
		  .more = { 1ULL << 40 } },
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		ktap_eq(event_check(&bad[i].rec, sizeof(bad[i])), -EBADMSG);
	bad[0].rec.len = 24;
	bad[0].rec.type = 0x7fff;
	ktap_eq(event_check(&bad[0].rec, sizeof(bad[0])), 0);
	ktap_eq(event_check(&bad[0].rec, 23), -EBADMSG);
	ktap_result("damaged records are refused, unknown ones are not");
}

#define FRAME_MAX	(sizeof(struct tracefile_frame) + (256U << 10))

/* Largest number of bytes that one tracefile_append() added to the file. */
static uint64_t append_many(struct tracefile *file, struct synthetic *s, uint64_t bytes)
{
	uint64_t most = 0, before = tracefile_bytes(file);

	for (uint64_t done = 0; done < bytes;) {
		const struct ipcprobe_rec *rec = synthetic_next(s);

		if (tracefile_append(file, 0, rec, rec->len) != rec->len)
			return UINT64_MAX;
		done += rec->len;
		if (tracefile_bytes(file) - before > most)
			most = tracefile_bytes(file) - before;
		before = tracefile_bytes(file);
	}
	return most;
}

/* The recorder never waits for more than one chunk at once. */
static void test_waiting(void)
{
	const struct tracefile_pair none[] = { { NULL, NULL } };
	struct tracefile_header header = { .page_size = PAGE, .nr_cpus = 1,
					   .start_ns = SYNTHETIC_START_NS };
	int fd = memfd_create("tracefile_test", MFD_CLOEXEC);
	uint64_t most, before, begin, nr_records;
	struct result result;
	struct tracefile *file;
	unsigned int i, nr;
	struct synthetic s;

	synthetic_init(&s, 0);
	if (tracefile_create(fd, &header, none, &file))
		abort();
	begin = tracefile_bytes(file);
	most = append_many(file, &s, 33U << 20);
	before = tracefile_bytes(file);
	if (most > FRAME_MAX || before == begin)
		ktap_note("the file grew to %llu bytes, by %llu at once", (unsigned long long)before,
			  (unsigned long long)most);
	ktap_le(most, FRAME_MAX);
	ktap_gt(before, begin);
	ktap_result("one chunk at most is written at once");
	nr = tracefile_seal(file);
	for (i = 0, most = 0; i < nr && !tracefile_write_one(file); i++) {
		if (tracefile_bytes(file) - before > most)
			most = tracefile_bytes(file) - before;
		before = tracefile_bytes(file);
	}
	nr_records = s.step;
	result = read_fd(fd);
	if (most > FRAME_MAX || i != nr || result.nr_records != nr_records)
		ktap_note("%u of %u chunks, %llu bytes at once, %llu of %llu records", i, nr,
			  (unsigned long long)most, (unsigned long long)result.nr_records,
			  (unsigned long long)nr_records);
	ktap_true(nr);
	ktap_eq(i, nr);
	ktap_le(most, FRAME_MAX);
	ktap_eq(result.nr_records, nr_records);
	ktap_true(result.is_ordered);
	ktap_result("a flush writes everything, chunk by chunk");
	tracefile_destroy(file);
	close(fd);
}

/* Which time in a file is wrong. */
struct times {
	uint64_t start_ns;
	uint64_t stop_ns;
	uint64_t ts_ns;
	uint64_t begin_ns;
};

/* Read a file of one CPU with one lost record and these times. */
static struct result read_times(const struct times *times)
{
	const struct tracefile_pair none[] = { { NULL, NULL } };
	struct tracefile_header header = { .page_size = PAGE, .nr_cpus = 1,
					   .start_ns = times->start_ns };
	struct ipcprobe_rec_lost rec = { .hdr = { .len = sizeof(rec), .type = IPCPROBE_REC_lost,
						  .ts_ns = times->ts_ns },
					 .begin_ns = times->begin_ns, .class_id = 1 };
	struct tracefile_stats stats = { .nr_cpus = 1, .stop_ns = times->stop_ns };
	int fd = memfd_create("tracefile_test", MFD_CLOEXEC);
	struct tracefile_cpu_stats cpu;
	struct tracefile *file;
	struct result result;

	if (tracefile_create(fd, &header, none, &file) ||
	    tracefile_append(file, 0, &rec, sizeof(rec)) < 0)
		abort();
	get_stats(file, 1, &cpu);
	if (tracefile_finish(file, &stats, &cpu))
		abort();
	tracefile_destroy(file);
	result = read_fd(fd);
	close(fd);
	return result;
}

static void test_times(void)
{
	static const struct {
		const char *what;
		struct times times;
		int err;
		bool is_damaged;
	} tries[] = {
		{ "right", { 1000, 2000, 1500, 1500 }, 0, false },
		{ "a loss that began a little late", { 1000, 2000, 1500, 1600 }, 0, false },
		{ "a record before the start", { 1000, 2000, 999, 999 }, 0, true },
		{ "a loss before the start", { 1000, 2000, 1500, 999 }, 0, true },
		{ "a record in the far future", { 1000, 2000, ~0ULL, 1500 }, 0, true },
		{ "a start in the far future", { 1ULL << 63, ~0ULL, ~0ULL, ~0ULL }, -EBADMSG, true },
		{ "an end before the start", { 1000, 999, 1500, 1500 }, 0, true },
		{ "an end in the far future", { 1000, ~0ULL, 1500, 1500 }, 0, true },
	};
	unsigned int nr_bad = 0;

	for (size_t i = 0; i < ARRAY_SIZE(tries); i++) {
		struct result result = read_times(&tries[i].times);
		bool is_damaged = result.open_err || result.nr_corrupt_chunks;

		if (result.open_err == tries[i].err && is_damaged == tries[i].is_damaged)
			continue;
		ktap_note("%s: open %d, %u damaged chunks, %llu records missing", tries[i].what,
			  result.open_err, result.nr_corrupt_chunks,
			  (unsigned long long)result.nr_corrupt_records);
		nr_bad++;
	}
	ktap_false(nr_bad);
	ktap_result("times outside the recording are damage, with a warning");
}

static void test_window(int fd)
{
	const uint64_t from_ns = SYNTHETIC_START_NS + 10000000, until_ns = from_ns + 5000000;
	const struct ipcprobe_rec *rec;
	uint64_t nr = 0, nr_wrong = 0, nr_tasks = 0, nr_expected = 0;
	struct reader *r;
	uint32_t cpu;

	if (reader_open_fd(dup(fd), &r))
		return;
	while (reader_next(r, &rec, &cpu) > 0)
		nr_expected += rec->ts_ns >= from_ns && rec->ts_ns < until_ns;
	reader_set_window(r, from_ns, until_ns);
	while (reader_next(r, &rec, &cpu) > 0) {
		if (rec->ts_ns >= from_ns && rec->ts_ns < until_ns)
			nr++;
		else if (event_class(rec) == IPCPROBE_CLASS_TASK && rec->ts_ns < from_ns)
			nr_tasks++;
		else
			nr_wrong++;
	}
	ktap_eq(nr, nr_expected);
	ktap_true(nr);
	ktap_false(nr_wrong);
	ktap_eq(nr_tasks, SYNTHETIC_NR_TASKS * CPUS);
	ktap_false(reader_info(r)->nr_corrupt_records);
	ktap_result("a window gives its records, the names from before it, and nothing else");
	ktap_str_eq(reader_info(r)->cpus, "0-1");
	ktap_str_eq(reader_info(r)->pids, "12,34");
	ktap_result("the file has what was recorded (CPUs %s, processes %s)", reader_info(r)->cpus,
		    reader_info(r)->pids);
	ktap_str_eq(reader_info(r)->caches, "0-1;2-3");
	ktap_str_eq(reader_info(r)->hostname, "nowhere");
	ktap_false(*reader_info(r)->kernel);
	ktap_result("given facts about the machine are in the file, others are empty");
	reader_close(r);
}

/* The options in the file are the user's, in the form in which they can be given again. */
static void test_words(void)
{
	struct pid_list pids = { 0 };
	struct cpu_set cpus = { 0 };
	char *cpus_text, *pids_text;
	int err = parse_cpus("0-2,7,63-65", &cpus) || parse_pids("12,34", &pids);

	cpus_text = parse_cpus_text(&cpus);
	pids_text = parse_pids_text(&pids);
	ktap_false(err);
	ktap_str_eq(cpus_text, "0-2,7,63-65");
	ktap_str_eq(pids_text, "12,34");
	ktap_result("CPUs and processes as text (%s, %s)", cpus_text, pids_text);
	free(cpus_text);
	free(pids_text);
}

static int write_only(const char *path, const char *nr_events, const char *nr_cpus,
		      uint32_t classes)
{
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	return fd < 0 || write_file(fd, strtoull(nr_events, NULL, 10), strtoul(nr_cpus, NULL, 10),
				    classes);
}

int main(int argc, char **argv)
{
	int fd = memfd_create("tracefile_test", MFD_CLOEXEC);
	struct result whole;
	size_t len;
	char *bytes;

	if (argc == 4 || argc == 5)
		return write_only(argv[1], argv[2], argv[3],
				  argc == 5 ? strtoul(argv[4], NULL, 0) : __IPCPROBE_CLASSES_ALL);
	ktap_begin(19);
	test_words();
	ktap_ge(fd, 0);
	ktap_eq(write_file(fd, EVENTS, CPUS, __IPCPROBE_CLASSES_ALL), 0);
	if (!ktap_result("a file can be written"))
		return ktap_end();
	len = lseek(fd, 0, SEEK_END);
	bytes = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	whole = read_fd(fd);
	test_round_trip(&whole);
	test_cut_bytes(bytes, &whole);
	test_cut_pages(bytes, len, &whole);
	test_flips(bytes, len, &whole);
	test_middle(bytes, len, &whole);
	test_fuzz(bytes, len, 1500);
	test_bad_records();
	test_times();
	test_waiting();
	test_window(fd);
	munmap(bytes, len);
	close(fd);
	return ktap_end();
}
