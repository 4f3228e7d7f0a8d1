// SPDX-License-Identifier: GPL-2.0
/*
 * process_vm_readv: the client copies the bytes from the server's memory.
 */
#include "lab/lab.h"

#include <errno.h>
#include <sys/uio.h>

#include <linux/ipcprobe.h>

static int serve_blocks(struct lab *lab)
{
	struct lab_shared *shared = lab->shared;
	uint64_t done, bytes;
	int err = 0;

	shared->addr = lab->buf;
	for (done = 0; done < lab->size && !err; done += bytes) {
		bytes = lab_next(lab, done);
		err = lab_wait(&shared->empty);
		if (!err)
			err = lab_read_full(lab, lab->buf, bytes);
		sem_post(&shared->full);
	}
	/* the memory must exist until the client has copied all bytes */
	return err ? err : lab_wait(&shared->empty);
}

static int copy_block(const struct lab *lab, size_t bytes)
{
	struct iovec local = { lab->buf, bytes };
	struct iovec remote = { (void *)lab->shared->addr, bytes };
	ssize_t n = process_vm_readv(lab->shared->result.side[LAB_SERVER].pid, &local, 1,
				     &remote, 1, 0);

	errno = n < 0 ? errno : EIO;
	return n == (ssize_t)bytes ? 0 : lab_error(lab, "process_vm_readv");
}

static int receive_blocks(struct lab *lab)
{
	struct lab_shared *shared = lab->shared;
	uint64_t done, bytes;
	int err = 0;

	for (done = 0; done < lab->size && !err; done += bytes) {
		bytes = lab_next(lab, done);
		err = lab_wait(&shared->full);
		if (!err)
			err = copy_block(lab, bytes);
		sem_post(&shared->empty);
		if (!err)
			err = lab_write_full(lab, lab->out, lab->buf, bytes);
	}
	return err;
}

const struct lab_transport lab_procvm = {
	.name = "procvm",
	.text = "process_vm_readv() out of the server's memory",
	.classes = 1U << IPCPROBE_CLASS_PROCVM | 1U << IPCPROBE_CLASS_FILE,
	.serve = serve_blocks,
	.receive = receive_blocks,
};
