/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Stretches of time, as exactly as they can be drawn: one stretch for each long
 * interval, and one for several intervals that are shorter than a grain. A grain is
 * the length of one column of the picture. Two consecutive stretches are together
 * longer than a grain, so each column has at most two stretches, independent of the
 * length of the recording.
 */
#ifndef IPCPROBE_WATCH_STRETCH_H
#define IPCPROBE_WATCH_STRETCH_H

#include <stdbool.h>
#include <stdint.h>

#define STRETCH_NR_COLUMNS	1600U

/**
 * struct stretch - a part of the drawn time
 * @from_ns: begin of the stretch
 * @until_ns: end of the stretch
 * @known_ns: part of the stretch that is known
 * @is_mixed: the stretch consists of several intervals
 */
struct stretch {
	uint64_t from_ns;
	uint64_t until_ns;
	uint64_t known_ns;
	bool is_mixed;
};

/**
 * struct stretch_window - the drawn time
 * @from_ns: begin of the window
 * @until_ns: end of the window
 * @grain_ns: maximum length of a stretch of several intervals
 */
struct stretch_window {
	uint64_t from_ns;
	uint64_t until_ns;
	uint64_t grain_ns;
};

/* @until_ns must be later than @from_ns */
static inline struct stretch_window stretch_window(uint64_t from_ns, uint64_t until_ns)
{
	return (struct stretch_window){
		.from_ns = from_ns, .until_ns = until_ns,
		.grain_ns = (until_ns - from_ns - 1) / STRETCH_NR_COLUMNS + 1,
	};
}

static inline uint64_t stretch_ns(const struct stretch *stretch)
{
	return stretch->until_ns - stretch->from_ns;
}

/* True if a part of the interval is drawn. */
static inline bool stretch_is_drawn(const struct stretch_window *window, uint64_t from_ns,
				    uint64_t until_ns)
{
	return from_ns < window->until_ns && until_ns > window->from_ns;
}

/* Reduce an interval to the part that is drawn; true if there is such a part. */
static inline bool stretch_clip(const struct stretch_window *window, uint64_t *from_ns,
				uint64_t *until_ns)
{
	if (*from_ns < window->from_ns)
		*from_ns = window->from_ns;
	if (*until_ns > window->until_ns)
		*until_ns = window->until_ns;
	return *from_ns < *until_ns;
}

/*
 * Begin a stretch that follows one that ends at @end_ns; true if a part of it is
 * drawn.
 */
static inline bool stretch_begin(struct stretch *stretch, const struct stretch_window *window, uint64_t end_ns,
				 uint64_t from_ns, uint64_t until_ns)
{
	if (from_ns < end_ns)
		from_ns = end_ns;
	if (!stretch_clip(window, &from_ns, &until_ns))
		return false;
	*stretch = (struct stretch){
		.from_ns = from_ns, .until_ns = until_ns, .known_ns = until_ns - from_ns,
	};
	return true;
}

static inline bool stretch_is_short(const struct stretch *stretch, uint64_t grain_ns)
{
	return stretch->is_mixed || stretch_ns(stretch) < grain_ns;
}

/* Join two stretches if they are short enough; true if they were joined. */
static inline bool stretch_join(struct stretch *last, const struct stretch *stretch, uint64_t grain_ns)
{
	if (!stretch_is_short(last, grain_ns) || !stretch_is_short(stretch, grain_ns) ||
	    stretch->until_ns - last->from_ns > grain_ns)
		return false;
	last->is_mixed = true;
	last->until_ns = stretch->until_ns;
	last->known_ns += stretch->known_ns;
	return true;
}

#endif /* IPCPROBE_WATCH_STRETCH_H */
