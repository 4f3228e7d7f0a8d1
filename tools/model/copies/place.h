/* SPDX-License-Identifier: GPL-2.0 */
/* Operations on memory, cut where the object that is mapped there changes. */
#ifndef IPCPROBE_MODEL_COPIES_PLACE_H
#define IPCPROBE_MODEL_COPIES_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "model/copies/checksum.h"
#include "model/copies/fingerprint.h"
#include "model/copies/op.h"
#include "model/copies/span.h"

/*
 * Location of the bytes of one side of an operation. is_known: from @start on;
 * is_private: in a private mapping.
 */
struct place {
	uint64_t start;
	uint64_t bytes;
	uint32_t object;
	bool is_known;
	bool is_private;
};

struct places {
	struct place *v;
	uint32_t nr;
	uint32_t cap;
};

/**
 * struct placing - an operation that is being cut into parts; only place.c uses it
 * @places: places of the operation's bytes, by side
 * @span: positions or addresses of the current part, by side
 * @points: fingerprints of the current part
 * @sums: checksums of the current part
 */
struct placing {
	struct places places[NR_SIDES];
	struct spans span[NR_SIDES];
	struct points points;
	struct checksums sums;
};

int place_submit(struct copies *copies, const struct op *op);
void placing_deinit(struct placing *placing);

#endif /* IPCPROBE_MODEL_COPIES_PLACE_H */
