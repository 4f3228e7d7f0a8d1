// SPDX-License-Identifier: GPL-2.0
/*
 * What several address spaces share, page by page, and why: sums by kind of
 * memory, and rows for each object that more than one process has mapped.
 */
#include "view/vm.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/array.h"
#include "lib/pool.h"
#include "view/label.h"

#define PROC_COLUMNS_MAX	6U	/* the tables have no separate columns for more processes */

/* ---- letters: A, B, ... Z, 27th, ... ---- */

static void put_letter(FILE *out, uint32_t proc)
{
	if (proc < 26)
		putc('A' + (int)proc, out);
	else
		fprintf(out, "#%u", proc + 1);
}

/* "A B D", to be freed */
static char *proc_letters(uint64_t procs)
{
	char *ret = NULL;
	size_t size;
	FILE *out = open_memstream(&ret, &size);

	if (!out)
		return NULL;
	for (uint32_t i = 0; i < VM_PROCS_MAX; i++) {
		if (!(procs >> i & 1))
			continue;
		if (procs & ((1ULL << i) - 1))
			putc(' ', out);
		put_letter(out, i);
	}
	return fclose(out) ? NULL : ret;
}

static char *proc_letter(uint32_t proc)
{
	return proc_letters(1ULL << proc);
}

/* ---- rows: sums of groups ---- */

/**
 * struct row - frames of groups that are shown in one row
 * @object: number of the object, 0 in a sum over objects
 * @kind: kind of the objects
 * @part: part of the objects
 * @cause: why the frames exist, or are shared
 * @procs: processes that have the frames, if rows are separate for them; else 0
 * @rank: rank of the object among all objects
 * @together: number of frames that several processes have
 * @others: part of @together: frames that processes not named by the user have,
 *	too
 * @alone: number of frames that only this process has
 * @pss: sum of proportional shares, bytes << VM_PSS_SHIFT
 */
struct row {
	uint32_t object;
	enum region_kind kind;
	enum region_part part;
	enum vm_cause cause;
	uint64_t procs;
	uint32_t rank;
	uint64_t together, others, alone[VM_PROCS_MAX], pss;
};

struct rows {
	struct row *row;
	uint32_t nr, cap;
};

static bool is_same_row(const struct row *a, const struct row *b)
{
	return a->object == b->object && a->kind == b->kind && a->part == b->part &&
	       a->cause == b->cause && a->procs == b->procs;
}

static struct row *find_row(struct rows *rows, const struct row *like)
{
	struct row *grown;
	uint32_t i;

	for (i = 0; i < rows->nr; i++)
		if (is_same_row(&rows->row[i], like))
			return &rows->row[i];
	grown = array_reserve(rows->row, &rows->cap, i + 1, sizeof(*grown));
	if (!grown)
		return NULL;
	rows->row = grown;
	rows->row[rows->nr++] = *like;
	return &rows->row[i];
}

static int add_to_row(struct rows *rows, const struct row *like, const struct vm_group *group,
		      bool is_together)
{
	struct row *row = find_row(rows, like);

	if (!row)
		return -ENOMEM;
	row->pss += group->pss;
	if (!is_together) {
		row->alone[__builtin_ctzll(group->procs)] += group->frames;
		return 0;
	}
	row->together += group->frames;
	row->others += group->others;
	return 0;
}

static uint64_t row_frames(const struct row *row)
{
	uint64_t sum = row->together;

	for (uint32_t i = 0; i < VM_PROCS_MAX; i++)
		sum += row->alone[i];
	return sum;
}

static int compare_causes(const struct row *x, const struct row *y)
{
	if (x->cause != y->cause)
		return x->cause < y->cause ? -1 : 1;
	if (x->together != y->together)
		return x->together < y->together ? 1 : -1;
	if (row_frames(x) != row_frames(y))
		return row_frames(x) < row_frames(y) ? 1 : -1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return x->part < y->part ? -1 : x->part > y->part;
}

static int compare_rows(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return compare_causes(x, y);
}

/*
 * Collects the rows of @share: sums by kind, or, with @by_object, objects that
 * several processes have mapped. With two processes it is clear which processes
 * have what several have.
 */
static int collect_rows(const struct vm_share *share, bool by_object, struct rows *rows)
{
	int err = 0;

	for (uint32_t i = 1; i < share->group.nr && !err; i++) {
		const struct vm_group *group = vm_group_at(share, i);
		const struct vm_object *object = vm_object_at(share, group->object);
		bool is_together = vm_group_is_together(share, group);
		struct row like = {
			.kind = object->kind, .part = group->part, .cause = group->cause,
		};

		if (like.cause == CAUSE_ZERO)
			like.kind = REGION_ANON;
		if (by_object) {
			like.object = group->object;
			like.procs = is_together && share->nr > 2 ? group->procs : 0;
		}
		if (!by_object || is_together || vm_group_is_apart(share, group))
			err = add_to_row(rows, &like, group, is_together);
	}
	return err;
}

/* ---- objects in order ---- */

/* an object: the first of its causes, and how many of its frames several processes have */
struct rank {
	uint32_t object;
	enum vm_cause cause;
	uint64_t together;
};

static int compare_ranks(const void *a, const void *b)
{
	const struct rank *x = a, *y = b;

	if (x->cause != y->cause)
		return x->cause < y->cause ? -1 : 1;
	if (x->together != y->together)
		return x->together < y->together ? 1 : -1;
	return x->object < y->object ? -1 : x->object > y->object;
}

static uint32_t *number_ranks(const struct rank *rank, uint32_t nr)
{
	uint32_t *rank_of = calloc(nr, sizeof(*rank_of));

	for (uint32_t i = 0; rank_of && i < nr; i++)
		rank_of[rank[i].object] = i;
	return rank_of;
}

/*
 * Ranks the objects: rows of one object stay together, and objects that a
 * process may write for all come first.
 */
static int rank_rows(const struct vm_share *share, struct rows *rows)
{
	uint32_t nr = share->object.nr, *rank_of = NULL;
	struct rank *rank = calloc(nr, sizeof(*rank));

	for (uint32_t i = 0; rank && i < nr; i++)
		rank[i] = (struct rank){ .object = i, .cause = NR_VM_CAUSES };
	for (uint32_t i = 0; rank && i < rows->nr; i++) {
		struct rank *of = &rank[rows->row[i].object];

		of->together += rows->row[i].together;
		if (rows->row[i].cause < of->cause)
			of->cause = rows->row[i].cause;
	}
	if (rank) {
		qsort(rank, nr, sizeof(*rank), compare_ranks);
		rank_of = number_ranks(rank, nr);
	}
	for (uint32_t i = 0; rank_of && i < rows->nr; i++)
		rows->row[i].rank = rank_of[rows->row[i].object];
	free(rank);
	free(rank_of);
	return rank_of ? 0 : -ENOMEM;
}

static int sort_rows(const struct vm_share *share, bool by_object, struct rows *rows)
{
	int err = collect_rows(share, by_object, rows);

	if (!err && by_object)
		err = rank_rows(share, rows);
	if (!err)
		qsort(rows->row, rows->nr, sizeof(*rows->row), compare_rows);
	return err;
}

/* ---- tables ---- */

enum {
	COL_TOGETHER, COL_ALONE, COL_SHARE = COL_ALONE + PROC_COLUMNS_MAX, COL_WHAT, COL_OBJECT,
	COL_WHO, COL_WHY,
	COL_OTHERS, COL_CAUSE, COL_INODE, COL_DEVICE, COL_PATH,
};

const struct table_column view_share_columns[] = {
	{ "TOGETHER", true },
	{ "A-ONLY", true }, { "B-ONLY", true }, { "C-ONLY", true },
	{ "D-ONLY", true }, { "E-ONLY", true }, { "F-ONLY", true },
	{ "SHARE", true }, { "WHAT", false }, { "OBJECT", false }, { "WHO", false },
	{ "WHY", false },
	{ "OTHERS", true }, { "CAUSE", false }, { "INODE", true }, { "DEVICE", false },
	{ "PATH", false }, { NULL, false }
};

const struct table_view view_share_usual = {
	.column = { COL_TOGETHER, COL_ALONE, COL_ALONE + 1, COL_ALONE + 2, COL_ALONE + 3,
		    COL_ALONE + 4, COL_ALONE + 5, COL_SHARE, COL_WHAT, COL_OBJECT, COL_WHO,
		    COL_WHY },
	.nr = 12,
};

_Static_assert(PROC_COLUMNS_MAX == 6, "view_share_usual has not each process");

/* Returns the columns of @view without those that are empty for these processes. */
static struct table_view useful_columns(const struct vm_share *share, const struct table_view *view,
					bool by_object)
{
	struct table_view ret = { 0 };

	if (view->is_chosen)
		return *view;
	if (!view->nr)
		view = &view_share_usual;
	for (unsigned int i = 0; i < view->nr; i++) {
		unsigned int column = view->column[i];
		bool is_alone = column >= COL_ALONE && column < COL_ALONE + PROC_COLUMNS_MAX;

		if (is_alone && column - COL_ALONE >= share->nr)
			continue;
		if (column == COL_WHO && (share->nr == 2 || !by_object))
			continue;
		if (column == COL_OBJECT && !by_object)
			continue;
		ret.column[ret.nr++] = column;
	}
	return ret;
}

static void set_frames(struct table *table, unsigned int column, uint64_t frames)
{
	if (frames)
		view_vm_set_bytes(table, column, frames << VM_PAGE_SHIFT);
}

static void set_object(struct table *table, const struct vm_share *share, const struct row *row)
{
	const struct region *region = vm_object_at(share, row->object)->region;

	if (!region_has_object(region))
		return;
	view_vm_set(table, COL_OBJECT, view_vm_object(region, true));
	view_vm_set(table, COL_PATH, view_vm_object(region, false));
	table_set(table, COL_INODE, "%llu", (unsigned long long)region->inode);
	table_set(table, COL_DEVICE, "%x:%x", region->major, region->minor);
}

static void add_row(struct table *table, const struct vm_share *share, const struct row *row)
{
	char what[VIEW_VM_LABEL_MAX];

	table_add(table);
	set_frames(table, COL_TOGETHER, row->together);
	for (uint32_t i = 0; i < share->nr && i < PROC_COLUMNS_MAX; i++)
		set_frames(table, COL_ALONE + i, row->alone[i]);
	if (share->has_frames)
		view_vm_set_bytes(table, COL_SHARE, row->pss >> VM_PSS_SHIFT);
	table_set_phrase(table, COL_WHAT, row->cause == CAUSE_ZERO ? "zero page" :
			 view_vm_what(what, row->kind, row->part));
	if (row->object && row->cause != CAUSE_ZERO)
		set_object(table, share, row);
	if (row->procs)
		view_vm_set(table, COL_WHO, proc_letters(row->procs));
	set_frames(table, COL_OTHERS, row->others);
	table_set(table, COL_CAUSE, "%s", view_vm_cause(row->cause));
	table_set(table, COL_WHY, "%s", view_vm_why(row->cause, row->together));
}

static int print_sums(const struct vm_share *share, const struct view_vm *view)
{
	struct table_view columns = useful_columns(share, &view->table, false);
	struct rows rows = { 0 };
	struct table *table = table_create_view(view_share_columns, &columns);
	int err = sort_rows(share, false, &rows);

	for (uint32_t i = 0; i < rows.nr; i++)
		add_row(table, share, &rows.row[i]);
	if (!err)
		table_print(table);
	table_destroy(table);
	free(rows.row);
	return err;
}

/* Ranks begin with 0. */
static int print_objects(const struct vm_share *share, const struct view_vm *view)
{
	struct table_view columns = useful_columns(share, &view->table, true);
	uint32_t top = view->top ?: UINT32_MAX, nr = 0;
	struct rows rows = { 0 };
	struct table *table = table_create_view(view_share_columns, &columns);
	int err = sort_rows(share, true, &rows);

	for (uint32_t i = 0; i < rows.nr; i++) {
		nr = rows.row[i].rank + 1;
		if (nr <= top)
			add_row(table, share, &rows.row[i]);
	}
	if (!err)
		table_print(table);
	if (!err && nr > top && !view->table.is_chosen)
		printf("%u further objects\n", nr - top);
	table_destroy(table);
	free(rows.row);
	return err;
}

/* ---- the processes ---- */

enum {
	PROC_LETTER, PROC_NAME, PROC_SIZE, PROC_RESIDENT, PROC_TOGETHER, PROC_OTHERS, PROC_OWN,
	PROC_UNKNOWN, PROC_ZERO, PROC_SWAP, PROC_SHARE,
};

static const struct table_column proc_columns[] = {
	{ "WHO", false }, { "PROCESS", false }, { "SIZE", true }, { "RESIDENT", true },
	{ "TOGETHER", true }, { "WITH-OTHERS", true }, { "OWN", true }, { "UNKNOWN", true },
	{ "ZERO", true }, { "SWAP", true }, { "SHARE", true }, { NULL, false }
};

static void set_pages(struct table *table, unsigned int column, uint64_t pages)
{
	view_vm_set_bytes(table, column, pages << VM_PAGE_SHIFT);
}

static void add_process(struct table *table, const struct vm_share *share, uint32_t number)
{
	const struct vm_process *proc = &share->proc[number];
	struct smaps smaps = view_vm_smaps(proc);
	uint64_t size = 0;

	for (uint32_t i = 0; i < proc->maps.nr; i++)
		size += region_bytes(&proc->maps.region[i]);
	table_add(table);
	view_vm_set(table, PROC_LETTER, proc_letter(number));
	view_vm_set(table, PROC_NAME, view_vm_process(proc));
	view_vm_set_bytes(table, PROC_SIZE, size);
	view_vm_set_bytes(table, PROC_RESIDENT, view_vm_resident(share, &smaps, &proc->sum));
	set_pages(table, PROC_TOGETHER, proc->sum.together);
	set_pages(table, PROC_OTHERS, proc->sum.others);
	set_pages(table, PROC_OWN, proc->sum.own);
	set_pages(table, PROC_UNKNOWN, proc->sum.unknown);
	set_pages(table, PROC_ZERO, proc->sum.zero);
	set_pages(table, PROC_SWAP, proc->sum.swapped);
	view_vm_set_bytes(table, PROC_SHARE, view_vm_pss(share, &smaps, &proc->sum));
}

static void print_processes(const struct vm_share *share)
{
	struct table *table = table_create(proc_columns);

	for (uint32_t i = 0; i < share->nr; i++)
		add_process(table, share, i);
	table_print(table);
	table_destroy(table);
}

/**
 * view_share_print - print the processes, sums of what they share, and the
 * shared objects
 * Return: 0 or -ENOMEM.
 */
int view_share_print(const struct vm_sample *sample, const struct view_vm *view)
{
	const struct vm_share *share = &sample->share;
	int err;

	if (view->table.is_chosen)
		return print_objects(share, view);
	print_processes(share);
	view_vm_print_sample(sample);
	puts("\nIn sum: memory that several of them have mapped (TOGETHER, counted once) or one only");
	err = print_sums(share, view);
	if (err)
		return err;
	puts("\nObject by object, of those that several have mapped");
	err = print_objects(share, view);
	puts("\nSHARE: each page divided by the number of its mappings in the whole system, added up");
	view_vm_print_doubts(sample);
	return err;
}
