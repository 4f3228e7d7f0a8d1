#!/bin/bash
# Real programs that the module records: no byte is called exact that is another one,
# no byte is linked more often than it was read, and the sums agree with what
# ptrace(2) saw of the same run. With SPREAD each kernel tests a sixth of the programs.
. "$(dirname "$0")/tap.sh"
cd "$(dirname "$0")" || exit 1
. ./oracle_programs.sh
need ipcprobe cc git man perl python3 rsync sqlite3 zstd
load_module

case ${SPREAD:+$series} in
6.1) part=(6 0) ;;
6.12) part=(6 1) ;;
7.2) part=(6 4) ;;
*) part=(1 0) ;;
esac
prove_oracle "$PWD" "${part[@]}" "$work/recording"
prove_end
