/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The paths of a finished copies, as a view shows them: where bytes ended, by
 * which hops, with how many copies.
 */
#ifndef IPCPROBE_MODEL_COPIES_PATH_LIST_H
#define IPCPROBE_MODEL_COPIES_PATH_LIST_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/scope.h"
#include "model/copies/copies.h"

/**
 * struct path - a path
 * @hop: its hops, first to last
 * @nr_hops: length of @hop
 * @bytes: that went this way and no further
 * @outcome: what became of them
 * @grade: enum grade of its weakest link
 * @has_cycle: bytes went round on the way
 * @is_exact: no record is missing that could change the figures, and none of it
 *	is told of elsewhere
 * @nr_copies: hops at which a CPU copied
 * @copied_bytes: on all hops, the share of @bytes
 */
struct path {
	uint32_t hop[PATH_DEPTH_MAX];
	uint32_t nr_hops;
	uint64_t bytes;
	enum hop_outcome outcome;
	enum grade grade;
	bool has_cycle;
	bool is_exact;
	uint32_t nr_copies;
	double copied_bytes;
};

/**
 * struct path_list - the last hops of all paths, most telling first
 * @last: hop numbers
 * @nr: length of @last
 * @nr_main: the first so many are worth a table of their own
 * @next: by last hop: the last hop of a path of the same course that is merged into
 *	this one, 0 = none; NULL = none are merged
 */
struct path_list {
	uint32_t *last;
	uint32_t nr;
	uint32_t nr_main;
	uint32_t *next;
};

/**
 * struct path_total - all paths together
 * @unseen_bytes: taken by somebody who is not recorded
 * @discarded_bytes: thrown away by the kernel
 * @copied_bytes: on all paths
 * @delivery_bytes: of these, copied for what was delivered
 * @referenced_bytes: moved without a copy by a CPU
 */
struct path_total {
	uint64_t delivered_bytes;
	uint64_t left_bytes;
	uint64_t unseen_bytes;
	uint64_t discarded_bytes;
	uint64_t copied_bytes;
	uint64_t delivery_bytes;
	uint64_t referenced_bytes;
};

int path_list_init(struct path_list *list, const struct copies *copies,
		   const struct scope *scope, enum grade worst);
int path_list_merged(struct path_list *list, const struct copies *copies,
		     const struct scope *scope, enum grade worst);
void path_list_deinit(struct path_list *list);
void path_of(const struct copies *copies, uint32_t last, struct path *ret);
struct path_total path_total(const struct copies *copies);

/* copies of each byte delivered; 0 = none was */
double path_amplification(const struct path_total *total);

/* the hop's part of what @path delivered */
double path_hop_share(const struct copies *copies, const struct path *path, uint32_t hop);

/* what kind of transfer a hop was: "copy", "reference", ... */
const char *path_hop_how(const struct hop *hop);

#endif /* IPCPROBE_MODEL_COPIES_PATH_LIST_H */
