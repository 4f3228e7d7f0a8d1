// SPDX-License-Identifier: GPL-2.0
/*
 * Class signal: which task sent which signal to which task, and when it was
 * delivered.
 */
#include <linux/preempt.h>
#include <linux/signal.h>
#include <trace/events/signal.h>

#include "class.h"
#include "clock.h"
#include "emit.h"
#include "hook.h"

static int code_of(const struct kernel_siginfo *info)
{
	if (info == SEND_SIG_NOINFO)
		return SI_USER;
	return info == SEND_SIG_PRIV ? SI_KERNEL : info->si_code;
}

/* The filter passes the record if it passes the sender or the target. */
static void probe_generate(void *data, int sig, struct kernel_siginfo *info,
			   struct task_struct *task, int is_group, int result)
{
	struct ipcprobe_rec_signal_send rec;

	guard(preempt_notrace)();
	rec = (struct ipcprobe_rec_signal_send) {
		.hdr.tid = current->pid,
		.target = task->pid,
		.pid = task->tgid,
		.code = code_of(info),
		.sig = sig,
		.is_group = is_group,
		.result = result,
	};
	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT_IF(signal_send, &rec, s,
			 ipcprobe_session_wants(s, IPCPROBE_CLASS_SIGNAL,
						rec.hdr.tid, rec.target,
						smp_processor_id()));
}

static void probe_deliver(void *data, int sig, struct kernel_siginfo *info,
			  struct k_sigaction *ka)
{
	struct ipcprobe_rec_signal_take rec;

	guard(preempt_notrace)();
	rec = (struct ipcprobe_rec_signal_take) {
		.hdr.tid = current->pid,
		.handler = (unsigned long)ka->sa.sa_handler,
		.sa_flags = ka->sa.sa_flags,
		.code = code_of(info),
		.sig = sig,
	};
	guard(irqsave)();
	rec.hdr.ts_ns = ipcprobe_clock();
	IPCPROBE_EMIT(signal_take, &rec);
}

static struct ipcprobe_hook hooks[] = {
	{ TP("signal_generate", probe_generate) },
	{ TP("signal_deliver", probe_deliver) },
	{}
};

const struct ipcprobe_event_class ipcprobe_class_signal = {
	.hooks = { hooks },
};

static inline void check_types(void)
{
	check_trace_callback_type_signal_generate(probe_generate);
	check_trace_callback_type_signal_deliver(probe_deliver);
}
