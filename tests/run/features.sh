# SPDX-License-Identifier: Apache-2.0
# features.sh - what can the running kernel do? Sourced by run.sh.
#
# REQUIRES lists features. Each is decided by looking at the kernel, not at its
# version, where that is possible. A leading "no" asks for the opposite.

declare -A feature_known=()

# What this project's own kernels have only in a guest: a case that needs one
# of these runs there in every way, since nothing else runs it.
only_in_guest()
{
	[[ " ${field[REQUIRES]-} " =~ \ (kprobe|kprobe_multi|kprobe_session|fentry|lsm|guest)\  ]]
}

kernel_is()
{
	local have want

	[[ $(uname -r) =~ ^([0-9]+)\.([0-9]+) ]]
	have=$((BASH_REMATCH[1] * 1000 + BASH_REMATCH[2]))
	[[ $1 =~ ^(\>=|\<)([0-9]+)\.([0-9]+)$ ]] || return 2
	want=$((BASH_REMATCH[2] * 1000 + BASH_REMATCH[3]))
	case ${BASH_REMATCH[1]} in
	'>=') ((have >= want)) ;;
	'<')  ((have < want)) ;;
	esac
}

# 0: yes, 1: no, 2: there is no such feature.
probe_feature()
{
	case $1 in
	kprobe)  [[ -e /sys/bus/event_source/devices/kprobe ]] ;;
	kprobe_multi)   grep -q ' register_fprobe$' /proc/kallsyms ;;
	kprobe_session) probe_feature kprobe_multi && kernel_is '>=6.10' ;;
	uprobe_multi)   kernel_is '>=6.6' ;;
	fentry)  { read -r -n 1 </sys/kernel/tracing/available_filter_functions
		 } 2>/dev/null ;;
	lsm)     probe_feature fentry &&
		 [[ $(</sys/kernel/security/lsm) == *bpf* ]] ;;
	override) [[ -e /sys/kernel/debug/error_injection/list ]] ;;
	hardware) [[ -e /sys/bus/event_source/devices/cpu ]] ;;
	btf)     [[ -e /sys/kernel/btf/vmlinux ]] ;;
	cgroup2) grep -q ' cgroup2 ' /proc/mounts ;;
	guest)   [[ -n ${ESPY_TEST_GUEST-} ]] ;;
	native)  [[ -z ${ESPY_TEST_GUEST-} ]] ;;
	root)    ((EUID == 0)) ;;
	static)  [[ -x $(dirname "$ESPY")/tests/espy-run-static ]] ;;
	kernel*) kernel_is "${1#kernel}" ;;
	arch:*)  [[ $(uname -m) == "${1#*:}" ]] ;;
	symbol:*) grep -q " ${1#*:}\$" /proc/kallsyms ;;
	module:*) [[ -e /sys/module/${1#*:} ]] ||
		  modprobe "${1#*:}" 2>/dev/null ;;
	tracepoint:*)
		 [[ -e /sys/kernel/tracing/events/${1#*:} ]] ;;
	command:*) command -v "${1#*:}" >/dev/null ;;
	file:*)  [[ -e ${1#*:} ]] ;;
	program:*) [[ -x $PROGS/${1#*:} ]] ;;
	no*)     probe_feature "${1#no}"
		 case $? in 0) return 1 ;; 1) return 0 ;; esac
		 return 2 ;;
	*)       return 2 ;;
	esac
}

# Are all features of the case there? If not, missing names the first. A
# feature nobody knows is a mistake in the file; the case then runs and fails.
features_met()
{
	local feature

	for feature in ${field[REQUIRES]-}; do
		if [[ -z ${feature_known[$feature]-} ]]; then
			probe_feature "$feature"
			feature_known[$feature]=$?
		fi
		missing=$feature
		((feature_known[$feature] != 1)) || return 1
	done
	return 0
}

unknown_feature()
{
	local feature

	for feature in ${field[REQUIRES]-}; do
		((${feature_known[$feature]-0} != 2)) || echo "$feature"
	done
}
