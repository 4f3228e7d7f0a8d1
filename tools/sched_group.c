// SPDX-License-Identifier: GPL-2.0
/*
 * Task groups, and functions of the scheduler, by number.
 */
#include "sched_group.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NR_GROUPS_MAX	65536U
#define NR_SITES_MAX	4096U
#define DEPTH_MAX	64U	/* groups within groups */

/* The record's text; free() it. */
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
	*group = (struct sched_group){
		.number = rec->group, .parent = rec->parent, .cgroup = rec->cgroup,
		.path = text_of(&rec->hdr, rec->path),
	};
	if (!rec->parent && !(rec->group & IPCPROBE_GROUP_AUTO))
		groups->root = rec->group;
	return group->path ? 0 : -ENOMEM;
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
