//! Dates and times in the ISO 8601 forms that fields take.

use time::{Date, Month, Time};

const NANOS_PER_SECOND: i128 = 1_000_000_000;

/// Reads `YYYY-MM-DD`, a day that the calendar has.
pub(crate) fn parse_date(text: &str) -> Option<Date> {
    let mut rest = Rest(text.as_bytes());
    let date = rest.date()?;
    rest.0.is_empty().then_some(date)
}

/// Reads a date and time and gives its instant, in nanoseconds since 1970-01-01T00:00:00Z.
///
/// `T` or a space stands between the two; seconds may be left out and may have a fraction of up to
/// nine digits; the zone is `Z`, `±HH`, `±HHMM` or `±HH:MM`, and UTC where there is none. Finer
/// fractions are refused: as a unique key, two of them would become one.
pub(crate) fn parse_instant(text: &str) -> Option<i128> {
    let mut rest = Rest(text.as_bytes());
    let date = rest.date()?;
    rest.one_of(b"Tt ")?;
    let time = rest.time()?;
    let offset_seconds = rest.zone()?;
    if !rest.0.is_empty() {
        return None;
    }
    let local = date.with_time(time).assume_utc().unix_timestamp_nanos();
    Some(local - i128::from(offset_seconds) * NANOS_PER_SECOND)
}

/// What is still to be read.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn one_of(&mut self, allowed: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        allowed.contains(first).then(|| {
            self.0 = rest;
            *first
        })
    }

    /// A number of exactly `count` digits.
    fn digits(&mut self, count: usize) -> Option<u32> {
        let (digits, rest) = self.0.split_at_checked(count)?;
        let number = digits.iter().try_fold(0, |number: u32, digit| {
            let digit = digit.is_ascii_digit().then(|| u32::from(digit - b'0'))?;
            number.checked_mul(10)?.checked_add(digit)
        })?;
        self.0 = rest;
        Some(number)
    }

    fn two_digits(&mut self) -> Option<u8> {
        u8::try_from(self.digits(2)?).ok()
    }

    fn date(&mut self) -> Option<Date> {
        let year = i32::try_from(self.digits(4)?).ok()?;
        self.one_of(b"-")?;
        let month = Month::try_from(self.two_digits()?).ok()?;
        self.one_of(b"-")?;
        Date::from_calendar_date(year, month, self.two_digits()?).ok()
    }

    fn time(&mut self) -> Option<Time> {
        let hour = self.two_digits()?;
        self.one_of(b":")?;
        let minute = self.two_digits()?;
        if self.one_of(b":").is_none() {
            return Time::from_hms(hour, minute, 0).ok();
        }
        let second = self.two_digits()?;
        let nanos = if self.one_of(b".").is_some() { self.fraction()? } else { 0 };
        Time::from_hms_nano(hour, minute, second, nanos).ok()
    }

    fn fraction(&mut self) -> Option<u32> {
        let count = self.0.iter().take_while(|b| b.is_ascii_digit()).count();
        let missing = u32::try_from(9_usize.checked_sub(count)?).ok()?;
        (count > 0).then_some(())?;
        Some(self.digits(count)? * 10_u32.pow(missing))
    }

    /// Seconds east of UTC.
    fn zone(&mut self) -> Option<i32> {
        let sign = match self.one_of(b"Zz+-") {
            Some(b'+') => 1,
            Some(b'-') => -1,
            _ => return Some(0), // Z, or nothing; what else may follow, the caller refuses
        };
        let hours = self.two_digits()?;
        let has_minutes = self.one_of(b":").is_some() || !self.0.is_empty();
        let minutes = if has_minutes { self.two_digits()? } else { 0 };
        (hours < 24 && minutes < 60).then(|| sign * (i32::from(hours) * 3600 + i32::from(minutes) * 60))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_real_days_in_one_form() {
        assert!(parse_date("2024-02-29").is_some());
        for text in [
            "2023-02-29",
            "2024-13-01",
            "2024-00-01",
            "2024-1-01",
            "24-01-01",
            "2024-01-01T00:00:00Z",
            "20240101",
            "+024-01-01",
            "2024-01-0é",
            "",
            "2024-01-01 ",
        ] {
            assert_eq!(parse_date(text), None, "{text}");
        }
    }

    #[test]
    fn one_instant_may_be_written_in_many_ways() {
        let second = NANOS_PER_SECOND;
        for (text, instant) in [
            ("1970-01-01T00:00:00Z", 0),
            ("1970-01-01T00:00", 0),
            ("1970-01-01 00:00:00", 0),
            ("1970-01-01t01:00:00.000000+01:00", 0),
            ("1969-12-31T18:30:00-0530", 0),
            ("1970-01-01T02:00:01+02", second),
            ("1970-01-01T00:00:00.000000001z", 1),
            ("1970-01-01T00:00:00.5-00:00", second / 2),
            ("0000-01-01T00:00:00+23:59", -62_167_305_540 * second),
        ] {
            assert_eq!(parse_instant(text), Some(instant), "{text}");
        }
    }

    #[test]
    fn other_forms_are_no_datetime() {
        for text in [
            "2024-01-01",
            "2024-01-01T",
            "2024-01-01T24:00:00Z",
            "2024-01-01T00:60:00Z",
            "2024-01-01T00:00:60Z",
            "2024-01-01T00:00:00.Z",
            "2024-01-01T00:00:00.1234567890Z",
            "2024-01-01T00:00:00+24:00",
            "2024-01-01T00:00:00+01:",
            "2024-01-01T00:00:00+1",
            "2024-01-01T00:00:00ZZ",
            "2024-01-01T00:00:00Z ",
            "2024-01-01T00",
            "2023-02-29T00:00:00Z",
            "2024-01-01T00:00:00+01:0é",
            "yesterday",
            "",
        ] {
            assert_eq!(parse_instant(text), None, "{text}");
        }
    }
}
