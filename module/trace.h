/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The tracepoints ipcprobe:*, made from the event table of the UAPI: perf,
 * ftrace and BPF get the same fields that the rings carry.
 *
 * A user of a tracepoint makes the hooks of its class attach (reg below), also
 * when no session is open.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM ipcprobe

#if !defined(IPCPROBE_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define IPCPROBE_TRACE_H

#include <linux/tracepoint.h>

#include "ipcprobe.h"

#ifndef IPCPROBE_TRACE_REG
#define IPCPROBE_TRACE_REG(up, id, low, text)				\
	int ipcprobe_trace_reg_##up(void);				\
	void ipcprobe_trace_unreg_##up(void);
IPCPROBE_CLASSES(IPCPROBE_TRACE_REG)
#undef IPCPROBE_TRACE_REG
#define IPCPROBE_TRACE_REG
#endif

#define IPT_ENTRY_u8(n)		__field(u8, n)
#define IPT_ENTRY_u16(n)	__field(u16, n)
#define IPT_ENTRY_u32(n)	__field(u32, n)
#define IPT_ENTRY_u64(n)	__field(u64, n)
#define IPT_ENTRY_s16(n)	__field(s16, n)
#define IPT_ENTRY_s32(n)	__field(s32, n)
#define IPT_ENTRY_s64(n)	__field(s64, n)
#define IPT_ENTRY_x64(n)	__field(u64, n)
#define IPT_ENTRY_ns32(n)	__field(u32, n)
#define IPT_ENTRY_ns64(n)	__field(u64, n)
#define IPT_ENTRY_tid(n)	__field(u32, n)
#define IPT_ENTRY_call(n)	__field(u8, n)
#define IPT_ENTRY_flags(n)	__field(u16, n)
#define IPT_ENTRY_futex_op(n)	__field(u8, n)
#define IPT_ENTRY_futex_flags(n)	__field(u16, n)
#define IPT_ENTRY_unix_flags(n)	__field(u16, n)
#define IPT_ENTRY_reasons(n)	__field(u32, n)
#define IPT_ENTRY_dev(n)	__field(u32, n)
#define IPT_ENTRY_comm(n)	__array(char, n, 16)
#define IPT_ENTRY_mem(n)	__array(u8, n, 2 * IPCPROBE_FUTEX_NEAR)
#define IPT_ENTRY_str(n)	__string(n, rec->n)
#define IPT_ENTRY_pad16(n)
#define IPT_ENTRY_pad32(n)

#define IPT_ASSIGN_NUMBER(n)	__entry->n = rec->n;
#define IPT_ASSIGN_u8		IPT_ASSIGN_NUMBER
#define IPT_ASSIGN_u16		IPT_ASSIGN_NUMBER
#define IPT_ASSIGN_u32		IPT_ASSIGN_NUMBER
#define IPT_ASSIGN_u64		IPT_ASSIGN_NUMBER
#define IPT_ASSIGN_s16		IPT_ASSIGN_NUMBER
#define IPT_ASSIGN_s32		IPT_ASSIGN_NUMBER
#define IPT_ASSIGN_s64		IPT_ASSIGN_NUMBER
#define IPT_ASSIGN_x64		IPT_ASSIGN_NUMBER
#define IPT_ASSIGN_ns32		IPT_ASSIGN_NUMBER
#define IPT_ASSIGN_ns64		IPT_ASSIGN_NUMBER
#define IPT_ASSIGN_tid		IPT_ASSIGN_NUMBER
#define IPT_ASSIGN_call		IPT_ASSIGN_NUMBER
#define IPT_ASSIGN_flags	IPT_ASSIGN_NUMBER
#define IPT_ASSIGN_futex_op	IPT_ASSIGN_NUMBER
#define IPT_ASSIGN_futex_flags	IPT_ASSIGN_NUMBER
#define IPT_ASSIGN_unix_flags	IPT_ASSIGN_NUMBER
#define IPT_ASSIGN_reasons	IPT_ASSIGN_NUMBER
#define IPT_ASSIGN_dev		IPT_ASSIGN_NUMBER
#define IPT_ASSIGN_comm(n)	memcpy(__entry->n, rec->n, 16);
#define IPT_ASSIGN_mem(n)	memcpy(__entry->n, rec->n, sizeof(rec->n));
#define IPT_ASSIGN_str(n)	ipcprobe_assign_str(n, rec->n);
#define IPT_ASSIGN_pad16(n)
#define IPT_ASSIGN_pad32(n)

#define IPT_FORMAT_u8(n)	" " #n "=%u"
#define IPT_FORMAT_u16(n)	" " #n "=%u"
#define IPT_FORMAT_u32(n)	" " #n "=%u"
#define IPT_FORMAT_u64(n)	" " #n "=%llu"
#define IPT_FORMAT_s16(n)	" " #n "=%d"
#define IPT_FORMAT_s32(n)	" " #n "=%d"
#define IPT_FORMAT_s64(n)	" " #n "=%lld"
#define IPT_FORMAT_x64(n)	" " #n "=0x%llx"
#define IPT_FORMAT_ns32(n)	" " #n "=%u"
#define IPT_FORMAT_ns64(n)	" " #n "=%llu"
#define IPT_FORMAT_tid(n)	" " #n "=%u"
#define IPT_FORMAT_call(n)	" " #n "=%u"
#define IPT_FORMAT_flags(n)	" " #n "=0x%x"
#define IPT_FORMAT_futex_op(n)	" " #n "=%u"
#define IPT_FORMAT_futex_flags(n)	" " #n "=0x%x"
#define IPT_FORMAT_unix_flags(n)	" " #n "=0x%x"
#define IPT_FORMAT_reasons(n)	" " #n "=0x%x"
#define IPT_FORMAT_dev(n)	" " #n "=%u"
#define IPT_FORMAT_comm(n)	" " #n "=%s"
#define IPT_FORMAT_mem(n)	" " #n "=%s"
#define IPT_FORMAT_str(n)	" " #n "=%s"
#define IPT_FORMAT_pad16(n)
#define IPT_FORMAT_pad32(n)

/* Each brings the comma before it: a field without an argument has none. */
#define IPT_ARG_FIELD(n)	PARAMS(, __entry->n)
#define IPT_ARG_u8		IPT_ARG_FIELD
#define IPT_ARG_u16		IPT_ARG_FIELD
#define IPT_ARG_u32		IPT_ARG_FIELD
#define IPT_ARG_u64		IPT_ARG_FIELD
#define IPT_ARG_s16		IPT_ARG_FIELD
#define IPT_ARG_s32		IPT_ARG_FIELD
#define IPT_ARG_s64		IPT_ARG_FIELD
#define IPT_ARG_x64		IPT_ARG_FIELD
#define IPT_ARG_ns32		IPT_ARG_FIELD
#define IPT_ARG_ns64		IPT_ARG_FIELD
#define IPT_ARG_tid		IPT_ARG_FIELD
#define IPT_ARG_call		IPT_ARG_FIELD
#define IPT_ARG_flags		IPT_ARG_FIELD
#define IPT_ARG_futex_op	IPT_ARG_FIELD
#define IPT_ARG_futex_flags	IPT_ARG_FIELD
#define IPT_ARG_unix_flags	IPT_ARG_FIELD
#define IPT_ARG_reasons		IPT_ARG_FIELD
#define IPT_ARG_dev		IPT_ARG_FIELD
#define IPT_ARG_comm		IPT_ARG_FIELD
#define IPT_ARG_mem(n)		PARAMS(, __print_hex_str(__entry->n, sizeof(__entry->n)))
#define IPT_ARG_str(n)		PARAMS(, __get_str(n))
#define IPT_ARG_pad16(n)
#define IPT_ARG_pad32(n)

#define IPT_ENTRY(kind, name, text)	IPT_ENTRY_##kind(name)
#define IPT_ASSIGN(kind, name, text)	IPT_ASSIGN_##kind(name)
#define IPT_FORMAT(kind, name, text)	IPT_FORMAT_##kind(name)
#define IPT_ARG(kind, name, text)	IPT_ARG_##kind(name)

/* Once more around, so that format and arguments are two arguments. */
#define IPT_PRINTK(...)		TP_printk(__VA_ARGS__)

/* Users of tracepoints count by themselves what their own buffers lose. */
#define IPT_EVENT_META(...)	IPT_TRACE_EVENT(__VA_ARGS__)
#define IPT_EVENT_TASK(...)	IPT_TRACE_EVENT(__VA_ARGS__)
#define IPT_EVENT_PIPE(...)	IPT_TRACE_EVENT(__VA_ARGS__)
#define IPT_EVENT_FILE(...)	IPT_TRACE_EVENT(__VA_ARGS__)
#define IPT_EVENT_SCHED(...)	IPT_TRACE_EVENT(__VA_ARGS__)
#define IPT_EVENT_SHM(...)	IPT_TRACE_EVENT(__VA_ARGS__)
#define IPT_EVENT_SEM(...)	IPT_TRACE_EVENT(__VA_ARGS__)
#define IPT_EVENT_MSG(...)	IPT_TRACE_EVENT(__VA_ARGS__)
#define IPT_EVENT_FUTEX(...)	IPT_TRACE_EVENT(__VA_ARGS__)
#define IPT_EVENT_UNIX(...)	IPT_TRACE_EVENT(__VA_ARGS__)
#define IPT_EVENT_SIGNAL(...)	IPT_TRACE_EVENT(__VA_ARGS__)
#define IPT_EVENT_EVENTFD(...)	IPT_TRACE_EVENT(__VA_ARGS__)
#define IPT_EVENT_PROCVM(...)	IPT_TRACE_EVENT(__VA_ARGS__)
#define IPT_EVENT_PICK(...)	IPT_TRACE_EVENT(__VA_ARGS__)
#define IPT_EVENT(name, cls, number, text)				\
	IPT_EVENT_##cls(name, cls, number, text)

#define IPT_TRACE_EVENT(name, cls, number, text)			\
TRACE_EVENT_FN(name,							\
	TP_PROTO(const struct ipcprobe_rec_##name *rec),		\
	TP_ARGS(rec),							\
	TP_STRUCT__entry(						\
		__field(u32, tid)					\
		IPCPROBE_FIELDS_##name(IPT_ENTRY)			\
	),								\
	TP_fast_assign(							\
		__entry->tid = rec->hdr.tid;				\
		IPCPROBE_FIELDS_##name(IPT_ASSIGN)			\
	),								\
	IPT_PRINTK("tid=%u" IPCPROBE_FIELDS_##name(IPT_FORMAT),		\
		   __entry->tid IPCPROBE_FIELDS_##name(IPT_ARG)),	\
	ipcprobe_trace_reg_##cls, ipcprobe_trace_unreg_##cls		\
);

IPCPROBE_EVENTS(IPT_EVENT)

#endif /* IPCPROBE_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
