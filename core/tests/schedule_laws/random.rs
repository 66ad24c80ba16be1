//! Random expressions, zones and instants from a fixed seed.

use belfry_core::schedule::{DstPolicy, Zone};

/// A small generator (xorshift64*), so that a failing case is found again by its number.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % bound
    }

    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1) as u64) as i64
    }

    pub fn pick<'a, T: ?Sized>(&mut self, items: &[&'a T]) -> &'a T {
        items[self.below(items.len() as u64) as usize]
    }

    pub fn policy(&mut self) -> DstPolicy {
        [DstPolicy::Vixie, DstPolicy::Skip, DstPolicy::RunBoth][self.below(3) as usize]
    }

    /// A zone with many changes, or any zone of the database.
    pub fn zone(&mut self, names: &[String]) -> Zone {
        let name = match self.below(3) {
            0 => names[self.below(names.len() as u64) as usize].as_str(),
            _ => self.pick(&super::transitions::ZONES),
        };
        Zone::parse(name).unwrap()
    }

    /// Five fields, or six when `with_seconds`.
    pub fn expression(&mut self, with_seconds: bool) -> String {
        let second = if with_seconds {
            format!("{} ", self.field(0, 59))
        } else {
            String::new()
        };
        let minute = self.field(0, 59);
        let hour = match self.below(3) {
            0 => self.field(0, 23),
            1 => self.field(0, 4),
            _ => "*".to_owned(),
        };
        let day = self.day();
        let month = if self.below(4) == 0 {
            self.field(1, 12)
        } else {
            "*".to_owned()
        };
        // Numbers beside `?` in six fields may be meant for Quartz, and are refused.
        let weekday = match self.weekday() {
            weekday if day == "?" && weekday.starts_with(|first: char| first.is_ascii_digit()) => {
                "MON".to_owned()
            }
            weekday => weekday,
        };
        format!("{second}{minute} {hour} {day} {month} {weekday}")
    }

    fn field(&mut self, min: i64, max: i64) -> String {
        let (one, two) = (self.between(min, max), self.between(min, max));
        let step = self.between(1, (max - min).min(20));
        match self.below(9) {
            0 | 1 => "*".to_owned(),
            2 => format!("*/{step}"),
            3 => format!("{one}-{two}"),
            4 => format!("{one}-{two}/{step}"),
            5 => format!("{one}/{step}"),
            6 => format!("{one},{two}"),
            7 => format!("{one},{two}-{two}"),
            _ => one.to_string(),
        }
    }

    pub fn day(&mut self) -> String {
        let day = self.between(1, 31);
        match self.below(12) {
            0 => "L".to_owned(),
            1 => "LW".to_owned(),
            2 => format!("{day}W"),
            3 => format!("{day},L"),
            4 => "?".to_owned(),
            5 | 6 => self.field(1, 31),
            _ => "*".to_owned(),
        }
    }

    pub fn weekday(&mut self) -> String {
        let names = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
        let (one, two) = (self.pick(&names), self.pick(&names));
        match self.below(12) {
            0 => format!("{one}-{two}"),
            1 => format!("{one},{two}"),
            2 => format!("{one}#{}", self.between(1, 5)),
            3 => format!("{one}L"),
            4 => one.to_owned(),
            5 => format!("*/{}", self.between(2, 6)),
            6 => format!("{}-{}", self.between(0, 3), self.between(4, 6)),
            _ => "*".to_owned(),
        }
    }
}
