// SPDX-License-Identifier: GPL-2.0
/*
 * The colours of a picture.
 */
#include "view/svg/colour.h"

#include "lib/array.h"

/*
 * Each colour has a contrast of at least 3:1 against white, and of at least
 * 4.5:1 to black text (WCAG 2). Any two colours, and each colour and the greys
 * of others and of queues, are at least 10 apart (CIEDE2000). Each colour is
 * the one that is farthest from all colours before it. The order must not
 * change: the hash of a name is an index in this table.
 */
static const uint32_t palette[] = {
	0xf00000, 0xe100a5, 0x1e8700, 0xb47800, 0x009687, 0xa56969, 0xb478f0, 0x96964b,
	0x0096ff, 0xff005a, 0x0096b4, 0x966996, 0xd2784b, 0x695aff, 0x4ba569, 0xc300ff,
	0xe16996, 0x7887e1, 0x69a500, 0xff2df0, 0x87784b, 0xff5a4b, 0x69875a, 0x00875a,
	0x1e78c3, 0x9687b4, 0x965ac3, 0xa5693c, 0xc34b69, 0xb4875a, 0xc378b4, 0x877800,
};

_Static_assert(ARRAY_SIZE(palette) == COLOUR_NR, "colours are counted");

/* FNV-1a */
static uint32_t hash_name(const char *name)
{
	uint32_t hash = 0x811c9dc5;

	while (*name)
		hash = (hash ^ (uint8_t)*name++) * 0x01000193;
	return hash;
}

uint32_t colour_at(uint32_t i)
{
	return palette[i];
}

uint32_t colours_take(struct colours *colours, const char *name)
{
	uint32_t i = hash_name(name) % COLOUR_NR;

	if (colours->nr_taken == COLOUR_NR)
		return COLOUR_GREY;
	while (colours->is_taken[i])
		i = (i + 1) % COLOUR_NR;
	colours->is_taken[i] = true;
	colours->nr_taken++;
	return palette[i];
}
