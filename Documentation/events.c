// SPDX-License-Identifier: GPL-2.0
/*
 * Prints events.rst: the event table of <linux/ipcprobe_events.h> in words.
 */
#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <linux/ipcprobe.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* how a field of that kind is stored, and what its number counts */
#define TYPE_u8		"u8"
#define TYPE_u16	"u16"
#define TYPE_u32	"u32"
#define TYPE_u64	"u64"
#define TYPE_s16	"s16"
#define TYPE_s32	"s32"
#define TYPE_s64	"s64"
#define TYPE_x64	"u64, address"
#define TYPE_ns32	"u32, ns"
#define TYPE_ns64	"u64, ns"
#define TYPE_tid	"u32, tid"
#define TYPE_call	"u8, call"
#define TYPE_flags	"u16, flags"
#define TYPE_futex_op	"u8, futex op"
#define TYPE_futex_flags "futex flags"
#define TYPE_unix_flags	"u16, unix flags"
#define TYPE_reasons	"u32, reasons"
#define TYPE_dev	"u32, device"
#define TYPE_comm	"char[16]"
#define TYPE_mem	"u8[96]"
#define TYPE_str	"char[]"
#define TYPE_pad16	"u16"
#define TYPE_pad32	"u32"

struct field {
	const char *name;
	const char *type;
	const char *text;
	size_t offset;
};

/* IPCPROBE_FIELDS_* do not name their event: @rec of print_fields_*() does. */
#define FIELD(kind, name, text)						\
	{ #name, TYPE_##kind, text, offsetof(typeof(*rec), name) },

struct event {
	const char *name;
	const char *text;
	unsigned int class_id;
	unsigned int type;
	size_t len;
};

#define EVENT_ROW(name, cls, number, text)				\
	{ #name, text, IPCPROBE_CLASS_##cls, number, sizeof(struct ipcprobe_rec_##name) },

static const struct event events[] = { IPCPROBE_EVENTS(EVENT_ROW) };

struct class_row {
	unsigned int id;
	const char *name;
	const char *text;
};

#define CLASS_ROW(up, id, low, text)	{ id, #low, text },

static const struct class_row classes[] = { IPCPROBE_CLASSES(CLASS_ROW) };

struct call_row {
	unsigned int number;
	const char *name;
};

#define CALL_ROW(up, number, low)	{ number, #low },

static const struct call_row calls[] = { IPCPROBE_CALLS(CALL_ROW) };

static const char intro[] =
".. SPDX-License-Identifier: GPL-2.0\n"
".. Made by \"make -C Documentation events.rst\" from ipcprobe_events.h: edit that.\n"
"\n"
"======\n"
"Events\n"
"======\n"
"\n"
"Every record begins with struct ipcprobe_rec: ``len`` (u16, offset 0), ``type``\n"
"(u16, 2), ``tid`` (u32, 4) and ``ts_ns`` (u64, 8). The fields below follow it;\n"
"offsets count from the record's first byte. ``tid`` is the task the event is\n"
"about: of run-queue events the task that was queued, woken or switched out, of\n"
"all others the task that acted.\n"
"\n"
"Every event but those of class meta is also a tracepoint, ``ipcprobe:<event>``,\n"
"with the same fields and ``tid``, without the padding.\n"
"\n"
"Types: *address* is printed in hexadecimal; *ns* are nanoseconds, of u32\n"
"saturated at 2^32 - 1; *tid* is a thread id in the initial pid namespace, 0 =\n"
"unknown; *call* is a number of the table at the end; *flags* are IPCPROBE_IO_*\n"
"bits (uapi.rst), *futex flags* and *unix flags* (u16) IPCPROBE_FUTEX_* and\n"
"IPCPROBE_UNIX_* bits; *futex op* is an IPCPROBE_FUTEX_OP_* number; *device* is\n"
"major << 20 | minor. Fields named ``__pad`` are zero. A *char[]* comes on top of\n"
"the length given, filled up with zeroes to a multiple of 8.\n";

static void print_rule(char rule, size_t len)
{
	while (len--)
		putchar(rule);
	putchar('\n');
}

static void print_title(char rule, const char *title)
{
	printf("\n%s\n", title);
	print_rule(rule, strlen(title));
}

/* Words of the table may look like markup. */
static void print_text(const char *text)
{
	for (; *text; text++) {
		if (strchr("*`|", *text) || (*text == '_' && !isalnum(text[1])))
			putchar('\\');
		putchar(*text);
	}
}

/* ---- fields ---- */

#define NAME_LEN	12
#define TYPE_LEN	12
#define OFFSET_LEN	6
#define TEXT_LEN	40	/* the last column may stand over */

static void print_field_rule(void)
{
	static const int widths[] = { NAME_LEN, TYPE_LEN, OFFSET_LEN, TEXT_LEN };

	for (size_t i = 0; i < ARRAY_SIZE(widths); i++) {
		for (int n = 0; n < widths[i]; n++)
			putchar('=');
		putchar(i + 1 < ARRAY_SIZE(widths) ? ' ' : '\n');
	}
}

static void print_field(const struct field *field)
{
	printf("%-*s %-*s %*zu ", NAME_LEN, field->name, TYPE_LEN, field->type,
	       OFFSET_LEN, field->offset);
	print_text(*field->text ? field->text : "zero");
	putchar('\n');
}

static void print_fields(const struct field *fields, size_t nr)
{
	print_field_rule();
	printf("%-*s %-*s %*s %s\n", NAME_LEN, "field", TYPE_LEN, "type, unit",
	       OFFSET_LEN, "offset", "meaning");
	print_field_rule();
	for (size_t i = 0; i < nr; i++)
		print_field(&fields[i]);
	print_field_rule();
}

#define PRINT_FIELDS(name, cls, number, text)				\
static void print_fields_##name(void)					\
{									\
	struct ipcprobe_rec_##name *rec;				\
	const struct field fields[] = { IPCPROBE_FIELDS_##name(FIELD) };	\
									\
	print_fields(fields, ARRAY_SIZE(fields));			\
}

IPCPROBE_EVENTS(PRINT_FIELDS)

#define FIELDS_ROW(name, cls, number, text)	print_fields_##name,

static void (*const print_fields_of[])(void) = { IPCPROBE_EVENTS(FIELDS_ROW) };

/* ---- the page ---- */

static void print_event(size_t i)
{
	const struct event *event = &events[i];

	print_title('-', event->name);
	printf("\n0x%04x, %zu bytes: ", event->type, event->len);
	print_text(event->text);
	printf(".\n\n");
	print_fields_of[i]();
}

static void print_class(const struct class_row *row)
{
	char title[64];

	snprintf(title, sizeof(title), "Class %s (%u)", row->name, row->id);
	print_title('=', title);
	printf("\n%s.\n", row->text);
	for (size_t i = 0; i < ARRAY_SIZE(events); i++)
		if (events[i].class_id == row->id)
			print_event(i);
}

static void print_calls(void)
{
	print_title('=', "System calls");
	printf("\nValues of ``call``:");
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
		printf("%s%u %s", i % 6 ? ", " : i ? ",\n" : "\n", calls[i].number, calls[i].name);
	printf(".\n");
}

struct futex_op_row {
	unsigned int number;
	const char *name;
};

#define FUTEX_OP_ROW(up, number)	{ number, #up },

static const struct futex_op_row futex_ops[] = { IPCPROBE_FUTEX_OPS(FUTEX_OP_ROW) };

static void print_futex_ops(void)
{
	print_title('=', "Operations on futexes");
	printf("\nValues of ``op``:");
	for (size_t i = 0; i < ARRAY_SIZE(futex_ops); i++)
		printf("%s%u %s", i % 6 ? ", " : i ? ",\n" : "\n", futex_ops[i].number,
		       futex_ops[i].name);
	printf(".\n");
}

int main(void)
{
	fputs(intro, stdout);
	for (size_t i = 0; i < ARRAY_SIZE(classes); i++)
		print_class(&classes[i]);
	print_calls();
	print_futex_ops();
	return fflush(stdout) ? 1 : 0;
}
