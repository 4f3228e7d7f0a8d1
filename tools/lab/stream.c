// SPDX-License-Identifier: GPL-2.0
/*
 * Byte streams: server and client use read() and write().
 */
#include "lab/lab.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/ipcprobe.h>

static int serve_stream(struct lab *lab)
{
	return lab_pump(lab, lab->in, lab->fd[1]);
}

static int receive_stream(struct lab *lab)
{
	return lab_pump(lab, lab->fd[0], lab->out);
}

/* ---- a pipe ---- */

static int prepare_pipe(struct lab *lab)
{
	return pipe2(lab->fd, O_CLOEXEC) ? lab_error(lab, "pipe") : 0;
}

const struct lab_transport lab_pipe = {
	.name = "pipe",
	.text = "read() and write() through a pipe",
	.classes = 1U << IPCPROBE_CLASS_PIPE | 1U << IPCPROBE_CLASS_FILE,
	.prepare = prepare_pipe,
	.serve = serve_stream,
	.receive = receive_stream,
};

/* ---- a FIFO ---- */

static void fifo_path(const struct lab *lab, char path[LAB_PATH_MAX + 8])
{
	snprintf(path, LAB_PATH_MAX + 8, "%s/fifo", lab->dir);
}

static int prepare_fifo(struct lab *lab)
{
	char path[LAB_PATH_MAX + 8];

	fifo_path(lab, path);
	return mkfifo(path, 0600) ? lab_error(lab, path) : 0;
}

static int serve_fifo(struct lab *lab)
{
	char path[LAB_PATH_MAX + 8];

	fifo_path(lab, path);
	lab->fd[1] = open(path, O_WRONLY | O_CLOEXEC);
	return lab->fd[1] < 0 ? lab_error(lab, path) : serve_stream(lab);
}

static int receive_fifo(struct lab *lab)
{
	char path[LAB_PATH_MAX + 8];

	fifo_path(lab, path);
	lab->fd[0] = open(path, O_RDONLY | O_CLOEXEC);
	return lab->fd[0] < 0 ? lab_error(lab, path) : receive_stream(lab);
}

static void clean_fifo(struct lab *lab)
{
	char path[LAB_PATH_MAX + 8];

	fifo_path(lab, path);
	unlink(path);
}

const struct lab_transport lab_fifo = {
	.name = "fifo",
	.text = "read() and write() through a FIFO",
	.classes = 1U << IPCPROBE_CLASS_PIPE | 1U << IPCPROBE_CLASS_FILE,
	.prepare = prepare_fifo,
	.serve = serve_fifo,
	.receive = receive_fifo,
	.clean = clean_fifo,
};

/* ---- a UNIX socket ---- */

static int prepare_unix(struct lab *lab)
{
	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, lab->fd) ?
	       lab_error(lab, "socketpair") : 0;
}

const struct lab_transport lab_unix = {
	.name = "unix",
	.text = "read() and write() through a UNIX stream socket",
	.classes = 1U << IPCPROBE_CLASS_UNIX | 1U << IPCPROBE_CLASS_FILE,
	.prepare = prepare_unix,
	.serve = serve_stream,
	.receive = receive_stream,
};
