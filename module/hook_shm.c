// SPDX-License-Identifier: GPL-2.0
/*
 * Class shm: which process has mapped which shared object at which addresses,
 * and the life of the objects: System V segments, memfds, POSIX shared memory
 * and other files, shared anonymous memory; and which files a process has
 * mapped privately.
 *
 * The hooks for mappings are the functions where the kernel informs uprobes and
 * the reverse mapping about ranges that are mapped and unmapped.  They run
 * under the address space's lock, so the records have the order in which the
 * address space changed.  They run after all steps that can fail, except in
 * mremap, whose changes are undone at its end.  Parts that munmap, MAP_FIXED
 * and mremap cut out of a mapping pass these functions as well.
 */
#include <linux/compat.h>
#include <linux/delay.h>
#include <linux/file.h>
#include <linux/ftrace.h>
#include <linux/ipc.h>
#include <linux/ipc_namespace.h>
#include <linux/magic.h>
#include <linux/memfd.h>
#include <linux/mman.h>
#include <linux/mm.h>
#include <linux/nsproxy.h>
#include <linux/pagemap.h>
#include <linux/preempt.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/shm.h>
#include <linux/stat.h>
#include <linux/string.h>
#include <linux/xarray.h>
#include <asm/syscall.h>
#include <trace/events/task.h>

#include "btf.h"
#include "class.h"
#include "clock.h"
#include "emit.h"
#include "file.h"
#include "hook.h"
#include "hook_file.h"
#include "missed.h"
#include "op.h"
#include "sysv.h"
#include "walk.h"

/* ---- System V segments ---- */

static int segment_perm = -1;	/* offset in the private struct shmid_kernel, or -1 */

static const char *const segment_members[] = { "shm_perm kern_ipc_perm" };

/* Finds the offset.  Without BTF it stays unknown. */
static void init_shm(void)
{
	ipcprobe_btf_offsets("shmid_kernel", segment_members, &segment_perm, 1);
}

/* ---- mappings ---- */

/*
 * True if the mapping is shared.  VM_MAYSHARE is also set for mappings that can
 * only be read.
 */
static bool is_shared(const struct vm_area_struct *vma)
{
	return vma->vm_flags & VM_MAYSHARE && vma->vm_file &&
	       S_ISREG(file_inode(vma->vm_file)->i_mode);
}

/*
 * True if the mapping is a private mapping of a file: the process gets a copy
 * of each page that it writes.
 */
static bool is_private(const struct vm_area_struct *vma)
{
	return !(vma->vm_flags & VM_MAYSHARE) && vma->vm_file &&
	       S_ISREG(file_inode(vma->vm_file)->i_mode);
}

/*
 * True if the mapping loads a program or a library, which is not data that
 * processes pass on. exec maps outside all calls known here; glibc's loader
 * sets a flag that has no other meaning any more.
 */
static bool is_loading(u8 call)
{
	unsigned long args[6];

	if (call != IPCPROBE_CALL_MMAP || in_compat_syscall())
		return false;
	syscall_get_arguments(current, task_pt_regs(current), args);
	return args[3] & MAP_DENYWRITE;
}

/* Fills the fields that shm_map, shm_inherit and shm_snapshot have in common. */
static void fill_mapping(struct ipcprobe_rec_mapping *rec,
			 const struct vm_area_struct *vma)
{
	*rec = (struct ipcprobe_rec_mapping) {
		.hdr.tid = current->pid,
		.addr = vma->vm_start,
		.bytes = vma->vm_end - vma->vm_start,
		.offset = (u64)vma->vm_pgoff << PAGE_SHIFT,
		.object = ipcprobe_file_id(vma->vm_file),
		.pid = current->tgid,
		.prot = vma->vm_flags & (VM_READ | VM_WRITE | VM_EXEC),
		.is_sysv = ipcprobe_file_is_segment(vma->vm_file),
		.is_private = !(vma->vm_flags & VM_MAYSHARE),
	};
}

static void emit_map(const struct vm_area_struct *vma, u8 call)
{
	struct ipcprobe_op *op = ipcprobe_op_find();
	struct ipcprobe_rec_mapping rec;

	fill_mapping(&rec, vma);
	rec.call = call;
	if (op && op->kind == IPCPROBE_OP_SHM_ATTACH) {
		op->addr = rec.addr;
		op->shm.object = rec.object;
	}
	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT(shm_map, &rec);
}

/*
 * uprobe_mmap(vma): a mapping was created, or its borders changed.  Calls that
 * only split or merge mappings map nothing that was not recorded before; such
 * calls of 32-bit programs are not recognised.
 */
static void entry_map(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	const struct vm_area_struct *vma = ARG(fregs, 0);
	u8 call;

	if ((!is_shared(vma) && !is_private(vma)) || vma->vm_mm != current->mm)
		return;
	call = ipcprobe_op_call();
	if (!is_shared(vma) && is_loading(call))
		return;
	if (call == IPCPROBE_CALL_MMAP || call == IPCPROBE_CALL_SHMAT ||
	    call == IPCPROBE_CALL_MREMAP || in_compat_syscall())
		emit_map(vma, call);
}

/*
 * copy_vma(&vma, addr, len, pgoff, ...): mremap moves a mapping, or creates a
 * second one.  No mapping is at the new address, or it was removed before.
 * Without memory for an operation, a failed move is not undone in the records.
 */
static void entry_move(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	const struct vm_area_struct *vma = *(struct vm_area_struct **)ARG(fregs, 0);
	struct ipcprobe_rec_mapping rec;
	struct ipcprobe_op *op;

	if (!is_shared(vma) && !is_private(vma))
		return;
	fill_mapping(&rec, vma);
	rec.addr = ftrace_regs_get_argument(fregs, 1);
	rec.bytes = ftrace_regs_get_argument(fregs, 2);
	rec.offset = (u64)ftrace_regs_get_argument(fregs, 3) << PAGE_SHIFT;
	rec.call = IPCPROBE_CALL_MREMAP;
	op = ipcprobe_op_find() ?: ipcprobe_op_begin(hook, IPCPROBE_OP_SHM_MOVE);
	if (op) {
		op->addr = rec.addr;
		op->shm.bytes = rec.bytes;
		op->shm.object = rec.object;
		op->shm.is_sysv = rec.is_sysv;
		op->shm.is_private = rec.is_private;
	}
	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT(shm_map, &rec);
}

static void end_move(const struct ipcprobe_op *op, s32 ret)
{
	struct ipcprobe_rec_shm_unmap rec = {
		.hdr.tid = op->tid,
		.addr = op->addr,
		.bytes = op->shm.bytes,
		.object = op->shm.object,
		.pid = current->tgid,
		.call = op->call,
		.is_sysv = op->shm.is_sysv,
		.is_private = op->shm.is_private,
	};

	if (ret >= 0)
		return;
	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT(shm_unmap, &rec);
}

/*
 * True if the current task frees an address space that was its own.  Another
 * task may hold the last reference (a reader of /proc): then the process has
 * ended before, and its end was recorded.
 */
static bool leaves_own_memory(void)
{
	return current->in_execve ||
	       (current->flags & PF_EXITING && !current->mm);
}

/*
 * True if the unmapping is recorded.  Private mappings that end with the
 * process are not.
 */
static bool is_recorded(const struct vm_area_struct *vma, bool is_end, u8 call)
{
	if (is_shared(vma))
		return !is_end || leaves_own_memory();
	return is_private(vma) && !is_end && !is_loading(call);
}

static void emit_unmap(const struct vm_area_struct *vma)
{
	bool is_end = vma->vm_mm != current->mm;
	u8 call = is_end ? IPCPROBE_CALL_OTHER : ipcprobe_op_call();
	struct ipcprobe_rec_shm_unmap rec;

	if (!is_recorded(vma, is_end, call))
		return;
	rec = (struct ipcprobe_rec_shm_unmap) {
		.hdr.tid = current->pid,
		.addr = vma->vm_start,
		.bytes = vma->vm_end - vma->vm_start,
		.object = ipcprobe_file_id(vma->vm_file),
		.pid = current->tgid,
		.is_end = is_end,
		.call = call,
		.is_sysv = ipcprobe_file_is_segment(vma->vm_file),
		.is_private = !is_shared(vma),
	};
	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT(shm_unmap, &rec);
}

/* unlink_file_vma(vma): @vma, split to the part that is unmapped, loses its pages. */
static void entry_unmap(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	emit_unmap(ARG(fregs, 0));
}

/* unlink_file_vma_batch_add(batch, vma) */
static void entry_unmap_batch(struct ipcprobe_hook *hook,
			      struct ftrace_regs *fregs)
{
	emit_unmap(ARG(fregs, 1));
}

static void emit_inherit(const struct vm_area_struct *vma,
			 const struct task_struct *child)
{
	struct ipcprobe_rec_mapping rec;

	fill_mapping(&rec, vma);
	rec.hdr.tid = child->pid;
	rec.pid = child->tgid;
	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT(shm_inherit, &rec);
}

#define INHERIT_MAX	4096	/* mappings tested in one walk, with preemption off */

/*
 * Emits the mappings that a child inherits.  The child does not run yet, but a
 * process that handles the child's faults (userfaultfd) may already change the
 * child's mappings.
 */
static bool emit_inherited(const struct task_struct *child)
{
	VMA_ITERATOR(vmi, child->mm, 0);
	struct vm_area_struct *vma;
	u32 nr = 0;

	if (!mmap_read_trylock(child->mm))
		return false;
	for_each_vma(vmi, vma) {
		if (++nr > INHERIT_MAX)
			break;
		if (is_shared(vma))
			emit_inherit(vma, child);
	}
	mmap_read_unlock(child->mm);
	return nr <= INHERIT_MAX;
}

static void probe_fork(void *data, struct task_struct *child,
		       IPCPROBE_CLONE_FLAGS_T clone_flags)
{
	struct ipcprobe_hook *hook = data;

	guard(preempt_notrace)();
	if (child->mm && child->mm != current->mm && !emit_inherited(child))
		ipcprobe_missed(hook, IPCPROBE_CLASS_SHM, IPCPROBE_REASON_LIMIT);
}

static void emit_snapshot(struct ipcprobe_session *only,
			  const struct vm_area_struct *vma,
			  const struct task_struct *task)
{
	struct ipcprobe_rec_mapping rec;

	guard(preempt)();
	fill_mapping(&rec, vma);
	rec.hdr.tid = task->pid;
	rec.pid = task->tgid;
	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT_ONLY(shm_snapshot, &rec, only);
}

/*
 * Tries for a short time to take the lock.  Another task may hold the lock for
 * any time (an mmap of a file whose file system does not answer): do not wait
 * for that task.
 */
static bool lock_briefly(struct mm_struct *mm)
{
	int i;

	for (i = 0; i < 20; i++) {
		if (mmap_read_trylock(mm))
			return true;
		usleep_range(50, 100);
	}
	return false;
}

/**
 * snapshot_mm - describe the shared mappings of one address space
 * @only: session that gets the shm_snapshot records
 * @task: first task of the process
 * @mm: address space of the process, referenced
 *
 * Context: process.  Return: 0 or -EINTR.
 */
static int snapshot_mm(struct ipcprobe_session *only,
		       const struct task_struct *task, struct mm_struct *mm)
{
	VMA_ITERATOR(vmi, mm, 0);
	struct vm_area_struct *vma;
	int err = 0;

	if (!lock_briefly(mm))
		return fatal_signal_pending(current) ? -EINTR : 0;
	for_each_vma(vmi, vma) {
		if (is_shared(vma))
			emit_snapshot(only, vma, task);
		if (fatal_signal_pending(current)) {
			err = -EINTR;
			break;
		}
		cond_resched();
	}
	mmap_read_unlock(mm);
	return err;
}

/* Describes the shared mappings of all processes. */
static int snapshot_shm(struct ipcprobe_session *session)
{
	return ipcprobe_walk_mms(session, snapshot_mm);
}

/* ---- first touches ---- */

/*
 * True if the process itself touches the page, not another task on its behalf
 * (ptrace).
 */
static bool is_own_touch(const struct vm_fault *vmf)
{
	return is_shared(vmf->vma) && vmf->vma->vm_mm == current->mm &&
	       !(vmf->flags & FAULT_FLAG_TRIED);
}

static void emit_fault(const struct vm_fault *vmf, u16 around)
{
	struct ipcprobe_rec_shm_fault rec = {
		.hdr.tid = current->pid,
		.addr = vmf->address & PAGE_MASK,
		.offset = (u64)vmf->pgoff << PAGE_SHIFT,
		.object = ipcprobe_file_id(vmf->vma->vm_file),
		.is_write = !!(vmf->flags & FAULT_FLAG_WRITE),
		.around = around,
	};

	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT(shm_fault, &rec);
}

/* shmem_fault(vmf): one page */
static void entry_fault(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	const struct vm_fault *vmf = ARG(fregs, 0);

	if (is_own_touch(vmf))
		emit_fault(vmf, 1);
}

/*
 * filemap_map_pages(vmf, first, last): a read fault; neighbours that are in
 * memory are mapped, too.  If the page itself is not in memory, shmem_fault()
 * follows.
 */
static void entry_fault_around(struct ipcprobe_hook *hook,
			       struct ftrace_regs *fregs)
{
	const struct vm_fault *vmf = ARG(fregs, 0);
	struct inode *inode = file_inode(vmf->vma->vm_file);
	void *page;

	if (inode->i_sb->s_magic != TMPFS_MAGIC || !is_own_touch(vmf))
		return;
	page = xa_load(&inode->i_mapping->i_pages, vmf->pgoff);
	if (page && !xa_is_value(page))
		emit_fault(vmf, ftrace_regs_get_argument(fregs, 2) -
				ftrace_regs_get_argument(fregs, 1) + 1);
}

/* ---- system calls: begin ---- */

/* shmget(key, size, flags): the function of the system call itself */
static void entry_shmget(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	struct ipcprobe_op *op = ipcprobe_op_begin(hook, IPCPROBE_OP_SHM_GET);
	unsigned long args[6];

	if (!op)
		return;
	syscall_get_arguments(current, ARG(fregs, 0), args);
	op->shm.ns = ipcprobe_ipc_ns_if_any();
	op->shm.id = args[0];
	op->shm.bytes = args[1];
	op->shm.options = args[2];
	op->shm.is_new = false;
}

/* newseg(ns, params): shmget found no segment and creates one. */
static void entry_newseg(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	struct ipcprobe_op *op = ipcprobe_op_find();

	if (op && op->kind == IPCPROBE_OP_SHM_GET)
		op->shm.is_new = true;
}

/* memfd_create(name, flags): the function of the system call itself */
static void entry_memfd(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	struct ipcprobe_op *op = ipcprobe_op_begin(hook, IPCPROBE_OP_MEMFD);
	unsigned long args[6];

	if (!op)
		return;
	syscall_get_arguments(current, ARG(fregs, 0), args);
	op->shm.options = args[1];
}

/* do_shmat(id, addr, flags, ...) */
static void entry_shmat(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	struct ipcprobe_op *op = ipcprobe_op_begin(hook, IPCPROBE_OP_SHM_ATTACH);

	if (!op)
		return;
	op->addr = ftrace_regs_get_argument(fregs, 1);
	op->shm.ns = ipcprobe_ipc_ns_if_any();
	op->shm.id = ftrace_regs_get_argument(fregs, 0);
	op->shm.options = ftrace_regs_get_argument(fregs, 2);
	op->shm.object = 0;
}

/* shmdt(addr): the function of the system call itself */
static void entry_shmdt(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	struct ipcprobe_op *op = ipcprobe_op_begin(hook, IPCPROBE_OP_SHM_DETACH);
	unsigned long args[6];

	if (!op)
		return;
	syscall_get_arguments(current, ARG(fregs, 0), args);
	op->addr = args[0];
}

/* True if the command is IPC_RMID. 32-bit programs add a flag for the layout. */
static bool is_remove(int cmd)
{
	return (in_compat_syscall() ? cmd & ~IPC_64 : cmd) == IPC_RMID;
}

/* shmctl(id, cmd, buf): the function of the system call itself */
static void entry_shmctl(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	struct ipcprobe_op *op;
	unsigned long args[6];

	syscall_get_arguments(current, ARG(fregs, 0), args);
	if (!is_remove(args[1]))
		return;
	op = ipcprobe_op_begin(hook, IPCPROBE_OP_SHM_REMOVE);
	if (!op)
		return;
	op->shm.ns = ipcprobe_ipc_ns_if_any();
	op->shm.id = args[0];
}

#ifdef CONFIG_IA32_EMULATION
/* ipc(call, ...): calls of 32-bit programs for shared memory are not recorded */
static void entry_compat_ipc(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	unsigned long args[6];

	syscall_get_arguments(current, ARG(fregs, 0), args);
	switch (args[0] & 0xffff) {
	case SHMDT:
	case SHMGET:
	case SHMCTL:
		ipcprobe_missed(hook, IPCPROBE_CLASS_SHM, IPCPROBE_REASON_COMPAT);
	}
}
#endif

/* shm_destroy(ns, segment): the segment was removed, or detached for the last time */
static void entry_destroy(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	const struct ipc_namespace *ns = ARG(fregs, 0);
	const struct kern_ipc_perm *perm = ARG(fregs, 1) + segment_perm;
	struct ipcprobe_rec_shm_destroy rec;

	if (segment_perm < 0)
		return;
	rec = (struct ipcprobe_rec_shm_destroy) {
		.hdr.tid = current->pid,
		.ns = ns->ns.inum,
		.id = perm->id,
		.key = perm->key,
	};
	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT(shm_destroy, &rec);
}

/* shmem_setattr(idmap, dentry, attr); truncate(2) comes without a file. */
static void entry_setattr(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	const struct iattr *attr = ARG(fregs, 2);

	if (attr->ia_valid & ATTR_SIZE && attr->ia_valid & ATTR_FILE)
		ipcprobe_file_begin_resize(hook, IPCPROBE_OP_SHM_RESIZE,
					   file_inode(attr->ia_file),
					   ipcprobe_file_id(attr->ia_file), attr->ia_size);
}

/* shmem_fallocate(file, mode, offset, len) */
static void entry_fallocate(struct ipcprobe_hook *hook,
			    struct ftrace_regs *fregs)
{
	struct file *file = ARG(fregs, 0);
	loff_t end = ftrace_regs_get_argument(fregs, 2) +
		     ftrace_regs_get_argument(fregs, 3);

	if (!ftrace_regs_get_argument(fregs, 1) &&
	    end > i_size_read(file_inode(file)))
		ipcprobe_file_begin_resize(hook, IPCPROBE_OP_SHM_RESIZE, file_inode(file),
					   ipcprobe_file_id(file), end);
}

/* memfd_fcntl(file, cmd, arg) */
static void entry_fcntl(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	struct file *file = ARG(fregs, 0);
	struct ipcprobe_op *op;

	if ((u32)ftrace_regs_get_argument(fregs, 1) != F_ADD_SEALS ||
	    !S_ISREG(file_inode(file)->i_mode))
		return;
	op = ipcprobe_op_begin(hook, IPCPROBE_OP_SHM_SEAL);
	if (!op)
		return;
	op->shm.object = ipcprobe_file_id(file);
	op->shm.options = ftrace_regs_get_argument(fregs, 2);
}

/* ---- system calls: end ---- */

/* Declares a record of an end, with the fields that all such records have. */
#define END_REC(name, ...)						\
	struct ipcprobe_rec_##name rec = {				\
		.hdr.tid = op->tid,					\
		.ret = ret,						\
		__VA_ARGS__						\
	};								\
									\
	guard(irqsave)();						\
	rec.hdr.ts_ns = ipcprobe_clock_since(op->begin, &rec.dur_ns);	\
	IPCPROBE_EMIT(name, &rec)

static void end_get(const struct ipcprobe_op *op, s32 ret)
{
	END_REC(shm_create,
		.bytes = op->shm.bytes,
		.ns = op->shm.ns,
		.key = op->shm.id,
		.call = op->call,
		.is_new = op->shm.is_new && ret >= 0,
		.options = op->shm.options,
	);
}

/* Return: number of the object of a new descriptor of the current task. */
static u32 object_of_fd(int fd)
{
	struct file *file = fd < 0 ? NULL : fget(fd);
	u32 id;

	if (!file)
		return 0;
	id = ipcprobe_file_id(file);
	fput(file);
	return id;
}

static void end_memfd(const struct ipcprobe_op *op, s32 ret)
{
	u32 object = object_of_fd(ret);

	END_REC(shm_create,
		.object = object,
		.call = op->call,
		.is_new = ret >= 0,
		.options = op->shm.options,
	);
}

/* Ends shmat.  The call returns the address, which need not fit into @ret. */
static void end_attach(const struct ipcprobe_op *op, s32 ret)
{
	ret = min(ret, 0);
	END_REC(shm_attach,
		.addr = op->addr,
		.ns = op->shm.ns,
		.id = op->shm.id,
		.options = op->shm.options,
		.object = ret ? 0 : op->shm.object,
	);
}

static void end_detach(const struct ipcprobe_op *op, s32 ret)
{
	END_REC(shm_detach, .addr = op->addr);
}

static void end_remove(const struct ipcprobe_op *op, s32 ret)
{
	END_REC(shm_remove, .ns = op->shm.ns, .id = op->shm.id);
}

static void end_seal(const struct ipcprobe_op *op, s32 ret)
{
	END_REC(shm_seal, .object = op->shm.object, .seals = op->shm.options);
}

static void finish_shm(struct ipcprobe_op *op, s32 ret)
{
	switch (op->kind) {
	case IPCPROBE_OP_SHM_GET:
		end_get(op, ret);
		break;
	case IPCPROBE_OP_MEMFD:
		end_memfd(op, ret);
		break;
	case IPCPROBE_OP_SHM_MOVE:
		end_move(op, ret);
		break;
	case IPCPROBE_OP_SHM_ATTACH:
		end_attach(op, ret);
		break;
	case IPCPROBE_OP_SHM_DETACH:
		end_detach(op, ret);
		break;
	case IPCPROBE_OP_SHM_REMOVE:
		end_remove(op, ret);
		break;
	case IPCPROBE_OP_SHM_SEAL:
		end_seal(op, ret);
		break;
	case IPCPROBE_OP_SHM_RESIZE:
		ipcprobe_file_finish_resize(op, ret);
		break;
	}
}

static struct ipcprobe_hook hooks[] = {
	{ FN("uprobe_mmap", entry_map) },
	{ FN("copy_vma", entry_move) },
	/*
	 * where both functions exist, each is called for mappings that the
	 * other is not called for
	 */
	{ FN("unlink_file_vma", entry_unmap), .is_absent = !IPCPROBE_UNLINKS_SINGLY,
	  .is_optional = IPCPROBE_UNLINKS_BATCHES },
	{ FN("unlink_file_vma_batch_add", entry_unmap_batch),
	  .is_absent = !IPCPROBE_UNLINKS_BATCHES },
	{ TP("task_newtask", probe_fork) },
	{ FN("shmem_fault", entry_fault) },
	{ FN("filemap_map_pages", entry_fault_around) },
	{ FN(SYS("shmget"), entry_shmget) },
	{ FN("newseg", entry_newseg) },
	{ FN("do_shmat", entry_shmat) },
	{ FN(SYS("shmdt"), entry_shmdt) },
	{ FN(SYS("shmctl"), entry_shmctl) },
	{ FN("shm_destroy", entry_destroy) },
	{ FN(SYS("memfd_create"), entry_memfd) },
#ifdef CONFIG_IA32_EMULATION
	{ FN("__ia32_sys_shmget", entry_shmget), .is_optional = true },
	{ FN("__ia32_sys_shmdt", entry_shmdt), .is_optional = true },
	{ FN("__ia32_compat_sys_shmctl", entry_shmctl), .is_optional = true },
	{ FN("__ia32_compat_sys_ipc", entry_compat_ipc), .is_optional = true },
	{ FN("__ia32_sys_memfd_create", entry_memfd), .is_optional = true },
#endif
	{ FN("memfd_fcntl", entry_fcntl) },
	{ FN("shmem_setattr", entry_setattr) },
	{ FN("shmem_fallocate", entry_fallocate) },
	{}
};

const struct ipcprobe_event_class ipcprobe_class_shm = {
	.hooks = { hooks },
	.init = init_shm,
	.snapshot = snapshot_shm,
	.finish = finish_shm,
};

static inline void check_types(void)
{
	check_trace_callback_type_task_newtask(probe_fork);
}
