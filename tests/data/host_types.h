/* SPDX-License-Identifier: Apache-2.0 */
/* host_types.h - the kernel types of the fake machine, for host.c: a subset in
 * the kernel's shapes. Layouts are this file's own; tests expect them, no
 * kernel needs to have them. */
#ifndef ESPY_TESTS_HOST_TYPES_H
#define ESPY_TESTS_HOST_TYPES_H

typedef _Bool bool;
typedef signed char s8;
typedef unsigned char u8;
typedef short s16;
typedef unsigned short u16;
typedef int s32;
typedef unsigned int u32;
typedef long long s64;
typedef unsigned long long u64;
typedef u8 __u8;
typedef u16 __u16;
typedef u32 __u32;
typedef u64 __u64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef unsigned long size_t;
typedef long ssize_t;
typedef long long loff_t;
typedef int pid_t;
typedef unsigned int uid_t;
typedef unsigned int gid_t;
typedef u32 dev_t;
typedef u64 sector_t;
typedef unsigned short umode_t;
typedef unsigned int fmode_t;
typedef u64 ktime_t;

#define __user   __attribute__((btf_type_tag("user")))
#define __percpu __attribute__((btf_type_tag("percpu")))
#define __rcu    __attribute__((btf_type_tag("rcu")))

/* --- enums ------------------------------------------------------------------- */

enum pid_type {
	PIDTYPE_PID,
	PIDTYPE_TGID,
	PIDTYPE_PGID,
	PIDTYPE_SID,
	PIDTYPE_MAX,
};

enum skb_drop_reason {
	SKB_NOT_DROPPED_YET,
	SKB_CONSUMED,
	SKB_DROP_REASON_NOT_SPECIFIED,
	SKB_DROP_REASON_NO_SOCKET,
	SKB_DROP_REASON_PKT_TOO_SMALL,
	SKB_DROP_REASON_TCP_CSUM,
	SKB_DROP_REASON_NETFILTER_DROP = 8,
};

enum {
	TCP_ESTABLISHED = 1,
	TCP_SYN_SENT,
	TCP_SYN_RECV,
	TCP_FIN_WAIT1,
	TCP_FIN_WAIT2,
	TCP_TIME_WAIT,
	TCP_CLOSE,
	TCP_CLOSE_WAIT,
	TCP_LAST_ACK,
	TCP_LISTEN,
	TCP_CLOSING,
	TCP_NEW_SYN_RECV,
	TCP_MAX_STATES,
} a_tcp_state __attribute__((used));

enum pageflags {
	PG_locked,
	PG_writeback,
	PG_referenced,
	PG_uptodate,
	PG_dirty,
	PG_lru,
};

enum hrtimer_restart {
	HRTIMER_NORESTART,
	HRTIMER_RESTART,
};

enum work_flag {
	WORK_NONE = 0,
	WORK_FAILED = -1,
	WORK_CANCELLED = -2,
};

enum big_flag {
	BIG_FLAG_LOW = 1,
	BIG_FLAG_HIGH = 0x100000000ull,
};

/* --- small things ------------------------------------------------------------ */

typedef struct {
	int counter;
} atomic_t;

typedef struct {
	s64 counter;
} atomic64_t;

typedef struct {
	uid_t val;
} kuid_t;

typedef struct {
	gid_t val;
} kgid_t;

typedef struct {
	atomic_t refs;
} refcount_t;

struct list_head {
	struct list_head *next, *prev;
};

struct ns_common {
	const void *ops;
	unsigned int inum;
	refcount_t count;
};

/* --- processes --------------------------------------------------------------- */

struct new_utsname {
	char sysname[65];
	char nodename[65];
	char release[65];
	char version[65];
	char machine[65];
	char domainname[65];
};

struct uts_namespace {
	struct new_utsname name;
	void *user_ns;
	struct ns_common ns;
};

struct pid_namespace {
	unsigned int level;
	struct pid_namespace *parent;
	struct ns_common ns;
};

struct mnt_namespace {
	struct ns_common ns;
};

struct net {
	unsigned int hash_mix;
	struct ns_common ns;
};

struct nsproxy {
	refcount_t count;
	struct uts_namespace *uts_ns;
	struct mnt_namespace *mnt_ns;
	struct pid_namespace *pid_ns_for_children;
	struct net *net_ns;
};

struct cred {
	atomic64_t usage;
	kuid_t uid;
	kgid_t gid;
	kuid_t suid;
	kgid_t sgid;
	kuid_t euid;
	kgid_t egid;
};

struct vm_area_struct {
	unsigned long vm_start;
	unsigned long vm_end;
	struct mm_struct *vm_mm;
	unsigned long vm_flags;
};

struct mm_struct {
	struct {
		atomic_t mm_count;
		unsigned long mmap_base;
		unsigned long task_size;
		atomic_t mm_users;
		int map_count;
		unsigned long total_vm;
		unsigned long start_code, end_code, start_data, end_data;
		unsigned long arg_start, arg_end, env_start, env_end;
	};
	struct task_struct *owner;
	unsigned long cpu_bitmap[];
};

struct thread_info {
	unsigned long flags;
	u32 status;
	u32 cpu;
};

struct sched_entity {
	u64 exec_start;
	u64 sum_exec_runtime;
	u64 vruntime;
	bool on_rq;
};

struct signal_struct {
	refcount_t sigcnt;
	atomic_t live;
	int nr_threads;
	int group_exit_code;
};

struct files_struct {
	atomic_t count;
	unsigned int next_fd;
};

struct task_struct {
	struct thread_info thread_info;
	unsigned int __state;
	void *stack;
	refcount_t usage;
	unsigned int flags;
	int on_cpu;
	int prio;
	int static_prio;
	struct sched_entity se;
	struct list_head tasks;
	struct mm_struct *mm;
	struct mm_struct *active_mm;
	int exit_state;
	int exit_code;
	int exit_signal;
	unsigned int personality;
	unsigned sched_reset_on_fork : 1;
	unsigned sched_contributes_to_load : 1;
	unsigned sched_migrated : 1;
	unsigned : 0;
	unsigned in_execve : 1;
	unsigned in_iowait : 1;
	unsigned frozen_level : 4;
	signed nice_delta : 6;
	unsigned long atomic_flags;
	pid_t pid;
	pid_t tgid;
	struct task_struct __rcu *real_parent;
	struct task_struct __rcu *parent;
	struct list_head children;
	struct task_struct *group_leader;
	u64 utime, stime;
	unsigned long nvcsw, nivcsw;
	u64 start_time;
	u64 start_boottime;
	const struct cred __rcu *real_cred;
	const struct cred __rcu *cred;
	char comm[16];
	struct files_struct *files;
	struct nsproxy *nsproxy;
	struct signal_struct *signal;
	u64 parent_exec_id;
	int (*restart_fn)(struct task_struct *task);
	void __percpu *scratch;
	void __user *clear_child_tid;
};

struct linux_binprm {
	struct mm_struct *mm;
	struct file *executable;
	struct file *file;
	struct cred *cred;
	int argc, envc;
	const char *filename;
	const char *interp;
};

struct kernel_clone_args {
	u64 flags;
	int exit_signal;
};

/* --- files ------------------------------------------------------------------- */

struct qstr {
	union {
		struct {
			u32 hash;
			u32 len;
		};
		u64 hash_len;
	};
	const unsigned char *name;
};

struct super_block {
	struct list_head s_list;
	dev_t s_dev;
	unsigned char s_blocksize_bits;
	unsigned long s_blocksize;
	loff_t s_maxbytes;
	char s_id[32];
};

struct inode {
	umode_t i_mode;
	unsigned short i_opflags;
	kuid_t i_uid;
	kgid_t i_gid;
	unsigned int i_flags;
	struct super_block *i_sb;
	unsigned long i_ino;
	union {
		const unsigned int i_nlink;
		unsigned int __i_nlink;
	};
	dev_t i_rdev;
	loff_t i_size;
};

struct dentry {
	unsigned int d_flags;
	struct dentry *d_parent;
	struct qstr d_name;
	struct inode *d_inode;
	unsigned char d_iname[40];
	struct super_block *d_sb;
};

struct vfsmount {
	struct dentry *mnt_root;
	struct super_block *mnt_sb;
	int mnt_flags;
};

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

struct file {
	atomic64_t f_count;
	fmode_t f_mode;
	unsigned int f_flags;
	loff_t f_pos;
	struct inode *f_inode;
	struct path f_path;
	const struct cred *f_cred;
	void *private_data;
};

struct iovec {
	void __user *iov_base;
	size_t iov_len;
};

struct __kernel_timespec {
	long long tv_sec;
	long long tv_nsec;
};

struct timespec64 {
	s64 tv_sec;
	long tv_nsec;
};

struct page {
	unsigned long flags;
	union {
		struct {
			struct list_head lru;
			unsigned long index;
			unsigned long private;
		};
		struct {
			unsigned long compound_head;
		};
	};
	atomic_t _refcount;
};

/* --- network ----------------------------------------------------------------- */

struct in_addr {
	__be32 s_addr;
};

struct in6_addr {
	union {
		__u8 u6_addr8[16];
		__be16 u6_addr16[8];
		__be32 u6_addr32[4];
	} in6_u;
};

struct sock_common {
	union {
		u64 skc_addrpair;
		struct {
			__be32 skc_daddr;
			__be32 skc_rcv_saddr;
		};
	};
	union {
		unsigned int skc_hash;
		__u16 skc_u16hashes[2];
	};
	union {
		u32 skc_portpair;
		struct {
			__be16 skc_dport;
			__u16 skc_num;
		};
	};
	unsigned short skc_family;
	volatile unsigned char skc_state;
	unsigned char skc_reuse : 4;
	unsigned char skc_reuseport : 1;
	unsigned char skc_ipv6only : 1;
	int skc_bound_dev_if;
	struct net *skc_net;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
};

struct sock {
	struct sock_common __sk_common;
	atomic_t sk_drops;
	int sk_rcvbuf;
	int sk_sndbuf;
	u16 sk_type;
	u16 sk_protocol;
	kuid_t sk_uid;
	int sk_err;
};

struct sockaddr {
	unsigned short sa_family;
	char sa_data[14];
};

struct socket {
	short type;
	unsigned long flags;
	struct file *file;
	struct sock *sk;
};

struct msghdr {
	void *msg_name;
	int msg_namelen;
};

struct net_device {
	char name[16];
	int ifindex;
	unsigned int mtu;
};

struct sk_buff {
	struct sk_buff *next, *prev;
	struct net_device *dev;
	struct sock *sk;
	char cb[48];
	unsigned int len, data_len;
	__u16 mac_len, hdr_len;
	__u8 cloned : 1, nohdr : 1, fclone : 2, peeked : 1;
	__be16 protocol;
	__u16 transport_header, network_header, mac_header;
	unsigned char *head, *data;
};

/* --- block devices ----------------------------------------------------------- */

struct gendisk {
	int major;
	int first_minor;
	int minors;
	char disk_name[32];
};

struct block_device {
	sector_t bd_start_sect;
	dev_t bd_dev;
	struct gendisk *bd_disk;
};

struct request_queue {
	struct gendisk *disk;
	unsigned int nr_requests;
};

struct bio {
	struct bio *bi_next;
	struct block_device *bi_bdev;
	unsigned int bi_opf;
};

struct request {
	struct request_queue *q;
	unsigned int cmd_flags;
	unsigned int rq_flags;
	int tag;
	unsigned int __data_len;
	sector_t __sector;
	struct bio *bio;
	struct block_device *part;
	u64 start_time_ns;
	u64 io_start_time_ns;
};

/* --- contexts of probes ------------------------------------------------------ */

struct pt_regs {
	unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8;
	unsigned long ax, cx, dx, si, di, orig_ax, ip, cs, flags, sp, ss;
};

struct bpf_iter_meta {
	void *seq;
	u64 session_id;
	u64 seq_num;
};

struct bpf_iter__task {
	union {
		struct bpf_iter_meta *meta;
	};
	union {
		struct task_struct *task;
	};
};

struct bpf_iter__task_file {
	union {
		struct bpf_iter_meta *meta;
	};
	union {
		struct task_struct *task;
	};
	u32 fd;
	union {
		struct file *file;
	};
};

struct trace_entry {
	unsigned short type;
	unsigned char flags;
	unsigned char preempt_count;
	int pid;
};

struct trace_event_raw_sched_process_exec {
	struct trace_entry ent;
	u32 __data_loc_filename;
	pid_t pid;
	pid_t old_pid;
	char __data[];
};

struct unseen;

struct shapes {
	char text[8];
	char empty[0];
	unsigned char bytes[4];
	s8 signs[4];
	int matrix[2][3];
	double ratio;
	__int128 wide;
	enum big_flag big;
	enum work_flag work;
	struct unseen *unseen;
	struct {
		int a;
		struct {
			int b;
		} inner;
	} outer;
	bool flag;
	const char *const *names;
	unsigned long long packed : 40;
	union {
		int as_int;
		float as_float;
	} number;
} __attribute__((packed, aligned(8)));

#endif
