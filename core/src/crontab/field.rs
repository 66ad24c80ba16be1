//! The time fields as cron reads them: narrower than Belfry's own, so that nothing is read that
//! cron would not have read, or would have read otherwise.

use super::remark::{Remark, RemarkCode};

/// One of the five fields.
pub(super) struct Field {
    pub name: &'static str,
    min: u16,
    max: u16,
    names: &'static [&'static str],
}

/// The fields in their order.
pub(super) const FIELDS: [Field; 5] = [
    Field::numbers("minute", 0, 59),
    Field::numbers("hour", 0, 23),
    Field::numbers("day", 1, 31),
    Field {
        names: &[
            "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
        ],
        ..Field::numbers("month", 1, 12)
    },
    Field {
        names: &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
        ..Field::numbers("weekday", 0, 7)
    },
];

/// A field that is good.
pub(super) struct Good {
    /// As Belfry reads it with cron's meaning.
    pub text: String,
    /// A step that had to be written shorter.
    pub shortened: Option<Remark>,
}

struct Refused {
    code: RemarkCode,
    params: Vec<(&'static str, String)>,
}

impl From<RemarkCode> for Refused {
    fn from(code: RemarkCode) -> Self {
        let params = Vec::new();
        Self { code, params }
    }
}

impl Field {
    const fn numbers(name: &'static str, min: u16, max: u16) -> Self {
        Self {
            name,
            min,
            max,
            names: &[],
        }
    }

    /// Reads a field. A refusal points to the item, in characters from 0.
    pub fn read(&self, word: &str) -> Result<Good, Remark> {
        let mut good = Good {
            text: String::new(),
            shortened: None,
        };
        let mut column = 0;
        for item in word.split(',') {
            let (text, is_shortened) = self.item(item).map_err(|refused| {
                let remark = Remark::new(refused.code)
                    .with("field", self.name)
                    .with("item", item)
                    .at(column);
                refused
                    .params
                    .into_iter()
                    .fold(remark, |remark, (name, value)| remark.with(name, value))
            })?;
            if is_shortened {
                let step = item.rsplit('/').next().unwrap_or_default();
                let remark = Remark::new(RemarkCode::StepShortened)
                    .with("field", self.name)
                    .with("step", step);
                good.shortened = Some(remark.at(column));
            }
            if column > 0 {
                good.text.push(',');
            }
            good.text.push_str(&text);
            column += item.chars().count() + 1;
        }
        Ok(good)
    }

    /// The item as Belfry reads it, and whether its step had to be written shorter.
    fn item(&self, item: &str) -> Result<(String, bool), Refused> {
        if item.is_empty() {
            return Err(RemarkCode::FieldEmpty.into());
        }
        if item.contains('~') {
            return Err(RemarkCode::FieldRandom.into());
        }
        if self.is_foreign(item) {
            return Err(RemarkCode::FieldForeign.into());
        }
        let (range, step) = match item.split_once('/') {
            Some((range, step)) => (range, Some(step)),
            None => (item, None),
        };
        let is_span = match range.split_once('-') {
            _ if range == "*" => true,
            Some((from, to)) => {
                if self.value(from)? > self.value(to)? {
                    return Err(RemarkCode::FieldBackwards.into());
                }
                true
            }
            None => {
                self.value(range)?;
                false
            }
        };
        let Some(step) = step else {
            return Ok((item.to_owned(), false));
        };
        let is_number = !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number || step.bytes().all(|byte| byte == b'0') {
            return Err(RemarkCode::FieldStep.into());
        }
        if !is_span {
            let params = vec![
                ("from", range.to_owned()),
                ("max", self.max.to_string()),
                ("step", step.to_owned()),
            ];
            let code = RemarkCode::FieldSingleStep;
            return Err(Refused { code, params });
        }
        // Cron takes any step; one that leads out of the field leaves the first value alone.
        let size = self.max - self.min + 1;
        let is_too_long = step.parse::<u16>().map_or(true, |step| step > size);
        Ok(if is_too_long {
            (format!("{range}/{size}"), true)
        } else {
            (item.to_owned(), false)
        })
    }

    /// Whether it is in the notation of Quartz and of Belfry.
    fn is_foreign(&self, item: &str) -> bool {
        let upper = item.to_ascii_uppercase();
        let is_day = self.name == "day" || self.name == "weekday";
        let before = upper.strip_suffix(['L', 'W']);
        is_day
            && (upper == "?"
                || upper == "L"
                || upper == "LW"
                || upper.contains('#')
                || before.is_some_and(|before| self.value(before).is_ok()))
    }

    fn value(&self, text: &str) -> Result<u16, Refused> {
        if text.is_empty() {
            return Err(RemarkCode::FieldValue.into());
        }
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            let value = text.parse().ok();
            return value
                .filter(|value| (self.min..=self.max).contains(value))
                .ok_or_else(|| Refused {
                    code: RemarkCode::FieldRange,
                    params: vec![("min", self.min.to_string()), ("max", self.max.to_string())],
                });
        }
        (self.min..)
            .zip(self.names)
            .find_map(|(value, name)| name.eq_ignore_ascii_case(text).then_some(value))
            .ok_or_else(|| RemarkCode::FieldValue.into())
    }

    /// Whether a word behind five fields looks like a sixth one: commands do not.
    pub fn is_like(word: &str) -> bool {
        let [.., weekday] = &FIELDS;
        let is_plain =
            |c: char| c.is_ascii_digit() || c.is_ascii_uppercase() || "*?,-/".contains(c);
        word.starts_with('*')
            || word == "?"
            || word.chars().all(is_plain) && weekday.read(word).is_ok()
    }
}
