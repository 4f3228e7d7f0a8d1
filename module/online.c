// SPDX-License-Identifier: GPL-2.0
/*
 * Records CPUs that come up and go down: a queue that no task can join is not
 * an idle queue.
 *
 * The CPU that controls the change emits both records, one before the other CPU
 * starts and one after the other CPU has stopped: at these times the queue of
 * the other CPU is empty, and nothing else uses the queue.
 */
#include <linux/cpu.h>
#include <linux/cpuhotplug.h>

#include "clock.h"
#include "emit.h"
#include "online.h"

static enum cpuhp_state state;

static struct ipcprobe_rec_rq_online record_of(unsigned int cpu, bool is_online)
{
	return (struct ipcprobe_rec_rq_online) {
		.hdr.ts_ns = ipcprobe_clock(), .cpu = cpu, .is_online = is_online,
	};
}

static void emit_online(unsigned int cpu, bool is_online)
{
	struct ipcprobe_rec_rq_online rec;

	guard(irqsave)();
	rec = record_of(cpu, is_online);
	IPCPROBE_EMIT_RQ(rq_online, &rec, 0, cpu);
}

static int emit_up(unsigned int cpu)
{
	emit_online(cpu, true);
	return 0;
}

static int emit_down(unsigned int cpu)
{
	emit_online(cpu, false);
	return 0;
}

static void emit_down_only(unsigned int cpu, struct ipcprobe_session *only)
{
	struct ipcprobe_rec_rq_online rec;

	guard(irqsave)();
	rec = record_of(cpu, false);
	IPCPROBE_EMIT_RQ_ONLY(rq_online, &rec, only);
}

/**
 * ipcprobe_snapshot_offline - emit the CPUs that are down
 * @only: session that gets the records
 *
 * Context: process.
 */
void ipcprobe_snapshot_offline(struct ipcprobe_session *only)
{
	unsigned int cpu;

	cpus_read_lock();
	for_each_present_cpu(cpu)
		if (!cpu_online(cpu))
			emit_down_only(cpu, only);
	cpus_read_unlock();
}

int ipcprobe_online_init(void)
{
	int dynamic = cpuhp_setup_state_nocalls(CPUHP_BP_PREPARE_DYN, "ipcprobe:online",
						emit_up, emit_down);

	state = dynamic;
	return dynamic < 0 ? dynamic : 0;
}

void ipcprobe_online_exit(void)
{
	cpuhp_remove_state_nocalls(state);
}
