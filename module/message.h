/* SPDX-License-Identifier: GPL-2.0 */
/* Messages under way in message queues. */
#ifndef IPCPROBE_MESSAGE_H
#define IPCPROBE_MESSAGE_H

#include "record.h"

struct msg_msg;

int ipcprobe_message_init(void);
void ipcprobe_message_exit(void);
void ipcprobe_message_reset(void);
enum ipcprobe_reason ipcprobe_message_reason(const struct msg_msg *msg);
u32 ipcprobe_message_add(const struct msg_msg *msg);
u32 ipcprobe_message_find(const struct msg_msg *msg);
u32 ipcprobe_message_remove(const struct msg_msg *msg);

#endif /* IPCPROBE_MESSAGE_H */
