// SPDX-License-Identifier: GPL-2.0
/*
 * Ended objects are folded, and no sum changes by that: recordings of many short
 * processes, made at random but consistent, are applied to a model that keeps
 * everything and to one that keeps next to nothing.
 */
#include "ktap.h"
#include "random.h"
#include "trace_builder.h"
#include "view/label.h"

#define NR_RUNS		24U
#define NR_STEPS	4000U
#define NR_PIPES	6U		/* pipes that exist at once */
#define NR_PROCS	8U
#define NR_FILES	5U
#define SHELL		10U
#define SOCK_TYPE	1		/* a stream socket */

static const char *const names[] = { "cc", "as", "ld", "sed" };

/* ---- recordings ---- */

static uint64_t seed;

static uint32_t random_below(uint32_t n)
{
	return (random_next(&seed) >> 24) % n;
}

struct stream {
	uint32_t number;
	uint32_t write_pos;
	uint32_t read_pos;
};

/**
 * struct world - what exists in a recording
 * @pid: processes, the first one stays
 * @pipe: pipes
 * @sock: sockets that messages are sent to
 * @queue: messages of a queue: id, sent, received
 * @file: numbers of files
 */
struct world {
	struct trace *t;
	uint32_t pid[NR_PROCS];
	struct stream pipe[NR_PIPES];
	struct stream sock[2];
	struct stream queue;
	uint32_t file[NR_FILES];
	uint32_t next;
};

static uint64_t address(void)
{
	return 0x10000 + 0x800 * random_below(6);
}

/* Choose among a few contents: bytes that were read are written, or other bytes. */
static void choose_prints(struct trace *t, uint32_t bytes)
{
	uint32_t sort = random_below(3);

	t->prints = (struct prints){ .span = bytes, .head = 1000 + sort, .mid = 2000 + sort,
				     .tail = 3000 + sort };
	if (!random_below(3))
		t->prints = (struct prints){ 0 };
}

static uint32_t any_pid(const struct world *w)
{
	return w->pid[random_below(NR_PROCS)];
}

static void renew_file(struct world *w, uint32_t i)
{
	char path[32];

	w->file[i] = w->next++;
	snprintf(path, sizeof(path), "/tmp/f%u", w->file[i]);
	trace_file(w->t, w->file[i], path);
}

static void renew_pipe(struct world *w, uint32_t i)
{
	if (w->pipe[i].number)
		TRACE(w->t, pipe_close, SHELL, .pipe = w->pipe[i].number,
		      .unread = w->pipe[i].write_pos - w->pipe[i].read_pos,
		      .flags = IPCPROBE_IO_LAST);
	w->pipe[i] = (struct stream){ .number = w->next++ };
	trace_pipe(w->t, SHELL, w->pipe[i].number);
}

static void renew_socket(struct world *w, uint32_t i)
{
	if (w->sock[i].number) {
		TRACE(w->t, unix_close, SHELL, .sock = w->sock[i].number,
		      .unread = w->sock[i].write_pos - w->sock[i].read_pos);
		TRACE(w->t, unix_close, SHELL, .sock = w->sock[i].number + 1);
	}
	w->sock[i] = (struct stream){ .number = w->next };
	w->next += 2;
	TRACE(w->t, unix_pair, SHELL, .sock = w->sock[i].number + 1, .peer = w->sock[i].number,
	      .ino = w->sock[i].number + 1, .peer_ino = w->sock[i].number, .type = SOCK_TYPE);
}

static void renew_queue(struct world *w)
{
	if (w->queue.number)
		TRACE(w->t, msg_destroy, SHELL, .ns = 7, .id = w->queue.number,
		      .nr_messages = w->queue.write_pos - w->queue.read_pos);
	w->queue = (struct stream){ .number = w->next++ };
	TRACE(w->t, msg_create, SHELL, .ns = 7, .id = w->queue.number, .max_bytes = 16384);
}

static void renew_process(struct world *w, uint32_t i)
{
	uint32_t parent;

	if (w->pid[i])
		trace_exit(w->t, w->pid[i]);
	w->pid[i] = 0;
	parent = random_below(4) ? 0 : any_pid(w);
	w->pid[i] = 1000 + w->next++;
	trace_fork(w->t, parent ?: SHELL, w->pid[i]);
	if (random_below(5))
		trace_exec(w->t, w->pid[i], names[random_below(4)]);
}

static void begin(struct world *w, struct trace *t)
{
	uint32_t i;

	*w = (struct world){ .t = t, .next = 100 };
	w->pid[0] = SHELL;
	for (i = 0; i < NR_FILES; i++)
		renew_file(w, i);
	for (i = 1; i < NR_PROCS; i++)
		renew_process(w, i);
	for (i = 0; i < NR_PIPES; i++)
		renew_pipe(w, i);
	for (i = 0; i < 2; i++)
		renew_socket(w, i);
	renew_queue(w);
}

static void use_pipe(struct world *w)
{
	struct stream *pipe = &w->pipe[random_below(NR_PIPES)];
	uint32_t inside = pipe->write_pos - pipe->read_pos;
	uint32_t bytes = 1 + random_below(9000), pid = any_pid(w);

	if (random_below(2) && inside) {
		bytes = bytes < inside ? bytes : inside;
		choose_prints(w->t, bytes);
		trace_read(w->t, pid, pipe->number, pipe->read_pos, address(), bytes);
		pipe->read_pos += bytes;
	} else if (inside + bytes <= 65536) {
		choose_prints(w->t, bytes);
		trace_write(w->t, pid, pipe->number, pipe->write_pos, address(), bytes);
		pipe->write_pos += bytes;
	}
}

static void use_file(struct world *w)
{
	uint32_t file = w->file[random_below(NR_FILES)], bytes = 1 + random_below(9000);

	choose_prints(w->t, bytes);
	if (random_below(3))
		trace_file_read(w->t, any_pid(w), file, address(), bytes);
	else
		trace_file_write(w->t, any_pid(w), file, address(), bytes);
}

static void use_socket(struct world *w)
{
	struct stream *sock = &w->sock[random_below(2)];
	uint32_t inside = sock->write_pos - sock->read_pos, bytes = 1 + random_below(5000);

	if (random_below(2) && inside) {
		bytes = bytes < inside ? bytes : inside;
		TRACE(w->t, unix_recv, any_pid(w), .addr = address(), .sock = sock->number,
		      .peer = sock->number + 1, .pos = sock->read_pos, .count = bytes,
		      .ret = bytes, .dur_ns = w->t->dur_ns, .nr_segs = 1,
		      .call = IPCPROBE_CALL_RECVFROM);
		sock->read_pos += bytes;
	} else {
		TRACE(w->t, unix_send, any_pid(w), .addr = address(), .sock = sock->number + 1,
		      .peer = sock->number, .pos = sock->write_pos, .count = bytes, .ret = bytes,
		      .dur_ns = w->t->dur_ns, .nr_segs = 1, .call = IPCPROBE_CALL_SENDTO);
		sock->write_pos += bytes;
	}
}

static void use_queue(struct world *w)
{
	if (random_below(2) && w->queue.read_pos < w->queue.write_pos)
		TRACE(w->t, msg_receive, any_pid(w), .addr = address(), .type = 1, .ns = 7,
		      .id = w->queue.number, .seq = ++w->queue.read_pos, .bytes = 700, .ret = 700,
		      .dur_ns = w->t->dur_ns);
	else
		TRACE(w->t, msg_send, any_pid(w), .addr = address(), .type = 1, .ns = 7,
		      .id = w->queue.number, .seq = ++w->queue.write_pos, .bytes = 700,
		      .dur_ns = w->t->dur_ns);
}

/* A file is mapped in a process that goes on, or another process's memory is read. */
static void use_memory(struct world *w)
{
	uint32_t pid = any_pid(w), target = any_pid(w);

	if (random_below(2))
		TRACE(w->t, shm_map, pid, .addr = address(), .bytes = 0x800,
		      .object = w->file[random_below(NR_FILES)], .pid = pid, .prot = 3,
		      .is_private = random_below(2));
	else if (pid != target)
		TRACE(w->t, procvm, pid, .local = address(), .remote = address(), .target = target,
		      .count = 100, .ret = 100, .dur_ns = w->t->dur_ns, .nr_local = 1,
		      .nr_remote = 1, .call = IPCPROBE_CALL_PROCESS_VM_READV);
}

static void step(struct world *w)
{
	uint32_t what = random_below(100);

	if (what < 40)
		use_pipe(w);
	else if (what < 70)
		use_file(w);
	else if (what < 76)
		use_socket(w);
	else if (what < 80)
		use_queue(w);
	else if (what < 84)
		use_memory(w);
	else if (what < 93)
		renew_process(w, 1 + random_below(NR_PROCS - 1));
	else if (what < 96)
		renew_pipe(w, random_below(NR_PIPES));
	else if (what < 98)
		renew_file(w, random_below(NR_FILES));
	else if (what < 99)
		renew_socket(w, random_below(2));
	else
		renew_queue(w);
}

/* ---- sums ---- */

#define NR_NAMES	6U
#define NR_KINDS	(HOP_DISCARD + 1U)
#define NR_CALLS	64U

/**
 * struct sums - sums that must not depend on what the model keeps separately
 * @hop: bytes by program name and kind of hop
 * @copied: the copied part of @hop
 * @ends: bytes by grade and outcome
 * @channel: by kind of channel: bytes written, read, left, ...
 * @call: calls and bytes by call
 */
struct sums {
	struct path_total total;
	uint64_t hop[NR_NAMES][NR_KINDS];
	uint64_t copied[NR_NAMES][NR_KINDS];
	uint64_t channel[NR_CHANNEL_KINDS][3];
	uint64_t call[NR_CALLS][2];
};

static uint32_t name_of(const struct trace *t, uint32_t image)
{
	const char *comm = image_at(&t->model.tasks, image)->comm;
	uint32_t i;

	for (i = 0; i < 4; i++)
		if (!strcmp(comm, names[i]))
			return i;
	return strcmp(comm, "sh") ? 5 : 4;
}

static void sum_hops(const struct trace *t, struct sums *sums)
{
	const struct paths *paths = &t->model.copies.paths;
	uint32_t i;

	for (i = 1; i < paths->hop.nr; i++) {
		const struct hop *hop = hop_at(paths, i);
		uint32_t name = name_of(t, hop->key.image);

		sums->hop[name][hop->key.kind] += hop->bytes;
		sums->copied[name][hop->key.kind] += hop->copied_bytes;
	}
}

static void sum_channels(const struct trace *t, struct sums *sums)
{
	const struct channels *channels = &t->model.copies.channels;
	uint32_t i;

	for (i = 1; i < channels->channel.nr; i++) {
		const struct channel *channel = channel_at(channels, i);
		uint64_t *sum = sums->channel[channel->kind];

		if (channel->kind == CHANNEL_FILE && !channel->is_shared)
			continue;
		sum[0] += channel->bytes[TO];
		sum[1] += channel->bytes[FROM];
		if (channel_is_stream(channel))
			sum[2] += channel_left_bytes(channel);
	}
}

static void sum_calls(const struct trace *t, struct sums *sums)
{
	const struct calls *calls = &t->model.copies.calls;
	uint32_t i;

	for (i = 1; i < calls->stat.nr; i++) {
		sums->call[call_stat_at(calls, i)->call][0] += call_stat_at(calls, i)->nr_calls;
		sums->call[call_stat_at(calls, i)->call][1] += call_stat_at(calls, i)->bytes;
	}
}

/* ---- the same recording twice ---- */

/* memory of a model at the end, and its maximum */
struct size {
	uint32_t objects;
	uint32_t most;
	uint32_t nr_sweeps;
	uint64_t nr_folded;
};

static struct size run(uint64_t first_seed, uint32_t nr_steps, const struct sweep_limits *limits,
		       struct sums *sums)
{
	struct size size = { 0 };
	struct world w;
	struct trace t;
	uint32_t i, nr;

	seed = first_seed;
	trace_shell(&t);
	t.model.copies.limits = *limits;
	begin(&w, &t);
	for (i = 0; i < nr_steps; i++) {
		step(&w);
		nr = sweep_nr_objects(&t.model.copies);
		size.most = nr > size.most ? nr : size.most;
	}
	trace_finish(&t);
	memset(sums, 0, sizeof(*sums));
	sums->total = path_total(&t.model.copies);
	sum_hops(&t, sums);
	sum_channels(&t, sums);
	sum_calls(&t, sums);
	size.objects = sweep_nr_objects(&t.model.copies);
	size.nr_sweeps = t.model.copies.nr_sweeps;
	size.nr_folded = t.model.copies.paths.nr_folded;
	if (t.err)
		abort();
	trace_deinit(&t);
	return size;
}

static const struct sweep_limits keep_all = { .next = UINT32_MAX };

static void note_totals(const char *which, const struct path_total *total)
{
	ktap_note("%s: %llu delivered, %llu left, %llu unseen, %llu discarded, %llu copied, "
		  "%llu for delivery, %llu referenced",
		  which, (unsigned long long)total->delivered_bytes,
		  (unsigned long long)total->left_bytes, (unsigned long long)total->unseen_bytes,
		  (unsigned long long)total->discarded_bytes,
		  (unsigned long long)total->copied_bytes,
		  (unsigned long long)total->delivery_bytes,
		  (unsigned long long)total->referenced_bytes);
}

static void note_words(const char *what, const void *a, const void *b, size_t len)
{
	const uint64_t *x = a, *y = b;
	size_t i;

	for (i = 0; i < len / sizeof(*x); i++)
		if (x[i] != y[i])
			ktap_note("%s %zu: %llu, folded %llu", what, i, (unsigned long long)x[i],
				  (unsigned long long)y[i]);
}

static bool is_same(uint64_t first_seed, const struct sums *all, const struct sums *few)
{
	if (!memcmp(all, few, sizeof(*all)))
		return true;
	ktap_note("seed %llu", (unsigned long long)first_seed);
	note_totals("all", &all->total);
	note_totals("few", &few->total);
	note_words("bytes", all->hop, few->hop, sizeof(all->hop));
	note_words("copied", all->copied, few->copied, sizeof(all->copied));
	note_words("channels", all->channel, few->channel, sizeof(all->channel));
	note_words("calls", all->call, few->call, sizeof(all->call));
	return false;
}

static void test_sums(const char *what, const struct sweep_limits *limits)
{
	uint32_t i, nr_same = 0, nr_sweeps = 0;
	uint64_t nr_folded = 0;

	for (i = 0; i < NR_RUNS; i++) {
		uint64_t first_seed = RANDOM_SEED + i * 7919;
		struct sums all, few;
		struct size size;

		run(first_seed, NR_STEPS, &keep_all, &all);
		size = run(first_seed, NR_STEPS, limits, &few);
		nr_same += is_same(first_seed, &all, &few);
		nr_sweeps += size.nr_sweeps;
		nr_folded += size.nr_folded;
	}
	ktap_note("%s: %u sweeps, %llu hops folded", what, nr_sweeps,
		  (unsigned long long)nr_folded);
	ktap_eq(nr_same, NR_RUNS);
	ktap_true(nr_folded);
	ktap_result("no sum changes when ended objects are folded: %s", what);
}

/* A recording four times as long takes no more memory. */
static void test_bound(void)
{
	const struct sweep_limits limits = { .hops = 100, .shapes = 100, .files = 20, .ended = 8,
					     .ends = 16, .objects = 500 };
	struct sums sums;
	struct size once = run(4711, 4 * NR_STEPS, &limits, &sums);
	struct size more = run(4711, 16 * NR_STEPS, &limits, &sums);
	struct size all = run(4711, 16 * NR_STEPS, &keep_all, &sums);

	ktap_note("at most %u objects, in four times as much %u; %u if all are kept", once.most,
		  more.most, all.most);
	ktap_le(more.most, once.most + once.most / 2);
	ktap_lt(more.most, all.most / 4);
	ktap_result("memory does not grow with ended objects");
}

/* ---- what remains known of folded objects ---- */

#define NR_SHORT	300U
#define SCRAP		100
#define PAYLOAD		50000
#define LATE		250U		/* the process that carries PAYLOAD */

/* A process reads its own file and writes it to its parent through its own pipe. */
static void short_process(struct trace *t, uint32_t i, int32_t bytes)
{
	uint32_t pid = 1000 + i, pipe = 5000 + i, file = 10 + i;
	char path[32];

	trace_spawn(t, SHELL, pid, "cc");
	snprintf(path, sizeof(path), "/tmp/f%u", i);
	trace_file(t, file, path);
	trace_pipe(t, pid, pipe);
	trace_file_read(t, pid, file, 0x10000, bytes);
	trace_write(t, pid, pipe, 0, 0x10000, bytes);
	trace_read(t, SHELL, pipe, 0, 0x90000, bytes);
	TRACE(t, pipe_close, pid, .pipe = pipe, .flags = IPCPROBE_IO_LAST);
	trace_exit(t, pid);
}

static void run_short(struct trace *t, const struct sweep_limits *limits, const uint32_t *wanted)
{
	uint32_t i;

	trace_shell(t);
	t->model.copies.limits = *limits;
	model_set_wanted(&t->model, wanted, wanted ? 1 : 0);
	for (i = 0; i < NR_SHORT; i++)
		short_process(t, i, i == LATE ? PAYLOAD : SCRAP);
	trace_finish(t);
}

static const struct sweep_limits tiny = { .hops = 8, .shapes = 100, .files = 4, .ended = 0,
					  .ends = 10, .objects = 64 };

/*
 * The first path whose first hop is by @pid; pid 0 stands for many. It has no hops if
 * there is none.
 */
static struct path path_by(struct trace *t, uint32_t pid)
{
	uint32_t i, nr = trace_nr_paths(t);

	for (i = 0; i < nr; i++) {
		struct path path = trace_path(t, i);
		const struct hop *hop = trace_hop(t, &path, 0);
		const struct image *image = image_at(&t->model.tasks, hop->key.image);

		if (proc_at(&t->model.tasks, image->proc)->pid == pid && image->is_many == !pid)
			return path;
	}
	return (struct path){ 0 };
}

static bool is_many(const struct trace *t, uint32_t obj)
{
	if (object_type(obj) == OBJECT_FILE)
		return file_at(&t->model.copies.files, object_number(obj))->is_many;
	return channel_at(&t->model.copies.channels, object_number(obj))->is_many;
}

static void test_way(void)
{
	struct path path, late;
	struct trace t;

	run_short(&t, &tiny, NULL);
	path = path_by(&t, 0);
	late = path_by(&t, 1000 + LATE);
	ktap_note("%u hops, %llu bytes; %llu hops folded", path.nr_hops,
		  (unsigned long long)path.bytes,
		  (unsigned long long)t.model.copies.paths.nr_folded);
	ktap_eq(path.nr_hops, 3);
	ktap_true(is_many(&t, trace_hop(&t, &path, 0)->key.from));
	ktap_true(is_many(&t, trace_hop(&t, &path, 1)->key.to));
	ktap_true(image_at(&t.model.tasks, trace_hop(&t, &path, 1)->key.image)->is_many);
	ktap_eq(image_at(&t.model.tasks, trace_hop(&t, &path, 2)->key.image)->proc,
		trace_proc(&t, SHELL));
	ktap_gt(path.bytes, (NR_SHORT - 32) * SCRAP);
	ktap_lt(path.bytes, NR_SHORT * SCRAP);
	ktap_false(path.bytes % SCRAP);
	ktap_false(path.is_exact);
	ktap_result("a folded process keeps its path: file, cc, pipe, the shell, which exists");
	ktap_note("%u hops, %llu bytes, %s", late.nr_hops, (unsigned long long)late.bytes,
		  late.is_exact ? "exact" : "at least");
	ktap_eq(late.nr_hops, 3);
	ktap_eq(late.bytes, PAYLOAD);
	ktap_true(late.is_exact);
	ktap_result("what carries much is kept, however late it comes");
	trace_deinit(&t);
}

static void expect_label(char *label, const char *name)
{
	ktap_str_eq(label, name);
	free(label);
}

static void test_labels(void)
{
	struct path path;
	struct trace t;
	json_t *image;

	run_short(&t, &tiny, NULL);
	path = path_by(&t, 0);
	if (path.nr_hops != 3)
		abort();
	expect_label(label_image(&t.model, trace_hop(&t, &path, 1)->key.image), "cc[*]");
	expect_label(label_object(&t.model, trace_hop(&t, &path, 0)->key.from), "file:[*]");
	expect_label(label_object(&t.model, trace_hop(&t, &path, 1)->key.to), "pipe:[*]");
	image = label_image_json(&t.model, trace_hop(&t, &path, 1)->key.image);
	ktap_true(json_is_null(json_object_get(image, "pid")));
	json_decref(image);
	ktap_result("[*] stands for all of a name or kind");
	trace_deinit(&t);
}

static void test_wanted(void)
{
	static const uint32_t pid = 1003;
	struct trace without, with;
	struct path none, path;

	run_short(&without, &tiny, NULL);
	run_short(&with, &tiny, &pid);
	none = path_by(&without, pid);
	path = path_by(&with, pid);
	ktap_note("%u hops without, %u with", none.nr_hops, path.nr_hops);
	ktap_false(none.nr_hops);
	ktap_eq(path.nr_hops, 3);
	ktap_eq(path.bytes, SCRAP);
	ktap_result("a selected process is kept");
	trace_deinit(&without);
	trace_deinit(&with);
}

/* Many short processes write to one pipe that stays. */
static void test_ends(void)
{
	const struct channels *channels;
	const struct channel *pipe;
	uint64_t written = 0, bytes = 0;
	uint32_t i, nr = 0;
	struct trace t;

	trace_shell(&t);
	t.model.copies.limits = tiny;
	trace_pipe(&t, SHELL, 1);
	for (i = 0; i < NR_SHORT; i++) {
		trace_spawn(&t, SHELL, 1000 + i, "cc");
		trace_write(&t, 1000 + i, 1, i * SCRAP, 0x10000, SCRAP);
		trace_read(&t, SHELL, 1, i * SCRAP, 0x90000, SCRAP);
		trace_exit(&t, 1000 + i);
	}
	trace_finish(&t);
	channels = &t.model.copies.channels;
	pipe = trace_pipe_of(&t, 1);
	for (i = pipe->first_end; i; i = channel_end_at(channels, i)->next, nr++)
		written += channel_end_at(channels, i)->bytes[TO];
	for (i = pipe->first_pair; i; i = channel_pair_at(channels, i)->next)
		bytes += channel_pair_at(channels, i)->bytes;
	ktap_note("%u ends, %llu bytes written by them, %llu from one to another", nr,
		  (unsigned long long)written, (unsigned long long)bytes);
	ktap_lt(nr, 40);
	ktap_eq(written, NR_SHORT * SCRAP);
	ktap_eq(bytes, written);
	ktap_result("of many processes at one pipe few are kept, and the bytes of all");
	trace_deinit(&t);
}

/* The first path that ends in process @pid. */
static struct path path_to(struct trace *t, uint32_t pid)
{
	uint32_t i, nr = trace_nr_paths(t);

	for (i = 0; i < nr; i++) {
		struct path path = trace_path(t, i);
		const struct hop *hop = trace_hop(t, &path, path.nr_hops - 1);

		if (image_at(&t->model.tasks, hop->key.image)->proc == trace_proc(t, pid))
			return path;
	}
	return (struct path){ 0 };
}

/* A file is written, then not used for long, then read. */
static struct path late_read(const struct sweep_limits *limits, uint32_t *nr_kept)
{
	struct path path;
	struct trace t;
	uint32_t i;

	trace_shell(&t);
	t.model.copies.limits = *limits;
	trace_spawn(&t, SHELL, 20, "cat");
	trace_spawn(&t, SHELL, 21, "cat");
	trace_file(&t, 5, "/tmp/handover");
	trace_file_write(&t, 20, 5, 0x10000, PAYLOAD);
	for (i = 0; i < NR_SHORT; i++)
		short_process(&t, i, SCRAP);
	trace_file_read(&t, 21, 5, 0x10000, PAYLOAD);
	trace_finish(&t);
	path = path_to(&t, 21);
	*nr_kept = pool_used(&t.model.copies.files.file);
	trace_deinit(&t);
	return path;
}

static void test_files(void)
{
	uint32_t nr_all, nr_few;
	struct path all = late_read(&keep_all, &nr_all), few = late_read(&tiny, &nr_few);

	ktap_note("%u hops and %u files; of few %u and %u", all.nr_hops, nr_all, few.nr_hops,
		  nr_few);
	ktap_eq(all.nr_hops, 2);
	ktap_eq(few.nr_hops, 1);
	ktap_lt(nr_few, 60);
	ktap_result("a file whose contents were freed has no known writer");
}

/* Pipes are freed with bytes in them, while a read of another one waits for its writer. */
static void test_waiting(void)
{
	struct path_total total;
	uint32_t i, nr, nr_parked;
	struct trace t;

	trace_shell(&t);
	t.model.copies.limits = tiny;
	trace_pipe(&t, SHELL, 1);
	trace_spawn(&t, SHELL, 20, "cat");
	trace_read(&t, 20, 1, 0, 0x10000, SCRAP);
	for (i = 0; i < NR_SHORT; i++) {
		trace_spawn(&t, SHELL, 1000 + i, "cc");
		trace_pipe(&t, 1000 + i, 5000 + i);
		trace_write(&t, 1000 + i, 5000 + i, 0, 0x10000, SCRAP);
		TRACE(&t, pipe_close, 1000 + i, .pipe = 5000 + i, .unread = SCRAP,
		      .flags = IPCPROBE_IO_LAST);
		trace_exit(&t, 1000 + i);
	}
	nr = pool_used(&t.model.copies.channels.channel);
	nr_parked = t.model.copies.parking.nr;
	trace_finish(&t);
	total = path_total(&t.model.copies);
	ktap_note("%u waiting, %u channels, %llu bytes left", nr_parked, nr,
		  (unsigned long long)total.left_bytes);
	ktap_true(nr_parked);
	ktap_lt(nr, 60);
	ktap_eq(total.left_bytes, NR_SHORT * SCRAP);
	ktap_result("ended pipes are freed, although an operation waits");
	trace_deinit(&t);
}

/* ---- numbers and keys that are freed ---- */

#define NR_KEYS		2000U

/* Keys come and go at random; a plain table has the expected values. */
static void test_map(void)
{
	uint32_t truth[NR_KEYS] = { 0 }, i, nr_wrong = 0;
	struct map map = { 0 };

	seed = RANDOM_SEED;
	for (i = 1; i < 100 * NR_KEYS; i++) {
		uint32_t key = random_below(NR_KEYS);

		if (random_below(2)) {
			truth[key] = 0;
			map_remove(&map, key);
		} else {
			truth[key] = i;
			if (map_set(&map, key, i))
				abort();
		}
		key = random_below(NR_KEYS);
		nr_wrong += map_get(&map, key) != truth[key];
	}
	ktap_note("%u wrong answers", nr_wrong);
	ktap_false(nr_wrong);
	ktap_result("a key that is removed from a map hides no other");
	map_deinit(&map);
}

static void test_pool(void)
{
	uint32_t first, second, third;
	struct pool pool;
	uint64_t *value;

	if (pool_init(&pool, sizeof(uint64_t)) || !pool_add(&pool, &first))
		abort();
	value = pool_add(&pool, &second);
	*value = 7;
	if (pool_free(&pool, second))
		abort();
	value = pool_add(&pool, &third);
	ktap_note("numbers %u, %u, %u; value %llu", first, second, third,
		  (unsigned long long)*value);
	ktap_eq(third, second);
	ktap_false(*value);
	ktap_eq(pool_used(&pool), 2);
	ktap_result("a freed number of a pool goes to the next object, zeroed");
	pool_deinit(&pool);
}

int main(void)
{
	static const struct sweep_limits few = { .hops = 20, .shapes = 100, .files = 1000, .ended = 100,
						 .ends = 8, .objects = 300 };
	static const struct sweep_limits none = { .hops = 0, .shapes = 5, .files = 1000, .ended = 0,
						  .ends = 1, .objects = 1 };

	ktap_begin(12);
	test_sums("some are kept", &few);
	test_sums("none is kept", &none);
	test_bound();
	test_way();
	test_labels();
	test_wanted();
	test_ends();
	test_files();
	test_waiting();
	test_map();
	test_pool();
	return ktap_end();
}
