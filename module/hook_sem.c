// SPDX-License-Identifier: GPL-2.0
/*
 * Class sem: System V semaphores.
 *
 * The values before and after an operation are read where the kernel tries the
 * operation, under the semaphore's lock: in perform_atomic_semop().  First the
 * caller runs this function; after that, each task that changes a value that
 * the caller waits for.  The same values show whether the try will succeed.
 */
#include <linux/ftrace.h>
#include <linux/ipc_namespace.h>
#include <linux/rculist.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/sem.h>
#include <linux/uaccess.h>

#include "btf.h"
#include "class.h"
#include "clock.h"
#include "emit.h"
#include "finish.h"
#include "hook.h"
#include "op.h"
#include "sysv.h"

#define VALUE_MAX	32767	/* the kernel's SEMVMX */
#define NR_RECORDED	255	/* recorded values of a set */
#define NR_SOPS		64	/* operations recorded: their values take n^2 steps */

/*
 * Budget for the adjustments of a task that ends, and the approximate cost of
 * each step: to test one adjustment, to find a set, to write a record.
 */
#define UNDO_BUDGET	(1 << 16)
#define UNDO_COST_LOOK	1
#define UNDO_COST_SET	64
#define UNDO_COST_TELL	64

/* ---- the kernel's private structs ---- */

static const char *const array_members[] = { "sem_perm kern_ipc_perm", "sem_nsems 4" };
static const char *const sem_members[] = { "semval 4", "lock spinlock", "sempid *pid" };
static const char *const queue_members[] = { "sops *sembuf", "nsops 4", "sleeper *task_struct" };
static const char *const undo_members[] = { "list_proc list_head", "semid 4", "semadj" };
static const char *const list_members[] = { "refcnt refcount_struct", "list_proc list_head" };

/* Offsets of the members, in the order of the arrays of names. */
static struct {
	int perm, nsems;
	int sems;		/* after all other members of struct sem_array */
} array;

static struct {
	int value, lock, pid;
	int bytes;
} sem;

static struct {
	int sops, nsops, sleeper;
} queue;

static struct {
	int list, id, adjust;
	bool is_pointer;	/* before v6.6 the adjustments are outside the structure */
} undo;

static struct {
	int refcnt, head;
} undo_list;

static bool has_layout;

#define MEMBER(base, offset, type)	((type *)((char *)(base) + (offset)))

static bool resolve_members(const char *name, const char *const *members, int *offsets,
			    unsigned int nr, int *bytes)
{
	unsigned int i;

	*bytes = ipcprobe_btf_offsets(name, members, offsets, nr);
	for (i = 0; *bytes > 0 && i < nr; i++)
		if (offsets[i] < 0)
			return false;
	return *bytes > 0;
}

#define RESOLVE(name, names, layout, bytes)				\
	resolve_members(name, names, (int *)&(layout), ARRAY_SIZE(names), bytes)

/* Finds the offsets.  Without BTF there are no values, and no adjustments at exit. */
static void init_sem(void)
{
	int unused, bytes;

	has_layout = RESOLVE("sem_array", array_members, array, &array.sems) &&
		     RESOLVE("sem", sem_members, sem, &sem.bytes) &&
		     RESOLVE("sem_queue", queue_members, queue, &unused) &&
		     RESOLVE("sem_undo", undo_members, undo, &bytes) &&
		     RESOLVE("sem_undo_list", list_members, undo_list, &unused);
	/* After a flexible array there is only padding. */
	undo.is_pointer = has_layout && bytes - undo.adjust >= (int)sizeof(void *);
}

static __always_inline int nsems_of(const void *sma)
{
	return *MEMBER(sma, array.nsems, const int);
}

static __always_inline void *sem_of(const void *sma, unsigned int num)
{
	return MEMBER(sma, array.sems + num * sem.bytes, void);
}

static __always_inline int value_of(const void *sma, unsigned int num)
{
	if (unlikely(num >= nsems_of(sma)))
		return -1;
	return *MEMBER(sem_of(sma, num), sem.value, const int);
}

static const void *array_of(const struct kern_ipc_perm *perm)
{
	return MEMBER(perm, -array.perm, const void);
}

/* ---- operations ---- */

/* @sem_op: 1 if it is not known */
static __always_inline void set_block(struct ipcprobe_op *op, u16 num,
				      s16 sem_op, s16 value)
{
	op->sem.block_num = num;
	op->sem.block_op = sem_op;
	op->sem.block_value = value;
}

/* do_semtimedop(semid, sops, nsops, timeout) */
static void entry_op(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	struct ipcprobe_op *op = ipcprobe_op_begin_bare(hook, IPCPROBE_OP_SEM_OP);

	if (unlikely(!op))
		return;
	op->wait_begin_ns = 0;
	op->sem.queue = NULL;
	op->sem.ns = ipcprobe_ipc_ns();
	op->sem.id = ftrace_regs_get_argument(fregs, 0);
	op->sem.sops = (void __user *)ftrace_regs_get_argument(fregs, 1);
	op->sem.nsops = min_t(u32, ftrace_regs_get_argument(fregs, 2), U16_MAX);
	op->sem.num = 0;
	op->sem.op = 0;
	op->sem.sem_flg = 0;
	op->sem.before = -1;
	op->sem.after = -1;
	set_block(op, 0, 1, -1);
}

/* The kernel's list of a call's operations, and how many of them are recorded. */
struct sops {
	const struct sembuf *sop;
	int nr;
	bool is_whole;	/* the list has no more operations */
};

static __always_inline struct sops sops_of(const void *q)
{
	int nr = *MEMBER(q, queue.nsops, const int);

	return (struct sops) {
		.sop = *MEMBER(q, queue.sops, struct sembuf *const),
		.nr = min(nr, NR_SOPS),
		.is_whole = nr <= NR_SOPS,
	};
}

/* Return: the value that operation @i finds after the operations before it. */
static __always_inline int value_before(const void *sma,
					const struct sops *sops, int i)
{
	const struct sembuf *sop = sops->sop;
	int value = value_of(sma, sop[i].sem_num), j;

	for (j = 0; j < i; j++)
		if (sop[j].sem_num == sop[i].sem_num)
			value += sop[j].sem_op;
	return value;
}

static void emit_further(const struct ipcprobe_op *op, const void *sma,
			 const struct sops *sops)
{
	int i;

	for (i = 1; i < sops->nr; i++) {
		const struct sembuf *sop = &sops->sop[i];
		int before = value_before(sma, sops, i);
		struct ipcprobe_rec_sem_sop rec = {
			.hdr.tid = op->tid,
			.id = op->sem.id,
			.index = i,
			.num = sop->sem_num,
			.op = sop->sem_op,
			.before = before,
			.after = before + sop->sem_op,
			.sem_flg = sop->sem_flg,
		};

		guard(irqsave)();
		rec.hdr.ts_ns = ipcprobe_clock();
		IPCPROBE_EMIT(sem_sop, &rec);
	}
}

/*
 * True if all operations can continue.  Stores the first operation that must
 * wait, if any.
 */
static __always_inline bool can_go_on(struct ipcprobe_op *op, const void *sma,
				      const struct sops *sops)
{
	const struct sembuf *sop = sops->sop;
	int i, before, after;

	for (i = 0; i < sops->nr; i++) {
		before = value_before(sma, sops, i);
		after = before + sop[i].sem_op;
		if (after < 0 || (!sop[i].sem_op && before)) {
			set_block(op, sop[i].sem_num, sop[i].sem_op, before);
			return false;
		}
		if (after > VALUE_MAX)
			return false;
	}
	/* It is not known whether one of the operations not tested must wait. */
	set_block(op, 0, 1, -1);
	return true;
}

/* can_go_on() for a list of one operation, which finds the value @before. */
static __always_inline bool can_go_on_alone(struct ipcprobe_op *op, int before)
{
	int after = before + op->sem.op;

	if (after < 0 || (!op->sem.op && before)) {
		set_block(op, op->sem.num, op->sem.op, before);
		return false;
	}
	set_block(op, 0, 1, -1);
	return after <= VALUE_MAX;
}

static noinline void try_several(struct ipcprobe_op *op, const void *sma,
				 const struct sops *sops)
{
	if (!can_go_on(op, sma, sops))
		return;
	op->sem.after = op->sem.before + op->sem.op;
	if (sops->is_whole)
		emit_further(op, sma, sops);
}

static __always_inline void try_op(struct ipcprobe_op *op, const void *sma,
				   const void *q)
{
	const struct sembuf *sop = *MEMBER(q, queue.sops, struct sembuf *const);
	struct sops sops;

	op->sem.num = sop->sem_num;
	op->sem.op = sop->sem_op;
	op->sem.sem_flg = sop->sem_flg;
	op->sem.before = value_of(sma, sop->sem_num);
	op->sem.after = -1;
	if (unlikely(*MEMBER(q, queue.nsops, const int) != 1)) {
		sops = sops_of(q);
		try_several(op, sma, &sops);
	} else if (can_go_on_alone(op, op->sem.before)) {
		op->sem.after = op->sem.before + op->sem.op;
	}
}

/*
 * Return: the operation of the task that sleeps in @q, or NULL.  All tries
 * except the first inside a call are for tasks that sleep.  They are queued
 * under the lock held here, so they cannot end their calls.  The first try of a
 * caller whose begin was not seen looks the same, but @q names no sleeper yet:
 * so @q is read without faults, and no operation has this queue.
 */
static noinline struct ipcprobe_op *op_of_sleeper(const void *q)
{
	const struct task_struct *sleeper;
	struct ipcprobe_op *op;
	pid_t tid;

	/* On the current stack: not queued yet, names no sleeper. */
	if ((unsigned long)q - (unsigned long)task_stack_page(current) < THREAD_SIZE)
		return NULL;
	if (copy_from_kernel_nofault(&sleeper, MEMBER(q, queue.sleeper, const void),
				     sizeof(sleeper)) ||
	    copy_from_kernel_nofault(&tid, &sleeper->pid, sizeof(tid)))
		return NULL;
	op = ipcprobe_op_of(tid);
	if (!op || op->kind != IPCPROBE_OP_SEM_OP || op->sem.queue != q)
		return NULL;
	return op;
}

static noinline void try_of_sleeper(const void *sma, const void *q)
{
	struct ipcprobe_op *op = op_of_sleeper(q);

	if (op)
		try_op(op, sma, q);
}

/*
 * perform_atomic_semop(sma, queue).  The first try inside a call is for the
 * call itself.
 */
static void entry_perform(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	const void *sma = ARG(fregs, 0), *q = ARG(fregs, 1);
	struct ipcprobe_op *op = ipcprobe_op_find();

	if (unlikely(!has_layout))
		return;
	if (likely(op && op->kind == IPCPROBE_OP_SEM_OP && !op->sem.queue)) {
		op->sem.queue = q;
		try_op(op, sma, q);
	} else {
		try_of_sleeper(sma, q);
	}
}

/* Called by wait.c, in the middle of a task switch. */
static void emit_block(struct ipcprobe_op *op)
{
	struct ipcprobe_rec_sem_block rec = {
		.hdr.tid = op->tid,
		.ns = op->sem.ns,
		.id = op->sem.id,
		.num = op->sem.block_num,
		.op = op->sem.block_op,
		.value = op->sem.block_value,
		.nsops = op->sem.nsops,
	};

	rec.hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT(sem_block, &rec);
}

/* Reads the first operation from user memory, if no try was seen. */
static void read_first(struct ipcprobe_op *op)
{
	struct sembuf sop;

	if (!op->sem.nsops ||
	    copy_from_user_nofault(&sop, op->sem.sops, sizeof(sop)))
		return;
	op->sem.num = sop.sem_num;
	op->sem.op = sop.sem_op;
	op->sem.sem_flg = sop.sem_flg;
}

static __always_inline void fill_op(struct ipcprobe_rec_sem_op *rec,
				    const struct ipcprobe_op *op, s32 ret)
{
	rec->ns = op->sem.ns;
	rec->id = op->sem.id;
	rec->ret = ret;
	rec->blocked_ns = ipcprobe_op_blocked_ns(op);
	rec->nsops = op->sem.nsops;
	rec->num = op->sem.num;
	rec->op = op->sem.op;
	rec->before = op->sem.before;
	rec->after = op->sem.after;
	rec->sem_flg = op->sem.sem_flg;
}

IPCPROBE_DEFINE_EMIT_OP(sem_op, op->begin, fill_op)

/* Called by op_end.c when the operation is over. */
void ipcprobe_sem_finish_op(struct ipcprobe_op *op, s32 ret)
{
	if (unlikely(!op->sem.queue))
		read_first(op);
	/*
	 * The call succeeded without a successful try: the try that ended it
	 * was not seen.
	 */
	if (unlikely(!ret && op->sem.after < 0))
		op->sem.before = -1;
	if (ret)
		op->sem.after = -1;
	emit_sem_op(op, ret);
	ipcprobe_op_release(op);
}

/* ---- semctl ---- */

static void begin_set(struct ipcprobe_hook *hook, s32 id, s32 num, u16 cmd,
		      s32 value, const void __user *values)
{
	struct ipcprobe_op *op = ipcprobe_op_begin(hook, IPCPROBE_OP_SEM_SET);

	if (!op)
		return;
	op->sem.ns = ipcprobe_ipc_ns();
	op->sem.id = id;
	op->sem.set_num = num;
	op->sem.set_value = value;
	op->sem.cmd = cmd;
	op->sem.sops = values;
}

/* semctl_setval(ns, semid, semnum, value) */
static void entry_setval(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	begin_set(hook, ftrace_regs_get_argument(fregs, 1),
		  ftrace_regs_get_argument(fregs, 2), SETVAL,
		  ftrace_regs_get_argument(fregs, 3), NULL);
}

/* ksys_semctl(semid, semnum, cmd, arg), into which semctl_setval() may be inlined */
static void entry_semctl(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	if ((int)ftrace_regs_get_argument(fregs, 2) == SETVAL)
		begin_set(hook, ftrace_regs_get_argument(fregs, 0),
			  ftrace_regs_get_argument(fregs, 1), SETVAL,
			  ftrace_regs_get_argument(fregs, 3), NULL);
}

/*
 * semctl_main(ns, semid, semnum, cmd, values), also called for commands that
 * only read
 */
static void entry_main(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	if ((int)ftrace_regs_get_argument(fregs, 3) == SETALL)
		begin_set(hook, ftrace_regs_get_argument(fregs, 1),
			  ftrace_regs_get_argument(fregs, 2), SETALL, -1,
			  (void __user *)ftrace_regs_get_argument(fregs, 4));
}

static void emit_value(u32 ns, s32 id, u16 num, int value, u32 pid, u32 tid,
		       struct ipcprobe_session *only)
{
	struct ipcprobe_rec_sem_value rec = {
		.hdr.tid = tid,
		.ns = ns,
		.id = id,
		.num = num,
		.value = value,
		.pid = pid,
	};

	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock();
	if (only)
		IPCPROBE_EMIT_ONLY(sem_value, &rec, only);
	else
		IPCPROBE_EMIT(sem_value, &rec);
}

/* Emits the values that SETALL has set; they are still in the caller's memory. */
static void emit_values(const struct ipcprobe_op *op)
{
	const struct kern_ipc_perm *perm;
	const u16 __user *values = op->sem.sops;
	int i, nr;
	u16 value;

	perm = has_layout ? ipcprobe_sysv_find(IPCPROBE_SYSV_SEM, op->sem.id) : NULL;
	nr = perm ? min(nsems_of(array_of(perm)), NR_RECORDED) : 0;
	for (i = 0; i < nr; i++) {
		if (copy_from_user_nofault(&value, values + i, sizeof(value)))
			return;
		emit_value(op->sem.ns, op->sem.id, i, value, current->tgid,
			   op->tid, NULL);
	}
}

static void end_set(const struct ipcprobe_op *op, s32 ret)
{
	struct ipcprobe_rec_sem_set rec = {
		.hdr.tid = op->tid,
		.ns = op->sem.ns,
		.id = op->sem.id,
		.ret = ret,
		.num = op->sem.set_num,
		.value = op->sem.set_value == (s16)op->sem.set_value ?
			 op->sem.set_value : -1,
		.cmd = op->sem.cmd,
	};

	if (op->sem.cmd == SETALL && !ret)
		emit_values(op);
	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock_since(op->begin, &rec.dur_ns);
	IPCPROBE_EMIT(sem_set, &rec);
}

/* ---- life of sets ---- */

/* newary(ns, params) */
static void entry_create(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	ipcprobe_op_begin(hook, IPCPROBE_OP_SEM_CREATE);
}

static void end_create(const struct ipcprobe_op *op, s32 id)
{
	const struct kern_ipc_perm *perm = ipcprobe_sysv_find(IPCPROBE_SYSV_SEM, id);
	struct ipcprobe_rec_sem_create rec = {
		.hdr.tid = op->tid,
		.ns = ipcprobe_ipc_ns(),
		.id = id,
		.key = perm ? perm->key : 0,
		.nsems = perm && has_layout ? nsems_of(array_of(perm)) : 0,
	};

	if (id < 0)
		return;
	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT(sem_create, &rec);
}

/* freeary(ns, perm), under the set's lock */
static void entry_destroy(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	const struct ipc_namespace *ns = ARG(fregs, 0);
	const struct kern_ipc_perm *perm = ARG(fregs, 1);
	struct ipcprobe_rec_sem_destroy rec = {
		.hdr.tid = current->pid,
		.ns = ns->ns.inum,
		.id = perm->id,
	};

	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT(sem_destroy, &rec);
}

static void emit_undo(s32 id, u16 num, s16 adjust)
{
	struct ipcprobe_rec_sem_undo rec = {
		.hdr.tid = current->pid,
		.ns = ipcprobe_ipc_ns(),
		.id = id,
		.num = num,
		.adjust = adjust,
	};

	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT(sem_undo, &rec);
}

static const short *adjustments_of(const void *un)
{
	if (undo.is_pointer)
		return *MEMBER(un, undo.adjust, const short *const);
	return MEMBER(un, undo.adjust, const short);
}

/* Return: rest of the budget; 0: there may be more adjustments than were emitted. */
static int emit_adjustments(const void *un, int budget)
{
	int id = READ_ONCE(*MEMBER(un, undo.id, const int)), i;
	const short *adjust = adjustments_of(un);
	const struct kern_ipc_perm *perm;

	perm = ipcprobe_sysv_find(IPCPROBE_SYSV_SEM, id);
	budget -= UNDO_COST_SET;
	if (!perm)	/* the set was removed meanwhile */
		return max(budget, 0);
	for (i = 0; i < nsems_of(array_of(perm)); i++) {
		if (budget < UNDO_COST_TELL)
			return 0;
		budget -= UNDO_COST_LOOK;
		if (READ_ONCE(adjust[i])) {
			emit_undo(id, i, adjust[i]);
			budget -= UNDO_COST_TELL;
		}
	}
	return max(budget, 0);
}

/*
 * exit_sem(task): tasks may share their adjustments; the last task makes them.
 * If two tasks are the last at the same instant, neither is taken for the last.
 * When the budget is spent, the rest is emitted as one record that names no
 * semaphore.
 */
static void entry_exit(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	const struct task_struct *task = ARG(fregs, 0);
	const struct sem_undo_list *list = task->sysvsem.undo_list;
	const struct list_head *head, *pos;
	int budget = UNDO_BUDGET;

	if (likely(!list) || task != current || !has_layout ||
	    refcount_read(MEMBER(list, undo_list.refcnt, const refcount_t)) != 1)
		return;
	head = MEMBER(list, undo_list.head, const struct list_head);
	for (pos = READ_ONCE(head->next); pos != head && budget;
	     pos = READ_ONCE(pos->next))
		budget = emit_adjustments(MEMBER(pos, -undo.list, const void), budget);
	if (!budget)
		emit_undo(-1, 0, 0);
}

/* ---- snapshot ---- */

/*
 * Emits a sem_value record.  Under the locks of the set and of the semaphore no
 * task changes the value.
 */
static void describe_value(struct ipcprobe_session *session, u32 ns, s32 id,
			   const void *sma, unsigned int num)
{
	void *one = sem_of(sma, num);
	spinlock_t *lock = MEMBER(one, sem.lock, spinlock_t);
	u32 pid;
	int value;

	spin_lock(lock);
	value = value_of(sma, num);
	pid = pid_nr(*MEMBER(one, sem.pid, struct pid *));
	spin_unlock(lock);
	emit_value(ns, id, num, value, pid, 0, session);
}

/**
 * describe_set - write a sem_snapshot record and its sem_value records
 * @session: session that gets the records
 * @ns: number of the IPC namespace
 * @perm: the set
 *
 * Context: task context, RCU read side.
 */
static void describe_set(struct ipcprobe_session *session, u32 ns,
			 struct kern_ipc_perm *perm)
{
	struct ipcprobe_rec_sem_snapshot rec = { .ns = ns };
	int i;

	spin_lock(&perm->lock);
	if (!perm->deleted) {
		rec.id = perm->id;
		rec.key = perm->key;
		rec.nsems = has_layout ? nsems_of(array_of(perm)) : 0;
		scoped_guard(irqsave) {
			rec.hdr.ts_ns = ipcprobe_clock();
			IPCPROBE_EMIT_ONLY(sem_snapshot, &rec, session);
		}
		for (i = 0; i < min_t(int, rec.nsems, NR_RECORDED); i++)
			describe_value(session, ns, rec.id, array_of(perm), i);
	}
	spin_unlock(&perm->lock);
}

static int snapshot_namespace(struct ipcprobe_session *session, struct ipc_namespace *ns)
{
	return ipcprobe_sysv_walk(session, ns, IPCPROBE_SYSV_SEM, describe_set);
}

static int snapshot_sem(struct ipcprobe_session *session)
{
	return ipcprobe_walk_ipc(session, snapshot_namespace);
}

static void finish_sem(struct ipcprobe_op *op, s32 ret)
{
	if (op->kind == IPCPROBE_OP_SEM_SET)
		end_set(op, ret);
	else
		end_create(op, ret);
}

static struct ipcprobe_hook hooks[] = {
	{ FN("do_semtimedop", entry_op) },
	{ FN("perform_atomic_semop", entry_perform) },
	{ FN("semctl_setval", entry_setval), .one_of = "semctl" },
	{ FN("ksys_semctl.constprop.0", entry_semctl), .one_of = "semctl" },
	{ FN("semctl_main", entry_main) },
	{ FN("newary", entry_create) },
	{ FN("freeary", entry_destroy) },
	{ FN("exit_sem", entry_exit) },
	{}
};

const struct ipcprobe_event_class ipcprobe_class_sem = {
	.hooks = { hooks },
	.init = init_sem,
	.snapshot = snapshot_sem,
	.finish = finish_sem,
	.block = emit_block,
};
