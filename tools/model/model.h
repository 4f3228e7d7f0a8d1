/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The model: the state that follows from all records so far. It is pure: no input,
 * no output; every function that can fail returns -ENOMEM and nothing else.
 *
 *	model_init(&model, MODEL_COPIES);
 *	while (reader_next(r, &rec, &cpu) > 0)
 *		model_apply(&model, rec, cpu);
 *	model_finish(&model, until_ns);
 *	... views read the model ...
 *	model_deinit(&model);
 *
 * Records must come in order of time. A "lost" record should come at its begin_ns:
 * then nothing is linked across the gap. If it comes at the end of the gap, links
 * made in between are marked as doubtful.
 */
#ifndef IPCPROBE_MODEL_MODEL_H
#define IPCPROBE_MODEL_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/ipcprobe.h>

#include "model/copies/copies.h"
#include "model/mark.h"
#include "model/sched/pick.h"
#include "model/sched/runqueue.h"
#include "model/task.h"

#define MODEL_COPIES	0x1U	/* where bytes went */
#define MODEL_RUNQ	0x2U	/* run queues */
#define MODEL_TIMELINE	0x4U	/* run queues over time */
/* with run queues: the objects that tasks block on, and their names */
#define MODEL_WAITS	0x8U
#define MODEL_PICKS	0x10U	/* with run queues: why the scheduler chose a task */
#define MODEL_CALLS	0x20U	/* with where bytes went: counts of system calls */

/* Classes of the records that say where bytes went. */
#define MODEL_COPIES_CLASSES						\
	(1U << IPCPROBE_CLASS_TASK | 1U << IPCPROBE_CLASS_PIPE | 1U << IPCPROBE_CLASS_FILE | \
	 1U << IPCPROBE_CLASS_SHM | 1U << IPCPROBE_CLASS_MSG | 1U << IPCPROBE_CLASS_UNIX | \
	 1U << IPCPROBE_CLASS_PROCVM)

/* Classes of the records that say why the scheduler chose a task. */
#define MODEL_PICKS_CLASSES	(1U << IPCPROBE_CLASS_SCHED | 1U << IPCPROBE_CLASS_PICK)

/* Classes of the records that say on which object tasks block. */
#define MODEL_WAITS_CLASSES						\
	(1U << IPCPROBE_CLASS_PIPE | 1U << IPCPROBE_CLASS_SEM | 1U << IPCPROBE_CLASS_MSG | \
	 1U << IPCPROBE_CLASS_FUTEX | 1U << IPCPROBE_CLASS_UNIX | 1U << IPCPROBE_CLASS_EVENTFD)

/**
 * struct model_loss - missing records of one class
 * @nr_gaps: number of "lost" records
 * @nr_lost: number of missing records; a lower bound, unless @reasons is RING_FULL
 *	alone
 * @reasons: IPCPROBE_REASON_* bits
 */
struct model_loss {
	uint64_t nr_gaps;
	uint64_t nr_lost;
	uint32_t reasons;
};

static inline void model_loss_add(struct model_loss *loss, const struct ipcprobe_rec_lost *rec)
{
	loss->nr_gaps++;
	loss->nr_lost += rec->nr_lost;
	loss->reasons |= rec->reasons;
}

/**
 * struct model - all parts of the model
 * @what: parts that are in use, MODEL_*
 * @from_ns: begin of the time that figures cover; 0 = the first record
 * @first_ns: time of the first record
 * @last_ns: time of the last record
 * @nr_records: number of records applied
 * @loss: missing records, per class
 * @missing_classes: those of MODEL_COPIES_CLASSES that were not recorded; see
 *	model_set_scope()
 * @cpus: the only CPUs recorded, "" = all
 * @pids: the only processes recorded, "" = all
 * @marks: marks in the time that figures cover
 */
struct model {
	uint32_t what;
	bool is_begun;
	uint64_t from_ns;
	uint64_t first_ns;
	uint64_t last_ns;
	uint64_t nr_records;
	struct model_loss loss[IPCPROBE_NR_CLASSES];
	uint32_t missing_classes;
	const char *cpus;
	const char *pids;
	struct marks marks;
	struct tasks tasks;
	struct copies copies;
	struct sched sched;
	struct picks picks;
};

int model_init(struct model *model, uint32_t what);
void model_deinit(struct model *model);
void model_set_from(struct model *model, uint64_t from_ns);
void model_set_scope(struct model *model, uint32_t classes, const char *cpus, const char *pids);
void model_set_wanted(struct model *model, const uint32_t *pid, uint32_t nr);
int model_apply(struct model *model, const struct ipcprobe_rec *rec, uint32_t cpu);
int model_end_figures(struct model *model, uint64_t until_ns);
int model_finish(struct model *model, uint64_t until_ns);

/* True if no record is missing that could change figures about run queues. */
bool model_runq_complete(const struct model *model);

#endif /* IPCPROBE_MODEL_MODEL_H */
