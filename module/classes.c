// SPDX-License-Identifier: GPL-2.0
/* The table of all classes of events, and functions that walk over it. */
#include <linux/build_bug.h>
#include <linux/init.h>
#include <linux/kernel.h>

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

struct ipcprobe_hook *const ipcprobe_shared_hooks[] = {
	ipcprobe_op_hooks,
	ipcprobe_op_end_hooks,
	ipcprobe_wait_hooks,
	NULL
};

/* True if the class has the functions that op_end.c and wait.c call for this kind. */
static bool __init is_complete(u8 kind)
{
	const struct ipcprobe_event_class *class = ipcprobe_classes[ipcprobe_op_class(kind)];

	return kind == IPCPROBE_OP_LATE ||
	       ((class->finish || ipcprobe_op_has(kind, IPCPROBE_OP_IS_DIRECT)) &&
		(class->block || !ipcprobe_op_has(kind, IPCPROBE_OP_WAITS)));
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
		if (WARN(!is_complete(kind), "class %u lacks finish or block for kind %u of op_kind.h\n",
			 ipcprobe_op_class(kind), kind) ||
		    WARN(!ipcprobe_op_calls_are_found(kind),
			 "op_call.c lacks a system call of kind %u of op_kind.h\n", kind))
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
