// SPDX-License-Identifier: GPL-2.0
/*
 * Prints events.rst: the event table of <linux/ipcprobe_events.h> in words.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <linux/ipcprobe.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* how a field of that kind is stored, and what its number is */
#define TYPE_u8		"u8"
#define TYPE_u16	"u16"
#define TYPE_u32	"u32"
#define TYPE_u64	"u64"
#define TYPE_s16	"s16"
#define TYPE_s32	"s32"
#define TYPE_s64	"s64"
#define TYPE_comm	"char[16]"
#define TYPE_mem	"u8[96]"
#define TYPE_str	"char[]"
#define TYPE_data	"u8[]"
#define TYPE_pad16	"u16"
#define TYPE_pad32	"u32"

struct field {
	const char *name;
	const char *type;
	const char *kind;
	const char *text;
	size_t offset;
};

/* IPCPROBE_FIELDS_* do not name their event: @rec of print_fields_*() does. */
#define FIELD(kind, name, text)						\
	{ #name, IPCPROBE_BY_STORED(TYPE_, kind), #kind, text, offsetof(typeof(*rec), name) },

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

struct name {
	unsigned int number;
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

enum shown {
	SHOWN_number, SHOWN_ret, SHOWN_x64, SHOWN_dev, SHOWN_print, SHOWN_text, SHOWN_memory, SHOWN_pad,
	SHOWN_symbol, SHOWN_flags,
	SHOWN_signed_symbol = SHOWN_symbol, SHOWN_call = SHOWN_symbol, SHOWN_reasons = SHOWN_flags,
};

#define KIND(kind)							\
	{ #kind, names_##kind, ARRAY_SIZE(names_##kind),		\
	  IPCPROBE_BY_SHOWN(SHOWN_, kind) },
static const struct kind {
	const char *name;
	const struct name *names;
	size_t nr;
	enum shown shown;
} kinds[] = { IPCPROBE_KINDS(KIND) };

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
"offsets count from the record's first byte. ``tid`` is the task that the event is\n"
"about. For a run-queue event this is the task that was queued, woken or switched\n"
"out; for any other event it is the task that acted.\n"
"\n"
"Every event is also a tracepoint, ``ipcprobe:<event>``, with the same fields and\n"
"``tid``, without the padding.\n"
"\n"
"Types: *x64* is an address, printed in hexadecimal; *ns32* and *ns64* are\n"
"nanoseconds, the former saturated at 2^32 - 1; *tid* is a thread id in the initial\n"
"pid namespace, 0 = unknown; *ret* is what a call returned, -errno if it failed;\n"
"*dev* is a device, major << 20 | minor; *print* is a\n"
"fingerprint (uapi.rst), printed in hexadecimal, 0 = not read. Types such as *call*\n"
"are numbers that stand for names: the lists at the end have them, one list for each\n"
"type, and ``ipcprobe script`` and the tracepoints print the names. Fields named\n"
"``__pad`` are zero. The length of a record is given without its *char[]* or *u8[]*,\n"
"which is filled up with zeroes to a multiple of 8.\n";

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

#define NAME_LEN	12	/* of most tables, see name_width() */
#define TYPE_LEN	20
#define OFFSET_LEN	6
#define TEXT_LEN	40	/* the last column may stand over */

/* Only the last column of a table may hold more than its rule is wide. */
static int name_width(const struct field *fields, size_t nr)
{
	int width = NAME_LEN;

	for (size_t i = 0; i < nr; i++)
		if ((int)strlen(fields[i].name) > width)
			width = strlen(fields[i].name);
	return width;
}

static void print_field_rule(int width)
{
	const int widths[] = { width, TYPE_LEN, OFFSET_LEN, TEXT_LEN };

	for (size_t i = 0; i < ARRAY_SIZE(widths); i++) {
		for (int n = 0; n < widths[i]; n++)
			putchar('=');
		putchar(i + 1 < ARRAY_SIZE(widths) ? ' ' : '\n');
	}
}

/* "u16", or "u32, tid" where the kind says more than the type. */
static void print_type(const struct field *field)
{
	static const char *const plain[] = {
		"u8", "u16", "u32", "u64", "s16", "s32", "s64", "comm", "mem", "str", "data",
		"pad16", "pad32",
	};
	char type[64];

	snprintf(type, sizeof(type), "%s, %s", field->type, field->kind);
	for (size_t i = 0; i < ARRAY_SIZE(plain); i++)
		if (!strcmp(plain[i], field->kind))
			snprintf(type, sizeof(type), "%s", field->type);
	printf("%-*s ", TYPE_LEN, type);
}

static void print_field(const struct field *field, int width)
{
	printf("%-*s ", width, field->name);
	print_type(field);
	printf("%*zu ", OFFSET_LEN, field->offset);
	print_text(*field->text ? field->text : "zero");
	putchar('\n');
}

static void print_fields(const struct field *fields, size_t nr)
{
	int width = name_width(fields, nr);

	print_field_rule(width);
	printf("%-*s %-*s %*s %s\n", width, "field", TYPE_LEN, "type, unit",
	       OFFSET_LEN, "offset", "meaning");
	print_field_rule(width);
	for (size_t i = 0; i < nr; i++)
		print_field(&fields[i], width);
	print_field_rule(width);
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

static void print_number(const struct kind *kind, unsigned int number)
{
	if (kind->shown == SHOWN_flags)
		printf("0x%x", number);
	else
		printf("%d", (int)number);
}

static void print_kind(const struct kind *kind)
{
	print_title('-', kind->name);
	printf("\n%s:", kind->shown == SHOWN_flags ? "Sums of" : "Numbers");
	for (size_t i = 0; i < kind->nr; i++) {
		printf("%s", i % 4 ? ", " : i ? ",\n" : "\n");
		print_number(kind, kind->names[i].number);
		putchar(' ');
		print_text(kind->names[i].text);
	}
	printf(".\n");
}

static void print_kinds(void)
{
	print_title('=', "Numbers that have names");
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (kinds[i].nr)
			print_kind(&kinds[i]);
}

int main(void)
{
	fputs(intro, stdout);
	for (size_t i = 0; i < ARRAY_SIZE(classes); i++)
		print_class(&classes[i]);
	print_kinds();
	return fflush(stdout) ? 1 : 0;
}
