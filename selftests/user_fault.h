/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory whose page faults a thread handles (userfaultfd), each one after whoever
 * faulted has gone to sleep.
 */
#ifndef USER_FAULT_H
#define USER_FAULT_H

#include "capture.h"

#include <linux/userfaultfd.h>
#include <pthread.h>

#define USER_FAULT_PAGES	8

struct user_fault {
	int fd;
	char *page[USER_FAULT_PAGES];
	pthread_t thread;
	volatile int nr_handled;
};

/* Waits until a thread of this process sleeps interruptibly. */
static MAYBE_UNUSED void wait_for_sleep(uint32_t tid)
{
	char name[64], state = 0;

	snprintf(name, sizeof(name), "/proc/self/task/%u/stat", tid);
	while (state != 'S') {
		FILE *file = fopen(name, "r");

		CHECK(file && fscanf(file, "%*d (%*[^)]) %c", &state) == 1);
		fclose(file);
	}
}

static MAYBE_UNUSED void *user_fault_handle(void *arg)
{
	struct user_fault *fault = arg;
	struct uffd_msg msg;

	for (;;) {
		struct uffdio_zeropage zero = { .range.len = 4096 };

		CHECK(read(fault->fd, &msg, sizeof(msg)) == sizeof(msg));
		CHECK(msg.event == UFFD_EVENT_PAGEFAULT);
		wait_for_sleep(msg.arg.pagefault.feat.ptid);
		zero.range.start = msg.arg.pagefault.address & ~4095ULL;
		fault->nr_handled++;
		CHECK(!ioctl(fault->fd, UFFDIO_ZEROPAGE, &zero));
	}
	return NULL;
}

/* Pages of the calling process that are not there yet. */
static MAYBE_UNUSED void user_fault_open(struct user_fault *fault)
{
	struct uffdio_api api = { .api = UFFD_API, .features = UFFD_FEATURE_THREAD_ID };
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	char *memory = mmap(NULL, USER_FAULT_PAGES * 4096, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int i;

	fault->nr_handled = 0;
	fault->fd = syscall(SYS_userfaultfd, O_CLOEXEC);
	CHECK(fault->fd >= 0 && memory != MAP_FAILED);
	CHECK(!ioctl(fault->fd, UFFDIO_API, &api));
	reg.range.start = (uintptr_t)memory;
	reg.range.len = USER_FAULT_PAGES * 4096;
	CHECK(!ioctl(fault->fd, UFFDIO_REGISTER, &reg));
	for (i = 0; i < USER_FAULT_PAGES; i++)
		fault->page[i] = memory + i * 4096;
	CHECK(!pthread_create(&fault->thread, NULL, user_fault_handle, fault));
}

static MAYBE_UNUSED bool user_fault_is_there(void)
{
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

#define NO_USER_FAULT	"the kernel has no userfaultfd"

#endif /* USER_FAULT_H */
