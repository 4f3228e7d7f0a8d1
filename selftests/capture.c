// SPDX-License-Identifier: GPL-2.0
/*
 * A session for the guest tests, see capture.h.
 */
#include "capture.h"

uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

bool has_btf(void)
{
	return !access("/sys/kernel/btf/vmlinux", F_OK);
}

/* ---- module ---- */

/* Process that loaded the module and unloads it (its children do not); 0: no process. */
static pid_t loader;

/* Load the module from IPCPROBE_KO, or from where kselftest's install puts it. */
__attribute__((constructor)) static void load_module(void)
{
	const char *path = getenv("IPCPROBE_KO");
	int fd;

	if (!access(IPCPROBE_DEVICE, F_OK))
		return;
	if (geteuid()) {
		printf("1..0 # SKIP only root can load the module\n");
		exit(4);
	}
	if (!path)
		path = "ipcprobe.ko";
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || syscall(SYS_finit_module, fd, "", 0)) {
		printf("Bail out! %s (IPCPROBE_KO) does not load: %m\n", path);
		exit(1);
	}
	close(fd);
	loader = getpid();
}

/* Unload the module. The runner of the tests checks that it is gone. */
__attribute__((destructor)) static void unload_module(void)
{
	if (loader == getpid())
		syscall(SYS_delete_module, "ipcprobe", O_NONBLOCK);
}

/* ---- rings ---- */

size_t capture_data_len(const struct ipcprobe_info *info)
{
	return info->page_size + 2 * (size_t)info->ring_bytes;
}

static int capture_map(struct capture *cap, uint32_t cpu)
{
	struct capture_ring *ring = &cap->rings[cpu];
	off_t offset = cpu * cap->info.stride;
	void *page;

	page = mmap(NULL, cap->info.page_size, PROT_READ | PROT_WRITE, MAP_SHARED, cap->fd,
		    offset);
	if (page == MAP_FAILED)
		return errno == ENXIO ? 0 : -errno;
	ring->consumer = page;
	page = mmap(NULL, capture_data_len(&cap->info), PROT_READ, MAP_SHARED, cap->fd,
		    offset + cap->info.page_size);
	if (page == MAP_FAILED)
		return -errno;
	ring->producer = page;
	ring->data = (const char *)page + cap->info.page_size;
	return 0;
}

int capture_open(struct capture *cap, const struct ipcprobe_config *config)
{
	uint32_t cpu;
	int err;

	memset(cap, 0, sizeof(*cap));
	cap->fd = open(IPCPROBE_DEVICE, O_RDWR | O_CLOEXEC);
	if (cap->fd < 0 || ioctl(cap->fd, IPCPROBE_IOC_CONFIGURE, config) ||
	    ioctl(cap->fd, IPCPROBE_IOC_INFO, &cap->info))
		return -errno;
	cap->rings = calloc(cap->info.nr_cpus, sizeof(*cap->rings));
	for (cpu = 0; cpu < cap->info.nr_cpus; cpu++) {
		err = capture_map(cap, cpu);
		if (err)
			return err;
	}
	return 0;
}

void capture_close(struct capture *cap)
{
	uint32_t cpu;

	for (cpu = 0; cap->rings && cpu < cap->info.nr_cpus; cpu++) {
		if (cap->rings[cpu].consumer)
			munmap(cap->rings[cpu].consumer, cap->info.page_size);
		if (cap->rings[cpu].producer)
			munmap(cap->rings[cpu].producer, capture_data_len(&cap->info));
	}
	close(cap->fd);
}

int capture_start(struct capture *cap)
{
	return ioctl(cap->fd, IPCPROBE_IOC_START) ? -errno : 0;
}

int capture_stop(struct capture *cap)
{
	return ioctl(cap->fd, IPCPROBE_IOC_STOP) ? -errno : 0;
}

/* ---- records ---- */

/* Smallest length of a record of each type; 0: the type does not exist. */
static size_t record_min_len(uint16_t type)
{
#define IPCPROBE_E(name, cls, number, text)			\
	if (type == IPCPROBE_REC_##name)			\
		return sizeof(struct ipcprobe_rec_##name);
	IPCPROBE_EVENTS(IPCPROBE_E)
#undef IPCPROBE_E
	return 0;
}

static bool has_string(uint16_t type)
{
	return type == IPCPROBE_REC_pipe_snapshot || type == IPCPROBE_REC_file_info ||
	       type == IPCPROBE_REC_file_rename || type == IPCPROBE_REC_mq_info ||
	       type == IPCPROBE_REC_mq_open || type == IPCPROBE_REC_unix_socket ||
	       type == IPCPROBE_REC_rq_group || type == IPCPROBE_REC_rq_site;
}

static const char *record_flaw(const struct ipcprobe_rec *rec, size_t left)
{
	size_t len = left < sizeof(*rec) ? 0 : record_min_len(rec->type);

	if (!len)
		return "a record of unknown type";
	if (rec->len % 8 || rec->len > left || rec->len > IPCPROBE_REC_MAX)
		return "a record of impossible length";
	if (rec->type == IPCPROBE_REC_io_data)
		len += (((const struct ipcprobe_rec_io_data *)rec)->bytes + 7) & ~7U;
	if (rec->type == IPCPROBE_REC_io_sums)
		len += (((const struct ipcprobe_rec_io_sums *)rec)->bytes + 7) & ~7U;
	if (has_string(rec->type) ? rec->len <= len || ((const char *)rec)[rec->len - 1]
				  : rec->len != len)
		return "a record of another length than its type has";
	return NULL;
}

static void capture_add(struct capture *cap, uint32_t cpu, const struct ipcprobe_rec *rec)
{
	struct capture_ring *ring = &cap->rings[cpu];

	if (rec->ts_ns < ring->last_ns && !cap->error)
		cap->error = "time runs backwards in a ring";
	ring->last_ns = rec->ts_ns;
	if (cap->nr == cap->max) {
		cap->max = cap->max ? cap->max * 2 : 4096;
		cap->recs = realloc(cap->recs, cap->max * sizeof(*cap->recs));
	}
	cap->recs[cap->nr++] = (struct captured) { cpu, rec };
}

static size_t capture_drain_cpu(struct capture *cap, uint32_t cpu)
{
	struct capture_ring *ring = &cap->rings[cpu];
	uint64_t producer_pos;
	size_t len, done;
	char *copy;

	if (!ring->producer)
		return 0;
	/* pairs with the store-release in module/ring.c */
	producer_pos = __atomic_load_n(&ring->producer->producer_pos, __ATOMIC_ACQUIRE);
	len = producer_pos - ring->pos;
	if (len > cap->info.ring_bytes) {
		cap->error = "producer_pos runs away from consumer_pos";
		return 0;
	}
	if (!len)
		return 0;
	copy = malloc(len);
	memcpy(copy, ring->data + (ring->pos & (cap->info.ring_bytes - 1)), len);
	ring->pos = producer_pos;
	__atomic_store_n(&ring->consumer->consumer_pos, producer_pos, __ATOMIC_RELEASE);
	for (done = 0; done < len && !cap->error;) {
		const struct ipcprobe_rec *rec = (const void *)(copy + done);

		cap->error = record_flaw(rec, len - done);
		if (!cap->error)
			capture_add(cap, cpu, rec);
		done += rec->len;
	}
	return len;
}

size_t capture_drain(struct capture *cap)
{
	size_t bytes = 0;
	uint32_t cpu;

	for (cpu = 0; cpu < cap->info.nr_cpus; cpu++)
		bytes += capture_drain_cpu(cap, cpu);
	return bytes;
}

void capture_forget(struct capture *cap)
{
	cap->nr = 0;
	cap->mark = 0;
}

static int compare_time(const void *a, const void *b)
{
	const struct captured *x = a, *y = b;

	if (x->rec->ts_ns != y->rec->ts_ns)
		return x->rec->ts_ns < y->rec->ts_ns ? -1 : 1;
	/* Records of one drain are in the order of their addresses. */
	return x->rec < y->rec ? -1 : x->rec > y->rec;
}

void capture_sort(struct capture *cap)
{
	qsort(cap->recs, cap->nr, sizeof(*cap->recs), compare_time);
}

const void *capture_wait(struct capture *cap, uint16_t type, uint32_t tid)
{
	struct pollfd pollfd = { .fd = cap->fd, .events = POLLIN };
	const struct ipcprobe_rec *rec;

	for (;;) {
		capture_drain(cap);
		while (cap->mark < cap->nr) {
			rec = cap->recs[cap->mark++].rec;
			if (rec->type == type && (!tid || rec->tid == tid))
				return rec;
		}
		if (poll(&pollfd, 1, PATIENCE_MS) <= 0)
			return NULL;
	}
}

/* ---- records of one task ---- */

struct cursor records_of(const struct capture *cap, uint32_t tid)
{
	return (struct cursor) { .cap = cap, .tid = tid };
}

const struct ipcprobe_rec *cursor_next(struct cursor *cursor)
{
	while (cursor->next < cursor->cap->nr) {
		const struct ipcprobe_rec *rec = cursor->cap->recs[cursor->next++].rec;

		if (rec->tid == cursor->tid)
			return rec;
	}
	return NULL;
}

#define PRINT_u8(n)	printf(" " #n "=%u", r->n);
#define PRINT_u16(n)	PRINT_u8(n)
#define PRINT_u32(n)	PRINT_u8(n)
#define PRINT_s16(n)	printf(" " #n "=%d", r->n);
#define PRINT_s32(n)	PRINT_s16(n)
#define PRINT_s64(n)	printf(" " #n "=%lld", r->n);
#define PRINT_u64(n)	printf(" " #n "=%#llx", r->n);
#define PRINT_mem(n)
#define PRINT_data(n)
#define PRINT_comm(n)	printf(" " #n "=%.16s", r->n);
#define PRINT_str(n)	printf(" " #n "=%s", r->n);
#define PRINT_pad16(n)
#define PRINT_pad32(n)
#define PRINT_FIELD(kind, name, text)	IPCPROBE_BY_STORED(PRINT_, kind)(name)

void record_print(const struct ipcprobe_rec *rec)
{
	printf("#   %u:", rec->tid);
#define IPCPROBE_E(name, cls, number, text)				\
	if (rec->type == IPCPROBE_REC_##name) {				\
		const struct ipcprobe_rec_##name *r MAYBE_UNUSED = (const void *)rec; \
		printf(" " #name);					\
		IPCPROBE_FIELDS_##name(PRINT_FIELD)			\
	}
	IPCPROBE_EVENTS(IPCPROBE_E)
#undef IPCPROBE_E
	printf("\n");
}

void cursor_print(const struct cursor *cursor)
{
	struct cursor all = records_of(cursor->cap, cursor->tid);
	const struct ipcprobe_rec *rec;

	printf("# all records of task %u:\n", cursor->tid);
	while ((rec = cursor_next(&all)))
		record_print(rec);
}

/* ---- functions for a child ---- */

void await_first_end(pid_t pid)
{
	char path[64], state;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", pid, pid);
	do {
		file = fopen(path, "r");
		CHECK(file && fscanf(file, "%*d (%*[^)]) %c", &state) == 1);
		fclose(file);
		sched_yield();
	} while (state != 'Z');
}

void *shared_memory(size_t len)
{
	void *memory = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

void pin_to(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

uint32_t inode_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) ? 0 : st.st_ino;
}
