// SPDX-License-Identifier: GPL-2.0
/* Missing records of run queues. */
#include "model/sched/gap.h"

#include <stddef.h>
#include <string.h>

#include "lib/array.h"

/*
 * CPUs whose queues the lost records were about; all CPUs if that is not known, as
 * in the shorter record of a module before ABI 1.5.
 */
static uint64_t queues_of(const struct ipcprobe_rec_lost *lost)
{
	return lost->hdr.len >= sizeof(*lost) && lost->queues ? lost->queues : UINT64_MAX;
}

struct sched_gap sched_gap_of(const struct ipcprobe_rec_lost *lost)
{
	return (struct sched_gap){ .begin_ns = lost->begin_ns, .end_ns = lost->hdr.ts_ns,
				   .queues = queues_of(lost) };
}

void sched_gaps_add(struct sched_gaps *gaps, const struct sched_gap *gap)
{
	uint32_t i;

	for (i = 0; i < SCHED_GAP_CPUS; i++)
		if (sched_gap_has(gap, i) && gap->end_ns > gaps->end_ns[i])
			gaps->end_ns[i] = gap->end_ns;
	if (gap->end_ns > gaps->last_ns)
		gaps->last_ns = gap->end_ns;
	gaps->queues |= gap->queues;
}

/* Offset in a record of the CPU whose queue the record is about; 0 = none. */
#define CPU_OF(event)	[IPCPROBE_REC_##event & 0xff] = offsetof(struct ipcprobe_rec_##event, cpu)
static const uint8_t sched_cpu_offset[] = {
	CPU_OF(rq_switch), CPU_OF(rq_enqueue), CPU_OF(rq_dequeue), CPU_OF(rq_change),
	CPU_OF(rq_wakeup), CPU_OF(rq_snapshot), CPU_OF(rq_snapshot_end), CPU_OF(rq_throttle),
	CPU_OF(rq_online),
};

static const uint8_t pick_cpu_offset[] = {
	CPU_OF(pick_candidate), CPU_OF(fair_pick), CPU_OF(rq_resched), CPU_OF(dl_params),
};

static uint8_t cpu_offset(uint16_t type)
{
	uint8_t number = type;

	if (type >> 8 == IPCPROBE_CLASS_SCHED && number < ARRAY_SIZE(sched_cpu_offset))
		return sched_cpu_offset[number];
	if (type >> 8 == IPCPROBE_CLASS_PICK && number < ARRAY_SIZE(pick_cpu_offset))
		return pick_cpu_offset[number];
	return 0;
}

static bool is_in_gap(const struct sched_gaps *gaps, uint16_t cpu, uint64_t ts_ns)
{
	return ts_ns <= gaps->end_ns[cpu % SCHED_GAP_CPUS];
}

/**
 * sched_gaps_hide - true if the record lies in a gap of its queue and must be
 * ignored, because other records about this queue are missing
 * @rec: record of class sched or pick; a migration is hidden if both its CPUs have
 *	a gap
 */
bool sched_gaps_hide(const struct sched_gaps *gaps, const struct ipcprobe_rec *rec)
{
	const struct ipcprobe_rec_rq_migrate *migrate = (const void *)rec;
	uint8_t offset = cpu_offset(rec->type);
	uint16_t cpu;

	if (!sched_gaps_touch(gaps, rec->ts_ns))
		return false;
	if (rec->type == IPCPROBE_REC_rq_migrate)
		return is_in_gap(gaps, migrate->from_cpu, rec->ts_ns) &&
		       is_in_gap(gaps, migrate->to_cpu, rec->ts_ns);
	if (!offset)
		return false;
	memcpy(&cpu, (const char *)rec + offset, sizeof(cpu));
	return is_in_gap(gaps, cpu, rec->ts_ns);
}
