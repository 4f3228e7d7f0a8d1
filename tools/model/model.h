/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the records tell, kept up to date with each one.  Pure: no input, no
 * output; every function that can fail returns -ENOMEM and nothing else.
 *
 *	model_init(&model, MODEL_COPIES);
 *	while (reader_next(r, &rec, &cpu) > 0)
 *		model_apply(&model, rec, cpu);
 *	model_finish(&model, until_ns);
 *	... views read the model ...
 *	model_deinit(&model);
 *
 * Records come in order of time.  A "lost" record is best given in the order
 * of its begin_ns: then nothing is linked across the gap in the first place.
 * Given at its end, what was linked meanwhile is marked as doubtful.
 */
#ifndef IPCPROBE_MODEL_MODEL_H
#define IPCPROBE_MODEL_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/ipcprobe.h>

#include "model/copies/copies.h"
#include "model/sched/pick.h"
#include "model/sched/runqueue.h"
#include "model/task.h"

#define MODEL_COPIES	0x1U	/* where bytes went */
#define MODEL_RUNQ	0x2U	/* run queues */
#define MODEL_TIMELINE	0x4U	/* run queues over time */
#define MODEL_WAITS	0x8U	/* with run queues: on which object tasks block, and its name */
#define MODEL_PICKS	0x10U	/* with run queues: why the scheduler chose */
#define MODEL_CALLS	0x20U	/* with where bytes went: system calls counted */

/* classes of the records that tell where bytes went */
#define MODEL_COPIES_CLASSES						\
	(1U << IPCPROBE_CLASS_TASK | 1U << IPCPROBE_CLASS_PIPE | 1U << IPCPROBE_CLASS_FILE | \
	 1U << IPCPROBE_CLASS_SHM | 1U << IPCPROBE_CLASS_MSG | 1U << IPCPROBE_CLASS_UNIX | \
	 1U << IPCPROBE_CLASS_PROCVM)

/* classes of the records that tell why the scheduler chose */
#define MODEL_PICKS_CLASSES	(1U << IPCPROBE_CLASS_SCHED | 1U << IPCPROBE_CLASS_PICK)

/* classes of the records that tell on which object tasks block */
#define MODEL_WAITS_CLASSES						\
	(1U << IPCPROBE_CLASS_PIPE | 1U << IPCPROBE_CLASS_SEM | 1U << IPCPROBE_CLASS_MSG | \
	 1U << IPCPROBE_CLASS_FUTEX | 1U << IPCPROBE_CLASS_UNIX | 1U << IPCPROBE_CLASS_EVENTFD)

/**
 * struct model_loss - what is missing of one class
 * @nr_gaps: "lost" records
 * @nr_lost: records missing: at least, unless @reasons is RING_FULL alone
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
 * struct model - everything
 * @what: MODEL_*
 * @from_ns: figures cover the time from then on; 0 = from the first record
 * @first_ns: time of the first record
 * @last_ns: time of the last record
 * @nr_records: records given
 * @loss: per class
 * @missing_classes: of MODEL_COPIES_CLASSES, not recorded; see model_set_scope()
 * @cpus: the only CPUs recorded, "" = all
 * @pids: the only processes recorded, likewise
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
