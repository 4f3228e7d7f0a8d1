/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The fingerprints that the module takes of data, for tests that make records
 * themselves.  Tests with prints.h prove that the module takes these.
 */
#ifndef PRINTS_OF_H
#define PRINTS_OF_H

#include <stdint.h>
#include <string.h>

#include <linux/ipcprobe_print.h>

#include "model/copies/fingerprint.h"

static inline uint32_t print_of(const uint8_t *data, uint64_t bytes)
{
	uint64_t word = 0;

	memcpy(&word, data, bytes);
	return ipcprobe_print(word);
}

/* Fingerprints of @span bytes at @addr with contents @data. */
static inline struct prints prints_of(const uint8_t *data, uint64_t addr, uint64_t span)
{
	struct prints prints = { .span = span };

	if (!span)
		return prints;
	prints.head = print_of(data, span < 8 ? span : 8);
	if (span < 8)
		return prints;
	prints.mid = print_of(data + (ipcprobe_print_mid(addr, span) - addr), 8);
	prints.tail = print_of(data + span - 8, 8);
	return prints;
}

#endif /* PRINTS_OF_H */
