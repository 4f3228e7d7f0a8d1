// SPDX-License-Identifier: GPL-2.0
/*
 * Writes text that other users chose as XML. The text may contain characters
 * that are special in XML, characters that XML forbids, and bytes that are no
 * UTF-8.
 */
#include "view/svg/xml.h"

#include <stdint.h>
#include <string.h>

/*
 * Returns the length of the UTF-8 character at @text; 0: no character, or one
 * that XML forbids.
 */
static unsigned int utf8_length(const unsigned char *text)
{
	unsigned int i, nr = text[0] >= 0xf0 ? 4 : text[0] >= 0xe0 ? 3 : 2;
	static const uint32_t least[] = { 0, 0, 0xa0, 0x800, 0x10000 };
	uint32_t code = text[0] & (0x7f >> nr);

	if (text[0] < 0xc0 || text[0] >= 0xf8)
		return 0;
	for (i = 1; i < nr; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (text[i] & 0x3f);
	}
	if (code < least[nr] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ||
	    (code & 0xfffe) == 0xfffe)
		return 0;
	return nr;
}

static const char *xml_entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&apos;";
	default:
		return NULL;
	}
}

/**
 * xml_text - write @text for an element or a quoted attribute
 *
 * Control characters and bytes that are no UTF-8 are written as \xNN, like in
 * text_print().
 */
void xml_text(FILE *out, const char *text)
{
	const unsigned char *p = (const unsigned char *)text;

	while (*p) {
		unsigned int nr = *p < 0x80 ? 1 : utf8_length(p);

		if (!nr || *p < 0x20 || *p == 0x7f || *p == '\\') {
			fprintf(out, "\\x%02x", *p++);
		} else if (xml_entity(*p)) {
			fputs(xml_entity(*p++), out);
		} else {
			fwrite(p, 1, nr, out);
			p += nr;
		}
	}
}
