/* SPDX-License-Identifier: GPL-2.0 */
/* Entries of functions: for attach.c alone. */
#ifndef IPCPROBE_FUNCTION_H
#define IPCPROBE_FUNCTION_H

#include <linux/types.h>

struct module;

int ipcprobe_functions_resolve(u32 classes);
u32 ipcprobe_functions_forget(const struct module *module);
int ipcprobe_functions_set(u32 classes);
bool ipcprobe_functions_hooked(void);
bool ipcprobe_functions_dead(void);
void ipcprobe_functions_exit(void);

#endif /* IPCPROBE_FUNCTION_H */
