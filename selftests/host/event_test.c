// SPDX-License-Identifier: GPL-2.0
/*
 * The ABI's golden numbers, and that the tables of event.c agree with them. Whoever
 * changes a golden number on purpose also raises IPCPROBE_ABI_MAJOR or MINOR.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ktap.h"
#include "lib/array.h"
#include "model/sched/gap.h"
#include "trace/event.h"

/* name, number, length, and fields with their offsets */
static const struct golden {
	const char *name;
	unsigned int type;
	unsigned int len;
	const char *fields;
} golden[] = {
	{ "lost", 0x0001, 40,
	  "begin_ns@16 nr_lost@24 class_id@32 reasons@36 queues@40" },
	{ "task_snapshot", 0x0101, 48,
	  "start_ns@16 pid@24 ppid@28 comm@32" },
	{ "task_fork", 0x0102, 56,
	  "start_ns@16 child_tid@24 child_pid@28 pid@32 ppid@36 comm@40" },
	{ "task_exec", 0x0103, 40,
	  "old_tid@16 pid@20 comm@24" },
	{ "task_exit", 0x0104, 24,
	  "pid@16 exit_code@20" },
	{ "task_comm", 0x0105, 32,
	  "comm@16" },
	{ "task_mark", 0x0106, 16,
	  "text@16" },
	{ "pipe_snapshot", 0x0201, 48,
	  "ino@16 dev@24 pipe@28 write_pos@32 read_pos@36 capacity@40 flags@44 "
	  "nr_bufs@46 path@48" },
	{ "pipe_holder", 0x0202, 32,
	  "pipe@16 pid@20 fd@24 flags@28 __pad@30" },
	{ "pipe_create", 0x0203, 24,
	  "pipe@16 capacity@20" },
	{ "pipe_open", 0x0204, 32,
	  "pipe@16 ret@20 dur_ns@24 flags@28 __pad@30" },
	{ "pipe_read", 0x0205, 64,
	  "addr@16 pipe@24 pos@28 count@32 ret@36 dur_ns@40 call@44 nr_segs@45 flags@46 "
	  "span@48 head@52 mid@56 tail@60" },
	{ "pipe_write", 0x0206, 64,
	  "addr@16 pipe@24 pos@28 count@32 ret@36 dur_ns@40 call@44 nr_segs@45 flags@46 "
	  "span@48 head@52 mid@56 tail@60" },
	{ "pipe_block", 0x0207, 40,
	  "pipe@16 pos@20 bytes@24 dur_ns@28 flags@32 __pad@34 __pad2@36" },
	{ "pipe_unblock", 0x0208, 24,
	  "pipe@16 flags@20 __pad@22" },
	{ "pipe_resize", 0x0209, 24,
	  "pipe@16 ret@20" },
	{ "pipe_close", 0x020a, 32,
	  "pipe@16 unread@20 readers@24 writers@26 flags@28 __pad@30" },
	{ "pipe_splice", 0x020b, 72,
	  "addr@16 in@24 out@28 in_pos@32 out_pos@36 ret@40 dur_ns@44 copied@48 call@52 "
	  "nr_segs@53 flags@54 "
	  "span@56 head@60 mid@64 tail@68" },
	{ "pipe_discard", 0x020c, 32,
	  "pipe@16 pos@20 bytes@24 flags@28 __pad@30" },
	{ "file_info", 0x0301, 32,
	  "ino@16 dev@24 file@28 path@32" },
	{ "file_read", 0x0302, 64,
	  "addr@16 offset@24 file@32 ret@36 dur_ns@40 call@44 nr_segs@45 flags@46 "
	  "span@48 head@52 mid@56 tail@60" },
	{ "file_write", 0x0303, 64,
	  "addr@16 offset@24 file@32 ret@36 dur_ns@40 call@44 nr_segs@45 flags@46 "
	  "span@48 head@52 mid@56 tail@60" },
	{ "file_copy", 0x0304, 56,
	  "in_offset@16 out_offset@24 in@32 out@36 ret@40 dur_ns@44 call@48 nr_segs@49 "
	  "flags@50 __pad@52" },
	{ "io_segment", 0x0305, 48,
	  "addr@16 bytes@24 "
	  "span@32 head@36 mid@40 tail@44" },
	{ "file_rename", 0x0306, 24,
	  "file@16 nr_names@20 names@24" },
	{ "file_resize", 0x0307, 48,
	  "bytes@16 old_bytes@24 file@32 ret@36 dur_ns@40 call@44 is_shm@45 __pad@46" },
	{ "io_data", 0x0308, 32,
	  "addr@16 offset@24 bytes@28 missing@30 data@32" },
	{ "io_sums", 0x0309, 40,
	  "addr@16 offset@24 span@28 bytes@32 __pad@34 __pad2@36 sums@40" },
	{ "rq_switch", 0x0401, 32,
	  "next@16 prev_state@20 prev_prio@24 next_prio@26 preempt@28 voluntary@29 cpu@30" },
	{ "rq_enqueue", 0x0402, 40,
	  "by@16 nr_running@20 rq_flags@24 cpu@28 change@30 group@32 sched_class@36 "
	  "prio@38" },
	{ "rq_dequeue", 0x0403, 32,
	  "by@16 nr_running@20 rq_flags@24 cpu@28 change@30" },
	{ "rq_change", 0x0404, 32,
	  "change@16 nr_running@20 cpu@24 __pad@26 __pad2@28" },
	{ "rq_wakeup", 0x0405, 40,
	  "waker@16 delay_ns@20 cpu@24 prev_cpu@26 is_new@28 prio@30 nr_allowed@32 "
	  "prev_allowed@34 context@36 waker_cpu@38" },
	{ "rq_migrate", 0x0406, 32,
	  "by@16 from_cpu@20 to_cpu@22 site@24 context@28 __pad@30" },
	{ "rq_snapshot", 0x0407, 32,
	  "cpu@16 is_current@18 prio@20 member_state@22 group@24 sched_class@28 __pad@30" },
	{ "rq_snapshot_end", 0x0408, 32,
	  "nr_running@16 nr_members@20 cpu@24 __pad@26 __pad2@28" },
	{ "rq_throttle", 0x0409, 24,
	  "group@16 cpu@20 is_throttled@22" },
	{ "rq_group", 0x040a, 32,
	  "cgroup@16 group@24 parent@28 path@32" },
	{ "rq_site", 0x040b, 24,
	  "site@16 __pad@20 function@24" },
	{ "rq_online", 0x040c, 24,
	  "cpu@16 is_online@18 __pad@20" },
	{ "rq_quota", 0x040d, 40,
	  "quota_ns@16 period_ns@24 group@32 __pad@36 burst_ns@40" },
	{ "shm_snapshot", 0x0501, 56,
	  "addr@16 bytes@24 offset@32 object@40 pid@44 prot@48 call@50 is_sysv@51 is_private@52 __pad@54" },
	{ "shm_segment", 0x0502, 40,
	  "bytes@16 object@24 ns@28 id@32 key@36" },
	{ "shm_create", 0x0503, 48,
	  "bytes@16 ns@24 key@28 object@32 ret@36 dur_ns@40 call@44 is_new@45 options@46" },
	{ "shm_map", 0x0504, 56,
	  "addr@16 bytes@24 offset@32 object@40 pid@44 prot@48 call@50 is_sysv@51 is_private@52 __pad@54" },
	{ "shm_inherit", 0x0505, 56,
	  "addr@16 bytes@24 offset@32 object@40 pid@44 prot@48 call@50 is_sysv@51 is_private@52 __pad@54" },
	{ "shm_unmap", 0x0506, 48,
	  "addr@16 bytes@24 object@32 pid@36 is_end@40 call@42 is_sysv@43 is_private@44 __pad@46" },
	{ "shm_attach", 0x0507, 48,
	  "addr@16 ns@24 id@28 ret@32 dur_ns@36 options@40 object@44" },
	{ "shm_detach", 0x0508, 32,
	  "addr@16 ret@24 dur_ns@28" },
	{ "shm_remove", 0x0509, 32,
	  "ns@16 id@20 ret@24 dur_ns@28" },
	{ "shm_destroy", 0x050a, 32,
	  "ns@16 id@20 key@24 __pad@28" },
	{ "shm_resize", 0x050b, 48,
	  "bytes@16 old_bytes@24 object@32 ret@36 dur_ns@40 call@44 is_memfd@45 __pad@46" },
	{ "shm_seal", 0x050c, 32,
	  "object@16 seals@20 ret@24 dur_ns@28" },
	{ "shm_fault", 0x050d, 40,
	  "addr@16 offset@24 object@32 is_write@36 around@38" },
	{ "sem_snapshot", 0x0601, 32,
	  "ns@16 id@20 key@24 nsems@28" },
	{ "sem_value", 0x0602, 32,
	  "ns@16 id@20 num@24 value@26 pid@28" },
	{ "sem_create", 0x0603, 32,
	  "ns@16 id@20 key@24 nsems@28" },
	{ "sem_op", 0x0604, 48,
	  "ns@16 id@20 ret@24 dur_ns@28 blocked_ns@32 nsops@36 num@38 op@40 before@42 "
	  "after@44 sem_flg@46" },
	{ "sem_sop", 0x0605, 32,
	  "id@16 index@20 num@22 op@24 before@26 after@28 sem_flg@30" },
	{ "sem_block", 0x0606, 32,
	  "ns@16 id@20 num@24 op@26 value@28 nsops@30" },
	{ "sem_set", 0x0607, 40,
	  "ns@16 id@20 ret@24 dur_ns@28 num@32 value@36 cmd@38" },
	{ "sem_undo", 0x0608, 32,
	  "ns@16 id@20 num@24 adjust@26 __pad@28" },
	{ "sem_destroy", 0x0609, 24,
	  "ns@16 id@20" },
	{ "msg_snapshot", 0x0701, 48,
	  "ns@16 id@20 key@24 nr_messages@28 bytes@32 max_bytes@36 send_pid@40 "
	  "receive_pid@44" },
	{ "msg_create", 0x0702, 32,
	  "ns@16 id@20 key@24 max_bytes@28" },
	{ "msg_send", 0x0703, 80,
	  "addr@16 type@24 ns@32 id@36 seq@40 bytes@44 ret@48 dur_ns@52 blocked_ns@56 "
	  "msgflg@60 __pad@62 "
	  "span@64 head@68 mid@72 tail@76" },
	{ "msg_receive", 0x0704, 80,
	  "addr@16 type@24 ns@32 id@36 seq@40 bytes@44 ret@48 dur_ns@52 blocked_ns@56 "
	  "msgflg@60 __pad@62 "
	  "span@64 head@68 mid@72 tail@76" },
	{ "msg_block", 0x0705, 40,
	  "type@16 ns@24 id@28 bytes@32 msgflg@36 flags@38" },
	{ "msg_destroy", 0x0706, 32,
	  "ns@16 id@20 nr_messages@24 bytes@28" },
	{ "mq_info", 0x0707, 40,
	  "dev@16 ino@20 ns@24 nr_messages@28 max_messages@32 max_bytes@36 name@40" },
	{ "mq_open", 0x0708, 40,
	  "dev@16 ino@20 ret@24 oflag@28 dur_ns@32 __pad@36 name@40" },
	{ "mq_unlink", 0x0709, 32,
	  "dev@16 ino@20 ret@24 dur_ns@28" },
	{ "mq_send", 0x070a, 80,
	  "addr@16 dev@24 ino@28 fd@32 seq@36 bytes@40 prio@44 ret@48 dur_ns@52 "
	  "blocked_ns@56 flags@60 __pad@62 "
	  "span@64 head@68 mid@72 tail@76" },
	{ "mq_receive", 0x070b, 80,
	  "addr@16 dev@24 ino@28 fd@32 seq@36 bytes@40 prio@44 ret@48 dur_ns@52 "
	  "blocked_ns@56 flags@60 __pad@62 "
	  "span@64 head@68 mid@72 tail@76" },
	{ "mq_block", 0x070c, 32,
	  "dev@16 ino@20 fd@24 flags@28 __pad@30" },
	{ "mq_notify", 0x070d, 40,
	  "dev@16 ino@20 fd@24 ret@28 notify@32 signo@36" },
	{ "mq_destroy", 0x070e, 32,
	  "dev@16 ino@20 nr_messages@24 __pad@28" },
	{ "futex_wait", 0x0801, 56,
	  "addr@16 offset@24 file@32 val@36 mask@40 ret@44 dur_ns@48 call@52 op@53 flags@54" },
	{ "futex_block", 0x0802, 144,
	  "addr@16 offset@24 file@32 val@36 owner@40 call@44 op@45 flags@46 mem@48" },
	{ "futex_wake", 0x0803, 56,
	  "addr@16 offset@24 file@32 nr_wake@36 mask@40 ret@44 dur_ns@48 call@52 op@53 flags@54" },
	{ "futex_woken", 0x0804, 32,
	  "addr@16 wakee@24 call@28 op@29 flags@30" },
	{ "futex_requeue", 0x0805, 80,
	  "addr@16 addr2@24 offset@32 offset2@40 file@48 file2@52 nr_wake@56 nr_requeue@60 "
	  "val@64 ret@68 dur_ns@72 call@76 op@77 flags@78" },
	{ "futex_wake_op", 0x0806, 80,
	  "addr@16 addr2@24 offset@32 offset2@40 file@48 file2@52 nr_wake@56 nr_wake2@60 "
	  "val@64 ret@68 dur_ns@72 call@76 op@77 flags@78" },
	{ "futex_waitv", 0x0807, 48,
	  "addr@16 offset@24 file@32 val@36 index@40 flags@42 __pad@44" },
	{ "unix_socket", 0x0901, 48,
	  "sock@16 peer@20 ino@24 ns@28 write_pos@32 read_pos@36 type@40 state@41 "
	  "flags@42 __pad@44 name@48" },
	{ "unix_holder", 0x0902, 32,
	  "sock@16 pid@20 fd@24 __pad@28" },
	{ "unix_pair", 0x0903, 40,
	  "sock@16 peer@20 ino@24 peer_ino@28 type@32 state@33 flags@34 __pad@36" },
	{ "unix_connect", 0x0904, 48,
	  "sock@16 peer@20 listener@24 ret@28 dur_ns@32 wait_ns@36 call@40 type@41 "
	  "flags@42 __pad@44" },
	{ "unix_accept", 0x0905, 48,
	  "sock@16 listener@20 peer@24 ino@28 ret@32 dur_ns@36 wait_ns@40 call@44 type@45 "
	  "flags@46" },
	{ "unix_send", 0x0906, 72,
	  "addr@16 sock@24 peer@28 pos@32 count@36 ret@40 dur_ns@44 wait_ns@48 call@52 "
	  "nr_segs@53 flags@54 "
	  "span@56 head@60 mid@64 tail@68" },
	{ "unix_recv", 0x0907, 72,
	  "addr@16 sock@24 peer@28 pos@32 count@36 ret@40 dur_ns@44 wait_ns@48 call@52 "
	  "nr_segs@53 flags@54 "
	  "span@56 head@60 mid@64 tail@68" },
	{ "unix_segment", 0x0908, 32,
	  "sock@16 pos@20 bytes@24 flags@28 __pad@30" },
	{ "unix_block", 0x0909, 32,
	  "sock@16 peer@20 dur_ns@24 flags@28 __pad@30" },
	{ "unix_unblock", 0x090a, 24,
	  "sock@16 flags@20 __pad@22" },
	{ "unix_fd", 0x090b, 48,
	  "ino@16 dev@24 sock@28 pos@32 fd@36 mode@40 index@42 flags@44 __pad@46" },
	{ "unix_close", 0x090c, 24,
	  "sock@16 unread@20" },
	{ "signal_send", 0x0a01, 32,
	  "target@16 pid@20 code@24 sig@28 is_group@30 result@31" },
	{ "signal_take", 0x0a02, 40,
	  "handler@16 sa_flags@24 code@28 sig@32 __pad@34 __pad2@36" },
	{ "eventfd_write", 0x0b01, 48,
	  "value@16 eventfd@24 ret@28 dur_ns@32 wait_ns@36 call@40 is_semaphore@41 "
	  "flags@42 __pad@44" },
	{ "eventfd_read", 0x0b02, 48,
	  "value@16 eventfd@24 ret@28 dur_ns@32 wait_ns@36 call@40 is_semaphore@41 "
	  "flags@42 __pad@44" },
	{ "eventfd_block", 0x0b03, 24,
	  "eventfd@16 flags@20 __pad@22" },
	{ "eventfd_signal", 0x0b04, 24,
	  "eventfd@16 value@20" },
	{ "eventfd_close", 0x0b05, 24,
	  "eventfd@16 __pad@20" },
	{ "procvm", 0x0c01, 72,
	  "local@16 remote@24 target@32 count@36 ret@40 dur_ns@44 call@48 nr_local@49 "
	  "nr_remote@50 __pad@52 "
	  "span@56 head@60 mid@64 tail@68" },
	{ "procvm_segment", 0x0c02, 56,
	  "addr@16 bytes@24 target@32 index@36 is_remote@38 "
	  "span@40 head@44 mid@48 tail@52" },
	{ "pick_candidate", 0x0d01, 48,
	  "vruntime@16 deadline@24 weight@32 slice_ns@36 group@40 pick_flags@44 cpu@46" },
	{ "fair_pick", 0x0d02, 64,
	  "zero_vruntime@16 sum_w_vruntime@24 sum_weight@32 group@40 nr_queued@44 site@48 "
	  "task@52 nr_recorded@56 pick_flags@58 cpu@60 shift@62" },
	{ "rq_resched", 0x0d03, 40,
	  "lead@16 running@24 task@28 site@32 cpu@36 context@38" },
	{ "dl_params", 0x0d04, 48,
	  "deadline@16 runtime_ns@24 period_ns@32 cpu@40 __pad@42 __pad2@44" },
};

#define NR_GOLDEN	ARRAY_SIZE(golden)

static bool is_golden(const struct event_desc *desc, const struct golden *gold)
{
	size_t offset = sizeof(struct ipcprobe_rec);
	char fields[512] = "";
	size_t len = 0;

	for (unsigned int i = 0; i < desc->nr_fields; i++) {
		len += snprintf(fields + len, sizeof(fields) - len, "%s%s@%zu",
				i ? " " : "", desc->fields[i].name, offset);
		offset += event_kind_len(desc->fields[i].kind);
	}
	if (!strcmp(desc->name, gold->name) && desc->type == gold->type &&
	    desc->len == gold->len && !strcmp(fields, gold->fields))
		return true;
	ktap_note("%s 0x%04x %u %s", desc->name, desc->type, desc->len, fields);
	return false;
}

static void test_golden(void)
{
	unsigned int nr_bad = 0;

	for (unsigned int i = 0; i < event_table_len && i < NR_GOLDEN; i++)
		nr_bad += !is_golden(&event_table[i], &golden[i]);
	if (!ktap_eq(event_table_len, NR_GOLDEN) && event_table_len > NR_GOLDEN)
		ktap_note("%s has no golden row", event_table[NR_GOLDEN].name);
	ktap_false(nr_bad);
	ktap_result("numbers, lengths and offsets of all %zu records are the golden ones",
		    NR_GOLDEN);
}

static void test_golden_structs(void)
{
	ktap_eq(sizeof(struct ipcprobe_rec), 16);
	ktap_eq(offsetof(struct ipcprobe_rec, tid), 4);
	ktap_eq(offsetof(struct ipcprobe_rec, ts_ns), 8);
	ktap_eq(sizeof(struct ipcprobe_config), 64);
	ktap_eq(offsetof(struct ipcprobe_config, pids), 24);
	ktap_eq(offsetof(struct ipcprobe_config, nr_cpu_words), 40);
	ktap_eq(sizeof(struct ipcprobe_info), 64);
	ktap_eq(offsetof(struct ipcprobe_info, stride), 24);
	ktap_eq(sizeof(struct ipcprobe_stats), 264);
	ktap_eq(offsetof(struct ipcprobe_stats, lost), 136);
	ktap_eq(sizeof(struct ipcprobe_ring_consumer), 8);
	ktap_eq(sizeof(struct ipcprobe_ring_producer), 272);
	ktap_eq(offsetof(struct ipcprobe_ring_producer, produced), 16);
	ktap_result("sizes and offsets of the other structs are the golden ones");
	ktap_eq(IPCPROBE_IOC_INFO, 0x8040b700);
	ktap_eq(IPCPROBE_IOC_CONFIGURE, 0x4040b701);
	ktap_eq(IPCPROBE_IOC_START, 0xb702);
	ktap_eq(IPCPROBE_IOC_STOP, 0xb703);
	ktap_eq(IPCPROBE_IOC_STATS, 0xc108b704);
	ktap_eq(IPCPROBE_IOC_RESYNC, 0xb705);
	ktap_result("ioctl numbers are the golden ones");
}

static void test_lookup(void)
{

	for (unsigned int i = 0; i < event_table_len; i++) {
		const struct event_desc *desc = &event_table[i];

		ktap_eq(event_by_type(desc->type), desc);
		ktap_eq(desc->class_id, desc->type >> 8);
		ktap_true(event_class_name(desc->class_id));
	}
	for (unsigned int type = 0, nr = 0; type <= UINT16_MAX; type++) {
		nr += event_by_type(type) != NULL;
		if (type == UINT16_MAX)
			ktap_eq(nr, event_table_len);
	}
	ktap_false(event_class_name(IPCPROBE_NR_CLASSES));
	ktap_result("each event is found by its number, and no other is");
}

/* A text is the last field of its record: checking and printing rely on that. */
static void test_texts(void)
{

	for (unsigned int i = 0; i < event_table_len; i++) {
		const struct event_desc *desc = &event_table[i];

		for (unsigned int f = 0; f < desc->nr_fields; f++) {
			enum event_kind kind = desc->fields[f].kind;

			if (kind != EVENT_KIND_comm && kind != EVENT_KIND_str)
				continue;
			ktap_eq(f + 1, desc->nr_fields);
			ktap_eq(desc->text_offset + desc->text_len, desc->len);
		}
	}
	ktap_result("texts are the last fields of their records");
}

static void make_record(const struct event_desc *desc, uint64_t *words, uint8_t fill)
{
	struct ipcprobe_rec *rec = (void *)words;

	memset(words, fill, IPCPROBE_REC_MAX);
	rec->len = desc->len + 8;
	rec->type = desc->type;
	rec->tid = 1;
	rec->ts_ns = UINT64_MAX;	/* no other time in the record is later */
	if (desc->text_offset)
		((char *)words)[desc->text_offset + 4] = 0;
	if (desc->type == IPCPROBE_REC_lost)
		((struct ipcprobe_rec_lost *)rec)->class_id = 1;
	if (desc->type == IPCPROBE_REC_io_data)
		((struct ipcprobe_rec_io_data *)rec)->bytes = 8;
	if (desc->type == IPCPROBE_REC_io_sums)
		((struct ipcprobe_rec_io_sums *)rec)->bytes = 8;
}

/*
 * Whatever a record contains: all fields are printed, and JSON is valid. A record that
 * @is_zero is printed without fingerprints.
 */
static void expect_printed(const struct event_desc *desc, const struct ipcprobe_rec *rec, bool is_zero)
{
	json_t *fields = event_fields_json(rec);
	char *text = NULL, *json;
	size_t size, nr = 0;
	FILE *out = open_memstream(&text, &size);

	event_print(out, rec, true);
	fclose(out);
	json = json_dumps(fields, JSON_COMPACT);
	for (unsigned int i = 0; i < desc->nr_fields; i++) {
		bool is_padding = !strncmp(desc->fields[i].name, "__", 2);
		bool is_left_out = is_padding || (desc->fields[i].kind == EVENT_KIND_print &&
						  is_zero);

		nr += !is_left_out;
		if (!is_padding)
			ktap_contains(text, desc->fields[i].name);
		ktap_eq(!json_object_get(fields, desc->fields[i].name), is_left_out);
	}
	ktap_true(json);
	ktap_eq(json_object_size(fields), nr);
	json_decref(fields);
	free(json);
	free(text);
}

static void test_printing(void)
{
	static const uint8_t fills[] = { 0x00, 0xff, 0x80, 0x1b, 0x22 };
	uint64_t words[IPCPROBE_REC_MAX / 8];

	for (unsigned int i = 0; i < event_table_len; i++) {
		for (size_t f = 0; f < ARRAY_SIZE(fills); f++) {
			const struct ipcprobe_rec *rec = (void *)words;

			make_record(&event_table[i], words, fills[f]);
			ktap_eq(event_check(rec, rec->len), 0);
			expect_printed(&event_table[i], rec, !fills[f]);
		}
	}
	ktap_result("every record prints all its fields, as text and as JSON");
}

/* A fingerprint is printed as 8 digits; a missing one as a dash, and not at all in JSON. */
static void test_fingerprints(void)
{
	const struct ipcprobe_rec_io_segment rec = {
		.hdr = { .len = sizeof(rec), .type = IPCPROBE_REC_io_segment },
		.span = 24, .head = 0xabc, .tail = 0xffffffff,
	};
	json_t *fields = event_fields_json(&rec.hdr);
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	event_print(out, &rec.hdr, true);
	fclose(out);
	ktap_contains(text, " span=24 head=00000abc mid=- tail=ffffffff");
	ktap_str_eq(json_string_value(json_object_get(fields, "head")), "00000abc");
	ktap_false(json_object_get(fields, "mid"));
	ktap_result("fingerprints have 8 digits, and one that was not read is a dash");
	json_decref(fields);
	free(text);
}

/* True if the text of a write that returned @ret contains @text. */
static bool returns(int32_t ret, const char *text)
{
	const struct ipcprobe_rec_pipe_write rec = {
		.hdr = { .len = sizeof(rec), .type = IPCPROBE_REC_pipe_write }, .ret = ret,
	};
	char *line = NULL;
	size_t size;
	FILE *out = open_memstream(&line, &size);
	bool is_right;

	event_print(out, &rec.hdr, false);
	fclose(out);
	is_right = strstr(line, text);
	if (!is_right)
		ktap_note("%s: not in %s", text, line);
	free(line);
	return is_right;
}

static void test_returns(void)
{
	ktap_true(returns(4096, " ret=4096 "));
	ktap_true(returns(0, " ret=0 "));
	ktap_result("the result of a transfer is a number");
	ktap_true(returns(-11, " ret=-EAGAIN "));
	ktap_true(returns(-32, " ret=-EPIPE "));
	ktap_result("the result of a failed call is the error's name");
	ktap_true(returns(-512, " ret=-ERESTARTSYS "));
	ktap_result("a restarted call has the name of its code");
	ktap_true(returns(-9999, " ret=-9999 "));
	ktap_result("an error without a name is a number");
	ktap_true(returns(IPCPROBE_RET_UNKNOWN, " ret=unknown "));
	ktap_result("an unknown result is printed as \"unknown\"");
}

/* The kernel's sched_switch has -1, too. */
static void test_deadline_priority(void)
{
	const struct ipcprobe_rec_rq_switch rec = {
		.hdr = { .len = sizeof(rec), .type = IPCPROBE_REC_rq_switch },
		.prev_prio = 120, .next_prio = -1,
	};
	json_t *fields = event_fields_json(&rec.hdr);
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	event_print(out, &rec.hdr, false);
	fclose(out);
	ktap_contains(text, " prev_prio=120 next_prio=-1 ");
	ktap_eq(json_integer_value(json_object_get(fields, "prev_prio")), 120);
	ktap_eq(json_integer_value(json_object_get(fields, "next_prio")), -1);
	ktap_result("the priority of a deadline task is -1, as text and as JSON");
	json_decref(fields);
	free(text);
}

/* The value of a futex in memory is printed only on request. */
static void test_memory(void)
{
	const struct ipcprobe_rec_futex_block rec = {
		.hdr = { .len = sizeof(rec), .type = IPCPROBE_REC_futex_block },
	};
	char *brief = NULL, *all = NULL;
	size_t size;
	FILE *out = open_memstream(&brief, &size);

	event_print(out, &rec.hdr, false);
	fclose(out);
	out = open_memstream(&all, &size);
	event_print(out, &rec.hdr, true);
	fclose(out);
	ktap_contains(all, " mem=00");
	ktap_lacks(brief, "mem=");
	ktap_contains(brief, " flags=");
	ktap_result("the memory around a futex is printed on request");
	free(brief);
	free(all);
}

static void test_check(void)
{
	uint64_t words[IPCPROBE_REC_MAX / 8];
	struct ipcprobe_rec *rec = (void *)words;

	for (unsigned int i = 0; i < event_table_len; i++) {
		const struct event_desc *desc = &event_table[i];

		make_record(desc, words, 0);
		ktap_eq(event_check(rec, rec->len), 0);
		ktap_eq(event_check(rec, rec->len - 1), -EBADMSG);
		rec->len = desc->len - 8;
		ktap_eq(event_check(rec, sizeof(words)), -EBADMSG);
		rec->len = desc->len + 4;
		ktap_eq(event_check(rec, sizeof(words)), -EBADMSG);
		if (!desc->text_offset)
			continue;
		make_record(desc, words, 0);
		memset((char *)words + desc->text_offset, 'x', rec->len - desc->text_offset);
		ktap_eq(event_check(rec, rec->len), -EBADMSG);
	}
	ktap_result("too short, odd and unterminated records are refused, for each type");
}

/* A module older than ABI 1.5 does not record which queues a loss is about. */
static void test_growth(void)
{
	struct ipcprobe_rec_lost rec = {
		.hdr = { .len = sizeof(rec), .type = IPCPROBE_REC_lost },
		.class_id = IPCPROBE_CLASS_SCHED, .queues = 6,
	};
	json_t *fields = event_fields_json(&rec.hdr);
	bool is_right = sched_gap_of(&rec).queues == 6 &&
			!strcmp(json_string_value(json_object_get(fields, "queues")), "0x6");

	json_decref(fields);
	rec.hdr.len = offsetof(struct ipcprobe_rec_lost, queues);
	fields = event_fields_json(&rec.hdr);
	is_right &= !event_check(&rec.hdr, rec.hdr.len) && sched_gap_of(&rec).queues == UINT64_MAX &&
		    json_object_get(fields, "reasons") && !json_object_get(fields, "queues");
	json_decref(fields);
	rec.hdr.len = sizeof(rec);
	rec.queues = 0;
	ktap_true(is_right);
	ktap_eq(sched_gap_of(&rec).queues, UINT64_MAX);
	ktap_result("a loss is about the queues that it names, or all, as a shorter record's");
}

int main(void)
{
	ktap_begin(16);
	test_golden();
	test_golden_structs();
	test_lookup();
	test_texts();
	test_printing();
	test_fingerprints();
	test_returns();
	test_deadline_priority();
	test_memory();
	test_check();
	test_growth();
	return ktap_end();
}
