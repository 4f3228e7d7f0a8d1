/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Shared by the tests of class shm: a recording, the steps of a child, and the mappings
 * of a process from its records and from /proc.  For a file that includes
 * kselftest_harness.h first.
 */
#ifndef IPCPROBE_SHM_FIXTURE_H
#define IPCPROBE_SHM_FIXTURE_H

#include "capture.h"

/*
 * Class shm: each call gives exactly its records, and the mappings rebuilt from the
 * records agree with /proc/PID/maps whenever they are compared.
 */
#include <kselftest_harness.h>

#include "capture.h"

#include <pthread.h>
#include <sys/ipc.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <linux/memfd.h>

#define PAGE	4096UL

/* ---- the mappings of one process, from records and from /proc ---- */

struct range {
	uint64_t addr;
	uint64_t end;
	uint64_t offset;
	uint64_t ino;
	uint32_t dev;
	uint16_t prot;
};

#define MAX_RANGES	512

struct table {
	struct range ranges[MAX_RANGES];
	size_t nr;
};

static MAYBE_UNUSED void table_add(struct table *table, struct range range)
{
	if (range.addr < range.end && table->nr < MAX_RANGES)
		table->ranges[table->nr++] = range;
}

/* Remove [addr, end); parts of mappings outside it stay. */
static MAYBE_UNUSED void table_remove(struct table *table, uint64_t addr, uint64_t end)
{
	struct table old = *table;
	size_t i;

	table->nr = 0;
	for (i = 0; i < old.nr; i++) {
		struct range left = old.ranges[i], right = old.ranges[i];

		if (left.end <= addr || left.addr >= end) {
			table_add(table, left);
			continue;
		}
		left.end = addr;
		table_add(table, left);
		right.offset += end - right.addr;
		right.addr = end;
		if (right.end > end)
			table_add(table, right);
	}
}

static MAYBE_UNUSED int compare_ranges(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	return x->addr < y->addr ? -1 : x->addr > y->addr;
}

/* Sort the table, and merge neighbours that continue each other. */
static MAYBE_UNUSED void table_normalise(struct table *table)
{
	size_t i, nr = 0;

	qsort(table->ranges, table->nr, sizeof(*table->ranges), compare_ranges);
	for (i = 0; i < table->nr; i++) {
		struct range *last = nr ? &table->ranges[nr - 1] : NULL;
		const struct range *next = &table->ranges[i];

		if (last && last->end == next->addr && last->ino == next->ino &&
		    last->dev == next->dev &&
		    last->offset + (last->end - last->addr) == next->offset)
			last->end = next->end;
		else
			table->ranges[nr++] = *next;
	}
	table->nr = nr;
}

static MAYBE_UNUSED const struct ipcprobe_rec_file_info *find_info(const struct capture *cap, uint32_t object)
{
	size_t i;

	for (i = 0; i < cap->nr; i++) {
		const struct ipcprobe_rec_file_info *rec = (const void *)cap->recs[i].rec;

		if (rec->hdr.type == IPCPROBE_REC_file_info && rec->file == object)
			return rec;
	}
	return NULL;
}

/* Apply a shm_map, shm_inherit or shm_snapshot record: they have the same fields. */
static MAYBE_UNUSED void table_apply(struct table *table, const struct capture *cap,
				     const struct ipcprobe_rec_shm_map *rec)
{
	const struct ipcprobe_rec_file_info *info = find_info(cap, rec->object);

	table_remove(table, rec->addr, rec->addr + rec->bytes);
	if (rec->is_private)
		return;
	table_add(table, (struct range) {
		.addr = rec->addr,
		.end = rec->addr + rec->bytes,
		.offset = rec->offset,
		.ino = info ? info->ino : 0,
		.dev = info ? info->dev : 0,
		.prot = rec->prot,
	});
}

/* Build the mappings of @pid from all records; @cap must be sorted. */
static MAYBE_UNUSED void table_of_records(struct table *table, const struct capture *cap, uint32_t pid)
{
	size_t i;

	table->nr = 0;
	for (i = 0; i < cap->nr; i++) {
		const struct ipcprobe_rec_shm_map *map = (const void *)cap->recs[i].rec;
		const struct ipcprobe_rec_shm_unmap *unmap = (const void *)map;

		switch (map->hdr.type) {
		case IPCPROBE_REC_shm_map:
		case IPCPROBE_REC_shm_inherit:
		case IPCPROBE_REC_shm_snapshot:
			if (map->pid == pid)
				table_apply(table, cap, map);
			break;
		case IPCPROBE_REC_shm_unmap:
			if (unmap->pid == pid)
				table_remove(table, unmap->addr, unmap->addr + unmap->bytes);
			break;
		}
	}
	table_normalise(table);
}

/* Read the shared mappings of /proc/PID/maps, except those of devices. */
static MAYBE_UNUSED void table_of_proc(struct table *table, pid_t pid)
{
	unsigned int major, minor;
	char path[64], perms[8], line[8192], name[4096];
	struct range range;
	FILE *maps;

	table->nr = 0;
	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	maps = fopen(path, "r");
	while (maps && fgets(line, sizeof(line), maps)) {
		name[0] = 0;
		if (sscanf(line, "%lx-%lx %7s %lx %x:%x %lu %4095s", &range.addr, &range.end,
			   perms, &range.offset, &major, &minor, &range.ino, name) < 7)
			continue;
		range.dev = major << 20 | minor;
		if (perms[3] == 's' && strcmp(name, IPCPROBE_DEVICE))
			table_add(table, range);
	}
	if (maps)
		fclose(maps);
	table_normalise(table);
}

static MAYBE_UNUSED void table_print(const char *what, const struct table *table)
{
	size_t i;

	printf("# %s:\n", what);
	for (i = 0; i < table->nr; i++)
		printf("#   %lx-%lx offset %lx object %x:%lu\n", table->ranges[i].addr,
		       table->ranges[i].end, table->ranges[i].offset, table->ranges[i].dev,
		       table->ranges[i].ino);
}

static MAYBE_UNUSED bool same_tables(const struct table *x, const struct table *y)
{
	size_t i;

	for (i = 0; x->nr == y->nr && i < x->nr; i++)
		if (x->ranges[i].addr != y->ranges[i].addr ||
		    x->ranges[i].end != y->ranges[i].end ||
		    x->ranges[i].offset != y->ranges[i].offset ||
		    x->ranges[i].ino != y->ranges[i].ino || x->ranges[i].dev != y->ranges[i].dev)
			break;
	if (x->nr == y->nr && i == x->nr)
		return true;
	table_print("records", x);
	table_print("/proc/PID/maps", y);
	return false;
}

static MAYBE_UNUSED struct table of_records, of_proc;

#define EXPECT_SAME_TABLE(cap, pid) do {				\
	table_of_records(&of_records, cap, pid);			\
	EXPECT_TRUE(same_tables(&of_records, &of_proc));		\
} while (0)

/* ---- sessions and children ---- */

FIXTURE(shm)
{
	struct capture cap;
	struct shared {
		int ready;
		int go;
		int id;
		int fd;
		void *addr;
		void *addr2;
		uint32_t ino;
		int64_t count;
	} *shared;
};

static MAYBE_UNUSED void open_session(struct __test_metadata *_metadata, struct capture *cap, uint32_t flags)
{
	struct ipcprobe_config config = {
		.classes = CLASS_BIT(SHM) | CLASS_BIT(FILE),
		.flags = flags,
		.ring_bytes = 4 << 20,
		.wakeup_bytes = 1,
	};

	ASSERT_EQ(0, capture_open(cap, &config));
}

FIXTURE_SETUP(shm)
{
	self->shared = shared_memory(PAGE);
	ASSERT_NE(NULL, self->shared);
	memset(self->shared, 0, sizeof(*self->shared));
	open_session(_metadata, &self->cap, IPCPROBE_F_NO_SNAPSHOT);
	ASSERT_EQ(0, capture_start(&self->cap));
}

FIXTURE_TEARDOWN(shm)
{
	capture_close(&self->cap);
}

/* In a child: report that it has come so far, and wait for the test. */
static MAYBE_UNUSED void meet(struct shared *shared)
{
	__atomic_store_n(&shared->ready, 1, __ATOMIC_SEQ_CST);
	syscall(SYS_futex, &shared->ready, 1 /* FUTEX_WAKE */, 1);
	while (!__atomic_load_n(&shared->go, __ATOMIC_SEQ_CST))
		syscall(SYS_futex, &shared->go, 0 /* FUTEX_WAIT */, 0, NULL);
	__atomic_store_n(&shared->go, 0, __ATOMIC_SEQ_CST);
}

static MAYBE_UNUSED void wait_for(struct shared *shared)
{
	while (!__atomic_load_n(&shared->ready, __ATOMIC_SEQ_CST))
		syscall(SYS_futex, &shared->ready, 0 /* FUTEX_WAIT */, 0, NULL);
	__atomic_store_n(&shared->ready, 0, __ATOMIC_SEQ_CST);
}

static MAYBE_UNUSED void let_go(struct shared *shared)
{
	__atomic_store_n(&shared->go, 1, __ATOMIC_SEQ_CST);
	syscall(SYS_futex, &shared->go, 1 /* FUTEX_WAKE */, 1);
}

/* True if the record of a child is not about what the test did in it. */
static MAYBE_UNUSED bool is_aside(const struct ipcprobe_rec *rec, const struct shared *shared)
{
	const struct ipcprobe_rec_shm_fault *fault = (const void *)rec;

	switch (rec->type) {
	case IPCPROBE_REC_shm_inherit:
		return true;
	case IPCPROBE_REC_shm_fault:	/* of the memory shared with the test */
		return fault->addr - (uintptr_t)shared < PAGE;
	case IPCPROBE_REC_shm_unmap:
		return ((const struct ipcprobe_rec_shm_unmap *)rec)->is_end;
	default:
		return false;
	}
}

/* Remove such records, so that a cursor sees only the others; @cap must be sorted. */
static MAYBE_UNUSED void drop_asides(struct capture *cap, const struct shared *shared)
{
	size_t i, nr = 0;

	for (i = 0; i < cap->nr; i++)
		if (!is_aside(cap->recs[i].rec, shared))
			cap->recs[nr++] = cap->recs[i];
	cap->nr = nr;
}

static MAYBE_UNUSED uint32_t ns_inode(const char *path)
{
	struct stat st;

	return stat(path, &st) ? 0 : st.st_ino;
}

/* The next record must be a file_info with that path.  Return: the object's number. */
static MAYBE_UNUSED uint32_t expect_object(struct __test_metadata *_metadata, struct cursor *cursor,
					   const char *path)
{
	const struct ipcprobe_rec_file_info *rec = NEXT(cursor, file_info);

	EXPECT_STREQ(path, rec->path);
	EXPECT_NE(0, rec->file);
	return rec->file;
}

#define __EXPECT_MAP(cursor, addr_, bytes_, offset_, object_, prot_, call_, is_sysv_, is_private_) do { \
	const struct ipcprobe_rec_shm_map *__map = NEXT(cursor, shm_map); \
	EXPECT_EQ((uintptr_t)(addr_), __map->addr);			\
	EXPECT_EQ(bytes_, __map->bytes);				\
	EXPECT_EQ(offset_, __map->offset);				\
	EXPECT_EQ(object_, __map->object);				\
	EXPECT_EQ(prot_, __map->prot);					\
	EXPECT_EQ(IPCPROBE_CALL_##call_, __map->call);			\
	EXPECT_EQ(is_sysv_, __map->is_sysv);				\
	EXPECT_EQ(is_private_, __map->is_private);			\
	EXPECT_EQ((cursor)->tid, __map->pid);				\
} while (0)

#define EXPECT_MAP(...)		__EXPECT_MAP(__VA_ARGS__, 0)

#define __EXPECT_UNMAP(cursor, addr_, bytes_, object_, call_, is_private_) do { \
	const struct ipcprobe_rec_shm_unmap *__unmap = NEXT(cursor, shm_unmap); \
	EXPECT_EQ((uintptr_t)(addr_), __unmap->addr);			\
	EXPECT_EQ(bytes_, __unmap->bytes);				\
	EXPECT_EQ(object_, __unmap->object);				\
	EXPECT_EQ(IPCPROBE_CALL_##call_, __unmap->call);		\
	EXPECT_EQ(is_private_, __unmap->is_private);			\
	EXPECT_EQ((cursor)->tid, __unmap->pid);				\
} while (0)

#define EXPECT_UNMAP(...)		__EXPECT_UNMAP(__VA_ARGS__, 0)

/* ---- System V segments ---- */

#define BYTES	10000

/* ---- exact ranges ---- */

static MAYBE_UNUSED unsigned int random_state;

static MAYBE_UNUSED unsigned int pick(unsigned int below)
{
	random_state = random_state * 1103515245 + 12345;
	return (random_state >> 16) % below;
}

#define ARENA	64	/* pages */

/* Change a random range of the arena in a random way, over whatever is mapped there. */
static MAYBE_UNUSED void change(char *arena, const int *fds)
{
	unsigned int page = pick(ARENA - 8), nr = 1 + pick(8);
	char *at = arena + page * PAGE, *to = arena + pick(ARENA - 8) * PAGE;
	static const int prots[] = { PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE };

	switch (pick(8)) {
	case 0:
	case 1:
		mmap(at, nr * PAGE, prots[pick(3)], MAP_SHARED | MAP_FIXED, fds[pick(3)],
		     pick(3) ? page * PAGE : pick(ARENA) * PAGE);
		break;
	case 2:
		mmap(at, nr * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		break;
	case 3:
		mmap(at, nr * PAGE, PROT_READ, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		break;
	case 4:
		munmap(at, nr * PAGE);
		break;
	case 5:
		mprotect(at, nr * PAGE, prots[pick(3)]);
		break;
	case 6:
		mremap(at, nr * PAGE, (1 + pick(8)) * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to);
		break;
	case 7:
		mremap(at, nr * PAGE, (1 + pick(8)) * PAGE, pick(2) ? MREMAP_MAYMOVE : 0);
		break;
	}
}

#endif /* IPCPROBE_SHM_FIXTURE_H */
