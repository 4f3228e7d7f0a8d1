// SPDX-License-Identifier: GPL-2.0
/*
 * Names, layouts, checks and printing of events, all generated from the one
 * table in <linux/ipcprobe_events.h>.
 */
#include "event.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "array.h"
#include "text.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
	       "records and files are little-endian; this machine is not");

/* ---- tables ---- */

#define LEN_u8		1
#define LEN_u16		2
#define LEN_u32		4
#define LEN_u64		8
#define LEN_s16		2
#define LEN_s32		4
#define LEN_s64		8
#define LEN_x64		8
#define LEN_ns32	4
#define LEN_ns64	8
#define LEN_tid		4
#define LEN_call	1
#define LEN_flags	2
#define LEN_futex_op	1
#define LEN_futex_flags	2
#define LEN_unix_flags	2
#define LEN_reasons	4
#define LEN_dev		4
#define LEN_comm	16
#define LEN_mem		(2 * IPCPROBE_FUTEX_NEAR)
#define LEN_str		0
#define LEN_pad16	2
#define LEN_pad32	4

#define IS_TEXT(k)	(EVENT_KIND_##k == EVENT_KIND_comm || EVENT_KIND_##k == EVENT_KIND_str)

#define FIELD(k, n, t)		{ .name = #n, .text = t, .kind = EVENT_KIND_##k },
#define ADD_LEN(k, n, t)	+ LEN_##k
#define ADD_NON_TEXT_LEN(k, n, t)	+ (IS_TEXT(k) ? 0 : LEN_##k)
#define ADD_TEXT_LEN(k, n, t)	+ (IS_TEXT(k) ? LEN_##k : 0)
#define OR_TEXT(k, n, t)	|| IS_TEXT(k)

#define HEAD_LEN	sizeof(struct ipcprobe_rec)

#define EVENT_FIELDS(event, cls, number, t)				\
	static const struct event_field fields_##event[] = {		\
		IPCPROBE_FIELDS_##event(FIELD)				\
	};								\
	_Static_assert(sizeof(struct ipcprobe_rec_##event) ==		\
		       HEAD_LEN IPCPROBE_FIELDS_##event(ADD_LEN),	\
		       #event " has a hole");
IPCPROBE_EVENTS(EVENT_FIELDS)

#define EVENT_INDEX(event, cls, number, t)	INDEX_##event,
enum { IPCPROBE_EVENTS(EVENT_INDEX) };

/* A text is the last field of its record, so all others stand before it. */
#define EVENT_DESC(event, cls, number, t) {				\
	.name = #event,							\
	.text = t,							\
	.fields = fields_##event,					\
	.nr_fields = ARRAY_SIZE(fields_##event),				\
	.type = number,							\
	.class_id = IPCPROBE_CLASS_##cls,				\
	.len = sizeof(struct ipcprobe_rec_##event),			\
	.text_offset = (0 IPCPROBE_FIELDS_##event(OR_TEXT)) ?		\
		HEAD_LEN IPCPROBE_FIELDS_##event(ADD_NON_TEXT_LEN) : 0,	\
	.text_len = 0 IPCPROBE_FIELDS_##event(ADD_TEXT_LEN),		\
},
const struct event_desc event_table[] = { IPCPROBE_EVENTS(EVENT_DESC) };
const unsigned int event_table_len = ARRAY_SIZE(event_table);

#define EVENT_BY_TYPE(event, cls, number, t)	[number] = INDEX_##event + 1,
static const uint8_t index_by_type[] = { IPCPROBE_EVENTS(EVENT_BY_TYPE) };

#define CLASS_NAME(up, id, low, t)	[id] = #low,
static const char *const class_names[] = { IPCPROBE_CLASSES(CLASS_NAME) };

#define CLASS_TEXT(up, id, low, t)	[id] = t,
static const char *const class_texts[] = { IPCPROBE_CLASSES(CLASS_TEXT) };

#define CALL_NAME(up, id, low)	[id] = #low,
static const char *const call_names[] = { IPCPROBE_CALLS(CALL_NAME) };

#define FUTEX_OP_NAME(up, id)	[id] = #up,
static const char *const futex_op_names[] = { IPCPROBE_FUTEX_OPS(FUTEX_OP_NAME) };

/* by number of the bit */
static const char *const flag_names[16] = {
	"FIFO", "BLOCKED", "NONBLOCK", "RESYNC",
	"READ_END", "WRITE_END", "FULL", "EMPTY",
	"IN_PIPE", "OUT_PIPE", "IN_FIFO", "OUT_FIFO",
	"APPEND", "DIRECT", "OFFLOAD", "LAST",
};

#define CHECK_FLAG(name, bit)	\
	_Static_assert(IPCPROBE_IO_##name == 1 << (bit), "flag_names: " #name)
CHECK_FLAG(FIFO, 0);
CHECK_FLAG(READ_END, 4);
CHECK_FLAG(IN_PIPE, 8);
CHECK_FLAG(APPEND, 12);
CHECK_FLAG(LAST, 15);

static const char *const futex_flag_names[16] = {
	"SHARED", "UNRESOLVED", "SHARED2", "UNRESOLVED2",
	"BLOCKED", "TIMEOUT", "BELOW", "ABOVE", "IN_FILE", "REALTIME",
};

#define CHECK_FUTEX_FLAG(name, bit)	\
	_Static_assert(IPCPROBE_FUTEX_##name == 1 << (bit), "futex_flag_names: " #name)
CHECK_FUTEX_FLAG(SHARED, 0);
CHECK_FUTEX_FLAG(BLOCKED, 4);
CHECK_FUTEX_FLAG(IN_FILE, 8);

static const char *const unix_flag_names[16] = {
	"BLOCKED", "NONBLOCK", "RESYNC", "PEEK",
	"TRUNC", "FDS", "PAGES", "MESSAGE",
	"SENT", "EMPTY", "FULL",
};

#define CHECK_UNIX_FLAG(name, bit)	\
	_Static_assert(IPCPROBE_UNIX_##name == 1 << (bit), "unix_flag_names: " #name)
CHECK_UNIX_FLAG(BLOCKED, 0);
CHECK_UNIX_FLAG(TRUNC, 4);
CHECK_UNIX_FLAG(SENT, 8);
CHECK_UNIX_FLAG(FULL, 10);

#define REASON_NAME(up, bit, text)	[bit] = #up,
static const char *const reason_names[16] = { IPCPROBE_REASONS(REASON_NAME) };

#define REASON_TEXT(up, bit, text)	[bit] = text,
static const char *const reason_texts[] = { IPCPROBE_REASONS(REASON_TEXT) };

/* event_by_type - the description of @type, NULL if it is not known */
const struct event_desc *event_by_type(uint16_t type)
{
	if (type >= ARRAY_SIZE(index_by_type) || !index_by_type[type])
		return NULL;
	return &event_table[index_by_type[type] - 1];
}

/* event_by_name - the description of the event called @name, or NULL */
const struct event_desc *event_by_name(const char *name)
{
	for (unsigned int i = 0; i < event_table_len; i++)
		if (!strcmp(event_table[i].name, name))
			return &event_table[i];
	return NULL;
}

const char *event_class_name(unsigned int id)
{
	return id < ARRAY_SIZE(class_names) ? class_names[id] : NULL;
}

const char *event_class_text(unsigned int id)
{
	return id < ARRAY_SIZE(class_texts) ? class_texts[id] : NULL;
}

size_t event_kind_len(enum event_kind kind)
{
#define KIND(k)	[EVENT_KIND_##k] = LEN_##k
	static const uint8_t len[] = {
		KIND(u8), KIND(u16), KIND(u32), KIND(u64), KIND(x64),
		KIND(s16), KIND(s32), KIND(s64),
		KIND(ns32), KIND(ns64), KIND(tid), KIND(call), KIND(flags),
		KIND(futex_op), KIND(futex_flags), KIND(unix_flags), KIND(reasons),
		KIND(dev), KIND(comm), KIND(mem), KIND(str), KIND(pad16), KIND(pad32),
	};
#undef KIND
	return len[kind];
}

/* ---- check ---- */

/**
 * event_check - may this record be used as what its type says?
 * @rec: start of the record, aligned to 8 bytes
 * @avail: bytes that can be read from there
 *
 * Types that are not known are valid, so that readers can skip them; known
 * types may be longer than known.  What passes can be cast to its struct and
 * its text printed; class_id of "lost" is a valid index.
 *
 * Return: 0, or -EBADMSG.
 */
int event_check(const struct ipcprobe_rec *rec, size_t avail)
{
	const struct event_desc *desc;
	size_t len;

	if (avail < HEAD_LEN)
		return -EBADMSG;
	len = rec->len;
	if (len < HEAD_LEN || len % 8 || len > IPCPROBE_REC_MAX || len > avail)
		return -EBADMSG;
	desc = event_by_type(rec->type);
	if (!desc)
		return 0;
	if (len < desc->len)
		return -EBADMSG;
	if (desc->text_offset) {
		size_t text_len = desc->text_len ? desc->text_len : len - desc->text_offset;

		if (!memchr((const char *)rec + desc->text_offset, 0, text_len))
			return -EBADMSG;
	}
	if (rec->type == IPCPROBE_REC_lost) {
		const struct ipcprobe_rec_lost *lost = (const void *)rec;

		if (lost->class_id >= IPCPROBE_NR_CLASSES)
			return -EBADMSG;
	}
	return 0;
}

/* ---- printing ---- */

static uint64_t field_value(const void *p, enum event_kind kind)
{
	uint64_t value = 0;

	memcpy(&value, p, event_kind_len(kind));	/* little-endian */
	if (kind == EVENT_KIND_s16)
		return (uint64_t)(int16_t)value;
	if (kind == EVENT_KIND_s32)
		return (uint64_t)(int32_t)value;
	return value;
}

static bool is_signed(enum event_kind kind)
{
	return kind == EVENT_KIND_s16 || kind == EVENT_KIND_s32 || kind == EVENT_KIND_s64;
}

static bool is_padding(enum event_kind kind)
{
	return kind == EVENT_KIND_pad16 || kind == EVENT_KIND_pad32;
}

static bool is_text(enum event_kind kind)
{
	return kind == EVENT_KIND_comm || kind == EVENT_KIND_str;
}

/* all ones in 64 bits: there is no position, no address; INT_MIN: not seen */
static bool is_unknown(enum event_kind kind, uint64_t value)
{
	if (kind == EVENT_KIND_u64 || kind == EVENT_KIND_x64)
		return value == UINT64_MAX;
	return kind == EVENT_KIND_s32 && (int64_t)value == IPCPROBE_RET_UNKNOWN;
}

/* call_name - the system call that a record names */
const char *call_name(uint8_t call)
{
	return call < ARRAY_SIZE(call_names) && call_names[call] ? call_names[call] : "unknown";
}

static const char *futex_op_name(uint64_t op)
{
	return op < ARRAY_SIZE(futex_op_names) && futex_op_names[op] ? futex_op_names[op]
								    : "unknown";
}

/* Sixteen names, of bits that have none NULL. */
static void print_flags(FILE *out, uint64_t flags, const char *const *names)
{
	const char *separator = "";

	if (!flags)
		putc('0', out);
	for (unsigned int i = 0; i < 16; i++) {
		if (!(flags >> i & 1))
			continue;
		fprintf(out, "%s%s", separator, names[i] ?: "unknown");
		separator = "|";
	}
}

/* event_print_reasons - why events were lost, in words; nothing if no reason is known */
void event_print_reasons(FILE *out, uint32_t reasons)
{
	const char *separator = "";

	for (unsigned int i = 0; i < ARRAY_SIZE(reason_texts); i++) {
		if (!(reasons >> i & 1))
			continue;
		fprintf(out, "%s%s", separator, reason_texts[i]);
		separator = ", ";
	}
}

/* event_reason_name - the name of bit @bit of reasons, NULL if there is none */
const char *event_reason_name(unsigned int bit)
{
	return bit < ARRAY_SIZE(reason_names) ? reason_names[bit] : NULL;
}

/* Two hexadecimal digits for each byte, and their end. */
static const char *mem_digits(const char *p, char digits[2 * LEN_mem + 1])
{
	for (unsigned int i = 0; i < LEN_mem; i++)
		snprintf(digits + 2 * i, 3, "%02x", (uint8_t)p[i]);
	return digits;
}

static void print_mem(FILE *out, const char *p)
{
	char digits[2 * LEN_mem + 1];

	fputs(mem_digits(p, digits), out);
}

static void print_value(FILE *out, enum event_kind kind, uint64_t value)
{
	if (is_unknown(kind, value))
		fputs("unknown", out);
	else if (is_signed(kind))
		fprintf(out, "%" PRId64, (int64_t)value);
	else if (kind == EVENT_KIND_x64)
		fprintf(out, "0x%" PRIx64, value);
	else if (kind == EVENT_KIND_call)
		fputs(call_name(value), out);
	else if (kind == EVENT_KIND_flags)
		print_flags(out, value, flag_names);
	else if (kind == EVENT_KIND_futex_op)
		fputs(futex_op_name(value), out);
	else if (kind == EVENT_KIND_futex_flags)
		print_flags(out, value, futex_flag_names);
	else if (kind == EVENT_KIND_unix_flags)
		print_flags(out, value, unix_flag_names);
	else if (kind == EVENT_KIND_reasons)
		print_flags(out, value, reason_names);
	else if (kind == EVENT_KIND_dev)
		fprintf(out, "%" PRIu64 ":%" PRIu64, value >> 20, value & 0xfffff);
	else
		fprintf(out, "%" PRIu64, value);
}

/**
 * event_print - write "name: field=value ..." without an end of line
 * @out: where to
 * @rec: a record that event_check() found good
 */
void event_print(FILE *out, const struct ipcprobe_rec *rec)
{
	const struct event_desc *desc = event_by_type(rec->type);
	const char *p = (const char *)rec + HEAD_LEN;

	if (!desc) {
		fprintf(out, "unknown_%04x: len=%u", rec->type, rec->len);
		return;
	}
	fprintf(out, "%s:", desc->name);
	for (unsigned int i = 0; i < desc->nr_fields; i++) {
		const struct event_field *field = &desc->fields[i];

		if (is_text(field->kind)) {
			fprintf(out, " %s=", field->name);
			text_print_quoted(out, p);
		} else if (field->kind == EVENT_KIND_mem) {
			fprintf(out, " %s=", field->name);
			print_mem(out, p);
		} else if (!is_padding(field->kind)) {
			fprintf(out, " %s=", field->name);
			print_value(out, field->kind, field_value(p, field->kind));
		}
		p += event_kind_len(field->kind);
	}
}

static json_t *flags_json(uint64_t flags, const char *const *names)
{
	json_t *array = json_array();

	for (unsigned int i = 0; i < 16; i++)
		if (flags >> i & 1)
			json_array_append_new(array, json_string(names[i] ?: "unknown"));
	return array;
}

static json_t *mem_json(const char *p)
{
	char digits[2 * LEN_mem + 1];

	return json_string(mem_digits(p, digits));
}

static json_t *value_json(enum event_kind kind, uint64_t value)
{
	if (is_unknown(kind, value))
		return json_null();
	if (kind == EVENT_KIND_x64)
		return json_sprintf("0x%" PRIx64, value);
	if (kind == EVENT_KIND_call)
		return json_string(call_name(value));
	if (kind == EVENT_KIND_flags)
		return flags_json(value, flag_names);
	if (kind == EVENT_KIND_futex_op)
		return json_string(futex_op_name(value));
	if (kind == EVENT_KIND_futex_flags)
		return flags_json(value, futex_flag_names);
	if (kind == EVENT_KIND_unix_flags)
		return flags_json(value, unix_flag_names);
	if (kind == EVENT_KIND_dev)
		return json_sprintf("%" PRIu64 ":%" PRIu64, value >> 20, value & 0xfffff);
	if (!is_signed(kind) && value > INT64_MAX)
		return json_real((double)value);
	return json_integer((json_int_t)value);
}

/**
 * event_fields_json - the fields of a record as a JSON object
 * @rec: a record that event_check() found good
 *
 * Addresses and devices are strings, flags an array of names, "unknown" is
 * null.  An event that is not known gives an empty object.
 *
 * Return: a new reference, or NULL without memory.
 */
json_t *event_fields_json(const struct ipcprobe_rec *rec)
{
	const struct event_desc *desc = event_by_type(rec->type);
	const char *p = (const char *)rec + HEAD_LEN;
	json_t *fields = json_object();

	for (unsigned int i = 0; desc && i < desc->nr_fields; i++) {
		const struct event_field *field = &desc->fields[i];
		json_t *value = NULL;

		if (is_text(field->kind))
			value = text_json(p);
		else if (field->kind == EVENT_KIND_mem)
			value = mem_json(p);
		else if (!is_padding(field->kind))
			value = value_json(field->kind, field_value(p, field->kind));
		if (value)
			json_object_set_new(fields, field->name, value);
		p += event_kind_len(field->kind);
	}
	return fields;
}
