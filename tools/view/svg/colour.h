/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The colours of a picture: each is used for one thing only. A name has the
 * same colour in every picture, unless an earlier name has this colour already.
 */
#ifndef IPCPROBE_VIEW_SVG_COLOUR_H
#define IPCPROBE_VIEW_SVG_COLOUR_H

#include <stdbool.h>
#include <stdint.h>

#define COLOUR_NR	32U	/* number of colours that can be told apart */
#define COLOUR_GREY	0x9a9a9aU	/* for things without a colour of their own */

/* colours that are in use; zeroed: none */
struct colours {
	bool is_taken[COLOUR_NR];
	uint32_t nr_taken;
};

/* 0xRRGGBB of colour number @i; the first colours differ most */
uint32_t colour_at(uint32_t i);

/* chooses a colour for @name and marks it as used; COLOUR_GREY: all are used */
uint32_t colours_take(struct colours *colours, const char *name);

#endif /* IPCPROBE_VIEW_SVG_COLOUR_H */
