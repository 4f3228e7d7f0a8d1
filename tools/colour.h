/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Colours by name: the same name has the same colour everywhere and always.
 */
#ifndef IPCPROBE_COLOUR_H
#define IPCPROBE_COLOUR_H

#include <stdint.h>

/* red, green, blue, from the highest byte of three down */
uint32_t colour_of(const char *name);

#endif /* IPCPROBE_COLOUR_H */
