// SPDX-License-Identifier: GPL-2.0
/*
 * Two processes with mappings whose pages are all known, for address_space_test.sh.
 * Print "NAME ADDRESS" for each mapping, then "ready PARENT CHILD"; then obey lines on
 * standard input and print "done" after each:
 *
 *	parent FIRST LAST	the parent writes these pages of the segment
 *	child FIRST LAST	the child writes these pages
 *	merge			both fill a page with the same content, for KSM
 *	pageout			the parent's page for it goes to swap
 *	quit
 *
 * Mappings are written page by page, so that the kernel faults in no other pages;
 * mappings that are shared and not written are described below.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>

#include "lib/array.h"

#define PAGE		4096UL
#define SEGMENT_PAGES	16UL	/* the parent writes 10, the child 6 */
#define MEMFD_PAGES	8UL	/* the parent writes 8, the child 3 */
#define FORK_PAGES	32UL	/* written before fork(), then 4 by the parent, 12 by the child */
#define ZERO_PAGES	5UL	/* read by both */
#define FILE_PAGES	6UL	/* read by both, then 2 written by the child */
#define HUGE_BYTES	(2UL << 20)

static volatile char *segment, *memfd, *forked, *zero, *file, *merged, *huge;

static void touch(volatile char *area, unsigned long first, unsigned long last, char value)
{
	for (unsigned long i = first; i <= last; i++)
		area[i * PAGE] = value;
}

static void look(volatile char *area, unsigned long pages)
{
	for (unsigned long i = 0; i < pages; i++)
		(void)area[i * PAGE];
}

/* Private memory that does not merge with its neighbours. */
static volatile char *private_area(unsigned long pages)
{
	char *area = mmap(NULL, (pages + 2) * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (area == MAP_FAILED || mprotect(area + PAGE, pages * PAGE, PROT_READ | PROT_WRITE))
		err(1, "private memory");
	return area + PAGE;
}

static volatile char *shared_area(int fd, unsigned long pages, int flags)
{
	char *area;

	if (ftruncate(fd, pages * PAGE))
		err(1, "ftruncate");
	area = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, flags, fd, 0);
	if (area == MAP_FAILED)
		err(1, "mmap");
	close(fd);
	return area;
}

static volatile char *file_area(void)
{
	char path[] = "/tmp/mappings.XXXXXX";
	int fd = mkstemp(path);

	if (fd < 0)
		err(1, "%s", path);
	unlink(path);
	if (ftruncate(fd, FILE_PAGES * PAGE) || pwrite(fd, "x", 1, FILE_PAGES * PAGE - 1) != 1)
		err(1, "%s", path);
	return shared_area(fd, FILE_PAGES, MAP_PRIVATE);
}

static void make(void)
{
	int id = shmget(IPC_PRIVATE, SEGMENT_PAGES * PAGE, IPC_CREAT | 0600);

	segment = shmat(id, NULL, 0);
	if (segment == (void *)-1)
		err(1, "shmat");
	shmctl(id, IPC_RMID, NULL);
	memfd = shared_area(memfd_create("known", 0), MEMFD_PAGES, MAP_SHARED);
	forked = private_area(FORK_PAGES);
	zero = private_area(ZERO_PAGES);
	file = file_area();
	merged = private_area(1);
	madvise((void *)merged, PAGE, MADV_MERGEABLE);
	huge = mmap(NULL, HUGE_BYTES, PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
	if (huge == MAP_FAILED)
		huge = NULL;
}

static void print_made(void)
{
	const struct { const char *name; volatile char *area; } made[] = {
		{ "segment", segment }, { "memfd", memfd }, { "forked", forked },
		{ "zero", zero }, { "file", file }, { "merged", merged }, { "huge", huge },
	};

	for (size_t i = 0; i < ARRAY_SIZE(made); i++)
		if (made[i].area)
			printf("%s %lx\n", made[i].name, (unsigned long)made[i].area);
}

/* Obey a line, in the parent or the child. */
static void obey(const char *line, const char *who)
{
	unsigned long first, last;
	char name[8];

	if (sscanf(line, "%7s %lu %lu", name, &first, &last) == 3) {
		if (!strcmp(name, who) && last < SEGMENT_PAGES)
			touch(segment, first, last, 3);
	} else if (!strcmp(line, "merge\n")) {
		memset((void *)merged, 'k', PAGE);
	} else if (!strcmp(line, "pageout\n") && !strcmp(who, "parent")) {
		if (madvise((void *)merged, PAGE, MADV_PAGEOUT))
			err(1, "MADV_PAGEOUT");
	}
}

static void child(FILE *lines, int answers)
{
	char line[64];

	touch(segment, 0, 5, 2);
	touch(memfd, 0, 2, 2);
	touch(forked, 0, 11, 2);
	look(zero, ZERO_PAGES);
	look(file, FILE_PAGES);
	touch(file, 0, 1, 2);
	if (huge)
		touch(huge, 0, 0, 2);
	do {
		if (write(answers, "", 1) != 1 || !fgets(line, sizeof(line), lines))
			return;
		obey(line, "child");
	} while (strcmp(line, "quit\n"));
}

static void tell(FILE *lines, int answers, const char *line)
{
	char answer;

	obey(line, "parent");
	fputs(line, lines);
	fflush(lines);
	if (read(answers, &answer, 1) != 1)
		errx(1, "the child has ended");
}

int main(void)
{
	int lines[2], answers[2];
	char line[64], answer;
	FILE *to_child;
	pid_t pid;

	if (pipe(lines) || pipe(answers))
		err(1, "pipe");
	make();
	touch(segment, 0, 9, 1);
	touch(memfd, 0, MEMFD_PAGES - 1, 1);
	touch(forked, 0, FORK_PAGES - 1, 1);
	look(file, FILE_PAGES);
	print_made();
	fflush(stdout);
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		close(lines[1]);
		child(fdopen(lines[0], "r"), answers[1]);
		return 0;
	}
	close(answers[1]);
	touch(forked, 20, 23, 3);
	look(zero, ZERO_PAGES);
	if (huge)
		touch(huge, 0, 0, 1);
	to_child = fdopen(lines[1], "w");
	if (read(answers[0], &answer, 1) != 1)
		errx(1, "the child has ended");
	printf("ready %d %d\n", getpid(), pid);
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin) && strcmp(line, "quit\n")) {
		tell(to_child, answers[0], line);
		puts("done");
		fflush(stdout);
	}
	return 0;
}
