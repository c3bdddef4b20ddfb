/* SPDX-License-Identifier: Apache-2.0 */
/* gopher [N [FILE]] - functions of Go, called N (1) times each by a goroutine
 * of their own, with i counting from 1:
 *
 *	main.sum(i, 2 * i ... 9 * i)	nine numbers in registers; the sum 45 * i
 *	main.ten(1 ... 9, i)		the tenth is on the stack; 45 + i
 *	main.greet("gopher-i", i)	a text and its length; the length
 *	main.last([]byte{i, i + 1, i + 2}, 7)	a slice; its last byte
 *	main.mixed(-i, 0.5, i, true)	a float is not in the registers of others
 *	main.area(point{i, -i}, 3)	a struct by value; 3 * i * -i
 *	main.(*counter).add(i)		a method; the total
 *	main.deep(i, 1000)		moves the stack to a larger one; i + 1000
 *
 * With FILE the calls wait until that file is there. */
package main

import (
	"os"
	"strconv"
	"time"
)

type point struct{ x, y int }

type counter struct {
	id    int32
	total int
}

//go:noinline
func sum(a, b, c, d, e, f, g, h, i int) int {
	return a + b + c + d + e + f + g + h + i
}

//go:noinline
func ten(a, b, c, d, e, f, g, h, i, j int) int {
	return a + b + c + d + e + f + g + h + i + j
}

//go:noinline
func greet(name string, times uint32) int {
	return len(name) + int(times)*0
}

//go:noinline
func last(bytes []byte, more int16) byte {
	return bytes[len(bytes)-1] + byte(more)*0
}

//go:noinline
func mixed(a int8, f float64, b uint64, yes bool) int {
	if yes {
		return int(a) + int(f) + int(b)
	}
	return -1
}

//go:noinline
func area(p point, times int) int {
	return p.x * p.y * times
}

//go:noinline
func (c *counter) add(n int) int {
	c.total += n
	return c.total
}

//go:noinline
func deep(n, left int) int {
	var room [64]int
	if left == 0 {
		return n
	}
	room[left%64] = 1
	return deep(n, left-1) + room[left%64]
}

func calls(i int, c *counter, wrong chan bool) {
	w := sum(i, 2*i, 3*i, 4*i, 5*i, 6*i, 7*i, 8*i, 9*i) != 45*i
	w = ten(1, 2, 3, 4, 5, 6, 7, 8, 9, i) != 45+i || w
	name := "gopher-" + strconv.Itoa(i)
	w = greet(name, uint32(i)) != len(name) || w
	w = last([]byte{byte(i), byte(i + 1), byte(i + 2)}, 7) != byte(i+2) || w
	w = mixed(int8(-i), 0.5, uint64(i), true) != 0 || w
	w = area(point{i, -i}, 3) != -3*i*i || w
	w = c.add(i) != i*(i+1)/2 || w
	w = deep(i, 1000) != i+1000 || w
	wrong <- w
}

func main() {
	count, status := 1, 0
	if len(os.Args) > 1 {
		count, _ = strconv.Atoi(os.Args[1])
	}
	for len(os.Args) > 2 {
		if _, err := os.Stat(os.Args[2]); err == nil {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	c, wrong := &counter{id: 42}, make(chan bool)
	for i := 1; i <= count; i++ {
		go calls(i, c, wrong)
		if <-wrong {
			status = 1
		}
	}
	os.Exit(status)
}
