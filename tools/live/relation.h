/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How the holders of an object are related.
 */
#ifndef IPCPROBE_LIVE_RELATION_H
#define IPCPROBE_LIVE_RELATION_H

#include "live/live.h"

/**
 * struct live_relation - a holder's process and another one
 * @other: holder at the other end or, where there are no ends, another holder;
 *	0 = there is none
 * @kin: what the process is to that one
 * @common: KIN_SIBLING, KIN_COMMON: their nearest common ancestor
 */
struct live_relation {
	uint32_t other;
	enum kinship kin;
	uint32_t common;
};

struct live_relation live_relation_of(struct live *live, uint32_t holder);
char *live_relation_text(struct live *live, const struct live_relation *relation);

#endif /* IPCPROBE_LIVE_RELATION_H */
