/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Run queues: who is on which, who runs, for how long.
 *
 * Membership comes from the kernel's own enqueue and dequeue and from nothing
 * else: since 6.12 a task that sleeps may stay on its queue.  The running task
 * is a member.  Each enqueue and dequeue record carries the kernel's own
 * length of the queue, which the model's must equal: an audit.
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
#define SCHED_NR_DISAGREEMENTS	256U	/* kept in detail */
#define SCHED_NR_FAILURES	64U	/* likewise */

enum sched_state {
	SCHED_UNKNOWN,
	SCHED_ASLEEP,		/* neither runs nor wants to */
	SCHED_QUEUED,		/* wants to run */
	SCHED_DELAYED,		/* sleeps, but is still a member */
	SCHED_RUNNING,
	SCHED_THROTTLED,	/* wants to run, but its group has used up its time */
	SCHED_MIGRATING,	/* on its way from one queue to another */
};

/* what calls a wake-up */
enum sched_waker_kind { WAKER_TASK, WAKER_SOFTIRQ, WAKER_HARDIRQ, WAKER_UNKNOWN,
			 NR_WAKER_KINDS };

/**
 * struct sched_waker - who woke a task
 * @task: who ran where the wake-up was called; 0 = the CPU was idle
 * @cpu: where that was
 * @kind: enum sched_waker_kind: @task called, or an interrupt while it ran; WAKER_UNKNOWN:
 *	nothing is known but that
 */
struct sched_waker {
	uint32_t task;
	uint16_t cpu;
	uint8_t kind;
};

/**
 * struct sched_task - a task as the scheduler sees it
 * @gen: generation of its state, see sched->gen
 * @number: of the task
 * @state: enum sched_state
 * @is_since_least: it may have been in @state before @since_ns already
 * @cpu: of the queue it is a member of, or SCHED_NO_CPU
 * @run_cpu: where it runs
 * @group: its task group, 0 = not known
 * @sched_class: IPCPROBE_SCHED_*
 * @prio: its priority, kernel scale
 * @is_throttled: it cannot run now, and does not count in its queue's length
 * @next: member after it, 0 = last
 * @prev: member before it, 0 = first
 * @since_ns: since when it is in @state
 * @wake_ns: when the waker called that @delay began with; 0 = there was none, or it ran since
 * @waker: who called; set when @wake_ns is
 * @is_moved: it sleeps, or may do so (SCHED_UNKNOWN), and was a member that changes
 *	its queue
 * @out_ns: when it last left a CPU, 0 = not known
 * @out_state: with what state, as in rq_switch
 * @is_preempted: it wanted to go on then
 * @off_ns: it runs: for how long it had been off the CPU, 0 = not known
 * @delay: it wants to run: since when, and what holds it up; it runs: what did
 * @wait: the IPC object it blocks on, if it sleeps: see sched_wait_of()
 * @wait_gen: generation of @wait, see sched->wait_gen
 * @run_ns: time running
 * @wait_ns: time queued and not running
 * @sleep_ns: time asleep and not a member
 * @delayed_ns: time asleep and still a member
 * @throttled_ns: time throttled
 * @migrating_ns: time between two queues
 * @blocked_ns: of @sleep_ns and @delayed_ns, time blocked on each kind of object
 * @latency: from the waker's call until it ran
 */
struct sched_task {
	uint32_t gen;
	uint32_t number;
	uint8_t state;
	bool is_since_least;
	uint16_t cpu;
	uint16_t run_cpu;
	uint32_t group;
	uint16_t prio;
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

/* a member of a queue, as a snapshot tells it */
struct sched_member {
	uint32_t task;
	uint32_t group;
	uint16_t prio;
	uint16_t sched_class;
	uint16_t state;
};

/**
 * struct sched_cpu - a CPU and its queue
 * @is_known: a complete snapshot was seen, and nothing about it was lost since
 * @is_wrong: the last step's audit disagreed: the time before it is not known
 * @is_seen: some record was about it
 * @is_offline: it is down
 * @length: as the kernel counts; members without a name included
 * @first: first member, 0 = none
 * @nr_members: members with a name
 * @current: running task, 0 = idle
 * @length_since_ns: since when @length is what it is
 * @current_since_ns: since when @current runs
 * @length_ns: time at each length, [@nr_lengths]
 * @busy_ns: a task ran
 * @idle_ns: none ran
 * @offline_ns: it was down
 * @nr_wakeups: wake-ups that chose it
 * @nr_unknown_wakers: of them, those whose waker is not known, nor when it called
 * @nr_in: migrations to it
 * @nr_out: migrations from it
 * @nr_checks: snapshots that met a queue known already
 * @nr_same: of them, those with the same members and the same task running
 * @nr_failures: checks that failed here
 * @throttled: groups that are throttled here
 * @has_throttle: one became so, or no more, and the length has not changed yet
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

/* an audit that disagreed */
struct sched_disagreement {
	uint64_t ts_ns;
	uint32_t cpu;
	int64_t model;
	uint32_t kernel;
};

/*
 * What is checked of each record on a queue that is known: two sources that the
 * kernel keeps apart.  CHECK(NAME, name in JSON, what is right, in words)
 */
#define SCHED_CHECKS(CHECK)							\
	CHECK(JOIN, "joins", "who joins a queue is on none")			\
	CHECK(LEAVE, "leaves", "who leaves a queue is on it")			\
	CHECK(FROM, "switches_from", "a CPU switches from the task that runs there") \
	CHECK(TO, "switches_to", "a CPU switches to a task on its queue")	\
	CHECK(WAKEUP, "wakeups", "who was woken is on the queue")		\
	CHECK(MEMBER, "snapshot_members", "a snapshot has the members of the queue") \
	CHECK(RUNS, "snapshot_running", "a snapshot has the task that runs")	\
	CHECK(STATE, "snapshot_states", "a snapshot has each member's state")	\
	CHECK(CLASS, "snapshot_classes", "a snapshot has each member's class")	\
	CHECK(PRIO, "snapshot_priorities", "a snapshot has each member's priority") \
	CHECK(GROUP, "snapshot_groups", "a snapshot has each member's task group")

#define SCHED_CHECK_E(up, name, words)	SCHED_CHECK_##up,
enum sched_check { SCHED_CHECKS(SCHED_CHECK_E) NR_SCHED_CHECKS };
#undef SCHED_CHECK_E

/* how often a check was made, and how often it failed */
struct sched_check_count {
	uint64_t nr;
	uint64_t nr_failed;
};

/**
 * struct sched_failure - a check that failed
 * @check: enum sched_check
 * @model: SCHED_CHECK_STATE and those after it: what was here; else, was it there?
 * @kernel: and in the kernel
 */
struct sched_failure {
	uint64_t ts_ns;
	uint32_t cpu;
	uint32_t task;
	uint32_t model;
	uint32_t kernel;
	uint8_t check;
};

struct sched;

/**
 * struct sched_switch - a switch that is about to happen
 * @prev: who ran: has since_ns, off_ns and the delay before that; 0 = idle
 * @next: who will: has out_ns, wake_ns, waker and the delay that ends now; 0 = idle
 */
struct sched_switch {
	const struct ipcprobe_rec_rq_switch *rec;
	uint32_t prev;
	uint32_t next;
};

/**
 * struct sched_watch - who is told what happens, in order of time
 * @on_switch: before the model takes it in
 * @on_wakeup: a task was woken; before
 * @on_migrate: a task is moved; before
 * @on_slept: a task slept for @ns until now, or was woken: sched_wait_of() says on what
 * @on_lost: the records of @gap are missing; before
 * @on_end: there are no more records before @until_ns; before
 * @on_record: a "lost" record or one of class "sched" was taken in; also before from_ns
 * @on_finish: there are no more records at all: after all figures are complete
 * @on_fold: what it knows of a task is to count as that of task @into[task], if that is
 *	not 0, as the task's number goes to another one; NULL: no number may
 * @arg: their first argument
 *
 * All may be NULL.  Only what happens at the model's from_ns or later is told, unless
 * it says otherwise here. Those that return anything return 0 or -errno, which ends everything.
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
	int (*on_end)(void *arg, const struct sched *sched, uint64_t until_ns);
	int (*on_record)(void *arg, const struct sched *sched, const struct ipcprobe_rec *rec);
	int (*on_finish)(void *arg, const struct sched *sched, uint64_t until_ns);
	int (*on_fold)(void *arg, const uint32_t *into, uint32_t nr);
	void *arg;
};

/**
 * struct sched - the model behind "ipcprobe runq" and "ipcprobe sched"
 * @from_ns: figures cover the time from then on
 * @until_ns: ... till then; set by sched_end_figures()
 * @is_over: what comes is checked, and counts in no figure
 * @gen: raised when records were lost: the state of all tasks is unknown that were
 *	not known to be on a queue of which nothing is missing
 * @wait_gen: raised when records of IPC were lost: on what tasks block is unknown
 * @gaps: records that are missing
 * @met: tasks of this generation, by number
 * @disagreement: the first ones
 * @check: by enum sched_check
 * @failure: the first ones
 * @is_partial: some CPUs were not recorded: where who is on no queue is, is not known
 * @groups: task groups and functions, by number
 * @throttles_real_time: the kernel throttles all real-time tasks at once
 * @throttles_tasks: but the tasks of a throttled group one by one
 * @sleepers_leave: who goes to sleep leaves its queue before the switch: who is a
 *	member then stays runnable, whatever its state (a signal was pending)
 * @timeline: NULL = not wanted
 * @watch: NULL = nobody
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
	uint32_t *met;
	uint32_t nr_met;
	uint32_t cap_met;
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

/* records that end a wait may be missing: nothing is known of any */
static inline void sched_lost_waits(struct sched *sched)
{
	sched->wait_gen++;
}

/* on what the task blocks, if it sleeps */
static inline struct sched_wait sched_wait_of(const struct sched *sched,
					      const struct sched_task *task)
{
	return task->wait_gen == sched->wait_gen ? task->wait : (struct sched_wait){ 0 };
}

/* what stands for @task once it is folded: see sched_watch's on_fold */
static inline uint32_t sched_folded(const uint32_t *into, uint32_t nr, uint32_t task)
{
	return task < nr && into[task] ? into[task] : task;
}

/* does it want to run, and has no CPU? */
static inline bool sched_is_waiting(const struct sched_task *task)
{
	return task->state == SCHED_QUEUED || task->state == SCHED_THROTTLED ||
	       task->state == SCHED_MIGRATING;
}

/* since when the task wants to run; 0: it does not, or that is not known */
static inline uint64_t sched_ready_ns(const struct sched_task *task)
{
	return delay_begin_ns(&task->delay);
}

/* for how long, since the figures began, @task has run on @cpu; 0 if not at all */
uint64_t sched_run_ns(const struct sched *sched, uint32_t task, uint32_t cpu, uint64_t until_ns);

/* True if the watcher is called for what happens at @ts_ns. */
static inline bool sched_is_watched(const struct sched *sched, uint64_t ts_ns)
{
	return sched->watch && ts_ns >= sched->from_ns && !sched->is_over;
}

/*
 * member.c: a task joins a queue or leaves the one it is on, all leave it; the member after
 * @task on its queue, of task 0 the first one; members that count in the queue's length
 */
void sched_link_member(struct sched *sched, uint32_t number, struct sched_cpu *cpu);
void sched_unlink_member(struct sched *sched, struct sched_task *task);
void sched_drop_members(struct sched *sched, struct sched_cpu *cpu);
uint32_t sched_next_member(const struct sched *sched, const struct sched_cpu *cpu, uint32_t task);
uint32_t sched_nr_counted(const struct sched *sched, const struct sched_cpu *cpu);

/* has whatever happened on the queue of @cpu been seen, and agrees with the kernel? */
bool sched_cpu_is_exact(const struct sched *sched, uint32_t cpu);

/* account.c: what went on until now is counted */
int sched_end_length(struct sched *sched, struct sched_cpu *cpu, uint64_t ts_ns, bool is_right);
int sched_end_current(struct sched *sched, struct sched_cpu *cpu, uint64_t ts_ns);
void sched_end_state(const struct sched *sched, struct sched_task *task, uint64_t ts_ns);
void sched_end_throttled(const struct sched *sched, const struct sched_task *task,
			 uint64_t ts_ns, uint32_t next);
void sched_enter_state(const struct sched *sched, struct sched_task *task, uint64_t ts_ns,
		       enum sched_state state);

/* throttle.c: whom throttling keeps from running */
int sched_enter_waiting(const struct sched *sched, struct sched_task *task, uint64_t ts_ns,
			uint32_t cpu, uint32_t by);
int sched_set_throttled(const struct sched *sched, struct sched_task *task, uint64_t ts_ns,
			bool is_throttled);
int sched_throttle(struct sched *sched, struct sched_cpu *cpu,
		   const struct ipcprobe_rec_rq_throttle *rec);
int sched_throttle_unnamed(struct sched *sched, struct sched_cpu *cpu,
			   const struct ipcprobe_rec_rq_change *rec);

/* check.c: what is known already against what a record says; all but a failed
 * check's count is left alone
 */
bool sched_check(struct sched *sched, const struct sched_failure *wanted, bool is_right);
void sched_check_members(struct sched *sched, struct sched_cpu *cpu, uint64_t ts_ns,
			 uint32_t current);


/* time at any length */
uint64_t sched_known_ns(const struct sched_cpu *cpu);
double sched_mean_length(const struct sched_cpu *cpu);
uint32_t sched_max_length(const struct sched_cpu *cpu);

#endif /* IPCPROBE_MODEL_SCHED_RUNQUEUE_H */
