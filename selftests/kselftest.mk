# SPDX-License-Identifier: GPL-2.0
# Run the tests by the kernel's own lib.mk. The Makefile builds the tests and calls
# this file with KSELFTEST, the folder of lib.mk, and TARGET: "ipcprobe", the tests of
# the module, or "host", the tests of the tools.
OUTPUT := $(CURDIR)
OVERRIDE_TARGETS := 1
COLLECTION := $(TARGET)

ifeq ($(TARGET),ipcprobe)
# lockdown_test is the last one: a kernel that it has locked down loads no module.
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

# lib.mk looks for "settings" in its own folder, and the file is here.
export kselftest_override_timeout ?= $(shell sed -n 's/^timeout=//p' settings)

include $(KSELFTEST)/lib.mk
