// SPDX-License-Identifier: GPL-2.0
/* Decimal digits, two with each division. */
#include "lib/decimal.h"

#include <string.h>

static const char pairs[] =
	"00010203040506070809" "10111213141516171819" "20212223242526272829"
	"30313233343536373839" "40414243444546474849" "50515253545556575859"
	"60616263646566676869" "70717273747576777879" "80818283848586878889"
	"90919293949596979899";

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
