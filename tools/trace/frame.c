// SPDX-License-Identifier: GPL-2.0
/* Read single frames of a recorded file. */
#include "trace/frame.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zstd.h>

/**
 * frame_file_init - set up a file from a descriptor
 * @file: file to set up
 * @fd: descriptor of a regular file; frame_file_deinit() closes it, or this
 *	function on error
 *
 * Return: 0, -ESPIPE if @fd is not a regular file, or -errno.
 */
int frame_file_init(struct frame_file *file, int fd)
{
	struct stat st;
	int err = 0;

	memset(file, 0, sizeof(*file));
	file->fd = fd;
	if (fstat(fd, &st))
		err = -errno;
	else if (S_ISDIR(st.st_mode))
		err = -EISDIR;
	else if (!S_ISREG(st.st_mode))
		err = -ESPIPE;
	if (err)
		goto err_close;
	file->size = st.st_size;
	file->zstd = ZSTD_createDCtx();
	if (file->zstd)
		return 0;
	err = -ENOMEM;
err_close:
	close(fd);
	return err;
}

void frame_file_deinit(struct frame_file *file)
{
	ZSTD_freeDCtx(file->zstd);
	free(file->stored);
	close(file->fd);
}

/* frame_read_bytes - read exactly @len bytes from @offset; 0, -ENODATA or -errno */
int frame_read_bytes(const struct frame_file *file, uint64_t offset, void *bytes, size_t len)
{
	char *p = bytes;

	if (offset > file->size || len > file->size - offset)
		return -ENODATA;
	while (len) {
		ssize_t n = pread(file->fd, p, len, offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return -ENODATA;
		p += n;
		offset += n;
		len -= n;
	}
	return 0;
}

static bool is_head(const struct tracefile_frame *head)
{
	return head->magic == TRACEFILE_FRAME_MAGIC &&
	       head->head_crc == tracefile_frame_crc(head);
}

/**
 * frame_read_head - read the head of the frame at @offset
 *
 * Return: 0; -EBADMSG if there is no valid head; -ENODATA if the file ends before
 * the end of the frame; or -errno.
 */
int frame_read_head(const struct frame_file *file, uint64_t offset, struct tracefile_frame *ret)
{
	int err = frame_read_bytes(file, offset, ret, sizeof(*ret));

	if (err)
		return err;
	if (!is_head(ret) || ret->stored_len > TRACEFILE_STORED_MAX)
		return -EBADMSG;
	if (frame_end(offset, ret) > file->size)
		return -ENODATA;
	return 0;
}

static int reserve_stored(struct frame_file *file, size_t len)
{
	char *stored;

	if (file->stored && len <= file->stored_max)
		return 0;
	/* not NULL even for a frame of 0 bytes */
	stored = realloc(file->stored, len + 1);
	if (!stored)
		return -ENOMEM;
	file->stored = stored;
	file->stored_max = len;
	return 0;
}

/**
 * frame_read_payload - read, check and decompress the payload of a frame
 * @file: the file
 * @offset: offset of the frame
 * @head: head of the frame, from frame_read_head()
 * @raw: buffer for head->raw_len bytes, a size that the caller has checked
 *
 * Return: 0; -EBADMSG if the payload is damaged; or -errno.
 */
int frame_read_payload(struct frame_file *file, uint64_t offset,
		       const struct tracefile_frame *head, void *raw)
{
	size_t len;
	int err;

	err = reserve_stored(file, head->stored_len);
	if (err)
		return err;
	err = frame_read_bytes(file, offset + sizeof(*head), file->stored, head->stored_len);
	if (err)
		return err;
	if (tracefile_crc(file->stored, head->stored_len) != head->payload_crc)
		return -EBADMSG;
	if (!(head->flags & TRACEFILE_COMPRESSED)) {
		if (head->stored_len != head->raw_len)
			return -EBADMSG;
		memcpy(raw, file->stored, head->raw_len);
		return 0;
	}
	len = ZSTD_decompressDCtx(file->zstd, raw, head->raw_len, file->stored, head->stored_len);
	return ZSTD_isError(len) || len != head->raw_len ? -EBADMSG : 0;
}

/**
 * frame_find - find the first valid head at @offset or after it
 *
 * Frames begin at multiples of 8.  Return: 0, or -ENODATA if there is none, or
 * -errno.
 */
int frame_find(const struct frame_file *file, uint64_t offset, uint64_t *ret)
{
	const size_t head_len = sizeof(struct tracefile_frame);
	struct tracefile_frame head;
	char window[65536];

	for (offset = TRACEFILE_ALIGN(offset); offset < file->size;) {
		uint64_t left = file->size - offset;
		size_t len = left < sizeof(window) ? left : sizeof(window);
		int err = frame_read_bytes(file, offset, window, len);

		if (err)
			return err;
		for (size_t i = 0; i + head_len <= len; i += 8) {
			memcpy(&head, window + i, head_len);
			if (head.magic != TRACEFILE_FRAME_MAGIC || !is_head(&head))
				continue;
			*ret = offset + i;
			return 0;
		}
		if (len == left)
			break;
		offset += sizeof(window) - TRACEFILE_ALIGN(head_len);
	}
	return -ENODATA;
}
