// SPDX-License-Identifier: GPL-2.0
/*
 * Reads SysV shared memory, semaphores and message queues from /proc/sysvipc,
 * and by system calls what is not in these tables.
 */
#include "live/sources.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include "lib/array.h"

#define NR_COLUMNS_MAX	16U

/* ---- the tables ---- */

/* Returns word number @n of a line, or NULL if the line has fewer words. */
static const char *word_at(const char *line, int n)
{
	for (;;) {
		line += strspn(line, " ");
		if (!*line || *line == '\n')
			return NULL;
		if (!n--)
			return line;
		line += strcspn(line, "\n ");
	}
}

static int word_number(const char *line, const char *name)
{
	size_t len = strlen(name);
	const char *word;

	for (int n = 0; (word = word_at(line, n)); n++)
		if (strcspn(word, "\n ") == len && !strncmp(word, name, len))
			return n;
	return -1;
}

/**
 * live_parse_columns - parse the numbers of one line of a table, by the
 * columns' names
 * Return: 0, or -EINVAL if a column is missing.
 */
int live_parse_columns(const char *head, const char *line, const char *const *names,
		       int64_t *ret, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++) {
		int n = word_number(head, names[i]);
		const char *word = n < 0 ? NULL : word_at(line, n);
		char *end;

		if (!word)
			return -EINVAL;
		errno = 0;
		ret[i] = strtoll(word, &end, strcmp(names[i], "perms") ? 10 : 8);
		if (errno || end == word || (*end && *end != ' ' && *end != '\n'))
			return -EINVAL;
	}
	return 0;
}

/* Each list of columns begins with the columns that all three kinds have. */
enum { KEY, PERMS, UID, GID, CUID, CGID, CTIME, ID, NR_COMMON };

#define COMMON	"key", "perms", "uid", "gid", "cuid", "cgid", "ctime"

static void set_time(struct live_value *value, int64_t seconds)
{
	if (seconds)
		live_set(value, (uint64_t)seconds);
}

static uint32_t add_object(struct live *live, enum live_type type, uint64_t ns,
			   const int64_t cells[])
{
	uint32_t object = live_get(live, type, ns, (uint64_t)cells[ID], 0);
	struct live_value *value = live_object_at(live, object)->value;

	if (ns)
		live_set(&value[LIVE_COL_IPCNS], ns);
	live_set(&value[LIVE_COL_KEY], (uint32_t)cells[KEY]);
	live_set(&value[LIVE_COL_PERMS], cells[PERMS] & 0777);
	live_set_user(&value[LIVE_COL_OWNER], &value[LIVE_COL_UID], (uint32_t)cells[UID]);
	live_set_group(&value[LIVE_COL_GROUP], &value[LIVE_COL_GID], (uint32_t)cells[GID]);
	live_set_user(&value[LIVE_COL_CUSER], &value[LIVE_COL_CUID], (uint32_t)cells[CUID]);
	live_set_group(&value[LIVE_COL_CGROUP], &value[LIVE_COL_CGID], (uint32_t)cells[CGID]);
	set_time(&value[LIVE_COL_CTIME], cells[CTIME]);
	return object;
}

/* ---- shared memory ---- */

enum {
	SHM_BYTES = NR_COMMON, SHM_CPID, SHM_LPID, SHM_NATTCH, SHM_ATIME, SHM_DTIME,
	SHM_IN_MEMORY, SHM_IN_SWAP
};

static const char *const shm_columns[] = { COMMON, "shmid", "size", "cpid", "lpid", "nattch",
					   "atime", "dtime", "rss", "swap" };

static void set_command(struct live_value *value, int64_t pid)
{
	char path[40], *line, *p;

	snprintf(path, sizeof(path), "/proc/%lld/cmdline", (long long)pid);
	line = live_read_file(-1, path);
	if (!line)
		return;
	for (p = line; *p || p[1]; p++)	/* ends with two zero bytes, or with one if empty */
		if (!*p)
			*p = ' ';
	live_set_text(value, "%s", line);
	free(line);
}

static void add_shm(struct live *live, uint64_t ns, const int64_t cells[])
{
	uint32_t object = add_object(live, LIVE_TYPE_SHM, ns, cells);
	struct live_value *value = live_object_at(live, object)->value;
	bool is_dest = cells[PERMS] & SHM_DEST, is_locked = cells[PERMS] & SHM_LOCKED;

	live_set(&value[LIVE_COL_SIZE], (uint64_t)cells[SHM_BYTES]);
	live_set(&value[LIVE_COL_USED], (uint64_t)(cells[SHM_IN_MEMORY] + cells[SHM_IN_SWAP]));
	live_set(&value[LIVE_COL_RSS], (uint64_t)cells[SHM_IN_MEMORY]);
	live_set(&value[LIVE_COL_SWAP], (uint64_t)cells[SHM_IN_SWAP]);
	live_set(&value[LIVE_COL_NATTCH], (uint64_t)cells[SHM_NATTCH]);
	live_set(&value[LIVE_COL_CPID], (uint64_t)cells[SHM_CPID]);
	live_set(&value[LIVE_COL_LPID], (uint64_t)cells[SHM_LPID]);
	set_command(&value[LIVE_COL_COMMAND], cells[SHM_CPID]);
	set_time(&value[LIVE_COL_ATTACH], cells[SHM_ATIME]);
	set_time(&value[LIVE_COL_DETACH], cells[SHM_DTIME]);
	if (is_dest || is_locked)
		live_set_text(&value[LIVE_COL_STATUS], "%s%s%s", is_dest ? "dest" : "",
			      is_dest && is_locked ? "," : "", is_locked ? "locked" : "");
}

/* ---- semaphores ---- */

enum { SEM_NSEMS = NR_COMMON, SEM_LAST };

static const char *const sem_columns[] = { COMMON, "semid", "nsems", "otime" };

/* Sets @value to "1,0,3": the results of @cmd for each semaphore. */
static int list_sems(struct live_value *value, int id, int64_t nr, int cmd)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	int number = 0;

	if (!out)
		return -ENOMEM;
	for (int i = 0; i < nr && number >= 0; i++) {
		number = semctl(id, i, cmd);
		fprintf(out, "%s%d", i ? "," : "", number);
	}
	fclose(out);
	if (number >= 0)
		live_set_text(value, "%s", text ?: "");
	free(text);
	return number < 0 ? -errno : 0;
}

static void add_sem(struct live *live, uint64_t ns, const int64_t cells[])
{
	static const struct {
		enum live_column column;
		int cmd;
	} lists[] = {
		{ LIVE_COL_VALUE, GETVAL }, { LIVE_COL_NCOUNT, GETNCNT },
		{ LIVE_COL_ZCOUNT, GETZCNT }, { LIVE_COL_SEMPIDS, GETPID },
	};
	uint32_t object = add_object(live, LIVE_TYPE_SEM, ns, cells);
	struct live_value *value = live_object_at(live, object)->value;
	int err = 0;

	live_set(&value[LIVE_COL_NSEMS], (uint64_t)cells[SEM_NSEMS]);
	set_time(&value[LIVE_COL_OTIME], cells[SEM_LAST]);
	for (unsigned int i = 0; i < ARRAY_SIZE(lists); i++) {
		live_set_unknown(&value[lists[i].column]);
		if (!err)
			err = list_sems(&value[lists[i].column], (int)cells[ID],
					cells[SEM_NSEMS], lists[i].cmd);
	}
	if (err == -EACCES)
		live_miss(live, LIVE_GAP_SYSV, err);
}

/* ---- message queues ---- */

enum { MSG_BYTES = NR_COMMON, MSG_NR, MSG_LSPID, MSG_LRPID, MSG_STIME, MSG_RTIME };

static const char *const msg_columns[] = { COMMON, "msqid", "cbytes", "qnum", "lspid", "lrpid",
					   "stime", "rtime" };

static void add_msg(struct live *live, uint64_t ns, const int64_t cells[])
{
	uint32_t object = add_object(live, LIVE_TYPE_MSG, ns, cells);
	struct live_value *value = live_object_at(live, object)->value;
	struct msqid_ds ds;

	live_set(&value[LIVE_COL_USED], (uint64_t)cells[MSG_BYTES]);
	live_set(&value[LIVE_COL_MSGS], (uint64_t)cells[MSG_NR]);
	live_set(&value[LIVE_COL_LSPID], (uint64_t)cells[MSG_LSPID]);
	live_set(&value[LIVE_COL_LRPID], (uint64_t)cells[MSG_LRPID]);
	set_time(&value[LIVE_COL_SEND], cells[MSG_STIME]);
	set_time(&value[LIVE_COL_RECV], cells[MSG_RTIME]);
	/*
	 * MSG_STAT_ANY takes the identifier as an index of the table; the
	 * identifier contains the index
	 */
	if (msgctl((int)cells[ID], MSG_STAT_ANY, &ds) == cells[ID])
		live_set(&value[LIVE_COL_SIZE], ds.msg_qbytes);
	else
		live_set_unknown(&value[LIVE_COL_SIZE]);
}

/* ---- all kinds ---- */

static const struct {
	const char *path;
	const char *const *columns;
	unsigned int nr;
	void (*add)(struct live *live, uint64_t ns, const int64_t cells[]);
} kinds[] = {
	{ "/proc/sysvipc/shm", shm_columns, ARRAY_SIZE(shm_columns), add_shm },
	{ "/proc/sysvipc/sem", sem_columns, ARRAY_SIZE(sem_columns), add_sem },
	{ "/proc/sysvipc/msg", msg_columns, ARRAY_SIZE(msg_columns), add_msg },
};

static void read_kind(struct live *live, uint64_t ns, unsigned int kind)
{
	char *text = live_read_file(-1, kinds[kind].path), *rest = text, *head, *line;
	int64_t cells[NR_COLUMNS_MAX];

	if (!text) {
		live_miss(live, LIVE_GAP_SYSV, -errno);
		return;
	}
	head = live_line(&rest);
	while (head && (line = live_line(&rest))) {
		if (live_parse_columns(head, line, kinds[kind].columns, cells, kinds[kind].nr))
			live_miss(live, LIVE_GAP_SYSV, -EPROTO);
		else
			kinds[kind].add(live, ns, cells);
	}
	free(text);
}

void live_read_sysv(struct live *live, uint64_t ns)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++)
		read_kind(live, ns, i);
}
