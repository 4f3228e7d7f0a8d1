// SPDX-License-Identifier: GPL-2.0
/*
 * Cause each kind of ipcprobe's events once, for tracepoint_names_test.sh, and print
 * what the events must contain, one event a line:
 *
 *	EVENT tid=TID FIELD=VALUE ... FIELD=NAME/NUMBER ...
 *
 * The expected values follow only from the calls made here and their results.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <mqueue.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/sendfile.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define MUST(call) ({							\
	__auto_type __ret = (call);					\
	if ((long)__ret == -1)						\
		err(1, "%s", #call);					\
	__ret;								\
})

static char buf[8192] __attribute__((aligned(4096)));

__attribute__((format(printf, 2, 3)))
static void truth(const char *event, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	printf("%s ", event);
	vprintf(format, args);
	printf("\n");
	va_end(args);
}

static pid_t fork_flushed(void)
{
	fflush(stdout);
	return MUST(fork());
}

/* Wait until the process waits inside a system call, not for a page of its program. */
static void await_sleep(pid_t pid)
{
	char path[64];
	int call = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/syscall", pid);
	while (call < 0) {
		file = fopen(path, "r");
		if (!file)
			err(1, "%s", path);
		if (fscanf(file, "%d", &call) != 1)
			call = -1;
		fclose(file);
		sched_yield();
	}
}

static void await_end(pid_t pid)
{
	int status;

	MUST(waitpid(pid, &status, 0));
	if (status)
		errx(1, "a child ended with status %#x", status);
}

static unsigned int inode(int fd)
{
	struct stat stat;

	MUST(fstat(fd, &stat));
	return stat.st_ino;
}

/* ---- tasks and signals ---- */

static void do_tasks(void)
{
	pid_t pid = fork_flushed();

	if (!pid) {
		prctl(PR_SET_NAME, "other_name");
		truth("task_comm", "tid=%d comm=other_name", getpid());
		fflush(stdout);
		_exit(7);
	}
	truth("task_fork", "tid=%d child_tid=%d child_pid=%d pid=%d", getpid(), pid, pid, getpid());
	truth("task_exit", "tid=%d pid=%d exit_code=%d", pid, pid, 7 << 8);
	MUST(waitpid(pid, NULL, 0));
}

/* A program marks an instant. */
static void do_mark(void)
{
	int fd = MUST(open("/dev/ipcprobe", O_WRONLY));

	truth("task_mark", "tid=%d text=here", getpid());
	MUST(write(fd, "here\n", 5));
	close(fd);
}

static void on_signal(int sig)
{
	(void)sig;
}

static void do_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART | SA_NODEFER };
	union sigval value = { .sival_int = 1 };
	int me = getpid();

	MUST(sigaction(SIGUSR2, &action, NULL));
	MUST(sigaction(SIGRTMAX, &action, NULL));
	MUST(kill(me, SIGUSR2));
	truth("signal_send", "tid=%d target=%d code=SI_USER/0 sig=SIGUSR2/%d is_group=1 result=QUEUED/0",
	      me, me, SIGUSR2);
	truth("signal_take", "tid=%d handler=%p sa_flags=SA_RESTORER|SA_RESTART|SA_NODEFER/%u code=SI_USER/0 sig=SIGUSR2/%d",
	      me, (void *)(uintptr_t)on_signal,
	      0x04000000 | SA_RESTART | SA_NODEFER, SIGUSR2);
	MUST(sigqueue(me, SIGRTMAX, value));
	truth("signal_send", "tid=%d code=SI_QUEUE/-1 sig=SIGRT_32/64", me);
	MUST(syscall(SYS_tgkill, me, me, SIGWINCH));
	truth("signal_send", "tid=%d code=SI_TKILL/-6 sig=SIGWINCH/%d is_group=0 result=IGNORED/1",
	      me, SIGWINCH);
}

/* ---- pipes and files ---- */

static void do_pipe(void)
{
	int fd[2], me = getpid(), pipe_ino;
	pid_t pid;

	MUST(pipe(fd));
	pipe_ino = inode(fd[0]);
	truth("pipe_create", "tid=%d pipe=%d capacity=65536", me, pipe_ino);
	pid = fork_flushed();
	if (!pid) {
		close(fd[1]);
		if (MUST(read(fd[0], buf, 100)) != 5)
			_exit(1);
		_exit(0);
	}
	await_sleep(pid);
	MUST(write(fd[1], "hello", 5));
	await_end(pid);
	truth("pipe_write", "tid=%d pipe=%d count=5 ret=5 call=write/2 nr_segs=1 flags=0/0",
	      me, pipe_ino);
	truth("pipe_block", "tid=%d pipe=%d bytes=0 flags=READ_END|EMPTY/%d", pid, pipe_ino, 0x90);
	truth("pipe_unblock", "tid=%d pipe=%d flags=EMPTY/%d", pid, pipe_ino, 0x80);
	truth("pipe_read", "tid=%d addr=%p pipe=%d count=100 ret=5 call=read/1 flags=BLOCKED/2",
	      pid, (void *)buf, pipe_ino);
	truth("pipe_resize", "tid=%d pipe=%d ret=%d",
	      me, pipe_ino, MUST(fcntl(fd[1], F_SETPIPE_SZ, 8192)));
	MUST(fcntl(fd[0], F_SETFL, O_NONBLOCK));
	if (read(fd[0], buf, 1) != -1)
		errx(1, "the pipe is not empty");
	truth("pipe_read", "tid=%d pipe=%d ret=%d flags=NONBLOCK/4", me, pipe_ino, -EAGAIN);
	MUST(vmsplice(fd[1], &(struct iovec) { buf, 4096 }, 1, 0));
	truth("pipe_splice", "tid=%d addr=%p out=%d ret=4096 call=vmsplice/15 nr_segs=1 flags=OUT_PIPE/%d",
	      me, (void *)buf, pipe_ino, 0x200);
	close(fd[1]);
	truth("pipe_close", "tid=%d pipe=%d unread=4096 readers=1 writers=0 flags=WRITE_END/%d",
	      me, pipe_ino, 0x20);
	close(fd[0]);
	truth("pipe_close", "tid=%d pipe=%d unread=4096 readers=0 writers=0 flags=READ_END|LAST/%d",
	      me, pipe_ino, 0x8010);
}

static void do_fifo(void)
{
	char path[] = "/tmp/one_of_each.XXXXXX";
	int fd;

	close(MUST(mkstemp(path)));
	unlink(path);
	MUST(mkfifo(path, 0600));
	fd = MUST(open(path, O_RDWR));
	truth("pipe_open", "tid=%d ret=%d flags=FIFO|READ_END|WRITE_END/%d", getpid(), fd, 0x31);
	truth("pipe_snapshot", "ino=%u flags=FIFO/1 path=%s", inode(fd), path);
	close(fd);
	unlink(path);
}

static void do_file(void)
{
	char path[] = "/tmp/one_of_each.XXXXXX";
	int fd = MUST(mkstemp(path)), to = MUST(memfd_create("copy", 0)), me = getpid();
	struct iovec two[] = { { buf, 10 }, { buf + 100, 20 } };
	struct stat stat;

	MUST(fstat(fd, &stat));
	MUST(writev(fd, two, 2));
	truth("file_write", "tid=%d addr=%p offset=0 ret=30 call=writev/4 nr_segs=2 flags=0/0", me,
	      (void *)buf);
	truth("io_segment", "tid=%d addr=%p bytes=20", me, (void *)(buf + 100));
	truth("file_info", "ino=%lu dev=%u:%u path=%s", stat.st_ino, (unsigned int)stat.st_dev >> 8,
	      (unsigned int)stat.st_dev & 0xff, path);
	MUST(pread(fd, buf, 30, 7));
	truth("file_read", "tid=%d addr=%p offset=7 ret=23 call=pread64/5 flags=0/0",
	      me, (void *)buf);
	MUST(sendfile(to, fd, &(off_t) { 0 }, 30));
	truth("file_copy", "tid=%d in_offset=0 out_offset=0 ret=30 call=sendfile/11", me);
	MUST(fcntl(fd, F_SETFL, O_APPEND));
	MUST(write(fd, buf, 3));
	truth("file_write", "tid=%d ret=3 call=write/2 flags=APPEND/%d", me, 0x1000);
	MUST(lseek(fd, 0, SEEK_SET));
	MUST(ftruncate(fd, 8));
	truth("file_resize", "tid=%d bytes=8 old_bytes=33 ret=0 call=truncate/27 is_shm=1", me);
	MUST(rename(path, "/tmp/one_of_each.new"));
	truth("file_rename", "tid=%d nr_names=1 names=one_of_each.new", me);
	close(to);
	close(fd);
	unlink("/tmp/one_of_each.new");
}

/* Bytes of a packet that do not fit into the buffer are discarded. */
static void do_packet(void)
{
	int fd[2];

	MUST(pipe2(fd, O_DIRECT));
	MUST(write(fd[1], "packet", 6));
	MUST(read(fd[0], buf, 2));
	truth("pipe_discard", "tid=%d pipe=%d pos=2 bytes=4 flags=0/0", getpid(), inode(fd[0]));
	close(fd[0]);
	close(fd[1]);
}

/* ---- shared memory ---- */

static void do_shm(void)
{
	int fd = MUST(memfd_create("each", MFD_ALLOW_SEALING)), me = getpid(), id, key = 0x1bc;
	void *area;

	truth("shm_create", "tid=%d ret=%d call=memfd_create/28 is_new=1", me, fd);
	MUST(ftruncate(fd, 4096));
	truth("shm_resize", "tid=%d bytes=4096 old_bytes=0 ret=0 call=truncate/27 is_memfd=1", me);
	area = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (area == MAP_FAILED)
		err(1, "mmap");
	truth("shm_map", "tid=%d addr=%p bytes=4096 offset=0 pid=%d prot=READ|WRITE/3 call=mmap/24 is_sysv=0",
	      me, area, me);
	*(volatile char *)area = 1;
	truth("shm_fault", "tid=%d addr=%p offset=0 is_write=1", me, area);
	munmap(area, 4096);
	truth("shm_unmap", "tid=%d addr=%p bytes=4096 pid=%d is_end=0 call=munmap/25",
	      me, area, me);
	MUST(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_WRITE));
	truth("shm_seal", "tid=%d seals=SHRINK|WRITE/10 ret=0", me);
	close(fd);

	id = MUST(shmget(key, 4096, IPC_CREAT | IPC_EXCL | 0600));
	truth("shm_create", "tid=%d bytes=4096 key=%d ret=%d call=shmget/20 is_new=1", me, key, id);
	area = MUST(shmat(id, NULL, SHM_RDONLY));
	truth("shm_attach", "tid=%d addr=%p id=%d ret=0 options=SHM_RDONLY/%d", me, area, id,
	      SHM_RDONLY);
	truth("shm_segment", "bytes=4096 id=%d key=%d", id, key);
	MUST(shmctl(id, IPC_RMID, NULL));
	truth("shm_remove", "tid=%d id=%d ret=0", me, id);
	MUST(shmdt(area));
	truth("shm_detach", "tid=%d addr=%p ret=0", me, area);
	truth("shm_destroy", "tid=%d id=%d", me, id);
}

/* ---- System V semaphores and queues ---- */

static void do_sem(void)
{
	int id = MUST(semget(0x1bd, 2, IPC_CREAT | IPC_EXCL | 0600)), me = getpid();
	struct sembuf up[] = { { 0, 3, SEM_UNDO }, { 1, 1, IPC_NOWAIT } };
	struct sembuf down = { 0, -4, 0 };
	pid_t pid;

	truth("sem_create", "tid=%d id=%d key=%d nsems=2", me, id, 0x1bd);
	pid = fork_flushed();
	if (!pid) {
		semop(id, &down, 1);
		_exit(errno != EIDRM);
	}
	await_sleep(pid);
	truth("sem_block", "tid=%d id=%d num=0 op=-4 value=0 nsops=1", pid, id);
	MUST(semop(id, up, 2));
	truth("sem_op", "tid=%d id=%d ret=0 nsops=2 num=0 op=3 before=0 after=3 sem_flg=SEM_UNDO/%d",
	      me, id, SEM_UNDO);
	truth("sem_sop", "tid=%d id=%d index=1 num=1 op=1 before=0 after=1 sem_flg=IPC_NOWAIT/%d",
	      me, id, IPC_NOWAIT);
	MUST(semctl(id, 1, SETVAL, 9));
	truth("sem_set", "tid=%d id=%d ret=0 num=1 value=9 cmd=SETVAL/%d", me, id, SETVAL);
	MUST(semctl(id, 0, IPC_RMID));
	truth("sem_destroy", "tid=%d id=%d", me, id);
	await_end(pid);
	truth("sem_op", "tid=%d id=%d ret=%d num=0 op=-4 sem_flg=0/0", pid, id, -EIDRM);
}

static void do_msg(void)
{
	int id = MUST(msgget(0x1be, IPC_CREAT | IPC_EXCL | 0600)), me = getpid();
	struct { long type; char text[16]; } message = { .type = 5 };
	pid_t pid = fork_flushed();

	if (!pid) {
		msgrcv(id, &message, 16, 9, MSG_NOERROR);
		_exit(errno != EIDRM);
	}
	await_sleep(pid);
	truth("msg_create", "tid=%d id=%d key=%d", me, id, 0x1be);
	truth("msg_block", "tid=%d type=9 id=%d bytes=16 msgflg=MSG_NOERROR/%d flags=EMPTY/%d",
	      pid, id,
	      MSG_NOERROR, 0x80);
	MUST(msgsnd(id, &message, 16, IPC_NOWAIT));
	truth("msg_send", "tid=%d type=5 id=%d bytes=16 ret=0 msgflg=IPC_NOWAIT/%d",
	      me, id, IPC_NOWAIT);
	MUST(msgrcv(id, &message, 7, 5, MSG_NOERROR | IPC_NOWAIT));
	truth("msg_receive", "tid=%d type=5 id=%d bytes=16 ret=7 msgflg=IPC_NOWAIT|MSG_NOERROR/%d",
	      me, id, IPC_NOWAIT | MSG_NOERROR);
	MUST(msgctl(id, IPC_RMID, NULL));
	truth("msg_destroy", "tid=%d id=%d nr_messages=0 bytes=0", me, id);
	await_end(pid);
}

static void do_mq(void)
{
	struct mq_attr attr = { .mq_maxmsg = 2, .mq_msgsize = 64 };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGURG };
	int me = getpid();
	mqd_t fd = MUST(mq_open("/one_of_each", O_CREAT | O_EXCL | O_RDWR, 0600, &attr));
	unsigned int ino = inode(fd);

	truth("mq_open", "tid=%d ino=%u ret=%d oflag=O_RDWR|O_CREAT|O_EXCL/%d name=one_of_each", me,
	      ino, fd, O_RDWR | O_CREAT | O_EXCL);
	truth("mq_info", "ino=%u max_messages=2 max_bytes=64 name=one_of_each", ino);
	MUST(mq_notify(fd, &event));
	truth("mq_notify", "tid=%d ino=%u fd=%d ret=0 notify=SIGEV_SIGNAL/0 signo=SIGURG/%d",
	      me, ino,
	      fd, SIGURG);
	MUST(mq_notify(fd, NULL));
	truth("mq_notify", "tid=%d ino=%u fd=%d ret=0 notify=REMOVE/-1", me, ino, fd);
	MUST(mq_send(fd, buf, 10, 3));
	truth("mq_send", "tid=%d addr=%p ino=%u ret=0", me, (void *)buf, ino);
	MUST(mq_receive(fd, buf, 64, NULL));
	truth("mq_receive", "tid=%d addr=%p ino=%u ret=10", me, (void *)buf, ino);
	MUST(mq_unlink("/one_of_each"));
	truth("mq_unlink", "tid=%d ino=%u ret=0", me, ino);
	mq_close(fd);
	truth("mq_destroy", "ino=%u nr_messages=0", ino);
}

/* ---- futexes ---- */

static long futex(uint32_t *word, int op, uint32_t val, void *four, uint32_t *word2, uint32_t val3)
{
	return syscall(SYS_futex, word, op, val, four, word2, val3);
}

static void do_futex(void)
{
	uint32_t *word = MUST(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
				   -1, 0));
	struct { char below[48]; uint32_t word; char above[44]; } *near = (void *)(word + 256);
	char hex[193];
	int me = getpid();
	pid_t pid;

	for (unsigned int i = 0; i < sizeof(*near); i++)
		((unsigned char *)near)[i] = 3 * i;
	near->word = 5;
	for (unsigned int i = 0; i < sizeof(*near); i++)
		sprintf(hex + 2 * i, "%02x", ((unsigned char *)near)[i]);
	pid = fork_flushed();
	if (!pid)
		_exit(MUST(futex(&near->word, FUTEX_WAIT, 5, NULL, NULL, 0)));
	await_sleep(pid);
	truth("futex_block", "tid=%d addr=%p val=5 call=futex/46 op=WAIT/0 flags=SHARED|BELOW|ABOVE/%d mem=%s",
	      pid, (void *)&near->word, 0xc1, hex);
	while (futex(&near->word, FUTEX_WAKE, 1, NULL, NULL, 0) != 1)
		;
	await_end(pid);
	truth("futex_wake", "tid=%d addr=%p nr_wake=1 ret=1 call=futex/46 op=WAKE/1 flags=SHARED/1",
	      me, (void *)&near->word);
	truth("futex_woken", "tid=%d wakee=%d call=futex/46 op=WAKE/1", me, pid);
	truth("futex_wait", "tid=%d addr=%p val=5 ret=0 call=futex/46 op=WAIT/0 flags=SHARED|BLOCKED/%d",
	      pid, (void *)&near->word, 0x11);
	MUST(futex(word, FUTEX_CMP_REQUEUE_PRIVATE, 1, (void *)2, word + 1, 0));
	truth("futex_requeue", "tid=%d addr=%p addr2=%p nr_wake=1 nr_requeue=2 ret=0 op=CMP_REQUEUE/4 flags=0/0",
	      me, (void *)word, (void *)(word + 1));
	MUST(futex(word, FUTEX_WAKE_OP_PRIVATE, 1, (void *)1, word + 1,
		   FUTEX_OP(FUTEX_OP_SET, 1, FUTEX_OP_CMP_EQ, 0)));
	truth("futex_wake_op", "tid=%d addr=%p addr2=%p ret=0 op=WAKE_OP/5", me, (void *)word,
	      (void *)(word + 1));
}

/* ---- sockets ---- */

static void send_fd(int sock, int fd)
{
	union { struct cmsghdr header; char space[CMSG_SPACE(sizeof(int))]; } control = {
		.header = { CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS },
	};
	struct iovec iov = { "x", 1 };
	struct msghdr message = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};

	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	MUST(sendmsg(sock, &message, 0));
}

static void do_pair(void)
{
	int fd[2], me = getpid();
	unsigned int ino;
	pid_t pid;

	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, fd));
	ino = inode(fd[0]);
	truth("unix_pair", "tid=%d ino=%u peer_ino=%u type=STREAM/1 state=CONNECTED/1", me, ino,
	      inode(fd[1]));
	pid = fork_flushed();
	if (!pid)
		_exit(MUST(recv(fd[1], buf, 100, 0)) != 1);
	await_sleep(pid);
	send_fd(fd[0], 0);
	await_end(pid);
	truth("unix_block", "tid=%d flags=EMPTY/%d", pid, 0x200);
	truth("unix_unblock", "tid=%d flags=EMPTY/%d", pid, 0x200);
	truth("unix_recv", "tid=%d addr=%p count=100 ret=1 call=recvfrom/51", pid, (void *)buf);
	truth("unix_send", "tid=%d count=1 ret=1 call=sendmsg/52 flags=FDS/%d", me, 0x20);
	truth("unix_fd", "tid=%d fd=0 index=0 flags=SENT/%d", me, 0x100);
	MUST(send(fd[0], buf, 9, MSG_DONTWAIT));
	truth("unix_send", "tid=%d addr=%p ret=9 call=sendto/50 flags=NONBLOCK/2", me, (void *)buf);
	MUST(recv(fd[1], buf, 4, MSG_PEEK));
	truth("unix_recv", "tid=%d ret=4 call=recvfrom/51 flags=PEEK/8", me);
	close(fd[0]);
	close(fd[1]);
	truth("unix_close", "tid=%d unread=9", me);
}

static void do_listener(void)
{
	struct sockaddr_un name = { AF_UNIX, "\0one_of_each" };
	socklen_t len = sizeof(sa_family_t) + 12;
	int listener = MUST(socket(AF_UNIX, SOCK_SEQPACKET, 0));
	int client = MUST(socket(AF_UNIX, SOCK_SEQPACKET, 0)), me = getpid(), fd;

	MUST(bind(listener, (void *)&name, len));
	MUST(listen(listener, 1));
	truth("unix_socket", "ino=%u type=SEQPACKET/5 name=@one_of_each", inode(listener));
	MUST(connect(client, (void *)&name, len));
	truth("unix_connect", "tid=%d ret=0 call=connect/56 type=SEQPACKET/5 flags=0/0", me);
	fd = MUST(accept4(listener, NULL, NULL, 0));
	truth("unix_accept", "tid=%d ino=%u ret=%d call=accept/57 type=SEQPACKET/5",
	      me, inode(fd), fd);
	close(fd);
	close(client);
	close(listener);
}

/* ---- the others ---- */

static void do_eventfd(void)
{
	int fd = MUST(eventfd(0, EFD_SEMAPHORE)), me = getpid();
	uint64_t value = 3;
	pid_t pid = fork_flushed();

	if (!pid)
		_exit(MUST(read(fd, &value, 8)) != 8);
	await_sleep(pid);
	MUST(write(fd, &value, 8));
	await_end(pid);
	truth("eventfd_block", "tid=%d flags=EMPTY/%d", pid, 0x80);
	truth("eventfd_read", "tid=%d value=1 ret=8 call=read/1 is_semaphore=1 flags=BLOCKED/2",
	      pid);
	truth("eventfd_write", "tid=%d value=3 ret=8 call=write/2 is_semaphore=1 flags=0/0", me);
	close(fd);
	truth("eventfd_close", "tid=%d", me);
}

static void do_procvm(void)
{
	struct iovec local[] = { { buf, 100 }, { buf + 200, 50 } }, remote = { buf + 4096, 150 };
	int me = getpid();

	MUST(process_vm_readv(me, local, 2, &remote, 1, 0));
	truth("procvm", "tid=%d local=%p remote=%p target=%d count=150 ret=150 call=process_vm_readv/60 nr_local=2 nr_remote=1",
	      me, (void *)buf,
	      (void *)(buf + 4096), me);
	truth("procvm_segment", "tid=%d addr=%p bytes=50 index=1 is_remote=0", me,
	      (void *)(buf + 200));
}

int main(void)
{
	sigset_t none;

	/* The parent may have blocked some signals. */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	memset(buf, 'x', sizeof(buf));
	do_tasks();
	do_mark();
	do_signals();
	do_pipe();
	do_fifo();
	do_file();
	do_packet();
	do_shm();
	do_sem();
	do_msg();
	do_mq();
	do_futex();
	do_pair();
	do_listener();
	do_eventfd();
	do_procvm();
	truth("rq_switch", "tid=%d prev_state=INTERRUPTIBLE|FREEZABLE/8193", getpid());
	usleep(1000);
	return 0;
}
