// SPDX-License-Identifier: GPL-2.0
/* Fingerprints of words, and the roundest address, compared with simple computations. */
#include <inttypes.h>

#include <linux/ipcprobe_print.h>

#include "ktap.h"
#include "lib/array.h"

/* Try each address. */
static uint64_t roundest(uint64_t addr, uint64_t span)
{
	uint64_t best = addr;

	for (uint64_t at = addr; at <= addr + span - 8; at++)
		if (__builtin_ctzll(at) > __builtin_ctzll(best))
			best = at;
	return best;
}

static bool is_mid(uint64_t addr, uint64_t span)
{
	uint64_t mid = ipcprobe_print_mid(addr, span), want = roundest(addr, span);

	if (mid == want)
		return true;
	ktap_note("0x%" PRIx64 " + %" PRIu64 ": 0x%" PRIx64 ", not 0x%" PRIx64,
		  addr, span, mid, want);
	return false;
}

static void test_mid(void)
{
	static const uint64_t bases[] = {
		0x1, 0x1000, 0x7ffffffff000 - 0x800, 0x7ffff7ff0000 - 0x123,
		0x555555554ff8, 0xfffff000, 0x100000000 - 64,
	};
	unsigned int nr_bad = 0;

	for (size_t b = 0; b < ARRAY_SIZE(bases); b++)
		for (uint64_t addr = bases[b]; addr < bases[b] + 70; addr++)
			for (uint64_t span = 8; span < 90 && nr_bad < 5; span++)
				nr_bad += !is_mid(addr, span);
	ktap_false(nr_bad);
	ktap_result("the roundest address is that of the most trailing zeroes");
	nr_bad = !is_mid(0x7f0000001001, 0x12345) + !is_mid(0x7f0000012ff9, 0x40000) +
		 !is_mid(0x10, 0x100000);
	ktap_false(nr_bad);
	ktap_result("so it is in large spans");
}

static void test_print(void)
{
	ktap_eq(ipcprobe_print(0), 1);
	ktap_eq(ipcprobe_print(1), 0x9e3779ba);
	ktap_eq(ipcprobe_print(UINT64_MAX), 0x61c88647);
	ktap_eq(ipcprobe_print(0x6867666564636261), 0x1259c693);
	ktap_result("fingerprints of four words are those computed by another program");
}

int main(void)
{
	ktap_begin(3);
	test_mid();
	test_print();
	return ktap_end();
}
