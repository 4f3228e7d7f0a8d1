// SPDX-License-Identifier: GPL-2.0
/* Class shm: memfds, files and anonymous memory, and what exists before the session. */
#include <kselftest_harness.h>

#include "shm_fixture.h"

#include <pthread.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <linux/memfd.h>

/* ---- sessions and children ---- */

#define EXPECT_PRIVATE(...)	__EXPECT_MAP(__VA_ARGS__, 0, 1)

#define EXPECT_PRIVATE_UNMAP(...)	__EXPECT_UNMAP(__VA_ARGS__, 1)

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
