// SPDX-License-Identifier: GPL-2.0
/* The table of all classes of events, and functions that walk over it. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/build_bug.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/printk.h>

#include "class.h"
#include "hook.h"
#include "op_call.h"
#include "session.h"

/* Class meta: lost events (missed.c, ring.c).  The class needs no hook. */
const struct ipcprobe_event_class ipcprobe_class_meta = {};

#define ROW(up, id, low, text)	[IPCPROBE_CLASS_##up] = &ipcprobe_class_##low,
const struct ipcprobe_event_class *const ipcprobe_classes[] = { IPCPROBE_CLASSES(ROW) };
#undef ROW

static_assert(ARRAY_SIZE(ipcprobe_classes) == IPCPROBE_NR_CLASS_IDS);	/* the ids have no gap */

#define E(name, up, number, text)						\
	static_assert((number) >> 8 == IPCPROBE_CLASS_##up,			\
		      "the number of event " #name " is one of another class");
IPCPROBE_EVENTS(E)
#undef E

/* Is not called; does not build if two events have one number. */
static inline void numbers_differ(enum ipcprobe_type type)
{
	switch (type) {
#define E(name, up, number, text)	case IPCPROBE_REC_##name:
	IPCPROBE_EVENTS(E)
#undef E
		break;
	}
}

#define K(up, class, flags, calls)	[IPCPROBE_OP_##up] = #up,
static const char *const kind_names[] __initconst = { IPCPROBE_OP_KINDS(K) };
#undef K

struct ipcprobe_hook *const ipcprobe_shared_hooks[] = {
	ipcprobe_op_hooks,
	ipcprobe_op_end_hooks,
	ipcprobe_wait_hooks,
	NULL
};

/* The function that the class lacks for this kind; NULL: none. */
static const char * __init lacking_function(u8 kind)
{
	const struct ipcprobe_event_class *class = ipcprobe_classes[ipcprobe_op_class(kind)];

	if (kind == IPCPROBE_OP_LATE)
		return NULL;
	if (!class->finish && !ipcprobe_op_has(kind, IPCPROBE_OP_IS_DIRECT))
		return "finish";
	return class->block || !ipcprobe_op_has(kind, IPCPROBE_OP_WAITS) ? NULL : "block";
}

static bool __init is_complete(u8 kind)
{
	const char *function = lacking_function(kind);

	if (function)
		pr_err("kind %s of op_kind.h: its class has no function %s\n", kind_names[kind],
		       function);
	else if (!ipcprobe_op_calls_are_found(kind))
		pr_err("kind %s of op_kind.h: op_call.c lacks one of its system calls\n",
		       kind_names[kind]);
	else
		return true;
	return false;
}

/**
 * ipcprobe_classes_init - call each class's init function
 *
 * Context: module load.  Return: 0; -EINVAL if one of a class's kinds of operations
 * needs a function that the class lacks, or has a system call that op_call.c lacks.
 */
int __init ipcprobe_classes_init(void)
{
	u32 id;
	u8 kind;

	for (kind = IPCPROBE_OP_NONE + 1; kind < IPCPROBE_NR_OP_KINDS; kind++)
		if (!is_complete(kind))
			return -EINVAL;
	for (id = 0; id < IPCPROBE_NR_CLASS_IDS; id++)
		if (ipcprobe_classes[id]->init)
			ipcprobe_classes[id]->init();
	return 0;
}

/* Called before the first hook of @classes is attached. */
void ipcprobe_classes_attach(u32 classes)
{
	u32 id;

	for (id = 0; id < IPCPROBE_NR_CLASS_IDS; id++)
		if (classes & BIT(id) && ipcprobe_classes[id]->attach)
			ipcprobe_classes[id]->attach();
}

/*
 * Called when only the classes @staying are attached, and no handler of another
 * class runs.
 */
void ipcprobe_classes_detach(u32 staying)
{
	u32 id;

	for (id = 0; id < IPCPROBE_NR_CLASS_IDS; id++)
		if (!(staying & BIT(id)) && ipcprobe_classes[id]->detach)
			ipcprobe_classes[id]->detach(staying);
}

/*
 * True if a class of @classes with a lower number than @id has the same
 * snapshot function.
 */
static bool is_taken(u32 classes, u32 id)
{
	u32 before;

	for (before = 0; before < id; before++)
		if (classes & BIT(before) &&
		    ipcprobe_classes[before]->snapshot == ipcprobe_classes[id]->snapshot)
			return true;
	return false;
}

/**
 * ipcprobe_classes_snapshot - describe the objects that exist
 * @session: gets the records
 * @classes: mask
 *
 * Context: process.  Return: 0, -EINTR, -ENOMEM.
 */
int ipcprobe_classes_snapshot(struct ipcprobe_session *session, u32 classes)
{
	u32 id;
	int err = 0;

	for (id = 0; !err && id < IPCPROBE_NR_CLASS_IDS; id++)
		if (classes & BIT(id) && ipcprobe_classes[id]->snapshot &&
		    !is_taken(classes, id))
			err = ipcprobe_classes[id]->snapshot(session);
	return err;
}
