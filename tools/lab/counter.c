// SPDX-License-Identifier: GPL-2.0
/*
 * Reads what the kernel itself counts for a process: context switches by
 * getrusage(), system calls by a perf event.
 */
#include "lab/counter.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <linux/perf_event.h>

#include "lib/clock.h"

#define OWN_CALLS	1	/* the count includes the ioctl() that ends counting */

/* Returns the id of the tracepoint; 0 = not available. */
static uint64_t tracepoint_id(void)
{
	static const char *const paths[] = {
		"/sys/kernel/tracing/events/raw_syscalls/sys_enter/id",
		"/sys/kernel/debug/tracing/events/raw_syscalls/sys_enter/id",
	};
	unsigned long long id = 0;

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths) && !id; i++) {
		FILE *file = fopen(paths[i], "re");

		if (!file)
			continue;
		if (fscanf(file, "%llu", &id) != 1)
			id = 0;
		fclose(file);
	}
	return id;
}

/* counter_open - count system calls of this task; -1 = they cannot be counted */
int counter_open(void)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_TRACEPOINT, .size = sizeof(attr),
					.config = tracepoint_id(), .disabled = 1 };

	if (!attr.config)
		return -1;
	return syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

static uint64_t count_switches(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_nvcsw + usage.ru_nivcsw;
}

void counter_begin(int counter, struct lab_side *side)
{
	side->nr_switches = count_switches();
	side->begin_ns = clock_ns(CLOCK_MONOTONIC);
	if (counter >= 0)
		ioctl(counter, PERF_EVENT_IOC_ENABLE, 0);
}

void counter_end(int counter, struct lab_side *side)
{
	uint64_t nr_calls;

	if (counter >= 0)
		ioctl(counter, PERF_EVENT_IOC_DISABLE, 0);
	side->end_ns = clock_ns(CLOCK_MONOTONIC);
	side->nr_switches = count_switches() - side->nr_switches;
	side->has_calls = counter >= 0 &&
			  read(counter, &nr_calls, sizeof(nr_calls)) == sizeof(nr_calls) &&
			  nr_calls >= OWN_CALLS;
	side->nr_calls = side->has_calls ? nr_calls - OWN_CALLS : 0;
}
