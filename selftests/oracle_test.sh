#!/bin/bash
# Real programs that the module records: no byte is called exact that is another one,
# no byte is linked more often than it was read, and the sums agree with what
# ptrace(2) saw of the same run. Each kernel tests a third of the programs; ORACLE=all
# tests all.
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
