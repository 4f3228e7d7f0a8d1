/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every kernel-version condition of the module, newest kernel first. The code
 * is written for the newest kernel; the macros below give older kernels the
 * same API. Oldest kernel of the matrix: 6.1.
 */
#ifndef IPCPROBE_COMPAT_H
#define IPCPROBE_COMPAT_H

#include <linux/version.h>

#ifdef CONFIG_PREEMPT_RT
#error "ipcprobe does not support PREEMPT_RT: its probes take locks and memory where such a kernel must not sleep"
#endif

/*
 * Since Linux kernel commit 7c70cb94d29c ("sched: Add Lazy preemption model")
 * (in v6.13) resched_curr() only calls another function, which may be inlined; the
 * argument of that function is the flag to be set.  Drop when 6.12 leaves the matrix.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
#define IPCPROBE_RESCHED_IS_INNER	1
#define IPCPROBE_RESCHED_IS_LAZY(fregs)	\
	((int)ftrace_regs_get_argument(fregs, 1) == TIF_NEED_RESCHED_LAZY)
#else
#define IPCPROBE_RESCHED_IS_INNER	0
#define IPCPROBE_RESCHED_IS_LAZY(fregs)	false
#endif

/*
 * In 7.2 pick_eevdf() has an argument that says whether the slice of the
 * running entity is protected. The function picks the next buddy itself, also
 * for a wake-up, and computes with full weights. Drop when 6.12 leaves the
 * matrix.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 2, 0)
#define IPCPROBE_PICK_PROTECTS(fregs)	((bool)ftrace_regs_get_argument(fregs, 1))
#define IPCPROBE_PICK_BUDDIES		true
#define ipcprobe_se_weight(se)		((se)->load.weight)
#else
#define IPCPROBE_PICK_PROTECTS(fregs)	true
#define IPCPROBE_PICK_BUDDIES		false
#define ipcprobe_se_weight(se)		\
	max(2UL, (se)->load.weight >> SCHED_FIXEDPOINT_SHIFT)
#endif

/*
 * Since Linux kernel commit e1fad12dcb66 ("sched/fair: Switch to task based
 * throttle model") (in v6.18) the tasks of a throttled group leave the queue one
 * by one, on their way to user space.  Drop when 6.12 leaves the matrix.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
#define IPCPROBE_THROTTLES_TASKS	1
#define ipcprobe_task_throttled(p)	((p)->throttled)
#else
#define IPCPROBE_THROTTLES_TASKS	0
#define ipcprobe_task_throttled(p)	false
#endif

/*
 * Since Linux kernel commit edd3cb05c00a ("copy_process: pass clone_flags as
 * u64 across calltree") (in v6.18).  Drop when 6.12 leaves the matrix.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
#define IPCPROBE_CLONE_FLAGS_T	u64
#else
#define IPCPROBE_CLONE_FLAGS_T	unsigned long
#endif

/*
 * Since Linux kernel commit 5f60d5f6bbc1 ("move asm/unaligned.h to
 * linux/unaligned.h") (in v6.12).  Drop when 6.1 leaves the matrix.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#include <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif

/*
 * Since Linux kernel commit 3652117f8548 ("eventfd: simplify
 * eventfd_signal()") (in v6.8) eventfd_signal() always adds 1.  Drop when 6.1 leaves the
 * matrix.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0)
#define IPCPROBE_EVENTFD_SIGNAL_VALUE(fregs)	1
#else
#define IPCPROBE_EVENTFD_SIGNAL_VALUE(fregs)	ftrace_regs_get_argument(fregs, 1)
#endif

/*
 * Since Linux kernel commit 74eec63661d4 ("sched/fair: Fix NO_RUN_TO_PARITY
 * case") (in v6.17) the protection of a slice has a member of its own.  EEVDF itself
 * came with commit 147f3efaa241 ("sched/fair: Implement an EEVDF-like scheduling
 * policy") (in v6.6), delayed dequeue with commit 152e11f6df29 ("sched/fair:
 * Implement delayed dequeue") (in v6.12).
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 17, 0)
#define ipcprobe_se_protected(se)	((s64)((se)->vruntime - (se)->vprot) < 0)
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
#define ipcprobe_se_protected(se)	((se)->vlag == (s64)(se)->deadline)
#else
#define ipcprobe_se_protected(se)	false
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#define ipcprobe_se_delayed(se)		((se)->sched_delayed)
#else
#define ipcprobe_se_delayed(se)		false
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
#define IPCPROBE_IS_EEVDF		1
#define ipcprobe_se_deadline(se)	((se)->deadline)
#define ipcprobe_se_slice(se)		((se)->slice)
#else
#define IPCPROBE_IS_EEVDF		0
#define ipcprobe_se_deadline(se)	0
#define ipcprobe_se_slice(se)		0
#endif

/*
 * Since v6.16 the tracepoint io_uring_complete passes one struct instead of
 * separate arguments. Drop when 6.12 leaves the matrix.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 16, 0)
#define IPCPROBE_URING_COMPLETE_ARGS	struct io_ring_ctx *ctx, void *req, \
					struct io_uring_cqe *cqe
#define IPCPROBE_URING_RESULT		(cqe->res)
#else
#define IPCPROBE_URING_COMPLETE_ARGS	void *ctx, void *req, u64 user_data,	\
					int res, unsigned int cflags,		\
					u64 extra1, u64 extra2
#define IPCPROBE_URING_RESULT		res
#endif

/*
 * Since v6.16 the tracepoint sched_process_exit passes group_dead.
 * Drop when 6.12 leaves the matrix.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 16, 0)
#define IPCPROBE_SCHED_PROCESS_EXIT_ARGS	struct task_struct *p, bool group_dead
#else
#define IPCPROBE_SCHED_PROCESS_EXIT_ARGS	struct task_struct *p
#endif

/*
 * Since Linux kernel commit 2c92ca849fcc ("tracing/treewide: Remove second
 * parameter of __assign_str()") (in v6.10).  Drop when 6.1 leaves the matrix.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
#define ipcprobe_assign_str(dst, src)	__assign_str(dst)
#else
#define ipcprobe_assign_str(dst, src)	__assign_str(dst, src)
#endif

/*
 * Since Linux kernel commit 63ba8422f876 ("sched/deadline: Introduce deadline
 * servers") (in v6.8).  Since commit 5f6bd380c7bd ("sched/rt: Remove default
 * bandwidth control") (in v6.12) the fair class has a deadline server, and the
 * real-time class as a whole is no longer throttled.  Drop when 6.1 leaves the matrix.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0)
#define ipcprobe_dl_is_server(se)	((se)->dl_server)
#else
#define ipcprobe_dl_is_server(se)	false
#endif
#define IPCPROBE_HAS_SERVERS		(LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0))
#define IPCPROBE_THROTTLES_REAL_TIME	(LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0))

/*
 * Since v6.7 each futex operation has a system call of its own, and the flag
 * for a shared futex in struct restart_block has another value. Drop when 6.1
 * leaves the matrix.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
#define IPCPROBE_FUTEX_HAS_CALLS		1
#define IPCPROBE_FUTEX_RESTART_SHARED	0x10
#else
#define IPCPROBE_FUTEX_HAS_CALLS		0
#define IPCPROBE_FUTEX_RESTART_SHARED	0x01
#define __NR_futex_wake			454
#define __NR_futex_wait			455
#define __NR_futex_requeue		456
#endif

/*
 * In 6.12 the tracepoint io_uring_task_work_run passes no number of loops.
 * Drop when 6.1 leaves the matrix.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#define IPCPROBE_URING_WORK_ARGS	void *tctx, unsigned int count
#else
#define IPCPROBE_URING_WORK_ARGS	void *tctx, unsigned int count, \
					unsigned int loops
#endif

/*
 * Since Linux kernel commit 54e6842d0775 ("fork/vm: Move common PF_IO_WORKER
 * behavior to new flag") (in v6.4).  Drop when 6.1 leaves the matrix.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 4, 0)
#define PF_USER_WORKER	PF_IO_WORKER
#endif

/*
 * Since v6.7 the tracepoint io_uring_submit_sqe is called io_uring_submit_req.
 * Drop when 6.1 leaves the matrix.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
#define IPCPROBE_URING_SUBMITS_REQ	1
#define IPCPROBE_URING_SUBMIT		io_uring_submit_req
#define IPCPROBE_URING_SUBMIT_ARGS	struct io_kiocb *req
#else
#define IPCPROBE_URING_SUBMITS_REQ	0
#define IPCPROBE_URING_SUBMIT		io_uring_submit_sqe
#define IPCPROBE_URING_SUBMIT_ARGS	struct io_kiocb *req, bool force_nonblock
#endif

/*
 * Since Linux kernel commit def3ae83da02 ("fs: store real path instead of fake
 * path in backing file f_path") (in v6.7).  Drop when 6.1 leaves the matrix.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
#define file_user_path(file)	(&(file)->f_path)
#endif

/*
 * Since Linux kernel commit 57d44a354a43 ("unix: Convert
 * unix_stream_sendpage() to use MSG_SPLICE_PAGES") and the commits after it (in
 * v6.5) pages are sent by sendmsg.  Drop when 6.1 leaves the matrix.
 */
#define IPCPROBE_UNIX_HAS_SENDPAGE	(LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0))

/*
 * Since Linux kernel commit 3577dbb19241 ("mm: batch unlink_file_vma calls in
 * free_pgd_range") (in v6.10) two functions unlink a file's mapping, and each
 * mapping is unlinked by one of them. 7.2 no longer has the older function.
 */
#define IPCPROBE_UNLINKS_BATCHES	(LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0))
#define IPCPROBE_UNLINKS_SINGLY		(LINUX_VERSION_CODE < KERNEL_VERSION(7, 2, 0))

/*
 * Since Linux kernel commit de4f5fed3f23 ("iov_iter: add iter_iovec()
 * helper") (in v6.4).  Drop when 6.1 leaves the matrix.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 4, 0)
#define iter_iov(iter)	((iter)->iov)
#endif

/*
 * Since Linux kernel commit bc292ab00f6c ("mm: introduce vma->vm_flags wrapper
 * functions") (in v6.3).  Drop when 6.1 leaves the matrix.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
#define vm_flags_mod(vma, set, clear)	\
	((vma)->vm_flags = ((vma)->vm_flags | (set)) & ~(clear))
#endif

/*
 * Since Linux kernel commit 94d095ffa0e1 ("ftrace: abstract
 * DYNAMIC_FTRACE_WITH_ARGS accesses") (in v6.2).  Drop when 6.1 leaves the
 * matrix.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define ftrace_regs_get_argument(fregs, n)	\
	regs_get_kernel_argument(&(fregs)->regs, n)
#endif

#endif /* IPCPROBE_COMPAT_H */
