// SPDX-License-Identifier: GPL-2.0
/*
 * Class file: reads and writes of regular files that io_uring carries out.
 *
 * A request is tried (io_read, io_write) once or several times, by the task
 * that submitted it or by a worker, and may complete in any context.  So its
 * record is kept in a table of its own, by the request's address, from the
 * first try to the completion.  A request whose completion is not reported (its
 * submitter wanted no event for a success, or left no room for it) is missed:
 * its entry stays until a request at the same address is submitted, or until
 * another request needs the place.
 *
 * Requests to pipes: hook_pipe_io.c.
 */
#include <linux/ftrace.h>
#include <linux/hash.h>
#include <linux/io_uring_types.h>
#include <linux/preempt.h>
#include <linux/spinlock.h>
#include <linux/stat.h>
#include <trace/events/io_uring.h>

#include "btf.h"
#include "buffer.h"
#include "class.h"
#include "clock.h"
#include "data.h"
#include "emit.h"
#include "file.h"
#include "hook.h"
#include "hook_uring.h"
#include "missed.h"
#include "user.h"

#define TABLE_BITS	9
#define NR_WAYS		4

struct request {
	const void *req;	/* only compared; NULL: the entry is free */
	u64 begin;		/* stamp of the first try */
	const struct mm_struct *mm;	/* only compared: address space of the buffer */
	struct ipcprobe_rec_file_io rec;
	bool is_write;
};

static struct bucket {
	raw_spinlock_t lock;	/* protects the entries; any context */
	struct request ways[NR_WAYS];
} table[BIT(TABLE_BITS)];

/* Offsets of members of struct io_rw, which begins with its kiocb; -1: not known. */
enum { RW_ADDR, RW_LEN, RW_FLAGS, NR_RW_MEMBERS };
static int rw_offsets[NR_RW_MEMBERS] = { -1, -1, -1 };

static struct bucket *bucket_of(const void *req)
{
	return &table[hash_ptr(req, TABLE_BITS)];
}

/* Return: the entry of @req, or a free entry if @req is NULL; NULL: there is none. */
static struct request *find_request(struct bucket *bucket, const void *req)
{
	int i;

	for (i = 0; i < NR_WAYS; i++)
		if (bucket->ways[i].req == req)
			return &bucket->ways[i];
	return NULL;
}

/*
 * Moves the entry of @req from the table to @request.  Return: false if there
 * is none.
 */
static bool take_request(const void *req, struct request *request)
{
	struct bucket *bucket = bucket_of(req);
	unsigned long irqflags;
	struct request *entry;

	raw_spin_lock_irqsave(&bucket->lock, irqflags);
	entry = find_request(bucket, req);
	if (entry) {
		*request = *entry;
		entry->req = NULL;
	}
	raw_spin_unlock_irqrestore(&bucket->lock, irqflags);
	return entry;
}

static struct request *oldest_request(struct bucket *bucket)
{
	struct request *oldest = bucket->ways;
	int i;

	for (i = 1; i < NR_WAYS; i++)
		if (bucket->ways[i].begin < oldest->begin)
			oldest = &bucket->ways[i];
	return oldest;
}

/*
 * Adds a request; if it is in the table already, this is a new try, and the
 * entry stays.  Return: false if another request lost its entry.
 */
static bool add_locked(struct bucket *bucket, const struct request *request)
{
	struct request *entry, *free;

	if (find_request(bucket, request->req))
		return true;
	free = find_request(bucket, NULL);
	entry = free ?: oldest_request(bucket);
	*entry = *request;
	return free;
}

static bool add_request(const struct request *request)
{
	struct bucket *bucket = bucket_of(request->req);
	unsigned long irqflags;
	bool is_kept;

	raw_spin_lock_irqsave(&bucket->lock, irqflags);
	is_kept = add_locked(bucket, request);
	raw_spin_unlock_irqrestore(&bucket->lock, irqflags);
	return is_kept;
}

/* ---- tries ---- */

/* Return: value of the member; 0 if its offset is not known. */
static u32 rw_u32(const struct io_kiocb *req, int member)
{
	int offset = rw_offsets[member];

	return offset < 0 ? 0 : *(u32 *)((void *)&req->cmd + offset);
}

/**
 * ipcprobe_uring_addr - get the user buffer of a request of io_uring
 * @iocb: kiocb at the begin of the request
 *
 * Return: address of the buffer; 0 when it is not known: the request has a vector,
 * or the kernel chooses the buffer.
 */
u64 ipcprobe_uring_addr(const struct kiocb *iocb)
{
	const struct io_kiocb *req = (const void *)iocb;
	int offset = rw_offsets[RW_ADDR];

	if (offset < 0 || req->flags & REQ_F_BUFFER_SELECT)
		return 0;
	switch (req->opcode) {
	case IORING_OP_READ:
	case IORING_OP_WRITE:
	case IORING_OP_READ_FIXED:
	case IORING_OP_WRITE_FIXED:
		return *(u64 *)((void *)&req->cmd + offset);
	default:
		return 0;
	}
}

/*
 * Return: bytes of the buffer, if the request names memory of its own process;
 * 0: it does not.  A registered buffer need not be memory of the process.
 */
static u32 span_of(const struct io_kiocb *req, u64 addr)
{
	bool is_plain = req->opcode == IORING_OP_READ || req->opcode == IORING_OP_WRITE;

	return addr && is_plain ? rw_u32(req, RW_LEN) : 0;
}

static u8 nr_segs(const struct io_kiocb *req)
{
	if (req->opcode != IORING_OP_READV && req->opcode != IORING_OP_WRITEV)
		return 1;
	return min_t(u32, rw_u32(req, RW_LEN), U8_MAX);
}

/* io_read(req, issue_flags); io_write() has the same arguments */
static void begin_request(struct ipcprobe_hook *hook, struct ftrace_regs *fregs,
			  bool is_write)
{
	struct io_kiocb *req = ARG(fregs, 0);
	const struct kiocb *iocb = (const void *)req;
	struct file *file = req->file;
	struct request request = {
		.req = req,
		.mm = current->mm,
		.is_write = is_write,
		.rec.hdr.tid = current->pid,
		.rec.call = IPCPROBE_CALL_IO_URING,
	};

	if (!file || !S_ISREG(file_inode(file)->i_mode))
		return;
	request.begin = ipcprobe_stamp();
	request.rec.file = ipcprobe_file_id(file);
	request.rec.offset = iocb->ki_pos == -1 ? file->f_pos : iocb->ki_pos;
	request.rec.flags = ipcprobe_file_position(file, is_write,
						   rw_u32(req, RW_FLAGS),
						   &request.rec.offset);
	request.rec.addr = ipcprobe_uring_addr(iocb);
	request.rec.nr_segs = nr_segs(req);
	request.rec.span = span_of(req, request.rec.addr);
	if (is_write)
		ipcprobe_prints_of(IPCPROBE_PRINTS(&request.rec), request.rec.addr,
				   request.rec.span);
	if (!add_request(&request))
		ipcprobe_missed(hook, IPCPROBE_CLASS_FILE, IPCPROBE_REASON_LIMIT);
}

static void entry_read(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	begin_request(hook, fregs, false);
}

static void entry_write(struct ipcprobe_hook *hook, struct ftrace_regs *fregs)
{
	begin_request(hook, fregs, true);
}

/* ---- submission and completion ---- */

static void probe_submit(void *data, IPCPROBE_URING_SUBMIT_ARGS)
{
	struct ipcprobe_hook *hook = data;
	struct request stale;

	guard(preempt_notrace)();
	if (take_request(req, &stale))
		ipcprobe_missed(hook, IPCPROBE_CLASS_FILE, IPCPROBE_REASON_LIMIT);
}

/*
 * True if the current context belongs to the buffer's process.  A request
 * completes in any context.
 */
static bool is_at_home(const struct request *request)
{
	return in_task() && current->mm == request->mm;
}

/*
 * Computes the fingerprints of the bytes read.  Before this, span is the size
 * of the buffer.
 */
static void set_brought(struct request *request)
{
	struct ipcprobe_rec_file_io *rec = &request->rec;
	union ipcprobe_buffer buffer = { .room = is_at_home(request) ? rec->span : 0 };

	ipcprobe_prints_brought(IPCPROBE_PRINTS(rec), rec->addr, &buffer, rec->ret);
}

static void emit_moved(const struct request *request)
{
	if (!is_at_home(request))
		return;
	ipcprobe_data_emit(&(struct ipcprobe_moved) {
		.class_id = IPCPROBE_CLASS_FILE,
		.tid = request->rec.hdr.tid,
		.addr = request->rec.addr,
		.room = request->rec.span,
		.bytes = request->rec.ret,
	});
}

static void probe_complete(void *data, IPCPROBE_URING_COMPLETE_ARGS)
{
	struct request request;
	struct ipcprobe_rec_file_io *rec = &request.rec;

	guard(preempt_notrace)();
	if (!req || !take_request(req, &request))
		return;
	rec->ret = IPCPROBE_URING_RESULT;
	emit_moved(&request);
	if (!request.is_write)
		set_brought(&request);
	guard(irqsave)();
	rec->hdr.ts_ns = ipcprobe_clock_since(request.begin, &rec->dur_ns);
	if (!request.is_write)
		IPCPROBE_EMIT(file_read, rec);
	else
		IPCPROBE_EMIT(file_write, rec);
}

/*
 * Forgets the requests that have not completed.  No hook of class file may be
 * attached.
 */
void ipcprobe_uring_reset(void)
{
	struct bucket *bucket;
	int i;

	for (bucket = table; bucket < table + BIT(TABLE_BITS); bucket++)
		for (i = 0; i < NR_WAYS; i++)
			bucket->ways[i].req = NULL;
}

void ipcprobe_uring_init(void)
{
	static const char *const members[] = { "addr 8", "len 4", "flags 4" };
	u32 i;

	static_assert(!offsetof(struct io_kiocb, cmd));
	for (i = 0; i < BIT(TABLE_BITS); i++)
		raw_spin_lock_init(&table[i].lock);
	ipcprobe_btf_offsets("io_rw", members, rw_offsets, NR_RW_MEMBERS);
}

/* Flags of a hook that needs io_uring, which a kernel may not have. */
#define URING(is)	\
	.is_optional = true, .is_absent = !(IS_ENABLED(CONFIG_IO_URING) && (is))

struct ipcprobe_hook ipcprobe_uring_hooks[] = {
	{ FN("io_read", entry_read), URING(true) },
	{ FN("io_write", entry_write), URING(true) },
	{ TP("io_uring_submit_sqe", probe_submit), URING(!IPCPROBE_URING_SUBMITS_REQ) },
	{ TP("io_uring_submit_req", probe_submit), URING(IPCPROBE_URING_SUBMITS_REQ) },
	{ TP("io_uring_complete", probe_complete), URING(true) },
	{}
};

#define CHECK_TYPE(tp_name, fn)	\
	CONCATENATE(check_trace_callback_type_, tp_name)(fn)

static inline void check_types(void)
{
	CHECK_TYPE(IPCPROBE_URING_SUBMIT, probe_submit);
	CHECK_TYPE(io_uring_complete, probe_complete);
}
