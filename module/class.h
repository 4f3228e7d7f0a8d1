/* SPDX-License-Identifier: GPL-2.0 */
/* Classes of events: masks, and the object that describes a class. */
#ifndef IPCPROBE_CLASS_H
#define IPCPROBE_CLASS_H

#include <linux/bits.h>
#include <linux/types.h>

#include "op_kind.h"
#include "record.h"

struct ipcprobe_hook;
struct ipcprobe_op;
struct ipcprobe_session;

#define IPCPROBE_BIT(up)	BIT(IPCPROBE_CLASS_##up)

/* Classes that copy bytes and know their positions in a pipe or a file. */
#define IPCPROBE_IO_CLASSES	(IPCPROBE_BIT(PIPE) | IPCPROBE_BIT(FILE))

/* Classes whose calls move bytes between user buffers and elsewhere. */
#define IPCPROBE_DATA_CLASSES	(IPCPROBE_IO_CLASSES | IPCPROBE_BIT(UNIX) | \
				 IPCPROBE_BIT(MSG) | IPCPROBE_BIT(PROCVM))

/* Classes whose events are about run queues. */
#define IPCPROBE_QUEUE_CLASSES	(IPCPROBE_BIT(SCHED) | IPCPROBE_BIT(PICK))

/* Classes that follow operations from entry to end (op.c). */
#define __IPCPROBE_OP_BIT(up, class, flags, calls)	| IPCPROBE_BIT(class)
#define IPCPROBE_OP_CLASSES	\
	((0 IPCPROBE_OP_KINDS(__IPCPROBE_OP_BIT)) & ~IPCPROBE_BIT(META))

/**
 * struct ipcprobe_event_class - a class of events
 * @hooks: the class's tables of hooks; NULL after the last one.  A hook that names
 *	no classes belongs to this class.
 * @init: called when the module is loaded, while BTF can be read
 * @attach: called before the first hook of the class is attached
 * @detach: called when no hook of the class is attached any more and no handler
 *	of the class runs, and at later changes, too; @staying: mask of the classes
 *	that are attached
 * @snapshot: describes the objects that exist when a session starts.  Classes that
 *	share a walk share the function, which is then called once.
 * @finish: called at the end of an operation of the class, except for kinds with
 *	IPCPROBE_OP_IS_DIRECT; @ret: the system call's return value
 * @block: called in the middle of a task switch, when an operation of a kind with
 *	IPCPROBE_OP_WAITS begins to wait
 *
 * All members except @hooks may be NULL if the class does not need them.
 */
struct ipcprobe_event_class {
	struct ipcprobe_hook *hooks[4];
	void (*init)(void);
	void (*attach)(void);
	void (*detach)(u32 staying);
	int (*snapshot)(struct ipcprobe_session *session);
	void (*finish)(struct ipcprobe_op *op, s32 ret);
	void (*block)(struct ipcprobe_op *op);
};

/*
 * Each class defines its object at the end of hook_<class>.c; if it is missing,
 * linking fails.
 */
#define __IPCPROBE_DECLARE_CLASS(up, id, low, text)	\
	extern const struct ipcprobe_event_class ipcprobe_class_##low;
IPCPROBE_CLASSES(__IPCPROBE_DECLARE_CLASS)

extern const struct ipcprobe_event_class *const ipcprobe_classes[];	/* by enum ipcprobe_class */

/* Tables of hooks that several classes share; NULL after the last table. */
extern struct ipcprobe_hook *const ipcprobe_shared_hooks[];

#define IPCPROBE_NR_CLASS_IDS	(0 IPCPROBE_CLASSES(__IPCPROBE_COUNT_CLASS))
#define __IPCPROBE_COUNT_CLASS(up, id, low, text)	+ 1

int ipcprobe_classes_init(void);
void ipcprobe_classes_attach(u32 classes);
void ipcprobe_classes_detach(u32 staying);
int ipcprobe_classes_snapshot(struct ipcprobe_session *session, u32 classes);

#endif /* IPCPROBE_CLASS_H */
