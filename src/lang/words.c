/* SPDX-License-Identifier: Apache-2.0 */
/* The words of the language itself, for those who ask what one means. */
#include "lang/lang.h"

const struct word word_rows[] = {
	{ "break", "break;", "Leaves the innermost loop.",
	  "for ($i : 0..10) { if ($i == 3) { break; } }" },
	{ "comptime", "comptime EXPRESSION",
	  "The value has to be known when the script is compiled; of an if, the "
	  "branch that is not taken is not even checked.",
	  "if comptime (sizeof(uint64) == 8) { print(comptime (1 + 2)); }" },
	{ "config", "config = { KEY = VALUE; ... }",
	  "Settings of the script, before its first probe.",
	  "config = { max_strlen = 128; } begin { print(config.max_strlen); }" },
	{ "container_of", "container_of(POINTER, TYPE, MEMBER)",
	  "The pointer to the TYPE whose MEMBER, a path as in a.b, is where "
	  "POINTER points.",
	  "print(container_of(curtask->tasks.next, struct task_struct, "
	  "tasks)->comm);" },
	{ "continue", "continue;", "Goes on with the next turn of a loop.",
	  "for ($i : 0..10) { if ($i % 2) { continue; } print($i); }" },
	{ "fn", "fn NAME($NAME : TYPE, ...) : TYPE { ... }",
	  "A function of the script, before the probes that call it.",
	  "fn half($n : uint64) : uint64 { return $n / 2; } "
	  "begin { print(half(8)); }" },
	{ "for", "for ($i : FROM..TO) { ... }\nfor ($kv : @map) { ... }",
	  "Once for each number from FROM on, TO not included; or for each "
	  "entry of a map, as the tuple of its key and its value.",
	  "@[1] = 2; for ($kv : @) { print(($kv.0, $kv.1)); }" },
	{ "if", "if CONDITION { ... } else if CONDITION { ... } else { ... }",
	  "Runs the first block whose condition holds. It can be a value: the "
	  "last expression of its blocks.",
	  "$what = if (pid == 0) { \"idle\" } else { comm }; print($what);" },
	{ "import", "import \"FILE\";",
	  "Functions, macros and C of another file, which is looked for beside "
	  "the script.",
	  NULL },
	{ "let", "let $NAME : TYPE = VALUE;\nlet @NAME = KIND(ENTRIES);",
	  "A variable of the block, with a type, a value or both; before the "
	  "probes, a map of a kind (hash, percpuhash, lruhash, percpulruhash, "
	  "array, percpuarray) and size.",
	  "let @n = lruhash(100); begin { let $x : uint8 = 7; @n[1] = $x; }" },
	{ "macro", "macro NAME($VALUE, @MAP, EXPRESSION) { ... }",
	  "Statements that are put in wherever its name is called.",
	  "macro twice(x) { x * 2 } begin { print(twice(4)); }" },
	{ "offsetof", "offsetof(TYPE, MEMBER)\noffsetof(EXPRESSION, MEMBER)",
	  "Bytes from the beginning of a struct to a member, a path as in a.b.",
	  "print(offsetof(struct task_struct, comm));" },
	{ "return", "return;\nreturn VALUE;",
	  "Ends the probe, or the function with its value.",
	  "if (pid == 0) { return; } @ = count();" },
	{ "self", "self->NAME",
	  "A variable of the thread, which all probes of the script share; gone "
	  "with the thread.",
	  "self->start = nsecs; print(self->start > 0);" },
	{ "sizeof", "sizeof(TYPE)\nsizeof(EXPRESSION)",
	  "Bytes of a type or value, which is not computed.",
	  "print(sizeof(struct task_struct));" },
	{ "typeinfo", "typeinfo(EXPRESSION)",
	  "What is known of a type, as a record: btf_id, base_ty, full_ty.",
	  "print(typeinfo(curtask));" },
	{ "typeof", "typeof(EXPRESSION)",
	  "The type of an expression, wherever a type can stand.",
	  "let $t : typeof(pid) = 1; print($t);" },
	{ "unroll", "unroll (N) { ... }",
	  "The block N times in a row, without a loop.",
	  "unroll (3) { @n++; }" },
	{ "while", "while (CONDITION) { ... }",
	  "As long as the condition holds; at most as often as the kernel lets "
	  "a loop run, which is told.",
	  "$i = 0; while ($i < 5) { $i++; } print($i);" },
	{ 0 },
};
