/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Shared by the tests of the device: a session without a configuration, and one that
 * runs.  For a file that includes kselftest_harness.h first.
 */
#ifndef IPCPROBE_DEVICE_FIXTURE_H
#define IPCPROBE_DEVICE_FIXTURE_H

#include "capture.h"

/* /dev/ipcprobe: who may open it, and each wrong use of it is refused. */
#include <kselftest_harness.h>

#include "capture.h"

#include <linux/capability.h>
#include <sys/resource.h>

#define CLASSES_ALL	((uint32_t)__IPCPROBE_CLASSES_ALL)

/* ---- opening ---- */

/* Take all capabilities but these from root. */
static MAYBE_UNUSED void keep_capabilities(uint64_t kept)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = {
		{ .effective = kept, .permitted = kept },
		{ .effective = kept >> 32, .permitted = kept >> 32 },
	};

	CHECK(!syscall(SYS_capset, &header, data));
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

/* ---- CONFIGURE: each value out of range is refused while all others are right ---- */

static MAYBE_UNUSED struct ipcprobe_config good(void)
{
	return (struct ipcprobe_config) { .classes = CLASSES_ALL, .ring_bytes = 65536 };
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

/* Write and read one byte of a pipe: two records. */
static MAYBE_UNUSED void use_pipe(int *fd)
{
	char byte = 0;

	CHECK(write(fd[1], &byte, 1) == 1);
	CHECK(read(fd[0], &byte, 1) == 1);
}

#endif /* IPCPROBE_DEVICE_FIXTURE_H */
