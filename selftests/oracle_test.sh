#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Of real programs that the module records: is no byte called exact that is another,
# none linked more often than it was read, and do the sums agree with what ptrace(2)
# saw of the same run?  Each kernel has a third of them; all with ORACLE=all.
. "$(dirname "$0")/tap.sh"
cd "$(dirname "$0")" || exit 1
. ./oracle_programs.sh
need ipcprobe cc git man perl python3 rsync sqlite3 zstd
load_module

case ${ORACLE-}$(uname -r) in
all*) part=(1 0) ;;
6.1.*) part=(3 0) ;;
6.12.*) part=(3 1) ;;
*) part=(3 2) ;;
esac
prove_oracle "$PWD" "${part[@]}" "$work/recording"
prove_end
