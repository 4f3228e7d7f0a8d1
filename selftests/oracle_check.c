// SPDX-License-Identifier: GPL-2.0
/*
 * oracle_check TRACE [RECORDING]
 *
 * Compare the results of "ipcprobe copies" for a program with what oracle_trace saw of
 * the same run: with the records that the module made of it (RECORDING), or else with
 * records made from the trace itself.  Exit with 1 if a result is wrong:
 *
 *	a byte is linked exactly to another byte than was read there
 *	more bytes are linked to one object than came in
 *	a process read or wrote another number of bytes
 *	what was written to a pipe is not what was read, left, or read unrecorded
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/hash.h"
#include "oracle_feed.h"
#include "oracle_shadow.h"
#include "trace/reader.h"

#define SEARCH_MAX	4096U	/* transfers that may have ended during another transfer */

/* One event of the trace. @match: for each byte taken out of memory. */
struct event {
	struct oracle_event e;
	struct oracle_buf *buf;
	const char *path;
	const uint8_t *data;
	uint8_t *match;
};

/* Truth about the bytes of a hop. */
struct truth {
	uint64_t nr[3];		/* indexed by enum shadow_match */
	const struct event *sample;
	uint64_t sample_at;
};

struct checker {
	struct flow_watch watch;
	struct model model;
	struct event *event;
	uint32_t nr_events;
	struct shadow **memory;		/* indexed by process */
	struct shadow **content;	/* indexed by object of the model */
	struct map contents;
	uint32_t nr_contents;
	struct truth *truth;		/* indexed by hop */
	uint32_t cap_truth;
	uint64_t unmatched_bytes;
	unsigned int nr_faults;
};

#define PIDS_MAX	(1U << 22)

static void die(const char *what)
{
	fprintf(stderr, "oracle_check: %s: %s\n", what, strerror(errno));
	exit(2);
}

/* ---- the trace ---- */

static const char *map_file(const char *path, size_t *len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *bytes;

	if (fd < 0 || fstat(fd, &st) || !st.st_size)
		die(path);
	bytes = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (bytes == MAP_FAILED)
		die(path);
	close(fd);
	*len = st.st_size;
	return bytes;
}

static const char *load_event(struct event *event, const char *at)
{
	memcpy(&event->e, at, sizeof(event->e));
	at += sizeof(event->e);
	event->buf = shadow_alloc(event->e.nr_bufs * sizeof(*event->buf) + 1);
	memcpy(event->buf, at, event->e.nr_bufs * sizeof(*event->buf));
	at += event->e.nr_bufs * sizeof(*event->buf);
	event->path = event->e.path_len ? at : "";
	at += event->e.path_len;
	event->data = (const uint8_t *)at;
	return at + event->e.nr_data;
}

static void load(struct checker *checker, const char *path)
{
	uint32_t cap = 0;
	const char *at, *end;
	size_t len;

	at = map_file(path, &len);
	for (end = at + len; at < end; checker->nr_events++) {
		if (checker->nr_events == cap) {
			cap = cap ? 2 * cap : 1024;
			checker->event = realloc(checker->event, cap * sizeof(*checker->event));
			if (!checker->event)
				die("no memory");
		}
		checker->event[checker->nr_events] = (struct event){ 0 };
		at = load_event(&checker->event[checker->nr_events], at);
	}
}

/* ---- contents of memory ---- */

static struct shadow *memory_of(struct checker *checker, uint32_t pid)
{
	struct shadow **memory = &checker->memory[pid % PIDS_MAX];

	if (!*memory)
		*memory = shadow_new();
	return *memory;
}

/*
 * Replay bytes that come in, or that are taken out: of these find out for each whether
 * it is the byte that came in.
 */
static void replay_call(struct checker *checker, struct event *event)
{
	struct shadow *memory = memory_of(checker, event->e.pid);
	bool is_out = event->e.kind == ORACLE_OUT;
	uint64_t done = 0, part;
	uint32_t i;

	if (is_out)
		event->match = shadow_alloc(event->e.nr_data + 1);
	for (i = 0; i < event->e.nr_bufs && done < event->e.nr_data; i++, done += part) {
		part = event->e.nr_data - done;
		if (part > event->buf[i].bytes)
			part = event->buf[i].bytes;
		if (is_out)
			shadow_match(memory, event->buf[i].addr, event->data + done, part,
				     event->match + done);
		else
			shadow_put(memory, event->buf[i].addr, event->data + done, part);
	}
}

static void replay(struct checker *checker)
{
	uint32_t i;

	for (i = 0; i < checker->nr_events; i++) {
		struct event *event = &checker->event[i];
		struct shadow *memory = memory_of(checker, event->e.pid);

		if (event->e.kind == ORACLE_IN || event->e.kind == ORACLE_OUT)
			replay_call(checker, event);
		else if (event->e.kind == ORACLE_EXEC)
			checker->memory[event->e.pid % PIDS_MAX] = NULL;
		else if (event->e.kind == ORACLE_FORK && event->e.child_pid != event->e.pid)
			checker->memory[event->e.child_pid % PIDS_MAX] =
				event->e.is_shared ? memory : shadow_copy(memory);
	}
}

/* ---- results of the model ---- */

/* Find the transfer that is operation @op and has exactly its bytes. */
static const struct event *event_of(const struct checker *checker, const struct op *op)
{
	uint32_t pid = proc_at(&checker->model.tasks, op->proc)->pid;
	uint32_t low = 0, high = checker->nr_events, i;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (checker->event[middle].e.end_ns < op->end_ns)
			low = middle + 1;
		else
			high = middle;
	}
	for (i = low; i < checker->nr_events && i < low + SEARCH_MAX; i++) {
		const struct oracle_event *e = &checker->event[i].e;

		if (e->pid == pid && e->call == op->call && e->begin_ns <= op->end_ns &&
		    e->ret == op->bytes)
			return &checker->event[i];
	}
	return NULL;
}

/* Contents of file or stream @object, by position. */
static struct shadow *content_of(struct checker *checker, uint32_t object)
{
	uint32_t number = map_get(&checker->contents, object);

	if (!number) {
		number = ++checker->nr_contents;
		if (map_set(&checker->contents, object, number))
			die("no memory");
		checker->content = realloc(checker->content,
					   (number + 1) * sizeof(*checker->content));
		if (!checker->content)
			die("no memory");
		checker->content[number] = shadow_new();
	}
	return checker->content[number];
}

static struct truth *truth_of(struct checker *checker, uint32_t hop)
{
	uint32_t cap = checker->cap_truth;

	if (hop >= cap) {
		checker->cap_truth = 2 * hop + 64;
		checker->truth = realloc(checker->truth,
					 checker->cap_truth * sizeof(*checker->truth));
		if (!checker->truth)
			die("no memory");
		memset(checker->truth + cap, 0,
		       (checker->cap_truth - cap) * sizeof(*checker->truth));
	}
	return &checker->truth[hop];
}

static void count_match(struct truth *truth, const struct event *event, uint64_t at,
			enum shadow_match match)
{
	truth->nr[match]++;
	if (match != SHADOW_OTHER || truth->sample)
		return;
	truth->sample = event;
	truth->sample_at = at;
}

/* Find the position of byte @done of the operation, in the object on one side. */
static bool position_at(const struct span *span, uint32_t nr, uint64_t done, uint64_t *ret)
{
	for (; nr && done >= span->bytes; nr--, span++)
		done -= span->bytes;
	*ret = nr ? span->start + done : 0;
	return nr;
}

/* Compare bytes that came out of a stream or file with those that were put there. */
static void match_content(struct checker *checker, const struct op *op,
			  const struct event *event, uint64_t done, uint64_t bytes, uint32_t hop)
{
	struct shadow *content = content_of(checker, op->side[FROM].object);
	uint64_t i, pos;

	for (i = done; i < done + bytes; i++) {
		uint8_t match = SHADOW_NONE;

		if (position_at(op->side[FROM].span, op->side[FROM].nr_spans, i, &pos))
			shadow_match(content, pos, event->data + i, 1, &match);
		count_match(truth_of(checker, hop), event, i, match);
	}
}

static void put_content(struct checker *checker, const struct op *op, const struct event *event,
			uint64_t done, uint64_t bytes)
{
	struct shadow *content = content_of(checker, op->side[TO].object);
	uint64_t i, pos;

	for (i = done; i < done + bytes; i++)
		if (position_at(op->side[TO].span, op->side[TO].nr_spans, i, &pos))
			shadow_put(content, pos, event->data + i, 1);
}

static void on_moved(struct flow_watch *watch, const struct op *op, uint64_t done,
		     uint64_t bytes, uint32_t hop)
{
	struct checker *checker = (struct checker *)watch;
	const struct event *event = event_of(checker, op);
	uint64_t i;

	if (op->kind != HOP_READ && op->kind != HOP_WRITE)
		return;
	if (!event || done + bytes > event->e.nr_data) {
		checker->unmatched_bytes += bytes;
		return;
	}
	if (op->side[FROM].object != OBJECT_MEMORY)
		match_content(checker, op, event, done, bytes, hop);
	else if (event->match)
		for (i = done; i < done + bytes; i++)
			count_match(truth_of(checker, hop), event, i, event->match[i]);
	if (op->side[TO].object != OBJECT_MEMORY)
		put_content(checker, op, event, done, bytes);
}

/* ---- judgement ---- */

static void fault(struct checker *checker)
{
	checker->nr_faults++;
	printf("FAULT: ");
}

static const char *object_text(const struct checker *checker, uint32_t object)
{
	static char text[2][300];
	static int turn;
	char *to = text[turn ^= 1];
	const struct channel *channel;

	switch (object_type(object)) {
	case OBJECT_FILE:
		snprintf(to, sizeof(text[0]), "%s",
			 file_at(&checker->model.copies.files, object_number(object))->path);
		return to;
	case OBJECT_CHANNEL:
		channel = channel_at(&checker->model.copies.channels, object_number(object));
		snprintf(to, sizeof(text[0]), "channel %llu of kind %u",
			 (unsigned long long)channel->key, channel->kind);
		return to;
	default:
		return "memory";
	}
}

static void print_sample(const struct truth *truth)
{
	const struct event *event = truth->sample;
	uint64_t at = truth->sample_at, i;

	printf("  first: byte %llu of %llu of process %u's call %u at %llu ns, \"",
	       (unsigned long long)at, (unsigned long long)event->e.ret, event->e.pid,
	       event->e.call, (unsigned long long)event->e.end_ns);
	for (i = at > 8 ? at - 8 : 0; i < at + 24 && i < event->e.nr_data; i++)
		putchar(event->data[i] >= ' ' && event->data[i] < 127 ? event->data[i] : '.');
	printf("\"\n");
}

static void judge_hop(struct checker *checker, uint32_t number, uint64_t sums[NR_GRADES][3])
{
	const struct hop *hop = hop_at(&checker->model.copies.paths, number);
	const struct truth *truth = truth_of(checker, number);
	const struct tasks *tasks = &checker->model.tasks;
	int i;

	if (!hop->key.before)
		return;
	for (i = 0; i < 3; i++)
		sums[hop_grade(hop)][i] += truth->nr[i];
	if (hop_grade(hop) != GRADE_EXACT || !truth->nr[SHADOW_OTHER])
		return;
	fault(checker);
	printf("%llu of %llu bytes are others, but exact: from %s by %s to %s\n",
	       (unsigned long long)truth->nr[SHADOW_OTHER], (unsigned long long)hop->bytes,
	       object_text(checker, hop_at(&checker->model.copies.paths, hop->key.before)->key.from),
	       image_at(tasks, hop->key.image)->comm, object_text(checker, hop->key.to));
	print_sample(truth);
}

static void judge_content(struct checker *checker)
{
	static const char *const names[] = {
		[GRADE_EXACT] = "exact", [GRADE_ADDRESS] = "by address",
		[GRADE_INFERRED] = "inferred",
	};
	uint64_t sums[NR_GRADES][3] = { { 0 } };
	uint32_t i;

	for (i = 1; i < checker->model.copies.paths.hop.nr; i++)
		judge_hop(checker, i, sums);
	for (i = 0; i < NR_GRADES; i++)
		printf("# %s: %llu bytes the same, %llu others, %llu not known\n", names[i],
		       (unsigned long long)sums[i][SHADOW_SAME],
		       (unsigned long long)sums[i][SHADOW_OTHER],
		       (unsigned long long)sums[i][SHADOW_NONE]);
	printf("# not compared: %llu bytes\n", (unsigned long long)checker->unmatched_bytes);
}

/* Check that no more bytes are linked to one object than came in. */
static void judge_amounts(struct checker *checker)
{
	const struct paths *paths = &checker->model.copies.paths;
	uint32_t i, j;

	for (i = 1; i < paths->hop.nr; i++) {
		const struct hop *hop = hop_at(paths, i), *other;
		uint64_t bytes = 0, came = hop_at(paths, hop->key.before)->bytes;

		/* Bytes that go round in a cycle are counted again each time. */
		if (!hop->key.before || hop->key.kind == HOP_TEE || hop->has_cycle)
			continue;
		for (j = hop->key.before + 1; j < paths->hop.nr; j++) {
			other = hop_at(paths, j);
			if (other->key.before == hop->key.before && other->key.to == hop->key.to &&
			    (hop->key.to != OBJECT_MEMORY || other->key.image == hop->key.image))
				bytes += other->bytes;
		}
		if (bytes > came) {
			fault(checker);
			printf("%llu bytes go on to %s, but %llu came in\n",
			       (unsigned long long)bytes, object_text(checker, hop->key.to),
			       (unsigned long long)came);
		}
	}
}

/* Bytes that a process read or wrote: by the trace, by the model. */
struct moved {
	uint32_t pid;
	uint64_t seen[2];
	uint64_t said[2];
};

static struct moved *moved_of(struct moved *moved, uint32_t *nr, uint32_t pid)
{
	uint32_t i;

	for (i = 0; i < *nr; i++)
		if (moved[i].pid == pid)
			return &moved[i];
	if (*nr == 65536)
		die("too many processes");
	moved[*nr] = (struct moved){ .pid = pid };
	return &moved[(*nr)++];
}

/* Check that each process read and wrote as many bytes of files and pipes as in the trace. */
static void judge_processes(struct checker *checker)
{
	struct moved *moved = shadow_alloc(65536 * sizeof(*moved)), *of;
	const struct paths *paths = &checker->model.copies.paths;
	const struct tasks *tasks = &checker->model.tasks;
	uint32_t i, nr = 0;

	for (i = 0; i < checker->nr_events; i++) {
		const struct oracle_event *e = &checker->event[i].e;

		if (e->kind < ORACLE_IN || (e->object != ORACLE_FILE && e->object != ORACLE_PIPE))
			continue;
		moved_of(moved, &nr, e->pid)->seen[e->kind == ORACLE_OUT] += e->ret;
	}
	for (i = 1; i < paths->hop.nr; i++) {
		const struct hop *hop = hop_at(paths, i);
		bool is_out = hop->key.kind == HOP_WRITE;
		uint32_t object = is_out ? hop->key.to : hop->key.from;

		if ((!is_out && hop->key.kind != HOP_READ) ||
		    (object_type(object) != OBJECT_FILE && !object_is_pipe(&checker->model.copies, object)))
			continue;
		of = moved_of(moved, &nr,
			      proc_at(tasks, image_at(tasks, hop->key.image)->proc)->pid);
		of->said[is_out] += hop->bytes;
	}
	for (of = moved; of < moved + nr; of++) {
		if (of->seen[0] == of->said[0] && of->seen[1] == of->said[1])
			continue;
		fault(checker);
		printf("process %u read %llu and wrote %llu bytes; said: %llu and %llu\n", of->pid,
		       (unsigned long long)of->seen[0], (unsigned long long)of->seen[1],
		       (unsigned long long)of->said[0], (unsigned long long)of->said[1]);
	}
	free(moved);
}

/* Check that bytes that came into a pipe came out, are left, or were read unrecorded. */
static void judge_pipes(struct checker *checker)
{
	const struct channels *channels = &checker->model.copies.channels;
	const struct paths *paths = &checker->model.copies.paths;
	uint32_t i, j;

	for (i = 1; i < channels->channel.nr; i++) {
		const struct channel *channel = channel_at(channels, i);
		uint64_t in = 0, out = 0, left = 0;

		if (!channel_is_pipe(channel))
			continue;
		for (j = 1; j < paths->hop.nr; j++) {
			const struct hop *hop = hop_at(paths, j);

			if (hop->key.to == object(OBJECT_CHANNEL, i)) {
				in += hop->bytes;
				left += hop->end_bytes;
			}
			if (hop->key.from == object(OBJECT_CHANNEL, i) && hop->key.before &&
			    hop->key.kind != HOP_TEE)
				out += hop->bytes;
		}
		if (in == out + left)
			continue;
		fault(checker);
		printf("%llu bytes came into pipe %llu; %llu came out and %llu are left\n",
		       (unsigned long long)in, (unsigned long long)channel->key, (unsigned long long)out,
		       (unsigned long long)left);
	}
}

/* ---- the records ---- */

static void feed_trace(struct checker *checker)
{
	struct feed *feed = shadow_alloc(sizeof(*feed));
	uint64_t end_ns = 0;
	uint32_t i;

	feed->model = &checker->model;
	for (i = 0; i < checker->nr_events; i++) {
		const struct event *event = &checker->event[i];

		feed_event(feed, &event->e, event->buf, event->path, event->data);
		end_ns = event->e.end_ns;
	}
	if (model_finish(&checker->model, end_ns + 1))
		die("model_finish");
	free(feed);
}

/* True if the call ended before the trace began. */
static bool is_earlier(const struct checker *checker, const struct ipcprobe_rec *rec)
{
	switch (rec->type) {
	case IPCPROBE_REC_pipe_read:
	case IPCPROBE_REC_pipe_write:
	case IPCPROBE_REC_file_read:
	case IPCPROBE_REC_file_write:
		return rec->ts_ns < checker->event[0].e.end_ns;
	default:
		return false;
	}
}

static void feed_recording(struct checker *checker, const char *path)
{
	const struct ipcprobe_rec *rec;
	struct reader *reader;
	uint32_t cpu;
	int err;

	if (reader_open(path, &reader))
		die(path);
	model_set_scope(&checker->model, reader_info(reader)->classes, reader_info(reader)->cpus,
			reader_info(reader)->pids);
	while ((err = reader_next(reader, &rec, &cpu)) > 0)
		if (!is_earlier(checker, rec) && model_apply(&checker->model, rec, cpu))
			die("model_apply");
	if (err || model_finish(&checker->model, reader_info(reader)->end_ns))
		die(path);
}

int main(int argc, char **argv)
{
	static struct checker checker = { .watch = { on_moved } };

	if (argc < 2 || argc > 3) {
		fprintf(stderr, "usage: oracle_check TRACE [RECORDING]\n");
		return 2;
	}
	checker.memory = shadow_alloc(PIDS_MAX * sizeof(*checker.memory));
	load(&checker, argv[1]);
	replay(&checker);
	if (model_init(&checker.model, MODEL_COPIES))
		die("model_init");
	checker.model.copies.watch = &checker.watch;
	if (argc == 3)
		feed_recording(&checker, argv[2]);
	else
		feed_trace(&checker);
	judge_content(&checker);
	judge_amounts(&checker);
	judge_processes(&checker);
	judge_pipes(&checker);
	return checker.nr_faults > 0;
}
