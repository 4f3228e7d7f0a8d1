// SPDX-License-Identifier: GPL-2.0
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

static void table_add(struct table *table, struct range range)
{
	if (range.addr < range.end && table->nr < MAX_RANGES)
		table->ranges[table->nr++] = range;
}

/* Remove [addr, end); parts of mappings outside it stay. */
static void table_remove(struct table *table, uint64_t addr, uint64_t end)
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

static int compare_ranges(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	return x->addr < y->addr ? -1 : x->addr > y->addr;
}

/* Sort the table, and merge neighbours that continue each other. */
static void table_normalise(struct table *table)
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

static const struct ipcprobe_rec_file_info *find_info(const struct capture *cap, uint32_t object)
{
	size_t i;

	for (i = 0; i < cap->nr; i++) {
		const struct ipcprobe_rec_file_info *rec = (const void *)cap->recs[i].rec;

		if (rec->hdr.type == IPCPROBE_REC_file_info && rec->file == object)
			return rec;
	}
	return NULL;
}

static const struct ipcprobe_rec_shm_segment *find_segment(const struct capture *cap,
							   uint32_t object)
{
	size_t i;

	for (i = 0; i < cap->nr; i++) {
		const struct ipcprobe_rec_shm_segment *rec = (const void *)cap->recs[i].rec;

		if (rec->hdr.type == IPCPROBE_REC_shm_segment && rec->object == object)
			return rec;
	}
	return NULL;
}

/* Apply a shm_map, shm_inherit or shm_snapshot record: they have the same fields. */
static void table_apply(struct table *table, const struct capture *cap,
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
static void table_of_records(struct table *table, const struct capture *cap, uint32_t pid)
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
static void table_of_proc(struct table *table, pid_t pid)
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

static void table_print(const char *what, const struct table *table)
{
	size_t i;

	printf("# %s:\n", what);
	for (i = 0; i < table->nr; i++)
		printf("#   %lx-%lx offset %lx object %x:%lu\n", table->ranges[i].addr,
		       table->ranges[i].end, table->ranges[i].offset, table->ranges[i].dev,
		       table->ranges[i].ino);
}

static bool same_tables(const struct table *x, const struct table *y)
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

static struct table of_records, of_proc;

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

static void open_session(struct __test_metadata *_metadata, struct capture *cap, uint32_t flags)
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
static void meet(struct shared *shared)
{
	__atomic_store_n(&shared->ready, 1, __ATOMIC_SEQ_CST);
	syscall(SYS_futex, &shared->ready, 1 /* FUTEX_WAKE */, 1);
	while (!__atomic_load_n(&shared->go, __ATOMIC_SEQ_CST))
		syscall(SYS_futex, &shared->go, 0 /* FUTEX_WAIT */, 0, NULL);
	__atomic_store_n(&shared->go, 0, __ATOMIC_SEQ_CST);
}

static void wait_for(struct shared *shared)
{
	while (!__atomic_load_n(&shared->ready, __ATOMIC_SEQ_CST))
		syscall(SYS_futex, &shared->ready, 0 /* FUTEX_WAIT */, 0, NULL);
	__atomic_store_n(&shared->ready, 0, __ATOMIC_SEQ_CST);
}

static void let_go(struct shared *shared)
{
	__atomic_store_n(&shared->go, 1, __ATOMIC_SEQ_CST);
	syscall(SYS_futex, &shared->go, 1 /* FUTEX_WAKE */, 1);
}

/* True if the record of a child is not about what the test did in it. */
static bool is_aside(const struct ipcprobe_rec *rec, const struct shared *shared)
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
static void drop_asides(struct capture *cap, const struct shared *shared)
{
	size_t i, nr = 0;

	for (i = 0; i < cap->nr; i++)
		if (!is_aside(cap->recs[i].rec, shared))
			cap->recs[nr++] = cap->recs[i];
	cap->nr = nr;
}

static uint32_t ns_inode(const char *path)
{
	struct stat st;

	return stat(path, &st) ? 0 : st.st_ino;
}

/* The next record must be a file_info with that path.  Return: the object's number. */
static uint32_t expect_object(struct __test_metadata *_metadata, struct cursor *cursor,
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
#define EXPECT_PRIVATE(...)	__EXPECT_MAP(__VA_ARGS__, 0, 1)

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
#define EXPECT_PRIVATE_UNMAP(...)	__EXPECT_UNMAP(__VA_ARGS__, 1)

#define EXPECT_DESTROY(cursor, ns_, id_, key_) do {			\
	const struct ipcprobe_rec_shm_destroy *__gone;			\
	if (!has_btf())							\
		break;							\
	__gone = NEXT(cursor, shm_destroy);				\
	EXPECT_EQ(ns_, __gone->ns);					\
	EXPECT_EQ(id_, __gone->id);					\
	EXPECT_EQ(key_, __gone->key);					\
} while (0)

/* ---- System V segments ---- */

#define KEY	0x1234abcd
#define BYTES	10000

static void do_sysv(struct shared *shared)
{
	char *addr;

	shared->id = shmget(KEY, BYTES, IPC_CREAT | IPC_EXCL | 0600);
	CHECK(shared->id >= 0);
	CHECK(shmget(KEY, BYTES, IPC_CREAT | IPC_EXCL | 0600) == -1 && errno == EEXIST);
	CHECK(shmget(KEY, 0, 0) == shared->id);
	CHECK(shmget(KEY, BYTES + PAGE, 0) == -1 && errno == EINVAL);
	CHECK(shmget(KEY + 1, BYTES, 0) == -1 && errno == ENOENT);
	addr = shmat(shared->id, NULL, 0);
	CHECK(addr != (char *)-1);
	shared->addr = addr;
	addr = shmat(shared->id, NULL, SHM_RDONLY);
	CHECK(addr != (char *)-1);
	shared->addr2 = addr;
	CHECK(shmat(shared->id, shared->addr, 0) == (char *)-1 && errno == EINVAL);
	CHECK(shmat(shared->id, shared->addr + 1, 0) == (char *)-1 && errno == EINVAL);
	CHECK(shmdt(shared->addr2) == 0);
	CHECK(shmdt(shared->addr2) == -1 && errno == EINVAL);
	CHECK(shmctl(shared->id, IPC_RMID, NULL) == 0);
	CHECK(shmdt(shared->addr) == 0);
	CHECK(shmctl(shared->id, IPC_RMID, NULL) == -1);
	CHECK(shmat(shared->id, NULL, 0) == (char *)-1);
}

#define EXPECT_GET(cursor, bytes_, key_, ret_, options_, is_new_) do {	\
	const struct ipcprobe_rec_shm_create *__get = NEXT(cursor, shm_create); \
	EXPECT_EQ(bytes_, __get->bytes);				\
	EXPECT_EQ(ns, __get->ns);					\
	EXPECT_EQ(key_, __get->key);					\
	EXPECT_EQ(ret_, __get->ret);					\
	EXPECT_EQ(options_, __get->options);				\
	EXPECT_EQ(is_new_, __get->is_new);				\
	EXPECT_EQ(0, __get->object);					\
	EXPECT_EQ(IPCPROBE_CALL_SHMGET, __get->call);			\
	EXPECT_NE(0, __get->dur_ns);					\
} while (0)

#define EXPECT_ATTACH(cursor, addr_, ret_, options_, object_) do {	\
	const struct ipcprobe_rec_shm_attach *__at = NEXT(cursor, shm_attach); \
	EXPECT_EQ((uintptr_t)(addr_), __at->addr);			\
	EXPECT_EQ(ns, __at->ns);					\
	EXPECT_EQ(shared->id, __at->id);				\
	EXPECT_EQ(ret_, __at->ret);					\
	EXPECT_EQ(options_, __at->options);				\
	EXPECT_EQ(object_, __at->object);				\
} while (0)

#define EXPECT_DETACH(cursor, addr_, ret_) do {				\
	const struct ipcprobe_rec_shm_detach *__dt = NEXT(cursor, shm_detach); \
	EXPECT_EQ((uintptr_t)(addr_), __dt->addr);			\
	EXPECT_EQ(ret_, __dt->ret);					\
} while (0)

#define EXPECT_REMOVE(cursor, id_, ret_) do {				\
	const struct ipcprobe_rec_shm_remove *__rm = NEXT(cursor, shm_remove); \
	EXPECT_EQ(ns, __rm->ns);					\
	EXPECT_EQ(id_, __rm->id);					\
	EXPECT_EQ(ret_, __rm->ret);					\
} while (0)

/* Length of BYTES in whole pages. */
#define LENGTH	(3 * PAGE)

TEST_F(shm, sysv_calls)
{
	uint32_t ns = ns_inode("/proc/self/ns/ipc"), object;
	struct shared *shared = self->shared;
	const struct ipcprobe_rec_shm_segment *segment;
	struct cursor cursor;
	pid_t pid;

	pid = SPAWN(do_sysv, shared);
	REAP(pid);
	FINISH(&self->cap);
	drop_asides(&self->cap, shared);
	cursor = records_of(&self->cap, pid);
	EXPECT_GET(&cursor, BYTES, KEY, shared->id, (IPC_CREAT | IPC_EXCL | 0600), 1);
	EXPECT_GET(&cursor, BYTES, KEY, -EEXIST, (IPC_CREAT | IPC_EXCL | 0600), 0);
	EXPECT_GET(&cursor, 0, KEY, shared->id, 0, 0);
	EXPECT_GET(&cursor, BYTES + PAGE, KEY, -EINVAL, 0, 0);
	EXPECT_GET(&cursor, BYTES, KEY + 1, -ENOENT, 0, 0);
	object = expect_object(_metadata, &cursor, "/SYSV1234abcd (deleted)");
	segment = NEXT(&cursor, shm_segment);
	EXPECT_EQ(object, segment->object);
	EXPECT_EQ(ns, segment->ns);
	EXPECT_EQ(shared->id, segment->id);
	EXPECT_EQ(KEY, segment->key);
	EXPECT_EQ(BYTES, segment->bytes);
	EXPECT_MAP(&cursor, shared->addr, LENGTH, 0, object, 3, SHMAT, 1);
	EXPECT_ATTACH(&cursor, shared->addr, 0, 0, object);
	EXPECT_MAP(&cursor, shared->addr2, LENGTH, 0, object, 1, SHMAT, 1);
	EXPECT_ATTACH(&cursor, shared->addr2, 0, SHM_RDONLY, object);
	EXPECT_ATTACH(&cursor, shared->addr, -EINVAL, 0, 0);
	EXPECT_ATTACH(&cursor, shared->addr + 1, -EINVAL, 0, 0);
	EXPECT_UNMAP(&cursor, shared->addr2, LENGTH, object, SHMDT);
	EXPECT_DETACH(&cursor, shared->addr2, 0);
	EXPECT_DETACH(&cursor, shared->addr2, -EINVAL);
	EXPECT_REMOVE(&cursor, shared->id, 0);
	EXPECT_UNMAP(&cursor, shared->addr, LENGTH, object, SHMDT);
	EXPECT_DESTROY(&cursor, ns, shared->id, 0);
	EXPECT_DETACH(&cursor, shared->addr, 0);
	EXPECT_REMOVE(&cursor, shared->id, -EINVAL);
	EXPECT_ATTACH(&cursor, NULL, -EINVAL, 0, 0);
	NO_MORE(&cursor);
}

static void do_unattached(struct shared *shared)
{
	shared->id = shmget(IPC_PRIVATE, 1, 0600);
	CHECK(shared->id >= 0);
	CHECK(shmctl(shared->id, IPC_RMID, NULL) == 0);
}

TEST_F(shm, sysv_removed_without_attach)
{
	uint32_t ns = ns_inode("/proc/self/ns/ipc");
	struct shared *shared = self->shared;
	struct cursor cursor;
	pid_t pid;

	pid = SPAWN(do_unattached, shared);
	REAP(pid);
	FINISH(&self->cap);
	drop_asides(&self->cap, shared);
	cursor = records_of(&self->cap, pid);
	EXPECT_GET(&cursor, 1, IPC_PRIVATE, shared->id, 0600, 1);
	EXPECT_DESTROY(&cursor, ns, shared->id, 0);
	EXPECT_REMOVE(&cursor, shared->id, 0);
	NO_MORE(&cursor);
}

/* Attach the segment three times: twice in this process, once in its child. */
static void do_attach_and_wait(struct shared *shared)
{
	pid_t pid;

	CHECK(shmat(shared->id, NULL, 0) != (void *)-1);
	CHECK(shmat(shared->id, NULL, SHM_RDONLY) != (void *)-1);
	pid = fork();
	if (pid == 0) {
		CHECK(shmat(shared->id, NULL, 0) != (void *)-1);
		meet(shared);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	for (;;)
		pause();
}

/* Number of times that the segment is attached at the end of the records. */
static unsigned int count_attached(const struct capture *cap, int id)
{
	unsigned int nr = 0;
	size_t i;

	for (i = 0; i < cap->nr; i++) {
		const struct ipcprobe_rec_shm_map *map = (const void *)cap->recs[i].rec;
		const struct ipcprobe_rec_shm_unmap *unmap = (const void *)map;
		const struct ipcprobe_rec_shm_segment *segment;
		int change = 0;

		switch (map->hdr.type) {
		case IPCPROBE_REC_shm_map:
		case IPCPROBE_REC_shm_inherit:
			change = map->is_sysv;
			segment = find_segment(cap, map->object);
			break;
		case IPCPROBE_REC_shm_unmap:
			change = -unmap->is_sysv;
			segment = find_segment(cap, unmap->object);
			break;
		}
		if (change && segment && segment->id == id)
			nr += change;
	}
	return nr;
}

static unsigned int proc_attached(int id)
{
	unsigned int nattch, found = 0;
	char line[512];
	FILE *file;
	int shmid;

	file = fopen("/proc/sysvipc/shm", "r");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "%*d %d %*o %*u %*u %*u %u", &shmid, &nattch) == 2 &&
		    shmid == id)
			found = nattch;
	if (file)
		fclose(file);
	return found;
}

TEST_F(shm, sysv_attach_counts)
{
	uint32_t ns = ns_inode("/proc/self/ns/ipc");
	struct shared *shared = self->shared;
	const struct ipcprobe_rec_shm_destroy *gone;
	pid_t pid;

	shared->id = shmget(IPC_PRIVATE, BYTES, 0600);
	ASSERT_LE(0, shared->id);
	pid = SPAWN(do_attach_and_wait, shared);
	wait_for(shared);
	capture_drain(&self->cap);
	capture_sort(&self->cap);
	EXPECT_EQ(5, proc_attached(shared->id));
	EXPECT_EQ(5, count_attached(&self->cap, shared->id));
	let_go(shared);
	while (proc_attached(shared->id) != 2)
		sched_yield();
	capture_drain(&self->cap);
	capture_sort(&self->cap);
	EXPECT_EQ(2, count_attached(&self->cap, shared->id));
	ASSERT_EQ(0, shmctl(shared->id, IPC_RMID, NULL));
	ASSERT_EQ(0, kill(pid, SIGKILL));
	if (has_btf()) {
		gone = capture_wait(&self->cap, IPCPROBE_REC_shm_destroy, pid);
		ASSERT_NE(NULL, gone);
		EXPECT_EQ(ns, gone->ns);
		EXPECT_EQ(shared->id, gone->id);
	}
	waitpid(pid, NULL, 0);
	FINISH(&self->cap);
	EXPECT_EQ(0, count_attached(&self->cap, shared->id));
}

/* In a namespace of its own the first segment has the same id. */
static void do_namespace(struct shared *shared)
{
	CHECK(unshare(CLONE_NEWIPC) == 0);
	shared->ino = ns_inode("/proc/self/ns/ipc");
	shared->id = shmget(KEY, BYTES, IPC_CREAT | 0600);
	CHECK(shared->id >= 0);
	shared->addr = shmat(shared->id, NULL, 0);
	CHECK(shared->addr != (void *)-1);
}

TEST_F(shm, sysv_namespaces)
{
	const struct ipcprobe_rec_shm_segment *segment;
	struct shared seen[2];
	uint32_t objects[2];
	pid_t pids[2];
	int i;

	for (i = 0; i < 2; i++) {
		pids[i] = SPAWN(do_namespace, self->shared);
		REAP(pids[i]);
		seen[i] = *self->shared;
	}
	FINISH(&self->cap);
	ASSERT_EQ(seen[0].id, seen[1].id);
	drop_asides(&self->cap, self->shared);
	for (i = 0; i < 2; i++) {
		struct cursor cursor = records_of(&self->cap, pids[i]);

		EXPECT_EQ(seen[i].ino, NEXT(&cursor, shm_create)->ns);
		objects[i] = expect_object(_metadata, &cursor, "/SYSV1234abcd (deleted)");
		segment = NEXT(&cursor, shm_segment);
		EXPECT_EQ(seen[i].ino, segment->ns);
		EXPECT_EQ(seen[i].id, segment->id);
		EXPECT_EQ(objects[i], NEXT(&cursor, shm_map)->object);
	}
	EXPECT_NE(objects[0], objects[1]);
}

/* ---- memfds, files, anonymous memory ---- */

static void do_memfd(struct shared *shared)
{
	int fd = memfd_create("test", MFD_ALLOW_SEALING);
	char *addr;

	CHECK(fd >= 0);
	shared->fd = fd;
	shared->ino = inode_of(fd);
	CHECK(memfd_create("test", 0x4000) == -1 && errno == EINVAL);
	CHECK(ftruncate(fd, 5 * PAGE) == 0);
	CHECK(write(fd, "abc", 3) == 3);
	addr = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, PAGE);
	CHECK(addr != MAP_FAILED);
	shared->addr = addr;
	CHECK(posix_fallocate(fd, 0, 7 * PAGE) == 0);
	CHECK(posix_fallocate(fd, 0, PAGE) == 0);
	CHECK(ftruncate(fd, 6 * PAGE) == 0);
	CHECK(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE) == -1 && errno == EBUSY);
	CHECK(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) == 0);
	CHECK(ftruncate(fd, PAGE) == -1 && errno == EPERM);
	CHECK(munmap(addr, 2 * PAGE) == 0);
	CHECK(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SEAL) == 0);
	CHECK(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE) == -1 && errno == EPERM);
	CHECK(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED);
}

#define EXPECT_RESIZE(cursor, old_, bytes_, call_, ret_) do {		\
	const struct ipcprobe_rec_shm_resize *__rs = NEXT(cursor, shm_resize); \
	EXPECT_EQ(old_, __rs->old_bytes);				\
	EXPECT_EQ(bytes_, __rs->bytes);					\
	EXPECT_EQ(object, __rs->object);				\
	EXPECT_EQ(ret_, __rs->ret);					\
	EXPECT_EQ(IPCPROBE_CALL_##call_, __rs->call);			\
	EXPECT_EQ(1, __rs->is_memfd);					\
} while (0)

#define EXPECT_SEAL(cursor, seals_, ret_) do {				\
	const struct ipcprobe_rec_shm_seal *__seal = NEXT(cursor, shm_seal); \
	EXPECT_EQ(object, __seal->object);				\
	EXPECT_EQ(seals_, __seal->seals);				\
	EXPECT_EQ(ret_, __seal->ret);					\
} while (0)

TEST_F(shm, memfd)
{
	const struct ipcprobe_rec_shm_create *create;
	struct shared *shared = self->shared;
	struct cursor cursor;
	uint32_t object;
	pid_t pid;

	pid = SPAWN(do_memfd, shared);
	REAP(pid);
	FINISH(&self->cap);
	drop_asides(&self->cap, shared);
	cursor = records_of(&self->cap, pid);
	object = expect_object(_metadata, &cursor, "/memfd:test (deleted)");
	EXPECT_EQ(shared->ino, find_info(&self->cap, object)->ino);
	create = NEXT(&cursor, shm_create);
	EXPECT_EQ(object, create->object);
	EXPECT_EQ(shared->fd, create->ret);
	EXPECT_EQ(IPCPROBE_CALL_MEMFD_CREATE, create->call);
	EXPECT_EQ(1, create->is_new);
	EXPECT_EQ(MFD_ALLOW_SEALING, create->options);
	create = NEXT(&cursor, shm_create);
	EXPECT_EQ(-EINVAL, create->ret);
	EXPECT_EQ(0, create->object);
	EXPECT_EQ(0, create->is_new);
	EXPECT_RESIZE(&cursor, 0, 5 * PAGE, TRUNCATE, 0);
	/* written through the descriptor: the same object */
	EXPECT_EQ(object, NEXT(&cursor, file_write)->file);
	EXPECT_MAP(&cursor, shared->addr, 2 * PAGE, PAGE, object, 3, MMAP, 0);
	EXPECT_RESIZE(&cursor, 5 * PAGE, 7 * PAGE, FALLOCATE, 0);
	EXPECT_RESIZE(&cursor, 7 * PAGE, 6 * PAGE, TRUNCATE, 0);
	EXPECT_SEAL(&cursor, F_SEAL_WRITE, -EBUSY);
	EXPECT_SEAL(&cursor, (F_SEAL_SHRINK | F_SEAL_GROW), 0);
	EXPECT_RESIZE(&cursor, 6 * PAGE, PAGE, TRUNCATE, -EPERM);
	EXPECT_UNMAP(&cursor, shared->addr, 2 * PAGE, object, MUNMAP);
	EXPECT_SEAL(&cursor, (F_SEAL_WRITE | F_SEAL_SEAL), 0);
	EXPECT_SEAL(&cursor, F_SEAL_WRITE, -EPERM);
	NO_MORE(&cursor);
}

static void do_other_objects(struct shared *shared)
{
	int fd = shm_open("/ipcprobe-test", O_RDWR | O_CREAT | O_EXCL, 0600), reader;

	CHECK(fd >= 0);
	CHECK(ftruncate(fd, PAGE) == 0);
	reader = shm_open("/ipcprobe-test", O_RDONLY, 0);
	shared->addr = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, reader, 0);
	CHECK(shared->addr != MAP_FAILED);
	CHECK(shm_unlink("/ipcprobe-test") == 0);
	shared->addr2 = mmap(NULL, 2 * PAGE, PROT_NONE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(shared->addr2 != MAP_FAILED);
}

TEST_F(shm, posix_and_anonymous)
{
	const struct ipcprobe_rec_shm_resize *resize;
	struct shared *shared = self->shared;
	struct cursor cursor;
	uint32_t object;
	pid_t pid;

	pid = SPAWN(do_other_objects, shared);
	REAP(pid);
	FINISH(&self->cap);
	drop_asides(&self->cap, shared);
	cursor = records_of(&self->cap, pid);
	object = expect_object(_metadata, &cursor, "/dev/shm/ipcprobe-test");
	resize = NEXT(&cursor, shm_resize);
	EXPECT_EQ(PAGE, resize->bytes);
	EXPECT_EQ(0, resize->is_memfd);
	EXPECT_MAP(&cursor, shared->addr, PAGE, 0, object, 1, MMAP, 0);
	object = expect_object(_metadata, &cursor, "/dev/zero (deleted)");
	EXPECT_MAP(&cursor, shared->addr2, 2 * PAGE, 0, object, 0, MMAP, 0);
	NO_MORE(&cursor);
}

/* ---- private mappings of files ---- */

static void do_private(struct shared *shared)
{
	int fd = memfd_create("private", 0);
	char *a, *b;

	CHECK(ftruncate(fd, 16 * PAGE) == 0);
	a = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 2 * PAGE);
	CHECK(a != MAP_FAILED);
	shared->addr = a;
	a[0] = 1;
	CHECK(munmap(a + PAGE, PAGE) == 0);
	CHECK(mprotect(a, PAGE, PROT_READ) == 0);
	b = mmap(NULL, 4 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(b != MAP_FAILED);
	shared->addr2 = b;
	CHECK(mremap(a + 2 * PAGE, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, b) == b);
	CHECK(mmap(b, 2 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == b);
	/* mapped as the loader does */
	CHECK(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_DENYWRITE, fd, 0) != MAP_FAILED);
	if (fork() == 0)
		_exit(0);
	CHECK(wait(NULL) > 0);
}

TEST_F(shm, private)
{
	struct shared *shared = self->shared;
	char *a, *b;
	struct cursor cursor;
	uint32_t object;
	size_t i;
	pid_t pid;

	pid = SPAWN(do_private, shared);
	REAP(pid);
	FINISH(&self->cap);
	for (i = 0; i < self->cap.nr; i++) {
		const struct ipcprobe_rec_shm_map *rec = (const void *)self->cap.recs[i].rec;

		if (rec->hdr.type == IPCPROBE_REC_shm_inherit)
			EXPECT_EQ(0, rec->is_private);
	}
	drop_asides(&self->cap, shared);
	cursor = records_of(&self->cap, pid);
	a = shared->addr;
	b = shared->addr2;
	object = expect_object(_metadata, &cursor, "/memfd:private (deleted)");
	NEXT(&cursor, shm_create);
	NEXT(&cursor, shm_resize);
	EXPECT_PRIVATE(&cursor, a, 4 * PAGE, 2 * PAGE, object, 3, MMAP);
	EXPECT_PRIVATE_UNMAP(&cursor, a + PAGE, PAGE, object, MUNMAP);
	EXPECT_PRIVATE(&cursor, b, 2 * PAGE, 4 * PAGE, object, 3, MREMAP);
	EXPECT_PRIVATE_UNMAP(&cursor, a + 2 * PAGE, 2 * PAGE, object, MREMAP);
	EXPECT_PRIVATE_UNMAP(&cursor, b, 2 * PAGE, object, MMAP);
	NO_MORE(&cursor);
}

/* ---- exact ranges ---- */

static void do_ranges(struct shared *shared)
{
	int fd = memfd_create("ranges", 0);
	char *a, *b, *moved;

	CHECK(ftruncate(fd, 64 * PAGE) == 0);
	a = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK(a != MAP_FAILED);
	/* a hole, a private mapping over the middle, another offset over the end */
	CHECK(munmap(a + 4 * PAGE, 2 * PAGE) == 0);
	CHECK(mmap(a + 8 * PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
		   0) == a + 8 * PAGE);
	CHECK(mmap(a + 12 * PAGE, 2 * PAGE, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 40 * PAGE) ==
	      a + 12 * PAGE);
	/* calls that only split a mapping */
	CHECK(mprotect(a + PAGE, PAGE, PROT_READ) == 0);
	CHECK(madvise(a, 3 * PAGE, MADV_DONTNEED) == 0);
	CHECK(mprotect(a + PAGE, PAGE, PROT_READ | PROT_WRITE) == 0);
	/* neighbours that merge */
	b = mmap(NULL, 8 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(b != MAP_FAILED);
	CHECK(mmap(b, PAGE, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 0) == b);
	CHECK(mmap(b + 2 * PAGE, PAGE, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 2 * PAGE) ==
	      b + 2 * PAGE);
	CHECK(mmap(b + PAGE, PAGE, PROT_READ, MAP_SHARED | MAP_FIXED, fd, PAGE) == b + PAGE);
	/* mremap: shrink, move and grow, grow in place, duplicate, leave the old mapping */
	CHECK(mremap(b, 3 * PAGE, 2 * PAGE, 0) == b);
	CHECK(mremap(b, 2 * PAGE, 3 * PAGE, MREMAP_MAYMOVE) != MAP_FAILED);
	moved = mremap(a, 4 * PAGE, 32 * PAGE, MREMAP_MAYMOVE);
	CHECK(moved != MAP_FAILED && moved != a);
	CHECK(munmap(moved + 16 * PAGE, 16 * PAGE) == 0);
	CHECK(mremap(moved, 16 * PAGE, 24 * PAGE, 0) == moved);
	CHECK(mremap(moved, 0, 8 * PAGE, MREMAP_MAYMOVE) != MAP_FAILED);
	CHECK(mremap(moved, 24 * PAGE, 24 * PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP) !=
	      MAP_FAILED);
	/* calls that fail map nothing */
	CHECK(mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_SHARED, -1, 0) == MAP_FAILED);
	CHECK(mremap(moved, PAGE, 1UL << 48, MREMAP_MAYMOVE) == MAP_FAILED);
	meet(shared);
}

TEST_F(shm, ranges_are_exact)
{
	pid_t pid;

	pid = SPAWN(do_ranges, self->shared);
	wait_for(self->shared);
	table_of_proc(&of_proc, pid);
	capture_drain(&self->cap);
	capture_sort(&self->cap);
	ASSERT_LT(8, of_proc.nr);
	EXPECT_SAME_TABLE(&self->cap, pid);
	let_go(self->shared);
	REAP(pid);
	FINISH(&self->cap);
	of_proc.nr = 0;
	EXPECT_SAME_TABLE(&self->cap, pid);
}

static unsigned int random_state;

static unsigned int pick(unsigned int below)
{
	random_state = random_state * 1103515245 + 12345;
	return (random_state >> 16) % below;
}

#define ARENA	64	/* pages */

/* Change a random range of the arena in a random way, over whatever is mapped there. */
static void change(char *arena, const int *fds)
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

static void do_random(struct shared *shared)
{
	int fds[3] = { memfd_create("x", 0), memfd_create("y", 0),
		       open("/tmp/shm-test-file", O_RDWR | O_CREAT, 0600) };
	char *arena = mmap(NULL, ARENA * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int i, n;

	CHECK(arena != MAP_FAILED);
	for (i = 0; i < 3; i++)
		CHECK(ftruncate(fds[i], 2 * ARENA * PAGE) == 0);
	for (n = 0; n < 20; n++) {
		for (i = 0; i < 100; i++)
			change(arena, fds);
		meet(shared);
	}
}

/* 2000 changes, compared after each hundred. */
TEST_F(shm, ranges_after_anything)
{
	pid_t pid;
	int n;

	random_state = 1;
	pid = SPAWN(do_random, self->shared);
	for (n = 0; n < 20; n++) {
		wait_for(self->shared);
		table_of_proc(&of_proc, pid);
		capture_drain(&self->cap);
		capture_sort(&self->cap);
		EXPECT_SAME_TABLE(&self->cap, pid);
		let_go(self->shared);
	}
	REAP(pid);
	unlink("/tmp/shm-test-file");
}

struct arena_user {
	char *arena;
	const int *fds;
};

static void *change_often(void *arg)
{
	const struct arena_user *user = arg;
	int i;

	for (i = 0; i < 500; i++)
		change(user->arena, user->fds);
	return NULL;
}

static void do_threads(struct shared *shared)
{
	int fds[3] = { memfd_create("x", 0), memfd_create("y", 0), memfd_create("z", 0) };
	struct arena_user user = { .fds = fds };
	pthread_t threads[4];
	int i;

	user.arena = mmap(NULL, ARENA * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(user.arena != MAP_FAILED);
	for (i = 0; i < 3; i++)
		CHECK(ftruncate(fds[i], 2 * ARENA * PAGE) == 0);
	for (i = 0; i < 4; i++)
		CHECK(!pthread_create(&threads[i], NULL, change_often, &user));
	for (i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	meet(shared);
}

/* Four threads change the same ranges; the records are in the kernel's order. */
TEST_F(shm, ranges_of_threads)
{
	pid_t pid;

	pid = SPAWN(do_threads, self->shared);
	wait_for(self->shared);
	table_of_proc(&of_proc, pid);
	capture_drain(&self->cap);
	capture_sort(&self->cap);
	EXPECT_SAME_TABLE(&self->cap, pid);
	let_go(self->shared);
	REAP(pid);
}

/* ---- fork, exec, the end ---- */

static void do_fork(struct shared *shared)
{
	char *kept = mmap(NULL, PAGE, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	char *dropped = mmap(NULL, PAGE, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid;

	CHECK(kept != MAP_FAILED && dropped != MAP_FAILED);
	CHECK(madvise(dropped, PAGE, MADV_DONTFORK) == 0);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		shared->count = getpid();
		meet(shared);
		_exit(0);
	}
	CHECK(waitpid(pid, NULL, 0) == pid);
}

TEST_F(shm, fork_inherits_what_the_kernel_copies)
{
	struct shared *shared = self->shared;
	pid_t pid;

	pid = SPAWN(do_fork, shared);
	wait_for(shared);
	table_of_proc(&of_proc, shared->count);
	capture_drain(&self->cap);
	capture_sort(&self->cap);
	ASSERT_LE(2, of_proc.nr);
	EXPECT_SAME_TABLE(&self->cap, shared->count);
	table_of_proc(&of_proc, pid);
	EXPECT_SAME_TABLE(&self->cap, pid);
	let_go(shared);
	REAP(pid);
}

static void do_exec(struct shared *shared)
{
	shared->addr = mmap(NULL, PAGE, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(shared->addr != MAP_FAILED);
	execl("/bin/true", "true", NULL);
	_exit(1);
}

static void do_die(struct shared *shared)
{
	shared->addr = mmap(NULL, PAGE, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(shared->addr != MAP_FAILED);
	raise(SIGKILL);
}

static bool ends_at(const struct capture *cap, pid_t pid, const void *addr)
{
	size_t i;

	for (i = 0; i < cap->nr; i++) {
		const struct ipcprobe_rec_shm_unmap *rec = (const void *)cap->recs[i].rec;

		if (rec->hdr.type == IPCPROBE_REC_shm_unmap && rec->pid == (uint32_t)pid &&
		    rec->addr == (uintptr_t)addr && rec->is_end)
			return true;
	}
	return false;
}

TEST_F(shm, exec_and_death_unmap_everything)
{
	void *addr;
	pid_t pids[2];

	pids[0] = SPAWN(do_exec, self->shared);
	REAP(pids[0]);
	addr = self->shared->addr;
	pids[1] = SPAWN(do_die, self->shared);
	waitpid(pids[1], NULL, 0);
	FINISH(&self->cap);
	EXPECT_TRUE(ends_at(&self->cap, pids[0], addr));
	EXPECT_TRUE(ends_at(&self->cap, pids[1], self->shared->addr));
	of_proc.nr = 0;
	EXPECT_SAME_TABLE(&self->cap, pids[0]);
	EXPECT_SAME_TABLE(&self->cap, pids[1]);
}

/* vfork's child has no mappings of its own until it executes. */
static void do_vfork(struct shared *shared)
{
	pid_t pid = vfork();

	if (pid == 0)
		execl("/bin/true", "true", NULL);
	CHECK(waitpid(pid, NULL, 0) == pid);
	meet(shared);
}

TEST_F(shm, vfork_leaves_the_parents_mappings)
{
	pid_t pid;

	pid = SPAWN(do_vfork, self->shared);
	wait_for(self->shared);
	table_of_proc(&of_proc, pid);
	capture_drain(&self->cap);
	capture_sort(&self->cap);
	ASSERT_LT(0, of_proc.nr);
	EXPECT_SAME_TABLE(&self->cap, pid);
	let_go(self->shared);
	REAP(pid);
}

/* ---- first touches ---- */

#define NR_TOUCHED	50

static long minor_faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_minflt;
}

static void touch(volatile char *addr, bool is_write)
{
	int i;

	for (i = 0; i < NR_TOUCHED; i++) {
		if (is_write)
			addr[i * PAGE] = 1;
		else
			(void)addr[i * PAGE];
	}
}

/* Touch each page twice, and count the faults. */
static void do_touch(struct shared *shared, char *addr, bool is_write)
{
	long before;

	CHECK(addr != MAP_FAILED && addr != (void *)-1);
	shared->addr = addr;
	shared->count = minor_faults();	/* touches the page of @shared, and pages on the way */
	before = minor_faults();
	touch(addr, is_write);
	touch(addr, true);
	shared->count = minor_faults() - before;
}

static char *map_memfd(void)
{
	int fd = memfd_create("touched", 0);

	CHECK(ftruncate(fd, NR_TOUCHED * PAGE) == 0);
	return mmap(NULL, NR_TOUCHED * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
}

static void do_write_memfd(struct shared *shared)
{
	do_touch(shared, map_memfd(), true);
}

static void do_write_sysv(struct shared *shared)
{
	do_touch(shared, shmat(shared->id, NULL, 0), true);
}

static void do_read_sysv(struct shared *shared)
{
	do_touch(shared, shmat(shared->id, NULL, 0), false);
}

static void do_read_holes(struct shared *shared)
{
	do_touch(shared, map_memfd(), false);
}

/* Expect a fault for each page, in order. */
static void expect_touches(struct __test_metadata *_metadata, struct capture *cap, pid_t pid,
			   const struct shared *shared, bool is_write)
{
	struct cursor cursor = records_of(cap, pid);
	const struct ipcprobe_rec *rec;
	unsigned int nr = 0;

	while ((rec = cursor_next(&cursor))) {
		const struct ipcprobe_rec_shm_fault *fault = (const void *)rec;

		if (rec->type != IPCPROBE_REC_shm_fault)
			continue;
		EXPECT_EQ((uintptr_t)shared->addr + nr * PAGE, fault->addr);
		EXPECT_EQ(nr * PAGE, fault->offset);
		EXPECT_EQ(is_write, fault->is_write);
		EXPECT_EQ(1, fault->around);
		nr++;
	}
	EXPECT_EQ(NR_TOUCHED, nr);
	EXPECT_EQ(shared->count, nr);
}

TEST_F(shm, touches)
{
	static const struct {
		void (*run)(struct shared *shared);
		bool is_write;
	} cases[] = {
		{ do_write_memfd, true },
		{ do_read_holes, false },
		{ do_read_sysv, false },	/* the pages are not in memory yet */
		{ do_write_sysv, true },
		{ do_read_sysv, false },	/* now they are */
	};
	struct shared *shared = self->shared;
	struct shared seen[NR(cases)];
	pid_t pids[NR(cases)];
	size_t i;

	shared->id = shmget(IPC_PRIVATE, NR_TOUCHED * PAGE, 0600);
	ASSERT_LE(0, shared->id);
	for (i = 0; i < NR(cases); i++) {
		pids[i] = SPAWN(cases[i].run, shared);
		REAP(pids[i]);
		seen[i] = *shared;
	}
	shmctl(shared->id, IPC_RMID, NULL);
	FINISH(&self->cap);
	drop_asides(&self->cap, shared);
	for (i = 0; i < NR(cases); i++)
		expect_touches(_metadata, &self->cap, pids[i], &seen[i], cases[i].is_write);
}

static void do_read_around(struct shared *shared)
{
	char *addr = map_memfd();

	touch(addr, true);
	CHECK(madvise(addr, NR_TOUCHED * PAGE, MADV_DONTNEED) == 0);
	do_touch(shared, addr, false);
}

/* A load also maps pages around it that are in memory: the windows cover all pages. */
TEST_F(shm, touches_with_neighbours)
{
	struct shared *shared = self->shared;
	const struct ipcprobe_rec *rec;
	uint64_t covered = 0, pages = 0;
	unsigned int nr = 0;
	struct cursor cursor;
	pid_t pid;

	pid = SPAWN(do_read_around, shared);
	REAP(pid);
	FINISH(&self->cap);
	drop_asides(&self->cap, shared);
	cursor = records_of(&self->cap, pid);
	while ((rec = cursor_next(&cursor))) {
		const struct ipcprobe_rec_shm_fault *fault = (const void *)rec;

		if (rec->type != IPCPROBE_REC_shm_fault || fault->is_write)
			continue;
		EXPECT_LE(covered, fault->offset);
		/* At an end of the mapping the window may be a single page. */
		EXPECT_LE(1, fault->around);
		covered = fault->offset;
		pages += fault->around;
		nr++;
	}
	EXPECT_EQ(shared->count, nr);
	EXPECT_GT(NR_TOUCHED, nr);
	EXPECT_LE(NR_TOUCHED, pages);
}

/* ---- what exists at the start ---- */

static void do_be_there(struct shared *shared)
{
	int fd = open("/tmp/shm-there", O_RDWR | O_CREAT, 0600);

	CHECK(ftruncate(fd, 4 * PAGE) == 0);
	shared->addr = mmap(NULL, 2 * PAGE, PROT_READ, MAP_SHARED, fd, PAGE);
	CHECK(shared->addr != MAP_FAILED);
	shared->addr2 = shmat(shared->id, NULL, 0);
	CHECK(shared->addr2 != (void *)-1);
	meet(shared);
	CHECK(munmap(shared->addr, PAGE) == 0);
	meet(shared);
}

static bool first_thread_has_ended(pid_t pid)
{
	char path[64], line[256] = "";
	FILE *stat;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", pid, pid);
	stat = fopen(path, "r");
	if (stat && fgets(line, sizeof(line), stat))
		fclose(stat);
	return strstr(line, ") Z ");
}

static void *be_there(void *shared)
{
	do_be_there(shared);
	_exit(0);
}

static void do_be_there_in_thread(struct shared *shared)
{
	pthread_t thread;

	CHECK(!pthread_create(&thread, NULL, be_there, shared));
	pthread_exit(NULL);
}

static void check_snapshot(struct __test_metadata *_metadata, struct shared *shared, pid_t pid)
{
	const struct ipcprobe_rec_shm_segment *segment = NULL;
	struct capture cap;
	size_t i;

	wait_for(shared);
	open_session(_metadata, &cap, 0);
	ASSERT_EQ(0, capture_start(&cap));
	table_of_proc(&of_proc, pid);
	capture_drain(&cap);
	capture_sort(&cap);
	ASSERT_LE(3, of_proc.nr);
	EXPECT_SAME_TABLE(&cap, pid);
	for (i = 0; i < cap.nr && !segment; i++)
		if (cap.recs[i].rec->type == IPCPROBE_REC_shm_segment)
			segment = (const void *)cap.recs[i].rec;
	ASSERT_NE(NULL, segment);
	EXPECT_EQ(shared->id, segment->id);
	EXPECT_EQ(ns_inode("/proc/self/ns/ipc"), segment->ns);
	let_go(shared);
	wait_for(shared);
	table_of_proc(&of_proc, pid);
	FINISH(&cap);
	EXPECT_SAME_TABLE(&cap, pid);
	let_go(shared);
	capture_close(&cap);
}

TEST_F(shm, snapshot)
{
	struct shared *shared = self->shared;
	pid_t pid;

	capture_stop(&self->cap);
	shared->id = shmget(IPC_PRIVATE, BYTES, 0600);
	ASSERT_LE(0, shared->id);
	pid = SPAWN(do_be_there, shared);
	check_snapshot(_metadata, shared, pid);
	REAP(pid);
	shmctl(shared->id, IPC_RMID, NULL);
	unlink("/tmp/shm-there");
}

/* The first thread has ended: its /proc/PID/maps is empty, that of another thread is not. */
TEST_F(shm, snapshot_of_threads)
{
	const struct ipcprobe_rec_shm_map *map;
	struct shared *shared = self->shared;
	struct capture cap;
	unsigned int nr = 0;
	size_t i;
	pid_t pid;

	capture_stop(&self->cap);
	shared->id = shmget(IPC_PRIVATE, BYTES, 0600);
	ASSERT_LE(0, shared->id);
	pid = SPAWN(do_be_there_in_thread, shared);
	wait_for(shared);
	while (!first_thread_has_ended(pid))
		sched_yield();
	open_session(_metadata, &cap, 0);
	ASSERT_EQ(0, capture_start(&cap));
	capture_drain(&cap);
	for (i = 0; i < cap.nr; i++) {
		map = (const void *)cap.recs[i].rec;
		if (map->hdr.type == IPCPROBE_REC_shm_snapshot && map->pid == (uint32_t)pid)
			nr += map->addr == (uintptr_t)shared->addr ||
			      map->addr == (uintptr_t)shared->addr2;
	}
	EXPECT_EQ(2, nr);
	let_go(shared);
	wait_for(shared);
	let_go(shared);
	REAP(pid);
	capture_close(&cap);
	shmctl(shared->id, IPC_RMID, NULL);
	unlink("/tmp/shm-there");
}

TEST_HARNESS_MAIN
