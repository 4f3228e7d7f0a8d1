// SPDX-License-Identifier: GPL-2.0
/* Class sched: switches are those that the kernel counts. */
#include <kselftest_harness.h>

#include "sched_fixture.h"

#include <sys/ptrace.h>
#include <linux/ptrace.h>

/* On each CPU, the next task of a switch is the previous task of the following switch. */
TEST_F(sched, switches_follow_one_another)
{
	struct load load = { .nr_turns = 100 };
	uint32_t current[64];
	size_t i, nr = 0;
	pid_t pid;

	memset(current, 0xff, sizeof(current));
	ASSERT_EQ(0, capture_start(&self->cap));
	pid = SPAWN(do_load, &load);
	REAP(pid);
	FINISH(&self->cap);
	for (i = 0; i < self->cap.nr; i++) {
		const struct ipcprobe_rec_rq_switch *rec = (const void *)self->cap.recs[i].rec;

		if (rec->hdr.type == IPCPROBE_REC_rq_snapshot_end)
			current[self->cap.recs[i].cpu] = rec->hdr.tid;
		if (rec->hdr.type != IPCPROBE_REC_rq_switch)
			continue;
		ASSERT_EQ(self->cap.recs[i].cpu, rec->cpu);
		if (current[rec->cpu] != ~0U)
			ASSERT_EQ(current[rec->cpu], rec->hdr.tid);
		EXPECT_NE(rec->hdr.tid, rec->next);
		current[rec->cpu] = rec->next;
		nr++;
	}
	EXPECT_LT(400, nr);
}

/* Read "Name:	value" of /proc/PID/status. */
static unsigned long status_value(pid_t pid, const char *name)
{
	char path[32], line[256];
	unsigned long value = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, name, strlen(name)))
			value = strtoul(line + strlen(name), NULL, 10);
	if (file)
		fclose(file);
	return value;
}

static void do_switches(int *fd)
{
	volatile unsigned long n;
	char byte;
	int i;

	for (i = 0; i < 100; i++) {
		sched_yield();
		for (n = 0; n < 200000; n++)
			;
		if (i % 8 == 0)
			pin_to(i / 8 % 2);
	}
	CHECK(read(fd[0], &byte, 1) == 1);
}

/* Number of times that a task was switched from: by the kernel's count, by the records. */
struct switches {
	unsigned long kernel_voluntary;
	unsigned long kernel_forced;
	unsigned long voluntary;
	unsigned long forced;
	unsigned long kept_awake;	/* those of @voluntary with a state of 0 */
};

static void kernel_count(struct switches *sw, pid_t pid)
{
	sw->kernel_voluntary = status_value(pid, "voluntary_ctxt_switches:");
	sw->kernel_forced = status_value(pid, "nonvoluntary_ctxt_switches:");
}

static void count_switches(struct switches *sw, const struct capture *cap, pid_t pid)
{
	size_t i;

	for (i = 0; i < cap->nr; i++) {
		const struct ipcprobe_rec_rq_switch *rec = (const void *)cap->recs[i].rec;

		if (rec->hdr.type != IPCPROBE_REC_rq_switch || rec->hdr.tid != (uint32_t)pid)
			continue;
		sw->voluntary += rec->voluntary;
		sw->forced += !rec->voluntary;
		sw->kept_awake += rec->voluntary && !rec->prev_state;
	}
	printf("# kernel: %lu voluntary, %lu forced; records: %lu, of them %lu runnable, %lu\n",
	       sw->kernel_voluntary, sw->kernel_forced, sw->voluntary, sw->kept_awake,
	       sw->forced);
}

/*
 * Compare the recorded switches of task @pid with the kernel's count, up to the task's
 * wait for a byte of pipe end @fd.
 */
static struct switches end_switches(struct __test_metadata *_metadata, struct capture *cap,
				    pid_t pid, pid_t rival, int fd)
{
	struct switches sw = {};

	wait_until_in_call(pid, SYS_read);
	kernel_count(&sw, pid);
	FINISH(cap);
	ASSERT_EQ(1, write(fd, "", 1));
	REAP(pid);
	REAP(rival);
	count_switches(&sw, cap, pid);
	EXPECT_EQ(sw.kernel_voluntary, sw.voluntary);
	EXPECT_EQ(sw.kernel_forced, sw.forced);
	return sw;
}

TEST_F(sched, switches_equal_the_kernels_count)
{
	struct switches sw;
	pid_t rival, pid;
	int fd[2];

	ASSERT_EQ(0, pipe(fd));
	ASSERT_EQ(0, capture_start(&self->cap));
	rival = SPAWN(do_spin, NULL);
	pid = SPAWN(do_switches, fd);
	sw = end_switches(_metadata, &self->cap, pid, rival, fd[1]);
	EXPECT_LT(0, sw.voluntary);
	EXPECT_LT(0, sw.forced);
}

static void on_signal(int signo MAYBE_UNUSED)
{
}

static void do_spin_on_cpu_0(void *arg)
{
	pin_to(0);
	do_spin(arg);
}

#define NR_SLEEPS	200

static void do_interrupted_sleeps(int *fd)
{
	struct timespec ts = { .tv_sec = 60 };
	char byte;
	int i;

	pin_to(0);
	CHECK(signal(SIGUSR1, on_signal) != SIG_ERR);
	CHECK(!ptrace(PTRACE_TRACEME, 0, NULL, NULL));
	CHECK(!raise(SIGSTOP));
	for (i = 0; i < NR_SLEEPS; i++)
		CHECK(syscall(SYS_nanosleep, &ts, NULL) == -1);
	CHECK(read(fd[0], &byte, 1) == 1);
}

/*
 * Each call to nanosleep() begins with a signal pending. The task is detached when its
 * last sleep ends: in /proc a stop at the begin of read() looks like a wait in read().
 */
static void interrupt_sleeps(pid_t pid)
{
	struct __ptrace_syscall_info info;
	int status, signo = 0, nr_left = NR_SLEEPS;

	CHECK(waitpid(pid, &status, 0) == pid && WIFSTOPPED(status));
	CHECK(!ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESYSGOOD));
	for (;; signo = WSTOPSIG(status) == SIGUSR1 ? SIGUSR1 : 0) {
		CHECK(!ptrace(PTRACE_SYSCALL, pid, NULL, signo));
		CHECK(waitpid(pid, &status, 0) == pid && WIFSTOPPED(status));
		if (WSTOPSIG(status) != (SIGTRAP | 0x80))
			continue;
		CHECK(ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) > 0);
		if (info.op == PTRACE_SYSCALL_INFO_EXIT) {
			if (!nr_left)
				break;
		} else if (info.entry.nr == SYS_nanosleep) {
			CHECK(!syscall(SYS_tgkill, pid, pid, SIGUSR1));
			nr_left--;
		}
	}
	CHECK(!ptrace(PTRACE_DETACH, pid, NULL, NULL));
}

/*
 * The task began to sleep, so the kernel counts a voluntary switch, though it is still
 * runnable.
 */
TEST_F(sched, a_switch_that_a_signal_cuts_short_is_voluntary)
{
	struct switches sw;
	pid_t rival, pid;
	int fd[2];

	ASSERT_EQ(0, pipe(fd));
	ASSERT_EQ(0, capture_start(&self->cap));
	rival = SPAWN(do_spin_on_cpu_0, NULL);
	pid = SPAWN(do_interrupted_sleeps, fd);
	interrupt_sleeps(pid);
	sw = end_switches(_metadata, &self->cap, pid, rival, fd[1]);
	EXPECT_LE(NR_SLEEPS, sw.voluntary);
}

TEST_HARNESS_MAIN
