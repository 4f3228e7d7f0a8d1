/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The views of "ipcprobe vm", on stdout.  Pure functions of the sample.
 */
#ifndef IPCPROBE_VIEW_VM_H
#define IPCPROBE_VIEW_VM_H

#include <stdio.h>

#include "lib/table.h"
#include "vm/sample.h"

/* The main table of each view: all its columns, and those that it shows by default. */
extern const struct table_column view_vm_columns[];
extern const struct table_column view_share_columns[];
extern const struct table_column view_watch_columns[];
extern const struct table_view view_vm_usual;
extern const struct table_view view_share_usual;
extern const struct table_view view_watch_usual;

#define VIEW_SHARE_TOP	20U	/* objects shown if the user gives no number */

/**
 * struct view_vm - what to show
 * @table: columns of the main table; if the user named them, only it is printed
 * @top: maximum number of objects; 0 = all
 */
struct view_vm {
	struct table_view table;
	uint32_t top;
};

/* vm.c: prints one address space */
int view_vm_print(const struct vm_sample *sample, const struct view_vm *view);

/* vm_share.c: prints what several address spaces share, and why */
int view_share_print(const struct vm_sample *sample, const struct view_vm *view);

/* vm_watch.c: prints which pages of shared mappings were written or touched */
int view_watch_print(const struct vm_sample *sample, const struct view_vm *view);

/* vm_json.c: prints everything */
int view_vm_json(const struct vm_sample *sample);

/* vm_label.c: names that these views print */
#define VIEW_VM_LABEL_MAX	64	/* length of a name of a part of an object */

const char *view_vm_what(char buf[VIEW_VM_LABEL_MAX], enum region_kind kind,
			 enum region_part part);
char *view_vm_object(const struct region *region, bool is_short);
char *view_vm_process(const struct vm_process *proc);
const char *view_vm_cause(enum vm_cause cause);
const char *view_vm_why(enum vm_cause cause, bool is_together);
void view_vm_set(struct table *table, unsigned int column, char *label);
void view_vm_set_bytes(struct table *table, unsigned int column, uint64_t bytes);
void view_vm_print_sample(const struct vm_sample *sample);
void view_vm_print_doubts(const struct vm_sample *sample);

/* true if smaps agrees with the pages that were read */
bool view_vm_agrees(const struct region *region, const struct vm_counts *counts);

/* mapped memory in bytes, without the zero page and pages that the kernel does not count */
uint64_t view_vm_resident(const struct vm_share *share, const struct smaps *smaps,
			  const struct vm_counts *counts);
uint64_t view_vm_pss(const struct vm_share *share, const struct smaps *smaps,
		     const struct vm_counts *counts);
struct smaps view_vm_smaps(const struct vm_process *proc);

#endif /* IPCPROBE_VIEW_VM_H */
