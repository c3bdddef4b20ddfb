/* SPDX-License-Identifier: Apache-2.0 */
/* inlined - main calls tools::outer(), into which box::get() is inlined, and
 * into that leaf(), which calls the kernel (getppid). C++ without its library,
 * optimized. The lines with calls have a mark. */
#if !defined(__x86_64__)
#error "no system call for this architecture"
#endif

#define INLINED  inline __attribute__((always_inline))
#define SEPARATE __attribute__((noinline))

static INLINED long leaf()
{
	long result;

	__asm__ volatile("syscall\n\tnop" /* in leaf */
			 : "=a"(result)
			 : "a"(110L)
			 : "rcx", "r11", "memory");
	return result;
}

namespace tools
{
struct box {
	long n;

	INLINED long get()
	{
		return leaf() + n; /* in get */
	}
};

SEPARATE long outer(box *b)
{
	return b->get() + 1; /* in outer */
}
} // namespace tools

int main()
{
	tools::box b = { 1 };

	return tools::outer(&b) <= 0; /* in main */
}
