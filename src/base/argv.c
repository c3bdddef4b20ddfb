/* SPDX-License-Identifier: Apache-2.0 */
#include "base/argv.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* What a word is as an option. */
struct option_word {
	bool is_known; /* by its full name */
	bool wants_next; /* its value is the next word */
	int val;
};

/* The row of that name, else the only one that begins so. */
static const struct option *find_row(const struct argv_options *o,
				     const char *name, size_t n)
{
	const struct option *found = NULL;
	int n_found = 0;

	for (const struct option *row = o->names; row->name; row++) {
		if (strncmp(row->name, name, n) != 0)
			continue;
		if (!row->name[n])
			return row;
		found = row;
		n_found++;
	}
	return n_found == 1 ? found : NULL;
}

static struct option_word long_option(const struct argv_options *o,
				      const char *name)
{
	size_t n = strcspn(name, "=");
	const struct option *row = find_row(o, name, n);

	if (!row)
		return (struct option_word){ 0 };
	return (struct option_word){
		.is_known = !row->name[n] &&
			    (!name[n] || row->has_arg != no_argument),
		.wants_next = row->has_arg == required_argument && !name[n],
		.val = row->val,
	};
}

/* Several letters may share a dash; the value of the last may follow it. */
static struct option_word letters(const struct argv_options *o,
				  const char *word)
{
	struct option_word w = { .is_known = *word };

	for (; *word; word++) {
		const char *row = strchr(o->letters, *word);

		if (!row || *word == ':' || *word == '+')
			return (struct option_word){ 0 };
		w.val = *row;
		if (row[1] == ':') {
			w.wants_next = !word[1];
			break;
		}
	}
	return w;
}

static struct option_word read_word(const struct argv_options *o,
				    const char *word)
{
	if (word[0] != '-' || !word[1])
		return (struct option_word){ 0 };
	if (word[1] == '-')
		return long_option(o, word + 2);
	return letters(o, word + 1);
}

/* Whether it is an option, behind another word or not. */
static bool is_option(const char *word, const struct option_word *w,
		      bool behind)
{
	if (behind)
		return w->is_known && w->val != 'h';
	return word[0] == '-' && word[1];
}

int argv_sort(int *argc, char **argv, const struct argv_options *o)
{
	char **words = xmalloc(((size_t)*argc + 1) * sizeof(*words));
	int n_options = *argc > 0, n_words = 0, i = n_options;
	bool ends = false;

	while (i < *argc && !ends && strcmp(argv[i], "--") != 0) {
		struct option_word w = read_word(o, argv[i]);

		if (!is_option(argv[i], &w, n_words)) {
			words[n_words++] = argv[i++];
			continue;
		}
		argv[n_options++] = argv[i++];
		if (w.wants_next && i < *argc)
			argv[n_options++] = argv[i++];
		ends = w.is_known && o->last && w.val == o->last;
	}
	if (i < *argc && !n_words && !strcmp(argv[i], "--"))
		i++;
	while (i < *argc)
		words[n_words++] = argv[i++];
	memcpy(argv + n_options, words, (size_t)n_words * sizeof(*words));
	*argc = n_options + n_words;
	argv[*argc] = NULL;
	free(words);
	return n_options;
}
