/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/plan.h"

#include <endian.h>
#include <libelf.h>

#include "plan/abi.h"
#include "plan/plan_btf.h"

/* What plan_seal() appends: magic, the length of what is before it (32 bits),
 * and a 64-bit FNV-1a hash of all that, magic and length included. Numbers
 * are little-endian. Every change of one byte changes the hash. */
#define SEAL_MAGIC "ESPS"
#define SEAL_SIZE  16
#define HASHED     8 /* bytes of the seal that are hashed */

#define FNV_START 0xcbf29ce484222325ull
#define FNV_PRIME 0x100000001b3ull

static const struct span nowhere;

bool plan_is_elf(struct str bytes)
{
	return str_starts(bytes, ELFMAG);
}

/* --- the seal --------------------------------------------------------------- */

static uint64_t hash_bytes(const char *p, size_t n)
{
	uint64_t hash = FNV_START;
	size_t i;

	for (i = 0; i < n; i++)
		hash = (hash ^ (unsigned char)p[i]) * FNV_PRIME;
	return hash;
}

void plan_seal(struct buf *elf)
{
	uint32_t length = htole32((uint32_t)elf->n);
	uint64_t hash;

	buf_puts(elf, SEAL_MAGIC);
	buf_add(elf, &length, sizeof(length));
	hash = htole64(hash_bytes(elf->p, elf->n));
	buf_add(elf, &hash, sizeof(hash));
}

/* Without a seal: a saved program that was cut, or none at all? */
static bool refuse_unsealed(struct str bytes, struct diags *d)
{
	Elf64_Ehdr head;

	if (bytes.n >= sizeof(head)) {
		memcpy(&head, bytes.p, sizeof(head));
		if (le16toh(head.e_machine) != EM_BPF &&
		    be16toh(head.e_machine) != EM_BPF)
			return diag_error(d, nowhere, D_SAVED,
					  "this is a program, but not one "
					  "that espy saved");
	}
	return diag_error(d, nowhere, D_SAVED,
			  "the end of the file is missing: it was cut short, "
			  "or espy did not save it");
}

/* On success *elf is what was sealed. */
static bool open_seal(struct str bytes, struct str *elf, struct diags *d)
{
	const char *seal;
	uint32_t length;
	uint64_t hash;

	if (!plan_is_elf(bytes))
		return diag_error(d, nowhere, D_SAVED,
				  "this is not a saved program");
	*elf = bytes;
	if (bytes.n < SEAL_SIZE)
		return refuse_unsealed(bytes, d);
	elf->n -= SEAL_SIZE;
	seal = bytes.p + elf->n;
	if (memcmp(seal, SEAL_MAGIC, strlen(SEAL_MAGIC)))
		return refuse_unsealed(bytes, d);
	memcpy(&length, seal + strlen(SEAL_MAGIC), sizeof(length));
	memcpy(&hash, seal + HASHED, sizeof(hash));
	if (le32toh(length) != (uint32_t)elf->n)
		return diag_error(d, nowhere, D_SAVED,
				  "the file is damaged: %zu bytes instead of "
				  "%u",
				  elf->n, le32toh(length));
	if (le64toh(hash) != hash_bytes(bytes.p, elf->n + HASHED))
		return diag_error(d, nowhere, D_SAVED,
				  "the file is damaged: its checksum is wrong");
	return true;
}

/* --- the section -------------------------------------------------------------- */

/* The last of that name, which is the one that libbpf takes. */
static bool find_section(Elf *elf, const char *wanted, struct str *out)
{
	bool is_found = false;
	Elf_Scn *section = NULL;
	Elf64_Shdr *head;
	const char *name;
	Elf_Data *data;
	size_t names;

	if (elf_getshdrstrndx(elf, &names))
		return false;
	while ((section = elf_nextscn(elf, section))) {
		head = elf64_getshdr(section);
		name = head ? elf_strptr(elf, names, head->sh_name) : NULL;
		if (!name || strcmp(name, wanted))
			continue;
		data = elf_rawdata(section, NULL);
		if (!data || !data->d_buf)
			return false;
		*out = (struct str){ data->d_buf, data->d_size };
		is_found = true;
	}
	return is_found;
}

/* libbpf believes what types say. */
static bool check_types(Elf *elf, struct diags *d)
{
	struct str btf = { 0 }, ext = { 0 };
	const char *why = NULL, *section = ".BTF";

	if (find_section(elf, ".BTF", &btf))
		why = plan_btf_wrong(btf);
	if (!why && find_section(elf, ".BTF.ext", &ext)) {
		section = ".BTF.ext";
		why = plan_btf_ext_wrong(ext, btf);
	}
	return !why ||
	       diag_error(d, nowhere, D_SAVED,
			  "the file is damaged: section %s: %s", section, why);
}

struct plan *plan_from_elf(struct str bytes, struct diags *d)
{
	struct plan *p = NULL;
	struct str object, encoded;
	Elf *elf;

	if (!open_seal(bytes, &object, d))
		return NULL;
	elf_version(EV_CURRENT);
	/* libelf does not write to what it only reads. */
	elf = elf_memory((char *)object.p, object.n);
	if (elf && find_section(elf, ABI_SECTION_PLAN, &encoded)) {
		if (check_types(elf, d))
			p = plan_read(encoded, d);
	} else {
		diag_error(d, nowhere, D_SAVED,
			   "the file has no section " ABI_SECTION_PLAN
			   ": espy did not save it");
	}
	elf_end(elf);
	if (p)
		p->object = str_copy(&p->arena, object);
	return p;
}
