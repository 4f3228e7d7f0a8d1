// SPDX-License-Identifier: GPL-2.0
/*
 * Class futex: waits, wakes and requeues; which task woke which; and the place
 * of a shared futex in its file, so that one lock is one object in all its
 * processes.
 *
 * A call is an operation (op.c).  It passes __futex_queue(), where a waiter is
 * queued before it sleeps, and __futex_unqueue(), where another task removes
 * the waiter.  For wakes, requeues and inheritance, only these functions know
 * both tasks together.  The waiter's struct futex_q is private: the offsets of
 * its members come from BTF.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/ftrace.h>
#include <linux/futex.h>
#include <linux/kallsyms.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/restart_block.h>
#include <linux/rtmutex.h>
#include <linux/sched/task_stack.h>
#include <linux/uaccess.h>
#include <asm/syscall.h>

#include "btf.h"
#include "class.h"
#include "clock.h"
#include "emit.h"
#include "file.h"
#include "finish.h"
#include "hook.h"
#include "missed.h"
#include "op.h"

static __always_inline struct ipcprobe_op *begin_futex(struct ipcprobe_hook *hook, u8 cmd)
{
	struct ipcprobe_op *op = ipcprobe_op_begin_bare(hook, IPCPROBE_OP_FUTEX);

	if (unlikely(!op))
		return NULL;
	op->flags = 0;
	op->futex.cmd = cmd;
	op->futex.val = 0;
	op->futex.val2 = 0;
	op->futex.mask = 0;
	return op;
}

/* ---- the place of a futex ---- */

/*
 * True if the futex is named by its file, as in the kernel's own key of a
 * shared futex: the mapping is shared, or it cannot be written and so has no
 * private pages.
 */
static bool is_in_file(const struct vm_area_struct *vma)
{
	return vma->vm_file &&
	       (vma->vm_flags & VM_MAYSHARE || !(vma->vm_flags & VM_WRITE));
}

/*
 * Finds the file of a futex.  Called at the begin of a system call, which holds
 * no lock yet: releasing mmap_lock may wake a task that waits to change the
 * mappings.
 */
static noinline bool resolve_file(struct ipcprobe_op *op, int side)
{
	u64 addr = op->futex.addr[side];
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;

	if (!mmap_read_trylock(mm))
		return false;
	vma = vma_lookup(mm, addr);
	if (vma && is_in_file(vma)) {
		op->futex.file[side] = ipcprobe_file_id(vma->vm_file);
		op->futex.offset[side] = ((u64)vma->vm_pgoff << PAGE_SHIFT) +
					 (addr - vma->vm_start);
	}
	mmap_read_unlock(mm);
	return true;
}

/* Sets the first [0] or the second [1] futex of a call. */
static __always_inline void set_futex(struct ipcprobe_op *op, int side,
				      u64 addr, bool is_shared)
{
	op->futex.addr[side] = addr;
	op->futex.offset[side] = 0;
	op->futex.file[side] = 0;
	if (!is_shared)
		return;
	op->flags |= side ? IPCPROBE_FUTEX_SHARED2 : IPCPROBE_FUTEX_SHARED;
	if (!resolve_file(op, side))
		op->flags |= side ? IPCPROBE_FUTEX_UNRESOLVED2 :
				    IPCPROBE_FUTEX_UNRESOLVED;
}

/* ---- begin: futex(2) ---- */

enum shape { SHAPE_NONE, SHAPE_WAIT, SHAPE_WAKE, SHAPE_PAIR };

/*
 * Meaning of the arguments, by IPCPROBE_FUTEX_OP_*, which equal the kernel's
 * FUTEX_*.
 */
static const u8 shapes[] = {
	[FUTEX_WAIT] = SHAPE_WAIT,
	[FUTEX_WAIT_BITSET] = SHAPE_WAIT,
	[FUTEX_WAIT_REQUEUE_PI] = SHAPE_WAIT,
	[FUTEX_LOCK_PI] = SHAPE_WAIT,
	[FUTEX_LOCK_PI2] = SHAPE_WAIT,
	[FUTEX_TRYLOCK_PI] = SHAPE_WAIT,
	[FUTEX_WAKE] = SHAPE_WAKE,
	[FUTEX_WAKE_BITSET] = SHAPE_WAKE,
	[FUTEX_UNLOCK_PI] = SHAPE_WAKE,
	[FUTEX_REQUEUE] = SHAPE_PAIR,
	[FUTEX_CMP_REQUEUE] = SHAPE_PAIR,
	[FUTEX_CMP_REQUEUE_PI] = SHAPE_PAIR,
	[FUTEX_WAKE_OP] = SHAPE_PAIR,
	[IPCPROBE_FUTEX_OP_WAITV] = SHAPE_WAIT,
};

static bool is_lock_pi(u8 cmd)
{
	return cmd == FUTEX_LOCK_PI || cmd == FUTEX_LOCK_PI2 ||
	       cmd == FUTEX_TRYLOCK_PI;
}

/* Return: val3 of futex(2), for commands that use it. */
static u32 third_value(u8 cmd)
{
	unsigned long args[6];

	if (cmd == FUTEX_WAIT_REQUEUE_PI)
		return FUTEX_BITSET_MATCH_ANY;
	if (is_lock_pi(cmd) || cmd == FUTEX_UNLOCK_PI || cmd == FUTEX_REQUEUE)
		return 0;
	syscall_get_arguments(current, task_pt_regs(current), args);
	return args[5];
}

static __always_inline void set_wait(struct ipcprobe_op *op,
				     struct ftrace_regs *fregs, u32 how)
{
	if (how & FUTEX_CLOCK_REALTIME)
		op->flags |= IPCPROBE_FUTEX_REALTIME;
	if (ftrace_regs_get_argument(fregs, 3))
		op->flags |= IPCPROBE_FUTEX_TIMEOUT;
}

/*
 * Sets the arguments of commands other than FUTEX_WAIT and FUTEX_WAKE, which
 * are the most frequent by far.
 */
static noinline void set_other(struct ipcprobe_op *op, struct ftrace_regs *fregs,
			       u32 how)
{
	u8 cmd = op->futex.cmd;

	op->futex.mask = third_value(cmd);
	if (!is_lock_pi(cmd) && cmd != FUTEX_UNLOCK_PI)
		op->futex.val = ftrace_regs_get_argument(fregs, 2);
	if (shapes[cmd] == SHAPE_WAIT) {
		set_wait(op, fregs, how);
	} else if (shapes[cmd] == SHAPE_PAIR) {
		op->futex.val2 = ftrace_regs_get_argument(fregs, 5);
		set_futex(op, 1, ftrace_regs_get_argument(fregs, 4), !(how & FUTEX_PRIVATE_FLAG));
	}
}

/* do_futex(uaddr, op, val, timeout, uaddr2, val2, val3) */
static void entry_do_futex(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	u32 how = ftrace_regs_get_argument(fregs, 1), cmd = how & FUTEX_CMD_MASK;
	struct ipcprobe_op *op;

	if (cmd > FUTEX_LOCK_PI2 || shapes[cmd] == SHAPE_NONE)
		return;
	if (unlikely(current->flags & PF_EXITING))
		return;		/* the exit wakes joining threads: entry_unqueue() */
	op = begin_futex(hook, cmd);
	if (unlikely(!op))
		return;
	set_futex(op, 0, ftrace_regs_get_argument(fregs, 0), !(how & FUTEX_PRIVATE_FLAG));
	if (unlikely(cmd > FUTEX_WAKE)) {
		set_other(op, fregs, how);
		return;
	}
	op->futex.val = ftrace_regs_get_argument(fregs, 2);
	op->futex.mask = FUTEX_BITSET_MATCH_ANY;
	if (cmd == FUTEX_WAIT)
		set_wait(op, fregs, how);
}

/*
 * futex_wait_restart(restart): a wait with a time limit continues after a
 * signal without a handler interrupted it.  The kernel does not call do_futex()
 * for this.
 */
static void entry_restart(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	const struct restart_block *restart = (void *)ftrace_regs_get_argument(fregs, 0);
	bool is_any = restart->futex.bitset == FUTEX_BITSET_MATCH_ANY;
	struct ipcprobe_op *op;

	op = begin_futex(hook, is_any ? FUTEX_WAIT : FUTEX_WAIT_BITSET);
	if (!op)
		return;
	set_futex(op, 0, (unsigned long)restart->futex.uaddr,
		  restart->futex.flags & IPCPROBE_FUTEX_RESTART_SHARED);
	op->flags |= IPCPROBE_FUTEX_TIMEOUT;
	op->futex.val = restart->futex.val;
	op->futex.mask = restart->futex.bitset;
}

/* ---- begin: system calls with one command each ---- */

static bool is_shared2(u32 flags)
{
	return !(flags & FUTEX_PRIVATE_FLAG);
}

/* futex_wait(uaddr, val, mask, flags, timeout, clockid) */
static void entry_wait(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	struct ipcprobe_op *op = begin_futex(hook, FUTEX_WAIT_BITSET);
	unsigned long args[6];

	if (!op)
		return;
	syscall_get_arguments(current, task_pt_regs(current), args);
	set_futex(op, 0, args[0], is_shared2(args[3]));
	op->futex.val = args[1];
	op->futex.mask = args[2];
	if (args[4])
		op->flags |= IPCPROBE_FUTEX_TIMEOUT;
}

/* futex_wake(uaddr, mask, nr, flags) */
static void entry_wake(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	struct ipcprobe_op *op = begin_futex(hook, FUTEX_WAKE_BITSET);
	unsigned long args[6];

	if (!op)
		return;
	syscall_get_arguments(current, task_pt_regs(current), args);
	set_futex(op, 0, args[0], is_shared2(args[3]));
	op->futex.mask = args[1];
	op->futex.val = args[2];
}

/*
 * Reads an element of a vector in user memory.  Address 0: it cannot be read
 * without a fault.
 */
static struct futex_waitv read_element(unsigned long vector, unsigned int i)
{
	const struct futex_waitv __user *elements = (void __user *)vector;
	struct futex_waitv element;

	if (copy_from_user_nofault(&element, elements + i, sizeof(element)))
		return (struct futex_waitv) { .flags = FUTEX_PRIVATE_FLAG };
	return element;
}

/* futex_requeue(waiters[2], flags, nr_wake, nr_requeue) */
static void entry_requeue(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	struct ipcprobe_op *op = begin_futex(hook, FUTEX_CMP_REQUEUE);
	struct futex_waitv element;
	unsigned long args[6];

	if (!op)
		return;
	syscall_get_arguments(current, task_pt_regs(current), args);
	op->futex.val = args[2];
	op->futex.val2 = args[3];
	element = read_element(args[0], 0);
	op->futex.mask = element.val;
	set_futex(op, 0, element.uaddr, is_shared2(element.flags));
	element = read_element(args[0], 1);
	set_futex(op, 1, element.uaddr, is_shared2(element.flags));
}

static void emit_element(const struct ipcprobe_op *op, u32 val, u16 index)
{
	struct ipcprobe_rec_futex_waitv rec = {
		.hdr.tid = op->tid,
		.addr = op->futex.addr[0],
		.offset = op->futex.offset[0],
		.file = op->futex.file[0],
		.val = val,
		.index = index,
		.flags = op->flags,
	};

	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT(futex_waitv, &rec);
}

/*
 * futex_waitv(waiters, nr, flags, timeout, clockid): the operation keeps the
 * first element
 */
static void entry_waitv(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	struct ipcprobe_op *op = begin_futex(hook, IPCPROBE_FUTEX_OP_WAITV);
	struct futex_waitv element;
	unsigned long args[6];
	unsigned int nr, i;

	if (!op)
		return;
	syscall_get_arguments(current, task_pt_regs(current), args);
	op->futex.val = args[1];
	op->futex.first_q = NULL;
	set_futex(op, 0, 0, false);
	nr = op->futex.val <= FUTEX_WAITV_MAX ? op->futex.val : 0;
	for (i = nr; i-- > 0;) {
		element = read_element(args[0], i);
		op->flags = 0;
		set_futex(op, 0, element.uaddr, is_shared2(element.flags));
		emit_element(op, element.val, i);
	}
	if (args[3])
		op->flags |= IPCPROBE_FUTEX_TIMEOUT;
}

/* ---- a waiter goes to sleep ---- */

#define NEAR	IPCPROBE_FUTEX_NEAR

/*
 * Reads the memory around the futex, which is the lock as user space sees it.
 * No page is faulted in.
 */
static void read_mem(struct ipcprobe_rec_futex_block *rec)
{
	const u8 __user *at = (void __user *)(unsigned long)rec->addr;

	if (!copy_from_user_nofault(rec->mem, at - NEAR, NEAR))
		rec->flags |= IPCPROBE_FUTEX_BELOW;
	else
		memset(rec->mem, 0, NEAR);
	if (!copy_from_user_nofault(rec->mem + NEAR, at, NEAR))
		rec->flags |= IPCPROBE_FUTEX_ABOVE;
	else
		memset(rec->mem + NEAR, 0, NEAR);
}

/*
 * Return: the lock's holder.  The futex itself names the holder of a PI lock.
 * pthread_mutex_t has the holder 8 bytes after the futex; the reader of mem
 * decides whether this is a pthread_mutex_t.
 */
static u32 read_owner(const struct ipcprobe_op *op, const u8 *mem)
{
	bool is_pi = is_lock_pi(op->futex.cmd);
	u32 number = *(const u32 *)(mem + NEAR + (is_pi ? 0 : 8));
	struct task_struct *task;
	u32 tid = 0;

	if (is_pi)
		number &= FUTEX_TID_MASK;
	rcu_read_lock();
	task = pid_task(find_vpid(number), PIDTYPE_PID);
	if (task && (op->flags & IPCPROBE_FUTEX_SHARED ||
		     task->tgid == current->tgid))
		tid = task->pid;
	rcu_read_unlock();
	return tid;
}

static void emit_block(const struct ipcprobe_op *op)
{
	struct ipcprobe_rec_futex_block rec;

	rec.hdr.tid = op->tid;
	rec.addr = op->futex.addr[0];
	rec.offset = op->futex.offset[0];
	rec.file = op->futex.file[0];
	rec.val = op->futex.val;
	rec.call = op->call;
	rec.op = op->futex.cmd;
	rec.flags = op->flags & ~IPCPROBE_FUTEX_BLOCKED;
	read_mem(&rec);
	rec.owner = read_owner(op, rec.mem);
	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT(futex_block, &rec);
}

/*
 * True if @q is the last futex of the vector.  The kernel may queue a vector
 * several times.
 */
static bool is_last_queued(struct ipcprobe_op *op, const void *q)
{
	if (!op->futex.first_q)
		op->futex.first_q = q;
	if (op->futex.first_q == q)
		op->futex.nr_queued = 0;
	return ++op->futex.nr_queued == op->futex.val;
}

/* __futex_queue(q, hb, task), under the lock of the bucket */
static void entry_queue(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	struct ipcprobe_op *op = ipcprobe_op_find();

	if (!op || op->kind != IPCPROBE_OP_FUTEX ||
	    op->futex.cmd == FUTEX_TRYLOCK_PI)
		return;
	if (op->futex.cmd == IPCPROBE_FUTEX_OP_WAITV &&
	    !is_last_queued(op, (void *)ftrace_regs_get_argument(fregs, 0)))
		return;
	op->flags |= IPCPROBE_FUTEX_BLOCKED;
	emit_block(op);
}

/* ---- a task ends another task's wait ---- */

/* Offsets of members of private structures; -1: not known. */
enum { Q_TASK, Q_KEY, Q_WAKE, NR_Q_MEMBERS };
static const char *const q_members[] = {
	"task *task_struct", "key futex_key", "wake *"
};

static int q_offsets[NR_Q_MEMBERS] = { -1, -1, -1 };

enum { PI_MUTEX, PI_KEY, NR_PI_MEMBERS };
static const char *const pi_members[] = {
	"pi_mutex rt_mutex_base", "key futex_key"
};

static int pi_offsets[NR_PI_MEMBERS] = { -1, -1 };

/* The node in the lock's tree changed its name in v6.5. */
enum { WAITER_NODE, WAITER_OLD_NODE, WAITER_TASK, NR_WAITER_MEMBERS };
static const char *const waiter_members[] = {
	"tree rt_waiter_node", "tree_entry rb_node", "task *task_struct"
};

static int waiter_offsets[NR_WAITER_MEMBERS] = { -1, -1, -1 };

static bool knows_waiters;	/* the task of a futex_q can be read */
static bool knows_pi;		/* the next holder of a PI lock can be read */

static const void *q_member(const void *q, unsigned int member)
{
	return q + q_offsets[member];
}

enum function {
	FUNCTION_NOT_KNOWN,
	FUNCTION_OTHER,
	FUNCTION_WAKE_TASK,	/* wakes a task that waits for a futex */
	FUNCTION_UNLOCK_FUTEX,	/* unlocks the lock of a PI futex */
};

static noinline enum function function_by_name(unsigned long ip)
{
	char name[KSYM_SYMBOL_LEN];

	sprint_symbol_no_offset(name, ip);
	if (!strcmp(name, "futex_wake_mark"))
		return FUNCTION_WAKE_TASK;
	if (!strcmp(name, "rt_mutex_futex_unlock") ||
	    !strcmp(name, "__rt_mutex_futex_unlock"))
		return FUNCTION_UNLOCK_FUTEX;
	return FUNCTION_OTHER;
}

/*
 * Return: the function that contains @ip.  The table keeps the first addresses;
 * no kernel has more.
 */
static noinline enum function function_of(unsigned long ip)
{
	static struct {
		unsigned long ip;
		enum function function;	/* set after ip */
	} known[8], *entry;
	enum function function = FUNCTION_NOT_KNOWN;
	unsigned long old;

	for (entry = known; entry < known + ARRAY_SIZE(known); entry++) {
		old = READ_ONCE(entry->ip) ?: cmpxchg(&entry->ip, 0, ip) ?: ip;
		if (old == ip)
			break;
	}
	if (entry < known + ARRAY_SIZE(known))
		function = READ_ONCE(entry->function);
	if (likely(function))
		return function;
	function = function_by_name(ip);
	if (entry < known + ARRAY_SIZE(known))
		WRITE_ONCE(entry->function, function);
	return function;
}

/*
 * True if the waiter is a task that waits for this futex.  A request of
 * io_uring is queued, too, and may name the worker that queued it, which may
 * have ended since.  The function that is to wake the waiter distinguishes the
 * two.
 */
static __always_inline bool is_of_task(const void *q)
{
	static unsigned long wake_task;		/* 0: not known yet */
	unsigned long wake;

	if (q_offsets[Q_WAKE] < 0)	/* io_uring cannot wait for futexes yet */
		return true;
	wake = *(unsigned long *)q_member(q, Q_WAKE);
	if (likely(wake == READ_ONCE(wake_task)))
		return true;
	if (function_of(wake) != FUNCTION_WAKE_TASK)
		return false;
	WRITE_ONCE(wake_task, wake);
	return true;
}

static void set_waker(struct ipcprobe_rec_futex_woken *rec,
		      const struct ipcprobe_op *op)
{
	rec->hdr.tid = current->pid;
	rec->call = op ? op->call : IPCPROBE_CALL_OTHER;
	rec->op = op ? op->futex.cmd :
		  current->flags & PF_EXITING || current->in_execve ?
		  IPCPROBE_FUTEX_OP_EXIT :
		  IPCPROBE_FUTEX_OP_WAKE;
}

static void set_place(struct ipcprobe_rec_futex_woken *rec,
		      const union futex_key *key)
{
	u32 kind = key->both.offset & (FUT_OFF_INODE | FUT_OFF_MMSHARED);

	rec->addr = key->both.offset - kind;
	if (kind == FUT_OFF_INODE) {
		rec->addr += (u64)key->shared.pgoff << PAGE_SHIFT;
		rec->flags = IPCPROBE_FUTEX_IN_FILE;
	} else {
		rec->addr += key->private.address;
		rec->flags = 0;
	}
}

static void emit_woken(struct ipcprobe_rec_futex_woken *rec)
{
	guard(irqsave)();
	rec->hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT_TO(futex_woken, rec, rec->wakee);
}

static struct ipcprobe_op *find_futex_op(void)
{
	struct ipcprobe_op *op = ipcprobe_op_find();

	return op && op->kind == IPCPROBE_OP_FUTEX ? op : NULL;
}

/*
 * __futex_unqueue(q), under the lock of the bucket; the waiter exists until the
 * unlock
 */
static void entry_unqueue(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	const void *q = (void *)ftrace_regs_get_argument(fregs, 0);
	const struct ipcprobe_op *op = find_futex_op();
	struct ipcprobe_rec_futex_woken rec;
	const struct task_struct *wakee;

	if (!knows_waiters) {
		ipcprobe_missed(hook, IPCPROBE_CLASS_FUTEX, IPCPROBE_REASON_NO_HOOK);
		return;
	}
	wakee = *(struct task_struct **)q_member(q, Q_TASK);
	if (wakee == current || !is_of_task(q))
		return;		/* the waiter gives up, or is no task */
	if (op && op->futex.cmd == FUTEX_UNLOCK_PI)
		return;		/* the waiter gives up and is removed early */
	set_waker(&rec, op);
	rec.wakee = wakee->pid;
	set_place(&rec, q_member(q, Q_KEY));
	emit_woken(&rec);
}

/* Return: the lock's first waiter.  The wait_lock is held, so the waiter cannot end. */
static const struct task_struct *top_waiter(const struct rt_mutex_base *lock)
{
	int node = waiter_offsets[WAITER_NODE];
	const void *first = lock->waiters.rb_leftmost;

	if (node < 0)
		node = waiter_offsets[WAITER_OLD_NODE];
	if (!first)
		return NULL;
	return *(struct task_struct **)(first - node + waiter_offsets[WAITER_TASK]);
}

/*
 * mark_wakeup_next_waiter(wqh, lock): the lock passes to its first waiter,
 * because the holder released it or ended.  The kernel's own locks of this type
 * come here, too.
 */
static void entry_hand_on(struct ipcprobe_hook *hook, struct ftrace_regs *fregs,
			  unsigned long parent_ip)
{
	const struct rt_mutex_base *lock = (void *)ftrace_regs_get_argument(fregs, 1);
	struct ipcprobe_rec_futex_woken rec;
	const struct task_struct *heir;

	if (function_of(parent_ip - 1) != FUNCTION_UNLOCK_FUTEX)
		return;
	if (!knows_pi) {
		ipcprobe_missed(hook, IPCPROBE_CLASS_FUTEX, IPCPROBE_REASON_NO_HOOK);
		return;
	}
	heir = top_waiter(lock);
	if (!heir || heir->flags & PF_KTHREAD)
		return;		/* RCU uses such a lock, without a futex */
	set_waker(&rec, find_futex_op());
	rec.wakee = heir->pid;
	set_place(&rec, (void *)lock - pi_offsets[PI_MUTEX] + pi_offsets[PI_KEY]);
	emit_woken(&rec);
}

/* ---- ends ---- */

/* Fills the fields of futex_wait, which are the same as those of futex_wake. */
static __always_inline void fill_wait(struct ipcprobe_rec_futex_wait *rec,
				      const struct ipcprobe_op *op, s32 ret)
{
	rec->addr = op->futex.addr[0];
	rec->offset = op->futex.offset[0];
	rec->file = op->futex.file[0];
	rec->val = op->futex.val;
	rec->mask = op->futex.mask;
	rec->ret = ret;
	rec->call = op->call;
	rec->op = op->futex.cmd;
	rec->flags = op->flags;
}

IPCPROBE_DEFINE_EMIT_OP(futex_wait, op->begin, fill_wait)

static __always_inline void fill_wake(struct ipcprobe_rec_futex_wake *rec,
				      const struct ipcprobe_op *op, s32 ret)
{
	fill_wait((struct ipcprobe_rec_futex_wait *)rec, op, ret);
}

IPCPROBE_DEFINE_EMIT_OP(futex_wake, op->begin, fill_wake)

/* Emits futex_requeue or futex_wake_op, which have the same fields. */
static noinline void end_pair(const struct ipcprobe_op *op, s32 ret)
{
	struct ipcprobe_rec_futex_requeue rec = {
		.hdr.tid = op->tid,
		.addr = op->futex.addr[0],
		.addr2 = op->futex.addr[1],
		.offset = op->futex.offset[0],
		.offset2 = op->futex.offset[1],
		.file = op->futex.file[0],
		.file2 = op->futex.file[1],
		.nr_wake = op->futex.val,
		.nr_requeue = op->futex.val2,
		.val = op->futex.mask,
		.ret = ret,
		.call = op->call,
		.op = op->futex.cmd,
		.flags = op->flags,
	};

	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock_since(op->begin, &rec.dur_ns);
	if (op->futex.cmd == FUTEX_WAKE_OP)
		IPCPROBE_EMIT(futex_wake_op, (struct ipcprobe_rec_futex_wake_op *)&rec);
	else
		IPCPROBE_EMIT(futex_requeue, &rec);
}

/* Called by op_end.c when the operation is over. */
void ipcprobe_futex_finish(struct ipcprobe_op *op, s32 ret)
{
	u8 shape = shapes[op->futex.cmd];

	if (shape == SHAPE_WAIT)
		emit_futex_wait(op, ret);
	else if (shape == SHAPE_WAKE)
		emit_futex_wake(op, ret);
	else
		end_pair(op, ret);
	ipcprobe_op_release(op);
}

static bool find_members(const char *struct_name, const char *const *members,
			 int *offsets, unsigned int nr)
{
	return ipcprobe_btf_offsets(struct_name, members, offsets, nr) >= 0;
}

static void init_futex(void)
{
	knows_waiters = find_members("futex_q", q_members, q_offsets, NR_Q_MEMBERS) &&
			q_offsets[Q_TASK] >= 0 && q_offsets[Q_KEY] >= 0;
	knows_pi = find_members("futex_pi_state", pi_members, pi_offsets,
				NR_PI_MEMBERS) &&
		   find_members("rt_mutex_waiter", waiter_members, waiter_offsets,
				NR_WAITER_MEMBERS) &&
		   pi_offsets[PI_MUTEX] >= 0 && pi_offsets[PI_KEY] >= 0 &&
		   max(waiter_offsets[WAITER_NODE], waiter_offsets[WAITER_OLD_NODE]) >= 0 &&
		   waiter_offsets[WAITER_TASK] >= 0;
	if (!knows_waiters || !knows_pi)
		pr_info("no usable BTF: not all that wake others on futexes are recorded\n");
}

static struct ipcprobe_hook hooks[] = {
	{ FN("do_futex", entry_do_futex) },
	{ FN("futex_wait_restart", entry_restart) },
	{ FN(SYS("futex_waitv"), entry_waitv) },
	{ FN(SYS("futex_wait"), entry_wait), .is_absent = !IPCPROBE_FUTEX_HAS_CALLS },
	{ FN(SYS("futex_wake"), entry_wake), .is_absent = !IPCPROBE_FUTEX_HAS_CALLS },
	{ FN(SYS("futex_requeue"), entry_requeue), .is_absent = !IPCPROBE_FUTEX_HAS_CALLS },
#ifdef CONFIG_IA32_EMULATION
	{ FN("__ia32_sys_futex_waitv", entry_waitv) },
	{ FN("__ia32_sys_futex_wait", entry_wait), .is_absent = !IPCPROBE_FUTEX_HAS_CALLS },
	{ FN("__ia32_sys_futex_wake", entry_wake), .is_absent = !IPCPROBE_FUTEX_HAS_CALLS },
	{ FN("__ia32_sys_futex_requeue", entry_requeue),
	  .is_absent = !IPCPROBE_FUTEX_HAS_CALLS },
#endif
	{ FN("__futex_queue", entry_queue) },
	{ FN("__futex_unqueue", entry_unqueue) },
	{ FN_FROM("mark_wakeup_next_waiter", entry_hand_on),
	  .is_absent = !IS_ENABLED(CONFIG_FUTEX_PI), .is_optional = true },
	{}
};

const struct ipcprobe_event_class ipcprobe_class_futex = {
	.hooks = { hooks },
	.init = init_futex,
};

static inline void check_layout(void)
{
#define SAME(a, fa, b, fb)						\
	static_assert(offsetof(struct ipcprobe_rec_##a, fa) ==		\
		      offsetof(struct ipcprobe_rec_##b, fb))
	SAME(futex_wait, val, futex_wake, nr_wake);
	SAME(futex_wait, mask, futex_wake, mask);
	SAME(futex_wait, flags, futex_wake, flags);
	SAME(futex_requeue, nr_requeue, futex_wake_op, nr_wake2);
	SAME(futex_requeue, flags, futex_wake_op, flags);
#undef SAME
}
