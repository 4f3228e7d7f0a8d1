// SPDX-License-Identifier: GPL-2.0
/* CONFIGURE: each value out of range is refused while all others are right. */
#include <kselftest_harness.h>

#include "device_fixture.h"

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

TEST_HARNESS_MAIN
