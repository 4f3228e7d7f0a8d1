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

#include "record.h"

#ifndef IPCPROBE_TRACE_REG
#define IPCPROBE_TRACE_REG(up, id, low, text)				\
	int ipcprobe_trace_reg_##up(void);				\
	void ipcprobe_trace_unreg_##up(void);
IPCPROBE_CLASSES(IPCPROBE_TRACE_REG)
#undef IPCPROBE_TRACE_REG
#define IPCPROBE_TRACE_REG

#define IPCPROBE_TRACE_LEVELS	4
#define IPCPROBE_TRACE_MAX	256	/* bytes of a record without a string */

/**
 * struct ipcprobe_trace_copies - the records that tracepoints' users are given
 * @level: how many are in use
 * @buf: one for each level
 *
 * Of one CPU, with irqs off.
 */
struct ipcprobe_trace_copies {
	unsigned int level;
	u8 buf[IPCPROBE_TRACE_LEVELS][IPCPROBE_TRACE_MAX] __aligned(8);
};

DECLARE_PER_CPU(struct ipcprobe_trace_copies, ipcprobe_trace_copies);
#endif

/*
 * By the type that a field is stored as.  16 bits with a sign become 32: the
 * readers of other programs take them for a positive number.
 */
#define IPT_ENTRY_u8(n)		__field(u8, n)
#define IPT_ENTRY_u16(n)	__field(u16, n)
#define IPT_ENTRY_u32(n)	__field(u32, n)
#define IPT_ENTRY_u64(n)	__field(u64, n)
#define IPT_ENTRY_s16(n)	__field(s32, n)
#define IPT_ENTRY_s32(n)	__field(s32, n)
#define IPT_ENTRY_s64(n)	__field(s64, n)
#define IPT_ENTRY_comm(n)	__array(char, n, 16)
#define IPT_ENTRY_mem(n)	__array(u8, n, IPCPROBE_FUTEX_MEM)
#define IPT_ENTRY_str(n)	__string(n, rec->n)
#define IPT_ENTRY_data(n)	__dynamic_array(u8, n, rec->bytes)
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
#define IPT_ASSIGN_comm(n)	memcpy(__entry->n, rec->n, 16);
#define IPT_ASSIGN_mem(n)	memcpy(__entry->n, rec->n, sizeof(rec->n));
#define IPT_ASSIGN_str(n)	ipcprobe_assign_str(n, rec->n);
#define IPT_ASSIGN_data(n)	memcpy(__get_dynamic_array(n), rec->n, rec->bytes);
#define IPT_ASSIGN_pad16(n)
#define IPT_ASSIGN_pad32(n)

/* By the field's kind: how it is printed. */
#define IPT_FORMAT_NAME(n)	" " #n "=%s"
#define IPT_FORMAT_u8(n)	" " #n "=%u"
#define IPT_FORMAT_u16(n)	" " #n "=%u"
#define IPT_FORMAT_u32(n)	" " #n "=%u"
#define IPT_FORMAT_u64(n)	" " #n "=%llu"
#define IPT_FORMAT_s16(n)	" " #n "=%d"
#define IPT_FORMAT_s32(n)	" " #n "=%d"
#define IPT_FORMAT_s64(n)	" " #n "=%lld"
#define IPT_FORMAT_x64(n)	" " #n "=0x%llx"
#define IPT_FORMAT_print(n)	" " #n "=%08x"
#define IPT_FORMAT_ns32(n)	" " #n "=%u"
#define IPT_FORMAT_ns64(n)	" " #n "=%llu"
#define IPT_FORMAT_tid(n)	" " #n "=%u"
#define IPT_FORMAT_dev(n)	" " #n "=%u:%u"
#define IPT_FORMAT_comm		IPT_FORMAT_NAME
#define IPT_FORMAT_mem		IPT_FORMAT_NAME
#define IPT_FORMAT_str		IPT_FORMAT_NAME
#define IPT_FORMAT_data		IPT_FORMAT_NAME
#define IPT_FORMAT_pad16(n)
#define IPT_FORMAT_pad32(n)
#define IPT_FORMAT_call		IPT_FORMAT_NAME
#define IPT_FORMAT_reasons	IPT_FORMAT_NAME
#define IPT_FORMAT_futex_op	IPT_FORMAT_NAME
#define IPT_FORMAT_socket_type	IPT_FORMAT_NAME
#define IPT_FORMAT_socket_state	IPT_FORMAT_NAME
#define IPT_FORMAT_sched_class	IPT_FORMAT_NAME
#define IPT_FORMAT_sem_command	IPT_FORMAT_NAME
#define IPT_FORMAT_notification	IPT_FORMAT_NAME
#define IPT_FORMAT_signal	IPT_FORMAT_NAME
#define IPT_FORMAT_signal32	IPT_FORMAT_NAME
#define IPT_FORMAT_signal_code	IPT_FORMAT_NAME
#define IPT_FORMAT_signal_result	IPT_FORMAT_NAME
#define IPT_FORMAT_flags	IPT_FORMAT_NAME
#define IPT_FORMAT_futex_flags	IPT_FORMAT_NAME
#define IPT_FORMAT_unix_flags	IPT_FORMAT_NAME
#define IPT_FORMAT_rq_flags	IPT_FORMAT_NAME
#define IPT_FORMAT_context_flags	IPT_FORMAT_NAME
#define IPT_FORMAT_pick_flags	IPT_FORMAT_NAME
#define IPT_FORMAT_task_flags	IPT_FORMAT_NAME
#define IPT_FORMAT_prot_flags	IPT_FORMAT_NAME
#define IPT_FORMAT_shmat_flags	IPT_FORMAT_NAME
#define IPT_FORMAT_seal_flags	IPT_FORMAT_NAME
#define IPT_FORMAT_semop_flags	IPT_FORMAT_NAME
#define IPT_FORMAT_msgop_flags	IPT_FORMAT_NAME
#define IPT_FORMAT_open_flags	IPT_FORMAT_NAME
#define IPT_FORMAT_sigaction_flags	IPT_FORMAT_NAME

/*
 * Each brings the comma before it: a field without an argument has none.
 *
 * What stands here is read by other programs too, whose parsers know no sizeof
 * and no names of C: numbers, and the helpers that every kernel from 6.1 has.
 * They take a field of 32 bits with a sign for one without, hence the mask
 * where names have negative numbers.
 */
#define IPT_ARG_FIELD(n)	PARAMS(, __entry->n)
#define IPT_ARG_u8		IPT_ARG_FIELD
#define IPT_ARG_u16		IPT_ARG_FIELD
#define IPT_ARG_u32		IPT_ARG_FIELD
#define IPT_ARG_u64		IPT_ARG_FIELD
#define IPT_ARG_s16		IPT_ARG_FIELD
#define IPT_ARG_s32		IPT_ARG_FIELD
#define IPT_ARG_s64		IPT_ARG_FIELD
#define IPT_ARG_x64		IPT_ARG_FIELD
#define IPT_ARG_print		IPT_ARG_FIELD
#define IPT_ARG_ns32		IPT_ARG_FIELD
#define IPT_ARG_ns64		IPT_ARG_FIELD
#define IPT_ARG_tid		IPT_ARG_FIELD
#define IPT_ARG_dev(n)		PARAMS(, __entry->n >> 20, __entry->n & 0xfffff)
#define IPT_ARG_comm		IPT_ARG_FIELD
#define IPT_ARG_mem(n)		PARAMS(, __print_hex_str(__entry->n, IPCPROBE_FUTEX_MEM))
#define IPT_ARG_str(n)		PARAMS(, __get_str(n))
#define IPT_ARG_data(n)							\
	PARAMS(, __print_hex_str(__get_dynamic_array(n), __get_dynamic_array_len(n)))
#define IPT_ARG_pad16(n)
#define IPT_ARG_pad32(n)

/* A number's name, or the number; names of bits, or 0. */
#define IPT_SYMBOL(name, number)	PARAMS(, { number, #name })
#define IPT_CALL(up, number, name)	PARAMS(, { number, #name })
#define IPT_REASON(name, bit, text)	PARAMS(, { bit, #name })
#define IPT_SYMBOLIC(...)	__print_symbolic(__VA_ARGS__)
#define IPT_FLAGS(...)		__print_flags(__VA_ARGS__)
#define IPT_ARG_SYMBOL(n, list)	PARAMS(, IPT_SYMBOLIC(__entry->n list(IPT_SYMBOL)))
#define IPT_ARG_SIGNED(n, list)	PARAMS(, IPT_SYMBOLIC(__entry->n & 0xffffffff list(IPT_SYMBOL)))
#define IPT_ARG_FLAGS(n, list)						\
	PARAMS(, __entry->n ? IPT_FLAGS(__entry->n, "|" list(IPT_SYMBOL)) : "0")

#define IPT_ARG_call(n)		PARAMS(, IPT_SYMBOLIC(__entry->n IPCPROBE_CALLS(IPT_CALL)))
#define IPT_ARG_reasons(n)						\
	PARAMS(, __entry->n ? IPT_FLAGS(__entry->n, "|" IPCPROBE_REASONS(IPT_REASON)) : "0")
#define IPT_ARG_futex_op(n)	IPT_ARG_SYMBOL(n, IPCPROBE_FUTEX_OPS)
#define IPT_ARG_socket_type(n)	IPT_ARG_SYMBOL(n, IPCPROBE_SOCKET_TYPES)
#define IPT_ARG_socket_state(n)	IPT_ARG_SYMBOL(n, IPCPROBE_SOCKET_STATES)
#define IPT_ARG_sched_class(n)	IPT_ARG_SYMBOL(n, IPCPROBE_SCHED_CLASSES)
#define IPT_ARG_sem_command(n)	IPT_ARG_SYMBOL(n, IPCPROBE_SEM_COMMANDS)
#define IPT_ARG_notification(n)	IPT_ARG_SIGNED(n, IPCPROBE_NOTIFICATIONS)
#define IPT_ARG_signal(n)	IPT_ARG_SYMBOL(n, IPCPROBE_SIGNALS)
#define IPT_ARG_signal32(n)	IPT_ARG_SYMBOL(n, IPCPROBE_SIGNALS)
#define IPT_ARG_signal_code(n)	IPT_ARG_SIGNED(n, IPCPROBE_SIGNAL_CODES)
#define IPT_ARG_signal_result(n) IPT_ARG_SYMBOL(n, IPCPROBE_SIGNAL_RESULTS)
#define IPT_ARG_flags(n)	IPT_ARG_FLAGS(n, IPCPROBE_IO_FLAGS)
#define IPT_ARG_futex_flags(n)	IPT_ARG_FLAGS(n, IPCPROBE_FUTEX_FLAGS)
#define IPT_ARG_unix_flags(n)	IPT_ARG_FLAGS(n, IPCPROBE_UNIX_FLAGS)
#define IPT_ARG_rq_flags(n)	IPT_ARG_FLAGS(n, IPCPROBE_RQ_FLAGS)
#define IPT_ARG_context_flags(n) IPT_ARG_FLAGS(n, IPCPROBE_CONTEXT_FLAGS)
#define IPT_ARG_pick_flags(n)	IPT_ARG_FLAGS(n, IPCPROBE_PICK_FLAGS)
#define IPT_ARG_task_flags(n)	IPT_ARG_FLAGS(n, IPCPROBE_TASK_FLAGS)
#define IPT_ARG_prot_flags(n)	IPT_ARG_FLAGS(n, IPCPROBE_PROT_FLAGS)
#define IPT_ARG_shmat_flags(n)	IPT_ARG_FLAGS(n, IPCPROBE_SHMAT_FLAGS)
#define IPT_ARG_seal_flags(n)	IPT_ARG_FLAGS(n, IPCPROBE_SEAL_FLAGS)
#define IPT_ARG_semop_flags(n)	IPT_ARG_FLAGS(n, IPCPROBE_SEMOP_FLAGS)
#define IPT_ARG_msgop_flags(n)	IPT_ARG_FLAGS(n, IPCPROBE_MSGOP_FLAGS)
#define IPT_ARG_open_flags(n)	IPT_ARG_FLAGS(n, IPCPROBE_OPEN_FLAGS)
#define IPT_ARG_sigaction_flags(n) IPT_ARG_FLAGS(n, IPCPROBE_SIGACTION_FLAGS)

#define __IPT_OF(what, type, name)	IPT_##what##_##type(name)
#define IPT_OF(what, type, name)	__IPT_OF(what, type, name)
#define IPT_ENTRY(kind, name, text)	IPT_OF(ENTRY, IPCPROBE_TYPE_##kind, name)
#define IPT_ASSIGN(kind, name, text)	IPT_OF(ASSIGN, IPCPROBE_TYPE_##kind, name)
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
