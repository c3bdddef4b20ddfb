# SPDX-License-Identifier: Apache-2.0
# The words of scripts, as a dictionary for libFuzzer, each once.
{
	sub(/\r$/, "")
	gsub(/"[^"]*"/, " ")
	n = split($0, words, /[^_a-zA-Z0-9:@$*]+/)
	for (i = 1; i <= n; i++) {
		word = words[i]
		if (length(word) < 2 || length(word) > 40 || word in seen)
			continue
		seen[word] = 1
		printf "\"%s\"\n", word
	}
}
