/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The columns of 'ipcprobe ls': properties of an object, and of one of its
 * holders.
 */
#ifndef IPCPROBE_LIVE_COLUMN_H
#define IPCPROBE_LIVE_COLUMN_H

#include <stdbool.h>
#include <stdint.h>

/* how a value is stored and printed */
enum live_kind {
	LIVE_KIND_TEXT,
	LIVE_KIND_NUMBER,
	LIVE_KIND_SIZE,	/* bytes */
	LIVE_KIND_HEX,
	LIVE_KIND_OCTAL,	/* permissions */
	LIVE_KIND_TIME,	/* seconds since 1970 */
	LIVE_KIND_BOOL,
};

/* X(identifier, heading, kind, description) */
#define LIVE_OBJECT_COLUMNS(X)							\
	X(TYPE, "TYPE", TEXT, "kind of object")					\
	X(ID, "ID", NUMBER, "identifier (SysV), inode, number or address")	\
	X(NAME, "NAME", TEXT, "path or name")					\
	X(SIZE, "SIZE", SIZE, "bytes that it is long, or can hold")		\
	X(USED, "USED", SIZE, "bytes inside, or in memory")			\
	X(VALUE, "VALUE", TEXT, "value of a counter, semaphore or futex word")	\
	X(WAITERS, "WAITERS", NUMBER, "threads seen waiting for it")		\
	X(MSGS, "MSGS", NUMBER, "messages inside")				\
	X(STATUS, "STATUS", TEXT, "state, or what is special about it")		\
	X(PEER, "PEER", TEXT, "other end of a socket")				\
	X(KEY, "KEY", HEX, "SysV: key")						\
	X(PERMS, "PERMS", OCTAL, "permissions")					\
	X(OWNER, "OWNER", TEXT, "owner's name")					\
	X(UID, "UID", NUMBER, "owner's user number")				\
	X(GROUP, "GROUP", TEXT, "group's name")					\
	X(GID, "GID", NUMBER, "group's number")					\
	X(CUSER, "CUSER", TEXT, "SysV: creator's name")				\
	X(CUID, "CUID", NUMBER, "SysV: creator's user number")			\
	X(CGROUP, "CGROUP", TEXT, "SysV: name of the creator's group")		\
	X(CGID, "CGID", NUMBER, "SysV: number of the creator's group")		\
	X(CTIME, "CTIME", TIME, "time of the last change")			\
	X(NATTCH, "NATTCH", NUMBER, "shm: attached so many times")		\
	X(RSS, "RSS", SIZE, "shm: bytes in memory")				\
	X(SWAP, "SWAP", SIZE, "shm: bytes in swap space")			\
	X(ATTACH, "ATTACH", TIME, "shm: time of the last attach")		\
	X(DETACH, "DETACH", TIME, "shm: time of the last detach")		\
	X(CPID, "CPID", NUMBER, "shm: process that created it")			\
	X(COMMAND, "COMMAND", TEXT, "shm: command line of the creator")		\
	X(LPID, "LPID", NUMBER, "shm: last process that attached or detached")	\
	X(NSEMS, "NSEMS", NUMBER, "sem: semaphores in the set")			\
	X(NCOUNT, "NCOUNT", TEXT, "sem: waits for a greater value, of each")	\
	X(ZCOUNT, "ZCOUNT", TEXT, "sem: waits for zero, of each")		\
	X(SEMPIDS, "SEMPIDS", TEXT, "sem: process that last changed each")	\
	X(OTIME, "OTIME", TIME, "sem: time of the last operation")		\
	X(LSPID, "LSPID", NUMBER, "msg: last process that sent")		\
	X(LRPID, "LRPID", NUMBER, "msg: last process that received")		\
	X(SEND, "SEND", TIME, "msg: time of the last send")			\
	X(RECV, "RECV", TIME, "msg: time of the last receive")			\
	X(MAXMSG, "MAXMSG", NUMBER, "mq: messages that it can hold")		\
	X(MSGSIZE, "MSGSIZE", SIZE, "mq: bytes of the longest message")		\
	X(NOTIFY, "NOTIFY", TEXT, "mq: who is told of a message, and how")	\
	X(READERS, "READERS", NUMBER, "pipe: open files that can read")		\
	X(WRITERS, "WRITERS", NUMBER, "pipe: open files that can write")	\
	X(RWAITS, "RWAITS", NUMBER, "pipe: waits for bytes, polls included")	\
	X(WWAITS, "WWAITS", NUMBER, "pipe: waits for room, polls included")	\
	X(SOCKTYPE, "SOCKTYPE", TEXT, "unix: stream, dgram or seqpacket")	\
	X(PROTONAME, "PROTONAME", TEXT, "unix: name of the protocol")		\
	X(WQUEUE, "WQUEUE", SIZE, "unix: memory sent and not yet received; listening: longest queue") \
	X(SHUTDOWN, "SHUTDOWN", TEXT, "unix: directions shut down")		\
	X(SEALS, "SEALS", TEXT, "memfd: seals")					\
	X(SEMAPHORE, "SEMAPHORE", BOOL, "eventfd: counts like a semaphore")	\
	X(INODE, "INODE", NUMBER, "inode")					\
	X(DEV, "DEV", TEXT, "major and minor number of the device")		\
	X(SOURCE, "SOURCE", TEXT, "file system that it lives in")		\
	X(NLINK, "NLINK", NUMBER, "links to it")				\
	X(DELETED, "DELETED", BOOL, "no name leads to it any more")		\
	X(IPCNS, "IPCNS", NUMBER, "IPC namespace")				\
	X(NETNS, "NETNS", NUMBER, "network namespace")

#define LIVE_HOLDER_COLUMNS(X)							\
	X(PROCESS, "PROCESS", TEXT, "process that holds it, or waits for it")	\
	X(FD, "FD", NUMBER, "descriptor")					\
	X(ACCESS, "ACCESS", TEXT, "how it is held")				\
	X(WAITS, "WAITS", TEXT, "calls that wait for it, with their threads; or 'stopped', 'frozen'")	\
	X(RELATION, "RELATION", TEXT, "how it is related to the process at the other end") \
	X(PID, "PID", NUMBER, "process")					\
	X(COMM, "COMM", TEXT, "name of the process")				\
	X(PUSER, "PUSER", TEXT, "user of the process")				\
	X(PUID, "PUID", NUMBER, "user number of the process")			\
	X(KTHREAD, "KTHREAD", BOOL, "the process is a kernel thread")		\
	X(MODE, "MODE", TEXT, "access mode: r, w, x")				\
	X(FLAGS, "FLAGS", TEXT, "flags of the open file")			\
	X(POS, "POS", NUMBER, "position in the open file")			\
	X(MNTID, "MNTID", NUMBER, "mount")					\
	X(ADDR, "ADDR", HEX, "address of the mapping")				\
	X(OFFSET, "OFFSET", SIZE, "where in the object the mapping begins")	\
	X(MAPLEN, "MAPLEN", SIZE, "bytes mapped")

enum live_column {
#define X(id, ...)	LIVE_COL_##id,
	LIVE_OBJECT_COLUMNS(X)
	LIVE_NR_OBJECT_COLUMNS,
	__LIVE_BEFORE_HOLDER = LIVE_NR_OBJECT_COLUMNS - 1,
	LIVE_HOLDER_COLUMNS(X)
	LIVE_NR_COLUMNS,
#undef X
};

#define LIVE_NR_HOLDER_COLUMNS	(LIVE_NR_COLUMNS - LIVE_NR_OBJECT_COLUMNS)

/* description of one column */
struct live_column_desc {
	const char *name;
	enum live_kind kind;
	const char *help;
};

extern const struct live_column_desc live_columns[LIVE_NR_COLUMNS];

#endif /* IPCPROBE_LIVE_COLUMN_H */
