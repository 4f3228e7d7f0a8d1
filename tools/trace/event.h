/* SPDX-License-Identifier: GPL-2.0 */
/*
 * User space's descriptions of all events; they are generated from the table in
 * <linux/ipcprobe_events.h>.
 */
#ifndef IPCPROBE_TRACE_EVENT_H
#define IPCPROBE_TRACE_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <jansson.h>
#include <linux/ipcprobe.h>

#define EVENT_KIND(kind)	EVENT_KIND_##kind,
enum event_kind { IPCPROBE_KINDS(EVENT_KIND) };
#undef EVENT_KIND

/**
 * struct event_field - one field of an event
 * @name: name of the field in C, in text and in JSON
 * @text: meaning of the field
 * @kind: kind of the field: how to read and print it
 *
 * The first field begins after struct ipcprobe_rec, each other field at the end of
 * the one before: records have no holes.
 */
struct event_field {
	const char *name;
	const char *text;
	enum event_kind kind;
};

/**
 * struct event_desc - one event
 * @name: name of the event
 * @text: meaning of the event
 * @fields: fields in order of memory, including padding
 * @nr_fields: length of @fields
 * @type: IPCPROBE_REC_*
 * @class_id: IPCPROBE_CLASS_*
 * @len: smallest valid length of a record: the length of the struct, without a
 *	string or data at its end; of a struct that has grown, its first length
 * @text_offset: offset of the field that must be NUL-terminated, 0 = none
 * @text_len: size of the field at @text_offset; 0 = up to the end of the record
 * @has_data: the last field is data; the record contains its length
 */
struct event_desc {
	const char *name;
	const char *text;
	const struct event_field *fields;
	uint16_t nr_fields;
	uint16_t type;
	uint16_t class_id;
	uint16_t len;
	uint16_t text_offset;
	uint16_t text_len;
	bool has_data;
};

/* Every event, in the order of the table. */
extern const struct event_desc event_table[];
extern const unsigned int event_table_len;

const struct event_desc *event_by_type(uint16_t type);

/* Name of class @id, NULL if there is none. */
const char *event_class_name(unsigned int id);

/* Print why events were lost. */
void event_print_reasons(FILE *out, uint32_t reasons);
const char *event_reason_name(unsigned int bit);

/* Size of a field of @kind, 0 for a string or data. */
size_t event_kind_len(enum event_kind kind);

/**
 * event_class - the class of a record
 *
 * The class may be IPCPROBE_NR_CLASSES or more in records of a newer module: check
 * it before it is used as an index.
 */
static inline unsigned int event_class(const struct ipcprobe_rec *rec)
{
	return rec->type >> 8;
}

static inline const struct ipcprobe_rec *event_next(const struct ipcprobe_rec *rec)
{
	return (const void *)((const char *)rec + rec->len);
}

/*
 * The time from which a record applies, and at which it is merged with those of other
 * CPUs: for a "lost" record when the loss began, not when there was room for the record.
 */
static inline uint64_t event_time(const struct ipcprobe_rec *rec)
{
	const struct ipcprobe_rec_lost *lost = (const void *)rec;

	return rec->type == IPCPROBE_REC_lost ? lost->begin_ns : rec->ts_ns;
}

int event_check(const struct ipcprobe_rec *rec, size_t avail);

void event_print(FILE *out, const struct ipcprobe_rec *rec, bool has_memory);
json_t *event_fields_json(const struct ipcprobe_rec *rec);

const char *call_name(uint8_t call);

#endif /* IPCPROBE_TRACE_EVENT_H */
