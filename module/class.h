/* SPDX-License-Identifier: GPL-2.0 */
/* Classes of events, as masks; what each has to offer to hooks.c, main.c and session.c. */
#ifndef IPCPROBE_CLASS_H
#define IPCPROBE_CLASS_H

#include <linux/bits.h>

#include "hook.h"
#include "record.h"

struct ipcprobe_session;
struct mm_struct;
struct task_struct;

#define IPCPROBE_BIT(up)	BIT(IPCPROBE_CLASS_##up)

/* Classes that copy bytes and know where these lie. */
#define IPCPROBE_IO_CLASSES	(IPCPROBE_BIT(PIPE) | IPCPROBE_BIT(FILE))

/* Classes whose calls move bytes between user buffers and elsewhere. */
#define IPCPROBE_DATA_CLASSES	(IPCPROBE_IO_CLASSES | IPCPROBE_BIT(UNIX) | \
				 IPCPROBE_BIT(MSG) | IPCPROBE_BIT(PROCVM))

/* Classes whose events are about run queues. */
#define IPCPROBE_QUEUE_CLASSES	(IPCPROBE_BIT(SCHED) | IPCPROBE_BIT(PICK))

/* Classes that follow operations from entry to end (op.c). */
#define IPCPROBE_OP_CLASSES	(IPCPROBE_IO_CLASSES | IPCPROBE_BIT(SHM) | \
				 IPCPROBE_BIT(SEM) | IPCPROBE_BIT(MSG) | \
				 IPCPROBE_BIT(FUTEX) | IPCPROBE_BIT(UNIX) | \
				 IPCPROBE_BIT(EVENTFD) | IPCPROBE_BIT(PROCVM))

extern struct ipcprobe_hook ipcprobe_task_hooks[];
extern struct ipcprobe_hook ipcprobe_pipe_hooks[];
extern struct ipcprobe_hook ipcprobe_splice_hooks[];
extern struct ipcprobe_hook ipcprobe_file_hooks[];
extern struct ipcprobe_hook ipcprobe_shm_hooks[];
extern struct ipcprobe_hook ipcprobe_unix_hooks[];
extern struct ipcprobe_hook ipcprobe_unix_io_hooks[];
extern struct ipcprobe_hook ipcprobe_unix_skb_hooks[];
extern struct ipcprobe_hook ipcprobe_signal_hooks[];
extern struct ipcprobe_hook ipcprobe_eventfd_hooks[];
extern struct ipcprobe_hook ipcprobe_procvm_hooks[];
extern struct ipcprobe_hook ipcprobe_op_hooks[];
extern struct ipcprobe_hook ipcprobe_wait_hooks[];
extern struct ipcprobe_hook ipcprobe_sem_hooks[];
extern struct ipcprobe_hook ipcprobe_msg_hooks[];
extern struct ipcprobe_hook ipcprobe_mq_hooks[];
extern struct ipcprobe_hook ipcprobe_sched_hooks[];
extern struct ipcprobe_hook ipcprobe_pick_hooks[];
extern struct ipcprobe_hook ipcprobe_futex_hooks[];
extern struct ipcprobe_hook ipcprobe_uring_hooks[];

void ipcprobe_sem_init(void);
void ipcprobe_msg_init(void);
void ipcprobe_mq_init(void);
void ipcprobe_shm_init(void);
void ipcprobe_eventfd_init(void);
void ipcprobe_futex_init(void);
void ipcprobe_uring_init(void);
void ipcprobe_uring_reset(void);
void ipcprobe_sched_reset(void);
void ipcprobe_pick_reset(void);

#endif /* IPCPROBE_CLASS_H */
