/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The tracepoints ipcprobe:*, made from the event table of the UAPI: perf,
 * ftrace and BPF get the fields that the rings carry.
 *
 * When a tracepoint gets a user, the hooks of its class are attached (reg
 * below), even if no session is open.
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
 * struct ipcprobe_trace_copies - copies of records for the users of tracepoints
 * @level: number of copies in use
 * @buf: one copy for each level of nesting
 *
 * One for each CPU, used with irqs off.
 */
struct ipcprobe_trace_copies {
	unsigned int level;
	u8 buf[IPCPROBE_TRACE_LEVELS][IPCPROBE_TRACE_MAX] __aligned(8);
};

DECLARE_PER_CPU(struct ipcprobe_trace_copies, ipcprobe_trace_copies);
#endif

/*
 * Declaration of a field, by the type as which it is stored. Signed 16 bits
 * become 32 bits: the parsers of other programs would take signed 16 bits for a
 * positive number.
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

/* Format of a field: " name=" and the format of its value. */
#define IPT_FORMAT_number(n, kind)	" " #n "=" IPCPROBE_BY_STORED(IPT_NUMBER_, kind)
#define IPT_FORMAT_ret			IPT_FORMAT_number
#define IPT_FORMAT_x64(n, kind)		" " #n "=0x%llx"
#define IPT_FORMAT_print(n, kind)	" " #n "=%08x"
#define IPT_FORMAT_dev(n, kind)		" " #n "=%u:%u"
#define IPT_FORMAT_text(n, kind)	" " #n "=%s"
#define IPT_FORMAT_memory		IPT_FORMAT_text
#define IPT_FORMAT_symbol		IPT_FORMAT_text
#define IPT_FORMAT_signed_symbol	IPT_FORMAT_text
#define IPT_FORMAT_flags		IPT_FORMAT_text
#define IPT_FORMAT_call			IPT_FORMAT_text
#define IPT_FORMAT_reasons		IPT_FORMAT_text
#define IPT_FORMAT_pad(n, kind)
#define IPT_NUMBER_u8			"%u"
#define IPT_NUMBER_u16			"%u"
#define IPT_NUMBER_u32			"%u"
#define IPT_NUMBER_u64			"%llu"
#define IPT_NUMBER_s16			"%d"
#define IPT_NUMBER_s32			"%d"
#define IPT_NUMBER_s64			"%lld"

/*
 * The arguments of the format, each with the comma before it, because some
 * fields have no argument.
 *
 * Other programs parse these expressions, too, and their parsers know neither
 * sizeof nor names from C: only numbers, and the helpers that every kernel from
 * 6.1 on has. These parsers take a signed field of 32 bits for an unsigned one;
 * therefore a mask is used where names have negative numbers.
 */
#define IPT_ARG_number(n, kind)		PARAMS(, __entry->n)
#define IPT_ARG_ret			IPT_ARG_number
#define IPT_ARG_x64			IPT_ARG_number
#define IPT_ARG_print			IPT_ARG_number
#define IPT_ARG_dev(n, kind)		PARAMS(, __entry->n >> 20, __entry->n & 0xfffff)
#define IPT_ARG_text(n, kind)		IPCPROBE_BY_STORED(IPT_TEXT_, kind)(n)
#define IPT_TEXT_comm(n)		PARAMS(, __entry->n)
#define IPT_TEXT_str(n)			PARAMS(, __get_str(n))
#define IPT_ARG_memory(n, kind)		IPCPROBE_BY_STORED(IPT_MEMORY_, kind)(n)
#define IPT_MEMORY_mem(n)		PARAMS(, __print_hex_str(__entry->n, IPCPROBE_FUTEX_MEM))
#define IPT_MEMORY_data(n)							\
	PARAMS(, __print_hex_str(__get_dynamic_array(n), __get_dynamic_array_len(n)))

/* The name of a number, or the number itself; the names of bits, or 0. */
#define IPT_SYMBOL(name, number)	PARAMS(, { number, #name })
#define IPT_CALL(up, number, name)	PARAMS(, { number, #name })
#define IPT_REASON(name, bit, text)	PARAMS(, { bit, #name })
#define IPT_SYMBOLIC(...)	__print_symbolic(__VA_ARGS__)
#define IPT_FLAGS(...)		__print_flags(__VA_ARGS__)
#define IPT_ARG_symbol(n, kind)						\
	PARAMS(, IPT_SYMBOLIC(__entry->n IPCPROBE_NAMES_OF(kind)(IPT_SYMBOL)))
#define IPT_ARG_signed_symbol(n, kind)					\
	PARAMS(, IPT_SYMBOLIC(__entry->n & 0xffffffff IPCPROBE_NAMES_OF(kind)(IPT_SYMBOL)))
#define IPT_ARG_flags(n, kind)						\
	PARAMS(, __entry->n ? IPT_FLAGS(__entry->n, "|" IPCPROBE_NAMES_OF(kind)(IPT_SYMBOL)) : "0")
#define IPT_ARG_call(n, kind)						\
	PARAMS(, IPT_SYMBOLIC(__entry->n IPCPROBE_NAMES_OF(kind)(IPT_CALL)))
#define IPT_ARG_reasons(n, kind)					\
	PARAMS(, __entry->n ? IPT_FLAGS(__entry->n, "|" IPCPROBE_NAMES_OF(kind)(IPT_REASON)) : "0")

#define IPT_ARG_pad(n, kind)

#define IPT_ENTRY(kind, name, text)	IPCPROBE_BY_STORED(IPT_ENTRY_, kind)(name)
#define IPT_ASSIGN(kind, name, text)	IPCPROBE_BY_STORED(IPT_ASSIGN_, kind)(name)
#define IPT_FORMAT(kind, name, text)	IPCPROBE_BY_SHOWN(IPT_FORMAT_, kind)(name, kind)
#define IPT_ARG(kind, name, text)	IPCPROBE_BY_SHOWN(IPT_ARG_, kind)(name, kind)

/* One more macro level, so that format and arguments become two arguments. */
#define IPT_PRINTK(...)		TP_printk(__VA_ARGS__)

#define IPT_EVENT(name, cls, number, text)				\
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
