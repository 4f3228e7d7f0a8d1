// SPDX-License-Identifier: GPL-2.0
/*
 * Reads address spaces of running processes. No process is stopped: every page
 * table is read twice, and the frames in between; pages that have changed are
 * left out. All other pages existed at one and the same instant.
 */
#include "vm/sample.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/clock.h"

/* ---- one process ---- */

static FILE *open_file(uint32_t pid, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%u/%s", pid, name);
	return fopen(path, "re");
}

static int read_maps(uint32_t pid, struct proc_maps *maps)
{
	char path[64], exe[4096 + 16];
	FILE *file = open_file(pid, "smaps");
	ssize_t len;
	int err;

	if (!file)
		return errno == ENOENT ? -ESRCH : -errno;
	snprintf(path, sizeof(path), "/proc/%u/exe", pid);
	len = readlink(path, exe, sizeof(exe) - 1);
	if (len >= 0)
		exe[len] = 0;
	err = proc_maps_parse(file, len >= 0 ? exe : NULL, maps);
	fclose(file);
	if (err)
		return err;
	return maps->nr ? 0 : -ENXIO;
}

static void read_name(struct vm_process *proc)
{
	FILE *file = open_file(proc->pid, "comm");

	if (!file)
		return;
	if (fgets(proc->comm, sizeof(proc->comm), file))
		proc->comm[strcspn(proc->comm, "\n")] = 0;
	fclose(file);
}

static void read_ipc_ns(struct vm_process *proc)
{
	struct stat st;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%u/ns/ipc", proc->pid);
	if (!stat(path, &st))
		proc->ipc_ns = st.st_ino;
}

static int read_process(int fd, struct vm_process *proc)
{
	int err = read_maps(proc->pid, &proc->maps);

	if (err)
		return err;
	read_name(proc);
	read_ipc_ns(proc);
	return page_map_read(fd, proc);
}

/* ---- all processes ---- */

/*
 * Opens all descriptors first. A descriptor belongs to the program that runs
 * now: after the program has ended, or another program was started, reading its
 * page table fails.
 */
static int open_all(struct vm_sample *sample, int *fd)
{
	for (uint32_t i = 0; i < sample->share.nr; i++) {
		sample->concerned = sample->share.proc[i].pid;
		fd[i] = page_map_open(sample->concerned);
		if (fd[i] == -ESRCH)
			return -ENXIO;
		if (fd[i] < 0)
			return fd[i] == -ENOENT ? -ESRCH : fd[i];
	}
	return 0;
}

static int read_all(struct vm_sample *sample, const int *fd)
{
	int err = 0;

	for (uint32_t i = 0; i < sample->share.nr && !err; i++) {
		sample->concerned = sample->share.proc[i].pid;
		err = read_process(fd[i], &sample->share.proc[i]);
	}
	return err;
}

static int confirm_all(struct vm_sample *sample, const int *fd)
{
	int err = 0;

	for (uint32_t i = 0; i < sample->share.nr && !err; i++) {
		sample->concerned = sample->share.proc[i].pid;
		err = page_map_confirm(fd[i], &sample->share.proc[i]);
	}
	return err;
}

/* Without permission to see frames there are fewer figures, but no error. */
static int read_frames(struct vm_share *share)
{
	int err = page_map_frames(share->proc, share->nr, &share->vague_ksm);

	share->has_frames = !err;
	return err == -ENOMEM ? err : 0;
}

static int read_twice(struct vm_sample *sample, const int *fd)
{
	uint64_t start_ns = clock_ns(CLOCK_MONOTONIC);
	int err = read_all(sample, fd);

	if (!err)
		err = read_frames(&sample->share);
	sample->at_ns = clock_ns(CLOCK_REALTIME);
	if (!err)
		err = confirm_all(sample, fd);
	sample->took_ns = clock_ns(CLOCK_MONOTONIC) - start_ns;
	return err;
}

static int read_share(struct vm_sample *sample)
{
	struct vm_share *share = &sample->share;
	int fd[VM_PROCS_MAX], err;

	for (uint32_t i = 0; i < share->nr; i++)
		fd[i] = -1;
	err = open_all(sample, fd);
	if (!err)
		err = read_twice(sample, fd);
	for (uint32_t i = 0; i < share->nr; i++)
		if (fd[i] >= 0)
			close(fd[i]);
	return err;
}

/* ---- observation for a while ---- */

static int start_watch(struct vm_sample *sample)
{
	enum page_map_bits bits = sample->watch == WATCH_WRITTEN ? PAGE_MAP_WRITTEN :
								  PAGE_MAP_REFERENCED;
	int err = 0;

	if (sample->watch == WATCH_WRITTEN && !page_map_has_written())
		return -EOPNOTSUPP;
	for (uint32_t i = 0; i < sample->share.nr && !err; i++) {
		sample->concerned = sample->share.proc[i].pid;
		err = read_maps(sample->concerned, &sample->before[i]);
		if (!err)
			err = page_map_clear(sample->concerned, bits);
	}
	return err == -ENOENT ? -ESRCH : err;
}

static int observe_interval(struct vm_sample *sample, uint64_t interval_ns)
{
	struct timespec interval = { interval_ns / 1000000000, interval_ns % 1000000000 };
	uint64_t start_ns;
	int err;

	if (sample->watch == WATCH_NONE)
		return 0;
	err = start_watch(sample);
	start_ns = clock_ns(CLOCK_MONOTONIC);
	if (!err && nanosleep(&interval, NULL))
		err = -errno;
	sample->watched_ns = clock_ns(CLOCK_MONOTONIC) - start_ns;
	return err;
}

/* vm_sample_was_mapped - true if all of @region was mapped when the observation began */
bool vm_sample_was_mapped(const struct vm_sample *sample, uint32_t proc,
			  const struct region *region)
{
	const struct proc_maps *maps = &sample->before[proc];

	for (uint32_t i = 0; i < maps->nr; i++) {
		const struct region *old = &maps->region[i];

		if (old->start <= region->start && old->end >= region->end &&
		    old->inode == region->inode && old->major == region->major &&
		    old->minor == region->minor && region_is_shared(old) &&
		    region_index(old, region->start) == region_index(region, region->start))
			return true;
	}
	return false;
}

/* ---- */

static int init_sample(struct vm_sample *sample, const struct pid_list *pids, uint64_t interval_ns)
{
	struct vm_process *proc = calloc(pids->nr, sizeof(*proc));
	int err;

	sample->before = calloc(pids->nr, sizeof(*sample->before));
	sample->share.proc = proc;
	if (!proc || !sample->before)
		return -ENOMEM;
	sample->share.nr = pids->nr;
	for (uint32_t i = 0; i < pids->nr; i++)
		proc[i].pid = pids->pid[i];
	err = observe_interval(sample, interval_ns);
	if (!err)
		err = read_share(sample);
	return err;
}

/**
 * vm_sample_init - observe processes, read their address spaces, compare them
 * @sample: sample to set up; call vm_sample_deinit() after an error, too
 * @pids: different processes, at most VM_PROCS_MAX
 * @watch: what to observe before the address spaces are read
 * @interval_ns: duration of the observation
 *
 * Return: 0, or -errno with @sample->concerned: -ESRCH: the process does not
 * exist, or it ended or started another program meanwhile; -ENXIO: the process
 * has no address space; -EOPNOTSUPP: the kernel does not report written pages.
 */
int vm_sample_init(struct vm_sample *sample, const struct pid_list *pids, enum vm_watch watch,
		   uint64_t interval_ns)
{
	int err;

	*sample = (struct vm_sample){ .watch = watch };
	err = init_sample(sample, pids, interval_ns);
	if (!err)
		err = vm_share_count(&sample->share);
	return err;
}

void vm_sample_deinit(struct vm_sample *sample)
{
	for (uint32_t i = 0; i < sample->share.nr; i++)
		proc_maps_deinit(&sample->before[i]);
	free(sample->before);
	vm_share_deinit(&sample->share);
}
