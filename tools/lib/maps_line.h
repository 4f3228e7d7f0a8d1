/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One line of /proc/PID/maps.
 */
#ifndef IPCPROBE_LIB_MAPS_LINE_H
#define IPCPROBE_LIB_MAPS_LINE_H

#include <stdint.h>

/**
 * struct maps_line - one mapping
 * @start: first address
 * @end: first address after the mapping
 * @offset: position of @start in the mapped object, bytes
 * @inode: inode number of the mapped object, 0 = none
 * @major: major number of the object's device
 * @minor: minor number of the object's device
 * @prot: permissions, such as "rw-p"
 * @name: path or other name; "" = none; points into the parsed line
 */
struct maps_line {
	uint64_t start, end;
	uint64_t offset;
	uint64_t inode;
	unsigned int major, minor;
	char prot[5];
	const char *name;
};

/**
 * maps_line_parse - parse a line such as "55d0-55d3 r-xp 00002000 fd:01 1234
 * /usr/bin/cat"
 * @line: the line, without its newline
 * @ret: the mapping
 *
 * Return: 0 or -EINVAL.
 */
int maps_line_parse(const char *line, struct maps_line *ret);

#endif /* IPCPROBE_LIB_MAPS_LINE_H */
