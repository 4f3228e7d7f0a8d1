/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The paths of a finished model, for views: where bytes ended, by which hops, with
 * how many copies.
 */
#ifndef IPCPROBE_MODEL_COPIES_PATH_LIST_H
#define IPCPROBE_MODEL_COPIES_PATH_LIST_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/scope.h"
#include "model/copies/copies.h"

/**
 * struct path - a path
 * @hop: hops of the path, first to last
 * @nr_hops: length of @hop
 * @bytes: bytes that took this path and went no further
 * @outcome: what became of @bytes
 * @grade: enum grade of the path's weakest link
 * @has_cycle: bytes went round in a cycle on the path
 * @is_exact: no record is missing that could change the figures, and no part of the
 *	path is counted elsewhere
 * @nr_copies: number of hops at which a CPU copied
 * @copied_bytes: bytes copied on all hops, as far as they belong to @bytes
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
 * struct path_list - the last hops of all paths, most important first
 * @last: hop numbers
 * @nr: length of @last
 * @nr_main: number of main paths; they are the first of the list
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
 * struct path_total - sums of all paths
 * @unseen_bytes: bytes taken by processes that are not recorded
 * @discarded_bytes: bytes that the kernel discarded
 * @copied_bytes: bytes copied on all paths
 * @delivery_bytes: part of @copied_bytes that was copied for delivered bytes
 * @referenced_bytes: bytes moved without a copy by a CPU
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

/* Copies per delivered byte; 0 = no byte was delivered. */
double path_amplification(const struct path_total *total);

/* The hop's part of the bytes that @path delivered. */
double path_hop_share(const struct copies *copies, const struct path *path, uint32_t hop);

/* Kind of transfer of a hop: "copy", "reference", ... */
const char *path_hop_how(const struct hop *hop);

#endif /* IPCPROBE_MODEL_COPIES_PATH_LIST_H */
