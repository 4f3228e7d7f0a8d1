// SPDX-License-Identifier: GPL-2.0
/* Text from other programs, made harmless for a terminal or valid for JSON. */
#include "lib/text.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

/* text_sign - @sign as bytes in the character set of the locale */
const char *text_sign(enum text_sign sign)
{
	static const char *const utf8[] = {
		[SIGN_TIMES] = "×", [SIGN_ARROW] = "→", [SIGN_DOTS] = "…",
		[SIGN_MICRO] = "µ",
	};
	static const char *const ascii[] = {
		[SIGN_TIMES] = "x", [SIGN_ARROW] = "->", [SIGN_DOTS] = "...",
		[SIGN_MICRO] = "u",
	};

	return strcmp(nl_langinfo(CODESET), "UTF-8") ? ascii[sign] : utf8[sign];
}

/* True if text_print() prints the character @c unchanged, whatever the locale. */
static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '\\';
}

/* text_is_plain - true if text_print() prints @text unchanged, whatever the locale */
bool text_is_plain(const char *text)
{
	while (is_plain(*text))
		text++;
	return !*text;
}

/* Print one character, unchanged or escaped; return the number of its bytes. */
static size_t print_char(FILE *out, const char *text, size_t left, char quote)
{
	unsigned char first = (unsigned char)*text;
	mbstate_t state = { 0 };
	wchar_t wide;
	size_t len;

	if (first < 0x80) {
		if (!is_plain(first) || (quote && first == quote))
			fprintf(out, "\\x%02x", first);
		else
			putc_unlocked(first, out);
		return 1;
	}
	len = mbrtowc(&wide, text, left, &state);
	if (len == 0 || len > left || !iswprint((wint_t)wide)) {
		fprintf(out, "\\x%02x", first);
		return 1;
	}
	fwrite(text, 1, len, out);
	return len;
}

static void print_text(FILE *out, const char *text, char quote)
{
	size_t left = strlen(text);

	while (left) {
		size_t len = print_char(out, text, left, quote);

		text += len;
		left -= len;
	}
}

/**
 * text_print - print @text; control characters and bytes that are not valid in the
 * locale are printed as \xNN
 */
void text_print(FILE *out, const char *text)
{
	print_text(out, text, 0);
}

/*
 * text_print_quoted - print @text like text_print(), in double quotes; quotes in
 * @text are escaped
 */
void text_print_quoted(FILE *out, const char *text)
{
	putc('"', out);
	print_text(out, text, '"');
	putc('"', out);
}

/**
 * text_json - @text as a JSON string
 *
 * If it is not valid UTF-8, every byte outside ASCII becomes U+FFFD.
 *
 * Return: a new reference, or NULL without memory.
 */
json_t *text_json(const char *text)
{
	json_t *string = json_string(text);
	char *copy, *p;

	if (string)
		return string;
	copy = malloc(3 * strlen(text) + 1);
	if (!copy)
		return NULL;
	for (p = copy; *text; text++) {
		if ((unsigned char)*text < 0x80) {
			*p++ = *text;
		} else {
			memcpy(p, "\xef\xbf\xbd", 3);
			p += 3;
		}
	}
	*p = 0;
	string = json_string(copy);
	free(copy);
	return string;
}
