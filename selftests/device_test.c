// SPDX-License-Identifier: GPL-2.0
/* /dev/ipcprobe: who may open it, and each wrong use of it is refused. */
#include <kselftest_harness.h>

#include "capture.h"

#include <linux/capability.h>
#include <sys/resource.h>

#define CLASSES_ALL	((uint32_t)__IPCPROBE_CLASSES_ALL)

/* ---- opening ---- */

/* Take all capabilities but these from root. */
static void keep_capabilities(uint64_t kept)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = {
		{ .effective = kept, .permitted = kept },
		{ .effective = kept >> 32, .permitted = kept >> 32 },
	};

	CHECK(!syscall(SYS_capset, &header, data));
}

TEST(open_needs_cap_perfmon)
{
	keep_capabilities(0);
	EXPECT_EQ(-1, open(IPCPROBE_DEVICE, O_RDWR));
	EXPECT_EQ(EPERM, errno);
}

TEST(cap_perfmon_is_enough_to_open)
{
	keep_capabilities(1ULL << CAP_PERFMON);
	EXPECT_LE(0, open(IPCPROBE_DEVICE, O_RDWR));
}

TEST(cap_sys_admin_is_enough_to_open)
{
	keep_capabilities(1ULL << CAP_SYS_ADMIN);
	EXPECT_LE(0, open(IPCPROBE_DEVICE, O_RDWR));
}

TEST(device_is_for_root_only)
{
	struct stat st;

	ASSERT_EQ(0, stat(IPCPROBE_DEVICE, &st));
	EXPECT_EQ(0600, st.st_mode & 07777);
	EXPECT_EQ(0, st.st_uid);
}

/* ---- a session that is not configured ---- */

FIXTURE(blank)
{
	int fd;
};

FIXTURE_SETUP(blank)
{
	self->fd = open(IPCPROBE_DEVICE, O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(blank)
{
	close(self->fd);
}

#define EXPECT_ERROR(error, call) do {	\
	errno = 0;			\
	EXPECT_EQ(-1, call);		\
	EXPECT_EQ(error, errno);	\
} while (0)

TEST_F(blank, ioctls_that_need_configure)
{
	struct ipcprobe_stats stats = { .cpu = 0 };

	EXPECT_ERROR(EBADFD, ioctl(self->fd, IPCPROBE_IOC_START));
	EXPECT_ERROR(EBADFD, ioctl(self->fd, IPCPROBE_IOC_STOP));
	EXPECT_ERROR(EBADFD, ioctl(self->fd, IPCPROBE_IOC_RESYNC));
	EXPECT_ERROR(EBADFD, ioctl(self->fd, IPCPROBE_IOC_STATS, &stats));
}

TEST_F(blank, mmap_needs_configure)
{
	EXPECT_EQ(MAP_FAILED, mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, self->fd, 0));
	EXPECT_EQ(EBADFD, errno);
}

TEST_F(blank, poll_says_error)
{
	struct pollfd pollfd = { .fd = self->fd, .events = POLLIN };

	EXPECT_EQ(1, poll(&pollfd, 1, 0));
	EXPECT_EQ(POLLERR, pollfd.revents);
}

TEST_F(blank, info)
{
	struct ipcprobe_info info;
	size_t i;

	memset(&info, 0xcc, sizeof(info));
	ASSERT_EQ(0, ioctl(self->fd, IPCPROBE_IOC_INFO, &info));
	EXPECT_EQ(IPCPROBE_ABI_MAJOR, info.abi_major);
	EXPECT_EQ(IPCPROBE_ABI_MINOR, info.abi_minor);
	EXPECT_EQ(CLASSES_ALL, info.classes);
	EXPECT_LE(sysconf(_SC_NPROCESSORS_CONF), info.nr_cpus);
	EXPECT_EQ(sysconf(_SC_PAGESIZE), info.page_size);
	EXPECT_EQ(0, info.ring_bytes);
	EXPECT_EQ(0, info.stride);
	EXPECT_NE(0, info.session);
	EXPECT_EQ(0, info.running);
	for (i = 0; i < NR(info.resv); i++)
		EXPECT_EQ(0, info.resv[i]);
}

TEST_F(blank, unknown_ioctls)
{
	char arg[256] = { 0 };

	EXPECT_ERROR(ENOTTY, ioctl(self->fd, _IO(0xb7, 0x07)));
	EXPECT_ERROR(ENOTTY, ioctl(self->fd, _IO(0xb6, 0x02)));
	EXPECT_ERROR(ENOTTY, ioctl(self->fd, _IOR(0xb7, 0x00, char[8]), arg));
	EXPECT_ERROR(ENOTTY, ioctl(self->fd, _IOW(0xb7, 0x01, char[8]), arg));
	EXPECT_ERROR(ENOTTY, ioctl(self->fd, _IO(0xb7, 0x01), arg));
}

TEST_F(blank, bad_addresses)
{
	EXPECT_ERROR(EFAULT, ioctl(self->fd, IPCPROBE_IOC_INFO, 8));
	EXPECT_ERROR(EFAULT, ioctl(self->fd, IPCPROBE_IOC_CONFIGURE, 8));
	EXPECT_ERROR(EFAULT, ioctl(self->fd, IPCPROBE_IOC_STATS, 8));
}

TEST_F(blank, read_and_write_are_refused)
{
	char byte = 0;

	EXPECT_ERROR(EINVAL, read(self->fd, &byte, 1));
	EXPECT_ERROR(EINVAL, write(self->fd, &byte, 1));
	EXPECT_ERROR(ESPIPE, lseek(self->fd, 0, SEEK_SET));
}

/* ---- CONFIGURE: each value out of range is refused while all others are right ---- */

static struct ipcprobe_config good(void)
{
	return (struct ipcprobe_config) { .classes = CLASSES_ALL, .ring_bytes = 65536 };
}

#define EXPECT_REFUSED(error, ...) do {						\
	struct ipcprobe_config __configs[] = { __VA_ARGS__ };			\
	EXPECT_ERROR(error, ioctl(self->fd, IPCPROBE_IOC_CONFIGURE, __configs));\
	EXPECT_EQ(0, ring_bytes_of(self->fd));					\
} while (0)

/* A configuration like good() with one field changed. */
#define WITH(field, value) ({ struct ipcprobe_config __c = good(); __c.field = value; __c; })

static uint32_t ring_bytes_of(int fd)
{
	struct ipcprobe_info info;

	CHECK(!ioctl(fd, IPCPROBE_IOC_INFO, &info));
	return info.ring_bytes;
}

TEST_F(blank, configure_refuses_unknown_bits)
{
	uint32_t bit;

	EXPECT_REFUSED(EINVAL, WITH(classes, 0));
	for (bit = 0; bit < 32; bit++) {
		if (!(CLASSES_ALL & 1U << bit))
			EXPECT_REFUSED(EINVAL, WITH(classes, CLASSES_ALL | 1U << bit));
		if (!(__IPCPROBE_F_ALL & 1U << bit))
			EXPECT_REFUSED(EINVAL, WITH(flags, 1U << bit));
	}
}

TEST_F(blank, configure_refuses_reserved_fields)
{
	size_t i;

	for (i = 0; i < NR(good().resv); i++)
		EXPECT_REFUSED(EINVAL, WITH(resv[i], 1));
}

TEST_F(blank, configure_refuses_too_many_bytes_of_transfers)
{
	EXPECT_REFUSED(EINVAL, WITH(snap_bytes, IPCPROBE_SNAP_BYTES_MAX + 1));
	EXPECT_REFUSED(EINVAL, WITH(snap_bytes, UINT32_MAX));
}

TEST_F(blank, configure_accepts_the_most_bytes_of_transfers)
{
	struct ipcprobe_config config = WITH(snap_bytes, IPCPROBE_SNAP_BYTES_MAX);

	EXPECT_EQ(0, ioctl(self->fd, IPCPROBE_IOC_CONFIGURE, &config));
}

TEST_F(blank, configure_refuses_ring_sizes)
{
	const uint32_t sizes[] = {
		1, 2048, 4095, 4097, 6144, 12288, (1 << 20) + 8, (1U << 30) + 1, 1U << 31, ~0U,
	};
	size_t i;

	for (i = 0; i < NR(sizes); i++)
		EXPECT_REFUSED(EINVAL, WITH(ring_bytes, sizes[i]));
}

TEST_F(blank, configure_refuses_a_quarter_of_memory)
{
	EXPECT_REFUSED(ENOSPC, WITH(ring_bytes, 1U << 30));
}

TEST_F(blank, configure_refuses_wakeup_beyond_ring)
{
	EXPECT_REFUSED(EINVAL, WITH(wakeup_bytes, 65537));
}

TEST_F(blank, configure_refuses_filtered_not_a_subset)
{
	uint32_t pid = getpid();
	struct ipcprobe_config config = good();

	config.pids = (uintptr_t)&pid;
	config.nr_pids = 1;
	config.classes = CLASS_BIT(PIPE);
	config.filtered = CLASS_BIT(PIPE) | CLASS_BIT(FILE);
	EXPECT_REFUSED(EINVAL, config);
	config.filtered = CLASS_BIT(META);
	EXPECT_REFUSED(EINVAL, config);
}

TEST_F(blank, configure_refuses_a_filter_without_pids)
{
	EXPECT_REFUSED(EINVAL, WITH(filtered, CLASS_BIT(PIPE)));
}

TEST_F(blank, configure_refuses_pids)
{
	uint32_t *pids = calloc(IPCPROBE_NR_PIDS_MAX + 1, sizeof(*pids));
	struct ipcprobe_config config = good();
	size_t i;
	pid_t dead;

	for (i = 0; i <= IPCPROBE_NR_PIDS_MAX; i++)
		pids[i] = getpid();
	config.filtered = CLASS_BIT(PIPE);
	config.pids = (uintptr_t)pids;
	config.nr_pids = IPCPROBE_NR_PIDS_MAX + 1;
	EXPECT_REFUSED(EINVAL, config);
	config.nr_pids = ~0U;
	EXPECT_REFUSED(EINVAL, config);
	config.nr_pids = 1;
	config.pids = 8;
	EXPECT_REFUSED(EFAULT, config);
	config.pids = 0;
	EXPECT_REFUSED(EFAULT, config);

	dead = fork();
	if (!dead)
		_exit(0);
	waitpid(dead, NULL, 0);
	config.pids = (uintptr_t)pids;
	config.nr_pids = 2;
	for (i = 0; i < 2; i++) {
		const uint32_t bad[] = { dead, 0, ~0U, 1U << 31, (4 << 20) + 1 };
		size_t k;

		for (k = 0; k < NR(bad); k++) {
			pids[i] = bad[k];
			EXPECT_REFUSED(ESRCH, config);
		}
		pids[i] = getpid();
	}
	config.nr_pids = IPCPROBE_NR_PIDS_MAX;
	EXPECT_EQ(0, ioctl(self->fd, IPCPROBE_IOC_CONFIGURE, &config));
}

TEST_F(blank, configure_refuses_cpus)
{
	struct ipcprobe_config config = good();
	struct ipcprobe_info info;
	uint64_t words[1024] = { 0 };
	uint32_t cpu;

	ASSERT_EQ(0, ioctl(self->fd, IPCPROBE_IOC_INFO, &info));
	config.cpus = (uintptr_t)words;
	config.nr_cpu_words = 1;
	EXPECT_REFUSED(EINVAL, config);	/* a set without any CPU */
	for (cpu = info.nr_cpus; cpu < 64; cpu++) {
		words[0] = 1 | 1ULL << cpu;
		EXPECT_REFUSED(EINVAL, config);
	}
	words[0] = 1;
	words[1] = 1;
	config.nr_cpu_words = 2;
	EXPECT_REFUSED(EINVAL, config);
	words[1] = 0;
	config.nr_cpu_words = 1024;
	EXPECT_REFUSED(EINVAL, config);
	config.nr_cpu_words = ~0U;
	EXPECT_REFUSED(EINVAL, config);
	config.nr_cpu_words = 1;
	config.cpus = 0;
	EXPECT_REFUSED(EFAULT, config);
	config.cpus = (uintptr_t)words;
	EXPECT_EQ(0, ioctl(self->fd, IPCPROBE_IOC_CONFIGURE, &config));
}

/* A refused CONFIGURE has no effect: the same session then accepts a good one, once. */
TEST_F(blank, configure_once)
{
	struct ipcprobe_config config = good();

	EXPECT_REFUSED(EINVAL, WITH(flags, 1 << 31));
	ASSERT_EQ(0, ioctl(self->fd, IPCPROBE_IOC_CONFIGURE, &config));
	EXPECT_ERROR(EBUSY, ioctl(self->fd, IPCPROBE_IOC_CONFIGURE, &config));
	EXPECT_EQ(65536, ring_bytes_of(self->fd));
	config.classes = 0;
	EXPECT_ERROR(EINVAL, ioctl(self->fd, IPCPROBE_IOC_CONFIGURE, &config));
}

/* The processes in a refused configuration are not filtered for later. */
TEST_F(blank, a_refused_filter_has_no_effect)
{
	uint32_t pids[] = { getpid(), 0 };
	struct ipcprobe_config config = good();

	config.filtered = CLASS_BIT(PIPE);
	config.pids = (uintptr_t)pids;
	config.nr_pids = NR(pids);
	EXPECT_REFUSED(ESRCH, config);
	config = good();
	ASSERT_EQ(0, ioctl(self->fd, IPCPROBE_IOC_CONFIGURE, &config));
	EXPECT_EQ(0, ioctl(self->fd, IPCPROBE_IOC_START));
	EXPECT_EQ(0, ioctl(self->fd, IPCPROBE_IOC_STOP));
}

TEST_F(blank, default_ring_size)
{
	struct ipcprobe_config config = WITH(ring_bytes, 0);
	struct ipcprobe_info info;

	ASSERT_EQ(0, ioctl(self->fd, IPCPROBE_IOC_CONFIGURE, &config));
	memset(&info, 0xcc, sizeof(info));
	ASSERT_EQ(0, ioctl(self->fd, IPCPROBE_IOC_INFO, &info));
	EXPECT_EQ(4 << 20, info.ring_bytes);
	EXPECT_LE(2 * info.page_size + 2 * (uint64_t)info.ring_bytes, info.stride);
	EXPECT_EQ(0, info.running);
}

/* ---- a configured session ---- */

FIXTURE(session)
{
	struct capture cap;
	size_t page;
	size_t data;
};

FIXTURE_SETUP(session)
{
	struct ipcprobe_config config = {
		.classes = CLASS_BIT(PIPE),
		.flags = IPCPROBE_F_NO_SNAPSHOT,
		.ring_bytes = 16384,
		.wakeup_bytes = 1,
	};

	ASSERT_EQ(0, capture_open(&self->cap, &config));
	self->page = self->cap.info.page_size;
	self->data = capture_data_len(&self->cap.info);
}

FIXTURE_TEARDOWN(session)
{
	capture_close(&self->cap);
}

TEST_F(session, start_and_stop_in_turn)
{
	struct ipcprobe_info info;
	int fd = self->cap.fd;

	EXPECT_ERROR(EALREADY, ioctl(fd, IPCPROBE_IOC_STOP));
	EXPECT_ERROR(EBADFD, ioctl(fd, IPCPROBE_IOC_RESYNC));
	ASSERT_EQ(0, ioctl(fd, IPCPROBE_IOC_START));
	EXPECT_ERROR(EALREADY, ioctl(fd, IPCPROBE_IOC_START));
	EXPECT_EQ(0, ioctl(fd, IPCPROBE_IOC_RESYNC));
	ASSERT_EQ(0, ioctl(fd, IPCPROBE_IOC_INFO, &info));
	EXPECT_EQ(1, info.running);
	ASSERT_EQ(0, ioctl(fd, IPCPROBE_IOC_STOP));
	EXPECT_ERROR(EALREADY, ioctl(fd, IPCPROBE_IOC_STOP));
	EXPECT_ERROR(EBADFD, ioctl(fd, IPCPROBE_IOC_RESYNC));
	ASSERT_EQ(0, ioctl(fd, IPCPROBE_IOC_INFO, &info));
	EXPECT_EQ(0, info.running);
	ASSERT_EQ(0, ioctl(fd, IPCPROBE_IOC_START));
	ASSERT_EQ(0, ioctl(fd, IPCPROBE_IOC_STOP));
}

/* Write and read one byte of a pipe: two records. */
static void use_pipe(int *fd)
{
	char byte = 0;

	CHECK(write(fd[1], &byte, 1) == 1);
	CHECK(read(fd[0], &byte, 1) == 1);
}

TEST_F(session, stats)
{
	struct ipcprobe_stats stats, sum = { 0 };
	uint32_t cpu, i;
	int fd[2];

	ASSERT_EQ(0, pipe(fd));
	ASSERT_EQ(0, capture_start(&self->cap));
	for (i = 0; i < 10; i++)
		use_pipe(fd);
	ASSERT_EQ(0, capture_stop(&self->cap));
	for (cpu = 0; cpu < self->cap.info.nr_cpus; cpu++) {
		memset(&stats, 0xcc, sizeof(stats));
		stats.cpu = cpu;
		stats.resv = 0;
		ASSERT_EQ(0, ioctl(self->cap.fd, IPCPROBE_IOC_STATS, &stats));
		EXPECT_EQ(cpu, stats.cpu);
		for (i = 0; i < IPCPROBE_NR_CLASSES; i++) {
			sum.produced[i] += stats.produced[i];
			EXPECT_EQ(0, stats.lost[i]);
			if (i != IPCPROBE_CLASS_PIPE)
				EXPECT_EQ(0, stats.produced[i]);
		}
	}
	/* one of these is a pipe_snapshot */
	EXPECT_LE(21, sum.produced[IPCPROBE_CLASS_PIPE]);

	stats = (struct ipcprobe_stats) { .cpu = self->cap.info.nr_cpus };
	EXPECT_ERROR(ENXIO, ioctl(self->cap.fd, IPCPROBE_IOC_STATS, &stats));
	stats.cpu = ~0U;
	EXPECT_ERROR(ENXIO, ioctl(self->cap.fd, IPCPROBE_IOC_STATS, &stats));
	stats = (struct ipcprobe_stats) { .resv = 1 };
	EXPECT_ERROR(EINVAL, ioctl(self->cap.fd, IPCPROBE_IOC_STATS, &stats));
}

/* ---- mmap ---- */

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

/* ---- poll ---- */

TEST_F(session, poll)
{
	struct pollfd pollfd = { .fd = self->cap.fd, .events = POLLIN };
	int fd[2];

	ASSERT_EQ(0, pipe(fd));
	EXPECT_EQ(0, poll(&pollfd, 1, 0));
	ASSERT_EQ(0, capture_start(&self->cap));
	EXPECT_EQ(0, poll(&pollfd, 1, 0)) TH_LOG("nothing happened, but it is readable");
	use_pipe(fd);
	EXPECT_EQ(1, poll(&pollfd, 1, 0));
	EXPECT_EQ(POLLIN, pollfd.revents);
	EXPECT_EQ(1, poll(&pollfd, 1, 0));
	capture_drain(&self->cap);
	EXPECT_EQ(0, poll(&pollfd, 1, 0));
	use_pipe(fd);
	ASSERT_EQ(0, capture_stop(&self->cap));
	EXPECT_EQ(1, poll(&pollfd, 1, 0)) TH_LOG("what is left after STOP is readable");
}

static void do_use_pipe_often(int *fd)
{
	int i;

	for (i = 0; i < 200; i++)
		use_pipe(fd);
}

/* A task that sleeps in poll() is woken at wakeup_bytes, not before. */
TEST(poll_wakes_at_wakeup_bytes)
{
	struct ipcprobe_config config = {
		.classes = CLASS_BIT(PIPE),
		.flags = IPCPROBE_F_NO_SNAPSHOT,
		.ring_bytes = 65536,
		.wakeup_bytes = 4096,
	};
	struct pollfd pollfd = { .events = POLLIN };
	struct capture cap;
	int fd[2];
	pid_t pid;

	ASSERT_EQ(0, pipe(fd));
	ASSERT_EQ(0, capture_open(&cap, &config));
	ASSERT_EQ(0, capture_start(&cap));
	pollfd.fd = cap.fd;
	pin_to(0);
	use_pipe(fd);
	EXPECT_EQ(0, poll(&pollfd, 1, 0));
	pid = SPAWN(do_use_pipe_often, fd);
	EXPECT_EQ(1, poll(&pollfd, 1, PATIENCE_MS));
	EXPECT_LE(4096, cap.rings[0].producer->producer_pos);
	REAP(pid);
	capture_close(&cap);
}

/*
 * If wakeup_bytes is nearly the size of the ring, the ring may never hold so many
 * bytes: the record that finds no room wakes the reader.
 */
TEST(poll_reports_a_full_ring)
{
	const uint32_t wakeups[] = { 4096, 4096 - 511, 4096 - 520, 4096 - 600 };
	struct pollfd pollfd = { .events = POLLIN };
	struct capture cap;
	int fd[2];
	size_t i;

	pin_to(0);
	ASSERT_EQ(0, pipe(fd));
	for (i = 0; i < NR(wakeups); i++) {
		struct ipcprobe_config config = {
			.classes = CLASS_BIT(PIPE),
			.flags = IPCPROBE_F_NO_SNAPSHOT,
			.ring_bytes = 4096,
			.wakeup_bytes = wakeups[i],
		};
		pid_t pid;

		ASSERT_EQ(0, capture_open(&cap, &config));
		ASSERT_EQ(0, capture_start(&cap));
		pollfd.fd = cap.fd;
		EXPECT_EQ(0, poll(&pollfd, 1, 0));
		pid = SPAWN(do_use_pipe_often, fd);
		EXPECT_EQ(1, poll(&pollfd, 1, PATIENCE_MS))
			TH_LOG("wakeup_bytes %u, in the ring %llu", wakeups[i],
			       (unsigned long long)cap.rings[0].producer->producer_pos);
		REAP(pid);
		EXPECT_LT(0, cap.rings[0].producer->lost[IPCPROBE_CLASS_PIPE]);
		/* an empty ring is not readable, even if records were lost */
		capture_drain(&cap);
		EXPECT_EQ(0, poll(&pollfd, 1, 0));
		capture_close(&cap);
	}
}

struct turns {
	int fd[2];
	uint32_t nr;
};

static void do_turns(struct turns *turns)
{
	uint32_t i;

	pin_to(1);
	for (i = 1; i <= 300; i++) {
		while (__atomic_load_n(&turns->nr, __ATOMIC_ACQUIRE) < i)
			sched_yield();
		use_pipe(turns->fd);
	}
}

/* Emit one record at a time, just when the reader begins to sleep. */
TEST_F(session, no_wakeup_is_missed)
{
	struct pollfd pollfd = { .fd = self->cap.fd, .events = POLLIN };
	struct turns *turns = shared_memory(sizeof(*turns));
	uint32_t i, nr_seen = 0;
	pid_t pid;

	ASSERT_NE(NULL, turns);
	ASSERT_EQ(0, pipe(turns->fd));
	ASSERT_EQ(0, capture_start(&self->cap));
	pid = SPAWN(do_turns, turns);
	pin_to(0);
	for (i = 1; i <= 300; i++) {
		__atomic_store_n(&turns->nr, i, __ATOMIC_RELEASE);
		while (nr_seen < i) {
			ASSERT_EQ(1, poll(&pollfd, 1, PATIENCE_MS)) TH_LOG("turn %u", i);
			capture_drain(&self->cap);
			for (; self->cap.mark < self->cap.nr; self->cap.mark++) {
				const struct ipcprobe_rec *rec =
					self->cap.recs[self->cap.mark].rec;

				nr_seen += rec->tid == (uint32_t)pid &&
					   rec->type == IPCPROBE_REC_pipe_read;
			}
		}
	}
	REAP(pid);
}

TEST_F(session, epoll)
{
	/* edge-triggered: armed again after each check */
	struct epoll_event { uint32_t events; uint64_t data; } __attribute__((packed))
		event = { .events = POLLIN | 1U << 31 };
	int epoll = syscall(SYS_epoll_create1, 0), fd[2], i;

	ASSERT_EQ(0, pipe(fd));
	ASSERT_EQ(0, syscall(SYS_epoll_ctl, epoll, 1, self->cap.fd, &event));
	ASSERT_EQ(0, capture_start(&self->cap));
	for (i = 0; i < 3; i++) {
		pid_t pid = SPAWN(use_pipe, fd);

		EXPECT_EQ(1, syscall(SYS_epoll_wait, epoll, &event, 1, PATIENCE_MS));
		REAP(pid);
		/* poll() arms the wake-up when the ring is empty again */
		capture_drain(&self->cap);
		EXPECT_EQ(0, poll(&(struct pollfd) { self->cap.fd, POLLIN, 0 }, 1, 0));
	}
}

/* ---- limits ---- */

TEST(open_refuses_too_many_sessions)
{
	struct rlimit files = { IPCPROBE_NR_SESSIONS_MAX + 100, IPCPROBE_NR_SESSIONS_MAX + 100 };
	int fd[IPCPROBE_NR_SESSIONS_MAX];
	uint32_t i;

	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &files));
	for (i = 0; i < IPCPROBE_NR_SESSIONS_MAX; i++) {
		fd[i] = open(IPCPROBE_DEVICE, O_RDWR);
		ASSERT_LE(0, fd[i]) TH_LOG("session %u: %m", i);
	}
	EXPECT_ERROR(EUSERS, open(IPCPROBE_DEVICE, O_RDWR));
	close(fd[7]);
	EXPECT_LE(0, open(IPCPROBE_DEVICE, O_RDWR));
	EXPECT_ERROR(EUSERS, open(IPCPROBE_DEVICE, O_RDWR));
}

TEST(start_refuses_too_many_running_sessions)
{
	struct ipcprobe_config config = {
		.classes = CLASS_BIT(TASK),
		.flags = IPCPROBE_F_NO_SNAPSHOT,
		.ring_bytes = 4096,
	};
	struct capture caps[IPCPROBE_NR_RUNNING_MAX + 1];
	uint32_t i;

	for (i = 0; i < NR(caps); i++)
		ASSERT_EQ(0, capture_open(&caps[i], &config));
	for (i = 0; i < IPCPROBE_NR_RUNNING_MAX; i++)
		ASSERT_EQ(0, capture_start(&caps[i]));
	EXPECT_EQ(-EUSERS, capture_start(&caps[i]));
	ASSERT_EQ(0, capture_stop(&caps[3]));
	EXPECT_EQ(0, capture_start(&caps[i]));
	EXPECT_EQ(-EUSERS, capture_start(&caps[3]));
	/* closing gives memory back, too */
	capture_close(&caps[5]);
	EXPECT_EQ(0, capture_start(&caps[3]));
}

/*
 * The memory of all sessions is limited to a quarter of the machine's; each of these
 * takes a part of it.  @i counts the sessions that fit.
 */
TEST(configure_refuses_memory_beyond_all_sessions_quarter)
{
	uint64_t quarter = sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE) / 4;
	uint64_t bytes = quarter / 3 / sysconf(_SC_NPROCESSORS_CONF);
	struct ipcprobe_config config = { .classes = CLASS_BIT(TASK), .ring_bytes = 4096 };
	int fd[8];
	size_t i;

	while (config.ring_bytes * 2 <= bytes)
		config.ring_bytes *= 2;
	for (i = 0; i < NR(fd); i++) {
		fd[i] = open(IPCPROBE_DEVICE, O_RDWR);
		if (ioctl(fd[i], IPCPROBE_IOC_CONFIGURE, &config))
			break;
	}
	EXPECT_EQ(ENOSPC, errno);
	/* counting the data alone, 3 to 6 would fit */
	EXPECT_LE(2, i);
	EXPECT_GE(6, i);
	close(fd[0]);
	EXPECT_EQ(0, ioctl(fd[i], IPCPROBE_IOC_CONFIGURE, &config));
}

/* ---- several sessions ---- */

TEST_F(session, two_sessions_are_independent)
{
	struct ipcprobe_config config = {
		.classes = CLASS_BIT(PIPE) | CLASS_BIT(TASK),
		.flags = IPCPROBE_F_NO_SNAPSHOT,
		.ring_bytes = 65536,
	};
	struct capture other;
	struct cursor cursor;
	int fd[2], i;

	ASSERT_EQ(0, pipe(fd));
	ASSERT_EQ(0, capture_open(&other, &config));
	EXPECT_NE(self->cap.info.session, other.info.session);
	ASSERT_EQ(0, capture_start(&self->cap));
	use_pipe(fd);
	ASSERT_EQ(0, capture_start(&other));
	use_pipe(fd);
	ASSERT_EQ(0, capture_stop(&self->cap));
	use_pipe(fd);
	ASSERT_EQ(0, capture_start(&self->cap));
	FINISH(&other);
	use_pipe(fd);
	FINISH(&self->cap);
	/*
	 * the first session recorded uses 1, 2 and 4 of the pipe, the other one uses 2
	 * and 3
	 */
	cursor = records_of(&self->cap, getpid());
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(i, NEXT(&cursor, pipe_write)->pos - (i == 2));
		NEXT(&cursor, pipe_read);
	}
	NO_MORE(&cursor);
	cursor = records_of(&other, getpid());
	for (i = 1; i < 3; i++) {
		EXPECT_EQ(i, NEXT(&cursor, pipe_write)->pos);
		NEXT(&cursor, pipe_read);
	}
	NO_MORE(&cursor);
	capture_close(&other);
}

TEST_F(session, nothing_is_added_after_stop)
{
	uint64_t pos;
	int fd[2];

	ASSERT_EQ(0, pipe(fd));
	pin_to(0);
	ASSERT_EQ(0, capture_start(&self->cap));
	use_pipe(fd);
	ASSERT_EQ(0, capture_stop(&self->cap));
	pos = self->cap.rings[0].producer->producer_pos;
	use_pipe(fd);
	EXPECT_EQ(pos, self->cap.rings[0].producer->producer_pos);
}

/* ---- a reader that writes wrong positions ---- */

static void do_use_pipe_for_ever(int *fd)
{
	for (;;)
		use_pipe(fd);
}

/*
 * Write random values to consumer_pos, among them each kind that looks right: the
 * session with the wrong reader may lose its records, another session may not; once the
 * reader writes right positions again, its session works again.
 */
TEST_F(session, wrong_consumer_pos)
{
	struct ipcprobe_config config = {
		.classes = CLASS_BIT(PIPE),
		.flags = IPCPROBE_F_NO_SNAPSHOT,
		.ring_bytes = 32 << 20,	/* room for all records, even if the reader is slow */
	};
	uint64_t until = now_ns() + 2000000000ULL;
	struct capture sane;
	uint32_t cpu, seed = 1;
	pid_t pids[4];
	int fd[4][2];
	size_t i;

	ASSERT_EQ(0, capture_open(&sane, &config));
	for (i = 0; i < NR(pids); i++) {
		ASSERT_EQ(0, pipe(fd[i]));
		pids[i] = SPAWN(do_use_pipe_for_ever, fd[i]);
	}
	ASSERT_EQ(0, capture_start(&sane));
	ASSERT_EQ(0, capture_start(&self->cap));
	while (now_ns() < until) {
		for (cpu = 0; cpu < self->cap.info.nr_cpus; cpu++) {
			struct capture_ring *ring = &self->cap.rings[cpu];
			uint64_t pos = ring->producer->producer_pos, value = rand_r(&seed);

			switch (rand_r(&seed) % 5) {
			case 0:
				value = value << 33 ^ rand_r(&seed);
				break;
			case 1:
				value = pos + value % 65536;
				break;
			case 2:
				value = pos - value % 65536;
				break;
			case 3:
				value = pos + (value & 7) - 16384;
				break;
			default:
				value = -value;
			}
			__atomic_store_n(&ring->consumer->consumer_pos, value, __ATOMIC_RELEASE);
		}
		capture_drain(&sane);
		ASSERT_EQ(NULL, sane.error);
	}
	for (cpu = 0; cpu < self->cap.info.nr_cpus; cpu++) {
		struct capture_ring *ring = &self->cap.rings[cpu];

		ring->pos = ring->producer->producer_pos;
		__atomic_store_n(&ring->consumer->consumer_pos, ring->pos, __ATOMIC_RELEASE);
	}
	for (i = 0; i < NR(pids); i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
	FINISH(&sane);
	for (i = 0; i < sane.nr; i++)
		ASSERT_NE(IPCPROBE_REC_lost, sane.recs[i].rec->type);
	EXPECT_LT(1000, sane.nr);
	capture_close(&sane);
}

TEST_HARNESS_MAIN
