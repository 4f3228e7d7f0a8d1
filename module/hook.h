/* SPDX-License-Identifier: GPL-2.0 */
/* A hook: a place in the kernel where a handler is called. attach.c attaches hooks. */
#ifndef IPCPROBE_HOOK_H
#define IPCPROBE_HOOK_H

#include <linux/atomic.h>
#include <linux/types.h>

#include "record.h"

struct ftrace_regs;
struct tracepoint;

/**
 * struct ipcprobe_hook - a place in the kernel where a handler is called
 * @name: name of the tracepoint or of the function
 * @kind: IPCPROBE_HOOK_TRACEPOINT or IPCPROBE_HOOK_FUNCTION
 * @one_of: NULL, or the name of a group of hooks: kernels name the place
 *	differently, and one hook of the group is enough
 * @is_optional: the class works without the hook, but its events are incomplete
 * @is_absent: this kernel does not have the tracepoint or function
 * @is_fallback: attached only if no other hook with the same @one_of is attached
 * @has_from: @entry_from is the handler
 * @hot: enum ipcprobe_hot
 * @classes: mask of the classes that use the hook; 0 in a class's own table stands
 *	for this class
 * @probe: tracepoint probe, called with the hook as its data
 * @entry: function entry handler
 * @entry_from: function entry handler that also gets the function's return address
 * @tp: the tracepoint; NULL until it is found
 * @ip: the function's address; 0 until it is found, and after its module was unloaded
 * @attached: the hook is attached; protected by attach.c's mutex
 * @error: -errno of the last attempt to attach, 0 = none
 * @missed: number of hits that should have a record and have none: ipcprobe_missed()
 * @alternative: next hook with the same @one_of, in a ring; the hook itself if there
 *	is no other
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
	struct ipcprobe_hook *alternative;
};

/* A row of a table: { FN("function", handler), .is_optional = true }, */
#define TP(tp_name, fn)		\
	.name = tp_name, .kind = IPCPROBE_HOOK_TRACEPOINT, .probe = fn
#define FN(fn_name, fn)		\
	.name = fn_name, .kind = IPCPROBE_HOOK_FUNCTION, .entry = fn
#define FN_FROM(fn_name, fn)	\
	.name = fn_name, .kind = IPCPROBE_HOOK_FUNCTION, .entry_from = fn, .has_from = true

/* Name of the function that implements a system call. */
#ifdef CONFIG_ARM64
#define SYS(name)	"__arm64_sys_" name
#else
#define SYS(name)	"__x64_sys_" name
#endif

/* Argument @n of the function that was entered; the argument is a pointer. */
#define ARG(fregs, n)	((void *)ftrace_regs_get_argument(fregs, n))

#define IPCPROBE_NR_HOOKS_MAX	256

void ipcprobe_hook_init(void);
struct ipcprobe_hook *ipcprobe_hook_nth(unsigned int n);

#define ipcprobe_for_each_hook(hook, n)	\
	for (n = 0; (hook = ipcprobe_hook_nth(n)); n++)

/* hooks that several classes share: op.c, op_end.c, wait.c */
extern struct ipcprobe_hook ipcprobe_op_hooks[];
extern struct ipcprobe_hook ipcprobe_op_end_hooks[];
extern struct ipcprobe_hook ipcprobe_wait_hooks[];

#endif /* IPCPROBE_HOOK_H */
