// SPDX-License-Identifier: GPL-2.0
/* Decimal digits, two with each division. */
#include "lib/decimal.h"

#include <string.h>

/* "00" to "99" */
#define PAIR(tens, ones)	('0' + (tens)), ('0' + (ones))
#define TEN(t)		PAIR(t, 0), PAIR(t, 1), PAIR(t, 2), PAIR(t, 3), PAIR(t, 4),	\
			PAIR(t, 5), PAIR(t, 6), PAIR(t, 7), PAIR(t, 8), PAIR(t, 9)
static const char pairs[] = {
	TEN(0), TEN(1), TEN(2), TEN(3), TEN(4), TEN(5), TEN(6), TEN(7), TEN(8), TEN(9)
};

char *decimal_write(char text[DECIMAL_MAX], uint64_t number)
{
	char *at = text + DECIMAL_MAX;

	for (; number >= 100; number /= 100)
		memcpy(at -= 2, &pairs[2 * (number % 100)], 2);
	*--at = pairs[2 * number + 1];
	if (number >= 10)
		*--at = pairs[2 * number];
	return at;
}
