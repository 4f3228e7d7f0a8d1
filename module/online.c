// SPDX-License-Identifier: GPL-2.0
/*
 * CPUs that come up and go down: a queue that nobody can join is not an idle one.
 *
 * Both are recorded by the CPU that sees to it, before the other begins and after it
 * has ended: its queue is empty then, and has no one to lock it for.
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

static void tell(unsigned int cpu, bool is_online)
{
	struct ipcprobe_rec_rq_online rec;

	guard(irqsave)();
	rec = record_of(cpu, is_online);
	IPCPROBE_EMIT_RQ(rq_online, &rec, 0, cpu);
}

static int tell_up(unsigned int cpu)
{
	tell(cpu, true);
	return 0;
}

static int tell_down(unsigned int cpu)
{
	tell(cpu, false);
	return 0;
}

static void tell_down_only(unsigned int cpu, struct ipcprobe_session *only)
{
	struct ipcprobe_rec_rq_online rec;

	guard(irqsave)();
	rec = record_of(cpu, false);
	IPCPROBE_EMIT_RQ_ONLY(rq_online, &rec, only);
}

/**
 * ipcprobe_snapshot_offline - record which CPUs are down
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
			tell_down_only(cpu, only);
	cpus_read_unlock();
}

int ipcprobe_online_init(void)
{
	int dynamic = cpuhp_setup_state_nocalls(CPUHP_BP_PREPARE_DYN, "ipcprobe:online",
						tell_up, tell_down);

	state = dynamic;
	return dynamic < 0 ? dynamic : 0;
}

void ipcprobe_online_exit(void)
{
	cpuhp_remove_state_nocalls(state);
}
