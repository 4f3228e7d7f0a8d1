/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Run queues: which tasks are on each queue, which task runs, and for how long.
 *
 * Membership comes only from the kernel's own enqueue and dequeue: since Linux 6.12
 * a sleeping task may stay on its queue. The running task is a member. Each enqueue
 * and dequeue record has the kernel's own length of the queue, which must equal the
 * model's length: this is the audit.
 */
#ifndef IPCPROBE_MODEL_SCHED_RUNQUEUE_H
#define IPCPROBE_MODEL_SCHED_RUNQUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/ipcprobe.h>

#include "lib/hist.h"
#include "lib/pool.h"
#include "model/sched/delay.h"
#include "model/sched/gap.h"
#include "model/sched/group.h"
#include "model/sched/timeline.h"
#include "model/sched/wait.h"
#include "model/task.h"

#define SCHED_NR_CPUS_MAX	8192U
#define SCHED_NO_CPU		UINT16_MAX
/* in rq_flags of rq_dequeue: the task goes to sleep; it does not just change its queue */
#define SCHED_DEQUEUE_SLEEP	0x1U
#define SCHED_NR_DISAGREEMENTS	256U	/* failed audits kept in detail */
#define SCHED_NR_FAILURES	64U	/* failed checks kept in detail */

enum sched_state {
	SCHED_UNKNOWN,
	SCHED_ASLEEP,		/* does not run and does not want to */
	SCHED_QUEUED,		/* wants to run */
	SCHED_DELAYED,		/* sleeps, but is still a member of a queue */
	SCHED_RUNNING,
	SCHED_THROTTLED,	/* wants to run, but its group has used up its time */
	SCHED_MIGRATING,	/* between two queues */
};

/* Context that calls a wake-up. */
enum sched_waker_kind { WAKER_TASK, WAKER_SOFTIRQ, WAKER_HARDIRQ, WAKER_UNKNOWN,
			 NR_WAKER_KINDS };

/**
 * struct sched_waker - the task or interrupt that woke a task
 * @task: task that ran on the CPU where the wake-up was called; 0 = the CPU was
 *	idle
 * @cpu: CPU where the wake-up was called
 * @kind: enum sched_waker_kind: @task called, or an interrupt while @task ran;
 *	WAKER_UNKNOWN: only @task and @cpu are known
 */
struct sched_waker {
	uint32_t task;
	uint16_t cpu;
	uint8_t kind;
};

/**
 * struct sched_task - a task as the scheduler sees it
 * @gen: generation of @state, see sched->gen
 * @number: number of the task
 * @state: enum sched_state
 * @is_since_least: the task may have been in @state already before @since_ns
 * @cpu: CPU whose queue the task is a member of, or SCHED_NO_CPU
 * @run_cpu: CPU on which the task runs
 * @group: task group, 0 = not known
 * @sched_class: IPCPROBE_SCHED_*
 * @prio: priority, kernel scale
 * @is_throttled: the task cannot run now, and does not count in its queue's length
 * @next: next member of the queue, 0 = last
 * @prev: previous member of the queue, 0 = first
 * @since_ns: time when the task entered @state
 * @wake_ns: time of the waker's call that @delay began with; 0 = none, or the task
 *	has run since
 * @waker: waker; valid if @wake_ns is not 0
 * @is_moved: the task sleeps, or may sleep (SCHED_UNKNOWN), and is changing from
 *	one queue to another
 * @out_ns: time when the task last left a CPU, 0 = not known
 * @out_state: state with which the task left the CPU, as in rq_switch
 * @is_preempted: the task wanted to run on when it left the CPU
 * @off_ns: while it runs: time that the task had been off the CPU before, 0 = not
 *	known
 * @delay: while it waits: the delay so far; while it runs: the delay before
 * @wait: while it sleeps: IPC object that the task blocks on, see sched_wait_of()
 * @wait_gen: generation of @wait, see sched->wait_gen
 * @run_ns: time running
 * @wait_ns: time queued and not running
 * @sleep_ns: time asleep and not a member
 * @delayed_ns: time asleep and still a member
 * @throttled_ns: time throttled
 * @migrating_ns: time between two queues
 * @blocked_ns: of @sleep_ns and @delayed_ns, time blocked on each kind of object
 * @latency: times from a waker's call until the task ran
 */
struct sched_task {
	uint32_t gen;
	uint32_t number;
	uint8_t state;
	bool is_since_least;
	uint16_t cpu;
	uint16_t run_cpu;
	uint32_t group;
	int16_t prio;
	uint8_t sched_class;
	bool is_throttled;
	uint32_t next;
	uint32_t prev;
	uint64_t since_ns;
	uint64_t wake_ns;
	struct sched_waker waker;
	bool is_preempted;
	bool is_moved;
	uint64_t out_ns;
	uint32_t out_state;
	uint64_t off_ns;
	struct sched_delay delay;
	struct sched_wait wait;
	uint32_t wait_gen;
	uint64_t run_ns;
	uint64_t wait_ns;
	uint64_t sleep_ns;
	uint64_t delayed_ns;
	uint64_t throttled_ns;
	uint64_t migrating_ns;
	uint64_t blocked_ns[NR_WAIT_KINDS];
	uint32_t nr_wakeups;
	uint32_t nr_voluntary;
	uint32_t nr_preempted;
	uint32_t nr_migrations;
	struct hist latency;
};

/* A member of a queue in a snapshot. */
struct sched_member {
	uint32_t task;
	uint32_t group;
	int16_t prio;
	uint16_t sched_class;
	uint16_t state;
};

/**
 * struct sched_cpu - a CPU and its queue
 * @is_known: a complete snapshot was seen, and no record about the queue was lost
 *	since
 * @is_wrong: the audit of the last step failed: the queue's length before it is not
 *	known
 * @is_seen: a record about this CPU was seen
 * @is_offline: the CPU is down
 * @length: length as the kernel counts it, including members without a name
 * @first: first member, 0 = none
 * @nr_members: number of members with a name
 * @current: running task, 0 = idle
 * @length_since_ns: time of the last change of @length
 * @current_since_ns: time when @current began to run
 * @length_ns: time for which the queue had each length, [@nr_lengths]
 * @busy_ns: time in which a task ran
 * @idle_ns: time in which no task ran
 * @offline_ns: time in which the CPU was down
 * @nr_wakeups: number of wake-ups that chose this CPU
 * @nr_unknown_wakers: number of wake-ups in @nr_wakeups whose waker and begin are
 *	not known
 * @nr_in: number of migrations to this CPU
 * @nr_out: number of migrations from this CPU
 * @nr_checks: number of snapshots of the queue while it was already known
 * @nr_same: snapshots in @nr_checks with the model's members and the model's
 *	running task
 * @nr_failures: number of checks that failed on this CPU
 * @throttled: groups that are throttled on this CPU
 * @has_throttle: the throttling of a group began or ended, and the length has not
 *	changed yet
 * @snapshot: members of the snapshot that is being read
 */
struct sched_cpu {
	bool is_known;
	bool is_wrong;
	bool is_seen;
	bool is_offline;
	int64_t length;
	uint32_t first;
	uint32_t nr_members;
	uint32_t current;
	uint64_t length_since_ns;
	uint64_t current_since_ns;
	uint64_t *length_ns;
	uint32_t nr_lengths;
	uint64_t busy_ns;
	uint64_t idle_ns;
	uint64_t offline_ns;
	uint64_t nr_switches;
	uint64_t nr_wakeups;
	uint64_t nr_unknown_wakers;
	uint64_t nr_in;
	uint64_t nr_out;
	uint64_t nr_audits;
	uint64_t nr_agreed;
	uint64_t nr_checks;
	uint64_t nr_same;
	uint64_t nr_failures;
	uint32_t *throttled;
	uint32_t nr_throttled;
	uint32_t cap_throttled;
	bool has_throttle;
	struct sched_member *snapshot;
	uint32_t nr_snapshot;
	uint32_t cap_snapshot;
};

/* An audit that failed. */
struct sched_disagreement {
	uint64_t ts_ns;
	uint32_t cpu;
	int64_t model;
	uint32_t kernel;
};

/*
 * Checks of each record about a known queue: they compare two sources that the
 * kernel maintains separately. CHECK(NAME, name in JSON, description of the right
 * case)
 */
#define SCHED_CHECKS(CHECK)							\
	CHECK(JOIN, "joins", "a task that joins a queue is on no other")	\
	CHECK(LEAVE, "leaves", "a task that leaves a queue is on it")		\
	CHECK(FROM, "switches_from", "a CPU switches from the task that runs there") \
	CHECK(TO, "switches_to", "a CPU switches to a task on its queue")	\
	CHECK(WAKEUP, "wakeups", "a task that was woken is on a queue")	\
	CHECK(MEMBER, "snapshot_members", "a snapshot lists the tasks on the queue") \
	CHECK(RUNS, "snapshot_running", "a snapshot has the same running task")	\
	CHECK(STATE, "snapshot_states", "a snapshot has the same state of a task")	\
	CHECK(CLASS, "snapshot_classes", "a snapshot has the same class of a task")	\
	CHECK(PRIO, "snapshot_priorities", "a snapshot has the same priority of a task") \
	CHECK(GROUP, "snapshot_groups", "a snapshot has the same group of a task")

#define SCHED_CHECK_E(up, name, words)	SCHED_CHECK_##up,
enum sched_check { SCHED_CHECKS(SCHED_CHECK_E) NR_SCHED_CHECKS };
#undef SCHED_CHECK_E

/* Number of times that a check was made, and that it failed. */
struct sched_check_count {
	uint64_t nr;
	uint64_t nr_failed;
};

/**
 * struct sched_failure - a check that failed
 * @check: enum sched_check
 * @model: with SCHED_CHECK_STATE and later checks: the value in the model; with
 *	others: whether the task was there
 * @kernel: what @model should be, according to the kernel
 */
struct sched_failure {
	uint64_t ts_ns;
	uint32_t cpu;
	uint32_t task;
	uint32_t model;
	uint32_t kernel;
	uint8_t check;
};

struct mark;
struct sched;

/**
 * struct sched_switch - a switch that is about to happen
 * @prev: task that runs: its since_ns, off_ns and delay are those of the run that
 *	ends; 0 = idle
 * @next: task that will run: has out_ns, wake_ns, waker and the delay that ends
 *	now; 0 = idle
 */
struct sched_switch {
	const struct ipcprobe_rec_rq_switch *rec;
	uint32_t prev;
	uint32_t next;
};

/**
 * struct sched_watch - an observer of the run queues, called in order of time
 * @on_switch: called before a switch is applied
 * @on_wakeup: called before a wake-up is applied
 * @on_migrate: called before a migration is applied
 * @on_slept: a task slept for @ns until now, or was woken; sched_wait_of() returns
 *	the object that it blocked on
 * @on_lost: called before a loss is applied: records are missing in @gap
 * @on_mark: a user made a mark
 * @on_end: called before the end is applied: there are no more records before
 *	@until_ns
 * @on_record: a "lost" record or one of class "sched" was applied; also called
 *	before from_ns
 * @on_finish: called after all figures are complete: there are no more records
 * @on_fold: what the watcher knows of a task must count as that of task
 *	@into[task], if that is not 0, because the task's number may be given to
 *	another task; NULL = no task may be folded
 * @arg: first argument of all functions
 *
 * All functions may be NULL. They are called only for what happens at the model's
 * from_ns or later, except where stated otherwise. A function with a result returns
 * 0 or -errno; an error ends the model.
 */
struct sched_watch {
	int (*on_switch)(void *arg, const struct sched *sched, const struct sched_switch *sw);
	int (*on_wakeup)(void *arg, const struct sched *sched,
			 const struct ipcprobe_rec_rq_wakeup *rec, uint32_t task,
			 const struct sched_waker *waker);
	int (*on_migrate)(void *arg, const struct sched *sched,
			  const struct ipcprobe_rec_rq_migrate *rec, uint32_t task, uint32_t by);
	void (*on_slept)(void *arg, const struct sched *sched, const struct sched_task *task,
			 uint64_t ns);
	int (*on_lost)(void *arg, const struct sched *sched, const struct sched_gap *gap);
	void (*on_mark)(void *arg, const struct mark *mark);
	int (*on_end)(void *arg, const struct sched *sched, uint64_t until_ns);
	int (*on_record)(void *arg, const struct sched *sched, const struct ipcprobe_rec *rec);
	int (*on_finish)(void *arg, const struct sched *sched, uint64_t until_ns);
	int (*on_fold)(void *arg, const uint32_t *into, uint32_t nr);
	void *arg;
};

/**
 * struct sched - the model of "ipcprobe runq" and "ipcprobe sched"
 * @from_ns: begin of the time that figures cover
 * @until_ns: end of the time that figures cover; set by sched_end_figures()
 * @is_over: further records are checked, but count in no figure
 * @gen: incremented when records were lost: then the state of a task is unknown,
 *	unless it is known to be on a queue without missing records
 * @wait_gen: incremented when records of IPC were lost: then the objects that tasks
 *	block on are unknown
 * @gaps: missing records
 * @seen: numbers of the tasks seen in this generation
 * @disagreement: the first failed audits
 * @check: counts of checks, by enum sched_check
 * @failure: the first failed checks
 * @is_partial: some CPUs were not recorded: a task that is on no known queue may be
 *	on one of theirs
 * @groups: task groups and functions, by number
 * @throttles_real_time: the kernel throttles all real-time tasks at once
 * @throttles_tasks: the kernel throttles the tasks of a throttled group one by one
 * @sleepers_leave: a task that goes to sleep leaves its queue before the switch: a
 *	task that is still a member then stays runnable, whatever its state (a
 *	signal was pending)
 * @timeline: timeline to fill, NULL = none
 * @watch: observer, NULL = none
 */
struct sched {
	struct tasks *tasks;
	struct pool task;	/* struct sched_task, by task */
	struct sched_cpu *cpu;
	uint32_t nr_cpus;
	uint32_t gen;
	uint32_t wait_gen;
	uint64_t from_ns;
	uint64_t until_ns;
	bool is_over;
	struct sched_gaps gaps;
	uint32_t *seen;
	uint32_t nr_seen;
	uint32_t cap_seen;
	struct sched_disagreement disagreement[SCHED_NR_DISAGREEMENTS];
	uint32_t nr_disagreements;
	struct sched_check_count check[NR_SCHED_CHECKS];
	struct sched_failure failure[SCHED_NR_FAILURES];
	uint64_t nr_failures;
	bool is_partial;
	struct sched_groups groups;
	bool throttles_real_time;
	bool throttles_tasks;
	bool sleepers_leave;
	struct timeline *timeline;
	const struct sched_watch *watch;
};

int sched_init(struct sched *sched, struct tasks *tasks);
void sched_deinit(struct sched *sched);
int sched_apply(struct sched *sched, const struct ipcprobe_rec *rec);
int sched_apply_wait(struct sched *sched, const struct ipcprobe_rec *rec);
int sched_lost(struct sched *sched, const struct sched_gap *gap);
int sched_reset(struct sched *sched, uint64_t from_ns);
int sched_end_figures(struct sched *sched, uint64_t until_ns);

static inline struct sched_task *sched_task_at(const struct sched *sched, uint32_t task)
{
	return pool_at(&sched->task, task);
}

/* Records that end a wait may be missing: all objects that tasks block on are unknown. */
static inline void sched_lost_waits(struct sched *sched)
{
	sched->wait_gen++;
}

/* Object that the task blocks on, if it sleeps. */
static inline struct sched_wait sched_wait_of(const struct sched *sched,
					      const struct sched_task *task)
{
	return task->wait_gen == sched->wait_gen ? task->wait : (struct sched_wait){ 0 };
}

/* The task that @task was folded into; see on_fold of struct sched_watch. */
static inline uint32_t sched_folded(const uint32_t *into, uint32_t nr, uint32_t task)
{
	return task < nr && into[task] ? into[task] : task;
}

/* True if the task wants to run, and has no CPU. */
static inline bool sched_is_waiting(const struct sched_task *task)
{
	return task->state == SCHED_QUEUED || task->state == SCHED_THROTTLED ||
	       task->state == SCHED_MIGRATING;
}

/* Time since which the task wants to run; 0 = it does not, or that is not known. */
static inline uint64_t sched_ready_ns(const struct sched_task *task)
{
	return delay_begin_ns(&task->delay);
}

/* Time that @task has run on @cpu since the figures began. */
uint64_t sched_run_ns(const struct sched *sched, uint32_t task, uint32_t cpu, uint64_t until_ns);

/* True if the watcher is called for what happens at @ts_ns. */
static inline bool sched_is_watched(const struct sched *sched, uint64_t ts_ns)
{
	return sched->watch && ts_ns >= sched->from_ns && !sched->is_over;
}

/*
 * member.c: a task joins a queue, or leaves its queue; all tasks leave a queue. The
 * next member after @task on its queue, for task 0 the first. The number of members
 * that count in the queue's length.
 */
void sched_link_member(struct sched *sched, uint32_t number, struct sched_cpu *cpu);
void sched_unlink_member(struct sched *sched, struct sched_task *task);
void sched_drop_members(struct sched *sched, struct sched_cpu *cpu);
uint32_t sched_next_member(const struct sched *sched, const struct sched_cpu *cpu, uint32_t task);
uint32_t sched_nr_counted(const struct sched *sched, const struct sched_cpu *cpu);

/* True if all events on the queue of @cpu were seen, and agree with the kernel. */
bool sched_cpu_is_exact(const struct sched *sched, uint32_t cpu);

/* account.c: end an interval, and count it */
int sched_end_length(struct sched *sched, struct sched_cpu *cpu, uint64_t ts_ns, bool is_right);
int sched_end_current(struct sched *sched, struct sched_cpu *cpu, uint64_t ts_ns);
void sched_end_state(const struct sched *sched, struct sched_task *task, uint64_t ts_ns);
void sched_end_throttled(const struct sched *sched, const struct sched_task *task,
			 uint64_t ts_ns, uint32_t next);
void sched_enter_state(const struct sched *sched, struct sched_task *task, uint64_t ts_ns,
		       enum sched_state state);

/* throttle.c: tasks that throttling keeps from running */
int sched_enter_waiting(const struct sched *sched, struct sched_task *task, uint64_t ts_ns,
			uint32_t cpu, uint32_t by);
int sched_set_throttled(const struct sched *sched, struct sched_task *task, uint64_t ts_ns,
			bool is_throttled);
int sched_throttle(struct sched *sched, struct sched_cpu *cpu,
		   const struct ipcprobe_rec_rq_throttle *rec);
int sched_throttle_unnamed(struct sched *sched, struct sched_cpu *cpu,
			   const struct ipcprobe_rec_rq_change *rec);

/*
 * check.c: compare the state of the model with a record; only the counts of checks
 * and the list of failures change
 */
bool sched_check(struct sched *sched, const struct sched_failure *wanted, bool is_right);
void sched_check_members(struct sched *sched, struct sched_cpu *cpu, uint64_t ts_ns,
			 uint32_t current);

/* Total time in which the queue's length was known. */
uint64_t sched_known_ns(const struct sched_cpu *cpu);
double sched_mean_length(const struct sched_cpu *cpu);
uint32_t sched_max_length(const struct sched_cpu *cpu);

#endif /* IPCPROBE_MODEL_SCHED_RUNQUEUE_H */
