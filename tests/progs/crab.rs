/* SPDX-License-Identifier: Apache-2.0 */
/* crab [N] - functions of Rust, called N (1) times each, with i counting from 1:
 *
 *	crab::math::half(2 * i), crab::math::third(3 * i)	both i
 *	crab::math::twice::<i32>(i), ::<i64>(i)		generic; 2 * i
 *	crab::shout("crab-i", i)	a text and its length; the length
 *	crab::last(&[i, i + 1], 7)	a slice; its last
 *	crab::area(Point { x: i, y: -i }, 3)	a struct by value; -3 * i * i
 *	crab::Counter::add(&mut c, i)	a method; the total
 *	<crab::Counter as crab::Named>::name(&c)	one of a trait; "clicks"
 *	crab::eight(1 ... 7, i)		the last two are on the stack; 28 + i
 *
 * Built twice: crab has Rust's older kind of names, crab_v0 the newer one. */
use std::env;
use std::process::exit;

mod math {
    #[inline(never)]
    pub fn half(x: i32) -> i32 {
        x / 2
    }

    #[inline(never)]
    pub fn third(x: i64) -> i64 {
        x / 3
    }

    #[inline(never)]
    pub fn twice<T: std::ops::Add<Output = T> + Copy>(x: T) -> T {
        x + x
    }
}

#[derive(Clone, Copy)]
struct Point {
    x: i32,
    y: i32,
}

struct Counter {
    id: u32,
    total: i64,
}

trait Named {
    fn name(&self) -> &'static str;
}

impl Counter {
    #[inline(never)]
    fn add(&mut self, n: i64) -> i64 {
        self.total += n;
        self.total
    }
}

impl Named for Counter {
    #[inline(never)]
    fn name(&self) -> &'static str {
        if self.id == 42 {
            "clicks"
        } else {
            ""
        }
    }
}

#[inline(never)]
fn shout(text: &str, _times: u32) -> usize {
    text.len()
}

#[inline(never)]
fn last(numbers: &[i32], _more: u8) -> i32 {
    numbers[numbers.len() - 1]
}

#[inline(never)]
fn area(p: Point, times: i32) -> i32 {
    p.x * p.y * times
}

#[inline(never)]
fn eight(a: i64, b: i64, c: i64, d: i64, e: i64, f: i64, g: i8, h: i64) -> i64 {
    a + b + c + d + e + f + g as i64 + h
}

fn calls(i: i32, c: &mut Counter) -> bool {
    let n = i as i64;
    let text = format!("crab-{}", i);

    math::half(2 * i) != i
        || math::third(3 * n) != n
        || math::twice(i) != 2 * i
        || math::twice(n) != 2 * n
        || shout(&text, i as u32) != text.len()
        || last(&[i, i + 1], 7) != i + 1
        || area(Point { x: i, y: -i }, 3) != -3 * i * i
        || c.add(n) != n * (n + 1) / 2
        || c.name() != "clicks"
        || eight(1, 2, 3, 4, 5, 6, 7, n) != 28 + n
}

fn main() {
    let count = env::args().nth(1).map_or(1, |n| n.parse().unwrap());
    let mut c = Counter { id: 42, total: 0 };
    let mut wrong = false;

    for i in 1..count + 1 {
        wrong |= calls(i, &mut c);
    }
    exit(wrong as i32);
}
