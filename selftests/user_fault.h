/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory whose page faults a thread handles (userfaultfd). The thread has priority on
 * the CPU of the task that faulted: in a kernel that can be preempted, the page is
 * there before that task has gone to sleep, and the task is woken after that.
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

/* Wait until a thread of this process is off its CPU, asleep. */
static MAYBE_UNUSED void wait_for_sleep(uint32_t tid)
{
	char name[64], text[16];

	snprintf(name, sizeof(name), "/proc/self/task/%u/syscall", tid);
	do {
		FILE *file = fopen(name, "r");

		CHECK(file && fgets(text, sizeof(text), file));
		fclose(file);
	} while (!strncmp(text, "running", 7));
}

static MAYBE_UNUSED void set_priority(int policy, int priority)
{
	struct sched_param param = { .sched_priority = priority };

	CHECK(!sched_setscheduler(0, policy, &param));
}

static MAYBE_UNUSED void *user_fault_handle(void *arg)
{
	struct user_fault *fault = arg;
	struct uffd_msg msg;

	for (;;) {
		struct uffdio_zeropage zero = {
			.range.len = 4096, .mode = UFFDIO_ZEROPAGE_MODE_DONTWAKE,
		};

		set_priority(SCHED_FIFO, 1);
		CHECK(read(fault->fd, &msg, sizeof(msg)) == sizeof(msg));
		CHECK(msg.event == UFFD_EVENT_PAGEFAULT);
		zero.range.start = msg.arg.pagefault.address & ~4095ULL;
		CHECK(!ioctl(fault->fd, UFFDIO_ZEROPAGE, &zero));
		set_priority(SCHED_OTHER, 0);
		wait_for_sleep(msg.arg.pagefault.feat.ptid);
		fault->nr_handled++;
		CHECK(!ioctl(fault->fd, UFFDIO_WAKE, &zero.range));
	}
	return NULL;
}

/* Map pages that are not there yet in the calling process; the thread stays on CPU 0. */
static MAYBE_UNUSED void user_fault_open(struct user_fault *fault)
{
	struct uffdio_api api = { .api = UFFD_API, .features = UFFD_FEATURE_THREAD_ID };
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	char *memory = mmap(NULL, USER_FAULT_PAGES * 4096, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int i;

	pin_to(0);
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
