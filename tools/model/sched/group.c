// SPDX-License-Identifier: GPL-2.0
/*
 * Task groups, and functions of the scheduler, by number.
 */
#include "model/sched/group.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NR_GROUPS_MAX	65536U
#define NR_SITES_MAX	4096U
#define DEPTH_MAX	64U	/* maximum depth of nested groups */

/* Copy the record's text. The caller frees the copy. */
static char *text_of(const struct ipcprobe_rec *rec, const char *text)
{
	return strndup(text, (const char *)rec + rec->len - text);
}

int sched_groups_add(struct sched_groups *groups, const struct ipcprobe_rec_rq_group *rec)
{
	uint32_t place = map_get(&groups->by_number, rec->group);
	struct sched_group *group;

	if (!rec->group || (!place && groups->group.nr >= NR_GROUPS_MAX))
		return 0;
	group = place ? pool_at(&groups->group, place) : pool_add(&groups->group, &place);
	if (!group || map_set(&groups->by_number, rec->group, place))
		return -ENOMEM;
	free(group->path);
	if (group->cgroup != rec->cgroup)
		/* the number was used before, for another group */
		*group = (struct sched_group){ 0 };
	group->number = rec->group;
	group->parent = rec->parent;
	group->cgroup = rec->cgroup;
	group->path = text_of(&rec->hdr, rec->path);
	if (!rec->parent && !(rec->group & IPCPROBE_GROUP_AUTO))
		groups->root = rec->group;
	return group->path ? 0 : -ENOMEM;
}

/* ---- quotas ---- */

/* A module before ABI 1.6 does not record the burst. */
static struct sched_quota quota_of(const struct ipcprobe_rec_rq_quota *rec)
{
	bool has_burst = rec->hdr.len >= sizeof(*rec);

	return (struct sched_quota){
		.quota_ns = rec->quota_ns, .period_ns = rec->period_ns,
		.burst_ns = has_burst ? rec->burst_ns : SCHED_BURST_UNKNOWN,
	};
}

/*
 * Set a group's quota. Return: always 0: a group that no rq_group record described
 * is ignored.
 */
int sched_groups_set_quota(struct sched_groups *groups, const struct ipcprobe_rec_rq_quota *rec)
{
	uint32_t place = rec->group ? map_get(&groups->by_number, rec->group) : 0;
	struct sched_group *group = place ? pool_at(&groups->group, place) : NULL;
	struct sched_quota quota = quota_of(rec);

	if (!group || (group->quota.quota_ns == quota.quota_ns &&
		       group->quota.period_ns == quota.period_ns &&
		       group->quota.burst_ns == quota.burst_ns))
		return 0;
	if (sched_quota_is_known(&group->quota)) {
		group->before = group->quota;
		group->before_ns = group->set_ns;
		group->set_ns = rec->hdr.ts_ns;
	}
	group->quota = quota;
	return 0;
}

struct sched_quota sched_group_quota_at(const struct sched_group *group, uint64_t ts_ns)
{
	if (ts_ns >= group->set_ns)
		return group->quota;
	return ts_ns >= group->before_ns ? group->before : (struct sched_quota){ 0 };
}

void sched_groups_count(const struct sched_groups *groups, uint32_t number, uint64_t ns)
{
	uint32_t place = number ? map_get(&groups->by_number, number) : 0;

	if (place)
		((struct sched_group *)pool_at(&groups->group, place))->throttled_ns += ns;
}

void sched_groups_reset(const struct sched_groups *groups)
{
	uint32_t i;

	for (i = 1; i < groups->group.nr; i++)
		((struct sched_group *)pool_at(&groups->group, i))->throttled_ns = 0;
}

int sched_groups_add_site(struct sched_groups *groups, const struct ipcprobe_rec_rq_site *rec)
{
	uint32_t place = map_get(&groups->by_site, rec->site);
	char **name;

	if (!rec->site || (!place && groups->site.nr >= NR_SITES_MAX))
		return 0;
	name = place ? pool_at(&groups->site, place) : pool_add(&groups->site, &place);
	if (!name || map_set(&groups->by_site, rec->site, place))
		return -ENOMEM;
	free(*name);
	*name = text_of(&rec->hdr, rec->function);
	return *name ? 0 : -ENOMEM;
}

const struct sched_group *sched_group_find(const struct sched_groups *groups, uint32_t number)
{
	uint32_t place = number ? map_get(&groups->by_number, number) : 0;

	return place ? pool_at(&groups->group, place) : NULL;
}

uint32_t sched_group_parent(const struct sched_groups *groups, uint32_t number)
{
	const struct sched_group *group = sched_group_find(groups, number);

	if (group && group->parent != number)
		return group->parent;
	return number & IPCPROBE_GROUP_AUTO ? groups->root : 0;
}

bool sched_group_is_in(const struct sched_groups *groups, uint32_t number, uint32_t ancestor)
{
	uint32_t i;

	for (i = 0; number && i < DEPTH_MAX; i++) {
		if (number == ancestor)
			return true;
		number = sched_group_parent(groups, number);
	}
	return false;
}

const char *sched_site_name(const struct sched_groups *groups, uint32_t site)
{
	uint32_t place = site ? map_get(&groups->by_site, site) : 0;

	return place ? *(char **)pool_at(&groups->site, place) : NULL;
}

int sched_groups_init(struct sched_groups *groups)
{
	*groups = (struct sched_groups){ .root = GROUP_ROOT };
	if (pool_init(&groups->group, sizeof(struct sched_group)) ||
	    pool_init(&groups->site, sizeof(char *)))
		return -ENOMEM;
	return 0;
}

void sched_groups_deinit(struct sched_groups *groups)
{
	uint32_t i;

	for (i = 1; i < groups->group.nr; i++)
		free(((struct sched_group *)pool_at(&groups->group, i))->path);
	for (i = 1; i < groups->site.nr; i++)
		free(*(char **)pool_at(&groups->site, i));
	pool_deinit(&groups->group);
	pool_deinit(&groups->site);
	map_deinit(&groups->by_number);
	map_deinit(&groups->by_site);
	*groups = (struct sched_groups){ 0 };
}
