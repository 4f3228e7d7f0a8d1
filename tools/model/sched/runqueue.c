// SPDX-License-Identifier: GPL-2.0
/* Apply records of class "sched" to the run queues. */
#include "model/sched/runqueue.h"

#include <errno.h>
#include <stdlib.h>

/* in rq_enqueue: the task is woken, and does not continue to sleep */
#define ENQUEUE_WAKEUP	0x1U
#define STATE_DEAD	0x80U	/* in rq_switch: the task will not run again */

/* Add the task to those seen in this generation, at its first record after a loss. */
static int add_seen(struct sched *sched, uint32_t number)
{
	uint32_t *grown;

	grown = array_reserve(sched->seen, &sched->cap_seen, sched->nr_seen + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	sched->seen = grown;
	if (number)
		grown[sched->nr_seen++] = number;
	return 0;
}

/* Forget what the task did before: the records of it are missing. */
static void forget_past(struct sched_task *task)
{
	task->wake_ns = 0;
	task->is_preempted = false;
	task->out_ns = 0;
	task->off_ns = 0;
	delay_clear(&task->delay);
}

/* The task @number; what is known of it if records were lost since its last one: nothing. */
static struct sched_task *task_now(struct sched *sched, uint32_t number)
{
	struct sched_task *task = pool_reach(&sched->task, number);

	if (task && task->gen != sched->gen) {
		if (add_seen(sched, number))
			return NULL;
		task->gen = sched->gen;
		task->number = number;
		task->state = SCHED_UNKNOWN;
		task->cpu = SCHED_NO_CPU;
		task->is_throttled = false;
		task->is_moved = sched->gen > 1 && !sched->sleepers_leave;
		forget_past(task);
		task->wait.kind = WAIT_NONE;
	}
	return task;
}

static struct sched_task *task_of(struct sched *sched, uint32_t tid, uint32_t *number)
{
	*number = tasks_by_tid(sched->tasks, tid);
	return task_now(sched, *number);
}

static struct sched_cpu *cpu_of(struct sched *sched, uint32_t cpu)
{
	struct sched_cpu *grown = sched->cpu;

	if (cpu >= SCHED_NR_CPUS_MAX)
		return NULL;
	if (cpu >= sched->nr_cpus)
		grown = array_reserve_zeroed(sched->cpu, &sched->nr_cpus, cpu + 1, sizeof(*grown));
	if (!grown)
		return NULL;
	grown[cpu].is_seen = true;
	sched->cpu = grown;
	return &grown[cpu];
}

/* ---- calls of the watcher ---- */

static int watch_switch(const struct sched *sched, const struct ipcprobe_rec_rq_switch *rec,
			uint32_t prev, uint32_t next)
{
	struct sched_switch sw = { .rec = rec, .prev = prev, .next = next };

	if (!sched_is_watched(sched, rec->hdr.ts_ns) || !sched->watch->on_switch)
		return 0;
	return sched->watch->on_switch(sched->watch->arg, sched, &sw);
}

static int watch_wakeup(const struct sched *sched, const struct ipcprobe_rec_rq_wakeup *rec,
			uint32_t task, const struct sched_waker *waker)
{
	if (!sched_is_watched(sched, rec->hdr.ts_ns) || !sched->watch->on_wakeup)
		return 0;
	return sched->watch->on_wakeup(sched->watch->arg, sched, rec, task, waker);
}

static int watch_migrate(const struct sched *sched, const struct ipcprobe_rec_rq_migrate *rec,
			 uint32_t task, uint32_t by)
{
	if (!sched_is_watched(sched, rec->hdr.ts_ns) || !sched->watch->on_migrate)
		return 0;
	return sched->watch->on_migrate(sched->watch->arg, sched, rec, task, by);
}

/* ---- length and audit ---- */

static void note_disagreement(struct sched *sched, const struct sched_cpu *cpu, uint64_t ts_ns,
			      uint32_t nr_running)
{
	if (sched->nr_disagreements < SCHED_NR_DISAGREEMENTS)
		sched->disagreement[sched->nr_disagreements] = (struct sched_disagreement){
			.ts_ns = ts_ns, .cpu = cpu - sched->cpu, .model = cpu->length,
			.kernel = nr_running,
		};
	sched->nr_disagreements++;
}

/*
 * The queue's length changed by @change. The time before counts only if the
 * kernel's length agrees; the kernel's length is used from now on.
 */
static int change_length(struct sched *sched, struct sched_cpu *cpu, uint64_t ts_ns,
			 int64_t change, uint32_t nr_running)
{
	bool is_audit = nr_running != IPCPROBE_NR_UNKNOWN;
	bool is_right = !is_audit || cpu->length + change == nr_running;
	int err;

	if (!cpu->is_known)
		return 0;
	err = sched_end_length(sched, cpu, ts_ns, is_right);
	cpu->is_wrong = !is_right;
	cpu->length += change;
	if (!is_audit)
		return err;
	cpu->nr_audits++;
	cpu->nr_agreed += is_right;
	if (!is_right)
		note_disagreement(sched, cpu, ts_ns, nr_running);
	cpu->length = nr_running;
	return err;
}

/* ---- checks ---- */

/* Check that @number is on the queue of @cpu, or on no queue, as a record says. */
static void check_queue(struct sched *sched, const struct sched_cpu *cpu, uint64_t ts_ns,
			uint32_t number, enum sched_check check, bool is_right)
{
	struct sched_failure wanted = {
		.ts_ns = ts_ns, .cpu = cpu - sched->cpu, .task = number, .check = check,
		.kernel = 1,
	};

	if (cpu->is_known && number)
		sched_check(sched, &wanted, is_right);
}

/*
 * The task joins a queue. If it sleeps while it is a member, it continues to sleep
 * on the new queue; if that is not certain, it stays uncertain.
 */
static int join_queue(const struct sched *sched, struct sched_task *task,
		      const struct ipcprobe_rec_rq_enqueue *rec, uint32_t by)
{
	bool may_sleep = task->is_moved && !task->wake_ns && !(rec->rq_flags & ENQUEUE_WAKEUP);

	task->group = rec->group;
	task->sched_class = rec->sched_class;
	task->prio = rec->prio;
	task->is_throttled = !rec->change;
	task->is_moved = false;
	if (task->state == SCHED_RUNNING)
		return 0;
	if (!may_sleep)
		return sched_enter_waiting(sched, task, rec->hdr.ts_ns, rec->cpu, by);
	if (task->state != SCHED_UNKNOWN)
		sched_enter_state(sched, task, rec->hdr.ts_ns, SCHED_DELAYED);
	return 0;
}

/*
 * True for Linux 6.18 and newer: a task of a throttled group, which stayed a
 * member, may run again.
 */
static bool ends_throttling(const struct sched *sched, const struct sched_task *task,
			    const struct ipcprobe_rec_rq_enqueue *rec)
{
	return sched->throttles_tasks && task->is_throttled && task->cpu == rec->cpu;
}

static int apply_enqueue(struct sched *sched, const struct ipcprobe_rec_rq_enqueue *rec)
{
	struct sched_cpu *cpu = cpu_of(sched, rec->cpu);
	uint32_t number, by = tasks_by_tid(sched->tasks, rec->by);
	struct sched_task *task;
	int err = 0;

	task = task_of(sched, rec->hdr.tid, &number);
	if (!cpu || !task)
		return cpu ? -ENOMEM : 0;
	check_queue(sched, cpu, rec->hdr.ts_ns, number, SCHED_CHECK_JOIN,
		    task->cpu == SCHED_NO_CPU || ends_throttling(sched, task, rec));
	if (number)
		err = join_queue(sched, task, rec, by);
	if (err)
		return err;
	if (number && cpu->is_known)
		sched_link_member(sched, number, cpu);
	return change_length(sched, cpu, rec->hdr.ts_ns, rec->change, rec->nr_running);
}

static void lose_task(const struct sched *sched, struct sched_task *task, uint64_t ts_ns)
{
	sched_enter_state(sched, task, ts_ns, SCHED_UNKNOWN);
	forget_past(task);
}

/*
 * The task is on no queue now. If some CPU was not recorded, or records of one are
 * missing at this time, the task may join that CPU's queue at once, unseen.
 */
static void leave_all(const struct sched *sched, struct sched_task *task, uint64_t ts_ns,
		      enum sched_state state)
{
	if (!sched->is_partial && !sched_gaps_touch(&sched->gaps, ts_ns))
		sched_enter_state(sched, task, ts_ns, state);
	else
		lose_task(sched, task, ts_ns);
}

/*
 * True if the task, which is taken off its queue to be put on another, may sleep
 * there.
 */
static bool may_sleep_on(const struct sched *sched, const struct sched_task *task,
			 const struct ipcprobe_rec_rq_dequeue *rec)
{
	if (rec->rq_flags & SCHED_DEQUEUE_SLEEP)
		return false;
	return task->state == SCHED_DELAYED ||
	       (task->state == SCHED_UNKNOWN && !sched->sleepers_leave);
}

/*
 * A running task leaves its queue to sleep, from the next switch on. A queued task
 * is moved to another queue.
 */
static int leave_queue(const struct sched *sched, struct sched_task *task,
		       const struct ipcprobe_rec_rq_dequeue *rec, uint32_t by)
{
	struct delay_part part = { .cpu = rec->cpu, .by = by, .kind = DELAY_MOVED };

	task->is_throttled = rec->rq_flags & IPCPROBE_DEQUEUE_THROTTLE;
	if (task->state == SCHED_RUNNING)
		return 0;
	if (task->is_throttled)
		return sched_enter_waiting(sched, task, rec->hdr.ts_ns, rec->cpu, by);
	if (task->state == SCHED_QUEUED || task->state == SCHED_THROTTLED) {
		leave_all(sched, task, rec->hdr.ts_ns, SCHED_MIGRATING);
		return task->state == SCHED_MIGRATING ?
		       delay_enter(&task->delay, rec->hdr.ts_ns, &part) : 0;
	}
	/* an unknown task may run until the switch */
	if (task->state != SCHED_UNKNOWN ||
	    (rec->rq_flags & SCHED_DEQUEUE_SLEEP && sched->cpu[rec->cpu].is_known))
		leave_all(sched, task, rec->hdr.ts_ns, SCHED_ASLEEP);
	return 0;
}

/*
 * True for Linux 6.18 and newer: the task leaves because its group is throttled;
 * the model keeps it as a member, as in older kernels.
 */
static bool begins_throttling(const struct sched *sched, const struct sched_task *task,
			      const struct ipcprobe_rec_rq_dequeue *rec)
{
	return sched->throttles_tasks && rec->rq_flags & IPCPROBE_DEQUEUE_THROTTLE &&
	       task->sched_class == IPCPROBE_SCHED_FAIR && task->cpu == rec->cpu;
}

static int apply_dequeue(struct sched *sched, const struct ipcprobe_rec_rq_dequeue *rec)
{
	struct sched_cpu *cpu = cpu_of(sched, rec->cpu);
	uint32_t number, by = tasks_by_tid(sched->tasks, rec->by);
	struct sched_task *task;
	int err = 0;

	task = task_of(sched, rec->hdr.tid, &number);
	if (!cpu || !task)
		return cpu ? -ENOMEM : 0;
	check_queue(sched, cpu, rec->hdr.ts_ns, number, SCHED_CHECK_LEAVE, task->cpu == rec->cpu);
	if (begins_throttling(sched, task, rec)) {
		err = sched_set_throttled(sched, task, rec->hdr.ts_ns, true);
		if (err)
			return err;
	} else if (task->cpu == rec->cpu) {
		sched_unlink_member(sched, task);
	}
	task->is_moved = may_sleep_on(sched, task, rec);
	if (number && task->cpu == SCHED_NO_CPU)
		err = leave_queue(sched, task, rec, by);
	if (err)
		return err;
	return change_length(sched, cpu, rec->hdr.ts_ns, -(int64_t)rec->change, rec->nr_running);
}

static int apply_change(struct sched *sched, const struct ipcprobe_rec_rq_change *rec)
{
	struct sched_cpu *cpu = cpu_of(sched, rec->cpu);
	int err;

	if (!cpu)
		return 0;
	err = sched_throttle_unnamed(sched, cpu, rec);
	if (err)
		return err;
	return change_length(sched, cpu, rec->hdr.ts_ns, rec->change, rec->nr_running);
}

static int apply_throttle(struct sched *sched, const struct ipcprobe_rec_rq_throttle *rec)
{
	struct sched_cpu *cpu = cpu_of(sched, rec->cpu);

	return cpu ? sched_throttle(sched, cpu, rec) : 0;
}

/* ---- the running task ---- */

/*
 * The task goes to sleep. It may stay on its queue; if the queue is unknown, that
 * is unknown, too.
 */
static void go_to_sleep(const struct sched *sched, struct sched_task *task,
			const struct ipcprobe_rec_rq_switch *rec)
{
	if (task->cpu != SCHED_NO_CPU)
		sched_enter_state(sched, task, rec->hdr.ts_ns, SCHED_DELAYED);
	else if (sched->cpu[rec->cpu].is_known || sched->sleepers_leave)
		leave_all(sched, task, rec->hdr.ts_ns, SCHED_ASLEEP);
	else
		lose_task(sched, task, rec->hdr.ts_ns);
}

/* The task loses the CPU and wants to run on: it waits from now on. */
static int switch_out(const struct sched *sched, struct sched_task *task,
		      const struct ipcprobe_rec_rq_switch *rec)
{
	bool is_member = sched->sleepers_leave && task->cpu == rec->cpu;
	bool is_preempted = rec->preempt || !rec->prev_state || is_member;
	int err;

	task->nr_preempted += !rec->voluntary && !sched->is_over;
	task->nr_voluntary += rec->voluntary && !sched->is_over;
	task->is_preempted = is_preempted;
	task->out_ns = rec->hdr.ts_ns;
	task->out_state = is_member ? 0 : rec->prev_state;
	if (is_preempted) {
		err = sched_enter_waiting(sched, task, rec->hdr.ts_ns, rec->cpu, 0);
		task->delay.is_known = true;
		return err;
	}
	delay_clear(&task->delay);
	if (rec->prev_state & STATE_DEAD)
		delay_deinit(&task->delay);
	if (rec->prev_state & STATE_DEAD)
		sched_enter_state(sched, task, rec->hdr.ts_ns, SCHED_UNKNOWN);
	else
		go_to_sleep(sched, task, rec);
	return 0;
}

static int switch_in(const struct sched *sched, struct sched_task *task, uint16_t cpu,
		     uint64_t ts_ns)
{
	uint64_t wake_ns = task->wake_ns;

	sched_enter_state(sched, task, ts_ns, SCHED_RUNNING);
	task->off_ns = task->out_ns ? ts_ns - task->out_ns : 0;
	task->run_cpu = cpu;
	task->wake_ns = 0;
	if (!wake_ns || wake_ns > ts_ns || sched->is_over)
		return 0;
	return hist_add(&task->latency, ts_ns - wake_ns);
}

/* End the task's delay, if it waited. */
static void end_delay(struct sched_task *task, uint64_t ts_ns)
{
	if (sched_is_waiting(task))
		delay_end(&task->delay, ts_ns);
	else
		delay_clear(&task->delay);
}

static int apply_switch(struct sched *sched, const struct ipcprobe_rec_rq_switch *rec)
{
	struct sched_cpu *cpu = cpu_of(sched, rec->cpu);
	struct sched_task *prev, *next;
	uint32_t prev_number, next_number;
	int err = 0;

	prev = task_of(sched, rec->hdr.tid, &prev_number);
	next = task_of(sched, rec->next, &next_number);
	if (!cpu || !prev || !next)
		return cpu ? -ENOMEM : 0;
	end_delay(next, rec->hdr.ts_ns);
	err = watch_switch(sched, rec, prev_number, next_number);
	if (err)
		return err;
	check_queue(sched, cpu, rec->hdr.ts_ns, prev_number ? prev_number : cpu->current,
		    SCHED_CHECK_FROM, cpu->current == prev_number);
	check_queue(sched, cpu, rec->hdr.ts_ns, next_number, SCHED_CHECK_TO,
		    next->cpu == rec->cpu);
	if (cpu->is_known && cpu->current == prev_number)
		err = sched_end_current(sched, cpu, rec->hdr.ts_ns);
	if (cpu->is_known && next_number && next->cpu != rec->cpu)
		sched_link_member(sched, next_number, cpu);
	cpu->current = next_number;
	cpu->current_since_ns = rec->hdr.ts_ns;
	cpu->nr_switches += !sched->is_over;
	cpu->has_throttle = false;
	if (prev_number && !err)
		err = switch_out(sched, prev, rec);
	if (next_number && !err)
		err = switch_in(sched, next, rec->cpu, rec->hdr.ts_ns);
	return err;
}

static enum sched_waker_kind waker_kind(uint16_t context)
{
	if (context & IPCPROBE_CONTEXT_UNKNOWN)
		return WAKER_UNKNOWN;
	if (context & IPCPROBE_CONTEXT_HARDIRQ)
		return WAKER_HARDIRQ;
	return context & IPCPROBE_CONTEXT_SOFTIRQ ? WAKER_SOFTIRQ : WAKER_TASK;
}

static struct sched_waker waker_of(struct sched *sched, const struct ipcprobe_rec_rq_wakeup *rec)
{
	return (struct sched_waker){
		.task = tasks_by_tid(sched->tasks, rec->waker), .cpu = rec->waker_cpu,
		.kind = waker_kind(rec->context),
	};
}

/*
 * Begin the delay of a woken task. If the task was still running when the waker
 * called, it waits only since it left the CPU.
 */
static int begin_woken(struct sched_task *task, uint64_t wake_ns, const struct sched_waker *waker)
{
	task->wake_ns = wake_ns > task->out_ns ? wake_ns : task->out_ns;
	task->waker = *waker;
	return delay_woken(&task->delay, task->wake_ns, waker->task);
}

/*
 * True if a deadline task is woken without joining its queue: it has used up its
 * runtime, or is woken too late for its deadline. The task joins the queue when it
 * gets runtime again.
 */
static bool is_woken_throttled(const struct sched_cpu *cpu, const struct sched_task *task,
			       const struct ipcprobe_rec_rq_wakeup *rec)
{
	return rec->prio < 0 && cpu->is_known && task->cpu == SCHED_NO_CPU &&
	       task->state != SCHED_RUNNING;
}

/* A task that is woken joins its queue before the record of the wake-up. */
static void check_woken(struct sched *sched, struct sched_cpu *cpu, uint32_t number,
			const struct ipcprobe_rec_rq_wakeup *rec)
{
	struct sched_task *task = sched_task_at(sched, number);

	check_queue(sched, cpu, rec->hdr.ts_ns, number, SCHED_CHECK_WAKEUP, task->cpu == rec->cpu);
	if (cpu->is_known && task->cpu != rec->cpu && task->state != SCHED_RUNNING)
		sched_link_member(sched, number, cpu);
}

static int apply_wakeup(struct sched *sched, const struct ipcprobe_rec_rq_wakeup *rec)
{
	struct sched_cpu *cpu = cpu_of(sched, rec->cpu);
	struct sched_waker waker = waker_of(sched, rec);
	struct sched_task *task;
	uint32_t number;
	int err;

	task = task_of(sched, rec->hdr.tid, &number);
	if (!cpu || !task)
		return cpu ? -ENOMEM : 0;
	if (!number)
		return 0;
	err = watch_wakeup(sched, rec, number, &waker);
	if (err)
		return err;
	if (is_woken_throttled(cpu, task, rec)) {
		task->is_throttled = true;
		task->sched_class = IPCPROBE_SCHED_DL;
	} else {
		check_woken(sched, cpu, number, rec);
	}
	cpu->nr_wakeups += !sched->is_over;
	task->nr_wakeups += !sched->is_over;
	cpu->nr_unknown_wakers += waker.kind == WAKER_UNKNOWN;
	if (task->state == SCHED_RUNNING)
		return 0;
	if (!sched_is_waiting(task))
		err = sched_enter_waiting(sched, task, rec->hdr.ts_ns, rec->cpu, waker.task);
	if (err || task->delay.is_known || rec->hdr.ts_ns <= rec->delay_ns ||
	    waker.kind == WAKER_UNKNOWN)
		return err;
	return begin_woken(task, rec->hdr.ts_ns - rec->delay_ns, &waker);
}

static int apply_migrate(struct sched *sched, const struct ipcprobe_rec_rq_migrate *rec)
{
	uint32_t number, by = tasks_by_tid(sched->tasks, rec->by);
	struct sched_task *task;
	struct sched_cpu *cpu;
	int err;

	task = task_of(sched, rec->hdr.tid, &number);
	if (!task)
		return -ENOMEM;
	err = watch_migrate(sched, rec, number, by);
	if (err)
		return err;
	if (task->state == SCHED_UNKNOWN && task->cpu == SCHED_NO_CPU)
		task->is_moved = !sched->sleepers_leave;
	delay_migrate(&task->delay, rec, by);
	task->nr_migrations += !sched->is_over;
	cpu = cpu_of(sched, rec->from_cpu);
	if (cpu)
		cpu->nr_out += !sched->is_over;
	cpu = cpu_of(sched, rec->to_cpu);
	if (cpu)
		cpu->nr_in += !sched->is_over;
	return 0;
}

/* ---- snapshots ---- */

static int apply_snapshot(struct sched *sched, const struct ipcprobe_rec_rq_snapshot *rec)
{
	struct sched_cpu *cpu = cpu_of(sched, rec->cpu);
	struct sched_member *grown;
	struct sched_task *task;
	uint32_t number;

	task = task_of(sched, rec->hdr.tid, &number);
	if (!cpu || !task)
		return cpu ? -ENOMEM : 0;
	grown = array_reserve(cpu->snapshot, &cpu->cap_snapshot, cpu->nr_snapshot + 1,
			      sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	cpu->snapshot = grown;
	grown[cpu->nr_snapshot++] = (struct sched_member){
		.task = number, .group = rec->group, .prio = rec->prio,
		.sched_class = rec->sched_class, .state = rec->member_state,
	};
	return 0;
}

/* A task in a snapshot is in its state since then, or longer. */
static void note_since(struct sched_task *task, enum sched_state before)
{
	if (task->state != before)
		task->is_since_least = true;
}

static int begin_member(struct sched *sched, struct sched_cpu *cpu,
			const struct sched_member *member, uint64_t ts_ns, bool is_current)
{
	struct sched_task *task = sched_task_at(sched, member->task);
	enum sched_state before = task->state;
	int err = 0;

	sched_link_member(sched, member->task, cpu);
	task->group = member->group;
	task->prio = member->prio;
	task->sched_class = member->sched_class;
	task->is_throttled = member->state & IPCPROBE_RQ_THROTTLED;
	if (is_current)
		return 0;
	if (member->state & IPCPROBE_RQ_DELAYED)
		sched_enter_state(sched, task, ts_ns, SCHED_DELAYED);
	else
		err = sched_enter_waiting(sched, task, ts_ns, task->cpu, 0);
	note_since(task, before);
	return err;
}

static void begin_current(struct sched *sched, struct sched_task *task, uint64_t ts_ns, uint16_t cpu)
{
	enum sched_state before = task->state;

	sched_enter_state(sched, task, ts_ns, SCHED_RUNNING);
	note_since(task, before);
	task->run_cpu = cpu;
}

/* From now on the queue is known: @length tasks, of which @current runs, 0 = none. */
static void set_known(struct sched_cpu *cpu, uint32_t length, uint32_t current, uint64_t ts_ns)
{
	cpu->length = length;
	cpu->current = current;
	cpu->length_since_ns = ts_ns;
	cpu->current_since_ns = ts_ns;
	cpu->is_known = true;
	cpu->is_wrong = false;
}

/* Count the time until now of the queue's length and of the task that runs. */
static int end_known(struct sched *sched, struct sched_cpu *cpu, uint64_t ts_ns)
{
	int err = sched_end_length(sched, cpu, ts_ns, !cpu->is_wrong);

	return err ? err : sched_end_current(sched, cpu, ts_ns);
}

static int begin_known(struct sched *sched, struct sched_cpu *cpu,
		       const struct ipcprobe_rec_rq_snapshot_end *rec)
{
	struct sched_task *task;
	uint32_t number, i;
	int err = 0;

	task = task_of(sched, rec->hdr.tid, &number);
	if (!task)
		return -ENOMEM;
	sched_drop_members(sched, cpu);
	for (i = 0; i < cpu->nr_snapshot && !err; i++)
		err = begin_member(sched, cpu, &cpu->snapshot[i], rec->hdr.ts_ns,
				   cpu->snapshot[i].task == number);
	if (number)
		begin_current(sched, task, rec->hdr.ts_ns, rec->cpu);
	set_known(cpu, rec->nr_running == IPCPROBE_NR_UNKNOWN ? sched_nr_counted(sched, cpu) :
							       rec->nr_running,
		  number, rec->hdr.ts_ns);
	cpu->is_offline = false;	/* the CPU came online, but the record was lost */
	return err;
}

/* No task is on the queue of a CPU that is down or comes up. */
static int apply_online(struct sched *sched, const struct ipcprobe_rec_rq_online *rec)
{
	struct sched_cpu *cpu = cpu_of(sched, rec->cpu);
	int err = 0;

	if (!cpu)
		return 0;
	if (cpu->is_known)
		err = end_known(sched, cpu, rec->hdr.ts_ns);
	else
		set_known(cpu, 0, 0, rec->hdr.ts_ns);
	cpu->is_offline = !rec->is_online;
	return err;
}

/* Records about other queues may have been lost since the snapshot began. */
static int renew_snapshot(struct sched *sched, const struct sched_cpu *cpu)
{
	uint32_t i;

	for (i = 0; i < cpu->nr_snapshot; i++)
		if (!task_now(sched, cpu->snapshot[i].task))
			return -ENOMEM;
	return 0;
}

static int apply_snapshot_end(struct sched *sched, const struct ipcprobe_rec_rq_snapshot_end *rec)
{
	struct sched_cpu *cpu = cpu_of(sched, rec->cpu);
	int err = 0;

	if (!cpu)
		return 0;
	if (cpu->is_known)
		err = end_known(sched, cpu, rec->hdr.ts_ns);
	if (!err)
		err = renew_snapshot(sched, cpu);
	if (!err && cpu->nr_snapshot == rec->nr_members) {
		if (cpu->is_known)
			sched_check_members(sched, cpu, rec->hdr.ts_ns,
					    tasks_by_tid(sched->tasks, rec->hdr.tid));
		err = begin_known(sched, cpu, rec);
	}
	cpu->nr_snapshot = 0;
	return err;
}

/**
 * sched_apply - apply one record of class "sched"
 * Return: 0 or -ENOMEM.
 */
int sched_apply(struct sched *sched, const struct ipcprobe_rec *rec)
{
	if (rec->type == IPCPROBE_REC_rq_group)
		return sched_groups_add(&sched->groups, (const void *)rec);
	if (rec->type == IPCPROBE_REC_rq_quota)
		return sched_groups_set_quota(&sched->groups, (const void *)rec);
	if (rec->type == IPCPROBE_REC_rq_site)
		return sched_groups_add_site(&sched->groups, (const void *)rec);
	if (sched_gaps_hide(&sched->gaps, rec))
		return 0;
	switch (rec->type) {
	case IPCPROBE_REC_rq_throttle:
		return apply_throttle(sched, (const void *)rec);
	case IPCPROBE_REC_rq_switch:
		return apply_switch(sched, (const void *)rec);
	case IPCPROBE_REC_rq_enqueue:
		return apply_enqueue(sched, (const void *)rec);
	case IPCPROBE_REC_rq_dequeue:
		return apply_dequeue(sched, (const void *)rec);
	case IPCPROBE_REC_rq_change:
		return apply_change(sched, (const void *)rec);
	case IPCPROBE_REC_rq_wakeup:
		return apply_wakeup(sched, (const void *)rec);
	case IPCPROBE_REC_rq_migrate:
		return apply_migrate(sched, (const void *)rec);
	case IPCPROBE_REC_rq_snapshot:
		return apply_snapshot(sched, (const void *)rec);
	case IPCPROBE_REC_rq_snapshot_end:
		return apply_snapshot_end(sched, (const void *)rec);
	case IPCPROBE_REC_rq_online:
		return apply_online(sched, (const void *)rec);
	default:
		return 0;
	}
}

/**
 * sched_apply_wait - apply one record of a class of IPC
 * Return: 0 or -ENOMEM.
 */
int sched_apply_wait(struct sched *sched, const struct ipcprobe_rec *rec)
{
	struct sched_wait wait = { 0 };
	struct sched_task *task;
	uint32_t number;

	if (sched_wait_change(rec, &wait) == WAIT_UNCHANGED)
		return 0;
	task = task_of(sched, rec->tid, &number);
	if (!task)
		return -ENOMEM;
	if (number) {
		task->wait = wait;
		task->wait_gen = sched->wait_gen;
	}
	return 0;
}

int sched_init(struct sched *sched, struct tasks *tasks)
{
	*sched = (struct sched){ .tasks = tasks, .gen = 1 };
	if (sched_groups_init(&sched->groups))
		return -ENOMEM;
	return pool_init(&sched->task, sizeof(struct sched_task));
}

void sched_deinit(struct sched *sched)
{
	uint32_t i;

	for (i = 0; i < sched->task.nr; i++) {
		hist_deinit(&sched_task_at(sched, i)->latency);
		delay_deinit(&sched_task_at(sched, i)->delay);
	}
	for (i = 0; i < sched->nr_cpus; i++) {
		free(sched->cpu[i].length_ns);
		free(sched->cpu[i].snapshot);
		free(sched->cpu[i].throttled);
	}
	free(sched->cpu);
	free(sched->seen);
	pool_deinit(&sched->task);
	sched_groups_deinit(&sched->groups);
	if (sched->timeline)
		timeline_deinit(sched->timeline);
	free(sched->timeline);
	*sched = (struct sched){ 0 };
}
