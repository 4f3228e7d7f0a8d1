/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A session for the guest tests, straight from <linux/ipcprobe.h>: none of the
 * tools' code is used, so that a mistake there cannot hide one in the module.
 *
 * Include after kselftest_harness.h.  Before main() capture.c loads the module,
 * unless it is loaded, and at the end it unloads what it loaded.
 */
#ifndef CAPTURE_H
#define CAPTURE_H

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <linux/ipcprobe.h>

/*
 * Seconds that one test may take, in place of the harness's 30: emulated guests
 * that share a processor are slow.  Each TEST() takes it where it stands.
 */
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT	300

/* What an interrupted call returns inside the kernel, where records are made. */
#define ERESTARTSYS	512

#define MAYBE_UNUSED	__attribute__((unused))
#define CLASS_BIT(up)	(1U << IPCPROBE_CLASS_##up)
#define NR(array)	(sizeof(array) / sizeof((array)[0]))

/* How long anything may take that is waited for. */
#define PATIENCE_MS	20000

struct captured {
	uint32_t cpu;
	const struct ipcprobe_rec *rec;
};

/**
 * struct capture - a session with all its rings, and what was read so far
 * @recs: records in the order of reading; capture_sort(): of time
 * @mark: capture_wait() has looked at the records before this
 * @error: the first thing that was wrong with the stream itself, or NULL
 */
struct capture {
	int fd;
	struct ipcprobe_info info;
	struct capture_ring {
		struct ipcprobe_ring_consumer *consumer;
		struct ipcprobe_ring_producer *producer;
		const char *data;
		uint64_t pos;
		uint64_t last_ns;
	} *rings;
	struct captured *recs;
	size_t nr;
	size_t max;
	size_t mark;
	const char *error;
};

/* CLOCK_MONOTONIC, of which records have their times. */
uint64_t now_ns(void);

/* Without it the module does not know the kernel's own structs: why tests are skipped. */
#define NO_BTF	"the kernel has no BTF"

bool has_btf(void);

/* ---- session ---- */

/* Opens the device, configures it and maps all rings.  Return: 0 or -errno. */
int capture_open(struct capture *cap, const struct ipcprobe_config *config);
void capture_close(struct capture *cap);
/* Return: 0 or -errno. */
int capture_start(struct capture *cap);
int capture_stop(struct capture *cap);
/* How much of a ring is mapped read-only: the producer's page and the data, twice. */
size_t capture_data_len(const struct ipcprobe_info *info);

/* ---- records ---- */

/* Takes over all there is to read.  Return: bytes. */
size_t capture_drain(struct capture *cap);
/* Forgets what was read so far. */
void capture_forget(struct capture *cap);
/* Brings the records into the order of time. */
void capture_sort(struct capture *cap);
/*
 * Waits, in poll(2), for the next record of that type and task (0: any); the
 * session needs wakeup_bytes = 1.  Return: NULL when it did not come.
 */
const void *capture_wait(struct capture *cap, uint16_t type, uint32_t tid);

/* ---- records of one task ---- */

struct cursor {
	const struct capture *cap;
	uint32_t tid;
	size_t next;
};

/* Goes through the records about one task; cap is to be sorted. */
struct cursor records_of(const struct capture *cap, uint32_t tid);
/* Return: the next record of the task, NULL after the last. */
const struct ipcprobe_rec *cursor_next(struct cursor *cursor);
/* Prints all records of the task, as comments of TAP. */
void cursor_print(const struct cursor *cursor);
void record_print(const struct ipcprobe_rec *rec);

/* The next record of the task, which must be of this type. */
#define NEXT(cursor, name) ({						\
	const struct ipcprobe_rec *__rec = cursor_next(cursor);		\
	if (!__rec || __rec->type != IPCPROBE_REC_##name)		\
		cursor_print(cursor);					\
	ASSERT_NE(NULL, __rec) TH_LOG("no more records, wanted " #name); \
	ASSERT_EQ(IPCPROBE_REC_##name, __rec->type);			\
	(const struct ipcprobe_rec_##name *)__rec;			\
})

#define NO_MORE(cursor) do {						\
	const struct ipcprobe_rec *__rec = cursor_next(cursor);		\
	if (__rec)							\
		cursor_print(cursor);					\
	ASSERT_EQ(NULL, __rec) TH_LOG("a record too many");		\
} while (0)

/* ---- what is done in a child ---- */

/* In a child: tells the line that went wrong by the exit status. */
#define CHECK(condition) do {						\
	if (!(condition)) {						\
		dprintf(2, "# %s:%d: %s: %m\n", __FILE__, __LINE__, #condition); \
		_exit(1);						\
	}								\
} while (0)

/* Waits until the process's first thread is a zombie. */
void await_first_end(pid_t pid);
/* Memory that a child shares with the test; NULL: there is none. */
void *shared_memory(size_t len);
/* The calling task runs on this CPU only. */
void pin_to(int cpu);
/* Return: 0 when it has none. */
uint32_t inode_of(int fd);

/* Starts a child that does one thing and ends. */
#define SPAWN(function, arg) ({						\
	pid_t __pid = fork();						\
	if (__pid == 0) {						\
		function(arg);						\
		_exit(0);						\
	}								\
	ASSERT_GT(__pid, 0);						\
	__pid;								\
})

#define REAP(pid) do {							\
	int __status;							\
	ASSERT_EQ(pid, waitpid(pid, &__status, 0));			\
	ASSERT_EQ(0, __status);						\
} while (0)

/* STOP, read the rest, and bring all in order of time. */
#define FINISH(cap) do {						\
	ASSERT_EQ(0, capture_stop(cap));				\
	capture_drain(cap);						\
	ASSERT_STREQ("", (cap)->error ? (cap)->error : "");		\
	capture_sort(cap);						\
} while (0)

/* What a child records that does one thing: the session is over then. */
#define RECORDS_OF(cap, function, arg) ({				\
	pid_t __child = SPAWN(function, arg);				\
	REAP(__child);							\
	FINISH(cap);							\
	records_of(cap, __child);					\
})

#endif /* CAPTURE_H */
