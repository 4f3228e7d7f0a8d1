// SPDX-License-Identifier: GPL-2.0
/*
 * Names, layouts, checks and printing of events, all generated from the table in
 * <linux/ipcprobe_events.h>.
 */
#include "trace/event.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "lib/array.h"
#include "lib/text.h"

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
#define LEN_comm	16
#define LEN_mem		IPCPROBE_FUTEX_MEM
#define LEN_str		0
#define LEN_data	0
#define LEN_pad16	2
#define LEN_pad32	4
#define KIND_LEN(k)	IPCPROBE_BY_STORED(LEN_, k)

/* How a kind of field is shown. */
enum shown {
	SHOWN_number, SHOWN_ret, SHOWN_x64, SHOWN_dev, SHOWN_print, SHOWN_symbol, SHOWN_flags,
	SHOWN_text, SHOWN_memory, SHOWN_pad,
	SHOWN_signed_symbol = SHOWN_symbol, SHOWN_call = SHOWN_symbol, SHOWN_reasons = SHOWN_flags,
};

#define KIND_SHOWN(k)	IPCPROBE_BY_SHOWN(SHOWN_, k)
#define IS_TEXT(k)	(KIND_SHOWN(k) == SHOWN_text)

#define FIELD(k, n, t)		{ .name = #n, .text = t, .kind = EVENT_KIND_##k },
#define ADD_LEN(k, n, t)	+ KIND_LEN(k)
#define ADD_NON_TEXT_LEN(k, n, t)	+ (IS_TEXT(k) ? 0 : KIND_LEN(k))
#define ADD_TEXT_LEN(k, n, t)	+ (IS_TEXT(k) ? KIND_LEN(k) : 0)
#define OR_TEXT(k, n, t)	|| IS_TEXT(k)
#define OR_DATA(k, n, t)	|| EVENT_KIND_##k == EVENT_KIND_data

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

/*
 * First valid length of a record: records that have grown since remain valid in the
 * length that they had at first.
 */
#define FIRST_LEN(event)						\
	(IPCPROBE_REC_##event == IPCPROBE_REC_lost ?			\
	 offsetof(struct ipcprobe_rec_lost, queues) :			\
	 IPCPROBE_REC_##event == IPCPROBE_REC_rq_quota ?		\
	 offsetof(struct ipcprobe_rec_rq_quota, burst_ns) :		\
	 sizeof(struct ipcprobe_rec_##event))

/*
 * Description of an event. A text is the last field of its record, so all other
 * fields precede it.
 */
#define EVENT_DESC(event, cls, number, t) {				\
	.name = #event,							\
	.text = t,							\
	.fields = fields_##event,					\
	.nr_fields = ARRAY_SIZE(fields_##event),				\
	.type = number,							\
	.class_id = IPCPROBE_CLASS_##cls,				\
	.len = FIRST_LEN(event),					\
	.text_offset = (0 IPCPROBE_FIELDS_##event(OR_TEXT)) ?		\
		HEAD_LEN IPCPROBE_FIELDS_##event(ADD_NON_TEXT_LEN) : 0,	\
	.text_len = 0 IPCPROBE_FIELDS_##event(ADD_TEXT_LEN),		\
	.has_data = 0 IPCPROBE_FIELDS_##event(OR_DATA),			\
},
const struct event_desc event_table[] = { IPCPROBE_EVENTS(EVENT_DESC) };
const unsigned int event_table_len = ARRAY_SIZE(event_table);

#define EVENT_BY_TYPE(event, cls, number, t)	[number] = INDEX_##event + 1,
static const uint8_t index_by_type[] = { IPCPROBE_EVENTS(EVENT_BY_TYPE) };

#define CLASS_NAME(up, id, low, t)	[id] = #low,
static const char *const class_names[] = { IPCPROBE_CLASSES(CLASS_NAME) };

/* A number, or bits, and the name. */
struct name {
	uint32_t number;
	const char *text;
};

#define NAME_symbol(up, number)		{ number, #up },
#define NAME_signed_symbol		NAME_symbol
#define NAME_flags			NAME_symbol
#define NAME_reasons(up, bit, text)	{ bit, #up },
#define NAME_call(up, number, low)	{ number, #low },
#define KIND_NAMES(kind)						\
	static const struct name names_##kind[] = {			\
		IPCPROBE_NAMES_OF(kind)(IPCPROBE_BY_SHOWN(NAME_, kind))	\
	};
IPCPROBE_KINDS(KIND_NAMES)

#define REASON_TEXT(up, bit, text)	{ bit, text },
static const struct name reason_texts[] = { IPCPROBE_REASONS(REASON_TEXT) };

/* A kind of field: its size in a record, and the names of its values. */
struct kind {
	uint8_t len;
	enum shown shown;
	const struct name *names;
	unsigned int nr_names;
};

#define KIND(kind)							\
	[EVENT_KIND_##kind] = { KIND_LEN(kind), KIND_SHOWN(kind),	\
				names_##kind, ARRAY_SIZE(names_##kind) },
static const struct kind kinds[] = { IPCPROBE_KINDS(KIND) };

/* event_by_type - description of @type, NULL if @type is not known */
const struct event_desc *event_by_type(uint16_t type)
{
	if (type >= ARRAY_SIZE(index_by_type) || !index_by_type[type])
		return NULL;
	return &event_table[index_by_type[type] - 1];
}

const char *event_class_name(unsigned int id)
{
	return id < ARRAY_SIZE(class_names) ? class_names[id] : NULL;
}

size_t event_kind_len(enum event_kind kind)
{
	return kinds[kind].len;
}

/* ---- check ---- */

/*
 * Maximum difference of two CPUs' clocks, far above the real one. A time inside a
 * record is not later than the record's own time plus this.
 */
#define CLOCKS_DIFFER_NS	1000000000ULL

/* The second time in a record, 0 = none. */
static uint64_t inner_time(const struct ipcprobe_rec *rec)
{
	switch (rec->type) {
	case IPCPROBE_REC_lost:
		return ((const struct ipcprobe_rec_lost *)rec)->begin_ns;
	case IPCPROBE_REC_task_snapshot:
		return ((const struct ipcprobe_rec_task_snapshot *)rec)->start_ns;
	case IPCPROBE_REC_task_fork:
		return ((const struct ipcprobe_rec_task_fork *)rec)->start_ns;
	default:
		return 0;
	}
}

/* Number of bytes of the data at the end of a record. */
static size_t data_bytes(const struct ipcprobe_rec *rec)
{
	if (rec->type == IPCPROBE_REC_io_sums)
		return ((const struct ipcprobe_rec_io_sums *)rec)->bytes;
	return ((const struct ipcprobe_rec_io_data *)rec)->bytes;
}

static bool is_later(const struct ipcprobe_rec *rec, uint64_t ns)
{
	return ns > rec->ts_ns && ns - rec->ts_ns > CLOCKS_DIFFER_NS;
}

/**
 * event_check - check that a record is valid for its type
 * @rec: start of the record, aligned to 8 bytes
 * @avail: number of bytes that can be read from @rec on
 *
 * Unknown types are valid, so that readers can skip them; records of known types
 * may be longer than their struct. A valid record can be cast to its struct, except
 * for the last field of "lost" and of "rq_quota", which older modules do not write.
 * Its text can be printed, and its data is complete; class_id of "lost" is a valid
 * index; times inside the record are not later than the record's own time.
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
	if (desc->has_data && data_bytes(rec) > len - desc->len)
		return -EBADMSG;
	if (rec->type == IPCPROBE_REC_lost) {
		const struct ipcprobe_rec_lost *lost = (const void *)rec;

		if (lost->class_id >= IPCPROBE_NR_CLASSES)
			return -EBADMSG;
	}
	return is_later(rec, inner_time(rec)) ? -EBADMSG : 0;
}

/* ---- printing ---- */

static uint64_t field_value(const void *p, enum event_kind kind)
{
	uint64_t value = 0;

	memcpy(&value, p, event_kind_len(kind));	/* little-endian */
	if (kind == EVENT_KIND_s16)
		return (uint64_t)(int16_t)value;
	if (kind == EVENT_KIND_s32 || kind == EVENT_KIND_ret)
		return (uint64_t)(int32_t)value;
	return value;
}

static bool is_signed(enum event_kind kind)
{
	return kind == EVENT_KIND_s16 || kind == EVENT_KIND_s32 || kind == EVENT_KIND_s64 ||
	       kind == EVENT_KIND_ret;
}

/*
 * True if the value stands for unknown: all ones in 64 bits = no position or
 * address; INT_MIN = result not seen.
 */
static bool is_unknown(enum event_kind kind, uint64_t value)
{
	if (kind == EVENT_KIND_u64 || kind == EVENT_KIND_x64)
		return value == UINT64_MAX;
	return (kind == EVENT_KIND_s32 || kind == EVENT_KIND_ret) &&
	       (int64_t)value == IPCPROBE_RET_UNKNOWN;
}

static const char *symbol_name(enum event_kind kind, uint64_t value)
{
	for (unsigned int i = 0; i < kinds[kind].nr_names; i++)
		if (kinds[kind].names[i].number == value)
			return kinds[kind].names[i].text;
	return NULL;
}

/* call_name - name of a system call in a record */
const char *call_name(uint8_t call)
{
	return symbol_name(EVENT_KIND_call, call) ?: "unknown";
}

static void print_number(FILE *out, enum event_kind kind, uint64_t value)
{
	if (is_unknown(kind, value))
		fputs("unknown", out);
	else if (is_signed(kind))
		fprintf(out, "%" PRId64, (int64_t)value);
	else
		fprintf(out, "%" PRIu64, value);
}

/*
 * errors of system calls inside the kernel, which then restarts the call or returns
 * EINTR
 */
static const struct name restarts[] = {
	{ 512, "ERESTARTSYS" }, { 513, "ERESTARTNOINTR" }, { 514, "ERESTARTNOHAND" },
	{ 516, "ERESTART_RESTARTBLOCK" },
};

static const char *errno_name(uint64_t err)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(restarts); i++)
		if (restarts[i].number == err)
			return restarts[i].text;
	return err <= INT32_MAX ? strerrorname_np(err) : NULL;
}

/* Print the result of an operation: a number, or -errno as "-EAGAIN". */
static void print_ret(FILE *out, enum event_kind kind, uint64_t value)
{
	const char *name = (int64_t)value < 0 ? errno_name(-value) : NULL;

	if (name && !is_unknown(kind, value))
		fprintf(out, "-%s", name);
	else
		print_number(out, kind, value);
}

static void print_x64(FILE *out, enum event_kind kind, uint64_t value)
{
	if (is_unknown(kind, value))
		fputs("unknown", out);
	else
		fprintf(out, "0x%" PRIx64, value);
}

static void print_dev(FILE *out, enum event_kind kind, uint64_t value)
{
	(void)kind;
	fprintf(out, "%" PRIu64 ":%" PRIu64, value >> 20, value & 0xfffff);
}

/* Print a fingerprint. */
static void print_print(FILE *out, enum event_kind kind, uint64_t value)
{
	(void)kind;
	if (value)
		fprintf(out, "%08" PRIx64, value);
	else
		putc('-', out);
}

/*
 * Print a name, or a value without a name in hexadecimal, like the kernel's trace
 * output.
 */
static void print_symbol(FILE *out, enum event_kind kind, uint64_t value)
{
	const char *name = symbol_name(kind, value);

	if (name)
		fputs(name, out);
	else
		fprintf(out, "0x%" PRIx64, value);
}

static void print_flags(FILE *out, enum event_kind kind, uint64_t flags)
{
	const char *separator = "";

	if (!flags)
		putc('0', out);
	for (unsigned int i = 0; i < kinds[kind].nr_names; i++) {
		const struct name *name = &kinds[kind].names[i];

		if (!(flags & name->number))
			continue;
		fprintf(out, "%s%s", separator, name->text);
		flags &= ~(uint64_t)name->number;
		separator = "|";
	}
	if (flags)
		fprintf(out, "%s0x%" PRIx64, separator, flags);
}

/* by enum shown; texts and memory have no number, padding is not shown */
static void (*const print_as[])(FILE *, enum event_kind, uint64_t) = {
	[SHOWN_number] = print_number,
	[SHOWN_ret] = print_ret,
	[SHOWN_x64] = print_x64,
	[SHOWN_dev] = print_dev,
	[SHOWN_print] = print_print,
	[SHOWN_symbol] = print_symbol,
	[SHOWN_flags] = print_flags,
};

/* event_print_reasons - print why events were lost; nothing if no reason is known */
void event_print_reasons(FILE *out, uint32_t reasons)
{
	const char *separator = "";

	for (unsigned int i = 0; i < ARRAY_SIZE(reason_texts); i++) {
		if (!(reasons & reason_texts[i].number))
			continue;
		fprintf(out, "%s%s", separator, reason_texts[i].text);
		separator = ", ";
	}
}

/* event_reason_name - name of bit @bit of the reasons, NULL if it has none */
const char *event_reason_name(unsigned int bit)
{
	return bit < 32 ? symbol_name(EVENT_KIND_reasons, 1ULL << bit) : NULL;
}

/* Bytes of memory in a record. */
struct bytes {
	const uint8_t *at;
	size_t nr;
};

/*
 * @p: start of the field in @rec.
 */
static struct bytes bytes_of(const struct ipcprobe_rec *rec, enum event_kind kind, const char *p)
{
	if (kind == EVENT_KIND_data)
		return (struct bytes){ (const void *)p,
				       data_bytes(rec) };
	return (struct bytes){ (const void *)p, LEN_mem };
}

#define DIGITS_MAX	(2 * IPCPROBE_REC_MAX + 1)

/* Write two hexadecimal digits for each byte, and a sign if not all bytes are shown. */
static const char *hex_digits(struct bytes bytes, char digits[DIGITS_MAX])
{
	for (size_t i = 0; i < bytes.nr; i++)
		snprintf(digits + 2 * i, 3, "%02x", bytes.at[i]);
	digits[2 * bytes.nr] = 0;
	return digits;
}

static void print_bytes(FILE *out, struct bytes bytes)
{
	char digits[DIGITS_MAX];

	fputs(hex_digits(bytes, digits), out);
}

/*
 * @p: start of the field in @rec.
 */
static void print_field(FILE *out, const struct ipcprobe_rec *rec, enum event_kind kind,
			const char *p)
{
	switch (kinds[kind].shown) {
	case SHOWN_text:
		text_print_quoted(out, p);
		break;
	case SHOWN_memory:
		print_bytes(out, bytes_of(rec, kind, p));
		break;
	default:
		print_as[kinds[kind].shown](out, kind, field_value(p, kind));
	}
}

/*
 * True if the record contains the field that begins at @p; an older module does not
 * write all fields.
 */
static bool has_field(const struct ipcprobe_rec *rec, const char *p)
{
	return p < (const char *)rec + rec->len;
}

/**
 * event_print - print "name: field=value ..." without a newline
 * @out: stream to print to
 * @rec: a record that event_check() accepted
 * @has_memory: also print the contents of memory around a futex, which are long
 */
void event_print(FILE *out, const struct ipcprobe_rec *rec, bool has_memory)
{
	const struct event_desc *desc = event_by_type(rec->type);
	const char *p = (const char *)rec + HEAD_LEN;

	if (!desc) {
		fprintf(out, "unknown_%04x: len=%u", rec->type, rec->len);
		return;
	}
	fprintf(out, "%s:", desc->name);
	for (unsigned int i = 0; i < desc->nr_fields && has_field(rec, p); i++) {
		const struct event_field *field = &desc->fields[i];

		if (kinds[field->kind].shown != SHOWN_pad &&
		    (field->kind != EVENT_KIND_mem || has_memory)) {
			fprintf(out, " %s=", field->name);
			print_field(out, rec, field->kind, p);
		}
		p += event_kind_len(field->kind);
	}
}

static json_t *flags_json(enum event_kind kind, uint64_t flags)
{
	json_t *array = json_array();

	for (unsigned int i = 0; i < kinds[kind].nr_names; i++) {
		const struct name *name = &kinds[kind].names[i];

		if (!(flags & name->number))
			continue;
		json_array_append_new(array, json_string(name->text));
		flags &= ~(uint64_t)name->number;
	}
	if (flags)
		json_array_append_new(array, json_sprintf("0x%" PRIx64, flags));
	return array;
}

static json_t *symbol_json(enum event_kind kind, uint64_t value)
{
	const char *name = symbol_name(kind, value);

	return name ? json_string(name) : json_sprintf("0x%" PRIx64, value);
}

static json_t *bytes_json(struct bytes bytes)
{
	char digits[DIGITS_MAX];

	return json_string(hex_digits(bytes, digits));
}

static json_t *number_json(enum event_kind kind, uint64_t value)
{
	if (is_unknown(kind, value))
		return json_null();
	if (!is_signed(kind) && value > INT64_MAX)
		return json_real((double)value);
	return json_integer((json_int_t)value);
}

static json_t *x64_json(enum event_kind kind, uint64_t value)
{
	return is_unknown(kind, value) ? json_null() : json_sprintf("0x%" PRIx64, value);
}

static json_t *dev_json(enum event_kind kind, uint64_t value)
{
	(void)kind;
	return json_sprintf("%" PRIu64 ":%" PRIu64, value >> 20, value & 0xfffff);
}

/* A fingerprint as JSON. Return: NULL if the word was not read: the field is omitted. */
static json_t *print_json(enum event_kind kind, uint64_t value)
{
	(void)kind;
	return value ? json_sprintf("%08" PRIx64, value) : NULL;
}

/* by enum shown, like print_as */
static json_t *(*const json_as[])(enum event_kind, uint64_t) = {
	[SHOWN_number] = number_json,
	[SHOWN_ret] = number_json,
	[SHOWN_x64] = x64_json,
	[SHOWN_dev] = dev_json,
	[SHOWN_print] = print_json,
	[SHOWN_symbol] = symbol_json,
	[SHOWN_flags] = flags_json,
};

/*
 * A field as JSON. @p: start of the field in @rec. Return: NULL if the field is
 * omitted.
 */
static json_t *field_json(const struct ipcprobe_rec *rec, enum event_kind kind, const char *p)
{
	switch (kinds[kind].shown) {
	case SHOWN_text:
		return text_json(p);
	case SHOWN_memory:
		return bytes_json(bytes_of(rec, kind, p));
	case SHOWN_pad:
		return NULL;
	default:
		return json_as[kinds[kind].shown](kind, field_value(p, kind));
	}
}

/**
 * event_fields_json - the fields of a record as a JSON object
 * @rec: a record that event_check() accepted
 *
 * Addresses, devices, fingerprints and numbers with names are strings, flags are an
 * array of names, unknown values are null. The fingerprint of a word that was not
 * read is omitted. An unknown event gives an empty object.
 *
 * Return: a new reference, or NULL without memory.
 */
json_t *event_fields_json(const struct ipcprobe_rec *rec)
{
	const struct event_desc *desc = event_by_type(rec->type);
	const char *p = (const char *)rec + HEAD_LEN;
	json_t *fields = json_object();

	for (unsigned int i = 0; desc && i < desc->nr_fields && has_field(rec, p); i++) {
		const struct event_field *field = &desc->fields[i];
		json_t *value = field_json(rec, field->kind, p);

		if (value)
			json_object_set_new(fields, field->name, value);
		p += event_kind_len(field->kind);
	}
	return fields;
}
