/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Task groups, as rq_group records describe them, and the scheduler's
 * functions that other records name by number.
 */
#ifndef IPCPROBE_MODEL_SCHED_GROUP_H
#define IPCPROBE_MODEL_SCHED_GROUP_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/ipcprobe.h>

#include "lib/hash.h"
#include "lib/pool.h"

/* number of the root group, unless a record says otherwise */
#define GROUP_ROOT	1U

#define SCHED_BURST_UNKNOWN	UINT64_MAX

/* CPU time that a group may use in each period. */
struct sched_quota {
	uint64_t quota_ns;	/* IPCPROBE_QUOTA_NONE = no limit */
	uint64_t period_ns;	/* 0 = not known */
	/* unused time of earlier periods that may be used in one, too */
	uint64_t burst_ns;	/* SCHED_BURST_UNKNOWN = not known */
};

/**
 * struct sched_group - a task group that a record described
 * @number: number of the group in records
 * @parent: parent group, 0 = none
 * @cgroup: id of the control group
 * @path: path of the control group
 * @quota: current quota
 * @set_ns: time when @quota was set, if there was another quota before
 * @before: quota before @set_ns
 * @before_ns: time when @before was set
 * @throttled_ns: sum of the times that tasks were throttled because of this group
 */
struct sched_group {
	uint32_t number;
	uint32_t parent;
	uint64_t cgroup;
	char *path;
	struct sched_quota quota;
	uint64_t set_ns;
	struct sched_quota before;
	uint64_t before_ns;
	uint64_t throttled_ns;
};

/**
 * struct sched_groups - all task groups, and all functions that records name
 * @group: struct sched_group
 * @by_number: index in @group, by the group's number
 * @site: char *, name of a function
 * @by_site: index in @site, by the function's number
 * @root: number of the root group
 */
struct sched_groups {
	struct pool group;
	struct map by_number;
	struct pool site;
	struct map by_site;
	uint32_t root;
};

int sched_groups_init(struct sched_groups *groups);
void sched_groups_deinit(struct sched_groups *groups);

int sched_groups_add(struct sched_groups *groups, const struct ipcprobe_rec_rq_group *rec);
int sched_groups_set_quota(struct sched_groups *groups, const struct ipcprobe_rec_rq_quota *rec);
int sched_groups_add_site(struct sched_groups *groups, const struct ipcprobe_rec_rq_site *rec);

/* Find a group's description; NULL = none. */
const struct sched_group *sched_group_find(const struct sched_groups *groups, uint32_t number);

/* Parent of a group; 0 = none, or not known. */
uint32_t sched_group_parent(const struct sched_groups *groups, uint32_t number);

/* True if @number is @ancestor, or a descendant of it. */
bool sched_group_is_in(const struct sched_groups *groups, uint32_t number, uint32_t ancestor);

/* True if a search for the next task begins with the group's queue. */
static inline bool sched_group_is_root(const struct sched_groups *groups, uint32_t number)
{
	return !number || number == groups->root;
}

static inline bool sched_quota_is_known(const struct sched_quota *quota)
{
	return quota->period_ns;
}

static inline bool sched_quota_is_limit(const struct sched_quota *quota)
{
	return quota->period_ns && quota->quota_ns != IPCPROBE_QUOTA_NONE;
}

/* True if the group may use more than its quota in a period after it used less. */
static inline bool sched_quota_has_burst(const struct sched_quota *quota)
{
	return sched_quota_is_limit(quota) && quota->burst_ns &&
	       quota->burst_ns != SCHED_BURST_UNKNOWN;
}

/* Quota that the group had at @ts_ns. */
struct sched_quota sched_group_quota_at(const struct sched_group *group, uint64_t ts_ns);

/*
 * sched_groups_count() counts a time that a task was throttled because of group
 * @number; sched_groups_reset() sets these times to 0.
 */
void sched_groups_count(const struct sched_groups *groups, uint32_t number, uint64_t ns);
void sched_groups_reset(const struct sched_groups *groups);

/* Name of a function; NULL = not known. */
const char *sched_site_name(const struct sched_groups *groups, uint32_t site);

#endif /* IPCPROBE_MODEL_SCHED_GROUP_H */
