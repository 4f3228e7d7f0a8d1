// SPDX-License-Identifier: GPL-2.0
/* Class file: each call on a regular file gives exactly its records. */
#include <kselftest_harness.h>

#include "capture.h"
#include "prints.h"

#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>

static char page[8192] __attribute__((aligned(4096)));

FIXTURE(file)
{
	struct capture cap;
	char path[64];
	char other_path[64];
	int fd;
	int other;
};

FIXTURE_SETUP(file)
{
	struct ipcprobe_config config = {
		.classes = CLASS_BIT(PIPE) | CLASS_BIT(FILE),
		.flags = IPCPROBE_F_NO_SNAPSHOT,
		.ring_bytes = 1 << 20,
		.wakeup_bytes = 1,
	};

	snprintf(self->path, sizeof(self->path), "/tmp/file.%d", getpid());
	snprintf(self->other_path, sizeof(self->other_path), "/tmp/other.%d", getpid());
	self->fd = open(self->path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	self->other = open(self->other_path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	ASSERT_LE(0, self->fd);
	ASSERT_LE(0, self->other);
	ASSERT_EQ(0, capture_open(&self->cap, &config));
	ASSERT_EQ(0, capture_start(&self->cap));
}

FIXTURE_TEARDOWN(file)
{
	unlink(self->path);
	unlink(self->other_path);
	capture_close(&self->cap);
}

/* The next record must be a file_info that gives @fd a number.  Return: the number. */
static uint32_t expect_info(struct __test_metadata *_metadata, struct cursor *cursor, int fd,
			    const char *path)
{
	const struct ipcprobe_rec_file_info *rec = NEXT(cursor, file_info);
	struct stat st;

	ASSERT_EQ(0, fstat(fd, &st));
	EXPECT_EQ(st.st_ino, rec->ino);
	EXPECT_EQ(st.st_dev >> 8 << 20 | (st.st_dev & 0xff), rec->dev);
	EXPECT_STREQ(path, rec->path);
	EXPECT_NE(0, rec->file);
	return rec->file;
}

struct io {
	const void *addr;
	uint64_t offset;
	uint32_t file;
	int32_t ret;
	uint8_t call;
	uint8_t nr_segs;
	uint16_t flags;
};

/* Check a read or a write: both records have the same fields. */
static void expect_io(struct __test_metadata *_metadata, const void *record, const struct io *want)
{
	const struct ipcprobe_rec_file_read *rec = record;

	EXPECT_EQ((uintptr_t)want->addr, rec->addr);
	EXPECT_EQ(want->offset, rec->offset);
	EXPECT_EQ(want->file, rec->file);
	EXPECT_EQ(want->ret, rec->ret);
	EXPECT_EQ(want->call, rec->call);
	EXPECT_EQ(want->nr_segs ?: 1, rec->nr_segs);
	EXPECT_EQ(want->flags, rec->flags);
	EXPECT_NE(0, rec->dur_ns);
	EXPECT_GT(10000000000ULL, rec->dur_ns);
}

#define EXPECT_IO(cursor, name, addr_, file_, offset_, ret_, call_, ...)	\
	expect_io(_metadata, NEXT(cursor, name), &(struct io) {			\
		.addr = addr_, .file = file_, .offset = offset_, .ret = ret_,	\
		.call = IPCPROBE_CALL_##call_, ##__VA_ARGS__ })

/* ---- calls with one buffer ---- */

static void do_calls(int *fd)
{
	CHECK(write(*fd, page, 1000) == 1000);
	CHECK(write(*fd, page, 500) == 500);
	CHECK(lseek(*fd, 100, SEEK_SET) == 100);
	CHECK(read(*fd, page, 300) == 300);
	CHECK(pread(*fd, page, 400, 1200) == 300);
	CHECK(read(*fd, page, 8192) == 1100);
	CHECK(read(*fd, page, 8192) == 0);
	CHECK(pwrite(*fd, page, 10, 5000000000) == 10);
	CHECK(pread(*fd, page, 20, 5000000005) == 5);
	CHECK(read(*fd, page, 0) == 0);
	CHECK(write(*fd, page, 0) == 0);
}

TEST_F(file, reads_and_writes)
{
	pid_t tid = SPAWN(do_calls, &self->fd);
	struct cursor cursor;
	uint32_t file;

	REAP(tid);
	FINISH(&self->cap);
	cursor = records_of(&self->cap, tid);
	file = expect_info(_metadata, &cursor, self->fd, self->path);
	EXPECT_IO(&cursor, file_write, page, file, 0, 1000, WRITE);
	EXPECT_IO(&cursor, file_write, page, file, 1000, 500, WRITE);
	EXPECT_IO(&cursor, file_read, page, file, 100, 300, READ);
	EXPECT_IO(&cursor, file_read, page, file, 1200, 300, PREAD64);
	EXPECT_IO(&cursor, file_read, page, file, 400, 1100, READ);
	EXPECT_IO(&cursor, file_read, page, file, 1500, 0, READ);
	EXPECT_IO(&cursor, file_write, page, file, 5000000000, 10, PWRITE64);
	EXPECT_IO(&cursor, file_read, page, file, 5000000005, 5, PREAD64);
	EXPECT_IO(&cursor, file_read, page, file, 1500, 0, READ);
	EXPECT_IO(&cursor, file_write, page, file, 1500, 0, WRITE);
	NO_MORE(&cursor);
}

/* ---- vectors ---- */

static struct iovec iov[3] = {
	{ page, 10 }, { page + 100, 20 }, { page + 300, 30 },
};

static void do_vectors(int *fd)
{
	CHECK(writev(*fd, iov, 3) == 60);
	CHECK(pwritev(*fd, iov, 2, 1000) == 30);
	CHECK(pwritev2(*fd, iov, 1, 2000, 0) == 10);
	CHECK(pwritev2(*fd, iov, 1, -1, 0) == 10);
	CHECK(preadv(*fd, iov, 3, 1000) == 60);
	CHECK(preadv2(*fd, iov, 2, 50, 0) == 30);
	CHECK(lseek(*fd, 0, SEEK_SET) == 0);
	CHECK(preadv2(*fd, iov, 1, -1, 0) == 10);
	CHECK(readv(*fd, iov, 3) == 60);
}

#define EXPECT_SEGMENT(cursor, i) do {					\
	const struct ipcprobe_rec_io_segment *__seg = NEXT(cursor, io_segment); \
	EXPECT_EQ((uintptr_t)iov[i].iov_base, __seg->addr);		\
	EXPECT_EQ(iov[i].iov_len, __seg->bytes);			\
} while (0)

#define EXPECT_VECTOR(cursor, name, nr, file, offset, ret, call) do {	\
	int __i;							\
	for (__i = 1; __i < (nr); __i++)				\
		EXPECT_SEGMENT(cursor, __i);				\
	EXPECT_IO(cursor, name, page, file, offset, ret, call, .nr_segs = nr); \
} while (0)

TEST_F(file, vectored_calls)
{
	pid_t tid = SPAWN(do_vectors, &self->fd);
	struct cursor cursor;
	uint32_t file;

	REAP(tid);
	FINISH(&self->cap);
	cursor = records_of(&self->cap, tid);
	/* the records of segments come first, even before the file's name */
	EXPECT_SEGMENT(&cursor, 1);
	EXPECT_SEGMENT(&cursor, 2);
	file = expect_info(_metadata, &cursor, self->fd, self->path);
	EXPECT_IO(&cursor, file_write, page, file, 0, 60, WRITEV, .nr_segs = 3);
	EXPECT_VECTOR(&cursor, file_write, 2, file, 1000, 30, PWRITEV);
	EXPECT_VECTOR(&cursor, file_write, 1, file, 2000, 10, PWRITEV2);
	EXPECT_VECTOR(&cursor, file_write, 1, file, 60, 10, PWRITEV2);
	EXPECT_VECTOR(&cursor, file_read, 3, file, 1000, 60, PREADV);
	EXPECT_VECTOR(&cursor, file_read, 2, file, 50, 30, PREADV2);
	EXPECT_VECTOR(&cursor, file_read, 1, file, 0, 10, PREADV2);
	EXPECT_VECTOR(&cursor, file_read, 3, file, 10, 60, READV);
	NO_MORE(&cursor);
}

static struct iovec many[300];

static void do_many_segments(int *fd)
{
	CHECK(writev(*fd, many, NR(many)) == NR(many));
}

TEST_F(file, more_segments_than_are_recorded)
{
	const struct ipcprobe_rec_file_write *rec;
	struct cursor cursor;
	size_t i, nr = 0;

	for (i = 0; i < NR(many); i++)
		many[i] = (struct iovec) { page + i, 1 };
	cursor = RECORDS_OF(&self->cap, do_many_segments, &self->fd);
	while ((rec = (const void *)cursor_next(&cursor)) && rec->hdr.type != IPCPROBE_REC_file_write)
		nr += rec->hdr.type == IPCPROBE_REC_io_segment;
	ASSERT_NE(NULL, rec);
	EXPECT_EQ(254, nr);
	EXPECT_EQ(255, rec->nr_segs);
	EXPECT_EQ(NR(many), rec->ret);
	NO_MORE(&cursor);
}

/* ---- append, direct ---- */

static void do_append(char *path)
{
	int fd = open(path, O_WRONLY | O_APPEND);

	CHECK(write(fd, page, 100) == 100);
	CHECK(lseek(fd, 0, SEEK_SET) == 0);
	CHECK(write(fd, page, 50) == 50);
	CHECK(pwrite(fd, page, 25, 10) == 25);
}

TEST_F(file, append)
{
	struct cursor cursor;
	uint32_t file;

	ASSERT_EQ(0, ftruncate(self->fd, 1000));
	cursor = RECORDS_OF(&self->cap, do_append, self->path);
	file = expect_info(_metadata, &cursor, self->fd, self->path);
	EXPECT_IO(&cursor, file_write, page, file, 1000, 100, WRITE, .flags = IPCPROBE_IO_APPEND);
	EXPECT_IO(&cursor, file_write, page, file, 1100, 50, WRITE, .flags = IPCPROBE_IO_APPEND);
	EXPECT_IO(&cursor, file_write, page, file, 1150, 25, PWRITE64, .flags = IPCPROBE_IO_APPEND);
	NO_MORE(&cursor);
}

/* RWF_APPEND does for one call the same as O_APPEND does for the open file. */
static void do_append_flag(int *fd)
{
	CHECK(pwritev2(*fd, iov, 1, 5, RWF_APPEND) == 10);
}

TEST_F(file, append_by_the_call)
{
	struct cursor cursor;
	uint32_t file;

	ASSERT_EQ(0, ftruncate(self->fd, 1000));
	cursor = RECORDS_OF(&self->cap, do_append_flag, &self->fd);
	file = expect_info(_metadata, &cursor, self->fd, self->path);
	EXPECT_IO(&cursor, file_write, page, file, 1000, 10, PWRITEV2, .flags = IPCPROBE_IO_APPEND);
	NO_MORE(&cursor);
}

static void do_direct(char *path)
{
	int fd = open(path, O_RDWR | O_DIRECT);

	CHECK(write(fd, page, 4096) == 4096);
	CHECK(pread(fd, page, 4096, 0) == 4096);
}

TEST_F(file, direct)
{
	struct cursor cursor;
	uint32_t file;

	if (open(self->path, O_RDWR | O_DIRECT) < 0)
		SKIP(return, "tmpfs has no O_DIRECT before Linux 6.6");
	cursor = RECORDS_OF(&self->cap, do_direct, self->path);
	file = expect_info(_metadata, &cursor, self->fd, self->path);
	EXPECT_IO(&cursor, file_write, page, file, 0, 4096, WRITE, .flags = IPCPROBE_IO_DIRECT);
	EXPECT_IO(&cursor, file_read, page, file, 0, 4096, PREAD64, .flags = IPCPROBE_IO_DIRECT);
	NO_MORE(&cursor);
}

/* ---- failures ---- */

static char *volatile nowhere = (char *)8;

static void do_failures(int *fd)
{
	const struct rlimit limit = { 3000, 3000 };
	char *edge = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(write(*fd, page, 2000) == 2000);
	CHECK(pread(*fd, nowhere, 100, 0) < 0 && errno == EFAULT);
	CHECK(write(*fd, nowhere, 100) < 0 && errno == EFAULT);
	CHECK(!munmap(edge + 4096, 4096));
	CHECK(pread(*fd, edge + 3096, 1500, 0) == 1000);
	signal(SIGXFSZ, SIG_IGN);
	CHECK(!setrlimit(RLIMIT_FSIZE, &limit));
	CHECK(write(*fd, page, 2000) == 1000);
	CHECK(write(*fd, page, 2000) < 0 && errno == EFBIG);
	/* refused before the kernel looks at the file */
	CHECK(pread(*fd, page, 10, -1) < 0 && errno == EINVAL);
	CHECK(pread(-1, page, 10, 0) < 0 && errno == EBADF);
}

TEST_F(file, failures)
{
	pid_t tid = SPAWN(do_failures, &self->fd);
	const struct ipcprobe_rec_file_read *rec;
	struct cursor cursor;
	uint32_t file;

	REAP(tid);
	FINISH(&self->cap);
	cursor = records_of(&self->cap, tid);
	file = expect_info(_metadata, &cursor, self->fd, self->path);
	EXPECT_IO(&cursor, file_write, page, file, 0, 2000, WRITE);
	EXPECT_IO(&cursor, file_read, nowhere, file, 0, -EFAULT, PREAD64);
	EXPECT_IO(&cursor, file_write, nowhere, file, 2000, -EFAULT, WRITE);
	rec = NEXT(&cursor, file_read);
	EXPECT_EQ(1000, rec->ret);
	EXPECT_IO(&cursor, file_write, page, file, 2000, 1000, WRITE);
	EXPECT_IO(&cursor, file_write, page, file, 3000, -EFBIG, WRITE);
	NO_MORE(&cursor);
}

/* ---- names ---- */

static void do_names(int *fd)
{
	CHECK(write(fd[0], page, 1) == 1);
	CHECK(write(fd[1], page, 1) == 1);
	CHECK(write(fd[0], page, 1) == 1);
	CHECK(write(fd[2], page, 1) == 1);
	CHECK(write(fd[3], page, 1) == 1);
}

TEST_F(file, names_once)
{
	char path[80], memory_path[] = "/memfd:name (deleted)";
	uint32_t first, other, gone, memory;
	struct cursor cursor;
	int fd[4];

	snprintf(path, sizeof(path), "/tmp/gone.%d", getpid());
	fd[0] = self->fd;
	fd[1] = self->other;
	fd[2] = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	fd[3] = memfd_create("name", 0);
	unlink(path);
	strcat(path, " (deleted)");
	cursor = RECORDS_OF(&self->cap, do_names, fd);
	first = expect_info(_metadata, &cursor, fd[0], self->path);
	EXPECT_IO(&cursor, file_write, page, first, 0, 1, WRITE);
	other = expect_info(_metadata, &cursor, fd[1], self->other_path);
	EXPECT_NE(first, other);
	EXPECT_IO(&cursor, file_write, page, other, 0, 1, WRITE);
	EXPECT_IO(&cursor, file_write, page, first, 1, 1, WRITE);
	gone = expect_info(_metadata, &cursor, fd[2], path);
	EXPECT_IO(&cursor, file_write, page, gone, 0, 1, WRITE);
	memory = expect_info(_metadata, &cursor, fd[3], memory_path);
	EXPECT_IO(&cursor, file_write, page, memory, 0, 1, WRITE);
	NO_MORE(&cursor);
}

/* Each session gets the names, also of files that an earlier session has seen. */
TEST_F(file, names_in_each_session)
{
	struct ipcprobe_config config = { .classes = CLASS_BIT(FILE), .ring_bytes = 65536 };
	struct capture second;
	struct cursor cursor;

	ASSERT_EQ(1, write(self->fd, page, 1));
	ASSERT_EQ(0, capture_open(&second, &config));
	ASSERT_EQ(0, capture_start(&second));
	ASSERT_EQ(1, write(self->fd, page, 1));
	FINISH(&second);
	cursor = records_of(&second, getpid());
	EXPECT_IO(&cursor, file_write, page,
		  expect_info(_metadata, &cursor, self->fd, self->path), 1, 1, WRITE);
	NO_MORE(&cursor);
	capture_close(&second);
}

static void do_long_path(char *base)
{
	char name[201];
	int i, fd;

	memset(name, 'd', 200);
	name[200] = 0;
	CHECK(!chdir(base));
	for (i = 0; i < 12; i++) {
		CHECK(!mkdir(name, 0700) || errno == EEXIST);
		CHECK(!chdir(name));
		if (i != 7 && i != 11)
			continue;
		fd = open("file", O_RDWR | O_CREAT, 0600);
		CHECK(write(fd, page, 1) == 1);
	}
}

/* A record of a path that is too long says so, and is otherwise valid. */
TEST_F(file, long_paths)
{
	const struct ipcprobe_rec_file_info *info;
	char base[] = "/tmp/long.XXXXXX";
	struct cursor cursor;

	ASSERT_NE(NULL, mkdtemp(base));
	cursor = RECORDS_OF(&self->cap, do_long_path, base);
	info = NEXT(&cursor, file_info);
	EXPECT_EQ(strlen(base) + 8 * 201 + 5, strlen(info->path));
	NEXT(&cursor, file_write);
	info = NEXT(&cursor, file_info);
	EXPECT_STREQ("(too long)", info->path);
	NEXT(&cursor, file_write);
	NO_MORE(&cursor);
}

/* ---- from file to file ---- */

struct copy {
	uint64_t in_offset;
	uint64_t out_offset;
	uint32_t in;
	uint32_t out;
	int32_t ret;
	uint8_t call;
};

static void expect_copy(struct __test_metadata *_metadata, const struct ipcprobe_rec_file_copy *rec,
			const struct copy *want)
{
	EXPECT_EQ(want->in_offset, rec->in_offset);
	EXPECT_EQ(want->out_offset, rec->out_offset);
	EXPECT_EQ(want->in, rec->in);
	EXPECT_EQ(want->out, rec->out);
	EXPECT_EQ(want->ret, rec->ret);
	EXPECT_EQ(want->call, rec->call);
	EXPECT_EQ(0, rec->nr_segs);
	EXPECT_NE(0, rec->dur_ns);
}

#define EXPECT_COPY(cursor, in_, in_offset_, out_, out_offset_, ret_, call_)	\
	expect_copy(_metadata, NEXT(cursor, file_copy), &(struct copy) {	\
		.in = in_, .in_offset = in_offset_, .out = out_, .out_offset = out_offset_, \
		.ret = ret_, .call = IPCPROBE_CALL_##call_ })

static void do_copies(int *fd)
{
	off_t offset = 1000;
	loff_t from = 100, to = 7000;

	CHECK(sendfile(fd[1], fd[0], &offset, 2000) == 2000);
	CHECK(offset == 3000);
	CHECK(lseek(fd[0], 500, SEEK_SET) == 500);
	CHECK(sendfile(fd[1], fd[0], NULL, 10000) == 4500);
	CHECK(sendfile(fd[1], fd[0], NULL, 10000) == 0);
	CHECK(copy_file_range(fd[0], &from, fd[1], &to, 300, 0) == 300);
	CHECK(lseek(fd[0], 0, SEEK_SET) == 0);
	CHECK(copy_file_range(fd[0], NULL, fd[1], NULL, 10, 0) == 10);
	CHECK(copy_file_range(fd[0], NULL, fd[1], NULL, 10, 1) < 0 && errno == EINVAL);
}

TEST_F(file, sendfile_and_copy_file_range)
{
	int fd[2] = { self->fd, self->other };
	struct cursor cursor;
	uint32_t in, out;

	ASSERT_EQ(0, ftruncate(self->fd, 5000));
	cursor = RECORDS_OF(&self->cap, do_copies, fd);
	in = expect_info(_metadata, &cursor, fd[0], self->path);
	out = expect_info(_metadata, &cursor, fd[1], self->other_path);
	EXPECT_COPY(&cursor, in, 1000, out, 0, 2000, SENDFILE);
	EXPECT_COPY(&cursor, in, 500, out, 2000, 4500, SENDFILE);
	EXPECT_COPY(&cursor, in, 5000, out, 6500, 0, SENDFILE);
	EXPECT_COPY(&cursor, in, 100, out, 7000, 300, COPY_FILE_RANGE);
	EXPECT_COPY(&cursor, in, 0, out, 6500, 10, COPY_FILE_RANGE);
	NO_MORE(&cursor);
}

static void do_sendfile_to_socket(int *fd)
{
	CHECK(sendfile(fd[1], fd[0], NULL, 100) == 100);
}

TEST_F(file, sendfile_to_a_socket)
{
	const struct ipcprobe_rec_file_copy *rec;
	struct cursor cursor;
	uint32_t in;
	int fd[3];

	fd[0] = self->fd;
	ASSERT_EQ(0, ftruncate(self->fd, 100));
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, fd + 1));
	cursor = RECORDS_OF(&self->cap, do_sendfile_to_socket, fd);
	in = expect_info(_metadata, &cursor, fd[0], self->path);
	rec = NEXT(&cursor, file_copy);
	expect_copy(_metadata, rec, &(struct copy) { 0, ~0ULL, in, 0, 100, IPCPROBE_CALL_SENDFILE });
	EXPECT_EQ(IPCPROBE_IO_OFFLOAD, rec->flags);
	NO_MORE(&cursor);
}

/* ---- descriptors that are no regular files ---- */

static void do_others(int *fd)
{
	uint64_t one = 1;

	CHECK(write(fd[0], &one, 8) == 8);
	CHECK(read(fd[0], &one, 8) == 8);
	CHECK(write(fd[1], &one, 8) == 8);
	CHECK(read(fd[2], &one, 8) == 8);
	CHECK(write(fd[3], &one, 8) == 8);
	CHECK(read(fd[3], &one, 8) == 8);
	CHECK(read(fd[4], &one, 8) < 0 && errno == EISDIR);
}

TEST_F(file, other_objects_give_nothing)
{
	struct cursor cursor;
	int fd[5];

	fd[0] = syscall(SYS_eventfd2, 0, 0);
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, fd + 1));
	fd[3] = open("/dev/zero", O_RDWR);
	fd[4] = open("/tmp", O_RDONLY);
	cursor = RECORDS_OF(&self->cap, do_others, fd);
	NO_MORE(&cursor);
}

/* ---- calls by a 32-bit number ---- */

#ifdef __x86_64__
static void do_compat(int *fd)
{
	char *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	long ret;

	CHECK(low != MAP_FAILED);
	asm volatile("int $0x80" : "=a" (ret)
		     : "a" (4 /* write */), "b" (*fd), "c" (low), "d" (10)
		     : "memory", "r8", "r9", "r10", "r11");
	CHECK(ret == 10);
}

/* A kernel without IA32 emulation kills the caller. */
static bool has_compat_calls(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		long ret;

		signal(SIGSEGV, SIG_DFL);
		asm volatile("int $0x80" : "=a" (ret) : "a" (20 /* getpid */)
			     : "memory", "r8", "r9", "r10", "r11");
		_exit(0);
	}
	return waitpid(pid, &status, 0) == pid && status == 0;
}

/* 32-bit calls have other numbers. */
TEST_F(file, compat_call)
{
	const struct ipcprobe_rec_file_write *rec;
	struct cursor cursor;

	if (!has_compat_calls())
		SKIP(return, "the kernel has no 32-bit calls");
	cursor = RECORDS_OF(&self->cap, do_compat, &self->fd);
	NEXT(&cursor, file_info);
	rec = NEXT(&cursor, file_write);
	EXPECT_EQ(10, rec->ret);
	EXPECT_EQ(IPCPROBE_CALL_WRITE, rec->call);
	NO_MORE(&cursor);
}
#endif

/* ---- two files with the same inode number ---- */

/*
 * Two file systems below one overlay: their inode numbers begin at the same value, and
 * the overlay shows both with its own device number.
 */
struct overlay {
	char dir[32];
	char lower[64];
	char upper[64];
	char work[72];
	char merged[64];
};

static void put_file(const char *dir, const char *name, const char *text)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_CREAT | O_WRONLY, 0600);
	CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

static ino_t read_file(const char *dir, const char *name)
{
	char path[128];
	struct stat st;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_RDONLY);
	CHECK(fd >= 0 && !fstat(fd, &st) && read(fd, page, 5) == 5);
	close(fd);
	return st.st_ino;
}

static bool mount_overlay(struct overlay *overlay)
{
	char options[256];

	*overlay = (struct overlay){ .dir = "/tmp/overlay.XXXXXX" };
	CHECK(!unshare(CLONE_NEWNS) && mkdtemp(overlay->dir));
	CHECK(!mount("none", overlay->dir, "tmpfs", 0, NULL));
	snprintf(overlay->lower, sizeof(overlay->lower), "%s/l", overlay->dir);
	snprintf(overlay->upper, sizeof(overlay->upper), "%s/u", overlay->dir);
	snprintf(overlay->merged, sizeof(overlay->merged), "%s/m", overlay->dir);
	CHECK(!mkdir(overlay->lower, 0700) && !mkdir(overlay->upper, 0700) &&
	      !mkdir(overlay->merged, 0700));
	CHECK(!mount("none", overlay->lower, "tmpfs", 0, "inode64"));
	CHECK(!mount("none", overlay->upper, "tmpfs", 0, "inode64"));
	snprintf(overlay->work, sizeof(overlay->work), "%s/work", overlay->upper);
	CHECK(!mkdir(overlay->work, 0700));
	strcat(overlay->upper, "/up");
	CHECK(!mkdir(overlay->upper, 0700));
	/* Use as many inode numbers in both. */
	put_file(overlay->lower, "x", "x");
	put_file(overlay->lower, "y", "y");
	put_file(overlay->lower, "lower", "lower");
	put_file(overlay->upper, "upper", "upper");
	snprintf(options, sizeof(options), "xino=off,lowerdir=%s,upperdir=%s,workdir=%s",
		 overlay->lower, overlay->upper, overlay->work);
	return !mount("none", overlay->merged, "overlay", 0, options);
}

static void do_overlay(int *status)
{
	struct overlay overlay;

	if (!mount_overlay(&overlay)) {
		*status = errno;
		return;
	}
	CHECK(read_file(overlay.merged, "lower") == read_file(overlay.merged, "upper"));
	CHECK(read_file(overlay.merged, "lower") == read_file(overlay.merged, "upper"));
}

TEST_F(file, files_below_an_overlay)
{
	int *status = shared_memory(sizeof(*status)), i;
	const struct ipcprobe_rec_file_info *info[2];
	pid_t tid = SPAWN(do_overlay, status);
	struct cursor cursor;

	REAP(tid);
	if (*status == ENODEV)
		SKIP(return, "the kernel has no overlayfs");
	ASSERT_EQ(0, *status);
	FINISH(&self->cap);
	cursor = records_of(&self->cap, tid);
	for (i = 0; i < 4; i++) {	/* made below the overlay, before the session has seen it */
		NEXT(&cursor, file_info);
		NEXT(&cursor, file_write);
	}
	for (i = 0; i < 2; i++) {
		info[i] = NEXT(&cursor, file_info);
		EXPECT_EQ(info[i]->file, NEXT(&cursor, file_read)->file);
	}
	EXPECT_EQ(info[0]->ino, info[1]->ino);
	EXPECT_EQ(info[0]->dev, info[1]->dev);
	EXPECT_NE(info[0]->file, info[1]->file);
	EXPECT_STREQ("lower", strrchr(info[0]->path, '/') + 1);
	EXPECT_STREQ("upper", strrchr(info[1]->path, '/') + 1);
	for (i = 0; i < 2; i++)
		EXPECT_EQ(info[i]->file, NEXT(&cursor, file_read)->file);
	NO_MORE(&cursor);
}

/* ---- sizes ---- */

struct size {
	uint64_t bytes;
	uint64_t old_bytes;
	int32_t ret;
	uint8_t call;
	uint8_t is_shm;
};

static void expect_size(struct __test_metadata *_metadata,
			const struct ipcprobe_rec_file_resize *rec, uint32_t file,
			const struct size *want)
{
	EXPECT_EQ(file, rec->file);
	EXPECT_EQ(want->bytes, rec->bytes);
	EXPECT_EQ(want->old_bytes, rec->old_bytes);
	EXPECT_EQ(want->ret, rec->ret);
	EXPECT_EQ(want->call, rec->call);
	EXPECT_EQ(want->is_shm, rec->is_shm);
	EXPECT_NE(0, rec->dur_ns);
}

#define EXPECT_SIZE(cursor, file, ...)					\
	expect_size(_metadata, NEXT(cursor, file_resize), file, &(struct size) { __VA_ARGS__ })

/* A file system without blocks, which uses the kernel's common function for this call. */
struct place {
	char folder[64];
	char path[128];
	char moved[128];
	int new_fd;
};

static void make_place(struct place *place)
{
	snprintf(place->folder, sizeof(place->folder), "/tmp/place.%d", getpid());
	snprintf(place->path, sizeof(place->path), "%s/file", place->folder);
	CHECK(!mkdir(place->folder, 0700));
	CHECK(!mount("ramfs", place->folder, "ramfs", 0, NULL));
}

static void remove_place(const struct place *place)
{
	CHECK(!umount2(place->folder, MNT_DETACH));
	CHECK(!rmdir(place->folder));
}

static void do_resize(struct place *place)
{
	int fd = open(place->path, O_RDWR | O_CREAT | O_TRUNC, 0600);

	CHECK(ftruncate(fd, 2) == 0);	/* not seen by the session yet */
	CHECK(write(fd, page, 1000) == 1000);
	CHECK(ftruncate(fd, 100) == 0);
	CHECK(truncate(place->path, 50) == 0);
	signal(SIGXFSZ, SIG_IGN);
	CHECK(!setrlimit(RLIMIT_FSIZE, &(struct rlimit) { 60, 60 }));
	CHECK(ftruncate(fd, 70) == -1);
	CHECK(fchmod(fd, 0400) == 0);
	place->new_fd = open(place->path, O_WRONLY | O_TRUNC);
	CHECK(place->new_fd >= 0);
	CHECK(pwrite(fd, page, 1, 0) == 1);
}

TEST_F(file, sizes)
{
	struct place *place = shared_memory(sizeof(*place));
	struct cursor cursor;
	uint32_t file;
	pid_t tid;

	make_place(place);
	tid = SPAWN(do_resize, place);
	REAP(tid);
	FINISH(&self->cap);
	remove_place(place);
	cursor = records_of(&self->cap, tid);
	file = NEXT(&cursor, file_info)->file;
	NEXT(&cursor, file_write);
	EXPECT_SIZE(&cursor, file, 100, 1000, .call = IPCPROBE_CALL_TRUNCATE);
	EXPECT_SIZE(&cursor, file, 50, 100, .call = IPCPROBE_CALL_TRUNCATE);
	EXPECT_SIZE(&cursor, file, 70, 50, .ret = -EFBIG, .call = IPCPROBE_CALL_TRUNCATE);
	EXPECT_SIZE(&cursor, file, 0, 50, .ret = place->new_fd, .call = IPCPROBE_CALL_OPEN);
	NEXT(&cursor, file_write);
	NO_MORE(&cursor);
}

static void do_resize_memory(int *fd)
{
	CHECK(write(*fd, page, 1000) == 1000);
	CHECK(ftruncate(*fd, 100) == 0);
}

TEST_F(file, size_of_a_file_in_memory)
{
	pid_t tid = SPAWN(do_resize_memory, &self->fd);
	struct cursor cursor;
	uint32_t file;

	REAP(tid);
	FINISH(&self->cap);
	cursor = records_of(&self->cap, tid);
	file = NEXT(&cursor, file_info)->file;
	NEXT(&cursor, file_write);
	EXPECT_SIZE(&cursor, file, 100, 1000, .call = IPCPROBE_CALL_TRUNCATE, .is_shm = 1);
	NO_MORE(&cursor);
}

/* ---- names ---- */

#define EXPECT_RENAME(cursor, file_, nr_, names_)			\
({									\
	const struct ipcprobe_rec_file_rename *__rec = NEXT(cursor, file_rename); \
									\
	EXPECT_EQ(file_, __rec->file);					\
	EXPECT_EQ(nr_, __rec->nr_names);				\
	EXPECT_STREQ(names_, __rec->names);				\
})

static void do_rename(struct place *place)
{
	int fd, other;

	CHECK(!chdir(place->folder));
	CHECK(!mkdir("a", 0700) && !mkdir("a/b", 0700) && !mkdir("c", 0700));
	fd = open("a/b/f", O_RDWR | O_CREAT, 0600);
	other = open("other", O_RDWR | O_CREAT, 0600);
	CHECK(!rename("other", "unmet"));	/* not seen by the session yet */
	CHECK(write(fd, page, 1) == 1);
	CHECK(!rename("a/b/f", "a/b/g"));
	CHECK(rename("a/b/f", "a/b/h") == -1);
	CHECK(!rename("a/b/g", "h"));
	CHECK(!rename("h", "c/i"));
	CHECK(!rename("c/i", "a/b/j"));
	CHECK(!rename("a", "d"));		/* the files inside it give no record */
	CHECK(write(other, page, 1) == 1);
	CHECK(!syscall(SYS_renameat2, AT_FDCWD, "d/b/j", AT_FDCWD, "unmet", RENAME_EXCHANGE));
	CHECK(!rename("unmet", "d/b/j"));	/* replaces the other file */
	CHECK(write(fd, page, 1) == 1);
}

TEST_F(file, names)
{
	struct place *place = shared_memory(sizeof(*place));
	struct cursor cursor;
	uint32_t file, other;
	pid_t tid;

	make_place(place);
	CHECK(!umount(place->folder));		/* ramfs has no RENAME_EXCHANGE */
	CHECK(!mount("tmpfs", place->folder, "tmpfs", 0, NULL));
	tid = SPAWN(do_rename, place);
	REAP(tid);
	FINISH(&self->cap);
	remove_place(place);
	cursor = records_of(&self->cap, tid);
	file = NEXT(&cursor, file_info)->file;
	NEXT(&cursor, file_write);
	EXPECT_RENAME(&cursor, file, 1, "g");
	EXPECT_RENAME(&cursor, file, 3, "h");
	EXPECT_RENAME(&cursor, file, 1, "c/i");
	EXPECT_RENAME(&cursor, file, 2, "a/b/j");
	other = NEXT(&cursor, file_info)->file;
	NEXT(&cursor, file_write);
	EXPECT_RENAME(&cursor, file, 3, "unmet");
	EXPECT_RENAME(&cursor, other, 1, "d/b/j");
	EXPECT_RENAME(&cursor, file, 1, "d/b/j");
	EXPECT_EQ(file, NEXT(&cursor, file_write)->file);
	NO_MORE(&cursor);
}

/* ---- fingerprints ---- */

TEST_F(file, fingerprints)
{
	struct prints_log *log = shared_memory(sizeof(*log));
	pid_t tid;

	log->fd[0] = open(self->path, O_RDONLY);
	log->fd[1] = self->fd;
	tid = SPAWN(move_all, log);
	REAP(tid);
	FINISH(&self->cap);
	expect_logged(_metadata, &self->cap, tid, log);
}

TEST_HARNESS_MAIN
