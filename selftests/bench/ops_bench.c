// SPDX-License-Identifier: GPL-2.0
/*
 * ops_bench [-b | -o] [NAME...]: count the guest instructions of one operation without
 * hooks, with hooks whose events the filter drops, and recorded.
 *
 * It runs in a guest with one processor and "-icount shift=0": there the time stamp
 * counter grows by one with each instruction, which is checked first.  Loops are timed
 * in batches so short that most of them see no timer interrupt; the result is the
 * median batch.  The ring is emptied between batches.
 *
 * Output, one line for each operation and mode, separated by tabs:
 *	op OPERATION MODE INSTRUCTIONS SPREAD EVENTS BYTES LOST TYPES
 * per operation; spread is the largest minus the smallest of the repetitions.
 *
 *	-b	only the mode "bare": the module is not needed
 *	-o	only operations that move bytes, in the modes "off" and of their own class
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <mqueue.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
#include <x86intrin.h>

#include "session.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#define NR_BATCHES	25
#define NR_REPEATS	5

static char buffer[64 << 10];
static int pipe_fds[2], stream_fds[2], dgram_fds[2], event_fd, file_fd;
static int memfd, segment, msg_id, sem_id, *turn;
static mqd_t mq;
static volatile char *touched;
static pid_t partner, self;
static bool is_own_only;	/* set by option -o */

/* ---- operations ---- */

static void pipe_round(size_t len)
{
	if (write(pipe_fds[1], buffer, len) != (ssize_t)len ||
	    read(pipe_fds[0], buffer, len) != (ssize_t)len)
		die("pipe");
}

static void op_pipe_1(void)
{
	pipe_round(1);
}

static void op_pipe_100(void)
{
	pipe_round(100);
}

static void op_pipe_64k(void)
{
	pipe_round(sizeof(buffer));
}

static void op_read_4k(void)
{
	if (pread(file_fd, buffer, 4096, 0) != 4096)
		die("pread");
}

static void op_write_4k(void)
{
	if (pwrite(file_fd, buffer, 4096, 0) != 4096)
		die("pwrite");
}

static void msg_round(size_t len)
{
	static struct {
		long type;
		char text[100];
	} message;

	message.type = 1;
	if (msgsnd(msg_id, &message, len, 0) ||
	    msgrcv(msg_id, &message, len, 0, 0) != (ssize_t)len)
		die("msgsnd or msgrcv");
}

static void op_msg_1(void)
{
	msg_round(1);
}

static void op_msg_100(void)
{
	msg_round(100);
}

static void op_mq_1(void)
{
	if (mq_send(mq, buffer, 1, 0) || mq_receive(mq, buffer, sizeof(buffer), NULL) != 1)
		die("mq_send or mq_receive");
}

/* Increment and decrement a semaphore: two operations. */
static void op_sem(void)
{
	struct sembuf up = { 0, 1, 0 }, down = { 0, -1, 0 };

	if (semop(sem_id, &up, 1) || semop(sem_id, &down, 1))
		die("semop");
}

static void socket_round(const int *fds, size_t len)
{
	if (write(fds[0], buffer, len) != (ssize_t)len ||
	    read(fds[1], buffer, len) != (ssize_t)len)
		die("socket");
}

static void op_stream_1(void)
{
	socket_round(stream_fds, 1);
}

static void op_stream_100(void)
{
	socket_round(stream_fds, 100);
}

static void op_dgram_1(void)
{
	socket_round(dgram_fds, 1);
}

static void op_eventfd(void)
{
	uint64_t value = 1;

	if (write(event_fd, &value, 8) != 8 || read(event_fd, &value, 8) != 8)
		die("eventfd");
}

static void op_process_vm(void)
{
	struct iovec local = { buffer, 1 }, remote = { buffer + 4096, 1 };

	if (process_vm_readv(self, &local, 1, &remote, 1, 0) != 1)
		die("process_vm_readv");
}

static void do_nothing(int sig)
{
	(void)sig;
}

static void op_signal(void)
{
	raise(SIGUSR1);
}

static void op_getppid(void)
{
	syscall(SYS_getppid);
}

/* The file has a second descriptor, so the kernel takes the mutex of the position. */
static void op_lseek(void)
{
	lseek(file_fd, 0, SEEK_SET);
}

static void op_map(void)
{
	void *addr = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, memfd, 0);

	if (addr == MAP_FAILED || munmap(addr, 4096))
		die("mmap");
}

static void op_map_private(void)
{
	void *addr = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, memfd, 0);

	if (addr == MAP_FAILED || munmap(addr, 4096))
		die("mmap");
}

static void op_attach(void)
{
	void *addr = shmat(segment, NULL, 0);

	if (addr == (void *)-1 || shmdt(addr))
		die("shmat");
}

/* The page stays in the memfd, but must be mapped again. */
static void op_touch(void)
{
	madvise((void *)touched, 4096, MADV_DONTNEED);
	*touched = 1;
}

static void pass_turn(int me)
{
	__atomic_store_n(turn, !me, __ATOMIC_RELEASE);
	syscall(SYS_futex, turn, FUTEX_WAKE, 1, NULL, NULL, 0);
	while (__atomic_load_n(turn, __ATOMIC_ACQUIRE) != me)
		syscall(SYS_futex, turn, FUTEX_WAIT, !me, NULL, NULL, 0);
}

static void op_switch(void)
{
	pass_turn(0);
}

static void op_wake(void)
{
	syscall(SYS_futex, turn, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static void op_wake_shared(void)
{
	syscall(SYS_futex, turn, FUTEX_WAKE, 1, NULL, NULL, 0);
}

/* The futex does not hold the expected value: the wait fails with EAGAIN. */
static void op_wait(void)
{
	syscall(SYS_futex, turn, FUTEX_WAIT_PRIVATE, 7, NULL, NULL, 0);
}

static void op_yield(void)
{
	sched_yield();
}

/* With two tasks of the same real-time priority each yield is a switch. */
static void set_policy(int policy)
{
	struct sched_param param = { .sched_priority = policy == SCHED_FIFO };

	if (sched_setscheduler(0, policy, &param))
		die("sched_setscheduler");
}

static void partner_passes_turn(void)
{
	while (__atomic_load_n(turn, __ATOMIC_ACQUIRE) != 1)
		syscall(SYS_futex, turn, FUTEX_WAIT, 0, NULL, NULL, 0);
	for (;;)
		pass_turn(1);
}

static void partner_yields(void)
{
	for (;;)
		sched_yield();
}

/**
 * struct op - an operation to time
 * @name: name to print
 * @run: does the operation once
 * @partner: run by a second process meanwhile, or NULL
 * @nr: operations in a batch
 * @own: mode in which the operation is recorded, if it moves bytes
 * @policy: scheduling policy.  Woken tasks of SCHED_BATCH do not preempt, so
 *	each hand-over is exactly one switch.
 */
static const struct op {
	const char *name;
	void (*run)(void);
	void (*partner)(void);
	unsigned int nr;
	int policy;
	const char *own;
} ops[] = {
	{ "pipe-1", op_pipe_1, NULL, 100, SCHED_BATCH, "pipe" },
	{ "pipe-100", op_pipe_100, NULL, 100, SCHED_BATCH, "pipe" },
	{ "pipe-64k", op_pipe_64k, NULL, 10, SCHED_BATCH, NULL },
	{ "switch", op_switch, partner_passes_turn, 50, SCHED_BATCH, NULL },
	{ "yield", op_yield, partner_yields, 50, SCHED_FIFO, NULL },
	{ "read-4k", op_read_4k, NULL, 100, SCHED_BATCH, "file" },
	{ "write-4k", op_write_4k, NULL, 100, SCHED_BATCH, "file" },
	{ "msg-1", op_msg_1, NULL, 100, SCHED_BATCH, "msg" },
	{ "msg-100", op_msg_100, NULL, 100, SCHED_BATCH, "msg" },
	{ "mq-1", op_mq_1, NULL, 100, SCHED_BATCH, "msg" },
	{ "sem", op_sem, NULL, 100, SCHED_BATCH, NULL },
	{ "futex-wake", op_wake, NULL, 100, SCHED_BATCH, NULL },
	{ "futex-wake-shared", op_wake_shared, NULL, 100, SCHED_BATCH, NULL },
	{ "futex-wait", op_wait, NULL, 100, SCHED_BATCH, NULL },
	{ "stream-1", op_stream_1, NULL, 100, SCHED_BATCH, "unix" },
	{ "stream-100", op_stream_100, NULL, 100, SCHED_BATCH, "unix" },
	{ "dgram-1", op_dgram_1, NULL, 100, SCHED_BATCH, "unix" },
	{ "eventfd", op_eventfd, NULL, 100, SCHED_BATCH, NULL },
	{ "process-vm", op_process_vm, NULL, 100, SCHED_BATCH, "procvm" },
	{ "signal", op_signal, NULL, 100, SCHED_BATCH, NULL },
	{ "getppid", op_getppid, NULL, 200, SCHED_BATCH, NULL },
	{ "lseek-mutex", op_lseek, NULL, 200, SCHED_BATCH, NULL },
	{ "mmap-munmap", op_map, NULL, 20, SCHED_BATCH, NULL },
	{ "mmap-private", op_map_private, NULL, 20, SCHED_BATCH, NULL },
	{ "shmat-shmdt", op_attach, NULL, 20, SCHED_BATCH, NULL },
	{ "touch", op_touch, NULL, 50, SCHED_BATCH, NULL },
};

#define NR_OPS	ARRAY_SIZE(ops)

/* ---- modes ---- */

#define ALL_CLASSES	__IPCPROBE_CLASSES_ALL

/* The order matters: "detached" shows the cost that stays after all modes before it. */
static const struct mode {
	const char *name;
	uint32_t classes;
	bool is_filtered;
	bool has_sums;
} modes[] = {
	{ "off", 0, false, false },
	{ "filtered", ALL_CLASSES, true, false },
	{ "pipe", 1U << IPCPROBE_CLASS_PIPE, false, false },
	{ "sched", 1U << IPCPROBE_CLASS_SCHED, false, false },
	{ "pick", 1U << IPCPROBE_CLASS_SCHED | 1U << IPCPROBE_CLASS_PICK, false, false },
	{ "file", 1U << IPCPROBE_CLASS_FILE, false, false },
	{ "shm", 1U << IPCPROBE_CLASS_SHM, false, false },
	{ "sem", 1U << IPCPROBE_CLASS_SEM, false, false },
	{ "msg", 1U << IPCPROBE_CLASS_MSG, false, false },
	{ "futex", 1U << IPCPROBE_CLASS_FUTEX, false, false },
	{ "unix", 1U << IPCPROBE_CLASS_UNIX, false, false },
	{ "eventfd", 1U << IPCPROBE_CLASS_EVENTFD, false, false },
	{ "procvm", 1U << IPCPROBE_CLASS_PROCVM, false, false },
	{ "signal", 1U << IPCPROBE_CLASS_SIGNAL, false, false },
	{ "all", ALL_CLASSES, false, false },
	{ "verify", ALL_CLASSES, false, true },
	{ "detached", 0, false, false },
}, bare = { "bare", 0, false, false };

#define NR_MODES	ARRAY_SIZE(modes)

/* ---- timing ---- */

struct batch {
	uint64_t ticks;
	uint64_t from;
	uint64_t until;
};

static int compare_batches(const void *a, const void *b)
{
	const struct batch *l = a, *r = b;

	return (l->ticks > r->ticks) - (l->ticks < r->ticks);
}

static struct batch run_batch(const struct op *op, const struct bench_session *session)
{
	struct batch batch = { .from = bench_session_pos(session) };
	uint64_t begin;

	bench_session_consume(session, batch.from);
	begin = __rdtsc();
	for (unsigned int i = 0; i < op->nr; i++)
		op->run();
	batch.ticks = __rdtsc() - begin;
	batch.until = bench_session_pos(session);
	return batch;
}

/* Find the median batch. Its records are still in the ring. */
static struct batch median_batch(const struct op *op, const struct bench_session *session,
				 struct bench_count *count)
{
	struct batch batches[NR_BATCHES];
	static struct bench_count counts[NR_BATCHES];
	struct batch median;

	run_batch(op, session);
	for (int i = 0; i < NR_BATCHES; i++) {
		batches[i] = run_batch(op, session);
		memset(&counts[i], 0, sizeof(counts[i]));
		bench_session_count(session, batches[i].from, batches[i].until, &counts[i]);
		batches[i].from = i;
	}
	qsort(batches, NR_BATCHES, sizeof(batches[0]), compare_batches);
	median = batches[NR_BATCHES / 2];
	*count = counts[median.from];
	return median;
}

static void start_partner(const struct op *op)
{
	int parent = getpid();

	*turn = 0;
	partner = op->partner ? fork() : 0;
	if (partner || !op->partner)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == parent)
		op->partner();
	_exit(1);
}

static void stop_partner(void)
{
	if (partner <= 0)
		return;
	kill(partner, SIGKILL);
	waitpid(partner, NULL, 0);
}

/**
 * struct result - result of one operation in one mode
 * @ticks: median batch of the median repetition
 * @spread: largest minus smallest median of the repetitions
 * @lost: records lost in all repetitions
 * @count: records of the batch that @ticks measures
 */
struct result {
	uint64_t ticks;
	uint64_t spread;
	uint64_t lost;
	struct bench_count count;
};

static void time_op(const struct op *op, const struct bench_session *session,
		    struct result *result)
{
	static struct bench_count counts[NR_REPEATS];
	struct batch repeats[NR_REPEATS];

	set_policy(op->policy);
	start_partner(op);
	for (int i = 0; i < NR_REPEATS; i++) {
		repeats[i] = median_batch(op, session, &counts[i]);
		repeats[i].from = i;
	}
	stop_partner();
	qsort(repeats, NR_REPEATS, sizeof(repeats[0]), compare_batches);
	result->ticks = repeats[NR_REPEATS / 2].ticks;
	result->spread = repeats[NR_REPEATS - 1].ticks - repeats[0].ticks;
	result->count = counts[repeats[NR_REPEATS / 2].from];
	result->lost = session->fd < 0 ? 0 : bench_session_lost(session);
}

/* ---- output ---- */

#define TYPE_NAME(name, cls, number, text)	[number] = #name,
static const char *const type_names[BENCH_NR_TYPES] = { IPCPROBE_EVENTS(TYPE_NAME) };

static void print_result(const struct op *op, const struct mode *mode,
			 const struct result *result)
{
	double nr = op->nr;

	printf("op\t%s\t%s\t%.2f\t%.2f\t%.3f\t%.1f\t%llu\t", op->name, mode->name,
	       result->ticks / nr, result->spread / nr, result->count.all / nr,
	       result->count.bytes / nr, (unsigned long long)result->lost);
	for (int type = 0; type < BENCH_NR_TYPES; type++)
		if (result->count.nr[type])
			printf("%s:%.2f ", type_names[type] ?: "?",
			       result->count.nr[type] / nr);
	printf("\n");
}

static bool is_chosen(const struct op *op, const struct mode *mode, char **names)
{
	if (is_own_only && (!op->own || (mode->classes && strcmp(op->own, mode->name))))
		return false;
	if (!*names)
		return true;
	for (; *names; names++)
		if (!strcmp(op->name, *names))
			return true;
	return false;
}

static bool has_chosen(const struct mode *mode, char **names)
{
	for (size_t i = 0; i < NR_OPS; i++)
		if (is_chosen(&ops[i], mode, names))
			return true;
	return false;
}

static void run_mode(const struct mode *mode, pid_t bystander, char **names)
{
	static struct result results[NR_OPS];
	struct bench_session session = { .fd = -1 };

	if (is_own_only && !has_chosen(mode, names))
		return;
	if (mode->classes)
		bench_session_start(&session, mode->classes, mode->is_filtered ? bystander : 0,
				    mode->has_sums ? IPCPROBE_F_SUMS : 0);
	usleep(100000);	/* attaching leaves work for later: wait until it is done */
	for (size_t i = 0; i < NR_OPS; i++)
		if (is_chosen(&ops[i], mode, names))
			time_op(&ops[i], &session, &results[i]);
	if (mode->classes)
		bench_session_stop(&session);
	bench_session_close(&session);
	for (size_t i = 0; i < NR_OPS; i++)
		if (is_chosen(&ops[i], mode, names))
			print_result(&ops[i], mode, &results[i]);
	fflush(stdout);
}

/* ---- preparation ---- */

/*
 * A loop of two instructions must take two ticks a turn, or the clock does not count
 * instructions. Work that the kernel does for the module just loaded is left out.
 */
static void check_clock(void)
{
	uint64_t begin, turns, took, ticks = UINT64_MAX;

	for (int i = 0; i < 10; i++) {
		turns = 1000000;
		begin = __rdtsc();
		asm volatile("1: dec %0; jnz 1b" : "+r"(turns));
		took = __rdtsc() - begin;
		ticks = took < ticks ? took : ticks;
	}
	if (ticks < 2000000 || ticks > 2200000) {
		fprintf(stderr, "ops_bench: %llu ticks for 2000000 instructions: no -icount?\n",
			(unsigned long long)ticks);
		exit(1);
	}
}

static void prepare(void)
{
	/*
	 * O_NOATIME: within one second of the last read the kernel compares more time
	 * fields.
	 */
	file_fd = open("/tmp/ops_bench.data", O_RDWR | O_CREAT | O_TRUNC | O_NOATIME, 0600);
	if (file_fd < 0 || dup(file_fd) < 0 || pipe(pipe_fds) ||
	    pwrite(file_fd, buffer, 4096, 0) != 4096)
		die("/tmp or a pipe");
	msg_id = msgget(IPC_PRIVATE, 0600);
	sem_id = semget(IPC_PRIVATE, 1, 0600);
	if (msg_id < 0 || sem_id < 0)
		die("msgget or semget");
	mq = mq_open("/ops_bench", O_RDWR | O_CREAT, 0600, NULL);
	if (mq == (mqd_t)-1 || mq_unlink("/ops_bench"))
		die("mq_open");
	event_fd = eventfd(0, 0);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, stream_fds) ||
	    socketpair(AF_UNIX, SOCK_DGRAM, 0, dgram_fds) || event_fd < 0 ||
	    signal(SIGUSR1, do_nothing) == SIG_ERR)
		die("sockets or an eventfd");
	turn = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	memfd = memfd_create("ops_bench", 0);
	if (memfd < 0 || ftruncate(memfd, 4096))
		die("memfd_create");
	touched = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, memfd, 0);
	if (turn == MAP_FAILED || touched == MAP_FAILED)
		die("mmap");
	segment = shmget(IPC_PRIVATE, 4096, 0600);
	if (segment < 0)
		die("shmget");
}

static pid_t start_bystander(void)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	bool is_bare = argc > 1 && !strcmp(argv[1], "-b");
	char **names;
	pid_t bystander;

	is_own_only = argc > 1 && !strcmp(argv[1], "-o");
	names = argv + 1 + (is_bare || is_own_only);
	check_clock();
	self = getpid();
	prepare();
	if (is_bare) {
		run_mode(&bare, 0, names);
		return 0;
	}
	bystander = start_bystander();
	for (size_t i = 0; i < NR_MODES; i++)
		run_mode(&modes[i], bystander, names);
	kill(bystander, SIGKILL);
	msgctl(msg_id, IPC_RMID, NULL);
	semctl(sem_id, 0, IPC_RMID);
	return 0;
}
