/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The format of ipcprobe.data, and its writer.  The reader is reader.c.
 *
 *	struct tracefile_header
 *	frame INFO		keys and values about system and recording
 *	frame CHUNK ...		records of one CPU each, in that CPU's order
 *	frame STATS		what happened to all records, per CPU and class
 *	frame INDEX		where the chunks are
 *	struct tracefile_trailer
 *
 * A frame is a struct tracefile_frame and its payload, which is one zstd frame if
 * TRACEFILE_COMPRESSED is set, padded with zeroes to a multiple of 8. Everything is
 * little-endian.  Every head and every payload has a CRC-32 (zlib's), so the
 * undamaged parts of a truncated or damaged file can be read: frames can be found
 * without the index, by their heads.
 *
 * A chunk contains the number of records of its CPU before it, per class. So the
 * next chunk shows a reader how many records were in chunks that it could not read.
 */
#ifndef IPCPROBE_TRACE_TRACEFILE_H
#define IPCPROBE_TRACE_TRACEFILE_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <linux/ipcprobe.h>

#define TRACEFILE_MAGIC		"IPCPROBE"
#define TRACEFILE_END_MAGIC	"ENDPROBE"
#define TRACEFILE_FRAME_MAGIC	0x52465049U	/* "IPFR" */

/* A file of another major version cannot be read; one of a higher minor version can. */
#define TRACEFILE_MAJOR		1
#define TRACEFILE_MINOR		1

#define TRACEFILE_NR_CPUS_MAX	65536U
#define TRACEFILE_RAW_MAX	(1U << 20)	/* maximum size of a chunk, decompressed */
#define TRACEFILE_STORED_MAX	(1U << 28)	/* maximum size of any frame */
/* upper limit of times: the sum of two does not overflow */
#define TRACEFILE_NS_MAX	(1ULL << 62)

/* Begin of the file; header_len leads to the first frame. */
struct tracefile_header {
	char magic[8];
	uint16_t major;
	uint16_t minor;
	uint32_t header_len;
	uint32_t flags;			/* always 0 */
	uint32_t page_size;
	uint32_t nr_cpus;
	uint32_t classes;
	uint16_t abi_major;		/* ABI version of the records */
	uint16_t abi_minor;
	uint32_t ring_bytes;
	uint64_t start_ns;		/* CLOCK_MONOTONIC just before START */
	int64_t realtime_offset_ns;	/* CLOCK_REALTIME - CLOCK_MONOTONIC at start_ns */
	uint32_t resv[3];
	uint32_t crc;			/* CRC of all fields before it */
};

/* tracefile_has_time - true if something in the file can have happened at @ns */
static inline bool tracefile_has_time(uint64_t start_ns, uint64_t ns)
{
	return ns >= start_ns && ns <= TRACEFILE_NS_MAX;
}

enum tracefile_kind {
	TRACEFILE_INFO = 1,	/* key NUL value NUL ... */
	TRACEFILE_CHUNK = 2,	/* records */
	TRACEFILE_STATS = 3,	/* struct tracefile_stats, tracefile_cpu_stats[nr_cpus] */
	TRACEFILE_INDEX = 4,	/* struct tracefile_index[] */
};

#define TRACEFILE_COMPRESSED	0x1

/*
 * Head of a frame. Fields from cpu on are used only for chunks; in other frames
 * they are 0.
 */
struct tracefile_frame {
	uint32_t magic;
	uint16_t kind;
	uint16_t flags;
	uint32_t stored_len;		/* payload in the file, without padding */
	uint32_t raw_len;		/* payload decompressed */
	uint32_t payload_crc;		/* CRC of the payload in the file */
	uint32_t head_crc;		/* CRC of this struct with head_crc 0 */
	uint32_t cpu;
	uint32_t nr_records;
	uint64_t first_ns;
	uint64_t last_ns;
	uint32_t count[IPCPROBE_NR_CLASSES];	/* number of records in the chunk */
	/* number of records of this CPU before the chunk */
	uint64_t before[IPCPROBE_NR_CLASSES];
};

struct tracefile_index {
	uint64_t offset;		/* offset of the chunk's struct tracefile_frame */
	uint64_t first_ns;
	uint64_t last_ns;
	uint32_t cpu;
	uint32_t nr_records;
	uint32_t count[IPCPROBE_NR_CLASSES];
};

#define TRACEFILE_HAS_STATUS	0x1	/* the workload had ended */

struct tracefile_stats {
	uint64_t stop_ns;		/* CLOCK_MONOTONIC just after STOP */
	uint32_t nr_cpus;
	uint32_t flags;
	int32_t workload_status;	/* as from wait(2) */
	uint32_t resv;
	/* CLOCK_MONOTONIC just after START; since minor version 1 */
	uint64_t ready_ns;
	/* CLOCK_MONOTONIC when nothing was left to record; since minor version 1 */
	uint64_t ending_ns;
};

/* length in minor version 0 */
#define TRACEFILE_STATS_LEN_0	offsetof(struct tracefile_stats, ready_ns)

struct tracefile_cpu_stats {
	uint64_t produced[IPCPROBE_NR_CLASSES];
	uint64_t lost[IPCPROBE_NR_CLASSES];
	uint64_t read[IPCPROBE_NR_CLASSES];
};

struct tracefile_trailer {
	/* copy of the header: the first one may be damaged */
	struct tracefile_header header;
	uint64_t index_offset;
	uint64_t stats_offset;
	uint32_t resv;
	uint32_t crc;			/* CRC of all fields before it */
	char magic[8];
};

static_assert(sizeof(struct tracefile_header) == 72, "format");
static_assert(sizeof(struct tracefile_frame) == 240, "format");
static_assert(offsetof(struct tracefile_frame, first_ns) == 32, "format");
static_assert(offsetof(struct tracefile_frame, before) == 112, "format");
static_assert(sizeof(struct tracefile_index) == 96, "format");
static_assert(sizeof(struct tracefile_stats) == 40, "format");
static_assert(TRACEFILE_STATS_LEN_0 == 24, "format");
static_assert(sizeof(struct tracefile_cpu_stats) == 384, "format");
static_assert(sizeof(struct tracefile_trailer) == 104, "format");

#define TRACEFILE_ALIGN(len)	(((len) + 7) & ~(uint64_t)7)

uint32_t tracefile_header_crc(const struct tracefile_header *header);
uint32_t tracefile_frame_crc(const struct tracefile_frame *frame);
uint32_t tracefile_trailer_crc(const struct tracefile_trailer *trailer);
uint32_t tracefile_crc(const void *bytes, size_t len);

/* ---- writer ---- */

/* keys of the INFO frame */
#define TRACEFILE_KEY_COMMAND		"command"
#define TRACEFILE_KEY_HOSTNAME		"hostname"
#define TRACEFILE_KEY_KERNEL		"kernel"
#define TRACEFILE_KEY_TOOL_VERSION	"tool_version"
#define TRACEFILE_KEY_WORKLOAD_PID	"workload_pid"
#define TRACEFILE_KEY_CACHES		"last_level_caches"
#define TRACEFILE_KEY_CPUS		"cpus"		/* recorded CPUs, "" = all */
/* recorded processes, whose children are recorded, too; "" = all */
#define TRACEFILE_KEY_PIDS		"pids"
/* number of bytes recorded of each transfer, 0 = none */
#define TRACEFILE_KEY_SNAPLEN		"snaplen"

struct tracefile_pair {
	const char *key;
	const char *value;
};

struct tracefile;

int tracefile_create(int fd, const struct tracefile_header *header,
		     const struct tracefile_pair *pairs, struct tracefile **ret);
ssize_t tracefile_append(struct tracefile *file, uint32_t cpu, const void *records, size_t len);
unsigned int tracefile_seal(struct tracefile *file);
int tracefile_write_one(struct tracefile *file);
int tracefile_flush(struct tracefile *file);
uint32_t tracefile_take_lost(struct tracefile *file);
uint32_t tracefile_lost_reasons(const struct tracefile *file, uint32_t class_id);
const uint64_t *tracefile_read_counts(const struct tracefile *file, uint32_t cpu);
uint64_t tracefile_bytes(const struct tracefile *file);
int tracefile_finish(struct tracefile *file, const struct tracefile_stats *stats,
		     const struct tracefile_cpu_stats *cpus);
void tracefile_destroy(struct tracefile *file);

#endif /* IPCPROBE_TRACE_TRACEFILE_H */
