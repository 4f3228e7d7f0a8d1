// SPDX-License-Identifier: GPL-2.0
/*
 * Class sched: tasks that move from the queue of one CPU to that of another.  The
 * tracepoint names the task and the CPUs; the entry of set_task_cpu(), which calls
 * it, tells who asked for the move (site.c).
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpumask.h>
#include <linux/ftrace.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <trace/events/sched.h>

#include "emit.h"
#include "hook.h"
#include "hook_migrate.h"
#include "rq.h"
#include "site.h"

/* Address from which this CPU last called set_task_cpu(). */
static DEFINE_PER_CPU(unsigned long, migrate_from);

static u16 migrate_context(enum ipcprobe_site_kind kind, int from_cpu)
{
	u16 context = ipcprobe_sched_context();

	if (kind == IPCPROBE_SITE_BALANCE && !context)
		context |= IPCPROBE_CONTEXT_SWITCH;	/* no other reason is left */
	if (!cpu_active(from_cpu))
		context |= IPCPROBE_CONTEXT_OFFLINE;
	return context;
}

static void emit_migrate(const struct task_struct *p, int dest_cpu, unsigned long from)
{
	enum ipcprobe_site_kind kind;
	struct ipcprobe_rec_rq_migrate rec = {
		.hdr.tid = p->pid,
		.by = current->pid,
		.from_cpu = task_cpu(p),
		.to_cpu = dest_cpu,
	};

	guard(irqsave)();
	rec.site = ipcprobe_site(from, &kind);
	rec.context = migrate_context(kind, rec.from_cpu);
	rec.hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT_QUEUES(rq_migrate, &rec, rec.by, rec.to_cpu,
			     IPCPROBE_QUEUE(rec.from_cpu) | IPCPROBE_QUEUE(rec.to_cpu));
}

/*
 * set_task_cpu(p, new_cpu): its tracepoint reports the migration, unless the
 * CPU is not online
 */
static void entry_set_task_cpu(struct ipcprobe_hook *hook,
			       struct ftrace_regs *fregs, unsigned long parent_ip)
{
	int dest_cpu = ftrace_regs_get_argument(fregs, 1);

	if (likely(cpu_online(smp_processor_id())))
		this_cpu_write(migrate_from, parent_ip);
	else if (task_cpu(ARG(fregs, 0)) != dest_cpu)
		emit_migrate(ARG(fregs, 0), dest_cpu, parent_ip);
}

static void probe_migrate(void *data, struct task_struct *p, int dest_cpu)
{
	guard(preempt_notrace)();
	emit_migrate(p, dest_cpu, this_cpu_xchg(migrate_from, 0));
}

struct ipcprobe_hook ipcprobe_migrate_hooks[] = {
	{ FN_FROM("set_task_cpu", entry_set_task_cpu), .is_optional = true },
	{ TP("sched_migrate_task", probe_migrate) },
	{}
};

static inline void check_types(void)
{
	check_trace_callback_type_sched_migrate_task(probe_migrate);
}
