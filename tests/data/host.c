/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel of the fake machine, made into host/sys/kernel/btf/vmlinux by
 * make-host.sh: only its BTF is used. */
#include "host_types.h"

#define keep(thing) __attribute__((used)) thing

/* A struct that only pointers reach would be a forward declaration. */
keep(struct task_struct init_task);
keep(struct uts_namespace init_uts_ns);
keep(struct pid_namespace init_pid_ns);
keep(struct net init_net);
keep(struct mnt_namespace init_mnt_ns);
keep(struct nsproxy init_nsproxy);
keep(struct cred init_cred);
keep(struct mm_struct init_mm);
keep(struct vm_area_struct gate_vma);
keep(struct signal_struct init_signals);
keep(struct files_struct init_files);
keep(struct linux_binprm a_binprm);
keep(struct kernel_clone_args a_clone_args);
keep(struct file a_file);
keep(struct dentry a_dentry);
keep(struct inode a_inode);
keep(struct vfsmount a_vfsmount);
keep(struct super_block a_super_block);
keep(struct iovec a_iovec);
keep(struct __kernel_timespec a_timespec);
keep(struct timespec64 a_timespec64);
keep(struct page a_page);
keep(struct in_addr a_in_addr);
keep(struct sock a_sock);
keep(struct socket a_socket);
keep(struct sockaddr a_sockaddr);
keep(struct msghdr a_msghdr);
keep(struct net_device a_net_device);
keep(struct sk_buff a_sk_buff);
keep(struct gendisk a_gendisk);
keep(struct block_device a_block_device);
keep(struct request_queue a_request_queue);
keep(struct bio a_bio);
keep(struct request a_request);
keep(struct pt_regs a_pt_regs);
keep(struct bpf_iter_meta a_meta);
keep(struct bpf_iter__task a_task_iter);
keep(struct bpf_iter__task_file a_task_file_iter);
keep(struct trace_event_raw_sched_process_exec an_exec);
keep(struct shapes a_shape);
keep(enum pid_type a_pid_type);
keep(enum skb_drop_reason a_drop_reason);
keep(enum pageflags a_pageflags);
keep(enum hrtimer_restart a_restart);

/* --- functions --------------------------------------------------------------- */

ssize_t vfs_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	return 0;
}

ssize_t vfs_write(struct file *file, const char __user *buf, size_t count,
		  loff_t *pos)
{
	return 0;
}

int vfs_open(const struct path *path, struct file *file)
{
	return 0;
}

int vfs_fsync(struct file *file, int datasync)
{
	return 0;
}

int vfs_unlink(struct inode *dir, struct dentry *dentry,
	       struct inode **delegated_inode)
{
	return 0;
}

long do_nanosleep(void *t, enum hrtimer_restart mode)
{
	return 0;
}

int do_sys_openat2(int dfd, const char __user *filename, void *how)
{
	return 0;
}

int tcp_connect(struct sock *sk)
{
	return 0;
}

int tcp_v4_connect(struct sock *sk, struct sockaddr *uaddr, int addr_len)
{
	return 0;
}

int tcp_sendmsg(struct sock *sk, struct msghdr *msg, size_t size)
{
	return 0;
}

void tcp_set_state(struct sock *sk, int state)
{
}

void tcp_close(struct sock *sk, long timeout)
{
}

void blk_mq_start_request(struct request *rq)
{
}

void kfree_skb_reason(struct sk_buff *skb, enum skb_drop_reason reason)
{
}

void wake_up_new_task(struct task_struct *p)
{
}

pid_t kernel_clone(struct kernel_clone_args *args)
{
	return 0;
}

bool security_capable_noaudit(const struct cred *cred, int cap)
{
	return 0;
}

int bprm_execve(struct linux_binprm *bprm)
{
	return 0;
}

int security_file_open(struct file *file)
{
	return 0;
}

int bpf_lsm_file_open(struct file *file)
{
	return 0;
}

int bpf_iter_task(struct bpf_iter_meta *meta, struct task_struct *task)
{
	return 0;
}

int bpf_iter_task_file(struct bpf_iter_meta *meta, struct task_struct *task,
		       u32 fd, struct file *file)
{
	return 0;
}

/* More than a register can hold: two slots. */
int submit_span(struct timespec64 span, int flags)
{
	return 0;
}

/* --- raw tracepoints --------------------------------------------------------- */

/* A kernel has both: the typedef without names of parameters, the iterator
 * with them. */
#define TRACE(name, types, params)                \
	typedef void(*btf_trace_##name) types;    \
	keep(btf_trace_##name pointer_to_##name); \
	int __traceiter_##name params             \
	{                                         \
		return 0;                         \
	}

#define TYPES(...)  (void *, __VA_ARGS__)
#define PARAMS(...) (void *__data, __VA_ARGS__)

TRACE(sched_switch,
      TYPES(bool, struct task_struct *, struct task_struct *, unsigned int),
      PARAMS(bool preempt, struct task_struct *prev, struct task_struct *next,
	     unsigned int prev_state))
TRACE(sched_process_exec,
      TYPES(struct task_struct *, pid_t, struct linux_binprm *),
      PARAMS(struct task_struct *p, pid_t old_pid, struct linux_binprm *bprm))
TRACE(sched_process_fork, TYPES(struct task_struct *, struct task_struct *),
      PARAMS(struct task_struct *parent, struct task_struct *child))
TRACE(sched_process_exit, TYPES(struct task_struct *),
      PARAMS(struct task_struct *p))
TRACE(sched_wakeup, TYPES(struct task_struct *), PARAMS(struct task_struct *p))
TRACE(sched_wakeup_new, TYPES(struct task_struct *),
      PARAMS(struct task_struct *p))
TRACE(block_rq_issue, TYPES(struct request *), PARAMS(struct request *rq))
TRACE(sys_enter, TYPES(struct pt_regs *, long),
      PARAMS(struct pt_regs *regs, long id))
TRACE(kfree_skb, TYPES(struct sk_buff *, void *, enum skb_drop_reason),
      PARAMS(struct sk_buff *skb, void *location, enum skb_drop_reason reason))

/* No names anywhere. */
typedef void (*btf_trace_nameless)(void *, const char *, int);
keep(btf_trace_nameless pointer_to_nameless);
