/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The colours of a picture: no two things in it have the same.  A name has the
 * same colour in every picture, unless one that was given its colour before has it.
 */
#ifndef IPCPROBE_VIEW_SVG_COLOUR_H
#define IPCPROBE_VIEW_SVG_COLOUR_H

#include <stdbool.h>
#include <stdint.h>

#define COLOUR_NR	32U	/* that can be told apart */
#define COLOUR_GREY	0x9a9a9aU	/* of what has none of its own */

/* which colours are given away; zeroed: none */
struct colours {
	bool is_taken[COLOUR_NR];
	uint32_t nr_taken;
};

/* red, green, blue, from the highest byte of three down; the first differ most */
uint32_t colour_at(uint32_t i);

/* a colour for @name, given away with that; COLOUR_GREY: none is left */
uint32_t colours_take(struct colours *colours, const char *name);

#endif /* IPCPROBE_VIEW_SVG_COLOUR_H */
