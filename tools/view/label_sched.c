// SPDX-License-Identifier: GPL-2.0
/*
 * Names that views print for the scheduler's groups, classes, states and flags.
 */
#include "view/label_sched.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/array.h"
#include "lib/text.h"
#include "view/json.h"
#include "view/label.h"

static void put_group(FILE *out, const struct model *model, uint32_t number)
{
	const struct sched_group *group = sched_group_find(&model->sched.groups, number);

	if (group && group->path[0])
		fputs(group->path, out);
	else if (number & IPCPROBE_GROUP_AUTO)
		fprintf(out, "autogroup:%u", number & ~IPCPROBE_GROUP_AUTO);
	else if (number)
		fprintf(out, "group:%u", number);
	else
		fputs("-", out);
}

char *label_group(const struct model *model, uint32_t group)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	put_group(out, model, group);
	fclose(out);
	return text;
}

char *label_who(const struct model *model, struct pick_who who)
{
	if (who.group)
		return label_group(model, who.group);
	return label_task(model, who.task);
}

json_t *label_group_json(const struct model *model, uint32_t group)
{
	char *name = group ? label_group(model, group) : NULL;
	json_t *root = name ? text_json(name) : json_null();

	free(name);
	return root;
}

json_t *label_quota_json(const struct sched_quota *quota)
{
	if (!sched_quota_is_known(quota))
		return json_null();
	return json_pack("{s:o, s:o, s:o}",
			 "quota_ns", view_json_known(sched_quota_is_limit(quota), quota->quota_ns),
			 "period_ns", view_json_number(quota->period_ns),
			 "burst_ns", view_json_known(quota->burst_ns != SCHED_BURST_UNKNOWN,
						     quota->burst_ns));
}

json_t *label_who_json(const struct model *model, struct pick_who who)
{
	if (!who.group)
		return who.task ? label_task_json(model, who.task) : json_null();
	return json_pack("{s:o, s:o}", "group", view_json_number(who.group),
			 "path", label_group_json(model, who.group));
}

const char *label_class(uint8_t sched_class)
{
	static const char *const names[] = {
		[IPCPROBE_SCHED_UNKNOWN] = "?", [IPCPROBE_SCHED_STOP] = "stop",
		[IPCPROBE_SCHED_DL] = "deadline", [IPCPROBE_SCHED_RT] = "real time",
		[IPCPROBE_SCHED_FAIR] = "fair", [IPCPROBE_SCHED_EXT] = "ext",
		[IPCPROBE_SCHED_IDLE] = "idle",
	};

	return sched_class < ARRAY_SIZE(names) ? names[sched_class] : "?";
}

const char *label_waker_kind(uint8_t kind)
{
	static const char *const names[NR_WAKER_KINDS] = {
		[WAKER_TASK] = "task", [WAKER_SOFTIRQ] = "softirq", [WAKER_HARDIRQ] = "hardirq",
		[WAKER_UNKNOWN] = "unknown",
	};

	return names[kind];
}

json_t *label_waker_json(const struct model *model, const struct sched_waker *waker)
{
	return waker->kind == WAKER_TASK && waker->task ? label_task_json(model, waker->task) :
							  json_null();
}

json_t *label_interrupted_json(const struct model *model, const struct sched_waker *waker)
{
	return waker->kind != WAKER_TASK && waker->task ? label_task_json(model, waker->task) :
							  json_null();
}

const char *label_state(uint8_t state)
{
	static const char *const names[] = {
		[SCHED_UNKNOWN] = "unknown", [SCHED_ASLEEP] = "asleep", [SCHED_QUEUED] = "queued",
		[SCHED_DELAYED] = "asleep, still queued", [SCHED_RUNNING] = "running",
		[SCHED_THROTTLED] = "throttled", [SCHED_MIGRATING] = "migrating",
	};

	return state < ARRAY_SIZE(names) ? names[state] : "unknown";
}

char *label_pick_flags(uint16_t flags)
{
	static const struct {
		uint16_t flag;
		const char *name;
	} names[] = {
		{ IPCPROBE_PICK_CURR, "ran" }, { IPCPROBE_PICK_PROTECTED, "protected" },
		{ IPCPROBE_PICK_DELAYED, "asleep" }, { IPCPROBE_PICK_NEXT, "next" },
		{ IPCPROBE_PICK_LAST, "last" }, { IPCPROBE_PICK_SKIP, "skip" },
	};
	const char *comma = "";
	char *text = NULL;
	size_t len, i;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (flags & names[i].flag) {
			fprintf(out, "%s%s", comma, names[i].name);
			comma = ",";
		}
	fclose(out);
	return text;
}
