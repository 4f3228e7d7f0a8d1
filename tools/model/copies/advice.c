// SPDX-License-Identifier: GPL-2.0
/*
 * Find copies that another system call would have avoided.
 *
 * Advice is given only about a process that reads bytes and writes each of them,
 * unchanged, to one pipe or file: one write for each read, before the next read,
 * and no other use of the bytes was seen. Then one call that leaves the bytes in
 * the kernel could replace each pair of calls.
 */
#include "model/copies/advice.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/hash.h"

/**
 * struct passing - where the bytes of a read hop went
 * @to: object that the bytes were written to, 0 = none yet
 * @is_bad: some bytes were not only passed on unchanged
 */
struct passing {
	uint64_t bytes;
	uint32_t to;
	uint32_t nr_calls;
	bool is_bad;
};

/* ---- what can be passed on without a copy ---- */

static bool starts_with(const char *text, const char *start)
{
	return !strncmp(text, start, strlen(start));
}

/*
 * True if @object is a file with a page cache. A file of /proc or /sys has none and
 * cannot be spliced.
 */
static bool is_file(const struct copies *copies, uint32_t object)
{
	const char *path;

	if (object_type(object) != OBJECT_FILE)
		return false;
	path = file_at(&copies->files, object_number(object))->path;
	return path && !starts_with(path, "/proc/") && !starts_with(path, "/sys/");
}

/*
 * True if @object is a file opened for appending: the suggested calls cannot write
 * to it.
 */
static bool is_appended(const struct copies *copies, uint32_t object)
{
	return object_type(object) == OBJECT_FILE &&
	       file_at(&copies->files, object_number(object))->appender;
}

static bool is_suitable(const struct copies *copies, uint32_t object)
{
	return object_is_pipe(copies, object) || is_file(copies, object);
}

/* ---- hops ---- */

/* True if every byte was copied and nothing about the hop is in doubt. */
static bool is_plain(const struct hop *hop)
{
	return hop->key.image && hop->bytes && hop->copied_bytes == hop->bytes &&
	       !hop->has_gap && !hop->has_cycle && !hop->is_direct;
}

static bool is_read(const struct copies *copies, const struct hop *hop)
{
	return hop->key.kind == HOP_READ && !hop->key.is_many && hop->key.to == OBJECT_MEMORY &&
	       hop->bytes && is_suitable(copies, hop->key.from);
}

static bool is_passing_write(const struct copies *copies, const struct hop *hop,
			     const struct hop *before)
{
	return is_plain(hop) && hop->key.kind == HOP_WRITE && hop->key.from == OBJECT_MEMORY &&
	       hop->key.image == before->key.image && hop->key.to != before->key.from &&
	       hop_grade(hop) == GRADE_EXACT && is_suitable(copies, hop->key.to) &&
	       !is_appended(copies, hop->key.to);
}

/* Account hop @number in the struct passing of the hop before it. */
static void note_next(struct passing *passing, const struct copies *copies, uint32_t number)
{
	const struct hop *hop = hop_at(&copies->paths, number);
	const struct hop *before = hop_at(&copies->paths, hop->key.before);
	struct passing *p = &passing[hop->key.before];

	p->is_bad |= !is_passing_write(copies, hop, before) || (p->to && p->to != hop->key.to);
	p->to = hop->key.to;
	p->bytes += hop->bytes;
	p->nr_calls += hop->nr_calls;
}

static struct passing *make_passing(const struct copies *copies)
{
	const struct paths *paths = &copies->paths;
	struct passing *passing = calloc(paths->hop.nr, sizeof(*passing));
	uint32_t i;

	for (i = 1; passing && i < paths->hop.nr; i++)
		if (hop_at(paths, i)->key.before && hop_at(paths, i)->bytes)
			note_next(passing, copies, i);
	return passing;
}

/* True if all bytes of read hop @hop were only passed on. */
static bool only_passes(const struct hop *hop, const struct passing *passing)
{
	return is_plain(hop) && !hop->changed_bytes && !hop->has_kept && !hop->end_bytes &&
	       !passing->is_bad && passing->bytes == hop->bytes &&
	       passing->nr_calls == hop->nr_calls;
}

/* ---- the list ---- */

static const struct file *file_of(const struct copies *copies, uint32_t object)
{
	return file_at(&copies->files, object_number(object));
}

/*
 * Choose the call by what the kernel does: into a pipe, pages of a file or of
 * another pipe move by reference; into a file, bytes are copied once.
 */
static void choose_call(const struct copies *copies, struct advice *advice)
{
	bool from_pipe = object_is_pipe(copies, advice->from), to_pipe = object_is_pipe(copies, advice->to);

	advice->copied_bytes = 2 * advice->bytes;
	advice->saved_bytes = to_pipe ? advice->copied_bytes : advice->bytes;
	if (from_pipe || to_pipe)
		advice->call = "splice";
	else if (file_of(copies, advice->from)->dev == file_of(copies, advice->to)->dev)
		advice->call = "copy_file_range";
	else
		advice->call = "sendfile";
}

/*
 * Add hop @hop to the advice about what its process reads of one object. All reads
 * of one object give one advice.
 */
static int add_read(struct advice_list *list, struct map *map, uint32_t *cap,
		    const struct hop *hop, const struct passing *passing)
{
	uint64_t key = map_pair(hop->key.image, hop->key.from);
	uint32_t number = map_get(map, key);
	struct advice *advice, *grown;

	if (!number) {
		grown = array_reserve(list->v, cap, list->nr + 1, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		list->v = grown;
		grown[list->nr++] = (struct advice){ .image = hop->key.image,
						     .from = hop->key.from, .to = passing->to };
		number = list->nr;
		if (map_set(map, key, number))
			return -ENOMEM;
	}
	advice = &list->v[number - 1];
	if (advice->to != passing->to || !only_passes(hop, passing))
		advice->to = 0;
	advice->bytes += hop->bytes;
	return 0;
}

static int collect_advice(struct advice_list *list, const struct copies *copies,
			  const struct passing *passing)
{
	struct map map = { 0 };
	uint32_t i, cap = 0;
	int err = 0;

	for (i = 1; i < copies->paths.hop.nr && !err; i++) {
		const struct hop *hop = hop_at(&copies->paths, i);

		if (is_read(copies, hop))
			err = add_read(list, &map, &cap, hop, &passing[i]);
	}
	map_deinit(&map);
	return err;
}

static bool is_wanted(const struct copies *copies, const struct advice *advice,
		      const struct scope *scope)
{
	uint32_t proc = image_at(copies->tasks, advice->image)->proc;

	/* Other calls of this image may be counted in a folded image. */
	if (!advice->to || image_at(copies->tasks, advice->image)->has_folded)
		return false;
	return proc_in_scope(copies->tasks, proc, scope);
}

static int compare_advice(const void *a, const void *b)
{
	const struct advice *x = a, *y = b;

	if (x->saved_bytes != y->saved_bytes)
		return x->saved_bytes < y->saved_bytes ? 1 : -1;
	if (x->image != y->image)
		return x->image < y->image ? -1 : 1;
	return x->from < y->from ? -1 : x->from > y->from;
}

/**
 * advice_list_init - list the calls that would have avoided copies
 *
 * If records may be missing, no advice is given.
 *
 * Return: 0 or -ENOMEM.
 */
int advice_list_init(struct advice_list *list, const struct copies *copies,
		     const struct scope *scope)
{
	struct passing *passing;
	uint32_t i, nr = 0;
	int err;

	*list = (struct advice_list){ 0 };
	if (!copies_is_complete(copies))
		return 0;
	passing = make_passing(copies);
	err = passing ? collect_advice(list, copies, passing) : -ENOMEM;
	free(passing);
	if (err) {
		advice_list_deinit(list);
		return err;
	}
	for (i = 0; i < list->nr; i++) {
		if (!is_wanted(copies, &list->v[i], scope))
			continue;
		list->v[nr] = list->v[i];
		choose_call(copies, &list->v[nr++]);
	}
	list->nr = nr;
	if (nr)
		qsort(list->v, nr, sizeof(*list->v), compare_advice);
	return 0;
}

void advice_list_deinit(struct advice_list *list)
{
	free(list->v);
	*list = (struct advice_list){ 0 };
}
