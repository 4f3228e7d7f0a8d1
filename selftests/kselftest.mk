# SPDX-License-Identifier: GPL-2.0
# The tests by the kernel's own lib.mk. The Makefile builds them and calls this, with
# KSELFTEST, the folder where lib.mk lies, and TARGET: "ipcprobe", the tests of the
# module, which are here, or "host", those of the tools.
OUTPUT := $(CURDIR)
OVERRIDE_TARGETS := 1
COLLECTION := $(TARGET)

ifeq ($(TARGET),ipcprobe)
# A kernel that lockdown_test has locked down loads no module: it is the last one.
TEST_GEN_PROGS := $(filter-out lockdown_test,$(patsubst %.c,%,$(wildcard *_test.c)))
TEST_PROGS := $(wildcard *_test.sh) lockdown_test
TEST_GEN_PROGS_EXTENDED := $(HELPER)
TEST_FILES := tap.sh oracle_programs.sh ../tools/ipcprobe $(IPCPROBE_KO) \
	$(filter-out mutants.py vmlinux_callers.py,$(wildcard *.py))
else ifeq ($(TARGET),host)
TEST_GEN_PROGS := $(patsubst %.c,%,$(wildcard host/*_test.c))
TEST_PROGS := $(wildcard host/*_test.sh)
else
$(error no target '$(TARGET)': TARGETS is some of: ipcprobe host)
endif

# lib.mk looks for "settings" beside itself, which is not here.
export kselftest_override_timeout ?= $(shell sed -n 's/^timeout=//p' settings)

include $(KSELFTEST)/lib.mk
