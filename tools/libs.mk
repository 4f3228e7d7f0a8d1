# SPDX-License-Identifier: GPL-2.0
# The libraries that libipcprobe.a needs; included by whoever links with it.
PKG_CONFIG ?= pkg-config
IPCPROBE_PKGS := libnl-genl-3.0 smartcols jansson libzstd zlib

IPCPROBE_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(IPCPROBE_PKGS))
IPCPROBE_LIBS := $(shell $(PKG_CONFIG) --libs $(IPCPROBE_PKGS))
ifeq ($(strip $(IPCPROBE_LIBS)),)
$(error ipcprobe: libraries missing: install the development packages of $(IPCPROBE_PKGS))
endif
IPCPROBE_LIBS += -lm
