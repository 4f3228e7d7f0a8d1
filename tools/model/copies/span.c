// SPDX-License-Identifier: GPL-2.0
/* Spans: bytes at positions of a stream, or at addresses. */
#include "model/copies/span.h"

#include <errno.h>

#include "lib/pool.h"

int spans_add(struct spans *spans, uint64_t start, uint64_t bytes)
{
	struct span *last = spans->nr ? &spans->v[spans->nr - 1] : NULL;
	struct span *grown;

	if (!bytes)
		return 0;
	if (last && last->start + last->bytes == start) {
		last->bytes += bytes;
		return 0;
	}
	grown = array_reserve(spans->v, &spans->cap, spans->nr + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	spans->v = grown;
	grown[spans->nr++] = (struct span){ start, bytes };
	return 0;
}
