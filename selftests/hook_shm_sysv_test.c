// SPDX-License-Identifier: GPL-2.0
/* Class shm: each call on a System V segment gives exactly its records. */
#include <kselftest_harness.h>

#include "shm_fixture.h"

#include <sys/ipc.h>
#include <sys/shm.h>

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

/* ---- sessions and children ---- */

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

TEST_HARNESS_MAIN
