// SPDX-License-Identifier: GPL-2.0
/* Predict which task the scheduler picks, and compare with its choice. */
#include "model/sched/pick.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define GRANULARITY_NS	1000000ULL	/* for one CPU, unless changed in debugfs */

static struct pick_cpu *cpu_of(struct picks *picks, uint32_t cpu)
{
	struct pick_cpu *grown = picks->cpu;

	if (cpu >= SCHED_NR_CPUS_MAX)
		return NULL;
	if (cpu >= picks->nr_cpus)
		grown = array_reserve_zeroed(picks->cpu, &picks->nr_cpus, cpu + 1, sizeof(*grown));
	if (!grown)
		return NULL;
	picks->cpu = grown;
	return &grown[cpu];
}

/* ---- counting ---- */

static struct pick_who who_of(const struct pick_level *level, int32_t entity)
{
	if (entity < 0)
		return (struct pick_who){ 0 };
	return (struct pick_who){ .task = level->entity[entity].task,
				  .group = level->entity[entity].group };
}

/* Count a prediction. @is_choice: several could have run, and only one was right. */
static void count_prediction(struct picks *picks, uint8_t rule, uint8_t outcome, bool is_choice,
			     const struct pick_miss *miss)
{
	if (outcome == PICK_UNDECIDED) {
		picks->nr_undecided++;
		return;
	}
	picks->count[rule].nr++;
	picks->count[rule].nr_right += outcome == PICK_RIGHT;
	picks->count[rule].nr_choice += is_choice;
	picks->count[rule].nr_choice_right += is_choice && outcome == PICK_RIGHT;
	if (outcome == PICK_RIGHT)
		return;
	if (picks->nr_misses < PICK_NR_MISSES)
		picks->miss[picks->nr_misses] = *miss;
	picks->nr_misses++;
}

/* Index of the candidate @who. A group stands for the tasks in it. -1: none. */
static int32_t place_of(const struct sched *sched, const struct pick_level *level,
			struct pick_who who)
{
	uint32_t group = who.group, i;

	if (!group && who.task && who.task < sched->task.nr)
		group = sched_task_at(sched, who.task)->group;
	for (i = 0; i < level->nr; i++) {
		const struct pick_entity *entity = &level->entity[i];

		if (entity->group ? sched_group_is_in(&sched->groups, group, entity->group) :
				    who.task && entity->task == who.task)
			return i;
	}
	return -1;
}

/* Compare the prediction of @level with @who, which was chosen. */
static void settle_level(struct picks *picks, const struct sched *sched, struct pick_level *level,
			 uint32_t cpu, uint64_t ts_ns, struct pick_who who)
{
	struct pick_miss miss = { .ts_ns = ts_ns, .cpu = cpu, .rule = level->rule,
				  .predicted = who_of(level, level->predicted), .chosen = who };

	level->chosen = place_of(sched, level, who);
	if (level->rule == PICK_BY_UNDECIDED)
		level->outcome = PICK_UNDECIDED;
	else if (level->predicted < 0 || level->predicted == level->chosen)
		level->outcome = PICK_RIGHT;
	else
		level->outcome = PICK_WRONG;
	count_prediction(picks, level->rule, level->outcome, level->nr_queued > 1, &miss);
}

static void settle_unknown(struct picks *picks, struct pick_level *level)
{
	level->outcome = PICK_UNDECIDED;
	picks->nr_undecided++;
}

/* ---- chains ---- */

static bool is_delayed(const struct pick_level *level)
{
	return level->predicted >= 0 &&
	       level->entity[level->predicted].flags & IPCPROBE_PICK_DELAYED;
}

/* The running task stays, if it is known. The request before the search is done with. */
static uint32_t keep_running(struct picks *picks, const struct sched *sched, uint32_t cpu)
{
	struct pick_cpu *c = &picks->cpu[cpu];

	if (c->request.ts_ns <= c->chain.ts_ns) {
		c->request = c->later;
		c->later.ts_ns = 0;
	}
	return cpu < sched->nr_cpus && sched->cpu[cpu].is_known ? sched->cpu[cpu].current : 0;
}

/*
 * The search is repeated because the predicted group slept: true if the group has
 * left the queue that is searched. This is known only for the root group's queue.
 */
static bool has_left(const struct pick_chain *chain, const struct pick_level *candidates)
{
	const struct pick_level *last = &chain->level[chain->nr - 1];
	uint32_t i, group = last->entity[last->predicted].group;

	for (i = 0; i < candidates->nr; i++)
		if (candidates->entity[i].group == group &&
		    candidates->entity[i].flags & IPCPROBE_PICK_DELAYED)
			return false;
	return chain->nr == 1;
}

/*
 * A new chain begins, or the CPU switches to another class, without a switch as the
 * result of the last chain. Then the running task stayed, or a task that slept left
 * the queue, perhaps as its last member.
 */
static void end_without_switch(struct picks *picks, const struct sched *sched, uint32_t cpu,
			       bool is_anew)
{
	struct pick_chain *chain = &picks->cpu[cpu].chain;
	struct pick_who who = { .task = chain->left };
	struct pick_level *last;

	if (!chain->is_open)
		return;
	chain->is_open = false;
	last = &chain->level[chain->nr - 1];
	if (!who.task && is_delayed(last) && (is_anew || last->nr_queued == 1)) {
		if (is_anew && !has_left(chain, &picks->cpu[cpu].candidates))
			settle_unknown(picks, last);
		else
			settle_level(picks, sched, last, cpu, chain->ts_ns,
				     who_of(last, last->predicted));
		return;
	}
	if (!who.task)
		who.task = keep_running(picks, sched, cpu);
	if (who.task)
		settle_level(picks, sched, last, cpu, chain->ts_ns, who);
	else
		settle_unknown(picks, last);
}

/* Move the candidates to @level; the room of @level is used for the next ones. */
static void take_candidates(struct pick_level *level, struct pick_level *candidates)
{
	struct pick_entity *entity = level->entity;
	uint32_t cap = level->cap;

	*level = *candidates;
	*candidates = (struct pick_level){ .entity = entity, .cap = cap };
}

static void fill_level(struct picks *picks, struct pick_level *level,
		       const struct ipcprobe_rec_fair_pick *rec)
{
	bool is_sure;

	level->zero_vruntime = rec->zero_vruntime;
	level->sum_w_vruntime = rec->sum_w_vruntime;
	level->sum_weight = rec->sum_weight;
	level->shift = rec->shift;
	level->group = rec->group;
	level->nr_queued = rec->nr_queued;
	level->site = rec->site;
	level->flags = rec->pick_flags;
	level->is_cut = level->nr < rec->nr_queued;
	is_sure = pick_find_unit(level);
	if (is_sure)
		picks->is_unscaled = level->is_unscaled;
	picks->is_unit_known |= is_sure;
	if (picks->is_unit_known)
		level->is_unscaled = picks->is_unscaled;
	pick_predict(level, picks->granularity_ns);
	if (level->nr != rec->nr_recorded) {
		level->rule = PICK_BY_UNDECIDED;
		level->predicted = -1;
	}
}

/* True if a chain begins with this search. */
static bool is_begin(const struct sched *sched, const struct pick_chain *chain,
		     const struct ipcprobe_rec_fair_pick *rec)
{
	const struct pick_level *last = &chain->level[chain->nr ? chain->nr - 1 : 0];

	if (sched_group_is_root(&sched->groups, rec->group))
		return true;
	return rec->pick_flags & IPCPROBE_PICK_BUDDY_FIRST &&
	       (!chain->is_open || last->rule != PICK_BY_NEXT);
}

static void begin_chain(struct picks *picks, const struct sched *sched,
			const struct ipcprobe_rec_fair_pick *rec)
{
	struct pick_chain *chain = &picks->cpu[rec->cpu].chain;

	end_without_switch(picks, sched, rec->cpu, true);
	chain->ts_ns = rec->hdr.ts_ns;
	chain->nr = 0;
	chain->is_open = true;
	chain->is_used = false;
	chain->left = 0;
}

static void add_level(struct picks *picks, const struct sched *sched,
		      const struct ipcprobe_rec_fair_pick *rec)
{
	struct pick_cpu *cpu = &picks->cpu[rec->cpu];
	struct pick_chain *chain = &cpu->chain;

	if (is_begin(sched, chain, rec)) {
		begin_chain(picks, sched, rec);
	} else if (chain->is_open && chain->nr < PICK_NR_LEVELS) {
		settle_level(picks, sched, &chain->level[chain->nr - 1], rec->cpu, chain->ts_ns,
			     (struct pick_who){ .group = rec->group });
	} else {
		cpu->candidates.nr = 0;
		picks->nr_undecided++;
		return;
	}
	take_candidates(&chain->level[chain->nr], &cpu->candidates);
	fill_level(picks, &chain->level[chain->nr++], rec);
}

/* ---- wake-up checks: whether the woken task preempts the running one ---- */

static void end_wake(struct picks *picks, const struct sched *sched, uint32_t cpu, uint64_t ts_ns,
		     bool is_preempted)
{
	struct pick_cpu *c = &picks->cpu[cpu];
	struct pick_miss miss = { .ts_ns = ts_ns, .cpu = cpu, .rule = PICK_BY_WAKEUP };
	struct pick_level *level = &c->wake;
	int32_t woken;

	if (!c->woken)
		return;
	woken = place_of(sched, level, (struct pick_who){ .task = c->woken });
	if (level->rule == PICK_BY_UNDECIDED || (woken < 0 && is_preempted))
		level->outcome = PICK_UNDECIDED;
	else if ((level->predicted == woken) == is_preempted)
		level->outcome = PICK_RIGHT;
	else
		level->outcome = PICK_WRONG;
	miss.predicted = who_of(level, level->predicted);
	miss.chosen.task = is_preempted ? c->woken : sched->cpu[cpu].current;
	count_prediction(picks, PICK_BY_WAKEUP, level->outcome, true, &miss);
	c->woken = 0;
}

/*
 * Begin a check. If it is about the same woken task again, the search was repeated
 * because the first candidate slept and left the queue.
 */
static void begin_wake(struct picks *picks, const struct sched *sched,
		       const struct ipcprobe_rec_fair_pick *rec, uint32_t woken)
{
	struct pick_cpu *cpu = &picks->cpu[rec->cpu];
	struct pick_miss none = { 0 };

	if (cpu->woken == woken && woken && is_delayed(&cpu->wake))
		count_prediction(picks, PICK_BY_WAKEUP, PICK_RIGHT, true, &none);
	else if (rec->cpu < sched->nr_cpus)
		end_wake(picks, sched, rec->cpu, rec->hdr.ts_ns, false);
	take_candidates(&cpu->wake, &cpu->candidates);
	fill_level(picks, &cpu->wake, rec);
	cpu->woken = woken;
}

/* ---- records of class pick ---- */

static int apply_candidate(struct picks *picks, const struct sched *sched,
			   const struct ipcprobe_rec_pick_candidate *rec)
{
	struct pick_cpu *cpu = cpu_of(picks, rec->cpu);
	struct pick_level *level;
	struct pick_entity *grown;

	if (!cpu)
		return rec->cpu < SCHED_NR_CPUS_MAX ? -ENOMEM : 0;
	level = &cpu->candidates;
	if (level->nr == PICK_NR_CANDIDATES)
		return 0;
	grown = array_reserve(level->entity, &level->cap, level->nr + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	level->entity = grown;
	grown[level->nr++] = (struct pick_entity){
		.vruntime = rec->vruntime, .deadline = rec->deadline, .weight = rec->weight,
		.slice_ns = rec->slice_ns, .group = rec->group, .flags = rec->pick_flags,
		.task = rec->group ? 0 : tasks_by_tid(sched->tasks, rec->hdr.tid),
	};
	return 0;
}

static int apply_pick(struct picks *picks, const struct sched *sched,
		      const struct ipcprobe_rec_fair_pick *rec)
{
	if (!cpu_of(picks, rec->cpu))
		return rec->cpu < SCHED_NR_CPUS_MAX ? -ENOMEM : 0;
	if (rec->pick_flags & IPCPROBE_PICK_WAKEUP)
		begin_wake(picks, sched, rec, tasks_by_tid(sched->tasks, rec->task));
	else
		add_level(picks, sched, rec);
	return 0;
}

static int apply_resched(struct picks *picks, const struct sched *sched,
			 const struct ipcprobe_rec_rq_resched *rec)
{
	struct pick_cpu *cpu = cpu_of(picks, rec->cpu);
	uint32_t task = tasks_by_tid(sched->tasks, rec->task);
	struct pick_request *request;

	if (!cpu)
		return rec->cpu < SCHED_NR_CPUS_MAX ? -ENOMEM : 0;
	if (task && cpu->woken == task && rec->cpu < sched->nr_cpus)
		end_wake(picks, sched, rec->cpu, rec->hdr.ts_ns, true);
	/*
	 * A request counts until the scheduler has acted on it. It may not have
	 * done that yet: while it charges time in the queues of groups, it makes
	 * further requests.
	 */
	request = cpu->request.ts_ns && cpu->chain.is_open &&
		  cpu->chain.ts_ns >= cpu->request.ts_ns ? &cpu->later : &cpu->request;
	if (request->ts_ns)
		return 0;
	*request = (struct pick_request){
		.ts_ns = rec->hdr.ts_ns, .lead = rec->lead, .task = task, .site = rec->site,
		.context = rec->context, .running = tasks_by_tid(sched->tasks, rec->running),
	};
	return 0;
}

static int apply_deadline(struct picks *picks, const struct sched *sched,
			  const struct ipcprobe_rec_dl_params *rec)
{
	uint32_t task = tasks_by_tid(sched->tasks, rec->hdr.tid);
	struct pick_cpu *cpu = cpu_of(picks, rec->cpu);
	struct pick_deadline *deadline;

	if (!cpu)
		return rec->cpu < SCHED_NR_CPUS_MAX ? -ENOMEM : 0;
	deadline = task ? pool_reach(&picks->deadline, task) : &cpu->server;
	if (!deadline)
		return -ENOMEM;
	*deadline = (struct pick_deadline){ .is_known = true, .deadline = rec->deadline,
					    .runtime_ns = rec->runtime_ns,
					    .period_ns = rec->period_ns };
	return 0;
}

/* ---- records of class sched ---- */

static void end_chain(struct picks *picks, const struct sched *sched, uint32_t cpu, uint32_t next)
{
	struct pick_chain *chain = &picks->cpu[cpu].chain;

	if (!chain->is_open) {
		chain->is_used = false;
		picks->nr_unseen++;
		return;
	}
	chain->is_open = false;
	chain->is_used = true;
	settle_level(picks, sched, &chain->level[chain->nr - 1], cpu, chain->ts_ns,
		     (struct pick_who){ .task = next });
}

static int apply_switch(struct picks *picks, const struct sched *sched,
			const struct ipcprobe_rec_rq_switch *rec)
{
	uint32_t prev = tasks_by_tid(sched->tasks, rec->hdr.tid);
	uint32_t next = tasks_by_tid(sched->tasks, rec->next);
	struct pick_cpu *cpu = cpu_of(picks, rec->cpu);
	struct pick_miss miss = { .ts_ns = rec->hdr.ts_ns, .cpu = rec->cpu };

	if (!cpu)
		return rec->cpu < SCHED_NR_CPUS_MAX ? -ENOMEM : 0;
	if (rec->cpu < sched->nr_cpus)
		end_wake(picks, sched, rec->cpu, rec->hdr.ts_ns, false);
	cpu->by_class = pick_by_class(picks, sched, rec, prev, next);
	cpu->server.is_known = false;
	if (!cpu->by_class.is_fair && cpu->chain.is_open)
		end_without_switch(picks, sched, rec->cpu, false);
	cpu->cause = cpu->request;
	cpu->request.ts_ns = 0;
	cpu->later.ts_ns = 0;
	cpu->chain.is_used = false;
	if (cpu->by_class.is_fair)
		end_chain(picks, sched, rec->cpu, next);
	if (cpu->by_class.is_fair && cpu->by_class.rule == PICK_BY_UNDECIDED)
		return 0;
	if (cpu->by_class.rule == PICK_BY_BPF) {
		picks->nr_bpf++;
		return 0;
	}
	miss.rule = cpu->by_class.rule;
	miss.predicted.task = cpu->by_class.predicted;
	miss.chosen.task = next;
	count_prediction(picks, cpu->by_class.rule, cpu->by_class.outcome,
			 cpu->by_class.nr_runnable > 1 &&
			 cpu->by_class.rule != PICK_BY_RT_EQUAL, &miss);
	return 0;
}

/*
 * True if the CPU itself takes a sleeping task off its queue, as it does when it
 * picks one. Balancing moves sleeping tasks, too, but to another queue.
 */
static bool is_by_pick(const struct sched *sched, const struct ipcprobe_rec_rq_dequeue *rec)
{
	if (!(rec->rq_flags & SCHED_DEQUEUE_SLEEP))
		return false;
	return rec->cpu >= sched->nr_cpus || !sched->cpu[rec->cpu].is_known ||
	       sched->cpu[rec->cpu].current == tasks_known_tid(sched->tasks, rec->by);
}

/* A picked task that slept may leave the queue because it was picked. */
static void apply_dequeue(struct picks *picks, const struct sched *sched,
			  const struct ipcprobe_rec_rq_dequeue *rec)
{
	uint32_t task = tasks_known_tid(sched->tasks, rec->hdr.tid), i;
	struct pick_chain *chain;
	const struct pick_level *last;

	if (rec->cpu >= picks->nr_cpus || !task || !is_by_pick(sched, rec))
		return;
	chain = &picks->cpu[rec->cpu].chain;
	if (!chain->is_open)
		return;
	last = &chain->level[chain->nr - 1];
	for (i = 0; i < last->nr; i++)
		if (last->entity[i].task == task && last->entity[i].flags & IPCPROBE_PICK_DELAYED)
			chain->left = task;
}

static void apply_wakeup(struct picks *picks, const struct sched *sched,
			 const struct ipcprobe_rec_rq_wakeup *rec)
{
	uint32_t task = tasks_known_tid(sched->tasks, rec->hdr.tid);

	if (rec->cpu < picks->nr_cpus && rec->cpu < sched->nr_cpus && task &&
	    picks->cpu[rec->cpu].woken == task)
		end_wake(picks, sched, rec->cpu, rec->hdr.ts_ns, false);
}

/**
 * picks_apply - apply one record of class "pick" or "sched"
 * @sched: the run queues before the record was applied to them
 *
 * Return: 0 or -ENOMEM.
 */
int picks_apply(struct picks *picks, const struct sched *sched, const struct ipcprobe_rec *rec)
{
	if (sched_gaps_hide(&picks->gaps, rec))
		return 0;
	if (rec->type >> 8 == IPCPROBE_CLASS_PICK)
		picks->has_records = true;
	switch (rec->type) {
	case IPCPROBE_REC_pick_candidate:
		return apply_candidate(picks, sched, (const void *)rec);
	case IPCPROBE_REC_fair_pick:
		return apply_pick(picks, sched, (const void *)rec);
	case IPCPROBE_REC_rq_resched:
		return apply_resched(picks, sched, (const void *)rec);
	case IPCPROBE_REC_dl_params:
		return apply_deadline(picks, sched, (const void *)rec);
	case IPCPROBE_REC_rq_switch:
		return apply_switch(picks, sched, (const void *)rec);
	case IPCPROBE_REC_rq_dequeue:
		apply_dequeue(picks, sched, (const void *)rec);
		return 0;
	case IPCPROBE_REC_rq_wakeup:
		apply_wakeup(picks, sched, (const void *)rec);
		return 0;
	default:
		return 0;
	}
}

/* ---- loss, window ---- */

static void lose_cpu(struct picks *picks, struct pick_cpu *cpu)
{
	if (cpu->chain.is_open)
		settle_unknown(picks, &cpu->chain.level[cpu->chain.nr - 1]);
	if (cpu->woken)
		settle_unknown(picks, &cpu->wake);
	cpu->chain.is_open = false;
	cpu->chain.is_used = false;
	cpu->candidates.nr = 0;
	cpu->woken = 0;
	cpu->request.ts_ns = 0;
	cpu->later.ts_ns = 0;
	cpu->cause.ts_ns = 0;
	cpu->server.is_known = false;
}

/*
 * picks_lost - records are missing in @gap: searches of these queues that are not
 * settled stay unknown. Deadlines of tasks are recorded again at each pick.
 */
void picks_lost(struct picks *picks, const struct sched_gap *gap)
{
	uint32_t i;

	for (i = 0; i < picks->nr_cpus; i++)
		if (sched_gap_has(gap, i))
			lose_cpu(picks, &picks->cpu[i]);
	for (i = 0; i < picks->deadline.nr; i++)
		((struct pick_deadline *)pool_at(&picks->deadline, i))->is_known = false;
	sched_gaps_add(&picks->gaps, gap);
}

/* picks_reset - set all figures to 0, keep the state */
void picks_reset(struct picks *picks)
{
	memset(picks->count, 0, sizeof(picks->count));
	picks->nr_undecided = 0;
	picks->nr_unseen = 0;
	picks->nr_bpf = 0;
	picks->nr_misses = 0;
}

struct pick_count picks_sum(const struct picks *picks)
{
	struct pick_count sum = { 0 };
	uint32_t i;

	for (i = 0; i < NR_PICK_RULES; i++) {
		sum.nr += picks->count[i].nr;
		sum.nr_right += picks->count[i].nr_right;
		sum.nr_choice += picks->count[i].nr_choice;
		sum.nr_choice_right += picks->count[i].nr_choice_right;
	}
	return sum;
}

/*
 * picks_set_cpus - granularity: 1 ms * (1 + ilog2(min(CPUs, 8))), because
 * sched_tunable_scaling is "log" by default
 */
void picks_set_cpus(struct picks *picks, uint32_t nr_cpus)
{
	uint32_t nr = nr_cpus < 8 ? nr_cpus : 8;

	picks->granularity_ns = GRANULARITY_NS * (nr ? 32 - __builtin_clz(nr) : 1);
}

int picks_init(struct picks *picks)
{
	*picks = (struct picks){ .granularity_ns = GRANULARITY_NS };
	return pool_init(&picks->deadline, sizeof(struct pick_deadline));
}

void picks_deinit(struct picks *picks)
{
	uint32_t i, j;

	for (i = 0; i < picks->nr_cpus; i++) {
		free(picks->cpu[i].candidates.entity);
		free(picks->cpu[i].wake.entity);
		for (j = 0; j < PICK_NR_LEVELS; j++)
			free(picks->cpu[i].chain.level[j].entity);
	}
	free(picks->cpu);
	pool_deinit(&picks->deadline);
	*picks = (struct picks){ 0 };
}
