/* SPDX-License-Identifier: GPL-2.0 */
/*
 * KTAP for host tests: each test proves one sentence, which it prints.
 */
#ifndef IPCPROBE_KTAP_H
#define IPCPROBE_KTAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

static unsigned int ktap_nr_planned, ktap_nr, ktap_nr_failed;

static inline void ktap_begin(unsigned int nr_tests)
{
	ktap_nr_planned = nr_tests;
	printf("KTAP version 1\n1..%u\n", nr_tests);
}

__attribute__((format(printf, 2, 3)))
static inline bool ktap_ok(bool is_ok, const char *format, ...)
{
	va_list args;

	printf("%s %u ", is_ok ? "ok" : "not ok", ++ktap_nr);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
	ktap_nr_failed += !is_ok;
	return is_ok;
}

/* a fact about a failure, before its "not ok" */
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

/* the exit status, which a wrong plan fails as well */
static inline int ktap_end(void)
{
	if (ktap_nr != ktap_nr_planned)
		ktap_note("%u results, %u planned", ktap_nr, ktap_nr_planned);
	return ktap_nr_failed || ktap_nr != ktap_nr_planned;
}

#endif /* IPCPROBE_KTAP_H */
