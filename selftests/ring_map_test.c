// SPDX-License-Identifier: GPL-2.0
/* Mappings of a ring: their lengths, offsets and protection, and their life. */
#include <kselftest_harness.h>

#include "device_fixture.h"

#define EXPECT_NO_MMAP(error, len, prot, flags, offset) do {			\
	errno = 0;								\
	EXPECT_EQ(MAP_FAILED, mmap(NULL, len, prot, flags, self->cap.fd, offset)); \
	EXPECT_EQ(error, errno);						\
} while (0)

TEST_F(session, mmap_lengths)
{
	const int rw = PROT_READ | PROT_WRITE;
	size_t len;

	for (len = self->page; len <= self->data + 4 * self->page; len += self->page) {
		if (len != self->page)
			EXPECT_NO_MMAP(EINVAL, len, rw, MAP_SHARED, 0);
		if (len != self->data)
			EXPECT_NO_MMAP(EINVAL, len, PROT_READ, MAP_SHARED, self->page);
	}
	EXPECT_NO_MMAP(EINVAL, self->cap.info.stride, PROT_READ, MAP_SHARED, 0);
	EXPECT_NO_MMAP(EINVAL, 1UL << 40, PROT_READ, MAP_SHARED, self->page);
}

TEST_F(session, mmap_offsets)
{
	uint64_t stride = self->cap.info.stride, offset;

	for (offset = self->page; offset < stride; offset += self->page) {
		EXPECT_NO_MMAP(EINVAL, self->page, PROT_READ, MAP_SHARED, offset);
		if (offset != self->page)
			EXPECT_NO_MMAP(EINVAL, self->data, PROT_READ, MAP_SHARED, offset);
	}
	EXPECT_NO_MMAP(EINVAL, self->data, PROT_READ, MAP_SHARED, 0);
	offset = self->cap.info.nr_cpus * stride;
	EXPECT_NO_MMAP(EINVAL, self->page, PROT_READ, MAP_SHARED, offset);
	EXPECT_NO_MMAP(EINVAL, self->data, PROT_READ, MAP_SHARED, offset + self->page);
	/* the last page that an offset can address */
	EXPECT_EQ(MAP_FAILED, mmap(NULL, self->page, PROT_READ, MAP_SHARED, self->cap.fd,
				   INT64_MAX & -self->page));
}

TEST_F(session, mmap_protection)
{
	const int prots[] = { PROT_WRITE, PROT_READ | PROT_WRITE, PROT_EXEC, PROT_READ | PROT_EXEC };
	const int rw = PROT_READ | PROT_WRITE;
	size_t i;

	for (i = 0; i < NR(prots); i++)
		EXPECT_NO_MMAP(EPERM, self->data, prots[i], MAP_SHARED, self->page);
	EXPECT_NO_MMAP(EPERM, self->data, PROT_READ, MAP_PRIVATE, self->page);
	EXPECT_NO_MMAP(EPERM, self->page, rw | PROT_EXEC, MAP_SHARED, 0);
	EXPECT_NO_MMAP(EPERM, self->page, PROT_READ | PROT_EXEC, MAP_SHARED, 0);
	EXPECT_NO_MMAP(EPERM, self->page, rw, MAP_PRIVATE, 0);
}

TEST_F(session, mprotect_cannot_raise_rights)
{
	struct capture_ring *ring = &self->cap.rings[0];

	EXPECT_ERROR(EACCES, mprotect(ring->producer, self->data, PROT_READ | PROT_WRITE));
	EXPECT_ERROR(EACCES, mprotect(ring->producer, self->page, PROT_WRITE));
	EXPECT_ERROR(EACCES, mprotect((void *)ring->data, self->page, PROT_READ | PROT_WRITE));
	EXPECT_ERROR(EACCES, mprotect(ring->producer, self->data, PROT_READ | PROT_EXEC));
	EXPECT_ERROR(EACCES, mprotect(ring->consumer, self->page,
				      PROT_READ | PROT_WRITE | PROT_EXEC));
}

/* A mapping of a descriptor that was opened read-only cannot be written either. */
TEST_F(session, read_only_descriptor)
{
	struct ipcprobe_config config = good();
	int fd = open(IPCPROBE_DEVICE, O_RDONLY);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, ioctl(fd, IPCPROBE_IOC_CONFIGURE, &config));
	EXPECT_EQ(MAP_FAILED, mmap(NULL, self->page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
	EXPECT_EQ(EACCES, errno);
}

TEST_F(session, mremap_cannot_grow)
{
	struct capture_ring *ring = &self->cap.rings[0];

	EXPECT_EQ(MAP_FAILED, mremap(ring->consumer, self->page, 2 * self->page, MREMAP_MAYMOVE));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(MAP_FAILED, mremap(ring->producer, self->data, self->data + self->page,
				     MREMAP_MAYMOVE));
	EXPECT_EQ(EFAULT, errno);
}

TEST_F(session, writing_to_data_is_a_segfault)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		void *page = mmap(NULL, self->data, PROT_READ, MAP_SHARED, self->cap.fd, self->page);

		CHECK(page != MAP_FAILED);
		signal(SIGSEGV, SIG_DFL);
		*(volatile char *)page = 1;
		_exit(0);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	ASSERT_TRUE(WIFSIGNALED(status));
	EXPECT_EQ(SIGSEGV, WTERMSIG(status));
}

TEST_F(session, fork_does_not_inherit_mappings)
{
	unsigned char vec[16];
	pid_t pid = fork();

	if (!pid) {
		struct capture_ring *ring = &self->cap.rings[0];

		CHECK(mincore(ring->consumer, self->page, vec) < 0 && errno == ENOMEM);
		CHECK(mincore(ring->producer, self->page, vec) < 0 && errno == ENOMEM);
		_exit(0);
	}
	REAP(pid);
	EXPECT_EQ(0, mincore(self->cap.rings[0].consumer, self->page, vec));
}

TEST_F(session, data_is_mapped_twice)
{
	size_t ring_bytes = self->cap.info.ring_bytes;
	int fd[2], i;
	uint32_t cpu;

	ASSERT_EQ(0, pipe(fd));
	ASSERT_EQ(0, capture_start(&self->cap));
	for (i = 0; i < 100; i++)
		use_pipe(fd);
	ASSERT_EQ(0, capture_stop(&self->cap));
	for (cpu = 0; cpu < self->cap.info.nr_cpus; cpu++) {
		struct capture_ring *ring = &self->cap.rings[cpu];

		if (!ring->producer)
			continue;
		EXPECT_EQ(cpu, ring->producer->cpu);
		EXPECT_EQ(ring_bytes, ring->producer->ring_bytes);
		EXPECT_EQ(0, memcmp(ring->data, ring->data + ring_bytes, ring_bytes));
	}
}

TEST_F(session, mappings_outlive_the_descriptor)
{
	struct capture_ring *ring = &self->cap.rings[0];
	uint64_t pos;
	int fd[2], i;

	ASSERT_EQ(0, pipe(fd));
	pin_to(0);
	ASSERT_EQ(0, capture_start(&self->cap));
	use_pipe(fd);
	close(self->cap.fd);
	pos = ring->producer->producer_pos;
	EXPECT_NE(0, pos);
	/* the session still exists and runs */
	for (i = 0; i < 10; i++)
		use_pipe(fd);
	EXPECT_LT(pos, ring->producer->producer_pos);
	/* the session holds a reference on the module */
	EXPECT_ERROR(EWOULDBLOCK, syscall(SYS_delete_module, "ipcprobe", O_NONBLOCK));
	capture_drain(&self->cap);
	EXPECT_EQ(NULL, self->cap.error);
	EXPECT_LE(20, self->cap.nr);
}

TEST_HARNESS_MAIN
