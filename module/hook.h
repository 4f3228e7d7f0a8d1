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
 * @one_of: NULL, or a name that other hooks have, too: kernels name the place
 *	differently, and one of these hooks is enough
 * @is_optional: the class does without, and misses what the hook gives
 * @is_absent: this kernel does not have what the hook stands for
 * @is_fallback: not attached where another with the same @one_of is
 * @has_from: @entry_from is the handler
 * @hot: enum ipcprobe_hot
 * @classes: mask of the classes that use it; 0 in a class's own table: this class
 * @probe: tracepoint probe, called with the hook as its data
 * @entry: function entry handler
 * @entry_from: one that gets the address, too, that the function will return to
 * @tp: the tracepoint, once found
 * @ip: the function's address, once found; 0 again when its module has gone
 * @attached: protected by hooks.c's mutex
 * @error: -errno of the last attach, 0 = none
 * @missed: hits that made no record though they should: ipcprobe_missed()
 *
 * A table of hooks ends with a row without a name.
 */
struct ipcprobe_hook {
	const char *name;
	const char *one_of;
	u8 kind;
	u8 hot;
	bool is_optional;
	bool is_absent;
	bool is_fallback;
	bool has_from;
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

/* A row of a table: { FN("function", handler), .is_optional = true }, */
#define TP(tp_name, fn)		\
	.name = tp_name, .kind = IPCPROBE_HOOK_TRACEPOINT, .probe = fn
#define FN(fn_name, fn)		\
	.name = fn_name, .kind = IPCPROBE_HOOK_FUNCTION, .entry = fn
#define FN_FROM(fn_name, fn)	\
	.name = fn_name, .kind = IPCPROBE_HOOK_FUNCTION, .entry_from = fn, .has_from = true

/* Name of the function of a system call. */
#ifdef CONFIG_ARM64
#define SYS(name)	"__arm64_sys_" name
#else
#define SYS(name)	"__x64_sys_" name
#endif

/* Argument @n of the function that was entered, where it is a pointer. */
#define ARG(fregs, n)	((void *)ftrace_regs_get_argument(fregs, n))

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
bool ipcprobe_hooks_alike(const struct ipcprobe_hook *a, const struct ipcprobe_hook *b);

#define ipcprobe_for_each_hook(hook, n)	\
	for (n = 0; (hook = ipcprobe_hooks_nth(n)); n++)

#endif /* IPCPROBE_HOOK_H */
