/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How the holders of an object are related.
 */
#ifndef IPCPROBE_LIVE_RELATION_H
#define IPCPROBE_LIVE_RELATION_H

#include "live/live.h"

/**
 * struct live_relation - relation of a holder's process to another process
 * @other: holder at the other end; for an object without ends, another holder;
 *	0 = none
 * @kin: relation of the process to @other's process
 * @common: for KIN_SIBLING and KIN_COMMON: nearest common ancestor
 */
struct live_relation {
	uint32_t other;
	enum kinship kin;
	uint32_t common;
};

struct live_relation live_relation_of(struct live *live, uint32_t holder);
char *live_relation_text(struct live *live, const struct live_relation *relation);

#endif /* IPCPROBE_LIVE_RELATION_H */
