/* SPDX-License-Identifier: GPL-2.0 */
/* One place in the kernel where events come from; hooks.c attaches them. */
#ifndef IPCPROBE_HOOK_H
#define IPCPROBE_HOOK_H

#include <linux/atomic.h>
#include <linux/types.h>

#include "record.h"

struct ftrace_regs;
struct tracepoint;

/**
 * struct ipcprobe_hook - one place in the kernel where events come from
 * @name: tracepoint or function
 * @kind: IPCPROBE_HOOK_TRACEPOINT or IPCPROBE_HOOK_FUNCTION
 * @alt: 0: the class needs it.  Else the class needs at least one hook with
 *	the same number: kernels name the place differently.
 *	IPCPROBE_HOOK_EXTRA: the class does without, and misses what it gives;
 *	of an IPCPROBE_HOOK_EXTRA_GROUP() one is enough.
 *	IPCPROBE_HOOK_NONE: this kernel has not what it stands for.
 * @hot: enum ipcprobe_hot
 * @is_fallback: not attached where another with the same @alt is
 * @classes: mask of the classes that use it
 * @probe: tracepoint probe, called with the hook as its data
 * @entry: function entry handler
 * @entry_from: one that is told, too, where the function will return to
 * @has_from: it is @entry_from
 * @tp: the tracepoint, once found
 * @ip: the function's address, once found; 0 again when its module has gone
 * @attached: protected by hooks.c's mutex
 * @error: -errno of the last attach, 0 = none
 * @missed: hits that made no record though they should: ipcprobe_missed()
 */
struct ipcprobe_hook {
	const char *name;
	u8 kind;
	u8 alt;
	u8 hot;
	bool has_from;
	bool is_fallback;
	u32 classes;
	union {
		void *probe;
		void (*entry)(struct ipcprobe_hook *hook,
			      struct ftrace_regs *fregs);
		void (*entry_from)(struct ipcprobe_hook *hook,
				   struct ftrace_regs *fregs,
				   unsigned long parent_ip);
	};
	struct tracepoint *tp;
	unsigned long ip;
	bool attached;
	int error;
	atomic64_t missed;
};

#define IPCPROBE_HOOK_EXTRA	255
#define IPCPROBE_HOOK_NONE	254
#define IPCPROBE_HOOK_EXTRA_GROUP(n)	(200 + (n))

/* @alt where @condition holds in this kernel. */
#define IPCPROBE_HOOK_IF(condition, alt)	((condition) ? (alt) : IPCPROBE_HOOK_NONE)

/* A table of hooks ends with a row without a name. */
#define IPCPROBE_TP(tp_name, fn, class_mask) {				\
	.name = tp_name, .kind = IPCPROBE_HOOK_TRACEPOINT,		\
	.probe = fn, .classes = class_mask }
#define IPCPROBE_FN(fn_name, fn, class_mask, alt_group) {		\
	.name = fn_name, .kind = IPCPROBE_HOOK_FUNCTION,		\
	.entry = fn, .classes = class_mask, .alt = alt_group }
#define IPCPROBE_FN_FROM(fn_name, fn, class_mask, alt_group) {		\
	.name = fn_name, .kind = IPCPROBE_HOOK_FUNCTION, .has_from = true, \
	.entry_from = fn, .classes = class_mask, .alt = alt_group }
#define IPCPROBE_HOT_FN(fn_name, fn, class_mask, alt_group, hot_nr) {	\
	.name = fn_name, .kind = IPCPROBE_HOOK_FUNCTION, .entry = fn,	\
	.classes = class_mask, .alt = alt_group, .hot = hot_nr }
#define IPCPROBE_HOT_FN_FROM(fn_name, fn, class_mask, alt_group, hot_nr) { \
	.name = fn_name, .kind = IPCPROBE_HOOK_FUNCTION, .has_from = true, \
	.entry_from = fn, .classes = class_mask, .alt = alt_group, .hot = hot_nr }

int ipcprobe_hooks_get(u32 classes);
void ipcprobe_hooks_put(u32 classes);
int ipcprobe_hooks_trace_reg(u32 class_id);
void ipcprobe_hooks_trace_unreg(u32 class_id);
u32 ipcprobe_hooks_attached(void);
u32 ipcprobe_hooks_incomplete(u32 classes);
u8 ipcprobe_hook_optional(const struct ipcprobe_hook *hook);
void ipcprobe_hooks_init(void);
void ipcprobe_hooks_start(void);
void ipcprobe_hooks_exit(void);

#define IPCPROBE_NR_HOOKS_MAX	256

struct ipcprobe_hook *ipcprobe_hooks_nth(unsigned int n);

#define ipcprobe_for_each_hook(hook, n)	\
	for (n = 0; (hook = ipcprobe_hooks_nth(n)); n++)

#endif /* IPCPROBE_HOOK_H */
