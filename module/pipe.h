/* SPDX-License-Identifier: GPL-2.0 */
/* The pipes and FIFOs seen so far, with their byte positions. */
#ifndef IPCPROBE_PIPE_H
#define IPCPROBE_PIPE_H

#include <linux/fs.h>
#include <linux/pipe_fs_i.h>
#include <linux/types.h>

#include "record.h"
#include "table.h"

struct ipcprobe_op;
struct ipcprobe_op_end;
struct ipcprobe_session;
struct path;

/**
 * struct ipcprobe_pipe - one pipe or FIFO
 * @entry: in the table of pipes
 * @pipe: the kernel's pipe; NULL after it was freed; read only under its mutex
 * @ino: inode number
 * @dev: device of the inode
 * @id: number of the pipe in records
 * @flags: IPCPROBE_IO_FIFO or 0
 * @epoch: value of ipcprobe_epoch when the pipe was last described to all sessions
 * @snapshot: number of the last snapshot that described the pipe
 * @is_synced: positions agree with the contents; written under the pipe's mutex;
 *	cleared without the mutex when bytes will move unseen
 * @is_special: not 0 if @has_packets or @nr_checks is set
 * @has_packets: reads discard the rest of a packet (O_DIRECT); never cleared
 * @nr_checks: number of further operations whose positions are compared with all of
 *	the contents, because bytes may still move unseen
 * @write_pos: bytes ever written to the pipe; protected by the pipe's mutex
 * @read_pos: bytes ever read from the pipe; protected by the pipe's mutex
 */
struct ipcprobe_pipe {
	struct ipcprobe_entry entry;
	struct pipe_inode_info *pipe;
	u64 ino;
	dev_t dev;
	u32 id;
	u16 flags;
	u32 epoch;
	u32 snapshot;
	bool is_synced;
	union {
		u16 is_special;
		struct {
			bool has_packets;
			u8 nr_checks;
		};
	};
	u64 write_pos;
	u64 read_pos;
};

static_assert(!offsetof(struct ipcprobe_pipe, entry));	/* a pipe is freed through its entry */

extern struct ipcprobe_table ipcprobe_pipes;

int ipcprobe_pipe_init(void);
void ipcprobe_pipe_exit(void);
void ipcprobe_pipe_unsync(void);
struct pipe_inode_info *ipcprobe_pipe_of(const struct file *file);
struct ipcprobe_pipe *ipcprobe_pipe_alloc(gfp_t gfp);
struct ipcprobe_pipe *ipcprobe_pipe_add(struct inode *inode,
					struct pipe_inode_info *pipe,
					struct ipcprobe_pipe **unused);
struct ipcprobe_pipe *ipcprobe_pipe_create(struct inode *inode,
					   struct pipe_inode_info *pipe);
enum ipcprobe_reason ipcprobe_pipe_reason(const struct pipe_inode_info *pipe);
u32 ipcprobe_pipe_bytes(const struct pipe_inode_info *pipe);
bool ipcprobe_pipe_holds_packets(const struct pipe_inode_info *pipe);
void ipcprobe_pipe_sync(struct ipcprobe_pipe *obj);
void ipcprobe_pipe_unseen(struct inode *inode, struct pipe_inode_info *pipe);
void ipcprobe_pipe_describe(struct ipcprobe_pipe *obj, const struct path *path,
			    struct ipcprobe_session *only, u64 write_pos,
			    u64 read_pos);
u32 ipcprobe_pipe_count(void);
void ipcprobe_pipe_block(struct ipcprobe_op *op, struct ipcprobe_op_end *end, u16 why);
void ipcprobe_pipe_unblock(struct ipcprobe_op_end *end);
void ipcprobe_pipe_end_waits(struct ipcprobe_op *op);

/* Context: preemption off.  Return: NULL: the pipe was never seen. */
static __always_inline struct ipcprobe_pipe *
ipcprobe_pipe_find(const struct pipe_inode_info *pipe)
{
	struct ipcprobe_entry *entry = ipcprobe_table_find(&ipcprobe_pipes, pipe);

	return entry ? container_of(entry, struct ipcprobe_pipe, entry) : NULL;
}

/**
 * ipcprobe_pipe_get - get the entry of a pipe; make one if there is none
 * @inode: inode of the pipe
 * @pipe: the kernel's pipe, which the caller keeps from being freed
 *
 * Context: task context, preemption off.
 * Return: the entry; NULL: none, ipcprobe_pipe_reason() says why.
 */
static __always_inline struct ipcprobe_pipe *
ipcprobe_pipe_get(struct inode *inode, struct pipe_inode_info *pipe)
{
	struct ipcprobe_pipe *obj = ipcprobe_pipe_find(pipe);

	return likely(obj) ? obj : ipcprobe_pipe_create(inode, pipe);
}

#endif /* IPCPROBE_PIPE_H */
