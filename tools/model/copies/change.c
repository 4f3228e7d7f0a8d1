// SPDX-License-Identifier: GPL-2.0
/*
 * Programs that change data in place, between a read and a write. Equal words do not
 * prove then that all bytes are equal, so the grades of their links are lowered.
 */
#include "model/copies/change.h"

#include <errno.h>
#include <stdlib.h>

#include "model/copies/copies.h"

/*
 * If a process changes one byte in this many that it passes on, it may have changed
 * others unseen.
 */
#define CHANGED_SHARE	32U

/* What a program did with bytes that it had read and passed on. */
struct handling {
	uint64_t changed_bytes;
	uint64_t agreed_bytes;
	bool is_changer;
};

/*
 * Find programs that change data in place: they changed some words of what came by
 * one hop and not others, or more than a small part of all. A program that reuses
 * the memory of a small file for other data is not one.
 */
static void find_changers(const struct copies *copies, struct handling *handlings)
{
	uint32_t i;

	for (i = 1; i < copies->paths.hop.nr; i++) {
		const struct hop *hop = hop_at(&copies->paths, i);
		struct handling *handling = &handlings[hop->key.image];

		handling->changed_bytes += hop->changed_bytes;
		handling->agreed_bytes += hop->agreed_bytes;
		handling->is_changer |= hop->changed_bytes && hop->agreed_bytes;
	}
	for (i = 1; i < copies->tasks->image.nr; i++) {
		const struct image *image = image_at(copies->tasks, i);
		uint64_t changed = handlings[i].changed_bytes + image->changed_bytes;
		uint64_t agreed = handlings[i].agreed_bytes + image->agreed_bytes;

		handlings[i].is_changer |= image->is_changer ||
					   (changed && changed >= agreed / CHANGED_SHARE);
	}
}

/*
 * change_programs - by image: true if the program changes data in place; NULL without
 * memory
 */
bool *change_programs(const struct copies *copies)
{
	struct handling *handlings = calloc(copies->tasks->image.nr, sizeof(*handlings));
	bool *is_changer = calloc(copies->tasks->image.nr, sizeof(*is_changer));
	uint32_t i;

	if (handlings && is_changer) {
		find_changers(copies, handlings);
		for (i = 1; i < copies->tasks->image.nr; i++)
			is_changer[i] = handlings[i].is_changer;
	}
	if (!handlings) {
		free(is_changer);
		is_changer = NULL;
	}
	free(handlings);
	return is_changer;
}

/**
 * change_grade - grade of the link of @hop, with what is known of its program
 * @is_changer: result of change_programs() for the program
 *
 * A link is not exact if the data may have been changed in place: equal words do
 * not prove that all bytes are equal.
 */
enum grade change_grade(const struct copies *copies, const struct hop *hop, bool is_changer)
{
	const struct hop_key *key = &hop->key;
	bool is_doubtful = hop_at(&copies->paths, key->before)->changed_bytes ||
			   (key->from == OBJECT_MEMORY && is_changer);

	/* Bytes with checksums stay exact: checksums cover all bytes. */
	if (hop->has_unproven && is_doubtful && key->grade == GRADE_EXACT &&
	    !object_is_stream(copies, key->from))
		return GRADE_ADDRESS;
	return key->grade;
}

/**
 * change_doubt - lower the grade of exact links whose data may have been
 * changed in place
 * Return: 0 or -ENOMEM.
 */
int change_doubt(struct copies *copies)
{
	bool *is_changer = change_programs(copies);
	uint32_t i;

	if (!is_changer)
		return -ENOMEM;
	for (i = 1; i < copies->paths.hop.nr; i++) {
		struct hop *hop = hop_at(&copies->paths, i);

		hop->key.grade = change_grade(copies, hop, is_changer[hop->key.image]);
	}
	free(is_changer);
	return 0;
}
