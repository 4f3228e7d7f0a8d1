// SPDX-License-Identifier: GPL-2.0
/* Live objects in /proc and netlink: right data is understood, wrong data is refused. */
#include "ktap.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <time.h>

#include "live/relation.h"
#include "live/sources.h"
#include "view/ls.h"

/* ---- /proc ---- */

static void test_stat(void)
{
	struct live_stat stat;

	ktap_false(live_parse_stat("77 (a) (b c) S 12 77 77 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 "
				   "98765 1 2", &stat));
	ktap_eq(stat.pid, 77);
	ktap_eq(stat.ppid, 12);
	ktap_eq(stat.flags, 4194560);
	ktap_eq(stat.start_ticks, 98765);
	ktap_false(stat.is_stopped);
	ktap_str_eq(stat.comm, "a) (b c");
	ktap_result("a process may be called 'a) (b c'");
	ktap_false(live_parse_stat("77 (a) T 12 77 77 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 98765",
				   &stat));
	ktap_true(stat.is_stopped);
	ktap_false(live_parse_stat("77 (a) t 12 77 77 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 98765",
				   &stat));
	ktap_true(stat.is_stopped);
	ktap_result("a process is stopped, by a signal or a debugger");
	ktap_false(live_parse_stat("9 (kworker/u4:3-events_unbound) I 2 0 0 0 -1 69238880 0 0 0 0 0 "
				   "0 0 0 20 0 1 0 5 0", &stat));
	ktap_str_eq(stat.comm, "kworker/u4:3-ev");
	ktap_result("long names of kernel threads are cut");
	ktap_eq(live_parse_stat("", &stat), -EINVAL);
	ktap_eq(live_parse_stat("7 (x) S", &stat), -EINVAL);
	ktap_eq(live_parse_stat("7 )x( S 1", &stat), -EINVAL);
	ktap_result("what is no /proc/PID/stat is refused");
}

static void test_map(void)
{
	char shared[] = "7fa42769d000-7fa42769f000 rw-s 00001000 00:1b 340814   /dev/shm/a b (deleted)";
	char anonymous[] = "7fa42772c000-7fa42782c000 rw-p 00000000 00:00 0 ";
	char bad[] = "7fa42772c000 rw-p", empty[] = "1000-1000 rw-p 0 00:00 0 ";
	struct live_map map;

	ktap_false(live_parse_map(shared, &map));
	ktap_eq(map.start, 0x7fa42769d000);
	ktap_eq(map.end, 0x7fa42769f000);
	ktap_eq(map.offset, 0x1000);
	ktap_eq(map.dev, makedev(0, 27));
	ktap_eq(map.ino, 340814);
	ktap_str_eq(map.mode, "rw-s");
	ktap_str_eq(map.path, "/dev/shm/a b (deleted)");
	ktap_result("a mapping of a file");
	ktap_false(live_parse_map(anonymous, &map));
	ktap_false(*map.path);
	ktap_result("a mapping of nothing");
	ktap_eq(live_parse_map(bad, &map), -EINVAL);
	ktap_eq(live_parse_map(empty, &map), -EINVAL);
	ktap_result("what is no mapping is refused");
}

static void test_fdinfo(void)
{
	char event[] = "pos:\t0\nflags:\t02004002\nmnt_id:\t17\nino:\t1038\n"
		       "eventfd-count:               ff\neventfd-id: 12\neventfd-semaphore: 1\n";
	char file[] = "pos:\t4096\nflags:\t0100001\nmnt_id:\t29\nlock:\t1: POSIX\n";
	struct live_fdinfo info;

	live_parse_fdinfo(event, &info);
	ktap_true(info.has_event);
	ktap_eq(info.event_count, 255);
	ktap_eq(info.event_id, 12);
	ktap_true(info.has_semaphore);
	ktap_true(info.is_semaphore);
	ktap_eq(info.flags, 02004002);
	ktap_eq(info.mnt_id, 17);
	ktap_result("the fdinfo of an eventfd");
	live_parse_fdinfo(file, &info);
	ktap_false(info.has_event);
	ktap_eq(info.pos, 4096);
	ktap_eq(info.flags, 0100001);
	ktap_eq(info.mnt_id, 29);
	ktap_result("the fdinfo of a file");
}

static void test_call(void)
{
	struct live_call call;

	ktap_false(live_parse_call("202 0x7f0 0x189 0x5 0x0 0x0 0xffffffff 0x7ffc12345678 0x7f01\n",
				   &call));
	ktap_eq(call.nr, 202);
	ktap_eq(call.arg[0], 0x7f0);
	ktap_eq(call.arg[1], 0x189);
	ktap_eq(call.arg[5], 0xffffffff);
	ktap_eq(call.sp, 0x7ffc12345678);
	ktap_result("a call with its arguments");
	ktap_eq(live_parse_call("running\n", &call), -EINVAL);
	ktap_eq(live_parse_call("-1 0x7ffc1 0x7f0\n", &call), -EINVAL);
	ktap_eq(live_parse_call("", &call), -EINVAL);
	ktap_result("a thread that is in no call");
}

static void test_table(void)
{
	static const char head[] = "       key      msqid perms      cbytes       qnum";
	static const char *const names[] = { "qnum", "key", "perms" }, *const other[] = { "size" };
	int64_t cells[3];

	ktap_false(live_parse_columns(head, "-559038737         5   640         105          2",
				      names, cells, 3));
	ktap_eq(cells[0], 2);
	ktap_eq((uint32_t)cells[1], 0xdeadbeef);
	ktap_eq(cells[2], 0640);
	ktap_result("columns are found by their names, permissions are octal");
	ktap_eq(live_parse_columns(head, "1 2 3 4", names, cells, 3), -EINVAL);
	ktap_eq(live_parse_columns(head, "1 2 3 4 x", names, cells, 3), -EINVAL);
	ktap_eq(live_parse_columns(head, "1 2 3 4 5", other, cells, 1), -EINVAL);
	ktap_result("a line or a column too short is refused");
}

/* ---- netlink ---- */

/* One message about one socket, with these attributes. */
struct piece {
	char buf[1024];
	size_t len;
};

static void add_attr(struct piece *piece, struct nlmsghdr *head, int type, const void *data,
		     size_t len)
{
	struct rtattr *attr = (void *)(piece->buf + piece->len);

	attr->rta_type = (unsigned short)type;
	attr->rta_len = (unsigned short)RTA_LENGTH(len);
	memcpy(RTA_DATA(attr), data, len);
	piece->len += RTA_SPACE(len);
	head->nlmsg_len += (uint32_t)RTA_SPACE(len);
}

static struct nlmsghdr *add_socket(struct piece *piece, uint32_t ino, uint8_t state)
{
	struct nlmsghdr *head = (void *)(piece->buf + piece->len);
	struct unix_diag_msg *msg = NLMSG_DATA(head);

	*head = (struct nlmsghdr){ .nlmsg_type = SOCK_DIAG_BY_FAMILY,
				   .nlmsg_len = NLMSG_SPACE(sizeof(*msg)) };
	*msg = (struct unix_diag_msg){ .udiag_family = AF_UNIX, .udiag_type = SOCK_STREAM,
				       .udiag_state = state, .udiag_ino = ino };
	piece->len += head->nlmsg_len;
	return head;
}

/* Add all messages as libnl passes them on. */
static void add_all(struct live *live, const struct piece *piece)
{
	const struct nlmsghdr *head = (const void *)piece->buf;
	int left = (int)piece->len;

	for (; NLMSG_OK(head, left); head = NLMSG_NEXT(head, left))
		live_add_unix(live, head, 5);
}

static bool is_text(struct live *live, uint32_t object, enum live_column column, const char *text)
{
	const struct live_value *value = live_object_value(live, object, column);

	return value->state == LIVE_KNOWN && !strcmp(value->text, text);
}

static void test_sockets(struct live *live)
{
	struct unix_diag_rqlen queues = { .udiag_rqueue = 321, .udiag_wqueue = 7 };
	struct piece piece = { 0 };
	struct nlmsghdr *head;
	uint32_t peer = 101, object;

	head = add_socket(&piece, 100, 1);
	add_attr(&piece, head, UNIX_DIAG_NAME, "\0ab\0c", 5);
	add_attr(&piece, head, UNIX_DIAG_PEER, &peer, sizeof(peer));
	add_attr(&piece, head, UNIX_DIAG_RQLEN, &queues, sizeof(queues));
	head = add_socket(&piece, 101, 10);
	add_attr(&piece, head, UNIX_DIAG_NAME, "/run/x\0", 7);
	add_attr(&piece, head, UNIX_DIAG_RQLEN, &queues, sizeof(queues));
	add_socket(&piece, 0, 1);
	add_all(live, &piece);
	ktap_eq(live->object.nr, 3);
	ktap_result("sockets differ by their inodes, those without an inode are left out");
	object = live_find(live, LIVE_TYPE_UNIX, 0, 100, 0);
	ktap_true(object);
	ktap_true(is_text(live, object, LIVE_COL_NAME, "@ab@c"));
	ktap_true(is_text(live, object, LIVE_COL_STATUS, "connected"));
	ktap_true(is_text(live, object, LIVE_COL_SOCKTYPE, "stream"));
	ktap_eq(live_object_value(live, object, LIVE_COL_USED)->number, 321);
	ktap_eq(live_object_at(live, object)->peer_ino, 101);
	ktap_result("an abstract name, queues and peer");
	object = live_find(live, LIVE_TYPE_UNIX, 0, 101, 0);
	ktap_true(object);
	ktap_true(is_text(live, object, LIVE_COL_NAME, "/run/x"));
	ktap_true(is_text(live, object, LIVE_COL_STATUS, "listening"));
	ktap_eq(live_object_value(live, object, LIVE_COL_USED)->state, LIVE_NONE);
	ktap_eq(live_object_value(live, object, LIVE_COL_MSGS)->number, 321);
	ktap_result("a listening socket");
	live_find_peers(live, 0);
	ktap_eq(live_object_at(live, live_find(live, LIVE_TYPE_UNIX, 0, 100, 0))->peer, object);
	ktap_result("peers find each other");
}

/* For a datagram socket the kernel reports the length of the next message. */
static void test_datagrams(struct live *live)
{
	struct unix_diag_rqlen queues = { .udiag_rqueue = 13, .udiag_wqueue = 7 };
	const struct live_value *used;
	struct piece piece = { 0 };
	struct nlmsghdr *head;

	head = add_socket(&piece, 110, 7);
	((struct unix_diag_msg *)NLMSG_DATA(head))->udiag_type = SOCK_DGRAM;
	add_attr(&piece, head, UNIX_DIAG_RQLEN, &queues, sizeof(queues));
	head = add_socket(&piece, 111, 7);
	((struct unix_diag_msg *)NLMSG_DATA(head))->udiag_type = SOCK_DGRAM;
	queues.udiag_rqueue = 0;
	add_attr(&piece, head, UNIX_DIAG_RQLEN, &queues, sizeof(queues));
	add_all(live, &piece);
	used = live_object_value(live, live_find(live, LIVE_TYPE_UNIX, 0, 110, 0), LIVE_COL_USED);
	ktap_eq(used->state, LIVE_AT_LEAST);
	ktap_eq(used->number, 13);
	ktap_result("in a datagram socket there is at least the next message");
	used = live_object_value(live, live_find(live, LIVE_TYPE_UNIX, 0, 111, 0), LIVE_COL_USED);
	ktap_eq(used->state, LIVE_KNOWN);
	ktap_eq(used->number, 0);
	ktap_result("an empty datagram socket");
}

static void test_short_message(struct live *live)
{
	struct piece piece = { 0 };
	struct nlmsghdr *head = add_socket(&piece, 200, 1);
	uint32_t nr = live->object.nr;

	head->nlmsg_len = 30;
	live_add_unix(live, head, 5);
	ktap_eq(live->object.nr, nr);
	ktap_result("a message cut short makes no socket");
}

/* ---- the inventory ---- */

static void test_words(void)
{
	struct table_view view;
	uint32_t types;

	ktap_false(live_types_parse("pipe,shm", &types));
	ktap_eq(types, (LIVE_BIT(PIPE) | LIVE_BIT(SHM)));
	ktap_true(live_types_parse("pip", &types));
	ktap_true(live_types_parse("", &types));
	ktap_true(live_types_parse("pipe,", &types));
	ktap_result("lists of types");
	ktap_false(table_view_parse(&view, view_ls_columns, &view_ls_usual, "key,Type,KEY"));
	ktap_eq(view.nr, 2);
	ktap_eq(view.column[0], LIVE_COL_KEY);
	ktap_eq(view.column[1], LIVE_COL_TYPE);
	ktap_result("columns in any case, each once");
	ktap_false(table_view_parse(&view, view_ls_columns, &view_ls_usual, "+KEY,TYPE"));
	ktap_eq(view.nr, view_ls_usual.nr + 1);
	ktap_eq(view.column[view_ls_usual.nr], LIVE_COL_KEY);
	ktap_result("+ adds to the usual columns");
	ktap_true(table_view_parse(&view, view_ls_columns, &view_ls_usual, ""));
	ktap_true(table_view_parse(&view, view_ls_columns, &view_ls_usual, "+"));
	ktap_true(table_view_parse(&view, view_ls_columns, &view_ls_usual, "KEY,,TYPE"));
	ktap_true(table_view_parse(&view, view_ls_columns, &view_ls_usual, "KEYS"));
	ktap_result("what is no column is refused");
}

static void test_objects(struct live *live)
{
	uint32_t a = live_get(live, LIVE_TYPE_SHM, 1, 7, 0), b = live_get(live, LIVE_TYPE_SHM, 2, 7, 0);

	ktap_true(a);
	ktap_true(b);
	ktap_ne(a, b);
	ktap_eq(live_get(live, LIVE_TYPE_SHM, 1, 7, 0), a);
	ktap_ne(live_get(live, LIVE_TYPE_SEM, 1, 7, 0), a);
	ktap_ne(live_get(live, LIVE_TYPE_SHM, 1, 7, 8), a);
	ktap_false(live_find(live, LIVE_TYPE_MSG, 1, 7, 0));
	ktap_result("an object is its type, scope, identifier and offset");
}

static void add_process(struct live *live, uint32_t pid, uint32_t ppid)
{
	struct ipcprobe_rec_task_snapshot rec = {
		.hdr.type = IPCPROBE_REC_task_snapshot, .hdr.len = sizeof(rec), .hdr.tid = pid,
		.pid = pid, .ppid = ppid, .start_ns = pid, .comm = "x",
	};

	tasks_apply(&live->tasks, &rec.hdr);
}

static void test_relations(struct live *live)
{
	uint32_t pipe = live_get(live, LIVE_TYPE_PIPE, 0, 3, 0), writer, reader, both;
	struct live_relation relation;

	add_process(live, 1, 0);
	add_process(live, 10, 1);
	add_process(live, 11, 10);
	add_process(live, 12, 10);
	writer = live_hold(live, pipe, 11, 1, LIVE_WRITE);
	live_hold(live, pipe, 11, 4, LIVE_WRITE);
	both = live_hold(live, pipe, 10, 5, LIVE_READ | LIVE_WRITE);
	reader = live_hold(live, pipe, 12, 0, LIVE_READ);
	relation = live_relation_of(live, reader);
	ktap_eq(relation.other, writer);
	ktap_eq(relation.kin, KIN_SIBLING);
	ktap_eq(proc_at(&live->tasks, relation.common)->pid, 10);
	ktap_result("a reader has its relation to each writer");
	relation = live_relation_of(live, writer);
	ktap_eq(relation.other, both);
	ktap_eq(relation.kin, KIN_CHILD);
	ktap_result("a writer has its relation to each reader");
	pipe = live_get(live, LIVE_TYPE_PIPE, 0, 4, 0);
	writer = live_hold(live, pipe, 11, 6, LIVE_WRITE);
	ktap_false(live_relation_of(live, writer).other);
	ktap_result("no process is at the other end");
	live_hold(live, pipe, 11, 7, LIVE_READ);
	ktap_eq(live_relation_of(live, writer).kin, KIN_SAME);
	ktap_result("the process itself at the other end");
}

static void test_waits(struct live *live)
{
	uint32_t object = live_get(live, LIVE_TYPE_MSG, 1, 1, 0);
	uint32_t holder = live_hold(live, object, 11, -1, LIVE_WAITING);

	live_wait(live, holder, "msgrcv", 11);
	live_wait(live, holder, "msgsnd", 99);
	ktap_str_eq(live_holder_value(live, holder, LIVE_COL_WAITS)->text,
		    "msgrcv[11], msgsnd[99]");
	ktap_eq(live_object_value(live, object, LIVE_COL_WAITERS)->number, 2);
	ktap_result("every waiting thread is named");
}

static uint64_t cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

/* Cost of finding each of @nr descriptors of a process; 0: one was not found. */
static uint64_t cost_of_fds(struct live *live, int nr)
{
	struct live_proc proc = { .pid = 7 };
	uint32_t object = live_get(live, LIVE_TYPE_PIPE, 0, 77, 0), nr_found = 0;
	uint64_t begin_ns;
	int fd;

	for (fd = 0; fd < nr; fd++)
		live_proc_hold(live, &proc, object, fd, LIVE_READ);
	begin_ns = cpu_ns();
	for (fd = 0; fd < nr; fd++)
		nr_found += live_holder_at(live, live_fd_holder(&proc, fd))->fd == fd;
	begin_ns = cpu_ns() - begin_ns;
	nr_found -= live_fd_holder(&proc, nr) || live_fd_holder(&proc, -1);
	map_deinit(&proc.by_fd);
	return nr_found == (uint32_t)nr ? begin_ns + 1 : 0;
}

static void test_many_fds(struct live *live)
{
	uint64_t few_ns = cost_of_fds(live, 300), many_ns = cost_of_fds(live, 30000);

	ktap_note("300 and 30000 descriptors: %llu and %llu us", (unsigned long long)few_ns / 1000,
		  (unsigned long long)many_ns / 1000);
	ktap_true(few_ns);
	ktap_true(many_ns);
	ktap_lt(many_ns, 20 * 100 * (few_ns > 5000 ? few_ns : 5000));
	ktap_result("a descriptor is found at once, however many there are");
}

int main(void)
{
	struct live live;

	ktap_begin(31);
	test_stat();
	test_map();
	test_fdinfo();
	test_call();
	test_table();
	if (live_init(&live))
		return 1;
	test_sockets(&live);
	test_datagrams(&live);
	test_short_message(&live);
	test_words();
	test_objects(&live);
	test_many_fds(&live);
	test_relations(&live);
	test_waits(&live);
	live_deinit(&live);
	return ktap_end();
}
