// SPDX-License-Identifier: GPL-2.0
/*
 * How certain a link is: fingerprints of the bytes that were read and written, computed
 * here from data of the test.
 */
#include "ktap.h"
#include "prints_of.h"
#include "trace_builder.h"

#define BLOCK	8192U
#define BUF_A	0x10000000ULL
#define BUF_B	0x20000000ULL

enum { BIG = 1, OUT, LOG };

static unsigned char text[4 * BLOCK], other[4 * BLOCK], zeroes[4 * BLOCK];

static void fill(void)
{
	uint32_t i, seed = 1;

	for (i = 0; i < sizeof(text); i++) {
		seed = seed * 1103515245 + 12345;
		text[i] = seed >> 16;
		other[i] = ~text[i];
	}
}

static void begin(struct trace *t)
{
	trace_shell(t);
	trace_file(t, BIG, "/tmp/big.bin");
	trace_file(t, OUT, "/tmp/out.bin");
	trace_file(t, LOG, "/tmp/log");
	trace_pipe(t, 10, 77);
	trace_spawn(t, 10, 12, "prog");
	trace_spawn(t, 10, 13, "other");
}

#define WITH(p)	.span = (p).span, .head = (p).head, .mid = (p).mid, .tail = (p).tail

static void read_file(struct trace *t, uint32_t tid, uint64_t addr, const unsigned char *data,
		      uint32_t bytes)
{
	struct prints p = prints_of(data, addr, bytes);

	TRACE(t, file_read, tid, .addr = addr, .file = BIG, .ret = bytes, .dur_ns = 400,
	      .call = IPCPROBE_CALL_READ, .nr_segs = 1, WITH(p));
}

/* A write of @asked bytes, of which @bytes were written. */
static void write_part(struct trace *t, uint32_t tid, uint32_t file, uint64_t addr,
		       const unsigned char *data, uint32_t asked, uint32_t bytes)
{
	struct prints p = prints_of(data, addr, asked);

	TRACE(t, file_write, tid, .addr = addr, .file = file, .ret = bytes, .dur_ns = 400,
	      .call = IPCPROBE_CALL_WRITE, .nr_segs = 1, WITH(p));
}

static void write_file(struct trace *t, uint32_t tid, uint64_t addr, const unsigned char *data,
		       uint32_t bytes)
{
	write_part(t, tid, OUT, addr, data, bytes, bytes);
}

/* Number of bytes that are linked to a hop before, by grade. */
struct sums {
	unsigned long long grade[NR_GRADES];
};

static struct sums sums_of(struct trace *t)
{
	const struct paths *paths = &t->model.copies.paths;
	struct sums sums = { 0 };
	uint32_t i;

	for (i = 1; i < paths->hop.nr; i++)
		if (hop_at(paths, i)->key.before)
			sums.grade[hop_at(paths, i)->key.grade] += hop_at(paths, i)->bytes;
	return sums;
}

/* End the trace, and expect so many bytes of each grade. */
static void expect(struct trace *t, uint64_t exact, uint64_t address, uint64_t inferred,
		   const char *what)
{
	struct sums sums;

	trace_finish(t);
	sums = sums_of(t);
	ktap_false(t->err);
	ktap_eq(sums.grade[GRADE_EXACT], exact);
	ktap_eq(sums.grade[GRADE_ADDRESS], address);
	ktap_eq(sums.grade[GRADE_INFERRED], inferred);
	ktap_result("%s (%llu exact, %llu by address, %llu inferred)", what,
		    sums.grade[GRADE_EXACT], sums.grade[GRADE_ADDRESS],
		    sums.grade[GRADE_INFERRED]);
	trace_deinit(t);
}

/* Read @bytes with contents @data, and write them with contents @now. */
static void copy(const unsigned char *data, const unsigned char *now, uint32_t bytes,
		 uint64_t exact, uint64_t address, uint64_t inferred, const char *what)
{
	struct trace t;

	begin(&t);
	read_file(&t, 12, BUF_A, data, bytes);
	write_file(&t, 12, BUF_A, now, bytes);
	expect(&t, exact, address, inferred, what);
}

static void test_whole(void)
{
	struct trace t;

	copy(text, text, BLOCK, BLOCK, 0, 0, "the same content at the same place: exact");
	copy(text, other, BLOCK, 0, 0, BLOCK,
	     "other content there, as of tr: not linked by its address");
	copy(zeroes, zeroes, BLOCK, 0, BLOCK, 0, "constant data that agree: by address");
	copy(zeroes, text, BLOCK, 0, 0, BLOCK, "constant data that do not: not linked by address");

	begin(&t);
	trace_file_read(&t, 12, BIG, BUF_A, BLOCK);
	write_file(&t, 12, BUF_A, text, BLOCK);
	expect(&t, 0, BLOCK, 0, "a read without fingerprints, an old recording: by address");
}

/* fclose() of a configuration file frees its buffer, which stdout then uses. */
static void test_reused(void)
{
	struct trace t;

	begin(&t);
	read_file(&t, 12, BUF_A, text, 3000);
	write_file(&t, 12, BUF_A, other, 4096);
	expect(&t, 0, 0, 0, "a freed buffer, filled with more than was read: nothing is linked");

	begin(&t);
	read_file(&t, 12, BUF_A, text, BLOCK);
	write_file(&t, 12, BUF_A, other, BLOCK);
	write_file(&t, 12, BUF_A, text, BLOCK);
	trace_finish(&t);
	ktap_false(sums_of(&t).grade[GRADE_EXACT]);
	ktap_result("bytes that were overwritten are no longer linked (%llu exact)",
		    sums_of(&t).grade[GRADE_EXACT]);
	trace_deinit(&t);
}

/*
 * Process 12 reads a file and writes it unchanged; it reads a further file and changes
 * @changed bytes before it writes them.
 */
static void copy_and_change(uint32_t changed, uint64_t exact, uint64_t address,
			    uint64_t inferred, const char *what)
{
	struct prints p = prints_of(text, BUF_B, changed);
	struct trace t;

	begin(&t);
	read_file(&t, 12, BUF_A, text, BLOCK);
	write_file(&t, 12, BUF_A, text, BLOCK);
	TRACE(&t, file_read, 12, .addr = BUF_B, .file = LOG, .ret = changed, .dur_ns = 400,
	      .call = IPCPROBE_CALL_READ, .nr_segs = 1, WITH(p));
	write_file(&t, 12, BUF_B, other, changed);
	expect(&t, exact, address, inferred, what);
}

static void read_log(struct trace *t, const unsigned char *now)
{
	struct prints p = prints_of(text, BUF_B, 64);

	TRACE(t, file_read, 12, .addr = BUF_B, .file = LOG, .ret = 64, .dur_ns = 400,
	      .call = IPCPROBE_CALL_READ, .nr_segs = 1, WITH(p));
	write_file(t, 12, BUF_B, now, 64);
}

/* ld: in some files the words that are compared happen not to change. */
static void test_changer(void)
{
	struct trace t;

	copy_and_change(BLOCK / 32, 0, BLOCK, 0,
			"if a process changes data in place, other files' words prove nothing");
	copy_and_change(BLOCK / 32 - 8, BLOCK, 0, 0,
			"a small buffer that is used for something else does not make one");

	begin(&t);
	read_file(&t, 12, BUF_A, text, BLOCK);
	write_file(&t, 12, BUF_A, text, BLOCK);
	read_log(&t, text);
	read_log(&t, other);
	expect(&t, 0, BLOCK + 64, 0, "part of one file changed and part not: that makes one");
}

/* tr: in some blocks the words that are compared have no letter to change. */
static void test_changed_in_place(void)
{
	struct trace t;

	begin(&t);
	read_file(&t, 12, BUF_A, text, BLOCK);
	write_file(&t, 12, BUF_A, other, BLOCK);
	read_file(&t, 12, BUF_A, text, BLOCK);
	write_file(&t, 12, BUF_A, text, BLOCK);
	expect(&t, 0, BLOCK, BLOCK, "after a block that was changed words that agree prove nothing");

	begin(&t);
	read_file(&t, 12, BUF_A, text, BLOCK);
	write_file(&t, 12, BUF_A, text, BLOCK);
	read_file(&t, 12, BUF_A, text, BLOCK);
	write_file(&t, 12, BUF_A, other, BLOCK);
	expect(&t, 0, BLOCK, BLOCK, "nor before it");

	begin(&t);
	read_file(&t, 12, BUF_A, text, BLOCK);
	write_file(&t, 12, BUF_A, text, BLOCK);
	write_file(&t, 12, BUF_A, other, BLOCK);
	expect(&t, BLOCK, 0, 0, "memory that is used again after its data went on changes nothing");

	begin(&t);
	read_file(&t, 12, BUF_A, text, BLOCK);
	write_file(&t, 12, BUF_A, other, BLOCK);
	write_file(&t, 12, BUF_A, text, BLOCK);
	expect(&t, 0, 0, BLOCK, "what was shown to be other data is not linked afterwards");
}

static void test_parts(void)
{
	/* the roundest address of a block from here on is in its middle */
	const uint64_t middle = BUF_A + BLOCK / 2;
	struct trace t;

	begin(&t);
	read_file(&t, 12, BUF_A, text, BLOCK);
	write_file(&t, 12, BUF_A + 5000, text + 5000, BLOCK - 5000);
	write_file(&t, 12, BUF_A, text, 5000);
	expect(&t, 0, BLOCK, 0, "two parts with one of a read's words each: by address");

	begin(&t);
	read_file(&t, 12, middle, text, BLOCK);
	write_file(&t, 12, middle, text, BLOCK / 2);
	write_file(&t, 12, middle + BLOCK / 2, text + BLOCK / 2, BLOCK / 2);
	expect(&t, BLOCK / 2, BLOCK / 2, 0, "a part with two of a read's words: exact");

	begin(&t);
	read_file(&t, 12, BUF_A, text, 64);
	write_file(&t, 12, BUF_A, text, BLOCK);
	expect(&t, 0, 64, 0, "a header that begins as it was read: by address");

	begin(&t);
	read_file(&t, 12, BUF_A, text, BLOCK);
	write_file(&t, 12, BUF_A + 100, text + 100, 1000);
	expect(&t, 0, 1000, 0, "a part that shares no word with the read: by address");

	begin(&t);
	read_file(&t, 12, BUF_A + 1000, text, 5000);
	write_file(&t, 12, BUF_A + 8, text, BLOCK - 8);
	trace_finish(&t);
	ktap_false(sums_of(&t).grade[GRADE_EXACT]);
	ktap_false(sums_of(&t).grade[GRADE_ADDRESS]);
	ktap_result("the roundest word shows that the middle of a larger write is other data (%llu, %llu)",
		    sums_of(&t).grade[GRADE_EXACT], sums_of(&t).grade[GRADE_ADDRESS]);
	trace_deinit(&t);

	begin(&t);
	read_file(&t, 12, BUF_A, text, BLOCK);
	read_file(&t, 12, BUF_A + BLOCK, text + BLOCK, BLOCK);
	write_file(&t, 12, BUF_A, text, 2 * BLOCK);
	expect(&t, 0, 2 * BLOCK, 0, "two reads, one write: each has one word in common with it");

	begin(&t);
	read_file(&t, 12, middle, text, BLOCK);
	read_file(&t, 12, middle + 64, other, 200);
	write_file(&t, 12, middle, text, BLOCK);
	trace_finish(&t);
	ktap_eq(sums_of(&t).grade[GRADE_EXACT], BLOCK - 264);
	ktap_eq(sums_of(&t).grade[GRADE_ADDRESS], 264);
	ktap_result("what is left of a read keeps its words (%llu exact, %llu by address)",
		    sums_of(&t).grade[GRADE_EXACT], sums_of(&t).grade[GRADE_ADDRESS]);
	trace_deinit(&t);
}

/* Bytes that were asked for and not moved have fingerprints as well; these do not count. */
static void test_short_write(void)
{
	unsigned char mixed[BLOCK];
	struct trace t;

	memcpy(mixed, text, BLOCK / 2);
	memcpy(mixed + BLOCK / 2, other, BLOCK / 2);
	begin(&t);
	read_file(&t, 12, BUF_A, text, BLOCK);
	write_part(&t, 12, OUT, BUF_A, mixed, BLOCK, BLOCK / 2);
	expect(&t, 0, BLOCK / 2, 0, "of a short write only the words that it moved count");
}

static void test_small(void)
{
	struct trace t;

	copy(text, text, 5, 5, 0, 0, "less than a word is compared as a whole");
	copy(text, other, 5, 0, 0, 0, "and the two differ");

	begin(&t);
	read_file(&t, 12, BUF_A, text, 5);
	write_file(&t, 12, BUF_A, text, 4);
	expect(&t, 0, 4, 0, "of another length it is not compared");

	copy(zeroes, zeroes, 5, 0, 5, 0, "a few equal bytes are constant data, too");
}

static void segment(struct trace *t, uint64_t addr, const unsigned char *data, uint64_t bytes,
		    uint32_t span)
{
	struct prints p = prints_of(data, addr, span);

	TRACE(t, io_segment, 12, .addr = addr, .bytes = bytes, WITH(p));
}

static void test_vectors(void)
{
	struct prints p;
	struct trace t;

	begin(&t);
	read_file(&t, 12, BUF_A, text, 1000);
	read_file(&t, 12, BUF_B, text, 3000);
	segment(&t, BUF_B, text, 3000, 3000);
	p = prints_of(text, BUF_A, 1000);
	TRACE(&t, pipe_write, 12, .addr = BUF_A, .pipe = 77, .count = 4000, .ret = 4000,
	      .dur_ns = 5000, .call = IPCPROBE_CALL_WRITEV, .nr_segs = 2, WITH(p));
	expect(&t, 4000, 0, 0, "each buffer of a vectored write has its own words");

	/* 6000 bytes into two buffers of 4096 bytes */
	begin(&t);
	segment(&t, BUF_B, text + 4096, 4096, 1904);
	p = prints_of(text, BUF_A, 4096);
	TRACE(&t, file_read, 12, .addr = BUF_A, .file = BIG, .ret = 6000, .dur_ns = 5000,
	      .call = IPCPROBE_CALL_READV, .nr_segs = 2, WITH(p));
	write_file(&t, 12, BUF_A, text, 4096);
	write_part(&t, 12, LOG, BUF_B, text + 4096, 1904, 1904);
	write_part(&t, 12, LOG, BUF_B + 1904, other, 2192, 2192);
	expect(&t, 6000, 0, 0, "a short vectored read fills its first buffer first");

	begin(&t);
	TRACE(&t, io_segment, 12, .addr = BUF_B, .bytes = 4096);
	TRACE(&t, file_read, 12, .addr = BUF_A, .file = BIG, .ret = 6000, .dur_ns = 5000,
	      .call = IPCPROBE_CALL_READV, .nr_segs = 2);
	write_part(&t, 12, LOG, BUF_B + 1904, other, 2192, 2192);
	trace_finish(&t);
	ktap_false(sums_of(&t).grade[GRADE_EXACT]);
	ktap_false(sums_of(&t).grade[GRADE_ADDRESS]);
	ktap_result("where it is not known which buffers were filled nothing is linked by address (%llu)",
		    sums_of(&t).grade[GRADE_ADDRESS]);
	trace_deinit(&t);
}

static void map_at(struct trace *t, uint32_t pid, uint64_t addr)
{
	TRACE(t, shm_map, pid, .addr = addr, .bytes = 65536, .object = 9, .pid = pid, .prot = 3,
	      .is_sysv = 1, .call = IPCPROBE_CALL_SHMAT);
}

static void test_shared_memory(void)
{
	const uint64_t a = 0x7f0000000000, b = 0x7e0000010000;
	struct trace t;

	begin(&t);
	map_at(&t, 12, a);
	map_at(&t, 13, b);
	read_file(&t, 12, a + 4096, text, BLOCK);
	write_file(&t, 13, b + 4096, text, BLOCK);
	expect(&t, BLOCK, 0, 0, "shared memory: words are compared by their offset in it");

	begin(&t);
	map_at(&t, 12, a);
	map_at(&t, 13, b);
	read_file(&t, 12, a + 4096, text, BLOCK);
	write_file(&t, 13, b + 4096, other, BLOCK);
	expect(&t, 0, 0, 0, "what was stored there since then has another origin");

	begin(&t);
	map_at(&t, 12, a);
	read_file(&t, 12, a - 1000, text, BLOCK);
	write_file(&t, 12, a - 1000, text, BLOCK);
	expect(&t, BLOCK - 1000, 1000, 0, "a buffer that lies partly in a mapping");
}

static void test_memory(void)
{
	struct prints p = prints_of(text, BUF_B, BLOCK);
	struct trace t;

	begin(&t);
	read_file(&t, 12, BUF_A, text, BLOCK);
	trace_fork(&t, 12, 14);
	read_file(&t, 12, BUF_A, other, BLOCK);
	write_file(&t, 14, BUF_A, text, BLOCK);
	expect(&t, BLOCK, 0, 0, "a child's memory has its parent's words");

	begin(&t);
	read_file(&t, 12, BUF_A, text, BLOCK);
	TRACE(&t, procvm, 13, .local = BUF_B, .remote = BUF_A, .target = 12, .count = BLOCK,
	      .ret = BLOCK, .dur_ns = 400, .call = IPCPROBE_CALL_PROCESS_VM_READV, .nr_local = 1,
	      .nr_remote = 1, WITH(p));
	write_file(&t, 13, BUF_B, text, BLOCK);
	expect(&t, 2 * BLOCK, 0, 0, "memory of another process: compared on both sides");
}

/* A reader whose record comes before its writer's waits for it, with its fingerprints. */
static void test_parked(void)
{
	struct prints p = prints_of(text, BUF_B, BLOCK);
	struct trace t;

	begin(&t);
	read_file(&t, 12, BUF_A, text, BLOCK);
	TRACE(&t, pipe_read, 13, .addr = BUF_B, .pipe = 77, .count = BLOCK, .ret = BLOCK,
	      .dur_ns = 400, .call = IPCPROBE_CALL_READ, .nr_segs = 1, WITH(p));
	write_file(&t, 13, BUF_B, text, BLOCK);
	p = prints_of(text, BUF_A, BLOCK);
	TRACE(&t, pipe_write, 12, .addr = BUF_A, .pipe = 77, .count = BLOCK, .ret = BLOCK,
	      .dur_ns = 400, .call = IPCPROBE_CALL_WRITE, .nr_segs = 1, WITH(p));
	expect(&t, 3 * BLOCK, 0, 0, "operations that wait keep their words");
}

/* md5sum's digest has none of the file's bytes; the bytes before it are the file's. */
static void test_weakest(void)
{
	struct path path;
	struct trace t;

	begin(&t);
	read_file(&t, 12, BUF_A, text, BLOCK);
	trace_write(&t, 12, 77, 0, BUF_A, BLOCK);
	trace_read(&t, 13, 77, 0, BUF_B, BLOCK);
	trace_file_write(&t, 13, OUT, BUF_B, BLOCK);
	trace_finish(&t);
	path = trace_path(&t, 0);
	ktap_eq(path.nr_hops, 4);
	ktap_eq(path.grade, GRADE_ADDRESS);
	ktap_eq(trace_hop(&t, &path, 2)->key.grade, GRADE_EXACT);
	ktap_result("a path is as sure as its weakest link (%s, %s)", grade_name(path.grade),
		    grade_name(trace_hop(&t, &path, 2)->key.grade));
	trace_deinit(&t);
}

/* a database's buffer pool */
static void test_many_pages(void)
{
	const uint32_t nr = 16384;
	struct trace t;
	uint32_t i;

	begin(&t);
	for (i = 0; i < nr; i++)
		read_file(&t, 12, BUF_A + (i * 7919ULL % nr) * 16384, text, BLOCK);
	for (i = 0; i < nr; i++)
		write_file(&t, 12, BUF_A + i * 16384ULL, text, BLOCK);
	expect(&t, (uint64_t)nr * BLOCK, 0, 0, "16384 pages apart from each other");

	begin(&t);
	for (i = 0; i < 3 * RANGES_MAX; i++)
		read_file(&t, 12, BUF_A + i * 1024ULL, text, 1024);
	trace_finish(&t);
	ktap_le(proc_io_at(&t.model.copies, trace_proc(&t, 12)) ->memory.ranges.map->nr,
		RANGES_MAX);
	ktap_result("a growing buffer: %u ranges at most", RANGES_MAX);
	trace_deinit(&t);
}

/* ipcprobe_print() as it was before ABI 1.3. */
static uint32_t old_print(uint64_t word)
{
	uint32_t print = word * 0x9e3779b97f4a7c15ULL >> 32;

	return print ? print : 1;
}

static void test_constants(void)
{
	uint32_t byte, nr = 0, nr_old = 0, nr_unknown = 0;
	uint64_t word;

	prints_init();
	for (byte = 0; byte < 256; byte++) {
		word = byte * 0x0101010101010101ULL;
		nr += print_is_constant(ipcprobe_print(word), 8);
		nr_old += print_is_constant(old_print(word), 8);
		nr_unknown += !ipcprobe_print(word);
	}
	word = 0x0101010101010102;
	ktap_eq(nr, 256);
	ktap_false(print_is_constant(ipcprobe_print(word), 8));
	ktap_false(nr_unknown);
	ktap_result("256 words are constant (%u), another is not; %u have no fingerprint", nr,
		    nr_unknown);
	ktap_eq(nr_old, 256);
	ktap_false(print_is_constant(old_print(word), 8));
	ktap_result("so they are in recordings from before ABI 1.3 (%u)", nr_old);
}

/* ---- checksums ---- */

/* The module's checksum records of @bytes at @addr, whose contents are @data. */
static void sum_up(struct trace *t, uint32_t tid, uint64_t addr, const unsigned char *data,
		   uint32_t bytes)
{
	union {
		struct ipcprobe_rec_io_sums rec;
		char room[IPCPROBE_REC_MAX];
	} sums;
	uint32_t done = 0, part, hash;

	while (done < bytes) {
		sums.rec = (struct ipcprobe_rec_io_sums){
			.hdr = { .type = IPCPROBE_REC_io_sums, .tid = tid, .ts_ns = t->now_ns },
			.addr = addr + done, .offset = done,
		};
		for (; done < bytes && sums.rec.bytes < 4 * IPCPROBE_NR_SUMS_MAX; done += part) {
			__u64 words[IPCPROBE_SUM_BYTES / 8] = { 0 };

			part = IPCPROBE_SUM_BYTES - (addr + done) % IPCPROBE_SUM_BYTES;
			part = part < bytes - done ? part : bytes - done;
			memcpy(words, data + done, part);
			hash = ipcprobe_sum(words, part);
			memcpy(sums.rec.sums + sums.rec.bytes, &hash, 4);
			sums.rec.bytes += 4;
			sums.rec.span += part;
		}
		sums.rec.hdr.len = (sizeof(sums.rec) + sums.rec.bytes + 7) & ~7;
		trace_apply(t, &sums.rec.hdr);
	}
}

/*
 * With TRACE_STEP_NS between records, the call is long enough to have begun before its
 * sums.
 */
#define LONG_NS	1000000

static void read_summed(struct trace *t, uint64_t addr, const unsigned char *data, uint32_t bytes)
{
	struct prints p = prints_of(data, addr, bytes);

	t->now_ns += LONG_NS;
	sum_up(t, 12, addr, data, bytes);
	TRACE(t, file_read, 12, .addr = addr, .file = BIG, .ret = bytes, .dur_ns = LONG_NS,
	      .call = IPCPROBE_CALL_READ, .nr_segs = 1, WITH(p));
}

static void write_summed(struct trace *t, uint64_t addr, const unsigned char *data,
			 uint32_t bytes)
{
	struct prints p = prints_of(data, addr, bytes);

	t->now_ns += LONG_NS;
	sum_up(t, 12, addr, data, bytes);
	TRACE(t, file_write, 12, .addr = addr, .file = OUT, .ret = bytes, .dur_ns = LONG_NS,
	      .call = IPCPROBE_CALL_WRITE, .nr_segs = 1, WITH(p));
}

/* The @bytes at @addr had contents @data and are written as @now. */
static void copy_summed(uint64_t addr, const unsigned char *data, const unsigned char *now,
			uint32_t bytes, uint64_t exact, uint64_t address, uint64_t inferred,
			const char *what)
{
	struct trace t;

	begin(&t);
	read_summed(&t, addr, data, bytes);
	write_summed(&t, addr, now, bytes);
	expect(&t, exact, address, inferred, what);
}

static void test_sums(void)
{
	unsigned char now[BLOCK];
	struct trace t;

	copy_summed(BUF_A, text, text, BLOCK, BLOCK, 0, 0, "sums that all agree: exact");
	copy_summed(BUF_A + 13, text, text, 1000, 1000, 0, 0, "also of the parts at both ends");
	copy_summed(BUF_A, text, other, BLOCK, 0, 0, BLOCK, "sums that all differ: no link");
	copy_summed(BUF_A, zeroes, zeroes, BLOCK, 0, BLOCK, 0, "constant data alone: by address");

	memcpy(now, text, BLOCK);
	now[1000] ^= 1;
	now[5000] ^= 0x80;
	copy_summed(BUF_A, text, now, BLOCK, BLOCK - 128, 0, 128,
		    "two bytes that no word has: the two blocks they are in are no copies");
	copy_summed(BUF_A + 20, text, now, BLOCK, BLOCK - 128, 0, 128,
		    "the same where blocks begin at other places of the buffer");

	memcpy(now, text, BLOCK);
	memset(now + 512, 0, 256);
	begin(&t);
	read_summed(&t, BUF_A, now, BLOCK);
	write_summed(&t, BUF_A, now, BLOCK);
	expect(&t, BLOCK, 0, 0, "constant data among others that agree: exact");

	begin(&t);
	read_summed(&t, BUF_A, text, BLOCK);
	write_summed(&t, BUF_A + 64, text + 64, 640);
	write_summed(&t, BUF_A + 1000, text + 1000, 500);
	expect(&t, 640 + 448, 500 - 448, 0,
	       "of a part the whole blocks are proven, the rest is by address");

	memcpy(now, text, BLOCK);
	now[4000] ^= 1;
	begin(&t);
	read_summed(&t, BUF_A, text, BLOCK);
	write_summed(&t, BUF_A, now, BLOCK);
	read_summed(&t, BUF_A, text, BLOCK);
	write_summed(&t, BUF_A, text, BLOCK);
	expect(&t, 2 * BLOCK - 64, 0, 64, "a process that changes data does not make proofs doubtful");
}

static void test_sums_forgotten(void)
{
	const uint32_t nr = SUMS_MAX / (BLOCK / IPCPROBE_SUM_BYTES) + 10;
	struct trace t;
	uint32_t i;

	begin(&t);
	for (i = 0; i < nr; i++)
		read_summed(&t, BUF_A + i * BLOCK, text, BLOCK);
	for (i = 0; i < nr; i++)
		write_summed(&t, BUF_A + i * BLOCK, text, BLOCK);
	trace_finish(&t);
	ktap_note("%u sums are kept, of %u sets", t.model.copies.sums.nr,
		  t.model.copies.sums.next - t.model.copies.sums.oldest);
	ktap_le(t.model.copies.sums.nr, SUMS_MAX);
	ktap_eq(sums_of(&t).grade[GRADE_EXACT], (uint64_t)nr * BLOCK);
	ktap_result("of more data than there is room for words decide (%llu exact)",
		    sums_of(&t).grade[GRADE_EXACT]);
	trace_deinit(&t);
}

int main(void)
{
	ktap_begin(50);
	fill();
	test_whole();
	test_reused();
	test_changed_in_place();
	test_changer();
	test_parts();
	test_short_write();
	test_small();
	test_vectors();
	test_shared_memory();
	test_memory();
	test_parked();
	test_weakest();
	test_many_pages();
	test_constants();
	test_sums();
	test_sums_forgotten();
	return ktap_end();
}
