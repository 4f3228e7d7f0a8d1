// SPDX-License-Identifier: GPL-2.0
/*
 * A kernel that is locked down for confidentiality refuses both the device and netlink.
 * The lockdown lasts until the next boot: this test is a guest's last one.
 */
#include <kselftest_harness.h>

#include "capture.h"

#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <sys/mount.h>

#define LOCKDOWN	"/sys/kernel/security/lockdown"

static int count(struct nl_msg *msg MAYBE_UNUSED, void *nr)
{
	++*(int *)nr;
	return NL_OK;
}

/* Return: number of messages in the first part of the answer, or -NLE_*. */
static int ask(uint8_t cmd, int flags)
{
	struct nl_sock *sock = nl_socket_alloc();
	int nr = 0, family, err;

	CHECK(!genl_connect(sock));
	family = genl_ctrl_resolve(sock, IPCPROBE_GENL_NAME);
	CHECK(family > 0);
	nl_socket_disable_auto_ack(sock);
	nl_socket_modify_cb(sock, NL_CB_VALID, NL_CB_CUSTOM, count, &nr);
	CHECK(genl_send_simple(sock, family, cmd, IPCPROBE_GENL_VERSION, flags) >= 0);
	err = nl_recvmsgs_default(sock);
	nl_socket_free(sock);
	return err < 0 ? err : nr;
}

static void lock_down(struct __test_metadata *_metadata)
{
	int fd = open(LOCKDOWN, O_WRONLY | O_CLOEXEC);

	ASSERT_LE(0, fd);
	ASSERT_LT(0, write(fd, "confidentiality", strlen("confidentiality")));
	close(fd);
}

TEST(lockdown_refuses_device_and_netlink)
{
	const uint8_t dumps[] = { IPCPROBE_CMD_SESSION_GET, IPCPROBE_CMD_HOOK_GET,
				  IPCPROBE_CMD_OBJECT_GET };
	size_t i;

	mount("securityfs", "/sys/kernel/security", "securityfs", 0, NULL);
	if (access(LOCKDOWN, W_OK))
		SKIP(return, "the kernel cannot be locked down");
	EXPECT_LE(0, open(IPCPROBE_DEVICE, O_RDWR));
	EXPECT_EQ(1, ask(IPCPROBE_CMD_INFO_GET, 0));
	EXPECT_LT(0, ask(IPCPROBE_CMD_HOOK_GET, NLM_F_DUMP));
	lock_down(_metadata);
	EXPECT_EQ(-1, open(IPCPROBE_DEVICE, O_RDWR));
	EXPECT_EQ(EPERM, errno);
	EXPECT_EQ(-1, open(IPCPROBE_DEVICE, O_WRONLY));
	EXPECT_EQ(EPERM, errno);
	EXPECT_EQ(-NLE_PERM, ask(IPCPROBE_CMD_INFO_GET, 0));
	for (i = 0; i < NR(dumps); i++) {
		/* libnl may not pass on the reason of an empty answer */
		EXPECT_GE(0, ask(dumps[i], NLM_F_DUMP)) TH_LOG("command %u", dumps[i]);
	}
}

TEST_HARNESS_MAIN
