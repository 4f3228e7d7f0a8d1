// SPDX-License-Identifier: GPL-2.0
/*
 * Operations from entry to end, of any class: how many tasks may wait at once, which
 * system call ends an operation, and which calls are no operation.
 */
#include <kselftest_harness.h>

#include "uring.h"

#include <limits.h>
#include <pthread.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>

FIXTURE(op)
{
	struct capture cap;
	struct ipcprobe_config config;
	int fd[2];
};

FIXTURE_SETUP(op)
{
	self->config = (struct ipcprobe_config) {
		.classes = CLASS_BIT(PIPE) | CLASS_BIT(UNIX) | CLASS_BIT(FUTEX),
		.flags = IPCPROBE_F_NO_SNAPSHOT,
		.ring_bytes = 8 << 20,
		.wakeup_bytes = 1,
	};
	ASSERT_EQ(0, capture_open(&self->cap, &self->config));
	ASSERT_EQ(0, pipe(self->fd));
}

FIXTURE_TEARDOWN(op)
{
	capture_close(&self->cap);
}

/* ---- many tasks that wait ---- */

#define NR_WRITERS	300
#define APART		16384	/* thread ids at this distance must not collide */
#define PID_MAX		131072	/* room for these ids and more */

static unsigned int word;

static void *wait_here(void *tid)
{
	*(uint32_t *)tid = gettid();
	syscall(SYS_futex, &word, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 0, NULL, NULL, 0);
	return NULL;
}

struct waiters {
	unsigned int nr;
	int ready;
	uint32_t tids[];
};

static void do_wait(struct waiters *waiters)
{
	pthread_attr_t attr;
	pthread_t thread;
	unsigned int i;

	pthread_attr_init(&attr);
	CHECK(!pthread_attr_setstacksize(&attr, 16384));
	for (i = 0; i < waiters->nr; i++)
		CHECK(!pthread_create(&thread, &attr, wait_here, &waiters->tids[i]));
	__atomic_store_n(&waiters->ready, 1, __ATOMIC_RELEASE);
	pause();
}

/* A child with thread id @tid writes a byte.  Return: its pid, or -1. */
static pid_t write_as(pid_t tid, int fd)
{
	struct clone_args args = {
		.exit_signal = SIGCHLD,
		.set_tid = (uintptr_t)&tid,
		.set_tid_size = 1,
	};
	pid_t pid = syscall(SYS_clone3, &args, sizeof(args));

	if (!pid)
		_exit(write(fd, "x", 1) != 1);
	return pid;
}

static uint32_t read_limit(const char *path)
{
	FILE *file = fopen(path, "r");
	uint32_t limit = 0;

	if (file) {
		if (fscanf(file, "%u", &limit) != 1)
			limit = 0;
		fclose(file);
	}
	return limit;
}

static unsigned int count_waits(const struct capture *cap)
{
	unsigned int nr = 0;
	size_t i;

	for (i = 0; i < cap->nr; i++)
		nr += cap->recs[i].rec->type == IPCPROBE_REC_futex_block;
	return nr;
}

static bool has_write(const struct capture *cap, uint32_t tid)
{
	size_t i;

	for (i = 0; i < cap->nr; i++)
		if (cap->recs[i].rec->type == IPCPROBE_REC_pipe_write &&
		    cap->recs[i].rec->tid == tid)
			return true;
	return false;
}

/*
 * IPCPROBE_WAITERS in the environment sets the number of tasks.  The module finds a
 * task's operation by the thread id: the tasks that write have ids with the same low
 * bits as some that wait.
 */
TEST_F_TIMEOUT(op, many_that_wait, 900)
{
	unsigned int nr = getenv("IPCPROBE_WAITERS") ? atoi(getenv("IPCPROBE_WAITERS")) : 3000;
	struct waiters *waiters = shared_memory(sizeof(*waiters) + nr * sizeof(uint32_t));
	unsigned int i, nr_recorded = 0, nr_written = 0;
	uint32_t tids[NR_WRITERS];
	pid_t tid;
	char byte;

	ASSERT_NE(NULL, waiters);
	waiters->nr = nr;
	/* Thread ids continue from the last one that was given, whatever it is. */
	if (read_limit("/proc/sys/kernel/pid_max") < PID_MAX)
		ASSERT_EQ(0, system("echo 131072 >/proc/sys/kernel/pid_max"));
	ASSERT_EQ(0, system("echo 300000 >/proc/sys/vm/max_map_count;"
			    "echo 100000 >/proc/sys/kernel/threads-max"));
	ASSERT_EQ(0, setrlimit(RLIMIT_NPROC, &(struct rlimit) { RLIM_INFINITY, RLIM_INFINITY }));
	ASSERT_EQ(0, capture_start(&self->cap));
	tid = SPAWN(do_wait, waiters);
	while (!__atomic_load_n(&waiters->ready, __ATOMIC_ACQUIRE)) {
		capture_drain(&self->cap);
		ASSERT_EQ(0, waitpid(tid, NULL, WNOHANG));
		sched_yield();
	}
	while (count_waits(&self->cap) < nr)
		ASSERT_NE(NULL, capture_wait(&self->cap, IPCPROBE_REC_futex_block, 0))
			TH_LOG("%u of %u wait", count_waits(&self->cap), nr);
	for (i = 0; i < NR_WRITERS; i++) {
		tids[i] = waiters->tids[i * (nr / NR_WRITERS)] + APART;
		if (write_as(tids[i], self->fd[1]) < 0) {
			ASSERT_EQ(EEXIST, errno);
			tids[i] = 0;
			continue;
		}
		ASSERT_EQ(1, read(self->fd[0], &byte, 1));
		REAP((pid_t)tids[i]);
		nr_written++;
		capture_drain(&self->cap);
	}
	kill(tid, SIGKILL);
	ASSERT_EQ(tid, waitpid(tid, NULL, 0));
	FINISH(&self->cap);
	for (i = 0; i < NR_WRITERS; i++)
		nr_recorded += tids[i] && has_write(&self->cap, tids[i]);
	TH_LOG("%u threads waited, %u bytes written", nr, nr_written);
	EXPECT_LT(NR_WRITERS / 2, nr_written);
	EXPECT_EQ(nr_written, nr_recorded);
}

/* ---- requests of io_uring between calls ---- */

#define NR_ROUNDS	10

enum { SEND_NEVER, SEND_BEHIND, SEND_BEFORE };

/*
 * A request of io_uring waits for bytes; a tracer that has stopped the request's task
 * at the begin or the end of a system call sends them.  The kernel carries the request
 * out when the task goes on: before its call, at the second stop, or after the call.
 */
struct traced {
	int request[2];		/* the request receives from [0] */
	int call[2];		/* the calls receive from [0] */
	int when;		/* when to send: SEND_* */
	const uint32_t *cq_tail;	/* in the traced task: requests carried out */
	uint32_t last_tail;
	unsigned int nr_behind;		/* requests carried out after a call */
	unsigned int nr_before;
};

/* Let the task stop a second time at the begin of each recvfrom(). */
static void stop_at_receives(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_recvfrom, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = { .len = NR(code), .filter = code };

	CHECK(!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	CHECK(!prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter));
}

static void receive(const struct traced *t)
{
	char buf[8];

	CHECK(recv(t->call[0], buf, 7, 0) == 7);
}

static void do_traced(struct traced *t)
{
	struct uring uring;
	char buf[64];
	int i;

	CHECK(!ptrace(PTRACE_TRACEME, 0, NULL, NULL));
	raise(SIGSTOP);
	CHECK(!uring_open(&uring));
	t->cq_tail = uring.cq_tail;
	stop_at_receives();
	for (i = 0; i < NR_ROUNDS; i++) {
		uring_put(&uring, IORING_OP_RECV, t->request[0], buf, sizeof(buf));
		uring_submit(&uring, 1);
		t->when = SEND_BEHIND;
		CHECK(syscall(SYS_futex, &word, 99, 0, NULL, NULL, 0) == -1 && errno == ENOSYS);
		t->nr_behind += uring_is_done(&uring);
		CHECK(uring_wait(&uring) == 5);
		receive(t);
		uring_put(&uring, IORING_OP_RECV, t->request[0], buf, sizeof(buf));
		uring_submit(&uring, 1);
		t->last_tail = *uring.cq_tail;
		t->when = SEND_BEFORE;
		receive(t);
		CHECK(uring_wait(&uring) == 5);
	}
}

static bool send_once(struct traced *t, int when)
{
	if (t->when != when)
		return true;
	t->when = SEND_NEVER;
	return send(t->request[1], "hello", 5, 0) == 5;
}

/* Handle a stop.  @nr: number of the call, kept from its begin to its end. */
static bool look_at_stop(struct traced *t, pid_t tid, unsigned long long *nr)
{
	struct __ptrace_syscall_info info = {};

	if (ptrace(PTRACE_GET_SYSCALL_INFO, tid, sizeof(info), &info) < 0)
		return false;
	switch (info.op) {
	case PTRACE_SYSCALL_INFO_ENTRY:
		*nr = info.entry.nr;
		return *nr != SYS_recvfrom || send_once(t, SEND_BEFORE);
	case PTRACE_SYSCALL_INFO_SECCOMP:
		errno = 0;
		if (t->last_tail)
			t->nr_before += (uint32_t)ptrace(PTRACE_PEEKDATA, tid, t->cq_tail, NULL) !=
					t->last_tail;
		t->last_tail = 0;
		return !errno;
	case PTRACE_SYSCALL_INFO_EXIT:
		return *nr != SYS_futex || send_once(t, SEND_BEHIND);
	default:
		return true;
	}
}

static bool trace_to_end(struct traced *t, pid_t tid)
{
	unsigned long long nr = 0;
	int status;

	if (waitpid(tid, &status, 0) != tid || !WIFSTOPPED(status) ||
	    ptrace(PTRACE_SETOPTIONS, tid, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACESECCOMP))
		return false;
	do {
		if (!look_at_stop(t, tid, &nr) || ptrace(PTRACE_SYSCALL, tid, NULL, NULL))
			return false;
		if (waitpid(tid, &status, 0) != tid)
			return false;
	} while (WIFSTOPPED(status));
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

/* Return: number of receives of the call's bytes; UINT_MAX if there are others. */
static unsigned int count_receives(const struct capture *cap, uint32_t tid)
{
	struct cursor cursor = records_of(cap, tid);
	const struct ipcprobe_rec_unix_recv *recv;
	const struct ipcprobe_rec *rec;
	uint32_t sock = 0;
	unsigned int nr = 0;

	while ((rec = cursor_next(&cursor))) {
		if (rec->type != IPCPROBE_REC_unix_recv)
			continue;
		recv = (const void *)rec;
		if (recv->call != IPCPROBE_CALL_RECVFROM || recv->ret != 7 ||
		    (sock && recv->sock != sock)) {
			record_print(rec);
			return UINT_MAX;
		}
		sock = recv->sock;
		nr++;
	}
	return nr;
}

static unsigned long long lost_for(const struct capture *cap, uint32_t class_id, uint32_t reason)
{
	unsigned long long nr = 0;
	size_t i;

	for (i = 0; i < cap->nr; i++) {
		const struct ipcprobe_rec_lost *lost = (const void *)cap->recs[i].rec;

		if (lost->hdr.type == IPCPROBE_REC_lost && lost->class_id == class_id &&
		    lost->reasons & reason)
			nr += lost->nr_lost;
	}
	return nr;
}

TEST_F(op, requests_before_and_after_calls)
{
	struct traced *t = shared_memory(sizeof(*t));
	pid_t tid;
	int i;

	if (!has_io_uring())
		SKIP(return, "the kernel has no io_uring");
	ASSERT_NE(NULL, t);
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, t->request));
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, t->call));
	for (i = 0; i < 2 * NR_ROUNDS; i++)
		ASSERT_EQ(7, send(t->call[1], "1234567", 7, 0));
	ASSERT_EQ(0, capture_start(&self->cap));
	tid = SPAWN(do_traced, t);
	ASSERT_TRUE(trace_to_end(t, tid));
	FINISH(&self->cap);
	EXPECT_EQ(NR_ROUNDS, t->nr_behind);
	EXPECT_EQ(NR_ROUNDS, t->nr_before);
	EXPECT_EQ(2 * NR_ROUNDS, count_receives(&self->cap, tid));
	EXPECT_LE(2 * NR_ROUNDS,
		  lost_for(&self->cap, IPCPROBE_CLASS_UNIX, IPCPROBE_REASON_UNSEEN));
}

/*
 * fd[0]: the pipe to write to; fd[1]: a byte for each step to do; fd[2]: a byte for
 * each step done.
 */
static void do_after_start(int *fd)
{
	struct uring uring;
	char byte;
	int i;

	CHECK(!uring_open(&uring));
	CHECK(write(fd[2], "r", 1) == 1);
	for (i = 0; i < 3; i++) {
		CHECK(recv(fd[1], &byte, 1, 0) == 1);
		CHECK(write(fd[0], "abc", i + 1) == i + 1);
		CHECK(send(fd[2], "d", 1, 0) == 1);
	}
}

/*
 * The task may have been carrying out requests before: its first operation is lost, and
 * is counted.
 */
TEST_F(op, a_user_of_io_uring_older_than_the_hooks)
{
	int sv[2], fd[3], i;
	struct cursor cursor;
	const struct ipcprobe_rec *rec;
	unsigned int nr = 0;
	char byte;
	pid_t tid;

	if (!has_io_uring())
		SKIP(return, "the kernel has no io_uring");
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, sv));
	fd[0] = self->fd[1];
	fd[1] = sv[1];
	fd[2] = sv[1];
	tid = SPAWN(do_after_start, fd);
	ASSERT_EQ(1, recv(sv[0], &byte, 1, 0));
	ASSERT_EQ(0, capture_start(&self->cap));
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(1, send(sv[0], "g", 1, 0));
		ASSERT_EQ(1, recv(sv[0], &byte, 1, 0));
	}
	REAP(tid);
	FINISH(&self->cap);
	cursor = records_of(&self->cap, tid);
	while ((rec = cursor_next(&cursor)))
		nr += rec->type == IPCPROBE_REC_pipe_write &&
		      ((const struct ipcprobe_rec_pipe_write *)rec)->call == IPCPROBE_CALL_WRITE;
	EXPECT_LE(2, nr) cursor_print(&cursor);
	EXPECT_LE(1, lost_for(&self->cap, IPCPROBE_CLASS_UNIX, IPCPROBE_REASON_LATE_HOOK) +
		     lost_for(&self->cap, IPCPROBE_CLASS_PIPE, IPCPROBE_REASON_LATE_HOOK) + (nr == 3));
}

/* ---- threads that get another id ---- */

#define NR_EXECS	120
#define EXEC_FD		9	/* one digit, because the shell writes to it */

static void *exec_here(void *unused)
{
	CHECK(write(EXEC_FD, "a", 1) == 1);
	execl("/bin/sh", "sh", "-c", "echo >&9", NULL);
	return unused;
}

static void do_exec(int *fd)
{
	pthread_t thread;

	CHECK(dup2(fd[1], EXEC_FD) == EXEC_FD);
	CHECK(!pthread_create(&thread, NULL, exec_here, NULL));
	pause();
	_exit(1);
}

/*
 * Number of objects that the module keeps for threads, as the kernel counts them; 0: it
 * does not count. Freed objects are first removed from the count, and from KASAN's
 * quarantine.
 */
static unsigned long count_kept(void)
{
	FILE *file = fopen("/sys/kernel/slab/ipcprobe_op/shrink", "w");
	unsigned long nr, found = 0;
	char line[256];

	if (file) {
		fputs("1", file);
		fclose(file);
	}
	file = fopen("/proc/slabinfo", "r");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "ipcprobe_op %*u %lu", &nr) == 1)
			found = nr;
	if (file)
		fclose(file);
	return found;
}

TEST_F(op, threads_that_take_the_id_of_the_first)
{
	unsigned int nr_recorded = 0, i;
	unsigned long kept = 0;
	pid_t tids[NR_EXECS];
	char bytes[2];

	ASSERT_EQ(0, capture_start(&self->cap));
	for (i = 0; i < NR_EXECS; i++) {
		tids[i] = SPAWN(do_exec, self->fd);
		REAP(tids[i]);
		ASSERT_EQ(2, read(self->fd[0], bytes, 2));
		capture_drain(&self->cap);
		if (i == 10)
			kept = count_kept();
	}
	TH_LOG("at first %lu objects, then %lu", kept, count_kept());
	EXPECT_LT(0, kept);
	EXPECT_GT(kept + NR_EXECS / 2, count_kept());
	FINISH(&self->cap);
	for (i = 0; i < NR_EXECS; i++)
		nr_recorded += has_write(&self->cap, tids[i]);
	EXPECT_EQ(NR_EXECS, nr_recorded);
}

/* ---- other ways to open ---- */

static void do_open(int *fd)
{
	char path[64];
	int file;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd[0]);
	file = open(path, O_RDONLY);
	CHECK(file >= 0);
	close(file);
	file = open("op_fifo", O_RDONLY | O_NONBLOCK);
	CHECK(file >= 0);
	CHECK(syscall(SYS_creat, "op_fifo", 0600) >= 0);
}

TEST_F(op, opens_by_creat_and_by_descriptor)
{
	const struct ipcprobe_rec_pipe_open *open;
	struct cursor cursor;
	pid_t tid;

	unlink("op_fifo");
	ASSERT_EQ(0, mkfifo("op_fifo", 0600));
	ASSERT_EQ(0, capture_start(&self->cap));
	tid = SPAWN(do_open, self->fd);
	REAP(tid);
	unlink("op_fifo");
	FINISH(&self->cap);
	cursor = records_of(&self->cap, tid);
	open = NEXT(&cursor, pipe_open);
	EXPECT_EQ(inode_of(self->fd[0]), open->pipe);
	EXPECT_EQ(IPCPROBE_IO_READ_END, open->flags);
	EXPECT_LE(0, open->ret);
	EXPECT_EQ(inode_of(self->fd[0]), NEXT(&cursor, pipe_close)->pipe);
	open = NEXT(&cursor, pipe_open);
	EXPECT_EQ(IPCPROBE_IO_READ_END | IPCPROBE_IO_FIFO, open->flags);
	open = NEXT(&cursor, pipe_open);
	EXPECT_EQ(IPCPROBE_IO_WRITE_END | IPCPROBE_IO_FIFO, open->flags);
}

/* ---- 32-bit programs ---- */

#ifdef __x86_64__
#define NR32_FUTEX	240
#define NR32_SOCKETCALL	102
#define NR32_TEE	315
#define NR32_VMSPLICE	316
#define NR32_RECVMMSG	337

static long call32(long nr, long a, long b, long c, long d, long e)
{
	long ret;

	asm volatile("int $0x80" : "=a" (ret)
		     : "a" (nr), "b" (a), "c" (b), "d" (c), "S" (d), "D" (e)
		     : "memory", "r8", "r9", "r10", "r11");
	return ret;
}

/* A kernel without IA32 emulation kills the caller. */
static bool has_compat_calls(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		signal(SIGSEGV, SIG_DFL);
		_exit(call32(20 /* getpid */, 0, 0, 0, 0, 0) != getpid());
	}
	return waitpid(pid, &status, 0) == pid && status == 0;
}

struct iovec32 {
	uint32_t base;
	uint32_t len;
};

struct msghdr32 {
	uint32_t name, namelen, iov, iovlen, control, controllen, flags, len;
};

struct low {
	struct iovec32 iov;
	struct msghdr32 msgs[2];
	uint32_t args[6];
	uint32_t word;
	struct { int32_t sec, nsec; } timeout;
	char buf[100];
};

struct compat {
	int sock[2];
	int in[2];
	int out[2];
	struct low *low;
};

static void do_compat(struct compat *c)
{
	struct low *low = c->low;

	low->iov = (struct iovec32) { (uintptr_t)low->buf, 100 };
	low->msgs[0] = (struct msghdr32) { .iov = (uintptr_t)&low->iov, .iovlen = 1 };
	low->msgs[1] = low->msgs[0];
	CHECK(write(c->sock[0], low->buf, 100) == 100);
	CHECK(call32(NR32_RECVMMSG, c->sock[1], (uintptr_t)low->msgs, 1, 0, 0) == 1);
	CHECK(low->msgs[0].len == 100);
	low->args[0] = c->sock[0];
	low->args[1] = (uintptr_t)low->buf;
	low->args[2] = 30;
	CHECK(call32(NR32_SOCKETCALL, 9 /* SYS_SEND */, (uintptr_t)low->args, 0, 0, 0) == 30);
	CHECK(write(c->in[1], low->buf, 50) == 50);
	CHECK(call32(NR32_TEE, c->in[0], c->out[1], 50, 0, 0) == 50);
	low->iov.len = 20;
	CHECK(call32(NR32_VMSPLICE, c->in[1], (uintptr_t)&low->iov, 1, 0, 0) == 20);
	low->timeout.nsec = 1000;
	CHECK(call32(NR32_FUTEX, (uintptr_t)&low->word, FUTEX_WAIT, 0, (uintptr_t)&low->timeout,
		     0) == -ETIMEDOUT);
}

TEST_F(op, calls_of_32_bit_programs)
{
	const struct ipcprobe_rec_pipe_splice *splice;
	const struct ipcprobe_rec_unix_recv *io;
	const struct ipcprobe_rec_futex_wait *wait;
	const struct ipcprobe_rec *rec;
	struct compat c;
	struct cursor cursor;

	if (!has_compat_calls())
		SKIP(return, "the kernel has no 32-bit calls");
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, c.sock));
	ASSERT_EQ(0, pipe(c.in));
	ASSERT_EQ(0, pipe(c.out));
	c.low = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT,
		     -1, 0);
	ASSERT_NE(MAP_FAILED, c.low);
	ASSERT_EQ(0, capture_start(&self->cap));
	cursor = RECORDS_OF(&self->cap, do_compat, &c);
	while ((rec = cursor_next(&cursor)) && rec->type != IPCPROBE_REC_unix_recv)
		;
	ASSERT_NE(NULL, rec);
	io = (const void *)rec;
	EXPECT_EQ(100, io->ret);
	EXPECT_EQ(IPCPROBE_CALL_RECVMMSG, io->call);
	io = (const void *)NEXT(&cursor, unix_send);	/* both records have the same fields */
	EXPECT_EQ(30, io->ret);
	EXPECT_EQ(IPCPROBE_CALL_SENDTO, io->call);
	while ((rec = cursor_next(&cursor)) && rec->type != IPCPROBE_REC_pipe_splice)
		;
	ASSERT_NE(NULL, rec);
	splice = (const void *)rec;
	EXPECT_EQ(50, splice->ret);
	EXPECT_EQ(IPCPROBE_CALL_TEE, splice->call);
	splice = NEXT(&cursor, pipe_splice);
	EXPECT_EQ(20, splice->ret);
	EXPECT_EQ(IPCPROBE_CALL_VMSPLICE, splice->call);
	EXPECT_EQ((uintptr_t)c.low->buf, splice->addr);
	EXPECT_EQ(50, splice->out_pos);
	while ((rec = cursor_next(&cursor)) && rec->type != IPCPROBE_REC_futex_wait)
		;
	ASSERT_NE(NULL, rec);
	wait = (const void *)rec;
	EXPECT_EQ(-ETIMEDOUT, wait->ret);
	EXPECT_EQ(IPCPROBE_CALL_FUTEX, wait->call);
}
#endif

TEST_HARNESS_MAIN
