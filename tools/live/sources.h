/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The sources of live.h: readers of the machine, and parsers of the text that
 * the readers get. Parsers use nothing but their arguments.
 */
#ifndef IPCPROBE_LIVE_SOURCES_H
#define IPCPROBE_LIVE_SOURCES_H

#include <sys/stat.h>
#include <sys/types.h>

#include "live/thread.h"

/* ---- readers: each counts in live->loss what it cannot read ---- */

void live_read_ipc(struct live *live, uint32_t types);		/* ipc.c */
void live_read_shm_dir(struct live *live, uint32_t types);	/* posix.c */
void live_read_unix(struct live *live, uint32_t types);		/* unix.c */
void live_find_peers(struct live *live, uint32_t types);
void live_read_procs(struct live *live, uint32_t types);	/* proc.c */
void live_read_pipes(struct live *live, uint32_t types);	/* pipe.c */

/*
 * each_process.c: calls @visit for each process, with a descriptor of its folder in /proc, until
 * it returns false. Return: 0 or -errno.
 */
int live_each_process(bool (*visit)(void *arg, int dir, uint32_t pid), void *arg);

/* ns.c: calls @read in each namespace of type @kind that a process is in */
void live_each_ns(struct live *live, const char *kind, enum live_gap gap,
		  void (*read)(struct live *live, uint64_t ns));
uint64_t live_ns_of(int proc, const char *kind);

/* sysv.c, mq.c: objects of the IPC namespace that the caller is in */
void live_read_sysv(struct live *live, uint64_t ns);
void live_read_mq(struct live *live, uint64_t ns);

void live_read_queue(struct live *live, uint32_t object, const char *path);	/* mq.c */

/**
 * struct live_proc - the process that is being read
 * @dir: descriptor of its folder in /proc; reads fail with ESRCH after the
 *	process ended
 * @pid: process id
 * @ipc_ns: IPC namespace; 0 = unknown
 * @uid: user id
 * @user: name of the user
 * @comm: name of the process
 * @is_stopped: stopped by a signal or a debugger: the process waits for no
 *	object
 * @is_frozen: frozen with its control group: the process waits for no object
 * @is_kthread: the process is a kernel thread
 * @maps: mappings
 * @nr_maps: number of mappings
 * @by_fd: holders, by number of the descriptor
 * @number: number in live->threads; 0: threads are not read
 */
struct live_proc {
	int dir;
	uint32_t pid;
	uint64_t ipc_ns;
	uint32_t uid;
	char user[33];
	char comm[16];
	bool is_stopped;
	bool is_frozen;
	bool is_kthread;
	struct live_map {
		uint64_t start;
		uint64_t end;
		uint64_t offset;
		uint64_t dev;		/* st_dev */
		uint64_t ino;
		char mode[5];		/* "rw-s" */
		char *path;
		uint32_t holder;	/* 0: the mapping holds no object that is printed */
	} *maps;
	size_t nr_maps;
	struct map by_fd;
	uint32_t number;
};

void live_read_fds(struct live *live, struct live_proc *proc);		/* fd.c */
void live_read_maps(struct live *live, struct live_proc *proc);	/* maps.c */
void live_free_maps(struct live_proc *proc);
struct live_map *live_map_at(const struct live_proc *proc, uint64_t addr);
void live_read_waits(struct live *live, struct live_proc *proc);	/* wait.c */
uint32_t live_add_process(struct live *live, const struct live_proc *proc);	/* thread.c */
uint32_t live_read_thread(struct live *live, const struct live_proc *proc, uint32_t tid);
bool live_is_frozen(const struct live_proc *proc);	/* freezer.c */
void live_read_seals(struct live *live, struct live_proc *proc,	/* memfd.c */
		     uint32_t object, int fd);

/* holder.c: add a holder; find the holder for a descriptor */
uint32_t live_proc_hold(struct live *live, struct live_proc *proc, uint32_t object,
			int fd, uint32_t how);
uint32_t live_fd_holder(const struct live_proc *proc, int fd);

/* posix.c: properties of files in memory */
void live_set_stat(struct live *live, uint32_t object, const struct stat *st);
void live_set_file(struct live *live, uint32_t object, const struct stat *st);
uint32_t live_memory_object(struct live *live, const char *path, uint64_t dev, uint64_t ino);
int live_read_sem(struct live *live, uint32_t object, int dir, const char *path);

/* proc_text.c: text of files in /proc */
char *live_read_file(int dir, const char *path);
char *live_line(char **rest);
void live_set_user(struct live_value *name, struct live_value *number, uint32_t uid);
void live_set_group(struct live_value *name, struct live_value *number, uint32_t gid);

/* ---- parsers ---- */

/* fields of /proc/PID/stat */
struct live_stat {
	uint32_t pid;
	uint32_t ppid;
	uint64_t start_ticks;
	uint32_t flags;
	char comm[16];
	bool is_stopped;
};

int live_parse_stat(const char *text, struct live_stat *ret);
int live_parse_map(char *line, struct live_map *ret);

/* fields of /proc/PID/fdinfo/N */
struct live_fdinfo {
	uint64_t pos;
	uint32_t flags;
	uint32_t mnt_id;
	bool has_event;
	uint64_t event_count;
	uint64_t event_id;
	bool has_semaphore;	/* false on older kernels, which do not report the semaphore */
	bool is_semaphore;
};

void live_parse_fdinfo(char *text, struct live_fdinfo *ret);

/* fields of /proc/PID/task/TID/syscall of a thread that waits */
struct live_call {
	uint64_t nr;
	uint64_t arg[6];
	uint64_t sp;
};

/* fields of /proc/PID/status */
struct live_status {
	enum live_doing doing;
	uint32_t ppid;
	uint32_t tracer;
	uint32_t ns_tid;	/* id in the innermost PID namespace */
	uint64_t blocked;	/* signals, a bit each */
	uint64_t caught;
	uint64_t nr_switches;
	char comm[16];
};

void live_parse_status(char *text, struct live_status *ret);

int live_parse_call(const char *text, struct live_call *ret);

/* parses a line of /proc/sysvipc/...; @names are the columns' names in the first line */
int live_parse_columns(const char *head, const char *line, const char *const *names,
		       int64_t *ret, unsigned int nr);

struct nlmsghdr;

void live_add_unix(struct live *live, const struct nlmsghdr *head, uint64_t netns);

#endif /* IPCPROBE_LIVE_SOURCES_H */
