// SPDX-License-Identifier: GPL-2.0
/*
 * Bytes through message queues and UNIX sockets.
 */
#include "ktap.h"
#include "trace_builder.h"

#define BLOCK	8192
#define SERVER	11
#define CLIENT	12
#define IN	1
#define OUT	2
#define BUF	0x10000000ULL
#define SOCK_A	1	/* the server's socket */
#define SOCK_B	2	/* the client's socket */

static void begin(struct trace *t)
{
	trace_init(t, MODEL_COPIES);
	trace_snapshot(t, 1, 0, "init");
	trace_snapshot(t, 10, 1, "lab");
	trace_file(t, IN, "/tmp/in");
	trace_file(t, OUT, "/tmp/out");
	trace_spawn(t, 10, SERVER, "server");
	trace_spawn(t, 10, CLIENT, "client");
}

static void send_msg(struct trace *t, uint32_t tid, uint32_t seq, uint64_t addr, uint32_t bytes)
{
	TRACE(t, msg_send, tid, .addr = addr, .type = 1, .ns = 7, .id = 5, .seq = seq,
	      .bytes = bytes, .dur_ns = t->dur_ns);
}

static void receive_msg(struct trace *t, uint32_t tid, uint32_t seq, uint64_t addr, int32_t ret)
{
	TRACE(t, msg_receive, tid, .addr = addr, .type = 1, .ns = 7, .id = 5, .seq = seq,
	      .bytes = ret, .ret = ret, .dur_ns = t->dur_ns);
}

static uint32_t queue_of(struct trace *t)
{
	return channels_find(&t->model.copies.channels, CHANNEL_MSG, channel_sysv_key(7, 5));
}

/* Expect four exact copies, all on one path. */
static void expect_four_copies(struct trace *t, uint64_t bytes)
{
	struct path path = trace_path(t, 0);

	ktap_eq(path.nr_hops, 4);
	ktap_eq(path.nr_copies, 4);
	ktap_eq(path.bytes, bytes);
	ktap_eq(path.copied_bytes, 4.0 * bytes);
	ktap_ne(path.grade, GRADE_INFERRED);
	ktap_eq(t->err, 0);
	ktap_eq(trace_nr_paths(t), 1);
}

static void test_msg(void)
{
	struct trace t;
	uint32_t i;

	begin(&t);
	TRACE(&t, msg_create, SERVER, .ns = 7, .id = 5, .max_bytes = 16384);
	for (i = 1; i <= 8; i++) {
		trace_file_read(&t, SERVER, IN, BUF, BLOCK);
		send_msg(&t, SERVER, i, BUF, BLOCK);
		receive_msg(&t, CLIENT, i, BUF + 8, BLOCK);
		trace_file_write(&t, CLIENT, OUT, BUF + 8, BLOCK);
	}
	trace_finish(&t);
	expect_four_copies(&t, 8 * BLOCK);
	ktap_result("a System V queue: four copies, exact");
	ktap_eq(trace_flow(&t, queue_of(&t), SERVER, CLIENT), 8 * BLOCK);
	ktap_eq(channel_at(&t.model.copies.channels, queue_of(&t))->capacity, 16384);
	ktap_result("sender and receiver are its two sides");
	trace_deinit(&t);
}

/* Messages are received by type, in another order. */
static void test_order(void)
{
	struct trace t;

	begin(&t);
	trace_spawn(&t, 10, 13, "other");
	TRACE(&t, msg_create, SERVER, .ns = 7, .id = 5, .max_bytes = 16384);
	send_msg(&t, SERVER, 1, BUF, 100);
	send_msg(&t, 13, 2, BUF, 200);
	send_msg(&t, SERVER, 3, BUF, 300);
	receive_msg(&t, CLIENT, 3, BUF, 300);
	receive_msg(&t, CLIENT, 2, BUF, 150);
	trace_finish(&t);
	ktap_eq(trace_flow(&t, queue_of(&t), SERVER, CLIENT), 300);
	ktap_eq(trace_flow(&t, queue_of(&t), 13, CLIENT), 150);
	ktap_result("a receive is tied to the very send its message came from");
	ktap_eq(channel_left_bytes(channel_at(&t.model.copies.channels, queue_of(&t))), 100);
	ktap_result("messages that were not received are left there");
	trace_deinit(&t);
}

/* The receiver runs before the sender has returned. */
static void test_late_sender(void)
{
	struct trace t;

	begin(&t);
	TRACE(&t, msg_create, SERVER, .ns = 7, .id = 5, .max_bytes = 16384);
	trace_file_read(&t, SERVER, IN, BUF, BLOCK);
	receive_msg(&t, CLIENT, 1, BUF, BLOCK);
	trace_file_write(&t, CLIENT, OUT, BUF, BLOCK);
	ktap_eq(t.model.copies.parking.nr, 2);
	ktap_result("a receive waits for its send's record");
	send_msg(&t, SERVER, 1, BUF, BLOCK);
	trace_finish(&t);
	expect_four_copies(&t, BLOCK);
	ktap_result("then its message is known");
	trace_deinit(&t);
}

static void test_unknown_send(void)
{
	struct path path;
	struct trace t;

	begin(&t);
	TRACE(&t, msg_snapshot, 0, .ns = 7, .id = 5, .nr_messages = 1, .max_bytes = 16384);
	receive_msg(&t, CLIENT, 0, BUF, BLOCK);
	trace_file_write(&t, CLIENT, OUT, BUF, BLOCK);
	trace_finish(&t);
	path = trace_path(&t, 0);
	ktap_eq(path.nr_hops, 2);
	ktap_false(t.model.copies.parking.nr);
	ktap_eq(trace_hop(&t, &path, 0)->key.origin, ORIGIN_UNKNOWN);
	ktap_result("an older message has no known sender, and its receive does not wait");
	trace_deinit(&t);
}

static void test_msg_copy(void)
{
	struct trace t;

	begin(&t);
	TRACE(&t, msg_create, SERVER, .ns = 7, .id = 5, .max_bytes = 16384);
	trace_file_read(&t, SERVER, IN, BUF, BLOCK);
	send_msg(&t, SERVER, 1, BUF, BLOCK);
	TRACE(&t, msg_receive, CLIENT, .addr = BUF, .ns = 7, .id = 5, .seq = 1, .bytes = BLOCK,
	      .ret = BLOCK, .msgflg = 040000, .dur_ns = 10);
	receive_msg(&t, CLIENT, 1, BUF, BLOCK);
	trace_finish(&t);
	ktap_eq(trace_nr_paths(&t), 2);
	ktap_eq(trace_path(&t, 0).nr_hops, 3);
	ktap_eq(trace_path(&t, 1).nr_hops, 3);
	ktap_result("MSG_COPY leaves the message there");
	trace_deinit(&t);
}

/* After a loss a receive does not wait for a send that may be lost. */
static void test_msg_loss(void)
{
	struct path path;
	struct trace t;

	begin(&t);
	TRACE(&t, msg_create, SERVER, .ns = 7, .id = 5, .max_bytes = 16384);
	trace_file_read(&t, SERVER, IN, BUF, BLOCK);
	send_msg(&t, SERVER, 1, BUF, BLOCK);
	TRACE_LOST(&t, t.now_ns, 1, MSG);
	receive_msg(&t, CLIENT, 1, BUF, BLOCK);
	ktap_false(t.model.copies.parking.nr);
	ktap_result("after a loss a receive does not wait");
	trace_file_read(&t, SERVER, IN, BUF, BLOCK);
	receive_msg(&t, CLIENT, 2, BUF, BLOCK);
	send_msg(&t, SERVER, 2, BUF, BLOCK);
	trace_file_write(&t, CLIENT, OUT, BUF, BLOCK);
	trace_finish(&t);
	path = trace_path(&t, 0);
	ktap_eq(path.nr_hops, 4);
	ktap_eq(path.bytes, BLOCK);
	ktap_eq(trace_nr_paths(&t), 3);
	ktap_result("messages after it are linked again, those before not");
	trace_deinit(&t);
}

static void test_mq(void)
{
	const struct channel *queue;
	struct trace t;
	uint32_t i;

	begin(&t);
	TRACE_NAME(&t, mq_info, SERVER, "lab", .dev = 20, .ino = 9, .max_messages = 10,
		   .max_bytes = 8192);
	for (i = 1; i <= 3; i++) {
		trace_file_read(&t, SERVER, IN, BUF, BLOCK);
		TRACE(&t, mq_send, SERVER, .addr = BUF, .dev = 20, .ino = 9, .seq = i,
		      .bytes = BLOCK, .dur_ns = 300, .blocked_ns = 100);
		TRACE(&t, mq_receive, CLIENT, .addr = BUF, .dev = 20, .ino = 9, .seq = i,
		      .bytes = BLOCK, .ret = BLOCK, .dur_ns = 300, .blocked_ns = 200);
		trace_file_write(&t, CLIENT, OUT, BUF, BLOCK);
	}
	trace_finish(&t);
	queue = channel_at(&t.model.copies.channels,
			   channels_find(&t.model.copies.channels, CHANNEL_MQ, map_pair(20, 9)));
	expect_four_copies(&t, 3 * BLOCK);
	ktap_result("a POSIX queue: four copies, exact");
	ktap_eq(queue->wait_ns[TO], 300);
	ktap_eq(queue->wait_ns[FROM], 600);
	ktap_eq(queue->nr_waits[TO], 3);
	ktap_eq(queue->capacity, 81920);
	ktap_str_eq(queue->path, "lab");
	ktap_result("its waits, its size and its name");
	trace_deinit(&t);
}

/* ---- UNIX sockets ---- */

static void send_unix(struct trace *t, uint32_t tid, uint32_t pos, uint64_t addr, int32_t ret,
		      uint16_t flags)
{
	TRACE(t, unix_send, tid, .addr = addr, .sock = SOCK_A, .peer = SOCK_B, .pos = pos,
	      .count = ret, .ret = ret, .dur_ns = t->dur_ns, .call = IPCPROBE_CALL_SENDTO,
	      .nr_segs = 1, .flags = flags);
}

static void receive_unix(struct trace *t, uint32_t tid, uint32_t pos, uint64_t addr, int32_t ret,
			 uint16_t flags)
{
	TRACE(t, unix_recv, tid, .addr = addr, .sock = SOCK_B, .peer = SOCK_A, .pos = pos,
	      .count = 65536, .ret = ret, .dur_ns = t->dur_ns, .call = IPCPROBE_CALL_RECVFROM,
	      .nr_segs = 1, .flags = flags);
}

static void test_stream(void)
{
	uint32_t number;
	struct trace t;

	begin(&t);
	TRACE(&t, unix_pair, 10, .sock = SOCK_A, .peer = SOCK_B, .ino = 50, .peer_ino = 51,
	      .type = 1);
	trace_file_read(&t, SERVER, IN, BUF, 2 * BLOCK);
	send_unix(&t, SERVER, 0, BUF, 2 * BLOCK, 0);
	receive_unix(&t, CLIENT, 0, BUF, 1000, 0);
	receive_unix(&t, CLIENT, 1000, BUF + 1000, 2 * BLOCK - 1000, 0);
	trace_file_write(&t, CLIENT, OUT, BUF, 2 * BLOCK);
	trace_finish(&t);
	number = channels_find(&t.model.copies.channels, CHANNEL_UNIX, SOCK_B);
	expect_four_copies(&t, 2 * BLOCK);
	ktap_result("a stream socket: four copies, exact");
	ktap_eq(trace_flow(&t, number, SERVER, CLIENT), 2 * BLOCK);
	ktap_false(channel_left_bytes(channel_at(&t.model.copies.channels, number)));
	ktap_result("sender and receiver, and nothing is left");
	trace_deinit(&t);
}

/* The bytes of a send are not contiguous, and the receiver is faster. */
static void test_segments(void)
{
	struct trace t;

	begin(&t);
	TRACE(&t, unix_pair, 10, .sock = SOCK_A, .peer = SOCK_B, .type = 1);
	trace_file_read(&t, SERVER, IN, BUF, BLOCK);
	receive_unix(&t, CLIENT, 0, BUF, 1000, 0);
	trace_file_write(&t, CLIENT, OUT, BUF, 1000);
	t.dur_ns = 20000;
	TRACE(&t, unix_segment, SERVER, .sock = SOCK_A, .pos = 0, .bytes = 1000,
	      .flags = IPCPROBE_UNIX_SENT);
	send_unix(&t, SERVER, 1500, BUF, BLOCK, 0);
	t.dur_ns = TRACE_DUR_NS;
	receive_unix(&t, CLIENT, 1500, BUF, BLOCK - 1000, 0);
	trace_file_write(&t, CLIENT, OUT, BUF, BLOCK - 1000);
	trace_finish(&t);
	expect_four_copies(&t, BLOCK);
	ktap_result("a call's bytes in two runs");
	trace_deinit(&t);
}

static void test_datagrams(void)
{
	const uint16_t message = IPCPROBE_UNIX_MESSAGE;
	struct trace t;

	begin(&t);
	TRACE(&t, unix_pair, 10, .sock = SOCK_A, .peer = SOCK_B, .type = 2);
	trace_file_read(&t, SERVER, IN, BUF, 3000);
	send_unix(&t, SERVER, 0, BUF, 1000, message);
	send_unix(&t, SERVER, 1, BUF + 1000, 2000, message);
	receive_unix(&t, CLIENT, 0, BUF, 1000, message);
	receive_unix(&t, CLIENT, 1, BUF + 1000, 2000, message | IPCPROBE_UNIX_PEEK);
	receive_unix(&t, CLIENT, 1, BUF + 1000, 2000, message);
	trace_file_write(&t, CLIENT, OUT, BUF, 3000);
	trace_finish(&t);
	ktap_eq(trace_path(&t, 0).nr_hops, 4);
	ktap_eq(trace_path(&t, 0).bytes, 3000);
	ktap_eq(trace_nr_paths(&t), 2);
	ktap_eq(trace_path(&t, 1).nr_hops, 3);
	ktap_result("datagrams by their numbers; MSG_PEEK leaves them there");
	trace_deinit(&t);
}

static double copied_on_all_paths(struct trace *t)
{
	double copied = 0;
	uint32_t i;

	for (i = 0; i < trace_nr_paths(t); i++) {
		const struct path path = trace_path(t, i);

		printf("# path %u: %u hops, %llu bytes, %g copied\n", i, path.nr_hops,
		       (unsigned long long)path.bytes, (double)path.copied_bytes);
		copied += path.copied_bytes;
	}
	return copied;
}

/* recv() with MSG_TRUNC and a buffer of @count bytes, for a message of 1000 bytes. */
static void receive_length(struct trace *t, uint32_t count, uint16_t flags)
{
	TRACE(t, unix_recv, CLIENT, .addr = BUF, .sock = SOCK_B, .peer = SOCK_A, .count = count,
	      .ret = 1000, .dur_ns = t->dur_ns, .call = IPCPROBE_CALL_RECVFROM, .nr_segs = 1,
	      .flags = flags | IPCPROBE_UNIX_MESSAGE | IPCPROBE_UNIX_TRUNC);
}

static uint64_t bytes_thrown_away(struct trace *t)
{
	uint64_t bytes = 0;
	uint32_t i;

	for (i = 0; i < trace_nr_paths(t); i++)
		if (trace_path(t, i).outcome == OUTCOME_DISCARDED)
			bytes += trace_path(t, i).bytes;
	return bytes;
}

static void test_truncated(void)
{
	struct trace t;
	uint32_t number;

	begin(&t);
	TRACE(&t, unix_pair, 10, .sock = SOCK_A, .peer = SOCK_B, .type = 2);
	send_unix(&t, SERVER, 0, BUF, 1000, IPCPROBE_UNIX_MESSAGE);
	receive_length(&t, 0, IPCPROBE_UNIX_PEEK);
	trace_finish(&t);
	ktap_eq(copied_on_all_paths(&t), 1000);
	ktap_result("a receive of only the length copies nothing");
	trace_deinit(&t);

	begin(&t);
	TRACE(&t, unix_pair, 10, .sock = SOCK_A, .peer = SOCK_B, .type = 2);
	send_unix(&t, SERVER, 0, BUF, 1000, IPCPROBE_UNIX_MESSAGE);
	receive_length(&t, 4, 0);
	trace_file_write(&t, CLIENT, OUT, BUF + 100, 500);
	trace_finish(&t);
	number = channels_find(&t.model.copies.channels, CHANNEL_UNIX, SOCK_B);
	printf("# %llu bytes flowed\n",
	       (unsigned long long)trace_flow(&t, number, SERVER, CLIENT));
	copied_on_all_paths(&t);
	ktap_eq(bytes_thrown_away(&t), 996);
	ktap_eq(trace_nr_paths(&t), 3);
	ktap_result("the rest of a message is discarded: %llu",
		    (unsigned long long)bytes_thrown_away(&t));
	ktap_eq(trace_flow(&t, number, SERVER, CLIENT), 4);
	ktap_eq(trace_path(&t, 0).bytes, 4);
	ktap_result("bytes behind a buffer that is too small are not the message's");
	trace_deinit(&t);
}

/* The receiver's filter drops the server's packets, not those of a third process. */
static void test_dropped(void)
{
	const uint16_t message = IPCPROBE_UNIX_MESSAGE;
	struct trace t;
	uint32_t number;

	begin(&t);
	trace_spawn(&t, 10, 13, "third");
	TRACE(&t, unix_pair, 10, .sock = SOCK_A, .peer = SOCK_B, .type = 5);
	TRACE(&t, unix_send, SERVER, .addr = BUF, .sock = SOCK_A, .count = 100, .ret = 100,
	      .dur_ns = 400, .call = IPCPROBE_CALL_SENDTO, .nr_segs = 1,
	      .flags = message | IPCPROBE_UNIX_UNPLACED);
	send_unix(&t, 13, 0, BUF, 50, message);
	receive_unix(&t, CLIENT, 0, BUF, 50, message);
	trace_finish(&t);
	number = channels_find(&t.model.copies.channels, CHANNEL_UNIX, SOCK_B);
	printf("# from the server %llu, from the third %llu\n",
	       (unsigned long long)trace_flow(&t, number, SERVER, CLIENT),
	       (unsigned long long)trace_flow(&t, number, 13, CLIENT));
	ktap_eq(trace_flow(&t, number, 13, CLIENT), 50);
	ktap_false(trace_flow(&t, number, SERVER, CLIENT));
	ktap_result("a dropped packet has no place");
	trace_deinit(&t);
}

/* A BPF program passes bytes to a socket that were sent to another one. */
static void test_redirected(void)
{
	struct trace t;
	uint32_t number;

	begin(&t);
	TRACE(&t, unix_pair, 10, .sock = SOCK_A, .peer = SOCK_B, .type = 1);
	TRACE(&t, unix_recv, CLIENT, .addr = BUF, .sock = SOCK_B, .count = 100, .ret = 100,
	      .dur_ns = 400, .call = IPCPROBE_CALL_READ, .nr_segs = 1,
	      .flags = IPCPROBE_UNIX_UNPLACED);
	send_unix(&t, SERVER, 0, BUF, 100, 0);
	receive_unix(&t, CLIENT, 0, BUF, 100, 0);
	trace_finish(&t);
	number = channels_find(&t.model.copies.channels, CHANNEL_UNIX, SOCK_B);
	printf("# %llu bytes flowed\n",
	       (unsigned long long)trace_flow(&t, number, SERVER, CLIENT));
	ktap_eq(trace_flow(&t, number, SERVER, CLIENT), 100);
	ktap_false(t.err);
	ktap_result("redirected bytes have no place");
	trace_deinit(&t);
}

int main(void)
{
	ktap_begin(21);
	test_msg();
	test_order();
	test_late_sender();
	test_unknown_send();
	test_msg_copy();
	test_msg_loss();
	test_mq();
	test_stream();
	test_segments();
	test_datagrams();
	test_truncated();
	test_dropped();
	test_redirected();
	return ktap_end();
}
