// SPDX-License-Identifier: GPL-2.0
/*
 * rq_rare KIND N: rare states of tasks, for rq_exact_test.sh. KIND:
 *
 *	start     N children one by one, from a task that goes on running
 *	signals   a task calls nanosleep() N times, each with a signal pending,
 *		  beside one that spins
 *	reaped    N children on one CPU, each of which is reaped while it is still
 *		  on the queue there
 *	pinned    a task that the kernel keeps on its CPU (migrate_disable()) is put
 *		  on another one N times
 */
#include <stdbool.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>

#include <linux/bpf.h>
#include <linux/ptrace.h>

#include "rq_child.h"

#define NR(array)	(sizeof(array) / sizeof((array)[0]))

static long nr_steps;
static cpu_set_t all_cpus;

/* ---- start ---- */

static void do_little(void *arg)
{
	(void)arg;
	spin_ns(300000);
}

static void load_start(void)
{
	long n;

	for (n = 0; n < nr_steps; n++) {
		pid_t pid = start(do_little, NULL);

		spin_ns(100000);
		reap(pid);
	}
}

/* ---- signals ---- */

static void ignore_signal(int signal)
{
	(void)signal;
}

static void do_sleep(void *arg)
{
	const struct timespec ts = { .tv_sec = 60 };
	long n;

	(void)arg;
	signal(SIGUSR1, ignore_signal);
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) || raise(SIGSTOP))
		err(1, "ptrace");
	for (n = 0; n < nr_steps; n++) {
		spin_ns(1000000 * (1 + n % 8));	/* by then the other task has run */
		if (!syscall(SYS_nanosleep, &ts, NULL))
			errx(1, "no signal came");
	}
}

static void do_spin(void *arg)
{
	(void)arg;
	for (;;)
		spin(1000);
}

/*
 * Return: true if the task is stopped at the entry of nanosleep(); else it goes on with
 * @signo.
 */
static bool is_at_sleep(pid_t pid, int status, int *signo)
{
	struct __ptrace_syscall_info info;

	*signo = WSTOPSIG(status) == SIGUSR1 ? SIGUSR1 : 0;
	if (WSTOPSIG(status) != (SIGTRAP | 0x80))
		return false;
	return ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) > 0 &&
	       info.op == PTRACE_SYSCALL_INFO_ENTRY && info.entry.nr == SYS_nanosleep;
}

/* Each call of nanosleep() begins with a signal pending. */
static void signal_sleeper(pid_t pid)
{
	int status, signo;

	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status) ||
	    ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESYSGOOD))
		err(1, "ptrace");
	while (WIFSTOPPED(status)) {
		if (is_at_sleep(pid, status, &signo))
			syscall(SYS_tgkill, pid, pid, SIGUSR1);
		if (ptrace(PTRACE_SYSCALL, pid, NULL, signo) || waitpid(pid, &status, 0) != pid)
			err(1, "ptrace");
	}
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		errx(1, "a child failed");
}

static void load_signals(void)
{
	pid_t sleeper, other;

	put_on(0, &all_cpus, 1);
	other = start(do_spin, NULL);
	sleeper = start(do_sleep, NULL);
	put_on(0, &all_cpus, 0);
	signal_sleeper(sleeper);
	end(other);
}

/* ---- reaped ---- */

/* The parent preempts its child as that exits, reaps it, and keeps the CPU for a while. */
static void load_reaped(void)
{
	long n;

	put_on(0, &all_cpus, 0);
	become_fifo(20);
	for (n = 0; n < nr_steps; n++) {
		const struct sched_param normal = { 0 };
		pid_t pid = start(do_little, NULL);

		if (sched_setscheduler(pid, SCHED_OTHER, &normal))
			err(1, "SCHED_OTHER");
		reap(pid);
		spin_ns(2000000);
	}
}

/* ---- pinned ---- */

static int bpf(int cmd, union bpf_attr *attr)
{
	return syscall(SYS_bpf, cmd, attr, sizeof(*attr));
}

/* Load a program that returns 0. */
static int load_program(void)
{
	static const struct bpf_insn code[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_SOCKET_FILTER, .insns = (uintptr_t)code,
		.insn_cnt = NR(code), .license = (uintptr_t)"GPL",
	};
	int fd = bpf(BPF_PROG_LOAD, &attr);

	if (fd < 0)
		err(1, "BPF program");
	return fd;
}

/* While the kernel repeats a program for a test, the task may not migrate. */
static void do_run_programs(void *arg)
{
	static char packet[64];
	int fd = load_program();

	(void)arg;
	for (;;) {
		union bpf_attr attr = { .test = {
			.prog_fd = fd, .data_in = (uintptr_t)packet,
			.data_size_in = sizeof(packet), .repeat = 10000,
		} };

		if (bpf(BPF_PROG_TEST_RUN, &attr))
			err(1, "run of a BPF program");
	}
}

static void load_pinned(void)
{
	pid_t pids[2] = { start(do_run_programs, NULL), start(do_run_programs, NULL) };
	long n;

	for (n = 0; n < nr_steps; n++) {
		put_on(pids[n % 2], &all_cpus, n / 2);
		spin_ns(100000);
	}
	if (waitpid(-1, NULL, WNOHANG))
		errx(1, "a child failed");
	end(pids[0]);
	end(pids[1]);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} loads[] = {
		{ "start", load_start }, { "signals", load_signals }, { "reaped", load_reaped },
		{ "pinned", load_pinned },
	};
	size_t i;

	if (argc != 3)
		errx(2, "usage: rq_rare KIND N");
	nr_steps = atol(argv[2]);
	get_cpus(&all_cpus);
	for (i = 0; i < NR(loads); i++) {
		if (strcmp(argv[1], loads[i].name))
			continue;
		loads[i].run();
		return 0;
	}
	errx(2, "%s: no such load", argv[1]);
}
