/* SPDX-License-Identifier: Apache-2.0 */
/* leftovers - has a test left something of ours in the kernel?
 *
 *	leftovers list			print the ids of all BPF programs, maps
 *					and links, one "KIND ID" per line
 *	leftovers since FILE SECONDS	wait until everything that is not in
 *					FILE (an earlier list) is gone
 *
 * The kernel frees BPF objects some time after the last user went away, hence
 * the wait. What another living process holds open is that process's business
 * and is not counted. What remains is named on stdout; the status is then 1. */
#include <dirent.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "number.h"

enum {
	KIND_PROG,
	KIND_MAP,
	KIND_LINK,
	KIND_N
};

static const struct kind {
	const char *name;
	int next; /* bpf command: the id after this one */
	int open; /* bpf command: a file descriptor from an id */
	const char *fd; /* the line of fdinfo that names the id */
} kinds[KIND_N] = {
	[KIND_PROG] = { "prog", BPF_PROG_GET_NEXT_ID, BPF_PROG_GET_FD_BY_ID,
			"prog_id:" },
	[KIND_MAP] = { "map", BPF_MAP_GET_NEXT_ID, BPF_MAP_GET_FD_BY_ID,
		       "map_id:" },
	[KIND_LINK] = { "link", BPF_LINK_GET_NEXT_ID, BPF_LINK_GET_FD_BY_ID,
			"link_id:" },
};

struct ids {
	uint32_t id[KIND_N][4096];
	int count[KIND_N];
};

static int bpf(int command, union bpf_attr *attr)
{
	return (int)syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static void add(struct ids *ids, int kind, uint32_t id)
{
	if (ids->count[kind] == 4096) {
		fprintf(stderr, "leftovers: too many objects\n");
		exit(2);
	}
	ids->id[kind][ids->count[kind]++] = id;
}

static bool has(const struct ids *ids, int kind, uint32_t id)
{
	for (int i = 0; i < ids->count[kind]; i++)
		if (ids->id[kind][i] == id)
			return true;
	return false;
}

static void list(struct ids *ids)
{
	memset(ids, 0, sizeof(*ids));
	for (int kind = 0; kind < KIND_N; kind++) {
		union bpf_attr attr = { 0 };

		while (bpf(kinds[kind].next, &attr) == 0) {
			add(ids, kind, attr.next_id);
			attr.start_id = attr.next_id;
		}
		if (errno != ENOENT) {
			perror("leftovers: bpf");
			exit(2);
		}
	}
}

static void load(const char *path, struct ids *ids)
{
	FILE *file = fopen(path, "r");
	char name[8];
	uint32_t id;

	if (!file) {
		perror(path);
		exit(2);
	}
	memset(ids, 0, sizeof(*ids));
	while (fscanf(file, "%7s %u", name, &id) == 2)
		for (int kind = 0; kind < KIND_N; kind++)
			if (!strcmp(name, kinds[kind].name))
				add(ids, kind, id);
	fclose(file);
}

/* Does this fdinfo file say that the descriptor is object id? */
static bool names(const char *path, const char *key, uint32_t id)
{
	FILE *file = fopen(path, "r");
	bool found = false;
	char line[256];

	if (!file)
		return false;
	while (!found && fgets(line, sizeof(line), file))
		found = !strncmp(line, key, strlen(key)) &&
			strtoul(line + strlen(key), NULL, 10) == id;
	fclose(file);
	return found;
}

static bool held_by(const char *process, const char *key, uint32_t id)
{
	char path[600];
	struct dirent *e;
	bool found = false;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%s/fdinfo", process);
	dir = opendir(path);
	if (!dir)
		return false;
	while (!found && (e = readdir(dir))) {
		snprintf(path, sizeof(path), "/proc/%s/fdinfo/%s", process,
			 e->d_name);
		found = names(path, key, id);
	}
	closedir(dir);
	return found;
}

/* Does a living process hold a descriptor of the object? */
static bool held(int kind, uint32_t id)
{
	DIR *dir = opendir("/proc");
	bool found = false;
	struct dirent *e;

	while (dir && !found && (e = readdir(dir)))
		if (e->d_name[0] >= '0' && e->d_name[0] <= '9')
			found = held_by(e->d_name, kinds[kind].fd, id);
	if (dir)
		closedir(dir);
	return found;
}

static void object_name(int kind, uint32_t id, char name[BPF_OBJ_NAME_LEN])
{
	union bpf_attr attr = { .prog_id = id };
	struct bpf_prog_info prog = { 0 };
	struct bpf_map_info map = { 0 };
	int fd = bpf(kinds[kind].open, &attr);

	strcpy(name, "?");
	if (fd < 0)
		return;
	attr = (union bpf_attr){ .info.bpf_fd = (uint32_t)fd };
	if (kind == KIND_PROG) {
		attr.info.info_len = sizeof(prog);
		attr.info.info = (uintptr_t)&prog;
	} else if (kind == KIND_MAP) {
		attr.info.info_len = sizeof(map);
		attr.info.info = (uintptr_t)&map;
	}
	if (kind != KIND_LINK && bpf(BPF_OBJ_GET_INFO_BY_FD, &attr) == 0)
		memcpy(name, kind == KIND_PROG ? prog.name : map.name,
		       BPF_OBJ_NAME_LEN);
	close(fd);
}

/* How many objects are new and nobody's; named when asked to. */
static int count_new(const struct ids *before, bool last)
{
	static struct ids now;
	int count = 0;

	list(&now);
	for (int kind = 0; kind < KIND_N; kind++)
		for (int i = 0; i < now.count[kind]; i++) {
			uint32_t id = now.id[kind][i];
			char name[BPF_OBJ_NAME_LEN];

			if (has(before, kind, id))
				continue;
			if (last && held(kind, id))
				continue;
			if (last) {
				object_name(kind, id, name);
				printf("%s %u %s\n", kinds[kind].name, id,
				       name);
			}
			count++;
		}
	return count;
}

static int since(const char *path, long seconds)
{
	static struct ids before;
	struct timespec pause = { 0, 5000000 };
	time_t start = time(NULL);

	load(path, &before);
	while (count_new(&before, false)) {
		if (time(NULL) - start > seconds)
			return count_new(&before, true) ? 1 : 0;
		nanosleep(&pause, NULL);
		if (pause.tv_nsec < 200000000)
			pause.tv_nsec *= 2;
	}
	return 0;
}

int main(int argc, char **argv)
{
	static struct ids now;

	if (argc == 4 && !strcmp(argv[1], "since"))
		return since(argv[2], number_arg(argc, argv, 3, 0));
	if (argc != 2 || strcmp(argv[1], "list")) {
		fprintf(stderr, "usage: leftovers list|since FILE SECONDS\n");
		return 2;
	}
	list(&now);
	for (int kind = 0; kind < KIND_N; kind++)
		for (int i = 0; i < now.count[kind]; i++)
			printf("%s %u\n", kinds[kind].name, now.id[kind][i]);
	return 0;
}
