/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Functions that end frequent operations. op_end.c calls them directly
 * (IPCPROBE_OP_IS_DIRECT).  Each function releases the operation as its last
 * step.
 */
#ifndef IPCPROBE_FINISH_H
#define IPCPROBE_FINISH_H

#include <linux/types.h>

struct ipcprobe_op;

void ipcprobe_file_finish_read(struct ipcprobe_op *op, s32 ret);
void ipcprobe_file_finish_write(struct ipcprobe_op *op, s32 ret);
void ipcprobe_sem_finish_op(struct ipcprobe_op *op, s32 ret);
void ipcprobe_msg_finish_send(struct ipcprobe_op *op, s32 ret);
void ipcprobe_msg_finish_receive(struct ipcprobe_op *op, s32 ret);
void ipcprobe_mq_finish_transfer(struct ipcprobe_op *op, s32 ret);
void ipcprobe_futex_finish(struct ipcprobe_op *op, s32 ret);
void ipcprobe_unix_finish_call(struct ipcprobe_op *op, s32 ret);
void ipcprobe_eventfd_finish_read(struct ipcprobe_op *op, s32 ret);
void ipcprobe_eventfd_finish_write(struct ipcprobe_op *op, s32 ret);
void ipcprobe_procvm_finish(struct ipcprobe_op *op, s32 ret);

/*
 * Does not release the operation.  Also called for the socket of a splice or
 * sendfile.
 */
void ipcprobe_unix_finish_io(struct ipcprobe_op *op, s32 ret);

#endif /* IPCPROBE_FINISH_H */
