/* SPDX-License-Identifier: Apache-2.0 */
/* host/usr/bin/prog: a program with symbols. */

__attribute__((noinline)) int helper_a(int n)
{
	return n * 3 + 1;
}

__attribute__((noinline)) int helper_b(int n, const char *text)
{
	return n + (text ? text[0] : 0);
}

__attribute__((noinline)) static int hidden(int n)
{
	return n ^ 5;
}

__attribute__((noinline)) int work(int n)
{
	return helper_a(n) + helper_b(n, "work") + hidden(n);
}

int main(int argc, char **argv)
{
	(void)argv;
	return work(argc);
}
