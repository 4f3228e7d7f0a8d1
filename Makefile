# SPDX-License-Identifier: GPL-2.0
# ipcprobe: "make help" lists the targets.

# The kernel to build against on this machine: the running one's headers, else
# the newest installed ones.
KDIR ?= $(firstword $(wildcard /lib/modules/$(shell uname -r)/build) \
	$(shell ls -dv /usr/src/linux-headers-*-amd64 2>/dev/null | tail -n 1))

prefix ?= /usr/local
UDEVDIR ?= /usr/lib/udev/rules.d

# Guest kernels: tested in a guest, and only built.
KERNELS ?= 6.1 6.12 7.2
BUILD_KERNELS ?= $(KERNELS)

SMP ?= 2
MEM ?= 2G
VM := selftests/vm
GUEST_KERNEL := $(or $(KERNEL),6.1)

all: modules tools

ifneq ($(KERNEL),)
modules:
	@$(VM)/modules.sh $(KERNEL) $(if $(C),C=$(C)) >/dev/null
else ifneq ($(KDIR),)
modules:
	$(MAKE) -C $(KDIR) M=$(CURDIR) W=1 modules
else
modules:
	@echo "No kernel headers here (install linux-headers-amd64, or give KDIR=);" \
		"building for the guest's 6.1." >&2
	@$(VM)/modules.sh 6.1 >/dev/null
endif

tools:
	@$(MAKE) --no-print-directory -C tools

selftests: tools
	@$(MAKE) --no-print-directory -C selftests

fuzzer:
	@$(MAKE) --no-print-directory -C selftests/fuzz

# For FUZZ_SECONDS; what fails is kept in selftests/fuzz/found.
FUZZ_SECONDS ?= 600
fuzz: deps fuzzer
	@FUZZ_SECONDS=$(FUZZ_SECONDS) selftests/host/fuzz_test.sh

# One fault at a time: MUTANTS='-n 50 tools/model/sched/delay.c', see selftests/mutants.py.
mutants: deps
	@selftests/mutants.py $(MUTANTS)

deps:
	@$(VM)/deps.sh

debug-kernel: deps
	@$(VM)/debug-kernel.sh >/dev/null

# As many jobs as processors, unless -j says how many.
JOBS = $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(shell nproc))

# Dependencies first, even under -j: the rest does not build without them.
check: deps
	@$(MAKE) --no-print-directory $(JOBS) selftests fuzzer
	@selftests/check.sh -H -p -c $(BUILD_KERNELS:%=-b %) $(KERNELS)

check-debug: deps
	@$(MAKE) --no-print-directory debug-kernel
	@$(MAKE) --no-print-directory $(JOBS) selftests
	@selftests/check.sh debug:1/2 debug:2/2

# With the proofs that take too long for each change.
check-all: check-debug
	@$(MAKE) --no-print-directory $(JOBS) fuzzer
	@selftests/check.sh -a -H -p -c $(BUILD_KERNELS:%=-b %) $(KERNELS)
	@selftests/host/growth_test 400000
	@selftests/rq_matrix.sh $(KERNELS)

bench: deps
	@$(MAKE) --no-print-directory selftests
	@selftests/bench/run.sh

demo: deps
	@$(MAKE) --no-print-directory tools
	@$(VM)/run.sh -k $(GUEST_KERNEL) -s $(SMP) -m $(MEM) -- $(VM)/demo.sh

# What a guest needs of this tree, so that "make vm" is a fresh clone's first command.
# On stderr: stdout is the guest's.
vm-tools:
	@$(VM)/deps.sh build
	@$(MAKE) --no-print-directory -s tools >&2

# By way of the environment, so that CMD and OUT need no second quoting.
vm vm-shell: export VM_OUT := $(value OUT)
VM_RUN = $(VM)/run.sh -k $(GUEST_KERNEL) -s $(SMP) -m $(MEM) $${VM_OUT:+-o "$$VM_OUT"}

vm: export VM_COMMAND := $(value CMD)
vm: vm-tools
	$(if $(CMD),,$(error which command? make vm CMD='ipcprobe check'))
	@$(VM_RUN) -- "$$VM_COMMAND"

vm-shell: vm-tools
	@echo "A guest's shell: 'exit' powers it off, Ctrl-A x ends it at once." >&2
	@$(VM_RUN) -i

install: all
	$(if $(KDIR),,$(error nothing to install the module for: give KDIR=))
	$(MAKE) -C $(KDIR) M=$(CURDIR) INSTALL_MOD_PATH=$(DESTDIR) modules_install
	$(MAKE) -C tools install DESTDIR=$(DESTDIR) PREFIX=$(prefix) UDEVDIR=$(UDEVDIR)

uninstall:
	$(RM) $(DESTDIR)$(prefix)/bin/ipcprobe $(DESTDIR)$(UDEVDIR)/60-ipcprobe.rules
	$(RM) $(DESTDIR)$(prefix)/share/bash-completion/completions/ipcprobe
	$(RM) $(patsubst Documentation/man/%,$(DESTDIR)$(prefix)/share/man/man1/%,\
		$(wildcard Documentation/man/*.1))
	$(RM) $(wildcard $(DESTDIR)/lib/modules/*/*/module/ipcprobe.ko*)

# .checkpatch.conf says which of its checks do not apply here, and why.
style: tools
	@perl "$$($(VM)/kselftest.sh)/checkpatch.pl" --file $(filter-out $(EVENT_TABLE),$(STYLE_FILES))
	@perl "$$($(VM)/kselftest.sh)/checkpatch.pl" --max-line-length=250 --file $(EVENT_TABLE)
	@shellcheck --external-sources $(wildcard $(VM)/*.sh selftests/*.sh) tools/completion/ipcprobe.bash .ci/run \
		selftests/host/layers_test.sh
	@selftests/host/layers_test.sh
ifneq ($(CLANG_FORMAT),)
	@clang-format --dry-run $(STYLE_FILES)
endif
# a row of the table is one line
EVENT_TABLE = module/uapi/linux/ipcprobe_events.h
STYLE_FILES = $(wildcard module/*.[ch] module/uapi/linux/*.h selftests/*.[ch]) \
	$(shell find tools -name '*.[ch]')

clean:
	$(RM) -r build
	$(RM) .*.cmd modules.order Module.symvers module/.*.cmd \
		$(addprefix module/,*.o *.ko *.mod *.mod.c modules.order)
	@set -e; for dir in tools selftests selftests/bench selftests/fuzz Documentation; do \
		$(MAKE) --no-print-directory -C $$dir clean; \
	done

help:
	@echo 'all            the module and the tools'
	@echo 'modules        the module, against KDIR; KERNEL=6.1|6.12|7.2|debug: for that guest;'
	@echo '               C=2 with sparse (with KERNEL=)'
	@echo 'tools          tools/ipcprobe'
	@echo 'selftests      the test programs'
	@echo 'deps           install the Debian packages that all of this takes'
	@echo 'demo           a short tour in a guest'
	@echo 'check          host tests, builds (BUILD_KERNELS), guest tests (KERNELS)'
	@echo 'check-debug    guest tests under KASAN, lockdep and kmemleak'
	@echo 'check-all      both, and proofs that take hours'
	@echo 'bench          benchmarks'
	@echo 'fuzz           FUZZ_SECONDS (600) of fuzzing of the tools'
	@echo 'mutants        do the tests notice a wrong operator, constant or call? (MUTANTS=options)'
	@echo 'debug-kernel   build the kernel that check-debug boots'
	@echo "vm             make vm CMD='uname -a' KERNEL=6.12 SMP=4 MEM=2G"
	@echo "               OUT=folder: of this machine, for what the guest writes to /out"
	@echo 'vm-shell       a shell in a guest (KERNEL, SMP, MEM, OUT)'
	@echo 'install        module, tools, completion, udev rule, man pages; DESTDIR, prefix, KDIR'
	@echo 'uninstall      takes them away'
	@echo 'style          checkpatch and shellcheck; CLANG_FORMAT=1: clang-format too'
	@echo 'clean          what was built here; the cache (~/.cache/ipcprobe) stays'

.PHONY: all modules tools selftests fuzzer fuzz mutants deps debug-kernel check check-debug check-all bench \
	demo vm vm-shell vm-tools install uninstall style clean help
