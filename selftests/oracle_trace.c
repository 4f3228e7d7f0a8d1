// SPDX-License-Identifier: GPL-2.0
/*
 * oracle_trace -o FILE [-r RECORDING] COMMAND [ARGUMENT...]
 *
 * Run the command with all its children under ptrace(2) and write what they read and
 * wrote, with all bytes, to FILE (oracle.h).  With -r "ipcprobe record" records the
 * command at the same time.  Exit with the command's status.
 *
 * The bytes are copied while the task is stopped: at the begin of a call that takes
 * bytes out of memory, at the end of one that brings them in.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/ipcprobe.h>

#include "oracle.h"

#define TASKS_MAX	4096U
#define OPTIONS		(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | \
			 PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT | \
			 PTRACE_O_EXITKILL)

/* How the arguments of a call lead to its user buffers. */
enum form {
	FORM_NONE,
	FORM_BUFFER,		/* (fd, buffer, count, ...) */
	FORM_VECTOR,		/* (fd, iovec, count, ...) */
	FORM_MESSAGE,		/* (fd, msghdr, ...) */
};

struct call {
	long nr;
	uint8_t kind;
	uint8_t form;
	uint8_t call;
	bool has_offset;	/* as the fourth argument */
};

static const struct call calls[] = {
	{ SYS_read, ORACLE_IN, FORM_BUFFER, IPCPROBE_CALL_READ, false },
	{ SYS_pread64, ORACLE_IN, FORM_BUFFER, IPCPROBE_CALL_PREAD64, true },
	{ SYS_readv, ORACLE_IN, FORM_VECTOR, IPCPROBE_CALL_READV, false },
	{ SYS_preadv, ORACLE_IN, FORM_VECTOR, IPCPROBE_CALL_PREADV, true },
	{ SYS_write, ORACLE_OUT, FORM_BUFFER, IPCPROBE_CALL_WRITE, false },
	{ SYS_pwrite64, ORACLE_OUT, FORM_BUFFER, IPCPROBE_CALL_PWRITE64, true },
	{ SYS_writev, ORACLE_OUT, FORM_VECTOR, IPCPROBE_CALL_WRITEV, false },
	{ SYS_pwritev, ORACLE_OUT, FORM_VECTOR, IPCPROBE_CALL_PWRITEV, true },
	{ SYS_sendto, ORACLE_OUT, FORM_BUFFER, IPCPROBE_CALL_SENDTO, false },
	{ SYS_recvfrom, ORACLE_IN, FORM_BUFFER, IPCPROBE_CALL_RECVFROM, false },
	{ SYS_sendmsg, ORACLE_OUT, FORM_MESSAGE, IPCPROBE_CALL_SENDMSG, false },
	{ SYS_recvmsg, ORACLE_IN, FORM_MESSAGE, IPCPROBE_CALL_RECVMSG, false },
};

/* A task under ptrace. @event and the fields after it belong to the present call. */
struct tracee {
	uint32_t tid;
	uint32_t pid;
	const struct call *call;
	struct oracle_event event;
	struct oracle_buf buf[ORACLE_BUFS_MAX];
	char path[PATH_MAX];
	char *data;
};

static struct tracee *tracees[TASKS_MAX];
static uint32_t nr_tracees;
static FILE *out;
static uint64_t last_ns;

static void check(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "oracle_trace: %s: %s\n", what, strerror(errno));
	exit(125);
}

/* Read the clock; no two results are equal. */
static uint64_t now_ns(void)
{
	struct timespec ts;
	uint64_t ns;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	ns = ts.tv_sec * 1000000000ULL + ts.tv_nsec;
	last_ns = ns > last_ns ? ns : last_ns + 1;
	return last_ns;
}

/* ---- tasks ---- */

static struct tracee *tracee_of(uint32_t tid)
{
	uint32_t i;

	for (i = 0; i < nr_tracees; i++)
		if (tracees[i]->tid == tid)
			return tracees[i];
	return NULL;
}

/* Read the number after @name in /proc/@tid/status. */
static uint32_t status_number(uint32_t tid, const char *name)
{
	char path[64], line[256];
	uint32_t number = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%u/status", tid);
	file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, name, strlen(name)))
			number = strtoul(line + strlen(name), NULL, 10);
	if (file)
		fclose(file);
	return number;
}

static struct tracee *add_tracee(uint32_t tid)
{
	struct tracee *tracee = tracee_of(tid);

	if (tracee)
		return tracee;
	check(nr_tracees < TASKS_MAX, "too many tasks");
	tracee = calloc(1, sizeof(*tracee));
	check(tracee, "no memory");
	tracee->tid = tid;
	tracee->pid = status_number(tid, "Tgid:");
	tracees[nr_tracees++] = tracee;
	return tracee;
}

static void remove_tracee(uint32_t tid)
{
	uint32_t i;

	for (i = 0; i < nr_tracees && tracees[i]->tid != tid; i++)
		;
	if (i == nr_tracees)
		return;
	free(tracees[i]->data);
	free(tracees[i]);
	tracees[i] = tracees[--nr_tracees];
}

static void read_comm(uint32_t tid, char comm[16])
{
	char path[64];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "/proc/%u/comm", tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	len = fd < 0 ? 0 : read(fd, comm, 15);
	comm[len > 0 ? len : 0] = '\0';
	comm[strcspn(comm, "\n")] = '\0';
	if (fd >= 0)
		close(fd);
}

/* ---- the file ---- */

static void put(struct oracle_event *event, const struct oracle_buf *buf, const char *path,
		const char *data)
{
	read_comm(event->tid, event->comm);
	check(fwrite(event, sizeof(*event), 1, out) == 1, "cannot write");
	check(fwrite(buf, sizeof(*buf), event->nr_bufs, out) == event->nr_bufs, "cannot write");
	check(fwrite(path, 1, event->path_len, out) == event->path_len, "cannot write");
	check(fwrite(data, 1, event->nr_data, out) == event->nr_data, "cannot write");
}

static void put_life(const struct tracee *tracee, uint8_t kind)
{
	struct oracle_event event = { .kind = kind, .tid = tracee->tid, .pid = tracee->pid,
				      .begin_ns = now_ns() };

	event.end_ns = event.begin_ns;
	put(&event, NULL, NULL, NULL);
}

static void put_fork(const struct tracee *parent, uint32_t child_tid, bool is_shared)
{
	struct oracle_event event = { .kind = ORACLE_FORK, .tid = parent->tid,
				      .pid = parent->pid, .child_tid = child_tid,
				      .is_shared = is_shared, .begin_ns = now_ns() };

	event.child_pid = add_tracee(child_tid)->pid;
	event.end_ns = event.begin_ns;
	put(&event, NULL, NULL, NULL);
}

/* ---- calls ---- */

/* Read bytes from @addr on; unreadable bytes of @to do not change. */
static void read_memory(uint32_t tid, uint64_t addr, void *to, uint64_t bytes)
{
	struct iovec near = { to, bytes }, far = { (void *)addr, bytes };

	process_vm_readv(tid, &near, 1, &far, 1, 0);
}

/* Find the buffers of @tracee's call. */
static void find_buffers(struct tracee *tracee, const uint64_t *args)
{
	struct oracle_event *event = &tracee->event;
	uint64_t vector = args[1], nr = args[2];
	struct msghdr head = { 0 };

	if (tracee->call->form == FORM_BUFFER) {
		event->nr_bufs = 1;
		tracee->buf[0] = (struct oracle_buf){ args[1], args[2] };
		return;
	}
	if (tracee->call->form == FORM_MESSAGE) {
		read_memory(tracee->tid, args[1], &head, sizeof(head));
		vector = (uint64_t)head.msg_iov;
		nr = head.msg_iovlen;
	}
	event->nr_bufs = nr < ORACLE_BUFS_MAX ? nr : ORACLE_BUFS_MAX;
	read_memory(tracee->tid, vector, tracee->buf, event->nr_bufs * sizeof(struct iovec));
}

_Static_assert(sizeof(struct iovec) == sizeof(struct oracle_buf), "they are read as such");

static uint8_t object_at(const char *name, const struct stat *st)
{
	if (S_ISFIFO(st->st_mode))
		return ORACLE_PIPE;
	if (S_ISSOCK(st->st_mode))
		return ORACLE_SOCKET;
	return S_ISREG(st->st_mode) && *name == '/' ? ORACLE_FILE : ORACLE_OTHER;
}

/* Find the file of descriptor @fd of the task, and the call's position in it. */
static void find_object(struct tracee *tracee, uint32_t fd)
{
	struct oracle_event *event = &tracee->event;
	char path[64], line[64];
	struct stat st;
	ssize_t len;
	FILE *info;
	int flags;

	event->object = ORACLE_OTHER;
	snprintf(path, sizeof(path), "/proc/%u/fd/%u", tracee->tid, fd);
	len = readlink(path, tracee->path, sizeof(tracee->path) - 1);
	if (len < 0 || stat(path, &st))
		return;
	tracee->path[len] = '\0';
	event->path_len = len + 1;
	event->dev = st.st_dev;
	event->ino = st.st_ino;
	event->object = object_at(tracee->path, &st);
	snprintf(path, sizeof(path), "/proc/%u/fdinfo/%u", tracee->tid, fd);
	info = fopen(path, "r");
	while (info && fgets(line, sizeof(line), info)) {
		if (sscanf(line, "pos: %lu", &event->offset) == 1)
			continue;
		if (sscanf(line, "flags: %o", &flags) == 1 && flags & O_APPEND) {
			event->is_append = 1;
			event->offset = st.st_size;
		}
	}
	if (info)
		fclose(info);
}

static uint64_t asked_bytes(const struct tracee *tracee)
{
	uint64_t sum = 0;
	uint32_t i;

	for (i = 0; i < tracee->event.nr_bufs; i++)
		sum += tracee->buf[i].bytes;
	return sum;
}

/* Copy the first @bytes of the call's buffers. */
static void take_data(struct tracee *tracee, uint64_t bytes)
{
	uint64_t done = 0;
	uint32_t i;

	tracee->data = realloc(tracee->data, bytes + 1);
	check(tracee->data, "no memory");
	memset(tracee->data, 0, bytes + 1);
	for (i = 0; i < tracee->event.nr_bufs && done < bytes; i++) {
		uint64_t part = bytes - done;

		if (part > tracee->buf[i].bytes)
			part = tracee->buf[i].bytes;
		read_memory(tracee->tid, tracee->buf[i].addr, tracee->data + done, part);
		done += part;
	}
	tracee->event.nr_data = bytes;
}

static void begin_call(struct tracee *tracee, const struct __ptrace_syscall_info *info)
{
	uint64_t args[6];
	uint32_t i;

	memcpy(args, info->entry.args, sizeof(args));
	tracee->call = NULL;
	for (i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		if ((uint64_t)calls[i].nr == info->entry.nr)
			tracee->call = &calls[i];
	if (!tracee->call)
		return;
	tracee->event = (struct oracle_event){ .kind = tracee->call->kind,
		.call = tracee->call->call, .tid = tracee->tid, .pid = tracee->pid,
		.begin_ns = now_ns() };
	find_object(tracee, args[0]);
	if (tracee->call->has_offset)
		tracee->event.offset = args[3];
	find_buffers(tracee, args);
	tracee->event.asked = asked_bytes(tracee);
	if (tracee->event.kind == ORACLE_OUT)
		take_data(tracee, tracee->event.asked < 1U << 30 ? tracee->event.asked : 0);
}

static void end_call(struct tracee *tracee, int64_t ret)
{
	if (!tracee->call || ret <= 0 || tracee->event.object == ORACLE_OTHER)
		return;
	tracee->event.ret = ret;
	tracee->event.end_ns = now_ns();
	if (tracee->event.kind == ORACLE_IN)
		take_data(tracee, (uint64_t)ret < tracee->event.asked ? (uint64_t)ret :
								       tracee->event.asked);
	put(&tracee->event, tracee->buf, tracee->path, tracee->data);
	tracee->call = NULL;
}

static void on_call(struct tracee *tracee)
{
	struct __ptrace_syscall_info info;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, tracee->tid, sizeof(info), &info) <= 0)
		return;
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
		begin_call(tracee, &info);
	else if (info.op == PTRACE_SYSCALL_INFO_EXIT)
		end_call(tracee, info.exit.rval);
}

/* ---- events of tasks ---- */

static void on_event(struct tracee *tracee, int event)
{
	unsigned long message = 0;

	ptrace(PTRACE_GETEVENTMSG, tracee->tid, 0, &message);
	switch (event) {
	case PTRACE_EVENT_FORK:
	case PTRACE_EVENT_VFORK:
	case PTRACE_EVENT_CLONE:
		/* Only fork() copies the memory; other calls share it. */
		put_fork(tracee, message, event != PTRACE_EVENT_FORK);
		break;
	case PTRACE_EVENT_EXEC:
		if (message != tracee->tid)
			remove_tracee(message);
		tracee->call = NULL;
		put_life(tracee, ORACLE_EXEC);
		break;
	case PTRACE_EVENT_EXIT:
		put_life(tracee, ORACLE_EXIT);
		break;
	}
}

/* Handle the stop of a task.  Return: the signal to deliver. */
static int on_stop(struct tracee *tracee, int status)
{
	int signo = WSTOPSIG(status), event = status >> 16;

	if (signo == (SIGTRAP | 0x80)) {
		on_call(tracee);
		return 0;
	}
	if (event && event != PTRACE_EVENT_STOP)
		on_event(tracee, event);
	return event ? 0 : signo;
}

/* True if this is a stop of the whole process, which lasts until a signal ends it. */
static bool is_group_stop(int status)
{
	int signo = WSTOPSIG(status);

	return status >> 16 == PTRACE_EVENT_STOP &&
	       (signo == SIGSTOP || signo == SIGTSTP || signo == SIGTTIN || signo == SIGTTOU);
}

/* Trace until all tasks have ended.  Return: the status of @first. */
static int follow(pid_t first, pid_t recorder)
{
	int status, result = 0;
	pid_t tid;

	while ((tid = waitpid(-1, &status, __WALL)) > 0) {
		if (!WIFSTOPPED(status)) {
			if (tid == first)
				result = status;
			if (tid == recorder)
				check(!status, "ipcprobe record failed");
			remove_tracee(tid);
			continue;
		}
		if (is_group_stop(status))
			ptrace(PTRACE_LISTEN, tid, 0, 0);
		else
			ptrace(PTRACE_SYSCALL, tid, 0, on_stop(add_tracee(tid), status));
	}
	return result;
}

/* ---- start of the command ---- */

/* Give the tracer this process's id, and continue when the tracer watches. */
static void gate(char **argv)
{
	char pid[16];
	int fd;

	snprintf(pid, sizeof(pid), "%d\n", getpid());
	fd = open(argv[0], O_WRONLY | O_CLOEXEC);
	check(fd >= 0 && write(fd, pid, strlen(pid)) > 0, argv[0]);
	close(fd);
	fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	check(fd >= 0 && read(fd, pid, 1) == 1, argv[1]);
	execvp(argv[2], argv + 2);
	check(false, argv[2]);
}

/* Start @command behind the gate, recorded to @recording unless that is NULL. */
static pid_t start(const char *recording, char **gates, char **command)
{
	const char *const record[] = { "ipcprobe", "record", "-m", "64M", "-o", recording, "--" };
	size_t nr = 0, i;
	char **argv;
	pid_t pid;

	while (command[nr])
		nr++;
	argv = calloc(nr + 16, sizeof(*argv));
	check(argv, "no memory");
	nr = 0;
	for (i = 0; recording && i < sizeof(record) / sizeof(*record); i++)
		argv[nr++] = (char *)record[i];
	argv[nr++] = realpath("/proc/self/exe", NULL);
	check(argv[nr - 1], "/proc/self/exe");
	argv[nr++] = "--gate";
	argv[nr++] = gates[0];
	argv[nr++] = gates[1];
	while (*command)
		argv[nr++] = *command++;
	pid = fork();
	check(pid >= 0, "fork");
	if (!pid) {
		execvp(argv[0], argv);
		check(false, argv[0]);
	}
	free(argv);
	return pid;
}

static pid_t attach(char **gates)
{
	char line[16] = "";
	int fd, status;
	pid_t pid;

	fd = open(gates[0], O_RDONLY | O_CLOEXEC);
	check(fd >= 0 && read(fd, line, sizeof(line) - 1) > 0, gates[0]);
	close(fd);
	pid = atoi(line);
	signal(SIGCHLD, SIG_DFL);
	check(!ptrace(PTRACE_SEIZE, pid, 0, OPTIONS), "PTRACE_SEIZE");
	check(!ptrace(PTRACE_INTERRUPT, pid, 0, 0), "PTRACE_INTERRUPT");
	check(waitpid(pid, &status, __WALL) == pid && WIFSTOPPED(status), "waitpid");
	put_life(add_tracee(pid), ORACLE_START);
	check(!ptrace(PTRACE_SYSCALL, pid, 0, 0), "PTRACE_SYSCALL");
	/*
	 * O_RDWR: else open() waits for the task, which may have stopped before its own
	 * open()
	 */
	fd = open(gates[1], O_RDWR | O_CLOEXEC);
	check(fd >= 0 && write(fd, "", 1) == 1, gates[1]);
	return pid;
}

static void make_gates(const char *path, char *gates[2])
{
	int i;

	for (i = 0; i < 2; i++) {
		check(asprintf(&gates[i], "%s.gate%d", path, i) > 0, "no memory");
		unlink(gates[i]);
		check(!mkfifo(gates[i], 0600), gates[i]);
	}
}

/* The child ended before it was traced: no task comes to the gate any more. */
static void on_early_end(int signo)
{
	(void)signo;
	_exit(125);
}

int main(int argc, char **argv)
{
	const char *path = NULL, *recording = NULL;
	pid_t first, child;
	char *gates[2];
	int opt, status;

	if (argc > 4 && !strcmp(argv[1], "--gate"))
		gate(argv + 2);
	while ((opt = getopt(argc, argv, "+o:r:")) != -1)
		*(opt == 'o' ? &path : &recording) = optarg;
	if (!path || optind == argc) {
		fprintf(stderr, "usage: oracle_trace -o FILE [-r RECORDING] COMMAND...\n");
		return 125;
	}
	out = fopen(path, "we");
	check(out, path);
	make_gates(path, gates);
	signal(SIGCHLD, on_early_end);
	child = start(recording, gates, argv + optind);
	first = attach(gates);
	status = follow(first, recording ? child : -1);
	unlink(gates[0]);
	unlink(gates[1]);
	check(!fclose(out), path);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
