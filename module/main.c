// SPDX-License-Identifier: GPL-2.0
/* Start and end of the module: calls the start and end of each part. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/string.h>
#include <linux/utsname.h>

#include "attach.h"
#include "btf.h"
#include "class.h"
#include "clock.h"
#include "control.h"
#include "dev.h"
#include "file.h"
#include "hook.h"
#include "message.h"
#include "online.h"
#include "op.h"
#include "pipe.h"
#include "rq.h"
#include "session.h"
#include "sock.h"
#include "table.h"
#include "waking.h"

unsigned int ipcprobe_objects_max = IPCPROBE_OBJECTS_MAX;
module_param_named(objects_max, ipcprobe_objects_max, uint, 0644);
MODULE_PARM_DESC(objects_max, "most pipes, UNIX sockets and messages that are known, of each");

static void exit_tables(void)
{
	ipcprobe_message_exit();
	ipcprobe_op_exit();
	ipcprobe_sock_exit();
	ipcprobe_pipe_exit();
	ipcprobe_file_exit();
	ipcprobe_clock_exit();
}

/* What the handlers of hooks use: the clock, and the tables of objects and operations. */
static int __init init_tables(void)
{
	int err;

	err = ipcprobe_clock_init();
	if (err)
		return err;
	err = ipcprobe_file_init();
	if (err)
		goto err_clock_exit;
	err = ipcprobe_pipe_init();
	if (err)
		goto err_file_exit;
	err = ipcprobe_sock_init();
	if (err)
		goto err_pipe_exit;
	err = ipcprobe_op_init();
	if (err)
		goto err_sock_exit;
	err = ipcprobe_message_init();
	if (err)
		goto err_op_exit;
	return 0;

err_op_exit:
	ipcprobe_op_exit();
err_sock_exit:
	ipcprobe_sock_exit();
err_pipe_exit:
	ipcprobe_pipe_exit();
err_file_exit:
	ipcprobe_file_exit();
err_clock_exit:
	ipcprobe_clock_exit();
	return err;
}

static int __init init_parts(void)
{
	int err;

	ipcprobe_hook_init();
	ipcprobe_session_init();
	err = init_tables();
	if (err)
		return err;
	ipcprobe_rq_init();
	err = ipcprobe_classes_init();
	if (err)
		goto err_tables_exit;
	err = ipcprobe_wakings_init();
	if (err)
		goto err_tables_exit;
	err = ipcprobe_online_init();
	if (err)
		goto err_wakings_exit;
	err = ipcprobe_control_init();
	if (err)
		goto err_online_exit;
	err = ipcprobe_dev_init();
	if (err)
		goto err_control_exit;
	return 0;

err_control_exit:
	ipcprobe_control_exit();
err_online_exit:
	ipcprobe_online_exit();
err_wakings_exit:
	ipcprobe_wakings_exit();
err_tables_exit:
	exit_tables();
	return err;
}

/*
 * compat.h stops the build for a PREEMPT_RT kernel. A module that was built for
 * another kernel may still be loaded into a PREEMPT_RT kernel by force.
 */
static bool __init kernel_is_realtime(void)
{
	return strstr(init_uts_ns.name.version, "PREEMPT_RT");
}

static int __init ipcprobe_init(void)
{
	int err;

	if (kernel_is_realtime()) {
		pr_err("this kernel is PREEMPT_RT: probes allocate memory and take spinlocks where such a kernel must not sleep\n");
		return -EOPNOTSUPP;
	}
	ipcprobe_btf_load();
	err = init_parts();
	ipcprobe_btf_unload();
	if (!err)
		ipcprobe_hooks_start();
	return err;
}

static void __exit ipcprobe_exit(void)
{
	ipcprobe_dev_exit();
	ipcprobe_control_exit();
	ipcprobe_hooks_exit();
	ipcprobe_online_exit();
	ipcprobe_wakings_exit();
	exit_tables();
}

module_init(ipcprobe_init);
module_exit(ipcprobe_exit);

MODULE_LICENSE("GPL");
MODULE_AUTHOR("The ipcprobe authors");
MODULE_DESCRIPTION("How bytes and CPU time move between processes");
