// SPDX-License-Identifier: GPL-2.0
/*
 * One run of the laboratory, in a process of its own, which is what is
 * recorded. The process creates the server and the client, waits for both and
 * writes their counts to a file.
 */
#include "lab/lab.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/counter.h"
#include "lib/write_all.h"

static const char *const role_names[LAB_NR_ROLES] = { "server", "client" };

static int open_in(const struct lab *lab, const char *name, int flags)
{
	char path[LAB_PATH_MAX + 8];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", lab->dir, name);
	fd = open(path, flags | O_CLOEXEC, 0600);
	return fd < 0 ? lab_error(lab, path) : fd;
}

/* ---- the two processes ---- */

/* Each process opens its own file and closes the other process's ends. */
static int prepare_side(struct lab *lab, enum lab_role role)
{
	bool is_server = role == LAB_SERVER;
	int *end = &lab->fd[is_server ? 0 : 1];
	int file = open_in(lab, is_server ? "in" : "out", is_server ? O_RDONLY : O_WRONLY | O_CREAT);

	*(is_server ? &lab->in : &lab->out) = file;
	if (*end >= 0)
		close(*end);
	return file < 0 ? file : 0;
}

static int run_side(struct lab *lab, enum lab_role role)
{
	struct lab_side *side = &lab->shared->result.side[role];
	int counter = counter_open(), err;

	side->pid = getpid();
	err = prepare_side(lab, role);
	sem_post(&lab->shared->ready);
	if (err)
		return err;
	err = lab_wait(&lab->shared->go);
	if (err)
		return err;
	counter_begin(counter, side);
	err = role == LAB_SERVER ? lab->transport->serve(lab) : lab->transport->receive(lab);
	counter_end(counter, side);
	return err;
}

static pid_t start_side(struct lab *lab, enum lab_role role)
{
	pid_t parent = getpid(), pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, role_names[role]);
	if (getppid() != parent)
		_exit(EXIT_FAILURE);
	_exit(run_side(lab, role) ? EXIT_FAILURE : EXIT_SUCCESS);
}

/* If one process fails, end the other one, which would wait for it for ever. */
static int wait_for(const pid_t pid[LAB_NR_ROLES])
{
	int status, i, err = 0;
	pid_t ended;

	for (i = 0; i < LAB_NR_ROLES; i++) {
		do {
			ended = wait(&status);
		} while (ended < 0 && errno == EINTR);
		if (!err && (ended < 0 || status)) {
			err = -ECHILD;
			kill(pid[ended == pid[LAB_SERVER] ? LAB_CLIENT : LAB_SERVER], SIGKILL);
		}
	}
	return err;
}

static int run_both(struct lab *lab)
{
	pid_t pid[LAB_NR_ROLES];
	int err, i;

	for (i = 0; i < LAB_NR_ROLES; i++) {
		pid[i] = start_side(lab, i);
		if (pid[i] < 0)
			return lab_error(lab, "fork");
	}
	for (i = 0; i < 2; i++)
		if (lab->fd[i] >= 0)
			close(lab->fd[i]);
	for (i = 0; i < LAB_NR_ROLES; i++)
		lab_wait(&lab->shared->ready);
	for (i = 0; i < LAB_NR_ROLES; i++)
		sem_post(&lab->shared->go);
	err = wait_for(pid);
	return err;
}

/* ---- the run ---- */

static int make_shared(struct lab *lab)
{
	lab->shared = mmap(NULL, sizeof(*lab->shared), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (lab->shared == MAP_FAILED)
		return lab_error(lab, "mmap");
	if (sem_init(&lab->shared->ready, 1, 0) || sem_init(&lab->shared->go, 1, 0) ||
	    sem_init(&lab->shared->full, 1, 0) || sem_init(&lab->shared->empty, 1, 1))
		return lab_error(lab, "sem_init");
	return 0;
}

static int write_result(const struct lab *lab)
{
	int fd = open_in(lab, "result", O_WRONLY | O_CREAT | O_TRUNC), err;

	if (fd < 0)
		return fd;
	err = lab_write_full(lab, fd, &lab->shared->result, sizeof(lab->shared->result));
	close(fd);
	return err;
}

/* Lets the transport lower the block size, then allocates memory for one block. */
static int prepare_run(struct lab *lab)
{
	int err = make_shared(lab);

	if (!err && lab->transport->prepare)
		err = lab->transport->prepare(lab);
	lab->shared->result.block = lab->block;
	lab->buf = aligned_alloc(4096, (lab->block + 2 * 4096) & ~4095ULL);
	if (!err && !lab->buf)
		err = lab_error(lab, "memory for a block");
	return err;
}

/**
 * lab_run - do one run; the caller is a process for this run alone
 * Return: 0 or -errno. A transport that this system does not have is no
 * failure.
 */
int lab_run(const char *transport, const char *dir, uint64_t size, uint64_t block)
{
	struct lab lab = { .transport = lab_find(transport), .size = size, .block = block,
			   .in = -1, .out = -1, .fd = { -1, -1 }, .id = -1, .sem_id = -1 };
	int err;

	if (!lab.transport ||
	    (size_t)snprintf(lab.dir, sizeof(lab.dir), "%s", dir) >= sizeof(lab.dir))
		return -EINVAL;
	err = prepare_run(&lab);
	if (!err)
		err = run_both(&lab);
	if (lab.transport->clean)
		lab.transport->clean(&lab);
	if (err == -ENOTSUP)
		err = 0;
	if (!err)
		err = write_result(&lab);
	free(lab.buf);
	return err;
}

/* ---- before and after a run ---- */

static int open_file(const char *dir, const char *name, int flags)
{
	char path[LAB_PATH_MAX + 8];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, flags | O_CLOEXEC, 0600);
	if (fd < 0)
		fprintf(stderr, "ipcprobe: lab: %s: %s\n", path, strerror(errno));
	return fd < 0 ? -errno : fd;
}

/* lab_read_result - read the file that the run wrote; 0 or -errno */
int lab_read_result(const char *dir, struct lab_result *ret)
{
	int fd = open_file(dir, "result", O_RDONLY);
	ssize_t n;

	if (fd < 0)
		return fd;
	n = read(fd, ret, sizeof(*ret));
	close(fd);
	ret->missing[sizeof(ret->missing) - 1] = 0;
	return n == sizeof(*ret) ? 0 : -EIO;
}

/* lab_make_input - write the server's file: numbers that never repeat; 0 or -errno */
int lab_make_input(const char *dir, uint64_t size)
{
	int fd = open_file(dir, "in", O_WRONLY | O_CREAT | O_TRUNC), err = 0;
	uint64_t seed = 88172645463325252ULL, words[512], done;

	if (fd < 0)
		return fd;
	for (done = 0; done < size && !err; done += sizeof(words)) {
		size_t bytes = size - done < sizeof(words) ? size - done : sizeof(words);

		for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
			seed ^= seed << 13;
			seed ^= seed >> 7;
			seed ^= seed << 17;
			words[i] = seed;
		}
		err = write_all(fd, words, bytes);
	}
	if (close(fd) && !err)
		err = -errno;
	if (err)
		fprintf(stderr, "ipcprobe: lab: %s: cannot write the server's file: %s: set TMPDIR\n",
			dir, strerror(-err));
	return err;
}

/* True if two files are equal from their present positions to their ends. */
static bool is_equal(int a, int b)
{
	char room_a[65536], room_b[65536];
	ssize_t n;

	do {
		n = read(a, room_a, sizeof(room_a));
		if (n < 0 || read(b, room_b, sizeof(room_b)) != n || memcmp(room_a, room_b, n))
			return false;
	} while (n);
	return true;
}

/* lab_verify - compare the client's file with the server's: 0, -EBADMSG or -errno */
int lab_verify(const char *dir)
{
	int in = open_file(dir, "in", O_RDONLY), out, err;

	if (in < 0)
		return in;
	out = open_file(dir, "out", O_RDONLY);
	if (out < 0) {
		close(in);
		return out;
	}
	err = is_equal(in, out) ? 0 : -EBADMSG;
	close(in);
	close(out);
	return err;
}
