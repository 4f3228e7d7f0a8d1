// SPDX-License-Identifier: GPL-2.0
/*
 * Finds how the holders of an object are related: each holder to one at the
 * other end.
 */
#include "live/relation.h"

#include <stdio.h>

/* Returns the access that the other end of @holder has; 0: the object has no ends. */
static uint32_t other_end(const struct live *live, const struct live_holder *holder)
{
	enum live_type type = live_object_at(live, holder->object)->type;

	if (type != LIVE_TYPE_PIPE && type != LIVE_TYPE_FIFO)
		return 0;
	return (holder->how & LIVE_READ ? LIVE_WRITE : 0) |
	       (holder->how & LIVE_WRITE ? LIVE_READ : 0);
}

/* Returns the first holder with this access, from another process if possible. */
static uint32_t first_of(const struct live *live, uint32_t object, uint32_t how, uint32_t pid)
{
	uint32_t same = 0, i;

	for (i = live_object_at(live, object)->first_holder; i; i = live_holder_at(live, i)->next) {
		const struct live_holder *holder = live_holder_at(live, i);

		if (how && !(holder->how & how))
			continue;
		if (holder->pid != pid)
			return i;
		if (!same)
			same = i;
	}
	return same;
}

/* live_relation_of - the holder that a holder is related to, and how */
struct live_relation live_relation_of(struct live *live, uint32_t number)
{
	const struct live_holder *holder = live_holder_at(live, number);
	uint32_t peer = live_object_at(live, holder->object)->peer;
	struct live_relation relation = { 0 };
	struct relation kin;

	relation.other = first_of(live, peer ?: holder->object, other_end(live, holder),
				  holder->pid);
	if (!relation.other || relation.other == number)
		return (struct live_relation){ 0 };
	kin = tasks_relation(&live->tasks, tasks_by_pid(&live->tasks, holder->pid),
			     tasks_by_pid(&live->tasks,
					  live_holder_at(live, relation.other)->pid));
	relation.kin = kin.kin;
	relation.common = kin.common;
	return relation;
}

/* live_relation_text - the relation, "parent-of:cat[12]", to be freed; NULL without memory */
char *live_relation_text(struct live *live, const struct live_relation *relation)
{
	static const char *const words[] = {
		[KIN_PARENT] = "parent-of", [KIN_CHILD] = "child-of",
		[KIN_SIBLING] = "sibling-of", [KIN_ANCESTOR] = "ancestor-of",
		[KIN_DESCENDANT] = "descendant-of", [KIN_COMMON] = "relative-of",
		[KIN_UNRELATED] = "unrelated-to", [KIN_UNKNOWN] = "unknown-to",
	};
	const char *other = live_holder_value(live, relation->other, LIVE_COL_PROCESS)->text;
	const struct proc *common = proc_at(&live->tasks, relation->common);
	const char *comm = image_at(&live->tasks, common->image)->comm;
	char *text = NULL;
	int len;

	if (relation->kin == KIN_SAME)
		len = asprintf(&text, "same-process");
	else if (relation->kin == KIN_SIBLING)
		len = asprintf(&text, "sibling-of:%s,children-of:%s[%u]", other ?: "?",
			       comm, common->pid);
	else if (relation->kin == KIN_COMMON)
		len = asprintf(&text, "relative-of:%s,through:%s[%u]", other ?: "?", comm,
			       common->pid);
	else
		len = asprintf(&text, "%s:%s", words[relation->kin], other ?: "?");
	return len < 0 ? NULL : text;
}
