/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The sources of live.h: readers of the machine, and below them parsers of
 * what it says, which touch nothing else.
 */
#ifndef IPCPROBE_LIVE_SOURCES_H
#define IPCPROBE_LIVE_SOURCES_H

#include <sys/stat.h>
#include <sys/types.h>

#include "live/live.h"

/* ---- readers: what they cannot read they count as missed ---- */

void live_read_ipc(struct live *live, uint32_t types);		/* ipc.c */
void live_read_shm_dir(struct live *live, uint32_t types);	/* posix.c */
void live_read_unix(struct live *live, uint32_t types);		/* unix.c */
void live_find_peers(struct live *live, uint32_t types);
void live_read_procs(struct live *live, uint32_t types);	/* proc.c */
void live_read_pipes(struct live *live, uint32_t types);	/* pipe.c */

/* ns.c: @read in each namespace of that kind that a process is in */
void live_each_ns(struct live *live, const char *kind, enum live_gap gap,
		  void (*read)(struct live *live, uint64_t ns));
uint64_t live_ns_of(int proc, const char *kind);

/* sysv.c, mq.c: of the IPC namespace that the caller is in */
void live_read_sysv(struct live *live, uint64_t ns);
void live_read_mq(struct live *live, uint64_t ns);

void live_read_queue(struct live *live, uint32_t object, const char *path);	/* mq.c */

/**
 * struct live_proc - the process being read
 * @dir: its folder in /proc; fails with ESRCH once it is gone
 * @pid: its number
 * @ipc_ns: its IPC namespace, 0 = not known
 * @uid: its user
 * @user: the user's name
 * @comm: its name
 * @is_stopped: by a signal or a debugger: it waits for nothing else
 * @is_kthread: it is a kernel thread
 * @maps: its mappings
 * @nr_maps: how many
 * @by_fd: holders that are its descriptors
 */
struct live_proc {
	int dir;
	uint32_t pid;
	uint64_t ipc_ns;
	uint32_t uid;
	char user[33];
	char comm[16];
	bool is_stopped;
	bool is_kthread;
	struct live_map {
		uint64_t start;
		uint64_t end;
		uint64_t offset;
		uint64_t dev;		/* as stat() tells it */
		uint64_t ino;
		char mode[5];		/* "rw-s" */
		char *path;
		uint32_t holder;	/* 0: of nothing that is shown */
	} *maps;
	size_t nr_maps;
	struct map by_fd;
};

void live_read_fds(struct live *live, struct live_proc *proc);		/* fd.c */
void live_read_maps(struct live *live, struct live_proc *proc);	/* maps.c */
void live_free_maps(struct live_proc *proc);
struct live_map *live_map_at(const struct live_proc *proc, uint64_t addr);
void live_read_waits(struct live *live, struct live_proc *proc);	/* wait.c */
void live_read_seals(struct live *live, struct live_proc *proc,	/* memfd.c */
		     uint32_t object, int fd);

/* holder.c: one more holder; the holder that is this descriptor */
uint32_t live_proc_hold(struct live *live, struct live_proc *proc, uint32_t object,
			int fd, uint32_t how);
uint32_t live_fd_holder(const struct live_proc *proc, int fd);

/* posix.c: files in memory */
void live_set_stat(struct live *live, uint32_t object, const struct stat *st);
void live_set_file(struct live *live, uint32_t object, const struct stat *st);
uint32_t live_memory_object(struct live *live, const char *path, uint64_t dev, uint64_t ino);
int live_read_sem(struct live *live, uint32_t object, int dir, const char *path);

/* proc_text.c: of files in /proc */
char *live_read_file(int dir, const char *path);
char *live_line(char **rest);
void live_set_user(struct live_value *name, struct live_value *number, uint32_t uid);
void live_set_group(struct live_value *name, struct live_value *number, uint32_t gid);

/* ---- parsers ---- */

/* what /proc/PID/stat tells */
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

/* what /proc/PID/fdinfo/N tells */
struct live_fdinfo {
	uint64_t pos;
	uint32_t flags;
	uint32_t mnt_id;
	bool has_event;
	uint64_t event_count;
	uint64_t event_id;
	bool has_semaphore;	/* older kernels do not tell */
	bool is_semaphore;
};

void live_parse_fdinfo(char *text, struct live_fdinfo *ret);

/* what /proc/PID/task/TID/syscall tells of a thread that waits */
struct live_call {
	uint64_t nr;
	uint64_t arg[6];
	uint64_t sp;
};

int live_parse_call(const char *text, struct live_call *ret);

/* a line of /proc/sysvipc/...; columns named as in its first line */
int live_parse_columns(const char *head, const char *line, const char *const *names,
		       int64_t *ret, unsigned int nr);

struct nlmsghdr;

void live_add_unix(struct live *live, const struct nlmsghdr *head, uint64_t netns);

#endif /* IPCPROBE_LIVE_SOURCES_H */
