/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Writes text that other users chose as XML.
 */
#ifndef IPCPROBE_VIEW_SVG_XML_H
#define IPCPROBE_VIEW_SVG_XML_H

#include <stdio.h>

void xml_text(FILE *out, const char *text);

#endif /* IPCPROBE_VIEW_SVG_XML_H */
