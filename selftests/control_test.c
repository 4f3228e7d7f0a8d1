// SPDX-License-Identifier: GPL-2.0
/*
 * Generic netlink: what the module answers about itself, its sessions and its hooks is
 * true.
 */
#include <kselftest_harness.h>

#include "capture.h"
#include "locked_pipe.h"

#include <linux/capability.h>
#include <linux/userfaultfd.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/sysmacros.h>

FIXTURE(control)
{
	struct nl_sock *sock;
	int family;
};

FIXTURE_SETUP(control)
{
	self->sock = nl_socket_alloc();
	ASSERT_EQ(0, genl_connect(self->sock));
	self->family = genl_ctrl_resolve(self->sock, IPCPROBE_GENL_NAME);
	ASSERT_LT(0, self->family);
}

FIXTURE_TEARDOWN(control)
{
	nl_socket_free(self->sock);
}

/* Answer to one request: the attributes of each message. */
struct answer {
	size_t nr;
	struct nlattr *attrs[2048];
	int len[2048];
	int error;
	bool is_done;
};

static int on_message(struct nl_msg *msg, void *arg)
{
	struct genlmsghdr *head = nlmsg_data(nlmsg_hdr(msg));
	struct answer *answer = arg;
	int len = genlmsg_attrlen(head, 0);

	CHECK(answer->nr < NR(answer->attrs));
	answer->attrs[answer->nr] = malloc(len);
	memcpy(answer->attrs[answer->nr], genlmsg_attrdata(head, 0), len);
	answer->len[answer->nr++] = len;
	return NL_OK;
}

static int on_error(struct sockaddr_nl *addr MAYBE_UNUSED, struct nlmsgerr *error, void *arg)
{
	struct answer *answer = arg;

	answer->error = error->error;
	answer->is_done = true;
	return NL_STOP;
}

static int on_done(struct nl_msg *msg MAYBE_UNUSED, void *arg)
{
	struct answer *answer = arg;

	answer->is_done = true;
	return NL_STOP;
}

/* Send a request, with an attribute of type @attr unless that is 0. */
static void ask(struct nl_sock *sock, int family, uint8_t cmd, int flags, int attr,
		struct answer *answer)
{
	struct nl_cb *cb = nl_cb_alloc(NL_CB_DEFAULT);
	struct nl_msg *msg = nlmsg_alloc();

	memset(answer, 0, sizeof(*answer));
	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, on_message, answer);
	nl_cb_set(cb, NL_CB_FINISH, NL_CB_CUSTOM, on_done, answer);
	nl_cb_set(cb, NL_CB_ACK, NL_CB_CUSTOM, on_done, answer);
	nl_cb_err(cb, NL_CB_CUSTOM, on_error, answer);
	CHECK(genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, family, 0, flags, cmd,
			  IPCPROBE_GENL_VERSION));
	if (attr)
		CHECK(!nla_put_u32(msg, attr, 1));
	CHECK(nl_send_auto(sock, msg) >= 0);
	while (!answer->is_done)
		CHECK(nl_recvmsgs(sock, cb) >= 0 || answer->is_done);
	nlmsg_free(msg);
	nl_cb_put(cb);
}

#define ASK(cmd, flags, answer)	ask(self->sock, self->family, cmd, flags, 0, answer)

static uint32_t get_u32(const struct answer *answer, size_t i, int type)
{
	struct nlattr *attr = nla_find(answer->attrs[i], answer->len[i], type);

	CHECK(attr && nla_len(attr) == 4);
	return nla_get_u32(attr);
}

static uint64_t get_u64(const struct answer *answer, size_t i, int type)
{
	struct nlattr *attr = nla_find(answer->attrs[i], answer->len[i], type);

	CHECK(attr && nla_len(attr) == 8);
	return nla_get_u64(attr);
}

static uint8_t get_u8(const struct answer *answer, size_t i, int type)
{
	struct nlattr *attr = nla_find(answer->attrs[i], answer->len[i], type);

	CHECK(attr && nla_len(attr) == 1);
	return nla_get_u8(attr);
}

static const char *get_string(const struct answer *answer, size_t i, int type)
{
	struct nlattr *attr = nla_find(answer->attrs[i], answer->len[i], type);

	CHECK(attr);
	return nla_get_string(attr);
}

static struct ipcprobe_config config_of(uint32_t classes)
{
	return (struct ipcprobe_config) {
		.classes = classes,
		.flags = IPCPROBE_F_NO_SNAPSHOT,
		.ring_bytes = 65536,
	};
}

TEST_F(control, info)
{
	struct ipcprobe_config config = config_of(CLASS_BIT(PIPE) | CLASS_BIT(SCHED));
	struct answer answer;
	struct capture cap;

	ASK(IPCPROBE_CMD_INFO_GET, NLM_F_ACK, &answer);
	ASSERT_EQ(1, answer.nr);
	EXPECT_EQ(IPCPROBE_ABI_MAJOR, get_u32(&answer, 0, IPCPROBE_A_INFO_ABI_MAJOR));
	EXPECT_EQ(IPCPROBE_ABI_MINOR, get_u32(&answer, 0, IPCPROBE_A_INFO_ABI_MINOR));
	EXPECT_EQ(__IPCPROBE_CLASSES_ALL, get_u32(&answer, 0, IPCPROBE_A_INFO_CLASSES));
	EXPECT_EQ(0, get_u32(&answer, 0, IPCPROBE_A_INFO_ATTACHED));
	EXPECT_EQ(0, get_u32(&answer, 0, IPCPROBE_A_INFO_NR_SESSIONS));
	EXPECT_EQ(0, get_u32(&answer, 0, IPCPROBE_A_INFO_NR_PIPES));
	ASSERT_EQ(0, capture_open(&cap, &config));
	ASSERT_EQ(0, capture_start(&cap));
	ASK(IPCPROBE_CMD_INFO_GET, NLM_F_ACK, &answer);
	EXPECT_EQ(config.classes, get_u32(&answer, 0, IPCPROBE_A_INFO_ATTACHED));
	EXPECT_EQ(1, get_u32(&answer, 0, IPCPROBE_A_INFO_NR_SESSIONS));
	capture_close(&cap);
	ASK(IPCPROBE_CMD_INFO_GET, NLM_F_ACK, &answer);
	EXPECT_EQ(0, get_u32(&answer, 0, IPCPROBE_A_INFO_ATTACHED));
	EXPECT_EQ(0, get_u32(&answer, 0, IPCPROBE_A_INFO_NR_SESSIONS));
	EXPECT_EQ(0, get_u32(&answer, 0, IPCPROBE_A_INFO_NR_PIPES));
}

/* Compare the counts of each class with the session's own statistics. */
static void expect_counts(struct __test_metadata *_metadata, const struct capture *cap,
			  const struct answer *answer)
{
	uint64_t produced[IPCPROBE_NR_CLASSES] = { 0 }, lost[IPCPROBE_NR_CLASSES] = { 0 };
	struct ipcprobe_stats stats = { 0 };
	struct nlattr *attr;
	size_t nr = 0;
	int left, c;

	for (stats.cpu = 0; stats.cpu < cap->info.nr_cpus; stats.cpu++) {
		if (ioctl(cap->fd, IPCPROBE_IOC_STATS, &stats))
			continue;
		for (c = 0; c < IPCPROBE_NR_CLASSES; c++) {
			produced[c] += stats.produced[c];
			lost[c] += stats.lost[c];
		}
	}
	nla_for_each_attr(attr, answer->attrs[0], answer->len[0], left) {
		struct nlattr *class_attr;
		uint32_t class_id;

		if (nla_type(attr) != IPCPROBE_A_SESSION_COUNT)
			continue;
		class_attr = nla_find(nla_data(attr), nla_len(attr), IPCPROBE_A_COUNT_CLASS);
		ASSERT_NE(NULL, class_attr);
		class_id = nla_get_u32(class_attr);
		ASSERT_GT(IPCPROBE_NR_CLASSES, class_id);
		EXPECT_EQ(produced[class_id],
			  nla_get_u64(nla_find(nla_data(attr), nla_len(attr),
					       IPCPROBE_A_COUNT_PRODUCED)));
		EXPECT_EQ(lost[class_id],
			  nla_get_u64(nla_find(nla_data(attr), nla_len(attr),
					       IPCPROBE_A_COUNT_LOST)));
		nr++;
	}
	EXPECT_EQ(2, nr);
	EXPECT_LT(0, lost[IPCPROBE_CLASS_PIPE]);
}

TEST_F(control, session)
{
	struct ipcprobe_config config = config_of(CLASS_BIT(PIPE) | CLASS_BIT(TASK));
	uint32_t pid = getpid(), i;
	struct answer answer;
	struct capture cap;
	int fd[2];

	config.ring_bytes = 4096;
	config.filtered = CLASS_BIT(PIPE);
	config.pids = (uintptr_t)&pid;
	config.nr_pids = 1;
	ASSERT_EQ(0, pipe(fd));
	ASSERT_EQ(0, capture_open(&cap, &config));
	ASSERT_EQ(0, capture_start(&cap));
	for (i = 0; i < 500; i++) {
		ASSERT_EQ(1, write(fd[1], "", 1));
		ASSERT_EQ(1, read(fd[0], &(char) { 0 }, 1));
	}
	ASK(IPCPROBE_CMD_SESSION_GET, NLM_F_DUMP, &answer);
	ASSERT_EQ(1, answer.nr);
	EXPECT_EQ(cap.info.session, get_u32(&answer, 0, IPCPROBE_A_SESSION_ID));
	EXPECT_EQ(pid, get_u32(&answer, 0, IPCPROBE_A_SESSION_PID));
	EXPECT_STREQ("control_test", get_string(&answer, 0, IPCPROBE_A_SESSION_COMM));
	EXPECT_EQ(config.classes, get_u32(&answer, 0, IPCPROBE_A_SESSION_CLASSES));
	EXPECT_EQ(config.filtered, get_u32(&answer, 0, IPCPROBE_A_SESSION_FILTERED));
	EXPECT_EQ(1, get_u8(&answer, 0, IPCPROBE_A_SESSION_RUNNING));
	EXPECT_EQ(4096, get_u32(&answer, 0, IPCPROBE_A_SESSION_RING_BYTES));
	EXPECT_EQ(sysconf(_SC_NPROCESSORS_CONF), get_u32(&answer, 0, IPCPROBE_A_SESSION_NR_RINGS));
	ASSERT_EQ(0, capture_stop(&cap));
	ASK(IPCPROBE_CMD_SESSION_GET, NLM_F_DUMP, &answer);
	ASSERT_EQ(1, answer.nr);
	EXPECT_EQ(0, get_u8(&answer, 0, IPCPROBE_A_SESSION_RUNNING));
	expect_counts(_metadata, &cap, &answer);
	capture_close(&cap);
	ASK(IPCPROBE_CMD_SESSION_GET, NLM_F_DUMP, &answer);
	EXPECT_EQ(0, answer.nr);
}

/* The list of sessions is longer than one message of a dump, and has each session once. */
TEST_F(control, many_sessions)
{
	struct ipcprobe_config config = config_of(CLASS_BIT(TASK));
	uint32_t last_id = 0;
	struct answer answer;
	int fd[300], i;

	config.ring_bytes = 4096;
	for (i = 0; i < 300; i++) {
		fd[i] = open(IPCPROBE_DEVICE, O_RDWR);
		ASSERT_LE(0, fd[i]);
		if (i % 2)
			ASSERT_EQ(0, ioctl(fd[i], IPCPROBE_IOC_CONFIGURE, &config));
	}
	ASK(IPCPROBE_CMD_SESSION_GET, NLM_F_DUMP, &answer);
	ASSERT_EQ(300, answer.nr);
	for (i = 0; i < 300; i++) {
		uint32_t id = get_u32(&answer, i, IPCPROBE_A_SESSION_ID);

		EXPECT_LT(last_id, id);
		last_id = id;
		EXPECT_EQ(i % 2 ? 4096 : 0, get_u32(&answer, i, IPCPROBE_A_SESSION_RING_BYTES));
		close(fd[i]);
	}
}

/* The hooks of a class are attached only while a session or tracepoint uses the class. */
TEST_F(control, hooks_come_and_go_with_classes)
{
	const uint32_t classes[] = { 0, CLASS_BIT(TASK), CLASS_BIT(PIPE), CLASS_BIT(FILE),
				     CLASS_BIT(SCHED), __IPCPROBE_CLASSES_ALL };
	struct answer answer;
	struct capture cap;
	size_t k, i;

	for (k = 0; k < NR(classes); k++) {
		struct ipcprobe_config config = config_of(classes[k]);

		if (classes[k]) {
			ASSERT_EQ(0, capture_open(&cap, &config));
			ASSERT_EQ(0, capture_start(&cap));
		}
		ASK(IPCPROBE_CMD_HOOK_GET, NLM_F_DUMP, &answer);
		EXPECT_LT(30, answer.nr);
		for (i = 0; i < answer.nr; i++) {
			const char *name = get_string(&answer, i, IPCPROBE_A_HOOK_NAME);
			bool is_wanted = get_u32(&answer, i, IPCPROBE_A_HOOK_CLASSES) & classes[k];
			bool is_optional = get_u8(&answer, i, IPCPROBE_A_HOOK_OPTIONAL);
			bool is_attached = get_u8(&answer, i, IPCPROBE_A_HOOK_ATTACHED);

			EXPECT_NE(0, strlen(name));
			if (!is_wanted || !is_optional)
				EXPECT_EQ(is_wanted, is_attached) TH_LOG("%s", name);
			if (is_attached)
				EXPECT_EQ(0, get_u32(&answer, i, IPCPROBE_A_HOOK_ERROR));
		}
		if (classes[k])
			capture_close(&cap);
	}
}

/* Find the one message about this process's descriptor. */
static size_t find_object(const struct answer *answer, int fd)
{
	size_t i, found = answer->nr;

	for (i = 0; i < answer->nr; i++) {
		if (get_u32(answer, i, IPCPROBE_A_OBJECT_PID) != (uint32_t)getpid() ||
		    get_u32(answer, i, IPCPROBE_A_OBJECT_FD) != (uint32_t)fd)
			continue;
		CHECK(found == answer->nr);
		found = i;
	}
	CHECK(found < answer->nr);
	return found;
}

static bool has_attr(const struct answer *answer, size_t i, int type)
{
	return nla_find(answer->attrs[i], answer->len[i], type);
}

TEST_F(control, object)
{
	struct answer answer;
	struct stat st;
	int fd[2], end;

	ASSERT_EQ(0, pipe(fd));
	ASSERT_EQ(8192, fcntl(fd[0], F_SETPIPE_SZ, 8192));
	ASSERT_EQ(5000, write(fd[1], (char [5000]) { 0 }, 5000));
	ASSERT_EQ(0, fstat(fd[0], &st));
	ASK(IPCPROBE_CMD_OBJECT_GET, NLM_F_DUMP, &answer);
	for (end = 0; end < 2; end++) {
		size_t i = find_object(&answer, fd[end]);
		uint32_t dev = get_u32(&answer, i, IPCPROBE_A_OBJECT_DEV);

		EXPECT_EQ(IPCPROBE_CLASS_PIPE, get_u32(&answer, i, IPCPROBE_A_OBJECT_CLASS));
		EXPECT_EQ(st.st_dev, makedev(dev >> 20, dev & 0xfffff));
		EXPECT_EQ(st.st_ino, get_u64(&answer, i, IPCPROBE_A_OBJECT_INO));
		EXPECT_EQ(8192, get_u32(&answer, i, IPCPROBE_A_OBJECT_CAPACITY));
		EXPECT_EQ(5000, get_u32(&answer, i, IPCPROBE_A_OBJECT_BYTES));
		EXPECT_EQ(1, get_u32(&answer, i, IPCPROBE_A_OBJECT_READERS));
		EXPECT_EQ(1, get_u32(&answer, i, IPCPROBE_A_OBJECT_WRITERS));
		EXPECT_EQ(0, get_u32(&answer, i, IPCPROBE_A_OBJECT_READ_WAITS));
		EXPECT_EQ(0, get_u32(&answer, i, IPCPROBE_A_OBJECT_WRITE_WAITS));
	}
	close(fd[1]);
	ASK(IPCPROBE_CMD_OBJECT_GET, NLM_F_DUMP, &answer);
	EXPECT_EQ(0, get_u32(&answer, find_object(&answer, fd[0]), IPCPROBE_A_OBJECT_WRITERS));
}

/* Each task that waits for bytes is counted, readers and polls alike. */
TEST_F(control, object_waits)
{
	int fd[2], epoll = epoll_create1(0), i;
	struct answer answer;
	pid_t child[2];
	size_t at;

	ASSERT_EQ(0, pipe(fd));
	ASSERT_EQ(0, epoll_ctl(epoll, EPOLL_CTL_ADD, fd[0],
			       &(struct epoll_event) { .events = EPOLLIN }));
	for (i = 0; i < 2; i++) {
		child[i] = fork();
		if (!child[i])
			_exit(read(fd[0], &(char) { 0 }, 1) == 1);
	}
	do {
		ASK(IPCPROBE_CMD_OBJECT_GET, NLM_F_DUMP, &answer);
		at = find_object(&answer, fd[0]);
	} while (get_u32(&answer, at, IPCPROBE_A_OBJECT_READ_WAITS) < 3);
	EXPECT_EQ(3, get_u32(&answer, at, IPCPROBE_A_OBJECT_READ_WAITS));
	EXPECT_EQ(0, get_u32(&answer, at, IPCPROBE_A_OBJECT_WRITE_WAITS));
	ASSERT_EQ(2, write(fd[1], "xx", 2));
	for (i = 0; i < 2; i++)
		ASSERT_EQ(child[i], waitpid(child[i], NULL, 0));
	close(epoll);
	ASK(IPCPROBE_CMD_OBJECT_GET, NLM_F_DUMP, &answer);
	EXPECT_EQ(0, get_u32(&answer, find_object(&answer, fd[0]), IPCPROBE_A_OBJECT_READ_WAITS));
}

/* The list of objects is longer than one message of a dump, and has each descriptor once. */
TEST_F(control, many_objects)
{
	struct answer answer;
	int fd[200][2], i;

	for (i = 0; i < 200; i++)
		ASSERT_EQ(0, pipe(fd[i]));
	ASK(IPCPROBE_CMD_OBJECT_GET, NLM_F_DUMP, &answer);
	for (i = 0; i < 200; i++) {
		find_object(&answer, fd[i][0]);
		find_object(&answer, fd[i][1]);
		close(fd[i][0]);
		close(fd[i][1]);
	}
}

/* A pipe whose mutex is held by another task is listed, without its bytes. */
TEST_F(control, locked_object)
{
	struct locked_pipe locked;
	struct answer answer;
	size_t at;
	int full[2];

	lock_pipe(&locked);
	ASSERT_EQ(0, pipe(full));
	do {
		ASK(IPCPROBE_CMD_OBJECT_GET, NLM_F_DUMP, &answer);
		at = find_object(&answer, locked.fd[0]);
	} while (has_attr(&answer, at, IPCPROBE_A_OBJECT_BYTES));
	EXPECT_EQ(65536, get_u32(&answer, at, IPCPROBE_A_OBJECT_CAPACITY));
	EXPECT_EQ(0, get_u32(&answer, find_object(&answer, full[0]), IPCPROBE_A_OBJECT_BYTES));
	unlock_pipe(&locked);
}

/* At most a thousand waiters are counted. */
TEST_F(control, very_many_waits)
{
	struct epoll_event event = { .events = EPOLLIN };
	struct rlimit limit = { 2000, 2000 };
	int fd[2], epoll = epoll_create1(0), i;
	struct answer answer;
	size_t at;

	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));
	ASSERT_EQ(0, pipe(fd));
	for (i = 0; i < 1100; i++)
		ASSERT_EQ(0, epoll_ctl(epoll, EPOLL_CTL_ADD, dup(fd[0]), &event));
	ASK(IPCPROBE_CMD_OBJECT_GET, NLM_F_DUMP, &answer);
	at = find_object(&answer, fd[0]);
	EXPECT_EQ(1000, get_u32(&answer, at, IPCPROBE_A_OBJECT_READ_WAITS));
	EXPECT_EQ(0, get_u32(&answer, at, IPCPROBE_A_OBJECT_WRITE_WAITS));
	close(epoll);
}

static void *wait_for_end(void *arg)
{
	pause();
	return arg;
}

static size_t count_objects(const struct answer *answer, pid_t pid, int fd)
{
	size_t i, nr = 0;

	for (i = 0; i < answer->nr; i++)
		nr += get_u32(answer, i, IPCPROBE_A_OBJECT_PID) == (uint32_t)pid &&
		      get_u32(answer, i, IPCPROBE_A_OBJECT_FD) == (uint32_t)fd;
	return nr;
}

/*
 * The first thread of a process may end before the others: these still have its
 * descriptors.
 */
TEST_F(control, object_without_first_thread)
{
	struct answer answer;
	pthread_t thread;
	pid_t child;
	int fd[2];

	ASSERT_EQ(0, pipe(fd));
	child = fork();
	if (!child) {
		CHECK(!pthread_create(&thread, NULL, wait_for_end, NULL));
		CHECK(!pthread_create(&thread, NULL, wait_for_end, NULL));
		pthread_exit(NULL);
	}
	await_first_end(child);
	ASK(IPCPROBE_CMD_OBJECT_GET, NLM_F_DUMP, &answer);
	EXPECT_EQ(1, count_objects(&answer, child, fd[0]));
	EXPECT_EQ(1, count_objects(&answer, child, fd[1]));
	EXPECT_EQ(1, count_objects(&answer, getpid(), fd[1]));
	ASSERT_EQ(0, kill(child, SIGKILL));
	ASSERT_EQ(child, waitpid(child, NULL, 0));
}

/* ---- a slow caller delays no other ---- */

/* Make a page whose read never ends.  Return: -1 if this kernel cannot make one. */
static int make_endless_page(void **page)
{
	struct uffdio_register area = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	struct uffdio_api api = { .api = UFFD_API };
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC);

	if (fd < 0)
		return -1;
	*page = mmap(NULL, getpagesize(), PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	area.range.start = (uintptr_t)*page;
	area.range.len = getpagesize();
	CHECK(!ioctl(fd, UFFDIO_API, &api));
	CHECK(!ioctl(fd, UFFDIO_REGISTER, &area));
	return fd;
}

static int do_configure(void *config)
{
	_exit(ioctl(open(IPCPROBE_DEVICE, O_RDWR), IPCPROBE_IOC_CONFIGURE, config));
}

/* Each request of another user is answered meanwhile. */
static void expect_answers(struct __test_metadata *_metadata, struct nl_sock *sock, int family)
{
	struct ipcprobe_config config = config_of(CLASS_BIT(TASK) | CLASS_BIT(PIPE));
	struct answer answer;
	struct capture cap;

	config.flags = 0;
	ask(sock, family, IPCPROBE_CMD_INFO_GET, NLM_F_ACK, 0, &answer);
	EXPECT_EQ(1, get_u32(&answer, 0, IPCPROBE_A_INFO_NR_SESSIONS));
	ask(sock, family, IPCPROBE_CMD_SESSION_GET, NLM_F_DUMP, 0, &answer);
	EXPECT_EQ(1, answer.nr);
	EXPECT_EQ(0, get_u32(&answer, 0, IPCPROBE_A_SESSION_RING_BYTES));
	ASSERT_EQ(0, capture_open(&cap, &config));
	ASSERT_EQ(0, capture_start(&cap));
	ASSERT_EQ(0, ioctl(cap.fd, IPCPROBE_IOC_RESYNC));
	ask(sock, family, IPCPROBE_CMD_SESSION_GET, NLM_F_DUMP, 0, &answer);
	EXPECT_EQ(2, answer.nr);
	ASSERT_EQ(0, capture_stop(&cap));
	capture_close(&cap);
}

/* Memory that CONFIGURE cannot read delays only the caller, and the caller can be killed. */
TEST_F(control, a_slow_configure_delays_no_other)
{
	static char stack[65536] __attribute__((aligned(16)));
	struct ipcprobe_config configs[2];
	struct answer answer;
	struct uffd_msg fault;
	int i, fd, status;
	void *page;
	pid_t pid;

	for (i = 0; i < 2; i++) {
		configs[i] = config_of(CLASS_BIT(PIPE));
		fd = make_endless_page(&page);
		if (fd < 0)
			SKIP(return, "the kernel has no userfaultfd(2)");
		if (i) {
			configs[i].filtered = CLASS_BIT(PIPE);
			configs[i].nr_pids = 1;
			configs[i].pids = (uintptr_t)page;
		} else {
			configs[i].nr_cpu_words = 1;
			configs[i].cpus = (uintptr_t)page;
		}
		/*
		 * A separate process that shares the memory, for which the page is as
		 * endless.
		 */
		pid = clone(do_configure, stack + sizeof(stack), CLONE_VM | SIGCHLD, &configs[i]);
		ASSERT_LT(0, pid);
		/* The fault can be read once the caller waits. */
		ASSERT_EQ(sizeof(fault), read(fd, &fault, sizeof(fault)));
		ASSERT_EQ(UFFD_EVENT_PAGEFAULT, fault.event);
		expect_answers(_metadata, self->sock, self->family);
		EXPECT_EQ(0, waitpid(pid, NULL, WNOHANG)) TH_LOG("it did not wait");
		ASSERT_EQ(0, kill(pid, SIGKILL));
		ASSERT_EQ(pid, waitpid(pid, &status, 0));
		EXPECT_EQ(SIGKILL, WTERMSIG(status));
		ASK(IPCPROBE_CMD_INFO_GET, NLM_F_ACK, &answer);
		EXPECT_EQ(0, get_u32(&answer, 0, IPCPROBE_A_INFO_NR_SESSIONS));
		close(fd);
	}
}

TEST_F(control, bad_requests)
{
	struct answer answer;

	ask(self->sock, self->family, IPCPROBE_CMD_INFO_GET, NLM_F_ACK, 1, &answer);
	EXPECT_EQ(-EINVAL, answer.error);
	ask(self->sock, self->family, IPCPROBE_CMD_SESSION_GET, NLM_F_DUMP, 1, &answer);
	EXPECT_EQ(-EINVAL, answer.error);
	ask(self->sock, self->family, IPCPROBE_CMD_OBJECT_GET, NLM_F_DUMP, 1, &answer);
	EXPECT_EQ(-EINVAL, answer.error);
	ASK(IPCPROBE_CMD_MAX + 1, NLM_F_ACK, &answer);
	EXPECT_EQ(-EOPNOTSUPP, answer.error);
	ASK(IPCPROBE_CMD_UNSPEC, NLM_F_ACK, &answer);
	EXPECT_EQ(-EOPNOTSUPP, answer.error);
}

TEST_F(control, rights_are_those_of_the_device)
{
	const uint8_t dumps[] = { IPCPROBE_CMD_SESSION_GET, IPCPROBE_CMD_HOOK_GET,
				  IPCPROBE_CMD_OBJECT_GET };
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };
	struct nl_sock *sock;
	struct answer answer;
	size_t i;

	ASSERT_EQ(0, syscall(SYS_capset, &header, data));
	sock = nl_socket_alloc();
	ASSERT_EQ(0, genl_connect(sock));
	ask(sock, self->family, IPCPROBE_CMD_INFO_GET, NLM_F_ACK, 0, &answer);
	EXPECT_EQ(-EPERM, answer.error);
	EXPECT_EQ(0, answer.nr);
	for (i = 0; i < NR(dumps); i++) {
		ask(sock, self->family, dumps[i], NLM_F_DUMP, 0, &answer);
		EXPECT_EQ(0, answer.nr);
	}
	nl_socket_free(sock);
}

TEST_HARNESS_MAIN
