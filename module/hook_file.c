// SPDX-License-Identifier: GPL-2.0
/*
 * Class file: system calls that copy between user memory and the page cache of
 * regular files, system calls that copy from file to file, and changes of a
 * file's size or name.
 */
#include <linux/compat.h>
#include <linux/ftrace.h>
#include <linux/magic.h>
#include <linux/stat.h>
#include <linux/uaccess.h>
#include <linux/uio.h>

#include "class.h"
#include "clock.h"
#include "data.h"
#include "emit.h"
#include "file.h"
#include "finish.h"
#include "hook.h"
#include "hook_file.h"
#include "hook_uring.h"
#include "op.h"
#include "session.h"
#include "user.h"
#include "vector.h"

static __always_inline void set_position(struct ipcprobe_op *op, u8 kind,
					 const struct file *file,
					 const loff_t *pos, unsigned int rwf)
{
	op->in_offset = pos ? *pos : 0;
	op->flags = ipcprobe_file_flags(file);
	if (kind == IPCPROBE_OP_FILE_WRITE && ipcprobe_file_appends(file, rwf))
		op->flags |= ipcprobe_file_set_append(file, &op->in_offset);
}

static __always_inline void set_buffer(struct ipcprobe_op *op, u8 kind, u64 addr,
				       u64 bytes)
{
	op->addr = addr;
	ipcprobe_buffer_begin(&op->buffer, addr, bytes, kind == IPCPROBE_OP_FILE_READ);
}

/* vfs_read(file, buf, count, pos); vfs_write() has the same arguments */
static __always_inline void begin_rw(struct ipcprobe_hook *hook,
				     struct ftrace_regs *fregs, u8 kind)
{
	struct file *file = ARG(fregs, 0);
	struct ipcprobe_op *op;

	if (!S_ISREG(file_inode(file)->i_mode))
		return;
	op = ipcprobe_op_begin_bare(hook, kind);
	if (unlikely(!op))
		return;
	op->nr_segs = 1;
	set_buffer(op, kind, ftrace_regs_get_argument(fregs, 1),
		   ftrace_regs_get_argument(fregs, 2));
	op->in_file = ipcprobe_file_id(file);
	set_position(op, kind, file, ARG(fregs, 3), 0);
}

static void entry_read(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	begin_rw(hook, fregs, IPCPROBE_OP_FILE_READ);
}

static void entry_write(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	begin_rw(hook, fregs, IPCPROBE_OP_FILE_WRITE);
}

/*
 * The vector is still in user memory.  It is read without faults: if a page is
 * not present, the buffers are unknown (addr 0); the count is always known.
 */
static void set_buffers(struct ipcprobe_op *op, u8 kind,
			const struct iovec __user *vec, unsigned long nr)
{
	struct iovec iov;
	u8 i;

	op->nr_segs = min_t(unsigned long, nr, U8_MAX);
	op->io.nr = 0;
	if (in_compat_syscall())	/* the vector has another layout */
		return;
	for (i = 0; i < op->nr_segs; i++) {
		if (copy_from_user_nofault(&iov, vec + i, sizeof(iov)))
			return;
		if (i == 0)
			set_buffer(op, kind, (unsigned long)iov.iov_base, iov.iov_len);
		else
			ipcprobe_vector_add(op, &iov, op->nr_segs, IPCPROBE_CLASS_FILE,
					    kind == IPCPROBE_OP_FILE_READ);
	}
}

/* vfs_readv(file, vec, vlen, pos, flags); vfs_writev() has the same arguments */
static void begin_vector(struct ipcprobe_hook *hook, struct ftrace_regs *fregs,
			 u8 kind)
{
	struct file *file = ARG(fregs, 0);
	struct ipcprobe_op *op;

	if (!S_ISREG(file_inode(file)->i_mode))
		return;
	op = ipcprobe_op_begin(hook, kind);
	if (!op)
		return;
	set_buffers(op, kind,
		    (const struct iovec __user *)ftrace_regs_get_argument(fregs, 1),
		    ftrace_regs_get_argument(fregs, 2));
	op->in_file = ipcprobe_file_id(file);
	set_position(op, kind, file, ARG(fregs, 3),
		     ftrace_regs_get_argument(fregs, 4));
}

static void entry_readv(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	begin_vector(hook, fregs, IPCPROBE_OP_FILE_READ);
}

static void entry_writev(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	begin_vector(hook, fregs, IPCPROBE_OP_FILE_WRITE);
}

/*
 * True if the file system may do the copy without the CPU (clone, copy on the
 * server).
 */
static bool may_offload(const struct file *in, const struct file *out)
{
	return out->f_op->copy_file_range ||
	       (in->f_op->remap_file_range &&
		file_inode(in)->i_sb == file_inode(out)->i_sb);
}

/* vfs_copy_file_range(in, pos_in, out, pos_out, len, flags) */
static void entry_copy_range(struct ipcprobe_hook *hook,
			     struct ftrace_regs *fregs)
{
	struct file *in = ARG(fregs, 0), *out = ARG(fregs, 2);
	struct ipcprobe_op *op;

	if (!S_ISREG(file_inode(in)->i_mode) ||
	    !S_ISREG(file_inode(out)->i_mode))
		return;
	op = ipcprobe_op_begin(hook, IPCPROBE_OP_FILE_COPY);
	if (!op)
		return;
	op->in_file = ipcprobe_file_id(in);
	op->out_file = ipcprobe_file_id(out);
	op->in_offset = ftrace_regs_get_argument(fregs, 1);
	op->out_offset = ftrace_regs_get_argument(fregs, 3);
	if (may_offload(in, out))
		op->flags = IPCPROBE_IO_OFFLOAD;
}

/**
 * ipcprobe_file_begin_resize - begin a call that sets the size of a regular file
 * @hook: counts a miss
 * @kind: IPCPROBE_OP_FILE_RESIZE or IPCPROBE_OP_SHM_RESIZE
 * @inode: inode of the file
 * @id: number of the file
 * @bytes: requested size
 *
 * Context: same as ipcprobe_op_begin().
 */
void ipcprobe_file_begin_resize(struct ipcprobe_hook *hook, u8 kind,
				const struct inode *inode, u32 id, u64 bytes)
{
	struct ipcprobe_op *op = ipcprobe_op_begin(hook, kind);

	if (!op)
		return;
	op->shm.object = id;
	op->shm.bytes = bytes;
	op->shm.old_bytes = i_size_read(inode);
	op->shm.is_shmem = inode->i_sb->s_magic == TMPFS_MAGIC;
	op->shm.is_memfd = inode->i_sb->s_flags & SB_KERNMOUNT;
}

/*
 * notify_change(idmap, dentry, attr, ...): called for chmod and many others,
 * too.  A file that was never seen has no contents of interest.
 */
static void entry_notify_change(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	const struct inode *inode = d_inode((struct dentry *)ARG(fregs, 1));
	const struct iattr *attr = ARG(fregs, 2);
	u32 id;

	if (!(attr->ia_valid & ATTR_SIZE) || !S_ISREG(inode->i_mode))
		return;
	id = ipcprobe_file_known(inode);
	if (id)
		ipcprobe_file_begin_resize(hook, IPCPROBE_OP_FILE_RESIZE, inode, id,
					   attr->ia_size);
}

/* ---- names ---- */

/* d_move(dentry, target): the file system has renamed @dentry */
static void entry_d_move(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	ipcprobe_file_renamed(ARG(fregs, 0), ARG(fregs, 1));
}

/*
 * d_exchange(dentry1, dentry2): the file system has exchanged the two names
 * (RENAME_EXCHANGE)
 */
static void entry_d_exchange(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	ipcprobe_file_renamed(ARG(fregs, 0), ARG(fregs, 1));
	ipcprobe_file_renamed(ARG(fregs, 1), ARG(fregs, 0));
}

/* ---- ends ---- */

/* Fills the fields that reads and writes have in common. */
static __always_inline void fill_rw(struct ipcprobe_rec_file_io *rec,
				    const struct ipcprobe_op *op, s32 ret)
{
	rec->addr = op->addr;
	rec->offset = op->in_offset;
	rec->file = op->in_file;
	rec->ret = ret;
	rec->call = op->call;
	rec->nr_segs = op->nr_segs;
	rec->flags = op->flags;
}

static __always_inline void fill_read(struct ipcprobe_rec_file_io *rec,
				      const struct ipcprobe_op *op, s32 ret)
{
	fill_rw(rec, op, ret);
	ipcprobe_prints_brought(IPCPROBE_PRINTS(rec), op->addr, &op->buffer, ret);
}

static void emit_moved(const struct ipcprobe_op *op, u64 room, s32 ret)
{
	ipcprobe_data_emit_op(op, IPCPROBE_CLASS_FILE, room, op->nr_segs > 1 ? op->io.nr : 0, ret);
}

static void emit_read(const struct ipcprobe_op *op, s32 ret)
{
	emit_moved(op, op->buffer.room, ret);
}

IPCPROBE_DEFINE_EMIT_IO(file_read, op->begin, fill_read, emit_read)

static __always_inline void fill_write(struct ipcprobe_rec_file_io *rec,
				       const struct ipcprobe_op *op, s32 ret)
{
	fill_rw(rec, op, ret);
	ipcprobe_prints_taken(IPCPROBE_PRINTS(rec), op->addr, &op->buffer);
}

static void emit_written(const struct ipcprobe_op *op, s32 ret)
{
	emit_moved(op, op->buffer.prints.span, ret);
}

IPCPROBE_DEFINE_EMIT_IO(file_write, op->begin, fill_write, emit_written)

void ipcprobe_file_finish_read(struct ipcprobe_op *op, s32 ret)
{
	if (unlikely(op->nr_segs > 1))
		ipcprobe_vector_end(op, op->buffer.room, ret, IPCPROBE_CLASS_FILE);
	emit_file_read(op, ret);
	ipcprobe_op_release(op);
}

void ipcprobe_file_finish_write(struct ipcprobe_op *op, s32 ret)
{
	emit_file_write(op, ret);
	ipcprobe_op_release(op);
}

static void end_copy(const struct ipcprobe_op *op, s32 ret)
{
	struct ipcprobe_rec_file_copy rec = {
		.hdr.tid = op->tid,
		.in_offset = op->in_offset,
		.out_offset = op->out_offset,
		.in = op->in_file,
		.out = op->out_file,
		.ret = ret,
		.call = op->call,
		.flags = op->flags,
	};

	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock_since(op->begin, &rec.dur_ns);
	IPCPROBE_EMIT(file_copy, &rec);
}

static void emit_shm_resize(const struct ipcprobe_op *op, s32 ret)
{
	struct ipcprobe_rec_shm_resize rec = {
		.hdr.tid = op->tid,
		.bytes = op->shm.bytes,
		.old_bytes = op->shm.old_bytes,
		.object = op->shm.object,
		.ret = ret,
		.call = op->call,
		.is_memfd = op->shm.is_memfd,
	};

	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock_since(op->begin, &rec.dur_ns);
	IPCPROBE_EMIT(shm_resize, &rec);
}

/*
 * True if the session gets the file_resize record.  For a file on tmpfs, a
 * session with class shm gets a shm_resize record instead.
 */
static bool wants_resize(const struct ipcprobe_session *session,
			 const struct ipcprobe_op *op)
{
	if (op->shm.is_shmem && session->classes & IPCPROBE_BIT(SHM))
		return false;
	return ipcprobe_session_wants(session, IPCPROBE_CLASS_FILE, op->tid, op->tid, -1);
}

/* Ends FILE_RESIZE and SHM_RESIZE. */
void ipcprobe_file_finish_resize(const struct ipcprobe_op *op, s32 ret)
{
	struct ipcprobe_rec_file_resize rec = {
		.hdr.tid = op->tid,
		.bytes = op->shm.bytes,
		.old_bytes = op->shm.old_bytes,
		.file = op->shm.object,
		.ret = ret,
		.call = op->call,
		.is_shm = op->shm.is_shmem,
	};

	if (op->shm.is_shmem)
		emit_shm_resize(op, ret);
	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock_since(op->begin, &rec.dur_ns);
	IPCPROBE_EMIT_IF(file_resize, &rec, s, wants_resize(s, op));
}

static void finish_file(struct ipcprobe_op *op, s32 ret)
{
	if (op->kind == IPCPROBE_OP_FILE_RESIZE)
		ipcprobe_file_finish_resize(op, ret);
	else
		end_copy(op, ret);
}

static void detach_file(u32 staying)
{
	ipcprobe_uring_reset();
}

static struct ipcprobe_hook hooks[] = {
	{ FN("vfs_read", entry_read) },
	{ FN("vfs_write", entry_write) },
	{ FN("vfs_readv", entry_readv) },
	{ FN("vfs_writev", entry_writev) },
	{ FN("vfs_copy_file_range", entry_copy_range) },
	{ FN("notify_change", entry_notify_change) },
	{ FN("d_move", entry_d_move) },
	{ FN("d_exchange", entry_d_exchange) },
	{}
};

const struct ipcprobe_event_class ipcprobe_class_file = {
	.hooks = { hooks, ipcprobe_uring_hooks },
	.init = ipcprobe_uring_init,
	.detach = detach_file,
	.finish = finish_file,
};
