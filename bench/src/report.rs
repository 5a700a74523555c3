//! Prints what was measured.

use std::time::Duration;

use crate::measure::{FLOOR, Figures, SERVICES, Times};

/// The value in the middle.
pub fn median<T: Copy + Ord + Default>(values: &[T]) -> T {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

/// One line for each case, and one for the floor.
pub fn print(cases: &[(String, Figures)]) {
    println!("medians; in brackets the ratio to {FLOOR}, measured in turn with the function");
    print!(
        "{:<30} {:>15} {:>15} {:>15} {:>14} {:>6}",
        "function", "cold start ms", "first ms", "warm ms", "resident MiB", "MB"
    );
    for (service, _) in SERVICES {
        print!(" {service:>8}");
    }
    println!(" {:>11}", "connections");
    if let Some((_, figures)) = cases.first() {
        print_line(FLOOR, &figures.floor, &figures.floor);
        println!();
    }
    for (label, figures) in cases {
        print_line(label, &figures.function, &figures.floor);
        for trips in figures.cost.trips {
            let shown = match (trips.requests, trips.in_a_row) {
                (0, _) => "-".to_owned(),
                (all, in_a_row) if all == in_a_row => all.to_string(),
                (all, in_a_row) => format!("{all} ({in_a_row})"),
            };
            print!(" {shown:>8}");
        }
        println!(" {:>11}", figures.cost.connections);
    }
    println!(
        "round trips of an event that is not the process's first; in brackets how many of them one \
         after the other, if not all; connections: the most to one service"
    );
}

fn print_line(label: &str, of: &Times, floor: &Times) {
    let cell = |value: f64, floor: f64| format!("{value:.2} ({:.2}x)", value / floor);
    let timed = |of: &[Duration], floor: &[Duration]| cell(milliseconds(of), milliseconds(floor));
    print!(
        "{label:<30} {:>15} {:>15} {:>15} {:>14} {:>6.1}",
        timed(&of.cold, &floor.cold),
        timed(&of.first, &floor.first),
        timed(&of.warm, &floor.warm),
        cell(mebibytes(of), mebibytes(floor)),
        of.binary_bytes as f64 / 1e6,
    );
}

fn milliseconds(values: &[Duration]) -> f64 {
    median(values).as_secs_f64() * 1000.0
}

fn mebibytes(of: &Times) -> f64 {
    median(&of.resident_kib) as f64 / 1024.0
}
