// SPDX-License-Identifier: GPL-2.0
/* Decimal digits, two with each division. */
#include "lib/decimal.h"

#include <string.h>

static const char pairs[] =
	"00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748495051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";

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
