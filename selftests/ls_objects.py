#!/usr/bin/python3
"""Makes one IPC object of each kind, with known contents, holders and waiters.

Prints what it made as JSON, then waits for the end of its standard input.
"""
import ctypes
import fcntl
import json
import mmap
import os
import signal
import socket
import struct
import sys

libc = ctypes.CDLL(None, use_errno=True)
SYS_FUTEX, SYS_POLL = 202, 7
FACTS = {"pid": os.getpid()}
CHILDREN = []
STOPPED = []
folder = sys.argv[1]


def check(result):
    """The result of a call of libc that must not fail."""
    if result == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def child(call):
    """Starts a process that sleeps in call; its number."""
    pid = os.fork()
    if pid == 0:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        call()
        os._exit(1)
    CHILDREN.append(pid)
    return pid


def make_pipes():
    """One with bytes inside, one that a child reads, one that is full."""
    read_end, write_end = os.pipe()
    os.write(write_end, b"x" * 12345)
    FACTS["pipe"] = {"ino": os.fstat(read_end).st_ino, "bytes": 12345,
                     "read_fd": read_end, "write_fd": write_end}
    read_end, write_end = os.pipe()
    FACTS["empty"] = {"ino": os.fstat(read_end).st_ino, "read_fd": read_end,
                      "reader": child(lambda: os.read(read_end, 1))}
    os.close(read_end)
    read_end, write_end = os.pipe()
    fcntl.fcntl(write_end, 1031, 8192)  # F_SETPIPE_SZ
    os.write(write_end, b"x" * 8192)
    FACTS["full"] = {"ino": os.fstat(read_end).st_ino,
                     "writer": child(lambda: os.write(write_end, b"x"))}
    polled, _ = os.pipe()
    fds = struct.pack("ihh", polled, 1, 0)
    FACTS["polled"] = {"ino": os.fstat(polled).st_ino,
                       "waiter": child(lambda: libc.syscall(SYS_POLL, fds, 1, -1))}


def make_stopped():
    """One that waited for bytes, and was stopped then."""
    read_end, write_end = os.pipe()
    reader = child(lambda: os.read(read_end, 1))
    os.close(read_end)
    while True:
        with open(f"/proc/{reader}/syscall", encoding="ascii") as call:
            if call.read().startswith("0 "):
                break
    os.kill(reader, signal.SIGSTOP)
    os.waitpid(reader, os.WUNTRACED)
    CHILDREN.remove(reader)
    STOPPED.append(reader)
    FACTS["stopped"] = {"ino": os.fstat(write_end).st_ino, "reader": reader}


def open_in(path, name):
    """By a path that only this process understands."""
    os.chdir(path)
    os.open(name, os.O_RDONLY)


def make_fifos():
    """One open for both, with bytes inside; one that a child waits to open."""
    path = os.path.join(folder, "fifo")
    os.mkfifo(path, 0o640)
    fd = os.open(path, os.O_RDWR)
    os.write(fd, b"seven b")
    FACTS["fifo"] = {"path": path, "fd": fd, "bytes": 7}
    path = os.path.join(folder, "unopened")
    os.mkfifo(path)
    FACTS["unopened"] = {"path": path, "waiter": child(lambda: open_in(folder, "unopened"))}


def make_sysv():
    """A segment attached twice, three semaphores, a queue with two messages."""
    shm = check(libc.shmget(0x1234, 10000, 0o1600))
    libc.shmat.restype = ctypes.c_void_p
    libc.shmat.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_int]
    first = libc.shmat(shm, None, 0)
    second = libc.shmat(shm, None, 0o10000)  # SHM_RDONLY
    ctypes.memset(first, 1, 4096)
    FACTS["shm"] = {"id": shm, "addresses": sorted([first, second])}
    sem = check(libc.semget(0, 3, 0o1640))
    for number, value in enumerate((4, 0, 2)):
        check(libc.semctl(sem, number, 16, ctypes.c_long(value)))  # SETVAL
    take = struct.pack("Hhh", 1, -1, 0)
    zero = struct.pack("Hhh", 2, 0, 0)
    FACTS["sem"] = {"id": sem, "taker": child(lambda: libc.semop(sem, take, 1)),
                    "waiter": child(lambda: libc.semop(sem, zero, 1))}
    msg = check(libc.msgget(0x77, 0o1600))
    check(libc.msgsnd(msg, struct.pack("l", 3) + b"hello", 5, 0))
    check(libc.msgsnd(msg, struct.pack("l", 1) + b"x" * 100, 100, 0))
    buf = ctypes.create_string_buffer(200)
    FACTS["msg"] = {"id": msg, "receiver": child(
        lambda: libc.msgrcv(msg, buf, 100, ctypes.c_long(9), 0))}


def make_mq():
    """A queue with one message, and one that a child receives from."""
    attr = struct.pack("8l", 0, 5, 64, 0, 0, 0, 0, 0)
    queue = check(libc.mq_open(b"/ls_test", os.O_CREAT | os.O_RDWR, 0o600, attr))
    check(libc.mq_send(queue, b"x" * 33, 33, 1))
    empty = check(libc.mq_open(b"/ls_empty", os.O_CREAT | os.O_RDWR, 0o600, attr))
    nameless = check(libc.mq_open(b"/ls_nameless", os.O_CREAT | os.O_RDWR, 0o600, attr))
    check(libc.mq_send(nameless, b"x" * 21, 21, 1))
    check(libc.mq_unlink(b"/ls_nameless"))
    FACTS["nameless_mq"] = {"ino": os.fstat(nameless).st_ino}
    buf = ctypes.create_string_buffer(64)
    FACTS["mq"] = {"fd": queue, "receiver": child(
        lambda: libc.mq_receive(empty, buf, 64, None))}


def make_memory():
    """A sealed memfd and a POSIX segment, both mapped, and a semaphore."""
    fd = os.memfd_create("ls_test", os.MFD_ALLOW_SEALING)
    os.ftruncate(fd, 12288)
    memory = mmap.mmap(fd, 12288)
    memory[0] = 1
    fcntl.fcntl(fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW)
    FACTS["memfd"] = {"fd": fd, "ino": os.fstat(fd).st_ino}
    path = "/dev/shm/ls_test"
    fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    os.ftruncate(fd, 4096)
    segment = mmap.mmap(fd, 4096)
    os.close(fd)
    FACTS["posix_shm"] = {"path": path}
    nameless = mmap.mmap(-1, 8192)
    nameless[0] = 1
    FACTS["kept"] = [memory, segment, nameless]
    make_anonymous(nameless)
    libc.sem_open.restype = ctypes.c_void_p
    sem = libc.sem_open(b"/ls_test", os.O_CREAT, 0o600, 6)
    assert sem
    zero = libc.sem_open(b"/ls_zero", os.O_CREAT, 0o600, 0)
    FACTS["posix_sem"] = {"waiter": child(lambda: libc.sem_wait(ctypes.c_void_p(zero)))}
    assert libc.sem_open(b"/ls_nameless", os.O_CREAT, 0o600, 9)
    check(libc.sem_unlink(b"/ls_nameless"))
    make_futex(segment)


def make_anonymous(segment):
    """A child has it too, and waits for a word therein."""
    base = ctypes.addressof(ctypes.c_char.from_buffer(segment))
    with open("/proc/self/maps", encoding="ascii") as maps:
        line = next(line for line in maps if line.startswith(f"{base:x}-"))
    FACTS["anonymous"] = {"ino": int(line.split()[4]), "addr": base, "waiter": child(
        lambda: libc.syscall(SYS_FUTEX, ctypes.c_void_p(base + 8), 0, 0, None, None, 0))}


def make_futex(segment):
    """Two processes that wait for the same word in shared memory."""
    base = ctypes.addressof(ctypes.c_char.from_buffer(segment))
    word = ctypes.c_uint.from_address(base + 64)
    word.value = 5
    FACTS["futex"] = {"waiters": [child(
        lambda: libc.syscall(SYS_FUTEX, ctypes.c_void_p(base + 64), 0, 5, None))
        for _ in range(2)]}


def make_sockets():
    """A pair with bytes inside, one that a child receives from, a listener."""
    left, right = socket.socketpair()
    left.send(b"x" * 321)
    FACTS["pair"] = {"left": os.fstat(left.fileno()).st_ino, "right": os.fstat(right.fileno()).st_ino,
                     "left_fd": left.fileno(), "right_fd": right.fileno(), "bytes": 321}
    mine, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    full, sender = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    for length in (13, 144):
        sender.send(b"x" * length)
    FACTS["datagrams"] = {"ino": os.fstat(full.fileno()).st_ino}
    FACTS["dgram"] = {"ino": os.fstat(its.fileno()).st_ino, "peer": os.fstat(mine.fileno()).st_ino,
                      "receiver": child(lambda: its.recv(1))}
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind("\0ls_test")
    listener.listen(7)
    client = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    client.connect("\0ls_test")
    its.close()
    FACTS["listener"] = {"ino": os.fstat(listener.fileno()).st_ino}
    FACTS["sockets"] = [left, right, mine, listener, client, full, sender]


def make_eventfd():
    """Two counters, which have the same inode."""
    FACTS["eventfd"] = {"fd": os.eventfd(17), "semaphore_fd": os.eventfd(3, os.EFD_SEMAPHORE)}


def end(*_):
    """Takes everything away that would outlive the process."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    for pid in CHILDREN + STOPPED:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    libc.shmctl(FACTS["shm"]["id"], 0, None)
    libc.semctl(FACTS["sem"]["id"], 0, 0)
    libc.msgctl(FACTS["msg"]["id"], 0, None)
    for name in (b"/ls_test", b"/ls_empty"):
        libc.mq_unlink(name)
    for name in (b"/ls_test", b"/ls_zero"):
        libc.sem_unlink(name)
    os.unlink("/dev/shm/ls_test")
    os._exit(0)


signal.signal(signal.SIGTERM, end)
make_pipes()
make_stopped()
make_fifos()
make_sysv()
make_mq()
make_memory()
make_sockets()
make_eventfd()
KEPT = FACTS.pop("kept"), FACTS.pop("sockets")
FACTS["children"] = CHILDREN
print(json.dumps(FACTS), flush=True)
sys.stdin.read()
end()
