// SPDX-License-Identifier: GPL-2.0
/* Numbers and names that are printed faster than by printf() look the same. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ktap.h"
#include "lib/decimal.h"
#include "lib/text.h"

static void expect_digits(uint64_t number)
{
	char expected[DECIMAL_MAX + 1], got[DECIMAL_MAX + 1], text[DECIMAL_MAX], *first;

	first = decimal_write(text, number);
	snprintf(expected, sizeof(expected), "%llu", (unsigned long long)number);
	snprintf(got, sizeof(got), "%.*s", (int)(text + DECIMAL_MAX - first), first);
	ktap_str_eq(got, expected);
}

static void test_digits(void)
{
	uint64_t power = 1;
	uint32_t i;

	for (i = 0; i <= 1000; i++)
		expect_digits(i);
	for (i = 0; i < DECIMAL_MAX; i++, power *= 10) {
		expect_digits(power - 1);
		expect_digits(power);
		expect_digits(power * 9 / 7);
	}
	expect_digits(UINT64_MAX);
	ktap_result("digits are those of printf()");
}

static bool is_unchanged(const char *text)
{
	char *printed = NULL;
	size_t len;
	FILE *out = open_memstream(&printed, &len);
	bool is_same;

	text_print(out, text);
	fclose(out);
	is_same = !strcmp(printed, text);
	free(printed);
	return is_same;
}

static void test_plain(void)
{
	char text[] = "cat x";
	uint32_t c;

	ktap_true(text_is_plain(""));
	for (c = 1; c < 256; c++) {
		text[3] = c;
		ktap_eq(text_is_plain(text), is_unchanged(text));
	}
	ktap_result("a text is plain if no character of it is escaped");
}

int main(void)
{
	ktap_begin(2);
	test_digits();
	test_plain();
	return ktap_end();
}
