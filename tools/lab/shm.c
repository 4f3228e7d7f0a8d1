// SPDX-License-Identifier: GPL-2.0
/*
 * Shared memory: the server reads its file into it, the client writes its file
 * from it. There is no copy in between.
 */
#include "lab/lab.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/ipcprobe.h>

/* ---- System V, with a semaphore set ---- */

enum { SEM_FULL, SEM_EMPTY, NR_SEMS };

static int prepare_shm(struct lab *lab)
{
	lab->id = shmget(IPC_PRIVATE, lab->block, 0600);
	if (lab->id < 0)
		return lab_call_failed(lab, "shmget");
	lab->sem_id = semget(IPC_PRIVATE, NR_SEMS, 0600);
	if (lab->sem_id < 0)
		return lab_error(lab, "semget");
	return semctl(lab->sem_id, SEM_EMPTY, SETVAL, 1) ? lab_error(lab, "semctl") : 0;
}

static int add_to_semaphore(struct lab *lab, unsigned short num, short value)
{
	struct sembuf op = { .sem_num = num, .sem_op = value };

	return semop(lab->sem_id, &op, 1) ? lab_error(lab, "semop") : 0;
}

static int attach_segment(struct lab *lab)
{
	lab->map = shmat(lab->id, NULL, 0);
	return lab->map == (void *)-1 ? lab_error(lab, "shmat") : 0;
}

static int serve_shm(struct lab *lab)
{
	uint64_t done, bytes;
	int err = attach_segment(lab);

	for (done = 0; done < lab->size && !err; done += bytes) {
		bytes = lab_next(lab, done);
		err = add_to_semaphore(lab, SEM_EMPTY, -1);
		if (!err)
			err = lab_read_full(lab, lab->map, bytes);
		if (!err)
			err = add_to_semaphore(lab, SEM_FULL, 1);
	}
	return err;
}

static int receive_shm(struct lab *lab)
{
	uint64_t done, bytes;
	int err = attach_segment(lab);

	for (done = 0; done < lab->size && !err; done += bytes) {
		bytes = lab_next(lab, done);
		err = add_to_semaphore(lab, SEM_FULL, -1);
		if (!err)
			err = lab_write_full(lab, lab->out, lab->map, bytes);
		if (!err)
			err = add_to_semaphore(lab, SEM_EMPTY, 1);
	}
	return err;
}

static void clean_shm(struct lab *lab)
{
	shmctl(lab->id, IPC_RMID, NULL);
	semctl(lab->sem_id, 0, IPC_RMID);
}

const struct lab_transport lab_shm = {
	.name = "shm",
	.text = "a System V segment, block by block, with a semaphore",
	.classes = 1U << IPCPROBE_CLASS_SHM | 1U << IPCPROBE_CLASS_FILE,
	.prepare = prepare_shm,
	.serve = serve_shm,
	.receive = receive_shm,
	.clean = clean_shm,
};

/* ---- POSIX, with POSIX semaphores ---- */

static int map_memory(struct lab *lab, int fd, size_t bytes)
{
	lab->map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	return lab->map == MAP_FAILED ? lab_error(lab, "mmap") : 0;
}

static void posix_name(const struct lab *lab, char name[64])
{
	snprintf(name, 64, "/ipcprobe-lab.%d", lab->id);
}

static int prepare_posix(struct lab *lab)
{
	char name[64];
	int fd, err;

	lab->id = getpid();
	posix_name(lab, name);
	fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
	if (fd < 0)
		return lab_error(lab, "shm_open");
	err = ftruncate(fd, lab->block) ? lab_error(lab, "ftruncate") : 0;
	close(fd);
	return err;
}

static int map_posix(struct lab *lab)
{
	char name[64];
	int fd, err;

	posix_name(lab, name);
	fd = shm_open(name, O_RDWR, 0);
	if (fd < 0)
		return lab_error(lab, "shm_open");
	err = map_memory(lab, fd, lab->block);
	close(fd);
	return err;
}

static int serve_posix(struct lab *lab)
{
	uint64_t done, bytes;
	int err = map_posix(lab);

	for (done = 0; done < lab->size && !err; done += bytes) {
		bytes = lab_next(lab, done);
		err = lab_wait(&lab->shared->empty);
		if (!err)
			err = lab_read_full(lab, lab->map, bytes);
		sem_post(&lab->shared->full);
	}
	return err;
}

static int receive_posix(struct lab *lab)
{
	uint64_t done, bytes;
	int err = map_posix(lab);

	for (done = 0; done < lab->size && !err; done += bytes) {
		bytes = lab_next(lab, done);
		err = lab_wait(&lab->shared->full);
		if (!err)
			err = lab_write_full(lab, lab->out, lab->map, bytes);
		sem_post(&lab->shared->empty);
	}
	return err;
}

static void clean_posix(struct lab *lab)
{
	char name[64];

	posix_name(lab, name);
	shm_unlink(name);
}

const struct lab_transport lab_posix_shm = {
	.name = "posix-shm",
	.text = "POSIX shared memory, block by block, with semaphores",
	.classes = 1U << IPCPROBE_CLASS_SHM | 1U << IPCPROBE_CLASS_FILE,
	.prepare = prepare_posix,
	.serve = serve_posix,
	.receive = receive_posix,
	.clean = clean_posix,
};

/* ---- a memfd with the whole file, sent through a UNIX socket ---- */

static int prepare_memfd(struct lab *lab)
{
	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, lab->fd) ?
	       lab_error(lab, "socketpair") : 0;
}

/* Message of one byte that carries a descriptor. */
union carrier {
	struct cmsghdr align;
	char room[CMSG_SPACE(sizeof(int))];
};

static int send_fd(const struct lab *lab, int fd)
{
	union carrier carrier = { 0 };
	char byte = 0;
	struct iovec iov = { &byte, 1 };
	struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &carrier,
				  .msg_controllen = sizeof(carrier) };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	return sendmsg(lab->fd[1], &message, 0) == 1 ? 0 : lab_error(lab, "sendmsg");
}

static int receive_fd(const struct lab *lab, int *ret)
{
	union carrier carrier = { 0 };
	char byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &carrier,
				  .msg_controllen = sizeof(carrier) };
	const struct cmsghdr *header;

	if (recvmsg(lab->fd[0], &message, MSG_CMSG_CLOEXEC) != 1)
		return lab_error(lab, "recvmsg");
	header = CMSG_FIRSTHDR(&message);
	errno = EBADMSG;
	if (!header || header->cmsg_type != SCM_RIGHTS)
		return lab_error(lab, "recvmsg");
	memcpy(ret, CMSG_DATA(header), sizeof(*ret));
	return 0;
}

static int serve_memfd(struct lab *lab)
{
	int fd = memfd_create("ipcprobe-lab", MFD_CLOEXEC), err;
	uint64_t done, bytes;

	if (fd < 0)
		return lab_error(lab, "memfd_create");
	if (ftruncate(fd, lab->size))
		return lab_error(lab, "ftruncate");
	err = map_memory(lab, fd, lab->size);
	for (done = 0; done < lab->size && !err; done += bytes) {
		bytes = lab_next(lab, done);
		err = lab_read_full(lab, lab->map + done, bytes);
	}
	return err ? err : send_fd(lab, fd);
}

static int receive_memfd(struct lab *lab)
{
	uint64_t done, bytes;
	int fd = -1, err;

	err = receive_fd(lab, &fd);
	if (!err)
		err = map_memory(lab, fd, lab->size);
	for (done = 0; done < lab->size && !err; done += bytes) {
		bytes = lab_next(lab, done);
		err = lab_write_full(lab, lab->out, lab->map + done, bytes);
	}
	return err;
}

const struct lab_transport lab_memfd = {
	.name = "memfd",
	.text = "a memfd as a whole, its descriptor sent through a UNIX socket",
	.classes = 1U << IPCPROBE_CLASS_SHM | 1U << IPCPROBE_CLASS_FILE,
	.prepare = prepare_memfd,
	.serve = serve_memfd,
	.receive = receive_memfd,
};
