/* SPDX-License-Identifier: GPL-2.0 */
/* Offsets of members of private kernel structs. */
#ifndef IPCPROBE_BTF_H
#define IPCPROBE_BTF_H

void ipcprobe_btf_load(void);
void ipcprobe_btf_unload(void);
int ipcprobe_btf_offsets(const char *struct_name, const char *const *members,
			 int *offsets, unsigned int nr);

#endif /* IPCPROBE_BTF_H */
