// SPDX-License-Identifier: GPL-2.0
/* Predict the task that the fair class picks from one queue. */
#include "model/sched/pick_rule.h"

#include <stddef.h>

#define SCALE_SHIFT	10	/* SCHED_FIXEDPOINT_SHIFT */
#define NICE_0_LOAD	(1U << 20)
#define NICE_0_SCALED	(NICE_0_LOAD >> SCALE_SHIFT)
#define WEIGHT_MIN	2U

#define PICK_E(up, name, sentence)	[PICK_BY_##up] = name,
const char *const pick_rule_names[NR_PICK_RULES] = { PICK_RULES(PICK_E) };
#undef PICK_E
#define PICK_E(up, name, sentence)	[PICK_BY_##up] = sentence,
const char *const pick_rule_sentences[NR_PICK_RULES] = { PICK_RULES(PICK_E) };
#undef PICK_E

static uint64_t shift_weight(uint64_t weight, unsigned int shift)
{
	if (!weight || !shift)
		return weight;
	weight = shift < 64 ? weight >> shift : 0;
	return weight > WEIGHT_MIN ? weight : WEIGHT_MIN;
}

static uint64_t scale_load_down(uint64_t weight)
{
	return shift_weight(weight, SCALE_SHIFT);
}

static const struct pick_entity *curr_of(const struct pick_level *level)
{
	uint32_t i;

	for (i = 0; i < level->nr; i++)
		if (level->entity[i].flags & IPCPROBE_PICK_CURR)
			return &level->entity[i];
	return NULL;
}

/* Index of the first entity with @flag; -1 = none. */
static int32_t find_flag(const struct pick_level *level, uint16_t flag)
{
	uint32_t i;

	for (i = 0; i < level->nr; i++)
		if (level->entity[i].flags & flag)
			return i;
	return -1;
}

/*
 * Index of the @nth entity in the queue, from 0, without the running one; -1 = not
 * recorded.
 */
static int32_t nth_queued(const struct pick_level *level, uint32_t nth)
{
	uint32_t i;

	for (i = 0; i < level->nr; i++)
		if (!(level->entity[i].flags & IPCPROBE_PICK_CURR) && !nth--)
			return i;
	return -1;
}

/* ---- CFS ---- */

static unsigned int find_last_set(uint32_t x)
{
	return x ? 32 - __builtin_clz(x) : 0;
}

/*
 * The inverse of a weight that the kernel uses: for tasks the rounded numbers of
 * sched_prio_to_wmult[], for groups those of __update_inv_weight().
 */
static uint32_t inverse_of(const struct pick_entity *entity)
{
	uint64_t weight = scale_load_down(entity->weight);

	if (!weight)
		return UINT32_MAX;
	if (entity->group)
		return UINT32_MAX / weight;
	return ((1ULL << 32) + weight / 2) / weight;
}

uint64_t pick_virtual_time(uint64_t ns, const struct pick_entity *entity)
{
	uint64_t fact = NICE_0_SCALED;
	int shift = 32;
	unsigned int high;

	if (entity->weight == NICE_0_LOAD)
		return ns;
	fact *= inverse_of(entity);
	high = find_last_set(fact >> 32);
	fact >>= high;
	shift -= high;
	return (__uint128_t)ns * (uint32_t)fact >> shift;
}

/*
 * True if it is not too unfair to run @entity instead of @left:
 * wakeup_preempt_entity() < 1.
 */
static bool is_fair_enough(const struct pick_level *level, int32_t entity, int32_t left,
			   uint64_t granularity_ns)
{
	const struct pick_entity *se = &level->entity[left];
	int64_t diff = level->entity[entity].vruntime - se->vruntime;

	return diff <= 0 || diff <= (int64_t)pick_virtual_time(granularity_ns, se);
}

static bool is_before(const struct pick_level *level, int32_t a, int32_t b)
{
	return (int64_t)(level->entity[a].vruntime - level->entity[b].vruntime) < 0;
}

/* The entity that is picked if the first one yielded; -1 = none. */
static int32_t second_of(const struct pick_level *level, int32_t curr, int32_t left)
{
	int32_t second;

	if (left == curr)
		return nth_queued(level, 0);
	second = nth_queued(level, 1);
	return second < 0 || (curr >= 0 && is_before(level, curr, second)) ? curr : second;
}

/* True if the second entity matters, but was not recorded. */
static bool is_second_cut(const struct pick_level *level, int32_t curr, int32_t left)
{
	return level->entity[left].flags & IPCPROBE_PICK_SKIP && level->is_cut && left != curr &&
	       nth_queued(level, 1) < 0;
}

static void set_decision(struct pick_level *level, enum pick_rule rule, int32_t entity)
{
	level->rule = rule;
	level->predicted = entity;
}

static void predict_cfs(struct pick_level *level, uint64_t granularity_ns)
{
	int32_t curr = find_flag(level, IPCPROBE_PICK_CURR), left = nth_queued(level, 0), second;
	int32_t next = find_flag(level, IPCPROBE_PICK_NEXT);
	int32_t last = find_flag(level, IPCPROBE_PICK_LAST);

	if (left < 0 && level->is_cut)
		return;
	if (left < 0 || (curr >= 0 && is_before(level, curr, left)))
		left = curr;
	if (left < 0 || is_second_cut(level, curr, left))
		return;
	set_decision(level, level->nr_queued == 1 ? PICK_BY_ONLY : PICK_BY_LEFTMOST, left);
	if (level->entity[left].flags & IPCPROBE_PICK_SKIP) {
		second = second_of(level, curr, left);
		if (second >= 0 && is_fair_enough(level, second, left, granularity_ns))
			set_decision(level, PICK_BY_SKIP, second);
	}
	if (next >= 0 && is_fair_enough(level, next, left, granularity_ns))
		set_decision(level, PICK_BY_NEXT, next);
	else if (last >= 0 && is_fair_enough(level, last, left, granularity_ns))
		set_decision(level, PICK_BY_LAST, last);
}

/* ---- EEVDF ---- */

uint64_t pick_weight(const struct pick_level *level, const struct pick_entity *entity)
{
	uint64_t weight = entity->weight;

	return shift_weight(level->is_unscaled ? weight : scale_load_down(weight), level->shift);
}

static int64_t key_of(const struct pick_level *level, uint64_t vruntime)
{
	return vruntime - level->zero_vruntime;
}

struct mean {
	__int128 sum;
	int64_t load;
};

/* The sums of the queue, with the share of the running entity. */
static struct mean mean_of(const struct pick_level *level)
{
	const struct pick_entity *curr = curr_of(level);
	struct mean mean = { .sum = level->sum_w_vruntime, .load = level->sum_weight };
	uint64_t weight;

	if (curr) {
		weight = pick_weight(level, curr);
		mean.sum += (__int128)key_of(level, curr->vruntime) * weight;
		mean.load += weight;
	}
	return mean;
}

bool pick_is_eligible(const struct pick_level *level, const struct pick_entity *entity)
{
	struct mean mean = mean_of(level);

	return mean.sum >= (__int128)key_of(level, entity->vruntime) * mean.load;
}

uint64_t pick_mean_vruntime(const struct pick_level *level)
{
	struct mean mean = mean_of(level);

	if (mean.load <= 0)
		return level->zero_vruntime;
	if (mean.sum < 0)
		mean.sum -= mean.load - 1;
	return level->zero_vruntime + (int64_t)(mean.sum / mean.load);
}

/*
 * pick_find_unit - Linux 6.12 sums weights with 1024 for nice 0, Linux 7.2 with
 * 1048576. If all entities are recorded, their sum shows the unit; if not, the
 * recorded ones show at least that it is the smaller one.
 */
bool pick_find_unit(struct pick_level *level)
{
	uint64_t scaled = 0, unscaled = 0;
	uint32_t i;

	for (i = 0; i < level->nr; i++) {
		uint64_t weight = level->entity[i].weight;

		if (level->entity[i].flags & IPCPROBE_PICK_CURR)
			continue;
		unscaled += shift_weight(weight, level->shift);
		scaled += shift_weight(scale_load_down(weight), level->shift);
	}
	level->is_unscaled = unscaled && unscaled <= level->sum_weight;
	return unscaled && (unscaled == level->sum_weight || scaled == level->sum_weight);
}

static int32_t first_eligible(const struct pick_level *level)
{
	uint32_t i;

	for (i = 0; i < level->nr; i++)
		if (!(level->entity[i].flags & IPCPROBE_PICK_CURR) &&
		    pick_is_eligible(level, &level->entity[i]))
			return i;
	return -1;
}

static void predict_earliest(struct pick_level *level, int32_t curr)
{
	int32_t best = first_eligible(level);

	/* an eligible entity may be among those not recorded */
	if (best < 0 && level->is_cut)
		return;
	if (best < 0 || (curr >= 0 && (int64_t)(level->entity[curr].deadline -
						level->entity[best].deadline) < 0))
		best = curr;
	if (best >= 0)
		set_decision(level, PICK_BY_DEADLINE, best);
}

static void predict_eevdf(struct pick_level *level)
{
	bool has_protection = !(level->flags & IPCPROBE_PICK_UNPROTECTED);
	int32_t curr = find_flag(level, IPCPROBE_PICK_CURR);
	int32_t next = find_flag(level, IPCPROBE_PICK_NEXT);

	if (level->nr_queued == 1) {
		if (level->nr)
			set_decision(level, PICK_BY_ONLY, curr >= 0 ? curr : 0);
		return;
	}
	if (next >= 0 && has_protection && pick_is_eligible(level, &level->entity[next])) {
		set_decision(level, PICK_BY_NEXT, next);
		return;
	}
	if (curr >= 0 && !pick_is_eligible(level, &level->entity[curr]))
		curr = -1;
	if (curr >= 0 && has_protection && level->entity[curr].flags & IPCPROBE_PICK_PROTECTED)
		set_decision(level, PICK_BY_PROTECTED, curr);
	else
		predict_earliest(level, curr);
}

void pick_predict(struct pick_level *level, uint64_t granularity_ns)
{
	set_decision(level, PICK_BY_UNDECIDED, -1);
	level->chosen = -1;
	level->outcome = PICK_OPEN;
	if (level->flags & IPCPROBE_PICK_BUDDY_FIRST && !level->nr)
		level->rule = PICK_BY_NEXT;
	else if (level->flags & IPCPROBE_PICK_EEVDF)
		predict_eevdf(level);
	else
		predict_cfs(level, granularity_ns);
}
