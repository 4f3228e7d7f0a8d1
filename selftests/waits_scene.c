// SPDX-License-Identifier: GPL-2.0
/*
 * waits_scene NAME [SECONDS]: tasks that wait for each other in a known way, until the
 * program is killed, or for so long (60). When all of them wait, one line of JSON says
 * who they are: {"verdict": "deadlock", "tasks": [TID...], "pids": [PID...]}.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define NR_MAX	8

/* The tasks of the scene; in memory that they share. */
static struct {
	pid_t tid[NR_MAX];
	int nr;
	pthread_mutex_t lock[3];
	pthread_cond_t cond;
	int nr_locked;
} *scene;

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static void note_tid(int seat)
{
	__atomic_store_n(&scene->tid[seat], (pid_t)syscall(SYS_gettid), __ATOMIC_SEQ_CST);
}

static pid_t child(void (*run)(int seat), int seat)
{
	pid_t pid = fork();

	if (pid < 0)
		fail("fork");
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	note_tid(seat);
	run(seat);
	_exit(0);
}

/* True if the task sleeps in a system call, and has done so for two looks. */
static int sleeps(pid_t tid)
{
	char path[64], state = 0, line[512];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", tid);
	file = fopen(path, "r");
	if (!file)
		return 0;
	if (fgets(line, sizeof(line), file) && strrchr(line, ')'))
		state = strrchr(line, ')')[2];
	fclose(file);
	return state == 'S' || state == 'T';
}

static void await_all(void)
{
	int i, nr;

	do {
		for (nr = 0, i = 0; i < scene->nr; i++) {
			pid_t tid = __atomic_load_n(&scene->tid[i], __ATOMIC_SEQ_CST);

			nr += tid && sleeps(tid);
		}
		sched_yield();
	} while (nr < scene->nr);
}

/* Who prints is no part of the scene, unless it is the first task. */
static void announce(const char *verdict)
{
	int i;

	printf("{\"verdict\": \"%s\", \"tasks\": [", verdict);
	for (i = 0; i < scene->nr; i++)
		printf("%s%d", i ? ", " : "", scene->tid[i]);
	printf("]}\n");
	fflush(stdout);
}

static int pipe_fd[2];

/* ---- pipes ---- */

static void fill_pipe(int seat)
{
	static char page[4096];

	(void)seat;
	close(pipe_fd[0]);
	while (write(pipe_fd[1], page, sizeof(page)) > 0)
		;
}

static void wait_for_writer(int seat)
{
	(void)seat;
	if (pipe(pipe_fd))
		fail("pipe");
	scene->nr = 2;
	child(fill_pipe, 1);
	wait(NULL);
}

static void read_own_pipe(int seat)
{
	char byte;

	(void)seat;
	if (pipe(pipe_fd) || read(pipe_fd[0], &byte, 1) < 0)
		fail("pipe");
}

static void read_pipe(int seat)
{
	char byte;

	(void)seat;
	close(pipe_fd[1]);
	if (read(pipe_fd[0], &byte, 1) < 0)
		fail("read");
}

static void stop_self(int seat)
{
	(void)seat;
	raise(SIGSTOP);
}

/* ---- locks ---- */

static void init_locks(int is_shared, int is_robust)
{
	pthread_mutexattr_t attr;
	pthread_condattr_t cond;
	int i;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setpshared(&attr, is_shared);
	for (i = 0; i < 3; i++) {
		pthread_mutexattr_setrobust(&attr, is_robust && i == 1 ? PTHREAD_MUTEX_ROBUST :
							  PTHREAD_MUTEX_STALLED);
		pthread_mutex_init(&scene->lock[i], &attr);
	}
	pthread_condattr_init(&cond);
	pthread_condattr_setpshared(&cond, is_shared);
	pthread_cond_init(&scene->cond, &cond);
}

static pthread_mutex_t own_lock[2] = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER };
static pthread_cond_t own_cond = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t both;

static void *cross_locks(void *arg)
{
	int seat = (int)(long)arg;

	note_tid(seat);
	pthread_mutex_lock(&own_lock[seat]);
	pthread_barrier_wait(&both);
	pthread_mutex_lock(&own_lock[!seat]);
	return NULL;
}

static void *lock_twice(void *arg)
{
	(void)arg;
	note_tid(0);
	pthread_mutex_lock(&own_lock[0]);
	pthread_mutex_lock(&own_lock[0]);
	return NULL;
}

static void *wait_for_signal(void *arg)
{
	(void)arg;
	note_tid(1);
	pthread_mutex_lock(&own_lock[0]);
	pthread_cond_wait(&own_cond, &own_lock[0]);
	return NULL;
}

static void join_waiter(int seat)
{
	pthread_t thread;

	(void)seat;
	scene->nr = 2;
	pthread_create(&thread, NULL, wait_for_signal, NULL);
	pthread_join(thread, NULL);
}

static void die_with_lock(int seat)
{
	pthread_mutex_lock(&scene->lock[seat]);
}

static void lock_shared(int seat)
{
	pthread_mutex_lock(&scene->lock[seat - 1]);
}

/* ---- semaphores ---- */

static int set;

static void take(int number)
{
	struct sembuf op = { .sem_num = number, .sem_op = -1 };

	if (semop(set, &op, 1) && errno != EIDRM)
		fail("semop");
}

/* Takes the left fork when all have come, and then the right one. */
static void dine(int seat)
{
	struct sembuf come[] = { { 5, -1, 0 }, { 5, 0, 0 } };

	take(seat);
	semop(set, &come[0], 1);
	semop(set, &come[1], 1);
	take((seat + 1) % 5);
}

static void remove_set(void)
{
	semctl(set, 0, IPC_RMID);
}

/* ---- file locks ---- */

static char file[2][32] = { "/tmp/waits_scene.0.XXXXXX", "/tmp/waits_scene.1.XXXXXX" };
static int *nr_locked;

/* Locks its own file, and, when both have, the other's. */
static void cross_files(int seat)
{
	int own = open(file[seat], O_RDWR), other = open(file[!seat], O_RDWR);

	if (own < 0 || other < 0 || flock(own, LOCK_EX))
		fail(file[seat]);
	__atomic_add_fetch(nr_locked, 1, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(nr_locked, __ATOMIC_SEQ_CST) < 2)
		sched_yield();
	flock(other, LOCK_EX);
}

static void remove_files(void)
{
	unlink(file[0]);
	unlink(file[1]);
}

/* ---- scenes ---- */

static const char *by_pipe(void)
{
	child(wait_for_writer, 0);
	scene->nr = 2;
	return "deadlock";
}

static const char *by_own_pipe(void)
{
	child(read_own_pipe, 0);
	scene->nr = 1;
	return "deadlock";
}

/* Both ends are open in this process, which is alive. */
static const char *by_alive(void)
{
	if (pipe(pipe_fd))
		fail("pipe");
	child(read_pipe, 0);
	scene->nr = 1;
	return "alive";
}

static const char *by_stopped(void)
{
	if (pipe(pipe_fd))
		fail("pipe");
	child(stop_self, 0);	/* has both ends, too */
	child(fill_pipe, 1);
	close(pipe_fd[0]);
	close(pipe_fd[1]);
	scene->nr = 2;
	return "alive";
}

static const char *by_socket(void)
{
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pipe_fd))
		fail("socketpair");
	/* each has its own end only, and reads */
	for (int i = 0; i < 2; i++) {
		pid_t pid = fork();

		if (pid < 0)
			fail("fork");
		if (!pid) {
			char byte;

			prctl(PR_SET_PDEATHSIG, SIGKILL);
			close(pipe_fd[!i]);
			note_tid(i);
			_exit(read(pipe_fd[i], &byte, 1) < 0);
		}
	}
	close(pipe_fd[0]);
	close(pipe_fd[1]);
	scene->nr = 2;
	return "deadlock";
}

static const char *by_mutexes(void)
{
	pthread_t thread;

	scene->nr = 2;
	pthread_barrier_init(&both, NULL, 2);
	for (long i = 0; i < 2; i++)
		pthread_create(&thread, NULL, cross_locks, (void *)i);
	return "deadlock";
}

static const char *by_own_mutex(void)
{
	pthread_t thread;

	scene->nr = 1;
	pthread_create(&thread, NULL, lock_twice, NULL);
	return "deadlock";
}

static const char *by_dead_owner(void)
{
	init_locks(PTHREAD_PROCESS_SHARED, 1);
	waitpid(child(die_with_lock, 0), NULL, 0);
	child(lock_shared, 1);
	scene->tid[0] = scene->tid[1];
	while (!(scene->tid[0] = __atomic_load_n(&scene->tid[1], __ATOMIC_SEQ_CST)))
		sched_yield();
	scene->nr = 1;
	return "stuck";
}

static const char *by_lost_wakeup(void)
{
	child(join_waiter, 0);
	scene->nr = 2;
	return "stuck";
}

static const char *by_semaphores(void)
{
	int i;

	set = semget(IPC_PRIVATE, 6, 0600);
	if (set < 0)
		fail("semget");
	atexit(remove_set);
	for (i = 0; i < 5; i++)
		semctl(set, i, SETVAL, 1);
	semctl(set, 5, SETVAL, 5);
	for (i = 0; i < 5; i++)
		child(dine, i);
	scene->nr = 5;
	return "deadlock";
}

static const char *by_files(void)
{
	for (int i = 0; i < 2; i++)
		close(mkstemp(file[i]));
	atexit(remove_files);
	nr_locked = &scene->nr_locked;
	child(cross_files, 0);
	child(cross_files, 1);
	scene->nr = 2;
	return "deadlock";
}

static void poll_both(int seat)
{
	struct pollfd fds[2] = { { pipe_fd[0], POLLIN, 0 }, { seat, POLLIN, 0 } };

	close(pipe_fd[1]);
	poll(fds, 2, -1);
}

/* It waits for either of two pipes; one of them has a writer that can write. */
static const char *by_poll(void)
{
	int other[2];

	if (pipe(other) || pipe(pipe_fd))
		fail("pipe");
	if (other[0] >= NR_MAX)
		fail("descriptor");
	child(poll_both, other[0]);
	while (!(scene->tid[0] = __atomic_load_n(&scene->tid[other[0]], __ATOMIC_SEQ_CST)))
		sched_yield();
	scene->nr = 1;
	return "alive";
}

static const struct {
	const char *name;
	const char *(*make)(void);
} scenes[] = {
	{ "pipe", by_pipe }, { "own-pipe", by_own_pipe }, { "alive", by_alive },
	{ "stopped", by_stopped }, { "socket", by_socket }, { "mutexes", by_mutexes },
	{ "own-mutex", by_own_mutex }, { "dead-owner", by_dead_owner },
	{ "lost-wakeup", by_lost_wakeup }, { "semaphores", by_semaphores }, { "poll", by_poll },
	{ "files", by_files },
};

static void end(int signal)
{
	(void)signal;
	exit(0);
}

int main(int argc, char **argv)
{
	const char *verdict = NULL;

	scene = mmap(NULL, sizeof(*scene), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (scene == MAP_FAILED)
		fail("mmap");
	signal(SIGTERM, end);
	for (size_t i = 0; argc > 1 && i < sizeof(scenes) / sizeof(*scenes); i++)
		if (!strcmp(scenes[i].name, argv[1]))
			verdict = scenes[i].make();
	if (!verdict) {
		fprintf(stderr, "usage: waits_scene NAME [SECONDS]\n");
		return 2;
	}
	await_all();
	announce(verdict);
	sleep(argc > 2 ? atoi(argv[2]) : 60);
	return 0;
}
