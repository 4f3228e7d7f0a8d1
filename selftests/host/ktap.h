/* SPDX-License-Identifier: GPL-2.0 */
/*
 * KTAP for host tests: each test proves one sentence, which it prints.
 *
 * A sentence is proved by conditions, one each:
 *
 *	ktap_eq(path.nr_hops, 4);
 *	ktap_str_eq(path.name, "cat");
 *	ktap_result("cat big | cat > out has four copies");
 *
 * The first condition that is false fails the sentence and prints both values.
 * The sentence's later conditions are not evaluated: they may rely on it.
 */
#ifndef IPCPROBE_KTAP_H
#define IPCPROBE_KTAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static unsigned int ktap_nr_planned, ktap_nr, ktap_nr_failed;
/* A condition of the present sentence was false. */
static bool ktap_is_refuted;

static inline void ktap_begin(unsigned int nr_tests)
{
	ktap_nr_planned = nr_tests;
	printf("KTAP version 1\n1..%u\n", nr_tests);
}

/* Print a fact about a failure, before its "not ok". */
__attribute__((format(printf, 1, 2)))
static inline void ktap_note(const char *format, ...)
{
	va_list args;

	printf("# ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

/*
 * Print the sentence that all conditions since the last one prove.  Return: true if all
 * of them were true.
 */
__attribute__((format(printf, 1, 2)))
static inline bool ktap_result(const char *format, ...)
{
	bool is_ok = !ktap_is_refuted;
	va_list args;

	printf("%s %u ", is_ok ? "ok" : "not ok", ++ktap_nr);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
	ktap_nr_failed += !is_ok;
	ktap_is_refuted = false;
	return is_ok;
}

/* Return: the exit status; a wrong plan fails, too. */
static inline int ktap_end(void)
{
	if (ktap_nr != ktap_nr_planned)
		ktap_note("%u results, %u planned", ktap_nr, ktap_nr_planned);
	return ktap_nr_failed || ktap_nr != ktap_nr_planned;
}

/* ---- values ---- */

/* A value of any scalar type. */
struct ktap_value {
	enum { KTAP_SIGNED, KTAP_UNSIGNED, KTAP_REAL, KTAP_POINTER } kind;
	union {
		long long i;
		unsigned long long u;
		double real;
		const void *pointer;
	};
};

static inline struct ktap_value ktap_signed(long long value)
{
	return (struct ktap_value) { .kind = KTAP_SIGNED, .i = value };
}

static inline struct ktap_value ktap_unsigned(unsigned long long value)
{
	return (struct ktap_value) { .kind = KTAP_UNSIGNED, .u = value };
}

static inline struct ktap_value ktap_real(double value)
{
	return (struct ktap_value) { .kind = KTAP_REAL, .real = value };
}

static inline struct ktap_value ktap_pointer(const volatile void *value)
{
	return (struct ktap_value) { .kind = KTAP_POINTER, .pointer = (const void *)value };
}

#define KTAP_VALUE(x) _Generic((x),						\
	char: ktap_signed, signed char: ktap_signed, short: ktap_signed,	\
	int: ktap_signed, long: ktap_signed, long long: ktap_signed,		\
	_Bool: ktap_unsigned, unsigned char: ktap_unsigned,			\
	unsigned short: ktap_unsigned, unsigned int: ktap_unsigned,		\
	unsigned long: ktap_unsigned, unsigned long long: ktap_unsigned,	\
	float: ktap_real, double: ktap_real, default: ktap_pointer)(x)

static inline double ktap_as_real(struct ktap_value value)
{
	if (value.kind == KTAP_REAL)
		return value.real;
	return value.kind == KTAP_SIGNED ? (double)value.i : (double)value.u;
}

/* True if neither value is NaN. */
static inline bool ktap_is_ordered(struct ktap_value a, struct ktap_value b)
{
	return ktap_as_real(a) == ktap_as_real(a) && ktap_as_real(b) == ktap_as_real(b);
}

/*
 * Return: less than 0, 0 or more than 0, as @a is less than @b, equal or greater; of
 * any types.
 */
static inline int ktap_order(struct ktap_value a, struct ktap_value b)
{
	bool a_is_below = a.kind == KTAP_SIGNED && a.i < 0;
	bool b_is_below = b.kind == KTAP_SIGNED && b.i < 0;

	if (a.kind == KTAP_REAL || b.kind == KTAP_REAL)
		return (ktap_as_real(a) > ktap_as_real(b)) - (ktap_as_real(a) < ktap_as_real(b));
	if (a_is_below && b_is_below)
		return (a.i > b.i) - (a.i < b.i);
	if (a_is_below || b_is_below)
		return b_is_below - a_is_below;
	return (a.u > b.u) - (a.u < b.u);
}

static inline void ktap_print_value(const char *label, struct ktap_value value)
{
	printf("%s", label);
	if (value.kind == KTAP_SIGNED)
		printf("%lld", value.i);
	else if (value.kind == KTAP_REAL)
		printf("%.17g", value.real);
	else if (value.kind == KTAP_POINTER)
		printf("%p", value.pointer);
	else
		printf("%llu", value.u);
	if (value.kind == KTAP_UNSIGNED && value.u > 0xffff)
		printf(" (%#llx)", value.u);
}

static inline void ktap_print_bytes(const char *label, const void *bytes, size_t len)
{
	size_t i;

	printf("#   %s", label);
	for (i = 0; i < len && i < 64; i++)
		printf(" %02x", ((const unsigned char *)bytes)[i]);
	printf("%s\n", i < len ? " ..." : "");
}

/* Print the rest of a line unless it is too long. */
static inline void ktap_print_line(const char *label, const char *line)
{
	size_t len = strcspn(line, "\n");

	printf("#   %s%.*s%s\n", label, len > 200 ? 200 : (int)len, line, len > 200 ? " ..." : "");
}

/* ---- conditions ---- */

/* Position and text of a condition. */
#define KTAP_HERE(text)	__FILE__, __LINE__, text

/* Begin the note about a condition that is false. */
static inline void ktap_refute(const char *file, int line, const char *text)
{
	printf("# %s:%d: %s", file, line, text);
	ktap_is_refuted = true;
}

static inline void ktap_compare(const char *file, int line, const char *text, bool is_true,
				struct ktap_value seen, struct ktap_value wanted)
{
	if (is_true)
		return;
	ktap_refute(file, line, text);
	ktap_print_value(": seen ", seen);
	ktap_print_value(", wanted ", wanted);
	putchar('\n');
}

static inline void ktap_test(const char *file, int line, const char *text, bool wanted,
			     struct ktap_value value)
{
	if (!!value.u == wanted)
		return;
	ktap_refute(file, line, text);
	ktap_print_value(": seen ", value);
	printf(", wanted %s\n", wanted ? "another" : "0");
}

/*
 * Compare long texts: print the first line that differs, from a little before the
 * difference on.
 */
static inline void ktap_compare_str(const char *file, int line, const char *text,
				    const char *seen, const char *wanted)
{
	size_t i, begin = 0, from;
	unsigned int nr_lines = 1;

	if (seen && wanted && !strcmp(seen, wanted))
		return;
	ktap_refute(file, line, text);
	if (!seen || !wanted) {
		printf(": seen %s, wanted %s\n", seen ? seen : "NULL", wanted ? wanted : "NULL");
		return;
	}
	for (i = 0; seen[i] == wanted[i]; i++) {
		if (seen[i] == '\n') {
			begin = i + 1;
			nr_lines++;
		}
	}
	from = i - begin > 80 ? i - 80 : begin;
	printf(": line %u, byte %zu\n", nr_lines, i - begin);
	ktap_print_line("seen   ", seen + from);
	ktap_print_line("wanted ", wanted + from);
}

static inline void ktap_differ_str(const char *file, int line, const char *text,
				   const char *seen, const char *other)
{
	if (strcmp(seen, other))
		return;
	ktap_refute(file, line, text);
	printf(": both are \"%s\"\n", seen);
}

static inline void ktap_compare_mem(const char *file, int line, const char *text,
				    const void *seen, const void *wanted, size_t len)
{
	if (!memcmp(seen, wanted, len))
		return;
	ktap_refute(file, line, text);
	putchar('\n');
	ktap_print_bytes("seen  ", seen, len);
	ktap_print_bytes("wanted", wanted, len);
}

static inline void ktap_find_str(const char *file, int line, const char *text, bool wanted,
				 const char *whole, const char *part)
{
	unsigned int nr_lines;

	if (!!strstr(whole, part) == wanted)
		return;
	ktap_refute(file, line, text);
	printf(": \"%s\" %s:\n", part, wanted ? "is missing in" : "stands in");
	for (nr_lines = 0; *whole && nr_lines < 100; nr_lines++) {
		ktap_print_line("", whole);
		whole += strcspn(whole, "\n");
		whole += *whole == '\n';
	}
}

/* Return: true if all conditions of the sentence were true so far. */
#define KTAP_CONDITION(evaluate) ({						\
	if (!ktap_is_refuted)							\
		evaluate;							\
	!ktap_is_refuted;							\
})

#define KTAP_COMPARE(text, seen, operator, wanted) KTAP_CONDITION(({		\
	struct ktap_value __seen = KTAP_VALUE(seen);				\
	struct ktap_value __wanted = KTAP_VALUE(wanted);			\
	ktap_compare(KTAP_HERE(text), ktap_is_ordered(__seen, __wanted) &&	\
		     ktap_order(__seen, __wanted) operator 0, __seen, __wanted); \
}))

/* Compare numbers and pointers. */
#define ktap_eq(seen, wanted)	KTAP_COMPARE(#seen " == " #wanted, seen, ==, wanted)
#define ktap_ne(seen, other)	KTAP_COMPARE(#seen " != " #other, seen, !=, other)
#define ktap_lt(seen, limit)	KTAP_COMPARE(#seen " < " #limit, seen, <, limit)
#define ktap_le(seen, limit)	KTAP_COMPARE(#seen " <= " #limit, seen, <=, limit)
#define ktap_gt(seen, limit)	KTAP_COMPARE(#seen " > " #limit, seen, >, limit)
#define ktap_ge(seen, limit)	KTAP_COMPARE(#seen " >= " #limit, seen, >=, limit)

/* Test a number that is not 0 or a pointer that is not NULL, and the reverse. */
#define ktap_true(value)							\
	KTAP_CONDITION(ktap_test(KTAP_HERE(#value), true, KTAP_VALUE(value)))
#define ktap_false(value)							\
	KTAP_CONDITION(ktap_test(KTAP_HERE(#value), false, KTAP_VALUE(value)))

/* Compare strings and bytes. */
#define ktap_str_eq(seen, wanted)						\
	KTAP_CONDITION(ktap_compare_str(KTAP_HERE(#seen " == " #wanted), seen, wanted))
#define ktap_str_ne(seen, other)						\
	KTAP_CONDITION(ktap_differ_str(KTAP_HERE(#seen " != " #other), seen, other))
#define ktap_mem_eq(seen, wanted, len)						\
	KTAP_CONDITION(ktap_compare_mem(KTAP_HERE(#seen " == " #wanted), seen, wanted, len))
#define ktap_contains(whole, part)						\
	KTAP_CONDITION(ktap_find_str(KTAP_HERE(#whole " contains " #part), true, whole, part))
#define ktap_lacks(whole, part)							\
	KTAP_CONDITION(ktap_find_str(KTAP_HERE(#whole " lacks " #part), false, whole, part))

#endif /* IPCPROBE_KTAP_H */
