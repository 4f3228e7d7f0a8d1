/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An input of the fuzzer: the number of a command line, flags, padding up to
 * FUZZ_HEAD_LEN, and records.
 */
#ifndef IPCPROBE_FUZZ_H
#define IPCPROBE_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trace/event.h"

#define FUZZ_HEAD_LEN	8U
#define FUZZ_LEN_MAX	16384U

enum {
	FUZZ_TWO_CPUS = 1,	/* records are of both CPUs in turn */
	FUZZ_SHORT_CHUNKS = 2,
	FUZZ_OLD_KERNEL = 4,
	FUZZ_CUT_OFF = 8,	/* the end of the file is missing */
};

struct fuzz_input {
	uint8_t command;
	uint8_t flags;
	const uint8_t *records;
	size_t len;
};

bool fuzz_input_init(struct fuzz_input *input, const uint8_t *data, size_t size);

/* Offset of the first record at @at or after it; the length of the input if there is none. */
size_t fuzz_next(const struct fuzz_input *input, size_t at);
uint16_t fuzz_record_len(const struct fuzz_input *input, size_t at);

/* Make a record with small numbers and time @ts_ns; return its length. */
size_t fuzz_make_record(uint8_t *room, const struct event_desc *desc, uint64_t ts_ns);

#endif /* IPCPROBE_FUZZ_H */
