/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names that views print: sizes and times with units, processes, objects.
 */
#ifndef IPCPROBE_VIEW_LABEL_H
#define IPCPROBE_VIEW_LABEL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

#include "lib/table.h"
#include "model/model.h"

#define LABEL_MAX	48	/* length of a size or a time */

const char *label_bytes(char buf[LABEL_MAX], uint64_t bytes, bool is_complete);
const char *label_ns(char buf[LABEL_MAX], uint64_t ns);

/* a share in per cent; 100 only if all are right */
double label_right_percent(uint64_t nr_right, uint64_t nr);

void label_print_image(FILE *out, const struct model *model, uint32_t image);
void label_print_task(FILE *out, const struct model *model, uint32_t task);
void label_print_channel(FILE *out, const struct model *model, const struct channel *channel);
void label_print_sysv(FILE *out, const char *kind, uint64_t key);
void label_print_file(FILE *out, const struct model *model, uint32_t number);
void label_print_object(FILE *out, const struct model *model, uint32_t object);

/* names as strings for a table, to be freed; NULL without memory */
char *label_image(const struct model *model, uint32_t image);
char *label_proc(const struct model *model, uint32_t proc);
char *label_task(const struct model *model, uint32_t task);
char *label_object(const struct model *model, uint32_t object);
uint32_t label_end_image(const struct model *model, const struct channel_end *end);
char *label_ends(const struct model *model, const struct channel *channel, uint16_t held);
char *label_relation(const struct model *model, uint32_t writer, uint32_t reader);

/* fills a cell with a string of these functions, and frees the string */
void label_set(struct table *table, unsigned int column, char *label);

/* fill a cell with a size or a time, with its unit unless the table's numbers are exact */
void label_set_bytes(struct table *table, unsigned int column, uint64_t bytes, bool is_complete);
void label_set_ns(struct table *table, unsigned int column, uint64_t ns);

/* a time as one word, as it stands in a table */
const char *label_word_ns(char buf[LABEL_MAX], uint64_t ns);

/* fills a cell with a time since the start, which may be before it; seconds with @digits */
void label_set_since(struct table *table, unsigned int column, int64_t ns, int digits);

/* names as JSON: {"pid": 1, "comm": "cat"}, ... */
json_t *label_image_json(const struct model *model, uint32_t image);
json_t *label_task_json(const struct model *model, uint32_t task);
const char *label_channel_type(const struct channel *channel);
json_t *label_channel_json(const struct model *model, const struct channel *channel);
json_t *label_object_json(const struct model *model, uint32_t object);
const char *label_kin(enum kinship kin);
json_t *label_loss_json(const struct model_loss *loss, uint32_t id);
json_t *label_losses_json(const struct model *model);

/* label_wait.c: object on which the task blocks; "" or null if it is no IPC object */
void label_print_wait(FILE *out, const struct model *model, const struct sched_wait *wait);
char *label_wait(const struct model *model, const struct sched_wait *wait);
json_t *label_wait_json(const struct model *model, const struct sched_wait *wait);

/* label_mark.c */
void label_print_mark(FILE *out, const struct mark *mark);
json_t *label_mark_json(const struct mark *mark);
void label_print_marks(FILE *out, const struct marks *marks, uint64_t start_ns);
json_t *label_marks_json(const struct marks *marks);

void label_print_loss(FILE *out, const struct model_loss *loss, uint32_t id);
void label_print_losses(FILE *out, const struct model *model);

#endif /* IPCPROBE_VIEW_LABEL_H */
