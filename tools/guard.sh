#!/bin/sh
# Runs a command as the leader of its process group and ends that group when the process that asked for it is gone.
#
# usage: guard.sh STOP_SIGNAL GRACE_TENTHS COMMAND [ARGUMENT...]
#   file descriptor 3   the lifeline: a pipe whose other end only the asking process holds
#   STOP_SIGNAL         name without "SIG", sent to the whole group first
#   GRACE_TENTHS        tenths of a second between that signal and KILL
#
# A process that is killed with -9 can't clean up, but the kernel closes its pipes: that is what the watcher waits for.
# The command replaces this shell (exec), so its pid, exit code, signal and streams are its own, not a shell's copy of them.
# The caller starts this script in a session of its own: "0" below means exactly the command's process group.

stop_signal=$1
grace_tenths=$2
shift 2
leader=$$

# Only until the command itself has ended: what it left behind gets no more time. An orphan's corpse may lie around for a
# while where the first process of a container buries slowly, and a signal 0 still finds it; Linux says so in /proc.
is_leader_alive() {
  kill -s 0 "$leader" || return 1
  [ -r "/proc/$leader/stat" ] || return 0
  read -r state <"/proc/$leader/stat" || return 1
  case $state in
    *') Z '*) return 1 ;;
  esac
}

watch() {
  # The watcher sits in the group that it signals, and must outlive the first signal to send the second.
  trap '' HUP INT QUIT TERM USR1 USR2
  read -r _ <&3
  exec 3<&-
  kill -s "$stop_signal" 0
  while [ "$grace_tenths" -gt 0 ] && is_leader_alive; do
    command -p sleep 0.1
    grace_tenths=$((grace_tenths - 1))
  done
  # Ends grandchildren, whatever ignored the signal, and the watcher itself.
  kill -s KILL 0
}

# Forked twice, so that the command does not find a child that it never started. All streams are let go: a watcher that
# held standard output would keep the reader waiting after the command has closed it.
(watch </dev/null >/dev/null 2>&1 &)
exec 3<&-
exec "$@"
