# SPDX-License-Identifier: GPL-2.0
# Make the tables from the lines of ops_bench, file_size.sh, peers.sh, sched.sh and
# analysis.sh. Variables: kernel.
BEGIN {
	FS = "\t"
	split("off filtered pipe sched pick file shm sem msg futex all detached", mode, " ")
	nr_modes = 12
}

$1 == "op" {
	if (!($2 in spread)) {
		op[++nr_ops] = $2
		spread[$2] = 0
	}
	cost[$2, $3] = $4
	if ($5 > spread[$2])
		spread[$2] = $5
	events[$2, $3] = $6
	bytes[$2, $3] = $7
	ops_lost += $8
}

$1 == "with" || $1 == "without" {
	if (!($2 in moved))
		moving[++nr_moving] = $2
	moved[$2] = 1
	if ($3 == "off")
		unrecorded[$1, $2] = $4
	else if ($3 != "detached")
		recorded[$1, $2] = ($4 - unrecorded[$1, $2]) / $6
	prints_lost += $8
}

$1 == "size" { size[++nr_sizes] = $0 }

$1 == "peer" {
	if (!($2 in nr_runs))
		peer[++nr_peers] = $2
	rounds[$2] = $3
	elapsed[$2, ++nr_runs[$2]] = $4
	peer_events[$2] += $5
	peer_bytes[$2] += $6
	peer_lost[$2] += $7
}

$1 == "sched" {
	if (!($2 in sched_runs))
		sched_name[++nr_sched] = $2
	sched_ns[$2] += $4
	sched_events[$2] += $5
	sched_lost[$2] += $6
	sched_runs[$2]++
	sched_rounds = $3
}

$1 == "skip" { skipped[++nr_skipped] = $2 ": " $3 }

$1 == "view" { view[++nr_views] = $0 }

/million records\/s/ { model[++nr_models] = $0 }

function abs(x) { return x < 0 ? -x : x }

function verdict(ok) { return ok ? "met" : "NOT MET" }

function extra(name, m) { return cost[name, m] - cost[name, "off"] }

function max(a, b) { return a > b ? a : b }

# Distance from mode "off" that exceeds the spread of the operation itself.
function excess(name, m) { return max(0, abs(extra(name, m)) - spread[name]) }

# Median of three numbers.
function median(name,	n, i, j, t, a) {
	n = nr_runs[name]
	for (i = 1; i <= n; i++) {
		a[i] = elapsed[name, i]
		for (j = i; j > 1 && a[j] < a[j - 1]; j--) {
			t = a[j]; a[j] = a[j - 1]; a[j - 1] = t
		}
	}
	span[name] = a[n] - a[1]
	return a[int((n + 1) / 2)]
}

function per_record(name, m, what, aim,		n, per) {
	n = events[name, m]
	if (!n)
		return
	per = extra(name, m) / n
	printf "  %-34s %8.2f %12.0f %10.1f   ", what, n, per, bytes[name, m] / n
	if (aim)
		printf "aim <= %d: %s", aim, verdict(per <= aim)
	printf "%s\n", bytes[name, m] / n <= 48 ? "" : "   more than 48 bytes: NOT MET"
}

function print_ops(	i, m, largest, unloaded) {
	printf "Guest instructions of one operation; with hooks: how many more\n"
	printf "  %-17s %9s", "operation", "off"
	for (m = 2; m <= nr_modes; m++)
		printf " %9s", mode[m]
	printf " %9s\n", "spread"
	for (i = 1; i <= nr_ops; i++) {
		printf "  %-17s %9.0f", op[i], cost[op[i], "off"]
		for (m = 2; m <= nr_modes; m++)
			printf " %+9.0f", extra(op[i], mode[m])
		printf " %9.1f\n", spread[op[i]]
		largest = max(largest, excess(op[i], "detached"))
		unloaded = max(unloaded, excess(op[i], "bare"))
	}
	printf "  off: the module is loaded; filtered: all classes attached, events of another\n"
	printf "  process only; pipe to all: recorded; spread: of five medians.\n"
	printf "  Beyond the spread: after detaching %.2f (aim 0: %s), not loaded %.2f\n",
		largest, verdict(largest < 0.5), unloaded
}

function print_records() {
	printf "\nInstructions and ring bytes of one recorded event\n"
	printf "  %-34s %8s %12s %10s\n", "", "events", "instructions", "ring bytes"
	per_record("pipe-1", "pipe", "pipe read or write, 1 byte", 350)
	per_record("pipe-64k", "pipe", "pipe read or write, 64 KiB", 350)
	per_record("switch", "sched", "scheduler, blocking hand-over", 180)
	per_record("yield", "sched", "rq_switch alone (sched_yield)", 180)
	per_record("switch", "pick", "the same, explained", 200)
	per_record("yield", "pick", "sched_yield, explained", 200)
	per_record("read-4k", "file", "file read, 4 KiB", 300)
	per_record("write-4k", "file", "file write, 4 KiB", 300)
	per_record("mmap-munmap", "shm", "mmap or munmap of a memfd", 300)
	per_record("sem", "sem", "semop", 300)
	per_record("msg-1", "msg", "msgsnd or msgrcv, 1 byte", 300)
	per_record("mq-1", "msg", "mq_send or mq_receive, 1 byte", 300)
	per_record("futex-wake", "futex", "futex wake, private", 300)
	per_record("futex-wake-shared", "futex", "futex wake, shared", 300)
	per_record("futex-wait", "futex", "futex wait, EAGAIN", 300)
	per_record("stream-1", "unix", "UNIX stream, send or receive", 300)
	per_record("dgram-1", "unix", "UNIX datagram, send or receive", 300)
	per_record("eventfd", "eventfd", "eventfd read or write", 300)
	per_record("process-vm", "procvm", "process_vm_readv", 300)
	printf "  Not recorded themselves: every system call +%.0f with class pipe or file, an\n",
		extra("getppid", "pipe")
	printf "  uncontended mutex +%.0f with class pipe. Lost: %d\n",
		extra("lseek-mutex", "pipe") - extra("getppid", "pipe"), ops_lost
}

# Cost of one record of the class; the class is compared with itself, without and with
# fingerprints.
function print_prints(	i, o, cost, off) {
	if (!nr_moving)
		return
	printf "\nInstructions that fingerprints take of one recorded operation\n"
	printf "  %-17s %9s %9s %9s %9s\n", "", "without", "with", "more", "class off"
	for (i = 1; i <= nr_moving; i++) {
		o = moving[i]
		cost = recorded["with", o] - recorded["without", o]
		off = unrecorded["with", o] - unrecorded["without", o]
		printf "  %-17s %9.1f %9.1f %+9.1f %+9.1f   aim <= 40, 0: %s\n", o,
			recorded["without", o], recorded["with", o], cost, off,
			verdict(cost <= 40 && abs(off) < 0.5)
	}
	printf "  Lost: %d\n", prints_lost
}

function print_sizes(	i, f, ring, file) {
	printf "\nBytes per event, all classes\n"
	printf "  %-20s %10s %10s %10s %10s\n", "", "events", "ring", "file", "lost"
	for (i = 1; i <= nr_sizes; i++) {
		split(size[i], f, "\t")
		ring = f[4] / f[3]
		file = f[7] / f[6]
		printf "  %-20s %10d %10.1f %10.1f %10d   aim <= 48, <= 20: %s\n",
			f[2], f[3], ring, file, f[5] + f[8], verdict(ring <= 48 && file <= 20)
	}
}

function best_peer(	best, added) {
	for (p in nr_runs) {
		if (p != "trace-cmd" && p != "perf")
			continue
		added = median(p) - median("bare")
		if (!best || added < best)
			best = added
	}
	return best
}

function print_peers(	i, p, bare, best, added, per) {
	if (!nr_peers)
		return
	bare = median("bare")
	best = best_peer()
	printf "\nThe same ping-pong under recorders, guest ms for %d rounds (strace: %d)\n",
		rounds["bare"], rounds["strace"]
	printf "  %-10s %9s %9s %8s %8s %8s %9s %9s %6s\n", "", "elapsed", "added", "spread",
		"to bare", "to best", "events", "bytes/ev", "lost"
	for (i = 1; i <= nr_peers; i++) {
		p = peer[i]
		scale = rounds["bare"] / rounds[p]
		added = median(p) * scale - bare
		per = peer_events[p] ? peer_bytes[p] / peer_events[p] : 0
		printf "  %-10s %9.2f %9.2f %8.2f %8.2f %8s %9d %9.1f %6d\n", p,
			median(p) / 1e6, added / 1e6, span[p] / 1e6,
			median(p) * scale / bare,
			best && p != "bare" ? sprintf("%.2f", added / best) : "-",
			peer_events[p] / nr_runs[p], per, peer_lost[p]
	}
	for (i = 1; i <= nr_skipped; i++)
		printf "  skipped %s\n", skipped[i]
	printf "  to best: added time against the better of trace-cmd and perf; module: no file,\n"
	printf "  a reader that only counts.\n"
	if (best && ("ipcprobe" in nr_runs)) {
		added = (median("ipcprobe") - bare) / best
		printf "  ipcprobe: less than either: %s; aim <= 0.33: %s (%.2f)\n",
			verdict(added < 1), verdict(added <= 0.333), added
	}
}

function print_sched(	i, n, bare, added, per) {
	if (!nr_sched)
		return
	bare = sched_ns["bare"] / sched_runs["bare"]
	printf "\nperf bench sched pipe, guest ms for %d rounds\n", sched_rounds
	printf "  %-10s %9s %9s %8s %9s %12s %6s\n", "", "elapsed", "added", "to bare", "events",
		"ns per event", "lost"
	for (i = 1; i <= nr_sched; i++) {
		n = sched_name[i]
		added[n] = sched_ns[n] / sched_runs[n] - bare
		per = sched_events[n] ? added[n] / (sched_events[n] / sched_runs[n]) : 0
		printf "  %-10s %9.2f %9.2f %8.2f %9d %12.1f %6d\n", n, (bare + added[n]) / 1e6,
			added[n] / 1e6, 1 + added[n] / bare, sched_events[n] / sched_runs[n], per,
			sched_lost[n]
	}
	if (!("perf" in sched_runs))
		return
	printf "  slowed down against perf sched record, aim <= 0.50: module %s (%.2f), with file %s (%.2f)\n",
		verdict(added["module"] <= added["perf"] / 2), added["module"] / added["perf"],
		verdict(added["ipcprobe"] <= added["perf"] / 2), added["ipcprobe"] / added["perf"]
}

function print_analysis(	i, f, rate) {
	if (!nr_views)
		return
	printf "\nAnalysis on this machine, one core\n"
	for (i = 1; i <= nr_models; i++)
		printf "  %s\n", model[i]
	for (i = 1; i <= nr_views; i++) {
		split(view[i], f, "\t")
		rate = f[3] / f[5] / 1e6
		printf "  ipcprobe %-13s %5.1f million events,  %5.2f million events/s,  peak %4d MiB   " \
			"aim >= 2, < 256: %s\n", f[2] " -i", f[3] / 1e6, rate, f[6] / 1024,
			verdict(rate >= 2 && f[6] / 1024 < 256)
	}
}

END {
	if (kernel)
		printf "ipcprobe benchmarks, kernel %s: one processor, 1 ns = 1 instruction\n\n", kernel
	if (nr_ops) {
		print_ops()
		print_records()
	}
	print_prints()
	if (nr_sizes)
		print_sizes()
	print_peers()
	print_sched()
	print_analysis()
}
