/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A session for the guest tests, straight from <linux/ipcprobe.h>: no code of the tools
 * is used, so that a bug there cannot hide a bug in the module.
 *
 * Include this file after kselftest_harness.h.  Before main() capture.c loads the
 * module, unless it is loaded, and at the end it unloads a module that it loaded.
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
 * Seconds that one test may take, instead of the harness's 30: emulated guests that
 * share a processor are slow.  Each TEST() uses the value at its place in the file.
 */
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT	300

/* Result of an interrupted call inside the kernel, where records are made. */
#define ERESTARTSYS	512

#define MAYBE_UNUSED	__attribute__((unused))
#define CLASS_BIT(up)	(1U << IPCPROBE_CLASS_##up)
#define NR(array)	(sizeof(array) / sizeof((array)[0]))

/* Longest time to wait for anything. */
#define PATIENCE_MS	20000

struct captured {
	uint32_t cpu;
	const struct ipcprobe_rec *rec;
};

/**
 * struct capture - a session with all its rings, and the records read so far
 * @recs: records in the order of reading; after capture_sort(), of time
 * @mark: number of records that capture_wait() has looked at
 * @error: the first error found in the stream itself, or NULL
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

/* The time of CLOCK_MONOTONIC, which is the clock of records. */
uint64_t now_ns(void);

/*
 * Reason of skipped tests: without BTF the module does not know the layout of the
 * kernel's own structs.
 */
#define NO_BTF	"the kernel has no BTF"

bool has_btf(void);

/* ---- session ---- */

/* Open the device, configure it and map all rings.  Return: 0 or -errno. */
int capture_open(struct capture *cap, const struct ipcprobe_config *config);
void capture_close(struct capture *cap);
/* Return: 0 or -errno. */
int capture_start(struct capture *cap);
int capture_stop(struct capture *cap);
/* Length of the read-only mapping of a ring: the producer's page and the data, twice. */
size_t capture_data_len(const struct ipcprobe_info *info);

/* ---- records ---- */

/* Read all records that are available.  Return: number of bytes. */
size_t capture_drain(struct capture *cap);
/* Remove the records that were read so far. */
void capture_forget(struct capture *cap);
/* Sort the records by time. */
void capture_sort(struct capture *cap);
/*
 * Wait, in poll(2), for the next record of type @type and task @tid (0: any task); the
 * session needs wakeup_bytes = 1.  Return: NULL if it did not come.
 */
const void *capture_wait(struct capture *cap, uint16_t type, uint32_t tid);

/* ---- records of one task ---- */

struct cursor {
	const struct capture *cap;
	uint32_t tid;
	size_t next;
};

/* Begin to iterate over the records of one task; @cap must be sorted. */
struct cursor records_of(const struct capture *cap, uint32_t tid);
/* Return: the next record of the task, NULL after the last. */
const struct ipcprobe_rec *cursor_next(struct cursor *cursor);
/* Print all records of the task as comments of TAP. */
void cursor_print(const struct cursor *cursor);
void record_print(const struct ipcprobe_rec *rec);

/* Get the next record of the task; fail unless it has this type. */
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

/* ---- functions for a child ---- */

/* In a child: exit with the line number as status if the condition is false. */
#define CHECK(condition) do {						\
	if (!(condition)) {						\
		dprintf(2, "# %s:%d: %s: %m\n", __FILE__, __LINE__, #condition); \
		_exit(1);						\
	}								\
} while (0)

/* Wait until the process's first thread is a zombie. */
void await_first_end(pid_t pid);
/* Allocate memory that a child shares with the test; NULL: there is none. */
void *shared_memory(size_t len);
/* Let the calling task run only on this CPU. */
void pin_to(int cpu);
/* Inode number of the descriptor's file.  Return: 0 if it has none. */
uint32_t inode_of(int fd);

/* Start a child that calls one function and exits. */
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

/* STOP, read the remaining records, and sort them by time. */
#define FINISH(cap) do {						\
	ASSERT_EQ(0, capture_stop(cap));				\
	capture_drain(cap);						\
	ASSERT_STREQ("", (cap)->error ? (cap)->error : "");		\
	capture_sort(cap);						\
} while (0)

/* Record a child that calls one function; the session is stopped afterwards. */
#define RECORDS_OF(cap, function, arg) ({				\
	pid_t __child = SPAWN(function, arg);				\
	REAP(__child);							\
	FINISH(cap);							\
	records_of(cap, __child);					\
})

#endif /* CAPTURE_H */
