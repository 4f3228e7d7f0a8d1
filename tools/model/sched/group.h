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

#define GROUP_ROOT	1U	/* unless a record says otherwise */

/* what a group may use: so much CPU time in each period */
struct sched_quota {
	uint64_t quota_ns;	/* IPCPROBE_QUOTA_NONE = all there is */
	uint64_t period_ns;	/* 0 = not known */
};

/**
 * struct sched_group - a task group that a record described
 * @number: as in records
 * @parent: the group it is in, 0 = none
 * @cgroup: the control group's id
 * @path: its path
 * @quota: what it may use
 * @set_ns: since when, if it was told of another quota before
 * @before: that one
 * @before_ns: since when
 * @throttled_ns: time that tasks in it were throttled because of it, of all together
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
 * struct sched_groups - all groups, and all functions
 * @group: struct sched_group
 * @by_number: the group's place in @group
 * @site: char *, a function's name
 * @by_site: the name's place in @site
 * @root: number of the group that is in no other
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

/* the group's description; NULL: there is none */
const struct sched_group *sched_group_find(const struct sched_groups *groups, uint32_t number);

/* the group it is in; 0: none, or not known */
uint32_t sched_group_parent(const struct sched_groups *groups, uint32_t number);

/* is @number @ancestor, or somewhere in it? */
bool sched_group_is_in(const struct sched_groups *groups, uint32_t number, uint32_t ancestor);

/* is its queue the one that a search begins with? */
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

/* what it might use at @ts_ns */
struct sched_quota sched_group_quota_at(const struct sched_group *group, uint64_t ts_ns);

/* a task was throttled because of group @number; sched_groups_reset(): forget that */
void sched_groups_count(const struct sched_groups *groups, uint32_t number, uint64_t ns);
void sched_groups_reset(const struct sched_groups *groups);

/* a function's name; NULL: not known */
const char *sched_site_name(const struct sched_groups *groups, uint32_t site);

#endif /* IPCPROBE_MODEL_SCHED_GROUP_H */
