/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Handlers of functions that run at every switch, wake-up, mutex or pipe
 * operation of the machine. function.c compares addresses to find these
 * handlers, instead of using its table, and calls them directly.
 */
#ifndef IPCPROBE_HOT_H
#define IPCPROBE_HOT_H

struct ftrace_regs;
struct ipcprobe_hook;

enum ipcprobe_hot {
	IPCPROBE_COLD,
	IPCPROBE_HOT_MUTEX_UNLOCK,
	IPCPROBE_HOT_PIPE_READ,
	IPCPROBE_HOT_PIPE_WRITE,
	IPCPROBE_HOT_ENQUEUE,
	IPCPROBE_HOT_DEQUEUE,
	IPCPROBE_HOT_DEQUEUE_ENTITIES,
	IPCPROBE_HOT_SEARCH,
	IPCPROBE_HOT_RESCHED,
	IPCPROBE_HOT_PREEMPT_FAIR,
	IPCPROBE_HOT_PICK_DL,
	IPCPROBE_HOT_YIELD,
	IPCPROBE_NR_HOT
};

void ipcprobe_entry_mutex_unlock(struct ipcprobe_hook *hook,
				 struct ftrace_regs *fregs);
void ipcprobe_entry_pipe_read(struct ipcprobe_hook *hook,
			      struct ftrace_regs *fregs);
void ipcprobe_entry_pipe_write(struct ipcprobe_hook *hook,
			       struct ftrace_regs *fregs);
void ipcprobe_entry_enqueue_fair(struct ipcprobe_hook *hook,
				 struct ftrace_regs *fregs);
void ipcprobe_entry_dequeue_fair(struct ipcprobe_hook *hook,
				 struct ftrace_regs *fregs);
void ipcprobe_entry_dequeue_entities(struct ipcprobe_hook *hook,
				     struct ftrace_regs *fregs);
void ipcprobe_entry_search(struct ipcprobe_hook *hook, struct ftrace_regs *fregs,
			   unsigned long parent_ip);
void ipcprobe_entry_resched(struct ipcprobe_hook *hook, struct ftrace_regs *fregs,
			    unsigned long parent_ip);
void ipcprobe_entry_wakeup_preempt_fair(struct ipcprobe_hook *hook,
					struct ftrace_regs *fregs);
void ipcprobe_entry_pick_dl(struct ipcprobe_hook *hook,
			    struct ftrace_regs *fregs);
void ipcprobe_entry_yield(struct ipcprobe_hook *hook,
			  struct ftrace_regs *fregs);

#endif /* IPCPROBE_HOT_H */
